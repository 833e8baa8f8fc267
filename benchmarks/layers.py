"""The world's railways and highways as graphs of their own: re-costed, skimmed and searched, beside their peers.

A layer is all open arcs of the virtual network whose two ends are nodes of the layer in the shipped world: moves both
ways, and the operations between them (borders, changes of gauge). Places are drawn at random, with a fixed seed, from
the nodes that all reach each other. Peers get the same arrays, and what they find is compared first.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from benchmarks.hierarchy import MICROSECOND, MILLISECOND, Planet, make_matrix, measure, measure_sums, scale
from benchmarks.kernel_figures import Row, key_figures, leave_out
from benchmarks.peers import FIELDS, find_aequilibrae, make_aequilibrae_graph, skim_by_aequilibrae
from benchmarks.routing import Figure, time_rounds
from landbridge.kernels.customization import Metric, customize
from landbridge.kernels.graph import build_csr
from landbridge.kernels.hierarchy import build_hierarchy
from landbridge.kernels.hierarchy_queries import find_distance, find_shortest
from landbridge.kernels.hierarchy_skims import measure_pairs, skim
from landbridge.kernels.lane_sums import sum_lanes
from landbridge.kernels.nested_dissection import dissect
from landbridge.network.virtual import RAIL, ROAD

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]
PLACES = 200
PAIRS = 200
# The peers take seconds a round.
PEER_ROUNDS = 3
LAYERS = {"rail": ("world railways", RAIL), "road": ("world highways", ROAD)}
TABLES = {"skim": "cost", "skim_fields": "cost and four fields"}


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Arcs tail, head int[m] over nodes of the layer; fields float64[m, 4], the first is the cost; lat, lon in degrees;
    nodes int64[n], their numbers in the virtual network; largest int64[k], those that all reach each other, and places
    int64[s] of these, rising.
    """

    key: str
    name: str
    tail: Ids
    head: Ids
    fields: Floats
    lat: Floats
    lon: Floats
    nodes: Ids
    largest: Ids
    places: Ids
    matrix: csr_array

    @property
    def weight(self) -> Floats:
        """Cost of each arc, float64[m]."""
        return np.ascontiguousarray(self.fields[:, 0])


def cut_layer(planet: Planet, key: str) -> Layer:
    """The layer of the shipped world under its key, rail or road."""
    name, layer = LAYERS[key]
    network, arcs = planet.network, planet.network.arcs
    nodes = np.flatnonzero(network.world.node_layer == layer)
    number = np.full(network.node_count, -1, np.int64)
    number[nodes] = np.arange(len(nodes))
    tail, head = number[arcs.tail], number[arcs.head]
    kept = (tail >= 0) & (head >= 0) & np.isfinite(planet.weight)
    tail, head, fields = tail[kept], head[kept], planet.fields[kept]
    csr = build_csr(tail, head, node_count=len(nodes))
    matrix = make_matrix(csr.indptr, csr.head, fields[csr.arc, 0])
    largest = find_largest(tail, head, node_count=len(nodes))
    places = np.sort(np.random.default_rng(3).choice(largest, PLACES, replace=False))
    lat, lon = (side[nodes].astype(np.float64) for side in (network.node_lat, network.node_lon))
    return Layer(key, name, tail, head, fields, lat, lon, nodes, largest, places, matrix)


def find_largest(tail: Ids, head: Ids, *, node_count: int) -> Ids:
    """Nodes of the largest part of a graph in which all reach each other, rising.

    >>> find_largest(np.array([0, 1, 1, 1]), np.array([1, 2, 2, 0]), node_count=3).tolist()
    [0, 1]
    """
    # Summed into one matrix: SciPy's search for parts does not end where parallel arcs stand beside each other.
    joined = coo_array((np.ones(len(tail)), (tail, head)), shape=(node_count, node_count)).tocsr()
    _, part = connected_components(joined, directed=True, connection="strong")
    return np.flatnonzero(part == np.bincount(part).argmax())


def measure_layer(layer: Layer, rounds: int) -> list[Row]:
    """Figures of one layer, and those of the peers."""
    order = dissect(layer.tail, layer.head, lat=layer.lat, lon=layer.lon)
    hierarchy = build_hierarchy(layer.tail, layer.head, order=order)
    metric = customize(hierarchy, layer.weight)
    size = f"{len(layer.nodes):,} nodes, {len(layer.tail):,} arcs"
    recosts = [
        measure(f"{layer.name}, {size}: re-cost, {threads} thread{'s' * (threads > 1)}", work, rounds)
        for threads in (1, 2)
        for work in [lambda threads=threads: customize(hierarchy, layer.weight, threads=threads)]
    ]
    sums = measure_sums(metric, layer.fields, rounds, name=f"{layer.name}: ")
    names = ("recost_1_thread_ms", "recost_ms", "sum_fields_1_thread_ms", "sum_fields_ms")
    return [
        *key_figures([f"{layer.key}_{key}" for key in names], [*recosts, *sums]),
        *measure_pairs_of_places(layer, metric, rounds),
        *measure_skims(layer, metric, rounds),
    ]


