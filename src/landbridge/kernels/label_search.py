"""The label-setting search behind `pareto`: compiled functions over growing arrays of labels.

Labels leave the queue in the order of their bound on the first criterion. A label stands for every path that
was merged into it: `least` bounds them all from below and is what labels are compared by, `cost` is that of
its own path. Where a street leads on to a single other one, the label runs through. The papers are named in
`pareto`.

Functions that make no array count no references, which took half of the time.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.completions import UNKNOWN, Completions, Graph, find_way, start_completions
from landbridge.kernels.heap import pop, push

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Vectors = tuple[Floats, Floats]
FIRST_LABELS = 4_096
FIRST_SOLUTIONS = 64
NODE, BEFORE, SLOT, FOLLOWING = range(4)
MADE, QUEUED, FOUND, CHANGES = range(4)


Function = TypeVar("Function", bound=Callable[..., Any])


def borrow(function: Function) -> Function:
    """Compiles a function that makes no array, and so needs no memory of its own and no counts of references."""
    compiled = njit(cache=True, nogil=True, _nrt=False)  # type: ignore[call-overload]
    return cast("Function", compiled(function))


class Rule(NamedTuple):
    """Vectors float64[k]: how close a solution must be, the limit, what sums are rounded to, how far labels merge."""

    epsilon: Floats
    limit: Floats
    rounding: Floats
    merging: Floats
    max_labels: int


class State(NamedTuple):
    """A search under way.

    cost, least float64[l, k] and facts int32[l, 4] are the labels: what their path costs; the least that the
    paths which they stand for cost; node (-1 once merged), label before, slot, next label of the node. keys
    and queue are the heap of labels; opened and sets int32[n] are the first queued and the first expanded
    label of each node. solved float64[s, 2 k] are the solutions by the first criterion, each followed by the
    least of every criterion up to it; endings int32[s, 2] the label that each continues and the criterion
    whose best path it follows then. used int64[4] counts labels, heap, solutions and changes of these.
    """

    cost: Floats
    least: Floats
    facts: Ints
    keys: Floats
    queue: Ints
    opened: Ints
    sets: Ints
    solved: Floats
    endings: Ints
    used: NDArray[np.int64]


@njit(cache=True, nogil=True)
def search_labels(
    graph: Graph, rule: Rule, source: int, best: tuple[Ints, Ints]
) -> tuple[State, Completions, bool]:
    """Runs a search to its end; True where the bound on labels cut it short.

    best: the arcs of the best path by each criterion, one path after the other, and the number of arcs of each.
    """
    state, completions = _start(graph, source), start_completions(graph, source, best)
    width = graph.bound.shape[1]
    total, bound = np.empty(width), np.empty(width)
    # The best path of each criterion enters whole, however close the others are.
    for criterion in range(width * min(state.used[QUEUED], 1)):
        _add(total, state.cost, 0, completions.finish[criterion], source)
        state = _solve(state, (rule.limit, rule.rounding), total, 0, criterion)
    while True:
        label = _take_next(state, graph.bound, rule.epsilon, bound)
        if label < 0:
            return state, completions, False
        node, known = state.facts[label, NODE], state.used[CHANGES]
        for criterion in range(width):
            if completions.way[criterion, node] == UNKNOWN:
                find_way(graph, completions.way[criterion], completions.finish[criterion], criterion, node)
        criterion, near = _choose_completion(state, completions, rule, (label, 0, total), bound)
        while criterion < width:
            _add(total, state.cost, label, completions.finish[criterion], node)
            slack = rule.rounding if near else rule.epsilon
            state = _solve(state, (rule.limit, slack), total, label, criterion)
            criterion, near = _choose_completion(
                state, completions, rule, (label, criterion + 1, total), bound
            )
        if state.used[CHANGES] != known and _is_covered(bound, state.solved, state.used[FOUND], rule.epsilon):
            continue
        need = state.used[MADE] + graph.indptr[node + 1] - graph.indptr[node]
        if need > rule.max_labels:
            return state, completions, True
        if need > len(state.keys):
            state = _grow_labels(state, min(max(2 * len(state.keys), need), rule.max_labels))
        _expand(graph, rule, state, label, total)


@borrow
def _take_next(state: State, bounds: Floats, slack: Floats, bound: Floats) -> int:
    """The next label of the queue that may become a solution, entered at its node, with its `bound`; -1 at the end."""
    least, facts, opened, sets = state.least, state.facts, state.opened, state.sets
    keys, queue, solved, used = state.keys, state.queue, state.solved, state.used
    while used[QUEUED] > 0:
        label = int(queue[0])
        used[QUEUED] = pop(keys, queue, used[QUEUED])
        node = facts[label, NODE]
        if node < 0:
            continue
        _take_out(facts, opened, label)
        _add(bound, least, label, bounds, node)
        if not _is_covered(bound, solved, used[FOUND], slack) and _enter_set(least, facts, sets, label):
            return label
    return -1


@borrow
def _choose_completion(
    state: State, completions: Completions, rule: Rule, at: tuple[int, int, Floats], bound: Floats
) -> tuple[int, bool]:
    """The first criterion, from one on, whose best path completes a label to a new solution, and whether it is
    close to all that the label can become; the number of criteria where there is none. `at`: the label, the criterion
    and room for a sum.
    """
    (label, first, total), width = at, len(bound)
    node = state.facts[label, NODE]
    cost, finish, solved, found = state.cost, completions.finish, state.solved, state.used[FOUND]
    epsilon, limit, rounding = rule.epsilon, rule.limit, rule.rounding
    for criterion in range(first, width):
        for other in range(width):
            total[other] = cost[label, other] + finish[criterion, node, other]
        if not _is_within(total, limit):
            continue
        # A solution that is close to all that the label can become must enter, for none that is known is.
        near = _is_near(total, bound, epsilon)
        if not _is_covered(total, solved, found, rounding if near else epsilon):
            return criterion, near
    return width, False


@njit(cache=True, nogil=True)
def _start(graph: Graph, source: int) -> State:
    """A search that holds one label, at the source; none where the target cannot be reached."""
    width = graph.bound.shape[1]
    state = State(
        np.zeros((FIRST_LABELS, width)),
        np.zeros((FIRST_LABELS, width)),
        np.full((FIRST_LABELS, 4), -1, np.int32),
        np.empty(FIRST_LABELS),
        np.empty(FIRST_LABELS, np.int32),
        np.full(len(graph.indptr) - 1, -1, np.int32),
        np.full(len(graph.indptr) - 1, -1, np.int32),
        np.empty((FIRST_SOLUTIONS, 2 * width)),
        np.empty((FIRST_SOLUTIONS, 2), np.int32),
        np.zeros(4, np.int64),
    )
    if graph.bound[source, 0] < np.inf:
        state.facts[0, NODE] = source
        state.opened[source] = 0
        state.used[MADE] = 1
        state.used[QUEUED] = push(state.keys, state.queue, 0, graph.bound[source, 0], 0)
    return state


@borrow
def _expand(graph: Graph, rule: Rule, state: State, label: int, total: Floats) -> None:
    """Makes the labels that follow a label and queues those that may still become solutions."""
    cost, least, facts, used = state.cost, state.least, state.facts, state.used
    sets, opened, solved, keys, queue = state.sets, state.opened, state.solved, state.keys, state.queue
    indptr, heads, arcs, weights, bounds = graph.indptr, graph.head, graph.arc, graph.weights, graph.bound
    node = facts[label, NODE]
    for slot in range(indptr[node], indptr[node + 1]):
        new = used[MADE]
        for criterion in range(len(total)):
            cost[new, criterion], least[new, criterion] = cost[label, criterion], least[label, criterion]
        here, way = node, slot
        while way >= 0:
            head, arc = heads[way], arcs[way]
            for criterion in range(len(total)):
                cost[new, criterion] += weights[arc, criterion]
                least[new, criterion] += weights[arc, criterion]
            way = _lead_on(indptr, heads, graph.target, here, way) if head != node else -1
            here = head
        head = here
        _add(total, least, new, bounds, head)
        if not _is_within(total, rule.limit) or _is_dominated(least, facts, sets[head], new):
            continue
        if _is_covered(total, solved, used[FOUND], rule.epsilon):
            continue
        facts[new, NODE], facts[new, BEFORE], facts[new, SLOT] = head, label, slot
        if not _merge((cost, least), facts, opened, new, rule.merging):
            facts[new, FOLLOWING], opened[head] = opened[head], new
            used[MADE] = new + 1
            used[QUEUED] = push(keys, queue, used[QUEUED], total[0], new)


@borrow
def _lead_on(indptr: NDArray[np.int64], heads: Ints, target: int, node: int, slot: int) -> int:
    """The slot that follows one from `node` where there is one way on beside the way back; else -1."""
    head = heads[slot]
    first: int = indptr[head]
    if head == target or indptr[head + 1] - first != 2:
        return -1
    back = heads[first] == node
    if back == (heads[first + 1] == node):
        return -1
    return first + 1 if back else first


@njit(cache=True, nogil=True)
def unwind(graph: Graph, facts: Ints, label: int) -> Ints:
    """Arcs int32[a] of a label's path from the source."""
    depth, here = 0, label
    while facts[here, BEFORE] >= 0:
        here = facts[here, BEFORE]
        depth += 1
    chain = np.empty(depth, np.int32)
    here = label
    for index in range(depth - 1, -1, -1):
        chain[index] = here
        here = facts[here, BEFORE]
    arcs = np.empty(0, np.int32)
    for _ in range(2):  # once to count, once to note
        count = 0
        for one in chain:
            count = _walk(graph, facts[facts[one, BEFORE], NODE], facts[one, SLOT], arcs, count)
        if len(arcs) == 0:
            arcs = np.empty(count, np.int32)
    return arcs


