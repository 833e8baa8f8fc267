"""The best way through places against single searches."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_cases import Case, assert_connected, cases, make_grid

from landbridge.kernels.customization import customize
from landbridge.kernels.hierarchy import build_hierarchy
from landbridge.kernels.hierarchy_sweeps import Sweep, sweep
from landbridge.kernels.shortest_paths import grow_tree
from landbridge.kernels.via_facility import find_vias, join_path


def sweep_both(case: Case, source: int, target: int) -> tuple[Sweep, Sweep]:
    """From the source, and back from the target."""
    metric = customize(build_hierarchy(case.tail, case.head, order=np.arange(case.n)), case.weights[:, 0])
    return (
        sweep(metric, sources=np.array([source])),
        sweep(metric, sources=np.array([target]), backward=True),
    )


@given(
    cases(), st.integers(0, 6), st.integers(0, 6), st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2)))
)
def test_costs_are_those_of_two_searches(
    case: Case, source: int, target: int, states: list[tuple[int, int]]
) -> None:
    weight, source, target = case.weights[:, 0], source % case.n, target % case.n
    onward, homeward = sweep_both(case, source, target)
    nodes = np.array([node % case.n for node, _ in states], np.int32)
    owners = np.array([owner for _, owner in states], np.int32)
    vias = find_vias(onward, homeward, nodes=nodes, facilities=owners)
    assert len(vias.cost) == (max(owners) + 1 if len(owners) else 0)
    for owner, (cost, node) in enumerate(zip(vias.cost, vias.node, strict=True)):
        mine = nodes[owners == owner]
        there = np.array(
            [grow_tree(case.forward, weight, sources=np.array([n])).distance[target] for n in mine]
        )
        here = grow_tree(case.forward, weight, sources=np.array([source])).distance[mine]
        assert cost == min((here + there).tolist(), default=np.inf)
        if np.isfinite(cost):
            arcs = join_path(onward, homeward, node=int(node))
            assert_connected(case, arcs, source, target)
            assert weight[arcs].sum() == cost
            assert node in mine
        else:
            assert node == -1


def test_every_node_is_its_own_facility_by_default() -> None:
    case = make_grid(8)
    onward, homeward = sweep_both(case, 0, 63)
    vias = find_vias(onward, homeward, nodes=np.arange(64))
    assert vias.cost.tolist() == (onward.distance + homeward.distance).tolist()
    assert vias.cost.min() == onward.distance[63] == vias.cost[0]


def test_unreached_nodes_give_no_path() -> None:
    case = Case(3, np.array([0], np.int32), np.array([1], np.int32), np.ones((1, 1)))
    onward, homeward = sweep_both(case, 0, 1)
    assert not len(join_path(onward, homeward, node=2))


def test_lengths_must_agree() -> None:
    case = make_grid(2)
    both = sweep_both(case, 0, 1)
    with pytest.raises(ValueError, match="2 nodes and 1 facilities"):
        find_vias(*both, nodes=np.array([0, 1]), facilities=np.array([0]))
