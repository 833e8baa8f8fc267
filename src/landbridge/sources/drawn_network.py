"""Networks drawn as lines: layers of a GeoPackage, or GeoParquet with the tags of OpenStreetMap.

Lines meet where they share a drawn point and a mode: a line that passes through an end or a point of another is cut
there. Columns read: mode, or the tags highway, railway and waterway; oneway (-1: against the line), gauge, name, and
the length as length_km, km, length_m or length. A `length` without a unit is taken for km or for metres, whichever
fits the drawn lines; without one a line is as long as its geodesic.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from landbridge.schema.cells import quote
from landbridge.schema.findings import Finding, FindingList
from landbridge.sources.line_lengths import measure_lines, measure_pairs
from landbridge.sources.network_words import (
    LEFT_OUT,
    read_direction,
    read_gauge,
    read_mode,
    read_number,
    read_tagged_mode,
)
from landbridge.sources.user_network import (
    LINK_COLUMNS,
    NODE_COLUMNS,
    POST_COLUMNS,
    UserNetwork,
    frame_columns,
    frame_records,
)

DEGREES = "EPSG:4326"
LENGTHS = {"length_km": 1.0, "km": 1.0, "length_m": 0.001, "length": 0.0}  # 0: found by comparison
FITS = (0.5, 2.0)  # the median of stated over drawn length lies here where the unit is right
ROUND = 1e7  # parts of a degree, a centimetre
IDS = ("id", "link_id", "osm_id", "osmid")
IMPLIED_ONE_WAY = {"highway": "motorway", "junction": "roundabout"}
READ_FAULTS = (RuntimeError, ValueError, OSError, KeyError, pa.ArrowException)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Lines with what is said of them, one row a feature part, and their shapes in degrees."""

    rows: list[Row]
    shapes: list[Any]


def read_geopackage(path: Path) -> UserNetwork:
    """Read every line layer of a GeoPackage, and points from layers whose name has "post"."""
    findings = FindingList(file=path.name)
    drawn, posts = Drawn([], []), []
    try:
        layers = gpd.list_layers(path)
    except READ_FAULTS as error:
        _say_unreadable(findings, error)
        layers = pd.DataFrame({"name": [], "geometry_type": []})
    for name, kind in zip(layers["name"], layers["geometry_type"], strict=True):
        if "LineString" in str(kind) or str(kind) == "Unknown":
            part = _read_lines(path, str(name), findings)
            drawn.rows.extend(part.rows)
            drawn.shapes.extend(part.shapes)
        elif "Point" in str(kind) and "post" in str(name).lower():
            posts += _read_posts(path, str(name), findings)
        elif "nodes" not in str(name).lower():
            _add(findings, "layer_left_out", f"the layer {name} is not read: {kind}", "", severity="note")
    return _join(path, "geopackage", drawn, posts, findings)


def read_geoparquet(path: Path) -> UserNetwork:
    """Read the lines of a GeoParquet file."""
    findings = FindingList(file=path.name)
    return _join(path, "geoparquet", _read_lines(path, "", findings), [], findings)


def _add(findings: FindingList, code: str, what: str, remedy: str, **place: Any) -> None:
    severity = place.pop("severity", "error")
    findings.add(lambda: Finding(code, severity, what, remedy, **place))


def _say_unreadable(findings: FindingList, error: BaseException) -> None:
    reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
    _add(findings, "unreadable", f"cannot be read: {reason}", "save it again as GeoPackage or GeoParquet")


def _open(path: Path, layer: str, findings: FindingList) -> gpd.GeoDataFrame | None:
    """A layer in degrees; None and a finding where it cannot be read."""
    try:
        frame = gpd.read_file(path, layer=layer) if layer else gpd.read_parquet(path)
        if frame.crs is None:
            bounds = np.abs(np.nan_to_num(frame.total_bounds))
            if len(frame) and bounds.max() > 180:
                what, remedy = (
                    "tells no coordinate system, and its numbers are no degrees",
                    "save it with its crs",
                )
                _add(findings, "no_crs", what, remedy)
                return None
            return frame.set_crs(DEGREES)
        return frame.to_crs(DEGREES)
    except READ_FAULTS as error:
        _say_unreadable(findings, error)
        return None


