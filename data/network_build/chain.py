"""The chain of the build, from the packages to the shipped files."""

from __future__ import annotations

from collections.abc import Callable

from network_build.countries import assign_countries, read_land
from network_build.layers import Base, make_rails, make_rivers, make_roads, make_water
from network_build.legs import PlaceIndex
from network_build.log import RepairLog
from network_build.packages import read_scgraph
from network_build.places import gather_places
from network_build.release import Release, write_release
from network_build.tables import read_rows

Say = Callable[[str], None]


def build_world(say: Say) -> None:
    """Runs all steps and replaces shipped/world by one rename; `say` takes a line of progress."""
    land = read_land()
    places, names = gather_places(land)
    legs = read_rows("legs")
    legs = legs[legs["mode"] != "air"].reset_index(drop=True)
    say(f"places {len(places)}, names {len(names)}, authored legs {len(legs)}")
    base = Base(land, places, PlaceIndex(places, names), legs, RepairLog())

    packaged = {name: assign_countries(read_scgraph(f"world_{name}ways"), land) for name in ("high", "rail")}
    road = make_roads(packaged["high"], base)
    say(f"roads: {road.layer.graph.n} nodes, {road.layer.graph.m} edges")
    rail, changes = make_rails(packaged["rail"], base)
    say(f"rails: {rail.layer.graph.n} nodes, {rail.layer.graph.m} edges, {len(changes)} gauge changes")
    water, passages = make_water(base)
    say(f"water: {water.layer.graph.n} nodes, {water.layer.graph.m} edges")
    river = make_rivers(base)
    say(f"inland waterways: {river.layer.graph.n} nodes, {river.layer.graph.m} edges")
    if base.log.lost:
        say("legs with unknown ends, left out: " + ", ".join(base.log.lost))

    counts = {"road_nodes_packaged": packaged["high"].n, "road_edges_packaged": packaged["high"].m}
    counts |= {"rail_nodes_packaged": packaged["rail"].n, "rail_edges_packaged": packaged["rail"].m}
    size = write_release(Release(base, (road, rail, water, river), names, changes, passages, counts))
    say(f"shipped/world: {size / 1e6:.1f} MB")
