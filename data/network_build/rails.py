"""Mends the rail graph: ends of lines that stop short of a line that they join in fact."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

import numba as nb
import numpy as np
from scipy.spatial import cKDTree

from network_build.graph import Graph, add_edges, place_on_sphere, to_matrix
from network_build.log import RepairLog


@dataclass(frozen=True)
class JointRule:
    """An end of degree 1 is joined to its nearest node within `gap` km that lies over `ratio` times the gap, and
    over `detour` km, away along the graph."""

    name: str
    gap: float
    ratio: float
    detour: float


RULES = (JointRule("A", 0.6, 4, 2.0), JointRule("B", 3.0, 8, 2.0))


def mend_ends(graph: Graph, log: RepairLog, *, closed: set[tuple[int, int]]) -> Graph:
    """The rail graph with its loose ends joined, rule by rule; none across a closed border."""
    for rule in RULES:
        end, node, gap = _find_joints(graph, rule, closed)
        graph = add_edges(graph, end, node, km=gap)
        for a, b, km in zip(end, node, gap, strict=True):
            log.add("rail", f"joint_{rule.name}", graph, a, b, km=km, why="end of line short of the next line")
    return graph


def _find_joints(graph: Graph, rule: JointRule, closed: set[tuple[int, int]]):
    matrix = to_matrix(graph)
    ends = np.flatnonzero(np.diff(matrix.indptr) == 1)
    points = place_on_sphere(graph.lat, graph.lon)
    near = cKDTree(points).query_ball_point(points[ends], rule.gap)
    start = np.concatenate(([0], np.cumsum([len(x) for x in near])))
    flat = np.concatenate([np.asarray(x, np.int64) for x in near])
    gap = np.linalg.norm(points[flat] - points[np.repeat(ends, np.diff(start))], axis=1)
    order = np.lexsort((flat, gap, np.repeat(np.arange(len(ends)), np.diff(start))))
    pick = _choose_joints(
        matrix.indptr, matrix.indices, matrix.data, ends, start, flat[order], gap[order], rule.ratio, rule.detour
    )
    hit = np.flatnonzero(pick >= 0)
    end, node, km = ends[hit], flat[order][pick[hit]], gap[order][pick[hit]]
    pairs = np.sort(np.column_stack((graph.country[end], graph.country[node])), axis=1)
    fine = np.array([tuple(p) not in closed for p in pairs.tolist()], bool)
    twice = np.unique(np.sort(np.column_stack((end, node)), axis=1), axis=0, return_index=True)[1]
    fine &= np.isin(np.arange(len(end)), twice)
    return end[fine], node[fine], km[fine]


@nb.njit(cache=False)
def _choose_joints(indptr, indices, km, ends, start, near, gap, ratio, detour):
    """Position in `near` of the first candidate of each end that is far along the graph, -1 if none."""
    dist = np.full(len(indptr) - 1, np.inf)
    pick = np.full(len(ends), -1, np.int64)
    for k in range(len(ends)):
        if start[k + 1] - start[k] < 2:
            continue
        limit = max(detour, ratio * gap[start[k + 1] - 1])
        touched = [ends[k]]
        heap = [(0.0, ends[k])]
        dist[ends[k]] = 0.0
        while heap:
            d, u = heapq.heappop(heap)
            if d > dist[u]:
                continue
            for e in range(indptr[u], indptr[u + 1]):
                v, far = np.int64(indices[e]), d + km[e]
                if far < dist[v] and far <= limit:
                    if dist[v] == np.inf:
                        touched.append(v)
                    dist[v] = far
                    heapq.heappush(heap, (far, v))
        for c in range(start[k], start[k + 1]):
            if near[c] != ends[k] and dist[near[c]] > max(detour, ratio * gap[c]):
                pick[k] = c
                break
        for v in touched:
            dist[v] = np.inf
    return pick
