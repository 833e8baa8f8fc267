"""Layers over a table: rows laid over rows by key, with the precedence of every changed cell."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from landbridge.schema.catalogue import TableSpec, load_catalogue
from landbridge.schema.cells import default_value, write_cell
from landbridge.schema.tables import make_frame, missing

LAYER_COLUMNS = (
    "table", "id", "field", "value", "layer", "source", "quality", "file", "row", "in_force",
)  # fmt: skip
SHIPPED_LAYER = "shipped"
STUDY_LAYER = "study"
# Numbers that say how or when the others were got, not how much.
_NO_MEASURES = frozenset({"price_year", "observations"})


@dataclass(frozen=True, slots=True)
class Change:
    """One cell set to a typed value by a layer, with the word of its source and the place of its text."""

    id: str
    field: str
    value: Any
    layer: str
    source: str
    quality: str
    file: str
    row: int | None
    active: bool = True


@dataclass
class LayeredTable:
    """A table under change: cells by field, and what each layer said of the cells that it touched."""

    spec: TableSpec
    base: pd.DataFrame
    base_layer: str
    files: Mapping[str, tuple[str, int | None]]
    cells: dict[str, list[Any]] = field(default_factory=dict)
    position: dict[str, int] = field(default_factory=dict)
    said: dict[tuple[str, str], list[Change]] = field(default_factory=dict)
    touched: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    added: dict[str, tuple[str, int | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.position = {key: row for row, key in enumerate(self.column(self.spec.key[0]))}

    def column(self, name: str) -> list[Any]:
        """The cells of a field, taken out of the base when they are first asked for."""
        if name not in self.cells:
            self.cells[name] = self.base[name].tolist()
        return self.cells[name]

    def add_row(self, values: Mapping[str, Any], place: tuple[str, int | None]) -> None:
        """Append a row of a study whose key the table does not have; empty cells take their defaults."""
        key = str(values[self.spec.key[0]])
        self.position[key] = len(self.position)
        for each in self.spec.fields:
            value = values[each.name]
            self.column(each.name).append(default_value(each) if missing(value, each) else value)
        self.touched[key] = place
        self.added[key] = place

    def apply(self, change: Change) -> None:
        """Set a cell of a row that exists, and keep what it held before as the layer below."""
        cell = (change.id, change.field)
        if cell not in self.said:
            self.said[cell] = [self._below(change)]
        self.said[cell].append(change)
        self.touched[change.id] = (change.file, change.row)
        if change.active:
            each = self.spec.by_name[change.field]
            value = default_value(each) if missing(change.value, each) else change.value
            self.column(change.field)[self.position[change.id]] = value

    def _below(self, change: Change) -> Change:
        row = self.position[change.id]
        own = change.id in self.added
        layer = STUDY_LAYER if own else self.base_layer
        file, line = self.added[change.id] if own else self.files.get(change.id, ("", None))
        source, quality = (self._word(name, row) for name in ("source", "quality"))
        value = self.column(change.field)[row]
        return Change(change.id, change.field, value, layer, source, quality, file, line)

    def _word(self, name: str, row: int) -> str:
        return str(self.column(name)[row]) if name in self.spec.by_name else ""

    def word(self, key: str, name: str) -> tuple[str, str]:
        """Source and quality of a cell: those of the change that holds over it, else the row's, "" for none."""
        top = winning(self.said.get((key, name), ()))
        if top is not None and self._overridden(key, name):
            return top.source, top.quality
        row = self.position[key]
        return self._word("source", row), self._word("quality", row)

    def settle_sources(self) -> None:
        """Give each row that overrides changed in a measure the source and quality that its numbers rest on.

        The quality is the worst of those of its measures; a source set by hand is left.
        """
        rows = {key for key, name in self.said if self._is_measure(name) and self._overridden(key, name)}
        for key in sorted(rows) if {"source", "quality"} <= set(self.spec.columns) else ():
            self._settle_row(key)

    def _is_measure(self, name: str) -> bool:
        return self.spec.by_name[name].type in ("number", "int") and name not in _NO_MEASURES

    def _overridden(self, key: str, name: str) -> bool:
        top = winning(self.said.get((key, name), ()))
        return top is not None and top.layer not in (SHIPPED_LAYER, STUDY_LAYER)

    def _settle_row(self, key: str) -> None:
        row = self.position[key]
        words = [
            self.word(key, each.name)
            for each in self.spec.fields
            if self._is_measure(each.name) and not missing(self.column(each.name)[row], each)
        ]
        settled = zip(("source", "quality"), join_words(words), strict=True)
        for name, value in settled:
            if value and not self._overridden(key, name):
                self.column(name)[row] = value

    def _added_cells(self) -> Iterable[tuple[tuple[str, str], list[Change]]]:
        """What the study filled in rows of its own, where nothing lies over it."""
        for key, (file, line) in self.added.items():
            source, quality = (self._word(name, self.position[key]) for name in ("source", "quality"))
            for each in self.spec.fields:
                value = self.column(each.name)[self.position[key]]
                if each.name in self.spec.key or (key, each.name) in self.said or missing(value, each):
                    continue
                if not each.default or value != default_value(each):
                    filled = Change(key, each.name, value, STUDY_LAYER, source, quality, file, line)
                    yield (key, each.name), [filled]

    def frame(self) -> pd.DataFrame:
        """The table as it stands; the base itself where nothing changed."""
        if not self.touched:
            return self.base
        return make_frame({name: self.column(name) for name in self.spec.columns}, self.spec)

    def layers(self) -> Iterable[tuple[Any, ...]]:
        """A row of LAYER_COLUMNS for each layer of each changed or added cell, the lowest first."""
        for (key, name), changes in sorted(
            [*self.said.items(), *self._added_cells()], key=lambda cell: cell[0]
        ):
            top = winning(changes)
            for change in changes:
                text = write_value(change.value, self.spec, name)
                place = (change.layer, change.source, change.quality, change.file, change.row)
                yield (self.spec.name, key, name, text, *place, change is top)


def winning(changes: Iterable[Change]) -> Change | None:
    """The change that holds: the last that is active."""
    active = [change for change in changes if change.active]
    return active[-1] if active else None


def join_words(words: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """The sources, each once, and the worst quality of what a number rests on; "" for none.

    >>> join_words([("facts", "published"), ("facts; mou", "estimated")])
    ('facts; mou', 'estimated')
    """
    ranks = load_catalogue().qualities
    sources = dict.fromkeys(one for source, _ in words for one in source.split("; ") if one)
    worst = max((quality for _, quality in words if quality), key=lambda one: ranks[one].rank, default="")
    return "; ".join(sources), worst


def write_value(value: Any, spec: TableSpec, name: str) -> str:
    """The text of a typed value of a field."""
    each = spec.by_name[name]
    return "" if missing(value, each) else write_cell(value, each)


def make_layers(rows: Iterable[tuple[Any, ...]]) -> pd.DataFrame:
    """The layers as a frame with LAYER_COLUMNS; `row` is Int64, `in_force` bool, the others str."""
    listed = list(rows)
    frame = pd.DataFrame(listed, columns=list(LAYER_COLUMNS))
    for name in LAYER_COLUMNS[:-2]:
        frame[name] = frame[name].astype("str")
    return frame.astype({"row": "Int64", "in_force": "bool"})


def is_active(first: datetime.date | None, last: datetime.date | None, date: datetime.date) -> bool:
    """Whether a day lies in a period whose missing ends are open."""
    return (first is None or first <= date) and (last is None or date <= last)
