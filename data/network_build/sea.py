"""Sea lanes: the marnet of searoute, its passages and waters, and further lines authored beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from network_build.graph import (
    Graph,
    drop_parallels,
    make_graph,
    measure_arc,
    merge_duplicates,
    place_on_sphere,
)

RAW = Path(__file__).resolve().parents[1] / "raw"
END_KM = 25.0  # within which the end of an authored line is a point of a lane
STEP = 40.0  # km between the points of a lane to which a port may be joined
OCEAN, CASPIAN, VOLGA_DON, AZOV_BLACK_SEA = range(4)
WATERS = ("ocean", "caspian", "volga_don", "azov_black_sea")
# south, west, north, east of the boxes that tell the waters
CASPIAN_BOX = (36.3, 46.4, 47.6, 55.2)
RIVER_BOX = (45.55, 39.0, 50.0, 48.9)
BLACK_BOXES = ((41.2, 27.4, 47.3, 42.0), (40.9, 29.9, 47.3, 42.0))


def read_lanes(features: list[dict]) -> tuple[Graph, tuple[str, ...]]:
    """The water graph with marks `passage` and `water`, and the passage names in the order of the mark."""
    lines = []
    for feature in features:
        shape = feature["geometry"]
        parts = [shape["coordinates"]] if shape["type"] == "LineString" else shape["coordinates"]
        lines += [(np.asarray(part, float), feature["properties"].get("passage") or "") for part in parts]
    lines += _read_extra(np.concatenate([points for points, _ in lines]))
    passages = tuple(sorted({name for _, name in lines if name}))
    graph = _join_lines([(_densify(points), name) for points, name in lines], passages)
    return _mark_waters(graph), passages


def _read_extra(known: np.ndarray) -> list[tuple[np.ndarray, str]]:
    """Lines authored beside the package; their ends are moved to the nearest point of a lane within END_KM."""
    extra = pd.read_csv(RAW / "water_lines.csv", dtype=str, keep_default_na=False)
    tree = cKDTree(place_on_sphere(known[:, 1], known[:, 0]))
    lines = []
    for row in extra.itertuples():
        points = np.array([p.split(",")[::-1] for p in row.points.split(";")], float)
        for end in (0, -1):
            gap, at = tree.query(place_on_sphere([points[end, 1]], [points[end, 0]])[0])
            if gap <= END_KM:
                points[end] = known[at]
        lines.append((points, row.passage))
    return lines


def _densify(points: np.ndarray) -> np.ndarray:
    """The line with points at most STEP km apart (straight in degrees, as the lanes are drawn)."""
    lon, lat = points[:, 0], points[:, 1]
    km = measure_arc(lat[:-1], lon[:-1], lat[1:], lon[1:])
    at = [
        np.arange(pieces) / pieces + k
        for k, pieces in enumerate(np.maximum(1, np.ceil(km / STEP)).astype(int))
    ]
    where = np.concatenate((*at, [len(lon) - 1]))
    index = np.arange(len(lon))
    return np.column_stack((np.interp(where, index, lon), np.interp(where, index, lat)))


def _join_lines(lines: list[tuple[np.ndarray, str]], passages: tuple[str, ...]) -> Graph:
    sizes = np.array([len(points) for points, _ in lines])
    points = np.concatenate([points for points, _ in lines]).round(5)
    lon, lat = (points[:, 0] + 180) % 360 - 180, points[:, 1]
    tail = np.setdiff1d(np.arange(len(lon)), np.cumsum(sizes) - 1)
    km = measure_arc(lat[tail], lon[tail], lat[tail + 1], lon[tail + 1])
    graph = make_graph(lat, lon, tail=tail, head=tail + 1, km=km)
    mark = np.array([passages.index(name) if name else -1 for _, name in lines], np.int32)
    owner = np.repeat(np.arange(len(lines)), sizes)
    fields = {name: getattr(graph, name) for name in graph.__dataclass_fields__}
    return merge_duplicates(Graph(**(fields | {"passage": mark[owner[tail]]})))


def _mark_waters(graph: Graph) -> Graph:
    lat = (graph.lat[graph.tail] + graph.lat[graph.head]) / 2
    lon = (graph.lon[graph.tail] + graph.lon[graph.head]) / 2
    water = np.full(graph.m, OCEAN, np.int32)
    for box in BLACK_BOXES:
        water[_inside(box, lat, lon)] = AZOV_BLACK_SEA
    water[_inside(CASPIAN_BOX, lat, lon)] = CASPIAN
    water[_inside(RIVER_BOX, lat, lon)] = VOLGA_DON
    delta = (lat > 45.1) & (lon > 46.9) & (lon < 48.4) & (lat < 46.6)
    water[delta & (water == VOLGA_DON)] = VOLGA_DON
    fields = {name: getattr(graph, name) for name in graph.__dataclass_fields__}
    return drop_parallels(Graph(**(fields | {"water": water})))


def _inside(box: tuple[float, float, float, float], lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    south, west, north, east = box
    return (lat > south) & (lat < north) & (lon > west) & (lon < east)
