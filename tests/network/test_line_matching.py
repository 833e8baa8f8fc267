"""How the build of the world finds the rails of a line that is given by corner points, and marks their traction."""

import importlib
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

DATA = str(Path(__file__).parents[2] / "data")
# Five nodes on the equator a degree (111 km) apart, a second track of 112 km from 1 to 2, a branch north from 2, and a
# narrow-gauge line beside the first two nodes; XA up to node 2, XB beyond.
POINTS = [(0.0, 0.0), (0.0, 1.0), (0.0, 2.0), (0.0, 3.0), (0.0, 4.0), (1.0, 2.0), (0.05, 0.0), (0.05, 1.0)]
EDGES = [
    (0, 1, 111.0), (1, 2, 111.0), (1, 2, 112.0), (2, 3, 111.0), (3, 4, 111.0), (2, 5, 111.0), (6, 7, 111.0),
]  # fmt: skip
GAUGE = np.array([1435] * 6 + [1000] * 2, np.int16)
LINE = {"id": "line", "country": "XA", "gauge": "", "traction": "electric", "status": "open"}


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Modules of data/network_build, which is no part of the package."""
    monkeypatch.syspath_prepend(DATA)

    def load(name: str) -> ModuleType:
        return importlib.import_module(f"network_build.{name}")

    yield load
    for name in [name for name in sys.modules if name.startswith("network_build")]:
        del sys.modules[name]


def make_graph(build: Any) -> Any:
    lat, lon = zip(*POINTS, strict=True)
    tail, head, km = zip(*EDGES, strict=True)
    graph = build("graph").make_graph(lat, lon, tail=tail, head=head, km=km)
    graph.country[:] = [0, 0, 0, 1, 1, 0, 0, 0]
    return graph


def mark(build: Any, *lines: dict[str, str], shares: list[dict[str, str]] | None = None) -> list[int]:
    electrification = build("electrification")
    frame = pd.DataFrame([{**LINE, **row} for row in lines], columns=[*LINE, "via"])
    levels = pd.DataFrame(shares or [], columns=["id", "share", "complete"])
    land, log = SimpleNamespace(codes=np.array(["XA", "XB"])), SimpleNamespace(rows=[])
    found = electrification.mark_electrified(
        make_graph(build), GAUGE, land, lines=frame, shares=levels, log=log
    )
    unmatched = [row for row in lines if row["via"].startswith("50") or row.get("gauge") == "1067"]
    assert len(log.rows) == len(unmatched)
    return found.tolist()


def test_a_line_follows_the_rails_between_its_corners(build: Any) -> None:
    matching = build("line_matching")
    graph = make_graph(build)
    ways = matching.find_ways(graph)
    assert sorted(matching.match_line(graph, "-0.1,0;0.02,2;0,3.1", ways)) == [0, 1, 3]
    assert matching.match_line(graph, "0.1,0;5,2", ways) is None, "no rails within 25 km of the second corner"
    assert matching.match_line(graph, "0,0;0.05,0.99", ways) is None, (
        "the other gauge is not joined to this one"
    )


def test_marks_go_to_all_tracks_of_a_line_and_to_no_branch(build: Any) -> None:
    assert mark(build, {"via": "-0.1,0;0,3"}) == [1, 1, 1, 1, -1, -1, -1]
    assert mark(build, {"via": "0,0;0,2", "traction": "diesel"}) == [0, 0, 0, -1, -1, -1, -1]
    assert mark(build, {"via": "0,0;0,2", "status": "planned"}) == [-1] * 7
    assert mark(build, {"via": "50,0;50,2"}) == [-1] * 7


def test_the_gauge_of_a_row_tells_two_lines_apart(build: Any) -> None:
    assert mark(build, {"via": "0.02,0;0.02,1", "gauge": "1000"}) == [-1, -1, -1, -1, -1, -1, 1]
    assert mark(build, {"via": "0.02,0;0.02,1", "gauge": "1067"}) == [-1] * 7


def test_a_country_marks_what_no_line_names(build: Any) -> None:
    line = {"via": "0,0;0,1"}
    complete = [
        {"id": "XA", "share": "0.4", "complete": "true"},
        {"id": "XB", "share": "0.99", "complete": ""},
    ]
    assert mark(build, line, shares=complete) == [1, 0, 0, -1, 1, 0, 0]
    none = [{"id": "XA", "share": "0.01", "complete": ""}, {"id": "XB", "share": "0", "complete": ""}]
    assert mark(build, line, shares=none) == [1, 0, 0, 0, 0, 0, 0]
    some = [{"id": "XA", "share": "0.5", "complete": "false"}]
    assert mark(build, line, shares=some) == [1, -1, -1, -1, -1, -1, -1]
