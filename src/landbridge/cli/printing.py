"""How the command line speaks: findings, progress lines, JSON, tables."""

import json
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from math import isfinite, isnan
from typing import Any

import typer

SPACED = "\N{NARROW NO-BREAK SPACE}"
PAGE_WIDTH = 140


def say(line: str = "") -> None:
    """A line of the answer."""
    typer.echo(line)


def say_wrapped(text: str, *, width: int = PAGE_WIDTH, indent: str = "  ") -> None:
    """A long line of the answer, broken at the width of a page; what follows stands in."""
    for line in textwrap.wrap(text, width, subsequent_indent=indent, break_on_hyphens=False):
        say(line)


def show_progress(line: str) -> None:
    """A line about long work, on the error stream and only where a person watches it."""
    if sys.stderr.isatty():
        typer.echo(f"\r\033[K{line} ...", err=True, nl=False)


def end_progress() -> None:
    """Clears the progress line."""
    if sys.stderr.isatty():
        typer.echo("\r\033[K", err=True, nl=False)


def print_json(value: Any) -> None:
    """Plain values as JSON; not-a-number becomes null."""
    typer.echo(json.dumps(clean_value(value), ensure_ascii=False, indent=1, allow_nan=False))


def clean_value(value: Any) -> Any:
    """A value that JSON can carry."""
    if isinstance(value, Mapping):
        return {str(key): clean_value(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [clean_value(one) for one in value]
    if hasattr(value, "item") and not isinstance(value, (str, bytes)):
        value = value.item()
    if isinstance(value, float) and not isfinite(value):
        return None
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def number(value: Any, digits: int = 0) -> str:
    """A number for people: thin spaces between thousands, a dash where it is unknown."""
    if value is None or isnan(value):
        return "–"
    return f"{value:z,.{digits}f}".replace(",", SPACED)


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Sequence[str] = (),
    widest: Mapping[str, int] | None = None,
) -> None:
    """A table in columns; those named in `right` stand to the right, those in `widest` are broken at a width."""
    kept = [line for row in rows for line in _break_cells(columns, row, widest or {})]
    widths = [max(len(str(row[k])) for row in [list(columns), *kept]) for k in range(len(columns))]

    def line(cells: Sequence[str]) -> str:
        parts = [
            str(cell).rjust(width) if name in right else str(cell).ljust(width)
            for cell, width, name in zip(cells, widths, columns, strict=True)
        ]
        return "  ".join(parts).rstrip()

    say(line(columns))
    say("  ".join("-" * width for width in widths).rstrip())
    for row in kept:
        say(line(row))


def _break_cells(
    columns: Sequence[str], row: Sequence[str], widest: Mapping[str, int]
) -> list[tuple[str, ...]]:
    """The lines that a row takes where long cells are broken between words."""
    broken = [
        textwrap.wrap(str(cell), widest[name], break_on_hyphens=False) if name in widest else [str(cell)]
        for name, cell in zip(columns, row, strict=True)
    ]
    return list(zip_longest(*broken, fillvalue=""))


def print_findings(findings: Iterable[Any]) -> None:
    """Findings, one a line, on the error stream."""
    for finding in findings:
        typer.echo(str(finding), err=True)


def describe_finding(finding: Any) -> dict[str, Any]:
    """A finding as plain values."""
    names = ("code", "severity", "what", "remedy", "file", "row", "column", "nearest")
    return {name: getattr(finding, name) for name in names}
