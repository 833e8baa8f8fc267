"""The best way through each of many places: a sweep from the source and one to the target answer for all.

A place (a port, a border post) may be several nodes: its states by mode or gauge. This is the single-via
reading of two trees (Abraham, Delling, Goldberg and Werneck 2013, Alternative routes in road networks,
section 4).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.hierarchy_sweeps import Sweep, trace_sweep

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
    onward: Sweep,
    homeward: Sweep,
    *,
    nodes: NDArray[np.integer],
    facilities: NDArray[np.integer] | None = None,
) -> Vias:
    """Least cost through each facility: `onward` goes out from the source, `homeward` back from the target.

    nodes [s] are the states of facilities, and facilities [s] says whose (without it every node is one of its
    own). Of states of equal cost the one of least id is taken. A way may use an arc twice where a facility is
    a dead end. Raises ValueError where the two differ in length.

    >>> from landbridge.kernels.customization import customize
    >>> from landbridge.kernels.hierarchy import build_hierarchy
    >>> from landbridge.kernels.hierarchy_sweeps import sweep
    >>> hierarchy = build_hierarchy(np.array([0, 0, 1, 2]), np.array([1, 2, 3, 3]), order=np.arange(4))
    >>> metric = customize(hierarchy, np.array([1.0, 2.0, 3.0, 4.0]))
    >>> onward = sweep(metric, sources=np.array([0]))
    >>> homeward = sweep(metric, sources=np.array([3]), backward=True)
    >>> find_vias(onward, homeward, nodes=np.array([1, 2])).cost.tolist()
    [4.0, 6.0]
    """
    owner = np.arange(len(nodes)) if facilities is None else facilities
    if len(owner) != len(nodes):
        raise ValueError(f"{len(nodes)} nodes and {len(owner)} facilities")
    total = onward.at(nodes) + homeward.at(nodes)
    order = np.lexsort((nodes, total, owner))
    first = order[np.concatenate([[True], np.diff(owner[order]) > 0])] if len(order) else order
    count = int(owner.max()) + 1 if len(owner) else 0
    cost, node = np.full(count, np.inf), np.full(count, -1, np.int32)
    reached = first[np.isfinite(total[first])]
    cost[owner[reached]] = total[reached]
    node[owner[reached]] = nodes[reached]
    return Vias(cost, node)


def join_path(onward: Sweep, homeward: Sweep, *, node: int) -> Ints:
    """Arcs int32[k] of the best path through `node`; empty where there is none."""
    there = np.array([node])
    if not np.isfinite(onward.at(there)[0] + homeward.at(there)[0]):
        return np.empty(0, np.int32)
    return np.concatenate([trace_sweep(onward, node), trace_sweep(homeward, node)])
