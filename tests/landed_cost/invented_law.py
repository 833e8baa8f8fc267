"""The customs law of two invented unions, small enough to work out every charge by hand.

XA and XB are one customs territory (XU) without borders inside; YA and YB are in a union that keeps its formalities
(YU); ZA has no law at all. Currencies are real codes with round rates: a dollar is 0.8 EUR, 4 BYN, 0.5 GBP.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from landbridge.landed_cost.customs_law import TABLES, CustomsLaw, read_customs_law
from landbridge.landed_cost.goods import Goods, list_quantities
from landbridge.landed_cost.pricing import Rules
from landbridge.landed_cost.way import Way, WayPart, give_way
from landbridge.schema import load_catalogue
from landbridge.schema.tables import default_value, make_frame

DATE = datetime.date(2026, 7, 1)
FIRST = datetime.date(2020, 1, 1)
FACT = {"act": "act 1", "source": "invented", "quality": "published", "from": FIRST}
PARAMETERS = {"interest_rate": 10.0, "insurance_share": 0.3}
Rows = Sequence[Mapping[str, Any]]

TERRITORIES = (("XU", "XA", "none"), ("XU", "XB", "none"), ("YU", "YA", "full"), ("YU", "YB", "full"))
TARIFFS: Rows = (
    {"id": "harvester", "territory": "XU", "products": ("8433",), "rate": "5 %"},
    {"id": "butter", "territory": "XU", "products": ("0405",), "rate": "15 % but not less than 0.22 EUR/kg"},
    {"id": "engine", "territory": "XU", "products": ("8407",), "rate": "0.5 EUR/cm3"},
    {"id": "carpet", "territory": "XU", "products": ("5702",), "rate": "0.25 EUR/m2"},
    {"id": "shoe", "territory": "XU", "products": ("6403",), "rate": "10 % plus 0.4 EUR/pair"},
)
TAXES: Rows = (
    {
        "id": "vat",
        "territory": "XU",
        "charge": "vat",
        "name": "VAT",
        "rate": "20 %",
        "base": ("customs_value", "duty", "excise"),
    },
)
VALUES: Rows = ({"id": "xu-value", "territory": "XU", "basis": "entry"},)


def frame(table: str, rows: Rows) -> pd.DataFrame:
    """A typed frame of rows that need not name the same fields; what a row leaves out is empty."""
    spec = load_catalogue().tables[table]
    empty = {field.name: default_value(field) for field in spec.fields}
    filled = [{**empty, **{name: value for name, value in row.items() if value is not None}} for row in rows]
    return make_frame({name: [row[name] for row in filled] for name in spec.columns}, spec)


def make_tables(**changed: Rows) -> dict[str, pd.DataFrame]:
    """The tables of the law, some with other rows than those above; rows are facts unless they say otherwise."""
    rows: dict[str, Rows] = dict.fromkeys(TABLES, ())
    rows |= {"tariffs": TARIFFS, "import_taxes": TAXES, "customs_values": VALUES}
    rows["exchange_rates"] = [
        {"id": f"{code}-{date}", "currency": code, "per": "USD", "value": value, "date": date}
        for code, value in (("EUR", 0.8), ("BYN", 4.0), ("GBP", 0.5))
        for date in (DATE - datetime.timedelta(days=1), FIRST)
    ]
    rows["territories"] = [
        {"id": f"{bloc}-{country}", "territory": bloc, "country": country, "internal_customs": kind}
        for bloc, country, kind in TERRITORIES
    ]
    rows |= changed
    return {name: frame(name, [{**FACT, **row} for row in given]) for name, given in rows.items()}


def make_law(date: datetime.date = DATE, **changed: Rows) -> CustomsLaw:
    """The law of a day over `make_tables`."""
    return read_customs_law(make_tables(**changed), date)


def make_rules(law: CustomsLaw | None = None, **parameters: float) -> Rules:
    """The rules of pricing under a law, by default that above."""
    return Rules(law or make_law(), {**PARAMETERS, **parameters})


def make_goods(**changed: Any) -> Goods:
    """A harvester of 12 t from ZA, bought for 10,000 dollars ex works by a buyer in XA; some fields may differ."""
    number = float("nan")
    words = {"product": "843351", "start": "ZA", "destination": "XA", "currency": "USD", "incoterm": "EXW"}
    words |= {name: changed.pop(name) for name in tuple(changed) if name in words}
    weight = np.atleast_1d(np.asarray(changed.pop("weight", 12_000.0), dtype=np.float64))
    value = np.atleast_1d(np.asarray(changed.pop("value", 10_000.0), dtype=np.float64))
    count, unit = np.atleast_1d(np.asarray(changed.pop("count", number))), changed.pop("unit", "unit")
    measures = changed.pop("measures", ())
    goods = Goods(
        id="",
        made_in=changed.pop("made_in", words["start"]),
        value=value,
        weight=weight,
        gross_weight=weight,
        count=count,
        unit=unit,
        quantities=list_quantities(weight, count, unit, measures=measures),
        **words,
    )
    return replace(goods, **changed)


def make_way(
    main: Any = 0.0, *, export: Any = 0.0, inland: Any = 0.0, days: Any = 0.0, tonnes: float = 12.0
) -> Way:
    """A way of given costs for the whole consignment in dollars; numbers or arrays of draws."""
    sides = {"export": export, "main": main, "inland": inland}
    costs = {side: np.atleast_1d(np.asarray(cost, dtype=np.float64)) / tonnes for side, cost in sides.items()}
    hours = np.atleast_1d(np.asarray(days, dtype=np.float64)) * 24.0
    return give_way(costs, currency="USD", year=DATE.year, hours=hours)


# Where each stage of the terms of sale lies by the borders of customs, on a way by sea.
SIDES = {
    "loading_origin": "export",
    "export_clearance": "export",
    "pre_carriage": "export",
    "origin_terminal": "export",
    "main_loading": "export",
    "main_carriage": "main",
    "destination_terminal": "inland",
    "on_carriage": "inland",
    "unloading": "inland",
    "import_clearance": "inland",
}


def make_staged_way(costs: Mapping[str, Any], *, days: Any = 0.0, tonnes: float = 12.0) -> Way:
    """A way by sea with one part for each stage, of the cost of the whole consignment."""
    parts = tuple(
        WayPart(
            "carriage",
            stage,
            SIDES[stage],
            stage,
            np.atleast_1d(np.asarray(cost, dtype=np.float64)) / tonnes,
            ("route_items#r/1",),
        )
        for stage, cost in costs.items()
    )
    hours = np.atleast_1d(np.asarray(days, dtype=np.float64)) * 24.0
    return Way("r", "", "by sea", parts, hours, "USD", DATE.year, entry="sea", water=True)
