"""Separators, orders and elimination: what they must hold on any graph, and how good they are on a grid."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_cases import Case, cases, make_grid
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

import landbridge.kernels.nested_dissection as dissection
from landbridge.kernels.elimination import eliminate, find_parents, walk_tree
from landbridge.kernels.least_degree import order_cell, strip_chains
from landbridge.kernels.nested_dissection import dissect
from landbridge.kernels.node_flow import ABOVE, BELOW, BETWEEN, SHARES, Line, separate
from landbridge.kernels.simple_graph import SimpleGraph, group_parts, join_ends

SIDE = 40


def list_pairs(graph: SimpleGraph) -> set[tuple[int, int]]:
    """Pairs of neighbours, each once."""
    tail = np.repeat(np.arange(len(graph.indptr) - 1), np.diff(graph.indptr))
    return {(a, b) for a, b in zip(tail.tolist(), graph.head.tolist(), strict=True) if a < b}


def fill_in(pairs: set[tuple[int, int]], order: NDArray[np.int32]) -> set[tuple[int, int]]:
    """Chordal pairs by place in the order, by joining the later neighbours of one node after the other."""
    rank = {node: place for place, node in enumerate(order.tolist())}
    chordal = {(min(rank[a], rank[b]), max(rank[a], rank[b])) for a, b in pairs}
    for place in range(len(order)):
        above = sorted(b for a, b in chordal if a == place)
        chordal |= set(combinations(above, 2))
    return chordal


def spread(n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Latitudes and longitudes drawn at random."""
    rng = np.random.default_rng(n)
    return rng.uniform(-60.0, 60.0, n), rng.uniform(-180.0, 180.0, n)


def dissect_grid(side: int) -> tuple[SimpleGraph, NDArray[np.int32]]:
    """A square grid in the middle of the map, and its order."""
    case = make_grid(side)
    lat, lon = (part.ravel() / 10.0 for part in np.divmod(np.arange(side * side), side))
    return join_ends(case.tail, case.head, node_count=case.n), dissect(case.tail, case.head, lat=lat, lon=lon)


@given(cases(nodes=12, arcs=30))
def test_an_order_holds_every_node_once(case: Case) -> None:
    lat, lon = spread(case.n)
    assert sorted(dissect(case.tail, case.head, lat=lat, lon=lon).tolist()) == list(range(case.n))


@pytest.mark.parametrize("count", [0, 1, 2, 700])
def test_graphs_without_arcs(count: int) -> None:
    nothing = np.empty(0, np.int32)
    assert sorted(dissect(nothing, nothing, lat=np.zeros(count), lon=np.zeros(count))) == list(range(count))


@pytest.mark.parametrize("n", [100, 400])
def test_nodes_of_one_place_and_a_clique_are_cut_or_left_as_they_are(n: int) -> None:
    one, two = np.triu_indices(n, 1)
    order = dissect(one, two, lat=np.zeros(n), lon=np.zeros(n))
    assert sorted(order.tolist()) == list(range(n))


