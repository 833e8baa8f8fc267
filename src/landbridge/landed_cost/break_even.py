"""Break-even: at how many times today's freight, value, days, duty or exchange rate two ways to the door cost the same.

Method. Both doors are priced again on a ladder of factors from 0 to 100 times today's; between two rungs where the
difference changes its sign the bracket is cut into 64 parts, priced at once, again and again: prices of many factors
cost little more than one. Minimum rates can make costs meet more than once: the factor nearest to 1 is given. What is
compared is the cost of a piece where both count the same pieces, else of a tonne.

Freight and days are moved on the first door alone where ways or goods differ, the value where the goods do, duty and
charges where regimes or goods do; exchange rates always on both.

Limits. Two crossings between the same two rungs are not seen. Whether the goods originate is not judged again: a value
that changes with the factor may change that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from landbridge.landed_cost.door import Door
from landbridge.landed_cost.goods import KG_A_TONNE
from landbridge.landed_cost.rates import AdValorem
from landbridge.landed_cost.regimes import RELEASE
from landbridge.landed_cost.sensitivity import (
    EXCHANGE,
    TITLES,
    check_factors,
    list_factors,
    price_again,
)
from landbridge.landed_cost.treatments import MFN
from landbridge.landed_cost.way import HOURS_A_DAY
from landbridge.schema import InputError, load_catalogue, raise_errors

Floats = NDArray[np.float64]

REGIMES, WAYS, ORIGINS = "regimes", "ways", "origins"
RUNGS = (1.1, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0, 50.0, 100.0)
LADDER = np.array([0.0, *(1.0 / rung for rung in reversed(RUNGS)), 1.0, *RUNGS])
EQUAL = 1e-12
CUTS = 65


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Where two doors cost the same: `at` times today's `factor`, NaN where they never meet.

    `kind` is "regimes", "ways" or "origins", `one` and `other` are the doors in words, `total` is the cost of the first
    at that point in its currency. `words` says what it means, or why there is none.
    """

    kind: str
    factor: str
    one: str
    other: str
    at: float
    total: float
    currency: str
    words: str


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two doors at their means, with a factor and units of the first's currency for one of the second's."""

    one: Door
    other: Door
    factor: str
    exchange: float = 1.0

    @property
    def kind(self) -> str:
        """What the two differ in."""
        return _tell_kind(self.one, self.other)

    @property
    def names(self) -> tuple[str, str]:
        """The two doors in words."""
        one, other = _name_door(self.one, self.other), _name_door(self.other, self.one)
        return (one, other) if one != other else (f"{one} (the first)", f"{other} (the second)")

    @property
    def alone(self) -> bool:
        """Whether the factor is moved on the first door only."""
        apart = self.kind == ORIGINS or _tell_way(self.one) != _tell_way(self.other)
        moved = {"freight", "days"} if apart else set()
        moved |= {"value"} if self.kind == ORIGINS else set()
        moved |= {"duty", "charges"} if self.kind != WAYS else set()
        return self.factor in moved

    def price_units(self, by: Floats) -> tuple[Floats, Floats]:
        """Cost of a unit by the two doors at factors float64[n], in the currency of the first; NaN without a price."""
        units = _count_units(self.one, self.other)
        one = _price_ladder(self.one, self.factor, by) / units[0]
        moved = self.other.total if self.alone else _price_ladder(self.other, self.factor, by)
        other = np.broadcast_to(moved, by.shape) / units[1]
        return self._weigh(self.one, one, by), self._weigh(self.other, other, by) * self.exchange

    def find_gaps(self, by: Floats) -> Floats:
        """The first less the second at factors float64[n], 0 where they differ by rounding only."""
        one, other = self.price_units(by)
        return np.where(
            np.abs(one - other) <= EQUAL * np.maximum(np.abs(one), np.abs(other)), 0.0, one - other
        )

    def _weigh(self, door: Door, cost: Floats, by: Floats) -> Floats:
        """Cost in a money that does not move with the factor."""
        return cost * by if self.factor == f"{EXCHANGE}{door.goods.currency}" else cost


def find_break_even(one: Door, other: Door, *, factor: str, exchange: float = 1.0) -> BreakEven:
    """The factor nearest to 1 at which two doors cost the same.

    `factor` is one of `list_factors` of either door, or "mfn_duty"; `exchange` units of the first's currency for one of
    the second's. Raises InputError for a factor that is unknown to both.
    """
    known = (*TITLES, *_list_exchange(one, other))
    raise_errors(check_factors([factor], known))
    return _compare(_Pair(price_again(one, {}), price_again(other, {}), factor, exchange))


def _compare(pair: _Pair) -> BreakEven:
    unknown = [
        name for door, name in zip((pair.one, pair.other), pair.names, strict=True) if _lacks_days(door)
    ]
    if pair.factor == "days" and unknown:
        return _answer(pair, np.nan, f"the days of {' and '.join(unknown)} are not known")
    ladder, gaps = _climb(pair)
    today = float(gaps[ladder == 1.0][0])
    if today == 0.0:
        return _answer(pair, 1.0, f"{' and '.join(_quote_names(pair, -1.0))} cost the same today")
    roots = list(_list_roots(pair, ladder, gaps))
    if not roots:
        return _answer(pair, np.nan, _tell_none(pair, ladder, today=today))
    at = min(roots, key=lambda root: abs(np.log(root)))
    return _answer(pair, at, _tell_root(pair, at, today=today))


def _climb(pair: _Pair) -> tuple[Floats, Floats]:
    """The rungs at which both have a price, and the gaps there; nothing for nothing is no price."""
    # A currency that is worth nothing has no rates.
    ladder = LADDER[1:] if pair.factor.startswith(EXCHANGE) else LADDER
    gaps = pair.find_gaps(ladder)
    kept = ~np.isnan(gaps) & ((ladder > 0) | (gaps != 0))
    return ladder[kept], gaps[kept]


def _list_roots(pair: _Pair, ladder: Floats, gaps: Floats) -> Iterator[float]:
    """Where the two first meet on the way up from 1, and on the way down."""
    today = int(np.flatnonzero(ladder == 1.0)[0])
    for places in (range(today + 1, len(ladder)), range(today - 1, -1, -1)):
        for place in places:
            before = place - int(np.sign(place - today))
            if gaps[place] == 0.0:
                yield _find_edge(pair, ladder[before], ladder[place])
                break
            if gaps[place] * gaps[before] < 0:
                ends = [before, place]
                yield _find_crossing(pair, ladder[ends], gaps[ends])
                break


def _find_crossing(pair: _Pair, span: Floats, gaps: Floats) -> float:
    """Where the difference changes its sign between two factors, float64[2], with the gaps there.

    Between the kinks of minimum rates it is a straight line, so where that meets zero is tried before each cut.
    """
    while True:
        line = float(span[0] - gaps[0] * (span[1] - span[0]) / (gaps[1] - gaps[0]))
        miss = pair.find_gaps(np.array([line]))[0]
        if abs(miss) <= EQUAL * np.abs(gaps).sum() or abs(span[1] - span[0]) <= EQUAL * line:
            return line
        tried = np.linspace(span[0], span[1], CUTS)
        found = pair.find_gaps(tried)
        place = int(np.flatnonzero(np.sign(found) != np.sign(found[0]))[0])
        span, gaps = tried[place - 1 : place + 1], found[place - 1 : place + 1]


def _find_edge(pair: _Pair, apart: float, equal: float) -> float:
    """Where a stretch of factors at which both cost the same begins, between one where they do not and one in it."""
    while abs(apart - equal) > EQUAL * equal:
        tried = np.linspace(apart, equal, CUTS)
        first = int(np.flatnonzero(pair.find_gaps(tried) == 0.0)[0])
        if tried[first - 1] == apart and tried[first] == equal:
            break
        apart, equal = float(tried[first - 1]), float(tried[first])
    return equal


def _price_ladder(door: Door, factor: str, by: Floats) -> Floats:
    """Totals at factors float64[n], priced at once; NaN where the price does not cover what the seller pays."""
    totals = np.full(by.shape, np.nan)
    covered = _may_cover(door, factor, by)
    totals[covered] = _price_rungs(door, factor, by[covered])
    return totals


def _may_cover(door: Door, factor: str, by: Floats) -> NDArray[np.bool_]:
    """Where the price covers at least the seller's carriage: elsewhere there is no price, and none is tried."""
    parts = zip(door.way.parts, door.parts, strict=True)
    carriage = sum((float(amount.mean()) for part, amount in parts if door.seller_pays(part.stage)), 0.0)
    price = float(door.goods.value.mean())
    match factor:
        case "value":
            return by * price >= carriage
        case "freight":
            return by * carriage <= price
    return np.ones(by.shape, dtype=np.bool_)


