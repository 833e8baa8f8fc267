"""Parts of a rule of origin tested one by one, each with its arithmetic and with what would have to change.

Three answers: met, not met, unknown where the bill does not say enough. Joined, and: one part not met decides, then
one unknown; or: one part met decides, then one unknown (Kleene's logic).

Advice names real processing and real materials only, with the least amount that would do.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from landbridge.landed_cost.origin_case import ForeignPart, OriginCase
from landbridge.landed_cost.origin_rules import (
    LEVEL_DIGITS,
    And,
    ChangeOfTariff,
    Or,
    Process,
    Rule,
    ValueContent,
    WeightShare,
    WhollyObtained,
    is_code_of,
)
from landbridge.landed_cost.origin_text import write_origin_rule

Met = Literal["met", "not met", "unknown"]
# Shares are sums of decimals: a share this close to its limit lies on it.
CLOSE = 1e-9
BASE_WORDS = {
    "exw": "the ex-works price",
    "fob": "the FOB value",
    "customs_value": "the customs value",
    "net_cost": "the net cost",
    "materials": "the cost of all materials",
    "ex_works": "the ex-works price",
    "weight": "the weight",
}
# Kinds of lines that are not in a base, and so not in what comes from outside of it.
LEFT_OUT: dict[str, tuple[str, ...]] = {
    "net_cost": ("packing", "royalty", "profit"),
    "materials": ("labour", "overhead", "royalty", "profit"),
}
LEVEL_WORDS = {"chapter": "chapter", "heading": "heading", "subheading": "subheading", "any": "heading"}


@dataclass(frozen=True, slots=True)
class PartVerdict:
    """A demand of a rule: whether it is met, the reckoning in words, and what would have to change."""

    rule: str
    verdict: Met
    arithmetic: str
    change: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The part as plain values."""
        change = list(self.change)
        return {"rule": self.rule, "verdict": self.verdict, "arithmetic": self.arithmetic, "change": change}


@dataclass(frozen=True, slots=True)
class RuleOutcome:
    """A whole rule: its answer, the sentence that decides it, its demands one by one, and what would have to change."""

    verdict: Met
    arithmetic: str
    parts: tuple[PartVerdict, ...]
    change: tuple[str, ...] = ()


def apply_origin_rule(rule: Rule, case: OriginCase) -> RuleOutcome:
    """Goods against a rule, part by part, by the case that `read_case` makes of their bill."""
    if isinstance(rule, And | Or):
        return _join([apply_origin_rule(part, case) for part in rule.parts], every=isinstance(rule, And))
    part = _test_part(rule, case)
    return RuleOutcome(part.verdict, part.arithmetic, (part,), part.change)


def _test_part(
    rule: WhollyObtained | ChangeOfTariff | ValueContent | WeightShare | Process, case: OriginCase
) -> PartVerdict:
    match rule:
        case WhollyObtained():
            return _test_obtained(rule, case)
        case ChangeOfTariff():
            return _test_change(rule, case)
        case ValueContent():
            return _test_value(rule, case)
        case WeightShare():
            return _test_weight(rule, case)
        case Process():
            return _test_process(rule, case)


def _join(outcomes: Sequence[RuleOutcome], *, every: bool) -> RuleOutcome:
    """And (`every`), or or: the parts that decide give the sentence, those that fail the changes."""
    ruling: Met = "not met" if every else "met"
    verdict: Met = "met" if every else "not met"
    words = [outcome.verdict for outcome in outcomes]
    verdict = ruling if ruling in words else "unknown" if "unknown" in words else verdict
    decisive = [outcome for outcome in outcomes if outcome.verdict == verdict]
    shown = decisive[:1] if verdict == "met" and not every else decisive
    sentence = ("; and " if every else "; or " if verdict == "unknown" else "; nor ").join(
        outcome.arithmetic for outcome in shown
    )
    failing = [outcome.change for outcome in outcomes if outcome.verdict != "met"] if verdict != "met" else []
    if not every and len(failing) > 1:
        failing = [tuple(f"one way: {line}" for line in change) for change in failing]
    parts = tuple(part for outcome in outcomes for part in outcome.parts)
    return RuleOutcome(verdict, sentence, parts, tuple(line for change in failing for line in change))


