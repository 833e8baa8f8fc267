"""The origin of a consignment under each agreement: by its bill of materials, else on its maker's word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from landbridge.landed_cost.bills import Bill, read_bill
from landbridge.landed_cost.consignment_way import WayVerdict, judge_way
from landbridge.landed_cost.customs_law import CustomsLaw
from landbridge.landed_cost.exchange import MissingRateError
from landbridge.landed_cost.goods import Goods
from landbridge.landed_cost.origin import OriginClaim, OriginVerdict, judge_goods
from landbridge.landed_cost.origin_law import OriginLaw, read_origin_law
from landbridge.landed_cost.treatments import find_agreements, is_inside
from landbridge.landed_cost.way import Way
from landbridge.schema import Finding, InputError, Tables
from landbridge.schema.rows import Row

WORD = "originates on its maker's word; no bill of materials was looked at"
UNKNOWN = "neither a bill of materials nor the maker's word is given"
BARRED = "not satisfied"


@dataclass(frozen=True, slots=True)
class Origins:
    """Verdicts by agreement ("originates", "does_not", "unknown"), those on ways by agreement and route, rows of
    origin_verdicts without consignment and date, and findings.
    """

    by_agreement: Mapping[str, str] = field(default_factory=dict)
    ways: Mapping[tuple[str, str], WayVerdict] = field(default_factory=dict)
    rows: tuple[dict[str, Any], ...] = ()
    findings: tuple[Finding, ...] = ()

    def bars(self, agreement: str, route: str) -> bool:
        """Whether direct consignment shuts a way out of an agreement."""
        way = self.ways.get((agreement, route))
        return way is not None and way.verdict == BARRED

    def demands(self, agreement: str, route: str) -> tuple[str, ...]:
        """What direct consignment asks for on a way under an agreement."""
        way = self.ways.get((agreement, route))
        return () if way is None or not way.documents else (f"proof of the way: {', '.join(way.documents)}",)


def judge_consignment(goods: Goods, law: CustomsLaw, *, tables: Tables, ways: Sequence[Way]) -> Origins:
    """The origin of goods under each agreement that the destination may grant, and what it asks of each way.

    A rule on the customs value is unknown here, and one on FOB takes the ex-works price for it: the bill is that of one
    unit at the works.
    """
    if is_inside(law, goods):
        return Origins()
    findings: list[Finding] = []
    bill = _read_bill(goods, law, tables["components"], findings)
    by_agreement: dict[str, str] = {}
    found_ways: dict[tuple[str, str], WayVerdict] = {}
    rows = []
    for row in find_agreements(law, goods):
        name = str(row["id"])
        origin_law = read_origin_law(tables, agreement=name, date=law.date)
        verdict = _judge(goods, bill, origin_law, law)
        by_agreement[name] = verdict.verdict
        for way in ways:
            found_ways[name, way.route] = _judge_way(way, origin_law)
        best = found_ways[name, ways[0].route] if ways else None
        rows.append(_verdict_row(row, verdict, best, ways[0].route if ways else ""))
    return Origins(by_agreement, found_ways, tuple(rows), tuple(findings))


def _read_bill(
    goods: Goods, law: CustomsLaw, components: pd.DataFrame, findings: list[Finding]
) -> Bill | None:
    if not goods.bill:
        return None
    own = components[components["bill"].isin([goods.bill, *components["made_by"]])]
    try:
        rates = {
            currency: law.quote(currency, goods.currency).value for currency in dict.fromkeys(own["currency"])
        }
        return read_bill(own, name=goods.bill, currency=goods.currency, exchange=rates)
    except (MissingRateError, InputError) as error:
        findings += error.findings
        return None


def _judge(goods: Goods, bill: Bill | None, origin_law: OriginLaw, law: CustomsLaw) -> OriginVerdict:
    if bill is not None:
        claim = OriginClaim(product=goods.product, made_in=goods.made_in, date=law.date)
        return judge_goods(bill, claim=claim, law=origin_law)
    terms = origin_law.terms
    word = terms.id in goods.originates
    return OriginVerdict(
        verdict="originates" if word else "unknown",
        arithmetic=WORD if word else UNKNOWN,
        act=terms.act,
        source=terms.source,
        quality=terms.quality,
    )


def _judge_way(way: Way, origin_law: OriginLaw) -> WayVerdict:
    terms = origin_law.terms
    return judge_way(
        way.passages, transport=terms.transport, parties=terms.parties, proof=terms.transport_proof
    )


def _verdict_row(row: Row, verdict: OriginVerdict, way: WayVerdict | None, route: str) -> dict[str, Any]:
    return {
        "agreement": str(row["id"]),
        "route": route,
        "verdict": verdict.verdict,
        "rule": verdict.rule,
        "arithmetic": verdict.arithmetic,
        "change": "; ".join(verdict.change),
        "transport": "" if way is None else f"{way.verdict}: {way.text}",
        "act": verdict.act or str(row["act"]),
        "source": verdict.source or str(row["source"]),
        "quality": verdict.quality or str(row["quality"]),
    }


def tell_bars(origins: Origins, ways: Sequence[Way]) -> Iterator[Finding]:
    """A finding for each way that direct consignment shuts out of an agreement."""
    labels = {way.route: way.label for way in ways}
    for (agreement, route), verdict in origins.ways.items():
        if verdict.verdict == BARRED:
            what = f"no preference under {agreement} by {labels[route]}: {verdict.text}"
            yield Finding("no_direct_consignment", "note", what, "see the ways that keep the origin")
