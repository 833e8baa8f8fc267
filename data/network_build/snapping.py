"""Snaps places to the networks that serve them, and joins ports to the sea lanes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from network_build.countries import Land
from network_build.graph import Graph, add_edges, add_nodes, label_components, place_on_sphere

REACH = {"road": 100.0, "rail": 50.0, "river": 3.0}  # km
GAUGE_KM = 6.0  # km further that a node of the right gauge may lie
PORT_REACH = 400.0  # km to the nearest sea lane
PORT_LAND = 40.0  # km of the joint that may cross land (river ports, generalised coasts)
PORT_LANES = 3  # joints of a port, to the lanes that cost least
LEAST_RAIL = 60.0  # km of a rail component that is worth a snap
LAND_COST = 20.0  # how much dearer a km over land is in choosing the lane of a port


def snap(
    places: pd.DataFrame, graph: Graph, *, serving: np.ndarray, reach: float
) -> tuple[np.ndarray, np.ndarray]:
    """Nearest serving node of each place (-1 beyond reach) and its distance in km (NaN beyond)."""
    nodes = np.flatnonzero(serving)
    gap, at = cKDTree(place_on_sphere(graph.lat[nodes], graph.lon[nodes])).query(
        place_on_sphere(places["lat"], places["lon"]), distance_upper_bound=reach
    )
    hit = np.isfinite(gap)
    node = np.full(len(places), -1, np.int32)
    node[hit] = nodes[at[hit]]
    return node, np.where(hit, gap, np.nan)


def keep_to_country(
    places: pd.DataFrame,
    graph: Graph,
    found: tuple[np.ndarray, np.ndarray],
    *,
    serving: np.ndarray,
    codes: np.ndarray,
    reach: float,
) -> tuple[np.ndarray, np.ndarray]:
    """As found by `snap`, but a place whose node lies in another country takes the nearest of its own, if in reach.

    A place is no way round the border that it stands at.
    """
    node, km = found[0].copy(), found[1].copy()
    names = np.array([*codes, ""])
    strays = np.flatnonzero((node >= 0) & (names[graph.country[node]] != places["country"].to_numpy()))
    for code in np.unique(places["country"].to_numpy()[strays]):
        rows = strays[places["country"].to_numpy()[strays] == code]
        own = serving & (names[graph.country] == code)
        if own.any():
            nearest, gap = snap(places.iloc[rows], graph, serving=own, reach=reach)
            hit = nearest >= 0
            node[rows[hit]], km[rows[hit]] = nearest[hit], gap[hit]
    return node, km


def snap_by_gauge(
    places: pd.DataFrame, graph: Graph, gauge: np.ndarray, *, serving: np.ndarray, wanted: np.ndarray
):
    """As `snap` for rails: the nearest node, or one of the wanted gauge if it lies at most GAUGE_KM further."""
    node, km = snap(places, graph, serving=serving, reach=REACH["rail"])
    for value in np.unique(wanted):
        rows = np.flatnonzero(wanted == value)
        own, gap = snap(places.iloc[rows], graph, serving=serving & (gauge == value), reach=REACH["rail"])
        better = (own >= 0) & (gap <= km[rows] + GAUGE_KM)
        node[rows[better]], km[rows[better]] = own[better], gap[better]
    return node, km


def find_serving_rails(graph: Graph) -> np.ndarray:
    """Whether each node lies in a component of at least LEAST_RAIL km."""
    label = label_components(graph)
    km = np.bincount(label[graph.tail], graph.km, minlength=label.max() + 1)
    return km[label] >= LEAST_RAIL


def join_ports(graph: Graph, ports: pd.DataFrame, land: Land) -> tuple[Graph, np.ndarray]:
    """The water graph with a node for each port and edges to the lanes that are nearest over water.

    Returns the graph and the water node of each port, -1 where no lane is within reach.
    """
    tree = cKDTree(place_on_sphere(graph.lat, graph.lon))
    points = place_on_sphere(ports["lat"], ports["lon"])
    gap, at = tree.query(points, k=12, distance_upper_bound=PORT_REACH)
    row, col = np.nonzero(np.isfinite(gap))
    node, km = at[row, col], gap[row, col]
    over = (
        _measure_land(
            land, ports["lon"].to_numpy()[row], ports["lat"].to_numpy()[row], graph.lon[node], graph.lat[node]
        )
        * km
    )
    cost = km + LAND_COST * over
    order = np.lexsort((node, cost, row))
    order = order[over[order] <= PORT_LAND]
    first = np.searchsorted(row[order], row[order])
    rank = np.arange(len(order)) - first
    near = cost[order] <= 2 * cost[order][first] + 20
    use = order[(rank < PORT_LANES) & near]
    owner, inverse = np.unique(row[use], return_inverse=True)
    number = np.full(len(ports), -1, np.int32)
    number[owner] = graph.n + np.arange(len(owner))
    water = _water_of(graph)[node[use]]
    graph = add_nodes(
        graph, ports["lat"].to_numpy()[owner], ports["lon"].to_numpy()[owner], country=np.full(len(owner), -1)
    )
    return add_edges(graph, number[owner[inverse]], node[use], km=km[use], water=water), number


def _water_of(graph: Graph) -> np.ndarray:
    """Water of each node: that of its edges, the sea before the river."""
    water = np.full(graph.n, 9, np.int32)
    rank = np.array([2, 0, 3, 1])
    back = np.argsort(rank)
    for end in (graph.tail, graph.head):
        np.minimum.at(water, end, rank[graph.water])
    return back[np.minimum(water, 3)].astype(np.int32)


def _measure_land(land: Land, lon_a, lat_a, lon_b, lat_b) -> np.ndarray:
    """Share of each chord that lies on land, by nine points between its ends."""
    share = np.arange(1, 10) / 10
    wrap = (lon_b - lon_a + 180) % 360 - 180
    lon = ((lon_a[:, None] + share * wrap[:, None] + 180) % 360 - 180).ravel()
    lat = (lat_a[:, None] + share * (lat_b - lat_a)[:, None]).ravel()
    tree = shapely.STRtree(land.masses)
    hit = np.zeros(len(lon), bool)
    box, mass = tree.query(shapely.points(lon, lat))
    for index in np.unique(mass):
        at = box[mass == index]
        shapely.prepare(land.masses[index])
        hit[at] |= shapely.contains_xy(land.masses[index], lon[at], lat[at])
    return hit.reshape(-1, 9).mean(axis=1)
