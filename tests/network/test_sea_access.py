"""Access to the sea of the invented world, by hand, against searches of its own, and under the law."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_world import HOUR, Result, Tables, add_rows, ask, change_rows, drop_edge
from test_law_on_routes import closed_transit, listing

from landbridge.kernels.shortest_paths import grow_tree
from landbridge.network.router import Case
from landbridge.network.sea_access import (
    find_seaports,
    measure_access,
    measure_herfindahl,
    price_way,
    share_costs,
)
from landbridge.network.seaports import list_working
from landbridge.network.steps import Options
from landbridge.sources.world import World

INLAND = ("XA",)
TO_BERTH = 2.0 * 1.3  # km driven between the road and the quay


def make_inland(tables: Tables, *, factor: float = 10.0) -> Tables:
    """Westland without a coast of its own: aport takes no containers, bport and cport do."""
    general = next(row for row in tables["shipments"].to_dict("records") if row["id"] == "box")
    tables = change_rows(tables, "countries", "XA", landlocked=True, capital="Alpha")
    for port in ("bport", "cport"):
        tables = change_rows(tables, "places", port, draught=12.0)
    tables = change_rows(tables, "parameters", "sea_way_factor", value=factor)
    tables = change_rows(tables, "parameters", "sea_share_spread", value=0.1)
    return add_rows(tables, "shipments", {**general, "id": "container_general"})


def reach(world: World, tables: Tables, *, parties: tuple[str, ...] = INLAND, **more: Any) -> Result:
    return ask(world, tables, options=Options(by=("cost",), corridors=False, to_sea=parties), **more)


def access(result: Result) -> dict[str, Any]:
    (row,) = result.workspace["sea_access"].to_dict("records")
    return row


def rows(result: Result, name: str, kind: str = "") -> dict[str, dict[str, Any]]:
    frame = result.workspace[name]
    return {row["id"]: row for row in frame.to_dict("records") if kind in ("", row["kind"])}


@pytest.fixture(scope="module")
def tables(small_tables: Tables) -> Tables:
    return make_inland(small_tables)


def by_road(tables: Tables) -> Tables:
    """Neither the ferry nor the railway's post."""
    dry = {**tables, "services": tables["services"].iloc[:0]}
    return change_rows(dry, "posts", "post-rail", status="closed")


@pytest.fixture(scope="module")
def result(small_world: World, tables: Tables) -> Result:
    return reach(small_world, tables)


def test_the_cheapest_way_is_the_sum_of_its_parts(small_world: World, tables: Tables) -> None:
    """By lorry over the road post: each price from the invented tables."""
    row = access(reach(small_world, by_road(tables)))
    km = 300.0 + 110.0 + TO_BERTH
    hours = [3.0, 1.0, km / 50, 5.0, 2.0, 1.0, 6.0, 24.0, 36.0]
    paid = [4.0, 2.0, km * 2 / 20, 3.0, 1.0, 0.5, 5.0]
    insured = 0.01 * 1_000.0
    assert row["port"] == "Bport"
    assert row["time"] == pytest.approx(sum(hours))
    assert row["cost"] == pytest.approx(sum(paid) + insured + HOUR * sum(hours))
    assert row["distance"] == pytest.approx(km)


def test_a_way_ends_where_the_goods_first_go_on_board(small_world: World, tables: Tables) -> None:
    """Cport is reached by land, not from another port by sea, and the own port that takes no containers is no end."""
    ports = rows(reach(small_world, by_road(tables)), "sea_ways", "port")
    assert set(ports) == {"bport", "cport"}
    assert ports["cport"]["countries"] == ("XB", "XC")
    assert ports["cport"]["distance"] == pytest.approx(400.0 + TO_BERTH)
    assert ports["cport"]["posts"] == ("The road post", "XB-XC border")


