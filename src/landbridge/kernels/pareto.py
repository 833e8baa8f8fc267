"""Pareto fronts over two to four criteria: every best compromise, or a cover of them within bounds.

Label-setting A* in the order of the first criterion, with dominance on the others alone: BOA* for two
criteria (Hernandez Ulloa, Yeoh, Baier, Zhang, Suazo and Koenig 2020, A simple and fast bi-objective search
algorithm) and LTMOA* for more (Hernandez, Yeoh, Baier, Felner, Salzman, Zhang, Chan and Koenig 2023,
Multi-objective search via lazy and efficient dominance checks). Every label is also completed along the best
paths to the target, which gives good solutions early (Ahmadi, Tack, Harabor and Kilby 2021, Bi-objective
search with bi-directional A*). Where a front need hold only within `epsilon`, labels that are that close are
merged as in A*pex (Zhang, Salzman, Felner, Kumar and Koenig 2022, A*pex: efficient approximate
multi-objective search on graphs), which adds up no errors along a path: a label keeps the least cost of all
paths that it stands for, and its own path is never more than `epsilon` above it.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.graph import Csr, freeze
from landbridge.kernels.heap import pop, push
from landbridge.kernels.shortest_paths import Tree, accumulate_along, check_nodes, grow_tree, trace_onward

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Vectors = tuple[Floats, Floats]
FEWEST, MOST = 2, 4
FIRST_LABELS = 4_096
FIRST_SOLUTIONS = 64
ROUNDING = 1e-12
NODE, BEFORE, ARC, FOLLOWING = range(4)
MADE, QUEUED, FOUND = range(3)


@dataclass(frozen=True, slots=True)
class Guide:
    """What is known about reaching a target under k criteria; one guide serves every source.

    weights float64[m, k] by arc id, infinite in all criteria where an arc is forbidden in one; bound
    float64[n, k], the least of each criterion from a node to the target, infinite where there is no way;
    trees, one for each criterion and one for their balance, grown back from the target; finish float64[k + 1,
    n, k], what the path of each tree costs from a node.
    """

    weights: Floats
    target: int
    bound: Floats
    trees: tuple[Tree, ...]
    finish: Floats


@dataclass(frozen=True, slots=True)
class FrontRule:
    """How exact a front is and how far it goes.

    epsilon float64[k], in the units of the criteria: a point of the front may be left out where another one
    is at most that much worse in every criterion; none or zeros for the exact front. limit float64[k]: no
    more of a criterion than this. max_labels bounds the memory and time (about 50 bytes and 1 microsecond a
    label).
    """

    epsilon: Floats | None = None
    limit: Floats | None = None
    max_labels: int = 4_000_000


@dataclass(frozen=True, slots=True)
class Front:
    """Paths of which none is as good as another in all criteria.

    cost float64[p, k], by the first criterion, then the second and so on; paths, int32 arrays of arc ids in
    order. Let c be the cost of any path within the limit: unless `truncated`, a row of `cost` is at most c +
    epsilon in every criterion, errors of rounding apart (weights that are whole numbers have none). A front
    that was cut at its bound on labels is `truncated`: its paths are real, but others may be missing.
    `labels` is the number of labels made.
    """

    cost: Floats
    paths: tuple[Ints, ...]
    truncated: bool
    labels: int


class _Graph(NamedTuple):
    indptr: NDArray[np.int64]
    head: Ints
    arc: Ints
    weights: Floats
    bound: Floats
    finish: Floats


class _Rule(NamedTuple):
    epsilon: Floats
    limit: Floats
    rounding: Floats
    merging: Floats
    max_labels: int


class _State(NamedTuple):
    """A search under way.

    cost float64[l, k] and facts int32[l, 4] are the labels: cost so far; node, label before, arc, next label
    of the node's set. keys and queue are the heap of labels, sets int32[n] the first label of each node's
    set. solved float64[s, k] are the solutions by the first criterion, endings int32[s, 2] the label that
    each continues and the tree that it follows then. used int64[3] counts labels, heap and solutions.
    """

    cost: Floats
    facts: Ints
    keys: Floats
    queue: Ints
    sets: Ints
    solved: Floats
    endings: Ints
    used: NDArray[np.int64]


def make_guide(reverse: Csr, *, weights: Floats, target: int) -> Guide:
    """The bounds and trees towards `target`; the trees grow side by side.

    weights float64[m, k] with k from 2 to 4. Raises ValueError for negative or missing weights and other
    shapes.
    """
    if weights.ndim != 2 or not FEWEST <= weights.shape[1] <= MOST:
        raise ValueError(f"weights of shape {weights.shape}, where [arcs, 2 to 4] is needed")
    usable = np.array(weights, np.float64)
    usable[np.isinf(weights).any(axis=1)] = np.inf
    ends = check_nodes(np.array([target]), reverse.node_count)
    with ThreadPoolExecutor(max_workers=usable.shape[1]) as pool:
        columns = [np.ascontiguousarray(column) for column in usable.T]
        trees = list(pool.map(lambda column: grow_tree(reverse, column, sources=ends), columns))
        trees.append(grow_tree(reverse, _balance(usable, trees), sources=ends))
        finish = np.stack(list(pool.map(lambda tree: accumulate_along(tree, usable), trees)))
    bound = np.column_stack([tree.distance for tree in trees[:-1]])
    return Guide(
        freeze(usable, np.float64),
        int(target),
        freeze(bound, np.float64),
        tuple(trees),
        freeze(finish, np.float64),
    )


def _balance(weights: Floats, trees: Sequence[Tree]) -> Floats:
    """The sum of the criteria, each measured by its mean distance to the target."""
    scales = []
    for tree in trees:
        reached = tree.distance[tree.order]
        mean = float(reached.mean())
        scales.append(1.0 / mean if mean > 0.0 else 1.0)
    return np.asarray(weights @ np.array(scales), np.float64)


def find_front(csr: Csr, guide: Guide, *, source: int, rule: FrontRule | None = None) -> Front:
    """The Pareto front from `source` to the guide's target.

    The best path of each criterion is always in it, if within the limit. Raises ValueError where a vector of
    the rule has not one number of at least 0 for each criterion.

    >>> from landbridge.kernels.graph import build_csr
    >>> tail, head = np.array([0, 1, 0, 2, 0]), np.array([1, 3, 2, 3, 3])
    >>> weights = np.array([[1.0, 5.0], [1.0, 5.0], [5.0, 1.0], [5.0, 1.0], [7.0, 7.0]])
    >>> guide = make_guide(build_csr(head, tail, node_count=4), weights=weights, target=3)
    >>> front = find_front(build_csr(tail, head, node_count=4), guide, source=0)
    >>> front.cost.tolist(), [path.tolist() for path in front.paths]
    ([[2.0, 10.0], [7.0, 7.0], [10.0, 2.0]], [[0, 1], [4], [2, 3]])
    """
    chosen = rule or FrontRule()
    width = guide.weights.shape[1]
    check_nodes(np.array([source]), csr.node_count)
    slack = _check_vector(chosen.epsilon, 0.0, width)
    # One path has several sums that differ in their last digits, by where its label ends and its tree begins.
    least = np.where(np.isfinite(guide.bound[source]), ROUNDING * guide.bound[source], 0.0)
    epsilon, limit = np.maximum(slack, least), _check_vector(chosen.limit, np.inf, width)
    # A label may stand for paths within a limit only if its own path is within it too.
    merging = np.where(limit < np.inf, 0.0, epsilon)
    vectors = [freeze(vector, np.float64) for vector in (epsilon, limit, least, merging)]
    bounds = _Rule(*vectors, int(chosen.max_labels))
    graph = _Graph(csr.indptr, csr.head, csr.arc, guide.weights, guide.bound, guide.finish)
    state, truncated = _search(graph, bounds, int(source))
    endings = state.endings[: state.used[FOUND]].tolist()
    paths = [_trace(state.facts, guide.trees, *ending) for ending in endings]
    cost = np.array([_measure(guide.weights, path) for path in paths]).reshape(len(paths), width)
    order = np.lexsort(cost.T[::-1])
    return Front(cost[order], tuple(paths[index] for index in order), truncated, int(state.used[MADE]))


def _measure(weights: Floats, path: Ints) -> Floats:
    """The cost of a path, added from start to end as a tree adds it."""
    return np.zeros(weights.shape[1]) if not len(path) else np.cumsum(weights[path], axis=0)[-1]


def _check_vector(values: Floats | None, default: float, width: int) -> Floats:
    vector = np.full(width, default) if values is None else np.asarray(values, np.float64)
    if vector.shape != (width,) or not (vector >= 0.0).all():
        raise ValueError(f"{vector} is not a number of at least 0 for each of {width} criteria")
    return freeze(vector, np.float64)


def _trace(facts: Ints, trees: Sequence[Tree], label: int, tree: int) -> Ints:
    """Arcs from the source to a label's node, and on along a tree to the target."""
    arcs = []
    here = label
    while facts[here, BEFORE] >= 0:
        arcs.append(facts[here, ARC])
        here = int(facts[here, BEFORE])
    onward = trace_onward(trees[tree], int(facts[label, NODE]))
    return np.concatenate([np.array(arcs[::-1], np.int32), onward])


