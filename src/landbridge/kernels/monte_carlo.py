"""Ranges of a route's time and cost by Monte Carlo, cumulative after each of its items.

Every row draws from its own stream (see `draws`), keyed by the seed and the row's key, so the result does not
depend on threads, on the order of rows within an item or on other routes, and routes that share a row share
its luck (common random numbers: differences between routes are then steadier than the routes themselves).
"""

import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.draws import exponentiate, fill_uniforms, invert_normal, invert_normals
from landbridge.kernels.quantiles import QUANTILES, find_quantiles
from landbridge.kernels.route_rows import (
    TIMETABLE,
    Clock,
    CostRows,
    Departures,
    OrderedRows,
    RowDraws,
    TimeRows,
    ready_rows,
)

__all__ = [
    "CostRows",
    "Departures",
    "RouteSimulation",
    "RowDraws",
    "TimeRows",
    "simulate_route",
    "simulate_rows",
]

Floats = NDArray[np.float64]
Part = tuple[int, int, int, int]
Place = tuple[np.uint64, np.uint64]
Name = tuple[np.uint64, np.uint64, float]

BLOCK = 1024
DRAWS_A_THREAD = 16_384
MOST_KEPT = 8_000_000
# A departure is caught that far (h) behind it: sums of hours are rounded, timetables are not.
LATE = 1e-6
# Lanes of a key. Those of a group's times and costs, 2 and 3, lie GROUP_LANES above those of a row.
TIME_LANE, COST_LANE, GROUP_LANES, _, DOUBT_LANE, COMMON_LANE, REST_LANE, START_LANE = (
    np.uint64(lane) for lane in range(8)
)


@dataclass(frozen=True, slots=True)
class RouteSimulation:
    """Ranges of a route of n items.

    time (h) and cost (money) float64[n, 3] are the p10, p50 and p90 of what has passed after each item, so
    their last rows are those of the whole. time_mean, time_variance, cost_mean and cost_variance (of one
    draw) are the whole's; on_time is the share of draws with a time of at most the due time. Quantiles are
    interpolated between draws (Hyndman and Fan 1996, type 7).
    """

    time: Floats
    cost: Floats
    time_mean: float
    time_variance: float
    cost_mean: float
    cost_variance: float
    on_time: float


def simulate_route(
    times: TimeRows, costs: CostRows, *, item_count: int, seed: int, draws: int = 4_000, due: float = np.inf
) -> RouteSimulation:
    """Draws a route of `item_count` items `draws` times.

    Raises ValueError where a row's item lies outside the route, a number is not finite, or a spread or weight
    lies outside its range.

    >>> rows = np.array([0, 1], np.int32), np.array([11, 12], np.uint64)
    >>> none = np.zeros(2)
    >>> times = TimeRows(*rows, np.array([5.0, 3.0]), none, none, np.array([0.0, 24.0]))
    >>> costs = CostRows(*rows, np.array([40.0, 0.0]), np.array([0.0, 2.0]), none, none)
    >>> route = simulate_route(times, costs, item_count=2, seed=1)
    >>> route.time.round(1).tolist()
    [[5.0, 5.0, 5.0], [10.6, 19.9, 29.7]]
    """
    time_rows, cost_rows, clock = ready_rows(times, costs, item_count, draws)
    return _simulate((time_rows, cost_rows, clock), np.uint64(seed), draws=draws, due=due)[0]


def simulate_rows(
    times: TimeRows, costs: CostRows, *, item_count: int, seed: int, draws: int = 4_000, due: float = np.inf
) -> tuple[RouteSimulation, RowDraws]:
    """What `simulate_route` gives, with the same draws of the whole and row by row. Raises ValueError as it does.

    >>> rows, none = (np.array([0], np.int32), np.array([11], np.uint64)), np.zeros(1)
    >>> times = TimeRows(*rows, none, none, none, np.array([24.0]))
    >>> route, drawn = simulate_rows(times, CostRows(*rows, none, none, none, none), item_count=1, seed=1)
    >>> bool(drawn.hours[0].mean() == route.time_mean), drawn.luck.shape, drawn.time.shape
    (True, (1, 4000), (4000,))
    """
    time_rows, cost_rows, clock = ready_rows(times, costs, item_count, draws)
    padded = draws + draws % 2
    kept = [np.ones((len(rows.key), padded)) for rows in (time_rows, cost_rows)]
    time_rows, cost_rows = (
        rows._replace(kept=taken) for rows, taken in zip((time_rows, cost_rows), kept, strict=True)
    )
    route, passed = _simulate((time_rows, cost_rows, clock), np.uint64(seed), draws=draws, due=due)
    return route, RowDraws(kept[0][:, :draws], kept[1][:, :draws], passed[0], passed[1])


