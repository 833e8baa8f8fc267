"""Whether goods originate under an agreement, by their bill of materials: the verdict with its arithmetic.

Order of the questions: are the goods made in a party; which materials come from outside once cumulation is counted;
does all the work consist of operations that never confer origin; is the rule of the product met, the tolerance
counted; or, for a set, is the value of foreign articles within its share. Materials that are made by a bill of their
own and originate by it count whole, as agreements have it; where they do not and cumulation is full, their own
foreign materials count in their place, else the whole of them.

After the practice of the Kyoto Convention's annex D.1 and K, and of the agreements' own texts.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from landbridge.landed_cost.bills import GOODS, Bill, BillLine
from landbridge.landed_cost.origin_case import (
    MINIMAL_OPERATIONS,
    ForeignPart,
    OriginCase,
    process_key,
    sum_bases,
)
from landbridge.landed_cost.origin_law import OriginLaw
from landbridge.landed_cost.origin_parts import (
    CLOSE,
    PartVerdict,
    RuleOutcome,
    apply_origin_rule,
    round_up,
    show_share,
)
from landbridge.schema import Finding, order_findings

OriginWord = Literal["originates", "does_not", "unknown"]
_WORDS: dict[str, OriginWord] = {"met": "originates", "not met": "does_not", "unknown": "unknown"}
_ENDINGS = {"originates": "originates", "does_not": "does not originate", "unknown": "not known"}
_DEEPEST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginClaim:
    """What is asked: goods of `product` (digits of an HS code), made in a country, sent on a date.

    `inland` is the cost from the works to the ship or border and `customs_value` the value at import, both for one
    unit and in the currency of the bill; `is_set` says that the materials are the articles of a set.
    """

    product: str
    made_in: str
    date: datetime.date
    inland: float = 0.0
    customs_value: float = math.nan
    is_set: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginVerdict:
    """The answer: `verdict`, the rule in words, the sentence that decides, the parts, and what would have to change.

    `foreign` is the value of all that comes from outside and `price` the ex-works price, in `currency` a unit.
    """

    verdict: OriginWord
    arithmetic: str
    rule: str = ""
    parts: tuple[PartVerdict, ...] = ()
    change: tuple[str, ...] = ()
    act: str = ""
    source: str = ""
    quality: str = ""
    foreign: float = math.nan
    price: float = math.nan
    currency: str = ""
    findings: tuple[Finding, ...] = ()
    materials: tuple[ForeignPart, ...] = field(default=(), repr=False)

    def to_json(self) -> dict[str, Any]:
        """The verdict as plain values."""
        plain = {name: getattr(self, name) for name in ("verdict", "rule", "arithmetic")}
        plain |= {"parts": [part.to_json() for part in self.parts], "change": list(self.change)}
        plain |= {name: getattr(self, name) for name in ("act", "source", "quality")}
        return {**plain, "findings": [finding.as_dict() for finding in self.findings]}


def judge_goods(bill: Bill, *, claim: OriginClaim, law: OriginLaw) -> OriginVerdict:
    """Whether the goods of a bill originate under an agreement.

    Never raises on what the bill holds: what is missing makes the verdict unknown, with a finding.

    >>> import datetime
    >>> from landbridge.landed_cost.origin_law import read_origin_law
    >>> from landbridge.sources import read_shipped_tables
    >>> day = datetime.date(2025, 1, 1)
    >>> parts = BillLine("parts", product="8708", made_in="IN", value=68.0), BillLine("labour", "labour", value=32.0)
    >>> law = read_origin_law(read_shipped_tables(), agreement="eac", date=day)
    >>> claim = OriginClaim(product="870829", made_in="KE", date=day)
    >>> judge_goods(Bill("part", parts), claim=claim, law=law).arithmetic
    '68 % non-originating against at most 70 % of the ex-works price: originates'
    """
    return _judge(bill, claim, law, seen=())


def _judge(bill: Bill, claim: OriginClaim, law: OriginLaw, *, seen: tuple[str, ...]) -> OriginVerdict:
    barred = _bar_goods(claim, law)
    if barred is not None:
        return barred
    case, found = read_case(bill, claim, law, seen=seen)
    row, more = law.find_rule(claim.product, claim.date)
    found = (*bill.findings, *found, *more, *_note_exception(claim, law))
    outcome = _test_goods(case, claim, row.rule if row else None)
    verdict = _WORDS[outcome.verdict]
    return OriginVerdict(
        verdict=verdict,
        rule=row.text if row else "",
        arithmetic=f"{outcome.arithmetic}: {_ENDINGS[verdict]}",
        parts=outcome.parts,
        change=outcome.change,
        act=row.act if row else law.terms.act,
        source=row.source if row else law.terms.source,
        quality=row.quality if row else law.terms.quality,
        foreign=case.foreign_value,
        price=bill.price,
        currency=bill.currency,
        findings=order_findings(found),
        materials=case.foreign,
    )


def _bar_goods(claim: OriginClaim, law: OriginLaw) -> OriginVerdict | None:
    """A verdict without a look at the bill: another date, or made outside the parties."""
    terms = law.terms
    if not terms.in_force(claim.date):
        first, last = terms.period
        what = f"{terms.title} is in force from {first} to {last or 'now'}, not on {claim.date}"
        finding = Finding(
            "agreement_not_in_force", "warning", what, "give a date or an agreement in force on it"
        )
        return OriginVerdict(verdict="unknown", arithmetic=what, act=terms.act, findings=(finding,))
    sides = terms.beneficiaries if terms.kind == "gsp" else terms.parties
    if claim.made_in not in sides:
        what = f"goods made in {claim.made_in} get no preference under {terms.id}, whose goods are those of "
        what += ", ".join(sorted(sides))
        return OriginVerdict(verdict="does_not", arithmetic=what, act=terms.act, source=terms.source)
    return None


def _note_exception(claim: OriginClaim, law: OriginLaw) -> tuple[Finding, ...]:
    if not claim.product.startswith(law.terms.excepted or ("-",)):
        return ()
    what = f"goods of {claim.product} are left out of the preference of {law.terms.id}, whatever their origin"
    return (Finding("excepted_product", "warning", what, "the general rate applies"),)


def _test_goods(case: OriginCase, claim: OriginClaim, rule: Any) -> RuleOutcome:
    """The general conditions in their order, and the rule."""
    if not case.foreign:
        return RuleOutcome("met", "no materials come from outside", ())
    if claim.is_set:
        return _test_set(case)
    minimal = _test_minimal(case)
    if minimal is not None:
        return minimal
    if rule is None:
        return RuleOutcome("unknown", "no rule of origin for these goods is known", ())
    return apply_origin_rule(rule, case)


def _test_set(case: OriginCase) -> RuleOutcome:
    """A set originates where the value of its foreign articles is within the agreement's share."""
    limit, price = case.terms.sets, case.bases["exw"]
    if math.isnan(limit) or not price > 0 or math.isnan(case.foreign_value):
        what = "the agreement's share for sets, or a value of the set, is not known"
        return RuleOutcome("unknown", what, (PartVerdict("set", "unknown", what),))
    share = 100.0 * case.foreign_value / price
    what = f"{show_share(share, limit)} of the set non-originating against at most {show_share(limit)}"
    if share <= limit + CLOSE:
        return RuleOutcome("met", what, (PartVerdict("set", "met", what),))
    over = round_up(case.foreign_value - limit / 100.0 * price)
    change = (f"replace non-originating articles worth {over} {case.currency} a set by originating ones",)
    return RuleOutcome("not met", what, (PartVerdict("set", "not met", what, change),), change)