@njit(cache=True, nogil=True)
def _walk(graph: Graph, node: int, slot: int, arcs: Ints, count: int) -> int:
    """Notes the arcs from a slot to where the ways part, after the first `count`; only counts if `arcs` is empty."""
    here, way = node, slot
    while way >= 0:
        if len(arcs):
            arcs[count] = graph.arc[way]
        count += 1
        head = graph.head[way]
        way = _lead_on(graph.indptr, graph.head, graph.target, here, way) if head != node else -1
        here = head
    return count


@borrow
def _merge(costs: Vectors, facts: Ints, opened: Ints, new: int, slack: Floats) -> bool:
    """Whether a queued label of the same node takes the new one in; else the new one may have taken one in."""
    cost, least = costs
    other = opened[facts[new, NODE]]
    while other >= 0:
        old_stands = _can_stand(cost, least, other, new, slack)
        new_stands = _can_stand(cost, least, new, other, slack)
        if (old_stands or new_stands) and least[new, 0] >= least[other, 0]:
            _join(cost, least, facts, (other, new), old_stands)
            return True
        if old_stands or new_stands:
            _join(cost, least, facts, (new, other), new_stands)
            _take_out(facts, opened, other)
            facts[other, NODE] = -1
            return False
        other = facts[other, FOLLOWING]
    return False


