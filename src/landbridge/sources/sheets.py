"""Sheets: files of cells that other programs write, CSV or XLSX, as rows of text with their line."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyogrio
from pyogrio.errors import DataSourceError

from landbridge.schema.findings import Finding, FindingList
from landbridge.schema.text_files import decode_text, read_bytes

_MOST_ROWS = 300_000
_TOO_LONG = f"has more than {_MOST_ROWS:,} rows"
_MARKS = ",;\t|"
_WORKBOOKS = (".xlsx", ".xlsm")
# A workbook writes characters that XML does not carry as _xHHHH_, and a text that looks like it with _x005F_ before.
_ESCAPED = re.compile(r"_x005F_(x[0-9A-Fa-f]{4}_)|_x([0-9A-Fa-f]{4})_")
# A workbook's own guess of headers and types would lose leading zeros and lines.
_AS_TEXT = {"OGR_XLSX_HEADERS": "DISABLE", "OGR_XLSX_FIELD_TYPES": "STRING"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of cells without spaces around them, the 1-based line of each, and what is wrong with the file itself."""

    file: str
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    findings: tuple[Finding, ...]
    workbook: bool = False


def read_sheet(path: Path | str) -> Sheet:
    """The cells of a CSV file (comma, semicolon, tab or bar between them) or of the first sheet of an XLSX workbook.

    Lines without content are passed over. Never raises on what the file holds.
    """
    given = Path(path)
    findings = FindingList(file=given.name)
    data = read_bytes(given, findings)
    workbook = given.suffix.lower() in _WORKBOOKS
    cells: list[tuple[int, tuple[str, ...]]] = []
    if data is not None:
        cells = _read_workbook(given, findings) if workbook else _read_text(data, findings)
    if data is not None and not cells and not findings.kept:
        findings.add(lambda: Finding("empty_file", "error", "is empty", "begin with a line of column names"))
    rows = tuple(row for _, row in cells)
    return Sheet(given.name, rows, tuple(line for line, _ in cells), findings.close(), workbook)


def _read_text(data: bytes, findings: FindingList) -> list[tuple[int, tuple[str, ...]]]:
    text = decode_text(data, findings)
    rows: list[tuple[int, tuple[str, ...]]] = []
    if text is None:
        return rows
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_find_mark(text), strict=True)
    line = 1
    try:
        for cells in reader:
            if len(rows) == _MOST_ROWS:
                findings.add(lambda: Finding("too_long", "error", _TOO_LONG, "leave rows out"))
                break
            stripped = tuple(cell.strip() for cell in cells)
            if any(stripped):
                rows.append((line, stripped))
            line = reader.line_num + 1
    except csv.Error as error:
        fault = f"cannot be split into cells: {error}"
        remedy = "check for a quotation mark that is not closed or not doubled"
        findings.add(lambda: Finding("bad_csv", "error", fault, remedy, row=line))
    return rows


def _find_mark(text: str) -> str:
    """The mark that the first lines hold most of; a comma between digits may be one of decimals and is not counted."""
    head = text[:20_000].splitlines()[:20]
    counts = {mark: max((line.count(mark) for line in head), default=0) for mark in _MARKS}
    counts[","] = max((len(re.findall(r"(?<!\d),|,(?!\d)", line)) for line in head), default=0)
    return max(_MARKS, key=lambda mark: counts[mark])


def read_workbook(path: Path | str) -> tuple[dict[str, Sheet], tuple[Finding, ...]]:
    """All sheets of an XLSX workbook by name, and what is wrong with the file. Never raises on what the file holds."""
    given = Path(path)
    findings = FindingList(file=given.name)
    sheets: dict[str, Sheet] = {}
    if read_bytes(given, findings) is None:
        return sheets, findings.close()
    try:
        names = [str(name) for name in pyogrio.list_layers(given)[:, 0]]
    except (DataSourceError, ValueError, RuntimeError) as error:
        findings.add(_explain_unreadable(error))
        names = []
    for name in names:
        cells = _read_workbook(given, findings, layer=name)
        rows, lines = tuple(row for _, row in cells), tuple(line for line, _ in cells)
        sheets[name] = Sheet(given.name, rows, lines, (), workbook=True)
    return sheets, findings.close()


def _read_workbook(
    path: Path, findings: FindingList, *, layer: str | int = 0
) -> list[tuple[int, tuple[str, ...]]]:
    try:
        with _gdal_options():
            frame = pyogrio.read_dataframe(path, layer=layer, read_geometry=False, max_features=_MOST_ROWS)
    except (DataSourceError, ValueError, RuntimeError) as error:
        findings.add(_explain_unreadable(error))
        return []
    columns = [
        [_decode_cell(cell).strip() if isinstance(cell, str) else "" for cell in frame[name]]
        for name in frame.columns
    ]
    rows = zip(*columns, strict=True)
    return [(line, row) for line, row in enumerate(rows, start=1) if any(row)]


def _explain_unreadable(error: Exception) -> Callable[[], Finding]:
    what = f"cannot be read as a workbook: {str(error)[:120]}"
    return lambda: Finding("unreadable", "error", what, "save it as XLSX, or as CSV in UTF-8")


def _decode_cell(text: str) -> str:
    r"""The text that a cell of a workbook stands for.

    >>> _decode_cell("a_x000D_b"), _decode_cell("_x005F_x0041_")
    ('a\rb', '_x0041_')
    """
    if "_x" not in text:
        return text
    return _ESCAPED.sub(lambda found: f"_{found[1]}" if found[1] else chr(int(found[2], 16)), text)


@contextmanager
def _gdal_options() -> Iterator[None]:
    before = {name: pyogrio.get_gdal_config_option(name) for name in _AS_TEXT}
    pyogrio.set_gdal_config_options(_AS_TEXT)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)
