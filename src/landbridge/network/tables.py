"""Answers to result tables: rows of verdicts, routes, route_items, route_terms, route_shapes and findings."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from landbridge.network.crossings import mark_crossings, mark_way, sum_charge, sum_paid
from landbridge.network.drawing import draw_line
from landbridge.network.items import Item
from landbridge.network.pricing import Term
from landbridge.network.routes import Answer, Route, crow_flies
from landbridge.network.shipments import Shipment
from landbridge.network.virtual import VirtualNetwork

Row = dict[str, Any]
MAX_DEGREES = 0.02


def verdict_row(answer: Answer, shipment: Shipment) -> Row:
    """The row of verdicts for an answer that the law does not forbid."""
    origin, destination = answer.request.origin, answer.request.destination
    return {
        "flow": answer.request.flow,
        "verdict": "ok" if answer.routes else "unreachable",
        "origin": origin.name,
        "destination": destination.name,
        "origin_place": origin.id,
        "destination_place": destination.id,
        "origin_snap": min(origin.gaps.values(), default=float("nan")),
        "destination_snap": min(destination.gaps.values(), default=float("nan")),
        "product": shipment.product,
        "shipment": shipment.id,
        "cut": tuple(f"{name} ({reason})" for name, reason in answer.cut),
    }


def route_row(route: Route, answer: Answer, shipment: Shipment) -> Row:
    """The row of routes."""
    ranges = route.ranges
    return {
        "route": route.id,
        "flow": answer.request.flow,
        "corridor": route.corridor,
        "label": route.label,
        "criterion": route.criterion,
        "rank": route.rank,
        "cost": route.cost,
        **_quantiles("cost", ranges.cost),
        "cost_variance": ranges.cost_variance,
        "cost_teu": route.cost * shipment.payload_teu if shipment.has_teu else float("nan"),
        "cost_shipment": route.cost * shipment.tonnes,
        "time": route.time,
        **_quantiles("time", ranges.time),
        "time_variance": ranges.time_variance,
        "distance": route.distance,
        "co2e": route.co2e,
        "due_probability": ranges.due_probability,
        "great_circle": crow_flies(answer.request),
        "default_share_cost": route.weak_share("USD/t"),
        "default_share_time": route.weak_share("h"),
        "gap": route.gap,
        "reason": route.reason,
    }


def _quantiles(name: str, values: NDArray[np.float64]) -> Row:
    return {
        f"{name}_{quantile}": float(value)
        for quantile, value in zip(("p10", "p50", "p90"), values, strict=True)
    }


def item_rows(route: Route) -> list[Row]:
    """Rows of route_items, cumulative figures included."""
    rows, so_far = [], {"distance": 0.0, "cost": 0.0, "time": 0.0}
    crossings, on_way = mark_crossings(route.items), mark_way(route.items)
    for position, item in enumerate(route.items):
        for name in so_far:
            so_far[name] += getattr(item, name)
        rows.append(
            {
                "route": route.id,
                "seq": position + 1,
                "kind": item.kind,
                "mode": item.mode,
                "operation": item.operation,
                "cause": item.cause,
                "from": item.start,
                "to": item.end,
                "place": item.site.name,
                "place_id": item.site.id,
                "lat": item.site.lat,
                "lon": item.site.lon,
                "means": item.means,
                "service": item.service,
                "gauge": float(item.gauge) if item.gauge else float("nan"),
                "countries": item.countries,
                "distance": item.distance,
                "electric_km": item.electric_km,
                "diesel_km": item.diesel_km,
                "cost": item.cost,
                "time": item.time,
                "co2e": item.co2e,
                **{f"cum_{name}": value for name, value in so_far.items()},
                **_quantiles("cum_cost", route.ranges.cumulative_cost[position]),
                **_quantiles("cum_time", route.ranges.cumulative_time[position]),
                "quality": item.quality,
                "crossing": crossings[position],
                "on_way": on_way[position],
                "charge": sum_charge(item),
                "paid": sum_paid(item),
            }
        )
    return rows


def term_rows(route: Route) -> list[Row]:
    """Rows of route_terms; equal terms of one item are told apart by their number."""
    return [
        {
            "route": route.id,
            "seq": seq,
            "term": term.term if number == 0 else f"{term.term}_{number + 1}",
            "value": term.value,
            "unit": term.unit,
            "formula": term.formula,
            "inputs": term.inputs,
            "source": term.source,
            "quality": term.quality,
        }
        for seq, item in enumerate(route.items, 1)
        for number, term in _numbered(item)
    ]


def _numbered(item: Item) -> list[tuple[int, Term]]:
    counts: dict[str, int] = {}
    numbered = []
    for term in item.terms:
        counts[term.term] = counts.get(term.term, -1) + 1
        numbered.append((counts[term.term], term))
    return numbered


def shape_rows(route: Route, network: VirtualNetwork) -> list[Row]:
    """Rows of route_shapes: the drawn line of each leg, thinned to two hundredths of a degree."""
    lines = (
        (seq, item, item.line or draw_line(network, item.arcs)) for seq, item in enumerate(route.items, 1)
    )
    return [
        {"route": route.id, "seq": seq, "mode": item.mode, "line": write_line(line)}
        for seq, item, line in lines
        if line
    ]


def write_line(points: Sequence[tuple[float, float]]) -> str:
    """Points as "lon,lat;lon,lat"; a point closer than 0.02 degrees to the last one kept is left out."""
    kept = [points[0]]
    for point in points[1:-1]:
        if max(abs(point[0] - kept[-1][0]), abs(point[1] - kept[-1][1])) >= MAX_DEGREES:
            kept.append(point)
    kept.append(points[-1])
    return ";".join(f"{lon:.3f},{lat:.3f}" for lon, lat in kept)
