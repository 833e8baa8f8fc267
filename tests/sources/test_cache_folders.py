from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import landbridge.sources.tables as tables_module
from landbridge.sources import read_shipped_tables
from landbridge.sources.cache_folder import find_cache_folder, write_whole
from landbridge.sources.tables import hash_shipped_tables, read_shipped_text


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache folder of its own, and nothing kept in the process."""
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path))
    read_shipped_tables.cache_clear()
    hash_shipped_tables.cache_clear()
    return tmp_path / "tables"


def test_compiled_tables_are_those_of_the_text(fresh: Path) -> None:
    first = read_shipped_tables()
    files = list(fresh.iterdir())
    assert [file.name for file in files] == [f"{hash_shipped_tables()}.arrow"]
    read_shipped_tables.cache_clear()
    second = read_shipped_tables()
    text = read_shipped_text().frames
    for name, frame in text.items():
        pd.testing.assert_frame_equal(first[name], frame)
        pd.testing.assert_frame_equal(second[name], frame)


@pytest.mark.parametrize("data", [b"", b"\0" * 100, None])
def test_a_damaged_compiled_file_is_made_again(fresh: Path, data: bytes | None) -> None:
    expected = read_shipped_tables()
    (file,) = fresh.iterdir()
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if data is None else data)
    read_shipped_tables.cache_clear()
    again = read_shipped_tables()
    assert file.read_bytes() == whole
    pd.testing.assert_frame_equal(again["sources"], expected["sources"])


def test_old_compiled_files_go(fresh: Path) -> None:
    fresh.mkdir()
    (fresh / "0000.arrow").write_bytes(b"old")
    read_shipped_tables()
    assert [file.stem for file in fresh.iterdir()] == [hash_shipped_tables()]


def test_tables_are_read_where_nothing_can_be_cached(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, data: bytes) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tables_module, "write_whole", refuse)
    assert set(read_shipped_tables()) == set(read_shipped_text().frames)


def test_a_cache_that_cannot_be_made_falls_back_to_a_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LANDBRIDGE_CACHE", str(tmp_path / "file"))
    folder = find_cache_folder("x")
    assert folder.is_dir()
    assert tmp_path / "file" not in folder.parents


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_whole(tmp_path / "a", b"1")
    monkeypatch.setattr("landbridge.sources.cache_folder.os.replace", _refuse)
    with pytest.raises(PermissionError):
        write_whole(tmp_path / "a", b"2")
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("a", b"1")]


def _refuse(*_: object) -> None:
    raise PermissionError(13, "Permission denied")


def test_a_new_process_loads_compiled_tables_without_their_text() -> None:
    read = "import landbridge.sources.tables as t\n{}print(len(t.read_shipped_tables()['places']))"
    rows = [
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
        for code in (read.format(""), read.format("t.read_shipped_text = None\n"))
    ]
    assert rows[0] == rows[1] == f"{len(read_shipped_tables()['places'])}\n"
