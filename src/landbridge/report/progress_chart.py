"""Time and cost against distance, after the time/cost-distance method of UNESCAP.

Each route is a line: its slope is the speed or the rate of carriage, its vertical steps are what operations
take. The chosen route carries colours by mode and stop and the band from p10 to p90; the others are thin
and grey. All routes lie in one group in data units, so that another choice or another axis changes one
transform only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from landbridge.report.axes import (
    LEFT,
    PLOT_BOTTOM,
    PLOT_RIGHT,
    SIZE,
    TOP,
    WIDTH,
    draw_distance_axis,
    draw_vertical_axis,
    open_layer,
    open_picture,
    write_text,
)
from landbridge.report.figures import Scale
from landbridge.report.labels import Box, Placer, measure_text, spread_lines
from landbridge.report.reading import Item, Route
from landbridge.report.words import family_titles

MOST_STOPS = 6
LEAST_STEP = 0.045  # share of the axis that a stop must take to be named
STRIP = PLOT_BOTTOM + 24  # top of the strip of countries
STRIP_HEIGHT = 13.0
UNIT_NAMES = {"d": "days", "h": "hours"}
LEAST_RUN = 64.0  # units of the view box that a run of one mode must take to be named


@dataclass(frozen=True, slots=True)
class Measure:
    """What rises along the route: `time` or `cost`, and the scale that it is told in."""

    name: str
    scale: Scale

    def values(self, item: Item) -> tuple[float, float, float]:
        """Sum so far: mean, p10, p90."""
        if self.name == "time":
            return item.cum_time, item.cum_time_p10, item.cum_time_p90
        return item.cum_cost, item.cum_cost_p10, item.cum_cost_p90

    def total(self, route: Route) -> tuple[float, float, float]:
        """Whole route: mean, p10, p90."""
        return tuple(route[self.name + end] for end in ("", "_p10", "_p90"))  # type: ignore[return-value]


def draw_progress(routes: Sequence[Route], measure: Measure, *, title: str, origin: str) -> Markup:
    """The chart of all routes of a flow, the first one chosen."""
    kind = measure.name
    views = [fit_view(route, measure) for route in routes]
    whole = fit_whole(routes, measure)
    size = f'width="{PLOT_RIGHT - LEFT + 1:.0f}" height="{PLOT_BOTTOM - TOP + 16:.0f}"'
    parts = [
        open_picture("progress", title),
        f'<clipPath id="clip-{kind}"><rect x="{LEFT:.0f}" y="{TOP - 14:.0f}" {size}/></clipPath>',
        *(
            _draw_view(route, index, view, measure, origin)
            for index, (route, view) in enumerate(zip(routes, views, strict=True))
        ),
        _draw_whole(whole, measure, origin),
        f'<g clip-path="url(#clip-{kind})"><g class="plot" transform="matrix({views[0].matrix})">',
        *(
            f'<path class="ghost{" on" if i == 0 else ""}" data-r="{i}" d="{line_path(r, measure)}"/>'
            for i, r in enumerate(routes)
        ),
        *(_draw_route(route, index, measure) for index, route in enumerate(routes)),
        "</g></g>",
        *(
            _draw_marks(route, index, view, measure)
            for index, (route, view) in enumerate(zip(routes, views, strict=True))
        ),
        _name_lines(routes, whole, measure),
        "</svg>",
    ]
    return Markup("".join(parts))


@dataclass(frozen=True, slots=True)
class View:
    """An axis: how far it reaches in km and in the measure's base unit."""

    km: float
    most: float

    def x(self, km: float) -> float:
        """Across, in units of the view box."""
        return LEFT + km / self.km * (PLOT_RIGHT - LEFT)

    def y(self, value: float) -> float:
        """Down, in units of the view box."""
        return PLOT_BOTTOM - value / self.most * (PLOT_BOTTOM - TOP)

    @property
    def matrix(self) -> str:
        """From km and base units to the view box."""
        across, up = (PLOT_RIGHT - LEFT) / self.km, (PLOT_BOTTOM - TOP) / self.most
        return f"{across:.6g},0,0,{-up:.6g},{LEFT:.0f},{PLOT_BOTTOM:.0f}"


def fit_view(route: Route, measure: Measure) -> View:
    """The axis that holds one route with its band."""
    mean, _, high = measure.total(route)
    most = max(mean, 0.0 if math.isnan(high) else high)
    return View(max(route["distance"], 1.0), max(most * 1.04, 1e-6))


def fit_whole(routes: Sequence[Route], measure: Measure) -> View:
    """The axis that holds the means of all routes and the band of each."""
    views = [fit_view(route, measure) for route in routes]
    return View(max(view.km for view in views), max(view.most for view in views))


def line_path(route: Route, measure: Measure) -> str:
    """The mean along the way, in km and base units."""
    values = (f"{item.cum_distance:.0f} {measure.values(item)[0]:.6g}" for item in route.items)
    return "M0 0L" + " ".join(values)


