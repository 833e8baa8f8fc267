"""Tables: typed frames, read from CSV with all findings at once, shaped to their declaration, written back.

A typed frame has the columns of its TableSpec in their order and a RangeIndex. Column types: str, choice
and country are str with "" for missing; number is float64 with NaN; int is Int64; bool is boolean; date
holds datetime.date objects or None; list holds tuples of str.
"""

from __future__ import annotations

import csv
import datetime
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from landbridge.schema.catalogue import Field, TableSpec
from landbridge.schema.cells import (
    MISSING,
    CellFault,
    default_value,
    is_missing,
    quote,
    read_cell,
    write_cell,
)
from landbridge.schema.findings import Finding, FindingList, find_nearest
from landbridge.schema.text_files import NO_LINES, Lines, decode_text, read_bytes, split_lines

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True, slots=True)
class TableFile:
    """A table as one file gives it: the typed frame, and for each of its rows the line of the file."""

    spec: TableSpec
    file: str
    frame: pd.DataFrame
    rows: tuple[int, ...]
    findings: tuple[Finding, ...]


def make_column(values: Sequence[Any], field: Field) -> pd.Series[Any]:
    """A typed column from values as `read_cell` gives them."""
    if field.type == "number":
        return pd.Series(np.array(values, dtype=np.float64))
    if field.type in ("int", "bool"):
        return pd.Series(pd.array(list(values), dtype="Int64" if field.type == "int" else "boolean"))
    if field.type in ("date", "list"):
        cells = np.empty(len(values), dtype=object)
        for position, value in enumerate(values):
            cells[position] = value
        return pd.Series(cells, dtype=object)
    return pd.Series(list(values), dtype="str")


def make_frame(columns: Mapping[str, Sequence[Any]], spec: TableSpec) -> pd.DataFrame:
    """A typed frame from columns of typed values; absent columns hold their default or missing value.

    Raises KeyError where a column is not declared.

    >>> from landbridge.schema.catalogue import load_catalogue
    >>> spec = load_catalogue().tables["sources"]
    >>> make_frame({"id": ["a"], "title": ["A"]}, spec)[["id", "url"]].to_dict("records")
    [{'id': 'a', 'url': ''}]
    """
    unknown = [name for name in columns if name not in spec.by_name]
    if unknown:
        raise KeyError(f"{spec.name} has no column {', '.join(unknown)}")
    length = len(next(iter(columns.values()))) if columns else 0
    made = {}
    for field in spec.fields:
        values = columns.get(field.name)
        made[field.name] = make_column([default_value(field)] * length if values is None else values, field)
    return pd.DataFrame(made, columns=list(spec.columns))


def shape_table(frame: pd.DataFrame, spec: TableSpec) -> pd.DataFrame:
    """The frame with the declared columns, order and types, as result tables need before they are stored.

    None, NaN and NA become the missing value of their type. Raises KeyError for a column that is not
    declared or a required one that is absent, ValueError or TypeError for a value of another type.

    >>> from landbridge.schema.catalogue import load_catalogue
    >>> spec = load_catalogue().tables["sources"]
    >>> given = pd.DataFrame({"id": ["a"], "title": ["A"], "publisher": [None], "kind": ["E"]})
    >>> shape_table(given, spec)["publisher"].tolist()
    ['']
    """
    absent = [f.name for f in spec.fields if f.required and f.name not in frame.columns]
    unknown = [str(name) for name in frame.columns if name not in spec.by_name]
    if absent or unknown:
        raise KeyError(f"{spec.name} lacks {absent} and does not know {unknown}")
    columns = {name: _cast(frame[name], spec.by_name[name]) for name in map(str, frame.columns)}
    return make_frame(columns, spec)


def _cast(column: pd.Series[Any], field: Field) -> list[Any]:
    return [_cast_value(value, field) for value in column.tolist()]


def _cast_value(value: Any, field: Field) -> Any:
    if field.type == "list":
        return () if value is None or value is pd.NA or isinstance(value, float) else tuple(value)
    if pd.isna(value):
        return MISSING[field.type]
    if field.type == "number":
        return float(value)
    if field.type == "int":
        return int(value)
    if field.type == "bool":
        return bool(value)
    if field.type == "date":
        return value.date() if isinstance(value, datetime.datetime) else value
    return str(value)


def empty_table(spec: TableSpec) -> pd.DataFrame:
    """The typed frame without rows.

    >>> from landbridge.schema.catalogue import load_catalogue
    >>> empty_table(load_catalogue().tables["flows"]).shape
    (0, 9)
    """
    return make_frame({}, spec)


