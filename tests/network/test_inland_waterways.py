"""Inland waterways of the invented world by hand: barges on a network of their own, and draughts that shut vessels out.

A river of 100 km joins aport (XA) and cport (XC), 60 km of it in XA; a barge costs 0.05 USD/tkm and makes 10 km/h.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from invented_world import HOUR, PLACED, Tables, add_rows, ask, change_rows

from landbridge.network.closures import Reason
from landbridge.network.steps import Options
from landbridge.sources.world import World

BY_BARGE = Options(by=("cost",), mode="inland_water", corridors=False)
BY_SEA = Options(by=("cost",), mode="sea", corridors=False)
RIVER = 3


def add_river(world: World) -> World:
    """The world with a river from aport to cport, its nodes after all others."""
    first = len(world.node_lat)
    edges = {
        "tail": first, "head": first + 1, "km": 100.0, "layer": RIVER, "crossing": len(world.crossings),
        "fraction": 0.6, "passage": -1, "leg": -1, "water": -1, "electrified": -1,
    }  # fmt: skip
    grown = {
        f"edge_{name}": np.append(
            getattr(world, f"edge_{name}"), np.array(value, getattr(world, f"edge_{name}").dtype)
        )
        for name, value in edges.items()
    }
    nodes = {
        "lat": (0.0, -1.0),
        "lon": (1.0, 3.0),
        "layer": (RIVER, RIVER),
        "country": (0, 2),
        "gauge": (0, 0),
    }
    grown |= {
        f"node_{name}": np.append(
            getattr(world, f"node_{name}"), np.array(value, getattr(world, f"node_{name}").dtype)
        )
        for name, value in nodes.items()
    }
    row = {"id": "xa-xc-river", "country_a": "XA", "country_b": "XC", "mode": "inland_water"}
    crossings = pd.concat(
        [world.crossings, pd.DataFrame([{**row, "lat": -0.6, "lon": 2.2, "post": ""}])], ignore_index=True
    )
    places = world.places.copy()
    for place, node in (("aport", first), ("cport", first + 1)):
        places.loc[places["id"] == place, ["river_node", "river_km"]] = (node, 0.0)
    places["river_node"] = places["river_node"].astype(int)
    start = np.append(world.shape_start, world.shape_start[-1])
    return replace(world, **grown, crossings=crossings, places=places, shape_start=start)


def add_barges(tables: Tables) -> Tables:
    """The tables with what a barge and its handling cost."""
    carriage = {"mode": "inland_water", "means": "barge", "scope": "world", **PLACED}
    tables = add_rows(
        tables,
        "rates",
        {
            **carriage,
            "id": "barge",
            "cargo_class": "any",
            "rate": 0.05,
            "unit": "USD/tkm",
            "price_year": 2025,
        },
    )
    tables = add_rows(tables, "speeds", {**carriage, "id": "barge", "speed": 10.0})
    tables = add_rows(
        tables, "emission_factors", {**carriage, "id": "barge", "cargo_class": "any", "factor": 25.0}
    )
    steps = {"load": (4.0, 5.0), "unload": (3.0, 4.0), "border_crossing": (1.0, 2.0)}
    rows = [
        {"id": f"{name}-barge", "operation": name, "mode": "inland_water", "scope": "world", "cost": cost}
        | {
            "cost_unit": "USD/t",
            "time_min": hours,
            "time_p50": hours,
            "time_p90": hours,
            "price_year": 2025,
            **PLACED,
        }
        for name, (cost, hours) in steps.items()
    ]
    return add_rows(tables, "operations", *rows)


def test_a_barge_runs_across_a_border(small_world: World, small_tables: Tables) -> None:
    result = ask(add_river(small_world), add_barges(small_tables), "aport", "cport", options=BY_BARGE)
    assert result.chain() == [
        "load", "customs", "inland_water", "border_crossing", "customs", "inland_water", "customs", "unload",
    ]  # fmt: skip
    legs = result.items()[result.items()["kind"] == "leg"]
    assert legs["distance"].tolist() == pytest.approx([60.0, 40.0])
    assert set(legs["means"]) == {"barge"}
    assert legs["cost"].sum() == pytest.approx(0.05 * 100 + HOUR * 10.0)
    assert legs["time"].sum() == pytest.approx(10.0)
    assert result.best["co2e"] == pytest.approx(0.025 * 100)


def test_a_leg_as_shallow_as_no_barge_needs_is_closed(small_world: World, small_tables: Tables) -> None:
    world = add_river(small_world)
    world = replace(world, legs=(*world.legs, "river"))
    world.edge_leg[-1] = len(world.legs) - 1
    leg = {
        "id": "river",
        "name": "River",
        "from": "aport",
        "to": "cport",
        "mode": "inland_water",
        "distance": 100.0,
        **PLACED,
    }
    parameters = change_rows(small_tables, "parameters", "draught_barge", value=1.9)
    deep = add_rows(add_barges(parameters), "legs", {**leg, "draught": 1.9})
    shallow = add_rows(add_barges(parameters), "legs", {**leg, "draught": 1.8})
    assert ask(world, deep, "aport", "cport", options=BY_BARGE).verdict == "ok"
    closed = ask(world, shallow, "aport", "cport", options=BY_BARGE)
    assert closed.verdict == "unreachable"
    assert closed.workspace["result_findings"]["message"].str.contains(Reason.DRAUGHT.name.lower()).any()


def test_a_port_too_shallow_for_the_ship_takes_none(small_world: World, small_tables: Tables) -> None:
    tables = change_rows(small_tables, "parameters", "draught_deep_sea_container", value=7.5)
    tables = change_rows(tables, "parameters", "draught_river_sea", value=3.0)
    open_port = change_rows(tables, "places", "bport", draught=8.0)
    shut_port = change_rows(tables, "places", "bport", draught=7.0)
    means = [
        set(ask(small_world, one, "aport", "bport", options=BY_SEA).items()["means"]) - {""}
        for one in (open_port, shut_port)
    ]
    assert means == [{"deep_sea_container"}, {"river_sea"}]


def test_who_avoids_a_country_does_not_sail_its_rivers(small_world: World, small_tables: Tables) -> None:
    options = Options(by=("cost",), mode="inland_water", corridors=False, avoid=("XA",))
    result = ask(add_river(small_world), add_barges(small_tables), "aport", "cport", options=options)
    assert result.verdict == "unreachable"
