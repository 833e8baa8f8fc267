"""Published lengths of lines, roads, lanes and waterways beside the shortest way of the network between their ends.

A published length is measured along its line from station to station, so the network is asked for the shortest way
through the places that the row names; a way far from the published length marks a line that is missing, shortened or
wrongly joined.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from landbridge.network.places import find_place
from landbridge.network.sphere import EARTH_KM, unit_vectors
from landbridge.schema import InputError, load_catalogue
from landbridge.schema.dated_rows import status_at
from landbridge.schema.rows import Row, read_rows
from landbridge.sources.world import World

TOLERANCE = 0.08  # share of the published length
# Further than the nearest node, within which a line may start: cities have stations of several lines.
STATION_KM = {"road": 0.1, "rail": 4.0, "sea": 0.1, "inland_water": 0.1}
LAYERS: dict[str, tuple[int, ...]] = {"road": (0,), "rail": (1,), "sea": (2,), "inland_water": (2, 3)}
LIMIT = 3.0  # ways longer than this many published lengths are as good as none
LEAST_KM = 0.001

Ends = tuple[NDArray[np.int64], NDArray[np.float64]]


@dataclass(slots=True)
class LengthMeter:
    """Shortest ways over the layers of a mode at a date, without what is closed or planned then; seasons left out."""

    world: World
    tables: Mapping[str, pd.DataFrame]
    date: datetime.date
    matrices: dict[str, csr_array] = field(default_factory=dict)
    trees: dict[str, tuple[NDArray[np.int64], cKDTree]] = field(default_factory=dict)

    def measure(self, row: Row) -> float:
        """Kilometres of the shortest way through the places of a row of published_lengths; infinite without one."""
        mode, limit = str(row["mode"]), LIMIT * float(row["distance"])
        nodes, total = self._ends(mode, row["from"])
        gap = np.zeros(len(nodes))
        for stop in (*row["via"], row["to"]):
            ends, gap = self._ends(mode, stop)
            if not (len(nodes) and len(ends)):
                return float("inf")
            ways = dijkstra(self._matrix(mode), indices=nodes, limit=limit)[:, ends]
            nodes, total = ends, (total[:, None] + ways).min(axis=0)
        return float((total + gap).min())

    def _ends(self, mode: str, text: str) -> Ends:
        """Nodes at which a way may start or end, and their distance from the place in km."""
        place = find_place(self.world, text)
        if mode in ("sea", "inland_water"):
            quays = (place.water_node, *((place.river_node,) if mode == "inland_water" else ()))
            nodes = np.array([node for node in quays if node >= 0], np.int64)
            return nodes, np.zeros(len(nodes))
        nodes, tree = self._tree(mode)
        point = unit_vectors(np.array([place.lat]), np.array([place.lon]))[0]
        gap, _ = tree.query(point)
        near = np.array(tree.query_ball_point(point, gap + STATION_KM[mode] / EARTH_KM))
        far = np.linalg.norm(tree.data[near] - point, axis=1) * EARTH_KM
        return nodes[near], far

    def _tree(self, mode: str) -> tuple[NDArray[np.int64], cKDTree]:
        if mode not in self.trees:
            used = np.unique(self._matrix(mode).nonzero()[0])
            points = unit_vectors(self.world.node_lat[used], self.world.node_lon[used])
            self.trees[mode] = (used.astype(np.int64), cKDTree(points))
        return self.trees[mode]

    def _matrix(self, mode: str) -> csr_array:
        if mode not in self.matrices:
            self.matrices[mode] = self._open_matrix(mode)
        return self.matrices[mode]

    def _list_closed(self, table: str) -> set[str]:
        """Ids of rows that are not open at the date; a closed season leaves a length as it is."""
        frame, spec = self.tables[table], load_catalogue().tables[table]
        status = status_at(frame, spec, date=self.date)
        return set(frame["id"][(status != "open").to_numpy(bool)])

    def _open_matrix(self, mode: str) -> csr_array:
        """Adjacency over all world nodes; breaks of gauge joined, of parallel edges the shortest."""
        world = self.world
        shut = [self._list_closed(table) for table in ("legs", "passages")]
        leg = np.array([name in shut[0] for name in world.legs] + [False])
        passage = np.array([name in shut[1] for name in world.passages] + [False])
        usable = ~leg[world.edge_leg] & ~passage[world.edge_passage]
        edges = np.flatnonzero(np.isin(world.edge_layer, LAYERS[mode]) & usable)
        tail, head = world.edge_tail[edges].astype(np.int64), world.edge_head[edges].astype(np.int64)
        km = np.maximum(world.edge_km[edges].astype(np.float64), LEAST_KM)
        if mode == "rail":
            changes = world.gauge_changes
            tail, head = np.append(tail, changes["node_a"]), np.append(head, changes["node_b"])
            km = np.append(km, np.full(len(changes), LEAST_KM))
        return make_symmetric(tail, head, km, size=len(world.node_lat))


def make_symmetric(
    tail: NDArray[np.integer], head: NDArray[np.integer], km: NDArray[np.float64], *, size: int
) -> csr_array:
    """Symmetric adjacency [size, size] of undirected edges, of parallel ones the shortest."""
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    order = np.lexsort((km, high, low))
    first = np.append(True, (np.diff(low[order]) != 0) | (np.diff(high[order]) != 0))[: len(order)]
    low, high, km = low[order][first], high[order][first], km[order][first]
    ends = (np.concatenate((low, high)), np.concatenate((high, low)))
    return csr_array(coo_array((np.concatenate((km, km)), ends), shape=(size, size)))


def compare_lengths(world: World, tables: Mapping[str, pd.DataFrame], *, date: datetime.date) -> pd.DataFrame:
    """Every row of published_lengths with the network's own length: `modelled` (km, infinite where there is no way,
    NaN where a place is unknown), `error` (share of the published length) and `within` the tolerance.
    """
    meter = LengthMeter(world, tables, date)
    rows = read_rows(tables["published_lengths"])
    modelled = np.array([_measure(meter, row) for row in rows], np.float64)
    frame = tables["published_lengths"].assign(modelled=modelled)
    error = frame["modelled"] / frame["distance"] - 1.0
    return frame.assign(error=error, within=error.abs() <= TOLERANCE)


def _measure(meter: LengthMeter, row: Row) -> float:
    try:
        return meter.measure(row)
    except InputError:
        return float("nan")
