"""The register goes out to files of others and comes back without a difference."""

from __future__ import annotations

import csv
import io
import json
import math
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import landbridge as lb
from landbridge.agreements.exchange import guard_text, restore_text, write_csv, write_json, write_workbook
from landbridge.agreements.tables import EXCHANGED, REGISTER
from landbridge.schema import load_catalogue, make_frame
from landbridge.study.register_files import read_register_file

SPECS = load_catalogue().tables
# What a table holds is without spaces around it; NUL is in no text file, and half a pair of surrogates in none either.
TEXTS = st.one_of(
    st.sampled_from(["=cmd|'/c calc'!A0", "'=1", "''@x", "'s-Hertogenbosch", "-1", "+7 495", "a,b", 'say "x"', "a\nb",
                     "a\rb", "a\r\nb", "_x0041_", "07", "1e5", "TRUE", "ساختار", "Договор", "\u2028x", "2025-08"]),
    st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=30),
).map(str.strip)  # fmt: skip
ITEMS = TEXTS.map(lambda text: text.replace(";", ",")).filter(bool)
NUMBERS = st.one_of(st.just(math.nan), st.floats(allow_nan=False, allow_infinity=False))


def cells(field: Any) -> st.SearchStrategy[Any]:
    if field.name == "id":
        return ITEMS
    if field.type == "number":
        return NUMBERS.filter(lambda value: math.isnan(value) or value in field.span)
    if field.type == "int":
        return st.one_of(st.none(), st.integers(0, 2))
    if field.type == "choice":
        return st.sampled_from([word for word in field.choices if word])
    if field.type == "list":
        return st.lists(ITEMS, max_size=3).map(tuple)
    return TEXTS.filter(bool) if field.required else TEXTS


@st.composite
def tables(draw: Any) -> dict[str, pd.DataFrame]:
    made = {}
    for name in draw(st.sets(st.sampled_from(REGISTER), min_size=1, max_size=3)):
        spec = SPECS[name]
        rows = draw(
            st.lists(
                st.tuples(*(cells(field) for field in spec.fields)),
                min_size=1,
                max_size=3,
                unique_by=lambda row: row[0],
            )
        )
        made[name] = make_frame({one: [row[k] for row in rows] for k, one in enumerate(spec.columns)}, spec)
    return made


def read_back(content: dict[str, str | bytes], name: str) -> tuple[dict[str, pd.DataFrame], Any]:
    with tempfile.TemporaryDirectory() as folder:
        for file, text in content.items():
            (Path(folder) / file).write_bytes(text.encode() if isinstance(text, str) else text)
        read, findings = read_register_file(Path(folder) / name)
    return {table: file.frame for table, file in read.items()}, findings


def assert_same(given: dict[str, pd.DataFrame], read: dict[str, pd.DataFrame]) -> None:
    assert set(read) == set(given)
    for name, frame in given.items():
        pd.testing.assert_frame_equal(read[name], frame, check_exact=True)


@given(TEXTS)
def test_guarded_text_is_no_formula_and_comes_back(text: str) -> None:
    guarded = guard_text(text)
    assert not guarded.startswith(("=", "+", "-", "@"))
    assert restore_text(guarded) == text


@settings(max_examples=60, deadline=None)
@given(tables())
def test_csv_comes_back(given: dict[str, pd.DataFrame]) -> None:
    read, findings = read_back(dict(write_csv(given)), ".")
    assert findings == ()
    assert_same(given, read)


@settings(max_examples=60, deadline=None)
@given(tables())
def test_json_comes_back(given: dict[str, pd.DataFrame]) -> None:
    read, findings = read_back({"x.json": write_json(given)}, "x.json")
    assert findings == ()
    assert_same(given, read)


@settings(max_examples=30, deadline=None)
@given(tables())
def test_a_workbook_comes_back(given: dict[str, pd.DataFrame]) -> None:
    read, findings = read_back({"x.xlsx": write_workbook(given)}, "x.xlsx")
    assert findings == ()
    assert_same(given, read)


def test_no_cell_of_csv_begins_as_a_formula() -> None:
    spec = SPECS["sources"]
    frame = make_frame({"id": ["a"], "title": ["=HYPERLINK(1)"], "publisher": ["@x"], "kind": ["E"]}, spec)
    rows = csv.reader(io.StringIO(write_csv({"sources": frame})["sources.csv"].removeprefix("\ufeff")))
    assert not [cell for row in rows for cell in row if cell[:1] in ("=", "+", "-", "@")]


def test_the_same_register_gives_the_same_workbook() -> None:
    frame = make_frame({"id": ["a"], "title": ["A"], "publisher": ["P"], "kind": ["E"]}, SPECS["sources"])
    assert write_workbook({"sources": frame}) == write_workbook({"sources": frame})


def test_a_text_too_long_for_a_workbook_is_a_finding() -> None:
    frame = make_frame(
        {"id": ["a"], "title": ["x" * 40_000], "publisher": ["P"], "kind": ["E"]}, SPECS["sources"]
    )
    with pytest.raises(lb.InputError) as caught:
        write_workbook({"sources": frame})
    (finding,) = caught.value.findings
    assert (finding.code, finding.row, finding.column) == ("too_long", 2, "title")


