"""From result tables to the answers, routes and items that the sections draw."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from landbridge.report.content import ReportContent, ScenarioContent, Tables

ITEM_TEXTS = (
    "kind",
    "mode",
    "operation",
    "from",
    "to",
    "place",
    "place_id",
    "means",
    "service",
    "quality",
    "cause",
)
ITEM_NUMBERS = (
    "lat", "lon", "gauge", "distance", "cost", "time", "co2e", "cum_distance", "cum_cost", "cum_cost_p10",
    "cum_cost_p50", "cum_cost_p90", "cum_time", "cum_time_p10", "cum_time_p50", "cum_time_p90",
)  # fmt: skip
ITEM_LISTS = ("countries",)
ROUTE_NUMBERS = (
    "cost", "cost_p10", "cost_p50", "cost_p90", "cost_teu", "cost_shipment", "time", "time_p10", "time_p50", "time_p90",
    "distance", "co2e", "due_probability", "great_circle", "default_share_cost", "default_share_time", "gap",
)  # fmt: skip

# What an item is drawn as: legs by their mode, operations by these.
FAMILY = {
    "load": "terminal", "unload": "terminal", "tranship": "terminal", "store": "terminal", "gauge_change": "gauge",
    "border_crossing": "border", "customs": "border", "inspection": "border", "wait": "wait", "passage": "passage",
    "oversize_permit": "passage",
}  # fmt: skip
FAMILIES = (
    "rail",
    "road",
    "inland_water",
    "ferry",
    "sea",
    "air",
    "terminal",
    "border",
    "gauge",
    "wait",
    "passage",
)


class Item(NamedTuple):
    """A leg or an operation (see table route_items); `family` is what it is drawn as."""

    seq: int
    family: str
    kind: str
    mode: str
    operation: str
    start: str
    end: str
    place: str
    place_id: str
    means: str
    service: str
    quality: str
    cause: str
    lat: float
    lon: float
    gauge: float
    distance: float
    cost: float
    time: float
    co2e: float
    cum_distance: float
    cum_cost: float
    cum_cost_p10: float
    cum_cost_p50: float
    cum_cost_p90: float
    cum_time: float
    cum_time_p10: float
    cum_time_p50: float
    cum_time_p90: float
    countries: tuple[str, ...]


class Term(NamedTuple):
    """An addend of an item (see table route_terms)."""

    seq: int
    term: str
    value: float
    unit: str
    formula: str
    inputs: tuple[str, ...]
    source: str
    quality: str


class Shape(NamedTuple):
    """The drawn line of a leg: `line` is text of lon,lat pairs."""

    seq: int
    mode: str
    line: str


@dataclass(frozen=True, slots=True)
class Route:
    """A route with all that belongs to it. Costs USD/t, times h, distance km, emissions kg/t."""

    id: str
    flow: str
    corridor: str
    label: str
    criterion: str
    rank: int
    reason: str
    figures: dict[str, float]
    items: tuple[Item, ...] = ()
    terms: tuple[Term, ...] = ()
    shapes: tuple[Shape, ...] = ()

    def __getitem__(self, name: str) -> float:
        return self.figures[name]


@dataclass(frozen=True, slots=True)
class Law:
    """A listing beside a flow or a route: the row of applied_listings and the listing itself."""

    listing: str
    route: str
    applies: bool
    effect: str
    meaning: str
    row: dict[str, Any]


class Loss(NamedTuple):
    """What closing a place on the first route costs the flow (see table closures): USD/t and h more."""

    place_id: str
    kind: str
    name: str
    way: str
    lat: float
    lon: float
    cost: float
    time: float
    cut: bool


class Gateway(NamedTuple):
    """The best way of a flow through a gateway (table gateways): USD/t, h, kg/t, and how much more than the best."""

    kind: str
    name: str
    country: str
    status: str
    way: str
    countries: tuple[str, ...]
    cost: float
    time: float
    co2e: float
    cost_more: float
    time_more: float

    @property
    def comes_back(self) -> bool:
        """Whether its way comes again into a country that it has left."""
        return len(set(self.countries)) < len(self.countries)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one scenario says of one flow."""

    flow: str
    scenario: str
    verdict: str
    origin: str
    destination: str
    product: str
    goods: str
    snaps: tuple[float, float]
    cut: tuple[str, ...]
    routes: tuple[Route, ...] = ()
    laws: tuple[Law, ...] = ()
    findings: tuple[dict[str, Any], ...] = field(default=())
    losses: tuple[Loss, ...] = ()
    gateways: tuple[Gateway, ...] = ()


