"""Tariff lines: which rates the rows of `tariffs` put on a product, on a day.

Which row holds: the rows of the first territory named that have the product at all (a country before its customs
union), then the longest code that the product starts with, and of rows at one code one that names the origin before
one for all, a line before an average, a seasonal rate before that of all the year, the row in force later before the
earlier. Rows that are equal in all of that are all given.
"""

from __future__ import annotations

import bisect
import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypedDict, Unpack

import pandas as pd

from landbridge.landed_cost.rate_text import try_rate
from landbridge.landed_cost.rates import Rate, RateError
from landbridge.schema import Finding, find_nearest, in_force_at, load_catalogue, open_at
from landbridge.schema.rows import read_rows
from landbridge.sources.products import clean_product

_SHORTEST = 2
_Key: TypeAlias = tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class TariffLine:
    """One row of `tariffs` for one of its codes: `product` is that code, `text` the rate as the row writes it."""

    id: str
    territory: str
    product: str
    rate: Rate
    text: str
    act: str
    source: str
    quality: str
    average: bool
    from_: datetime.date | None
    until: datetime.date | None
    charge: str = "duty"
    treatment: str = "mfn"
    agreement: str = ""
    quota: str = ""
    months: str = ""
    origins: tuple[str, ...] = ()
    note: str = ""

    def rank(self, *, named: bool) -> tuple[bool, bool, bool, datetime.date]:
        """What decides between rows at one code; `named` says that the row names the origin."""
        return named, not self.average, bool(self.months), self.from_ or datetime.date.min


@dataclass(frozen=True, slots=True)
class TariffAnswer:
    """The lines that a product may fall under; `exact` where all of them have one rate, False where there are none."""

    lines: tuple[TariffLine, ...]
    exact: bool


class LineChoice(TypedDict, total=False):
    """What a line is chosen by beside territory and product, in the words of the table `tariffs`."""

    charge: str
    treatment: str
    agreement: str
    origin: str | Sequence[str]
    quota: str


@dataclass(slots=True)
class _Shelf:
    """The lines of one territory, charge, treatment, agreement and quota, by code."""

    lines: dict[str, list[TariffLine]] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)

    def find_above(self, product: str) -> Iterator[list[TariffLine]]:
        """Lines of codes that the product starts with, the longest first."""
        for length in range(len(product), _SHORTEST - 1, -1):
            if product[:length] in self.lines:
                yield self.lines[product[:length]]

    def find_below(self, product: str) -> Iterator[list[TariffLine]]:
        """Lines of longer codes that start with the product."""
        place = bisect.bisect_right(self.codes, product)
        while place < len(self.codes) and self.codes[place].startswith(product):
            yield self.lines[self.codes[place]]
            place += 1


@dataclass(frozen=True, slots=True)
class TariffBook:
    """The tariff lines in force on a day, ready to be looked up.

    `findings` names each row whose rate cannot be read. `spans` gives for each territory the first day of its rows of
    duty on most favoured nations and the last one (None: open), in force or not.
    """

    date: datetime.date
    findings: tuple[Finding, ...]
    spans: Mapping[str, tuple[datetime.date | None, datetime.date | None]]
    _shelves: Mapping[_Key, _Shelf]

    def find(
        self, territory: str | Sequence[str], product: str, **choice: Unpack[LineChoice]
    ) -> TariffAnswer:
        """The lines for a product: that of the longest code, and all below where the product is shorter than they are.

        `territory` and `origin` are codes, or a country and the blocs that it belongs to, nearest first. Without an
        origin no line counts that names some. What the choice leaves out is a duty on most favoured nations, outside
        quotas.
        """
        code = clean_product(product)
        origin = choice.get("origin", "")
        origins = {origin} if isinstance(origin, str) else {*origin}
        key = (
            choice.get("charge", "duty"),
            choice.get("treatment", "mfn"),
            choice.get("agreement", ""),
            choice.get("quota", ""),
        )
        for place in (territory,) if isinstance(territory, str) else territory:
            shelf = self._shelves.get((place, *key))
            lines = _choose(shelf, code, origins) if shelf else ()
            if lines:
                return TariffAnswer(lines, len({line.rate for line in lines}) == 1)
        return TariffAnswer((), False)

    def list_lines(self, territory: str | Sequence[str], product: str) -> tuple[TariffLine, ...]:
        """All lines that a product may meet, of every charge, treatment, agreement, quota and origin.

        Duties on most favoured nations stand first; of each kind those of the first territory named that has some.
        """
        code = clean_product(product)
        places = (territory,) if isinstance(territory, str) else tuple(territory)
        kinds = sorted(
            {key[1:] for key in self._shelves}, key=lambda kind: (kind[:2] != ("duty", "mfn"), kind)
        )
        found: list[TariffLine] = []
        for kind in kinds:
            shelves = (self._shelves.get((place, *kind)) for place in places)
            found += next(filter(None, (_choose(shelf, code, None) for shelf in shelves if shelf)), ())
        return tuple(found)


