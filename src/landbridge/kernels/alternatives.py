"""Different good paths between two nodes: through other places first, then by penalties.

Every node v that the tree from the source and the tree to the target both reach gives a path, the best
through v. A plateau is a run of arcs that lies in both trees: its nodes give the same path, and no part of
that path which is shorter than the plateau could be shortened (Abraham, Delling, Goldberg and Werneck 2013,
Alternative routes in road networks). Where that gives too few, arcs of the chosen paths are made dearer and
the search runs again (Bader, Dees, Geisberger and Sanders 2011, Alternative route graphs in road networks).
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.graph import Csr
from landbridge.kernels.shortest_paths import (
    Path,
    Tree,
    accumulate_along,
    check_weights,
    find_path,
    grow_tree,
    measure_path,
)
from landbridge.kernels.via_facility import join_path

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
MOST_EXAMINED = 400
PENALTY = 1.2
ROUNDS_A_PATH = 4


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
    reverse: Csr,
    *,
    weight: Floats,
    source: int,
    target: int,
    rule: AlternativeRule = AlternativeRule(),
) -> Alternatives:
    """The best path from `source` to `target` and good paths that differ from it.

    weight float64[m] by arc id, infinite for forbidden arcs. Raises ValueError for negative or missing
    weights.

    >>> from landbridge.kernels.graph import build_csr
    >>> tail, head = np.array([0, 1, 0, 2]), np.array([1, 3, 2, 3])
    >>> graphs = build_csr(tail, head, node_count=4), build_csr(head, tail, node_count=4)
    >>> found = find_alternatives(*graphs, weight=np.array([5.0, 5.0, 6.0, 6.0]), source=0, target=3)
    >>> [path.tolist() for path in found.paths], found.cost.tolist()
    ([[0, 1], [2, 3]], [10.0, 12.0])
    """
    first = find_path(csr, reverse, weight=weight, source=source, target=target)
    if not np.isfinite(first.cost):
        return Alternatives((), np.empty(0))
    choice = _Choice.start(weight, rule, first)
    bound = first.cost * (1.0 + rule.stretch)
    onward = grow_tree(csr, weight, sources=np.array([source]), bound=bound)
    homeward = grow_tree(reverse, weight, sources=np.array([target]), bound=bound)
    for arcs in _through_plateaus(onward, homeward, choice):
        choice.consider(arcs)
        if choice.is_full:
            break
    _search_with_penalties(csr, reverse, choice, source=source, target=target)
    cost = [measure_path(weight, path).cost for path in choice.paths]
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


def _through_plateaus(onward: Tree, homeward: Tree, choice: _Choice) -> Iterator[Ints]:
    """Paths without loops through the ends of long plateaus, most promising first.

    The order is that of the paper: twice the cost, plus what is shared with the best path, less the plateau.
    """
    weight, best = choice.weight, choice.best
    plateau = _measure_plateaus(onward.order, onward.parent, onward.parent_arc, homeward.parent_arc, weight)
    total = onward.distance + homeward.distance
    ends = np.flatnonzero((plateau >= choice.rule.plateau * best.cost) & np.isfinite(total))
    shared = accumulate_along(onward, np.where(choice.used, weight, 0.0))[ends]
    shared += accumulate_along(homeward, np.where(choice.used, weight, 0.0))[ends]
    order = np.lexsort((ends, 2.0 * total[ends] + shared - plateau[ends]))
    for node in ends[order[:MOST_EXAMINED]]:
        before, after = _list_nodes(onward.parent, int(node)), _list_nodes(homeward.parent, int(node))
        if len(np.intersect1d(before, after)) == 1:
            yield join_path(onward, homeward, node=int(node))


def _search_with_penalties(csr: Csr, reverse: Csr, choice: _Choice, *, source: int, target: int) -> None:
    """Fills the choice with paths that become the best once all arcs found before are dearer."""
    weight = choice.weight.copy()
    for path in choice.paths:
        weight[path] *= PENALTY
    for _ in range(ROUNDS_A_PATH * choice.rule.count):
        if choice.is_full:
            break
        arcs = find_path(csr, reverse, weight=weight, source=source, target=target).arcs
        choice.consider(arcs)
        weight[arcs] *= PENALTY


@njit(cache=True, nogil=True)
def _measure_plateaus(order: Ints, parent: Ints, parent_arc: Ints, next_arc: Ints, weight: Floats) -> Floats:
    """Weight of the plateau that ends at each node, float64[n]; -1 where none ends."""
    run = np.zeros(len(parent))
    ends = np.full(len(parent), -1.0)
    for node in order:
        before, arc = parent[node], parent_arc[node]
        ends[node] = 0.0
        if before >= 0 and next_arc[before] == arc:
            run[node] = run[before] + weight[arc]
            ends[node] = run[node]
            ends[before] = -1.0
    return ends


@njit(cache=True, nogil=True)
def _list_nodes(parent: Ints, node: int) -> Ints:
    """The nodes from `node` to the root of a tree."""
    count, here = 1, node
    while parent[here] >= 0:
        here = parent[here]
        count += 1
    nodes = np.empty(count, np.int32)
    here = node
    for index in range(count):
        nodes[index] = here
        here = parent[here]
    return nodes
