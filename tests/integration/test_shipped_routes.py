"""What holds for every route of the shipped world: sums, order, what is closed, and agreement with scipy."""

import datetime
import itertools
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

import landbridge as lb
from landbridge.kernels.customization import customize
from landbridge.network.closures import Reason, Restrictions, great_circle
from landbridge.network.router import Case, Router, cut_chain
from landbridge.network.routes import Request
from landbridge.network.search import Search
from landbridge.network.steps import Options
from landbridge.network.virtual import VirtualNetwork
from landbridge.sources import read_shipped_tables

LAND = {"road", "rail"}
# How far a drawn line may pass from a place of its corridor: a city is a point, a line is thinned to 0.02 degrees.
NEAR_KM = 40.0


def items_of(run: dict[str, Any]) -> Iterator[tuple[Any, pd.DataFrame]]:
    grouped = run["route_items"].groupby("route", sort=False)
    for route in run["routes"].itertuples():
        yield route, grouped.get_group(route.route).reset_index(drop=True)


def case_of(run: dict[str, Any], flow: str) -> Case:
    return Case(run["flow_shipments"][flow], run["rulings"][flow].closings, run["ends"][flow])


def ends_of(router: Router, case: Case) -> tuple[int, int]:
    return router.network.outlets[case.ends[0].id], router.network.inlets[case.ends[1].id]


def test_every_flow_of_the_studies_has_routes(routes_run: dict[str, Any]) -> None:
    verdicts = routes_run["verdicts"].set_index("flow")["verdict"]
    assert (verdicts == "ok").all(), verdicts
    assert set(routes_run["routes"]["flow"]) == set(verdicts.index)


def test_items_add_up_to_the_route_and_terms_to_the_items(routes_run: dict[str, Any]) -> None:
    terms = routes_run["route_terms"]
    for route, items in items_of(routes_run):
        for name in ("cost", "time", "co2e", "distance"):
            assert getattr(route, name) == pytest.approx(items[name].sum(), rel=1e-9)
        mine = terms[terms["route"] == route.route]
        for unit, name in (("USD/t", "cost"), ("h", "time"), ("kg/t", "co2e")):
            by_item = mine[mine["unit"] == unit].groupby("seq")["value"].sum()
            sums = by_item.reindex(items["seq"], fill_value=0.0).to_numpy(float)
            assert sums == pytest.approx(items[name].to_numpy(), abs=1e-6)


def test_ranges_are_in_order_and_grow_along_the_way(routes_run: dict[str, Any]) -> None:
    for route, items in items_of(routes_run):
        for name in ("cost", "time"):
            whole = [getattr(route, f"{name}_{one}") for one in ("p10", "p50", "p90")]
            assert whole[0] <= whole[1] <= whole[2]
            # A mean above the 90th percentile would be a tail beyond reason; below the 10th a wrong sum.
            assert whole[0] < getattr(route, name) < whole[2]
            cumulative = items[[f"cum_{name}_{one}" for one in ("p10", "p50", "p90")]].to_numpy()
            assert (np.diff(cumulative, axis=0) >= -1e-9).all()
            assert cumulative[-1] == pytest.approx(whole)
            assert items[f"cum_{name}"].is_monotonic_increasing
        assert items["cum_distance"].is_monotonic_increasing


def test_every_number_has_a_source_and_every_row_a_meaning(routes_run: dict[str, Any]) -> None:
    terms = routes_run["route_terms"]
    known = set(read_shipped_tables()["sources"]["id"])
    cited = {key.strip().partition("#")[0] for text in terms["source"] for key in text.split(";")}
    assert cited <= known, cited - known
    assert (terms["formula"].str.len() > 0).all()
    assert set(terms["quality"]) <= {"measured", "published", "estimated", "default"}
    assert routes_run["routes"]["default_share_cost"].between(0, 1).all()


def test_countries_follow_each_other_from_end_to_end(routes_run: dict[str, Any]) -> None:
    """A leg over land starts in the country where the one before it ended, or a border was crossed between them."""
    territories = routes_run["base"].around.territories
    for route, items in items_of(routes_run):
        origin, destination = routes_run["ends"][route.flow]
        at, crossed = origin.country, False
        for row in items.itertuples():
            if row.kind == "operation":
                crossed |= row.operation == "border_crossing"
                continue
            told = (route.label, row.mode, row.countries, at)
            if row.mode in LAND:
                assert row.countries, told
                free = territories.formalities(at, row.countries[0]) == "none"
                assert (row.countries[0] != at) == crossed or free, told
                assert all(one != two for one, two in zip(row.countries, row.countries[1:], strict=False)), (
                    told
                )
            at = row.countries[-1] if row.countries else country_of_port(items, row.Index)
            crossed = False
        assert at == destination.country, route.label


