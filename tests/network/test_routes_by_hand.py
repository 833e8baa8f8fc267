"""Routes of the invented world against sums worked out by hand, operation by operation.

Prices and times stand in `invented_world.make_operations`; a container of 10 t on a lorry for 20 t costs 0.1 USD/tkm,
on a train 0.05, at sea 0.02; an hour of any kind costs 0.01 USD/t of interest, and insurance 10 USD/t.
"""

import dataclasses
import datetime

import pytest
from invented_world import HOUR, NUMBER, Result, Tables, add_rows, ask, change_rows, drop_edge, make_table

from landbridge.network.steps import Options
from landbridge.schema import InputError
from landbridge.sources.world import World

INSURANCE = 10.0
EXACT = {"rel": 1e-9}
BY_ROAD = Options(by=("cost",), mode="road", corridors=False)
BY_SEA = Options(by=("cost",), mode="sea", corridors=False)
BY_AIR = Options(by=("cost",), mode="air", corridors=False)
OPEN = {"status": "open"}


def total(charges: list[float], hours: list[float]) -> tuple[float, float]:
    """Cost and time of a route: charges, insurance and interest on the hours."""
    return sum(charges) + INSURANCE + HOUR * sum(hours), sum(hours)


def check_sums(result: Result) -> None:
    """A route is the sum of its items, and an item the sum of its terms."""
    for rank, route in enumerate(result.routes.itertuples(), 1):
        items = result.items(rank)
        for name in ("cost", "time", "co2e", "distance"):
            assert getattr(route, name) == pytest.approx(items[name].sum(), **EXACT)
        terms = result.workspace["route_terms"]
        terms = terms[terms["route"] == route.route]
        for unit, name in (("USD/t", "cost"), ("h", "time"), ("kg/t", "co2e")):
            by_item = terms[terms["unit"] == unit].groupby("seq")["value"].sum()
            found = by_item.reindex(items["seq"], fill_value=0.0).to_numpy()
            assert found == pytest.approx(items[name].to_numpy(), abs=1e-9)


def test_by_road_across_the_border(small_world: World, small_tables: Tables) -> None:
    result = ask(small_world, small_tables, options=BY_ROAD)
    # Two kilometres to the road, stretched by 1.3, then 120 km in the west and 180 in the east.
    km = 2.0 * 1.3 + 300.0
    charges = [2.0, 4.0, 0.1 * km, 3.0, 1.0, 0.5, 6.0, 2.0]
    hours = [1.0, 3.0, km / 50.0, 5.0, 2.0, 1.0, 8.0, 1.0]
    cost, time = total(charges, hours)
    assert result.chain() == [
        "load", "customs", "road", "border_crossing", "customs", "inspection", "road", "customs", "unload",
    ]  # fmt: skip
    assert result.best["cost"] == pytest.approx(cost, **EXACT)
    assert result.best["time"] == pytest.approx(time, **EXACT)
    assert result.best["distance"] == pytest.approx(km, **EXACT)
    assert result.best["co2e"] == pytest.approx(0.1 * km, **EXACT)
    assert result.best["gap"] == pytest.approx(0.0, abs=1e-9)
    legs = result.items()[result.items()["kind"] == "leg"]
    assert legs["distance"].tolist() == pytest.approx([122.6, 180.0])
    assert legs["countries"].tolist() == [("XA",), ("XB",)]
    assert legs["from"].tolist() == ["Alpha", "The road post"]
    assert legs["to"].tolist() == ["The road post", "Beta"]
    check_sums(result)


