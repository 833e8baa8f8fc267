"""What the page shows of one flow: cards, charts, law, table rows, lines on the map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from landbridge.report.figures import Scale, choose_time_scale, write_amount, write_range, write_share
from landbridge.report.gateway_chart import draw_gateways
from landbridge.report.item_rows import Row, TermPool, fold_items, make_row, round_number
from landbridge.report.progress_chart import Measure, draw_progress
from landbridge.report.reading import Answer, Law, Route
from landbridge.report.route_map import LinePool, Overlay, draw_legs, draw_stops, overlay_routes
from landbridge.report.scatter_chart import draw_scatter
from landbridge.report.stack_chart import draw_stack
from landbridge.report.summary import tell_change
from landbridge.report.words import family_titles

COST, EMISSIONS = Scale("USD/t"), Scale("kg/t")


@dataclass(frozen=True, slots=True)
class Card:
    """A route as the chooser shows it: texts ready to print."""

    label: str
    corridor: str
    criterion: str
    cost: str
    costs: str
    time: str
    times: str
    unit: str
    distance: str
    co2e: str
    due: str
    reason: str
    measures: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its title and the sentence that tells how to read it."""

    title: str
    note: str
    picture: Markup
    kind: str


@dataclass(frozen=True, slots=True)
class Pieces:
    """One answer, drawn: fragments of the page, and the overlay of the map.

    `same` marks an answer that says what the first scenario's says.
    """

    answer: Answer
    cards: tuple[Card, ...]
    charts: tuple[Chart, ...]
    overlay: Overlay
    scale: Scale
    laws: tuple[tuple[Law, list[str]], ...] = ()
    same: bool = False


def draw_answer(answer: Answer, pool: LinePool, *, corridors: dict[str, str]) -> Pieces:
    """Cards and charts of an answer, and its lines put into the pool."""
    longest = max((route["time"] for route in answer.routes), default=0.0)
    scale = choose_time_scale(longest)
    cards = tuple(
        _make_card(route, scale, corridors, count_measures(answer, route)) for route in answer.routes
    )
    charts = tuple(draw_charts(answer, scale)) if answer.routes else ()
    return Pieces(answer, cards, charts, overlay_routes(answer, pool), scale, tuple(merge_laws(answer)))


def count_measures(answer: Answer, route: Route) -> str:
    """How many listings touch one route, in words; they are told in full above the routes."""
    count = len({law.listing for law in answer.laws if law.route == route.id})
    return f"{count} measure{'s' if count > 1 else ''} on this route" if count else ""


def merge_laws(answer: Answer) -> list[tuple[Law, list[str]]]:
    """Listings beside a flow, each once, with the labels of the routes that it touches."""
    labels = {route.id: route.label for route in answer.routes}
    merged: dict[tuple[str, bool, str, str], tuple[Law, list[str]]] = {}
    for law in answer.laws:
        key = (law.listing, law.applies, law.effect, law.meaning)
        _, routes = merged.setdefault(key, (law, []))
        if law.route:
            routes.append(labels.get(law.route, law.route))
    return list(merged.values())


def _make_card(route: Route, scale: Scale, corridors: dict[str, str], measures: str) -> Card:
    """Texts of a route's card."""
    due, named = route["due_probability"], corridors.get(route.corridor, route.corridor)
    return Card(
        label=route.label,
        corridor="" if named == route.label else named,
        criterion=tell_criterion(route.criterion),
        cost=write_amount(route["cost"]),
        costs=write_range(route["cost_p10"], route["cost_p90"]),
        time=scale.write(route["time"]),
        times=scale.write_range(route["time_p10"], route["time_p90"]),
        unit=scale.unit,
        distance=write_amount(route["distance"]),
        co2e=write_amount(route["co2e"]),
        due="" if math.isnan(due) else write_share(due),
        reason=route.reason,
        measures=measures,
    )