def _draw_route(route: Route, index: int, measure: Measure) -> str:
    """Band and coloured line of a route, shown when it is chosen."""
    lower, upper = ["0 0"], ["0 0"]
    runs: list[tuple[str, list[str]]] = []
    here = "0 0"
    for item in route.items:
        mean, low, high = measure.values(item)
        if not math.isnan(low + high):
            lower.append(f"{item.cum_distance:.0f} {low:.6g}")
            upper.append(f"{item.cum_distance:.0f} {high:.6g}")
        there = f"{item.cum_distance:.0f} {mean:.6g}"
        if runs and runs[-1][0] == item.family:
            runs[-1][1].append(there)
        else:
            runs.append((item.family, [here, there]))
        here = there
    band = (
        f'<path class="band" d="M{" ".join(upper)} {" ".join(reversed(lower))}Z"/>' if len(lower) > 1 else ""
    )
    lines = "".join(f'<path class="seg {family}" d="M{" ".join(points)}"/>' for family, points in runs)
    return f"{open_layer('rt', index)}{band}{lines}</g>"


def _draw_view(route: Route, index: int, view: View, measure: Measure, origin: str) -> str:
    """Axis and countries of the picture that fits one route."""
    return (
        open_layer("view", index, more=f' data-m="{view.matrix}"')
        + draw_vertical_axis(
            view.most / measure.scale.size, UNIT_NAMES.get(measure.scale.unit, measure.scale.unit)
        )
        + draw_distance_axis(view.km, origin)
        + draw_countries(route, view)
        + "</g>"
    )


def _draw_marks(route: Route, index: int, view: View, measure: Measure) -> str:
    """Names of stops and the figures at the end, above the lines."""
    placer = Placer((LEFT + 2, 2.0, PLOT_RIGHT - 2, PLOT_BOTTOM - 2))
    placer.taken += _line_boxes(route, view, measure)
    ends = _draw_ends(route, view, measure)
    stops = "".join(_name_stops(route, view, measure, placer))
    ways = "".join(_name_ways(route, view, measure, placer))
    return f"{open_layer('marks', index)}{stops}{ways}{ends}</g>"


def _line_boxes(route: Route, view: View, measure: Measure) -> list[Box]:
    """Small boxes along the line, so that names keep off it."""
    boxes: list[Box] = []
    x, y = view.x(0.0), view.y(0.0)
    for item in route.items:
        to_x, to_y = view.x(item.cum_distance), view.y(measure.values(item)[0])
        count = max(1, int(max(to_x - x, y - to_y) / 14))
        for step in range(count + 1):
            at_x, at_y = x + (to_x - x) * step / count, y + (to_y - y) * step / count
            boxes.append((at_x - 2, at_y - 2, at_x + 2, at_y + 2))
        x, y = to_x, to_y
    return boxes


def list_steps(route: Route, measure: Measure) -> list[tuple[str, float, float, float]]:
    """Stops with operations: place, km, value before and value after."""
    steps: list[tuple[str, float, float, float]] = []
    before = 0.0
    for item in route.items:
        after = measure.values(item)[0]
        if item.kind == "operation":
            if steps and steps[-1][0] == item.place and steps[-1][3] == before:
                steps[-1] = (item.place, item.cum_distance, steps[-1][2], after)
            else:
                steps.append((item.place, item.cum_distance, before, after))
        before = after
    return steps


def _name_stops(route: Route, view: View, measure: Measure, placer: Placer) -> list[str]:
    """Names beside the longest steps, where there is room."""
    steps = sorted(list_steps(route, measure), key=lambda step: step[2] - step[3])
    parts: list[str] = []
    for place, km, before, after in steps:
        if len(parts) >= MOST_STOPS or (after - before) < LEAST_STEP * view.most:
            break
        x, top, bottom = view.x(km), view.y(after), view.y(before)
        width = measure_text(place, SIZE)
        middle = (top + bottom) / 2
        spots = [(x - 7, height, "end") for height in (middle + 4, top + 4, top - 5)]
        spots += [(x + 7, height, "start") for height in (bottom + 3, bottom + 14, middle + 8)]
        found = placer.place(text_box(spot, width) for spot in spots)
        if found is not None:
            spot_x, spot_y, anchor = spots[found]
            parts.append(write_text(spot_x, spot_y, text=place, kind="stop", anchor=anchor))
    return parts


def _name_ways(route: Route, view: View, measure: Measure, placer: Placer) -> list[str]:
    """The mode beside the longest run of each, so that colour is not the only sign."""
    longest: dict[str, tuple[float, float, float]] = {}
    x, y = view.x(0.0), view.y(0.0)
    for item in route.items:
        to_x, to_y = view.x(item.cum_distance), view.y(measure.values(item)[0])
        if item.kind == "leg" and to_x - x > longest.get(item.family, (LEAST_RUN, 0.0, 0.0))[0]:
            longest[item.family] = (to_x - x, (x + to_x) / 2, (y + to_y) / 2)
        x, y = to_x, to_y
    parts = []
    for family, (_, middle, height) in longest.items():
        word = family_titles().get(family, family)
        half = measure_text(word, SIZE) / 2
        spots = [
            (middle + shift, height + drop)
            for drop in (17.0, -8.0, 26.0, -18.0)
            for shift in (6.0, 26.0, -20.0)
        ]
        found = placer.place((sx - half, sy - SIZE * 0.85, sx + half, sy + SIZE * 0.3) for sx, sy in spots)
        if found is not None:
            parts.append(write_text(spots[found][0], spots[found][1], text=word, kind="way", anchor="middle"))
    return parts


