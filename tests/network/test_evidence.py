"""What routes of the invented world rest on: shares by hand, spreads by input, and the faces' ranking."""

import numpy as np
import pandas as pd
import pytest
from invented_world import Result, Tables, ask, change_rows

from landbridge.network.evidence import InputBook, name_row, weak_spread
from landbridge.network.steps import Options
from landbridge.sources.world import World
from landbridge.study.evidence import choose_routes, rank_inputs, read_weak_shares

ROAD = Options(by=("cost",), mode="road", corridors=False)


@pytest.fixture(scope="module")
def result(small_world: World, small_tables: Tables) -> Result:
    """By road, where the crossing takes 2, 5 or 30 h and is a default; all else has fixed times."""
    crossing = {"time_min": 2.0, "time_p50": 5.0, "time_p90": 30.0, "quality": "default"}
    tables = change_rows(small_tables, "operations", "border_crossing-road", **crossing)
    return ask(small_world, tables, options=ROAD)


def inputs(result: Result, rank: int = 1) -> pd.DataFrame:
    frame = result.workspace["route_inputs"]
    return frame[frame["route"] == result.routes["route"].iloc[rank - 1]].set_index("input")


def find(frame: pd.DataFrame, start: str) -> pd.Series:
    (name,) = [name for name in frame.index if str(name).startswith(start)]
    return frame.loc[name]


def test_means_by_input_are_those_of_the_terms(result: Result) -> None:
    """A row's cost is that of the terms that name it, and of the hours that it gives."""
    frame, terms = inputs(result), result.workspace["route_terms"]
    mine = terms[terms["route"] == result.best["route"]]
    named = {
        name: mine[[name in cells for cells in mine["inputs"]]].groupby("unit")["value"].sum()
        for name in ("rates#road-truck", "speeds#road")
    }
    assert frame.loc["rates#road-truck", "cost"] == pytest.approx(named["rates#road-truck"]["USD/t"])
    assert frame.loc["speeds#road", "time"] == pytest.approx(named["speeds#road"]["h"])
    legs = named["speeds#road"]["h"]
    interest = mine[mine["term"].str.startswith("inventory")]["value"].sum() / result.best["time"]
    assert frame.loc["speeds#road", "cost"] == pytest.approx(legs * interest, rel=1e-9)
    assert frame["time"].sum() == pytest.approx(result.best["time"])
    assert frame.loc["rates#road-truck", "cost_share"] == pytest.approx(
        frame.loc["rates#road-truck", "cost"] / result.best["cost"]
    )


def test_the_one_time_that_varies_is_the_whole_spread(result: Result) -> None:
    crossing = find(inputs(result), "operations#border_crossing-road")
    assert crossing["time_variance_share"] == pytest.approx(1.0)
    assert crossing["time_narrowing"] == pytest.approx(1.0)
    assert crossing["quality"] == "default"
    assert "time p90 30 h" in crossing["figures"]
    assert inputs(result)["cost_variance_share"].sum() == pytest.approx(1.0)
    assert result.best["default_share_spread_time"] == pytest.approx(1.0)


def test_the_weak_share_of_the_spread_is_that_of_weak_rows(result: Result) -> None:
    frame = inputs(result)
    weak = frame[frame["quality"] == "default"]["cost_variance_share"].sum()
    assert result.best["default_share_spread_cost"] == pytest.approx(min(weak, 1.0), abs=1e-12)
    route = result.workspace["answers"]["f"].routes[0]
    assert weak_spread(route, InputBook(result.workspace))["default_share_spread_cost"] == pytest.approx(
        min(weak, 1.0)
    )


def test_where_every_input_counts_is_told(result: Result) -> None:
    frame = inputs(result)
    legs = [
        f"{row['from']} – {row['to']}" for row in result.items().to_dict("records") if row["kind"] == "leg"
    ]
    assert list(frame.loc["rates#road-truck", "places"]) == legs
    assert set(frame["table"]) == {str(name).partition("#")[0] for name in frame.index}
    assert (frame["name"].str.len() > 0).all()


def test_knowing_a_row_does_what_the_column_says(small_world: World, small_tables: Tables) -> None:
    """The study itself run with the row's spread gone: the width shrinks by the told share, to 2 % of it."""
    wide = {"time_min": 2.0, "time_p50": 5.0, "time_p90": 40.0, "quality": "estimated"}
    tables = change_rows(small_tables, "operations", "border_crossing-road", **wide)
    tables = change_rows(tables, "speeds", "road", speed_max=80.0, speed_p10=20.0)
    before = ask(small_world, tables, options=ROAD)
    told = find(inputs(before), "operations#border_crossing-road")["time_narrowing"]
    mean = find(inputs(before), "operations#border_crossing-road")["time"]
    known = change_rows(
        tables, "operations", "border_crossing-road", time_min=mean, time_p50=mean, time_p90=mean
    )
    after = ask(small_world, known, options=ROAD)
    width = [result.best["time_p90"] - result.best["time_p10"] for result in (before, after)]
    assert told == pytest.approx(1.0 - width[1] / width[0], abs=1e-6)
    assert 0.1 < told < 0.95


def test_estimates_come_first_and_means_count_routes_without_an_input_as_nothing(result: Result) -> None:
    frame, routes = result.workspace["route_inputs"], result.routes
    ranked = rank_inputs(frame, choose_routes(routes))
    assert ranked["measure"].tolist() == sorted(ranked["measure"], reverse=True)
    assert ranked["input"].iloc[0].startswith("operations#border_crossing-road")
    double = pd.concat([frame, frame.iloc[:1].assign(route="g-1")], ignore_index=True)
    halved = rank_inputs(double, (routes["route"].iloc[0], "g-1")).set_index("input")
    other = ranked.set_index("input")
    for name in other.index:
        factor = 1.0 if name == frame["input"].iloc[0] else 0.5
        assert halved.loc[name, "cost"] == pytest.approx(factor * other.loc[name, "cost"])
    assert set(read_weak_shares(routes, choose_routes(routes))) == {
        "cost",
        "time",
        "spread_cost",
        "spread_time",
    }
    assert rank_inputs(frame, ()).empty


def test_names_of_rows_in_words() -> None:
    row = {
        "operation": "border_crossing",
        "mode": "rail",
        "to_mode": "any",
        "direction": "",
        "cargo_class": "any",
    }
    assert name_row("operations", {**row, "scope": "astara-rail"}) == "border crossing: rail, astara-rail"
    assert name_row("parameters", {"id": "interest_rate"}) == "interest rate"
    assert name_row("speeds", {}) == ""


def test_a_figure_of_a_fixed_route_needs_no_spread(small_world: World, small_tables: Tables) -> None:
    """Every time of the invented world is fixed, so no input narrows the time."""
    fixed = ask(small_world, small_tables, options=ROAD)
    frame = inputs(fixed)
    assert not frame["time_narrowing"].any()
    assert not np.isnan(frame["cost_variance_share"]).any()
