"""From a price under its terms to the cost at the buyer's door: freight, insurance, customs value, charges and proofs.

All amounts are float64[n] in the currency of the goods: n draws of one consignment, or n consignments of one kind. What
the seller pays under the terms is in his price, so in draws it stands at its mean; what the buyer pays moves.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from landbridge.landed_cost.charges import (
    CUSTOMS_VALUE,
    SPECIAL_DUTIES,
    Charge,
    ChargeAmount,
    Measure,
    assess_charges,
)
from landbridge.landed_cost.conformity import Proof, cost_proof
from landbridge.landed_cost.customs_value import (
    CustomsValue,
    Sale,
    ValueBasis,
    ValueLine,
    assess_customs_value,
)
from landbridge.landed_cost.goods import KG_A_TONNE, Goods
from landbridge.landed_cost.incoterms import find_incoterm, insure
from landbridge.landed_cost.rate_text import parse_rate, write_rate
from landbridge.landed_cost.rates import evaluate_rate
from landbridge.landed_cost.regimes import SUSPENSION, Regime
from landbridge.landed_cost.way import EXPORT, INLAND, MAIN, Way
from landbridge.schema import Finding, InputError
from landbridge.schema.rows import Row

Floats = NDArray[np.float64]

HOURS_A_YEAR = 8_760.0
BISECTIONS = 100
EXACT = 1e-12
CONTRACT = "contract price"
STAGE_OF = {"duty": "duty", "customs_fee": "import_clearance"}


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is taken for granted beside the law: yearly interest and premium as shares, `money` units of the goods'
    currency for one of the way's at the prices of the day with `money_words`, whether the papers itemise carriage
    after entry, and whether arrays are draws (else consignments).

    `exchange` gives units of the goods' currency for one of each other that a rate names, `factors` what rates are
    multiplied by, by the name of the charge or of the rate referred to: 1 unless a question is what another rate does.
    """

    interest: float
    premium: float
    money: Floats | float
    money_words: str
    exchange: Mapping[str, Floats | float]
    itemised: bool = True
    drawn: bool = True
    proofs: tuple[Proof, ...] = ()
    proof_exchange: Mapping[str, Floats | float] = field(default_factory=dict)
    factors: Mapping[str, Floats | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Footing:
    """What a figure rests on: rows as table#id, the act with the day of the rate, source and quality."""

    inputs: tuple[str, ...] = ()
    act: str = ""
    source: str = ""
    quality: str = "published"
    dated: datetime.date | None = None


NOTHING = Footing()


def stand_on(table: str, row: Row) -> Footing:
    """The footing of a row of a table with act, source and quality."""
    return Footing(
        (f"{table}#{row['id']}",), str(row["act"]), str(row["source"]), str(row["quality"]), row["from"]
    )


@dataclass(frozen=True, slots=True)
class Extra:
    """A cost beside freight and charges: a proof, a fee of a regime, value added in a zone. `words` is its formula."""

    name: str
    title: str
    amount: Floats
    words: str
    footing: Footing = NOTHING
    counted: bool = True
    base: Floats | None = None
    rate: str = ""


@dataclass(frozen=True, slots=True)
class Door:
    """What goods cost at the door by one way under one regime, in float64[n]: value ex works, each part of the way
    (as in `way.parts`), insurance, interest, customs value, charges, what is suspended of them, and extras.
    """

    goods: Goods
    way: Way
    regime: Regime
    assumptions: Assumptions
    works: Floats
    parts: tuple[Floats, ...]
    insurance: Floats
    interest: Floats
    customs: CustomsValue
    charges: tuple[ChargeAmount, ...]
    suspended: Floats
    extras: tuple[Extra, ...]

    def seller_pays(self, stage: str) -> bool:
        """Whether a stage of cost is in the price under the terms."""
        return stage in seller_stages(self.goods.incoterm)

    def is_counted(self, charge: Charge) -> bool:
        """Whether a charge burdens the buyer: what he gets back does not."""
        return not (charge.recoverable and self.goods.registered)

    @property
    def total(self) -> Floats:
        """Cost at the door, float64[n]."""
        charged = sum((one.amount for one in self.charges if self.is_counted(one.charge)), 0.0)
        extra = sum((one.amount for one in self.extras if one.counted), 0.0)
        return self.works + sum(self.parts, 0.0) + self.insurance + self.interest + charged + extra

    @property
    def mean_total(self) -> float:
        """Mean cost at the door, by which doors are ranked."""
        return float(self.total.mean())

    @property
    def paid(self) -> Floats:
        """All that is paid, with taxes that are got back, float64[n]."""
        back = sum((one.amount for one in self.charges if not self.is_counted(one.charge)), 0.0)
        return self.total + back

    def stage_costs(self) -> dict[str, Floats]:
        """Costs by stage of the terms of sale, float64[n]."""
        zero = np.zeros_like(self.works)
        costs = {"packing": zero, "insurance": self.insurance}
        for part, amount in zip(self.way.parts, self.parts, strict=True):
            costs[part.stage] = costs.get(part.stage, zero) + amount
        for one in self.charges:
            stage = stage_of(one.charge.name)
            costs[stage] = costs.get(stage, zero) + one.amount
        for extra in self.extras:
            if extra.counted:
                costs["import_clearance"] = costs.get("import_clearance", zero) + extra.amount
        return costs


def stage_of(charge: str) -> str:
    """The stage of the terms of sale that a charge belongs to.

    >>> stage_of("anti_dumping"), stage_of("vat"), stage_of("customs_fee")
    ('duty', 'taxes', 'import_clearance')
    """
    if charge in SPECIAL_DUTIES:
        return "duty"
    return STAGE_OF.get(charge, "taxes")


def seller_stages(rule: str) -> frozenset[str]:
    """The stages of cost that a price under a rule holds. FCA is at the place of dispatch: its price does not hang on
    the way that is taken from there.

    >>> sorted(seller_stages("FCA"))
    ['export_clearance', 'loading_origin', 'packing']
    """
    stages = frozenset(find_incoterm(rule).seller)
    return stages - {"pre_carriage"} if rule == "FCA" else stages


def price_door(
    goods: Goods, way: Way, regime: Regime, *, basis: ValueBasis, assumptions: Assumptions
) -> Door:
    """The cost at the door of `goods` by `way` under `regime`.

    The value ex works is found so that the price under the terms is that of the goods. Raises PriceBelowCostsError
    where the price does not cover what the seller pays under its terms, MissingInputError for what a rate needs and
    is missing.
    """

    def build(works: Floats) -> Door:
        return _build(works, goods, way, regime=regime, basis=basis, assumptions=assumptions)

    count = np.broadcast_shapes(goods.value.shape, way.hours.shape, *(part.cost.shape for part in way.parts))
    price = np.broadcast_to(goods.value, count).astype(np.float64)
    return _solve_works(build, price)


class PriceBelowCostsError(InputError):
    """A price is lower than what the seller pays out of it under its terms; `rows` bool[n] tells where."""

    def __init__(self, rows: NDArray[np.bool_]) -> None:
        what = "the price is lower than what the seller pays out of it under its terms"
        remedy = "check the value, its terms and the freight"
        super().__init__([Finding("price_below_costs", "error", what, remedy)])
        self.rows = rows


def _solve_works(build: Callable[[Floats], Door], price: Floats) -> Door:
    """The door at whose value ex works the price under the terms is that given: exact where it is linear in it, else
    by bisection.
    """
    door = build(price)
    high = _price_of(door)
    if np.array_equal(high, price):
        return door
    least, most = np.zeros_like(price), price.copy()
    low = _price_of(build(least))
    short = low > price * (1 + EXACT) + EXACT
    if short.any():
        raise PriceBelowCostsError(short)
    slope = np.divide(high - low, price, out=np.ones_like(price), where=price > 0)
    door = build((price - low) / slope)
    if np.allclose(_price_of(door), price, rtol=EXACT, atol=0.0):
        return door
    for _ in range(BISECTIONS):
        middle = (least + most) / 2.0
        above = _price_of(build(middle)) > price
        least, most = np.where(above, least, middle), np.where(above, middle, most)
    return build((least + most) / 2.0)


def _price_of(door: Door) -> Floats:
    """The price under the terms of the goods that goes with a value ex works."""
    seller = [amount for stage, amount in door.stage_costs().items() if door.seller_pays(stage)]
    return door.works + sum(seller, 0.0)


def _build(
    works: Floats, goods: Goods, way: Way, *, regime: Regime, basis: ValueBasis, assumptions: Assumptions
) -> Door:
    zero = np.zeros_like(works)
    held = seller_stages(goods.incoterm)
    tonnes = goods.gross_weight / KG_A_TONNE
    parts = tuple(
        _settle(zero + part.cost * tonnes * assumptions.money, assumptions, in_price=part.stage in held)
        for part in way.parts
    )
    carried = works + sum(parts, 0.0)
    premium = insure(carried, "CIP", rate=assumptions.premium).premium
    premium = _settle(zero + premium, assumptions, in_price="insurance" in held)
    hours = np.nan_to_num(way.hours)
    interest = works * assumptions.interest * hours / HOURS_A_YEAR
    hidden = frozenset[str]() if assumptions.itemised else held
    customs = _value_goods(works, premium, way, parts=parts, basis=basis, hidden=hidden)
    if regime.treatment.inside:
        customs = replace(_value_contract(works, premium, way, parts=parts, held=held), basis=basis)
    added = works * regime.added
    dutiable = customs.value + (added if regime.whole else 0.0)
    measure = Measure(
        goods.currency,
        goods.quantities,
        assumptions.exchange,
        regime.treatment.references,
        assumptions.factors,
    )
    bases = {CUSTOMS_VALUE: zero + dutiable, **_other_bases(works, premium, way, parts)}
    full = assess_charges(regime.treatment.charges, bases=bases, measure=measure)
    charged = [_suspend(one, regime) for one in full]
    suspended = sum((one.amount - due.amount for one, due in zip(full, charged, strict=True)), zero)
    charges = tuple(
        replace(one, amount=_settle(one.amount, assumptions, in_price=stage_of(one.charge.name) in held))
        for one in charged
    )
    extras = _list_extras(works, goods, regime, dutiable=dutiable, measure=measure, assumptions=assumptions)
    return Door(
        goods, way, regime, assumptions, works, parts, premium, interest, customs, charges, suspended, extras
    )


def _other_bases(works: Floats, premium: Floats, way: Way, parts: tuple[Floats, ...]) -> dict[str, Floats]:
    """What taxes may be on beside the customs value: value at the border of export, carriage from there to entry."""
    by_side = _sum_by_side(works, way, parts)
    return {"fob_value": works + by_side[EXPORT], "carriage": by_side[MAIN] + premium}


def _sum_by_side(works: Floats, way: Way, parts: tuple[Floats, ...]) -> dict[str, Floats]:
    by_side = {side: np.zeros_like(works) for side in (EXPORT, MAIN, INLAND)}
    for part, amount in zip(way.parts, parts, strict=True):
        by_side[part.side] = by_side[part.side] + amount
    return by_side


def _settle(amount: Floats, assumptions: Assumptions, *, in_price: bool) -> Floats:
    """An amount as it burdens the buyer: what is in the price does not move with the draws."""
    return np.full_like(amount, amount.mean()) if in_price and assumptions.drawn else amount


def _suspend(one: ChargeAmount, regime: Regime) -> ChargeAmount:
    suspended = regime.kind == SUSPENSION and one.charge.suspended
    return replace(one, amount=one.amount * regime.share) if suspended else one


def _value_goods(
    works: Floats,
    premium: Floats,
    way: Way,
    *,
    parts: tuple[Floats, ...],
    basis: ValueBasis,
    hidden: frozenset[str],
) -> CustomsValue:
    """The customs value, built up from the value ex works, so that only the borders of customs cut the way.

    `hidden` are stages of carriage after entry that stand in the price without being itemised: they stay in the value
    where the law takes out what is itemised.
    """
    zero, by_side = np.zeros_like(works), _sum_by_side(works, way, parts)
    kept = zero
    for part, amount in zip(way.parts, parts, strict=True):
        if part.side == INLAND and part.stage in hidden and basis.inland == "out_if_itemised":
            kept = kept + amount
    costs = {
        "packing": zero,
        "loading_origin": zero,
        "export_clearance": zero,
        "pre_carriage": by_side[EXPORT],
        "origin_terminal": zero,
        "main_loading": zero,
        "main_carriage": by_side[MAIN] + by_side[INLAND],
        "insurance": premium,
    }
    return assess_customs_value(Sale(works, "EXW", costs, after_entry=by_side[INLAND] - kept), basis)


def _value_contract(
    works: Floats, premium: Floats, way: Way, *, parts: tuple[Floats, ...], held: frozenset[str]
) -> CustomsValue:
    """The contract price without the taxes that it may hold: what is taxed where no border of customs is crossed."""
    paid = [amount for part, amount in zip(way.parts, parts, strict=True) if part.stage in held]
    price = works + sum(paid, 0.0) + (premium if "insurance" in held else 0.0)
    return CustomsValue(
        price, (ValueLine("contract price", price, "price under its terms"),), "contract price"
    )


def _list_extras(
    works: Floats,
    goods: Goods,
    regime: Regime,
    *,
    dutiable: Floats,
    measure: Measure,
    assumptions: Assumptions,
) -> tuple[Extra, ...]:
    return (
        *_added_value(works, regime),
        *_list_proofs(works, goods, assumptions),
        *_origin_proof(works, regime, assumptions),
        *_regime_fee(regime, dutiable, measure),
    )


def _added_value(works: Floats, regime: Regime) -> Iterator[Extra]:
    if regime.added and regime.row is not None:
        words = f"{regime.added:.4g} of the goods' value"
        told = Footing(quality="estimated")
        yield Extra("zone_processing", "Value added in the zone", works * regime.added, words, told)


def _list_proofs(works: Floats, goods: Goods, assumptions: Assumptions) -> Iterator[Extra]:
    for proof in assumptions.proofs:
        row, footing = proof.row, stand_on("conformity", proof.row)
        title = str(row["name"])
        if proof.recognised:
            words = f"accepted from the origin's own body under {proof.recognised}"
            yield Extra("conformity", title, np.zeros_like(works), words, footing)
            continue
        exchange = assumptions.proof_exchange[str(row["currency"])]
        amount, words = cost_proof(row, value=works, yearly=goods.yearly, exchange=exchange)
        known = not np.isnan(amount).any()
        yield Extra(
            "conformity", title, amount if known else np.zeros_like(works), words, footing, counted=known
        )


def _origin_proof(works: Floats, regime: Regime, assumptions: Assumptions) -> Iterator[Extra]:
    treatment = regime.treatment
    if treatment.agreement and not np.isnan(treatment.proof_cost):
        amount = np.zeros_like(works) + treatment.proof_cost * assumptions.proof_exchange["USD"]
        words = f"{treatment.proof_cost:,.6g} USD a shipment"
        name = (f"trade_agreements#{treatment.agreement}",)
        footing = Footing(name, treatment.act, treatment.source, treatment.quality)
        yield Extra("origin_proof", "Proof of origin", amount, words, footing)


def _regime_fee(regime: Regime, dutiable: Floats, measure: Measure) -> Iterator[Extra]:
    if regime.row is None or not regime.row["fee"]:
        return
    rate = parse_rate(str(regime.row["fee"]))
    base = np.asarray(dutiable, dtype=np.float64)
    amount = np.broadcast_to(evaluate_rate(rate, measure.rate_input(base)), base.shape)
    title, footing = f"Charge of the regime: {regime.name}", stand_on("regime_terms", regime.row)
    yield Extra("regime_fee", title, amount, "", footing, base=base, rate=write_rate(rate))
