"""Pareto fronts over two to four criteria: every best compromise, or a cover of them within bounds.

Label-setting A* with constant-time bounds and dominance on all but the first criterion: BOA* for two criteria
(Hernandez Ulloa, Yeoh, Baier, Zhang, Suazo and Koenig 2020, A simple and fast bi-objective search algorithm)
and LTMOA* for three and more (Hernandez, Yeoh, Baier, Felner, Salzman, Zhang, Chan and Koenig 2023,
Multi-objective search via lazy and efficient dominance checks). Every label is also completed along the best
paths to the target, which gives good solutions early (Ahmadi, Tack, Harabor and Kilby 2021, Bi-objective
search with bi-directional A*), and a label ends where one solution is within `epsilon` of all that it can
still become.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.graph import Csr, freeze
from landbridge.kernels.shortest_paths import Tree, accumulate_along, check_nodes, grow_tree, trace_onward

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
FEWEST, MOST = 2, 4
FIRST_LABELS = 4_096
FIRST_SOLUTIONS = 64
MADE, QUEUED, FOUND = 0, 1, 2


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
    exact: Floats
    max_labels: int


class _Labels(NamedTuple):
    """Labels by number: cost so far, node, the label and arc before it, the next label of the node's set."""

    cost: Floats
    node: Ints
    before: Ints
    arc: Ints
    following: Ints


class _Solutions(NamedTuple):
    """Solutions by the first criterion: cost, the label that they continue and the tree that they follow then."""

    cost: Floats
    label: Ints
    tree: Ints


class _State(NamedTuple):
    """A search under way; `sets` is the first label of each node's set, `used` int64[3] how much of it is in use."""

    labels: _Labels
    solutions: _Solutions
    keys: Floats
    queue: Ints
    sets: Ints
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
    return Guide(freeze(usable, np.float64), int(target), freeze(bound, np.float64), tuple(trees), freeze(finish, np.float64))


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
    bounds = _Rule(
        _check_vector(chosen.epsilon, 0.0, width),
        _check_vector(chosen.limit, np.inf, width),
        freeze(np.zeros(width), np.float64),
        int(chosen.max_labels),
    )
    graph = _Graph(csr.indptr, csr.head, csr.arc, guide.weights, guide.bound, guide.finish)
    state, truncated = _search(graph, bounds, int(source))
    solutions = state.solutions
    order = np.lexsort(solutions.cost[: state.used[FOUND]].T[::-1])
    paths = tuple(
        _trace(state.labels, guide.trees, int(solutions.label[i]), int(solutions.tree[i])) for i in order
    )
    return Front(solutions.cost[order], paths, truncated, int(state.used[MADE]))


def _check_vector(values: Floats | None, default: float, width: int) -> Floats:
    vector = np.full(width, default) if values is None else np.asarray(values, np.float64)
    if vector.shape != (width,) or not (vector >= 0.0).all():
        raise ValueError(f"{vector} is not a number of at least 0 for each of {width} criteria")
    return freeze(vector, np.float64)


def _trace(labels: _Labels, trees: Sequence[Tree], label: int, tree: int) -> Ints:
    """Arcs from the source to a label's node, and on along a tree to the target."""
    arcs = []
    here = label
    while labels.before[here] >= 0:
        arcs.append(labels.arc[here])
        here = int(labels.before[here])
    onward = trace_onward(trees[tree], int(labels.node[label]))
    return np.concatenate([np.array(arcs[::-1], np.int32), onward])


@njit(cache=True, nogil=True)
def _search(graph: _Graph, rule: _Rule, source: int) -> tuple[_State, bool]:
    width = graph.weights.shape[1]
    state = _start(graph, source)
    if state.used[QUEUED]:
        # The best path of each criterion enters whole, however close the others are.
        for tree in range(width):
            state = _complete(graph, state, 0, tree, rule.limit, rule.exact)
    while state.used[QUEUED] > 0:
        label = state.queue[0]
        _pop(graph, state)
        node = state.labels.node[label]
        if _is_covered(state, label, graph.bound[node], rule.epsilon) or not _enter_set(state, label):
            continue
        for tree in range(width + 1):
            state = _complete(graph, state, label, tree, rule.limit, rule.epsilon)
        if _is_covered(state, label, graph.bound[node], rule.epsilon):
            continue
        need = state.used[MADE] + graph.indptr[node + 1] - graph.indptr[node]
        if need > rule.max_labels:
            return state, True
        if need > len(state.keys):
            state = _grow_labels(state, min(max(2 * len(state.keys), need), rule.max_labels))
        _expand(graph, state, label, rule)
    return state, False


