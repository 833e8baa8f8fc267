"""Joins the shrunk layers into the arrays of the world."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from network_build.graph import Graph
from network_build.pack import simplify_shapes


@dataclass(frozen=True)
class Layer:
    """A layer ready to pack: the small graph, the old number of its nodes, shapes, gauges, border shares, crossings,
    and the traction of its edges (int8[m], as World.edge_electrified)."""

    graph: Graph
    old: np.ndarray
    start: np.ndarray
    shape_lat: np.ndarray
    shape_lon: np.ndarray
    gauge: np.ndarray
    fraction: np.ndarray
    crossings: pd.DataFrame
    electrified: np.ndarray


def sort_layer(layer: Layer) -> tuple[Layer, np.ndarray]:
    """Nodes along a Z-order curve and edges by their ends: near things lie near, which packs and caches well.

    Returns the layer and the new number of each old node of the unshrunk graph (as a dict-like array, -1 gone).
    """
    graph = layer.graph
    rank = np.empty(graph.n, np.int64)
    order = np.argsort(_z_order(graph.lat, graph.lon), kind="stable")
    rank[order] = np.arange(graph.n)
    tail, head = rank[graph.tail], rank[graph.head]
    flip = tail > head
    low, high = np.where(flip, head, tail).astype(np.int32), np.where(flip, tail, head).astype(np.int32)
    edges = np.lexsort((graph.km, high, low))
    size = np.diff(layer.start)
    lat, lon = _gather_shapes(layer, edges, flip)
    fields = {
        name: getattr(graph, name)[edges] for name in ("km", "leg", "passage", "water", "gauge", "crossing")
    }
    done = Graph(
        lat=graph.lat[order],
        lon=graph.lon[order],
        country=graph.country[order],
        tail=low[edges],
        head=high[edges],
        **fields,
    )
    fraction = np.where(flip & (graph.crossing >= 0), 1 - layer.fraction, layer.fraction)[edges]
    start = np.concatenate(([0], np.cumsum(size[edges])))
    gauge = layer.gauge[order]
    electrified = layer.electrified[edges]
    return Layer(done, layer.old[order], start, lat, lon, gauge, fraction, layer.crossings, electrified), rank


def _gather_shapes(layer: Layer, edges: np.ndarray, flip: np.ndarray):
    size = np.diff(layer.start)[edges]
    begin = layer.start[:-1][edges]
    offset = np.arange(size.sum()) - np.repeat(np.concatenate(([0], np.cumsum(size)[:-1])), size)
    back = np.repeat(flip[edges], size)
    pick = np.repeat(begin, size) + np.where(back, np.repeat(size, size) - 1 - offset, offset)
    return layer.shape_lat[pick], layer.shape_lon[pick]


def _z_order(lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Morton code of 0.01-degree cells."""
    x, y = ((lon + 180) * 100).astype(np.int64), ((lat + 90) * 100).astype(np.int64)
    code = np.zeros(len(x), np.int64)
    for bit in range(16):
        code |= ((x >> bit) & 1) << (2 * bit) | ((y >> bit) & 1) << (2 * bit + 1)
    return code


def join_layers(layers: list[Layer]) -> dict[str, dict[str, np.ndarray]]:
    """Columns of the files nodes, edges and shapes, in integers."""
    base = np.concatenate(([0], np.cumsum([layer.graph.n for layer in layers])))
    crossing_base = np.concatenate(([0], np.cumsum([len(layer.crossings) for layer in layers])))
    nodes, edges, shapes = [], [], []
    for k, layer in enumerate(layers):
        graph = layer.graph
        nodes.append(
            {
                "lat": _fixed(graph.lat),
                "lon": _fixed(graph.lon),
                "layer": np.full(graph.n, k, np.int8),
                "country": graph.country.astype(np.int16),
                "gauge": layer.gauge.astype(np.int16),
            }
        )
        crossing = np.where(graph.crossing >= 0, graph.crossing + crossing_base[k], -1)
        edges.append(
            {
                "tail": (graph.tail + base[k]).astype(np.int32),
                "span": (graph.head - graph.tail).astype(np.int32),
                "metres": np.round(graph.km * 1000).astype(np.int32),
                "layer": np.full(graph.m, k, np.int8),
                "crossing": crossing.astype(np.int32),
                "fraction": np.round(layer.fraction * 1000).astype(np.int16),
                "passage": graph.passage.astype(np.int8),
                "leg": graph.leg.astype(np.int16),
                "water": graph.water.astype(np.int8),
                "electrified": layer.electrified,
            }
        )
        shapes.append(_shape_columns(layer, edges[-1]))
    joined = {"nodes": _concatenate(nodes), "edges": _concatenate(edges), "shapes": _concatenate(shapes)}
    joined["edges"]["points"] = joined["edges"]["points"].astype(np.int16)
    return joined


def _shape_columns(layer: Layer, edges: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Differences of the shape points from point to point, in thousandths of a degree; the first of an edge from its
    tail."""
    graph = layer.graph
    ends = (graph.lat[graph.tail], graph.lon[graph.tail], graph.lat[graph.head], graph.lon[graph.head])
    start, lat, lon = simplify_shapes(layer.start, layer.shape_lat, layer.shape_lon, ends)
    edges["points"] = np.diff(start)
    owner = np.repeat(np.arange(graph.m), np.diff(start))
    first = np.zeros(len(lat), bool)
    first[start[:-1][np.diff(start) > 0]] = True
    columns = {}
    for name, values, tails in (("lat", lat, ends[0]), ("lon", lon, ends[1])):
        whole = np.round(values * 1000).astype(np.int64)
        before = np.where(first, np.round(tails[owner] * 1000), np.concatenate(([0], whole[:-1]))).astype(
            np.int64
        )
        columns[name] = (whole - before).astype(np.int32)
    return columns


def _fixed(degrees: np.ndarray) -> np.ndarray:
    """Degrees in units of 1e-5."""
    return np.round(degrees * 1e5).astype(np.int32)


def _concatenate(parts: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
