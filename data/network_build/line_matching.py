"""Matches a line given by corner points to the rails between them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from network_build.graph import Graph, measure_arc, place_on_sphere, to_matrix

VIA_KM = 25.0  # a corner point of a line further than this from any rail is not matched


@dataclass(frozen=True)
class Ways:
    """What a match needs of a graph: its matrix, the edge between two nodes, and the nodes that points snap to."""

    matrix: csr_array
    edge_of: dict[tuple[int, int], int]
    nodes: np.ndarray
    tree: cKDTree


def find_ways(graph: Graph) -> Ways:
    """Ways of a graph whose corner points snap to any node."""
    tree = cKDTree(place_on_sphere(graph.lat, graph.lon))
    return Ways(to_matrix(graph), look_up_edges(graph), np.arange(graph.n), tree)


def snap_to(ways: Ways, graph: Graph, nodes: np.ndarray) -> Ways:
    """The same ways with corner points that snap to some nodes only."""
    return replace(ways, nodes=nodes, tree=cKDTree(place_on_sphere(graph.lat[nodes], graph.lon[nodes])))


def match_line(graph: Graph, via: str, ways: Ways) -> np.ndarray | None:
    """Edges along "lat,lon;lat,lon;..." by the shortest way from corner to corner, None where there is none."""
    points = np.array([p.split(",") for p in via.split(";") if p.strip()], float)
    gap, at = ways.tree.query(place_on_sphere(points[:, 0], points[:, 1]))
    if (gap > VIA_KM).any() or len(points) < 2:
        return None
    edges: list[int] = []
    for a, b in pairwise(ways.nodes[at]):
        limit = 3 * measure_arc(graph.lat[a], graph.lon[a], graph.lat[b], graph.lon[b]) + 30
        dist, before = dijkstra(ways.matrix, indices=a, return_predecessors=True, limit=limit)
        if not np.isfinite(dist[b]):
            return None
        edges += trace(before, a, b, ways.edge_of)
    return np.array(edges, np.int64)


def look_up_edges(graph: Graph) -> dict[tuple[int, int], int]:
    """The shortest edge between two nodes, by its ends in order."""
    order = np.argsort(-graph.km, kind="stable")
    pairs = zip(graph.tail[order].tolist(), graph.head[order].tolist(), order.tolist(), strict=True)
    return {(min(a, b), max(a, b)): e for a, b, e in pairs}


def trace(before: np.ndarray, start: int, end: int, edge_of: dict[tuple[int, int], int]) -> list[int]:
    """Edges of a found way from its end back to its start."""
    edges, node = [], int(end)
    while node != start:
        step = int(before[node])
        edges.append(edge_of[min(node, step), max(node, step)])
        node = step
    return edges