@borrow
def _can_stand(cost: Floats, least: Floats, one: int, other: int, slack: Floats) -> bool:
    """Whether the path of `one` is close enough to the least costs of both labels."""
    stands = True
    for criterion in range(len(slack)):
        both = min(least[one, criterion], least[other, criterion])
        stands &= cost[one, criterion] <= both + slack[criterion]
    return stands


@borrow
def _join(cost: Floats, least: Floats, facts: Ints, pair: tuple[int, int], stands: bool) -> None:  # noqa: FBT001
    """Lets a label stand for another one too: on its own path if that `stands`, else on the other's."""
    label, other = pair
    for criterion in range(cost.shape[1]):
        least[label, criterion] = min(least[label, criterion], least[other, criterion])
        if not stands:
            cost[label, criterion] = cost[other, criterion]
    if not stands:
        facts[label, BEFORE], facts[label, SLOT] = facts[other, BEFORE], facts[other, SLOT]


@borrow
def _take_out(facts: Ints, opened: Ints, label: int) -> None:
    """Takes a label out of the queued labels of its node."""
    node = facts[label, NODE]
    other = opened[node]
    if other == label:
        opened[node] = facts[label, FOLLOWING]
        return
    while facts[other, FOLLOWING] != label:
        other = facts[other, FOLLOWING]
    facts[other, FOLLOWING] = facts[label, FOLLOWING]


@borrow
def _add(total: Floats, cost: Floats, label: int, rest: Floats, node: int) -> None:
    """Sets `total` to the cost of a label and the rest of the way from its node."""
    for criterion in range(len(total)):
        total[criterion] = cost[label, criterion] + rest[node, criterion]


@borrow
def _is_within(total: Floats, limit: Floats) -> bool:
    for criterion in range(len(total)):
        if not (total[criterion] <= limit[criterion] and total[criterion] < np.inf):
            return False
    return True


@borrow
def _is_near(total: Floats, bound: Floats, slack: Floats) -> bool:
    near = True
    for criterion in range(len(total)):
        near &= total[criterion] <= bound[criterion] + slack[criterion]
    return near


@borrow
def _is_covered(total: Floats, solved: Floats, found: int, slack: Floats) -> bool:
    """Whether a solution is at most `slack` worse than `total` in every criterion."""
    first = total[0] + slack[0]
    low, high = 0, found
    while low < high:
        middle = (low + high) >> 1
        if solved[middle, 0] <= first:
            low = middle + 1
        else:
            high = middle
    for index in range(low - 1, -1, -1):
        covers, others_may = True, True
        for criterion in range(1, len(total)):
            most = total[criterion] + slack[criterion]
            covers &= solved[index, criterion] <= most
            others_may &= solved[index, criterion + len(total)] <= most
        if covers or not others_may:
            return covers
    return False