def _price_rungs(door: Door, factor: str, by: Floats) -> Floats:
    """Totals at factors float64[n]; where some have no price the halves are tried apart."""
    try:
        return price_again(door, {factor: by}).total
    except InputError:
        if len(by) <= 1:
            return np.full(by.shape, np.nan)
        middle = len(by) // 2
        return np.concatenate([_price_rungs(door, factor, part) for part in (by[:middle], by[middle:])])


def _answer(pair: _Pair, at: float, words: str) -> BreakEven:
    total = np.nan if np.isnan(at) else float(price_again(pair.one, {pair.factor: at}).total[0])
    return BreakEven(pair.kind, pair.factor, *pair.names, at, total, pair.one.goods.currency, words)


def _tell_root(pair: _Pair, at: float, *, today: float) -> str:
    cheap, dear = _quote_names(pair, today)
    amount = _tell_amount(pair, at)
    side = "below" if at > 1 else "above"
    times = f"{side} {at:.4g} times today's" + (f" ({amount})" if amount else "")
    return f"{cheap} costs less than {dear} as long as {_tell_thing(pair, today)} is {times}"


def _quote_names(pair: _Pair, today: float) -> tuple[str, ...]:
    """The cheaper and the dearer of today."""
    return tuple(f'"{name}"' for name in (pair.names if today < 0 else pair.names[::-1]))


