"""The way of goods as costs see it: what each stretch is paid, before and after the customs borders, in money a tonne.

Two cuts run through a way. Customs asks where the goods leave the territory of their origin and enter that of their
destination; terms of sale ask where the main carriage starts and ends: with a leg by water at its ports, else with the
first and last leg of the mode that goes farthest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.item_draws import ItemDraws
from landbridge.landed_cost.consignment_way import Passage
from landbridge.schema import Finding, load_catalogue
from landbridge.schema.rows import Row

Floats = NDArray[np.float64]

HOURS_A_DAY = 24.0
WATER = frozenset({"sea", "ferry", "inland_water"})
EXPORT, MAIN, INLAND = "export", "main", "inland"
KIND_OF = {
    "load": "terminals",
    "unload": "terminals",
    "tranship": "terminals",
    "gauge_change": "terminals",
    "store": "terminals",
    "wait": "terminals",
    "border_crossing": "borders",
    "customs": "borders",
    "inspection": "borders",
}
TITLE_OF = {"carriage": "Carriage", "terminals": "Terminals", "borders": "Borders and clearance"}
STORED = frozenset({"store"})
HANDLED = frozenset({"load", "unload", "tranship", "gauge_change"})


@dataclass(frozen=True, slots=True)
class WayPart:
    """What one kind of work on one stretch costs: `cost` float64[n] in money a tonne.

    `side` is "export", "main" or "inland" by the customs borders, `stage` that of the terms of sale.
    """

    kind: str
    title: str
    side: str
    stage: str
    cost: Floats
    inputs: tuple[str, ...] = ()
    quality: str = "estimated"
    source: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """A way from door to door. `hours` float64[n] is its time, NaN where it is not known.

    `currency` and `year` are those of the costs; `entry` is the mode by which the goods enter the territory of their
    destination; `water` whether a leg goes by water.
    """

    route: str
    corridor: str
    label: str
    parts: tuple[WayPart, ...]
    hours: Floats
    currency: str
    year: int
    passages: tuple[Passage, ...] = ()
    entry: str = "any"
    water: bool = False


def read_way(
    route: Row,
    items: Sequence[Row],
    draws: ItemDraws,
    *,
    unions: tuple[frozenset[str], frozenset[str]],
    year: int,
) -> Way:
    """The way of a row of routes with its rows of route_items and the draws of what they cost.

    `unions` are the countries of the customs territories of origin and destination. Means of the parts are those of
    the items: draws are brought to them.
    """
    sides = cut_at_borders(items, unions)
    stages, water = cut_by_terms(items)
    groups: dict[tuple[str, str, str], list[int]] = {}
    for position, row in enumerate(items):
        kind = KIND_OF.get(str(row["operation"]), "carriage")
        groups.setdefault((sides[position], stages[position], kind), []).append(position)
    parts = tuple(
        _make_part(key, [items[place] for place in places], draws.cost[places])
        for key, places in groups.items()
    )
    hours = (
        draws.time * (float(route["time"]) / float(draws.time.mean()))
        if draws.time.mean() > 0
        else draws.time
    )
    return Way(
        route=str(route["route"]),
        corridor=str(route["corridor"]),
        label=str(route["label"]),
        parts=tuple(part for part in parts if part.cost.any()),
        hours=hours,
        currency="USD",
        year=year,
        passages=list_passages(items),
        entry=_find_entry(items, sides),
        water=water,
    )


def _make_part(key: tuple[str, str, str], rows: Sequence[Row], drawn: Floats) -> WayPart:
    side, stage, kind = key
    means = np.array([float(row["paid"]) for row in rows])
    drawn_means = drawn.mean(axis=1)
    scale = np.divide(means, drawn_means, out=np.ones_like(means), where=drawn_means > 0)
    ranks = load_catalogue().qualities
    named = [str(row["quality"]) for row in rows if row["quality"]]
    return WayPart(
        kind=kind,
        title=f"{TITLE_OF[kind]}, {_name_stretch(rows, kind)}",
        side=side,
        stage=stage,
        cost=(drawn * scale[:, None]).sum(axis=0),
        inputs=tuple(f"route_items#{row['route']}/{row['seq']}" for row in rows),
        quality=max(named, key=lambda name: ranks[name].rank, default="measured"),
    )


def _name_stretch(rows: Sequence[Row], kind: str) -> str:
    """From where to where, or the places where something is done."""
    if kind == "carriage" and rows[0]["from"]:
        return f"{rows[0]['from']} to {rows[-1]['to'] or rows[-1]['place']}"
    places = list(dict.fromkeys(str(row["place"]) for row in rows))
    return ", ".join(places[:3]) + (f" and {len(places) - 3} more" if len(places) > 3 else "")


def cut_at_borders(items: Sequence[Row], unions: tuple[frozenset[str], frozenset[str]]) -> list[str]:
    """For each item whether it lies before the way leaves the territory of origin, after it has entered that of the
    destination for good, or between. A leg over a border lies between.
    """
    count = len(items)
    entered = count
    while entered > 0 and _lies_in(items[entered - 1], unions[1]):
        entered -= 1
    left = 0
    while left < entered and _lies_in(items[left], unions[0]):
        left += 1
    return [EXPORT if place < left else INLAND if place >= entered else MAIN for place in range(count)]


def _lies_in(row: Row, union: frozenset[str]) -> bool:
    countries = set(row["countries"])
    return bool(countries) and countries <= union


def cut_by_terms(items: Sequence[Row]) -> tuple[list[str], bool]:
    """The stage of each item by the terms of sale, and whether a leg goes by water."""
    legs = [place for place, row in enumerate(items) if row["kind"] == "leg"]
    water = [place for place in legs if items[place]["mode"] in WATER]
    main = water or _farthest(items, legs)
    if not main:
        return [_stage_at_rest(row) for row in items], False
    first, last = main[0], main[-1]
    before = max((place for place in legs if place < first), default=-1)
    after = min((place for place in legs if place > last), default=len(items))
    final = legs[-1]
    stages = [
        _stage(place, items[place], (first, last), (before, after), final) for place in range(len(items))
    ]
    cleared = next((place for place in range(first) if items[place]["operation"] == "customs"), None)
    if cleared is not None:
        stages[cleared] = "export_clearance"
    return stages, bool(water)


def _stage_at_rest(row: Row) -> str:
    """The stage of an item of a way without legs, within one place."""
    return {"unload": "unloading", "customs": "export_clearance"}.get(str(row["operation"]), "loading_origin")


def _farthest(items: Sequence[Row], legs: Sequence[int]) -> list[int]:
    """Positions of the legs of the mode that goes farthest, none where there is no leg."""
    length: dict[str, float] = {}
    for place in legs:
        mode = str(items[place]["mode"])
        length[mode] = length.get(mode, 0.0) + float(items[place]["distance"])
    mode = max(length, key=length.__getitem__, default="")
    return [place for place in legs if items[place]["mode"] == mode]


def _stage(place: int, row: Row, main: tuple[int, int], beside: tuple[int, int], final: int) -> str:
    customs = row["operation"] == "customs"
    if place < main[0]:
        if beside[0] < 0:
            return "loading_origin"
        if place <= beside[0]:
            return "pre_carriage" if row["kind"] == "leg" or place else "loading_origin"
        return "main_loading" if row["operation"] == "load" else "origin_terminal"
    if place <= main[1]:
        return "main_carriage"
    if customs and place > final:
        return "import_clearance"
    if place < beside[1] and main[1] != final:
        return "destination_terminal"
    return "unloading" if place > final else "on_carriage"


def list_passages(items: Sequence[Row]) -> tuple[Passage, ...]:
    """Countries in the order in which they are passed, with what is done to the goods there."""
    found: dict[str, Passage] = {}
    for row in items:
        operation = str(row["operation"])
        for country in row["countries"]:
            known = found.get(country, Passage(country))
            found[country] = Passage(
                country, known.handled or operation in HANDLED, known.stored or operation in STORED
            )
    return tuple(found.values())


def _find_entry(items: Sequence[Row], sides: Sequence[str]) -> str:
    """The mode by which the way enters the territory of its destination: that of the last leg before."""
    legs = [
        str(row["mode"])
        for row, side in zip(items, sides, strict=True)
        if row["kind"] == "leg" and side == MAIN
    ]
    mode = legs[-1] if legs else "any"
    return "sea" if mode == "ferry" else mode


def give_way(costs: Mapping[str, Floats], *, currency: str, year: int, hours: Floats) -> Way:
    """A way of given costs for the whole consignment, by side: "export", "main" (international carriage), "inland"."""
    stages = {EXPORT: "pre_carriage", MAIN: "main_carriage", INLAND: "on_carriage"}
    titles = {EXPORT: "to the border or port of export", MAIN: "international", INLAND: "inland after entry"}
    parts = tuple(
        WayPart(
            "carriage", f"Carriage, {titles[side]}, as given", side, stages[side], cost, quality="published"
        )
        for side, cost in costs.items()
        if np.any(cost)
    )
    return Way("", "", "given freight", parts, hours, currency, year)


def check_way(way: Way) -> Iterator[Finding]:
    """A finding where a cost or the time of a way is negative or no number; only a time may be unknown.

    >>> costs = {"main": np.array([-5.0])}
    >>> [one.code for one in check_way(give_way(costs, currency="USD", year=2026, hours=np.array([1.0])))]
    ['bad_freight']
    """
    amounts = [part.cost for part in way.parts] + [np.nan_to_num(way.hours)]
    if not all((np.isfinite(amount) & (amount >= 0.0)).all() for amount in amounts):
        what = f"a cost or the time of {way.label} is negative or no number"
        yield Finding("bad_freight", "error", what, "give what is paid, 0 where it is nothing")
