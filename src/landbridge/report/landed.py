"""The section on landed cost: what each consignment costs at the buyer's door, in pictures, words and lines."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from markupsafe import Markup

from landbridge.report.content import ReportContent
from landbridge.report.figures import THIN, group_digits, write_amount, write_date
from landbridge.report.landed_chart import Money, draw_waterfall, draw_ways, fit_money, list_families
from landbridge.report.landed_reading import (
    FAMILIES,
    KIND_OF,
    RELEASE,
    WITHOUT_PREFERENCE,
    Consigned,
    CostLine,
    DoorCost,
    choose_cases,
    find_best,
    list_ways,
)
from landbridge.report.reading import list_records
from landbridge.report.summary import FEW, tell_prohibition
from landbridge.report.words import join_words, name_country

KG_A_TONNE = 1000.0
ORIGIN_WORDS = {"originates": "originates", "does_not": "does not originate", "unknown": "not known"}
GOOD_ORIGIN = {"originates": "ok", "does_not": "prohibited"}
LEVELS = ("error", "warning", "note")
PARTS = ("cases", "ways", "regimes", "lines", "prices", "origins", "findings")


@dataclass(frozen=True, slots=True)
class CaseView:
    """A waterfall with its words: `only` is a condition on which it hangs, `against` its difference from the first."""

    title: str
    sub: str
    picture: Markup
    only: str = ""
    against: str = ""


@dataclass(frozen=True, slots=True)
class RegimeView:
    """A regime on the best way; texts are ready to print."""

    name: str
    kind: str
    total: str
    span: str
    duty: str
    taxes: str
    proofs: str
    only: tuple[str, ...]
    conditions: tuple[str, ...]
    papers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineView:
    """A line of the best waterfall; texts are ready to print."""

    title: str
    kind: str
    base: str
    rate: str
    formula: str
    inputs: tuple[str, ...]
    amount: str
    span: str
    payer: str
    act: str
    source: str
    quality: str
    aside: str = ""


@dataclass(frozen=True, slots=True)
class OriginView:
    """A verdict on origin, for the days on which it is the same."""

    agreement: str
    days: str
    state: str
    verdict: str
    rule: str
    arithmetic: str
    change: str
    transport: str
    act: str
    source: str


@dataclass(frozen=True, slots=True)
class ConsignedView:
    """A consignment as the page shows it. `state` is ok, prohibited or unpriced; `same` names parts that say what the
    first scenario's say.
    """

    id: str
    name: str
    origin: str
    destination: str
    state: str
    facts: tuple[str, ...]
    total: str = ""
    span: str = ""
    unit: str = ""
    regime: str = ""
    way: str = ""
    saving: str = ""
    sentence: str = ""
    extra: str = ""
    against: str = ""
    cut: str = ""
    ways_cut: str = ""
    currency: str = ""
    refusals: tuple[str, ...] = ()
    cases: tuple[CaseView, ...] = ()
    ways: Markup | None = None
    regimes: tuple[RegimeView, ...] = ()
    lines: tuple[LineView, ...] = ()
    prices: tuple[tuple[str, str, bool], ...] = ()
    origins: tuple[OriginView, ...] = ()
    findings: tuple[tuple[str, str, str], ...] = ()
    same: frozenset[str] = field(default=frozenset())


def view_landed(
    content: ReportContent, scenarios: Sequence[Sequence[Consigned]]
) -> list[list[ConsignedView]]:
    """The consignments of each scenario as the page shows them; none where no run has priced any."""
    if not any(scenarios):
        return []
    named = {
        str(row["id"]): str(row["title"])
        for row in list_records(content.study_tables.get("trade_agreements"))
    }
    first = {one.id: one for one in scenarios[0]}
    begun = {one.id: view_consigned(one, named) for one in scenarios[0]}
    found = [list(begun.values())]
    title = content.scenarios[0].title or content.scenarios[0].name
    for scenario in scenarios[1:]:
        views = []
        for one in scenario:
            view, before = view_consigned(one, named), begun.get(one.id)
            if before is not None:
                same = {
                    part
                    for part in PARTS
                    if getattr(view, part) == getattr(before, part) and getattr(view, part)
                }
                against = tell_shift(first[one.id], one, title)
                view = replace(view, same=frozenset(same), against=against)
            views.append(view)
        found.append(views)
    return found


def view_consigned(consigned: Consigned, agreements: dict[str, str]) -> ConsignedView:
    """All that the page shows of a consignment."""
    answer = consigned.answer
    best = find_best(consigned)
    state = "ok" if best else "prohibited" if consigned.prohibited else "unpriced"
    view = ConsignedView(
        consigned.id,
        consigned.name,
        answer.origin if answer else "",
        answer.destination if answer else "",
        state,
        tuple(list_facts(consigned)),
        refusals=tuple(tell_refusals(consigned)),
        origins=tuple(view_origins(consigned, agreements)),
        findings=tuple(merge_notes(consigned.findings)),
    )
    return view if best is None else _view_costs(view, consigned, best)


def _view_costs(view: ConsignedView, consigned: Consigned, best: DoorCost) -> ConsignedView:
    """What is shown where there is a price."""
    cases, ways = group_days(choose_cases(consigned)), list_ways(consigned)
    money, wide = fit_money([case for case, _ in cases]), fit_money(ways)
    plain = find_plain(consigned, best)
    span = money.write_range(best["total_p10"], best["total_p90"])
    quantity = view_unit(best, money)
    return replace(
        view,
        total=money.write(best["total"]),
        span=span,
        unit=quantity,
        currency=best.currency,
        regime=best.name,
        way=best.label,
        saving="" if plain is None else tell_difference(plain, best, money),
        sentence=tell_cheapest(consigned),
        extra=tell_paid(best, money),
        cut=tell_cut_axis(money),
        ways_cut=tell_cut_axis(wide) if len(ways) > 1 else "",
        cases=tuple(_view_cases(cases, money, consigned.name)),
        ways=draw_ways(ways, money=wide, title=f"{consigned.name} at the door, by way") if len(ways) > 1 else None,
        regimes=tuple(_view_regime(cost, money) for cost in list_regimes(consigned, best)),
        lines=tuple(_view_line(line, money) for line in best.lines),
        prices=tuple(
            (rule, money.write(price), rule == consigned.row.get("incoterm")) for rule, price in best.prices
        ),
    )  # fmt: skip


def tell_cut_axis(money: Money) -> str:
    """Where an axis starts that does not start at zero."""
    return f"The axis starts at {group_digits(money.low)} {money.currency}." if money.is_cut else ""


def list_facts(consigned: Consigned) -> Iterable[str]:
    """Goods, quantity, value under its rule, days."""
    row = consigned.row
    if row.get("product"):
        yield f"HS {row['product']}"
    if row.get("made_in"):
        yield f"made in {name_country(str(row['made_in']))}"
    counted, unit = row.get("quantity"), str(row.get("unit") or "")
    weight = row.get("weight")
    if counted and unit and unit != "t":
        yield f"{group_digits(counted)} {unit}{'s' if unit in ('unit', 'pair') and counted != 1 else ''}"
    if weight:
        yield f"{write_amount(weight / KG_A_TONNE)} t net"
    if row.get("value"):
        yield f"{group_digits(row['value'])} {row['currency']} under {row['incoterm']}"
    days = {cost.date for cost in consigned.costs} | {row.date for row in consigned.origins}
    told = [write_date(day) for day in sorted(day for day in days if isinstance(day, datetime.date))]
    if told:
        yield f"priced as of {join_words(told)}"


def view_unit(cost: DoorCost, money: Money) -> str:
    """What one unit or tonne costs, nothing where the consignment is one."""
    if math.isnan(cost["unit_cost"]) or cost["unit_cost"] == cost["total"]:
        return ""
    digits = 0 if cost["unit_cost"] >= 1000 else 2
    return f"{group_digits(cost['unit_cost'], digits)}{THIN}{money.currency}/{cost.per}"


def tell_refusals(consigned: Consigned) -> list[str]:
    """Why there is no price, a sentence a cause: the act where the flow's verdict names it."""
    answer, told = consigned.answer, []
    for row in consigned.prohibited:
        act = tell_prohibition(answer) if answer and answer.verdict == "prohibited" else "Prohibited."
        day = row.get("date")
        when = f"{write_date(day)}: " if isinstance(day, datetime.date) and consigned.costs else ""
        told.append(f"{when}{act} No price is given.")
    if not told and find_best(consigned) is None:
        told.append("No price to the door: see the findings.")
    return list(dict.fromkeys(told))


