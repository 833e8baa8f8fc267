"""What is shut for a share of the time: waits on routes by hand, in searches, prices, draws and evidence."""

import datetime
from typing import Any

import numpy as np
import pytest
from invented_world import DATE, HOUR, Result, Tables, add_rows, ask, change_rows, make_table

from landbridge.network.routes import Route
from landbridge.network.simulate import simulate_items
from landbridge.network.steps import Options
from landbridge.schema.checks import CheckInput, run_checks
from landbridge.sources.world import World

ROAD = Options(by=("cost",), mode="road", corridors=False)
SEA = Options(by=("cost",), mode="sea", corridors=False)


def shut(tables: Tables, on: str, **more: Any) -> Tables:
    """The tables with something that is shut for a tenth of the time, 30 h at a time."""
    row = {"id": f"shut-{on}", "name": f"{on} shut by snow", "on": on, "share": 0.1, "duration": 30.0}
    row |= {"cause": "snow", "source": "invented", "quality": "measured"}
    return add_rows(tables, "interruptions", {**row, **more})


def waits(result: Result) -> list[float]:
    items = result.items()
    return items["time"][items["cause"] != ""].tolist()


def route_of(result: Result) -> Route:
    route: Route = result.workspace["answers"]["f"].routes[0]
    return route


def test_goods_wait_at_a_post_before_its_formalities(small_world: World, small_tables: Tables) -> None:
    """3 h in the mean cost interest, and the lorry's hours beyond 24 free ones, 3 exp(-24 / 30), 1 USD/t each."""
    plain = ask(small_world, small_tables, options=ROAD)
    result = ask(small_world, shut(small_tables, "post-road"), options=ROAD)
    items = result.items()
    (place,) = np.flatnonzero(items["cause"] == "snow")
    assert items["operation"].iloc[place] == "wait"
    assert items["operation"].iloc[place + 1] == "border_crossing"
    assert items["place"].iloc[place] == "The road post"
    assert items["time"].iloc[place] == pytest.approx(3.0)
    paid = 3.0 * HOUR + 480.0 / 24.0 / 20.0 * 3.0 * np.exp(-24.0 / 30.0)
    assert items["cost"].iloc[place] == pytest.approx(paid)
    assert result.best["time"] == pytest.approx(plain.best["time"] + 3.0)
    assert result.best["cost"] == pytest.approx(plain.best["cost"] + paid)
    assert result.best["gap"] == pytest.approx(plain.best["gap"], abs=1e-4)
    terms = result.workspace["route_terms"]
    mine = terms[(terms["seq"] == place + 1) & (terms["unit"] == "h")]
    assert mine["inputs"].tolist() == [("interruptions#shut-post-road",)]


def test_the_search_goes_round_what_is_shut_too_often(small_world: World, small_tables: Tables) -> None:
    """The rail post shut for half the time, a month at a time: the way by rail falls behind that by road."""
    rail = ask(small_world, small_tables, options=Options(by=("time",), corridors=False))
    gone = shut(small_tables, "post-road", share=0.5, duration=720.0)
    other = ask(small_world, gone, options=Options(by=("time",), corridors=False))
    assert "post-road" in list(rail.items()["place_id"])
    assert "post-road" not in list(other.items()["place_id"])
    assert waits(other) == []


@pytest.mark.parametrize(
    ("on", "options", "ends"),
    [
        ("narrows", SEA, ("aport", "bport")),
        ("aport", SEA, ("aport", "bport")),
        ("bport", SEA, ("aport", "bport")),
        ("ferry-ab", Options(by=("cost",), corridors=False), ("aport", "bport")),
        ("aport", Options(by=("cost",), corridors=False), ("aport", "bport")),
    ],
)
def test_each_kind_of_thing_is_waited_for_once(
    small_world: World, small_tables: Tables, on: str, options: Options, ends: tuple[str, str]
) -> None:
    plain = ask(small_world, small_tables, *ends, options=options)
    result = ask(small_world, shut(small_tables, on), *ends, options=options)
    assert waits(result) == pytest.approx([3.0])
    assert result.best["time"] == pytest.approx(plain.best["time"] + 3.0)
    assert result.best["gap"] == pytest.approx(plain.best["gap"], abs=1e-4)


def test_an_authored_leg_is_waited_for_where_the_route_comes_upon_it(
    small_world: World, small_tables: Tables
) -> None:
    open_road = change_rows(small_tables, "legs", "coast-road", status="open")
    avoid = Options(by=("cost",), mode="road", avoid=("post-road",), corridors=False)
    plain = ask(small_world, open_road, "aport", "bport", options=avoid)
    result = ask(small_world, shut(open_road, "coast-road"), "aport", "bport", options=avoid)
    items = result.items()
    (place,) = np.flatnonzero(items["cause"] == "snow")
    assert items["place"].iloc[place] == "coast-road shut by snow"
    assert list(items["kind"].iloc[place:]).count("leg") >= 1
    assert result.best["time"] == pytest.approx(plain.best["time"] + 3.0)
    assert result.best["gap"] == pytest.approx(plain.best["gap"], abs=1e-4)


def test_a_leg_of_the_study_itself_may_be_shut(small_world: World, small_tables: Tables) -> None:
    leg = {
        "id": "new-road",
        "name": "New road",
        "from": "aport",
        "to": "bport",
        "mode": "road",
        "distance": 150.0,
    }
    tables = add_rows(small_tables, "legs", {**leg, "source": "invented", "quality": "measured"})
    result = ask(small_world, shut(tables, "new-road"), "aport", "bport", options=ROAD)
    assert waits(result) == pytest.approx([3.0])


