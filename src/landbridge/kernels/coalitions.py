"""Games in coalitional form: which coalitions there are, what each is worth, and who can interact with whom.

Players are numbered from 0. A coalition is a bitmask, the sum of 2^i over its players i: int64 up to 62 players,
Python's own integers in an array of objects above. A game is either the table of all its values by bitmask,
float64[2^n, ...], or a run: a function that takes distinct bitmasks, rising, and returns the value of each. A value may
have axes of its own, such as indicators, so that one run of a model answers for all of them; they are the shape `...`
of what is computed from it.
"""

from collections.abc import Callable, MutableMapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]
Masks = NDArray[Any]
Run = Callable[[Masks], ArrayLike]
Game = Floats | Run
Cache = MutableMapping[int, Floats]

# Bits of an int64 below its sign, less one: the sum of all players is still below 2^62.
MOST_BITS = 62
MOST_BLOCKS = 24


def make_bits(player_count: int) -> Masks:
    """The bitmask of each player alone, [n]. Raises ValueError where there is no player.

    >>> make_bits(3).tolist(), make_bits(100)[99] == 2**99
    ([1, 2, 4], True)
    """
    if player_count < 1:
        raise ValueError("a game needs a player")
    kind: Any = np.int64 if player_count <= MOST_BITS else object
    return np.array([1 << player for player in range(player_count)], dtype=kind)


def join_blocks(blocks: Masks) -> Masks:
    """Unions of any of m blocks of players, [2^m]: place k holds the union of the blocks whose bits are set in k.

    `blocks` are the bitmasks of players or of groups of them, which share nobody. Raises ValueError above 24 blocks.

    >>> join_blocks(np.array([1, 6, 8])).tolist()
    [0, 1, 6, 7, 8, 9, 14, 15]
    """
    if len(blocks) > MOST_BLOCKS:
        raise ValueError(f"{len(blocks)} blocks have too many unions to list: at most {MOST_BLOCKS}")
    unions = np.zeros(1, dtype=blocks.dtype)
    for block in blocks:
        unions = np.concatenate([unions, unions | block])
    return unions


def list_members(coalitions: Masks, *, player_count: int) -> NDArray[np.bool_]:
    """Who is in each coalition, bool[m, n], for the bitmasks `coalitions` [m].

    >>> list_members(np.array([0, 5]), player_count=3).tolist()
    [[False, False, False], [True, False, True]]
    """
    bits = coalitions[:, np.newaxis] & make_bits(player_count)
    return np.asarray(bits != 0, dtype=np.bool_)


def check_table(values: ArrayLike) -> tuple[Floats, int]:
    """The table of a game, float64[2^n, ...], and its number of players n.

    Raises ValueError where its length is no power of 2 above 1, or a value is not finite.
    """
    table = np.asarray(values, dtype=np.float64)
    count = len(table) if table.ndim else 0
    if count < 2 or count & (count - 1):
        raise ValueError(f"a table of a game has 2^n values, n at least 1: not {count}")
    _check_finite(table)
    return table, count.bit_length() - 1


def value_coalitions(game: Game, coalitions: Masks, *, cache: Cache | None = None) -> Floats:
    """Values of coalitions, float64[m, ...], for the bitmasks `coalitions` [m], which may stand several times.

    A run is asked once, for the distinct coalitions that are not in `cache`, and what it answers is put there; it is
    not asked at all where all are known. A table is read. Raises ValueError where a run returns another number of
    values than it was asked for, or values of another shape than those in the cache, where a value is not finite, and
    where a bitmask is not in the table.

    >>> cache = {0: np.float64(0.0)}
    >>> value_coalitions(lambda masks: masks**2, np.array([3, 0, 3]), cache=cache).tolist(), sorted(cache)
    ([9.0, 0.0, 9.0], [0, 3])
    """
    if not callable(game):
        table = np.asarray(game, dtype=np.float64)
        _check_masks(coalitions, len(table))
        return table[coalitions.astype(np.int64)]
    known: Cache = {} if cache is None else cache
    distinct, place = np.unique(coalitions, return_inverse=True)
    new = [mask for mask in distinct.tolist() if mask not in known]
    if new:
        answers = np.asarray(game(np.array(new, dtype=coalitions.dtype)), dtype=np.float64)
        if answers.shape[:1] != (len(new),):
            raise ValueError(f"the run was asked for {len(new)} values and gave {answers.shape[:1]}")
        _check_finite(answers)
        known.update(zip(new, answers, strict=True))
    found = [known[mask] for mask in distinct.tolist()]
    if len({np.shape(value) for value in found}) > 1:
        raise ValueError("values of coalitions must have one shape: the cache is of another game")
    return np.array(found, dtype=np.float64)[place.reshape(-1)]


def tabulate_game(game: Game, blocks: Masks, *, cache: Cache | None = None) -> Floats:
    """The table of the game that m blocks of players play, float64[2^m, ...]; who is in no block stays out.

    With the players' own bits this is the whole game, with the bitmasks of groups the quotient game (Owen 1977). Raises
    ValueError as `value_coalitions` and `join_blocks` do, and for blocks that share a player.

    >>> tabulate_game(lambda masks: masks, np.array([1, 6])).tolist()
    [0.0, 1.0, 6.0, 7.0]
    """
    check_blocks(blocks)
    return value_coalitions(game, join_blocks(blocks), cache=cache)


def check_blocks(blocks: Masks) -> None:
    """Raises ValueError where two blocks share a player, one is empty, or there is none."""
    taken = 0
    for block in blocks.tolist():
        if block <= 0 or taken & block:
            raise ValueError("blocks of players must not be empty and must not share a player")
        taken |= block
    if not taken:
        raise ValueError("a game needs a player")


def split_players(meets: NDArray[np.bool_]) -> Ids:
    """The part that each player belongs to, int64[n], parts numbered by their first players.

    meets bool[n, n], symmetric: whether two players can change the same output. Players of different parts never
    interact, so that their games are played apart and the values add up (Shapley 1953, additivity). Where
    reach bool[n, outputs] says who reaches which output, meets is reach @ reach.T. Raises ValueError where `meets` is
    not square or not symmetric.

    >>> reach = np.array([[1, 0, 0], [0, 1, 0], [1, 0, 1]], dtype=bool)
    >>> split_players(reach @ reach.T).tolist()
    [0, 1, 0]
    """
    pairs = np.asarray(meets, dtype=np.bool_)
    if pairs.ndim != 2 or pairs.shape[0] != pairs.shape[1] or not len(pairs):
        raise ValueError("who meets whom is a square matrix of at least one player")
    if not np.array_equal(pairs, pairs.T):
        raise ValueError("who meets whom must be symmetric")
    _, label = connected_components(csr_matrix(pairs.astype(np.int8)), directed=False)
    _, first, inverse = np.unique(label, return_index=True, return_inverse=True)
    part: Ids = np.argsort(np.argsort(first))[inverse].astype(np.int64)
    return part


def _check_finite(values: Floats) -> None:
    if not np.isfinite(values).all():
        raise ValueError("values of coalitions must be finite")


def _check_masks(coalitions: Masks, count: int) -> None:
    if len(coalitions) and not 0 <= coalitions.min() <= coalitions.max() < count:
        raise ValueError(f"a coalition lies outside the table of {count} values")
