"""Direct consignment on ways of one, two and three countries, with what is done on them."""

import pytest

from landbridge.landed_cost.consignment_way import Passage, judge_way

PARTIES = {"BY", "RU", "IR"}
THROUGH = [Passage("BY"), Passage("RU"), Passage("AZ"), Passage("IR")]
STORED = [Passage("BY"), Passage("AZ", handled=True, stored=True), Passage("IR")]
WORKED = [Passage("BY"), Passage("AZ", worked=True), Passage("IR")]


@pytest.mark.parametrize(
    ("passages", "transport", "verdict", "documents"),
    [
        ([], "direct", "unknown", 0),
        ([Passage("BY"), Passage("RU", stored=True), Passage("IR")], "direct", "satisfied", 0),
        (THROUGH, "direct", "not satisfied", 0),
        (THROUGH, "any", "satisfied", 0),
        (THROUGH, "", "unknown", 0),
        (THROUGH, "direct_or_transit", "satisfied with proof", 1),
        (STORED, "direct_or_transit", "satisfied with proof", 2),
        (STORED, "direct", "not satisfied", 0),
        (WORKED, "direct_or_transit", "not satisfied", 0),
        (WORKED, "any", "not satisfied", 0),
    ],
)
def test_a_way_is_judged(passages: list[Passage], transport: str, verdict: str, documents: int) -> None:
    found = judge_way(passages, transport=transport, parties=PARTIES)
    assert (found.verdict, len(found.documents)) == (verdict, documents)
    assert found.text


def test_the_third_country_and_its_customs_are_named() -> None:
    found = judge_way(STORED, transport="direct_or_transit", parties=PARTIES, proof="form X")
    assert "AZ (reloaded and stored in AZ)" in found.text
    assert found.documents[-2:] == ("a certificate of non-manipulation by the customs of AZ", "form X")
    assert found.to_json()["verdict"] == "satisfied with proof"
