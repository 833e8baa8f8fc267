"""What is priced: goods with their value, terms of sale, mass and quantities."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landbridge.landed_cost.rates import UNITS
from landbridge.schema import Finding
from landbridge.schema.rows import Row

Floats = NDArray[np.float64]

KG_A_TONNE = 1_000.0
_MEASURE = re.compile(r"\s*([0-9]+(?:[.,][0-9]+)?)\s*(\S.*?)\s*")
# What one piece of these is called in rates.
_SAME = {"units": "unit", "piece": "unit", "pieces": "unit"}


@dataclass(frozen=True, slots=True)
class Goods:
    """One consignment. Countries are codes; `start` is where it is sent from, `made_in` where it was made.

    `value` is the price of the whole under `incoterm`, `weight` and `gross_weight` its mass in kg, `count` how many
    `unit` there are (NaN where nothing is counted); numbers may be float64[n] for n consignments of one kind.
    `quantities` are by the units of rates.
    """

    id: str
    product: str
    start: str
    made_in: str
    destination: str
    value: Floats
    currency: str
    incoterm: str
    weight: Floats
    gross_weight: Floats
    count: Floats
    unit: str
    quantities: Mapping[str, Floats | float]
    originates: tuple[str, ...] = ()
    bill: str = ""
    yearly: float = 1.0
    registered: bool = True


def read_goods(row: Row, *, start: str, destination: str, product: str) -> Goods:
    """The goods of a row of consignments between two countries; `product` is that of its flow."""
    weight = np.array([float(row["weight"])])
    gross = float(row["gross_weight"])
    unit, count = name_unit(str(row["unit"])), np.array([float(row["quantity"])])
    return Goods(
        id=str(row["id"]),
        product=str(row["product"]) or product,
        start=start,
        made_in=str(row["made_in"]) or start,
        destination=destination,
        value=np.array([float(row["value"])]),
        currency=str(row["currency"]),
        incoterm=str(row["incoterm"]),
        weight=weight,
        gross_weight=weight if math.isnan(gross) else np.array([gross]),
        count=count,
        unit=unit,
        quantities=list_quantities(weight, count, unit, measures=tuple(row["measures"])),
        originates=tuple(row["originates"]),
        bill=str(row["bill"]),
        yearly=float(row["shipments_a_year"]),
        registered=bool(row["buyer_registered"]),
    )


def name_unit(word: str) -> str:
    """What rates call a unit.

    >>> name_unit("pieces"), name_unit("m2")
    ('unit', 'm2')
    """
    return _SAME.get(word, word)


def list_quantities(
    weight: Floats, count: Floats, unit: str, *, measures: tuple[str, ...] = ()
) -> dict[str, Floats | float]:
    """Quantities by the unit of a rate: mass in kg and t, what is counted, other measures, and the one shipment.

    >>> found = list_quantities(np.array([500.0]), np.array([2.0]), "unit", measures=("1596 cm3",))
    >>> sorted(found), found["cm3"]
    (['cm3', 'kg', 'shipment', 't', 'unit'], 1596.0)
    """
    found: dict[str, Floats | float] = {"shipment": 1.0}
    if not np.isnan(weight).any():
        found |= {"kg": weight, "t": weight / KG_A_TONNE}
    if unit and not np.isnan(count).any():
        found[unit] = count
    found |= dict(map(read_measure, measures))
    return found


def read_measure(text: str) -> tuple[str, float]:
    """The unit and the number of a quantity in words. Raises ValueError where it is none of rates.

    >>> read_measure("1596 cm3"), read_measure("12,5 m2")
    (('cm3', 1596.0), ('m2', 12.5))
    """
    match = _MEASURE.fullmatch(text)
    unit = name_unit(match[2]) if match else ""
    if match is None or unit not in UNITS:
        raise ValueError(f"{text!r} is no number and unit of rates: {', '.join(UNITS)}")
    return unit, float(match[1].replace(",", "."))


def check_goods(goods: Goods) -> Iterator[Finding]:
    """Faults of the numbers of a consignment."""
    place = f"of {goods.id}" if goods.id else "of the goods"
    if not (np.isfinite(goods.value).all() and (goods.value >= 0).all()):
        yield Finding(
            "bad_value", "error", f"the value {place} is no number of at least 0", "give the price paid"
        )
    if not all((np.isfinite(mass) & (mass > 0)).all() for mass in (goods.weight, goods.gross_weight)):
        remedy = "give the net mass in kg: carriage and specific duties go by it"
        yield Finding("no_weight", "error", f"the weight {place} is missing or not above 0", remedy)
    if (goods.gross_weight < goods.weight).any():
        yield Finding(
            "lighter_than_net", "error", f"the gross mass {place} is below the net mass", "mend one of them"
        )
