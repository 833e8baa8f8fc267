"""Routes and stops on the map: lines by mode, markers by what is done there, names without overlaps."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from markupsafe import Markup

from landbridge.report.basemap import Basemap, Label, simplify_line, write_path
from landbridge.report.figures import THIN, choose_time_scale, write_amount
from landbridge.report.labels import Box, Placer, measure_text
from landbridge.report.packing import escape_text
from landbridge.report.projection import Floats, Plane, unwrap
from landbridge.report.reading import Answer, Item, Loss

STILL_WIDTH, STILL_HEIGHT = 1040.0, 600.0  # the picture that is there before any script runs
TOLERANCE = 0.8  # units of the plane that a drawn line may be simplified by
MARKS = {
    "end": "M0-6A6 6 0 1 1 0 6A6 6 0 1 1 0-6Z",
    "port": "M-4.5-4.5H4.5V4.5H-4.5Z",
    "border": "M0-6L6 0L0 6L-6 0Z",
    "gauge": "M0-5.5L5.5 4.5H-5.5Z",
    "stop": "M0-3A3 3 0 1 1 0 3A3 3 0 1 1 0-3Z",
}
ORDER = tuple(MARKS)
LOST_MARKS = {"post": "border", "port": "port", "gauge_change": "gauge"}


def parse_line(text: str) -> tuple[Floats, Floats]:
    """Longitudes and latitudes from "lon,lat;lon,lat".

    >>> parse_line("27.5,53.9;31,52")[0].tolist()
    [27.5, 31.0]
    """
    numbers = np.array(text.replace(";", ",").split(","), np.float64) if text else np.empty(0)
    return numbers[0::2], numbers[1::2]


@dataclass(slots=True)
class LinePool:
    """Drawn lines, each once, however many routes run along it."""

    plane: Plane
    numbers: dict[str, int] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    points: dict[tuple[float, float], tuple[float, float]] = field(default_factory=dict)

    def place_point(self, lon: float, lat: float) -> tuple[float, float]:
        """Coordinates of a point; places recur on many routes."""
        if (lon, lat) not in self.points:
            x, y = self.plane.place_point(lon, lat)
            self.points[lon, lat] = round(x, 1), round(y, 1)
        return self.points[lon, lat]

    def add(self, text: str) -> int:
        """Number of a line in the pool."""
        if text not in self.numbers:
            self.numbers[text] = len(self.paths)
            lon, lat = parse_line(text)
            x, y = self.plane.place(unwrap(lon, self.plane.middle), lat) if len(lon) else (lon, lat)
            if len(x) > 2:
                keep = simplify_line(x, y, tolerance=TOLERANCE)
                x, y = x[keep], y[keep]
            self.paths.append(write_path(x, y, closed=False) if len(x) > 1 else "")
            box = (
                (float(x.min()), float(y.min()), float(x.max()), float(y.max()))
                if len(x)
                else (0.0, 0.0, 0.0, 0.0)
            )
            self.boxes.append(box)
        return self.numbers[text]


@dataclass(slots=True)
class Stop:
    """A place on the map: what it is, where, the routes that call there; what the first route loses without it.

    `share` is that loss as a share of the first route's cost.
    """

    name: str
    mark: str
    x: float
    y: float
    routes: list[int] = field(default_factory=list)
    loss: Loss | None = None
    share: float = 0.0


@dataclass(frozen=True, slots=True)
class Overlay:
    """Routes of one answer on the map: legs as (line number, mode, routes), stops, and the box that holds them."""

    legs: tuple[tuple[int, str, tuple[int, ...]], ...]
    stops: tuple[Stop, ...]
    box: Box
    route_boxes: tuple[Box, ...]


def overlay_routes(answer: Answer, pool: LinePool) -> Overlay:
    """Legs and stops of an answer's routes, in units of the plane."""
    legs: dict[tuple[int, str], list[int]] = {}
    boxes: list[Box] = []
    for index, route in enumerate(answer.routes):
        own: list[Box] = []
        for shape in route.shapes:
            number = pool.add(shape.line)
            routes = legs.setdefault((number, shape.mode), [])
            if index not in routes:
                routes.append(index)
            own.append(pool.boxes[number])
        boxes.append(join_boxes(own))
    stops = gather_stops(answer, pool)
    placed = tuple(
        (number, mode, tuple(routes)) for (number, mode), routes in legs.items() if pool.paths[number]
    )
    return Overlay(placed, stops, join_boxes(boxes), tuple(boxes))


def join_boxes(boxes: Sequence[Box]) -> Box:
    """The box that holds all boxes."""
    if not boxes:
        return (0.0, 0.0, 0.0, 0.0)
    lows, highs = [[box[i] for box in boxes] for i in (0, 1)], [[box[i] for box in boxes] for i in (2, 3)]
    return min(lows[0]), min(lows[1]), max(highs[0]), max(highs[1])