def country_of_port(items: pd.DataFrame, leg: int) -> str:
    """Where a sea leg ends: the country of the next operation that has one, else of the next leg."""
    for row in items.iloc[leg + 1 :].itertuples():
        if row.countries:
            return str(row.countries[0])
    raise AssertionError("a sea leg ends nowhere")


def test_no_route_uses_what_is_closed(routes_run: dict[str, Any]) -> None:
    router: Router = routes_run["router"]
    for flow, answer in routes_run["answers"].items():
        search = router.search(case_of(routes_run, flow))
        assert (search.reasons > 0).any()
        for route in answer.routes:
            assert (search.reasons[route.path] == Reason.OPEN).all(), route.label
            assert np.isfinite(search.weights.cost[route.path]).all()
            arcs = search.network.arcs
            assert (arcs.head[route.path[:-1]] == arcs.tail[route.path[1:]]).all()


def test_no_way_enters_a_country_but_over_a_crossing(routes_run: dict[str, Any]) -> None:
    """No terminal, joint or access leads from the land of one country to that of another."""
    network, world = routes_run["router"].network, routes_run["world"]
    country = np.full(network.node_count, -1, np.int16)
    country[: len(world.node_country)] = world.node_country
    arcs = network.arcs
    tail, head = country[arcs.tail], country[arcs.head]
    abroad = (tail >= 0) & (head >= 0) & (tail != head)
    assert abroad.any()
    assert (arcs.crossing[abroad] >= 0).all(), name_arcs(
        network, np.flatnonzero(abroad & (arcs.crossing < 0))
    )


def name_arcs(network: VirtualNetwork, arcs: np.ndarray) -> list[str]:
    """Some of the arcs by their sites, for a message."""
    return sorted({network.sites[site].id if site >= 0 else "?" for site in network.arcs.site[arcs]})[:20]


@pytest.mark.parametrize("mode", ["rail", "road"])
def test_the_first_and_last_mile_are_at_most_a_hundred_km(mode: str, routes_run: dict[str, Any]) -> None:
    """Along the road a mile as the crow flies is one and a half at most; the main carriage is of the mode asked for."""
    router: Router = routes_run["router"]
    case = case_of(routes_run, "box")
    search = router.search(case, Restrictions(mode=mode))
    answer = router.answer(Request("box", *case.ends, by=("cost",)), case.shipment, search)
    for route in answer.routes:
        lengths = {
            name: sum(item.distance for item in route.items if item.mode == name) for name in ("road", mode)
        }
        assert {item.mode for item in route.items if item.kind == "leg"} <= {"road", mode}
        if mode != "road":
            assert lengths["road"] <= 2 * 1.5 * 100.0
            assert lengths[mode] > 1_000.0
    assert answer.routes or answer.cut


def test_nobody_crosses_a_closed_border(routes_run: dict[str, Any]) -> None:
    """Posts of Ukraine to Belarus and Russia are closed since February 2022: Minsk is reached through the west."""
    for route, items in items_of(routes_run):
        if route.flow != "closed":
            continue
        way = [code for codes in items["countries"][items["kind"] == "leg"] for code in codes]
        assert way[0] == "UA"
        assert way[-1] == "BY"
        for one, two in pairwise(way):
            assert {one, two} not in ({"UA", "BY"}, {"UA", "RU"}), route.label


def test_a_law_acts_from_its_day(route_flows: Callable[..., dict[str, Any]]) -> None:
    """Belarusian potash went by Klaipeda until 1 February 2022, when Lithuania ended it."""
    flow = {"id": "potash", "origin": "Soligorsk", "destination": "Klaipeda", "product": "3104"}
    options = Options(by=("cost",), corridors=False)
    before = route_flows([flow], options, date=datetime.date(2021, 1, 15))
    assert before["verdicts"]["verdict"].tolist() == ["ok"]
    assert before["routes"]["distance"].iloc[0] < 1_000.0
    after = route_flows([flow], options, date=datetime.date(2022, 6, 1))
    assert after["verdicts"]["verdict"].tolist() == ["prohibited"]


