"""The register in files of others: CSV, JSON and XLSX, out and back without a difference.

A spreadsheet runs text that begins with = + - or @ as a formula. In CSV and XLSX an apostrophe goes before such text,
and before text that begins with apostrophes and such a sign, so that one apostrophe less gives the same text back.
"""

from __future__ import annotations

import datetime
import io
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from landbridge.agreements.tables import EXCHANGED
from landbridge.schema import Finding, TableFile, Tables, TableSpec, load_catalogue, raise_errors
from landbridge.schema.catalogue import Field
from landbridge.schema.cells import quote
from landbridge.schema.findings import FindingList, find_nearest
from landbridge.schema.tables import missing, type_lines, write_records, write_value
from landbridge.schema.text_files import Lines, decode_text, read_bytes, split_lines

_RUN = re.compile(r"'*[=+\-@]")
_MARKED = re.compile(r"'+[=+\-@]")
_LONGEST_CELL = 32_767
_MOST_ROWS = 1_048_575
_SLASHED = re.compile(r"([0-9]{4})/([0-9]{2})/([0-9]{2})(?: 00:00:00)?")
# A workbook says when it was made; the same register gives the same bytes.
_MADE = datetime.datetime(2000, 1, 1)  # noqa: DTZ001


def guard_text(text: str) -> str:
    """The text as a spreadsheet shows it and never runs it.

    >>> guard_text("=1+1"), guard_text("'=1"), guard_text("'s")
    ("'=1+1", "''=1", "'s")
    """
    return f"'{text}" if _RUN.match(text) else text


def restore_text(text: str) -> str:
    """The text that `guard_text` was given.

    >>> restore_text("'=1+1"), restore_text("'s")
    ('=1+1', "'s")
    """
    return text[1:] if _MARKED.match(text) else text


def _write_cells(frame: pd.DataFrame, spec: TableSpec) -> list[tuple[str, ...]]:
    columns = []
    for field in spec.fields:
        texts = [write_value(value, field) for value in frame[field.name].tolist()]
        columns.append(list(map(guard_text, texts)) if _is_text(field) else texts)
    return list(zip(*columns, strict=True))


def _is_text(field: Field) -> bool:
    return field.type not in ("number", "int")


def write_csv(frames: Tables) -> dict[str, str]:
    """The text of a CSV file for each table that has rows, by the file's name; with a mark that says it is UTF-8.

    >>> write_csv({})
    {}
    """
    specs = load_catalogue().tables
    return {
        f"{name}.csv": "\ufeff"
        + write_records([specs[name].columns, *_write_cells(frames[name], specs[name])], "\r\n")
        for name in EXCHANGED
        if name in frames and len(frames[name])
    }


def write_json(frames: Tables) -> str:
    """The register as JSON: `tables` holds a list of rows by table; empty cells are left out."""
    tables = {}
    for name in EXCHANGED:
        if name in frames and len(frames[name]):
            tables[name] = _list_json(frames[name], load_catalogue().tables[name])
    return (
        json.dumps({"format": "landbridge register", "tables": tables}, ensure_ascii=False, indent=1) + "\n"
    )


def _list_json(frame: pd.DataFrame, spec: TableSpec) -> list[dict[str, Any]]:
    columns = [frame[field.name].tolist() for field in spec.fields]
    return [
        {
            field.name: list(value) if field.type == "list" else value
            for field, value in zip(spec.fields, row, strict=True)
            if not missing(value, field)
        }
        for row in zip(*columns, strict=True)
    ]


def write_workbook(frames: Tables) -> bytes:
    """The register as an XLSX workbook with a sheet for each table that has rows.

    Raises InputError where a text or a table is larger than a sheet holds.
    """
    kept = {name: frames[name] for name in EXCHANGED if name in frames and len(frames[name])}
    specs = load_catalogue().tables
    cells = {name: _write_cells(frame, specs[name]) for name, frame in kept.items()}
    raise_errors(list(_find_too_long(cells)))
    file = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"created": _MADE})
        for name, rows in cells.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for column, field in enumerate(specs[name].fields):
                sheet.write_string(0, column, field.name)
                values = (row[column] for row in rows)
                _write_column(sheet, column, values, is_text=_is_text(field))
        if not cells:
            book.add_worksheet(EXCHANGED[0])
    return file.getvalue()


def _write_column(sheet: Any, column: int, values: Iterable[str], *, is_text: bool) -> None:
    for row, text in enumerate(values, start=1):
        # A workbook keeps 15 digits; a number with more is written as text.
        if text and not is_text and float(f"{float(text):.15g}") == float(text):
            sheet.write_number(row, column, float(text))
        elif text:
            sheet.write_string(row, column, text)


def _find_too_long(cells: Mapping[str, list[tuple[str, ...]]]) -> Iterable[Finding]:
    remedy = "export it as JSON or CSV"
    for name, rows in cells.items():
        if len(rows) > _MOST_ROWS:
            what = f"{name} has {len(rows):,} rows, more than a sheet holds"
            yield Finding("too_long", "error", what, remedy, f"{name}.csv")
        columns = load_catalogue().tables[name].columns
        for line, row in enumerate(rows, start=2):
            for column, text in zip(columns, row, strict=True):
                if len(text) > _LONGEST_CELL:
                    what = f"a text of {len(text):,} characters is longer than a cell of a workbook holds"
                    yield Finding("too_long", "error", what, remedy, f"{name}.csv", line, column)


