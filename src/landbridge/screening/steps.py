"""Steps of screening: before the search each flow is ruled on; after it each route is shown its listings."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from landbridge.schema.closings import Ruling
from landbridge.schema.rows import rows_to_frame
from landbridge.schema.steps import Step, Workspace
from landbridge.screening.listings import AppliedListing, Consignment, screen_consignment, screen_route


def rule_flows(given: Workspace) -> Mapping[str, Any]:
    """The law's ruling on each flow, and the listings that touch it as a whole."""
    rulings, touching = {}, {}
    for flow, consignment in _consignments(given).items():
        screening = screen_consignment(
            given["listings"],
            given["territories"],
            given["law_date"],
            consignment=consignment,
            bound_by=given["bound_by"],
        )
        rulings[flow] = Ruling(screening.prohibited, screening.closings)
        touching[flow] = screening.listings
    return {"rulings": rulings, "touching": touching}


def show_listings(given: Workspace) -> Mapping[str, Any]:
    """The table applied_listings: those of each flow, and those that act where a route passes."""
    consignments = _consignments(given)
    rows = [_row(flow, "", listing) for flow, listings in given["touching"].items() for listing in listings]
    whole = {(row["flow"], row["listing"]) for row in rows}
    flow_of = dict(zip(given["routes"]["route"], given["routes"]["flow"], strict=True))
    for route, items in given["route_items"].groupby("route", sort=False):
        flow = flow_of[route]
        found = screen_route(
            given["listings"],
            given["territories"],
            given["law_date"],
            consignment=consignments[flow],
            countries=frozenset(code for codes in items["countries"] for code in codes),
            places=frozenset(items["service"]) - {""},
        )
        rows += [_row(flow, str(route), listing) for listing in found if (flow, listing.listing) not in whole]
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
    }


def list_changes(listings: pd.DataFrame, *, since: object, until: object) -> pd.DataFrame:
    """Rows of listings that came into force or ended after the date `since` and up to `until`."""
    started = [since < start <= until for start in listings["from"]]
    ended = [end is not None and since <= end < until for end in listings["until"]]
    return listings[[one or other for one, other in zip(started, ended, strict=True)]]


STEPS = (
    Step(
        "rule on flows",
        ("ends", "flow_shipments", "listings", "territories", "law_date", "bound_by"),
        ("rulings", "touching"),
        rule_flows,
    ),
    Step(
        "show listings",
        (
            "touching",
            "routes",
            "route_items",
            "ends",
            "flow_shipments",
            "listings",
            "territories",
            "law_date",
        ),
        ("applied_listings",),
        show_listings,
    ),
)
