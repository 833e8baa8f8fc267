"""Each rule of status by itself, their order, and the table of rules that the manual prints."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from register_rows import DAY, milestone, obstacle, promise, register, report

from landbridge.agreements import status as rules
from landbridge.agreements.status import RULES, STATUSES, judge_agreement, judge_all, judge_commitment

ROOT = Path(__file__).parents[2]

# Rule, status, words of the explanation; then commitment, reports, milestones, obstacles.
CASES: list[tuple[str, str, str, dict[str, Any]]] = [
    (
        "replaced",
        "superseded",
        "superseded: replaced by b",
        {
            "commitments": [promise(superseded_by="b"), promise("b")],
            "status_reports": [report("met", "2025")],
        },
    ),
    (
        "withdrawn",
        "superseded",
        "superseded: last report 2025-08 says withdrawn",
        {"commitments": [promise()], "status_reports": [report("withdrawn", "2025-08")]},
    ),
    (
        "reported_met",
        "done",
        "done: last report 2025-08-20 says met",
        {"commitments": [promise(due="2025-01")], "status_reports": [report("met", "2025-08-20")]},
    ),
    (
        "targets_reached",
        "done",
        "done: milestone m done: observed 58 h (2025-12), target 60 h, due date unknown",
        {"commitments": [promise()], "milestones": [milestone(actual=58.0, actual_date="2025-12")]},
    ),
    (
        "past_due",
        "late",
        "late: due 2025-12, last report 2025-08 says begun",
        {"commitments": [promise(due="2025-12")], "status_reports": [report("begun", "2025-08")]},
    ),
    (
        "past_due",
        "late",
        "late: due 2025-12 (at first 2025-06), nothing reported",
        {"commitments": [promise(due="2025-06", revised_due="2025-12")]},
    ),
    (
        "milestone_late",
        "late",
        "late: milestone m late: observed 131 h (2020), target 60 h, due 2025",
        {
            "commitments": [promise(due="2027")],
            "milestones": [milestone(actual=131.0, actual_date="2020", due="2025")],
        },
    ),
    (
        "reported_not_met",
        "at_risk",
        "at risk: due 2026-12, last report 2026-01 says not met",
        {"commitments": [promise(due="2026-12")], "status_reports": [report("not_met", "2026-01")]},
    ),
    (
        "reported_not_met",
        "at_risk",
        "at risk: due date unknown, last report 2025 says suspended",
        {"commitments": [promise()], "status_reports": [report("suspended", "2025")]},
    ),
    (
        "milestone_at_risk",
        "at_risk",
        "at risk: milestone m at risk: observed 140 h, target 60 h, due 2027",
        {
            "commitments": [promise(due="2027")],
            "status_reports": [report("begun", "2025")],
            "milestones": [milestone(baseline=131.0, actual=140.0)],
        },
    ),
    (
        "obstacle",
        "at_risk",
        "at risk: in the way: Shallow water since 2024; due 2027, last report 2025-11 says begun",
        {
            "commitments": [promise(due="2027")],
            "status_reports": [report("begun", "2025-11")],
            "obstacles": [obstacle(since="2024")],
        },
    ),
    (
        "due_soon",
        "at_risk",
        "at risk: due 2026-03, last report 2025 says scheduled; not begun within 90 days of the due date",
        {"commitments": [promise(due="2026-03")], "status_reports": [report("scheduled", "2025")]},
    ),
    (
        "no_news",
        "unknown",
        "unknown: due date unknown, last report 2021 says begun, and nothing since",
        {"commitments": [promise()], "status_reports": [report("begun", "2021")]},
    ),
    (
        "begun",
        "on_track",
        "on track: due 2027, last report 2025 says partly met",
        {"commitments": [promise(due="2027")], "status_reports": [report("partially_met", "2025")]},
    ),
    (
        "begun",
        "on_track",
        "on track: milestone m on track: observed 100 h, target 60 h, due 2027; due 2027",
        {"commitments": [promise(due="2027")], "milestones": [milestone(baseline=131.0, actual=100.0)]},
    ),
    (
        "scheduled",
        "not_started",
        "not started: due 2027, nothing reported",
        {"commitments": [promise(due="2027")]},
    ),
    (
        "scheduled",
        "not_started",
        "not started: due date unknown, last report 2025 says scheduled",
        {"commitments": [promise()], "status_reports": [report("scheduled", "2025")]},
    ),
    ("nothing_known", "unknown", "unknown: due date unknown, nothing reported", {"commitments": [promise()]}),
]


@pytest.mark.parametrize(("rule", "status", "words", "tables"), CASES)
def test_a_rule(rule: str, status: str, words: str, tables: dict[str, Any]) -> None:
    judged = judge_commitment(register(**tables), "a")
    assert (judged.rule, judged.status, judged.explanation) == (rule, status, words)


def test_every_rule_has_a_case_and_every_status_a_rule() -> None:
    assert {case[0] for case in CASES} == {name for name, _, _ in RULES}
    assert {status for _, status, _ in RULES} == set(STATUSES)


@pytest.mark.parametrize("document", ["src/landbridge/agreements/status.py", "docs/methods/agreements.md"])
def test_the_printed_table_is_that_of_the_rules(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    rows = re.findall(r"^\| `?(\w+)`? \| (\w+) \| \w", text, flags=re.MULTILINE)
    assert [row for row in rows if row[0] != "rule"] == [(name, status) for name, status, _ in RULES]


@pytest.mark.parametrize(
    ("due", "as_of", "status"),
    [
        ("2026-01-14", DAY, "late"),
        ("2026-01-15", DAY, "on_track"),
        ("2026-01", DAY, "on_track"),
        ("2026-01", datetime.date(2026, 1, 31), "on_track"),
        ("2026-01", datetime.date(2026, 2, 1), "late"),
        ("2026", DAY, "on_track"),
        ("2025", DAY, "late"),
        ("", DAY, "on_track"),
    ],
)
def test_late_is_only_what_has_surely_passed(due: str, as_of: datetime.date, status: str) -> None:
    tables = {"commitments": [promise(due=due)], "status_reports": [report("begun", "2026-01-01")]}
    assert judge_commitment(register(as_of=as_of, **tables), "a").status == status


def test_not_met_before_the_due_date_is_no_failure_yet() -> None:
    tables = {"commitments": [promise(due="2026-01-31")], "status_reports": [report("not_met", "2026-01-01")]}
    assert judge_commitment(register(**tables), "a").status == "at_risk"
    assert judge_commitment(register(as_of=datetime.date(2026, 2, 1), **tables), "a").status == "late"


def test_the_revised_date_holds_and_the_first_one_is_shown() -> None:
    tables = {"commitments": [promise(due="2025-06", revised_due="2026-12")]}
    judged = judge_commitment(register(**tables), "a")
    assert (judged.status, str(judged.commitment.due)) == ("not_started", "2026-12")
    assert "due 2026-12 (at first 2025-06)" in judged.explanation


def test_a_measured_miss_after_a_report_of_met_outranks_the_words() -> None:
    tables = {
        "commitments": [promise(due="2025")],
        "status_reports": [report("met", "2025-06-01")],
        "milestones": [milestone(actual=131.0, actual_date="2025-12", due="2025-10")],
    }
    assert judge_commitment(register(**tables), "a").status == "late"
    tables["milestones"] = [milestone(actual=131.0, actual_date="2024", due="2025-10")]
    assert judge_commitment(register(**tables), "a").status == "done"


def test_a_computed_value_counts_where_none_was_observed() -> None:
    held = register(commitments=[promise()], milestones=[milestone()])
    judged = judge_commitment(held, "a", computed={"m": 55.0})
    assert judged.status == "done"
    assert "computed 55 h" in judged.explanation
    observed = register(commitments=[promise()], milestones=[milestone(actual=70.0, baseline=131.0)])
    assert judge_commitment(observed, "a", computed={"m": 55.0}).status == "on_track"


def test_a_report_with_a_value_is_the_milestones_newest_observation() -> None:
    told = report("begun", "2025-12", milestone="m", value=58.0, unit="h")
    held = register(
        commitments=[promise()],
        milestones=[milestone(actual=131.0, actual_date="2020")],
        status_reports=[told],
    )
    assert judge_commitment(held, "a").status == "done"
    other_unit = register(
        commitments=[promise()],
        milestones=[milestone(actual=131.0, actual_date="2020")],
        status_reports=[{**told, "unit": "min"}],
    )
    assert judge_commitment(other_unit, "a").status != "done"


def test_a_milestone_may_rise_to_its_target() -> None:
    rising = milestone(aim="at_least", unit="t", target=100.0, actual=120.0)
    assert judge_commitment(register(commitments=[promise()], milestones=[rising]), "a").status == "done"


def test_a_successor_that_is_not_yet_signed_replaces_nothing() -> None:
    held = register(
        agreements=[
            {"id": "new", "title": "New", "signed": "2026-06", "source": "src", "quality": "published"}
        ],
        commitments=[promise(superseded_by="b"), promise("b", agreement="new")],
    )
    assert judge_commitment(held, "a").status == "unknown"


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([], "unknown"),
        (["done", "done"], "done"),
        (["done", "superseded"], "done"),
        (["superseded"], "superseded"),
        (["done", "late", "at_risk"], "late"),
        (["done", "at_risk", "unknown"], "at_risk"),
        (["done", "not_started"], "on_track"),
        (["not_started", "unknown"], "not_started"),
        (["unknown", "unknown"], "unknown"),
        (["done", "unknown"], "on_track"),
    ],
)
def test_an_agreements_status(statuses: list[Any], expected: str) -> None:
    assert judge_agreement(statuses).status == expected


DATES = st.sampled_from(
    ["", "2024", "2025-06", "2025-12-31", "2026-01", "2026-01-15", "2027", "9999-12-31", "0001"]
)
WORDS = st.sampled_from(["scheduled", "begun", "partially_met", "met", "not_met", "suspended", "withdrawn"])


@given(
    st.lists(st.tuples(WORDS, DATES.filter(bool)), max_size=4),
    DATES,
    DATES,
    st.floats(width=32),
    st.floats(width=32),
)
def test_every_case_has_an_answer_that_begins_with_its_status(
    told: list[tuple[str, str]], due: str, revised: str, actual: float, target: float
) -> None:
    reports = [report(word, date, id=str(number)) for number, (word, date) in enumerate(told)]
    tables = {
        "commitments": [promise(due=due, revised_due=revised)],
        "status_reports": reports,
        "milestones": [milestone(actual=actual, target=target, baseline=1.0)],
    }
    judged = judge_all(register(**tables))["a"]
    assert judged.status in STATUSES
    assert judged.explanation.startswith(rules.say_status(judged.status) + ": ")


def test_what_has_begun_is_not_put_back_by_a_later_plan() -> None:
    told = [report("begun", "2025-08"), report("scheduled", "2025-12-15")]
    held = register(commitments=[promise()], status_reports=told)
    judged = judge_commitment(held, "a")
    assert judged.status == "on_track"
    assert judged.explanation.endswith("last report 2025-12-15 says scheduled; begun by 2025-08")