def find_plain(consigned: Consigned, best: DoorCost) -> DoorCost | None:
    """The release without preference by the way of the best on its day; None where the best is that."""
    if best.regime == WITHOUT_PREFERENCE:
        return None
    keys = (best.date, best.route, WITHOUT_PREFERENCE)
    return next((cost for cost in consigned.costs if (cost.date, cost.route, cost.regime) == keys), None)


def group_days(cases: Sequence[DoorCost]) -> list[tuple[DoorCost, list[datetime.date]]]:
    """Cases, those that differ by their day alone as one."""
    grouped: list[tuple[DoorCost, list[datetime.date]]] = []
    for case in cases:
        known = next((days for other, days in grouped if is_equal(case, other)), None)
        if known is None:
            grouped.append((case, [case.date]))
        else:
            known.append(case.date)
    return grouped


def is_equal(one: DoorCost, other: DoorCost) -> bool:
    """Whether two costs print the same, family by family, under one regime by one way."""
    if (one.regime, one.route) != (other.regime, other.route):
        return False
    sums, others, least = one.sum_families(), other.sum_families(), fit_money([one, other]).least
    return all(abs(sums.get(key, 0.0) - others.get(key, 0.0)) < least for key in FAMILIES)


def _view_cases(
    cases: Sequence[tuple[DoorCost, list[datetime.date]]], money: Money, name: str
) -> Iterable[CaseView]:
    families = list_families(case for case, _ in cases)
    first = cases[0][0] if cases else None
    several_ways = len({case.route for case, _ in cases}) > 1
    for case, days in cases:
        told = join_words([write_date(day) for day in days])
        against = "" if first is None or case is first else tell_difference(first, case, money)
        title = f"{name}: from ex works to the door, {case.name}, {told}"
        yield CaseView(
            title=case.name,
            sub=", ".join([told, *([case.label] if several_ways else []), *tell_days(case)]),
            picture=draw_waterfall(case, families, money=money, title=title),
            only="; ".join(split_conditions(case)[0]),
            against=against,
        )


