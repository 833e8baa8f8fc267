"""Gives places and border posts that the packaged roads do not reach a road of estimated length.

Cities, ports and authored places are joined to the network that serves their country and landmass, or to each other,
by the shortest links (Kruskal 1956); a post is joined to the nearest network of both sides. A link is DETOUR times its
great circle, the usual circuity of roads (Ballou, Rahardja and Sakai 2002), and stands in the repair log.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import DisjointSet
from scipy.spatial import cKDTree

from network_build.countries import Land
from network_build.graph import Graph, add_edges, add_nodes, measure_arc, place_on_sphere
from network_build.islands import find_serving, mass_of, measure_wet
from network_build.log import RepairLog
from network_build.tables import read_rows

DETOUR = 1.3
SERVED_KM = 10.0  # a place with a serving node within this distance needs no link
REACH_KM = 300.0  # longest link of a place
POST_KM = {"road": 80.0, "rail": 25.0}  # longest link of a post to either side
CROSSING_KM = 25.0  # a post with a crossing of its pair within this distance needs no link
NEIGHBOURS = 12
LEAST_PEOPLE = 50_000
PORT_TOWN_KM = 40.0  # a port further from every city is no port of trade
SHORT_KM = 15.0  # links so short are not tested for water: coasts are generalised
WET_SHARE = 0.15


def find_remote(places: pd.DataFrame) -> pd.DataFrame:
    """Places that ought to be reached by road: cities of over 50,000 people, capitals, ports beside a city, and
    authored places."""
    capitals = set(read_rows("countries")["capital"]) - {""}
    authored = ~places["id"].str.match(r"gn\d|iata-|.*-port$") & (places["kind"] != "city")
    city, port = places["kind"] == "city", places["kind"] == "port"
    tree = cKDTree(place_on_sphere(places.loc[city, "lat"], places.loc[city, "lon"]))
    gap, _ = tree.query(place_on_sphere(places["lat"], places["lon"]))
    large = city & (places["population"] >= LEAST_PEOPLE)
    chosen = large | places["id"].isin(capitals) | (port & (gap <= PORT_TOWN_KM)) | authored
    return places[chosen & (places["kind"] != "post")].reset_index(drop=True)


def join_remote(
    graph: Graph, land: Land, log: RepairLog, *, places: pd.DataFrame
) -> tuple[Graph, np.ndarray]:
    """The road graph with the remote of `places` linked, each to the nearest that is or becomes served.

    Returns the graph and the nodes of the links.
    """
    serving = find_serving(graph, mass_of(land, graph.lat, graph.lon))
    rows = find_remote(places)
    nodes = np.flatnonzero(serving)
    code = {name: k for k, name in enumerate(land.codes)}
    country = rows["country"].map(code).to_numpy()
    gap, at = cKDTree(place_on_sphere(graph.lat[nodes], graph.lon[nodes])).query(
        place_on_sphere(rows["lat"], rows["lon"])
    )
    own = graph.country[nodes[at]] == country
    rows = rows[(gap > SERVED_KM) | ~own].reset_index(drop=True)
    first = graph.n
    graph = add_nodes(graph, rows["lat"], rows["lon"], country=rows["country"].map(code))
    new = np.arange(first, graph.n)
    links = _find_links(graph, land, nodes=nodes, new=new)
    tail, head, km = (np.array(column) for column in zip(*links, strict=True))
    for a, b, length in links:
        log.add("road", "access", graph, a, b, km=length, why="place that the packaged roads do not reach")
    return add_edges(graph, tail, head, km=km), np.unique(np.concatenate((tail, head)))


def _find_links(
    graph: Graph, land: Land, *, nodes: np.ndarray, new: np.ndarray
) -> list[tuple[int, int, float]]:
    """Links of a shortest forest over the new nodes, with all serving nodes of a landmass as one root."""
    mass = mass_of(land, graph.lat[np.append(nodes, new)], graph.lon[np.append(nodes, new)])
    mass_at = dict(zip(np.append(nodes, new).tolist(), mass.tolist(), strict=True))
    candidates = _list_candidates(graph, nodes=nodes, new=new)
    roots = {int(node): ("mass", mass_at[int(node)]) for node in nodes}
    name = {int(node): ("place", int(node)) for node in new} | roots
    forest = DisjointSet(set(name.values()))
    links = []
    for km, a, b in candidates:
        if mass_at[a] != mass_at[b] or forest.connected(name[a], name[b]):
            continue
        if km > SHORT_KM and measure_wet(graph, land, a, b, km=km) > WET_SHARE * km:
            continue
        forest.merge(name[a], name[b])
        links.append((a, b, DETOUR * km))
    return links


def _list_candidates(graph: Graph, *, nodes: np.ndarray, new: np.ndarray) -> list[tuple[float, int, int]]:
    """Pairs of a new node and a near node of its country, new or serving, the shortest first."""
    found = []
    for code in np.unique(graph.country[new]):
        own = new[graph.country[new] == code]
        for others in (nodes[graph.country[nodes] == code], own):
            if not len(others):
                continue
            tree = cKDTree(place_on_sphere(graph.lat[others], graph.lon[others]))
            points = place_on_sphere(graph.lat[own], graph.lon[own])
            gap, at = tree.query(points, k=min(NEIGHBOURS, len(others)), distance_upper_bound=REACH_KM)
            row, col = np.nonzero(np.isfinite(gap.reshape(len(own), -1)))
            at, gap = at.reshape(len(own), -1)[row, col], gap.reshape(len(own), -1)[row, col]
            found += zip(gap.tolist(), own[row].tolist(), others[at].tolist(), strict=True)
    return sorted(pair for pair in found if pair[1] != pair[2])


def join_posts(graph: Graph, land: Land, log: RepairLog, *, mode: str) -> Graph:
    """The graph with a crossing at each authored post whose pair has none near, where both sides have lines near."""
    posts = read_rows("posts")
    posts = posts[(posts["mode"] == mode)]
    serving = np.flatnonzero(find_serving(graph, mass_of(land, graph.lat, graph.lon)))
    for row in posts.itertuples():
        sides = [int(np.searchsorted(land.codes, code)) for code in (row.country_a, row.country_b)]
        lat, lon = float(row.lat), float(row.lon)
        if _has_crossing(graph, sides, lat, lon):
            continue
        ends = [_nearest(graph, serving[graph.country[serving] == side], lat, lon) for side in sides]
        if any(gap > POST_KM[mode] for _, gap in ends):
            continue
        graph = _add_crossing(graph, log, ends=ends, post=(lat, lon, sides[0]), name=f"{mode}:{row.id}")
    return graph


def _has_crossing(graph: Graph, sides: list[int], lat: float, lon: float) -> bool:
    low = np.minimum(graph.country[graph.tail], graph.country[graph.head])
    high = np.maximum(graph.country[graph.tail], graph.country[graph.head])
    edges = np.flatnonzero((low == min(sides)) & (high == max(sides)))
    a, b = graph.tail[edges], graph.head[edges]
    gap = measure_arc((graph.lat[a] + graph.lat[b]) / 2, (graph.lon[a] + graph.lon[b]) / 2, lat, lon)
    return bool((gap <= CROSSING_KM).any())


def _nearest(graph: Graph, nodes: np.ndarray, lat: float, lon: float) -> tuple[int, float]:
    if not len(nodes):
        return -1, np.inf
    gap = measure_arc(graph.lat[nodes], graph.lon[nodes], lat, lon)
    return int(nodes[gap.argmin()]), float(gap.min())


def _add_crossing(
    graph: Graph, log: RepairLog, *, ends: list[tuple[int, float]], post: tuple[float, float, int], name: str
) -> Graph:
    """A node at the post, on its first side, linked to the nearest node of each side."""
    mode, identity = name.split(":")
    lat, lon, side = post
    node = graph.n
    graph = add_nodes(graph, np.array([lat]), np.array([lon]), country=np.array([side]))
    km = np.array([max(DETOUR * gap, 0.1) for _, gap in ends])
    for (end, _), length in zip(ends, km, strict=True):
        log.add(mode, "post", graph, node, end, km=length, why=f"post {identity} without a crossing")
    return add_edges(graph, np.array([node, node]), np.array([end for end, _ in ends]), km=km)
