"""What commitments are worth, drawn: a waterfall from before to after, and pairs alone and together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

from markupsafe import Markup

from landbridge.report.amounts import LEAST_SHARE, Amounts, write_percent
from landbridge.report.axes import (
    SIZE,
    WIDTH,
    cut_axis,
    draw_cut,
    draw_whisker,
    list_ticks,
    open_picture,
    write_text,
    write_tick,
)
from landbridge.report.commitments_chart import LARGEST, cut_text
from landbridge.report.labels import measure_text
from landbridge.report.packing import escape_text
from landbridge.report.scatter_chart import step_of

EDGE, HEAD, ROW, BAR, FOOT = 4.0, 4.0, 42.0, 12.0, 26.0
TEXT, TOP = 15.0, 21.0  # from the top of a row to its line of text and to its bar
LEAST_BAR = 1.0
# The column of words at the right edge, and the numbers that end before it.
WORDS = measure_text("gained", LARGEST) + 4
NUMBERS = WIDTH - EDGE - WORDS - 4
PAIR_WIDTH, PAIR_ROW, PAIR_LABELS = 370.0, 19.0, 96.0
PAIR_ROWS = ("first alone", "second alone", "together")


@dataclass(frozen=True, slots=True)
class Step:
    """A row of the waterfall: a commitment's part, with the least and greatest of three evaluations or NaN."""

    label: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Ends:
    """Where a waterfall begins and ends, and how much its whole change may be."""

    before: float
    after: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Axis:
    """The scale of a waterfall, in the indicator's unit."""

    low: float
    high: float

    def place(self, value: float) -> float:
        """Where a value stands, in units of the view box."""
        share = (value - self.low) / (self.high - self.low)
        return EDGE + min(max(share, 0.0), 1.0) * (WIDTH - 2 * EDGE)


def fit_axis(ends: Ends, steps: Sequence[Step]) -> Axis:
    """From zero, or cut where what does not change would fill the picture."""
    reached, values = ends.before, [ends.before, ends.after]
    for step in steps:
        values += [reached + change for change in (step.value, step.low, step.high) if not isnan(change)]
        reached += step.value
    values += [ends.before + change for change in (ends.low, ends.high) if not isnan(change)]
    least, high = min(values), max(values)
    low = min(least, 0.0) if least <= 0 else cut_axis(least, high)
    return Axis(low, high if high > low else low + 1.0)


def draw_change(ends: Ends, steps: Sequence[Step], *, amounts: Amounts, title: str) -> Markup:
    """A row for the value before, one a commitment, each bar from where the last ended, and one for the value after."""
    axis, height = fit_axis(ends, steps), HEAD + ROW * (len(steps) + 2) + FOOT
    parts = [open_picture("steps", title, height=height), _draw_axis(axis, height)]
    texts = [
        _write_row("Before", amounts.write(ends.before), HEAD, word=amounts.add_unit("").strip(), kind="sum")
    ]
    bars = [_draw_whole(axis, ends.before, HEAD)]
    reached = ends.before
    for number, step in enumerate(steps, 1):
        top = HEAD + number * ROW
        parts.append(_draw_stem(axis.place(reached), top - ROW))
        bars.append(_draw_step(step, reached, top, axis=axis, amounts=amounts))
        number_text, word = amounts.sign(step.value), amounts.word(step.value)
        texts.append(_write_row(step.label, number_text, top, word=word))
        reached += step.value
    top = HEAD + ROW * (len(steps) + 1)
    parts.append(_draw_stem(axis.place(reached), top - ROW))
    bars.append(_draw_whole(axis, ends.after, top))
    if amounts.span(ends.low, ends.high):
        bars.append(
            draw_whisker([axis.place(ends.before + end) for end in (ends.low, ends.high)], top + 36.5)
        )
    texts.append(_write_row("After all of them", amounts.write(ends.after), top, kind="sum"))
    return Markup("".join([*parts, *bars, *texts, "</svg>"]))


def _write_row(label: str, number: str, top: float, *, word: str = "", kind: str = "part") -> str:
    room = NUMBERS - EDGE - measure_text(number, LARGEST) - 10
    parts = [
        write_text(EDGE, top + TEXT, text=cut_text(label, room), kind="row"),
        write_text(NUMBERS, top + TEXT, text=number, kind="total", anchor="end"),
        write_text(NUMBERS + 6, top + TEXT, text=word, kind="word") if word else "",
    ]
    return f'<g class="{kind}">{"".join(parts)}</g>'


