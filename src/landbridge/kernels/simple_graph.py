"""The simple undirected graph under a network: which nodes are neighbours, once each, without loops."""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.graph import Rows, build_csr, freeze

Ints = NDArray[np.int32]


class SimpleGraph(NamedTuple):
    """Neighbours of each node: those of u stand in `head[indptr[u] : indptr[u + 1]]`, by rising id.

    indptr int64[n + 1]; head int32[2 m]. Every pair stands in the rows of both.
    """

    indptr: Rows
    head: Ints


def join_ends(tail: NDArray[np.integer], head: NDArray[np.integer], *, node_count: int) -> SimpleGraph:
    """The simple graph of the arcs from `tail` to `head` (ids of nodes, both [m]).

    Raises ValueError where the two differ in length or an id lies outside 0 to `node_count` - 1.

    >>> graph = join_ends(np.array([0, 1, 2, 2]), np.array([1, 0, 2, 1]), node_count=3)
    >>> graph.indptr.tolist(), graph.head.tolist()
    ([0, 1, 3, 4], [1, 0, 2, 1])
    """
    one, two = np.concatenate([tail, head]), np.concatenate([head, tail])
    if len(tail) != len(head):
        raise ValueError(f"{len(tail)} tails and {len(head)} heads")
    both = build_csr(one, two, node_count=node_count)
    ordered = turn_rows(both.indptr, both.head)
    return SimpleGraph(*(freeze(part, part.dtype.type) for part in _drop_twins(*ordered)))


@njit(cache=True, nogil=True)
def turn_rows(indptr: Rows, head: Ints) -> tuple[Rows, Ints]:
    """The graph with every pair turned round, its rows by rising id; turned twice, rows of any order are sorted."""
    turned = np.zeros(len(indptr), np.int64)
    for node in head:
        turned[node + 1] += 1
    turned = np.cumsum(turned)
    free, tails = turned[:-1].copy(), np.empty(len(head), np.int32)
    for node in range(len(indptr) - 1):
        for slot in range(indptr[node], indptr[node + 1]):
            tails[free[head[slot]]] = node
            free[head[slot]] += 1
    return turned, tails


@njit(cache=True, nogil=True)
def _drop_twins(indptr: Rows, head: Ints) -> tuple[Rows, Ints]:
    """Rows that stand by rising id, without the node itself and what stands twice."""
    begin, kept, size = np.zeros(len(indptr), np.int64), np.empty(len(head), np.int32), 0
    for node in range(len(indptr) - 1):
        last = -1
        for slot in range(indptr[node], indptr[node + 1]):
            other = head[slot]
            if other not in (node, last):
                kept[size], last, size = other, other, size + 1
        begin[node + 1] = size
    return begin, kept[:size].copy()


@njit(cache=True, nogil=True)
def group_parts(graph: SimpleGraph, nodes: Ints, place: Ints) -> Rows:
    """Puts `nodes`, a writable set of nodes, in order of its connected parts; returns where each begins, and the end.

    place int32[n] holds each node's number within `nodes`, and -1 for all others. Within a part nodes stand by id,
    if they did so before; parts come in the order of their first nodes.
    """
    part = np.full(len(nodes), -1, np.int32)
    queue, sizes = np.empty(len(nodes), np.int32), np.zeros(len(nodes) + 1, np.int64)
    count = 0
    for first in range(len(nodes)):
        if part[first] >= 0:
            continue
        part[first], queue[0], done, size = count, first, 0, 1
        while done < size:
            node = nodes[queue[done]]
            done += 1
            for slot in range(graph.indptr[node], graph.indptr[node + 1]):
                other = place[graph.head[slot]]
                if other >= 0 and part[other] < 0:
                    part[other], queue[size] = count, other
                    size += 1
        count += 1
        sizes[count] = size
    begins = np.cumsum(sizes[: count + 1])
    if count > 1:
        free, old = begins[:-1].copy(), nodes.copy()
        for number in range(len(nodes)):
            nodes[free[part[number]]] = old[number]
            free[part[number]] += 1
    return begins
