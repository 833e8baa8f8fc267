"""Coalitions are asked for once, and a game is checked before anything is computed from it."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.kernels.coalitions import (
    Cache,
    Masks,
    check_table,
    join_blocks,
    list_members,
    make_bits,
    split_players,
    tabulate_game,
    value_coalitions,
)


class Model:
    """A run that notes what it was asked."""

    def __init__(self, answer: Any = None) -> None:
        self.asked: list[int] = []
        self.calls = 0
        self.answer = answer

    def __call__(self, coalitions: Masks) -> Any:
        self.asked.extend(coalitions.tolist())
        self.calls += 1
        return np.sqrt(coalitions.astype(np.float64)) if self.answer is None else self.answer


def test_each_coalition_is_asked_once_and_kept() -> None:
    model, cache = Model(), dict[int, Any]()
    first = value_coalitions(model, np.array([4, 1, 4, 9]), cache=cache)
    second = value_coalitions(model, np.array([9, 16, 1]), cache=cache)
    assert first.tolist() == [2.0, 1.0, 2.0, 3.0]
    assert second.tolist() == [3.0, 4.0, 1.0]
    assert (model.asked, model.calls) == ([1, 4, 9, 16], 2)
    value_coalitions(model, np.array([16, 16]), cache=cache)
    assert model.calls == 2


def test_values_may_have_axes_of_their_own() -> None:
    found = value_coalitions(lambda masks: np.stack([masks, -masks], axis=1), np.array([2, 0, 2]))
    assert found.tolist() == [[2.0, -2.0], [0.0, 0.0], [2.0, -2.0]]


@given(st.integers(1, 80), st.data())
def test_members_of_coalitions_of_any_number_of_players(n: int, data: st.DataObject) -> None:
    members = data.draw(st.lists(st.lists(st.booleans(), min_size=n, max_size=n), min_size=1, max_size=4))
    bits = make_bits(n)
    masks = np.array([bits[np.array(row)].sum() for row in members], dtype=bits.dtype)
    assert list_members(masks, player_count=n).tolist() == members


def test_unions_of_blocks() -> None:
    blocks = make_bits(90)[[0, 70, 89]]
    assert join_blocks(blocks).tolist() == [a + b + c for c in (0, 2**89) for b in (0, 2**70) for a in (0, 1)]


def test_the_game_of_groups() -> None:
    table = np.arange(16.0) ** 2
    assert tabulate_game(table, np.array([5, 10])).tolist() == [0.0, 25.0, 100.0, 225.0]


def test_parts_are_what_hangs_together() -> None:
    meets = np.eye(5, dtype=bool)
    for one, two in ((1, 4), (4, 2)):
        meets[one, two] = meets[two, one] = True
    assert split_players(meets).tolist() == [0, 1, 1, 2, 1]
    assert split_players(np.ones((3, 3), dtype=bool)).tolist() == [0, 0, 0]


@pytest.mark.parametrize("table", [[], [1.0], [1.0, 2.0, 3.0], 5.0, [0.0, np.nan], [np.inf, 0.0]])
def test_tables_without_meaning_are_refused(table: Any) -> None:
    with pytest.raises(ValueError, match=r"table|finite"):
        check_table(table)


@pytest.mark.parametrize(
    ("answer", "fault"), [([1.0], "asked for 2"), (1.0, "asked for 2"), ([np.nan, 1.0], "finite")]
)
def test_answers_without_meaning_are_refused(answer: Any, fault: str) -> None:
    cache: Cache = {}
    with pytest.raises(ValueError, match=fault):
        value_coalitions(Model(answer), np.array([1, 2]), cache=cache)
    assert not cache


def test_a_cache_of_another_game_is_refused() -> None:
    with pytest.raises(ValueError, match="another game"):
        value_coalitions(Model(), np.array([0, 1]), cache={0: np.zeros(2)})


@pytest.mark.parametrize("blocks", [[], [0], [1, 3], [4, 4], [-1]])
def test_blocks_without_meaning_are_refused(blocks: list[int]) -> None:
    with pytest.raises(ValueError, match="player"):
        tabulate_game(Model(), np.array(blocks, dtype=np.int64))


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 24"):
        join_blocks(make_bits(25))
    with pytest.raises(ValueError, match="outside the table"):
        value_coalitions(np.zeros(4), np.array([4]))
    with pytest.raises(ValueError, match="needs a player"):
        make_bits(0)


@pytest.mark.parametrize("meets", [np.zeros((0, 0)), np.ones((2, 3)), np.ones(3), np.triu(np.ones((2, 2)))])
def test_meetings_without_meaning_are_refused(meets: Any) -> None:
    with pytest.raises(ValueError, match="who meets whom"):
        split_players(meets)
