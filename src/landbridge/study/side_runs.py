"""Runs of scenarios in processes of their own, side by side: much of a run is Python, which keeps one core busy."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from landbridge.study.reading import StudyInput, read_study
from landbridge.study.running import open_store, prepare_scenario, run_scenario

START = "import sys; from landbridge.study.side_runs import store_run; store_run(*sys.argv[1:])"


@contextmanager
def run_beside(study: StudyInput, names: Sequence[str]) -> Iterator[Callable[[str], None]]:
    """While it lasts, processes of their own compute and store the runs of those of `names` that are not stored.

    Yields what waits for one of them. A process that fails leaves nothing: who then asks for the run computes it, and
    meets the fault. On a single core nothing is started. Raises InputError with all findings of a scenario.
    """
    missing = [name for name in names if not _is_stored(study, name)] if (os.cpu_count() or 1) > 1 else []
    started = {name: _start(study, name) for name in missing}

    def wait(name: str) -> None:
        if name in started:
            started[name].wait()

    try:
        yield wait
    finally:
        for process in started.values():
            process.kill()
            process.wait()


def store_run(root: str, name: str) -> None:
    """Computes and stores the run of a scenario of the study in the folder `root`."""
    run_scenario(read_study(root), name)


def _is_stored(study: StudyInput, name: str) -> bool:
    return open_store(study).find_run(prepare_scenario(study, name).inputs) is not None


def _start(study: StudyInput, name: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-P", "-c", START, str(study.root), name]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
