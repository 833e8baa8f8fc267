"""What levers do to cells: each change, ranges and their ends, contradictions, and that no order matters."""

from __future__ import annotations

import datetime
import random
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lever_rows import TABLES, lever, table

from landbridge.agreements.lever_edits import SIZES, Edit, Size, apply_edits, find_edits
from landbridge.schema import Tables

NAN = float("nan")
DAY = datetime.date(2027, 1, 1)
OPERATIONS = table(
    "operations",
    scope=["IR", "IR", "BY"],
    time_p50=[8.0, 10.0, 4.0],
    time_min=[4.0, NAN, 1.0],
    time_p90=[24.0, 20.0, 9.0],
    observations=[3, pd.NA, 1],
)
LEGS = table(
    "legs",
    status=["planned", "closed", "open"],
    from_date=[DAY, None, None],
    until=[None, DAY, None],
    distance=[100.0, 200.0, 300.0],
    capacity=[NAN, 5.0, 7.0],
)
SHUT = {"table": "legs", "field": "status", "change": "open", "value": ""}


def shown(edits: list[Edit]) -> dict[tuple[str, str], Any]:
    return {(edit.id, edit.field): edit.after for edit in edits}


def change(tables: Tables, *rows: dict[str, str], size: Size = "central") -> dict[tuple[str, str], Any]:
    edits, findings = find_edits(
        [lever(f"l{number}", **row) for number, row in enumerate(rows)], tables, size=size
    )
    assert findings == []
    return shown(edits)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, {("a", "time_p50"): 4.0, ("a", "time_min"): 2.0, ("a", "time_p90"): 12.0,
              ("b", "time_p50"): 5.0, ("b", "time_p90"): 10.0}),
        ({"field": "time_p90"}, {("a", "time_p90"): 12.0, ("b", "time_p90"): 10.0}),
        ({"field": "time_min"}, {("a", "time_min"): 2.0}),
        ({"value": "1"}, {}),
        ({"change": "add", "value": "2", "where": "id = a"},
         {("a", "time_p50"): 10.0, ("a", "time_min"): 6.0, ("a", "time_p90"): 26.0}),
        ({"change": "add", "value": "-5", "where": "id = a"},
         {("a", "time_p50"): 3.0, ("a", "time_min"): 0.0, ("a", "time_p90"): 19.0}),
        ({"change": "set", "value": "6", "where": "id = a"},
         {("a", "time_p50"): 6.0, ("a", "time_min"): 3.0, ("a", "time_p90"): 18.0}),
        ({"change": "set", "value": "8", "where": "id = a"}, {}),
        ({"change": "set", "value": "", "field": "time_p90", "where": "id = a"}, {("a", "time_p90"): NAN}),
        ({"change": "set", "value": "", "where": "id = a"},
         {("a", "time_p50"): NAN, ("a", "time_min"): NAN, ("a", "time_p90"): NAN}),
        ({"change": "set", "field": "observations", "value": "5"},
         {("a", "observations"): 5, ("b", "observations"): 5}),
        ({"field": "observations"}, {("a", "observations"): 2}),
        ({"change": "set", "field": "direction", "value": "export", "where": "id = a"},
         {("a", "direction"): "export"}),
    ],
)  # fmt: skip
def test_changes_of_values(row: dict[str, str], expected: dict[tuple[str, str], Any]) -> None:
    found = change(OPERATIONS, row)
    assert found.keys() == expected.keys()
    for cell, value in expected.items():
        assert (
            found[cell] == pytest.approx(value, nan_ok=True)
            if isinstance(value, float)
            else found[cell] == value
        )
    assert all(isinstance(value, int) for (_, name), value in found.items() if name == "observations")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"where": "id = a"}, {("a", "status"): "open", ("a", "from_date"): None}),
        ({"where": "id = b"}, {("b", "status"): "open", ("b", "until"): None}),
        ({"where": "id = c"}, {}),
        ({"where": "id = a", "change": "close"}, {("a", "status"): "closed", ("a", "from_date"): None}),
        ({"where": "id = c", "change": "close"}, {("c", "status"): "closed"}),
        ({"where": "id in (a, c)", "field": "until", "change": "date", "value": "2030-06-30"},
         {("a", "until"): datetime.date(2030, 6, 30), ("c", "until"): datetime.date(2030, 6, 30)}),
        ({"where": "id = a", "field": "from_date", "change": "date", "value": "2027-01-01"}, {}),
    ],
)  # fmt: skip
def test_changes_of_status_and_dates(row: dict[str, str], expected: dict[tuple[str, str], Any]) -> None:
    assert change(LEGS, {**SHUT, **row}) == expected


