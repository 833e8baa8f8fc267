"""Pareto fronts over two to four criteria: every best compromise, or a cover of them within bounds.

Label-setting A* in the order of the first criterion, with dominance on the others alone: BOA* for two
criteria (Hernandez Ulloa, Yeoh, Baier, Zhang, Suazo and Koenig 2020, A simple and fast bi-objective search
algorithm) and LTMOA* for more (Hernandez, Yeoh, Baier, Felner, Salzman, Zhang, Chan and Koenig 2023,
Multi-objective search via lazy and efficient dominance checks). A hierarchy gives the bounds node by node, and the
search runs on the small part of the network that it reaches (see `corridor`). Every
label is also completed along the best paths to the target, which follow from the bounds, and that gives good solutions
early (Ahmadi, Tack, Harabor and Kilby 2021, Bi-objective search with bi-directional A*). Where a front need hold only
within `epsilon`, labels that are that close are merged as in A*pex (Zhang, Salzman, Felner, Kumar and Koenig 2022,
A*pex: efficient approximate multi-objective search on graphs), which adds up no errors along a path: a label keeps the
least cost of all paths that it stands for, and its own path is never more than `epsilon` above it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.corridor import (
    MOST,
    enter_node,
    list_network,
    note_way,
    start_corridor,
)
from landbridge.kernels.customization import Metric, customize
from landbridge.kernels.graph import Csr, Rows, freeze
from landbridge.kernels.hierarchy_queries import find_shortest
from landbridge.kernels.label_search import MADE, Rule, search_labels, trace_solutions
from landbridge.kernels.shortest_paths import check_nodes

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
FEWEST = 2
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Guide:
    """The criteria of a search, metrics of one hierarchy, and its target; one guide serves every source."""

    metrics: tuple[Metric, ...]
    target: int


@dataclass(frozen=True, slots=True)
class FrontRule:
    """How exact a front is and how far it goes.

    epsilon float64[k], in the units of the criteria: a point of the front may be left out where another one
    is at most that much worse in every criterion; none or zeros for the exact front. limit float64[k]: no
    more of a criterion than this. max_labels bounds the memory and time (about 100 bytes and 1 microsecond
    a label).
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


def make_guide(metrics: Sequence[Metric], *, target: int) -> Guide:
    """The way to ask for fronts towards `target` by 2 to 4 criteria, metrics of one hierarchy.

    An arc that one criterion forbids is forbidden in all. Raises ValueError for another number of metrics and for a
    node id outside the network.
    """
    if not FEWEST <= len(metrics) <= MOST:
        raise ValueError(f"{len(metrics)} metrics, where 2 to 4 are needed")
    check_nodes(np.array([target]), metrics[0].hierarchy.node_count)
    return Guide(tuple(metrics), int(target))


def _forbid_together(metrics: Sequence[Metric]) -> list[Metric]:
    closed = [np.isinf(metric.weight) for metric in metrics]
    anywhere = np.logical_or.reduce(closed)
    return [
        metric
        if np.array_equal(own, anywhere)
        else customize(metric.hierarchy, np.where(anywhere, np.inf, metric.weight))
        for metric, own in zip(metrics, closed, strict=True)
    ]


def find_front(csr: Csr, guide: Guide, *, source: int, rule: FrontRule | None = None) -> Front:
    """The Pareto front from `source` to the guide's target.

    The best path of each criterion is always in it, if within the limit. Raises ValueError where a vector of
    the rule has not one number of at least 0 for each criterion.

    >>> from landbridge.kernels.graph import build_csr
    >>> from landbridge.kernels.hierarchy import build_hierarchy
    >>> tail, head = np.array([0, 1, 0, 2, 0]), np.array([1, 3, 2, 3, 3])
    >>> weights = np.array([[1.0, 5.0], [1.0, 5.0], [5.0, 1.0], [5.0, 1.0], [7.0, 7.0]])
    >>> hierarchy = build_hierarchy(tail, head, order=np.arange(4))
    >>> guide = make_guide([customize(hierarchy, column) for column in weights.T], target=3)
    >>> front = find_front(build_csr(tail, head, node_count=4), guide, source=0)
    >>> front.cost.tolist(), [path.tolist() for path in front.paths]
    ([[2.0, 10.0], [7.0, 7.0], [10.0, 2.0]], [[0, 1], [4], [2, 3]])
    """
    chosen = rule or FrontRule()
    width = len(guide.metrics)
    check_nodes(np.array([source]), csr.node_count)
    slack = _check_vector(chosen.epsilon, 0.0, width)
    limit = _check_vector(chosen.limit, np.inf, width)
    metrics, best = _find_best(guide, source)
    network = list_network(csr, metrics, guide.target)
    corridor = start_corridor(network, width)
    start = enter_node(network, corridor, source)
    for criterion, path in enumerate(best):
        note_way(network, corridor, path, source, criterion)
    bounds = _make_rule(slack, limit, corridor.bound[start], int(chosen.max_labels))
    state, truncated = search_labels(network, corridor, bounds, start)
    arcs, begin = trace_solutions(network, corridor, state)
    cost = np.column_stack([_measure_paths(metric.weight, arcs, begin) for metric in metrics])
    order = np.lexsort(cost.T[::-1])
    paths = tuple(arcs[begin[index] : begin[index + 1]].copy() for index in order)
    return Front(cost[order], paths, truncated, int(state.used[MADE]))


def _make_rule(slack: Floats, limit: Floats, bound: Floats, max_labels: int) -> Rule:
    """The rule of a search from a node whose bounds are `bound`."""
    # One path has several sums that differ in their last digits, by where its label ends and its completion begins.
    least = np.where(np.isfinite(bound), ROUNDING * bound, 0.0)
    epsilon = np.maximum(slack, least)
    # A label may stand for paths within a limit only if its own path is within it too.
    merging = np.where(limit < np.inf, 0.0, epsilon - least)
    return Rule(
        epsilon=freeze(epsilon, np.float64),
        limit=limit,
        rounding=freeze(least, np.float64),
        merging=freeze(merging, np.float64),
        merges=bool(merging.any()),
        max_labels=max_labels,
    )


def _find_best(guide: Guide, source: int) -> tuple[Sequence[Metric], list[Ints]]:
    """The best path by each criterion; and the metrics, customized anew where one of these takes a forbidden arc."""
    metrics: Sequence[Metric] = guide.metrics
    best = [find_shortest(metric, source=source, target=guide.target).arcs for metric in metrics]
    if not all(np.isfinite(metric.weight[path]).all() for metric in metrics for path in best):
        metrics = _forbid_together(metrics)
        best = [find_shortest(metric, source=source, target=guide.target).arcs for metric in metrics]
    return metrics, best


@njit(cache=True, nogil=True)
def _measure_paths(weight: Floats, arcs: Ints, begin: Rows) -> Floats:
    """The weight of each path, added from start to end."""
    sums = np.zeros(len(begin) - 1)
    for path in range(len(sums)):
        for place in range(begin[path], begin[path + 1]):
            sums[path] += weight[arcs[place]]
    return sums


def _check_vector(values: Floats | None, default: float, width: int) -> Floats:
    vector = np.full(width, default) if values is None else np.asarray(values, np.float64)
    if vector.shape != (width,) or not (vector >= 0.0).all():
        raise ValueError(f"{vector} is not a number of at least 0 for each of {width} criteria")
    return freeze(vector, np.float64)
