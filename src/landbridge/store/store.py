"""The store of a study: write, find, read and query its runs."""

from __future__ import annotations

import io
import os
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pandas as pd
from pyarrow import parquet

from landbridge.schema.arrow import arrow_to_frame, frame_to_arrow
from landbridge.schema.catalogue import TableSpec, load_catalogue
from landbridge.schema.errors import InputError
from landbridge.schema.findings import Finding
from landbridge.schema.tables import Tables
from landbridge.store.ledger import (
    RECORD_NAME,
    DamagedRunError,
    RunInputs,
    RunRecord,
    check_files,
    describe_file,
    read_record,
    run_hash,
)

LATEST_NAME = "latest"
_HIDDEN = ".writing-"
_BROKEN = ".broken-"
# A hidden folder of another machine counts as left behind after a day.
_LEFT_BEHIND_S = 86_400.0
_SQL_TYPES = {"number": "DOUBLE", "int": "BIGINT", "bool": "BOOLEAN", "date": "DATE", "list": "VARCHAR[]"}


@dataclass(frozen=True, slots=True)
class StoredRun:
    """A whole run in the store."""

    folder: Path
    record: RunRecord

    @property
    def scenario(self) -> str:
        """Name of the scenario."""
        return self.record.inputs.scenario

    @property
    def hash(self) -> str:
        """Hash of the inputs, the name of the run."""
        return self.record.hash

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables that the run holds."""
        return tuple(self.record.files)

    def read(self, table: str) -> pd.DataFrame:
        """A table of the run as a typed frame. Raises KeyError where the run does not hold it."""
        if table not in self.record.files:
            raise KeyError(table)
        data = parquet.read_table(io.BytesIO((self.folder / f"{table}.parquet").read_bytes()))
        return arrow_to_frame(data, load_catalogue().tables[table])


class Store:
    """The runs below one folder, by convention `runs` in the folder of the study.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Store(folder).find_latest("as-is") is None
    True
    """

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root)

    def find_run(self, inputs: RunInputs) -> StoredRun | None:
        """The stored run of equal inputs, which becomes the latest; None where there is no whole one."""
        run = self._open(inputs.scenario, run_hash(inputs))
        if run is not None and self._read_latest(inputs.scenario) != run.hash:
            self._mark_latest(run)
        return run

    def find_latest(self, scenario: str) -> StoredRun | None:
        """The run of a scenario that was written or read back last, else the newest whole one, else None."""
        run = self._open(scenario, self._read_latest(scenario))
        return run or next(iter(sorted(self._runs(scenario), key=_age)), None)

    def list_scenarios(self) -> tuple[str, ...]:
        """Names of the scenarios that have a whole run."""
        if not self.root.is_dir():
            return ()
        names = sorted(folder.name for folder in self.root.iterdir() if folder.is_dir())
        return tuple(name for name in names if not name.startswith(".") and self.find_latest(name))

    def write_run(self, inputs: RunInputs, tables: Tables, *, timings: Mapping[str, float]) -> StoredRun:
        """Store a run whole and return it. Where another writer was first, its run is returned.

        Raises InputError where the store cannot be written, KeyError for a table or column that is not
        declared.
        """
        files = {name: _as_parquet(frame, load_catalogue().tables[name]) for name, frame in tables.items()}
        described = {name: describe_file(data, len(tables[name])) for name, data in files.items()}
        record = RunRecord(run_hash(inputs), inputs, dict(timings), described)
        home = self.root / inputs.scenario
        try:
            home.mkdir(parents=True, exist_ok=True)
            _sweep(home)
            hidden = _write_hidden(home, files, record)
            run = self._commit(hidden, home / record.hash, record)
            self._mark_latest(run)
        except OSError as error:
            raise InputError([_not_writable(self.root, error)]) from error
        return run

    def check(self) -> tuple[Finding, ...]:
        """A note for each damaged run, which counts as absent and is computed again when it is asked for."""
        found = []
        for folder in sorted(self.root.glob("*/[0-9a-f]*")):
            try:
                check_files(folder, read_record(folder))
            except DamagedRunError as error:
                remedy = "run the scenario again, or delete the folder"
                file = folder.relative_to(self.root).as_posix()
                found.append(Finding("damaged_run", "note", str(error), remedy, file=file))
        return tuple(found)

    def connect(self, runs: Iterable[StoredRun] | None = None) -> duckdb.DuckDBPyConnection:
        """A DuckDB connection in memory with a view for each result table over the runs.

        By default these are the latest of each scenario. Every view begins with the column `scenario`; a
        table that no run holds is empty.
        """
        if runs is None:
            latest = (self.find_latest(name) for name in self.list_scenarios())
            runs = [run for run in latest if run is not None]
        chosen = list(runs)
        connection = duckdb.connect(":memory:")
        for name, spec in load_catalogue().tables.items():
            holding = [run for run in chosen if name in run.tables]
            if holding or spec.where == "result":
                connection.execute(f'CREATE VIEW "{name}" AS {_view(spec, holding)}')
        return connection

    def _open(self, scenario: str, name: str) -> StoredRun | None:
        folder = self.root / scenario / name
        if not name or not folder.is_dir():
            return None
        try:
            record = read_record(folder)
            check_files(folder, record)
        except DamagedRunError:
            return None
        return StoredRun(folder, record) if record.inputs.scenario == scenario else None

    def _runs(self, scenario: str) -> list[StoredRun]:
        folders = (self.root / scenario).glob("[0-9a-f]*")
        return [run for folder in folders if (run := self._open(scenario, folder.name)) is not None]

    def _read_latest(self, scenario: str) -> str:
        try:
            name = (self.root / scenario / LATEST_NAME).read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return ""
        return name if name.isalnum() else ""

    def _mark_latest(self, run: StoredRun) -> None:
        """Point `latest` at a run; a folder that cannot be written only loses the pointer."""
        try:
            handle, name = tempfile.mkstemp(prefix=_hidden_prefix(), dir=run.folder.parent)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(run.hash + "\n")
            Path(name).replace(run.folder.parent / LATEST_NAME)
        except OSError:
            return

    def _commit(self, hidden: Path, folder: Path, record: RunRecord) -> StoredRun:
        """Give a hidden folder its name; a whole run that stands there already wins, a damaged one goes."""
        for _ in range(3):
            try:
                hidden.rename(folder)
                return StoredRun(folder, record)
            except OSError:
                if not folder.exists():
                    raise
            standing = self._open(record.inputs.scenario, record.hash)
            if standing is not None:
                shutil.rmtree(hidden, ignore_errors=True)
                return standing
            broken = Path(tempfile.mkdtemp(prefix=_BROKEN, dir=folder.parent))
            folder.rename(broken / folder.name)
            shutil.rmtree(broken, ignore_errors=True)
        raise OSError(f"{folder} is written by others without end")


def _as_parquet(frame: pd.DataFrame, spec: TableSpec) -> bytes:
    sink = io.BytesIO()
    parquet.write_table(frame_to_arrow(frame, spec), sink, compression="zstd", version="2.6")
    return sink.getvalue()


def _write_hidden(home: Path, files: Mapping[str, bytes], record: RunRecord) -> Path:
    hidden = Path(tempfile.mkdtemp(prefix=_hidden_prefix(), dir=home))
    try:
        hidden.chmod(0o755)
        for table, data in files.items():
            (hidden / f"{table}.parquet").write_bytes(data)
        (hidden / RECORD_NAME).write_text(record.as_text(), encoding="utf-8", newline="\n")
    except OSError:
        shutil.rmtree(hidden, ignore_errors=True)
        raise
    return hidden


def _hidden_prefix() -> str:
    """The name of a hidden folder tells machine and process, so that it is known when they are gone."""
    return f"{_HIDDEN}{socket.gethostname()}-{os.getpid()}-"


def _sweep(home: Path) -> None:
    """Remove what killed writers left behind."""
    for path in [*home.glob(f"{_HIDDEN}*"), *home.glob(f"{_BROKEN}*")]:
        if _is_left_behind(path):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)


def _is_left_behind(path: Path) -> bool:
    try:
        if time.time() - path.stat().st_mtime > _LEFT_BEHIND_S:
            return True
    except OSError:
        return False
    mine = f"{_HIDDEN}{socket.gethostname()}-"
    process = path.name.removeprefix(mine).split("-")[0]
    # Signal 0 asks whether a process lives; on Windows it would end it.
    if sys.platform == "win32" or not path.name.startswith(mine) or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _age(run: StoredRun) -> float:
    return -(run.folder / RECORD_NAME).stat().st_mtime


def _view(spec: TableSpec, runs: list[StoredRun]) -> str:
    if not runs:
        columns = (f'CAST(NULL AS {_SQL_TYPES.get(f.type, "VARCHAR")}) AS "{f.name}"' for f in spec.fields)
        return f"SELECT CAST(NULL AS VARCHAR) AS scenario, {', '.join(columns)} WHERE false"
    parts = []
    for run in runs:
        path = _quote_path(str(run.folder / f"{spec.name}.parquet"))
        parts.append(f"SELECT '{run.scenario}' AS scenario, * FROM read_parquet('{path}')")
    return " UNION ALL BY NAME ".join(parts)


def _quote_path(path: str) -> str:
    """The path for a DuckDB text, with what it would take for wildcards put in brackets."""
    plain = "".join(f"[{letter}]" if letter in "*?[" else letter for letter in path)
    return plain.replace("'", "''")


def _not_writable(root: Path, error: OSError) -> Finding:
    what = f"the store cannot be written: {error.strerror or error}"
    remedy = "give the folder write permission and free space, or copy the study to a folder of your own"
    return Finding("store_not_writable", "error", what, remedy, file=root.name)
