"""Which inputs a route's spread rests on, and how much narrower its range would be if one were known.

The spread of a sum is split among its inputs by first-order indices (Sobol 1993; Saltelli et al. 2008, Global
Sensitivity Analysis: The Primer, ch. 4). Knowing an input is to hold it at its mean while all others keep their
draws (common random numbers), the value of perfect information of Howard (1966) told as the width of a range.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from landbridge.kernels.monte_carlo import CostRows, RowDraws, TimeRows
from landbridge.kernels.quantiles import QUANTILES, find_quantiles

Floats = NDArray[np.float64]
Ids = NDArray[np.int32]

LEAST_SHARE = 1e-3


@dataclass(frozen=True, slots=True)
class SpreadShares:
    """Of n inputs, all float64[n]; D is what an input's luck adds to a draw Y of the whole time or cost.

    time_share and cost_share are Cov(D, Y) / Var(Y): the first-order index Var(E(Y | input)) / Var(Y) where
    inputs are independent and their parts add up, else the covariance share of Li et al. 2010. They sum to 1
    unless nothing varies, when all are 0.
    time_narrowing and cost_narrowing are 1 - width(Y - D) / width(Y) with width = p90 - p10; 0 for an input
    with less than a thousandth of the variance. One below 0 means that knowing the input would widen it.
    """

    time_share: Floats
    cost_share: Floats
    time_narrowing: Floats
    cost_narrowing: Floats

    @classmethod
    def empty(cls, inputs: int = 0) -> "SpreadShares":
        """No spread at all."""
        return cls(*(np.zeros(inputs) for _ in range(4)))


class _Timed(NamedTuple):
    """Times by item: `start` int64[items + 1] into rows; row of draws less its mean, and its input."""

    start: NDArray[np.int64]
    input: Ids
    deviation: Floats


class _Priced(NamedTuple):
    """Costs: item, input and the three numbers of a row; its drawn factor L float64[c, draws]."""

    item: Ids
    input: Ids
    values: Floats
    luck: Floats


def share_spread(
    times: TimeRows, costs: CostRows, drawn: RowDraws, *, inputs: tuple[Ids, Ids], input_count: int
) -> SpreadShares:
    """Splits the spread of a route among its inputs, from the draws that gave its ranges.

    `inputs` are int32[p] and int32[c], the input that each row of times and costs takes its spread from. The
    rows of `times` stand in the order of items. Raises ValueError where they do not, or an input is unknown.

    >>> from landbridge.kernels.monte_carlo import simulate_rows
    >>> rows, zero = (np.array([0, 0], np.int32), np.array([11, 12], np.uint64)), np.zeros(2)
    >>> times = TimeRows(*rows, zero, zero, zero, np.array([24.0, 12.0]))
    >>> costs = CostRows(*rows, zero, zero, zero, zero)
    >>> _, drawn = simulate_rows(times, costs, item_count=1, seed=1)
    >>> one = np.array([0, 1], np.int32)
    >>> share_spread(times, costs, drawn, inputs=(one, one), input_count=2).time_share.round(1).tolist()
    [0.8, 0.2]
    """
    for named in inputs:
        if len(named) and not (named.min() >= 0 and named.max() < input_count):
            raise ValueError(f"an input lies outside 0 to {input_count - 1}")
    if (np.diff(times.item) < 0).any():
        raise ValueError("the rows of times do not stand in the order of items")
    items = int(max(times.item.max(initial=-1), costs.item.max(initial=-1))) + 1
    start = np.searchsorted(times.item, np.arange(items + 1)).astype(np.int64)
    deviation = drawn.hours - _mean_hours(times, drawn)[:, None]
    timed = _Timed(start, inputs[0], deviation)
    values = np.column_stack([costs.fixed, costs.hourly, costs.free, costs.sigma]).astype(np.float64)
    priced = _Priced(costs.item, inputs[1], values, drawn.luck)
    parts = np.zeros((2, input_count, drawn.hours.shape[1]))
    totals = np.zeros((2, drawn.hours.shape[1]))
    totals[0] = drawn.hours.sum(axis=0)
    _split(parts, totals[1], drawn.hours, timed, priced)
    time, cost = (_weigh(parts[kind], totals[kind]) for kind in (0, 1))
    return SpreadShares(time[0], cost[0], time[1], cost[1])


def _mean_hours(times: TimeRows, drawn: RowDraws) -> Floats:
    """Mean of each row, h; of timetables as drawn, for behind another timetable goods come at no odd hour."""
    mean = times.mean()
    if times.timetable is not None:
        waiting = times.timetable >= 0
        mean[waiting] = drawn.hours[waiting].mean(axis=1)
    return mean


def _weigh(parts: Floats, total: Floats) -> tuple[Floats, Floats]:
    """Shares of variance float64[n] and narrowings float64[n] of the total's draws."""
    centred = total - total.mean()
    variance = float(centred @ centred)
    size = max(float(np.abs(total).max(initial=0.0)), 1e-300)
    if variance <= len(total) * (1e-12 * size) ** 2:
        return np.zeros(len(parts)), np.zeros(len(parts))
    shares = parts @ centred / variance
    width = _measure_widths(total[None])[0]
    narrowings, chosen = np.zeros(len(parts)), np.flatnonzero(shares >= LEAST_SHARE)
    if width > 0.0 and len(chosen):
        narrowings[chosen] = 1.0 - _measure_widths(total - parts[chosen]) / width
    return shares, narrowings


