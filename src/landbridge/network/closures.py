"""Arcs that a query may not use, each with its reason: status at the date, law, cargo, and what the user asked."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landbridge.network.shipments import Shipment
from landbridge.network.sphere import great_circle, measure_line
from landbridge.network.virtual import (
    AIR,
    DEEP,
    INLAND,
    LAND_LAYERS,
    LAYERS,
    RAIL,
    RIVER,
    ROAD,
    VirtualNetwork,
)
from landbridge.schema import load_catalogue
from landbridge.schema.closings import Closing
from landbridge.schema.dated_rows import open_at
from landbridge.schema.rows import list_values, read_rows

Mask = NDArray[np.bool_]
# River-sea waters by the country that they lie in; open waters are nobody's to pass.
RIVER_COUNTRIES = {"volga_don": "RU"}


class Reason(IntEnum):
    """Why an arc is closed; of several reasons the first that is found stands."""

    OPEN = 0
    STATUS = 1
    BORDER = 2
    CARGO = 3
    DRAUGHT = 4
    LAW = 5
    AVOIDED = 6
    MODE = 7


@dataclass(frozen=True, slots=True)
class Restrictions:
    """What a query leaves out by its own wish; a prohibition is never lifted by it.

    `mode` is the only main carriage allowed ("" for any), with road within 100 km of either end.
    """

    mode: str = ""
    avoid: frozenset[str] = frozenset()
    avoid_countries: frozenset[str] = frozenset()
    no_gauge_change: bool = False


def close_arcs(
    network: VirtualNetwork,
    tables: Mapping[str, pd.DataFrame],
    date: datetime.date,
    *,
    shipment: Shipment,
    closings: tuple[Closing, ...] = (),
    restrictions: Restrictions = Restrictions(),
) -> NDArray[np.int8]:
    """Reason of each arc, int8[arcs], 0 where it is open."""
    to_goods = close_to_goods(network, tables, close_to_all(network, tables, date), shipment=shipment)
    by_law = close_further(to_goods, Reason.LAW, close_by_law(network, closings))
    return close_further(by_law, Reason.AVOIDED, close_by_wish(network, restrictions))


def close_to_goods(
    network: VirtualNetwork,
    tables: Mapping[str, pd.DataFrame],
    closed: NDArray[np.int8],
    *,
    shipment: Shipment,
) -> NDArray[np.int8]:
    """Reason of each arc that is closed to the goods whoever asks, int8[arcs], 0 where it is open; `closed` is what
    `close_to_all` gave.
    """
    closed = close_further(closed, Reason.CARGO, _closed_to_cargo(network, tables, shipment))
    return close_further(closed, Reason.DRAUGHT, _too_shallow(network, tables, shipment))


def close_to_all(
    network: VirtualNetwork, tables: Mapping[str, pd.DataFrame], date: datetime.date
) -> NDArray[np.int8]:
    """Reason of each arc that is closed at the date to all goods, int8[arcs], 0 where it is open."""
    open_all = np.zeros(len(network.arcs.tail), np.int8)
    closed = close_further(open_all, Reason.STATUS, close_by_status(network, tables, date))
    return close_further(closed, Reason.BORDER, close_borders(network, tables, date))


def close_further(reasons: NDArray[np.int8], reason: Reason, closed: Mask) -> NDArray[np.int8]:
    """The reasons, int8[arcs], with `reason` where an arc is `closed`, bool[arcs], and was open."""
    return np.where(closed & (reasons == 0), np.int8(reason), reasons)


def close_by_status(network: VirtualNetwork, tables: Mapping[str, pd.DataFrame], date: datetime.date) -> Mask:
    """Arcs of legs, passages, services, posts and places that are not open at the date: bool[arcs]."""
    world = network.world
    legs, passages = find_shut("legs", tables, date), find_shut("passages", tables, date)
    closed = network.marked("leg").pick([leg in legs for leg in world.legs])
    closed |= network.marked("passage").pick([passage in passages for passage in world.passages])
    closed |= _of_services(network, find_shut("services", tables, date))
    return closed | _at_sites(network, find_shut("posts", tables, date) | find_shut("places", tables, date))


def _of_services(network: VirtualNetwork, services: "set[str] | frozenset[str]") -> Mask:
    """Arcs on which one of `services` is boarded, run or left."""
    serving = [any(step.service in services for step in steps) for steps in network.operations]
    return network.marked("op").pick(serving)


def find_shut(table: str, tables: Mapping[str, pd.DataFrame], date: datetime.date) -> set[str]:
    """Ids of the rows of a table that are not open at `date`."""
    frame = tables[table]
    return set(frame["id"][~open_at(frame, load_catalogue().tables[table], date=date)])


def _at_sites(network: VirtualNetwork, places: "set[str] | frozenset[str]") -> Mask:
    return network.marked("site").pick([site.id in places for site in network.sites])


def pick(flags: list[bool], index: NDArray[np.integer]) -> Mask:
    """`flags` at `index`, False at -1."""
    chosen: Mask = np.array([*flags, False], np.bool_)[index]
    return chosen


def close_borders(network: VirtualNetwork, tables: Mapping[str, pd.DataFrame], date: datetime.date) -> Mask:
    """Arcs over borders that are closed at the date, and of services between their countries by sea: bool[arcs]."""
    shut = list_shut_borders(tables["borders"], date)
    closing = {(frozenset((row["country_a"], row["country_b"])), row["mode"]) for row in read_rows(shut)}
    columns = [list_values(network.world.crossings[name]) for name in ("country_a", "country_b", "mode")]
    closed = [
        bool(closing & {(frozenset((one, other)), "any"), (frozenset((one, other)), mode)})
        for one, other, mode in zip(*columns, strict=True)
    ]
    return network.marked("crossing").pick(closed) | _of_services(network, _between(tables, shut))


def list_shut_borders(borders: pd.DataFrame, date: datetime.date) -> pd.DataFrame:
    """The rows of borders that close one at `date`; a row of status open tells of a restriction and closes nothing."""
    closed = borders[borders["status"] == "closed"]
    return closed[~open_at(closed, load_catalogue().tables["borders"], date=date)]


def _between(tables: Mapping[str, pd.DataFrame], borders: pd.DataFrame) -> set[str]:
    """Services between two countries whose border is closed at sea."""
    pairs = {
        frozenset((row["country_a"], row["country_b"]))
        for row in read_rows(borders)
        if row["mode"] in ("any", "sea")
    }
    country = dict(zip(tables["places"]["id"], tables["places"]["country"], strict=True))
    return {
        row["id"]
        for row in read_rows(tables["services"])
        if frozenset((country.get(row["from"], ""), country.get(row["to"], ""))) in pairs
    }


def _closed_to_cargo(network: VirtualNetwork, tables: Mapping[str, pd.DataFrame], shipment: Shipment) -> Mask:
    refusing = {
        row_id
        for name in ("places", "posts")
        for row_id, classes in zip(tables[name]["id"], tables[name]["cargo_classes"], strict=True)
        if classes and shipment.cargo_class not in classes
    }
    refusing_services = {
        row_id
        for row_id, classes in zip(tables["services"]["id"], tables["services"]["cargo_classes"], strict=True)
        if classes and shipment.cargo_class not in classes
    }
    widths = tables["legs"]["width"].to_numpy(np.float64, na_value=np.nan)
    narrow = frozenset(tables["legs"]["id"][widths < shipment.width])
    legs = network.marked("leg").pick([leg in narrow for leg in network.world.legs])
    return (
        legs
        | _at_sites(network, refusing) & (network.arcs.op >= 0)
        | _of_services(network, refusing_services)
    )


def _too_shallow(network: VirtualNetwork, tables: Mapping[str, pd.DataFrame], shipment: Shipment) -> Mask:
    """Waterways, and ports to their deep-sea vessels, with less draught than the vessel of the goods needs at least."""
    needs = dict(zip(tables["parameters"]["id"], tables["parameters"]["value"], strict=True))
    deep = needs.get(f"draught_{shipment.means('sea')}", 0.0)
    by_layer = {
        DEEP: deep,
        RIVER: needs.get("draught_river_sea", 0.0),
        INLAND: needs.get("draught_barge", 0.0),
    }
    depths = {
        name: tables[name]["draught"].to_numpy(np.float64, na_value=np.nan) for name in ("legs", "places")
    }
    depth = dict(zip(tables["legs"]["id"], depths["legs"], strict=True))
    given = np.array([depth.get(leg, np.nan) for leg in network.world.legs] + [np.nan])[network.arcs.leg]
    layers = np.array([network.codes.decode(code)[0] for code in range(network.codes.free)] + [-1])
    wanted = np.array([by_layer.get(layer, 0.0) for layer in layers])[network.arcs.code_a]
    shallow = frozenset(tables["places"]["id"][depths["places"] < deep])
    at_berth = np.zeros(network.node_count, np.bool_)
    at_berth[network.arcs.tail[layers[network.arcs.code_a] == DEEP]] = True
    handled = _at_sites(network, shallow) & (at_berth[network.arcs.tail] | at_berth[network.arcs.head])
    closed: Mask = (given < wanted) | (handled & (network.arcs.op >= 0))
    return closed


def close_by_law(network: VirtualNetwork, closings: tuple[Closing, ...]) -> Mask:
    """Arcs that listings close to a flow: bool[arcs]."""
    closed = np.zeros(len(network.arcs.tail), np.bool_)
    for closing in closings:
        if closing.places:
            closed |= _at_places(network, closing.places, closing.modes)
        if closing.countries:
            closed |= _in_countries(network, closing.countries, closing.modes)
        if closing.modes and not closing.places and not closing.countries:
            closed |= _use(network, np.ones(len(closed), np.bool_), closing.modes)
    return closed


def _at_places(network: VirtualNetwork, places: frozenset[str], modes: frozenset[str] = frozenset()) -> Mask:
    """Arcs of places, posts, legs, passages and services, with `modes` only those that use one of them."""
    world = network.world
    closed = _at_sites(network, places) | _of_services(network, places)
    closed |= network.marked("leg").pick([leg in places for leg in world.legs])
    closed |= network.marked("passage").pick([passage in places for passage in world.passages])
    return _use(network, closed, modes) if modes else closed


def _in_countries(network: VirtualNetwork, countries: frozenset[str], modes: frozenset[str]) -> Mask:
    codes, arcs = network.codes, network.arcs
    decoded = [codes.decode(code) for code in range(codes.free)]
    table = [
        (layer < LAND_LAYERS and scope in countries and (not modes or LAYERS[layer] in modes))
        or (
            layer == RIVER
            and RIVER_COUNTRIES.get(scope) in countries
            and (not modes or "inland_water" in modes)
        )
        for layer, scope in decoded
    ]
    inside = pick(table, arcs.code_a) | (pick(table, arcs.code_b) & (arcs.km_b > 0))
    sites = [site.country in countries and site.kind != "post" for site in network.sites]
    handled = network.marked("site").pick(sites)
    return inside | (_use(network, handled, modes) if modes else handled)


def _use(network: VirtualNetwork, closed: Mask, modes: frozenset[str]) -> Mask:
    """Those of the arcs `closed` that move by one of `modes`, or whose operations serve one."""
    codes, arcs, chosen = network.codes, network.arcs, np.flatnonzero(closed)
    decoded = [codes.decode(code) for code in range(codes.free)]
    named = [
        "inland_water" if (layer, water) == (RIVER, "volga_don") else LAYERS[layer]
        for layer, water in decoded
    ]
    moving = [mode in modes for mode in named]
    served = [
        any(step.mode in modes or step.to_mode in modes for step in steps) for steps in network.operations
    ]
    using = pick(served, arcs.op[chosen])
    for code, km in ((arcs.code_a, arcs.km_a), (arcs.code_b, arcs.km_b)):
        using |= pick(moving, code[chosen]) & (km[chosen] > 0)
    found = np.zeros(len(closed), np.bool_)
    found[chosen[using]] = True
    return found


def close_by_wish(network: VirtualNetwork, restrictions: Restrictions) -> Mask:
    """Arcs that a query leaves out by its own wish, whatever its main carriage: bool[arcs]."""
    closed = _at_places(network, restrictions.avoid)
    if restrictions.avoid_countries:
        closed |= _in_countries(network, restrictions.avoid_countries, frozenset())
    if restrictions.no_gauge_change:
        changes = [any(step.operation == "gauge_change" for step in steps) for steps in network.operations]
        closed |= network.marked("op").pick(changes)
    return closed


FIRST_MILE_KM = 100.0
NEAR_SHARE = 0.45


def close_other_modes(
    network: VirtualNetwork, mode: str, ends: tuple[tuple[float, float], tuple[float, float]]
) -> Mask:
    """Arcs outside the main carriage `mode`: other layers, and roads beyond 100 km (great circle) of both `ends`."""
    arcs, codes = network.arcs, network.codes
    decoded = [codes.decode(code) for code in range(codes.free)]
    layers = np.array([*(layer for layer, _ in decoded), -1])[arcs.code_a]
    at_sea = pick([layer == RIVER and water != "volga_don" for layer, water in decoded], arcs.code_a)
    allowed = {
        "road": (ROAD,),
        "rail": (RAIL,),
        "sea": (DEEP, RIVER),
        "inland_water": (INLAND, RIVER),
        "air": (AIR,),
    }[mode]
    services = np.array(
        [
            next((step.mode for step in steps if step.operation == "service"), "")
            for steps in network.operations
        ]
        + [""]
    )[arcs.op]
    closed: Mask = ~np.isin(layers, (*allowed, ROAD, -1)) | ((services != "") & (services != mode))
    if mode == "inland_water":
        closed |= at_sea
    if ROAD not in allowed:
        apart = measure_line(*ends)
        reach = min(FIRST_MILE_KM, NEAR_SHARE * apart)
        beside = np.zeros(len(arcs.tail), np.bool_)
        for lat, lon in ends:
            near = great_circle(network.node_lat, network.node_lon, lat, lon) <= reach
            beside |= near[arcs.tail] & near[arcs.head]
        closed |= (layers == ROAD) & ~beside
    return closed
