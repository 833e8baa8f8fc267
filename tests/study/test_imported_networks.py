"""A network of the user's own becomes rows of a study, both tables or neither, and routes use them."""

import os
from pathlib import Path

import pandas as pd
import pytest

import landbridge as lb
from landbridge.schema import InputError
from landbridge.study.new import write_new_study
from landbridge.study.study_files import append_rows, replace_files

# A new road from Minsk to Slutsk with a branch to a mine; Slutsk's own node bears its name.
NODES = (
    "node_id,x_coord,y_coord,name\na,27.56,53.9,\nb,27.55,53.5,\nz,27.55,53.4,\nc,27.56,53.02,Slutsk\n"
    "m,27.3,53.45,Potash mine\n"
)
LINKS = (
    "link_id,from_node_id,to_node_id,directed,length,facility_type,name\n1,a,b,0,45,freeway,R1\n2,b,z,1,12,freeway,R1\n"
    "3,z,b,1,12,freeway,R1\n4,z,c,0,44,primary,R1\n5,b,m,0,20,road,\n"
)
CHOICE = {"source": "mine", "quality": "measured"}


@pytest.fixture
def network(tmp_path: Path) -> Path:
    folder = tmp_path / "newroad"
    folder.mkdir()
    (folder / "node.csv").write_text(NODES, encoding="utf-8")
    (folder / "link.csv").write_text(LINKS, encoding="utf-8")
    return folder


@pytest.fixture
def study(tmp_path: Path) -> Path:
    root = tmp_path / "study"
    write_new_study(root, parties=["BY"], bound_by=["BY"])
    (root / "sources.csv").write_text("id,title,publisher,kind\nmine,A survey,The mine,E\n", encoding="utf-8")
    return root


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False, dtype=str)


def test_nodes_that_matter_become_places_and_chains_become_legs(network: Path, study: Path) -> None:
    made = lb.import_network(network, study, **CHOICE)
    assert (made.places, made.legs, made.findings) == (4, 3, ())
    places = read(study / "places.csv")[["id", "name", "kind", "country", "rail", "source", "quality"]]
    stated = ["BY", "false", "mine", "measured"]
    assert places.values.tolist() == [
        ["newroad-a", "newroad a", "junction", *stated],
        ["newroad-b", "newroad b", "junction", *stated],
        ["slutsk-newroad", "Slutsk (newroad)", "terminal", *stated],
        ["potash-mine", "Potash mine", "terminal", *stated],
    ]
    legs = read(study / "legs.csv")[["name", "from", "to", "mode", "distance"]]
    assert legs.values.tolist() == [
        ["R1", "newroad-a", "newroad-b", "road", "45"],
        ["R1", "newroad-b", "slutsk-newroad", "road", "56"],
        ["newroad b - Potash mine", "newroad-b", "potash-mine", "road", "20"],
    ]
    assert [finding.code for finding in lb.read_study(study).check()] == ["no_flows"]


def test_routes_of_the_study_use_the_network(network: Path, study: Path) -> None:
    """65 km of the new road, and from Minsk to its first node what any place is driven to its network."""
    lb.import_network(network, study, **CHOICE)
    ground = lb.read_study(study).prepare().ground
    options = lb.Options(by=("cost",), mode="road", corridors=False)
    found = lb.find_routes(
        "Minsk", "Potash mine", goods=lb.Goods(product="3104"), options=options, ground=ground
    )
    assert 65.0 < found.frame["distance"].iloc[0] < 70.0


def test_a_second_import_gets_other_ids_and_keeps_the_first(network: Path, study: Path) -> None:
    lb.import_network(network, study, **CHOICE)
    before = read(study / "places.csv"), read(study / "legs.csv")
    lb.import_network(network, study, **CHOICE)
    for name, old in zip(("places", "legs"), before, strict=True):
        new = read(study / f"{name}.csv")
        assert new.iloc[: len(old)].equals(old)
        assert len(new) == 2 * len(old)
        assert new["id"].is_unique


