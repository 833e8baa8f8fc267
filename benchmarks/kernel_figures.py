"""Figures of the kernels with the keys that their JSON line has, and how they are written down.

A figure that could not be measured has a reason in place of a value: `not measured` on the page and null in the JSON
line, so that no peer gets a number that it did not earn.
"""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.__main__ import name_cpu
from benchmarks.routing import Figure

BUSY = 1.0


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: the figure, None where it was not measured, under its key; `name` is the figure's own or
    that of what is missing.
    """

    key: str
    name: str
    figure: Figure | None

    def cells(self) -> tuple[str, str, str, str, str]:
        """Name, median, spread, unit, aim as text."""
        if self.figure is None:
            return self.name, "not measured", "", "", ""
        return self.figure.cells()


def key_figures(keys: Sequence[str], figures: Sequence[Figure]) -> list[Row]:
    """A row for each figure, in order. Raises ValueError where their number is not that of the keys."""
    return [Row(key, figure.name, figure) for key, figure in zip(keys, figures, strict=True)]


def leave_out(key: str, name: str) -> Row:
    """The row of what could not be measured."""
    return Row(key, name, None)


def print_rows(rows: Sequence[Row]) -> list[Row]:
    """Prints the rows as they come, and gives them back."""
    for row in rows:
        name, median, spread, unit, aim = row.cells()
        print(f"{name:<76} {median:>12} {unit:<8} {spread:<16} {aim and 'aim ' + aim}", flush=True)
    return list(rows)


def write_json(rows: Sequence[Row], versions: Mapping[str, str], load: float) -> str:
    """One JSON object on one line: the median of each row by its key, null where it was not measured; `load` is the
    machine's load average before the measuring began. Raises ValueError where two rows have one key.

    >>> write_json([leave_out("a_ms", "a")], {}, 0.5).endswith('"load_average": 0.5, "a_ms": null}')
    True
    """
    medians = {row.key: None if row.figure is None else row.figure.median for row in rows}
    if len(medians) < len(rows):
        raise ValueError("two rows have one key")
    return json.dumps({"cpu": name_cpu(), "versions": dict(versions), "load_average": load, **medians})


def read_load() -> float:
    """Load average of the last minute, 0 where the system tells none."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else 0.0


def describe_machine(versions: Mapping[str, str], load: float) -> str:
    """CPU, system, versions, and whether others used the machine while it was measured."""
    named = ", ".join(f"{name} {version}" for name, version in versions.items())
    shared = (
        f" The machine was shared: its load average was {load:.2f} before the measuring began, so times are too "
        "long, and ratios of single rounds unsteady."
        if load > BUSY
        else ""
    )
    return f"{name_cpu()}; {platform.system()}; {named}.{shared}"


def write_table(rows: Sequence[Row]) -> str:
    """The rows as a table of the page."""
    lines = "\n".join(f"| {' | '.join(row.cells())} |" for row in rows)
    return f"| what | median | spread | unit | aim |\n|---|---|---|---|---|\n{lines}"
