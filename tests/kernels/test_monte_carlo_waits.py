"""Waits by timetables and for closures to end, against closed forms, calendars and other ways of drawing them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import expon, kstest, multivariate_normal

from landbridge.kernels import monte_carlo
from landbridge.kernels.distributions import wait_for, wait_out
from landbridge.kernels.draws import draw_uniforms
from landbridge.kernels.monte_carlo import CostRows, Departures, TimeRows, simulate_route, simulate_rows
from landbridge.kernels.spread import share_spread

WEEK = 168.0
HOURS = st.lists(st.floats(0.0, 167.99).map(lambda hour: round(hour, 2)), min_size=1, max_size=6, unique=True)
NOTHING = CostRows(np.empty(0, np.int32), np.empty(0, np.uint64), *(np.empty(0) for _ in range(4)))
Plan = list[tuple[float, list[float]]]


def plan_route(plan: Plan, *, sigma: float = 0.0) -> TimeRows:
    """For each pair an item that takes so many hours (a lognormal of that median), then a wait for its timetable."""
    count = len(plan)
    zero, hours = np.zeros(2 * count), np.array([hours for hours, _ in plan for _ in (0, 1)])
    moving = np.arange(2 * count) % 2 == 0
    tables = [sorted(table) for _, table in plan]
    return TimeRows(
        item=np.arange(2 * count, dtype=np.int32),
        key=np.arange(50, 50 + 2 * count, dtype=np.uint64),
        minimum=np.where(moving & (sigma == 0.0), hours, 0.0),
        mu=np.where(moving & (hours > 0.0), np.log(np.maximum(hours, 1e-9)), 0.0),
        sigma=np.where(moving, sigma, 0.0),
        span=zero,
        timetable=np.where(moving, -1, np.arange(2 * count) // 2).astype(np.int32),
        departures=Departures(
            np.cumsum([0, *map(len, tables)]), np.array([hour for table in tables for hour in table])
        ),
    )


def close(shut: list[float], rest: list[float], *, keys: list[int], rho: float = 0.0) -> TimeRows:
    zero = np.zeros(len(shut))
    return TimeRows(
        item=np.arange(len(shut), dtype=np.int32),
        key=np.array(keys, np.uint64),
        minimum=zero,
        mu=zero,
        sigma=zero,
        span=zero,
        group=np.full(len(shut), 77, np.uint64),
        rho=np.full(len(shut), rho),
        shut=np.array(shut),
        rest=np.array(rest),
    )


def draw(times: TimeRows, draws: int, *, seed: int = 3) -> NDArray[np.float64]:
    """Hours of each row, float64[rows, draws]."""
    items = int(times.item.max()) + 1
    return simulate_rows(times, NOTHING, item_count=items, seed=seed, draws=draws)[1].hours


@given(HOURS)
def test_the_mean_wait_is_the_squared_gaps_over_twice_the_week(departures: list[float]) -> None:
    """The closed form beside an average over every minute of the week by plain Python, and beside the rows' own."""
    minutes = np.arange(0.5, WEEK * 60.0) / 60.0
    waits = np.min([(hour - minutes) % WEEK for hour in departures], axis=0)
    found = wait_for(departures)
    assert found.mean == pytest.approx(waits.mean(), abs=0.02)
    assert plan_route([(1.0, departures)]).mean()[1] == pytest.approx(found.mean, rel=1e-12)


def test_drawn_waits_are_those_of_a_calendar() -> None:
    """Each draw anew with Python's own numbers, after a run that varies; means within 4 standard errors."""
    draws, table = 20_000, [6.0, 30.0, 126.5]
    times = plan_route([(60.0, table)], sigma=0.4)
    run, wait = draw(times, draws)
    start = WEEK * draw_uniforms(3, 0, count=draws, lane=7)
    for number in range(0, draws, 97):
        ready = float(start[number] + run[number])
        weeks = [week * WEEK + hour for week in range(12) for hour in table]
        assert wait[number] == pytest.approx(min(h for h in weeks if h >= ready) - ready, abs=1e-9)
    assert abs(wait.mean() - wait_for(table).mean) < 4.0 * wait.std() / np.sqrt(draws)
    assert wait.max() <= 96.5


def test_the_second_of_two_coordinated_services_is_met_as_the_timetable_says() -> None:
    """Ten hours behind a departure at 6 the next leaves at 20: 4 h of waiting in every draw, 0 if it leaves at 16."""
    for second, wait in ((20.0, 4.0), (16.0, 0.0), (15.0, 167.0)):
        drawn = draw(plan_route([(5.0, [6.0]), (10.0, [second])]), 4_000)
        assert np.abs(drawn[3] - wait).max() < 1e-6
    alone = draw(plan_route([(15.0, [20.0])]), 4_000)[1]
    assert alone.std() == pytest.approx(WEEK / np.sqrt(12.0), rel=0.02)


