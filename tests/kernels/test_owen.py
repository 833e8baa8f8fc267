"""Values by levels against all orders in which groups stay together, published answers, and the quotient game."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from game_cases import Floats, average_orders, count_players, games, play_airport, vote
from hypothesis import given
from hypothesis import strategies as st

from landbridge.kernels.coalitions import Masks, make_bits, tabulate_game
from landbridge.kernels.owen import count_coalitions, find_owen, mask_players, nest_players
from landbridge.kernels.shapley import find_shapley

CLOSE = {"rtol": 0.0, "atol": 1e-12}
GLOVES = np.array([0, 0, 0, 0, 0, 1, 1, 1], dtype=np.float64)


def number(labels: Sequence[int]) -> list[int]:
    """Labels as numbers from 0 without a gap."""
    return np.unique(labels, return_inverse=True)[1].tolist()


@st.composite
def nested(draw: st.DrawFn, *, most: int = 6) -> tuple[Floats, list[list[int]]]:
    """A game with none, one or two nested partitions of its players."""
    table = draw(games(most=most))
    n = count_players(table)
    groups = st.lists(st.integers(0, 3), min_size=n, max_size=n)
    fine = number(draw(groups))
    coarse_of = draw(st.lists(st.integers(0, 2), min_size=n, max_size=n))
    coarse = number([coarse_of[group] for group in fine])
    return table, [fine, coarse][: draw(st.integers(0, 2))]


@given(nested())
def test_values_are_means_over_the_orders_that_keep_groups_together(
    case: tuple[Floats, list[list[int]]],
) -> None:
    table, partitions = case
    levels = nest_players(count_players(table), partitions=partitions)
    np.testing.assert_allclose(find_owen(table, levels), average_orders(table, partitions), **CLOSE)


@given(nested())
def test_groups_get_the_shapley_values_of_their_own_game(case: tuple[Floats, list[list[int]]]) -> None:
    table, partitions = case
    n = count_players(table)
    levels = nest_players(n, partitions=partitions)
    group = levels.group[-1]
    sums = np.bincount(group, weights=find_owen(table, levels))
    masks = mask_players(levels, [np.flatnonzero(group == one) for one in range(len(sums))])
    np.testing.assert_allclose(sums, find_shapley(tabulate_game(table, masks)).value, **CLOSE)


@given(nested())
def test_only_the_counted_coalitions_are_asked(case: tuple[Floats, list[list[int]]]) -> None:
    table, partitions = case
    asked: list[int] = []

    def run(coalitions: Masks) -> Floats:
        asked.extend(coalitions.tolist())
        return table[coalitions]

    levels = nest_players(count_players(table), partitions=partitions)
    np.testing.assert_array_equal(find_owen(run, levels), find_owen(table, levels))
    assert len(asked) == len(set(asked)) == count_coalitions(levels)


@pytest.mark.parametrize("n", range(1, 7))
def test_groups_of_one_and_one_group_of_all_change_nothing(n: int) -> None:
    table = np.random.default_rng(n).random(2**n)
    plain = find_shapley(table).value
    for partitions in ([list(range(n))], [[0] * n], [list(range(n)), [0] * n]):
        np.testing.assert_allclose(find_owen(table, nest_players(n, partitions=partitions)), plain, **CLOSE)
        assert count_coalitions(nest_players(n, partitions=partitions)) == 2**n


@pytest.mark.parametrize(
    ("unions", "shares"), [([0, 0, 1], [1 / 4, 1 / 4, 1 / 2]), ([0, 1, 0], [1 / 4, 0.0, 3 / 4])]
)
def test_gloves_in_unions(unions: list[int], shares: list[float]) -> None:
    found = find_owen(GLOVES, nest_players(3, partitions=[unions]))
    np.testing.assert_allclose(found, shares, rtol=0.0, atol=1e-15)


def test_landings_of_airlines() -> None:
    # Airlines whose movements all cost the same play the airport of three; their movements share alike (Owen 1977).
    costs = np.repeat(np.arange(1.0, 4.0), (3, 2, 4))
    airline = np.repeat([0, 1, 2], (3, 2, 4))
    levels = nest_players(9, partitions=[airline])
    found = find_owen(lambda masks: play_airport(masks, costs), levels)
    np.testing.assert_allclose(np.bincount(airline, weights=found), [1 / 3, 5 / 6, 11 / 6], rtol=1e-13)
    np.testing.assert_allclose(found[airline == 2], 11 / 24, rtol=1e-13)


def test_many_players_in_small_groups_need_few_coalitions() -> None:
    # 72 players, two in each of 36 commitments, four of which make an agreement: nine agreements, of links all needed.
    commitment, agreement = np.arange(72) // 2, np.arange(72) // 8
    levels = nest_players(72, partitions=[commitment, agreement])
    assert count_coalitions(levels) == 2**9 + 2**8 * 9 * (2**4 + 2**3 * 4 * 2 - 2)
    whole = make_bits(72).sum()
    found = find_owen(lambda masks: np.where(masks == whole, 72.0, 0.0), levels)
    np.testing.assert_allclose(found, 1.0, rtol=1e-12)


def test_security_council_with_the_permanent_members_as_a_union() -> None:
    # The union has a veto and needs four of ten others: it comes fifth or later among the eleven, so it gets 7 / 11.
    unions = [0] * 5 + list(range(1, 11))
    found = find_owen(vote([7] * 5 + [1] * 10, 39), nest_players(15, partitions=[unions]))
    np.testing.assert_allclose(found[:5], 7 / 55, rtol=1e-12)
    np.testing.assert_allclose(found[5:], 4 / 110, rtol=1e-12)


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"partitions": [[0, 1]]}, "to each of 3"),
        ({"partitions": [[0.0, 1.0, 0.0]]}, "whole number"),
        ({"partitions": [[0, 2, 2]]}, "gap"),
        ({"partitions": [[-1, 0, 1]]}, "gap"),
        ({"partitions": [[0, 0, 1], [0, 1, 1]]}, "within one group"),
        ({"keys": [1, 2]}, "keys"),
        ({"keys": [1, 2, 1]}, "keys"),
    ],
)
def test_groups_without_meaning_are_refused(given: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValueError, match=fault):
        nest_players(3, **given)