def list_rows(
    frame: pd.DataFrame | None, columns: Sequence[str], *, missing: object = ""
) -> Iterator[tuple[Any, ...]]:
    """Tuples of the columns, row by row; a column that the frame lacks, or a missing cell, gives `missing`."""
    if frame is None or frame.empty:
        return iter(())
    return zip(*(_list_column(frame, name, missing) for name in columns), strict=True)


def _list_column(frame: pd.DataFrame, name: str, missing: object) -> list[Any]:
    """Cells of a column as plain Python values."""
    if name not in frame.columns:
        return [missing] * len(frame)
    column = frame[name]
    values: list[Any] = column.tolist()
    if column.dtype == object or column.hasnans:
        return [missing if is_missing(value) else value for value in values]
    return values


def is_missing(value: object) -> bool:
    """Whether a cell is empty."""
    return value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value))


def list_records(frame: pd.DataFrame | None) -> list[dict[str, Any]]:
    """Rows as dictionaries, missing cells as "" (numbers, too)."""
    if frame is None or frame.empty:
        return []
    names = [str(name) for name in frame.columns]
    return [dict(zip(names, row, strict=True)) for row in list_rows(frame, names)]


def gather_items(frame: pd.DataFrame | None) -> dict[str, list[Item]]:
    """Items of each route in order."""
    found: dict[str, list[Item]] = {}
    if frame is None or frame.empty:
        return found
    texts = list_rows(frame, ("route", "seq", *ITEM_TEXTS))
    numbers = list_rows(frame, ITEM_NUMBERS, missing=math.nan)
    lists = list_rows(frame, ITEM_LISTS, missing=())
    for text, number, more in zip(texts, numbers, lists, strict=True):
        route, seq, kind, mode, operation, *rest = text
        family = mode if kind == "leg" else FAMILY.get(operation, "terminal")
        found.setdefault(route, []).append(
            Item(seq, family, kind, mode, operation, *rest, *number, *map(tuple, more))
        )
    for items in found.values():
        items.sort(key=lambda item: item.seq)
    return found


def gather_terms(frame: pd.DataFrame | None) -> dict[str, list[Term]]:
    """Terms of each route, by item."""
    found: dict[str, list[Term]] = {}
    columns = ("route", "seq", "term", "value", "unit", "formula", "inputs", "source", "quality")
    for route, seq, term, value, unit, formula, inputs, source, quality in list_rows(frame, columns):
        row = Term(seq, term, value or 0.0, unit, formula, tuple(inputs), source, quality)
        found.setdefault(route, []).append(row)
    return found


def gather_shapes(frame: pd.DataFrame | None) -> dict[str, list[Shape]]:
    """Drawn lines of each route."""
    found: dict[str, list[Shape]] = {}
    for route, seq, mode, line in list_rows(frame, ("route", "seq", "mode", "line")):
        found.setdefault(route, []).append(Shape(seq, mode, line))
    return found


def gather_routes(tables: Tables) -> dict[str, list[Route]]:
    """Routes of each flow by rank."""
    items, terms = gather_items(tables.get("route_items")), gather_terms(tables.get("route_terms"))
    shapes = gather_shapes(tables.get("route_shapes"))
    frame = tables.get("routes")
    found: dict[str, list[Route]] = {}
    texts = list_rows(frame, ("route", "flow", "corridor", "label", "criterion", "rank", "reason"))
    for text, numbers in zip(texts, list_rows(frame, ROUTE_NUMBERS, missing=math.nan), strict=True):
        key, flow, corridor, label, criterion, rank, reason = text
        figures = dict(zip(ROUTE_NUMBERS, numbers, strict=True))
        route = Route(
            key, flow, corridor, label, criterion, rank, reason, figures, tuple(items.get(key, ())),
            tuple(terms.get(key, ())), tuple(shapes.get(key, ())),
        )  # fmt: skip
        found.setdefault(route.flow, []).append(route)
    for routes in found.values():
        routes.sort(key=lambda route: (route.rank, route.id))
    return found