def _texts(frame: gpd.GeoDataFrame) -> list[dict[str, str]]:
    """The attributes of each feature as text by lower-case column; empty ones are left out."""
    columns = [str(name) for name in frame.columns if name != frame.geometry.name]
    records = frame[columns].to_dict("records")
    return [
        {str(name).lower(): _text(value) for name, value in record.items() if _text(value)}
        for record in records
    ]


def _text(value: Any) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, (list, tuple, np.ndarray)):
        return ";".join(map(str, value))
    return f"{value:.12g}" if isinstance(value, float) else str(value).strip()


def _read_lines(path: Path, layer: str, findings: FindingList) -> Drawn:
    frame = _open(path, layer, findings)
    if frame is None:
        return Drawn([], [])
    unit = _find_length_column(frame, findings)
    rows, shapes, left_out = [], [], 0
    for number, (tags, shape) in enumerate(zip(_texts(frame), frame.geometry, strict=True), 1):
        mode = read_tagged_mode(tags) or read_mode([layer])
        if mode == LEFT_OUT:
            left_out += 1
            continue
        parts = _read_parts(shape, number, findings)
        row = _read_tags(tags, number, unit, findings) if parts else None
        if row is not None:
            base = f"{layer}-" if layer else ""
            row |= {"mode": mode, "id": next((tags[name] for name in IDS if name in tags), f"{base}{number}")}
            rows += [{**row, "whole": number} for _ in parts]
            shapes += parts
    if left_out:
        what = f"{left_out} lines carry no freight (footways, lines out of use) and are left out"
        _add(findings, "links_left_out", what, "", severity="note")
    return Drawn(_measure(rows, shapes, findings), shapes)


def _find_length_column(frame: gpd.GeoDataFrame, findings: FindingList) -> tuple[str, float]:
    """The column of lengths and its unit in km; ("", 0) without one."""
    name = next((name for name in LENGTHS if name in frame.columns), "")
    if name != "length":
        return name, LENGTHS.get(name, 0.0)
    stated = pd.to_numeric(frame[name], errors="coerce").to_numpy(np.float64)
    usable = [
        shape if shape is not None and shape.is_valid else shapely.LineString() for shape in frame.geometry
    ]
    drawn = measure_lines(usable)
    both = (stated > 0) & (drawn > 0)
    ratio = float(np.median(stated[both] / drawn[both])) if both.any() else 1.0
    for unit, word in ((1.0, "kilometres"), (0.001, "metres")):
        if FITS[0] <= ratio * unit <= FITS[1]:
            _add(
                findings,
                "length_unit",
                f"its column length is read as {word}",
                "",
                severity="note",
                column=name,
            )
            return name, unit
    what = f"its column length fits neither km nor metres: {ratio:.3g} times the drawn lines in the median"
    _add(findings, "unknown_unit", what, "name the column length_km or length_m", column=name)
    return "", 0.0


def _read_parts(shape: Any, row: int, findings: FindingList) -> list[Any]:
    """The lines of a feature; none and a finding where it has no sound geometry."""
    parts = list(shape.geoms) if shape is not None and shape.geom_type == "MultiLineString" else [shape]
    sound = bool(parts)
    for part in parts:
        whole = part is not None and part.geom_type == "LineString" and not part.is_empty
        sound = sound and whole and bool(np.isfinite(shapely.get_coordinates(part)).all())
    if not sound:
        kind = "none" if shape is None or shape.is_empty else shape.geom_type
        what, remedy = f"its geometry is no line ({kind})", "draw it as a line of two points or more"
        _add(findings, "broken_geometry", what, remedy, row=row, column="geometry")
        return []
    return [shapely.force_2d(part) for part in parts]