def test_by_rail_with_a_change_of_gauge(small_world: World, small_tables: Tables) -> None:
    result = ask(small_world, small_tables)
    km = 1.3 + 150.0 + 10.0 + 150.0
    charges = [1.5, 4.5, 0.05 * km, 2.0, 1.0, 4.0, 6.5, 1.5]
    hours = [4.0, 3.5, 6.0, km / 25.0, 3.0, 2.0, 12.0, 8.5, 4.0]
    cost, time = total(charges, hours)
    assert result.chain() == [
        "load", "customs", "wait", "rail", "border_crossing", "customs", "rail", "gauge_change", "rail", "customs",
        "unload",
    ]  # fmt: skip
    assert (result.best["cost"], result.best["time"]) == (
        pytest.approx(cost, **EXACT),
        pytest.approx(time, **EXACT),
    )
    legs = result.items()[result.items()["kind"] == "leg"]
    assert legs["gauge"].tolist() == [1520.0, 1520.0, 1435.0]
    assert legs["distance"].tolist() == pytest.approx([156.3, 5.0, 150.0])
    change = result.items()[result.items()["operation"] == "gauge_change"].iloc[0]
    assert change["place"] == "XB border (1520/1435 mm)"
    check_sums(result)


def test_by_sea_between_two_ports(small_world: World, small_tables: Tables) -> None:
    result = ask(small_world, small_tables, "aport", "bport", options=BY_SEA)
    # Loaded at the quay, 24 h in the yard, 36 h for the ship; the narrows' dues once, though it is two edges long.
    charges = [3.0, 0.02 * 250.0, 2.0, 3.0]
    hours = [5.0, 24.0, 36.0, 250.0 / 20.0, 3.0, 5.0, 48.0]
    # Clearance by sea has no row of its own here, so it is free.
    cost, time = total(charges, hours)
    assert (result.best["cost"], result.best["time"]) == (
        pytest.approx(cost, **EXACT),
        pytest.approx(time, **EXACT),
    )
    assert [name for name in result.chain() if name != "customs"] == [
        "load", "store", "wait", "sea", "passage", "sea", "unload", "store",
    ]  # fmt: skip
    legs = result.items()[result.items()["kind"] == "leg"]
    assert legs["distance"].tolist() == pytest.approx([100.0, 150.0])
    check_sums(result)


@pytest.mark.parametrize(("origin", "destination"), [("aport", "bport"), ("bport", "aport")])
def test_dues_of_a_passage_are_in_the_bound_both_ways(
    small_world: World, small_tables: Tables, origin: str, destination: str
) -> None:
    result = ask(small_world, small_tables, origin, destination, options=BY_SEA)
    assert result.chain().count("passage") == 1
    assert result.best["gap"] == pytest.approx(0.0, abs=1e-9)


def test_by_ferry_with_its_headway(small_world: World, small_tables: Tables) -> None:
    result = ask(small_world, small_tables, "aport", "bport")
    # 100 USD for a lorry of 20 t; a departure each day is twelve hours of waiting in the mean.
    # Clearance of what comes and goes by ferry has no row here, so it is free of charge and time.
    charges = [1.5, 5.0, 1.0]
    hours = [2.5, 12.0, 10.0, 2.0]
    cost, time = total(charges, hours)
    assert result.chain()[-3:] == ["ferry", "customs", "unload"]
    assert (result.best["cost"], result.best["time"]) == (
        pytest.approx(cost, **EXACT),
        pytest.approx(time, **EXACT),
    )
    leg = result.items()[result.items()["kind"] == "leg"].iloc[0]
    assert (leg["from"], leg["to"], leg["distance"], leg["means"]) == ("Aport", "Bport", 260.0, "ro_ro")
    assert result.best["co2e"] == pytest.approx(0.03 * 260.0)
    check_sums(result)


def test_a_ferry_of_one_direction_is_not_taken_back(small_world: World, small_tables: Tables) -> None:
    back = ask(
        small_world, small_tables, "bport", "aport", options=Options(by=("cost", "time"), corridors=False)
    )
    assert all("ferry" not in back.chain(rank) for rank in range(1, len(back.routes) + 1))
    both = change_rows(small_tables, "services", "ferry-ab", both=True)
    assert "ferry" in ask(small_world, both, "bport", "aport").chain()


