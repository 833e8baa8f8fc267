"""Rows of times and costs that make up a route, checked and put in the order in which they are drawn."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.distributions import WEEK
from landbridge.kernels.graph import freeze

Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]

FARTHEST = 8.3
MOST_LOGARITHM = 100.0
MINIMUM, MU, SIGMA, SPAN, DOUBT, DOUBT_RHO, SHUT, REST, TIMETABLE = range(9)


@dataclass(frozen=True, slots=True)
class Departures:
    """Timetables of k services on one clock that begins anew after `period` h.

    The departures of timetable n are hour[start[n]:start[n + 1]], rising, each from 0 to below the period; start
    int64[k + 1], hour float64.
    """

    start: NDArray[np.int64]
    hour: Floats
    period: float = WEEK

    @classmethod
    def none(cls) -> "Departures":
        """No timetables."""
        return cls(np.zeros(1, np.int64), np.zeros(0))


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

    shut float64 in [0, 1] is the share of time for which something is closed, and rest float64 h the mean of
    what is then left of the closure, exponential: goods that come while it is shut, those with the standard
    normal Z below that share's quantile, wait it out. Rows of one key find it shut together and wait as long.

    timetable int32 is the number of a timetable of `departures`, -1 none: the row waits until the next
    departure after all that has passed before, from a start that is uniform within the period and common to all
    timetables of a draw. It comes after the other rows of its item, and has no other spread, minimum or doubt.
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
    shut: Floats | None = None
    rest: Floats | None = None
    timetable: NDArray[np.int32] | None = None
    departures: Departures | None = None

    def mean(self) -> Floats:
        """Mean of each row, float64[p] h; that of a timetable is sum(gap^2) / (2 period) of its gaps, as for goods
        that come at any hour: so they do at the first timetable of a route, not behind it.

        >>> rows, none = (np.zeros(1, np.int32), np.zeros(1, np.uint64)), np.zeros(1)
        >>> TimeRows(*rows, none, none, none, np.array([24.0])).mean().tolist()
        [12.0]
        """
        excess = np.where(self.sigma > 0.0, np.exp(self.mu + self.sigma**2 / 2.0), 0.0)
        mean: Floats = self.minimum + excess + self.span / 2.0
        if self.shut is not None and self.rest is not None:
            mean = mean + self.shut * self.rest
        if self.timetable is not None and self.departures is not None:
            waits = np.array([*_mean_waits(self.departures), 0.0])
            mean = mean + waits[self.timetable]
        return mean


def _mean_waits(departures: Departures) -> list[float]:
    period = departures.period
    hours = (departures.hour[a:b] for a, b in zip(departures.start[:-1], departures.start[1:], strict=True))
    return [float(np.sum(np.diff(hour, append=hour[0] + period) ** 2)) / (2.0 * period) for hour in hours]


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
    factors L of the costs, rows in the order in which they were given; `time` (h) and `cost` (money)
    float64[draws] are those of the whole route.
    """

    hours: Floats
    luck: Floats
    time: Floats
    cost: Floats


class OrderedRows(NamedTuple):
    """Rows ordered by item: `start` int64[n + 1]; `values` float64[r, 9] or [r, 4] are the numbers of a row.

    `order` int64[r] are the places where the rows were given; `kept` float64[r, draws] takes what they give,
    float64[r, 0] where nobody asks. Rows with timetables stand last in their item.
    """

    start: NDArray[np.int64]
    key: Keys
    values: Floats
    group: Keys
    rho: Floats
    doubt_key: Keys
    order: NDArray[np.int64]
    kept: Floats


class Clock(NamedTuple):
    """The timetables as the compiled draws read them: `Departures` as a tuple."""

    period: float
    start: NDArray[np.int64]
    hour: Floats


