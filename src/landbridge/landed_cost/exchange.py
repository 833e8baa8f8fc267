"""Exchange rates of a day: rows of a study or of the shipped table, and the reference rates of the ECB.

The reference rates of the European Central Bank (euro foreign exchange reference rates, daily since 4 January
1999) come offline with the package currencyconverter and are read when a quote first needs them. Rows win over
them; a market rate is taken only where neither official rates nor means of a period join two currencies, and is
marked. A day without a rate takes that of the last published day before it, at most 31 days back; a mean of a month
serves every day of its month. Two currencies without a common rate are joined through USD or EUR only. The rouble
ends in these rates on 1 March 2022. Nothing is fetched, and a rate that is not known is a finding, never 1.
"""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise, product
from typing import Any

import pandas as pd
from currency_converter import CurrencyConverter, RateNotFoundError

from landbridge.schema import Finding, InputError, find_nearest, load_catalogue

MOST_DAYS = 31
# Kinds of rows in the order in which they are looked for; the second set only where the first joins nothing.
USUAL_KINDS = (("official", "mean"), ("official", "mean", "market"))
ECB_SOURCE = "ecb-reference-rates"
# Hubs of cross rates, the shortest ways first.
_WAYS: tuple[tuple[str, ...], ...] = ((), ("EUR",), ("USD",), ("USD", "EUR"), ("EUR", "USD"))


class MissingRateError(InputError):
    """No exchange rate is known for a currency and day; `findings` says which, and what is near."""


@dataclass(frozen=True, slots=True)
class RateUsed:
    """A published rate: `value` units of `currency` for one unit of `per`, on `date`.

    `kind` is that of its row (official, mean, market), or "reference" for one of the ECB.
    """

    currency: str
    per: str
    value: float
    date: datetime.date
    source: str
    quality: str
    kind: str

    def __str__(self) -> str:
        mark = {"market": ", market rate", "mean": ", mean of the period"}.get(self.kind, "")
        return f"{self.value:g} {self.currency} for 1 {self.per} on {self.date}{mark}"


@dataclass(frozen=True, slots=True)
class Quote:
    """`value` units of the wanted currency for one of the given; `date` is the oldest day of its `inputs`.

    More than one input is a cross rate. `quality` is the worst of theirs.
    """

    value: float
    date: datetime.date
    source: str
    quality: str
    inputs: tuple[RateUsed, ...]

    def describe(self) -> str:
        """The rates behind the quote in words, with their days.

        >>> day = datetime.date(2024, 1, 12)
        >>> read_exchange(None).quote("USD", "INR", date=day).describe()
        '1.0942 USD for 1 EUR on 2024-01-12, 90.735 INR for 1 EUR on 2024-01-12'
        """
        return ", ".join(map(str, self.inputs))

    @property
    def at_market(self) -> bool:
        """Whether one of the rates is a market rate, which customs need not accept."""
        return any(rate.kind == "market" for rate in self.inputs)


@dataclass(frozen=True, slots=True)
class Exchange:
    """Exchange rates by pair of currencies: own rows, each pair in the order of its days, then the ECB's."""

    rows: Mapping[tuple[str, str, str], Sequence[RateUsed]]
    kinds: tuple[tuple[str, ...], ...]

    def quote(self, currency: str, into: str, *, date: datetime.date) -> Quote:
        """What one unit of `currency` is worth in `into` on a day.

        Raises MissingRateError where no rate of that day or the 31 days before it joins the two.

        >>> quote = read_exchange(None).quote("EUR", "USD", date=datetime.date(2024, 1, 14))
        >>> quote.value, str(quote.date)
        (1.0942, '2024-01-12')
        """
        if currency == into and self.knows(currency):
            return Quote(1.0, date, "", "measured", ())
        for kinds, hubs in product(self.kinds, _WAYS):
            if currency in hubs or into in hubs:
                continue
            pairs = pairwise((currency, *hubs, into))
            steps = [self._find_step(*pair, date=date, kinds=kinds) for pair in pairs]
            used = [step for step in steps if step is not None]
            if len(used) == len(steps):
                return _join_steps(used)
        raise MissingRateError([self._explain(currency, into, date=date)])

    def knows(self, currency: str) -> bool:
        """Whether the word is a currency of ISO 4217 or has rates here.

        >>> read_exchange(None).knows("usd")
        False
        """
        return currency in load_catalogue().currencies or currency in self.list_currencies()

    def list_currencies(self) -> tuple[str, ...]:
        """The currencies that have a rate of any day, in the order of the alphabet."""
        own = {name for _, *pair in self.rows for name in pair}
        return tuple(sorted(own | set(_open_reference_rates().currencies)))

    def _find_step(
        self, currency: str, into: str, *, date: datetime.date, kinds: tuple[str, ...]
    ) -> tuple[float, RateUsed] | None:
        """The units of `into` for one `currency` by one published rate of either direction."""
        for kind in kinds:
            found = [_latest(self.rows.get((kind, *pair), ()), date, kind) for pair in _both(into, currency)]
            used = max((rate for rate in found if rate), key=lambda rate: rate.date, default=None)
            if used is not None:
                return (used.value if used.currency == into else 1.0 / used.value), used
        reference = _find_reference(currency if into == "EUR" else into, date)
        if reference is None or "EUR" not in (currency, into):
            return None
        return (reference.value if currency == "EUR" else 1.0 / reference.value), reference

    def _explain(self, currency: str, into: str, *, date: datetime.date) -> Finding:
        known = self.list_currencies()
        for word in (currency, into):
            if word not in known:
                what = f"no exchange rate of {word} is known"
                remedy = (
                    f"add a row to exchange_rates with {word} and the day, or write a currency that is known"
                )
                return Finding(
                    "missing_exchange_rate", "error", what, remedy, nearest=find_nearest(word, known)
                )
        last = ", ".join(f"{word} {self._find_last_day(word, date) or 'none'}" for word in (currency, into))
        what = f"no exchange rate joins {currency} and {into} on {date} or in the {MOST_DAYS} days before"
        what += f"; the last days with a rate up to then: {last}"
        return Finding("missing_exchange_rate", "error", what, "add a row to exchange_rates of that day")

    def _find_last_day(self, currency: str, date: datetime.date) -> datetime.date | None:
        """The last day with a rate of the currency, up to `date`."""
        own = [r.date for key, rates in self.rows.items() if currency in key[1:] for r in rates]
        bounds = _open_reference_rates().bounds.get(currency)
        days = [day for day in own if day <= date]
        days += [min(bounds.last_date, date)] if bounds and bounds.first_date <= date else []
        return max(days, default=None)


