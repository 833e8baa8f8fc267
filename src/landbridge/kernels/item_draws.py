"""Draws of a route item by item: what each leg and operation costs, and how long the whole takes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.monte_carlo import CostRows, TimeRows, simulate_rows

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ItemDraws:
    """Draws of a route of n items.

    `cost` float64[n, draws] is what each item costs (money), `time` float64[draws] how long the whole takes (h);
    one draw is one state of the world for all items.
    """

    cost: Floats
    time: Floats


def draw_item_costs(
    times: TimeRows, costs: CostRows, *, item_count: int, seed: int, draws: int = 4_000
) -> ItemDraws:
    """What `simulate_route` sums up, kept apart by item. Raises ValueError as it does.

    >>> rows, none = (np.array([0], np.int32), np.array([11], np.uint64)), np.zeros(1)
    >>> times = TimeRows(*rows, np.array([2.0]), none, none, none)
    >>> drawn = draw_item_costs(
    ...     times, CostRows(*rows, np.array([40.0]), np.array([3.0]), none, none), item_count=1, seed=1, draws=4
    ... )
    >>> drawn.cost.tolist()
    [[46.0, 46.0, 46.0, 46.0]]
    """
    _, drawn = simulate_rows(times, costs, item_count=item_count, seed=seed, draws=draws)
    hours = np.zeros((item_count, draws))
    np.add.at(hours, times.item, drawn.hours)
    cost = np.zeros((item_count, draws))
    late = np.maximum(hours[costs.item] - costs.free[:, None], 0.0)
    np.add.at(cost, costs.item, drawn.luck * (costs.fixed[:, None] + costs.hourly[:, None] * late))
    return ItemDraws(cost, drawn.time)
