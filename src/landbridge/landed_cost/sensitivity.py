"""How a cost at the door moves: with the goods' value, freight, time on the way, exchange rates, duty and taxes.

Method. What is asked about is multiplied by a factor, and the consignment is priced again as a whole, so that minimum
rates, caps of the customs value and prices that include carriage act as they do in law. All changes of one door are
priced at once as arrays. The elasticity is that of the step: the change of the total in per cent for one per cent of
the factor. Of draws the means are taken: where a rate has a minimum, a total may differ a little from a mean of draws.

Limits. A factor moves alone: a weaker currency that would also lower the price asked is no part of it. Freight is all
that is paid on the way; insurance and interest follow the value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from landbridge.landed_cost.charges import DUTIES, sum_charges
from landbridge.landed_cost.customs_value import ValueBasis
from landbridge.landed_cost.door import Assumptions, Door, price_door
from landbridge.landed_cost.goods import Goods
from landbridge.landed_cost.pricing import list_currencies
from landbridge.landed_cost.treatments import MFN
from landbridge.landed_cost.way import Way
from landbridge.schema import Finding, InputError, find_nearest, raise_errors

Floats = NDArray[np.float64]
Shifts = Mapping[str, Floats | float]

STEPS = (0.1, -0.1)
EXCHANGE = "exchange:"
TITLES = {
    "value": "Value of the goods",
    "freight": "Freight",
    "days": "Time on the way",
    "duty": "Rate of duty",
    "mfn_duty": "Rate of duty without preference",
    "charges": "Rate of duty, taxes and fees",
}


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What a change of `factor` by `step` (a share: 0.1 is ten per cent more) does to a total.

    `total` is the total after it and `change` its change, in the currency of the goods; `change_share` and `elasticity`
    are in per cent of the total and in per cent of it for one per cent of the factor. `share` is the part of today's
    total that the factor stands for, NaN for exchange rates. Where the goods cannot be priced after the change, numbers
    are NaN and `words` says why.
    """

    factor: str
    title: str
    step: float
    total: float
    change: float
    change_share: float
    elasticity: float
    share: float
    words: str = ""


def list_factors(door: Door) -> tuple[str, ...]:
    """What a total may be asked about: value, freight, days (where they are known), duty, charges, and
    "exchange:USD" for each currency that something on this way is in.
    """
    known = ("value", "freight", *(("days",) if _knows_days(door.way) else ()), "duty", "charges")
    return (*known, *(f"{EXCHANGE}{name}" for name in sorted(_list_foreign(door))))


def name_factor(factor: str, currency: str) -> str:
    """A factor in words, for goods priced in `currency`.

    >>> name_factor("freight", "EUR"), name_factor("exchange:USD", "EUR")
    ('Freight', 'USD in EUR')
    """
    return TITLES.get(factor) or f"{factor.removeprefix(EXCHANGE)} in {currency}"


def price_again(door: Door, shifts: Shifts) -> Door:
    """The door of one consignment priced again at its means, with each factor of `shifts` times what it is today.

    A shift is one number or float64[m] for m cases at once. The factors are those of `list_factors`, "mfn_duty" for the
    duty without preference and what a preference takes from it, and "exchange:" with the goods' own currency, which
    moves it against all others. Raises InputError for an unknown factor, one below 0, or a price below the costs in it.
    """
    _check_shifts(door, shifts)
    shape = np.broadcast_shapes((1,), *(np.shape(by) for by in shifts.values()))
    goods, way = _average(door, np.ones(shape))
    goods = replace(goods, value=goods.value * shifts.get("value", 1.0))
    freight, days = shifts.get("freight", 1.0), shifts.get("days", 1.0)
    parts = tuple(replace(part, cost=part.cost * freight) for part in way.parts)
    way = replace(way, parts=parts, hours=way.hours * days)
    assumptions = replace(_shift_money(door, shifts), drawn=False, factors=_shift_rates(door, shifts))
    return price_door(goods, way, door.regime, basis=find_basis(door), assumptions=assumptions)


def measure_sensitivities(
    door: Door, *, steps: Sequence[float] = STEPS, factors: Sequence[str] = ()
) -> tuple[Sensitivity, ...]:
    """How the total of a door moves with each factor (all of `list_factors` where none is named), by each step.

    Raises InputError for an unknown factor or a step below -1.
    """
    known = list_factors(door)
    raise_errors(check_factors(factors, (*known, "mfn_duty")))
    named = tuple(factors) or known
    cases = [(factor, float(step)) for factor in named for step in steps]
    changes = {
        factor: np.array([1.0, *(1.0 + step if factor == one else 1.0 for one, step in cases)])
        for factor in named
    }
    totals, words = _price_cases(door, changes)
    shares = list_shares(door)
    return tuple(
        _measure(door, factor, step, totals=(totals[0], after), share=shares.get(factor, np.nan), words=why)
        for (factor, step), after, why in zip(cases, totals[1:], words[1:], strict=True)
    )


def list_shares(door: Door) -> dict[str, float]:
    """What part of the mean total is what: "value" ex works, "freight" (all that is paid on the way), "insurance",
    "days" (interest), "duty", "charges" (duty, taxes and fees together), "proofs" with fees of a regime.

    Value, freight, insurance, days, charges and proofs add up to 1.
    """
    total = float(np.mean(door.total))
    counted = [one for one in door.charges if door.is_counted(one.charge)]
    amounts = {
        "value": door.works,
        "freight": sum(door.parts, 0.0),
        "insurance": door.insurance,
        "days": door.interest,
        "duty": sum_charges(counted, DUTIES),
        "charges": sum_charges(counted),
        "proofs": sum((extra.amount for extra in door.extras if extra.counted), 0.0),
    }
    return {name: float(np.mean(amount)) / total if total else np.nan for name, amount in amounts.items()}