@njit(cache=True, nogil=True)
def _start(graph: _Graph, source: int) -> _State:
    """A search that holds one label, at the source; none where the target cannot be reached."""
    nothing = np.empty(0, np.int32)
    width = graph.weights.shape[1]
    none = _Labels(np.empty((0, width)), nothing, nothing, nothing, nothing)
    solutions = _Solutions(
        np.empty((FIRST_SOLUTIONS, width)),
        np.empty(FIRST_SOLUTIONS, np.int32),
        np.empty(FIRST_SOLUTIONS, np.int32),
    )
    sets = np.full(len(graph.indptr) - 1, -1, np.int32)
    used = np.zeros(3, np.int64)
    state = _grow_labels(_State(none, solutions, np.empty(0), nothing, sets, used), FIRST_LABELS)
    if graph.bound[source, 0] < np.inf:
        state.labels.cost[0, :] = 0.0
        state.labels.node[0], state.labels.before[0], state.labels.arc[0] = source, -1, -1
        state.keys[0], state.queue[0] = graph.bound[source, 0], 0
        used[MADE], used[QUEUED] = 1, 1
    return state


@njit(cache=True, nogil=True)
def _expand(graph: _Graph, state: _State, label: int, rule: _Rule) -> None:
    """Makes the labels that follow a label and queues those that may still become solutions."""
    labels, used = state.labels, state.used
    node = labels.node[label]
    for slot in range(graph.indptr[node], graph.indptr[node + 1]):
        head, arc, new = graph.head[slot], graph.arc[slot], used[MADE]
        labels.cost[new] = labels.cost[label] + graph.weights[arc]
        bound = graph.bound[head]
        if not _is_within(labels.cost[new], bound, rule.limit):
            continue
        labels.node[new], labels.before[new], labels.arc[new] = head, label, arc
        if _is_dominated(state, new) or _is_covered(state, new, bound, rule.epsilon):
            continue
        used[MADE] += 1
        _push(graph, state, new)


@njit(cache=True, nogil=True)
def _is_within(cost: Floats, rest: Floats, limit: Floats) -> bool:
    for criterion in range(len(cost)):
        total = cost[criterion] + rest[criterion]
        if not (total <= limit[criterion] and total < np.inf):
            return False
    return True


@njit(cache=True, nogil=True)
def _is_covered(state: _State, label: int, rest: Floats, slack: Floats) -> bool:
    """Whether a solution is at most `slack` worse than the label's cost plus `rest` in every criterion."""
    cost, solutions = state.labels.cost[label], state.solutions.cost
    first = cost[0] + rest[0] + slack[0]
    low, high = 0, state.used[FOUND]
    while low < high:
        middle = (low + high) >> 1
        if solutions[middle, 0] <= first:
            low = middle + 1
        else:
            high = middle
    for index in range(low - 1, -1, -1):
        covers = True
        for criterion in range(1, len(cost)):
            if solutions[index, criterion] > cost[criterion] + rest[criterion] + slack[criterion]:
                covers = False
                break
        if covers:
            return True
        if len(cost) == 2:
            return False
    return False


@njit(cache=True, nogil=True)
def _is_dominated(state: _State, label: int) -> bool:
    """Whether the set of the label's node holds one that is as good in all criteria but the first.

    Labels leave the queue in the order of the first criterion, so those of the set are as good in that one
    too.
    """
    labels = state.labels
    other = state.sets[labels.node[label]]
    while other >= 0:
        if _is_tail_least(labels.cost[other], labels.cost[label]):
            return True
        other = labels.following[other]
    return False


@njit(cache=True, nogil=True)
def _enter_set(state: _State, label: int) -> bool:
    """Puts a label into the set of its node in the place of those that it beats; False where one beats it."""
    if _is_dominated(state, label):
        return False
    labels, sets = state.labels, state.sets
    node = labels.node[label]
    kept, other = label, sets[node]
    sets[node] = label
    while other >= 0:
        following = labels.following[other]
        if not _is_tail_least(labels.cost[label], labels.cost[other]):
            labels.following[kept] = other
            kept = other
        other = following
    labels.following[kept] = -1
    return True


