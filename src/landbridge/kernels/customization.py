"""Weights of a hierarchy's shortcuts under one metric: as a whole, and anew where a few arcs changed.

The basic customization of Dibbelt, Strasser and Wagner (2016, Customizable contraction hierarchies): a shortcut
weighs the least of the network's arcs there and of the ways over one node of lower rank. A row of shortcuts takes in
those of its lower neighbours, gathered by their level, after Blaesius, Buchhold, Wagner, Zeitz and Zuendorf (2025,
Customizable contraction hierarchies: a survey). The partial one goes up from the arcs that changed and stops where
nothing changes any more.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.graph import Rows, freeze
from landbridge.kernels.heap import pop, push
from landbridge.kernels.hierarchy import Hierarchy
from landbridge.kernels.shortest_paths import check_weights

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Lanes = tuple[Floats, Floats]
Graph = tuple[Rows, NDArray[np.uint32], Rows, Ints, Ints]
Arcs = tuple[Ints, Ints, Flags]
# A graph and the heads of its slots.
Heads = tuple[Rows, NDArray[np.uint32], Rows, Ints, Ints, Ints]
# What of each slot is to be renewed, and slots of lower neighbours by rank.
Marks = tuple[NDArray[np.int8], Ints]
# Subtrees of less than this share of all work are done whole by one thread.
SHARE = 1 / 16
ALL, DONE, WAITING = range(3)
# Which of a slot's two weights a change may touch.
RISE, FALL = 1, 2
_STAMPS = count()


@dataclass(frozen=True, slots=True, eq=False)
class Metric:
    """Weights of the shortcuts of a hierarchy in the unit of the arcs' weights.

    up, down float64[h]: the weight of each slot to its higher rank and back from it, infinite where no way leads
    through lower ranks; weight float64[m], that of the network's arcs. `recustomize` writes in these arrays, and notes
    in marks, int8[h] and int32[n], what it is at; between calls they are zeros. stamp int64[1] numbers the weights that
    the arrays hold: what was read from them before holds while it is the same.
    """

    hierarchy: Hierarchy
    up: Floats
    down: Floats
    weight: Floats
    marks: Marks
    stamp: NDArray[np.int64] = field(default_factory=lambda: np.array([next(_STAMPS)]))

    @property
    def size(self) -> int:
        """Bytes of its own arrays."""
        return sum(array.nbytes for array in (self.up, self.down, self.weight, *self.marks))


def customize(hierarchy: Hierarchy, weight: Floats, *, threads: int = 2) -> Metric:
    """The metric of the arcs' weights, float64[m], at least 0; infinity forbids an arc.

    Subtrees are done side by side on `threads` threads; the result is the same on any number of them. Raises
    ValueError for a negative or missing weight.

    >>> from landbridge.kernels.hierarchy import build_hierarchy
    >>> hierarchy = build_hierarchy(np.array([0, 1]), np.array([1, 2]), order=np.array([1, 0, 2]))
    >>> metric = customize(hierarchy, np.array([1.0, 2.0]))
    >>> metric.up.tolist(), metric.down.tolist()
    ([inf, 2.0, 3.0], [1.0, inf, inf])
    """
    check_weights(weight, hierarchy.arc_count)
    weights = np.array(weight, np.float64)
    lanes = np.empty(hierarchy.shortcut_count), np.empty(hierarchy.shortcut_count)
    graph, height = list_graph(hierarchy), hierarchy.height
    with ThreadPoolExecutor(max_workers=threads) as pool:
        weighed = pool.submit(_weigh_arcs, hierarchy.slot, hierarchy.upward, weights, lanes)
        groups, marks = share_work(hierarchy, threads)
        above = np.flatnonzero(marks)
        parts = [mark_single(above[part::threads]) for part in range(threads)]
        weighed.result()
        # Subtrees; then the ranks above, over lower neighbours that are done; then those over each other.
        list(pool.map(lambda ranges: _relax_ranks(graph, lanes, ranges, height, (marks, ALL)), groups))
        list(pool.map(lambda ranges: _relax_ranks(graph, lanes, ranges, height, (marks, DONE)), parts))
        _relax_ranks(graph, lanes, mark_single(above), height, (marks, WAITING))
    clean = np.zeros(hierarchy.shortcut_count, np.int8), np.zeros(hierarchy.node_count, np.int32)
    return Metric(hierarchy, *lanes, weights, clean)


def list_graph(hierarchy: Hierarchy) -> Graph:
    """The rows of a hierarchy as compiled kernels take them."""
    return (
        hierarchy.begin,
        hierarchy.level,
        hierarchy.lower_begin,
        hierarchy.lower_tail,
        hierarchy.lower_slot,
    )


def list_arcs(hierarchy: Hierarchy) -> Arcs:
    """The network's arcs of each slot as compiled kernels take them."""
    return hierarchy.arc_begin, hierarchy.slot_arc, hierarchy.upward


