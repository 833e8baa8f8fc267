"""What came and went between two networks, on the invented world, and the page that says so."""

from dataclasses import replace

import numpy as np
import pytest
from invented_world import drop_edge

from landbridge.network.compare_networks import compare_networks
from landbridge.network.diff_text import write_diff_text
from landbridge.sources.world import World

CITIES = {"people": 200_000, "reach": 400.0}


def lengthen(world: World, edge: int, km: float) -> World:
    lengths = world.edge_km.copy()
    lengths[edge] = km
    return replace(world, edge_km=lengths)


def test_a_network_differs_in_nothing_from_itself(small_world: World) -> None:
    diff = compare_networks(small_world, small_world, **CITIES)
    assert (diff.counts["change"] == 0).all()
    assert diff.rows.empty
    assert diff.lengths.empty
    assert diff.sample[["layer", "pairs"]].values.tolist() == [["road", 1], ["rail", 1]]
    assert "None was added or lost." in write_diff_text(diff)


@pytest.mark.parametrize(("km", "verdict"), [(302.0, ""), (330.0, "longer"), (270.0, "shorter")])
def test_a_change_of_over_one_percent_is_told(small_world: World, km: float, verdict: str) -> None:
    """Alpha and Beta are 300 km apart by road; to the other way by the coast it is 430."""
    diff = compare_networks(small_world, lengthen(small_world, 1, km), **CITIES)
    told = diff.lengths[["layer", "from", "to", "one", "other", "verdict"]].values.tolist()
    assert told == ([["road", "Alpha", "Beta", 300.0, km, verdict]] if verdict else [])
    if verdict:
        assert diff.lengths["change"].iloc[0] == pytest.approx(km / 300 - 1)


def test_ways_that_came_and_went_are_told(small_world: World) -> None:
    cut = drop_edge(drop_edge(small_world, "r_alpha", "r_beta"), "r_aport", "r_bport")
    lost, won = compare_networks(small_world, cut, **CITIES), compare_networks(cut, small_world, **CITIES)
    assert lost.lengths["verdict"].tolist() == ["unreachable"]
    assert won.lengths["verdict"].tolist() == ["reachable"]
    assert np.isinf(lost.lengths["other"].iloc[0])
    assert lost.sample["unreachable"].tolist() == [1, 0]
    parts = lost.components.set_index("layer").loc["road"]
    assert (parts["parts_one"], parts["parts_other"]) == (2, 3)
    page = write_diff_text(lost)
    assert "| Alpha, XA - Beta, XB | 333.6 | 300.0 | no way |  |" in page
    assert page == write_diff_text(compare_networks(small_world, cut, **CITIES))


def test_rows_are_compared_by_their_ids(small_world: World) -> None:
    places = small_world.places[small_world.places["id"] != "post-road"].reset_index(drop=True)
    crossings = small_world.crossings.replace({"id": {"x3": "x4"}})
    other = replace(small_world, places=places, crossings=crossings, legs=("coast-road", "bridge"))
    rows = compare_networks(small_world, other, **CITIES).rows
    assert rows[["table", "id", "change"]].values.tolist() == [
        ["crossings", "x4", "added"],
        ["crossings", "x3", "lost"],
        ["legs", "bridge", "added"],
        ["posts", "post-road", "lost"],
    ]
