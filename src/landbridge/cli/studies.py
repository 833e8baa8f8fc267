"""The commands that work on a study: new, check, run, show, trace, report, export, schema."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from landbridge.api import export_tables, list_indicators, read_study
from landbridge.api.reporting import check_target
from landbridge.api.study import Run, Study
from landbridge.cli.evidence import print_evidence
from landbridge.cli.printing import (
    describe_finding,
    end_progress,
    number,
    print_findings,
    print_json,
    print_table,
    say,
    say_wrapped,
    show_progress,
)
from landbridge.schema.rows import read_rows
from landbridge.study.evidence import choose_routes
from landbridge.study.side_runs import run_beside

REPORT_NAME = "report.html"
TRACED = ["title", "rate", "amount", "p10", "p90", "currency", "payer", "formula"]


def make_study(path: Path, *, parties: tuple[str, ...], bound_by: tuple[str, ...], title: str) -> None:
    """Make a study folder."""
    from landbridge.api.studies import new_study

    new_study(path, parties=parties, bound_by=bound_by, title=title)
    say(f"made {path}: fill in flows.csv, then run `landbridge check {path}` and `landbridge run {path}`")


def check_study(path: Path, *, json: bool) -> None:
    """Print all findings of a study; errors leave by exception."""
    found = read_study(path).check()
    if json:
        print_json({"findings": [describe_finding(finding) for finding in found]})
        return
    print_findings(found)
    say(f"{path}: no errors" + (f", {len(found)} to look at" if found else ""))


def run_study(path: Path, *, scenario: str, report: Path | None, values: bool, json: bool) -> None:
    """Run scenarios, print the best routes, write the report, with what levers are worth where that is asked for."""
    study = read_study(path)
    names = (study.scenario_name(scenario),) if scenario else study.scenarios
    target = report or study.root / REPORT_NAME
    check_target(target)
    runs = []
    with run_beside(study.source, names[1:]) as wait:
        for name in names:
            wait(name)
            runs.append(study.run(name, progress=show_progress))
    if values:
        study.value_steps(progress=show_progress)
    show_progress("writing the report")
    if scenario:
        runs[0].write_report(target)
    else:
        study.write_report(target, progress=show_progress)
    end_progress()
    if json:
        print_json(
            {"study": study.name, "report": str(target), "scenarios": [_describe_run(run) for run in runs]}
        )
        return
    for run in runs:
        _print_run(run)
    say(f"report: {target}")


def _describe_run(run: Run) -> dict[str, object]:
    return {
        "scenario": run.scenario,
        "hash": run.hash,
        "verdicts": read_rows(run.tables["verdicts"]),
        "routes": read_rows(run.tables["routes"]),
        "findings": read_rows(run.tables["result_findings"]),
    }


def _print_run(run: Run) -> None:
    setting = run.prepared.setting
    say(
        f"{run.scenario}: as of {setting.date}, under the law of {', '.join(setting.bound_by)}; names are not screened"
    )
    best = run.tables["routes"][run.tables["routes"]["rank"] == 1].set_index("flow")
    rows = []
    for verdict in read_rows(run.tables["verdicts"]):
        ends = (verdict["origin"], verdict["destination"], verdict["product"] or verdict["shipment"])
        if verdict["verdict"] != "ok":
            rows.append((*ends, verdict["verdict"], "", "", "", "", ""))
            continue
        row = best.loc[verdict["flow"]]
        rows.append(
            (
                *ends,
                row["label"][:48],
                number(row["cost"]),
                f"{number(row['cost_p10'])}–{number(row['cost_p90'])}",
                number(row["time"] / 24, 1),
                f"{number(row['time_p10'] / 24, 1)}–{number(row['time_p90'] / 24, 1)}",
                number(row["distance"]),
            )
        )
    columns = ("from", "to", "goods", "cheapest route", "USD/t", "p10–p90", "days", "p10–p90 ", "km")
    print_table(columns, rows, right=columns[4:])
    say()


def show_indicator(
    path: Path, indicator: str, *, by: tuple[str, ...], scenarios: Sequence[str], json: bool
) -> None:
    """Print an indicator, or the list of all."""
    if not indicator:
        print_frame(list_indicators(), json=json)
        return
    study = read_study(path)
    first = study.run(study.scenario_name(scenarios[-1] if scenarios else ""), progress=show_progress)
    end_progress()
    shown = first.indicator(indicator, by=by)
    frame = shown.compare(study.scenario_name(scenarios[0])) if len(scenarios) == 2 else shown.frame
    print_frame(frame, json=json)


def trace_route(path: Path, route: str, *, scenario: str, json: bool) -> None:
    """Print every term of a route, or the list of routes."""
    run = _run(read_study(path), scenario)
    if route:
        print_frame(run.trace(route), json=json)
        return
    routes = run.tables["routes"][["route", "flow", "rank", "label", "criterion", "cost", "time"]]
    print_frame(routes, json=json)


def trace_landed_cost(path: Path, consignment: str, *, scenario: str, date: str, json: bool) -> None:
    """Print the lines of a consignment's cheapest release, or all that were priced."""
    run = _run(read_study(path), scenario)
    keys = {"consignment": consignment, **({"date": date} if date else {})}
    lines = run.trace("landed_cost", **keys)
    if json:
        print_json(read_rows(lines))
        return
    print_frame(lines[TRACED], json=False, widest={"title": 32, "rate": 18, "formula": 36})
    say()
    for row in read_rows(lines):
        rests = filter(None, (", ".join(row["inputs"]), row["act"], row["source"]))
        say_wrapped(f"{row['title']} rests on: {'; '.join(rests)}")


