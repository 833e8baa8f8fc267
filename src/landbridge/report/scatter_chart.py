"""Cost against time of the routes of a flow: which of them no other beats on both."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from landbridge.report.axes import (
    HEIGHT,
    LEFT,
    SIZE,
    TOP,
    WIDTH,
    list_ticks,
    open_layer,
    open_picture,
    write_text,
    write_tick,
)
from landbridge.report.figures import Scale
from landbridge.report.labels import Box, Placer, measure_text
from landbridge.report.packing import escape_text
from landbridge.report.progress_chart import shorten, text_box
from landbridge.report.reading import Route

RIGHT_EDGE, BOTTOM_EDGE = WIDTH - 14, HEIGHT - 46
SMALLEST, LARGEST = 4.0, 12.0  # radius of a point, area by emissions


def find_front(routes: Sequence[Route]) -> list[int]:
    """Indexes of routes that no other beats on mean cost and mean time, by time."""
    order = sorted(range(len(routes)), key=lambda i: (routes[i]["time"], routes[i]["cost"]))
    front: list[int] = []
    for index in order:
        if not front or routes[index]["cost"] < routes[front[-1]]["cost"]:
            front.append(index)
    return front


def span(routes: Sequence[Route], name: str) -> tuple[float, float]:
    """From the least p10 to the largest p90, with some air."""
    values = [route[name + end] for route in routes for end in ("", "_p10", "_p90")]
    known = [value for value in values if not math.isnan(value)]
    low, high = min(known), max(known)
    air = 0.06 * (high - low) or 0.1 * high or 1.0
    return max(0.0, low - air), high + air


def draw_scatter(routes: Sequence[Route], time: Scale, *, title: str) -> Markup:
    """Points with whiskers from p10 to p90; the area of a point is its emissions."""
    (west, east), (south, north) = span(routes, "time"), span(routes, "cost")

    def x(value: float) -> float:
        return LEFT + (value - west) / (east - west) * (RIGHT_EDGE - LEFT)

    def y(value: float) -> float:
        return BOTTOM_EDGE - (value - south) / (north - south) * (BOTTOM_EDGE - TOP)

    spots = [(x(route["time"]), y(route["cost"])) for route in routes]
    parts = [
        open_picture("scatter", title),
        _draw_axes((west / time.size, east / time.size), (south, north), time.unit),
        draw_front([spots[index] for index in find_front(routes)]),
    ]
    for index, route in enumerate(routes):
        cross = _draw_cross(
            [x(route["time_p10"]), x(route["time_p90"])],
            [y(route["cost_p10"]), y(route["cost_p90"])],
            spots[index],
        )
        parts.append(f"{open_layer('cross', index)}{cross}</g>")
    radii = list_radii(routes)
    parts += _draw_points(routes, spots, radii, time)
    parts += _name_points(routes, spots, radii)
    return Markup("".join([*parts, "</svg>"]))


def _draw_axes(across: tuple[float, float], up: tuple[float, float], unit: str) -> str:
    """Grid, numbers and units."""
    parts = [write_text(4, TOP - 14, text="USD/t", kind="unit")]
    ticks = list_ticks(up[0], up[1], count=4)
    for tick in ticks:
        y = BOTTOM_EDGE - (tick - up[0]) / (up[1] - up[0]) * (BOTTOM_EDGE - TOP)
        parts.append(f'<path class="grid" d="M{LEFT:.0f} {y:.1f}H{RIGHT_EDGE:.0f}"/>')
        parts.append(
            write_text(LEFT - 6, y + 4, text=write_tick(tick, step_of(ticks)), kind="tick", anchor="end")
        )
    ticks = list_ticks(across[0], across[1], count=6)
    for tick in ticks:
        x = LEFT + (tick - across[0]) / (across[1] - across[0]) * (RIGHT_EDGE - LEFT)
        parts.append(f'<path class="base" d="M{x:.1f} {BOTTOM_EDGE:.1f}v4"/>')
        parts.append(
            write_text(
                x, BOTTOM_EDGE + 18, text=write_tick(tick, step_of(ticks)), kind="tick", anchor="middle"
            )
        )
    parts.append(f'<path class="base" d="M{LEFT:.0f} {BOTTOM_EDGE:.1f}H{RIGHT_EDGE:.0f}"/>')
    name = "days" if unit == "d" else "hours"
    parts.append(
        write_text(RIGHT_EDGE, HEIGHT - 8, text=f"{name} from door to door", kind="unit", anchor="end")
    )
    return "".join(parts)


def step_of(ticks: Sequence[float]) -> float:
    """Distance of ticks."""
    return ticks[1] - ticks[0] if len(ticks) > 1 else 1.0


def draw_front(spots: Sequence[tuple[float, float]]) -> str:
    """The stepped line of what can be had: no route lies below it."""
    if len(spots) < 2:
        return ""
    steps = [f"M{spots[0][0]:.1f} {TOP:.1f}V{spots[0][1]:.1f}"]
    steps += [f"H{x:.1f}V{y:.1f}" for x, y in spots[1:]]
    return f'<path class="front" d="{"".join(steps)}H{RIGHT_EDGE:.0f}"/>'


def _draw_cross(across: Sequence[float], up: Sequence[float], spot: tuple[float, float]) -> str:
    """Whiskers of a point."""
    if any(map(math.isnan, [*across, *up])):
        return ""
    x, y = spot
    return f'<path d="M{across[0]:.1f} {y:.1f}H{across[1]:.1f}M{x:.1f} {up[0]:.1f}V{up[1]:.1f}"/>'


def list_radii(routes: Sequence[Route]) -> list[float]:
    """Radius of each point: its area is in proportion to its emissions, within what can be seen."""
    most = max((route["co2e"] for route in routes if not math.isnan(route["co2e"])), default=0.0) or 1.0
    return [
        SMALLEST if math.isnan(route["co2e"]) else max(SMALLEST, LARGEST * math.sqrt(route["co2e"] / most))
        for route in routes
    ]


def _draw_points(
    routes: Sequence[Route], spots: Sequence[tuple[float, float]], radii: Sequence[float], time: Scale
) -> list[str]:
    """Circles, the largest first so that none hides another."""
    order = sorted(range(len(routes)), key=lambda index: -radii[index])
    parts = []
    for index in order:
        (x, y), on = spots[index], " on" if index == 0 else ""
        tip = escape_text(describe(routes[index], time))
        where = f'cx="{x:.1f}" cy="{y:.1f}" r="{radii[index]:.1f}"'
        parts.append(f'<circle class="point{on}" data-r="{index}" {where}><title>{tip}</title></circle>')
    return parts


def describe(route: Route, time: Scale) -> str:
    """A route in a line, for the tip of a point."""
    return (
        f"{route.label}: {Scale('').write(route['cost'])} USD/t, {time.write(route['time'])} {time.unit}, "
        f"{Scale('').write(route['co2e'])} kg CO2e/t"
    )


def _line_boxes(spots: Sequence[tuple[float, float]]) -> list[Box]:
    """Thin boxes along the whiskers and the front near each point, which names avoid where they can."""
    across = [(x - 60, y - 1, x + 60, y + 1) for x, y in spots]
    return across + [(x - 1, y - 40, x + 1, y + 40) for x, y in spots]


def _name_points(
    routes: Sequence[Route], spots: Sequence[tuple[float, float]], radii: Sequence[float]
) -> list[str]:
    """Names beside the points, where there is room."""
    placer = Placer((LEFT + 2, TOP - 6, WIDTH - 2, BOTTOM_EDGE - 2))
    placer.taken += [(x - r, y - r, x + r, y + r) for (x, y), r in zip(spots, radii, strict=True)]
    lines = Placer(placer.frame, [*placer.taken, *_line_boxes(spots)])
    parts = []
    for index, route in enumerate(routes):
        (x, y), r = spots[index], radii[index]
        label = shorten(route.label, 30)
        width = measure_text(label, SIZE)
        places = []
        for lift in (4.0, -10.0, 18.0, -22.0, 30.0, -34.0):
            places += [(x + r + 4, y + lift, "start"), (x - r - 4, y + lift, "end")]
        boxes = [text_box(place, width) for place in places]
        clear = next(
            (number for number, box in enumerate(boxes[:6]) if lines.is_free(box) and placer.is_free(box)),
            None,
        )
        found = clear if clear is not None else placer.place(boxes)
        if clear is not None:
            placer.taken.append(boxes[clear])
        # A name without room shows only while its route is chosen.
        at_x, at_y, anchor = places[found or 0]
        kind = "name spare" if found is None else "name"
        text = write_text(at_x, at_y, text=label, anchor=anchor)
        parts.append(f"{open_layer(kind, index)}{text}</g>")
    return parts
