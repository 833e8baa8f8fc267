"""The shipped network leaves for other programs and comes back the same; builds are compared from their folders."""

import json
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import landbridge as lb
from landbridge.network.portable import take_network
from landbridge.schema import InputError, has_errors
from landbridge.sources import open_world, open_world_folder
from landbridge.sources.world import WORLD_FOLDER, hash_world_files, read_meta

COUNTRY = "EE"


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lb.export_network(tmp_path_factory.mktemp("exchange") / "estonia", countries=[COUNTRY])


def test_a_network_comes_back_as_it_left(exported: Path) -> None:
    """Every link with its length to the metre; nothing in it is an error."""
    network, world = lb.read_network(exported), open_world()
    assert network.findings == ()
    code = world.countries.index(COUNTRY)
    inside = world.node_country == code
    edges = np.flatnonzero(inside[world.edge_tail] | inside[world.edge_head])
    assert network.links["id"].tolist() == [str(edge) for edge in edges]
    assert network.links["length"].to_numpy() == pytest.approx(world.edge_km[edges], abs=5e-4)
    assert not network.links["directed"].any()
    assert network.links["gauge"].fillna(0).tolist() == world.node_gauge[world.edge_tail[edges]].tolist()
    assert network.nodes["lat"].to_numpy() == pytest.approx(world.node_lat[np.unique(
        np.concatenate((world.edge_tail[edges], world.edge_head[edges]))
    )], abs=1e-5)  # fmt: skip
    assert not has_errors(lb.check_network(network))


def test_the_notice_of_the_licence_lies_beside(exported: Path) -> None:
    text = (exported / "LICENCE.txt").read_text(encoding="utf-8")
    assert "© OpenStreetMap contributors" in text
    assert "https://opendatacommons.org/licenses/odbl/1-0/" in text
    names = sorted(path.name for path in exported.iterdir())
    assert names == ["LICENCE.txt", "config.csv", "link.csv", "node.csv", "use_definition.csv"]


def test_a_geopackage_has_all_layers(exported: Path, tmp_path: Path) -> None:
    out = lb.export_network(tmp_path / "estonia.gpkg", countries=[COUNTRY])
    assert set(gpd.list_layers(out)["name"]) == {"nodes", "links", "posts", "crossings", "gauge_changes"}
    assert (tmp_path / "estonia.LICENCE.txt").exists()
    links = gpd.read_file(out, layer="links")
    assert {"mode", "km", "gauge", "leg", "passage", "crossing"} <= set(links.columns)
    same = pd.read_csv(exported / "link.csv")
    assert links["km"].tolist() == same["length"].tolist()
    drawn = lb.read_network(out)
    assert drawn.links["length"].sum() == pytest.approx(same["length"].sum())
    assert len(drawn.posts) == len(gpd.read_file(out, layer="posts")) > 0


def test_layers_and_drawn_lines_are_those_of_the_world() -> None:
    taken, world = take_network(open_world(), layers=["rail"], countries=["LT", "LV"]), open_world()
    assert set(taken.links["mode"]) == {"rail"}
    for link, line in zip(taken.links["link_id"].tolist()[:50], taken.lines, strict=False):
        inner = np.array(world.edge_shape(link)).reshape(-1, 2)
        assert np.array(line.coords)[1:-1] == pytest.approx(inner, abs=1e-5)
    joined = taken.gauge_changes[["node_a", "node_b"]].to_numpy()
    assert np.isin(joined, taken.nodes["node_id"]).any(axis=1).all()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"format": "shp"}, "unknown_format"),
        ({"layers": ["water"]}, "unknown_layer"),
        ({"countries": ["ee"]}, "unknown_country"),
        ({"layers": ["sea"], "countries": ["EE"]}, "no_links"),
    ],
)
def test_what_cannot_be_exported_is_said(tmp_path: Path, arguments: dict[str, object], code: str) -> None:
    with pytest.raises(InputError) as caught:
        lb.export_network(tmp_path / "out", **arguments)  # type: ignore[arg-type]
    assert [finding.code for finding in caught.value.findings] == [code]
    assert list(tmp_path.iterdir()) == []


def test_a_folder_of_a_build_opens_by_its_content(tmp_path: Path) -> None:
    copy = tmp_path / "world"
    shutil.copytree(WORLD_FOLDER, copy)
    assert hash_world_files(copy) == read_meta()["hash"]
    world = open_world_folder(copy)
    assert world.hash == open_world().hash
    assert np.array_equal(world.edge_km, open_world().edge_km)
    assert open_world_folder("shipped") is open_world()


def test_the_difference_of_two_builds_is_found(tmp_path: Path) -> None:
    copy = tmp_path / "world"
    shutil.copytree(WORLD_FOLDER, copy)
    meta = json.loads((copy / "meta.json").read_text(encoding="utf-8"))
    lost = meta["legs"][-1]
    meta["legs"][-1] = "another-leg"
    (copy / "meta.json").write_text(json.dumps(meta), encoding="utf-8")
    rows = lb.compare_networks("shipped", copy).rows
    assert rows[["table", "id", "change"]].values.tolist() == [
        ["legs", "another-leg", "added"],
        ["legs", lost, "lost"],
    ]


@pytest.mark.parametrize("name", ["places.parquet", "meta.json"])
def test_a_folder_without_a_network_is_refused(tmp_path: Path, name: str) -> None:
    copy = tmp_path / "world"
    shutil.copytree(WORLD_FOLDER, copy)
    (copy / name).unlink()
    with pytest.raises(InputError, match="no_world_network"):
        open_world_folder(copy)
    (copy / name).write_bytes(b"{")
    with pytest.raises(InputError, match="no_world_network"):
        open_world_folder(copy)
