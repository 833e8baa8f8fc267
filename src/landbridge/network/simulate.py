"""Ranges of a route by Monte Carlo: cumulative quantiles after each item, and of the whole."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landbridge.network.items import Item
from landbridge.network.weights import Pricer


@dataclass(frozen=True, slots=True)
class Ranges:
    """p10, p50, p90: `cumulative_time`, `cumulative_cost` float64[items, 3] in h and USD/t, `time`, `cost` float64[3].

    `due_probability` is the probability of keeping the due time, NaN without one.
    """

    cumulative_time: NDArray[np.float64]
    cumulative_cost: NDArray[np.float64]
    time: NDArray[np.float64]
    cost: NDArray[np.float64]
    due_probability: float

    @classmethod
    def empty(cls, items: int) -> "Ranges":
        """Ranges that are not drawn yet."""
        nothing = np.full((items, 3), np.nan)
        return cls(nothing, nothing, np.full(3, np.nan), np.full(3, np.nan), float("nan"))


def simulate_items(items: Sequence[Item], pricer: Pricer, *, draws: int, seed: int) -> Ranges:
    return Ranges.empty(len(items))
