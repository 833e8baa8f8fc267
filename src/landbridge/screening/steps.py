"""Steps of screening: before the search each flow is ruled on; after it each route is shown its listings."""

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from landbridge.schema.closings import Ruling
from landbridge.schema.rows import Row, read_rows, rows_to_frame
from landbridge.schema.steps import Step, Workspace
from landbridge.screening.checks import check_ends, check_unread
from landbridge.screening.listings import AppliedListing, screen_consignment
from landbridge.screening.measures import Consignment, Law, read_law
from landbridge.screening.routes import Passed, meets_closing, read_passed, screen_route
from landbridge.screening.tables import read_sites

TABLES = ("listings", "territories", "places", "posts", "legs", "services")
# Columns of route_items that tell what an item passes.
PASSED = ("route", "seq", "kind", "mode", "place_id", "service", "countries")


def read_measures(given: Workspace) -> Mapping[str, Any]:
    """The law of the day for this user."""
    return {"law": _read_law(given, given["law_date"])}


def _read_law(given: Workspace, date: datetime.date) -> Law:
    return read_law(
        given["listings"],
        given["territories"],
        date=date,
        bound_by=given["bound_by"],
        sites=read_sites(given),
    )


def rule_flows(given: Workspace) -> Mapping[str, Any]:
    """The law's ruling on each flow, the listings that touch it as a whole, and what could not be screened."""
    law: Law = given["law"]
    rulings, touching, findings = {}, {}, []
    for flow, consignment in _consignments(given).items():
        screening = screen_consignment(law, consignment)
        rulings[flow] = Ruling(screening.prohibited, screening.closings)
        touching[flow] = screening.listings
        unsure = (*check_unread(screening), *check_ends(law, consignment, ends=given["ends"][flow]))
        findings += [(flow, finding) for finding in unsure]
    return {"rulings": rulings, "touching": touching, "law_findings": tuple(findings)}


def rule_sea_ways(given: Workspace) -> Mapping[str, Any]:
    """The law's ruling on the goods of each country that asks for its way to the sea, bound for no country yet, and the
    listings that forbid them.

    Every country on the way, that of the port too, is one of transit to them.
    """
    rulings, bans = {}, {}
    for country, question in given["sea_questions"].items():
        stop = question.capital
        consignment = Consignment(question.shipment.product, stop.country, "", (stop.id, ""))
        screening = screen_consignment(given["law"], consignment)
        rulings[country] = Ruling(screening.prohibited, screening.closings)
        forbidding = [one.listing for one in screening.listings if one.effect == "prohibited"]
        bans[country] = tuple(forbidding)
    return {"sea_rulings": rulings, "sea_bans": bans}


def rule_consignments(given: Workspace) -> Mapping[str, Any]:
    """The law's ruling on each consignment on each of its days, with its own code and the country where it was made.

    Goods of a zone or a re-export keep their true origin, so they are ruled on from where they were made and from where
    they are sent, whichever is stricter.
    """
    rulings, touching, laws = {}, {}, {given["law_date"]: given["law"]}
    flows = _consignments(given)
    for row in read_rows(given["consignments"]):
        sent = flows.get(str(row["flow"]))
        for day in row["dates"] or (given["law_date"].isoformat(),):
            if sent is None:
                continue
            date = datetime.date.fromisoformat(str(day))
            law = laws.get(date) or _read_law(given, date)
            laws[date] = law
            found = [screen_consignment(law, one) for one in _origins_of(row, sent)]
            closings = dict.fromkeys(closing for one in found for closing in one.closings)
            rulings[str(row["id"]), date] = Ruling(any(one.prohibited for one in found), tuple(closings))
            touching[str(row["id"]), date] = tuple(listing for one in found for listing in one.listings)
    return {"consignment_rulings": rulings, "consignment_listings": touching}


def _origins_of(row: Row, sent: Consignment) -> list[Consignment]:
    product = str(row["product"]) or sent.product
    made = [str(row["made_in"])] if row["made_in"] else []
    return [replace(sent, product=product, origin=origin) for origin in dict.fromkeys([sent.origin, *made])]


