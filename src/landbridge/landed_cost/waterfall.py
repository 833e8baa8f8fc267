"""The waterfall of a cost at the door: its lines with base, rate, formula, source and range, and its totals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landbridge.landed_cost.charges import DUTIES, Charge, ChargeAmount, sum_charges
from landbridge.landed_cost.door import (
    CONTRACT,
    HOURS_A_YEAR,
    NOTHING,
    Door,
    Footing,
    seller_stages,
    stage_of,
    stand_on,
)
from landbridge.landed_cost.goods import KG_A_TONNE
from landbridge.landed_cost.rate_text import write_rate
from landbridge.landed_cost.rates import Specific, list_needs
from landbridge.landed_cost.regimes import SUSPENSION
from landbridge.landed_cost.way import HOURS_A_DAY
from landbridge.schema import load_catalogue

Floats = NDArray[np.float64]

QUANTILES = (0.1, 0.5, 0.9)
TAXES = ("excise", "levy", "vat", "sales_tax", "income_tax", "customs_fee")
CENT = 0.005


@dataclass(frozen=True, slots=True)
class Line:
    """One line: `amount` float64[n] of a currency, `base` what its rate is on. Lines that are not `counted` are shown
    only. `stage` is goods, export, main, import, inland or none.
    """

    name: str
    title: str
    stage: str
    amount: Floats
    formula: str
    counted: bool = True
    payer: str = "buyer"
    base: Floats | None = None
    rate: str = ""
    footing: Footing = NOTHING


def list_lines(door: Door) -> tuple[Line, ...]:
    """The lines of a door in the order of the way; those that are counted add up to its total."""
    return (
        _goods_line(door),
        *_part_lines(door),
        _insurance_line(door),
        _interest_line(door),
        _value_line(door),
        *_charge_lines(door),
        *_extra_lines(door),
        *_guarantee_line(door),
    )


def _goods_line(door: Door) -> Line:
    goods = door.goods
    price = f"{_mean(goods.value):,.2f} {goods.currency} under {goods.incoterm}"
    moved = _mean(goods.value) - _mean(door.works)
    less = f" less {moved:,.2f} that the seller pays out of it" if abs(moved) > CENT else ""
    footing = Footing((f"consignments#{goods.id}",) if goods.id else ())
    return Line("goods", "Goods ex works", "goods", door.works, f"{price}{less}", footing=footing)


def _part_lines(door: Door) -> Iterator[Line]:
    goods, terms = door.goods, door.assumptions
    for part, amount in zip(door.way.parts, door.parts, strict=True):
        tonnes = _mean(goods.gross_weight) / KG_A_TONNE
        words = f"{_mean(part.cost):,.4g} {door.way.currency}/t x {tonnes:,.4g} t{terms.money_words}"
        payer = _name_payer(door, part.stage)
        footing = Footing(part.inputs, source=part.source, quality=part.quality)
        yield Line(part.kind, part.title, part.side, amount, words, payer=payer, footing=footing)


def _name_payer(door: Door, stage: str) -> str:
    return "seller" if door.seller_pays(stage) else "buyer"


def _insurance_line(door: Door) -> Line:
    carried = _mean(door.works) + sum(_mean(amount) for amount in door.parts)
    words = f"{100 * door.assumptions.premium:.4g} % of 110 % of ({carried:,.2f} + premium)"
    payer, footing = _name_payer(door, "insurance"), Footing(("parameters#insurance_share",))
    return Line("insurance", "Cargo insurance", "main", door.insurance, words, payer=payer, footing=footing)


def _interest_line(door: Door) -> Line:
    hours = np.nan_to_num(door.way.hours)
    yearly = f"{_mean(door.works):,.2f} x {100 * door.assumptions.interest:.4g} %"
    words = f"{yearly} x {_mean(hours):,.1f} h / {HOURS_A_YEAR:,.0f} h"
    words = "none: the days on the way are not given" if np.isnan(door.way.hours).any() else words
    footing = Footing(("parameters#interest_rate",), quality="estimated")
    return Line(
        "inventory", "Interest on the goods on their way", "main", door.interest, words, footing=footing
    )


def _value_line(door: Door) -> Line:
    customs, basis = door.customs, door.customs.basis
    terms = (f"{line.name.replace('_', ' ')} {_mean(line.amount):,.2f}" for line in customs.lines)
    words = " + ".join(terms).replace("+ -", "- ")
    inside = customs.method == CONTRACT
    footing = Footing() if basis is None or inside else Footing(
        (f"customs_values#{basis.id}",), basis.act, basis.source, basis.quality
    )  # fmt: skip
    value = np.broadcast_to(customs.value, door.works.shape)
    title = "Contract price, taxed inside the territory" if inside else "Customs value"
    return Line("customs_value", title, "none", value, words, counted=False, footing=footing)


def _charge_lines(door: Door) -> Iterator[Line]:
    for one in door.charges:
        charge = one.charge
        inputs = (charge.input,) if charge.id else ()
        yield Line(
            charge.name,
            charge.title,
            "import",
            one.amount,
            _tell_charge(door, one),
            counted=door.is_counted(charge),
            payer=_name_payer(door, stage_of(charge.name)),
            base=one.base,
            rate=charge.text,
            footing=Footing(inputs, charge.act, charge.source, charge.quality, charge.dated),
        )


def _tell_charge(door: Door, one: ChargeAmount) -> str:
    charge, regime = one.charge, door.regime
    # A rate on a quantity alone is not of any value.
    base = "" if isinstance(charge.rate, Specific) else f" of {_mean(one.base):,.2f}"
    words = f"{charge.text}{base}{_tell_needs(door, charge)}"
    if regime.kind == SUSPENSION and charge.suspended:
        words += f"; charged while suspended: {regime.share_words or 'nothing'}"
    words += "" if door.is_counted(charge) else "; got back by a registered buyer"
    return f"{words}; an average rate" if charge.average else words


def _tell_needs(door: Door, charge: Charge) -> str:
    """The quantities and exchange rates that a rate was worked out with."""
    references = door.regime.treatment.references
    needs = list_needs(charge.rate)
    for name in needs.references & set(references):
        needs = needs.join(list_needs(references[name]))
    known, exchange = door.goods.quantities, door.assumptions.exchange
    told = [f"{_mean(known[unit]):,.6g} {unit}" for unit in sorted(needs.units & set(known))]
    told += [
        f"1 {name} = {exchange[name]:,.6g} {door.goods.currency}"
        for name in sorted(needs.currencies & set(exchange))
    ]
    told += [f"{name} {write_rate(references[name])}" for name in sorted(needs.references & set(references))]
    return f" ({'; '.join(told)})" if told else ""


def _extra_lines(door: Door) -> Iterator[Line]:
    for extra in door.extras:
        yield Line(
            extra.name,
            extra.title,
            "import",
            extra.amount,
            extra.words or f"{extra.rate} of {_mean(extra.base):,.2f}",
            counted=extra.counted,
            payer=_name_payer(door, "import_clearance"),
            base=extra.base,
            rate=extra.rate,
            footing=extra.footing,
        )


def _guarantee_line(door: Door) -> Iterator[Line]:
    """The guarantee for what is suspended: shown, for it is given back."""
    regime = door.regime
    if regime.row is None or regime.kind != SUSPENSION or np.isnan(float(regime.row["guarantee"])):
        return
    share = float(regime.row["guarantee"]) / 100.0
    words = f"{share:.4g} x {_mean(door.suspended):,.2f} suspended"
    title, footing = "Guarantee, given back at the end", stand_on("regime_terms", regime.row)
    yield Line("guarantee", title, "none", share * door.suspended, words, counted=False, footing=footing)


def list_prices(door: Door) -> dict[str, float]:
    """The mean price of the goods under each rule of Incoterms 2020 on this way.

    Interest on the way is the buyer's under every rule: it is not in the price.
    """
    costs = {stage: _mean(amount) for stage, amount in door.stage_costs().items()}
    works = _mean(door.works)
    return {
        rule: works + sum(cost for stage, cost in costs.items() if stage in seller_stages(rule))
        for rule in load_catalogue().incoterms
    }


def cost_row(door: Door, *, dollars: float) -> dict[str, Any]:
    """The figures of a row of landed_costs: totals by kind of cost, ranges, cost of a unit and of a tonne.

    `dollars` are US dollars for one of the goods' currency.
    """
    goods, total = door.goods, door.total
    drawn, tonnes = door.assumptions.drawn, goods.weight / KG_A_TONNE
    counted = [one for one in door.charges if door.is_counted(one.charge)]
    extras = [one.amount for one in door.extras if one.counted]
    units = goods.count if goods.unit and not np.isnan(goods.count).any() else tonnes
    per = goods.unit if goods.unit and not np.isnan(goods.count).any() else "t"
    return {
        "total": _mean(total),
        **_ranges("total", total, drawn=drawn),
        "paid": _mean(door.paid),
        "goods": _mean(door.works),
        "transport": sum((_mean(amount) for amount in door.parts), 0.0)
        + _mean(door.insurance)
        + _mean(door.interest),
        "customs_value": _mean(door.customs.value),
        "duty": _mean(sum_charges(counted, DUTIES)),
        "taxes": _mean(sum_charges(counted, TAXES)),
        "conformity": sum((_mean(amount) for amount in extras), 0.0),
        "unit_cost": _mean(total / units),
        "per": per,
        "currency": goods.currency,
        "cost_tonne": _mean(total / tonnes) * dollars,
        **_ranges("cost_tonne", total / tonnes * dollars, drawn=drawn),
        "charges_tonne": _mean(sum_charges(counted) / tonnes) * dollars,
        "days": count_days(door),
        "quality": worst_quality(list_lines(door)),
    }


def count_days(door: Door) -> float:
    """Mean days to the door: those of the way, and the longest wait for a proof that each shipment needs."""
    waits = [
        float(proof.row["time"])
        for proof in door.assumptions.proofs
        if proof.row["per"] == "shipment" and not proof.recognised and not np.isnan(float(proof.row["time"]))
    ]
    return _mean(door.way.hours) / HOURS_A_DAY + max(waits, default=0.0)


def line_rows(door: Door, keys: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of landed_cost_lines, with `keys` before each."""
    lines = list_lines(door)
    ranges = _range_lines(lines, drawn=door.assumptions.drawn)
    return [
        {**keys, "seq": seq, **_line_row(line, door.goods.currency), **spread}
        for seq, (line, spread) in enumerate(zip(lines, ranges, strict=True), 1)
    ]


