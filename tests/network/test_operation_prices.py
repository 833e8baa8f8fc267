"""Price of an operation against closed forms: its charge, its time, and what stands or waits meanwhile."""

from math import log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_world import HOUR, Tables, box, change_rows, make_tables
from scipy import integrate, stats

from landbridge.kernels.distributions import Z90, fit_excess
from landbridge.network.pricing import Price, PriceBook, inventory_term, price_operation, time_costs

SPREADS = {"measured": 0.1, "published": 0.2, "estimated": 0.3, "default": 0.4}
ROW = {
    "id": "an-operation",
    "cost": 60.0,
    "cost_unit": "USD/t",
    "cost_p10": float("nan"),
    "cost_p90": float("nan"),
    "price_year": 2025,
    "time_min": 10.0,
    "time_p50": 10.0,
    "time_p90": 10.0,
    "source": "invented",
    "quality": "published",
}


def price(tables: Tables, *, mode: str = "sea", operation: str = "tranship", **row: object) -> Price:
    book = PriceBook.build(tables, spreads=SPREADS)
    found = price_operation(book, box(tables), {**ROW, **row}, mode=mode, operation=operation)
    assert found is not None
    return found


def term(found: Price, name: str) -> float:
    values = [one.value for one in found.terms if one.term == name]
    assert len(values) <= 1
    return sum(values)


@pytest.mark.parametrize(
    ("unit", "load"),
    [("USD/t", 1.0), ("USD/TEU", 10.0), ("USD/truck", 20.0), ("USD/wagon", 30.0), ("USD/shipment", 10.0)],
)
def test_a_charge_by_the_unit_is_shared_by_its_load(small_tables: Tables, unit: str, load: float) -> None:
    found = price(small_tables, cost_unit=unit)
    assert term(found, "charge") == pytest.approx(60.0 / load, rel=1e-12)
    assert found.cost == pytest.approx(60.0 / load + 10.0 * HOUR, rel=1e-12)
    assert found.time == 10.0
    assert found.cost == pytest.approx(
        sum(one.value for one in found.terms if one.unit == "USD/t"), rel=1e-12
    )


def test_a_charge_by_a_unit_that_does_not_carry_the_goods_is_no_price(small_tables: Tables) -> None:
    book = PriceBook.build(small_tables, spreads=SPREADS)
    machine = box(small_tables, "machine")
    row = {**ROW, "cost_unit": "USD/TEU"}
    assert price_operation(book, machine, row, mode="sea", operation="tranship") is None


def test_a_charge_of_another_year_is_deflated(small_tables: Tables) -> None:
    assert term(price(small_tables, price_year=2020), "charge") == pytest.approx(75.0, rel=1e-12)


def test_a_row_with_a_median_alone_is_a_fixed_time(small_tables: Tables) -> None:
    missing = {"time_min": float("nan"), "time_p90": float("nan")}
    assert price(small_tables, **missing).excess.sigma == 0.0
    assert price(small_tables, **missing).time == 10.0


def test_a_row_without_a_time_takes_none(small_tables: Tables) -> None:
    found = price(small_tables, time_min=float("nan"), time_p50=float("nan"), time_p90=float("nan"))
    assert found.time == 0.0
    assert [one.term for one in found.terms] == ["charge"]


def test_the_spread_of_a_charge_comes_from_its_quantiles_or_its_quality(small_tables: Tables) -> None:
    sigma = {one.term: one.sigma for one in price(small_tables).terms}["charge"]
    assert sigma == SPREADS["published"]
    sigma = {one.term: one.sigma for one in price(small_tables, cost_p10=30.0, cost_p90=90.0).terms}["charge"]
    assert sigma == pytest.approx(log(3.0) / (2 * Z90), rel=1e-12)


def test_a_lorry_stands_at_its_own_cost_beyond_the_free_hours(small_tables: Tables) -> None:
    # 480 USD a day are 20 an hour, 1 USD for each of its 20 t; a day is free.
    for hours, paid in ((10.0, 0.0), (24.0, 0.0), (30.0, 6.0)):
        times = {"time_min": hours, "time_p50": hours, "time_p90": hours}
        found = price(small_tables, mode="road", operation="border_crossing", **times)
        assert term(found, "detention") == pytest.approx(paid, abs=1e-12)
        assert found.cost == pytest.approx(60.0 + paid + hours * HOUR, rel=1e-12)


def test_a_lorry_being_loaded_does_not_stand(small_tables: Tables) -> None:
    times = {"time_min": 99.0, "time_p50": 99.0, "time_p90": 99.0}
    assert term(price(small_tables, mode="road", operation="load", **times), "detention") == 0.0


def test_a_wagon_s_hire_runs_while_it_stands(small_tables: Tables) -> None:
    # 36 USD a day are 1.5 an hour, 0.05 USD for each of the wagon's 30 t, without free hours.
    tables = change_rows(small_tables, "parameters", "wagon_hire", value=36.0)
    found = price(tables, mode="rail", operation="border_crossing")
    assert term(found, "detention") == pytest.approx(10.0 * 0.05, rel=1e-12)


def test_a_container_is_stored_at_a_cost_beyond_the_free_days(small_tables: Tables) -> None:
    # 24 USD a day and TEU are 0.1 USD an hour and tonne; five days are free.
    tables = change_rows(small_tables, "parameters", "port_storage", value=24.0)
    tables = change_rows(tables, "parameters", "port_free_days", value=5.0)
    for hours, paid in ((100.0, 0.0), (150.0, 30.0)):
        times = {"time_min": hours, "time_p50": hours, "time_p90": hours}
        found = price(tables, operation="store", **times)
        assert found.cost == pytest.approx(60.0 + 0.1 * paid + hours * HOUR, rel=1e-12)


def test_the_standing_of_an_uncertain_wait_is_its_expectation(small_tables: Tables) -> None:
    """E max(0, T - 24 h) of a lognormal time, integrated numerically by scipy."""
    found = price(small_tables, mode="road", operation="wait", time_min=6.0, time_p50=18.0, time_p90=60.0)
    sigma = log(54.0 / 12.0) / Z90
    law = stats.lognorm(s=sigma, scale=12.0, loc=6.0)
    beyond, error = integrate.quad(law.sf, 24.0, np.inf, limit=200)
    assert error < 1e-6
    assert term(found, "detention") == pytest.approx(beyond, rel=1e-6)
    assert found.time == pytest.approx(law.mean(), rel=1e-9)


TABLES = make_tables()
BOOK = PriceBook.build(TABLES, spreads=SPREADS)
BOX = box(TABLES)


@given(
    least=st.floats(0.0, 50.0),
    more=st.floats(0.1, 50.0),
    slow=st.floats(1.01, 6.0),
    mode=st.sampled_from(("road", "sea")),
)
def test_costs_of_time_grow_with_it_and_are_at_least_the_interest(
    least: float, more: float, slow: float, mode: str
) -> None:
    time = fit_excess(least, least + more, p90=least + more * slow)
    terms = time_costs(BOOK, BOX, time, mode=mode, standing=True)
    longer = time_costs(BOOK, BOX, time.scale(2.0), mode=mode, standing=True)
    total = sum(one.value for one in terms)
    assert total >= inventory_term(BOOK, BOX, time.mean).value
    assert sum(one.value for one in longer) >= total
    # What a lorry stands for is at least what it would be at the mean time (Jensen's inequality).
    if mode == "road":
        assert total >= time.mean * HOUR + max(time.mean - 24.0, 0.0) - 1e-9
