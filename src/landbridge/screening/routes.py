"""Listings that a route meets: where it passes, by which modes, and which places it uses."""

from collections.abc import Sequence
from dataclasses import dataclass

from landbridge.schema.closings import Closing
from landbridge.schema.rows import Row
from landbridge.screening.goods import Cover
from landbridge.screening.listings import AppliedListing, sort_listings
from landbridge.screening.measures import Consignment, Law, Measure
from landbridge.screening.wording import tell_indirect, tell_measure


@dataclass(frozen=True, slots=True)
class Passed:
    """An item of a route as the law sees it: position from 1, modes, countries, ids of its place and service."""

    seq: int
    modes: frozenset[str]
    countries: frozenset[str]
    sites: frozenset[str] = frozenset()


def read_passed(items: Sequence[Row]) -> tuple[Passed, ...]:
    """Rows of route_items of one route. An operation takes the modes of the legs beside it too: a port serves ships."""
    rows = sorted(items, key=lambda row: int(row["seq"]))
    legs = [position for position, row in enumerate(rows) if row["kind"] == "leg"]
    return tuple(_read_item(rows, position, legs) for position in range(len(rows)))


def _read_item(rows: Sequence[Row], position: int, legs: Sequence[int]) -> Passed:
    row = rows[position]
    beside = {str(row["mode"])}
    if row["kind"] != "leg":
        before, after = [leg for leg in legs if leg < position], [leg for leg in legs if leg > position]
        beside |= {str(rows[leg]["mode"]) for leg in (*before[-1:], *after[:1])}
    sites = frozenset({str(row["place_id"]), str(row["service"])} - {""})
    return Passed(int(row["seq"]), frozenset(beside), frozenset(row["countries"]), sites)


def screen_route(
    law: Law, consignment: Consignment, *, passed: Sequence[Passed]
) -> tuple[AppliedListing, ...]:
    """Listings that do not stop the route but act where it passes, on its modes or on a place that it uses."""
    shown = []
    for measure in law.measures:
        coverage = measure.covers(consignment)
        if coverage.cover in (Cover.ALL, Cover.PART):
            met = _meets(measure, consignment, passed)
            where = _countries(met) & measure.through
            meaning = tell_measure(measure, "shown", coverage=coverage, passed=where)
        else:
            met = _passes_destination(measure, consignment, passed)
            meaning = tell_indirect(measure, _countries(met) & measure.destinations)
        if met:
            items = tuple(item.seq for item in met)
            shown.append(AppliedListing(measure.id, measure.applies, "shown", meaning, items=items))
    return sort_listings(shown)


def _meets(measure: Measure, consignment: Consignment, passed: Sequence[Passed]) -> list[Passed]:
    if not measure.faces(consignment) or not (
        measure.places or measure.through or measure.modes or measure.carrier
    ):
        return []
    met = [item for item in passed if not measure.modes or item.modes & measure.modes]
    if measure.places:
        return [item for item in met if item.sites & measure.places]
    return [item for item in met if item.countries & measure.through] if measure.through else met


def meets_closing(closing: Closing, passed: Sequence[Passed]) -> bool:
    """Whether a route uses what a listing closes.

    >>> rail = Passed(1, frozenset({"rail"}), frozenset({"LT"}))
    >>> [meets_closing(Closing("l", countries=frozenset({name})), [rail]) for name in ("LT", "LV")]
    [True, False]
    """
    met = [item for item in passed if not closing.modes or item.modes & closing.modes]
    if closing.places:
        return any(item.sites & closing.places for item in met)
    return any(item.countries & closing.countries for item in met) if closing.countries else bool(met)


def _passes_destination(measure: Measure, consignment: Consignment, passed: Sequence[Passed]) -> list[Passed]:
    """Items in a country that the measure keeps goods from, where it covers indirect supply of these goods."""
    ends = {consignment.origin, consignment.destination}
    if not measure.indirect or measure.carrier or measure.through or ends & measure.destinations:
        return []
    if measure.covers_goods(consignment).cover not in (Cover.ALL, Cover.PART):
        return []
    return [item for item in passed if item.countries & measure.destinations]


def _countries(met: Sequence[Passed]) -> frozenset[str]:
    return frozenset[str]().union(*(item.countries for item in met))