def test_the_bound_of_the_search_is_at_most_the_price(routes_run: dict[str, Any]) -> None:
    assert (routes_run["routes"]["gap"] >= -1e-9).all()


def test_the_best_by_a_criterion_beats_the_other_routes_found(routes_run: dict[str, Any]) -> None:
    """By time and emissions the search is exact; by cost within the gap that it reports."""
    for _, group in routes_run["routes"].groupby("flow"):
        best = group.set_index("criterion")
        for name in ("time", "co2e"):
            if name in best.index:
                own = best.loc[[name], name].min()
                assert own <= group[name].min() * (1 + 1e-6), group[["label", "criterion", name]]
        cheapest = group.loc[group["cost"].idxmin()]
        bound = group["cost"] * (1 - group["gap"])
        assert bound.min() <= cheapest["cost"] * (1 + 1e-9)


def test_the_bound_of_the_search_is_near_the_full_price(routes_run: dict[str, Any]) -> None:
    """What is left is falling tariffs, minimum charges and the least of the waters: less than a tenth of the best."""
    best = routes_run["routes"].query("rank == 1")
    assert (best["gap"] < 0.1).all(), best[["flow", "label", "cost", "gap"]]


def test_a_haul_at_sea_starts_at_the_charge_of_its_vessel() -> None:
    """A deep-sea lift of a machine is several times as dear as one of a river-sea ship; rates by the km do not fall
    with distance there, so what the search adds up is the price but for operations of one place.
    """
    options = lb.Options(by=("cost",), corridors=False)
    best = lb.find_routes("Gomel", "Jebel Ali", goods=lb.Goods("843351"), options=options).frame.iloc[0]
    assert 0.0 <= best["gap"] < 0.02


def test_the_shortest_way_agrees_with_scipy(routes_run: dict[str, Any]) -> None:
    router: Router = routes_run["router"]
    case = case_of(routes_run, "box")
    search = router.search(case)
    weight = search.weight("distance").copy()
    weight[~np.isfinite(search.weights.cost)] = np.inf
    start, end = ends_of(router, case)
    search = Search(search.network, search.weights, search.reasons)
    search.metrics["distance"] = customize(search.network.hierarchy, weight)
    path = search.best("distance", start, end)
    assert path is not None
    assert weight[path].sum() == pytest.approx(scipy_distance(search, weight, start, end), abs=0.01)


def scipy_distance(search: Search, weight: np.ndarray, start: int, end: int) -> float:
    """Length of the shortest way by scipy; of parallel arcs the lightest, and an arc of nought is a millimetre."""
    arcs = search.network.arcs
    usable = np.flatnonzero(np.isfinite(weight))
    order = usable[np.lexsort((weight[usable], arcs.head[usable], arcs.tail[usable]))]
    tail, head = arcs.tail[order], arcs.head[order]
    first = np.concatenate([[True], (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])])
    values = np.maximum(weight[order][first], 1e-6)
    graph = csr_array((values, (tail[first], head[first])), shape=(search.network.node_count,) * 2)
    return float(dijkstra(graph, indices=start, limit=10_000.0)[end])


def test_corridors_pass_their_places(routes_run: dict[str, Any]) -> None:
    """The drawn lines and operations of a corridor's route come near each of its places, in order."""
    chains = {chain.row["name"]: chain.stops for chain in routes_run["wishes"].chains}
    routes = routes_run["routes"][routes_run["routes"]["corridor"] != ""]
    assert len(routes) >= 8
    world = routes_run["world"]
    shapes = routes_run["route_shapes"].groupby("route")["line"]
    for route in routes.itertuples():
        line = np.array(
            [
                [float(number) for number in point.split(",")]
                for text in shapes.get_group(route.route)
                for point in text.split(";")
            ]
        )
        # Between two points of a drawn line it is straight, so points are set along it.
        at = np.linspace(0, len(line) - 1, 10 * len(line) - 9)
        line = np.column_stack([np.interp(at, np.arange(len(line)), line[:, axis]) for axis in (0, 1)])
        positions = []
        for place in cut_chain(list(chains[route.corridor]), *routes_run["ends"][route.flow]):
            if place.id in world.passages:
                continue
            gaps = great_circle(line[:, 1], line[:, 0], place.lat, place.lon)
            assert gaps.min() < NEAR_KM, f"{route.label} passes {gaps.min():.0f} km from {place.id}"
            positions.append(
                (int(np.argmax(gaps < NEAR_KM)), len(gaps) - int(np.argmax(gaps[::-1] < NEAR_KM)))
            )
        forward = all(one[0] <= two[1] for one, two in itertools.pairwise(positions))
        backward = all(two[0] <= one[1] for one, two in itertools.pairwise(positions))
        assert forward or backward, route.label


