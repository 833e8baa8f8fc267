"""Ranges of a route: draws agree with the itemised means, with an independent simulation, and with nothing else."""

import random
from dataclasses import replace

import numpy as np
import pytest
from invented_world import Tables, ask, change_rows, make_table

from landbridge.kernels.monte_carlo import simulate_route
from landbridge.network import simulate
from landbridge.network.items import Item
from landbridge.network.simulate import simulate_items
from landbridge.network.steps import Options
from landbridge.sources.world import World

Z90 = 1.2815515655446004


@pytest.fixture(scope="module")
def items(small_world: World, small_tables: Tables) -> tuple[Item, ...]:
    """A route by rail that waits, crosses a border and changes gauge, with times and costs that vary."""
    return route_items(small_world, spread(small_tables), mode="")


def spread(tables: Tables) -> Tables:
    """The invented tables with long tails: median as before, the slow tenth three times as long, least a half."""
    rows = [
        {**row, "time_min": row["time_p50"] / 2, "time_p90": row["time_p50"] * 3, "quality": "estimated"}
        for row in tables["operations"].to_dict("records")
    ]
    tables = {**tables, "operations": make_table("operations", rows)}
    tables = change_rows(tables, "speeds", "r", speed_max=60.0, speed_p10=12.0)
    return change_rows(tables, "rates", "r", p10=0.4, p90=3.0)


def route_items(world: World, tables: Tables, *, mode: str) -> tuple[Item, ...]:
    result = ask(world, tables, options=Options(by=("cost",), mode=mode, corridors=False))
    items: tuple[Item, ...] = result.workspace["answers"]["f"].routes[0].items
    return items


def test_means_of_the_draws_are_the_itemised_means(items: tuple[Item, ...]) -> None:
    """Within four standard errors, which one run in 16,000 would miss; the seed is fixed."""
    draws = 40_000
    drawn = simulate_route(
        simulate._time_rows(items, 0.0),
        simulate._cost_rows(items, 0.0),
        item_count=len(items),
        seed=3,
        draws=draws,
    )
    for mean, variance, name in (
        (drawn.time_mean, drawn.time_variance, "time"),
        (drawn.cost_mean, drawn.cost_variance, "cost"),
    ):
        expected = sum(getattr(item, name) for item in items)
        assert abs(mean - expected) < 4.0 * np.sqrt(variance / draws)
        assert variance > 0


def test_ranges_agree_with_an_independent_simulation(items: tuple[Item, ...]) -> None:
    """A plain simulation by numpy; quantiles of 60,000 draws stand within 2 % of each other."""
    luck = np.random.default_rng(20260701)
    draws = 60_000
    shared: dict[tuple[str, ...], np.ndarray] = {}
    time, cost = np.zeros(draws), np.zeros(draws)
    for item in items:
        hours = np.zeros(draws)
        for part in (timing.excess for timing in item.timings):
            hours += part.minimum + part.span * luck.random(draws)
            if part.sigma:
                hours += np.exp(part.mu + part.sigma * luck.standard_normal(draws))
        time += hours
        for term in item.terms:
            if term.unit != "USD/t":
                continue
            if term.hourly:
                cost += term.hourly * np.maximum(hours - term.free, 0.0)
                continue
            normal = shared.setdefault(term.inputs, luck.standard_normal(draws))
            cost += term.value * np.exp(term.sigma * normal - term.sigma**2 / 2)
    ranges = simulate_items(items, draws=60_000, seed=1)
    assert ranges.time == pytest.approx(np.quantile(time, (0.1, 0.5, 0.9)), rel=0.02)
    assert ranges.cost == pytest.approx(np.quantile(cost, (0.1, 0.5, 0.9)), rel=0.02)


def test_doubt_about_rows_widens_ranges_and_leaves_means(small_world: World, small_tables: Tables) -> None:
    """All rows are out by a factor with p90 / p10 = 2.2, the spread of an estimate: with no other spread that is the
    range of the time too where doubts are one (within 2 %), and with less in common it is narrower.
    """
    tables = {**small_tables, "operations": small_tables["operations"].assign(quality="estimated")}
    tables["speeds"] = tables["speeds"].assign(quality="estimated")
    tables["services"] = tables["services"].assign(quality="estimated")
    tables = change_rows(tables, "parameters", "doubt_time", value=1.0)
    items = route_items(small_world, tables, mode="rail")
    sigma = np.log(2.2) / 2 / Z90
    assert all(t.doubt == pytest.approx(sigma) for item in items for t in item.timings if t.excess.mean)
    one, some, none = (
        simulate_items(items, draws=40_000, seed=1, shared=rho).time for rho in (1.0, 0.5, 0.0)
    )
    assert one[2] / one[0] == pytest.approx(2.2, rel=0.02)
    assert one[2] / one[0] > some[2] / some[0] > none[2] / none[0] > 1.0
    plain = simulate_items(route_items(small_world, small_tables, mode="rail"), draws=100, seed=1).time
    assert plain[2] == plain[0]


