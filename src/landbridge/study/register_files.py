"""Files of the register: a study's tables written for others, and rows of others taken into a study."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from landbridge.agreements.activities import write_activities
from landbridge.agreements.deadlines import list_deadlines, write_calendar
from landbridge.agreements.exchange import (
    read_csv_file,
    read_csv_folder,
    read_json,
    read_sheets,
    write_csv,
    write_json,
    write_workbook,
)
from landbridge.agreements.status import judge_all
from landbridge.agreements.tables import EXCHANGED
from landbridge.schema.catalogue import load_catalogue
from landbridge.schema.errors import InputError, raise_errors
from landbridge.schema.findings import Finding, find_nearest, order_findings
from landbridge.schema.rows import read_rows, rows_to_frame
from landbridge.schema.tables import TableFile, empty_table, write_table
from landbridge.schema.text_files import Lines
from landbridge.sources.sheets import read_workbook
from landbridge.study.agreements import REPORTS, check_tables, is_same, read_study_register
from landbridge.study.reading import StudyInput, show_path
from landbridge.study.study_files import append_rows, write_files

FORMATS = {"csv": "", "json": ".json", "xlsx": ".xlsx", "ics": ".ics", "iati": ".iati.json"}


@dataclass(frozen=True, slots=True)
class ImportedRegister:
    """What an import did to the study: rows added, changed and left as they were, by table, and the findings."""

    added: Mapping[str, int]
    changed: Mapping[str, int]
    same: Mapping[str, int]
    findings: tuple[Finding, ...]


def export_register(
    study: StudyInput, out: Path | str, *, format: str = "", as_of: datetime.date | None = None
) -> Path:
    """Write the register to `out`: a folder of CSV files, or one file as JSON, XLSX, iCalendar or IATI-like JSON.

    The format is that of the name where none is given. The tables are written whole; deadlines and activities, which
    carry statuses, are those of the day. Files appear whole or not at all. Raises InputError for an unknown format, a
    text that is too long for a workbook, or a place that cannot be written.
    """
    target = Path(out)
    chosen = format or next(
        (name for name, end in reversed(FORMATS.items()) if end and target.name.lower().endswith(end)), "csv"
    )
    if chosen not in FORMATS:
        what = f"no format {chosen!r} is known"
        nearest = find_nearest(chosen, FORMATS)
        raise InputError(
            [Finding("unknown_format", "error", what, f"use {', '.join(FORMATS)}", nearest=nearest)]
        )
    content = _write_register(study, chosen, as_of)
    files = (
        {target / name: text for name, text in content.items()} if chosen == "csv" else {target: content[""]}
    )
    try:
        (target if chosen == "csv" else target.parent).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        fault = Finding(
            "not_writable", "error", what, "choose a place that you may write to", show_path(target)
        )
        raise InputError([fault]) from error
    write_files(files, show_path(target))
    return target


def _write_register(study: StudyInput, format: str, as_of: datetime.date | None) -> dict[str, str | bytes]:
    tables = {name: study.tables[name] for name in EXCHANGED if name in study.tables}
    if format == "csv":
        return dict(write_csv(tables))
    if format == "json":
        return {"": write_json(tables)}
    if format == "xlsx":
        return {"": write_workbook(tables)}
    register = read_study_register(study, as_of)
    statuses = judge_all(register)
    if format == "iati":
        return {"": write_activities(register, statuses, study=study.name)}
    deadlines = list_deadlines(register, statuses, study=study.name)
    return {"": write_calendar(deadlines, as_of=register.as_of)}


def read_register_file(path: Path | str) -> tuple[dict[str, TableFile], tuple[Finding, ...]]:
    """The tables of the register in a folder of CSV files, a CSV file named after its table, a JSON file or a workbook.

    Never raises on what the files hold; the findings say what is wrong.
    """
    given = Path(path)
    try:
        if given.is_dir():
            return read_csv_folder(given)
    except OSError as error:
        what = f"cannot be read: {error.strerror or error}"
        return {}, (Finding("unreadable", "error", what, "check its rights", show_path(given)),)
    if given.suffix.lower() == ".json":
        return read_json(given)
    if given.suffix.lower() in (".xlsx", ".xlsm"):
        sheets, found = read_workbook(given)
        lines = {
            name: Lines(sheet.rows[0], sheet.rows[1:], sheet.lines[1:])
            for name, sheet in sheets.items()
            if sheet.rows
        }
        tables, more = read_sheets(lines, given.name)
        return tables, (*found, *more)
    if given.suffix.lower() == ".csv" and given.stem in EXCHANGED:
        table = read_csv_file(given)
        return {given.stem: table}, table.findings
    what = "is no folder, no .json or .xlsx file and no CSV file named after a table of the register"
    fault = Finding(
        "unknown_format", "error", what, f"name it {', '.join(EXCHANGED)} with .csv", show_path(given)
    )
    return {}, (fault,)


def import_register(path: Path | str, study: StudyInput) -> ImportedRegister:
    """Take the rows of a register in a file into the study: new ids are added, rows of known ids replaced.

    A status report is added and never replaced: one with a known id that says something else is an error. Raises
    InputError with all findings, each with file, line and column, where one is an error; then nothing is written.
    """
    given, findings = read_register_file(path)
    found = [*findings, *_find_own_errors(study, given)]
    merged = {name: merge_rows(study.tables.get(name), file) for name, file in given.items()}
    found += [finding for one in merged.values() for finding in one.findings]
    whole = {**study.tables, **{name: one.frame for name, one in merged.items()}}
    found += check_tables(given, whole)
    raise_errors(found)
    texts = {
        study.root / f"{name}.csv": _write_merged(study, name, one)
        for name, one in merged.items()
        if one.added or one.changed
    }
    write_files(texts, show_path(study.root))
    return ImportedRegister(
        {name: len(one.added) for name, one in merged.items()},
        {name: one.changed for name, one in merged.items()},
        {name: one.same for name, one in merged.items()},
        order_findings(found),
    )


def _find_own_errors(study: StudyInput, given: Mapping[str, TableFile]) -> list[Finding]:
    """Errors of the study's tables that rows are to be laid into: what cannot be read would be lost."""
    files = {f"{name}.csv" for name in given}
    return [one for one in study.findings if one.file in files and one.severity == "error"]


