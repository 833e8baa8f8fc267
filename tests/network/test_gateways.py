"""The best way through each gateway of the invented world: against searches that pass it, every path, and the law."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from invented_world import Result, Tables, add_rows, ask, change_rows
from test_law_on_routes import closed_transit, listing

from landbridge.kernels.via_facility import find_vias
from landbridge.network.gateways import Gateways, list_gateways
from landbridge.network.steps import GatewayChoice, Options
from landbridge.schema import InputError
from landbridge.sources.world import World

ALL = ("port", "post", "terminal", "gauge_change", "passage", "leg", "service")
TO_BPORT = ("aport", "bport")


def find(
    world: World, tables: Tables, *ends: str, named: tuple[str, ...] = (), by: str = "cost", **more: Any
) -> Result:
    choice = GatewayChoice(kinds=ALL, stretch=50.0, named=named)
    return ask(world, tables, *ends, options=Options(by=(by,), corridors=False, gateways=choice), **more)


def rows_of(result: Result) -> pd.DataFrame:
    return result.workspace["gateways"].set_index("facility")


@pytest.fixture(scope="module")
def result(small_world: World, small_tables: Tables) -> Result:
    return find(small_world, small_tables)


@pytest.mark.parametrize("by", ["cost", "time", "co2e"])
@pytest.mark.parametrize("ends", [("alpha", "beta"), ("alpha", "bport"), ("beta", "aport")])
def test_the_bound_is_the_weight_of_a_chain_that_passes_the_place(
    small_world: World, small_tables: Tables, ends: tuple[str, str], by: str
) -> None:
    """Two sweeps give for every port, post and passage what a search of its own through the place gives."""
    result = find(small_world, small_tables, *ends, by=by)
    router, search = result.workspace["router"], result.search
    gateways, stops = list_gateways(result.network), {}
    for kind, key in gateways.keys:
        if kind in ("port", "post", "passage"):
            other = ask(
                small_world, small_tables, *ends, options=Options(by=(by,), via=(key,), corridors=False)
            )
            (stops[kind, key],) = other.workspace["wishes"].via
    start, end = result.network.outlets[ends[0]], result.network.inlets[ends[1]]
    both = search.sweep(by, start), search.sweep(by, end, backward=True)
    vias = find_vias(*both, gateways.arcs)
    least = dict(zip(vias.facility[vias.first].tolist(), vias.cost[vias.first].tolist(), strict=True))
    weight = search.weight(by)
    for number, key in enumerate(gateways.keys):
        if key in stops:
            path = search.chain(by, start, end, via=(router.passing(stops[key]),))
            expected = np.inf if path is None else weight[path].sum()
            assert least.get(number, np.inf) == pytest.approx(expected, rel=1e-12), key
    assert min(least.values()) == pytest.approx(search.distance(by, start, end))


def test_a_way_through_a_gateway_is_the_route_that_passes_it(
    small_world: World, small_tables: Tables, result: Result
) -> None:
    found = rows_of(result)
    assert {"post", "passage"} <= set(found["kind"])
    for key, row in found[found["kind"].isin(["port", "post", "passage"])].iterrows():
        options = Options(by=("cost",), via=(str(key),), corridors=False)
        other = ask(small_world, small_tables, options=options)
        assert row["cost"] <= other.best["cost"] + 1e-9, key
        assert row["status"] == "open"


def test_what_lies_on_the_best_way_costs_nothing_more(result: Result) -> None:
    found = rows_of(result)
    passed = set(result.items()["place_id"])
    on_way = found[[key in passed for key in found.index]]
    assert len(on_way)
    assert on_way["cost_more"].tolist() == pytest.approx([0.0] * len(on_way))
    assert (found["cost_more"] >= 0).all()
    assert found["cost"].tolist() == pytest.approx((found["cost_more"] + result.best["cost"]).tolist())
    assert found["time"].tolist() == pytest.approx((found["time_more"] + result.best["time"]).tolist())


def test_the_order_is_that_of_the_full_price(small_world: World, small_tables: Tables) -> None:
    for by in ("cost", "time", "co2e"):
        found = rows_of(find(small_world, small_tables, by=by))
        assert found[by].is_monotonic_increasing


def test_a_dead_end_is_not_offered(small_world: World, small_tables: Tables, result: Result) -> None:
    """Cport lies beyond beta: through it the road runs out and back. By name that is said."""
    assert "cport" not in rows_of(find(small_world, small_tables, named=())).query("cost_more == 0").index
    options = Options(
        by=("cost",),
        corridors=False,
        mode="road",
        gateways=GatewayChoice(kinds=ALL, stretch=50.0, named=("cport",)),
    )
    named = rows_of(ask(small_world, small_tables, options=options))
    assert named.loc[["cport"], "status"].isin(["turns_back", "no_way"]).all()
    assert named.loc[["cport"], "cost"].isna().all()


def test_no_way_offered_passes_a_state_twice(result: Result) -> None:
    """Each row's way is one of those that the search knows, without a state that is passed twice."""
    found, paths = rows_of(result), result.workspace["answers"]["f"].routes
    heads = result.network.arcs.head[paths[0].path]
    assert len(set(heads.tolist())) == len(heads)
    assert found["way"].str.len().min() > 0


