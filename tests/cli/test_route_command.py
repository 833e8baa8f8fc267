"""`landbridge route`: the JSON that scripts rely on, and what people read."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

Command = Callable[..., Any]

QUANTITY = {"value", "p10", "p50", "p90", "unit", "currency", "price_year", "source", "quality"}
WHOLE = {"p10", "p50", "p90"}
LISTING = {"jurisdiction": str, "act": str, "article": str, "from": str, "applies": bool, "source": str}
END = {"name": str, "code": str, "country": str, "lat": float, "lon": float}
KAMPALA = ("Kampala", "Mombasa", "--product", "0901", "--alternatives", "0")


def check_quantity(quantity: dict[str, Any], unit: str, *, whole: bool) -> None:
    """One shape for every quantity: quantiles stand beside whole figures only, money has its currency and year."""
    assert set(quantity) <= QUANTITY
    assert isinstance(quantity["value"], float)
    assert quantity["unit"] == unit
    if unit.startswith("USD"):
        assert quantity["currency"] == "USD"
        assert 2020 <= quantity["price_year"] <= 2030
    if whole:
        assert set(quantity) >= WHOLE
        assert quantity["p10"] <= quantity["p50"] <= quantity["p90"]
    else:
        assert not WHOLE & set(quantity)


def check_fields(record: dict[str, Any], fields: dict[str, type]) -> None:
    for name, kind in fields.items():
        assert isinstance(record[name], kind), (name, record[name])


def check_item(item: dict[str, Any]) -> None:
    assert item["kind"] in ("leg", "operation")
    check_quantity(item["cost"], "USD/t", whole=False)
    check_quantity(item["time"], "h", whole=False)
    if item["kind"] == "leg":
        check_fields(item, {"mode": str, "from": str, "to": str, "countries": list})
        check_quantity(item["distance"], "km", whole=False)
    else:
        check_fields(item, {"operation": str, "place": str})
        assert item["operation"]


def check_answer(answer: dict[str, Any]) -> None:
    """The shape that is promised to scripts."""
    assert answer["verdict"] == "ok"
    for end in (answer["origin"], answer["destination"]):
        check_fields(end, END)
        assert end["snap_km"] is None or end["snap_km"] >= 0
    assert answer["routes"]
    for route in answer["routes"]:
        check_quantity(route["cost"], "USD/t", whole=True)
        check_quantity(route["time"], "h", whole=True)
        check_quantity(route["distance"], "km", whole=False)
        check_quantity(route["co2e"], "kg/t", whole=False)
        for item in route["items"]:
            check_item(item)
        for name in ("cost", "time"):
            total = sum(item[name]["value"] for item in route["items"])
            assert route[name]["value"] == pytest.approx(total)
        assert isinstance(route["findings"], list)
        assert all(set(listing) >= set(LISTING) for listing in route["listings"])
    for listing in answer["listings"]:
        check_fields(listing, LISTING)
        assert listing["until"] is None or isinstance(listing["until"], str)
    assert isinstance(answer["findings"], list)


def test_the_json_has_the_promised_shape(landbridge: Command) -> None:
    answer = landbridge("route", *KAMPALA, "--by", "cost,time,co2e", "--json")
    assert (answer.code, answer.err) == (0, "")
    check_answer(answer.json)
    costs = [route["cost"]["value"] for route in answer.json["routes"]]
    assert costs == sorted(costs)
    assert "NaN" not in answer.out
    assert "Infinity" not in answer.out


def test_the_json_of_a_flow_under_law_has_its_listings(landbridge: Command) -> None:
    """Potash from Belarus to India in 2025: measures of the European Union and others are shown."""
    answer = landbridge(
        "route",
        "Soligorsk",
        "Mundra",
        "--product",
        "3104",
        "--alternatives",
        "0",
        "--date",
        "2025-08-21",
        "--json",
    )
    assert answer.code == 0
    check_answer(answer.json)
    assert answer.json["listings"]
    assert all(listing["act"] for listing in answer.json["listings"])


def test_people_read_what_scripts_read(landbridge: Command) -> None:
    text, data = landbridge("route", *KAMPALA), landbridge("route", *KAMPALA, "--json").json
    assert text.code == 0
    assert "Kampala" in text.out
    assert "not legal advice" in text.out
    assert f"{data['routes'][0]['cost']['value']:.0f}" in text.out.replace("\N{NARROW NO-BREAK SPACE}", "")
    for item in data["routes"][0]["items"]:
        if item["kind"] == "operation":
            assert item["place"][:40] in text.out


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_draws_are_written_on_request(landbridge: Command, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"draws.{ending}"
    told = landbridge("route", *KAMPALA, "--draws", file)
    assert told.code == 0
    assert str(file) in told.out
    drawn = pd.read_csv(file) if ending == "csv" else pd.read_parquet(file)
    assert list(drawn.columns) == ["route", "rank", "draw", "time", "cost"]
    assert len(drawn) % 4_000 == 0
    assert (drawn[["time", "cost"]] > 0).all(axis=None)


def test_draws_go_into_csv_or_parquet_only(landbridge: Command, tmp_path: Path) -> None:
    told = landbridge("route", *KAMPALA, "--draws", tmp_path / "draws.xls", "--json")
    assert told.code == 2
    assert told.findings == ["unknown_format"]
    assert not list(tmp_path.iterdir())


def test_coordinates_below_zero_are_an_argument(landbridge: Command) -> None:
    """Dar es Salaam lies at 6.8 degrees south."""
    answer = landbridge("route", "-6.8,39.28", "0.32,32.58", "--alternatives", "0", "--json")
    assert answer.code == 0
    assert answer.json["origin"]["country"] == "TZ"
    assert answer.json["destination"]["country"] == "UG"
    assert answer.json["origin"]["lat"] == pytest.approx(-6.8)


def test_a_prohibited_shipment_has_exit_code_4_the_act_and_no_route(landbridge: Command) -> None:
    answer = landbridge("route", "Soligorsk", "Klaipeda", "--product", "310420", "--avoid", "LT", "--json")
    assert answer.code == 4
    assert answer.json["verdict"] == "prohibited"
    assert not answer.json.get("routes")
    assert answer.json["listings"]
    for listing in answer.json["listings"]:
        check_fields(listing, LISTING)
        assert listing["applies"]
    told = landbridge("route", "Soligorsk", "Klaipeda", "--product", "310420")
    assert told.code == 4
    assert answer.json["listings"][0]["act"] in told.out


def test_no_way_has_exit_code_3_and_what_blocks_it(landbridge: Command) -> None:
    answer = landbridge("route", "LKCMB", "Nhava Sheva", "--mode", "road", "--json")
    assert answer.code == 3
    assert set(answer.json) == {"findings"}
    assert answer.findings == ["unreachable"]
    told = landbridge("route", "LKCMB", "Nhava Sheva", "--mode", "road")
    assert told.code == 3
    assert "unreachable" in told.err
    assert told.out == ""


FAULTS = {
    "an unknown place": (("Nowherton", "Mombasa"), "unknown_place"),
    "an unknown product": (("Kampala", "Mombasa", "--product", "99zz99"), "unknown_code"),
    "an unknown mode": (("Kampala", "Mombasa", "--mode", "hovercraft"), "unknown_mode"),
    "an unknown cargo class": (("Kampala", "Mombasa", "--cargo", "gold"), "unknown_cargo"),
    "an unknown criterion": (("Kampala", "Mombasa", "--by", "price"), "unknown_criterion"),
    "no criterion": (("Kampala", "Mombasa", "--by", ","), "unknown_criterion"),
    "an unknown corridor": (("Kampala", "Mombasa", "--corridor", "silk"), "unknown_corridor"),
    "an unknown place to pass": (("Kampala", "Mombasa", "--via", "Nowherton"), "unknown_place"),
    "an unknown place to avoid": (("Kampala", "Mombasa", "--avoid", "Nowherton"), "unknown_place"),
    "a place of several": (("Colombo", "Mombasa"), "ambiguous_place"),
    "no coordinates": (("91,200", "Mombasa"), "bad_coordinates"),
    "no date": (("Kampala", "Mombasa", "--date", "2026-13-45"), "bad_date"),
    "negative tonnes": (("Kampala", "Mombasa", "--tonnes", "-3"), "unknown_number"),
    "no tonnes": (("Kampala", "Mombasa", "--tonnes", "0"), "unknown_number"),
    "infinite tonnes": (("Kampala", "Mombasa", "--tonnes", "inf"), "unknown_number"),
    "tonnes that are no number": (("Kampala", "Mombasa", "--tonnes", "nan"), "bad_argument"),
    "tonnes that are a word": (("Kampala", "Mombasa", "--tonnes", "many"), "bad_argument"),
    "too many alternatives": (("Kampala", "Mombasa", "--alternatives", "-1"), "bad_argument"),
    "an option that is none": (("Kampala", "Mombasa", "--fast"), "bad_argument"),
    "one place": (("Kampala",), "bad_argument"),
    "a scenario without a study": (("Kampala", "Mombasa", "--scenario", "signed"), "scenario_without_study"),
    "a study that is none": (("Kampala", "Mombasa", "--study", "nowhere"), "no_study"),
    "an empty place": (("", "Mombasa"), "unknown_place"),
    "a place of symbols": (("\N{SNOWMAN}<script>", "Mombasa"), "unknown_place"),
    "a very long place": (("x" * 100_000, "Mombasa"), "unknown_place"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_request_has_exit_code_2_and_is_told_as_findings(landbridge: Command, fault: str) -> None:
    arguments, code = FAULTS[fault]
    answer = landbridge("route", *arguments, "--json")
    assert answer.code == 2
    assert set(answer.json) == {"findings"}
    assert code in answer.findings
    for finding in answer.json["findings"]:
        assert finding["what"]
        assert finding["remedy"]
        assert len(finding["what"]) < 1000


def test_people_are_told_of_a_bad_request_on_the_error_stream(landbridge: Command) -> None:
    answer = landbridge("route", "Kampola", "Mombosa")
    assert answer.code == 2
    assert answer.out == ""
    for nearest in ("Kampala, UG", "Mombasa, KE"):
        assert nearest in answer.err


def test_all_faults_of_a_request_are_told_at_once(landbridge: Command) -> None:
    answer = landbridge(
        "route", "Nowherton", "Unplaceville", "--product", "99zz99", "--mode", "hovercraft", "--by", "price",
        "--tonnes", "-1", "--via", "Elsewhereby", "--corridor", "silk", "--date", "yesterday", "--json",
    )  # fmt: skip
    assert answer.code == 2
    told = json.dumps(answer.json)
    words = (
        "Nowherton",
        "Unplaceville",
        "99zz99",
        "hovercraft",
        "price",
        "-1",
        "Elsewhereby",
        "silk",
        "yesterday",
    )
    assert [word for word in words if word not in told] == []


def test_a_front_is_as_close_as_asked(landbridge: Command) -> None:
    """Within a million of everything the best way by each criterion is all of the front."""
    asked = ("route", *KAMPALA, "--by", "cost,time,co2e", "--json")
    usual, wide = (landbridge(*asked, *more).json["routes"] for more in ((), ("--within", "1e6,1e6,1e6")))
    assert len(usual) > len(wide)
    assert {route["criterion"] for route in wide} == {"cost", "time", "co2e"}


@pytest.mark.parametrize("within", ["much,1", "5", "-1,2"])
def test_tolerances_of_a_front_are_numbers_for_each_criterion(landbridge: Command, within: str) -> None:
    answer = landbridge("route", *KAMPALA, "--by", "cost,time", f"--within={within}")
    assert answer.code == 2
    assert not answer.out