def mark_of(item: Item, *, ends: bool) -> str:
    """What a place is drawn as, from an item there."""
    if ends:
        return "end"
    if item.kind == "operation" and item.family == "gauge":
        return "gauge"
    if item.kind == "operation" and item.family == "border":
        return "border"
    if item.kind == "operation" and item.family in ("terminal", "wait"):
        return "port"
    return "stop"


def gather_stops(answer: Answer, pool: LinePool) -> tuple[Stop, ...]:
    """Places of all routes, each once, with its most telling mark."""
    found: dict[str, Stop] = {}
    for index, route in enumerate(answer.routes):
        count = len(route.items)
        for number, item in enumerate(route.items):
            if math.isnan(item.lat) or math.isnan(item.lon) or not item.place:
                continue
            mark = mark_of(item, ends=number in (0, count - 1))
            stop = found.get(item.place)
            if stop is None:
                stop = found[item.place] = Stop(item.place, mark, *pool.place_point(item.lon, item.lat))
            if ORDER.index(mark) < ORDER.index(stop.mark):
                stop.mark = mark
            if index not in stop.routes:
                stop.routes.append(index)
    if answer.losses and answer.routes:
        _add_losses(found, answer, pool)
    return tuple(sorted(found.values(), key=lambda stop: (ORDER.index(stop.mark), stop.name)))


def _add_losses(stops: dict[str, Stop], answer: Answer, pool: LinePool) -> None:
    """What the first route loses without a place, at its stop; a post that it passes unstopped gets one."""
    first = answer.routes[0]
    names = {item.place_id: item.place for item in first.items if item.place in stops}
    for loss in answer.losses:
        name = names.get(loss.place_id, loss.name)
        if name not in stops:
            spot = pool.place_point(loss.lon, loss.lat)
            stops[name] = Stop(name, LOST_MARKS.get(loss.kind, "stop"), *spot, [0])
        stops[name].loss, stops[name].share = loss, 0.0 if loss.cut else loss.cost / first["cost"]


def draw_legs(overlay: Overlay, paths: Sequence[str] | None, *, chosen: int = 0) -> Markup:
    """Lines of the legs, the chosen route above the others; without `paths` a script fills the lines in later."""
    parts = []
    for number, mode, routes in sorted(overlay.legs, key=lambda leg: chosen in leg[2]):
        on = " on" if chosen in routes else ""
        data = f' d="{paths[number]}"' if paths is not None else ""
        which = " ".join(map(str, routes))
        paths_of = f'<path class="case"{data}/><path class="{escape_text(mode)}"{data}/>'
        parts.append(f'<g class="leg{on}" data-r="{which}" data-l="{number}">{paths_of}</g>')
    return Markup("".join(parts))


def draw_stops(
    overlay: Overlay, chosen: int = 0, *, still: dict[str, tuple[float, float, str]] | None = None
) -> Markup:
    """Markers with names. A script moves them; `still` places them for a picture without one."""
    parts = []
    for stop in overlay.stops:
        on = " on" if chosen in stop.routes else ""
        which = " ".join(map(str, stop.routes))
        spot = still.get(stop.name) if still is not None else None
        where, text = "", ""
        if still is not None:
            x, y, anchor = spot or (stop.x, stop.y, "")
            where = f' transform="translate({x:.1f} {y:.1f})"'
            text = place_name(stop.name, anchor)
        else:
            text = f"<text>{escape_text(stop.name)}</text>"
        parts.append(
            f'<g class="mark {stop.mark}{on}" data-r="{which}" data-x="{stop.x:g}" data-y="{stop.y:g}"{where}>'
            f'{_draw_ring(stop, chosen)}<path d="{MARKS[stop.mark]}"/>{text}</g>'
        )
    return Markup("".join(parts))


RING = 56.0  # radius in px of a loss as large as the first route's cost, were it not for the largest
LEAST_RING, LARGEST_RING, CUT_RING = 9.0, 40.0, 15.0


def _draw_ring(stop: Stop, chosen: int) -> str:
    """The ring of what the first route loses without a place, whose area grows with the loss, and its words."""
    if stop.loss is None:
        return ""
    title = f"<title>{escape_text(tell_loss(stop.loss))}</title>"
    if not stop.loss.cut and stop.loss.cost <= 0:
        return title
    kind, on = " cut" if stop.loss.cut else "", "" if chosen else " on"
    radius = min(max(RING * math.sqrt(stop.share), LEAST_RING), LARGEST_RING)
    return (
        f'{title}<circle class="ring{kind}{on}" data-r="0" r="{CUT_RING if stop.loss.cut else radius:.3g}"/>'
    )


def tell_loss(loss: Loss) -> str:
    """What the first route loses without a place, in words.

    >>> tell_loss(Loss("x", "post", "X", "By Y", 1.0, 2.0, 7.26, -5.0, False)).replace(THIN, " ")
    'The first route without it: 7.3 USD/t more, 5.0 h less, by “By Y”'
    >>> tell_loss(Loss("x", "post", "X", "", 1.0, 2.0, math.nan, math.nan, True))
    'The first route without it: no other way'
    """
    if loss.cut:
        return "The first route without it: no other way"
    scale, word = choose_time_scale(abs(loss.time)), "less" if loss.time < 0 else "more"
    time = f"{scale.write(abs(loss.time))}{THIN}{scale.unit} {word}"
    return f"The first route without it: {write_amount(loss.cost)}{THIN}USD/t more, {time}, by “{loss.way}”"


