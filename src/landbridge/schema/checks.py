"""Declared checks: rules over the rows of tables that the catalogue lists in checks.csv.

Kinds: reference (the value, or each item of a list, is found in one of the targets), place (the same, or
a place finder knows it), product (an HS code), pattern, months, departures, partial_date (a year, month or day),
points, unit, order (values do not fall), period (the last day is not before the first), distinct, together (a filled
field wants others filled).
A target is `table.column`, `@words` (a closed list of the catalogue) or `=word`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

import pandas as pd

from landbridge.schema.catalogue import Check, TableSpec, load_catalogue
from landbridge.schema.cells import quote
from landbridge.schema.findings import Finding, find_nearest
from landbridge.schema.months import read_months
from landbridge.schema.partial_dates import read_partial_date
from landbridge.schema.tables import missing
from landbridge.schema.timetables import read_departures
from landbridge.schema.units import UnknownUnitError, read_unit

RowPlace = tuple[str, int | None]
_MOST_SUCCESSORS = 10
_OLD_CODE = (
    "old_hs_code",
    "is a code of an older edition of the Harmonized System, which HS 2022 no longer has",
    "write the code of HS 2022 that the goods fall under now",
)


@dataclass(frozen=True)
class CheckInput:
    """What checks read: typed frames by table, and for their findings the file and line of each row.

    `is_place` says whether a text names a place, `is_product` whether it is an HS code; without one of
    them the checks that need it are left out. `find_successors` names the codes of HS 2022 that a code of
    an older edition became, none for any other text. `targets` are the whole tables that may be referred
    to, where `frames` holds only the rows that are to be checked.
    """

    frames: Mapping[str, pd.DataFrame]
    places: Mapping[str, tuple[RowPlace, ...]]
    is_place: Callable[[str], bool] | None = None
    is_product: Callable[[str], bool] | None = None
    find_successors: Callable[[str], Sequence[str]] = lambda text: ()
    targets: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    _sets: dict[str, frozenset[str]] = field(default_factory=dict)

    def names(self, target: str) -> frozenset[str]:
        """The values that a target allows."""
        if target not in self._sets:
            self._sets[target] = frozenset(self._names(target))
        return self._sets[target]

    def _names(self, target: str) -> Iterator[str]:
        if target.startswith("="):
            yield target[1:]
        elif target.startswith("@"):
            yield from getattr(load_catalogue(), target[1:])
        else:
            table, column = target.split(".")
            whole = self.targets.get(table, self.frames.get(table))
            for value in () if whole is None else whole[column].tolist():
                yield from (value if isinstance(value, tuple) else (value,))


@dataclass(frozen=True, slots=True)
class _Fault:
    row: int
    text: str
    nearest: tuple[str, ...] = ()
    old: bool = False


def run_checks(given: CheckInput) -> tuple[Finding, ...]:
    """The findings of all declared checks over all rows.

    >>> run_checks(CheckInput({}, {}))
    ()
    """
    found = []
    catalogue = load_catalogue()
    for check in catalogue.checks:
        for table in given.frames if check.table == "*" else (check.table,):
            spec = catalogue.tables[table]
            if table in given.frames and check.field in spec.by_name:
                found += [
                    _finding(check, fault, table, given) for fault in _RULES[check.kind](check, spec, given)
                ]
    return tuple(found)


def _finding(check: Check, fault: _Fault, table: str, given: CheckInput) -> Finding:
    file, row = given.places[table][fault.row]
    code, what, remedy = _OLD_CODE if fault.old else (check.code, check.what, check.remedy)
    return Finding(
        code,
        check.severity,
        f"{quote(fault.text, 60)} {what}",
        remedy,
        file=file,
        row=row,
        column=check.field,
        nearest=fault.nearest,
    )


def _values(check: Check, spec: TableSpec, given: CheckInput) -> Iterator[tuple[int, str]]:
    """Row and text of each filled value; lists give each item, sources the key before #."""
    for row, value in enumerate(given.frames[spec.name][check.field].tolist()):
        parts: tuple[Any, ...] = value if isinstance(value, tuple) else (value,)
        if check.field == "source":
            parts = tuple(part.split("#")[0].strip() for part in str(value).split(";"))
        for part in parts:
            text = part if isinstance(part, str) else "" if pd.isna(part) else str(part)
            if text:
                yield row, text


def _is_known(text: str, targets: tuple[str, ...], given: CheckInput) -> bool:
    return any(text in given.names(target) for target in targets)


def _nearest(text: str, targets: tuple[str, ...], given: CheckInput) -> tuple[str, ...]:
    return _search(text, frozenset().union(*(given.names(target) for target in targets)))


@lru_cache(maxsize=4096)
def _search(text: str, names: frozenset[str]) -> tuple[str, ...]:
    return find_nearest(text, names - {""})


