"""Commands in a process of their own, compiled caches warm: the seconds and the memory that a user meets."""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from shutil import copytree, ignore_patterns

from benchmarks.entries import Entry

ROOT = Path(__file__).parents[1]
STUDY = ROOT / "studies/iran-belarus"
ROUTE = ("route", "Minsk", "Bandar Abbas", "--product", "843351", "--json")

# Runs a command and prints its seconds and its largest resident memory in MB (bytes on macOS, kB elsewhere).
TIMED = """
import resource, subprocess, sys, time
begun = time.perf_counter()
command = [sys.executable, "-c", "from landbridge.cli import main; main()", *sys.argv[1:]]
done = subprocess.run(command, stdout=subprocess.DEVNULL)
taken = time.perf_counter() - begun
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
print(taken, peak)
sys.exit(done.returncode)
"""


def run_timed(*arguments: str) -> tuple[float, float]:
    """Seconds and MB of one command. Raises CalledProcessError where it fails."""
    command = [sys.executable, "-c", TIMED, *arguments]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seconds, megabytes = map(float, shown.split()[-2:])
    return seconds, megabytes


@cache
def measure(arguments: tuple[str, ...]) -> tuple[float, float]:
    """Best seconds of three, and MB, after one run to warm the caches."""
    taken = [run_timed(*arguments) for _ in range(4)][1:]
    return min(seconds for seconds, _ in taken), max(megabytes for _, megabytes in taken)


@cache
def measure_study() -> tuple[float, float]:
    """The worked study to its written report, from a copy without stored runs."""
    with tempfile.TemporaryDirectory() as folder:
        results = []
        for name in ("first", "second"):
            copy = Path(folder) / name
            copytree(STUDY, copy, ignore=ignore_patterns("runs", "*.html"))
            results.append(run_timed("run", str(copy)))
        return results[1]


def list_entries() -> list[Entry]:
    """Figures of the commands."""

    def of_route(which: int) -> Callable[[], float]:
        return lambda: measure(ROUTE)[which]

    return [
        Entry("command: landbridge --help", "s", 0.3, lambda: measure(("--help",))[0]),
        Entry("command: route Minsk to Bandar Abbas, world network", "s", 4.0, of_route(0)),
        Entry("command: route Minsk to Bandar Abbas, memory", "MB", 3000.0, of_route(1)),
        Entry("command: run studies/iran-belarus to the report", "s", 20.0, lambda: measure_study()[0]),
        Entry("command: run studies/iran-belarus, memory", "MB", 3000.0, lambda: measure_study()[1]),
    ]
