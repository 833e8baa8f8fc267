"""The label-setting search behind `pareto`: compiled functions over growing arrays of labels.

Labels leave the queue in the order of their bound on the first criterion. A label stands for every path that
was merged into it: its least costs bound them all from below and are what labels are compared by, its cost is
that of its own path. The papers are named in `pareto`.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.corridor import (
    COUNT,
    FIRST,
    HEAD,
    LAST,
    QUEUE,
    UNKNOWN,
    WAYS,
    Corridor,
    Network,
    borrow,
    find_ways,
    follow_ways,
    leave_node,
    unwind,
)
from landbridge.kernels.heap import pop, push
from landbridge.kernels.label_sets import enter_set, enter_solution, is_beaten, is_covered

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Vectors = tuple[Floats, Floats]
FIRST_LABELS = 4_096
FIRST_SOLUTIONS = 64
NODE, BEFORE, ARC, FOLLOWING, PRECEDING = range(5)
MADE, QUEUED, FOUND, POOLED, LONGEST, LEAVING, WAITING = range(7)


class Rule(NamedTuple):
    """Vectors float64[k]: how close a solution must be, the limit, what sums are rounded to, how far labels merge; and
    whether any do.
    """

    epsilon: Floats
    limit: Floats
    rounding: Floats
    merging: Floats
    merges: bool
    max_labels: int


class State(NamedTuple):
    """A search under way.

    label float64[l, 2 k] and fact int32[l, 5] are the labels: what their path costs and the least that the paths which
    they stand for cost; node (-1 once merged), label before, arc, next and last label in the queue of the node. keys
    and queue are the heap of labels; pool float64[p, k - 1] holds the sets of the nodes. solved float64[k, s] are the
    solutions by the first criterion; endings int32[s, 2] the label that each continues and the criterion whose best
    path it follows then. used int64[7] counts labels, heap, solutions, places of the pool, costs in the largest set and
    arcs to be taken; the last is a label that waits for room, or -1.
    """

    label: Floats
    fact: Ints
    keys: Floats
    queue: Ints
    pool: Floats
    solved: Floats
    endings: Ints
    used: NDArray[np.int64]


@njit(cache=True, nogil=True)
def search_labels(network: Network, corridor: Corridor, rule: Rule, source: int) -> tuple[State, bool]:
    """Runs a search to its end from a node of the corridor; True where the bound on labels cut it short.

    The best path from the source by each criterion is known to the corridor, and enters whole.
    """
    state, width = _start(corridor, source), corridor.bound.shape[1]
    total, bound = np.empty(width), np.empty(width)
    for criterion in range(width * min(state.used[QUEUED], 1)):
        _add(total, state.label, 0, 0, corridor.finish[source, criterion])
        _solve(state, rule.limit, rule.rounding, total, (0, criterion))
    # All that counts references stays out of the loop over labels.
    while not _run(network, corridor, rule, state, (total, bound)):
        need = state.used[MADE] + state.used[LEAVING]
        if need > rule.max_labels:
            return state, True
        state = _grow(state, min(max(2 * len(state.keys), need), rule.max_labels))
    return state, False


@borrow
def _run(network: Network, corridor: Corridor, rule: Rule, state: State, room: Vectors) -> bool:
    """Goes on with a search to its end, True, or to where its arrays are too small, False; `room` for two sums."""
    (total, bound), node, used = room, corridor.node, state.used
    while True:
        one = used[WAITING]
        if one < 0:
            if _is_full(state):
                return False
            one = _take_next(state, corridor, rule.epsilon, bound)
            if one < 0:
                return True
            here = state.fact[one, NODE]
            for criterion in range(len(bound)):
                if node[here, WAYS + criterion] == UNKNOWN:
                    find_ways(network, corridor, here)
            if _complete(state, corridor, rule, (one, total), bound):
                continue
            if node[here, FIRST] == UNKNOWN:
                leave_node(network, corridor, here)
            used[LEAVING] = node[here, LAST] - node[here, FIRST]
        used[WAITING] = one
        if used[MADE] + used[LEAVING] > len(state.keys):
            return False
        used[WAITING] = -1
        _expand(corridor, rule, state, one, total)


@borrow
def _is_full(state: State) -> bool:
    """Whether one more label may need more room in the arrays of sets and solutions than they have."""
    pooled, solutions = (
        state.used[POOLED] + 2 * state.used[LONGEST] + 1,
        state.used[FOUND] + state.pool.shape[1],
    )
    return bool(pooled > len(state.pool) or solutions >= len(state.endings))


@njit(cache=True, nogil=True)
def _start(corridor: Corridor, source: int) -> State:
    """A search that holds one label, at the source; none where the target cannot be reached."""
    width = corridor.bound.shape[1]
    state = State(
        np.zeros((FIRST_LABELS, 2 * width)),
        np.empty((FIRST_LABELS, 5), np.int32),
        np.empty(FIRST_LABELS),
        np.empty(FIRST_LABELS, np.int32),
        np.empty((FIRST_LABELS, width - 1)),
        np.empty((width, FIRST_SOLUTIONS)),
        np.empty((FIRST_SOLUTIONS, 2), np.int32),
        np.zeros(7, np.int64),
    )
    state.used[WAITING] = -1
    if corridor.bound[source, 0] < np.inf:
        state.fact[0, NODE], state.fact[0, BEFORE] = source, -1
        _put_in(corridor.node, state.fact, 0)
        state.used[MADE] = 1
        state.used[QUEUED] = push(state.keys, state.queue, 0, corridor.bound[source, 0], 0)
    return state


@borrow
def _take_next(state: State, corridor: Corridor, slack: Floats, bound: Floats) -> int:
    """The next label of the queue that may become a solution, entered at its node, with its `bound`; -1 at the end."""
    label, fact, keys, queue, used = state.label, state.fact, state.keys, state.queue, state.used
    node, bounds, width = corridor.node, corridor.bound, len(bound)
    while used[QUEUED] > 0:
        one = int(queue[0])
        used[QUEUED] = pop(keys, queue, used[QUEUED])
        here = fact[one, NODE]
        if here < 0:
            continue
        if fact[one, PRECEDING] >= 0 or node[here, QUEUE] == one:
            _take_out(node, fact, one)
        least = label[one, width:]
        if is_beaten(node, state.pool, here, least):
            continue
        for criterion in range(width):
            bound[criterion] = least[criterion] + bounds[here, criterion]
        if not is_covered(bound, state.solved, used[FOUND], slack):
            used[POOLED] = enter_set(node, state.pool, used[POOLED], here, least)
            used[LONGEST] = max(used[LONGEST], node[here, COUNT])
            return one
    return -1


@borrow
def _complete(state: State, corridor: Corridor, rule: Rule, at: tuple[int, Floats], bound: Floats) -> bool:
    """Completes a label by the best path of each criterion; whether a solution then covers all that it can become.

    `at`: the label and room for a sum.
    """
    (one, total), covered = at, False
    here, before = state.fact[one, NODE], state.fact[one, BEFORE]
    for criterion in range(len(bound)):
        _add(total, state.label, one, 0, corridor.finish[here, criterion])
        near = True
        for other in range(len(bound)):
            near &= total[other] <= bound[other] + rule.epsilon[other]
        if not near and before >= 0:
            # The label before was completed by the same path.
            way = corridor.node[state.fact[before, NODE], WAYS + criterion]
            if way == state.fact[one, ARC]:
                continue
        # A solution that is close to all that the label can become must enter, for none that was known is.
        if _solve(state, rule.limit, rule.rounding if near else rule.epsilon, total, (one, criterion)):
            covered |= is_covered(bound, state.solved, state.used[FOUND], rule.epsilon)
    return covered


@borrow
def _expand(corridor: Corridor, rule: Rule, state: State, one: int, total: Floats) -> None:
    """Makes the labels that follow a label and queues those that may still become solutions."""
    label, fact, used = state.label, state.fact, state.used
    node, arc, weight, bounds, width = (
        corridor.node,
        corridor.arc,
        corridor.weight,
        corridor.bound,
        len(total),
    )
    here = fact[one, NODE]
    for way in range(node[here, FIRST], node[here, LAST]):
        head, new = arc[way, HEAD], used[MADE]
        for criterion in range(width):
            label[new, criterion] = label[one, criterion] + weight[way, criterion]
            label[new, width + criterion] = label[one, width + criterion] + weight[way, criterion]
        _add(total, label, new, width, bounds[head])
        if is_beaten(node, state.pool, head, label[new, width:]):
            continue
        if not _is_within(total, rule.limit) or is_covered(total, state.solved, used[FOUND], rule.epsilon):
            continue
        fact[new, NODE], fact[new, BEFORE], fact[new, ARC], fact[new, PRECEDING] = head, one, way, -1
        if rule.merges:
            if _merge(label, fact, node, new, rule.merging):
                continue
            _put_in(node, fact, new)
        used[MADE] = new + 1
        used[QUEUED] = push(state.keys, state.queue, used[QUEUED], total[0], new)


@borrow
def _merge(label: Floats, fact: Ints, node: Ints, new: int, slack: Floats) -> bool:
    """Whether a queued label of the same node takes the new one in; else the new one may have taken one in."""
    width = len(slack)
    other = node[fact[new, NODE], QUEUE]
    while other >= 0:
        old_stands, new_stands = True, True
        for criterion in range(width):
            both = min(label[new, width + criterion], label[other, width + criterion]) + slack[criterion]
            old_stands &= label[other, criterion] <= both
            new_stands &= label[new, criterion] <= both
        if (old_stands or new_stands) and label[new, width] >= label[other, width]:
            _join(label, fact, (other, new), old_stands)
            return True
        if old_stands or new_stands:
            _join(label, fact, (new, other), new_stands)
            _take_out(node, fact, other)
            fact[other, NODE] = -1
            return False
        other = fact[other, FOLLOWING]
    return False


@borrow
def _join(label: Floats, fact: Ints, pair: tuple[int, int], stands: bool) -> None:  # noqa: FBT001
    """Lets a label stand for another one too: on its own path if that `stands`, else on the other's."""
    (one, other), width = pair, label.shape[1] // 2
    for criterion in range(width):
        label[one, width + criterion] = min(label[one, width + criterion], label[other, width + criterion])
        if not stands:
            label[one, criterion] = label[other, criterion]
    if not stands:
        fact[one, BEFORE], fact[one, ARC] = fact[other, BEFORE], fact[other, ARC]


