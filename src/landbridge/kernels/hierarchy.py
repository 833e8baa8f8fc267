"""A hierarchy of a network's nodes with all shortcuts that any metric may need: built once for each topology.

The customizable contraction hierarchy of Dibbelt, Strasser and Wagner (2016, Customizable contraction
hierarchies, ACM Journal of Experimental Algorithmics 21): nodes are eliminated in a given order, and the
chordal graph that comes of it is the same for every metric. `customize` gives it weights, and the queries of
`hierarchy_queries` and `hierarchy_skims` climb and descend in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.elimination import eliminate, find_parents, walk_tree
from landbridge.kernels.graph import Rows, freeze
from landbridge.kernels.simple_graph import join_ends

Ints = NDArray[np.int32]
Levels = NDArray[np.uint32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Hierarchy:
    """Nodes by rank, a tree over them, and shortcuts, each from a node to one of higher rank, both ways.

    order int32[n], the node of each rank, and rank int32[n], the rank of each node; parent int32[n], the rank above a
    rank in the elimination tree, -1 at a root, where every subtree holds ranks without a gap. The upper neighbours of
    rank v stand in slots `begin[v]` to `begin[v + 1]` of head int32[h], rising; all of them lie on the way from v to
    its root, and level uint32[h] tells how many ranks on that way lie above each. The lower neighbours of rank u stand
    in `lower_begin[u]` to `lower_begin[u + 1]` of lower_tail int32[h], rising, and lower_slot int32[h] is the slot of
    each among the upper ones. begin, lower_begin int64[n + 1].

    slot int32[m] is the slot of each arc of the network, -1 for a loop, and upward bool[m] whether it runs to the
    higher rank. The arcs of slot i, by rising id, stand in `arc_begin[i]` to `arc_begin[i + 1]` of slot_arc int32.
    """

    order: Ints
    rank: Ints
    parent: Ints
    begin: Rows
    head: Ints
    level: Levels
    lower_begin: Rows
    lower_tail: Ints
    lower_slot: Ints
    slot: Ints
    upward: Flags
    arc_begin: Ints
    slot_arc: Ints

    @property
    def node_count(self) -> int:
        """Number of nodes n."""
        return len(self.order)

    @property
    def arc_count(self) -> int:
        """Number of arcs m of the network."""
        return len(self.slot)

    @property
    def shortcut_count(self) -> int:
        """Number of slots h."""
        return len(self.head)

    @property
    def height(self) -> int:
        """Number of nodes on the longest way from a node to its root: bounds the work of a query."""
        return int(self.level.max()) + 2 if len(self.level) else min(self.node_count, 1)

    @property
    def size(self) -> int:
        """Bytes of all arrays."""
        return sum(array.nbytes for array in self.to_arrays().values())

    def to_arrays(self) -> dict[str, NDArray[np.generic]]:
        """The arrays by name, as `numpy.savez` takes them; `from_arrays` reads them back."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "Hierarchy":
        """The hierarchy of these arrays, kept by `to_arrays`. Raises KeyError where one is missing.

        >>> built = build_hierarchy(np.array([0]), np.array([1]), order=np.array([1, 0]))
        >>> Hierarchy.from_arrays(built.to_arrays()).rank.tolist()
        [1, 0]
        """
        names = [one.name for one in fields(cls)]
        return cls(**{name: freeze(arrays[name], arrays[name].dtype.type) for name in names})


def build_hierarchy(
    tail: NDArray[np.integer], head: NDArray[np.integer], *, order: NDArray[np.integer]
) -> Hierarchy:
    """The hierarchy of the arcs from `tail` to `head` (ids of nodes, both [m]).

    order int[n] names every node once, the least important first (see `nested_dissection.dissect`). Ranks follow it
    but for what changes no shortcut: each subtree of the elimination tree is moved together, for locality. Loops,
    parallel arcs and parts that do not hang together are allowed. Raises ValueError for ends outside the graph and
    where `order` is no order of its nodes.

    >>> hierarchy = build_hierarchy(np.array([0, 1, 2]), np.array([1, 2, 3]), order=np.array([1, 2, 0, 3]))
    >>> hierarchy.order.tolist(), hierarchy.head.tolist(), hierarchy.parent.tolist()
    ([1, 2, 0, 3], [1, 2, 2, 3, 3], [1, 2, 3, -1])
    """
    count = len(order)
    if not np.array_equal(np.sort(order), np.arange(count)):
        raise ValueError(f"not an order of {count} nodes: one is missing or stands twice")
    graph = join_ends(tail, head, node_count=count)
    given = freeze(order, np.int32)
    final = given[walk_tree(find_parents(graph, given))]
    rank = np.empty(count, np.int32)
    rank[final] = np.arange(count, dtype=np.int32)
    begin, heads = eliminate(graph, final)
    parent = np.full(count, -1, np.int32)
    parent[np.diff(begin) > 0] = heads[begin[:-1][np.diff(begin) > 0]]
    level = (measure_depth(parent) - 1)[heads].astype(np.uint32)
    slot, upward = _match_arcs(begin, heads, rank[tail], rank[head])
    shaped = (final, rank, parent, begin, heads, level, *_turn_rows(begin, heads), slot, upward)
    parts = (*shaped, *_list_arcs(slot, len(heads)))
    return Hierarchy(*(freeze(part, part.dtype.type) for part in parts))


