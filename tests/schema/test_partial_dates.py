"""Partial dates: what is known of a date decides, what is not known decides nothing."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.schema import is_before, know_day, read_partial_date

DAYS = st.dates()


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2025", "2025-01-01", "2025-12-31"),
        ("2025-08", "2025-08-01", "2025-08-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025-08-20", "2025-08-20", "2025-08-20"),
        ("9999", "9999-01-01", "9999-12-31"),
    ],
)
def test_first_and_last_day(text: str, first: str, last: str) -> None:
    date = read_partial_date(text)
    assert (str(date.first), str(date.last), str(date)) == (first, last, text)


@pytest.mark.parametrize(
    "text",
    ["25", "2025-8", "2025-13", "2025-00", "2025-02-30", "2025-08-00", "0000", "2025-08-20T00:00", " 2025", "٢٠٢٥",
     "2025/08", "spring", "2025-", "20250820"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words differ
        read_partial_date(text)


def test_unknown_stays_unknown() -> None:
    unknown = read_partial_date("")
    assert str(unknown) == "unknown"
    assert not unknown
    assert is_before(unknown, unknown) is None
    assert is_before(unknown, read_partial_date("2025")) is None


@given(DAYS, DAYS)
def test_known_days_compare_as_dates(one: datetime.date, other: datetime.date) -> None:
    assert is_before(know_day(one), know_day(other)) is (one < other)


@given(DAYS, DAYS, st.sampled_from([4, 7, 10]), st.sampled_from([4, 7, 10]))
def test_an_answer_holds_for_the_days_that_were_cut_off(
    one: datetime.date, other: datetime.date, kept: int, left: int
) -> None:
    coarse = is_before(read_partial_date(one.isoformat()[:kept]), read_partial_date(other.isoformat()[:left]))
    assert coarse in (None, one < other)
