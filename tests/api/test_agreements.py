"""Agreements of a study in Python: tables, computed milestones, reports."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pandas as pd
import pytest
from register_rows import milestone, promise, register, report

import landbridge as lb
from landbridge.agreements.status import judge_commitment
from landbridge.api.agreements import compute_milestones

STUDIES = Path(__file__).parents[2] / "studies"


def read_times(name: str, by: tuple[str, ...]) -> pd.DataFrame:
    assert name == "transport_time"
    assert by == ("flow",)
    return pd.DataFrame({"flow": ["out", "back"], "value": [48.0, 72.0], "unit": "h"})


@pytest.mark.parametrize(("unit", "expected"), [("h", 48.0), ("d", 2.0), ("", 48.0)])
def test_a_run_gives_what_was_not_observed(unit: str, expected: float) -> None:
    promised = milestone(indicator="transport_time", keys=("flow=out",), unit=unit, target=60.0)
    held = register(commitments=[promise()], milestones=[promised])
    computed, findings = compute_milestones(held, read_times)
    assert (computed, findings) == ({"m": expected}, [])
    assert judge_commitment(held, "a", computed=computed).status == "done"


@pytest.mark.parametrize(
    ("keys", "unit"), [(("flow=none",), "h"), (("flow=out",), "t"), (("flow=out",), "parsec/2")]
)
def test_what_a_run_cannot_give_is_a_finding_and_no_number(keys: tuple[str, ...], unit: str) -> None:
    promised = milestone(indicator="transport_time", keys=keys, unit=unit)
    computed, findings = compute_milestones(
        register(commitments=[promise()], milestones=[promised]), read_times
    )
    assert computed == {}
    assert [finding.code for finding in findings] == ["no_computed_value"]


def test_an_observed_value_is_not_computed() -> None:
    promised = milestone(indicator="transport_time", keys=("flow=out",), actual=70.0)
    told = [report("begun", "2025")]
    held = register(commitments=[promise()], milestones=[promised], status_reports=told)
    assert compute_milestones(held, read_times) == ({}, [])


def test_the_register_of_a_study_by_day() -> None:
    study = lb.read_study(STUDIES / "iran-belarus")
    signed = study.agreements()
    assert signed.as_of == datetime.date(2025, 8, 21)
    assert signed.findings == ()
    later = study.agreements(as_of=datetime.date(2026, 1, 1))
    assert signed.register.later_reports > later.register.later_reports
    before = study.agreements(as_of=datetime.date(2025, 8, 1)).table()
    assert "industry-2025" not in set(before["id"])
    assert set(later.commitments("industry-2025")["id"]) == {"harvester-assembly", "conformity-standards"}
    assert {"open-waters", "tourism-visas"} <= set(later.commitments("")["id"])
    assert signed.statuses["tourism-visas"].last != later.statuses["tourism-visas"].last


def test_a_recorded_report_is_seen_when_the_study_is_read_again(tmp_path: Path) -> None:
    root = tmp_path / "study"
    shutil.copytree(STUDIES / "iran-belarus", root, ignore=shutil.ignore_patterns("runs"))
    report = lb.NewReport(commitment="high-tech", status="begun", reported="2025-08-21", source="tt-517084")
    assert lb.read_study(root).record_status(report) == "high-tech-2025-08-21"
    statuses = lb.read_study(root).agreements().statuses
    assert (
        statuses["high-tech"].explanation == "on track: due date unknown, last report 2025-08-21 says begun"
    )
    with pytest.raises(lb.InputError):
        lb.read_study(root).record_status(report)
