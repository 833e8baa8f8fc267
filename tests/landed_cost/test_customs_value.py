"""Customs value by the basis of a territory, against worked examples that authorities and textbooks published."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worked_examples import EXAMPLES, WorkedExample, compute_charges

from landbridge.landed_cost.customs_value import (
    Sale,
    ValueBasis,
    assess_customs_value,
    find_value_basis,
    sum_lines,
)
from landbridge.landed_cost.valuation_methods import value_transaction
from landbridge.schema import InputError, load_catalogue, make_frame

ENTRY = ValueBasis("e", "XX", "entry", "out_if_itemised", "", None, None, None, "act", "source", "published")
FOB = replace(ENTRY, basis="fob")
INDIA = replace(ENTRY, territory="IN", insurance=0.01125, freight=0.2)
ALL_COSTS = {
    "packing": 10.0,
    "loading_origin": 5.0,
    "export_clearance": 7.0,
    "pre_carriage": 60.0,
    "origin_terminal": 20.0,
    "main_loading": 8.0,
    "main_carriage": 400.0,
    "insurance": 12.0,
    "destination_terminal": 30.0,
    "on_carriage": 90.0,
    "unloading": 6.0,
    "import_clearance": 15.0,
    "duty": 50.0,
    "taxes": 200.0,
}
RULES = tuple(load_catalogue().incoterms)
MONEY = st.floats(0.0, 1e6)


def run_example(example: WorkedExample) -> dict[str, float]:
    basis = replace(ENTRY, basis=example.basis, inland=example.inland, freight_cap=example.freight_cap)
    sale = Sale(example.price, example.rule, example.costs)
    value = assess_customs_value(sale, basis).value
    value = value_transaction(value, additions=example.additions, deductions={}).value
    return compute_charges(float(value) * example.exchange, example.charges, beside=example.beside)


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.id for example in EXAMPLES])
def test_duty_and_tax_are_those_of_the_published_example(example: WorkedExample) -> None:
    found = run_example(example)
    half = 0.5 * 10.0**-example.digits + 1e-6
    assert {name: found[name] for name in example.expected} == pytest.approx(dict(example.expected), abs=half)


def test_at_least_twelve_examples_are_of_authorities() -> None:
    assert sum(example.authority for example in EXAMPLES) >= 12
    assert len({example.id for example in EXAMPLES}) == len(EXAMPLES)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("basis", [FOB, ENTRY, replace(ENTRY, inland="out"), replace(ENTRY, inland="in")])
def test_the_value_does_not_depend_on_the_rule_of_the_price(rule: str, basis: ValueBasis) -> None:
    from landbridge.landed_cost.incoterms import convert_price

    price = convert_price(10_000.0, "FOB", into=rule, costs=ALL_COSTS).price
    found = assess_customs_value(Sale(price, rule, ALL_COSTS, after_entry=150.0), basis)
    carriage = {"fob": 0.0, "entry": 400.0 - 150.0 + 12.0}[basis.basis]
    inland = 150.0 + 30.0 + 90.0 + 6.0 if basis.inland == "in" else 0.0
    assert float(found.value) == pytest.approx(10_000.0 + carriage + inland)
    assert float(sum_lines(found.lines)) == pytest.approx(float(found.value))


def test_carriage_after_entry_stays_in_where_the_papers_do_not_show_it() -> None:
    sale = Sale(10_000.0, "DAP", ALL_COSTS, after_entry=150.0, itemised=False)
    assert float(assess_customs_value(sale, ENTRY).value) == 10_000.0
    assert (
        float(assess_customs_value(sale, replace(ENTRY, inland="out")).value)
        == 10_000.0 - 150.0 - 30.0 - 90.0
    )
    assert float(assess_customs_value(sale, FOB).value) == 10_000.0
    bought = Sale(10_000.0, "FOB", ALL_COSTS, after_entry=150.0, itemised=False)
    assert float(assess_customs_value(bought, ENTRY).value) == 10_000.0 + 400.0 + 12.0


# Customs Valuation (Determination of Value of Imported Goods) Rules 2007 of India, provisos of rule 10(2).
@pytest.mark.parametrize(
    ("costs", "value"),
    [
        ({}, 100_000 * 1.21125),
        ({"main_carriage": 8_000.0}, 100_000 + 8_000 + 1_125),
        ({"main_carriage": 8_000.0, "insurance": 300.0}, 108_300.0),
    ],
)
def test_what_is_not_known_is_taken_at_the_rates_of_the_territory(
    costs: dict[str, float], value: float
) -> None:
    found = assess_customs_value(Sale(100_000.0, "FOB", costs), INDIA)
    assert float(found.value) == pytest.approx(value)
    assert all("not known" in line.formula for line in found.lines[1:] if line.name not in costs)


def test_carriage_by_air_counts_up_to_its_cap() -> None:
    # Sunflower Ltd of a textbook (caclubindia.com): FOB 20,000, air freight 4,500, no policy shown.
    air = replace(INDIA, freight_cap=0.2)
    bought = assess_customs_value(Sale(20_000.0, "FOB", {"main_carriage": 4_500.0}), air)
    assert float(bought.value) == 20_000.0 + 4_000.0 + 225.0
    sold = assess_customs_value(Sale(24_725.0, "CIF", {"main_carriage": 4_500.0, "insurance": 225.0}), air)
    assert float(sold.value) == float(bought.value)


def test_insurance_of_a_price_with_carriage_of_unknown_amount_is_a_share_of_that_price() -> None:
    assert float(assess_customs_value(Sale(1000.0, "CFR", {}), INDIA).value) == pytest.approx(1011.25)


def test_insurance_that_nobody_bought_is_not_added_without_a_rate() -> None:
    assert float(assess_customs_value(Sale(1000.0, "CFR", {}), ENTRY).value) == 1000.0


def test_every_missing_cost_is_a_finding() -> None:
    with pytest.raises(InputError) as caught:
        assess_customs_value(Sale(1000.0, "EXW", {"pre_carriage": 40.0}), ENTRY)
    missing = {finding.what.split("cost of ")[1].split()[0] for finding in caught.value.findings}
    assert missing == {
        "loading_origin", "export_clearance", "origin_terminal", "main_loading", "main_carriage",
    }  # fmt: skip
    with pytest.raises(InputError, match="cost of main_carriage"):
        assess_customs_value(Sale(1000.0, "CIF", {}), FOB)


@pytest.mark.parametrize(
    ("sale", "code"),
    [
        (Sale(-1.0, "FOB", ALL_COSTS), "negative_value"),
        (Sale(float("nan"), "FOB", ALL_COSTS), "negative_value"),
        (Sale(1.0, "FOB", {**ALL_COSTS, "main_carriage": -5.0}), "bad_cost"),
        (Sale(1.0, "FOB", ALL_COSTS, after_entry=401.0), "bad_cost"),
        (Sale(100.0, "DDP", ALL_COSTS), "negative_customs_value"),
        (Sale(100.0, "FOBB", ALL_COSTS), "unknown_incoterm"),
    ],
)
def test_a_bad_sale_is_a_finding(sale: Sale, code: str) -> None:
    with pytest.raises(InputError) as caught:
        assess_customs_value(sale, ENTRY)
    assert code in {finding.code for finding in caught.value.findings}


def test_zero_freight_and_zero_value_are_values() -> None:
    free = {**ALL_COSTS, "main_carriage": 0.0, "insurance": 0.0}
    assert float(assess_customs_value(Sale(500.0, "FOB", free), ENTRY).value) == 500.0
    assert float(assess_customs_value(Sale(0.0, "FOB", free), ENTRY).value) == 0.0


@given(
    price=MONEY, more=MONEY, freight=MONEY, further=MONEY, rule=st.sampled_from(("EXW", "FCA", "FOB", "CPT"))
)
def test_the_value_rises_with_the_price_and_with_carriage_to_the_entry(
    price: float, more: float, freight: float, further: float, rule: str
) -> None:
    costs = {**ALL_COSTS, "main_carriage": freight}
    least = float(assess_customs_value(Sale(price, rule, costs), ENTRY).value)
    assert float(assess_customs_value(Sale(price + more, rule, costs), ENTRY).value) >= least
    dearer = {**costs, "main_carriage": freight + further}
    assert float(assess_customs_value(Sale(price, rule, dearer), ENTRY).value) >= least
    # An FOB value of a price without carriage does not know the freight.
    if rule != "CPT":
        fob = [float(assess_customs_value(Sale(price, rule, c), FOB).value) for c in (costs, dearer)]
        assert fob[0] == fob[1]


def test_a_hundred_thousand_sales_are_valued_at_once() -> None:
    prices, freight = np.linspace(1.0, 1e5, 100_000), np.linspace(0.0, 1e3, 100_000)
    sale = Sale(prices, "FOB", {"main_carriage": freight}, after_entry=freight / 2)
    found = assess_customs_value(sale, INDIA)
    np.testing.assert_allclose(found.value, prices * 1.01125 + freight / 2)


def test_the_row_of_the_mode_and_of_the_country_wins() -> None:
    import datetime

    day = datetime.date
    rows = [
        ("bloc", "EAEU", "any", day(2018, 1, 1), None),
        ("bloc-rail", "EAEU", "rail", day(2023, 2, 24), None),
        ("old", "BY", "any", day(2000, 1, 1), day(2010, 6, 30)),
    ]
    names = ["id", "territory", "mode", "from", "until"]
    columns = {name: [row[k] for row in rows] for k, name in enumerate(names)}
    columns |= {name: [word] * 3 for name, word in (("basis", "entry"), ("act", "a"), ("source", "s"))}
    frame = make_frame(columns | {"quality": ["published"] * 3}, load_catalogue().tables["customs_values"])

    def find(date: datetime.date, mode: str) -> str:
        found = find_value_basis(frame, ["BY", "EAEU"], date=date, mode=mode)
        return found.id if found else ""

    assert find(day(2025, 1, 1), "rail") == "bloc-rail"
    assert find(day(2022, 1, 1), "rail") == "bloc"
    assert find(day(2025, 1, 1), "road") == "bloc"
    assert find(day(2005, 1, 1), "road") == "old"
    assert find(day(2012, 1, 1), "road") == ""


@pytest.mark.parametrize("text", ["1.125", "per cent", "-1 %", "101 %"])
def test_a_rate_that_cannot_be_read_is_a_finding(text: str) -> None:
    import datetime

    columns = {
        "id": ["a"], "territory": ["IN"], "basis": ["entry"], "from": [datetime.date(2007, 1, 1)],
        "act": ["a"], "source": ["s"], "quality": ["published"], "insurance": [text],
    }  # fmt: skip
    frame = make_frame(columns, load_catalogue().tables["customs_values"])
    with pytest.raises(InputError, match="is no rate of the value"):
        find_value_basis(frame, ["IN"], date=datetime.date(2020, 1, 1))
