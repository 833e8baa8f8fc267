"""What each lever, commitment and agreement is worth of what they change together.

The players of the game are levers, nested in their commitments and those in their agreements; a group is worth the sum
of its members (Owen 1977, Winter 1989: `landbridge.kernels.owen`). Levers that cannot change a subject's indicator are
left out of its game, which gives them nothing (Shapley 1953, dummy players). A commitment of which no agreement is
known is a union of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.attribution import GroupValues, value_levels
from landbridge.kernels.coalitions import Cache, Masks
from landbridge.kernels.draws import hash_key
from landbridge.kernels.owen import Levels, mask_players, nest_players
from landbridge.kernels.shapley import find_synergies

Level = Literal["lever", "commitment", "agreement"]
LEVELS: tuple[Level, ...] = ("lever", "commitment", "agreement")
PAIRED: tuple[Level, ...] = ("lever", "commitment")
Evaluate = Callable[[NDArray[np.int64]], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Players:
    """Levers by id with the commitment and the agreement of each; the place of a lever is its bit in a coalition."""

    levers: tuple[str, ...]
    commitments: tuple[str, ...]
    agreements: tuple[str, ...]

    @property
    def everybody(self) -> int:
        """The coalition of all."""
        return (1 << len(self.levers)) - 1

    def names(self, level: Level) -> tuple[str, ...]:
        """The lever, commitment or agreement of each lever."""
        return {"lever": self.levers, "commitment": self.commitments, "agreement": self.agreements}[level]

    def pick(self, reach: int) -> Players:
        """Those whose bits stand in `reach`."""
        mine = [place for place in range(len(self.levers)) if reach >> place & 1]
        own = ([names[place] for place in mine] for names in map(self.names, LEVELS))
        return Players(*map(tuple, own))


@dataclass(frozen=True, slots=True)
class Part:
    """What one player or group is worth: `value` in the order of all, `alone` as the first, `last` as the last (NaN
    where several unions share a name), `error` the standard error of the value.
    """

    level: Level
    id: str
    value: float
    alone: float
    last: float
    error: float


@dataclass(frozen=True, slots=True)
class Pair:
    """Two players or groups: what each changes alone, both together, and what they do beyond their sum, with nobody
    else and with all others in place.
    """

    level: Level
    one: str
    other: str
    one_alone: float
    other_alone: float
    together: float
    synergy: float
    synergy_last: float


@dataclass(frozen=True, slots=True)
class Attribution:
    """The answer for one indicator of one subject; the parts of each level add up to `change`."""

    before: float
    after: float
    parts: tuple[Part, ...]
    pairs: tuple[Pair, ...]
    coalitions: int
    exact: bool
    levers: int

    @property
    def change(self) -> float:
        """What all change together."""
        return self.after - self.before

    def list_level(self, level: Level) -> tuple[Part, ...]:
        """The parts of a level."""
        return tuple(part for part in self.parts if part.level == level)


@dataclass(slots=True)
class _Game:
    """The game of the players that reach a subject, over coalitions of all."""

    bits: Masks
    evaluate: Evaluate
    cache: Cache = field(default_factory=dict)

    def run(self, coalitions: Masks) -> NDArray[np.float64]:
        """Values of coalitions of the game's own players."""
        whole = np.zeros(len(coalitions), np.int64)
        for place, bit in enumerate(self.bits.tolist()):
            whole |= np.where((coalitions >> place) & 1, bit, 0)
        return np.asarray(self.evaluate(whole), np.float64)


def attribute(
    players: Players, reach: int, evaluate: Evaluate, *, max_runs: int = 1_024, seed: int = 0
) -> Attribution:
    """What the levers whose bits stand in `reach` are worth, and their groups, in an indicator that `evaluate` gives
    for coalitions int64[m] of all players.

    Exact where `max_runs` coalitions suffice, else by orders with their reverses. Pairs are told of at most 16 players
    or groups. Raises ValueError where a value is not finite, or `max_runs` is too small.

    >>> players = Players(("rail", "port"), ("a", "b"), ("x", ""))
    >>> cost = {0: 50.0, 1: 48.0, 2: 50.0, 3: 44.0}
    >>> found = attribute(players, 3, lambda masks: [cost[mask] for mask in masks.tolist()])
    >>> [(part.id, part.value) for part in found.list_level("lever")], found.pairs[0].synergy
    ([('rail', -4.0), ('port', -2.0)], -4.0)
    """
    own = players.pick(reach)
    if not own.levers:
        value = float(evaluate(np.zeros(1, np.int64))[0])
        return Attribution(value, value, (), (), 1, True, 0)
    levels = _nest(own)
    game = _Game(
        np.array([1 << place for place in range(len(players.levers)) if reach >> place & 1]), evaluate
    )
    found = value_levels(game.run, levels, max_runs=max_runs, seed=seed, cache=game.cache)
    nobody, everybody = 0, (1 << len(own.levers)) - 1
    return Attribution(
        before=float(game.cache[nobody]),
        after=float(game.cache[everybody]),
        parts=tuple(_list_parts(own, found.levels)),
        pairs=tuple(pair for level in PAIRED for pair in _list_pairs(own, levels, game, level)),
        coalitions=found.coalition_count,
        exact=all(not one.pairs.any() for one in found.levels),
        levers=len(own.levers),
    )


