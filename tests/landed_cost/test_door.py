"""The cost at the door: what its lines add up to, what prices under the terms mean, what is a finding, not a guess."""

from __future__ import annotations

import datetime
import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented_law import DATE, TARIFFS, TAXES, make_goods, make_law, make_rules, make_staged_way, make_way

from landbridge.landed_cost.door import Door
from landbridge.landed_cost.goods import Goods
from landbridge.landed_cost.incoterms import convert_price
from landbridge.landed_cost.pricing import Rules, Wishes, price_consignment
from landbridge.landed_cost.waterfall import cost_row, line_rows, list_lines, list_prices
from landbridge.landed_cost.way import Way
from landbridge.schema import load_catalogue
from landbridge.schema.findings import Finding

RULES = tuple(load_catalogue().incoterms)
MONEY = st.floats(0.0, 1e5)
VALUE = st.floats(0.0, 1e7)
STAGES = (
    "loading_origin",
    "export_clearance",
    "pre_carriage",
    "origin_terminal",
    "main_loading",
    "main_carriage",
    "destination_terminal",
    "on_carriage",
    "unloading",
    "import_clearance",
)
COSTS = st.fixed_dictionaries(dict.fromkeys(STAGES, MONEY))
COST = dict(zip(STAGES, (5.0, 7.0, 60.0, 20.0, 8.0, 400.0, 30.0, 90.0, 6.0, 15.0), strict=True))
# A tax on the tax, an amount a shipment, a fee with bounds and a levy on the duty: what real acts have.
WEB = make_law(
    import_taxes=[
        *TAXES,
        {"id": "fee", "territory": "XU", "charge": "customs_fee", "name": "Fee", "rate": "50 BYN/shipment"},
        {"id": "levy", "territory": "XU", "charge": "levy", "name": "Levy", "rate": "1 %", "base": ("duty",)},
        {
            "id": "income",
            "territory": "XU",
            "charge": "income_tax",
            "name": "Advance",
            "rate": "4 %",
            "base": ("customs_value", "duty", "vat"),
            "recoverable": True,
        },
    ]
)
# Goods of each shape of rate, with what they are counted in.
SHAPES: dict[str, dict[str, Any]] = {
    "ad valorem": {"product": "843351"},
    "not less than": {"product": "040510"},
    "specific": {"product": "840734", "measures": ("1596 cm3",)},
    "compound": {"product": "640399", "count": 900.0, "unit": "pair"},
}


def price(goods: Goods, way: Way, rules: Rules | None = None, **wishes: Any) -> Door:
    found = price_consignment(rules or make_rules(WEB), goods, [way], wishes=Wishes(**wishes))
    assert not [finding for finding in found.findings if finding.severity == "error"], found.findings
    return found.doors[0]


def fail(goods: Goods, way: Way | None = None, rules: Rules | None = None) -> list[Finding]:
    """The errors of goods that cannot be priced."""
    found = price_consignment(rules or make_rules(WEB), goods, [way or make_way(100.0)])
    assert found.doors == ()
    return [finding for finding in found.findings if finding.severity == "error"]


def sell(door: Door) -> float:
    """The price under the terms, added up anew from the lines: works and what the seller pays."""
    paid = [line for line in list_lines(door) if line.payer == "seller" and line.stage != "none"]
    return float(np.mean(door.works)) + sum(float(np.mean(line.amount)) for line in paid)


def mean(values: Any) -> float:
    return float(np.mean(values))


@given(VALUE, COSTS, st.sampled_from(RULES), st.sampled_from(tuple(SHAPES)), st.floats(0.0, 60.0))
def test_the_total_is_the_sum_of_the_lines_that_count(
    value: float, costs: dict[str, float], rule: str, shape: str, days: float
) -> None:
    # A price that covers what the seller pays: freight of up to a million and the duty and tax on it.
    goods = make_goods(value=value + 1e7, incoterm=rule, **SHAPES[shape])
    door = price(goods, make_staged_way(costs, days=days))
    lines = list_lines(door)
    counted = sum(mean(line.amount) for line in lines if line.counted)
    assert mean(door.total) == pytest.approx(counted, rel=1e-12, abs=1e-9)
    got_back = sum(mean(line.amount) for line in lines if not line.counted and line.stage == "import")
    assert mean(door.paid) == pytest.approx(counted + got_back, rel=1e-12, abs=1e-9)
    row = cost_row(door, dollars=1.0)
    parts = ("goods", "transport", "duty", "taxes", "conformity")
    assert row["total"] == pytest.approx(sum(row[name] for name in parts), rel=1e-12)


