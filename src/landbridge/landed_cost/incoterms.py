"""Incoterms 2020: which stages of cost are the seller's, and what a price is under another rule.

The matrix of rules and stages stands in the catalogue (incoterms.csv, cost_stages.csv). It follows the articles
A and B of ICC publication 723E (Incoterms 2020) as charts of transport costs show them; conventions where a
contract may say otherwise: discharge at the terminal of arrival is the buyer's under CPT, CIP, CFR and CIF; under
the D rules the seller carries the risk, so insurance is its cost; DDP leaves unloading to the buyer. A price under
one rule is that under another plus the stages that the seller takes on, minus those that it gives up.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from landbridge.schema import Finding, Incoterm, InputError, find_nearest, load_catalogue, raise_errors

Money = NDArray[np.float64]

# Articles A5 of CIP and CIF ask for insurance of the price and ten per cent.
COVER = 1.1
_CLAUSES = {"CIF": "C", "CIP": "A"}
_ON_WATER = frozenset({"sea", "inland_water", "ferry"})
_ON_LAND_RULE = {"FAS": "FCA", "FOB": "FCA", "CFR": "CPT", "CIF": "CIP"}


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A stage of cost that a conversion adds (positive) or takes off (negative); `amount` has any shape."""

    stage: str
    title: str
    amount: Money
    formula: str


@dataclass(frozen=True, slots=True)
class ConvertedPrice:
    """A price under the rule `rule`: the given price plus the amounts of `lines`."""

    price: Money
    rule: str
    lines: tuple[PriceLine, ...]


@dataclass(frozen=True, slots=True)
class Insurance:
    """Cargo insurance: the premium, the value insured, the price with the premium, and the clauses owed.

    `clauses` is "A" or "C" of the Institute Cargo Clauses, "" where the rule obliges nobody to insure.
    """

    premium: Money
    insured: Money
    price: Money
    clauses: str


def find_incoterm(rule: str) -> Incoterm:
    """A rule of Incoterms 2020 by its three letters, upper or lower case.

    Raises InputError with the nearest rules where there is none; DAT of 2010 is answered with DPU.

    >>> find_incoterm("cif").scope
    'water'
    """
    rules = load_catalogue().incoterms
    found = rules.get(rule.strip().upper())
    if found is not None:
        return found
    nearest = ("DPU",) if rule.strip().upper() == "DAT" else find_nearest(rule, rules)
    remedy = f"write one of {', '.join(rules)}"
    what = f"{rule!r} is no rule of Incoterms 2020"
    raise InputError([Finding("unknown_incoterm", "error", what, remedy, column="incoterm", nearest=nearest)])


def check_incoterm(rule: str, modes: Iterable[str]) -> tuple[Finding, ...]:
    """Findings of a rule on a way: a rule for ships where no leg of `modes` goes by water.

    Raises InputError for an unknown rule.

    >>> [finding.what for finding in check_incoterm("FOB", ["rail", "road"])]
    ['FOB is a rule for carriage by water, and no leg goes by water']
    """
    term = find_incoterm(rule)
    if term.scope == "any" or _ON_WATER.intersection(modes):
        return ()
    what = f"{term.id} is a rule for carriage by water, and no leg goes by water"
    remedy = f"agree {_ON_LAND_RULE[term.id]} instead"
    return (Finding("incoterm_without_water", "warning", what, remedy, column="incoterm"),)


def list_moved_stages(from_rule: str, into: str) -> tuple[str, ...]:
    """The stages of cost that lie between two rules: the seller's under one of them only.

    >>> list_moved_stages("FOB", "CIF")
    ('main_carriage', 'insurance')
    """
    before, after = set(find_incoterm(from_rule).seller), set(find_incoterm(into).seller)
    return tuple(stage for stage in load_catalogue().cost_stages if stage in before ^ after)


