"""Levers as rows: each change typed by the catalogue, each fault in its place, and the law out of reach."""

from __future__ import annotations

import datetime
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lever_rows import CELLS, TABLES, lever, lever_frame

from landbridge.agreements.levers import IDENTITY, INPUTS, LAW, read_levers
from landbridge.schema import load_catalogue

DAY = datetime.date(2027, 1, 1)


@pytest.mark.parametrize(
    ("cells", "fields", "value", "words"),
    [
        ({}, ("time_p50", "time_min", "time_p90"), 0.5, "time x 0.5"),
        ({"field": "time_min"}, ("time_min",), 0.5, "time_min x 0.5"),
        ({"value": "0"}, ("time_p50", "time_min", "time_p90"), 0.0, "time x 0"),
        ({"change": "add", "value": "-3"}, ("time_p50", "time_min", "time_p90"), -3.0, "time -3"),
        ({"change": "add", "value": "3"}, ("time_p50", "time_min", "time_p90"), 3.0, "time +3"),
        ({"change": "set", "value": "6"}, ("time_p50", "time_min", "time_p90"), 6.0, "time = 6"),
        ({"change": "set", "field": "cargo_class", "value": "any"}, ("cargo_class",), "any", "cargo_class = any"),
        ({"change": "set", "field": "direction", "value": ""}, ("direction",), "", "direction = "),
        ({"table": "legs", "where": "id = a", "field": "status", "change": "open", "value": ""}, ("status",), "open",
         "status open"),
        ({"table": "legs", "where": "id = a", "field": "status", "change": "close", "value": ""}, ("status",),
         "closed", "status closed"),
        ({"table": "legs", "where": "id = a", "field": "from_date", "change": "date", "value": "2027-01-01"},
         ("from_date",), DAY, "from_date = 2027-01-01"),
        ({"table": "agreements", "where": "id = a", "field": "in_force", "change": "date", "value": "2026-07"},
         ("in_force",), "2026-07", "in_force = 2026-07"),
        ({"table": "transit_regimes", "where": "id = a", "field": "from", "change": "date", "value": "2027-01-01"},
         ("from",), DAY, "from = 2027-01-01"),
        ({"table": "services", "where": "id = a", "field": "both", "change": "set", "value": "false"}, ("both",),
         False, "both = false"),
        ({"table": "conformity", "where": "id = a", "field": "recognised", "change": "set", "value": "x; y"},
         ("recognised",), ("x", "y"), "recognised = x; y"),
        ({"table": "operations", "field": "price_year", "change": "set", "value": "2025"}, ("price_year",), 2025,
         "price_year = 2025"),
        ({"table": "services", "where": "id = a"}, ("time", "time_min", "time_p90"), 0.5, "time x 0.5"),
        ({"table": "rates", "where": "id = a", "field": "rate"}, ("rate", "p10", "p90"), 0.5, "rate x 0.5"),
        ({"table": "tariffs", "where": "id = a", "field": "agreement", "change": "set", "value": "eaeu-ir"},
         ("agreement",), "eaeu-ir", "agreement = eaeu-ir"),
    ],
)  # fmt: skip
def test_each_change_is_typed(cells: dict[str, str], fields: tuple[str, ...], value: Any, words: str) -> None:
    one = lever(**cells)
    assert (one.fields, one.value, one.describe_change()) == (fields, value, words)
    assert type(one.value) is type(value)
    assert one.spec.name == cells.get("table", "operations")
    assert not one.has_range
    assert one.sizes == (value,)


@pytest.mark.parametrize(
    ("cells", "sizes"),
    [
        ({"low": "0.3", "high": "0.9"}, (0.3, 0.9)),
        ({"low": "0.5", "high": "0.5"}, (0.5, 0.5)),
        ({"low": "0.3"}, (0.3,)),
        ({"high": "0.9"}, (0.9,)),
        ({"low": "0"}, (0.0,)),
        ({"change": "add", "value": "-3", "low": "-4", "high": "1"}, (-4.0, 1.0)),
        ({"change": "set", "value": "6", "low": "4", "high": "8"}, (4.0, 8.0)),
    ],
)
def test_ranges(cells: dict[str, str], sizes: tuple[float, ...]) -> None:
    one = lever(**cells)
    assert one.has_range
    assert one.sizes == sizes
    assert math.isnan(one.low) != bool(cells.get("low"))
    assert math.isnan(one.high) != bool(cells.get("high"))


