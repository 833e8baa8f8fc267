"""The best way through each of many places: one tree from the source and one to the target answer for all.

A place (a port, a border post) may be several nodes: its states by mode or gauge. This is the single-via
reading of two trees (Abraham, Delling, Goldberg and Werneck 2013, Alternative routes in road networks,
section 4).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.shortest_paths import Tree, trace_onward, trace_path

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Vias:
    """The best way through each of f facilities.

    cost float64[f], infinite where none leads through; node int32[f], where the facility is passed, -1 where
    it is not.
    """

    cost: Floats
    node: Ints


def find_vias(
    onward: Tree, homeward: Tree, *, nodes: NDArray[np.integer], facilities: NDArray[np.integer] | None = None
) -> Vias:
    """Least cost through each facility: `onward` grows from the source, `homeward` back from the target.

    nodes [s] are the states of facilities, and facilities [s] says whose (without it every node is one of its
    own). Of states of equal cost the one of least id is taken. A way may use an arc twice where a facility is
    a dead end.

    >>> from landbridge.kernels.graph import build_csr
    >>> from landbridge.kernels.shortest_paths import grow_tree
    >>> tail, head, weight = np.array([0, 0, 1, 2]), np.array([1, 2, 3, 3]), np.array([1.0, 2.0, 3.0, 4.0])
    >>> onward = grow_tree(build_csr(tail, head, node_count=4), weight, sources=np.array([0]))
    >>> homeward = grow_tree(build_csr(head, tail, node_count=4), weight, sources=np.array([3]))
    >>> find_vias(onward, homeward, nodes=np.array([1, 2])).cost.tolist()
    [4.0, 6.0]
    """
    owner = np.arange(len(nodes)) if facilities is None else facilities
    if len(owner) != len(nodes):
        raise ValueError(f"{len(nodes)} nodes and {len(owner)} facilities")
    total = onward.distance[nodes] + homeward.distance[nodes]
    order = np.lexsort((nodes, total, owner))
    first = order[np.concatenate([[True], np.diff(owner[order]) > 0])] if len(order) else order
    count = int(owner.max()) + 1 if len(owner) else 0
    cost, node = np.full(count, np.inf), np.full(count, -1, np.int32)
    reached = first[np.isfinite(total[first])]
    cost[owner[reached]] = total[reached]
    node[owner[reached]] = nodes[reached]
    return Vias(cost, node)


def join_path(onward: Tree, homeward: Tree, *, node: int) -> Ints:
    """Arcs int32[k] of the best path through `node`; empty where there is none."""
    if not np.isfinite(onward.distance[node] + homeward.distance[node]):
        return np.empty(0, np.int32)
    return np.concatenate([trace_path(onward, node), trace_onward(homeward, node)])
