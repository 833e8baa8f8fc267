"""Where goods go on board at the world's seaports, and in which country each node of a network lies.

A seaport is a port whose water deep-sea ships sail, the ocean or the Black Sea, and of which the table places says that
it takes the goods or how deep it is: a name on a map alone is no berth for a container ship. The Caspian, the Azov Sea,
lakes and rivers are no open sea, so a port there is a place on the way and not its end. Ports within 30 km are basins
of one.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landbridge.network.closures import RIVER_COUNTRIES, pick
from landbridge.network.sphere import great_circle
from landbridge.network.virtual import (
    DEEP,
    RIVER,
    Site,
    VirtualNetwork,
    count_world_nodes,
    serve_vessel,
)

BASIN_KM = 30.0
Ints = NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class Shore:
    """The seaports of a network.

    `boards` int32[k] are the arcs by which goods go on board a deep-sea ship, `afloat` int32[l] all by which they come
    to where ships sail the ocean, deep-sea ships the Black Sea too; `ports` by number, each by the site of its first
    basin; `port_of` int32[sites], the number of the seaport of a site, -1 for all others; `vessels` bool[arcs], what
    handles goods to or from a vessel at a port; `country` int16[nodes], the number of each node's country in the world,
    -1 on open water and where it is unknown.
    """

    network: VirtualNetwork
    boards: Ints
    afloat: Ints
    ports: tuple[Site, ...]
    port_of: Ints
    vessels: NDArray[np.bool_]
    country: NDArray[np.int16]

    def port_at(self, arcs: NDArray[np.integer]) -> Ints:
        """The number of the seaport where each of some arcs stands, -1 elsewhere."""
        sites = self.network.arcs.site[arcs]
        found: Ints = np.where(sites >= 0, self.port_of[sites], -1).astype(np.int32)
        return found


def list_working(places: pd.DataFrame, cargo_class: str) -> frozenset[str]:
    """Ids of the ports in the table places that take goods of a class, or that give their draught and no classes.

    >>> rows = {"id": ["a", "b", "c"], "kind": "port", "cargo_classes": [("container",), (), ()]}
    >>> sorted(list_working(pd.DataFrame({**rows, "draught": [None, 12.0, None]}), "container"))
    ['a', 'b']
    """
    ports = places[places["kind"] == "port"]
    known = zip(ports["id"], ports["cargo_classes"], ports["draught"].notna(), strict=True)
    return frozenset(
        name for name, classes, deep in known if cargo_class in classes or (deep and not classes)
    )


def find_shore(network: VirtualNetwork, *, working: Collection[str]) -> Shore:
    """The seaports of a network among the ports `working` (ids of places)."""
    arcs = network.arcs
    decoded = [network.codes.decode(code) for code in range(network.codes.free)]
    deep = _mark_nodes(network, [layer == DEEP for layer, _ in decoded])
    ocean = _mark_nodes(network, [(layer, water) == (RIVER, "ocean") for layer, water in decoded])
    afloat = np.flatnonzero((deep | ocean)[arcs.head] & ~(deep | ocean)[arcs.tail]).astype(np.int32)
    used = pick([site.id in working for site in network.sites], arcs.site[afloat])
    boards = afloat[deep[arcs.head[afloat]] & used]
    wet = np.array([*(serve_vessel(steps) for steps in network.operations), False])
    at_port = np.array([*(site.kind == "port" for site in network.sites), False])
    ports, port_of = _join_basins(network, boards)
    vessels = wet[arcs.op] & at_port[arcs.site]
    return Shore(network, boards, afloat, ports, port_of, vessels, _find_countries(network))


def _mark_nodes(network: VirtualNetwork, codes: Sequence[bool]) -> NDArray[np.bool_]:
    """The ends of arcs that move under one of the price codes that are marked."""
    arcs = network.arcs
    moving = pick([*codes], arcs.code_a)
    marked = np.zeros(network.node_count, np.bool_)
    marked[arcs.tail[moving]] = marked[arcs.head[moving]] = True
    return marked


def _join_basins(network: VirtualNetwork, boards: Ints) -> tuple[tuple[Site, ...], Ints]:
    """Ports in order, and the number of each site's: that of the nearest port before it within 30 km, else its own.

    The order is one of names and not of costs, so that no price joins or parts two ports.
    """
    sites = {network.sites[site].id: network.sites[site] for site in np.unique(network.arcs.site[boards])}
    ordered = sorted(sites.values(), key=lambda site: site.id)
    ports: list[Site] = []
    number: dict[str, int] = {}
    lat, lon = np.empty(len(ordered)), np.empty(len(ordered))
    for site in ordered:
        known = len(ports)
        away = great_circle(lat[:known], lon[:known], site.lat, site.lon)
        if known and away.min() <= BASIN_KM:
            number[site.id] = int(away.argmin())
        else:
            lat[known], lon[known], number[site.id] = site.lat, site.lon, known
            ports.append(site)
    return tuple(ports), np.array([number.get(site.id, -1) for site in network.sites], np.int32)


def _find_countries(network: VirtualNetwork) -> NDArray[np.int16]:
    """Those of the world's nodes, of the rivers that lie in one country, and of what tables and requests add: that of
    the place to which a node belongs.
    """
    world, arcs, codes = network.world, network.arcs, network.codes
    number = {code: place for place, code in enumerate(world.countries)}
    country = np.full(network.node_count, -1, np.int16)
    country[: len(world.node_country)] = world.node_country
    for code in range(codes.free):
        layer, water = codes.decode(code)
        if layer == RIVER and RIVER_COUNTRIES.get(water) in number:
            country[arcs.tail[arcs.code_a == code]] = number[RIVER_COUNTRIES[water]]
    of_site = np.array([number.get(site.country, -1) for site in network.sites], np.int16)
    added = np.flatnonzero((arcs.site >= 0) & (np.maximum(arcs.tail, arcs.head) >= count_world_nodes(world)))
    for ends in (arcs.tail[added], arcs.head[added]):
        new = ends >= count_world_nodes(world)
        country[ends[new]] = of_site[arcs.site[added][new]]
    return country