def share_work(hierarchy: Hierarchy, threads: int) -> tuple[list[Rows], Flags]:
    """Ranges of ranks for each thread, int64[r, 2], in whole subtrees; and marks, bool[n], of the ranks above those.

    >>> from landbridge.kernels.hierarchy import build_hierarchy
    >>> hierarchy = build_hierarchy(np.array([0, 0]), np.array([1, 2]), order=np.array([0, 1, 2]))
    >>> groups, marks = share_work(hierarchy, 1)
    >>> [group.tolist() for group in groups], marks.tolist()
    ([[[0, 3]]], [False, False, False])
    """
    if threads < 2:
        return [np.array([[0, hierarchy.node_count]])], np.zeros(hierarchy.node_count, np.bool_)
    own = np.square(np.diff(hierarchy.begin).astype(np.float64))
    load = _add_up_subtrees(hierarchy.parent, own)
    marks = load > SHARE * load.max(initial=0.0)
    ends = np.concatenate([[-1], np.flatnonzero(marks), [hierarchy.node_count]])
    ranges = np.column_stack([ends[:-1] + 1, ends[1:]])
    before = np.concatenate([[0.0], np.cumsum(own)])
    work = before[ranges[:, 1]] - before[ranges[:, 0]]
    groups: list[list[int]] = [[] for _ in range(threads)]
    shares = np.zeros(threads)
    for index in np.argsort(-work, kind="stable").tolist():
        least = int(shares.argmin())
        groups[least].append(index)
        shares[least] += work[index]
    return [ranges[np.array(group, np.int64)] for group in groups], marks


def mark_single(ranks: NDArray[np.integer]) -> Rows:
    """Each of some ranks as a range of its own, int64[r, 2].

    >>> mark_single(np.array([4, 7])).tolist()
    [[4, 5], [7, 8]]
    """
    return np.column_stack([ranks, ranks + 1]).astype(np.int64)


@njit(cache=True, nogil=True)
def _add_up_subtrees(parent: Ints, own: Floats) -> Floats:
    """The sum of `own`, about the number of triangles of which a rank is the lowest corner, over each subtree."""
    load = own.copy()
    for rank in range(len(parent)):
        if parent[rank] >= 0:
            load[parent[rank]] += load[rank]
    return load


@njit(cache=True, nogil=True)
def _weigh_arcs(slots: Ints, upward: Flags, weight: Floats, lanes: Lanes) -> None:
    """Gives each lane the least weight of its arcs."""
    up, down = lanes
    up[:] = np.inf
    down[:] = np.inf
    for arc in range(len(slots)):
        slot = slots[arc]
        if slot >= 0:
            if upward[arc]:
                up[slot] = min(up[slot], weight[arc])
            else:
                down[slot] = min(down[slot], weight[arc])


@njit(cache=True, nogil=True)
def _relax_ranks(graph: Graph, lanes: Lanes, ranges: Rows, height: int, wanted: tuple[Flags, int]) -> None:
    """Takes the ways over lower neighbours into the rows of the ranks in some ranges, int64[r, 2], which lie spread out
    by level: over ALL of them, over those without a mark (DONE), or after that over those with one (WAITING).
    """
    begin, level, lower_begin, lower_tail, lower_slot = graph
    (up, down), (marks, part) = lanes, wanted
    rises, falls = np.empty(height), np.empty(height)
    for number in range(len(ranges)):
        # All in one function: arrays that go to a call are counted, which costs more than a short row.
        for rank in range(ranges[number, 0], ranges[number, 1]):
            for slot in range(begin[rank], begin[rank + 1]):
                rises[level[slot]], falls[level[slot]] = up[slot], down[slot]
            for index in range(lower_begin[rank], lower_begin[rank + 1]):
                if part != ALL and marks[lower_tail[index]] != (part == WAITING):
                    continue
                here = lower_slot[index]
                back, onward = down[here], up[here]
                first, last = here + 1, begin[lower_tail[index] + 1]
                # Slices spare the compiler the question whether an index may be negative.
                levels, ups, downs = level[first:last], up[first:last], down[first:last]
                for step in range(len(levels)):
                    place = levels[step]
                    rises[place] = min(rises[place], back + ups[step])
                    falls[place] = min(falls[place], onward + downs[step])
            for slot in range(begin[rank], begin[rank + 1]):
                up[slot], down[slot] = rises[level[slot]], falls[level[slot]]


