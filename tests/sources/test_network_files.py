"""Networks of the user's own are read from three kinds of files; each fault is told with its file, line and column."""

from pathlib import Path

import geopandas as gpd
import pytest
from shapely import LineString, MultiLineString, Point

from landbridge.schema import InputError
from landbridge.sources import UserNetwork, read_network

NODES = "node_id,x_coord,y_coord,name,node_type\na,27.0,53.0,Alpha,\nb,27.1,53.0,,\nc,27.2,53.0,,post\n"
LINKS = (
    "link_id,from_node_id,to_node_id,directed,length,facility_type\n1,a,b,0,7.5,freeway\n2,b,c,true,8,rail\n"
)


def write(folder: Path, **files: str) -> UserNetwork:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return read_network(folder)


def told(network: UserNetwork) -> list[tuple[str, str, int | None, str]]:
    return [(f.code, f.file, f.row, f.column) for f in network.findings]


def test_a_network_of_the_specification_is_read(tmp_path: Path) -> None:
    network = write(tmp_path, node=NODES, link=LINKS)
    assert network.findings == ()
    assert network.kind == "gmns"
    assert network.nodes[["id", "name", "kind", "lat", "lon", "row"]].values.tolist() == [
        ["a", "Alpha", "", 53.0, 27.0, 2],
        ["b", "", "", 53.0, 27.1, 3],
        ["c", "", "post", 53.0, 27.2, 4],
    ]
    links = network.links[["id", "from", "to", "mode", "directed", "length", "row"]].values.tolist()
    assert links == [["1", "a", "b", "road", False, 7.5, 2], ["2", "b", "c", "rail", True, 8.0, 3]]
    assert network.posts[["id", "mode", "row"]].values.tolist() == [["c", "rail", 4]]
    assert read_network(tmp_path / "link.csv").links.equals(network.links)


@pytest.mark.parametrize(
    ("unit", "km"), [("mi", 16.09344), ("Kilometers", 10.0), ("m", 0.01), ("", 10.0), ("ft", 0.003048)]
)
def test_lengths_are_in_the_unit_of_the_configuration(tmp_path: Path, unit: str, km: float) -> None:
    links = LINKS.replace("7.5", "10")
    network = write(tmp_path, node=NODES, link=links, config=f"dataset_name,long_length\nx,{unit}\n")
    assert network.findings == ()
    assert network.links["length"].iloc[0] == pytest.approx(km)


def test_coordinates_of_another_system_become_degrees(tmp_path: Path) -> None:
    """The central meridian of UTM zone 35 N is 27 degrees east; lines are measured in degrees too."""
    nodes = "node_id,x_coord,y_coord\na,500000,0\nb,500000,110574.39\n"
    drawn = '"LINESTRING (500000 0, 500000 110574.39)"'
    links = f"link_id,from_node_id,to_node_id,directed,geometry,mode\n1,a,b,0,{drawn},road\n"
    network = write(tmp_path, node=nodes, link=links, config="crs\nEPSG:32635\n")
    assert network.nodes["lon"].tolist() == pytest.approx([27.0, 27.0])
    # One degree of latitude at the equator on WGS 84 is 110.574 km; UTM shortens by 0.9996.
    assert network.links["length"].iloc[0] == pytest.approx(110.57439 / 0.9996, rel=1e-4)
    assert told(network) == [("lengths_measured", "link.csv", None, "length")]


