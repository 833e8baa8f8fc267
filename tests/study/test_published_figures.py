"""How published journeys and crossings are compared: units, parts and scores by hand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from landbridge.network.shipments import Shipment, choose_shipment
from landbridge.sources import open_world, read_shipped_tables
from landbridge.study.border_crossings import compare_crossings, median_error
from landbridge.study.journeys import choose_items, compare_journeys, score_journeys, tonnes_in


@pytest.fixture(scope="module")
def box() -> Shipment:
    return choose_shipment(read_shipped_tables()["shipments"], row="container_general")


def test_a_cost_is_told_in_the_unit_of_the_row(box: Shipment) -> None:
    assert tonnes_in("USD/t", box, 100.0) == 1.0
    assert tonnes_in("USD/TEU", box, 100.0) == box.payload_teu
    assert tonnes_in("USD/FEU", box, 100.0) == 2 * box.payload_teu
    assert tonnes_in("USD/truck", box, 100.0) == box.payload_truck
    assert tonnes_in("USD/tkm", box, 100.0) == pytest.approx(0.01)
    assert tonnes_in("USD/TEU-km", box, 200.0) == pytest.approx(box.payload_teu / 200.0)


def test_parts_of_a_route() -> None:
    def item(kind: str, mode: str, operation: str = "") -> SimpleNamespace:
        return SimpleNamespace(kind=kind, mode=mode, operation=operation)

    items = [
        item("operation", "road", "load"), item("leg", "road"), item("operation", "road", "tranship"),
        item("leg", "sea"), item("operation", "sea", "passage"), item("leg", "sea"), item("operation", "sea", "unload"),
    ]  # fmt: skip
    assert choose_items(items, "door_to_door") == items  # type: ignore[arg-type, comparison-overlap]
    assert choose_items(items, "carriage") == items[1:6]  # type: ignore[arg-type, comparison-overlap]
    assert choose_items(items, "sea") == items[3:6]  # type: ignore[arg-type, comparison-overlap]


def test_a_score_counts_what_is_met_and_how_far_means_are_off() -> None:
    frame = pd.DataFrame(
        {
            "mean": [1.0, 2.0, 3.0, np.nan],
            "error": [0.1, -0.5, 0.3, np.nan],
            "met": [True, False, True, False],
        }
    )
    score = score_journeys(frame)
    assert (score.rows, score.met, score.error, score.bias) == pytest.approx((3, 2 / 3, 0.3, 1.1))
    assert score_journeys(frame.iloc[3:]).rows == 0


def test_a_journey_by_suez_meets_its_published_days() -> None:
    """Shanghai-Rotterdam by Suez: 35 days of published sailing."""
    tables = read_shipped_tables()
    rows = tables["published_journeys"]
    one = rows[rows["id"] == "wj-sha-rtm-days-2023"].reset_index(drop=True)
    found = compare_journeys(open_world(), {**tables, "published_journeys": one})
    assert found["met"].all()
    assert abs(found["error"].iloc[0]) < 0.2


def test_a_figure_of_one_side_is_held_against_half_of_the_crossing() -> None:
    tables = read_shipped_tables()
    rows = tables["published_crossings"]
    one = rows[rows["quantity"] == "time"].head(1)
    both = pd.concat([one.assign(id="one", sides=1), one.assign(id="two", sides=2)], ignore_index=True)
    found = compare_crossings(open_world(), {**tables, "published_crossings": both}).set_index("id")
    assert found.loc["one", "modelled"] == pytest.approx(found.loc["two", "modelled"] / 2)
    assert found.loc["one", "rule"] > 0


def test_published_figures_are_many_and_of_many_regions() -> None:
    """What the validation rests on: at least 60 journeys of at least 12 corridors in at least 5 regions, scored ones of
    2018 and later; half of them used for fitting, half kept apart, no corridor in both halves."""
    rows = read_shipped_tables()["published_journeys"]
    scored = rows[rows["use"] != "history"]
    assert len(scored) >= 60
    assert scored["corridor"].nunique() >= 12
    assert scored["region"].nunique() >= 5
    assert (scored["year"] >= 2018).all()
    assert (rows["low"] <= rows["high"]).all()


def test_median_error_leaves_out_what_has_no_model() -> None:
    frame = pd.DataFrame({"published": [10.0, 10.0, 5.0], "modelled": [12.0, 5.0, np.nan]})
    assert median_error(frame, "modelled") == pytest.approx((2, 0.85, 0.35))
