"""The shipped network: its arrays agree with each other and with the geography that anyone can look up."""

import datetime
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from landbridge.sources import World, network_date, open_world, read_meta
from landbridge.sources.world import ARRAYS, WORLD_FOLDER


@pytest.fixture(scope="module")
def world() -> World:
    return open_world()


def arc(world: World, edges: np.ndarray) -> np.ndarray:
    """Great-circle distance of edges in km (haversine, written out again here as a reference)."""
    a, b = world.edge_tail[edges], world.edge_head[edges]
    p, q = np.radians(world.node_lat[a].astype(float)), np.radians(world.node_lat[b].astype(float))
    dl = np.radians(world.node_lon[b].astype(float) - world.node_lon[a].astype(float))
    half = np.sin((q - p) / 2) ** 2 + np.cos(p) * np.cos(q) * np.sin(dl / 2) ** 2
    return 2 * 6371.0088 * np.arcsin(np.sqrt(np.minimum(half, 1)))


def test_arrays_have_the_declared_types_and_lengths(world: World) -> None:
    types = {
        "node_lat": "f4", "node_lon": "f4", "node_layer": "i1", "node_country": "i2", "node_gauge": "i2",
        "edge_tail": "i4", "edge_head": "i4", "edge_km": "f4", "edge_layer": "i1", "edge_crossing": "i4",
        "edge_fraction": "f4", "edge_passage": "i1", "edge_leg": "i2", "edge_water": "i1",
        "edge_electrified": "i1",
        "shape_start": "i4", "shape_lat": "f4", "shape_lon": "f4",
    }  # fmt: skip
    assert {name: getattr(world, name).dtype.str[1:] for name in ARRAYS} == types
    n, m = len(world.node_lat), len(world.edge_tail)
    assert all(len(getattr(world, name)) == (n if name.startswith("node_") else m) for name in ARRAYS[:15])
    assert len(world.shape_start) == m + 1
    assert world.shape_start[-1] == len(world.shape_lat) == len(world.shape_lon)


def test_edges_join_nodes_of_their_layer(world: World) -> None:
    assert (world.node_layer[world.edge_tail] == world.edge_layer).all()
    assert (world.node_layer[world.edge_head] == world.edge_layer).all()
    assert (world.edge_tail != world.edge_head).all()
    assert (np.diff(world.node_layer) >= 0).all(), "layers follow each other"


def test_no_edge_is_shorter_than_its_chord(world: World) -> None:
    """0.2 km is the rounding of coordinates, 3 % the chords that are straight in degrees near the poles; authored legs
    carry published lengths and stay out."""
    edges = np.flatnonzero(world.edge_leg < 0)
    assert (world.edge_km[edges] >= 0.97 * arc(world, edges) - 0.2).all()


def test_rails_change_gauge_at_joints_only(world: World) -> None:
    rail = world.edge_layer == 1
    assert (world.node_gauge[world.edge_tail[rail]] == world.node_gauge[world.edge_head[rail]]).all()
    assert (world.node_gauge[world.node_layer != 1] == 0).all()
    joints = world.gauge_changes
    assert (world.node_gauge[joints["node_a"]] == joints["gauge_a"]).all()
    assert (world.node_gauge[joints["node_b"]] == joints["gauge_b"]).all()
    assert (joints["gauge_a"] != joints["gauge_b"]).all()
    assert set(joints["method"]) <= {"transhipment", "bogie", "variable"}


def test_every_land_edge_between_two_countries_is_a_crossing_of_that_pair(world: World) -> None:
    land = world.edge_layer != 2
    tail, head = world.node_country[world.edge_tail], world.node_country[world.edge_head]
    assert ((tail != head) == (world.edge_crossing >= 0))[land].all()
    edges = np.flatnonzero(world.edge_crossing >= 0)
    codes = np.array(world.countries)
    pairs = np.sort(np.column_stack((codes[tail[edges]], codes[head[edges]])), axis=1)
    rows = world.crossings.iloc[world.edge_crossing[edges]]
    assert (pairs == rows[["country_a", "country_b"]].to_numpy(str)).all()
    layers = rows["mode"].map({"road": 0, "rail": 1, "inland_water": 3})
    assert (layers.to_numpy() == world.edge_layer[edges]).all()
    assert ((world.edge_fraction[edges] > 0) & (world.edge_fraction[edges] < 1)).all()
    assert (world.edge_fraction[world.edge_crossing < 0] == 1).all()