def _measure(
    door: Door, factor: str, step: float, *, totals: tuple[float, float], share: float, words: str
) -> Sensitivity:
    before, after = totals
    per_cent = (after / before - 1.0) * 100.0 if before else np.nan
    return Sensitivity(
        factor=factor,
        title=name_factor(factor, door.goods.currency),
        step=step,
        total=after,
        change=after - before,
        change_share=per_cent,
        elasticity=per_cent / (step * 100.0) if step else np.nan,
        share=share,
        words=words,
    )


def _price_cases(door: Door, changes: Mapping[str, Floats]) -> tuple[list[float], list[str]]:
    """Totals of cases priced at once; one by one where some have no price, and why those have none."""
    try:
        totals = price_again(door, changes).total.tolist()
    except InputError:
        _check_shifts(door, changes)
        count = len(next(iter(changes.values())))
        tried = [_try_case(door, {name: by[place] for name, by in changes.items()}) for place in range(count)]
        return [total for total, _ in tried], [why for _, why in tried]
    return totals, [""] * len(totals)


def _try_case(door: Door, shifts: Shifts) -> tuple[float, str]:
    try:
        return float(price_again(door, shifts).total[0]), ""
    except InputError as error:
        return float("nan"), "; ".join(finding.what for finding in error.findings)


def _average(door: Door, ones: Floats) -> tuple[Goods, Way]:
    """Goods and way with means for draws, in the shape of `ones`."""
    goods, way = door.goods, door.way
    parts = tuple(replace(part, cost=np.atleast_1d(part.cost.mean())) for part in way.parts)
    hours = np.atleast_1d(np.asarray(way.hours.mean()))
    return replace(goods, value=ones * goods.value.mean()), replace(way, parts=parts, hours=hours)


def find_basis(door: Door) -> ValueBasis:
    """The basis of the customs value that a door was priced on."""
    if door.customs.basis is None:
        raise ValueError("a door that was priced has the basis of its customs value")
    return door.customs.basis


def _shift_money(door: Door, shifts: Shifts) -> Assumptions:
    """The assumptions with shifted exchange rates. The goods' own currency moves against all others."""
    terms, own = door.assumptions, door.goods.currency
    by = {name.removeprefix(EXCHANGE): factor for name, factor in shifts.items() if name.startswith(EXCHANGE)}

    def shift(rate: Floats | float, currency: str) -> Floats | float:
        return rate if currency == own else rate * by.get(currency, 1.0) / by.get(own, 1.0)

    return replace(
        terms,
        money=shift(terms.money, door.way.currency),
        exchange={name: shift(rate, name) for name, rate in terms.exchange.items()},
        proof_exchange={name: shift(rate, name) for name, rate in terms.proof_exchange.items()},
    )


def _shift_rates(door: Door, shifts: Shifts) -> dict[str, Floats | float]:
    """What each rate is multiplied by, by the name of its charge or reference."""
    duty, charges, plain = (shifts.get(name, 1.0) for name in ("duty", "charges", "mfn_duty"))
    factors = {
        one.charge.name: charges * (duty if one.charge.name in DUTIES else 1.0) for one in door.charges
    }
    if door.regime.treatment.regime == MFN and "duty" in factors:
        factors["duty"] = factors["duty"] * plain
    return {**factors, MFN: plain}


def _check_shifts(door: Door, shifts: Shifts) -> None:
    # Another currency is let pass: of two doors that are compared one may be priced in it, the other not.
    known = (*TITLES, *(name for name in shifts if name.startswith(EXCHANGE)))
    faults = list(check_factors(shifts, known))
    for name, by in shifts.items():
        if not (np.isfinite(by).all() and np.all(np.asarray(by) >= 0)):
            what, remedy = f"{name} cannot be {by} times what it is", "give a factor of at least 0"
            faults.append(Finding("bad_factor", "error", what, remedy))
        elif name == f"{EXCHANGE}{door.goods.currency}" and not np.all(by):
            what = f"{door.goods.currency}, in which the goods are priced, cannot be worth nothing"
            faults.append(Finding("bad_factor", "error", what, "give a factor above 0"))
    raise_errors(faults)


def check_factors(factors: Iterable[str], known: Sequence[str]) -> Iterator[Finding]:
    """A finding for each factor that is not among those known.

    >>> [(one.what, one.nearest) for one in check_factors(["freigt"], ["value", "freight"])]
    [("'freigt' is nothing that this total can be asked about", ('freight',))]
    """
    for name in factors:
        if name not in known:
            what, remedy = (
                f"{name!r} is nothing that this total can be asked about",
                f"use {', '.join(known)}",
            )
            nearest = find_nearest(name, known)
            yield Finding("unknown_factor", "error", what, remedy, nearest=nearest)


def _list_foreign(door: Door) -> set[str]:
    """Currencies other than the goods' that this way and regime are priced in."""
    named = list_currencies([door.regime], door.assumptions.proofs, door.goods)
    return (named | {door.way.currency}) - {door.goods.currency}


def _knows_days(way: Way) -> bool:
    return not np.isnan(way.hours).any()


def sensitivity_rows(door: Door) -> Iterator[dict[str, object]]:
    """Rows of landed_sensitivities of a door, without consignment, date, route and regime."""
    for one in measure_sensitivities(door):
        yield {**asdict(one), "currency": door.goods.currency}
