"""Speed of the hierarchy on the shipped world: `python -m benchmarks.hierarchy [--rounds N] [--page FILE]`.

The virtual network of a container between the capitals of all countries; ends are drawn at random with a fixed seed.
SciPy's Dijkstra runs in the same process on the same arrays, and distances are compared first. Prints a table and one
line of JSON, and renews the section `hierarchy` of docs/benchmarks.md, whose other sections stay as they are.
"""

import argparse
import json
import platform
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.__main__ import name_cpu
from benchmarks.routing import PAGE, Figure, list_versions, time_rounds, write_section
from landbridge.api.routing import default_ground
from landbridge.kernels.alternatives import find_alternatives
from landbridge.kernels.customization import Metric, customize, recustomize, restore
from landbridge.kernels.graph import build_csr
from landbridge.kernels.hierarchy import Hierarchy, build_hierarchy, extend_order
from landbridge.kernels.hierarchy_queries import find_distance, find_shortest
from landbridge.kernels.hierarchy_skims import measure_pairs, skim
from landbridge.kernels.hierarchy_sweeps import sweep, trace_sweep
from landbridge.kernels.lane_sums import sum_lanes
from landbridge.kernels.nested_dissection import dissect
from landbridge.kernels.pareto import FrontRule, find_front, make_guide
from landbridge.kernels.shortest_paths import grow_tree
from landbridge.network.arc_weights import weigh_arcs
from landbridge.network.build import join_ends
from landbridge.network.closures import close_arcs
from landbridge.network.router import make_ready
from landbridge.network.shipments import choose_shipment
from landbridge.network.structure import find_capitals
from landbridge.network.virtual import VirtualNetwork
from landbridge.sources import open_world

Floats = NDArray[np.float64]
SECTION = "hierarchy"
PLACES = 200
PAIRS = 200
CLOSED = 3
BATCH = 16
ADDED = 20
MILLISECOND, MICROSECOND = 1e3, 1e6


@dataclass(frozen=True, slots=True)
class Planet:
    """The virtual network; weight float64[m], infinite on closed arcs; fields float64[m, 4]; the states of capitals."""

    network: VirtualNetwork
    weight: Floats
    fields: Floats
    sources: NDArray[np.int64]
    targets: NDArray[np.int64]


def open_planet() -> Planet:
    """The network of the shipped world with the capitals as its ends, priced for a container."""
    ground = default_ground()
    ready = make_ready(open_world(print), ground.tables, ground.setting.date)
    network = join_ends(ready.base, list(find_capitals(ready).values()))
    shipment = choose_shipment(ready.tables["shipments"])
    weights = weigh_arcs(network, ready.pricing.pricer(shipment))
    shut = close_arcs(network, ready.tables, ready.date, shipment=shipment) != 0
    fields = np.column_stack([weights.cost, weights.time, weights.co2e, weights.distance])
    ends = (np.array(list(side.values()))[:PLACES] for side in (network.outlets, network.inlets))
    return Planet(network, np.where(shut, np.inf, weights.cost), fields, *ends)


def scale(figure: Figure, factor: float, unit: str) -> Figure:
    """Seconds in another unit, or of one part of the work."""
    return replace(figure, values=tuple(factor * value for value in figure.values), unit=unit)


def measure(name: str, work: Callable[[], object], rounds: int, aim: float | None = None) -> Figure:
    """Milliseconds of a call."""
    return scale(Figure(name, "s", time_rounds(work, rounds), aim), MILLISECOND, "ms")


