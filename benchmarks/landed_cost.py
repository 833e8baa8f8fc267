"""Speed of landed cost: `python -m benchmarks.landed_cost [--rounds N] [--tariff FILE]`.

Prices 100,000 consignments on given freights by their cheapest lawful regime, beside the same arithmetic asked one
consignment at a time, whose answers are compared first; opens the law of a day; and reads a whole tariff where a FILE
of the common tariff of the EAEU is given. Renews the section `landed cost` of docs/benchmarks.md.
"""

import argparse
import datetime
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

import landbridge as lb
from benchmarks.__main__ import name_cpu
from benchmarks.routing import PAGE, Figure, list_versions, time_rounds, write_section
from landbridge.api.routing import default_ground
from landbridge.landed_cost.customs_law import read_customs_law
from landbridge.landed_cost.tariff_files import read_tariff
from landbridge.landed_cost.tariff_lines import read_tariff_book
from landbridge.study.engine import Ground
from landbridge.study.many_offers import price_shipments

SECTION = "landed cost"
COUNT, ASIDE, SEED = 100_000, 40, 1
DAY = datetime.date(2025, 12, 31)
LANES = (("IN", "BY"), ("CN", "BY"), ("IR", "BY"), ("IN", "UG"), ("AE", "UG"), ("JP", "KE"), ("CN", "KE"))
GOODS = {
    "BY": ("3902100000", "0802510000", "0806203000", "0804100000", "5702421000", "0402211800"),
    "UG": ("841370", "870193", "87042290", "090111", "843351"),
    "KE": ("841370", "87042290", "31042000", "843351"),
}


def make_shipments(count: int) -> pd.DataFrame:
    """Consignments of the studies' goods over seven lanes, with random values, masses, freights and terms."""
    random = np.random.default_rng(SEED)
    lanes = random.integers(0, len(LANES), count)
    destinations = [LANES[lane][1] for lane in lanes]
    return pd.DataFrame(
        {
            "product": [GOODS[to][random.integers(0, len(GOODS[to]))] for to in destinations],
            "origin": [LANES[lane][0] for lane in lanes],
            "destination": destinations,
            "value": random.uniform(1e3, 1e6, count),
            "currency": "USD",
            "incoterm": random.choice(["EXW", "FOB", "CIF", "DAP"], count),
            "weight": random.uniform(1e3, 2e4, count),
            "quantity": random.integers(100, 9_000, count).astype(float),
            "unit": "m2",
            "freight": random.uniform(100.0, 900.0, count),
            "inland_freight": random.uniform(10.0, 90.0, count),
            "days": random.uniform(5.0, 60.0, count),
        }
    )


def price_one(row: pd.Series, ground: Ground) -> float:
    """The cheapest total of one consignment, asked alone."""
    offer = lb.Offer(
        product=row["product"],
        origin=row["origin"],
        destination=row["destination"],
        value=row["value"],
        incoterm=row["incoterm"],
        weight=row["weight"],
        quantity=row["quantity"],
        unit=row["unit"],
    )
    freight = lb.GivenFreight(main=row["freight"], inland=row["inland_freight"], days=row["days"])
    return float(lb.price_landed_cost(offer, freight=freight, ground=ground).best["total"])


def measure_prices(ground: Ground, rounds: int) -> list[Figure]:
    """Many consignments at once, beside one at a time."""
    frame = make_shipments(COUNT)
    answers = price_shipments(frame, ground=ground)
    if not (answers["verdict"] == "ok").all():
        raise SystemExit(f"not all were priced: {answers['why'].value_counts().head(3).to_dict()}")
    some = frame.iloc[:ASIDE]
    alone = [price_one(row, ground) for _, row in some.iterrows()]
    np.testing.assert_allclose(answers["total"].iloc[:ASIDE], alone, rtol=1e-9)
    kinds = len(frame.drop_duplicates(["product", "origin", "destination", "incoterm"]))
    together = time_rounds(lambda: price_shipments(frame, ground=ground), rounds)
    each = time_rounds(lambda: [price_one(row, ground) for _, row in some.iterrows()], 1)
    ratios = tuple(each[0] / ASIDE * COUNT / one for one in together)
    return [
        Figure(f"{COUNT:,} consignments of {kinds} kinds on given freights", "s", together, 5.0),
        Figure("one consignment asked alone, every regime", "ms", tuple(1e3 * one / ASIDE for one in each)),
        Figure("time one at a time over time together", "", ratios),
    ]


def measure_law(ground: Ground, rounds: int) -> list[Figure]:
    """Opening the customs law of a day from the shipped tables."""
    seconds = time_rounds(lambda: read_customs_law(ground.tables, DAY), rounds)
    rows = len(ground.tables["tariffs"])
    return [Figure(f"customs law of a day, {rows:,} rows of tariffs", "s", seconds)]


def measure_tariff(file: Path, rounds: int) -> list[Figure]:
    """Reading a whole tariff file and making it ready to be looked up."""
    choice = lb.TariffChoice(territory="EAEU", act="common customs tariff", source="file", date=DAY)
    frame = read_tariff(file, choice).frame
    read = time_rounds(lambda: read_tariff(file, choice), rounds)
    book = time_rounds(lambda: read_tariff_book(frame, date=DAY), rounds)
    return [
        Figure(f"a whole tariff read, {len(frame):,} lines", "s", read, 1.0),
        Figure("the same made ready to be looked up", "s", book),
    ]


def describe(figures: Sequence[Figure], rounds: int) -> str:
    """The section of the page."""
    versions = ", ".join(f"{name} {version}" for name, version in list_versions().items())
    rows = "\n".join(f"| {' | '.join(figure.cells())} |" for figure in figures)
    return (
        f"## Landed cost\n\n{name_cpu()}; {versions}. Median of {rounds} rounds and their spread, warm. Answers"
        " together and one at a time\nare compared first, to 1e-9. A whole tariff is measured where its file is given."
        f" `make bench-landed` renews this section.\n\n"
        f"| what | median | spread | unit | aim |\n|---|---|---|---|---|\n{rows}\n"
    )


def main() -> int:
    """Measures, prints and writes the section."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.landed_cost", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tariff", type=Path, default=None, metavar="FILE")
    parser.add_argument("--page", type=Path, default=PAGE)
    given = parser.parse_args()
    ground = default_ground(date=DAY)
    figures = [*measure_prices(ground, given.rounds), *measure_law(ground, given.rounds)]
    if given.tariff is not None:
        figures += measure_tariff(given.tariff, given.rounds)
    for figure in figures:
        name, median, spread, unit, aim = figure.cells()
        print(f"{name:<68} {median:>6} {unit:<3} {spread:<13} {aim and 'aim ' + aim}")
    page = given.page.read_text(encoding="utf-8") if given.page.exists() else "# Benchmarks\n"
    given.page.write_text(write_section(page, SECTION, describe(figures, given.rounds)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
