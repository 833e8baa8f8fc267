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

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.graph import Csr, freeze
from landbridge.kernels.label_search import FOUND, MADE, NODE, Graph, Rule, search_labels, unwind
from landbridge.kernels.shortest_paths import Tree, accumulate_along, check_nodes, grow_tree, trace_onward

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
FEWEST, MOST = 2, 4
ROUNDING = 1e-12


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
    merging = np.where(limit < np.inf, 0.0, epsilon - least)
    bounds = Rule(
        epsilon=freeze(epsilon, np.float64),
        limit=limit,
        rounding=freeze(least, np.float64),
        merging=freeze(merging, np.float64),
        max_labels=int(chosen.max_labels),
    )
    graph = Graph(csr.indptr, csr.head, csr.arc, guide.weights, guide.bound, guide.finish, guide.target)
    state, truncated = search_labels(graph, bounds, int(source))
    paths = []
    for label, tree in state.endings[: state.used[FOUND]].tolist():
        onward = trace_onward(guide.trees[tree], int(state.facts[label, NODE]))
        paths.append(np.concatenate([unwind(graph, state.facts, label), onward]))
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