@borrow
def _is_dominated(least: Floats, facts: Ints, other: int, label: int) -> bool:
    """Whether the set that starts with `other` holds a label that is as good in all criteria but the first.

    Labels leave the queue in the order of the first criterion, so those of the set are as good in that one
    too.
    """
    while other >= 0:
        if _is_tail_least(least, other, label):
            return True
        other = facts[other, FOLLOWING]
    return False


@borrow
def _enter_set(least: Floats, facts: Ints, sets: Ints, label: int) -> bool:
    """Puts a label into the set of its node in the place of those that it beats; False where one beats it."""
    node = facts[label, NODE]
    if _is_dominated(least, facts, sets[node], label):
        return False
    kept, other = label, sets[node]
    sets[node] = label
    while other >= 0:
        following = facts[other, FOLLOWING]
        if not _is_tail_least(least, label, other):
            facts[kept, FOLLOWING] = other
            kept = other
        other = following
    facts[kept, FOLLOWING] = -1
    return True


@borrow
def _is_tail_least(least: Floats, one: int, other: int) -> bool:
    lower = True
    for criterion in range(1, least.shape[1]):
        lower &= least[one, criterion] <= least[other, criterion]
    return lower


@njit(cache=True, nogil=True)
def _solve(state: State, limits: Vectors, total: Floats, label: int, tree: int) -> State:
    """Keeps a solution within the limit, in the place of those that it beats, unless one within epsilon is known."""
    if not _is_within(total, limits[0]) or _is_covered(total, state.solved, state.used[FOUND], limits[1]):
        return state
    found, kept, same = state.used[FOUND], 0, 0
    for index in range(found):
        if not _is_beaten(state.solved, index, total):
            _move(state.solved, state.endings, index, kept)
            kept += 1
            same += index == kept - 1
    if kept == len(state.endings):
        state = _grow_solutions(state)
    place = kept
    while place > 0 and state.solved[place - 1, 0] > total[0]:
        _move(state.solved, state.endings, place - 1, place)
        place -= 1
    for criterion in range(len(total)):
        state.solved[place, criterion] = total[criterion]
    state.endings[place, 0], state.endings[place, 1] = label, tree
    state.used[FOUND] = kept + 1
    state.used[CHANGES] += 1
    _note_least(state.solved, min(place, same), kept + 1)
    return state


@njit(cache=True, nogil=True)
def _note_least(solved: Floats, first: int, found: int) -> None:
    """Notes beside each solution from the `first` on the least of every criterion up to there."""
    width = solved.shape[1] // 2
    for index in range(first, found):
        for criterion in range(width):
            least = solved[index, criterion]
            if index > 0:
                least = min(least, solved[index - 1, criterion + width])
            solved[index, criterion + width] = least


@njit(cache=True, nogil=True)
def _is_beaten(solved: Floats, index: int, total: Floats) -> bool:
    beaten = True
    for criterion in range(len(total)):
        beaten &= total[criterion] <= solved[index, criterion]
    return beaten


@njit(cache=True, nogil=True)
def _move(solved: Floats, endings: Ints, start: int, end: int) -> None:
    for criterion in range(solved.shape[1]):
        solved[end, criterion] = solved[start, criterion]
    endings[end, 0], endings[end, 1] = endings[start, 0], endings[start, 1]


@njit(cache=True, nogil=True)
def _grow_labels(state: State, room: int) -> State:
    width = state.cost.shape[1]
    cost, least, facts = np.empty((room, width)), np.empty((room, width)), np.full((room, 4), -1, np.int32)
    keys, queue = np.empty(room), np.empty(room, np.int32)
    for label in range(len(state.keys)):
        for criterion in range(width):
            cost[label, criterion] = state.cost[label, criterion]
            least[label, criterion] = state.least[label, criterion]
        for fact in range(4):
            facts[label, fact] = state.facts[label, fact]
        keys[label], queue[label] = state.keys[label], state.queue[label]
    lists = (state.opened, state.sets, state.solved, state.endings, state.used)
    return State(cost, least, facts, keys, queue, *lists)


@njit(cache=True, nogil=True)
def _grow_solutions(state: State) -> State:
    room = len(state.endings)
    solved, endings = np.empty((2 * room, state.solved.shape[1])), np.empty((2 * room, 2), np.int32)
    for index in range(room):
        for criterion in range(solved.shape[1]):
            solved[index, criterion] = state.solved[index, criterion]
        endings[index, 0], endings[index, 1] = state.endings[index, 0], state.endings[index, 1]
    labels = (state.cost, state.least, state.facts, state.keys, state.queue, state.opened, state.sets)
    return State(*labels, solved, endings, state.used)
