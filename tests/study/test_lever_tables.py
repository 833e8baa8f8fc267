"""Tables of coalitions: cells, objects in common, and the rows that a lever changes."""

from typing import Any

import pandas as pd
import pytest

from landbridge.agreements.levers import Lever, read_levers
from landbridge.schema import InputError
from landbridge.schema.rows import rows_to_frame
from landbridge.study.lever_tables import LeverTables, make_lever_tables

SOURCED = {"source": "src", "quality": "published"}
OPERATION = {
    "operation": "customs",
    "mode": "road",
    "to_mode": "any",
    "cargo_class": "any",
    "direction": "import",
}
BASE = {
    "operations": rows_to_frame(
        "operations",
        [{"id": code, **OPERATION, "scope": code.upper(), "time_p50": 8.0, **SOURCED} for code in ("ir", "by")],
    ),
    "conformity": rows_to_frame(
        "conformity",
        [{"id": "a", "territory": "IR", "name": "A", "kind": "certificate", "products": ("0802",), "per": "model",
          "act": "x", **SOURCED}],
    ),
}  # fmt: skip


def lever(name: str, table: str, field: str, where: str, **cells: str) -> Lever:
    row: dict[str, Any] = {"id": name, "commitment": "c", "title": name, "table": table, "field": field}
    levers, faults = read_levers(rows_to_frame("levers", [{**row, "where": where, **cells, **SOURCED}]))
    assert not faults
    return levers[name]


HALF = lever("half", "operations", "time_p50", "scope = IR", change="scale", value="0.5")
LESS = lever("less", "operations", "time_p50", "scope = IR", change="add", value="-1")
GOODS = lever("goods", "conformity", "products", "id = a", change="set", value="8433")


def make(*levers: Lever, fixed: tuple[Lever, ...] = ()) -> LeverTables:
    tables, faults = make_lever_tables(BASE, levers, fixed=fixed)
    assert not faults
    return tables


def hours(tables: dict[str, pd.DataFrame]) -> list[float]:
    cells: list[float] = tables["operations"]["time_p50"].tolist()
    return cells


def test_each_coalition_has_its_cells_and_those_of_levers_that_always_act() -> None:
    tables = make(HALF, GOODS, fixed=(LESS,))
    assert [hours(tables.of(mask)) for mask in (0b00, 0b01, 0b10)] == [[7.0, 8.0], [3.0, 8.0], [7.0, 8.0]]
    assert hours(BASE) == [8.0, 8.0]


def test_coalitions_that_change_a_table_alike_share_it() -> None:
    tables = make(HALF, GOODS)
    assert tables.of(0b01)["operations"] is tables.of(0b11)["operations"]
    assert tables.of(0b00)["operations"] is tables.of(0b10)["operations"]
    assert tables.of(0b01)["operations"] is not tables.of(0b00)["operations"]


def test_a_lever_changes_a_row_as_it_was_and_as_it_becomes() -> None:
    """Goods that a row names only once the lever acts are goods that it bears on."""
    rows = make(HALF, GOODS).list_rows(["conformity"])
    assert list(rows) == ["goods"]
    assert [row["products"] for row in rows["goods"]["conformity"]] == [("0802",), ("8433",)]


def test_levers_that_contradict_each_other_have_no_coalition() -> None:
    other = lever("other", "conformity", "products", "id = a", change="set", value="0803")
    with pytest.raises(InputError) as fault:
        make(GOODS, other).of(0b11)
    assert [finding.code for finding in fault.value.findings] == ["lever_conflict"]
