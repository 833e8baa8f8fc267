"""The ferries and other services that the routes use: how often they go, how long they take, what they carry a year."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from landbridge.kernels.distributions import wait_for
from landbridge.report.content import ReportContent
from landbridge.report.figures import write_amount, write_range
from landbridge.report.reading import list_records
from landbridge.schema.timetables import mean_headway, read_departures, split_departures

HOURS_A_YEAR = 8_760.0


@dataclass(frozen=True, slots=True)
class Link:
    """A service as the report tells it: times in h, capacity in t a year; a dash where a figure is unknown."""

    name: str
    kind: str
    headway: str
    run: str
    spread: str
    wait: str
    capacity: str
    routes: int
    source: str
    quality: str


def list_links(content: ReportContent) -> list[Link]:
    """Services that a route of any scenario uses, the most used first."""
    used: dict[str, set[tuple[str, str]]] = {}
    for scenario in content.scenarios:
        for item in list_records(scenario.tables.get("route_items")):
            if item.get("service") and item.get("kind") == "leg":
                used.setdefault(str(item["service"]), set()).add((scenario.name, str(item["route"])))
    rows = {str(row["id"]): row for row in list_records(content.study_tables.get("services"))}
    found = [_read_link(rows[key], len(routes)) for key, routes in used.items() if key in rows]
    return sorted(found, key=lambda link: (-link.routes, link.name))


def _read_link(row: dict[str, Any], routes: int) -> Link:
    headway, load = mean_headway(row), _number(row.get("capacity"))
    yearly = load * HOURS_A_YEAR / headway if headway > 0 else math.nan
    run, least, slow = (_number(row.get(name)) for name in ("time", "time_min", "time_p90"))
    return Link(
        name=str(row["name"]),
        kind=str(row["kind"]).replace("_", " "),
        headway=write_amount(headway),
        run=write_amount(run),
        spread=write_range(least, slow),
        wait=write_amount(_mean_wait(row, headway)),
        capacity=write_amount(yearly),
        routes=routes,
        source=str(row["source"]),
        quality=str(row["quality"]),
    )


def _number(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) else math.nan


def _mean_wait(row: dict[str, Any], headway: float) -> float:
    """Mean wait at the first place, h: by the timetable where there is one."""
    departures = split_departures(row.get("departures"))
    return wait_for(read_departures(departures)).mean if departures else headway / 2.0
