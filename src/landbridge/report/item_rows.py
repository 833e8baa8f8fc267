"""Rows of the itemised table: what the page shows of a route's items, and what its CSV holds."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from landbridge.report.reading import Item, Route, Term
from landbridge.report.words import describe_item, title_of

# Columns of a row, in order; also the head of the downloaded CSV.
COLUMNS = (
    "family", "what", "means", "countries", "quality", "distance_km", "cost_usd_per_t", "time_h",
    "co2e_kg_per_t", "cum_distance_km", "cum_cost_usd_per_t", "cum_cost_p10", "cum_cost_p90", "cum_time_h",
    "cum_time_p10", "cum_time_p90",
    "kind", "mode", "operation", "from", "to", "place", "gauge_mm",
)  # fmt: skip
Row = list[Any]


def round_number(value: float) -> float | None:
    """A number with three decimals, None where it is unknown: more would be false precision and larger pages.

    >>> round_number(1234.56789), round_number(float("nan"))
    (1234.568, None)
    """
    return None if math.isnan(value) else round(value, 3)


def sum_known(values: list[float]) -> float:
    """Sum of the values that are known."""
    return sum(value for value in values if not math.isnan(value))


def make_row(item: Item) -> Row:
    """One item as a row."""
    numbers = (
        item.distance, item.cost, item.time, item.co2e, item.cum_distance, item.cum_cost, item.cum_cost_p10,
        item.cum_cost_p90, item.cum_time, item.cum_time_p10, item.cum_time_p90,
    )  # fmt: skip
    rounded = [None if number != number else round(number, 3) for number in numbers]  # noqa: PLR0124 - NaN, fast
    return [
        item.family, describe_item(item), title_of(item.means) if item.means else "",
        " ".join(item.countries), item.quality, *rounded, item.kind, item.mode, item.operation, item.start, item.end,
        item.place, round_number(item.gauge),
    ]  # fmt: skip


def fold_items(items: tuple[Item, ...]) -> list[tuple[int, int, Row | None]]:
    """Rows of the folded table as first item, last item and their sum; a row of one item has no sum of its own.

    Operations that follow each other at one place are one row.
    """
    folded: list[tuple[int, int, Row | None]] = []
    keys = ((item.place if item.kind == "operation" else number) for number, item in enumerate(items))
    for _, run in groupby(enumerate(keys), key=lambda pair: pair[1]):
        numbers = [number for number, _ in run]
        first, last = numbers[0], numbers[-1]
        folded.append((first, last, None if first == last else sum_row(items[first : last + 1])))
    return folded


def sum_row(items: tuple[Item, ...]) -> Row:
    """Operations at one place as one row: sums, the last sums so far, the worst quality."""
    row = make_row(items[-1])
    heaviest = max(items, key=lambda item: (item.time, item.cost))
    names = list(dict.fromkeys(title_of(item.operation) for item in items))
    row[0] = heaviest.family
    row[1] = f"{items[0].place}: {', '.join([names[0], *(name.lower() for name in names[1:])])}"
    row[4] = max((item.quality for item in items), key=rank_quality)
    for place, name in enumerate(("distance", "cost", "time", "co2e"), 5):
        row[place] = round_number(sum_known([getattr(item, name) for item in items]))
    row[17] = row[18] = ""
    return row


RANKS = {"": 0, "measured": 1, "published": 2, "estimated": 3, "default": 4}


def rank_quality(quality: str) -> int:
    """1 for measured to 4 for default."""
    return RANKS.get(quality, 3)


@dataclass(slots=True)
class TermPool:
    """Terms, each once, however many routes of a flow share the item."""

    numbers: dict[tuple[Any, ...], int] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)

    def add(self, term: Term) -> int:
        """Number of a term in the pool."""
        key = term[1:]
        if key not in self.numbers:
            self.numbers[key] = len(self.rows)
            value = round_number(term.value)
            self.rows.append(
                [term.term, value, term.unit, term.formula, " ".join(term.inputs), term.source, term.quality]
            )
        return self.numbers[key]

    def add_route(self, route: Route) -> list[list[int]]:
        """Numbers of the terms of each item of a route."""
        places = {item.seq: number for number, item in enumerate(route.items)}
        found: list[list[int]] = [[] for _ in route.items]
        for term in route.terms:
            if term.seq in places:
                found[places[term.seq]].append(self.add(term))
        return found
