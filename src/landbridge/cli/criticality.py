"""Where the corridors choke, for people: what a closed post, port, strait, leg or service would cost the flows."""

from collections.abc import Iterable, Mapping
from math import nan
from pathlib import Path

from landbridge.api import read_study
from landbridge.cli.printing import (
    end_progress,
    number,
    print_json,
    print_table,
    say,
    say_wrapped,
    show_progress,
)
from landbridge.schema.rows import Row, read_rows
from landbridge.study.criticality import KIND_WORDS, name_act
from landbridge.study.gateways import GATEWAY_WORDS

MOST_ROWS = 20
NAME_WIDTH, WAY_WIDTH = 40, 56
WIDEST = 10_000  # of a line that the terminal breaks
RANKED = ("closed alone", "kind", "flows", "cut", "USD/t", "h", "most", "of flow", "which then goes by")
OF_FLOW = ("closed alone", "kind", "USD/t", "h", "the flow then goes by")


def show_criticality(path: Path, *, scenario: str, flow: str, json: bool) -> None:
    """Print what is most critical to all flows of a scenario, or to one flow."""
    study = read_study(path)
    run = study.run(study.scenario_name(scenario), progress=show_progress)
    end_progress()
    shown = run.closures(flow)
    if json:
        print_json({"scenario": run.scenario, "flow": flow, "facilities": read_rows(shown)})
        return
    rows = read_rows(shown)
    if flow:
        say(f"{run.scenario}: flow {flow}, what closing each alone would cost it")
        _print_flow([row for row in rows if not row["closed_by"]])
    else:
        count = run.tables["routes"]["flow"].nunique()
        say(
            f"{run.scenario}: what closing each alone would cost, means over the {count} flows that have a route"
        )
        _print_ranking([row for row in rows if row["flows"]])
    listings = {str(row["id"]): row for row in read_rows(run.prepared.scenario.tables["listings"])}
    acts = {key: name_act(key, listings) for row in rows for key in list_closing(row)}
    print_closed([row for row in rows if row["closed_by"]], acts)


def _print_ranking(rows: list[Row]) -> None:
    """The most critical facilities; means where some flow through it has another way."""
    cells = [
        (
            row["name"][:NAME_WIDTH],
            KIND_WORDS[row["kind"]],
            number(row["flows"]),
            number(row["cut"]),
            number(row["cost_loss"] if row["way"] else nan, 1),
            number(row["time_loss"] if row["way"] else nan, 1),
            number(row["most"], 1),
            row["most_flow"],
            row["way"][:WAY_WIDTH] or "no other way",
        )
        for row in rows[:MOST_ROWS]
    ]
    print_table(RANKED, cells, right=RANKED[2:7])
    if len(rows) > MOST_ROWS:
        say(f"and {len(rows) - MOST_ROWS} more; --json lists all")


def _print_flow(rows: list[Row]) -> None:
    """What each facility on the way of one flow is worth."""
    cells = [
        (
            row["name"][:NAME_WIDTH],
            KIND_WORDS[row["kind"]],
            number(row["cost_loss"], 1),
            number(row["time_loss"], 1),
            "no other way" if row["cut"] else row["way"][:WAY_WIDTH],
        )
        for row in rows
    ]
    print_table(OF_FLOW, cells, right=OF_FLOW[2:4])


def print_closed(rows: Iterable[Row], acts: Mapping[str, str], *, width: int = WIDEST) -> None:
    """What the law has closed already, by listing, whose acts are known by id; it has no value here."""
    places: dict[str, list[str]] = {}
    for row in rows:
        for key in list_closing(row):
            places.setdefault(key, []).append(
                f"{row['name']} ({GATEWAY_WORDS.get(row['kind'], row['kind'])})"
            )
    if places:
        say()
        say("Closed by law already, so without a value here")
    for key, names in places.items():
        say_wrapped(f"  {', '.join(names)}: {acts[key]} [{key}]", width=width, indent="    ")


def list_closing(row: Row) -> tuple[str, ...]:
    """Ids of the listings that have closed a facility: one in the tables, all of them in a ranking."""
    return (row["closed_by"],) if isinstance(row["closed_by"], str) else tuple(row["closed_by"])
