"""From what people write to what the search needs: places, shipments, places to pass or avoid, named corridors."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import isnan, nan
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from landbridge.network.build import read_flag
from landbridge.network.closures import Restrictions
from landbridge.network.places import Place, find_place, select_own
from landbridge.network.shipments import Shipment, choose_shipment
from landbridge.network.terminals import Stop, Surroundings, make_stop
from landbridge.network.virtual import Site
from landbridge.schema import Finding, InputError, find_nearest
from landbridge.schema.rows import Row, read_rows
from landbridge.schema.steps import Workspace

Found = TypeVar("Found")
Notes = tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class GatewayChoice:
    """Which gateways are looked at: those of `kinds`, with a way of at most 1 + `stretch` times the best weight, the
    first `count` of each kind. Those `named` stand for themselves, whatever their kind and their way.
    """

    kinds: tuple[str, ...] = ("port", "post", "terminal", "gauge_change", "passage")
    stretch: float = 0.5
    count: int = 15
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Options:
    """How routes are asked for: criteria, ways to pass or avoid, the main mode, and how many to show.

    `corridors` adds the named corridors of the tables; a `corridor` by id or name allows only its own ways. `closures`
    also closes each place on the best way in turn, and says what that costs; `gateways` says what the best way through
    each port, post and so on would cost. `to_sea` are the countries whose access to the sea is measured where they have
    no coast, for goods of `sea_product` (HS code) or a container of general goods. `front_within` has a number for each
    of `by`, in USD/t, h and kg/t: a point of the front may be left out where another one is at most that much worse in
    every criterion. Zeros ask for the exact front; none, for 1 % of the best cost and time and 2 % of the least
    emissions.
    """

    by: tuple[str, ...] = ("cost", "time", "co2e")
    via: tuple[str, ...] = ()
    corridor: str = ""
    avoid: tuple[str, ...] = ()
    mode: str = ""
    cargo: str = ""
    alternatives: int = 0
    front: bool = False
    front_within: tuple[float, ...] = ()
    corridors: bool = True
    no_gauge_change: bool = False
    closures: bool = False
    gateways: GatewayChoice | None = None
    to_sea: tuple[str, ...] = ()
    sea_product: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """A named corridor as stops, and what is not on it."""

    row: Row
    stops: tuple[Stop, ...]
    avoid: Restrictions


@dataclass(frozen=True, slots=True)
class Wishes:
    """Located options: places to pass in order, what is left out, corridors to try, and gateways by name."""

    via: tuple[Stop, ...]
    restrictions: Restrictions
    chains: tuple[Chain, ...]
    gateways: tuple[Site, ...] = ()


@dataclass(slots=True)
class Faults:
    """Faults gathered while looking things up, so that all are told at once."""

    found: list[Finding]

    def catch(self, look: Callable[[], Found]) -> Found | None:
        """What `look` finds; None where it raises InputError, whose findings are kept."""
        try:
            return look()
        except InputError as fault:
            self.found += fault.findings
            return None


@dataclass(frozen=True, slots=True)
class Locator:
    """Finds a place by its text and makes it a stop."""

    given: Workspace
    around: Surroundings
    own: pd.DataFrame
    rows: Mapping[str, Row]

    @classmethod
    def over(cls, given: Workspace, around: Surroundings) -> "Locator":
        """A locator over the tables and the world of a workspace."""
        places = given["places"]
        own = select_own(given["world"], places)
        return cls(given, around, own, {row["id"]: row for row in read_rows(places)})

    def __call__(self, text: str) -> tuple[Stop, Notes]:
        """The stop that `text` names and what is to be said of it; raises InputError."""
        if text in self.given["world"].passages:
            return self.strait(text), ()
        place = find_place(self.given["world"], text, extra=self.own)
        return self.stop(place), place.findings

    def strait(self, passage: str) -> Stop:
        """A strait or canal of the sea lanes, which a way may be asked to pass."""
        world = self.given["world"]
        edges = np.flatnonzero(world.edge_passage == world.passages.index(passage))
        middle = world.edge_tail[edges[len(edges) // 2]]
        lat, lon = float(world.node_lat[middle]), float(world.node_lon[middle])
        return Stop(passage, passage, "passage", "", lat, lon, {}, {})

    def stop(self, place: Place) -> Stop:
        """A place as the network sees it."""
        row = self.rows.get(place.id)
        flag = read_flag(row["rail"]) if row else None
        return make_stop(
            self.around, place.as_row(), cargo_classes=row["cargo_classes"] if row else (), rail=flag
        )


def locate_flows(given: Workspace) -> Mapping[str, Any]:
    """The ends and the shipment of each flow, and the located options.

    Raises InputError with everything that cannot be found.
    """
    around = given["base"].around
    locate, faults = Locator.over(given, around), Faults([])
    ends, shipments, notes = {}, {}, []
    for row in read_rows(given["flows"]):
        sides = [faults.catch(partial(locate, row[side])) for side in ("origin", "destination")]
        shipment = faults.catch(partial(read_shipment, given, row))
        if sides[0] is None or sides[1] is None or shipment is None:
            continue
        if sides[0][0].id == sides[1][0].id:
            faults.found.append(_one_place(row))
        ends[row["id"]] = (sides[0][0], sides[1][0])
        notes += [(row["id"], note) for side in sides if side is not None for note in side[1]]
        notes += [(row["id"], note) for note in _say_shipment(row, shipment)]
        shipments[row["id"]] = shipment
    wishes = _locate_wishes(given, locate, faults)
    if faults.found:
        raise InputError(dict.fromkeys(faults.found))
    return {
        "around": around,
        "ends": ends,
        "flow_shipments": shipments,
        "place_findings": notes,
        "wishes": wishes,
    }


def _one_place(row: Row) -> Finding:
    what = f"{row['origin']} and {row['destination']} are one place"
    return Finding(code="one_place", severity="error", what=what, remedy="name two places")


def read_shipment(given: Workspace, row: Row) -> Shipment:
    """The shipment of a flow, with its product and yearly tonnes."""
    cargo = given["options"].cargo
    chosen = choose_shipment(
        given["shipments"], row=row["shipment"], product=row["product"], cargo_class=cargo
    )
    return replace(chosen, product=row["product"], yearly_tonnes=float(row["tonnes"]))


def _say_shipment(row: Row, shipment: Shipment) -> Notes:
    found = []
    if row["product"] and not row["shipment"]:
        what = f"{row['product']} moves as {shipment.name} ({shipment.cargo_class.replace('_', ' ')})"
        remedy = "name another row of shipments, or a cargo class, where it moves otherwise"
        found.append(Finding(code="shipment_chosen", severity="note", what=what, remedy=remedy))
    if shipment.smallest_lot > shipment.tonnes and isnan(shipment.yearly_tonnes):
        lot = f"{shipment.smallest_lot:,.0f} t"
        what = f"a vessel takes lots of {lot}; without yearly tonnes no wait for the lot is counted"
        remedy = "give the yearly tonnes of the flow"
        found.append(Finding(code="lot_unknown", severity="note", what=what, remedy=remedy))
    return tuple(found)


def _locate_wishes(given: Workspace, locate: Locator, faults: Faults) -> Wishes:
    options: Options = given["options"]
    via = [faults.catch(partial(locate, text)) for text in options.via]
    restrictions = read_restrictions(options, given, locate, faults)
    rows = faults.catch(partial(_corridor_rows, given["corridors"], options)) or []
    chains = []
    for row in rows:
        stops = [faults.catch(partial(locate, place)) for place in row["via"]]
        more = replace(options, avoid=(*options.avoid, *row["avoid"]))
        avoid = read_restrictions(more, given, locate, faults) if row["avoid"] else restrictions
        chains.append(Chain(row, tuple(stop[0] for stop in stops if stop), avoid))
    gateways = _locate_gateways(options.gateways, given, locate, faults)
    return Wishes(tuple(stop[0] for stop in via if stop), restrictions, tuple(chains), gateways)


def _locate_gateways(
    choice: GatewayChoice | None, given: Workspace, locate: Locator, faults: Faults
) -> tuple[Site, ...]:
    """The gateways that are named: rows of a table by id, posts by name too, else places."""
    tables = ("posts", "passages", "legs", "services")
    known = dict(zip(given["posts"]["name"].str.lower(), given["posts"]["id"], strict=True))
    known |= {key: key for table in tables for key in given[table]["id"]}
    found = []
    for text in choice.named if choice else ():
        key = known.get(text.lower(), "")
        stop = None if key else faults.catch(partial(locate, text))
        if key:
            found.append(Site(key, key, "", nan, nan))
        elif stop:
            one = stop[0]
            found.append(Site(one.id, one.name, one.country, one.lat, one.lon, one.kind))
    return tuple(found)


def _corridor_rows(corridors: pd.DataFrame, options: Options) -> list[Row]:
    if not options.corridor:
        return [*read_rows(corridors)] if options.corridors else []
    named = corridors[(corridors["id"] == options.corridor) | (corridors["name"] == options.corridor)]
    if named.empty:
        known = tuple(corridors["id"])
        raise InputError(
            [
                Finding(
                    code="unknown_corridor",
                    severity="error",
                    what=f"no corridor {options.corridor!r} is known",
                    remedy="use an id or a name of the table corridors",
                    nearest=find_nearest(options.corridor, known),
                )
            ]
        )
    return [*read_rows(named)]


def read_restrictions(options: Options, given: Workspace, locate: Locator, faults: Faults) -> Restrictions:
    """What the user leaves out: `avoid` may name a country, a passage, a leg, a post or a place."""
    countries = set(given["countries"]["id"])
    named = dict(zip(given["countries"]["name"].str.lower(), given["countries"]["id"], strict=True))
    known = {*given["passages"]["id"], *given["legs"]["id"], *given["posts"]["id"]}
    places, avoided = set(), set()
    for text in options.avoid:
        if text.upper() in countries or text.lower() in named:
            avoided.add(named.get(text.lower(), text.upper()))
        elif text.lower() in known:
            places.add(text.lower())
        elif found := faults.catch(partial(locate, text)):
            places.add(found[0].id)
    return Restrictions(options.mode, frozenset(places), frozenset(avoided), options.no_gauge_change)