def trace_changes(path: Path, *, scenario: str, json: bool) -> None:
    """Print every cell that the study or its scenario changes: its layers, the lowest first, the last one holds."""
    prepared = read_study(path).prepare(scenario)
    print_frame(prepared.scenario.layers, json=json)


def show_evidence(path: Path, *, scenario: str, route: str, flow: str, json: bool) -> None:
    """Print what the results rest on, and what to measure next."""
    run = _run(read_study(path), scenario)
    ranked = run.evidence(route, flow=flow)
    routes = run.tables["routes"]
    chosen = (route,) if route else choose_routes(routes, flow=flow)
    if json:
        print_json({"routes": chosen, "inputs": read_rows(ranked)})
        return
    shown = routes[routes["route"].isin(list(chosen))]
    label = (
        str(shown["label"].iloc[0]) if len(shown) == 1 else f"first routes of {len(shown)} flows, in the mean"
    )
    say(f"{run.scenario}: {label}")
    print_evidence(ranked, shown)


def _run(study: Study, scenario: str) -> Run:
    run = study.run(study.scenario_name(scenario), progress=show_progress)
    end_progress()
    return run


def print_frame(frame: pd.DataFrame, *, json: bool, widest: Mapping[str, int] | None = None) -> None:
    """A frame as a table for people, those columns broken that have a width in `widest`, or as JSON rows."""
    if json:
        print_json(read_rows(frame))
        return
    texts = [[_cell(value) for value in row] for row in frame.itertuples(index=False)]
    numeric = [str(name) for name in frame.columns if frame[name].dtype.kind in "fi"]
    print_table([str(name) for name in frame.columns], texts, right=numeric, widest=widest)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return number(value, 0 if abs(value) >= 1000 else 2)
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    return "" if value is None or value is pd.NA else str(value)


def write_report(path: Path, *, out: Path | None, borders: Path | None) -> None:
    """Write the report of all scenarios."""
    study = read_study(path)
    wanted = out or study.root / REPORT_NAME
    check_target(wanted)
    target = study.write_report(wanted, borders=borders, progress=show_progress)
    end_progress()
    say(f"report: {target}")


def export_results(path: Path, out: Path, *, format: str, scenario: str) -> None:
    """Write the result tables of a scenario in another format."""
    run = _run(read_study(path), scenario)
    say(f"wrote {export_tables(run.tables, out, format=format)}")


def print_schema(table: str) -> None:
    """Print the JSON Schema of study.toml or of a table."""
    from landbridge.api.studies import read_schema

    print_json(read_schema(table))
