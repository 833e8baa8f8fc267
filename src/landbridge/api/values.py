"""What levers, commitments and agreements are worth, from one scenario to another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import isnan
from typing import Any

import pandas as pd

from landbridge.api.quantities import Quantity, make_quantity
from landbridge.schema import Finding, InputError, find_nearest, load_catalogue
from landbridge.schema.rows import Row, read_rows
from landbridge.store import StoredRun
from landbridge.study.engine import Progress
from landbridge.study.reading import StudyInput
from landbridge.study.stored_values import run_values
from landbridge.study.valuing import INDICATORS, MAX_RUNS, ValueChoice


@dataclass(frozen=True, eq=False)
class Values:
    """The values of the levers between two scenarios. Make one with `Study.value`.

    The tables are those of the catalogue: value_totals, value_parts, value_pairs, value_delays, value_findings.
    """

    study: str
    stored: StoredRun

    @property
    def start(self) -> str:
        """The earlier scenario, "" where it is the later one without its levers."""
        return self.stored.scenario.partition("--")[0]

    @property
    def end(self) -> str:
        """The later scenario."""
        return self.stored.scenario.partition("--")[2]

    @cached_property
    def totals(self) -> pd.DataFrame:
        """A row an indicator and subject: before, after, their difference, its range."""
        return self.stored.read("value_totals")

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """Pairs of levers and of commitments that do more or less together than each alone."""
        return self.stored.read("value_pairs")

    @cached_property
    def delays(self) -> pd.DataFrame:
        """Commitments that are not kept yet: what they would still bring, what a month's delay costs."""
        return self.stored.read("value_delays")

    @cached_property
    def findings(self) -> pd.DataFrame:
        """What has no value, and why."""
        return self.stored.read("value_findings")

    @cached_property
    def _parts(self) -> pd.DataFrame:
        return self.stored.read("value_parts")

    def parts(self, level: str = "", *, indicator: str = "", subject: str | None = None) -> pd.DataFrame:
        """What each lever, commitment and agreement is worth; of one level, indicator or subject ("": the mean)."""
        frame = self._parts
        for name, wanted in (("level", level), ("indicator", indicator)):
            frame = frame[frame[name] == wanted] if wanted else frame
        picked: pd.DataFrame = frame if subject is None else frame[frame["subject"] == subject]
        return picked.reset_index(drop=True)

    def to_json(self) -> dict[str, Any]:
        """As plain values, in the shape that scripts rely on."""
        return {
            "from": self.start,
            "to": self.end,
            "indicators": [self._describe(row) for row in read_rows(self.totals)],
            "unrealised": [_describe_delay(row) for row in read_rows(self.delays)],
            "findings": [
                {**row, "severity": row.pop("level"), "what": row.pop("message")}
                for row in read_rows(self.findings)
            ],
        }

    def _describe(self, row: Row) -> dict[str, Any]:
        unit = str(row["unit"])
        parts = self.parts(indicator=str(row["indicator"]), subject=str(row["subject"]))
        pairs = self.pairs[
            (self.pairs["indicator"] == row["indicator"]) & (self.pairs["subject"] == row["subject"])
        ]
        words = ("indicator", "subject", "title", "kind", "aim", "levers", "coalitions", "exact")
        return {
            **{name: row[name] for name in words},
            "before": make_quantity(row["before"], unit),
            "after": make_quantity(row["after"], unit),
            "total": _bound(row, "change"),
            "parts": [_describe_part(part) for part in read_rows(parts)],
            "pairs": [_describe_pair(pair) for pair in read_rows(pairs)],
        }

    def _repr_html_(self) -> str:
        columns = ["indicator", "title", "before", "after", "change", "low", "high", "unit"]
        return self.totals[columns].to_html(index=False, float_format=lambda value: f"{value:,.2f}", border=0)


def _bound(row: Row, name: str) -> Quantity:
    """The quantity with the least and greatest of the three evaluations, where there are three."""
    ends = {key: row[key] for key in ("low", "high") if not isnan(row[key])}
    return {**make_quantity(row[name], str(row["unit"])), **ends}


def _describe_part(row: Row) -> dict[str, Any]:
    unit = str(row["unit"])
    more = {name: make_quantity(row[name], unit) for name in ("alone", "last") if not isnan(row[name])}
    error = {"standard_error": row["standard_error"]} if row["standard_error"] else {}
    words = {name: row[name] for name in ("level", "id", "title")}
    return {**words, "value": {**_bound(row, "value"), **error}, **more}


def _describe_pair(row: Row) -> dict[str, Any]:
    words = {name: row[name] for name in ("level", "one", "other")}
    amounts = ("one_alone", "other_alone", "together", "synergy", "synergy_last")
    return {**words, **{name: make_quantity(row[name], str(row["unit"])) for name in amounts}}


def _describe_delay(row: Row) -> dict[str, Any]:
    words = {
        name: row[name] for name in ("commitment", "agreement", "title", "status", "indicator", "subject")
    }
    amounts = {name: make_quantity(row[name], str(row["unit"])) for name in ("unrealised", "next")}
    money = {name: row[name] for name in ("month", "month_per_1000t") if not isnan(row[name])}
    return {**words, **amounts, **{name: make_quantity(value, "USD") for name, value in money.items()}}


def value_study(
    study: StudyInput,
    *,
    start: str = "",
    end: str = "",
    indicators: tuple[str, ...] = (),
    max_runs: int = MAX_RUNS,
    progress: Progress = lambda line: None,
) -> Values:
    """What the levers between two scenarios are worth: computed, or read back where nothing has changed.

    Raises InputError for indicators that are not valued, `max_runs` below 2, scenarios that do not differ in levers,
    and with all findings of the study.
    """
    faults = [_fault(name) for name in indicators if name not in INDICATORS]
    if max_runs < 2:
        remedy = "give at least 2, better 1024"
        faults.append(Finding("bad_max_runs", "error", f"{max_runs} coalitions are too few", remedy))
    if faults:
        raise InputError(faults)
    choice = ValueChoice(start, end, max_runs, indicators)
    return Values(study.name, run_values(study, choice, progress=progress))


def _fault(name: str) -> Finding:
    known = load_catalogue().indicators
    what = f"{name!r} is not valued" if name in known else f"{name!r} is no indicator"
    remedy = f"use one of {', '.join(INDICATORS)}"
    return Finding("unknown_indicator", "error", what, remedy, nearest=find_nearest(name, INDICATORS))