@pytest.mark.parametrize(
    ("pair", "mode", "post"),
    [
        (("AZ", "RU"), "rail", "samur-yalama-rail"), (("AZ", "IR"), "rail", "astara-rail"),
        (("AZ", "IR"), "road", "astara-road"), (("IR", "TM"), "rail", "incheh-borun-akyayla-rail"),
        (("KE", "UG"), "road", "malaba-road"),
    ],
)  # fmt: skip
def test_corridor_crossings_carry_their_post(
    world: World, pair: tuple[str, str], mode: str, post: str
) -> None:
    rows = world.crossings
    rows = rows[(rows["country_a"] == pair[0]) & (rows["country_b"] == pair[1]) & (rows["mode"] == mode)]
    assert post in set(rows["post"])


def test_waters_are_where_they_lie(world: World) -> None:
    water = np.flatnonzero(world.edge_layer == 2)
    lat, lon = world.node_lat[world.edge_tail[water]], world.node_lon[world.edge_tail[water]]
    kind = world.edge_water[water]
    assert (world.edge_water[world.edge_layer < 2] == -1).all()
    inside = (lat > 37) & (lat < 44) & (lon > 48.5) & (lon < 54)
    assert (kind[inside] == 1).all(), "the middle of the Caspian is the Caspian"
    assert ((lon[kind == 1] > 46) & (lon[kind == 1] < 56)).all()
    # The Caspian meets the sea by the Volga and the Don only: no edge joins it to another water but class 2.
    touching = {node for e in water[kind == 1] for node in (world.edge_tail[e], world.edge_head[e])}
    beside = np.isin(world.edge_tail[water], list(touching)) | np.isin(world.edge_head[water], list(touching))
    assert set(kind[beside].tolist()) <= {1, 2}


def test_places_snap_to_nodes_of_the_layer_at_the_stated_distance(world: World) -> None:
    places = world.places
    for layer, name in enumerate(("road", "rail", "water")):
        rows = places[places[f"{name}_node"] >= 0]
        node = rows[f"{name}_node"].to_numpy()
        assert (world.node_layer[node] == layer).all()
        dy = np.radians(world.node_lat[node] - rows["lat"].to_numpy())
        dx = np.radians((world.node_lon[node] - rows["lon"].to_numpy() + 180) % 360 - 180) * np.cos(
            np.radians(rows["lat"])
        )
        # 0.1 km and 1 %: coordinates are stored to 1e-5 degree, the plane formula is good at these ranges.
        assert rows[f"{name}_km"].to_numpy() == pytest.approx(6371.0088 * np.hypot(dx, dy), rel=0.01, abs=0.1)


def test_shapes_keep_near_their_edges(world: World) -> None:
    """A drawn line is no longer than its edge, beyond rounding."""
    for edge in np.flatnonzero(np.diff(world.shape_start) > 2)[::5000].tolist():
        ends = [
            (float(world.node_lon[k]), float(world.node_lat[k]))
            for k in (world.edge_tail[edge], world.edge_head[edge])
        ]
        line = np.array([ends[0], *world.edge_shape(edge), ends[1]])
        step = np.hypot(np.diff(line[:, 0]) * np.cos(np.radians(line[:-1, 1])), np.diff(line[:, 1])) * 111.195
        assert step.sum() <= 1.05 * float(world.edge_km[edge]) + 1.0


def test_meta_says_what_it_was_made_from(world: World) -> None:
    meta = read_meta()
    assert network_date() == world.date == datetime.date.fromisoformat(meta["date"])
    assert meta["counts"]["road_nodes_packaged"] == 560_282
    assert meta["packages"]["scgraph_data"] == "2.0.0"
    assert len(world.countries) > 200
    assert list(world.countries) == sorted(world.countries)
    assert sum(path.stat().st_size for path in WORLD_FOLDER.iterdir()) < 25_000_000


def test_a_second_open_is_the_same_object_and_arrays_are_mapped(world: World) -> None:
    assert open_world() is world
    assert not world.edge_km.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        world.edge_km[0] = 1


def test_first_open_unpacks_into_the_named_cache_with_a_line_of_progress(tmp_path: Path) -> None:
    code = "from landbridge.sources import open_world; open_world(print)"
    environment = {
        "LANDBRIDGE_CACHE": str(tmp_path),
        "PYTHONPATH": str(Path(__file__).parents[2] / "src"),
        "PATH": "",
    }
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        )
        for _ in range(2)
    ]
    assert "unpacking" in runs[0].stdout
    assert runs[1].stdout == ""
    done = list(tmp_path.glob("world/*/done"))
    assert len(done) == 1
    assert not list(tmp_path.glob("world/.unpacking-*"))