def ready_rows(
    times: TimeRows, costs: CostRows, item_count: int, draws: int
) -> tuple[OrderedRows, OrderedRows, Clock]:
    """Both kinds of rows, checked and ordered, and the timetables. Raises ValueError as `simulate_route` says."""
    if draws < 1:
        raise ValueError(f"{draws} draws")
    clock = _ready_clock(times.departures or Departures.none())
    count = len(times.item)
    none = np.zeros(count)
    doubt, common, shut, rest = (
        none if column is None else column
        for column in (times.doubt, times.doubt_rho, times.shut, times.rest)
    )
    timetable = np.full(count, -1, np.int32) if times.timetable is None else times.timetable
    numbers = (
        times.minimum,
        times.mu,
        times.sigma,
        times.span,
        doubt,
        common,
        shut,
        rest,
        timetable,
    )
    time_rows = _order_rows(times, numbers, item_count)
    cost_rows = _order_rows(costs, (costs.fixed, costs.hourly, costs.free, costs.sigma), item_count)
    _check_times(time_rows.values, len(clock.start) - 1)
    if (cost_rows.values[:, 3] < 0.0).any():
        raise ValueError("a sigma of a cost is negative")
    return time_rows, cost_rows, clock


def _ready_clock(departures: Departures) -> Clock:
    start, hour, period = departures.start, departures.hour, departures.period
    if not 0.0 < period < np.inf or (np.diff(start) < 1).any() or start[0] != 0 or start[-1] != len(hour):
        raise ValueError("a timetable has no departure, or the clock no period")
    falling = np.diff(hour, prepend=-1.0) <= 0.0
    falling[start[:-1]] = False
    if falling.any() or not ((hour >= 0.0) & (hour < period)).all():
        raise ValueError(f"departures do not rise from 0 to below {period} h")
    return Clock(float(period), freeze(start, np.int64), freeze(hour, np.float64))


def _check_times(values: Floats, timetables: int) -> None:
    if (values[:, [MINIMUM, SIGMA, SPAN, DOUBT, SHUT, REST]] < 0.0).any():
        raise ValueError("a minimum, a sigma, a span, a doubt or a closure is negative")
    for column, name in ((DOUBT_RHO, "weight doubt_rho"), (SHUT, "share shut")):
        if (values[:, column] < 0.0).any() or (values[:, column] > 1.0).any():
            raise ValueError(f"a {name} lies outside 0 to 1")
    timed = values[:, TIMETABLE] >= 0.0
    if (values[:, TIMETABLE] >= timetables).any():
        raise ValueError(f"a timetable lies outside 0 to {timetables - 1}")
    if ((values[:, [SIGMA, SPAN, SHUT]] > 0.0).sum(axis=1) + timed > 1).any():
        raise ValueError(
            "a time is both lognormal and uniform, a closure or a timetable: a row has one kind of spread"
        )
    if (values[timed][:, [MINIMUM, DOUBT]] > 0.0).any():
        raise ValueError("a wait by a timetable has a minimum or a doubt")
    if (values[:, MU] + FARTHEST * values[:, [SIGMA, DOUBT]].sum(axis=1) > MOST_LOGARITHM).any():
        raise ValueError("the excess of a time has no bounds: its mu and sigma are too large")


def _order_rows(
    rows: TimeRows | CostRows, columns: tuple[NDArray[np.generic], ...], item_count: int
) -> OrderedRows:
    """The rows by item, timetables last, then by key, so that sums are rounded alike whatever their order was."""
    count = len(rows.item)
    values = np.column_stack(columns).astype(np.float64)
    if count and not (rows.item.min() >= 0 and rows.item.max() < item_count):
        raise ValueError(f"an item lies outside 0 to {item_count - 1}")
    none = np.zeros(count, np.uint64)
    group = none if rows.group is None else rows.group
    timed = isinstance(rows, TimeRows)
    named = rows.doubt_key if isinstance(rows, TimeRows) else None
    rho = np.zeros(count) if rows.rho is None else rows.rho
    if not np.isfinite(values).all():
        raise ValueError("a number of a row is not finite")
    if not ((rho >= 0.0) & (rho <= 1.0)).all():
        raise ValueError("a weight rho lies outside 0 to 1")
    last = values[:, TIMETABLE] >= 0.0 if timed else np.zeros(count, np.bool_)
    order = np.lexsort((*values.T[::-1], rows.key, last, rows.item))
    start = np.searchsorted(rows.item[order], np.arange(item_count + 1))
    return OrderedRows(
        freeze(start, np.int64),
        freeze(rows.key[order], np.uint64),
        freeze(values[order], np.float64),
        freeze(group[order], np.uint64),
        freeze(np.where(group[order] == 0, 0.0, rho[order]), np.float64),
        freeze((none if named is None else named)[order], np.uint64),
        freeze(order, np.int64),
        np.empty((count, 0)),
    )
