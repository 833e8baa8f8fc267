"""The best way through each of many facilities: a sweep from the source and one to the target answer for all.

A facility (a port, a border post, a strait) is a set of arcs: what is done or run there. The best way over an arc is
the best one to its tail, the arc, and the best one on from its head, and the facility's is the least over its arcs.
This is the single-via reading of two trees (Abraham, Delling, Goldberg and Werneck 2013, Alternative routes in road
networks, section 4) with arcs in place of nodes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.hierarchy_sweeps import Sweep, trace_sweep

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ViaArcs:
    """The s arcs of facilities: id, tail, head and facility of each, all int32[s]; an arc may stand for several."""

    arc: Ints
    tail: Ints
    head: Ints
    facility: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Vias:
    """The k arcs of facilities that a way leads over, by facility, then by cost, then by id.

    facility int32[k]; position int32[k], where the arc stands in the `ViaArcs`; cost float64[k], finite, that of the
    best way over the arc.
    """

    facility: Ints
    position: Ints
    cost: Floats

    @property
    def first(self) -> NDArray[np.intp]:
        """Where each facility's rows begin: its best way."""
        return np.flatnonzero(np.diff(self.facility, prepend=-1))


def find_vias(onward: Sweep, homeward: Sweep, via: ViaArcs, *, within: float = np.inf) -> Vias:
    """Least costs over the arcs of facilities: `onward` goes out from the source, `homeward` back from the target.

    Ways of more than `within` are left out. A way may use an arc twice where a facility is a dead end. Raises
    ValueError where the sweeps are of two metrics or do not meet.

    >>> from landbridge.kernels.customization import customize
    >>> from landbridge.kernels.hierarchy import build_hierarchy
    >>> from landbridge.kernels.hierarchy_sweeps import sweep
    >>> tail, head = np.array([0, 0, 1, 2]), np.array([1, 2, 3, 3])
    >>> metric = customize(build_hierarchy(tail, head, order=np.arange(4)), np.array([1.0, 2.0, 3.0, 4.0]))
    >>> onward = sweep(metric, sources=np.array([0]))
    >>> homeward = sweep(metric, sources=np.array([3]), backward=True)
    >>> via = ViaArcs(np.arange(4), tail, head, np.array([0, 1, 0, 1]))
    >>> found = find_vias(onward, homeward, via)
    >>> found.cost[found.first].tolist()
    [4.0, 6.0]
    """
    if onward.metric is not homeward.metric or onward.backward or not homeward.backward:
        raise ValueError("an onward and a homeward sweep of one metric are needed")
    cost = onward.at(via.tail) + onward.metric.weight[via.arc] + homeward.at(via.head)
    near = np.flatnonzero((cost <= within) & np.isfinite(cost))
    order = near[np.lexsort((via.arc[near], cost[near], via.facility[near]))]
    return Vias(via.facility[order], order.astype(np.int32), cost[order])


def trace_via(onward: Sweep, homeward: Sweep, via: ViaArcs, position: int) -> Ints:
    """Arcs int32[k] of the best way over the arc at `position` of `via`, which must be reached by both sweeps."""
    parts = (
        trace_sweep(onward, int(via.tail[position])),
        via.arc[position : position + 1],
        trace_sweep(homeward, int(via.head[position])),
    )
    return np.concatenate(parts)