def convert_price(
    price: ArrayLike, from_rule: str, *, into: str, costs: Mapping[str, ArrayLike]
) -> ConvertedPrice:
    """A price under another rule, with a line for each stage of cost that changes hands.

    `price` and the `costs` by stage are money of one currency, of shapes that broadcast. Every stage between
    the two rules must be given, 0 where it costs nothing. Raises InputError for an unknown rule or stage and
    for each stage that is missing or negative.

    >>> found = convert_price(1000.0, "FOB", into="CIF", costs={"main_carriage": 150.0, "insurance": 12.0})
    >>> float(found.price), [(line.stage, float(line.amount)) for line in found.lines]
    (1162.0, [('main_carriage', 150.0), ('insurance', 12.0)])
    >>> float(convert_price(found.price, "CIF", into="FOB", costs={"main_carriage": 150, "insurance": 12}).price)
    1000.0
    """
    moved = list_moved_stages(from_rule, into)
    raise_errors([*check_costs(costs), *_missing_stages(moved, costs, f"{from_rule} into {into}")])
    target = find_incoterm(into)
    lines = []
    for stage in moved:
        amount = np.asarray(costs[stage], dtype=np.float64)
        gained = stage in target.seller
        title = load_catalogue().cost_stages[stage].title
        verb = "the seller's" if gained else "the buyer's"
        lines.append(PriceLine(stage, title, amount if gained else -amount, f"{verb} under {target.id}"))
    # The stages are summed first, so that the way back takes off the same number.
    change = sum((line.amount for line in lines), np.zeros(()))
    return ConvertedPrice(np.asarray(price, dtype=np.float64) + change, target.id, tuple(lines))


def split_costs(costs: Mapping[str, ArrayLike], rule: str) -> tuple[dict[str, Money], dict[str, Money]]:
    """The stages of cost that the seller pays under a rule, and those that the buyer pays.

    Together they are all the costs. Raises InputError for an unknown rule or stage and a negative cost.

    >>> seller, buyer = split_costs({"packing": 10.0, "main_carriage": 90.0, "duty": 40.0}, "CPT")
    >>> list(seller), list(buyer)
    (['packing', 'main_carriage'], ['duty'])
    """
    term = find_incoterm(rule)
    raise_errors(check_costs(costs))
    amounts = {
        stage: np.asarray(costs[stage], dtype=np.float64)
        for stage in load_catalogue().cost_stages
        if stage in costs
    }
    seller = {stage: amount for stage, amount in amounts.items() if stage in term.seller}
    return seller, {stage: amount for stage, amount in amounts.items() if stage not in seller}


def insure(price: ArrayLike, rule: str, *, rate: ArrayLike) -> Insurance:
    """Insurance on 110 % of the price with the insurance in it, in closed form.

    `price` is that before insurance (CFR = FOB + freight for CIF, CPT for CIP), `rate` the premium as a share of
    the insured value, such as 0.005. As the premium insures itself, CIF = price / (1 - 1.1 rate). CIF owes
    clauses (C), CIP clauses (A) (Incoterms 2020, articles A5). Raises InputError for an unknown rule, a
    negative price, and a rate that is negative or leaves nothing of the price.

    >>> cover = insure(1000.0, "CIF", rate=0.01)
    >>> round(float(cover.price), 2), round(float(cover.premium), 2), cover.clauses
    (1011.12, 11.12, 'C')
    """
    term = find_incoterm(rule)
    before, share = np.asarray(price, dtype=np.float64), np.asarray(rate, dtype=np.float64)
    faults = []
    if not np.all(before >= 0.0):
        faults.append(Finding("negative_value", "error", "a price is negative or no number", "give it"))
    if not np.all((share >= 0.0) & (COVER * share < 1.0)):
        what = "the rate of insurance is negative, no number, or takes up the price"
        faults.append(Finding("bad_insurance_rate", "error", what, "give a share of the value, e.g. 0.005"))
    raise_errors(faults)
    insured = COVER * before / (1.0 - COVER * share)
    premium = share * insured
    return Insurance(premium, insured, before + premium, _CLAUSES.get(term.id, ""))


def check_costs(costs: Mapping[str, Any]) -> list[Finding]:
    """A finding for each stage that is not known, and each amount that is negative or no number.

    >>> [finding.code for finding in check_costs({"duti": 1.0, "packing": -5.0})]
    ['unknown_cost_stage', 'bad_cost']
    """
    stages = load_catalogue().cost_stages
    faults = []
    for stage, amount in costs.items():
        if stage not in stages:
            nearest = find_nearest(stage, stages)
            what, remedy = f"{stage!r} is no stage of cost", f"write one of {', '.join(stages)}"
            faults.append(Finding("unknown_cost_stage", "error", what, remedy, nearest=nearest))
        elif not np.all(np.asarray(amount, dtype=np.float64) >= 0.0):
            what = f"the cost of {stage} is negative or no number"
            faults.append(Finding("bad_cost", "error", what, "give what is paid, 0 where it is nothing"))
    return faults


def _missing_stages(moved: Iterable[str], costs: Collection[str], way: str) -> list[Finding]:
    return [
        Finding("missing_cost", "error", f"{way} needs the cost of {stage}", "give it, 0 where it is nothing")
        for stage in moved
        if stage not in costs
    ]
