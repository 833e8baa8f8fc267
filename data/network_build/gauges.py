"""Gives rails their gauge and splits nodes at breaks of gauge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from network_build.countries import Land
from network_build.graph import Graph, add_nodes, keep_edges, measure_arc, place_on_sphere, to_matrix
from network_build.line_matching import find_ways, look_up_edges, match_line, trace
from network_build.log import RepairLog
from network_build.tables import unify_gauge

STANDARD = 1435
DUAL_KM = 100.0  # a line exception shorter than this lies beside the country's gauge and leaves it in place
STATION_KM = 120.0  # a station may change the gauge of a crossing at most this far away along the rails
POST_KM = 25.0
SITE_KM = 8.0  # rails of both gauges lie within this distance of a place that changes gauge
COLUMNS = ["id", "place", "country", "lat", "lon", "node_a", "node_b", "gauge_a", "gauge_b", "method"]


@dataclass
class GaugeState:
    """What is known so far: gauge int32[m] of edges, extra (edge, gauge) pairs, breaks (node, post, method)."""

    gauge: np.ndarray
    extra: set[tuple[int, int]]
    breaks: dict[int, tuple[str, str]]


def set_edge_gauges(
    graph: Graph, land: Land, *, by_country: dict[str, int], lines: pd.DataFrame, log: RepairLog
):
    """The rail graph with the gauge of each edge, and the further (edge, gauge) pairs of lines with two gauges.

    Authored legs come first, then line exceptions, then the country's gauge. Edges over a border are left at -1.
    """
    main = country_gauges(land, by_country)
    inland = graph.country[graph.tail] == graph.country[graph.head]
    gauge = np.where(inland, main[graph.country[graph.tail]], -1)
    extra: set[tuple[int, int]] = set()
    ways = find_ways(graph)
    for row in lines.itertuples():
        edges = match_line(graph, row.via, ways)
        if edges is None:
            log.rows.append(("rail", "gauge_unmatched", "", "", "", "", 0.0, f"line {row.id} not matched"))
            continue
        edges = edges[inland[edges]]
        if graph.km[edges].sum() < DUAL_KM:
            extra |= {(int(e), unify_gauge(row.gauge)) for e in edges}
        else:
            gauge[edges] = unify_gauge(row.gauge)
    return replace(graph, gauge=np.where(graph.gauge > 0, graph.gauge, gauge).astype(np.int32)), extra


def country_gauges(land: Land, by_country: dict[str, int]) -> np.ndarray:
    """Main gauge of each country in mm; standard gauge where none is known."""
    return np.array([by_country.get(code, STANDARD) for code in land.codes], np.int32)


def break_gauges(
    graph: Graph, land: Land, *, by_country: dict[str, int], posts: pd.DataFrame, places: pd.DataFrame, extra
):
    """The graph with one node for each gauge where gauges meet, and the places where wagons or goods change.

    A crossing between countries of different gauge is run through with the gauge of one side as far as the station
    that changes it: an authored place, the side that the post names, or the first node of the second country.
    """
    main = country_gauges(land, by_country)
    state = GaugeState(graph.gauge.copy(), set(extra), {})
    sides = _side_gauges(graph, state)
    stations = places[(places["gauge_change"] != "") & (places["gauge_to"] != "")].copy()
    stations["gauge"] = [
        g or by_country.get(c, STANDARD) for g, c in zip(stations["gauge"], stations["country"], strict=True)
    ]
    pending = np.flatnonzero(graph.gauge < 0)
    rails = posts[posts["mode"] == "rail"].copy()
    for side, column in enumerate(("country_a", "country_b")):
        rails[f"side_{side}"] = [int(np.searchsorted(land.codes, code)) for code in rails[column]]
    matrix, edge_of = to_matrix(graph), look_up_edges(graph)
    site = _station_nodes(graph, stations)
    for edge in pending:
        _settle(
            graph,
            state,
            int(edge),
            main=main,
            beside=sides,
            rails=rails,
            stations=stations,
            site=site,
            ways=(matrix, edge_of),
        )
    return _split(graph, state, main, stations, land)


def _station_nodes(graph: Graph, stations: pd.DataFrame) -> np.ndarray:
    if not len(stations):
        return np.empty(0, np.int64)
    points = place_on_sphere(stations["lat"].astype(float), stations["lon"].astype(float))
    gap, node = cKDTree(place_on_sphere(graph.lat, graph.lon)).query(points)
    return np.where(gap <= SITE_KM, node, -1)


def _side_gauges(graph: Graph, state: GaugeState) -> dict[int, set[int]]:
    """Gauges of the rails at each end of an edge over a border, those of its own country."""
    ends = np.unique(np.concatenate((graph.tail[graph.gauge < 0], graph.head[graph.gauge < 0])))
    found: dict[int, set[int]] = {int(node): set() for node in ends}
    near = np.flatnonzero((np.isin(graph.tail, ends) | np.isin(graph.head, ends)) & (graph.gauge > 0))
    pairs = [(int(e), int(graph.gauge[e])) for e in near] + sorted(state.extra)
    for edge, gauge in pairs:
        for node in (int(graph.tail[edge]), int(graph.head[edge])):
            if node in found:
                found[node].add(gauge)
    return found


def _settle(graph: Graph, state: GaugeState, edge: int, *, main, beside, rails, stations, site, ways) -> None:
    """Chooses the gauge of an edge over a border and the places where it changes."""
    ends = (int(graph.tail[edge]), int(graph.head[edge]))
    if graph.country[ends[0]] > graph.country[ends[1]]:
        ends = ends[::-1]
    own = [int(main[graph.country[node]]) for node in ends]
    shared = (beside[ends[0]] or {own[0]}) & (beside[ends[1]] or {own[1]})
    if shared:
        first, *others = sorted(shared, key=lambda gauge: (gauge not in own, gauge))
        state.gauge[edge] = first
        state.extra |= {(edge, gauge) for gauge in others}
        return
    gauges = [
        g if g in beside[node] or not beside[node] else min(beside[node])
        for g, node in zip(own, ends, strict=True)
    ]
    post, method, sides = _read_post(graph, ends, rails)
    stops = [
        _reach_station(graph, ends[k], set(gauges), stations=stations, site=site, ways=ways) for k in (0, 1)
    ]
    if not sides:
        sides = [k for k in (0, 1) if stops[k] is not None] or [1]
    through = [gauges[1 - side] for side in sides]
    state.gauge[edge] = through[0]
    state.extra |= {(edge, gauge) for gauge in through[1:]}
    for side, gauge in zip(sides, through, strict=True):
        if stops[side] is None:
            state.breaks[ends[side]] = (post, method)
        else:
            state.extra |= {(e, gauge) for e in stops[side]}


def _read_post(graph: Graph, ends: tuple[int, int], rails: pd.DataFrame) -> tuple[str, str, list[int]]:
    """Post id, method and sides (0 the first country of `ends`) of the post nearest to a border edge."""
    lat, lon = graph.lat[list(ends)].mean(), graph.lon[list(ends)].mean()
    pair = graph.country[list(ends)].tolist()
    same = rails[
        [sorted((a, b)) == sorted(pair) for a, b in zip(rails["side_0"], rails["side_1"], strict=True)]
    ]
    if not len(same):
        return "", "transhipment", []
    km = measure_arc(lat, lon, same["lat"].astype(float).to_numpy(), same["lon"].astype(float).to_numpy())
    if km.min() > POST_KM:
        return "", "transhipment", []
    row = same.iloc[int(km.argmin())]
    order = (0, 1) if row["side_0"] == pair[0] else (1, 0)
    sides = {"a": [order[0]], "b": [order[1]], "both": [0, 1]}.get(row["gauge_change_at"], [])
    return row["id"], row["gauge_method"] or "transhipment", sides


def _reach_station(graph: Graph, start: int, gauges: set[int], *, stations, site, ways) -> list[int] | None:
    """Edges from the border's node to the nearest station of the same country that changes these gauges."""
    fits = [
        int(node)
        for node, row in zip(site, stations.itertuples(), strict=True)
        if node >= 0
        and graph.country[node] == graph.country[start]
        and {unify_gauge(row.gauge), unify_gauge(row.gauge_to)} == gauges
    ]
    if not fits:
        return None
    matrix, edge_of = ways
    dist, before = dijkstra(matrix, indices=start, return_predecessors=True, limit=STATION_KM)
    best = min(fits, key=lambda node: dist[node])
    return trace(before, start, best, edge_of) if np.isfinite(dist[best]) else None