def _draw_whole(axis: Axis, value: float, top: float) -> str:
    left, right = sorted((axis.place(max(axis.low, 0.0)), axis.place(value)))
    bar = _draw_rect("entire", left, right, top + TOP)
    return bar + (draw_cut(EDGE + 5, top + TOP, BAR) if axis.low > 0 else "")


def _draw_step(step: Step, start: float, top: float, *, axis: Axis, amounts: Amounts) -> str:
    left, right = sorted((axis.place(start), axis.place(start + step.value)))
    kind = "worse" if amounts.improve(step.value) < 0 else "better"
    span = amounts.span(step.low, step.high)
    tip = f"{step.label}: {amounts.tell_change(step.value)}" + (f" ({span})" if span else "")
    bar = _draw_rect(kind, left, right, top + TOP, tip)
    if not span:
        return bar
    ends = [axis.place(start + end) for end in (step.low, step.high)]
    return bar + draw_whisker(ends, top + TOP + BAR + 3.5)


def _draw_rect(kind: str, left: float, right: float, y: float, tip: str = "") -> str:
    box = f'x="{left:.1f}" y="{y:.1f}" width="{max(right - left, LEAST_BAR):.1f}" height="{BAR:.0f}"'
    inside = f"<title>{escape_text(tip)}</title>" if tip else ""
    return f'<rect class="{kind}" {box}>{inside}</rect>'


def _draw_stem(x: float, top: float) -> str:
    """From a bar to the next."""
    return f'<path class="stem" d="M{x:.1f} {top + TOP + BAR:.1f}V{top + TOP + ROW:.1f}"/>'


def _draw_axis(axis: Axis, height: float) -> str:
    ticks = list_ticks(axis.low, axis.high, count=4)
    taken, parts = -1.0, []
    for tick in ticks:
        x, text = axis.place(tick), write_tick(tick, step_of(ticks))
        half = measure_text(text, LARGEST) / 2
        middle = min(max(x, half), WIDTH - half)
        base = "base" if tick == axis.low else "grid"
        parts.append(f'<path class="{base}" d="M{x:.1f} {HEAD:.0f}V{height - FOOT:.0f}"/>')
        if middle - half > taken:
            parts.append(write_text(middle, height - 8, text=text, kind="tick", anchor="middle"))
            taken = middle + half + 8
    return "".join(parts)


def draw_pair(improvements: Sequence[float], *, title: str) -> Markup:
    """Three bars to the right for better, as shares of the value before: the one alone, the other alone, both; a line
    across the third shows where the sum of the first two would end.
    """
    one, other, _ = improvements
    reach = [0.0, *improvements, one + other]
    low, high = min(reach), max(reach)
    texts = [_tell_bar(share) for share in improvements]
    right = PAIR_WIDTH - max(measure_text(text, SIZE) for text in texts) - 2 * EDGE
    height = 3 * PAIR_ROW + 4

    def place(share: float) -> float:
        return PAIR_LABELS + (share - low) / ((high - low) or 1.0) * (right - PAIR_LABELS)

    parts = [open_picture("pair", title, height=height, width=PAIR_WIDTH)]
    parts.append(f'<path class="base" d="M{place(0.0):.1f} 0V{height:.0f}"/>')
    for row, (label, share, text) in enumerate(zip(PAIR_ROWS, improvements, texts, strict=True)):
        top = row * PAIR_ROW + 3
        left, end = sorted((place(0.0), place(share)))
        parts.append(_draw_rect("worse" if share < 0 else "better", left, end, top))
        parts.append(write_text(EDGE, top + 10.5, text=label, kind="row"))
        parts.append(write_text(PAIR_WIDTH - EDGE, top + 10.5, text=text, kind="total", anchor="end"))
    parts.append(f'<path class="sum" d="M{place(one + other):.1f} {2 * PAIR_ROW:.1f}v18"/>')
    return Markup("".join([*parts, "</svg>"]))


def _tell_bar(share: float) -> str:
    if abs(share) < LEAST_SHARE:
        return "nothing"
    return f"{'worse ' if share < 0 else ''}{write_percent(share)}"
