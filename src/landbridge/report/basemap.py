"""Land, borders and names of the map: read from TopoJSON, cut to the routes, drawn as SVG paths."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landbridge.report.projection import Floats, Plane, unwrap

Window = tuple[float, float, float, float]
Line = tuple[Floats, Floats]  # longitudes, latitudes

SEAM = 179.95  # coasts at this longitude are cuts of the source, not shores
SMALLEST = 5.0  # an island whose box is smaller than this, in units of the plane, is left out


@dataclass(frozen=True, slots=True)
class Label:
    """A name on the map, by plane coordinates; `rank` 1 shows first. `kind` is country or water."""

    kind: str
    name: str
    rank: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Basemap:
    """Path data in units of the plane, and the names."""

    land: str
    borders: str
    contested: str
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class World:
    """The map's arcs in degrees, what uses them, and the file's other parts."""

    arcs: tuple[Line, ...]
    users: dict[int, tuple[str, ...]]
    geometries: tuple[dict[str, Any], ...]
    contested: tuple[dict[str, Any], ...]
    waters: tuple[tuple[str, float, float, int], ...]


@cache
def read_world(path: Path | None = None) -> World:
    """The shipped map, or another TopoJSON file with an object `countries`.

    Raises OSError where the file cannot be read, ValueError or KeyError where it is no such map.
    """
    source = files("landbridge.report") / "assets" / "world.topojson" if path is None else path
    topology = json.loads(source.read_text(encoding="utf-8"))
    geometries = tuple(topology["objects"]["countries"]["geometries"])
    users: dict[int, list[str]] = defaultdict(list)
    for geometry in geometries:
        code = str(geometry.get("properties", {}).get("code", ""))
        for arc in walk_arcs(geometry["arcs"]):
            users[arc if arc >= 0 else ~arc].append(code)
    return World(
        arcs=tuple(read_arcs(topology)),
        users={arc: tuple(codes) for arc, codes in users.items()},
        geometries=geometries,
        contested=tuple(topology.get("contested", ())),
        waters=tuple(tuple(water) for water in topology.get("waters", ())),
    )


def walk_arcs(nested: Iterable[Any]) -> Iterator[int]:
    """Arc numbers of a geometry, whatever its depth."""
    for part in nested:
        if isinstance(part, int):
            yield part
        else:
            yield from walk_arcs(part)


def read_arcs(topology: dict[str, Any]) -> Iterator[Line]:
    """Arcs as longitudes and latitudes; quantised arcs are sums of their steps."""
    transform = topology.get("transform")
    for arc in topology["arcs"]:
        points = np.asarray(arc, np.float64)
        if transform is None:
            yield points[:, 0], points[:, 1]
        else:
            whole = np.cumsum(points, axis=0)
            (sx, sy), (tx, ty) = transform["scale"], transform["translate"]
            yield whole[:, 0] * sx + tx, whole[:, 1] * sy + ty


def stitch_rings(world: World) -> list[Line]:
    """Rings of the land as a whole: the arcs that one country alone uses, joined end to end."""
    rings: list[Line] = []
    onward: dict[tuple[float, float], list[int]] = defaultdict(list)
    for geometry in world.geometries:
        for arc in walk_arcs(geometry["arcs"]):
            if len(world.users[arc if arc >= 0 else ~arc]) == 1:
                onward[end_of(world, arc, first=True)].append(arc)
    while onward:
        start = next(iter(onward))
        chain: list[int] = []
        here = start
        while here in onward:
            arc = onward[here].pop()
            if not onward[here]:
                del onward[here]
            chain.append(arc)
            here = end_of(world, arc, first=False)
        lines = [line_of(world, arc) for arc in chain]
        rings.append((np.concatenate([lon for lon, _ in lines]), np.concatenate([lat for _, lat in lines])))
    return rings


def line_of(world: World, arc: int) -> Line:
    """An arc in the direction that its sign says."""
    lon, lat = world.arcs[arc if arc >= 0 else ~arc]
    return (lon, lat) if arc >= 0 else (lon[::-1], lat[::-1])


def end_of(world: World, arc: int, *, first: bool) -> tuple[float, float]:
    """First or last point of a directed arc."""
    lon, lat = world.arcs[arc if arc >= 0 else ~arc]
    index = 0 if first == (arc >= 0) else -1
    return float(lon[index]), float(lat[index])


def shift_into(line: Line, plane: Plane) -> Iterator[Line]:
    """The line without jumps, once for each turn of the globe on which it touches the window."""
    lon = unwrap(line[0], plane.middle)
    west, south, east, north = plane.window
    if line[1].max() < south or line[1].min() > north:
        return
    for turn in (-360.0, 0.0, 360.0):
        if lon.min() + turn <= east and lon.max() + turn >= west:
            yield lon + turn, line[1]


def clip_ring(line: Line, window: Window) -> Line | None:
    """A ring cut to the window (Sutherland and Hodgman, 1974), or None where nothing is left."""
    west, south, east, north = window
    points = np.column_stack(line)
    for axis, bound, sign in ((0, west, 1.0), (0, east, -1.0), (1, south, 1.0), (1, north, -1.0)):
        points = _clip_half(points, axis, (bound, sign))
        if len(points) < 3:
            return None
    return points[:, 0], points[:, 1]


def _clip_half(points: Floats, axis: int, edge: tuple[float, float]) -> Floats:
    """The part of a ring on one side of a straight edge; crossings become points."""
    bound, sign = edge
    depth = sign * (points[:, axis] - bound)
    inside = depth >= 0
    if inside.all():
        return points
    behind, was_in = np.roll(points, 1, axis=0), np.roll(inside, 1)
    depth_behind = np.roll(depth, 1)
    crosses = inside != was_in
    span = np.where(crosses, depth_behind - depth, 1.0)
    cut = behind + (points - behind) * (np.where(crosses, depth_behind, 0.0) / span)[:, None]
    pairs = np.stack((cut, points), axis=1).reshape(-1, 2)
    return np.asarray(pairs[np.stack((crosses, inside), axis=1).ravel()])


def write_path(x: Floats, y: Floats, *, closed: bool) -> str:
    """Path data in whole numbers: an absolute start, then steps; points that do not move are left out."""
    points = np.rint(np.column_stack((x, y))).astype(np.int64)
    moves = np.any(np.diff(points, axis=0) != 0, axis=1)
    points = points[np.concatenate(([True], moves))]
    if len(points) < (3 if closed else 2):
        return ""
    steps = np.diff(points, axis=0).ravel().tolist()
    text = " ".join(map(str, steps)).replace(" -", "-")
    return f"M{points[0, 0]} {points[0, 1]}l{text}{'z' if closed else ''}"


def draw_land(world: World, plane: Plane) -> str:
    """Path of all land in the window."""
    parts = []
    west, south, east, north = plane.window
    wide = (west - 1.0, south - 1.0, east + 1.0, north + 1.0)
    for ring in stitch_rings(world):
        for shifted in shift_into(ring, plane):
            clipped = clip_ring(shifted, wide)
            if clipped is None:
                continue
            x, y = plane.place(*clipped)
            if max(np.ptp(x), np.ptp(y)) >= SMALLEST:
                parts.append(write_path(x, y, closed=True))
    return "".join(parts)


def split_inside(line: Line, window: Window) -> Iterator[Line]:
    """Runs of a line that lie in the window, one point beyond it at each end."""
    lon, lat = line
    west, south, east, north = window
    inside = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    near = inside.copy()
    near[1:] |= inside[:-1]
    near[:-1] |= inside[1:]
    edges = np.flatnonzero(np.diff(np.concatenate(([0], near.astype(np.int8), [0]))))
    for first, last in edges.reshape(-1, 2):
        if last - first > 1:
            yield lon[first:last], lat[first:last]


def draw_borders(world: World, plane: Plane) -> tuple[str, str]:
    """Paths of borders and of contested borders: the arcs that two countries share."""
    plain: list[str] = []
    contested: list[str] = []
    for arc, codes in sorted(world.users.items()):
        if len(codes) < 2 or codes[0] == codes[1]:
            continue
        for shifted in shift_into(world.arcs[arc], plane):
            for part in split_inside(shifted, plane.window):
                path = write_path(*plane.place(*part), closed=False)
                (contested if _is_contested(world, codes, part) else plain).append(path)
    return "".join(plain), "".join(contested)


def _is_contested(world: World, codes: Sequence[str], line: Line) -> bool:
    """Whether the two sides draw the line differently where it runs."""
    pair = sorted(codes[:2])
    lon, lat = float(np.mean(line[0])), float(np.mean(line[1]))
    for row in world.contested:
        west, south, east, north = row["window"]
        if row["pair"] == pair and south <= lat <= north and west <= (lon + 180) % 360 - 180 <= east:
            return True
    return False


def list_labels(world: World, plane: Plane) -> Iterator[Label]:
    """Names of countries and waters in the window."""
    for geometry in world.geometries:
        properties = geometry.get("properties", {})
        for order, (lon, lat) in enumerate(properties.get("labels", ())):
            rank = int(properties.get("rank", 5)) + (1 if order else 0)
            yield from _label_at(plane, ("country", str(properties["name"]), rank), lon, lat)
    for name, lon, lat, rank in world.waters:
        yield from _label_at(plane, ("water", name, rank), lon, lat)


def _label_at(plane: Plane, text: tuple[str, str, int], lon: float, lat: float) -> Iterator[Label]:
    """A label, where its point lies in the plane."""
    x, y = plane.place_point(lon, lat)
    if 0 <= x <= plane.width and 0 <= y <= plane.height:
        yield Label(*text, round(x, 1), round(y, 1))


def draw_basemap(plane: Plane, borders: Path | None = None) -> Basemap:
    """The map below the routes. Raises as `read_world` does."""
    world = read_world(borders)
    plain, contested = draw_borders(world, plane)
    labels = sorted(
        list_labels(world, plane), key=lambda label: (label.rank, label.kind, label.name, label.x)
    )
    return Basemap(draw_land(world, plane), plain, contested, tuple(labels))


def simplify_line(x: Floats, y: Floats, *, tolerance: float) -> NDArray[np.bool_]:
    """Which points of a line stay when none may move by more than `tolerance` (Douglas and Peucker, 1973)."""
    keep = np.zeros(len(x), np.bool_)
    keep[[0, -1]] = True
    waiting = [(0, len(x) - 1)]
    while waiting:
        first, last = waiting.pop()
        if last - first < 2:
            continue
        dx, dy = x[last] - x[first], y[last] - y[first]
        inner_x, inner_y = x[first + 1 : last] - x[first], y[first + 1 : last] - y[first]
        along = np.clip((inner_x * dx + inner_y * dy) / ((dx * dx + dy * dy) or 1.0), 0.0, 1.0)
        away = np.hypot(inner_x - along * dx, inner_y - along * dy)
        farthest = int(np.argmax(away))
        if away[farthest] > tolerance:
            middle = first + 1 + farthest
            keep[middle] = True
            waiting += [(first, middle), (middle, last)]
    return keep
