"""Changes of an indicator told: with a sign, a word for better or worse, and as many decimals as they need."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isnan

from landbridge.report.figures import NONE, THIN, group_digits, write_sign

NOTHING = "0"
NO_UNIT = "1"
LEAST_SHARE = 0.00005
# What a change is called where less, or more, of the indicator is better: in a column and in a sentence.
COLUMN_WORDS = {"less": ("saved", "added"), "more": ("gained", "lost")}
VERBS = {"less": ("saves", "adds"), "more": ("gains", "loses")}


@dataclass(frozen=True, slots=True)
class Amounts:
    """How changes of an indicator are told: its unit, whether "less" or "more" of it is better, decimals."""

    unit: str
    aim: str
    digits: int

    def write(self, value: float) -> str:
        """An amount without its unit."""
        return NONE if isnan(value) else group_digits(value, self.digits)

    def tell(self, value: float) -> str:
        """An amount with its unit.

        >>> Amounts("h", "less", 1).tell(8.2), Amounts("1", "more", 0).tell(3.0)
        ('8.2 h', '3')
        """
        return self.add_unit(self.write(value))

    def tell_change(self, value: float) -> str:
        """A change with its sign and unit."""
        return self.add_unit(self.sign(value))

    def add_unit(self, text: str) -> str:
        """A number with its unit; counts and shares have none."""
        return text if self.unit == NO_UNIT else f"{text} {self.unit}"

    def sign(self, value: float) -> str:
        """A change with its sign, without its unit.

        >>> Amounts("h", "less", 1).sign(-8.2), Amounts("h", "less", 1).sign(0.0)
        ('−8.2', '0')
        """
        if isnan(value):
            return NONE
        return write_sign(value, self.digits) if value else NOTHING

    def span(self, low: float, high: float) -> str:
        """A range of changes, nothing where it is unknown or has no width that shows.

        >>> Amounts("h", "less", 1).span(-12.3, -4.1)
        '−12.3 to −4.1'
        """
        ends = [self.sign(low), self.sign(high)]
        return "" if isnan(low) or isnan(high) or ends[0] == ends[1] else " to ".join(ends)

    def improve(self, value: float) -> float:
        """How much better a change makes it, below zero where worse."""
        return -value if self.aim == "less" else value

    def explain(self) -> str:
        """What the signs mean.

        >>> Amounts("h", "less", 1).explain()
        'a minus is saved, a plus added'
        """
        better, worse = COLUMN_WORDS[self.aim]
        minus, plus = (better, worse) if self.aim == "less" else (worse, better)
        return f"a minus is {minus}, a plus {plus}"

    def word(self, value: float) -> str:
        """What a change is: saved or added, gained or lost; nothing where there is none.

        >>> Amounts("h", "less", 1).word(-8.2), Amounts("km", "more", 0).word(-1.0)
        ('saved', 'lost')
        """
        return COLUMN_WORDS[self.aim][self.improve(value) < 0] if value else ""

    def tell_share(self, share: float) -> str:
        """What an improvement by a share of the value before does, in words.

        >>> Amounts("h", "less", 1).tell_share(0.04), Amounts("h", "less", 1).tell_share(-0.002)
        ('saves 4.0\u202f%', 'adds 0.20\u202f%')
        """
        if abs(share) < LEAST_SHARE:
            return f"{VERBS[self.aim][0]} nothing"
        return f"{VERBS[self.aim][share < 0]} {write_percent(share)}"


def fit_amounts(unit: str, aim: str, changes: Iterable[float]) -> Amounts:
    """As many decimals as the greatest of some changes needs for three digits, two at least below ten.

    >>> fit_amounts("USD/t", "less", [-5.3, 0.2]).digits, fit_amounts("USD/t", "less", [-0.0312]).digits
    (2, 4)
    """
    most = max((abs(value) for value in changes if not isnan(value)), default=0.0)
    places = ((100.0, 0), (10.0, 1), (0.5, 2), (0.05, 3))
    return Amounts(unit, aim, next((digits for least, digits in places if most >= least), 4 if most else 1))


def write_percent(share: float) -> str:
    """A share as per cent without its sign, with two digits at least.

    >>> write_percent(-0.0058), write_percent(0.1234), write_percent(0.00001)
    ('0.58\u202f%', '12\u202f%', 'under 0.01\u202f%')
    """
    value = 100.0 * abs(share)
    if 0.0 < value < 0.01:
        return f"under 0.01{THIN}%"
    return f"{group_digits(value, 0 if value >= 9.95 else 1 if value >= 0.995 else 2)}{THIN}%"


def write_money(amount: float) -> str:
    """USD in three digits, no cents, nothing where unknown.

    >>> write_money(float("nan")), write_money(-0.2), write_money(1_512.4).replace(THIN, " ")
    ('—', '0', '1 510')
    """
    return NONE if isnan(amount) else group_digits(float(f"{amount:.3g}"))