def test_the_tree_of_the_network_knows_the_same_costs(result: Result, tables: Tables) -> None:
    """A search of its own over all arcs, with every way afloat closed, comes to the same ports at the same weight."""
    router = result.workspace["router"]
    question = result.workspace["sea_questions"]["XA"]
    case = Case(question.shipment, (), (question.capital, question.capital))
    shore, search, reader = find_seaports(router, case), router.search(case), router.reader(question.shipment)
    found = measure_access(router, case)
    weight = search.weight("cost").copy()
    ashore = weight.copy()
    ashore[shore.afloat] = np.inf
    arcs, outlet = shore.network.arcs, shore.network.outlets["alpha"]
    tree = grow_tree(shore.network.forward, ashore, sources=np.array([outlet]))
    for way in found.ports:
        mine = shore.boards[shore.port_at(shore.boards) == way.seaport]
        least = (tree.distance[arcs.tail[mine]] + weight[mine]).min()
        assert weight[way.path].sum() == pytest.approx(least)
        assert price_way(search, reader, shore, question.capital, way.path).cost == way.cost


def test_what_is_lost_is_what_a_study_without_it_says(small_world: World, tables: Tables) -> None:
    """Each loss against a study that has closed the same place, or the whole border, for good."""
    dry = {**tables, "services": tables["services"].iloc[:0]}
    before = reach(small_world, dry)
    losses = rows(before, "sea_losses")
    assert list(losses) == ["XB", "post-rail", "bport"]
    shut = {
        "post-rail": change_rows(dry, "posts", "post-rail", status="closed"),
        "bport": change_rows(dry, "places", "bport", status="closed"),
    }
    for place, changed in shut.items():
        after = access(reach(small_world, changed))
        assert losses[place]["cost_loss"] == pytest.approx(after["cost"] - access(before)["cost"])
        assert losses[place]["time_loss"] == pytest.approx(after["time"] - access(before)["time"])
        assert losses[place]["port"] == after["port"]
        assert not losses[place]["cut"]


def test_without_its_only_neighbour_nothing_remains(result: Result) -> None:
    row, losses = access(result), rows(result, "sea_losses")
    assert losses["XB"]["cut"]
    assert math.isnan(losses["XB"]["cost_loss"])
    assert (row["worst_id"], row["worst_cut"]) == ("XB", True)
    assert math.isnan(row["worst_loss"])
    assert math.isnan(row["cost_other_neighbour"])
    assert (row["herfindahl"], row["main_neighbour"], row["main_share"]) == (1.0, "XB", 1.0)


def test_losses_beyond_the_bound_are_found_as_well(small_world: World, small_tables: Tables) -> None:
    """A graph of the cheapest way alone holds no other, yet the losses are those of the wide one."""
    narrow = reach(small_world, make_inland(small_tables, factor=1.0))
    wide = reach(small_world, make_inland(small_tables))
    assert set(rows(narrow, "sea_ways", "port")) == {"bport"}
    for place, loss in rows(wide, "sea_losses").items():
        other = rows(narrow, "sea_losses")[place]
        assert other["cost_loss"] == pytest.approx(loss["cost_loss"], nan_ok=True)
        assert other["cut"] == loss["cut"]


def test_independent_ways_share_neither_post_nor_port(small_world: World, tables: Tables) -> None:
    """Road, rail and ferry lead into Eastland; from there one post leads to Cport, and Bport is one port."""
    row = access(reach(small_world, tables))
    assert (row["ways_by_posts"], row["ways_by_countries"]) == (2, 1)
    lone = drop_edge(small_world, "r_beta", "r_cport")
    assert access(reach(lone, tables))["ways_by_posts"] == 1


def test_the_measures_need_no_table(result: Result) -> None:
    router, question = result.workspace["router"], result.workspace["sea_questions"]["XA"]
    case = Case(question.shipment, (), (question.capital, question.capital))
    figures = measure_access(router, case, shore=find_seaports(router, case)).figures
    row = access(result)
    assert figures.cost == row["cost"]
    assert figures.cost_other_port == row["cost_other_port"]
    assert figures.cost_other_neighbour == figures.worst_loss == math.inf
    assert figures.herfindahl == 1.0


