"""Pareto fronts over two to four criteria: every best compromise between two nodes, or a cover of them within bounds.

Label-setting A* with constant-time bounds and dominance on all but the first criterion: BOA* for two criteria
(Hernandez Ulloa, Yeoh, Baier, Zhang, Suazo and Koenig 2020, A simple and fast bi-objective search algorithm) and
LTMOA* for three and more (Hernandez, Yeoh, Baier, Felner, Salzman, Zhang, Chan and Koenig 2023, Multi-objective search
via lazy and efficient dominance checks). Every label is also completed along the best paths to the target, which gives
good solutions early (Ahmadi, Tack, Harabor and Kilby 2021, Bi-objective search with bi-directional A*), and a label
ends where one solution is within `epsilon` of all that it can still become.
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
FIRST_ROOM = 4_096
FIRST_SOLUTIONS = 64


@dataclass(frozen=True, slots=True)
class Guide:
    """What is known about reaching a target under k criteria; one guide serves every source.

    weights float64[m, k] by arc id, infinite in all criteria where an arc is forbidden in one; bound float64[n, k], the
    least of each criterion from a node to the target, infinite where there is no way; trees, one for each criterion and
    one for their balance, grown back from the target; finish float64[k + 1, n, k], what the path of each tree costs
    from a node.
    """

    weights: Floats
    target: int
    bound: Floats
    trees: tuple[Tree, ...]
    finish: Floats


@dataclass(frozen=True, slots=True)
class FrontRule:
    """How exact a front is and how far it goes.

    epsilon float64[k], in the units of the criteria: a point of the front may be left out where another one is at most
    that much worse in every criterion; none or zeros for the exact front. limit float64[k]: no more of a criterion than
    this. max_labels bounds the memory and time (about 50 bytes and 1 microsecond a label).
    """

    epsilon: Floats | None = None
    limit: Floats | None = None
    max_labels: int = 4_000_000


@dataclass(frozen=True, slots=True)
class Front:
    """Paths of which none is as good as another in all criteria.

    cost float64[p, k], by the first criterion, then the second and so on; paths, int32 arrays of arc ids in order.
    Let c be the cost of any path within the limit: unless `truncated`, a row of `cost` is at most c + epsilon in every
    criterion, errors of rounding apart (weights that are whole numbers have none). A front that was cut at its bound on
    labels is `truncated`: its paths are real, but others may be missing. `labels` is the number of labels made.
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


def make_guide(reverse: Csr, *, weights: Floats, target: int) -> Guide:
    """The bounds and trees towards `target`; the trees grow side by side.

    weights float64[m, k] with k from 2 to 4. Raises ValueError for negative or missing weights and other shapes.
    """
    if weights.ndim != 2 or not FEWEST <= weights.shape[1] <= MOST:
        raise ValueError(f"weights of shape {weights.shape}, where [arcs, 2 to 4] is needed")
    closed = np.isinf(weights).any(axis=1)
    usable = freeze(np.where(closed[:, None], np.inf, weights) if closed.any() else weights, np.float64)
    ends = check_nodes(np.array([target]), reverse.node_count)
    with ThreadPoolExecutor(max_workers=usable.shape[1]) as pool:
        columns = [np.ascontiguousarray(column) for column in usable.T]
        trees = list(pool.map(lambda column: grow_tree(reverse, column, sources=ends), columns))
        trees.append(grow_tree(reverse, _balance(usable, trees), sources=ends))
        finish = np.stack(list(pool.map(lambda tree: accumulate_along(tree, usable), trees)))
    bound = np.column_stack([tree.distance for tree in trees[:-1]])
    return Guide(usable, int(target), freeze(bound, np.float64), tuple(trees), freeze(finish, np.float64))


def _balance(weights: Floats, trees: Sequence[Tree]) -> Floats:
    """The sum of the criteria, each measured by its mean distance to the target."""
    scales = []
    for tree in trees:
        reached = tree.distance[tree.order]
        mean = float(reached.mean())
        scales.append(1.0 / mean if mean > 0.0 else 1.0)
    return weights @ np.array(scales)


def find_front(csr: Csr, guide: Guide, *, source: int, rule: FrontRule | None = None) -> Front:
    """The Pareto front from `source` to the guide's target.

    The best path of each criterion is always in it, if within the limit. Raises ValueError where a vector of the rule
    has not one number of at least 0 for each criterion.

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
    labels, solutions, found, made, truncated = _search(graph, bounds, int(source))
    order = np.lexsort(solutions.cost[:found].T[::-1])
    paths = tuple(_trace(labels, guide.trees, int(solutions.label[i]), int(solutions.tree[i])) for i in order)
    return Front(solutions.cost[order], paths, truncated, made)


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
def _search(graph: _Graph, rule: _Rule, source: int) -> tuple[_Labels, _Solutions, int, int, bool]:
    width = graph.weights.shape[1]
    labels, keys, queue = _make_room(FIRST_ROOM, width)
    solutions = _Solutions(
        np.empty((FIRST_SOLUTIONS, width)), np.empty(FIRST_SOLUTIONS, np.int32), np.empty(FIRST_SOLUTIONS, np.int32)
    )
    sets = np.full(len(graph.indptr) - 1, -1, np.int32)
    made, size, found = 0, 0, 0
    if graph.bound[source, 0] < np.inf:
        labels.cost[0, :] = 0.0
        labels.node[0], labels.before[0], labels.arc[0] = source, -1, -1
        keys[0], queue[0] = graph.bound[source, 0], 0
        made, size = 1, 1
        for tree in range(width):
            solutions, found = _complete(graph, labels, 0, tree, solutions, found, rule.exact, rule.limit)
    while size > 0:
        label = queue[0]
        size = _pop(keys, queue, size, labels, graph.bound)
        node = labels.node[label]
        if _is_covered(labels.cost[label], graph.bound[node], solutions.cost, found, rule.epsilon):
            continue
        if not _enter_set(labels, sets, label):
            continue
        for tree in range(width + 1):
            solutions, found = _complete(graph, labels, label, tree, solutions, found, rule.epsilon, rule.limit)
        if _is_covered(labels.cost[label], graph.bound[node], solutions.cost, found, rule.epsilon):
            continue
        more = graph.indptr[node + 1] - graph.indptr[node]
        if made + more > len(keys):
            if made + more > rule.max_labels:
                return labels, solutions, found, made, True
            labels, keys, queue = _grow(labels, keys, queue, made + more)
        made, size = _expand(graph, rule, label, labels, sets, solutions, found, keys, queue, made, size)
    return labels, solutions, found, made, False
