"""Where a way is cut, by the borders of customs and by the terms of sale, on ways written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.kernels.item_draws import ItemDraws
from landbridge.landed_cost.consignment_way import Passage
from landbridge.landed_cost.way import Way, cut_at_borders, cut_by_terms, list_passages, read_way

WEST, EAST = frozenset({"XA", "XB"}), frozenset({"YA"})
Items = list[dict[str, Any]]


def leg(mode: str, countries: str, km: float = 100.0, paid: float = 10.0) -> dict[str, Any]:
    return {
        "kind": "leg",
        "mode": mode,
        "operation": "",
        "countries": countries.split(),
        "distance": km,
        "paid": paid,
    }


def work(operation: str, country: str, mode: str = "road", paid: float = 1.0) -> dict[str, Any]:
    row = {"kind": "operation", "mode": mode, "operation": operation, "countries": country.split()}
    return {**row, "distance": 0.0, "paid": paid}


def number(items: Sequence[dict[str, Any]]) -> Items:
    common = {"route": "r", "from": "", "to": "", "place": "p", "quality": "published"}
    return [{**common, "seq": seq, **row} for seq, row in enumerate(items, 1)]


# By lorry to a port of XB, by ship past no country, by rail from the port of YA over land.
SEA = number(
    [
        work("load", "XA"),
        work("customs", "XA"),
        leg("road", "XA XB", paid=20.0),
        work("unload", "XB"),
        work("load", "XB", "sea", paid=3.0),
        leg("sea", "", km=900.0, paid=70.0),
        leg("sea", "YA", km=50.0, paid=5.0),
        work("unload", "YA", "sea", paid=4.0),
        work("load", "YA", "rail"),
        leg("rail", "YA", km=400.0, paid=30.0),
        work("customs", "YA"),
        work("unload", "YA", paid=2.0),
    ]
)
SEA_STAGES = [
    "loading_origin",
    "export_clearance",
    "pre_carriage",
    "origin_terminal",
    "main_loading",
    "main_carriage",
    "main_carriage",
    "destination_terminal",
    "destination_terminal",
    "on_carriage",
    "import_clearance",
    "unloading",
]
# By rail through a third country, a leg over each border.
LAND = number(
    [
        work("load", "XA", "rail"),
        leg("rail", "XA", km=300.0),
        leg("rail", "XA ZA", km=20.0),
        work("border_crossing", "XA ZA", "rail"),
        leg("rail", "ZA", km=500.0),
        work("tranship", "ZA", "rail"),
        leg("rail", "ZA YA", km=10.0),
        work("customs", "YA"),
        leg("rail", "YA", km=100.0),
        work("unload", "YA", "rail"),
    ]
)
EXPORT, MAIN, INLAND = "export", "main", "inland"


def test_a_way_by_sea_is_cut_at_the_ports() -> None:
    assert cut_at_borders(SEA, (WEST, EAST)) == [*[EXPORT] * 5, MAIN, *[INLAND] * 6]
    assert cut_by_terms(SEA) == (SEA_STAGES, True)


def test_a_way_over_land_is_cut_where_legs_leave_and_enter() -> None:
    sides = cut_at_borders(LAND, (WEST, EAST))
    assert sides == [*[EXPORT] * 2, *[MAIN] * 5, *[INLAND] * 3]
    stages, water = cut_by_terms(LAND)
    assert (stages[0], stages[1:9], stages[9]) == ("loading_origin", ["main_carriage"] * 8, "unloading")
    assert water is False


def test_a_leg_over_the_border_is_neither_of_one_side_nor_of_the_other() -> None:
    items = number([leg("road", "XA"), leg("road", "XA YA", paid=40.0), leg("road", "YA")])
    assert cut_at_borders(items, (WEST, EAST)) == [EXPORT, MAIN, INLAND]


def test_inside_one_union_everything_is_inland() -> None:
    items = number([work("load", "XA"), leg("road", "XA XB"), work("unload", "XB")])
    assert cut_at_borders(items, (WEST, WEST)) == [INLAND] * 3


def test_a_way_that_comes_back_into_its_union_leaves_it_where_it_leaves_for_the_first_time() -> None:
    items = number(
        [leg("road", "XA"), leg("road", "ZA"), leg("road", "XB"), leg("road", "ZA"), leg("road", "YA")]
    )
    assert cut_at_borders(items, (WEST, EAST)) == [EXPORT, MAIN, MAIN, MAIN, INLAND]
    through = number([leg("road", "XA"), leg("road", "ZA"), leg("road", "XB")])
    assert cut_at_borders(through, (WEST, WEST)) == [EXPORT, MAIN, INLAND]


def test_the_main_carriage_over_land_is_the_mode_that_goes_farthest() -> None:
    items = number(
        [
            work("load", "XA"),
            leg("road", "XA", km=50.0),
            work("tranship", "XA"),
            leg("rail", "XA YA", km=900.0),
            work("tranship", "YA"),
            leg("road", "YA", km=80.0),
            work("unload", "YA"),
        ]
    )
    stages, water = cut_by_terms(items)
    assert stages == [
        "loading_origin",
        "pre_carriage",
        "origin_terminal",
        "main_carriage",
        "destination_terminal",
        "on_carriage",
        "unloading",
    ]
    assert water is False


def test_several_ships_are_one_main_carriage() -> None:
    items = number([leg("sea", ""), work("tranship", "ZA", "sea"), leg("road", "ZA"), leg("sea", "YA")])
    assert cut_by_terms(items) == (["main_carriage"] * 4, True)


def test_a_way_without_a_leg_has_no_main_carriage() -> None:
    items = number([work("load", "XA"), work("customs", "XA"), work("unload", "XA")])
    stages, water = cut_by_terms(items)
    assert stages == ["loading_origin", "export_clearance", "unloading"]
    assert water is False


def read(items: Items, *, draws: int = 400, seed: int = 3, hours: float = 48.0) -> Way:
    rng = np.random.default_rng(seed)
    means = np.array([row["paid"] for row in items])
    cost = means[:, None] * rng.lognormal(0.1, 0.5, (len(items), draws))
    drawn = ItemDraws(cost, rng.lognormal(3.0, 0.3, draws))
    route = {"route": "r", "corridor": "c", "label": "by hand", "time": hours}
    return read_way(route, items, drawn, unions=(WEST, EAST), year=2025)


@pytest.mark.parametrize("items", [SEA, LAND])
def test_means_of_the_parts_and_of_the_time_are_those_of_the_items(items: Items) -> None:
    way = read(items)
    total = sum(row["paid"] for row in items)
    assert sum(float(part.cost.mean()) for part in way.parts) == pytest.approx(total, rel=1e-12)
    assert float(way.hours.mean()) == pytest.approx(48.0, rel=1e-12)
    for side, stretch in (("export", EXPORT), ("main", MAIN), ("inland", INLAND)):
        mine = [
            row["paid"]
            for row, of in zip(items, cut_at_borders(items, (WEST, EAST)), strict=True)
            if of == stretch
        ]
        assert sum(float(part.cost.mean()) for part in way.parts if part.side == side) == pytest.approx(
            sum(mine), rel=1e-12
        )
    named = [name for part in way.parts for name in part.inputs]
    assert sorted(named) == sorted(f"route_items#r/{row['seq']}" for row in items)


@given(
    st.lists(
        st.sampled_from(["XA", "XB", "ZA", "YA", "XA ZA", "ZA YA", "XA YA", ""]), min_size=1, max_size=12
    )
)
def test_the_sides_of_any_way_come_in_their_order(countries: list[str]) -> None:
    sides = cut_at_borders(number([leg("road", one) for one in countries]), (WEST, EAST))
    assert sides == sorted(sides, key=[EXPORT, MAIN, INLAND].index)
    for side, one in zip(sides, countries, strict=True):
        assert side != EXPORT or (one and set(one.split()) <= WEST)
        assert side != INLAND or (one and set(one.split()) <= EAST)


@given(
    st.lists(st.sampled_from(["road", "rail", "sea", "load", "unload", "customs", "tranship"]), max_size=12)
)
def test_the_stages_of_any_way_come_in_the_order_of_the_terms(kinds: list[str]) -> None:
    modes = ("road", "rail", "sea")
    items = number([leg(kind, "ZA") if kind in modes else work(kind, "ZA") for kind in kinds])
    stages, _ = cut_by_terms(items)
    assert len(stages) == len(items)
    main = [place for place, stage in enumerate(stages) if stage == "main_carriage"]
    before = {"loading_origin", "export_clearance", "pre_carriage", "origin_terminal", "main_loading"}
    for place, stage in enumerate(stages):
        if main:
            assert (stage in before) is (place < main[0]), (stages, kinds)
            assert place > main[-1] or place < main[0] or stage == "main_carriage"


def test_the_mode_of_entry_is_that_of_the_last_leg_before_it() -> None:
    assert (read(SEA).entry, read(SEA).water) == ("sea", True)
    assert (read(LAND).entry, read(LAND).water) == ("rail", False)
    by_ferry = number([leg("road", "XA"), leg("ferry", "XA YA"), leg("road", "YA")])
    assert read(by_ferry).entry == "sea"


def test_passages_tell_what_is_done_in_each_country() -> None:
    stored = [*LAND[:5], *number([work("store", "ZA")]), *LAND[6:]]
    assert list_passages(LAND) == (
        Passage("XA", handled=True),
        Passage("ZA", handled=True),
        Passage("YA", handled=True),
    )
    assert list_passages(stored)[1] == Passage("ZA", handled=False, stored=True)
