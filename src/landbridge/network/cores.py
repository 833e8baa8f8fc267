"""The part of a network on which all best ways of a pair lie, whatever levers are pulled.

Let each arc weigh the least that it does under any levers (open if it is under any), and the greatest (closed if it is
under any). A way over an arc weighs, under any levers, at least the least way over it; the best way weighs at most the
best by the greatest weights. So an arc whose least way is longer than that lies on no best way under any levers. Levers
that change only such arcs change no best way: those that do not touch it weigh the same with them and without, and all
that do stay longer. This holds whatever the sign of what a lever does.

On the part that is left a hierarchy in the same order finds the same ways, those of equal weight included.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.customization import Metric, customize
from landbridge.kernels.hierarchy import Hierarchy, build_hierarchy
from landbridge.kernels.hierarchy_queries import find_distance, find_shortest
from landbridge.kernels.hierarchy_sweeps import sweep
from landbridge.network.arc_weights import SomeArcs
from landbridge.network.search import Path
from landbridge.network.virtual import VirtualNetwork

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
# Ways that weigh as much but for rounding are kept.
ROUNDING = 1e-9
# A larger share of a network's arcs gets no hierarchy of its own.
MOST_SHARE = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Core:
    """Arcs of a network, int32[a], rising, their columns, and their hierarchy between two of its nodes.

    Best ways lie on those of them `within`.
    """

    arcs: Ints
    within: Ints
    some: SomeArcs
    hierarchy: Hierarchy
    ends: tuple[int, int]

    def find(self, weight: Floats) -> Path | None:
        """Arcs of the network on the best way by the weights of the core's arcs, float64[a]; None without a way."""
        origin, destination = self.ends
        metric = customize(self.hierarchy, weight, threads=1)
        found = find_shortest(metric, source=origin, target=destination)
        return self.arcs[found.arcs] if np.isfinite(found.cost) else None


def find_core(network: VirtualNetwork, least: Metric, most: Floats, *, ends: tuple[int, int]) -> Core | None:
    """The arcs that may lie on a best way between two nodes: all weights lie between those of `least` and `most`,
    float64[arcs]. None where there is no way at all.

    The least way by the greatest weights is sought among the arcs that are no longer than the way of least weight is by
    the greatest; it is one of them.
    """
    origin, destination = ends
    first = find_shortest(least, source=origin, target=destination)
    if not np.isfinite(first.cost):
        return None
    here = sweep(least, sources=np.array([origin])).distance
    there = sweep(least, sources=np.array([destination]), backward=True).distance
    over = here[network.arcs.tail] + least.weight + there[network.arcs.head]
    wide = _list_within(over, float(most[first.arcs].sum()))
    core = build_core(network, wide, ends=ends)
    metric = customize(core.hierarchy, most[core.arcs], threads=1)
    bound = find_distance(metric, source=core.ends[0], target=core.ends[1])
    narrow = wide[_list_within(over[wide], bound)]
    return core if len(narrow) == len(wide) else build_core(network, narrow, ends=ends)


def _list_within(over: Floats, bound: float) -> Ints:
    """Positions, int32[a], rising, of what is finite and no more than a bound but for rounding."""
    return np.flatnonzero(np.isfinite(over) & (over <= bound * (1.0 + ROUNDING) + ROUNDING)).astype(np.int32)


def build_core(network: VirtualNetwork, arcs: Ints, *, ends: tuple[int, int]) -> Core:
    """The core of some arcs of a network, in the order of its hierarchy; all arcs where those are most of them."""
    if len(arcs) > MOST_SHARE * len(network.arcs.tail):
        every = np.arange(len(network.arcs.tail), dtype=np.int32)
        some = SomeArcs(network.arcs, network.world, network.marks)
        return Core(every, arcs, some, network.hierarchy, ends)
    some = SomeArcs.choose(network, arcs)
    nodes = np.unique(np.concatenate([some.arcs.tail, some.arcs.head]))
    order = np.argsort(network.hierarchy.rank[nodes], kind="stable")
    tail, head, inside = (
        np.searchsorted(nodes, column) for column in (some.arcs.tail, some.arcs.head, np.array(ends))
    )
    return Core(arcs, arcs, some, build_hierarchy(tail, head, order=order), (int(inside[0]), int(inside[1])))