@pytest.mark.parametrize("seed", range(6))
def test_separators_are_least_for_their_ends(seed: int) -> None:
    """Their size is a greatest flow by scipy for one of the ends, and no arc passes them by."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(20, 80))
    ends = rng.integers(0, n, (2, 3 * n))
    near = np.abs(ends[0] - ends[1]) < n / 4
    graph = join_ends(ends[0][near], ends[1][near], node_count=n)
    rows = [row[::-1] for row in np.split(graph.head, graph.indptr[1:-1])]
    ratio, sides = separate(Line(graph.indptr.astype(np.int32), np.concatenate(rows)), np.inf)
    for one, two in list_pairs(graph):
        assert {sides[one], sides[two]} != {BELOW, ABOVE}
    size, smaller = int((sides == BETWEEN).sum()), min((sides == BELOW).sum(), (sides == ABOVE).sum())
    assert ratio == pytest.approx(size / smaller**0.75)
    assert size in {measure_flow(graph, max(1, int(share * n))) for share in SHARES}
    assert not len(separate(Line(graph.indptr.astype(np.int32), np.concatenate(rows)), ratio)[1])


def measure_flow(graph: SimpleGraph, end: int) -> int:
    """Greatest number of paths without a common node from the first `end` nodes to the last."""
    n = len(graph.indptr) - 1
    tail = np.repeat(np.arange(n), np.diff(graph.indptr))
    source, sink = 2 * n, 2 * n + 1
    first, last = np.arange(end), np.arange(n - end, n)
    tails = np.concatenate([2 * np.arange(n), 2 * tail + 1, np.full(end, source), 2 * last + 1])
    heads = np.concatenate([2 * np.arange(n) + 1, 2 * graph.head, 2 * first, np.full(end, sink)])
    matrix = csr_array((np.ones(len(tails), np.int32), (tails, heads)), shape=(2 * n + 2,) * 2)
    return int(maximum_flow(matrix, source, sink).flow_value)


def test_a_grid_gets_a_low_tree_and_few_shortcuts() -> None:
    graph, order = dissect_grid(SIDE)
    parent = find_parents(graph, order)
    depth = np.zeros(len(order), np.int64)
    for node in range(len(order) - 1, -1, -1):
        depth[node] = depth[parent[node]] + 1 if parent[node] >= 0 else 1
    _, heads = eliminate(graph, order)
    assert depth.max() < 4 * SIDE
    assert len(heads) < 12 * len(order)


def test_chains_make_no_tall_tree() -> None:
    n = 4_096
    nodes = np.arange(n)
    order = dissect(nodes[:-1], nodes[1:], lat=np.zeros(n), lon=nodes / 100.0)
    parent = find_parents(join_ends(nodes[:-1], nodes[1:], node_count=n), order)
    depth = np.zeros(n, np.int64)
    for node in range(n - 2, -1, -1):
        depth[node] = depth[parent[node]] + 1
    assert depth.max() <= 24


@given(cases(nodes=9, arcs=20))
def test_stripping_is_elimination(case: Case) -> None:
    """What is left is what eliminating the stripped nodes one by one leaves."""
    graph = join_ends(case.tail, case.head, node_count=case.n)
    first, rest = strip_chains(graph)
    others = np.setdiff1d(np.arange(case.n), first)
    whole = np.concatenate([first, others]).astype(np.int32)
    chordal = fill_in(list_pairs(graph), whole)
    left = {tuple(sorted((int(whole[a]), int(whole[b])))) for a, b in chordal if a >= len(first)}
    kept = list_pairs(rest)
    later = fill_in(kept, np.concatenate([others, first]).astype(np.int32))
    assert kept <= left
    assert len(later) == len(left)
    assert all(sum(a == place for a, _ in chordal) <= 2 for place in range(len(first)))


@given(cases(nodes=9, arcs=20), st.randoms(use_true_random=False))
def test_elimination_is_that_of_the_book(case: Case, random: "st.Random") -> None:  # type: ignore[name-defined]
    graph = join_ends(case.tail, case.head, node_count=case.n)
    order = np.array(random.sample(range(case.n), case.n), np.int32)
    indptr, heads = eliminate(graph, order)
    tail = np.repeat(np.arange(case.n), np.diff(indptr))
    found = list(zip(tail.tolist(), heads.tolist(), strict=True))
    assert found == sorted(fill_in(list_pairs(graph), order))
    parent = [min((b for a, b in found if a == node), default=-1) for node in range(case.n)]
    assert find_parents(graph, order).tolist() == parent
    walk = walk_tree(np.array(parent, np.int32))
    again = eliminate(graph, order[walk])
    assert len(again[1]) == len(heads)
    parents = find_parents(graph, order[walk])
    assert walk_tree(parents).tolist() == list(range(case.n))


def test_the_same_order_on_one_thread_and_on_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dissection, "SHARED_CELL", 200)
    orders = []
    for threads in (1, 4):
        monkeypatch.setattr(dissection, "THREADS", threads)
        orders.append(dissect_grid(SIDE)[1].tolist())
    monkeypatch.undo()
    assert orders[0] == orders[1] == dissect_grid(SIDE)[1].tolist()


def test_cells_fall_into_parts_and_small_ones_go_by_degree() -> None:
    graph = join_ends(np.array([0, 3, 4, 4]), np.array([2, 4, 1, 5]), node_count=6)
    nodes = np.arange(6, dtype=np.int32)
    assert group_parts(graph, nodes, nodes.copy()).tolist() == [0, 2, 6]
    assert nodes.tolist() == [0, 2, 1, 3, 4, 5]
    star, place = np.array([4, 1, 3], np.int32), np.full(6, -1, np.int32)
    place[star] = range(3)
    order_cell(graph, star, place)
    assert star.tolist() == [1, 3, 4]


def test_bad_input_is_an_error() -> None:
    with pytest.raises(ValueError, match="not a number"):
        dissect(np.array([0]), np.array([1]), lat=np.array([0.0, np.nan]), lon=np.zeros(2))
    with pytest.raises(ValueError, match="outside"):
        dissect(np.array([0]), np.array([2]), lat=np.zeros(2), lon=np.zeros(2))
    with pytest.raises(ValueError, match="1 tails and 2 heads"):
        dissect(np.array([0]), np.array([0, 1]), lat=np.zeros(2), lon=np.zeros(2))
