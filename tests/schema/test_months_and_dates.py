from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.schema import in_force_at, load_catalogue, make_frame, open_at, status_at
from landbridge.schema.months import read_months

LEGS = load_catalogue().tables["legs"]
DAY = datetime.date(2025, 8, 20)
BEFORE, AFTER = datetime.date(2025, 1, 1), datetime.date(2025, 12, 31)


@given(st.integers(1, 12), st.integers(1, 12))
def test_a_range_of_months_holds_both_ends_and_counts_round_the_year(first: int, last: int) -> None:
    months = read_months(f"{first}-{last}")
    assert {first, last} <= months
    assert len(months) == (last - first) % 12 + 1


@pytest.mark.parametrize("text", ["0", "13", "4-", "a", "4-11-12", "-3"])
def test_what_is_no_list_of_months_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="range of months"):
        read_months(text)


@pytest.mark.parametrize(
    ("status", "first", "last", "expected"),
    [
        ("open", None, None, "open"),
        ("open", BEFORE, None, "open"),
        ("open", AFTER, None, "planned"),
        ("open", DAY, DAY, "open"),
        ("open", None, BEFORE, "closed"),
        ("closed", None, None, "closed"),
        ("closed", AFTER, None, "open"),
        ("closed", None, BEFORE, "open"),
        ("closed", BEFORE, AFTER, "closed"),
        ("planned", None, None, "planned"),
        ("planned", BEFORE, None, "planned"),  # a plan whose day has passed opens nothing
        ("planned", AFTER, None, "planned"),
    ],
)
def test_status_on_a_day(
    status: str, first: datetime.date | None, last: datetime.date | None, expected: str
) -> None:
    legs = make_frame({"id": ["a"], "status": [status], "from_date": [first], "until": [last]}, LEGS)
    assert status_at(legs, LEGS, date=DAY).tolist() == [expected]
    assert open_at(legs, LEGS, date=DAY).tolist() == [expected == "open"]


def test_a_row_outside_its_months_is_not_open() -> None:
    legs = make_frame({"id": ["a", "b", "c"], "months": ["4-11", "11-2", ""]}, LEGS)
    assert open_at(legs, LEGS, date=DAY).tolist() == [True, False, True]
    assert open_at(legs, LEGS, date=datetime.date(2025, 1, 5)).tolist() == [False, True, True]


def test_memberships_hold_from_their_first_to_their_last_day() -> None:
    spec = load_catalogue().tables["territories"]
    frame = make_frame({"id": ["a", "b"], "from": [DAY, BEFORE], "until": [None, BEFORE]}, spec)
    assert in_force_at(frame, spec, date=DAY).tolist() == [True, False]
    assert in_force_at(frame, spec, date=BEFORE).tolist() == [False, True]