def tell_days(cost: DoorCost) -> list[str]:
    """How long it takes to the door, where that is known."""
    return [] if math.isnan(cost["days"]) else [f"{write_amount(cost['days'])}{THIN}days to the door"]


def name_family(family: str) -> str:
    """A family within a sentence.

    >>> name_family("duty"), name_family("vat"), name_family("excise")
    ('duty', 'VAT', 'excise and levies')
    """
    title = FAMILIES[family].replace(", ", " and ")
    return title if title.isupper() else title[:1].lower() + title[1:]


def tell_difference(first: DoorCost, other: DoorCost, money: Money, *, named: str = "") -> str:
    """How much less or more than the first, and by which families, the largest first."""
    least = money.least
    change, against = other["total"] - first["total"], named or name_case(first)
    before, after = first.sum_families(), other.sum_families()
    moves = {family: after.get(family, 0.0) - before.get(family, 0.0) for family in FAMILIES}
    large = sorted((item for item in moves.items() if abs(item[1]) >= least), key=lambda item: -abs(item[1]))
    if not large:
        return f"The same as {against}."
    parts = [f"{name_family(family)} {_tell_move(amount, money)}" for family, amount in large]
    whole = "As dear as" if abs(change) < least else f"{_tell_move(change, money, money.currency)} than"
    return f"{whole} {against}: {', '.join(parts)}."


def _tell_move(amount: float, money: Money, unit: str = "") -> str:
    text = money.write(abs(amount)) + (f"{THIN}{unit}" if unit else "")
    return f"{text} {'less' if amount < 0 else 'more'}"


def name_case(cost: DoorCost) -> str:
    """A case within a sentence: "without preference on 14 May 2025"."""
    title = cost.name
    told = title[:1].lower() + title[1:] if cost.regime == WITHOUT_PREFERENCE else f"under “{title}”"
    return f"{told} on {write_date(cost.date)}"


def split_conditions(cost: DoorCost) -> tuple[list[str], list[str]]:
    """Conditions on which the regime itself hangs ("only ..."), and the others."""
    every = cost.conditions
    only = [part for part in every if part.lower().startswith("only ")]
    return only, [part for part in every if part not in only]


def list_regimes(consigned: Consigned, best: DoorCost) -> list[DoorCost]:
    """Every regime on the way and day of the best, releases first, each kind by its total."""
    mine = [cost for cost in consigned.costs if (cost.date, cost.route) == (best.date, best.route)]
    return sorted(mine, key=lambda cost: (cost.kind != RELEASE, cost["total"]))


