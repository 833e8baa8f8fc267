"""Least weights from some places to all nodes, or from all nodes to them, and the paths and trees that follow.

A climb from the sources, then one sweep down all ranks (PHAST: Delling, Goldberg, Nowatzyk and Werneck 2013,
PHAST: hardware-accelerated shortest path trees). Distances and ties are those of `hierarchy_queries`.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.customization import Metric
from landbridge.kernels.graph import Rows, freeze
from landbridge.kernels.hierarchy_queries import find_least
from landbridge.kernels.shortest_paths import Tree, check_nodes, check_weights
from landbridge.kernels.unpacking import Lanes, Shape, list_shape, open_lane, unpack_lanes

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Marks = NDArray[np.int8]
# By rank: what the climb reached, what the sweep reached, and whether the climb began there.
Reached = tuple[Floats, Floats, NDArray[np.bool_]]
LEFT_OUT, PENDING, HUNG = 0, 1, 2


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """Least weights between some sources and every node.

    by_rank float64[n], the distance of each rank, infinite where there is no way: from the nearest source, or, where
    `backward`, to it; climbed float64[n], the part of it that lanes to higher ranks alone reach; begun bool[n], the
    sources that no other one undercuts so. It holds for the metric as it was: sweep anew after `recustomize`.
    """

    metric: Metric
    backward: bool
    by_rank: Floats
    climbed: Floats
    begun: NDArray[np.bool_]

    @property
    def distance(self) -> Floats:
        """The distance of each node, float64[n]."""
        return self.by_rank[self.metric.hierarchy.rank]

    def at(self, nodes: NDArray[np.integer]) -> Floats:
        """The distances of some nodes."""
        return self.by_rank[self.metric.hierarchy.rank[nodes]]


def sweep(
    metric: Metric,
    *,
    sources: NDArray[np.integer],
    source_costs: Floats | None = None,
    backward: bool = False,
) -> Sweep:
    """Least weights from `sources`, which start at `source_costs` (0 where none are given), to every node.

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
    rows, (rise, fall) = (hierarchy.begin, hierarchy.head), turn_lanes(metric, backward=backward)
    climbed, begun = _climb_all(rows, hierarchy.parent, rise, (hierarchy.rank[starts], costs))
    by_rank = _sweep_down(hierarchy.begin, hierarchy.head.view(np.uint32), fall, climbed)
    return Sweep(metric, backward, by_rank, climbed, begun)


def turn_lanes(metric: Metric, *, backward: bool) -> Lanes:
    """The weights that a climb takes and those of the descent: up and down, the other way round where backward."""
    return (metric.down, metric.up) if backward else (metric.up, metric.down)


def trace_sweep(found: Sweep, node: int) -> Ints:
    """Arcs int32[k] between the source and `node`, in the order of travel; empty at a source and where not reached.

    Raises ValueError for a node id outside the network.

    >>> from landbridge.kernels.customization import customize
    >>> from landbridge.kernels.hierarchy import build_hierarchy
    >>> hierarchy = build_hierarchy(np.array([0, 1]), np.array([1, 2]), order=np.array([1, 0, 2]))
    >>> metric = customize(hierarchy, np.array([1.0, 2.0]))
    >>> trace_sweep(sweep(metric, sources=np.array([2]), backward=True), 0).tolist()
    [0, 1]
    """
    metric, hierarchy = found.metric, found.metric.hierarchy
    start = int(hierarchy.rank[check_nodes(np.array([node]), hierarchy.node_count)[0]])
    shape, lanes = list_shape(hierarchy), (metric.up, metric.down)
    reached = (found.climbed, found.by_rank, found.begun)
    return _trace_back(shape, metric.weight, lanes, reached, start, found.backward)


def grow_from_sweep(found: Sweep) -> Tree:
    """The tree of the sweep's paths, as `shortest_paths.grow_tree` gives it: its distances are sums from the sources.

    A node that lies on the path to a node of higher rank keeps its place there, so of paths of equal weight it may
    hang on another one than `trace_sweep` gives.

    >>> from landbridge.kernels.customization import customize
    >>> from landbridge.kernels.hierarchy import build_hierarchy
    >>> hierarchy = build_hierarchy(np.array([0, 1]), np.array([1, 2]), order=np.array([1, 0, 2]))
    >>> found = sweep(customize(hierarchy, np.array([1.0, 2.0])), sources=np.array([0]))
    >>> grow_from_sweep(found).parent_arc.tolist()
    [-1, 0, 1]
    """
    metric, hierarchy = found.metric, found.metric.hierarchy
    shape, lanes = list_shape(hierarchy), (metric.up, metric.down)
    reached = (found.climbed, found.by_rank, found.begun)
    hung = _hang_ranks(shape, metric.weight, lanes, reached, found.backward)
    parts = _add_from_roots(hung, metric.weight, reached, hierarchy.order)
    return Tree(*(freeze(part, part.dtype.type) for part in parts))


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
def _sweep_down(begin: Rows, head: NDArray[np.uint32], fall: Floats, climbed: Floats) -> Floats:
    reach = climbed.copy()
    for rank in range(len(reach) - 1, -1, -1):
        first, last = begin[rank], begin[rank + 1]
        reach[rank] = min(reach[rank], find_least(reach, head[first:last], fall[first:last]))
    return reach


