"""Ranges of a route's time and cost by Monte Carlo, cumulative after each of its items.

Every row draws from its own stream (see `draws`), keyed by the seed and the row's key, so the result does not
depend on threads, on the order of rows within an item or on other routes, and routes that share a row share
its luck (common random numbers: differences between routes are then steadier than the routes themselves).
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.draws import fill_uniforms, invert_normals
from landbridge.kernels.graph import freeze

Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]
Part = tuple[int, int, int, int]
Place = tuple[np.uint64, np.uint64]

QUANTILES = (0.1, 0.5, 0.9)
BLOCK = 1024
DRAWS_A_THREAD = 16_384
MOST_KEPT = 8_000_000
BUCKETS = 2048
FARTHEST = 8.3
MOST_LOGARITHM = 100.0
TIME_LANE, COST_LANE, TIME_GROUP_LANE, COST_GROUP_LANE, DOUBT_LANE, COMMON_LANE = (
    np.uint64(lane) for lane in range(6)
)


@dataclass(frozen=True, slots=True)
class TimeRows:
    """Times that add up to the times of items, all arrays [p].

    item int32, the item that a row belongs to; key uint64, the row's key of draws; minimum float64 h; mu,
    sigma float64, a lognormal excess exp(mu + sigma Z) h where sigma > 0; span float64 h, a uniform wait U
    span. group uint64 names a shock that rows share, 0 none, and rho float64 in [0, 1] its weight: Z =
    sqrt(rho) Zgroup + sqrt(1 - rho) Zrow, so two rows of one group are correlated by sqrt(rho1 rho2) in Z.
    Uniform waits take no shock. doubt float64 is the sigma of a lognormal of mean 1 that multiplies the whole
    time, none where 0: what is not known of the figures behind it. Rows with one doubt_key uint64 are all out
    by the same factor, and doubts of different keys share doubt_rho float64 in [0, 1] as groups share rho:
    figures that were gathered in one way are wrong in one direction.
    """

    item: NDArray[np.int32]
    key: Keys
    minimum: Floats
    mu: Floats
    sigma: Floats
    span: Floats
    group: Keys | None = None
    rho: Floats | None = None
    doubt: Floats | None = None
    doubt_key: Keys | None = None
    doubt_rho: Floats | None = None


@dataclass(frozen=True, slots=True)
class CostRows:
    """Costs that add up to the costs of items, all arrays [c].

    A row costs L (fixed + hourly max(0, t - free)): t is the drawn time of its item in h, and L a lognormal
    of mean 1 with sigma float64 (1 where sigma is 0). item int32 and key uint64 as in `TimeRows`; fixed in
    money, hourly in money an hour, free in h, all float64. group uint64 and rho float64 share shocks of L
    among costs.
    """

    item: NDArray[np.int32]
    key: Keys
    fixed: Floats
    hourly: Floats
    free: Floats
    sigma: Floats
    group: Keys | None = None
    rho: Floats | None = None


@dataclass(frozen=True, slots=True)
class RowDraws:
    """What each row gave in each draw: `hours` float64[p, draws] of the times, `luck` float64[c, draws] the
    factors L of the costs, rows in the order in which they were given.
    """

    hours: Floats
    luck: Floats


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


class _Rows(NamedTuple):
    """Rows ordered by item: `start` int64[n + 1]; `values` float64[r, 6] are the numbers of a row.

    `order` int64[r] are the places where the rows were given; `kept` float64[r, draws] takes what they give,
    float64[r, 0] where nobody asks.
    """

    start: NDArray[np.int64]
    key: Keys
    values: Floats
    group: Keys
    rho: Floats
    doubt_key: Keys
    order: NDArray[np.int64]
    kept: Floats


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
    time_rows, cost_rows = _ready_rows(times, costs, item_count, draws)
    return _simulate(time_rows, cost_rows, np.uint64(seed), draws=draws, due=due)


def simulate_rows(
    times: TimeRows, costs: CostRows, *, item_count: int, seed: int, draws: int = 4_000, due: float = np.inf
) -> tuple[RouteSimulation, RowDraws]:
    """What `simulate_route` gives, with the same draws row by row. Raises ValueError as it does.

    >>> rows, none = (np.array([0], np.int32), np.array([11], np.uint64)), np.zeros(1)
    >>> times = TimeRows(*rows, none, none, none, np.array([24.0]))
    >>> route, drawn = simulate_rows(times, CostRows(*rows, none, none, none, none), item_count=1, seed=1)
    >>> bool(drawn.hours[0].mean() == route.time_mean), drawn.luck.shape
    (True, (1, 4000))
    """
    time_rows, cost_rows = _ready_rows(times, costs, item_count, draws)
    padded = draws + draws % 2
    kept = [np.ones((len(rows.key), padded)) for rows in (time_rows, cost_rows)]
    time_rows, cost_rows = (
        rows._replace(kept=taken) for rows, taken in zip((time_rows, cost_rows), kept, strict=True)
    )
    route = _simulate(time_rows, cost_rows, np.uint64(seed), draws=draws, due=due)
    return route, RowDraws(hours=kept[0][:, :draws], luck=kept[1][:, :draws])


def _ready_rows(times: TimeRows, costs: CostRows, item_count: int, draws: int) -> tuple[_Rows, _Rows]:
    """Both kinds of rows, checked and ordered."""
    if draws < 1:
        raise ValueError(f"{draws} draws")
    none = np.zeros(len(times.item))
    doubt, common = (none if column is None else column for column in (times.doubt, times.doubt_rho))
    numbers = (times.minimum, times.mu, times.sigma, times.span, doubt, common)
    time_rows = _order_rows(times, numbers, item_count)
    cost_rows = _order_rows(costs, (costs.fixed, costs.hourly, costs.free, costs.sigma), item_count)
    if (time_rows.values[:, [0, 2, 3, 4]] < 0.0).any() or (cost_rows.values[:, 3] < 0.0).any():
        raise ValueError("a minimum, a sigma, a span or a doubt is negative")
    if (time_rows.values[:, 5] < 0.0).any() or (time_rows.values[:, 5] > 1.0).any():
        raise ValueError("a weight doubt_rho lies outside 0 to 1")
    if ((time_rows.values[:, 2] > 0.0) & (time_rows.values[:, 3] > 0.0)).any():
        raise ValueError("a time is both lognormal and uniform: a row has one kind of spread")
    if (time_rows.values[:, 1] + FARTHEST * time_rows.values[:, [2, 4]].sum(axis=1) > MOST_LOGARITHM).any():
        raise ValueError("the excess of a time has no bounds: its mu and sigma are too large")
    return time_rows, cost_rows


def _order_rows(rows: TimeRows | CostRows, columns: tuple[Floats, ...], item_count: int) -> _Rows:
    """The rows by item, then by key, so that sums are rounded alike whatever the order of rows was."""
    count = len(rows.item)
    values = np.column_stack(columns).astype(np.float64)
    if count and not (rows.item.min() >= 0 and rows.item.max() < item_count):
        raise ValueError(f"an item lies outside 0 to {item_count - 1}")
    none = np.zeros(count, np.uint64)
    group = none if rows.group is None else rows.group
    named = rows.doubt_key if isinstance(rows, TimeRows) else None
    rho = np.zeros(count) if rows.rho is None else rows.rho
    if not np.isfinite(values).all():
        raise ValueError("a number of a row is not finite")
    if not ((rho >= 0.0) & (rho <= 1.0)).all():
        raise ValueError("a weight rho lies outside 0 to 1")
    order = np.lexsort((*values.T[::-1], rows.key, rows.item))
    start = np.searchsorted(rows.item[order], np.arange(item_count + 1))
    return _Rows(
        freeze(start, np.int64),
        freeze(rows.key[order], np.uint64),
        freeze(values[order], np.float64),
        freeze(group[order], np.uint64),
        freeze(np.where(group[order] == 0, 0.0, rho[order]), np.float64),
        freeze((none if named is None else named)[order], np.uint64),
        freeze(order, np.int64),
        np.empty((count, 0)),
    )


def _simulate(times: _Rows, costs: _Rows, seed: np.uint64, *, draws: int, due: float) -> RouteSimulation:
    """Runs the items in batches that fit the memory, the draws of each batch on several threads."""
    threads = min(os.cpu_count() or 1, max(draws // DRAWS_A_THREAD, 1))
    item_count = len(times.start) - 1
    padded = draws + draws % 2
    passed = np.zeros((2, padded))
    quantiles = np.zeros((2, item_count, len(QUANTILES)))
    batch = max(MOST_KEPT // (2 * padded), 1)
    bounds = np.linspace(0, padded // 2, threads + 1).astype(np.int64) * 2
    with ThreadPoolExecutor(max_workers=threads) as pool:
        for first in range(0, item_count, batch):
            last = min(first + batch, item_count)
            drawn = np.empty((2, last - first, padded))
            jobs = [
                pool.submit(_run_items, times, costs, seed, (first, last, start, stop), passed, drawn)
                for start, stop in pairwise(bounds.tolist())
            ]
            for job in jobs:
                job.result()
            quantiles[:, first:last] = _find_quantiles(drawn[:, :, :draws])
    time, cost = passed[0, :draws], passed[1, :draws]
    spread = 1 if draws > 1 else 0
    return RouteSimulation(
        time=quantiles[0],
        cost=quantiles[1],
        time_mean=float(time.mean()),
        time_variance=float(time.var(ddof=spread)),
        cost_mean=float(cost.mean()),
        cost_variance=float(cost.var(ddof=spread)),
        on_time=float((time <= due).mean()),
    )


def _find_quantiles(drawn: Floats) -> Floats:
    """The quantiles along the last axis of float64[2, n, draws], float64[2, n, 3]."""
    places = np.array(QUANTILES) * (drawn.shape[2] - 1)
    return _interpolate(drawn, np.floor(places).astype(np.int64), places - np.floor(places))


@njit(cache=True, nogil=True)
def _run_items(
    times: _Rows, costs: _Rows, seed: np.uint64, part: Part, passed: Floats, drawn: Floats
) -> None:
    """Runs a range of items for a range of draws, block by block, and notes what has passed after each.

    `part` is the first item, the end of items, the first draw and the end of draws; `passed` float64[2,
    draws] is the time and cost so far, `drawn` float64[2, items, draws] the same after each item.
    """
    first, last, begin, end = part
    for start in range(begin, end, BLOCK):
        stop = min(start + BLOCK, end)
        block = np.uint64(start // 2)
        for item in range(first, last):
            hours = np.zeros(stop - start)
            _add_times(hours, times, item, (seed, block), start)
            for draw in range(start, stop):
                passed[0, draw] += hours[draw - start]
                drawn[0, item - first, draw] = passed[0, draw]
            _add_costs(passed[1, start:stop], hours, costs, (item, start), (seed, block))
            for draw in range(start, stop):
                drawn[1, item - first, draw] = passed[1, draw]


@njit(cache=True, nogil=True)
def _add_times(hours: Floats, rows: _Rows, item: int, place: Place, begin: int) -> None:
    luck = np.empty(len(hours))
    for row in range(rows.start[item], rows.start[item + 1]):
        minimum, mu, sigma, span, doubt, common = rows.values[row]
        if span > 0.0:
            fill_uniforms(luck, place[0], rows.key[row], TIME_LANE, place[1])
        elif sigma > 0.0:
            _draw_normals(luck, rows, row, place, (TIME_LANE, TIME_GROUP_LANE))
        for draw in range(len(hours)):
            if span > 0.0:
                luck[draw] = minimum + span * luck[draw]
            elif sigma > 0.0:
                luck[draw] = minimum + np.exp(mu + sigma * luck[draw])
            else:
                luck[draw] = minimum
        if doubt > 0.0:
            _doubt(luck, (doubt, common), rows.doubt_key[row], place)
        hours += luck
        if rows.kept.shape[1] > 0:
            rows.kept[rows.order[row], begin : begin + len(hours)] = luck


@njit(cache=True, nogil=True)
def _doubt(hours: Floats, doubt: tuple[float, float], key: np.uint64, place: Place) -> None:
    """Multiplies hours by the lognormal factors of mean 1 that all rows of `key` share, of (sigma, rho)."""
    sigma, rho = doubt
    factor = np.empty(len(hours))
    fill_uniforms(factor, place[0], key, DOUBT_LANE, place[1])
    invert_normals(factor)
    if rho > 0.0:
        common = np.empty(len(hours))
        fill_uniforms(common, place[0], np.uint64(0), COMMON_LANE, place[1])
        invert_normals(common)
        factor = np.sqrt(rho) * common + np.sqrt(1.0 - rho) * factor
    hours *= np.exp(sigma * factor - 0.5 * sigma * sigma)


@njit(cache=True, nogil=True)
def _add_costs(total: Floats, hours: Floats, rows: _Rows, at: tuple[int, int], place: Place) -> None:
    """Costs of an item, `at` its number and that of the first draw."""
    luck = np.empty(len(hours))
    for row in range(rows.start[at[0]], rows.start[at[0] + 1]):
        fixed, hourly, free, sigma = rows.values[row]
        if sigma > 0.0:
            _draw_normals(luck, rows, row, place, (COST_LANE, COST_GROUP_LANE))
        for draw in range(len(hours)):
            cost = fixed + hourly * max(hours[draw] - free, 0.0)
            if sigma > 0.0:
                luck[draw] = np.exp(sigma * luck[draw] - 0.5 * sigma * sigma)
                cost *= luck[draw]
            total[draw] += cost
        if sigma > 0.0 and rows.kept.shape[1] > 0:
            rows.kept[rows.order[row], at[1] : at[1] + len(hours)] = luck


@njit(cache=True, nogil=True)
def _draw_normals(luck: Floats, rows: _Rows, row: int, place: Place, lanes: Place) -> None:
    """Normals of a row, mixed with those of its group."""
    rho = rows.rho[row]
    fill_uniforms(luck, place[0], rows.key[row], lanes[0], place[1])
    invert_normals(luck)
    if rho > 0.0:
        shared = np.empty(len(luck))
        fill_uniforms(shared, place[0], rows.group[row], lanes[1], place[1])
        invert_normals(shared)
        for draw in range(len(luck)):
            luck[draw] = np.sqrt(rho) * shared[draw] + np.sqrt(1.0 - rho) * luck[draw]


@njit(cache=True, nogil=True)
def _interpolate(drawn: Floats, below: NDArray[np.int64], share: Floats) -> Floats:
    """Values at the ranks `below` and above, weighed by `share`, of every row of draws.

    Draws are counted into buckets of equal width, and only those of the buckets that hold the two ranks are
    sorted.
    """
    quantiles = np.empty((drawn.shape[0], drawn.shape[1], len(below)))
    for kind in range(drawn.shape[0]):
        for item in range(drawn.shape[1]):
            values = drawn[kind, item]
            low, high = values.min(), values.max()
            scale = (BUCKETS - 1) / max(high - low, 1e-300 + 1e-12 * abs(low))
            counts = np.zeros(BUCKETS, np.int64)
            for value in values:
                counts[int((value - low) * scale)] += 1
            for index in range(len(below)):
                near, rank = _gather(values, counts, low, scale, below[index])
                above = near[min(rank + 1, len(near) - 1)]
                quantiles[kind, item, index] = near[rank] + (above - near[rank]) * share[index]
    return quantiles


@njit(cache=True, nogil=True)
def _gather(
    values: Floats, counts: NDArray[np.int64], low: float, scale: float, rank: int
) -> tuple[Floats, int]:
    """The values of the buckets of `rank` and `rank` + 1, in order, and the place of `rank` among them."""
    first, passed = 0, 0
    while passed + counts[first] <= rank:
        passed += counts[first]
        first += 1
    last, total = first, passed + counts[first]
    while total <= rank + 1 and last + 1 < len(counts):
        last += 1
        total += counts[last]
    near, found = np.empty(total - passed), 0
    for value in values:
        bucket = int((value - low) * scale)
        if first <= bucket <= last:
            near[found] = value
            found += 1
    near.sort()
    return near, rank - passed
