"""Rows of a register for tests: only what a case is about is said."""

from __future__ import annotations

import datetime
from typing import Any

import pandas as pd

from landbridge.agreements.register import Register, read_register
from landbridge.schema.rows import rows_to_frame

DAY = datetime.date(2026, 1, 15)
SOURCED = {"source": "src", "quality": "published"}


def promise(name: str = "a", **cells: Any) -> dict[str, Any]:
    return {"id": name, "agreement": "", "title": f"Promise {name}", "due": "", "revised_due": "", "superseded_by": "",
            **SOURCED, **cells}  # fmt: skip


def report(status: str, reported: str, **cells: Any) -> dict[str, Any]:
    row = {"id": f"{status}-{reported}", "commitment": "a", "milestone": "", "reported": reported, "status": status,
           "value": float("nan"), "unit": "", **SOURCED}  # fmt: skip
    return {**row, **cells}


def milestone(name: str = "m", **cells: Any) -> dict[str, Any]:
    nan = float("nan")
    row = {"id": name, "commitment": "a", "title": f"Milestone {name}", "aim": "at_most", "unit": "h", "baseline": nan,
           "target": 60.0, "actual": nan, "actual_date": "", "due": "", "revised_due": "", **SOURCED}  # fmt: skip
    return {**row, **cells}


def obstacle(**cells: Any) -> dict[str, Any]:
    row = {
        "id": "o",
        "commitment": "a",
        "title": "Shallow water",
        "kind": "capacity",
        "since": "",
        "until": "",
    }
    return {**row, **SOURCED, **cells}


def signed(name: str = "doc", **cells: Any) -> dict[str, Any]:
    return {"id": name, "title": "The document", "signed": "", **SOURCED, **cells}


def frames(**tables: list[dict[str, Any]]) -> dict[str, pd.DataFrame]:
    return {name: rows_to_frame(name, rows) for name, rows in tables.items() if rows}


def register(*, as_of: datetime.date = DAY, **tables: list[dict[str, Any]]) -> Register:
    return read_register(frames(**tables), as_of=as_of)
