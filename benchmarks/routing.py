"""Speed and size of routing: `python -m benchmarks.routing [--rounds N]`.

Commands run in processes of their own; searches in this one, warm; a tree of least cost over the virtual network
beside SciPy's Dijkstra, on the same arrays. Prints a table and one line of JSON, and renews the section `routing` of
docs/benchmarks.md, whose other sections stay as they are.
"""

import argparse
import importlib.metadata
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from shutil import copytree, ignore_patterns

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

import landbridge as lb
from benchmarks.__main__ import name_cpu
from landbridge.api.routing import default_ground
from landbridge.kernels.shortest_paths import grow_tree
from landbridge.network.router import Case, Router
from landbridge.network.routes import Request
from landbridge.network.search import Search
from landbridge.network.shipments import Shipment
from landbridge.network.terminals import Stop
from landbridge.schema.rows import rows_to_frame
from landbridge.sources import read_meta
from landbridge.study.engine import Ground, compute

ROOT = Path(__file__).parents[1]
STUDY = ROOT / "studies/iran-belarus"
PAGE = ROOT / "docs/benchmarks.md"
SECTION = "routing"
ENDS = ("Minsk", "Bandar Abbas")
PRODUCT = "843351"
CRITERIA = ("cost", "time", "co2e")
ROUTE = ("route", *ENDS, "--product", PRODUCT, "--by", "cost,time")
PACKAGES = ("numba", "numpy", "scipy", "pandas", "pyarrow")

# Runs a command; prints its seconds and its largest resident memory in MB (bytes on macOS, kB elsewhere).
TIMED = """
import resource, subprocess, sys, time
begun = time.perf_counter()
command = [sys.executable, "-m", "landbridge", *sys.argv[1:]]
done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
taken = time.perf_counter() - begun
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
print(taken, peak)
sys.stderr.write(done.stderr)
sys.exit(done.returncode)
"""


@dataclass(frozen=True, slots=True)
class Figure:
    """Measurements of one thing; an aim of None says that none is set."""

    name: str
    unit: str
    values: tuple[float, ...]
    aim: float | None = None

    @property
    def median(self) -> float:
        """Median of the rounds."""
        return statistics.median(self.values)

    def cells(self) -> tuple[str, str, str, str, str]:
        """Name, median, spread, unit, aim as text."""
        spread = f"{show(min(self.values))}-{show(max(self.values))}" if len(self.values) > 1 else ""
        return self.name, show(self.median), spread, self.unit, "" if self.aim is None else show(self.aim)


def show(value: float) -> str:
    """Three digits, or whole numbers."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def run_command(arguments: Sequence[str], **settings: str) -> tuple[float, float]:
    """Seconds and MB of one command in a process of its own. Raises RuntimeError where it fails."""
    command = [sys.executable, "-c", TIMED, *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, **settings}
    )
    if done.returncode:
        raise RuntimeError(f"landbridge {' '.join(arguments)}: {done.stderr.strip()}")
    seconds, megabytes = map(float, done.stdout.split()[-2:])
    return seconds, megabytes


def measure_study(rounds: int) -> list[Figure]:
    """The worked study to its written report, each round on a copy without stored runs."""
    taken = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(rounds):
            copy = Path(folder) / str(number)
            copytree(STUDY, copy, ignore=ignore_patterns("runs", "*.html"))
            taken.append(run_command(("run", str(copy))))
    return _time_and_memory("landbridge run studies/iran-belarus", taken, aim=20.0)


def measure_route(rounds: int) -> list[Figure]:
    """One route on the world network."""
    run_command(ROUTE)
    name = "landbridge route, Minsk to Bandar Abbas, front of two"
    return _time_and_memory(name, [run_command(ROUTE) for _ in range(rounds)], aim=4.0)


def _time_and_memory(name: str, taken: Sequence[tuple[float, float]], *, aim: float) -> list[Figure]:
    seconds, memory = zip(*taken, strict=True)
    return [Figure(name, "s", seconds, aim), Figure(f"{name}, peak memory", "MB", memory, 3000.0)]


def measure_first_run() -> list[Figure]:
    """A route with nothing unpacked and nothing compiled: both caches in an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        settings = {"LANDBRIDGE_CACHE": f"{folder}/landbridge", "NUMBA_CACHE_DIR": f"{folder}/numba"}
        seconds, _ = run_command(ROUTE, **settings)
    return [Figure("landbridge route, the same, first run: unpack and compile", "s", (seconds,), 90.0)]


