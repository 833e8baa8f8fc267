"""From the tables of landed cost to consignments with their prices at the door, verdicts and findings."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from landbridge.report.content import ReportContent, ScenarioContent
from landbridge.report.reading import Answer, is_missing, list_records, list_rows

KEYS = ("consignment", "date", "route", "regime")
RELEASE = "release"
WITHOUT_PREFERENCE = "mfn"
COST_NUMBERS = (
    "total", "total_p10", "total_p90", "paid", "goods", "duty", "taxes", "conformity", "unit_cost", "days",
)  # fmt: skip

# What a line is drawn as, with its title, in the order of the way to the door.
FAMILIES = {
    "goods": "Ex works",
    "carriage": "Carriage",
    "terminals": "Terminals",
    "borders": "Borders",
    "insurance": "Insurance",
    "inventory": "Interest",
    "duty": "Duty",
    "excise": "Excise, levies",
    "vat": "VAT",
    "sales_tax": "Sales tax",
    "income_tax": "Income tax",
    "customs_fee": "Customs fees",
    "zone_processing": "Work in the zone",
    "conformity": "Conformity",
    "origin_proof": "Proof of origin",
    "other": "Other",
}
FAMILY_OF = {
    "anti_dumping": "duty", "countervailing": "duty", "safeguard": "duty", "levy": "excise",
    "regime_fee": "customs_fee",
}  # fmt: skip
# Families that are drawn alike: the goods, what moves them, what the state takes, what proves them.
KINDS = {
    "goods": ("goods",),
    "moved": ("carriage", "terminals", "borders", "insurance", "inventory"),
    "charged": ("duty", "excise", "vat", "sales_tax", "income_tax", "customs_fee"),
    "proved": ("zone_processing", "conformity", "origin_proof", "other"),
}
KIND_TITLES = {
    "goods": "Goods ex works",
    "moved": "Carriage to the door, insurance, interest",
    "charged": "Duty, taxes, fees",
    "proved": "Conformity, proof of origin, other",
}
KIND_OF = {family: kind for kind, families in KINDS.items() for family in families}


class CostLine(NamedTuple):
    """A line of the waterfall (see table landed_cost_lines)."""

    seq: int
    name: str
    title: str
    stage: str
    rate: str
    formula: str
    payer: str
    act: str
    dated: Any
    source: str
    quality: str
    counted: bool
    inputs: tuple[str, ...]
    base: float
    amount: float
    p10: float
    p90: float

    @property
    def family(self) -> str:
        """What it is drawn as."""
        family = FAMILY_OF.get(self.name, self.name)
        return family if family in FAMILIES else "other"


@dataclass(frozen=True, slots=True)
class DoorCost:
    """What a consignment costs at the door on a day, by a route, under a regime (see table landed_costs)."""

    date: datetime.date
    route: str
    label: str
    regime: str
    name: str
    kind: str
    per: str
    currency: str
    quality: str
    papers: tuple[str, ...]
    conditions: tuple[str, ...]
    figures: dict[str, float]
    lines: tuple[CostLine, ...] = ()
    prices: tuple[tuple[str, float], ...] = ()

    def __getitem__(self, name: str) -> float:
        return self.figures[name]

    def sum_families(self) -> dict[str, float]:
        """The mean of each family of lines that are counted, in the order of the way; they add up to the total."""
        sums = dict.fromkeys(FAMILIES, 0.0)
        for line in self.lines:
            if line.counted:
                sums[line.family] += line.amount
        return {family: value for family, value in sums.items() if value}


class OriginRow(NamedTuple):
    """A verdict on origin (see table origin_verdicts)."""

    agreement: str
    date: Any
    verdict: str
    rule: str
    arithmetic: str
    change: str
    transport: str
    act: str
    source: str


@dataclass(frozen=True, slots=True)
class Consigned:
    """A consignment in a scenario: its row of the study, the answer on its flow, and what it costs at the door."""

    id: str
    row: dict[str, Any]
    answer: Answer | None
    costs: tuple[DoorCost, ...] = ()
    origins: tuple[OriginRow, ...] = ()
    findings: tuple[dict[str, Any], ...] = field(default=())

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.row.get("name") or self.id)

    @property
    def prohibited(self) -> tuple[dict[str, Any], ...]:
        """Findings that say that it is forbidden, one a day."""
        return tuple(row for row in self.findings if row["code"] == "prohibited")


def read_consigned(content: ReportContent, answers: Sequence[Sequence[Answer]]) -> list[list[Consigned]]:
    """The consignments of each scenario in the order of the study; none of those that were not priced."""
    study = {str(row["id"]): row for row in list_records(content.study_tables.get("consignments"))}
    return [
        _read_scenario(scenario, study, {answer.flow: answer for answer in ours})
        for scenario, ours in zip(content.scenarios, answers, strict=True)
    ]


def _read_scenario(
    scenario: ScenarioContent, study: dict[str, dict[str, Any]], answers: dict[str, Answer]
) -> list[Consigned]:
    tables = scenario.tables
    costs = _gather_costs(scenario)
    flows: dict[str, str] = dict(list_rows(tables.get("landed_costs"), ("consignment", "flow")))
    origins: dict[str, list[OriginRow]] = {}
    for name, *texts in list_rows(tables.get("origin_verdicts"), ("consignment", *OriginRow._fields)):
        origins.setdefault(name, []).append(OriginRow._make(texts))
    findings: dict[str, list[dict[str, Any]]] = {}
    for row in list_records(tables.get("landed_findings")):
        findings.setdefault(str(row["consignment"]), []).append(row)
    told = {*costs, *origins, *findings}
    names = [*study, *sorted(told - set(study))]
    return [
        Consigned(
            name,
            study.get(name, {"id": name}),
            answers.get(str(study.get(name, {}).get("flow") or flows.get(name, ""))),
            tuple(costs.get(name, ())),
            tuple(origins.get(name, ())),
            tuple(findings.get(name, ())),
        )
        for name in names
        if name in told
    ]


def _gather_costs(scenario: ScenarioContent) -> dict[str, list[DoorCost]]:
    """Costs at the door of each consignment, by day, then in the order of the table."""
    tables = scenario.tables
    frame = tables.get("landed_costs")
    lines = _gather_lines(tables.get("landed_cost_lines"))
    prices = _gather_prices(tables.get("landed_prices"))
    texts = ("label", "regime_name", "kind", "per", "currency", "quality")
    found: dict[str, list[DoorCost]] = {}
    for keys, text, (papers, conditions), numbers in zip(
        list_rows(frame, KEYS),
        list_rows(frame, texts),
        list_rows(frame, ("papers", "conditions"), missing=()),
        list_rows(frame, COST_NUMBERS, missing=math.nan),
        strict=True,
    ):
        name, date, route, regime = keys
        label, title, kind, per, currency, quality = text
        figures = dict(zip(COST_NUMBERS, numbers, strict=True))
        cost = DoorCost(
            date, route, label, regime, title, kind, per, currency, quality, tuple(papers), tuple(conditions), figures,
            tuple(lines.get(keys, ())), tuple(prices.get(keys, ())),
        )  # fmt: skip
        found.setdefault(name, []).append(cost)
    for costs in found.values():
        costs.sort(key=lambda cost: cost.date)
    return found


def _gather_lines(frame: pd.DataFrame | None) -> dict[tuple[Any, ...], list[CostLine]]:
    found: dict[tuple[Any, ...], list[CostLine]] = {}
    texts = CostLine._fields[:12]
    numbers = ("base", "amount", "p10", "p90")
    for keys, text, (inputs,), number in zip(
        list_rows(frame, KEYS),
        list_rows(frame, texts),
        list_rows(frame, ("inputs",), missing=()),
        list_rows(frame, numbers, missing=math.nan),
        strict=True,
    ):
        found.setdefault(keys, []).append(CostLine._make((*text, tuple(inputs), *number)))
    for lines in found.values():
        lines.sort(key=lambda line: line.seq)
    return found


def _gather_prices(frame: pd.DataFrame | None) -> dict[tuple[Any, ...], list[tuple[str, float]]]:
    found: dict[tuple[Any, ...], list[tuple[str, float]]] = {}
    for keys, (rule,), (price,) in zip(
        list_rows(frame, KEYS),
        list_rows(frame, ("rule",)),
        list_rows(frame, ("price",), missing=math.nan),
        strict=True,
    ):
        found.setdefault(keys, []).append((rule, price))
    return found


def list_releases(costs: Sequence[DoorCost]) -> list[DoorCost]:
    """Costs under a regime of release, the cheapest first; equal ones keep the order of the table."""
    released = [cost for cost in costs if cost.kind == RELEASE and not is_missing(cost["total"])]
    return sorted(released, key=lambda cost: cost["total"])


def find_best(consigned: Consigned) -> DoorCost | None:
    """The cheapest release on the last day that has one."""
    released = list_releases(consigned.costs)
    last = max((cost.date for cost in released), default=None)
    return next((cost for cost in released if cost.date == last), None)


def choose_cases(consigned: Consigned) -> list[DoorCost]:
    """What is drawn side by side: on each day the release without preference, then the cheapest preference.

    All by the way of the best release, so that they differ by tariff and law alone; by the cheapest way on a day on
    which that way has no such release. Goods sold inland from a free zone are left to the table of regimes.
    """
    best = find_best(consigned)
    if best is None:
        return []
    found: list[DoorCost] = []
    for date in dict.fromkeys(cost.date for cost in consigned.costs):
        today = [cost for cost in list_releases(consigned.costs) if cost.date == date]
        plain = [cost for cost in today if cost.regime == WITHOUT_PREFERENCE]
        others = [cost for cost in today if cost.regime != WITHOUT_PREFERENCE and is_preference(cost)]
        for group in (plain, others):
            chosen = next((cost for cost in group if cost.route == best.route), next(iter(group), None))
            found += [] if chosen is None else [chosen]
    return found or [best]


def is_preference(cost: DoorCost) -> bool:
    """Whether a release is under an agreement or quota, and not out of a free zone."""
    return not any(line.name == "zone_processing" for line in cost.lines) and not cost.regime.endswith(
        "-inland"
    )


def list_ways(consigned: Consigned) -> list[DoorCost]:
    """The best release by each way on the last day, the cheapest first."""
    best = find_best(consigned)
    if best is None:
        return []
    by_route: dict[str, DoorCost] = {}
    for cost in list_releases(consigned.costs):
        if cost.date == best.date:
            by_route.setdefault(cost.route, cost)
    return list(by_route.values())
