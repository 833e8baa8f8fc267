"""Exchange rates against those that the European Central Bank published."""

from __future__ import annotations

import datetime
import subprocess
import sys

import pandas as pd
import pytest

from landbridge.landed_cost.exchange import (
    Exchange,
    MissingRateError,
    _open_reference_rates,
    read_exchange,
)

Day = datetime.date
OWN = [
    ("BYN", Day(2025, 8, 20), "USD", 2.95, "official"),
    ("BYN", Day(2025, 8, 25), "USD", 3.05, "official"),
    ("RUB", Day(2025, 8, 20), "USD", 80.0, "official"),
    ("IRR", Day(2025, 8, 20), "USD", 600_000.0, "official"),
    ("IRR", Day(2025, 8, 20), "USD", 950_000.0, "market"),
    ("KES", Day(2025, 8, 31), "USD", 129.0, "mean"),
    ("INR", Day(2025, 8, 20), "EUR", 100.0, "official"),
]


@pytest.fixture(scope="module")
def own() -> Exchange:
    names = ["currency", "date", "per", "value", "kind"]
    return read_exchange(pd.DataFrame(OWN, columns=names).assign(source="bank", quality="estimated"))


# The reference rates of 3 January 2023 and of 1 March 2022, the last of the rouble (ecb.europa.eu).
@pytest.mark.parametrize(
    ("currency", "date", "value"),
    [
        ("USD", Day(2023, 1, 3), 1.0545),
        ("RUB", Day(2022, 3, 1), 117.201),
        ("USD", Day(1999, 1, 4), 1.1789),
        ("JPY", Day(1999, 1, 4), 133.73),
    ],
)
def test_reference_rates_are_those_published(currency: str, date: Day, value: float) -> None:
    quote = read_exchange(None).quote("EUR", currency, date=date)
    assert (quote.value, quote.date, quote.quality) == (value, date, "published")
    assert read_exchange(None).quote(currency, "EUR", date=date).value == pytest.approx(1 / value, rel=1e-15)


def test_a_weekend_takes_the_friday_before_and_says_so() -> None:
    assert read_exchange(None).quote("EUR", "USD", date=Day(2024, 1, 14)).date == Day(2024, 1, 12)
    assert read_exchange(None).quote("EUR", "USD", date=Day(2024, 12, 26)).date == Day(2024, 12, 24)


def test_the_rouble_ends_in_march_2022() -> None:
    rates = read_exchange(None)
    assert rates.quote("EUR", "RUB", date=Day(2022, 4, 1)).date == Day(2022, 3, 1)
    with pytest.raises(MissingRateError, match="up to then: RUB 2022-03-01, EUR 2022-04-02"):
        rates.quote("RUB", "EUR", date=Day(2022, 4, 2))


def test_the_currency_that_lacks_a_rate_is_told_from_the_one_that_has() -> None:
    rows = {"currency": ["BYN"], "date": [Day(2025, 5, 14)], "per": ["USD"], "value": [3.0156]}
    frame = pd.DataFrame(rows | {"kind": ["official"], "source": ["bank"], "quality": ["published"]})
    with pytest.raises(MissingRateError, match="up to then: BYN none, USD 2025-02-28"):
        read_exchange(frame).quote("BYN", "USD", date=Day(2025, 2, 28))


@pytest.mark.parametrize("date", [Day(1998, 12, 31), Day(2099, 1, 1)])
def test_a_day_without_rates_is_a_finding(date: Day) -> None:
    with pytest.raises(MissingRateError, match="no exchange rate joins USD and JPY"):
        read_exchange(None).quote("USD", "JPY", date=date)


@pytest.mark.parametrize(("word", "nearest"), [("UDS", "USD"), ("usd", "USD"), ("KES", "")])
def test_an_unknown_currency_is_a_finding_with_the_nearest(word: str, nearest: str) -> None:
    with pytest.raises(MissingRateError) as caught:
        read_exchange(None).quote(word, "EUR", date=Day(2024, 1, 12))
    (finding,) = caught.value.findings
    assert finding.code == "missing_exchange_rate"
    assert word in finding.what
    assert not nearest or nearest in finding.nearest


def test_a_word_that_is_no_currency_is_not_worth_itself() -> None:
    with pytest.raises(MissingRateError):
        read_exchange(None).quote("XQX", "XQX", date=Day(2024, 1, 12))
    assert read_exchange(None).quote("KES", "KES", date=Day(2024, 1, 12)).value == 1.0


