"""Levers: the change that a commitment makes to the inputs of the model when it is delivered, typed and checked.

A lever names a table, a field or a group of fields that move together, and a condition on the rows. What it does:

| change | to what | value |
|---|---|---|
| scale | numbers | a factor |
| add | numbers | an amount in the unit of the field, which may be negative |
| set | any value | the value; of a group the middle field takes it and its range moves in proportion |
| open, close | status | empty; the period of the row no longer counts |
| date | a date | the date, as far as it is known where the field allows that |

`low` and `high` bound the size of the first three. Legal measures, memberships, what is asked of the model and what
identifies a row are out of reach.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import isnan, nan
from typing import Any, Literal

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
)
from landbridge.schema.catalogue import Field, Interval
from landbridge.schema.cells import CellFault, quote, read_cell
from landbridge.schema.checks import RowPlace
from landbridge.schema.rows import read_rows

ChangeWord = Literal["scale", "add", "set", "open", "close", "date"]
SIZED = ("scale", "add", "set")
LAW = ("listings", "territories")
# What the model is asked or told, and records that no promise changes.
NO_INPUTS = (
    "flows", "consignments", "components", "shipments", "corridors", "sources", "overrides", "levers",
    "commitments", "obligations", "milestones", "status_reports", "obstacles", "projects", "published_lengths",
    "published_journeys", "published_crossings", "stretch_lengths", "circuity_remarks", "hs_changes", "countries",
)  # fmt: skip
# What says which row it is, where it lies and on whose word.
IDENTITY = frozenset(
    ("id", "name", "name_local", "aliases", "locode", "lat", "lon", "operator", "source", "quality", "note")
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
        faults = list(_read_lever(row, place, levers))
        found += faults
    return levers, tuple(found)


def _read_lever(row: Row, place: RowPlace, levers: dict[str, Lever]) -> Iterator[Finding]:
    """What is wrong with a row; a lever of a sound one is added to `levers`."""

    def fault(column: str, one: CellFault) -> Finding:
        return Finding(one.code, "error", one.what, one.remedy, *place, column, one.nearest)

    try:
        spec = _find_table(str(row["table"]))
    except CellFault as one:
        yield fault("table", one)
        return
    condition: Condition | None = None
    fields: tuple[str, ...] = ()
    sizes: tuple[Any, float, float] | None = None
    try:
        condition = read_condition(str(row["where"]), spec)
    except CellFault as one:
        yield fault("where", one)
    try:
        fields = _find_fields(str(row["field"]), str(row["change"]), spec)
    except CellFault as one:
        yield fault("field", one)
    if fields:
        try:
            sizes = _read_sizes(row, spec.by_name[fields[0]])
        except _SizeFault as one:
            yield fault(one.column, one.cause)
    if condition is not None and fields and sizes is not None:
        levers[str(row["id"])] = _make_lever(row, place, fields, condition, sizes)


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
    tables = load_catalogue().tables
    inputs = [
        each.name
        for each in tables.values()
        if each.where != "result" and each.key and each.name not in (*LAW, *NO_INPUTS)
    ]
    if name in LAW:
        what = f"a lever on {name} would change the law: no commitment lifts, weakens or bypasses a measure"
        raise CellFault(
            "lever_on_law", what, "leave the row out; what the law closes stays closed and is shown"
        )
    if name not in inputs:
        what = f"{quote(name)} is not a table that a lever changes"
        remedy = f"write one of {', '.join(inputs)}"
        raise CellFault("unknown_table", what, remedy, find_nearest(name, inputs))
    return tables[name]


def _find_fields(name: str, change: str, spec: TableSpec) -> tuple[str, ...]:
    """The fields that a lever moves."""
    group = load_catalogue().field_groups.get((spec.name, name))
    free = [each.name for each in spec.fields if not _is_identity(each, spec)]
    if group is None and name not in spec.by_name:
        nearest = find_nearest(name, free)
        raise CellFault(
            "unknown_field",
            f"{spec.name} has no field {quote(name)}",
            f"write one of {', '.join(free)}",
            nearest,
        )
    if group is None and name not in free:
        what = f"{name} says which row of {spec.name} it is, or on whose word: no lever changes it"
        raise CellFault("lever_on_identity", what, f"write one of {', '.join(free)}")
    fields = group or (name,)
    _check_kind(spec.by_name[fields[0]], change, spec)
    return fields


def _is_identity(each: Field, spec: TableSpec) -> bool:
    ends = each.name in ("from", "to") and each.type == "str"
    return each.name in spec.key or each.name in IDENTITY or each.type == "country" or ends


def _check_kind(each: Field, change: str, spec: TableSpec) -> None:
    """Whether a change fits the kind of a field."""
    dates = {(check.table, check.field) for check in load_catalogue().checks if check.kind == "partial_date"}
    is_date = each.type == "date" or (spec.name, each.name) in dates
    fits = {
        "scale": each.type in ("number", "int"),
        "add": each.type in ("number", "int"),
        "set": not is_date,
        "date": is_date,
        "open": each.name == "status",
        "close": each.name == "status",
    }
    if not fits[change]:
        remedy = "scale and add change numbers, open and close a status, date a date, set all else"
        what = f"{change} does not fit {spec.name}.{each.name}, a field of type {'date' if is_date else each.type}"
        raise CellFault("bad_change", what, remedy)


class _SizeFault(Exception):
    """A fault of the value or of one end of its range."""

    def __init__(self, column: str, cause: CellFault) -> None:
        super().__init__(cause.what)
        self.column, self.cause = column, cause


def _read_sizes(row: Row, each: Field) -> tuple[Any, float, float]:
    """Value, low and high of a row whose field is `each`."""
    change, numeric = str(row["change"]), each.type in ("number", "int")
    if change in ("open", "close"):
        _want_empty(row, ("value", "low", "high"), f"{change} has no size")
        return {"open": "open", "close": "closed"}[change], nan, nan
    cells = {"scale": _ANY_NUMBER, "add": _ANY_NUMBER}.get(change, each)
    value = _read_size(row, "value", cells)
    if change == "scale" and value < 0:
        raise _SizeFault(
            "value", CellFault("out_of_range", f"{row['value']} is no factor", "write 0 or more")
        )
    if not (numeric and change in SIZED):
        _want_empty(row, ("low", "high"), "only numbers have a range")
        return value, nan, nan
    low, high = (_read_size(row, name, cells) if row[name] else nan for name in ("low", "high"))
    if low > value or high < value or (change == "scale" and low < 0):
        what = f"{row['value']} does not lie between {row['low'] or 'no end'} and {row['high'] or 'no end'}"
        raise _SizeFault("low", CellFault("bad_range", what, "write low <= value <= high, as numbers"))
    return value, low, high


def _read_size(row: Row, name: str, each: Field) -> Any:
    text = str(row[name])
    if not text and name == "value" and row["change"] != "set":
        raise _SizeFault(name, CellFault("empty_cell", "the size of the change is missing", "write it"))
    try:
        return read_cell(text, each)
    except CellFault as fault:
        raise _SizeFault(name, fault) from fault


def _want_empty(row: Row, names: Sequence[str], why: str) -> None:
    for name in names:
        if row[name]:
            raise _SizeFault(
                name, CellFault("needless_size", f"{quote(str(row[name]))}: {why}", "leave it empty")
            )
