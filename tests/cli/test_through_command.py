"""`landbridge through`: the JSON that scripts rely on, what people read, and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest

Command = Callable[..., Any]

KAMPALA = ("Kampala", "Mombasa", "--product", "0901")
END = {"name": str, "code": str, "country": str, "lat": float, "lon": float}
PLACE = {"facility": str, "kind": str, "name": str, "country": str, "status": str}
UNITS = {"cost": "USD/t", "time": "h", "co2e": "kg/t"}


def check_fields(record: dict[str, Any], fields: dict[str, type]) -> None:
    for name, kind in fields.items():
        assert isinstance(record[name], kind), (name, record[name])


def check_quantity(quantity: dict[str, Any], unit: str) -> None:
    """A mean with its unit, money with its currency and year; ways through gateways have no range."""
    money = {"currency", "price_year"} if unit.startswith("USD") else set()
    assert set(quantity) == {"value", "unit"} | money
    assert isinstance(quantity["value"], float)
    assert quantity["unit"] == unit


def check_answer(answer: dict[str, Any]) -> None:
    """The shape that is promised to scripts."""
    assert answer["verdict"] == "ok"
    for end in (answer["origin"], answer["destination"]):
        check_fields(end, END)
    for one in (answer["best"], *(one for one in answer["gateways"] if one["status"] == "open")):
        assert one["way"]
        for name, unit in UNITS.items():
            check_quantity(one[name], unit)
        check_quantity(one["distance"], "km")
    for one in answer["gateways"]:
        check_fields(one, PLACE)
        if one["status"] == "open":
            for name in UNITS:
                difference = one[name]["value"] - answer["best"][name]["value"]
                assert one[f"{name}_more"]["value"] == pytest.approx(difference, abs=1e-9)
        else:
            assert not {"cost", "time", "co2e", "way"} & set(one)
    assert isinstance(answer["listings"], list)
    assert isinstance(answer["findings"], list)


def test_the_json_has_the_promised_shape(landbridge: Command) -> None:
    answer = landbridge("through", *KAMPALA, "--kind", "post,port", "--count", "4", "--json")
    assert (answer.code, answer.err) == (0, "")
    check_answer(answer.json)
    kinds = [one["kind"] for one in answer.json["gateways"]]
    assert set(kinds) == {"port", "post"}
    assert kinds == sorted(kinds), "a kind stands together, ports first"
    assert max(kinds.count(kind) for kind in set(kinds)) <= 4
    for kind in set(kinds):
        costs = [one["cost"]["value"] for one in answer.json["gateways"] if one["kind"] == kind]
        assert costs == sorted(costs)
    assert "NaN" not in answer.out


def test_what_people_read(landbridge: Command) -> None:
    answer = landbridge("through", *KAMPALA, "--kind", "post", "--by", "time", "--count", "3")
    assert (answer.code, answer.err) == (0, "")
    assert "best of all: " in answer.out
    assert "best way through it" in answer.out
    assert answer.out.count("border post") == 1, "the word of a kind stands once"
    assert "UG-KE" in answer.out


def test_a_gateway_by_name_is_told_whatever_it_costs(landbridge: Command) -> None:
    answer = landbridge("through", *KAMPALA, "--at", "malaba-rail", "--at", "suez", "--json")
    assert answer.code == 0
    check_answer(answer.json)
    assert "suez" in {one["facility"] for one in answer.json["gateways"]}


def test_potash_by_klaipeda_is_closed_by_law_and_has_no_value(landbridge: Command) -> None:
    """Lithuania ended the transit of the Belarusian potash maker: the port is named with the act, and nothing else."""
    ask = ("through", "Soligorsk", "Mundra", "--product", "3104", "--study", "studies/iran-belarus")
    answer = landbridge(*ask, "--kind", "port", "--count", "3", "--json")
    (port,) = (one for one in answer.json["gateways"] if one["name"] == "Klaipeda")
    assert port["status"] == "closed"
    assert port["closed_by"] == "lt-belaruskali-transit"
    assert "Lietuvos" in port["act"]
    check_answer(answer.json)
    text = landbridge(*ask, "--kind", "port", "--count", "3").out
    assert "Klaipeda (port)" in text[text.index("Closed by law") :]


def test_all_faults_are_told_at_once(landbridge: Command) -> None:
    answer = landbridge(
        "through", "Kampala", "Mombasa", "--kind", "prt", "--by", "beauty", "--at", "Nowheretown", "--json"
    )
    assert answer.code == 2
    assert sorted(answer.findings) == ["unknown_criterion", "unknown_kind", "unknown_place"]


def test_a_place_without_a_gateway_is_refused(landbridge: Command) -> None:
    answer = landbridge("through", *KAMPALA, "--at", "10.0,20.0", "--json")
    assert answer.code == 2
    assert answer.findings == ["no_gateway"]
