"""Rows of levers for tests: only what a case is about is said."""

from __future__ import annotations

from typing import Any

import pandas as pd

from landbridge.agreements.levers import Lever, read_levers
from landbridge.schema import load_catalogue, make_frame

TABLES = load_catalogue().tables
CELLS = {"id": "a", "commitment": "c", "title": "A", "table": "operations", "field": "time", "where": "scope = IR",
         "change": "scale", "value": "0.5", "low": "", "high": "", "from": "", "until": "", "source": "src",
         "quality": "estimated", "note": ""}  # fmt: skip


def lever_frame(*rows: dict[str, str]) -> pd.DataFrame:
    whole = [{**CELLS, **row} for row in rows]
    return make_frame({name: [row[name] for row in whole] for name in CELLS}, TABLES["levers"])


def lever(name: str = "a", **cells: str) -> Lever:
    levers, findings = read_levers(lever_frame({"id": name, **cells}))
    assert findings == ()
    return levers[name]


def table(name: str, **columns: list[Any]) -> dict[str, pd.DataFrame]:
    length = len(next(iter(columns.values())))
    return {name: make_frame({"id": list("abcdefghij"[:length]), **columns}, TABLES[name])}
