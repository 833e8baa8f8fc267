"""Rates in words: English and Russian as acts and tariff files write them, read into a rate and printed back.

Read are shares ("15%", "15 per cent ad valorem"), amounts for a unit ("0.22 EUR/kg", "USD 200 per MT", "2 EUR за
1 1000 шт"), sums ("plus", "+"), limits ("but not less than", "min", "MAX", "or ..., whichever is the higher"), shares
of another rate ("80 % of mfn") and freedom ("free", "0"). Comma or point marks decimals; sums bind closer than limits,
and limits are taken from the left. What can be read in two ways is an error and never a guess: a bare number that is
not zero, "1,000" as an amount, a dollar without a country, a ton that may be short.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from landbridge.landed_cost.rate_words import Token, clean_text, split_words
from landbridge.landed_cost.rates import (
    REFERENCES,
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

_LONGEST = 1000
_MOST_BRACKETS = 20
_FORMS = (
    "write it as 15 %, 0.22 EUR/kg, 15 % but not less than 0.22 EUR/kg, 5 % plus 2 EUR/t, 80 % of mfn or free"
)
_WHICH = {
    "$": "write USD, CAD, AUD or the code of the dollar that is meant",
    "¢": "write a part of the currency, such as 0.044 USD for 4.4 US cents",
    "ton": "write t for a metric tonne, or the amount for one",
}


def parse_rate(text: str) -> Rate:
    """The rate that a text writes.

    Raises RateError, which says what cannot be read and what to write instead.

    >>> parse_rate("15%, но не менее 0.22 EUR за 1 кг")
    AtLeast(rate=AdValorem(percent=15.0), floor=Specific(amount=0.22, currency='EUR', unit='kg', per=1.0))
    >>> parse_rate("35 % or USD 0.40 per kg, whichever is the higher").floor.currency
    'USD'
    >>> parse_rate("17.23")
    Traceback (most recent call last):
    ...
    landbridge.landed_cost.rates.RateError: '17.23' is a bare number; write 17.23 % or an amount with currency and unit
    """
    clean = clean_text(text)
    if not clean:
        raise RateError("the rate is empty", "write the rate, or free where nothing is charged")
    if len(clean) > _LONGEST:
        raise RateError(f"a rate of {len(clean)} letters is too long to be one", "write the rate alone")
    if clean.count("(") > _MOST_BRACKETS:
        raise RateError(f"a rate with more than {_MOST_BRACKETS} brackets is none", "write it with fewer")
    reading = _Reading(text.strip(), list(split_words(clean)))
    rate = reading.read_limited()
    if reading.next:
        raise reading.refuse()
    return rate


def try_rate(text: str) -> Rate | RateError:
    """The rate that a text writes, or why it cannot be read.

    >>> try_rate("17.23").what
    "'17.23' is a bare number"
    """
    try:
        return parse_rate(text)
    except RateError as error:
        return error


def write_rate(rate: Rate) -> str:
    """The rate in words, which `parse_rate` reads back to the same rate.

    >>> write_rate(AtLeast(AdValorem(15.0), Specific(0.22, "EUR", "kg")))
    '15 % but not less than 0.22 EUR/kg'
    >>> write_rate(parse_rate("2 EUR за 1 1000 шт"))
    '2 EUR/1000 pieces'
    """
    match rate:
        case Free():
            return "free"
        case AdValorem(percent=percent):
            return f"{_write_number(percent)} %"
        case ShareOf(percent=percent, of=of):
            return f"{_write_number(percent)} % of {of}"
        case Specific():
            return _write_specific(rate)
        case Compound(terms=terms):
            return " plus ".join(_enclose(term) for term in terms)
        case AtLeast(rate=one, floor=other):
            return f"{write_rate(one)} but not less than {_enclose(other)}"
        case AtMost(rate=one, cap=other):
            return f"{write_rate(one)} but not more than {_enclose(other)}"


def _write_specific(rate: Specific) -> str:
    words = {"unit": ("piece", "pieces"), "pair": ("pair", "pairs"), "shipment": ("shipment", "shipments")}
    one, many = words.get(rate.unit, (rate.unit, rate.unit))
    per = one if rate.per == 1 else f"{_write_number(rate.per)} {many}"
    return f"{_write_number(rate.amount)} {rate.currency}/{per}"


def _enclose(rate: Rate) -> str:
    text = write_rate(rate)
    return f"({text})" if isinstance(rate, Compound | AtLeast | AtMost) else text


def _write_number(value: float) -> str:
    text = format(Decimal(repr(float(value))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


class _Reading:
    """A descent through the words of one rate."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.text, self.tokens, self.place = text, tokens, 0

    @property
    def next(self) -> str:
        """The kind of the next word, "" at the end."""
        return self.tokens[self.place].kind if self.place < len(self.tokens) else ""

    def take(self, *kinds: str) -> Token | None:
        """The next word if it is of one of the kinds, which is then behind us."""
        if self.next not in kinds or not self.next:
            return None
        self.place += 1
        return self.tokens[self.place - 1]

    def take_money(self) -> Token | None:
        """The next word if it is money; the codes KGS and NPR are units in other places."""
        if self.next == "unit" and self.tokens[self.place].text.upper() in load_catalogue().currencies:
            return self.take("unit") and Token("money", self.tokens[self.place - 1].text)
        return self.take("money")

    def refuse(self) -> RateError:
        """Why the reading stops at the next word."""
        if not self.next:
            return RateError(f"{self.text!r} breaks off", _FORMS)
        word = " ".join(token.text for token in self.tokens[self.place : self.place + 3])
        for sign, remedy in _WHICH.items():
            if word.startswith(sign):
                return RateError(f"{sign} in {self.text!r} may mean more than one thing", remedy)
        return RateError(f"{word!r} cannot be read in {self.text!r}", _FORMS)

    def read_limited(self) -> Rate:
        """A sum with its limits."""
        rate = self.read_sum()
        while True:
            mark = self.place
            self.take("comma")
            if self.take("least"):
                rate = AtLeast(rate, self.read_sum())
            elif self.take("most"):
                rate = AtMost(rate, self.read_sum())
            elif self.take("or"):
                rate = self.read_choice(rate)
            else:
                self.place = mark
                return rate

    def read_choice(self, first: Rate) -> Rate:
        """The others after a first `or`, and which of them holds."""
        others = [self.read_sum()]
        while self.take("or"):
            others.append(self.read_sum())
        self.take("comma")
        limit = self.take("higher", "lower")
        if limit is None:
            raise RateError(
                f"{self.text!r} does not say which rate holds", "add: whichever is the higher (or lower)"
            )
        for other in others:
            first = AtLeast(first, other) if limit.kind == "higher" else AtMost(first, other)
        return first

    def read_sum(self) -> Rate:
        """Terms with plus between them."""
        terms = [self.read_term()]
        while True:
            mark = self.place
            self.take("comma")
            if not self.take("plus"):
                self.place = mark
                return terms[0] if len(terms) == 1 else Compound(tuple(terms))
            terms.append(self.read_term())

    def read_term(self) -> Rate:
        """One share, amount, or a rate in brackets."""
        if self.take("open"):
            inner = self.read_limited()
            if not self.take("close"):
                raise self.refuse()
            return inner
        if self.take("free"):
            return Free()
        reference = self.take(*REFERENCES)
        if reference:
            return ShareOf(100.0, reference.kind)
        money = self.take_money()
        number = self.take("number")
        if number is None:
            raise self.refuse()
        if money is None and self.take("percent"):
            return self.read_share(_read_decimal(number.text))
        money = money or self.take_money()
        if money:
            return self.read_specific(number, money)
        return self.read_bare(number)

    def read_bare(self, number: Token) -> Rate:
        """A number without a unit: freedom where it is zero, else a fault."""
        if self.next in ("unknown", "number", "unit"):
            raise self.refuse()
        if _read_decimal(number.text) == 0:
            return Free()
        remedy = f"write {number.text} % or an amount with currency and unit"
        raise RateError(f"{number.text!r} is a bare number", remedy)

    def read_share(self, percent: float) -> Rate:
        """A share of the value, or of another rate."""
        if self.take("of"):
            reference = self.take(*REFERENCES)
            if reference is None:
                raise self.refuse()
            return ShareOf(percent, reference.kind)
        self.take("value")
        return AdValorem(percent)

    def read_specific(self, number: Token, money: Token) -> Rate:
        """An amount for so many of a unit."""
        if not self.take("per"):
            raise RateError(
                f"{self.text!r} does not say for what unit the amount is", "write it as 0.22 EUR/kg"
            )
        per = 1.0
        while count := self.take("number"):
            per *= _read_count(count.text)
        unit = self.take("unit")
        if unit is None:
            raise self.refuse()
        return Specific(
            _read_decimal(number.text), money.names or money.text.upper(), unit.names, per * unit.count
        )


def _read_decimal(text: str) -> float:
    """A number with a decimal point or comma. A comma before three digits is either that or a mark of thousands."""
    if re.fullmatch(r"[1-9]\d{0,2},\d{3}", text):
        raise RateError(
            f"{text!r} may be thousands or decimals", "write it with a decimal point, or without marks"
        )
    if "," in text and "." in text:
        text = text.replace(",", "")
    return float(text.replace(" ", "").replace(",", "."))


def _read_count(text: str) -> float:
    """How many of a unit: 1000, 1 000, 1,000. In "1 100" the first may be a count of hundreds: that is refused."""
    if re.fullmatch(r"\d{1,3}(?:[ ,]\d{3})+", text):
        if text.startswith("1 ") and not text.endswith("000"):
            raise RateError(f"{text!r} may be one number or two", "write it without the space")
        return float(re.sub("[ ,]", "", text))
    return _read_decimal(text)
