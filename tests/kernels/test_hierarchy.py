"""The hierarchy and its weights: what they must hold on any graph, whole and in part, on any number of threads."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from kernel_cases import Case, cases, make_grid
from numpy.typing import NDArray

from landbridge.kernels import customization
from landbridge.kernels.customization import Metric, customize, recustomize, restore
from landbridge.kernels.hierarchy import Hierarchy, build_hierarchy, extend_order, measure_depth
from landbridge.kernels.nested_dissection import dissect

SHUFFLES = st.integers(0, 1_000)


def shuffle(n: int, seed: int) -> NDArray[np.int64]:
    """Some order of n nodes."""
    return np.random.default_rng(seed).permutation(n)


def build(case: Case, seed: int) -> Hierarchy:
    """The hierarchy of a case in some order."""
    return build_hierarchy(case.tail, case.head, order=shuffle(case.n, seed))


def build_grid(side: int, seed: int = 0) -> tuple[Case, Hierarchy]:
    """A grid in the middle of the map, dissected."""
    case = make_grid(side, seed=seed, whole=False)
    lat, lon = (part.ravel() / 10.0 for part in np.divmod(np.arange(side * side), side))
    return case, build_hierarchy(case.tail, case.head, order=dissect(case.tail, case.head, lat=lat, lon=lon))


def relax_from_below(case: Case, hierarchy: Hierarchy) -> NDArray[np.float64]:
    """Least weights between ranks over ranks below both, float64[n, n], by Floyd and Warshall's recursion."""
    weight = np.full((case.n, case.n), np.inf)
    np.minimum.at(weight, (hierarchy.rank[case.tail], hierarchy.rank[case.head]), case.weights[:, 0])
    for rank in range(case.n):
        part = weight[rank + 1 :, rank, None] + weight[None, rank, rank + 1 :]
        weight[rank + 1 :, rank + 1 :] = np.minimum(weight[rank + 1 :, rank + 1 :], part)
    return weight


