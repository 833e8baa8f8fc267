"""Charges at the border: duty, excise, levies, taxes and fees, each on its own base, in the order of their bases.

Amounts are arrays of one shape, so that one shipment in many draws or many shipments at once take the same arithmetic.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter

import numpy as np
from numpy.typing import NDArray

from landbridge.landed_cost.rates import Rate, RateInput, evaluate_rate
from landbridge.schema import Finding

Floats = NDArray[np.float64]

CUSTOMS_VALUE = "customs_value"
SPECIAL_DUTIES = ("anti_dumping", "countervailing", "safeguard")
DUTIES = ("duty", *SPECIAL_DUTIES)


@dataclass(frozen=True, slots=True)
class Charge:
    """One charge: `input` is its row as table#id, `base` what a per cent is of (added up), `text` the rate in words.

    `average` marks a rate that is a mean over many goods, `suspended` that it is not charged while a regime suspends
    the duty, `recoverable` that a buyer registered for the tax gets it back.
    """

    input: str
    name: str
    title: str
    rate: Rate
    text: str
    base: tuple[str, ...] = (CUSTOMS_VALUE,)
    act: str = ""
    dated: datetime.date | None = None
    source: str = ""
    quality: str = "published"
    average: bool = False
    suspended: bool = True
    recoverable: bool = False

    @property
    def id(self) -> str:
        """Id of its row."""
        return self.input.partition("#")[2]


@dataclass(frozen=True, slots=True)
class ChargeAmount:
    """What a charge comes to: its base and amount, float64[n] in one currency."""

    charge: Charge
    base: Floats
    amount: Floats


@dataclass(frozen=True, slots=True)
class Measure:
    """What rates are evaluated with: a currency, quantities by unit (float64[n] or one number), exchange rates (units
    of the currency for one of each other), and the rates that others are a share of.

    `factors` is what rates are multiplied by, by the name of the charge or reference (1 where none is given).
    """

    currency: str
    quantities: Mapping[str, Floats | float]
    exchange: Mapping[str, Floats | float]
    references: Mapping[str, Rate]
    factors: Mapping[str, Floats | float] = field(default_factory=dict)

    def rate_input(self, base: Floats) -> RateInput:
        """The input of a rate on `base`."""
        factors = {name: by for name, by in self.factors.items() if name in self.references}
        return RateInput(base, self.currency, self.quantities, self.exchange, self.references, factors)


def order_charges(charges: Sequence[Charge]) -> tuple[Charge, ...]:
    """The charges so that each comes after those that its base names; within that the order given.

    Raises CycleError where two charges are on each other.
    """
    waits = {
        charge.input: [other.input for other in charges if other is not charge and _is_in(other, charge.base)]
        for charge in charges
    }
    by_input = {charge.input: charge for charge in charges}
    return tuple(by_input[name] for name in TopologicalSorter(waits).static_order())


def check_order(charges: Sequence[Charge]) -> list[Finding]:
    """A finding where charges are on each other in a ring."""
    try:
        order_charges(charges)
    except CycleError as error:
        ring = " on ".join(str(name) for name in error.args[1])
        return [Finding("ring_of_taxes", "error", f"taxes are on each other: {ring}", "mend their base")]
    return []


def _is_in(charge: Charge, base: Sequence[str]) -> bool:
    return charge.id in base or charge.name in base or ("duty" in base and charge.name in SPECIAL_DUTIES)


def assess_charges(
    charges: Sequence[Charge], *, bases: Mapping[str, Floats], measure: Measure
) -> tuple[ChargeAmount, ...]:
    """The amount of each charge, in the order in which they are worked out.

    `bases` are customs_value and what else charges may be on beside each other, float64[n] by name.

    Raises MissingInputError with every quantity, currency or rate that is missing.

    >>> from landbridge.landed_cost.rate_text import parse_rate
    >>> duty = Charge("tariffs#a", "duty", "Duty", parse_rate("5 %"), "5 %")
    >>> vat = Charge("import_taxes#v", "vat", "VAT", parse_rate("20 %"), "20 %", ("customs_value", "duty"))
    >>> bases = {"customs_value": np.array([10_000.0])}
    >>> found = assess_charges([vat, duty], bases=bases, measure=Measure("GBP", {}, {}, {}))
    >>> [(one.charge.name, one.base.tolist(), one.amount.tolist()) for one in found]
    [('duty', [10000.0], [500.0]), ('vat', [10500.0], [2100.0])]
    """
    found: list[ChargeAmount] = []
    for charge in order_charges(charges):
        base = np.zeros_like(bases[CUSTOMS_VALUE], dtype=np.float64)
        for name in charge.base:
            if name in bases:
                base = base + bases[name]
        for earlier in found:
            if _is_in(earlier.charge, charge.base):
                base = base + earlier.amount
        amount = evaluate_rate(charge.rate, measure.rate_input(base)) * measure.factors.get(charge.name, 1.0)
        found.append(ChargeAmount(charge, base, np.broadcast_to(amount, base.shape)))
    return tuple(found)


def sum_charges(amounts: Sequence[ChargeAmount], names: Sequence[str] = ()) -> Floats | float:
    """The sum of the charges of these names, of all where none is given."""
    return sum((one.amount for one in amounts if not names or one.charge.name in names), 0.0)