@njit(cache=True, nogil=True)
def _is_tail_least(cost: Floats, other: Floats) -> bool:
    least = True
    for criterion in range(1, len(cost)):
        least &= cost[criterion] <= other[criterion]
    return least


@njit(cache=True, nogil=True)
def _complete(graph: _Graph, state: _State, label: int, tree: int, limit: Floats, slack: Floats) -> _State:
    """Follows a tree from a label to the target, and keeps the solution unless one within `slack` is known."""
    cost, rest = state.labels.cost[label], graph.finish[tree, state.labels.node[label]]
    if not _is_within(cost, rest, limit) or _is_covered(state, label, rest, slack):
        return state
    solutions, kept, place = state.solutions, 0, 0
    total = cost + rest
    for index in range(state.used[FOUND]):
        if not (total <= solutions.cost[index]).all():
            _move(solutions, index, kept)
            kept += 1
    if kept == len(solutions.label):
        state = _grow_solutions(state)
        solutions = state.solutions
    place = kept
    while place > 0 and solutions.cost[place - 1, 0] > total[0]:
        _move(solutions, place - 1, place)
        place -= 1
    solutions.cost[place] = total
    solutions.label[place], solutions.tree[place] = label, tree
    state.used[FOUND] = kept + 1
    return state


@njit(cache=True, nogil=True)
def _move(solutions: _Solutions, start: int, end: int) -> None:
    solutions.cost[end] = solutions.cost[start]
    solutions.label[end] = solutions.label[start]
    solutions.tree[end] = solutions.tree[start]


@njit(cache=True, nogil=True)
def _comes_first(graph: _Graph, labels: _Labels, one: int, other: int) -> bool:
    """The order of labels whose bounds on the first criterion are equal: by the others, then by age."""
    here, there = graph.bound[labels.node[one]], graph.bound[labels.node[other]]
    for criterion in range(1, len(here)):
        left: float = labels.cost[one, criterion] + here[criterion]
        right: float = labels.cost[other, criterion] + there[criterion]
        if left != right:
            return left < right
    return one < other


@njit(cache=True, nogil=True)
def _push(graph: _Graph, state: _State, label: int) -> None:
    keys, queue, labels = state.keys, state.queue, state.labels
    key = labels.cost[label, 0] + graph.bound[labels.node[label], 0]
    hole = state.used[QUEUED]
    state.used[QUEUED] += 1
    while hole > 0:
        parent = (hole - 1) >> 1
        if key > keys[parent] or (
            key == keys[parent] and not _comes_first(graph, labels, label, queue[parent])
        ):
            break
        keys[hole], queue[hole] = keys[parent], queue[parent]
        hole = parent
    keys[hole], queue[hole] = key, label


@njit(cache=True, nogil=True)
def _pop(graph: _Graph, state: _State) -> None:
    keys, queue, labels = state.keys, state.queue, state.labels
    last = state.used[QUEUED] - 1
    state.used[QUEUED] = last
    key, label = keys[last], queue[last]
    hole, child = 0, 1
    while child < last:
        twin = child + 1
        if twin < last and (
            keys[twin] < keys[child]
            or (keys[twin] == keys[child] and _comes_first(graph, labels, queue[twin], queue[child]))
        ):
            child = twin
        if key < keys[child] or (key == keys[child] and _comes_first(graph, labels, label, queue[child])):
            break
        keys[hole], queue[hole] = keys[child], queue[child]
        hole, child = child, 2 * child + 1
    keys[hole], queue[hole] = key, label


@njit(cache=True, nogil=True)
def _grow_labels(state: _State, room: int) -> _State:
    old, made = state.labels, len(state.keys)
    cost, keys = np.empty((room, old.cost.shape[1])), np.empty(room)
    whole = np.empty((5, room), np.int32)
    cost[:made], keys[:made] = old.cost, state.keys
    whole[0, :made], whole[1, :made], whole[2, :made] = old.node, old.before, old.arc
    whole[3, :made], whole[4, :made] = old.following, state.queue
    labels = _Labels(cost, whole[0], whole[1], whole[2], whole[3])
    return _State(labels, state.solutions, keys, whole[4], state.sets, state.used)


@njit(cache=True, nogil=True)
def _grow_solutions(state: _State) -> _State:
    old = state.solutions
    solutions = _Solutions(
        np.concatenate((old.cost, old.cost)), np.append(old.label, old.label), np.append(old.tree, old.tree)
    )
    return _State(state.labels, solutions, state.keys, state.queue, state.sets, state.used)
