"""Rows with dates: which status a row has on a day, and whether it is in force.

A row's period runs from its first day to its last, both included; an empty end is open. Outside its
period an open row is planned before it and closed after it, and a closed row is open. A planned row stays
planned on every day: a plan whose day has passed is no opening, only a row that says open opens.
"""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd

from landbridge.schema.catalogue import TableSpec
from landbridge.schema.months import read_months

_BEFORE = {"open": "planned", "closed": "open", "planned": "planned"}
_AFTER = {"open": "closed", "closed": "open", "planned": "planned"}


def _periods(frame: pd.DataFrame, spec: TableSpec, date: datetime.date) -> tuple[Any, Any]:
    """For each row whether the day lies before its period, and whether it lies after."""
    first = frame[spec.first_day].tolist() if spec.first_day else [None] * len(frame)
    last = frame["until"].tolist() if "until" in spec.by_name else [None] * len(frame)
    before = np.array([day is not None and date < day for day in first], dtype=bool)
    after = np.array([day is not None and date > day for day in last], dtype=bool)
    return before, after


def status_at(frame: pd.DataFrame, spec: TableSpec, *, date: datetime.date) -> pd.Series[str]:
    """The status (open, planned, closed) of each row on a day, open months left out.

    >>> from landbridge.schema import load_catalogue, make_frame
    >>> spec = load_catalogue().tables["legs"]
    >>> legs = make_frame({"id": ["a"], "status": ["open"], "from_date": [datetime.date(2024, 6, 20)]}, spec)
    >>> [status_at(legs, spec, date=datetime.date(year, 1, 1))[0] for year in (2024, 2025)]
    ['planned', 'open']
    """
    before, after = _periods(frame, spec, date)
    stated = [status or "open" for status in frame["status"].tolist()]
    rows = zip(stated, before, after, strict=True)
    found = [_BEFORE[word] if early else _AFTER[word] if late else word for word, early, late in rows]
    return pd.Series(found, index=frame.index, dtype="str")


def in_force_at(frame: pd.DataFrame, spec: TableSpec, *, date: datetime.date) -> pd.Series[bool]:
    """Whether a day lies in the period of each row, as a bool for each row."""
    before, after = _periods(frame, spec, date)
    return pd.Series(~(before | after), index=frame.index, dtype=bool)


def open_at(frame: pd.DataFrame, spec: TableSpec, *, date: datetime.date) -> pd.Series[bool]:
    """Whether each row is open on a day: its status is open and the month is one of its open months."""
    status = status_at(frame, spec, date=date) if "status" in spec.by_name else None
    months = frame["months"].tolist() if "months" in spec.by_name else [""] * len(frame)
    season = np.array([not text or date.month in read_months(text) for text in months], dtype=bool)
    stated = np.ones(len(frame), dtype=bool) if status is None else (status == "open").to_numpy(dtype=bool)
    return pd.Series(stated & season, index=frame.index, dtype=bool)
