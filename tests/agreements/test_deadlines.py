"""Deadlines as iCalendar, read back by a small reader of RFC 5545; activities in the words of IATI."""

from __future__ import annotations

import datetime
import json
import re

from hypothesis import given
from hypothesis import strategies as st
from register_rows import DAY, SOURCED, milestone, promise, register, report, signed

from landbridge.agreements.activities import write_activities
from landbridge.agreements.deadlines import list_deadlines, write_calendar
from landbridge.agreements.register import Register
from landbridge.agreements.status import judge_all

TITLES = st.text(st.characters(exclude_categories=("Cs",)), max_size=120)


def unescape(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], text)


def read_events(text: str) -> list[dict[str, str]]:
    """Events by the name of their properties; parameters are left in the name."""
    assert text.endswith("\r\n")
    physical = text[:-2].split("\r\n")
    assert all(len(line.encode()) <= 75 for line in physical)
    assert not [line for line in physical if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line)]
    lines: list[str] = []
    for line in physical:
        if line.startswith(" "):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    assert (lines[0], lines[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    events: list[dict[str, str]] = []
    for line in lines:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events and name not in ("BEGIN", "END"):
            assert name not in events[-1]
            events[-1][name] = unescape(value) if name in ("UID", "SUMMARY", "DESCRIPTION") else value
    return events


def write(held: Register) -> str:
    return write_calendar(list_deadlines(held, judge_all(held), study="test"), as_of=held.as_of)


def make_register(title: str = "Ferry; twice a week, at least") -> Register:
    owed = {
        "id": "o",
        "commitment": "a",
        "party": "IR",
        "title": "Quay",
        "due": "2026-05-01",
        "revised_due": "",
    }
    return register(
        agreements=[signed(signed="2025-08-20")],
        commitments=[
            promise(title=title, due="2026-03", agreement="doc"),
            promise("b"),
            promise("c", due="2025", superseded_by="a"),
        ],
        milestones=[milestone(due="2026-02-28", target=2.0, actual=1.0, baseline=0.0, aim="at_least")],
        obligations=[{**owed, **SOURCED}],
        status_reports=[report("begun", "2025-12")],
    )


def test_each_known_due_date_is_an_all_day_event() -> None:
    events = {event["UID"]: event for event in read_events(write(make_register()))}
    assert set(events) == {"commitment-a@test", "commitment-c@test", "milestone-m@test", "obligation-o@test"}
    ferry = events["commitment-a@test"]
    assert ferry["DTSTART;VALUE=DATE"] == "20260331"
    assert ferry["DTEND;VALUE=DATE"] == "20260401"
    assert ferry["DTSTAMP"] == "20260115T000000Z"
    assert ferry["SUMMARY"] == "Due: Ferry; twice a week, at least (2026-03, day not known)"
    assert (
        "on track: due 2026-03, last report 2025-12 says begun\nThe document\nSource: src"
        in ferry["DESCRIPTION"]
    )
    assert events["commitment-c@test"]["STATUS"] == "CANCELLED"
    assert events["obligation-o@test"]["SUMMARY"] == "Due: IR: Quay"


@given(TITLES)
def test_any_title_comes_back(title: str) -> None:
    (event,) = (one for one in read_events(write(make_register(title))) if one["UID"] == "commitment-a@test")
    plain = re.sub(r"[\x00-\x09\x0b-\x1f\x7f]", " ", title.replace("\r\n", "\n").replace("\r", "\n"))
    assert event["SUMMARY"] == f"Due: {plain} (2026-03, day not known)"


def test_no_clock_and_no_order_of_rows_is_in_it() -> None:
    assert write(make_register()) == write(make_register())


def test_the_last_day_of_the_calendar_has_no_end() -> None:
    (event,) = read_events(write(register(commitments=[promise(due="9999-12-31")])))
    assert "DTEND;VALUE=DATE" not in event


def test_activities_carry_baseline_target_and_actual() -> None:
    held = make_register()
    content = json.loads(write_activities(held, judge_all(held), study="test"))
    assert content["as-of"] == DAY.isoformat()
    first, unknown, _ = content["activities"]
    assert first["iati-identifier"] == "test-a"
    assert first["activity-status"] == "2"
    assert first["activity-date"] == {
        "start": "2025-08-20",
        "planned-end": "2026-03",
        "first-planned-end": "2026-03",
    }
    (result,) = first["result"]
    assert (result["baseline"], result["ascending"]) == ({"value": 0.0}, True)
    assert result["period"] == {
        "period-end": "2026-02-28",
        "target": {"value": 2.0},
        "actual": {"value": 1.0},
    }
    assert "activity-date" not in unknown
    assert "activity-status" not in unknown


def test_a_report_of_another_day_moves_no_uid() -> None:
    later = register(
        as_of=datetime.date(2027, 1, 1),
        commitments=[promise(due="2026-03")],
        status_reports=[report("met", "2026")],
    )
    assert [event["UID"] for event in read_events(write(later))] == ["commitment-a@test"]