def _test_value(rule: ValueContent, case: OriginCase) -> PartVerdict:
    text, base = write_origin_rule(rule), case.bases[rule.base]
    asked = [p for p in case.foreign if p.line.kind not in LEFT_OUT.get(rule.base, ())]
    foreign = math.fsum(p.value for p in asked if not rule.of or is_code_of(p.line.product, rule.of))
    unclear = any(_is_unclear(p.line.product, rule.of) for p in case.foreign if p.is_material)
    costs = base - math.fsum((case.own, case.foreign_value))
    counted = {"build_up": case.own, "direct": case.own + costs}.get(rule.method, base - foreign)
    amount = foreign if rule.method == "vnm" else counted
    if not base > 0 or math.isnan(amount) or unclear:
        return PartVerdict(text, "unknown", _say_missing(rule, base, unclear=unclear))
    share = 100.0 * amount / base
    met = share <= rule.limit + CLOSE if rule.method == "vnm" else share >= rule.limit - CLOSE
    what = "non-originating" if rule.method == "vnm" else "regional value"
    bound = "at most" if rule.method == "vnm" else "at least"
    against = f"{bound} {show_share(rule.limit)} of {BASE_WORDS[rule.base]}"
    sentence = f"{show_share(share, rule.limit)} {what} against {against}"
    change = () if met else _advise_value(rule, case, foreign, base)
    return PartVerdict(text, "met" if met else "not met", sentence, change)


def _say_missing(rule: ValueContent, base: float, *, unclear: bool) -> str:
    if unclear:
        return f"a material without its full code may be of {', '.join(rule.of)}"
    if math.isnan(base):
        return f"{BASE_WORDS[rule.base]} is not known"
    return "the value of a material is not known" if base > 0 else f"{BASE_WORDS[rule.base]} is nought"


def _advise_value(rule: ValueContent, case: OriginCase, foreign: float, base: float) -> tuple[str, ...]:
    """How much must be replaced, or how much more working value must come in, computed from the limit."""
    of = f" of {', '.join(rule.of)}" if rule.of else ""
    if rule.method == "build_up":
        short = round_up(rule.limit / 100.0 * base - case.own)
        return (
            f"replace non-originating materials worth {short} {case.currency} a unit by originating ones",
        )
    limit = (rule.limit if rule.method == "vnm" else 100.0 - rule.limit) / 100.0
    over = round_up(foreign - limit * base)
    change = [
        f"replace non-originating materials{of} worth {over} {case.currency} a unit by originating ones"
    ]
    if limit > 0 and rule.base != "materials":
        more = round_up(foreign / limit - base)
        what = f"add {more} {case.currency} a unit of real working, labour or originating parts at home"
        change.append(f"{what}, the non-originating materials staying as they are")
    return (" or ".join(change),)


def _test_weight(rule: WeightShare, case: OriginCase) -> PartVerdict:
    text = write_origin_rule(rule)
    parts = [
        p for p in case.foreign if p.is_material and (not rule.of or is_code_of(p.line.product, rule.of))
    ]
    unclear = any(_is_unclear(p.line.product, rule.of) for p in case.foreign if p.is_material)
    weight = math.fsum(part.weight for part in parts)
    if not case.weight > 0 or math.isnan(weight) or unclear:
        return PartVerdict(text, "unknown", "the weight or the code of a material is not known")
    share = 100.0 * weight / case.weight
    sentence = f"{show_share(share, rule.limit)} of the weight non-originating against at most {show_share(rule.limit)}"
    if share <= rule.limit + CLOSE:
        return PartVerdict(text, "met", sentence)
    over = round_up(weight - rule.limit / 100.0 * case.weight)
    advice = f"replace {over} kg a unit of {_name(parts)} by originating materials"
    return PartVerdict(text, "not met", sentence, (advice,))


def _test_process(rule: Process, case: OriginCase) -> PartVerdict:
    text = write_origin_rule(rule)
    if rule.key in case.done:
        return PartVerdict(text, "met", f"the process {rule.key} is done at home: {rule.text}")
    if not case.processes:
        return PartVerdict(
            text, "unknown", f"the bill lists no process, so {rule.key} is not known to be done"
        )
    sentence = f"the process {rule.key} is not done at home: {rule.text}"
    return PartVerdict(text, "not met", sentence, (f"do the process at home: {rule.text}",))