def _test_minimal(case: OriginCase) -> RuleOutcome | None:
    """Work that consists of minimal operations alone never confers origin, whatever the rule says."""
    if not (case.terms.minimal_operations and case.done) or case.done - MINIMAL_OPERATIONS.keys():
        return None
    words = ", ".join(sorted(MINIMAL_OPERATIONS[key] for key in case.done))
    what = f"all work at home is of operations that never confer origin ({words})"
    change = ("do working at home that goes beyond these operations and meets the rule of the goods",)
    return RuleOutcome("not met", what, (PartVerdict("minimal operations", "not met", what, change),), change)


def read_case(
    bill: Bill, claim: OriginClaim, law: OriginLaw, *, seen: tuple[str, ...] = ()
) -> tuple[OriginCase, tuple[Finding, ...]]:
    """What of a bill comes from outside once cumulation is counted, with findings of what could not be told."""
    foreign: list[ForeignPart] = []
    found: list[Finding] = []
    for line in bill.lines:
        parts, findings = _find_foreign(line, bill, claim, law, seen=(*seen, bill.name))
        foreign += parts
        found += findings
    worked = law.terms.worked(claim.made_in)
    processes = bill.select("process")
    done = frozenset(process_key(line) for line in processes if not line.place or line.place in worked)
    if not processes and foreign and law.terms.minimal_operations:
        what = "the bill lists no process, so it is not known whether the work goes beyond minimal operations"
        found.append(Finding("no_process", "note", what, "add rows of kind process"))
    goods = math.fsum(line.value for line in bill.select(*GOODS))
    case = OriginCase(
        product=claim.product,
        terms=law.terms,
        currency=bill.currency,
        foreign=tuple(foreign),
        bases=sum_bases(bill, inland=claim.inland, customs_value=claim.customs_value),
        own=goods - math.fsum(part.value for part in foreign if part.line.kind in GOODS),
        weight=bill.weight,
        done=done,
        processes=bool(processes),
    )
    return case, tuple(found)


