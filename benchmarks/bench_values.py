"""Values of players beside the sum of their definition, on games drawn at random and the same each time.

The peer is Shapley's formula player by player over lists of coalitions, in NumPy. Above, the model's runs cost nothing,
so that what is measured is what the kernel adds to them.
"""

from collections.abc import Callable
from functools import cache
from math import comb

import numpy as np
from numpy.typing import NDArray

from benchmarks.entries import Entry, time_call
from landbridge.kernels.attribution import value_levels
from landbridge.kernels.coalitions import Masks, list_members
from landbridge.kernels.owen import nest_players
from landbridge.kernels.shapley import find_interactions, find_shapley

Floats = NDArray[np.float64]
MILLISECOND = 1e3
LEVERS = 40


@cache
def draw_table(n: int) -> Floats:
    return np.random.default_rng(n).random(2**n)


def sum_definition(table: Floats) -> Floats:
    """Shapley's sum over the coalitions without each player."""
    n = len(table).bit_length() - 1
    coalitions = np.arange(len(table))
    sizes = sum(coalitions >> player & 1 for player in range(n))
    weights = np.array([1.0 / (n * comb(n - 1, size)) for size in range(n)])
    value = np.empty(n)
    for player in range(n):
        without = coalitions[coalitions >> player & 1 == 0]
        value[player] = weights[sizes[without]] @ (table[without | 1 << player] - table[without])
    return value


def run_levers(coalitions: Masks) -> Floats:
    """Levers in chains of four, with two indicators."""
    members = list_members(coalitions, player_count=LEVERS)
    chains = members.reshape(len(members), -1, 4).all(axis=2).sum(axis=1)
    return np.stack([chains, members.sum(axis=1)], axis=1).astype(np.float64)


def value_levers() -> object:
    levers = np.arange(LEVERS)
    levels = nest_players(LEVERS, partitions=[levers // 2, levers // 10])
    return value_levels(run_levers, levels, max_runs=1_024)


def milliseconds(work: Callable[[], object]) -> Callable[[], float]:
    return lambda: MILLISECOND * time_call(work)


def list_entries() -> list[Entry]:
    """Entries of exact and sampled values."""
    rows = []
    for n, aim in ((14, 5.0), (18, 30.0)):
        ours = milliseconds(lambda n=n: find_shapley(draw_table(n)))  # type: ignore[misc]
        peer = milliseconds(lambda n=n: sum_definition(draw_table(n)))  # type: ignore[misc]
        rows.append(Entry(f"kernel: Shapley values of {n} players", "ms", aim, ours, "numpy", peer))
    pairs = milliseconds(lambda: find_interactions(draw_table(14)))
    return [
        *rows,
        Entry("kernel: interactions of the pairs of 14 players", "ms", 30, pairs),
        Entry(
            "kernel: 40 levers by levels, 1,024 runs without the model", "ms", 200, milliseconds(value_levers)
        ),
    ]
