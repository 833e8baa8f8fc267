"""Scenarios: the tables that hold in a scenario at its date, and which layer each changed cell comes from.

Layers, the lowest first: shipped rows; rows of the study, laid over them by key (a filled cell replaces);
overrides of the scenario's ancestors, the eldest first; its own overrides; the levers that it and its ancestors apply,
each once and all together (see landbridge.agreements.lever_edits). An override holds from its first
day to its last, both included; an empty value clears the cell to its default. Within one layer the order of
rows and files does not matter: two values for one cell at one time are a fault. A row that an override
changes in a number rests on the worst quality of its numbers and on all their sources.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pandas as pd

from landbridge.agreements.lever_edits import Edit
from landbridge.agreements.levers import Lever
from landbridge.schema.catalogue import TableSpec, load_catalogue
from landbridge.schema.cells import CellFault, quote, read_cell
from landbridge.schema.findings import Finding, find_nearest, order_findings
from landbridge.schema.study_file import STUDY_FILE
from landbridge.schema.tables import TableFile, Tables, empty_table, missing
from landbridge.sources.products import clean_product
from landbridge.study.layers import (
    SHIPPED_LAYER,
    STUDY_LAYER,
    Change,
    LayeredTable,
    is_active,
    make_layers,
)
from landbridge.study.levers import choose_scenario_levers, pull_levers
from landbridge.study.reading import StudyInput

RowPlace = tuple[str, int | None]


@dataclass(frozen=True, slots=True)
class ScenarioTables:
    """What holds in a scenario.

    `tables` are typed frames of every table that is shipped or of a study, overrides left out; `layers`
    has a row for each layer of each changed cell (LAYER_COLUMNS of landbridge.study.layers); `touched`
    tells by table and id where the study last spoke of a row; `hashes` are those of the study's inputs.
    """

    name: str
    date: datetime.date
    tables: Tables
    layers: pd.DataFrame
    touched: Mapping[str, Mapping[str, RowPlace]]
    findings: tuple[Finding, ...]
    hashes: Mapping[str, str]
    levers: Mapping[str, Lever]
    edits: tuple[Edit, ...]


def scenario_tables(
    study: StudyInput, name: str, shipped: Tables, *, network_date: datetime.date, levered: bool = True
) -> ScenarioTables:
    """Merge the tables of a scenario at its date, which is by default that of the network.

    Faults of study rows, overrides and levers stand in `findings`. Without `levered` the tables are those before any
    lever acts. Raises KeyError where there is no scenario.
    """
    date = study.model.date_of(name) or network_date
    chosen, faults = choose_scenario_levers(study, name, date=date)
    findings: list[Finding] = list(faults)
    layered = {}
    for spec in _input_specs():
        base = shipped.get(spec.name)
        layered[spec.name] = _lay_study(spec, base, study.files.get(spec.name), findings)
    for step in study.model.lineage(name):
        changes = list(_read_level(study, step, layered, date, findings))
        findings += _conflicts(changes)
        for table, change, _ in sorted(changes, key=_order):
            layered[table].apply(change)
    edits, faults = pull_levers(layered, chosen) if levered else ([], [])
    findings += faults
    for table_layers in layered.values():
        table_layers.settle_sources()
    return ScenarioTables(
        name=name,
        date=date,
        tables={table: _write_digits(each) for table, each in layered.items()},
        layers=make_layers(row for each in layered.values() for row in each.layers()),
        touched={table: each.touched for table, each in layered.items() if each.touched},
        findings=order_findings(findings),
        hashes=_hash_inputs(study, name),
        levers=chosen.levers,
        edits=tuple(edits),
    )


def _write_digits(table: LayeredTable) -> pd.DataFrame:
    """The table with codes of goods as digits alone, however a study writes them: they are compared as text."""
    frame, spec = table.frame(), table.spec
    if frame is table.base and table.base_layer == SHIPPED_LAYER:
        return frame
    checks = [
        check for check in load_catalogue().checks if (check.table, check.kind) == (spec.name, "product")
    ]
    for name in (check.field for check in checks):
        cells = [
            clean_product(cell) if isinstance(cell, str) else tuple(map(clean_product, cell))
            for cell in frame[name]
        ]
        if cells != frame[name].tolist():
            frame = frame.assign(**{name: pd.Series(cells, index=frame.index, dtype=frame[name].dtype)})
    return frame


def _input_specs() -> Iterator[TableSpec]:
    for spec in load_catalogue().tables.values():
        if spec.where != "result" and spec.key:
            yield spec


def _lay_study(
    spec: TableSpec, base: pd.DataFrame | None, file: TableFile | None, findings: list[Finding]
) -> LayeredTable:
    """The shipped rows with those of the study laid over them."""
    if spec.where == "study" and file is not None:
        keys = file.frame[spec.key[0]].tolist()
        places = {key: (file.file, row) for key, row in zip(keys, file.rows, strict=True)}
        return LayeredTable(spec, file.frame, STUDY_LAYER, places)
    table = LayeredTable(spec, empty_table(spec) if base is None else base, SHIPPED_LAYER, {})
    if file is not None:
        for values, row in zip(file.frame.to_dict("records"), file.rows, strict=True):
            _lay_row(table, {str(name): value for name, value in values.items()}, (file.file, row), findings)
    return table


def _lay_row(
    table: LayeredTable, values: Mapping[str, Any], place: RowPlace, findings: list[Finding]
) -> None:
    """Lay one row of the study over the row of its key, or add it where the table has none."""
    spec, key = table.spec, str(values[table.spec.key[0]])
    if key not in table.position:
        empty = [f for f in spec.fields if f.required and not f.default and missing(values[f.name], f)]
        for field in empty:
            if field.name not in ("source", "quality"):  # the reader has asked for these already
                what = f"{quote(key)} is a new row of {spec.name}, and its {field.name} is empty"
                remedy = f"fill it ({field.doc}), or write the id of a shipped row to change that"
                nearest = find_nearest(key, table.position)
                findings.append(Finding("empty_cell", "error", what, remedy, *place, field.name, nearest))
        table.add_row(values, place)
        return
    for field in spec.fields:
        value = values[field.name]
        if field.name not in spec.key and not missing(value, field):
            source, quality = str(values.get("source", "")), str(values.get("quality", ""))
            table.apply(Change(key, field.name, value, STUDY_LAYER, source, quality, *place))


_Level = tuple[str, Change, tuple[datetime.date | None, datetime.date | None]]


def _read_level(
    study: StudyInput,
    step: str,
    layered: Mapping[str, LayeredTable],
    date: datetime.date,
    findings: list[Finding],
) -> Iterator[_Level]:
    """The changes of one scenario's own override files: table, change, period."""
    for name in study.model.scenario(step).overrides:
        file = study.overrides.get(name)
        if file is None:
            continue
        for row, line in zip(file.frame.to_dict("records"), file.rows, strict=True):
            values = {str(key): value for key, value in row.items()}
            change = _read_override(values, step, (file.file, line), layered, date, findings)
            if change is not None:
                yield values["table"], change, (values["from"], values["until"])


