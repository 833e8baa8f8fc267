"""Measures every entry and prints a table: `python -m benchmarks [WORD] [--json FILE]`.

WORD keeps the entries whose name holds it. Entries come from the modules of this folder named `bench_*`, each
with a function `list_entries()`.
"""

import argparse
import importlib
import json
import os
import pkgutil
import platform
import re
import sys
from pathlib import Path

from benchmarks.entries import Entry


def name_cpu() -> str:
    """The CPU's name, as its system tells it, and how many cores this process may use."""
    listed = Path("/proc/cpuinfo")
    text = listed.read_text(encoding="utf-8", errors="replace") if listed.exists() else ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, flags=re.MULTILINE)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{found[1] if found else platform.processor() or platform.machine()}, {cores} cores"


def find_entries(word: str) -> list[Entry]:
    """Entries of all modules whose name holds the word."""
    folder = Path(__file__).parent
    modules = sorted(
        found.name for found in pkgutil.iter_modules([str(folder)]) if found.name.startswith("bench_")
    )
    entries: list[Entry] = []
    for module in modules:
        entries += importlib.import_module(f"benchmarks.{module}").list_entries()
    return [entry for entry in entries if word in entry.name]


def measure_all(entries: list[Entry]) -> list[dict[str, object]]:
    """One row an entry, printed as soon as it is known."""
    rows: list[dict[str, object]] = []
    for entry in entries:
        figure = entry.measure()
        peer = None if entry.measure_peer is None else entry.measure_peer()
        rows.append(
            {
                "name": entry.name,
                "figure": figure,
                "unit": entry.unit,
                "aim": entry.aim,
                "peer": entry.peer,
                "peer_figure": peer,
            }
        )
        beside = "" if peer is None else f"   {entry.peer}: {peer:.4g} {entry.unit}"
        mark = " " if figure <= entry.aim else "!"
        print(
            f"{mark} {entry.name:<60} {figure:>10.4g} {entry.unit:<3} aim {entry.aim:g}{beside}", flush=True
        )
    return rows


def main() -> int:
    """Reads the arguments, measures, prints and writes. Returns 1 where no entry is found."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("word", nargs="?", default="")
    parser.add_argument("--json", type=Path, default=None, metavar="FILE")
    given = parser.parse_args()
    entries = find_entries(given.word)
    print(f"{name_cpu()}; Python {platform.python_version()}; {platform.system()}")
    rows = measure_all(entries)
    if given.json is not None:
        report = {"cpu": name_cpu(), "python": platform.python_version(), "entries": rows}
        given.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return 0 if rows else 1


if __name__ == "__main__":
    sys.exit(main())
