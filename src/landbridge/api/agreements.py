"""Agreements of a study: the register as of a day with derived statuses, new reports, files of others."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from landbridge.agreements.register import Milestone, Register
from landbridge.agreements.status import (
    AgreementStatus,
    CommitmentStatus,
    MilestoneStatus,
    judge_agreement,
    judge_all,
)
from landbridge.schema import Finding, InputError, UnknownUnitError, convert_value, find_nearest
from landbridge.study.agreements import (
    NewReport,
    check_register,
    read_study_register,
    record_report,
)
from landbridge.study.reading import StudyInput, read_study
from landbridge.study.register_files import ImportedRegister, export_register, import_register

# Reads an indicator of a run by keys: the columns of the keys, value and unit.
Indicators = Callable[[str, tuple[str, ...]], pd.DataFrame]
AGREEMENT_COLUMNS = (
    "id", "title", "kind", "signed", "in_force", "ends", "parties", "status", "explanation", "commitments", "source",
)  # fmt: skip
COMMITMENT_COLUMNS = (
    "id", "agreement", "title", "by_party", "due", "first_due", "status", "rule", "explanation", "last_report",
    "obstacles", "source",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Agreements:
    """The register of a study as of a day, with the status of each commitment and agreement.

    Make one with `Study.agreements` or `read_agreements`. Unknown dates are "" in its tables.
    """

    study: str
    register: Register
    statuses: Mapping[str, CommitmentStatus]
    findings: tuple[Finding, ...]

    @property
    def as_of(self) -> datetime.date:
        """The day."""
        return self.register.as_of

    @cached_property
    def agreement_statuses(self) -> Mapping[str, AgreementStatus]:
        """The status of each agreement by its id."""
        own = self.register.by_agreement
        return {
            name: judge_agreement([self.statuses[one.id].status for one in own.get(name, ())])
            for name in self.register.agreements
        }

    def table(self) -> pd.DataFrame:
        """A row an agreement, with its status, the explanation and the number of its commitments."""
        rows = [self._describe_agreement(name) for name in self.register.agreements]
        return pd.DataFrame(rows, columns=list(AGREEMENT_COLUMNS))

    def commitments(self, agreement: str | None = None) -> pd.DataFrame:
        """A row a commitment with its status, the rule that gave it and the explanation; of one agreement, or of all.

        "" gives those of which no document is known. Raises InputError for an unknown agreement.
        """
        if agreement and agreement not in self.register.agreements:
            raise InputError([self._unknown(agreement)])
        rows = [
            self._describe_commitment(one)
            for one in self.statuses.values()
            if agreement is None or one.commitment.agreement == agreement
        ]
        return pd.DataFrame(rows, columns=list(COMMITMENT_COLUMNS))

    def show(self, name: str) -> dict[str, Any]:
        """All that is known of an agreement or a commitment, as plain values. Raises InputError for an unknown id."""
        if name in self.register.agreements:
            own = self.register.by_agreement.get(name, ())
            row = _describe_row(self.register.agreements[name].row)
            return {
                **row,
                **self._describe_agreement(name),
                "commitments": [self._describe_commitment(self.statuses[one.id]) for one in own],
            }
        if name in self.statuses:
            return self._show_commitment(self.statuses[name])
        raise InputError([self._unknown(name)])

    def _unknown(self, name: str) -> Finding:
        known = [*self.register.agreements, *self.register.commitments]
        what = f"{name!r} is neither an agreement nor a commitment of the register on {self.as_of}"
        remedy = "use an id of `landbridge agreements list`, or another day"
        return Finding("unknown_agreement", "error", what, remedy, nearest=find_nearest(name, known))

    def _show_commitment(self, status: CommitmentStatus) -> dict[str, Any]:
        register, name = self.register, status.commitment.id
        return {
            **_describe_row(status.commitment.row),
            **self._describe_commitment(status),
            "obligations": list(map(_describe_row, register.obligations.get(name, ()))),
            "milestones": [_describe_milestone(one) for one in status.milestones],
            "reports": [
                {**{key: getattr(one, key) for key in _REPORT_KEYS}, "reported": one.reported.text}
                for one in register.reports.get(name, ())
            ],
            "obstacles": list(map(_describe_row, status.obstacles)),
            "projects": list(map(_describe_row, register.projects.get(name, ()))),
        }

    def _describe_agreement(self, name: str) -> dict[str, Any]:
        one, status = self.register.agreements[name], self.agreement_statuses[name]
        return {
            "id": one.id,
            "title": one.title,
            "kind": one.kind,
            "signed": one.signed.text,
            "in_force": one.in_force.text,
            "ends": one.ends.text,
            "parties": list(one.row["parties"]),
            "status": status.status,
            "explanation": status.explanation,
            "commitments": sum(status.counts.values()),
            "source": one.source,
        }

    def _describe_commitment(self, status: CommitmentStatus) -> dict[str, Any]:
        one = status.commitment
        return {
            "id": one.id,
            "agreement": one.agreement,
            "title": one.title,
            "by_party": list(one.parties),
            "due": one.due.text,
            "first_due": one.first_due.text,
            "status": status.status,
            "rule": status.rule,
            "explanation": status.explanation,
            "last_report": status.last.reported.text if status.last else "",
            "obstacles": [row["title"] for row in status.obstacles],
            "source": one.row["source"],
        }

    def to_json(self) -> dict[str, Any]:
        """As plain values: as_of, agreements, commitments without one, the number of later reports, findings."""
        loose = self.register.by_agreement.get("", ())
        return {
            "as_of": self.as_of.isoformat(),
            "agreements": [self._describe_agreement(name) for name in self.register.agreements],
            "without_agreement": [self._describe_commitment(self.statuses[one.id]) for one in loose],
            "later_reports": self.register.later_reports,
            "findings": [finding.as_dict() for finding in self.findings],
        }

    def __repr__(self) -> str:
        counts = f"{len(self.register.agreements)} agreements, {len(self.statuses)} commitments"
        return f"<Agreements of {self.study} on {self.as_of}: {counts}>"


_REPORT_KEYS = ("id", "milestone", "reported", "status", "text", "value", "unit", "source")


def _describe_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in row.items()}


def _describe_milestone(status: MilestoneStatus) -> dict[str, Any]:
    one = status.milestone
    return {
        "id": one.id,
        "title": one.title,
        "indicator": one.indicator,
        "unit": one.unit,
        "baseline": one.baseline,
        "target": one.target,
        "value": status.value,
        "computed": status.computed,
        "due": one.due.text,
        "first_due": one.first_due.text,
        "status": status.status,
        "explanation": status.explanation,
        "source": one.source,
    }


def read_agreements(
    study: StudyInput | Path | str,
    *,
    as_of: datetime.date | None = None,
    indicators: Indicators | None = None,
) -> Agreements:
    """The register of a study as of a day, by default the study's own; with a run's indicators, milestones without an
    observed value take the computed one. Raises InputError where there is no study.
    """
    source = study if isinstance(study, StudyInput) else read_study(study)
    register = read_study_register(source, as_of)
    computed, found = compute_milestones(register, indicators) if indicators else ({}, [])
    return Agreements(
        source.name, register, judge_all(register, computed=computed), (*check_register(source), *found)
    )


def compute_milestones(register: Register, indicators: Indicators) -> tuple[dict[str, float], list[Finding]]:
    """The computed value of each milestone that has an indicator and no observed value, and why some have none."""
    computed: dict[str, float] = {}
    found: list[Finding] = []
    for one in (each for group in register.milestones.values() for each in group):
        if one.indicator and math.isnan(one.actual):
            try:
                computed[one.id] = _compute(one, indicators)
            except (InputError, UnknownUnitError, ValueError) as error:
                what = f"milestone {one.id} has no computed value: {error}"
                remedy = "write keys as key=value that name one row of the indicator, and a unit of its kind"
                found.append(Finding("no_computed_value", "warning", what, remedy, "milestones.csv"))
    return computed, found


def _compute(one: Milestone, indicators: Indicators) -> float:
    keys = [text.partition("=") for text in one.keys]
    frame = indicators(one.indicator, tuple(key.strip() for key, _, _ in keys))
    for key, _, wanted in keys:
        frame = frame[frame[key.strip()].astype(str) == wanted.strip()]
    if len(frame) != 1:
        raise ValueError(f"{len(frame)} rows of {one.indicator} have its keys")
    value, unit = float(frame["value"].tolist()[0]), str(frame["unit"].tolist()[0])
    return value if one.unit in ("", unit) else convert_value(value, unit=unit, to=one.unit)


def export_agreements(
    study: Path | str, out: Path | str, *, format: str = "", as_of: datetime.date | None = None
) -> Path:
    """Write the register of a study for others: a folder of CSV files, or .json, .xlsx, .ics (deadlines), .iati.json.

    CSV, JSON and XLSX hold the tables whole and are taken back by `import_agreements` without a difference; deadlines
    and activities carry the statuses of the day. Raises InputError for an unknown format or a place that cannot be
    written.
    """
    return export_register(read_study(study), out, format=format, as_of=as_of)


def record_status(study: Path | str, report: NewReport) -> str:
    """Append a status report to the study's status_reports.csv and give its id; as `Study.record_status`.

    Raises InputError with everything that is wrong with the report, or where it stands there already.
    """
    return record_report(read_study(study), report)


def import_agreements(path: Path | str, study: Path | str) -> ImportedRegister:
    """Take the register of a file into a study: rows of new ids are added, those of known ids replaced, reports only
    added. Raises InputError with all findings where one is an error; then nothing is written.
    """
    return import_register(path, read_study(study))


__all__ = [
    "Agreements",
    "ImportedRegister",
    "NewReport",
    "export_agreements",
    "import_agreements",
    "read_agreements",
    "record_report",
    "record_status",
]
