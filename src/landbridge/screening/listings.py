"""Matching listings against a consignment and against the countries and places of a route."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from landbridge.schema import load_catalogue
from landbridge.schema.closings import Closing
from landbridge.schema.dated_rows import in_force_at
from landbridge.schema.rows import Row, read_rows

EVERYBODY = "all"


@dataclass(frozen=True, slots=True)
class Consignment:
    """What the law asks of a shipment: product (HS code, "" for unnamed goods), country of origin and of destination,
    and the place ids of both ends.
    """

    product: str
    origin: str
    destination: str
    ends: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class AppliedListing:
    """A listing that touches a consignment or a route: `effect` is "prohibited", "closed" or "shown"."""

    listing: str
    applies: bool
    effect: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Screening:
    """Answer of the law to a consignment: prohibited or not, what is closed, and every listing that touches it."""

    prohibited: bool
    closings: tuple[Closing, ...]
    listings: tuple[AppliedListing, ...]


def expand_blocs(codes: Iterable[str], territories: pd.DataFrame, date: datetime.date) -> frozenset[str]:
    """Codes together with the blocs that they are members of at `date`."""
    wanted = set(codes)
    members = in_force(territories, "territories", date)
    return frozenset(wanted | {str(row["territory"]) for row in members if row["country"] in wanted})


def in_force(frame: pd.DataFrame, table: str, date: datetime.date) -> Sequence[Row]:
    """Rows of a dated table that are in force at `date`."""
    return read_rows(frame[in_force_at(frame, load_catalogue().tables[table], date=date)])


def screen_consignment(
    listings: pd.DataFrame,
    territories: pd.DataFrame,
    date: datetime.date,
    *,
    consignment: Consignment,
    bound_by: tuple[str, ...],
) -> Screening:
    """The listings that touch `consignment` at `date` for a user under the law of `bound_by` (codes; may be empty)."""
    bound = expand_blocs(bound_by, territories, date)
    closings, applied, prohibited = [], [], False
    for row in in_force(listings, "listings", date):
        if not matches_goods(row, consignment):
            continue
        acts_on = _members(row["through"], territories, date)
        applies = _applies(row, bound)
        if applies and _forbids(row, consignment, acts_on):
            prohibited = True
            applied.append(_applied(row, "prohibited", applies=True))
        elif applies and (closing := _closing(row, acts_on, consignment)):
            closings.append(closing)
            applied.append(_applied(row, "closed", applies=True))
        elif _touches_ends(row, consignment, acts_on):
            applied.append(_applied(row, "shown", applies=applies))
    return Screening(prohibited, tuple(closings), tuple(applied))


def screen_route(
    listings: pd.DataFrame,
    territories: pd.DataFrame,
    date: datetime.date,
    *,
    consignment: Consignment,
    countries: frozenset[str],
    places: frozenset[str],
) -> tuple[AppliedListing, ...]:
    """Listings that do not stop the route but act on a territory or a place that it passes: shown beside it."""
    shown = []
    for row in in_force(listings, "listings", date):
        if not matches_goods(row, consignment):
            continue
        territory = _members(row["through"], territories, date)
        closed = frozenset(row["places"])
        if territory & countries - {consignment.origin, consignment.destination} or closed & places:
            shown.append(_applied(row, "shown", applies=False))
    return tuple(shown)


def matches_goods(row: Row, consignment: Consignment) -> bool:
    """Whether a listing speaks of these goods; goods without a product are touched only by measures on all goods."""
    products, spared = row["products"], row["except_products"]
    if products and not any(
        consignment.product and consignment.product.startswith(str(code)) for code in products
    ):
        return False
    if consignment.product and any(consignment.product.startswith(str(code)) for code in spared):
        return False
    origins, destinations = row["origins"], row["destinations"]
    return (not origins or consignment.origin in origins) and (
        not destinations or consignment.destination in destinations
    )


def _applies(row: Row, bound: frozenset[str]) -> bool:
    who = set(row["bound_by"])
    return bool(row["territorial"]) or EVERYBODY in who or row["jurisdiction"] == "UN" or bool(who & bound)


def _members(codes: Iterable[str], territories: pd.DataFrame, date: datetime.date) -> frozenset[str]:
    wanted = set(codes)
    held = territories[territories["territory"].isin(wanted)]
    return frozenset(wanted | {str(row["country"]) for row in in_force(held, "territories", date)})


def _forbids(row: Row, consignment: Consignment, acts_on: frozenset[str]) -> bool:
    if row["effect"] != "prohibit":
        return False
    if not acts_on:
        return True
    direction = row["direction"] or "any"
    leaves, enters = consignment.origin in acts_on, consignment.destination in acts_on
    return (direction in ("export", "any") and leaves and not enters) or (
        direction in ("import", "any") and enters and not leaves
    )


def _closing(row: Row, acts_on: frozenset[str], consignment: Consignment) -> Closing | None:
    modes = frozenset(str(mode) for mode in row["modes"])
    if row["effect"] in ("close_place", "close_leg"):
        places = frozenset(str(place) for place in row["places"])
        if places:
            return Closing(str(row["id"]), places=places)
    passes = row["effect"] == "prohibit" and row["direction"] in ("transit", "any")
    ends = {consignment.origin, consignment.destination}
    if row["effect"] != "flag" and acts_on and (passes or row["effect"] != "prohibit") and acts_on - ends:
        return Closing(str(row["id"]), countries=acts_on - ends, modes=modes)
    return None


def _touches_ends(row: Row, consignment: Consignment, acts_on: frozenset[str]) -> bool:
    """Whether a listing without a passage to close concerns the consignment as a whole."""
    if row["places"]:
        return bool(set(row["places"]) & set(consignment.ends))
    return not acts_on or bool(acts_on & {consignment.origin, consignment.destination})


def _applied(row: Row, effect: str, *, applies: bool) -> AppliedListing:
    who = ", ".join(str(code) for code in row["bound_by"]) or str(row["jurisdiction"])
    title = str(row["title"]).rstrip(".")
    if effect == "prohibited":
        meaning = f"{title}: no route is offered."
    elif effect == "closed":
        meaning = (
            f"{title}: the way through it is closed; only other ways that no listed measure covers are shown."
        )
    elif applies:
        meaning = f"{title}: it applies; check its conditions and exemptions before moving the goods."
    else:
        meaning = (
            f"Binds {who}, not this study's user: {title[:1].lower()}{title[1:]}. For them it holds in full."
        )
    return AppliedListing(str(row["id"]), applies, effect, meaning)
