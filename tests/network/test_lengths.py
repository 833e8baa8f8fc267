"""Lengths of the shipped network against published ones, row by row of the table published_lengths.

Tolerance 8 %: coordinates are rounded to 0.001 degree and lines simplified, which shortens a way by 1 to 6 %, and the
middle of a station is not known to better than a few km. A row that misses it says why in its column `exception`.
"""

import numpy as np
import pandas as pd
import pytest
from invented_world import DATE, make_table, make_world

from landbridge.network.lengths import TOLERANCE, LengthMeter, compare_lengths, is_fitted
from landbridge.sources import open_world, read_shipped_tables
from landbridge.sources.world import World

CONTINENTS = {"africa", "asia", "europe", "north_america", "south_america", "oceania", "ocean"}


@pytest.fixture(scope="module")
def world() -> World:
    return open_world()


@pytest.fixture(scope="module")
def lengths(world: World) -> pd.DataFrame:
    return compare_lengths(world, read_shipped_tables(), date=world.date)


def test_lengths_are_the_published_ones(lengths: pd.DataFrame) -> None:
    missed = lengths[~lengths["within"] & (lengths["exception"] == "")]
    assert missed.empty, missed[["id", "distance", "modelled", "error"]].to_string()


def test_published_lengths_stand_for_all_continents_and_modes(lengths: pd.DataFrame) -> None:
    held = lengths[lengths["within"] & (lengths["quality"] == "published")]
    assert len(held) >= 365
    assert set(held["continent"]) == CONTINENTS
    assert (held.groupby("mode")["id"].count() >= 15).all()


def test_lengths_that_are_no_inputs_are_the_published_ones(lengths: pd.DataFrame) -> None:
    """The legs and stretches of a length of their own say nothing of the drawn lines, and are not scored."""
    scored = lengths[lengths["scored"] & (lengths["quality"] == "published")]
    assert len(scored) >= 300
    assert scored["within"].mean() >= 0.985
    roads = scored[scored["mode"] == "road"]
    apart = roads[~roads["id"].map(is_fitted).astype(bool)]
    assert len(apart) >= 35
    assert apart["error"].abs().median() <= 0.04


def test_an_exception_is_a_miss_with_its_reason(lengths: pd.DataFrame) -> None:
    stated = lengths[lengths["exception"] != ""]
    assert len(stated) <= 4
    assert (~stated["within"]).all(), stated[stated["within"]]["id"].tolist()
    assert (stated["exception"].str.len() > 20).all()


def test_arctic_passages_would_halve_the_way_if_they_were_open(world: World) -> None:
    """The way by Suez holds because the Arctic is closed in the table passages, not because it is not there."""
    tables = read_shipped_tables()
    row = {"mode": "sea", "from": "cnsha-port", "to": "nlrtm-port", "via": (), "distance": 19_500.0}
    passages = tables["passages"].assign(status="open")
    closed = LengthMeter(world, tables, world.date).measure(row)
    opened = LengthMeter(world, {**tables, "passages": passages}, world.date).measure(row)
    assert opened < 0.85 * closed


def test_a_length_is_the_shortest_way_through_its_places() -> None:
    """By hand: alpha-aport 120 km and back, then alpha-beta 300 km; the planned coast road is no way."""
    tables = _make_tables([])
    meter = LengthMeter(make_world(), tables, DATE)
    row = {"mode": "road", "from": "aport", "to": "beta", "via": (), "distance": 420.0}
    # Alpha lies 2 km from its road, which counts at an end only.
    assert meter.measure(row) == pytest.approx(420.0, abs=0.1)
    assert meter.measure({**row, "to": "bport", "via": ("beta",)}) == pytest.approx(530.0, abs=0.1)
    assert np.isinf(meter.measure({**row, "to": "isle"}))
    assert TOLERANCE == 0.08


def test_a_closed_line_is_measured_as_if_it_were_open() -> None:
    """By hand: aport-bport by alpha and beta 530 km, by the planned coast road 200 km, all of it a leg."""
    meter = LengthMeter(make_world(), _make_tables([]), DATE)
    row = {"mode": "road", "from": "aport", "to": "bport", "via": (), "distance": 420.0}
    assert meter.measure(row) == pytest.approx(530.0, abs=0.1)
    opened = meter.measure_way({**row, "opened": ("coast-road",)})
    assert (opened.km, opened.given) == pytest.approx((200.0, 200.0), abs=0.1)


def test_a_stretch_of_given_length_is_an_input() -> None:
    """By hand: of the 530 km from aport to bport the 300 km from alpha to beta are given."""
    stretch = {"id": "alpha-beta", "mode": "road", "from": "alpha", "to": "beta", "distance": 300.0}
    meter = LengthMeter(make_world(), _make_tables([stretch]), DATE)
    row = {"mode": "road", "from": "aport", "to": "bport", "via": (), "distance": 530.0}
    assert meter.measure_way(row).given == pytest.approx(300.0, abs=0.1)
    assert meter.measure_way({**row, "to": "alpha"}).given == 0.0


def _make_tables(stretches: list[dict[str, object]]) -> dict[str, pd.DataFrame]:
    """The coast road planned, and some stretches."""
    return {
        "legs": make_table("legs", [{"id": "coast-road", "status": "planned"}]),
        "passages": make_table("passages", []),
        "stretch_lengths": make_table("stretch_lengths", stretches),
    }
