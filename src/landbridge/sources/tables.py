"""The shipped tables: authored rows with source and quality, read once and kept compiled in the cache."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.ipc

from landbridge.schema.arrow import arrow_to_frame, frame_to_arrow
from landbridge.schema.catalogue import CATALOGUE_FOLDER, TableSpec, load_catalogue
from landbridge.schema.checks import CheckInput, RowPlace, run_checks
from landbridge.schema.errors import raise_errors
from landbridge.schema.findings import Finding, order_findings
from landbridge.schema.tables import empty_table, read_table_file
from landbridge.sources.cache_folder import find_cache_folder, write_whole
from landbridge.sources.products import is_product
from landbridge.sources.world import read_place_ids

SHIPPED_FOLDER = Path(__file__).parent / "shipped"
# Raised when compiled files of an older build can no longer be read.
_COMPILED_VERSION = "1"


@dataclass(frozen=True, slots=True)
class ShippedText:
    """The shipped tables as read from their CSV files, with the file and line of each row and all findings."""

    frames: Mapping[str, pd.DataFrame]
    places: Mapping[str, tuple[RowPlace, ...]]
    findings: tuple[Finding, ...]


def find_shipped_files(folder: Path = SHIPPED_FOLDER) -> dict[str, tuple[Path, ...]]:
    """The CSV files of each table: `<table>.csv`, then those of the folder `<table>` in order of name."""
    found = {}
    for name, spec in load_catalogue().tables.items():
        if spec.where == "shipped":
            single = folder / f"{name}.csv"
            found[name] = (*([single] if single.is_file() else []), *sorted((folder / name).glob("*.csv")))
    return found


def read_shipped_text(folder: Path = SHIPPED_FOLDER) -> ShippedText:
    """Read and validate every shipped row from its text, with no cache."""
    frames, places, findings = {}, {}, []
    for name, files in find_shipped_files(folder).items():
        spec = load_catalogue().tables[name]
        read = [read_table_file(file, spec, file=file.relative_to(folder).as_posix()) for file in files]
        parts = [part.frame for part in read if len(part.frame)]
        frames[name] = pd.concat(parts, ignore_index=True) if parts else empty_table(spec)
        places[name] = tuple((part.file, row) for part in read for row in part.rows)
        findings += [finding for part in read for finding in part.findings]
        findings += _repeated_keys(frames[name], spec, places[name])
    return ShippedText(frames, places, order_findings(findings))


def _repeated_keys(frame: pd.DataFrame, spec: TableSpec, places: tuple[RowPlace, ...]) -> Iterator[Finding]:
    """Keys that stand in two files of one table (within a file the reader finds them)."""
    seen: dict[str, RowPlace] = {}
    for key, place in zip(frame[spec.key[0]].tolist(), places, strict=True):
        if key in seen:
            what = f"'{key}' stands already in {seen[key][0]}, line {seen[key][1]}"
            remedy = "give each row an id of its own"
            yield Finding("repeated_key", "error", what, remedy, place[0], place[1], spec.key[0])
        seen.setdefault(key, place)


def check_shipped_tables(folder: Path = SHIPPED_FOLDER) -> tuple[Finding, ...]:
    """All findings over the shipped rows: their cells, and every declared check between tables.

    Places are looked up among authored places and posts, and by the ids of the shipped world's places.
    """
    text, known = read_shipped_text(folder), read_place_ids()
    given = CheckInput(text.frames, text.places, is_place=known.__contains__, is_product=is_product)
    return order_findings([*text.findings, *run_checks(given)])


@cache
def hash_shipped_tables() -> str:
    """SHA-256 of the shipped rows and of the catalogue that types them: the version of the parameters."""
    digest = hashlib.sha256(_COMPILED_VERSION.encode())
    for name in ("tables.csv", "fields.csv"):
        digest.update((CATALOGUE_FOLDER / name).read_bytes())
    for table, files in find_shipped_files().items():
        for file in files:
            digest.update(f"{table}/{file.name}".encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


@cache
def read_shipped_tables() -> dict[str, pd.DataFrame]:
    """The shipped tables as typed frames by name; a table without files is an empty frame.

    Read once in a process, and from a compiled file in the user's cache where one fits the rows. The
    frames are shared: copy one before changing it. Raises InputError where a shipped row is faulty.

    >>> sorted(read_shipped_tables())[:2]
    ['borders', 'circuity_remarks']
    """
    compiled = find_cache_folder("tables") / f"{hash_shipped_tables()}.arrow"
    frames = _read_compiled(compiled)
    if frames is None:
        text = read_shipped_text()
        raise_errors(text.findings)
        frames = dict(text.frames)
        _write_compiled(compiled, frames)
    return frames


def _read_compiled(path: Path) -> dict[str, pd.DataFrame] | None:
    """The frames of a compiled file, or None where it is absent or damaged."""
    names = [name for name, spec in load_catalogue().tables.items() if spec.where == "shipped"]
    try:
        source = io.BytesIO(path.read_bytes())
        read = {name: pa.ipc.open_stream(source).read_all() for name in names}
    except (OSError, pa.ArrowException):
        return None
    return {name: arrow_to_frame(table, load_catalogue().tables[name]) for name, table in read.items()}


def _write_compiled(path: Path, frames: Mapping[str, pd.DataFrame]) -> None:
    sink = io.BytesIO()
    for name, frame in frames.items():
        table = frame_to_arrow(frame, load_catalogue().tables[name])
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
    try:
        write_whole(path, sink.getvalue())
        for old in path.parent.glob("*.arrow"):
            if old != path:
                old.unlink(missing_ok=True)
    except OSError:
        return  # a cache that cannot be written costs time only
