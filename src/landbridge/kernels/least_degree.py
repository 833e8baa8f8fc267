"""Order of elimination where no separator is needed: chains of a network, and small cells by least degree."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.simple_graph import SimpleGraph

Ints = NDArray[np.int32]
Lists = tuple[NDArray[np.int64], Ints, Ints]
MOST_CHAINED = 2
GONE = -2


@njit(cache=True, nogil=True)
def strip_chains(graph: SimpleGraph) -> tuple[Ints, SimpleGraph]:
    """Nodes of at most two neighbours, in order of elimination, and the graph that is left of the others.

    The two neighbours of an eliminated node become neighbours. A round takes no two adjacent nodes, so a chain of k
    nodes takes about log k rounds. The graph that is left has empty rows for what was stripped.
    """
    lists = (graph.indptr, graph.head.copy(), np.diff(graph.indptr).astype(np.int32))
    _, heads, degree = lists
    order, done = np.empty(len(degree), np.int32), 0
    barred = np.full(len(degree), -1, np.int64)
    waiting, turn = np.flatnonzero(degree <= MOST_CHAINED), 0
    while len(waiting):
        later, kept = np.empty(2 * len(waiting), np.int64), 0
        for node in waiting:
            if barred[node] == turn:
                later[kept] = node
                kept += 1
                continue
            order[done], barred[node] = node, GONE
            done += 1
            _pass_over(lists, int(node))
            for slot in range(graph.indptr[node], graph.indptr[node] + degree[node]):
                other = heads[slot]
                barred[other] = turn
                if degree[other] <= MOST_CHAINED:
                    later[kept] = other
                    kept += 1
            degree[node] = 0
        waiting = np.unique(later[:kept])
        turn += 1
    return order[:done].copy(), _pack(lists)


@njit(cache=True, nogil=True)
def _pass_over(lists: Lists, node: int) -> None:
    """Takes a node of at most two neighbours out of their lists and joins the two."""
    indptr, heads, degree = lists
    begin = indptr[node]
    for side in range(degree[node]):
        here = heads[begin + side]
        onward = heads[begin + 1 - side] if degree[node] == MOST_CHAINED else -1
        hole = -1
        for slot in range(indptr[here], indptr[here] + degree[here]):
            if heads[slot] == node:
                hole = slot
            elif heads[slot] == onward:
                onward = -1
        if onward >= 0:
            heads[hole] = onward
        else:
            degree[here] -= 1
            heads[hole] = heads[indptr[here] + degree[here]]


@njit(cache=True, nogil=True)
def _pack(lists: Lists) -> SimpleGraph:
    indptr, heads, degree = lists
    packed = np.zeros(len(indptr), np.int64)
    packed[1:] = np.cumsum(degree)
    left = np.empty(packed[-1], np.int32)
    for node in range(len(degree)):
        row = heads[indptr[node] : indptr[node] + degree[node]]
        left[packed[node] : packed[node + 1]] = np.sort(row)
    return SimpleGraph(packed, left)


@njit(cache=True, nogil=True)
def order_cell(graph: SimpleGraph, nodes: Ints, place: Ints) -> None:
    """Puts the nodes of a small cell in order of least degree, those of equal degree by place.

    place int32[n] holds each node's number within `nodes`, and -1 for all others; neighbours outside count, since
    they rank above the cell.
    """
    near, inner = _make_table(graph, nodes, place), nodes.copy()
    count, whole = len(nodes), len(near)
    left = np.ones(count, np.bool_)
    for turn in range(count):
        least, chosen = whole + 1, -1
        for node in range(count):
            if left[node]:
                degree = near[node].sum()
                if degree < least:
                    least, chosen = degree, node
        left[chosen] = False
        nodes[turn] = inner[chosen]
        for node in range(whole):
            if near[chosen, node]:
                near[node, chosen] = False
                for other in range(whole):
                    near[node, other] |= near[chosen, other] and other != node


@njit(cache=True, nogil=True)
def _make_table(graph: SimpleGraph, nodes: Ints, place: Ints) -> NDArray[np.bool_]:
    """Whether two nodes of the cell and its rim are adjacent, bool[k + rim, k + rim]; pairs of the rim are left out."""
    count = len(nodes)
    rim, known = np.empty(0, np.int32), 0
    for node in nodes:
        row = graph.head[graph.indptr[node] : graph.indptr[node + 1]]
        rim = np.append(rim, row[place[row] < 0])
    rim = np.unique(rim)
    known = count + len(rim)
    near = np.zeros((known, known), np.bool_)
    for number in range(count):
        for slot in range(graph.indptr[nodes[number]], graph.indptr[nodes[number] + 1]):
            head = graph.head[slot]
            other = place[head] if place[head] >= 0 else count + np.searchsorted(rim, head)
            near[number, other], near[other, number] = True, True
    return near
