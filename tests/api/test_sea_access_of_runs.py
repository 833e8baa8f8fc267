"""The access to the sea of a run: its tables, its indicators, and a party that is none."""

import pytest

import landbridge as lb


def test_the_tables_and_the_indicators_say_the_same(as_is: lb.Run) -> None:
    found = as_is.sea_access("UG")
    (row,) = found.frame.to_dict("records")
    for name, column in (
        ("sea_cost", "cost"),
        ("sea_time", "time"),
        ("sea_cost_other_neighbour", "cost_other_neighbour"),
        ("sea_cost_other_port", "cost_other_port"),
        ("sea_ways_by_posts", "ways_by_posts"),
        ("sea_ways_by_countries", "ways_by_countries"),
        ("sea_dependence", "herfindahl"),
        ("sea_worst_loss", "worst_loss"),
    ):
        assert as_is.indicator(name, by=("party",)).frame["value"].tolist() == [pytest.approx(row[column])]
    assert set(found.ways["party"]) == set(found.losses["party"]) == {"UG"}
    assert found.names["UG"] == "Uganda"


def test_a_party_with_a_coast_is_refused_by_name(as_is: lb.Run) -> None:
    with pytest.raises(lb.InputError) as caught:
        as_is.sea_access("KE")
    assert [finding.code for finding in caught.value.findings] == ["unknown_party"]
