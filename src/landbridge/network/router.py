"""The router of a scenario: one virtual network, the prices of each shipment, and the searches over both."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import log

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landbridge.kernels.distributions import Z90
from landbridge.network.arc_weights import weigh_arcs
from landbridge.network.build import Base, build_base, join_ends, survey
from landbridge.network.closures import (
    Reason,
    Restrictions,
    close_by_law,
    close_by_wish,
    close_further,
    close_other_modes,
    close_to_all,
    close_to_goods,
)
from landbridge.network.items import PathReader, Simulation
from landbridge.network.locating import Chain
from landbridge.network.places import find_place
from landbridge.network.pricing import PriceBook
from landbridge.network.routes import Answer, Corridor, Request, find_routes
from landbridge.network.search import Passing, Search
from landbridge.network.shipments import Shipment
from landbridge.network.sphere import measure_line
from landbridge.network.terminals import Stop, Surroundings
from landbridge.network.virtual import RAIL, WATERS, VirtualNetwork, serve_vessel
from landbridge.network.weights import Pricer, rows_by_id
from landbridge.schema import load_catalogue
from landbridge.schema.closings import Closing
from landbridge.schema.rows import Row, read_rows
from landbridge.sources.world import World

# The tables that networks and prices are made of.
NETWORK_TABLES = (
    "places",
    "posts",
    "borders",
    "legs",
    "services",
    "operations",
    "rates",
    "speeds",
    "emission_factors",
    "grids",
    "electrified_shares",
    "parameters",
    "passages",
    "interruptions",
    "countries",
    "territories",
    "transit_regimes",
)
FERRY_DETOUR = 1.2
BESIDE_KM = 30.0
PLAUSIBLE_CIRCUITY = 2.0
MOST_CORRIDORS = 16


@dataclass(frozen=True, slots=True)
class Case:
    """A shipment between two places, with what the law closes to it."""

    shipment: Shipment
    closings: tuple[Closing, ...]
    ends: tuple[Stop, Stop]


@dataclass(frozen=True, slots=True, eq=False)
class Pricing:
    """The prices of a set of tables: one pricer for each shipment, kept for all requests."""

    book: PriceBook
    rows: Mapping[str, Mapping[str, Row]]
    around: Surroundings
    pricers: dict[str, Pricer] = field(default_factory=dict)

    def pricer(self, shipment: Shipment) -> Pricer:
        """What prices a shipment."""
        key = repr(shipment)
        if key not in self.pricers:
            self.pricers[key] = Pricer(
                self.book,
                shipment,
                self.rows["services"],
                self.rows["passages"],
                self.rows["countries"],
                self.around,
            )
        return self.pricers[key]


@dataclass(slots=True)
class Router:
    """Answers requests over the tables of one scenario at its date. Build it with `make_ready(...).router(...)`."""

    tables: Mapping[str, pd.DataFrame]
    date: datetime.date
    simulation: Simulation
    network: VirtualNetwork
    pricing: Pricing
    readers: dict[str, PathReader] = field(default_factory=dict)
    passings: dict[str, Passing] = field(default_factory=dict)
    wishes: dict[Restrictions, NDArray[np.int32]] = field(default_factory=dict)
    closed: dict[tuple[str, tuple[Closing, ...]], NDArray[np.int8]] = field(default_factory=dict)
    searches: dict[tuple[str, tuple[Closing, ...], Restrictions], Search] = field(default_factory=dict)

    def reader(self, shipment: Shipment) -> PathReader:
        """The priced network of a shipment."""
        key = repr(shipment)  # a shipment with unknown numbers (NaN) does not equal itself
        if key not in self.readers:
            pricer = self.pricing.pricer(shipment)
            weights = weigh_arcs(self.network, pricer)
            self.readers[key] = PathReader(self.network, pricer, weights, self.simulation)
        return self.readers[key]

    def search(self, case: Case, restrictions: Restrictions = Restrictions()) -> Search:
        """The searches of a case under what law and the user close."""
        if restrictions.mode:
            return self._new_search(case, restrictions)
        key = (repr(case.shipment), case.closings, restrictions)
        if key not in self.searches:
            self.searches[key] = self._new_search(case, restrictions)
        return self.searches[key]

    def forget(self, shipment: Shipment) -> None:
        """Lets go of what searches of a shipment keep between queries."""
        for key, search in list(self.searches.items()):
            if key[0] == repr(shipment):
                search.forget()

    def _close(self, shipment: Shipment, closings: tuple[Closing, ...]) -> NDArray[np.int8]:
        """What is closed to the goods whatever is wished: by themselves, and after that by law."""
        key = (repr(shipment), closings)
        if key not in self.closed:
            if closings:
                law = close_by_law(self.network, closings)
                self.closed[key] = close_further(self._close(shipment, ()), Reason.LAW, law)
            else:
                self.closed[key] = close_to_goods(
                    self.network, self.tables, self._close_to_all(), shipment=shipment
                )
        return self.closed[key]

    def _close_to_all(self) -> NDArray[np.int8]:
        """What is closed to all goods; kept with what is closed to some."""
        if ("", ()) not in self.closed:
            self.closed["", ()] = close_to_all(self.network, self.tables, self.date)
        return self.closed["", ()]

    def _new_search(self, case: Case, restrictions: Restrictions) -> Search:
        closed, wish = self._close(case.shipment, case.closings), close_by_wish(self.network, restrictions)
        reasons = close_further(closed, Reason.AVOIDED, wish)
        if restrictions.mode:
            start, end = case.ends
            points = ((start.lat, start.lon), (end.lat, end.lon))
            other = close_other_modes(self.network, restrictions.mode, points)
            reasons[other & (reasons == 0)] = Reason.MODE
        return Search(self.network, self.reader(case.shipment).weights, reasons)

    def answer(self, request: Request, shipment: Shipment, search: Search) -> Answer:
        """Routes of one request, or what blocks it."""
        return find_routes(
            search,
            self.reader(shipment),
            request=request,
        )

    def passing(self, stop: Stop) -> Passing:
        """What passing a place means: handling goods at a port, running a border post, else standing there.

        A ship that sails by a port or a train that runs past a terminal's water does not pass it.
        """
        if stop.id not in self.passings:
            self.passings[stop.id] = self._find_passing(stop)
        return self.passings[stop.id]

    def _find_passing(self, stop: Stop) -> Passing:
        if stop.kind == "passage":
            passage = self.network.world.passages.index(stop.id)
            through = np.flatnonzero(self.network.arcs.passage == passage)
            return Passing(stop.id, np.empty(0, np.int32), through.astype(np.int32))
        arcs = self._site_arcs(stop.id)
        crossing = self.network.arcs.crossing[arcs] >= 0
        if stop.kind == "post" and crossing.any():
            return Passing(stop.id, np.empty(0, np.int32), arcs[crossing])
        if stop.kind == "port":
            return Passing(stop.id, np.empty(0, np.int32), arcs[self._by_water(arcs)])
        nodes = [node for layer, node in stop.nodes.items() if layer <= RAIL]
        return Passing(stop.id, np.array(nodes, np.int32), arcs)

    def _by_water(self, arcs: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Whether each arc handles goods to or from a vessel; all of them where a port has no water."""
        operations = self.network.operations
        ops = self.network.arcs.op[arcs]
        wet = np.array([op >= 0 and serve_vessel(operations[op]) for op in ops], np.bool_)
        return wet if wet.any() else np.ones(len(arcs), np.bool_)

    def _site_arcs(self, place: str) -> NDArray[np.int32]:
        flags = [site.id == place for site in self.network.sites]
        return self.network.marked("site").list_arcs(flags)

    def corridors(
        self, chains: Sequence[Chain], case: Case, search: Search, *, named: bool
    ) -> tuple[Corridor, ...]:
        """Named corridors in the direction of the request; one that would be an absurd detour is left out unless it
        was asked for by name. A place beside an end of the request is passed by starting or ending there.

        Of more than MOST_CORRIDORS, those are tried that touch the country of either end, then those that run
        along the most of the way.
        """
        origin, destination = case.ends
        apart = max(_length([origin, destination]), 1.0)
        fitting = []
        for chain in chains:
            stops = cut_chain(list(chain.stops), origin, destination)
            if named or _length([origin, *stops, destination]) <= PLAUSIBLE_CIRCUITY * apart:
                foreign = not {stop.country for stop in stops} & {origin.country, destination.country}
                fitting.append((foreign, -_length(stops) / apart, str(chain.row["id"]), chain, stops))
        chosen = {one[2] for one in sorted(fitting, key=lambda one: one[:3])[:MOST_CORRIDORS]}
        kept = [one for one in fitting if named or one[2] in chosen]
        return tuple(
            Corridor(
                str(chain.row["id"]),
                str(chain.row["name"]),
                tuple(self.passing(stop) for stop in stops),
                self._find_avoided(chain.avoid, search),
            )
            for *_, chain, stops in kept
        )

    def _find_avoided(self, restrictions: Restrictions, search: Search) -> NDArray[np.int32]:
        """Arcs that a search has open and `restrictions` close."""
        if restrictions not in self.wishes:
            closed = np.flatnonzero(close_by_wish(self.network, restrictions))
            self.wishes[restrictions] = closed.astype(np.int32)
        arcs: NDArray[np.int32] = self.wishes[restrictions]
        return arcs[np.equal(search.reasons[arcs], 0)]


