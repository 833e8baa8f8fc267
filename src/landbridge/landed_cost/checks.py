"""Faults of the tables of landed cost that a declared check cannot express: rates, rules, days and measures."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from landbridge.landed_cost.goods import read_measure
from landbridge.landed_cost.origin_rules import OriginRuleError
from landbridge.landed_cost.origin_text import parse_origin_rule
from landbridge.landed_cost.rate_text import parse_rate
from landbridge.landed_cost.rates import RateError
from landbridge.schema import Finding
from landbridge.schema.checks import RowPlace

RATES = (
    ("tariffs", "rate"),
    ("import_taxes", "rate"),
    ("trade_agreements", "rate"),
    ("regime_terms", "fee"),
)
Frames = Mapping[str, pd.DataFrame]
Places = Mapping[str, tuple[RowPlace, ...]]


def check_landed_cost(frames: Frames, places: Places) -> Iterator[Finding]:
    """All such faults of the rows, each with its file and line."""
    yield from check_rates(frames, places)
    yield from check_rules(frames, places)
    yield from check_consignments(frames, places)


def check_rates(frames: Frames, places: Places) -> Iterator[Finding]:
    """A finding for each rate in words that cannot be read, with the file and line of its row.

    >>> frames = {"tariffs": pd.DataFrame({"rate": ["5 %", "17.23"]})}
    >>> places = {"tariffs": (("tariffs.csv", 2), ("tariffs.csv", 3))}
    >>> [(finding.code, finding.place) for finding in check_rates(frames, places)]
    [('bad_rate', 'tariffs.csv, line 3, column rate')]
    """
    for table, column in RATES:
        for (file, row), text in _cells(frames, places, table, column):
            try:
                parse_rate(text)
            except RateError as error:
                yield Finding("bad_rate", "error", error.what, error.remedy, file, row, column)


def check_rules(frames: Frames, places: Places) -> Iterator[Finding]:
    """A finding for each rule of origin that cannot be read."""
    for (file, row), text in _cells(frames, places, "origin_rules", "rule"):
        try:
            parse_origin_rule(text)
        except OriginRuleError as error:
            yield Finding("bad_origin_rule", "error", error.what, error.remedy, file, row, "rule")


def check_consignments(frames: Frames, places: Places) -> Iterator[Finding]:
    """A finding for each day and each measure of a consignment that cannot be read, and for numbers that are missing.

    >>> frame = {"dates": [("2025-13-01",)], "measures": [("twelve m2",)], "value": [1.0], "weight": [2.0]}
    >>> places = {"consignments": (("consignments.csv", 2),)}
    >>> [one.code for one in check_consignments({"consignments": pd.DataFrame(frame)}, places)]
    ['bad_date', 'bad_measure']
    """
    for (file, row), days in _cells(frames, places, "consignments", "dates"):
        for day in _unreadable(days, datetime.date.fromisoformat):
            what, remedy = f"'{day}' is no day", "write it as 2025-08-21, days apart by semicolons"
            yield Finding("bad_date", "error", what, remedy, file, row, "dates")
    for (file, row), measures in _cells(frames, places, "consignments", "measures"):
        for measure in _unreadable(measures, read_measure):
            what, remedy = f"'{measure}' is no measure", "write a number and a unit of rates: 1596 cm3"
            yield Finding("bad_measure", "error", what, remedy, file, row, "measures")
    for column in ("value", "weight"):
        for (file, row), number in _cells(frames, places, "consignments", column):
            if math.isnan(number):
                yield Finding("empty_cell", "error", f"{column} is empty", "fill it", file, row, column)


def _unreadable(texts: Iterable[str], read: Callable[[str], object]) -> Iterator[str]:
    for text in texts:
        try:
            read(text)
        except ValueError:
            yield text


def _cells(frames: Frames, places: Places, table: str, column: str) -> Iterator[tuple[RowPlace, Any]]:
    """The cells of a column with their places. An empty one of a row laid over a shipped one says nothing."""
    if table in frames:
        for place, value in zip(places[table], frames[table][column].tolist(), strict=True):
            if value != "":
                yield place, value
