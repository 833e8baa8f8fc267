"""The customs law of a day: tariffs, taxes, valuation, agreements, quotas, regimes and proofs in force."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from landbridge.landed_cost.customs_value import ValueBasis, find_value_basis
from landbridge.landed_cost.exchange import MOST_DAYS, Exchange, MissingRateError, Quote, read_exchange
from landbridge.landed_cost.tariff_lines import TariffBook, read_tariff_book
from landbridge.schema import load_catalogue
from landbridge.schema.dated_rows import in_force_at
from landbridge.schema.rows import Row, read_rows

DATED = (
    "tariff_quotas", "import_taxes", "trade_agreements", "origin_rules", "regime_terms", "conformity",
)  # fmt: skip
OLDEST_MONTHS = 12
TABLES = ("tariffs", "customs_values", *DATED, "exchange_rates", "territories", "places")


@dataclass(frozen=True, slots=True, eq=False)
class CustomsLaw:
    """What holds at `date`: the tariff, rows of the other tables by name, blocs by country, exchange rates, and the
    names of places by id.
    """

    date: datetime.date
    book: TariffBook
    rows: Mapping[str, Sequence[Row]]
    blocs: Mapping[str, Mapping[str, str]]
    customs_values: pd.DataFrame
    exchange: Exchange
    place_names: Mapping[str, str]
    _known: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def areas(self, country: str) -> tuple[str, ...]:
        """The country and the blocs that it is a member of: whose tariffs and taxes it has."""
        return (country, *sorted(self.blocs.get(country, {})))

    def union(self, country: str) -> frozenset[str]:
        """The country with all that share a customs territory without formalities inside."""
        key = ("union", country)
        if key not in self._known:
            self._known[key] = self._find_union(country)
        union: frozenset[str] = self._known[key]
        return union

    def _find_union(self, country: str) -> frozenset[str]:
        inside = {bloc for bloc, kind in self.blocs.get(country, {}).items() if kind == "none"}
        others = {other for other, blocs in self.blocs.items() if inside & set(blocs)}
        return frozenset({country, *others})

    def rows_for(self, table: str, country: str) -> Iterator[Row]:
        """Rows of a table whose territory is the country or one of its blocs, those of the country first."""
        key = ("rows", table, country)
        if key not in self._known:
            areas = self.areas(country)
            self._known[key] = [row for area in areas for row in self.rows[table] if row["territory"] == area]
        yield from self._known[key]

    def quote(self, currency: str, into: str) -> Quote:
        """What one unit of a currency is worth in another on the day, by the last rate of the 13 months before it.

        Raises MissingRateError where there is none.
        """
        key = ("quote", currency, into)
        if key not in self._known:
            self._known[key] = self._find_quote(currency, into)
        quote: Quote = self._known[key]
        return quote

    def _find_quote(self, currency: str, into: str) -> Quote:
        missing: MissingRateError | None = None
        for months in range(OLDEST_MONTHS + 1):
            try:
                day = self.date - datetime.timedelta(days=months * MOST_DAYS)
                return self.exchange.quote(currency, into, date=day)
            except MissingRateError as error:
                missing = missing or error
        raise missing or MissingRateError([])

    def find_basis(self, country: str, mode: str) -> ValueBasis | None:
        """How a country takes the customs value of goods that come by a mode, None where no row tells."""
        key = ("basis", country, mode)
        if key not in self._known:
            self._known[key] = find_value_basis(
                self.customs_values, self.areas(country), date=self.date, mode=mode
            )
        basis: ValueBasis | None = self._known[key]
        return basis

    def is_of(self, country: str, codes: Iterable[str]) -> bool:
        """Whether the country, or a bloc that it belongs to, is among `codes`."""
        return not set(codes).isdisjoint(self.areas(country))


def read_customs_law(tables: Mapping[str, pd.DataFrame], date: datetime.date) -> CustomsLaw:
    """The law of `date` from the tables named in TABLES."""
    blocs: dict[str, dict[str, str]] = defaultdict(dict)
    for row in _in_force(tables["territories"], "territories", date):
        blocs[str(row["country"])][str(row["territory"])] = str(row["internal_customs"])
    return CustomsLaw(
        date=date,
        book=read_tariff_book(tables["tariffs"], date=date),
        rows={name: _in_force(tables[name], name, date) for name in DATED},
        blocs=dict(blocs),
        customs_values=tables["customs_values"],
        exchange=read_exchange(tables["exchange_rates"]),
        place_names=dict(zip(tables["places"]["id"], tables["places"]["name"], strict=True)),
    )


def _in_force(frame: pd.DataFrame, table: str, date: datetime.date) -> list[Row]:
    return list(read_rows(frame[in_force_at(frame, load_catalogue().tables[table], date=date)]))


def covers(row: Row, product: str) -> bool:
    """Whether a row's codes cover a product: one of them leads it (all goods where there is none), none spares it.

    >>> covers({"products": ("84",), "except_products": ("8433",)}, "843351")
    False
    """
    named = tuple(row["products"])
    return (not named or product.startswith(named)) and not product.startswith(
        tuple(row.get("except_products", ()))
    )
