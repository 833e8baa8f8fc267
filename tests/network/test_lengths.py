"""Lengths of the shipped network against published ones, row by row of published_lengths.csv.

Tolerance 8 %: coordinates are rounded to 0.001 degree and lines simplified, which shortens a way by 1 to 6 %, and the
middle of a station is not known to better than a few km.
"""

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from landbridge.network.places import find_place
from landbridge.sources import World, open_world, read_shipped_tables

TOLERANCE = 0.08
# Further than the nearest node, within which a line may start: cities have stations of several lines.
STATION_KM = {"road": 0.1, "rail": 4.0}
LAYERS = {"road": 0, "rail": 1, "sea": 2}
EARTH_KM = 6371.0088

with (Path(__file__).parent / "published_lengths.csv").open(encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))


@cache
def read_world() -> World:
    return open_world()


@cache
def open_matrix(mode: str) -> csr_array:
    """Adjacency of a layer over all world nodes, without planned legs and closed passages; breaks of gauge joined."""
    world, tables = read_world(), read_shipped_tables()
    planned = set(tables["legs"].loc[tables["legs"]["status"] != "open", "id"])
    closed = set(tables["passages"].loc[tables["passages"]["status"] == "closed", "id"])
    leg = np.array([name in planned for name in world.legs] + [False])
    passage = np.array([name in closed for name in world.passages] + [False])
    edges = np.flatnonzero(
        (world.edge_layer == LAYERS[mode]) & ~leg[world.edge_leg] & ~passage[world.edge_passage]
    )
    tail, head = world.edge_tail[edges].astype(np.int64), world.edge_head[edges].astype(np.int64)
    km = np.maximum(world.edge_km[edges].astype(np.float64), 0.001)
    if mode == "rail":
        changes = world.gauge_changes
        tail, head = np.append(tail, changes["node_a"]), np.append(head, changes["node_b"])
        km = np.append(km, np.full(len(changes), 0.001))
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    order = np.lexsort((km, high, low))
    first = np.append(True, (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0))
    low, high, km = low[order][first], high[order][first], km[order][first]
    ends = (np.concatenate((low, high)), np.concatenate((high, low)))
    size = len(world.node_lat)
    return csr_array(coo_array((np.concatenate((km, km)), ends), shape=(size, size)))


@cache
def node_tree(mode: str) -> tuple[np.ndarray, cKDTree]:
    world = read_world()
    nodes = np.flatnonzero(world.node_layer == LAYERS[mode])
    return nodes, cKDTree(on_sphere(world.node_lat[nodes], world.node_lon[nodes]))


def on_sphere(lat: object, lon: object) -> np.ndarray:
    phi, lam = np.radians(np.asarray(lat, np.float64)), np.radians(np.asarray(lon, np.float64))
    return EARTH_KM * np.column_stack((np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)))


def near_nodes(mode: str, text: str) -> tuple[np.ndarray, np.ndarray]:
    """Nodes at which a way may start or end, and how far they lie from the place (km, added to the way)."""
    place = find_place(read_world(), text)
    if mode == "sea":
        assert place.water_node >= 0, f"{text} has no water"
        return np.array([place.water_node]), np.zeros(1)
    nodes, tree = node_tree(mode)
    point = on_sphere([place.lat], [place.lon])[0]
    found = np.array(tree.query_ball_point(point, tree.query(point)[0] + STATION_KM[mode]))
    return nodes[found], np.linalg.norm(tree.data[found] - point, axis=1)


def measure(mode: str, stops: list[str], *, limit: float) -> float:
    nodes, total = near_nodes(mode, stops[0])
    for stop in stops[1:]:
        ends, gap = near_nodes(mode, stop)
        distance = dijkstra(open_matrix(mode), directed=False, indices=nodes, limit=limit)[:, ends]
        nodes, total = ends, (total[:, None] + distance).min(axis=0)
    return float((total + gap).min())


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_length_is_the_published_one(row: dict[str, str]) -> None:
    km = float(row["km"])
    stops = [row["from"], *filter(None, row["via"].split(";")), row["to"]]
    assert measure(row["mode"], stops, limit=1.3 * km) == pytest.approx(km, rel=TOLERANCE)


def test_every_length_has_a_source_and_a_quality() -> None:
    assert all(row["source"] and row["quality"] in {"published", "estimated"} for row in ROWS)
    # What nobody has published is marked as not verified.
    assert all(row["note"] for row in ROWS if row["quality"] == "estimated")


def test_arctic_passages_would_halve_the_way_if_they_were_open() -> None:
    """The way by Suez holds because the Arctic is closed in the table passages, not because it is not there."""
    world = read_world()
    assert {"suez", "bering", "northwest"} <= set(world.passages)
    closed = read_shipped_tables()["passages"].set_index("id")["status"]
    assert closed["bering"] == closed["northwest"] == "closed"
