"""What levers do to tables: the cells that they change, before and after, and where they contradict each other.

All levers that act together are laid over the same tables, those before any of them: a number is multiplied by all
factors and then given all amounts, so the order of levers never matters. Two values for one cell, and a value beside
a factor or an amount, are a contradiction and a finding. Ends of a range that an amount would put below what the
field allows stay at that bound.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from landbridge.agreements.levers import Lever
from landbridge.schema import Finding, Tables, load_catalogue
from landbridge.schema.catalogue import Field
from landbridge.schema.cells import quote
from landbridge.schema.tables import make_column, missing

Size = Literal["weak", "central", "strong"]
SIZES: tuple[Size, ...] = ("weak", "central", "strong")


@dataclass(frozen=True, slots=True)
class Edit:
    """A cell that levers change: `position` is the row's place in its frame, `before` and `after` typed cells."""

    table: str
    position: int
    id: str
    field: str
    before: Any
    after: Any
    levers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Push:
    """What one lever does to one cell: sets `value`, or multiplies by `factor` and adds `amount`."""

    lever: Lever
    sets: bool
    value: Any = None
    factor: float = 1.0
    amount: float = 0.0


_Cell = tuple[str, int, str]
Pushes = Mapping[str, Sequence[tuple[_Cell, _Push]]]


def find_edits(
    levers: Iterable[Lever], tables: Tables, *, size: Size = "central"
) -> tuple[list[Edit], list[Finding]]:
    """The cells of `tables` that levers change together at one end or the middle of their ranges, and what is wrong.

    The weak end of a range is the one nearest to no change, the strong end the other. Cells that keep their value
    are no edits.
    """
    chosen = list(levers)
    pushes, found = list_pushes(chosen, tables, size=size)
    edits, conflicts = join_pushes(pushes, [lever.id for lever in chosen], tables)
    return edits, [*found, *conflicts]


def list_pushes(
    levers: Iterable[Lever], tables: Tables, *, size: Size = "central"
) -> tuple[Pushes, list[Finding]]:
    """What each lever does to the cells of `tables`, by lever, and those that reach nothing: what `join_pushes` takes,
    for many choices of the same levers.
    """
    pushes, found = {}, list[Finding]()
    for lever in levers:
        pushes[lever.id] = list(_push_rows(lever, tables[lever.table], size))
        found += _check_reach(lever, pushes[lever.id], tables[lever.table])
    return pushes, found


def join_pushes(pushes: Pushes, chosen: Iterable[str], tables: Tables) -> tuple[list[Edit], list[Finding]]:
    """The cells that some levers change together, in order, and where they contradict each other."""
    by_cell: dict[_Cell, list[_Push]] = {}
    for name in sorted(chosen):
        for cell, push in pushes[name]:
            by_cell.setdefault(cell, []).append(push)
    edits: list[Edit] = []
    found: list[Finding] = []
    for cell, several in sorted(by_cell.items()):
        conflicts = list(_find_conflicts(cell, several, tables))
        found += conflicts
        if not conflicts:
            edits += _edit_cell(cell, several, tables, found)
    return edits, found


def _push_rows(lever: Lever, frame: pd.DataFrame, size: Size) -> Iterator[tuple[_Cell, _Push]]:
    """What a lever does to each cell that it reaches and that holds something to change."""
    columns = {name: frame[name].tolist() for name in lever.fields}
    for position in lever.condition.match(frame).nonzero()[0].tolist():
        cells = {name: columns[name][position] for name in lever.fields}
        for name, push in _push_row(lever, cells, frame, position, size=size):
            yield (lever.table, position, name), push


def _push_row(
    lever: Lever, cells: Mapping[str, Any], frame: pd.DataFrame, position: int, *, size: Size
) -> Iterator[tuple[str, _Push]]:
    middle, spec = lever.fields[0], lever.spec
    filled = [name for name in lever.fields if not missing(cells[name], spec.by_name[name])]
    if lever.change in ("scale", "add"):
        amount = _pick_size(lever, size, cells[middle])
        sized = {"factor": amount} if lever.change == "scale" else {"amount": amount}
        for name in filled:
            yield name, _Push(lever, False, **sized)
        return
    if lever.change not in ("open", "close"):
        value = _pick_size(lever, size, cells[middle]) if lever.has_range else lever.value
        yield middle, _Push(lever, True, value)
        before = cells[middle]
        if middle in filled and len(filled) > 1 and before > 0:
            for name in filled[1:]:
                yield name, _Push(lever, False, factor=value / before)
        return
    yield middle, _Push(lever, True, lever.value)
    for name in (spec.first_day, "until"):
        if name in spec.by_name and not missing(frame[name].iloc[position], spec.by_name[name]):
            yield name, _Push(lever, True)


