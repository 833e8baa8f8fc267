"""Simulated routes against closed forms, numpy's quantiles and themselves in other orders."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import lognorm

from landbridge.kernels import monte_carlo
from landbridge.kernels.distributions import Excess, excess_over, fit_excess, fit_lognormal, spread_wait
from landbridge.kernels.draws import draw_normals, draw_uniforms
from landbridge.kernels.monte_carlo import CostRows, TimeRows, simulate_route
from landbridge.kernels.quantiles import find_quantiles

EXCESSES = [
    fit_excess(20.0, 26.0, p90=40.0),
    spread_wait(72.0),
    fit_excess(2.0, 6.0, p90=30.0),
    fit_excess(8.0, 8.0, p90=8.0),
    fit_excess(90.0, 110.0, p90=150.0),
]


def make_times(excesses: list[Excess], **groups: NDArray[np.generic]) -> TimeRows:
    return TimeRows(
        item=np.arange(len(excesses), dtype=np.int32),
        key=np.arange(100, 100 + len(excesses), dtype=np.uint64),
        minimum=np.array([e.minimum for e in excesses]),
        mu=np.array([e.mu for e in excesses]),
        sigma=np.array([e.sigma for e in excesses]),
        span=np.array([e.span for e in excesses]),
        **groups,  # type: ignore[arg-type]
    )


def make_costs(
    items: list[int], fixed: list[float], hourly: list[float], free: list[float], sigma: list[float]
) -> CostRows:
    return CostRows(
        item=np.array(items, np.int32),
        key=np.arange(500, 500 + len(items), dtype=np.uint64),
        fixed=np.array(fixed),
        hourly=np.array(hourly),
        free=np.array(free),
        sigma=np.array(sigma),
    )


COSTS = make_costs(
    [0, 1, 2, 2, 4],
    [40.0, 0.0, 12.0, 0.0, 3.0],
    [0, 0.2, 0, 1.5, 0.1],
    [0, 0, 0, 12, 24],
    [0.3, 0, 0, 0.5, 0],
)


def test_means_are_those_of_the_closed_forms() -> None:
    """Within 4 standard errors of 200,000 draws; costs are independent of the lognormal that scales them."""
    route = simulate_route(make_times(EXCESSES), COSTS, item_count=5, seed=11, draws=200_000)
    hours = sum(excess.mean for excess in EXCESSES)
    paid = (
        40.0
        + 0.2 * 36.0
        + 12.0
        + 1.5 * excess_over(EXCESSES[2], 12.0)
        + 3.0
        + 0.1 * excess_over(EXCESSES[4], 24.0)
    )
    assert abs(route.time_mean - hours) < 4.0 * np.sqrt(route.time_variance / 200_000)
    assert abs(route.cost_mean - paid) < 4.0 * np.sqrt(route.cost_variance / 200_000)
    variance = sum(
        lognorm(s=e.sigma, scale=np.exp(e.mu)).var() if e.sigma else e.span**2 / 12.0 for e in EXCESSES
    )
    assert route.time_variance == pytest.approx(variance, rel=0.05)  # heavy tails: the variance itself varies


def test_one_row_has_the_quantiles_of_its_law() -> None:
    """p10, p50 and p90 within 4 standard errors, sqrt(q (1 - q) / n) / density."""
    excess, draws = fit_excess(20.0, 26.0, p90=40.0), 100_000
    cost = fit_lognormal(100.0, 60.0, p90=150.0)
    costs = make_costs([0], [100.0], [0.0], [0.0], [cost.sigma])
    route = simulate_route(make_times([excess]), costs, item_count=1, seed=5, draws=draws)
    laws = (
        lognorm(s=excess.sigma, loc=20.0, scale=np.exp(excess.mu)),
        lognorm(s=cost.sigma, scale=np.exp(cost.mu)),
    )
    q = np.array([0.1, 0.5, 0.9])
    for law, found in zip(laws, (route.time[0], route.cost[0]), strict=True):
        error = np.sqrt(q * (1.0 - q) / draws) / law.pdf(law.ppf(q))
        assert (np.abs(found - law.ppf(q)) < 4.0 * error).all()


def test_a_plain_simulation_gives_the_same_numbers() -> None:
    """Written out with numpy from the public draws: the same streams, the same sums, the same quantiles."""
    draws, time, cost = 1_501, 0.0, 0.0
    route = simulate_route(make_times(EXCESSES), COSTS, item_count=5, seed=3, draws=draws, due=260.0)
    for item, excess in enumerate(EXCESSES):
        hours = np.full(draws, excess.minimum)
        if excess.span:
            hours += excess.span * draw_uniforms(3, 100 + item, count=draws)
        if excess.sigma:
            hours += np.exp(excess.mu + excess.sigma * draw_normals(3, 100 + item, count=draws))
        for row in np.flatnonzero(COSTS.item == item):
            luck, sigma = draw_normals(3, 500 + int(row), count=draws, lane=1), COSTS.sigma[row]
            paid = COSTS.fixed[row] + COSTS.hourly[row] * np.maximum(hours - COSTS.free[row], 0.0)
            cost = cost + np.exp(sigma * luck - sigma**2 / 2.0) * paid
        time = time + hours
        assert route.time[item] == pytest.approx(np.quantile(time, [0.1, 0.5, 0.9]), rel=1e-12)
        assert route.cost[item] == pytest.approx(np.quantile(cost, [0.1, 0.5, 0.9]), rel=1e-12, abs=1e-12)
    assert route.time_mean == pytest.approx(np.mean(time), rel=1e-12)
    assert route.time_variance == pytest.approx(np.var(time, ddof=1), rel=1e-12)
    assert route.on_time == np.mean(time <= 260.0)
    assert 0.2 < route.on_time < 0.98


@pytest.mark.parametrize("draws", [1, 2, 999, 5_000])
def test_threads_and_memory_change_nothing(draws: int, monkeypatch: pytest.MonkeyPatch) -> None:
    times, costs = make_times(EXCESSES), COSTS
    plain = simulate_route(times, costs, item_count=5, seed=8, draws=draws)
    monkeypatch.setattr(monte_carlo, "DRAWS_A_THREAD", 300)
    monkeypatch.setattr(monte_carlo.os, "cpu_count", lambda: 5)
    monkeypatch.setattr(monte_carlo, "MOST_KEPT", 4 * draws)
    split = simulate_route(times, costs, item_count=5, seed=8, draws=draws)
    assert split.time.tolist() == plain.time.tolist()
    assert split.cost.tolist() == plain.cost.tolist()
    assert split.cost_variance == plain.cost_variance


@given(st.permutations(range(5)))
def test_the_order_of_rows_changes_nothing(order: list[int]) -> None:
    item = np.zeros(5, np.int32)
    times, costs = replace(make_times(EXCESSES), item=item), replace(COSTS, item=item)
    shuffled = [
        replace(
            rows,
            **{
                name: getattr(rows, name)[order] for name in rows.__slots__ if getattr(rows, name) is not None
            },
        )
        for rows in (times, costs)
    ]
    one = simulate_route(times, costs, item_count=1, seed=2, draws=500)
    other = simulate_route(shuffled[0], shuffled[1], item_count=1, seed=2, draws=500)
    assert one.time.tolist() == other.time.tolist()
    assert one.cost.tolist() == other.cost.tolist()


def test_shared_rows_make_differences_steady() -> None:
    """Two routes that differ in one row differ by that row alone."""
    times = make_times(EXCESSES)
    other = replace(times, minimum=times.minimum + np.array([0.0, 0.0, 0.0, 10.0, 0.0]))
    one = simulate_route(times, COSTS, item_count=5, seed=1)
    two = simulate_route(other, COSTS, item_count=5, seed=1)
    assert two.time[-1] - one.time[-1] == pytest.approx([10.0, 10.0, 10.0], rel=1e-12)
    assert simulate_route(times, COSTS, item_count=5, seed=2).time.tolist() != one.time.tolist()


@pytest.mark.parametrize("rho", [0.0, 0.6, 1.0])
def test_a_common_shock_widens_the_whole(rho: float) -> None:
    """Var(a + b) of two lognormals whose logarithms are correlated by rho, in closed form, within 5 percent."""
    excess = Excess(10.0, 2.0, 0.5, 10.0 + np.exp(2.125))
    groups = {"group": np.array([7, 7], np.uint64), "rho": np.array([rho, rho])}
    costs = make_costs([0], [0.0], [0.0], [0.0], [0.0])
    route = simulate_route(make_times([excess] * 2, **groups), costs, item_count=2, seed=4, draws=200_000)
    mean = np.exp(2.125)
    variance = 2.0 * mean**2 * (np.exp(0.25) - 1.0) + 2.0 * mean**2 * (np.exp(0.25 * rho) - 1.0)
    assert route.time_variance == pytest.approx(variance, rel=0.05)
    assert route.time_mean == pytest.approx(20.0 + 2.0 * mean, abs=4.0 * np.sqrt(variance / 200_000))


@pytest.mark.parametrize(("keys", "rho"), [((5, 5), 0.0), ((5, 6), 0.0), ((5, 6), 0.75), ((5, 6), 1.0)])
def test_a_doubt_multiplies_all_times_of_its_row(keys: tuple[int, int], rho: float) -> None:
    """Two fixed times a and b with doubts of mean 1 correlated by c (1 for one row, else rho) in their logarithms:
    Var = (a^2 + b^2) (e^s2 - 1) + 2 a b (e^(c s2) - 1), within 5 percent; the mean stays, the quantiles of one
    alone are a exp(s (z q - s / 2)), within 1 percent.
    """
    sigma, fixed = 0.4, [Excess(10.0, 0.0, 0.0, 10.0), Excess(30.0, 0.0, 0.0, 30.0)]
    doubts = {
        "doubt": np.full(2, sigma),
        "doubt_key": np.array(keys, np.uint64),
        "doubt_rho": np.full(2, rho),
    }
    costs = make_costs([1], [0.0], [2.0], [0.0], [0.0])
    route = simulate_route(make_times(fixed, **doubts), costs, item_count=2, seed=4, draws=200_000)
    own, both = np.exp(sigma**2) - 1.0, np.exp((1.0 if keys[0] == keys[1] else rho) * sigma**2) - 1.0
    variance = 1_000.0 * own + 600.0 * both
    assert route.time_variance == pytest.approx(variance, rel=0.05)
    assert route.time_mean == pytest.approx(40.0, abs=4.0 * np.sqrt(variance / 200_000))
    assert route.cost_mean == pytest.approx(60.0, abs=4.0 * np.sqrt(3_600.0 * own / 200_000))
    z = np.array([-1.0, 0.0, 1.0]) * 1.2815515655446004
    assert route.time[0] == pytest.approx(10.0 * np.exp(sigma * z - sigma**2 / 2.0), rel=0.01)


def test_a_route_of_nothing_costs_nothing() -> None:
    nothing = np.empty(0)
    rows = np.empty(0, np.int32), np.empty(0, np.uint64), nothing, nothing, nothing, nothing
    route = simulate_route(TimeRows(*rows), CostRows(*rows), item_count=2, seed=0, draws=10)
    assert route.time.tolist() == route.cost.tolist() == [[0.0] * 3] * 2
    assert (route.time_mean, route.cost_variance, route.on_time) == (0.0, 0.0, 1.0)


def test_heavy_tails_and_ties_have_exact_quantiles() -> None:
    rng = np.random.default_rng(0)
    for values in (
        rng.standard_cauchy((2, 3, 777)),
        rng.integers(0, 3, (2, 3, 400)).astype(float),
        np.full((2, 1, 5), -2.5),
    ):
        expected = np.moveaxis(np.quantile(values, [0.1, 0.5, 0.9], axis=-1), 0, -1)
        found = np.empty(expected.shape)
        for kind in (0, 1):
            find_quantiles(values[kind], found[kind])
        assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"item": np.array([0, 1, 2, 3, 9], np.int32)}, "item"),
        ({"minimum": np.array([0, 0, 0, 0, np.nan])}, "finite"),
        ({"sigma": np.array([0, 0, 0, 0, -1.0])}, "negative"),
        ({"mu": np.full(5, 200.0)}, "too large"),
        ({"rho": np.full(5, 1.5)}, "rho"),
        ({"doubt": np.full(5, -0.1)}, "negative"),
        ({"doubt": np.full(5, 0.1), "doubt_rho": np.full(5, -0.5)}, "doubt_rho"),
    ],
)
def test_bad_rows_are_errors(change: dict[str, NDArray[np.generic]], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        simulate_route(replace(make_times(EXCESSES), **change), COSTS, item_count=5, seed=0)
    with pytest.raises(ValueError, match="0 draws"):
        simulate_route(make_times(EXCESSES), COSTS, item_count=5, seed=0, draws=0)
