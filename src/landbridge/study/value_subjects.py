"""What levers are valued by: an indicator of a flow or a consignment, and its value under any coalition of levers."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landbridge.agreements.lever_edits import Edit
from landbridge.landed_cost.customs_law import TABLES as LAW_TABLES
from landbridge.landed_cost.customs_law import CustomsLaw, read_customs_law
from landbridge.landed_cost.goods import Goods, read_goods
from landbridge.landed_cost.pricing import Wishes
from landbridge.landed_cost.releases import list_touching, price_release, read_mean_way
from landbridge.landed_cost.steps import read_parameters, read_wishes
from landbridge.landed_cost.way import Way
from landbridge.network.router import Case
from landbridge.network.routes import Route
from landbridge.network.steps import TABLES as NETWORK_TABLES
from landbridge.network.tables import item_rows
from landbridge.network.variants import Asked, CellChange, Variants, make_variants
from landbridge.schema.closings import Closing
from landbridge.schema.rows import Row, read_rows
from landbridge.screening.routes import meets_closing, read_passed
from landbridge.study.lever_tables import LeverTables

PRICED = (*LAW_TABLES, "agreements", "components", "parameters")
# The indicators of a flow, and which is better.
OF_FLOWS = {"transport_cost": "less", "transport_time": "less", "cheapest_emissions": "less"}
INDICATORS = (*OF_FLOWS, "landed_cost")


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
        reach = valued.variants.reach(flow)
        for indicator, aim in OF_FLOWS.items():
            evaluate = _Flow(valued.variants, flow, indicator)
            own = float(tonnes.get(flow, nan))
            yield Subject(indicator, flow, title, "flow", aim, reach, evaluate, own)


def list_allowed(valued: Valued) -> Iterator[tuple[str, str]]:
    """The flows that the law does not forbid, with origin, destination and goods in words."""
    for flow, (origin, destination) in valued.given["ends"].items():
        if not valued.given["rulings"][flow].prohibited:
            product = valued.given["flow_shipments"][flow].product
            yield flow, f"{origin.name} - {destination.name}, {product}"


@dataclass(frozen=True, slots=True)
class _Flow:
    """Values of an indicator of a flow."""

    variants: Variants
    flow: str
    indicator: str

    def __call__(self, coalitions: NDArray[np.int64]) -> list[float]:
        return [self._value(mask) for mask in coalitions.tolist()]

    def _value(self, mask: int) -> float:
        found = self.variants.outcome(self.flow, mask)
        route = found.fastest if self.indicator == "transport_time" else found.cheapest
        if route is None:
            raise UnreachedError
        name = {"transport_cost": "cost", "transport_time": "time", "cheapest_emissions": "co2e"}
        return float(getattr(route, name[self.indicator]))


def list_consignment_subjects(valued: Valued) -> Iterator[Subject]:
    """The landed cost of each consignment that the law allows, on the day of the scenario."""
    given, law = valued.given, valued.law(0)[0]
    changed = valued.tables.list_rows(PRICED)
    bits = {lever.id: 1 << place for place, lever in enumerate(valued.tables.levers)}
    for row in read_rows(given["consignments"]):
        flow = str(row["flow"])
        ruling = find_ruling(given, row, valued.date)
        if (
            flow not in given["ends"]
            or given["rulings"][flow].prohibited
            or ruling is None
            or ruling.prohibited
        ):
            continue
        goods = _read_goods(given, row)
        bearing = sum(bits[lever] for lever in list_touching(changed, goods, law))
        ways = valued.variants.reach(flow)
        closings = tuple(one for one in ruling.closings if one not in given["rulings"][flow].closings)
        wishes = read_wishes(given, row)
        priced = _Consignment(valued, flow, goods, wishes, closings, bearing, ways)
        tonnes = goods.weight / 1_000.0 * float(row["shipments_a_year"])
        yield Subject(
            "landed_cost", str(row["id"]), str(row["name"]), "consignment", "less", ways | bearing, priced,
            float(np.mean(tonnes)),
        )  # fmt: skip


def find_ruling(given: Mapping[str, Any], row: Row, date: datetime.date) -> Any:
    """The law's ruling on a consignment on a day, None where there is none."""
    return given["consignment_rulings"].get((str(row["id"]), date))


def _read_goods(given: Mapping[str, Any], row: Row) -> Goods:
    origin, destination = given["ends"][str(row["flow"])]
    product = given["flow_shipments"][str(row["flow"])].product
    return read_goods(row, start=origin.country, destination=destination.country, product=product)


@dataclass(slots=True)
class _Consignment:
    """Landed costs of a consignment, by the best of the ways that any of the looked-at coalitions takes."""

    valued: Valued
    flow: str
    goods: Goods
    wishes: Wishes
    closings: tuple[Closing, ...]
    bearing: int
    ways: int
    known: dict[int, float] = field(default_factory=dict)
    read: dict[int, list[Way]] = field(default_factory=dict)
    paths: list[NDArray[np.int32]] | None = None

    def __call__(self, coalitions: NDArray[np.int64]) -> list[float]:
        return [self._value(mask) for mask in coalitions.tolist()]

    def _value(self, mask: int) -> float:
        key = mask & (self.bearing | self.ways)
        if key not in self.known:
            law, tables = self.valued.law(mask & self.bearing)
            ways = self._list_ways(mask & self.ways, law)
            self.known[key] = price_release(self.goods, ways, law, tables=tables, wishes=self.wishes)
        if not isfinite(self.known[key]):
            raise UnreachedError
        return self.known[key]

    def _list_ways(self, mask: int, law: CustomsLaw) -> list[Way]:
        """The open ways under a coalition, each on its means."""
        if mask not in self.read:
            routes = [self.valued.variants.price(self.flow, mask, path) for path in self._list_paths()]
            found = self.valued.variants.outcome(self.flow, mask)
            own = {route.path.tobytes(): route for route in (*routes, found.cheapest, found.fastest) if route}
            rows = [_describe(route, number) for number, route in enumerate(own.values())]
            year = int(read_parameters(self.valued.given["parameters"])["price_year"])
            self.read[mask] = [
                read_mean_way(route, items, law, self.goods, year=year)
                for route, items in rows
                if not any(meets_closing(one, read_passed(items)) for one in self.closings)
            ]
        return self.read[mask]

    def _list_paths(self) -> list[NDArray[np.int32]]:
        """The best ways by cost and time with no lever, with each alone and with all."""
        if self.paths is None:
            single = [1 << place for place in range(self.ways.bit_length()) if self.ways >> place & 1]
            found = [self.valued.variants.outcome(self.flow, mask) for mask in (0, *single, self.ways)]
            routes = [route for one in found for route in (one.cheapest, one.fastest) if route is not None]
            self.paths = list({route.path.tobytes(): route.path for route in routes}.values())
        return self.paths


def _describe(route: Route, number: int) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The row of a route as prices to the door read it, and its items."""
    named = replace(route, id=f"way-{number}")
    row = {"route": named.id, "corridor": "", "label": route.label, "time": route.time}
    return row, item_rows(named)