@pytest.fixture
def study(tmp_path: Path) -> Path:
    root = tmp_path / "study"
    root.mkdir()
    (root / "study.toml").write_text(
        'parties = ["BY", "IR"]\nbound_by = ["BY"]\ndate = 2026-01-15\n[scenarios.as-is]\n'
    )
    (root / "sources.csv").write_text("id,title,publisher,kind\nsrc,A source,Somebody,E\n")
    (root / "commitments.csv").write_text("id,title,source,quality\na,Promise,src,published\n")
    (root / "status_reports.csv").write_text(
        "id,commitment,reported,status,source,quality\na-2025,a,2025,begun,src,published\n"
    )
    return root


def write_rows(path: Path, **rows: list[dict[str, Any]]) -> Path:
    path.write_text(json.dumps({"tables": rows}), encoding="utf-8")
    return path


ROW = {"id": "b", "title": "Another", "source": "src", "quality": "published"}
REPORT = {
    "id": "b-2026",
    "commitment": "b",
    "reported": "2026",
    "status": "met",
    "source": "src",
    "quality": "published",
}


def test_an_import_adds_changes_and_leaves_rows(study: Path, tmp_path: Path) -> None:
    known = {"id": "a", "title": "Promise, in other words", "source": "src", "quality": "published"}
    made = lb.import_agreements(
        write_rows(tmp_path / "x.json", commitments=[known, ROW], status_reports=[REPORT]), study
    )
    assert (made.added, made.changed) == (
        {"commitments": 1, "status_reports": 1},
        {"commitments": 1, "status_reports": 0},
    )
    statuses = lb.read_study(study).agreements().commitments()
    assert statuses[["id", "status"]].to_dict("records") == [
        {"id": "a", "status": "on_track"},
        {"id": "b", "status": "done"},
    ]
    again = lb.import_agreements(tmp_path / "x.json", study)
    assert again.same == {"commitments": 2, "status_reports": 1}


def test_a_report_is_never_changed_and_nothing_is_written_then(study: Path, tmp_path: Path) -> None:
    before = {path.name: path.read_bytes() for path in study.iterdir()}
    other = {**REPORT, "id": "a-2025", "commitment": "a"}
    with pytest.raises(lb.InputError) as caught:
        lb.import_agreements(
            write_rows(tmp_path / "x.json", commitments=[ROW], status_reports=[other]), study
        )
    (finding,) = caught.value.findings
    assert (finding.code, finding.file, finding.row) == ("changed_report", "x.json#status_reports", 1)
    assert {path.name: path.read_bytes() for path in study.iterdir()} == before


def test_all_faults_of_a_file_stand_with_their_place(study: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "commitments.csv").write_text(
        "id,title,due,source,quality\nb,Another,soon,src,published\nc,,2025,nobody,publishd\n"
    )
    (folder / "status_reports.csv").write_text(
        "id,commitment,reported,status,source,quality\nx,zz,2025-13,done,src,published\n"
    )
    (folder / "promises.csv").write_text("id\n")
    with pytest.raises(lb.InputError) as caught:
        lb.import_agreements(folder, study)
    assert {(one.code, one.file, one.row, one.column) for one in caught.value.findings} >= {
        ("bad_date", "commitments.csv", 2, "due"),
        ("empty_cell", "commitments.csv", 3, "title"),
        ("bad_choice", "commitments.csv", 3, "quality"),
        ("unknown_commitment", "status_reports.csv", 2, "commitment"),
        ("bad_date", "status_reports.csv", 2, "reported"),
        ("bad_choice", "status_reports.csv", 2, "status"),
        ("unknown_table", "promises.csv", None, ""),
    }


BROKEN = ["", "{", "[1", "null", "3", '"a"', "[]", '{"tables": 3}', '{"tables": {"commitments": 3}}',
          '{"tables": {"commitments": [1, null, {"id": {"a": 1}, "by_party": ["a;b"], "title": ["x"]}]}}',
          '{"tables": {"nothing": []}}', '{"tables": {"milestones": [{"id": "m", "target": NaN, "actual": 1e999}]}}',
          "[" * 100_000, '{"tables": {"commitments": [{"id": "a\\u0000b"}]}}']  # fmt: skip


@pytest.mark.parametrize("text", BROKEN)
def test_broken_json_gives_findings(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(text, encoding="utf-8")
    _, findings = read_register_file(tmp_path / "x.json")
    assert findings or text == '{"tables": {"commitments": []}}'


@pytest.mark.parametrize(
    "name", ["x.xlsx", "x.json", "commitments.csv", "x.csv", "x.txt", "gone.json", "gone"]
)
@pytest.mark.parametrize("data", [b"", b"PK\x03\x04garbage", b"\xff\xfe\0\0", b"\0" * 50])
def test_garbage_gives_findings(name: str, data: bytes, tmp_path: Path) -> None:
    if "gone" not in name:
        (tmp_path / name).write_bytes(data)
    _, findings = read_register_file(tmp_path / name)
    assert findings
    assert all(finding.severity == "error" for finding in findings)


def test_a_date_that_a_spreadsheet_made_of_a_text_is_read(tmp_path: Path) -> None:
    (tmp_path / "commitments.csv").write_text("id,title,due,source,quality\nb,B,2025/08/20,src,published\n")
    tables, findings = read_register_file(tmp_path / "commitments.csv")
    assert findings == ()
    assert tables["commitments"].frame["due"].tolist() == ["2025-08-20"]


def test_every_table_of_the_register_is_exchanged() -> None:
    assert set(REGISTER) < set(EXCHANGED) <= set(SPECS)
