"""The best way through sets of arcs against SciPy's searches from the source and to the target."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_cases import Case, assert_connected, cases, make_grid
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from landbridge.kernels.customization import customize
from landbridge.kernels.hierarchy import build_hierarchy
from landbridge.kernels.hierarchy_sweeps import Sweep, sweep
from landbridge.kernels.via_facility import ViaArcs, find_vias, trace_via


def sweep_both(case: Case, source: int, target: int) -> tuple[Sweep, Sweep]:
    """From the source, and back from the target."""
    metric = customize(build_hierarchy(case.tail, case.head, order=np.arange(case.n)), case.weights[:, 0])
    return (
        sweep(metric, sources=np.array([source])),
        sweep(metric, sources=np.array([target]), backward=True),
    )


def measure_by_scipy(case: Case, start: int, *, backward: bool = False) -> np.ndarray:
    """Distances from a node, or to it; SciPy takes an entry of 0 for none, so every weight has a unit more."""
    tail, head = (case.head, case.tail) if backward else (case.tail, case.head)
    least: dict[tuple[int, int], float] = {}
    for ends in zip(tail.tolist(), head.tolist(), case.weights[:, 0].tolist(), strict=True):
        least[ends[:2]] = min(least.get(ends[:2], np.inf), ends[2])
    finite = {ends: weight for ends, weight in least.items() if np.isfinite(weight)}
    rows, columns = (np.array([ends[k] for ends in finite], int) for k in (0, 1))
    graph = csr_array((np.array([*finite.values()], float), (rows, columns)), shape=(case.n, case.n))
    return dijkstra(graph, indices=start)


def gather(case: Case, states: list[tuple[int, int]]) -> ViaArcs:
    arc = np.array([arc % max(len(case.tail), 1) for arc, _ in states if len(case.tail)], np.int32)
    owner = np.array([owner for _, owner in states[: len(arc)]], np.int32)
    return ViaArcs(arc, case.tail[arc], case.head[arc], owner)


@given(
    cases(), st.integers(0, 6), st.integers(0, 6), st.lists(st.tuples(st.integers(0, 20), st.integers(0, 2)))
)
def test_costs_are_those_of_two_searches(
    case: Case, source: int, target: int, states: list[tuple[int, int]]
) -> None:
    case = case._replace(weights=case.weights + 1.0)
    weight, source, target = case.weights[:, 0], source % case.n, target % case.n
    onward, homeward = sweep_both(case, source, target)
    via = gather(case, states)
    found = find_vias(onward, homeward, via)
    here, there = measure_by_scipy(case, source), measure_by_scipy(case, target, backward=True)
    totals = here[via.tail] + weight[via.arc] + there[via.head]
    best = {
        int(owner): float(totals[via.facility == owner].min(initial=np.inf))
        for owner in np.unique(via.facility)
    }
    firsts = dict(zip(found.facility[found.first].tolist(), found.cost[found.first].tolist(), strict=True))
    assert firsts == pytest.approx({owner: cost for owner, cost in best.items() if np.isfinite(cost)})
    assert len(found.cost) == np.isfinite(totals).sum()
    for cost, position in zip(found.cost, found.position, strict=True):
        arcs = trace_via(onward, homeward, via, int(position))
        assert_connected(case, arcs, source, target)
        assert weight[arcs].sum() == pytest.approx(cost)
        assert via.arc[position] in arcs


def test_the_best_of_all_arcs_is_the_best_way() -> None:
    case = make_grid(8)
    onward, homeward = sweep_both(case, 0, 63)
    every = np.arange(len(case.tail), dtype=np.int32)
    found = find_vias(onward, homeward, ViaArcs(every, case.tail, case.head, every))
    assert found.cost.min() == onward.distance[63]


def test_ways_beyond_the_bound_are_left_out() -> None:
    case = make_grid(8)
    onward, homeward = sweep_both(case, 0, 63)
    every = np.arange(len(case.tail), dtype=np.int32)
    via = ViaArcs(every, case.tail, case.head, every % 9)
    whole, bound = find_vias(onward, homeward, via), 1.2 * float(onward.distance[63])
    near = find_vias(onward, homeward, via, within=bound)
    assert 0 < len(near.cost) < len(whole.cost)
    assert near.position.tolist() == whole.position[whole.cost <= bound].tolist()
    assert (np.diff(whole.cost)[np.diff(whole.facility) == 0] >= 0).all()


def test_sweeps_that_do_not_meet_are_refused() -> None:
    case = make_grid(2)
    onward, homeward = sweep_both(case, 0, 1)
    via = gather(case, [(0, 0)])
    for pair in ((onward, onward), (homeward, homeward), (onward, sweep_both(case, 0, 1)[1])):
        with pytest.raises(ValueError, match="one metric"):
            find_vias(*pair, via)