def time_rounds(work: Callable[[], object], rounds: int) -> tuple[float, ...]:
    """Seconds of each round, after one call to warm caches and compiled code."""
    work()
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begun)
    return tuple(taken)


def measure_api(rounds: int) -> list[Figure]:
    """Requests to the API in this process, from the names of the places on."""

    def find(*by: str) -> Callable[[], object]:
        options = lb.Options(by=by, front=len(by) > 1, corridors=False)
        return lambda: lb.find_routes(*ENDS, goods=lb.Goods(product=PRODUCT), options=options)

    return [
        Figure("find_routes, warm, one criterion", "s", time_rounds(find("cost"), rounds), 0.5),
        Figure("find_routes, warm, front of three", "s", time_rounds(find(*CRITERIA), rounds), 3.0),
    ]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A router with its network built and the shipment priced, and what is asked of it."""

    router: Router
    shipment: Shipment
    ends: tuple[Stop, Stop]
    case: Case

    def fresh_search(self) -> Search:
        """A search without kept trees."""
        kept = self.router.search(self.case)
        return Search(kept.network, kept.weights, kept.reasons)

    def answer(self, *by: str) -> object:
        """Routes by one criterion, or the front over several."""
        request = Request("route", *self.ends, by=by, front=len(by) > 1)
        return self.router.answer(request, self.shipment, self.fresh_search())


def prepare() -> Prepared:
    """Runs the steps of one request and keeps its router."""
    ground = default_ground()
    origin, destination = ENDS
    numbers = {"id": "route", "shipment": "", "tonnes": float("nan")}
    flow = {"origin": origin, "destination": destination, "product": PRODUCT, **numbers}
    asked = Ground({**ground.tables, "flows": rows_to_frame("flows", [flow])}, ground.setting)
    options = replace(lb.Options(), by=("cost",), corridors=False)
    given, _ = compute(asked, options=options, progress=lambda line: None)
    shipment, ends = given["flow_shipments"]["route"], given["ends"]["route"]
    case = Case(shipment, given["rulings"]["route"].closings, ends)
    return Prepared(given["router"], shipment, ends, case)


def measure_searches(prepared: Prepared, rounds: int) -> list[Figure]:
    """Answers of a prepared router, without kept trees: search, full price, items, draws."""
    one = time_rounds(lambda: prepared.answer("cost"), rounds)
    front = time_rounds(lambda: prepared.answer(*CRITERIA), rounds)
    return [
        Figure("prepared network, one criterion", "s", one, 0.5),
        Figure("prepared network, front of three", "s", front, 3.0),
    ]


def measure_trees(prepared: Prepared, rounds: int) -> list[Figure]:
    """A tree of least cost to every state, by landbridge and by SciPy, on the same arrays in turn."""
    search, origin = prepared.fresh_search(), prepared.ends[0]
    forward, weight = search.network.forward, search.weight("cost")
    source = search.network.outlets[origin.id]
    matrix = make_matrix(search)
    here = grow_tree(forward, weight, sources=np.array([source])).distance
    there = dijkstra(matrix, indices=source)
    reached = int(np.isfinite(here).sum())
    if not np.allclose(here, there, rtol=1e-9, atol=1e-6):  # zeros that got lost would show here
        raise RuntimeError("the two trees differ")
    ours, theirs = [], []
    for _ in range(rounds):
        ours += time_rounds(lambda: grow_tree(forward, weight, sources=np.array([source])), 1)
        theirs += time_rounds(lambda: dijkstra(matrix, indices=source, return_predecessors=True), 1)
    ratios = tuple(b / a for a, b in zip(ours, theirs, strict=True))
    return [
        Figure(f"tree of least cost, {reached:,} states reached, {matrix.nnz:,} arcs", "s", tuple(ours)),
        Figure("the same by scipy.sparse.csgraph.dijkstra", "s", tuple(theirs)),
        Figure("SciPy's time over landbridge's", "", ratios),
    ]


def make_matrix(search: Search) -> csr_array:
    """The open arcs as SciPy reads them, float64[states, states].

    Arcs of weight 0 stand as stored zeros, which SciPy takes for arcs of no length; arcs of infinite weight are left
    out. Parallel arcs stay beside each other, since sums would be wrong and SciPy takes the least.
    """
    forward, weight = search.network.forward, search.weight("cost")
    ordered = weight[forward.arc]
    kept = np.isfinite(ordered)
    tail = np.repeat(np.arange(forward.node_count), np.diff(forward.indptr))[kept]
    indptr = np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=forward.node_count))])
    parts = (ordered[kept], forward.head[kept].astype(np.int32), indptr.astype(np.int32))
    return csr_array(parts, shape=(forward.node_count, forward.node_count))


def list_versions() -> dict[str, str]:
    """Versions of what is measured."""
    found = {name: importlib.metadata.version(name) for name in PACKAGES}
    network = str(read_meta()["hash"])[:12]
    return {"landbridge": lb.__version__, "network": network, "python": platform.python_version(), **found}


def write_section(page: str, name: str, text: str) -> str:
    """The page with its marked section replaced, or added at its end; the rest stays.

    >>> write_section("# B\\n", "a", "one") == "# B\\n\\n<!-- begin a -->\\none\\n<!-- end a -->\\n"
    True
    """
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    section = f"{begin}\n{text.strip()}\n{end}\n"
    pattern = re.compile(re.escape(begin) + r"\n.*?" + re.escape(end) + r"\n", flags=re.DOTALL)
    if pattern.search(page):
        return pattern.sub(lambda _: section, page)
    return f"{page.rstrip()}\n\n{section}"


def describe(figures: Sequence[Figure], versions: Mapping[str, str], rounds: int) -> str:
    """The section of the page."""
    named = ", ".join(f"{name} {version}" for name, version in versions.items())
    rows = "\n".join(f"| {' | '.join(figure.cells())} |" for figure in figures)
    return f"""## Routing

