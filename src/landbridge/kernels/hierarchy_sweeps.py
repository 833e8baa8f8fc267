"""Least weights from some places to all nodes, or from all nodes to them, and the paths that follow.

A climb from the sources, then one sweep down all ranks (PHAST: Delling, Goldberg, Nowatzyk and Werneck 2013,
PHAST: hardware-accelerated shortest path trees), or down the ways to the nodes that are asked for, as they are asked
for (lazy RPHAST: Strasser and Zeitz 2021, A fast and tight heuristic for A* in road networks). Distances and ties are
those of `hierarchy_queries`. A path is found again from the distances when it is asked for; who needs the arcs to all
nodes is better served by `shortest_paths.grow_tree`.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.customization import Metric
from landbridge.kernels.graph import Rows, freeze
from landbridge.kernels.hierarchy_queries import LONG_ROW, find_least
from landbridge.kernels.shortest_paths import check_nodes, check_weights
from landbridge.kernels.unpacking import Lanes, Shape, list_shape, unpack_lanes

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Levels = NDArray[np.uint32]
# By rank: what the climb reached, what the sweep reached, and whether the climb began there.
Reached = tuple[Floats, Floats, NDArray[np.bool_]]


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """Least weights between some sources and every node, found as they are asked for.

    by_rank float64[n], the distance of each rank, infinite where there is no way and NaN while nobody has asked: from
    the nearest source, or, where `backward`, to it; climbed float64[n], the part of it that lanes to higher ranks alone
    reach; begun bool[n], the sources that no other one undercuts so; stamp, that of the metric's weights. It fills
    itself in, so one thread at a time may ask. Who asks while the metric has other weights gets a ValueError.
    """

    metric: Metric
    backward: bool
    by_rank: Floats
    climbed: Floats
    begun: NDArray[np.bool_]
    stamp: int

    @property
    def distance(self) -> Floats:
        """The distance of each node, float64[n]."""
        hierarchy, reached = self.metric.hierarchy, (self.climbed, self.by_rank)
        if np.isnan(self.by_rank).any():
            _sweep_down(hierarchy.begin, hierarchy.head.view(np.uint32), self._look_down(), reached)
        return self.by_rank[hierarchy.rank]

    def at(self, nodes: NDArray[np.integer]) -> Floats:
        """The distances of some nodes."""
        hierarchy = self.metric.hierarchy
        ranks, rows = hierarchy.rank[nodes], (hierarchy.begin, hierarchy.head.view(np.uint32))
        _reach(rows, hierarchy.parent, self._look_down(), (self.climbed, self.by_rank), ranks)
        found: Floats = self.by_rank[ranks]
        return found

    def _look_down(self) -> Floats:
        """The weights of the descent, as long as they are those of the climb."""
        if self.stamp != self.metric.stamp[0]:
            raise ValueError("the metric has changed since the sweep")
        return turn_lanes(self.metric, backward=self.backward)[1]


def sweep(
    metric: Metric,
    *,
    sources: NDArray[np.integer],
    source_costs: Floats | None = None,
    backward: bool = False,
) -> Sweep:
    """Least weights from `sources`, which start at `source_costs` (0 where none are given), to the nodes asked for.

    With `backward` from every node to the nearest of `sources`. Raises ValueError for a negative or missing cost and
    for a node id outside the network.

    >>> from landbridge.kernels.customization import customize
    >>> from landbridge.kernels.hierarchy import build_hierarchy
    >>> hierarchy = build_hierarchy(np.array([0, 1]), np.array([1, 2]), order=np.array([1, 0, 2]))
    >>> metric = customize(hierarchy, np.array([1.0, 2.0]))
    >>> sweep(metric, sources=np.array([0])).distance.tolist()
    [0.0, 1.0, 3.0]
    >>> sweep(metric, sources=np.array([1]), backward=True).distance.tolist()
    [1.0, 0.0, inf]
    """
    hierarchy = metric.hierarchy
    starts = check_nodes(sources, hierarchy.node_count)
    costs = freeze(np.zeros(len(starts)) if source_costs is None else source_costs, np.float64)
    check_weights(costs, len(starts))
    rows, rise = (hierarchy.begin, hierarchy.head), turn_lanes(metric, backward=backward)[0]
    climbed, begun = _climb_all(rows, hierarchy.parent, rise, (hierarchy.rank[starts], costs))
    unknown = np.full(hierarchy.node_count, np.nan)
    return Sweep(metric, backward, unknown, climbed, begun, int(metric.stamp[0]))


def turn_lanes(metric: Metric, *, backward: bool) -> Lanes:
    """The weights that a climb takes and those of the descent: up and down, the other way round where backward."""
    return (metric.down, metric.up) if backward else (metric.up, metric.down)


def trace_sweep(found: Sweep, node: int) -> Ints:
    """Arcs int32[k] between the source and `node`, in the order of travel; empty at a source and where not reached.

    Raises ValueError for a node id outside the network, and where the metric has changed so that no way is found.

    >>> from landbridge.kernels.customization import customize
    >>> from landbridge.kernels.hierarchy import build_hierarchy
    >>> hierarchy = build_hierarchy(np.array([0, 1]), np.array([1, 2]), order=np.array([1, 0, 2]))
    >>> metric = customize(hierarchy, np.array([1.0, 2.0]))
    >>> trace_sweep(sweep(metric, sources=np.array([2]), backward=True), 0).tolist()
    [0, 1]
    """
    metric, hierarchy = found.metric, found.metric.hierarchy
    there = check_nodes(np.array([node]), hierarchy.node_count)
    found.at(there)
    start = int(hierarchy.rank[there[0]])
    shape, lanes = list_shape(hierarchy), (metric.up, metric.down)
    reached = (found.climbed, found.by_rank, found.begun)
    return _trace_back(shape, metric.weight, lanes, reached, start, int(found.backward))


@njit(cache=True, nogil=True)
def _climb_all(
    rows: tuple[Rows, Ints], parent: Ints, rise: Floats, starts: tuple[Ints, Floats]
) -> tuple[Floats, NDArray[np.bool_]]:
    begin, head = rows
    ranks, costs = starts
    reach, begun = np.full(len(parent), np.inf), np.zeros(len(parent), np.bool_)
    seen = np.zeros(len(parent), np.bool_)
    for index in range(len(ranks)):
        reach[ranks[index]] = min(reach[ranks[index]], costs[index])
        begun[ranks[index]] = reach[ranks[index]] < np.inf
        here = ranks[index]
        while here >= 0 and not seen[here]:
            seen[here] = True
            here = parent[here]
    for rank in np.flatnonzero(seen):
        for slot in range(begin[rank], begin[rank + 1]):
            beyond = reach[rank] + rise[slot]
            if beyond < reach[head[slot]]:
                reach[head[slot]], begun[head[slot]] = beyond, False
    return reach, begun


@njit(cache=True, nogil=True)
def _sweep_down(begin: Rows, head: Levels, fall: Floats, reached: tuple[Floats, Floats]) -> None:
    """Fills in the distances of all ranks: of `reached`, what the climb reached and those."""
    climbed, reach = reached
    for rank in range(len(reach) - 1, -1, -1):
        first, last = begin[rank], begin[rank + 1]
        if last - first >= LONG_ROW:
            reach[rank] = min(climbed[rank], find_least(reach, head[first:last], fall[first:last]))
        else:
            # Slices of their own: those that go to a call are counted, which costs more than a short row.
            heads, lane, least = head[first:last], fall[first:last], climbed[rank]
            for step in range(len(heads)):
                least = min(least, reach[heads[step]] + lane[step])
            reach[rank] = least


@njit(cache=True, nogil=True)
def _reach(
    rows: tuple[Rows, Levels], parent: Ints, fall: Floats, reached: tuple[Floats, Floats], ranks: Ints
) -> None:
    """Fills in the distances of some ranks, and of those above them, on which they rest."""
    (begin, head), (climbed, reach) = rows, reached
    chain = np.empty(64, np.int32)
    for rank in ranks:
        here, depth = rank, 0
        while here >= 0 and np.isnan(reach[here]):
            if depth == len(chain):
                chain = np.append(chain, np.empty_like(chain))
            chain[depth], depth, here = here, depth + 1, parent[here]
        for place in range(depth - 1, -1, -1):
            here = chain[place]
            first, last = begin[here], begin[here + 1]
            reach[here] = min(climbed[here], find_least(reach, head[first:last], fall[first:last]))


@njit(cache=True, nogil=True)
def _step_back(shape: Shape, turned: Lanes, reached: Reached, at: tuple[int, bool]) -> tuple[int, int, bool]:
    """The slot that led to a rank and the rank at its other end, -1 for both at a source; and whether the way there
    is one of the climb. `at`, the rank and whether its own way is known to be so.
    """
    begin, head, lower_begin, lower_tail, lower_slot = shape[:5]
    rise, fall = turned
    climbed, reach, begun = reached
    here, climbing = at
    if not climbing and reach[here] != climbed[here]:
        for slot in range(begin[here], begin[here + 1]):
            if reach[head[slot]] + fall[slot] == reach[here]:
                return slot, head[slot], False
    elif begun[here]:
        return -1, -1, True
    else:
        for index in range(lower_begin[here], lower_begin[here + 1]):
            if climbed[lower_tail[index]] + rise[lower_slot[index]] == climbed[here]:
                return lower_slot[index], lower_tail[index], True
    raise ValueError("a distance has no way: the arrays of the sweep were written to")


@njit(cache=True, nogil=True)
def _trace_back(shape: Shape, weight: Floats, lanes: Lanes, reached: Reached, start: int, sense: int) -> Ints:
    hops, done = np.empty((64, 2), np.int64), 0
    turned = (lanes[sense], lanes[1 - sense])
    here, climbing = start, False
    while reached[1][start] < np.inf:
        slot, there, climbing = _step_back(shape, turned, reached, (here, climbing))
        if slot < 0:
            break
        if done == len(hops):
            hops = np.concatenate((hops, np.empty_like(hops)))
        # A way back from a higher rank was travelled down, unless the travel is backward too.
        hops[done, 0], hops[done, 1] = 2 * slot + ((there > here) ^ sense), min(here, there)
        here, done = there, done + 1
    ordered = hops[:done] if sense else hops[:done][::-1]
    return unpack_lanes(shape, weight, lanes, np.ascontiguousarray(ordered))
