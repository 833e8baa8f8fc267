"""What the screening of a flow could not know, as findings: goods without a code, and goods of a free zone."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Protocol

from landbridge.schema import Finding
from landbridge.screening.goods import Cover
from landbridge.screening.listings import Screening
from landbridge.screening.measures import Consignment, Law, Measure

_FREE_ZONE = "zone"


class End(Protocol):
    """An end of a flow: its place's name and kind."""

    @property
    def name(self) -> str:
        """Name of the place."""

    @property
    def kind(self) -> str:
        """What the place is."""


def check_unread(screening: Screening) -> Iterator[Finding]:
    """Measures on named goods that were not held against goods without a code."""
    if screening.unread:
        yield Finding(
            code="goods_not_named",
            severity="warning",
            what=f"no product is given, so {_count(screening.unread)} on certain goods were not read for it",
            remedy="give the product's code of HS 2022",
        )


def check_ends(law: Law, consignment: Consignment, *, ends: tuple[End, End]) -> Iterator[Finding]:
    """What a free zone at an end leaves open: a flow knows where goods start and end, not where they were made, nor
    where they go from there.
    """
    origin, destination = ends
    if origin.kind == _FREE_ZONE:
        others = [
            row for row in law.measures if row.products and row.origins and _is_foreign(row, consignment)
        ]
        yield Finding(
            code="free_zone_origin",
            severity="note",
            what=f"{origin.name} is a free zone, where goods keep their true origin; they were screened as goods of "
            f"{consignment.origin}, not for {_count(others)} on such goods of other origins",
            remedy="for goods made elsewhere, let the flow start in the country where they were made",
        )
    if destination.kind == _FREE_ZONE:
        onward = [row for row in law.measures if _covers_onward(row, consignment)]
        yield Finding(
            code="free_zone_destination",
            severity="note",
            what=f"{destination.name} is a free zone: goods that go on from it fall under the law of their last "
            f"destination too, where {_count(onward)} cover indirect supply of them",
            remedy="for goods that go on, let the flow end in the country where they stay",
        )


def _is_foreign(measure: Measure, consignment: Consignment) -> bool:
    made = [
        Consignment(consignment.product, origin, consignment.destination)
        for origin in sorted(measure.origins)
    ]
    return consignment.origin not in measure.origins and measure.covers(made[0]).cover in (
        Cover.ALL,
        Cover.PART,
    )


def _covers_onward(measure: Measure, consignment: Consignment) -> bool:
    far = measure.destinations and consignment.destination not in measure.destinations
    covered = measure.covers_goods(consignment).cover in (Cover.ALL, Cover.PART)
    return bool(measure.indirect and far and covered)


def _count(measures: Iterable[Measure]) -> str:
    """Such as "3 measures (EU 2, US 1)"."""
    by = Counter(measure.jurisdiction for measure in measures)
    total = sum(by.values())
    told = ", ".join(f"{who} {number}" for who, number in sorted(by.items()))
    return f"{total} measure{'' if total == 1 else 's'}{f' ({told})' if told else ''}"
