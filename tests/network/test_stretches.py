"""The build scales stretches to published lengths: by hand, on a line of four nodes with a shorter way beside it."""

import numpy as np
import pandas as pd
import pytest
from network_build import stretches
from network_build.graph import Graph, add_edges, make_graph
from network_build.layers import Base
from network_build.legs import PlaceIndex
from network_build.log import RepairLog

ROW = {"id": "a-d", "mode": "road", "from": "0,0", "to": "0,3", "via": "0,2"}


def make_line() -> Graph:
    """Nodes 0 to 3 on the equator, edges of 100 km; 1 to 2 has a second edge of 90 km, 2 to 3 is a leg."""
    line = make_graph(
        [0.0] * 4, [0.0, 1.0, 2.0, 3.0], tail=[0, 1, 1], head=[1, 2, 2], km=[100.0, 100.0, 90.0]
    )
    return add_edges(line, [2], [3], km=[100.0], leg=np.array([0]))


def make_base() -> Base:
    places = pd.DataFrame({"id": ["p"], "population": [0], "lat": [9.0], "lon": [9.0]})
    names = pd.DataFrame({"key": ["p"], "place": [0], "weight": [1]})
    legs = pd.DataFrame({"id": ["leg"], "status": ["open"]})
    return Base(None, places, PlaceIndex(places, names), legs, RepairLog())


def scale(monkeypatch: pytest.MonkeyPatch, km: str, base: Base) -> Graph:
    monkeypatch.setattr(stretches, "read_rows", lambda table: pd.DataFrame([{**ROW, "distance": km}]))
    return stretches.scale_stretches(make_line(), base, mode="road")


def test_a_stretch_gets_its_length_and_a_leg_keeps_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    base = make_base()
    graph = scale(monkeypatch, "328", base)
    # 328 less the leg's 100 is 228, over 100 and 90: a factor of 1.2.
    assert graph.km.tolist() == pytest.approx([120.0, 100.0, 108.0, 100.0])
    assert base.log.count() == {"road.stretch": 1}


def test_a_stretch_of_another_length_ends_the_build(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SystemExit, match="factor 2"):
        scale(monkeypatch, "480", make_base())


def test_a_closed_leg_is_no_way(monkeypatch: pytest.MonkeyPatch) -> None:
    base = make_base()
    base.legs["status"] = "closed"
    with pytest.raises(SystemExit, match="no road within"):
        scale(monkeypatch, "328", base)
