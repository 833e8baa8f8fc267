"""Under which rates goods may be released in a country: as of most favoured nations, under each agreement, in a quota.

A preference is offered only where the goods originate under its agreement or nothing is known of that, and then with
the condition written beside it; where they are known not to originate it is not offered.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from landbridge.landed_cost.charges import CUSTOMS_VALUE, SPECIAL_DUTIES, Charge, check_order
from landbridge.landed_cost.customs_law import CustomsLaw, covers
from landbridge.landed_cost.goods import Goods
from landbridge.landed_cost.rate_text import parse_rate, write_rate
from landbridge.landed_cost.rates import AtMost, Rate, ShareOf
from landbridge.landed_cost.tariff_lines import TariffAnswer, TariffLine
from landbridge.schema import Finding
from landbridge.schema.rows import Row

MFN = "mfn"
TITLES = {
    "duty": "Customs duty",
    "anti_dumping": "Anti-dumping duty",
    "countervailing": "Countervailing duty",
    "safeguard": "Safeguard duty",
    "excise": "Excise",
}
SHOWN_LINES = 6


@dataclass(frozen=True, slots=True)
class Treatment:
    """One way of release: `regime` is "mfn" or the id of an agreement or quota.

    `references` are the rates that a preference is a share of. `origin` says whether the goods originate under the
    agreement: "", "originates" or "unknown". `inside` says that the goods stay in their customs territory:
    taxes are then on the contract price.
    """

    regime: str
    name: str
    charges: tuple[Charge, ...]
    references: Mapping[str, Rate]
    papers: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    agreement: str = ""
    origin: str = ""
    proof_cost: float = float("nan")
    act: str = ""
    source: str = ""
    quality: str = "published"
    inside: bool = False


@dataclass(frozen=True, slots=True)
class Treatments:
    """The ways of release of goods on a day, and the findings of looking for them."""

    listed: tuple[Treatment, ...]
    findings: tuple[Finding, ...]


def list_treatments(law: CustomsLaw, goods: Goods, *, origins: Mapping[str, str]) -> Treatments:
    """The ways in which goods may be released; `origins` is the verdict on their origin by agreement.

    Without a rate for most favoured nations nothing is listed, and a finding says why: a missing rate is never zero.
    """
    findings: list[Finding] = []
    duty = _find_duty(law, goods, findings)
    others = [*_special_duties(law, goods, findings), *_list_taxes(law, goods, findings)]
    findings += check_order(others)
    if duty is None or any(finding.severity == "error" for finding in findings):
        return Treatments((), tuple(findings))
    reference = {MFN: duty.rate}
    listed = [
        Treatment(MFN, _name_mfn(law, goods), (duty, *others), reference, inside=is_inside(law, goods)),
        *_list_preferences(law, goods, others, references=reference, origins=origins, findings=findings),
    ]
    base = (duty, *others)
    listed += _list_quotas(law, goods, base, references=reference, origins=origins, findings=findings)
    return Treatments(tuple(listed), tuple(findings))


def is_inside(law: CustomsLaw, goods: Goods) -> bool:
    """Whether goods are sent inside the customs territory of their destination: nothing is due at a border.

    They are taken to be in free circulation there, wherever they were made; goods under transit start where it began.
    """
    return goods.start in law.union(goods.destination)


def _name_mfn(law: CustomsLaw, goods: Goods) -> str:
    return "Without preference" if not is_inside(law, goods) else "Inside the customs territory"


def _find_duty(law: CustomsLaw, goods: Goods, findings: list[Finding]) -> Charge | None:
    if is_inside(law, goods):
        if goods.made_in not in law.union(goods.destination):
            what = (
                f"goods of {goods.made_in} sent from {goods.start} are taken to be in free circulation there"
            )
            remedy = "let goods under transit start in the country where their transit began"
            findings.append(Finding("free_circulation", "note", what, remedy))
        free = parse_rate("free")
        act = "goods of the customs territory in free circulation"
        return Charge("tariffs#", "duty", TITLES["duty"], free, write_rate(free), act=act)
    areas = law.areas(goods.destination)
    made = law.areas(goods.made_in)
    general = law.book.find(areas, goods.product, treatment="general", origin=made)
    # A general rate is on the countries that its row names; all others are most favoured nations.
    named = bool(general.lines) and all(line.origins for line in general.lines)
    answer = general if named else law.book.find(areas, goods.product, origin=made)
    if not answer.lines:
        findings.append(_tell_no_duty(law, goods))
        return None
    if not answer.exact:
        findings.append(_ask_code(goods, answer))
        return None
    line = answer.lines[0]
    if line.average:
        findings.append(_tell_average(goods, make_duty(line), "goods without preference"))
    return make_duty(line)


def _tell_no_duty(law: CustomsLaw, goods: Goods) -> Finding:
    """No line covers the code; those of its subheading are named, for a code that is one digit off."""
    lines = law.book.find(law.areas(goods.destination), goods.product[:6]).lines
    nearest = tuple(line.product for line in lines[:SHOWN_LINES])
    what = f"no rate of duty for {goods.product} in {goods.destination} on {law.date} is in the tables"
    remedy = "add a row to tariffs.csv of a study, or import a tariff with `landbridge tariff import`"
    if nearest:
        remedy = f"give a code of the tariff, or {remedy}"
    return Finding("no_tariff", "error", what, remedy, nearest=nearest)


def _tell_average(goods: Goods, duty: Charge, whom: str) -> Finding:
    where = f"{goods.destination} on {goods.product}"
    what = f"the duty of {where} for {whom} is an average, {duty.text}, no rate of a line"
    return Finding("average_rate", "warning", what, "add the line of the tariff to tariffs.csv of a study")


def _ask_code(
    goods: Goods, answer: TariffAnswer, *, of: str = "lines", severity: Literal["error", "warning"] = "error"
) -> Finding:
    shown = "; ".join(f"{line.product} {write_rate(line.rate)}" for line in answer.lines[:SHOWN_LINES])
    more = f" and {len(answer.lines) - SHOWN_LINES} more" if len(answer.lines) > SHOWN_LINES else ""
    what = f"{goods.product} has {of} of different rates in {goods.destination}: {shown}{more}"
    remedy = "give the code of the line"
    return Finding(
        "several_rates",
        severity,
        what,
        remedy,
        column="product",
        nearest=tuple(line.product for line in answer.lines[:SHOWN_LINES]),
    )


def make_duty(line: TariffLine, *, name: str = "duty") -> Charge:
    """The charge of a line of a tariff."""
    return Charge(
        f"tariffs#{line.id}",
        name,
        TITLES[name],
        line.rate,
        write_rate(line.rate),
        (CUSTOMS_VALUE, "duty") if name == "excise" else (CUSTOMS_VALUE,),
        act=line.act,
        dated=line.from_,
        source=line.source,
        quality=line.quality,
        average=line.average,
    )


def _special_duties(law: CustomsLaw, goods: Goods, findings: list[Finding]) -> Iterator[Charge]:
    """Special duties, and the excises of the tariff, that are on these goods of this origin."""
    if is_inside(law, goods):
        return
    areas = law.areas(goods.destination)
    for name in (*SPECIAL_DUTIES, "excise"):
        answer = law.book.find(areas, goods.product, charge=name, origin=law.areas(goods.made_in))
        if answer.lines and not answer.exact:
            findings.append(_ask_code(goods, answer, of=f"lines of {TITLES[name].lower()}"))
        elif answer.lines:
            yield make_duty(answer.lines[0], name=name)
            some = _name_some(law, goods, answer)
            if some:
                what = f"the {TITLES[name].lower()} of {goods.destination} is {some}, and {goods.product} is wider"
                findings.append(Finding("wide_code", "error", what, "give the code of the line"))


def _name_some(law: CustomsLaw, goods: Goods, answer: TariffAnswer) -> str:
    """Which goods below a code lines are on, where they are not on all of them that the tariff has; else nothing."""
    named = tuple(line.product for line in answer.lines)
    if goods.product.startswith(named):
        return ""
    whole = law.book.find(law.areas(goods.destination), goods.product, origin=law.areas(goods.made_in)).lines
    if whole and all(line.product.startswith(named) for line in whole):
        return ""
    more = "" if len(named) <= SHOWN_LINES else f" and {len(named) - SHOWN_LINES} more"
    return f"only on goods of {', '.join(named[:SHOWN_LINES])}{more}"


def _list_taxes(law: CustomsLaw, goods: Goods, findings: list[Finding]) -> list[Charge]:
    rows = list(law.rows_for("import_taxes", goods.destination))
    if not rows:
        what = f"no tax at import of {goods.destination} on {law.date} is in the tables"
        remedy = "add rows to import_taxes.csv of a study; one with the rate free where nothing is charged"
        findings.append(Finding("no_taxes", "error", what, remedy))
    mine = [row for row in rows if _is_on(row, goods, law)]
    findings += _tell_wide_code(mine, goods)
    return [_make_tax(row) for row in _closest(mine, goods)]


def _tell_wide_code(rows: list[Row], goods: Goods) -> Iterator[Finding]:
    """A finding for each tax on, or exemption of, only some of the goods below a code: which is asked for."""
    for row in rows:
        for column in ("products", "except_products"):
            some = [
                code
                for code in row[column]
                if len(code) > len(goods.product) and code.startswith(goods.product)
            ]
            if some:
                words = "is only on" if column == "products" else "is not on"
                name = f"{row['name']} of {row['territory']}"
                what = f"{name} {words} {', '.join(some)}, and {goods.product} is wider"
                yield Finding(
                    "wide_code",
                    "error",
                    what,
                    "give the code of the line",
                    column="product",
                    nearest=tuple(some),
                )


def _closest(rows: list[Row], goods: Goods) -> Iterator[Row]:
    """Of rows with one name the one whose codes name the goods most closely: a reduced rate replaces the general."""
    best: dict[tuple[str, str], tuple[int, Row]] = {}
    for row in rows:
        lengths = [len(code) for code in row["products"] if goods.product.startswith(code)]
        if (row["products"] and not lengths) or not covers(row, goods.product):
            continue
        key, length = (row["charge"], row["name"]), max(lengths, default=0)
        if key not in best or length > best[key][0]:
            best[key] = length, row
    yield from (row for _, row in best.values())


def _is_on(row: Row, goods: Goods, law: CustomsLaw) -> bool:
    """Whether a tax is on goods of this origin; fees of the customs are not on goods that stay inside."""
    if not _is_for(row, goods, law):
        return False
    inside = row["charge"] in ("customs_fee", "levy") and is_inside(law, goods)
    return not inside and not law.is_of(goods.made_in, row["except_origins"])


def _make_tax(row: Row) -> Charge:
    rate = parse_rate(str(row["rate"]))
    return Charge(
        f"import_taxes#{row['id']}",
        str(row["charge"]),
        str(row["name"]),
        rate,
        write_rate(rate),
        tuple(row["base"]),
        act=str(row["act"]),
        dated=row["from"],
        source=str(row["source"]),
        quality=str(row["quality"]),
        suspended=bool(row["suspended_with_duty"]),
        recoverable=bool(row["recoverable"]),
    )


def _list_preferences(
    law: CustomsLaw,
    goods: Goods,
    others: list[Charge],
    *,
    references: Mapping[str, Rate],
    origins: Mapping[str, str],
    findings: list[Finding],
) -> Iterator[Treatment]:
    if is_inside(law, goods):
        return
    for row in find_agreements(law, goods):
        verdict = origins.get(str(row["id"]), "unknown")
        if verdict == "does_not":
            what = f"the goods do not originate under {row['title']}: no preference"
            findings.append(Finding("no_origin", "note", what, "see the verdict on their origin"))
            continue
        duty, some = _find_preference(law, goods, row, findings)
        if duty is None:
            what = f"{row['title']} gives {goods.product} no preference in {goods.destination} on {law.date}"
            findings.append(Finding("no_preference", "note", what, ""))
            continue
        if duty.average:
            findings.append(_tell_average(goods, duty, str(row["title"])))
        yield _make_preference(row, (duty, *others), references, verdict, some=some)


def find_agreements(law: CustomsLaw, goods: Goods) -> Iterator[Row]:
    """Agreements in force under which the country of destination may give goods of that origin a preference."""
    for row in law.rows["trade_agreements"]:
        grants = law.is_of(goods.destination, row["granters"])
        if grants and law.is_of(goods.made_in, row["beneficiaries"]):
            yield row


def _find_preference(
    law: CustomsLaw, goods: Goods, row: Row, findings: list[Finding]
) -> tuple[Charge | None, str]:
    """The duty under an agreement: that of its line, else its general rate for goods that it does not leave out; and
    which goods below the code its lines are on, where that is not all.
    """
    areas, name = law.areas(goods.destination), str(row["id"])
    answer = law.book.find(
        areas, goods.product, treatment="preference", agreement=name, origin=law.areas(goods.made_in)
    )
    if answer.lines and answer.exact:
        return _cap_average(make_duty(answer.lines[0])), _name_some(law, goods, answer)
    if answer.lines:
        findings.append(_ask_code(goods, answer, of=f"lines of {row['title']}", severity="warning"))
    if answer.lines or not row["rate"] or goods.product.startswith(tuple(row["except_products"])):
        return None, ""
    rate = parse_rate(str(row["rate"]))
    general = Charge(
        f"trade_agreements#{name}",
        "duty",
        TITLES["duty"],
        rate,
        write_rate(rate),
        act=str(row["act"]),
        dated=row["from"],
        source=str(row["source"]),
        quality=str(row["quality"]),
    )
    return general, ""


def _cap_average(duty: Charge) -> Charge:
    """A preference never exceeds the rate without one, which an average of many preferences may do."""
    if not duty.average:
        return duty
    rate = AtMost(duty.rate, ShareOf(100.0, MFN))
    return replace(duty, rate=rate, text=write_rate(rate))


def _make_preference(
    row: Row, charges: tuple[Charge, ...], references: Mapping[str, Rate], verdict: str, *, some: str
) -> Treatment:
    proof = str(row["proof"])
    return Treatment(
        regime=str(row["id"]),
        name=str(row["title"]),
        charges=charges,
        references=references,
        papers=(proof,) if proof else (),
        conditions=(*_list_conditions(row, verdict), *([some] if some else [])),
        agreement=str(row["id"]),
        origin=verdict,
        proof_cost=float(row["proof_cost"]),
        act=str(row["act"]),
        source=str(row["source"]),
        quality=str(row["quality"]),
    )


def _list_conditions(row: Row, verdict: str) -> Iterator[str]:
    """What a preference under an agreement hangs on."""
    if verdict != "originates":
        yield "only where the goods originate under the agreement"
    if row["transport"] not in ("", "any"):
        direct = row["transport"] == "direct"
        yield "direct consignment" if direct else "direct, or in transit under customs control"


def _list_quotas(
    law: CustomsLaw,
    goods: Goods,
    charges: tuple[Charge, ...],
    *,
    references: Mapping[str, Rate],
    origins: Mapping[str, str],
    findings: list[Finding],
) -> Iterator[Treatment]:
    """Release inside a tariff quota with room for the goods; a quota used up is a finding.

    A quota of an agreement is for goods that may have its preference, with its proof and on its conditions.
    """
    if is_inside(law, goods):
        return
    agreements = {str(row["id"]): row for row in find_agreements(law, goods)}
    for row in law.rows_for("tariff_quotas", goods.destination):
        agreement = str(row["agreement"])
        verdict = origins.get(agreement, "unknown") if agreement else ""
        if not covers(row, goods.product) or not _is_for(row, goods, law) or verdict == "does_not":
            continue
        if agreement and agreement not in agreements:
            continue
        answer = law.book.find(
            law.areas(goods.destination),
            goods.product,
            treatment="preference" if agreement else MFN,
            agreement=agreement,
            origin=law.areas(goods.made_in),
            quota=str(row["id"]),
        )
        room = _find_room(row, goods, findings) if answer.lines and answer.exact else None
        if room is not None:
            deal = agreements.get(agreement)
            release = (make_duty(answer.lines[0]), *charges[1:])
            yield _make_quota(row, release, references, conditions=(room,), deal=deal, verdict=verdict)


def _is_for(row: Row, goods: Goods, law: CustomsLaw) -> bool:
    """Whether a row is for goods of this origin."""
    return not row["origins"] or law.is_of(goods.made_in, row["origins"])


def _make_quota(
    row: Row,
    charges: tuple[Charge, ...],
    references: Mapping[str, Rate],
    *,
    conditions: tuple[str, ...],
    deal: Row | None,
    verdict: str,
) -> Treatment:
    proof = "" if deal is None else str(deal["proof"])
    return Treatment(
        str(row["id"]),
        f"Inside the quota of {row['volume']:,.6g} {row['unit']}",
        charges,
        references,
        papers=(proof,) if proof else (),
        conditions=(*conditions, *(() if deal is None else _list_conditions(deal, verdict))),
        agreement=str(row["agreement"]),
        origin=verdict,
        proof_cost=float("nan") if deal is None else float(deal["proof_cost"]),
        act=str(row["act"]),
        source=str(row["source"]),
        quality=str(row["quality"]),
    )


def _find_room(row: Row, goods: Goods, findings: list[Finding]) -> str | None:
    """What is to be said of the room in a quota, None where it is used up."""
    used, volume = float(row["used"]), float(row["volume"])
    wanted = goods.quantities.get(str(row["unit"]))
    if np.isnan(used):
        return "only while the quota lasts; how much of it is used is not known"
    if wanted is not None and used + float(np.max(wanted)) > volume:
        what = (
            f"the quota {row['id']} has {max(volume - used, 0.0):,.6g} {row['unit']} left on {row['as_of']}"
        )
        findings.append(Finding("quota_used_up", "warning", what, "the rate outside the quota is taken"))
        return None
    return f"only while the quota lasts; {volume - used:,.6g} {row['unit']} were left on {row['as_of']}"
