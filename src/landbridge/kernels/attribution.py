"""What players, their groups and the groups' groups are worth, within a number of runs of the model.

Players that cannot interact are parts of their own, whose values add up, so that 2^n coalitions become the sum of
2^n_k (Shapley 1953, additivity). A part is valued exactly (Owen 1977, Winter 1989: `owen`) while its coalitions fit, in
order of their number; the others share what is left and are valued by orders with their reverses (`sampled_orders`).
Which coalitions are run never depends on what they are worth, so all are asked for at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from landbridge.kernels.coalitions import (
    Cache,
    Floats,
    Game,
    Ids,
    Masks,
    check_table,
    make_bits,
    split_players,
    value_coalitions,
)
from landbridge.kernels.owen import (
    Levels,
    count_coalitions,
    find_owen,
    list_blocks,
    mask_players,
    split_level,
)
from landbridge.kernels.sampled_orders import (
    Estimate,
    Orders,
    count_pair,
    estimate_values,
    find_chances,
    list_ends,
    plan_orders,
    sum_gains,
)

LEAST_PAIRS = 2


@dataclass(frozen=True, slots=True)
class GroupValues:
    """What the g groups of a level, or the players, are worth, in the unit of the game's values.

    `value` float64[g, ...], Shapley's value by levels; `alone` and `last` float64[g, ...], what a group adds as the
    first and as the last; `standard_error` float64[g, ...] of `value`, 0 where it is exact; `pairs` int64[g], the least
    number of independent pairs of orders that it rests on, 0 where it is exact.
    """

    value: Floats
    alone: Floats
    last: Floats
    standard_error: Floats
    pairs: Ids

    def find_margin(self, share: float = 0.95) -> Floats:
        """Half the width of the interval that holds the true value in this share of cases, float64[g, ...]; 0 where
        the value is exact.

        By Student's t with the number of pairs less one, which supposes means of pairs that are nearly normal.

        >>> one = np.ones((1, 1))
        >>> GroupValues(one, one, one, standard_error=one, pairs=np.array([9])).find_margin().round(3).tolist()
        [[2.306]]
        """
        factor = np.where(self.pairs > 0, stdtrit(np.maximum(self.pairs - 1, 1), (1.0 + share) / 2.0), 0.0)
        margin: Floats = self.standard_error * factor.reshape(-1, *[1] * (self.value.ndim - 1))
        return margin


@dataclass(frozen=True, slots=True)
class LevelValues:
    """Values of players and of their groups, in the unit of the game's values.

    `levels` holds those of the players, then of each partition from fine to coarse; a group's value is the sum of its
    members', and each level adds up to `total` float64[...], v(N) - v(0), less `residual` float64[...], which is 0
    but for rounding, unless players who were said not to interact do. `coalition_count` is the number of distinct
    coalitions that the values rest on, `run_count` that of those that were run now.
    """

    levels: tuple[GroupValues, ...]
    total: Floats
    residual: Floats
    coalition_count: int
    run_count: int


@dataclass(frozen=True, slots=True)
class Part:
    """Players who may interact, int64[p], and the orders by which they are valued, None where that is exact."""

    players: Ids
    orders: Orders | None

    def list_coalitions(self, levels: Levels) -> Masks:
        """All coalitions that the part's values rest on, with repeats."""
        if self.orders is not None:
            return np.concatenate([self.orders.list_coalitions(), list_ends(levels, self.players)])
        bits = make_bits(levels.player_count)
        return np.concatenate([block.list_coalitions(bits) for block in list_blocks(levels, self.players)])


def value_levels(
    game: Game,
    levels: Levels,
    *,
    meets: NDArray[np.bool_] | None = None,
    max_runs: int = 1_024,
    seed: int = 0,
    cache: Cache | None = None,
) -> LevelValues:
    """What n players and their groups are worth, exactly where `max_runs` coalitions suffice, else by random orders.

    `game` is a table or a run (see `coalitions`); the distinct coalitions not in `cache` are run in one call and put
    there. At most `max_runs` distinct coalitions are used, be they in the cache or not, so that the answer does not
    depend on it; meets bool[n, n] says who can change the same output (default: all), and parts of players that
    meet nobody else are valued apart. Raises ValueError where `max_runs` does not allow two pairs of orders to every
    part that is not exact, where the table or `meets` is not of n players, and as `value_coalitions` does.

    >>> from landbridge.kernels.owen import nest_players
    >>> chain = np.array([0, 0, 0, 0, 0, 0, 0, 12.0])  # all three links are needed
    >>> found = value_levels(chain, nest_players(3, partitions=[[0, 0, 1]]))
    >>> [level.value.tolist() for level in found.levels], found.coalition_count
    ([[3.0, 3.0, 6.0], [6.0, 6.0]], 8)
    """
    parts = _plan(levels, _split(levels, meets), max_runs=max_runs, seed=seed)
    if not callable(game) and check_table(game)[1] != levels.player_count:
        raise ValueError(f"the table of the game is not one of {levels.player_count} players")
    known: Cache = {} if cache is None else cache
    before, everybody = len(known), mask_players(levels, [np.arange(levels.player_count)])
    used = np.unique(np.concatenate([everybody ^ everybody, everybody, *_list_all(levels, parts)]))
    values = value_coalitions(game, used, cache=known)
    total = values[-1] - values[0]
    found = _add_parts(levels, [_value_part(game, levels, part, cache=known) for part in parts])
    return LevelValues(
        levels=found,
        total=total,
        residual=total - found[0].value.sum(axis=0),
        coalition_count=len(used),
        run_count=len(known) - before,
    )


