"""Sensitivities, break-evens and margins of an offer on a given freight."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

import landbridge as lb

FREIGHT = lb.GivenFreight(main=9_000.0, days=25.0)
OFFER = lb.Offer(product="8433.51", origin="BY", destination="IR", value=120_000.0, weight=15_000.0)


@pytest.fixture(scope="module")
def answer() -> lb.LandedCost:
    return lb.price_landed_cost(OFFER, freight=FREIGHT)


def test_the_frames_hold_the_best_release(answer: lb.LandedCost) -> None:
    best, moved = answer.best, answer.sensitivities
    assert set(moved["regime"]) == {best["regime"]}
    assert set(moved["factor"]) == {"value", "freight", "days", "duty", "charges"}
    assert (moved["total"] - moved["change"]).tolist() == pytest.approx([best["total"]] * len(moved))
    assert answer.cheapest.door.total[0] == pytest.approx(best["total"])
    assert answer.cheapest.dollars == 1.0


def test_a_changed_offer_costs_what_the_sensitivity_says(answer: lb.LandedCost) -> None:
    dearer = lb.price_landed_cost(replace(OFFER, value=132_000.0), freight=FREIGHT)
    longer = lb.price_landed_cost(OFFER, freight=replace(FREIGHT, main=9_900.0))
    moved = answer.sensitivities[answer.sensitivities["step"] > 0].set_index("factor")["total"]
    assert moved["value"] == pytest.approx(dearer.best["total"])
    assert moved["freight"] == pytest.approx(longer.best["total"])


def test_the_margin_is_the_saving_of_the_preference(answer: lb.LandedCost) -> None:
    totals = answer.frame.set_index("regime")["total"]
    margin = answer.margins.iloc[0]
    assert margin["net"] == pytest.approx(totals["mfn"] - totals[margin["regime"]])
    assert margin["net_tonne"] == pytest.approx(margin["net"] / 15.0)


def test_two_origins_break_even_where_the_offers_cost_the_same(answer: lb.LandedCost) -> None:
    german = lb.price_landed_cost(
        replace(OFFER, origin="DE", value=110_000.0, currency="EUR"), freight=replace(FREIGHT, main=7_000.0)
    )
    found = lb.find_break_even(answer, german, factor="value")
    assert (found.kind, found.currency) == ("origins", "USD")
    again = lb.price_landed_cost(replace(OFFER, value=120_000.0 * found.at), freight=FREIGHT)
    worth = german.cheapest.dollars / answer.cheapest.dollars
    assert again.best["total"] == pytest.approx(german.best["total"] * worth, rel=1e-9)
    with pytest.raises(lb.InputError):
        lb.find_break_even(answer, german, factor="exchange:INR")


def test_json_has_one_shape_of_money_and_no_hole(answer: lb.LandedCost) -> None:
    plain = answer.to_json()
    first = plain["sensitivities"][0]
    assert first["total"]["unit"] == first["change"]["currency"] == "USD"
    assert {"factor", "title", "step", "elasticity", "share", "words"} < set(first)
    assert {one["kind"] for one in plain["break_evens"]} == {"regimes"}
    assert plain["preference_margins"][0]["proof"] is None
    assert json.dumps(plain["break_evens"])
