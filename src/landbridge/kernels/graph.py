"""Adjacency of a directed graph: which arcs leave each node, in compressed rows (CSR)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Csr:
    """The arcs of a graph, ordered by the node that they leave.

    The arcs that leave node u stand in slots `indptr[u]` to `indptr[u + 1]`, in the order of their ids.
    indptr int64[n + 1]; head int32[m], the node where the arc of a slot ends; arc int32[m], the id of that
    arc, its position in the arrays that `build_csr` was given. Weights are given by arc id, so one array
    serves the graph and its reverse.
    """

    indptr: Rows
    head: Ints
    arc: Ints

    @property
    def node_count(self) -> int:
        """Number of nodes n."""
        return len(self.indptr) - 1

    @property
    def arc_count(self) -> int:
        """Number of arcs m."""
        return len(self.head)


def build_csr(tail: NDArray[np.integer], head: NDArray[np.integer], *, node_count: int) -> Csr:
    """Adjacency of the arcs from `tail` to `head` (ids of nodes, both [m]) by a stable counting sort.

    With `tail` and `head` exchanged, it is the reverse graph under the same arc ids. Parallel arcs and loops
    stay. Raises ValueError where the two differ in length or an id lies outside 0 to `node_count` - 1.

    >>> csr = build_csr(np.array([2, 0, 0]), np.array([0, 1, 2]), node_count=3)
    >>> csr.indptr.tolist(), csr.head.tolist(), csr.arc.tolist()
    ([0, 2, 2, 3], [1, 2, 0], [1, 2, 0])
    """
    if len(tail) != len(head):
        raise ValueError(f"{len(tail)} tails and {len(head)} heads")
    for ids in (tail, head):
        if len(ids) and not (ids.min() >= 0 and ids.max() < node_count):
            raise ValueError(f"a node id lies outside 0 to {node_count - 1}")
    indptr, ordered, arc = _sort_arcs(freeze(tail, np.int32), freeze(head, np.int32), int(node_count))
    return Csr(freeze(indptr, np.int64), freeze(ordered, np.int32), freeze(arc, np.int32))


def freeze(values: NDArray[Any], kind: type[Any]) -> NDArray[Any]:
    """A read-only, contiguous view of `values` as `kind`: the one type of array that kernels compile for."""
    view = np.ascontiguousarray(values, dtype=kind).view(np.ndarray)
    view = view[:]
    view.flags.writeable = False
    return view


@njit(cache=True, nogil=True)
def _sort_arcs(tail: Ints, head: Ints, node_count: int) -> tuple[Rows, Ints, Ints]:
    indptr = np.zeros(node_count + 1, np.int64)
    for arc in range(len(tail)):
        indptr[tail[arc] + 1] += 1
    for node in range(node_count):
        indptr[node + 1] += indptr[node]
    free = indptr[:-1].copy()
    ordered = np.empty(len(tail), np.int32)
    arcs = np.empty(len(tail), np.int32)
    for arc in range(len(tail)):
        node = tail[arc]
        slot = free[node]
        free[node] = slot + 1
        ordered[slot] = head[arc]
        arcs[slot] = arc
    return indptr, ordered, arcs
