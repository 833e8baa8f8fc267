"""The store: equal inputs read back, whole runs only, whatever is killed, damaged or written twice."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

import landbridge.store.store as store_module
from landbridge.schema import InputError, load_catalogue, make_frame
from landbridge.store import RunInputs, Store, StoredRun, run_hash

SPEC = load_catalogue().tables["routes"]
INPUTS = RunInputs("as-is", {"flows.csv": "ab"}, {"package": "0.1", "network": "2026-11"}, 7, "2025-08-20")
TIMINGS = {"route": 1.5}


def routes(*costs: float) -> pd.DataFrame:
    count = len(costs)
    names = [f"r{i}" for i in range(count)]
    columns: dict[str, Any] = {
        "route": names,
        "flow": ["f"] * count,
        "label": names,
        "criterion": ["cost"] * count,
    }
    columns |= {"rank": list(range(1, count + 1)), "cost": list(costs)}
    for name in ("time", "distance", "co2e", "great_circle"):
        columns[name] = [1.0] * count
    return make_frame(columns, SPEC)


TABLES = {"routes": routes(3.0, 1.0)}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "runs")


def write(store: Store, inputs: RunInputs = INPUTS, tables: dict[str, pd.DataFrame] = TABLES) -> StoredRun:
    return store.write_run(inputs, tables, timings=TIMINGS)


def hidden(store: Store) -> list[Path]:
    return list(store.root.rglob(".*"))


def test_a_run_is_read_back_by_equal_inputs_and_by_no_others(store: Store) -> None:
    assert store.find_run(INPUTS) is None
    run = write(store)
    found = store.find_run(RunInputs(**{name: getattr(INPUTS, name) for name in INPUTS.__slots__}))
    assert found is not None
    assert found.record == run.record
    pd.testing.assert_frame_equal(found.read("routes"), TABLES["routes"], check_exact=True)
    for other in (
        replace(INPUTS, seed=8),
        replace(INPUTS, date="2025-08-21"),
        replace(INPUTS, versions={"package": "0.2", "network": "2026-11"}),
        replace(INPUTS, inputs={"flows.csv": "ac"}),
        replace(INPUTS, scenario="signed"),
        replace(INPUTS, settings={"draws": 100}),
    ):
        assert store.find_run(other) is None


@given(st.permutations(["a", "b", "c", "d"]))
def test_the_hash_does_not_depend_on_the_order_of_inputs(order: list[str]) -> None:
    names = {name: name * 2 for name in order}
    assert run_hash(RunInputs("x", names, {}, 1)) == run_hash(
        RunInputs("x", dict(sorted(names.items())), {}, 1)
    )


def test_equal_runs_have_equal_bytes_but_for_their_timings(tmp_path: Path) -> None:
    one, other = Store(tmp_path / "one"), Store(tmp_path / "other")
    first = one.write_run(INPUTS, TABLES, timings={"route": 1.0})
    second = other.write_run(INPUTS, TABLES, timings={"route": 2.0})
    files = sorted(path.name for path in first.folder.iterdir())
    assert files == ["routes.parquet", "run.json"]
    assert (first.folder / files[0]).read_bytes() == (second.folder / files[0]).read_bytes()
    records = [json.loads((run.folder / "run.json").read_text(encoding="utf-8")) for run in (first, second)]
    assert [record.pop("timings") for record in records] == [{"route": 1.0}, {"route": 2.0}]
    assert records[0] == records[1]


def test_a_missing_number_is_null_for_others_and_nan_here(store: Store) -> None:
    run = write(store)
    assert parquet.read_table(run.folder / "routes.parquet")["cost_p10"].null_count == 2
    assert np.isnan(run.read("routes")["cost_p10"]).all()
    with pytest.raises(KeyError):
        run.read("route_items")


def test_the_latest_run_is_the_one_written_or_read_back_last(store: Store) -> None:
    first = write(store)
    second = write(store, replace(INPUTS, seed=8))
    latest = store.find_latest("as-is")
    assert latest is not None
    assert latest.hash == second.hash
    store.find_run(INPUTS)
    latest = store.find_latest("as-is")
    assert latest is not None
    assert latest.hash == first.hash


@pytest.mark.parametrize("text", [None, "", "../../x", "00000000000000000000", "\xff"])
def test_a_lost_pointer_leaves_the_newest_whole_run(store: Store, text: str | None) -> None:
    run = write(store)
    pointer = store.root / "as-is" / "latest"
    pointer.unlink()
    if text is not None:
        pointer.write_text(text, encoding="latin-1")
    latest = store.find_latest("as-is")
    assert latest is not None
    assert latest.hash == run.hash


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-3])


def swap(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))


@pytest.mark.parametrize("name", ["routes.parquet", "run.json"])
@pytest.mark.parametrize("harm", [cut, swap, Path.unlink, lambda path: path.write_bytes(b"")])
def test_a_damaged_run_counts_as_absent_is_noted_and_replaced(store: Store, name: str, harm: Any) -> None:
    run = write(store)
    harm(run.folder / name)
    assert store.find_run(INPUTS) is None
    assert store.find_latest("as-is") is None
    assert [(f.code, f.file) for f in store.check()] == [("damaged_run", f"as-is/{run.hash}")]
    assert "routes" in {row[0] for row in store.connect().execute("SHOW TABLES").fetchall()}
    again = write(store)
    pd.testing.assert_frame_equal(again.read("routes"), TABLES["routes"])
    assert store.check() == ()
    assert hidden(store) == []


def test_a_run_of_another_folder_is_not_taken_for_this_one(store: Store) -> None:
    run = write(store)
    shutil.copytree(run.folder, store.root / "signed" / run.hash)
    assert store.find_latest("signed") is None


@pytest.mark.skipif(sys.platform == "win32", reason="no signal kills there at once")
def test_a_killed_writer_leaves_the_store_readable_and_the_next_one_sweeps(store: Store) -> None:
    run = write(store)
    code = f"""