def fill_defaults(frame: pd.DataFrame, spec: TableSpec) -> pd.DataFrame:
    """The frame with the default of each field that has one in its empty cells."""
    filled = frame.copy()
    for field in spec.fields:
        if field.default:
            default = default_value(field)
            values = [default if missing(value, field) else value for value in frame[field.name].tolist()]
            filled[field.name] = make_column(values, field)
    return filled


def missing(value: Any, field: Field) -> bool:
    """True where a value taken out of a typed frame stands for an empty cell."""
    return value is pd.NA or is_missing(value, field)


def read_table(path: Path | str, spec: TableSpec) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """A table from a CSV file, as a typed frame with defaults filled in, and all findings of the file.

    Never raises on what the file holds: rows with a faulty cell carry its missing value, and the
    findings say where.
    """
    read = read_table_file(Path(path), spec)
    return read.frame, read.findings


def read_table_file(path: Path, spec: TableSpec, *, file: str = "", partial: bool = False) -> TableFile:
    """As `read_table`, with the line of each row.

    `file` is the name that findings show, by default the file's own. A `partial` table is laid over
    another: only its key, source and quality are required, and empty cells stay empty.
    """
    findings = FindingList(file=file or path.name)
    data = read_bytes(path, findings)
    text = None if data is None else decode_text(data, findings)
    lines = NO_LINES if text is None else split_lines(text, spec, findings)
    return type_lines(lines, spec, findings, partial=partial)


def type_lines(lines: Lines, spec: TableSpec, findings: FindingList, *, partial: bool = False) -> TableFile:
    """The table that lines of cells hold, whatever file they come from; what is wrong goes to `findings`."""
    positions = _place_columns(lines, spec, findings)
    needed = _needed(spec, partial=partial)
    if lines.header:
        _check_required(positions, spec, needed, findings)
    _check_lengths(lines, findings)
    columns = {}
    for name, position in positions.items():
        field = spec.by_name[name]
        columns[name] = _read_column(lines, position, field, findings, needed=name in needed)
    keep = _check_keys(columns, lines, spec, findings)
    frame = make_frame({name: [values[i] for i in keep] for name, values in columns.items()}, spec)
    frame = _empty_absent(frame, columns, spec) if partial else fill_defaults(frame, spec)
    return TableFile(spec, findings.file, frame, tuple(lines.rows[i] for i in keep), findings.close())


def _needed(spec: TableSpec, *, partial: bool) -> frozenset[str]:
    """The fields that must be filled: of a partial table only those that say which row and on whose word."""
    required = {field.name for field in spec.fields if field.required}
    return frozenset(required & {*spec.key, "source", "quality"} if partial else required)


def _empty_absent(frame: pd.DataFrame, columns: Iterable[str], spec: TableSpec) -> pd.DataFrame:
    """A partial frame says nothing in columns that its file leaves out, so no default may stand there."""
    for field in spec.fields:
        if field.default and field.name not in set(columns):
            frame[field.name] = make_column([MISSING[field.type]] * len(frame), field)
    return frame


def _place_columns(lines: Lines, spec: TableSpec, findings: FindingList) -> dict[str, int]:
    positions: dict[str, int] = {}
    row = 1
    for position, name in enumerate(lines.header):
        if name in positions:
            _add(findings, "repeated_column", f"the column {name} stands twice", "keep one", row, name)
        elif name in spec.by_name:
            positions[name] = position
        elif name:
            _add_unknown_column(name, spec, findings)
        elif any(len(cells) > position and cells[position].strip() for cells in lines.records):
            what = f"column {position + 1} has cells but no name"
            _add(findings, "unnamed_column", what, "name it or clear its cells", row, "")
    return positions


def _add(findings: FindingList, code: str, what: str, remedy: str, row: int | None, column: str) -> None:
    findings.add(lambda: Finding(code, "error", what, remedy, row=row, column=column))


def _add_unknown_column(name: str, spec: TableSpec, findings: FindingList) -> None:
    what, remedy = f"{spec.name} has no column {quote(name)}", "rename it or leave it out"
    findings.add(
        lambda: Finding(
            "unknown_column",
            "error",
            what,
            remedy,
            row=1,
            column=name[:60],
            nearest=find_nearest(name, spec.columns),
        )
    )