@njit(cache=True, nogil=True)
def _search(graph: _Graph, rule: _Rule, source: int) -> tuple[_State, bool]:
    state = _start(graph, source)
    width = graph.bound.shape[1]
    total = np.empty(width)
    # The best path of each criterion enters whole, however close the others are.
    for tree in range(width * min(state.used[QUEUED], 1)):
        _add(total, state.cost, 0, graph.finish[tree], source)
        state = _solve(state, (rule.limit, rule.rounding), total, 0, tree)
    while state.used[QUEUED] > 0:
        label = np.int64(state.queue[0])
        state.used[QUEUED] = pop(state.keys, state.queue, state.used[QUEUED])
        node = state.facts[label, NODE]
        if node < 0:
            continue
        _take_out(state.facts, state.opened, label)
        _add(total, state.least, label, graph.bound, node)
        if _is_covered(total, state.solved, state.used[FOUND], rule.epsilon):
            continue
        if not _enter_set(state.least, state.facts, state.sets, label):
            continue
        for tree in range(width + 1):
            _add(total, state.cost, label, graph.finish[tree], node)
            state = _solve(state, (rule.limit, rule.epsilon), total, label, tree)
        _add(total, state.least, label, graph.bound, node)
        if _is_covered(total, state.solved, state.used[FOUND], rule.epsilon):
            continue
        need = state.used[MADE] + graph.indptr[node + 1] - graph.indptr[node]
        if need > rule.max_labels:
            return state, True
        if need > len(state.keys):
            state = _grow_labels(state, min(max(2 * len(state.keys), need), rule.max_labels))
        _expand(graph, rule, state, label, total)
    return state, False


