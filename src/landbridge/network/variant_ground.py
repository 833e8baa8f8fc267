"""One network for all sets of levers that keep its structure: its prices, its gates, and the cores of the flows."""

import datetime
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.customization import customize
from landbridge.network.arc_weights import SomeArcs, measure_arcs
from landbridge.network.closures import Reason, close_by_law, close_further, close_to_goods
from landbridge.network.cores import Core, find_core
from landbridge.network.gates import Gate, Reasons, close_always, make_gates
from landbridge.network.items import PathReader, Simulation
from landbridge.network.router import Case, Pricing, make_ready
from landbridge.network.routes import Request, Route, price_path
from landbridge.network.search import Path, Search, break_ties
from landbridge.network.terminals import Stop
from landbridge.network.variant_prices import Watch
from landbridge.network.variant_tables import VariantTables
from landbridge.network.variant_weights import Bits, PricedNetwork, price_step
from landbridge.network.virtual import Step, VirtualNetwork
from landbridge.network.weights import Weights
from landbridge.schema.closings import Closing
from landbridge.sources.world import World

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
BY = ("cost", "time")
NOTHING = np.empty(0)
MOST_READERS = 64
CLEARED = ("road", "rail", "inland_water", "sea", "ferry", "air")


@dataclass(frozen=True, slots=True)
class Asked:
    """A flow: its id, and its shipment between two places with what the law closes to it."""

    id: str
    case: Case


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Best ways of a flow by one criterion: on which core, and which levers `reach` change it.

    lean float64[a], km, that of the core's arcs; shut bool[a], arcs that no lever opens; gates with the positions on
    the core of what they close under each set of their levers.
    """

    criterion: str
    core: Core
    reach: int
    lean: Floats
    shut: Flags
    gates: tuple[tuple[int, Mapping[int, Ints]], ...]
    priced: PricedNetwork
    found: dict[int, Path | None] = field(default_factory=dict)

    def best(self, mask: int) -> Path | None:
        """Arcs of the best way under a mask, None where there is none."""
        key = mask & self.reach
        if key not in self.found:
            self.found[key] = self.core.find(self._weigh(key))
        return self.found[key]

    def _weigh(self, mask: int) -> Floats:
        cost, time, _ = self.priced.weigh(self.core.some, mask, lean=self.lean)
        weight = cost if self.criterion == "cost" else break_ties(time, cost)
        weight[self.shut] = np.inf
        for bits, shut in self.gates:
            weight[shut[mask & bits]] = np.inf
        return weight


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """What flows of one shipment under one law share: prices, the reason of each arc that no lever opens, int8[arcs],
    and the levers that change each arc, int64[arcs].
    """

    priced: PricedNetwork
    reasons: Reasons
    touched: Bits


@dataclass(slots=True, eq=False)
class VariantGround:
    """A network, made with the levers `mask`, for all sets of other levers."""

    mask: int
    date: datetime.date
    simulation: Simulation
    tables: VariantTables
    network: VirtualNetwork
    pricing: Pricing
    gates: tuple[Gate, ...]
    closed: Reasons
    groups: dict[tuple[str, tuple[Closing, ...]], Group] = field(default_factory=dict)
    priced: dict[str, PricedNetwork] = field(default_factory=dict)
    law: dict[tuple[Closing, ...], Flags] = field(default_factory=dict)
    courses: dict[tuple[str, str], Course | None] = field(default_factory=dict)
    readers: dict[tuple[str, int], PathReader] = field(default_factory=dict)

    def group(self, case: Case) -> Group:
        """What flows of the shipment and the law of a case share."""
        key = (repr(case.shipment), case.closings)
        if key not in self.groups:
            self.groups[key] = self._make_group(case)
        return self.groups[key]

    def _make_group(self, case: Case) -> Group:
        key, network = repr(case.shipment), self.network
        if key not in self.priced:
            watch = Watch(self.pricing, self.tables, self.mask, case.shipment)
            self.priced[key] = PricedNetwork.explore(network, watch)
        reasons = close_to_goods(network, self.tables.all(self.mask), self.closed, shipment=case.shipment)
        reasons = close_further(reasons, Reason.LAW, self._close_by_law(case.closings))
        touched = self.priced[key].touch_arcs()
        for gate in self.gates:
            touched[gate.arcs] |= gate.bits
        return Group(self.priced[key], reasons, touched)

    def _close_by_law(self, closings: tuple[Closing, ...]) -> Flags:
        if closings not in self.law:
            self.law[closings] = close_by_law(self.network, closings)
        return self.law[closings]

    def reasons(self, group: Group, mask: int) -> Reasons:
        """The reason of each arc under a mask, int8[arcs], 0 where it is open."""
        reasons, status = group.reasons.copy(), np.empty(0, np.int32)
        for gate in self.gates:
            by_status, by_border = gate.at(mask)
            status = np.concatenate([status, by_status])
            reasons[by_border[reasons[by_border] != Reason.STATUS]] = Reason.BORDER
        reasons[status] = Reason.STATUS
        return reasons

    def prepare(self, asked: Sequence[Asked]) -> None:
        """Finds the cores of flows, shipments side by side."""
        groups: dict[str, list[Asked]] = {}
        for one in asked:
            if (one.id, BY[0]) not in self.courses:
                groups.setdefault(repr(one.case.shipment), []).append(one)
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            list(pool.map(self._prepare_shipment, groups.values()))

    def _prepare_shipment(self, asked: Sequence[Asked]) -> None:
        by_law: dict[tuple[Closing, ...], list[Asked]] = {}
        for one in asked:
            by_law.setdefault(one.case.closings, []).append(one)
        for flows in by_law.values():
            self._prepare_group(self.group(flows[0].case), flows)

    def _prepare_group(self, group: Group, flows: Sequence[Asked]) -> None:
        least, most = group.priced.bound()
        closed = group.reasons != 0
        least_closed, most_closed = closed.copy(), closed.copy()
        for gate in self.gates:
            least_closed[gate.always()], most_closed[gate.arcs] = True, True
        for criterion in BY:
            least[criterion][least_closed], most[criterion][most_closed] = np.inf, np.inf
            low = customize(self.network.hierarchy, least[criterion], threads=1)
            for flow in flows:
                start, end = flow.case.ends
                ends = (self.network.outlets[start.id], self.network.inlets[end.id])
                core = find_core(self.network, low, most[criterion], ends=ends)
                course = None if core is None else self._make_course(group, criterion, core)
                self.courses[flow.id, criterion] = course

    def _make_course(self, group: Group, criterion: str, core: Core) -> Course:
        arcs = core.arcs
        reach = int(np.bitwise_or.reduce(group.touched[core.within]))
        gates = [
            (
                gate.bits,
                {mask: _find_places(arcs, np.concatenate(parts)) for mask, parts in gate.shut.items()},
            )
            for gate in self.gates
            if gate.bits & reach
        ]
        shut, lean = group.reasons[arcs] != 0, group.priced.lean[arcs]
        return Course(criterion, core, reach, lean, shut, tuple(gates), group.priced)

    def clearing(self, asked: Asked, modes: tuple[str, str] | None = None) -> int:
        """The levers that change what clearance costs and takes at the ends of a flow, by the modes of its first and
        last leg, or whatever they are.
        """
        start, end = asked.case.ends
        around = self.pricing.around
        if around.territories.formalities(start.country, end.country) == "none":
            return 0
        bits = 0
        for direction, stop, place in (("export", start, 0), ("import", end, 1)):
            scopes = around.scopes(stop.id, stop.country)
            for mode in CLEARED if modes is None else (modes[place],):
                step = Step("customs", mode, "", direction, scopes)
                bits |= self.group(asked.case).priced.watch.explore(partial(price_step, step)).bits
        return bits

    def reach(self, asked: Asked, criterion: str) -> int:
        """The levers that may change the best route of a flow by a criterion on this network."""
        course = self.courses[asked.id, criterion]
        return 0 if course is None else course.reach | self.clearing(asked) | self._shared()

    def rest(self, asked: Asked, route: Route) -> int:
        """The levers that change a route while its path stays."""
        legs = [item.mode for item in route.items if item.kind == "leg"]
        touched = int(np.bitwise_or.reduce(self.group(asked.case).touched[route.path]))
        return touched | self.clearing(asked, (legs[0], legs[-1])) | self._shared()

    def _shared(self) -> int:
        """The levers of what the draws of waits behind a timetable have in common."""
        cells = self.tables.priced.get("parameters", {}).get("doubt_shared", {})
        return int(np.bitwise_or.reduce([0, *cells.values()]))

    def reader(self, group: Group, mask: int) -> PathReader:
        """What reads and prices paths under a mask; it holds no weights of arcs."""
        priced = group.priced
        key = (repr(priced.watch.shipment), mask & self.tables.pricing)
        found = self.readers.get(key)
        if found is None:
            prices, moves = priced.prices_at(mask)
            weights = Weights(
                *(NOTHING, NOTHING, NOTHING, NOTHING),
                lean=priced.lean,
                moves=moves,
                prices=prices,
                waits=priced.waits,
            )
            found = PathReader(self.network, priced.watch.pricer(key[1]), weights, self.simulation)
            while len(self.readers) >= MOST_READERS:
                self.readers.pop(next(iter(self.readers)), None)
            self.readers[key] = found
        return found

    def price(self, asked: Asked, path: Path, mask: int) -> Route | None:
        """A path priced under a mask; None where one of its arcs is closed or cannot be priced there."""
        group = self.group(asked.case)
        if (group.reasons[path] != 0).any() or any(gate.shuts(path, mask) for gate in self.gates):
            return None
        some = SomeArcs.choose(self.network, path)
        cost, time, _ = group.priced.weigh(some, mask, lean=group.priced.lean[path])
        if not np.isfinite(cost + time).all():
            return None
        request = Request(asked.id, *asked.case.ends)
        return price_path(self.reader(group, mask), request, path, additive=float(cost.sum()))

    def search(self, case: Case, mask: int) -> tuple[Search, PathReader]:
        """The searches of a case on the whole network under a mask, and what prices their paths."""
        group, network = self.group(case), self.network
        priced, reader = group.priced, self.reader(group, mask)
        cost, time, co2e = priced.weigh(network, mask, lean=priced.lean)
        distance = measure_arcs(network, priced.watch.pricer(0))
        weights = replace(reader.weights, cost=cost, time=time, co2e=co2e, distance=distance)
        return Search(network, weights, self.reasons(group, mask)), replace(reader, weights=weights)


def _find_places(arcs: Ints, wanted: Ints) -> Ints:
    """Positions in `arcs`, rising, of those of `wanted` that stand there."""
    return np.flatnonzero(np.isin(arcs, wanted)).astype(np.int32)


def make_ground(
    tables: VariantTables,
    mask: int,
    *,
    world: World,
    date: datetime.date,
    simulation: Simulation,
    stops: Sequence[Stop],
) -> VariantGround:
    """The network of the levers of a mask, which change its structure, between `stops`."""
    ready = make_ready(world, tables.all(mask), date)
    network = ready.router(stops, simulation=simulation).network
    gates = make_gates(network, tables, mask, date=date)
    closed = close_always(network, tables, mask, date=date)
    return VariantGround(mask, date, simulation, tables, network, ready.pricing, gates, closed)
