"""Listings in force at a date as measures: blocs opened into their members, and whether each applies to the user."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from landbridge.schema import load_catalogue
from landbridge.schema.dated_rows import in_force_at
from landbridge.schema.rows import Row, read_rows
from landbridge.screening.goods import Cover, Coverage, cover_goods

EVERYBODY = "all"
TERRITORY = "territory"
UNITED_NATIONS = "UN"
NOT_TOUCHED = Coverage(Cover.NONE)


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
class Measure:
    """A listing in force. Blocs in `origins`, `destinations` and `through` stand with their members of the date.

    `where` is the territory from which its direction is seen: `through`, else the countries of its places.
    """

    id: str
    jurisdiction: str
    bound_by: tuple[str, ...]
    title: str
    effect: str
    products: tuple[str, ...]
    spared: tuple[str, ...]
    origins: frozenset[str]
    destinations: frozenset[str]
    through: frozenset[str]
    where: frozenset[str]
    places: frozenset[str]
    modes: frozenset[str]
    direction: str
    carrier: tuple[str, ...]
    parties: tuple[str, ...]
    indirect: bool
    applies: bool

    def covers(self, consignment: Consignment) -> Coverage:
        """How far it speaks of the goods of a consignment between its two countries."""
        far = self.destinations and consignment.destination not in self.destinations
        return NOT_TOUCHED if far else self.covers_goods(consignment)

    def covers_goods(self, consignment: Consignment) -> Coverage:
        """The same without a look at the destination."""
        if self.origins and consignment.origin not in self.origins:
            return NOT_TOUCHED
        return cover_goods(consignment.product, listed=self.products, spared=self.spared)

    def stance(self, consignment: Consignment) -> str:
        """What a consignment does, seen from the territory: export, import, transit (neither end), or inside (both)."""
        leaves, enters = consignment.origin in self.where, consignment.destination in self.where
        if leaves and enters:
            return "inside"
        return "export" if leaves else "import" if enters else "transit"

    def faces(self, consignment: Consignment) -> bool:
        """Whether its direction is that of the consignment; without a territory every direction is."""
        return not self.where or self.direction in ("any", self.stance(consignment))


@dataclass(frozen=True, slots=True)
class Law:
    """The measures in force at a date."""

    measures: tuple[Measure, ...]


def read_law(
    listings: pd.DataFrame,
    territories: pd.DataFrame,
    *,
    date: datetime.date,
    bound_by: Iterable[str] = (),
    sites: Mapping[str, frozenset[str]] | None = None,
) -> Law:
    """The listings in force at `date` for a user under the law of `bound_by` (countries or blocs; may be empty).

    `sites` are the countries of each place, post, leg or service that a listing may close.
    """
    members: dict[str, set[str]] = {}
    for row in in_force(territories, "territories", date=date):
        members.setdefault(str(row["territory"]), set()).add(str(row["country"]))
    bound = expand_blocs(bound_by, territories, date=date)
    rows = in_force(listings, "listings", date=date)
    return Law(tuple(_read_measure(row, members, bound, sites or {}) for row in rows))


def _read_measure(
    row: Row,
    members: Mapping[str, set[str]],
    bound: frozenset[str],
    sites: Mapping[str, frozenset[str]],
) -> Measure:
    through, places = _open_blocs(row["through"], members), frozenset(row["places"])
    at_places = frozenset[str]().union(*(sites.get(place, frozenset()) for place in places))
    return Measure(
        id=str(row["id"]),
        jurisdiction=str(row["jurisdiction"]),
        bound_by=tuple(row["bound_by"]),
        title=str(row["title"]).rstrip("."),
        effect=str(row["effect"]),
        products=tuple(row["products"]),
        spared=tuple(row["except_products"]),
        origins=_open_blocs(row["origins"], members),
        destinations=_open_blocs(row["destinations"], members),
        through=through,
        where=through or at_places,
        places=places,
        modes=frozenset(row["modes"]),
        direction=str(row["direction"] or "any"),
        carrier=tuple(row["carrier"]),
        parties=tuple(row["parties"]),
        indirect=_is_true(row["covers_indirect"]),
        applies=_applies(row, bound),
    )


def expand_blocs(codes: Iterable[str], territories: pd.DataFrame, *, date: datetime.date) -> frozenset[str]:
    """Codes together with the blocs that they are members of at `date`."""
    wanted = set(codes)
    members = in_force(territories, "territories", date=date)
    return frozenset(wanted | {str(row["territory"]) for row in members if row["country"] in wanted})


def in_force(frame: pd.DataFrame, table: str, *, date: datetime.date) -> Sequence[Row]:
    """Rows of a dated table that are in force at `date`, its first and last day included."""
    return read_rows(frame[in_force_at(frame, load_catalogue().tables[table], date=date)])


def _open_blocs(codes: Iterable[str], members: Mapping[str, set[str]]) -> frozenset[str]:
    """Codes, those of blocs together with their members."""
    wanted = {str(code) for code in codes}
    return frozenset(wanted.union(*(members.get(code, set()) for code in wanted)))


def _applies(row: Row, bound: frozenset[str]) -> bool:
    who = set(row["bound_by"])
    for_all = who & {EVERYBODY, TERRITORY, UNITED_NATIONS} or row["jurisdiction"] == UNITED_NATIONS
    return bool(for_all) or _is_true(row["territorial"]) or bool(who & bound)


def _is_true(value: object) -> bool:
    return not pd.isna(value) and bool(value)  # type: ignore[call-overload]
