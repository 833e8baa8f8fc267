"""Routes under every set of levers, against whole evaluations of the tables that those levers give."""

import datetime
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from invented_world import DATE, Tables, add_rows, change_rows, make_table
from variant_checks import SIMULATION, Ground, Lever, check_equal, lever

from landbridge.network.closures import Reason
from landbridge.network.locating import Locator
from landbridge.network.router import Case, make_ready
from landbridge.network.routes import Request, price_route
from landbridge.network.search import Search
from landbridge.network.shipments import choose_shipment
from landbridge.network.variant_ground import BY
from landbridge.network.variants import Asked, CellChange, make_variants
from landbridge.schema.closings import Closing
from landbridge.sources.world import World

PAIRS = (("alpha", "beta"), ("alpha", "bport"), ("aport", "bport"), ("alpha", "cport"), ("bport", "aport"))
SHIPMENTS = ("box", "bulk", "machine")
HOURS = ("time_min", "time_p50", "time_p90")
PLACED = {"source": "invented", "quality": "measured"}


def ask_for(
    world: World,
    tables: Tables,
    *,
    pairs: Sequence[tuple[str, str]] = PAIRS,
    shipments: Sequence[str] = SHIPMENTS,
    closings: tuple[Closing, ...] = (),
) -> list[Asked]:
    locate = Locator.over({**tables, "world": world}, make_ready(world, tables, DATE).around)
    return [
        Asked(
            f"{name} {origin} {destination}",
            Case(
                choose_shipment(tables["shipments"], row=name),
                closings,
                (locate(origin)[0], locate(destination)[0]),
            ),
        )
        for name in shipments
        for origin, destination in pairs
    ]


def check_all(ground: Ground) -> Any:
    """Every set of levers and every flow; returns the variants."""
    variants = ground.variants()
    variants.evaluate(ground.masks)
    for mask in ground.masks:
        whole = ground.whole(mask)
        for one in ground.asked:
            check_equal(variants.outcome(one.id, mask), whole[one.id])
    for one in ground.asked:
        reach, by_cost, by_time = (variants.reach(one.id, by=by) for by in (BY, ("cost",), ("time",)))
        assert reach == by_cost | by_time
        for mask in ground.masks:
            found = variants.outcome(one.id, mask)
            assert found is variants.outcome(one.id, mask & reach)
            assert found.cheapest is variants.outcome(one.id, mask & by_cost).cheapest
            assert found.fastest is variants.outcome(one.id, mask & by_time).fastest
    return variants


@pytest.fixture(scope="module")
def mixed(small_world: World, small_tables: Tables) -> Ground:
    """Levers on times, a headway, a planned leg, a rate, a parameter and a strait."""
    levers = [
        lever(small_tables, "operations", "border_crossing-road", **dict.fromkeys(HOURS, (0.2,))),
        lever(small_tables, "services", "ferry-ab", headway=6.0),
        lever(small_tables, "legs", "coast-road", status="open"),
        lever(small_tables, "rates", "road-truck", rate=(0.5,)),
        lever(small_tables, "parameters", "interest_rate", value=20.0),
        lever(small_tables, "passages", "narrows", status="closed"),
    ]
    pairs = (("alpha", "beta"), ("alpha", "cport"), ("bport", "aport"))
    return Ground(small_world, small_tables, levers, ask_for(small_world, small_tables, pairs=pairs))


def test_every_set_of_levers_gives_what_a_whole_evaluation_gives(mixed: Ground) -> None:
    variants = check_all(mixed)
    assert variants.tables.structure == 0
    assert len(variants.grounds) == 1
    # The ferry does not carry wide machines, and no way by rail does from the one port to the other.
    assert all(variants.reach(one.id) < len(mixed.masks) for one in mixed.asked)
    assert len({variants.reach(one.id) for one in mixed.asked}) > 3


def test_levers_that_close_and_open_posts_and_borders(small_world: World, small_tables: Tables) -> None:
    rows = {"id": "ab", "country_a": "XA", "country_b": "XB", "mode": "road", "status": "open", **PLACED}
    tables = add_rows(small_tables, "borders", rows)
    tables = change_rows(tables, "posts", "post-rail", status="closed")
    tables = change_rows(tables, "services", "ferry-ab", status="planned")
    levers = [
        lever(tables, "borders", "ab", status="closed"),
        lever(tables, "posts", "post-rail", status="open"),
        lever(tables, "posts", "post-", status="open", until=datetime.date(2020, 1, 1)),
        lever(tables, "services", "ferry-ab", status="open", headway=12.0),
        lever(tables, "places", "bport", status="closed"),
    ]
    check_all(Ground(small_world, tables, levers, ask_for(small_world, tables)))