def test_who_has_a_coast_has_no_row(small_world: World, tables: Tables) -> None:
    result = reach(small_world, tables, parties=("XB", "XC"))
    for name in ("sea_access", "sea_ways", "sea_losses"):
        assert result.workspace[name].empty


def test_without_any_way_nothing_is_measured(small_world: World, tables: Tables) -> None:
    closed = change_rows(
        change_rows(tables, "places", "bport", status="closed"), "places", "cport", status="closed"
    )
    result = reach(small_world, closed)
    row = access(result)
    assert row["status"] == "no_way"
    assert math.isnan(row["cost"])
    assert (row["ways_by_posts"], row["worst_kind"]) == (0, "")
    assert result.workspace["sea_losses"].empty


@pytest.mark.parametrize("binds", [True, False])
def test_a_port_that_the_law_closes_is_no_way_and_has_no_value(
    small_world: World, tables: Tables, binds: bool
) -> None:
    closed = listing(
        "no-bport",
        effect="close_place",
        places=("bport",),
        bound_by=("XA",),
        origins=(),
        destinations=(),
        products=(),
    )
    ruled = add_rows(tables, "listings", closed)
    result = reach(small_world, ruled, bound_by=("XA",) if binds else ())
    ports = rows(result, "sea_ways", "port")
    assert (ports["bport"]["status"], ports["bport"]["closed_by"]) == (
        ("closed", "no-bport") if binds else ("open", "")
    )
    if binds:
        assert math.isnan(ports["bport"]["cost"])
        assert access(result)["port"] == "Cport"
        assert "bport" not in rows(result, "sea_losses")


def test_a_country_that_the_law_closes_to_transit_is_shown_with_its_listing(
    small_world: World, tables: Tables
) -> None:
    ruled = add_rows(
        tables, "listings", closed_transit(products=(), through=("XB",), origins=(), destinations=())
    )
    result = reach(small_world, ruled, bound_by=("XA",))
    assert access(result)["status"] == "no_way"
    (beside,) = rows(result, "sea_ways", "neighbour").values()
    assert (beside["id"], beside["status"]) == ("XB", "closed")
    assert beside["closed_by"]


def test_goods_that_the_law_forbids_are_not_measured(small_world: World, tables: Tables) -> None:
    ban = listing("ban", bound_by=("XA",), origins=("XA",), destinations=(), products=())
    result = reach(small_world, add_rows(tables, "listings", ban), bound_by=("XA",))
    row = access(result)
    assert (row["status"], row["forbidden_by"]) == ("prohibited", ("ban",))
    assert result.workspace["sea_ways"].empty
    assert result.workspace["sea_losses"].empty


def test_ports_without_classes_or_draught_are_no_seaports(tables: Tables) -> None:
    assert list_working(tables["places"], "container") == {"bport", "cport"}


@given(st.lists(st.floats(0.0, 1e6), min_size=1, max_size=8))
def test_the_index_lies_between_equal_shares_and_one(costs: list[float]) -> None:
    """Herfindahl's bounds: 1/n for n of equal share, 1 for one that has all."""
    shares = share_costs({str(place): cost for place, cost in enumerate(costs)}, 0.1)
    assert sum(shares.values()) == pytest.approx(1.0)
    assert 1 / len(costs) - 1e-9 <= measure_herfindahl(shares.values()) <= 1.0 + 1e-9
    order = sorted(shares, key=lambda name: costs[int(name)])
    assert all(shares[one] >= shares[other] for one, other in itertools.pairwise(order))


@pytest.mark.parametrize("dearer", [0.0, 0.05, 0.1, 0.3])
def test_the_index_of_two_neighbours_has_a_closed_form(dearer: float) -> None:
    """With p = 1 / (1 + exp(-x)) the index is (1 + tanh(x / 2)^2) / 2, x the difference over the spread."""
    shares = share_costs({"one": 100.0, "other": 100.0 * (1.0 + dearer)}, 0.1)
    expected = (1.0 + math.tanh(dearer / 0.1 / 2.0) ** 2) / 2.0
    assert measure_herfindahl(shares.values()) == pytest.approx(expected)
