"""Distances, paths, sweeps and tables of a hierarchy against Dijkstra's, each other, and sums along their paths."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_cases import Case, assert_connected, cases
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from test_hierarchy import SHUFFLES, build, build_grid

import landbridge.kernels.hierarchy_skims as skims
from landbridge.kernels.customization import Metric, customize, recustomize, restore
from landbridge.kernels.hierarchy import build_hierarchy
from landbridge.kernels.hierarchy_queries import find_distance, find_shortest
from landbridge.kernels.hierarchy_skims import measure_pairs, skim
from landbridge.kernels.hierarchy_sweeps import sweep, trace_sweep
from landbridge.kernels.nested_dissection import dissect
from landbridge.kernels.shortest_paths import grow_tree
from landbridge.sources import open_world

STARTS = st.dictionaries(st.integers(0, 8), st.integers(0, 9).map(float), min_size=1, max_size=3)


def measure_by_scipy(case: Case) -> NDArray[np.float64]:
    """All distances; of parallel arcs the least is kept, zeros are stored, closed arcs are left out."""
    weight = np.full((case.n, case.n), np.inf)
    np.minimum.at(weight, (case.tail, case.head), case.weights[:, 0])
    tail, head = np.nonzero(np.isfinite(weight))
    matrix = csr_array(
        (weight[tail, head], head, np.searchsorted(tail, np.arange(case.n + 1))), (case.n,) * 2
    )
    return np.asarray(dijkstra(matrix))


def list_starts(case: Case, starts: dict[int, float]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Sources within the graph, the last cost of each."""
    within = {node % case.n: cost for node, cost in starts.items()}
    return np.array(list(within)), np.array(list(within.values()))


@given(cases(nodes=9, arcs=24), SHUFFLES)
def test_distances_and_paths_equal_those_of_scipy(case: Case, seed: int) -> None:
    """Weights are whole numbers, so every sum is exact, and a path of least weight repeats no node."""
    metric, known = customize(build(case, seed), case.weights[:, 0]), measure_by_scipy(case)
    nodes = np.arange(case.n)
    assert measure_pairs(metric, sources=nodes, targets=nodes).tolist() == known.tolist()
    for source in range(case.n):
        found = sweep(metric, sources=nodes[source : source + 1])
        back = sweep(metric, sources=nodes[source : source + 1], backward=True)
        assert found.distance.tolist() == known[source].tolist() == found.at(nodes).tolist()
        assert back.distance.tolist() == known[:, source].tolist()
        for target in range(case.n):
            assert find_distance(metric, source=source, target=target) == known[source, target]
            path = find_shortest(metric, source=source, target=target)
            assert path.cost == known[source, target]
            assert path.arcs.tolist() == trace_sweep(found, target).tolist()
            onward = trace_sweep(back, target)
            if np.isfinite(path.cost):
                assert_connected(case, path.arcs, source, target)
                assert len(set(case.head[path.arcs].tolist()) | {source}) == len(path.arcs) + 1
            else:
                assert not len(path.arcs)
            if np.isfinite(known[target, source]):
                assert_connected(case, onward, target, source)
                assert case.weights[onward, 0].sum() == known[target, source]


@given(cases(nodes=9, arcs=24), SHUFFLES, STARTS, st.booleans())
def test_sweeps_from_several_places_are_those_of_dijkstra(
    case: Case, seed: int, starts: dict[int, float], backward: bool
) -> None:
    metric, weight = customize(build(case, seed), case.weights[:, 0]), case.weights[:, 0]
    sources, costs = list_starts(case, starts)
    csr = case.backward if backward else case.forward
    known = grow_tree(csr, weight, sources=sources, source_costs=costs)
    found = sweep(metric, sources=sources, source_costs=costs, backward=backward)
    assert found.distance.tolist() == known.distance.tolist()
    for node, distance in enumerate(known.distance.tolist()):
        path = trace_sweep(found, node)
        if np.isinf(distance):
            assert not len(path)
            continue
        away = find_far_end(case, path, node, backward)
        assert_connected(case, path, *((node, away) if backward else (away, node)))
        assert weight[path].sum() + costs[sources.tolist().index(away)] == distance


def find_far_end(case: Case, path: NDArray[np.int32], node: int, backward: bool) -> int:
    """The source that a traced path begins or, backward, ends at."""
    if not len(path):
        return node
    return int(case.head[path[-1]] if backward else case.tail[path[0]])


@given(cases(k=3, nodes=9, arcs=24), SHUFFLES)
def test_tables_sum_fields_along_the_paths(case: Case, seed: int) -> None:
    metric, nodes = customize(build(case, seed), case.weights[:, 0]), np.arange(case.n)
    found = skim(metric, sources=nodes, targets=nodes[::-1], fields=case.weights)
    for source in range(case.n):
        for index, target in enumerate(nodes[::-1].tolist()):
            path = find_shortest(metric, source=source, target=target)
            assert found.cost[source, index] == path.cost
            sums = case.weights[path.arcs].sum(axis=0) if np.isfinite(path.cost) else np.full(3, np.inf)
            assert found.fields[source, index].tolist() == sums.tolist()


