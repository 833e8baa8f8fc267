"""What a preference saves, and what the way and the proof of origin eat of it."""

from __future__ import annotations

import numpy as np
import pytest
from doors_by_hand import make_door, make_goods, make_regime, make_way
from hypothesis import given
from hypothesis import strategies as st

from landbridge.landed_cost.preference_margin import margin_rows, measure_margins

PLAIN = make_regime()


def preference(proof=float("nan")):
    """Free of duty."""
    return make_regime("free", agreement="fta", proof=proof)


def test_on_the_cheapest_way_the_whole_margin_is_kept():
    (margin,) = measure_margins([make_door(), make_door(regime=preference(0.0))])
    assert (margin.margin, margin.proof, margin.way, margin.net) == pytest.approx((600.0, 0.0, 0.0, 600.0))
    assert margin.words == "The preference saves 600.00 USD on this way"
    assert not margin.barred


def test_direct_consignment_that_bars_the_cheaper_way_eats_of_the_margin():
    # By rail 400 more of freight, 504 with duty and VAT; the duty of 5 % on 10,400 with VAT is 624; proof 50.
    rail = make_way(1_400.0, route="r2", label="By rail")
    doors = [make_door(), make_door(way=rail), make_door(way=rail, regime=preference(50.0))]
    (margin,) = measure_margins(doors)
    assert (margin.margin, margin.proof, margin.way, margin.net) == pytest.approx((624.0, 50.0, 504.0, 70.0))
    assert margin.barred
    assert margin.words == (
        "The preference saves 624.00 USD on this way; its proof of origin takes 50.00; the way takes 504.00 more than "
        "By sea, which direct consignment bars from it; 70.00 are left"
    )


def test_a_proof_of_unknown_cost_is_left_out_and_that_is_said():
    (margin,) = measure_margins([make_door(), make_door(regime=preference())])
    assert np.isnan(margin.proof)
    assert (margin.margin, margin.net) == pytest.approx((600.0, 600.0))
    assert margin.words.endswith("on this way, what its proof of origin costs left out")


def test_a_way_may_eat_more_than_the_margin():
    rail = make_way(2_000.0, route="r2", label="By rail")
    doors = [make_door(), make_door(regime=preference()), make_door(way=rail)]
    doors.append(make_door(way=rail, regime=preference()))
    kept, eaten = measure_margins(doors)
    assert (kept.barred, eaten.barred) == (False, False)
    assert eaten.net == pytest.approx(12_600.0 - 11_000.0 * 1.2)
    assert eaten.words.endswith("nothing is left: 600.00 are lost")


def test_without_a_rate_to_compare_with_there_is_none():
    assert list(measure_margins([make_door(regime=preference())])) == []
    assert list(measure_margins([make_door()])) == []


def test_rows_are_by_the_tonne_in_dollars():
    (row,) = margin_rows([make_door(), make_door(regime=preference())], dollars=2.0)
    assert row["net_tonne"] == pytest.approx(120.0)
    assert (row["route"], row["regime"]) == ("r1", "fta")


@given(
    value=st.floats(100.0, 1e6),
    freights=st.tuples(st.floats(0.0, 1e5), st.floats(0.0, 1e5)),
    proof=st.floats(0.0, 1e4),
    incoterm=st.sampled_from(["EXW", "DDP"]),
)
def test_margin_less_proof_and_way_is_what_is_left(value, freights, proof, incoterm):
    # Under DDP the seller's costs are in the price: it must cover them.
    price = value if incoterm == "EXW" else 10.0 * (value + sum(freights) + proof)
    doors = [
        make_door(make_goods(price, incoterm=incoterm), make_way(freight, route=route, label=route), regime)
        for route, freight in zip(("r1", "r2"), freights, strict=True)
        for regime in (PLAIN, preference(proof))
    ]
    for margin in measure_margins(doors):
        scale = 1e-9 * price + 1e-6
        assert margin.margin - margin.proof - margin.way == pytest.approx(margin.net, abs=scale)
        assert margin.way >= -scale