def test_levers_that_change_the_network_get_one_of_their_own(
    small_world: World, small_tables: Tables
) -> None:
    """A leg of the study, which is drawn only when it is open; a length; and a lever on both kinds of cells."""
    leg = {"id": "own", "name": "Own", "from": "alpha", "to": "bport", "mode": "road", "distance": 150.0}
    tables = add_rows(small_tables, "legs", {**leg, "status": "planned", **PLACED})
    levers = [
        lever(tables, "legs", "own", status="open"),
        lever(tables, "rates", "road-truck", rate=(0.5,)),
        lever(tables, "services", "ferry-ab", distance=130.0, headway=6.0),
        lever(tables, "services", "ferry-ab", cost=(0.5,)),
    ]
    ground = Ground(small_world, tables, levers, ask_for(small_world, tables))
    variants = check_all(ground)
    assert variants.tables.structure == 0b101
    assert {ground for ground, *_ in variants.reached} == {0b000, 0b001, 0b100, 0b101}


def test_a_row_that_only_a_lever_brings(small_world: World, small_tables: Tables) -> None:
    """A lever may add a row for a place, as a scale does that holds for one place alone."""
    row = next(
        row for row in small_tables["operations"].to_dict("records") if row["id"] == "border_crossing-road-{}"
    )
    own = {**row, "id": "own-crossing", "scope": "post-road", **dict.fromkeys(HOURS, 0.5)}
    more = make_table("operations", [*small_tables["operations"].to_dict("records"), own])
    given = {0: small_tables, 1: {**small_tables, "operations": more}}
    asked = ask_for(small_world, small_tables, shipments=("box",))
    change = CellChange({"operations": frozenset({"own-crossing"})}, {})
    variants = make_variants(
        given.__getitem__, [change], asked=asked, world=small_world, date=DATE, simulation=SIMULATION
    )
    assert variants.tables.structure == 1
    for mask, tables in given.items():
        whole = Ground(small_world, tables, [], asked).whole(0)
        for one in asked:
            check_equal(variants.outcome(one.id, mask), whole[one.id])


def test_a_lever_that_fills_what_was_missing(small_world: World, small_tables: Tables) -> None:
    """A line whose fare is by the lorry takes no bulk until the fare is by the tonne; an electric railway's factor and
    the grid are read only once there is electricity; a time of a service stands before the speed of its means.
    """
    tables = change_rows(small_tables, "services", "ferry-ab", cost_unit="USD/TEU", time=float("nan"))
    tables = add_rows(tables, "grids", {"id": "world", "intensity": 300.0, "year": 2024, **PLACED})
    levers = [
        lever(tables, "services", "ferry-ab", cost=8.0, cost_unit="USD/t"),
        lever(tables, "emission_factors", "rail", electricity=0.04),
        lever(tables, "grids", "world", intensity=(0.1,)),
        lever(tables, "services", "ferry-ab", time=5.0, time_min=4.0, time_p90=9.0),
        lever(tables, "speeds", "ferry", speed=(2.0,)),
    ]
    variants = check_all(Ground(small_world, tables, levers, ask_for(small_world, tables)))
    grid = next(choice for choice in variants.grounds[0].priced.values()).live.moves
    assert any(choice.bits == 0b110 for choice in grid.values())


def test_taper_minimum_timetable_and_clearance(small_world: World, small_tables: Tables) -> None:
    """What is in the price of a route and not in the weights of its arcs."""
    tables = change_rows(small_tables, "rates", "road-truck", taper=0.2, taper_distance=100.0, fixed=30.0)
    tables = change_rows(tables, "services", "ferry-ab", departures=("Mon 06:00", "Thu 18:00"))
    onward = {"id": "ferry-bc", "name": "Bport-Cport", "kind": "ro_ro", "from": "bport", "to": "cport"}
    onward |= {
        "both": False,
        "distance": 50.0,
        "departures": ("Wed 12:00",),
        "cost": 5.0,
        "cost_unit": "USD/truck",
    }
    tables = add_rows(tables, "services", {**onward, "time": 2.0, "price_year": 2025, **PLACED})
    levers = [
        lever(tables, "rates", "road-truck", taper=0.4, minimum=900.0),
        lever(tables, "services", "ferry-ab", departures=("Tue 06:00",)),
        lever(tables, "operations", "customs-road-{'direction':-'import'}", cost=(3.0,)),
        lever(tables, "parameters", "doubt_shared", value=0.4),
        lever(tables, "countries", "XB", oversize_cost=500.0, oversize_days=2.0),
    ]
    variants = check_all(Ground(small_world, tables, levers, ask_for(small_world, tables)))
    assert variants.reach("box alpha beta") & 0b100


