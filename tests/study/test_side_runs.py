"""Scenarios that run in processes of their own give the runs that are computed here."""

import os
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from landbridge.study import side_runs
from landbridge.study.engine import RESULTS
from landbridge.study.reading import StudyInput, read_study
from landbridge.study.running import RUNS_FOLDER, open_store, prepare_scenario, run_scenario
from landbridge.study.side_runs import run_beside


def copy_study(root: Path, to: Path) -> StudyInput:
    shutil.copytree(root, to, ignore=shutil.ignore_patterns(RUNS_FOLDER, "*.html"))
    return read_study(to)


def is_stored(study: StudyInput, name: str) -> bool:
    return open_store(study).find_run(prepare_scenario(study, name).inputs) is not None


def test_a_run_beside_is_the_same_run(
    coffee_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    study, other = copy_study(coffee_root, tmp_path / "one"), copy_study(coffee_root, tmp_path / "other")
    with run_beside(study, ["signed"]) as wait:
        wait("signed")
    assert is_stored(study, "signed")
    beside, here = run_scenario(study, "signed"), run_scenario(other, "signed")
    for table in RESULTS:
        pd.testing.assert_frame_equal(beside.read(table), here.read(table))


def test_a_process_that_fails_leaves_the_run_to_who_asks(
    coffee_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(side_runs, "START", "raise SystemExit(3)")
    study = copy_study(coffee_root, tmp_path / "one")
    with run_beside(study, ["as-is"]) as wait:
        wait("as-is")
    assert not is_stored(study, "as-is")
    assert not [*(tmp_path / "one" / RUNS_FOLDER).glob("*")]


def test_nothing_starts_for_what_is_stored_or_on_one_core(
    coffee_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a process was started")

    study = copy_study(coffee_root, tmp_path / "one")
    monkeypatch.setattr(subprocess, "Popen", refuse)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    with run_beside(study, ["as-is", "signed"]) as wait:
        wait("signed")
    run_scenario(study, "signed")
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with run_beside(study, ["signed"]) as wait:
        wait("signed")


def test_a_process_that_is_not_waited_for_is_stopped(
    coffee_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(side_runs, "START", "import time; time.sleep(600)")
    started: list[subprocess.Popen[bytes]] = []
    start = side_runs._start
    monkeypatch.setattr(side_runs, "_start", lambda *given: started.append(start(*given)) or started[-1])
    with run_beside(copy_study(coffee_root, tmp_path / "one"), ["signed"]):
        assert started[0].poll() is None
    assert started[0].poll() is not None
