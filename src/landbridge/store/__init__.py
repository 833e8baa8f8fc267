"""Stored runs: one folder a scenario and hash, Parquet a table and run.json, DuckDB views made in memory.

    runs/<scenario>/<hash>/<table>.parquet   the tables, bytes equal for equal rows
    runs/<scenario>/<hash>/run.json          inputs with their hashes, versions, seed, timings, files
    runs/<scenario>/latest                   the hash of the run that was written or read back last

A run is named by the hash of its inputs and is read back when they are equal. It is written in a hidden
folder beside its place and committed by a rename: a reader sees it whole or not at all, a killed writer
leaves nothing but a hidden folder, which the next writer sweeps, and of two writers of one run the first
wins. A run whose files do not match its run.json counts as absent and is replaced.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from landbridge.store.ledger import RunInputs as RunInputs
    from landbridge.store.ledger import RunRecord as RunRecord
    from landbridge.store.ledger import run_hash as run_hash
    from landbridge.store.store import Store as Store
    from landbridge.store.store import StoredRun as StoredRun

_HOMES = {
    "ledger": ("RunInputs", "RunRecord", "run_hash"),
    "store": ("Store", "StoredRun"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "RunInputs",
    "RunRecord",
    "Store",
    "StoredRun",
    "run_hash",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