@pytest.mark.parametrize("modes", [frozenset[str](), frozenset({"rail"})])
def test_what_the_law_closes_stays_closed(
    small_world: World, small_tables: Tables, modes: frozenset[str]
) -> None:
    """The leg that a lever opens is listed: it stays closed, and so does the post that another lever makes cheap."""
    law = (Closing("list", frozenset({"coast-road", "post-rail"}), modes=modes),)
    levers = [
        lever(small_tables, "legs", "coast-road", status="open"),
        lever(small_tables, "operations", "border_crossing-rail", cost=(0.0,)),
        lever(small_tables, "operations", "border_crossing-road", cost=(0.5,)),
    ]
    asked = ask_for(small_world, small_tables, closings=law)
    ground = Ground(small_world, small_tables, levers, asked)
    variants = check_all(ground)
    network = variants.grounds[0].network
    listed = network.marked("leg").select(0)
    with variants.searching(asked[0].case, 0b111) as (search, _):
        assert (search.reasons[listed] == Reason.LAW).all() == (not modes)
    if not modes:
        assert not any(variants.reach(one.id) & 0b011 for one in asked)
        for one in asked:
            assert variants.price(one.id, 0b111, listed[:1]) is None


def test_other_paths_and_searches_under_a_mask(mixed: Ground) -> None:
    """The way of each set priced under every other one is what the whole search of that set says; closed ways have no
    price.
    """
    variants, one = mixed.variants(), mixed.asked[0]
    paths = {mask: variants.outcome(one.id, mask).cheapest for mask in mixed.masks}
    for mask in (0, 4, 21, 63):
        with variants.searching(one.case, mask) as (search, reader):
            for route in filter(None, paths.values()):
                found = variants.price(one.id, mask, route.path)
                assert (found is None) == (search.reasons[route.path] != 0).any()
                if found is not None:
                    again = price_route(search, reader, Request(one.id, *one.case.ends), route.path)
                    assert again.items == found.items
                    assert again.gap == found.gap
            network, (start, end) = search.network, one.case.ends
            best = search.best("cost", network.outlets[start.id], network.inlets[end.id])
            assert best is not None
            assert np.array_equal(best, paths[mask].path)
            check_search(mixed, mask, search)


def check_search(ground: Ground, mask: int, search: Search) -> None:
    """Every weight and reason is that of a whole evaluation."""
    stops = {stop.id: stop for one in ground.asked for stop in one.case.ends}
    ready = make_ready(ground.world, ground.tables_of(mask), DATE)
    whole = ready.router(tuple(stops.values()), simulation=SIMULATION).search(ground.asked[0].case)
    assert np.array_equal(search.reasons, whole.reasons)
    for name in ("cost", "time", "co2e", "distance", "lean"):
        assert np.array_equal(getattr(search.weights, name), getattr(whole.weights, name))


def test_the_same_on_any_number_of_threads(mixed: Ground) -> None:
    one, other = mixed.variants(), mixed.variants()
    one.evaluate(mixed.masks)
    pairs = [(flow.id, mask) for mask in mixed.masks for flow in mixed.asked]
    with ThreadPoolExecutor(max_workers=4) as pool:
        found = list(pool.map(lambda pair: other.outcome(*pair), pairs))
    for (flow, mask), outcome in zip(pairs, found, strict=True):
        again = one.outcome(flow, mask)
        check_equal(outcome, (again.cheapest, again.fastest))


def test_tables_that_no_route_is_made_of_reach_nothing(small_world: World, small_tables: Tables) -> None:
    """Nor do capacities and notes of tables that routes are made of."""
    asked = ask_for(small_world, small_tables, shipments=("box",))
    changes = [
        CellChange({"tariffs": frozenset({"a"})}, {"tariffs": frozenset({"rate"})}),
        CellChange({"places": frozenset({"aport"})}, {"places": frozenset({"capacity", "note"})}),
    ]
    variants = make_variants(
        lambda mask: small_tables, changes, asked=asked, world=small_world, date=DATE, simulation=SIMULATION
    )
    assert {variants.reach(one.id) for one in asked} == {0}


def test_a_pair_without_a_way_is_reached_by_no_lever(small_world: World, small_tables: Tables) -> None:
    asked = ask_for(small_world, small_tables, pairs=(("alpha", "isle"),), shipments=("box",))
    levers = [lever(small_tables, "rates", "road-truck", rate=(0.5,))]
    variants = check_all(Ground(small_world, small_tables, levers, asked))
    assert variants.reach(asked[0].id) == 0
    assert variants.outcome(asked[0].id, 1).cheapest is None


def test_a_way_that_only_a_lever_opens(small_world: World, small_tables: Tables) -> None:
    tables = change_rows(small_tables, "posts", "post-", status="closed")
    tables = change_rows(tables, "services", "ferry-ab", status="closed")
    tables = change_rows(tables, "passages", "narrows", status="closed")
    tables = change_rows(tables, "legs", "coast-road", status="planned")
    levers: list[Lever] = [
        lever(tables, "posts", "post-rail", status="open"),
        lever(tables, "services", "ferry-ab", status="open"),
        lever(tables, "rates", "rail", rate=(0.5,)),
    ]
    check_all(Ground(small_world, tables, levers, ask_for(small_world, tables)))
