"""The graph type that all steps of the build pass on, and its basic operations."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

EARTH_RADIUS = 6371.0088  # km, mean radius (IUGG)
MARKS = ("leg", "passage", "water", "gauge", "crossing")


@dataclass(frozen=True)
class Graph:
    """An undirected graph of one layer.

    lat, lon float64[n] degrees; country int16[n], -1 unknown; tail, head int32[m]; km float64[m];
    leg, passage, water, gauge, crossing int32[m]: marks of the edge, -1 none (gauge in mm).
    """

    lat: np.ndarray
    lon: np.ndarray
    country: np.ndarray
    tail: np.ndarray
    head: np.ndarray
    km: np.ndarray
    leg: np.ndarray
    passage: np.ndarray
    water: np.ndarray
    gauge: np.ndarray
    crossing: np.ndarray

    @property
    def n(self) -> int:
        return len(self.lat)

    @property
    def m(self) -> int:
        return len(self.tail)


def make_graph(lat, lon, *, tail, head, km) -> Graph:
    """A graph without marks and countries."""
    none = np.full(len(tail), -1, np.int32)
    return Graph(
        np.asarray(lat, np.float64),
        np.asarray(lon, np.float64),
        np.full(len(lat), -1, np.int16),
        np.asarray(tail, np.int32),
        np.asarray(head, np.int32),
        np.asarray(km, np.float64),
        none,
        none,
        none,
        none,
        none,
    )


def measure_arc(lat1, lon1, lat2, lon2):
    """Great-circle distance in km (haversine)."""
    p1, p2 = np.radians(lat1), np.radians(lat2)
    half = np.sin((p2 - p1) / 2) ** 2
    half = half + np.cos(p1) * np.cos(p2) * np.sin(np.radians(np.subtract(lon2, lon1)) / 2) ** 2
    return 2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.minimum(half, 1)))


def place_on_sphere(lat, lon) -> np.ndarray:
    """Points [n, 3] in km on the sphere; chord length stands for distance in a k-d tree."""
    p, q = np.radians(lat), np.radians(lon)
    return EARTH_RADIUS * np.column_stack((np.cos(p) * np.cos(q), np.cos(p) * np.sin(q), np.sin(p)))


def to_matrix(graph: Graph) -> csr_array:
    """Symmetric adjacency with km; zero lengths become 1 m so that they stay edges."""
    km = np.maximum(graph.km, 0.001)
    order = np.lexsort((km, np.maximum(graph.tail, graph.head), np.minimum(graph.tail, graph.head)))
    low = np.minimum(graph.tail, graph.head)[order].astype(np.int64)
    key = low * graph.n + np.maximum(graph.tail, graph.head)[order]
    first = order[np.concatenate(([True], key[1:] != key[:-1]))] if len(order) else order
    t, h, w = graph.tail[first], graph.head[first], km[first]
    both = (np.concatenate((t, h)), np.concatenate((h, t)))
    return csr_array(coo_array((np.concatenate((w, w)), both), shape=(graph.n, graph.n)))


def label_components(graph: Graph) -> np.ndarray:
    """Component number of each node."""
    return connected_components(to_matrix(graph), directed=False)[1]


def keep_edges(graph: Graph, mask) -> Graph:
    """The graph with the edges of a mask or an index array."""
    fields = {name: getattr(graph, name)[mask] for name in ("tail", "head", "km", *MARKS)}
    return replace(graph, **fields)


def keep_nodes(graph: Graph, mask: np.ndarray) -> tuple[Graph, np.ndarray]:
    """The graph on the nodes of a mask, and the new number of each old node (-1 dropped)."""
    number = np.where(mask, np.cumsum(mask) - 1, -1).astype(np.int32)
    kept = keep_edges(graph, mask[graph.tail] & mask[graph.head])
    kept = replace(
        kept,
        tail=number[kept.tail],
        head=number[kept.head],
        lat=graph.lat[mask],
        lon=graph.lon[mask],
        country=graph.country[mask],
    )
    return kept, number


def add_nodes(graph: Graph, lat, lon, *, country) -> Graph:
    """The graph with further nodes at its end."""
    return replace(
        graph,
        lat=np.concatenate((graph.lat, lat)),
        lon=np.concatenate((graph.lon, lon)),
        country=np.concatenate((graph.country, country)).astype(np.int16),
    )


def add_edges(graph: Graph, tail, head, *, km, **marks) -> Graph:
    """The graph with further edges at its end; marks not given are -1."""
    fields = {"tail": tail, "head": head, "km": km}
    fields |= {name: marks.get(name, np.full(len(tail), -1)) for name in MARKS}
    joined = {
        name: np.concatenate((getattr(graph, name), np.asarray(values))).astype(getattr(graph, name).dtype)
        for name, values in fields.items()
    }
    return replace(graph, **joined)


def merge_duplicates(graph: Graph) -> Graph:
    """One node for each coordinate, no self loops, of parallel edges with the same marks the shortest."""
    key = np.round(graph.lat * 1e5).astype(np.int64) * 100_000_000 + np.round(graph.lon * 1e5).astype(
        np.int64
    )
    _, first, inverse = np.unique(key, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    number = rank[inverse].astype(np.int32)
    first = first[order]
    merged = replace(
        graph,
        lat=graph.lat[first],
        lon=graph.lon[first],
        country=graph.country[first],
        tail=number[graph.tail],
        head=number[graph.head],
    )
    return drop_parallels(merged)


def drop_parallels(graph: Graph) -> Graph:
    """Without self loops, and of parallel edges with the same marks only the shortest."""
    graph = keep_edges(graph, graph.tail != graph.head)
    low, high = np.minimum(graph.tail, graph.head), np.maximum(graph.tail, graph.head)
    keys = (graph.leg, graph.passage, graph.water, graph.gauge, high, low)
    order = np.lexsort((graph.km, *keys))
    if not len(order):
        return graph
    changed = np.zeros(len(order) - 1, bool)
    for values in keys:
        changed |= values[order][1:] != values[order][:-1]
    return keep_edges(graph, np.sort(order[np.concatenate(([True], changed))]))


def split_long_edges(graph: Graph, *, longer: float, step: float, bent: float) -> Graph:
    """The graph with nodes along edges longer than `longer` km, every `step` km at most, so that places can join.

    Only edges within one country whose length is at most `bent` times their chord: there the chord is near the line.
    """
    arc = measure_arc(
        graph.lat[graph.tail], graph.lon[graph.tail], graph.lat[graph.head], graph.lon[graph.head]
    )
    same = graph.country[graph.tail] == graph.country[graph.head]
    cut = same & (graph.km > longer) & (graph.km <= bent * arc) & (graph.leg < 0)
    long = np.flatnonzero(cut)
    pieces = np.ceil(graph.km[long] / step).astype(np.int64)
    owner = np.repeat(long, pieces - 1)
    first = np.concatenate(([0], np.cumsum(pieces - 1)))
    place = np.arange(len(owner)) - np.repeat(first[:-1], pieces - 1) + 1
    share = place / np.repeat(pieces, pieces - 1)
    a, b = graph.tail[owner], graph.head[owner]
    lat = graph.lat[a] + share * (graph.lat[b] - graph.lat[a])
    lon = graph.lon[a] + share * ((graph.lon[b] - graph.lon[a] + 180) % 360 - 180)
    node = graph.n + np.arange(len(owner))
    grown = add_nodes(graph, lat, (lon + 180) % 360 - 180, country=graph.country[a])
    tails = np.concatenate(
        [np.concatenate(([graph.tail[e]], node[first[k] : first[k + 1]])) for k, e in enumerate(long)]
    )
    heads = np.concatenate(
        [np.concatenate((node[first[k] : first[k + 1]], [graph.head[e]])) for k, e in enumerate(long)]
    )
    marks = {name: np.repeat(getattr(graph, name)[long], pieces) for name in MARKS}
    km = np.repeat(graph.km[long] / pieces, pieces)
    return add_edges(keep_edges(grown, ~cut), tails, heads, km=km, **marks)
