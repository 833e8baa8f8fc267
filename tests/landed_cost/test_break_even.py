"""Where two doors cost the same: by hand, checked by pricing again, and where they never meet."""

from __future__ import annotations

import numpy as np
import pytest
from doors_by_hand import make_door, make_goods, make_regime, make_way
from hypothesis import given
from hypothesis import strategies as st

from landbridge.landed_cost.break_even import break_even_rows, find_break_even, list_pairs
from landbridge.landed_cost.sensitivity import price_again
from landbridge.schema import InputError


def fta(duty="free", **more):
    """A preference."""
    return make_regime(duty, agreement="fta", **more)


def test_a_preference_by_a_dearer_way_is_worth_it_up_to_a_freight():
    # Free of duty with 1,250 of freight: 1.2 (9,000 + 1,250 k); at 5 % with 1,000 of freight: 12,600.
    far = make_door(way=make_way(1_250.0, route="r2", label="By rail"), regime=fta())
    found = find_break_even(far, make_door(), factor="freight")
    assert found.kind == "regimes"
    assert found.at == pytest.approx(1.2, rel=1e-12)
    assert found.total == pytest.approx(12_600.0, rel=1e-12)
    assert found.words == (
        '"The preference, By rail" costs less than "Without preference, By sea" as long as the freight of the former '
        "is below 1.2 times today's (1,500.00 USD)"
    )


def test_a_way_that_costs_more_today_needs_less_than_today():
    far = make_door(way=make_way(2_000.0, route="r2", label="By rail"), regime=fta())
    found = find_break_even(far, make_door(), factor="freight")
    assert found.at == pytest.approx(0.75)
    assert "the freight of the latter is above 0.75 times" in found.words
    assert found.words.startswith('"Without preference, By sea" costs less')


def test_two_regimes_on_one_way_never_meet_in_freight():
    found = find_break_even(make_door(regime=fta()), make_door(), factor="freight")
    assert np.isnan(found.at)
    assert np.isnan(found.total)
    assert found.words.startswith(
        '"The preference" costs less than "Without preference" whatever the freight is'
    )
    assert found.words.endswith("tried from 0 to 100 times today's")


def test_proof_of_origin_pays_from_a_value_on():
    # The duty of 5 % with its VAT saves 6 % of value and freight; the proof costs 300: worth it above 4,000.
    found = find_break_even(make_door(regime=fta(proof=300.0)), make_door(), factor="value")
    assert found.at * 9_000.0 == pytest.approx(4_000.0)
    assert "above 0.4444 times today's (4,000.00 USD EXW)" in found.words


def test_the_duty_at_which_a_preference_is_worth_its_proof():
    # 300 of proof against k x 5 % x 10,000 x 1.2: half of today's duty.
    found = find_break_even(make_door(regime=fta(proof=300.0)), make_door(), factor="mfn_duty")
    assert found.at == pytest.approx(0.5)
    assert "(2.5 %)" in found.words


def test_a_preference_capped_at_the_duty_without_it_meets_it_where_the_cap_binds():
    capped = make_door(regime=fta("3 % but not more than 100 % of the MFN rate"))
    found = find_break_even(capped, make_door(), factor="mfn_duty")
    assert found.at == pytest.approx(0.6, rel=1e-9)


def test_the_dearer_quick_way_is_worth_it_from_a_value_on():
    # 20 days of 9,000 k at 36.5 % a year are 2 %: 180 k; the quick way takes 5 days, 45 k, and 54 more of freight.
    slow = make_door(interest=0.365)
    quick = make_door(way=make_way(1_054.0, days=5.0, route="r2", label="By air"), interest=0.365)
    found = find_break_even(quick, slow, factor="value")
    assert found.kind == "ways"
    assert found.at == pytest.approx(54.0 * 1.26 / 135.0)
    days = find_break_even(slow, quick, factor="days")
    assert days.at * 180.0 == pytest.approx(45.0 + 54.0 * 1.26)
    assert "days)" in days.words


@pytest.mark.parametrize(("value", "crossing"), [(6_000.0, 7_500.0), (5_200.0, 4_375.0)])
def test_of_two_crossings_the_nearer_is_given(value, crossing):
    # 10 % but at least 500 against 8 % and 150: they meet at 4,375 and at 7,500.
    least = make_regime("10 % but not less than 0.05 USD/kg")
    other = make_regime("8 % + 0.015 USD/kg", agreement="fta")
    free = make_way(0.0)
    doors = [make_door(make_goods(value), free, regime) for regime in (least, other)]
    found = find_break_even(*doors, factor="value")
    assert found.at * value == pytest.approx(crossing)


