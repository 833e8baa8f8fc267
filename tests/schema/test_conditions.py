"""Conditions on rows: the grammar, each operator on each type, empty cells, and faults with their repair."""

from __future__ import annotations

import datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.schema import Condition, TableSpec, load_catalogue, make_frame, read_condition
from landbridge.schema.cells import CellFault

TABLES = load_catalogue().tables
DAYS = [datetime.date(2024, 6, 20), None, datetime.date(2025, 5, 15)]


def match(text: str, table: str, **columns: Any) -> str:
    """The ids of the rows that meet a condition, as letters in order."""
    spec = TABLES[table]
    length = len(next(iter(columns.values())))
    frame = make_frame({"id": list("abcdef"[:length]), **columns}, spec)
    met = read_condition(text, spec).match(frame)
    assert met.dtype == bool
    return "".join(frame["id"][met])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("time_p50 = 8", "a"),
        ("time_p50 = 8.0", "a"),
        ('time_p50 = "8"', "a"),
        ("time_p50 != 8", "bc"),
        ("time_p50 < 12", "a"),
        ("time_p50 <= 12", "ab"),
        ("time_p50 > 8", "b"),
        ("time_p50 >= 8", "ab"),
        ("time_p50 in (12, 9)", "b"),
        ("time_p50 in (8)", "a"),
        ('time_p50 = ""', "c"),
        ('time_p50 != ""', "ab"),
        ("scope = IR", "a"),
        ('scope="IR"', "a"),
        ('  scope\t=\n"IR"  ', "a"),
        ("scope != IR", "bc"),
        ('scope in (IR, "astara road")', "ac"),
        ('scope = "astara road" and time_p50 = ""', "c"),
        ("scope != IR and time_p50 > 8", "b"),
        ("operation = customs", "ab"),
        ('direction = ""', "ab"),
        ("direction in (export, import)", "c"),
    ],
)
def test_operators_on_numbers_and_words(text: str, expected: str) -> None:
    found = match(
        text,
        "operations",
        scope=["IR", "BY", "astara road"],
        operation=["customs", "customs", "wait"],
        direction=["", "", "export"],
        time_p50=[8.0, 12.0, float("nan")],
    )
    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from_date = 2024-06-20", "a"),
        ("from_date < 2025-05-15", "a"),
        ("from_date <= 2025-05-15", "ac"),
        ("from_date > 2024-06-20", "c"),
        ("from_date >= 2024-06-20", "ac"),
        ("from_date in (2024-06-20, 2030-01-01)", "a"),
        ('from_date = ""', "b"),
        ('from_date != ""', "ac"),
        ("from_date != 2024-06-20", "bc"),
        ("both = true", "a"),
        ("both != true", "bc"),
        ('both = ""', "c"),
        ("price_year > 2019", "b"),
        ('price_year = ""', "c"),
        ("price_year != 2019", "bc"),
    ],
)
def test_operators_on_dates_truths_and_whole_numbers(text: str, expected: str) -> None:
    found = match(text, "services", from_date=DAYS, both=[True, False, pd.NA], price_year=[2019, 2020, pd.NA])
    assert found == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("products contains 8433", "a"),
        ('products contains " 8433 "', "a"),
        ("products contains 84", ""),
        ("products contains 3104 and act = x", "b"),
    ],
)
def test_contains_asks_for_a_whole_item(text: str, expected: str) -> None:
    products = [("8433", "3104"), ("3104",), ()]
    assert match(text, "conformity", products=products, act=["y", "x", "x"]) == expected


def test_words_in_quotes_are_no_signs() -> None:
    found = match('name in ("and", "in", "(", ",")', "places", name=["and", "in", "(", ",", "x"])
    assert found == "abcd"