CRITERIA = {
    "cost": "least cost", "time": "shortest time", "co2e": "least emissions", "front": "on the front",
    "corridor": "named corridor",
}  # fmt: skip


def tell_criterion(criterion: str) -> str:
    """Why a route stands in the list, in two words."""
    return CRITERIA.get(criterion, criterion)


def draw_charts(answer: Answer, scale: Scale) -> list[Chart]:
    """The pictures of an answer: six, and that of the gateways where they were looked at."""
    routes, titles = answer.routes, family_titles()
    pair = f"{answer.origin} to {answer.destination}"
    days = "days" if scale.unit == "d" else "hours"
    time = draw_progress(
        routes, Measure("time", scale), title=f"Time against distance, {pair}", origin=answer.origin
    )
    cost = draw_progress(
        routes, Measure("cost", COST), title=f"Cost against distance, {pair}", origin=answer.origin
    )
    scatter = draw_scatter(routes, scale, title=f"Cost against time of the routes, {pair}")
    stacks = [
        draw_stack(routes, name, scale=unit, title=f"{word} by mode and stop, {pair}", titles=titles)
        for name, unit, word in (
            ("time", scale, "Time"),
            ("cost", COST, "Cost"),
            ("co2e", EMISSIONS, "Emissions"),
        )
    ]
    band = "Shade: p10 to p90 of the chosen route. Grey: the other routes."
    adds = "which add up. Bracket: p10 to p90 of the whole."
    front = "Line: no route is better on both. Cross: p10 to p90. Area: emissions."
    rate = f"The slope is the rate of carriage, a step is a charge. {band}"
    return [
        Chart("Time against distance", f"The slope is speed, a step is a stop. {band}", time, "progress"),
        Chart("Cost against distance", rate, cost, "progress"),
        Chart("Cost against time", front, scatter, "scatter"),
        Chart(f"Where the {days} go", f"Means by mode and stop, {adds}", stacks[0], "stack"),
        Chart("Where the money goes", f"Means by mode and stop, USD/t, {adds}", stacks[1], "stack"),
        Chart("Where the emissions arise", "Well-to-wheel, kg CO₂e/t by mode and stop.", stacks[2], "stack"),
        *_chart_gateways(answer, scale),
    ]  # fmt: skip


