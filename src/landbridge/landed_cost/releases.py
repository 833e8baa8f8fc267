"""What a consignment costs at the door on means alone, under many circumstances at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.item_draws import ItemDraws
from landbridge.landed_cost.consigned import judge_consignment
from landbridge.landed_cost.customs_law import CustomsLaw
from landbridge.landed_cost.door import Door
from landbridge.landed_cost.goods import KG_A_TONNE, Goods
from landbridge.landed_cost.pricing import Rules, Wishes, price_consignment
from landbridge.landed_cost.regimes import RELEASE, ZONE
from landbridge.landed_cost.steps import list_in_force, read_parameters
from landbridge.landed_cost.way import Way, read_way
from landbridge.schema import Tables
from landbridge.schema.rows import Row

Floats = NDArray[np.float64]


def read_mean_way(route: Row, items: Sequence[Row], paid: Floats, *, law: CustomsLaw, goods: Goods) -> Way:
    """A way on its means under n circumstances. `route` has route, corridor, label, time float64[n] (h) and year, that
    of the money of the network; `items` are its rows of route_items in order, `paid` float64[items, n] what each is
    paid (USD/t).
    """
    unions = law.union(goods.start), law.union(goods.destination)
    hours = np.asarray(route["time"], np.float64)
    told = [{**row, "paid": float(own.mean())} for row, own in zip(items, paid, strict=True)]
    row = {**route, "time": float(hours.mean())}
    return read_way(row, told, ItemDraws(paid, hours), unions=unions, year=int(route["year"]))


def price_doors(
    goods: Goods, ways: Sequence[Way], law: CustomsLaw, *, tables: Tables, wishes: Wishes = Wishes()
) -> tuple[Door, ...] | None:
    """The doors of goods by each way and lawful regime on their means, () where nothing can be priced; arrays of `ways`
    are n circumstances of one consignment.

    None where the price of the goods is below the seller's costs under some of them only: a door is of all or none, so
    these are to be asked for one by one. `tables` are those that the law was read from, with agreements, components and
    parameters.
    """
    if not ways:
        return ()
    rules = Rules(law, read_parameters(tables["parameters"]), list_in_force(tables["agreements"], law))
    origins = judge_consignment(goods, law, tables=tables, ways=ways)
    count = max(len(way.hours) for way in ways)
    wanted = replace(wishes, drawn=False)
    many = _repeat(goods, count)
    # Way by way: of several, stays under a regime are priced by one alone.
    priced = [price_consignment(rules, many, [way], origins=origins, wishes=wanted) for way in ways]
    if not all(rows.all() for one in priced for rows in one.short):
        return None
    return tuple(door for one in priced for door in one.doors)


def _repeat(goods: Goods, count: int) -> Goods:
    """The goods `count` times."""

    def repeat(amount: Floats) -> Floats:
        return np.broadcast_to(amount, (count,)).copy()

    weight, number = repeat(goods.weight), repeat(goods.count)
    quantities = {
        unit: repeat(amount) if isinstance(amount, np.ndarray) else amount
        for unit, amount in goods.quantities.items()
    }
    return replace(
        goods,
        value=repeat(goods.value),
        weight=weight,
        gross_weight=repeat(goods.gross_weight),
        count=number,
        quantities=quantities,
    )


def find_least(doors: Iterable[Door], law: CustomsLaw, count: int) -> Floats:
    """The least cost at the door, USD a tonne, float64[count]; infinite where there is no door."""
    least = np.full(count, np.inf)
    for door in doors:
        tonnes = door.goods.weight / KG_A_TONNE
        least = np.minimum(least, door.total / tonnes * law.quote(door.goods.currency, "USD").value)
    return least


def is_release(door: Door) -> bool:
    """Whether the goods are released to the buyer."""
    return door.regime.kind == RELEASE


def is_in_zone(door: Door) -> bool:
    """Whether the goods stay in a free zone, on their way to other markets."""
    return door.regime.kind != RELEASE and door.regime.row is not None and door.regime.row["regime"] == ZONE


def touches_consignment(row: Row, goods: Goods, law: CustomsLaw) -> bool:
    """Whether a row that a lever changes may bear on the price of goods: not where it is of a territory, of goods or of
    an agreement that they have nothing to do with.
    """
    countries = (goods.start, goods.made_in, goods.destination)
    areas = {area for country in countries for area in law.areas(country)}
    if row.get("territory") and row["territory"] not in areas:
        return False
    products: tuple[str, ...] = tuple(row.get("products") or ())
    if products and not any(
        code.startswith(goods.product) or goods.product.startswith(code) for code in products
    ):
        return False
    sides = tuple(row.get(name) for name in ("granters", "beneficiaries"))
    return all(side is None or set(side) & areas for side in sides)


def list_touching(
    changed: Mapping[str, Mapping[str, Sequence[Row]]], goods: Goods, law: CustomsLaw
) -> frozenset[str]:
    """The levers, of those whose `changed` rows stand by lever and table, that can bear on the price of goods."""
    return frozenset(
        lever
        for lever, tables in changed.items()
        if any(touches_consignment(row, goods, law) for rows in tables.values() for row in rows)
    )
