"""Ways of landlocked countries to the sea: those of the literature, and the port of the model's own choice.

The corridors of the table that begin in a landlocked country and end at a seaport are the ways that the literature
names; each is asked of the network from the capital. The model's own outlet is the port at which the cheapest way of a
container to a far market goes on board.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from landbridge.kernels.hierarchy_sweeps import trace_sweep
from landbridge.network.closures import Restrictions
from landbridge.network.items import Simulation
from landbridge.network.locating import Locator
from landbridge.network.router import Case, Ready, Router
from landbridge.network.seaports import BASIN_KM
from landbridge.network.shipments import Shipment, choose_shipment
from landbridge.network.sphere import measure_line
from landbridge.network.structure import find_capitals
from landbridge.network.terminals import Stop
from landbridge.network.virtual import DEEP, Site
from landbridge.schema import InputError
from landbridge.schema.rows import Row, read_rows

MARKETS = ("cnsha-port", "nlrtm-port", "usnyc-port")
SIMULATION = Simulation(1, 1)
Progress = Callable[[str], None]
Placed = tuple[Row, tuple[Stop, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Outlets:
    """Ways of landlocked countries to the sea.

    `ways`: country, capital, corridor, port, distance (km) and cost (USD/t) of each way that the table corridors names
    (infinite where the network has none), chosen (the model's own outlets), named (whether one of these is the port
    of a named way). `unplaced`: id, corridor and why of the corridors left out because a place of theirs is not found
    or could be several.
    """

    ways: pd.DataFrame
    unplaced: pd.DataFrame


def compare_outlets(ready: Ready, *, progress: Progress = lambda line: None) -> Outlets:
    """The named ways of each landlocked country to the sea beside the ports of the model's own choice."""
    progress("ways of landlocked countries to the sea")
    locate = Locator.over({**ready.tables, "world": ready.base.world}, ready.around)
    countries = ready.tables["countries"]
    inland = set(countries["id"][countries["landlocked"].astype(bool)])
    capitals = {code: stop for code, stop in find_capitals(ready).items() if code in inland}
    placed, unplaced = place_corridors(ready.tables["corridors"], locate)
    ways = list_ways(placed, capitals)
    markets = [locate(port)[0] for port in MARKETS]
    ends = {stop.id: stop for stop in [*capitals.values(), *(stops[-1] for _, _, stops in ways), *markets]}
    router = ready.router(list(ends.values()), simulation=SIMULATION)
    shipment = choose_shipment(ready.tables["shipments"])
    chosen = {code: find_outlets(router, shipment, stop, markets) for code, stop in capitals.items()}
    rows = []
    for code, capital in capitals.items():
        own = [(row, stops) for way, row, stops in ways if way == code]
        named = any(_stand_together(port, stops[-1]) for port in chosen[code] for _, stops in own)
        names = "; ".join(port.name for port in chosen[code])
        for row, stops in own or [({"name": ""}, ())]:
            km, cost = _measure(router, shipment, capital, stops)
            port = stops[-1].name if stops else ""
            rows.append((code, capital.name, row["name"], port, km, cost, names, named))
    columns = ["country", "capital", "corridor", "port", "distance", "cost", "chosen", "named"]
    return Outlets(pd.DataFrame(rows, columns=columns), unplaced)


def place_corridors(corridors: pd.DataFrame, locate: Locator) -> tuple[list[Placed], pd.DataFrame]:
    """Each corridor with its places as stops; and id, corridor and why of those with a place that cannot be told."""
    placed: list[Placed] = []
    lost = []
    for row in read_rows(corridors):
        try:
            placed.append((row, tuple(locate(text)[0] for text in row["via"])))
        except InputError as fault:
            lost.append((row["id"], row["name"], "; ".join(finding.what for finding in fault.findings)))
    return placed, pd.DataFrame(lost, columns=["id", "corridor", "why"])


def list_ways(
    placed: Sequence[Placed], capitals: Mapping[str, Stop]
) -> list[tuple[str, Row, tuple[Stop, ...]]]:
    """Corridors with a seaport at one end and a place of a landlocked country at the other, from the country on."""
    return [
        (chain[0].country, row, chain)
        for row, stops in placed
        for chain in (stops, stops[::-1])
        if chain[0].country in capitals and DEEP in chain[-1].nodes
    ]


def _stand_together(port: Site, end: Stop) -> bool:
    """Whether a port is the end of a way, or another basin of the same port."""
    return measure_line((port.lat, port.lon), (end.lat, end.lon)) <= BASIN_KM


def find_outlets(router: Router, shipment: Shipment, capital: Stop, markets: Sequence[Stop]) -> list[Site]:
    """The ports where the cheapest ways from a capital to the markets first go on board a deep-sea ship."""
    search = router.search(Case(shipment, (), (capital, markets[0])))
    network = router.network
    layers = np.array([network.codes.decode(code)[0] for code in range(network.codes.free)] + [-1])
    ports: dict[str, Site] = {}
    for market in markets:
        path = trace_sweep(search.sweep("cost", network.outlets[capital.id]), network.inlets[market.id])
        sailing = np.flatnonzero(layers[network.arcs.code_a[path]] == DEEP)
        before = path[: sailing[0]] if len(sailing) else path[:0]
        sites = [network.sites[site] for site in network.arcs.site[before] if site >= 0]
        ports |= {site.id: site for site in sites[-1:]}
    return list(ports.values())


def _measure(router: Router, shipment: Shipment, capital: Stop, stops: Sequence[Stop]) -> tuple[float, float]:
    """Kilometres and USD/t of the cheapest way from the capital through the places to the last of them."""
    if not stops:
        return float("inf"), float("inf")
    search = router.search(Case(shipment, (), (capital, stops[-1])), Restrictions())
    network = router.network
    passings = tuple(router.passing(stop) for stop in stops[:-1] if stop.id != capital.id)
    ends = network.outlets[capital.id], network.inlets[stops[-1].id]
    path = search.chain("cost", *ends, via=passings)
    if path is None:
        return float("inf"), float("inf")
    return float(search.weights.distance[path].sum()), float(search.weights.cost[path].sum())