def extend_order(order: NDArray[np.integer], *, node_count: int, on_top: bool = True) -> Ints:
    """The order of a network to which nodes were added: the new ids rank above all others, in their order.

    For the few places and legs of a study: the shortcuts of the old network stay, and a hub on top may be joined to
    anything. Each node on top makes all ways to the root longer by one, though. Where added nodes have a few neighbours
    near each other, as the ends of a request have, rank them below all others (`on_top` False): then they add next to
    nothing. Raises ValueError where `node_count` is less than the number of nodes in the order.

    >>> extend_order(np.array([1, 0, 2]), node_count=5).tolist()
    [1, 0, 2, 3, 4]
    >>> extend_order(np.array([1, 0, 2]), node_count=5, on_top=False).tolist()
    [3, 4, 1, 0, 2]
    """
    if node_count < len(order):
        raise ValueError(f"an order of {len(order)} nodes for {node_count}")
    added = np.arange(len(order), node_count)
    return freeze(np.concatenate([order, added] if on_top else [added, order]), np.int32)


@njit(cache=True, nogil=True)
def measure_depth(parent: Ints) -> Ints:
    """Number of nodes from each rank to its root, both counted: int32[n]."""
    depth = np.ones(len(parent), np.int32)
    for rank in range(len(parent) - 1, -1, -1):
        if parent[rank] >= 0:
            depth[rank] = depth[parent[rank]] + 1
    return depth


@njit(cache=True, nogil=True)
def find_slot(begin: Rows, head: Ints, low: int, high: int) -> int:
    """The slot of the shortcut from rank `low` to rank `high`, -1 where there is none."""
    first, last = begin[low], begin[low + 1]
    end = last
    while first < last:
        middle = (first + last) >> 1
        if head[middle] < high:
            first = middle + 1
        else:
            last = middle
    return first if first < end and head[first] == high else -1


@njit(cache=True, nogil=True)
def _match_arcs(begin: Rows, head: Ints, tails: Ints, heads: Ints) -> tuple[Ints, Flags]:
    slot, upward = np.full(len(tails), -1, np.int32), np.zeros(len(tails), np.bool_)
    for arc in range(len(tails)):
        one, two = tails[arc], heads[arc]
        if one != two:
            slot[arc] = find_slot(begin, head, min(one, two), max(one, two))
            upward[arc] = one < two
    return slot, upward


@njit(cache=True, nogil=True)
def _turn_rows(begin: Rows, head: Ints) -> tuple[Rows, Ints, Ints]:
    count = len(begin) - 1
    lower_begin = np.zeros(count + 1, np.int64)
    for high in head:
        lower_begin[high + 1] += 1
    lower_begin = np.cumsum(lower_begin)
    free = lower_begin[:-1].copy()
    tail, slots = np.empty(len(head), np.int32), np.empty(len(head), np.int32)
    for low in range(count):
        for slot in range(begin[low], begin[low + 1]):
            place = free[head[slot]]
            tail[place], slots[place] = low, slot
            free[head[slot]] = place + 1
    return lower_begin, tail, slots


@njit(cache=True, nogil=True)
def _list_arcs(slot: Ints, slot_count: int) -> tuple[Ints, Ints]:
    begin = np.zeros(slot_count + 1, np.int32)
    for arc in range(len(slot)):
        if slot[arc] >= 0:
            begin[slot[arc] + 1] += 1
    for index in range(slot_count):
        begin[index + 1] += begin[index]
    free, arcs = begin[:-1].copy(), np.empty(begin[-1], np.int32)
    for arc in range(len(slot)):
        if slot[arc] >= 0:
            arcs[free[slot[arc]]] = arc
            free[slot[arc]] += 1
    return begin, arcs