def test_rows_win_over_the_reference_rates(own: Exchange) -> None:
    quote = own.quote("EUR", "INR", date=Day(2025, 8, 20))
    assert (quote.value, quote.source, quote.quality) == (100.0, "bank", "estimated")


def test_the_last_row_up_to_the_day_counts(own: Exchange) -> None:
    days = {Day(2025, 8, 20): 2.95, Day(2025, 8, 24): 2.95, Day(2025, 8, 25): 3.05, Day(2025, 9, 25): 3.05}
    assert {day: own.quote("USD", "BYN", date=day).value for day in days} == days
    for day in (Day(2025, 8, 19), Day(2025, 9, 26)):
        with pytest.raises(MissingRateError):
            own.quote("USD", "BYN", date=day)


def test_crosses_go_through_the_dollar_and_the_euro_and_say_so(own: Exchange) -> None:
    quote = own.quote("BYN", "IRR", date=Day(2025, 8, 20))
    assert quote.value == pytest.approx(600_000 / 2.95)
    assert [(rate.currency, rate.per) for rate in quote.inputs] == [("BYN", "USD"), ("IRR", "USD")]
    crossed = own.quote("BYN", "PLN", date=Day(2025, 8, 20))
    assert [rate.per for rate in crossed.inputs] == ["USD", "EUR", "EUR"]
    dollar = own.quote("EUR", "USD", date=Day(2025, 8, 20)).value
    zloty = own.quote("EUR", "PLN", date=Day(2025, 8, 20)).value
    assert crossed.value == pytest.approx(zloty / dollar / 2.95, rel=1e-12)
    assert crossed.quality == "estimated"


def test_a_market_rate_is_taken_first_only_where_that_is_asked_for(own: Exchange) -> None:
    frame = pd.DataFrame(OWN, columns=["currency", "date", "per", "value", "kind"])
    rates = read_exchange(frame.assign(source="bank", quality="published"), kinds=(("market", "official"),))
    assert rates.quote("USD", "IRR", date=Day(2025, 8, 21)).value == 950_000.0
    assert rates.quote("USD", "BYN", date=Day(2025, 8, 21)).value == 2.95
    assert own.quote("USD", "IRR", date=Day(2025, 8, 21)).value == 600_000.0


def test_a_market_rate_serves_where_nothing_else_joins_two_currencies_and_is_marked() -> None:
    rows = [
        ("IRR", Day(2025, 8, 20), "USD", 950_000.0, "market"),
        ("INR", Day(2025, 8, 20), "USD", 99.0, "market"),
    ]
    frame = pd.DataFrame(rows, columns=["currency", "date", "per", "value", "kind"])
    rates = read_exchange(frame.assign(source="bank", quality="published"))
    rial = rates.quote("EUR", "IRR", date=Day(2025, 8, 21))
    assert rial.at_market
    assert "950000 IRR for 1 USD on 2025-08-20, market rate" in rial.describe()
    rupee = rates.quote("USD", "INR", date=Day(2025, 8, 20))
    assert not rupee.at_market
    assert rupee.value != 99.0


def test_a_mean_serves_every_day_of_its_month(own: Exchange) -> None:
    for day in (Day(2025, 8, 1), Day(2025, 8, 31), Day(2025, 9, 30)):
        assert own.quote("USD", "KES", date=day).value == 129.0
    with pytest.raises(MissingRateError):
        own.quote("USD", "KES", date=Day(2025, 7, 31))


def test_the_way_back_is_the_inverse(own: Exchange) -> None:
    for pair in (("BYN", "USD"), ("BYN", "RUB"), ("BYN", "PLN"), ("KES", "GBP")):
        there = own.quote(*pair, date=Day(2025, 8, 28)).value
        assert there * own.quote(*reversed(pair), date=Day(2025, 8, 28)).value == pytest.approx(
            1.0, rel=1e-12
        )


def test_the_reference_rates_are_read_when_first_asked_for_and_once() -> None:
    code = (
        "from landbridge.landed_cost import exchange as e; e.read_exchange(None);"
        "print(e._open_reference_rates.cache_info().currsize)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "0"
    read_exchange(None).quote("EUR", "USD", date=Day(2024, 1, 12))
    read_exchange(None).quote("INR", "USD", date=Day(2024, 1, 14))
    assert _open_reference_rates.cache_info().misses == 1