def text_box(spot: tuple[float, float, str], width: float) -> Box:
    """The room that a line of text takes at a spot."""
    x, y, anchor = spot
    left = x - width if anchor == "end" else x
    return left, y - SIZE * 0.85, left + width, y + SIZE * 0.3


def _draw_ends(route: Route, view: View, measure: Measure) -> str:
    """Mean, p10 and p90 at the end of the line, with a whisker."""
    mean, low, high = measure.total(route)
    x, at = view.x(route["distance"]), view.y(mean)
    write = measure.scale.write
    unit = "" if measure.name == "cost" else f"\u202f{measure.scale.unit}"
    dot = f'<circle class="dot" cx="{x:.1f}" cy="{at:.1f}" r="3.5"/>'
    if math.isnan(low + high):
        return dot + write_text(x + 9, at + 4, text=write(mean) + unit, kind="mean")
    rows = spread_lines(
        [view.y(high) + 4, at + 4, view.y(low) + 4], SIZE + 2.5, low=TOP - 4, high=PLOT_BOTTOM + 2
    )
    whisker = f'<path class="whisker" d="M{x:.1f} {view.y(high):.1f}V{view.y(low):.1f}"/>'
    texts = (
        write_text(x + 9, rows[0], text=f"p90 {write(high)}", kind="end-note"),
        write_text(x + 9, rows[1], text=write(mean) + unit, kind="mean"),
        write_text(x + 9, rows[2], text=f"p10 {write(low)}", kind="end-note"),
    )
    return whisker + dot + "".join(texts)


def draw_countries(route: Route, view: View) -> str:
    """A strip under the axis: which country the way lies in, with its code where there is room."""
    spans: list[tuple[str, float, float]] = []
    for item in route.items:
        if item.kind != "leg":
            continue
        code = "·".join(item.countries) if item.mode in ("rail", "road") else "sea"
        code = "air" if item.mode == "air" else code
        start = item.cum_distance - item.distance
        if spans and spans[-1][0] == code:
            spans[-1] = (code, spans[-1][1], item.cum_distance)
        else:
            spans.append((code, start, item.cum_distance))
    parts = []
    for number, (code, start, end) in enumerate(spans):
        left, width = view.x(start), view.x(end) - view.x(start)
        kind = "water" if code == "sea" else f"land{number % 2}"
        box = f'x="{left:.1f}" y="{STRIP:.0f}" width="{max(width, 0.5):.1f}" height="{STRIP_HEIGHT:.0f}"'
        parts.append(f'<rect class="{kind}" {box}/>')
        if width > measure_text(code, 11) + 2:
            parts.append(write_text(left + width / 2, STRIP + 10, text=code, kind="code", anchor="middle"))
    return "".join(parts)


def _draw_whole(view: View, measure: Measure, origin: str) -> str:
    """Axis of the picture that holds all routes."""
    unit = UNIT_NAMES.get(measure.scale.unit, measure.scale.unit)
    axes = draw_vertical_axis(view.most / measure.scale.size, unit) + draw_distance_axis(view.km, origin)
    return f'<g class="view whole" data-m="{view.matrix}">{axes}</g>'


def _name_lines(routes: Sequence[Route], view: View, measure: Measure) -> str:
    """A name at the end of each line, in the picture that holds all routes."""
    placer = Placer((LEFT + 2, 2.0, WIDTH, PLOT_BOTTOM + 2))
    names = []
    for index, route in enumerate(routes):
        x, y = view.x(route["distance"]), view.y(measure.total(route)[0])
        label = shorten(route.label, 26)
        width = measure_text(label, SIZE)
        spots = [(x - 6, y - 6 - 13 * step, "end") for step in range(-2, 4)] + [(x + 6, y + 4, "start")]
        found = placer.place(text_box(spot, width) for spot in spots)
        # A name without room shows only while its route is chosen.
        spot_x, spot_y, anchor = spots[found or 0]
        kind = "name spare" if found is None else "name"
        text = write_text(spot_x, spot_y, text=label, anchor=anchor)
        names.append(f"{open_layer(kind, index)}{text}</g>")
    return "".join(names)


def shorten(text: str, limit: int) -> str:
    """The text, cut with an ellipsis where it is longer.

    >>> shorten("Makhachkala – Caspian Port", 12)
    'Makhachkala…'
    """
    return text if len(text) <= limit else text[: limit - 1].rstrip(" –-,") + "…"
