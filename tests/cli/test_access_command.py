"""`landbridge access`: what people and scripts read of a landlocked party."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]
WIDTH = 80


def test_people_read_it_within_a_terminal(landbridge: Command, coffee_root: Path) -> None:
    answer = landbridge("access", coffee_root)
    assert answer.code == 0
    lines = answer.out.splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert any(line.startswith("as-is: Uganda, access to the sea from Kampala") for line in lines)
    for words in (
        "cheapest: ",
        "without Kenya: ",
        "independent ways: ",
        "Herfindahl",
        "Mombasa port",
        "lost alone",
    ):
        assert words in answer.out
    assert "Kenya, access" not in answer.out


def test_scripts_get_quantities_with_their_units(landbridge: Command, coffee_root: Path) -> None:
    found = landbridge("access", coffee_root, "--scenario", "signed", "--json").json
    assert (found["scenario"], found["findings"]) == ("signed", [])
    (uganda,) = found["access"]
    assert (uganda["party"], uganda["capital"], uganda["status"]) == ("UG", "Kampala", "open")
    best = uganda["best"]
    assert (best["cost"]["unit"], best["cost"]["currency"], best["time"]["unit"]) == ("USD/t", "USD", "h")
    assert best["port"] == uganda["ports"][0]["name"]
    assert uganda["ports"][0]["cost"]["value"] == pytest.approx(best["cost"]["value"])
    assert sum(one["share"] for one in uganda["neighbours"]) == pytest.approx(1.0)
    assert uganda["herfindahl"] == pytest.approx(sum(one["share"] ** 2 for one in uganda["neighbours"]))
    assert uganda["without_first_neighbour"]["neighbour"] not in ("", best["neighbour"])
    assert uganda["worst"] in {loss["id"] for loss in uganda["losses"]}
    assert {"country", "port"} <= {loss["kind"] for loss in uganda["losses"]}


def test_named_goods_are_asked_anew(landbridge: Command, coffee_root: Path) -> None:
    (coffee,) = landbridge("access", coffee_root, "--product", "0901", "--json").json["access"]
    assert coffee["shipment"] != "container_general"
    unknown = landbridge("access", coffee_root, "--product", "00", "--json")
    assert unknown.code != 0
    assert unknown.findings


def test_a_party_with_a_coast_has_nothing_to_say(landbridge: Command, tmp_path: Path) -> None:
    root = tmp_path / "coast"
    assert landbridge("new", root, "--parties", "KE,TZ", "--bound-by", "KE").code == 0
    answer = landbridge("access", root)
    assert answer.code == 0
    assert "no party is landlocked" in answer.out
    assert landbridge("access", root, "--json").json["access"] == []
