"""Faults of results that a declared check cannot express: capacity, circuity, cargo out of gauge."""

from collections.abc import Iterator, Mapping
from typing import Any

from landbridge.network.routes import Answer, Route
from landbridge.schema import Finding
from landbridge.schema.rows import read_rows


def check_capacities(
    answers: Mapping[str, Answer], given: Mapping[str, Any]
) -> Iterator[tuple[str, Finding]]:
    """A flow whose yearly tonnes exceed the published yearly capacity of a place or service on its best route."""
    capacities = {
        row["id"]: float(row["capacity"]) for row in read_rows(given["places"]) if row["capacity"] > 0
    }
    for row in read_rows(given["services"]):
        if row["capacity"] > 0 and row["headway"] > 0:
            capacities[row["id"]] = float(row["capacity"]) * 8_760.0 / float(row["headway"])
    for flow, answer in answers.items():
        yearly = given["flow_shipments"][flow].yearly_tonnes
        for route in answer.routes[:1]:
            for name, identity in _used(route):
                if yearly > capacities.get(identity, float("inf")):
                    yield flow, _exceeded(name, yearly, capacities[identity])


def _used(route: Route) -> Iterator[tuple[str, str]]:
    for item in route.items:
        if item.service:
            yield f"{item.start} - {item.end}", item.service
        elif item.operation == "tranship":
            yield item.site.name, item.site.id


def _exceeded(name: str, yearly: float, capacity: float) -> Finding:
    return Finding(
        code="capacity",
        severity="warning",
        what=f"{yearly:,.0f} t a year are more than the whole capacity of {name}, {capacity:,.0f} t a year",
        remedy="split the flow over several ways, or enter a larger capacity with its source",
    )
