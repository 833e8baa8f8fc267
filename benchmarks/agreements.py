"""Speed of the register and of values: `python -m benchmarks.agreements [--rounds N]`.

Loads, checks and lists a register of 10,000 commitments with 50,000 reports. Evaluates coalitions of the levers of
studies/iran-belarus between as-is and signed on one network, beside a whole evaluation of the same tables, whose costs
are compared first; and shares out the change of the whole study. Renews the section `agreements` of
docs/benchmarks.md.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.__main__ import name_cpu
from benchmarks.routing import PAGE, Figure, list_versions, time_rounds, write_section
from landbridge.api.agreements import read_agreements
from landbridge.network.router import Router
from landbridge.network.routes import Request, price_route
from landbridge.network.steps import prepare_tables
from landbridge.network.variants import Asked, Outcome
from landbridge.study.lever_tables import LeverTables, make_lever_tables
from landbridge.study.reading import read_study
from landbridge.study.running import prepare_scenario
from landbridge.study.value_ways import BY, Answered, answer_ends, list_asked, vary_ways
from landbridge.study.valuing import ValueChoice, find_span, prepare_workspace, value_levers

SECTION = "agreements"
STUDY = Path("studies/iran-belarus")
COMMITMENTS, REPORTS, AGREEMENTS = 10_000, 50_000, 500
WORDS = ("scheduled", "begun", "partially_met", "met", "not_met")
MASKS, SEED = 64, 1


def write_register(root: Path) -> None:
    """A study with a long register and nothing else."""
    files = {
        "study.toml": 'parties = ["BY", "IR"]\nbound_by = ["BY"]\ndate = 2026-01-15\n',
        "sources.csv": "id,title,publisher,kind\ntest,A test,The tests,E\n",
        "agreements.csv": "id,title,signed,source,quality\n"
        + "".join(f"a{k},Agreement {k},2020-01-01,test,published\n" for k in range(AGREEMENTS)),
        "commitments.csv": "id,agreement,title,by_party,due,source,quality\n"
        + "".join(
            f"c{k},a{k % AGREEMENTS},Commitment {k},BY;IR,20{25 + k % 5}-0{1 + k % 9},test,published\n"
            for k in range(COMMITMENTS)
        ),
        "status_reports.csv": "id,commitment,reported,status,source,quality\n"
        + "".join(
            f"r{k},c{k % COMMITMENTS},20{20 + k // COMMITMENTS}-0{1 + k % 9}-1{k % 9},{WORDS[7 * k % 5]},"
            "test,published\n"
            for k in range(REPORTS)
        ),
    }
    for name, text in files.items():
        (root / name).write_text(text, encoding="utf-8")


def measure_register(rounds: int) -> list[Figure]:
    """Loading, checking and listing the register."""
    with tempfile.TemporaryDirectory() as folder:
        write_register(Path(folder))

        def load() -> None:
            found = read_agreements(Path(folder))
            assert (len(found.table()), len(found.statuses)) == (AGREEMENTS, COMMITMENTS)

        seconds = time_rounds(load, rounds)
    name = f"register of {COMMITMENTS:,} commitments and {REPORTS:,} reports: loaded, checked, listed"
    return [Figure(name, "s", seconds, 3.0)]


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """What coalitions are evaluated over."""

    given: Mapping[str, Any]
    tables: LeverTables
    answered: Mapping[int, Answered]

    @classmethod
    def open(cls) -> "Case":
        """The levers of the study between its last two scenarios."""
        study = read_study(STUDY)
        span = find_span(study, ValueChoice())
        given = prepare_workspace(study, prepare_scenario(study, span.end))
        tables, _ = make_lever_tables(given["bare"], span.levers, fixed=span.fixed)
        return cls(given, tables, answer_ends(given, tables))

    def evaluate_whole(self, mask: int) -> dict[str, Outcome]:
        """The best ways of every flow over the tables of a coalition, network and prices made anew."""
        asked = list_asked(self.given)
        stops = {stop.id: stop for one in asked for stop in one.case.ends}
        tables = {**self.given, **self.tables.of(mask)}
        router = prepare_tables(tables)["base"].router(
            tuple(stops.values()), simulation=self.given["simulation"]
        )
        return {one.id: _find_best(router, one) for one in asked}


def _find_best(router: Router, asked: Asked) -> Outcome:
    search, (start, end) = router.search(asked.case), asked.case.ends
    nodes = router.network.outlets[start.id], router.network.inlets[end.id]
    request, reader = Request(asked.id, start, end), router.reader(asked.case.shipment)
    paths = (search.best(criterion, *nodes) for criterion in BY)
    return Outcome(*(None if path is None else price_route(search, reader, request, path) for path in paths))


def measure_coalitions(rounds: int) -> list[Figure]:
    """Coalitions on one network, beside whole evaluations of some of them; equal costs are a condition."""
    case = Case.open()
    count = len(case.tables.levers)
    masks = np.random.default_rng(SEED).integers(0, 1 << count, MASKS).tolist()
    begun = time.perf_counter()
    ways = vary_ways(case.given, case.tables, case.answered)
    for one in ways.values():
        one.variants.outcome(one.flow, 0)
    prepared = time.perf_counter() - begun
    whole, each = [], []
    for mask in masks[:rounds]:
        begun = time.perf_counter()
        found = case.evaluate_whole(mask)
        whole.append(time.perf_counter() - begun)
        for flow, best in found.items():
            other = ways[flow].variants.outcome(flow, mask)
            assert best.cheapest is not None
            assert other.cheapest is not None
            assert abs(best.cheapest.cost - other.cheapest.cost) <= 1e-9 * best.cheapest.cost
    for start in range(rounds, MASKS, max((MASKS - rounds) // rounds, 1)):
        chosen = masks[start : start + max((MASKS - rounds) // rounds, 1)]
        begun = time.perf_counter()
        for mask in chosen:
            for flow, one in ways.items():
                one.variants.outcome(flow, mask)
        each.append((time.perf_counter() - begun) / len(chosen))
    return [
        Figure(
            f"a coalition of {count} levers, {len(ways)} flows: network and prices anew", "s", tuple(whole)
        ),
        Figure("the same on one network (new coalitions)", "ms", tuple(1e3 * one for one in each), 50.0),
        Figure("making that network ready, once", "s", (prepared,)),
        Figure("time anew over time on one network", "", (np.median(whole) / np.median(each),)),
    ]


def measure_values() -> list[Figure]:
    """The whole study: every indicator, three evaluations of the ranges."""
    study = read_study(STUDY)
    begun = time.perf_counter()
    value_levers(study)
    return [Figure("studies/iran-belarus valued, as-is to signed", "s", (time.perf_counter() - begun,))]


def describe(figures: Sequence[Figure], rounds: int) -> str:
    """The section of the page."""
    versions = ", ".join(f"{name} {version}" for name, version in list_versions().items())
    rows = "\n".join(f"| {' | '.join(figure.cells())} |" for figure in figures)
    return (
        f"## Agreements\n\n{name_cpu()}; {versions}. Median of {rounds} rounds and their spread, warm; what is done"
        " once is measured\nonce. Costs of coalitions are compared, to 1e-9. `make bench-agreements` renews this"
        f" section.\n\n| what | median | spread | unit | aim |\n|---|---|---|---|---|\n{rows}\n"
    )


def main() -> int:
    """Measures, prints and writes the section."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.agreements", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--page", type=Path, default=PAGE)
    given = parser.parse_args()
    figures = [
        *measure_register(given.rounds),
        *measure_coalitions(given.rounds),
        *measure_values(),
    ]
    for figure in figures:
        name, median, spread, unit, aim = figure.cells()
        print(f"{name:<74} {median:>6} {unit:<3} {spread:<13} {aim and 'aim ' + aim}")
    page = given.page.read_text(encoding="utf-8") if given.page.exists() else "# Benchmarks\n"
    given.page.write_text(write_section(page, SECTION, describe(figures, given.rounds)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
