"""Services with timetables on routes: means in prices and searches, waits as drawn, what a bad text says."""

import numpy as np
import pytest
from invented_world import Result, Tables, add_rows, ask, change_rows, make_table

from landbridge.network.simulate import simulate_items
from landbridge.network.steps import Options
from landbridge.schema.checks import CheckInput, run_checks
from landbridge.schema.timetables import mean_headway, read_departures
from landbridge.sources.world import World

FERRY = Options(by=("cost",), corridors=False)
BACK = {
    "id": "ferry-bc",
    "name": "Bport-Cport",
    "kind": "ro_ro",
    "from": "bport",
    "to": "cport",
    "both": True,
    "distance": 100.0,
    "headway": 168.0,
    "time": 10.0,
    "time_min": 10.0,
    "time_p90": 10.0,
    "cost": 10.0,
    "cost_unit": "USD/truck",
    "price_year": 2025,
    "source": "invented",
    "quality": "estimated",
}


def waits(result: Result) -> list[float]:
    items = result.items()
    return items["time"][items["operation"] == "wait"].tolist()


def test_the_mean_wait_is_that_of_the_timetable(small_world: World, small_tables: Tables) -> None:
    """Monday and Tuesday at 6: gaps of 24 and 144 h, (24^2 + 144^2) / 336 h; both headway and timetable stand."""
    tables = change_rows(small_tables, "services", "ferry-ab", departures=("Mon-Tue 06:00",))
    plain = ask(small_world, small_tables, "aport", "bport", options=FERRY)
    result = ask(small_world, tables, "aport", "bport", options=FERRY)
    mean = (24.0**2 + 144.0**2) / 336.0
    assert waits(plain) == [12.0]
    assert waits(result) == pytest.approx([mean])
    hour = 0.01
    assert result.best["cost"] - plain.best["cost"] == pytest.approx(hour * (mean - 12.0))
    assert result.best["gap"] == pytest.approx(plain.best["gap"], abs=1e-9)
    terms = result.workspace["route_terms"]
    (formula,) = [text for text in terms["formula"] if "departure" in text]
    assert "Mon-Tue 06:00 UTC" in formula
    ranges = simulate_items(result.workspace["answers"]["f"].routes[0].items, draws=40_000, seed=1)
    fixed = result.best["time"] - mean
    # Of the week 24 h lie within a gap of a day, so a wait of x is longer with (144 - x + max(24 - x, 0)) / 168.
    assert ranges.time - fixed == pytest.approx([8.4, 60.0, 127.2], abs=1.5)


def test_two_services_in_a_row_wait_for_each_other(small_world: World, small_tables: Tables) -> None:
    """Out on Monday at 0:00; what is done from then on until the second ship takes as long in every draw, so the wait
    for Tuesday 16:00 is that much less than 40 h: in the item, in its price and in the ranges, though a weekly ship has
    84 h in the mean.
    """
    tables = change_rows(small_tables, "services", "ferry-ab", departures=("Mon 00:00",))
    tables = add_rows(tables, "services", {**BACK, "departures": ("Tue 16:00",)})
    tables = change_rows(tables, "passages", "narrows", status="closed")
    options = Options(by=("cost",), avoid=("post-road", "post-rail"), corridors=False)
    result = ask(small_world, tables, "aport", "cport", options=options)
    done = result.items()
    legs = [row for row, kind in enumerate(done["kind"]) if kind == "leg"]
    assert list(done["service"].iloc[legs]) == ["ferry-ab", "ferry-bc"]
    first, second = waits(result)
    between = done["time"].iloc[legs[0] : legs[1]].sum() - second
    assert first == 84.0
    assert second == pytest.approx(40.0 - between, abs=1e-6)
    assert 10.0 < second < 30.0
    items = result.workspace["answers"]["f"].routes[0].items
    ranges = simulate_items(items, draws=4_000, seed=5)
    assert ranges.time[2] - ranges.time[0] == pytest.approx(0.8 * 168.0, abs=6.0)
    assert result.best["time"] == pytest.approx(done["time"].sum())
    assert ranges.time[0] < result.best["time"] < ranges.time[2]
    terms = result.workspace["route_terms"]
    mine = terms[terms["seq"] == done.index[done["operation"] == "wait"][1] + 1].set_index("term")
    assert mine.loc["inventory", "value"] == pytest.approx(0.01 * second)
    assert "behind another timetable" in mine.loc["time", "formula"]


def test_the_way_back_has_departures_of_its_own_or_runs_as_often(
    small_world: World, small_tables: Tables
) -> None:
    for back, wait in ((("Sat 12:00",), 84.0), ((), 42.0)):
        row = {
            **BACK,
            "departures": ("Mon 06:00", "Thu 06:00"),
            "departures_back": back,
            "headway": float("nan"),
        }
        tables = add_rows(small_tables, "services", row)
        assert waits(ask(small_world, tables, "cport", "bport", options=FERRY))[0] == wait
    assert waits(ask(small_world, tables, "bport", "cport", options=FERRY))[0] == pytest.approx(
        (72.0**2 + 96.0**2) / 336.0
    )


def test_departures_are_hours_of_the_week() -> None:
    assert read_departures(["Sun 23:59", "mon 0:00".title()]) == (0.0, 167.0 + 59.0 / 60.0)
    assert read_departures(["Fri-Mon 06:00"]) == (6.0, 102.0, 126.0, 150.0)
    for text in ("Monday 06:00", "Mon 24:00", "Mon 6", "06:00", "Mon 06:60"):
        with pytest.raises(ValueError, match="no departure such as"):
            read_departures([text])
    assert mean_headway({"departures": (), "headway": 24.0}) == 24.0
    assert np.isnan(mean_headway({}))


def test_a_bad_departure_is_found_with_row_and_column() -> None:
    frame = make_table("services", [BACK, {**BACK, "id": "other", "departures": ("Mon 06:00", "Lundi 7")}])
    given = CheckInput({"services": frame}, {"services": (("services.csv", 2), ("services.csv", 3))})
    (found,) = [each for each in run_checks(given) if each.code == "bad_departures"]
    assert (found.file, found.row, found.column) == ("services.csv", 3, "departures")
    assert "Lundi 7" in found.what
    assert "Mon 06:00" in found.remedy


def test_yearly_loads_count_departures(small_world: World, small_tables: Tables) -> None:
    """Twice a week with 30 t are 3,129 t a year, whatever the headway says."""
    tables = change_rows(
        small_tables, "services", "ferry-ab", departures=("Mon 06:00", "Thu 06:00"), capacity=30.0
    )
    for tonnes, told in ((3_100.0, False), (3_150.0, True)):
        found = ask(small_world, tables, "aport", "bport", options=FERRY, tonnes=tonnes).findings
        assert ("capacity" in found) == told