@pytest.mark.parametrize("seed", range(2))
def test_all_queries_give_the_same_bits(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With weights that round; and they are those of Dijkstra but for the last digits."""
    case, hierarchy = build_grid(25, seed)
    rng, weight = np.random.default_rng(seed), case.weights[:, 0].copy()
    weight[rng.integers(0, len(weight), 100)] = np.inf
    fields = rng.random((len(weight), 2))
    metric = customize(hierarchy, weight)
    sources, targets = rng.integers(0, case.n, 40), rng.integers(0, case.n, 30)
    cost = measure_pairs(metric, sources=sources, targets=targets)
    table = skim(metric, sources=sources, targets=targets, fields=fields, threads=1)
    monkeypatch.setattr(skims, "BATCH", 3)
    for threads in (1, 3):
        again = skim(metric, sources=sources, targets=targets, fields=fields, threads=threads)
        assert again.cost.tobytes() == cost.tobytes() == table.cost.tobytes()
        assert again.fields.tobytes() == table.fields.tobytes()
        other = measure_pairs(metric, sources=sources, targets=targets, threads=threads)
        assert other.tobytes() == cost.tobytes()
    for row, source in enumerate(sources.tolist()):
        found = sweep(metric, sources=np.array([source]))
        known = grow_tree(case.forward, weight, sources=np.array([source]))
        np.testing.assert_allclose(found.distance, known.distance, rtol=1e-12)
        assert found.at(targets).tobytes() == cost[row].tobytes()
        check_row(metric, source, targets, (cost[row], table.fields[row], fields))


def check_row(
    metric: Metric, source: int, targets: NDArray[np.int64], row: tuple[NDArray[np.float64], ...]
) -> None:
    """Single queries against a row of a table, its sums, and the fields of the arcs."""
    cost, sums, fields = row
    for index, target in enumerate(targets.tolist()):
        assert find_distance(metric, source=source, target=target) == cost[index]
        path = find_shortest(metric, source=source, target=target)
        assert path.cost == sum(
            metric.weight[path.arcs].tolist(), start=0.0 if np.isfinite(path.cost) else np.inf
        )
        if np.isfinite(path.cost):
            np.testing.assert_allclose(fields[path.arcs].sum(axis=0), sums[index], rtol=1e-12)


def test_queries_follow_a_change_of_weights() -> None:
    case, hierarchy = build_grid(20)
    weight = case.weights[:, 0].copy()
    metric = customize(hierarchy, weight)
    rng = np.random.default_rng(0)
    for _ in range(6):
        path = find_shortest(metric, source=0, target=case.n - 1)
        closed = rng.choice(path.arcs, 2)
        weight[closed] = np.inf
        recustomize(metric, closed, weight=np.full(2, np.inf))
        known = grow_tree(case.forward, weight, sources=np.array([0])).distance
        np.testing.assert_allclose(sweep(metric, sources=np.array([0])).distance, known, rtol=1e-12)


def test_an_outdated_sweep_is_an_error() -> None:
    case, hierarchy = build_grid(6)
    metric = customize(hierarchy, case.weights[:, 0])
    found = sweep(metric, sources=np.array([0]))
    recustomize(metric, np.arange(len(case.tail)), weight=2.5 * case.weights[:, 0] + 1.0)
    with pytest.raises(ValueError, match="has changed since"):
        trace_sweep(found, case.n - 1)
    with pytest.raises(ValueError, match="has changed since"):
        found.at(np.array([0]))


def test_a_sweep_holds_again_when_the_weights_are_restored() -> None:
    case, hierarchy = build_grid(6)
    metric, nodes = customize(hierarchy, case.weights[:, 0]), np.arange(case.n)
    found = sweep(metric, sources=np.array([0]))
    first = found.at(nodes[:5]).tolist()
    restore(metric, recustomize(metric, np.arange(9), weight=np.full(9, np.inf)))
    assert found.distance.tolist() == sweep(metric, sources=np.array([0])).distance.tolist()
    assert found.distance[:5].tolist() == first


@given(cases(nodes=9, arcs=24), SHUFFLES, st.permutations(range(9)), st.booleans())
def test_distances_are_the_same_in_whatever_order_they_are_asked_for(
    case: Case, seed: int, order: list[int], backward: bool
) -> None:
    metric = customize(build(case, seed), case.weights[:, 0])
    whole = sweep(metric, sources=np.array([0]), backward=backward).distance
    lazy = sweep(metric, sources=np.array([0]), backward=backward)
    for node in (node for node in order if node < case.n):
        assert lazy.at(np.array([node])).tolist() == [whole[node]]
    assert lazy.distance.tolist() == whole.tolist()


def test_ties_go_to_the_arc_of_least_id_and_to_lower_ranks() -> None:
    """Two parallel arcs, and two ways of equal weight round a square."""
    tail, head = np.array([0, 0, 0, 1, 2]), np.array([1, 1, 2, 3, 3])
    case = Case(4, tail.astype(np.int32), head.astype(np.int32), np.ones((5, 1)))
    for seed in range(24):
        metric = customize(build(case, seed), np.ones(5))
        arcs = find_shortest(metric, source=0, target=3).arcs.tolist()
        assert arcs in ([0, 3], [2, 4])
        assert arcs == find_shortest(metric, source=0, target=3).arcs.tolist()


def test_bad_input_is_an_error() -> None:
    case, hierarchy = build_grid(2)
    metric = customize(hierarchy, case.weights[:, 0])
    for ends in ((0, 4), (-1, 0)):
        with pytest.raises(ValueError, match="outside"):
            find_distance(metric, source=ends[0], target=ends[1])
        with pytest.raises(ValueError, match="outside"):
            find_shortest(metric, source=ends[1], target=ends[0])
        with pytest.raises(ValueError, match="outside"):
            measure_pairs(metric, sources=np.array([ends[0]]), targets=np.array([ends[1]]))
    with pytest.raises(ValueError, match="outside"):
        trace_sweep(sweep(metric, sources=np.array([0])), 4)
    with pytest.raises(ValueError, match="weight"):
        sweep(metric, sources=np.array([0]), source_costs=np.array([-1.0]))
    for fields in (np.ones(len(case.tail)), np.ones((1, 2))):
        with pytest.raises(ValueError, match="fields of shape"):
            skim(metric, sources=np.array([0]), targets=np.array([1]), fields=fields)


def test_empty_tables() -> None:
    case, hierarchy = build_grid(2)
    metric, none = customize(hierarchy, case.weights[:, 0]), np.empty(0, np.int64)
    assert measure_pairs(metric, sources=none, targets=np.array([1])).shape == (0, 1)
    found = skim(metric, sources=np.array([0, 1]), targets=none, fields=np.ones((len(case.tail), 2)))
    assert (found.cost.shape, found.fields.shape) == ((2, 0), (2, 0, 2))
    assert np.isinf(sweep(metric, sources=none).distance).all()


@pytest.fixture(scope="module")
def caspian() -> tuple[Case, NDArray[np.float64]]:
    """Roads, railways and sea lanes of the shipped world around the Caspian Sea, both ways, and their coordinates."""
    world = open_world(lambda line: None)
    lat, lon = world.node_lat, world.node_lon
    inside = (lat > 36.0) & (lat < 48.0) & (lon > 40.0) & (lon < 58.0)
    kept = inside[world.edge_tail] & inside[world.edge_head]
    number = np.cumsum(inside) - 1
    one, two = (number[ends[kept]].astype(np.int32) for ends in (world.edge_tail, world.edge_head))
    km = world.edge_km[kept].astype(np.float64)
    weights = np.concatenate([km, km])[:, None]
    case = Case(int(inside.sum()), np.concatenate([one, two]), np.concatenate([two, one]), weights)
    return case, np.column_stack([lat[inside], lon[inside]])


def test_a_piece_of_the_shipped_world(caspian: tuple[Case, NDArray[np.float64]]) -> None:
    """Random ends after new costs by mode and country, and after closures on top of them."""
    case, place = caspian
    order = dissect(case.tail, case.head, lat=place[:, 0], lon=place[:, 1])
    hierarchy, rng = build_hierarchy(case.tail, case.head, order=order), np.random.default_rng(3)
    for _ in range(3):
        weight = case.weights[:, 0] * rng.choice([0.03, 0.08, 1.0], len(case.tail)) * rng.uniform(0.8, 1.2)
        metric = customize(hierarchy, weight)
        closed = rng.integers(0, len(weight), 40)
        recustomize(metric, closed, weight=np.full(40, np.inf))
        weight[closed] = np.inf
        sources, targets = rng.integers(0, case.n, 5), rng.integers(0, case.n, 25)
        cost = measure_pairs(metric, sources=sources, targets=targets)
        for row, source in enumerate(sources.tolist()):
            known = grow_tree(case.forward, weight, sources=np.array([source])).distance[targets]
            np.testing.assert_allclose(cost[row], known, rtol=1e-9)
            for index, target in enumerate(targets.tolist()):
                path = find_shortest(metric, source=source, target=target)
                np.testing.assert_allclose(path.cost, known[index], rtol=1e-12)
                if np.isfinite(path.cost):
                    assert_connected(case, path.arcs, source, target)
