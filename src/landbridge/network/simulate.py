"""Ranges of a route by Monte Carlo: cumulative quantiles after each item, and of the whole.

Times draw by leg, country and operation, and the doubt about the row behind them once for the whole route; a cost that
rests on one row of a table draws once too, since what is uncertain is the row. Rows are gathered alike, so doubts share
a part of their variance. Costs that run with time follow the drawn time of their item.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isnan

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.draws import hash_key
from landbridge.kernels.item_draws import ItemDraws, draw_item_costs
from landbridge.kernels.monte_carlo import CostRows, Departures, TimeRows, simulate_rows
from landbridge.kernels.spread import SpreadShares, share_spread
from landbridge.network.crossings import SHIPPER_TERMS
from landbridge.network.items import Item

Ids = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Ranges:
    """p10, p50, p90: `cumulative_time`, `cumulative_cost` float64[items, 3] in h and USD/t, `time`, `cost` float64[3].

    `time_variance` (h^2) and `cost_variance` are those of the draws. `due_probability` is the probability of keeping
    the due time, NaN without one. `shares` tell how the spread rests on `inputs`, each a table#id.
    """

    cumulative_time: NDArray[np.float64]
    cumulative_cost: NDArray[np.float64]
    time: NDArray[np.float64]
    cost: NDArray[np.float64]
    time_variance: float
    cost_variance: float
    due_probability: float
    inputs: tuple[str, ...]
    shares: SpreadShares

    @classmethod
    def empty(cls, items: int) -> "Ranges":
        """Ranges that are not drawn yet."""
        nothing, whole, unknown = np.full((items, 3), np.nan), np.full(3, np.nan), float("nan")
        return cls(nothing, nothing, whole, whole, unknown, unknown, unknown, (), SpreadShares.empty())


def simulate_items(
    items: Sequence[Item], *, draws: int, seed: int, due: float = float("nan"), shared: float = 0.0
) -> Ranges:
    """Ranges of a route of `items` from `draws` draws; `due` in h is its due time, NaN for none.

    `shared` is the share of the variance that the doubts about all rows have in common.
    """
    times, costs = _time_rows(items, shared), _cost_rows(items, shared)
    result, drawn = simulate_rows(
        times,
        costs,
        item_count=len(items),
        seed=seed,
        draws=draws,
        due=np.inf if isnan(due) else due,
    )
    names, sources = _name_sources(items)
    return Ranges(
        cumulative_time=result.time,
        cumulative_cost=result.cost,
        time=result.time[-1],
        cost=result.cost[-1],
        time_variance=result.time_variance,
        cost_variance=result.cost_variance,
        due_probability=float("nan") if isnan(due) else result.on_time,
        inputs=names,
        shares=share_spread(times, costs, drawn, inputs=sources, input_count=len(names)),
    )


def draw_items(
    items: Sequence[Item], *, draws: int, seed: int, shared: float = 0.0
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Time (h) and cost (USD/t) of a route of `items` in each draw, float64[draws]: what `simulate_items` sums up."""
    times, costs = _time_rows(items, shared), _cost_rows(items, shared)
    drawn = simulate_rows(times, costs, item_count=len(items), seed=seed, draws=draws)[1]
    return drawn.time, drawn.cost


def draw_paid(items: Sequence[Item], *, draws: int, seed: int, shared: float = 0.0) -> ItemDraws:
    """What carriers, terminals and offices get for each of `items` in each draw (USD/t), and the time of the whole (h).

    Interest on the goods and their insurance are left out: they go by the value of the goods.
    """
    paid = [
        replace(item, terms=tuple(term for term in item.terms if term.term not in SHIPPER_TERMS))
        for item in items
    ]
    times, costs = _time_rows(items, shared), _cost_rows(paid, shared)
    return draw_item_costs(times, costs, item_count=len(items), seed=seed, draws=draws)


def find_mean_waits(items: Sequence[Item], *, draws: int, seed: int, shared: float = 0.0) -> dict[int, float]:
    """Mean wait (h) of the items, by position, that wait for a timetable behind another timetable.

    Goods come to a first timetable at any hour, and the mean has a closed form; from there on they are on time.
    """
    times = _time_rows(items, shared)
    waiting = np.flatnonzero(times.timetable >= 0)[1:] if times.timetable is not None else ()
    if not len(waiting):
        return {}
    costs = _cost_rows((), shared)
    drawn = simulate_rows(times, costs, item_count=len(items), seed=seed, draws=draws)[1]
    return {int(times.item[row]): float(drawn.hours[row].mean()) for row in waiting}


def _name_sources(items: Sequence[Item]) -> tuple[tuple[str, ...], tuple[Ids, Ids]]:
    """The inputs that spreads come from, and the number of that of each row of times and of costs."""
    times = [timing.input for item in items for timing in item.timings]
    costs = [term.spread_input for item in items for term in item.terms if term.unit == "USD/t"]
    names = tuple(sorted({*times, *costs}))
    number = {name: place for place, name in enumerate(names)}
    return names, (
        np.array([number[name] for name in times], np.int32),
        np.array([number[name] for name in costs], np.int32),
    )


def _time_rows(items: Sequence[Item], shared: float) -> TimeRows:
    rows = [(position, timing) for position, item in enumerate(items) for timing in item.timings]
    timings = [timing for _, timing in rows]
    tables = list(dict.fromkeys(timing.excess.departures for timing in timings if timing.excess.departures))
    number = {(): -1, **{table: place for place, table in enumerate(tables)}}
    return TimeRows(
        item=np.array([position for position, _ in rows], np.int32),
        key=np.array([hash_key(f"time|{timing.key}") for timing in timings], np.uint64),
        minimum=np.array([timing.excess.minimum for timing in timings], np.float64),
        mu=np.array([timing.excess.mu for timing in timings], np.float64),
        sigma=np.array([timing.excess.sigma for timing in timings], np.float64),
        span=np.array([timing.excess.span for timing in timings], np.float64),
        group=np.array([hash_key(f"shock|{t.shock}") if t.shock else 0 for t in timings], np.uint64),
        rho=np.array([timing.shock_share for timing in timings], np.float64),
        doubt=np.array([timing.doubt for timing in timings], np.float64),
        doubt_key=np.array([hash_key(f"doubt|{timing.input}") for timing in timings], np.uint64),
        doubt_rho=np.full(len(timings), shared),
        shut=np.array([timing.excess.shut for timing in timings], np.float64),
        rest=np.array([timing.excess.rest for timing in timings], np.float64),
        timetable=np.array([number[timing.excess.departures] for timing in timings], np.int32),
        departures=Departures(
            np.cumsum([0, *map(len, tables)]),
            np.array([hour for table in tables for hour in table], np.float64),
        ),
    )


def _cost_rows(items: Sequence[Item], shared: float) -> CostRows:
    rows = [
        (position, hash_key(f"cost|{';'.join(term.inputs)}"), term)
        for position, item in enumerate(items)
        for term in item.terms
        if term.unit == "USD/t"
    ]
    terms = [row[2] for row in rows]
    return CostRows(
        item=np.array([row[0] for row in rows], np.int32),
        key=np.array([row[1] for row in rows], np.uint64),
        fixed=np.array([0.0 if term.hourly else term.value for term in terms], np.float64),
        hourly=np.array([term.hourly for term in terms], np.float64),
        free=np.array([term.free for term in terms], np.float64),
        sigma=np.array([term.sigma for term in terms], np.float64),
        group=np.full(len(terms), hash_key("cost"), np.uint64),
        rho=np.full(len(terms), shared),
    )
