"""Customs value: from a price under a rule of Incoterms to the value that duty is taken of.

Article 8.2 of the WTO Agreement on Customs Valuation leaves it to each member whether carriage to the place of
importation, its loading and handling, and insurance belong to the value. The rows of customs_values say so by
territory and mode: basis "fob" takes the goods on board at the place of export, "entry" adds carriage and insurance
as far as the place of entry into the customs territory. Carriage after entry is left out, left out where the papers
itemise it, or in (Note to Article 1, paragraph 3(b)). Every addition and deduction is a line with its formula.

Conventions: insurance counts whole, for a premium is not divided at the border; the terminal of arrival, the way
from it and the last unloading lie after entry; import clearance, duties and taxes within a price are taken off
where they are itemised (Note to Article 1, paragraph 3(c)).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from landbridge.landed_cost.incoterms import Money, check_costs, find_incoterm
from landbridge.schema import Finding, InputError, in_force_at, load_catalogue, raise_errors

_TO_EXPORT = (
    "packing",
    "loading_origin",
    "export_clearance",
    "pre_carriage",
    "origin_terminal",
    "main_loading",
)
_AT_IMPORT = ("import_clearance", "duty", "taxes")


@dataclass(frozen=True, slots=True)
class ValueBasis:
    """How a territory takes the value: a row of customs_values, its rates as shares (None: not set)."""

    id: str
    territory: str
    basis: str
    inland: str
    entry: str
    insurance: float | None
    freight: float | None
    freight_cap: float | None
    act: str
    source: str
    quality: str


@dataclass(frozen=True, slots=True)
class Sale:
    """A price under a rule and the costs by stage, money of one currency, of shapes that broadcast.

    `after_entry` is the part of the stage main_carriage that lies after the place of entry. `itemised` says that
    the papers show the costs after entry apart from the price.
    """

    price: ArrayLike
    rule: str
    costs: Mapping[str, ArrayLike]
    after_entry: ArrayLike = 0.0
    itemised: bool = True


@dataclass(frozen=True, slots=True)
class ValueLine:
    """A term of a customs value: money of any shape, positive where it is added, with its formula."""

    name: str
    amount: Money
    formula: str


@dataclass(frozen=True, slots=True)
class CustomsValue:
    """A customs value; it is the sum of its `lines`, of which the first is the price. Money of the sale."""

    value: Money
    lines: tuple[ValueLine, ...]
    method: str
    basis: ValueBasis | None = None


def find_value_basis(
    customs_values: pd.DataFrame, territories: Iterable[str], *, date: datetime.date, mode: str = "any"
) -> ValueBasis | None:
    """The row of customs_values in force for the first of the territories that has one, None where none has.

    `territories` is the country, then the blocs that it is a member of on that day; a row of the mode wins over
    one of any mode. Raises InputError where a rate of the row cannot be read.

    >>> from landbridge.schema import load_catalogue, make_frame
    >>> row = {"id": "in", "territory": "IN", "basis": "entry", "from": datetime.date(2007, 10, 10)}
    >>> row |= {"insurance": "1.125 %", "act": "rule 10", "source": "s", "quality": "published"}
    >>> frame = make_frame({key: [value] for key, value in row.items()}, load_catalogue().tables["customs_values"])
    >>> find_value_basis(frame, ["IN"], date=datetime.date(2025, 8, 21)).insurance
    0.01125
    """
    spec = load_catalogue().tables["customs_values"]
    rows = customs_values[in_force_at(customs_values, spec, date=date).to_numpy()].to_dict("records")
    for territory in territories:
        for wanted in (mode, "any"):
            for row in rows:
                if row["territory"] == territory and (row["mode"] or "any") == wanted:
                    return _read_basis(row)
    return None


def assess_customs_value(sale: Sale, basis: ValueBasis) -> CustomsValue:
    """The customs value of a sale on the basis of a territory, with a line for each term.

    Only the costs that must be added or taken off need be given. Raises InputError for a negative price, an
    unknown rule or stage, each cost that is missing, and a value that would be negative.

    >>> entry = ValueBasis("x", "X", "entry", "out_if_itemised", "", None, None, None, "act", "source", "published")
    >>> costs = {"main_carriage": 900.0, "insurance": 20.0}
    >>> found = assess_customs_value(Sale(10_000.0, "FCA", costs | {"origin_terminal": 0, "main_loading": 0},
    ...                                   after_entry=300.0), entry)
    >>> float(found.value), [(line.name, float(line.amount)) for line in found.lines]
    (10620.0, [('price', 10000.0), ('main_carriage', 600.0), ('insurance', 20.0)])
    """
    term = find_incoterm(sale.rule)
    costs = _fill_costs(sale, basis)
    raise_errors([*_check_sale(sale, costs), *_list_missing(sale, basis, costs)])
    lines = [ValueLine("price", np.asarray(sale.price, dtype=np.float64), f"price under {term.id}")]
    for stage in load_catalogue().cost_stages:
        if stage not in costs:
            continue
        counted = _count(stage, sale, basis, costs=costs)
        paid = costs[stage] if stage in term.seller else np.zeros(())
        change = counted - paid
        if np.any(change != 0.0):
            lines.append(ValueLine(stage, change, _explain(stage, sale, basis)))
    value = sum_lines(lines)
    if not np.all(value >= 0.0):
        what = "the costs to be taken off are more than the price"
        raise InputError([Finding("negative_customs_value", "error", what, "mend the price or the costs")])
    return CustomsValue(value, tuple(lines), "transaction value", basis)


def _fill_costs(sale: Sale, basis: ValueBasis) -> dict[str, Money]:
    """The costs with those that the territory assumes where they are not known."""
    costs = {stage: np.asarray(amount, dtype=np.float64) for stage, amount in sale.costs.items()}
    seller = find_incoterm(sale.rule).seller
    if basis.basis != "entry":
        return costs
    if basis.freight is not None and "main_carriage" not in {*costs, *seller}:
        costs["main_carriage"] = basis.freight * _value_at_export(sale, costs)
    if basis.insurance is not None and "insurance" not in {*costs, *seller}:
        costs["insurance"] = basis.insurance * _value_at_export(sale, costs)
    return costs


def _value_at_export(sale: Sale, costs: Mapping[str, Money]) -> Money:
    """The value on board at the place of export, as far as the costs are known.

    A price with carriage whose amount is not known stands as it is (India's rules of 2007, provisos of rule 10(2)).
    """
    seller = find_incoterm(sale.rule).seller
    value = np.asarray(sale.price, dtype=np.float64)
    for stage, amount in costs.items():
        if stage in _TO_EXPORT and stage not in seller:
            value = value + amount
        if stage not in _TO_EXPORT and stage in seller:
            value = value - amount
    return value


def _count(stage: str, sale: Sale, basis: ValueBasis, *, costs: Mapping[str, Money]) -> Money:
    """How much of a stage of cost belongs to the value."""
    cost, kept = costs[stage], _stays_in(stage, sale, basis)
    if stage in _TO_EXPORT:
        return cost
    if stage == "main_carriage" and basis.basis == "entry":
        after = np.zeros(()) if kept else np.asarray(sale.after_entry, dtype=np.float64)
        counted = cost - after
        if basis.freight_cap is not None:
            counted = np.minimum(counted, basis.freight_cap * _value_at_export(sale, costs))
        return counted
    if stage == "insurance" and basis.basis == "entry":
        return cost
    return cost if kept else np.zeros_like(cost)


def _stays_in(stage: str, sale: Sale, basis: ValueBasis) -> bool:
    """Whether a cost after the place of the value counts all the same."""
    paid = stage in find_incoterm(sale.rule).seller
    apart = sale.itemised or (stage != "main_carriage" and not paid)
    if basis.basis == "fob" or stage in _AT_IMPORT:
        return paid and not sale.itemised and basis.inland != "out"
    return basis.inland == "in" or (basis.inland == "out_if_itemised" and not apart)


def _explain(stage: str, sale: Sale, basis: ValueBasis) -> str:
    paid = stage in find_incoterm(sale.rule).seller
    where = "the place of export" if basis.basis == "fob" else f"the place of entry{_of(basis.entry)}"
    if stage in _AT_IMPORT:
        return "taken off: charges of the import itself, itemised"
    if stage not in sale.costs:
        share = basis.freight if stage == "main_carriage" else basis.insurance
        return f"added: {share:.4%} of the value at the place of export, as it is not known"
    if stage == "main_carriage" and basis.basis == "entry" and basis.freight_cap is not None:
        return f"carriage to {where}, at most {basis.freight_cap:.4%} of the value at the place of export"
    return f"{'taken off: lies after' if paid else 'added: lies before'} {where}"


def _of(entry: str) -> str:
    return f" ({entry})" if entry else ""


def _check_sale(sale: Sale, costs: Mapping[str, Money]) -> list[Finding]:
    faults = check_costs(costs)
    if not np.all(np.asarray(sale.price, dtype=np.float64) >= 0.0):
        what = "the price is negative or no number"
        faults.append(Finding("negative_value", "error", what, "give the price that is paid", column="value"))
    after = np.asarray(sale.after_entry, dtype=np.float64)
    if not np.all(after >= 0.0) or ("main_carriage" in costs and np.any(after > costs["main_carriage"])):
        what = "the carriage after entry is negative or more than the whole main carriage"
        faults.append(
            Finding("bad_cost", "error", what, "give the part of main_carriage that lies after entry")
        )
    return faults


def _list_missing(sale: Sale, basis: ValueBasis, costs: Mapping[str, Money]) -> list[Finding]:
    """A finding for each cost that the value needs and nobody gave."""
    seller = find_incoterm(sale.rule).seller
    missing = []
    for stage in load_catalogue().cost_stages:
        inside = stage in _TO_EXPORT or (stage == "main_carriage" and basis.basis == "entry")
        added = inside and stage not in seller
        # Insurance that nobody bought is no cost; the way after entry of a price with carriage is a part of it.
        taken = not inside and stage in seller and not _stays_in(stage, sale, basis)
        taken = taken and not (stage == "insurance" and basis.basis == "entry")
        divided = stage == "main_carriage" and stage in seller and basis.basis == "entry"
        divided = divided and (
            basis.freight_cap is not None or bool(np.any(np.asarray(sale.after_entry) > 0.0))
        )
        if stage not in costs and (added or taken or divided):
            what = f"the customs value of {basis.territory} needs the cost of {stage} of a price under {sale.rule}"
            missing.append(Finding("missing_cost", "error", what, "give it, 0 where it is nothing"))
    return missing


def _read_basis(row: Mapping[Any, Any]) -> ValueBasis:
    return ValueBasis(
        id=str(row["id"]),
        territory=str(row["territory"]),
        basis=str(row["basis"]),
        inland=str(row["inland"] or "out_if_itemised"),
        entry=str(row["entry"] or ""),
        insurance=_read_share(row, "insurance"),
        freight=_read_share(row, "freight"),
        freight_cap=_read_share(row, "freight_cap"),
        act=str(row["act"]),
        source=str(row["source"]),
        quality=str(row["quality"]),
    )


def _read_share(row: Mapping[Any, Any], name: str) -> float | None:
    """A rate such as "1.125 %" as a share; None where the cell is empty."""
    text = str(row[name] or "").strip()
    if not text:
        return None
    try:
        share = float(text.removesuffix("%")) / 100.0
    except ValueError:
        share = -1.0
    if not text.endswith("%") or not 0.0 <= share <= 1.0:
        what = f"{text!r} is no rate of the value"
        finding = Finding("bad_rate", "error", what, "write a percentage, e.g. 0.5 %", column=name)
        raise InputError([finding])
    return share


def sum_lines(lines: Sequence[ValueLine]) -> Money:
    """The sum of the amounts of lines, of the shape that they broadcast to.

    >>> float(sum_lines([ValueLine("price", np.asarray(5.0), ""), ValueLine("packing", np.asarray(2.0), "")]))
    7.0
    """
    return sum((line.amount for line in lines), np.zeros(()))
