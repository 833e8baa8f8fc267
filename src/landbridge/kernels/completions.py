"""Best paths on to a target by each of several criteria, found from bounds when a search first asks for them."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
UNKNOWN, NOWHERE = -1, -2


class Graph(NamedTuple):
    """Adjacency by slots, weights float64[m, k] by arc id, and what `pareto.Guide` knows of the target."""

    indptr: NDArray[np.int64]
    head: Ints
    arc: Ints
    weights: Floats
    bound: Floats
    target: int


class Completions(NamedTuple):
    """Best paths on to the target by each criterion, found when first asked for.

    way int32[k, n]: the slot that follows at a node, UNKNOWN, or NOWHERE at the target; finish float64[k, n, k]: what
    the path costs in all criteria where its way is known, infinite where it was not found.
    """

    way: Ints
    finish: Floats


@njit(cache=True, nogil=True)
def start_completions(graph: Graph, source: int, best: tuple[Ints, Ints]) -> Completions:
    """Completions that know the best path from the source by each criterion."""
    nodes, width = graph.bound.shape
    completions = Completions(np.full((width, nodes), UNKNOWN, np.int32), np.empty((width, nodes, width)))
    first = 0
    for criterion in range(width):
        way, finish = completions.way[criterion], completions.finish[criterion]
        way[graph.target], finish[graph.target] = NOWHERE, 0.0
        walk, here = np.empty(best[1][criterion], np.int32), source
        for index in range(len(walk)):
            slot = graph.indptr[here]
            while graph.arc[slot] != best[0][first + index]:
                slot += 1
            walk[index], way[here], here = here, slot, graph.head[slot]
        _sum_up(graph, way, finish, walk)
        first += len(walk)
    return completions


@njit(cache=True, nogil=True)
def _sum_up(graph: Graph, way: Ints, finish: Floats, walk: Ints) -> None:
    """Notes what it costs from each node of a walk on, the last one first."""
    for index in range(len(walk) - 1, -1, -1):
        here = walk[index]
        if way[here] >= 0:
            head, arc = graph.head[way[here]], graph.arc[way[here]]
            for criterion in range(finish.shape[1]):
                finish[here, criterion] = graph.weights[arc, criterion] + finish[head, criterion]


@njit(cache=True, nogil=True)
def find_way(graph: Graph, way: Ints, finish: Floats, criterion: int, node: int) -> None:
    """Follows the bounds of a criterion from a node to where the way on is known."""
    walk, count, here = np.empty(64, np.int32), 0, node
    while way[here] == UNKNOWN:
        if count == len(walk):
            walk = np.append(walk, np.empty(count, np.int32))
        walk[count], count = here, count + 1
        least, way[here] = np.inf, NOWHERE
        # Until the way is found whole it leads nowhere, nor does a circle of arcs without weight.
        finish[here] = np.inf
        for slot in range(graph.indptr[here], graph.indptr[here + 1]):
            reach = graph.weights[graph.arc[slot], criterion] + graph.bound[graph.head[slot], criterion]
            if reach < least:
                least, way[here] = reach, slot
        if way[here] >= 0:
            here = graph.head[way[here]]
    _sum_up(graph, way, finish, walk[:count])


@njit(cache=True, nogil=True)
def follow_on(graph: Graph, completions: Completions, criterion: int, node: int) -> Ints:
    """Arcs int32[a] of a completion from a node to the target."""
    way, here, count = completions.way[criterion], node, 0
    while way[here] >= 0:
        here, count = graph.head[way[here]], count + 1
    arcs, here = np.empty(count, np.int32), node
    for index in range(count):
        arcs[index], here = graph.arc[way[here]], graph.head[way[here]]
    return arcs