def _pick_size(lever: Lever, size: Size, before: Any) -> float:
    """The size of a lever at an end or the middle of its range; `before` is what a value set replaces."""
    if size == "central" or not lever.has_range:
        return float(lever.value)

    def reckon(end: float) -> float:
        if lever.change == "scale":
            return abs(math.log(max(end, 1e-12)))
        return abs(end) if lever.change == "add" else abs(end - before)

    ends = sorted((*lever.sizes, float(lever.value)), key=reckon)
    return ends[0] if size == "weak" else ends[-1]


def _check_reach(lever: Lever, own: Sequence[tuple[_Cell, _Push]], frame: pd.DataFrame) -> Iterator[Finding]:
    """A lever that reaches no row, or only rows whose cells are empty."""
    if own:
        return
    if lever.condition.match(frame).any():
        what = f"the rows of {lever.table} with {lever.condition.text} hold no {lever.row['field']} to change"
        yield Finding("nothing_to_change", "error", what, "set the value instead", *lever.place, "field")
    else:
        what = f"no row of {lever.table} has {lever.condition.text}"
        remedy = "mend the condition, or add the row to the study"
        yield Finding("reaches_nothing", "error", what, remedy, *lever.place, "where")


def _find_conflicts(cell: _Cell, pushes: Sequence[_Push], tables: Tables) -> Iterator[Finding]:
    """Levers that set one cell to different values, or set it while others move it."""
    setting = [push for push in pushes if push.sets]
    if not setting:
        return
    first = setting[0]
    for push in pushes:
        if push is first or (push.sets and push.value == first.value):
            continue
        table, position, name = cell
        key = tables[table].iloc[position][load_catalogue().tables[table].key[0]]
        doing = "sets it to another value" if push.sets else "moves it"
        what = f"{first.lever.id} sets {name} of {table} {quote(str(key))}, and {push.lever.id} {doing}"
        remedy = "apply one of the two in a scenario, or part what they reach"
        yield Finding("lever_conflict", "error", what, remedy, *push.lever.place, "where")


def _edit_cell(cell: _Cell, pushes: Sequence[_Push], tables: Tables, found: list[Finding]) -> Iterator[Edit]:
    table, position, name = cell
    frame, spec = tables[table], load_catalogue().tables[table]
    before = frame[name].iloc[position]
    each = spec.by_name[name]
    if any(push.sets for push in pushes):
        after = next(push.value for push in pushes if push.sets)
    else:
        after = _move(before, pushes, each)
        if after not in each.span:
            what = f"{' and '.join(push.lever.id for push in pushes)} bring {name} to {after:g}"
            remedy = f"write a size that leaves {each.span}"
            found.append(Finding("out_of_range", "error", what, remedy, *pushes[0].lever.place, "value"))
            return
    if after is None and each.type == "str":
        after = ""
    if not _same(before, after):
        key = str(frame[spec.key[0]].iloc[position])
        yield Edit(table, position, key, name, before, after, tuple(push.lever.id for push in pushes))


def _move(before: float, pushes: Sequence[_Push], each: Field) -> float:
    moved = float(before) * math.prod(push.factor for push in pushes) + sum(push.amount for push in pushes)
    is_range = any(each.name in push.lever.fields[1:] for push in pushes)
    if is_range and any(push.amount for push in pushes):
        moved = max(moved, each.span.least)
    # Twelve digits: products of factors carry a last digit that means nothing.
    return round(moved) if each.type == "int" else float(f"{moved:.12g}")


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float) and math.isnan(one) and math.isnan(other):
        return True
    return one is other or bool(one == other)


def apply_edits(tables: Tables, edits: Iterable[Edit]) -> dict[str, pd.DataFrame]:
    """The tables with edited cells; tables that no edit touches are the same objects, edited ones keep their columns.

    >>> apply_edits({}, [])
    {}
    """
    changed = dict(tables)
    columns: dict[tuple[str, str], list[Any]] = {}
    for edit in edits:
        cells = columns.setdefault((edit.table, edit.field), tables[edit.table][edit.field].tolist())
        cells[edit.position] = edit.after
    specs = load_catalogue().tables
    for (table, name), cells in columns.items():
        column = make_column(cells, specs[table].by_name[name])
        column.index = tables[table].index
        changed[table] = changed[table].assign(**{name: column})
    return changed
