"""Fronts against every simple path of small graphs, and against plain label correcting on larger ones."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_cases import Case, assert_connected, cases, list_simple_paths, make_grid

from landbridge.kernels.customization import Metric, customize
from landbridge.kernels.hierarchy import build_hierarchy
from landbridge.kernels.pareto import Front, FrontRule, find_front, make_guide
from landbridge.kernels.shortest_paths import grow_tree

Cost = tuple[float, ...]
NODE = st.integers(0, 6)
WIDE = st.integers(2, 4).flatmap(lambda k: cases(k=k, most=9))


def keep_best(costs: set[Cost]) -> set[Cost]:
    """The costs that no other one is at most as high as in all criteria."""
    return {c for c in costs if not any(o != c and all(np.array(o) <= np.array(c)) for o in costs)}


def list_costs(case: Case, source: int, target: int) -> set[Cost]:
    """Costs of all simple paths."""
    return {
        tuple(case.weights[path].sum(axis=0).tolist()) for path in list_simple_paths(case, source, target)
    }


def correct_labels(case: Case, source: int, target: int) -> set[Cost]:
    """The exact front by label correcting with a set of costs at every node: no order, no bounds, no heap."""
    sets: dict[int, set[Cost]] = {source: {(0.0,) * case.weights.shape[1]}}
    waiting = [source]
    leaving = {node: np.flatnonzero(case.tail == node).tolist() for node in range(case.n)}
    while waiting:
        node = waiting.pop(0)
        for arc in leaving[node]:
            head = int(case.head[arc])
            known = sets.get(head, set())
            new = {tuple((np.array(cost) + case.weights[arc]).tolist()) for cost in sets[node]}
            merged = keep_best(known | new)
            if merged != known:
                sets[head] = merged
                if head not in waiting:
                    waiting.append(head)
    return sets.get(target, set())


def customize_all(case: Case) -> list[Metric]:
    """The metric of each criterion."""
    hierarchy = build_hierarchy(case.tail, case.head, order=np.arange(case.n))
    return [customize(hierarchy, column) for column in case.weights.T]


def run(case: Case, source: int, target: int, rule: FrontRule | None = None) -> Front:
    guide = make_guide(customize_all(case), target=target)
    front = find_front(case.forward, guide, source=source, rule=rule)
    for cost, path in zip(front.cost, front.paths, strict=True):
        assert_connected(case, path, source, target)
        assert case.weights[path].sum(axis=0).tolist() == pytest.approx(cost.tolist(), rel=1e-12)
    return front


@given(WIDE, NODE, NODE)
def test_exact_fronts_are_those_of_all_simple_paths(case: Case, source: int, target: int) -> None:
    source, target = source % case.n, target % case.n
    front = run(case, source, target)
    found = [tuple(row) for row in front.cost.tolist()]
    assert found == sorted(keep_best(list_costs(case, source, target)))
    assert not front.truncated


@given(WIDE, NODE, NODE, st.lists(st.integers(0, 6).map(float), min_size=4, max_size=4))
def test_covers_are_within_epsilon(case: Case, source: int, target: int, epsilon: list[float]) -> None:
    source, target = source % case.n, target % case.n
    slack = np.array(epsilon[: case.weights.shape[1]])
    costs = list_costs(case, source, target)
    front = run(case, source, target, FrontRule(epsilon=slack))
    found = [tuple(row) for row in front.cost.tolist()]
    for cost in costs:
        assert (front.cost <= np.array(cost) + slack).all(axis=1).any()
    assert len(keep_best(set(found))) == len(found)
    assert set(found) <= costs or source == target or not set(found).isdisjoint(costs)
    if costs:
        assert front.cost.min(axis=0).tolist() == np.array(list(costs)).min(axis=0).tolist()


@given(WIDE, NODE, NODE, st.lists(st.integers(0, 30).map(float), min_size=4, max_size=4), st.integers(0, 3))
def test_limits_cut_the_front(case: Case, source: int, target: int, limit: list[float], slack: int) -> None:
    source, target = source % case.n, target % case.n
    most = np.array(limit[: case.weights.shape[1]])
    allowed = {cost for cost in list_costs(case, source, target) if (np.array(cost) <= most).all()}
    exact = run(case, source, target, FrontRule(limit=most))
    assert [tuple(row) for row in exact.cost.tolist()] == sorted(keep_best(allowed))
    epsilon = np.full(len(most), float(slack))
    cover = run(case, source, target, FrontRule(limit=most, epsilon=epsilon))
    assert (cover.cost <= most).all()
    for cost in allowed:
        assert (cover.cost <= np.array(cost) + epsilon).all(axis=1).any()


@pytest.mark.parametrize(("k", "side", "points"), [(2, 13, 30), (3, 9, 100)])
def test_larger_fronts_are_those_of_label_correcting(k: int, side: int, points: int) -> None:
    """Hundreds of labels and more solutions than the first arrays hold."""
    case = make_grid(side, k=k, seed=k)
    case = case._replace(weights=np.ceil(case.weights**2))
    front = run(case, 0, case.n - 1)
    assert [tuple(row) for row in front.cost.tolist()] == sorted(correct_labels(case, 0, case.n - 1))
    assert len(front.paths) > points


def split_streets(case: Case, parts: int) -> Case:
    """Every arc of a grid as a chain of arcs through nodes of its own, which the way back passes too."""
    half = len(case.tail) // 2  # make_grid lists the ways there, then the ways back
    rows = []
    for street in range(half):
        inner = [case.n + street * (parts - 1) + i for i in range(parts - 1)]
        nodes = [int(case.tail[street]), *inner, int(case.head[street])]
        for weights, ends in ((case.weights[street], nodes), (case.weights[street + half], nodes[::-1])):
            rows += [(a, b, weights) for a, b in pairwise(ends)]
    ends = np.array([row[0] for row in rows], np.int32), np.array([row[1] for row in rows], np.int32)
    return Case(case.n + half * (parts - 1), *ends, np.array([row[2] for row in rows]))


def test_labels_run_through_chains() -> None:
    """The same front on streets of three arcs, between crossings and from the middle of a street."""
    grid = make_grid(7, k=2, seed=6)
    case = split_streets(grid, 3)
    plain, chained = run(grid, 0, grid.n - 1), run(case, 0, grid.n - 1)
    assert chained.cost.tolist() == (3.0 * plain.cost).tolist()
    assert chained.labels < 2 * plain.labels
    for source, target in ((grid.n + 5, case.n - 4), (grid.n, grid.n + 1), (grid.n + 1, 0)):
        found = [tuple(row) for row in run(case, source, target).cost.tolist()]
        assert found == sorted(correct_labels(case, source, target))


@pytest.mark.parametrize("seed", range(12))
def test_covers_of_grids_are_within_epsilon(seed: int) -> None:
    """Merged labels add up no errors along a path of a dozen arcs, limits or not."""
    rng = np.random.default_rng(seed)
    k = int(rng.integers(2, 5))
    case = make_grid(7 - k // 2, k=k, seed=seed, whole=False)
    costs = np.array(sorted(correct_labels(case, 0, case.n - 1)))
    slack = costs.min(axis=0) * rng.choice([0.0, 0.02, 0.1, 0.3], k)
    limit = np.where(rng.random(k) < 0.3, costs.mean(axis=0), np.inf)
    front = run(case, 0, case.n - 1, FrontRule(epsilon=slack, limit=limit))
    assert (front.cost <= limit + 1e-9).all()
    for cost in costs[(costs <= limit).all(axis=1)]:
        assert (front.cost <= cost + slack + 1e-9).all(axis=1).any()


def test_weights_that_are_not_whole_agree_to_rounding() -> None:
    case = make_grid(8, k=2, seed=9, whole=False)
    front = run(case, 0, case.n - 1)
    expected = sorted(correct_labels(case, 0, case.n - 1))
    assert front.cost == pytest.approx(np.array(expected), rel=1e-12)


def test_a_cover_is_smaller_than_the_front_and_cheaper_to_find() -> None:
    case = make_grid(20, k=2, seed=3)
    exact = run(case, 0, case.n - 1)
    slack = exact.cost.min(axis=0) * 0.05
    cover = run(case, 0, case.n - 1, FrontRule(epsilon=slack))
    assert len(cover.paths) < len(exact.paths)
    assert cover.labels < exact.labels
    for cost in exact.cost:
        assert (cover.cost <= cost + slack + 1e-9).all(axis=1).any()


def test_the_bound_on_labels_is_told() -> None:
    case = make_grid(20, k=3, seed=3)
    front = run(case, 0, case.n - 1, FrontRule(max_labels=5_000))
    assert front.truncated
    assert 4_096 < front.labels <= 5_000  # the first arrays of labels hold 4,096
    assert front.cost.min(axis=0).tolist() == [
        grow_tree(case.forward, case.weights[:, i], sources=np.array([0])).distance[-1] for i in range(3)
    ]


def test_one_guide_serves_every_source() -> None:
    case = make_grid(8, k=2, seed=5)
    guide = make_guide(customize_all(case), target=20)
    for source in (0, 20, 63):
        assert (
            find_front(case.forward, guide, source=source).cost.tolist()
            == run(case, source, 20).cost.tolist()
        )


def test_unreachable_targets_have_an_empty_front() -> None:
    case = Case(3, np.array([0], np.int32), np.array([1], np.int32), np.ones((1, 2)))
    front = run(case, 0, 2)
    assert front.cost.shape == (0, 2)
    assert front.paths == ()
    assert not front.truncated


def test_bad_input_is_an_error() -> None:
    case = make_grid(3, k=2)
    metrics = customize_all(case)
    guide = make_guide(metrics, target=0)
    for rule in (
        FrontRule(epsilon=np.zeros(3)),
        FrontRule(epsilon=np.array([-1.0, 0.0])),
        FrontRule(limit=np.full(2, np.nan)),
    ):
        with pytest.raises(ValueError, match="for each of 2 criteria"):
            find_front(case.forward, guide, source=1, rule=rule)
    with pytest.raises(ValueError, match="2 to 4"):
        make_guide(metrics[:1], target=0)
    with pytest.raises(ValueError, match="outside"):
        make_guide(metrics, target=9)
    with pytest.raises(ValueError, match="outside"):
        find_front(case.forward, guide, source=9)