def _tell_none(pair: _Pair, ladder: Floats, *, today: float) -> str:
    cheap, dear = _quote_names(pair, today)
    words = f"{cheap} costs less than {dear} whatever {_tell_thing(pair, today)} is"
    short = ladder[-1] < LADDER[-1] or ladder[0] > LADDER[1]
    beyond = "; outside that the price does not cover what is paid out of it" if short else ""
    return f"{words}, tried from {ladder[0]:.4g} to {ladder[-1]:.4g} times today's{beyond}"


def _tell_thing(pair: _Pair, today: float) -> str:
    title = TITLES.get(pair.factor) or f"rate of {pair.factor.removeprefix(EXCHANGE)}"
    thing = f"the {title[0].lower()}{title[1:]}"
    return f"{thing} of the {'former' if today < 0 else 'latter'}" if pair.alone else thing


def _tell_amount(pair: _Pair, at: float) -> str:
    """What the factor comes to at the break-even, where it is one number."""
    goods, way = pair.one.goods, pair.one.way
    match pair.factor:
        case "value":
            return f"{goods.value.mean() * at:,.2f} {goods.currency} {goods.incoterm}"
        case "freight":
            return f"{sum(float(part.mean()) for part in pair.one.parts) * at:,.2f} {goods.currency}"
        case "days":
            return f"{way.hours.mean() * at / HOURS_A_DAY:,.1f} days"
        case "duty" | "mfn_duty":
            rate = _find_duty(pair)
            return f"{rate.percent * at:.4g} %" if isinstance(rate, AdValorem) else ""
    return ""


def _find_duty(pair: _Pair) -> object:
    if pair.factor == "mfn_duty":
        return pair.one.regime.treatment.references.get(MFN)
    charges = pair.one.regime.treatment.charges
    return next((charge.rate for charge in charges if charge.name == "duty"), None)


def _tell_kind(one: Door, other: Door) -> str:
    if _tell_goods(one) != _tell_goods(other):
        return ORIGINS
    return REGIMES if one.regime.id != other.regime.id else WAYS


def _tell_goods(door: Door) -> tuple[object, ...]:
    """What makes two consignments the same goods."""
    goods = door.goods
    return (
        goods.start,
        goods.made_in,
        goods.product,
        goods.incoterm,
        goods.currency,
        float(goods.value.mean()),
    )