def gather_laws(tables: Tables, listings: dict[str, dict[str, Any]]) -> dict[str, list[Law]]:
    """Listings beside each flow, those that apply first."""
    found: dict[str, list[Law]] = {}
    columns = ("flow", "listing", "route", "applies", "effect", "meaning")
    for flow, key, route, applies, effect, meaning in list_rows(tables.get("applied_listings"), columns):
        law = Law(key, route, bool(applies), effect, meaning, listings.get(key, {"id": key, "act": key}))
        found.setdefault(flow, []).append(law)
    for laws in found.values():
        laws.sort(key=lambda law: (not law.applies, law.effect != "prohibited", law.listing, law.route))
    return found


def gather_losses(frame: pd.DataFrame | None) -> dict[str, list[Loss]]:
    """What each place on the first route of a flow is worth; what the law has closed has no value."""
    found: dict[str, list[Loss]] = {}
    texts = list_rows(frame, ("flow", "closed_by", "facility", "kind", "name", "way"))
    numbers = list_rows(frame, ("lat", "lon", "cost_loss", "time_loss", "cut"), missing=math.nan)
    for (flow, closed_by, *text), number in zip(texts, numbers, strict=True):
        loss = Loss(*text, *number)
        if not closed_by and not math.isnan(loss.lat):
            found.setdefault(flow, []).append(loss)
    return found


def gather_gateways(frame: pd.DataFrame | None) -> dict[str, list[Gateway]]:
    """The gateways of each flow, in the order of the table: the best first, what the law has closed last."""
    found: dict[str, list[Gateway]] = {}
    texts = list_rows(frame, ("flow", "kind", "name", "country", "status", "way"))
    lists = list_rows(frame, ("countries",), missing=())
    numbers = list_rows(frame, ("cost", "time", "co2e", "cost_more", "time_more"), missing=math.nan)
    for (flow, *text), (countries,), number in zip(texts, lists, numbers, strict=True):
        found.setdefault(flow, []).append(Gateway._make((*text, tuple(countries), *number)))
    return found


def read_answers(content: ReportContent) -> list[list[Answer]]:
    """Answers of each scenario, one a flow, in the order of the flows."""
    goods = {
        row["id"]: str(row.get("name") or row["id"])
        for row in list_records(content.study_tables.get("shipments"))
    }
    listings = {row["id"]: row for row in list_records(content.study_tables.get("listings"))}
    return [_read_scenario(scenario, goods, listings) for scenario in content.scenarios]


def _read_scenario(
    scenario: ScenarioContent, goods: dict[str, str], listings: dict[str, dict[str, Any]]
) -> list[Answer]:
    """Answers of one scenario."""
    tables = scenario.tables
    routes, laws = gather_routes(tables), gather_laws(tables, listings)
    losses, gateways = gather_losses(tables.get("closures")), gather_gateways(tables.get("gateways"))
    findings: dict[str, list[dict[str, Any]]] = {}
    for row in list_records(tables.get("result_findings")):
        findings.setdefault(str(row["flow"]), []).append(row)
    columns = (
        "flow",
        "verdict",
        "origin",
        "destination",
        "product",
        "shipment",
        "origin_snap",
        "destination_snap",
        "cut",
    )
    return [
        Answer(
            flow, scenario.name, verdict, origin, destination, product, goods.get(shipment, shipment or product),
            (start or 0.0, end or 0.0), tuple(cut), tuple(routes.get(flow, ())), tuple(laws.get(flow, ())),
            tuple(findings.get(flow, ())), tuple(losses.get(flow, ())),
            tuple(gateways.get(flow, ())),
        )
        for flow, verdict, origin, destination, product, shipment, start, end, cut in list_rows(
            tables.get("verdicts"), columns
        )
    ]  # fmt: skip
