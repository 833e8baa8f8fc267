"""The section on commitments: derived status, dates that are unknown, the chart of promises in time."""

from __future__ import annotations

import dataclasses
import datetime
import re
from typing import Any

import pytest
from invented_study import make_content
from register_rows import obstacle, promise, report, signed

from landbridge.report.commitments import tell_commitments
from landbridge.report.commitments_chart import Promise, draw_promises, fit_span
from landbridge.report.content import ReportContent
from landbridge.report.page import render_report
from landbridge.schema import read_partial_date
from landbridge.schema.rows import rows_to_frame

DAY = datetime.date(2025, 8, 20)


def make(**tables: list[dict[str, Any]]) -> ReportContent:
    content = make_content(flows=1)
    register = {name: rows_to_frame(name, rows) for name, rows in tables.items()}
    rest = {
        name: frame
        for name, frame in content.study_tables.items()
        if name not in ("agreements", "commitments")
    }
    return dataclasses.replace(content, study_tables={**rest, **register}, date=DAY)


def test_status_why_dates_report_and_obstacles_are_told() -> None:
    html = render_report(
        make(
            agreements=[signed(signed="2024-03")],
            commitments=[
                promise(agreement="doc", due="2025-03", revised_due="2025-06", title="A <ferry>"),
                promise("b"),
            ],
            status_reports=[report("begun", "2025-02", text="Quay under repair")],
            obstacles=[obstacle(since="2024")],
        )
    )
    section = html[html.index('<section id="commitments"') : html.index('<section id="sources"')]
    for words in (
        "late: due 2025-06 (at first 2025-03), last report 2025-02 says begun",
        "at first 2025-03",
        "2025-02: Quay under repair",
        "Shallow water (since 2024)",
        "A &lt;ferry&gt;",
        '<i class="unknown">unknown</i>',
        "late: 1 commitment: 1 late",
        "unknown: due date unknown, nothing reported",
    ):
        assert words in section, words
    assert section.count("<svg") == 1
    assert "<ferry>" not in section
    assert html.count('href="#commitments"') == 1


def test_a_study_without_agreements_has_no_section() -> None:
    html = render_report(make())
    assert 'id="commitments"' not in html
    assert 'href="#commitments"' not in html


def test_the_same_content_gives_the_same_bytes() -> None:
    content = make(commitments=[promise(due="2026"), promise("b")])
    assert render_report(content) == render_report(content)


def test_a_computed_value_counts() -> None:
    row = {"id": "m", "commitment": "a", "title": "Time", "aim": "at_most", "unit": "h", "target": 60.0,
           "baseline": float("nan"), "actual": float("nan"), "source": "src", "quality": "published"}  # fmt: skip
    content = make(commitments=[promise()], milestones=[row])
    assert tell_commitments(content).commitments[0]["status"] == "unknown"
    computed = dataclasses.replace(content, computed={"m": 50.0})
    assert tell_commitments(computed).commitments[0]["status"] == "done"


def draw(status: str, *, start: str = "2024-01-01", due: str = "", first: str = "", ended: str = "") -> str:
    one = Promise(
        "A promise with a title that is far too long for a narrow screen to hold in a single line",
        status,
        read_partial_date(start).first,
        read_partial_date(due),
        read_partial_date(first or due),
        read_partial_date(ended) if ended else None,
    )
    (picture,) = draw_promises([one], DAY)
    return picture


@pytest.mark.parametrize(
    ("given", "shown", "absent"),
    [
        ({"status": "late", "due": "2025-03"}, ("over", "due"), ("open", "first")),
        (
            {"status": "on_track", "due": "2026", "first": "2025"},
            ("planned", "passed", "first"),
            ("over", "open"),
        ),
        ({"status": "unknown"}, ("open", "passed"), ("planned", "over")),
        ({"status": "unknown", "start": ""}, ("open", "passed unsure"), ("planned",)),
        ({"status": "done", "due": "2025-03", "ended": "2025-01"}, ("done",), ("over", "planned")),
    ],
)
def test_a_bar_says_what_has_passed_what_is_planned_and_what_is_late(
    given: dict[str, str], shown: tuple[str, ...], absent: tuple[str, ...]
) -> None:
    picture = draw(**given)
    kinds = set(re.findall(r'<(?:rect|path) class="([^"]+)"', picture))
    assert set(shown) <= kinds
    assert not set(absent) & kinds
    assert given["status"].replace("_", " ") in picture
    assert ("due unknown" in picture) is ("due" not in given)
    assert "…" in picture


def test_nothing_is_drawn_outside_the_picture() -> None:
    for due in ("0001", "9999-12-31", "2025-08-20"):
        picture = draw("late", due=due)
        places = [float(x) for x in re.findall(r' x="([-\d.]+)"', picture)]
        assert all(-1 <= x <= 500 for x in places)


def test_many_promises_stand_in_pictures_of_ten_and_the_rest_is_counted() -> None:
    told = tell_commitments(make(commitments=[promise(str(number)) for number in range(75)]))
    assert (len(told.charts), len(told.commitments), told.left_out) == (6, 75, 15)
    assert max(chart.count('class="promise') for chart in told.charts) == 10


def test_the_span_holds_all_dates() -> None:
    span = fit_span([], datetime.date(9999, 5, 1))
    assert span.first < span.last