def _chart_gateways(answer: Answer, scale: Scale) -> list[Chart]:
    if not answer.gateways:
        return []
    title = f"what each gateway costs, {answer.origin} to {answer.destination}"
    note = (
        "What the best way through each costs and takes more than the best of all, for the nearest of each kind. At the"
        " left edge: on the best way. Hollow: the way comes again into a country that it has left."
    )
    return [
        Chart("What each gateway costs", note, draw_gateways(answer.gateways, scale, title=title), "gates")
    ]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Routes by scenario: label, corridor and the cells of each scenario (None where it has no such route).

    `due` tells whether any route has a due time.
    """

    rows: tuple[tuple[str, str, tuple[dict[str, str] | None, ...]], ...]
    due: bool


def compare_scenarios(answers: Sequence[Answer], corridors: dict[str, str], *, scale: Scale) -> Comparison:
    """One row a route label, the scenarios side by side; changes are against the first scenario."""
    labels = dict.fromkeys(route.label for answer in answers for route in answer.routes)
    rows = []
    for label in labels:
        found = [next((route for route in answer.routes if route.label == label), None) for answer in answers]
        first = found[0]
        cells = tuple(
            None if route is None else _compare_cell(route, first if number else None, scale)
            for number, route in enumerate(found)
        )
        corridor = next(route.corridor for route in found if route is not None)
        rows.append((label, corridors.get(corridor, corridor), cells))
    known = any(not math.isnan(route["due_probability"]) for answer in answers for route in answer.routes)
    return Comparison(tuple(rows), due=known)


def _compare_cell(route: Route, base: Route | None, scale: Scale) -> dict[str, str]:
    """Texts of a route in one scenario."""
    time, times = scale.write(route["time"]), scale.write_range(route["time_p10"], route["time_p90"])
    return {
        "cost": write_amount(route["cost"]),
        "costs": write_range(route["cost_p10"], route["cost_p90"]),
        "time": time,
        "times": times,
        "co2e": write_amount(route["co2e"]),
        "distance": write_amount(route["distance"]),
        "due": write_share(route["due_probability"]),
        "cost_change": "" if base is None else tell_move(base["cost"], route["cost"]),
        "time_change": "" if base is None else tell_move(base["time"], route["time"]),
    }


def tell_move(before: float, after: float) -> str:
    """A change in per cent, nothing where there is none worth telling."""
    text = tell_change(before, after)
    return "" if text.startswith("±") else text


def pack_answer(pieces: Pieces, templates: Environment, *, terms: TermPool) -> dict[str, Any]:
    """An answer as the script reads it: fragments and rows."""
    overlay = pieces.overlay
    return {
        "cards": templates.get_template("cards.html.j2").render(pieces=pieces),
        "verdict": templates.get_template("verdict.html.j2").render(pieces=pieces),
        "charts": templates.get_template("charts.html.j2").render(pieces=pieces),
        "legs": str(draw_legs(overlay, None)),
        "stops": str(draw_stops(overlay)),
        "boxes": [list(map(round, box)) for box in (overlay.box, *overlay.route_boxes)],
        "unit": pieces.scale.unit,
        "size": pieces.scale.size,
        "routes": [pack_route(route, terms) for route in pieces.answer.routes],
    }


def pack_route(route: Route, terms: TermPool) -> dict[str, Any]:
    """Rows of a route's table."""
    ends = ("cost", "cost_p10", "cost_p90", "time", "time_p10", "time_p90", "distance", "co2e")
    return {
        "id": route.id,
        "label": route.label,
        "items": [make_row(item) for item in route.items],
        "folds": fold_items(route.items),
        "terms": terms.add_route(route),
        "total": [round_number(route[name]) for name in ends],
    }


@dataclass(frozen=True, slots=True)
class StillRow:
    """A row of the table as it stands before any script runs."""

    family: str
    texts: tuple[str, ...]


def list_still_rows(pieces: Pieces, chosen: int = 0) -> list[StillRow]:
    """The folded table of a route, as the script draws it too."""
    if not pieces.answer.routes:
        return []
    route = pieces.answer.routes[chosen]
    rows = []
    for first, _, total in fold_items(route.items):
        row = make_row(route.items[first]) if total is None else total
        rows.append(StillRow(row[0], still_texts(row, pieces.scale)))
    return rows


def still_texts(row: Row, scale: Scale) -> tuple[str, ...]:
    """Cells of a row: what, countries, km, cost, hours, emissions, then sums so far, and quality."""
    numbers = [math.nan if value is None else float(value) for value in row[5:16]]
    km, cost, time, co2e, far, sum_cost, cost_low, cost_high, sum_time, time_low, time_high = numbers
    return (
        row[1], row[3], write_amount(km) if km else "", write_amount(cost), write_amount(time),
        write_amount(co2e), write_amount(far), write_amount(sum_cost), write_range(cost_low, cost_high),
        scale.write(sum_time), scale.write_range(time_low, time_high), row[4],
    )  # fmt: skip


def total_texts(pieces: Pieces, chosen: int = 0) -> tuple[str, ...]:
    """Cells of the last row."""
    if not pieces.answer.routes:
        return ()
    route, scale = pieces.answer.routes[chosen], pieces.scale
    cost, time = write_amount(route["cost"]), write_amount(route["time"])
    return (
        "Door to door", "", write_amount(route["distance"]), cost, time, write_amount(route["co2e"]), "", cost,
        write_range(route["cost_p10"], route["cost_p90"]), scale.write(route["time"]),
        scale.write_range(route["time_p10"], route["time_p90"]), "",
    )  # fmt: skip