@dataclass(frozen=True, slots=True, eq=False)
class Revision:
    """What `recustomize` overwrote in a metric: the weights of arcs, and those of slots that they had a part in.

    arcs int32[a], weight float64[a]; slots int32[s], up, down float64[s]; the stamp of those weights.
    """

    arcs: Ints
    weight: Floats
    slots: Ints
    up: Floats
    down: Floats
    stamp: int


def recustomize(metric: Metric, arcs: NDArray[np.integer], *, weight: Floats) -> Revision:
    """Gives `arcs`, int[a], other weights, float64[a], and brings the metric up to date in place.

    The arrays of the metric become the very ones that `customize` would give; no query may run meanwhile. Returns
    what was there before, for `restore`. Of an arc that stands twice the last weight counts. Raises ValueError for ids
    outside the network and for negative or missing weights.

    >>> from landbridge.kernels.hierarchy import build_hierarchy
    >>> hierarchy = build_hierarchy(np.array([0, 1]), np.array([1, 2]), order=np.array([1, 0, 2]))
    >>> metric = customize(hierarchy, np.array([1.0, 2.0]))
    >>> before = recustomize(metric, np.array([0]), weight=np.array([5.0]))
    >>> metric.up.tolist(), len(before.slots)
    ([inf, 2.0, 7.0], 2)
    """
    hierarchy = metric.hierarchy
    if len(arcs) and not (arcs.min() >= 0 and arcs.max() < hierarchy.arc_count):
        raise ValueError(f"an arc id lies outside 0 to {hierarchy.arc_count - 1}")
    check_weights(weight, len(arcs))
    changed = np.unique(arcs).astype(np.int32)
    old, stamp = metric.weight[changed], int(metric.stamp[0])
    metric.weight[arcs] = weight
    slots = np.unique(hierarchy.slot[changed])
    graph, lanes = (*list_graph(hierarchy), hierarchy.head), (metric.up, metric.down)
    first = freeze(slots[slots >= 0], np.int32)
    found = _revise(graph, list_arcs(hierarchy), metric.weight, lanes, first, metric.marks)
    metric.stamp[0] = next(_STAMPS)
    return Revision(changed, old, *found, stamp)


def restore(metric: Metric, revision: Revision) -> None:
    """Takes back a `recustomize`, the last one first where there were several."""
    metric.weight[revision.arcs] = revision.weight
    metric.up[revision.slots], metric.down[revision.slots] = revision.up, revision.down
    metric.stamp[0] = revision.stamp


@njit(cache=True, nogil=True)
def _revise(
    graph: Heads, arcs: Arcs, weight: Floats, lanes: Lanes, first: Ints, marks: Marks
) -> tuple[Ints, Floats, Floats]:
    """Renews slots from the lowest on, `first` and what they have a part in; returns those changed and their weights
    of before.
    """
    begin, (up, down), (queued, below) = graph[0], lanes, marks
    room = 2 * len(first) + 64
    keys, items, size = np.empty(room), np.empty(room, np.int32), 0
    slots, ups, downs, done = np.empty(room, np.int32), np.empty(room), np.empty(room), 0
    for slot in first:
        queued[slot] = RISE | FALL
        size = push(keys, items, size, slot, slot)
    low = -1
    while size > 0:
        slot = items[0]
        size = pop(keys, items, size)
        if low < 0 or slot >= begin[low + 1]:
            _mark_below(graph, below, low, 0)
            low = np.searchsorted(begin, slot, side="right") - 1
            _mark_below(graph, below, low, 1)
        least = _find_least_arcs(arcs, weight, slot)
        rise, fall = _find_least_ways(graph, lanes, (low, slot, queued[slot]), least, below)
        queued[slot] = 0
        if rise == up[slot] and fall == down[slot]:
            continue
        degree = begin[low + 1] - begin[low]
        if size + degree > len(keys):
            keys = np.append(keys, np.empty(len(keys) + degree))
            items = np.append(items, np.empty(len(items) + degree, np.int32))
        if done == len(slots):
            slots = np.append(slots, np.empty(done, np.int32))
            ups, downs = np.append(ups, np.empty(done)), np.append(downs, np.empty(done))
        slots[done], ups[done], downs[done] = slot, up[slot], down[slot]
        up[slot], down[slot] = rise, fall
        size = _queue_pairs(graph, lanes, (low, slot, ups[done], downs[done]), (keys, items, size, queued))
        done += 1
    _mark_below(graph, below, low, 0)
    return slots[:done].copy(), ups[:done].copy(), downs[:done].copy()


