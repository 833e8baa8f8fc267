"""The kernels beside their peers: `python -m benchmarks.kernels [--rounds N] [--page FILE]`, or `make bench-kernels`.

The shipped world's railways and highways as graphs of their own, and its whole virtual network; SciPy, NumPy and
AequilibraE in the same process on the same arrays. Renews the section `kernels` of docs/benchmarks.md, whose other
sections stay as they are, and prints one line of JSON last.
"""

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.hierarchy import open_planet
from benchmarks.kernel_figures import (
    Row,
    describe_machine,
    key_figures,
    print_rows,
    read_load,
    write_json,
    write_table,
)
from benchmarks.layers import LAYERS, cut_layer, measure_layer, sum_up_aequilibrae
from benchmarks.peers import find_aequilibrae
from benchmarks.planet import (
    measure_closures,
    measure_draws,
    measure_fronts,
    measure_planet,
    measure_posts,
)
from benchmarks.routing import PAGE, Figure, list_versions, write_section

SECTION = "kernels"
# Resident memory of a process, in MB, with the network, its hierarchy and one metric; then its peak.
HOLDING = """
import gc, re, resource, sys
from pathlib import Path
from benchmarks.hierarchy import open_planet
from landbridge.kernels.customization import customize
planet = open_planet()
metric = customize(planet.network.hierarchy, planet.weight)
gc.collect()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
status = Path("/proc/self/status")
now = re.search(r"VmRSS:\\s*(\\d+)", status.read_text()) if status.exists() else None
print(int(now[1]) / 1e3 if now else peak, peak)
"""
# Milliseconds: NumPy and numba, the kernels' modules on top of them, a first customization and search from the cache.
STARTING = """
import time
begun = time.perf_counter()
import numba, numpy as np
there = time.perf_counter()
import landbridge.kernels.alternatives, landbridge.kernels.hierarchy_sweeps, landbridge.kernels.hierarchy_skims
import landbridge.kernels.nested_dissection, landbridge.kernels.pareto, landbridge.kernels.spread
import landbridge.kernels.via_facility, landbridge.kernels.node_flow
ready = time.perf_counter()
from landbridge.kernels.customization import customize
from landbridge.kernels.hierarchy import build_hierarchy
from landbridge.kernels.hierarchy_queries import find_shortest
hierarchy = build_hierarchy(np.array([0, 1]), np.array([1, 2]), order=np.array([1, 0, 2]))
find_shortest(customize(hierarchy, np.array([1.0, 2.0])), source=0, target=2)
answered = time.perf_counter()
print(*(1e3 * part for part in (there - begun, ready - there, answered - ready)))
"""


def run_alone(code: str) -> tuple[float, ...]:
    """The numbers that a process of its own prints last. Raises RuntimeError where it fails."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return tuple(map(float, done.stdout.splitlines()[-1].split()))


def measure_processes(rounds: int) -> list[Row]:
    """Memory of a process that holds the planet, and what the kernels add to a start with warm compiled caches."""
    held, peak = run_alone(HOLDING)
    run_alone(STARTING)
    parts = list(zip(*(run_alone(STARTING) for _ in range(rounds)), strict=True))
    names = (
        "start: import of NumPy and numba",
        "start: import of the kernels after these",
        "start: first customization and search, from the compiled cache",
    )
    figures = [
        Figure("resident memory with network, hierarchy and one metric", "MB", (held,)),
        Figure("its peak, while the network is built", "MB", (peak,)),
        *(Figure(name, "ms", taken) for name, taken in zip(names, parts, strict=True)),
    ]
    keys = [
        "planet_resident_mb",
        "planet_peak_mb",
        "start_numba_ms",
        "start_kernels_ms",
        "start_first_search_ms",
    ]
    return key_figures(keys, figures)


def describe(rows: Sequence[Row], machine: str, rounds: int) -> str:
    """The section of the page."""
    return f"""## Kernels beside their peers

{machine} Median of {rounds} rounds and their spread, compiled and warm; peers, fronts, closures and draws of at most 3
rounds, a front that is cut and SciPy's tables of one. Costs are those of a container.

World railways and world highways are the open arcs of the virtual network between two nodes of the layer; their tables
go between 200 nodes drawn at random, and are compared with the peers' first. SciPy's tables are
`scipy.sparse.csgraph.dijkstra` from 200 nodes to all, which cannot stop at the 200. AequilibraE's graph is compressed
before its time is taken; before ours the hierarchy is built, re-cost, and the four fields are summed along its lanes,
and the last two have rows of their own. Both then run on one core. All else is the planet, the whole virtual network
with the capitals as ends, on two threads where nothing else is said; its fronts are exact where no tolerance is named,
and begin and end at the railway nodes nearest to the places; one that takes too long is cut, and not measured. Draws
are those of a made-up route. `make bench-kernels` renews this section.

{write_table(rows)}
"""


def measure_all(rounds: int) -> list[Row]:
    """All rows of the table, printed as they come."""
    rows = print_rows(measure_processes(rounds))
    planet = open_planet()
    layers = {key: cut_layer(planet, key) for key in LAYERS}
    metric, found = measure_planet(planet, rounds)
    rows += print_rows(found)
    rows += print_rows(measure_posts(planet, metric))
    rows += print_rows(measure_closures(planet, metric, min(rounds, 3)))
    rows += print_rows(measure_draws(rounds))
    rows += print_rows(measure_fronts(planet, layers["rail"], rounds))
    for layer in layers.values():
        rows += print_rows(measure_layer(layer, rounds))
    return rows + print_rows([sum_up_aequilibrae(rows)])


def main() -> int:
    """Measures, prints the table, writes the section and prints the JSON line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kernels", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--page", type=Path, default=PAGE, help="the page whose section is renewed")
    given = parser.parse_args()
    load, rounds = read_load(), max(given.rounds, 1)
    versions = {**list_versions(), "aequilibrae": find_aequilibrae() or "not installed"}
    rows = measure_all(rounds)
    page = given.page.read_text(encoding="utf-8") if given.page.exists() else "# Benchmarks\n"
    text = describe(rows, describe_machine(versions, load), rounds)
    given.page.write_text(write_section(page, SECTION, text), encoding="utf-8")
    print(write_json(rows, versions, load))
    return 0


if __name__ == "__main__":
    sys.exit(main())
