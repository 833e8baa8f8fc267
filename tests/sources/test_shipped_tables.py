"""The shipped rows: every cell is typed, every reference leads somewhere, every key stands once."""

from __future__ import annotations

import pytest

from landbridge.schema import Finding, load_catalogue
from landbridge.sources.tables import (
    SHIPPED_FOLDER,
    check_shipped_tables,
    find_shipped_files,
    read_shipped_tables,
)

SHIPPED = [name for name, spec in load_catalogue().tables.items() if spec.where == "shipped"]


@pytest.fixture(scope="module")
def findings() -> tuple[Finding, ...]:
    return check_shipped_tables()


@pytest.mark.parametrize("table", SHIPPED)
def test_rows_of_a_shipped_table_have_no_findings(table: str, findings: tuple[Finding, ...]) -> None:
    own = [f for f in findings if f.file.split("/")[0].removesuffix(".csv") == table]
    assert not own, "\n" + "\n".join(str(finding) for finding in own)


def test_every_shipped_file_belongs_to_a_table() -> None:
    known = {file for files in find_shipped_files().values() for file in files}
    stray = [file for file in SHIPPED_FOLDER.rglob("*") if file.is_file() and file not in known]
    assert not [file.name for file in stray if file.suffix == ".csv"]


def test_shipped_files_are_utf8_with_line_feeds() -> None:
    for files in find_shipped_files().values():
        for file in files:
            data = file.read_bytes()
            assert b"\r" not in data, file.name
            assert not data.startswith(b"\xef\xbb\xbf"), file.name
            assert data.endswith(b"\n"), file.name


def test_every_row_has_a_source_and_an_estimate_has_its_reasoning() -> None:
    for name, frame in read_shipped_tables().items():
        if "source" in frame and "quality" in frame:
            assert (frame["source"] != "").all(), name
            guessed = frame[frame["quality"].isin(["estimated", "default"])]
            assert (guessed["note"] != "").all(), (
                f"{name}: {guessed.loc[guessed['note'] == '', 'id'].tolist()}"
            )
