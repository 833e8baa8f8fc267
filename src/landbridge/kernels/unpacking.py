"""What a shortcut stands for: the arcs of the network along it, found again from the weights alone.

Nothing is kept at customization. A lane, a shortcut in one direction, is one of the network's arcs where an arc of
that direction weighs just what it weighs, the one of least id; else it runs over the lower node of least rank whose
two lanes add up to its weight. Equal weights so give equal paths, and arcs of no weight make no circles.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.graph import Rows
from landbridge.kernels.hierarchy import Hierarchy, find_slot

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Hops = NDArray[np.int64]
Lanes = tuple[Floats, Floats]
Shape = tuple[Rows, Ints, Rows, Ints, Ints, Ints, Ints, NDArray[np.bool_]]


def list_shape(hierarchy: Hierarchy) -> Shape:
    """What unpacking reads of a hierarchy, as compiled kernels take it."""
    return (
        hierarchy.begin,
        hierarchy.head,
        hierarchy.lower_begin,
        hierarchy.lower_tail,
        hierarchy.lower_slot,
        hierarchy.arc_begin,
        hierarchy.slot_arc,
        hierarchy.upward,
    )


@njit(cache=True, nogil=True)
def open_lane(shape: Shape, weight: Floats, lanes: Lanes, lane: int, low: int) -> tuple[int, int, int]:
    """What a lane is made of: the two lanes that follow each other along it and the lower rank of both, or -1, the arc
    of the network and -1.

    A lane's number is twice its slot, and one more where it runs down; `low` is its lower rank. weight float64[m],
    that of the arcs; lanes, the weights up and down of all slots, of which the lane's own is finite.
    """
    begin, head, lower_begin, lower_tail, lower_slot, arc_begin, slot_arc, upward = shape
    slot, rising = lane >> 1, lane & 1 == 0
    # The first half descends to the middle and the second rises from it, whichever way the lane runs.
    up, down = lanes
    whole = up[slot] if rising else down[slot]
    for index in range(arc_begin[slot], arc_begin[slot + 1]):
        arc = slot_arc[index]
        if upward[arc] == rising and weight[arc] == whole:
            return -1, arc, -1
    for index in range(lower_begin[low], lower_begin[low + 1]):
        here = lower_slot[index]
        if (down[here] if rising else up[here]) <= whole:
            onward = find_slot(begin, head, lower_tail[index], head[slot])
            first, second = (here, onward) if rising else (onward, here)
            if onward >= 0 and down[first] + up[second] == whole:
                return 2 * first + 1, 2 * second, lower_tail[index]
    raise ValueError("the metric has changed since these lanes were found")


@njit(cache=True, nogil=True)
def unpack_lanes(shape: Shape, weight: Floats, lanes: Lanes, hops: Hops) -> Ints:
    """The arcs of the network along `hops`, lanes that follow each other: int32[k].

    hops int64[h, 2], each lane's number and its lower rank.
    """
    arcs, done = np.empty(256, np.int32), 0
    stack, size = np.empty((64, 2), np.int64), 0
    for hop in range(len(hops)):
        stack[0], size = hops[hop], 1
        while size > 0:
            size -= 1
            first, second, middle = open_lane(shape, weight, lanes, stack[size, 0], stack[size, 1])
            if first < 0:
                if done == len(arcs):
                    arcs = np.append(arcs, np.empty(done, np.int32))
                arcs[done], done = second, done + 1
                continue
            if size + 2 > len(stack):
                stack = np.concatenate((stack, np.empty_like(stack)))
            stack[size, 0], stack[size + 1, 0] = second, first
            stack[size : size + 2, 1] = middle
            size += 2
    return arcs[:done].copy()