def test_what_is_empty_can_be_set_but_not_moved() -> None:
    truths = table(
        "services", both=[pd.NA, True], price_year=[pd.NA, 2019], time=[NAN, 5.0], time_p90=[9.0, 9.0]
    )
    base = {"table": "services", "where": 'id != ""', "change": "set"}
    assert change(truths, {**base, "field": "both", "value": "false"}) == {
        ("a", "both"): False,
        ("b", "both"): False,
    }
    assert change(truths, {**base, "field": "price_year", "value": "2019"}) == {("a", "price_year"): 2019}
    assert change(truths, {**base, "value": "10"}) == {
        ("a", "time"): 10.0, ("b", "time"): 10.0, ("b", "time_p90"): 18.0}  # fmt: skip
    assert change(truths, {**base, "change": "scale", "where": "id = a"}) == {("a", "time_p90"): 4.5}


def test_a_middle_that_changes_its_sign_or_was_zero_leaves_its_range() -> None:
    signed = table("parameters", value=[2.0], p10=[1.0], p90=[3.0])
    row = {"table": "parameters", "where": "id = a", "field": "value", "change": "set", "value": "-2"}
    assert change(signed, row) == {("a", "value"): -2.0}
    free = table("operations", scope=["IR"], cost=[0.0], cost_p90=[3.0])
    assert change(free, {"field": "cost", "change": "set", "value": "2"}) == {("a", "cost"): 2.0}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # Stronger is further from no change, on the side of the value.
        ({"value": "0.5", "low": "0.25", "high": "0.75"}, (0.75, 0.5, 0.25)),
        ({"value": "1.5", "low": "1.25", "high": "2"}, (1.25, 1.5, 2.0)),
        ({"value": "0.9", "low": "0.8", "high": "3"}, (3.0, 0.9, 0.8)),
        ({"value": "0.5", "low": "0.25"}, (0.5, 0.5, 0.25)),
        ({"value": "0.5", "high": "0.75"}, (0.75, 0.5, 0.5)),
        ({"value": "0.5", "low": "0", "high": "0.5"}, (0.5, 0.5, 0.0)),
        ({"value": "0.5"}, (0.5, 0.5, 0.5)),
    ],
)
def test_ends_of_a_factor(row: dict[str, str], expected: tuple[float, ...]) -> None:
    for size, factor in zip(SIZES, expected, strict=True):
        found = change(OPERATIONS, {**row, "where": "id = c"}, size=size)
        assert found.get(("c", "time_p50"), 4.0) == pytest.approx(4.0 * factor)
        assert found.get(("c", "time_p90"), 9.0) == pytest.approx(9.0 * factor)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"change": "add", "value": "-2", "low": "-3", "high": "-1"}, (3.0, 2.0, 1.0)),
        ({"change": "add", "value": "2", "low": "1", "high": "4"}, (5.0, 6.0, 8.0)),
        ({"change": "set", "value": "2", "low": "1", "high": "3"}, (3.0, 2.0, 1.0)),
        ({"change": "set", "value": "6", "low": "5", "high": "9"}, (5.0, 6.0, 9.0)),
    ],
)
def test_ends_of_an_amount_and_of_a_value(row: dict[str, str], expected: tuple[float, ...]) -> None:
    found = [
        change(OPERATIONS, {**row, "where": "id = c"}, size=size).get(("c", "time_p50"), 4.0)
        for size in SIZES
    ]
    assert found == list(expected)


@pytest.mark.parametrize(("name", "ends"), [("capacity", "4 5 9"), ("price_year", "2019 2020 2024")])
def test_of_a_value_for_an_empty_cell_the_greatest_is_the_strong_one(name: str, ends: str) -> None:
    low, value, high = ends.split()
    empty = table("services", capacity=[NAN], price_year=[pd.NA])
    row = {"table": "services", "where": "id = a", "field": name, "change": "set",
           "value": value, "low": low, "high": high}  # fmt: skip
    found = [change(empty, row, size=size)["a", name] for size in SIZES]
    assert found == [float(end) for end in (low, value, high)]