@pytest.mark.parametrize(
    ("file", "old", "new", "finding"),
    [
        ("node", "y_coord", "latitude", ("missing_column", "node.csv", 1, "y_coord")),
        ("node", "27.1", "27,1", ("cell_count", "node.csv", 3, "")),
        ("node", "27.1", "east", ("bad_cell", "node.csv", 3, "x_coord")),
        ("node", "b,27.1", "a,27.1", ("repeated_id", "node.csv", 3, "node_id")),
        ("node", "b,27.1", ",27.1", ("empty_cell", "node.csv", 3, "node_id")),
        ("link", "directed", "oneway", ("missing_column", "link.csv", 1, "directed")),
        ("link", "1,a,b", "1,a,z", ("unknown_node", "link.csv", 2, "to_node_id")),
        ("link", "1,a,b", "1,,b", ("unknown_node", "link.csv", 2, "from_node_id")),
        ("link", "true", "perhaps", ("bad_cell", "link.csv", 3, "directed")),
        ("link", "true", "", ("empty_cell", "link.csv", 3, "directed")),
        ("link", "7.5", "seven", ("bad_cell", "link.csv", 2, "length")),
        ("link", "7.5", "-7.5", ("negative_length", "link.csv", 2, "length")),
        ("link", "2,b,c", "1,b,c", ("repeated_id", "link.csv", 3, "link_id")),
        ("link", ",", ";", ("bad_separator", "link.csv", 1, "")),
    ],
)
def test_each_fault_of_the_text_is_told_with_its_place(
    tmp_path: Path, file: str, old: str, new: str, finding: tuple[str, str, int, str]
) -> None:
    texts = {"node": NODES, "link": LINKS}
    assert old in texts[file]
    texts[file] = texts[file].replace(old, new) if old == "," else texts[file].replace(old, new, 1)
    assert finding in told(write(tmp_path, **texts))


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    geometry = LINKS.replace("facility_type", "facility_type,geometry").replace(
        "freeway", "freeway,LINE(0 0)"
    )
    network = write(
        tmp_path,
        node=NODES.replace("27.2", "x"),
        link=geometry.replace(",rail", ",rail,").replace("2,b,c", "2,b,q"),
        config="long_length,crs\nverst,EPSG:1\n",
    )
    codes = {code for code, *_ in told(network)}
    assert codes == {"unknown_unit", "unknown_crs", "bad_cell", "unknown_node", "broken_geometry"}


def test_ways_without_freight_are_left_out_with_a_note(tmp_path: Path) -> None:
    network = write(tmp_path, node=NODES, link=LINKS.replace("freeway", "footway"))
    assert network.links["id"].tolist() == ["2"]
    assert told(network) == [("links_left_out", "link.csv", None, "facility_type")]


def draw(path: Path, lines: list[object], **columns: list[object]) -> UserNetwork:
    gpd.GeoDataFrame(columns, geometry=lines, crs="EPSG:4326").to_parquet(path)
    return read_network(path)


CROSS = [LineString([(0, 0), (0.1, 0), (0.2, 0)]), LineString([(0.1, -0.1), (0.1, 0), (0.1, 0.1)])]


def test_lines_are_cut_where_they_share_a_point_and_a_mode(tmp_path: Path) -> None:
    network = draw(tmp_path / "x.parquet", CROSS, highway=["primary", "trunk"], osm_id=[7, 8])
    assert len(network.nodes) == 5
    assert network.links["id"].tolist() == ["7-1", "7-2", "8-1", "8-2"]
    middle = set(network.links["to"].iloc[[0, 2]]) | set(network.links["from"].iloc[[1, 3]])
    assert len(middle) == 1
    # A tenth of a degree along the equator and along a meridian on WGS 84.
    assert network.links["length"].tolist() == pytest.approx([11.1319, 11.1319, 11.0574, 11.0574], abs=1e-3)
    level = draw(tmp_path / "y.parquet", CROSS, highway=["primary", None], railway=[None, "rail"])
    assert (len(level.nodes), level.links["mode"].tolist()) == (4, ["road", "rail"])


@pytest.mark.parametrize(
    ("name", "value"), [("length_km", 44.0), ("length_m", 44_000.0), ("length", 44_000.0)]
)
def test_a_stated_length_is_shared_among_the_pieces(tmp_path: Path, name: str, value: float) -> None:
    columns: dict[str, list[object]] = {name: [value, None], "highway": ["primary", "primary"]}
    network = draw(tmp_path / "x.parquet", CROSS, **columns)
    assert network.links["length"].tolist() == pytest.approx([22.0, 22.0, 11.0574, 11.0574], abs=1e-3)