def test_two_origins_in_two_currencies():
    # The German machine costs 10,000 EUR = 11,000 USD; the one of Gomel reaches that at 10,000 ex works.
    near = make_door()
    far = make_door(
        make_goods(10_000.0, made_in="DE", start="DE", currency="EUR"), make_way(0.0), money=1 / 1.1
    )
    found = find_break_even(near, far, factor="value", exchange=1.1)
    assert found.kind == "origins"
    assert found.at == pytest.approx(10_000.0 / 9_000.0)
    assert found.words.startswith('"goods of Belarus" costs less than "goods of Germany"')
    euro = find_break_even(near, far, factor="exchange:EUR", exchange=1.1)
    assert euro.at == pytest.approx(10_000.0 / 11_000.0)


def test_a_dearer_dollar_weighs_on_goods_priced_in_it():
    near = make_door()
    far = make_door(make_goods(10_000.0, made_in="DE", currency="EUR"), make_way(0.0), money=1 / 1.1)
    dollar = find_break_even(near, far, factor="exchange:USD", exchange=1.1)
    assert dollar.at == pytest.approx(1.1)


def test_consignments_of_unlike_size_are_compared_by_the_piece():
    two = make_door(make_goods(18_000.0, count=2.0, made_in="KZ"), make_way(2_000.0))
    found = find_break_even(two, make_door(), factor="value")
    assert found.at == 1.0
    assert "cost the same today" in found.words


def test_same_names_are_told_apart():
    dear = make_door(way=make_way(1_500.0))
    found = find_break_even(make_door(), dear, factor="freight")
    assert (found.one, found.other) == ("By sea (the first)", "By sea (the second)")
    assert found.at == pytest.approx(1.5)


def test_unknown_days_and_factors():
    unknown = make_door(way=make_way(days=np.nan, route="r2", label="By rail"))
    found = find_break_even(make_door(), unknown, factor="days")
    assert found.words == "the days of By rail are not known"
    with pytest.raises(InputError) as caught:
        find_break_even(make_door(), make_door(), factor="exchange:EUR")
    assert caught.value.findings[0].code == "unknown_factor"


def test_freight_beyond_the_price_ends_the_search_and_is_said():
    # Under CIF the seller pays: at ten times the freight nothing is left of the price.
    door = make_door(make_goods(10_000.0, incoterm="CIF"))
    other = make_door(make_goods(10_000.0, incoterm="CIF"), regime=fta())
    found = find_break_even(other, door, factor="freight")
    assert np.isnan(found.at)
    assert "tried from 0 to 10 times" in found.words
    assert "outside that the price does not cover" in found.words


def test_pairs_of_a_consignment():
    sea, rail = make_way(), make_way(1_200.0, route="r2", label="By rail")
    doors = [make_door(way=way, regime=regime) for way in (sea, rail) for regime in (make_regime(), fta())]
    rows = [
        (row["route"], row["regime"], row["other_route"], row["other_regime"], row["factor"])
        for row in break_even_rows(doors)
    ]
    assert rows == [
        ("r1", "fta", "r1", "mfn", "mfn_duty"),
        ("r2", "fta", "r1", "mfn", "freight"),
        *(("r1", "fta", "r2", "fta", factor) for factor in ("freight", "value", "days")),
    ]
    assert list(list_pairs(doors[:1])) == []
    priced = make_door(regime=fta(proof=10.0))
    assert [factors for *_, factors in list_pairs([doors[0], priced])] == [("value", "mfn_duty")]


@given(
    value=st.floats(1_000.0, 1e6),
    freight=st.floats(100.0, 1e5),
    dearer=st.floats(1.01, 3.0),
    proof=st.floats(0.0, 2_000.0),
    factor=st.sampled_from(["freight", "value", "mfn_duty", "duty", "charges"]),
)
def test_at_the_break_even_both_cost_the_same(value, freight, dearer, proof, factor):
    preferred = make_door(
        make_goods(value), make_way(freight * dearer, route="r2", label="By rail"), fta("2 %", proof=proof)
    )
    plain = make_door(make_goods(value), make_way(freight))
    found = find_break_even(preferred, plain, factor=factor)
    if np.isnan(found.at):
        assert "whatever" in found.words
        return
    moved = {factor: found.at}
    alone = factor in {"freight", "duty", "charges"}
    one, other = price_again(preferred, moved), price_again(plain, {} if alone else moved)
    assert one.total[0] == pytest.approx(other.total[0], rel=1e-9)
    # It is the nearest: between today and there the cheaper stays the cheaper.
    between = {factor: found.at**0.5}
    half = price_again(preferred, between).total - price_again(plain, {} if alone else between).total
    today = preferred.total - plain.total
    assert half[0] * today[0] >= -1e-6 * abs(today[0])