def measure_topology(planet: Planet, rounds: int) -> tuple[Hierarchy, list[Figure]]:
    """What is done once for each topology, and how large it is."""
    arcs, network = planet.network.arcs, planet.network

    def order_nodes() -> NDArray[np.int32]:
        return dissect(arcs.tail, arcs.head, lat=network.node_lat, lon=network.node_lon)

    order = order_nodes()
    begun = time.perf_counter()
    order_nodes()
    taken = time.perf_counter() - begun
    hierarchy = build_hierarchy(arcs.tail, arcs.head, order=order)
    nodes = network.node_count
    built = time_rounds(lambda: build_hierarchy(arcs.tail, arcs.head, order=order), rounds)
    grown = extend_order(order, node_count=nodes + ADDED)
    rng = np.random.default_rng(0)
    tail = np.concatenate([arcs.tail, rng.integers(0, nodes, ADDED)])
    head = np.concatenate([arcs.head, np.arange(nodes, nodes + ADDED)])
    added = time_rounds(lambda: build_hierarchy(tail, head, order=grown), rounds)
    degrees = np.diff(hierarchy.begin)
    return hierarchy, [
        Figure(f"order of {nodes:,} nodes, {len(arcs.tail):,} arcs", "s", (taken,), 60.0),
        Figure("hierarchy from the order", "s", built, 1.0),
        Figure(f"hierarchy with {ADDED} places added on top", "s", added, 1.0),
        Figure("shortcuts", "", (hierarchy.shortcut_count,)),
        Figure("triangles of shortcuts", "million", (float((degrees * (degrees - 1) // 2).sum()) / 1e6,)),
        Figure("height of the elimination tree", "", (hierarchy.height,)),
        Figure("most upper neighbours of a node", "", (int(degrees.max()),)),
        Figure("memory of the hierarchy", "MB", (hierarchy.size / 1e6,)),
    ]


def measure_weights(planet: Planet, hierarchy: Hierarchy, rounds: int) -> tuple[Metric, list[Figure]]:
    """Customization as a whole and in part; the part is some arcs closed, and a restore in between."""
    metric = customize(hierarchy, planet.weight)
    rng = np.random.default_rng(1)
    closed = rng.integers(0, len(planet.weight), (PAIRS, CLOSED))
    taken = []
    for arcs in closed:
        begun = time.perf_counter()
        revision = recustomize(metric, arcs, weight=np.full(CLOSED, np.inf))
        taken.append(MILLISECOND * (time.perf_counter() - begun))
        restore(metric, revision)
    again = customize(hierarchy, planet.weight)
    if not (np.array_equal(metric.up, again.up) and np.array_equal(metric.down, again.down)):
        raise RuntimeError("partial and whole customization differ")
    figures = [
        measure(
            f"customization, {threads} thread{'s' * (threads > 1)}",
            lambda threads=threads: customize(hierarchy, planet.weight, threads=threads),
            rounds,
            150.0,
        )
        for threads in (1, 2)
    ]
    figures.append(Figure(f"partial customization, {CLOSED} arcs closed", "ms", tuple(taken[1:]), 5.0))
    lane_sums = sum_lanes(metric, planet.fields)
    return metric, [
        *figures,
        Figure("memory of a metric", "MB", (metric.size / 1e6,)),
        *measure_sums(metric, planet.fields, rounds),
        Figure("memory of the sums of four fields", "MB", (lane_sums.size / 1e6,)),
    ]


def measure_sums(metric: Metric, fields: Floats, rounds: int, *, name: str = "") -> list[Figure]:
    """What tables of further fields need once for each metric: the sums along all lanes, on one thread and on two."""
    return [
        measure(
            f"{name}four fields summed along all lanes, {threads} thread{'s' * (threads > 1)}",
            lambda threads=threads: sum_lanes(metric, fields, threads=threads),
            rounds,
        )
        for threads in (1, 2)
    ]


def measure_pairs_of_nodes(planet: Planet, metric: Metric, rounds: int) -> list[Figure]:
    """Single queries between nodes drawn at random."""
    rng = np.random.default_rng(2)
    pairs = [(int(a), int(b)) for a, b in rng.integers(0, planet.network.node_count, (PAIRS, 2))]

    def ask(question: Callable[..., object]) -> Callable[[], object]:
        return lambda: [question(metric, source=source, target=target) for source, target in pairs]

    found = [
        Figure("one pair, distance", "s", time_rounds(ask(find_distance), rounds), 100.0),
        Figure("one pair, distance and path", "s", time_rounds(ask(find_shortest), rounds), 1_000.0),
    ]
    return [scale(figure, MICROSECOND / PAIRS, "µs") for figure in found]


def measure_tables(planet: Planet, metric: Metric, rounds: int) -> list[Figure]:
    """Sweeps and tables, beside trees of the same sources."""
    source, nodes = planet.sources[:1], np.arange(planet.network.node_count)
    csr = build_csr(planet.network.arcs.tail, planet.network.arcs.head, node_count=len(nodes))
    matrix = make_matrix(csr.indptr, csr.head, planet.weight[csr.arc])
    found, known = sweep(metric, sources=source), dijkstra(matrix, indices=int(source[0]))
    np.testing.assert_allclose(found.distance, known, rtol=1e-9)
    ends = {"sources": planet.sources, "targets": planet.targets}
    name, lane_sums = f"{len(planet.sources)} x {len(planet.targets)} table", sum_lanes(metric, planet.fields)
    batch = measure(
        f"one to all, each of {BATCH} together",
        lambda: measure_pairs(metric, sources=planet.sources[:BATCH], targets=nodes, threads=1),
        rounds,
    )
    return [
        measure("one to all, distances", lambda: sweep(metric, sources=source).distance, rounds),
        scale(batch, 1.0 / BATCH, "ms"),
        measure("path to one node of a sweep", lambda: trace_sweep(found, int(planet.targets[-1])), rounds),
        measure(
            "tree by landbridge's Dijkstra", lambda: grow_tree(csr, planet.weight, sources=source), rounds
        ),
        measure("tree by SciPy's Dijkstra", lambda: dijkstra(matrix, indices=int(source[0])), rounds),
        measure(f"{name}, cost", lambda: measure_pairs(metric, **ends), rounds),
        measure(f"{name}, cost and four fields", lambda: skim(lane_sums, **ends), rounds),
    ]


def measure_choices(planet: Planet, metric: Metric, rounds: int) -> list[Figure]:
    """Fronts and alternatives of one pair, and the sweeps that they rest on."""
    source, target, csr = int(planet.sources[0]), int(planet.targets[-1]), planet.network.forward
    shut = np.isinf(planet.weight)
    weights = [np.where(shut, np.inf, field) for field in planet.fields.T[:3]]
    metrics = [customize(metric.hierarchy, weight) for weight in weights]
    guide = make_guide(metrics, target=target)
    least = [find_distance(one, source=source, target=target) for one in metrics]
    rule = FrontRule(epsilon=0.01 * np.array(least))
    onward = sweep(metric, sources=np.array([source]))
    homeward = sweep(metric, sources=np.array([target]), backward=True)
    found = find_front(csr, guide, source=source, rule=rule)
    name = f"front of three within 1 %, {len(found.paths)} points, {found.labels:,} labels"
    return [
        measure(name, lambda: find_front(csr, guide, source=source, rule=rule), rounds),
        measure(
            "best path and two alternatives, after two sweeps",
            lambda: find_alternatives(csr, onward, homeward, source=source, target=target),
            rounds,
        ),
    ]


def make_matrix(indptr: NDArray[np.int64], head: NDArray[np.int32], weight: Floats) -> csr_array:
    """The open arcs as SciPy reads them: zeros stored, parallel arcs beside each other, closed ones left out."""
    kept = np.isfinite(weight)
    begin = np.concatenate([[0], np.cumsum(kept)])[indptr].astype(np.int32)
    return csr_array((weight[kept], head[kept], begin), shape=(len(indptr) - 1,) * 2)


def describe(figures: Sequence[Figure], rounds: int) -> str:
    """The section of the page."""
    named = ", ".join(f"{name} {version}" for name, version in list_versions().items())
    rows = "\n".join(f"| {' | '.join(figure.cells())} |" for figure in figures)
    return f"""## Hierarchy of shortcuts

{name_cpu()}; {platform.system()}; {named}. The virtual network of the shipped world for a container, with the
capitals as ends. Median of {rounds} rounds and their spread, compiled and warm; of partial customizations over
{PAIRS - 1} draws. Tables and whole customizations run on two threads where nothing else is said. Distances are
compared with SciPy's first. `python -m benchmarks.hierarchy` renews this section.

| what | median | spread | unit | aim |
|---|---|---|---|---|
{rows}
"""


def main() -> int:
    """Measures, prints the table and the JSON line, and writes the section."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hierarchy", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--page", type=Path, default=PAGE, help="the page whose section is renewed")
    given = parser.parse_args()
    planet = open_planet()
    hierarchy, figures = measure_topology(planet, given.rounds)
    metric, found = measure_weights(planet, hierarchy, given.rounds)
    figures += found
    figures += measure_pairs_of_nodes(planet, metric, given.rounds)
    figures += measure_tables(planet, metric, given.rounds)
    figures += measure_choices(planet, metric, given.rounds)
    for figure in figures:
        name, median, spread, unit, aim = figure.cells()
        print(f"{name:<56} {median:>9} {unit:<8} {spread:<15} {aim and 'aim ' + aim}")
    print(
        json.dumps(
            {"cpu": name_cpu(), "versions": list_versions(), "figures": [asdict(one) for one in figures]}
        )
    )
    page = given.page.read_text(encoding="utf-8") if given.page.exists() else "# Benchmarks\n"
    given.page.write_text(write_section(page, SECTION, describe(figures, given.rounds)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
