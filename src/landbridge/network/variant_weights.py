"""Weights of a network's arcs for one shipment under any set of levers, the least and the greatest of all sets, and
which levers may change an arc.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from landbridge.network.arc_weights import (
    BLOCKED,
    FREE_MOVE,
    Amounts,
    Numbers,
    SomeArcs,
    find_lean,
    gather_amounts,
    list_steps,
    start_hauls,
    sum_amounts,
    sum_steps,
    weigh_move,
    weigh_price,
)
from landbridge.network.interruptions import LineWaits
from landbridge.network.pricing import MovePrice, Price
from landbridge.network.search import break_ties
from landbridge.network.variant_prices import Choice, Watch
from landbridge.network.virtual import Step, VirtualNetwork
from landbridge.network.weights import Pricer, measure_passages, passage_step

Floats = NDArray[np.float64]
Bits = NDArray[np.int64]
MOST_AMOUNTS = 64


@dataclass(frozen=True, slots=True, eq=False)
class Live:
    """The prices that levers change: of steps, of a km by price code, of a haul's start by number of operation list.

    ops, waits and passages are the numbers of the lists of operations, lists of waits and passages with such steps.
    """

    steps: Mapping[Step, Choice[Price]]
    moves: Mapping[int, Choice[MovePrice]]
    hauls: Mapping[int, Choice[tuple[float, float]]]
    ops: tuple[int, ...]
    waits: tuple[int, ...]
    passages: tuple[int, ...]

    @property
    def bits(self) -> int:
        """All levers that change one of them."""
        steps, moves, hauls = self.steps.values(), self.moves.values(), self.hauls.values()
        found = [*(one.bits for one in steps), *(one.bits for one in moves), *(one.bits for one in hauls)]
        return int(np.bitwise_or.reduce([0, *found]))

    def touch(self, steps: tuple[Step, ...]) -> int:
        """The levers that change the price of one of some steps."""
        return int(
            np.bitwise_or.reduce([0, *(self.steps[step].bits for step in steps if step in self.steps)])
        )


@dataclass(frozen=True, slots=True, eq=False)
class PricedNetwork:
    """The prices of one shipment on one network, without levers, and those that levers change.

    lean float64[arcs], km, is what the rate of an arc counts above its own kilometres.
    """

    network: VirtualNetwork
    watch: Watch
    waits: LineWaits
    lean: Floats
    prices: Mapping[Step, Price]
    moves: tuple[MovePrice, ...]
    weighed: Mapping[Step, Numbers]
    amounts: Amounts
    live: Live
    bits: int
    kept: dict[int, Amounts] = field(default_factory=dict)

    @classmethod
    def explore(cls, network: VirtualNetwork, watch: Watch) -> "PricedNetwork":
        """Every price under every set of the levers that it rests on."""
        waits, explore = LineWaits.of(network.world, watch.pricing.around.interruptions), watch.explore
        steps = {step: explore(partial(price_step, step)) for step in list_steps(network, waits)}
        moves = [explore(partial(_price_code, network, code)) for code in range(network.codes.free)]
        hauls = [explore(partial(_price_starts, ops)) for ops in network.operations]
        watch.watched.clear()
        prices = {step: choice.at(0) for step, choice in steps.items()}
        priced_moves = (*(choice.at(0) for choice in moves), FREE_MOVE)
        starts = np.array([choice.at(0) for choice in hauls], np.float64).reshape(-1, 2).T
        amounts = gather_amounts(network, priced_moves, prices, waits=waits, hauls=starts)
        changing = {step: choice for step, choice in steps.items() if choice.bits}
        live = Live(
            changing,
            {code: choice for code, choice in enumerate(moves) if choice.bits},
            {number: choice for number, choice in enumerate(hauls) if choice.bits},
            _find_lists(network.operations, changing),
            _find_lists(waits.all, changing),
            _find_lists(_list_passages(network), changing),
        )
        lean, weighed = (
            find_lean(network, watch.pricer(0)),
            {step: weigh_price(one) for step, one in prices.items()},
        )
        return cls(network, watch, waits, lean, prices, priced_moves, weighed, amounts, live, live.bits)

    def prices_at(self, mask: int) -> tuple[dict[Step, Price], tuple[MovePrice, ...]]:
        """The prices of steps and of a km of each code under a mask."""
        moves = list(self.moves)
        for code, choice in self.live.moves.items():
            moves[code] = choice.at(mask)
        return {**self.prices, **{step: one.at(mask) for step, one in self.live.steps.items()}}, tuple(moves)

    def amounts_at(self, mask: int) -> Amounts:
        """The amounts under a mask."""
        key = mask & self.bits
        found = self.kept.get(key)
        if found is None:
            found = self._change(
                {step: weigh_price(choice.at(key)) for step, choice in self.live.steps.items()},
                {code: _weigh_rate(choice.at(key)) for code, choice in self.live.moves.items()},
                {number: choice.at(key) for number, choice in self.live.hauls.items()},
            )
            while len(self.kept) >= MOST_AMOUNTS:
                self.kept.pop(next(iter(self.kept)), None)
            self.kept[key] = found
        return found

    def weigh(
        self, arcs: VirtualNetwork | SomeArcs, mask: int, *, lean: Floats
    ) -> tuple[Floats, Floats, Floats]:
        """Cost, time and emissions of each of `arcs`, float64[arcs] each, under a mask."""
        return sum_amounts(arcs, self.amounts_at(mask), lean=lean, waits=self.waits)

    def bound(self) -> tuple[dict[str, Floats], dict[str, Floats]]:
        """The least and the greatest that a search by cost, and one by time, weigh of each arc under any levers."""
        least, most = self._bound_amounts(min), self._bound_amounts(max)
        rates = most.rates - least.rates
        # Where a lane costs less than its own kilometres, it is the higher rate that makes it cheap.
        back = np.minimum(self.lean, 0.0) * rates[self.network.arcs.code_a]
        found = []
        for amounts, more in ((least, back), (most, -back)):
            cost, time, _ = sum_amounts(self.network, amounts, lean=self.lean, waits=self.waits)
            cost = np.maximum(cost + more, 0.0)
            found.append({"cost": cost, "time": break_ties(time, cost)})
        return found[0], found[1]

    def _bound_amounts(self, choose: Callable[..., float]) -> Amounts:
        def bound(numbers: Iterable[tuple[float, ...]]) -> tuple[float, ...]:
            return tuple(choose(column) for column in zip(*numbers, strict=True))

        live = self.live
        steps = {}
        for step, choice in live.steps.items():
            cost, time, co2e = bound(weigh_price(one) for one in choice.found.values())
            steps[step] = (cost, time, co2e)
        moves = {
            code: bound([_weigh_rate(one) for one in c.found.values()]) for code, c in live.moves.items()
        }
        hauls = {number: bound([*c.found.values()]) for number, c in live.hauls.items()}
        return self._change(steps, moves, hauls)

    def _change(
        self,
        steps: Mapping[Step, Numbers],
        moves: Mapping[int, tuple[float, ...]],
        hauls: Mapping[int, tuple[float, ...]],
    ) -> Amounts:
        """The amounts with other prices of what levers change."""
        new = Amounts(*(getattr(self.amounts, name).copy() for name in Amounts.__slots__))
        for code, numbers in moves.items():
            new.per_km[:, code], new.rates[code] = numbers[:3], numbers[3]
        for number, starts in hauls.items():
            new.hauls[:, number] = starts
        network, lengths = self.network, measure_passages(self.network.world)
        weighed = {**self.weighed, **steps}
        lists = (
            (new.per_op, self.live.ops, network.operations),
            (new.per_wait, self.live.waits, self.waits.all),
            (new.per_passage, self.live.passages, _list_passages(network)),
        )
        for amounts, numbers, named in lists:
            for number in numbers:
                amounts[:, number] = sum_steps(weighed, named[number])
        for number in self.live.passages:
            new.per_passage[:, number] /= lengths[number]
        return new

    def touch_arcs(self) -> Bits:
        """The levers that change a price of each arc, int64[arcs]."""
        arcs, network = self.network.arcs, self.network
        by_code = np.zeros(network.codes.free + 1, np.int64)
        for code, choice in self.live.moves.items():
            by_code[code] = choice.bits
        touched: Bits = np.where(arcs.km_a > 0, by_code[arcs.code_a], 0)
        touched |= np.where(arcs.km_b > 0, by_code[arcs.code_b], 0)
        starts = {number: choice.bits for number, choice in self.live.hauls.items()}
        for number in {*self.live.ops, *starts}:
            bits = self.live.touch(network.operations[number]) | starts.get(number, 0)
            touched[network.marked("op").select(number)] |= bits
        for number in self.live.passages:
            touched[network.marked("passage").select(number)] |= self.live.touch(
                _list_passages(network)[number]
            )
        lines = [("leg", number) for number in self.waits.legs] + [
            ("passage", number) for number in self.waits.passages
        ]
        for place in self.live.waits:
            kind, number = lines[place]
            touched[network.marked(kind).select(number)] |= self.live.touch(self.waits.all[place])
        return touched


def _weigh_rate(move: MovePrice) -> tuple[float, ...]:
    """Cost, time and emissions of a km, and what a km of head haul adds to the cost."""
    return (*weigh_move(move), move.per_km)


def _list_passages(network: VirtualNetwork) -> tuple[tuple[Step, ...], ...]:
    return tuple((passage_step(name),) for name in network.world.passages)


def _find_lists(lists: tuple[tuple[Step, ...], ...], steps: Mapping[Step, object]) -> tuple[int, ...]:
    """Numbers of the lists that hold one of some steps."""
    return tuple(number for number, named in enumerate(lists) if any(step in steps for step in named))


def price_step(step: Step, pricer: Pricer) -> Price:
    """The price of a step, that of what cannot be done where a needed row is missing."""
    return pricer.step(step) or BLOCKED


def _price_code(network: VirtualNetwork, code: int, pricer: Pricer) -> MovePrice:
    return pricer.move(network, code)


def _price_starts(steps: tuple[Step, ...], pricer: Pricer) -> tuple[float, float]:
    return start_hauls(pricer, steps)
