"""Methods of customs valuation against the published examples of each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.landed_cost.valuation_methods import (
    PastSale,
    apportion_assist,
    find_unit_price,
    value_computed,
    value_deductive,
    value_like_goods,
    value_transaction,
)
from landbridge.schema import InputError

# 19 CFR 152.103(a)(1), examples 1 to 3: the price agreed and paid, whatever the seller asks of others.
PRICES = [
    ("19 CFR 152.103(a)(1) example 1", 10_000.0, {}, {}, 10_000.0),
    ("19 CFR 152.103(a)(1) example 2", 100.0, {}, {}, 100.0),
    # Problem 16 of scribd.com 522174287: FOB 2,895, design abroad 1,000.
    ("India, rule 10(1)(b)(iv)", 2_895.0, {"assists": 1_000.0}, {}, 3_895.0),
    # Jamaica Customs Department, discoverjamaica.com/customs3.htm: 100 + 50, insurance 1.5 % by ship.
    ("Jamaica, section 19", 100.0, {"carriage": 50.0, "insurance": 2.25}, {}, 152.25),
    # Yasrebi Group, Calculation of customs fees: 100 with carriage of 10 and insurance of 0.5.
    ("Iran, Article 14", 100.0, {"carriage": 10.0, "insurance": 0.5}, {}, 110.5),
    # Uganda Revenue Authority, scribd.com 234347216.
    ("Uganda, Fourth Schedule", 2_000.0, {"insurance": 200.0, "carriage": 300.0}, {}, 2_500.0),
    # Bureau of Customs of the Philippines, sheet of scribd.com 389036147.
    (
        "Philippines, CMO 22-2007",
        2_159_715.65,
        {"carriage": 215_971.57, "insurance": 43_194.31},
        {},
        2_418_881.53,
    ),
]


@pytest.mark.parametrize(("publication", "price", "additions", "deductions", "value"), PRICES)
def test_transaction_value_is_that_of_the_publication(
    publication: str, price: float, additions: dict[str, float], deductions: dict[str, float], value: float
) -> None:
    found = value_transaction(price, additions=additions, deductions=deductions)
    assert round(float(found.value), 2) == value, publication
    assert len(found.lines) == 1 + len(additions) + len(deductions)


LIST_OF_NOTE_1 = [*[PastSale(100.0, 5)] * 10, *[PastSale(100.0, 3)] * 5, *[PastSale(95.0, 11)] * 5]
UNIT_PRICES = [
    (
        "WTO, note to Article 5, 3; 19 CFR 152.105(i)(1)",
        [*LIST_OF_NOTE_1, PastSale(90.0, 30), PastSale(90.0, 50)],
        90.0,
    ),
    ("WTO, note to Article 5, 4; 19 CFR 152.105(i)(2)", [PastSale(95.0, 500), PastSale(90.0, 400)], 95.0),
    (
        "WTO, note to Article 5, 5; 19 CFR 152.105(i)(3)",
        [PastSale(p, n) for n, p in ((40, 100), (30, 90), (15, 100), (50, 95), (25, 105), (35, 90), (5, 100))],
        90.0,
    ),
    (
        "HMRC, Valuing imported goods using Method 4, example 1",
        [*[PastSale(100.0, 5)] * 10, *[PastSale(95.0, 11)] * 5, *[PastSale(90.0, 40)] * 2],
        90.0,
    ),
]  # fmt: skip


@pytest.mark.parametrize(("publication", "sales", "price"), UNIT_PRICES)
def test_the_unit_price_is_that_of_the_greatest_aggregate_quantity(
    publication: str, sales: list[PastSale], price: float
) -> None:
    assert find_unit_price(sales) == price, publication


def test_of_two_prices_with_the_same_quantity_the_lower_is_taken() -> None:
    assert find_unit_price([PastSale(95.0, 10), PastSale(90.0, 10)]) == 90.0


# WTO, note to Article 8, paragraph 1(b)(ii): a mould for 10,000 units, 4,000 of them made, the first 1,000 shipped.
@pytest.mark.parametrize(("spread", "first"), [(1_000, 12_000.0), (4_000, 3_000.0), (10_000, 1_200.0)])
def test_an_assist_is_apportioned_as_the_importer_chooses(spread: int, first: float) -> None:
    assert float(apportion_assist(12_000.0, units=1_000, units_over=spread)) == first


@given(value=st.floats(0, 1e6), parts=st.lists(st.integers(1, 1000), min_size=1, max_size=8))
def test_the_parts_of_an_assist_are_the_whole(value: float, parts: list[int]) -> None:
    shares = [float(apportion_assist(value, units=part, units_over=sum(parts))) for part in parts]
    assert sum(shares) == pytest.approx(value, rel=1e-9)


def price_of_list(units: float) -> float:
    return 100.0 if units <= 10 else 95.0 if units <= 25 else 90.0


def test_like_goods_in_another_quantity_are_valued_by_the_sellers_list() -> None:
    # WTO, note to Article 2, 4: a shipment of 10, the only sale one of 500; the list price for 10 is the value.
    assert value_like_goods([PastSale(90.0, 500)], quantity=10, list_price=price_of_list) == 100.0


def test_of_several_like_sales_the_lowest_counts_and_one_of_the_same_kind_wins() -> None:
    # WTO, Articles 2.1(b) and 2.3.
    sales = [PastSale(102.0, 10), PastSale(99.0, 10), PastSale(80.0, 500)]
    assert value_like_goods(sales, quantity=10, list_price=price_of_list) == 99.0


def test_another_commercial_level_needs_a_shown_ratio() -> None:
    sale = [PastSale(90.0, 10, "wholesale")]
    factors = {("wholesale", "retail"): 1.1}
    assert value_like_goods(sale, quantity=10, level="retail", level_factors=factors) == pytest.approx(99.0)
    with pytest.raises(InputError, match="none can be adjusted"):
        value_like_goods(sale, quantity=10, level="retail")


def test_deductive_value_is_that_of_the_brokers_examination() -> None:
    # US customs broker examination, October 1999, question 5: 10.51 a carton (customsbrokerexamprep.com).
    costs = {"profit_and_expenses": 1.50, "carriage_abroad": 1.00, "carriage_inland": 0.85, "duties": 1.14}
    assert round(float(value_deductive(15.0, deductions=costs).value), 2) == 10.51
    with pytest.raises(InputError, match="both taken off"):
        value_deductive(15.0, deductions={**costs, "commission": 1.50})


def test_computed_value_is_that_of_the_brokers_examination() -> None:
    # US customs broker examination, April 2001, question 41: 15 % and 1 % of the country of export; 24,360.
    parts = {"materials": 10_000.0, "labour": 10_000.0, "fabrication": 1_000.0}
    assert float(value_computed(parts, margin=0.15 + 0.01).value) == pytest.approx(24_360.0)
    assert float(value_computed({**parts, "profit_and_expenses": 1_050.0}).value) == 22_050.0
    with pytest.raises(InputError, match="once"):
        value_computed(parts)


@pytest.mark.parametrize(
    ("additions", "code"),
    [({"buying_commission": 5.0}, "unknown_value_part"), ({"royalties": -5.0}, "bad_cost")],
)
def test_what_is_no_addition_is_a_finding(additions: dict[str, float], code: str) -> None:
    with pytest.raises(InputError) as caught:
        value_transaction(100.0, additions=additions, deductions={})
    assert [finding.code for finding in caught.value.findings] == [code]


def test_a_value_below_zero_and_no_sales_are_findings() -> None:
    with pytest.raises(InputError, match="negative"):
        value_deductive(10.0, deductions={"duties": 11.0})
    with pytest.raises(InputError, match="no unit"):
        find_unit_price([])
    with pytest.raises(InputError, match="fewer units"):
        apportion_assist(10.0, units=5, units_over=4)


@given(
    price=st.floats(0, 1e6), assist=st.floats(0, 1e5), royalty=st.floats(0, 1e5), assembly=st.floats(0, 1e5)
)
def test_the_value_is_the_sum_of_its_lines(
    price: float, assist: float, royalty: float, assembly: float
) -> None:
    additions = {"assists": assist, "royalties": royalty}
    if assembly <= price:
        found = value_transaction(price, additions=additions, deductions={"assembly": assembly})
        assert float(found.value) == pytest.approx(sum(float(line.amount) for line in found.lines))
        assert float(found.value) == pytest.approx(price + assist + royalty - assembly)