def read_exchange(
    exchange_rates: pd.DataFrame | None, *, kinds: tuple[tuple[str, ...], ...] = USUAL_KINDS
) -> Exchange:
    """The exchange rates of the table exchange_rates (None: none), with the ECB's behind them.

    `kinds` are the sets of kinds of rows that are tried one after the other, each in its order:
    (("market", "official", "mean"),) prices at the market where a market rate is known.

    >>> rows = {"currency": ["BYN"], "date": [datetime.date(2025, 8, 20)], "per": ["USD"], "value": [3.0]}
    >>> frame = pd.DataFrame(rows | {"kind": ["official"], "source": ["bank"], "quality": ["published"]})
    >>> quote = read_exchange(frame).quote("EUR", "BYN", date=datetime.date(2025, 8, 22))
    >>> round(quote.value, 4), quote.source, str(quote.date)
    (3.4824, 'ecb-reference-rates#USD; bank', '2025-08-20')
    """
    rows: dict[tuple[str, str, str], list[RateUsed]] = {}
    for row in [] if exchange_rates is None else exchange_rates.to_dict("records"):
        kind, per = row.get("kind") or "official", row.get("per") or "USD"
        rate = RateUsed(
            row["currency"], per, float(row["value"]), row["date"], row["source"], row["quality"], kind
        )
        rows.setdefault((kind, rate.currency, per), []).append(rate)
    for rates in rows.values():
        rates.sort(key=lambda rate: rate.date)
    return Exchange(rows, kinds)


def _both(into: str, currency: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (into, currency), (currency, into)


def _latest(rates: Sequence[RateUsed], date: datetime.date, kind: str) -> RateUsed | None:
    """The last rate of a day up to `date` within the days allowed, or the mean of its month."""
    month = [r for r in rates if kind == "mean" and (r.date.year, r.date.month) == (date.year, date.month)]
    if month:
        return month[-1]
    place = bisect_right(rates, date, key=lambda rate: rate.date)
    if not place or (date - rates[place - 1].date).days > MOST_DAYS:
        return None
    return rates[place - 1]


@cache
def _open_reference_rates() -> Any:
    """The package's rates, read once in a process (about a quarter of a second)."""
    return CurrencyConverter()


def _find_reference(currency: str, date: datetime.date) -> RateUsed | None:
    """The last reference rate of a currency against the euro up to `date` within the days allowed."""
    rates = _open_reference_rates()
    bounds = rates.bounds.get(currency)
    if bounds is None or currency == "EUR":
        return None
    first = min(date, bounds.last_date)
    for back in range(MOST_DAYS - (date - first).days + 1):
        day = first - datetime.timedelta(days=back)
        try:
            value = float(rates.convert(1.0, "EUR", currency, date=day))
        except RateNotFoundError:
            continue
        return RateUsed(currency, "EUR", value, day, f"{ECB_SOURCE}#{currency}", "published", "reference")
    return None


def _join_steps(steps: Sequence[tuple[float, RateUsed]]) -> Quote:
    value = 1.0
    for factor, _ in steps:
        value *= factor
    inputs = tuple(used for _, used in steps)
    ranks = load_catalogue().qualities
    quality = max((rate.quality for rate in inputs), key=lambda word: ranks[word].rank)
    sources = "; ".join(dict.fromkeys(rate.source for rate in inputs))
    return Quote(value, min(rate.date for rate in inputs), sources, quality, inputs)