def test_nobody_gets_through_a_service_without_running_it(small_world: World, small_tables: Tables) -> None:
    """From where a ferry is boarded the only way on is its run; from where it lands there is no way to board."""
    network = ask(small_world, small_tables, "aport", "bport").network
    runs = [op for op, steps in enumerate(network.operations) if steps[0].operation == "service"]
    assert runs
    arcs = network.arcs
    for op in runs:
        (run,) = (arcs.op == op).nonzero()[0]
        assert (arcs.tail == arcs.tail[run]).sum() == 1
        assert (arcs.head == arcs.head[run]).sum() == 1
        after = network.operations[arcs.op[(arcs.tail == arcs.head[run]).nonzero()[0][0]]]
        assert {step.operation for step in after} <= {"tranship", "customs", "unload"}


def test_by_air_between_the_nearest_airports(small_world: World, small_tables: Tables) -> None:
    result = ask(small_world, small_tables, options=BY_AIR)
    legs = result.items()[result.items()["kind"] == "leg"]
    flight = legs[legs["mode"] == "air"].iloc[0]
    # Three degrees of the equator of a sphere of 6371.0088 km.
    assert flight["distance"] == pytest.approx(333.585, rel=1e-4)
    assert flight["cost"] == pytest.approx(flight["distance"] * (1.0 + HOUR / 400.0), rel=1e-9)
    check_sums(result)


def test_a_planned_leg_is_closed_until_a_row_opens_it(small_world: World, small_tables: Tables) -> None:
    assert ask(small_world, small_tables, "aport", "bport", options=BY_ROAD).best[
        "distance"
    ] == pytest.approx(530.0)
    built = change_rows(small_tables, "legs", "coast-road", from_date=datetime.date(2026, 1, 1), **OPEN)
    assert ask(small_world, built, "aport", "bport", options=BY_ROAD).best["distance"] == pytest.approx(200.0)
    earlier = ask(small_world, built, "aport", "bport", options=BY_ROAD, date=datetime.date(2025, 12, 31))
    assert earlier.best["distance"] == pytest.approx(530.0)


@pytest.mark.parametrize(("months", "open_in_july"), [("4-11", True), ("11-3", False), ("", True)])
def test_a_leg_has_its_season(
    small_world: World, small_tables: Tables, months: str, open_in_july: bool
) -> None:
    tables = change_rows(small_tables, "legs", "coast-road", months=months, **OPEN)
    result = ask(small_world, tables, "aport", "bport", options=BY_ROAD)
    assert result.best["distance"] == pytest.approx(200.0 if open_in_july else 530.0)


def closed_border(mode: str, **more: object) -> dict[str, object]:
    row = {
        "id": "xa-xb",
        "country_a": "XB",
        "country_b": "XA",
        "mode": mode,
        "status": "closed",
        "reason": "a test",
    }
    return {**row, "source": "invented", "quality": "measured", **more}


def test_a_closed_border_leaves_the_other_mode(small_world: World, small_tables: Tables) -> None:
    tables = add_rows(small_tables, "borders", closed_border("rail"))
    result = ask(small_world, tables)
    assert result.verdict == "ok"
    assert "gauge_change" in ask(small_world, small_tables).chain()
    assert "gauge_change" not in result.chain()


def test_a_border_closed_to_all_leaves_the_sea(small_world: World, small_tables: Tables) -> None:
    tables = add_rows(small_tables, "borders", closed_border("any"))
    result = ask(small_world, tables)
    assert result.verdict == "ok"
    assert {"ferry", "sea"} & set(result.chain())
    assert "border_crossing" not in result.chain()


def test_what_blocks_an_unreachable_pair_is_named(small_world: World, small_tables: Tables) -> None:
    tables = add_rows(small_tables, "borders", closed_border("any"))
    result = ask(small_world, tables, options=BY_ROAD)
    assert result.verdict == "unreachable"
    assert result.cut == ("The road post (border)",)
    assert result.findings == ["unreachable"]
    assert result.routes.empty