def _test_obtained(rule: WhollyObtained, case: OriginCase) -> PartVerdict:
    text = write_origin_rule(rule)
    materials = [part for part in case.foreign if part.is_material]
    bad = [part for part in materials if not rule.of or is_code_of(part.line.product, rule.of)]
    unclear = [part for part in materials if _is_unclear(part.line.product, rule.of)]
    what = f"materials of {', '.join(rule.of)}" if rule.of else "materials"
    if not bad and not unclear:
        return PartVerdict(text, "met", f"no {what} come from outside")
    verdict, tolerated = _tolerate(bad, unclear, case) if rule.of else (_worst(bad), "")
    sentence = f"{_name(bad or unclear)} from outside, where {what} have to be wholly obtained{tolerated}"
    change = (
        ()
        if verdict == "met"
        else (f"use {what} wholly obtained at home in place of {_name(bad or unclear)}",)
    )
    return PartVerdict(text, verdict, sentence, change)


def _test_change(rule: ChangeOfTariff, case: OriginCase) -> PartVerdict:
    """A change of tariff, after which come materials of the same heading up to their share, then the tolerance."""
    text = write_origin_rule(rule)
    sorted_parts: dict[str, list[ForeignPart]] = {"fits": [], "same": [], "barred": [], "unclear": []}
    for part in case.foreign:
        if part.is_material:
            sorted_parts[_sort_material(rule, part.line.product, case.product)].append(part)
    same, bad, unclear = sorted_parts["same"], sorted_parts["barred"], sorted_parts["unclear"]
    level = LEVEL_WORDS[rule.level]
    allowed = ""
    if same and rule.same is not None and case.bases["exw"] > 0:
        share = 100.0 * math.fsum(part.value for part in same) / case.bases["exw"]
        if share <= rule.same + CLOSE:
            allowed = f"; {_name(same)} of its own {level} make {show_share(share, rule.same)} of the ex-works price"
            allowed += f" against at most {show_share(rule.same)}"
            same = []
    bad = [*same, *bad]
    if not bad and not unclear:
        return PartVerdict(text, "met", _say_changed(rule, level, case) + allowed)
    verdict, tolerated = _tolerate(bad, unclear, case)
    which = (
        "does not change as it must" if bad else f"has no full code, so its change of {level} is not known"
    )
    sentence = f"{_name(bad or unclear)} {which}{tolerated}"
    return PartVerdict(
        text, verdict, sentence, () if verdict == "met" else _advise_change(rule, bad or unclear, case)
    )


def _say_changed(rule: ChangeOfTariff, level: str, case: OriginCase) -> str:
    if not any(part.is_material for part in case.foreign):
        return "no materials come from outside"
    if rule.level == "any":
        return "all non-originating materials are of codes that may be used"
    return f"all non-originating materials are of another {level} than {case.product}"


def _sort_material(rule: ChangeOfTariff, code: str, product: str) -> str:
    """Where a material stands: it fits, is of the same heading, is barred, or its code is too short to say."""
    digits = LEVEL_DIGITS[rule.level]
    if rule.allowed and is_code_of(code, rule.allowed):
        return "fits"
    if _is_unclear(code, (*rule.apart, *rule.of, *rule.allowed)) or (
        not code and (digits or rule.of or rule.apart)
    ):
        return "unclear"
    if (rule.apart and is_code_of(code, rule.apart)) or (rule.of and not is_code_of(code, rule.of)):
        return "barred"
    if not digits or rule.of:
        return "fits"
    own = product[:digits]
    if code.startswith(own) and len(own) == digits:
        return "same"
    return "unclear" if own.startswith(code) or (len(own) < digits and code.startswith(own)) else "fits"


def _is_unclear(code: str, codes: Iterable[str]) -> bool:
    """Whether a code is too short to say if it lies under one of the codes."""
    return any(other.startswith(code) and other != code for other in codes)


