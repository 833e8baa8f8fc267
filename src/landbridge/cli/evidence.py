"""What a route rests on, for people: shares of estimates, what to measure next, what varies by itself."""

from collections.abc import Iterable

import pandas as pd

from landbridge.cli.printing import number, print_table, say
from landbridge.schema.rows import Row, read_rows
from landbridge.study.evidence import NUMBERS, read_weak_shares

MOST_ROWS = 8
LEAST = 0.005
COLUMNS = (
    "input",
    "quality",
    "cost",
    "time",
    "cost's spread",
    "time's spread",
    "narrows cost",
    "narrows time",
)
SHARES = NUMBERS[2:]


def print_evidence(ranked: pd.DataFrame, routes: pd.DataFrame) -> None:
    """The shares of `routes` that rest on estimates and defaults, and the inputs, those to measure first."""
    weak = read_weak_shares(routes, tuple(routes["route"]))
    say()
    say(
        f"on estimates and defaults: {_percent(weak['cost'])} of the cost, {_percent(weak['time'])} of the time;"
        f" {_percent(weak['spread_cost'])} of the cost's spread, {_percent(weak['spread_time'])} of the time's"
    )
    rows = read_rows(ranked)
    worth = [row for row in rows if row["measure"] and _reach(row) >= LEAST][:MOST_ROWS]
    others = [row for row in rows if not row["measure"] and _reach(row) >= LEAST][:MOST_ROWS]
    say()
    say("What to measure next: estimates and defaults, by how much knowing one would narrow p10 to p90")
    _print_inputs(worth)
    for place, row in enumerate(worth, 1):
        say(f"{place:>2}  {_describe(row)}")
    if others:
        say()
        say("Real variability: measured and published, so the spread is that of the thing itself")
        _print_inputs(others)


def _print_inputs(rows: Iterable[Row]) -> None:
    cells = [(row["input"], row["quality"], *(_percent(row[name]) for name in SHARES)) for row in rows]
    print_table(COLUMNS, cells, right=COLUMNS[2:])


def _describe(row: Row) -> str:
    """What the row says, where it counts, and its source."""
    places = list(row["places"])
    where = ", ".join(places[:3]) + (f" and {len(places) - 3} more" if len(places) > 3 else "")
    return f"{row['name']}: {row['figures']}; at {where}; source {row['source'] or 'unknown'}"


def _reach(row: Row) -> float:
    """The most that an input has of anything: without it, it is not worth a line."""
    return float(max(row["cost_narrowing"], row["time_narrowing"]))


def _percent(value: float) -> str:
    """A share for people; a narrowing below half a per cent to either side is none.

    >>> _percent(-0.001), _percent(0.126)
    ('0 %', '13 %')
    """
    return f"{number(abs(100 * value) if abs(value) < LEAST else 100 * value)} %"
