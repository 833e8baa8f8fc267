"""Random orders of players, each with its reverse, and what the players add in them.

Castro, Gomez and Tejada 2009 (Polynomial calculation of the Shapley value based on sampling) average what each player
adds over random orders; Mitchell, Cooper, Frank and Holmes 2022 (Sampling permutations for Shapley value estimation)
take each order together with its reverse, which is exact where players interact in pairs at most. What the players
add in an order telescopes to v(N) - v(0). Pairs of orders are independent of each other, and their spread gives the
standard errors.

What a player adds first and last is known for every player. So the pairs in which it comes first or last count by how
often that happens at all, not by how often it was drawn (stratification after the draw: Cochran 1977, Sampling
techniques, 5A.9), and the other pairs give the rest. That makes values miss the total by a little, which is shared out
by their variances, so that they add up exactly. The mean of first and last stands in the spread as one pair more: an
effect that is too rare for the orders to show is not taken for none.

An order is that of uniform draws keyed by seed, player and number of the order (see `draws`): it depends on neither
how players are numbered nor who else plays. Groups are kept together by draws of their own.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from landbridge.kernels.coalitions import (
    Cache,
    Floats,
    Game,
    Ids,
    Masks,
    make_bits,
    value_coalitions,
)
from landbridge.kernels.draws import fill_uniforms
from landbridge.kernels.owen import Levels, mask_players, split_level

CHUNK = 64
MOST_PAIRS = 16_384


@dataclass(frozen=True, slots=True)
class Estimate:
    """Values of p players, in the unit of the game's values.

    `value` float64[p, ...]; `deviation` float64[rows, p, ...]: the squares of its sums over any players add up over the
    rows to the variance of the sum of their values; no rows where values are exact.
    """

    value: Floats
    deviation: Floats


@dataclass(frozen=True, slots=True)
class Orders:
    """Pairs of orders of p players, each an order and its reverse.

    `order` int64[pairs, p], the places of the players in the list that was asked for, as they come; `first`
    [pairs, p + 1], the coalitions that grow by it; `whole`, the coalition of all p players.
    """

    order: Ids
    first: Masks
    whole: int

    def list_coalitions(self) -> Masks:
        """All coalitions of the orders and their reverses, with repeats."""
        return np.concatenate([self.first.ravel(), (self.whole ^ self.first).ravel()])


def draw_orders(levels: Levels, players: Ids, *, seed: int, first: int, count: int) -> Ids:
    """Orders number `first` to `first` + `count` - 1 of some players, int64[count, p], in which groups stay together.

    An order lists places in `players`; `first` and `count` are even. Raises ValueError for a seed outside 64 bits.

    >>> from landbridge.kernels.owen import nest_players
    >>> draw_orders(nest_players(4), np.arange(4), seed=3, first=0, count=2).tolist()
    [[3, 2, 1, 0], [0, 3, 2, 1]]
    """
    if not 0 <= seed < 2**64:
        raise ValueError("a seed is a whole number from 0 below 2^64")
    draws = np.empty((len(levels.group), len(players), count))
    for level in range(len(levels.group)):
        group = levels.group[level, players]
        for number in np.unique(group):
            # A group's key is its least member's: groups of a level share no player, and levels are lanes apart.
            key, row = levels.keys[players[group == number]].min(), np.empty(count)
            fill_uniforms(row, np.uint64(seed), key, np.uint64(level), np.uint64(first // 2))
            draws[level, group == number] = row
    order: Ids = np.lexsort(np.swapaxes(draws, 1, 2), axis=-1)
    return order


def list_ends(levels: Levels, players: Ids) -> Masks:
    """Coalitions that any estimate asks for: nobody, all, and every player and group alone and missing."""
    sets = [part for level in range(len(levels.group)) for part in split_level(levels, players, level)]
    alone = np.append(mask_players(levels, sets), [mask_players(levels, [players])[0]])
    return np.unique(np.concatenate([alone, alone[-1] ^ alone]))


def count_pair(player_count: int) -> int:
    """How many coalitions a pair of orders may add to those of `list_ends`."""
    return 2 * max(player_count - 3, 0)


def plan_orders(levels: Levels, players: Ids, *, seed: int, max_coalitions: int) -> Orders:
    """As many pairs of orders of some players as `max_coalitions` distinct coalitions surely allow, `list_ends` among
    them; a pair is begun only while its worst case fits, so that what is drawn never decides whether it counts.

    At most 16,384 pairs. Raises ValueError where not one pair fits.

    >>> from landbridge.kernels.owen import nest_players
    >>> plan_orders(nest_players(5), np.arange(5), seed=1, max_coalitions=30).order.shape
    (10, 5)
    """
    known: set[int] = set(list_ends(levels, players).tolist())
    bits, cost = make_bits(levels.player_count)[players], count_pair(len(players))
    whole = int(bits.sum())
    kept: list[tuple[Ids, Masks]] = []
    if len(known) + cost > max_coalitions:
        raise ValueError(f"a pair of orders needs {len(known) + cost} coalitions, more than {max_coalitions}")
    for order in _draw_on(levels, players, seed=seed):
        if len(known) + cost > max_coalitions:
            break
        first = np.append(np.zeros(1, bits.dtype), np.cumsum(bits[order]))
        known.update(first.tolist(), (whole ^ first).tolist())
        kept.append((order, first))
    return Orders(np.array([order for order, _ in kept]), np.array([first for _, first in kept]), whole)


def _draw_on(levels: Levels, players: Ids, *, seed: int) -> Iterator[Ids]:
    for first in range(0, MOST_PAIRS, CHUNK):
        yield from draw_orders(levels, players, seed=seed, first=first, count=CHUNK)


def find_chances(levels: Levels, players: Ids) -> Floats:
    """How often each of some players comes first in the orders that keep groups together, float64[p].

    >>> from landbridge.kernels.owen import nest_players
    >>> find_chances(nest_players(3, partitions=[[0, 0, 1]]), np.arange(3)).tolist()
    [0.25, 0.25, 0.5]
    """
    group = levels.group[:, players]
    chances = np.full(len(players), 1.0 / len(np.unique(group[-1])))
    for level in range(len(group) - 1):
        for number in np.unique(group[level + 1]):
            inside = group[level + 1] == number
            chances[inside] /= len(np.unique(group[level, inside]))
    return chances


def sum_gains(game: Game, orders: Orders, *, cache: Cache | None = None) -> Floats:
    """What each player adds on average in each pair of orders, float64[pairs, p, ...]; every pair adds up to
    v(N) - v(0). Raises ValueError as `value_coalitions` does.
    """
    shape = orders.first.shape
    found = value_coalitions(game, orders.list_coalitions(), cache=cache)
    there, back = (half.reshape(*shape, *found.shape[1:]) for half in np.split(found, 2))
    gains = (np.diff(there, axis=1) - np.diff(back, axis=1)) / 2.0
    value = np.empty_like(gains)
    value[np.arange(shape[0])[:, np.newaxis], orders.order] = gains
    return value


def estimate_values(
    gains: Floats, orders: Orders, *, alone: Floats, last: Floats, chances: Floats
) -> Estimate:
    """Values of players from what they add in pairs of orders, float64[pairs, p, ...], at least two pairs.

    `alone` and `last` float64[p, ...] are what each adds first and last, `chances` float64[p] how often it comes first.

    >>> from landbridge.kernels.owen import nest_players
    >>> orders = plan_orders(nest_players(6), np.arange(6), seed=1, max_coalitions=30)
    >>> gains = sum_gains(lambda masks: masks % 4 == 3, orders)  # players 0 and 1 need each other
    >>> first, last = np.zeros(6), np.array([1.0, 1.0, 0.0, 0.0, 0.0, 0.0])
    >>> estimate_values(gains, orders, alone=first, last=last, chances=np.full(6, 1 / 6)).value.tolist()
    [0.5, 0.5, 0.0, 0.0, 0.0, 0.0]
    """
    pairs, places = len(gains), (np.newaxis, slice(None), *[np.newaxis] * (gains.ndim - 2))
    inner = np.ones(gains.shape[:2], dtype=np.bool_)
    inner[np.arange(pairs)[:, np.newaxis], orders.order[:, [0, -1]]] = False
    seen, ends = inner.sum(axis=0)[places], (alone + last) / 2.0
    share = 1.0 - 2.0 * chances[places]
    within = inner.reshape(*inner.shape, *[1] * (gains.ndim - 2))
    middle = np.where(seen > 0, (gains * within).sum(axis=0) / np.maximum(seen, 1), ends)
    drawn = (gains - middle) * within * (pairs / np.maximum(seen, 1))
    # Who was never seen between the others may be worth anything from first to last.
    unseen = np.where(seen > 0, ends - middle, (alone - last) / 2.0)
    deviation = np.concatenate([drawn, unseen]) * share / np.sqrt(pairs * (pairs - 1.0))
    value = ends + share[0] * (middle[0] - ends)
    return _close(value, deviation, gains[0].sum(axis=0))


def _close(value: Floats, deviation: Floats, total: Floats) -> Estimate:
    """Values that add up to the total: what is missing goes to each by its variance, alike where none has any."""
    variance = (deviation**2).sum(axis=0)
    whole = variance.sum(axis=0)
    alike = np.full_like(variance, 1.0 / len(value))
    weight = np.divide(variance, whole, out=alike, where=whole > 0.0)
    return Estimate(
        value + weight * (total - value.sum(axis=0)),
        deviation - weight * deviation.sum(axis=1, keepdims=True),
    )
