"""Partial dates: a day, a month or a year as far as it is known; an empty text is an unknown date.

A partial date stands for every day that it may be. What is asked of two of them is answered yes or no where
all those days agree, and with None, which is unknown, where they do not.
"""

from __future__ import annotations

import calendar
import datetime
import re
from dataclasses import dataclass
from functools import lru_cache

_FORM = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as far as it is known: `first` and `last` are the days between which it lies, None where unknown.

    >>> str(PartialDate("2025-08", datetime.date(2025, 8, 1), datetime.date(2025, 8, 31))), str(UNKNOWN_DATE)
    ('2025-08', 'unknown')
    """

    text: str
    first: datetime.date | None
    last: datetime.date | None

    def __bool__(self) -> bool:
        return self.first is not None

    def __str__(self) -> str:
        return self.text or "unknown"


UNKNOWN_DATE = PartialDate("", None, None)


@lru_cache(maxsize=65536)
def read_partial_date(text: str) -> PartialDate:
    """The date that a text such as "2025", "2025-08", "2025-08-20" or "" says. Raises ValueError for another text.

    >>> read_partial_date("2024-02").last
    datetime.date(2024, 2, 29)
    >>> bool(read_partial_date(""))
    False
    """
    if not text:
        return UNKNOWN_DATE
    found = _FORM.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is neither a year, nor a month as 2025-08, nor a day as 2025-08-20")
    year, month, day = found.groups()
    first = datetime.date(int(year), int(month or 1), int(day or 1))
    if day:
        return PartialDate(text, first, first)
    last_month = int(month or 12)
    last_day = calendar.monthrange(first.year, last_month)[1]
    return PartialDate(text, first, datetime.date(first.year, last_month, last_day))


def know_day(day: datetime.date) -> PartialDate:
    """A day as a partial date.

    >>> str(know_day(datetime.date(2025, 8, 20)))
    '2025-08-20'
    """
    return PartialDate(day.isoformat(), day, day)


def is_before(one: PartialDate, other: PartialDate) -> bool | None:
    """Whether `one` lies before `other`: True, False, or None where they do not say.

    >>> may, year = read_partial_date("2025-05"), read_partial_date("2025")
    >>> is_before(may, read_partial_date("2025-06-01")), is_before(may, may), is_before(may, UNKNOWN_DATE)
    (True, None, None)
    >>> is_before(read_partial_date("2026"), year), is_before(may, year)
    (False, None)
    """
    if one.first is None or one.last is None or other.first is None or other.last is None:
        return None
    if one.last < other.first:
        return True
    return False if one.first >= other.last else None