def _view_regime(cost: DoorCost, money: Money) -> RegimeView:
    only, conditions = split_conditions(cost)
    return RegimeView(
        name=cost.name,
        kind=cost.kind,
        total=money.write(cost["total"]),
        span=money.write_range(cost["total_p10"], cost["total_p90"]),
        duty=money.write(cost["duty"]),
        taxes=money.write(cost["taxes"]),
        proofs=money.write(cost["conformity"]),
        only=tuple(only),
        conditions=tuple(conditions),
        papers=tuple(dict.fromkeys(cost.papers)),
    )


def _view_line(line: CostLine, money: Money) -> LineView:
    dated = write_date(line.dated)
    aside = "" if line.counted else "for information" if line.stage == "none" else "got back"
    return LineView(
        title=line.title,
        kind=KIND_OF[line.family] if line.stage != "none" else "",
        base="" if math.isnan(line.base) else money.write(line.base),
        rate=line.rate,
        formula=line.formula,
        inputs=line.inputs,
        amount=money.write(line.amount),
        span=money.write_range(line.p10, line.p90),
        payer=line.payer,
        act=line.act + (f" ({dated})" if dated and line.act else dated),
        source=line.source,
        quality=line.quality,
        aside=aside,
    )


def view_origins(consigned: Consigned, agreements: dict[str, str]) -> Iterable[OriginView]:
    """Verdicts, those that say the same of several days as one."""
    grouped: dict[tuple[Any, ...], list[datetime.date]] = {}
    for row in consigned.origins:
        key = (
            row.agreement,
            row.verdict,
            row.rule,
            row.arithmetic,
            row.change,
            row.transport,
            row.act,
            row.source,
        )
        days = grouped.setdefault(key, [])
        days += [row.date] if row.date not in days else []
    for (agreement, verdict, *texts), days in grouped.items():
        yield OriginView(
            agreements.get(agreement, agreement),
            join_words([write_date(day) for day in days]),
            GOOD_ORIGIN.get(verdict, ""),
            ORIGIN_WORDS.get(verdict, verdict),
            *texts,
        )


def merge_notes(findings: Iterable[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Level, what and remedy of findings, each once, errors first."""
    told = [(str(row["level"]), str(row["message"]), str(row.get("remedy", ""))) for row in findings]
    return sorted(dict.fromkeys(told), key=lambda one: LEVELS.index(one[0]) if one[0] in LEVELS else 9)


def tell_paid(cost: DoorCost, money: Money) -> str:
    """What is paid on top and got back."""
    back = cost["paid"] - cost["total"]
    return f"{money.write(back)} {money.currency} more is paid as tax and got back." if back >= 0.5 else ""


def tell_cheapest(consigned: Consigned, *, short: bool = False) -> str:
    """The cheapest landed cost in a sentence, or a `short` one without day, way and conditions; nothing without one."""
    best = find_best(consigned)
    if best is None:
        return ""
    money = fit_money([best])
    span, unit = money.write_range(best["total_p10"], best["total_p90"]), view_unit(best, money)
    noted = "; ".join(filter(None, (f"p10–p90 {span}" if span else "", unit)))
    text = f"{consigned.name}: at the door {money.write(best['total'])}{THIN}{best.currency}"
    text += f" ({noted})" if noted else ""
    if not short:
        text += f" on {write_date(best.date)}" + (f" by “{best.label}”" if best.label else "")
    text += ", without preference" if best.regime == WITHOUT_PREFERENCE else f", under “{best.name}”"
    plain = find_plain(consigned, best)
    if plain is not None and plain["total"] > best["total"]:
        less = money.write(plain["total"] - best["total"])
        text += f", {less}{THIN}{best.currency} less than without preference"
    only = "" if short else "; ".join(split_conditions(best)[0])
    return f"{text}, {only}." if only else f"{text}."


def tell_shift(first: Consigned, other: Consigned, title: str) -> str:
    """What a scenario changes in the cheapest landed cost, against the first."""
    before, after = find_best(first), find_best(other)
    if before is None or after is None:
        return ""
    return tell_difference(before, after, fit_money([before, after]), named=f"in “{title}”")


def tell_landed(consigned: Iterable[Consigned]) -> list[str]:
    """Sentences for the head of the report: the cheapest landed cost of each consignment, or why it is forbidden.

    They are short where there are many; the table of the section has the rest.
    """
    found, every = [], list(consigned)
    for one in every:
        refusals = [f"{one.name}: {text}" for text in tell_refusals(one) if one.prohibited]
        found += [tell_cheapest(one, short=len(every) > FEW)] if find_best(one) else refusals
    return found
