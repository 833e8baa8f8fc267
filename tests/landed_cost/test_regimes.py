"""Regimes beside release, against closed forms of what is suspended, charged by the month and due on sale inland."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_law import TAXES, make_goods, make_law, make_rules, make_way

from landbridge.landed_cost.door import Door
from landbridge.landed_cost.pricing import Priced, Wishes, price_consignment
from landbridge.landed_cost.waterfall import list_lines
from landbridge.schema.findings import has_errors

VALUE, FREIGHT = 10_000.0, 500.0
DUTY = 0.05 * (VALUE + FREIGHT)
TAX = 0.2 * 1.05 * (VALUE + FREIGHT)
TEMPORARY = {
    "id": "temporary",
    "territory": "XU",
    "regime": "temporary_admission",
    "monthly": 3.0,
    "days": 730.0,
}
RELEASE = {"id": "release", "territory": "XU", "regime": "release", "papers": ("declaration",)}
REGIMES = (
    RELEASE,
    {**TEMPORARY, "guarantee": 100.0, "papers": ("carnet",), "conditions": "unchanged"},
    {"id": "transit", "territory": "XU", "regime": "transit", "guarantee": 100.0},
    {"id": "processing", "territory": "XU", "regime": "inward_processing", "days": 1095.0},
    {"id": "warehouse", "territory": "XU", "regime": "customs_warehouse", "fee": "30 USD/t"},
    {"id": "zone", "territory": "XU", "regime": "free_zone", "places": ("zone-x",), "inland": "whole"},
    {"id": "zone-b", "territory": "XA", "regime": "free_zone", "inland": "foreign_part", "fee": "0.1 %"},
    {"id": "re-export", "territory": "XU", "regime": "re_export"},
)
FEE = {
    "id": "fee",
    "territory": "XU",
    "charge": "customs_fee",
    "name": "Fee",
    "rate": "50 BYN/shipment",
    "suspended_with_duty": False,
}


def run(*rows: Mapping[str, Any], wishes: Wishes = Wishes(), **goods: Any) -> Priced:
    rules = make_rules(make_law(regime_terms=rows or REGIMES), insurance_share=0.0, interest_rate=0.0)
    return price_consignment(
        rules, make_goods(**{"value": VALUE, **goods}), [make_way(FREIGHT)], wishes=wishes
    )


def pick(found: Priced, regime: str) -> Door:
    return next(door for door in found.doors if door.regime.id == regime)


def total(door: Door) -> float:
    return float(door.total.mean())


def amount(door: Door, name: str) -> float:
    return sum(float(np.mean(line.amount)) for line in list_lines(door) if line.name == name)


def test_every_regime_of_the_country_and_its_union_is_listed() -> None:
    found = run(wishes=Wishes(added=0.3))
    assert not has_errors(found.findings)
    assert {door.regime.id for door in found.doors} == {
        "mfn",
        "temporary",
        "transit",
        "processing",
        "warehouse",
        "zone",
        "zone-inland",
        "zone-b",
        "zone-b-inland",
        "re-export",
    }
    kinds = [door.regime.kind for door in found.doors]
    assert kinds == sorted(kinds)
    for _, group in itertools.groupby(found.doors, key=lambda door: door.regime.kind):
        totals = [total(door) for door in group]
        assert totals == sorted(totals)


@pytest.mark.parametrize("regime", ["transit", "processing", "zone", "re-export"])
def test_a_suspension_charges_nothing_and_shows_what_is_suspended(regime: str) -> None:
    door = pick(run(), regime)
    assert total(door) == pytest.approx(VALUE + FREIGHT)
    assert float(door.suspended.mean()) == pytest.approx(DUTY + TAX)


@pytest.mark.parametrize(
    ("months", "charged"),
    [(0.0, 0), (0.5, 1), (1.0, 1), (1.01, 2), (12.0, 12), (24.0, 24), (33.0, 24), (40.0, 24)],
)
def test_temporary_admission_is_charged_by_begun_months_within_its_limit(months: float, charged: int) -> None:
    door = pick(run(wishes=Wishes(months=months)), "temporary")
    assert total(door) == pytest.approx(VALUE + FREIGHT + 0.03 * charged * (DUTY + TAX))
    assert amount(door, "duty") == pytest.approx(0.03 * charged * DUTY)
    assert amount(door, "vat") == pytest.approx(0.03 * charged * TAX)
    assert "at most 730 days" in door.regime.conditions


def test_charges_by_the_month_never_exceed_the_whole() -> None:
    endless = {**TEMPORARY, "days": None}
    door = pick(run(endless, wishes=Wishes(months=50.0)), "temporary")
    assert total(door) == pytest.approx(VALUE + FREIGHT + DUTY + TAX)
    part = pick(run({**endless, "charged": 40.0}, wishes=Wishes(months=5.0)), "temporary")
    assert total(part) == pytest.approx(VALUE + FREIGHT + 0.55 * (DUTY + TAX))


def test_a_guarantee_is_shown_and_does_not_count() -> None:
    door = pick(run(wishes=Wishes(months=12.0)), "temporary")
    line = next(line for line in list_lines(door) if line.name == "guarantee")
    assert float(np.mean(line.amount)) == pytest.approx(0.64 * (DUTY + TAX))
    assert line.counted is False
    assert [line.name for line in list_lines(pick(run(), "zone"))].count("guarantee") == 0


def test_fees_of_a_regime_count() -> None:
    assert total(pick(run(), "warehouse")) == pytest.approx(VALUE + FREIGHT + 30.0 * 12.0)
    assert total(pick(run(), "zone-b")) == pytest.approx((VALUE + FREIGHT) * 1.001)


@pytest.mark.parametrize("added", [0.1, 0.4, 2.0])
def test_sale_from_a_zone_bears_duty_on_the_whole_or_on_the_foreign_part(added: float) -> None:
    found = run(wishes=Wishes(added=added))
    customs, more = VALUE + FREIGHT, added * VALUE
    whole = pick(found, "zone-inland")
    assert amount(whole, "zone_processing") == pytest.approx(more)
    assert amount(whole, "duty") == pytest.approx(0.05 * (customs + more))
    assert total(whole) == pytest.approx(customs + more + (0.05 + 0.2 * 1.05) * (customs + more))
    foreign = pick(found, "zone-b-inland")
    assert total(foreign) == pytest.approx(customs + more + (0.05 + 0.2 * 1.05) * customs + 0.001 * customs)
    assert {whole.regime.kind, foreign.regime.kind} == {"release"}


def test_without_value_added_there_is_no_sale_from_a_zone() -> None:
    assert not [door for door in run().doors if door.regime.id.endswith("-inland")]


def test_a_charge_that_is_not_suspended_is_due_all_the_same() -> None:
    rules = make_rules(make_law(regime_terms=REGIMES, import_taxes=[*TAXES, FEE]), insurance_share=0.0)
    found = price_consignment(rules, make_goods(), [make_way()])
    for regime in ("mfn", "transit", "temporary", "zone"):
        assert amount(pick(found, regime), "customs_fee") == pytest.approx(12.5)


@given(st.floats(1.0, 1e7), st.floats(0.0, 1e5), st.floats(0.0, 60.0), st.sampled_from(["EXW", "CIF", "DAP"]))
def test_no_regime_is_cheaper_by_a_sign(value: float, freight: float, months: float, rule: str) -> None:
    free_of_fees = [row for row in REGIMES if not row.get("fee")]
    deal = {"id": "deal", "title": "Deal", "kind": "free_trade", "rate": "50 % of mfn"}
    deal |= {"granters": ("XU",), "beneficiaries": ("ZA",)}
    law = _law(free_of_fees, deal)
    goods = make_goods(value=value + 2e5, incoterm=rule)
    wishes = Wishes(months=months, added=0.2)
    found = price_consignment(make_rules(law), goods, [make_way(freight, days=10.0)], wishes=wishes)
    plain = pick(found, "mfn")
    bare = total(plain) - sum(float(one.amount.mean()) for one in plain.charges)
    slack = 1e-9 * total(plain)
    for door in found.doors:
        assert all((one.amount >= 0.0).all() for one in door.charges)
        assert (door.suspended >= -slack).all()
        assert total(door) >= bare - slack, door.regime.id
        if door.regime.kind == "suspension":
            assert total(door) <= total(plain) + slack, door.regime.id
    assert total(pick(found, "deal")) <= total(plain) + slack


_LAWS: dict[int, Any] = {}


def _law(rows: Any, deal: Mapping[str, Any]) -> Any:
    """The law of the property above, read once."""
    if not _LAWS:
        _LAWS[0] = make_law(regime_terms=rows, trade_agreements=[deal])
    return _LAWS[0]


@pytest.mark.parametrize(
    ("wanted", "regimes"),
    [
        ("mfn", ["mfn"]),
        ("temporary", ["temporary"]),
        ("temporary_admission", ["temporary"]),
        ("free_zone", ["zone", "zone-b"]),
        ("release", ["mfn"]),
    ],
)
def test_a_regime_is_chosen_by_its_id_or_its_kind(wanted: str, regimes: list[str]) -> None:
    assert [door.regime.id for door in run(wishes=Wishes(regime=wanted)).doors] == regimes


def test_an_unknown_regime_names_the_lawful_ones() -> None:
    found = run(wishes=Wishes(regime="temporay"))
    assert (found.doors, [finding.code for finding in found.findings]) == ((), ["unknown_regime"])
    assert found.findings[0].nearest[0] == "temporary"


def test_goods_shut_out_of_a_regime_do_not_get_it() -> None:
    shut = [{**TEMPORARY, "except_products": ("84",)}, {**TEMPORARY, "id": "food", "products": ("04",)}]
    assert [door.regime.id for door in run(*shut).doors] == ["mfn"]


def test_goods_of_the_territory_need_no_suspension() -> None:
    assert [door.regime.id for door in run(start="XB").doors] == ["mfn"]


def test_releases_alone_are_priced_on_wish() -> None:
    assert [door.regime.id for door in run(wishes=Wishes(release_only=True)).doors] == ["mfn"]


def test_papers_of_the_release_and_of_the_regime_are_told() -> None:
    found = run()
    assert pick(found, "mfn").regime.papers == ("declaration",)
    assert pick(found, "temporary").regime.papers == ("carnet",)
    assert pick(found, "temporary").regime.conditions[-1] == "unchanged"


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(months=float("nan")),
        Wishes(months=float("inf")),
        Wishes(months=-1.0),
        Wishes(added=-0.1),
        Wishes(added=float("nan")),
        Wishes(added=float("inf")),
    ],
)
def test_a_wish_that_is_no_number_is_a_finding(wishes: Wishes) -> None:
    found = run(wishes=wishes)
    assert (found.doors, [finding.code for finding in found.findings]) == ((), ["bad_wish"])
