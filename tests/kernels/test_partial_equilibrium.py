"""The partial equilibrium against its identities, the published two-group formula, and an independent solution."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from landbridge.kernels.partial_equilibrium import TradeEffect, simulate_tariff_change

PARTNERS = st.integers(1, 6)
GIVEN: dict[str, Any] = {"Em": -1.2, "Ex": np.inf, "Es": 1.5}


@st.composite
def markets(draw: st.DrawFn) -> dict[str, Any]:
    count = draw(PARTNERS)
    column = {"min_size": count, "max_size": count}
    return {
        "imports": draw(st.lists(st.floats(0, 1e6), **column)),
        "t0": draw(st.lists(st.floats(0, 1), **column)),
        "t1": draw(st.lists(st.floats(0, 1), **column)),
        "Em": draw(st.floats(-5, 0)),
        "Ex": draw(st.one_of(st.just(np.inf), st.floats(0.5, 90))),
        "Es": draw(st.floats(0, 20)),
    }


@given(markets())
def test_diversion_sums_to_zero_and_takes_no_more_than_there_is(market: dict[str, Any]) -> None:
    found = simulate_tariff_change(**market)
    scale = max(1.0, sum(market["imports"]))
    assert abs(found.diversion.sum()) <= 1e-9 * scale
    assert np.all(found.diversion >= -np.asarray(market["imports"]) - 1e-9 * scale)


@given(markets())
def test_the_total_is_creation_diversion_and_price_effect(market: dict[str, Any]) -> None:
    found = simulate_tariff_change(**market)
    np.testing.assert_array_equal(found.total, found.creation + found.diversion + found.price_effect)


@given(markets())
def test_no_change_has_no_effect(market: dict[str, Any]) -> None:
    found = simulate_tariff_change(**{**market, "t1": market["t0"]})
    scale = max(1.0, sum(market["imports"]))
    for name in ("creation", "diversion", "price_effect", "welfare"):
        np.testing.assert_allclose(getattr(found, name), 0.0, atol=1e-9 * scale)
    np.testing.assert_allclose(found.revenue_after, found.revenue_before, atol=1e-9 * scale)


@given(markets())
def test_creation_is_imports_times_elasticity_times_the_change(market: dict[str, Any]) -> None:
    found = simulate_tariff_change(**{**market, "Ex": np.inf})
    M, t0, t1 = (np.array(market[name]) for name in ("imports", "t0", "t1"))
    np.testing.assert_allclose(found.creation, M * market["Em"] * (t1 - t0) / (1 + t0), rtol=1e-12, atol=1e-9)
    assert not found.price_effect.any()


def test_two_groups_are_diverted_by_the_published_formula() -> None:
    # Laird and Yeats 1986, annex I: A B Es x / (A + B + A Es x), x the relative fall of the price.
    A, B, Es = 250.0, 750.0, 1.5
    x = 0.15 / 1.15
    found = simulate_tariff_change(imports=[A, B], t0=0.15, t1=[0.0, 0.15], Em=-1.0, Ex=np.inf, Es=Es)
    assert found.diversion[0] == pytest.approx(A * B * Es * x / (A + B + A * Es * x), rel=1e-12)


def test_the_same_cut_for_all_diverts_nothing() -> None:
    found = simulate_tariff_change(imports=[3.0, 4.0, 5.0], t0=0.2, t1=0.1, **GIVEN)
    np.testing.assert_allclose(found.diversion, 0.0, atol=1e-12)


def test_small_changes_are_those_of_a_solved_market() -> None:
    # Demand q = M (p (1 + t))^Em / (1 + t0)^Em and supply q = M p^Ex of one partner, solved for the world price.
    Em, Ex, M, t0, t1 = -1.4, 3.0, 1000.0, 0.10, 0.099
    price = brentq(lambda p: (p * (1 + t1) / (1 + t0)) ** Em - p**Ex, 0.5, 2.0)
    quantity = M * price**Ex
    found = simulate_tariff_change(imports=[M], t0=t0, t1=t1, Em=Em, Ex=Ex, Es=1.5)
    assert found.world_price[0] == pytest.approx(price - 1.0, rel=2e-3)
    assert found.creation[0] == pytest.approx(quantity - M, rel=2e-3)
    assert found.total[0] == pytest.approx(quantity * price - M, rel=3e-3)


def test_a_finite_supply_raises_the_world_price_and_halves_creation_where_it_is_as_elastic_as_demand() -> (
    None
):
    wide = simulate_tariff_change(imports=[100.0], t0=0.1, t1=0.0, Em=-2.0, Ex=np.inf, Es=1.5)
    tight = simulate_tariff_change(imports=[100.0], t0=0.1, t1=0.0, Em=-2.0, Ex=2.0, Es=1.5)
    assert tight.creation[0] == pytest.approx(wide.creation[0] / 2.0)
    assert tight.world_price[0] > 0.0
    assert tight.welfare[0] < wide.welfare[0]


def test_revenue_and_welfare_are_the_areas_of_the_diagram() -> None:
    # WITS, SMART: revenue is the tariff times imports before and after; the triangle is half the tariff times the gain.
    found = simulate_tariff_change(imports=[100.0], t0=0.25, t1=0.0, Em=-1.0, Ex=np.inf, Es=1.5)
    assert (found.revenue_before[0], found.revenue_after[0]) == (25.0, 0.0)
    assert found.welfare[0] == pytest.approx(0.125 * 20.0)


def test_diversion_to_a_preferred_partner_costs_the_importer_the_tariff_that_it_leaves() -> None:
    still = {"t0": 0.2, "t1": [0.0, 0.2], "Em": 0.0, "Ex": np.inf}
    found = simulate_tariff_change(imports=[100.0, 100.0], Es=2.0, **still)
    moved = found.diversion[0]
    assert moved > 0.0
    assert found.welfare.sum() == pytest.approx(moved * (0.1 - 0.2))


def test_many_draws_are_computed_at_once() -> None:
    Em = np.linspace(-2.0, -0.5, 2000)
    found = simulate_tariff_change(
        imports=[1.0, 2.0, 3.0], t0=0.1, t1=[0.0, 0.1, 0.1], Em=Em, Ex=99.0, Es=1.5
    )
    assert found.total.shape == (2000, 3)
    one = simulate_tariff_change(
        imports=[1.0, 2.0, 3.0], t0=0.1, t1=[0.0, 0.1, 0.1], Em=Em[7], Ex=99.0, Es=1.5
    )
    np.testing.assert_array_equal(found.total[7], one.total)
    assert isinstance(one, TradeEffect)


def test_no_imports_are_no_effect() -> None:
    found = simulate_tariff_change(imports=[0.0, 0.0], t0=0.1, t1=[0.0, 0.1], **GIVEN)
    assert not found.total.any()


@pytest.mark.parametrize(
    "fault",
    [
        {"imports": [-1.0]}, {"imports": [np.nan]}, {"t0": -1.0}, {"t1": -2.0}, {"Em": 0.1}, {"Ex": 0.0}, {"Es": -0.1},
    ],
)  # fmt: skip
def test_input_without_meaning_is_refused(fault: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="must"):
        simulate_tariff_change(**{"imports": [1.0], "t0": 0.1, "t1": 0.0, **GIVEN, **fault})
