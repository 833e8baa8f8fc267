"""The register as of a day: agreements, their commitments, and what was reported of them until then."""

from __future__ import annotations

import datetime
import math
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, TypeVar

import pandas as pd

from landbridge.agreements.tables import shape_register
from landbridge.schema import PartialDate, Tables, is_before, know_day, read_partial_date
from landbridge.schema.partial_dates import UNKNOWN_DATE
from landbridge.schema.rows import read_rows

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Report:
    """What was said of a commitment on a day; `value` is NaN where no quantity is told."""

    id: str
    commitment: str
    milestone: str
    reported: PartialDate
    status: str
    text: str
    value: float
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Milestone:
    """A dated promise of a value. `actual` is what was last observed by the day of the register, NaN where nothing."""

    id: str
    commitment: str
    title: str
    indicator: str
    keys: tuple[str, ...]
    rising: bool
    unit: str
    baseline: float
    baseline_date: PartialDate
    target: float
    actual: float
    actual_date: PartialDate
    due: PartialDate
    first_due: PartialDate
    source: str


@dataclass(frozen=True, slots=True)
class Commitment:
    """A promise. `due` is the date that holds now, `first_due` the one before it was put off."""

    id: str
    agreement: str
    title: str
    parties: tuple[str, ...]
    due: PartialDate
    first_due: PartialDate
    superseded_by: str
    row: Row = field(compare=False)


@dataclass(frozen=True, slots=True)
class Agreement:
    """A signed document; its title and dates may be unknown."""

    id: str
    title: str
    kind: str
    signed: PartialDate
    in_force: PartialDate
    ends: PartialDate
    source: str
    row: Row = field(compare=False)


@dataclass(frozen=True, eq=False)
class Register:
    """What the register holds on the day `as_of`. Make one with `read_register`.

    `later_reports` counts the reports that surely came after the day, and that nothing here sees.
    """

    as_of: datetime.date
    agreements: Mapping[str, Agreement]
    commitments: Mapping[str, Commitment]
    reports: Mapping[str, tuple[Report, ...]]
    milestones: Mapping[str, tuple[Milestone, ...]]
    obligations: Mapping[str, tuple[Row, ...]]
    obstacles: Mapping[str, tuple[Row, ...]]
    projects: Mapping[str, tuple[Row, ...]]
    later_reports: int = 0

    @cached_property
    def by_agreement(self) -> Mapping[str, tuple[Commitment, ...]]:
        """The commitments of each agreement; under "" those of which no document is known."""
        return _group(self.commitments.values(), lambda one: one.agreement)

    def last_report(self, commitment: str) -> Report | None:
        """The last report on the whole commitment, None where there is none."""
        whole = [report for report in self.reports.get(commitment, ()) if not report.milestone]
        return whole[-1] if whole else None

    def first_report(self, commitment: str, *words: str) -> Report | None:
        """The first report on the whole commitment that says one of the words, None where none does."""
        whole = (report for report in self.reports.get(commitment, ()) if not report.milestone)
        return next((report for report in whole if report.status in words), None)


def read_register(frames: Tables, *, as_of: datetime.date) -> Register:
    """The register of a study's tables as of a day.

    A report, an observed value, an obstacle or an agreement that surely came after the day is not in it, nor are the
    commitments of such an agreement. Rows whose dates cannot be read count as undated; the checks of the study name
    them. Raises what `shape_register` raises.

    >>> import pandas as pd
    >>> frames = {"commitments": pd.DataFrame({"id": ["a"], "title": ["A"], "source": ["s"], "quality": ["published"]}),
    ...           "status_reports": pd.DataFrame({"id": ["1", "2"], "commitment": "a", "reported": ["2025-08", "2026"],
    ...                                           "status": ["begun", "met"], "source": "s", "quality": "published"})}
    >>> register = read_register(frames, as_of=datetime.date(2025, 12, 31))
    >>> register.last_report("a").status, register.later_reports
    ('begun', 1)
    """
    shaped = shape_register(frames)
    rows = {name: read_rows(frame) for name, frame in shaped.items() if name != "status_reports"}
    seen = [_agreement(row) for row in rows["agreements"]]
    agreements = {one.id: one for one in seen if not _is_later(one.signed, as_of)}
    unsigned = {one.id for one in seen} - set(agreements)
    made = (_commitment(row) for row in rows["commitments"])
    commitments = {one.id: one for one in made if one.agreement not in unsigned}
    own = {name: [row for row in each if row.get("commitment") in commitments] for name, each in rows.items()}
    reports, later = _read_reports(shaped["status_reports"], commitments, as_of)
    milestones = [_milestone(row, commitments[row["commitment"]], as_of) for row in own["milestones"]]
    standing = [row for row in own["obstacles"] if _stands(row, as_of)]
    return Register(
        as_of=as_of,
        agreements=agreements,
        commitments=commitments,
        reports=reports,
        milestones=_group(_take_reported(milestones, reports), lambda one: one.commitment),
        obligations=_group(own["obligations"], lambda row: row["commitment"]),
        obstacles=_group(standing, lambda row: row["commitment"]),
        projects=_group(own["projects"], lambda row: row["commitment"]),
        later_reports=later,
    )


