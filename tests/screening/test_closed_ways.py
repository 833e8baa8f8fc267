"""Listings over the invented world: what they close, and where they are shown."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from landbridge.network.closures import Reason, Restrictions, close_arcs
from landbridge.network.steps import Options
from landbridge.network.virtual import VirtualNetwork
from landbridge.schema.closings import Closing
from landbridge.sources.world import World

sys.path.insert(0, str(Path(__file__).parents[1] / "network"))
from invented_world import Result, Tables, add_rows, ask, box, make_tables, make_world

DAY = datetime.date(2026, 7, 1)
LISTING = {
    "id": "law", "jurisdiction": "XB", "bound_by": ("XB",), "act": "An act of XB", "title": "A title",
    "effect": "close_place", "territorial": True, "from": datetime.date(2026, 1, 1), "source": "invented",
    "quality": "published",
}  # fmt: skip


@pytest.fixture(scope="module")
def world() -> World:
    return make_world()


@pytest.fixture(scope="module")
def tables() -> Tables:
    return make_tables()


@pytest.fixture(scope="module")
def network(world: World, tables: Tables) -> VirtualNetwork:
    return ask(world, tables).network


def ruled(world: World, tables: Tables, *, options: Options | None = None, **row: Any) -> Result:
    return ask(world, add_rows(tables, "listings", {**LISTING, **row}), options=options)


def shown(result: Result) -> list[tuple[str, str, bool]]:
    rows = result.workspace["applied_listings"]
    return list(zip(rows["listing"], rows["effect"], rows["applies"], strict=True))


def closed_modes(network: VirtualNetwork, tables: Tables, closing: Closing) -> set[tuple[str, str]]:
    """Modes served by the operations of the arcs that a closing shuts."""
    reasons = close_arcs(network, tables, DAY, shipment=box(tables), closings=(closing,))
    arcs = np.flatnonzero((reasons == Reason.LAW) & (network.arcs.op >= 0))
    return {(step.mode, step.to_mode) for arc in arcs for step in network.operations[network.arcs.op[arc]]}


def test_a_place_is_closed_to_the_modes_of_the_measure(network: VirtualNetwork, tables: Tables) -> None:
    everything = closed_modes(network, tables, Closing("law", places=frozenset({"aport"})))
    by_rail = closed_modes(
        network, tables, Closing("law", places=frozenset({"aport"}), modes=frozenset({"rail"}))
    )
    assert ("rail", "sea") in by_rail
    assert ("road", "sea") in everything - by_rail


def test_a_closed_service_leaves_the_port(network: VirtualNetwork, tables: Tables) -> None:
    (service,) = tables["services"]["id"]
    reasons = close_arcs(
        network, tables, DAY, shipment=box(tables), closings=(Closing("law", places=frozenset({service})),)
    )
    closed = network.arcs.op[reasons == Reason.LAW]
    assert len(closed)
    assert all(any(step.service == service for step in network.operations[op]) for op in closed)


def test_a_mode_is_closed_everywhere_without_a_territory(network: VirtualNetwork, tables: Tables) -> None:
    modes = closed_modes(network, tables, Closing("law", modes=frozenset({"rail"})))
    assert modes
    assert ("road", "") not in modes


def test_a_closed_post_turns_the_goods_to_another_way(world: World, tables: Tables) -> None:
    free = ask(world, tables)
    result = ruled(world, tables, through=("XB",), places=("post-rail",), modes=("rail",))
    assert "post-rail" in set(free.items()["place_id"])
    assert "post-rail" not in set(result.items()["place_id"])
    assert shown(result) == [("law", "closed", True)]


def test_a_place_closed_to_another_mode_stays_open(world: World, tables: Tables) -> None:
    free, result = ask(world, tables), ruled(world, tables, places=("post-rail",), modes=("road",))
    assert result.chain() == free.chain()


def test_a_closing_off_the_way_acts_and_is_not_told(world: World, tables: Tables) -> None:
    far = ruled(world, tables, through=("XZ",), places=("narrows",))
    assert shown(far) == []
    assert far.workspace["rulings"]["f"].closings[0].places == {"narrows"}


def test_all_that_is_closed_is_told_where_no_way_is_left(world: World, tables: Tables) -> None:
    options = Options(by=("cost",), corridors=False, mode="sea")
    shut = ruled(world, tables, options=options, through=("XZ",), places=("aport",))
    assert shut.verdict == "unreachable"
    assert shown(shut) == [("law", "closed", True)]


def test_what_binds_others_is_shown_by_the_post_that_is_crossed(world: World, tables: Tables) -> None:
    row = {"territorial": False, "bound_by": ("XQ",), "through": ("XB",), "places": ("post-rail",)}
    result = ruled(world, tables, **row)
    assert shown(result) == [("law", "shown", False)]
    (told,) = result.workspace["applied_listings"].to_dict("records")
    crossed = result.items()[result.items()["place_id"] == "post-rail"]
    assert told["items"] == tuple(str(seq) for seq in crossed["seq"])
    assert len(told["items"])


def test_a_prohibited_flow_has_no_route_whatever_is_avoided(world: World, tables: Tables) -> None:
    for avoid in ((), ("XB",), ("post-rail", "narrows")):
        options = Options(by=("cost",), corridors=False, avoid=avoid)
        result = ruled(world, tables, options=options, effect="prohibit", through=("XB",), direction="import")
        assert result.verdict == "prohibited"
        assert result.routes.empty
        assert shown(result) == [("law", "prohibited", True)]


def test_avoiding_a_country_opens_nothing_that_the_law_closed(
    network: VirtualNetwork, tables: Tables
) -> None:
    closing = Closing("law", places=frozenset({"post-rail"}), modes=frozenset({"rail"}))
    avoided = Restrictions(avoid=frozenset({"post-rail"}), avoid_countries=frozenset({"XB"}))
    more = {"shipment": box(tables), "closings": (closing,)}
    alone = close_arcs(network, tables, DAY, **more) == Reason.LAW
    assert alone.any()
    assert (close_arcs(network, tables, DAY, **more, restrictions=avoided)[alone] == Reason.LAW).all()
