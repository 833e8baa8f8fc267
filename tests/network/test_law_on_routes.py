"""Listings on routes: what forbids leaves none, what closes takes its way alone, what binds others is shown."""

import datetime
from typing import Any

import pandas as pd
import pytest
from invented_world import DATE, Result, Tables, add_rows, ask

from landbridge.network.steps import Options
from landbridge.sources.world import World

PLASTICS = "390210"
TO_CPORT = ("alpha", "cport")


def listing(name: str = "ban", **fields: Any) -> dict[str, Any]:
    """A ban of the west on sending plastics to the east, in force since 2025, unless fields say otherwise."""
    row: dict[str, Any] = {
        "id": name,
        "jurisdiction": "XA",
        "bound_by": ("XA",),
        "act": "Act 1 of 2025",
        "article": "7",
    }
    row |= {
        "title": "No plastics to the east",
        "effect": "prohibit",
        "products": ("39",),
        "destinations": ("XB",),
    }
    row |= {
        "territorial": False,
        "from": datetime.date(2025, 1, 1),
        "source": "invented",
        "quality": "published",
    }
    return {**row, **fields}


def closed_transit(**fields: Any) -> dict[str, Any]:
    """The east lets no goods through its territory."""
    row = {
        "jurisdiction": "XB",
        "bound_by": ("territory",),
        "products": (),
        "destinations": (),
        "through": ("XB",),
    }
    return listing("transit", **{**row, "direction": "transit", "territorial": True, **fields})


def rule(
    world: World,
    tables: Tables,
    *rows: dict[str, Any],
    ends: tuple[str, str] = ("alpha", "beta"),
    bound_by: tuple[str, ...] = ("XA",),
    **more: Any,
) -> Result:
    asked = {
        "product": PLASTICS,
        "shipment": "box",
        "options": Options(by=("cost", "time"), corridors=False),
        **more,
    }
    return ask(world, add_rows(tables, "listings", *rows), *ends, bound_by=bound_by, **asked)


def applied(result: Result) -> pd.DataFrame:
    frame: pd.DataFrame = result.workspace["applied_listings"]
    return frame


def modes(result: Result) -> set[str]:
    items = result.workspace["route_items"]
    return set(items["mode"][items["kind"] == "leg"])


def test_a_ban_that_binds_the_user_leaves_no_route(small_world: World, small_tables: Tables) -> None:
    result = rule(small_world, small_tables, listing())
    assert result.verdict == "prohibited"
    for table in ("routes", "route_items", "route_terms", "route_shapes"):
        assert result.workspace[table].empty
    rows = applied(result)
    assert rows[["listing", "applies", "effect"]].values.tolist() == [["ban", True, "prohibited"]]


def test_a_ban_that_binds_others_is_shown_beside_the_same_routes(
    small_world: World, small_tables: Tables
) -> None:
    for bound_by in (("XB",), ()):
        result = rule(small_world, small_tables, listing(), bound_by=bound_by)
        free = rule(small_world, small_tables, bound_by=bound_by)
        assert result.verdict == "ok"
        pd.testing.assert_frame_equal(result.routes, free.routes)
        rows = applied(result)
        assert rows[["listing", "applies", "effect"]].values.tolist() == [["ban", False, "shown"]]
        assert "XA" in rows["meaning"].iloc[0]


def test_a_measure_of_the_united_nations_binds_everybody(small_world: World, small_tables: Tables) -> None:
    row = listing(jurisdiction="UN", bound_by=("all",))
    for bound_by in ((), ("XA",), ("XB",), ("XA", "XB")):
        assert rule(small_world, small_tables, row, bound_by=bound_by).verdict == "prohibited"


def test_the_law_of_a_bloc_binds_its_members_while_they_are(small_world: World, small_tables: Tables) -> None:
    member = {"id": "bloc-xa", "territory": "BLOC", "country": "XA", "internal_customs": "full"}
    member |= {"from": datetime.date(2026, 7, 2), "source": "invented", "quality": "measured"}
    tables = add_rows(small_tables, "territories", member)
    row = listing(bound_by=("BLOC",))
    assert rule(small_world, tables, row).verdict == "ok"
    assert rule(small_world, tables, row, date=datetime.date(2026, 7, 2)).verdict == "prohibited"
    assert rule(small_world, tables, row, date=datetime.date(2026, 7, 2), bound_by=("XB",)).verdict == "ok"


@pytest.mark.parametrize(
    ("first", "last", "verdict"),
    [
        ("2025-01-01", None, "prohibited"),
        ("2026-07-01", None, "prohibited"),
        ("2026-07-02", None, "ok"),
        ("2025-01-01", "2026-07-01", "prohibited"),
        ("2025-01-01", "2026-06-30", "ok"),
    ],
)
def test_only_what_is_in_force_acts(
    small_world: World, small_tables: Tables, first: str, last: str | None, verdict: str
) -> None:
    days = [datetime.date.fromisoformat(day) if day else None for day in (first, last)]
    assert datetime.date(2026, 7, 1) == DATE
    result = rule(small_world, small_tables, listing(**{"from": days[0], "until": days[1]}))
    assert result.verdict == verdict
    if verdict == "ok":
        assert applied(result).empty


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"products": ("3902",)}, "prohibited"),
        ({"products": ("40", "39")}, "prohibited"),
        ({"products": ()}, "prohibited"),
        ({"products": ("31",)}, "ok"),
        ({"except_products": ("3902",)}, "ok"),
        ({"except_products": ("3907",)}, "prohibited"),
        ({"origins": ("XA",)}, "prohibited"),
        ({"origins": ("XB",)}, "ok"),
        ({"destinations": ("XC",)}, "ok"),
        ({"destinations": ()}, "prohibited"),
    ],
)
def test_a_ban_is_on_the_goods_and_ends_that_it_names(
    small_world: World, small_tables: Tables, fields: dict[str, Any], verdict: str
) -> None:
    assert rule(small_world, small_tables, listing(**fields)).verdict == verdict


