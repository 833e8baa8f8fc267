"""Bridges gaps in a line: two loose ends that face each other, with a long way round between them."""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb
import numpy as np
from scipy.spatial import cKDTree

from network_build.countries import Land
from network_build.graph import Graph, add_edges, place_on_sphere, to_matrix
from network_build.islands import measure_wet
from network_build.log import RepairLog
from network_build.search import search_near

BACK = 1.0  # km along the graph that an end looks back to see where its line comes from
CONE = 60.0  # degrees from their mean within which all ways back from an end lie


@dataclass(frozen=True)
class FacingRule:
    """Ends at most `gap` km apart, each within `angle` degrees of the other's heading, over `ratio` times the gap and
    over `detour` km apart along the graph, with at most `wet` km of the gap on water."""

    mode: str
    gap: float
    angle: float
    ratio: float
    detour: float
    wet: float


ROAD_FACING = FacingRule("road", 25.0, 40.0, 6.0, 40.0, 1.0)
RAIL_FACING = FacingRule("rail", 15.0, 30.0, 8.0, 60.0, 1.0)


def bridge_gaps(graph: Graph, log: RepairLog, *, rule: FacingRule, land: Land, mass: np.ndarray) -> Graph:
    """The graph with the gaps of its lines bridged inside countries, the shortest first, each end once."""
    matrix = to_matrix(graph)
    ends = np.flatnonzero(np.diff(matrix.indptr) <= 2)
    east, north = _find_headings(matrix.indptr, matrix.indices, matrix.data, graph.lat, graph.lon, ends)
    loose = np.isfinite(east)
    ends, east, north = ends[loose], east[loose], north[loose]
    a, b, km = _facing_pairs(graph, ends, east, north, rule)
    same = mass[a] == mass[b]
    a, b, km = a[same], b[same], km[same]
    far = _is_far(matrix.indptr, matrix.indices, matrix.data, a, b, np.maximum(rule.detour, rule.ratio * km))
    a, b, km = a[far], b[far], km[far]
    order = np.lexsort((b, a, km))
    used: list[int] = []
    points = place_on_sphere(graph.lat, graph.lon)
    chosen = []
    for k in order.tolist():
        taken = (
            used and min(np.linalg.norm(points[used] - points[e], axis=1).min() for e in (a[k], b[k])) < BACK
        )
        if not taken and measure_wet(graph, land, a[k], b[k], km=km[k]) <= rule.wet:
            chosen.append(k)
            used += [a[k], b[k]]
            log.add(
                rule.mode,
                "facing",
                graph,
                a[k],
                b[k],
                km=km[k],
                why="two ends of a line face each other over a gap",
            )
    return add_edges(graph, a[chosen], b[chosen], km=km[chosen])


def _facing_pairs(graph: Graph, ends: np.ndarray, east: np.ndarray, north: np.ndarray, rule: FacingRule):
    points = place_on_sphere(graph.lat[ends], graph.lon[ends])
    pairs = cKDTree(points).query_pairs(rule.gap, output_type="ndarray")
    a, b = pairs[:, 0], pairs[:, 1]
    km = np.linalg.norm(points[a] - points[b], axis=1)
    dy = graph.lat[ends[b]] - graph.lat[ends[a]]
    dx = (graph.lon[ends[b]] - graph.lon[ends[a]]) * np.cos(np.radians(graph.lat[ends[a]]))
    size = np.maximum(np.hypot(dx, dy), 1e-9)
    limit = np.cos(np.radians(rule.angle))
    fits = ((east[a] * dx + north[a] * dy) / size >= limit) & (
        -(east[b] * dx + north[b] * dy) / size >= limit
    )
    fits &= (graph.country[ends[a]] == graph.country[ends[b]]) & (km > 0.05)
    return ends[a[fits]], ends[b[fits]], km[fits]


@nb.njit
def _find_headings(indptr, indices, km, lat, lon, nodes):
    """Unit vector in which a line would go on from each node; NaN where lines leave it in several directions.

    A way back is the direction to the first node at least BACK km away along the graph.
    """
    dist = np.full(len(indptr) - 1, np.inf)
    east, north = np.full(len(nodes), np.nan), np.full(len(nodes), np.nan)
    for k in range(len(nodes)):
        root = np.int64(nodes[k])
        inside = search_near(indptr, indices, km, root, BACK, dist)
        xs, ys = [0.0], [0.0]
        for u in inside:
            for e in range(indptr[u], indptr[u + 1]):
                v = indices[e]
                if dist[v] == np.inf:
                    x, y = (lon[v] - lon[root]) * np.cos(np.radians(lat[root])), lat[v] - lat[root]
                    size = max(np.sqrt(x * x + y * y), 1e-9)
                    xs.append(x / size)
                    ys.append(y / size)
        for v in inside:
            dist[v] = np.inf
        east[k], north[k] = _go_on(np.array(xs[1:]), np.array(ys[1:]))
    return east, north


@nb.njit
def _go_on(xs, ys):
    """The direction opposite to the mean of unit vectors; NaN where one lies outside the cone around it."""
    if len(xs) == 0:
        return np.nan, np.nan
    x, y = xs.mean(), ys.mean()
    size = max(np.sqrt(x * x + y * y), 1e-9)
    if ((xs * x + ys * y) / size).min() < np.cos(np.radians(CONE)):
        return np.nan, np.nan
    return -x / size, -y / size


@nb.njit
def _is_far(indptr, indices, km, sources, targets, limits):
    """Whether each target is further than its limit from its source along the graph."""
    dist = np.full(len(indptr) - 1, np.inf)
    far = np.ones(len(sources), np.bool_)
    for k in range(len(sources)):
        reached = search_near(indptr, indices, km, np.int64(sources[k]), limits[k], dist)
        far[k] = dist[targets[k]] == np.inf
        for v in reached:
            dist[v] = np.inf
    return far