def _list_all(levels: Levels, parts: Sequence[Part]) -> list[Masks]:
    return [part.list_coalitions(levels) for part in parts]


def _split(levels: Levels, meets: NDArray[np.bool_] | None) -> list[Ids]:
    """Players by part; smaller tasks first, equal ones by the names of their players."""
    if meets is None:
        return [np.arange(levels.player_count)]
    label = split_players(meets)
    if len(label) != levels.player_count:
        raise ValueError(f"who meets whom is not of {levels.player_count} players")
    parts = [np.flatnonzero(label == number) for number in range(label.max() + 1)]
    return sorted(parts, key=lambda part: (count_coalitions(levels, part), int(levels.keys[part].min())))


def _plan(levels: Levels, parts: Sequence[Ids], *, max_runs: int, seed: int) -> list[Part]:
    """How each part is valued: exactly while the later ones keep their least, the others by as many pairs."""
    least = [len(list_ends(levels, part)) + LEAST_PAIRS * count_pair(len(part)) for part in parts]
    exact = [count_coalitions(levels, part) for part in parts]
    need = [min(pair) - 1 for pair in zip(least, exact, strict=True)]
    # Nobody is one coalition of all parts; everybody is one more, unless there is one part.
    left = max_runs - 1 - (len(parts) > 1)
    if left < sum(need):
        raise ValueError(f"max_runs must be at least {max_runs - left + sum(need)} for these players")
    planned = []
    for number, part in enumerate(parts):
        later = sum(need[number + 1 :])
        if exact[number] - 1 <= left - later:
            left -= exact[number] - 1
            planned.append(Part(part, None))
            continue
        spare, cost = left - later - need[number], [count_pair(len(other)) for other in parts[number:]]
        given = need[number] + spare * cost[0] // sum(cost)
        orders = plan_orders(levels, part, seed=seed, max_coalitions=given + 1)
        left -= given
        planned.append(Part(part, orders))
    return planned


@dataclass(frozen=True, slots=True)
class PartValues:
    """The values of a part's players, and what its groups at each level add first and last, float64[g, ...], groups in
    order of their numbers.
    """

    part: Part
    estimate: Estimate
    alone: tuple[Floats, ...]
    last: tuple[Floats, ...]


def _value_part(game: Game, levels: Levels, part: Part, *, cache: Cache) -> PartValues:
    whole = mask_players(levels, [part.players])
    ends = value_coalitions(game, np.concatenate([whole ^ whole, whole]), cache=cache)
    alone, last = [], []
    for level in range(len(levels.group)):
        masks = mask_players(levels, split_level(levels, part.players, level))
        alone.append(value_coalitions(game, masks, cache=cache) - ends[0])
        last.append(ends[1] - value_coalitions(game, whole ^ masks, cache=cache))
    if part.orders is None:
        exact = find_owen(game, levels, players=part.players, cache=cache)
        estimate = Estimate(exact, np.zeros((0, *exact.shape)))
    else:
        gains = sum_gains(game, part.orders, cache=cache)
        chances = find_chances(levels, part.players)
        estimate = estimate_values(gains, part.orders, alone=alone[0], last=last[0], chances=chances)
    return PartValues(part, estimate, tuple(alone), tuple(last))


def _add_parts(levels: Levels, found: Sequence[PartValues]) -> tuple[GroupValues, ...]:
    return tuple(_add_level(levels, found, level) for level in range(len(levels.group)))


def _add_level(levels: Levels, found: Sequence[PartValues], level: int) -> GroupValues:
    """The values of a level's groups, whose members may stand in several parts."""
    count, shape = levels.number_groups(level), found[0].estimate.value.shape[1:]
    value, alone, last, variance = (np.zeros((count, *shape)) for _ in range(4))
    pairs = np.zeros(count, dtype=np.int64)
    for values in found:
        group, estimate = levels.group[level, values.part.players], values.estimate
        for place, one in enumerate(np.unique(group)):
            inside = group == one
            value[one] += estimate.value[inside].sum(axis=0)
            alone[one] += values.alone[level][place]
            last[one] += values.last[level][place]
            variance[one] += (estimate.deviation[:, inside].sum(axis=1) ** 2).sum(axis=0)
            if values.part.orders is not None:
                number = len(values.part.orders.order)
                pairs[one] = min(pairs[one], number) if pairs[one] else number
    return GroupValues(value, alone, last, np.sqrt(variance), pairs)