def test_a_service_of_every_few_hours_is_a_uniform_wait() -> None:
    """Departures every 6 h: uniform from 0 to 6, by Kolmogorov and Smirnov."""
    wait = draw(plan_route([(31.0, [6.0 * n for n in range(28)])], sigma=0.2), 50_000)[1]
    assert kstest(wait / 6.0, "uniform").pvalue > 0.001


def test_a_timetable_comes_last_in_its_item() -> None:
    """Whatever the keys of the rows: what is done before the departure is over by then."""
    times = plan_route([(5.0, [6.0])])
    for keys in ([1, 2], [2, 1]):
        one = replace(times, item=np.zeros(2, np.int32), key=np.array(keys, np.uint64))
        total = simulate_rows(one, NOTHING, item_count=1, seed=3, draws=999)[1].time
        start = WEEK * draw_uniforms(3, 0, count=999, lane=7)
        left = (start + total) % WEEK
        assert np.abs(left - 6.0).max() < 1e-9


@given(st.lists(st.tuples(st.floats(0.5, 400.0), HOURS), min_size=1, max_size=4), st.integers(0, 9))
def test_goods_leave_at_a_departure(plan: Plan, seed: int) -> None:
    drawn = draw(plan_route(plan, sigma=0.5), 60, seed=seed)
    clock = WEEK * draw_uniforms(seed, 0, count=60, lane=7)
    for number, (_, table) in enumerate(plan):
        wait = drawn[2 * number + 1]
        clock = clock + drawn[2 * number] + wait
        off = np.min([np.abs((clock - hour + 1.0) % WEEK - 1.0) for hour in table], axis=0)
        assert off.max() < 2e-6
        gaps = np.diff(sorted(table), append=min(table) + WEEK)
        assert (wait >= 0.0).all()
        assert wait.max() <= gaps.max() + 1e-9


@pytest.mark.parametrize(("share", "duration"), [(0.05, 48.0), (0.3, 10.0), (1.0, 5.0)])
def test_a_closure_is_met_with_its_share_and_waited_out(share: float, duration: float) -> None:
    """Mean s d, variance 2 s d^2 - (s d)^2, 1 - s of no wait, the rest exponential: within 4 standard errors."""
    draws = 200_000
    wait = draw(close([share], [duration], keys=[5]), draws)[0]
    variance = 2.0 * share * duration**2 - (share * duration) ** 2
    fourth = 24.0 * share * duration**4
    assert abs(wait.mean() - share * duration) < 4.0 * np.sqrt(variance / draws)
    assert abs(wait.var() - variance) < 5.0 * np.sqrt(fourth / draws)
    assert abs((wait == 0.0).mean() - (1.0 - share)) <= 4.0 * np.sqrt(share * (1.0 - share) / draws)
    assert kstest(wait[wait > 0.0], expon(scale=duration).cdf).pvalue > 0.001
    assert wait_out(share, duration).mean == share * duration


@pytest.mark.parametrize("rho", [0.0, 0.5, 1.0])
def test_closures_of_one_group_meet(rho: float) -> None:
    """Both shut with the probability of two normals correlated by rho (SciPy's, not ours); each as often as alone."""
    draws, shares = 100_000, [0.2, 0.1]
    shut = draw(close(shares, [24.0, 24.0], keys=[5, 6], rho=rho), draws) > 0.0
    normal = multivariate_normal([0.0, 0.0], [[1.0, rho], [rho, 1.0]], allow_singular=True)
    bounds = [-0.8416212335729142, -1.2815515655446004]
    both = 0.1 if rho == 1.0 else normal.cdf(bounds)
    for found, known in (((shut[0] & shut[1]).mean(), both), *zip(shut.mean(axis=1), shares, strict=True)):
        assert abs(found - known) < 4.0 * np.sqrt(known / draws)


def test_rows_of_one_key_find_one_closure() -> None:
    one, other = draw(close([0.2, 0.2], [24.0, 24.0], keys=[5, 5]), 5_000)
    assert (one == other).all()
    assert 0.0 < (one > 0.0).mean() < 1.0


