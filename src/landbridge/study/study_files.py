"""Files of a study written for its user: rows behind those of a table, and several files whole or not at all."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from landbridge.schema.catalogue import TableSpec
from landbridge.schema.errors import InputError
from landbridge.schema.findings import Finding, find_nearest
from landbridge.schema.tables import write_records, write_table
from landbridge.sources.tables import read_shipped_tables
from landbridge.study.reading import StudyInput


def check_source(source: str, study: StudyInput) -> list[Finding]:
    """Whether a source is a key of the table sources, shipped or of the study."""
    known = {*read_shipped_tables()["sources"]["id"]}
    known |= set(study.tables["sources"]["id"]) if "sources" in study.tables else set()
    key = source.partition("#")[0].strip()
    if key in known:
        return []
    what = f"'{key}' is not a key of the table sources"
    remedy = "add a row to the study's sources.csv that says where the file comes from"
    return [Finding("unknown_source", "error", what, remedy, nearest=find_nearest(key, known))]


def append_rows(old: str, frame: pd.DataFrame, spec: TableSpec) -> str:
    r"""The text of a CSV table with the rows of a typed frame behind its own, under its own header.

    Columns that the header lacks and the new rows fill are put behind the others.

    >>> from landbridge.schema.catalogue import load_catalogue
    >>> from landbridge.schema.rows import rows_to_frame
    >>> spec, row = load_catalogue().tables["sources"], {"id": "b", "title": "B", "publisher": "P", "kind": "E"}
    >>> append_rows("title,id\nA,a\n", rows_to_frame("sources", [row]), spec).splitlines()
    ['title,id,publisher,kind', 'A,a,,', 'B,b,P,E']
    """
    new = list(csv.DictReader(io.StringIO(write_table(frame, spec), newline="")))
    if not old.strip():
        return write_table(frame, spec)
    records = [cells for cells in csv.reader(io.StringIO(old, newline="")) if cells]
    header = [name.strip() for name in records[0]]
    filled = [name for name in spec.columns if any(row[name] for row in new)]
    columns = header + [name for name in filled if name not in header]
    kept = [cells[: len(header)] + [""] * (len(columns) - len(cells[: len(header)])) for cells in records[1:]]
    added = [[row.get(name, "") for name in columns] for row in new]
    return write_records([columns, *kept, *added], "\r\n" if "\r\n" in old else "\n")


def write_files(texts: Mapping[Path, str | bytes], shown: str) -> None:
    """As `replace_files`, with a finding on `shown` where a file cannot be written. Raises InputError."""
    try:
        replace_files(texts)
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        finding = Finding("not_writable", "error", what, "choose a place that you may write to", shown)
        raise InputError([finding]) from error


def replace_files(texts: Mapping[Path, str | bytes]) -> None:
    """Write files so that either all hold their new text or none does. Raises OSError."""
    before = {path: path.read_bytes() if path.exists() else None for path in texts}
    made: list[tuple[Path, Path]] = []
    done: list[Path] = []
    try:
        for path, text in texts.items():
            beside = path.with_name(f".{path.name}-{os.getpid()}")
            made.append((beside, path))
            beside.write_bytes(text.encode() if isinstance(text, str) else text)
        for beside, path in made:
            os.replace(beside, path)
            done.append(path)
    except OSError:
        for path in done:
            _restore(path, before[path])
        raise
    finally:
        for beside, _ in made:
            beside.unlink(missing_ok=True)


def _restore(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(content)
