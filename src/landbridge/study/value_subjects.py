"""What levers are valued by: an indicator of a flow or a consignment, and its value under any coalition of levers."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landbridge.landed_cost.customs_law import TABLES as LAW_TABLES
from landbridge.landed_cost.customs_law import CustomsLaw, read_customs_law
from landbridge.study.lever_tables import LeverTables
from landbridge.study.value_ways import BY, Ways

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
    """What is valued: the workspace before any lever, the tables of any coalition, and the ways of each flow."""

    given: Mapping[str, Any]
    tables: LeverTables
    ways: Mapping[str, Ways]
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


def list_flow_subjects(valued: Valued) -> Iterator[Subject]:
    """Cost and emissions of the cheapest way, and the time of the fastest, of each flow that the law allows."""
    tonnes = dict(zip(*(valued.given["flows"][name].tolist() for name in ("id", "tonnes")), strict=True))
    for flow, title in list_allowed(valued):
        own = float(tonnes.get(flow, nan))
        by = {name: valued.ways[flow].choose(name) for name in BY}
        for indicator, aim in OF_FLOWS.items():
            ways = by["time" if indicator == "transport_time" else "cost"]
            yield Subject(indicator, flow, title, "flow", aim, ways.reach, _Flow(ways, indicator), own)


def list_allowed(valued: Valued) -> Iterator[tuple[str, str]]:
    """The flows that the law does not forbid, with origin, destination and goods in words."""
    for flow, (origin, destination) in valued.given["ends"].items():
        if not valued.given["rulings"][flow].prohibited:
            product = valued.given["flow_shipments"][flow].product
            yield flow, f"{origin.name} - {destination.name}, {product}"


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
