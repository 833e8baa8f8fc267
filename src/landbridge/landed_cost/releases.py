"""What a consignment costs by its cheapest release, on means alone: asked again and again under changed inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import nan

import numpy as np

from landbridge.kernels.item_draws import ItemDraws
from landbridge.landed_cost.consigned import judge_consignment
from landbridge.landed_cost.customs_law import CustomsLaw
from landbridge.landed_cost.goods import KG_A_TONNE, Goods
from landbridge.landed_cost.pricing import Rules, Wishes, price_consignment
from landbridge.landed_cost.regimes import RELEASE
from landbridge.landed_cost.steps import list_in_force, read_parameters
from landbridge.landed_cost.way import Way, read_way
from landbridge.schema import Tables
from landbridge.schema.rows import Row


def read_mean_way(route: Row, items: Sequence[Row], law: CustomsLaw, goods: Goods, *, year: int) -> Way:
    """The way of a route on its means: `route` has route, corridor, label and time, `items` are its rows of route_items
    in order. `year` is that of the money of the network.
    """
    unions = law.union(goods.start), law.union(goods.destination)
    paid = np.array([[float(row["paid"])] for row in items])
    draws = ItemDraws(paid, np.array([float(route["time"])]))
    return read_way(route, items, draws, unions=unions, year=year)


def price_release(
    goods: Goods, ways: Sequence[Way], law: CustomsLaw, *, tables: Tables, wishes: Wishes = Wishes()
) -> float:
    """Mean landed cost, USD a tonne, by the cheapest way and lawful regime of release; NaN where nothing can be priced.

    `tables` are those that the law was read from, with agreements, components and parameters.
    """
    if not ways:
        return nan
    rules = Rules(law, read_parameters(tables["parameters"]), list_in_force(tables["agreements"], law))
    origins = judge_consignment(goods, law, tables=tables, ways=ways)
    wanted = replace(wishes, drawn=False, release_only=True)
    priced = price_consignment(rules, goods, ways, origins=origins, wishes=wanted)
    totals = [door.mean_total for door in priced.doors if door.regime.kind == RELEASE]
    if not totals:
        return nan
    tonnes = float(np.mean(goods.weight)) / KG_A_TONNE
    return float(min(totals) / tonnes * law.quote(goods.currency, "USD").value)


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
