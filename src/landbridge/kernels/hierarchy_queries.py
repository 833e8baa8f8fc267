"""Least weights and paths by a hierarchy: between two nodes, and from or to one place for all nodes.

Queries climb from the source along its way in the elimination tree, then descend: along the way of the target for
one pair (Buchhold, Sanders and Wagner 2019, Real-time traffic assignment using engineered customizable contraction
hierarchies), over all ranks for all nodes (PHAST: Delling, Goldberg, Nowatzyk and Werneck 2013).

A distance is the sum of the weights of shortcuts, each itself the sum of two halves. All queries give the same bits
for the same pair, and they differ from the sum along the path from its start by rounding alone, about 1e-15 of
itself. Where a path is asked for, its cost is that sum from its start, as `shortest_paths` adds it. Of paths of
equal weight the descent begins as low as possible, and each step comes from the least rank.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.customization import Metric
from landbridge.kernels.graph import Rows
from landbridge.kernels.shortest_paths import Path, measure_path
from landbridge.kernels.unpacking import Lanes, Shape, list_shape, unpack_lanes

Ints = NDArray[np.int32]
Levels = NDArray[np.uint32]
Floats = NDArray[np.float64]
Ways = tuple[Rows, Ints, Levels, Ints]
# Rows of a sweep from this length on are worth the unrolled search for their least.
LONG_ROW = 16


def find_distance(metric: Metric, *, source: int, target: int) -> float:
    """Least weight from `source` to `target`, infinite where no way leads there.

    Raises ValueError for a node id outside the network.

    >>> from landbridge.kernels.customization import customize
    >>> from landbridge.kernels.hierarchy import build_hierarchy
    >>> hierarchy = build_hierarchy(np.array([0, 1]), np.array([1, 2]), order=np.array([1, 0, 2]))
    >>> find_distance(customize(hierarchy, np.array([1.0, 2.0])), source=0, target=2)
    3.0
    """
    ends = _find_ranks(metric, source, target)
    return float(_join(list_ways(metric), metric.up, metric.down, *ends))


def find_shortest(metric: Metric, *, source: int, target: int) -> Path:
    """Least-weight path from `source` to `target`: its arcs, and the sum of their weights from the start.

    No arcs, at a cost of infinity, where no way leads there. Raises ValueError for a node id outside the network.

    >>> from landbridge.kernels.customization import customize
    >>> from landbridge.kernels.hierarchy import build_hierarchy
    >>> hierarchy = build_hierarchy(np.array([0, 1]), np.array([1, 2]), order=np.array([1, 0, 2]))
    >>> find_shortest(customize(hierarchy, np.array([1.0, 2.0])), source=0, target=2)
    Path(cost=3.0, arcs=array([0, 1], dtype=int32))
    """
    ends = _find_ranks(metric, source, target)
    ways, lanes = list_ways(metric), (metric.up, metric.down)
    reached, arcs = _join_path(ways, list_shape(metric.hierarchy), metric.weight, lanes, *ends)
    return measure_path(metric.weight, arcs) if reached else Path(np.inf, arcs)


def list_ways(metric: Metric) -> Ways:
    """What a climb reads of the hierarchy, as compiled kernels take it."""
    hierarchy = metric.hierarchy
    return hierarchy.begin, hierarchy.head, hierarchy.level, hierarchy.parent


def _find_ranks(metric: Metric, source: int, target: int) -> tuple[int, int]:
    rank = metric.hierarchy.rank
    for node in (source, target):
        if not 0 <= node < len(rank):
            raise ValueError(f"a node id lies outside 0 to {len(rank) - 1}")
    return int(rank[source]), int(rank[target])


@njit(cache=True, nogil=True)
def list_chain(ways: Ways, rank: int) -> Ints:
    """The ranks from a root, by their levels, to `rank`: int32[depth]."""
    begin, _, level, parent = ways
    depth = level[begin[rank]] + 2 if begin[rank + 1] > begin[rank] else 1
    chain = np.empty(depth, np.int32)
    here = rank
    for place in range(depth - 1, -1, -1):
        chain[place] = here
        here = parent[here]
    return chain


@njit(cache=True, nogil=True)
def climb(ways: Ways, rise: Floats, chain: Ints) -> Floats:
    """Least weights over rising lanes from the last of a chain to each of its ranks, by level: float64[depth]."""
    begin, _, level, _ = ways
    reach = np.full(len(chain), np.inf)
    reach[-1] = 0.0
    for place in range(len(chain) - 1, -1, -1):
        here, rank = reach[place], chain[place]
        if here < np.inf:
            levels, lane = level[begin[rank] : begin[rank + 1]], rise[begin[rank] : begin[rank + 1]]
            for step in range(len(levels)):
                above = levels[step]
                reach[above] = min(reach[above], here + lane[step])
    return reach


@njit(cache=True, nogil=True)
def climb_traced(ways: Ways, rise: Floats, chain: Ints) -> tuple[Floats, Ints, Ints]:
    """What `climb` gives, and for each level the slot that led there and the level that it came from, the deepest of
    equal ones: int32[depth] both, meaningless at the source and where not reached.
    """
    begin, _, level, _ = ways
    reach = np.full(len(chain), np.inf)
    slots, origins = np.empty(len(chain), np.int32), np.empty(len(chain), np.int32)
    reach[-1] = 0.0
    for place in range(len(chain) - 1, -1, -1):
        here, rank = reach[place], chain[place]
        if here < np.inf:
            for slot in range(begin[rank], begin[rank + 1]):
                beyond, above = here + rise[slot], level[slot]
                if beyond < reach[above]:
                    reach[above], slots[above], origins[above] = beyond, slot, place
    return reach, slots, origins


@njit(cache=True, nogil=True)
def _descend(ways: Ways, fall: Floats, chain: Ints, start: Floats) -> Floats:
    """Least weights to each rank of a chain, by level, from `start` at its topmost ranks."""
    begin, _, level, _ = ways
    reach = np.full(len(chain), np.inf)
    reach[: len(start)] = start
    for place in range(len(chain)):
        rank, here = chain[place], reach[place]
        levels, lane = level[begin[rank] : begin[rank + 1]], fall[begin[rank] : begin[rank + 1]]
        reach[place] = min(here, find_least(reach, levels, lane))
    return reach


@njit(cache=True, nogil=True)
def find_least(reach: Floats, places: Levels, lane: Floats) -> float:
    """Least of `reach` at `places` plus what lies between; four at a time, since each minimum waits for the last."""
    one, two, three, four = np.inf, np.inf, np.inf, np.inf
    even = len(places) // 4 * 4
    for step in range(0, even, 4):
        one = min(one, reach[places[step]] + lane[step])
        two = min(two, reach[places[step + 1]] + lane[step + 1])
        three = min(three, reach[places[step + 2]] + lane[step + 2])
        four = min(four, reach[places[step + 3]] + lane[step + 3])
    for step in range(even, len(places)):
        one = min(one, reach[places[step]] + lane[step])
    return min(one, two, three, four)


@njit(cache=True, nogil=True)
def _count_shared(one: Ints, two: Ints) -> int:
    """Number of ranks that two chains share."""
    shared = 0
    while shared < min(len(one), len(two)) and one[shared] == two[shared]:
        shared += 1
    return shared


@njit(cache=True, nogil=True)
def _join(ways: Ways, up: Floats, down: Floats, source: int, target: int) -> float:
    chain, further = list_chain(ways, source), list_chain(ways, target)
    start = climb(ways, up, chain)[: _count_shared(chain, further)]
    reach = _descend(ways, down, further, start)
    return float(reach[-1])


@njit(cache=True, nogil=True)
def _join_path(
    ways: Ways, shape: Shape, weight: Floats, lanes: Lanes, source: int, target: int
) -> tuple[bool, Ints]:
    begin, _, level, _ = ways
    chain, further = list_chain(ways, source), list_chain(ways, target)
    start, slots, origins = climb_traced(ways, lanes[0], chain)
    shared = _count_shared(chain, further)
    reach = _descend(ways, lanes[1], further, start[:shared])
    if reach[-1] == np.inf:
        return False, np.empty(0, np.int32)
    hops, done = np.empty((len(chain) + len(further), 2), np.int64), len(chain) + len(further)
    place = len(further) - 1
    while place >= shared or reach[place] != start[place]:
        slot = begin[further[place]]
        while reach[level[slot]] + lanes[1][slot] != reach[place]:
            slot += 1
        done -= 1
        hops[done, 0], hops[done, 1] = 2 * slot + 1, further[place]
        place = level[slot]
    while place < len(chain) - 1:
        done -= 1
        hops[done, 0], hops[done, 1] = 2 * slots[place], chain[origins[place]]
        place = origins[place]
    return True, unpack_lanes(shape, weight, lanes, hops[done:])
