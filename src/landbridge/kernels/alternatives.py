"""Different good paths between two nodes: through other places first, then by penalties.

Every node v gives a path, the best through v, whose cost is read from a sweep from the source and one to the
target. A plateau is a run of arcs that best paths from the source and best paths to the target both use: its nodes
give the same path, and no part of that path which is shorter than the plateau could be shortened (Abraham, Delling,
Goldberg and Werneck 2013, Alternative routes in road networks). Where that gives too few, arcs of the chosen paths are
made dearer and the search runs again (Bader, Dees, Geisberger and Sanders 2011, Alternative route graphs in road
networks).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.graph import Csr, Rows, freeze
from landbridge.kernels.hierarchy_queries import find_shortest
from landbridge.kernels.hierarchy_sweeps import Sweep, trace_sweep
from landbridge.kernels.shortest_paths import Path, check_weights, find_path_guided, measure_path

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
MOST_EXAMINED = 100
PENALTY = 1.2
ROUNDS_A_PATH = 4
ROUNDING = 1e-12
Adjacency = tuple[Rows, Ints, Ints]


@dataclass(frozen=True, slots=True)
class AlternativeRule:
    """What counts as an alternative to the best path.

    count: how many paths at most, the best among them. stretch: an alternative's own part costs at most 1 +
    stretch times the part of the best path that it replaces. sharing: at most this share of the best path's
    length lies on paths already chosen. plateau: its plateau is at least this share of the best cost, so that
    every part shorter than that is a best path itself (not asked of paths found by penalties). length
    float64[m] by arc id is what sharing is measured in, by default the weight.
    """

    count: int = 3
    stretch: float = 0.4
    sharing: float = 0.7
    plateau: float = 0.05
    length: Floats | None = None


@dataclass(frozen=True, slots=True)
class Alternatives:
    """The chosen paths, the best first and the others as they were found.

    paths are int32 arrays of arc ids in order; cost float64[k] in the unit of the weights. Empty where there
    is no path.
    """

    paths: tuple[Ints, ...]
    cost: Floats


def find_alternatives(
    csr: Csr,
    onward: Sweep,
    homeward: Sweep,
    *,
    source: int,
    target: int,
    rule: AlternativeRule = AlternativeRule(),
) -> Alternatives:
    """The best path from `source` to `target` and good paths that differ from it.

    `onward` goes out from the source and `homeward` back from the target, by one metric, over the arcs of `csr`.
    Raises ValueError for node ids outside the network and for a length that is negative or missing.

    >>> from landbridge.kernels.customization import customize
    >>> from landbridge.kernels.graph import build_csr
    >>> from landbridge.kernels.hierarchy import build_hierarchy
    >>> from landbridge.kernels.hierarchy_sweeps import sweep
    >>> tail, head = np.array([0, 1, 0, 2]), np.array([1, 3, 2, 3])
    >>> metric = customize(build_hierarchy(tail, head, order=np.arange(4)), np.array([5.0, 5.0, 6.0, 6.0]))
    >>> onward = sweep(metric, sources=np.array([0]))
    >>> homeward = sweep(metric, sources=np.array([3]), backward=True)
    >>> csr = build_csr(tail, head, node_count=4)
    >>> found = find_alternatives(csr, onward, homeward, source=0, target=3)
    >>> [path.tolist() for path in found.paths], found.cost.tolist()
    ([[0, 1], [2, 3]], [10.0, 12.0])
    """
    first = find_shortest(onward.metric, source=source, target=target)
    if not np.isfinite(first.cost):
        return Alternatives((), np.empty(0))
    choice = _Choice.start(onward.metric.weight, rule, first)
    for arcs in _through_plateaus(csr, onward, homeward, choice=choice, source=source):
        choice.consider(arcs)
        if choice.is_full:
            break
    if not choice.is_full:
        _search_with_penalties(csr, homeward, choice, source=source, target=target)
    cost = [measure_path(choice.weight, path).cost for path in choice.paths]
    return Alternatives(tuple(choice.paths), np.array(cost))


@dataclass(slots=True)
class _Choice:
    """The paths chosen so far, and how much of the best path's arcs and of all chosen arcs others share."""

    weight: Floats
    length: Floats
    rule: AlternativeRule
    best: Path
    paths: list[Ints]
    used: NDArray[np.bool_]

    @classmethod
    def start(cls, weight: Floats, rule: AlternativeRule, best: Path) -> "_Choice":
        """A choice that holds the best path alone."""
        used = np.zeros(len(weight), np.bool_)
        used[best.arcs] = True
        length = weight if rule.length is None else rule.length
        check_weights(length, len(weight))
        return cls(weight, length, rule, best, [best.arcs], used)

    @property
    def is_full(self) -> bool:
        """Whether as many paths are chosen as were asked for."""
        return len(self.paths) >= self.rule.count

    def consider(self, arcs: Ints) -> None:
        """Takes a path into the choice where it is different enough and not too dear."""
        if not self.is_full and self._differs(arcs) and self._is_cheap(arcs):
            self.paths.append(arcs)
            self.used[arcs] = True

    def _differs(self, arcs: Ints) -> bool:
        shared = float(self.length[arcs[self.used[arcs]]].sum())
        most = self.rule.sharing * float(self.length[self.best.arcs].sum())
        return shared <= most and not any(np.array_equal(arcs, path) for path in self.paths)

    def _is_cheap(self, arcs: Ints) -> bool:
        common = arcs[np.isin(arcs, self.best.arcs)]
        shared = float(self.weight[common].sum())
        own = float(self.weight[arcs].sum()) - shared
        return own <= (1.0 + self.rule.stretch) * (self.best.cost - shared)