def _split(graph: Graph, state: GaugeState, main: np.ndarray, stations: pd.DataFrame, land: Land):
    pairs = sorted({*enumerate(state.gauge.tolist()), *state.extra})
    edge = np.array([e for e, _ in pairs])
    gauge = np.array([g for _, g in pairs], np.int32)
    ends = np.concatenate((graph.tail[edge], graph.head[edge])).astype(np.int64)
    key, inverse = np.unique(ends * 10_000 + np.tile(gauge, 2), return_inverse=True)
    node, size = key // 10_000, key % 10_000
    lead = np.lexsort((size, size != main[graph.country[node]], node))
    first = np.concatenate(([True], node[lead][1:] != node[lead][:-1]))
    number = np.empty(len(key), np.int64)
    number[lead[first]] = node[lead[first]]
    copies = lead[~first]
    number[copies] = graph.n + np.arange(len(copies))
    at = node[copies]
    node_gauge = main[graph.country].copy()
    node_gauge[node[lead[first]]] = size[lead[first]]
    node_gauge = np.concatenate((node_gauge, size[copies])).astype(np.int16)
    grown = add_nodes(keep_edges(graph, edge), graph.lat[at], graph.lon[at], country=graph.country[at])
    ends = number[inverse].astype(np.int32)
    grown = replace(grown, tail=ends[: len(edge)], head=ends[len(edge) :], gauge=gauge)
    rows = _border_changes(grown, state, dict(zip(key.tolist(), number.tolist(), strict=True)))
    rows += _station_changes(grown, node_gauge, stations, land)
    changes = pd.DataFrame(rows, columns=COLUMNS[1:]).drop_duplicates(["node_a", "node_b"])
    changes["country"] = [land.codes[k] for k in changes["country"]]
    changes = changes.sort_values(["country", "lat", "lon", "gauge_a"], ignore_index=True)
    return grown, node_gauge, changes.assign(id=[f"gauge-{k + 1}" for k in range(len(changes))])[COLUMNS]


