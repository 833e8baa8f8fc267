"""The chain of the build, from the packages to the shipped files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from network_build.assemble import Layer, join_layers, sort_layer
from network_build.contract import find_long_ends, shrink
from network_build.countries import Land, assign_countries, read_land
from network_build.crossings import find_crossings
from network_build.facing import RAIL_FACING, ROAD_FACING, bridge_gaps
from network_build.gauges import STANDARD, break_gauges, set_edge_gauges
from network_build.graph import Graph, split_long_edges
from network_build.islands import drop_islands, find_serving, join_islands, mass_of
from network_build.joints import mend_city_roads, mend_rails
from network_build.legs import PlaceIndex, lay_legs
from network_build.log import RepairLog
from network_build.pack import hash_files, write_meta, write_table
from network_build.packages import list_versions, read_geojson, read_scgraph
from network_build.places import gather_places
from network_build.sea import read_lanes
from network_build.snapping import REACH, find_serving_rails, join_ports, snap, snap_by_gauge
from network_build.tables import ROOT, SHIPPED, read_gauges, read_rows, unify_gauge

NETWORK_DATE = "2026-11-01"
LONGEST = {"road": 40.0, "rail": 40.0, "water": 1e9}  # km to which chains are joined
LONG_END = {"road": 40.0, "rail": 5.0}  # km of a dead end that is kept though no place lies on it
SPLIT = {"longer": 30.0, "step": 15.0, "bent": 1.25}
NEAR_CITY = 50_000
NEAR_KM = 25.0
Say = Callable[[str], None]


def build_world(say: Say) -> None:
    """Runs all steps and replaces shipped/world by one rename."""
    log = RepairLog()
    land = read_land()
    places, names = gather_places(land)
    index = PlaceIndex(places, names)
    legs = read_rows("legs")
    legs = legs[legs["mode"] != "air"].reset_index(drop=True)
    say(f"places {len(places)}, names {len(names)}, authored legs {len(legs)}")
    lost: list[str] = []
    counts: dict[str, int] = {}
    closed = _closed_borders(land)

    roads = assign_countries(read_scgraph("world_highways"), land)
    rails = assign_countries(read_scgraph("world_railways"), land)
    counts |= {"road_nodes_packaged": roads.n, "road_edges_packaged": roads.m}
    counts |= {"rail_nodes_packaged": rails.n, "rail_edges_packaged": rails.m}
    road_layer, places = _make_roads(roads, land, log, places=places, legs=legs, index=index, lost=lost)
    say(f"roads: {road_layer.graph.n} nodes, {road_layer.graph.m} edges")
    rails = mend_rails(rails, log, closed=closed)
    rails = bridge_gaps(rails, log, rule=RAIL_FACING, land=land, mass=mass_of(land, rails.lat, rails.lon))
    rails = split_long_edges(rails, **SPLIT)
    rail_layer, changes, places = _make_rails(
        rails, land, log, places=places, legs=legs, index=index, lost=lost
    )
    say(f"rails: {rail_layer.graph.n} nodes, {rail_layer.graph.m} edges, gauge changes {len(changes)}")
    water_layer, passages, places = _make_water(land, log, places=places, legs=legs, index=index, lost=lost)
    say(f"water: {water_layer.graph.n} nodes, {water_layer.graph.m} edges")
    if lost:
        say("legs with unknown ends: " + ", ".join(lost))
    _write(
        [road_layer, rail_layer, water_layer],
        places,
        names,
        changes,
        land=land,
        passages=passages,
        legs=legs,
        counts=counts,
        log=log,
        say=say,
    )


def _closed_borders(land: Land) -> set[tuple[int, int]]:
    rows = read_rows("borders")
    rows = rows[(rows["status"] == "closed") & rows["mode"].isin(["any", "rail"])]
    number = {code: k for k, code in enumerate(land.codes)}
    pairs = zip(rows["country_a"], rows["country_b"], strict=True)
    return {tuple(sorted((number[a], number[b]))) for a, b in pairs if a in number and b in number}


def _wanted(graph: Graph, places: pd.DataFrame) -> np.ndarray:
    """Nodes nearest to larger cities, ports and authored places."""
    authored = ~places["id"].str.match(r"gn\d|iata-|.*-port$")
    rows = places[
        (places["population"] >= NEAR_CITY)
        | (places["kind"] == "port")
        | (authored & (places["kind"] != "city"))
    ]
    node, _ = snap(rows, graph, serving=np.ones(graph.n, bool), reach=NEAR_KM)
    mask = np.zeros(graph.n, bool)
    mask[node[node >= 0]] = True
    return mask


def _make_roads(graph: Graph, land: Land, log: RepairLog, *, places, legs, index, lost):
    graph, missing = lay_legs(graph, legs, places, index=index, layer="road", land=land, log=log)
    lost += missing
    mass = mass_of(land, graph.lat, graph.lon)
    graph = mend_city_roads(graph, log, land=land, places=places)
    graph = bridge_gaps(graph, log, rule=ROAD_FACING, land=land, mass=mass)
    graph = split_long_edges(graph, **SPLIT)
    mass = mass_of(land, graph.lat, graph.lon)
    graph = join_islands(graph, land, log, mass=mass, wanted=_wanted(graph, places))
    serving = find_serving(graph, mass)
    graph = drop_islands(graph, serving)
    node, km = snap(places, graph, serving=serving, reach=REACH["road"])
    layer, number = _finish(graph, land, node[node >= 0], mode="road", gauge=np.zeros(graph.n, np.int16))
    return layer, _set_snap(places, "road", node, km, number)


def _make_rails(graph: Graph, land: Land, log: RepairLog, *, places, legs, index, lost):
    by_country, posts, authored = read_gauges(), read_rows("posts"), read_rows("places")
    graph, missing = lay_legs(graph, legs, places, index=index, layer="rail", land=land, log=log)
    lost += missing
    graph, extra = set_edge_gauges(graph, land, by_country=by_country, lines=read_rows("gauges"), log=log)
    graph, gauge, changes = break_gauges(
        graph, land, by_country=by_country, posts=posts, places=authored, extra=extra
    )
    serving = find_serving_rails(graph)
    graph = drop_islands(graph, serving)
    node, km = snap_by_gauge(
        places, graph, gauge, serving=serving, wanted=_wanted_gauges(places, authored, by_country)
    )
    joints = changes[["node_a", "node_b"]].to_numpy(np.int64).ravel()
    layer, number = _finish(graph, land, np.concatenate((node[node >= 0], joints)), mode="rail", gauge=gauge)
    changes = changes.assign(node_a=number[changes["node_a"]], node_b=number[changes["node_b"]])
    return layer, changes, _set_snap(places, "rail", node, km, number)


def _wanted_gauges(places: pd.DataFrame, authored: pd.DataFrame, by_country: dict[str, int]) -> np.ndarray:
    """Gauge of the railway at each place: its own row's, else its country's."""
    own = authored[authored["gauge"] != ""].set_index("id")["gauge"].map(unify_gauge)
    main = places["country"].map(by_country).fillna(STANDARD)
    return places["id"].map(own).fillna(main).to_numpy(np.int32)


def _make_water(land: Land, log: RepairLog, *, places, legs, index, lost):
    graph, passages = read_lanes(read_geojson("searoute", "data/marnet_searoute.geojson"))
    ports = np.flatnonzero(places["kind"] == "port")
    graph, at_port = join_ports(graph, places.iloc[ports], land)
    graph, missing = lay_legs(graph, legs, places, index=index, layer="water", land=land, log=log)
    lost += missing
    node = np.full(len(places), -1, np.int32)
    node[ports] = at_port
    km = np.where(node >= 0, 0.0, np.nan)
    layer, number = _finish(graph, land, node[node >= 0], mode="water", gauge=np.zeros(graph.n, np.int16))
    return layer, passages, _set_snap(places, "water", node, km, number)


def _finish(
    graph: Graph, land: Land, fixed: np.ndarray, *, mode: str, gauge: np.ndarray
) -> tuple[Layer, np.ndarray]:
    """The layer shrunk and sorted, and the new number of each node (-1 gone)."""
    keep = np.zeros(graph.n, bool)
    keep[fixed] = True
    if mode != "water":
        keep |= find_long_ends(graph, least=LONG_END[mode])
    stretch = {"road": 1.05, "rail": 1.02, "water": 1.0}[mode]
    small, old, start, lat, lon = shrink(graph, keep, longest=LONGEST[mode], stretch=stretch, slack=0.2)
    fraction, crossings = np.ones(small.m), pd.DataFrame()
    if mode != "water":
        small, fraction, crossings = find_crossings(small, land, read_rows("posts"), mode=mode)
    layer, rank = sort_layer(Layer(small, old, start, lat, lon, gauge[old], fraction, crossings))
    number = np.full(graph.n, -1, np.int32)
    number[old] = rank
    return layer, number


def _set_snap(
    places: pd.DataFrame, layer: str, node: np.ndarray, km: np.ndarray, number: np.ndarray
) -> pd.DataFrame:
    new = np.where(node >= 0, number[node], -1)
    return places.assign(
        **{f"{layer}_node": new.astype(np.int32), f"{layer}_km": np.round(km, 2).astype(np.float32)}
    )


def _write(layers, places, names, changes, *, land, passages, legs, counts, log, say) -> None:
    base = np.concatenate(([0], np.cumsum([layer.graph.n for layer in layers])))
    for k, name in enumerate(("road", "rail", "water")):
        column = f"{name}_node"
        places[column] = np.where(places[column] >= 0, places[column] + base[k], -1).astype(np.int32)
    changes = changes.assign(node_a=changes["node_a"] + base[1], node_b=changes["node_b"] + base[1])
    crossings = pd.concat([layers[0].crossings, layers[1].crossings], ignore_index=True)
    target, temporary = SHIPPED / "world", SHIPPED / f".world-{os.getpid()}"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir(parents=True)
    for name, columns in join_layers(layers).items():
        write_table(temporary / f"{name}.parquet", columns)
    for name, frame in (
        ("crossings", crossings),
        ("gauge_changes", changes),
        ("places", places),
        ("names", names),
    ):
        write_table(temporary / f"{name}.parquet", frame)
    counts |= {
        f"{n}_nodes": layer.graph.n for n, layer in zip(("road", "rail", "water"), layers, strict=True)
    }
    counts |= {
        f"{n}_edges": layer.graph.m for n, layer in zip(("road", "rail", "water"), layers, strict=True)
    }
    counts |= {
        "places": len(places),
        "names": len(names),
        "crossings": len(crossings),
        "gauge_changes": len(changes),
    }
    meta = {
        "date": NETWORK_DATE,
        "packages": list_versions(),
        "counts": counts,
        "repairs": log.count(),
        "countries": land.codes.tolist(),
        "passages": list(passages),
        "legs": legs["id"].tolist(),
        "hash": hash_files(temporary),
    }
    write_meta(temporary / "meta.json", meta)
    log.write(ROOT / "data" / "repair_log.csv")
    _swap(temporary, target)
    size = sum(path.stat().st_size for path in target.iterdir())
    say(f"shipped/world: {size / 1e6:.1f} MB, counts {counts}")


def _swap(temporary: Path, target: Path) -> None:
    """Puts a finished folder in the place of the old one by renames."""
    old = target.with_name(f".world-old-{os.getpid()}")
    if target.exists():
        target.rename(old)
    temporary.rename(target)
    shutil.rmtree(old, ignore_errors=True)