def mix_rows() -> TimeRows:
    """Two items with a run, a closure in a group, a wait within a headway and a timetable each."""
    return TimeRows(
        item=np.repeat([0, 1], 4).astype(np.int32),
        key=np.array([9, 8, 7, 6, 5, 4, 3, 2], np.uint64),
        minimum=np.tile([4.0, 0.0, 0.0, 0.0], 2),
        mu=np.tile([2.0, 0.0, 0.0, 0.0], 2),
        sigma=np.tile([0.6, 0.0, 0.0, 0.0], 2),
        span=np.tile([0.0, 0.0, 12.0, 0.0], 2),
        group=np.tile([0, 77, 0, 0], 2).astype(np.uint64),
        rho=np.tile([0.0, 0.5, 0.0, 0.0], 2),
        shut=np.tile([0.0, 0.3, 0.0, 0.0], 2),
        rest=np.tile([0.0, 30.0, 0.0, 0.0], 2),
        timetable=np.array([-1, -1, -1, 0, -1, -1, -1, 1], np.int32),
        departures=Departures(np.array([0, 1, 3]), np.array([6.0, 20.0, 100.0])),
    )


@given(st.permutations(range(8)), st.integers(0, 5))
def test_the_order_of_rows_changes_no_wait(order: list[int], seed: int) -> None:
    rows = mix_rows()
    names = [name for name in rows.__slots__ if isinstance(getattr(rows, name), np.ndarray)]
    shuffled = replace(rows, **{name: getattr(rows, name)[order] for name in names})
    one, other = (
        simulate_rows(each, NOTHING, item_count=2, seed=seed, draws=300) for each in (rows, shuffled)
    )
    assert one[0].time.tolist() == other[0].time.tolist()
    assert (one[1].hours[order] == other[1].hours).all()


@pytest.mark.parametrize("draws", [1, 999, 5_000])
def test_threads_change_no_wait(draws: int, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = simulate_route(mix_rows(), NOTHING, item_count=2, seed=8, draws=draws)
    monkeypatch.setattr(monte_carlo, "DRAWS_A_THREAD", 300)
    monkeypatch.setattr(monte_carlo.os, "cpu_count", lambda: 5)
    monkeypatch.setattr(monte_carlo, "MOST_KEPT", 2 * draws)
    split = simulate_route(mix_rows(), NOTHING, item_count=2, seed=8, draws=draws)
    assert split.time.tolist() == plain.time.tolist()
    assert split.time_variance == plain.time_variance


def test_means_of_a_mix_are_those_of_its_rows() -> None:
    """All but that of the second timetable: behind the first, goods come at no odd hour."""
    drawn = draw(mix_rows(), 100_000)
    errors = drawn.std(axis=1) / np.sqrt(drawn.shape[1])
    off = np.abs(drawn.mean(axis=1) - mix_rows().mean()) / errors
    assert (off[:7] < 4.0).all()
    assert off[7] > 50.0


def test_the_spread_of_waits_is_shared_out_whole() -> None:
    """Shares sum to 1; that of a lone closure is its variance over the whole's."""
    times = mix_rows()
    _, drawn = simulate_rows(times, NOTHING, item_count=2, seed=1, draws=20_000)
    inputs = np.arange(8, dtype=np.int32), np.empty(0, np.int32)
    shares = share_spread(times, NOTHING, drawn, inputs=inputs, input_count=8).time_share
    assert shares.sum() == pytest.approx(1.0, abs=1e-9)
    two = close([0.1, 0.5], [40.0, 8.0], keys=[1, 2])
    _, drawn = simulate_rows(two, NOTHING, item_count=2, seed=1, draws=100_000)
    inputs = np.arange(2, dtype=np.int32), np.empty(0, np.int32)
    shares = share_spread(two, NOTHING, drawn, inputs=inputs, input_count=2).time_share
    parts = np.array([2 * 0.1 * 40.0**2 - 16.0, 2 * 0.5 * 8.0**2 - 16.0])
    assert shares == pytest.approx(parts / parts.sum(), abs=0.03)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"shut": np.full(8, 1.5)}, "shut"),
        ({"shut": np.full(8, -0.5)}, "negative"),
        ({"rest": np.full(8, -1.0)}, "negative"),
        ({"shut": np.full(8, 0.5)}, "one kind of spread"),
        ({"minimum": np.full(8, 1.0)}, "timetable has a minimum"),
        ({"doubt": np.full(8, 0.1)}, "timetable has a minimum or a doubt"),
        ({"timetable": np.full(8, 2, np.int32)}, "outside 0 to 1"),
        ({"departures": Departures(np.array([0, 1, 1]), np.array([6.0]))}, "no departure"),
        ({"departures": Departures(np.array([0, 1, 3]), np.array([6.0, 100.0, 20.0]))}, "do not rise"),
        ({"departures": Departures(np.array([0, 1, 3]), np.array([6.0, 20.0, 168.0]))}, "below 168"),
        ({"departures": Departures(np.array([0, 1, 3]), np.array([6.0, 20.0, 100.0]), 0.0)}, "period"),
    ],
)
def test_faulty_waits_are_refused(change: dict[str, object], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        simulate_route(replace(mix_rows(), **change), NOTHING, item_count=2, seed=0)  # type: ignore[arg-type]
