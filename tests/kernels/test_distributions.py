"""Fits against scipy's lognormal, closed forms against quadrature."""

from math import exp, inf, log, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import lognorm, norm

from landbridge.kernels.distributions import (
    MOST_SIGMA,
    Z90,
    Excess,
    excess_over,
    fit_excess,
    fit_lognormal,
    spread_wait,
    wait_for,
    wait_out,
)

TIMES = st.lists(st.floats(0.01, 500.0), min_size=3, max_size=3).map(sorted)


def test_z90_is_the_normal_quantile() -> None:
    assert pytest.approx(norm.ppf(0.9), rel=1e-15) == Z90


@given(TIMES)
def test_median_and_p90_always_stand(times: list[float]) -> None:
    """To 1e-9 of the p90: the fit takes logarithms of differences."""
    minimum, p50, p90 = times
    fitted = fit_excess(minimum, p50, p90=p90)
    assert 0.0 <= fitted.minimum <= p50
    if fitted.sigma == 0.0:
        assert p50 == p90 == fitted.minimum == fitted.mean
        return
    law = lognorm(s=fitted.sigma, loc=fitted.minimum, scale=exp(fitted.mu))
    assert law.ppf([0.5, 0.9]) == pytest.approx([p50, p90], abs=1e-9 * p90)
    assert law.mean() == pytest.approx(fitted.mean, rel=1e-9)
    if fitted.minimum > 0.0 and fitted.minimum != minimum:
        assert fitted.sigma == pytest.approx(MOST_SIGMA, rel=1e-6)
        assert fitted.minimum < minimum


def test_a_plain_fit_keeps_its_minimum() -> None:
    fitted = fit_excess(2.0, 6.0, p90=18.0)
    assert (fitted.minimum, fitted.mu) == (2.0, log(4.0))
    assert fitted.sigma == pytest.approx(log(4.0) / Z90, rel=1e-15)


def test_a_minimum_at_the_median_gives_a_mean_within_reason() -> None:
    fitted = fit_excess(24.0, 24.0, p90=26.0)
    assert 24.0 < fitted.mean < 25.0
    assert 23.0 < fitted.minimum < 24.0


def test_without_a_minimum_the_whole_time_is_lognormal() -> None:
    assert fit_excess(nan, 10.0, p90=20.0).minimum == 0.0


@pytest.mark.parametrize(
    ("minimum", "p50", "p90"),
    [(3.0, 2.0, 5.0), (-1.0, 2.0, 3.0), (1.0, 3.0, 2.0), (1.0, nan, 2.0), (0.0, 1.0, inf)],
)
def test_times_out_of_order_are_errors(minimum: float, p50: float, p90: float) -> None:
    with pytest.raises(ValueError, match="minimum <= p50 <= p90"):
        fit_excess(minimum, p50, p90=p90)


def test_a_median_of_nothing_has_no_spread() -> None:
    assert fit_excess(0.0, 0.0, p90=0.0) == Excess(0.0, 0.0, 0.0, 0.0)
    with pytest.raises(ValueError, match="median of 0"):
        fit_excess(0.0, 0.0, p90=1.0)


@given(TIMES, st.floats(0.0, 600.0))
def test_hours_beyond_the_free_ones_equal_the_integral(times: list[float], free: float) -> None:
    fitted = fit_excess(times[0], times[1], p90=times[2])
    if fitted.sigma == 0.0:
        expected = max(fitted.minimum - free, 0.0)
    else:
        start = (
            max((log(free - fitted.minimum) - fitted.mu) / fitted.sigma, -9.0)
            if free > fitted.minimum
            else -9.0
        )
        expected, _ = quad(
            lambda z: (fitted.minimum + exp(fitted.mu + fitted.sigma * z) - free) * norm.pdf(z),
            start,
            max(start, 0.0) + 12.0 + 2.0 * fitted.sigma,
            limit=200,
            epsabs=1e-12,
        )
        expected = max(expected, 0.0)
    # Quadrature loses digits where nearly nothing is left beyond the free hours.
    assert excess_over(fitted, free) == pytest.approx(expected, rel=1e-6, abs=1e-6 * fitted.mean + 1e-9)


@given(st.floats(0.0, 400.0), st.floats(0.0, 500.0))
def test_hours_beyond_the_free_ones_of_a_wait(headway: float, free: float) -> None:
    grid = (np.arange(20_000) + 0.5) / 20_000 * headway
    assert excess_over(spread_wait(headway), free) == pytest.approx(
        np.maximum(grid - free, 0.0).mean(), abs=1e-6 * headway
    )


