"""Methods of customs valuation: the WTO Agreement on Implementation of Article VII of GATT 1994, Articles 1-6, 8.

The methods are tried in their order; computed value may be asked for before deductive value (Article 4). Which
method a case takes is a question of law that the caller answers; this module does the arithmetic of each, every
addition and deduction a line. Amounts are money of one currency, of shapes that broadcast.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from landbridge.landed_cost.customs_value import CustomsValue, ValueLine, sum_lines
from landbridge.schema import Finding, InputError, find_nearest, raise_errors

# What Article 8.1 adds as far as the buyer bears it and the price does not hold it.
ADDITIONS = {
    "commissions": "Article 8.1(a)(i): commissions and brokerage, buying commissions left out",
    "containers": "Article 8.1(a)(ii): containers that are one with the goods",
    "packing": "Article 8.1(a)(iii): packing, labour or materials",
    "assists": "Article 8.1(b): goods and services that the buyer supplied, apportioned",
    "royalties": "Article 8.1(c): royalties and licence fees, a condition of the sale",
    "proceeds": "Article 8.1(d): proceeds of resale that accrue to the seller",
    "carriage": "Article 8.2(a): carriage to the place of importation, where the law includes it",
    "handling": "Article 8.2(b): loading, unloading and handling to the place of importation",
    "insurance": "Article 8.2(c): insurance, where the law includes it",
}
# What a price may hold and the value does not, where it is shown apart.
DEDUCTIONS = {
    "assembly": "Note to Article 1, 3(a): building, assembly, upkeep and technical help after importation",
    "carriage_after": "Note to Article 1, 3(b): carriage after importation",
    "duties": "Note to Article 1, 3(c): duties and taxes of the country of importation",
    "carriage_abroad": "Article 8.2: carriage and insurance to the place of importation, where the law leaves it out",
    "interest": "Decision 3.1 of the Committee on Customs Valuation: interest for deferred payment",
}
RESALE_DEDUCTIONS = {
    "commission": "Article 5.1(a)(i): the commission usually paid",
    "profit_and_expenses": "Article 5.1(a)(i): the addition usually made for profit and general expenses",
    "carriage_inland": "Article 5.1(a)(ii): carriage and insurance within the country of importation",
    "carriage_abroad": "Article 5.1(a)(iii): carriage and insurance to it, where the law leaves them out",
    "duties": "Article 5.1(a)(iv): duties and taxes of importation or sale",
    "processing": "Article 5.2: value added by processing after importation",
}
COST_PARTS = {
    "materials": "Article 6.1(a): materials",
    "labour": "Article 6.1(a): labour",
    "fabrication": "Article 6.1(a): fabrication and other processing",
    "assists": "Note to Article 6, 2: goods and services that the buyer supplied",
    "packing": "Note to Article 6, 3: containers and packing",
    "profit_and_expenses": "Article 6.1(b): profit and general expenses usual for such goods",
    "carriage": "Article 6.1(c): carriage, handling and insurance, where the law includes them",
}


@dataclass(frozen=True, slots=True)
class PastSale:
    """A sale of identical or similar goods: price of a unit, units sold, and commercial level of the buyer."""

    unit_price: float
    quantity: float
    level: str = ""


def value_transaction(
    price: ArrayLike, *, additions: Mapping[str, ArrayLike], deductions: Mapping[str, ArrayLike]
) -> CustomsValue:
    """Transaction value: the price with the additions of Article 8, less what does not belong to it.

    Raises InputError for a name that is no addition or deduction and for a negative amount or value.

    >>> found = value_transaction(10_000.0, additions={"assists": 1_200.0, "royalties": 500.0}, deductions={})
    >>> float(found.value)
    11700.0
    """
    lines = [ValueLine("price", np.asarray(price, dtype=np.float64), "Article 1: price paid or payable")]
    lines += _make_lines(additions, ADDITIONS, sign=1.0) + _make_lines(deductions, DEDUCTIONS, sign=-1.0)
    return _finish(lines, "transaction value")


def apportion_assist(value: ArrayLike, *, units: ArrayLike, units_over: ArrayLike) -> ArrayLike:
    """The part of an assist that falls on `units` where it is spread over `units_over` units.

    Over how many (those of the first shipment, those made so far, or the whole contract) is the importer's
    choice (Note to Article 8, paragraph 1(b)(ii) 4). Raises InputError where more units are valued than it is
    spread over.

    >>> [float(apportion_assist(8_000.0, units=1_000, units_over=n)) for n in (1_000, 4_000, 10_000)]
    [8000.0, 2000.0, 800.0]
    """
    part, whole = np.asarray(units, dtype=np.float64), np.asarray(units_over, dtype=np.float64)
    if not np.all((part >= 0.0) & (part <= whole) & (whole > 0.0)):
        what = "an assist is spread over fewer units than are valued"
        raise InputError([Finding("bad_assist", "error", what, "give the units that it was made for")])
    amount: ArrayLike = np.asarray(value, dtype=np.float64) * part / whole
    return amount


def value_like_goods(
    sales: Sequence[PastSale],
    *,
    quantity: float,
    level: str = "",
    list_price: Callable[[float], float] | None = None,
    level_factors: Mapping[tuple[str, str], float] | None = None,
) -> float:
    """Unit value of identical or similar goods (Articles 2 and 3): the lowest of those that fit.

    A sale of the same level and about the same quantity (within a tenth) stands as it is and wins. Else sales
    are adjusted: by the seller's `list_price` of a quantity, and by `level_factors`, the ratio of prices from
    the level of the sale to `level`. An adjustment that is not shown is not made: raises InputError where no
    sale fits and none can be adjusted.

    >>> sales = [PastSale(90.0, 500)]
    >>> value_like_goods(sales, quantity=10, list_price=lambda units: 100.0 if units < 100 else 90.0)
    100.0
    """
    factors = {(level, level): 1.0, **(level_factors or {})}
    as_is = [s.unit_price for s in sales if s.level == level and _is_near(s.quantity, quantity)]
    if as_is:
        return min(as_is)
    adjusted = []
    for sale in sales:
        step = factors.get((sale.level, level))
        near = _is_near(sale.quantity, quantity)
        if step is None or (list_price is None and not near):
            continue
        ratio = 1.0 if list_price is None or near else list_price(quantity) / list_price(sale.quantity)
        adjusted.append(sale.unit_price * ratio * step)
    if not adjusted:
        what = "no sale of such goods is of this level and quantity, and none can be adjusted to them"
        remedy = "give the seller's price list or the ratio of levels, or take the next method"
        raise InputError([Finding("no_like_sale", "error", what, remedy)])
    return min(adjusted)


def find_unit_price(sales: Sequence[PastSale]) -> float:
    """The unit price at which the greatest aggregate quantity is sold (Note to Article 5, paragraph 1).

    Of two prices with the same quantity the lower is taken. Raises InputError where nothing is sold.

    >>> find_unit_price([PastSale(95.0, 500), PastSale(90.0, 400)])
    95.0
    """
    totals: dict[float, float] = {}
    for sale in sales:
        totals[sale.unit_price] = totals.get(sale.unit_price, 0.0) + sale.quantity
    if not totals or max(totals.values()) <= 0.0:
        what = "no unit of the goods is sold"
        raise InputError([Finding("no_like_sale", "error", what, "give sales, or take the next method")])
    most = max(totals.values())
    return min(price for price, quantity in totals.items() if quantity == most)


def value_deductive(unit_price: ArrayLike, *, deductions: Mapping[str, ArrayLike]) -> CustomsValue:
    """Deductive value (Article 5): the price of resale less what lies between importation and sale.

    Commission, or profit and general expenses: one of them, never both. Raises InputError for both, for a name
    that is none of the deductions, and for a negative amount or value.

    >>> costs = {"profit_and_expenses": 1.5, "carriage_inland": 0.85, "duties": 1.14}
    >>> round(float(value_deductive(15.0, deductions=costs).value), 2)
    11.51
    """
    if {"commission", "profit_and_expenses"} <= deductions.keys():
        what = "a commission and the addition for profit and general expenses are both taken off"
        raise InputError(
            [Finding("bad_deduction", "error", what, "take off one of them, the one that is usual")]
        )
    lines = [ValueLine("resale price", np.asarray(unit_price, dtype=np.float64), "Article 5.1: unit price")]
    return _finish(lines + _make_lines(deductions, RESALE_DEDUCTIONS, sign=-1.0), "deductive value")


def value_computed(costs: Mapping[str, ArrayLike], *, margin: ArrayLike | None = None) -> CustomsValue:
    """Computed value (Article 6): costs of production with profit and general expenses.

    `margin` is the share of materials, labour and fabrication that producers of such goods in the country of
    export usually take for profit and general expenses; without it they are one of the `costs`. Raises
    InputError for a part that is not known, for none or both of them, and for a negative amount.

    >>> parts = {"materials": 10_000.0, "labour": 10_000.0, "fabrication": 1_000.0}
    >>> float(value_computed(parts, margin=0.16).value)
    24360.0
    """
    if (margin is None) != ("profit_and_expenses" in costs):
        what = "computed value needs profit and general expenses once, as an amount or as a margin"
        raise InputError([Finding("missing_cost", "error", what, "give profit_and_expenses or the margin")])
    lines = _make_lines(costs, COST_PARTS, sign=1.0)
    if margin is not None:
        made = sum_lines([line for line in lines if line.name in {"materials", "labour", "fabrication"}])
        share = np.asarray(margin, dtype=np.float64)
        words = f"{COST_PARTS['profit_and_expenses']}, a share of production"
        lines.append(ValueLine("profit_and_expenses", made * share, words))
    return _finish(lines, "computed value")


def _is_near(sold: float, wanted: float) -> bool:
    return abs(sold - wanted) <= 0.1 * wanted


def _make_lines(
    amounts: Mapping[str, ArrayLike], words: Mapping[str, str], *, sign: float
) -> list[ValueLine]:
    """A line for each amount; raises InputError for names that are not in `words` and bad amounts."""
    faults = []
    for name, amount in amounts.items():
        if name not in words:
            why = " (a buying commission is not added)" if name == "buying_commission" else ""
            what, nearest = f"{name!r} is not of {', '.join(words)}{why}", find_nearest(name, words)
            faults.append(Finding("unknown_value_part", "error", what, "write one of them", nearest=nearest))
        elif not np.all(np.asarray(amount, dtype=np.float64) >= 0.0):
            what = f"{name} is negative or no number"
            faults.append(Finding("bad_cost", "error", what, "give what is paid, 0 where it is nothing"))
    raise_errors(faults)
    return [
        ValueLine(name, sign * np.asarray(amounts[name], dtype=np.float64), words[name]) for name in amounts
    ]


def _finish(lines: list[ValueLine], method: str) -> CustomsValue:
    value = sum_lines(lines)
    if not np.all(value >= 0.0) or not np.all(lines[0].amount >= 0.0):
        what = f"the {method} or the price that it starts from is negative or no number"
        raise InputError([Finding("negative_customs_value", "error", what, "mend the price or the amounts")])
    return CustomsValue(value, tuple(lines), method)
