"""The repair log: every edge that the build adds to the packaged graphs, and why."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from network_build.graph import Graph

COLUMNS = ("mode", "kind", "lat_a", "lon_a", "lat_b", "lon_b", "km", "why")


class RepairLog:
    """Collects repairs in order, and the ids of authored legs whose ends are unknown."""

    def __init__(self) -> None:
        self.rows: list[tuple] = []
        self.lost: list[str] = []

    def add(self, mode: str, kind: str, graph: Graph, a: int, b: int, *, km: float, why: str) -> None:
        """Notes an edge between nodes a and b of a graph."""
        ends = [round(float(x), 3) for x in (graph.lat[a], graph.lon[a], graph.lat[b], graph.lon[b])]
        self.rows.append((mode, kind, *ends, round(float(km), 2), why))

    def count(self) -> dict[str, int]:
        """Number of repairs of each mode and kind."""
        return dict(sorted(Counter(f"{row[0]}.{row[1]}" for row in self.rows).items()))

    def write(self, path: Path) -> None:
        """Writes the log as CSV, sorted."""
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(sorted(self.rows))
