"""Doors of one consignment built by hand: a value, a freight, a duty and a VAT, nothing looked up."""

from __future__ import annotations

from typing import Any

import numpy as np

from landbridge.landed_cost.charges import Charge
from landbridge.landed_cost.customs_value import ValueBasis
from landbridge.landed_cost.door import Assumptions, Door, price_door
from landbridge.landed_cost.goods import Goods, list_quantities
from landbridge.landed_cost.rate_text import parse_rate
from landbridge.landed_cost.regimes import RELEASE, Regime
from landbridge.landed_cost.treatments import MFN, Treatment
from landbridge.landed_cost.way import Way, WayPart

KG = 10_000.0
ENTRY = ValueBasis("x", "XX", "entry", "in", "", None, None, None, "", "", "published")


def make_goods(value: float | list[float] = 9_000.0, **changes: Any) -> Goods:
    """Goods of ten tonnes, one machine, sold ex works in USD."""
    weight, count = np.array([KG]), np.array([changes.pop("count", 1.0)])
    fields: dict[str, Any] = {
        "id": "goods",
        "product": "843351",
        "start": "BY",
        "made_in": "BY",
        "destination": "IR",
        "value": np.atleast_1d(np.asarray(value, dtype=np.float64)),
        "currency": "USD",
        "incoterm": "EXW",
        "weight": weight,
        "gross_weight": weight,
        "count": count,
        "unit": "unit",
        "quantities": list_quantities(weight, count, "unit"),
    }
    return Goods(**{**fields, **changes})


def make_way(freight: float | list[float] = 1_000.0, *, days: float = 20.0, **changes: Any) -> Way:
    """A way whose main carriage costs so much for the whole, in USD."""
    cost = np.atleast_1d(np.asarray(freight, dtype=np.float64)) / (KG / 1_000.0)
    part = WayPart("carriage", "Carriage", "main", "main_carriage", cost)
    fields: dict[str, Any] = {
        "route": "r1",
        "corridor": "",
        "label": "By sea",
        "currency": "USD",
        "year": 2025,
    }
    return Way(parts=(part,), hours=np.array([days * 24.0]), **{**fields, **changes})


def make_regime(duty: str = "5 %", *, agreement: str = "", proof: float = np.nan, mfn: str = "5 %") -> Regime:
    """A release with a duty and 20 % VAT on value and duty, which the buyer does not get back."""
    charges = (
        Charge("tariffs#d", "duty", "Duty", parse_rate(duty), duty),
        Charge("import_taxes#v", "vat", "VAT", parse_rate("20 %"), "20 %", ("customs_value", "duty")),
    )
    name = "The preference" if agreement else "Without preference"
    references = {MFN: parse_rate(mfn)}
    treatment = Treatment(agreement or MFN, name, charges, references, agreement=agreement, proof_cost=proof)
    return Regime(treatment.regime, name, RELEASE, treatment)


def make_door(
    goods: Goods | None = None, way: Way | None = None, regime: Regime | None = None, **changes: Any
) -> Door:
    """The door of these; without insurance and interest unless `changes` of the assumptions say so."""
    fields: dict[str, Any] = {
        "interest": 0.0,
        "premium": 0.0,
        "money": 1.0,
        "money_words": "",
        "exchange": {},
    }
    terms = Assumptions(**{**fields, "proof_exchange": {"USD": 1.0}, **changes})
    return price_door(
        goods or make_goods(), way or make_way(), regime or make_regime(), basis=ENTRY, assumptions=terms
    )