import os, signal
import landbridge.store.store as module
from landbridge.store import RunInputs, Store
from landbridge.schema import empty_table, load_catalogue
module.Path.rename = lambda *paths: os.kill(os.getpid(), signal.SIGKILL)
tables = {{"routes": empty_table(load_catalogue().tables["routes"])}}
Store({str(store.root)!r}).write_run(RunInputs("as-is", {{}}, {{}}, 99), tables, timings={{}})
"""
    killed = subprocess.run([sys.executable, "-c", code], check=False)
    assert killed.returncode == -signal.SIGKILL
    assert len(hidden(store)) == 1
    assert store.list_scenarios() == ("as-is",)
    latest = store.find_latest("as-is")
    assert latest is not None
    assert latest.hash == run.hash
    write(store, replace(INPUTS, seed=1))
    assert hidden(store) == []


def test_what_a_living_writer_writes_is_not_swept(store: Store) -> None:
    write(store)
    mine = store.root / "as-is" / f"{store_module._hidden_prefix()}x"
    foreign = store.root / "as-is" / ".writing-elsewhere-1-x"
    old = store.root / "as-is" / ".writing-elsewhere-2-x"
    for folder in (mine, foreign, old):
        folder.mkdir()
    os.utime(old, (1, 1))
    write(store, replace(INPUTS, seed=1))
    assert (mine.exists(), foreign.exists(), old.exists()) == (True, True, False)


def _write_many(root: str, start: Any) -> None:
    start.wait()
    for seed in range(6):
        Store(root).write_run(replace(INPUTS, seed=seed), TABLES, timings=TIMINGS)


def test_writers_at_the_same_time_leave_whole_runs(store: Store) -> None:
    context = multiprocessing.get_context("spawn")
    start = context.Event()
    writers = [context.Process(target=_write_many, args=(str(store.root), start)) for _ in range(2)]
    for writer in writers:
        writer.start()
    start.set()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    assert store.check() == ()
    assert hidden(store) == []
    assert all(store.find_run(replace(INPUTS, seed=seed)) for seed in range(6))


def test_a_store_that_cannot_be_written_is_a_finding_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "runs").write_text("a file", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        write(Store(tmp_path / "runs"))
    assert [finding.code for finding in caught.value.findings] == ["store_not_writable"]

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    other = Store(tmp_path / "other")
    with pytest.raises(InputError, match="No space left"):
        write(other)
    assert hidden(other) == []


def test_a_store_that_may_only_be_read_is_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    write(store)
    last = write(store, replace(INPUTS, seed=8))

    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "mkstemp", refuse)
    found = store.find_run(INPUTS)
    assert found is not None
    latest = store.find_latest("as-is")
    assert latest is not None
    assert latest.hash == last.hash


@pytest.fixture
def odd_store(tmp_path: Path) -> Store:
    folder = tmp_path / "it's [odd] *?" if sys.platform != "win32" else tmp_path / "it's [odd]"
    folder.mkdir()
    return Store(folder)


def test_views_span_scenarios_also_in_a_folder_with_an_odd_name(odd_store: Store) -> None:
    write(odd_store)
    write(odd_store, replace(INPUTS, scenario="signed"), {"routes": routes(2.0)})
    connection = odd_store.connect()
    query = load_catalogue().indicators["transport_cost"].select()
    rows = connection.execute(query).fetchall()
    assert [row[:2] for row in rows] == [("as-is", 1.0), ("signed", 2.0)]
    assert connection.execute("SELECT count(*) FROM route_items").fetchall() == [(0,)]


def test_views_of_chosen_runs(store: Store) -> None:
    old = write(store)
    write(store, replace(INPUTS, seed=8), {"routes": routes(9.0)})
    query = "SELECT scenario, min(cost) FROM routes GROUP BY ALL"
    assert store.connect().execute(query).fetchall() == [("as-is", 9.0)]
    assert store.connect([old]).execute(query).fetchall() == [("as-is", 1.0)]


@pytest.mark.parametrize("name", list(load_catalogue().indicators))
def test_every_indicator_runs_on_an_empty_store_and_by_all_its_keys(store: Store, name: str) -> None:
    indicator = load_catalogue().indicators[name]
    frame = store.connect().execute(indicator.select(indicator.keys)).df()
    assert list(frame.columns)[: 1 + len(indicator.keys)] == ["scenario", *indicator.keys]
    assert frame.empty
    with pytest.raises(KeyError):
        indicator.select(("colour",))
