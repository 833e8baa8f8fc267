"""Trees and paths against scipy, a plain relaxation, every simple path and each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_cases import Case, assert_connected, cases, list_simple_paths, make_grid
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from landbridge.kernels.graph import build_csr
from landbridge.kernels.shortest_paths import find_path_guided, grow_tree, trace_path

NODE = st.integers(0, 6)


def relax_all(case: Case, starts: dict[int, float]) -> NDArray[np.float64]:
    """Distances by relaxing every arc until nothing changes (Bellman and Ford): independent of any heap."""
    distance = np.full(case.n, np.inf)
    for node, cost in starts.items():
        distance[node] = min(distance[node], cost)
    for _ in range(case.n):
        for tail, head, weight in zip(case.tail, case.head, case.weights[:, 0], strict=True):
            distance[head] = min(distance[head], distance[tail] + weight)
    return distance


@given(cases(), st.dictionaries(NODE, st.integers(0, 9).map(float), min_size=1, max_size=3))
def test_distances_equal_those_of_relaxing_all_arcs(case: Case, starts: dict[int, float]) -> None:
    starts = {node % case.n: cost for node, cost in starts.items()}
    tree = grow_tree(
        case.forward,
        case.weights[:, 0],
        sources=np.array(list(starts)),
        source_costs=np.array(list(starts.values())),
    )
    assert tree.distance.tolist() == relax_all(case, starts).tolist()
    assert sorted(tree.order.tolist()) == np.flatnonzero(np.isfinite(tree.distance)).tolist()
    assert (np.diff(tree.distance[tree.order]) >= 0).all()
    for node in tree.order.tolist():
        arcs = trace_path(tree, node)
        root = int(case.tail[arcs[0]]) if len(arcs) else node
        assert_connected(case, arcs, root, node)
        assert starts[root] + case.weights[arcs, 0].sum() == tree.distance[node]


@pytest.mark.parametrize("seed", range(3))
def test_distances_equal_those_of_scipy(seed: int) -> None:
    """Bit for bit: both add the weights of a path from its start. Weights are above 0, which scipy takes as no arc."""
    case = make_grid(40, seed=seed, whole=False)
    matrix = csr_matrix((case.weights[:, 0], (case.tail, case.head)), shape=(case.n, case.n))
    tree = grow_tree(case.forward, case.weights[:, 0], sources=np.array([5]))
    assert tree.distance.tolist() == dijkstra(matrix, indices=5).tolist()


@given(cases(), NODE)
def test_ties_go_to_the_arc_of_least_id(case: Case, source: int) -> None:
    """With weights above 0 every arc of equal distance is known in time, so the rule is the plain one."""
    weight = case.weights[:, 0] + 1.0
    tree = grow_tree(case.forward, weight, sources=np.array([source % case.n]))
    for node in range(case.n):
        if tree.parent_arc[node] >= 0:
            tight = np.flatnonzero(
                (case.head == node) & (tree.distance[case.tail] + weight == tree.distance[node])
            )
            assert tree.parent_arc[node] == tight[0]


@given(cases(), NODE, NODE, st.integers(0, 12))
def test_an_early_end_leaves_the_tree_as_it_is(case: Case, source: int, target: int, bound: int) -> None:
    weight, start, end = case.weights[:, 0], np.array([source % case.n]), target % case.n
    whole = grow_tree(case.forward, weight, sources=start)
    early = grow_tree(case.forward, weight, sources=start, targets=np.array([end]))
    near = grow_tree(case.forward, weight, sources=start, bound=float(bound))
    assert early.distance[end] == whole.distance[end]
    for part in (early, near):
        reached = np.isfinite(part.distance)
        assert part.order.tolist() == whole.order[: len(part.order)].tolist()
        assert sorted(part.order.tolist()) == np.flatnonzero(reached).tolist()
        for name in ("distance", "parent_arc", "parent"):
            assert getattr(part, name)[reached].tolist() == getattr(whole, name)[reached].tolist()
        assert (part.parent_arc[~reached] == -1).all()
    assert np.isfinite(near.distance).tolist() == (whole.distance <= bound).tolist()


@given(cases(), NODE, NODE)
def test_single_paths_cost_what_the_tree_says(case: Case, source: int, target: int) -> None:
    source, target = source % case.n, target % case.n
    weight = case.weights[:, 0]
    best = grow_tree(case.forward, weight, sources=np.array([source])).distance[target]
    exact = grow_tree(case.backward, weight, sources=np.array([target])).distance
    halved = np.where(np.arange(case.n) % 2 == 0, np.floor(exact / 2.0), 0.0)
    # The last potential is a lower bound, but not a consistent one.
    found = [
        find_path_guided(case.forward, weight, source=source, target=target, potential=potential)
        for potential in (np.zeros(case.n), exact, halved)
    ]
    for path in found:
        assert path.cost == best
        if np.isfinite(best):
            assert_connected(case, path.arcs, source, target)
        else:
            assert not len(path.arcs)


@given(cases(nodes=5, arcs=10), NODE, NODE)
def test_no_simple_path_is_shorter(case: Case, source: int, target: int) -> None:
    source, target = source % case.n, target % case.n
    costs = [case.weights[path, 0].sum() if path else 0.0 for path in list_simple_paths(case, source, target)]
    path = find_path_guided(
        case.forward, case.weights[:, 0], source=source, target=target, potential=np.zeros(case.n)
    )
    assert path.cost == min(costs, default=np.inf)


def test_equal_inputs_give_equal_paths() -> None:
    """Many ties, and arcs of no weight among them."""
    case = make_grid(12)
    weight = np.where(np.arange(len(case.tail)) % 3 == 0, 0.0, 1.0)
    trees = [grow_tree(case.forward, weight, sources=np.array([0])) for _ in range(2)]
    paths = [
        find_path_guided(case.forward, weight, source=0, target=case.n - 1, potential=np.zeros(case.n))
        for _ in range(2)
    ]
    assert trees[0].parent_arc.tolist() == trees[1].parent_arc.tolist()
    assert paths[0].arcs.tolist() == paths[1].arcs.tolist()
    assert paths[0].cost == trees[0].distance[-1]


@pytest.mark.parametrize("weight", [[1.0, -1.0], [1.0, np.nan], [1.0]])
def test_bad_weights_are_errors(weight: list[float]) -> None:
    csr = build_csr(np.array([0, 1]), np.array([1, 0]), node_count=2)
    with pytest.raises(ValueError, match="weight"):
        grow_tree(csr, np.array(weight), sources=np.array([0]))


@pytest.mark.parametrize("nodes", [(0, 2), (2, 0)])
def test_nodes_outside_the_graph_are_errors(nodes: tuple[int, int]) -> None:
    csr = build_csr(np.array([0, 1]), np.array([1, 0]), node_count=2)
    with pytest.raises(ValueError, match="outside"):
        grow_tree(csr, np.ones(2), sources=np.array([nodes[0]]), targets=np.array([nodes[1]]))
    with pytest.raises(ValueError, match="outside"):
        find_path_guided(csr, np.ones(2), source=nodes[0], target=nodes[1], potential=np.zeros(2))


def test_read_only_and_strided_inputs_do() -> None:
    case = make_grid(5, k=2)
    column = case.weights[:, 1]
    column.flags.writeable = False
    tree = grow_tree(case.forward, column, sources=np.array([0], np.int16))
    assert (
        tree.distance.tolist()
        == grow_tree(case.forward, column.copy(), sources=np.array([0])).distance.tolist()
    )