@given(VALUE, COSTS, st.sampled_from(RULES), st.sampled_from(tuple(SHAPES)))
def test_the_price_under_the_terms_is_the_value_of_the_goods(
    value: float, costs: dict[str, float], rule: str, shape: str
) -> None:
    goods = make_goods(value=value + 1e7, incoterm=rule, **SHAPES[shape])
    door = price(goods, make_staged_way(costs))
    assert sell(door) == pytest.approx(mean(goods.value), rel=1e-9)
    assert list_prices(door)[rule] == pytest.approx(mean(goods.value), rel=1e-9)
    assert mean(door.works) >= 0.0


@given(VALUE, COSTS, st.sampled_from(RULES), st.sampled_from(RULES), st.sampled_from(tuple(SHAPES)))
def test_a_price_converted_into_another_rule_costs_the_same_at_the_door(
    value: float, costs: dict[str, float], before: str, after: str, shape: str
) -> None:
    goods = make_goods(value=value + 1e7, incoterm=before, **SHAPES[shape])
    way = make_staged_way(costs)
    door = price(goods, way)
    other = price(replace(goods, value=np.array([list_prices(door)[after]]), incoterm=after), way)
    assert mean(other.total) == pytest.approx(mean(door.total), rel=1e-9)
    assert mean(other.works) == pytest.approx(mean(door.works), rel=1e-9)


@given(VALUE, COSTS, st.sampled_from(RULES), st.sampled_from(RULES))
def test_conversion_between_terms_and_back_is_exact(
    value: float, costs: dict[str, float], before: str, after: str
) -> None:
    given_costs = {**dict.fromkeys(load_catalogue().cost_stages, 3.0), **costs}
    there = convert_price(value + 1e7, before, into=after, costs=given_costs).price
    assert float(convert_price(there, after, into=before, costs=given_costs).price) == pytest.approx(
        value + 1e7, rel=1e-15
    )


CHAINS = (
    ("EXW", "FCA", "FAS", "FOB", "CFR", "CIF", "DAP", "DPU"),
    ("EXW", "FCA", "CPT", "CIP", "DAP", "DDP"),
    ("DAP", "DPU"),
    ("CFR", "CPT", "CFR"),
)


@given(COSTS, st.sampled_from(tuple(SHAPES)))
def test_prices_rise_along_the_chains_of_terms(costs: dict[str, float], shape: str) -> None:
    prices = list_prices(price(make_goods(value=1e6, **SHAPES[shape]), make_staged_way(costs)))
    assert set(prices) == set(RULES)
    for chain in CHAINS:
        for lower, upper in itertools.pairwise(chain):
            assert prices[lower] <= prices[upper] + 1e-9, (lower, upper)


def test_prices_under_the_terms_by_hand() -> None:
    rules = make_rules(make_law(), insurance_share=0.0)
    prices = list_prices(price(make_goods(), make_staged_way(COST), rules))
    works = 10_000.0
    customs = works + sum(COST[stage] for stage in STAGES[:6])
    duty, tax = 0.05 * customs, 0.2 * 1.05 * customs
    assert prices["EXW"] == works
    assert prices["FCA"] == works + 5.0 + 7.0
    assert prices["FOB"] == works + 100.0
    assert prices["CIF"] == works + 500.0
    assert prices["DAP"] == works + 620.0
    assert prices["DPU"] == works + 626.0
    assert prices["DDP"] == pytest.approx(works + 620.0 + 15.0 + duty + tax)