def test_a_length_in_no_known_unit_is_a_fault(tmp_path: Path) -> None:
    network = draw(tmp_path / "x.parquet", CROSS, length=[22_000_000.0] * 2, highway=["primary"] * 2)
    assert ("unknown_unit", "x.parquet", None, "length") in told(network)


@pytest.mark.parametrize(
    ("oneway", "tags", "ends"),
    [
        ("yes", "primary", ("n1", "n2", True)),
        ("-1", "primary", ("n2", "n1", True)),
        ("no", "motorway", ("n1", "n2", False)),
        (None, "motorway", ("n1", "n2", True)),
        (None, "primary", ("n1", "n2", False)),
    ],
)
def test_directions_are_those_of_the_tags(
    tmp_path: Path, oneway: str | None, tags: str, ends: tuple[str, str, bool]
) -> None:
    line = [LineString([(0, 0), (1, 0)])]
    network = draw(tmp_path / "x.parquet", line, oneway=[oneway], highway=[tags])
    assert tuple(network.links[["from", "to", "directed"]].iloc[0]) == ends


def test_faults_of_drawn_lines_are_told_by_their_number(tmp_path: Path) -> None:
    lines = [None, LineString([(0, 0), (1, 0)]), Point(0, 0), LineString([(0, 0), (1, 1)])]
    columns: dict[str, list[object]] = {"railway": ["rail"] * 4, "oneway": [None, "perhaps", None, None]}
    network = draw(tmp_path / "x.parquet", lines, gauge=[None, None, None, "broad"], **columns)
    assert told(network) == [
        ("broken_geometry", "x.parquet", 1, "geometry"),
        ("bad_cell", "x.parquet", 2, "oneway"),
        ("broken_geometry", "x.parquet", 3, "geometry"),
        ("bad_cell", "x.parquet", 4, "gauge"),
        ("no_links", "x.parquet", None, ""),
    ]


def test_a_line_of_one_point_is_a_link_of_no_length(tmp_path: Path) -> None:
    network = draw(tmp_path / "x.parquet", [LineString([(1, 1), (1, 1), (1, 1)])], highway=["primary"])
    assert network.links[["from", "to", "length"]].values.tolist() == [["n1", "n1", 0.0]]


def test_a_geopackage_has_layers_of_lines_and_of_posts(tmp_path: Path) -> None:
    path = tmp_path / "net.gpkg"
    rails = gpd.GeoDataFrame(
        {"gauge": ["1435;1520"]},
        geometry=[MultiLineString([[(0, 0), (1, 0)], [(2, 0), (3, 0)]])],
        crs="EPSG:4326",
    )
    rails.to_crs("EPSG:3857").to_file(path, layer="railways")
    gpd.GeoDataFrame({"id": ["p"], "mode": ["rail"]}, geometry=[Point(0, 0)], crs="EPSG:4326").to_file(
        path, layer="border_posts"
    )
    gpd.GeoDataFrame({"id": ["s"]}, geometry=[Point(0, 0)], crs="EPSG:4326").to_file(path, layer="shops")
    network = read_network(path)
    assert network.links[["id", "mode", "gauge"]].values.tolist() == [
        ["railways-1", "rail", 1435.0],
        ["railways-1", "rail", 1435.0],
    ] or network.links["mode"].tolist() == ["rail", "rail"]
    assert network.posts[["id", "mode"]].values.tolist() == [["p", "rail"]]
    assert ("layer_left_out", "net.gpkg", None, "") in told(network)


@pytest.mark.parametrize("name", ["nothing.gpkg", "notes.txt", "folder"])
def test_what_is_no_network_is_refused(tmp_path: Path, name: str) -> None:
    if name == "notes.txt":
        (tmp_path / name).write_text("x", encoding="utf-8")
    if name == "folder":
        (tmp_path / name).mkdir()
    with pytest.raises(InputError):
        read_network(tmp_path / name)


@pytest.mark.parametrize("name", ["x.gpkg", "x.parquet"])
def test_a_broken_file_is_a_finding(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"no such thing")
    codes = [code for code, *_ in told(read_network(tmp_path / name))]
    assert "unreadable" in codes
