"""Promises drawn in time: a bar each, from the signing to the due date, against the date of the study."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from landbridge.agreements.status import say_status
from landbridge.report.axes import WIDTH, open_picture, write_text
from landbridge.report.labels import measure_text
from landbridge.schema import PartialDate

# Text of a narrow screen, the largest that the style sets: room is measured with it.
LARGEST = 15.5
ROW, BAR, HEAD, FOOT = 40.0, 9.0, 8.0, 26.0
LEFT, RIGHT = 6.0, 106.0
PLOT_RIGHT = WIDTH - RIGHT
ROWS = 10  # of a picture, so that each stays on a page
MOST_TICKS = 5
LEAST_BAR = 3.0


@dataclass(frozen=True, slots=True)
class Promise:
    """A commitment as it is drawn; `start` is None where it is not known, `ended` the report that closed it."""

    title: str
    status: str
    start: datetime.date | None
    due: PartialDate
    first_due: PartialDate
    ended: PartialDate | None


@dataclass(frozen=True, slots=True)
class Span:
    """The days that all pictures share, as ordinals, and the day of the study."""

    first: int
    last: int
    today: int

    def place(self, day: datetime.date) -> float:
        """Where a day stands, in units of the view box; days outside stand at the edge."""
        share = (day.toordinal() - self.first) / (self.last - self.first)
        return LEFT + min(max(share, 0.0), 1.0) * (PLOT_RIGHT - LEFT)


def draw_promises(promises: Sequence[Promise], today: datetime.date) -> list[str]:
    """The pictures of all promises, ten in each, on one scale."""
    if not promises:
        return []
    span = fit_span(promises, today)
    groups = [promises[first : first + ROWS] for first in range(0, len(promises), ROWS)]
    return [_draw_picture(group, span, today) for group in groups]


def fit_span(promises: Sequence[Promise], today: datetime.date) -> Span:
    """The whole years that hold all known dates and the day of the study, at least two.

    >>> span = fit_span([], datetime.date(2025, 8, 21))
    >>> datetime.date.fromordinal(span.first).year, datetime.date.fromordinal(span.last).year
    (2025, 2026)
    """
    days = [today]
    for one in promises:
        ends = (one.due.last, one.first_due.last, one.ended.last if one.ended else None)
        days += [day for day in (one.start, *ends) if day is not None]
    first, last = min(days).year, min(max(max(days).year, min(days).year + 1), datetime.MAXYEAR)
    return Span(
        datetime.date(first, 1, 1).toordinal(), datetime.date(last, 12, 31).toordinal(), today.toordinal()
    )


def _draw_picture(promises: Sequence[Promise], span: Span, today: datetime.date) -> str:
    height = HEAD + len(promises) * ROW + FOOT
    parts = [open_picture("gantt", "Commitments in time", height=height), _draw_years(span, height)]
    at = span.place(today)
    parts.append(f'<path class="today" d="M{at:.1f} {HEAD:.0f}V{height - FOOT:.0f}"/>')
    for number, one in enumerate(promises):
        parts.append(_draw_row(one, HEAD + number * ROW, span, today))
    return Markup("".join([*parts, "</svg>"]))


def _draw_years(span: Span, height: float) -> str:
    first, last = (datetime.date.fromordinal(day).year for day in (span.first, span.last))
    step = max(1, math.ceil((last - first + 1) / MOST_TICKS))
    parts = []
    for year in range(first, last + 1, step):
        x = span.place(datetime.date(year, 1, 1))
        parts.append(f'<path class="grid" d="M{x:.1f} {HEAD:.0f}V{height - FOOT:.0f}"/>')
        if x < PLOT_RIGHT - 20:
            parts.append(write_text(x, height - 8, text=str(year), kind="tick"))
    return "".join(parts)


def _draw_row(one: Promise, top: float, span: Span, today: datetime.date) -> str:
    due = f"due {one.due}" if one.due else "due unknown"
    room = WIDTH - LEFT - measure_text(due, LARGEST) - 12
    word = write_text(PLOT_RIGHT + 11, top + 31, text=say_status(one.status), kind="word")
    return (
        f'<g class="promise {one.status}">'
        + write_text(LEFT, top + 15, text=cut_text(one.title, room), kind="row")
        + write_text(WIDTH - 2, top + 15, text=due, kind="total", anchor="end")
        + _draw_bar(one, top + 22, span, today)
        + word
        + "</g>"
    )


def cut_text(text: str, room: float) -> str:
    """The text, cut with an ellipsis so that it fits into `room` at the largest size.

    >>> cut_text("Standards for trade exchanges", 120.0)
    'Standards for…'
    """
    if measure_text(text, LARGEST) <= room:
        return text
    kept = text
    while kept and measure_text(f"{kept}…", LARGEST) > room:
        kept = kept[:-1]
    return kept.rstrip(" ,-") + "…"


def _draw_bar(one: Promise, y: float, span: Span, today: datetime.date) -> str:
    """What has passed is filled, what is planned is outlined, what is late reaches from the due date to the day."""
    start = span.place(one.start) if one.start else LEFT
    now = span.place(today)
    if one.ended is not None and one.ended.last is not None:
        return _rect("done" if one.status == "done" else "gone", start, span.place(one.ended.last), y)
    if one.due.last is None:
        # Without a due date nothing says how long it goes on: the line has no end.
        end = f'<path class="open" d="M{now:.1f} {y + BAR / 2:.1f}H{PLOT_RIGHT:.1f}"/>'
        return _rect("passed" if one.start else "passed unsure", start, now, y) + end
    due = span.place(one.due.last)
    parts = [_rect("planned", start, due, y), _rect("passed", start, min(now, due), y)]
    if one.status == "late" and now > due:
        parts.append(_rect("over", due, now, y))
    if one.first_due.last is not None and one.first_due != one.due:
        parts.append(_mark("first", span.place(one.first_due.last), y))
    return "".join([*parts, _mark("due", due, y)])


def _rect(kind: str, left: float, right: float, y: float) -> str:
    wide = max(right - left, LEAST_BAR)
    return f'<rect class="{kind}" x="{left:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{BAR:.0f}"/>'


def _mark(kind: str, x: float, y: float) -> str:
    """A diamond at a due date."""
    middle, half = y + BAR / 2, BAR * 0.72
    corners = ((x - half, middle), (x, middle - half), (x + half, middle), (x, middle + half))
    path = "M" + "L".join(f"{across:.1f} {down:.1f}" for across, down in corners) + "Z"
    return f'<path class="{kind}" d="{path}"/>'