@njit(cache=True, nogil=True)
def _find_least_arcs(arcs: Arcs, weight: Floats, slot: int) -> tuple[float, float]:
    arc_begin, slot_arc, upward = arcs
    up, down = np.inf, np.inf
    for index in range(arc_begin[slot], arc_begin[slot + 1]):
        arc = slot_arc[index]
        if upward[arc]:
            up = min(up, weight[arc])
        else:
            down = min(down, weight[arc])
    return up, down


@njit(cache=True, nogil=True)
def _mark_below(graph: Heads, below: Ints, low: int, sign: int) -> None:
    """Notes the slots of a rank's lower neighbours, plus one, by their ranks; with a sign of 0 takes it back."""
    _, _, lower_begin, lower_tail, lower_slot, _ = graph
    if low >= 0:
        for index in range(lower_begin[low], lower_begin[low + 1]):
            below[lower_tail[index]] = sign * (lower_slot[index] + 1)


@njit(cache=True, nogil=True)
def _find_least_ways(
    graph: Heads, lanes: Lanes, where: tuple[int, int, int], least: tuple[float, float], below: Ints
) -> tuple[float, float]:
    """The weights of a slot of the rank `low`: the `least` of its arcs, or of the ways over lower neighbours, which are
    marked in `below`. Those of a direction that is not touched stay as they are.
    """
    _, _, lower_begin, lower_tail, lower_slot, head = graph
    (up, down), (low, slot, touched), (rise, fall) = lanes, where, least
    high = head[slot]
    if lower_begin[low] < lower_begin[low + 1]:
        # All lower neighbours of both lie in the subtree of the lower one, which is a range of ranks.
        first, last = lower_begin[high], lower_begin[high + 1]
        first += np.searchsorted(lower_tail[first:last], lower_tail[lower_begin[low]])
        for index in range(first, last):
            if lower_tail[index] >= low:
                break
            here, onward = below[lower_tail[index]] - 1, lower_slot[index]
            if here >= 0:
                rise, fall = min(rise, down[here] + up[onward]), min(fall, up[here] + down[onward])
    return rise if touched & RISE else up[slot], fall if touched & FALL else down[slot]


@njit(cache=True, nogil=True)
def _queue_pairs(
    graph: Heads,
    lanes: Lanes,
    changed: tuple[int, int, float, float],
    heap: tuple[Floats, Ints, int, NDArray[np.int8]],
) -> int:
    """Queues the slots between the head of a changed slot and the other heads of its row that the change may touch."""
    begin, _, lower_begin, lower_tail, lower_slot, head = graph
    (up, down), (low, slot, old_up, old_down), (keys, items, size, queued) = lanes, changed, heap
    onward, beyond = lower_begin[head[slot]], begin[head[slot]]
    onward += np.searchsorted(lower_tail[onward : lower_begin[head[slot] + 1]], low, side="right")
    for other in range(begin[low], begin[low + 1]):
        # To and from the changed head, over the low rank.
        out, back = (
            (old_down + up[other], down[slot] + up[other]),
            (down[other] + old_up, down[other] + up[slot]),
        )
        if other == slot or (out[0] == out[1] and back[0] == back[1]):
            continue
        if other < slot:
            while lower_tail[onward] != head[other]:
                onward += 1
            above = lower_slot[onward]
        else:
            while head[beyond] != head[other]:
                beyond += 1
            above = beyond
        known = (up[above], down[above]) if other > slot else (down[above], up[above])
        bits = 0
        if out[1] < known[0] or (out[0] == known[0] and out[1] > out[0]):
            bits |= RISE if other > slot else FALL
        if back[1] < known[1] or (back[0] == known[1] and back[1] > back[0]):
            bits |= FALL if other > slot else RISE
        if bits and not queued[above]:
            size = push(keys, items, size, above, above)
        queued[above] |= bits
    return size
