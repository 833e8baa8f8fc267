"""How a cost at the door moves: closed forms, identities, and what cannot be asked."""

from __future__ import annotations

import numpy as np
import pytest
from doors_by_hand import make_door, make_goods, make_regime, make_way
from hypothesis import given
from hypothesis import strategies as st

from landbridge.landed_cost.sensitivity import (
    list_factors,
    list_shares,
    measure_sensitivities,
    name_factor,
    price_again,
)
from landbridge.schema import InputError

money = st.floats(100.0, 1e7)
share = st.floats(0.0, 0.5)


def elasticities(door, **more):
    """Elasticity by factor for one per cent more."""
    return {one.factor: one.elasticity for one in measure_sensitivities(door, steps=[0.01], **more)}


def test_elasticities_of_ten_thousand_cif_at_five_and_twenty_per_cent():
    # Ex works 9,000 + freight 1,000 = 10,000 CIF; duty 500; VAT 20 % of 10,500 = 2,100: 12,600 at the door.
    door = make_door()
    assert door.total.tolist() == [12_600.0]
    found = elasticities(door)
    assert found == pytest.approx(
        {"value": 0.9, "freight": 0.1, "days": 0.0, "duty": 600.0 / 12_600.0, "charges": found["charges"]}
    )
    # Duty 505 and VAT at 20.2 % of 10,505.
    assert found["charges"] == pytest.approx((505.0 + 0.202 * 10_505.0 - 2_600.0) / 12_600.0 / 0.01)


def test_a_price_that_includes_carriage_leaves_freight_to_the_seller():
    # The same 10,000 as a CIF price: what the freight takes the goods lose.
    door = make_door(make_goods(10_000.0, incoterm="CIF"))
    assert door.works.tolist() == [9_000.0]
    found = elasticities(door)
    assert (found["value"], found["freight"]) == pytest.approx((1.0, 0.0), abs=1e-9)


def test_the_rate_of_the_money_of_the_way_does_what_freight_does():
    door = make_door(make_goods(currency="EUR"), money=0.9)
    found = elasticities(door)
    assert found["exchange:USD"] == pytest.approx(found["freight"])
    assert found["freight"] == pytest.approx(900.0 / 9_900.0)


def test_a_specific_duty_moves_with_its_currency_not_with_value():
    # 0.1 EUR/kg of 10 t is 1,000 EUR = 1,100 USD; VAT on value and duty; nothing of it is on the value.
    door = make_door(regime=make_regime("0.1 EUR/kg"), exchange={"EUR": 1.1})
    found = elasticities(door)
    assert found["exchange:EUR"] == pytest.approx(1_100.0 * 1.2 / door.total[0])
    assert found["value"] == pytest.approx(9_000.0 * 1.2 / door.total[0])


def test_a_minimum_rate_binds_on_one_side_only():
    # 15 % of 10,000 or 0.15 USD/kg of 10 t: 1,500 either way; below, the minimum holds.
    door = make_door(regime=make_regime("15 % but not less than 0.15 USD/kg"))
    up, down = measure_sensitivities(door, factors=["value"])
    assert up.change == pytest.approx(900.0 * 1.15 * 1.2)
    assert down.change == pytest.approx(-900.0 * 1.2)
    assert up.elasticity > down.elasticity


def test_any_step_may_be_asked_and_zero_freight_is_one():
    door = make_door()
    (none,) = measure_sensitivities(door, steps=[-1.0], factors=["freight"])
    assert none.total == pytest.approx(9_000.0 * 1.26)
    assert none.share == pytest.approx(1_000.0 / 12_600.0)


def test_days_cost_the_interest():
    door = make_door(way=make_way(days=36.5), interest=0.1)
    (more,) = measure_sensitivities(door, steps=[0.5], factors=["days"])
    assert door.interest.tolist() == pytest.approx([90.0])
    assert more.change == pytest.approx(45.0)


def test_unknown_days_are_not_asked_about():
    assert "days" not in list_factors(make_door(way=make_way(days=np.nan)))


