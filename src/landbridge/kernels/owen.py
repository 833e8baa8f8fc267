"""Who is worth what where players stand in groups, and groups in groups: Owen's value and its levels.

Groups come one after the other, and so do the players of a group: the value is what a player adds on average over
the orders in which every group stays together (Owen 1977, Values of games with a priori unions; Winter 1989, A value
for cooperative games with levels structure of cooperation). So a group's value is the sum of its members', and the
Shapley value of the game that the groups play as wholes (the quotient game); without groups it is Shapley's.

It needs far fewer coalitions than 2^n: all others of a group stand in whole groups, all others of its siblings too.
For u groups, of which group k holds p_k players, they are 2^u + sum of 2^(u - 1) (2^p_k - 2).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from landbridge.kernels.coalitions import (
    Cache,
    Floats,
    Game,
    Ids,
    Masks,
    join_blocks,
    make_bits,
    value_coalitions,
)
from landbridge.kernels.shapley import find_shapley, weigh_coalitions


@dataclass(frozen=True, slots=True)
class Levels:
    """n players in nested groups.

    `group` int64[levels + 1, n]: row 0 the players themselves, each row below the group of each player, from fine to
    coarse. `keys` uint64[n]: the names of the players for random orders, so that these do not depend on numbers.
    """

    group: Ids
    keys: NDArray[np.uint64]

    @property
    def player_count(self) -> int:
        """Number of players n."""
        return len(self.keys)

    def number_groups(self, level: int) -> int:
        """Number of groups at a level; at level 0 that of players."""
        return int(self.group[level].max()) + 1


@dataclass(frozen=True, slots=True)
class Block:
    """Players that play one game with each other while all others stand in whole groups.

    `players` int64[p]; `outer` [w], bitmasks of the others that may be in place; `weight` float64[w], how often they
    are, which adds up to 1.
    """

    players: Ids
    outer: Masks
    weight: Floats

    def list_coalitions(self, bits: Masks) -> Masks:
        """All coalitions of the block's game, [w 2^p]; `bits` [n] are the bitmasks of all players."""
        return (self.outer[:, np.newaxis] | join_blocks(bits[self.players])).ravel()


def nest_players(
    player_count: int, *, partitions: Sequence[ArrayLike] = (), keys: ArrayLike | None = None
) -> Levels:
    """Players in nested groups, such as levers in commitments in agreements.

    Each of `partitions`, from fine to coarse, gives the group of each player, int[n], numbers from 0 without a gap.
    `keys` uint64[n] are hashes of the players' names, distinct (default: their numbers). Raises ValueError for
    partitions of another length, with a gap, or that tear a finer group apart, and for keys that are not distinct.

    >>> levels = nest_players(4, partitions=[[0, 0, 1, 2], [0, 0, 0, 1]])
    >>> levels.group.tolist()
    [[0, 1, 2, 3], [0, 0, 1, 2], [0, 0, 0, 1]]
    """
    make_bits(player_count)
    rows: list[Ids] = [np.arange(player_count)]
    for partition in partitions:
        row = np.asarray(partition)
        if row.shape != (player_count,) or not np.issubdtype(row.dtype, np.integer):
            raise ValueError(
                f"a partition gives the whole number of a group to each of {player_count} players"
            )
        if not np.array_equal(np.unique(row), np.arange(row.max() + 1)):
            raise ValueError("groups of a partition must be numbered from 0 without a gap")
        pairs = np.unique(np.stack([rows[-1], row.astype(np.int64)]), axis=1)
        if pairs.shape[1] > rows[-1].max() + 1:
            raise ValueError("a group must lie within one group of the next coarser partition")
        rows.append(row.astype(np.int64))
    named = np.arange(player_count) if keys is None else np.asarray(keys)
    if named.shape != (player_count,) or len(np.unique(named)) < player_count:
        raise ValueError(f"keys must be {player_count} distinct whole numbers")
    return Levels(np.stack(rows), named.astype(np.uint64))


def list_blocks(levels: Levels, players: Ids) -> Iterator[Block]:
    """The games within the finest groups of some `players` int64[p], which play apart from all others."""
    bits = make_bits(levels.player_count)
    return _list_inside(levels, Block(players, np.zeros(1, bits.dtype), np.ones(1)), len(levels.group) - 1)


def _list_inside(levels: Levels, block: Block, level: int) -> Iterator[Block]:
    if level == 0:
        yield block
        return
    inside = split_level(levels, block.players, level)
    masks = mask_players(levels, inside)
    weight = np.multiply.outer(block.weight, weigh_coalitions(len(inside))).ravel()
    for number, players in enumerate(inside):
        others = join_blocks(np.delete(masks, number))
        outer = (block.outer[:, np.newaxis] | others).ravel()
        yield from _list_inside(levels, Block(players, outer, weight), level - 1)


def split_level(levels: Levels, players: Ids, level: int) -> list[Ids]:
    """Some players by their groups at a level, in order of the groups' numbers."""
    group = levels.group[level, players]
    return [players[group == number] for number in np.unique(group)]


def mask_players(levels: Levels, sets: Sequence[Ids]) -> Masks:
    """Bitmasks of sets of players, [len(sets)]."""
    bits = make_bits(levels.player_count)
    return np.array([bits[players].sum() for players in sets], dtype=bits.dtype)


def count_coalitions(levels: Levels, players: Ids | None = None) -> int:
    """How many coalitions the exact values of some `players` (default: all) rest on, with nobody and all counted.

    >>> count_coalitions(nest_players(10)), count_coalitions(nest_players(10, partitions=[np.arange(10) // 5]))
    (1024, 124)
    """
    chosen = np.arange(levels.player_count) if players is None else players
    return _count_inside(levels, chosen, len(levels.group) - 1)


def _count_inside(levels: Levels, players: Ids, level: int) -> int:
    if level == 0:
        return 1 << len(players)
    inside = split_level(levels, players, level)
    within = sum(_count_inside(levels, part, level - 1) - 2 for part in inside)
    return (1 << len(inside)) + (1 << (len(inside) - 1)) * within


def find_owen(
    game: Game, levels: Levels, *, players: Ids | None = None, cache: Cache | None = None
) -> Floats:
    """Exact values of some players by levels, float64[p, ...], in the unit of the game's values.

    A run is asked for the `count_coalitions` coalitions of `players` (default: all), less those in `cache`, at once.
    Raises ValueError as `value_coalitions` does.

    >>> gloves = np.array([0, 0, 0, 0, 0, 1, 1, 1])  # players 0 and 1 hold left gloves, player 2 a right one
    >>> find_owen(gloves, nest_players(3, partitions=[[0, 1, 0]])).tolist()
    [0.25, 0.0, 0.75]
    """
    chosen = np.arange(levels.player_count) if players is None else players
    bits = make_bits(levels.player_count)
    blocks = list(list_blocks(levels, chosen))
    asked = [block.list_coalitions(bits) for block in blocks]
    found = value_coalitions(game, np.concatenate(asked), cache=cache)
    value = np.empty((levels.player_count, *found.shape[1:]))
    ends = np.cumsum([len(part) for part in asked])
    for block, values in zip(blocks, np.split(found, ends[:-1]), strict=True):
        table = values.reshape(len(block.weight), -1)
        met = np.einsum("w,wk->k", block.weight, table).reshape(-1, *found.shape[1:])
        value[block.players] = find_shapley(met).value
    return value[chosen]
