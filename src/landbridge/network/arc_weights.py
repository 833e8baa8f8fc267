"""From the prices of one shipment to the weights of the arcs of a network, of all or of some."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.distributions import Excess
from landbridge.network.imbalance import Imbalance, lean_arcs
from landbridge.network.interruptions import LineWaits, add_line_waits
from landbridge.network.marks import Marks
from landbridge.network.pricing import MovePrice, Price
from landbridge.network.virtual import Arcs, Step, VirtualNetwork, count_world_nodes
from landbridge.network.weights import (
    FREE,
    IMPOSSIBLE,
    Pricer,
    Weights,
    measure_passages,
    passage_step,
)
from landbridge.sources.world import World

Floats = NDArray[np.float64]
Numbers = tuple[float, float, float]
CRITERIA = ("cost", "time", "co2e")
MODES = ("road", "rail", "inland_water", "sea", "air")
FREE_MOVE = MovePrice(0.0, 0.0, 0.0, Excess(0.0, 0.0, 0.0, 0.0), None, None, None)
BLOCKED = Price(IMPOSSIBLE, IMPOSSIBLE, IMPOSSIBLE, (), FREE.excess)


@dataclass(frozen=True, slots=True, eq=False)
class Amounts:
    """What the arcs of a network weigh for one shipment, by what they are made of.

    The rows of per_km float64[3, codes], per_op float64[3, operations], per_wait float64[3, waits] and per_passage
    float64[3, passages] are cost USD/t, time h and co2e kg/t: of a km of each price code, of each list of operations,
    of each list of waits on a line, of a km of each passage's lanes. rates float64[codes], USD/t, is what a km of head
    haul adds; hauls float64[2, operations], USD/t, what hauls cost before their first km, by deep-sea and by river
    vessel.
    """

    per_km: Floats
    per_op: Floats
    per_passage: Floats
    per_wait: Floats
    rates: Floats
    hauls: Floats


@dataclass(frozen=True, slots=True, eq=False)
class SomeArcs:
    """Some arcs of a network: their columns, and by which marks they are found; `world` is that of the network."""

    arcs: Arcs
    world: World
    marks: dict[str, Marks] = field(default_factory=dict)

    @classmethod
    def choose(cls, network: VirtualNetwork, chosen: NDArray[np.integer]) -> "SomeArcs":
        """The arcs `chosen`, int[a], of a network."""
        return cls(Arcs(*(getattr(network.arcs, name)[chosen] for name in Arcs.__slots__)), network.world)

    def marked(self, name: str) -> Marks:
        """The arcs by one of their columns op, leg, passage."""
        if name not in self.marks:
            self.marks[name] = Marks.group(getattr(self.arcs, name))
        return self.marks[name]


def weigh_arcs(network: VirtualNetwork, pricer: Pricer) -> Weights:
    """Weights of every arc for one shipment."""
    moves, prices = price_moves(network, pricer), price_steps(network, pricer)
    waits = LineWaits.of(network.world, pricer.around.interruptions)
    hauls = np.array([start_hauls(pricer, steps) for steps in network.operations]).reshape(-1, 2).T
    amounts = gather_amounts(network, moves, prices, waits=waits, hauls=hauls)
    lean = find_lean(network, pricer)
    fields = dict(zip(CRITERIA, sum_amounts(network, amounts, lean=lean, waits=waits), strict=True))
    distance = measure_arcs(network, pricer)
    return Weights(**fields, distance=distance, lean=lean, moves=moves, prices=prices, waits=waits)


def gather_amounts(
    network: VirtualNetwork,
    moves: tuple[MovePrice, ...],
    prices: Mapping[Step, Price],
    *,
    waits: LineWaits,
    hauls: Floats,
) -> Amounts:
    """The amounts of the prices of a shipment."""
    weighed = {step: weigh_price(price) for step, price in prices.items()}
    passages = tuple((passage_step(name),) for name in network.world.passages)
    return Amounts(
        per_km=np.array([weigh_move(move) for move in moves]).T,
        per_op=_sum_lists(weighed, network.operations),
        per_passage=_sum_lists(weighed, passages) / np.array(measure_passages(network.world)),
        per_wait=_sum_lists(weighed, waits.all),
        rates=np.array([move.per_km for move in moves]),
        hauls=hauls,
    )


def weigh_move(move: MovePrice) -> Numbers:
    """Cost, time and emissions of a km."""
    return min(move.cost, IMPOSSIBLE), min(move.time, IMPOSSIBLE), min(move.co2e, IMPOSSIBLE)


def weigh_price(price: Price) -> Numbers:
    """Cost, time and emissions of an operation."""
    return price.cost, price.time, price.co2e


def sum_steps(weighed: Mapping[Step, Numbers], steps: tuple[Step, ...]) -> Numbers:
    """Cost, time and emissions of operations that follow each other."""
    found = [weighed[step] for step in steps]
    return sum(one[0] for one in found), sum(one[1] for one in found), sum(one[2] for one in found)


def _sum_lists(weighed: Mapping[Step, Numbers], lists: tuple[tuple[Step, ...], ...]) -> Floats:
    return np.array([sum_steps(weighed, steps) for steps in lists], np.float64).reshape(-1, 3).T


def sum_amounts(
    network: VirtualNetwork | SomeArcs, amounts: Amounts, *, lean: Floats, waits: LineWaits
) -> tuple[Floats, Floats, Floats]:
    """Cost, time and emissions of each arc, float64[arcs] each, infinite where the shipment cannot use it.

    `lean` float64[arcs], km, is what the rate of an arc counts above its own kilometres.
    """
    cost, time, co2e = (
        _sum_up(network, *parts)
        for parts in zip(amounts.per_km, amounts.per_op, amounts.per_passage, strict=True)
    )
    leaning = np.flatnonzero(lean)
    cost[leaning] += amounts.rates[network.arcs.code_a[leaning]] * lean[leaning]
    cost[network.marked("op").arcs] += _find_hauls(network, amounts.hauls)
    for weight, per_wait in zip((cost, time, co2e), amounts.per_wait, strict=True):
        add_line_waits(weight, network, waits, per_wait)
        weight[weight >= IMPOSSIBLE / 10] = np.inf
    return cost, time, co2e


def measure_arcs(network: VirtualNetwork, pricer: Pricer) -> Floats:
    """Kilometres of every arc; the run of a service has none of its own on its arc."""
    runs = np.array([_service_km(pricer, steps) for steps in network.operations], np.float64)
    codes, passages = network.codes.free + 1, len(network.world.passages)
    return _sum_up(network, np.ones(codes), runs, np.zeros(passages))


def _sum_up(
    network: VirtualNetwork | SomeArcs, per_km: Floats, per_op: Floats, per_passage: Floats
) -> Floats:
    """What each arc weighs, float64[arcs], by a km of its price codes, its operations, and a km of its passage."""
    arcs, ops, passages = network.arcs, network.marked("op"), network.marked("passage")
    weight: Floats = arcs.km_a * per_km[arcs.code_a]
    weight += arcs.km_b * per_km[arcs.code_b]
    weight[ops.arcs] += per_op[ops.marks]
    weight[passages.arcs] += per_passage[passages.marks] * (arcs.km_a + arcs.km_b)[passages.arcs]
    return weight


def find_lean(network: VirtualNetwork, pricer: Pricer) -> Floats:
    """What the rate of each arc counts above its own kilometres, float64[arcs], km.

    Containers alone lean: other goods find no empty boxes to fill.
    """
    if pricer.shipment.cargo_class != "container":
        return np.zeros(len(network.arcs.tail))
    imbalance = Imbalance.read(pricer.book)
    if imbalance not in network.leans:
        network.leans[imbalance] = lean_arcs(network, imbalance)
    return network.leans[imbalance]


def _service_km(pricer: Pricer, steps: tuple[Step, ...]) -> float:
    runs = [float(pricer.services[step.service]["distance"]) for step in steps if step.operation == "service"]
    return sum(km for km in runs if km > 0)


def price_moves(network: VirtualNetwork, pricer: Pricer) -> tuple[MovePrice, ...]:
    """The price of a km of each price code, the free one last."""
    for code in range(network.codes.free):
        if code not in pricer.moved:
            pricer.moved[code] = pricer.move(network, code)
    return (*(pricer.moved[code] for code in range(network.codes.free)), FREE_MOVE)


def list_steps(network: VirtualNetwork, waits: LineWaits) -> tuple[Step, ...]:
    """Every operation that an arc or a line of the network needs a price for."""
    through = [*waits.all, *((passage_step(name),) for name in network.world.passages)]
    return tuple(dict.fromkeys(step for steps in (*network.operations, *through) for step in steps))


def price_steps(network: VirtualNetwork, pricer: Pricer) -> dict[Step, Price]:
    """The price of every operation of the network."""
    prices: dict[Step, Price] = {}
    for step in list_steps(network, LineWaits.of(network.world, pricer.around.interruptions)):
        if step not in pricer.priced:
            pricer.priced[step] = pricer.step(step)
        prices[step] = pricer.priced[step] or BLOCKED
    return prices


def _find_hauls(network: VirtualNetwork | SomeArcs, hauls: Floats) -> Floats:
    """What hauls cost before their first km, at the arcs that bear operations, by those marks, at sea by the vessel."""
    ops, rivers = network.marked("op"), len(network.world.node_lat)
    heads = network.arcs.head[ops.arcs]
    by_river = (heads >= rivers) & (heads < count_world_nodes(network.world))
    found: Floats = np.where(by_river, hauls[1, ops.marks], hauls[0, ops.marks])
    return found


def start_hauls(pricer: Pricer, steps: tuple[Step, ...]) -> tuple[float, float]:
    """What a haul that the steps begin costs before its first km, USD/t: by deep-sea and by river vessel."""
    return _start_haul(pricer, steps, pricer.shipment.means("sea")), _start_haul(pricer, steps, "river_sea")


def _start_haul(pricer: Pricer, steps: tuple[Step, ...], vessel: str) -> float:
    total = 0.0
    for step in steps:
        mode = {"tranship": step.to_mode, "load": step.mode}.get(step.operation, "")
        if mode in MODES and not (step.service and step.mode != "ferry"):
            means = vessel if mode == "sea" else pricer.shipment.means(mode)
            total += pricer.haul_start(mode, means, step.scopes)
    return total
