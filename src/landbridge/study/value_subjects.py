"""What levers are valued by: an indicator of a flow or a consignment, and its value under any coalition of levers."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landbridge.agreements.lever_edits import Edit
from landbridge.landed_cost.customs_law import TABLES as LAW_TABLES
from landbridge.landed_cost.customs_law import CustomsLaw, read_customs_law
from landbridge.network.router import Case
from landbridge.network.routes import Route
from landbridge.network.search import Path
from landbridge.network.steps import TABLES as NETWORK_TABLES
from landbridge.network.variants import Asked, CellChange, Variants, make_variants
from landbridge.study.lever_tables import LeverTables

PRICED = (*LAW_TABLES, "agreements", "components", "parameters")
# The indicators of a flow, and which is better.
OF_FLOWS = {"transport_cost": "less", "transport_time": "less", "cheapest_emissions": "less"}


class UnreachedError(Exception):
    """A coalition under which a subject has no value: no way, or no price."""


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """An indicator of a flow, a consignment or a country. `reach` are the bits of the levers that can change it,
    `evaluate` gives its values for coalitions int64[m] and raises UnreachedError where there is none; `tonnes` are
    those a year where known, else NaN.
    """

    indicator: str
    id: str
    title: str
    kind: str
    aim: str
    reach: int
    evaluate: Callable[[NDArray[np.int64]], Sequence[float]]
    tonnes: float = nan


@dataclass(frozen=True, slots=True, eq=False)
class Valued:
    """What is valued: the workspace of the scenario before any lever, the tables and the routes of any coalition."""

    given: Mapping[str, Any]
    tables: LeverTables
    variants: Variants
    laws: dict[int, CustomsLaw] = field(default_factory=dict)

    @property
    def date(self) -> datetime.date:
        """The day."""
        day: datetime.date = self.given["date"]
        return day

    def law(self, mask: int) -> tuple[CustomsLaw, Mapping[str, Any]]:
        """The customs law under a coalition, kept by the levers that bear on it, with the tables it was read from."""
        bearing = mask & self.pricing
        tables = self.tables.of(bearing)
        if bearing not in self.laws:
            self.laws[bearing] = read_customs_law(tables, self.date)
        return self.laws[bearing], tables

    @property
    def pricing(self) -> int:
        """The bits of the levers that change a table that prices are read from."""
        found = 0
        for table in PRICED:
            found |= self.tables.touching(table)
        return found


def vary_routes(given: Mapping[str, Any], tables: LeverTables) -> Variants:
    """The routes of the flows that the law allows, under any coalition of the levers of `tables`."""
    asked = [
        Asked(flow, Case(given["flow_shipments"][flow], ruling.closings, given["ends"][flow]))
        for flow, ruling in given["rulings"].items()
        if not ruling.prohibited
    ]
    return make_variants(
        tables.of,
        [_describe_change(edits) for edits in tables.list_changes().values()],
        asked=asked,
        world=given["world"],
        date=given["date"],
        simulation=given["simulation"],
    )


def _describe_change(edits: Sequence[Edit]) -> CellChange:
    rows: dict[str, set[str]] = {}
    fields: dict[str, set[str]] = {}
    for edit in edits:
        if edit.table in NETWORK_TABLES:
            rows.setdefault(edit.table, set()).add(edit.id)
            fields.setdefault(edit.table, set()).add(edit.field)
    return CellChange(*({name: frozenset(own) for name, own in each.items()} for each in (rows, fields)))


def list_flow_subjects(valued: Valued) -> Iterator[Subject]:
    """Cost and emissions of the cheapest way, and the time of the fastest, of each flow that the law allows."""
    tonnes = dict(zip(*(valued.given["flows"][name].tolist() for name in ("id", "tonnes")), strict=True))
    for flow, title in list_allowed(valued):
        ways = Ways(valued.variants, flow)
        for indicator, aim in OF_FLOWS.items():
            own = float(tonnes.get(flow, nan))
            yield Subject(indicator, flow, title, "flow", aim, ways.reach, _Flow(ways, indicator), own)


def list_allowed(valued: Valued) -> Iterator[tuple[str, str]]:
    """The flows that the law does not forbid, with origin, destination and goods in words."""
    for flow, (origin, destination) in valued.given["ends"].items():
        if not valued.given["rulings"][flow].prohibited:
            product = valued.given["flow_shipments"][flow].product
            yield flow, f"{origin.name} - {destination.name}, {product}"


@dataclass(slots=True, eq=False)
class Ways:
    """The ways of a flow that may be its best under some coalition, priced under any.

    Those looked at are the best by cost and by time under the coalition itself, without any lever, with each alone,
    with all, and with all but one: the search knows no price that is not a sum of its arcs, so a way that it finds
    elsewhere may be a little better in full than the one that it finds here.
    """

    variants: Variants
    flow: str
    paths: dict[bytes, Path] = field(default_factory=dict)

    @property
    def reach(self) -> int:
        """The bits of the levers that bear on them."""
        return self.variants.reach(self.flow)

    def list_paths(self, masks: Iterable[int]) -> dict[bytes, Path]:
        """The paths of the ways for some coalitions, by their bytes."""
        if not self.paths:
            single = [1 << place for place in range(self.reach.bit_length()) if self.reach >> place & 1]
            ends = (0, self.reach, *single, *(self.reach ^ bit for bit in single))
            self.paths = self._find_best(ends)
        return {**self.paths, **self._find_best(masks)}

    def _find_best(self, masks: Iterable[int]) -> dict[bytes, Path]:
        found = (self.variants.outcome(self.flow, mask) for mask in masks)
        routes = (route for one in found for route in (one.cheapest, one.fastest) if route is not None)
        return {route.path.tobytes(): route.path for route in routes}

    def price(self, mask: int, path: Path) -> Route | None:
        """A path priced under a coalition, None where it is closed."""
        return self.variants.price(self.flow, mask & self.reach, path)

    def list_routes(self, mask: int) -> list[Route]:
        """The ways that are open under a coalition."""
        paths = self.list_paths([mask & self.reach]).values()
        routes = (self.price(mask, path) for path in paths)
        return [route for route in routes if route is not None]


@dataclass(frozen=True, slots=True)
class _Flow:
    """Values of an indicator of a flow."""

    ways: Ways
    indicator: str

    def __call__(self, coalitions: NDArray[np.int64]) -> list[float]:
        return [self._value(mask) for mask in coalitions.tolist()]

    def _value(self, mask: int) -> float:
        routes = self.ways.list_routes(mask)
        if not routes:
            raise UnreachedError
        if self.indicator == "transport_time":
            return min(route.time for route in routes)
        cheapest = min(routes, key=lambda route: route.cost)
        return cheapest.cost if self.indicator == "transport_cost" else cheapest.co2e
