"""Steps of landed cost: consignments of a study priced to the door by each route of their flow."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from math import isnan
from typing import Any

import pandas as pd

from landbridge.landed_cost.break_even import break_even_rows
from landbridge.landed_cost.consigned import Origins, judge_consignment
from landbridge.landed_cost.customs_law import TABLES as LAW_TABLES
from landbridge.landed_cost.customs_law import CustomsLaw, read_customs_law
from landbridge.landed_cost.door import Door
from landbridge.landed_cost.goods import Goods, read_goods
from landbridge.landed_cost.preference_margin import margin_rows
from landbridge.landed_cost.pricing import Rules, Wishes, price_consignment
from landbridge.landed_cost.regimes import RELEASE
from landbridge.landed_cost.sensitivity import price_again, sensitivity_rows
from landbridge.landed_cost.waterfall import cost_row, line_rows, list_prices
from landbridge.landed_cost.way import Way, read_way
from landbridge.schema import Finding
from landbridge.schema.rows import Row, read_rows, rows_to_frame
from landbridge.schema.steps import Step, Workspace

TABULATED = (
    "landed_costs",
    "landed_cost_lines",
    "landed_prices",
    "landed_sensitivities",
    "landed_break_evens",
    "preference_margins",
    "origin_verdicts",
    "landed_findings",
)
READS = (
    *LAW_TABLES,
    "agreements",
    "components",
    "parameters",
    "consignments",
    "consignment_rulings",
    "consignment_listings",
    "listings",
    "closed_ways",
    "flow_shipments",
    "routes",
    "route_items",
    "route_draws",
    "ends",
    "date",
    "wishes_of_price",
)
Unions = tuple[frozenset[str], frozenset[str]]
FindWays = Callable[[CustomsLaw, Goods, str], list[Way]]


@dataclass(frozen=True, slots=True)
class BestDoor:
    """The cheapest release of a consignment (of all where none releases it) at its means, and US dollars for one of its
    currency on that day.
    """

    door: Door
    dollars: float


@dataclass(slots=True)
class _Table:
    """Rows of the result tables so far."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {name: [] for name in TABULATED})
    best: dict[tuple[str, datetime.date], BestDoor] = field(default_factory=dict)

    def note(self, goods: str, date: datetime.date, findings: Sequence[Finding], regime: str = "") -> None:
        """Add findings of a consignment."""
        self.rows["landed_findings"] += [
            {
                "consignment": goods,
                "date": date,
                "regime": regime,
                "code": finding.code,
                "level": finding.severity,
                "message": finding.what,
                "remedy": finding.remedy,
                "nearest": finding.nearest,
            }
            for finding in findings
        ]


def price_consignments(given: Workspace) -> Mapping[str, Any]:
    """The tables of landed cost: each consignment on each of its days, by each route, under each lawful regime."""
    items = _group_items(given["route_items"])
    kept: dict[tuple[str, Unions], list[Way]] = {}

    def find_ways(law: CustomsLaw, goods: Goods, flow: str) -> list[Way]:
        unions = law.union(goods.start), law.union(goods.destination)
        if (flow, unions) not in kept:
            kept[flow, unions] = _read_ways(given, flow, items, unions=unions)
        return kept[flow, unions]

    return price_cases(given, find_ways)


def _group_items(frame: pd.DataFrame) -> dict[str, list[Row]]:
    """Rows of route_items by route, in order."""
    found: dict[str, list[Row]] = {}
    for row in read_rows(frame):
        found.setdefault(str(row["route"]), []).append(row)
    return found


def price_cases(given: Workspace, find_ways: FindWays) -> dict[str, Any]:
    """The result tables by name and the best doors by consignment and day; `find_ways` gives the ways of goods of a
    flow under the law of a day.
    """
    table, laws = _Table(), dict[datetime.date, CustomsLaw]()
    for row, date in list_cases(given["consignments"], given["date"]):
        if date not in laws:
            laws[date] = read_customs_law(given, date)
        _price_case(given, row, laws[date], table=table, find_ways=find_ways)
    frames = {name: rows_to_frame(name, rows) for name, rows in table.rows.items()}
    return {**frames, "best_doors": table.best}


def list_cases(consignments: pd.DataFrame, date: datetime.date) -> Iterator[tuple[Row, datetime.date]]:
    """Each consignment with each day on which it is priced, by default that of the study."""
    for row in read_rows(consignments):
        for day in row["dates"] or (date.isoformat(),):
            yield row, datetime.date.fromisoformat(str(day))


def _price_case(given: Workspace, row: Row, law: CustomsLaw, *, table: _Table, find_ways: FindWays) -> None:
    name, flow = str(row["id"]), str(row["flow"])
    ruling = given["consignment_rulings"].get((name, law.date))
    if ruling is None:
        return
    if ruling.prohibited:
        named = "; ".join(_name_measures(given, name, law.date))
        what = f"{row['name']} is prohibited on {law.date}: {named}"
        table.note(name, law.date, [Finding("prohibited", "error", what, "no price is given")])
        return
    origin, destination = given["ends"][flow]
    product = given["flow_shipments"][flow].product
    goods = read_goods(row, start=origin.country, destination=destination.country, product=product)
    closed = given["closed_ways"].get((name, law.date), {})
    ways = [way for way in find_ways(law, goods, flow) if way.route not in closed]
    if closed:
        listings = ", ".join(sorted({one for found in closed.values() for one in found}))
        what = f"{len(closed)} ways are closed to {row['name']} by its code, origin or day: {listings}"
        table.note(name, law.date, [Finding("closed_ways", "warning", what, "see the listings")])
    if not ways:
        what = f"{row['name']} has no route, so no price to the door"
        table.note(name, law.date, [Finding("no_route", "error", what, "see the verdict on the flow")])
        return
    origins = judge_consignment(goods, law, tables=given, ways=ways)
    rules = Rules(law, read_parameters(given["parameters"]), list_in_force(given["agreements"], law))
    priced = price_consignment(rules, goods, ways, origins=origins, wishes=read_wishes(given, row))
    table.note(name, law.date, (*origins.findings, *priced.findings))
    table.rows["origin_verdicts"] += [{"consignment": name, "date": law.date, **one} for one in origins.rows]
    _tabulate(table, row, law, priced.doors, origins)
    if priced.doors:
        _tabulate_changes(table, row, law, priced.doors)


