"""What a benchmark is, and how its figures are taken."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One figure: what it is, its unit, what it should stay under, and how it is measured.

    `peer` names what a method is set against; `measure_peer` takes the peer's figure in the same process.
    """

    name: str
    unit: str
    aim: float
    measure: Callable[[], float]
    peer: str = ""
    measure_peer: Callable[[], float] | None = None


def time_call(work: Callable[[], object], *, rounds: int = 5) -> float:
    """Median seconds of a call, after one call to warm caches and compiled code."""
    work()
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)
