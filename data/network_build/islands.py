"""Joins islands of the road graph to the network that serves their landmass, and finds that network."""

from __future__ import annotations

import numpy as np
import shapely
from scipy.spatial import cKDTree

from .countries import Land, locate
from .graph import Graph, add_edges, label_components, place_on_sphere
from .log import RepairLog

MAX_GAP = 30.0  # km, widest gap that is joined by geometry; wider ones want an authored leg
LEAST_NODES = 30  # an island of fewer nodes is joined only where a city, port or authored place lies on it
WET = 1.0  # km of a joint that may lie outside the country's polygon (its coast is generalised)


def mass_of(land: Land, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Landmass of each point, the nearest one where it lies off the coast."""
    return locate(land.masses, lat, lon)


def find_serving(graph: Graph, mass: np.ndarray) -> np.ndarray:
    """Whether each node belongs to the largest component of its landmass."""
    label = label_components(graph)
    pair, inverse, count = np.unique(np.column_stack((mass, label)), axis=0, return_inverse=True, return_counts=True)
    order = np.lexsort((-count, pair[:, 0]))
    first = order[np.concatenate(([True], pair[order][1:, 0] != pair[order][:-1, 0]))]
    best = np.zeros(len(pair), bool)
    best[first] = True
    return best[inverse.reshape(-1)]


def join_islands(graph: Graph, land: Land, log: RepairLog, *, mass: np.ndarray, wanted: np.ndarray) -> Graph:
    """The road graph with islands joined to their landmass's largest component, nearest islands first.

    `wanted` bool[n] marks nodes near cities, ports and authored places. A joint is at most MAX_GAP km, within one
    country, on land.
    """
    for _ in range(6):
        joints = _find_joints(graph, land, mass, wanted)
        if not len(joints[0]):
            break
        graph = add_edges(graph, joints[0], joints[1], km=joints[2])
        for a, b, km in zip(*joints, strict=True):
            log.add("road", "island", graph, a, b, km=km, why="part of the road graph cut off from its landmass")
    return graph


def _find_joints(graph: Graph, land: Land, mass: np.ndarray, wanted: np.ndarray):
    label = label_components(graph)
    serving = find_serving(graph, mass)
    size = np.bincount(label)
    needed = np.bincount(label, wanted) > 0
    island = np.flatnonzero(~serving & (needed | (size >= LEAST_NODES))[label])
    points = place_on_sphere(graph.lat, graph.lon)
    main = np.flatnonzero(serving)
    gap, at = cKDTree(points[main]).query(points[island], k=8, distance_upper_bound=MAX_GAP)
    row, col = np.nonzero(np.isfinite(gap))
    a, b, km = island[row], main[at[row, col]], gap[row, col]
    fits = (graph.country[a] == graph.country[b]) & (mass[a] == mass[b])
    a, b, km = a[fits], b[fits], km[fits]
    order = np.lexsort((b, a, km))
    done: set[int] = set()
    chosen = []
    tries: dict[int, int] = {}
    for k in order:
        part = int(label[a[k]])
        if part in done or tries.get(part, 0) > 40:
            continue
        tries[part] = tries.get(part, 0) + 1
        if _is_dry(graph, land, a[k], b[k], km[k]):
            done.add(part)
            chosen.append(k)
    return a[chosen], b[chosen], km[chosen]


def _is_dry(graph: Graph, land: Land, a: int, b: int, km: float) -> bool:
    chord = shapely.linestrings([[graph.lon[a], graph.lat[a]], [graph.lon[b], graph.lat[b]]])
    shape = land.shapes[graph.country[a]]
    if chord.length == 0 or shape.covers(chord):
        return True
    return chord.difference(shape).length / chord.length * km <= WET
