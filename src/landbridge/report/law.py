"""Listings of the report: what applies, what binds others, what changed since."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from landbridge.report.content import ReportContent
from landbridge.report.figures import write_date
from landbridge.report.reading import Answer, list_records
from landbridge.report.words import EFFECTS, name_country

Flow = tuple[str, str, str]  # goods, origin, destination


@dataclass(slots=True)
class Measure:
    """A listing with what it means for the flows that it touches."""

    row: dict[str, Any]
    applies: bool
    effects: list[str] = field(default_factory=list)
    meanings: dict[str, list[Flow]] = field(default_factory=dict)

    @property
    def period(self) -> str:
        """From when until when it is in force."""
        return tell_period(self.row.get("from"), self.row.get("until"))

    @property
    def bound(self) -> str:
        """Who is bound."""
        return tell_bound(self.row)


def tell_flows(flows: Sequence[Flow], total: int) -> str:
    """Flows in words, those of one goods and origin together.

    >>> tell_flows([("Potash", "Minsk", "Tehran"), ("Potash", "Minsk", "Durban")], 3)
    'Potash, Minsk to Tehran, Durban'
    >>> tell_flows([("Potash", "Minsk", "Tehran"), ("Potash", "Minsk", "Durban")], 2)
    'All 2 flows of the study'
    """
    if 1 < len(flows) == total:
        return f"All {total} flows of the study"
    ways: dict[tuple[str, str], list[str]] = {}
    for goods, origin, destination in flows:
        ways.setdefault((goods, origin), []).append(destination)
    return "; ".join(f"{goods}, {origin} to {', '.join(ends)}" for (goods, origin), ends in ways.items())


def tell_period(first: object, last: object) -> str:
    """From when until when.

    >>> tell_period(datetime.date(2025, 1, 2), "")
    'since 2\u202fJanuary\u202f2025'
    """
    start = write_date(first) if isinstance(first, datetime.date) else ""
    end = write_date(last) if isinstance(last, datetime.date) else ""
    if start and end:
        return f"{start} to {end}"
    return f"since {start}" if start else f"until {end}" if end else ""


def tell_bound(row: dict[str, Any]) -> str:
    """Who is bound, in words."""
    names = {"all": "all states", "territory": "everybody on the territory"}
    bound = row.get("bound_by") or ()
    return ", ".join(names.get(str(code), name_country(str(code))) for code in bound)


def gather_measures(
    answers: Iterable[Sequence[Answer]],
) -> tuple[list[Measure], list[Measure]]:
    """Measures that apply and measures that bind others, each once, with all that they mean for the flows."""
    found: dict[tuple[str, bool], Measure] = {}
    for scenario in answers:
        for answer in scenario:
            for law in answer.laws:
                measure = found.setdefault((law.listing, law.applies), Measure(law.row, law.applies))
                effect = EFFECTS.get(law.effect, law.effect)
                if effect not in measure.effects:
                    measure.effects.append(effect)
                flow = (answer.goods, answer.origin, answer.destination)
                flows = measure.meanings.setdefault(law.meaning, [])
                if flow not in flows:
                    flows.append(flow)
    order = sorted(
        found.values(),
        key=lambda m: ("forbids it" not in m.effects, str(m.row.get("jurisdiction")), str(m.row["id"])),
    )
    return [m for m in order if m.applies], [m for m in order if not m.applies]


def tell_law(applying: int, others: int, *, changes: int) -> str:
    """How much law touches the flows, in a sentence.

    >>> tell_law(0, 2, changes=1)
    'Law: no measure that applies and 2 that bind others touch these flows; 1 change of law since.'
    """
    count = f"{applying} measure{'s' if applying > 1 else ''} that appl{'y' if applying > 1 else 'ies'}"
    first = count if applying else "no measure that applies"
    second = f"{others} that bind{'' if others > 1 else 's'} others" if others else "none that binds others"
    verb = "touches" if applying + others == 1 else "touch"
    since = f"{changes or 'no'} change{'' if changes == 1 else 's'} of law since"
    return f"Law: {first} and {second} {verb} these flows; {since}."


@dataclass(frozen=True, slots=True)
class Change:
    """A change of law after the study's date."""

    day: datetime.date
    what: str
    row: dict[str, Any]


def list_changes(content: ReportContent) -> list[Change]:
    """Listings that came into force after the study's date or ended on or after it, as far as the law is known."""
    changes = []
    known = content.law_known or datetime.date.max
    for row in list_records(content.law_changes):
        first, last = row.get("from"), row.get("until")
        if isinstance(first, datetime.date) and content.date < first <= known:
            changes.append(Change(first, "came into force", row))
        if isinstance(last, datetime.date) and content.date <= last < known:
            changes.append(Change(last, "ended", row))
    return sorted(changes, key=lambda change: (change.day, str(change.row["id"])))


def list_jurisdictions(content: ReportContent) -> list[str]:
    """Whose lists were read."""
    rows = list_records(content.study_tables.get("listings"))
    return sorted({str(row["jurisdiction"]) for row in rows if row.get("jurisdiction")})
