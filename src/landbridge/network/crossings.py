"""Which operations of a route belong to the crossing of a border, as corridor surveys count it.

The CPMM surveys of CAREC (Corridor Performance Measurement and Monitoring, annual report 2023, introduction) take the
time from the entry of the first country's border point to the exit of the second's: formalities, waiting, and the
transhipment or change of gauge that the border makes necessary.
"""

from collections.abc import Sequence
from itertools import accumulate

from landbridge.network.items import Item

FORMALITIES = {"border_crossing", "customs", "inspection"}
BESIDE_BORDER_KM = 50.0
# What the shipper bears, not the carrier or the border: left out of what corridor surveys call cost.
SHIPPER_TERMS = {"inventory", "insurance"}


def mark_crossings(items: Sequence[Item]) -> tuple[str, ...]:
    """For each item the place where it helps to cross a border (id, else name), "" for all others.

    Formalities at a post, or in passing at a port or terminal; what is cleared at the route's own ends is none. A
    change of gauge belongs to the nearest crossing by land within 50 km of way.
    """
    ends = {_place(items[0]), _place(items[-1])} if items else set()
    marks = [
        _place(item)
        if item.operation == "border_crossing" or (item.operation in FORMALITIES and _place(item) not in ends)
        else ""
        for item in items
    ]
    at = list(accumulate(item.distance for item in items))
    posts = [place for place, item in enumerate(items) if item.operation == "border_crossing"]
    for place, item in enumerate(items):
        if item.operation == "gauge_change" and posts:
            near = min(posts, key=lambda post: abs(at[post] - at[place]))
            marks[place] = marks[near] if abs(at[near] - at[place]) <= BESIDE_BORDER_KM else ""
    return tuple(marks)


def mark_way(items: Sequence[Item]) -> tuple[bool, ...]:
    """For each item whether it lies between departure and arrival: what is done before the first leg and after the last
    does not.
    """
    legs = [place for place, item in enumerate(items) if item.kind == "leg"]
    return tuple(bool(legs) and legs[0] <= place <= legs[-1] for place in range(len(items)))


def _place(item: Item) -> str:
    return item.site.id or item.site.name


def sum_charge(item: Item) -> float:
    """What is paid for the item itself, USD/t: neither what its time costs nor insurance."""
    return sum(
        term.value
        for term in item.terms
        if term.unit == "USD/t" and not term.hourly and term.term not in SHIPPER_TERMS
    )


def sum_paid(item: Item) -> float:
    """What carriers, terminals and offices get, USD/t: neither interest on the goods nor insurance."""
    return sum(term.value for term in item.terms if term.unit == "USD/t" and term.term not in SHIPPER_TERMS)
