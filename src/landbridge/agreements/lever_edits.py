"""What levers do to tables: the cells that they change, before and after, and where they contradict each other.

All levers that act together are laid over the same tables, those before any of them: a number is multiplied by all
factors and then given all amounts, so the order of levers never matters. Two values for one cell, and a value beside
a factor or an amount, are a contradiction and a finding, one for each pair of levers. Ends of a range that an amount
would put below what the field allows stay at that bound.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from landbridge.agreements.levers import Lever
from landbridge.schema import Finding, Tables, load_catalogue
from landbridge.schema.catalogue import Field
from landbridge.schema.cells import MISSING, quote
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

    def agrees(self, other: _Push) -> bool:
        """Whether both set the same value, whatever end of their ranges is asked for."""
        same = self.value is other.value or bool(self.value == other.value)
        return self is other or (self.sets and same and self.lever.sizes == other.lever.sizes)


_Cell = tuple[str, int, str]
Pushes = Mapping[str, Sequence[tuple[_Cell, _Push]]]


def find_edits(
    levers: Iterable[Lever], tables: Tables, *, size: Size = "central"
) -> tuple[list[Edit], list[Finding]]:
    """The cells of `tables` that levers change together at one end or the middle of their ranges, and what is wrong.

    The strong end of a range is the one on the far side of the value from no change, the weak end the other; of a value
    set in an empty cell the greatest is the strong one. Cells that keep their value are no edits.
    """
    chosen = list(levers)
    pushes, found = list_pushes(chosen, tables, size=size)
    edits, faults = join_pushes(pushes, [lever.id for lever in chosen], tables)
    return edits, [*found, *faults]


def list_pushes(
    levers: Iterable[Lever], tables: Tables, *, size: Size = "central"
) -> tuple[Pushes, list[Finding]]:
    """What each lever does to the cells of `tables`, by lever, and those that reach nothing: what `join_pushes` takes,
    for many choices of the same levers.
    """
    pushes: dict[str, list[tuple[_Cell, _Push]]] = {}
    found: list[Finding] = []
    for lever in levers:
        frame = tables[lever.table]
        rows = lever.condition.match(frame).nonzero()[0].tolist()
        pushes[lever.id] = list(_push_rows(lever, frame, rows, size))
        if not pushes[lever.id]:
            found.append(_tell_reach(lever, reaches=bool(rows)))
    return pushes, found


def join_pushes(pushes: Pushes, chosen: Iterable[str], tables: Tables) -> tuple[list[Edit], list[Finding]]:
    """The cells that some levers change together, in order, and where they contradict each other."""
    by_cell: dict[_Cell, list[_Push]] = {}
    for name in sorted(chosen):
        for cell, push in pushes[name]:
            by_cell.setdefault(cell, []).append(push)
    edits: list[Edit] = []
    faults = _Faults()
    for cell, several in sorted(by_cell.items()):
        if not faults.add_conflicts(cell, several):
            edits += _edit_cell(cell, several, tables, faults)
    return edits, faults.tell(tables)


def _push_rows(
    lever: Lever, frame: pd.DataFrame, rows: Sequence[int], size: Size
) -> Iterator[tuple[_Cell, _Push]]:
    """What a lever does to each cell that it reaches and that holds something to change."""
    spec = lever.spec
    names = [*lever.fields]
    if lever.change in ("open", "close"):
        names += [name for name in (spec.first_day, "until") if name in spec.by_name]
    columns = {name: frame[name].tolist() for name in names}
    for position in rows:
        cells = {name: columns[name][position] for name in names}
        for name, push in _push_row(lever, cells, size):
            yield (lever.table, position, name), push


def _push_row(lever: Lever, cells: Mapping[str, Any], size: Size) -> Iterator[tuple[str, _Push]]:
    (middle, *others), spec = cells, lever.spec
    filled = [name for name in cells if not missing(cells[name], spec.by_name[name])]
    before = cells[middle] if middle in filled else None
    if lever.change in ("scale", "add"):
        amount = _pick_size(lever, size, before)
        sized = {"factor": amount} if lever.change == "scale" else {"amount": amount}
        for name in filled:
            yield name, _Push(lever, False, **sized)
        return
    value = _pick_size(lever, size, before)
    yield middle, _Push(lever, True, value)
    for name in (name for name in others if name in filled):
        if lever.change in ("open", "close") or missing(value, spec.by_name[middle]):
            yield name, _Push(lever, True, MISSING[spec.by_name[name].type])
        elif before and value / before >= 0:
            yield name, _Push(lever, True, _drop_noise(cells[name] * (value / before)))


def _pick_size(lever: Lever, size: Size, before: Any) -> Any:
    """The size of a lever at an end or the middle of its range; `before` is what a value set replaces, or None."""
    if size == "central" or not lever.has_range:
        return lever.value
    unchanged = {"scale": 1.0, "add": 0.0}.get(lever.change, before)
    raises = unchanged is None or lever.value >= unchanged
    end = lever.high if raises == (size == "strong") else lever.low
    return lever.value if math.isnan(end) else end


def _tell_reach(lever: Lever, *, reaches: bool) -> Finding:
    """A lever that reaches no row, or only rows whose cells are empty."""
    if reaches:
        what = f"the rows of {lever.table} with {lever.condition.text} hold no {lever.row['field']} to change"
        return Finding("nothing_to_change", "error", what, "set the value instead", *lever.place, "field")
    what = f"no row of {lever.table} has {lever.condition.text}"
    remedy = "mend the condition, or add the row to the study"
    return Finding("reaches_nothing", "error", what, remedy, *lever.place, "where")


@dataclass(slots=True)
class _Faults:
    """What is wrong with levers together: a finding for each pair that conflicts and for each sum that is too much."""

    found: list[Finding] = field(default_factory=list)
    conflicts: dict[tuple[Lever, Lever, str], list[_Cell]] = field(default_factory=dict)
    out_of_range: dict[tuple[Lever, ...], list[tuple[_Cell, float]]] = field(default_factory=dict)

    def add_conflicts(self, cell: _Cell, pushes: Sequence[_Push]) -> bool:
        """Whether levers set the cell to different values, or one sets it while others move it."""
        setting = [push for push in pushes if push.sets]
        others = [push for push in pushes if setting and not push.agrees(setting[0])]
        for push in others:
            doing = "sets it to another value" if push.sets else "moves it"
            self.conflicts.setdefault((setting[0].lever, push.lever, doing), []).append(cell)
        return bool(others)

    def tell(self, tables: Tables) -> list[Finding]:
        """All of it as findings."""
        for (one, other, doing), cells in self.conflicts.items():
            what = f"{one.id} sets {_name_cells(cells, tables)}, and {other.id} {doing}"
            remedy = "apply one of the two in a scenario, or part what they reach"
            self.found.append(Finding("lever_conflict", "error", what, remedy, *other.place, "where"))
        for levers, results in self.out_of_range.items():
            table, _, name = results[0][0]
            named = _name_cells([cell for cell, _ in results], tables)
            verb = "brings" if len(levers) == 1 else "bring"
            what = f"{' and '.join(lever.id for lever in levers)} {verb} {named} to {results[0][1]:g}"
            remedy = f"write a size that leaves {load_catalogue().tables[table].by_name[name].span}"
            self.found.append(Finding("out_of_range", "error", what, remedy, *levers[0].place, "value"))
        return self.found


def _name_cells(cells: Sequence[_Cell], tables: Tables) -> str:
    """The first of some cells of a table, and how many more there are."""
    table, position, name = cells[0]
    key = tables[table].iloc[position][load_catalogue().tables[table].key[0]]
    more = f" (and {len(cells) - 1} more)" if len(cells) > 1 else ""
    return f"{name} of {table} {quote(str(key))}{more}"


def _edit_cell(cell: _Cell, pushes: Sequence[_Push], tables: Tables, faults: _Faults) -> Iterator[Edit]:
    table, position, name = cell
    frame, spec = tables[table], load_catalogue().tables[table]
    before, each, levers = frame[name].iloc[position], spec.by_name[name], tuple(p.lever for p in pushes)
    after = pushes[0].value if pushes[0].sets else _move(before, pushes, each)
    if each.type in ("number", "int") and not missing(after, each):
        after = round(after) if each.type == "int" else float(after)
        if after not in each.span:
            faults.out_of_range.setdefault(levers, []).append((cell, after))
            return
    empty, emptied = missing(before, each), missing(after, each)
    if empty != emptied or not (empty or before == after):
        key = str(frame[spec.key[0]].iloc[position])
        yield Edit(table, position, key, name, before, after, tuple(lever.id for lever in levers))


def _move(before: float, pushes: Sequence[_Push], each: Field) -> float:
    moved = float(before) * math.prod(push.factor for push in pushes) + sum(push.amount for push in pushes)
    is_range = any(each.name in push.lever.fields[1:] for push in pushes)
    if is_range and any(push.amount for push in pushes):
        moved = max(moved, each.span.least)
    return _drop_noise(moved)


def _drop_noise(number: float) -> float:
    """Twelve digits of a number: products of factors carry a last digit that means nothing."""
    return float(f"{number:.12g}")


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
