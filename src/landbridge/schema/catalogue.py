"""The catalogue: what landbridge declares once as data (tables, fields, units, words, indicators, checks)."""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast

import landbridge.catalogue as catalogue_data

FieldType = Literal["str", "number", "int", "bool", "date", "country", "choice", "list"]
FIELD_TYPES: tuple[FieldType, ...] = ("str", "number", "int", "bool", "date", "country", "choice", "list")

CATALOGUE_FOLDER = Path(catalogue_data.__file__).parent


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers that a field allows; an open end leaves its bound out."""

    least: float
    most: float
    least_open: bool
    most_open: bool

    def __contains__(self, value: float) -> bool:
        above = value > self.least if self.least_open else value >= self.least
        return above and (value < self.most if self.most_open else value <= self.most)

    def __str__(self) -> str:
        if math.isinf(self.most) and not math.isinf(self.least):
            return f"{'more than' if self.least_open else 'at least'} {self.least:g}"
        return f"from {self.least:g} to {self.most:g}"


@dataclass(frozen=True, slots=True)
class Field:
    """A column of a table: its type, unit, default and meaning.

    `choices` of a field that may be empty begin with "". `default` is the text that stands for an
    empty cell, "" where an empty cell means unknown or none. `span` bounds numbers; a number is
    never negative unless the catalogue says so.
    """

    name: str
    type: FieldType
    unit: str
    required: bool
    default: str
    choices: tuple[str, ...]
    doc: str
    span: Interval = Interval(0.0, math.inf, False, True)


@dataclass(frozen=True)
class TableSpec:
    """A table: its key columns, where its rows come from (shipped, study, result) and its fields."""

    name: str
    key: tuple[str, ...]
    where: Literal["shipped", "study", "result"]
    doc: str
    fields: tuple[Field, ...]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the fields in order."""
        return tuple(field.name for field in self.fields)

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        """Fields by name."""
        return {field.name: field for field in self.fields}

    @cached_property
    def first_day(self) -> str:
        """The date column that opens the row's period, "" where the table has none.

        Legs and services use `from` for a place, so theirs is `from_date`.
        """
        for name in ("from_date", "from"):
            if name in self.by_name and self.by_name[name].type == "date":
                return name
        return ""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a closed list (cargo class, mode, means, operation, stage of cost): its id, title and meaning."""

    id: str
    title: str
    doc: str


@dataclass(frozen=True, slots=True)
class Incoterm:
    """A rule of Incoterms 2020: `seller` holds the stages of cost that are the seller's, in order.

    `scope` is "water" where the rule is for carriage by sea and inland water alone, else "any".
    """

    id: str
    title: str
    doc: str
    scope: Literal["any", "water"]
    seller: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a value is known; `rank` 1 is best and `doc` gives the reasoning.

    `spread` is the ratio of the 90th to the 10th percentile of a cost or rate that comes without
    percentiles of its own.
    """

    id: str
    rank: int
    spread: float
    doc: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A base unit: a value in it times `factor` is in the unit `base` of the same dimension."""

    id: str
    dimension: str
    base: str
    factor: float
    doc: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """A quantity defined once: aggregates `value`, `p10`, `p50`, `p90` over one result table by its keys."""

    id: str
    title: str
    unit: str
    table: str
    keys: tuple[str, ...]
    value: str
    p10: str
    p50: str
    p90: str
    doc: str

    def select(self, by: tuple[str, ...] = ()) -> str:
        """The SELECT over the result table, grouped by scenario and the keys in `by`.

        Raises KeyError where `by` names no key of the indicator.

        >>> load_catalogue().indicators["transport_distance"].select(("flow",))
        'SELECT scenario, "flow", arg_min(distance, cost) AS value FROM routes GROUP BY ALL ORDER BY ALL'
        """
        for name in by:
            if name not in self.keys:
                raise KeyError(name)
        quoted = [f'"{name}"' for name in by]
        parts = {"value": self.value, "p10": self.p10, "p50": self.p50, "p90": self.p90}
        terms = [f"{text} AS {name}" for name, text in parts.items() if text]
        head = ", ".join(["scenario", *quoted, *terms])
        return f"SELECT {head} FROM {self.table} GROUP BY ALL ORDER BY ALL"


@dataclass(frozen=True, slots=True)
class Check:
    """A declared check of the rows of a table, or with "*" of every table that has the field.

    `code` is the code of its findings, `kind` names the rule, `target` is what the rule reads.
    """

    code: str
    table: str
    field: str
    kind: str
    target: tuple[str, ...]
    severity: Literal["error", "warning", "note"]
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that is declared; every mapping is in the order of its file.

    `field_groups` are the fields, by table and name, that move together: a middle value first, then its range.
    """

    tables: Mapping[str, TableSpec]
    indicators: Mapping[str, Indicator]
    checks: tuple[Check, ...]
    units: Mapping[str, Unit]
    cargo_classes: Mapping[str, Word]
    modes: Mapping[str, Word]
    means: Mapping[str, Word]
    operations: Mapping[str, Word]
    cost_stages: Mapping[str, Word]
    incoterms: Mapping[str, Incoterm]
    qualities: Mapping[str, Quality]
    country_codes: Mapping[str, str]
    currencies: Mapping[str, str]
    field_groups: Mapping[tuple[str, str], tuple[str, ...]]