def test_modes_say_who_waits(small_world: World, small_tables: Tables) -> None:
    """A port that the wind shuts to ships keeps no lorry that loads there."""
    tables = shut(small_tables, "aport", modes=("sea", "ferry"), cause="wind")
    assert waits(ask(small_world, tables, "aport", "bport", options=ROAD)) == []
    at_sea = ask(small_world, tables, "aport", "bport", options=SEA)
    assert waits(at_sea) == pytest.approx([3.0])
    items = at_sea.items()
    # Interest alone: no lorry stands.
    assert items["cost"][items["cause"] == "wind"].tolist() == pytest.approx([3.0 * HOUR])


def test_goods_handled_twice_at_a_visit_wait_once(small_world: World, small_tables: Tables) -> None:
    """Off one ferry and onto the next at bport: two acts, one visit."""
    onward = {
        "id": "ferry-bc",
        "name": "Bport-Cport",
        "kind": "ro_ro",
        "from": "bport",
        "to": "cport",
        "distance": 100.0,
        "headway": 24.0,
        "cost": 10.0,
        "cost_unit": "USD/truck",
        "price_year": 2025,
        "source": "invented",
        "quality": "measured",
    }
    tables = change_rows(shut(small_tables, "bport"), "passages", "narrows", status="closed")
    tables = add_rows(tables, "services", onward)
    options = Options(by=("cost",), avoid=("post-road", "post-rail"), corridors=False)
    result = ask(small_world, tables, "aport", "cport", options=options)
    assert list(result.items()["service"][result.items()["kind"] == "leg"]) == ["ferry-ab", "ferry-bc"]
    assert waits(result) == pytest.approx([3.0])


@pytest.mark.parametrize(
    ("more", "met"),
    [
        ({}, True),
        ({"months": "11-4"}, False),
        ({"months": "6-8"}, True),
        ({"from": datetime.date(2026, 8, 1)}, False),
        ({"until": datetime.date(2026, 6, 30)}, False),
        ({"from": datetime.date(2026, 7, 1), "until": datetime.date(2026, 7, 1)}, True),
        ({"share": 0.0}, False),
        ({"duration": 0.0}, False),
    ],
)
def test_a_row_counts_in_its_months_and_period(
    small_world: World, small_tables: Tables, more: dict[str, Any], met: bool
) -> None:
    assert datetime.date(2026, 7, 1) == DATE
    result = ask(small_world, shut(small_tables, "post-road", **more), options=ROAD)
    assert bool(waits(result)) == met


def test_draws_follow_the_closure(small_world: World, small_tables: Tables) -> None:
    """All else is fixed: nine of ten draws have no wait, the mean is 3 h, the variance 2 s d^2 - (s d)^2; the row of
    interruptions is the only one with a part in the spread of the time.
    """
    result = ask(small_world, shut(small_tables, "post-road"), options=ROAD)
    route = route_of(result)
    ranges = simulate_items(route.items, draws=40_000, seed=2)
    rest = route.time - 3.0
    assert ranges.time[:2] == pytest.approx([rest, rest])
    # The rest of a closure passes 0.1 / 0.1 of the draws at its start: the p90 is where waits begin.
    assert 0.0 <= ranges.time[2] - rest < 1.5
    shares = dict(zip(ranges.inputs, ranges.shares.time_share, strict=True))
    assert shares["interruptions#shut-post-road"] == pytest.approx(1.0)
    inputs = result.workspace["route_inputs"].set_index("input").loc["interruptions#shut-post-road"]
    assert inputs["time"] == pytest.approx(3.0)
    assert inputs["name"] == "post-road shut by snow"
    assert "share 0.1" in inputs["figures"]
    assert "duration 30 h" in inputs["figures"]


def test_closures_of_one_shock_come_together(small_world: World, small_tables: Tables) -> None:
    """Apart, 19 % of the draws wait at one of two ports; under one storm only 10 %, so the p90 is where waits begin."""
    slow = {}
    for share in (0.0, 1.0):
        tables = small_tables
        for port in ("aport", "bport"):
            tables = shut(tables, port, shock="storm", shock_share=share, cause="storm")
        items = route_of(ask(small_world, tables, "aport", "bport", options=SEA)).items
        slow[share] = simulate_items(items, draws=40_000, seed=2).time[2]
    assert slow[0.0] > slow[1.0] + 5.0


def test_a_row_that_shuts_nothing_known_is_found(small_tables: Tables) -> None:
    frame = shut(shut(small_tables, "nowhere"), "post-road", id="Bad Id")["interruptions"]
    places = {"interruptions": (("interruptions.csv", 2), ("interruptions.csv", 3))}
    given = CheckInput({"interruptions": frame}, places, is_place=lambda text: False, targets=small_tables)
    found = {finding.code: finding for finding in run_checks(given)}
    assert (found["unknown_interrupted"].row, found["unknown_interrupted"].column) == (2, "on")
    assert found["bad_interruption_id"].row == 3


def test_a_table_of_no_rows_changes_nothing(small_world: World, small_tables: Tables) -> None:
    tables = {**small_tables, "interruptions": make_table("interruptions", [])}
    assert waits(ask(small_world, tables, options=ROAD)) == []