@dataclass(frozen=True, slots=True)
class MergedRows:
    """A table of the study with rows of a file laid over: the whole frame, the new rows, how many changed or stayed."""

    frame: pd.DataFrame
    added: list[dict[str, object]]
    changed: int
    same: int
    findings: tuple[Finding, ...]


def merge_rows(own: pd.DataFrame | None, file: TableFile) -> MergedRows:
    """The rows of a file laid over those of the study by their id; a report that would be changed is a finding."""
    rows = {str(row["id"]): row for row in ([] if own is None else read_rows(own))}
    added: list[dict[str, object]] = []
    changed, same, found = 0, 0, []
    for row, line in zip(read_rows(file.frame), file.rows, strict=True):
        old = rows.get(str(row["id"]))
        if old is None:
            added.append(row)
        elif all(is_same(old[name], value) for name, value in row.items()):
            same += 1
        else:
            changed += 1
            if file.spec.name == REPORTS:
                what = f"report {row['id']} stands in the study and says something else"
                remedy = "give a new report an id of its own; reports are added, never changed"
                found.append(Finding("changed_report", "error", what, remedy, file.file, line, "id"))
        rows[str(row["id"])] = row
    spec = file.spec.name
    frame = rows_to_frame(spec, list(rows.values())) if rows else empty_table(file.spec)
    return MergedRows(frame, added, changed, same, tuple(found))


def _write_merged(study: StudyInput, name: str, merged: MergedRows) -> str:
    """The new text of a table: rows behind those that stand there, or all rows anew where one of them changed."""
    spec, path = load_catalogue().tables[name], study.root / f"{name}.csv"
    if merged.changed or not path.exists():
        return write_table(merged.frame, spec)
    return append_rows(path.read_bytes().decode("utf-8-sig"), rows_to_frame(name, merged.added), spec)
