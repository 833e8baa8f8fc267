from __future__ import annotations

import datetime
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from landbridge.schema import InputError
from landbridge.sources import read_shipped_tables
from landbridge.study.checks import check_study
from landbridge.study.new import write_new_study
from landbridge.study.reading import read_study

NETWORK_DATE = datetime.date(2026, 9, 1)


def test_a_new_study_reads_without_a_fault_and_asks_for_flows(tmp_path: Path) -> None:
    root = write_new_study(tmp_path / "deep" / "uganda", parties=["UG", "KE"], bound_by=["UG"])
    study = read_study(root)
    assert (study.name, study.model.parties, study.model.bound_by) == ("uganda", ("UG", "KE"), ("UG",))
    assert study.model.scenario_names == ("as-is", "signed")
    findings = check_study(study, read_shipped_tables(), network_date=NETWORK_DATE, is_place=lambda _: True)
    assert [finding.code for finding in findings] == ["no_flows"]
    assert (root / "README.md").read_text(encoding="utf-8").startswith("# uganda\n")
    assert os.listdir(root.parent) == ["uganda"]


def test_a_row_as_the_readme_shows_it_is_a_good_one(tmp_path: Path) -> None:
    root = write_new_study(tmp_path / "x", parties=["BY", "IR"], bound_by=["BY"])
    readme = (root / "README.md").read_text(encoding="utf-8")
    row = next(line.strip("` .,\n") for line in readme.split("\n") if "potash-out" in line)
    with (root / "flows.csv").open("a", encoding="utf-8") as file:
        file.write(row + ",,,\n")
    study = read_study(root)
    assert check_study(study, read_shipped_tables(), network_date=NETWORK_DATE) == ()


def test_an_empty_folder_may_be_used_and_a_full_one_not(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write_new_study(tmp_path / "empty", parties=["BY"], bound_by=["BY"])
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("")
    (tmp_path / "file").write_text("")
    for name in ("empty", "full", "file"):
        with pytest.raises(InputError, match="not_empty"):
            write_new_study(tmp_path / name, parties=["BY"], bound_by=["BY"])
    assert sorted(os.listdir(tmp_path)) == ["empty", "file", "full"]


def test_parties_at_fault_are_all_named_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        write_new_study(tmp_path / "x", parties=["Belarus", "IRR"], bound_by=[])
    found = [(finding.code, finding.column) for finding in caught.value.findings]
    assert sorted(found) == [
        ("missing_key", "bound_by"),
        ("unknown_party", "parties"),
        ("unknown_party", "parties"),
    ]
    assert {f.nearest[0] for f in caught.value.findings if f.nearest} == {"BY", "IR"}
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "name", ['a "quoted" name', "back\\slash", "two\nlines", "Ümlaut – Минск", "]] [x]\n#"]
)
def test_any_name_makes_a_good_head(tmp_path: Path, name: str) -> None:
    root = write_new_study(tmp_path / "x", parties=["BY"], bound_by=["BY"], name=name)
    assert read_study(root).name == " ".join(name.split())


def refuse(*_: Any, **__: Any) -> None:
    raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize("target", [(os, "rename"), (Path, "write_text"), (tempfile, "mkdtemp")])
def test_a_folder_that_cannot_be_written_is_a_finding_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: tuple[Any, str]
) -> None:
    monkeypatch.setattr(*target, refuse)
    with pytest.raises(InputError, match="Permission denied"):
        write_new_study(tmp_path / "x", parties=["BY"], bound_by=["BY"])
    assert os.listdir(tmp_path) == []


def _below_a_file(path: Path) -> Path:
    path.write_text("")
    return path / "x"


@pytest.mark.parametrize("make", [_below_a_file, lambda path: path / "a\0b"])
def test_an_impossible_folder_is_a_finding(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    with pytest.raises(InputError):
        write_new_study(make(tmp_path / "file"), parties=["BY"], bound_by=["BY"])