def test_cumulative_ranges_grow_and_end_in_those_of_the_whole(items: tuple[Item, ...]) -> None:
    ranges = simulate_items(items, draws=2_000, seed=1)
    for cumulative, whole in ((ranges.cumulative_time, ranges.time), (ranges.cumulative_cost, ranges.cost)):
        assert cumulative.shape == (len(items), 3)
        assert (np.diff(cumulative, axis=0) >= 0).all()
        assert (np.diff(cumulative, axis=1) >= 0).all()
        assert (cumulative[-1] == whole).all()


def test_the_order_of_rows_within_an_item_changes_nothing(items: tuple[Item, ...]) -> None:
    shuffled = []
    for number, item in enumerate(items):
        terms, timings = list(item.terms), list(item.timings)
        random.Random(number).shuffle(terms)
        random.Random(-number).shuffle(timings)
        shuffled.append(replace(item, terms=tuple(terms), timings=tuple(timings)))
    one, two = (simulate_items(rows, draws=1_000, seed=5) for rows in (items, shuffled))
    assert (one.cumulative_time == two.cumulative_time).all()
    assert (one.cumulative_cost == two.cumulative_cost).all()


def test_the_seed_decides_the_draws(items: tuple[Item, ...]) -> None:
    one, same, other = (simulate_items(items, draws=1_000, seed=seed) for seed in (5, 5, 6))
    assert (one.time == same.time).all()
    assert (one.time != other.time).all()


def test_a_first_part_is_drawn_alike_whatever_follows(items: tuple[Item, ...]) -> None:
    whole, first = simulate_items(items, draws=1_000, seed=5), simulate_items(items[:4], draws=1_000, seed=5)
    assert (whole.cumulative_time[:4] == first.cumulative_time).all()
    assert (whole.cumulative_cost[:4] == first.cumulative_cost).all()


def test_the_chance_of_keeping_a_due_time(items: tuple[Item, ...]) -> None:
    free = simulate_items(items, draws=4_000, seed=1)
    assert np.isnan(free.due_probability)
    for due, chance in zip(free.time, (0.1, 0.5, 0.9), strict=True):
        assert simulate_items(items, draws=4_000, seed=1, due=float(due)).due_probability == pytest.approx(
            chance, abs=1e-3
        )
    assert simulate_items(items, draws=100, seed=1, due=1e9).due_probability == 1.0
    assert simulate_items(items, draws=100, seed=1, due=0.0).due_probability == 0.0


def test_a_route_of_fixed_times_and_certain_costs_has_no_range(
    small_world: World, small_tables: Tables
) -> None:
    ratio = {"p10": 1.0, "p90": 1.0}
    tables = change_rows(small_tables, "rates", "", **ratio)
    tables = change_rows(tables, "operations", "", cost_p10=1.0, cost_p90=1.0)
    items = route_items(small_world, tables, mode="road")
    ranges = simulate_items(items, draws=1_000, seed=1)
    assert ranges.time == pytest.approx([sum(item.time for item in items)] * 3, rel=1e-12)
    # Insurance alone varies, by the spread of its quality: ten of some sixty dollars.
    spread_left = ranges.cost[2] - ranges.cost[0]
    sigma = np.log(1.25) / (2 * Z90)
    expected = 10.0 * (np.exp(sigma * Z90 - sigma**2 / 2) - np.exp(-sigma * Z90 - sigma**2 / 2))
    assert spread_left == pytest.approx(expected, rel=0.1)


def test_a_headway_is_drawn_uniformly(small_world: World, small_tables: Tables) -> None:
    result = ask(small_world, small_tables, "aport", "bport")
    items = result.workspace["answers"]["f"].routes[0].items
    fixed = sum(item.time for item in items if item.operation != "wait")
    ranges = simulate_items(items, draws=40_000, seed=1)
    # 24 h of headway: 2.4, 12 and 21.6 h of waiting; 40,000 draws hold a quantile within 0.3 h.
    assert ranges.time - fixed == pytest.approx([2.4, 12.0, 21.6], abs=0.3)
