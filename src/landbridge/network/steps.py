"""Steps of the network room: where flows start and end, the router, the routes, and their tables."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from landbridge.network.build import survey
from landbridge.network.checks import check_capacities
from landbridge.network.closures import Restrictions
from landbridge.network.places import Place, find_place
from landbridge.network.router import Router, Simulation, make_router
from landbridge.network.routes import Answer, Corridor, Request
from landbridge.network.shipments import Shipment, choose_shipment
from landbridge.network.tables import item_rows, route_row, shape_rows, term_rows, verdict_row
from landbridge.network.terminals import Stop, Surroundings, make_stop
from landbridge.schema import Finding, InputError
from landbridge.schema.rows import read_rows, rows_to_frame
from landbridge.schema.steps import Step, Workspace

SNAPS = [
    "id",
    "name",
    "kind",
    "country",
    "lat",
    "lon",
    "road_node",
    "road_km",
    "rail_node",
    "rail_km",
    "water_node",
    "water_km",
]


@dataclass(frozen=True, slots=True)
class Options:
    """How routes are asked for: criteria, ways to pass or avoid, the main mode, and how many to show."""

    by: tuple[str, ...] = ("cost", "time", "co2e")
    via: tuple[str, ...] = ()
    corridor: str = ""
    avoid: tuple[str, ...] = ()
    mode: str = ""
    alternatives: int = 0
    front: bool = False
    corridors: bool = True
    no_gauge_change: bool = False


def locate_flows(given: Workspace) -> Mapping[str, Any]:
    """The two ends of each flow and its shipment; raises InputError with all that cannot be found."""
    around = survey(given["world"], given, given["date"])
    locate = Locator.over(given, around)
    ends, shipments, found, faults = {}, {}, [], []
    for row in read_rows(given["flows"]):
        try:
            stops = tuple(locate(row[side]) for side in ("origin", "destination"))
            ends[row["id"]] = (stops[0][0], stops[1][0])
            found += [(row["id"], finding) for _, notes in stops for finding in notes]
            shipment = choose_shipment(given["shipments"], row=row["shipment"], product=row["product"])
            shipments[row["id"]] = replace(
                shipment, product=row["product"], yearly_tonnes=float(row["tonnes"])
            )
        except InputError as fault:
            faults += list(fault.findings)
    if faults:
        raise InputError(faults)
    return {"around": around, "ends": ends, "flow_shipments": shipments, "place_findings": found}


@dataclass(frozen=True, slots=True)
class Locator:
    """Finds a place by its text and makes it a stop."""

    given: Workspace
    around: Surroundings
    own: pd.DataFrame
    rows: Mapping[str, Mapping[str, Any]]

    @classmethod
    def over(cls, given: Workspace, around: Surroundings) -> "Locator":
        """A locator over the tables and the world of a workspace."""
        places = given["places"]
        shipped = set(given["world"].places["id"])
        own = places[[place not in shipped for place in places["id"]]]
        return cls(given, around, own, {row["id"]: row for row in read_rows(places)})

    def __call__(self, text: str) -> tuple[Stop, tuple[Finding, ...]]:
        """The stop that `text` names and what is to be said of it; raises InputError."""
        place = find_place(self.given["world"], text, extra=self.own)
        return self.stop(place), place.findings

    def stop(self, place: Place) -> Stop:
        """A place as the network sees it."""
        row = self.rows.get(place.id)
        rail = row["rail"] if row else None
        return make_stop(
            self.around,
            {name: getattr(place, name) for name in SNAPS} | {"locode": place.code},
            cargo_classes=row["cargo_classes"] if row else (),
            rail=None if rail is None or pd.isna(rail) else bool(rail),
        )


def prepare_router(given: Workspace) -> Mapping[str, Any]:
    """The router over the tables of the scenario."""
    stops = {stop.id: stop for pair in given["ends"].values() for stop in pair}
    router = make_router(
        given["world"],
        given,
        given["date"],
        stops=tuple(stops.values()),
        simulation=given["simulation"],
        flights=given["options"].mode == "air",
    )
    return {"router": router}


def find_flow_routes(given: Workspace) -> Mapping[str, Any]:
    """The answer to each flow that the law does not forbid."""
    options, router = given["options"], given["router"]
    locate = Locator.over(given, given["around"])
    restrictions = read_restrictions(options, given, locate)
    passings = tuple(router.passing(locate(text)[0]) for text in options.via)
    chains = list(_corridor_stops(given, locate, options))

    def answer(flow: str) -> tuple[str, Answer]:
        origin, destination = given["ends"][flow]
        given["progress"](f"routes {origin.name} - {destination.name}")
        shipment, ruling = given["flow_shipments"][flow], given["rulings"][flow]
        search = router.search(shipment, ruling.closings, restrictions, ends=(origin, destination))
        corridors = [router.corridor(row, stops, origin, destination) for row, stops in chains]
        request = Request(
            flow=flow,
            origin=origin,
            destination=destination,
            by=options.by,
            corridors=tuple(corridor for corridor in corridors if corridor is not None),
            via=passings,
            alternatives=options.alternatives,
            front=options.front,
        )
        return flow, router.answer(request, shipment, search)

    allowed = [flow for flow in given["ends"] if not given["rulings"][flow].prohibited]
    return {"answers": dict(_in_groups(answer, allowed, given["flow_shipments"]))}


def _in_groups(
    answer: Callable[[str], tuple[str, Answer]], flows: Sequence[str], shipments: Mapping[str, Shipment]
) -> list[tuple[str, Answer]]:
    """Answers in the order of `flows`; flows of one shipment share searches, so each group keeps to one thread."""
    groups: dict[str, list[str]] = {}
    for flow in flows:
        groups.setdefault(shipments[flow].id, []).append(flow)
    with ThreadPoolExecutor(max_workers=min(len(groups), os.cpu_count() or 1) or 1) as pool:
        done = pool.map(lambda group: [answer(flow) for flow in group], groups.values())
        found = dict(pair for group in done for pair in group)
    return [(flow, found[flow]) for flow in flows]


def _corridor_stops(
    given: Workspace, locate: Callable[[str], tuple[Stop, object]], options: Options
) -> Iterable[tuple[dict[str, Any], list[Stop]]]:
    rows = given["corridors"]
    if options.corridor:
        rows = rows[(rows["id"] == options.corridor) | (rows["name"] == options.corridor)]
        if rows.empty:
            known = tuple(given["corridors"]["id"])
            raise InputError(
                [
                    Finding(
                        code="unknown_corridor",
                        severity="error",
                        what=f"no corridor {options.corridor!r} is known",
                        remedy="use an id or a name of the table corridors",
                        nearest=known[:12],
                    )
                ]
            )
    elif not options.corridors:
        return
    for row in read_rows(rows):
        yield row, [locate(place)[0] for place in row["via"]]


def read_restrictions(options: Options, given: Workspace, locate: Locator) -> Restrictions:
    """What the user leaves out: `avoid` may name a country, a passage, a leg or a place."""
    countries = set(given["countries"]["id"])
    named = dict(zip(given["countries"]["name"].str.lower(), given["countries"]["id"], strict=True))
    known = {*given["passages"]["id"], *given["legs"]["id"], *given["posts"]["id"]}
    places, avoided = set(), set()
    for text in options.avoid:
        if text.upper() in countries or text.lower() in named:
            avoided.add(named.get(text.lower(), text.upper()))
        elif text.lower() in known:
            places.add(text.lower())
        else:
            places.add(locate(text)[0].id)
    return Restrictions(options.mode, frozenset(places), frozenset(avoided), options.no_gauge_change)


def tabulate_answers(given: Workspace) -> Mapping[str, Any]:
    """The result tables."""
    answers: Mapping[str, Answer] = given["answers"]
    shipments: Mapping[str, Shipment] = given["flow_shipments"]
    rows: dict[str, list[dict[str, object]]] = {
        name: []
        for name in ("verdicts", "routes", "route_items", "route_terms", "route_shapes", "result_findings")
    }
    for flow, (origin, destination) in given["ends"].items():
        answer = answers.get(flow) or Answer(Request(flow, origin, destination), ())
        verdict = verdict_row(answer, shipments[flow])
        rows["verdicts"].append(verdict if flow in answers else {**verdict, "verdict": "prohibited"})
        rows["result_findings"] += [_finding_row(flow, finding) for finding in answer.findings]
        for route in answer.routes:
            rows["routes"].append(route_row(route, answer, shipments[flow]))
            rows["route_items"] += item_rows(route, {})
            rows["route_terms"] += term_rows(route)
            rows["route_shapes"] += shape_rows(route)
    rows["result_findings"] += [_finding_row(flow, finding) for flow, finding in given["place_findings"]]
    rows["result_findings"] += [
        _finding_row(flow, finding) for flow, finding in check_capacities(answers, given)
    ]
    return {name: rows_to_frame(name, found) for name, found in rows.items()}


def _finding_row(flow: str, finding: Finding) -> dict[str, object]:
    return {
        "flow": flow,
        "route": "",
        "code": finding.code,
        "level": finding.severity,
        "message": finding.what,
        "remedy": finding.remedy,
    }


TABLES = (
    "world",
    "date",
    "places",
    "posts",
    "borders",
    "legs",
    "services",
    "operations",
    "rates",
    "speeds",
    "emission_factors",
    "parameters",
    "passages",
    "countries",
    "territories",
    "transit_regimes",
    "shipments",
)
STEPS = (
    Step(
        "locate flows",
        (
            "world",
            "date",
            "flows",
            "places",
            "countries",
            "territories",
            "transit_regimes",
            "operations",
            "shipments",
        ),
        ("around", "ends", "flow_shipments", "place_findings"),
        locate_flows,
    ),
    Step("prepare the network", (*TABLES, "ends", "simulation", "options"), ("router",), prepare_router),
    Step(
        "find routes",
        (
            "router",
            "around",
            "ends",
            "flow_shipments",
            "rulings",
            "options",
            "corridors",
            "progress",
            *TABLES,
        ),
        ("answers",),
        find_flow_routes,
    ),
    Step(
        "tabulate",
        ("answers", "ends", "flow_shipments", "place_findings", "services", "places"),
        ("verdicts", "routes", "route_items", "route_terms", "route_shapes", "result_findings"),
        tabulate_answers,
    ),
)
__all__ = ["STEPS", "Corridor", "Options", "Router", "Simulation"]
