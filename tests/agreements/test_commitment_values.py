"""Values of levers, commitments and agreements against all orders of a small game, and what their rows say."""

from __future__ import annotations

import math
from itertools import groupby, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from landbridge.agreements.attribution import (
    LEVELS,
    Attribution,
    Level,
    Part,
    Players,
    attribute,
    average,
)
from landbridge.agreements.register import read_register
from landbridge.agreements.status import judge_all
from landbridge.agreements.value_rows import (
    UNKNOWN_AGREEMENT,
    Told,
    delay_rows,
    pair_rows,
    part_rows,
    total_row,
)

from register_rows import DAY, frames, promise, report, signed  # isort: skip

# Four levers in three commitments; two of these stand in one agreement, of the third none is known.
PLAYERS = Players(("l0", "l1", "l2", "l3"), ("c0", "c0", "c1", "c2"), ("a", "a", "a", ""))
GAMES = st.lists(st.integers(-1000, 1000), min_size=16, max_size=16)
TOLD = Told("transport_cost", "flow", "A - B", "flow", "USD/t", "less", 6_000.0)


def play(table: list[int]) -> Attribution:
    return attribute(PLAYERS, 15, lambda masks: [float(table[mask]) for mask in masks.tolist()])


def enter_together(order: tuple[int, ...]) -> bool:
    """Whether the members of each commitment, and those of each agreement, come one after another."""
    unions = ("a", "a", "a", "c2")
    entered = ([names[player] for player in order] for names in (PLAYERS.commitments, unions))
    return all(len(set(names)) == len([*groupby(names)]) for names in entered)


def value_by_orders(table: list[int]) -> list[float]:
    """Owen's value (1977) by its definition: the mean gain over all orders in which groups enter together."""
    orders = [order for order in permutations(range(4)) if enter_together(order)]
    gains = [0.0] * 4
    for order in orders:
        mask = 0
        for player in order:
            gains[player] += table[mask | 1 << player] - table[mask]
            mask |= 1 << player
    return [gain / len(orders) for gain in gains]


@given(GAMES)
@settings(max_examples=60, deadline=None)
def test_levers_are_worth_their_mean_gain_over_all_orders_of_groups(table: list[int]) -> None:
    found = play(table).list_level("lever")
    # Sums of a few integers: only rounding differs.
    assert [part.value for part in found] == pytest.approx(value_by_orders(table), abs=1e-9)


@given(GAMES)
@settings(max_examples=60, deadline=None)
def test_the_parts_of_each_level_add_up_to_the_change(table: list[int]) -> None:
    found = play(table)
    assert found.change == table[15] - table[0]
    for level in LEVELS:
        assert sum(part.value for part in found.list_level(level)) == pytest.approx(found.change, abs=1e-9)


@given(GAMES)
@settings(max_examples=60, deadline=None)
def test_first_and_last_and_pairs_are_differences_of_the_game(table: list[int]) -> None:
    found = play(table)
    for part in found.list_level("lever"):
        bit = 1 << PLAYERS.levers.index(part.id)
        assert (part.alone, part.last) == (table[bit] - table[0], table[15] - table[15 ^ bit])
    for pair in (pair for pair in found.pairs if pair.level == "lever"):
        one, other = (1 << PLAYERS.levers.index(name) for name in (pair.one, pair.other))
        assert pair.together == table[one | other] - table[0]
        assert pair.synergy == table[one | other] - table[one] - table[other] + table[0]
        rest = 15 ^ one ^ other
        assert pair.synergy_last == table[15] - table[15 ^ one] - table[15 ^ other] + table[rest]


def test_a_commitment_s_first_and_last_are_those_of_all_its_levers() -> None:
    table = [mask * mask for mask in range(16)]
    part = next(part for part in play(table).list_level("commitment") if part.id == "c0")
    assert (part.alone, part.last) == (table[3] - table[0], table[15] - table[12])


def test_commitments_without_an_agreement_are_unions_of_their_own_under_one_name() -> None:
    players = Players(("x", "y"), ("c", "d"), ("", ""))
    found = attribute(players, 3, lambda masks: [float(mask == 3) for mask in masks.tolist()])
    (part,) = found.list_level("agreement")
    assert (part.id, part.value) == ("", 1.0)
    assert math.isnan(part.alone)
    assert math.isnan(part.last)


