"""Best paths, chains of places and cuts against other implementations: all paths enumerated, and scipy's Dijkstra."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_world import NUMBER, add_rows, ask, change_rows, make_tables, make_world
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from landbridge.kernels.customization import customize
from landbridge.network.search import Passing, Search
from landbridge.network.steps import Options

CRITERIA = ("cost", "time", "co2e", "distance")
ENDS = (("alpha", "beta"), ("aport", "bport"), ("bport", "alpha"), ("beta", "aport"))


WORLD, TABLES = make_world(), make_tables()
SEARCHES = {ends: ask(WORLD, TABLES, *ends).search for ends in ENDS}


def enumerate_paths(search: Search, weight: np.ndarray, start: int, end: int) -> Iterator[list[int]]:
    """Every path without a repeated node, as arc ids."""
    arcs = search.network.arcs
    usable = [
        (int(arcs.tail[arc]), int(arcs.head[arc]), int(arc)) for arc in np.flatnonzero(np.isfinite(weight))
    ]
    leaving: dict[int, list[tuple[int, int]]] = {}
    for tail, head, arc in usable:
        leaving.setdefault(tail, []).append((head, arc))

    def walk(node: int, seen: frozenset[int], path: list[int]) -> Iterator[list[int]]:
        if node == end:
            yield path
            return
        for head, arc in leaving.get(node, ()):
            if head not in seen:
                yield from walk(head, seen | {head}, [*path, arc])

    yield from walk(start, frozenset({start}), [])


def ends_of(search: Search, ends: tuple[str, str]) -> tuple[int, int]:
    return search.network.outlets[ends[0]], search.network.inlets[ends[1]]


@pytest.mark.parametrize("ends", ENDS)
@pytest.mark.parametrize("criterion", CRITERIA)
def test_the_best_path_is_the_least_of_all_paths(ends: tuple[str, str], criterion: str) -> None:
    search = SEARCHES[ends]
    weight = search.weight(criterion)
    start, end = ends_of(search, ends)
    paths = list(enumerate_paths(search, weight, start, end))
    assert len(paths) > 5
    best = search.best(criterion, start, end)
    assert best is not None
    assert weight[best].sum() == pytest.approx(min(weight[path].sum() for path in paths), rel=1e-12)


@pytest.mark.parametrize("ends", ENDS[:2])
def test_the_front_is_that_of_all_paths(ends: tuple[str, str]) -> None:
    search = SEARCHES[ends]
    start, end = ends_of(search, ends)
    cost, time = search.weight("cost"), search.weight("time")
    points = {
        (round(float(cost[path].sum()), 6), round(float(time[path].sum()), 6))
        for path in enumerate_paths(search, cost, start, end)
    }
    front = {
        one
        for one in points
        if not any(two != one and two[0] <= one[0] and two[1] <= one[1] for two in points)
    }
    paths, whole = search.front(("cost", "time"), start, end, epsilon=(1e-9, 1e-9))
    assert whole
    assert {(round(float(cost[path].sum()), 6), round(float(time[path].sum()), 6)) for path in paths} == front


@pytest.mark.parametrize("place", ["r_beta", "l_aport", "w_bport"])
def test_a_chain_passes_its_place_at_least_cost(place: str) -> None:
    """Two searches by scipy, from the origin to the place and from it on, are what the chain costs."""
    ends = ("aport", "bport")
    search = SEARCHES[ends]
    weight = search.weight("cost")
    start, end = ends_of(search, ends)
    node = NUMBER[place]
    via = Passing(place, np.array([node], np.int32), np.empty(0, np.int32))
    path = search.chain("cost", start, end, via=[via])
    there, on = (scipy_distances(search, weight, one) for one in (start, node))
    if not np.isfinite(there[node] + on[end]):
        assert path is None
        return
    assert path is not None
    arcs = search.network.arcs
    assert node in {*arcs.tail[path].tolist(), *arcs.head[path].tolist()}
    assert (arcs.head[path[:-1]] == arcs.tail[path[1:]]).all()
    assert weight[path].sum() == pytest.approx(there[node] + on[end], rel=1e-12)


def scipy_distances(search: Search, weight: np.ndarray, start: int) -> np.ndarray:
    """Distances from `start` by scipy, of parallel arcs the lightest."""
    arcs = search.network.arcs
    order = np.lexsort((weight, arcs.head, arcs.tail))
    tail, head, value = arcs.tail[order], arcs.head[order], weight[order]
    first = np.concatenate([[True], (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])]) & np.isfinite(value)
    # A weight of nought is no edge to scipy; what a path of a few dozen arcs adds is far below the tolerance.
    graph = csr_array(
        (np.maximum(value[first], 1e-13), (tail[first], head[first])), shape=(search.network.node_count,) * 2
    )
    found: np.ndarray = dijkstra(graph, indices=start)
    return found


@given(seed=st.integers(0, 2**32 - 1))
def test_distances_agree_with_scipy_whatever_is_closed_and_whatever_it_costs(seed: int) -> None:
    base = SEARCHES["alpha", "beta"]
    luck = np.random.default_rng(seed)
    count = len(base.network.arcs.tail)
    reasons = np.where(luck.random(count) < 0.2, 1, base.reasons).astype(np.int8)
    search = Search(base.network, base.weights, reasons)
    weight = np.where(reasons == 0, np.round(luck.exponential(10.0, count), 3), np.inf)
    search.metrics["cost"] = customize(base.network.hierarchy, weight)
    start, end = ends_of(search, ("alpha", "beta"))
    reference = scipy_distances(search, search.weight("cost"), start)
    found = search.sweep("cost", start).distance
    assert (np.isfinite(found) == np.isfinite(reference)).all()
    reached = np.isfinite(found)
    assert found[reached] == pytest.approx(reference[reached], abs=1e-9)
    path = search.best("cost", start, end)
    assert (path is None) == (not np.isfinite(reference[end]))


@given(seed=st.integers(0, 2**32 - 1))
def test_opening_what_the_cut_names_makes_the_way(seed: int) -> None:
    base = SEARCHES["alpha", "beta"]
    luck = np.random.default_rng(seed)
    count = len(base.network.arcs.tail)
    reasons = np.where(luck.random(count) < 0.6, 1, base.reasons).astype(np.int8)
    search = Search(base.network, base.weights, reasons)
    start, end = ends_of(search, ("alpha", "beta"))
    cut = search.cut(start, end)
    assert (search.best("cost", start, end) is not None) == (cut == [])
    opened = reasons.copy()
    opened[[arc for arc, _ in cut]] = 0
    assert Search(base.network, base.weights, opened).best("cost", start, end) is not None


CHANGES = {
    "a closed border": lambda tables: add_rows(
        tables,
        "borders",
        {
            "id": "b",
            "country_a": "XA",
            "country_b": "XB",
            "mode": "road",
            "status": "closed",
            "reason": "a test",
        },
    ),
    "a closed passage": lambda tables: change_rows(tables, "passages", "narrows", status="closed"),
    "a closed port": lambda tables: change_rows(tables, "places", "bport", status="closed"),
    "a closed post": lambda tables: change_rows(tables, "posts", "post-rail", status="closed"),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("ends", ENDS)
def test_closing_something_never_makes_a_way_cheaper(change: str, ends: tuple[str, str]) -> None:
    closed = CHANGES[change](TABLES)
    options = Options(by=("cost",), corridors=False)
    before, after = (ask(WORLD, one, *ends, options=options) for one in (TABLES, closed))
    assert after.verdict == "unreachable" or after.best["cost"] >= before.best["cost"] - 1e-9


@pytest.mark.parametrize("ends", ENDS)
def test_the_price_is_never_below_the_bound_of_the_search(ends: tuple[str, str]) -> None:
    tables = change_rows(
        TABLES, "rates", "road-truck", taper=0.3, taper_distance=50.0, empty_return=0.4, fixed=80.0
    )
    tables = change_rows(tables, "rates", "rail-block_train", taper=0.2, taper_distance=100.0, minimum=250.0)
    tables = change_rows(tables, "rates", "sea", fixed=3.0)
    result = ask(WORLD, tables, *ends, options=Options(by=("cost", "time", "co2e"), corridors=False))
    assert (result.routes["gap"] >= -1e-9).all()
