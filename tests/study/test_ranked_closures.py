"""What closes in turn, ranked over all flows, against figures worked out by hand."""

from math import isnan, nan

import pandas as pd
import pytest

from landbridge.schema.rows import Row, read_rows, rows_to_frame
from landbridge.study.criticality import order_losses, rank_closures

PLACES = {
    "malaba": ("post", "Malaba", "UG", 0.65, 34.26),
    "mombasa": ("port", "Mombasa", "KE", -4.05, 39.65),
    "suez": ("passage", "Suez Canal", "", nan, nan),
    "klaipeda": ("port", "Klaipeda", "LT", 55.7, 21.1),
}


def row(
    flow: str, facility: str, cost: float, time: float = 0.0, *, way: str = "", law: str = ""
) -> dict[str, object]:
    """A row of closures; without a number and a law the flow is cut off."""
    kind, name, country, lat, lon = PLACES[facility]
    place = {"facility": facility, "kind": kind, "name": name, "country": country, "lat": lat, "lon": lon}
    loss = {"cost_loss": cost, "time_loss": nan if isnan(cost) else time}
    return {"flow": flow, **place, **loss, "cut": isnan(cost) and not law, "way": way, "closed_by": law}


# Four flows have a route. Malaba: a loses 4 and b 8; c and d do not pass it. Mombasa: a loses 1, b is cut off.
# Suez: a loses 20. Klaipeda is closed to a and c by one act, to d by another.
CLOSURES = rows_to_frame(
    "closures",
    [
        row("a", "malaba", 4.0, 2.0, way="By Busia"),
        row("b", "malaba", 8.0, -1.0, way="By Mutukula"),
        row("a", "mombasa", 1.0, 12.0, way="By Dar es Salaam"),
        row("b", "mombasa", nan),
        row("a", "suez", 20.0, 240.0, way="By the Cape"),
        row("a", "klaipeda", nan, law="lt-transit"),
        row("c", "klaipeda", nan, law="lt-transit"),
        row("d", "klaipeda", nan, law="eu-ports"),
    ],
)
FLOWS = pd.DataFrame({"id": ["a", "b", "c", "d"], "tonnes": [100.0, 10.0, nan, nan]})


@pytest.fixture(scope="module")
def ranked() -> dict[str, Row]:
    return {str(one["facility"]): one for one in read_rows(rank_closures(CLOSURES, FLOWS))}


def test_flows_cut_come_first_then_the_larger_mean_then_what_law_has_closed(ranked: dict[str, Row]) -> None:
    assert list(ranked) == ["mombasa", "suez", "malaba", "klaipeda"]


def test_means_are_over_all_flows_that_have_a_way_left(ranked: dict[str, Row]) -> None:
    """Of the four flows one is cut off at Mombasa, so its mean is over three."""
    told = {
        key: (one["flows"], one["cut"], one["cost_loss"], one["time_loss"]) for key, one in ranked.items()
    }
    assert told["malaba"] == pytest.approx((2, 0, 12 / 4, 1 / 4))
    assert told["suez"] == pytest.approx((1, 0, 5.0, 60.0))
    assert told["mombasa"] == pytest.approx((2, 1, 1 / 3, 4.0))
    assert ranked["mombasa"]["country"] == "KE"
    assert ranked["mombasa"]["lat"] == pytest.approx(-4.05)


def test_the_flow_that_loses_most_and_its_way(ranked: dict[str, Row]) -> None:
    told = {key: (one["most"], one["most_flow"], one["way"]) for key, one in ranked.items()}
    assert told["malaba"] == (8.0, "b", "By Mutukula")
    assert told["mombasa"] == (1.0, "a", "By Dar es Salaam")


def test_a_year_s_loss_needs_the_tonnes_of_every_flow_through(ranked: dict[str, Row]) -> None:
    assert ranked["malaba"]["yearly_loss"] == pytest.approx(4 * 100 + 8 * 10)
    # b is cut off there and has no number of its own.
    assert ranked["mombasa"]["yearly_loss"] == pytest.approx(100.0)
    unknown = rank_closures(CLOSURES, FLOWS.assign(tonnes=[100.0, nan, 5.0, 5.0]))
    assert unknown["yearly_loss"].isna().tolist() == [False, False, True, True]


def test_what_law_has_closed_has_no_number(ranked: dict[str, Row]) -> None:
    closed = ranked["klaipeda"]
    assert (closed["flows"], closed["cut"], closed["closed_by"]) == (0, 0, ("lt-transit", "eu-ports"))
    for name in ("cost_loss", "time_loss", "most", "yearly_loss"):
        assert isnan(closed[name])


def test_a_place_that_is_closed_to_some_and_used_by_others_has_both() -> None:
    rows = [row("a", "malaba", 6.0), row("b", "malaba", nan, law="ug-fuel")]
    one = read_rows(rank_closures(rows_to_frame("closures", rows)))[0]
    assert (one["flows"], one["cut"], one["closed_by"]) == (1, 0, ("ug-fuel",))
    assert one["cost_loss"] == pytest.approx(3.0)


def test_a_place_that_cuts_every_flow_has_no_mean() -> None:
    rows = [row("a", "mombasa", nan), row("b", "mombasa", nan)]
    one = read_rows(rank_closures(rows_to_frame("closures", rows)))[0]
    assert (one["flows"], one["cut"], one["most_flow"], one["way"]) == (2, 2, "", "")
    assert all(isnan(one[name]) for name in ("cost_loss", "time_loss", "most", "yearly_loss"))


def test_without_closures_there_is_nothing_to_rank() -> None:
    empty = rank_closures(CLOSURES.head(0), FLOWS)
    assert empty.empty
    assert "cost_loss" in empty


def test_one_flow_in_order_of_its_losses() -> None:
    assert order_losses(CLOSURES, "a")["facility"].tolist() == ["suez", "malaba", "mombasa", "klaipeda"]
    assert order_losses(CLOSURES, "b")["facility"].tolist() == ["mombasa", "malaba"]
    assert order_losses(CLOSURES, "d")["closed_by"].tolist() == ["eu-ports"]
