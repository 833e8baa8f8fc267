"""Sums of fields of the network's arcs along every lane of a hierarchy, as tables of `hierarchy_skims` add them up.

Lanes are opened as `unpacking` opens them, but all in one go from the lowest rank up, so that each one's sums are those
of its two halves: about the work of one more customization.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.customization import Graph, Lanes, Metric, list_graph, mark_single, share_work
from landbridge.kernels.graph import Rows, freeze

Floats = NDArray[np.float64]
# The slot of each arc, whether it runs up, and its weight.
Arcs = tuple[NDArray[np.int32], NDArray[np.bool_], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class LaneSums:
    """Sums of k fields along the lanes of a metric.

    sums float64[h, 2, k]: those of each slot to its higher rank and back from it, infinite where no way leads through
    lower ranks; stamp, that of the metric's weights, by which the ways were chosen. They hold for the metric as it was:
    sum anew after `recustomize`.
    """

    metric: Metric
    stamp: int
    sums: Floats

    @property
    def size(self) -> int:
        """Bytes of its own array."""
        return self.sums.nbytes


def sum_lanes(metric: Metric, fields: Floats, *, threads: int = 2) -> LaneSums:
    """Sums of `fields`, float64[m, k] by arc, along every lane: a preparation of tables, as the metric itself is.

    Subtrees are done side by side on `threads` threads; the result is the same on any number of them. Raises
    ValueError for fields of another shape.

    >>> from landbridge.kernels.customization import customize
    >>> from landbridge.kernels.hierarchy import build_hierarchy
    >>> hierarchy = build_hierarchy(np.array([0, 1]), np.array([1, 2]), order=np.array([1, 0, 2]))
    >>> metric = customize(hierarchy, np.array([1.0, 2.0]))
    >>> sum_lanes(metric, np.array([[30.0], [12.0]])).sums[:, :, 0].tolist()
    [[inf, 30.0], [12.0, inf], [42.0, inf]]
    """
    hierarchy = metric.hierarchy
    if fields.ndim != 2 or len(fields) != hierarchy.arc_count:
        raise ValueError(f"fields of shape {fields.shape} for {hierarchy.arc_count} arcs")
    sums = np.empty((hierarchy.shortcut_count, 2, fields.shape[1]))
    columns, lanes = freeze(fields, np.float64), (metric.up, metric.down)
    arcs, graph = (hierarchy.slot, hierarchy.upward, metric.weight), list_graph(hierarchy)
    groups, marks = share_work(hierarchy, threads)
    above = mark_single(np.flatnonzero(marks))
    with ThreadPoolExecutor(max_workers=threads) as pool:
        up, down = pool.map(lambda way: _take_arcs(arcs, lanes[way], columns, sums, way), range(2))

        def take_ways(ranges: Rows) -> None:
            _take_ways(graph, lanes, (up, down), sums, ranges, hierarchy.height)

        list(pool.map(take_ways, groups))
        take_ways(above)
    return LaneSums(metric, int(metric.stamp[0]), sums)


@njit(cache=True, nogil=True)
def _take_arcs(arcs: Arcs, lane: Floats, fields: Floats, sums: Floats, way: int) -> Floats:
    """Takes in the sums of the lanes one way that are closed or single arcs; the weights of the others, float64[h], not
    a number for these.
    """
    slots, upward, weight = arcs
    rest = lane.copy()
    for slot in range(len(rest)):
        if rest[slot] == np.inf:
            rest[slot] = np.nan
            for column in range(sums.shape[2]):
                sums[slot, way, column] = np.inf
    for arc in range(len(slots)):
        slot = slots[arc]
        if slot >= 0 and upward[arc] == (way == 0) and weight[arc] == rest[slot]:
            rest[slot] = np.nan
            for column in range(sums.shape[2]):
                sums[slot, way, column] = fields[arc, column]
    return rest


@njit(cache=True, nogil=True)
def _take_ways(graph: Graph, lanes: Lanes, rest: Lanes, sums: Floats, ranges: Rows, height: int) -> None:
    """Takes in the sums of the lanes that run over a lower rank, the least one of equal ways, by rows of the ranks in
    some ranges, int64[r, 2]. Without calls and slices of sums: those are counted, which costs more than what they do.
    """
    begin, level, lower_begin, lower_tail, lower_slot = graph
    (up, down), fields = lanes, sums.shape[2]
    rises, falls, slots = np.empty(height), np.empty(height), np.empty(height, np.int64)
    for part in range(len(ranges)):
        for rank in range(ranges[part, 0], ranges[part, 1]):
            for slot in range(begin[rank], begin[rank + 1]):
                place = level[slot]
                rises[place], falls[place], slots[place] = rest[0][slot], rest[1][slot], slot
            for index in range(lower_begin[rank], lower_begin[rank + 1]):
                here = lower_slot[index]
                back, onward = down[here], up[here]
                first, last = here + 1, begin[lower_tail[index] + 1]
                levels, ups, downs = level[first:last], up[first:last], down[first:last]
                for step in range(len(levels)):
                    place, there = levels[step], first + step
                    if back + ups[step] == rises[place]:
                        rises[place] = np.nan
                        for column in range(fields):
                            sums[slots[place], 0, column] = sums[here, 1, column] + sums[there, 0, column]
                    if onward + downs[step] == falls[place]:
                        falls[place] = np.nan
                        for column in range(fields):
                            sums[slots[place], 1, column] = sums[there, 1, column] + sums[here, 0, column]
