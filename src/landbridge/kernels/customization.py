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
from landbridge.kernels.hierarchy import Hierarchy, find_slot
from landbridge.kernels.shortest_paths import check_weights

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Lanes = tuple[Floats, Floats]
Graph = tuple[Rows, NDArray[np.uint32], Rows, Ints, Ints]
Arcs = tuple[Ints, Ints, Flags]
Job = tuple[Graph, Arcs, Floats, Lanes, Flags, int]
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
    through lower ranks; weight float64[m], that of the network's arcs. `recustomize` writes in these arrays. stamp
    int64[1] numbers the weights that they hold: what was read from them before holds while it is the same.
    """

    hierarchy: Hierarchy
    up: Floats
    down: Floats
    weight: Floats
    stamp: NDArray[np.int64] = field(default_factory=lambda: np.array([next(_STAMPS)]))

    @property
    def size(self) -> int:
        """Bytes of its own arrays."""
        return self.up.nbytes + self.down.nbytes + self.weight.nbytes


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
    graph, arcs = list_graph(hierarchy), list_arcs(hierarchy)
    height = hierarchy.height
    groups, marks = _share_work(hierarchy, threads)
    job = (graph, arcs, weights, lanes, marks, height)
    with ThreadPoolExecutor(max_workers=threads) as pool:
        # Subtrees; then the ranks above, over lower neighbours that are done; then those over each other.
        list(pool.map(lambda ranks: _customize_ranks(job, ranks, ALL), groups))
        above = np.flatnonzero(marks)
        list(pool.map(lambda part: _customize_ranks(job, above[part::threads], DONE), range(threads)))
        _customize_ranks(job, above, WAITING)
    return Metric(hierarchy, *lanes, weights)


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


def _share_work(hierarchy: Hierarchy, threads: int) -> tuple[list[Rows], NDArray[np.bool_]]:
    """Ranks for each thread, rising, in whole subtrees; and marks, bool[n], of the ranks above those."""
    if threads < 2:
        return [np.arange(hierarchy.node_count)], np.zeros(hierarchy.node_count, np.bool_)
    own = np.square(np.diff(hierarchy.begin).astype(np.float64))
    load = _add_up_subtrees(hierarchy.parent, own)
    marks = load > SHARE * load.max(initial=0.0)
    ends = np.concatenate([[-1], np.flatnonzero(marks), [hierarchy.node_count]])
    before = np.concatenate([[0.0], np.cumsum(own)])
    work = before[ends[1:]] - before[ends[:-1] + 1]
    groups: list[list[NDArray[np.int64]]] = [[np.empty(0, np.int64)] for _ in range(threads)]
    shares = np.zeros(threads)
    for index in np.argsort(-work, kind="stable"):
        least = int(shares.argmin())
        groups[least].append(np.arange(ends[index] + 1, ends[index + 1]))
        shares[least] += work[index]
    return [np.concatenate(group) for group in groups], marks


@njit(cache=True, nogil=True)
def _add_up_subtrees(parent: Ints, own: Floats) -> Floats:
    """The sum of `own`, about the number of triangles of which a rank is the lowest corner, over each subtree."""
    load = own.copy()
    for rank in range(len(parent)):
        if parent[rank] >= 0:
            load[parent[rank]] += load[rank]
    return load


@njit(cache=True, nogil=True)
def _customize_ranks(job: Job, ranks: Rows, part: int) -> None:
    """Weighs the rows of some ranks: from the arcs and over ALL lower neighbours, over those without a mark (DONE), or
    after that over those with one (WAITING).
    """
    graph, arcs, weight, lanes, marks, height = job
    begin, spread = graph[0], (np.empty(height), np.empty(height))
    for rank in ranks:
        if part != WAITING:
            for slot in range(begin[rank], begin[rank + 1]):
                lanes[0][slot], lanes[1][slot] = _find_least_arcs(arcs, weight, slot)
        if begin[rank + 1] > begin[rank]:
            _relax_row(graph, lanes, rank, spread, (marks, part))


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
def _relax_row(graph: Graph, lanes: Lanes, rank: int, spread: Lanes, wanted: tuple[Flags, int]) -> None:
    """Takes the ways over lower neighbours into the shortcuts of a rank, which lie spread out by level."""
    begin, level, lower_begin, lower_tail, lower_slot = graph
    up, down = lanes
    rises, falls = spread
    marks, part = wanted
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
    graph, lanes = list_graph(hierarchy), (metric.up, metric.down)
    first = freeze(slots[slots >= 0], np.int32)
    found = _revise(graph, hierarchy.head, list_arcs(hierarchy), metric.weight, lanes, first)
    metric.stamp[0] = next(_STAMPS)
    return Revision(changed, old, *found, stamp)


def restore(metric: Metric, revision: Revision) -> None:
    """Takes back a `recustomize`, the last one first where there were several."""
    metric.weight[revision.arcs] = revision.weight
    metric.up[revision.slots], metric.down[revision.slots] = revision.up, revision.down
    metric.stamp[0] = revision.stamp


@njit(cache=True, nogil=True)
def _revise(
    graph: Graph, head: Ints, arcs: Arcs, weight: Floats, lanes: Lanes, first: Ints
) -> tuple[Ints, Floats, Floats]:
    """Renews slots from the lowest on, `first` and what they have a part in; returns those changed and their weights
    of before.
    """
    up, down = lanes
    queued = np.zeros(len(head), np.int8)
    room = 2 * len(first) + 64
    keys, items, size = np.empty(room), np.empty(room, np.int32), 0
    slots, ups, downs, done = np.empty(room, np.int32), np.empty(room), np.empty(room), 0
    for slot in first:
        queued[slot] = RISE | FALL
        size = push(keys, items, size, slot, slot)
    while size > 0:
        slot = items[0]
        size = pop(keys, items, size)
        low = np.searchsorted(graph[0], slot, side="right") - 1
        least = _find_least_arcs(arcs, weight, slot)
        rise, fall = _find_least_ways(graph, head, lanes, (low, slot, queued[slot]), least)
        if rise == up[slot] and fall == down[slot]:
            continue
        degree = graph[0][low + 1] - graph[0][low]
        if size + degree > len(keys):
            keys = np.append(keys, np.empty(len(keys) + degree))
            items = np.append(items, np.empty(len(items) + degree, np.int32))
        if done == len(slots):
            slots = np.append(slots, np.empty(done, np.int32))
            ups, downs = np.append(ups, np.empty(done)), np.append(downs, np.empty(done))
        slots[done], ups[done], downs[done] = slot, up[slot], down[slot]
        up[slot], down[slot] = rise, fall
        size = _queue_pairs(
            graph, head, lanes, (low, slot, ups[done], downs[done]), (keys, items, size, queued)
        )
        done += 1
    return slots[:done].copy(), ups[:done].copy(), downs[:done].copy()


@njit(cache=True, nogil=True)
def _find_least_ways(
    graph: Graph, head: Ints, lanes: Lanes, where: tuple[int, int, int], least: tuple[float, float]
) -> tuple[float, float]:
    """The weights of a slot of the rank `low`: the `least` of its arcs, or of the ways over lower neighbours. Those of
    a direction that is not touched stay as they are.
    """
    begin, _, lower_begin, lower_tail, lower_slot = graph
    up, down = lanes
    low, slot, touched = where
    rise = least[0] if touched & RISE else -np.inf
    fall = least[1] if touched & FALL else -np.inf
    # The middle is most often of a rank not far below, and then the others need no look at their rows.
    for index in range(lower_begin[low + 1] - 1, lower_begin[low] - 1, -1):
        here = lower_slot[index]
        if down[here] < rise or up[here] < fall:
            onward = find_slot(begin, head, lower_tail[index], head[slot])
            if onward >= 0:
                rise, fall = min(rise, down[here] + up[onward]), min(fall, up[here] + down[onward])
    return rise if touched & RISE else up[slot], fall if touched & FALL else down[slot]


@njit(cache=True, nogil=True)
def _queue_pairs(
    graph: Graph,
    head: Ints,
    lanes: Lanes,
    changed: tuple[int, int, float, float],
    heap: tuple[Floats, Ints, int, NDArray[np.int8]],
) -> int:
    """Queues the slots between the head of a changed slot and the other heads of its row that the change may touch."""
    begin, (up, down) = graph[0], lanes
    low, slot, old_up, old_down = changed
    keys, items, size, queued = heap
    beyond = begin[head[slot]]
    for other in range(begin[low], begin[low + 1]):
        # To and from the changed head, over the low rank.
        out, back = (
            (old_down + up[other], down[slot] + up[other]),
            (down[other] + old_up, down[other] + up[slot]),
        )
        if other == slot or (out[0] == out[1] and back[0] == back[1]):
            continue
        above = beyond
        if other < slot:
            above = find_slot(begin, head, head[other], head[slot])
        else:
            while head[above] != head[other]:
                above += 1
            beyond = above
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