def cut_chain(stops: list[Stop], origin: Stop, destination: Stop) -> list[Stop]:
    """The places of a chain between two ends, in the direction of travel.

    Where an end stands beside a place of the chain, that place and what lies beyond it are left out.
    """
    beside = [[_length([stop, end]) <= BESIDE_KM for stop in stops] for end in (origin, destination)]
    both = any(beside[0]) and any(beside[1])
    longer = _length([origin, *stops, destination]) > _length([origin, *stops[::-1], destination])
    if beside[0].index(True) > beside[1].index(True) if both else longer:
        stops, beside = stops[::-1], [flags[::-1] for flags in beside]
    first = max((k + 1 for k, flag in enumerate(beside[0]) if flag), default=0)
    last = min((k for k, flag in enumerate(beside[1]) if flag), default=len(stops))
    return stops[first:last]


def _length(stops: Sequence[Stop]) -> float:
    return sum(measure_line((a.lat, a.lon), (b.lat, b.lon)) for a, b in pairwise(stops))


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """Tables at a date made ready for requests: the network without ends, and the prices."""

    tables: Mapping[str, pd.DataFrame]
    date: datetime.date
    base: Base
    pricing: Pricing

    @property
    def around(self) -> Surroundings:
        """Regions, customs territories, transit regimes."""
        return self.base.around

    def router(self, stops: Sequence[Stop], *, simulation: Simulation, flights: bool = False) -> Router:
        """A router whose requests start and end at `stops`; `flights` adds air freight between them."""
        network = join_ends(self.base, stops, flights=flights)
        return Router(self.tables, self.date, simulation, network, self.pricing)


