"""Arcs that a query may not use: each reason closes what it says and nothing else."""

import datetime
import itertools
from dataclasses import replace

import numpy as np
import pytest
from invented_world import DATE, NUMBER, Result, Tables, add_rows, ask, box, change_rows

from landbridge.network.closures import Reason, Restrictions, close_arcs
from landbridge.network.sphere import great_circle
from landbridge.network.virtual import VirtualNetwork
from landbridge.schema.closings import Closing
from landbridge.sources.world import World


@pytest.fixture(scope="module")
def network(small_world: World, small_tables: Tables) -> VirtualNetwork:
    result: Result = ask(small_world, small_tables)
    return result.network


def reasons_of(
    network: VirtualNetwork, tables: Tables, *, row: str = "box", date: datetime.date = DATE, **more: object
) -> np.ndarray:
    return close_arcs(network, tables, date, shipment=box(tables, row), **more)  # type: ignore[arg-type]


def arc_of(network: VirtualNetwork, tail: str, head: str) -> int:
    arcs = network.arcs
    (found,) = ((arcs.tail == NUMBER[tail]) & (arcs.head == NUMBER[head]) & (arcs.edge >= 0)).nonzero()[0]
    return int(found)


def test_by_default_only_the_planned_leg_is_closed(network: VirtualNetwork, small_tables: Tables) -> None:
    reasons = reasons_of(network, small_tables)
    coast = [arc_of(network, *ends) for ends in (("r_aport", "r_bport"), ("r_bport", "r_aport"))]
    assert sorted(reasons.nonzero()[0]) == sorted(coast)
    assert set(reasons[coast]) == {Reason.STATUS}


def test_a_closed_border_closes_its_crossings_both_ways(
    network: VirtualNetwork, small_tables: Tables
) -> None:
    row = {
        "id": "b",
        "country_a": "XB",
        "country_b": "XA",
        "mode": "road",
        "status": "closed",
        "reason": "a test",
    }
    reasons = reasons_of(network, add_rows(small_tables, "borders", row))
    for ends in (("r_alpha", "r_beta"), ("r_beta", "r_alpha")):
        assert reasons[arc_of(network, *ends)] == Reason.BORDER
    assert reasons[arc_of(network, "l1", "l2")] == Reason.OPEN
    assert reasons[arc_of(network, "r_alpha", "r_aport")] == Reason.OPEN


def test_law_closes_the_territory_by_its_modes(network: VirtualNetwork, small_tables: Tables) -> None:
    by_rail = Closing("a-law", countries=frozenset({"XB"}), modes=frozenset({"rail"}))
    reasons = reasons_of(network, small_tables, closings=(by_rail,))
    assert reasons[arc_of(network, "l3", "l_beta")] == Reason.LAW
    assert reasons[arc_of(network, "l1", "l2")] == Reason.LAW
    assert reasons[arc_of(network, "l_alpha", "l1")] == Reason.OPEN
    assert reasons[arc_of(network, "r_beta", "r_bport")] == Reason.OPEN
    everything = Closing("a-law", countries=frozenset({"XB"}))
    reasons = reasons_of(network, small_tables, closings=(everything,))
    assert reasons[arc_of(network, "r_beta", "r_bport")] == Reason.LAW
    bport = [number for number, site in enumerate(network.sites) if site.id == "bport"]
    at_port = np.isin(network.arcs.site, bport)
    assert at_port.any()
    assert (reasons[at_port] == Reason.LAW).all()


def test_law_closes_a_place_a_leg_and_a_passage(network: VirtualNetwork, small_tables: Tables) -> None:
    for places, arc in (
        ({"post-road"}, arc_of(network, "r_alpha", "r_beta")),
        ({"narrows"}, arc_of(network, "w_aport", "w1")),
    ):
        reasons = reasons_of(network, small_tables, closings=(Closing("a-law", places=frozenset(places)),))
        assert reasons[arc] == Reason.LAW
        assert reasons[arc_of(network, "r_beta", "r_bport")] == Reason.OPEN


