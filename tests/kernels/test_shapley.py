"""Shapley values and interactions against all orders, the axioms, and published answers."""

from collections.abc import Sequence
from math import comb
from random import Random

import numpy as np
import pytest
from game_cases import (
    Floats,
    average_orders,
    count_players,
    games,
    index_pairs,
    play_airport,
    renumber,
    share_airport,
    vote,
)
from hypothesis import given
from hypothesis import strategies as st

from landbridge.kernels.coalitions import list_members
from landbridge.kernels.shapley import (
    find_interactions,
    find_shapley,
    find_synergies,
    weigh_coalitions,
    weigh_sizes,
)

CLOSE = {"rtol": 0.0, "atol": 1e-12}
EEC = ([4, 4, 4, 2, 2, 1], 12)


@given(games())
def test_values_are_means_over_all_orders(table: Floats) -> None:
    np.testing.assert_allclose(find_shapley(table).value, average_orders(table), **CLOSE)


@given(games())
def test_interactions_are_the_sums_of_their_definition(table: Floats) -> None:
    np.testing.assert_allclose(find_interactions(table), index_pairs(table), **CLOSE)


@given(games())
def test_values_add_up_to_the_whole(table: Floats) -> None:
    assert find_shapley(table).value.sum() == pytest.approx(table[-1] - table[0], abs=1e-12)


@given(games(most=5), st.integers(-9, 9))
def test_who_adds_the_same_to_all_gets_that_and_meets_nobody(table: Floats, worth: int) -> None:
    wider = np.concatenate([table, table + worth])
    assert find_shapley(wider).value[-1] == pytest.approx(worth, abs=1e-12)
    np.testing.assert_allclose(find_shapley(wider).value[:-1], find_shapley(table).value, **CLOSE)
    assert not find_interactions(wider)[-1].any()


def test_a_dummy_gets_nothing_to_the_last_bit() -> None:
    table = np.random.default_rng(3).random(2**9) * 1e9
    assert find_shapley(np.concatenate([table, table])).value[-1] == 0.0


@given(games(), st.randoms(use_true_random=False))
def test_numbers_of_players_do_not_matter(table: Floats, random: Random) -> None:
    places = list(range(count_players(table)))
    random.shuffle(places)
    moved = renumber(table, places)
    np.testing.assert_allclose(find_shapley(moved).value[places], find_shapley(table).value, **CLOSE)
    index = find_interactions(moved)[np.ix_(places, places)]
    np.testing.assert_allclose(index, find_interactions(table), **CLOSE)


@given(games(), st.integers(0, 2**32))
def test_values_of_a_sum_are_sums(table: Floats, seed: int) -> None:
    other = np.random.default_rng(seed).integers(-9, 9, len(table)).astype(np.float64)
    both = find_shapley(2.0 * table + other).value
    np.testing.assert_allclose(both, 2.0 * find_shapley(table).value + find_shapley(other).value, **CLOSE)


@given(games())
def test_in_a_monotone_game_nobody_loses(table: Floats) -> None:
    n = count_players(table)
    cover = np.array([[S & T == T for T in range(2**n)] for S in range(2**n)])
    monotone = np.where(cover, table, -np.inf).max(axis=1)
    found = find_shapley(monotone)
    assert (found.value >= -1e-12).all()
    assert (found.alone >= 0.0).all()
    assert (found.last >= 0.0).all()


@given(games())
def test_several_indicators_at_once(table: Floats) -> None:
    many = np.stack([table, table**2, -table], axis=1).reshape(len(table), 3, 1)
    for column, one in enumerate((table, table**2, -table)):
        np.testing.assert_allclose(find_shapley(many).value[:, column, 0], find_shapley(one).value, **CLOSE)
        np.testing.assert_allclose(find_interactions(many)[..., column, 0], find_interactions(one), **CLOSE)
        synergies = find_synergies(many, 1 << np.arange(count_players(table)))
        assert synergies.last.shape == (count_players(table),) * 2 + (3, 1)


@given(games())
def test_first_and_last(table: Floats) -> None:
    n, full = count_players(table), len(table) - 1
    found, pairs = find_shapley(table), find_synergies(table, 1 << np.arange(n))
    for i in range(n):
        one = 1 << i
        assert found.alone[i] == table[one] - table[0]
        assert found.last[i] == table[full] - table[full ^ one]
        for j in set(range(n)) - {i}:
            two = 1 << j
            assert pairs.first[i, j] == table[one | two] - table[one] - table[two] + table[0]
            assert (
                pairs.last[i, j]
                == table[full] - table[full ^ one] - table[full ^ two] + table[full ^ (one | two)]
            )
    assert not pairs.first.diagonal().any()
    assert not pairs.last.diagonal().any()


