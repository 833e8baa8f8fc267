"""Searching the virtual network for one shipment: best paths, chains of places, alternatives, Pareto fronts, cuts."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.alternatives import AlternativeRule, find_alternatives
from landbridge.kernels.pareto import FrontRule, find_front, make_guide
from landbridge.kernels.shortest_paths import Tree, find_path, grow_tree, trace_path
from landbridge.network.closures import Reason
from landbridge.network.virtual import VirtualNetwork
from landbridge.network.weights import Weights, measure_passages

Floats = NDArray[np.float64]
Path = NDArray[np.int32]
PENALTY = 1e7
TIE_BREAK = 1e-6
MAX_LABELS = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Passing:
    """What passing the place `id` means: standing at one of `nodes`, or running one of `arcs` (a border post)."""

    id: str
    nodes: NDArray[np.int32]
    arcs: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """The search from one place of a chain on: its tree, the states that it starts from, and the arc that led to each
    of them (-1: standing there), sorted by state.
    """

    tree: Tree
    heads: NDArray[np.int32]
    used: NDArray[np.int32]


@dataclass(slots=True)
class Search:
    """Searches of one shipment with one set of closed arcs; trees are kept and shared by all queries.

    `reasons` int8[arcs] is 0 where an arc is open.
    """

    network: VirtualNetwork
    weights: Weights
    reasons: NDArray[np.int8]
    trees: dict[tuple[str, int], Tree] = field(default_factory=dict)
    stages: dict[tuple[str, int, tuple[str, ...]], Stage | None] = field(default_factory=dict)
    open_weights: dict[str, Floats] = field(default_factory=dict)

    def weight(self, criterion: str) -> Floats:
        """Arc weights of a criterion, infinite on closed arcs.

        A millionth of the cost breaks ties of time and emissions, so that no route reloads for nothing.
        """
        if criterion not in self.open_weights:
            weight = self.weights.of(criterion)
            if criterion != "cost":
                weight = weight + TIE_BREAK * self.weights.cost
            self.open_weights[criterion] = np.where(self.reasons == 0, weight, np.inf)
        return self.open_weights[criterion]

    def tree(self, criterion: str, origin: int) -> Tree:
        """Least-weight tree from a node to all others."""
        key = (criterion, origin)
        if key not in self.trees:
            self.trees[key] = grow_tree(
                self.network.forward,
                self.weight(criterion),
                sources=np.array([origin], np.int32),
                source_costs=np.zeros(1),
            )
        return self.trees[key]

    def best(self, criterion: str, origin: int, destination: int) -> Path | None:
        """Arcs of the best path by one criterion, None where there is none."""
        tree = self.tree(criterion, origin)
        return trace_path(tree, destination) if np.isfinite(tree.distance[destination]) else None

    def avoid(self, criterion: str, ends: tuple[int, int], *, arcs: NDArray[np.int32]) -> Path | None:
        """Best path between two nodes without `arcs`, None where there is none."""
        weight = self.weight(criterion).copy()
        weight[arcs] = np.inf
        forward, backward = self.network.forward, self.network.backward
        found = find_path(forward, backward, weight=weight, source=ends[0], target=ends[1])
        return found.arcs if np.isfinite(found.cost) else None

    def chain(self, criterion: str, origin: int, destination: int, *, via: Sequence[Passing]) -> Path | None:
        """Best path that passes `via` in order: exact, since each stage starts from every state of the last place."""
        if not via:
            return self.best(criterion, origin, destination)
        stages = [
            self._stage(
                criterion, origin, tuple(via[: count + 1]), then=via[count + 1] if via[count + 1 :] else None
            )
            for count in range(len(via))
        ]
        last = stages[-1]
        if last is None or not np.isfinite(last.tree.distance[destination]):
            return None
        parts: list[NDArray[np.int32]] = []
        for stage in reversed(stages):
            assert stage is not None
            path = trace_path(stage.tree, destination)
            parts.append(path)
            start = int(self.network.arcs.tail[path[0]]) if len(path) else destination
            arc = int(stage.used[np.searchsorted(stage.heads, start)])
            if arc >= 0:
                parts.append(np.array([arc], np.int32))
                start = int(self.network.arcs.tail[arc])
            destination = start
        parts.append(trace_path(self.tree(criterion, origin), destination))
        return np.concatenate(parts[::-1])

    def _stage(
        self, criterion: str, origin: int, via: tuple[Passing, ...], *, then: Passing | None
    ) -> Stage | None:
        """The search from the last of `via` on, after the others, as far as the states of `then` or else every end.

        None where it cannot be reached.
        """
        key = (criterion, origin, (*(place.id for place in via), then.id if then else ""))
        if key not in self.stages:
            before = self._stage(criterion, origin, via[:-1], then=via[-1]) if via[:-1] else None
            if via[:-1] and before is None:
                self.stages[key] = None
            else:
                tree = before.tree if before else self.tree(criterion, origin)
                self.stages[key] = self._grow_stage(tree, self.weight(criterion), via[-1], then)
        return self.stages[key]

    def _grow_stage(self, tree: Tree, weight: Floats, place: Passing, then: Passing | None) -> Stage | None:
        arcs = self.network.arcs
        inlets = np.array(list(self.network.inlets.values()), np.int32)
        targets = (
            inlets if then is None else np.concatenate([then.nodes, arcs.tail[then.arcs]]).astype(np.int32)
        )
        heads = np.concatenate([place.nodes, arcs.head[place.arcs]]).astype(np.int32)
        costs = np.concatenate(
            [tree.distance[place.nodes], tree.distance[arcs.tail[place.arcs]] + weight[place.arcs]]
        )
        used = np.concatenate([np.full(len(place.nodes), -1, np.int32), place.arcs])
        order = np.lexsort((used, costs, heads))
        heads, costs, used = heads[order], costs[order], used[order]
        keep = np.isfinite(costs) & np.concatenate([[True], heads[1:] != heads[:-1]])
        heads, costs, used = heads[keep], costs[keep], used[keep]
        if not len(heads):
            return None
        grown = grow_tree(self.network.forward, weight, sources=heads, source_costs=costs, targets=targets)
        return Stage(grown, heads, used)

    def front(
        self, criteria: Sequence[str], origin: int, destination: int, *, epsilon: Sequence[float]
    ) -> tuple[list[Path], bool]:
        """Pareto front over `criteria` within `epsilon` (in their units), and whether it is whole."""
        weights = np.column_stack([self.weight(criterion) for criterion in criteria])
        guide = make_guide(self.network.backward, weights=weights, target=destination)
        rule = FrontRule(epsilon=np.asarray(epsilon, np.float64), max_labels=MAX_LABELS)
        result = find_front(self.network.forward, guide, source=origin, rule=rule)
        return list(result.paths), not result.truncated

    def alternatives(self, criterion: str, origin: int, destination: int, *, count: int) -> list[Path]:
        """Up to `count` good paths besides the best one."""
        result = find_alternatives(
            self.network.forward,
            self.network.backward,
            weight=self.weight(criterion),
            source=origin,
            target=destination,
            rule=AlternativeRule(count=count + 1, length=self.weights.distance),
        )
        return list(result.paths[1:])

    def _penalties(self) -> Floats:
        """Weight of opening each closed arc: what the user left out counts ten times, a passage once in all."""
        penalty = np.where(self.reasons == 0, 0.0, PENALTY)
        penalty[self.reasons >= Reason.AVOIDED] *= 10.0
        arcs, lengths = self.network.arcs, np.array([*measure_passages(self.network.world), 1.0])
        share = np.where(arcs.passage >= 0, self.weights.distance / lengths[arcs.passage], 1.0)
        return penalty * share

    def cut(self, origin: int, destination: int) -> list[tuple[int, Reason]]:
        """Closed arcs on the way that would need the fewest to open: what blocks an unreachable pair.

        Empty where no way exists even with every closed arc open.
        """
        weight = self.weights.distance + self._penalties()
        weight = np.where(np.isfinite(self.weights.cost), weight, np.inf)
        tree = grow_tree(
            self.network.forward, weight, sources=np.array([origin], np.int32), source_costs=np.zeros(1)
        )
        if not np.isfinite(tree.distance[destination]):
            return []
        path = trace_path(tree, destination)
        return [(int(arc), Reason(int(self.reasons[arc]))) for arc in path if self.reasons[arc]]
