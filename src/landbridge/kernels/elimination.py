"""Symbolic elimination of a simple graph: its elimination tree and the chordal graph of all shortcuts."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.graph import Rows
from landbridge.kernels.simple_graph import SimpleGraph, turn_rows

Ints = NDArray[np.int32]


@njit(cache=True, nogil=True)
def find_parents(graph: SimpleGraph, order: Ints) -> Ints:
    """Elimination tree of the order, by place in it: int32[n], -1 for a root (Liu 1986, with paths compressed).

    The parent of a node is the first to be eliminated of its neighbours of then.
    """
    count = len(order)
    rank = np.empty(count, np.int32)
    rank[order] = np.arange(count)
    parent, ancestor = np.full(count, -1, np.int32), np.full(count, -1, np.int32)
    for here in range(count):
        node = order[here]
        for slot in range(graph.indptr[node], graph.indptr[node + 1]):
            below = rank[graph.head[slot]]
            while below != -1 and below < here:
                above = ancestor[below]
                ancestor[below] = here
                if above == -1:
                    parent[below] = here
                    break
                if above == here:
                    break
                below = above
    return parent


@njit(cache=True, nogil=True)
def walk_tree(parent: Ints) -> Ints:
    """The nodes of a forest with each after all of its children, and each subtree together: int32[n].

    Children and roots come in the order of their numbers; parents have higher numbers than their children.
    """
    count = len(parent)
    size = np.ones(count, np.int32)
    for node in range(count):
        if parent[node] >= 0:
            size[parent[node]] += size[node]
    walk, free, roots = np.empty(count, np.int32), np.zeros(count, np.int64), 0
    begin = np.empty(count, np.int64)
    for node in range(count):
        if parent[node] < 0:
            begin[node], roots = roots, roots + size[node]
    # A parent's subtree begins where its first child's does; from the top down, rising among siblings.
    for node in range(count - 1, -1, -1):
        if parent[node] >= 0:
            above = parent[node]
            free[above] += size[node]
            begin[node] = begin[above] + size[above] - 1 - free[above]
        walk[begin[node] + size[node] - 1] = node
    return walk


@njit(cache=True, nogil=True)
def eliminate(graph: SimpleGraph, order: Ints) -> tuple[Rows, Ints]:
    """Upper neighbours of each node after the elimination of all before it, by place in the order, rising.

    Returns int64[n + 1] and int32[h]. A node's upper neighbours are those of the graph and those of its children
    in the elimination tree (George and Liu 1981, Computer solution of large sparse positive definite systems).
    """
    count = len(order)
    rank = np.empty(count, np.int32)
    rank[order] = np.arange(count)
    indptr, heads = np.zeros(count + 1, np.int64), np.empty(2 * len(graph.head) + 16, np.int32)
    child, sibling = np.full(count, -1, np.int32), np.full(count, -1, np.int32)
    seen, row = np.full(count, -1, np.int32), np.empty(count, np.int32)
    for here in range(count):
        size, node, begin, parent = 0, order[here], indptr[here], count
        for slot in range(graph.indptr[node], graph.indptr[node + 1]):
            head = rank[graph.head[slot]]
            if head > here and seen[head] != here:
                seen[head], row[size], size, parent = here, head, size + 1, min(parent, head)
        below = child[here]
        while below != -1:
            for slot in range(indptr[below], indptr[below + 1]):
                head = heads[slot]
                if seen[head] != here and head != here:
                    seen[head], row[size], size, parent = here, head, size + 1, min(parent, head)
            below = sibling[below]
        if begin + size > len(heads):
            heads = np.append(heads, np.empty(len(heads) + size, np.int32))
        indptr[here + 1] = begin + size
        if size:
            heads[begin : begin + size] = row[:size]
            sibling[here], child[parent] = child[parent], here
    return turn_rows(*turn_rows(indptr, heads[: indptr[count]]))