def test_a_closed_border_opens_again_after_its_last_day(small_world: World, small_tables: Tables) -> None:
    tables = add_rows(small_tables, "borders", closed_border("any", until=datetime.date(2026, 6, 30)))
    assert ask(small_world, tables, options=BY_ROAD).verdict == "ok"
    assert ask(small_world, tables, options=BY_ROAD, date=datetime.date(2026, 6, 30)).verdict == "unreachable"


def test_a_place_without_any_way_is_said_to_have_none(small_world: World, small_tables: Tables) -> None:
    result = ask(small_world, small_tables, "alpha", "isle")
    assert (result.verdict, result.cut) == ("unreachable", ())
    assert result.findings == ["unreachable"]


def test_a_closed_post_and_a_closed_passage_are_out(small_world: World, small_tables: Tables) -> None:
    no_ferry = {**small_tables, "services": small_tables["services"].iloc[:0]}
    no_post = change_rows(no_ferry, "posts", "post-road", status="closed")
    result = ask(small_world, no_post, options=BY_ROAD)
    assert (result.verdict, result.cut) == ("unreachable", ("The road post (status)",))
    no_strait = change_rows(no_ferry, "passages", "narrows", status="closed")
    result = ask(drop_edge(small_world, "r_aport", "r_bport"), no_strait, "aport", "bport", options=BY_SEA)
    assert (result.verdict, result.cut) == ("unreachable", ("narrows (status)",))


def test_a_closed_port_handles_nothing(small_world: World, small_tables: Tables) -> None:
    tables = change_rows(small_tables, "places", "bport", status="closed")
    result = ask(small_world, tables, "aport", "beta", options=Options(by=("cost", "time"), corridors=False))
    assert result.verdict == "ok"
    for rank in range(1, len(result.routes) + 1):
        assert not {"sea", "ferry"} & set(result.chain(rank))


def test_a_port_that_does_not_handle_a_class_is_not_used_for_it(
    small_world: World, small_tables: Tables
) -> None:
    tables = change_rows(small_tables, "places", "bport", cargo_classes=("dry_bulk",))
    assert "ferry" not in ask(small_world, tables, "aport", "beta").chain()
    tables = change_rows(small_tables, "places", "bport", cargo_classes=("dry_bulk", "container"))
    assert "ferry" in ask(small_world, tables, "aport", "beta").chain()


def test_a_service_that_does_not_carry_a_class_is_not_used_for_it(
    small_world: World, small_tables: Tables
) -> None:
    tables = change_rows(small_tables, "services", "ferry-ab", cargo_classes=("roro",))
    assert "ferry" not in ask(small_world, tables, "aport", "beta").chain()


def test_a_service_of_another_season_does_not_sail(small_world: World, small_tables: Tables) -> None:
    tables = change_rows(small_tables, "services", "ferry-ab", months="11-3")
    assert "ferry" not in ask(small_world, tables, "aport", "beta").chain()
    winter = datetime.date(2026, 12, 1)
    assert "ferry" in ask(small_world, tables, "aport", "beta", date=winter).chain()


def test_an_oversize_load_needs_a_permit_in_each_country(small_world: World, small_tables: Tables) -> None:
    permits = {"oversize_cost": 600.0, "oversize_days": 2.0}
    tables = change_rows(small_tables, "countries", "XB", **permits)
    result = ask(small_world, tables, shipment="machine", options=BY_ROAD)
    items = result.items()
    permit = items[items["operation"] == "oversize_permit"]
    # 600 USD a shipment of 20 t, and two days in which 1,000 USD/t bear interest.
    assert permit["cost"].tolist() == pytest.approx([600.0 / 20.0 + 48.0 * HOUR])
    assert permit["time"].tolist() == pytest.approx([48.0])
    assert set(items["means"]) - {""} == {"low_loader"}
    both = ask(
        small_world, change_rows(tables, "countries", "XA", **permits), shipment="machine", options=BY_ROAD
    )
    assert (both.items()["operation"] == "oversize_permit").sum() == 2
    container = ask(small_world, tables, options=BY_ROAD)
    assert "oversize_permit" not in container.chain()