def measure_pairs_of_places(layer: Layer, metric: Metric, rounds: int) -> list[Row]:
    """Point to point, and SciPy's tree, which is what it has for a pair."""
    pairs = np.random.default_rng(4).choice(layer.places, (PAIRS, 2)).tolist()

    def ask(question: Callable[..., object]) -> Callable[[], object]:
        return lambda: [question(metric, source=source, target=target) for source, target in pairs]

    found = [
        Figure(f"{layer.name}: one pair, distance", "s", time_rounds(ask(find_distance), rounds)),
        Figure(f"{layer.name}: one pair, distance and path", "s", time_rounds(ask(find_shortest), rounds)),
    ]
    source = int(layer.places[0])
    tree = Figure(
        f"{layer.name}: one pair by SciPy's Dijkstra, a whole tree",
        "s",
        time_rounds(lambda: dijkstra(layer.matrix, indices=source), rounds),
    )
    figures = [*(scale(one, MICROSECOND / PAIRS, "µs") for one in found), scale(tree, MICROSECOND, "µs")]
    return key_figures(
        [f"{layer.key}_p2p_us", f"{layer.key}_p2p_path_us", f"{layer.key}_p2p_scipy_us"], figures
    )


def measure_skims(layer: Layer, metric: Metric, rounds: int) -> list[Row]:
    """Tables between the places on one thread, by landbridge, SciPy and AequilibraE."""
    ends = {"sources": layer.places, "targets": layer.places}
    name = f"{layer.name}: {len(layer.places)} x {len(layer.places)} table"
    lane_sums = sum_lanes(metric, layer.fields)
    ours = [
        measure(f"{name}, cost, 1 thread", lambda: measure_pairs(metric, **ends, threads=1), rounds),
        measure(
            f"{name}, cost and four fields, 1 thread",
            lambda: skim(lane_sums, **ends, threads=1),
            rounds,
        ),
    ]
    begun = time.perf_counter()
    known = dijkstra(layer.matrix, indices=layer.places)[:, layer.places]
    taken = MILLISECOND * (time.perf_counter() - begun)
    np.testing.assert_allclose(measure_pairs(metric, **ends), known, rtol=1e-9, atol=1e-9)
    scipy = Figure(f"{name}, cost, by SciPy", "ms", (taken,))
    keys = [f"{layer.key}_{table}_ms" for table in TABLES]
    rows = key_figures([*keys, f"{layer.key}_skim_scipy_ms"], [*ours, scipy])
    ratio = Figure(f"{name}, cost: SciPy's time over landbridge's", "", (scipy.median / ours[0].median,))
    rows.append(Row(f"{layer.key}_skim_ratio_scipy", ratio.name, ratio))
    return rows + compare_aequilibrae(layer, ours, known)


def compare_aequilibrae(layer: Layer, ours: list[Figure], known: Floats) -> list[Row]:
    """AequilibraE's tables and their time over ours; both left out where it is not installed."""
    graph = None
    if find_aequilibrae():
        ends = {"fields": layer.fields, "places": layer.places}
        graph = make_aequilibrae_graph(layer.tail, layer.head, **ends)
    rows: list[Row] = []
    for (table, what), own in zip(TABLES.items(), ours, strict=True):
        name = f"{layer.name}: {len(layer.places)} x {len(layer.places)} table, {what}"
        names = f"{name}, by AequilibraE, 1 core", f"{name}: AequilibraE's time over landbridge's"
        keys = [f"{layer.key}_{table}_aequilibrae_ms", f"{layer.key}_{table}_ratio_aequilibrae"]
        if graph is None:
            rows += [leave_out(key, text) for key, text in zip(keys, names, strict=True)]
            continue
        graph.set_skimming(list(FIELDS[:1] if table == "skim" else FIELDS))
        np.testing.assert_allclose(skim_by_aequilibrae(graph)[:, :, 0], known, rtol=1e-6, atol=1e-6)
        theirs = measure(names[0], lambda: skim_by_aequilibrae(graph), PEER_ROUNDS)
        rows += key_figures(keys, [theirs, Figure(names[1], "", (theirs.median / own.median,))])
    return rows


def sum_up_aequilibrae(rows: list[Row]) -> Row:
    """The least of AequilibraE's times over landbridge's, the one by which the claim stands or falls."""
    name = "AequilibraE's time over landbridge's, the least of these tables"
    found = [row.figure for row in rows if row.key.endswith("_ratio_aequilibrae")]
    known = [figure.median for figure in found if figure is not None]
    if not known:
        return leave_out("skim_ratio_aequilibrae", name)
    return Row("skim_ratio_aequilibrae", name, Figure(name, "", (min(known),)))