OFFSETS = {
    "right": (9, 4, ""),
    "left": (-9, 4, "to-end"),
    "above": (0, -10, "to-mid"),
    "below": (0, 18, "to-mid"),
}


def place_name(name: str, side: str) -> str:
    """The name of a stop at one side of its marker; hidden where there was no room."""
    dx, dy, anchor = OFFSETS.get(side, (9, 4, "hidden"))
    kind = f' class="{anchor}"' if anchor else ""
    return f'<text x="{dx}" y="{dy}"{kind}>{escape_text(name)}</text>'


def _fit_box(box: Box, width: float, height: float) -> tuple[float, float, float]:
    """Scale and shift that show a box in the middle of a picture, with air around it."""
    wide, high = max(box[2] - box[0], 60.0), max(box[3] - box[1], 60.0)
    scale = min((width - 150) / wide, (height - 90) / high)
    return scale, width / 2 - scale * (box[0] + box[2]) / 2, height / 2 - scale * (box[1] + box[3]) / 2


def _place_still(
    overlay: Overlay, view: tuple[float, float, float], chosen: int = 0
) -> tuple[dict[str, tuple[float, float, str]], Placer]:
    """Where markers and names stand in the still picture, the chosen route's first."""
    scale, dx, dy = view
    placer = Placer((4.0, 4.0, STILL_WIDTH - 4, STILL_HEIGHT - 4))
    spots = {stop.name: (stop.x * scale + dx, stop.y * scale + dy) for stop in overlay.stops}
    order = sorted(overlay.stops, key=lambda stop: (chosen not in stop.routes, ORDER.index(stop.mark)))
    placer.taken += [
        (x - 5, y - 5, x + 5, y + 5) for stop in order if chosen in stop.routes for x, y in [spots[stop.name]]
    ]
    placed: dict[str, tuple[float, float, str]] = {}
    for stop in order:
        x, y = spots[stop.name]
        width = measure_text(stop.name, 12.5)
        sides = [(x + 8, x + 10 + width), (x - 10 - width, x - 8)]
        boxes = [(left, y - 7, right, y + 7) for left, right in sides]
        boxes += [(x - width / 2, y + top, x + width / 2, y + top + 14) for top in (-22, 8)]
        minor = stop.mark == "stop" and chosen not in stop.routes
        found = None if minor else placer.place(boxes)
        placed[stop.name] = (x, y, "" if found is None else list(OFFSETS)[found])
    return placed, placer


# Names of a rank show from this scale on (pixels a radian), so that small territories wait for a closer look.
SCALES = (0.0, 0.0, 0.0, 300.0, 560.0, 1300.0, 2400.0)


def find_rank(scale: float) -> int:
    """The highest rank of names that a map of this scale shows.

    >>> find_rank(200.0), find_rank(5000.0)
    (3, 7)
    """
    return sum(1 for least in SCALES if scale >= least)


def _draw_labels(
    labels: Iterable[Label], view: tuple[float, float, float], placer: Placer, plane: Plane
) -> Markup:
    """Names of countries and waters; those without room in the still picture are hidden until a script asks."""
    scale, dx, dy = view
    most = find_rank(scale * plane.scale)
    parts = []
    shown: set[str] = set()
    for label in labels:
        x, y = label.x * scale + dx, label.y * scale + dy
        text = label.name.upper() if label.kind == "country" else label.name
        half = measure_text(text, 11.5 if label.kind == "country" else 12) / 2 + 6
        fits = (
            label.name not in shown
            and label.rank <= most
            and placer.place([(x - half, y - 8, x + half, y + 6)]) is not None
        )
        shown |= {label.name} if fits else set()
        hidden = "" if fits else " hidden"
        parts.append(
            f'<text class="{label.kind}{hidden}" data-x="{label.x:g}" data-y="{label.y:g}" data-k="{label.rank}" '
            f'transform="translate({x:.1f} {y:.1f})">{escape_text(text)}</text>'
        )
    return Markup("".join(parts))


def draw_still(overlay: Overlay, basemap: Basemap, *, pool: LinePool) -> dict[str, Markup | str]:
    """Parts of the map for the first answer, drawn so that it needs no script."""
    view = _fit_box(overlay.box, STILL_WIDTH, STILL_HEIGHT)
    placed, placer = _place_still(overlay, view)
    scale, dx, dy = view
    return {
        "view": f"translate({dx:.2f},{dy:.2f}) scale({scale:.5f})",
        "box": f"0 0 {STILL_WIDTH:.0f} {STILL_HEIGHT:.0f}",
        "legs": draw_legs(overlay, pool.paths),
        "stops": draw_stops(overlay, still=placed),
        "labels": _draw_labels(basemap.labels, view, placer, pool.plane),
    }
