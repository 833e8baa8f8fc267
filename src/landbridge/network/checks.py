"""Faults of results that a declared check cannot express: capacities, permits of cargo out of gauge."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from math import isnan
from typing import Any

import pandas as pd

from landbridge.network.routes import Answer, Route
from landbridge.schema import Finding
from landbridge.schema.rows import read_rows
from landbridge.schema.timetables import mean_headway


def check_prices(tables: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """Rows of parameters that no price can be made of: times out of order, draws, a price year without an index."""
    faults = []
    for row in read_rows(tables["operations"]):
        least, median, slow = (
            0.0 if isnan(row[name]) else row[name] for name in ("time_min", "time_p50", "time_p90")
        )
        if (slow > 0 and not least <= median <= slow) or (slow > 0 and median == 0):
            what = f"its times are out of order: min {least:g} h, p50 {median:g} h, p90 {slow:g} h"
            faults.append(
                _bad_row("operations", row["id"], what, "write 0 <= min <= p50 <= p90, p50 above 0")
            )
    values = dict(zip(tables["parameters"]["id"], tables["parameters"]["value"], strict=True))
    draws, year = values.get("draws", 1.0), values.get("price_year")
    if not (draws >= 1 and draws == int(draws)):
        faults.append(
            _bad_row("parameters", "draws", f"{draws:g} draws cannot be made", "write a whole number above 0")
        )
    if year is not None and f"deflator_{int(year)}" not in values:
        what = f"there is no index of prices for {year:g}"
        faults.append(
            _bad_row("parameters", "price_year", what, "choose a year with a row deflator_YEAR, or add it")
        )
    return faults


def _bad_row(table: str, row: str, what: str, remedy: str) -> Finding:
    return Finding(
        code="bad_parameter", severity="error", what=f"{row}: {what}", remedy=remedy, file=f"{table}.csv"
    )


HANDLED = {"tranship", "load", "unload"}


def check_answers(answers: Mapping[str, Answer], given: Mapping[str, Any]) -> Iterator[tuple[str, Finding]]:
    """Findings of the answers as (flow, finding); a finding of several flows stands with the first of them."""
    yield from check_capacities(answers, given)
    yield from check_permits(answers, given)


def check_capacities(
    answers: Mapping[str, Answer], given: Mapping[str, Any]
) -> Iterator[tuple[str, Finding]]:
    """Yearly tonnes of all flows together, on their best routes, against the capacity of each place and service."""
    capacities = {row["id"]: row["capacity"] for row in read_rows(given["places"]) if row["capacity"] > 0}
    for row in read_rows(given["services"]):
        headway = mean_headway(row)
        if row["capacity"] > 0 and headway > 0:
            capacities[row["id"]] = row["capacity"] * 8_760.0 / headway
    used: dict[str, dict[str, float]] = defaultdict(dict)
    names: dict[str, str] = {}
    for flow, answer in answers.items():
        yearly = given["flow_shipments"][flow].yearly_tonnes
        if answer.routes and yearly > 0:
            for name, identity in _handled(answer.routes[0]):
                used[identity][flow], names[identity] = yearly, name
    for identity, flows in used.items():
        total = sum(flows.values())
        if total > capacities.get(identity, float("inf")):
            yield next(iter(flows)), _exceeded(names[identity], total, capacities[identity])


def _handled(route: Route) -> Iterator[tuple[str, str]]:
    for item in route.items:
        if item.kind == "leg" and item.service:
            yield f"{item.start} - {item.end}", item.service
        elif item.operation in HANDLED:
            yield item.site.name, item.site.id


def _exceeded(name: str, yearly: float, capacity: float) -> Finding:
    return Finding(
        code="capacity",
        severity="warning",
        what=f"{yearly:,.0f} t a year are more than the whole capacity of {name}, {capacity:,.0f} t a year",
        remedy="split the flows over several ways, or enter a larger capacity with its source",
    )


def check_permits(answers: Mapping[str, Answer], given: Mapping[str, Any]) -> Iterator[tuple[str, Finding]]:
    """Road legs of cargo out of gauge through countries whose permit is not known."""
    known = {row["id"] for row in read_rows(given["countries"]) if row["oversize_cost"] >= 0}
    for flow, answer in answers.items():
        if given["flow_shipments"][flow].cargo_class != "out_of_gauge":
            continue
        roads = {
            country
            for route in answer.routes[:1]
            for item in route.items
            if item.mode == "road" and item.kind == "leg"
            for country in item.countries
        }
        unknown = ", ".join(sorted(roads - known))
        if unknown:
            what = f"no permit fee and time of an oversize road load is known for {unknown}: the default stands in"
            remedy = "fill oversize_cost and oversize_days of these countries, with their source"
            yield flow, Finding(code="permit_unknown", severity="warning", what=what, remedy=remedy)
