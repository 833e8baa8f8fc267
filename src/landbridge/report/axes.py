"""Axes of charts: round ticks and the frame that the plots share."""

from __future__ import annotations

import math
from collections.abc import Sequence

from landbridge.report.figures import group_digits
from landbridge.report.packing import escape_text

WIDTH, HEIGHT = 500.0, 350.0
LEFT, RIGHT, TOP, BOTTOM = 50.0, 74.0, 28.0, 62.0  # margins of a plot
SIZE = 12.5  # of the text, in units of the view box, as laid out
CUT_FROM = 0.45  # an axis is cut where all bars are longer than this share of the longest
ROOM_BEFORE = 0.12  # of what is drawn, left before the shortest bar of a cut axis
MOST_DECIMALS = 6
PLOT_RIGHT, PLOT_BOTTOM = WIDTH - RIGHT, HEIGHT - BOTTOM


def choose_step(span: float, count: int) -> float:
    """A round distance of ticks so that about `count` fit into `span`.

    >>> choose_step(7600.0, 5)
    2000.0
    """
    rough = span / max(count, 1)
    power = 10.0 ** math.floor(math.log10(rough)) if rough > 0 else 1.0
    return next(step * power for step in (1.0, 2.0, 2.5, 5.0, 10.0) if step * power >= rough * 0.999)


def list_ticks(low: float, high: float, *, count: int = 5) -> list[float]:
    """Round values from `low` to `high`.

    >>> list_ticks(0.0, 31.0)
    [0.0, 10.0, 20.0, 30.0]
    """
    step = choose_step(high - low or 1.0, count)
    first = math.ceil(low / step - 1e-9)
    return [index * step for index in range(first, math.floor(high / step + 1e-9) + 1)]


def write_tick(value: float, step: float) -> str:
    """A tick's number with as many decimals as its step needs.

    >>> write_tick(3.0, 1.0), write_tick(3.0, 2.5), write_tick(3.0, 0.25)
    ('3', '3.0', '3.00')
    """
    digits = next((count for count in range(MOST_DECIMALS) if is_round(step, count)), MOST_DECIMALS)
    return group_digits(value, digits)


def is_round(step: float, digits: int) -> bool:
    """Whether a step needs no more decimals than these."""
    return math.isclose(round(step, digits), step, rel_tol=1e-9)


def cut_axis(least: float, high: float, *, upto: float = 1.0) -> float:
    """Where an axis up to `high` starts: at zero, or below `least` where bars from zero would fill the picture.

    It is not cut where `least` is `upto` times `high` or more.

    >>> cut_axis(20.0, 100.0), cut_axis(80.0, 100.0)
    (0.0, 75.0)
    """
    if not CUT_FROM * high < least < upto * high:
        return 0.0
    step = choose_step(high - least, 5)
    return max(math.floor((least - ROOM_BEFORE * (high - least)) / step) * step, 0.0)


def write_text(x: float, y: float, *, text: str, kind: str = "", anchor: str = "start") -> str:
    """A line of text; `kind` is its class, and `anchor` becomes one."""
    classes = " ".join(filter(None, (kind, {"middle": "to-mid", "end": "to-end"}.get(anchor, ""))))
    name = f' class="{classes}"' if classes else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{name}>{escape_text(text)}</text>'


def open_picture(kind: str, title: str, *, height: float = HEIGHT, width: float = WIDTH) -> str:
    """The start of a chart."""
    box = f'viewBox="0 0 {width:.0f} {height:.0f}"'
    return f'<svg class="chart {kind}" {box} role="img" aria-label="{escape_text(title)}">'


def open_layer(kind: str, route: int, *, more: str = "") -> str:
    """The start of a group that is shown, or stands out, when its route is chosen; the first route is at first."""
    return f'<g class="{kind}{" on" if route == 0 else ""}" data-r="{route}"{more}>'


def draw_vertical_axis(high: float, unit: str) -> str:
    """Grid lines, numbers and unit of a vertical axis from 0 to `high`."""
    height = PLOT_BOTTOM - TOP
    ticks = list_ticks(0.0, high, count=4)
    step = ticks[1] - ticks[0] if len(ticks) > 1 else 1.0
    parts = [write_text(4, TOP - 14, text=unit, kind="unit")]
    for tick in ticks:
        y = PLOT_BOTTOM - tick / high * height
        kind = "base" if tick == 0 else "grid"
        parts.append(f'<path class="{kind}" d="M{LEFT:.0f} {y:.1f}H{PLOT_RIGHT:.0f}"/>')
        parts.append(write_text(LEFT - 6, y + 4, text=write_tick(tick, step), kind="tick", anchor="end"))
    return "".join(parts)


def draw_distance_axis(high: float, origin: str) -> str:
    """Ticks and title of a horizontal axis in km from 0 to `high`."""
    width = PLOT_RIGHT - LEFT
    ticks = list_ticks(0.0, high, count=4)
    parts = []
    for tick in ticks:
        x = LEFT + tick / high * width
        parts.append(f'<path class="base" d="M{x:.1f} {PLOT_BOTTOM:.1f}v4"/>')
        parts.append(write_text(x, PLOT_BOTTOM + 17, text=group_digits(tick), kind="tick", anchor="middle"))
    parts.append(write_text(PLOT_RIGHT, HEIGHT - 6, text=f"km from {origin}", kind="unit", anchor="end"))
    return "".join(parts)


def draw_whisker(ends: Sequence[float], y: float) -> str:
    """A range as a line with two ends."""
    left, right = ends
    marks = f"M{left:.1f} {y - 2.5:.1f}v5M{right:.1f} {y - 2.5:.1f}v5"
    return f'<path class="whisker" d="{marks}M{left:.1f} {y:.1f}H{right:.1f}"/>'


def draw_cut(x: float, top: float, height: float) -> str:
    """Two slanted lines over a bar that does not begin at zero."""
    lines = "".join(f"M{x + more:.1f} {top + height + 2:.1f}l5 {-height - 4:.1f}" for more in (0.0, 4.0))
    return f'<path class="break" d="{lines}"/>'
