"""Rates in words: spellings of acts and files, what is refused, and the way there and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.landed_cost.rate_text import parse_rate, write_rate
from landbridge.landed_cost.rates import (
    REFERENCES,
    UNITS,
    AdValorem,
    AtLeast,
    AtMost,
    Compound,
    Free,
    Rate,
    RateError,
    ShareOf,
    Specific,
)
from landbridge.schema import load_catalogue

numbers = st.just(0.0) | st.floats(1e-9, 1e12)
rates = st.recursive(
    st.one_of(
        st.just(Free()),
        st.builds(AdValorem, numbers),
        st.builds(ShareOf, numbers, st.sampled_from(REFERENCES)),
        st.builds(
            Specific,
            numbers,
            st.sampled_from(sorted(load_catalogue().currencies)),
            st.sampled_from(UNITS),
            st.one_of(st.just(1.0), st.floats(1e-6, 1e9, exclude_min=True)),
        ),
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(lambda terms: Compound(tuple(terms))),
        st.builds(AtLeast, inner, inner),
        st.builds(AtMost, inner, inner),
    ),
    max_leaves=6,
)


@given(rates)
def test_a_rate_printed_is_read_back(rate: Rate) -> None:
    assert parse_rate(write_rate(rate)) == rate


def test_no_currency_is_taken_for_a_unit() -> None:
    every = [Specific(2.5, code, unit, 3.0) for code in load_catalogue().currencies for unit in UNITS]
    assert [rate for rate in every if parse_rate(write_rate(rate)) != rate] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        # Shares.
        ("15%", "15 %"),
        ("15 per cent", "15 %"),
        ("12,5 percent ad valorem", "12.5 %"),
        ("15 % of the CIF value.", "15 %"),
        ("15 процентов от таможенной стоимости", "15 %"),
        # Freedom.
        ("free", "free"),
        ("0", "free"),
        ("0.0", "free"),
        ("Duty-free", "free"),
        ("0%", "0 %"),
        # Amounts.
        ("0.22 EUR за 1 кг", "0.22 EUR/kg"),
        ("EUR 3 per 100 kg", "3 EUR/100 kg"),
        ("176.8 €/100 kg net", "176.8 EUR/100 kg"),
        ("22 EUR / DTN", "22 EUR/100 kg"),
        ("USD 200/MT", "200 USD/t"),
        ("250 USD за 1 т", "250 USD/t"),
        ("2 EUR за 1 1000 шт", "2 EUR/1000 pieces"),
        ("2 EUR per 1 000 p/st", "2 EUR/1000 pieces"),
        ("2 EUR per 1,000 pieces", "2 EUR/1000 pieces"),
        ("1 EUR за 1 см3, мл", "1 EUR/cm3"),
        ("0.75 EUR за 1 пар", "0.75 EUR/pair"),
        ("0.38 EUR за 1 м2", "0.38 EUR/m2"),
        ("0.38 EUR/m²", "0.38 EUR/m2"),
        ("US$ 1 234.50 per metric ton", "1234.5 USD/t"),
        ("1,234.5 USD/t", "1234.5 USD/t"),
        ("10 KES per litre", "10 KES/l"),
        ("5 eur a dozen", "5 EUR/12 pieces"),
        ("35 USD per consignment", "35 USD/shipment"),
        ("0.001 EUR/kWh", "0.001 EUR/kWh"),
        ("19,2 €/hl", "19.2 EUR/100 l"),
        ("5 росс. руб. за 1 л", "5 RUB/l"),
        # Sums.
        ("4.5% плюс 0.02 EUR за 1 кг", "4.5 % plus 0.02 EUR/kg"),
        ("12.8 % + 176.8 EUR/100 kg", "12.8 % plus 176.8 EUR/100 kg"),
        ("0,9 EUR/% vol/hl + 6,4 EUR/hl", "0.9 EUR/l of pure alcohol plus 6.4 EUR/100 l"),
        # Limits.
        ("15%, но не менее 0.22 EUR за 1 кг", "15 % but not less than 0.22 EUR/kg"),
        ("20%, но не менее 2 EUR за 1 1000 шт", "20 % but not less than 2 EUR/1000 pieces"),
        ("10%, но не более 3 евро за 1 кг", "10 % but not more than 3 EUR/kg"),
        ("25% or 0.22 EUR/kg, whichever is higher", "25 % but not less than 0.22 EUR/kg"),
        ("75 % or USD 345/MT whichever is the higher", "75 % but not less than 345 USD/t"),
        ("10 % or 5 EUR/kg, whichever is the lesser", "10 % but not more than 5 EUR/kg"),
        ("15% with a minimum of 2 EUR per pair", "15 % but not less than 2 EUR/pair"),
        ("15% min. 2 EUR per pair", "15 % but not less than 2 EUR/pair"),
        (
            "20 % MIN 1.2 EUR/100 kg MAX 3.2 EUR/100 kg",
            "20 % but not less than 1.2 EUR/100 kg but not more than 3.2 EUR/100 kg",
        ),
        ("5% + 1 EUR/kg max 20%", "5 % plus 1 EUR/kg but not more than 20 %"),
        ("10 % min 5 % + 1 EUR/kg", "10 % but not less than (5 % plus 1 EUR/kg)"),
        # Shares of another rate.
        ("80 % of mfn", "80 % of mfn"),
        ("50% of the MFN rate of duty", "50 % of mfn"),
        ("MFN", "100 % of mfn"),
        ("10% of the customs duty", "10 % of duty"),
    ],
)
def test_spellings_are_read(text: str, words: str) -> None:
    assert write_rate(parse_rate(text)) == words
    assert parse_rate(words) == parse_rate(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("17.23", "bare number"),
        ("15%, но не менее 2", "bare number"),
        ("8.0", "bare number"),
        ("1,000 EUR/t", "thousands or decimals"),
        ("2 EUR за 1 100 кг", "one number or two"),
        ("$345/t", "more than one thing"),
        ("4.4¢/kg", "more than one thing"),
        ("5 EUR/ton", "more than one thing"),
        ("5 RUR/kg", "cannot be read"),
        ("5 roubles/kg", "cannot be read"),
        ("5% or 3 EUR/kg", "which rate holds"),
        ("35 USD", "what unit"),
        ("9.0 % + EA MAX 24.2 % + ADSZ", "cannot be read"),
        ("prohibited", "cannot be read"),
        ("-5%", "cannot be read"),
        ("15%%", "cannot be read"),
        ("15 15", "cannot be read"),
        ("1.000.000 EUR/t", "cannot be read"),
        ("15% plus", "breaks off"),
        ("(15%", "breaks off"),
        ("(" * 30, "brackets"),
        ("15% " * 300, "too long"),
        ("min 2 EUR/kg", "cannot be read"),
        ("80% of nothing", "cannot be read"),
        ("2 EUR/0 kg", "0 units"),
    ],
)
def test_what_can_be_read_in_no_way_or_in_two_is_refused(text: str, why: str) -> None:
    with pytest.raises(RateError, match=why) as error:
        parse_rate(text)
    assert error.value.remedy


@given(st.text(alphabet="0123456789%.,()+/ eurEURкгзаminmaxof¢$\u00a0²½", max_size=40) | st.text(max_size=60))
def test_any_text_is_a_rate_or_an_error(text: str) -> None:
    try:
        rate = parse_rate(text)
    except RateError:
        return
    assert parse_rate(write_rate(rate)) == rate