@njit(cache=True, nogil=True)
def _start(graph: _Graph, source: int) -> _State:
    """A search that holds one label, at the source; none where the target cannot be reached."""
    width = graph.bound.shape[1]
    state = _State(
        np.zeros((FIRST_LABELS, width)),
        np.zeros((FIRST_LABELS, width)),
        np.full((FIRST_LABELS, 4), -1, np.int32),
        np.empty(FIRST_LABELS),
        np.empty(FIRST_LABELS, np.int32),
        np.full(len(graph.indptr) - 1, -1, np.int32),
        np.full(len(graph.indptr) - 1, -1, np.int32),
        np.empty((FIRST_SOLUTIONS, width)),
        np.empty((FIRST_SOLUTIONS, 2), np.int32),
        np.zeros(3, np.int64),
    )
    if graph.bound[source, 0] < np.inf:
        state.facts[0, NODE] = source
        state.opened[source] = 0
        state.used[MADE] = 1
        state.used[QUEUED] = push(state.keys, state.queue, 0, graph.bound[source, 0], 0)
    return state


@njit(cache=True, nogil=True)
def _expand(graph: _Graph, rule: _Rule, state: _State, label: int, total: Floats) -> None:
    """Makes the labels that follow a label and queues those that may still become solutions."""
    cost, least, facts, used = state.cost, state.least, state.facts, state.used
    node = facts[label, NODE]
    for slot in range(graph.indptr[node], graph.indptr[node + 1]):
        head, arc, new = graph.head[slot], graph.arc[slot], used[MADE]
        for criterion in range(len(total)):
            cost[new, criterion] = cost[label, criterion] + graph.weights[arc, criterion]
            least[new, criterion] = least[label, criterion] + graph.weights[arc, criterion]
        _add(total, least, new, graph.bound, head)
        if not _is_within(total, rule.limit) or _is_dominated(least, facts, state.sets[head], new):
            continue
        if _is_covered(total, state.solved, used[FOUND], rule.epsilon):
            continue
        facts[new, NODE], facts[new, BEFORE], facts[new, ARC] = head, label, arc
        if not _merge(state, new, rule.merging):
            facts[new, FOLLOWING], state.opened[head] = state.opened[head], new
            used[MADE] = new + 1
            used[QUEUED] = push(state.keys, state.queue, used[QUEUED], total[0], new)


