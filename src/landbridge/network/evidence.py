"""What a route rests on: how much of its cost, time and spread each input row carries.

A term counts in full for each row that it names, since an error of one per cent in any factor of a product is one per
cent of the product; so shares of the mean may add up to more than one. What an hour costs also rests on the rows that
the hours come from. Shares of the variance add up to one (see `landbridge.kernels.spread`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from landbridge.network.items import Item
from landbridge.network.routes import WEAK, Route
from landbridge.schema import load_catalogue
from landbridge.schema.rows import Row, read_rows

INPUT_TABLES = (
    "operations",
    "rates",
    "speeds",
    "parameters",
    "services",
    "passages",
    "interruptions",
    "countries",
    "shipments",
)
# Columns that say how or when a number was got, or that their own columns of the result repeat.
_NO_FIGURES = {"price_year", "observations", "lat", "lon"}
_UNIT_COLUMNS = {
    **dict.fromkeys(("cost", "cost_p10", "cost_p90"), "cost_unit"),
    **dict.fromkeys(("rate", "value", "p10", "p90"), "unit"),
}
_NAMES = {
    "operations": ("operation", "mode", "to_mode", "direction", "cargo_class", "scope"),
    "rates": ("mode", "means", "cargo_class", "scope"),
    "speeds": ("mode", "means", "scope"),
}


@dataclass(frozen=True, slots=True)
class InputBook:
    """The rows that terms name, found by table#id."""

    tables: Mapping[str, pd.DataFrame]
    rows: dict[str, dict[str, Row]] = field(default_factory=dict)

    def find(self, name: str) -> Row:
        """The row of a table#id; empty where there is none."""
        table, _, key = name.partition("#")
        if table not in self.rows:
            frame = self.tables.get(table)
            found = [] if frame is None else read_rows(frame)
            self.rows[table] = {str(row["id"]): row for row in found}
        return self.rows[table].get(key, {})


def input_rows(route: Route, book: InputBook) -> list[dict[str, Any]]:
    """Rows of route_inputs: every row that the cost or time of a route rests on, the widest spread first."""
    means = _sum_means(route)
    spread = _read_shares(route)
    rows: list[dict[str, Any]] = []
    for name, mean in means.items():
        row, table = book.find(name), name.partition("#")[0]
        rows.append(
            {
                "route": route.id,
                "input": name,
                "table": table,
                "name": name_row(table, row),
                "figures": write_figures(table, row),
                "places": tuple(mean.places),
                "quality": str(row.get("quality") or "default"),
                "source": str(row.get("source", "")),
                "cost": mean.cost,
                "time": mean.time,
                "cost_share": mean.cost / route.cost if route.cost else 0.0,
                "time_share": mean.time / route.time if route.time else 0.0,
                **spread.get(name, _NO_SPREAD),
            }
        )
    rows.sort(key=lambda one: (-max(one["cost_variance_share"], one["time_variance_share"]), one["input"]))
    return rows


def weak_spread(route: Route, book: InputBook) -> dict[str, float]:
    """Shares of the variance of cost and time that rest on defaults and estimates, as columns of routes."""
    ranges, found = route.ranges, {}
    for kind, shares in (("cost", ranges.shares.cost_share), ("time", ranges.shares.time_share)):
        weak = sum(
            float(share)
            for name, share in zip(ranges.inputs, shares, strict=True)
            if book.find(name).get("quality") in WEAK
        )
        found[f"default_share_spread_{kind}"] = min(max(weak, 0.0), 1.0)
    return found


@dataclass(slots=True)
class _Mean:
    cost: float = 0.0
    time: float = 0.0
    places: dict[str, None] = field(default_factory=dict)


def _sum_means(route: Route) -> dict[str, _Mean]:
    sums: dict[str, _Mean] = {}
    for item in route.items:
        where = f"{item.start} – {item.end}" if item.kind == "leg" else item.site.name
        for name, cost, time in _walk_terms(item):
            mean = sums.setdefault(name, _Mean())
            mean.cost += cost
            mean.time += time
            mean.places[where] = None
    return sums


def _walk_terms(item: Item) -> Iterator[tuple[str, float, float]]:
    """Each row that the item rests on, with what rests on it: USD/t and h."""
    hourly = sum(term.value for term in item.terms if term.hourly)
    for term in item.terms:
        if term.unit not in ("USD/t", "h"):
            continue
        for name in dict.fromkeys(term.inputs):
            if "#" not in name:
                continue
            if term.unit == "h":
                yield name, hourly * term.value / item.time if item.time else 0.0, term.value
            else:
                yield name, term.value, 0.0


_SHARES = ("cost_variance_share", "time_variance_share", "cost_narrowing", "time_narrowing")
_NO_SPREAD = dict.fromkeys(_SHARES, 0.0)


def _read_shares(route: Route) -> dict[str, dict[str, float]]:
    shares = route.ranges.shares
    columns = (shares.cost_share, shares.time_share, shares.cost_narrowing, shares.time_narrowing)
    numbers = zip(*(column.tolist() for column in columns), strict=True)
    return {
        name: dict(zip(_SHARES, values, strict=True))
        for name, values in zip(route.ranges.inputs, numbers, strict=True)
    }


def name_row(table: str, row: Row) -> str:
    """What a row is about, in words.

    >>> name_row("speeds", {"mode": "rail", "means": "block_train", "scope": "KZ"})
    'speed: rail, block train, KZ'
    """
    if table in _NAMES and row:
        parts = [str(row.get(name) or "").replace("_", " ") for name in _NAMES[table]]
        words = [part for part in parts if part not in {"", "any"}]
        kind = {"operations": words[0], "rates": "rate", "speeds": "speed"}[table]
        return f"{kind}: {', '.join(words[table == 'operations' :])}"
    return str(row.get("name") or row.get("id") or "").replace("_", " ")


def write_figures(table: str, row: Row) -> str:
    """The numbers that a row gives, with their units.

    >>> write_figures("speeds", {"speed": 25.0, "speed_p10": 12.5, "speed_max": float("nan")})
    'speed 25 km/h, speed p10 12.5 km/h'
    """
    told = []
    for one in load_catalogue().tables[table].fields if row else ():
        value = row.get(one.name)
        if one.type not in ("number", "int") or one.name in _NO_FIGURES or pd.isna(value):
            continue
        if not one.required and value == 0:
            continue
        unit = one.unit or str(row.get(_UNIT_COLUMNS.get(one.name, ""), ""))
        told.append(f"{one.name.replace('_', ' ')} {value:,.6g} {unit}".strip())
    return ", ".join(told)