def test_the_first_reason_found_stands_so_avoiding_never_hides_the_law(
    network: VirtualNetwork, small_tables: Tables
) -> None:
    law = (Closing("a-law", countries=frozenset({"XB"})),)
    avoided = Restrictions(avoid_countries=frozenset({"XB"}), avoid=frozenset({"bport", "post-road"}))
    alone = reasons_of(network, small_tables, closings=law)
    both = reasons_of(network, small_tables, closings=law, restrictions=avoided)
    assert (both[alone == Reason.LAW] == Reason.LAW).all()
    assert set(np.unique(both[alone == Reason.OPEN])) <= {Reason.OPEN, Reason.AVOIDED}


@pytest.mark.parametrize("table", ["places", "posts"])
def test_cargo_classes_close_the_handling_of_other_cargo(
    network: VirtualNetwork, small_tables: Tables, table: str
) -> None:
    where = {"places": "bport", "posts": "post-rail"}[table]
    tables = change_rows(small_tables, table, where, cargo_classes=("dry_bulk",))
    (at_site,) = np.isin(
        network.arcs.site, [number for number, site in enumerate(network.sites) if site.id == where]
    ).nonzero()
    assert len(at_site)
    closed = reasons_of(network, tables)[at_site]
    assert (closed[network.arcs.op[at_site] >= 0] == Reason.CARGO).all()
    assert (reasons_of(network, tables, row="bulk")[at_site] == Reason.OPEN).all()


def test_bulk_goes_by_road_as_far_as_its_price_allows(network: VirtualNetwork, small_tables: Tables) -> None:
    """The road of the isle lies thousands of km from the ports and from both ends: grain goes so far by lorry too."""
    isle = arc_of(network, "r_isle", "r_far")
    assert reasons_of(network, small_tables, row="bulk")[isle] == Reason.OPEN


def test_no_gauge_change_closes_the_joints(network: VirtualNetwork, small_tables: Tables) -> None:
    reasons = reasons_of(network, small_tables, restrictions=Restrictions(no_gauge_change=True))
    joint = (network.arcs.tail == NUMBER["l2"]) & (network.arcs.head == NUMBER["l3"])
    assert (reasons[joint] == Reason.AVOIDED).all()
    assert joint.any()
    assert reasons[arc_of(network, "l1", "l2")] == Reason.OPEN


def test_every_stricter_wish_closes_more(network: VirtualNetwork, small_tables: Tables) -> None:
    wishes = [
        Restrictions(),
        Restrictions(avoid=frozenset({"narrows"})),
        Restrictions(avoid=frozenset({"narrows", "post-rail"})),
        Restrictions(avoid=frozenset({"narrows", "post-rail"}), no_gauge_change=True),
        Restrictions(
            avoid=frozenset({"narrows", "post-rail"}), no_gauge_change=True, avoid_countries=frozenset({"XB"})
        ),
    ]
    masks = [reasons_of(network, small_tables, restrictions=wish) > 0 for wish in wishes]
    for looser, stricter in itertools.pairwise(masks):
        assert (stricter | ~looser).all()
        assert stricter.sum() > looser.sum()


def test_a_shipment_of_another_class_sees_the_same_open_world(
    network: VirtualNetwork, small_tables: Tables
) -> None:
    machine = replace(box(small_tables), cargo_class="roro")
    reasons = close_arcs(network, small_tables, DATE, shipment=machine)
    assert (reasons == reasons_of(network, small_tables)).all()


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        ((0.0, 0.0), (0.0, 90.0), 10007.557),  # a quarter of the equator of a sphere of 6371.0088 km
        ((53.9, 27.56), (35.69, 51.42), 2738.702),  # Minsk - Tehran, by the spherical law of cosines
        ((90.0, 0.0), (-90.0, 77.0), 20015.115),  # from pole to pole
    ],
)
def test_great_circles(one: tuple[float, float], other: tuple[float, float], km: float) -> None:
    found = great_circle(np.array([one[0]]), np.array([one[1]]), *other)[0]
    assert found == pytest.approx(km, rel=1e-6)
