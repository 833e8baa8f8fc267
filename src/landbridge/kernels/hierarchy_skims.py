"""Tables between many places by a hierarchy: least weights, and what else adds up along the paths of least weight.

RPHAST of Delling, Goldberg and Werneck (2011, Faster batched shortest paths in road networks): the ranks above any
target are picked out once, and sources go down them side by side. Further fields follow the same paths: each rank takes
the sums of the one that it is reached from and those of the lane between, which `lane_sums` has ready.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.customization import Metric
from landbridge.kernels.graph import Rows
from landbridge.kernels.hierarchy_queries import Ways, climb, climb_traced, list_chain, list_ways
from landbridge.kernels.lane_sums import LaneSums
from landbridge.kernels.shortest_paths import check_nodes

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
# Sources that go down side by side, eight cache lines of distances: less would be spent on steps between edges, more
# would not stay in the cache. Threads share them by whole lines.
BATCH, LINE = 64, 8


@dataclass(frozen=True, slots=True)
class Skim:
    """cost float64[s, t], least weights from each source to each target, infinite where no way leads there; fields
    float64[s, t, k], the sums of the further fields along the path of that cost, infinite likewise.
    """

    cost: Floats
    fields: Floats


class Selection(NamedTuple):
    """The ranks on the ways from some targets to their roots, and their shortcuts, with a metric's weights down.

    ranks int32[c], rising; place int32[n], the number of a rank among them, -1 for others; begin int64[c + 1], head
    int32[e] and fall float64[e], the shortcuts of each; slot int32[e], their slots.
    """

    ranks: Ints
    place: Ints
    begin: Rows
    head: Ints
    fall: Floats
    slot: Ints


def measure_pairs(
    metric: Metric, *, sources: NDArray[np.integer], targets: NDArray[np.integer], threads: int = 2
) -> Floats:
    """Least weights from each of `sources` to each of `targets`, float64[s, t], infinite where no way leads there.

    The same numbers on any number of threads. Raises ValueError for a node id outside the network.

    >>> from landbridge.kernels.customization import customize
    >>> from landbridge.kernels.hierarchy import build_hierarchy
    >>> hierarchy = build_hierarchy(np.array([0, 1]), np.array([1, 2]), order=np.array([1, 0, 2]))
    >>> metric = customize(hierarchy, np.array([1.0, 2.0]))
    >>> measure_pairs(metric, sources=np.array([0, 1]), targets=np.array([1, 2])).tolist()
    [[1.0, 3.0], [0.0, 2.0]]
    """
    chosen, starts, ends = _select(metric, sources, targets)
    cost = np.empty((len(starts), len(ends)))
    ways = list_ways(metric)

    def measure(batches: list[slice]) -> None:
        room = _make_room(BATCH * len(chosen.ranks))
        for rows in batches:
            shape = len(chosen.ranks), len(starts[rows])
            reach = room[: shape[0] * shape[1]].reshape(shape)
            _go_down(ways, metric.up, chosen, starts[rows], reach)
            _read_off(reach, chosen.place, ends, cost[rows])

    with ThreadPoolExecutor(max_workers=threads) as pool:
        list(pool.map(measure, _share_rows(len(starts), threads)))
    return cost


def skim(
    lane_sums: LaneSums,
    *,
    sources: NDArray[np.integer],
    targets: NDArray[np.integer],
    threads: int = 2,
) -> Skim:
    """Least weights between places, and the sums of the fields of `lane_sums` along the paths of those weights.

    The paths are those of `hierarchy_queries.find_shortest`. Sums are taken by halves of shortcuts, so they differ by
    rounding from those along the path from its start, about 1e-15 of themselves, and are the same on any number of
    threads. Raises ValueError for a node id outside the network, and where weights have changed since the lanes were
    summed.

    >>> from landbridge.kernels.customization import customize
    >>> from landbridge.kernels.hierarchy import build_hierarchy
    >>> from landbridge.kernels.lane_sums import sum_lanes
    >>> hierarchy = build_hierarchy(np.array([0, 1]), np.array([1, 2]), order=np.array([1, 0, 2]))
    >>> metric = customize(hierarchy, np.array([1.0, 2.0]))
    >>> km = sum_lanes(metric, np.array([[30.0], [12.0]]))
    >>> skim(km, sources=np.array([0]), targets=np.array([1, 2])).fields.tolist()
    [[[30.0], [42.0]]]
    """
    metric, lanes = lane_sums.metric, lane_sums.sums
    if metric.stamp[0] != lane_sums.stamp:
        raise ValueError("the metric has changed since its lanes were summed")
    chosen, starts, ends = _select(metric, sources, targets)
    falling = np.ascontiguousarray(lanes[chosen.slot, 1])
    cost = np.empty((len(starts), len(ends)))
    sums = np.empty((*cost.shape, lanes.shape[2]))
    ways = list_ways(metric)

    def measure(batches: list[slice]) -> None:
        count, width = len(chosen.ranks), lanes.shape[2]
        room = _make_room(BATCH * count * (1 + width))
        for rows in batches:
            shape = count, len(starts[rows])
            size = count * shape[1]
            reach, passed = (
                room[:size].reshape(shape),
                room[size : size + size * width].reshape(*shape, width),
            )
            _climb_with_fields((ways, metric.up, lanes), chosen, starts[rows], (reach, passed))
            _go_down_with_fields(chosen, falling, (reach, passed))
            _read_off(reach, chosen.place, ends, cost[rows])
            _read_off_fields(passed, chosen.place, ends, sums[rows])

    with ThreadPoolExecutor(max_workers=threads) as pool:
        list(pool.map(measure, _share_rows(len(starts), threads)))
    return Skim(cost, sums)


def _share_rows(count: int, threads: int) -> list[list[slice]]:
    """Batches of rows for each thread, about as large as each other."""
    share = LINE * max(1, -(-count // (LINE * threads)))
    batches = -(-share // BATCH)
    step = min(BATCH, LINE * -(-share // (LINE * batches)))
    parts = [(begin, min(begin + share, count)) for begin in range(0, count, share)]
    return [[slice(row, min(row + step, end)) for row in range(begin, end, step)] for begin, end in parts]


def _make_room(size: int) -> Floats:
    """Numbers that begin with a cache line, so that no vector of them lies across two."""
    room = np.empty(size + LINE)
    begin = -room.ctypes.data // room.itemsize % LINE
    return room[begin : begin + size]


def _select(
    metric: Metric, sources: NDArray[np.integer], targets: NDArray[np.integer]
) -> tuple[Selection, Ints, Ints]:
    hierarchy = metric.hierarchy
    starts = hierarchy.rank[check_nodes(sources, hierarchy.node_count)]
    ends = hierarchy.rank[check_nodes(targets, hierarchy.node_count)]
    shape = (hierarchy.begin, hierarchy.head, hierarchy.parent)
    return _pick_above(shape, metric.down, ends), starts, ends


@njit(cache=True, nogil=True)
def _pick_above(shape: tuple[Rows, Ints, Ints], fall: Floats, targets: Ints) -> Selection:
    begin, head, parent = shape
    place = np.full(len(parent), -1, np.int32)
    for target in targets:
        here = target
        while here >= 0 and place[here] < 0:
            place[here] = 0
            here = parent[here]
    ranks = np.flatnonzero(place >= 0).astype(np.int32)
    place[ranks] = np.arange(len(ranks))
    rows = np.zeros(len(ranks) + 1, np.int64)
    for number in range(len(ranks)):
        rows[number + 1] = rows[number] + begin[ranks[number] + 1] - begin[ranks[number]]
    heads, slots = np.empty(rows[-1], np.int32), np.empty(rows[-1], np.int32)
    for number in range(len(ranks)):
        first = begin[ranks[number]]
        for step in range(rows[number + 1] - rows[number]):
            slots[rows[number] + step] = first + step
            heads[rows[number] + step] = place[head[first + step]]
    return Selection(ranks, place, rows, heads, fall[slots], slots)


@njit(cache=True, nogil=True)
def _go_down(ways: Ways, rise: Floats, chosen: Selection, sources: Ints, reach: Floats) -> None:
    """Fills in least weights from the sources to the selected ranks, float64[c, s]."""
    reach[:] = np.inf
    for column in range(len(sources)):
        chain = list_chain(ways, sources[column])
        climbed = climb(ways, rise, chain)
        for level in range(len(chain)):
            if chosen.place[chain[level]] >= 0:
                reach[chosen.place[chain[level]], column] = climbed[level]
    for number in range(len(chosen.ranks) - 1, -1, -1):
        here = reach[number]
        for edge in range(chosen.begin[number], chosen.begin[number + 1]):
            above, fall = reach[chosen.head[edge]], chosen.fall[edge]
            for column in range(len(here)):
                beyond = above[column] + fall
                if beyond < here[column]:  # noqa: PLR1730 - compiles to faster vector code than min
                    here[column] = beyond


@njit(cache=True, nogil=True)
def _read_off(reach: Floats, place: Ints, targets: Ints, cost: Floats) -> None:
    """Turns what was reached, float64[c, s], into rows by source, float64[s, t]."""
    for index in range(len(targets)):
        here = reach[place[targets[index]]]
        for column in range(len(here)):
            cost[column, index] = here[column]


@njit(cache=True, nogil=True)
def _climb_with_fields(
    rising: tuple[Ways, Floats, Floats], chosen: Selection, sources: Ints, reached: tuple[Floats, Floats]
) -> None:
    """Fills in least weights over rising lanes from the sources to the selected ranks, float64[c, s], and, where one is
    reached, the sums of the fields on the way there, float64[c, s, k].
    """
    ways, rise, lanes = rising
    reach, sums = reached
    reach[:] = np.inf
    for column in range(len(sources)):
        chain = list_chain(ways, sources[column])
        climbed, slots, origins = climb_traced(ways, rise, chain)
        passed = np.zeros((len(chain), lanes.shape[2]))
        for level in range(len(chain) - 1, -1, -1):
            if climbed[level] == np.inf:
                continue
            place = chosen.place[chain[level]]
            if place >= 0:
                reach[place, column] = climbed[level]
            for field in range(lanes.shape[2]):
                if level < len(chain) - 1:
                    passed[level, field] = passed[origins[level], field] + lanes[slots[level], 0, field]
                if place >= 0:
                    sums[place, column, field] = passed[level, field]


@njit(cache=True, nogil=True)
def _go_down_with_fields(chosen: Selection, falling: Floats, reached: tuple[Floats, Floats]) -> None:
    """Takes descents into what the climbs reached; `falling`, float64[e, k], are the sums along the edges."""
    reach, sums = reached
    # As wide as a distance: the two are then chosen by the same vector operations.
    taken = np.empty(reach.shape[1], np.int64)
    for number in range(len(reach) - 1, -1, -1):
        here = reach[number]
        taken[:] = -1
        for edge in range(chosen.begin[number], chosen.begin[number + 1]):
            above, fall = reach[chosen.head[edge]], chosen.fall[edge]
            for column in range(len(here)):
                beyond = above[column] + fall
                if beyond < here[column]:
                    here[column], taken[column] = beyond, edge
        for column in range(len(here)):
            edge = taken[column]
            for field in range(sums.shape[2]):
                if edge >= 0:
                    known = sums[chosen.head[edge], column, field]
                    sums[number, column, field] = known + falling[edge, field]
                elif here[column] == np.inf:
                    sums[number, column, field] = np.inf


@njit(cache=True, nogil=True)
def _read_off_fields(sums: Floats, place: Ints, targets: Ints, fields: Floats) -> None:
    """Turns sums, float64[c, s, k], into rows by source, float64[s, t, k]."""
    for index in range(len(targets)):
        here = place[targets[index]]
        for column in range(len(fields)):
            for field in range(fields.shape[2]):
                fields[column, index, field] = sums[here, column, field]
