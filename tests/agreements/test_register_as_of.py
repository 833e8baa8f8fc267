"""The register as of a day sees what was signed, reported and observed by then."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest
from register_rows import frames, milestone, obstacle, promise, register, report, signed

from landbridge.agreements.checks import check_agreements
from landbridge.agreements.register import read_register
from landbridge.agreements.status import judge_commitment


@pytest.mark.parametrize(
    ("as_of", "seen", "status"),
    [
        ("2025-01-01", 0, "not_started"),
        ("2025-03-31", 1, "on_track"),
        ("2025-09-30", 2, "on_track"),
        ("2027-02-01", 3, "done"),
    ],
)
def test_reports_after_the_day_are_not_seen(as_of: str, seen: int, status: str) -> None:
    told = [report("met", "2027"), report("begun", "2025-03-05"), report("partially_met", "2025-08")]
    held = register(
        as_of=datetime.date.fromisoformat(as_of), commitments=[promise(due="2027-06")], status_reports=told
    )
    assert len(held.reports.get("a", ())) == seen
    assert held.later_reports == 3 - seen
    assert judge_commitment(held, "a").status == status


def test_a_report_of_the_month_of_the_day_is_seen() -> None:
    held = register(
        as_of=datetime.date(2025, 8, 2), commitments=[promise()], status_reports=[report("begun", "2025-08")]
    )
    assert held.last_report("a") is not None


def test_of_two_reports_of_one_day_the_row_that_stands_later_is_the_later() -> None:
    told = [report("begun", "2025-08-20"), report("met", "2025-08-20")]
    held = register(commitments=[promise()], status_reports=told)
    last = held.last_report("a")
    assert last is not None
    assert last.status == "met"


def test_agreements_that_surely_were_not_signed_are_not_in_it_nor_their_commitments() -> None:
    rows = [signed("old", signed="2024"), signed("new", signed="2026-06-01"), signed("undated")]
    promises = [promise(name, agreement=name) for name in ("old", "new", "undated")]
    held = register(agreements=rows, commitments=[*promises, promise("loose")])
    assert set(held.agreements) == {"old", "undated"}
    assert set(held.commitments) == {"old", "undated", "loose"}
    assert [one.id for one in held.by_agreement[""]] == ["loose"]


def test_a_value_observed_after_the_day_is_not_seen() -> None:
    held = register(commitments=[promise()], milestones=[milestone(actual=10.0, actual_date="2026-02")])
    assert judge_commitment(held, "a").status == "unknown"


@pytest.mark.parametrize(
    ("since", "until", "stands"),
    [("", "", True), ("2026-02", "", False), ("2024", "2025", False), ("2024", "2026", True)],
)
def test_an_obstacle_stands_from_its_first_day_to_its_last(since: str, until: str, stands: bool) -> None:
    held = register(commitments=[promise()], obstacles=[obstacle(since=since, until=until)])
    assert bool(held.obstacles) is stands


def test_dates_that_are_none_are_unknown_and_no_traceback() -> None:
    rows = frames(
        commitments=[promise(due="next spring")],
        status_reports=[report("begun", "soon"), report("met", "")],
        agreements=[signed(signed="20.08.2025")],
    )
    held = read_register(rows, as_of=datetime.date(2026, 1, 1))
    assert not held.commitments["a"].due
    assert held.last_report("a") is None
    assert not held.agreements["doc"].signed


def test_an_empty_register() -> None:
    held = read_register({}, as_of=datetime.date(2026, 1, 1))
    assert not held.agreements
    assert not held.commitments


def codes(tables: dict[str, pd.DataFrame]) -> list[tuple[str, str]]:
    return [(finding.code, finding.column) for finding in check_agreements(tables, {})]


def test_faults_between_rows_are_found() -> None:
    tables = frames(
        agreements=[signed(signed="2025", ends="2024")],
        commitments=[promise("a", superseded_by="b"), promise("b", superseded_by="a"), promise("c")],
        milestones=[milestone(commitment="a")],
        status_reports=[report("begun", "2025", commitment="c", milestone="m", value=1.0, unit="min")],
        obstacles=[obstacle(since="2025-02", until="2025-01")],
    )
    assert codes(tables) == [
        ("dates_reversed", "ends"),
        ("dates_reversed", "until"),
        ("replaced_in_a_ring", "superseded_by"),
        ("replaced_in_a_ring", "superseded_by"),
        ("other_commitment", "milestone"),
        ("other_unit", "unit"),
    ]


def test_a_row_that_leads_into_a_ring_is_not_itself_at_fault() -> None:
    tables = frames(
        commitments=[
            promise("x", superseded_by="a"),
            promise("a", superseded_by="b"),
            promise("b", superseded_by="a"),
        ]
    )
    assert codes(tables) == [("replaced_in_a_ring", "superseded_by")] * 2
