"""Text files: from the bytes of a CSV file to lines of cells, with every fault of the file itself."""

from __future__ import annotations

import codecs
import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from landbridge.schema.catalogue import TableSpec
from landbridge.schema.cells import quote
from landbridge.schema.findings import Finding, FindingList

# A table of text larger than this is no hand-written input.
LARGEST_FILE = 64_000_000
_MOST_RECORDS = 300_000
# A header longer than this is no header.
_MOST_COLUMNS = 400


@dataclass(frozen=True, slots=True)
class Lines:
    """The header and the records of a CSV file; `rows` holds the 1-based line on which each record begins."""

    header: tuple[str, ...]
    records: tuple[tuple[str, ...], ...]
    rows: tuple[int, ...]


NO_LINES = Lines((), (), ())


def read_bytes(path: Path, findings: FindingList) -> bytes | None:
    """The bytes of a file, or None with a finding where there is no readable file of a fair size."""
    try:
        if path.exists() and not path.is_file():
            what = "is a folder, not a file" if path.is_dir() else "is no ordinary file"
            findings.add(lambda: Finding("not_a_file", "error", what, "put a file here"))
            return None
        if path.stat().st_size > LARGEST_FILE:
            what = f"is larger than {LARGEST_FILE // 1_000_000} MB"
            findings.add(lambda: Finding("too_large", "error", what, "split it or leave rows out"))
            return None
        return path.read_bytes()
    except FileNotFoundError:
        findings.add(lambda: Finding("no_file", "error", "does not exist", "write it or mend its name"))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        findings.add(lambda: Finding("unreadable", "error", f"cannot be read: {reason}", "check its rights"))
    return None


def _guess_encoding(data: bytes) -> str:
    """The single-byte encoding that text which is not UTF-8 most likely has.

    A word of Cyrillic is made of high bytes alone; in a word of Latin letters they stand among plain ones.
    """
    words = re.findall(rb"[A-Za-z\x80-\xff]{2,}", data[:100_000])
    high = sum(all(byte >= 0x80 for byte in word) for word in words)
    mixed = sum(any(byte >= 0x80 for byte in word) for word in words) - high
    return "windows-1251" if high > mixed else "windows-1252"


def decode_text(data: bytes, findings: FindingList) -> str | None:
    """The text of a file in UTF-8; another encoding is a finding, and its text is read on by a guess.

    None where the bytes are no text at all.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        findings.add(lambda: _encoding_finding("UTF-16", None))
        return data.decode("utf-16", errors="replace").replace("\0", "")
    if b"\0" in data:
        row = data[: data.index(b"\0")].count(b"\n") + 1
        what, remedy = "holds NUL bytes: this is no text file", "save the table as CSV in UTF-8"
        findings.add(lambda: Finding("not_text", "error", what, remedy, row=row))
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
    name = _guess_encoding(data)
    findings.add(lambda: _encoding_finding(name, row))
    return data.decode(name, errors="replace")


def _encoding_finding(name: str, row: int | None) -> Finding:
    what = f"is not in UTF-8, it looks like {name}"
    return Finding("bad_encoding", "error", what, "save it as CSV in UTF-8", row=row)


def _separator(head: str, spec: TableSpec, findings: FindingList) -> str:
    """The character that parts the cells: a comma, or with a finding the one that the header really has."""

    def known(mark: str) -> int:
        return sum(name.strip().strip('"') in spec.by_name for name in head.split(mark))

    best = max((",", ";", "\t", "|"), key=known)
    if best == "," or known(best) <= known(","):
        return ","
    name = {";": "semicolons", "\t": "tabs", "|": "bars"}[best]
    what = f"its cells are separated by {name}"
    remedy = "save it with commas between cells and a decimal point in numbers"
    findings.add(lambda: Finding("bad_separator", "error", what, remedy, row=1))
    return best


def split_lines(text: str, spec: TableSpec, findings: FindingList) -> Lines:
    """Header and records of a CSV text. Lines without any content are passed over."""
    if not text.strip():
        findings.add(lambda: Finding("empty_file", "error", "is empty", _header_remedy(spec)))
        return NO_LINES
    head = text[:20_000].lstrip("\r\n").split("\n", 1)[0]
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=_separator(head, spec, findings), strict=True
    )
    header: tuple[str, ...] | None = None
    records: list[tuple[str, ...]] = []
    rows: list[int] = []
    line = 1
    try:
        for cells in reader:
            if header is None and any(cells):
                header = tuple(cell.strip() for cell in cells)
                if not _is_header(header, spec, line, findings):
                    return NO_LINES
            elif len(records) == _MOST_RECORDS:
                _add_too_long(line, findings)
                break
            elif any(cells):
                records.append(tuple(cells))
                rows.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        what = f"cannot be split into cells: {error}"
        remedy = "check for a quotation mark that is not closed or not doubled"
        findings.add(lambda: Finding("bad_csv", "error", what, remedy, row=line))
    return Lines(header or (), tuple(records), tuple(rows))


def _add_too_long(row: int, findings: FindingList) -> None:
    what = f"has more than {_MOST_RECORDS:,} rows"
    findings.add(lambda: Finding("too_long", "error", what, "leave rows out", row=row))


def _header_remedy(spec: TableSpec) -> str:
    return f"begin with the header of {spec.name}: {','.join(spec.columns)}"


def _is_header(header: tuple[str, ...], spec: TableSpec, row: int, findings: FindingList) -> bool:
    if len(header) <= _MOST_COLUMNS and any(name in spec.by_name for name in header):
        return True
    what = f"its first line {quote(','.join(header))} names no column of the table {spec.name}"
    findings.add(lambda: Finding("no_header", "error", what, _header_remedy(spec), row=row))
    return False
