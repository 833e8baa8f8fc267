"""Gateways of the shipped world: against scipy's searches, and against searches that pass each place."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from landbridge.kernels.via_facility import find_vias
from landbridge.network.gateways import list_gateways
from landbridge.network.router import Case, Router
from landbridge.network.search import Search
from landbridge.network.steps import GatewayChoice, Options
from landbridge.network.terminals import Stop

FLOWS = ("box", "harvester", "coffee")
SAMPLE = 12


def searched(run: dict[str, Any], flow: str) -> tuple[Search, int, int]:
    router: Router = run["router"]
    case = Case(run["flow_shipments"][flow], run["rulings"][flow].closings, run["ends"][flow])
    origin, destination = run["ends"][flow]
    return router.search(case), router.network.outlets[origin.id], router.network.inlets[destination.id]


def measure_by_scipy(search: Search, start: int, *, backward: bool = False) -> np.ndarray:
    """Least costs from a node or to it; of parallel arcs the least counts, and arcs of no weight get a trifle."""
    arcs, weight = search.network.arcs, np.maximum(search.weight("cost"), 1e-12)
    tail, head = (arcs.head, arcs.tail) if backward else (arcs.tail, arcs.head)
    order = np.lexsort((weight, head, tail))
    order = order[np.isfinite(weight[order])]
    first = np.concatenate([[True], (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)])
    kept, count = order[first], search.network.node_count
    return dijkstra(csr_array((weight[kept], (tail[kept], head[kept])), shape=(count, count)), indices=start)


@pytest.mark.parametrize("flow", FLOWS)
def test_least_costs_are_those_of_scipy(routes_run: dict[str, Any], flow: str) -> None:
    search, start, end = searched(routes_run, flow)
    via = list_gateways(search.network).arcs
    both = search.sweep("cost", start), search.sweep("cost", end, backward=True)
    here, there = measure_by_scipy(search, start), measure_by_scipy(search, end, backward=True)
    total = here[via.tail] + search.weight("cost")[via.arc] + there[via.head]
    best = np.full(int(via.facility.max()) + 1, np.inf)
    np.minimum.at(best, via.facility, total)
    vias = find_vias(*both, via)
    least = np.full(len(best), np.inf)
    least[vias.facility[vias.first]] = vias.cost[vias.first]
    assert np.isfinite(least).sum() > 100
    assert (np.isfinite(least) == np.isfinite(best)).all()
    reached = np.isfinite(least)
    assert least[reached] == pytest.approx(best[reached], rel=1e-9, abs=1e-6)
    assert least.min() == pytest.approx(search.distance("cost", start, end), rel=1e-9)


@pytest.mark.parametrize("flow", FLOWS)
def test_a_port_or_post_costs_what_a_chain_that_passes_it_costs(
    routes_run: dict[str, Any], flow: str
) -> None:
    """A sample of the nearest ports and posts, each searched for by itself as `route --via` does."""
    router: Router = routes_run["router"]
    search, start, end = searched(routes_run, flow)
    gateways, sites = list_gateways(search.network), {site.id: site for site in search.network.sites}
    both = search.sweep("cost", start), search.sweep("cost", end, backward=True)
    vias, weight = find_vias(*both, gateways.arcs), search.weight("cost")
    nearest = vias.first[np.argsort(vias.cost[vias.first], kind="stable")]
    seen = 0
    for row in nearest:
        kind, key = gateways.keys[vias.facility[row]]
        if kind not in ("port", "post") or seen == SAMPLE:
            continue
        seen += 1
        site = sites[key]
        stop = Stop(key, site.name, kind, site.country, site.lat, site.lon, {}, {})
        path = search.chain("cost", start, end, via=(router.passing(stop),))
        assert path is not None
        assert weight[path].sum() == pytest.approx(vias.cost[row], rel=1e-9), key
    assert seen == SAMPLE


def test_ways_are_offered_once_in_the_order_of_their_price(
    route_flows: Callable[..., dict[str, Any]],
) -> None:
    flows = [
        {"id": "box", "origin": "Minsk", "destination": "Tehran", "shipment": "container_food"},
        {"id": "potash", "origin": "Soligorsk", "destination": "Mundra", "product": "3104"},
    ]
    choice = GatewayChoice(count=6)
    run = route_flows(flows, Options(by=("cost",), corridors=False, gateways=choice))
    rows, best = run["gateways"], run["routes"].set_index("flow")["cost"]
    assert set(rows["flow"]) == {"box", "potash"}
    for flow, mine in rows.groupby("flow"):
        passed = mine[mine["status"] == "open"]
        assert not passed.duplicated(["kind", "facility"]).any()
        assert passed["cost"].is_monotonic_increasing
        assert passed["cost_more"].min() == pytest.approx(0.0)
        assert passed["cost"].min() <= best[flow] + 1e-9
        assert passed.groupby("kind").size().max() == choice.count
    shut = rows[rows["status"] == "closed"]
    assert shut[["cost", "time", "cost_more"]].isna().all(axis=None)
    assert not set(shut["facility"][shut["flow"] == "potash"]) & set(
        rows["facility"][(rows["flow"] == "potash") & (rows["status"] == "open")]
    )