def test_levers_on_one_cell_multiply_and_then_add() -> None:
    rows = [
        {"where": "id = a", "change": "add", "value": "3"},
        {"where": "id = a"},
        {"where": "scope = IR", "value": "0.25"},
    ]
    edits, findings = find_edits([lever(f"l{n}", **row) for n, row in enumerate(rows)], OPERATIONS)
    assert findings == []
    assert shown(edits)["a", "time_p50"] == 4.0
    assert shown(edits)["b", "time_p50"] == 2.5
    by_cell = {(edit.id, edit.field): edit for edit in edits}
    one = by_cell["a", "time_p50"]
    assert (one.levers, one.before, one.position, one.table) == (("l0", "l1", "l2"), 8.0, 0, "operations")
    assert by_cell["b", "time_p50"].levers == ("l2",)


def test_levers_that_set_the_same_agree() -> None:
    row = {"where": "id = a", "change": "set", "value": "6"}
    assert change(OPERATIONS, row, row) == change(OPERATIONS, row)
    cleared = {"where": "id = a", "field": "time_min", "change": "set", "value": ""}
    assert change(OPERATIONS, cleared, cleared).keys() == {("a", "time_min")}
    opened = {**SHUT, "where": "id = a"}
    assert change(LEGS, opened, {**opened, "change": "set", "value": "open"}, opened) == change(LEGS, opened)


SET = {"where": "scope = IR", "change": "set", "value": "6"}


@pytest.mark.parametrize(
    ("tables", "one", "other", "words"),
    [
        (OPERATIONS, SET, {**SET, "value": "7"}, "sets it to another value"),
        (OPERATIONS, SET, {"where": "id = a"}, "moves it"),
        (OPERATIONS, SET, {"where": "id = a", "change": "add", "value": "1"}, "moves it"),
        (OPERATIONS, SET, {"where": "id = a", "field": "time_p90"}, "moves it"),
        (OPERATIONS, SET, {**SET, "low": "5"}, "sets it to another value"),
        (LEGS, {**SHUT, "where": "id = a"}, {**SHUT, "where": "id = a", "change": "close"}, "another value"),
        (LEGS, {**SHUT, "where": "id = a"}, {**SHUT, "where": "id = a", "field": "from_date", "change": "date",
                                             "value": "2026-01-01"}, "another value"),
    ],
)  # fmt: skip
def test_contradictions_are_findings(
    tables: Tables, one: dict[str, str], other: dict[str, str], words: str
) -> None:
    for first, second in ((one, other), (other, one)):
        levers = [lever("x", **first), lever("y", **second)]
        edits, findings = find_edits(levers, tables)
        assert [(f.code, f.severity, f.file, f.row, f.column) for f in findings] == [
            ("lever_conflict", "error", "levers.csv", 2, "where")
        ]
        assert {"x", "y"} <= set(findings[0].what.replace(",", "").split())
        assert words in findings[0].what
        assert ("a", "time_p90") not in shown(edits)
        assert find_edits(levers[::-1], tables) == (edits, findings)


def test_the_finding_of_a_contradiction_names_its_rows_and_stands_at_the_later_lever() -> None:
    _, findings = find_edits([lever("y", **SET), lever("x", **{**SET, "value": "7"})], OPERATIONS)
    assert (
        findings[0].what == "x sets time_min of operations 'a' (and 4 more), and y sets it to another value"
    )
    _, findings = find_edits([lever("y", value="2", where="id = a"), lever("x", **SET)], OPERATIONS)
    assert findings[0].what == "x sets time_min of operations 'a' (and 2 more), and y moves it"


