"""The router of a scenario: one virtual network, the prices of each shipment, and the searches over both."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landbridge.network.build import build_network, survey
from landbridge.network.closures import Reason, Restrictions, close_arcs, close_other_modes, find_shut, great_circle
from landbridge.network.items import PathReader
from landbridge.network.pricing import PriceBook
from landbridge.network.routes import Answer, Corridor, Request, find_routes
from landbridge.network.search import Passing, Search
from landbridge.network.shipments import Shipment
from landbridge.network.terminals import Stop, Surroundings
from landbridge.network.virtual import VirtualNetwork
from landbridge.network.weights import Pricer, services_by_id, weigh_arcs
from landbridge.schema.closings import Closing
from landbridge.sources.world import World

FERRY_DETOUR = 1.2
PLAUSIBLE_CIRCUITY = 2.5


@dataclass(frozen=True, slots=True)
class Simulation:
    """How ranges are drawn: number of draws and the study's seed."""

    draws: int
    seed: int


@dataclass(slots=True)
class Router:
    """Answers requests over the tables of one scenario at its date. Build it with `make_router`."""

    tables: Mapping[str, pd.DataFrame]
    date: datetime.date
    simulation: Simulation
    around: Surroundings
    network: VirtualNetwork
    book: PriceBook
    services: Mapping[str, Mapping[str, object]]
    readers: dict[Shipment, PathReader] = field(default_factory=dict)
    searches: dict[tuple[Shipment, tuple[Closing, ...], Restrictions], Search] = field(default_factory=dict)

    def reader(self, shipment: Shipment) -> PathReader:
        """The priced network of a shipment."""
        if shipment not in self.readers:
            pricer = Pricer(self.book, shipment, self.services, self.around)
            self.readers[shipment] = PathReader(self.network, pricer, weigh_arcs(self.network, pricer))
        return self.readers[shipment]

    def search(
        self,
        shipment: Shipment,
        closings: tuple[Closing, ...] = (),
        restrictions: Restrictions = Restrictions(),
        *,
        ends: Sequence[Stop] = (),
    ) -> Search:
        """The searches of a shipment under what law and the user close."""
        if restrictions.mode:
            return self._new_search(shipment, closings, restrictions, ends)
        key = (shipment, closings, restrictions)
        if key not in self.searches:
            self.searches[key] = self._new_search(shipment, closings, restrictions, ends)
        return self.searches[key]

    def _new_search(
        self, shipment: Shipment, closings: tuple[Closing, ...], restrictions: Restrictions, ends: Sequence[Stop]
    ) -> Search:
        reasons = close_arcs(
            self.network, self.tables, self.date, shipment=shipment, closings=closings, restrictions=restrictions
        )
        if restrictions.mode:
            points = tuple((stop.lat, stop.lon) for stop in ends)
            other = close_other_modes(self.network, restrictions.mode, points)
            reasons[other & (reasons == 0)] = Reason.MODE
        return Search(self.network, self.reader(shipment).weights, reasons)

    def answer(self, request: Request, shipment: Shipment, search: Search) -> Answer:
        """Routes of one request, or what blocks it."""
        return find_routes(
            search,
            self.reader(shipment),
            request,
            draws=self.simulation.draws,
            seed=self.simulation.seed,
        )

    def passing(self, stop: Stop) -> Passing:
        """What passing a place means: its states, or the border arcs of a post."""
        arcs = self._post_arcs(stop.id) if stop.kind == "post" else np.empty(0, np.int32)
        nodes = self.network.stations.get(stop.id) or tuple(stop.nodes.values())
        return Passing(np.array(nodes if not len(arcs) else (), np.int32), arcs)

    def _post_arcs(self, post: str) -> NDArray[np.int32]:
        sites = np.array([site.id == post for site in self.network.sites] + [False])
        return np.flatnonzero(sites[self.network.arcs.site] & (self.network.arcs.crossing >= 0)).astype(np.int32)

    def corridor(self, row: Mapping[str, object], stops: Sequence[Stop], origin: Stop, destination: Stop) -> Corridor | None:
        """A named corridor in the direction of the request; None where it would be an absurd detour."""
        chain = list(stops)
        if _length([origin, *chain, destination]) > _length([origin, *chain[::-1], destination]):
            chain.reverse()
        if _length([origin, *chain, destination]) > PLAUSIBLE_CIRCUITY * _length([origin, destination]):
            return None
        return Corridor(str(row["id"]), str(row["name"]), tuple(self.passing(stop) for stop in chain))


def _length(stops: Sequence[Stop]) -> float:
    return sum(
        float(great_circle(np.array([a.lat]), np.array([a.lon]), b.lat, b.lon)[0])
        for a, b in zip(stops, stops[1:], strict=False)
    )


def make_router(
    world: World,
    tables: Mapping[str, pd.DataFrame],
    date: datetime.date,
    *,
    stops: Sequence[Stop],
    spreads: Mapping[str, float],
    simulation: Simulation,
) -> Router:
    """A router over `tables` at `date` whose requests start and end at `stops`."""
    around = survey(world, tables, date)
    open_services = tables["services"][~tables["services"]["id"].isin(find_shut("services", tables, date))]
    current = {**tables, "services": measure_services(open_services, tables["places"])}
    return Router(
        tables=current,
        date=date,
        simulation=simulation,
        around=around,
        network=build_network(world, current, around, stops=stops),
        book=PriceBook.build(current, spreads=spreads),
        services=services_by_id(current["services"]),
    )


def measure_services(services: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """The services with a distance where the table gives none: 1.2 times the great circle of their ends."""
    points = {row["id"]: (row["lat"], row["lon"]) for row in places.to_dict("records")}
    measured = services.copy()
    for index, row in services.iterrows():
        if pd.isna(row["distance"]) and row["from"] in points and row["to"] in points:
            (lat, lon), (to_lat, to_lon) = points[row["from"]], points[row["to"]]
            straight = great_circle(np.array([lat]), np.array([lon]), to_lat, to_lon)
            measured.loc[index, "distance"] = FERRY_DETOUR * float(straight[0])
    return measured