@given(TIMES, st.floats(0.0, 50.0))
def test_scaling_scales_quantiles_and_mean(times: list[float], factor: float) -> None:
    fitted = fit_excess(times[0], times[1], p90=times[2])
    scaled = fitted.scale(factor)
    assert scaled.mean == pytest.approx(factor * fitted.mean, rel=1e-12)
    if factor > 0.0:
        assert excess_over(scaled, factor * 10.0) == pytest.approx(
            factor * excess_over(fitted, 10.0), rel=1e-6, abs=1e-9 * scaled.mean
        )


@pytest.mark.parametrize(("sigma", "span"), [(-1.0, 0.0), (0.0, -2.0), (0.5, 3.0)])
def test_spreads_out_of_range_are_errors(sigma: float, span: float) -> None:
    with pytest.raises(ValueError, match="spread_wait"):
        Excess(0.0, 1.0, sigma, 1.0, span)


@pytest.mark.parametrize("factor", [-1.0, nan, inf])
def test_factors_out_of_range_are_errors(factor: float) -> None:
    with pytest.raises(ValueError, match="scaled"):
        spread_wait(3.0).scale(factor)
    with pytest.raises(ValueError, match="headway"):
        spread_wait(factor)


@given(st.floats(0.01, 1e6), st.floats(0.01, 100.0), st.floats(0.0, 5.0))
def test_costs_keep_their_mean_and_ratio(mean: float, p10: float, width: float) -> None:
    p90 = p10 * exp(width)
    fitted = fit_lognormal(mean, p10, p90=p90)
    if fitted.sigma == 0.0:
        assert exp(fitted.mu) == pytest.approx(mean, rel=1e-12)
        return
    law = lognorm(s=fitted.sigma, scale=exp(fitted.mu))
    assert law.mean() == pytest.approx(mean, rel=1e-9)
    assert law.ppf(0.9) / law.ppf(0.1) == pytest.approx(p90 / p10, rel=1e-9)


def test_costs_out_of_range_are_errors() -> None:
    assert fit_lognormal(0.0, 0.0, p90=0.0).mean == 0.0
    for mean, p10, p90 in (
        (-1.0, 1.0, 2.0),
        (1.0, 0.0, 2.0),
        (1.0, 2.0, 1.0),
        (nan, 1.0, 2.0),
        (1.0, 1.0, inf),
    ):
        with pytest.raises(ValueError, match="a cost needs"):
            fit_lognormal(mean, p10, p90=p90)


@given(
    st.lists(st.floats(0.0, 167.9), min_size=1, max_size=6),
    st.floats(0.0, 200.0),
)
def test_hours_of_a_timetable_beyond_free_ones_are_the_integral(departures: list[float], free: float) -> None:
    """The share of the week with more than t hours to wait, integrated over t from the free hours on."""
    wait = wait_for(departures)
    gaps = np.diff(sorted(departures), append=min(departures) + 168.0)
    longer = quad(lambda t: np.maximum(gaps - t, 0.0).sum() / 168.0, free, max(gaps.max(), free), limit=200)[
        0
    ]
    assert excess_over(wait, free) == pytest.approx(longer, rel=1e-6, abs=1e-6)
    assert excess_over(wait, 0.0) == pytest.approx(wait.mean)


@given(st.floats(0.0, 1.0), st.floats(0.1, 300.0), st.floats(0.0, 100.0))
def test_hours_of_a_closure_beyond_free_ones_are_the_integral(share: float, rest: float, free: float) -> None:
    closure = wait_out(share, rest)
    longer = share * quad(lambda t: exp(-t / rest), free, inf)[0]
    assert excess_over(closure, free) == pytest.approx(longer, rel=1e-7, abs=1e-9)
    assert closure.scale(3.0).mean == pytest.approx(3.0 * closure.mean)


def test_waits_outside_their_bounds_are_refused() -> None:
    for departures in ([], [168.0], [-1.0]):
        with pytest.raises(ValueError, match="hours of the week"):
            wait_for(departures)
    for share, duration in ((-0.1, 1.0), (1.1, 1.0), (0.5, -1.0), (0.5, inf), (nan, 1.0)):
        with pytest.raises(ValueError, match="shut for a share"):
            wait_out(share, duration)
    with pytest.raises(ValueError, match="scaled"):
        wait_for([6.0]).scale(2.0)
    with pytest.raises(ValueError, match="departures"):
        Excess(0.0, 0.0, 0.0, 1.0, 2.0, (6.0,))
    assert wait_out(0.5, 0.0).mean == 0.0