def _read_override(
    values: Mapping[str, Any],
    step: str,
    place: RowPlace,
    layered: Mapping[str, LayeredTable],
    date: datetime.date,
    findings: list[Finding],
) -> Change | None:
    """One override typed by the catalogue, or None with a finding where it points at nothing."""
    fault = _find_fault(values, layered)
    if fault is not None:
        column, what, remedy, nearest = fault
        findings.append(Finding(f"unknown_{column}", "error", what, remedy, *place, column, nearest))
        return None
    field = layered[values["table"]].spec.by_name[values["field"]]
    try:
        value = read_cell(values["value"], field)
        if field.required and not field.default and missing(value, field):
            remedy = "write a value; an empty one clears the cell"
            raise CellFault("empty_cell", f"{field.name} must be filled", remedy)
    except CellFault as cell:
        found = Finding(cell.code, "error", cell.what, cell.remedy, *place, "value", cell.nearest)
        findings.append(found)
        return None
    words = (str(values["source"]), str(values["quality"]))
    active = is_active(values["from"], values["until"], date)
    return Change(values["id"], field.name, value, step, *words, *place, active)


def _find_fault(
    values: Mapping[str, Any], layered: Mapping[str, LayeredTable]
) -> tuple[str, str, str, tuple[str, ...]] | None:
    """Column, fault, remedy and nearest names of the first part of an override that points at nothing."""
    table, key, name = values["table"], values["id"], values["field"]
    if table not in layered:
        what = f"there is no table {quote(table)} to override"
        return (
            "table",
            what,
            "write the name of a shipped table or of one of the study",
            find_nearest(table, layered),
        )
    spec, position = layered[table].spec, layered[table].position
    if key not in position:
        remedy = f"write the id of a row of {table}, or add the row to {table}.csv in the study"
        return "id", f"{table} has no row {quote(key)}", remedy, find_nearest(key, position)
    if name not in spec.by_name or name in spec.key:
        what = f"{quote(name)} is the key of {table} and cannot be changed"
        if name not in spec.by_name:
            what = f"{table} has no field {quote(name)}"
        names = [field for field in spec.columns if field not in spec.key]
        return "field", what, f"write a field of {table}", find_nearest(name, names)
    return None