@njit(cache=True, nogil=True)
def _step_back(
    shape: Shape, turned: Lanes, reached: Reached, here: int, climbing: bool
) -> tuple[int, int, bool]:
    """The slot that led to a rank and the rank at its other end, -1 for both at a source; and whether from there on
    the way is one of the climb.
    """
    begin, head, lower_begin, lower_tail, lower_slot = shape[:5]
    rise, fall = turned
    climbed, reach, begun = reached
    if not climbing and reach[here] != climbed[here]:
        slot = begin[here]
        while reach[head[slot]] + fall[slot] != reach[here]:
            slot += 1
        return slot, head[slot], False
    if begun[here]:
        return -1, -1, True
    index = lower_begin[here]
    while climbed[lower_tail[index]] + rise[lower_slot[index]] != climbed[here]:
        index += 1
    return lower_slot[index], lower_tail[index], True


@njit(cache=True, nogil=True)
def _trace_back(
    shape: Shape, weight: Floats, lanes: Lanes, reached: Reached, start: int, backward: bool
) -> Ints:
    hops, done = np.empty((64, 2), np.int64), 0
    turned = (lanes[1], lanes[0]) if backward else lanes
    here, climbing = start, False
    while reached[1][start] < np.inf:
        slot, there, climbing = _step_back(shape, turned, reached, here, climbing)
        if slot < 0:
            break
        if done == len(hops):
            hops = np.concatenate((hops, np.empty_like(hops)))
        # A way back from a higher rank was travelled down, unless the travel is backward too.
        hops[done, 0], hops[done, 1] = 2 * slot + ((there > here) != backward), min(here, there)
        here, done = there, done + 1
    ordered = hops[:done] if backward else hops[:done][::-1]
    return unpack_lanes(shape, weight, lanes, np.ascontiguousarray(ordered))


@njit(cache=True, nogil=True)
def _hang_ranks(
    shape: Shape, weight: Floats, lanes: Lanes, reached: Reached, backward: bool
) -> tuple[Ints, Ints]:
    """For each rank the one before it on its path and the arc from there, int32[n] both; -1 at sources and where not
    reached.
    """
    count = len(reached[0])
    turned = (lanes[1], lanes[0]) if backward else lanes
    above, arcs = np.full(count, -1, np.int32), np.full(count, -1, np.int32)
    state, pending = np.zeros(count, np.int8), np.empty(count, np.int32)
    state[reached[2] & (reached[0] == reached[1])] = HUNG
    for start in range(count - 1, -1, -1):
        if reached[1][start] == np.inf or state[start] == HUNG:
            continue
        here, climbing, size = start, False, 0
        while state[here] != HUNG:
            slot, there, climbing = _step_back(shape, turned, reached, here, climbing)
            hop = (2 * slot + ((there > here) != backward), here, there)
            here, size = _hang_along(shape, weight, lanes, hop, (above, arcs, state, pending, size), backward)
        for index in range(size):
            state[pending[index]] = HUNG
    return above, arcs


@njit(cache=True, nogil=True)
def _hang_along(
    shape: Shape,
    weight: Floats,
    lanes: Lanes,
    hop: tuple[int, int, int],
    hung: tuple[Ints, Ints, Marks, Ints, int],
    backward: bool,
) -> tuple[int, int]:
    """Unpacks a lane from its near end on until it meets the tree; returns the rank met and the number pending."""
    above, arcs, state, pending, size = hung
    stack, depth = np.empty((64, 3), np.int64), 1
    stack[0, 0], stack[0, 1], stack[0, 2] = hop
    met = hop[1]
    while depth > 0 and state[met] != HUNG:
        depth -= 1
        lane, near, far = stack[depth]
        first, second, middle = open_lane(shape, weight, lanes, lane, min(near, far))
        if first < 0:
            above[near], arcs[near] = far, second
            if state[near] == LEFT_OUT:
                state[near], pending[size] = PENDING, near
                size += 1
            met = far
            continue
        if depth + 2 > len(stack):
            stack = np.concatenate((stack, np.empty_like(stack)))
        closer, further = (first, second) if backward else (second, first)
        stack[depth, 0], stack[depth, 1], stack[depth, 2] = further, middle, far
        stack[depth + 1, 0], stack[depth + 1, 1], stack[depth + 1, 2] = closer, near, middle
        depth += 2
    return met, size


@njit(cache=True, nogil=True)
def _add_from_roots(
    hung: tuple[Ints, Ints], weight: Floats, reached: Reached, order: Ints
) -> tuple[Floats, Ints, Ints, Ints]:
    """Distances, arcs and parents by node id, and the nodes with each after its parent."""
    above, arcs = hung
    count = len(above)
    distance, settled, done = np.full(count, np.inf), np.empty(count, np.int32), 0
    arc, parent = np.full(count, -1, np.int32), np.full(count, -1, np.int32)
    stack, size = np.empty(count, np.int32), 0
    child, sibling = np.full(count, -1, np.int32), np.full(count, -1, np.int32)
    for rank in range(count):
        if above[rank] >= 0:
            sibling[rank], child[above[rank]] = child[above[rank]], rank
        elif reached[2][rank] and reached[0][rank] == reached[1][rank]:
            stack[size], size = rank, size + 1
            distance[order[rank]] = reached[0][rank]
    while size > 0:
        size -= 1
        rank = stack[size]
        node = order[rank]
        settled[done], done = node, done + 1
        if above[rank] >= 0:
            arc[node], parent[node] = arcs[rank], order[above[rank]]
            distance[node] = distance[parent[node]] + weight[arcs[rank]]
        below = child[rank]
        while below >= 0:
            stack[size], size = below, size + 1
            below = sibling[below]
    return distance, arc, parent, settled[:done].copy()
