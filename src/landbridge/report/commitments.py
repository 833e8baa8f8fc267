"""Agreements and commitments told: the rows of their tables with derived status, and the chart of promises in time."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from landbridge.agreements.register import Commitment, Register, read_register
from landbridge.agreements.status import CommitmentStatus, judge_agreement, judge_all, say_status
from landbridge.report.commitments_chart import Promise, draw_promises
from landbridge.report.content import ReportContent
from landbridge.schema import PartialDate

# More promises than these make no picture; the table has them all.
MOST_DRAWN = 60


@dataclass(frozen=True, slots=True)
class Promised:
    """What the section shows: rows of both tables, charts, how many promises the charts leave out, later reports."""

    agreements: list[dict[str, Any]]
    commitments: list[dict[str, Any]]
    charts: list[str]
    left_out: int
    later: int
    as_of: datetime.date


def tell_commitments(content: ReportContent) -> Promised:
    """The register on the study's day; without agreements and commitments all of it is empty."""
    register = read_register(content.study_tables, as_of=content.date)
    statuses = judge_all(register, computed=content.computed)
    promises = [_draw_from(register, status) for status in statuses.values()]
    return Promised(
        agreements=[_tell_agreement(register, name, statuses) for name in register.agreements],
        commitments=[_tell_commitment(register, status) for status in statuses.values()],
        charts=draw_promises(promises[:MOST_DRAWN], content.date),
        left_out=max(len(promises) - MOST_DRAWN, 0),
        later=register.later_reports,
        as_of=content.date,
    )


def _tell_agreement(
    register: Register, name: str, statuses: Mapping[str, CommitmentStatus]
) -> dict[str, Any]:
    one = register.agreements[name]
    own = register.by_agreement.get(name, ())
    status = judge_agreement([statuses[each.id].status for each in own])
    return {**one.row, "status": status.status, "explanation": status.explanation}


def _tell_commitment(register: Register, status: CommitmentStatus) -> dict[str, Any]:
    one, last = status.commitment, status.last
    agreement = register.agreements.get(one.agreement)
    return {
        "title": one.title,
        "by_party": one.parties,
        "due": one.due.text,
        "first_due": one.first_due.text if one.first_due != one.due else "",
        "status": status.status,
        "word": say_status(status.status),
        "explanation": status.explanation,
        "last": f"{last.reported}: {last.text or say_status(last.status)}" if last else "",
        "last_source": last.source if last else "",
        "obstacles": [_tell_obstacle(row) for row in status.obstacles],
        "agreement": (agreement.title or agreement.id) if agreement else one.agreement,
        "source": one.row["source"],
    }


def _tell_obstacle(row: Mapping[str, Any]) -> str:
    return f"{row['title']} (since {row['since']})" if row["since"] else str(row["title"])


def _draw_from(register: Register, status: CommitmentStatus) -> Promise:
    one = status.commitment
    return Promise(
        title=one.title,
        status=status.status,
        start=_find_start(register, one),
        due=one.due,
        first_due=one.first_due,
        ended=status.last.reported if status.last and status.status in ("done", "superseded") else None,
    )


def _find_start(register: Register, one: Commitment) -> datetime.date | None:
    """From when on it is promised: the signing of its agreement, else the first report on it; None where unknown."""
    agreement = register.agreements.get(one.agreement)
    reports = register.reports.get(one.id, ())
    dates: list[PartialDate] = [agreement.signed] if agreement else []
    dates += [report.reported for report in reports[:1]]
    return next((date.first for date in dates if date), None)
