"""Published times and costs of corridors beside the model's, row by row of published_journeys.

Each row is asked of the network of its year: the cheapest route of its shipment between its ends through its places,
without law. Money is brought to the row's year by the deflator. A row is met where its value, or a part of its range,
lies between the model's 10th and 90th percentile. What is published is what carriers and terminals
charge, so the interest on the goods and their insurance stand apart from the model's cost here.
"""

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from landbridge.network.closures import Restrictions
from landbridge.network.items import Item, Simulation
from landbridge.network.locating import Locator
from landbridge.network.router import Case, Ready, Router, make_ready
from landbridge.network.routes import Request, Route
from landbridge.network.shipments import Shipment, choose_shipment
from landbridge.network.simulate import simulate_items
from landbridge.network.terminals import Stop
from landbridge.schema import InputError
from landbridge.schema.rows import Row, read_rows
from landbridge.sources.world import World

SIMULATION = Simulation(500, 1)
MIDYEAR = (7, 1)
AT_SEA = {"sea", "ferry", "inland_water"}
TEU_PER_FEU = 2.0
OWN_COSTS = {"inventory", "insurance"}
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Figure:
    """What the model says of a row, in its unit: mean, p10, p90; NaN where it has no route, and why."""

    mean: float
    p10: float
    p90: float
    why: str = ""


NOTHING = float("nan")
DEFLATOR = "deflator_"


def compare_journeys(
    world: World, tables: Mapping[str, pd.DataFrame], *, progress: Progress = lambda line: None
) -> pd.DataFrame:
    """Every row of published_journeys with the model's `mean`, `p10`, `p90` in its unit, `label` of the route, `why`
    there is none, `met` (bool) and `error` (the model's mean over the middle of the published range, less 1).
    """
    frame = tables["published_journeys"].reset_index(drop=True)
    figures: dict[int, tuple[Figure, str]] = {}
    for year, part in frame.groupby("year", sort=True):
        progress(f"published journeys of {year}")
        date = min(datetime.date(int(str(year)), *MIDYEAR), world.date)
        ready = make_ready(world, tables, date)
        figures |= dict(_compare_year(ready, part))
    found = [figures[row] for row in range(len(frame))]
    numbers = {name: [getattr(one, name) for one, _ in found] for name in ("mean", "p10", "p90", "why")}
    frame = frame.assign(**numbers, label=[label for _, label in found])
    middle = (frame["low"] + frame["high"]) / 2.0
    met = (frame["low"] <= frame["p90"]) & (frame["high"] >= frame["p10"])
    return frame.assign(met=met, error=frame["mean"] / middle - 1.0)


def _compare_year(ready: Ready, rows: pd.DataFrame) -> Iterator[tuple[int, tuple[Figure, str]]]:
    locate = Locator.over({**ready.tables, "world": ready.base.world}, ready.around)
    records = dict(zip(rows.index, read_rows(rows), strict=True))
    stops = {place: _locate(locate, place) for row in records.values() for place in places_of(row)}
    ends = {
        stop.id: stop
        for row in records.values()
        for stop in (stops[row["origin"]], stops[row["destination"]])
        if isinstance(stop, Stop)
    }
    router = ready.router(list(ends.values()), simulation=SIMULATION)
    for index, row in records.items():
        lost = [stops[place] for place in places_of(row) if isinstance(stops[place], str)]
        if lost:
            yield int(index), (Figure(NOTHING, NOTHING, NOTHING, str(lost[0])), "")
            continue
        yield int(index), _measure(router, row, [stops[place] for place in places_of(row)])  # type: ignore[misc]
        router.searches.clear()


def places_of(row: Row) -> tuple[str, ...]:
    """Places of a row in order, as written."""
    return (row["origin"], *row["via"], row["destination"])


def _locate(locate: Locator, text: str) -> Stop | str:
    """The stop, or why there is none."""
    try:
        return locate(text)[0]
    except InputError as fault:
        return "; ".join(finding.what for finding in fault.findings)


