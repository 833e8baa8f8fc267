"""Rules of Incoterms 2020: who pays which stage, and prices from one rule into another."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.landed_cost.incoterms import (
    check_incoterm,
    convert_price,
    find_incoterm,
    insure,
    list_moved_stages,
    split_costs,
)
from landbridge.schema import InputError, load_catalogue

STAGES = tuple(load_catalogue().cost_stages)
RULES = tuple(load_catalogue().incoterms)
MONEY = st.floats(0.0, 1e6)
COSTS = st.fixed_dictionaries(dict.fromkeys(STAGES, MONEY))


def test_the_eleven_rules_and_the_stages_are_declared() -> None:
    assert RULES == ("EXW", "FCA", "FAS", "FOB", "CFR", "CIF", "CPT", "CIP", "DAP", "DPU", "DDP")
    for term in load_catalogue().incoterms.values():
        assert list(term.seller) == [stage for stage in STAGES if stage in term.seller], term.id
    assert {term.id for term in load_catalogue().incoterms.values() if term.scope == "water"} == {
        "FAS", "FOB", "CFR", "CIF",
    }  # fmt: skip


# International Chamber of Commerce, Incoterms 2020, articles A2, A4-A7, A9 of each rule.
@pytest.mark.parametrize(
    ("rules", "gained"),
    [
        (("EXW", "FCA"), {"loading_origin", "export_clearance", "pre_carriage"}),
        (("FCA", "FAS"), {"origin_terminal"}),
        (("FAS", "FOB"), {"main_loading"}),
        (("FOB", "CFR"), {"main_carriage"}),
        (("CFR", "CIF"), {"insurance"}),
        (("CPT", "CIP"), {"insurance"}),
        (("CFR", "CPT"), set()),
        (("CIP", "DAP"), {"destination_terminal", "on_carriage"}),
        (("DAP", "DPU"), {"unloading"}),
        (("DAP", "DDP"), {"import_clearance", "duty", "taxes"}),
    ],
)
def test_each_rule_adds_its_stages_to_the_one_before(rules: tuple[str, str], gained: set[str]) -> None:
    before, after = (set(find_incoterm(rule).seller) for rule in rules)
    assert after - before == gained
    assert before <= after


@given(price=st.floats(0.0, 1e9), costs=COSTS)
def test_conversion_between_all_pairs_and_back_is_exact(price: float, costs: dict[str, float]) -> None:
    for rule, into in product(RULES, RULES):
        there = convert_price(price, rule, into=into, costs=costs)
        back = convert_price(there.price, into, into=rule, costs=costs)
        scale = price + sum(costs.values())
        assert float(back.price) == pytest.approx(price, rel=1e-9, abs=1e-12 * scale)
        total = price + sum(float(line.amount) for line in there.lines)
        assert float(there.price) == pytest.approx(total, rel=1e-12, abs=1e-12 * scale)


@given(costs=COSTS, rule=st.sampled_from(RULES))
def test_the_two_parts_are_all_costs(costs: dict[str, float], rule: str) -> None:
    seller, buyer = split_costs(costs, rule)
    assert {**seller, **buyer}.keys() == costs.keys()
    paid = sum(map(float, seller.values())) + sum(map(float, buyer.values()))
    assert paid == pytest.approx(sum(costs.values()), rel=1e-12)


@given(price=MONEY, costs=COSTS, pair=st.tuples(st.sampled_from(RULES), st.sampled_from(RULES)))
def test_what_the_seller_takes_on_is_what_the_price_gains(
    price: float, costs: dict[str, float], pair: tuple[str, str]
) -> None:
    kept = [price - sum(map(float, split_costs(costs, pair[0])[0].values()))]
    converted = float(convert_price(price, pair[0], into=pair[1], costs=costs).price)
    kept.append(converted - sum(map(float, split_costs(costs, pair[1])[0].values())))
    assert kept[0] == pytest.approx(kept[1], abs=1e-6)


def test_arrays_of_one_shape_are_converted_at_once() -> None:
    prices, freight = np.array([100.0, 200.0]), np.array([[10.0], [20.0], [30.0]])
    found = convert_price(prices, "FOB", into="CFR", costs={"main_carriage": freight})
    np.testing.assert_array_equal(found.price, prices + freight)


def test_each_missing_stage_is_a_finding() -> None:
    with pytest.raises(InputError) as caught:
        convert_price(100.0, "FCA", into="CIP", costs={"main_carriage": 5.0})
    assert [finding.code for finding in caught.value.findings] == ["missing_cost"] * 3
    assert list_moved_stages("FCA", "CIP")[0] == "origin_terminal"


@pytest.mark.parametrize(
    ("costs", "code"),
    [
        ({"duti": 1.0}, "unknown_cost_stage"),
        ({"duty": -1.0}, "bad_cost"),
        ({"duty": float("nan")}, "bad_cost"),
    ],
)
def test_a_bad_cost_is_a_finding(costs: dict[str, float], code: str) -> None:
    with pytest.raises(InputError) as caught:
        split_costs(costs, "DDP")
    assert [finding.code for finding in caught.value.findings] == [code]


@pytest.mark.parametrize(("word", "nearest"), [("DAT", "DPU"), ("FOBS", "FOB"), ("CFI", "CIF")])
def test_an_unknown_rule_is_a_finding_with_the_nearest(word: str, nearest: str) -> None:
    with pytest.raises(InputError) as caught:
        find_incoterm(word)
    assert nearest in caught.value.findings[0].nearest


def test_a_rule_for_ships_needs_a_leg_by_water() -> None:
    for rule in RULES:
        found = check_incoterm(rule, ["road", "rail", "air"])
        assert [finding.severity for finding in found] == ["warning"] * (rule in {"FAS", "FOB", "CFR", "CIF"})
        assert check_incoterm(rule, ["road", "ferry"]) == ()


@given(price=st.floats(0.01, 1e9), rate=st.floats(0.0, 0.5))
def test_the_insured_value_is_110_per_cent_of_the_price_with_insurance(price: float, rate: float) -> None:
    cover = insure(price, "CIF", rate=rate)
    assert float(cover.insured) == pytest.approx(1.1 * float(cover.price), rel=1e-9)
    assert float(cover.price) == pytest.approx(price / (1 - 1.1 * rate), rel=1e-9)
    assert float(cover.premium) == pytest.approx(float(cover.price) - price, rel=1e-6, abs=1e-6)


def test_clauses_are_those_that_the_rule_asks_for() -> None:
    assert [insure(1.0, rule, rate=0.0).clauses for rule in ("CIF", "CIP", "DAP")] == ["C", "A", ""]
    for price, rate in ((100.0, 0.91), (100.0, -0.1), (-1.0, 0.01), (float("nan"), 0.01)):
        with pytest.raises(InputError):
            insure(price, "CIF", rate=rate)