def _read_tags(
    tags: Mapping[str, str], row: int, unit: tuple[str, float], findings: FindingList
) -> Row | None:
    """What is said of a feature; None and findings where a cell is unreadable."""
    read: dict[str, Any] = {"name": tags.get("name", ""), "row": row}
    implied = any(tags.get(tag) == word for tag, word in IMPLIED_ONE_WAY.items())
    readers: list[tuple[str, Callable[[str], Any], str]] = [
        ("oneway", read_direction, "yes" if implied else ""),
        ("gauge", read_gauge, ""),
    ]
    if unit[0]:
        readers.append((unit[0], _read_length, ""))
    faults = False
    for column, reader, default in readers:
        text = tags.get(column, default)
        value = reader(text)
        if value is None:
            what, remedy = f"{quote(text)} cannot be read as {column}", "write a plain number, or yes or no"
            _add(findings, "bad_cell", what, remedy, row=row, column=column)
            faults = True
        read["length" if column == unit[0] else column] = value
    read["length"] = read.get("length", float("nan"))
    if faults:
        return None
    read["length"] *= unit[1] if unit[0] else 1.0
    return read


def _read_length(text: str) -> float | None:
    """A length of 0 or more, NaN where the cell is empty."""
    value = read_number(text) if text else float("nan")
    return None if value is not None and value < 0 else value


def _measure(rows: list[Row], shapes: list[Any], findings: FindingList) -> list[Row]:
    """Rows with `factor`, by which the drawn length becomes the stated one (of the feature as a whole)."""
    drawn = measure_lines(shapes)
    whole = np.array([row["whole"] for row in rows], np.int64)
    total = np.bincount(whole, drawn) if len(rows) else np.zeros(1)
    measured = 0
    for row, number in zip(rows, whole, strict=True):
        stated = row["length"]
        measured += bool(np.isnan(stated))
        row["factor"] = 1.0 if np.isnan(stated) or total[number] == 0 else stated / float(total[number])
    if measured:
        what = f"{measured} lines have no length and are measured as drawn"
        _add(
            findings, "lengths_measured", what, "fill a column length_km", severity="note", column="length_km"
        )
    return rows


def _read_posts(path: Path, layer: str, findings: FindingList) -> list[Row]:
    frame = _open(path, layer, findings)
    if frame is None:
        return []
    posts = []
    for number, (tags, shape) in enumerate(zip(_texts(frame), frame.geometry, strict=True), 1):
        if shape is None or shape.is_empty or shape.geom_type != "Point":
            what, remedy = "its geometry is no point", "draw the post as a point"
            _add(findings, "broken_geometry", what, remedy, row=number, column="geometry")
            continue
        post = next((tags[name] for name in ("id", "post", "post_id") if name in tags), f"{layer}-{number}")
        words = {"id": post, "name": tags.get("name", ""), "mode": read_mode([tags.get("mode", "")])}
        posts.append({**words, "lat": float(shape.y), "lon": float(shape.x), "row": number})
    return posts


def _join(path: Path, kind: str, drawn: Drawn, posts: list[Row], findings: FindingList) -> UserNetwork:
    nodes, links = cut_lines(drawn.rows, drawn.shapes)
    if links.empty:
        _add(findings, "no_links", "holds no line of a network", "save the lines in a layer of their own")
    files = dict.fromkeys(("nodes", "links", "posts"), path.name)
    frame = frame_records(posts, POST_COLUMNS)
    return UserNetwork(kind, path.stem, nodes, links, frame, files, findings.close())