def test_levers_out_of_reach_are_never_asked_for() -> None:
    asked: list[int] = []

    def evaluate(masks: NDArray[np.int64]) -> list[float]:
        asked.extend(masks.tolist())
        return [float(mask & 4) for mask in masks.tolist()]

    found = attribute(PLAYERS, 0b0110, evaluate)
    assert set(asked) <= {0, 2, 4, 6}
    assert [(part.id, part.value) for part in found.list_level("lever")] == [("l1", 0.0), ("l2", 4.0)]
    assert attribute(PLAYERS, 0, evaluate).change == 0.0


def test_above_the_bound_orders_are_drawn_and_still_add_up() -> None:
    count = 12
    players = Players(
        tuple(f"l{k}" for k in range(count)), tuple(f"c{k}" for k in range(count)), ("a",) * count
    )

    def evaluate(masks: NDArray[np.int64]) -> list[float]:
        return [float(mask.bit_count() ** 3) for mask in masks.tolist()]

    found = attribute(players, players.everybody, evaluate, max_runs=200, seed=3)
    assert not found.exact
    assert found.coalitions <= 200
    parts = found.list_level("lever")
    assert sum(part.value for part in parts) == pytest.approx(count**3, rel=1e-12)
    # All levers are alike, so each is worth the same: the true value lies within four standard errors of each.
    assert all(abs(part.value - count**2) <= 4 * part.error + 1e-9 for part in parts)


def test_a_mean_over_subjects_is_the_mean_of_the_parts_with_none_where_a_lever_does_not_reach() -> None:
    one = attribute(PLAYERS, 1, lambda masks: [10.0 - 4.0 * (mask & 1) for mask in masks.tolist()])
    other = attribute(PLAYERS, 2, lambda masks: [20.0 - 3.0 * (mask & 2) for mask in masks.tolist()])
    found = average({"f": one, "g": other})
    assert {part.id: part.value for part in found.list_level("lever")} == {"l0": -2.0, "l1": -3.0}
    assert (found.before, found.after) == (15.0, 10.0)
    with pytest.raises(ValueError, match="no subject"):
        average({})


def bare(change: float, level: Level = "commitment", name: str = "a") -> Attribution:
    part = Part(level, name, change, alone=change / 2, last=change, error=0.0)
    return Attribution(100.0, 100.0 + change, (part,), (), 2, exact=True, levers=1)


def test_ranges_are_the_least_and_the_greatest_of_three_evaluations() -> None:
    sizes = {"central": bare(-10.0), "weak": bare(-4.0), "strong": bare(-25.0)}
    total = total_row(TOLD, sizes)
    assert (total["change"], total["low"], total["high"]) == (-10.0, -25.0, -4.0)
    (part,) = part_rows(TOLD, sizes, {("commitment", "a"): "The promise"})
    assert (part["title"], part["low"], part["high"]) == ("The promise", -25.0, -4.0)
    alone = total_row(TOLD, {"central": bare(-10.0)})
    assert math.isnan(alone["low"])


def test_a_part_of_no_known_agreement_is_called_so() -> None:
    (part,) = part_rows(TOLD, {"central": bare(-1.0, "agreement", "")}, {})
    assert part["title"] == UNKNOWN_AGREEMENT


def test_pairs_that_only_work_together_come_first_and_indifferent_ones_are_left_out() -> None:
    table = [100 - 7 * (mask & 3 == 3) - (mask & 8 == 8) for mask in range(16)]
    rows = list(pair_rows(TOLD, play(table), {}))
    first = rows[0]
    assert (first["one"], first["other"], first["together"], first["synergy"]) == ("l0", "l1", -7.0, -7.0)
    assert [row for row in rows if row["level"] == "lever"] == [first]


def test_a_delay_costs_a_twelfth_of_a_year_s_tonnes_and_kept_commitments_cost_nothing() -> None:
    rows = frames(
        agreements=[signed()],
        commitments=[promise("a", agreement="doc"), promise("kept")],
        status_reports=[report("met", "2025-12", commitment="kept")],
    )
    statuses = judge_all(read_register(rows, as_of=DAY))
    (row,) = delay_rows(TOLD, bare(-10.0), statuses)
    assert (row["commitment"], row["agreement"], row["unrealised"], row["next"]) == ("a", "doc", -10.0, -5.0)
    assert (row["month"], row["month_per_1000t"]) == (10.0 * 6_000.0 / 12.0, 10_000.0)
    assert not list(delay_rows(TOLD, bare(-10.0, name="kept"), statuses))
    assert not list(delay_rows(TOLD, bare(0.0), statuses))
