"""Emissions of railways by traction: the closed form of each, and what the search adds up against the route's sum."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from invented_world import EDGES, PLACED, Result, Tables, add_rows, ask, box, make_table

from landbridge.network.pricing import PriceBook, find_emission
from landbridge.network.steps import Options
from landbridge.network.virtual import AIR, RAIL, Codes
from landbridge.sources.world import World

BY_CARBON = Options(by=("co2e",), corridors=False)
EXACT = {"rel": 1e-9}
# The track of the invented world: alpha to l1 has wires, l3 to beta has none, the border between is unknown.
TRACTION = {("l_alpha", "l1"): 1, ("l3", "l_beta"): 0}


@pytest.fixture
def wired_world(small_world: World) -> World:
    marks = [TRACTION.get((tail, head), -1) for tail, head, *_ in EDGES]
    return replace(small_world, edge_electrified=np.array(marks, np.int8))


@pytest.fixture
def traction_tables(small_tables: Tables) -> Tables:
    factors = small_tables["emission_factors"]
    carriage = {"mode": "rail", "means": "", "cargo_class": "any", "scope": "world", **PLACED}
    rows = [
        {**carriage, "id": "diesel", "traction": "diesel", "factor": 30.0},
        {**carriage, "id": "electric", "traction": "electric", "factor": 0.0, "electricity": 0.02},
    ]
    others = {**small_tables, "emission_factors": factors[factors["mode"] != "rail"]}
    shares = [
        {"id": "XA", "share": 0.25, "freight_share": 0.6, **PLACED},
        {"id": "XB", "share": 0.5, **PLACED, "quality": "estimated"},
    ]
    grids = [{"id": "XA", "intensity": 500.0, "year": 2023, **PLACED}]
    grids += [{"id": "world", "intensity": 100.0, "year": 2023, **PLACED}]
    return {
        **add_rows(others, "emission_factors", *rows),
        "electrified_shares": make_table("electrified_shares", shares),
        "grids": make_table("grids", grids),
    }


def emission_terms(result: Result) -> list[dict[str, Any]]:
    terms = result.workspace["route_terms"]
    return terms[terms["term"] == "co2e"].to_dict("records")


def test_a_route_emits_by_the_traction_of_each_line(wired_world: World, traction_tables: Tables) -> None:
    result = ask(wired_world, traction_tables, options=BY_CARBON)
    # Grams a tkm. West: 0.02 x 500 = 10 electric, 0.6 x 10 + 0.4 x 30 = 18 where unknown. East has no grid of its own:
    # 0.02 x 100 = 2 electric, 0.5 x 2 + 0.5 x 30 = 16 where unknown.
    grams = 18.0 * 1.3 + 10.0 * 150.0 + 18.0 * 5.0 + 16.0 * 5.0 + 30.0 * 150.0
    assert result.best["co2e"] == pytest.approx(grams / 1000.0, **EXACT)
    legs = result.items()[result.items()["kind"] == "leg"]
    assert legs["electric_km"].tolist() == pytest.approx([150.0, 0.0, 0.0])
    assert legs["diesel_km"].tolist() == pytest.approx([0.0, 0.0, 150.0])
    west, border, east = emission_terms(result)
    assert "0.02 kWh/tkm x 500 g/kWh x 150 km electric" in west["formula"]
    assert "(0.6 x 0.02 kWh/tkm x 500 g/kWh + 0.4 x 30 g/tkm) x 6 km of unknown traction" in west["formula"]
    assert {"grids#XA", "electrified_shares#XA", "emission_factors#diesel"} <= set(west["inputs"])
    assert border["quality"] == "estimated"
    assert east["formula"] == "30 g/tkm x 150 km diesel (XB)"


def test_what_the_search_adds_up_is_the_emission_of_the_route(
    wired_world: World, traction_tables: Tables
) -> None:
    result = ask(wired_world, traction_tables, options=BY_CARBON)
    (route,) = result.workspace["answers"]["f"].routes
    assert result.search.weights.co2e[route.path].sum() == pytest.approx(route.co2e, **EXACT)


@pytest.mark.parametrize(("share", "grams"), [(0.0, 30.0), (0.25, 25.0), (1.0, 10.0)])
def test_the_blend_of_unknown_traction(traction_tables: Tables, share: float, grams: float) -> None:
    shares = make_table("electrified_shares", [{"id": "XA", "share": share, **PLACED}])
    book = PriceBook.build({**traction_tables, "electrified_shares": shares}, spreads={})
    wanted = {"mode": "rail", "means": "wagon", "cargo_class": box(traction_tables).cargo_class}
    found = find_emission(book, wanted, scopes=("XA", "west", "world"), traction="")
    assert found is not None
    assert found.grams == pytest.approx(grams, **EXACT)
    assert "electrified_shares#XA" in found.inputs


def test_without_a_share_unknown_traction_has_no_emission(traction_tables: Tables) -> None:
    book = PriceBook.build(traction_tables, spreads={})
    wanted = {"mode": "rail", "means": "wagon", "cargo_class": "container"}
    assert find_emission(book, wanted, scopes=("XC", "south", "world"), traction="") is None
    assert find_emission(book, wanted, scopes=("XC", "south", "world"), traction="diesel") is not None


def test_a_row_of_the_region_for_any_traction_beats_those_of_the_world(traction_tables: Tables) -> None:
    mean = {"id": "mean", "mode": "rail", "means": "wagon", "scope": "west", "factor": 17.8, **PLACED}
    book = PriceBook.build(add_rows(traction_tables, "emission_factors", mean), spreads={})
    wanted = {"mode": "rail", "means": "wagon", "cargo_class": "container"}
    for traction in ("electric", "diesel", ""):
        found = find_emission(book, wanted, scopes=("XA", "west", "world"), traction=traction)
        assert found is not None
        assert (found.grams, found.formula) == (17.8, "17.8 g/tkm")


def test_price_codes_tell_traction_and_decode_as_railways() -> None:
    codes = Codes(("XA", "XB"))
    country = np.array([0, 1, -1])
    every = {
        mark: codes.land(np.full(3, RAIL), country, np.full(3, mark, np.int8)).tolist() for mark in (1, 0, -1)
    }
    assert len({code for found in every.values() for code in found}) == 9
    for mark, word in ((1, "electric"), (0, "diesel"), (-1, "")):
        assert [codes.decode(code) for code in every[mark]] == [(RAIL, "XA"), (RAIL, "XB"), (RAIL, "")]
        assert {codes.traction(code) for code in every[mark]} == {word}
    assert codes.land(0, country, np.array([1, 1, 1])).tolist() == codes.land(0, country).tolist()
    assert codes.decode(codes.air) == (AIR, "")
    assert codes.traction(codes.air) == ""


def test_a_block_train_emits_by_its_own_traction_and_the_grid_where_it_sets_out(
    wired_world: World, traction_tables: Tables
) -> None:
    train = {
        "id": "bt",
        "name": "Alpha-Beta",
        "kind": "block_train",
        "from": "alpha",
        "to": "beta",
        "both": False,
    }
    train |= {
        "distance": 300.0,
        "headway": 24.0,
        "time": 10.0,
        "time_min": 10.0,
        "time_p90": 10.0,
        "cost": 5.0,
    }
    train |= {"cost_unit": "USD/t", "price_year": 2025, "traction": "electric", **PLACED}
    tables = add_rows(traction_tables, "services", train)
    run = ask(wired_world, tables, options=BY_CARBON).items()
    run = run[(run["service"] == "bt") & (run["kind"] == "leg")].iloc[0]
    assert run["co2e"] == pytest.approx(0.02 * 500.0 * 300.0 / 1000.0, **EXACT)
    assert run["electric_km"] == 300.0
    assert np.isnan(run["diesel_km"])
