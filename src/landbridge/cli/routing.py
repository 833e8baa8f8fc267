"""`landbridge route`: routes between two places, for people and for scripts.

What few requests need, studies and files, is imported where it is used: it takes a third of a second.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from landbridge.api import Goods, Options, Routes, find_routes
from landbridge.api.routing import default_ground, list_faults
from landbridge.cli.arguments import read_date
from landbridge.cli.evidence import print_evidence
from landbridge.cli.printing import (
    end_progress,
    number,
    print_json,
    print_table,
    say,
    show_progress,
)
from landbridge.schema import Finding, InputError
from landbridge.schema.rows import Row, read_rows
from landbridge.study.engine import Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestArguments:
    """What commands ask between two places."""

    origin: str
    destination: str
    study: Path | None
    scenario: str
    date: str
    product: str
    cargo: str
    tonnes: float
    mode: str
    avoid: tuple[str, ...]

    @property
    def goods(self) -> Goods:
        """What is moved."""
        return Goods(self.product, self.cargo, self.tonnes)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteArguments(RequestArguments):
    """The arguments of the command."""

    via: tuple[str, ...]
    corridor: str
    alternatives: int
    by: tuple[str, ...]
    within: tuple[float, ...] = ()
    evidence: bool = False
    draws: Path | None = None


def print_routes(arguments: RouteArguments, *, json: bool) -> None:
    """Find the routes and print them."""
    routes = _find(arguments)
    end_progress()
    if arguments.draws is not None:
        from landbridge.api.exporting import export_frame

        export_frame(routes.draws(), arguments.draws)
    if json:
        more = {"evidence": read_rows(routes.evidence())} if arguments.evidence else {}
        print_json({**routes.to_json(), **more})
        return
    print_head(routes)
    _print_overview(routes)
    best = routes.frame.iloc[0]
    say()
    say(f"1  {best['label']}: {best['reason']}")
    _print_items(routes, str(best["route"]))
    if arguments.evidence:
        print_evidence(routes.evidence(), routes.frame.iloc[:1])
    for listing in routes.listings:
        say(f"law: {listing['jurisdiction']}, {listing['act']}: {listing['meaning']}")
    for finding in routes.findings:
        say(f"{finding['severity']}: {finding['what']}; {finding['remedy']}")
    if arguments.draws is not None:
        say(f"draws of each route: {arguments.draws}")


def _find(arguments: RouteArguments) -> Routes:
    options = Options(
        by=arguments.by,
        via=arguments.via,
        corridor=arguments.corridor,
        avoid=arguments.avoid,
        mode=arguments.mode,
        alternatives=arguments.alternatives,
        front=len(arguments.by) > 1,
        front_within=arguments.within,
        corridors=bool(arguments.corridor),
    )
    ground = find_ground(arguments, options)
    ends = (arguments.origin, arguments.destination)
    return find_routes(*ends, goods=arguments.goods, options=options, ground=ground, progress=show_progress)


def find_ground(arguments: RequestArguments, options: Options) -> Ground:
    """The tables and the date of a request. Raises InputError, with the request's other faults beside a bad date."""
    ground = read_ground(arguments.study, arguments.scenario)
    if not arguments.date:
        return ground
    try:
        return replace(ground, setting=replace(ground.setting, date=read_date(arguments.date)))
    except InputError as fault:
        ends = (arguments.origin, arguments.destination)
        others = list_faults(ends, arguments.goods, options, tables=ground.tables)
        raise InputError([*fault.findings, *others]) from fault


def read_ground(study: Path | None, scenario: str) -> Ground:
    """The tables and setting of a study's scenario, or the shipped ones. Raises InputError."""
    if study is not None:
        from landbridge.api import read_study

        return read_study(study).prepare(scenario).ground
    if scenario:
        raise InputError(
            [_fault("scenario_without_study", "--scenario needs --study", "name the study's folder")]
        )
    return default_ground()


def _fault(code: str, what: str, remedy: str) -> Finding:
    return Finding(code=code, severity="error", what=what, remedy=remedy)


def print_head(routes: Routes) -> None:
    """Where a request starts and ends, and as of when."""
    origin, destination = routes.ends
    for role, end in (("from", origin), ("to", destination)):
        code = f" ({end['code']})" if end["code"] else ""
        snap = "" if end["snap_km"] is None else f", {end['snap_km']:.1f} km from the network"
        say(f"{role:<5}{end['name']}{code}, {end['country']}  {end['lat']:.3f},{end['lon']:.3f}{snap}")
    say(f"as of {routes.date}; costs in USD of {routes.price_year}; names are not screened; not legal advice")
    say()


def _print_overview(routes: Routes) -> None:
    rows = [_describe_route(row) for row in read_rows(routes.frame)]
    columns = ("", "route", "why", "USD/t", "p10–p90", "days", "p10–p90 ", "km", "kg CO2e/t")
    print_table(columns, rows, right=("USD/t", "p10–p90", "days", "p10–p90 ", "km", "kg CO2e/t"))


def _describe_route(row: Row) -> tuple[str, ...]:
    return (
        str(row["rank"]),
        row["label"][:60],
        row["criterion"],
        number(row["cost"]),
        f"{number(row['cost_p10'])}–{number(row['cost_p90'])}",
        number(row["time"] / 24, 1),
        f"{number(row['time_p10'] / 24, 1)}–{number(row['time_p90'] / 24, 1)}",
        number(row["distance"]),
        number(row["co2e"]),
    )


def _print_items(routes: Routes, route: str) -> None:
    items = routes.tables["route_items"]
    rows = [_describe_item(row) for row in read_rows(items[items["route"] == route])]
    print_table(("what", "where", "km", "USD/t", "hours", "rests on"), rows, right=("km", "USD/t", "hours"))


def _describe_item(row: Row) -> tuple[str, ...]:
    leg = row["kind"] == "leg"
    what = f"{row['mode']} ({row['means'].replace('_', ' ')})" if leg else row["operation"].replace("_", " ")
    what += f" ({row['cause']})" if row["cause"] else ""
    where = f"{row['from']} – {row['to']}" if leg else row["place"]
    km = number(row["distance"]) if leg else ""
    return what, where[:60], km, number(row["cost"], 1), number(row["time"], 1), row["quality"]
