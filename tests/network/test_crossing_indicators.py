"""Crossings of borders and the indicators of corridor surveys, on routes of the invented world, by hand."""

from pathlib import Path

import pandas as pd
import pytest
from invented_world import Result, Tables, ask

from landbridge.api.indicators import read_indicator
from landbridge.network.steps import Options
from landbridge.sources.world import World
from landbridge.store import RunInputs, Store
from landbridge.study.engine import RESULTS

TABLES = tuple(RESULTS)


def by_mode(world: World, tables: Tables, mode: str) -> Result:
    return ask(world, tables, options=Options(by=("cost",), mode=mode, corridors=False))


def value(result: Result, folder: Path, name: str, *by: str) -> pd.DataFrame:
    """The indicator over a run stored for it."""
    store = Store(folder)
    run = store.write_run(
        RunInputs("s", {}, {}, 1), {name: result.workspace[name] for name in TABLES}, timings={}
    )
    return read_indicator(store, {"s": run}, name, by=by).frame


@pytest.fixture(scope="module")
def road(small_world: World, small_tables: Tables) -> Result:
    """Alpha to Beta by road: 302 km of 50 km/h with one post that takes 5 + 1 + 2 h for 3 + 0.5 + 1 USD/t."""
    return by_mode(small_world, small_tables, "road")


@pytest.fixture(scope="module")
def rail(small_world: World, small_tables: Tables) -> Result:
    """The same by rail, with a change of gauge 5 km beyond the post."""
    return by_mode(small_world, small_tables, "rail")


def test_the_operations_of_a_crossing(road: Result, rail: Result) -> None:
    for result in (road, rail):
        items = result.items()
        crossing = items[items["crossing"] != ""]
        assert len(set(crossing["crossing"])) == 1
        assert set(crossing["operation"]) <= {"border_crossing", "inspection", "customs", "gauge_change"}
        ends = items[items["place_id"].isin(["alpha", "beta"])]
        assert set(ends["crossing"]) == {""}
    gauge = rail.items().set_index("operation").loc["gauge_change"]
    assert gauge["crossing"] == "post-rail"
    assert gauge["place_id"] != "post-rail"


def test_time_and_cost_of_a_crossing_by_road(road: Result, tmp_path: Path) -> None:
    items = road.items()
    mine = items[items["crossing"] != ""]
    assert value(road, tmp_path, "tfi1_border_time")["value"].tolist() == [pytest.approx(mine["time"].sum())]
    # 3 USD/t to cross, 0.5 to be inspected and 1 of transit customs, for 20 t; standing lorries are not paid there.
    told = {"border_crossing": 3.0, "inspection": 0.5, "customs": 1.0}
    expected = 20.0 * sum(told[name] for name in mine["operation"])
    assert value(road, tmp_path, "tfi2_border_cost")["value"].tolist() == [pytest.approx(expected)]
    assert mine["charge"].sum() < mine["cost"].sum()


def test_hours_of_a_crossing_by_hand(rail: Result, tmp_path: Path) -> None:
    """3 h to cross, 2 h of transit customs where they stand, and 12 h to change gauge."""
    hours = {"border_crossing": 3.0, "customs": 2.0, "gauge_change": 12.0, "inspection": 0.0}
    items = rail.items()
    expected = sum(hours[name] for name in items[items["crossing"] != ""]["operation"])
    assert expected >= 15.0
    by = value(rail, tmp_path, "tfi1_border_time", "mode", "crossing")
    assert by.set_index(["mode", "crossing"])["value"][("rail", "post-rail")] == pytest.approx(expected)


def test_speeds_with_and_without_delay(road: Result, tmp_path: Path) -> None:
    """In motion 50 km/h; with delay the hours between the first and the last leg count."""
    moving = value(road, tmp_path, "speed_without_delay", "mode")
    assert moving["value"].tolist() == [pytest.approx(50.0)]
    items = road.items()
    legs = items.index[items["kind"] == "leg"]
    way = items.loc[legs[0] : legs[-1]]
    assert items["on_way"].sum() == len(way)
    delayed = value(road, tmp_path, "tfi4_speed_with_delay")["value"].iloc[0]
    assert delayed == pytest.approx(way["distance"].sum() / way["time"].sum())
    assert delayed < 50.0


def test_cost_of_a_section(road: Result, tmp_path: Path) -> None:
    """2 USD a lorry-km on 20 t is 1,000 USD on 500 km; the post adds its charges and the standing of the lorry."""
    items = road.items()
    way = items[items["on_way"]]
    stops = way[way["kind"] != "leg"]["paid"].sum()
    expected = 1_000.0 + 20.0 * 500.0 * stops / way["distance"].sum()
    assert value(road, tmp_path, "tfi3_section_cost")["value"].iloc[0] == pytest.approx(expected)
    assert (items["charge"] <= items["paid"] + 1e-12).all()
    assert (items["paid"] <= items["cost"] + 1e-12).all()


def test_a_port_of_entry_is_a_crossing_and_a_port_at_the_end_is_none(
    small_world: World, small_tables: Tables
) -> None:
    """By ferry to Bport and on to Beta, customs are cleared in passing; to Bport itself at the end."""
    options = Options(by=("cost",), via=("bport",), corridors=False)
    passed = ask(small_world, small_tables, "aport", "beta", options=options).items()
    end = ask(small_world, small_tables, "aport", "bport").items()
    passing = passed[(passed["operation"] == "customs") & (passed["place_id"] == "bport")]
    assert set(passing["crossing"]) <= {"bport"}
    assert "bport" not in set(end["crossing"])
    assert len(passing) == (passed["crossing"] == "bport").sum()