def _reference(check: Check, spec: TableSpec, given: CheckInput) -> Iterator[_Fault]:
    known = [given.names(target) for target in check.target]
    for row, text in _values(check, spec, given):
        if not any(text in names for names in known):
            yield _Fault(row, text, _nearest(text, check.target, given))


def _place(check: Check, spec: TableSpec, given: CheckInput) -> Iterator[_Fault]:
    if given.is_place is None:
        return
    for row, text in _values(check, spec, given):
        if not _is_known(text, check.target, given) and not given.is_place(text):
            yield _Fault(row, text, _nearest(text, check.target, given))


def _product(check: Check, spec: TableSpec, given: CheckInput) -> Iterator[_Fault]:
    if given.is_product is None:
        return
    for row, text in _values(check, spec, given):
        if not given.is_product(text):
            successors = tuple(given.find_successors(text))
            yield _Fault(row, text, successors[:_MOST_SUCCESSORS], old=bool(successors))


def _pattern(check: Check, spec: TableSpec, given: CheckInput) -> Iterator[_Fault]:
    rule = re.compile(";".join(check.target))
    for row, text in _values(check, spec, given):
        if not rule.fullmatch(text):
            yield _Fault(row, text)


def _months(check: Check, spec: TableSpec, given: CheckInput) -> Iterator[_Fault]:
    for row, text in _values(check, spec, given):
        try:
            read_months(text)
        except ValueError:
            yield _Fault(row, text)


def _departures(check: Check, spec: TableSpec, given: CheckInput) -> Iterator[_Fault]:
    for row, text in _values(check, spec, given):
        try:
            read_departures([text])
        except ValueError:
            yield _Fault(row, text)


def _partial_date(check: Check, spec: TableSpec, given: CheckInput) -> Iterator[_Fault]:
    for row, text in _values(check, spec, given):
        try:
            read_partial_date(text)
        except ValueError:
            yield _Fault(row, text)


def _unit(check: Check, spec: TableSpec, given: CheckInput) -> Iterator[_Fault]:
    for row, text in _values(check, spec, given):
        try:
            read_unit(text)
        except UnknownUnitError as error:
            yield _Fault(row, text, error.nearest)


def _points(check: Check, spec: TableSpec, given: CheckInput) -> Iterator[_Fault]:
    for row, text in _values(check, spec, given):
        try:
            points = [tuple(float(part) for part in point.split(",")) for point in text.split(";")]
        except ValueError:
            yield _Fault(row, text)
            continue
        if not all(len(point) == 2 and abs(point[0]) <= 90 and abs(point[1]) <= 180 for point in points):
            yield _Fault(row, text)


def _order(check: Check, spec: TableSpec, given: CheckInput) -> Iterator[_Fault]:
    names = (check.field, *check.target)
    columns = [given.frames[spec.name][name].tolist() for name in names]
    for row, values in enumerate(zip(*columns, strict=True)):
        filled = [(n, v) for n, v in zip(names, values, strict=True) if not pd.isna(v)]
        if any(one[1] > other[1] for one, other in pairwise(filled)):
            yield _Fault(row, ", ".join(f"{name} {value}" for name, value in filled))


def _period(check: Check, spec: TableSpec, given: CheckInput) -> Iterator[_Fault]:
    if not spec.first_day:
        return
    first, last = (given.frames[spec.name][name].tolist() for name in (spec.first_day, check.field))
    for row, (start, end) in enumerate(zip(first, last, strict=True)):
        if start is not None and end is not None and end < start:
            yield _Fault(row, f"{start} to {end}")


def _distinct(check: Check, spec: TableSpec, given: CheckInput) -> Iterator[_Fault]:
    other = given.frames[spec.name][check.target[0]].tolist()
    for row, text in _values(check, spec, given):
        if text == str(other[row]):
            yield _Fault(row, text)


def _together(check: Check, spec: TableSpec, given: CheckInput) -> Iterator[_Fault]:
    frame = given.frames[spec.name]
    own = spec.by_name[check.field]
    for name in check.target:
        values = zip(frame[check.field].tolist(), frame[name].tolist(), strict=True)
        for row, (value, other) in enumerate(values):
            if not missing(value, own) and missing(other, spec.by_name[name]):
                yield _Fault(row, f"{check.field} without {name}")


_RULES: dict[str, Callable[[Check, TableSpec, CheckInput], Iterator[_Fault]]] = {
    "reference": _reference,
    "place": _place,
    "product": _product,
    "pattern": _pattern,
    "months": _months,
    "departures": _departures,
    "partial_date": _partial_date,
    "unit": _unit,
    "points": _points,
    "order": _order,
    "period": _period,
    "distinct": _distinct,
    "together": _together,
}
CHECK_KINDS = tuple(_RULES)