def cut_lines(rows: Sequence[Row], shapes: Sequence[Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nodes and links of drawn lines: each line cut at its ends and wherever it shares a point with another one.

    >>> shapes = [shapely.LineString([(0, 0), (1, 0), (2, 0)]), shapely.LineString([(1, 0), (1, 1)])]
    >>> row = {"name": "", "mode": "road", "oneway": 0, "gauge": float("nan"), "factor": 1.0}
    >>> nodes, links = cut_lines([{**row, "id": "a", "row": 1}, {**row, "id": "b", "row": 2}], shapes)
    >>> len(nodes), links[["id", "from", "to"]].values.tolist()
    (4, [['a-1', 'n1', 'n2'], ['a-2', 'n2', 'n3'], ['b', 'n2', 'n4']])
    """
    points, line = shapely.get_coordinates(list(shapes), return_index=True)
    fresh = np.ones(len(points), bool)
    whole = np.round(points * ROUND).astype(np.int64)
    fresh[1:] = (line[1:] != line[:-1]) | (whole[1:] != whole[:-1]).any(axis=1)
    fresh |= _is_spare_end(line, fresh)
    points, line, whole = points[fresh], line[fresh], whole[fresh]
    mode = np.unique([row["mode"] for row in rows], return_inverse=True)[1] if rows else np.zeros(0, np.int64)
    _, vertex, uses = np.unique(
        np.column_stack((whole, mode[line])), axis=0, return_inverse=True, return_counts=True
    )
    vertex = vertex.reshape(-1)
    end = np.ones(len(line), bool)
    end[1:-1] = (line[1:-1] != line[:-2]) | (line[1:-1] != line[2:])
    marked = np.zeros(len(uses), bool)
    marked[vertex[end]] = True
    stop = np.flatnonzero((uses > 1)[vertex] | marked[vertex])
    return _frame_pieces(rows, points, line, vertex, stop)


def _is_spare_end(line: NDArray[np.int64], fresh: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Ends of lines all of whose points are one, bool[points]: they stay, so that a link of no length is seen."""
    last = np.ones(len(line), bool)
    last[:-1] = line[1:] != line[:-1]
    kept = np.bincount(line, fresh) if len(line) else np.zeros(0)
    spare: NDArray[np.bool_] = last & (kept[line] == 1)
    return spare


def _frame_pieces(
    rows: Sequence[Row],
    points: NDArray[np.float64],
    line: NDArray[np.int64],
    vertex: NDArray[np.int64],
    stop: NDArray[np.int64],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nodes in the order in which the lines come to them, and a link between every two stops of a line."""
    first = pd.Series(vertex[stop]).drop_duplicates()
    order = np.sort(stop[first.index.to_numpy()])
    number = {int(vertex[point]): f"n{count}" for count, point in enumerate(order, 1)}
    steps = np.zeros(len(points))
    if len(points) > 1:
        steps[1:] = np.where(line[1:] == line[:-1], measure_pairs(points[:-1], points[1:]), 0.0)
    along = np.cumsum(np.nan_to_num(steps))
    pairs = [(a, b) for a, b in pairwise(stop) if line[a] == line[b]]
    pieces = np.bincount([line[a] for a, _ in pairs], minlength=len(rows)) if pairs else np.zeros(0, np.int64)
    seen: dict[int, int] = {}
    made = []
    for a, b in pairs:
        which = int(line[a])
        seen[which] = seen.get(which, 0) + 1
        row = rows[which]
        ends = [number[int(vertex[point])] for point in (a, b)]
        one, other = ends[::-1] if row["oneway"] == -1 else ends
        piece = f"{row['id']}-{seen[which]}" if pieces[which] > 1 else row["id"]
        named = {
            "id": piece,
            "name": row["name"],
            "from": one,
            "to": other,
            "mode": row["mode"],
            "row": row["row"],
        }
        length = float(along[b] - along[a]) * row["factor"]
        made.append({**named, "directed": row["oneway"] != 0, "length": length, "gauge": row["gauge"]})
    where = {"lat": points[order, 1], "lon": points[order, 0], "row": [rows[line[p]]["row"] for p in order]}
    words = {name: [""] * len(order) for name in ("name", "kind", "country")}
    nodes = frame_columns({"id": [number[int(vertex[p])] for p in order], **words, **where}, NODE_COLUMNS)
    return nodes, frame_records(made, LINK_COLUMNS)