def read_csv_folder(folder: Path) -> tuple[dict[str, TableFile], tuple[Finding, ...]]:
    """The tables of a folder of CSV files, each named after its table, and all findings.

    Files with another name are findings; other files are passed over. Never raises on what the files hold.
    """
    tables: dict[str, TableFile] = {}
    found: list[Finding] = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() != ".csv":
            continue
        if path.stem not in EXCHANGED:
            found.append(_unknown_table(path.stem, path.name))
            continue
        tables[path.stem] = read_csv_file(path)
        found += tables[path.stem].findings
    return tables, tuple(found)


def read_csv_file(path: Path) -> TableFile:
    """One table of the register from a CSV file that bears its name."""
    spec, findings = load_catalogue().tables[path.stem], FindingList(file=path.name)
    data = read_bytes(path, findings)
    text = None if data is None else decode_text(data, findings)
    lines = Lines((), (), ()) if text is None else split_lines(text, spec, findings)
    return type_lines(_restore(lines, spec), spec, findings)


def read_sheets(sheets: Mapping[str, Lines], file: str) -> tuple[dict[str, TableFile], tuple[Finding, ...]]:
    """The tables of a workbook from the lines of its sheets by name, and all findings."""
    tables: dict[str, TableFile] = {}
    found: list[Finding] = []
    for name, lines in sheets.items():
        if name not in EXCHANGED:
            found.append(_unknown_table(name, file))
        elif lines.header:
            spec, findings = load_catalogue().tables[name], FindingList(file=f"{file}#{name}")
            tables[name] = type_lines(_restore(lines, spec), spec, findings)
            found += tables[name].findings
    return tables, tuple(found)


def _unknown_table(name: str, file: str) -> Finding:
    what = f"{quote(name)} is no table of the register"
    remedy = f"name it {', '.join(EXCHANGED)}, or leave it out"
    return Finding("unknown_table", "error", what, remedy, file, nearest=find_nearest(name, EXCHANGED))


def _restore(lines: Lines, spec: TableSpec) -> Lines:
    dated = _date_fields(spec)
    places = [place for place, name in enumerate(lines.header) if name in dated]
    records = []
    for cells in lines.records:
        texts = list(map(restore_text, cells))
        for place in places:
            # What a spreadsheet makes of a date that is typed into it.
            if place < len(texts) and (found := _SLASHED.fullmatch(texts[place])):
                texts[place] = "-".join(found.groups())
        records.append(tuple(texts))
    return Lines(lines.header, tuple(records), lines.rows)


def _date_fields(spec: TableSpec) -> frozenset[str]:
    checks = load_catalogue().checks
    return frozenset(
        check.field for check in checks if check.table == spec.name and check.kind == "partial_date"
    )


def read_json(path: Path) -> tuple[dict[str, TableFile], tuple[Finding, ...]]:
    """The tables of a JSON file as `write_json` writes it, and all findings; `row` counts the rows of a table from 1.

    Never raises on what the file holds.
    """
    findings = FindingList(file=path.name)
    data = read_bytes(path, findings)
    text = None if data is None else decode_text(data, findings)
    if text is None:
        return {}, findings.close()
    try:
        given = json.loads(text, parse_int=str, parse_float=str)
    except (ValueError, RecursionError) as error:
        what, row = f"is no JSON: {str(error)[:100]}", getattr(error, "lineno", None)
        findings.add(lambda: Finding("bad_json", "error", what, "check its brackets and commas", row=row))
        return {}, findings.close()
    rows_by_table = given.get("tables") if isinstance(given, dict) else None
    if not isinstance(rows_by_table, dict):
        remedy = 'write {"tables": {"commitments": [{"id": ...}]}}'
        findings.add(lambda: Finding("bad_json", "error", "holds no object named tables", remedy))
        return {}, findings.close()
    tables: dict[str, TableFile] = {}
    found = list(findings.close())
    for name, rows in rows_by_table.items():
        if name not in EXCHANGED:
            found.append(_unknown_table(name, path.name))
        else:
            tables[name] = _type_json(rows, load_catalogue().tables[name], f"{path.name}#{name}")
            found += tables[name].findings
    return tables, tuple(found)


def _type_json(rows: Any, spec: TableSpec, file: str) -> TableFile:
    findings = FindingList(file=file)
    good: list[tuple[int, dict[str, Any]]] = []
    for number, row in enumerate(rows if isinstance(rows, list) else [rows], start=1):
        if isinstance(row, dict):
            good.append((number, row))
        else:
            _add_bad(findings, "is no object of cells by column", number, "")
    names = dict.fromkeys(name for _, row in good for name in row)
    records = [
        tuple(_write_json_cell(row.get(name), spec, (number, name), findings) for name in names)
        for number, row in good
    ]
    return type_lines(
        Lines(tuple(names), tuple(records), tuple(number for number, _ in good)), spec, findings
    )


def _add_bad(findings: FindingList, what: str, row: int, column: str) -> None:
    remedy = "write text, a number, true, false, null or, in a list column, an array of texts"
    findings.add(lambda: Finding("bad_value", "error", what, remedy, row=row, column=column))


def _write_json_cell(value: Any, spec: TableSpec, place: tuple[int, str], findings: FindingList) -> str:
    """The text of a JSON value; one that no cell can hold is a finding and an empty cell."""
    field = spec.by_name.get(place[1])
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and "\0" not in value:
        return value
    if isinstance(value, float):  # NaN and Infinity, the only numbers that are not read as text
        return str(value)
    is_list = isinstance(value, list) and field is not None and field.type == "list"
    if is_list and all(isinstance(item, str) and not {";", "\0"} & set(item) for item in value):
        return ";".join(value)
    _add_bad(findings, f"{quote(str(value)[:60])} is no value of a cell", *place)
    return ""
