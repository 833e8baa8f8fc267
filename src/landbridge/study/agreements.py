"""The register of a study: read as of a day, checked, and reported to."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import pandas as pd

from landbridge.agreements.checks import check_agreements
from landbridge.agreements.register import Register, read_register
from landbridge.agreements.tables import REGISTER
from landbridge.schema.catalogue import load_catalogue
from landbridge.schema.cells import CellFault, read_cell
from landbridge.schema.checks import CheckInput, run_checks
from landbridge.schema.errors import raise_errors
from landbridge.schema.findings import Finding, find_nearest, order_findings
from landbridge.schema.partial_dates import read_partial_date
from landbridge.schema.rows import read_rows, rows_to_frame
from landbridge.schema.tables import TableFile, empty_table
from landbridge.sources.tables import read_shipped_tables
from landbridge.sources.world import network_date
from landbridge.study.reading import StudyInput, show_path
from landbridge.study.study_files import append_rows, check_source, write_files

REPORTS = "status_reports"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReport:
    """A status report to add: what was said of a commitment, when, and by whose word.

    `status` is scheduled, begun, partially_met, met, not_met, suspended or withdrawn; `reported` a day, month or year;
    `source` a key of the table sources, shipped or of the study. `value` is NaN where no quantity is told.
    """

    commitment: str
    status: str
    reported: str
    source: str
    text: str = ""
    milestone: str = ""
    value: float = math.nan
    unit: str = ""
    reporter: str = ""
    evidence: str = ""
    quality: str = "published"
    note: str = ""


def find_register_day(study: StudyInput, as_of: datetime.date | None) -> datetime.date:
    """The day asked about: the given one, else the study's date, else that of the shipped network."""
    return as_of or study.model.date or network_date()


def read_study_register(study: StudyInput, as_of: datetime.date | None = None) -> Register:
    """The register of a study as of a day."""
    return read_register(study.tables, as_of=find_register_day(study, as_of))


def check_register(study: StudyInput) -> tuple[Finding, ...]:
    """All findings of the study's tables of the register, each with its file and line."""
    files = {f"{name}.csv" for name in REGISTER}
    found = [finding for finding in study.findings if finding.file in files]
    given = {name: study.files[name] for name in REGISTER if name in study.files}
    return order_findings([*found, *check_tables(given, study.tables)])