def _line_row(line: Line, currency: str) -> dict[str, Any]:
    return {
        "name": line.name,
        "title": line.title,
        "stage": line.stage,
        "base": np.nan if line.base is None else _mean(line.base),
        "rate": line.rate,
        "formula": line.formula,
        "amount": _mean(line.amount),
        "currency": currency,
        "counted": line.counted,
        "payer": line.payer,
        "inputs": line.footing.inputs,
        "act": line.footing.act,
        "dated": line.footing.dated,
        "source": line.footing.source,
        "quality": line.footing.quality,
    }


def _range_lines(lines: Sequence[Line], *, drawn: bool) -> list[dict[str, float]]:
    """p10, p50 and p90 of each line, those that move at once."""
    names = ("p10", "p50", "p90")
    moving = [
        place
        for place, line in enumerate(lines)
        if drawn and line.amount.size > 1 and np.ptp(line.amount) > 0
    ]
    found = [dict.fromkeys(names, float("nan")) for _ in lines]
    if moving:
        drawn_amounts = np.array([lines[place].amount for place in moving])
        for place, values in zip(
            moving, np.quantile(drawn_amounts, QUANTILES, axis=1).T.tolist(), strict=True
        ):
            found[place] = dict(zip(names, values, strict=True))
    return found


def worst_quality(lines: Iterable[Line]) -> str:
    """The weakest quality of the lines that are counted."""
    ranks = load_catalogue().qualities
    return max((line.footing.quality for line in lines if line.counted), key=lambda name: ranks[name].rank)


def _ranges(name: str, amount: Floats, *, drawn: bool) -> dict[str, float]:
    """p10, p50 and p90 of draws, NaN where there are none or nothing moves."""
    keys = [f"{name}_{word}" for word in ("p10", "p50", "p90")]
    if not drawn or amount.size < 2 or np.ptp(amount) == 0.0:
        return dict.fromkeys(keys, float("nan"))
    return dict(zip(keys, map(float, np.quantile(amount, QUANTILES)), strict=True))


def _mean(amount: Floats | float | None) -> float:
    return float("nan") if amount is None else float(np.mean(amount))