def test_dates_places_and_the_row_are_kept() -> None:
    rows = lever_frame({"from": "2026-07", "until": "2030"}, {"id": "b", "title": "B", "commitment": "d"})
    levers, findings = read_levers(rows, [("levers.csv", 7), ("levers.csv", 9)])
    assert findings == ()
    assert [*levers] == ["a", "b"]
    one, other = levers.values()
    assert (one.begins.text, one.ends.text, bool(other.begins)) == ("2026-07", "2030", False)
    assert (one.place, other.place) == (("levers.csv", 7), ("levers.csv", 9))
    assert (one.commitment, other.commitment, other.title, one.row["source"]) == ("c", "d", "B", "src")
    assert [each.place[1] for each in read_levers(rows)[0].values()] == [2, 3]


LEG = {"table": "legs", "where": "id = a"}
STATUS = {**LEG, "field": "status", "change": "open", "value": ""}
FORCE = {"table": "agreements", "where": "id = a", "field": "in_force", "change": "date", "value": "2026-07"}
FROM = {**LEG, "field": "from_date", "change": "date", "value": "2027-01-01"}


@pytest.mark.parametrize(
    ("cells", "code", "column", "nearest"),
    [
        ({"table": "operation"}, "unknown_table", "table", "operations"),
        ({"table": "routes"}, "unknown_table", "table", None),
        ({"where": "scop = IR"}, "unknown_field", "where", "scope"),
        ({"where": "scope = IR or scope = BY"}, "bad_condition", "where", None),
        ({"where": "operation = custom"}, "bad_choice", "where", "customs"),
        ({"field": "tim"}, "unknown_field", "field", "time"),
        ({"field": "time_p5"}, "unknown_field", "field", "time_p50"),
        ({"field": "id"}, "lever_on_identity", "field", None),
        ({"field": "cargo_class"}, "bad_change", "change", None),
        ({"field": "cargo_class", "change": "add"}, "bad_change", "change", None),
        ({"field": "time", "change": "open", "value": ""}, "bad_change", "change", None),
        ({"field": "time", "change": "date", "value": "2027-01-01"}, "bad_change", "change", None),
        ({**STATUS, "change": "date", "value": "2027-01-01"}, "bad_change", "change", None),
        ({**STATUS, "field": "vessels"}, "bad_change", "change", None),
        ({**FROM, "change": "set"}, "bad_change", "change", None),
        ({**FROM, "value": "2027-01"}, "bad_date", "value", None),
        ({**FROM, "value": ""}, "empty_cell", "value", None),
        ({**FORCE, "change": "set"}, "bad_change", "change", None),
        ({**FORCE, "value": "July 2026"}, "bad_date", "value", None),
        ({**FORCE, "value": "2026-13"}, "bad_date", "value", None),
        ({**FORCE, "value": ""}, "empty_cell", "value", None),
        ({**FORCE, "field": "parties"}, "lever_on_identity", "field", None),
        ({"value": ""}, "empty_cell", "value", None),
        ({"value": " "}, "empty_cell", "value", None),
        ({"value": "half"}, "bad_number", "value", None),
        ({"value": "nan"}, "bad_number", "value", None),
        ({"value": "-0.1"}, "out_of_range", "value", None),
        ({"change": "add", "value": ""}, "empty_cell", "value", None),
        ({"change": "set", "value": "-1"}, "out_of_range", "value", None),
        ({"change": "set", "field": "cargo_class", "value": "containr"}, "bad_choice", "value", "container"),
        ({**LEG, "field": "distance", "change": "set", "value": ""}, "empty_cell", "value", None),
        ({"low": "few"}, "bad_number", "low", None),
        ({"low": "0.6"}, "bad_range", "low", None),
        ({"high": "0.4"}, "bad_range", "high", None),
        ({"low": "-0.1"}, "out_of_range", "low", None),
        ({"high": "1e999"}, "bad_number", "high", None),
        ({"change": "set", "value": "6", "low": "-1"}, "out_of_range", "low", None),
        ({"change": "set", "value": "", "low": "1"}, "needless_size", "low", None),
        (
            {"change": "set", "field": "cargo_class", "value": "any", "high": "1"},
            "needless_size",
            "high",
            None,
        ),
        ({**FROM, "low": "2026-01-01"}, "needless_size", "low", None),
        ({**STATUS, "value": "open"}, "needless_size", "value", None),
        ({**STATUS, "high": "1"}, "needless_size", "high", None),
    ],
)
def test_a_fault_is_told_in_its_place(
    cells: dict[str, str], code: str, column: str, nearest: str | None
) -> None:
    rows = lever_frame(cells, {"id": "sound"})
    levers, findings = read_levers(rows, [("levers.csv", 5), ("levers.csv", 6)])
    assert [*levers] == ["sound"]
    assert [(f.code, f.severity, f.file, f.row, f.column) for f in findings] == [
        (code, "error", "levers.csv", 5, column)
    ]
    assert all((findings[0].what, findings[0].remedy))
    assert nearest is None or findings[0].nearest[0] == nearest


