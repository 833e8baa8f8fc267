"""Values within a number of runs: exact where they fit, sampled above with errors that hold at their rate."""

import re
from random import Random

import numpy as np
import pytest
from game_cases import (
    CASTRO_COUNTS,
    CASTRO_VALUES,
    Floats,
    average_orders,
    count_players,
    in_one_piece,
    play_airport,
    renumber,
    share_airport,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from test_owen import nested

from landbridge.kernels.attribution import LevelValues, value_levels
from landbridge.kernels.coalitions import Cache, Masks, list_members
from landbridge.kernels.draws import hash_key
from landbridge.kernels.owen import Levels, find_owen, nest_players
from landbridge.kernels.sampled_orders import draw_orders, plan_orders, sum_gains
from landbridge.kernels.shapley import find_shapley

CLOSE = {"rtol": 0.0, "atol": 1e-12}
SEEDS = 200


class Model:
    """A run that reads a table and notes what it was asked."""

    def __init__(self, table: Floats) -> None:
        self.table = table
        self.asked: list[int] = []
        self.calls = 0

    def __call__(self, coalitions: Masks) -> Floats:
        self.asked.extend(coalitions.tolist())
        self.calls += 1
        return self.table[coalitions]


def draw_game(n: int, seed: int = 0) -> Floats:
    """Values that mix own worth, pairs, and chains of several players."""
    rng = np.random.default_rng(seed)
    members = list_members(np.arange(2**n), player_count=n)
    table = members @ rng.random(n)
    for _ in range(3 * n):
        need = rng.choice(n, rng.integers(2, 6), replace=False)
        table += members[:, need].all(axis=1) * rng.normal()
    return table


def assert_adds_up(found: LevelValues, levels: Levels) -> None:
    for level, values in enumerate(found.levels):
        np.testing.assert_allclose(values.value.sum(axis=0), found.total, rtol=1e-11, atol=1e-11)
        group = levels.group[level]
        for one in range(levels.number_groups(level)):
            members = found.levels[0].value[group == one].sum(axis=0)
            np.testing.assert_allclose(values.value[one], members, rtol=1e-11, atol=1e-11)


@given(nested())
def test_what_fits_is_exact(case: tuple[Floats, list[list[int]]]) -> None:
    table, partitions = case
    levels = nest_players(count_players(table), partitions=partitions)
    found = value_levels(table, levels)
    np.testing.assert_allclose(found.levels[0].value, average_orders(table, partitions), **CLOSE)
    assert_adds_up(found, levels)
    for level, values in enumerate(found.levels):
        assert not values.standard_error.any()
        assert not values.pairs.any()
        assert not values.find_margin().any()
        masks = [sum(1 << player for player in np.flatnonzero(levels.group[level] == one).tolist())
                 for one in range(levels.number_groups(level))]  # fmt: skip
        assert values.alone.tolist() == [table[mask] - table[0] for mask in masks]
        assert values.last.tolist() == [table[-1] - table[len(table) - 1 - mask] for mask in masks]


@pytest.mark.parametrize(
    "partitions",
    [[], [[0, 0, 0, 1, 1, 2, 2, 2, 2, 3]], [[0, 0, 1, 1, 2, 3, 3, 3, 3, 4], [0, 0, 0, 0, 0, 1, 1, 1, 1, 1]]],
)
@pytest.mark.parametrize("max_runs", [60, 90, 110])
def test_budgets_are_kept_and_each_coalition_is_asked_once(
    partitions: list[list[int]], max_runs: int
) -> None:
    levels, model = nest_players(10, partitions=partitions), Model(draw_game(10))
    cache: Cache = {}
    found = value_levels(model, levels, max_runs=max_runs, cache=cache)
    assert model.calls == 1
    assert len(model.asked) == len(set(model.asked)) == found.coalition_count == found.run_count == len(cache)
    assert max_runs - 16 < found.coalition_count <= max_runs
    assert_adds_up(found, levels)
    again = value_levels(model, levels, max_runs=max_runs, cache=cache)
    assert (model.calls, again.run_count, again.coalition_count) == (1, 0, found.coalition_count)
    np.testing.assert_array_equal(again.levels[0].value, found.levels[0].value)


def test_a_cache_of_earlier_runs_changes_no_value() -> None:
    levels, table = nest_players(10), draw_game(10)
    cache: Cache = {mask: table[mask] for mask in range(0, 1024, 3)}
    model = Model(table)
    warm, cold = (value_levels(model, levels, max_runs=200, cache=kept) for kept in (cache, {}))
    np.testing.assert_array_equal(warm.levels[0].value, cold.levels[0].value)
    assert warm.run_count < cold.run_count == warm.coalition_count


@pytest.mark.parametrize("n", [5, 8, 70])
def test_pairs_of_players_are_exact_with_the_fewest_orders(n: int) -> None:
    rng = np.random.default_rng(n)
    own, both = rng.normal(size=n), np.triu(rng.normal(size=(n, n)), 1)

    def run(coalitions: Masks) -> Floats:
        inside = list_members(coalitions, player_count=n).astype(np.float64)
        return 5.0 + inside @ own + np.einsum("mi,ij,mj->m", inside, both, inside)

    found = value_levels(run, nest_players(n), max_runs=2 + 2 * n + 4 * (n - 3))
    assert found.levels[0].pairs.tolist() == [found.levels[0].pairs[0]] * n
    assert found.levels[0].pairs[0] >= 2
    expected = own + (both.sum(axis=0) + both.sum(axis=1)) / 2.0
    np.testing.assert_allclose(found.levels[0].value, expected, rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(found.levels[0].standard_error, 0.0, atol=1e-12)


def test_one_order_and_its_reverse_give_pairs_their_values() -> None:
    both = np.triu(np.random.default_rng(1).normal(size=(8, 8)))
    members = list_members(np.arange(256), player_count=8).astype(np.float64)
    table = np.einsum("mi,ij,mj->m", members, both, members)
    orders = plan_orders(nest_players(8), np.arange(8), seed=3, max_coalitions=100)
    for gains in sum_gains(table, orders):
        np.testing.assert_allclose(gains, find_shapley(table).value, **CLOSE)


@st.composite
def tasks(draw: st.DrawFn) -> tuple[Floats, Levels, np.ndarray, int]:
    """Games of parts that do not interact, with groups that may reach over several parts, and a budget."""
    sizes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=3))
    table, meets = split_game(tuple(sizes), seed=draw(st.integers(0, 99)))
    n = sum(sizes)
    width = draw(st.integers(1, 4))
    partitions = [np.arange(n) // width, np.arange(n) // (2 * width)][: draw(st.integers(0, 2))]
    return table, nest_players(n, partitions=partitions), meets, draw(st.integers(1, 80))


@given(tasks())
def test_any_task_keeps_its_budget_or_says_what_it_needs(
    case: tuple[Floats, Levels, np.ndarray, int],
) -> None:
    table, levels, meets, max_runs = case
    model = Model(table)
    try:
        found = value_levels(model, levels, meets=meets, max_runs=max_runs)
    except ValueError as fault:
        assert not model.asked
        max_runs = int(re.findall(r"at least (\d+)", str(fault))[0])
        found = value_levels(model, levels, meets=meets, max_runs=max_runs)
        with pytest.raises(ValueError, match="max_runs"):
            value_levels(model, levels, meets=meets, max_runs=max_runs - 1)
    assert len(model.asked) == len(set(model.asked)) == found.run_count == found.coalition_count <= max_runs
    assert_adds_up(found, levels)
    values, exact = found.levels[0], find_owen(table, levels)
    sure = values.pairs == 0
    np.testing.assert_allclose(values.value[sure], exact[sure], **CLOSE)
    np.testing.assert_allclose(values.alone, table[1 << np.arange(len(exact))] - table[0], **CLOSE)
    assert (values.find_margin(0.5) <= values.find_margin(0.99)).all()


def test_a_hundred_players_are_valued_within_the_stated_error() -> None:
    costs = np.repeat(np.arange(1.0, 11.0), CASTRO_COUNTS)
    expected = np.repeat(CASTRO_VALUES, CASTRO_COUNTS)
    np.testing.assert_allclose(share_airport(costs), expected, atol=5e-9)
    found = value_levels(lambda masks: play_airport(masks, costs), nest_players(100), max_runs=40_000, seed=4)
    values = found.levels[0]
    assert found.coalition_count <= 40_000
    assert found.total == 10.0
    assert values.value.sum() == pytest.approx(10.0, abs=1e-12)
    error = np.abs(values.value - expected)
    assert (error <= 4.5 * values.standard_error).all()
    assert 0.88 <= (error <= values.find_margin()).mean() <= 1.0
    assert values.standard_error.mean() < 0.025


@pytest.mark.parametrize(
    ("partitions", "max_runs"), [([], 110), ([], 600), ([[0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2]], 150)]
)
def test_intervals_hold_the_true_value_as_often_as_they_say(
    partitions: list[list[int]], max_runs: int
) -> None:
    table = draw_game(12, seed=5)
    levels = nest_players(12, partitions=partitions)
    expected = find_owen(table, levels)
    inside, errors = [], []
    for seed in range(SEEDS):
        values = value_levels(table, levels, max_runs=max_runs, seed=seed).levels[0]
        assert values.pairs.min() >= 4
        errors.append(values.value - expected)
        inside.append(np.abs(errors[-1]) <= values.find_margin())
    assert 0.90 <= np.mean(inside) <= 0.99
    by_player = np.mean(inside, axis=0)
    assert (by_player >= 0.86).all()
    assert (by_player < 1.0).all()
    # Unbiased: the mean error lies within what so many seeds allow.
    assert (np.abs(np.mean(errors, axis=0)) < 4.5 * np.std(errors, axis=0) / np.sqrt(SEEDS)).all()


def test_errors_of_groups_hold_at_their_rate() -> None:
    table = draw_game(12, seed=6)
    levels = nest_players(12, partitions=[np.arange(12) // 2, np.arange(12) // 6])
    expected = np.bincount(levels.group[1], weights=find_owen(table, levels))
    inside = []
    for seed in range(SEEDS):
        found = value_levels(table, levels, max_runs=115, seed=seed)
        assert found.levels[1].pairs.min() >= 2
        inside.append(np.abs(found.levels[1].value - expected) <= found.levels[1].find_margin() + 1e-12)
    assert 0.90 <= np.mean(inside) <= 0.99


def test_reverses_lower_the_error() -> None:
    table = draw_game(10, seed=7)
    expected = find_shapley(table).value
    errors = {"pairs": 0.0, "single": 0.0}
    for seed in range(60):
        orders = draw_orders(nest_players(10), np.arange(10), seed=seed, first=0, count=20)
        found = [add_up(table, order) for order in orders]
        turned = [add_up(table, order[::-1]) for order in orders]
        errors["single"] += ((np.mean(found, axis=0) - expected) ** 2).sum()
        errors["pairs"] += ((np.mean(found[:10] + turned[:10], axis=0) - expected) ** 2).sum()
    assert errors["pairs"] < 0.9 * errors["single"]


def add_up(table: Floats, order: Masks) -> Floats:
    value, coalition = np.zeros(len(order)), 0
    for player in order.tolist():
        value[player] = table[coalition | 1 << player] - table[coalition]
        coalition |= 1 << player
    return value


def test_orders_are_even_and_keep_groups_together() -> None:
    plain = draw_orders(nest_players(4), np.arange(4), seed=1, first=0, count=24_000)
    _, counts = np.unique(plain, axis=0, return_counts=True)
    assert len(counts) == 24
    assert ((counts - 1000.0) ** 2 / 1000.0).sum() < 60.0
    fine, coarse = [0, 0, 1, 2, 2, 3], [0, 0, 0, 1, 1, 1]
    levels = nest_players(6, partitions=[fine, coarse])
    kept = draw_orders(levels, np.arange(6), seed=1, first=0, count=2_000)
    assert all(in_one_piece([part[player] for player in order]) for order in kept for part in (fine, coarse))
    # 2 orders of agreements, 2 of the commitments in each, 2 of the levers in each of two.
    _, counts = np.unique(kept, axis=0, return_counts=True)
    assert len(counts) == 32
    assert counts.min() > 30


def test_orders_begin_anywhere() -> None:
    levels = nest_players(7)
    whole = draw_orders(levels, np.arange(7), seed=9, first=0, count=10)
    np.testing.assert_array_equal(whole[4:], draw_orders(levels, np.arange(7), seed=9, first=4, count=6))


@given(st.randoms(use_true_random=False))
@settings(max_examples=20)
def test_numbers_of_players_do_not_matter(random: Random) -> None:
    names = np.array([hash_key(f"lever {player}") for player in range(10)], dtype=np.uint64)
    fine, table = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 3]), draw_game(10)
    places = random.sample(range(10), 10)
    back = np.argsort(places)
    moved = nest_players(10, partitions=[3 - fine[back]], keys=names[back])
    one = value_levels(table, nest_players(10, partitions=[fine], keys=names), max_runs=90, seed=2)
    two = value_levels(renumber(table, places), moved, max_runs=90, seed=2)
    assert one.levels[0].pairs.any()
    np.testing.assert_allclose(two.levels[0].value[places], one.levels[0].value, rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(two.levels[1].value[::-1], one.levels[1].value, rtol=1e-11, atol=1e-11)
    np.testing.assert_allclose(two.levels[0].standard_error[places], one.levels[0].standard_error, rtol=1e-9)


def split_game(sizes: tuple[int, ...], seed: int = 1) -> tuple[Floats, np.ndarray]:
    """A game of parts that do not interact, players of the parts in turn, and who meets whom."""
    part = np.repeat(np.arange(len(sizes)), sizes)
    np.random.default_rng(seed).shuffle(part)
    n = len(part)
    members = list_members(np.arange(2**n), player_count=n)
    table = np.full(2**n, 3.0)
    for number, size in enumerate(sizes):
        own = members[:, part == number] @ (1 << np.arange(size))
        table += (
            draw_game(size, seed=number) if size > 5 else np.random.default_rng(number).random(2**size)
        )[own]
    return table, part[:, np.newaxis] == part


def test_parts_that_do_not_interact_are_valued_apart() -> None:
    table, meets = split_game((3, 4, 2, 5))
    model = Model(table)
    levels = nest_players(14, partitions=[np.arange(14) // 2, np.arange(14) // 6])
    found = value_levels(model, levels, meets=meets)
    assert found.run_count < 8 + 16 + 4 + 32
    np.testing.assert_allclose(found.levels[0].value, find_owen(table, levels), **CLOSE)
    np.testing.assert_allclose(found.residual, 0.0, atol=1e-12)
    assert not found.levels[2].standard_error.any()
    plain = value_levels(model, nest_players(14), meets=meets)
    assert plain.coalition_count == 2 + 7 + 15 + 3 + 31
    exact = find_shapley(table)
    np.testing.assert_allclose(plain.levels[0].value, exact.value, **CLOSE)
    np.testing.assert_allclose(plain.levels[0].alone, exact.alone, **CLOSE)
    np.testing.assert_allclose(plain.levels[0].last, exact.last, **CLOSE)
    by_group = [level.last for level in value_levels(table, levels).levels]
    for one, two in zip(by_group, found.levels, strict=True):
        np.testing.assert_allclose(two.last, one, **CLOSE)


def test_small_parts_are_exact_and_large_ones_sampled() -> None:
    table, meets = split_game((3, 4, 8))
    found = value_levels(table, nest_players(15), meets=meets, max_runs=120)
    values, exact = found.levels[0], find_shapley(table).value
    large = meets.sum(axis=1) == 8
    assert found.coalition_count <= 120
    assert (values.pairs[large] >= 2).all()
    assert not values.pairs[~large].any()
    np.testing.assert_allclose(values.value[~large], exact[~large], **CLOSE)
    assert (np.abs(values.value - exact)[large] <= 5.0 * values.standard_error[large]).all()
    np.testing.assert_allclose(found.residual, 0.0, atol=1e-11)


def test_errors_of_a_group_in_two_sampled_parts_add_up() -> None:
    table, meets = split_game((8, 9))
    part = (meets.sum(axis=1) == 9).astype(int)
    third = np.empty(17, dtype=int)
    third[part == 0], third[part == 1] = [0] * 6 + [1, 2], [0] * 4 + [1] * 3 + [2] * 2
    levels = nest_players(17, partitions=[3 * part + third, third])
    found = value_levels(table, levels, meets=meets, max_runs=116)
    _, fine, coarse = found.levels
    assert (fine.pairs >= 2).all()
    assert fine.pairs[0] < fine.pairs[3]
    assert coarse.pairs.tolist() == [fine.pairs.min()] * 3
    variance = fine.standard_error**2
    assert (variance > 1e-6).all()
    np.testing.assert_allclose(coarse.standard_error**2, variance[:3] + variance[3:], rtol=1e-12)


def test_of_two_like_parts_the_same_one_is_exact_however_players_are_numbered() -> None:
    names = np.array([hash_key(f"lever {player}") for player in range(12)], dtype=np.uint64)
    table, meets = split_game((6, 6))
    one = value_levels(table, nest_players(12, keys=names), meets=meets, max_runs=100)
    assert sorted((one.levels[0].pairs > 0).tolist()) == [False] * 6 + [True] * 6
    for seed in range(6):
        places = np.random.default_rng(seed).permutation(12)
        back = np.argsort(places)
        moved = renumber(table, places.tolist())
        two = value_levels(
            moved, nest_players(12, keys=names[back]), meets=meets[np.ix_(back, back)], max_runs=100
        )
        np.testing.assert_array_equal(two.levels[0].pairs[places], one.levels[0].pairs)
        np.testing.assert_allclose(two.levels[0].value[places], one.levels[0].value, rtol=1e-11, atol=1e-11)


def test_a_wrong_split_shows() -> None:
    chain = np.zeros(16)
    chain[-1] = 8.0
    found = value_levels(chain, nest_players(4), meets=np.eye(4, dtype=bool))
    assert found.residual == 8.0


def test_several_indicators_are_valued_at_once() -> None:
    one, two = draw_game(10, seed=1), draw_game(10, seed=2)
    levels = nest_players(10, partitions=[np.arange(10) // 5])
    both = value_levels(np.stack([one, two], axis=1), levels, max_runs=100)
    assert both.levels[0].pairs.any()
    for column, table in enumerate((one, two)):
        alone = value_levels(table, levels, max_runs=100)
        for wide, narrow in zip(both.levels, alone.levels, strict=True):
            for field in ("value", "alone", "last", "standard_error"):
                np.testing.assert_allclose(getattr(wide, field)[:, column], getattr(narrow, field), **CLOSE)
            np.testing.assert_allclose(wide.find_margin()[:, column], narrow.find_margin(), **CLOSE)


def test_one_lever() -> None:
    found = value_levels(np.array([2.0, 5.0]), nest_players(1, partitions=[[0], [0]]), max_runs=2)
    assert [level.value.tolist() for level in found.levels] == [[3.0]] * 3


def test_more_runs_narrow_the_error() -> None:
    table, exact = draw_game(12, seed=8), find_shapley(draw_game(12, seed=8)).value
    few, many = (value_levels(table, nest_players(12), max_runs=runs, seed=1) for runs in (150, 1_500))
    assert many.levels[0].standard_error.mean() < 0.5 * few.levels[0].standard_error.mean()
    assert np.abs(many.levels[0].value - exact).mean() < np.abs(few.levels[0].value - exact).mean()


def test_what_is_asked_in_vain_is_refused() -> None:
    with pytest.raises(ValueError, match="max_runs must be at least 50"):
        value_levels(draw_game(10), nest_players(10), max_runs=49)
    value_levels(draw_game(10), nest_players(10), max_runs=50)
    with pytest.raises(ValueError, match="not one of 3 players"):
        value_levels(np.zeros(4), nest_players(3))
    with pytest.raises(ValueError, match="not of 3 players"):
        value_levels(np.zeros(8), nest_players(3), meets=np.eye(2, dtype=bool))
    with pytest.raises(ValueError, match="seed"):
        value_levels(draw_game(10), nest_players(10), max_runs=60, seed=-1)
