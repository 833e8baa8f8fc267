"""Rates of duty and tax as acts write them, and what they come to on a value and on quantities.

Amounts are money in the currency of the base. Numbers may be arrays of any one shape, so that many shipments or draws
are evaluated at once. A missing quantity, exchange rate or rate referred to is an error that names all of them; a
quantity that is not a number gives a result that is not a number. Nothing that is missing counts as zero.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from landbridge.schema import load_catalogue

Array: TypeAlias = npt.NDArray[np.float64]
Numbers: TypeAlias = Array | float

# Unit of a rate -> units of a quantity that can stand for it, with how many of the former are in one of the latter.
# A cubic centimetre is left out: in tariffs it measures an engine, never what a vessel holds.
_CONVERSIONS = {"kg": (("t", 1000.0),), "t": (("kg", 0.001),), "l": (("m3", 1000.0),), "m3": (("l", 0.001),)}
UNITS = (
    "kg", "t", "l", "l of pure alcohol", "cm3", "m2", "m3", "m", "pair", "unit", "shipment", "kWh", "kW", "hp",
)  # fmt: skip
REFERENCES = ("mfn", "general", "preference", "base", "duty")


class RateError(ValueError):
    """A text or a number that is no rate; `what` says why, `remedy` what to write instead."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}; {remedy}")
        self.what, self.remedy = what, remedy


class MissingInputError(ValueError):
    """What a rate needs and was not given: `units` of quantities, `currencies` to convert, `references` to rates."""

    def __init__(self, needs: Needs) -> None:
        self.units, self.currencies, self.references = needs.units, needs.currencies, needs.references
        named = {
            "quantity in": needs.units,
            "exchange rate of": needs.currencies,
            "rate of": needs.references,
        }
        parts = [f"the {word} {', '.join(sorted(names))}" for word, names in named.items() if names]
        super().__init__(f"missing: {'; '.join(parts)}")


@dataclass(frozen=True, slots=True)
class Free:
    """No charge."""


@dataclass(frozen=True, slots=True)
class AdValorem:
    """A share of the base, in per cent."""

    percent: float

    def __post_init__(self) -> None:
        _check_number(self.percent, "per cent")


@dataclass(frozen=True, slots=True)
class Specific:
    """An amount of money for `per` of a unit: 2 EUR for 1000 pieces is Specific(2.0, "EUR", "unit", 1000.0)."""

    amount: float
    currency: str
    unit: str
    per: float = 1.0

    def __post_init__(self) -> None:
        _check_number(self.amount, "an amount")
        _check_number(self.per, "a number of units")
        if self.per == 0:
            raise RateError("a rate for 0 units says nothing", "write for how many units it is")
        if self.currency not in load_catalogue().currencies:
            raise RateError(f"{self.currency!r} is no currency", "write three letters of ISO 4217")
        if self.unit not in UNITS:
            raise RateError(f"{self.unit!r} is no unit of rates", f"write one of {', '.join(UNITS)}")


@dataclass(frozen=True, slots=True)
class ShareOf:
    """A share, in per cent, of another rate of the same goods: ShareOf(80.0, "mfn").

    `base` is the rate from which a staging starts, `duty` the duty that a surcharge is on.
    """

    percent: float
    of: str

    def __post_init__(self) -> None:
        _check_number(self.percent, "per cent")
        if self.of not in REFERENCES:
            raise RateError(f"{self.of!r} names no rate", f"write one of {', '.join(REFERENCES)}")


@dataclass(frozen=True, slots=True)
class Compound:
    """The sum of two or more rates."""

    terms: tuple[Rate, ...]

    def __post_init__(self) -> None:
        if len(self.terms) < 2:
            raise RateError("a sum of fewer than two rates is none", "give two terms or the one rate itself")


@dataclass(frozen=True, slots=True)
class AtLeast:
    """A rate, but not less than another: the higher of the two."""

    rate: Rate
    floor: Rate


@dataclass(frozen=True, slots=True)
class AtMost:
    """A rate, but not more than another: the lower of the two."""

    rate: Rate
    cap: Rate


Rate: TypeAlias = Free | AdValorem | Specific | ShareOf | Compound | AtLeast | AtMost


@dataclass(frozen=True, slots=True)
class Needs:
    """What must be known to evaluate a rate, beside the base."""

    units: frozenset[str] = frozenset()
    currencies: frozenset[str] = frozenset()
    references: frozenset[str] = frozenset()

    def join(self, other: Needs) -> Needs:
        """What either needs."""
        return Needs(
            self.units | other.units,
            self.currencies | other.currencies,
            self.references | other.references,
        )


@dataclass(frozen=True, slots=True)
class RateInput:
    """What a rate is evaluated on.

    `base` is money in `currency`. `quantities` are by unit (kg and t, l and m3 stand for each other). `exchange` is
    how many of `currency` one unit of another currency buys. `references` are rates that a share may refer to;
    `factors`, by the name of a reference, is what each is multiplied by (1 where none is given).
    """

    base: Numbers
    currency: str
    quantities: Mapping[str, Numbers] = field(default_factory=dict)
    exchange: Mapping[str, Numbers] = field(default_factory=dict)
    references: Mapping[str, Rate] = field(default_factory=dict)
    factors: Mapping[str, Numbers] = field(default_factory=dict)


