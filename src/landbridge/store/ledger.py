"""The run ledger: what a run was computed from, and the hash that names it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

RECORD_NAME = "run.json"
_HASH_LENGTH = 20


@dataclass(frozen=True, slots=True)
class RunInputs:
    """All that decides the results of a run.

    `inputs` holds the SHA-256 of each input by name (files of the study, shipped tables), `versions` those
    of package, network and parameters, `settings` what else was asked for (draws, criteria).
    """

    scenario: str
    inputs: Mapping[str, str]
    versions: Mapping[str, str]
    seed: int
    date: str = ""
    settings: Mapping[str, str | int | float | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a run: rows of its table, size in bytes and SHA-256."""

    rows: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What run.json holds: the inputs, seconds spent by step, and the files by table."""

    hash: str
    inputs: RunInputs
    timings: Mapping[str, float]
    files: Mapping[str, StoredFile]

    def as_text(self) -> str:
        """The record as JSON text."""
        return json.dumps(asdict(self), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


class DamagedRunError(ValueError):
    """A run's folder does not hold what its run.json says; the text says why."""


def run_hash(inputs: RunInputs) -> str:
    """The name of a run: 20 hexadecimal digits of the SHA-256 of its inputs in canonical JSON.

    >>> run_hash(RunInputs("as-is", {"flows.csv": "ab"}, {"package": "0.1"}, 7))
    '89ca6c93e94ccf850e11'
    """
    text = json.dumps(asdict(inputs), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_HASH_LENGTH]


def read_record(folder: Path) -> RunRecord:
    """The record of a run's folder. Raises DamagedRunError where it is absent or no record."""
    try:
        found = json.loads((folder / RECORD_NAME).read_text(encoding="utf-8"))
        record = RunRecord(
            hash=found["hash"],
            inputs=RunInputs(**found["inputs"]),
            timings=found["timings"],
            files={name: StoredFile(**row) for name, row in found["files"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise DamagedRunError(f"{RECORD_NAME} cannot be read: {error}") from error
    if run_hash(record.inputs) != record.hash or folder.name != record.hash:
        raise DamagedRunError(f"{RECORD_NAME} does not belong to this folder")
    return record


def check_files(folder: Path, record: RunRecord) -> None:
    """Hold the files of a run against its record. Raises DamagedRunError."""
    for table, expected in record.files.items():
        try:
            data = (folder / f"{table}.parquet").read_bytes()
        except OSError as error:
            raise DamagedRunError(f"{table}.parquet cannot be read: {error.strerror}") from error
        if describe_file(data, expected.rows) != expected:
            raise DamagedRunError(f"{table}.parquet is not the file that was written")


def describe_file(data: bytes, rows: int) -> StoredFile:
    """Size and hash of the bytes of a table's file."""
    return StoredFile(rows, len(data), hashlib.sha256(data).hexdigest())
