"""Steps of the network room: where flows start and end, the router, the routes, and their tables."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from landbridge.network import sea_steps
from landbridge.network.checks import check_answers, check_prices
from landbridge.network.criticality import Loss, assess_closures, loss_rows
from landbridge.network.evidence import INPUT_TABLES, InputBook, input_rows, weak_spread
from landbridge.network.gateways import (
    Passed,
    assess_gateways,
    gateway_rows,
    list_gateways,
    match_gateways,
)
from landbridge.network.items import PathReader, Simulation
from landbridge.network.locating import GatewayChoice, Options, locate_flows
from landbridge.network.router import NETWORK_TABLES, Case, Ready, Router, make_ready
from landbridge.network.routes import Answer, Request
from landbridge.network.search import Search
from landbridge.network.shipments import Shipment
from landbridge.network.simulate import draw_paid
from landbridge.network.tables import item_rows, route_row, shape_rows, term_rows, verdict_row
from landbridge.schema import Finding, InputError
from landbridge.schema.closings import Closing
from landbridge.schema.rows import rows_to_frame
from landbridge.schema.steps import Step, Workspace

Found = TypeVar("Found")
_KEPT: dict[tuple[object, ...], tuple[Ready, tuple[object, ...]]] = {}
MOST_KEPT = 2
TABULATED = (
    "verdicts",
    "routes",
    "route_items",
    "route_terms",
    "route_inputs",
    "route_shapes",
    "result_findings",
)


def prepare_tables(given: Workspace) -> Mapping[str, Any]:
    """The network and the prices of the tables; those of the last tables asked for are kept."""
    frames = tuple(given[name] for name in TABLES if name != "date")
    key = (given["date"], *map(id, frames))
    if key not in _KEPT:
        faults = check_prices(given)
        if faults:
            raise InputError(faults)
        while len(_KEPT) >= MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)), None)
        # The frames are kept beside what was made of them, so that no other object takes their identity.
        _KEPT[key] = make_ready(given["world"], {name: given[name] for name in TABLES}, given["date"]), frames
    return {"base": _KEPT[key][0]}


def prepare_router(given: Workspace) -> Mapping[str, Any]:
    """The router between the ends of the flows."""
    stops = {stop.id: stop for pair in given["ends"].values() for stop in pair}
    stops |= {question.capital.id: question.capital for question in given["sea_questions"].values()}
    flights = given["options"].mode == "air"
    return {
        "router": given["base"].router(tuple(stops.values()), simulation=given["simulation"], flights=flights)
    }


def find_flow_routes(given: Workspace) -> Mapping[str, Any]:
    """The answer to each flow that the law does not forbid."""
    options, router, wishes = given["options"], given["router"], given["wishes"]
    passings = tuple(router.passing(stop) for stop in wishes.via)

    def answer(flow: str) -> tuple[str, Answer]:
        origin, destination = given["ends"][flow]
        given["progress"](f"routes {origin.name} - {destination.name}")
        shipment, ruling = given["flow_shipments"][flow], given["rulings"][flow]
        case = Case(shipment, ruling.closings, (origin, destination))
        search = router.search(case, wishes.restrictions)
        request = Request(
            flow=flow,
            origin=origin,
            destination=destination,
            by=options.by,
            corridors=router.corridors(wishes.chains, case, search, named=bool(options.corridor)),
            only_corridors=bool(options.corridor),
            via=passings,
            alternatives=options.alternatives,
            front=options.front,
            front_within=options.front_within,
        )
        return flow, router.answer(request, shipment, search)

    def answer_all(flows: Sequence[str]) -> list[tuple[str, Answer]]:
        found = [answer(flow) for flow in flows]
        router.forget(given["flow_shipments"][flows[0]])
        return found

    allowed = [flow for flow in given["ends"] if not given["rulings"][flow].prohibited]
    return {"answers": dict(_in_groups(answer_all, allowed, given["flow_shipments"]))}


def close_in_turn(given: Workspace) -> Mapping[str, Any]:
    """What each place, leg and service on the best way of a flow is worth; nothing unless it was asked for."""

    def assess(group: Group) -> dict[str, list[Loss]]:
        given["progress"](f"closures of {len(group.answers)} flows")
        return assess_closures(group.search, group.reader, group.answers, closings=group.closings)

    found = _by_search(given, assess) if given["options"].closures else {}
    rows = [row for flow in given["answers"] for row in loss_rows(flow, found.get(flow, []), given)]
    return {"closures": rows_to_frame("closures", rows)}


def pass_gateways(given: Workspace) -> Mapping[str, Any]:
    """What the best way of a flow through each gateway costs and takes; nothing unless it was asked for."""
    wanted: GatewayChoice | None = given["options"].gateways
    if wanted is None:
        return {"gateways": rows_to_frame("gateways", [])}
    gateways = list_gateways(given["router"].network)
    choice = replace(wanted, named=match_gateways(gateways, given["wishes"].gateways))

    def assess(group: Group) -> dict[str, Passed]:
        given["progress"](f"gateways of {len(group.answers)} flows")
        search, reader, answers, closings = group.search, group.reader, group.answers, group.closings
        return assess_gateways(search, reader, answers, gateways=gateways, choice=choice, closings=closings)

    found = _by_search(given, assess)
    rows = [row for flow, passed in found.items() for row in gateway_rows(flow, passed, given)]
    return {"gateways": rows_to_frame("gateways", rows)}


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Answers (by flow) of one shipment under one law, with what searched and prices them."""

    search: Search
    reader: PathReader
    closings: tuple[Closing, ...]
    answers: dict[str, Answer]