def test_an_error_writes_nothing(network: Path, study: Path) -> None:
    (network / "link.csv").write_text(LINKS.replace("1,a,b,0,45", "1,a,b,0,4.5"), encoding="utf-8")
    before = (study / "places.csv").read_bytes()
    with pytest.raises(InputError) as caught:
        lb.import_network(network, study, source="none", quality="sure")
    codes = {finding.code for finding in caught.value.findings}
    assert codes == {"impossible_length", "unknown_source", "unknown_quality"}
    assert (study / "places.csv").read_bytes() == before
    assert not (study / "legs.csv").exists()


def test_links_without_a_mode_need_one(network: Path, study: Path) -> None:
    (network / "link.csv").write_text(LINKS.replace("5,b,m,0,20,road", "5,b,m,0,20,"), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        lb.import_network(network, study, **CHOICE)
    assert [(f.code, f.file, f.row) for f in caught.value.findings] == [("mode_untold", "link.csv", 6)]
    assert lb.import_network(network, study, mode="road", **CHOICE).legs == 3


def test_a_mode_that_no_link_has_is_refused(network: Path, study: Path) -> None:
    with pytest.raises(InputError, match="no_links"):
        lb.import_network(network, study, mode="rail", **CHOICE)
    with pytest.raises(InputError, match="unknown_mode"):
        lb.import_network(network, study, mode="air", **CHOICE)


def test_one_way_links_are_taken_both_ways_with_a_warning(network: Path, study: Path) -> None:
    (network / "link.csv").write_text(LINKS.replace("5,b,m,0", "5,b,m,1"), encoding="utf-8")
    made = lb.import_network(network, study, **CHOICE)
    assert [finding.code for finding in made.findings] == ["one_way_taken_both", "one_way_trap"]


def test_a_network_that_is_too_large_is_refused(network: Path, study: Path) -> None:
    """A comb of 1,001 named nodes, each a leg of its own."""
    nodes = [f"n{number},{27 + number / 10_000},53,Stop {number}" for number in range(1_002)]
    links = [f"{number},n{number},n{number + 1},0,0.1,road" for number in range(1_001)]
    (network / "node.csv").write_text("\n".join(["node_id,x_coord,y_coord,name", *nodes, ""]), "utf-8")
    head = "link_id,from_node_id,to_node_id,directed,length,facility_type"
    (network / "link.csv").write_text("\n".join([head, *links, ""]), "utf-8")
    with pytest.raises(InputError, match="1,001 legs remain"):
        lb.import_network(network, study, **CHOICE)


def test_rows_go_under_the_header_that_is_there(network: Path, study: Path) -> None:
    own = (
        "id,name,kind,country,lat,lon,source,quality\r\nyard,Our yard,terminal,BY,53.5,27.5,mine,measured\r\n"
    )
    (study / "places.csv").write_bytes(own.encode())
    lb.import_network(network, study, **CHOICE)
    text = (study / "places.csv").read_bytes().decode()
    assert text.startswith("id,name,kind,country,lat,lon,source,quality,")
    assert "\r\nyard,Our yard,terminal,BY,53.5,27.5,mine,measured" in text
    assert lb.read_study(study).source.tables["places"]["id"].tolist()[:2] == ["yard", "newroad-a"]


def test_both_files_are_replaced_or_neither(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    one.write_text("before", encoding="utf-8")
    real = os.replace

    def fail(source: Path, target: Path) -> None:
        if Path(target).name == "other.csv":
            raise OSError("full")
        real(source, target)

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="full"):
        replace_files({one: "after", other: "new"})
    assert one.read_text(encoding="utf-8") == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["one.csv"]


def test_an_empty_table_gets_its_header() -> None:
    from landbridge.schema import load_catalogue
    from landbridge.schema.rows import rows_to_frame

    frame = rows_to_frame("sources", [{"id": "b", "title": "B", "publisher": "P", "kind": "E"}])
    assert append_rows("", frame, load_catalogue().tables["sources"]).startswith("id,title,publisher")
