"""What the figures rest on: shares by quality, inputs most worth measuring, the sources that are cited."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from landbridge.report.content import ReportContent
from landbridge.report.item_rows import rank_quality
from landbridge.report.reading import Answer, Route, list_records
from landbridge.report.words import QUALITIES

UNITS = {"cost": "USD/t", "time": "h"}
MOST_INPUTS = 12
WEAK = ("estimated", "default")


@dataclass(frozen=True, slots=True)
class WeakInput:
    """An estimate or default, with the shares of the best routes that rest on it."""

    name: str
    quality: str
    cost: float
    time: float
    flows: int


def list_best(answers: Sequence[Answer]) -> list[Route]:
    """The first route of each answer."""
    return [answer.routes[0] for answer in answers if answer.routes]


def share_by_quality(routes: Iterable[Route], unit: str) -> dict[str, float]:
    """Mean share of each quality in the cost (USD/t) or time (h) of routes, by their terms."""
    sums = dict.fromkeys(QUALITIES, 0.0)
    count = 0
    for route in routes:
        total = sum(term.value for term in route.terms if term.unit == unit)
        if total <= 0:
            continue
        count += 1
        for term in route.terms:
            if term.unit == unit:
                sums[term.quality] = sums.get(term.quality, 0.0) + term.value / total
    return {quality: value / count for quality, value in sums.items()} if count else {}


def rank_inputs(answers: Sequence[Answer]) -> list[WeakInput]:
    """Inputs of default or estimated quality by their mean share of cost and time on the best routes.

    A term with several inputs counts in full for each: any of them could be what is wrong.
    """
    shares: dict[str, dict[str, float]] = defaultdict(lambda: {"cost": 0.0, "time": 0.0})
    worst: dict[str, str] = {}
    flows: dict[str, set[str]] = defaultdict(set)
    best = list_best(answers)
    for route in best:
        for name, unit in UNITS.items():
            total = sum(term.value for term in route.terms if term.unit == unit)
            for term in route.terms if total > 0 else ():
                if term.unit == unit and term.quality in WEAK:
                    for key in term.inputs:
                        shares[key][name] += term.value / total / len(best)
                        worst[key] = max(worst.get(key, ""), term.quality, key=rank_quality)
                        flows[key].add(route.flow)
    rows = [
        WeakInput(key, worst[key], value["cost"], value["time"], len(flows[key]))
        for key, value in shares.items()
    ]
    rows.sort(key=lambda row: (-max(row.cost, row.time), row.name))
    return rows[:MOST_INPUTS]


def split_citations(text: str) -> list[tuple[str, str]]:
    """Keys of sources with the page or table after the #.

    >>> split_citations("unctad-2023#table 5; carec")
    [('unctad-2023', 'table 5'), ('carec', '')]
    """
    parts = [part.strip() for part in re.split(r"[;|]", text) if part.strip()]
    return [(key.strip(), page.strip()) for key, _, page in (part.partition("#") for part in parts)]


def cite_sources(content: ReportContent) -> list[dict[str, Any]]:
    """Rows of sources that the report cites, with the places cited; unknown keys are shown as such."""
    pages: dict[str, set[str]] = defaultdict(set)
    for text in walk_citations(content):
        for key, page in split_citations(text):
            pages[key].add(page)
    known = {str(row["id"]): row for row in list_records(content.study_tables.get("sources"))}
    empty = {"title": "", "publisher": "", "year": "", "url": "", "licence": "", "kind": ""}
    return [
        {**empty, "id": key, **known.get(key, {}), "pages": sorted(filter(None, cited))}
        for key, cited in sorted(pages.items())
    ]


def walk_citations(content: ReportContent) -> Iterable[str]:
    """Texts of all columns `source` that the report draws on, each once."""
    frames = [scenario.tables.get("route_terms") for scenario in content.scenarios]
    frames += [content.study_tables.get(name) for name in ("agreements", "commitments", "corridors", "flows")]
    frames.append(content.law_changes)
    for frame in frames:
        if frame is not None and "source" in frame.columns:
            yield from (str(text) for text in frame["source"].dropna().unique())
    shown = {
        key for scenario in content.scenarios for key in list_shown(scenario.tables.get("applied_listings"))
    }
    for row in list_records(content.study_tables.get("listings")):
        if row["id"] in shown:
            yield str(row.get("source", ""))


def list_shown(frame: Any) -> set[str]:
    """Listings that a result names."""
    return set() if frame is None or "listing" not in frame.columns else set(frame["listing"].unique())