def assert_same(one: Metric, other: Metric) -> None:
    """Equal to the bit."""
    for name in ("up", "down", "weight"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes(), name


@given(cases(nodes=9, arcs=24), SHUFFLES)
def test_a_hierarchy_is_what_its_docstring_says(case: Case, seed: int) -> None:
    hierarchy = build(case, seed)
    assert hierarchy.order[hierarchy.rank].tolist() == list(range(case.n))
    tails = np.repeat(np.arange(case.n), np.diff(hierarchy.begin))
    depth = measure_depth(hierarchy.parent)
    assert (hierarchy.level == depth[hierarchy.head] - 1).all()
    assert hierarchy.height == depth.max()
    for rank in range(case.n):
        row = hierarchy.head[hierarchy.begin[rank] : hierarchy.begin[rank + 1]]
        above, here = [], int(hierarchy.parent[rank])
        while here >= 0:
            above.append(here)
            here = int(hierarchy.parent[here])
        assert (np.diff(row) > 0).all()
        assert set(row.tolist()) <= set(above)
        assert hierarchy.parent[rank] == (row[0] if len(row) else -1)
        lower = slice(hierarchy.lower_begin[rank], hierarchy.lower_begin[rank + 1])
        assert hierarchy.lower_slot[lower].tolist() == np.flatnonzero(hierarchy.head == rank).tolist()
        assert (hierarchy.lower_tail[lower] == tails[hierarchy.lower_slot[lower]]).all()
        subtree = [one for one in range(case.n) if rank == one or rank in climb_from(hierarchy, one)]
        assert subtree == list(range(rank - len(subtree) + 1, rank + 1))
    for arc, slot in enumerate(hierarchy.slot.tolist()):
        ends = hierarchy.rank[case.tail[arc]], hierarchy.rank[case.head[arc]]
        assert (slot == -1) == (ends[0] == ends[1])
        if slot >= 0:
            assert (tails[slot], hierarchy.head[slot]) == (min(ends), max(ends))
            assert hierarchy.upward[arc] == (ends[0] < ends[1])
            own = hierarchy.slot_arc[hierarchy.arc_begin[slot] : hierarchy.arc_begin[slot + 1]]
            assert own.tolist() == np.flatnonzero(hierarchy.slot == slot).tolist()


def climb_from(hierarchy: Hierarchy, rank: int) -> list[int]:
    """Ranks above a rank in the elimination tree."""
    above = []
    while (rank := int(hierarchy.parent[rank])) >= 0:
        above.append(rank)
    return above


@given(cases(nodes=9, arcs=24), SHUFFLES)
def test_a_shortcut_weighs_the_least_way_over_lower_ranks(case: Case, seed: int) -> None:
    hierarchy = build(case, seed)
    metric = customize(hierarchy, case.weights[:, 0])
    below = relax_from_below(case, hierarchy)
    tails = np.repeat(np.arange(case.n), np.diff(hierarchy.begin))
    assert metric.up.tolist() == below[tails, hierarchy.head].tolist()
    assert metric.down.tolist() == below[hierarchy.head, tails].tolist()


@given(cases(nodes=9, arcs=24), SHUFFLES, st.data())
def test_a_part_anew_is_the_whole_anew(case: Case, seed: int, data: st.DataObject) -> None:
    """Bit for bit after each change, and back again."""
    hierarchy, weight = build(case, seed), case.weights[:, 0].copy()
    metric, kept = customize(hierarchy, weight), []
    for _ in range(data.draw(st.integers(0, 4))):
        arcs = np.array(data.draw(st.lists(st.integers(0, max(len(weight) - 1, 0)), max_size=3)), np.int64)
        arcs = arcs[: len(weight)] if len(weight) else arcs[:0]
        new = np.array([data.draw(st.sampled_from([0.0, 1.0, 2.5, 9.0, np.inf])) for _ in arcs])
        kept.append((weight.copy(), recustomize(metric, arcs, weight=new)))
        weight[arcs] = new
        assert_same(metric, customize(hierarchy, weight))
        assert not any(marks.any() for marks in metric.marks)
    for before, revision in reversed(kept):
        restore(metric, revision)
        assert_same(metric, customize(hierarchy, before))


@pytest.mark.parametrize("seed", range(3))
def test_a_part_anew_on_a_grid(seed: int) -> None:
    case, hierarchy = build_grid(30, seed)
    rng, weight = np.random.default_rng(seed), case.weights[:, 0].copy()
    metric = customize(hierarchy, weight)
    for _ in range(8):
        arcs = rng.integers(0, len(weight), 5)
        weight[arcs] = rng.choice([np.inf, 0.5, 3.0], 5) * rng.random()
        recustomize(metric, arcs, weight=weight[arcs])
        assert_same(metric, customize(hierarchy, weight))


@pytest.mark.parametrize("share", [1 / 200, 1 / 16, 1.0])
def test_any_number_of_threads_gives_the_same(share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customization, "SHARE", share)
    case, hierarchy = build_grid(30)
    alone = customize(hierarchy, case.weights[:, 0], threads=1)
    for threads in (2, 3, 7):
        assert_same(alone, customize(hierarchy, case.weights[:, 0], threads=threads))


@pytest.mark.parametrize("n", [0, 1, 3])
def test_networks_without_arcs(n: int) -> None:
    nothing = np.empty(0, np.int32)
    hierarchy = build_hierarchy(nothing, nothing, order=np.arange(n))
    assert (hierarchy.shortcut_count, hierarchy.height, hierarchy.arc_count) == (0, min(n, 1), 0)
    metric = customize(hierarchy, np.empty(0))
    assert not len(recustomize(metric, nothing, weight=np.empty(0)).slots)


def test_arrays_go_to_a_file_and_back() -> None:
    case, hierarchy = build_grid(6)
    file = io.BytesIO()
    np.savez(file, **hierarchy.to_arrays())
    file.seek(0)
    with np.load(file) as arrays:
        again = Hierarchy.from_arrays(arrays)
    for name, array in hierarchy.to_arrays().items():
        assert again.to_arrays()[name].tobytes() == array.tobytes(), name
        assert not again.to_arrays()[name].flags.writeable
    assert_same(customize(again, case.weights[:, 0]), customize(hierarchy, case.weights[:, 0]))
    assert hierarchy.size == sum(array.nbytes for array in hierarchy.to_arrays().values())


def test_added_nodes_and_legs_leave_the_old_shortcuts() -> None:
    case, hierarchy = build_grid(8)
    order = extend_order(hierarchy.order, node_count=case.n + 2)
    legs = [(0, 64), (64, 65), (65, 63), (5, 58)]
    tail = np.concatenate([case.tail, [leg[0] for leg in legs]])
    head = np.concatenate([case.head, [leg[1] for leg in legs]])
    grown = build_hierarchy(tail, head, order=order)
    assert grown.parent[grown.rank[64]] in (-1, grown.rank[65])

    def name(one: Hierarchy) -> set[frozenset[int]]:
        tails = np.repeat(np.arange(one.node_count), np.diff(one.begin))
        return {frozenset(pair) for pair in zip(one.order[tails].tolist(), one.order[one.head].tolist())}  # noqa: B905

    assert name(hierarchy) < name(grown)
    below = build_hierarchy(tail, head, order=extend_order(hierarchy.order, node_count=66, on_top=False))
    assert below.rank[64] < below.rank[0]
    assert name(hierarchy) < name(below)
    assert extend_order(order, node_count=66).tolist() == order.tolist()
    with pytest.raises(ValueError, match="66 nodes for 65"):
        extend_order(order, node_count=65)


def test_bad_input_is_an_error() -> None:
    tail, head = np.array([0, 1]), np.array([1, 0])
    for order in ([0, 0], [0, 2], [1, 2]):
        with pytest.raises(ValueError, match="not an order"):
            build_hierarchy(tail, head, order=np.array(order))
    with pytest.raises(ValueError, match="outside"):
        build_hierarchy(tail, head, order=np.array([0]))
    hierarchy = build_hierarchy(tail, head, order=np.array([0, 1]))
    for weight in ([1.0, -1.0], [1.0, np.nan], [1.0]):
        with pytest.raises(ValueError, match="weight"):
            customize(hierarchy, np.array(weight))
        with pytest.raises(ValueError, match="weight"):
            recustomize(customize(hierarchy, np.ones(2)), np.array([0, 1]), weight=np.array(weight))
    with pytest.raises(ValueError, match="arc id"):
        recustomize(customize(hierarchy, np.ones(2)), np.array([2]), weight=np.ones(1))