def _by_search(given: Workspace, assess: Callable[[Group], Mapping[str, Found]]) -> dict[str, Found]:
    """What `assess` finds for each flow, in the order of the answers; each search keeps to one thread."""
    router, groups = given["router"], dict[int, Group]()
    for flow, answer in given["answers"].items():
        request, closings = answer.request, given["rulings"][flow].closings
        shipment = given["flow_shipments"][flow]
        case = Case(shipment, closings, (request.origin, request.destination))
        search = router.search(case, given["wishes"].restrictions)
        group = groups.setdefault(id(search), Group(search, router.reader(shipment), closings, {}))
        group.answers[flow] = answer
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        found = {flow: one for part in pool.map(assess, groups.values()) for flow, one in part.items()}
    return {flow: found[flow] for flow in given["answers"] if flow in found}


def _in_groups(
    answer: Callable[[Sequence[str]], list[tuple[str, Answer]]],
    flows: Sequence[str],
    shipments: Mapping[str, Shipment],
) -> list[tuple[str, Answer]]:
    """Answers in the order of `flows`; flows of one shipment share searches, so each group keeps to one thread."""
    groups: dict[str, list[str]] = {}
    for flow in flows:
        groups.setdefault(shipments[flow].id, []).append(flow)
    with ThreadPoolExecutor(max_workers=min(len(groups), os.cpu_count() or 1) or 1) as pool:
        found = dict(pair for group in pool.map(answer, groups.values()) for pair in group)
    return [(flow, found[flow]) for flow in flows]


def draw_consigned(given: Workspace) -> Mapping[str, Any]:
    """The draws of each route that a consignment may take, by route."""
    router: Router = given["router"]
    shared, simulation = router.pricing.book.number("doubt_shared"), router.simulation
    wanted = [
        given["answers"][flow]
        for flow in dict.fromkeys(given["consignments"]["flow"])
        if flow in given["answers"]
    ]
    return {
        "route_draws": {
            route.id: draw_paid(route.items, draws=simulation.draws, seed=simulation.seed, shared=shared)
            for answer in wanted
            for route in answer.routes
        }
    }


def tabulate_answers(given: Workspace) -> Mapping[str, Any]:
    """The result tables."""
    answers: Mapping[str, Answer] = given["answers"]
    shipments: Mapping[str, Shipment] = given["flow_shipments"]
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in TABULATED}
    book = InputBook(given)
    for flow, (origin, destination) in given["ends"].items():
        answer = answers.get(flow) or Answer(Request(flow, origin, destination), ())
        verdict = verdict_row(answer, shipments[flow])
        rows["verdicts"].append(verdict if flow in answers else {**verdict, "verdict": "prohibited"})
        rows["result_findings"] += [_finding_row(flow, finding) for finding in answer.findings]
        for route in answer.routes:
            rows["routes"].append({**route_row(route, answer, shipments[flow]), **weak_spread(route, book)})
            rows["route_items"] += item_rows(route)
            rows["route_terms"] += term_rows(route)
            rows["route_inputs"] += input_rows(route, book)
            rows["route_shapes"] += shape_rows(route, given["router"].network)
    for told in ("place_findings", "law_findings"):
        rows["result_findings"] += [_finding_row(flow, finding) for flow, finding in given[told]]
    rows["result_findings"] += [
        _finding_row(flow, finding) for flow, finding in check_answers(answers, given)
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


TABLES = ("world", "date", *NETWORK_TABLES, "shipments")
# What is read by the steps that look at places on the ways of flows.
ASSESSED = (
    "router",
    "answers",
    "flow_shipments",
    "rulings",
    "options",
    "wishes",
    "progress",
    "legs",
    "passages",
    "services",
)
STEPS = (
    Step("prepare the tables", TABLES, ("base",), prepare_tables),
    Step(
        "locate flows",
        ("base", "flows", "corridors", "options", *TABLES),
        ("ends", "flow_shipments", "place_findings", "wishes"),
        locate_flows,
    ),
    Step(
        "join the ends",
        ("base", "ends", "sea_questions", "simulation", "options"),
        ("router",),
        prepare_router,
    ),
    Step(
        "find routes",
        ("router", "ends", "flow_shipments", "rulings", "options", "wishes", "progress"),
        ("answers",),
        find_flow_routes,
    ),
    Step(
        "close in turn",
        ASSESSED,
        ("closures",),
        close_in_turn,
    ),
    Step(
        "pass each gateway",
        ASSESSED,
        ("gateways",),
        pass_gateways,
    ),
    Step("draw consigned routes", ("router", "answers", "consignments"), ("route_draws",), draw_consigned),
    Step(
        "tabulate",
        (
            "router",
            "answers",
            "ends",
            "flow_shipments",
            "place_findings",
            "law_findings",
            "places",
            *INPUT_TABLES,
        ),
        TABULATED,
        tabulate_answers,
    ),
    *sea_steps.STEPS,
)
__all__ = ["STEPS", "GatewayChoice", "Options", "Router", "Simulation"]
