"""Bridges gaps in a line: two loose ends that face each other, with a long way round between them."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numba as nb
import numpy as np
from scipy.spatial import cKDTree

from network_build.countries import Land
from network_build.graph import Graph, add_edges, place_on_sphere, to_matrix
from network_build.islands import measure_wet
from network_build.log import RepairLog

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
        taken = used and min(np.linalg.norm(points[used] - points[e], axis=1).min() for e in (a[k], b[k])) < BACK
        if not taken and measure_wet(graph, land, a[k], b[k], km=km[k]) <= rule.wet:
            chosen.append(k)
            used += [a[k], b[k]]
            log.add(rule.mode, "facing", graph, a[k], b[k], km=km[k], why="two ends of a line face each other over a gap")
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
    fits = ((east[a] * dx + north[a] * dy) / size >= limit) & (-(east[b] * dx + north[b] * dy) / size >= limit)
    fits &= (graph.country[ends[a]] == graph.country[ends[b]]) & (km > 0.05)
    return ends[a[fits]], ends[b[fits]], km[fits]


@nb.njit
def _find_headings(indptr, indices, km, lat, lon, nodes):
    """Unit vector in which a line would go on from each node; NaN where lines leave it in several directions."""
    dist = np.full(len(indptr) - 1, np.inf)
    east, north = np.full(len(nodes), np.nan), np.full(len(nodes), np.nan)
    for k in range(len(nodes)):
        root = np.int64(nodes[k])
        touched = [root]
        heap = [(0.0, root)]
        dist[root] = 0.0
        xs, ys = [0.0], [0.0]
        while heap:
            d, u = heapq.heappop(heap)
            if d > dist[u]:
                continue
            if d >= BACK:
                x, y = (lon[u] - lon[root]) * np.cos(np.radians(lat[root])), lat[u] - lat[root]
                size = np.sqrt(x * x + y * y)
                if size > 0:
                    xs.append(x / size)
                    ys.append(y / size)
                continue
            for e in range(indptr[u], indptr[u + 1]):
                v, far = np.int64(indices[e]), d + km[e]
                if far < dist[v]:
                    if dist[v] == np.inf:
                        touched.append(v)
                    dist[v] = far
                    heapq.heappush(heap, (far, v))
        for v in touched:
            dist[v] = np.inf
        if len(xs) > 1:
            x, y = np.mean(np.array(xs[1:])), np.mean(np.array(ys[1:]))
            size = np.sqrt(x * x + y * y)
            worst = 1.0
            for i in range(1, len(xs)):
                worst = min(worst, (xs[i] * x + ys[i] * y) / max(size, 1e-9))
            if worst >= np.cos(np.radians(CONE)):
                east[k], north[k] = -x / size, -y / size
    return east, north


@nb.njit
def _is_far(indptr, indices, km, sources, targets, limits):
    """Whether each target is further than its limit from its source along the graph."""
    dist = np.full(len(indptr) - 1, np.inf)
    far_away = np.ones(len(sources), np.bool_)
    for k in range(len(sources)):
        root = np.int64(sources[k])
        touched = [root]
        heap = [(0.0, root)]
        dist[root] = 0.0
        while heap:
            d, u = heapq.heappop(heap)
            if u == targets[k]:
                far_away[k] = False
                break
            if d > dist[u]:
                continue
            for e in range(indptr[u], indptr[u + 1]):
                v, far = np.int64(indices[e]), d + km[e]
                if far < dist[v] and far <= limits[k]:
                    if dist[v] == np.inf:
                        touched.append(v)
                    dist[v] = far
                    heapq.heappush(heap, (far, v))
        for v in touched:
            dist[v] = np.inf
    return far_away
