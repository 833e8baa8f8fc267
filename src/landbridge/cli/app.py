"""The commands and their arguments. Each command imports its own work, so that `--help` is instant."""

import re
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from landbridge.cli import trade_commands
from landbridge.cli.agreements_app import agreements_app
from landbridge.cli.arguments import (
    AsJson,
    AsOf,
    Avoid,
    Cargo,
    Destination,
    Mode,
    Origin,
    OverStudy,
    Product,
    Scenario,
    StudyPath,
    Tonnes,
    Within,
    default_alternatives,
    read_number,
    read_tonnes,
    split_list,
)
from landbridge.cli.network_app import network_app
from landbridge.cli.printing import (
    describe_finding,
    end_progress,
    print_findings,
    print_json,
    say,
    show_progress,
)
from landbridge.cli.tariff_app import tariff_app
from landbridge.schema.errors import LandbridgeError, ProhibitedError

SOUTHERN = re.compile(r"-\d+(\.\d+)?\s*[,;]\s*[+-]?\d+(\.\d+)?")

app = typer.Typer(
    name="landbridge",
    help="From a trade and transport agreement to numbers: corridors, costs, times, and what each commitment changes.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(network_app, name="network")
app.add_typer(tariff_app, name="tariff")
app.add_typer(agreements_app, name="agreements")


@app.command()
def new(
    name: Annotated[Path, typer.Argument(help="Folder of the new study.")],
    parties: Annotated[str, typer.Option(help="Countries or blocs, with commas: BY,IR")],
    bound_by: Annotated[str, typer.Option(help="Whose law binds the user of the study: BY,IR")],
    title: Annotated[str, typer.Option(help="Title of the study.")] = "",
) -> None:
    """Make a study folder to fill in."""
    from landbridge.cli.studies import make_study

    make_study(name, parties=split_list(parties), bound_by=split_list(bound_by), title=title)


@app.command()
def check(study: StudyPath, json: AsJson = False) -> None:
    """Say everything that is wrong with a study."""
    from landbridge.cli.studies import check_study

    check_study(study, json=json)


@app.command()
def run(
    study: StudyPath,
    scenario: Scenario = "",
    report: Annotated[Path | None, typer.Option(help="Where to write the report.")] = None,
    values: Annotated[
        bool, typer.Option("--values", help="Also compute what commitments are worth, for the report.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Compute all scenarios of a study (or one), and write the report."""
    from landbridge.cli.studies import run_study

    run_study(study, scenario=scenario, report=report, values=values, json=json)


@app.command()
def value(
    study: StudyPath,
    start: Annotated[
        str, typer.Option("--from", help="The earlier scenario; by default the parent of the later.")
    ] = "",
    end: Annotated[
        str, typer.Option("--to", help="The later scenario; by default the last that applies levers.")
    ] = "",
    indicator: Annotated[
        list[str] | None, typer.Option(help="Value this indicator only (repeat); by default all.")
    ] = None,
    subject: Annotated[str, typer.Option(help="Show the parts of this flow or consignment.")] = "",
    max_runs: Annotated[
        int, typer.Option(help="Most coalitions for one flow or consignment; above, orders are drawn.")
    ] = 1_024,
    json: AsJson = False,
) -> None:
    """Say what each lever, commitment and agreement is worth, what needs what, and what a delay costs."""
    from landbridge.cli.values import show_values

    show_values(
        study,
        span=(start, end),
        indicators=indicator or (),
        subject=subject,
        max_runs=max_runs,
        json=json,
    )


@app.command()
def route(
    origin: Origin,
    destination: Destination,
    study: OverStudy = None,
    scenario: Scenario = "",
    date: AsOf = "",
    product: Product = "",
    cargo: Cargo = "",
    tonnes: Tonnes = None,
    mode: Mode = "",
    via: Annotated[list[str] | None, typer.Option(help="Pass this place (repeat, in order).")] = None,
    corridor: Annotated[str, typer.Option(help="Follow this named corridor.")] = "",
    avoid: Avoid = None,
    alternatives: Annotated[
        int | None,
        typer.Option(min=0, max=20, help="How many alternatives; two beside a single criterion."),
    ] = None,
    by: Annotated[
        str, typer.Option(help="Criteria with commas: cost,time,co2e. Several give the Pareto front.")
    ] = "cost",
    within: Within = "",
    evidence: Annotated[
        bool,
        typer.Option("--evidence", help="Also say what the first route rests on, and what to measure next."),
    ] = False,
    draws: Annotated[
        Path | None,
        typer.Option(
            help="Also write each draw of the routes' time and cost to this file, .csv or .parquet."
        ),
    ] = None,
    json: AsJson = False,
) -> None:
    """Find routes between two places, itemised."""
    from landbridge.cli.routing import RouteArguments, print_routes

    print_routes(
        RouteArguments(
            origin=origin,
            destination=destination,
            study=study,
            scenario=scenario,
            date=date,
            product=product,
            cargo=cargo,
            tonnes=read_tonnes(tonnes),
            mode=mode,
            via=tuple(via or ()),
            corridor=corridor,
            avoid=tuple(avoid or ()),
            alternatives=default_alternatives(by) if alternatives is None else alternatives,
            by=split_list(by),
            within=tuple(map(read_number, split_list(within))),
            evidence=evidence,
            draws=draws,
        ),
        json=json,
    )


@app.command()
def through(
    origin: Origin,
    destination: Destination,
    study: OverStudy = None,
    scenario: Scenario = "",
    date: AsOf = "",
    product: Product = "",
    cargo: Cargo = "",
    tonnes: Tonnes = None,
    mode: Mode = "",
    avoid: Avoid = None,
    kind: Annotated[
        str, typer.Option(help="Kinds with commas: port,post,terminal,gauge_change,passage,leg,service.")
    ] = "port,post,terminal,gauge_change,passage",
    at: Annotated[
        list[str] | None, typer.Option(help="Only this gateway, whatever its way costs (repeat).")
    ] = None,
    by: Annotated[str, typer.Option(help="What is best: cost, time or co2e.")] = "cost",
    stretch: Annotated[
        float, typer.Option(min=0.0, help="How far above the best way: 0.5 is half as much again.")
    ] = 0.5,
    count: Annotated[int, typer.Option(min=1, help="How many of each kind.")] = 15,
    json: AsJson = False,
) -> None:
    """Say what the best way through each port, border post, terminal and strait costs and takes."""
    from landbridge.cli.gateways import ThroughArguments, print_gateways

    print_gateways(
        ThroughArguments(
            origin=origin,
            destination=destination,
            study=study,
            scenario=scenario,
            date=date,
            product=product,
            cargo=cargo,
            tonnes=read_tonnes(tonnes),
            mode=mode,
            avoid=tuple(avoid or ()),
            kinds=split_list(kind),
            at=tuple(at or ()),
            by=by,
            stretch=stretch,
            count=count,
        ),
        json=json,
    )


app.command()(trade_commands.price)
app.command()(trade_commands.origin)
app.command()(trade_commands.effect)


@app.command()
def show(
    study: StudyPath,
    indicator: Annotated[str, typer.Argument(help="Name of an indicator; none lists them.")] = "",
    by: Annotated[str, typer.Option(help="Keys to show it by, with commas: corridor,product.")] = "",
    compare: Annotated[
        tuple[str, str] | None, typer.Option(help="Two scenarios to set side by side.")
    ] = None,
    scenario: Scenario = "",
    json: AsJson = False,
) -> None:
    """Show an indicator of a study's runs."""
    from landbridge.cli.studies import show_indicator

    show_indicator(
        study, indicator, by=split_list(by), scenarios=compare or ((scenario,) if scenario else ()), json=json
    )


@app.command()
def trace(
    study: StudyPath,
    route: Annotated[
        str, typer.Argument(help="A route's id as `show` and the report give it; none lists them.")
    ] = "",
    scenario: Scenario = "",
    consignment: Annotated[
        str, typer.Option(help="A consignment, whose cheapest landed cost is opened into its lines.")
    ] = "",
    date: Annotated[
        str, typer.Option(help="With --consignment: the day, where it is priced on several.")
    ] = "",
    changes: Annotated[
        bool, typer.Option("--changes", help="Show each changed cell with its layers instead.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Open a route or a landed cost into its terms: formula, inputs, source; or show the layers of changed cells."""
    from landbridge.cli.studies import trace_changes, trace_landed_cost, trace_route

    if consignment:
        trace_landed_cost(study, consignment, scenario=scenario, date=date, json=json)
    elif changes:
        trace_changes(study, scenario=scenario, json=json)
    else:
        trace_route(study, route, scenario=scenario, json=json)


@app.command()
def evidence(
    study: StudyPath,
    scenario: Scenario = "",
    route: Annotated[str, typer.Option(help="A route's id; by default the first of each flow.")] = "",
    flow: Annotated[str, typer.Option(help="A flow, whose first route is looked at.")] = "",
    json: AsJson = False,
) -> None:
    """Say what cost, time and their spread rest on, and which input to measure next."""
    from landbridge.cli.studies import show_evidence

    show_evidence(study, scenario=scenario, route=route, flow=flow, json=json)


@app.command()
def criticality(
    study: StudyPath,
    scenario: Scenario = "",
    flow: Annotated[str, typer.Option(help="A flow, whose best way is looked at; by default all.")] = "",
    json: AsJson = False,
) -> None:
    """Say where the corridors choke: what a closed post, port, strait, leg or service would cost."""
    from landbridge.cli.criticality import show_criticality

    show_criticality(study, scenario=scenario, flow=flow, json=json)


@app.command()
def access(
    study: StudyPath,
    scenario: Scenario = "",
    product: Annotated[str, typer.Option(help="HS 2022 code; by default a container of general goods.")] = "",
    json: AsJson = False,
) -> None:
    """Say how the landlocked parties of a study reach the sea, and what losing a way would cost."""
    from landbridge.cli.sea_access import show_access

    show_access(study, scenario=scenario, product=product, json=json)


@app.command()
def report(
    study: StudyPath,
    out: Annotated[
        Path | None, typer.Option(help="The file to write; by default beside the study's tables.")
    ] = None,
    borders: Annotated[
        Path | None, typer.Option(help="Country polygons to draw instead of the shipped ones.")
    ] = None,
) -> None:
    """Write the report of a study: one HTML file that opens without a network."""
    from landbridge.cli.studies import write_report

    write_report(study, out=out, borders=borders)


@app.command()
def export(
    study: StudyPath,
    out: Annotated[Path, typer.Argument(help="Folder for csv; a file for xlsx, gpkg, geoparquet.")],
    format: Annotated[
        str, typer.Option(help="csv, xlsx, gpkg or geoparquet; by default from the name.")
    ] = "",
    scenario: Scenario = "",
) -> None:
    """Write the results as CSV, XLSX, GeoPackage or GeoParquet."""
    from landbridge.cli.studies import export_results

    export_results(study, out, format=format, scenario=scenario)


@app.command()
def schema(
    table: Annotated[str, typer.Argument(help="A table; none gives study.toml.")] = "",
) -> None:
    """Print the JSON Schema of study.toml, or of a table's rows."""
    from landbridge.cli.studies import print_schema

    print_schema(table)


def main() -> None:
    """Run the command line; an error that landbridge raises on purpose becomes findings and its exit code."""
    as_json = "--json" in sys.argv
    try:
        code = app(keep_coordinates(sys.argv[1:]), standalone_mode=False)
    except typer.Abort:
        code = 1
    except TyperException as error:
        code = _report_argument(error, as_json=as_json)
    except LandbridgeError as error:
        end_progress()
        code = _report_error(error, as_json=as_json)
    raise SystemExit(code or 0)


def keep_coordinates(arguments: list[str]) -> list[str]:
    """The arguments with southern latitudes marked as places, which a parser would take for options.

    >>> keep_coordinates(["route", "-6.8,39.28", "--tonnes", "3"])
    ['route', ' -6.8,39.28', '--tonnes', '3']
    """
    return [f" {word}" if SOUTHERN.fullmatch(word) else word for word in arguments]


def _report_argument(error: Any, *, as_json: bool) -> int:
    """A fault of the arguments themselves, as a finding for scripts and with the usage for people."""
    if as_json:
        remedy = "see --help"
        finding = {
            "code": "bad_argument",
            "severity": "error",
            "what": error.format_message(),
            "remedy": remedy,
        }
        print_json({"findings": [finding]})
    else:
        error.show()
    return int(error.exit_code)


def _report_error(error: LandbridgeError, *, as_json: bool) -> int:
    if isinstance(error, ProhibitedError):
        listings = [dict(row) for row in error.listings]
        if as_json:
            print_json({"verdict": "prohibited", "routes": [], "listings": listings, "findings": []})
        else:
            say("prohibited: no route is offered.")
            for row in listings:
                say(
                    f"  {row['jurisdiction']}: {row['act']}, {row['article'] or 'whole act'}. {row['meaning']}"
                )
    else:
        findings = getattr(error, "findings", ())
        if as_json:
            print_json({"findings": [describe_finding(finding) for finding in findings]})
        else:
            print_findings(findings)
    return error.exit_code


__all__ = ["app", "main", "show_progress"]
