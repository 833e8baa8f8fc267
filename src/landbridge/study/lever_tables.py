"""The tables of a scenario under each coalition of levers; what two coalitions have in common is one object."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from landbridge.agreements.lever_edits import Edit, Pushes, Size, apply_edits, join_pushes, list_pushes
from landbridge.agreements.levers import Lever
from landbridge.schema import Finding, Tables, raise_errors
from landbridge.schema.rows import Row, read_rows


@dataclass(frozen=True, slots=True, eq=False)
class LeverTables:
    """Tables without levers, and those of any coalition of `levers`, whose places are their bits. `fixed` act always.

    Make one with `make_lever_tables`. Frames are kept by the levers that change them, so that those of coalitions that
    change a table alike are the same object.
    """

    base: Tables
    levers: tuple[Lever, ...]
    fixed: tuple[Lever, ...]
    pushes: Pushes
    kept: dict[tuple[str, int], pd.DataFrame] = field(default_factory=dict)

    def of(self, mask: int) -> dict[str, pd.DataFrame]:
        """All tables with the levers of the coalition. Raises InputError where they contradict each other."""
        tables = dict(self.base)
        for table in dict.fromkeys(lever.table for lever in (*self.levers, *self.fixed)):
            key = table, mask & self.touching(table)
            if key not in self.kept:
                self.kept[key] = self._change(table, key[1])
            tables[table] = self.kept[key]
        return tables

    def touching(self, table: str) -> int:
        """The bits of the levers that change a table."""
        return sum(1 << place for place, lever in enumerate(self.levers) if lever.table == table)

    def _change(self, table: str, mask: int) -> pd.DataFrame:
        chosen = [lever for place, lever in enumerate(self.levers) if mask >> place & 1]
        acting = [lever.id for lever in (*chosen, *self.fixed) if lever.table == table]
        edits, found = join_pushes(self.pushes, acting, self.base)
        raise_errors(found)
        return apply_edits(self.base, edits)[table]

    def list_changes(self) -> dict[str, list[Edit]]:
        """The cells that each lever changes alone."""
        return {lever.id: join_pushes(self.pushes, [lever.id], self.base)[0] for lever in self.levers}

    def list_rows(self, tables: Iterable[str]) -> dict[str, dict[str, Sequence[Row]]]:
        """The rows that each lever changes in some tables, as they are before it and after it, by lever and table;
        levers that change none are left out.
        """
        wanted, found = set(tables), dict[str, dict[str, Sequence[Row]]]()
        for lever, edits in self.list_changes().items():
            places: dict[str, set[int]] = {}
            for edit in edits:
                if edit.table in wanted:
                    places.setdefault(edit.table, set()).add(edit.position)
            changed = apply_edits(self.base, edits)
            if places:
                found[lever] = {
                    name: [row for each in (self.base, changed) for row in _take(each[name], own)]
                    for name, own in places.items()
                }
        return found


def _take(frame: pd.DataFrame, places: Iterable[int]) -> list[dict[str, Any]]:
    return read_rows(frame.iloc[sorted(places)])


def make_lever_tables(
    base: Tables, levers: Iterable[Lever], *, fixed: Iterable[Lever] = (), size: Size = "central"
) -> tuple[LeverTables, list[Finding]]:
    """Tables of all coalitions of `levers` at one end or the middle of their ranges, and levers that reach nothing."""
    own, always = tuple(levers), tuple(fixed)
    pushes, found = list_pushes((*own, *always), base, size=size)
    return LeverTables(base, own, always, pushes), found
