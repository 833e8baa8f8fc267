"""Makes the three layers, each from its packaged graph to the shrunk one with crossings and snapped places."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from network_build.access import join_posts, join_remote
from network_build.assemble import Layer, sort_layer
from network_build.contract import find_long_ends, shrink
from network_build.countries import Land
from network_build.crossings import find_crossings
from network_build.electrification import UNKNOWN, mark_electrified
from network_build.facing import RAIL_FACING, ROAD_FACING, bridge_gaps
from network_build.gauges import STANDARD, break_gauges, set_edge_gauges
from network_build.graph import Graph, label_components, make_graph, split_long_edges
from network_build.islands import drop_islands, find_serving, join_islands, mass_of
from network_build.joints import mend_city_roads, mend_rails
from network_build.legs import PlaceIndex, lay_legs
from network_build.log import RepairLog
from network_build.packages import read_geojson
from network_build.sea import read_lanes
from network_build.snapping import REACH, find_serving_rails, join_ports, keep_to_country, snap, snap_by_gauge
from network_build.stretches import scale_stretches
from network_build.tables import read_gauges, read_rows, unify_gauge

LONGEST = {"road": 40.0, "rail": 40.0, "water": 1e9, "river": 1e9}  # km to which chains are joined
LONG_END = {"road": 40.0, "rail": 5.0}  # km of a dead end that is kept though no place lies on it
STRETCH = {"road": 1.05, "rail": 1.02, "water": 1.0, "river": 1.0}
SLACK = 0.2  # km
SPLIT = {"longer": 30.0, "step": 15.0, "bent": 1.25}
# Lengths of the packaged roads fall short of published ones by this much in the median: the lines are simplified.
# Fitted on the published lengths of roads whose id has an even CRC-32 (44); the others are kept apart
# (docs/validation.md). Railways and sea lanes fall short by less than 1 %.
ROAD_LENGTH = 1.05
NEAR_CITY = 50_000
NEAR_KM = 25.0


@dataclass(frozen=True)
class Base:
    """What all layers are made with: polygons, places with an index of their names, authored legs, the log."""

    land: Land
    places: pd.DataFrame
    index: PlaceIndex
    legs: pd.DataFrame
    log: RepairLog


@dataclass(frozen=True)
class Made:
    """A layer, and node int32 and km of each place on it (-1 and NaN where out of reach)."""

    layer: Layer
    node: np.ndarray
    km: np.ndarray


def make_roads(graph: Graph, base: Base) -> Made:
    """The road layer from the packaged graph with countries."""
    land, log, places = base.land, base.log, base.places
    graph = replace(graph, km=graph.km * ROAD_LENGTH)
    graph = mend_city_roads(graph, log, land=land, places=places)
    mass = mass_of(land, graph.lat, graph.lon)
    graph = bridge_gaps(graph, log, rule=ROAD_FACING, land=land, mass=mass)
    graph = lay_legs(split_long_edges(graph, **SPLIT), base, layer="road")
    mass = mass_of(land, graph.lat, graph.lon)
    graph = join_islands(graph, land, log, mass=mass, wanted=_find_wanted(graph, places))
    graph, linked = join_remote(graph, land, log, places=places)
    graph = join_posts(graph, land, log, mode="road")
    serving = find_serving(graph, mass_of(land, graph.lat, graph.lon))
    label = label_components(graph)
    serving |= np.isin(label, label[linked])
    graph = drop_islands(graph, serving)
    found = snap(places, graph, serving=serving, reach=REACH["road"])
    codes = land.codes
    node, km = keep_to_country(places, graph, found, serving=serving, codes=codes, reach=REACH["road"])
    layer, number = _finish(graph, base, node, mode="road", gauge=np.zeros(graph.n, np.int16))
    return Made(layer, _renumber(number, node), km)


def make_rails(graph: Graph, base: Base) -> tuple[Made, pd.DataFrame]:
    """The rail layer from the packaged graph with countries, and its gauge changes."""
    by_country, authored = read_gauges(), read_rows("places")
    graph = mend_rails(graph, base.log, closed=_list_closed(base.land))
    mass = mass_of(base.land, graph.lat, graph.lon)
    graph = bridge_gaps(graph, base.log, rule=RAIL_FACING, land=base.land, mass=mass)
    graph = lay_legs(split_long_edges(graph, **SPLIT), base, layer="rail")
    graph = join_posts(graph, base.land, base.log, mode="rail")
    lines = read_rows("gauges")
    graph, extra = set_edge_gauges(graph, base.land, by_country=by_country, lines=lines, log=base.log)
    graph, gauge, changes = break_gauges(
        graph, base.land, by_country=by_country, posts=read_rows("posts"), places=authored, extra=extra
    )
    serving = find_serving_rails(graph)
    graph = drop_islands(graph, serving)
    wanted = _list_wanted_gauges(base.places, authored, by_country)
    found = snap_by_gauge(base.places, graph, gauge, serving=serving, wanted=wanted)
    codes = base.land.codes
    node, km = keep_to_country(base.places, graph, found, serving=serving, codes=codes, reach=REACH["rail"])
    joints = changes[["node_a", "node_b"]].to_numpy(np.int64).ravel()
    layer, number = _finish(graph, base, np.concatenate((node, joints)), mode="rail", gauge=gauge)
    changes = changes.assign(node_a=number[changes["node_a"]], node_b=number[changes["node_b"]])
    lines, shares = read_rows("electrified"), read_rows("electrified_shares")
    traction = mark_electrified(layer.graph, layer.gauge, base.land, lines=lines, shares=shares, log=base.log)
    layer = replace(layer, electrified=traction)
    return Made(layer, _renumber(number, node), km), changes


def make_water(base: Base) -> tuple[Made, tuple[str, ...]]:
    """The water layer, and the names of its passages."""
    graph, passages = read_lanes(read_geojson("searoute", "data/marnet_searoute.geojson"))
    ports = np.flatnonzero(base.places["kind"] == "port")
    graph, at_port = join_ports(graph, base.places.iloc[ports], base.land)
    graph = lay_legs(graph, base, layer="water")
    node, km = np.full(len(base.places), -1, np.int32), np.full(len(base.places), np.nan)
    beside, gap = snap(base.places.iloc[ports], graph, serving=np.ones(graph.n, bool), reach=REACH["river"])
    node[ports], km[ports] = np.where(at_port >= 0, at_port, beside), np.where(at_port >= 0, 0.0, gap)
    layer, number = _finish(graph, base, node, mode="water", gauge=np.zeros(graph.n, np.int16))
    return Made(layer, _renumber(number, node), km), passages


def make_rivers(base: Base) -> Made:
    """The inland waterways: the authored legs of barges between their ports, each in the country of its nodes."""
    graph = lay_legs(_empty_graph(), base, layer="river")
    every = np.ones(graph.n, bool)
    found = snap(base.places, graph, serving=every, reach=REACH["river"])
    codes = base.land.codes
    node, km = keep_to_country(base.places, graph, found, serving=every, codes=codes, reach=REACH["river"])
    own = codes[graph.country[node]] == base.places["country"].to_numpy()
    node, km = np.where(own, node, -1), np.where(own, km, np.nan)
    ports = (base.places["kind"] == "port").to_numpy()
    node, km = np.where(ports, node, -1).astype(np.int32), np.where(ports, km, np.nan)
    layer, number = _finish(graph, base, node, mode="river", gauge=np.zeros(graph.n, np.int16))
    return Made(layer, _renumber(number, node), km)


def _empty_graph() -> Graph:
    none = np.zeros(0)
    return make_graph(none, none, tail=none, head=none, km=none)


def _list_closed(land: Land) -> set[tuple[int, int]]:
    """Pairs of countries whose border is closed to railways."""
    rows = read_rows("borders")
    rows = rows[(rows["status"] == "closed") & rows["mode"].isin(["any", "rail"])]
    number = {code: k for k, code in enumerate(land.codes)}
    pairs = zip(rows["country_a"], rows["country_b"], strict=True)
    return {tuple(sorted((number[a], number[b]))) for a, b in pairs if a in number and b in number}


def _find_wanted(graph: Graph, places: pd.DataFrame) -> np.ndarray:
    """Nodes nearest to larger cities, ports and authored places: bool[n]."""
    authored = ~places["id"].str.match(r"gn\d|iata-|.*-port$")
    large = places["population"] >= NEAR_CITY
    rows = places[large | (places["kind"] == "port") | (authored & (places["kind"] != "city"))]
    node, _ = snap(rows, graph, serving=np.ones(graph.n, bool), reach=NEAR_KM)
    mask = np.zeros(graph.n, bool)
    mask[node[node >= 0]] = True
    return mask


def _list_wanted_gauges(
    places: pd.DataFrame, authored: pd.DataFrame, by_country: dict[str, int]
) -> np.ndarray:
    """Gauge of the railway at each place: its own row's, else its country's."""
    own = authored[authored["gauge"] != ""].set_index("id")["gauge"].map(unify_gauge)
    main = places["country"].map(by_country).fillna(STANDARD)
    return places["id"].map(own).fillna(main).to_numpy(np.int32)


def _finish(graph: Graph, base: Base, fixed: np.ndarray, *, mode: str, gauge: np.ndarray):
    """The layer shrunk and sorted, and the new number of each node (-1 gone)."""
    keep = np.zeros(graph.n, bool)
    keep[fixed[fixed >= 0]] = True
    if mode in LONG_END:
        keep |= find_long_ends(graph, least=LONG_END[mode])
    small, old, start, lat, lon = shrink(
        graph, keep, longest=LONGEST[mode], stretch=STRETCH[mode], slack=SLACK
    )
    if mode in ("road", "rail"):
        small = scale_stretches(small, base, mode=mode)
    fraction, crossings = np.ones(small.m), pd.DataFrame()
    if mode != "water":
        kind = "inland_water" if mode == "river" else mode
        small, fraction, crossings = find_crossings(small, base.land, read_rows("posts"), mode=kind)
    unknown = np.full(small.m, UNKNOWN, np.int8)
    layer, rank = sort_layer(Layer(small, old, start, lat, lon, gauge[old], fraction, crossings, unknown))
    number = np.full(graph.n, -1, np.int32)
    number[old] = rank
    return layer, number


def _renumber(number: np.ndarray, node: np.ndarray) -> np.ndarray:
    return np.where(node >= 0, number[node], -1).astype(np.int32)
