"""How numbers are written: thin spaces between thousands, no more digits than the range bears."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass

THIN = "\u202f"
DASH = "–"
NONE = "—"
LONG_H = 72.0  # longer times are told in days


def group_digits(value: float, digits: int = 0) -> str:
    """A number with thin spaces between thousands.

    >>> group_digits(12345.6).replace(THIN, "_")
    '12_346'
    >>> group_digits(-0.04, 1)
    '0.0'
    """
    text = f"{value:,.{digits}f}".replace(",", THIN)
    return text[1:] if text[:1] == "-" and not text.strip("-0." + THIN) else text.replace("-", "−")


def write_amount(value: float) -> str:
    """A number of a table: one decimal below 100, none above; a dash where it is unknown.

    >>> write_amount(7.26), write_amount(99.96), write_amount(float("nan"))
    ('7.3', '100', '—')
    >>> write_amount(1234.5).replace(THIN, "_")
    '1_234'
    """
    if math.isnan(value):
        return NONE
    return group_digits(value, 1 if abs(value) < 99.95 else 0)


def write_range(low: float, high: float) -> str:
    """Two quantiles, or nothing where they are unknown.

    >>> write_range(7.2, 12.5)
    '7.2–12.5'
    """
    if math.isnan(low) or math.isnan(high):
        return ""
    digits = 1 if abs(high) < 99.95 else 0
    return f"{group_digits(low, digits)}{DASH}{group_digits(high, digits)}"


def write_sign(value: float, digits: int = 0) -> str:
    """A difference with its sign.

    >>> write_sign(11.2), write_sign(-0.34, 1), write_sign(0.01, 1)
    ('+11', '−0.3', '±0.0')
    """
    text = group_digits(abs(value), digits)
    return f"{'±' if not text.strip('0.') else '+' if value > 0 else '−'}{text}"


def write_share(value: float) -> str:
    """A share as per cent.

    >>> write_share(0.347)
    '35\u202f%'
    """
    return NONE if math.isnan(value) else f"{100 * value:.0f}{THIN}%"


def write_date(day: datetime.date | None) -> str:
    """A date as 20 August 2025; "open" has no date.

    >>> write_date(datetime.date(2025, 8, 20))
    '20\u202fAugust\u202f2025'
    """
    if not isinstance(day, datetime.date):
        return ""
    return f"{day.day}{THIN}{MONTHS[day.month - 1]}{THIN}{day.year}"


MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


@dataclass(frozen=True, slots=True)
class Scale:
    """A unit in which a quantity is told: its name and how many base units it holds.

    >>> Scale("d", 24.0).write(60.0)
    '2.5'
    """

    unit: str
    size: float = 1.0

    def write(self, value: float) -> str:
        """The number without its unit."""
        return write_amount(value / self.size)

    def write_range(self, low: float, high: float) -> str:
        """The range without its unit."""
        return write_range(low / self.size, high / self.size)


HOURS, DAYS = Scale("h"), Scale("d", 24.0)


def choose_time_scale(longest: float) -> Scale:
    """Days for long times (h), hours for short ones."""
    return DAYS if longest > LONG_H else HOURS
