"""Levers: the change that a commitment makes to the inputs of the model when it is delivered, typed and checked.

A lever names a table, a field or a group of fields that move together, and a condition on the rows. What it does:

| change | to what | value |
|---|---|---|
| scale | numbers | a factor |
| add | numbers | an amount in the unit of the field, which may be negative |
| set | any value | the value; of a group the middle field takes it and its range moves in proportion |
| open, close | status | empty; the period of the row no longer counts |
| date | a date | the day; of an agreement the date as far as it is known |

`low` and `high` bound the size of the first three. Legal measures, borders that governments have closed, memberships,
what is asked of the model and what identifies a row are out of reach.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import isnan, nan
from typing import Any, Literal, TypeVar

import pandas as pd

from landbridge.agreements.register import Row, read_date
from landbridge.schema import (
    Condition,
    Finding,
    PartialDate,
    TableSpec,
    find_nearest,
    load_catalogue,
    read_condition,
    read_partial_date,
)
from landbridge.schema.catalogue import Field, Interval
from landbridge.schema.cells import CellFault, quote, read_cell
from landbridge.schema.checks import RowPlace
from landbridge.schema.rows import read_rows
from landbridge.schema.tables import missing

_Read = TypeVar("_Read")
ChangeWord = Literal["scale", "add", "set", "open", "close", "date"]
INPUTS = (
    "places", "posts", "legs", "services", "interruptions", "operations", "rates", "speeds", "emission_factors",
    "parameters", "passages", "gauges", "electrified", "electrified_shares", "grids", "transit_regimes", "tariffs",
    "tariff_quotas", "import_taxes", "customs_values", "trade_agreements", "origin_rules", "regime_terms",
    "conformity", "exchange_rates", "elasticities", "agreements",
)  # fmt: skip
LAW = ("listings", "territories", "borders")
# What says which row it is, where it lies and on whose word; the law looks at the mode of a leg too.
IDENTITY = frozenset(
    (
        "id",
        "name",
        "name_local",
        "aliases",
        "locode",
        "lat",
        "lon",
        "mode",
        "operator",
        "source",
        "quality",
        "note",
    )
)
_ANY_NUMBER = Field("", "number", "", False, "", (), "", Interval(-float("inf"), float("inf"), False, False))


@dataclass(frozen=True, slots=True)
class Lever:
    """A change of inputs. `fields` are those that it moves, the middle one first.

    `value` is a float for scale and add, a typed cell for set and date, "open" or "closed" for open and close;
    `low` and `high` are NaN where no range is known.
    """

    id: str
    commitment: str
    title: str
    table: str
    fields: tuple[str, ...]
    condition: Condition
    change: ChangeWord
    value: Any
    low: float
    high: float
    begins: PartialDate
    ends: PartialDate
    row: Row = field(compare=False)
    place: RowPlace = ("levers.csv", None)

    @property
    def spec(self) -> TableSpec:
        """The declaration of the table that it changes."""
        return load_catalogue().tables[self.table]

    @property
    def has_range(self) -> bool:
        """Whether its size may be less or more."""
        return not (isnan(self.low) and isnan(self.high))

    @property
    def sizes(self) -> tuple[float, ...]:
        """The ends of its range that are known, or its value alone."""
        known = tuple(size for size in (self.low, self.high) if not isnan(size))
        return known or (self.value,)

    def describe_change(self) -> str:
        """What it does, in words: "time x 0.6", "status open"."""
        name = str(self.row["field"])
        if self.change == "scale":
            return f"{name} x {self.value:g}"
        if self.change == "add":
            return f"{name} {self.value:+g}"
        if self.change in ("open", "close"):
            return f"{name} {self.value}"
        return f"{name} = {self.row['value']}"


def read_levers(
    frame: pd.DataFrame, places: Sequence[RowPlace] = ()
) -> tuple[dict[str, Lever], tuple[Finding, ...]]:
    """The levers of a typed frame by id, and what is wrong with the others; `places` are file and line of each row.

    >>> from landbridge.schema import make_frame
    >>> row = {"id": "a", "commitment": "c", "title": "A", "table": "operations", "field": "time", "value": "0.6",
    ...        "where": 'scope = "IR"', "change": "scale", "source": "s", "quality": "estimated"}
    >>> spec = load_catalogue().tables["levers"]
    >>> levers, findings = read_levers(make_frame({name: [cell] for name, cell in row.items()}, spec))
    >>> levers["a"].fields, levers["a"].describe_change(), findings
    (('time_p50', 'time_min', 'time_p90'), 'time x 0.6', ())
    """
    levers: dict[str, Lever] = {}
    found: list[Finding] = []
    for number, row in enumerate(read_rows(frame)):
        place = places[number] if places else ("levers.csv", number + 2)
        lever = _read_lever(row, place, found)
        if lever is not None:
            levers[lever.id] = lever
    return levers, tuple(found)


def _read_lever(row: Row, place: RowPlace, found: list[Finding]) -> Lever | None:
    """The lever of a row, or None with what is wrong in `found`; of an empty cell the reader of the file has told."""

    def attempt(column: str, read: Callable[[], _Read]) -> _Read | None:
        try:
            return read() if row[column] else None
        except CellFault as fault:
            where = fault.column if isinstance(fault, _SizeFault) else column
            found.append(Finding(fault.code, "error", fault.what, fault.remedy, *place, where, fault.nearest))
            return None

    spec = attempt("table", lambda: _find_table(row["table"]))
    if spec is None:
        return None
    condition = attempt("where", lambda: read_condition(row["where"], spec))
    fields = attempt("field", lambda: _find_fields(row["field"], spec))
    each = spec.by_name[fields[0]] if fields else None
    sizes = attempt("change", lambda: _read_sizes(row, each, spec)) if each else None
    if condition is None or fields is None or sizes is None:
        return None
    return _make_lever(row, place, fields, condition, sizes)


def _make_lever(
    row: Row,
    place: RowPlace,
    fields: tuple[str, ...],
    condition: Condition,
    sizes: tuple[Any, float, float],
) -> Lever:
    value, low, high = sizes
    return Lever(
        id=str(row["id"]),
        commitment=str(row["commitment"]),
        title=str(row["title"]),
        table=str(row["table"]),
        fields=fields,
        condition=condition,
        change=row["change"],
        value=value,
        low=low,
        high=high,
        begins=read_date(row["from"]),
        ends=read_date(row["until"]),
        row=row,
        place=place,
    )


def _find_table(name: str) -> TableSpec:
    if name in LAW:
        what = f"a lever on {name} would change the law: no commitment lifts, weakens or bypasses a measure"
        remedy = "leave the row out; what the law closes stays closed and is shown"
        raise CellFault("lever_on_law", what, remedy)
    if name not in INPUTS:
        what = f"{quote(name)} is not a table that a lever changes"
        raise CellFault(
            "unknown_table", what, f"write one of {', '.join(INPUTS)}", find_nearest(name, INPUTS)
        )
    return load_catalogue().tables[name]


def _find_fields(name: str, spec: TableSpec) -> tuple[str, ...]:
    """The fields that a lever moves."""
    group = load_catalogue().field_groups.get((spec.name, name))
    free = [each.name for each in spec.fields if not _is_identity(each, spec)]
    remedy = f"write one of {', '.join(free)}"
    if group is None and name not in spec.by_name:
        groups = [own for table, own in load_catalogue().field_groups if table == spec.name]
        what = f"{spec.name} has no field {quote(name)}"
        raise CellFault("unknown_field", what, remedy, find_nearest(name, [*free, *groups]))
    if group is None and name not in free:
        what = (
            f"{name} says which row of {spec.name} it is, where it lies or on whose word: no lever changes it"
        )
        raise CellFault("lever_on_identity", what, remedy)
    return group or (name,)


def _is_identity(each: Field, spec: TableSpec) -> bool:
    """Whether a field is out of reach; of an agreement the model takes in nothing but its dates."""
    if spec.name == "agreements":
        return not _is_date(each, spec)
    ends = each.name in ("from", "to") and each.type == "str"
    return each.name in spec.key or each.name in IDENTITY or each.type == "country" or ends


def _is_date(each: Field, spec: TableSpec) -> bool:
    checks = load_catalogue().checks
    partial = {(check.table, check.field) for check in checks if check.kind == "partial_date"}
    return each.type == "date" or (spec.name, each.name) in partial


class _SizeFault(CellFault):
    """A fault of the value or of one end of its range."""

    def __init__(
        self, column: str, code: str, what: str, remedy: str, *, nearest: tuple[str, ...] = ()
    ) -> None:
        super().__init__(code, what, remedy, nearest)
        self.column = column


def _read_sizes(row: Row, each: Field, spec: TableSpec) -> tuple[Any, float, float]:
    """Value, low and high of a row whose middle field is `each`."""
    change, numeric = str(row["change"]), each.type in ("number", "int")
    _check_kind(each, change, spec)
    if change in ("open", "close"):
        _want_empty(row, ("value", "low", "high"), f"{change} has no size")
        return {"open": "open", "close": "closed"}[change], nan, nan
    cells = _ANY_NUMBER if change in ("scale", "add") else each
    value = _read_size(row, "value", cells)
    if change == "date" and each.type == "str":
        _check_partial(value)
    if missing(value, each) and (change != "set" or (each.required and not each.default)):
        raise _SizeFault("value", "empty_cell", "the size of the change is missing", "write it")
    if change == "scale" and value < 0:
        raise _SizeFault("value", "out_of_range", f"{row['value']} is no factor", "write 0 or more")
    if not numeric or missing(value, each):
        _want_empty(row, ("low", "high"), "only numbers have a range")
        return value, nan, nan
    return value, *_read_range(row, value, cells)


def _check_partial(value: str) -> None:
    try:
        read_partial_date(value)
    except ValueError:
        remedy = "write it as far as it is known: 2025, 2025-08 or 2025-08-20"
        raise _SizeFault("value", "bad_date", f"{quote(value)} is no date", remedy) from None


def _check_kind(each: Field, change: str, spec: TableSpec) -> None:
    """Whether a change fits the kind of a field."""
    numeric, is_status = each.type in ("number", "int"), {"open", "closed"} <= set(each.choices)
    is_date = _is_date(each, spec)
    fits = {
        "scale": numeric,
        "add": numeric,
        "set": not is_date,
        "date": is_date,
        "open": is_status,
        "close": is_status,
    }
    if not fits[change]:
        remedy = "scale and add change numbers, open and close a status, date a date, set all else"
        what = f"{change} does not fit {spec.name}.{each.name}, a field of type {'date' if is_date else each.type}"
        raise CellFault("bad_change", what, remedy)


def _read_range(row: Row, value: float, cells: Field) -> tuple[float, float]:
    low, high = (_read_size(row, name, cells) if row[name] else nan for name in ("low", "high"))
    if row["change"] == "scale" and low < 0:
        raise _SizeFault("low", "out_of_range", f"{row['low']} is no factor", "write 0 or more")
    if low > value or high < value:
        what = f"{row['value']} does not lie between {row['low'] or 'no end'} and {row['high'] or 'no end'}"
        remedy = "write low <= value <= high, as numbers"
        raise _SizeFault("low" if low > value else "high", "bad_range", what, remedy)
    return low, high


def _read_size(row: Row, name: str, each: Field) -> Any:
    try:
        return read_cell(str(row[name]), each)
    except CellFault as fault:
        raise _SizeFault(name, fault.code, fault.what, fault.remedy, nearest=fault.nearest) from fault


def _want_empty(row: Row, names: Sequence[str], why: str) -> None:
    for name in names:
        if row[name]:
            what = f"{quote(str(row[name]))}: {why}"
            raise _SizeFault(name, "needless_size", what, "leave it empty")