@borrow
def _take_out(node: Ints, fact: Ints, one: int) -> None:
    """Takes a label out of the queued labels of its node."""
    following, preceding = fact[one, FOLLOWING], fact[one, PRECEDING]
    if following >= 0:
        fact[following, PRECEDING] = preceding
    if preceding >= 0:
        fact[preceding, FOLLOWING] = following
    else:
        node[fact[one, NODE], QUEUE] = following


@borrow
def _put_in(node: Ints, fact: Ints, one: int) -> None:
    """Puts a label first among the queued labels of its node."""
    here = fact[one, NODE]
    following = node[here, QUEUE]
    fact[one, FOLLOWING], fact[one, PRECEDING], node[here, QUEUE] = following, -1, one
    if following >= 0:
        fact[following, PRECEDING] = one


@borrow
def _add(total: Floats, label: Floats, one: int, first: int, rest: Floats) -> None:
    """Sets `total` to the costs of a label from a column on, and those of the rest of the way."""
    for criterion in range(len(total)):
        total[criterion] = label[one, first + criterion] + rest[criterion]


@borrow
def _is_within(total: Floats, limit: Floats) -> bool:
    for criterion in range(len(total)):
        if not (total[criterion] <= limit[criterion] and total[criterion] < np.inf):
            return False
    return True


