"""Who is worth what in a game whose every coalition is known: Shapley values and interactions.

With v the value of a coalition, N all n players, S a coalition of size s:

- value (Shapley 1953, A value for n-person games): phi_i = sum over S without i of
  s! (n - s - 1)! / n! (v(S i) - v(S)), what i adds on average over all orders in which the players can come;
- interaction of a pair (Grabisch and Roubens 1999, An axiomatic approach to the concept of interaction among players in
  cooperative games): I_ij = sum over S without i and j of
  s! (n - s - 2)! / (n - 1)! (v(S ij) - v(S i) - v(S j) + v(S)), above 0 where the two need each other, below where one
  does for the other;
- alone v(i) - v(0), last v(N) - v(N - i), and the same two differences of a pair.

The values add up to v(N) - v(0). The cost is of the order n 2^n for values, n^2 2^n for interactions.
"""

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import ArrayLike

from landbridge.kernels.coalitions import (
    MOST_BITS,
    Cache,
    Floats,
    Game,
    Masks,
    check_blocks,
    check_table,
    value_coalitions,
)


@dataclass(frozen=True, slots=True)
class ShapleyValues:
    """What each of n players is worth, each float64[n, ...], in the unit of the game's values.

    `value` is the Shapley value (Shapley 1953), `alone` what a player adds as the first, `last` what it adds as the
    last.
    """

    value: Floats
    alone: Floats
    last: Floats


@dataclass(frozen=True, slots=True)
class PairSynergies:
    """What two of m blocks add beyond what each adds, each float64[m, m, ...], symmetric, 0 on the diagonal.

    `first`: v(ij) - v(i) - v(j) + v(0), with nobody else in place; `last`: v(N) - v(N - i) - v(N - j) + v(N - ij),
    with all others in place. The unit is that of the game's values.
    """

    first: Floats
    last: Floats


def weigh_sizes(player_count: int) -> Floats:
    """Shapley's weights of the coalitions of n - 1 others by their size, float64[n]: s! (n - s - 1)! / n!.

    >>> weigh_sizes(3).round(4).tolist()
    [0.3333, 0.1667, 0.3333]
    """
    return np.array([1.0 / (player_count * comb(player_count - 1, size)) for size in range(player_count)])


def weigh_coalitions(player_count: int) -> Floats:
    """Shapley's weight of each coalition of n - 1 others by its bitmask, float64[2^(n - 1)]; they add up to 1.

    >>> weigh_coalitions(3).round(4).tolist()
    [0.3333, 0.1667, 0.1667, 0.3333]
    """
    sizes = np.zeros(1, dtype=np.int64)
    for _ in range(player_count - 1):
        sizes = np.concatenate([sizes, sizes + 1])
    return weigh_sizes(player_count)[sizes]


def find_shapley(values: ArrayLike) -> ShapleyValues:
    """Shapley values of n players from the table of all coalitions, float64[2^n, ...] by bitmask.

    Raises ValueError where the table's length is no power of 2 above 1, or a value is not finite.

    >>> gloves = np.array([0, 0, 0, 0, 0, 1, 1, 1])  # players 0 and 1 hold left gloves, player 2 a right one
    >>> find_shapley(gloves).value.round(4).tolist()
    [0.1667, 0.1667, 0.6667]
    """
    table, n = check_table(values)
    value = _average_gains(table)
    bits = 1 << np.arange(n)
    return ShapleyValues(value, alone=table[bits] - table[0], last=table[-1] - table[~bits])


def find_interactions(values: ArrayLike) -> Floats:
    """Shapley interaction indices of pairs, float64[n, n, ...], from the table of all coalitions, float64[2^n, ...].

    Symmetric, 0 on the diagonal. Raises ValueError as `find_shapley` does.

    >>> chain = np.array([0, 0, 0, 0, 0, 0, 0, 12.0])  # all three links are needed
    >>> find_interactions(chain).tolist()
    [[0.0, 6.0, 6.0], [6.0, 0.0, 6.0], [6.0, 6.0, 0.0]]
    """
    table, n = check_table(values)
    shape = table.shape[1:]
    index = np.zeros((n, n, *shape))
    for player in range(1, n):
        # What the player adds to each coalition of the others is a game too, and its Shapley values are the index.
        pairs = table.reshape(-1, 2, 1 << player, *shape)
        gains = (pairs[:, 1] - pairs[:, 0]).reshape(-1, *shape)
        index[player, :player] = _average_gains(gains, most=player)
    return index + np.swapaxes(index, 0, 1)


def _average_gains(table: Floats, *, most: int = MOST_BITS) -> Floats:
    """Weighted means of what the first players, at most `most`, add to coalitions of the others, float64[n, ...]."""
    n = len(table).bit_length() - 1
    half, weight = len(table) // 2, weigh_coalitions(n)
    count = min(n, most)
    value = np.empty((count, table[0].size))
    # The player in turn is the highest bit; then its bit becomes the lowest, which keeps all reading contiguous.
    turned = table.reshape(2 * half, -1)
    if count < n:
        turned = turned.reshape(-1, 1 << count, turned.shape[1]).swapaxes(0, 1).reshape(turned.shape)
    for player in reversed(range(count)):
        without, within = turned[:half], turned[half:]
        # Not a product by BLAS, whose threads take longer to wake than to count.
        value[player] = np.einsum("s,sk->k", weight, within - without)
        turned = np.stack([without, within], axis=1).reshape(turned.shape)
    return value.reshape(count, *table.shape[1:])


def find_synergies(game: Game, blocks: Masks, *, cache: Cache | None = None) -> PairSynergies:
    """What any two of m blocks add together beyond what each adds, with nobody else and with all others in place.

    `blocks` [m] are bitmasks of players or of groups, all that play. A run is asked for 2 + 2 m + m (m - 1)
    coalitions, less those in `cache`. Raises ValueError as `tabulate_game` does.

    >>> chain = np.array([0, 0, 0, 0, 0, 0, 0, 12.0])
    >>> found = find_synergies(chain, np.array([1, 2, 4]))
    >>> found.first[0, 1].tolist(), found.last[0, 1].tolist()
    (0.0, 12.0)
    """
    check_blocks(blocks)
    whole = blocks.sum()
    joined = blocks[:, np.newaxis] | blocks
    asked = np.concatenate([np.zeros(1, blocks.dtype), blocks, joined.ravel()])
    found = value_coalitions(game, np.concatenate([asked, whole ^ asked]), cache=cache)
    first, last = (_cross(half, len(blocks)) for half in np.split(found, 2))
    return PairSynergies(first, last)


def _cross(values: Floats, count: int) -> Floats:
    """Second differences of what nobody, each block and each pair is worth; the sign is the same from either end."""
    none, single = values[0], values[1 : count + 1]
    both = values[count + 1 :].reshape(count, count, *values.shape[1:])
    cross: Floats = both - single[:, np.newaxis] - single + none
    cross[np.arange(count), np.arange(count)] = 0.0
    return cross
