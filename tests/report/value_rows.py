"""Rows of the value tables for tests of the report: only what a case is about is said."""

from __future__ import annotations

from collections.abc import Sequence
from math import nan
from typing import Any

from landbridge.report.content import ValueContent
from landbridge.schema.rows import rows_to_frame

Row = dict[str, Any]


def total(subject: str = "", *, before: float, change: float, **cells: Any) -> Row:
    row = {"indicator": "transport_cost", "subject": subject, "title": subject or "Mean of 2 flows",
           "kind": "flow" if subject else "all", "before": before, "after": before + change, "change": change,
           "low": nan, "high": nan, "unit": "USD/t", "levers": 3, "coalitions": 8, "exact": True, "aim": "less",
           "tonnes": nan}  # fmt: skip
    return {**row, **cells}


def part(name: str, value: float, *, subject: str = "", level: str = "commitment", **cells: Any) -> Row:
    row = {"indicator": "transport_cost", "subject": subject, "level": level, "id": name, "title": f"Title of {name}",
           "value": value, "low": nan, "high": nan, "alone": value, "last": value, "standard_error": 0.0,
           "unit": "USD/t"}  # fmt: skip
    return {**row, **cells}


def pair(one: str, other: str, *, subject: str, shares: Sequence[float], **cells: Any) -> Row:
    """Changes of a value of 100: alone, alone, together."""
    first, second, both = shares
    synergy = both - first - second
    row = {"indicator": "transport_cost", "subject": subject, "level": "commitment", "one": one, "other": other,
           "one_title": f"Title of {one}", "other_title": f"Title of {other}", "one_alone": first,
           "other_alone": second, "together": both, "synergy": synergy, "synergy_last": synergy, "before": 100.0,
           "unit": "USD/t"}  # fmt: skip
    return {**row, **cells}


def delay(name: str, value: float, *, subject: str, **cells: Any) -> Row:
    row = {"commitment": name, "agreement": "", "title": f"Title of {name}", "status": "late",
           "indicator": "transport_cost", "subject": subject, "unrealised": value, "next": value, "unit": "USD/t",
           "tonnes": nan, "month": nan, "month_per_1000t": -1000.0 * value}  # fmt: skip
    return {**row, **cells}


def values(
    *,
    totals: Sequence[Row],
    parts: Sequence[Row] = (),
    pairs: Sequence[Row] = (),
    delays: Sequence[Row] = (),
    findings: Sequence[Row] = (),
) -> ValueContent:
    rows = {"totals": totals, "parts": parts, "pairs": pairs, "delays": delays, "findings": findings}
    tables = {f"value_{name}": rows_to_frame(f"value_{name}", own) for name, own in rows.items()}
    return ValueContent("As is", "Signed", tables)
