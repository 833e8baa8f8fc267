"""Ways between capitals: judged by hand, and over the shipped network, where every pair has a way."""

from math import inf

import numpy as np
import pandas as pd
import pytest

from landbridge.network.locating import Locator
from landbridge.network.outlets import compare_outlets, place_corridors
from landbridge.network.router import Ready, make_ready
from landbridge.network.structure import (
    CONTINENTS,
    Structure,
    add_remarks,
    judge_pair,
    list_worst,
    survey_capitals,
)
from landbridge.sources import open_world, read_shipped_tables


@pytest.fixture(scope="module")
def ready() -> Ready:
    world = open_world()
    return make_ready(world, read_shipped_tables(), world.date)


@pytest.fixture(scope="module")
def structure(ready: Ready) -> Structure:
    return survey_capitals(ready)


@pytest.mark.parametrize(
    ("land", "opened", "way", "says"),
    [
        (1_200.0, 1_200.0, 1_200.0, ""),
        (2_100.0, 1_100.0, 1_900.0, "closed borders"),
        (2_100.0, 2_000.0, 1_900.0, "a gulf"),
        (inf, inf, 4_100.0, "around a continent"),
        (inf, 1_000.0, inf, "no way at all: closed borders"),
        (inf, inf, inf, "not on the network"),
    ],
)
def test_a_pair_is_judged_by_its_ways(land: float, opened: float, way: float, says: str) -> None:
    told = judge_pair({"great_circle": 1_000.0, "land": land, "opened": opened, "way": way, "at_sea": 0.0})
    assert (says in told) if says else told == ""


def test_near_capitals_are_not_judged_by_circuity() -> None:
    assert (
        judge_pair({"great_circle": 50.0, "land": 400.0, "opened": 400.0, "way": 300.0, "at_sea": 0.0}) == ""
    )


def test_every_pair_of_capitals_has_a_way(structure: Structure) -> None:
    pairs = structure.pairs
    assert len(structure.capitals) == 195
    assert len(pairs) == 195 * 194 / 2
    lost = pairs[~np.isfinite(pairs["way"])]
    assert lost.empty, lost[["from", "to", "finding"]].head(20).to_string()


def test_opening_borders_never_makes_a_way_longer(structure: Structure) -> None:
    pairs = structure.pairs
    assert (pairs["opened"] <= pairs["land"] + 1e-6).all()
    # The ends of a way are driven to the nearest road; a way is never shorter than the arc between them by more.
    known = pairs[np.isfinite(pairs["land"])]
    assert (known["land"] >= 0.98 * known["great_circle"] - 60.0).all()


def test_most_ways_by_land_are_plausible(structure: Structure) -> None:
    """Ballou and others found road circuities of 1.2 to 2.1 by country; between capitals of one continent the median
    lies well inside."""
    own = structure.pairs[(structure.pairs["continent"] != "") & np.isfinite(structure.pairs["land"])]
    far = own[own["great_circle"] > 300.0]
    assert 1.15 < far["land_circuity"].median() < 1.6
    assert set(CONTINENTS.values()) >= set(own["continent"])


def test_worst_pairs_are_the_longest_of_each_continent() -> None:
    pairs = pd.DataFrame(
        {
            "from": ["A", "A", "A", "B"], "to": ["B", "C", "D", "C"], "continent": ["x", "x", "", "y"],
            "great_circle": [500.0, 400.0, 900.0, 100.0], "land": [600.0, 800.0, inf, 300.0],
            "land_circuity": [1.2, 2.0, inf, 3.0],
        }
    )  # fmt: skip
    worst = list_worst(pairs, "land", count=1)
    assert worst[["from", "to"]].to_numpy().tolist() == [["A", "C"]]


def test_remarks_are_of_pairs_of_capitals() -> None:
    tables = read_shipped_tables()
    remarks, countries = tables["circuity_remarks"], tables["countries"]
    capitals = set(countries["id"][countries["capital"] != ""])
    assert capitals >= set(remarks["country_a"]) | set(remarks["country_b"])
    assert (remarks["country_a"] != remarks["country_b"]).all()
    pairs = [
        (frozenset(pair), way)
        for *pair, way in remarks[["country_a", "country_b", "way"]].itertuples(index=False)
    ]
    assert len(set(pairs)) == len(pairs)
    assert remarks["remark"].str.endswith(".").all()
    # A remark that no source bears says so.
    unsourced = remarks[remarks["source"] == "estimate"]
    assert unsourced["note"].str.startswith("General knowledge, not verified").all()
    assert (unsourced["quality"] == "estimated").all()


def test_remarks_stand_beside_their_pairs_whichever_way_round() -> None:
    pairs = pd.DataFrame({"from": ["EE", "SE", "FI"], "to": ["SE", "FI", "LV"]})
    remarks = pd.DataFrame(
        {
            "country_a": ["SE", "FI", "FI"], "country_b": ["EE", "SE", "LV"], "way": ["land", "any", "land"],
            "verdict": ["water_between", "data", "terrain"], "remark": ["The Baltic.", "Not this.", "The gulf."],
        }
    )  # fmt: skip
    assert add_remarks(pairs, remarks, "land")["remark"].tolist() == ["The Baltic.", "", "The gulf."]
    assert add_remarks(pairs, remarks, "way")["verdict"].tolist() == ["", "data", ""]


def test_the_longest_ways_are_remarked_on(structure: Structure) -> None:
    """The lists move with the network, so twenty pairs of each continent are in the table, and nine of ten suffice."""
    remarks = read_shipped_tables()["circuity_remarks"]
    for column in ("land", "way"):
        listed = add_remarks(list_worst(structure.pairs, column), remarks, column)
        silent = listed[listed["remark"] == ""]
        assert len(silent) <= 0.1 * len(listed), silent[["from", "to"]].to_string()


def test_a_river_ferry_is_a_piece_of_the_road(structure: Structure) -> None:
    """Luanda - Brazzaville crosses the Congo from Kinshasa, five kilometres; Tallinn - Stockholm sails the Baltic."""
    land = structure.pairs.set_index(["from", "to"])["land_circuity"]
    assert land["AO", "CG"] < 1.6
    assert land["EE", "SE"] > 4.0


def test_the_cheapest_way_by_land_is_no_cheaper_than_by_any_mode(structure: Structure) -> None:
    assert (structure.pairs["cost"] <= structure.pairs["land_cost"] + 1e-6).all()


def test_a_corridor_with_a_place_that_cannot_be_told_is_listed(ready: Ready) -> None:
    locate = Locator.over({**ready.tables, "world": ready.base.world}, ready.around)
    rows = ready.tables["corridors"].iloc[:1]
    lost = rows.assign(id="lost", via=[("nowhere at all", "nlrtm-port")])
    placed, unplaced = place_corridors(pd.concat([rows, lost]), locate)
    assert [row["id"] for row, _ in placed] == [rows["id"].iloc[0]]
    assert unplaced["id"].tolist() == ["lost"]
    assert "nowhere at all" in unplaced["why"].iloc[0]


def test_every_landlocked_country_reaches_the_sea(ready: Ready) -> None:
    found = compare_outlets(ready)
    assert found.unplaced.empty, found.unplaced.to_string()
    outlets = found.ways
    assert outlets["country"].nunique() == 44
    assert (outlets.groupby("country")["chosen"].first() != "").all()
    named = outlets[outlets["corridor"] != ""]
    assert named["country"].nunique() >= 43
    # A way of the literature is open for each but those whose borders are closed at the network's date.
    opened = named.groupby("country")["distance"].min()
    assert np.isfinite(opened).all(), opened[~np.isfinite(opened)].to_dict()
