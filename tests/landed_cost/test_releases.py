"""Prices at the door under many circumstances at once, against each asked alone; which rows bear on goods."""

import datetime
from typing import Any

import numpy as np
import pytest

from landbridge.landed_cost.customs_law import read_customs_law
from landbridge.landed_cost.goods import Goods, read_goods
from landbridge.landed_cost.releases import find_least, is_release, price_doors, touches_consignment
from landbridge.landed_cost.way import Way, give_way
from landbridge.schema import empty_table, load_catalogue
from landbridge.sources import read_shipped_tables

TABLES = {
    **{name: empty_table(load_catalogue().tables[name]) for name in ("agreements", "components")},
    **read_shipped_tables(),
}
LAW = read_customs_law(TABLES, datetime.date(2025, 8, 21))


def goods(incoterm: str) -> Goods:
    row: dict[str, Any] = {
        "id": "a", "product": "843351", "value": 10_000.0, "currency": "USD", "incoterm": incoterm, "quantity": 1.0,
        "unit": "unit", "weight": 10_000.0, "gross_weight": float("nan"), "measures": (), "made_in": "BY",
        "originates": (), "bill": "", "shipments_a_year": 1.0, "buyer_registered": True,
    }  # fmt: skip
    return read_goods(row, start="BY", destination="IR", product="843351")


def way(*costs: float) -> Way:
    """A way of these international costs (USD/t), each with its own days."""
    hours = np.array([24.0 * (place + 5) for place in range(len(costs))])
    return give_way({"main": np.array(costs)}, currency="USD", year=2025, hours=hours)


def least(incoterm: str, one: Way) -> list[float]:
    doors = price_doors(goods(incoterm), [one], LAW, tables=TABLES)
    assert doors is not None
    return find_least(filter(is_release, doors), LAW, len(one.hours)).tolist()


def test_circumstances_together_cost_what_each_costs_alone() -> None:
    together = least("EXW", way(50.0, 80.0, 400.0))
    assert together[0] < together[1] < together[2]
    alone = [
        least(
            "EXW",
            give_way(
                {"main": np.array([cost])}, currency="USD", year=2025, hours=np.array([24.0 * (place + 5)])
            ),
        )[0]
        for place, cost in enumerate((50.0, 80.0, 400.0))
    ]
    assert together == pytest.approx(alone, rel=1e-12)


def test_where_the_price_does_not_cover_the_seller_s_costs_under_some_nothing_is_said_of_all() -> None:
    """10,000 USD delivered duty paid cannot hold a freight of 5,000 USD/t for ten tonnes; one of 50 it can."""
    assert price_doors(goods("DDP"), [way(50.0, 5_000.0)], LAW, tables=TABLES) is None
    assert np.isfinite(least("DDP", way(50.0))).all()
    assert least("DDP", way(5_000.0)) == [np.inf]


@pytest.mark.parametrize(
    ("row", "bears"),
    [
        ({"territory": "IR"}, True),
        ({"territory": "EAEU"}, True),  # the union of the country of origin
        ({"territory": "UG"}, False),
        ({"territory": "IR", "products": ("8433",)}, True),
        ({"territory": "IR", "products": ("84335100",)}, True),
        ({"territory": "IR", "products": ("0802",)}, False),
        ({"granters": ("IR",), "beneficiaries": ("EAEU",)}, True),
        ({"granters": ("UG",), "beneficiaries": ("KE",)}, False),
        ({"value": 3.0}, True),
    ],
)
def test_rows_of_other_territories_goods_and_agreements_bear_on_nothing(
    row: dict[str, Any], bears: bool
) -> None:
    assert touches_consignment(row, goods("EXW"), LAW) is bears