def test_the_text_is_kept_and_an_empty_frame_has_no_row() -> None:
    condition = read_condition("  scope = IR ", TABLES["operations"])
    assert isinstance(condition, Condition)
    assert condition.text == "scope = IR"
    assert condition.match(make_frame({}, TABLES["operations"])).shape == (0,)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "bad_condition", "empty"),
        ("  ", "bad_condition", "empty"),
        ("scope", "bad_condition", "too early"),
        ("scope =", "bad_condition", "too early"),
        ("scope = IR and", "bad_condition", "too early"),
        ("scope = IR\tand", "bad_condition", "too early"),
        ('scope = "IR"and', "bad_condition", "too early"),
        ("scope = IR mode = rail", "bad_condition", "without and"),
        ('scope = IR "and" mode = rail', "bad_condition", "without and"),
        ("scope = IR or mode = rail", "bad_condition", "without and"),
        ("scope = and", "bad_condition", "value is missing"),
        ("scope = =", "bad_condition", "value is missing"),
        ("scope = (IR)", "bad_condition", "value is missing"),
        ("scope is IR", "bad_condition", "'is' is no comparison"),
        ('scope "=" IR', "bad_condition", "'=' is no comparison"),
        ('scope = "IR', "bad_condition", "cannot be read"),
        ("scope ! IR", "bad_condition", "cannot be read"),
        ("scope in IR", "bad_condition", "brackets"),
        ('scope in "(" IR )', "bad_condition", "brackets"),
        ("scope in (IR", "bad_condition", "too early"),
        ("scope in (IR BY)", "bad_condition", "'BY' stands in a list"),
        ("scope in ()", "bad_condition", "value is missing"),
        ("scope in (IR,)", "bad_condition", "value is missing"),
        ("scope < IR", "bad_condition", "scope cannot be compared by <"),
        ("scope contains IR", "bad_condition", "scope cannot be compared by contains"),
        ('time_p50 < ""', "bad_condition", "nothing"),
        ('scope in (IR, "")', "bad_condition", "nothing"),
        ("time_p50 = soon", "bad_number", "'soon'"),
        ("operation = custom", "bad_choice", "'custom'"),
        ("scop = IR", "unknown_field", "'scop'"),
    ],
)
def test_faults_of_a_condition(text: str, code: str, words: str) -> None:
    with pytest.raises(CellFault) as found:
        read_condition(text, TABLES["operations"])
    fault = found.value
    assert fault.code == code
    assert words in fault.what
    assert fault.remedy


@pytest.mark.parametrize(
    ("text", "table", "code"),
    [
        ('from_date >= ""', "services", "bad_condition"),
        ("from_date = 15.05.2025", "services", "bad_date"),
        ("products = 8433", "conformity", "bad_condition"),
        ('products contains ""', "conformity", "bad_condition"),
        ("both = yes", "services", "bad_truth"),
        ("country = Iran", "places", "unknown_country"),
    ],
)
def test_faults_by_type(text: str, table: str, code: str) -> None:
    with pytest.raises(CellFault) as found:
        read_condition(text, TABLES[table])
    assert found.value.code == code


def test_faults_name_the_nearest_words() -> None:
    for text, nearest in (("scop = IR", "scope"), ("operation = custom", "customs")):
        with pytest.raises(CellFault) as found:
            read_condition(text, TABLES["operations"])
        assert found.value.nearest[0] == nearest


WORDS = st.sampled_from(
    ["scope", "time_p50", "operation", "observations", "=", "!=", "<", ">=", "in", "contains", "and",
     "(", ")", ",", '"', '"IR"', "IR", "customs", "8", '""', "and", "2025-01-01"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=40), st.lists(WORDS, max_size=9).map(" ".join)))
def test_any_text_is_a_condition_or_a_fault(text: str) -> None:
    for table in ("operations", "services", "conformity"):
        spec = TABLES[table]
        frame = make_frame(
            {"id": ["a", "b"], "observations": [pd.NA, 3]} if table == "operations" else {"id": ["a"]}, spec
        )
        read = try_condition(text, spec)
        if isinstance(read, CellFault):
            assert all((read.code, read.what, read.remedy))
        else:
            assert read.match(frame).shape == (len(frame),)


def try_condition(text: str, spec: TableSpec) -> Condition | CellFault:
    try:
        return read_condition(text, spec)
    except CellFault as fault:
        return fault


numbers = st.lists(st.one_of(st.none(), st.integers(0, 4)), min_size=1, max_size=8)


@given(
    numbers,
    st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "in"]),
    st.integers(0, 4),
    st.integers(0, 4),
    st.sampled_from(["IR", "BY"]),
)
def test_a_match_is_the_mask_of_pandas(
    cells: list[int | None], sign: str, one: int, other: int, scope: str
) -> None:
    spec = TABLES["operations"]
    whole = [pd.NA if cell is None else cell for cell in cells]
    times = [float("nan") if cell is None else float(cell) for cell in cells]
    scopes = ["IR" if place % 2 else "BY" for place in range(len(cells))]
    frame = make_frame(
        {
            "id": [str(n) for n in range(len(cells))],
            "time_p50": times,
            "observations": whole,
            "scope": scopes,
        },
        spec,
    )
    for name in ("time_p50", "observations"):
        column = frame[name]
        masks = {
            "=": column.eq,
            "!=": column.ne,
            "<": column.lt,
            "<=": column.le,
            ">": column.gt,
            ">=": column.ge,
        }
        if sign == "in":
            wanted, value = column.isin([one, other]), f"({one}, {other})"
        else:
            wanted, value = masks[sign](one), str(one)
        expected = wanted.fillna(sign == "!=").astype(bool) & (frame["scope"] == scope)
        condition = read_condition(f"{name} {sign} {value} and scope = {scope}", spec)
        assert condition.match(frame).tolist() == expected.tolist()