@pytest.mark.parametrize("shape", SHAPES)
@given(st.floats(2e5, 1e7), COSTS)
@settings(max_examples=25)
def test_a_duty_paid_price_converges_for_every_shape_of_rate(
    shape: str, value: float, costs: dict[str, float]
) -> None:
    small = {stage: cost / 10.0 for stage, cost in costs.items()}
    door = price(make_goods(value=value, incoterm="DDP", **SHAPES[shape]), make_staged_way(small))
    assert sell(door) == pytest.approx(value, rel=1e-9)


def test_a_duty_paid_price_across_the_bend_of_a_rate() -> None:
    # "15 % but not less than 0.22 EUR/kg" bends where 15 % of the value is the least duty.
    for value in np.geomspace(4_500.0, 200_000.0, 30):
        goods = make_goods(product="040510", value=value, incoterm="DDP")
        assert sell(price(goods, make_way(50.0))) == pytest.approx(value, rel=1e-9)


@given(VALUE, st.floats(1.0, 1e6), MONEY, st.sampled_from(tuple(SHAPES)))
def test_the_total_rises_with_the_value_and_the_freight(
    value: float, more: float, freight: float, shape: str
) -> None:
    def total(value: float, freight: float) -> float:
        return mean(price(make_goods(value=value, **SHAPES[shape]), make_way(freight, days=9.0)).total)

    assert total(value + more, freight) > total(value, freight)
    assert total(value, freight + more) > total(value, freight)


@settings(max_examples=12)
@given(st.floats(0.0, 80.0), st.floats(0.1, 80.0), VALUE, st.sampled_from(("EXW", "FOB", "CIF", "DAP")))
def test_the_total_does_not_fall_with_the_rate(low: float, more: float, value: float, rule: str) -> None:
    def total(percent: float) -> float:
        tariffs = [{"id": "t", "territory": "XU", "products": ("84",), "rate": f"{percent:.6f} %"}]
        rules = make_rules(make_law(tariffs=tariffs))
        return mean(price(make_goods(value=value + 1e6, incoterm=rule), make_staged_way(COST), rules).total)

    assert total(low + more) > total(low)


@pytest.mark.parametrize("rule", RULES)
def test_zero_freight_and_zero_value(rule: str) -> None:
    free = price(make_goods(incoterm=rule), make_staged_way(dict.fromkeys(STAGES, 0.0)))
    assert sell(free) == pytest.approx(10_000.0)
    nothing = make_goods(value=0.0, incoterm="EXW")
    door = price(nothing, make_staged_way(COST))
    assert mean(door.works) == 0.0
    assert mean(door.total) > sum(COST.values()) - 1e-9
    assert np.isfinite(cost_row(door, dollars=1.0)["total"])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"value": -1.0}, "bad_value"),
        ({"value": float("nan")}, "bad_value"),
        ({"value": float("inf")}, "bad_value"),
        ({"weight": float("nan")}, "no_weight"),
        ({"weight": 0.0}, "no_weight"),
        ({"weight": float("inf")}, "no_weight"),
        ({"gross_weight": np.array([1.0])}, "lighter_than_net"),
        ({"gross_weight": np.array([np.inf])}, "no_weight"),
        ({"currency": "RUB"}, "missing_exchange_rate"),
        ({"product": "840734"}, "missing_quantity"),
        ({"product": "570210"}, "missing_quantity"),
        ({"product": "640399", "count": 3.0}, "missing_quantity"),
        ({"product": "870120"}, "no_tariff"),
        ({"destination": "ZB"}, "no_tariff"),
    ],
)
def test_what_is_missing_or_wrong_is_a_finding_and_never_zero(changed: dict[str, Any], code: str) -> None:
    goods = make_goods(**changed)
    found = fail(goods)
    assert code in [finding.code for finding in found]
    assert all(finding.what and finding.remedy for finding in found)


def test_a_missing_quantity_is_named_by_its_unit() -> None:
    assert "cm3" in fail(make_goods(product="840734"))[0].what
    assert "m2" in fail(make_goods(product="570210"))[0].what


def test_a_day_before_the_tariff_is_not_priced() -> None:
    rules = make_rules(make_law(datetime.date(2019, 12, 31)))
    assert "no_tariff" in [finding.code for finding in fail(make_goods(), rules=rules)]