Rows = tuple[OrderedRows, OrderedRows, Clock]


def _simulate(rows: Rows, seed: np.uint64, *, draws: int, due: float) -> tuple[RouteSimulation, Floats]:
    """Runs the items in batches that fit the memory, the draws of each batch on several threads.

    Gives the ranges, and the time and cost of the whole in each draw, float64[2, draws].
    """
    threads = min(os.cpu_count() or 1, max(draws // DRAWS_A_THREAD, 1))
    item_count = len(rows[0].start) - 1
    padded = draws + draws % 2
    passed = np.zeros((2, padded))
    quantiles = np.zeros((2, item_count, len(QUANTILES)))
    batch = max(min(MOST_KEPT // (2 * padded), item_count), 1)
    drawn = np.empty((2, batch, padded))
    bounds = np.linspace(0, padded // 2, threads + 1).astype(np.int64) * 2
    with ThreadPoolExecutor(max_workers=threads) as pool:
        for first in range(0, item_count, batch):
            last = min(first + batch, item_count)
            _finish(
                [
                    pool.submit(_run_items, rows, seed, (first, last, start, stop), passed, drawn)
                    for start, stop in pairwise(bounds.tolist())
                ]
            )
            some = [(kind, item) for kind in (0, 1) for item in range(first, last)]
            _finish(
                [
                    pool.submit(_rank, drawn[:, :, :draws], quantiles, some[part::threads], first)
                    for part in range(threads)
                ]
            )
    return _sum_up(passed[:, :draws], quantiles, due), passed[:, :draws]


def _finish(jobs: Sequence[Future[None]]) -> None:
    for job in jobs:
        job.result()


def _rank(drawn: Floats, quantiles: Floats, some: Sequence[tuple[int, int]], first: int) -> None:
    """Finds the quantiles of some kinds and items; `drawn` begins with item `first`."""
    for kind, item in some:
        find_quantiles(drawn[kind, item - first : item - first + 1], quantiles[kind, item : item + 1])


def _sum_up(passed: Floats, quantiles: Floats, due: float) -> RouteSimulation:
    time, cost = passed
    spread = 1 if len(time) > 1 else 0
    return RouteSimulation(
        time=quantiles[0],
        cost=quantiles[1],
        time_mean=float(time.mean()),
        time_variance=float(time.var(ddof=spread)),
        cost_mean=float(cost.mean()),
        cost_variance=float(cost.var(ddof=spread)),
        on_time=float((time <= due).mean()),
    )


@njit(cache=True, nogil=True)
def _run_items(rows: Rows, seed: np.uint64, part: Part, passed: Floats, drawn: Floats) -> None:
    """Runs a range of items for a range of draws, block by block, and notes what has passed after each.

    `part` is the first item, the end of items, the first draw and the end of draws; `passed` float64[2,
    draws] is the time and cost so far, `drawn` float64[2, items, draws] the same after each item.
    """
    times, costs, clock = rows
    first, last, begin, end = part
    work = np.empty((3, BLOCK))
    for start in range(begin, end, BLOCK):
        stop = min(start + BLOCK, end)
        place = (seed, np.uint64(start // 2))
        hours, luck, other = work[0, : stop - start], work[1, : stop - start], work[2, : stop - start]
        time, cost = passed[0, start:stop], passed[1, start:stop]
        for item in range(first, last):
            hours[:] = 0.0
            for row in range(times.start[item], times.start[item + 1]):
                if times.values[row, TIMETABLE] >= 0.0:
                    other[:] = time + hours
                    _await_departure(luck, other, clock, int(times.values[row, TIMETABLE]), place)
                else:
                    _draw_time(luck, other, times, row, place)
                hours += luck
                if times.kept.shape[1] > 0:
                    times.kept[times.order[row], start:stop] = luck
            time += hours
            for row in range(costs.start[item], costs.start[item + 1]):
                _draw_cost(luck, other, costs, row, place)
                _add_cost(cost, hours, luck, costs.values[row])
                if costs.kept.shape[1] > 0:
                    costs.kept[costs.order[row], start:stop] = luck
            drawn[0, item - first, start:stop] = time
            drawn[1, item - first, start:stop] = cost


@njit(cache=True, nogil=True)
def _draw_time(luck: Floats, other: Floats, rows: OrderedRows, row: int, place: Place) -> None:
    """Hours of a row that is no timetable; `other` is room for as many numbers."""
    minimum, mu, sigma, span, doubt, common, shut, rest, _ = rows.values[row]
    if span > 0.0:
        fill_uniforms(luck, place[0], rows.key[row], TIME_LANE, place[1])
        for draw in range(len(luck)):
            luck[draw] = minimum + span * luck[draw]
    elif sigma > 0.0:
        _draw_normals(luck, other, (rows.key[row], rows.group[row], rows.rho[row]), place, TIME_LANE)
        for draw in range(len(luck)):
            luck[draw] = mu + sigma * luck[draw]
        exponentiate(luck)
        for draw in range(len(luck)):
            luck[draw] += minimum
    elif shut > 0.0:
        _wait_out(luck, other, (rows.key[row], rows.group[row], rows.rho[row]), place, (shut, rest))
        luck += minimum
    else:
        luck[:] = minimum
    if doubt > 0.0:
        _doubt(luck, other, (doubt, common), rows.doubt_key[row], place)


@njit(cache=True, nogil=True)
def _await_departure(hours: Floats, passed: Floats, clock: Clock, timetable: int, place: Place) -> None:
    """Hours from `passed` h after the start, float64[draws], to the next departure."""
    table = clock.hour[clock.start[timetable] : clock.start[timetable + 1]]
    fill_uniforms(hours, place[0], np.uint64(0), START_LANE, place[1])
    for draw in range(len(hours)):
        hour = clock.period * hours[draw] + passed[draw]
        hour -= clock.period * np.floor(hour / clock.period)
        following = np.searchsorted(table, hour - LATE)
        departure = table[following] if following < len(table) else table[0] + clock.period
        hours[draw] = max(departure - hour, 0.0)


@njit(cache=True, nogil=True)
def _wait_out(hours: Floats, other: Floats, name: Name, place: Place, closure: tuple[float, float]) -> None:
    """The rest of a closure, of (share of time shut, mean rest in h), to those who meet it; 0 to all others."""
    shut, rest = closure
    fill_uniforms(other, place[0], name[0], REST_LANE, place[1])
    if name[2] > 0.0:
        lengths = other.copy()
        _draw_normals(hours, other, name, place, TIME_LANE)
        bound = invert_normal(shut) if shut < 1.0 else np.inf
        other[:] = lengths
    else:
        fill_uniforms(hours, place[0], name[0], TIME_LANE, place[1])
        bound = shut
    for draw in range(len(hours)):
        hours[draw] = -rest * np.log(other[draw]) if hours[draw] < bound else 0.0


@njit(cache=True, nogil=True)
def _doubt(hours: Floats, other: Floats, doubt: tuple[float, float], key: np.uint64, place: Place) -> None:
    """Multiplies hours by the lognormal factors of mean 1 that all rows of `key` share, of (sigma, rho)."""
    sigma, rho = doubt
    factor = np.empty(len(hours))
    fill_uniforms(factor, place[0], key, DOUBT_LANE, place[1])
    invert_normals(factor)
    if rho > 0.0:
        fill_uniforms(other, place[0], np.uint64(0), COMMON_LANE, place[1])
        invert_normals(other)
        for draw in range(len(hours)):
            factor[draw] = np.sqrt(rho) * other[draw] + np.sqrt(1.0 - rho) * factor[draw]
    for draw in range(len(hours)):
        factor[draw] = sigma * factor[draw] - 0.5 * sigma * sigma
    exponentiate(factor)
    hours *= factor


@njit(cache=True, nogil=True)
def _draw_cost(luck: Floats, other: Floats, rows: OrderedRows, row: int, place: Place) -> None:
    """Factors of mean 1 of a cost."""
    sigma = rows.values[row, 3]
    if sigma > 0.0:
        _draw_normals(luck, other, (rows.key[row], rows.group[row], rows.rho[row]), place, COST_LANE)
        for draw in range(len(luck)):
            luck[draw] = sigma * luck[draw] - 0.5 * sigma * sigma
        exponentiate(luck)
    else:
        luck[:] = 1.0


@njit(cache=True, nogil=True)
def _add_cost(total: Floats, hours: Floats, luck: Floats, values: Floats) -> None:
    fixed, hourly, free = values[0], values[1], values[2]
    for draw in range(len(hours)):
        total[draw] += luck[draw] * (fixed + hourly * max(hours[draw] - free, 0.0))


@njit(cache=True, nogil=True)
def _draw_normals(luck: Floats, other: Floats, name: Name, place: Place, lane: np.uint64) -> None:
    """Normals of a row, mixed with those of its group, whose lane is the second next."""
    key, group, rho = name
    fill_uniforms(luck, place[0], key, lane, place[1])
    invert_normals(luck)
    if rho > 0.0:
        fill_uniforms(other, place[0], group, lane + GROUP_LANES, place[1])
        invert_normals(other)
        for draw in range(len(luck)):
            luck[draw] = np.sqrt(rho) * other[draw] + np.sqrt(1.0 - rho) * luck[draw]
