"""Faults of the tables of landed cost that a declared check cannot express: rates that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from landbridge.landed_cost.rate_text import parse_rate
from landbridge.landed_cost.rates import RateError
from landbridge.schema import Finding
from landbridge.schema.checks import RowPlace

RATES = (("tariffs", "rate"), ("import_taxes", "rate"), ("trade_agreements", "rate"))


def check_rates(
    frames: Mapping[str, pd.DataFrame], places: Mapping[str, tuple[RowPlace, ...]]
) -> Iterator[Finding]:
    """A finding for each rate in words that cannot be read, with the file and line of its row.

    >>> frames = {"tariffs": pd.DataFrame({"rate": ["5 %", "17.23"]})}
    >>> places = {"tariffs": (("tariffs.csv", 2), ("tariffs.csv", 3))}
    >>> [(finding.code, finding.place) for finding in check_rates(frames, places)]
    [('bad_rate', 'tariffs.csv, line 3, column rate')]
    """
    for table, column in RATES:
        if table not in frames:
            continue
        for (file, row), text in zip(places[table], frames[table][column].tolist(), strict=True):
            # An empty cell of a row laid over a shipped one says nothing of the rate.
            if not text:
                continue
            try:
                parse_rate(text)
            except RateError as error:
                yield Finding("bad_rate", "error", error.what, error.remedy, file, row, column)