def test_nobody_reloads_for_nothing(routes_run: dict[str, Any]) -> None:
    """Goods that leave a mode do not take it again at the same place."""
    for route, items in items_of(routes_run):
        moved = items[(items["kind"] == "leg") | (items["operation"] == "tranship")].reset_index(drop=True)
        for number in range(1, len(moved) - 2):
            one, two = moved.iloc[number], moved.iloc[number + 1]
            if one["operation"] == two["operation"] == "tranship" and one["place"] == two["place"]:
                modes = (moved.iloc[number - 1]["mode"], moved.iloc[number + 2]["mode"])
                assert modes[0] != modes[1], f"{route.label}: {modes[0]} - {modes[1]} at {one['place']}"


@pytest.mark.parametrize(
    "wish",
    [
        Restrictions(avoid_countries=frozenset({"RU"})),
        Restrictions(avoid_countries=frozenset({"AZ", "TM"})),
        Restrictions(avoid=frozenset({"suez"})),
        Restrictions(avoid=frozenset({"irbnd", "iramd"})),
        Restrictions(no_gauge_change=True),
        Restrictions(mode="road"),
    ],
    ids=[
        "not by Russia",
        "not by two countries",
        "not by a canal",
        "not by two ports",
        "one gauge",
        "by road",
    ],
)
def test_a_wish_never_makes_a_way_cheaper(wish: Restrictions, routes_run: dict[str, Any]) -> None:
    router: Router = routes_run["router"]
    case = case_of(routes_run, "box")
    start, end = ends_of(router, case)
    free = router.search(case)
    limited = router.search(case, wish)
    best = free.distance("cost", start, end)
    assert limited.distance("cost", start, end) >= best - 1e-9
    assert not ((limited.reasons == 0) & (free.reasons > 0)).any()


def test_avoiding_never_lifts_a_prohibition(route_flows: Callable[..., dict[str, Any]]) -> None:
    """Regulation (EU) 2022/577 and the Lithuanian notice of 2022 close the way of Belarusian potash by Klaipeda."""
    flow = {"id": "potash", "origin": "Soligorsk", "destination": "Klaipeda", "product": "3104"}
    for avoid in ((), ("LT",), ("PL", "LV"), ("Klaipeda",)):
        run = route_flows([flow], Options(by=("cost",), avoid=avoid, corridors=False))
        assert run["verdicts"]["verdict"].tolist() == ["prohibited"]
        assert run["routes"].empty
        listing = run["applied_listings"].iloc[0]
        assert listing["applies"]
        assert listing["effect"] == "prohibited"


def test_the_missing_railway_of_the_western_branch_opens_by_a_row(
    route_flows: Callable[..., dict[str, Any]],
) -> None:
    """Astara-Rasht, 162 km, is planned: without it trains from Baku go round the Caspian, with it along its shore."""
    flow = {"id": "f", "origin": "Baku", "destination": "Tehran", "shipment": "container_food"}
    options = Options(by=("cost",), mode="rail", corridors=False)
    legs = read_shipped_tables()["legs"]
    built = legs.assign(status=legs["status"].mask(legs["id"] == "astara-rasht", "open"))
    today, then = route_flows([flow], options), route_flows([flow], options, legs=built)
    before, after = (run["routes"].iloc[0] for run in (today, then))
    assert before["distance"] > 2_000.0
    assert after["distance"] < 1_000.0
    assert after["cost"] < before["cost"]
    changes = [
        run["route_items"].query("operation == 'gauge_change'")["place"].tolist() for run in (today, then)
    ]
    assert all("Astara" not in place for place in changes[0])
    assert len(changes[1]) == 1
    assert "Astara" in changes[1][0]
    longer = built.assign(distance=built["distance"].mask(built["id"] == "astara-rasht", 2 * 162.0))
    stretched = route_flows([flow], options, legs=longer)["routes"].iloc[0]
    assert stretched["distance"] == pytest.approx(after["distance"] + 162.0, abs=1.0)
