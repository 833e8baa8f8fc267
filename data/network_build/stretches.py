"""Scales stretches of roads and railways to their published lengths (table stretch_lengths).

The packaged lines keep few points where a road or railway winds, which shortens it by up to a third. Where the length
of a stretch is published, its edges are stretched to it; they keep their shape. Legs have a length of their own and
keep it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import dijkstra

from network_build.graph import Graph, keep_edges, place_on_sphere, to_matrix
from network_build.tables import read_rows

if TYPE_CHECKING:
    from network_build.layers import Base

LEAST, MOST = 0.9, 1.5  # factors beyond which the stretch found is not the published one
REACH = 25.0  # km from the end of a stretch to the nearest node
STATION_KM = {"road": 0.1, "rail": 4.0}  # further than the nearest node, within which a stretch may start


def scale_stretches(graph: Graph, base: Base, *, mode: str) -> Graph:
    """The graph with the edges of each published stretch of a mode scaled to its length, each edge once.

    Ends the build where a stretch is not found, or differs by more than LEAST to MOST from its published length.
    """
    rows = read_rows("stretch_lengths")
    scaled = np.zeros(graph.m, bool)
    open_ = np.flatnonzero(~_find_shut(graph, base.legs))
    usable = keep_edges(graph, open_)
    for row in rows[rows["mode"] == mode].to_dict("records"):
        stops = [row["from"], *filter(None, row["via"].split(";")), row["to"]]
        nodes = [_find_nodes(usable, base, stop, mode=mode) for stop in stops]
        edges = open_[find_way(usable, nodes)]
        graph, scaled = _scale(graph, scaled, edges, row=row)
        usable = keep_edges(graph, open_)
        ends = (graph.tail[edges[0]], graph.head[edges[-1]])
        why = f"{len(edges)} edges of stretch {row['id']} scaled to its published length"
        base.log.add(mode, "stretch", graph, *ends, km=float(row["distance"]), why=why)
    return graph


def find_way(graph: Graph, stops: list[np.ndarray]) -> np.ndarray:
    """Edges, in order, of the shortest way through one node of each of `stops`; of parallel edges the shortest.

    >>> from network_build.graph import make_graph
    >>> line = make_graph([0, 0, 0], [0, 1, 2], tail=[0, 1, 1], head=[1, 2, 2], km=[111.0, 150.0, 112.0])
    >>> find_way(line, [np.array([0]), np.array([2])]).tolist()
    [0, 2]
    """
    matrix, index = to_matrix(graph), _index_edges(graph)
    states = [(0.0, node, []) for node in stops[0].tolist()]
    for ends in stops[1:]:
        starts = np.array([node for _, node, _ in states])
        km, before = dijkstra(matrix, indices=starts, return_predecessors=True)
        total = km[:, ends] + np.array([length for length, _, _ in states])[:, None]
        best = total.argmin(axis=0)
        steps = [_walk_back(before[k], end) for k, end in zip(best, ends.tolist(), strict=True)]
        states = [
            (total[k, j], int(ends[j]), states[k][2] + steps[j])
            for j, k in enumerate(best)
            if np.isfinite(total[k, j])
        ]
        if not states:
            return np.zeros(0, np.int64)
    pairs = min(states, key=lambda state: state[0])[2]
    return np.array([index[min(pair), max(pair)] for pair in pairs], np.int64)


def _walk_back(before: np.ndarray, end: int) -> list[tuple[int, int]]:
    steps: list[tuple[int, int]] = []
    while before[end] >= 0:
        steps.append((int(before[end]), end))
        end = int(before[end])
    return steps[::-1]


def _index_edges(graph: Graph) -> dict[tuple[int, int], int]:
    """The shortest edge between each pair of nodes."""
    low, high = np.minimum(graph.tail, graph.head), np.maximum(graph.tail, graph.head)
    order = np.argsort(-graph.km, kind="stable")
    return dict(zip(zip(low[order].tolist(), high[order].tolist(), strict=True), order.tolist(), strict=True))


def _find_shut(graph: Graph, legs: pd.DataFrame) -> np.ndarray:
    shut = np.append(legs["status"].isin(["closed", "planned"]).to_numpy(), False)
    return shut[graph.leg]


def _find_nodes(graph: Graph, base: Base, stop: str, *, mode: str) -> np.ndarray:
    place = base.index.find(stop)
    row = base.places.iloc[place]
    lat, lon = (row["lat"], row["lon"]) if place >= 0 else map(float, stop.split(","))
    used = np.unique(np.concatenate((graph.tail, graph.head)))
    points = place_on_sphere(graph.lat[used], graph.lon[used])
    gap = np.linalg.norm(points - place_on_sphere([lat], [lon])[0], axis=1)
    if gap.min() > REACH:
        raise SystemExit(f"stretch_lengths: no {mode} within {REACH:.0f} km of {stop}")
    return used[gap <= gap.min() + STATION_KM[mode]]


def _scale(
    graph: Graph, scaled: np.ndarray, edges: np.ndarray, *, row: dict[str, str]
) -> tuple[Graph, np.ndarray]:
    free = edges[~scaled[edges] & (graph.leg[edges] < 0)]
    rest = float(row["distance"]) - (graph.km[edges].sum() - graph.km[free].sum())
    factor = rest / graph.km[free].sum() if len(free) else 0.0
    if not LEAST <= factor <= MOST:
        km = graph.km[edges].sum()
        raise SystemExit(f"stretch_lengths: {row['id']} is {km:.1f} km, factor {factor:.2f}: another way")
    length, done = graph.km.copy(), scaled.copy()
    length[free] *= factor
    done[free] = True
    return replace(graph, km=length), done