def _check_required(
    positions: Mapping[str, int], spec: TableSpec, needed: frozenset[str], findings: FindingList
) -> None:
    for field in spec.fields:
        if field.name in needed and field.name not in positions:
            remedy = f"add it: {field.doc}" + (f" [{field.unit}]" if field.unit else "")
            what = f"the required column {field.name} is missing"
            _add(findings, "missing_column", what, remedy, 1, field.name)


def _check_lengths(lines: Lines, findings: FindingList) -> None:
    width = len(lines.header)
    for cells, row in zip(lines.records, lines.rows, strict=True):
        # A lone short line is a forgotten comma; spare commas at the end without cells do no harm.
        if len(cells) < width or any(cell.strip() for cell in cells[width:]):
            what = f"has {len(cells)} cells where the header has {width}"
            remedy = "put text that holds a comma in quotation marks, and write a comma for each empty cell"
            _add(findings, "cell_count", what, remedy, row, "")


def _read_column(
    lines: Lines, position: int, field: Field, findings: FindingList, *, needed: bool
) -> list[Any]:
    values: list[Any] = []
    seen: dict[str, Any] = {}
    for cells, row in zip(lines.records, lines.rows, strict=True):
        text = cells[position] if position < len(cells) else ""
        if text not in seen:
            try:
                seen[text] = read_cell(text, field)
            except CellFault as fault:
                seen[text] = fault
        value = seen[text]
        if isinstance(value, CellFault):
            _add_fault(value, row, field.name, findings)
            value = MISSING[field.type]
        elif needed and not text.strip() and not field.default and position < len(cells):
            what = f"{field.name} is empty and must be filled"
            _add(
                findings, "empty_cell", what, f"write {field.doc[:1].lower()}{field.doc[1:]}", row, field.name
            )
        values.append(value)
    return values


def _add_fault(fault: CellFault, row: int, column: str, findings: FindingList) -> None:
    findings.add(
        lambda: Finding(
            fault.code, "error", fault.what, fault.remedy, row=row, column=column, nearest=fault.nearest
        )
    )


def _check_keys(
    columns: Mapping[str, list[Any]], lines: Lines, spec: TableSpec, findings: FindingList
) -> list[int]:
    """Positions of the rows to keep: those with a whole key that no earlier row has."""
    every = list(range(len(lines.records)))
    if not spec.key or not all(name in columns for name in spec.key):
        return every if not spec.key else []
    keys = list(zip(*(columns[name] for name in spec.key), strict=True))
    first = {key: position for position, key in reversed(list(enumerate(keys)))}
    counts = Counter(keys)
    for position, key in enumerate(keys):
        if counts[key] > 1 and first[key] != position and all(part != "" for part in key):
            words = ", ".join(str(part) for part in key)
            what = f"{spec.key[0]} {quote(words)} stands already on line {lines.rows[first[key]]}"
            _add(
                findings,
                "repeated_key",
                what,
                "give each row an id of its own",
                lines.rows[position],
                spec.key[0],
            )
    return [i for i in every if first[keys[i]] == i and all(part != "" for part in keys[i])]


def write_table(frame: pd.DataFrame, spec: TableSpec) -> str:
    r"""The CSV text of a typed frame, with commas and LF, which `read_table` reads back to the same frame.

    >>> from landbridge.schema.catalogue import load_catalogue
    >>> spec = load_catalogue().tables["overrides"]
    >>> write_table(make_frame({"table": ["legs"], "id": ["a"], "value": ["1,5"]}, spec), spec)[-15:]
    's,a,,"1,5",,,,\n'
    """
    columns = [[write_value(value, field) for value in frame[field.name].tolist()] for field in spec.fields]
    return write_records([spec.columns, *zip(*columns, strict=True)])


def write_records(records: Sequence[Sequence[str]], end: str = "\n") -> str:
    r"""Records of cells as CSV text that reads back to the same cells.

    >>> write_records([("a", "b"), ("1,5", "")])
    'a,b\n"1,5",\n'
    """
    # The writer of Python 3.11 leaves a lone carriage return bare, and no reader takes it back.
    bare = any("\r" in cell for cells in records for cell in cells)
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL if bare else csv.QUOTE_MINIMAL).writerows(
        records
    )
    return text.getvalue()


def write_value(value: Any, field: Field) -> str:
    """The text of a value taken out of a typed frame, "" where it stands for an empty cell.

    >>> from landbridge.schema.catalogue import load_catalogue
    >>> write_value(pd.NA, load_catalogue().tables["commitments"].by_name["enforceability"])
    ''
    """
    return "" if value is pd.NA else write_cell(value, field)