def _order(level: _Level) -> tuple[Any, ...]:
    """A place in the layer that the order of rows and files does not move."""
    table, change, (first, last) = level
    period = (str(first or ""), str(last or ""))
    quality = load_catalogue().qualities.get(change.quality)
    # Of two that say the same, the one that knows it best comes last and so is named.
    known = -quality.rank if quality else -99
    words = (known, change.source, change.file, change.row)
    return table, change.id, change.field, period, repr(change.value), *words


def _conflicts(changes: list[_Level]) -> Iterator[Finding]:
    """Two values for one cell in one layer at one time."""
    cells: dict[tuple[str, str, str], list[_Level]] = {}
    for level in changes:
        cells.setdefault((level[0], level[1].id, level[1].field), []).append(level)
    for (table, key, name), levels in cells.items():
        for one, other in combinations(sorted(levels, key=lambda each: (each[1].file, each[1].row or 0)), 2):
            if one[1].value != other[1].value and _overlap(one[2], other[2]):
                what = f"{table} {quote(key)} {name} has another value already in {one[1].file}, line {one[1].row}"
                remedy = "keep one of the two, or part their periods"
                place = (other[1].file, other[1].row)
                yield Finding("two_values", "error", what, remedy, *place, "value")


def _overlap(
    one: tuple[datetime.date | None, datetime.date | None],
    other: tuple[datetime.date | None, datetime.date | None],
) -> bool:
    least, most = datetime.date.min, datetime.date.max
    return (one[0] or least) <= (other[1] or most) and (other[0] or least) <= (one[1] or most)


def _hash_inputs(study: StudyInput, name: str) -> dict[str, str]:
    """SHA-256 of what the scenario takes from the study, so that another scenario's files do not matter."""
    model, lineage = study.model, study.model.lineage(name)
    head: dict[str, Any] = {
        "parties": model.parties,
        "bound_by": model.bound_by,
        "date": str(model.date_of(name) or ""),
        "currency": model.currency,
        "lineage": [(step, model.scenario(step).overrides) for step in lineage],
    }
    choices = [(s, choice.model_dump(mode="json")) for s in lineage for choice in model.scenario(s).levers]
    if choices:
        head["levers"] = choices
    text = json.dumps(head, sort_keys=True)
    files = [file.file for file in study.files.values()]
    files += [
        study.overrides[o].file for s in lineage for o in model.scenario(s).overrides if o in study.overrides
    ]
    hashes = {file: study.hashes[file] for file in sorted(set(files)) if file in study.hashes}
    return {STUDY_FILE: hashlib.sha256(text.encode()).hexdigest(), **hashes}
