"""Head haul and back haul at sea: what one direction adds the other takes off, and no lane is cheaper than nothing."""

import numpy as np
import pytest
from invented_world import Tables, ask, change_rows

from landbridge.network.imbalance import Imbalance, lean_arcs, rise_from_hubs
from landbridge.sources.world import World

RATE = 0.02


@pytest.fixture(scope="module")
def leaning(small_tables: Tables) -> Tables:
    tables = change_rows(small_tables, "parameters", "container_imbalance", value=0.1)
    tables = change_rows(tables, "parameters", "container_reach_asia", value=20_000.0)
    return change_rows(tables, "parameters", "container_reach_europe", value=7_000.0)


def test_the_two_directions_of_a_lane_lean_apart(small_world: World, small_tables: Tables) -> None:
    network = ask(small_world, small_tables, "aport", "bport").network
    lean, arcs = lean_arcs(network, Imbalance(0.8, 20_000.0, 7_000.0)), network.arcs
    km = arcs.km_a + arcs.km_b
    assert (lean > 0).any()
    assert (np.abs(lean) <= 0.8 * km + 1e-9).all()
    by_ends = {(int(t), int(h)): x for t, h, x in zip(arcs.tail, arcs.head, lean, strict=True) if x}
    assert all(by_ends[head, tail] == pytest.approx(-x) for (tail, head), x in by_ends.items())


def test_no_share_leaves_every_lane_as_it_is(small_world: World, small_tables: Tables) -> None:
    network = ask(small_world, small_tables, "aport", "bport").network
    assert not lean_arcs(network, Imbalance(0.0, 20_000.0, 7_000.0)).any()


def sea_cost(world: World, tables: Tables, ends: tuple[str, str]) -> float:
    items = ask(world, tables, *ends).items()
    return float(items[(items["mode"] == "sea") & (items["kind"] == "leg")]["cost"].sum())


def test_a_route_costs_more_by_the_lean_of_its_lanes(
    small_world: World, small_tables: Tables, leaning: Tables
) -> None:
    ends = ("bport", "aport")
    search = ask(small_world, leaning, *ends).search
    path = search.best("cost", search.network.outlets[ends[0]], search.network.inlets[ends[1]])
    assert path is not None
    lean = float(search.weights.lean[path].sum())
    assert lean != 0.0
    assert (search.weight("cost") >= 0.0).all()
    extra = sea_cost(small_world, leaning, ends) - sea_cost(small_world, small_tables, ends)
    assert extra == pytest.approx(RATE * lean)


def test_the_potential_never_rises_faster_than_the_way(small_world: World) -> None:
    rng = np.random.default_rng(1)
    asia, europe = rng.uniform(0, 25_000, 500), rng.uniform(0, 25_000, 500)
    step = rng.uniform(0, 500, 500)
    rule = Imbalance(1.0, 13_000.0, 7_000.0)
    moved = rise_from_hubs(asia + step, europe + step, rule)
    assert (np.abs(moved - rise_from_hubs(asia, europe, rule)) <= step + 1e-9).all()