def check_territory(territory: str, territories: pd.DataFrame, *, file: str = "") -> Iterator[Finding]:
    """A finding where a word is neither a country code nor a bloc of the table `territories`.

    >>> blocs = pd.DataFrame({"territory": ["EAEU"]})
    >>> [one.nearest for one in check_territory("EAUE", blocs)], list(check_territory("BY", blocs))
    ([('EAEU', 'AE', 'AU')], [])
    """
    known = {*load_catalogue().country_codes, *territories["territory"]}
    if territory not in known:
        what = f"'{territory}' is neither a country code nor a bloc"
        remedy = "say whose tariff it is: two letters of ISO 3166-1, or a bloc such as EAEU"
        named = {name.lower(): code for code, name in load_catalogue().country_codes.items()}
        code = named.get(territory.lower()) or (territory.upper() if territory.upper() in known else "")
        nearest = (code,) if code else find_nearest(territory, known)
        yield Finding("unknown_territory", "error", what, remedy, file, nearest=nearest)


def read_tariff_book(tariffs: pd.DataFrame, *, date: datetime.date) -> TariffBook:
    """The rows of `tariffs` that are in force on a day and in its month, their rates parsed.

    >>> from landbridge.schema.rows import rows_to_frame
    >>> row = {"territory": "EAEU", "act": "a", "source": "s", "quality": "published", "from": None}
    >>> rows = [{"id": "a", "products": ("8433",), "rate": "5 %", **row}]
    >>> rows += [{"id": "b", "products": ("8433510001",), "rate": "free", **row}]
    >>> book = read_tariff_book(rows_to_frame("tariffs", rows), date=datetime.date(2026, 6, 18))
    >>> [(line.id, line.product) for line in book.find("EAEU", "8433.51.000.1").lines]
    [('b', '8433510001')]
    >>> book.find("EAEU", "843351").exact, book.find("EAEU", "843320").exact
    (False, True)
    """
    spec = load_catalogue().tables["tariffs"]
    shelves: dict[_Key, _Shelf] = {}
    findings: list[Finding] = []
    rates: dict[str, Rate | RateError] = {}
    holds = in_force_at(tariffs, spec, date=date) & open_at(tariffs, spec, date=date)
    for row in read_rows(tariffs[holds.to_numpy()]):
        text = row["rate"]
        if text not in rates:
            rates[text] = try_rate(text)
        rate = rates[text]
        if isinstance(rate, RateError):
            what = f"the rate of {row['id']}: {rate.what}"
            findings.append(Finding("bad_rate", "error", what, rate.remedy, "tariffs.csv", column="rate"))
            continue
        _place(row, rate, shelves)
    for shelf in shelves.values():
        shelf.codes = sorted(shelf.lines)
    spans = _list_spans(tariffs[(tariffs["charge"] == "duty") & (tariffs["treatment"] == "mfn")])
    return TariffBook(date, tuple(findings), spans, shelves)


def _place(row: Mapping[str, Any], rate: Rate, shelves: dict[_Key, _Shelf]) -> None:
    key = (row["territory"], row["charge"], row["treatment"], row["agreement"], row["quota"])
    shelf = shelves.setdefault(key, _Shelf())
    for code in row["products"]:
        line = TariffLine(
            id=row["id"],
            territory=row["territory"],
            product=clean_product(code),
            rate=rate,
            text=row["rate"],
            act=row["act"],
            source=row["source"],
            quality=row["quality"],
            average=row["average"] is True,
            from_=row["from"],
            until=row["until"],
            charge=row["charge"],
            treatment=row["treatment"],
            agreement=row["agreement"],
            quota=row["quota"],
            months=row["months"],
            origins=row["origins"],
            note=row["note"],
        )
        shelf.lines.setdefault(line.product, []).append(line)


def _list_spans(tariffs: pd.DataFrame) -> dict[str, tuple[datetime.date | None, datetime.date | None]]:
    days: dict[str, tuple[list[datetime.date | None], list[datetime.date | None]]] = {}
    for territory, first, last in zip(
        tariffs["territory"].tolist(), tariffs["from"].tolist(), tariffs["until"].tolist(), strict=True
    ):
        firsts, lasts = days.setdefault(territory, ([], []))
        firsts.append(first)
        lasts.append(last)
    return {
        territory: (
            None if None in firsts else min(day for day in firsts if day),
            None if None in lasts else max(day for day in lasts if day),
        )
        for territory, (firsts, lasts) in days.items()
    }


def _choose(shelf: _Shelf, code: str, origins: set[str] | None) -> tuple[TariffLine, ...]:
    """The lines for a code; without origins those of each group of them."""
    above = next(filter(None, (_keep_best(lines, origins) for lines in shelf.find_above(code))), [])
    below = [line for lines in shelf.find_below(code) for line in _keep_best(lines, origins)]
    return (*above, *below)


def _keep_best(lines: Sequence[TariffLine], origins: set[str] | None) -> list[TariffLine]:
    """Of the lines at one code those that hold for the origin, as the head of the module says."""
    if len(lines) > 1 and origins is None:
        groups = dict.fromkeys(line.origins for line in lines)
        return [
            line
            for group in groups
            for line in _keep_best([x for x in lines if x.origins == group], {*group})
        ]
    fitting = [
        line for line in lines if not line.origins or origins is None or not origins.isdisjoint(line.origins)
    ]
    if len(fitting) < 2:
        return fitting
    ranks = [line.rank(named=bool(line.origins)) for line in fitting]
    return [line for line, rank in zip(fitting, ranks, strict=True) if rank == max(ranks)]
