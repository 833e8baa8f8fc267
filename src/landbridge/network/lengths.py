"""Published lengths of lines, roads, lanes and waterways beside the shortest way of the network between their ends.

A published length is measured along its line from station to station, so the network is asked for the shortest way
through the places that the row names; a way far from the published length marks a line that is missing, shortened or
wrongly joined.
"""

import datetime
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

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
INPUT_SHARE = 0.5  # of a way on legs and stretches of given length, above which it is no check of the network

Ends = tuple[NDArray[np.int64], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Way:
    """A measured way: km, and km of it whose length is an input of the network (legs and published stretches)."""

    km: float
    given: float


@dataclass(frozen=True, slots=True)
class ModeGraph:
    """What a mode may use: matrix [n, n] in km, used nodes with their tree, and the pairs of nodes (low x n + high,
    sorted) whose length is an input.
    """

    matrix: csr_array
    nodes: NDArray[np.int64]
    tree: cKDTree
    given: NDArray[np.int64]


@dataclass(slots=True)
class LengthMeter:
    """Shortest ways over the layers of a mode at a date, without what is closed or planned then; seasons left out."""

    world: World
    tables: Mapping[str, pd.DataFrame]
    date: datetime.date
    graphs: dict[tuple[str, ...], ModeGraph] = field(default_factory=dict)

    def measure(self, row: Row) -> float:
        """Kilometres of the shortest way through the places of a row of published_lengths; infinite without one."""
        return self.measure_way(row).km

    def measure_way(self, row: Row) -> Way:
        """The shortest way through the places of a row of published_lengths, with the legs and passages of its column
        `opened` open; infinite km without one.
        """
        mode, opened = str(row["mode"]), tuple(row.get("opened") or ())
        graph = self._graph(mode, opened)
        trace = self._trace(graph, row, mode=mode)
        if trace is None:
            return Way(float("inf"), 0.0)
        km, pairs = trace
        ends = np.array(pairs, np.int64).reshape(-1, 2)
        mine = ends[np.isin(self._key(ends), graph.given)]
        return Way(km, float(graph.matrix[mine[:, 0], mine[:, 1]].sum()) if len(mine) else 0.0)

    def _trace(self, graph: ModeGraph, row: Row, *, mode: str) -> tuple[float, list[tuple[int, int]]] | None:
        """Kilometres and pairs of nodes of the shortest way, None without one."""
        nodes, total = self._ends(graph, mode, row["from"])
        steps: list[list[tuple[int, int]]] = [[] for _ in nodes]
        gap, limit = np.zeros(len(nodes)), LIMIT * float(row["distance"])
        for stop in (*row["via"], row["to"]):
            ends, gap = self._ends(graph, mode, stop)
            if not (len(nodes) and len(ends)):
                return None
            far, before = dijkstra(graph.matrix, indices=nodes, limit=limit, return_predecessors=True)
            ways = total[:, None] + far[:, ends]
            best = ways.argmin(axis=0)
            found = zip(best.tolist(), ends.tolist(), strict=True)
            steps = [steps[k] + _walk_back(before[k], end) for k, end in found]
            nodes, total = ends, ways.min(axis=0)
            if mode == "inland_water":  # goods change between ship and barge in a port
                steps, total = [steps[int(total.argmin())]] * len(ends), np.full(len(ends), total.min())
        whole = total + gap
        chosen = int(whole.argmin())
        return (float(whole[chosen]), steps[chosen]) if np.isfinite(whole[chosen]) else None

    def _ends(self, graph: ModeGraph, mode: str, text: str) -> Ends:
        """Nodes at which a way may start or end, and their distance from the place in km."""
        place = find_place(self.world, text)
        if mode in ("sea", "inland_water"):
            quays = (place.water_node, *((place.river_node,) if mode == "inland_water" else ()))
            nodes = np.array([node for node in quays if node >= 0], np.int64)
            return nodes, np.zeros(len(nodes))
        point = unit_vectors(np.array([place.lat]), np.array([place.lon]))[0]
        gap, _ = graph.tree.query(point)
        near = np.array(graph.tree.query_ball_point(point, gap + STATION_KM[mode] / EARTH_KM))
        far = np.linalg.norm(graph.tree.data[near] - point, axis=1) * EARTH_KM
        return graph.nodes[near], far

    def _graph(self, mode: str, opened: tuple[str, ...]) -> ModeGraph:
        if (mode, *opened) not in self.graphs:
            self.graphs[mode, *opened] = self._make_graph(mode, opened)
        return self.graphs[mode, *opened]

    def _make_graph(self, mode: str, opened: tuple[str, ...]) -> ModeGraph:
        """Adjacency over all world nodes; breaks of gauge joined, of parallel edges the shortest."""
        world, edges = self.world, self._find_usable(mode, opened)
        tail, head = world.edge_tail[edges].astype(np.int64), world.edge_head[edges].astype(np.int64)
        km = np.maximum(world.edge_km[edges].astype(np.float64), LEAST_KM)
        legs = np.column_stack((tail, head))[world.edge_leg[edges] >= 0]
        if mode == "rail":
            changes = world.gauge_changes
            tail, head = np.append(tail, changes["node_a"]), np.append(head, changes["node_b"])
            km = np.append(km, np.full(len(changes), LEAST_KM))
        matrix = make_symmetric(tail, head, km, size=len(world.node_lat))
        nodes = np.unique(np.concatenate((tail, head)))
        tree = cKDTree(unit_vectors(world.node_lat[nodes], world.node_lon[nodes]))
        return self._add_stretches(ModeGraph(matrix, nodes, tree, np.unique(self._key(legs))), mode)

    def _add_stretches(self, graph: ModeGraph, mode: str) -> ModeGraph:
        """The graph with the pairs of the published stretches of its mode among those that are inputs."""
        rows = self.tables["stretch_lengths"]
        keys = [graph.given]
        for row in read_rows(rows[rows["mode"] == mode]):
            trace = self._trace(graph, row, mode=mode)
            keys.append(self._key(np.array(trace[1] if trace else [], np.int64).reshape(-1, 2)))
        return replace(graph, given=np.unique(np.concatenate(keys)))

    def _key(self, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
        keys: NDArray[np.int64] = pairs.min(axis=1) * len(self.world.node_lat) + pairs.max(axis=1)
        return keys

    def _find_usable(self, mode: str, opened: tuple[str, ...]) -> NDArray[np.int64]:
        """Edges of a mode that are not shut at the date."""
        world = self.world
        shut = [self._list_closed(table) - set(opened) for table in ("legs", "passages")]
        leg = np.array([name in shut[0] for name in world.legs] + [False])
        passage = np.array([name in shut[1] for name in world.passages] + [False])
        usable = ~leg[world.edge_leg] & ~passage[world.edge_passage]
        return np.flatnonzero(np.isin(world.edge_layer, LAYERS[mode]) & usable)

    def _list_closed(self, table: str) -> set[str]:
        """Ids of rows that are not open at the date; a closed season leaves a length as it is."""
        frame, spec = self.tables[table], load_catalogue().tables[table]
        status = status_at(frame, spec, date=self.date)
        return set(frame["id"][(status != "open").to_numpy(bool)])


def _walk_back(before: NDArray[np.int32], end: int) -> list[tuple[int, int]]:
    steps: list[tuple[int, int]] = []
    while before[end] >= 0:
        steps.append((int(before[end]), end))
        end = int(before[end])
    return steps[::-1]


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
    NaN where a place is unknown), `error` (share of the published length), `within` the tolerance, `given` (share of
    the way whose length is an input: legs and stretch_lengths) and `scored`: not more than half of it is.
    """
    meter = LengthMeter(world, tables, date)
    ways = [_measure(meter, row) for row in read_rows(tables["published_lengths"])]
    km, given = (np.array([getattr(way, name) for way in ways], np.float64) for name in ("km", "given"))
    frame = tables["published_lengths"].assign(modelled=km, given=given / km)
    error = frame["modelled"] / frame["distance"] - 1.0
    scored = ~(frame["given"] > INPUT_SHARE)
    return frame.assign(error=error, within=error.abs() <= TOLERANCE, scored=scored)


def is_fitted(identity: str) -> bool:
    """Whether a published length of a road is of the half that ROAD_LENGTH of the build is fitted on: those whose id
    has an even CRC-32; the other half is kept apart from all fitting.

    >>> is_fitted("wl-i-5"), is_fitted("wl-i-10")
    (True, False)
    """
    return zlib.crc32(identity.encode()) % 2 == 0


def _measure(meter: LengthMeter, row: Row) -> Way:
    try:
        return meter.measure_way(row)
    except InputError:
        return Way(float("nan"), 0.0)