def list_needs(rate: Rate) -> Needs:
    """The units, currencies and references of a rate.

    >>> needs = list_needs(AtLeast(AdValorem(15.0), Specific(0.22, "EUR", "kg")))
    >>> sorted(needs.units), sorted(needs.currencies), sorted(needs.references)
    (['kg'], ['EUR'], [])
    """
    match rate:
        case Specific(currency=currency, unit=unit):
            return Needs(units=frozenset({unit}), currencies=frozenset({currency}))
        case ShareOf(of=of):
            return Needs(references=frozenset({of}))
    needs = Needs()
    for part in list_parts(rate):
        needs = needs.join(list_needs(part))
    return needs


def list_parts(rate: Rate) -> tuple[Rate, ...]:
    """The rates that a rate is made of; none for one that stands alone.

    >>> list_parts(AtLeast(AdValorem(15.0), Specific(0.22, "EUR", "kg")))[0]
    AdValorem(percent=15.0)
    """
    match rate:
        case Compound(terms=terms):
            return terms
        case AtLeast(rate=one, floor=other) | AtMost(rate=one, cap=other):
            return one, other
    return ()


def evaluate_rate(rate: Rate, given: RateInput) -> Array:
    """What a rate comes to, as money in `given.currency` and in the common shape of all numbers given.

    A share of the base is base * percent / 100, an amount quantity * amount * exchange / per; minimum and maximum are
    taken number by number. Raises MissingInputError with all that is missing, ValueError for a base or quantity below
    zero.

    >>> butter = AtLeast(AdValorem(15.0), Specific(0.22, "EUR", "kg"))
    >>> evaluate_rate(butter, RateInput(np.array([1200.0, 5000.0]), "EUR", {"kg": 1000.0})).tolist()
    [220.0, 750.0]
    """
    missing = _find_missing(rate, given)
    if missing.units or missing.currencies or missing.references:
        raise MissingInputError(missing)
    numbers = [given.base, *given.quantities.values()]
    if any(np.any(np.asarray(value, dtype=np.float64) < 0) for value in numbers):
        raise ValueError("a base and quantities are not below zero")
    others = [*given.exchange.values(), *given.factors.values()]
    shape = np.broadcast_shapes(*(np.shape(value) for value in [*numbers, *others]))
    return np.array(np.broadcast_to(_evaluate(rate, given), shape), dtype=np.float64)


def _evaluate(rate: Rate, given: RateInput) -> Array:
    match rate:
        case Free():
            return np.zeros(())
        case AdValorem(percent=percent):
            return np.asarray(given.base, dtype=np.float64) * percent / 100.0
        case Specific():
            return _evaluate_specific(rate, given)
        case ShareOf(percent=percent, of=of):
            # The rate referred to may not refer to itself.
            referred = _evaluate(given.references[of], _leave_out(given, of))
            return referred * given.factors.get(of, 1.0) * percent / 100.0
        case Compound(terms=terms):
            return sum((_evaluate(term, given) for term in terms[1:]), start=_evaluate(terms[0], given))
        case AtLeast(rate=one, floor=other):
            return np.maximum(_evaluate(one, given), _evaluate(other, given))
        case AtMost(rate=one, cap=other):
            return np.minimum(_evaluate(one, given), _evaluate(other, given))


def _evaluate_specific(rate: Specific, given: RateInput) -> Array:
    unit, factor = _choose_unit(rate.unit, given.quantities) or (rate.unit, 1.0)
    amount = np.asarray(given.quantities[unit], dtype=np.float64) * factor * rate.amount / rate.per
    return amount if rate.currency == given.currency else amount * given.exchange[rate.currency]


def _choose_unit(unit: str, quantities: Mapping[str, Numbers]) -> tuple[str, float] | None:
    """The unit of a quantity that serves, and how many of the rate's unit are in one of it."""
    if unit in quantities:
        return unit, 1.0
    return next((pair for pair in _CONVERSIONS.get(unit, ()) if pair[0] in quantities), None)


def _find_missing(rate: Rate, given: RateInput) -> Needs:
    needs = list_needs(rate)
    missing = Needs(
        units=frozenset(unit for unit in needs.units if _choose_unit(unit, given.quantities) is None),
        currencies=needs.currencies - {given.currency, *given.exchange},
        references=needs.references - {*given.references},
    )
    for name in needs.references & {*given.references}:
        missing = missing.join(_find_missing(given.references[name], _leave_out(given, name)))
    return missing


def _leave_out(given: RateInput, reference: str) -> RateInput:
    others = {name: rate for name, rate in given.references.items() if name != reference}
    return replace(given, references=others)


def _check_number(value: float, what: str) -> None:
    if not math.isfinite(value) or value < 0:
        raise RateError(f"{value} is not {what}", "write a number that is not below zero")
