"""The landed cost of consignments under any coalition of levers: all of a trade law's networks at once."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landbridge.landed_cost.customs_law import CustomsLaw
from landbridge.landed_cost.door import Door
from landbridge.landed_cost.goods import KG_A_TONNE, Goods, read_goods
from landbridge.landed_cost.pricing import Wishes
from landbridge.landed_cost.releases import (
    find_least,
    is_in_zone,
    is_release,
    list_touching,
    price_doors,
    read_mean_way,
)
from landbridge.landed_cost.steps import read_parameters, read_wishes
from landbridge.network.routes import Route
from landbridge.network.tables import item_rows
from landbridge.schema.closings import Closing
from landbridge.schema.rows import Row, read_rows
from landbridge.screening.routes import meets_closing, read_passed
from landbridge.study.value_subjects import PRICED, Subject, UnreachedError, Valued
from landbridge.study.value_ways import Ways

Floats = NDArray[np.float64]
OF_CONSIGNMENTS: Mapping[str, Callable[[Door], bool]] = {
    "landed_cost": is_release,
    "free_zone_cost": is_in_zone,
}


def list_consignment_subjects(valued: Valued) -> Iterator[Subject]:
    """What each consignment that the law allows costs at the door, and in a free zone where there is one, on the day of
    the scenario.
    """
    given, law = valued.given, valued.law(0)[0]
    changed = valued.tables.list_rows(PRICED)
    bits = {lever.id: 1 << place for place, lever in enumerate(valued.tables.levers)}
    for row in read_rows(given["consignments"]):
        flow = str(row["flow"])
        ruling = find_ruling(given, row, valued.date)
        shut = flow not in given["ends"] or given["rulings"][flow].prohibited
        if shut or ruling is None or ruling.prohibited:
            continue
        goods = _read_goods(given, row)
        book = _Book(
            valued,
            valued.ways[flow],
            goods,
            wishes=read_wishes(given, row),
            closings=tuple(one for one in ruling.closings if one not in given["rulings"][flow].closings),
            bearing=sum(bits[lever] for lever in list_touching(changed, goods, law)),
        )
        tonnes = float(goods.weight[0]) / KG_A_TONNE * goods.yearly
        book.price([0])
        for indicator in OF_CONSIGNMENTS:
            if indicator == "free_zone_cost" and not np.isfinite(book.known[indicator, 0]):
                continue  # no free zone at the destination
            yield Subject(
                indicator,
                str(row["id"]),
                str(row["name"]),
                "consignment",
                "less",
                book.ways.reach | book.bearing,
                _Consignment(book, indicator),
                tonnes,
            )


def find_ruling(given: Mapping[str, Any], row: Row, date: datetime.date) -> Any:
    """The law's ruling on a consignment on a day, None where there is none."""
    return given["consignment_rulings"].get((str(row["id"]), date))


def _read_goods(given: Mapping[str, Any], row: Row) -> Goods:
    origin, destination = given["ends"][str(row["flow"])]
    product = given["flow_shipments"][str(row["flow"])].product
    return read_goods(row, start=origin.country, destination=destination.country, product=product)


@dataclass(frozen=True, slots=True)
class _Consignment:
    """Values of an indicator of a consignment."""

    book: _Book
    indicator: str

    def __call__(self, coalitions: NDArray[np.int64]) -> list[float]:
        book, masks = self.book, coalitions.tolist()
        book.price(masks)
        found = [book.known[self.indicator, mask & (book.bearing | book.ways.reach)] for mask in masks]
        if not np.isfinite(found).all():
            raise UnreachedError
        return found


@dataclass(frozen=True, slots=True, eq=False)
class _Lane:
    """Ways that are open alike under some coalitions of the network: their items, what each is paid, their times.

    `masks` are the coalitions; of each way the row, the items, paid float64[items, masks] and time float64[masks].
    """

    masks: tuple[int, ...]
    ways: tuple[tuple[dict[str, Any], list[dict[str, Any]], Floats], ...]


@dataclass(slots=True, eq=False)
class _Book:
    """A consignment with its ways, the levers that bear on its law (`bearing`), and what is priced of it so far."""

    valued: Valued
    ways: Ways
    goods: Goods
    wishes: Wishes
    closings: tuple[Closing, ...]
    bearing: int
    known: dict[tuple[str, int], float] = field(default_factory=dict)

    def price(self, masks: Sequence[int]) -> None:
        """Put what the coalitions `masks` cost into `known`, infinite where there is no way or no price."""
        reach = self.bearing | self.ways.reach
        new = dict.fromkeys(mask & reach for mask in masks if ("landed_cost", mask & reach) not in self.known)
        lanes = self._open_lanes(dict.fromkeys(mask & self.ways.reach for mask in new))
        for law_mask in dict.fromkeys(mask & self.bearing for mask in new):
            law, tables = self.valued.law(law_mask)
            for lane in lanes:
                wanted = {mask & self.ways.reach: mask for mask in new if mask & self.bearing == law_mask}
                picked = [place for place, mask in enumerate(lane.masks) if mask in wanted]
                if picked:
                    keys = [wanted[lane.masks[place]] for place in picked]
                    self._price_lane(lane, picked, keys, law, tables)

    def _price_lane(
        self, lane: _Lane, picked: list[int], keys: list[int], law: CustomsLaw, tables: Mapping[str, Any]
    ) -> None:
        ways = [
            read_mean_way(
                {**row, "time": row["time"][picked]}, items, paid[:, picked], law=law, goods=self.goods
            )
            for row, items, paid in lane.ways
        ]
        doors = price_doors(self.goods, ways, law, tables=tables, wishes=self.wishes)
        if doors is None:
            for place, key in zip(picked, keys, strict=True):
                self._price_lane(lane, [place], [key], law, tables)
            return
        for indicator, belongs in OF_CONSIGNMENTS.items():
            least = find_least(filter(belongs, doors), law, len(picked))
            self.known |= {(indicator, key): cost for key, cost in zip(keys, least.tolist(), strict=True)}

    def _open_lanes(self, masks: Iterable[int]) -> list[_Lane]:
        """The coalitions of the network, parted by its structure and by which ways are open under them."""
        structures: dict[int, list[int]] = {}
        for mask in masks:
            structures.setdefault(mask & self.ways.variants.structure, []).append(mask)
        groups: dict[tuple[int, ...], list[tuple[int, list[Route | None]]]] = {}
        for structure, own in structures.items():
            paths = self.ways.list_paths(own)
            for mask in own:
                routes = [self.ways.price(mask, path) for path in paths.values()]
                shape = (structure, *(-1 if route is None else len(route.items) for route in routes))
                groups.setdefault(shape, []).append((mask, routes))
        return [self._make_lane(own) for own in groups.values()]

    def _make_lane(self, own: Sequence[tuple[int, Sequence[Route | None]]]) -> _Lane:
        year = int(read_parameters(self.valued.given["parameters"])["price_year"])
        ways = []
        for number, routes in enumerate(zip(*(routes for _, routes in own), strict=True)):
            if routes[0] is None:
                continue
            rows = [item_rows(replace(route, id=f"way-{number}")) for route in routes if route is not None]
            if any(meets_closing(one, read_passed(rows[0])) for one in self.closings):
                continue
            paid = np.array([[float(row["paid"]) for row in one] for one in rows]).T
            time = np.array([route.time for route in routes if route is not None])
            row = {
                "route": f"way-{number}",
                "corridor": "",
                "label": routes[0].label,
                "time": time,
                "year": year,
            }
            ways.append((row, rows[0], paid))
        return _Lane(tuple(mask for mask, _ in own), tuple(ways))