def _through_plateaus(
    csr: Csr, onward: Sweep, homeward: Sweep, *, choice: _Choice, source: int
) -> Iterator[Ints]:
    """Paths without loops along long plateaus, most promising first.

    The order is that of the paper: twice the cost, plus what is shared with the best path, less the plateau.
    """
    best, rule, graph = choice.best, choice.rule, (csr.indptr, csr.head, csr.arc)
    distances = freeze(onward.distance, np.float64), freeze(homeward.distance, np.float64)
    rounding = ROUNDING * best.cost
    bounds = (1.0 + rule.stretch) * best.cost + rounding, rule.plateau * best.cost - rounding, rounding
    starts, plateau, following = _find_plateaus(graph, choice.weight, distances, bounds)
    total = distances[0][starts] + distances[1][starts]
    promising = np.lexsort((starts, 2.0 * total - plateau))[:MOST_EXAMINED]
    ranked = []
    for index in promising.tolist():
        run, end = _follow(graph, following, int(starts[index]))
        before, after = trace_sweep(onward, int(starts[index])), trace_sweep(homeward, end)
        arcs = np.concatenate([before, run, after])
        if not _has_loop(graph, arcs, source):
            shared = float(choice.weight[arcs[choice.used[arcs]]].sum())
            ranked.append((2.0 * total[index] + shared - plateau[index], index, arcs))
    for _, _, arcs in sorted(ranked, key=lambda row: row[:2]):
        yield arcs


def _search_with_penalties(csr: Csr, homeward: Sweep, choice: _Choice, *, source: int, target: int) -> None:
    """Fills the choice with paths that become the best once all arcs found before are dearer.

    What was left to the target before is a bound of what is left now, and a good one, which guides the search: a path
    has too many arcs for the hierarchy to take in their new weights as fast.
    """
    weight, potential = choice.weight.copy(), homeward.distance
    for path in choice.paths:
        weight[path] *= PENALTY
    for _ in range(ROUNDS_A_PATH * choice.rule.count):
        arcs = find_path_guided(csr, weight, source=source, target=target, potential=potential).arcs
        choice.consider(arcs)
        if choice.is_full:
            break
        weight[arcs] *= PENALTY


@njit(cache=True, nogil=True)
def _find_plateaus(
    graph: Adjacency, weight: Floats, distances: tuple[Floats, Floats], bounds: tuple[float, float, float]
) -> tuple[Ints, Floats, Ints]:
    """Where plateaus start, int32[p], what they weigh, float64[p], and the slot that follows at a node, int32[n].

    bounds: the most that a path through a plateau costs, the least that a plateau weighs, and how far sums may be apart
    to count as equal.
    """
    (indptr, head, arc), (onward, homeward) = graph, distances
    most, least, rounding = bounds
    following, before = np.full(len(onward), -1, np.int32), np.full(len(onward), -1, np.int32)
    near = onward + homeward <= most
    for node in np.flatnonzero(near):
        for slot in range(indptr[node], indptr[node + 1]):
            beyond, step = head[slot], weight[arc[slot]]
            if beyond == node or before[beyond] >= 0 or before[node] == beyond or not near[beyond]:
                continue
            if (
                onward[node] + step <= onward[beyond] + rounding
                and homeward[beyond] + step <= homeward[node] + rounding
            ):
                following[node], before[beyond] = slot, node
                break
    starts, plateau, count = np.empty(near.sum(), np.int32), np.empty(near.sum()), 0
    for node in np.flatnonzero(near & (before < 0)):
        here, run = node, 0.0
        while following[here] >= 0:
            run += weight[arc[following[here]]]
            here = head[following[here]]
        if run >= least:
            starts[count], plateau[count] = node, run
            count += 1
    return starts[:count].copy(), plateau[:count].copy(), following


@njit(cache=True, nogil=True)
def _follow(graph: Adjacency, following: Ints, node: int) -> tuple[Ints, int]:
    """The arcs of the plateau that starts at a node, and the node where it ends."""
    _, head, arc = graph
    count, here = 0, node
    while following[here] >= 0:
        count, here = count + 1, head[following[here]]
    arcs, here = np.empty(count, np.int32), node
    for index in range(count):
        arcs[index], here = arc[following[here]], head[following[here]]
    return arcs, here


@njit(cache=True, nogil=True)
def _has_loop(graph: Adjacency, arcs: Ints, source: int) -> bool:
    """Whether a path from `source` comes to a node twice."""
    indptr, head, arc = graph
    nodes, here = np.empty(len(arcs) + 1, np.int32), source
    nodes[0] = source
    for index in range(len(arcs)):
        slot = indptr[here]
        while arc[slot] != arcs[index]:
            slot += 1
        here = head[slot]
        nodes[index + 1] = here
    nodes.sort()
    return bool((nodes[1:] == nodes[:-1]).any())