def test_all_faults_of_a_row_are_told_at_once() -> None:
    _, findings = read_levers(lever_frame({"where": "scope", "field": "tim"}, {"where": "x", "value": "y"}))
    assert [(f.row, f.column) for f in findings] == [(2, "where"), (2, "field"), (3, "where"), (3, "value")]


@pytest.mark.parametrize("column", ["table", "field", "where", "change"])
def test_of_an_empty_cell_the_reader_of_the_file_has_told(column: str) -> None:
    assert read_levers(lever_frame({column: ""})) == ({}, ())


@pytest.mark.parametrize("name", LAW)
@pytest.mark.parametrize("change", ["open", "close", "set", "date", "scale"])
def test_no_lever_changes_the_law(name: str, change: str) -> None:
    levers, findings = read_levers(lever_frame({"table": name, "field": "until", "change": change}))
    assert levers == {}
    assert [(f.code, f.column) for f in findings] == [("lever_on_law", "table")]


def test_levers_reach_inputs_alone() -> None:
    assert {"listings", "territories", "borders"} <= set(LAW)
    for name in TABLES:
        levers, _ = read_levers(lever_frame({"table": name, "field": TABLES[name].columns[-1]}))
        assert levers == {}
        codes = {f.code for f in read_levers(lever_frame({"table": name}))[1]}
        assert (name in INPUTS) != bool(codes & {"unknown_table", "lever_on_law"})
    assert not set(INPUTS) & {
        *LAW,
        "commitments",
        "status_reports",
        "flows",
        "overrides",
        "levers",
        "countries",
    }
    assert {name for name in INPUTS if TABLES[name].where != "shipped"} == {"agreements"}
    assert all(TABLES[name].key == ("id",) for name in INPUTS)


def test_no_lever_says_which_row_it_is_or_on_whose_word() -> None:
    assert {"id", "lat", "lon", "mode", "operator", "source", "quality"} <= IDENTITY
    closed = 0
    for name in INPUTS:
        for each in TABLES[name].fields:
            if (
                each.name in IDENTITY
                or each.type == "country"
                or (each.name in ("from", "to") and each.type == "str")
            ):
                rows = lever_frame({"table": name, "field": each.name, "change": "set", "where": "id = a"})
                assert [f.code for f in read_levers(rows)[1]] == ["lever_on_identity"], (name, each.name)
                closed += 1
    assert closed > 3 * len(INPUTS)


def test_the_groups_of_the_catalogue_are_numbers_of_their_tables() -> None:
    for (name, _), fields in load_catalogue().field_groups.items():
        assert name in INPUTS
        assert len(fields) > 1
        assert {TABLES[name].by_name[field].type for field in fields} == {"number"}


text = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["0.5", "open", "2027-01-01", "scope = IR", "id in (a, b)", "status", "time", "legs", "operations",
                     "listings", "services", "from_date", "price_year", "both", "products", "conformity"]),
)  # fmt: skip
cells = st.dictionaries(st.sampled_from([*CELLS]).filter(lambda name: name not in ("id", "change")), text)
changes = st.sampled_from(["", "scale", "add", "set", "open", "close", "date"])


@given(cells, changes)
def test_any_row_is_a_lever_or_a_finding(row: dict[str, str], change: str) -> None:
    levers, findings = read_levers(lever_frame({**row, "change": change}))
    told = not (change and all({**CELLS, **row}[name] for name in ("table", "field", "where")))
    assert told or bool(levers) != bool(findings)
    for finding in findings:
        assert all((finding.code, finding.what, finding.remedy))
        assert (finding.file, finding.row) == ("levers.csv", 2)
        assert finding.column in CELLS
    for one in levers.values():
        assert one.describe_change()