def test_neither_avoiding_nor_another_criterion_lifts_a_prohibition(
    small_world: World, small_tables: Tables
) -> None:
    for options in (
        Options(by=("cost",), avoid=("XB",), corridors=False),
        Options(by=("cost",), avoid=("post-road", "narrows"), corridors=False),
        Options(by=("time",), mode="sea", corridors=False),
        Options(by=("co2e",), no_gauge_change=True, corridors=False),
    ):
        assert rule(small_world, small_tables, listing(), options=options).verdict == "prohibited"


def test_a_closed_transit_takes_the_way_through_and_leaves_the_other(
    small_world: World, small_tables: Tables
) -> None:
    free = rule(small_world, small_tables, ends=TO_CPORT)
    assert "XB" in {code for codes in free.workspace["route_items"]["countries"] for code in codes}
    for bound_by in ((), ("XA",), ("XB",)):
        result = rule(small_world, small_tables, closed_transit(), ends=TO_CPORT, bound_by=bound_by)
        assert result.verdict == "ok"
        touched = {code for codes in result.workspace["route_items"]["countries"] for code in codes}
        assert touched == {"XA", "XC"}
        assert "sea" in modes(result)
        rows = applied(result)
        assert rows[["listing", "applies", "effect"]].values.tolist() == [["transit", True, "closed"]]


def test_a_closed_transit_does_not_touch_goods_that_end_there(
    small_world: World, small_tables: Tables
) -> None:
    for ends in (("alpha", "beta"), ("beta", "cport"), ("alpha", "aport")):
        free = rule(small_world, small_tables, ends=ends)
        result = rule(small_world, small_tables, closed_transit(), ends=ends)
        pd.testing.assert_frame_equal(result.routes, free.routes)


def test_where_the_only_way_is_closed_by_law_the_cut_says_so(
    small_world: World, small_tables: Tables
) -> None:
    options = Options(by=("cost",), mode="road", corridors=False)
    result = rule(small_world, small_tables, closed_transit(), ends=TO_CPORT, options=options)
    assert result.verdict == "unreachable"
    assert any("(law)" in place for place in result.cut)


def test_a_closed_transit_by_rail_leaves_the_road(small_world: World, small_tables: Tables) -> None:
    free = rule(small_world, small_tables, ends=TO_CPORT)
    assert "rail" in modes(free)
    result = rule(small_world, small_tables, closed_transit(modes=("rail",)), ends=TO_CPORT)
    items = result.workspace["route_items"]
    railed = items[(items["kind"] == "leg") & (items["mode"] == "rail")]
    assert "XB" not in {code for codes in railed["countries"] for code in codes}
    assert "road" in modes(result)


def test_a_closed_post_is_out_with_the_measure_beside_what_remains(
    small_world: World, small_tables: Tables
) -> None:
    row = listing(
        "post", effect="close_place", places=("post-rail",), products=(), destinations=(), territorial=True
    )
    result = rule(small_world, small_tables, row, bound_by=())
    assert result.verdict == "ok"
    assert "gauge_change" not in set(result.workspace["route_items"]["operation"])
    assert applied(result)[["listing", "applies", "effect"]].values.tolist() == [["post", True, "closed"]]


def test_a_closed_service_does_not_sail(small_world: World, small_tables: Tables) -> None:
    row = listing(
        "ferry", effect="close_leg", places=("ferry-ab",), products=(), destinations=(), territorial=True
    )
    free = rule(small_world, small_tables, ends=("aport", "bport"))
    assert "ferry" in modes(free)
    result = rule(small_world, small_tables, row, ends=("aport", "bport"))
    assert result.verdict == "ok"
    assert "ferry" not in modes(result)


def test_the_transit_law_of_others_is_shown_only_beside_routes_that_pass(
    small_world: World, small_tables: Tables
) -> None:
    """A ban of the south's on goods that passed the east: it binds nobody here, and touches only the way through."""
    row = closed_transit(territorial=False, jurisdiction="XC", bound_by=("XC",))
    result = rule(small_world, small_tables, row, ends=TO_CPORT, bound_by=("XA",))
    assert result.verdict == "ok"
    rows = applied(result)
    assert not rows["applies"].any()
    items = result.workspace["route_items"]
    passing = {
        route for route, group in items.groupby("route") if any("XB" in codes for codes in group["countries"])
    }
    assert set(rows["route"]) == passing
    assert passing
    assert passing != set(result.routes["route"])


def test_a_flag_forbids_nothing(small_world: World, small_tables: Tables) -> None:
    result = rule(small_world, small_tables, listing(effect="flag"))
    assert result.verdict == "ok"
    assert applied(result)[["applies", "effect"]].values.tolist() == [[True, "shown"]]


def test_goods_of_no_named_product_meet_bans_on_all_goods_alone(
    small_world: World, small_tables: Tables
) -> None:
    assert rule(small_world, small_tables, listing(products=()), product="").verdict == "prohibited"
    assert rule(small_world, small_tables, listing(), product="").verdict == "ok"
