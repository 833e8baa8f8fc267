"""Small separators of a graph whose nodes stand in a line: a flow over paths that share no node, from its first
nodes to its last.

The inertial flow of Schild and Sommer (2015, On balanced separators in road networks), with nodes instead of
edges as the bottleneck (Menger 1927), so that the separator comes out directly. The ends grow by steps and the
flow goes on from one step to the next, as in the FlowCutter of Hamann and Strasser (2018, Graph bisection with
Pareto optimization), which gives a separator for each balance for about the work of one.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int32]
Marks = NDArray[np.int8]
NONE, SOURCE, SINK = -1, -2, -3
BELOW, ABOVE, BETWEEN = 0, 1, 2
# Ends hold these shares of the nodes; a separator may use up a part of an end.
SHARES = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45)


class Line(NamedTuple):
    """Adjacency of a simple undirected graph whose nodes are numbered along a line.

    indptr int32[k + 1]; head int32[2 m], in each row by falling number, so that a search runs ahead.
    """

    indptr: Ints
    head: Ints


class Flow(NamedTuple):
    """A flow of paths without a common node, and the marks of the search that augments it.

    before, after int32[k], the neighbours along a node's path, NONE off the paths, SOURCE and SINK at their
    ends; seen int32[2 k], the round in which the entrance (2 v) and the exit (2 v + 1) of node v were last
    reached; slot int32[k], the next arc to try from an exit; trail int32[2 k], the states of the path tried.
    """

    before: Ints
    after: Ints
    seen: Ints
    slot: Ints
    trail: Ints


@njit(cache=True, nogil=True)
def separate(line: Line, bound: float) -> tuple[float, Marks]:
    """The separator of least size against the nodes of its smaller side, over all steps of the ends.

    Returns the ratio of its size to the 3/4th power of that number, and the side of each node, int8[k]: BELOW, ABOVE,
    or BETWEEN for the separator. Nothing at or above the ratio `bound` is searched for; then `bound` itself comes
    back, and an empty array.
    """
    count = len(line.indptr) - 1
    flow = Flow(
        np.full(count, NONE, np.int32),
        np.full(count, NONE, np.int32),
        np.zeros(2 * count, np.int32),
        np.empty(count, np.int32),
        np.empty(2 * count + 1, np.int32),
    )
    best, sides, size, turn = bound, np.empty(0, np.int8), 0, 0
    for share in SHARES:
        end = max(1, int(share * count))
        found = 1
        while found > 0 and size < best * _lift(count // 2):
            turn += 1
            found = _augment(line, flow, end, turn)
            size += found
        if found > 0 or size >= best * _lift(count // 2):
            break
        ratio = _rate(flow.seen, turn, size)
        if ratio < best:
            best, sides = ratio, _mark_sides(flow.seen, end, turn)
    return best, sides


@njit(cache=True, nogil=True)
def _lift(count: int) -> float:
    """The 3/4th power, by roots, which every machine rounds alike.

    A measure of the halves by their size itself would let the larger separators through: on road networks this power
    gives fewer triangles of shortcuts, in trees of the same height.
    """
    root = np.sqrt(count)
    return float(root * np.sqrt(root))


@njit(cache=True, nogil=True)
def _rate(seen: Ints, turn: int, size: int) -> float:
    count = len(seen) // 2
    below = 0
    for node in range(count):
        below += seen[2 * node + 1] == turn
    smaller = min(below, count - size - below)
    return size / _lift(smaller) if smaller > 0 else np.inf


@njit(cache=True, nogil=True)
def _mark_sides(seen: Ints, end: int, turn: int) -> Marks:
    count = len(seen) // 2
    sides = np.full(count, ABOVE, np.int8)
    for node in range(count):
        if seen[2 * node + 1] == turn:
            sides[node] = BELOW
        elif seen[2 * node] == turn or node < end:
            sides[node] = BETWEEN
    return sides


@njit(cache=True, nogil=True)
def _augment(line: Line, flow: Flow, end: int, turn: int) -> int:
    """One round: paths from every free node of the first end, over states that this round has not reached yet.

    A round that finds none has reached all that can be reached: its marks tell the separator.
    """
    flow.slot[:] = line.indptr[:-1]
    found = 0
    for source in range(end):
        if flow.before[source] != SOURCE and flow.seen[2 * source] != turn:
            length = _search(line, flow, source, end, turn)
            if length > 0:
                _shift(flow, length)
                found += 1
    return found


@njit(cache=True, nogil=True)
def _search(line: Line, flow: Flow, source: int, end: int, turn: int) -> int:
    """Depth first from an entrance to the exit of a node of the last end; the length of the trail, 0 for none."""
    before, seen, trail = flow.before, flow.seen, flow.trail
    last = len(before) - end
    trail[0], length = 2 * source, 1
    seen[2 * source] = turn
    while length > 0:
        state = trail[length - 1]
        node, onward = state >> 1, NONE
        if state & 1 == 0:
            # Through a free node, or back along the path that holds it.
            exit_ = 2 * node + 1 if before[node] == NONE else 2 * before[node] + 1
            if before[node] != SOURCE and seen[exit_] != turn:
                onward = exit_
        else:
            if node >= last:
                return length
            onward = _leave(line, flow, node, turn)
        if onward == NONE:
            length -= 1
        else:
            seen[onward] = turn
            trail[length] = onward
            length += 1
    return 0


@njit(cache=True, nogil=True)
def _leave(line: Line, flow: Flow, node: int, turn: int) -> int:
    """The next entrance to try from the exit of a node, NONE where all are tried."""
    after, seen, slot = flow.after[node], flow.seen, flow.slot
    while slot[node] < line.indptr[node + 1]:
        head = line.head[slot[node]]
        slot[node] += 1
        if seen[2 * head] != turn and head != after:
            return 2 * int(head)
    if after != NONE and seen[2 * node] != turn:
        return 2 * node
    return NONE


@njit(cache=True, nogil=True)
def _shift(flow: Flow, length: int) -> None:
    """Sends one more path along the trail, and paths that it ran against the other way."""
    before, after, trail = flow.before, flow.after, flow.trail
    before[trail[0] >> 1] = SOURCE
    for index in range(length - 1):
        here, onward = trail[index], trail[index + 1]
        if here & 1:
            if here >> 1 == onward >> 1:
                before[here >> 1], after[here >> 1] = NONE, NONE
            else:
                after[here >> 1], before[onward >> 1] = onward >> 1, here >> 1
    after[trail[length - 1] >> 1] = SINK
