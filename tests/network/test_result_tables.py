"""Result tables, names of routes and reasons of a choice, on routes of the invented world and on made-up ones."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented_world import Result, Tables, ask, change_rows

from landbridge.kernels.distributions import Excess
from landbridge.network.checks import check_capacities
from landbridge.network.items import Item, Timing
from landbridge.network.pricing import Term
from landbridge.network.routes import Route, explain_choice, label_route
from landbridge.network.simulate import Ranges
from landbridge.network.steps import Options
from landbridge.network.tables import term_rows, write_line
from landbridge.network.virtual import Site
from landbridge.schema import load_catalogue
from landbridge.sources.world import World

NO_TIME = Excess(0.0, 0.0, 0.0, 0.0)
ALL = Options(by=("cost", "time", "co2e"), corridors=False)


@pytest.fixture(scope="module")
def result(small_world: World, small_tables: Tables) -> Result:
    return ask(small_world, small_tables, "aport", "bport", options=ALL)


def term(name: str, value: float, *, unit: str = "USD/t", quality: str = "measured") -> Term:
    return Term(name, value, unit, f"{value:g}", ("rates#a",), "a source", quality)


def item(kind: str, name: str, place: str, *, cost: float = 0.0, km: float = 0.0, service: str = "") -> Item:
    leg = kind == "leg"
    return Item(
        kind=kind,
        mode=name if leg else "road",
        operation="" if leg else name,
        start="here" if leg else "",
        end=place if leg else "",
        site=Site(place.lower(), place, "XA", 0.0, 0.0),
        means="truck" if leg else "",
        service=service,
        gauge=0,
        countries=("XA",),
        distance=km,
        cost=cost,
        time=0.0,
        co2e=0.0,
        terms=(term("carriage" if leg else "charge", cost),),
        timings=(Timing("key", NO_TIME),),
    )


def route(name: str, *items: Item) -> Route:
    cost = sum(one.cost for one in items)
    ranges = Ranges.empty(len(items))
    path = np.zeros(0, np.int32)
    return Route(name, name, "cost", "", items, path, cost, 0.0, 0.0, 0.0, 0.0, ranges)


def test_results_are_typed_as_declared(result: Result) -> None:
    for name in ("verdicts", "routes", "route_items", "route_terms", "route_shapes", "applied_listings"):
        assert list(result.workspace[name].columns) == list(load_catalogue().tables[name].columns)


def test_ranks_follow_the_first_criterion(small_world: World, small_tables: Tables) -> None:
    for by in (("cost", "time"), ("time", "cost"), ("co2e", "time")):
        found = ask(small_world, small_tables, options=Options(by=by, corridors=False)).routes
        assert found["rank"].tolist() == list(range(1, len(found) + 1))
        assert found[by[0]].is_monotonic_increasing
        assert found["route"].is_unique


def test_cumulative_figures_are_the_sums_so_far(result: Result) -> None:
    for rank in range(1, len(result.routes) + 1):
        items = result.items(rank)
        assert items["seq"].tolist() == list(range(1, len(items) + 1))
        for name in ("cost", "time", "distance"):
            assert items[f"cum_{name}"].to_numpy() == pytest.approx(
                items[name].cumsum().to_numpy(), rel=1e-12
            )
        for name in ("cost", "time"):
            quantiles = items[[f"cum_{name}_{one}" for one in ("p10", "p50", "p90")]].to_numpy()
            assert (np.diff(quantiles, axis=1) >= 0).all()
            assert (np.diff(quantiles, axis=0) >= 0).all()
            last = result.routes.iloc[rank - 1][[f"{name}_{one}" for one in ("p10", "p50", "p90")]].to_numpy(
                float
            )
            assert quantiles[-1] == pytest.approx(last, rel=1e-12)


def test_costs_of_a_box_and_of_the_shipment(result: Result) -> None:
    # Ten tonnes in the box, which is the whole shipment.
    assert result.best["cost_teu"] == pytest.approx(10.0 * result.best["cost"])
    assert result.best["cost_shipment"] == pytest.approx(10.0 * result.best["cost"])


def test_bulk_has_no_cost_of_a_box(small_world: World, small_tables: Tables) -> None:
    options = Options(by=("cost",), mode="road", corridors=False)
    bulk = ask(small_world, small_tables, shipment="bulk", options=options)
    assert np.isnan(bulk.best["cost_teu"])
    assert bulk.best["cost_shipment"] == pytest.approx(3000.0 * bulk.best["cost"])


def test_names_of_terms_are_unique_in_an_item() -> None:
    leg = replace(
        item("leg", "road", "There"), terms=(term("carriage", 1.0), term("carriage", 2.0), term("time", 3.0))
    )
    rows = pd.DataFrame(term_rows(route("r-1", leg)))
    assert rows["term"].tolist() == ["carriage", "carriage_2", "time"]


def test_the_share_that_rests_on_estimates() -> None:
    terms = (term("a", 3.0), term("b", 1.0, quality="estimated"), term("c", 4.0, quality="default"))
    one = route(
        "r-1",
        replace(item("leg", "road", "There"), terms=(*terms, term("d", 9.0, unit="h", quality="default"))),
    )
    assert one.weak_share("USD/t") == pytest.approx(5.0 / 8.0)
    assert one.weak_share("h") == 1.0
    assert one.weak_share("kg/t") == 0.0
    assert one.items[0].quality == "default"


def test_a_route_without_weak_inputs_says_so(result: Result) -> None:
    assert result.best["default_share_cost"] == 0.0
    assert set(result.items()["quality"]) == {"measured"}


def test_a_label_names_the_mode_and_where_the_goods_change_hands() -> None:
    legs = [item("leg", "road", "A", km=10.0), item("leg", "rail", "Z", km=90.0)]
    handover = [item("operation", "tranship", name) for name in ("A", "B", "C", "D", "E")]
    assert label_route([legs[0], handover[0], legs[1]]) == "Rail: A"
    # Of many places three, each named once, in the order of the way.
    mode, _, places = label_route([legs[0], *handover, handover[0], legs[1]]).partition(": ")
    assert (mode, len(places.split(", "))) == ("Rail", 3)
    assert places.split(", ") == sorted(places.split(", "))
    assert label_route([legs[0], item("operation", "load", "A")]) == "Road"


def test_a_label_always_names_the_ferry() -> None:
    ferry = item("leg", "ferry", "There", service="line", km=500.0)
    handover = [item("operation", "border_crossing", name) for name in ("A", "B", "C", "D")]
    label = label_route([*handover[:2], ferry, *handover[2:]])
    assert label.startswith("Ferry: ")
    assert "here – There" in label
    assert label.count(",") == 2


def test_the_reason_of_the_best_is_what_the_runner_up_costs_more() -> None:
    best = route(
        "r-1", item("leg", "rail", "Z", cost=40.0), item("operation", "gauge_change", "X", cost=10.0)
    )
    second = route("r-2", item("leg", "road", "Z", cost=90.0))
    third = route("r-3", item("leg", "air", "Z", cost=900.0))
    told = explain_choice(best, [best, second, third], by="cost").reason
    assert told.startswith("40 USD/t below r-2")
    assert "road carriage -90" in told
    assert "rail carriage +40" in told
    assert "gauge change +10" in told
    other = explain_choice(third, [best, second, third], by="cost").reason
    assert other.startswith("850 USD/t above r-1")
    assert explain_choice(best, [best], by="cost").reason


def test_every_route_has_a_reason(result: Result) -> None:
    assert (result.routes["reason"].str.len() > 10).all()


def points_of(line: str) -> list[tuple[float, float]]:
    return [(float(lon), float(lat)) for lon, lat in (point.split(",") for point in line.split(";"))]


@given(st.lists(st.tuples(st.floats(-179, 179), st.floats(-89, 89)), min_size=2, max_size=40))
def test_a_drawn_line_keeps_its_ends_and_stays_near_its_points(points: list[tuple[float, float]]) -> None:
    drawn = points_of(write_line(points))
    assert len(drawn) <= len(points)
    for kept, given_point in ((drawn[0], points[0]), (drawn[-1], points[-1])):
        assert kept == pytest.approx(given_point, abs=6e-4)
    # A point left out lies within two hundredths of a degree of one that is kept.
    for lon, lat in points:
        assert min(max(abs(lon - x), abs(lat - y)) for x, y in drawn) <= 0.0206


def test_a_dense_line_is_thinned() -> None:
    dense = [(number / 1000.0, 0.0) for number in range(1001)]
    assert len(points_of(write_line(dense))) <= 52


@pytest.mark.parametrize(
    ("kind", "changed", "yearly", "found"),
    [
        # 30 t a departure every 12 h are 21,900 t a year.
        ("services", {"capacity": 30.0, "headway": 12.0}, 21_000.0, False),
        ("services", {"capacity": 30.0, "headway": 12.0}, 22_000.0, True),
        ("services", {"capacity": 30.0}, 11_000.0, True),
        ("places", {"capacity": 5_000.0}, 4_999.0, False),
        ("places", {"capacity": 5_000.0}, 5_001.0, True),
    ],
)
def test_yearly_tonnes_above_a_published_capacity(
    small_tables: Tables, kind: str, changed: dict[str, float], yearly: float, found: bool
) -> None:
    where = {"services": "ferry-ab", "places": "aport"}[kind]
    tables = change_rows(small_tables, kind, where, **changed)
    port = item("operation", "tranship", "Aport")
    way = route("r-1", port, item("leg", "ferry", "Bport", service="ferry-ab"))
    answers = {"f": SimpleNamespace(routes=(way,))}
    given_tables = {**tables, "flow_shipments": {"f": SimpleNamespace(yearly_tonnes=yearly)}}
    findings = list(check_capacities(answers, given_tables))  # type: ignore[arg-type]
    assert [finding.code for _, finding in findings] == (["capacity"] if found else [])
    assert all(flow == "f" for flow, _ in findings)