@borrow
def _solve(state: State, limit: Floats, slack: Floats, total: Floats, ending: tuple[int, int]) -> bool:
    """Keeps a solution within the limit, in the place of those that it beats, unless one within `slack` is known."""
    if not _is_within(total, limit) or is_covered(total, state.solved, state.used[FOUND], slack):
        return False
    state.used[FOUND] = enter_solution(state.solved, state.endings, state.used[FOUND], total, ending)
    return True


@njit(cache=True, nogil=True)
def _grow(state: State, room: int) -> State:
    """The state with room for more: of labels where one waits for it, else of sets and solutions."""
    label, fact, keys, queue, pool, solved, endings, used = state
    if used[WAITING] >= 0:
        have = len(keys)
        label, fact = np.empty((room, label.shape[1])), np.empty((room, fact.shape[1]), np.int32)
        keys, queue = np.empty(room), np.empty(room, np.int32)
        label[:have], fact[:have], keys[:have], queue[:have] = (
            state.label,
            state.fact,
            state.keys,
            state.queue,
        )
    else:
        have = len(pool)
        pool = np.empty((2 * have + 2 * used[LONGEST], pool.shape[1]))
        pool[:have] = state.pool
        have = len(endings)
        solved, endings = np.empty((len(solved), 2 * have)), np.empty((2 * have, 2), np.int32)
        solved[:, :have], endings[:have] = state.solved, state.endings
    return State(label, fact, keys, queue, pool, solved, endings, used)


@njit(cache=True, nogil=True)
def trace_solutions(network: Network, corridor: Corridor, state: State) -> tuple[Ints, NDArray[np.int64]]:
    """Old arcs int32[a] of all solutions, one after the other, and where each begins, int64[s + 1]."""
    begin, arcs = np.zeros(state.used[FOUND] + 1, np.int64), np.empty(FIRST_LABELS, np.int32)
    for place in range(len(begin) - 1):
        one, criterion = state.endings[place]
        onward = follow_ways(corridor, criterion, state.fact[one, NODE])
        path = unwind(network, corridor, np.concatenate((_chain_labels(state.fact, one), onward)))
        first, last = begin[place], begin[place] + len(path)
        if last > len(arcs):
            arcs = np.concatenate((arcs[:first], np.empty(last, np.int32)))
        arcs[first:last], begin[place + 1] = path, last
    return arcs, begin


@njit(cache=True, nogil=True)
def _chain_labels(fact: Ints, one: int) -> Ints:
    """The nodes and arcs, int32[c, 2], of a label's path from the source."""
    depth, here = 0, one
    while fact[here, BEFORE] >= 0:
        here = fact[here, BEFORE]
        depth += 1
    chain, here = np.empty((depth, 2), np.int32), one
    for place in range(depth - 1, -1, -1):
        chain[place, 1], here = fact[here, ARC], fact[here, BEFORE]
        chain[place, 0] = fact[here, NODE]
    return chain