def test_without_a_common_transit_regime_the_goods_change_lorries(
    small_world: World, small_tables: Tables
) -> None:
    tables = {**small_tables, "transit_regimes": small_tables["transit_regimes"].iloc[:1]}
    with_tir, without = (ask(small_world, one, options=BY_ROAD) for one in (small_tables, tables))
    assert without.chain().count("tranship") == 1
    # 8 USD/t and ten hours.
    assert without.best["cost"] - with_tir.best["cost"] == pytest.approx(8.0 + 10.0 * HOUR)
    assert without.best["time"] - with_tir.best["time"] == pytest.approx(10.0)


@pytest.mark.parametrize(
    ("internal", "at_border", "cleared"),
    [
        ("none", [], 0),
        ("documents", ["border_crossing", "customs"], 2),
        ("full", ["border_crossing", "customs", "inspection"], 2),
    ],
)
def test_a_customs_territory_says_what_remains_at_its_inner_borders(
    small_world: World, small_tables: Tables, internal: str, at_border: list[str], cleared: int
) -> None:
    rows = [
        {"id": f"bloc-{code}", "territory": "BLOC", "country": code, "internal_customs": internal}
        | {"from": datetime.date(2026, 1, 1), "source": "invented", "quality": "measured"}
        for code in ("XA", "XB")
    ]
    tables = add_rows(small_tables, "territories", *rows)
    chain = ask(small_world, tables, options=BY_ROAD).chain()
    assert chain[0] == "load"
    middle = [name for name in chain if name not in ("load", "unload", "road")]
    clearances = ["customs"] * cleared
    assert middle == [*clearances[:1], *at_border, *clearances[1:]]
    before = ask(small_world, tables, options=BY_ROAD, date=datetime.date(2025, 12, 31)).chain()
    assert "inspection" in before


def test_a_lot_waits_for_its_vessel(small_world: World, small_tables: Tables) -> None:
    """3,000 t of a lot of 5,000 with 10,000 t a year: half of the 0.2 years that the other 2,000 t take."""
    rows = [
        {**row, "cargo_class": "dry_bulk", "id": f"{row['id']}-bulk"}
        for row in small_tables["operations"].to_dict("records")
    ]
    tables = {**small_tables, "operations": make_table("operations", rows)}
    result = ask(small_world, tables, "aport", "bport", shipment="bulk", tonnes=10_000.0, options=BY_SEA)
    waits = result.items()[result.items()["operation"] == "wait"]
    assert waits["time"].tolist() == pytest.approx([36.0, 0.5 * 0.2 * 8_760.0])


def test_a_fixed_charge_falls_once_a_haul_and_the_least_charge_holds(
    small_world: World, small_tables: Tables
) -> None:
    plain = ask(small_world, small_tables, options=BY_ROAD).best
    fixed = ask(
        small_world, change_rows(small_tables, "rates", "road-truck", fixed=100.0), options=BY_ROAD
    ).best
    assert fixed["cost"] - plain["cost"] == pytest.approx(5.0)
    assert fixed["gap"] == pytest.approx(0.0, abs=1e-9)
    # The haul of 302.6 km costs 30.26 USD/t, on either side of the border less than 20: no less than 25 is no news.
    small = ask(
        small_world, change_rows(small_tables, "rates", "road-truck", minimum=500.0), options=BY_ROAD
    ).best
    assert small["cost"] == pytest.approx(plain["cost"])
    large = ask(
        small_world, change_rows(small_tables, "rates", "road-truck", minimum=800.0), options=BY_ROAD
    ).best
    assert large["cost"] - plain["cost"] == pytest.approx(40.0 - 30.26)
    assert large["gap"] == pytest.approx((40.0 - 30.26) / large["cost"])