def _measure(router: Router, row: Row, stops: Sequence[Stop]) -> tuple[Figure, str]:
    shipment = choose_shipment(router.tables["shipments"], row=row["shipment"])
    origin, destination = stops[0], stops[-1]
    passings = tuple(router.passing(stop) for stop in stops[1:-1])
    request = Request(str(row["id"]), origin, destination, by=("cost",), via=passings)
    search = router.search(Case(shipment, (), (origin, destination)), Restrictions(mode=row["mode"]))
    answer = router.answer(request, shipment, search)
    if not answer.routes:
        cut = "; ".join(f"{place}: {why}" for place, why in answer.cut) or "no way"
        return Figure(NOTHING, NOTHING, NOTHING, cut), ""
    route = answer.routes[0]
    return _read_figure(row, route, shipment, router=router), route.label


def _read_figure(row: Row, route: Route, shipment: Shipment, *, router: Router) -> Figure:
    items = [charge_only(item) for item in choose_items(route.items, str(row["part"]))]
    if not items:
        return Figure(NOTHING, NOTHING, NOTHING, "the route has no such part")
    shared, factor = router.pricing.book.number("doubt_shared"), _price_factor(router, int(row["year"]))
    ranges = simulate_items(items, draws=SIMULATION.draws, seed=SIMULATION.seed, shared=shared)
    if row["quantity"] == "time":
        scale, mean, drawn = (
            (1.0 if row["unit"] == "h" else 1.0 / 24.0),
            sum(i.time for i in items),
            ranges.time,
        )
    else:
        km = sum(item.distance for item in items)
        unit = "USD/truck" if (row["unit"], row["mode"]) == ("USD/FEU", "road") else str(row["unit"])
        scale, mean = factor * tonnes_in(unit, shipment, km), sum(i.cost for i in items)
        drawn = ranges.cost
    return Figure(mean * scale, float(drawn[0]) * scale, float(drawn[2]) * scale)


def choose_items(items: Sequence[Item], part: str) -> list[Item]:
    """Items that a figure covers: all, without what is done at both ends, or at sea alone."""
    if part == "door_to_door":
        return list(items)
    if part == "sea":
        return [
            item
            for item in items
            if item.mode in AT_SEA and (item.kind == "leg" or item.operation == "passage")
        ]
    legs = [position for position, item in enumerate(items) if item.kind == "leg"]
    return list(items[legs[0] : legs[-1] + 1]) if legs else []


def charge_only(item: Item) -> Item:
    """The item without the costs that the owner of the goods bears himself."""
    terms = tuple(term for term in item.terms if term.term not in OWN_COSTS)
    return replace(item, terms=terms, cost=sum(term.value for term in terms if term.unit == "USD/t"))


def tonnes_in(unit: str, shipment: Shipment, km: float) -> float:
    """Tonnes for which a cost of `unit` stands; with a distance in the unit, per km.

    A lorry carries one FEU, so rows of lorries alone count it as a lorry's load.

    >>> tonnes_in("USD/t", None, 0.0)
    1.0
    """
    money, per_km = unit.removeprefix("USD/").removesuffix("-km"), unit.endswith("km")
    if money in ("t", "tkm"):
        load = 1.0
    elif money == "FEU":
        load = TEU_PER_FEU * shipment.payload_teu
    else:
        load = shipment.tonnes_per(money)
    return load / km if per_km else load


def _price_factor(router: Router, year: int) -> float:
    """What brings the results' money to that of a year; the first or last year of the deflator beyond it."""
    values = dict(zip(router.tables["parameters"]["id"], router.tables["parameters"]["value"], strict=True))
    years = [int(name.removeprefix(DEFLATOR)) for name in values if name.startswith(DEFLATOR)]
    known = min(max(year, min(years)), max(years))
    return float(values[f"{DEFLATOR}{known}"] / values[f"{DEFLATOR}{int(values['price_year'])}"])


@dataclass(frozen=True, slots=True)
class Score:
    """How well a set of rows is met: number of rows, share met, median error of means (share), median bias."""

    rows: int
    met: float
    error: float
    bias: float


def score_journeys(frame: pd.DataFrame) -> Score:
    """The score of compared rows that have a route: share whose value or range the p10-p90 meets, median absolute
    error and median of model over published of the rows that publish a mean, median, tariff or range (their middle).
    """
    known = frame[frame["mean"].notna()]
    ratio = (known["error"] + 1.0).to_numpy(np.float64)
    if not len(known):
        return Score(0, NOTHING, NOTHING, NOTHING)
    return Score(
        len(known), float(known["met"].mean()), float(np.median(np.abs(ratio - 1.0))), float(np.median(ratio))
    )