def _measure_widths(values: Floats) -> Floats:
    """p90 - p10 of each row, interpolated as the ranges are."""
    found = np.empty((len(values), len(QUANTILES)))
    find_quantiles(values, found)
    widths: Floats = found[:, -1] - found[:, 0]
    return widths


@njit(cache=True, nogil=True)
def _split(parts: Floats, cost: Floats, hours: Floats, timed: _Timed, priced: _Priced) -> None:
    """Adds to `parts` float64[2, n, draws] what each input's luck adds to time and cost; `cost` is the sum."""
    for row in range(len(timed.input)):
        parts[0, timed.input[row]] += timed.deviation[row]
    spent = np.zeros(hours.shape[1])
    without = np.zeros(hours.shape[1])
    for row in range(len(priced.item)):
        first, last = timed.start[priced.item[row]], timed.start[priced.item[row] + 1]
        spent[:] = 0.0
        if priced.values[row, 1] != 0.0:
            for time in range(first, last):
                spent += hours[time]
        _add_costs(cost, priced, row, spent)
        own = priced.input[row] if priced.values[row, 3] > 0.0 else -1
        if own >= 0:
            _leave_out(without, spent, timed, own, (first, last))
            _add_part(parts[1, own], priced, (row, 1), spent, without)
        if priced.values[row, 1] != 0.0:
            for time in range(first, last):
                one = timed.input[time]
                if one != own and _is_first(timed.input, time, first):
                    _leave_out(without, spent, timed, one, (first, last))
                    _add_part(parts[1, one], priced, (row, 0), spent, without)


@njit(cache=True, nogil=True)
def _is_first(inputs: Ids, row: int, first: int) -> bool:
    """Whether no earlier row of the item has the input of `row`."""
    for earlier in range(first, row):
        if inputs[earlier] == inputs[row]:
            return False
    return True


@njit(cache=True, nogil=True)
def _leave_out(without: Floats, spent: Floats, timed: _Timed, one: int, rows: tuple[int, int]) -> None:
    """The item's hours with the times of input `one` at their means."""
    without[:] = spent
    for row in range(rows[0], rows[1]):
        if timed.input[row] == one:
            without -= timed.deviation[row]


@njit(cache=True, nogil=True)
def _add_costs(cost: Floats, priced: _Priced, row: int, spent: Floats) -> None:
    fixed, hourly, free = priced.values[row, 0], priced.values[row, 1], priced.values[row, 2]
    for draw in range(len(cost)):
        cost[draw] += priced.luck[row, draw] * (fixed + hourly * max(spent[draw] - free, 0.0))


@njit(cache=True, nogil=True)
def _add_part(part: Floats, priced: _Priced, at: tuple[int, int], spent: Floats, without: Floats) -> None:
    """What a row costs less what it would with an input at its mean; `at` is the row, and 1 where L is known too."""
    row, known = at
    fixed, hourly, free = priced.values[row, 0], priced.values[row, 1], priced.values[row, 2]
    for draw in range(len(part)):
        luck = priced.luck[row, draw]
        least = 1.0 if known else luck
        part[draw] += luck * (fixed + hourly * max(spent[draw] - free, 0.0)) - least * (
            fixed + hourly * max(without[draw] - free, 0.0)
        )