def test_a_degressive_tariff_is_charged_by_the_length_of_the_haul(
    small_world: World, small_tables: Tables
) -> None:
    tables = change_rows(small_tables, "rates", "road-truck", taper=0.5, taper_distance=100.0)
    result = ask(small_world, tables, options=BY_ROAD)
    plain = ask(small_world, small_tables, options=BY_ROAD).best
    carriage = 30.26 * (302.6 / 100.0) ** -0.5
    assert result.best["cost"] == pytest.approx(plain["cost"] - 30.26 + carriage)
    assert result.best["gap"] > 0
    check_sums(result)


def test_a_country_of_its_own_rate_is_charged_for_its_kilometres(
    small_world: World, small_tables: Tables
) -> None:
    row = small_tables["rates"].to_dict("records")[0]
    tables = add_rows(small_tables, "rates", {**row, "id": "xb", "scope": "XB", "rate": 6.0, "fixed": 40.0})
    result = ask(small_world, tables, options=BY_ROAD)
    plain = ask(small_world, small_tables, options=BY_ROAD).best
    # 180 km in the east at three times the rate; the haul starts in the west, so the east's fixed sum is not due.
    assert result.best["cost"] - plain["cost"] == pytest.approx(180.0 * 0.2)
    assert result.best["gap"] == pytest.approx(0.0, abs=1e-9)
    back = ask(small_world, tables, "beta", "alpha", options=BY_ROAD)
    assert back.best["cost"] == pytest.approx(result.best["cost"] + 2.0)
    assert back.best["gap"] == pytest.approx(0.0, abs=1e-9)


def test_a_capacity_below_the_yearly_tonnes_is_a_finding(small_world: World, small_tables: Tables) -> None:
    # 20 t a departure and one a day are 7,300 t a year.
    tables = change_rows(small_tables, "services", "ferry-ab", capacity=20.0)
    assert ask(small_world, tables, "aport", "beta", tonnes=7_000.0).findings == []
    assert ask(small_world, tables, "aport", "beta", tonnes=7_500.0).findings == ["capacity"]
    tables = change_rows(small_tables, "places", "aport", capacity=1_000.0)
    assert ask(small_world, tables, "aport", "beta", tonnes=1_001.0).findings == ["capacity"]


def test_avoiding_leaves_out_a_place_a_passage_or_a_country(small_world: World, small_tables: Tables) -> None:
    def ways(*avoid: str, end: str = "bport", mode: str = "") -> Result:
        options = Options(by=("cost", "time", "co2e"), avoid=avoid, mode=mode, corridors=False)
        return ask(small_world, small_tables, "aport", end, options=options)

    def modes(result: Result) -> set[str]:
        return {name for rank in range(1, len(result.routes) + 1) for name in result.chain(rank)}

    assert {"ferry", "sea", "road"} <= modes(ways())
    assert "passage" not in modes(ways("narrows"))
    assert modes(ways("post-road")) & {"road"} == set()
    assert ways("XB").verdict == "unreachable"
    assert ways("Eastland").verdict == "unreachable"
    inland = ways("bport", end="beta")
    assert not {"ferry", "sea"} & modes(inland)


def test_without_a_change_of_gauge_the_rest_goes_by_road(small_world: World, small_tables: Tables) -> None:
    options = Options(by=("cost",), corridors=False, no_gauge_change=True)
    result = ask(small_world, small_tables, options=options)
    assert "gauge_change" not in result.chain()
    assert result.best["cost"] >= ask(small_world, small_tables).best["cost"]


def test_the_main_carriage_is_the_mode_asked_for(small_world: World, small_tables: Tables) -> None:
    for mode in ("road", "rail", "sea"):
        options = Options(by=("cost",), mode=mode, corridors=False)
        ends = ("aport", "bport") if mode == "sea" else ("alpha", "beta")
        items = ask(small_world, small_tables, *ends, options=options).items()
        legs = items[items["kind"] == "leg"]
        assert set(legs["mode"]) == {mode}