def _rows(name: str) -> list[dict[str, str]]:
    with (CATALOGUE_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return [{key: value or "" for key, value in row.items()} for row in csv.DictReader(file)]


def _items(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";")) if text else ()


def _interval(text: str) -> Interval:
    if not text:
        return Interval(0.0, math.inf, False, True)
    least, most = text[1:-1].split(",")
    return Interval(float(least), float(most), text[0] == "(", text[-1] == ")")


def _field(row: dict[str, str]) -> Field:
    kind = cast(FieldType, row["type"])
    if kind not in FIELD_TYPES:
        raise ValueError(f"catalogue: {row['table']}.{row['field']} has no known type: {kind}")
    return Field(
        row["field"],
        kind,
        row["unit"],
        row["required"] == "true",
        row["default"],
        _items(row["choices"]),
        row["doc"],
        _interval(row.get("range", "")),
    )


def _tables() -> dict[str, TableSpec]:
    fields: dict[str, list[Field]] = {}
    for row in _rows("fields.csv"):
        fields.setdefault(row["table"], []).append(_field(row))
    tables = {}
    for row in _rows("tables.csv"):
        name, where = row["table"], cast(Literal["shipped", "study", "result"], row["where"])
        key = tuple(part.strip() for part in row["key"].split(",") if part.strip())
        tables[name] = TableSpec(name, key, where, row["doc"], tuple(fields.pop(name)))
    if fields:
        raise ValueError(f"catalogue: fields of tables that are not declared: {sorted(fields)}")
    return tables


def _words(name: str) -> Mapping[str, Word]:
    return MappingProxyType({row["id"]: Word(row["id"], row["title"], row["doc"]) for row in _rows(name)})


def _incoterm(row: dict[str, str]) -> Incoterm:
    scope = cast(Literal["any", "water"], row["scope"])
    return Incoterm(row["id"], row["title"], row["doc"], scope, _items(row["seller"]))


def _names(name: str) -> Mapping[str, str]:
    return MappingProxyType({row["code"]: row["name"] for row in _rows(name)})


def _check(row: dict[str, str]) -> Check:
    severity = cast(Literal["error", "warning", "note"], row["severity"])
    target = _items(row["target"])
    return Check(
        row["code"], row["table"], row["field"], row["kind"], target, severity, row["what"], row["remedy"]
    )


def _indicator(row: dict[str, str]) -> Indicator:
    return Indicator(
        id=row["id"],
        title=row["title"],
        unit=row["unit"],
        table=row["table"],
        keys=_items(row["keys"]),
        value=row["value"],
        p10=row["p10"],
        p50=row["p50"],
        p90=row["p90"],
        doc=row["doc"],
    )


@cache
def load_catalogue() -> Catalogue:
    """The catalogue, read once in a process.

    >>> load_catalogue().tables["flows"].by_name["tonnes"].unit
    't/a'
    """
    units = (
        Unit(r["id"], r["dimension"], r["base"], float(r["factor"]), r["doc"]) for r in _rows("units.csv")
    )
    qualities = (
        Quality(r["id"], int(r["rank"]), float(r["spread"]), r["doc"]) for r in _rows("qualities.csv")
    )
    return Catalogue(
        tables=MappingProxyType(_tables()),
        indicators=MappingProxyType({row["id"]: _indicator(row) for row in _rows("indicators.csv")}),
        checks=tuple(_check(row) for row in _rows("checks.csv")),
        units=MappingProxyType({unit.id: unit for unit in units}),
        cargo_classes=_words("cargo_classes.csv"),
        modes=_words("modes.csv"),
        means=_words("means.csv"),
        operations=_words("operations.csv"),
        cost_stages=_words("cost_stages.csv"),
        incoterms=MappingProxyType({row["id"]: _incoterm(row) for row in _rows("incoterms.csv")}),
        qualities=MappingProxyType({quality.id: quality for quality in qualities}),
        country_codes=_names("country_codes.csv"),
        currencies=_names("currencies.csv"),
        field_groups=MappingProxyType(
            {(r["table"], r["group"]): _items(r["fields"]) for r in _rows("field_groups.csv")}
        ),
    )