{name_cpu()}; {platform.system()}; {named}. Median of {rounds} rounds and their spread, caches warm unless the line says
otherwise. Commands are processes of their own, memory is the largest resident size. The API's figures start from the
names of the places and include the building of the virtual network; those of a prepared network do not. Both trees run
in one process on the same arrays, in turn, and their distances are compared first. `make bench-routing` renews this
section.

| what | median | spread | unit | aim |
|---|---|---|---|---|
{rows}
"""


def main() -> int:
    """Measures, prints the table and the JSON line, and writes the section."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.routing", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each figure; of the study at most 3")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page whose section is renewed")
    given = parser.parse_args()
    rounds = max(given.rounds, 1)
    figures: list[Figure] = []

    def add(found: Sequence[Figure]) -> None:
        for figure in found:
            name, median, spread, unit, aim = figure.cells()
            print(f"{name:<68} {median:>6} {unit:<3} {spread:<13} {aim and 'aim ' + aim}", flush=True)
        figures.extend(found)

    print(f"{name_cpu()}; Python {platform.python_version()}; {platform.system()}")
    add(measure_route(rounds))
    add(measure_study(min(rounds, 3)))
    add(measure_first_run())
    add(measure_api(rounds))
    prepared = prepare()
    add(measure_searches(prepared, rounds))
    add(measure_trees(prepared, rounds))
    versions = list_versions()
    print(json.dumps({"cpu": name_cpu(), "versions": versions, "figures": [asdict(one) for one in figures]}))
    page = given.page.read_text(encoding="utf-8") if given.page.exists() else "# Benchmarks\n"
    section = write_section(page, SECTION, describe(figures, versions, rounds))
    given.page.write_text(section, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
