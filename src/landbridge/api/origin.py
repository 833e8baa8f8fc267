"""Whether goods originate under an agreement, by their bill of materials."""

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path
from typing import Any

import pandas as pd

from landbridge.api.quantities import make_quantity
from landbridge.landed_cost.bills import Bill, read_bill
from landbridge.landed_cost.consignment_way import Passage, WayVerdict, judge_way
from landbridge.landed_cost.exchange import MissingRateError, read_exchange
from landbridge.landed_cost.origin import OriginClaim, OriginVerdict, judge_goods
from landbridge.landed_cost.origin_law import OriginLaw, OriginTerms, read_origin_law
from landbridge.schema import Finding, InputError, Tables, load_catalogue
from landbridge.sources import clean_product, network_date, read_shipped_tables
from landbridge.sources.hs_changes import check_product

# Digits of a heading: the shortest code that has a rule.
SHORTEST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginOptions:
    """What else may be said of goods whose origin is asked.

    inland: cost from the works to the ship or border, and customs_value: value at import, for one unit in the currency
    of the bill. is_set: the materials are the articles of a set. passages: the countries of the way, for direct
    consignment. bill: which bill, where the file has several. currency: what values are turned into, by default that of
    the first line. exchange: units of it for one of each other; by default the rates of the date. tables: those of a
    study; by default the shipped ones.
    """

    inland: float = 0.0
    customs_value: float = math.nan
    is_set: bool = False
    passages: tuple[Passage, ...] = ()
    bill: str = ""
    currency: str = ""
    exchange: Mapping[str, float] | None = None
    tables: Tables | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, eq=False)
class OriginAnswer:
    """The answer: what was asked, the verdict with its arithmetic, and what direct consignment and proof demand."""

    claim: OriginClaim
    agreement: OriginTerms
    origin: OriginVerdict
    way: WayVerdict

    @property
    def verdict(self) -> str:
        """originates, does_not or unknown."""
        return self.origin.verdict

    def to_json(self) -> dict[str, Any]:
        """The answer as plain values, in the shape that scripts rely on."""
        plain = self.origin.to_json()
        findings = plain.pop("findings")
        unit = {"unit": f"{self.origin.currency}/unit", "currency": self.origin.currency}
        values = {"price": self.origin.price, "non_originating": self.origin.foreign}
        return {
            **plain,
            **{key: make_quantity(value, **unit) for key, value in values.items() if not math.isnan(value)},
            "agreement": self.agreement.id,
            "product": self.claim.product,
            "made_in": self.claim.made_in,
            "date": self.claim.date.isoformat(),
            "proof": self.agreement.proof,
            "transport": self.way.to_json(),
            "findings": findings,
        }

    def _repr_html_(self) -> str:
        head = (
            f"{self.agreement.title}: <b>{escape(self.origin.verdict)}</b>. {escape(self.origin.arithmetic)}"
        )
        rows = "".join(
            f"<tr><td>{escape(part.rule)}</td><td>{part.verdict}</td><td>{escape(part.arithmetic)}</td></tr>"
            for part in self.origin.parts
        )
        change = "".join(f"<li>{escape(line)}</li>" for line in self.origin.change)
        return f"<p>{head}</p><table>{rows}</table>" + (f"<ul>{change}</ul>" if change else "")


def judge_origin(
    bill: Bill | Path | str | pd.DataFrame,
    *,
    product: str,
    agreement: str,
    made_in: str = "",
    date: datetime.date | None = None,
    options: OriginOptions = OriginOptions(),
) -> OriginAnswer:
    """Whether goods originate under a trade agreement, with the arithmetic and what would have to change if not.

    `bill` is a bill of materials: a CSV file or a frame with columns of the table components. `made_in` may be left out
    where only one country can be meant. Without a date it is that of the shipped network.

    Raises InputError with all faults of the bill and of what is asked.

    >>> rows = {"part": ["kit", "work"], "kind": ["material", "labour"], "made_in": ["IN", ""], "value": [68.0, 32.0]}
    >>> answer = judge_origin(pd.DataFrame(rows), product="8708.29", agreement="eac", made_in="KE")
    >>> answer.origin.arithmetic
    '68 % non-originating against at most 70 % of the ex-works price: originates'
    """
    day = date or network_date()
    tables = options.tables if options.tables is not None else read_shipped_tables()
    law = read_origin_law(tables, agreement=agreement, date=day)
    code = clean_product(product)
    faults = [*_check_product(code, product), *_check_maker(made_in, law)]
    made = bill
    try:
        made = _read_bill(bill, options, tables, day)
    except InputError as error:
        faults += error.findings
    if faults or not isinstance(made, Bill):
        raise InputError(faults)
    claim = OriginClaim(
        product=code,
        made_in=made_in or _only_maker(law),
        date=day,
        inland=options.inland,
        customs_value=options.customs_value,
        is_set=options.is_set,
    )
    terms = law.terms
    way = judge_way(
        options.passages, transport=terms.transport, parties=terms.parties, proof=terms.transport_proof
    )
    return OriginAnswer(claim, terms, judge_goods(made, claim=claim, law=law), way)


def _read_bill(
    bill: Bill | Path | str | pd.DataFrame, options: OriginOptions, tables: Tables, date: datetime.date
) -> Bill:
    if isinstance(bill, Bill):
        return bill

    def rates_of_day(into: str) -> dict[str, float]:
        exchange, found = read_exchange(tables.get("exchange_rates")), {}
        for currency in exchange.list_currencies():
            try:
                found[currency] = exchange.quote(currency, into, date=date).value
            except MissingRateError:
                continue
        return found

    rates = rates_of_day if options.exchange is None else options.exchange
    return read_bill(bill, name=options.bill, currency=options.currency, exchange=rates)


def _check_product(code: str, given: str) -> list[Finding]:
    fault = check_product(given)
    if fault is None and len(code) < SHORTEST:
        what = f"{given!r} is a whole chapter, and rules of origin are by heading"
        fault = Finding("unknown_product", "error", what, "write 4, 6 or more digits")
    return [] if fault is None else [replace(fault, column="product")]


def _check_maker(made_in: str, law: OriginLaw) -> list[Finding]:
    codes = load_catalogue().country_codes
    if made_in in codes or (not made_in and _only_maker(law)):
        return []
    what = f"{made_in!r} is no country code" if made_in else "it is not said where the goods are made"
    remedy = f"write one of {', '.join(sorted(law.terms.beneficiaries))}"
    return [Finding("unknown_country", "error", what, remedy, column="made_in")]


def _only_maker(law: OriginLaw) -> str:
    """The one country whose goods get the preference, "" where there are several."""
    makers = law.terms.beneficiaries
    return next(iter(makers)) if len(makers) == 1 else ""
