"""What an agreement asks of goods on a date: its parties and general conditions, and the rule for a product.

A rule holds from its first day to its last: the wording that a later one replaced is not applied to later goods.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from landbridge.landed_cost.origin_rules import OriginRuleError, Rule, is_code_of
from landbridge.landed_cost.origin_text import parse_origin_rule, write_origin_rule
from landbridge.schema import Finding, InputError, Tables, find_nearest, in_force_at, load_catalogue
from landbridge.schema.rows import Row, read_rows

Period = tuple[datetime.date | None, datetime.date | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginTerms:
    """A row of trade_agreements with its blocs opened into their members of the date.

    `unions` are the members of each bloc that is a party: one territory for the rules of origin. Shares in per cent,
    NaN where the agreement gives none.
    """

    id: str
    title: str
    kind: str
    granters: frozenset[str]
    beneficiaries: frozenset[str]
    unions: tuple[frozenset[str], ...]
    excepted: tuple[str, ...]
    tolerance: float
    tolerance_base: str
    tolerance_except: tuple[str, ...]
    weight_tolerance: tuple[str, ...]
    sets: float
    cumulation: frozenset[str]
    cumulation_with: frozenset[str]
    minimal_operations: bool
    transport: str
    transport_proof: str
    proof: str
    act: str
    source: str
    quality: str
    note: str
    period: Period

    @property
    def parties(self) -> frozenset[str]:
        """All countries on both sides."""
        return self.granters | self.beneficiaries

    def home(self, country: str) -> frozenset[str]:
        """The territory in which goods made in a country are made: its union where that is a party, else itself."""
        return next((union for union in self.unions if country in union), frozenset({country}))

    def counted(self, country: str) -> frozenset[str]:
        """Countries whose originating materials count as those of a country."""
        found = self.home(country)
        if "full" in self.cumulation or ("bilateral" in self.cumulation and self.kind != "gsp"):
            found |= self.parties
        elif "bilateral" in self.cumulation:
            found |= self.granters
        return found | self.cumulation_with if "diagonal" in self.cumulation else found

    def worked(self, country: str) -> frozenset[str]:
        """Countries where working counts: the whole area where cumulation is full."""
        return self.home(country) | (self.parties if "full" in self.cumulation else frozenset())

    def in_force(self, date: datetime.date) -> bool:
        """Whether a day lies in its period."""
        return _is_within(date, self.period)


@dataclass(frozen=True, slots=True)
class OriginRow:
    """A rule for some goods with where it stands; `general` where it holds for goods that no other row names."""

    id: str
    rule: Rule
    text: str
    general: bool
    act: str
    source: str
    quality: str
    note: str


@dataclass(frozen=True, slots=True)
class OriginLaw:
    """The terms of an agreement and its rows of rules, those out of force too."""

    terms: OriginTerms
    rows: tuple[Row, ...]
    findings: tuple[Finding, ...] = field(default=())

    def find_rule(self, product: str, date: datetime.date) -> tuple[OriginRow | None, tuple[Finding, ...]]:
        """The rule for a product on a date: that of the longest code, else the general one, else None and a finding."""
        matching = [(length, row) for row in self.rows if (length := _match(row, product)) >= 0]
        current = [(length, row) for length, row in matching if _holds(row, date)]
        longest = max((length for length, _ in current), default=-1)
        best = [row for length, row in current if length == longest]
        found = [_superseded(row) for length, row in matching if not _holds(row, date) and length >= longest]
        if len(best) != 1:
            return None, (*found, _no_rule(best, product, self.terms, date))
        row = best[0]
        below = self._list_below(product, longest, date)
        found += [_too_short(product, below)] if below else []
        try:
            rule = parse_origin_rule(str(row["rule"]))
        except OriginRuleError as error:
            what = f"the rule {row['id']} cannot be read: {error.what}"
            return None, (
                *found,
                Finding("bad_origin_rule", "error", what, error.remedy, row["id"], None, "rule"),
            )
        found += [Finding("rule_note", "note", f"{row['id']}: {row['note']}", "")] if row["note"] else []
        keys = ("act", "source", "quality", "note")
        details = tuple(str(row[key]) for key in keys)
        return OriginRow(str(row["id"]), rule, write_origin_rule(rule), longest == 0, *details), tuple(found)

    def _list_below(self, product: str, length: int, date: datetime.date) -> list[str]:
        """Codes of rules below a product, which may have a rule of its own in full."""
        codes = {str(code) for row in self.rows if _holds(row, date) for code in row["products"]}
        return sorted(
            code for code in codes if code.startswith(product) and len(code) > max(len(product), length)
        )


def read_origin_law(tables: Tables, *, agreement: str, date: datetime.date) -> OriginLaw:
    """The origin law of an agreement from the tables trade_agreements, origin_rules and territories at a date.

    Raises InputError where no row of trade_agreements has the id.

    >>> from landbridge.sources import read_shipped_tables
    >>> law = read_origin_law(read_shipped_tables(), agreement="eac", date=datetime.date(2025, 1, 1))
    >>> "UG" in law.terms.home("KE"), law.find_rule("8708", datetime.date(2025, 1, 1))[0].text
    (True, 'VNM <= 70 % exw')
    """
    rows = {str(row["id"]): row for row in read_rows(tables["trade_agreements"])}
    if agreement not in rows:
        nearest = find_nearest(agreement, rows) or tuple(sorted(rows))
        what, remedy = (
            f"there is no trade agreement {agreement!r}",
            "write an id of the table trade_agreements",
        )
        raise InputError([Finding("unknown_trade_agreement", "error", what, remedy, nearest=nearest)])
    members = _read_members(tables["territories"], date)
    terms = _read_terms(rows[agreement], members)
    own = tuple(row for row in read_rows(tables["origin_rules"]) if row["agreement"] == agreement)
    return OriginLaw(terms, own)


def _read_members(territories: pd.DataFrame, date: datetime.date) -> dict[str, frozenset[str]]:
    spec = load_catalogue().tables["territories"]
    members: dict[str, set[str]] = {}
    for row in read_rows(territories[in_force_at(territories, spec, date=date)]):
        members.setdefault(str(row["territory"]), set()).add(str(row["country"]))
    return {bloc: frozenset(countries) for bloc, countries in members.items()}


def _read_terms(row: Row, members: Mapping[str, frozenset[str]]) -> OriginTerms:
    def open_blocs(codes: Iterable[str]) -> frozenset[str]:
        return frozenset().union(*(members.get(code, frozenset({code})) for code in codes))

    sides = (*row["granters"], *row["beneficiaries"])
    return OriginTerms(
        **{key: str(row[key]) for key in _TEXTS},
        granters=open_blocs(row["granters"]),
        beneficiaries=open_blocs(row["beneficiaries"]),
        unions=tuple(members[code] for code in dict.fromkeys(sides) if code in members),
        excepted=tuple(row["except_products"]),
        tolerance=float(row["tolerance"]),
        tolerance_except=tuple(row["tolerance_except"]),
        weight_tolerance=tuple(row["weight_tolerance_products"]),
        sets=float(row["sets"]),
        cumulation=frozenset(row["cumulation"]),
        cumulation_with=open_blocs(row["cumulation_with"]),
        minimal_operations=bool(row["minimal_operations"]),
        period=(row["from"], row["until"]),
    )


_TEXTS = ("id", "title", "kind", "tolerance_base", "transport", "transport_proof", "proof", "act", "source", "quality", "note")  # fmt: skip  # noqa: E501


def _match(row: Row, product: str) -> int:
    """Digits of the longest code of a row that covers a product; 0 for a general row, -1 for none."""
    codes: tuple[str, ...] = tuple(row["products"])
    if not codes:
        return 0
    return max((len(code) for code in codes if is_code_of(product, (code,))), default=-1)


def _holds(row: Row, date: datetime.date) -> bool:
    return _is_within(date, (row["from"], row["until"]))


def _is_within(date: datetime.date, period: Period) -> bool:
    first, last = period
    return (first is None or first <= date) and (last is None or date <= last)


def _superseded(row: Row) -> Finding:
    what = f"the wording {row['rule']!r} of {row['act']} ({row['from']} to {row['until'] or 'now'}) is not of this date"
    return Finding("superseded_rule", "note", what, "nothing: the wording of the date is applied")


def _no_rule(best: list[Row], product: str, terms: OriginTerms, date: datetime.date) -> Finding:
    if best:
        what = f"{', '.join(str(row['id']) for row in best)} hold for {product} at once"
        return Finding(
            "several_origin_rules", "error", what, "give the full code, or mend the dates of the rules"
        )
    what = f"no rule of origin for {product} under {terms.id} on {date} is known"
    remedy = "add it to origin_rules of the study with its act and source"
    return Finding("no_origin_rule", "warning", what, remedy)


def _too_short(product: str, below: list[str]) -> Finding:
    what = f"goods below {product} have rules of their own: {', '.join(below[:8])}"
    return Finding("product_too_short", "warning", what, "give the full code of the goods")