def _advise_change(rule: ChangeOfTariff, bad: Sequence[ForeignPart], case: OriginCase) -> tuple[str, ...]:
    level = LEVEL_WORDS[rule.level]
    sources = f"materials of {', '.join(rule.of)}" if rule.of else f"materials of another {level}"
    if rule.apart:
        sources += f" (not of {', '.join(rule.apart)})"
    advice = f"make {_name(bad)} at home from {sources}, or buy originating ones"
    room = _room(case)
    over = math.fsum(_measure(part, room[1]) for part in bad) - room[0]
    if room[0] > 0 and over > 0:
        unit = "kg" if room[1] == "weight" else case.currency
        advice += f"; at least {round_up(over)} {unit} a unit of them, since the tolerance covers the rest"
    return (advice,)


def _worst(bad: Sequence[ForeignPart]) -> Met:
    return "not met" if bad else "unknown"


def _room(case: OriginCase) -> tuple[float, str]:
    """How much the tolerance allows and what it is measured in; NaN where the agreement or the bill does not say."""
    terms = case.terms
    if is_code_of(case.product, terms.tolerance_except):
        return math.nan, ""
    base = "weight" if is_code_of(case.product, terms.weight_tolerance) else terms.tolerance_base
    whole = case.weight if base == "weight" else case.bases["exw" if base == "ex_works" else base or "exw"]
    return terms.tolerance / 100.0 * whole, base


def _measure(part: ForeignPart, base: str) -> float:
    return part.weight if base == "weight" else part.value


def _tolerate(
    bad: Sequence[ForeignPart], unclear: Sequence[ForeignPart], case: OriginCase
) -> tuple[Met, str]:
    """Whether the tolerance covers materials that do not meet a demand, and the words for it.

    Materials that may or may not meet it are covered with the others; where only they are too much, it is unknown.
    """
    room, base = _room(case)
    if math.isnan(case.terms.tolerance) or not base:
        return _worst(bad), ""
    sure, all_of_them = (math.fsum(_measure(p, base) for p in parts) for parts in (bad, [*bad, *unclear]))
    if math.isnan(room) or math.isnan(all_of_them):
        return (
            "unknown",
            f", and whether the tolerance of {show_share(case.terms.tolerance)} covers it is not known",
        )
    whole = room * 100.0 / case.terms.tolerance if case.terms.tolerance else math.nan
    share = 100.0 * all_of_them / whole if whole > 0 else math.inf if all_of_them else 0.0
    words = f"{show_share(share, case.terms.tolerance)} of {BASE_WORDS[base]}"
    limit = f"the tolerance of {show_share(case.terms.tolerance)}"
    if all_of_them <= room * (1 + CLOSE):
        return "met", f", which {limit} covers ({words})"
    verdict: Met = "not met" if sure > room * (1 + CLOSE) else "unknown"
    return verdict, f", more than {limit} ({words})" if math.isfinite(share) else ""


def _name(parts: Sequence[ForeignPart]) -> str:
    names = list(dict.fromkeys(part.line.name for part in parts))
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")


def show_share(share: float, limit: float | None = None) -> str:
    """A share in per cent, with as many digits as show on which side of its limit it lies.

    >>> show_share(42.1234), show_share(50.0), show_share(50.0004, 50.0)
    ('42.1 %', '50 %', '50.0004 %')
    """
    texts = [f"{share:.{digits}f}" for digits in (1, 2, 3, 4, 6, 9)]
    text = texts[0]
    if limit is not None and abs(share - limit) > CLOSE:
        text = next((t for t in texts if _side(float(t), limit) == _side(share, limit)), texts[-1])
    return f"{text.rstrip('0').rstrip('.')} %"


def _side(share: float, limit: float) -> int:
    return (share > limit) - (share < limit)


def round_up(amount: float) -> str:
    """An amount rounded up to four digits, so that doing that much is enough.

    >>> round_up(12.34567), round_up(0.1)
    ('12.35', '0.1')
    """
    if amount <= 0:
        return "0"
    step = 10.0 ** (math.floor(math.log10(amount)) - 3)
    return f"{math.ceil(amount / step * (1 - CLOSE)) * step:.12g}"