Kept = TypeVar("Kept")
_COMMITMENT, _REPORTED = (
    [one.name for one in fields(Report)].index(name) for name in ("commitment", "reported")
)


def _group(items: Iterable[Kept], key: Callable[[Kept], str]) -> dict[str, tuple[Kept, ...]]:
    groups: dict[str, list[Kept]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return {name: tuple(group) for name, group in groups.items()}


def read_date(text: str) -> PartialDate:
    """The date of a cell; one that is no date is unknown here, since the checks of the study name it.

    >>> str(read_date("next spring"))
    'unknown'
    """
    try:
        return read_partial_date(text)
    except ValueError:
        return UNKNOWN_DATE


def _is_later(date: PartialDate, day: datetime.date) -> bool:
    return is_before(know_day(day), date) is True


def _agreement(row: Row) -> Agreement:
    words = {name: row[name] for name in ("id", "title", "kind", "source")}
    signed, in_force, ends = (read_date(row[name]) for name in ("signed", "in_force", "ends"))
    return Agreement(**words, signed=signed, in_force=in_force, ends=ends, row=row)


def _due(row: Row) -> tuple[PartialDate, PartialDate]:
    first = read_date(row["due"])
    return read_date(row["revised_due"]) or first, first


def _commitment(row: Row) -> Commitment:
    due, first = _due(row)
    words = {name: row[name] for name in ("id", "agreement", "title", "superseded_by")}
    return Commitment(**words, parties=row["by_party"], due=due, first_due=first, row=row)


def _milestone(row: Row, commitment: Commitment, as_of: datetime.date) -> Milestone:
    due, first = _due(row)
    date = read_date(row["actual_date"])
    words = {name: row[name] for name in ("id", "commitment", "title", "indicator", "unit", "source")}
    return Milestone(
        **words,
        keys=row["keys"],
        rising=row["aim"] == "at_least",
        baseline=row["baseline"],
        baseline_date=read_date(row["baseline_date"]),
        target=row["target"],
        actual=math.nan if _is_later(date, as_of) else row["actual"],
        actual_date=date,
        due=due or commitment.due,
        first_due=first or commitment.first_due,
    )


def _read_reports(
    frame: pd.DataFrame, commitments: Container[str], as_of: datetime.date
) -> tuple[dict[str, tuple[Report, ...]], int]:
    """The dated reports seen on a day by commitment, the oldest first, and the number of later ones."""
    # A register holds many more reports than other rows: they are taken by column.
    columns = [frame[one.name].tolist() for one in fields(Report)]
    dates = {text: read_date(text) for text in frame["reported"].unique()}
    later = {text for text, date in dates.items() if _is_later(date, as_of)}
    seen, count = [], 0
    cells: tuple[Any, ...]
    for cells in zip(*columns, strict=True):
        text = cells[_REPORTED]
        if cells[_COMMITMENT] not in commitments or not dates[text]:
            continue
        if text in later:
            count += 1
        else:
            seen.append(Report(*(*cells[:_REPORTED], dates[text], *cells[_REPORTED + 1 :])))
    # Of two reports that may be of one day the row that stands later is the later report.
    seen.sort(key=lambda report: (report.reported.last, report.reported.first))
    return _group(seen, lambda report: report.commitment), count


def _take_reported(
    milestones: Iterable[Milestone], reports: Mapping[str, tuple[Report, ...]]
) -> Iterable[Milestone]:
    """Milestones with the value of the last report on them, where it is newer than their own."""
    for one in milestones:
        told = [
            report
            for report in reports.get(one.commitment, ())
            if report.milestone == one.id and not math.isnan(report.value) and report.unit in ("", one.unit)
        ]
        yield _renew(one, told[-1]) if told else one


def _renew(one: Milestone, report: Report) -> Milestone:
    if not math.isnan(one.actual) and is_before(one.actual_date, report.reported) is False:
        return one
    return replace(one, actual=report.value, actual_date=report.reported)


def _stands(row: Row, as_of: datetime.date) -> bool:
    over = is_before(read_date(row["until"]), know_day(as_of)) is True
    return not over and not _is_later(read_date(row["since"]), as_of)