def test_draws_are_priced_at_their_means():
    door = make_door(way=make_way([800.0, 1_200.0]))
    again = price_again(door, {})
    assert again.total.tolist() == pytest.approx([float(door.total.mean())])
    assert again.assumptions.drawn is False


def test_what_has_no_price_after_the_change_says_why():
    door = make_door(make_goods(10_000.0, incoterm="CIF"), make_way(9_500.0))
    up, down = measure_sensitivities(door, factors=["freight"])
    assert np.isnan([up.total, up.change, up.elasticity]).all()
    assert "lower than what the seller pays" in up.words
    assert down.total == pytest.approx(12_600.0)
    assert down.words == ""


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"factors": ["freigt"]}, "unknown_factor"),
        ({"factors": ["exchange:EUR"]}, "unknown_factor"),
        ({"steps": [-1.5]}, "bad_factor"),
        ({"steps": [np.nan]}, "bad_factor"),
    ],
)
def test_what_cannot_be_asked_is_a_finding(asked, code):
    with pytest.raises(InputError) as caught:
        measure_sensitivities(make_door(), **asked)
    assert {finding.code for finding in caught.value.findings} == {code}


def test_the_currency_of_the_goods_moves_against_all_others():
    door = make_door(make_goods(currency="EUR"), money=0.9)
    assert price_again(door, {"exchange:EUR": 1.5}).parts[0].tolist() == pytest.approx([600.0])
    with pytest.raises(InputError) as caught:
        price_again(door, {"exchange:EUR": 0.0})
    assert caught.value.findings[0].what == "EUR, in which the goods are priced, cannot be worth nothing"


def test_factors_have_names():
    assert [name_factor(name, "USD") for name in ("mfn_duty", "exchange:EUR")] == [
        "Rate of duty without preference",
        "EUR in USD",
    ]


def test_a_preference_that_is_a_share_follows_the_duty_without_it():
    plain, preferred = make_door(), make_door(regime=make_regime("75 % of the MFN rate", agreement="fta"))
    assert price_again(plain, {"mfn_duty": 2.0}).total.tolist() == pytest.approx([11_000.0 * 1.2])
    assert price_again(preferred, {"mfn_duty": 2.0}).total.tolist() == pytest.approx([10_750.0 * 1.2])
    fixed = make_door(regime=make_regime("3 %", agreement="fta"))
    assert price_again(fixed, {"mfn_duty": 2.0}).total.tolist() == fixed.total.tolist()


@given(value=money, freight=money, duty=share, interest=share, premium=st.floats(0.0, 0.05))
def test_money_that_all_grows_alike_makes_the_total_grow_so(value, freight, duty, interest, premium):
    # With rates on value alone a total is homogeneous of degree one in value and freight.
    regime = make_regime(f"{duty * 100:.6f} %")
    door = make_door(make_goods(value), make_way(freight), regime, interest=interest, premium=premium)
    found = elasticities(door)
    assert found["value"] + found["freight"] == pytest.approx(1.0, rel=1e-8)
    assert price_again(door, {"value": 3.0, "freight": 3.0}).total == pytest.approx(3.0 * door.total)


@given(value=money, freight=money, step=st.floats(0.01, 3.0))
def test_more_of_anything_never_costs_less_and_what_is_linear_is_symmetric(value, freight, step):
    door = make_door(make_goods(value), make_way(freight), interest=0.1, premium=0.003)
    step = min(step, 1.0)
    for one in measure_sensitivities(door, steps=[step]):
        assert one.change >= -1e-9 * one.total
    up, down = measure_sensitivities(door, steps=[step, -step], factors=["freight"])
    assert up.change == pytest.approx(-down.change, rel=1e-6)


@given(value=money, freight=money, premium=st.floats(0.0, 0.05))
def test_shares_add_up(value, freight, premium):
    door = make_door(make_goods(value), make_way(freight), interest=0.2, premium=premium)
    shares = list_shares(door)
    assert sum(shares.values()) - shares["duty"] == pytest.approx(1.0)