def test_a_terminal_is_no_way_round_the_border(small_world: World, small_tables: Tables) -> None:
    """A port of the west whose nearest road lies in the east joins its railway to no road abroad."""
    places = small_world.places.copy()
    places.loc[places["id"] == "aport", "road_node"] = NUMBER["r_bport"]
    world = dataclasses.replace(small_world, places=places)
    result = ask(world, small_tables, options=Options(by=("cost", "time", "co2e"), corridors=False))
    for rank in range(1, len(result.routes) + 1):
        items = result.items(rank)
        legs = items[items["kind"] == "leg"]
        if set(legs["mode"]) <= {"road", "rail"}:
            assert "border_crossing" in result.chain(rank)
    network = result.network
    country = small_world.node_country
    land = (
        (network.arcs.tail < len(country)) & (network.arcs.head < len(country)) & (network.arcs.crossing < 0)
    )
    tail, head = country[network.arcs.tail[land]], country[network.arcs.head[land]]
    assert ((tail == head) | (tail < 0) | (head < 0)).all()


def test_lines_of_legs_run_from_end_to_end(small_world: World, small_tables: Tables) -> None:
    shapes = ask(small_world, small_tables, options=BY_ROAD).workspace["route_shapes"]
    assert shapes["line"].iloc[0].startswith("0.000,0.000;")
    assert shapes["line"].iloc[-1].endswith("3.000,0.000")


def test_a_world_without_passages_and_ferries_still_routes(small_world: World, small_tables: Tables) -> None:
    bare = dataclasses.replace(small_world, edge_passage=small_world.edge_passage * 0 - 1, passages=())
    tables = {
        **small_tables,
        "services": small_tables["services"].iloc[:0],
        "passages": small_tables["passages"].iloc[:0],
    }
    result = ask(
        bare, tables, "aport", "bport", options=Options(by=("cost", "time", "co2e"), corridors=False)
    )
    assert result.verdict == "ok"
    assert "passage" not in result.chain()


def corridor(*via: str, avoid: tuple[str, ...] = ()) -> dict[str, object]:
    row = {"id": "way", "name": "The way", "via": via, "avoid": avoid}
    return {**row, "source": "invented", "quality": "measured"}


def follow(world: World, tables: Tables, *ends: str, row: dict[str, object]) -> Result:
    options = Options(by=("cost",), corridor="way")
    return ask(world, add_rows(tables, "corridors", row), *ends, options=options)


def test_a_corridor_by_two_ports_goes_over_the_water(small_world: World, small_tables: Tables) -> None:
    """Alpha and Beta have a railway between them: two ports are passed by sailing, not by reloading there."""
    result = follow(small_world, small_tables, "alpha", "beta", row=corridor("aport", "bport"))
    assert result.verdict == "ok"
    assert {"ferry", "sea"} & set(result.chain())
    places = result.items()["place"].tolist()
    assert places.index("Aport") < places.index("Bport")
    assert result.best["corridor"] == "The way"
    assert result.best["cost"] > ask(small_world, small_tables).best["cost"]


def test_a_corridor_runs_in_the_direction_of_the_goods(small_world: World, small_tables: Tables) -> None:
    """Back from the east there is no ferry, so the same corridor is sailed the other way by ship."""
    result = follow(small_world, small_tables, "beta", "alpha", row=corridor("aport", "bport"))
    assert result.verdict == "ok"
    assert "sea" in result.chain()


def test_a_corridor_that_starts_at_its_first_port_loads_once(
    small_world: World, small_tables: Tables
) -> None:
    result = follow(small_world, small_tables, "aport", "bport", row=corridor("aport", "bport"))
    plain = ask(small_world, small_tables, "aport", "bport")
    assert result.best["cost"] == pytest.approx(plain.best["cost"])
    inland = follow(small_world, small_tables, "aport", "beta", row=corridor("aport", "post-rail"))
    assert "sea" not in inland.chain()
    assert inland.chain().count("tranship") == 0