def _name_measures(given: Workspace, name: str, date: datetime.date) -> Iterator[str]:
    """Act and article of the measures that forbid a consignment on a day."""
    rows = {str(row["id"]): row for row in read_rows(given["listings"])}
    told = dict.fromkeys(
        one.listing for one in given["consignment_listings"][name, date] if one.effect == "prohibited"
    )
    for listing in told:
        row = rows[listing]
        yield f"{row['act']}, {row['article']}" if row["article"] else str(row["act"])


def read_wishes(given: Workspace, row: Row) -> Wishes:
    """What is asked of every price, with the value that a consignment is added in a zone."""
    added = float(row["zone_added"])
    wishes: Wishes = given["wishes_of_price"]
    return replace(wishes, added=0.0 if isnan(added) else added / 100.0)


def _read_ways(given: Workspace, flow: str, items: Mapping[str, list[Row]], *, unions: Unions) -> list[Way]:
    routes, draws = given["routes"], given["route_draws"]
    year = int(read_parameters(given["parameters"])["price_year"])
    return [
        read_way(route, items[route["route"]], draws[route["route"]], unions=unions, year=year)
        for route in read_rows(routes[routes["flow"] == flow])
        if route["route"] in draws
    ]


def read_parameters(frame: pd.DataFrame) -> dict[str, float]:
    """Values of the table parameters by name."""
    return dict(zip(frame["id"].tolist(), map(float, frame["value"].tolist()), strict=True))


def list_in_force(agreements: pd.DataFrame, law: CustomsLaw) -> frozenset[str]:
    """Agreements in force on the day of the law: those of trade, and documents of the study by their day in force.

    A day known to the year or month counts once that year or month is over.
    """
    named = {str(row["id"]) for row in law.rows["trade_agreements"]}
    day = law.date.isoformat()
    for key, first, last in zip(agreements["id"], agreements["in_force"], agreements["ends"], strict=True):
        begun = first and (day >= first if len(first) == len(day) else day[: len(first)] > first)
        if begun and not (last and day[: len(last)] > last):
            named.add(str(key))
    return frozenset(named)


def _tabulate(table: _Table, row: Row, law: CustomsLaw, doors: Sequence[Door], origins: Origins) -> None:
    for (route, _), group in groupby(doors, key=lambda door: (door.way.route, door.regime.kind)):
        for rank, door in enumerate(group, 1):
            keys = {"consignment": str(row["id"]), "date": law.date, "route": route, "regime": door.regime.id}
            table.rows["landed_costs"].append(
                {**keys, **_cost_row(door, row, rank, law=law, origins=origins)}
            )
            table.rows["landed_cost_lines"] += line_rows(door, keys)
            table.rows["landed_prices"] += [
                {**keys, "rule": rule, "price": price, "currency": door.goods.currency}
                for rule, price in list_prices(door).items()
            ]


def _tabulate_changes(table: _Table, row: Row, law: CustomsLaw, doors: Sequence[Door]) -> None:
    """What moves the best release by each way, where it breaks even with another, and what preferences save."""
    name = str(row["id"])
    keys = {"consignment": name, "date": law.date}
    dollars = law.quote(doors[0].goods.currency, "USD").value
    ranked = sorted(doors, key=lambda door: (door.regime.kind != RELEASE, door.mean_total))
    table.best[name, law.date] = BestDoor(price_again(ranked[0], {}), dollars)
    ways: dict[str, Door] = {}
    for door in ranked:
        ways.setdefault(door.way.route, door)
    for route, door in ways.items():
        cell = {**keys, "route": route, "regime": door.regime.id}
        table.rows["landed_sensitivities"] += [{**cell, **one} for one in sensitivity_rows(door)]
    table.rows["landed_break_evens"] += [{**keys, **one} for one in break_even_rows(doors)]
    keys["flow"] = str(row["flow"])
    table.rows["preference_margins"] += [{**keys, **one} for one in margin_rows(doors, dollars=dollars)]


def _cost_row(door: Door, row: Row, rank: int, *, law: CustomsLaw, origins: Origins) -> dict[str, Any]:
    regime, way = door.regime, door.way
    conditions = (*regime.conditions, *origins.demands(regime.treatment.agreement, way.route))
    return {
        "flow": str(row["flow"]),
        "corridor": way.corridor,
        "label": way.label,
        "product": door.goods.product,
        "regime_name": regime.name,
        "kind": regime.kind,
        "rank": rank,
        **cost_row(door, dollars=law.quote(door.goods.currency, "USD").value),
        "papers": regime.papers,
        "conditions": conditions,
    }


STEPS = (Step("price to the door", READS, (*TABULATED, "best_doors"), price_consignments),)