def test_all_findings_are_told_at_once_and_each_once() -> None:
    found = [f.code for f in fail(make_goods(value=-1.0, weight=-1.0, product="870120"))]
    assert sorted(found) == ["bad_value", "no_tariff", "no_weight"]


@pytest.mark.parametrize("rule", ["FOB", "CIF", "DAP", "DDP"])
def test_a_price_below_what_the_seller_pays_is_a_finding(rule: str) -> None:
    found = fail(make_goods(value=50.0, incoterm=rule), make_staged_way(COST))
    assert [finding.code for finding in found] == ["price_below_costs"]


def test_a_way_that_the_price_does_not_cover_leaves_the_others() -> None:
    dear = replace(make_way(20_000.0), label="the dear way")
    found = price_consignment(make_rules(), make_goods(incoterm="CPT"), [dear, make_way(10.0)])
    assert [door.way.label for door in found.doors] == ["given freight"]
    assert [(one.code, one.severity) for one in found.findings] == [("price_below_costs", "warning")]
    assert "the dear way" in found.findings[0].what


def test_nothing_is_priced_where_one_regime_lacks_a_quantity() -> None:
    deal = {"id": "deal", "title": "D", "kind": "free_trade", "rate": "free"}
    deal |= {"granters": ("XU",), "beneficiaries": ("ZA",)}
    rules = make_rules(make_law(trade_agreements=[deal]))
    assert [f.code for f in fail(make_goods(product="840734"), rules=rules)] == ["missing_quantity"]
    goods, wishes = make_goods(product="840734"), Wishes(regime="deal")
    assert [d.regime.id for d in price_consignment(rules, goods, [make_way()], wishes=wishes).doors] == [
        "deal"
    ]


@pytest.mark.parametrize(
    ("way", "code"),
    [
        (make_way(-1.0), "bad_freight"),
        (make_way(float("nan")), "bad_freight"),
        (make_way(inland=float("inf")), "bad_freight"),
        (make_way(10.0, days=-5.0), "bad_freight"),
    ],
)
def test_a_freight_that_is_none_is_a_finding(way: Way, code: str) -> None:
    assert [finding.code for finding in fail(make_goods(), way)] == [code]


def draw(seed: int, count: int = 4000) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.random.default_rng(seed).lognormal(0.0, 0.4, count)


def test_draws_of_a_linear_case_have_the_mean_of_the_mean_way() -> None:
    luck = draw(1) / draw(1).mean()
    moved = {stage: cost * luck for stage, cost in COST.items()}
    drawn = price(make_goods(incoterm="FOB"), make_staged_way(moved, days=20.0 * luck))
    fixed = price(make_goods(incoterm="FOB"), make_staged_way(COST, days=20.0))
    for before, after in zip(list_lines(drawn), list_lines(fixed), strict=True):
        assert mean(before.amount) == pytest.approx(mean(after.amount), rel=1e-9), before.title
    assert mean(drawn.total) == pytest.approx(mean(fixed.total), rel=1e-9)


@pytest.mark.parametrize("rule", RULES)
def test_what_the_seller_pays_does_not_move_and_what_the_buyer_pays_does(rule: str) -> None:
    moved = {stage: cost * draw(place, 500) for place, (stage, cost) in enumerate(COST.items())}
    door = price(make_goods(incoterm=rule), make_staged_way(moved))
    for part, amount in zip(door.way.parts, door.parts, strict=True):
        still = float(np.ptp(amount)) < 1e-9
        assert still is door.seller_pays(part.stage), part.stage
    rows = line_rows(door, {})
    for row in rows:
        known = not np.isnan(row["p50"])
        assert not (row["payer"] == "seller" and known), row["title"]
        if known:
            assert row["p10"] <= row["p50"] <= row["p90"]
    total = cost_row(door, dollars=1.0)
    assert total["total_p10"] <= total["total_p50"] <= total["total_p90"]