def test_a_corridor_leaves_out_what_is_not_on_it(small_world: World, small_tables: Tables) -> None:
    row = corridor("aport", "bport", avoid=("narrows",))
    result = follow(small_world, small_tables, "alpha", "beta", row=row)
    assert "ferry" in result.chain()
    back = follow(small_world, small_tables, "beta", "alpha", row=row)
    assert back.verdict == "unreachable"


def test_a_corridor_by_a_post_crosses_there(small_world: World, small_tables: Tables) -> None:
    result = follow(small_world, small_tables, "alpha", "beta", row=corridor("post-road"))
    crossings = result.items().query("operation == 'border_crossing'")["place"].tolist()
    assert crossings == ["The road post"]


def test_places_to_pass_are_passed_in_order_and_once(small_world: World, small_tables: Tables) -> None:
    options = Options(by=("cost",), via=("aport", "bport"), corridors=False)
    result = ask(small_world, small_tables, options=options)
    assert {"ferry", "sea"} & set(result.chain())
    assert result.best["cost"] >= ask(small_world, small_tables).best["cost"]


def own_leg(**fields: object) -> dict[str, object]:
    row = {"id": "short-cut", "name": "A short cut", "from": "alpha", "to": "beta", "mode": "road"}
    return {**row, "distance": 50.0, "status": "open", "source": "invented", "quality": "measured", **fields}


def test_a_leg_of_the_study_is_driven_with_what_is_done_at_its_border(
    small_world: World, small_tables: Tables
) -> None:
    result = ask(small_world, add_rows(small_tables, "legs", own_leg()), options=BY_ROAD)
    km = 2.6 + 50.0
    charges = [2.0, 4.0, 0.1 * km, 3.0, 1.0, 0.5, 6.0, 2.0]
    hours = [1.0, 3.0, km / 50.0, 5.0, 2.0, 1.0, 8.0, 1.0]
    cost, time = total(charges, hours)
    assert result.best["cost"] == pytest.approx(cost, **EXACT)
    assert result.best["time"] == pytest.approx(time, **EXACT)
    assert result.best["distance"] == pytest.approx(km)
    check_sums(result)
    back = ask(small_world, add_rows(small_tables, "legs", own_leg()), "beta", "alpha", options=BY_ROAD)
    assert back.best["distance"] == pytest.approx(km)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "planned"},
        {"status": "closed"},
        {"from_date": datetime.date(2030, 1, 1)},
        {"months": "1-3"},
    ],
    ids=str,
)
def test_a_leg_of_the_study_has_its_status_and_season(
    small_world: World, small_tables: Tables, fields: dict[str, object]
) -> None:
    tables = add_rows(small_tables, "legs", own_leg(**fields))
    assert ask(small_world, tables, options=BY_ROAD).best["distance"] == pytest.approx(302.6)


def test_a_closed_border_closes_the_study_s_leg_too(small_world: World, small_tables: Tables) -> None:
    tables = add_rows(add_rows(small_tables, "legs", own_leg()), "borders", closed_border("road"))
    assert ask(small_world, tables, options=BY_ROAD).verdict == "unreachable"


def test_a_railway_of_the_study_does_not_join_two_gauges(small_world: World, small_tables: Tables) -> None:
    """Alpha stands on 1520 mm and Beta on 1435: a line between them still needs a change of gauge somewhere."""
    tables = add_rows(small_tables, "legs", own_leg(mode="rail"))
    with pytest.raises(InputError) as caught:
        ask(small_world, tables)
    assert "gauge" in str(caught.value)


def test_a_leg_to_nowhere_is_a_finding(small_world: World, small_tables: Tables) -> None:
    for fields in ({"to": "nowhere"}, {"mode": "sea"}, {"from": "aair", "mode": "rail"}):
        with pytest.raises(InputError) as caught:
            ask(small_world, add_rows(small_tables, "legs", own_leg(**fields)), options=BY_ROAD)
        assert caught.value.findings[0].code == "leg_to_nowhere"