def _tell_way(door: Door) -> tuple[object, ...]:
    costs = tuple(float(part.cost.mean()) for part in door.way.parts)
    return door.way.route, door.way.label, costs


def _name_door(door: Door, beside: Door) -> str:
    """A door in words by what it differs in from the one beside it."""
    told = []
    kind = _tell_kind(door, beside)
    if kind == ORIGINS:
        country = door.goods.made_in
        told.append(f"goods of {load_catalogue().country_codes.get(country, country)}")
    if door.regime.id != beside.regime.id:
        told.append(door.regime.name)
    if kind == WAYS or door.way.label != beside.way.label:
        told.append(door.way.label)
    return ", ".join(told)


def _count_units(one: Door, other: Door) -> tuple[float, float]:
    """How many of the same pieces the two consignments are, else their tonnes."""
    goods = (one.goods, other.goods)
    counted = one.goods.unit and one.goods.unit == other.goods.unit
    if counted and not any(np.isnan(each.count).any() for each in goods):
        return float(goods[0].count.mean()), float(goods[1].count.mean())
    return float(goods[0].weight.mean()) / KG_A_TONNE, float(goods[1].weight.mean()) / KG_A_TONNE


def _list_exchange(one: Door, other: Door) -> tuple[str, ...]:
    """Exchange rates that move either door, with the currencies of the goods themselves."""
    named = {name for door in (one, other) for name in list_factors(door) if name.startswith(EXCHANGE)}
    own = {f"{EXCHANGE}{door.goods.currency}" for door in (one, other)} if named else set()
    if one.goods.currency != other.goods.currency:
        own = {f"{EXCHANGE}{door.goods.currency}" for door in (one, other)}
    return tuple(sorted(named | own))


def _lacks_days(door: Door) -> bool:
    return bool(np.isnan(door.way.hours).any())


def list_pairs(doors: Sequence[Door]) -> Iterator[tuple[Door, Door, tuple[str, ...]]]:
    """The questions of one consignment: two doors, and the factors that they are asked for.

    Each preference against the cheapest release without one: the best of them for the duty, for the value where the
    proof of origin has a price, and all that go another way for their freight. And the cheapest release against the
    cheapest by any other way.
    """
    released = sorted(
        (door for door in doors if door.regime.kind == RELEASE), key=lambda door: door.mean_total
    )
    plain = next((door for door in released if door.regime.id == MFN), None)
    preferred = [door for door in released if door.regime.treatment.agreement and plain is not None]
    for door in preferred:
        apart = plain is not None and door.way.route != plain.way.route
        factors = ("freight",) if apart else ()
        if door is preferred[0]:
            priced = apart or not np.isnan(door.regime.treatment.proof_cost)
            factors = (*factors, *(("value",) if priced else ()), "mfn_duty")
        if plain is not None and factors:
            yield door, plain, factors
    others = [door for door in released if door.way.route != released[0].way.route]
    if others:
        yield released[0], others[0], ("freight", "value", "days")


def break_even_rows(doors: Sequence[Door]) -> Iterator[dict[str, object]]:
    """Rows of landed_break_evens for the doors of one consignment on one day, without consignment and date."""
    told: set[tuple[str, ...]] = set()
    settled: dict[tuple[str, str], Door] = {}
    for pair in list_pairs(doors):
        one, other = (_settle(door, settled) for door in pair[:2])
        ends = {
            "route": one.way.route,
            "regime": one.regime.id,
            "other_route": other.way.route,
            "other_regime": other.regime.id,
        }
        for factor in pair[2]:
            # The cheapest by another way may be the cheapest without preference: that pair is asked once.
            key = (*ends.values(), factor)
            if key not in told:
                told.add(key)
                yield {**asdict(_compare(_Pair(one, other, factor))), **ends}


def _settle(door: Door, settled: dict[tuple[str, str], Door]) -> Door:
    """A door at its means, priced so once."""
    key = door.way.route, door.regime.id
    if key not in settled:
        settled[key] = price_again(door, {})
    return settled[key]