Found = tuple[list[ForeignPart], list[Finding]]


def _find_foreign(
    line: BillLine, bill: Bill, claim: OriginClaim, law: OriginLaw, *, seen: tuple[str, ...]
) -> Found:
    """What of a line comes from outside: nothing, the whole, or the foreign materials of the bill that makes it."""
    whole = ForeignPart(line, line.value, line.weight)
    if line.kind not in GOODS:
        abroad = line.kind != "process" and line.place and line.place not in law.terms.worked(claim.made_in)
        return ([whole] if abroad else []), []
    home = line.made_in or (claim.made_in if line.made_by else "")
    counts = home in law.terms.counted(claim.made_in)
    if line.made_by and counts:
        return _open_material(whole, replace(claim, made_in=home), bill, law, seen=seen)
    if counts and line.originates is not False:
        return [], []
    if line.originates or (line.made_by and not counts):
        what = (
            f"{line.name} is of {home or 'an unknown country'}, with which {law.terms.id} has no cumulation"
        )
        return [whole], [Finding("no_cumulation", "note", what, "it counts as non-originating")]
    return [whole], []


def _open_material(
    whole: ForeignPart, claim: OriginClaim, bill: Bill, law: OriginLaw, *, seen: tuple[str, ...]
) -> Found:
    """A material by its own bill: counted whole if it originates (roll-up), else by its inputs or not at all."""
    line = whole.line
    made = bill.others.get(line.made_by)
    if made is None or line.made_by in seen or len(seen) > _DEEPEST:
        what = f"{line.name} is made by the bill {line.made_by!r}, which "
        what += "is not given" if made is None else "is made by itself"
        return [whole], [
            Finding("bad_made_by", "warning", what, "name a bill of the table that ends in materials")
        ]
    own = replace(claim, product=line.product, inland=0.0, customs_value=math.nan, is_set=False)
    verdict = _judge(replace(made, others=bill.others, findings=()), own, law, seen=seen)
    told = Finding("intermediate", "note", f"{line.name}: {verdict.arithmetic}", "")
    if verdict.verdict == "originates":
        return [], [told]
    if "full" in law.terms.cumulation and verdict.price > 0:
        scale = line.value / verdict.price
        weight = line.weight / made.weight if made.weight > 0 else math.nan
        parts = [ForeignPart(p.line, p.value * scale, p.weight * weight) for p in verdict.materials]
        return parts, [told]
    return [whole], [told]