@njit(cache=True, nogil=True)
def _merge(state: _State, new: int, slack: Floats) -> bool:
    """Whether a queued label of the same node takes the new one in; else the new one may have taken one in."""
    least, facts = state.least, state.facts
    other = state.opened[facts[new, NODE]]
    while other >= 0:
        old_stands = _can_stand(state.cost, least, other, new, slack)
        new_stands = _can_stand(state.cost, least, new, other, slack)
        if (old_stands or new_stands) and least[new, 0] >= least[other, 0]:
            _join(state, other, new, old_stands)
            return True
        if old_stands or new_stands:
            _join(state, new, other, new_stands)
            _take_out(facts, state.opened, other)
            facts[other, NODE] = -1
            return False
        other = facts[other, FOLLOWING]
    return False


@njit(cache=True, nogil=True)
def _can_stand(cost: Floats, least: Floats, one: int, other: int, slack: Floats) -> bool:
    """Whether the path of `one` is close enough to the least costs of both labels."""
    stands = True
    for criterion in range(len(slack)):
        both = min(least[one, criterion], least[other, criterion])
        stands &= cost[one, criterion] <= both + slack[criterion]
    return stands


@njit(cache=True, nogil=True)
def _join(state: _State, label: int, other: int, stands: bool) -> None:  # noqa: FBT001
    """Lets a label stand for another one too: on its own path if that `stands`, else on the other's."""
    for criterion in range(state.cost.shape[1]):
        state.least[label, criterion] = min(state.least[label, criterion], state.least[other, criterion])
        if not stands:
            state.cost[label, criterion] = state.cost[other, criterion]
    if not stands:
        state.facts[label, BEFORE], state.facts[label, ARC] = (
            state.facts[other, BEFORE],
            state.facts[other, ARC],
        )


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def _add(total: Floats, cost: Floats, label: int, rest: Floats, node: int) -> None:
    """Sets `total` to the cost of a label and the rest of the way from its node."""
    for criterion in range(len(total)):
        total[criterion] = cost[label, criterion] + rest[node, criterion]


@njit(cache=True, nogil=True)
def _is_within(total: Floats, limit: Floats) -> bool:
    for criterion in range(len(total)):
        if not (total[criterion] <= limit[criterion] and total[criterion] < np.inf):
            return False
    return True


@njit(cache=True, nogil=True)
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
        covers = True
        for criterion in range(1, len(total)):
            covers &= solved[index, criterion] <= total[criterion] + slack[criterion]
        # Of two criteria the nearest solution on the left has the least of the second.
        if covers or len(total) == FEWEST:
            return covers
    return False


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
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


@njit(cache=True, nogil=True)
def _is_tail_least(least: Floats, one: int, other: int) -> bool:
    lower = True
    for criterion in range(1, least.shape[1]):
        lower &= least[one, criterion] <= least[other, criterion]
    return lower


@njit(cache=True, nogil=True)
def _solve(state: _State, limits: Vectors, total: Floats, label: int, tree: int) -> _State:
    """Keeps a solution within the limit, in the place of those that it beats, unless one within epsilon is known."""
    if not _is_within(total, limits[0]) or _is_covered(total, state.solved, state.used[FOUND], limits[1]):
        return state
    found, kept = state.used[FOUND], 0
    for index in range(found):
        if not _is_beaten(state.solved, index, total):
            _move(state.solved, state.endings, index, kept)
            kept += 1
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
    return state


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
def _grow_labels(state: _State, room: int) -> _State:
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
    return state._replace(cost=cost, least=least, facts=facts, keys=keys, queue=queue)


@njit(cache=True, nogil=True)
def _grow_solutions(state: _State) -> _State:
    room = len(state.endings)
    solved, endings = np.empty((2 * room, state.solved.shape[1])), np.empty((2 * room, 2), np.int32)
    for index in range(room):
        for criterion in range(solved.shape[1]):
            solved[index, criterion] = state.solved[index, criterion]
        endings[index, 0], endings[index, 1] = state.endings[index, 0], state.endings[index, 1]
    return state._replace(solved=solved, endings=endings)
