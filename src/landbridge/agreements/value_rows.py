"""Rows of the value tables: totals, parts, pairs, and what a delay costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isnan, nan
from typing import Any

from landbridge.agreements.attribution import LEVELS, Attribution, Pair, Part
from landbridge.agreements.lever_edits import Size
from landbridge.agreements.status import CommitmentStatus

Row = dict[str, Any]
Sizes = Mapping[Size, Attribution]
Titles = Mapping[tuple[str, str], str]
# Below this share of the value before the levers nothing is told: it is rounding.
NOTHING = 1e-9
KEPT = ("done", "superseded")
MONTHS_A_YEAR = 12.0
UNKNOWN_AGREEMENT = "No agreement known"


@dataclass(frozen=True, slots=True)
class Told:
    """What the values of a subject are of: its indicator with unit, the name and kind of the subject, which is better
    ("less", "more"), and tonnes a year, NaN where unknown.
    """

    indicator: str
    subject: str
    title: str
    kind: str
    unit: str
    aim: str
    tonnes: float

    @property
    def key(self) -> Row:
        """Indicator and subject."""
        return {"indicator": self.indicator, "subject": self.subject}


def total_row(told: Told, sizes: Sizes) -> Row:
    """The row of value_totals; `sizes` has the attribution at each end of the levers' ranges, or "central" alone."""
    central, changes = sizes["central"], [one.change for one in sizes.values()]
    return {
        **told.key,
        "title": told.title,
        "kind": told.kind,
        "before": central.before,
        "after": central.after,
        "change": central.change,
        "low": min(changes) if len(changes) > 1 else nan,
        "high": max(changes) if len(changes) > 1 else nan,
        "unit": told.unit,
        "levers": central.levers,
        "coalitions": central.coalitions,
        "exact": central.exact,
        "aim": told.aim,
        "tonnes": told.tonnes,
    }


def part_rows(told: Told, sizes: Sizes, titles: Titles) -> Iterator[Row]:
    """Rows of value_parts, those of a level by what they are worth, the greatest first."""
    others = {size: {(part.level, part.id): part.value for part in one.parts} for size, one in sizes.items()}
    for level in LEVELS:
        for part in sorted(sizes["central"].list_level(level), key=lambda one: (-abs(one.value), one.id)):
            values = [own.get((part.level, part.id), 0.0) for own in others.values()]
            yield {
                **told.key,
                "level": level,
                "id": part.id,
                "title": name_part(level, part.id, titles),
                "value": part.value,
                "low": min(values) if len(values) > 1 else nan,
                "high": max(values) if len(values) > 1 else nan,
                "alone": part.alone,
                "last": part.last,
                "standard_error": part.error,
                "unit": told.unit,
            }


def name_part(level: str, key: str, titles: Titles) -> str:
    """The title of a lever, commitment or agreement; its id where it has none."""
    if level == "agreement" and not key:
        return UNKNOWN_AGREEMENT
    return titles.get((level, key), "") or key


def pair_rows(told: Told, found: Attribution, titles: Titles) -> Iterator[Row]:
    """Rows of value_pairs: pairs that do more or less together than each alone, the strongest first."""
    least = NOTHING * max(abs(found.before), 1.0)
    strong = [pair for pair in found.pairs if max(abs(pair.synergy), abs(pair.synergy_last)) > least]
    for pair in sorted(strong, key=_rank_pair):
        yield {
            **told.key,
            "level": pair.level,
            "one": pair.one,
            "other": pair.other,
            "one_title": name_part(pair.level, pair.one, titles),
            "other_title": name_part(pair.level, pair.other, titles),
            "one_alone": pair.one_alone,
            "other_alone": pair.other_alone,
            "together": pair.together,
            "synergy": pair.synergy,
            "synergy_last": pair.synergy_last,
            "before": found.before,
            "unit": told.unit,
        }


def _rank_pair(pair: Pair) -> tuple[float, str, str]:
    return -max(abs(pair.synergy), abs(pair.synergy_last)), pair.one, pair.other


def delay_rows(told: Told, found: Attribution, statuses: Mapping[str, CommitmentStatus]) -> Iterator[Row]:
    """Rows of value_delays: commitments that are not kept yet and would change something."""
    least = NOTHING * max(abs(found.before), 1.0)
    for part in found.list_level("commitment"):
        status = statuses.get(part.id)
        if status is None or status.status in KEPT or abs(part.value) <= least:
            continue
        yield {
            "commitment": part.id,
            "agreement": status.commitment.agreement,
            "title": status.commitment.title,
            "status": status.status,
            **told.key,
            "unrealised": part.value,
            "next": part.alone,
            "unit": told.unit,
            "tonnes": told.tonnes,
            **cost_month(told, part),
        }


def cost_month(told: Told, part: Part) -> Row:
    """What a month's delay costs, USD: of money a tonne at the tonnes of a year, and for each 1,000 t of the month."""
    if told.unit != "USD/t":
        return {"month": nan, "month_per_1000t": nan}
    lost = -part.value if told.aim == "less" else part.value
    month = nan if isnan(told.tonnes) else lost * told.tonnes / MONTHS_A_YEAR
    return {"month": month, "month_per_1000t": lost * 1_000.0}
