"""`landbridge price --sensitivities`: tables for people, keys for scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Command = Callable[..., Any]

ASKED = (
    "price", "--product", "8433.51", "--from", "BY", "--to", "IR", "--value", "120000", "--weight-kg", "15000",
    "--freight", "9000",
)  # fmt: skip


def test_people_read_what_moves_the_total(landbridge: Command) -> None:
    answer = landbridge(*ASKED, "--sensitivities")
    assert answer.code == 0
    assert "share of total" in answer.out
    assert "Value of the goods" in answer.out
    assert "break-even: " in answer.out
    assert "preference by given freight: " in answer.out


def test_they_are_shown_where_asked_for(landbridge: Command) -> None:
    assert "break-even" not in landbridge(*ASKED).out


def test_scripts_find_the_keys(landbridge: Command) -> None:
    answer = landbridge(*ASKED, "--json")
    assert answer.code == 0
    assert {one["factor"] for one in answer.json["sensitivities"]} == {"value", "freight", "duty", "charges"}
    assert answer.json["break_evens"][0]["words"]
    assert answer.json["preference_margins"][0]["net"]["unit"] == "USD"