def close_ways(given: Workspace) -> Mapping[str, Any]:
    """The listings that close a route to a consignment by its own code, origin or day, though not to its flow, by
    route for each consignment and day.
    """
    items = _group_items(given)
    routes = list(zip(given["routes"]["route"], given["routes"]["flow"], strict=True))
    flow_of = {str(row["id"]): str(row["flow"]) for row in read_rows(given["consignments"])}
    closed: dict[tuple[str, datetime.date], dict[str, tuple[str, ...]]] = {}
    for (name, date), ruling in given["consignment_rulings"].items():
        flow = flow_of[name]
        own = [one for one in ruling.closings if one not in given["rulings"][flow].closings]
        for route in [route for route, of in routes if of == flow]:
            met = tuple(one.listing for one in own if meets_closing(one, items[route]))
            if met:
                closed.setdefault((name, date), {})[route] = met
    return {"closed_ways": closed}


def _group_items(given: Workspace) -> dict[str, tuple[Passed, ...]]:
    """What each route passes."""
    items: dict[str, list[Row]] = {}
    for row in read_rows(given["route_items"][list(PASSED)]):
        items.setdefault(str(row["route"]), []).append(row)
    return {route: read_passed(found) for route, found in items.items()}


def show_listings(given: Workspace) -> Mapping[str, Any]:
    """The table applied_listings: those of each flow, and those that act where a route passes."""
    routes, rows = given["routes"], []
    passed = _group_items(given)
    for flow, consignment in _consignments(given).items():
        mine = [str(route) for route in routes["route"][routes["flow"] == flow]]
        way = {consignment.origin, consignment.destination}
        way.update(code for route in mine for item in passed[route] for code in item.countries)
        whole = [one for one in given["touching"][flow] if not mine or not one.where or one.where & way]
        rows += [_row(flow, "", listing) for listing in whole]
        told = {listing.listing for listing in whole}
        for route in mine:
            met = screen_route(given["law"], consignment, passed=passed[route])
            rows += [_row(flow, route, listing) for listing in met if listing.listing not in told]
    return {"applied_listings": rows_to_frame("applied_listings", rows)}


def _consignments(given: Workspace) -> dict[str, Consignment]:
    return {
        flow: Consignment(
            given["flow_shipments"][flow].product,
            origin.country,
            destination.country,
            (origin.id, destination.id),
        )
        for flow, (origin, destination) in given["ends"].items()
    }


def _row(flow: str, route: str, listing: AppliedListing) -> dict[str, object]:
    return {
        "flow": flow,
        "route": route,
        "listing": listing.listing,
        "applies": listing.applies,
        "effect": listing.effect,
        "meaning": listing.meaning,
        "items": tuple(str(seq) for seq in listing.items),
    }


def list_changes(listings: pd.DataFrame, *, since: datetime.date, until: datetime.date) -> pd.DataFrame:
    """Rows of listings that hold on one side of a change of law after `since` and up to `until`, both days included
    in the law of their day.

    A row starts to hold on its first day; it ceases to hold on the day after its last.
    """
    changes = [
        any(since < day <= until for day in _change_days(first, last))
        for first, last in zip(listings["from"], listings["until"], strict=True)
    ]
    return listings[changes]


def _change_days(first: datetime.date | None, last: datetime.date | None) -> Iterator[datetime.date]:
    if first is not None:
        yield first
    if last is not None and last < datetime.date.max:
        yield last + datetime.timedelta(days=1)


STEPS = (
    Step("read the law", (*TABLES, "law_date", "bound_by"), ("law",), read_measures),
    Step(
        "rule on flows",
        ("law", "ends", "flow_shipments"),
        ("rulings", "touching", "law_findings"),
        rule_flows,
    ),
    Step("rule on ways to the sea", ("law", "sea_questions"), ("sea_rulings", "sea_bans"), rule_sea_ways),
    Step(
        "rule on consignments",
        (*TABLES, "law", "law_date", "bound_by", "ends", "flow_shipments", "consignments"),
        ("consignment_rulings", "consignment_listings"),
        rule_consignments,
    ),
    Step(
        "close ways to consignments",
        ("rulings", "consignment_rulings", "consignments", "routes", "route_items"),
        ("closed_ways",),
        close_ways,
    ),
    Step(
        "show listings",
        ("law", "touching", "routes", "route_items", "ends", "flow_shipments"),
        ("applied_listings",),
        show_listings,
    ),
)
