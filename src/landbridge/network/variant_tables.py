"""What levers change of the tables that a network is made of, and those tables under any set of them.

A set of levers is a bit mask; a lever's number is its bit. Levers fall apart by what they ask for: another network
(`structure`), other prices on the same one, or other rows open at the date.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from threading import Lock

import pandas as pd

from landbridge.network.router import NETWORK_TABLES
from landbridge.schema.rows import Row, read_rows

Tables = Mapping[str, pd.DataFrame]
Cells = Mapping[str, int]
KNOWN = frozenset({"source", "quality"})
DUES = frozenset({"time_p50", "time_p90", "cost", "cost_unit"}) | KNOWN
OPERATED = DUES | {"time_min", "cost_p10", "cost_p90", "price_year"}
# Fields of which nothing but prices is made.
PRICED: Mapping[str, frozenset[str]] = {
    "operations": OPERATED,
    "passages": DUES,
    "services": OPERATED | {"time", "headway", "departures", "departures_back"},
    "rates": KNOWN
    | {"rate", "unit", "p10", "p90", "hourly", "fixed", "minimum", "taper", "taper_distance"}
    | {"empty_return", "price_year"},
    "speeds": KNOWN | {"speed", "speed_max", "speed_p10"},
    "emission_factors": KNOWN | {"factor", "electricity"},
    "grids": KNOWN | {"intensity"},
    "electrified_shares": KNOWN | {"share", "freight_share"},
    "parameters": KNOWN | {"value", "price_year", "p10", "p90"},
    "countries": KNOWN | {"oversize_cost", "oversize_days"},
}
# Fields that say when a row is open.
PERIOD = frozenset({"status", "from_date", "from", "until", "months"})
DATED: Mapping[str, frozenset[str]] = {
    "legs": PERIOD - {"from"},
    "services": PERIOD - {"from"},
    "posts": PERIOD,
    "places": PERIOD,
    "borders": PERIOD,
    "passages": PERIOD,
}
# Fields that no route is made of.
IDLE = frozenset({"note", "capacity", "capacity_teu", "capacity_units"})
# Parameters that close arcs or change what an arc is.
SHAPING = ("draught_", "container_")


@dataclass(frozen=True, slots=True)
class CellChange:
    """What one lever touches: ids of rows and names of fields, both by table. Its place in the list is its bit."""

    rows: Mapping[str, frozenset[str]]
    fields: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, eq=False)
class VariantTables:
    """The tables under any set of levers.

    structure is the mask of the levers that need a network of their own; touching, by table, that of all levers that
    touch it. priced holds by table and id the fields that give other prices, each with the mask of its levers; gated,
    by table and id, the mask of the levers that open or close a row.
    """

    tables_of: Callable[[int], Tables]
    base: Tables
    structure: int
    touching: Mapping[str, int]
    priced: Mapping[str, Mapping[str, Cells]]
    gated: Mapping[str, Mapping[str, int]]
    kept: dict[tuple[str, int], pd.DataFrame] = field(default_factory=dict)
    read: dict[tuple[str, int], dict[str, Row]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    @property
    def pricing(self) -> int:
        """The levers that change prices on the same network, as a mask."""
        rows = [cells for rows in self.priced.values() for cells in rows.values()]
        return reduce(or_, (bits for cells in rows for bits in cells.values()), 0)

    def frame(self, table: str, mask: int) -> pd.DataFrame:
        """A table under the levers of a mask."""
        key = (table, mask & self.touching.get(table, 0))
        if not key[1]:
            return self.base[table]
        with self.lock:
            if key not in self.kept:
                self.kept[key] = self.tables_of(key[1])[table]
        return self.kept[key]

    def all(self, mask: int) -> dict[str, pd.DataFrame]:
        """All tables under the levers of a mask."""
        return {name: self.frame(name, mask) for name in self.base}

    def rows(self, table: str, mask: int) -> dict[str, Row]:
        """The rows of a table that have other prices under some levers, by id, as they are under a mask."""
        key = (table, mask & self.touching.get(table, 0))
        if key not in self.read:
            frame = self.frame(table, mask)
            touched = frame[frame["id"].isin(list(self.priced.get(table, ())))]
            self.read[key] = {str(row["id"]): row for row in read_rows(touched)}
        return self.read[key]


def sort_changes(
    tables_of: Callable[[int], Tables], changes: Sequence[CellChange], *, legs: Sequence[str]
) -> VariantTables:
    """The tables of levers by what these change; `legs` are those of the world network.

    >>> legs = pd.DataFrame({"id": ["line"], "status": ["planned"]})
    >>> opened = CellChange({"legs": frozenset({"line"})}, {"legs": frozenset({"status"})})
    >>> sorted_ = sort_changes(lambda mask: {"legs": legs}, [opened], legs=("line",))
    >>> sorted_.structure, sorted_.gated
    (0, {'legs': {'line': 1}})
    """
    base = tables_of(0)
    own = frozenset(base["legs"]["id"]) - frozenset(legs) if "legs" in base else frozenset[str]()
    structure, touching = 0, dict[str, int]()
    priced: dict[str, dict[str, dict[str, int]]] = {}
    gated: dict[str, dict[str, int]] = {}
    for number, change in enumerate(changes):
        bit = 1 << number
        parts = list(_list_parts(change, base))
        for table, _, _ in parts:
            touching[table] = touching.get(table, 0) | bit
        if any(_shapes(table, ids, fields, base=base, own=own) for table, ids, fields in parts):
            structure |= bit
            continue
        for table, ids, fields in parts:
            for key in ids if fields & DATED.get(table, frozenset()) else ():
                known = gated.setdefault(table, {})
                known[key] = known.get(key, 0) | bit
            for key in ids:
                cells = priced.setdefault(table, {}).setdefault(key, {})
                for name in fields & PRICED.get(table, frozenset()):
                    cells[name] = cells.get(name, 0) | bit
    return VariantTables(tables_of, base, structure, touching, priced, gated)


def _list_parts(change: CellChange, base: Tables) -> "list[tuple[str, frozenset[str], frozenset[str]]]":
    """What a lever touches of the tables of a network: table, ids, fields; all fields where it names none."""
    parts = []
    for table, ids in change.rows.items():
        fields = (
            change.fields.get(table) or frozenset(map(str, base[table].columns))
            if table in base
            else frozenset()
        )
        if table in NETWORK_TABLES and ids and fields - IDLE:
            parts.append((table, ids, fields - IDLE))
    return parts


def _shapes(
    table: str, ids: frozenset[str], fields: frozenset[str], *, base: Tables, own: frozenset[str]
) -> bool:
    """Whether other values of some cells make another network: rows that are new, fields that more than prices come
    of, legs of the study, which are drawn only when they are open, and borders where such legs may cross them.
    """
    if not ids <= frozenset(base[table]["id"]) or (table not in PRICED and table not in DATED):
        return True
    dated = fields & DATED.get(table, frozenset())
    if fields - dated - PRICED.get(table, frozenset()):
        return True
    if table == "parameters":
        return any(key.startswith(SHAPING) for key in ids)
    return bool(dated) and (bool(own) if table == "borders" else table == "legs" and bool(ids & own))