MOST_PAIRED = 16


def _unions(players: Players) -> tuple[str, ...]:
    """The union of each lever: its agreement, else its commitment, under a name that no agreement has."""
    rows = zip(players.agreements, players.commitments, strict=True)
    return tuple(agreement or f"\0{commitment}" for agreement, commitment in rows)


def _nest(players: Players) -> Levels:
    partitions = [_number(players.commitments), _number(_unions(players))]
    keys = np.array([hash_key(f"lever|{lever}") for lever in players.levers], np.uint64)
    return nest_players(len(players.levers), partitions=partitions, keys=keys)


def _number(names: Sequence[str]) -> list[int]:
    """The number of each name by its first place."""
    order = {name: place for place, name in enumerate(dict.fromkeys(names))}
    return [order[name] for name in names]


def _list_parts(players: Players, found: Sequence[GroupValues]) -> Iterator[Part]:
    for level, values in zip(LEVELS, found, strict=True):
        names = list(dict.fromkeys(_unions(players) if level == "agreement" else players.names(level)))
        rows = [
            Part(
                level,
                name,
                *map(float, (values.value[k], values.alone[k], values.last[k], values.standard_error[k])),
            )
            for k, name in enumerate(names)
        ]
        known = [row for row in rows if not row.id.startswith("\0")]
        yield from known
        loose = [row for row in rows if row.id.startswith("\0")]
        if loose:
            yield _join(loose)


def _join(loose: Sequence[Part]) -> Part:
    """One part of unions that share a name; what they do alone or last is not a sum of theirs unless there is one."""
    value = sum(part.value for part in loose)
    error = float(np.sqrt(sum(part.error**2 for part in loose)))
    alone, last = (loose[0].alone, loose[0].last) if len(loose) == 1 else (float("nan"), float("nan"))
    return Part("agreement", "", value, alone, last, error)


def _list_pairs(players: Players, levels: Levels, game: _Game, level: Level) -> Iterator[Pair]:
    names = list(dict.fromkeys(players.names(level)))
    if not 2 <= len(names) <= MOST_PAIRED or (level == "commitment" and len(names) == len(players.levers)):
        return
    number = LEVELS.index(level)
    groups = [np.flatnonzero(levels.group[number] == place) for place in range(len(names))]
    blocks = mask_players(levels, groups)
    found = find_synergies(game.run, blocks, cache=game.cache)
    before = float(game.cache[0])
    alone = [float(game.cache[int(block)]) - before for block in blocks.tolist()]
    for i, one in enumerate(names):
        for j in range(i + 1, len(names)):
            together = float(game.cache[int(blocks[i] | blocks[j])]) - before
            ends = (float(found.first[i, j]), float(found.last[i, j]))
            yield Pair(level, one, names[j], alone[i], alone[j], together, *ends)


def average(found: Mapping[str, Attribution]) -> Attribution:
    """The mean over subjects: each part is the mean of its parts, 0 where it does not reach.

    Raises ValueError where there is no subject. What groups add alone or last, and pairs, stay with the subjects.
    """
    if not found:
        raise ValueError("there is no subject to average over")
    count = len(found)
    sums: dict[tuple[Level, str], list[Part]] = {}
    for one in found.values():
        for part in one.parts:
            sums.setdefault((part.level, part.id), []).append(part)
    parts = tuple(_average_parts(own, count) for own in sums.values())
    return Attribution(
        before=sum(one.before for one in found.values()) / count,
        after=sum(one.after for one in found.values()) / count,
        parts=tuple(sorted(parts, key=lambda part: LEVELS.index(part.level))),
        pairs=(),
        coalitions=sum(one.coalitions for one in found.values()),
        exact=all(one.exact for one in found.values()),
        levers=len({part.id for part in parts if part.level == "lever"}),
    )


def _average_parts(own: Sequence[Part], count: int) -> Part:
    def mean(name: str) -> float:
        return float(sum(getattr(part, name) for part in own)) / count

    # Subjects share the orders that are drawn, so that their errors may all lie on one side.
    error = sum(part.error for part in own) / count
    return Part(own[0].level, own[0].id, mean("value"), mean("alone"), mean("last"), error)