def make_ready(world: World, tables: Mapping[str, pd.DataFrame], date: datetime.date) -> Ready:
    """The network and the prices of `tables` at `date`."""
    around = survey(world, tables, date)
    current = {**tables, "services": measure_services(tables["services"], tables["places"], world)}
    rows = {name: rows_by_id(current[name]) for name in ("services", "passages", "countries")}
    book = PriceBook.build(current, spreads=read_spreads())
    return Ready(current, date, build_base(world, current, around), Pricing(book, rows, around))


def read_spreads() -> dict[str, float]:
    """Lognormal sigma of a cost by quality: the catalogue's ratio of the 90th to the 10th percentile."""
    return {name: log(row.spread) / (2.0 * Z90) for name, row in load_catalogue().qualities.items()}


def measure_services(services: pd.DataFrame, places: pd.DataFrame, world: World) -> pd.DataFrame:
    """The services with the water that they sail, and a distance where the table gives none: 1.2 times the great
    circle of their ends.
    """
    ids = [*services["from"], *services["to"]]
    found = {row["id"]: row for row in read_rows(world.places[world.places["id"].isin(ids)])}
    own = places[[place in ids and place not in found for place in places["id"]]]
    found |= {place: find_place(world, place, extra=own).as_row() for place in own["id"]}
    waters, distances, known = [], [], _find_waters(world)
    for row in read_rows(services):
        ends = [found[row[side]] for side in ("from", "to") if row[side] in found]
        distance = row["distance"]
        if len(ends) == 2 and pd.isna(distance):
            one, other = ((end["lat"], end["lon"]) for end in ends)
            distance = FERRY_DETOUR * measure_line(one, other)
        node = int(ends[0]["water_node"]) if len(ends) == 2 else -1
        waters.append(WATERS[known[node]] if node >= 0 and known[node] >= 0 else "")
        distances.append(distance)
    return services.assign(water=waters, distance=distances)


def _find_waters(world: World) -> NDArray[np.int8]:
    """The water of each node, int8[n]: that of its first lane, -1 where there is none."""
    lanes = np.flatnonzero(world.edge_layer == 2)[::-1]
    waters = np.full(len(world.node_lat), -1, np.int8)
    ends = np.column_stack([world.edge_tail[lanes], world.edge_head[lanes]])
    waters[ends.ravel()] = np.repeat(world.edge_water[lanes], 2)
    return waters
