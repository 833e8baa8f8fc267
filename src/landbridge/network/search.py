"""Searching the virtual network for one shipment: best paths, chains of places, alternatives, Pareto fronts, cuts."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.alternatives import AlternativeRule, find_alternatives
from landbridge.kernels.customization import Metric, customize, recustomize, restore
from landbridge.kernels.hierarchy_queries import find_distance, find_shortest
from landbridge.kernels.hierarchy_sweeps import Sweep, sweep, trace_sweep
from landbridge.kernels.pareto import FrontRule, find_front, make_guide
from landbridge.network.closures import Reason
from landbridge.network.virtual import VirtualNetwork
from landbridge.network.weights import Weights, measure_passages

Floats = NDArray[np.float64]
Path = NDArray[np.int32]
PENALTY = 1e7
TIE_BREAK = 1e-6
MAX_LABELS = 4_000_000
# More closed arcs than this are sooner customized with all others than one by one.
MOST_ANEW = 2_000
NO_ARCS = np.empty(0, np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Passing:
    """What passing the place `id` means: standing at one of `nodes`, or running one of `arcs` (a border post)."""

    id: str
    nodes: NDArray[np.int32]
    arcs: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """The search from one place of a chain on: its sweep, the states that it starts from, and the arc that led to each
    of them (-1: standing there), sorted by state.
    """

    sweep: Sweep
    heads: NDArray[np.int32]
    used: NDArray[np.int32]


@dataclass(slots=True)
class Search:
    """Searches of one shipment with one set of closed arcs; metrics and sweeps are kept and shared by all queries.

    `reasons` int8[arcs] is 0 where an arc is open.
    """

    network: VirtualNetwork
    weights: Weights
    reasons: NDArray[np.int8]
    metrics: dict[str, Metric] = field(default_factory=dict)
    sweeps: dict[tuple[str, int, bool], Sweep] = field(default_factory=dict)
    stages: dict[tuple[str, int, tuple[str, ...]], Stage | None] = field(default_factory=dict)

    def weight(self, criterion: str) -> Floats:
        """Arc weights of a criterion, infinite on closed arcs.

        A millionth of the cost breaks ties of time and emissions, so that no route reloads for nothing.
        """
        return self.metric(criterion).weight

    def metric(self, criterion: str) -> Metric:
        """The hierarchy under a criterion."""
        if criterion not in self.metrics:
            self.metrics[criterion] = self._customize(criterion)
        return self.metrics[criterion]

    def prepare(self, criteria: Sequence[str]) -> None:
        """Makes the metrics of `criteria` side by side."""
        missing = [criterion for criterion in criteria if criterion not in self.metrics]
        with ThreadPoolExecutor(max_workers=max(min(len(missing), os.cpu_count() or 1), 1)) as pool:
            self.metrics |= zip(missing, pool.map(self._customize, missing), strict=True)

    def _customize(self, criterion: str, closed: NDArray[np.int32] = NO_ARCS) -> Metric:
        """A metric of its own; on one thread, since criteria and shipments run side by side."""
        weight = self.weights.of(criterion)
        if criterion != "cost":
            weight = break_ties(weight, self.weights.cost)
        weight = np.where(self.reasons == 0, weight, np.inf)
        weight[closed] = np.inf
        return customize(self.network.hierarchy, weight, threads=1)

    def forget(self) -> None:
        """Lets go of all that can be had again: a metric of the planet takes 46 MB."""
        for kept in (self.metrics, self.sweeps, self.stages):
            kept.clear()

    def sweep(self, criterion: str, node: int, *, backward: bool = False) -> Sweep:
        """Least weights from a node to all others, or, where `backward`, from all others to it."""
        key = (criterion, node, backward)
        if key not in self.sweeps:
            ends = np.array([node], np.int32)
            self.sweeps[key] = sweep(self.metric(criterion), sources=ends, backward=backward)
        return self.sweeps[key]

    def distance(self, criterion: str, origin: int, destination: int) -> float:
        """Least weight between two nodes, infinite where there is no way."""
        return find_distance(self.metric(criterion), source=origin, target=destination)

    def best(self, criterion: str, origin: int, destination: int) -> Path | None:
        """Arcs of the best path by one criterion, None where there is none."""
        found = find_shortest(self.metric(criterion), source=origin, target=destination)
        return found.arcs if np.isfinite(found.cost) else None

    @contextmanager
    def without(self, criterion: str, arcs: NDArray[np.int32]) -> Iterator[None]:
        """While it lasts, `arcs` are closed to all searches by a criterion."""
        if not len(arcs):
            yield
            return
        metric, kept = self.metric(criterion), (self.sweeps, self.stages)
        self.sweeps, self.stages = {}, {}
        before = None
        if len(arcs) <= MOST_ANEW:
            before = recustomize(metric, arcs, weight=np.full(len(arcs), np.inf))
        else:
            self.metrics[criterion] = self._customize(criterion, arcs)
        try:
            yield
        finally:
            if before is not None:
                restore(metric, before)
            self.metrics[criterion] = metric
            self.sweeps, self.stages = kept

    def chain(self, criterion: str, origin: int, destination: int, *, via: Sequence[Passing]) -> Path | None:
        """Best path that passes `via` in order: exact, since each stage starts from every state of the last place."""
        if not via:
            return self.best(criterion, origin, destination)
        stages = [self._stage(criterion, origin, tuple(via[: count + 1])) for count in range(len(via))]
        last = stages[-1]
        if last is None or not np.isfinite(last.sweep.at(np.array([destination]))[0]):
            return None
        parts: list[NDArray[np.int32]] = []
        for stage in reversed(stages):
            assert stage is not None
            path = trace_sweep(stage.sweep, destination)
            parts.append(path)
            start = int(self.network.arcs.tail[path[0]]) if len(path) else destination
            arc = int(stage.used[np.searchsorted(stage.heads, start)])
            if arc >= 0:
                parts.append(np.array([arc], np.int32))
                start = int(self.network.arcs.tail[arc])
            destination = start
        parts.append(trace_sweep(self.sweep(criterion, origin), destination))
        return np.concatenate(parts[::-1])

    def _stage(self, criterion: str, origin: int, via: tuple[Passing, ...]) -> Stage | None:
        """The search from the last of `via` on, after the others; None where it cannot be reached."""
        key = (criterion, origin, tuple(place.id for place in via))
        if key not in self.stages:
            before = self._stage(criterion, origin, via[:-1]) if via[:-1] else None
            if via[:-1] and before is None:
                self.stages[key] = None
            else:
                reached = before.sweep if before else self.sweep(criterion, origin)
                self.stages[key] = self._start_stage(reached, via[-1])
        return self.stages[key]

    def _start_stage(self, reached: Sweep, place: Passing) -> Stage | None:
        arcs, weight = self.network.arcs, reached.metric.weight
        heads = np.concatenate([place.nodes, arcs.head[place.arcs]]).astype(np.int32)
        costs = np.concatenate(
            [reached.at(place.nodes), reached.at(arcs.tail[place.arcs]) + weight[place.arcs]]
        )
        used = np.concatenate([np.full(len(place.nodes), -1, np.int32), place.arcs])
        order = np.lexsort((used, costs, heads))
        heads, costs, used = heads[order], costs[order], used[order]
        keep = np.isfinite(costs) & np.concatenate([[True], heads[1:] != heads[:-1]])
        heads, costs, used = heads[keep], costs[keep], used[keep]
        if not len(heads):
            return None
        return Stage(sweep(reached.metric, sources=heads, source_costs=costs), heads, used)

    def front(
        self, criteria: Sequence[str], origin: int, destination: int, *, epsilon: Sequence[float]
    ) -> tuple[list[Path], bool]:
        """Pareto front over `criteria` within `epsilon` (in their units), and whether it is whole."""
        guide = make_guide([self.metric(criterion) for criterion in criteria], target=destination)
        rule = FrontRule(epsilon=np.asarray(epsilon, np.float64), max_labels=MAX_LABELS)
        result = find_front(self.network.forward, guide, source=origin, rule=rule)
        return list(result.paths), not result.truncated

    def alternatives(self, criterion: str, origin: int, destination: int, *, count: int) -> list[Path]:
        """Up to `count` good paths besides the best one."""
        result = find_alternatives(
            self.network.forward,
            self.sweep(criterion, origin),
            sweep(self.metric(criterion), sources=np.array([destination], np.int32), backward=True),
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
        path = find_shortest(
            customize(self.network.hierarchy, weight), source=origin, target=destination
        ).arcs
        return [(int(arc), Reason(int(self.reasons[arc]))) for arc in path if self.reasons[arc]]


def break_ties(weight: Floats, cost: Floats) -> Floats:
    """Arc weights of a criterion, float64[arcs], with a millionth of their cost.

    >>> break_ties(np.array([1.0]), np.array([2.0])).tolist()
    [1.000002]
    """
    tied: Floats = weight + TIE_BREAK * cost
    return tied
