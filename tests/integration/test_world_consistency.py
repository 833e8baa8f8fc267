"""The arrays of the shipped world agree with each other: gauges, countries, crossings, places."""

import numpy as np
import pytest

from landbridge.sources import World, open_world, read_shipped_tables

ROAD, RAIL, WATER = range(3)
RIVER = 3
LAYER_OF = {"road": ROAD, "rail": RAIL, "inland_water": RIVER}


@pytest.fixture(scope="module")
def world() -> World:
    return open_world()


def test_a_railway_has_one_gauge_from_end_to_end(world: World) -> None:
    rail = world.edge_layer == RAIL
    gauge = world.node_gauge
    assert (gauge[world.edge_tail[rail]] == gauge[world.edge_head[rail]]).all()
    assert (gauge[world.node_layer == RAIL] > 0).all()
    assert (gauge[world.node_layer != RAIL] == 0).all()


def test_gauges_meet_in_gauge_changes_of_one_country(world: World) -> None:
    changes = world.gauge_changes
    for side in ("a", "b"):
        assert (world.node_gauge[changes[f"node_{side}"]] == changes[f"gauge_{side}"]).all()
    assert (changes["gauge_a"] != changes["gauge_b"]).all()
    assert (world.node_country[changes["node_a"]] == world.node_country[changes["node_b"]]).all()


def test_every_way_between_two_countries_is_a_crossing_of_these_two_and_of_its_mode(world: World) -> None:
    tail, head = world.node_country[world.edge_tail], world.node_country[world.edge_head]
    between = (world.edge_layer != WATER) & (tail != head)
    assert ((world.edge_crossing >= 0) == between).all()
    codes = np.array(world.countries)
    crossings = world.crossings.iloc[world.edge_crossing[between]]
    pairs = np.sort(crossings[["country_a", "country_b"]].to_numpy(str), axis=1)
    found = np.sort(np.column_stack([codes[tail[between]], codes[head[between]]]), axis=1)
    assert (pairs == found).all()
    assert (crossings["mode"].map(LAYER_OF).to_numpy() == world.edge_layer[between]).all()
    share = world.edge_fraction[between]
    assert ((share > 0) & (share <= 1)).all()


def test_edges_join_nodes_of_their_own_layer_and_have_a_length(world: World) -> None:
    for ends in (world.edge_tail, world.edge_head):
        assert (world.node_layer[ends] == world.edge_layer).all()
    assert (world.edge_km > 0).all()
    assert np.isfinite(world.edge_km).all()
    assert (np.diff(world.node_layer) >= 0).all()


def test_places_stand_beside_nodes_of_the_right_layer(world: World) -> None:
    for layer, name in enumerate(("road", "rail", "water")):
        nodes = world.places[f"{name}_node"].to_numpy()
        joined = nodes >= 0
        assert (world.node_layer[nodes[joined]] == layer).all()
        assert (world.places[f"{name}_km"].to_numpy()[joined] >= 0).all()


def test_posts_and_legs_of_the_arrays_are_rows_of_the_tables(world: World) -> None:
    tables = read_shipped_tables()
    assert set(world.legs) <= set(tables["legs"]["id"])
    assert set(world.passages) <= set(tables["passages"]["id"])
    assert set(world.crossings["post"]) - {""} <= set(tables["posts"]["id"])
    assert set(world.gauge_changes["place"]) - {""} <= {*tables["places"]["id"], *tables["posts"]["id"]}
    assert set(tables["places"]["id"]) <= set(world.places["id"])
