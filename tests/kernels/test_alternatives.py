"""Alternatives keep the rule that they were asked for, and are the ones that a reader of the map would name."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_cases import Case, assert_connected, cases, list_simple_paths, make_grid
from numpy.typing import NDArray

from landbridge.kernels import alternatives
from landbridge.kernels.alternatives import AlternativeRule, Alternatives, find_alternatives
from landbridge.kernels.customization import customize
from landbridge.kernels.hierarchy import build_hierarchy
from landbridge.kernels.hierarchy_sweeps import sweep
from landbridge.kernels.shortest_paths import grow_tree


def run(case: Case, source: int, target: int, rule: AlternativeRule) -> Alternatives:
    hierarchy = build_hierarchy(case.tail, case.head, order=np.arange(case.n))
    metric = customize(hierarchy, case.weights[:, 0])
    onward = sweep(metric, sources=np.array([source]))
    homeward = sweep(metric, sources=np.array([target]), backward=True)
    return find_alternatives(case.forward, onward, homeward, source=source, target=target, rule=rule)


def make_corridors(lengths: list[float]) -> Case:
    """Corridors of three arcs each between node 0 and node 1, without a crossing."""
    tail, head, weight = [], [], []
    for index, length in enumerate(lengths):
        one, two = 2 + 2 * index, 3 + 2 * index
        tail += [0, one, two]
        head += [one, two, 1]
        weight += [length / 3.0] * 3
    ends = np.array(tail, np.int32), np.array(head, np.int32)
    return Case(2 + 2 * len(lengths), *ends, np.array(weight).reshape(-1, 1))


def test_separate_corridors_are_found_in_order_of_cost() -> None:
    case = make_corridors([36.0, 30.0, 33.0, 60.0])
    found = run(case, 0, 1, AlternativeRule(count=4))
    assert found.cost.tolist() == [30.0, 33.0, 36.0]
    assert [path.tolist() for path in found.paths] == [[3, 4, 5], [6, 7, 8], [0, 1, 2]]


def test_a_wider_stretch_finds_the_long_corridor() -> None:
    case = make_corridors([30.0, 60.0])
    assert run(case, 0, 1, AlternativeRule(stretch=1.1)).cost.tolist() == [30.0, 60.0]
    assert run(case, 0, 1, AlternativeRule(stretch=0.9)).cost.tolist() == [30.0]


def check_rule(case: Case, found: Alternatives, rule: AlternativeRule, length: NDArray[np.float64]) -> None:
    """Every alternative keeps stretch and sharing, by plain sets."""
    weight = case.weights[:, 0]
    best = set(found.paths[0].tolist())
    used: set[int] = set(best)
    for cost, path in zip(found.cost[1:], found.paths[1:], strict=True):
        arcs = set(path.tolist())
        own, replaced = weight[list(arcs - best)].sum(), weight[list(best - arcs)].sum()
        assert own <= (1.0 + rule.stretch) * replaced + 1e-9
        assert length[list(arcs & used)].sum() <= rule.sharing * length[list(best)].sum() + 1e-9
        assert cost == pytest.approx(weight[path].sum(), rel=1e-12)
        used |= arcs


@given(
    cases(nodes=6, arcs=14), st.integers(0, 5), st.integers(0, 5), st.floats(0.0, 1.0), st.floats(0.0, 0.9)
)
def test_alternatives_keep_their_rule(
    case: Case, source: int, target: int, stretch: float, sharing: float
) -> None:
    source, target = source % case.n, target % case.n
    rule = AlternativeRule(count=4, stretch=stretch, sharing=sharing, plateau=0.0)
    found = run(case, source, target, rule)
    best = grow_tree(case.forward, case.weights[:, 0], sources=np.array([source])).distance[target]
    if not np.isfinite(best):
        assert found.paths == ()
        assert not len(found.cost)
        return
    assert found.cost[0] == best
    simple = {tuple(path) for path in list_simple_paths(case, source, target)}
    for path in found.paths:
        assert_connected(case, path, source, target)
        assert tuple(path.tolist()) in simple
    assert len({tuple(path.tolist()) for path in found.paths}) == len(found.paths) <= rule.count
    check_rule(case, found, rule, case.weights[:, 0])


@pytest.mark.parametrize("seed", range(4))
def test_paths_through_plateaus_have_no_short_cut(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every part that weighs no more than the plateau asked for is a best path: local optimality, tested plainly."""
    monkeypatch.setattr(alternatives, "ROUNDS_A_PATH", 0)
    case = make_grid(16, seed=seed, whole=False)
    weight = case.weights[:, 0]
    rule = AlternativeRule(count=4, plateau=0.2, sharing=0.8)
    found = run(case, 0, case.n - 1, rule)
    check_rule(case, found, rule, weight)
    assert len(found.paths) > 1
    for path in found.paths:
        for first in range(len(path)):
            part = path[first:][weight[path[first:]].cumsum() <= rule.plateau * found.cost[0]]
            distance = grow_tree(case.forward, weight, sources=np.array([case.tail[path[first]]])).distance
            assert distance[case.head[part]] == pytest.approx(weight[part].cumsum(), rel=1e-12)


def test_penalties_fill_what_plateaus_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    case = make_grid(16, seed=1, whole=False)
    rule = AlternativeRule(count=5, plateau=0.9, sharing=0.8)
    whole = run(case, 0, case.n - 1, rule)
    check_rule(case, whole, rule, case.weights[:, 0])
    monkeypatch.setattr(alternatives, "ROUNDS_A_PATH", 0)
    assert len(run(case, 0, case.n - 1, rule).paths) < len(whole.paths)


def test_sharing_may_be_measured_in_another_length() -> None:
    """Two ways share a first arc of no cost but of great length."""
    tail, head = np.array([0, 1, 1], np.int32), np.array([1, 2, 2], np.int32)
    case = Case(3, tail, head, np.array([[0.0], [10.0], [11.0]]))
    km = np.array([100.0, 5.0, 5.0])
    assert len(run(case, 0, 2, AlternativeRule(sharing=0.5)).paths) == 2
    assert len(run(case, 0, 2, AlternativeRule(sharing=0.5, length=km)).paths) == 1


def test_equal_inputs_give_equal_alternatives() -> None:
    case = make_grid(14)
    rule = AlternativeRule(count=5)
    one, two = run(case, 3, 190, rule), run(case, 3, 190, rule)
    assert [path.tolist() for path in one.paths] == [path.tolist() for path in two.paths]
    assert len(one.paths) > 2
