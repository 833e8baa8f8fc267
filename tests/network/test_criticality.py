"""Closing what lies on the way of the invented world, against asking for routes that avoid it."""

import numpy as np
import pandas as pd
import pytest
from invented_world import Result, Tables, ask, change_rows

from landbridge.network.steps import Options
from landbridge.sources.world import World

CHEAPEST = Options(by=("cost",), corridors=False, closures=True)


@pytest.fixture(scope="module")
def result(small_world: World, small_tables: Tables) -> Result:
    return ask(small_world, small_tables, options=CHEAPEST)


def closures(result: Result) -> pd.DataFrame:
    return result.workspace["closures"].set_index("facility")


def test_each_loss_is_that_of_a_search_that_avoids_the_place(
    small_world: World, small_tables: Tables, result: Result
) -> None:
    """A plain search with the place on the list of what to avoid gives the same way, to a millionth; the world has one
    change of gauge.
    """
    found = closures(result)
    assert set(found["kind"]) >= {"post"}
    for facility, row in found.iterrows():
        joint = row["kind"] == "gauge_change"
        avoid = () if joint else (str(facility),)
        options = Options(by=("cost",), corridors=False, avoid=avoid, no_gauge_change=joint)
        other = ask(small_world, small_tables, options=options)
        assert row["cut"] == other.routes.empty
        if not row["cut"]:
            assert row["cost_loss"] == pytest.approx(other.best["cost"] - result.best["cost"], abs=1e-6)
            assert row["time_loss"] == pytest.approx(other.best["time"] - result.best["time"], abs=1e-6)
            assert row["way"] == other.best["label"]
    assert (found["cost_loss"].dropna() >= 0).all()
    assert found["cost_loss"].max() > 0


def test_what_is_not_on_the_way_has_no_row(result: Result) -> None:
    items = result.workspace["route_items"]
    passed = set(items["place_id"][items["route"] == result.best["route"]])
    places = closures(result)
    assert set(places.index[places["kind"].isin(["post", "port"])]) <= passed


def test_the_only_way_is_cut(small_world: World, small_tables: Tables) -> None:
    """By road there is one post; a loss without another way is no number."""
    options = Options(by=("cost",), mode="road", corridors=False, closures=True)
    found = closures(ask(small_world, small_tables, options=options))
    posts = found[found["kind"] == "post"]
    assert posts["cut"].all()
    assert np.isnan(posts["cost_loss"]).all()
    assert set(posts["way"]) == {""}


def test_without_being_asked_nothing_is_closed(small_world: World, small_tables: Tables) -> None:
    result = ask(small_world, small_tables, options=Options(by=("cost",), corridors=False))
    assert result.workspace["closures"].empty


def test_what_a_study_has_closed_is_not_on_the_way(
    small_world: World, small_tables: Tables, result: Result
) -> None:
    """The dearest place to lose, closed by its status, is gone from the list, and the best way costs as much more."""
    found = closures(result)
    posts = found[(found["kind"] == "post") & ~found["cut"]]
    worst = posts["cost_loss"].idxmax()
    tables = change_rows(small_tables, "posts", str(worst), status="closed")
    again = ask(small_world, tables, options=CHEAPEST)
    assert worst not in closures(again).index
    assert again.best["cost"] == pytest.approx(result.best["cost"] + posts.loc[worst, "cost_loss"], abs=1e-6)
