"""Traction of the shipped rails: an electric corridor, and marked lengths against the published ones."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from landbridge.network.steps import Options
from landbridge.schema.rows import read_rows
from landbridge.sources import World, open_world, read_shipped_tables


@pytest.fixture(scope="module")
def world() -> World:
    return open_world()


@pytest.fixture(scope="module")
def minsk_moscow(route_flows: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    flow = {"id": "f", "origin": "Minsk", "destination": "Moscow", "shipment": "container_food"}
    return route_flows([flow], Options(by=("co2e",), corridors=False))


def test_minsk_moscow_runs_on_wires(minsk_moscow: dict[str, Any]) -> None:
    items = minsk_moscow["route_items"]
    legs = items[items["mode"].eq("rail") & items["kind"].eq("leg")]
    assert legs["electric_km"].sum() > 0.95 * legs["distance"].sum()
    assert (legs["electric_km"] + legs["diesel_km"] <= legs["distance"] + 1e-6).all()
    terms = minsk_moscow["route_terms"]
    formulas = " ".join(terms.loc[terms["term"].str.startswith("co2e"), "formula"])
    assert "g/kWh" in formulas
    assert "km electric" in formulas


def test_the_search_sums_what_the_route_emits(minsk_moscow: dict[str, Any]) -> None:
    (search,) = minsk_moscow["router"].searches.values()
    for route in minsk_moscow["answers"]["f"].routes:
        assert search.weights.co2e[route.path].sum() == pytest.approx(route.co2e, rel=1e-9)


def test_only_rails_have_a_traction(world: World) -> None:
    assert (world.edge_electrified[world.edge_layer != 1] == -1).all()
    assert set(np.unique(world.edge_electrified).tolist()) == {-1, 0, 1}


def sum_electric(world: World) -> pd.Series:
    """Kilometres of marked lines by country."""
    edges = np.flatnonzero(world.edge_electrified == 1)
    country = world.node_country[world.edge_tail[edges]]
    km = np.bincount(country, world.edge_km[edges], minlength=len(world.countries))
    return pd.Series(km, index=world.countries)


def test_marked_lengths_agree_with_published_ones_where_all_lines_are_given(world: World) -> None:
    """Tolerances 40 % and 150 km: freight leaves commuter lines out, the packaged rails count second tracks that lie
    apart, and the years differ. Where freight does not use the wires (diesel rows) nothing is marked.
    """
    marked = sum_electric(world)
    missed = []
    for row in read_rows(read_shipped_tables()["electrified_shares"]):
        used = row["complete"] and marked.get(row["id"], 0.0) > 0
        if used and not abs(marked[row["id"]] - row["electrified_km"]) < max(
            150.0, 0.4 * row["electrified_km"]
        ):
            missed.append((row["id"], round(marked[row["id"]]), row["electrified_km"]))
    assert not missed


def test_no_country_has_more_wires_than_published(world: World) -> None:
    """A fifth and 100 km more are second tracks, and years between the figures; countries of which nearly all lines
    are electrified are marked whole, with lines out of use.
    """
    marked = sum_electric(world)
    rows = read_rows(read_shipped_tables()["electrified_shares"])
    over = {
        row["id"]: (round(marked[row["id"]]), row["electrified_km"])
        for row in rows
        if row["share"] < 0.95 and marked.get(row["id"], 0.0) > 1.2 * row["electrified_km"] + 100.0
    }
    assert not over