def test_the_ends_of_a_flow_are_no_gateways(small_world: World, small_tables: Tables) -> None:
    found = rows_of(find(small_world, small_tables, *TO_BPORT))
    assert not {"aport", "bport"} & set(found.index)


def test_few_are_shown_where_few_are_asked_for(small_world: World, small_tables: Tables) -> None:
    def ask_for(**choice: Any) -> pd.DataFrame:
        options = Options(by=("cost",), corridors=False, gateways=GatewayChoice(**choice))
        return rows_of(ask(small_world, small_tables, options=options))

    assert set(ask_for(kinds=("post",), stretch=50.0)["kind"]) == {"post"}
    assert len(ask_for(kinds=("post",), stretch=50.0, count=1)) == 1
    near = ask_for(kinds=ALL, stretch=0.0)
    assert near["cost_more"].tolist() == pytest.approx([0.0] * len(near))


def test_without_being_asked_there_are_none(small_world: World, small_tables: Tables) -> None:
    result = ask(small_world, small_tables, options=Options(by=("cost",), corridors=False))
    assert result.workspace["gateways"].empty


def test_a_closed_place_is_told_by_name_alone(small_world: World, small_tables: Tables) -> None:
    tables = change_rows(small_tables, "posts", "post-road", status="closed")
    assert "post-road" not in rows_of(find(small_world, tables)).index
    row = rows_of(find(small_world, tables, named=("post-road",))).loc["post-road"]
    assert (row["status"], row["why"], row["closed_by"]) == ("no_way", "status", "")
    assert np.isnan(row["cost"])


def test_what_the_law_has_closed_has_no_value(small_world: World, small_tables: Tables) -> None:
    """A post that a measure on its territory closes is named with the measure, and nothing is said of a way through
    it, asked by name or not.
    """
    shut = {"destinations": (), "products": (), "places": ("post-road",), "effect": "close_place"}
    ban = listing("shut", bound_by=("territory",), territorial=True, **shut)
    tables = add_rows(small_tables, "listings", ban)
    for named in ((), ("post-road",)):
        found = rows_of(find(small_world, tables, product="390210", named=named)).loc[["post-road"]]
        assert found[["status", "closed_by"]].to_numpy().tolist() == [["closed", "shut"]]
        assert found[["cost", "time", "co2e", "distance", "cost_more", "time_more"]].isna().all(axis=None)
        assert set(found["way"]) == {""}


def test_a_country_closed_by_law_is_not_passed(small_world: World, small_tables: Tables) -> None:
    tables = add_rows(small_tables, "listings", closed_transit())
    found = rows_of(find(small_world, tables, "alpha", "cport", product="390210"))
    assert all("XB" not in way for way in found["countries"])
    assert "narrows" in found.index


def test_a_place_that_is_none_stands_for_those_beside_it(small_world: World, small_tables: Tables) -> None:
    """Isle has nothing within 30 km; a post is known by its name too."""
    with pytest.raises(InputError, match="Isle") as fault:
        find(small_world, small_tables, named=("isle",))
    assert [finding.code for finding in fault.value.findings] == ["no_gateway"]
    assert list(rows_of(find(small_world, small_tables, named=("The rail post",))).index) == ["post-rail"]


def test_every_arc_of_a_gateway_is_its_own(result: Result) -> None:
    """Posts are their crossings, ports their handling of vessels, a passage its lanes, a service its run."""
    network, gateways = result.network, list_gateways(result.network)
    assert isinstance(gateways, Gateways)
    for number, (kind, key) in enumerate(gateways.keys):
        arcs = gateways.facility(number).arcs
        assert len(arcs), key
        if kind == "post":
            assert (network.arcs.crossing[arcs] >= 0).all()
        elif kind in ("port", "terminal", "gauge_change"):
            assert {network.sites[site].id for site in network.arcs.site[arcs]} == {key}
        elif kind == "service":
            steps = [step for op in network.arcs.op[arcs] for step in network.operations[op]]
            assert {step.service for step in steps if step.operation == "service"} == {key}