def check_tables(given: Mapping[str, TableFile], own: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """Declared checks of some tables, with the study's and the shipped rows as what they may refer to."""
    frames = {name: file.frame for name, file in given.items()}
    places = {name: tuple((file.file, row) for row in file.rows) for name, file in given.items()}
    targets = _join_shipped(own)
    found = run_checks(CheckInput(frames, places, targets=targets))
    return [*found, *check_agreements(frames, places)]


def _join_shipped(own: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables that rows refer to: the study's over the shipped ones, empty ones for what neither has."""
    shipped, specs = read_shipped_tables(), load_catalogue().tables
    targets = {}
    for name in {*REGISTER, "sources", "places", "posts", "territories"}:
        parts = [tables[name] for tables in (shipped, own) if name in tables and len(tables[name])]
        targets[name] = pd.concat(parts, ignore_index=True) if parts else empty_table(specs[name])
    return targets


def record_report(study: StudyInput, report: NewReport) -> str:
    """Append a status report to the study's status_reports.csv and give its id: commitment and date, counted on.

    Nothing that stands there is changed. Raises InputError with everything that is wrong with the report, where the
    same report stands there already, or where the table has errors.
    """
    found = [*_check_report(study, report), *_find_table_errors(study)]
    raise_errors(found)
    old = study.tables.get(REPORTS)
    rows = [] if old is None else read_rows(old)
    raise_errors(_find_same(report, rows))
    taken = {row["id"] for row in rows}
    first = f"{report.commitment}-{report.reported.strip()}"
    names = (first, *(f"{first}-{number}" for number in range(2, len(taken) + 3)))
    name = next(name for name in names if name not in taken)
    frame = rows_to_frame(REPORTS, [{"id": name, **_describe(report)}])
    path = study.root / f"{REPORTS}.csv"
    text = path.read_bytes().decode("utf-8-sig") if path.exists() else ""
    added = append_rows(text, frame, load_catalogue().tables[REPORTS])
    write_files({path: added}, show_path(path))
    return name


def _describe(report: NewReport) -> dict[str, object]:
    """The cells of a report; texts without spaces around them, as tables hold them."""
    values = {field.name: getattr(report, field.name) for field in fields(report)}
    return {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}


def _find_table_errors(study: StudyInput) -> list[Finding]:
    """Errors of the table itself: rows must not be written behind others that nobody can read."""
    return [one for one in study.findings if one.file == f"{REPORTS}.csv" and one.severity == "error"]


def _check_report(study: StudyInput, report: NewReport) -> list[Finding]:
    """Everything that is wrong with a report, each under the column that it would stand in."""
    spec, cells = load_catalogue().tables[REPORTS], _describe(report)
    found = []
    for field in spec.fields:
        text = "" if field.name == "id" else str(cells[field.name])
        if field.name == "id" or field.type == "number":
            continue
        if "\0" in text:
            found.append(_fault("not_text", f"{field.name} holds a NUL character", "write text", field.name))
        elif field.required and not text:
            found.append(_fault("empty_cell", f"{field.name} must be given", field.doc, field.name))
        else:
            try:
                read_cell(text, field)
            except CellFault as fault:
                found.append(_fault(fault.code, fault.what, fault.remedy, field.name, fault.nearest))
    if math.isinf(report.value):
        found.append(_fault("bad_number", "the value is not finite", "write a finite number", "value"))
    try:
        read_partial_date(str(cells["reported"]))
    except ValueError as error:
        remedy = "write it as far as it is known: 2025, 2025-08 or 2025-08-20"
        found.append(_fault("bad_date", str(error), remedy, "reported"))
    return [*found, *_check_names(study, cells)]


def _check_names(study: StudyInput, cells: Mapping[str, object]) -> list[Finding]:
    """Whether the study has the commitment, the milestone and the source that a report names."""
    found: list[Finding] = []
    for column, table in (("commitment", "commitments"), ("milestone", "milestones")):
        frame = study.tables.get(table)
        known = [] if frame is None else frame["id"].tolist()
        name = str(cells[column])
        if name and name not in known:
            what, remedy = f"{name!r} is not a row of {table}", f"write an id of {table}.csv"
            found.append(_fault(f"unknown_{column}", what, remedy, column, find_nearest(name, known)))
    milestones = read_rows(study.tables["milestones"]) if "milestones" in study.tables else []
    mine = next((row for row in milestones if row["id"] == cells["milestone"]), None)
    if mine is not None and mine["commitment"] != cells["commitment"]:
        what = f"milestone {mine['id']} belongs to {mine['commitment']}"
        found.append(_fault("other_commitment", what, "write a milestone of the commitment", "milestone"))
    if mine is not None and cells["unit"] not in ("", mine["unit"]):
        what = f"the milestone is told in {mine['unit'] or 'no unit'}, the report in {cells['unit']}"
        found.append(_fault("other_unit", what, "convert the quantity", "unit"))
    source = str(cells["source"])
    return found + (check_source(source, study) if source else [])


def _fault(code: str, what: str, remedy: str, column: str, nearest: tuple[str, ...] = ()) -> Finding:
    return Finding(code, "error", what, remedy, column=column, nearest=nearest)


def _find_same(report: NewReport, rows: Sequence[Mapping[str, object]]) -> list[Finding]:
    """The report itself, where it stands in the table under whatever id."""
    cells = _describe(report)
    for row in rows:
        if all(is_same(row[name], value) for name, value in cells.items()):
            what = f"the same report stands there as {row['id']}"
            remedy = "record what is new: another date, status or text"
            return [Finding("repeated_report", "error", what, remedy, f"{REPORTS}.csv")]
    return []


def is_same(one: object, other: object) -> bool:
    """Whether two cells say the same; both may be empty.

    >>> is_same(math.nan, math.nan), is_same("a", "b")
    (True, False)
    """
    blank = isinstance(one, float) and isinstance(other, float) and math.isnan(one) and math.isnan(other)
    return blank or one == other
