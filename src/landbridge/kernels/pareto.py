"""Pareto fronts over two to four criteria: every best compromise, or a cover of them within bounds.

Label-setting A* in the order of the first criterion, with dominance on the others alone: BOA* for two
criteria (Hernandez Ulloa, Yeoh, Baier, Zhang, Suazo and Koenig 2020, A simple and fast bi-objective search
algorithm) and LTMOA* for more (Hernandez, Yeoh, Baier, Felner, Salzman, Zhang, Chan and Koenig 2023,
Multi-objective search via lazy and efficient dominance checks). The bounds are backward sweeps of a hierarchy. Every
label is also completed along the best paths to the target, which follow from the bounds, and that gives good solutions
early (Ahmadi, Tack, Harabor and Kilby 2021, Bi-objective search with bi-directional A*). Where a front need hold only
within `epsilon`, labels that are that close are merged as in A*pex (Zhang, Salzman, Felner, Kumar and Koenig 2022,
A*pex: efficient approximate multi-objective search on graphs), which adds up no errors along a path: a label keeps the
least cost of all paths that it stands for, and its own path is never more than `epsilon` above it.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.completions import Graph, follow_on
from landbridge.kernels.customization import Metric, customize
from landbridge.kernels.graph import Csr, freeze
from landbridge.kernels.hierarchy_sweeps import Sweep, sweep, trace_sweep
from landbridge.kernels.label_search import FOUND, MADE, NODE, Rule, search_labels, unwind
from landbridge.kernels.shortest_paths import check_nodes

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
FEWEST, MOST = 2, 4
ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Guide:
    """What is known about reaching a target under k criteria; one guide serves every source.

    weights float64[m, k] by arc id; bound float64[n, k], the least of each criterion from a node to the target,
    infinite where there is no way; sweeps, those of each criterion back from the target. It holds for the metrics as
    they were.
    """

    weights: Floats
    target: int
    bound: Floats
    sweeps: tuple[Sweep, ...]


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


def make_guide(metrics: Sequence[Metric], *, target: int) -> Guide:
    """The bounds towards `target` by 2 to 4 criteria, metrics of one hierarchy; the sweeps run side by side.

    An arc that one criterion forbids is forbidden in all, and where that changes a metric it is customized anew. Raises
    ValueError for another number of metrics and for a node id outside the network.
    """
    if not FEWEST <= len(metrics) <= MOST:
        raise ValueError(f"{len(metrics)} metrics, where 2 to 4 are needed")
    agreed, ends = _forbid_together(metrics), np.array([target])
    with ThreadPoolExecutor(max_workers=len(agreed)) as pool:
        sweeps = tuple(pool.map(lambda metric: sweep(metric, sources=ends, backward=True), agreed))
        bound = np.column_stack(list(pool.map(lambda found: found.distance, sweeps)))
    weights = np.column_stack([metric.weight for metric in agreed])
    return Guide(freeze(weights, np.float64), int(target), freeze(bound, np.float64), sweeps)


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
    width = guide.weights.shape[1]
    check_nodes(np.array([source]), csr.node_count)
    slack = _check_vector(chosen.epsilon, 0.0, width)
    # One path has several sums that differ in their last digits, by where its label ends and its completion begins.
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
    graph = Graph(csr.indptr, csr.head, csr.arc, guide.weights, guide.bound, guide.target)
    best = [trace_sweep(found, source) for found in guide.sweeps]
    lengths = np.array([len(path) for path in best], np.int32)
    state, completions, truncated = search_labels(graph, bounds, int(source), (np.concatenate(best), lengths))
    paths = []
    for label, criterion in state.endings[: state.used[FOUND]].tolist():
        onward = follow_on(graph, completions, criterion, int(state.facts[label, NODE]))
        paths.append(np.concatenate([unwind(graph, state.facts, label), onward]))
    cost = np.array([_measure(guide.weights, path) for path in paths]).reshape(len(paths), width)
    order = np.lexsort(cost.T[::-1])
    return Front(cost[order], tuple(paths[index] for index in order), truncated, int(state.used[MADE]))


def _measure(weights: Floats, path: Ints) -> Floats:
    """The cost of a path, added from start to end."""
    return np.zeros(weights.shape[1]) if not len(path) else np.cumsum(weights[path], axis=0)[-1]


def _check_vector(values: Floats | None, default: float, width: int) -> Floats:
    vector = np.full(width, default) if values is None else np.asarray(values, np.float64)
    if vector.shape != (width,) or not (vector >= 0.0).all():
        raise ValueError(f"{vector} is not a number of at least 0 for each of {width} criteria")
    return freeze(vector, np.float64)
