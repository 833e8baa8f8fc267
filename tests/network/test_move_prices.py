"""Price of a kilometre against closed forms, in every unit of a rate, and the additive bound of a degressive one."""

from math import exp, isclose, log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_world import HOUR, Tables, add_rows, box, change_rows, make_tables

from landbridge.kernels.distributions import Z90
from landbridge.network.pricing import LONG_HAUL_KM, UNKNOWN_MOVE, MovePrice, PriceBook, price_move
from landbridge.network.shipments import Shipment

SPREADS = {"measured": 0.1, "published": 0.2, "estimated": 0.3, "default": 0.4}
WORLD = ("world",)
MEANS = {"road": "truck", "rail": "block_train", "sea": "deep_sea_container"}


def price(
    tables: Tables, mode: str = "road", *, scopes: tuple[str, ...] = WORLD, row: str = "box"
) -> MovePrice:
    book = PriceBook.build(tables, spreads=SPREADS)
    return price_move(book, box(tables, row), mode=mode, means=MEANS[mode], scopes=scopes)


# A truck of 20 t, a TEU of 10 t, a wagon of 30 t; the speeds are 50, 25 and 20 km/h.
@pytest.mark.parametrize(
    ("mode", "unit", "rate", "per_tonne"),
    [
        ("road", "USD/truck-km", 2.0, 0.1),
        ("road", "USD/tkm", 0.07, 0.07),
        ("rail", "USD/TEU-km", 0.5, 0.05),
        ("rail", "USD/wagon-km", 1.5, 0.05),
        ("sea", "USD/tkm", 0.02, 0.02),
        ("sea", "USD/TEU-km", 0.4, 0.04),
    ],
)
def test_a_rate_becomes_money_a_tonne(
    small_tables: Tables, mode: str, unit: str, rate: float, per_tonne: float
) -> None:
    tables = change_rows(small_tables, "rates", f"{mode}-{MEANS[mode]}", rate=rate, unit=unit)
    hours = 1.0 / {"road": 50.0, "rail": 25.0, "sea": 20.0}[mode]
    grams = {"road": 100.0, "rail": 20.0, "sea": 5.0}[mode]
    found = price(tables, mode)
    assert found.per_km == pytest.approx(per_tonne, rel=1e-12)
    assert found.time == pytest.approx(hours, rel=1e-12)
    assert found.cost == pytest.approx(per_tonne + HOUR * hours, rel=1e-12)
    assert found.co2e == pytest.approx(grams / 1000.0, rel=1e-12)


def test_a_price_of_another_year_is_brought_to_the_price_year(small_tables: Tables) -> None:
    # The index of 2020 is 80 and of 2025, the price year, 100.
    tables = change_rows(small_tables, "rates", "road-truck", price_year=2020)
    assert price(tables).per_km == pytest.approx(0.1 * 100.0 / 80.0, rel=1e-12)


def test_the_empty_way_back_is_a_share_of_the_rate(small_tables: Tables) -> None:
    tables = change_rows(small_tables, "rates", "road-truck", empty_return=0.5)
    found = price(tables)
    assert found.empty == pytest.approx(0.05, rel=1e-12)
    assert found.cost == pytest.approx(0.1 + 0.05 + HOUR / 50.0, rel=1e-12)


def test_hours_of_the_vehicle_cost_beside_the_kilometres(small_tables: Tables) -> None:
    tables = change_rows(small_tables, "rates", "road-truck", hourly=30.0)
    assert price(tables).cost == pytest.approx(0.1 + (30.0 / 20.0 + HOUR) / 50.0, rel=1e-12)


def test_fixed_and_least_charge_of_a_haul_are_a_unit_s(small_tables: Tables) -> None:
    tables = change_rows(small_tables, "rates", "road-truck", fixed=100.0, minimum=300.0)
    found = price(tables)
    assert (found.fixed, found.minimum) == (pytest.approx(5.0), pytest.approx(15.0))


def test_the_pace_has_the_median_and_the_slow_speed_of_the_row(small_tables: Tables) -> None:
    # Median 50, best 100 and slow 25 km/h: 0.02 h a km, at least 0.01, and 0.04 for one in ten.
    tables = change_rows(small_tables, "speeds", "road", speed_max=100.0, speed_p10=25.0)
    pace = price(tables).excess
    assert pace.minimum + exp(pace.mu) == pytest.approx(0.02, rel=1e-12)
    assert pace.minimum + exp(pace.mu + Z90 * pace.sigma) == pytest.approx(0.04, rel=1e-12)
    assert pace.minimum == pytest.approx(0.01, rel=1e-12)
    assert price(tables).time == pytest.approx(0.01 + exp(log(0.01) + pace.sigma**2 / 2), rel=1e-12)


def test_the_spread_is_that_of_the_quantiles_or_else_of_the_quality(small_tables: Tables) -> None:
    assert price(small_tables).sigma == SPREADS["measured"]
    published = change_rows(small_tables, "rates", "road-truck", p10=1.0, p90=4.0)
    assert price(published).sigma == pytest.approx(log(4.0) / (2 * Z90), rel=1e-12)


def test_the_row_of_the_country_beats_that_of_the_world(small_tables: Tables) -> None:
    row = small_tables["rates"].to_dict("records")[0]
    tables = add_rows(small_tables, "rates", {**row, "id": "xa", "scope": "XA", "rate": 6.0})
    assert price(tables, scopes=("XA", "west", "world")).per_km == pytest.approx(0.3)
    assert price(tables, scopes=("XB", "east", "world")).per_km == pytest.approx(0.1)


@pytest.mark.parametrize("table", ["rates", "speeds", "emission_factors"])
def test_without_one_of_its_rows_a_move_has_no_price(small_tables: Tables, table: str) -> None:
    frame = small_tables[table]
    assert price({**small_tables, table: frame[frame["mode"] != "road"]}) is UNKNOWN_MOVE


def test_a_rate_in_a_unit_that_the_goods_do_not_travel_in_is_no_price(small_tables: Tables) -> None:
    tables = change_rows(small_tables, "rates", "rail-block_train", cargo_class="any")
    assert price(tables, "rail", row="bulk") is UNKNOWN_MOVE


TABLES = make_tables()
BOX: Shipment = box(TABLES)


@given(
    rate=st.floats(0.1, 5.0),
    taper=st.floats(0.0, 0.9),
    reach=st.floats(10.0, 3000.0),
    empty=st.floats(0.0, 1.0),
    km=st.floats(1.0, LONG_HAUL_KM),
)
def test_the_bound_is_never_above_the_full_price_of_a_haul(
    rate: float, taper: float, reach: float, empty: float, km: float
) -> None:
    change = {"rate": rate, "taper": taper, "taper_distance": reach, "empty_return": empty}
    found = price(change_rows(TABLES, "rates", "road-truck", **change))
    # The tariff as the table declares it: rate x (distance / taper_distance)^-b beyond taper_distance.
    full = rate / 20.0 * (1.0 + empty) * max(km / reach, 1.0) ** -taper * km + HOUR * km / 50.0
    bound = found.cost * km
    assert bound <= full * (1 + 1e-9)
    if taper == 0.0 or km == LONG_HAUL_KM:
        assert isclose(bound, full, rel_tol=1e-9)
