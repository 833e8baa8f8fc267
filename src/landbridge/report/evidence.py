"""What the figures rest on: shares by quality, inputs most worth measuring, the sources that are cited."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from landbridge.agreements.tables import REGISTER
from landbridge.report.content import ReportContent, Tables
from landbridge.report.reading import Answer, Route, list_records
from landbridge.report.words import QUALITIES
from landbridge.schema import load_catalogue
from landbridge.schema.tables import empty_table
from landbridge.study.evidence import rank_inputs

MOST_INPUTS = 12
LEAST_NARROWING = 0.005


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


def share_spread(inputs: pd.DataFrame, kind: str) -> dict[str, float]:
    """Mean share of each quality in the variance of cost or time, of ranked inputs (`landbridge.study.evidence`)."""
    if inputs.empty or not inputs[f"{kind}_variance_share"].any():
        return {}
    sums = inputs.groupby("quality", observed=True)[f"{kind}_variance_share"].sum()
    return {quality: float(sums.get(quality, 0.0)) for quality in QUALITIES}


def rank_best(answers: Sequence[Answer], tables: Tables) -> pd.DataFrame:
    """The inputs of the first route of each answer, as `landbridge.study.evidence.rank_inputs` ranks them."""
    frame = tables.get("route_inputs")
    known = empty_table(load_catalogue().tables["route_inputs"]) if frame is None else frame
    return rank_inputs(known, [route.id for route in list_best(answers)])


def list_inputs(ranked: pd.DataFrame, *, measure: bool) -> list[dict[str, Any]]:
    """The inputs worth measuring, or those whose spread is real, that narrow some range by half a per cent or more."""
    reach = ranked[["cost_narrowing", "time_narrowing"]].max(axis=1)
    kept = ranked[(ranked["measure"] == measure) & (reach >= LEAST_NARROWING)]
    return list_records(kept.head(MOST_INPUTS))


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
    frames += [
        scenario.tables.get(name)
        for scenario in content.scenarios
        for name in ("landed_cost_lines", "origin_verdicts")
    ]
    cited = (*REGISTER, "corridors", "flows", *(("levers",) if content.values else ()))
    frames += [content.study_tables.get(name) for name in cited]
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
