"""Distances and paths of the hierarchy on the whole shipped network against SciPy's Dijkstra, after changes of cost."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from landbridge.kernels.customization import Metric, customize, recustomize, restore
from landbridge.kernels.hierarchy_queries import find_distance, find_shortest
from landbridge.network.arc_weights import weigh_arcs
from landbridge.network.build import join_ends
from landbridge.network.router import Ready, make_ready
from landbridge.network.shipments import choose_shipment
from landbridge.network.virtual import VirtualNetwork
from landbridge.sources import open_world, read_shipped_tables

Floats = NDArray[np.float64]
# 20 times 5 sources and 10 targets: 1,000 pairs.
RECOSTINGS, SOURCES, TARGETS = 20, 5, 10


@pytest.fixture(scope="module")
def ready() -> Ready:
    world = open_world()
    return make_ready(world, read_shipped_tables(), world.date)


@pytest.fixture(scope="module")
def network(ready: Ready) -> VirtualNetwork:
    return join_ends(ready.base, [])


@pytest.fixture(scope="module")
def cost(ready: Ready, network: VirtualNetwork) -> Floats:
    boxed = choose_shipment(ready.tables["shipments"], row="", product="", cargo_class="container")
    return weigh_arcs(network, ready.pricing.pricer(boxed)).cost


def change_costs(network: VirtualNetwork, cost: Floats, rng: np.random.Generator) -> Floats:
    """Other rates for each mode and country, other fees for each operation; some arcs cost nothing."""
    arcs = network.arcs
    rates = rng.choice([0.2, 1.0, 3.0], network.codes.free + 1) * rng.uniform(0.7, 1.4)
    fees = np.append(rng.uniform(0.0, 3.0, len(network.operations)), 1.0)
    weight = cost * rates[arcs.code_a] * fees[arcs.op]
    weight[rng.integers(0, len(weight), 2_000)] = 0.0
    return weight


def choose_closed(network: VirtualNetwork, rng: np.random.Generator) -> NDArray[np.int32]:
    """The arcs of 30 border posts, ports and other sites."""
    flags = np.zeros(len(network.sites), np.bool_)
    flags[rng.choice(len(flags), 30, replace=False)] = True
    return network.marked("site").list_arcs(flags.tolist())


def measure_by_scipy(network: VirtualNetwork, weight: Floats, sources: NDArray[np.int64]) -> Floats:
    """Distances from the sources, float64[s, n]; of parallel arcs the lightest."""
    arcs, usable = network.arcs, np.flatnonzero(np.isfinite(weight))
    order = usable[np.lexsort((weight[usable], arcs.head[usable], arcs.tail[usable]))]
    tail, head = arcs.tail[order], arcs.head[order]
    first = np.concatenate([[True], (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])])
    kept = (weight[order][first], (tail[first], head[first]))
    graph = csr_array(kept, shape=(network.node_count,) * 2)
    assert graph.nnz == first.sum()
    found: Floats = dijkstra(graph, indices=sources)
    return found


def assert_same(network: VirtualNetwork, metric: Metric, rng: np.random.Generator) -> int:
    """Compares random pairs; returns how many have a way."""
    sources, targets = (
        rng.integers(0, network.node_count, SOURCES),
        rng.integers(0, network.node_count, TARGETS),
    )
    known, reached = measure_by_scipy(network, metric.weight, sources)[:, targets], 0
    for row, source in enumerate(sources.tolist()):
        for column, target in enumerate(targets.tolist()):
            distance = find_distance(metric, source=source, target=target)
            path = find_shortest(metric, source=source, target=target)
            np.testing.assert_allclose([distance, path.cost], known[row, column], rtol=1e-9)
            ends = network.arcs.tail[path.arcs], network.arcs.head[path.arcs]
            assert ends[0][1:].tolist() == ends[1][:-1].tolist()
            if len(path.arcs):
                assert (ends[0][0], ends[1][-1]) == (source, target)
                assert float(np.cumsum(metric.weight[path.arcs])[-1]) == path.cost
            reached += bool(np.isfinite(known[row, column]))
    return reached


def test_a_thousand_pairs_after_changes_of_cost_and_closures(network: VirtualNetwork, cost: Floats) -> None:
    """Every other time some sites are closed by a part anew, and opened again."""
    rng, reached = np.random.default_rng(6), 0
    for turn in range(RECOSTINGS):
        metric = customize(network.hierarchy, change_costs(network, cost, rng), threads=1 + turn % 2)
        if turn % 2 == 0:
            reached += assert_same(network, metric, rng)
            continue
        closed = choose_closed(network, rng)
        before = (metric.up.tobytes(), metric.down.tobytes())
        revision = recustomize(metric, closed, weight=np.full(len(closed), np.inf))
        reached += assert_same(network, metric, rng)
        restore(metric, revision)
        assert (metric.up.tobytes(), metric.down.tobytes()) == before
    assert reached > 0.6 * RECOSTINGS * SOURCES * TARGETS