@pytest.mark.parametrize(
    ("costs", "shares"),
    [
        ([8, 11, 13, 18], [2, 3, 4, 9]),
        ([40, 50, 60, 70, 80, 90], np.array([40, 52, 67, 87, 117, 177]) / 6),
    ],
)
def test_airports(costs: list[float], shares: Floats) -> None:
    paid = np.array(costs, dtype=np.float64)
    table = play_airport(np.arange(2 ** len(paid)), paid)
    np.testing.assert_allclose(find_shapley(table).value, shares, rtol=1e-13)
    np.testing.assert_allclose(share_airport(paid), shares, rtol=1e-13)


@pytest.mark.parametrize(
    ("weights", "quota", "shares"),
    [
        ([7] * 5 + [1] * 10, 39, [421 / 2145] * 5 + [4 / 2145] * 10),
        ([4, 3, 2, 1], 6, [5 / 12, 3 / 12, 3 / 12, 1 / 12]),
        (*EEC, [14 / 60, 14 / 60, 14 / 60, 9 / 60, 9 / 60, 0.0]),
    ],
    ids=["Security Council", "6; 4, 3, 2, 1", "EEC 1958"],
)
def test_votes(weights: list[int], quota: int, shares: Sequence[float]) -> None:
    np.testing.assert_allclose(find_shapley(vote(weights, quota)).value, shares, rtol=1e-12, atol=1e-15)


def test_gloves() -> None:
    members = list_members(np.arange(8), player_count=3)
    table = np.minimum(members[:, :2].sum(axis=1), members[:, 2])
    np.testing.assert_allclose(find_shapley(table).value, [1 / 6, 1 / 6, 4 / 6], rtol=1e-14)


@pytest.mark.parametrize("n", range(2, 11))
def test_links_of_a_chain_share_alike_and_need_each_other(n: int) -> None:
    # With T = N in the unanimity game u_T the index is 1 / (t - 1) for every pair (Grabisch and Roubens 1999).
    table = np.zeros(2**n)
    table[-1] = 7.0
    np.testing.assert_allclose(find_shapley(table).value, 7.0 / n, rtol=1e-13)
    index = find_interactions(table)
    np.testing.assert_allclose(index[~np.eye(n, dtype=bool)], 7.0 / (n - 1), rtol=1e-13)
    synergies = find_synergies(table, 1 << np.arange(n))
    assert synergies.last[0, 1] == 7.0
    assert synergies.first[0, 1] == (7.0 if n == 2 else 0.0)


@pytest.mark.parametrize("n", [14, 17])
def test_many_players_against_the_sum_over_sizes(n: int) -> None:
    # v = f(s) + a_i of the members: each gets f(n) / n + a_i, and any pair has the mean second difference of f.
    sizes = list_members(np.arange(2**n), player_count=n).sum(axis=1)
    own, f = np.random.default_rng(n).random(n), np.arange(n + 1.0) ** 3
    table = f[sizes] + list_members(np.arange(2**n), player_count=n) @ own
    np.testing.assert_allclose(find_shapley(table).value, f[-1] / n + own, rtol=1e-11)
    index = find_interactions(table)
    np.testing.assert_allclose(index[0, 1:], np.diff(f, 2).mean(), rtol=1e-9)


def test_groups_need_each_other_as_wholes() -> None:
    # The small three reach the quota with any large one, as the large three do: at the end each backs the other.
    blocks = np.array([1, 2, 4, 8 + 16 + 32])
    pairs = find_synergies(vote([3, 3, 3, 2, 2, 1], 8), blocks)
    assert pairs.first[3].tolist() == [1.0, 1.0, 1.0, 0.0]
    assert pairs.first[0].tolist() == [0.0, 0.0, 0.0, 1.0]
    assert pairs.last[3].tolist() == [-1.0, -1.0, -1.0, 0.0]


@pytest.mark.parametrize("n", range(1, 12))
def test_weights_are_shares_of_the_orders(n: int) -> None:
    by_size = [comb(n - 1, size) * weight for size, weight in enumerate(weigh_sizes(n))]
    np.testing.assert_allclose(by_size, 1.0 / n, rtol=1e-15)
    assert weigh_coalitions(n).sum() == pytest.approx(1.0)


@pytest.mark.parametrize("table", [[1.0], [1.0, 2.0, 3.0], [0.0, np.nan]])
def test_games_without_meaning_are_refused(table: list[float]) -> None:
    for method in (find_shapley, find_interactions):
        with pytest.raises(ValueError, match=r"table|finite"):
            method(table)