def _border_changes(graph: Graph, state: GaugeState, number: dict[int, int]) -> list[tuple]:
    rows = []
    for node, (post, method) in state.breaks.items():
        gauges = sorted(k % 10_000 for k in range(node * 10_000, node * 10_000 + 2000) if k in number)
        for a, b in pairwise(gauges):
            nodes = (number[node * 10_000 + a], number[node * 10_000 + b])
            rows.append((post, graph.country[node], graph.lat[node], graph.lon[node], *nodes, a, b, method))
    return rows


def _station_changes(graph: Graph, node_gauge: np.ndarray, stations: pd.DataFrame, land: Land) -> list[tuple]:
    """The nearest rails of both gauges, in its own country, at each authored place that changes gauge."""
    used = np.bincount(np.concatenate((graph.tail, graph.head)), minlength=graph.n) > 0
    rows = []
    for row in stations.itertuples():
        point = place_on_sphere([float(row.lat)], [float(row.lon)])[0]
        pair, nodes = sorted((unify_gauge(row.gauge), unify_gauge(row.gauge_to))), []
        for gauge in pair:
            at = np.flatnonzero(used & (node_gauge == gauge) & (land.codes[graph.country] == row.country))
            km = np.linalg.norm(place_on_sphere(graph.lat[at], graph.lon[at]) - point, axis=1)
            if len(at) and km.min() <= SITE_KM:
                nodes.append(int(at[km.argmin()]))
        if len(nodes) == 2:
            here = graph.country[nodes[0]]
            rows.append((row.id, here, float(row.lat), float(row.lon), *nodes, *pair, row.gauge_change))
    return rows