def test_many_consignments_in_one_array_are_priced_as_one_by_one() -> None:
    values, weights = np.geomspace(2_000.0, 2e6, 25), np.linspace(10.0, 20_000.0, 25)
    for shape, counted in SHAPES.items():
        for rule in ("EXW", "CIF", "DDP"):
            common = {**counted, "incoterm": rule}
            goods = make_goods(value=values + 30_000.0, weight=weights, **common)
            way = replace(make_way(90.0, days=3.0))
            together = price(goods, way, drawn=False)
            for place in (0, 12, 24):
                alone = price(
                    make_goods(value=values[place] + 30_000.0, weight=weights[place], **common),
                    way,
                    drawn=False,
                )
                assert together.total[place] == pytest.approx(alone.total[0], rel=1e-9), (shape, rule)


def test_the_customs_value_by_basis_and_place() -> None:
    rules = make_rules(make_law(), insurance_share=0.0)
    entry = price(make_goods(), make_staged_way(COST), rules)
    assert mean(entry.customs.value) == 10_000.0 + 500.0
    fob = [{"id": "v", "territory": "XU", "basis": "fob"}]
    rules = make_rules(make_law(customs_values=fob), insurance_share=0.0)
    assert mean(price(make_goods(), make_staged_way(COST), rules).customs.value) == 10_000.0 + 100.0
    bare = make_rules(make_law(), insurance_share=0.0)
    sold = price(make_goods(value=10_626.0, incoterm="DPU"), make_staged_way(COST), bare)
    assert mean(sold.customs.value) == pytest.approx(10_500.0)
    one_bill = make_staged_way({**COST, "import_clearance": 0.0})
    told = price(make_goods(value=10_626.0, incoterm="DPU"), one_bill, bare, itemised=False)
    assert mean(told.customs.value) == pytest.approx(10_626.0)


def test_a_premium_is_a_share_of_the_price_with_the_premium_and_a_tenth() -> None:
    door = price(make_goods(), make_way(1_000.0), make_rules(make_law()))
    premium = mean(door.insurance)
    assert premium == pytest.approx(0.003 * 1.1 * (11_000.0 + premium))


def test_interest_is_for_the_days_on_the_way() -> None:
    door = price(make_goods(), make_way(days=73.0), make_rules(make_law()))
    assert mean(door.interest) == pytest.approx(10_000.0 * 0.1 * 0.2)
    unknown = price(make_goods(), make_way(days=float("nan")), make_rules(make_law()))
    assert mean(unknown.interest) == 0.0


def test_amounts_in_other_currencies_take_the_rate_of_the_day() -> None:
    goods = make_goods(product="040510", value=1_200.0, weight=1_000.0, currency="BYN")
    door = price(goods, make_way(), make_rules(insurance_share=0.0))
    # 0.22 EUR/kg; a dollar is 4 BYN and 0.8 EUR.
    assert mean(door.charges[0].amount) == pytest.approx(0.22 * 1_000.0 * 4.0 / 0.8)


@pytest.mark.parametrize(
    ("days", "code"), [(20, ""), (200, "old_exchange_rate"), (500, "missing_exchange_rate")]
)
def test_an_exchange_rate_of_some_months_ago_is_said_and_an_older_one_is_missing(
    days: int, code: str
) -> None:
    date = DATE - datetime.timedelta(days=days)
    rows = [{"id": "b", "currency": "BYN", "per": "USD", "value": 4.0, "date": date}]
    rules = make_rules(make_law(exchange_rates=rows))
    found = price_consignment(rules, make_goods(currency="BYN"), [make_way(80.0)])
    assert [finding.code for finding in found.findings] == ([code] if code else [])
    assert bool(found.doors) is (days < 400)


def test_tariffs_are_shown_with_their_act_and_day() -> None:
    rows = line_rows(price(make_goods(), make_way()), {})
    duty = next(row for row in rows if row["name"] == "duty")
    assert (duty["rate"], duty["inputs"], duty["act"]) == ("5 %", ("tariffs#harvester",), "act 1")
    assert duty["dated"] == datetime.date(2020, 1, 1)
    assert TARIFFS[0]["rate"] == duty["rate"]
