"""A place that a study's legs join stands where it was drawn; the way to the world's network is driven on."""

import pandas as pd
import pytest
from invented_world import Tables, add_rows, ask

from landbridge.network.steps import Options
from landbridge.sources.world import World

BY_ROAD = Options(by=("cost",), mode="road", corridors=False)
PLACED = {"source": "invented", "quality": "measured"}


def own(
    tables: Tables, places: dict[str, tuple[float, float, str]], legs: dict[tuple[str, str], float]
) -> Tables:
    """The tables with places (lat, lon, kind) and roads of a study."""
    rows = [
        {
            "id": name,
            "name": name,
            "kind": kind,
            "country": "XA",
            "lat": lat,
            "lon": lon,
            "rail": False,
            **PLACED,
        }
        for name, (lat, lon, kind) in places.items()
    ]
    tables = add_rows(tables, "places", *rows)
    roads = [
        {"id": f"{a}-{b}", "name": "road", "from": a, "to": b, "mode": "road", "distance": km, **PLACED}
        for (a, b), km in legs.items()
    ]
    return add_rows(tables, "legs", *roads)


def test_a_place_out_of_reach_of_the_world_is_reached_by_its_leg(
    small_world: World, small_tables: Tables
) -> None:
    """Alpha lies 2 km from its road, driven as 2.6; the mine lies 111 km from any road."""
    tables = own(small_tables, {"mine": (1.0, 0.0, "terminal")}, {("alpha", "mine"): 130.0})
    result = ask(small_world, tables, destination="mine", options=BY_ROAD)
    assert result.best["distance"] == pytest.approx(132.6)
    assert ask(small_world, tables, "mine", "alpha", options=BY_ROAD).best["distance"] == pytest.approx(132.6)


def test_legs_meet_at_a_junction_at_their_own_lengths(small_world: World, small_tables: Tables) -> None:
    """The fork lies 11 km north of Alpha's road node: a way through it does not touch that node."""
    places = {
        "fork": (0.1, 0.0, "junction"),
        "mine": (1.0, 0.0, "terminal"),
        "quarry": (1.0, 0.5, "terminal"),
    }
    tables = own(small_tables, places, {("mine", "fork"): 110.0, ("fork", "quarry"): 120.0})
    assert ask(small_world, tables, "mine", "quarry", options=BY_ROAD).best["distance"] == pytest.approx(
        230.0
    )


def test_the_way_to_the_world_s_road_is_driven(small_world: World, small_tables: Tables) -> None:
    """From the fork to Alpha's node it is 11.12 km as the crow flies, driven as 1.3 times that; then 2.6 to Alpha."""
    places = {"fork": (0.1, 0.0, "junction"), "mine": (1.0, 0.0, "terminal")}
    tables = own(small_tables, places, {("mine", "fork"): 110.0})
    found = ask(small_world, tables, "mine", "alpha", options=BY_ROAD)
    assert found.best["distance"] == pytest.approx(110.0 + 1.3 * 11.12 + 2.6, abs=0.02)


def test_nothing_is_handled_at_a_junction(small_world: World, small_tables: Tables) -> None:
    """A terminal near Alpha's road and railway joins the two, a junction does not."""

    def joints(kind: str) -> int:
        tables = own(small_tables, {"spot": (0.02, 0.0, kind)}, {("spot", "alpha"): 3.0})
        tables["places"] = tables["places"].assign(
            rail=pd.array([None] * len(tables["places"]), dtype="boolean")
        )
        network = ask(small_world, tables, options=BY_ROAD).network
        handled = {"tranship"}
        return sum(
            network.sites[site].id == "spot"
            and any(step.operation in handled for step in network.operations[operation])
            for site, operation in zip(network.arcs.site, network.arcs.op, strict=True)
            if operation >= 0
        )

    assert joints("terminal") > 0
    assert joints("junction") == 0
