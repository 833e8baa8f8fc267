"""The commands on networks: what they print, and their exit codes."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from landbridge.api import networks
from landbridge.study.new import write_new_study

Command = Callable[..., Any]
LINKS = (
    "link_id,from_node_id,to_node_id,directed,length,facility_type\n1,a,b,0,45,freeway\n2,b,b,0,1,freeway\n"
)


@pytest.fixture
def network(tmp_path: Path) -> Path:
    folder = tmp_path / "newroad"
    folder.mkdir()
    (folder / "node.csv").write_text(
        "node_id,x_coord,y_coord\na,27.56,53.9\nb,27.55,53.5\n", encoding="utf-8"
    )
    (folder / "link.csv").write_text(LINKS, encoding="utf-8")
    return folder


def test_a_network_of_one_s_own_is_checked(landbridge: Command, network: Path) -> None:
    answer = landbridge("network", "check", network)
    assert answer.code == 0
    assert "2 nodes, 2 links, 46 km; no errors, 1 to look at" in answer.out
    assert "warning self_loop: link.csv, line 3" in answer.err
    as_json = landbridge("network", "check", network, "--json")
    assert (as_json.json["kind"], as_json.json["links"], as_json.findings) == ("gmns", 2, ["self_loop"])


def test_errors_have_an_exit_code_of_their_own(landbridge: Command, network: Path) -> None:
    (network / "link.csv").write_text(LINKS.replace("45", "4.5"), encoding="utf-8")
    answer = landbridge("network", "check", network)
    assert answer.code == 2
    assert "error impossible_length: link.csv, line 2" in answer.err
    assert landbridge("network", "check", network / "missing.gpkg").code == 2


def test_import_says_what_it_added(landbridge: Command, network: Path, tmp_path: Path) -> None:
    study = tmp_path / "study"
    write_new_study(study, parties=["BY"], bound_by=["BY"])
    options = ("--source", "nb-osm", "--quality", "estimated")
    answer = landbridge("network", "import", network, study, *options)
    assert answer.code == 0
    assert "added 2 places and 1 legs" in answer.out
    assert landbridge("network", "import", network, study, *options, "--json").json["legs"] == 1
    assert landbridge("check", study).code == 0
    assert landbridge("network", "import", network, study, "--source", "x").code == 2


def test_diff_prints_its_frames(landbridge: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    names = ("counts", "rows", "components", "sample", "lengths")
    frames = {name: pd.DataFrame({"what": [f"{name} row"], "change": [0.5]}) for name in names}
    found = SimpleNamespace(one="2026-01-01", other="2026-02-01", **frames)
    monkeypatch.setattr(networks, "compare_networks", lambda one, other: found)
    answer = landbridge("network", "diff", "shipped", "build")
    assert answer.code == 0
    for name in names:
        assert f"{name} row" in answer.out
    assert landbridge("network", "diff", "shipped", "build", "--json").json["rows"][0]["what"] == "rows row"


def test_export_takes_layers_and_countries(landbridge: Command, tmp_path: Path) -> None:
    answer = landbridge("network", "export", tmp_path / "out", "--layers", "rail", "--countries", "EE,LV")
    assert answer.code == 0
    assert "OpenStreetMap" in answer.out
    assert set(pd.read_csv(tmp_path / "out" / "link.csv")["mode"]) == {"rail"}
    assert landbridge("network", "export", tmp_path / "out", "--format", "shp").code == 2