@pytest.mark.parametrize(
    ("tables", "rows", "words"),
    [
        (OPERATIONS, [{"change": "add", "value": "-9"}], "l0 brings time_p50 of operations 'a' to -1"),
        (OPERATIONS, [{"change": "add", "value": "-6"}, {"change": "add", "value": "-6"}],
         "l0 and l1 bring time_p50 of operations 'a' (and 1 more) to -4"),
        (LEGS, [{"table": "legs", "field": "distance", "where": "id = a", "value": "0"}],
         "l0 brings distance of legs 'a' to 0"),
        (table("interruptions", share=[0.6]), [{"table": "interruptions", "field": "share", "where": "id = a",
                                                "value": "2"}], "l0 brings share of interruptions 'a' to 1.2"),
    ],
)  # fmt: skip
def test_what_leaves_the_field_is_a_finding(tables: Tables, rows: list[dict[str, str]], words: str) -> None:
    edits, findings = find_edits([lever(f"l{n}", **row) for n, row in enumerate(rows)], tables)
    assert [(f.code, f.file, f.row, f.column, f.what) for f in findings] == [
        ("out_of_range", "levers.csv", 2, "value", words)
    ]
    assert "write a size that leaves" in findings[0].remedy
    assert not {("a", "time_p50"), ("a", "distance"), ("a", "share")} & set(shown(edits))


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ({"where": "scope = KZ"}, "reaches_nothing", "where"),
        ({"where": "id = b", "field": "time_min"}, "nothing_to_change", "field"),
        ({"where": "scope = IR", "field": "cost_p90", "change": "add"}, "nothing_to_change", "field"),
    ],
)
def test_a_lever_without_effect_is_a_finding(row: dict[str, str], code: str, column: str) -> None:
    edits, findings = find_edits([lever(**row)], OPERATIONS)
    assert edits == []
    assert [(f.code, f.severity, f.file, f.row, f.column) for f in findings] == [
        (code, "error", "levers.csv", 2, column)
    ]


def test_edits_are_laid_over_copies() -> None:
    before = {name: frame.copy() for name, frame in {**OPERATIONS, **LEGS}.items()}
    tables = {**OPERATIONS, **LEGS}
    opened = lever("b", **{**SHUT, "where": "id = a"})
    edits, _ = find_edits([lever(field="observations"), opened], tables)
    changed = apply_edits(tables, edits)
    assert changed["operations"]["observations"].tolist()[0] == 2
    assert changed["legs"]["status"].tolist() == ["open", "closed", "open"]
    assert changed["legs"]["from_date"].tolist() == [None, None, None]
    for name, frame in before.items():
        pd.testing.assert_frame_equal(tables[name], frame)
        assert changed[name].dtypes.tolist() == frame.dtypes.tolist()
        assert changed[name].columns.tolist() == list(TABLES[name].columns)
    assert (
        apply_edits(tables, [edit for edit in edits if edit.table == "legs"])["operations"]
        is tables["operations"]
    )


def test_frames_keep_their_index() -> None:
    later = {"legs": LEGS["legs"].set_index(pd.Index([5, 6, 7]))}
    edits, _ = find_edits([lever(**{**SHUT, "where": "id = a"})], later)
    assert apply_edits(later, edits)["legs"]["status"].to_dict() == {5: "open", 6: "closed", 7: "open"}


wheres = st.sampled_from(["scope = IR", "scope = BY", "id = a", "id in (b, c)", "time_p50 > 5"])
moves = st.one_of(
    st.tuples(st.just("scale"), st.sampled_from(["0", "0.3", "0.7", "1", "1.9"])),
    st.tuples(st.just("add"), st.sampled_from(["-3", "-0.1", "0.7", "11"])),
    st.tuples(st.just("set"), st.sampled_from(["3", "4", "5"])),
)
fields = st.sampled_from(["time", "time_min", "time_p90", "observations"])


@given(st.lists(st.tuples(wheres, moves, fields), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_levers_never_matters(rows: list[Any], dice: random.Random) -> None:
    levers = [
        lever(f"l{n}", where=where, field=name, change=word, value=value)
        for n, (where, (word, value), name) in enumerate(rows)
        if name != "observations" or value in ("3", "4", "5", "0.3")
    ]
    other = list(levers)
    dice.shuffle(other)
    for size in SIZES:
        first, second = find_edits(levers, OPERATIONS, size=size), find_edits(other, OPERATIONS, size=size)
        assert repr(first) == repr(second)
        span = TABLES["operations"].by_name["time_p50"].span
        assert all(edit.after in span for edit in first[0])


@given(st.floats(0, 3), st.floats(0, 3), st.floats(0, 3))
def test_stronger_goes_further_the_same_way(one: float, two: float, three: float) -> None:
    low, value, high = sorted(round(size, 6) for size in (one, two, three))
    row = {"where": "id = c", "value": repr(value), "low": repr(low), "high": repr(high)}
    weak, central, strong = (change(OPERATIONS, row, size=size).get(("c", "time_p50"), 4.0) for size in SIZES)
    assert (weak <= central <= strong) if value >= 1 else (weak >= central >= strong)
