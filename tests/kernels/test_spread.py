"""Shares of spread and narrowings: closed forms, an independent simulation, and what must be nothing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import lognorm

from landbridge.kernels.monte_carlo import CostRows, TimeRows, simulate_route, simulate_rows
from landbridge.kernels.spread import SpreadShares, share_spread

DRAWS = 100_000


def times(rows: list[tuple[float, ...]]) -> TimeRows:
    """Rows of item, key, minimum, mu, sigma, span."""
    item, key, *numbers = zip(*rows, strict=True) if rows else ([],) * 6
    return TimeRows(
        np.array(item, np.int32), np.array(key, np.uint64), *(np.array(one, np.float64) for one in numbers)
    )


def costs(rows: list[tuple[float, ...]]) -> CostRows:
    """Rows of item, key, fixed, hourly, free, sigma."""
    item, key, *numbers = zip(*rows, strict=True) if rows else ([],) * 6
    return CostRows(
        np.array(item, np.int32), np.array(key, np.uint64), *(np.array(one, np.float64) for one in numbers)
    )


def share(
    timed: TimeRows, priced: CostRows, inputs: tuple[list[int], list[int]], *, count: int, draws: int = DRAWS
) -> SpreadShares:
    items = 1 + max([*timed.item.tolist(), *priced.item.tolist()])
    _, drawn = simulate_rows(timed, priced, item_count=items, seed=1, draws=draws)
    numbers = np.array(inputs[0], np.int32), np.array(inputs[1], np.int32)
    return share_spread(timed, priced, drawn, inputs=numbers, input_count=count)


def test_first_order_shares_are_the_parts_of_the_variance() -> None:
    """Closed variances of a lognormal and two uniforms; 100,000 draws hold a share within 0.02."""
    sigma, mu = 0.7, np.log(10.0)
    timed = times([(0, 1, 5.0, mu, sigma, 0.0), (1, 2, 0.0, 0.0, 0.0, 24.0), (2, 3, 1.0, 0.0, 0.0, 36.0)])
    found = share(timed, costs([]), ([0, 1, 2], []), count=3).time_share
    parts = np.array([lognorm(sigma, scale=10.0).var(), 24.0**2 / 12, 36.0**2 / 12])
    assert found.sum() == pytest.approx(1.0, abs=1e-12)
    assert found == pytest.approx(parts / parts.sum(), abs=0.02)


def test_one_luck_of_two_rows_is_one_input() -> None:
    """Two legs under one key move together: the variance of their sum is that of a leg of both lengths."""
    timed = times([(0, 7, 0.0, 0.0, 0.0, 10.0), (1, 7, 0.0, 0.0, 0.0, 20.0), (2, 8, 0.0, 0.0, 0.0, 30.0)])
    found = share(timed, costs([]), ([0, 0, 1], []), count=2).time_share
    assert found == pytest.approx([0.5, 0.5], abs=0.02)


def test_narrowing_agrees_with_simulating_again() -> None:
    """Brute force: the route drawn anew with one input at its mean, by the same keys, gives the same width.

    A charge, a time with hours beyond free ones, and a time of several countries; all three inputs matter.
    """
    rows = [
        (0, 1, 2.0, np.log(20.0), 0.8, 0.0),
        (1, 2, 1.0, np.log(30.0), 0.5, 0.0),
        (1, 3, 0.0, 2.0, 0.9, 0.0),
    ]
    charges = [(0, 4, 30.0, 0.0, 0.0, 0.5), (0, 5, 0.0, 2.0, 24.0, 0.0), (1, 6, 10.0, 0.6, 0.0, 0.0)]
    inputs = ([0, 1, 2], [0, 0, 3])
    found = share(times(rows), costs(charges), inputs, count=4)
    whole = simulate_route(times(rows), costs(charges), item_count=2, seed=1, draws=DRAWS)
    for number in range(4):
        known = [
            (item, key, least + np.exp(mu + sigma**2 / 2), 0.0, 0.0, 0.0) if at == number else row
            for at, row in zip(inputs[0], rows, strict=True)
            for item, key, least, mu, sigma, _ in [row]
        ]
        certain = [
            (*row[:5], 0.0 if at == number else row[5]) for at, row in zip(inputs[1], charges, strict=True)
        ]
        again = simulate_route(times(known), costs(certain), item_count=2, seed=1, draws=DRAWS)
        for narrowing, one, other in (
            (found.time_narrowing[number], again.time[-1], whole.time[-1]),
            (found.cost_narrowing[number], again.cost[-1], whole.cost[-1]),
        ):
            assert narrowing == pytest.approx(1.0 - (one[2] - one[0]) / (other[2] - other[0]), abs=1e-9)
    assert (found.time_narrowing[:3] > 0.0).all()
    assert found.cost_narrowing[0] > 0.3


def test_narrowing_of_the_only_input_is_all_and_of_a_certain_one_is_nothing() -> None:
    timed = times([(0, 1, 1.0, 2.0, 0.6, 0.0), (0, 2, 9.0, 0.0, 0.0, 0.0)])
    found = share(timed, costs([(0, 3, 5.0, 1.0, 0.0, 0.0)]), ([0, 1], [2]), count=3, draws=1_001)
    assert found.time_narrowing == pytest.approx([1.0, 0.0, 0.0], abs=1e-9)
    assert found.cost_narrowing == pytest.approx([1.0, 0.0, 0.0], abs=1e-9)
    assert found.time_share == pytest.approx([1.0, 0.0, 0.0], abs=1e-9)


def test_a_route_without_spread_rests_on_nothing() -> None:
    timed, priced = times([(0, 1, 9.0, 0.0, 0.0, 0.0)]), costs([(0, 2, 5.0, 0.3, 4.0, 0.0)])
    found = share(timed, priced, ([0], [1]), count=2, draws=100)
    for shares in (found.time_share, found.cost_share, found.time_narrowing, found.cost_narrowing):
        assert shares.tolist() == [0.0, 0.0]


def test_narrowing_of_a_normal_like_sum_follows_its_variance() -> None:
    """One large part among many: what is left stays a bell, so the width falls like the deviation, 1 - sqrt(1 - share).

    Without the bell a uniform is left, whose width is eight tenths of its span; the whole's is that of a normal.
    """
    timed = times([(0, 1, 0.0, 0.0, 0.0, 60.0), *((0, 10 + n, 0.0, 0.0, 0.0, 20.0) for n in range(36))])
    found = share(timed, costs([]), ([0, *[1] * 36], []), count=2)
    assert found.time_share == pytest.approx([0.2, 0.8], abs=0.02)
    whole = 2.0 * 1.2816 * (60.0**2 / 12 + 36 * 20.0**2 / 12) ** 0.5
    assert found.time_narrowing == pytest.approx([1.0 - 0.8**0.5, 1.0 - 0.8 * 60.0 / whole], abs=0.02)


@given(st.lists(st.tuples(st.floats(0.0, 1.2), st.integers(0, 3)), min_size=1, max_size=8))
def test_shares_sum_to_one_or_to_nothing(parts: list[tuple[float, int]]) -> None:
    timed = times([(n, n + 1, 1.0, 1.0, sigma, 0.0) for n, (sigma, _) in enumerate(parts)])
    priced = costs([(n, n + 50, 4.0, 0.5, 0.0, sigma) for n, (sigma, _) in enumerate(parts)])
    inputs = [number for _, number in parts]
    found = share(timed, priced, (inputs, inputs), count=4, draws=200)
    for shares in (found.time_share, found.cost_share):
        assert shares.sum() == pytest.approx(1.0, abs=1e-9) or not shares.any()


def test_faulty_rows_are_refused() -> None:
    timed = times([(1, 1, 1.0, 0.0, 0.0, 2.0), (0, 2, 1.0, 0.0, 0.0, 2.0)])
    with pytest.raises(ValueError, match="order of items"):
        share(timed, costs([]), ([0, 0], []), count=1, draws=10)
    with pytest.raises(ValueError, match="outside 0 to 0"):
        share(timed, costs([]), ([0, 1], []), count=1, draws=10)


def test_rows_are_kept_as_they_were_given() -> None:
    """Whatever their order, and with the ranges that a route has without keeping them."""
    rows = [(1, 9, 1.0, 0.0, 0.0, 4.0), (0, 3, 2.0, 0.5, 0.4, 0.0), (1, 2, 3.0, 0.0, 0.0, 0.0)]
    priced = costs([(1, 5, 1.0, 0.0, 0.0, 0.5), (0, 6, 2.0, 1.0, 1.0, 0.0)])
    route, drawn = simulate_rows(times(rows), priced, item_count=2, seed=4, draws=2_001)
    plain = simulate_route(times(rows), priced, item_count=2, seed=4, draws=2_001)
    assert (route.time == plain.time).all()
    assert (route.cost == plain.cost).all()
    assert drawn.hours.shape == (3, 2_001)
    assert drawn.hours.sum(axis=0).mean() == pytest.approx(route.time_mean, rel=1e-12)
    assert (drawn.hours[2] == 3.0).all()
    assert (drawn.luck[1] == 1.0).all()
    assert drawn.hours[0].min() >= 1.0
    assert drawn.hours[0].max() <= 5.0
