"""The law's ruling on a consignment: forbidden or not, what is closed to it, and the listings that touch it."""

from collections.abc import Iterable
from dataclasses import dataclass

from landbridge.schema.closings import Closing
from landbridge.screening.goods import Cover
from landbridge.screening.measures import Consignment, Law, Measure
from landbridge.screening.wording import tell_measure

_ORDER = {"prohibited": 0, "closed": 1, "shown": 2}


@dataclass(frozen=True, slots=True)
class AppliedListing:
    """A listing that touches a consignment or a route: `effect` is "prohibited", "closed" or "shown".

    A place closed to goods of all kinds has its territory in `where`: it is shown beside a flow only where that lies
    on the way, at an end or on a route.
    `items` are the positions (from 1) of the items of a route that it touches.
    """

    listing: str
    applies: bool
    effect: str
    meaning: str
    where: frozenset[str] = frozenset()
    items: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Screening:
    """Answer of the law to a consignment: prohibited or not, what is closed, every listing that touches it (those
    that forbid it first), and the measures on named goods that could not be read because its own are not named.
    """

    prohibited: bool
    closings: tuple[Closing, ...]
    listings: tuple[AppliedListing, ...]
    unread: tuple[Measure, ...] = ()


def screen_consignment(law: Law, consignment: Consignment) -> Screening:
    """The ruling on `consignment`. Where it is prohibited nothing else is closed: no way is looked for.

    >>> screen_consignment(Law(()), Consignment("310420", "BY", "IN"))
    Screening(prohibited=False, closings=(), listings=(), unread=())
    """
    closings, applied, unread = [], [], []
    for measure in law.measures:
        coverage = measure.covers(consignment)
        if coverage.cover is Cover.UNNAMED:
            unread += [measure] if _may_touch(measure, consignment) else []
            continue
        if coverage.cover is Cover.NONE:
            continue
        effect, closing = _rule(measure, consignment, certain=coverage.cover is Cover.ALL)
        if closing is not None:
            closings.append(closing)
        if effect:
            meaning = tell_measure(measure, effect, coverage=coverage)
            general = closing is not None and closing.places and not measure.products
            where = measure.where if general else frozenset[str]()
            applied.append(AppliedListing(measure.id, measure.applies, effect, meaning, where))
    prohibited = any(listing.effect == "prohibited" for listing in applied)
    if prohibited:
        closings, applied = [], [listing for listing in applied if listing.effect != "closed"]
    return Screening(prohibited, tuple(closings), sort_listings(applied), tuple(unread))


def sort_listings(listings: Iterable[AppliedListing]) -> tuple[AppliedListing, ...]:
    """Those that forbid first, then those that close, then those that apply, then those that bind others."""
    return tuple(sorted(listings, key=lambda one: (_ORDER[one.effect], not one.applies)))


def _rule(measure: Measure, consignment: Consignment, *, certain: bool) -> tuple[str, Closing | None]:
    """What a measure that covers the goods does before any route is known ("" for nothing), and what it closes.

    Where only part of what the code may mean is covered (`certain` False), a way is closed, for other ways remain;
    the shipment as a whole is not forbidden, but shown the measure.
    """
    if measure.applies and not measure.carrier:
        closing = _closing(measure, consignment)
        if closing is not None:
            return "closed", closing
        if certain and _forbids(measure, consignment):
            return "prohibited", None
    return ("shown" if _touches_whole(measure, consignment) else ""), None


def _closing(measure: Measure, consignment: Consignment) -> Closing | None:
    """What an applying measure closes: its places, else the way through its territory, else its modes in it.

    A prohibition with an end of the goods at its places or in its territory closes nothing: it forbids them.
    """
    if measure.effect == "flag" or not measure.faces(consignment):
        return None
    if measure.places:
        at_end = measure.effect == "prohibit" and measure.places & set(consignment.ends)
        return None if at_end else Closing(measure.id, places=measure.places, modes=measure.modes)
    passes = bool(measure.through) and measure.stance(consignment) == "transit"
    by_mode = bool(measure.modes) and (bool(measure.through) or measure.effect == "prohibit")
    if passes or by_mode:
        return Closing(measure.id, countries=measure.through, modes=measure.modes)
    return None


def _forbids(measure: Measure, consignment: Consignment) -> bool:
    """A measure on names alone forbids nothing here, for names are not screened: it must narrow the goods too."""
    narrow = measure.products or measure.origins or measure.destinations or not measure.parties
    return measure.effect == "prohibit" and bool(narrow) and measure.faces(consignment)


def _touches_whole(measure: Measure, consignment: Consignment) -> bool:
    """Whether a measure concerns the consignment by whatever way it goes."""
    if measure.carrier or measure.modes:
        return False
    if measure.places:
        return bool(measure.places & set(consignment.ends)) and measure.faces(consignment)
    if not measure.through:
        return True
    return measure.faces(consignment) and measure.stance(consignment) != "transit"


def _may_touch(measure: Measure, consignment: Consignment) -> bool:
    return not measure.carrier and measure.faces(consignment)
