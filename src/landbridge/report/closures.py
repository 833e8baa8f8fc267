"""Where the way is narrow: what closing each place, leg and service alone would cost the flows of a scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from landbridge.report.content import ReportContent, ScenarioContent
from landbridge.report.figures import NONE, Scale, choose_time_scale, write_amount
from landbridge.report.reading import Answer, list_records
from landbridge.report.words import name_country
from landbridge.schema.rows import Row, read_rows
from landbridge.study.criticality import KIND_WORDS, name_act, rank_scenario

MOST_ROWS = 12


@dataclass(frozen=True, slots=True)
class Choke:
    """A facility of the ranking: texts ready to print, `share` of the largest mean loss from 0 to 1.

    Means stand where some flow through it has another way; where all are cut off, the others' zeros say nothing.
    """

    name: str
    kind: str
    country: str
    flows: int
    cut: int
    cost: str
    share: float
    time: str
    most: str
    flow: str
    way: str


@dataclass(frozen=True, slots=True)
class Closed:
    """Facilities that the same listings have closed: their names and kinds, and the listings' acts."""

    places: tuple[tuple[str, str], ...]
    acts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """The ranking of a scenario: its first rows, how many are left out, how many flows have a route."""

    rows: tuple[Choke, ...]
    closed: tuple[Closed, ...]
    left_out: int
    flows: int
    unit: str


def rank_scenarios(content: ReportContent, answers: Sequence[Sequence[Answer]]) -> list[Ranking]:
    """The ranking of each scenario; none where no run has closed anything."""
    listings = {str(row["id"]): row for row in list_records(content.study_tables.get("listings"))}
    found = [
        _rank(scenario, ours, listings) for scenario, ours in zip(content.scenarios, answers, strict=True)
    ]
    return found if any(ranking.rows or ranking.closed for ranking in found) else []


def _rank(
    scenario: ScenarioContent, answers: Sequence[Answer], listings: dict[str, dict[str, Any]]
) -> Ranking:
    if not {"closures", "routes"} <= set(scenario.tables):
        return Ranking((), (), 0, 0, "h")
    ranked = read_rows(rank_scenario(scenario.tables))
    flows = {answer.flow: answer for answer in answers if answer.routes}
    used = [row for row in ranked if row["flows"]]
    shown = used[:MOST_ROWS]
    scale = choose_time_scale(max((abs(row["time_loss"]) for row in shown), default=0.0))
    largest = max((row["cost_loss"] for row in shown if row["cost_loss"] > 0), default=1.0)
    return Ranking(
        rows=tuple(_write_choke(row, largest, scale, flows) for row in shown),
        closed=tuple(_group_closed([row for row in ranked if row["closed_by"]], listings)),
        left_out=len(used) - len(shown),
        flows=len(flows),
        unit=scale.unit,
    )


def _write_choke(row: Row, largest: float, scale: Scale, flows: dict[str, Answer]) -> Choke:
    worst = flows.get(row["most_flow"])
    named = f"{worst.goods}, {worst.origin} to {worst.destination}" if worst else row["most_flow"]
    return Choke(
        name=row["name"],
        kind=KIND_WORDS[row["kind"]],
        country=name_country(row["country"]),
        flows=row["flows"],
        cut=row["cut"],
        cost=write_amount(row["cost_loss"]) if row["way"] else NONE,
        share=row["cost_loss"] / largest if row["cost_loss"] > 0 else 0.0,
        time=scale.write(row["time_loss"]) if row["way"] else NONE,
        most=write_amount(row["most"]),
        flow=named,
        way=row["way"],
    )


def _group_closed(rows: Sequence[Row], listings: dict[str, dict[str, Any]]) -> list[Closed]:
    found: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for row in rows:
        found.setdefault(row["closed_by"], []).append((row["name"], KIND_WORDS[row["kind"]]))
    return [
        Closed(tuple(places), tuple(name_act(key, listings) for key in keys))
        for keys, places in found.items()
    ]
