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
    find_way,
    leave_node,
)
from landbridge.kernels.heap import pop, push
from landbridge.kernels.label_sets import enter_set, enter_solution, is_beaten, is_covered

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
FIRST_LABELS = 4_096
FIRST_SOLUTIONS = 64
NODE, BEFORE, ARC, FOLLOWING = range(4)
MADE, QUEUED, FOUND, POOLED, LONGEST, CHANGES = range(6)


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

    label float64[l, 2 k] and fact int32[l, 4] are the labels: what their path costs and the least that the paths which
    they stand for cost; node (-1 once merged), label before, arc, next label in the queue of the node. keys and queue
    are the heap of labels; pool float64[p, k - 1] holds the sets of the nodes. solved float64[s, 2 k] are the solutions
    by the first criterion, each followed by the least of every criterion up to it; endings int32[s, 2] the label that
    each continues and the criterion whose best path it follows then. used int64[6] counts labels, heap, solutions,
    places of the pool, costs in the largest set, and changes of the solutions.
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
        state = _solve(state, rule.limit, rule.rounding, total, (0, criterion))
    while True:
        state = _grow_pool(state)
        label = _take_next(state, corridor, rule.epsilon, bound)
        if label < 0:
            return state, False
        node, known = state.fact[label, NODE], state.used[CHANGES]
        for criterion in range(width):
            if corridor.node[node, WAYS + criterion] == UNKNOWN:
                find_way(network, corridor, node, criterion)
        criterion, near = _choose_completion(state, corridor, rule, (label, 0, total), bound)
        while criterion < width:
            _add(total, state.label, label, 0, corridor.finish[node, criterion])
            slack = rule.rounding if near else rule.epsilon
            state = _solve(state, rule.limit, slack, total, (label, criterion))
            criterion, near = _choose_completion(state, corridor, rule, (label, criterion + 1, total), bound)
        if state.used[CHANGES] != known and is_covered(bound, state.solved, state.used[FOUND], rule.epsilon):
            continue
        if corridor.node[node, FIRST] == UNKNOWN:
            leave_node(network, corridor, node)
        need = state.used[MADE] + corridor.node[node, LAST] - corridor.node[node, FIRST]
        if need > rule.max_labels:
            return state, True
        if need > len(state.keys):
            state = _grow_labels(state, min(max(2 * len(state.keys), need), rule.max_labels))
        _expand(corridor, rule, state, label, total)


@njit(cache=True, nogil=True)
def _start(corridor: Corridor, source: int) -> State:
    """A search that holds one label, at the source; none where the target cannot be reached."""
    width = corridor.bound.shape[1]
    state = State(
        np.zeros((FIRST_LABELS, 2 * width)),
        np.full((FIRST_LABELS, 4), -1, np.int32),
        np.empty(FIRST_LABELS),
        np.empty(FIRST_LABELS, np.int32),
        np.empty((FIRST_LABELS, width - 1)),
        np.empty((FIRST_SOLUTIONS, 2 * width)),
        np.empty((FIRST_SOLUTIONS, 2), np.int32),
        np.zeros(6, np.int64),
    )
    if corridor.bound[source, 0] < np.inf:
        state.fact[0, NODE] = source
        corridor.node[source, QUEUE] = 0
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
        if node[here, QUEUE] >= 0:
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
def _choose_completion(
    state: State, corridor: Corridor, rule: Rule, at: tuple[int, int, Floats], bound: Floats
) -> tuple[int, bool]:
    """The first criterion, from one on, whose best path completes a label to a new solution, and whether it is
    close to all that the label can become; the number of criteria where there is none. `at`: the label, the criterion
    and room for a sum.
    """
    (one, first, total), width = at, len(bound)
    here, before, found = state.fact[one, NODE], state.fact[one, BEFORE], state.used[FOUND]
    for criterion in range(first, width):
        _add(total, state.label, one, 0, corridor.finish[here, criterion])
        if not _is_within(total, rule.limit):
            continue
        # A solution that is close to all that the label can become must enter, for none that is known is.
        near = True
        for other in range(width):
            near &= total[other] <= bound[other] + rule.epsilon[other]
        if not near and before >= 0:
            # The label before was completed by the same path.
            way = corridor.node[state.fact[before, NODE], WAYS + criterion]
            if way == state.fact[one, ARC]:
                continue
        if not is_covered(total, state.solved, found, rule.rounding if near else rule.epsilon):
            return criterion, near
    return width, False


@borrow
def _expand(corridor: Corridor, rule: Rule, state: State, one: int, total: Floats) -> None:
    """Makes the labels that follow a label and queues those that may still become solutions."""
    label, fact, used = state.label, state.fact, state.used
    node, arc, weight, bounds, width = corridor.node, corridor.arc, corridor.weight, corridor.bound, len(total)
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
        fact[new, NODE], fact[new, BEFORE], fact[new, ARC] = head, one, way
        if rule.merges:
            if _merge(label, fact, node, new, rule.merging):
                continue
            fact[new, FOLLOWING], node[head, QUEUE] = node[head, QUEUE], new
        used[MADE] = new + 1
        used[QUEUED] = push(state.keys, state.queue, used[QUEUED], total[0], new)


@njit(cache=True, nogil=True)
def chain_labels(fact: Ints, one: int) -> Ints:
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
    here = fact[one, NODE]
    other = node[here, QUEUE]
    if other == one:
        node[here, QUEUE] = fact[one, FOLLOWING]
        return
    while fact[other, FOLLOWING] != one:
        other = fact[other, FOLLOWING]
    fact[other, FOLLOWING] = fact[one, FOLLOWING]


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


@njit(cache=True, nogil=True)
def _solve(state: State, limit: Floats, slack: Floats, total: Floats, ending: tuple[int, int]) -> State:
    """Keeps a solution within the limit, in the place of those that it beats, unless one within `slack` is known."""
    if not _is_within(total, limit) or is_covered(total, state.solved, state.used[FOUND], slack):
        return state
    if state.used[FOUND] == len(state.endings):
        state = _grow_solutions(state)
    state.used[FOUND] = enter_solution(state.solved, state.endings, state.used[FOUND], total, ending)
    state.used[CHANGES] += 1
    return state


@njit(cache=True, nogil=True)
def _grow_labels(state: State, room: int) -> State:
    have, width = len(state.keys), state.label.shape[1]
    label, fact = np.empty((room, width)), np.full((room, 4), -1, np.int32)
    keys, queue = np.empty(room), np.empty(room, np.int32)
    label[:have], fact[:have], keys[:have], queue[:have] = state.label, state.fact, state.keys, state.queue
    return State(label, fact, keys, queue, state.pool, state.solved, state.endings, state.used)


@njit(cache=True, nogil=True)
def _grow_pool(state: State) -> State:
    """The state with room in its pool for the largest set to move."""
    need, have = state.used[POOLED] + 2 * state.used[LONGEST] + 1, len(state.pool)
    if need <= have:
        return state
    pool = np.empty((2 * need, state.pool.shape[1]))
    pool[:have] = state.pool
    return State(
        state.label, state.fact, state.keys, state.queue, pool, state.solved, state.endings, state.used
    )


@njit(cache=True, nogil=True)
def _grow_solutions(state: State) -> State:
    have = len(state.endings)
    solved, endings = np.empty((2 * have, state.solved.shape[1])), np.empty((2 * have, 2), np.int32)
    solved[:have], endings[:have] = state.solved, state.endings
    return State(state.label, state.fact, state.keys, state.queue, state.pool, solved, endings, state.used)
