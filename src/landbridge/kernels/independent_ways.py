"""How many ways lead from one node to another that share no vertex of a given set.

By Menger's theorem (1927, Zur allgemeinen Kurventheorie) the greatest number of such ways is the least number of those
vertices that cuts all ways, and a flow of unit capacities through the vertices counts it (Ford and Fulkerson 1956,
Maximal flow through a network).
"""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, maximum_flow

Ints = NDArray[np.integer]
UNBOUNDED = "a way leads past all marked vertices"


def count_independent(tail: Ints, head: Ints, *, single: NDArray[np.bool_], source: int, sink: int) -> int:
    """The greatest number of ways from `source` to `sink` of which no two pass the same vertex marked `single`.

    tail, head int[m], the arcs between n vertices; single bool[n], each of which one way may pass, as against others
    that any number may; both ends are free. Raises ValueError for an id outside the graph, where the ends are one
    vertex, and where a way leads past all marked vertices, so that the number has no bound.

    >>> tail, head = np.array([0, 0, 1, 2, 3, 4]), np.array([1, 2, 3, 3, 4, 5])
    >>> count_independent(tail, head, single=np.array([False, True, True, False, False, False]), source=0, sink=5)
    2
    >>> count_independent(tail, head, single=np.array([False, True, True, True, False, False]), source=0, sink=5)
    1
    """
    count = len(single)
    ids = np.concatenate([tail, head, [source, sink]])
    if ids.min() < 0 or ids.max() >= count or source == sink:
        raise ValueError(f"arcs and two ends must be vertices of 0 to {count - 1}")
    place = _join_free(tail, head, single)
    source, sink, arcs = int(place[source]), int(place[sink]), np.column_stack([place[tail], place[head]])
    if source == sink:
        raise ValueError(UNBOUNDED)
    # Vertex v is entered at v and left at v + count; more than all marked vertices together is no bound.
    count, free = int(place.max()) + 1, int(np.count_nonzero(single)) + 1
    inside = np.full(count, free)
    inside[place[single]] = 1
    inside[[source, sink]] = free
    arcs = np.unique(arcs[arcs[:, 0] != arcs[:, 1]], axis=0)
    start = np.concatenate([arcs[:, 0] + count, np.arange(count)])
    end = np.concatenate([arcs[:, 1], np.arange(count) + count])
    room = np.concatenate([np.full(len(arcs), free), inside]).astype(np.int32)
    graph = coo_array((room, (start, end)), shape=(2 * count, 2 * count)).tocsr()
    found = int(maximum_flow(graph, source, sink + count).flow_value)
    if found >= free:
        raise ValueError(UNBOUNDED)
    return found


def _join_free(tail: Ints, head: Ints, single: NDArray[np.bool_]) -> NDArray[np.int64]:
    """The number of each vertex when those that any number of ways may pass, to and fro, are made one: int64[n].

    That changes no count, and leaves little of a network of roads.
    """
    count = len(single)
    free = ~(single[tail] | single[head])
    graph = coo_array((np.ones(int(free.sum()), np.int8), (tail[free], head[free])), shape=(count, count))
    place: NDArray[np.int64] = connected_components(graph, connection="strong")[1].astype(np.int64)
    return place
