"""Games that the tests of values share: random ones, published ones, and values by all orders."""

from collections.abc import Iterator, Sequence
from itertools import pairwise, permutations
from math import factorial

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from landbridge.kernels.coalitions import list_members

Floats = NDArray[np.float64]

# Castro, Gomez and Tejada 2009: a runway for a hundred movements, costs 1 to 10 and how many movements have each.
CASTRO_COUNTS = (8, 12, 6, 14, 8, 9, 13, 10, 10, 10)
CASTRO_VALUES = (
    0.01, 0.02086957, 0.03336957, 0.04688308, 0.06354975, 0.08278051, 0.10603633, 0.13936966, 0.18936966, 0.28936966,
)  # fmt: skip


@st.composite
def games(draw: st.DrawFn, *, most: int = 6) -> Floats:
    """Tables of 1 to `most` players with whole values, the empty coalition's too."""
    n = draw(st.integers(1, most))
    return np.array(draw(st.lists(st.integers(-9, 9), min_size=2**n, max_size=2**n)), dtype=np.float64)


def count_players(table: Floats) -> int:
    return len(table).bit_length() - 1


def list_consistent_orders(n: int, partitions: Sequence[Sequence[int]] = ()) -> Iterator[tuple[int, ...]]:
    """Orders of the players in which every group comes in one piece."""
    for order in permutations(range(n)):
        if all(in_one_piece([partition[player] for player in order]) for partition in partitions):
            yield order


def in_one_piece(groups: Sequence[int]) -> bool:
    changes = sum(one != two for one, two in pairwise(groups))
    return changes == len(set(groups)) - 1


def average_orders(table: Floats, partitions: Sequence[Sequence[int]] = ()) -> Floats:
    """What each player adds on average over the consistent orders, one after the other."""
    n = count_players(table)
    value, count = np.zeros((n, *table.shape[1:])), 0
    for order in list_consistent_orders(n, partitions):
        coalition, count = 0, count + 1
        for player in order:
            value[player] += table[coalition | 1 << player] - table[coalition]
            coalition |= 1 << player
    return value / count


def index_pairs(table: Floats) -> Floats:
    """Interaction indices by the sum of their definition."""
    n = count_players(table)
    index = np.zeros((n, n))
    for i in range(n):
        for j in set(range(n)) - {i}:
            for S in range(2**n):
                if S >> i & 1 or S >> j & 1:
                    continue
                s, one, two = S.bit_count(), 1 << i, 1 << j
                weight = factorial(s) * factorial(n - s - 2) / factorial(n - 1)
                index[i, j] += weight * (table[S | one | two] - table[S | one] - table[S | two] + table[S])
    return index


def vote(weights: Sequence[int], quota: int) -> Floats:
    """The table of a weighted vote: 1 where a coalition reaches the quota."""
    n = len(weights)
    members = list_members(np.arange(2**n), player_count=n)
    return (members @ np.array(weights) >= quota).astype(np.float64)


def play_airport(coalitions: NDArray[np.object_], costs: Floats) -> Floats:
    """What a runway for the players of each coalition costs: as much as the costliest of them needs."""
    return np.max(list_members(coalitions, player_count=len(costs)) * costs, axis=1)


def share_airport(costs: Floats) -> Floats:
    """The closed form of Littlechild and Owen 1973: each stretch is shared by all that need it."""
    users = (costs[:, np.newaxis] <= costs).sum(axis=1)
    by_cost = np.argsort(costs)
    rises = np.diff(costs[by_cost], prepend=0.0) / users[by_cost]
    shares = np.empty(len(costs))
    shares[by_cost] = rises.cumsum()
    return shares


def renumber(table: Floats, places: Sequence[int]) -> Floats:
    """The game in which the player `places[i]` is what player i was."""
    n = count_players(table)
    moved = np.empty_like(table)
    for coalition in range(2**n):
        moved[sum(1 << places[player] for player in range(n) if coalition >> player & 1)] = table[coalition]
    return moved
