"""Independent ways against every set of simple paths, against every cut, and where their number has no bound."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.kernels.independent_ways import count_independent

Arc = tuple[int, int]
Graph = tuple[int, list[Arc], list[bool]]


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Up to seven vertices; the first and the last are the ends, and no arc joins them past a marked vertex."""
    count = draw(st.integers(3, 7))
    vertex = st.integers(0, count - 1)
    arcs = draw(st.lists(st.tuples(vertex, vertex), max_size=14))
    single = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    return count, arcs, single


def list_paths(graph: Graph) -> list[frozenset[int]]:
    """The marked vertices between the ends of every simple path from the first vertex to the last."""
    count, arcs, single = graph
    heads: dict[int, set[int]] = {}
    for tail, head in arcs:
        heads.setdefault(tail, set()).add(head)
    found: list[frozenset[int]] = []
    waiting = [(0,)]
    while waiting:
        path = waiting.pop()
        if path[-1] == count - 1:
            found.append(frozenset(one for one in path[1:-1] if single[one]))
            continue
        waiting += [(*path, head) for head in heads.get(path[-1], ()) if head not in path]
    return found


def count_by_force(paths: list[frozenset[int]]) -> int:
    """The most paths of which no two have a marked vertex in common."""
    best, waiting = 0, [(0, frozenset[int](), 0)]
    while waiting:
        number, used, first = waiting.pop()
        best = max(best, number)
        waiting += [
            (number + 1, used | path, place + 1)
            for place, path in enumerate(paths[first:], first)
            if not path & used
        ]
    return best


def cut_by_force(graph: Graph, paths: list[frozenset[int]]) -> int:
    """The fewest marked vertices that every path meets."""
    marked = [vertex for vertex in range(1, graph[0] - 1) if graph[2][vertex]]
    for size in range(len(marked) + 1):
        for cut in itertools.combinations(marked, size):
            if all(path & set(cut) for path in paths):
                return size
    raise AssertionError("a path meets no marked vertex")


def count(graph: Graph) -> int:
    ends = np.array(graph[1], np.int64).reshape(-1, 2)
    return count_independent(ends[:, 0], ends[:, 1], single=np.array(graph[2]), source=0, sink=graph[0] - 1)


@given(graphs())
def test_the_count_is_that_of_all_sets_of_paths_and_of_the_least_cut(graph: Graph) -> None:
    paths = list_paths(graph)
    if frozenset() in paths:
        with pytest.raises(ValueError, match="past all marked"):
            count(graph)
        return
    assert count(graph) == count_by_force(list(set(paths))) == cut_by_force(graph, paths)


def test_marks_of_the_ends_bound_nothing() -> None:
    tail, head = np.array([0, 0, 1, 2]), np.array([1, 2, 3, 3])
    single = np.array([True, True, True, True])
    assert count_independent(tail, head, single=single, source=0, sink=3) == 2


def test_a_vertex_that_any_number_may_pass_shares_its_ways() -> None:
    """Two ports behind one junction: both are reached through it, unless it is marked itself."""
    tail, head = np.array([0, 1, 1, 2, 3]), np.array([1, 2, 3, 4, 4])
    free = np.array([False, False, True, True, False])
    assert count_independent(tail, head, single=free, source=0, sink=4) == 2
    free[1] = True
    assert count_independent(tail, head, single=free, source=0, sink=4) == 1


@pytest.mark.parametrize(("source", "sink"), [(0, 0), (0, 9), (-1, 2)])
def test_ends_that_are_none_are_refused(source: int, sink: int) -> None:
    arcs, single = np.array([0, 1]), np.array([False, True, False])
    with pytest.raises(ValueError, match="two ends"):
        count_independent(arcs, arcs + 1, single=single, source=source, sink=sink)
