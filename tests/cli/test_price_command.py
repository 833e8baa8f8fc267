"""`landbridge price`: the JSON that scripts rely on, what people read, exit codes, and arguments that are wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landbridge.api import Offer, Options, price_landed_cost
from landbridge.schema import UnreachableError

Command = Callable[..., Any]

QUANTITY = {"value", "p10", "p50", "p90", "unit", "currency", "price_year", "source", "quality"}
LINE = {
    "name",
    "title",
    "stage",
    "base",
    "rate",
    "amount",
    "formula",
    "counted",
    "payer",
    "act",
    "date",
    "inputs",
}
REGIME = {
    "regime",
    "name",
    "kind",
    "way",
    "corridor",
    "total",
    "duty",
    "taxes",
    "days",
    "papers",
    "conditions",
}
HARVESTER = ("--product", "8433.51", "--from", "BY", "--to", "IR", "--value", "120000", "--incoterm", "DAP")
GIVEN = (*HARVESTER, "--freight", "3000", "--weight-kg", "12000", "--date", "2026-06-01")


def check_money(quantity: dict[str, Any], currency: str = "USD") -> float:
    """One shape for every quantity: money has its currency and year, and no key that does not apply."""
    assert set(quantity) <= QUANTITY
    assert isinstance(quantity["value"], float)
    assert (quantity["unit"], quantity["currency"]) == (currency, currency)
    assert 2000 < quantity["price_year"] < 2100
    assert None not in quantity.values()
    return float(quantity["value"])


def check_answer(answer: dict[str, Any], currency: str = "USD") -> None:
    """The shape that is promised to scripts."""
    assert {"verdict", "total", "lines", "regimes", "listings", "findings"} <= set(answer)
    assert answer["verdict"] == "ok"
    total = check_money(answer["total"], currency)
    counted = 0.0
    for line in answer["lines"]:
        assert set(line) == LINE
        amount = check_money(line["amount"], currency)
        counted += amount * line["counted"]
        if line["base"] is not None:
            check_money(line["base"], currency)
        assert line["payer"] in ("buyer", "seller")
    assert counted == pytest.approx(total, rel=1e-9)
    for regime in answer["regimes"]:
        assert set(regime) == REGIME
        for name in ("total", "duty", "taxes"):
            check_money(regime[name], currency)
    assert answer["regimes"][0]["regime"] == answer["regime"]
    assert answer["regimes"][0]["total"] == answer["total"]
    kinds = [regime["kind"] for regime in answer["regimes"]]
    assert kinds == sorted(kinds)
    assert all(finding["severity"] in ("warning", "note") for finding in answer["findings"])


def test_a_given_freight_between_countries_needs_no_network(landbridge: Command) -> None:
    answer = landbridge("price", *GIVEN, "--json")
    assert answer.code == 0
    check_answer(answer.json)
    names = [line["name"] for line in answer.json["lines"]]
    assert {"goods", "carriage", "insurance", "customs_value", "duty", "vat"} <= set(names)
    duty = next(line for line in answer.json["lines"] if line["name"] == "duty")
    assert duty["date"]
    assert duty["act"]
    assert duty["base"]["value"] == pytest.approx(120_000.0)
    assert set(answer.json["prices"]) >= {"EXW", "FOB", "CIF", "DAP", "DDP"}
    assert check_money(answer.json["prices"]["DAP"]) == pytest.approx(120_000.0)


def test_another_currency_and_freight_after_entry(landbridge: Command) -> None:
    answer = landbridge("price", *GIVEN, "--inland-freight", "500", "--currency", "eur", "--json")
    check_answer(answer.json, "EUR")
    value = next(line for line in answer.json["lines"] if line["name"] == "customs_value")
    assert value["amount"]["value"] == pytest.approx(119_500.0)


def test_days_of_a_given_freight_bear_interest(landbridge: Command) -> None:
    answers = [landbridge("price", *GIVEN, *more, "--json") for more in ((), ("--days", "36.5"))]
    interest = [
        next(line["amount"]["value"] for line in answer.json["lines"] if line["name"] == "inventory")
        for answer in answers
    ]
    goods = next(line for line in answers[1].json["lines"] if line["name"] == "goods")
    assert interest == [0.0, pytest.approx(goods["amount"]["value"] * 0.1 * 36.5 / 365.0)]


def test_the_text_keeps_to_the_width_of_a_page(landbridge: Command) -> None:
    answer = landbridge("price", *GIVEN, "--sensitivities")
    assert max(map(len, answer.out.splitlines())) <= 140
    unknown = landbridge("price", *GIVEN)
    assert "\N{EN DASH}\N{EN DASH}" not in unknown.out


def test_a_code_that_is_no_line_is_told_with_those_near_it(landbridge: Command) -> None:
    carpet = ("--product", "5702420000", "--from", "IR", "--to", "BY", "--value", "9000", "--freight", "300")
    answer = landbridge("price", *carpet, "--json")
    found = next(finding for finding in answer.json["findings"] if finding["code"] == "no_tariff")
    assert found["nearest"] == ["5702421000", "5702429000"]
    odd = landbridge("price", *carpet, "--currency", "XXQ", "--json")
    assert "ISO 4217" in odd.json["findings"][0]["remedy"]


def test_people_read_lines_regimes_terms_and_law(landbridge: Command) -> None:
    answer = landbridge("price", *GIVEN)
    assert answer.code == 0
    for words in (
        "Goods ex works",
        "Customs value",
        "total at the door",
        "mfn",
        "EXW",
        "not legal advice",
        "law:",
    ):
        assert words in answer.out
    assert "nan" not in answer.out.lower().replace("finance", "")


def pick(answer: Any, regime: str) -> dict[str, Any]:
    return next(one for one in answer.json["regimes"] if one["regime"] == regime)


def test_goods_that_originate_need_no_condition(landbridge: Command) -> None:
    unknown = landbridge("price", *GIVEN, "--json")
    known = landbridge("price", *GIVEN, "--originates", "eaeu-iran-2025", "--json")
    condition = "only where the goods originate"
    assert any(condition in told for told in pick(unknown, "eaeu-iran-2025")["conditions"])
    assert not any(condition in told for told in pick(known, "eaeu-iran-2025")["conditions"])
    elsewhere = landbridge("price", *GIVEN, "--origin", "CN", "--json")
    assert "eaeu-iran-2025" not in [one["regime"] for one in elsewhere.json["regimes"]]


def test_the_day_decides_on_the_agreement(landbridge: Command) -> None:
    before = landbridge("price", *GIVEN[:-1], "2025-05-14", "--json")
    after = landbridge("price", *GIVEN[:-1], "2025-05-15", "--json")
    regimes = [[one["regime"] for one in answer.json["regimes"]] for answer in (before, after)]
    assert ["eaeu-iran-2025" in named for named in regimes] == [False, True]
    assert before.json["total"]["price_year"] == 2025


def test_a_regime_is_asked_for_by_name(landbridge: Command) -> None:
    answer = landbridge("price", *GIVEN, "--regime", "mfn", "--json")
    assert [one["regime"] for one in answer.json["regimes"]] == ["mfn"]
    wrong = landbridge("price", *GIVEN, "--regime", "mfm", "--json")
    assert (wrong.code, wrong.findings[0]) == (2, "unknown_regime")
    assert wrong.json["findings"][0]["nearest"][0] == "mfn"


def test_goods_that_the_law_forbids_are_not_priced(landbridge: Command) -> None:
    banned = ("--product", "31042050", "--from", "AE", "--to", "LV", "--origin", "BY", "--value", "9000")
    answer = landbridge("price", *banned, "--weight-kg", "25000", "--freight", "900", "--json")
    assert answer.code == 4
    assert answer.json["verdict"] == "prohibited"
    assert any("765/2006" in listing["act"] and listing["article"] for listing in answer.json["listings"])
    assert "total" not in answer.json
    told = landbridge("price", *banned, "--weight-kg", "25000", "--freight", "900")
    assert told.code == 4
    assert "765/2006" in told.out + told.err


def test_all_that_is_wrong_is_told_at_once(landbridge: Command) -> None:
    wrong = ("--product", "9877", "--from", "BY", "--to", "IR", "--value", "-5", "--currency", "XXQ")
    more = (
        "--incoterm",
        "DAF",
        "--origin",
        "QQ",
        "--quantity",
        "0",
        "--weight-kg",
        "-1",
        "--gross-kg",
        "inf",
    )
    words = ("--measure", "much", "--originates", "nafta")
    answer = landbridge("price", *wrong, *more, *words, "--freight", "10", "--json")
    assert answer.code == 2
    assert {
        "unknown_product",
        "bad_value",
        "unknown_currency",
        "unknown_incoterm",
        "unknown_country",
        "bad_quantity",
        "bad_weight",
        "bad_gross_weight",
        "bad_measure",
        "unknown_trade_agreement",
    } <= set(answer.findings)
    assert all(finding["what"] and finding["remedy"] for finding in answer.json["findings"])


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("--freight", "nan"), "bad_freight"),
        (("--freight", "inf"), "bad_freight"),
        (("--freight", "-1"), "bad_freight"),
        (("--inland-freight", "nan"), "bad_freight"),
        (("--days", "-1"), "bad_freight"),
        (("--months", "nan"), "bad_argument"),
        (("--months", "inf"), "bad_wish"),
        (("--zone-added", "-5"), "bad_wish"),
        (("--zone-added", "inf"), "bad_wish"),
        (("--measure", "12 parsecs"), "bad_measure"),
        (("--originates", "eaeu-iran"), "unknown_trade_agreement"),
        (("--date", "1990-01-01"), "no_tariff"),
        (("--value", "10"), "price_below_costs"),
        (("--from", "Qqxzzy"), "unknown_place"),
    ],
)
def test_one_wrong_argument_is_a_finding(landbridge: Command, more: tuple[str, ...], code: str) -> None:
    answer = landbridge("price", *GIVEN, *more, "--json")
    assert answer.code == 2
    assert code in answer.findings
    assert answer.err.strip() == ""


def test_without_a_quantity_a_specific_rate_is_a_finding(landbridge: Command) -> None:
    carpet = (
        "--product",
        "5702421000",
        "--from",
        "IR",
        "--to",
        "BY",
        "--value",
        "9000",
        "--weight-kg",
        "900",
    )
    answer = landbridge("price", *carpet, "--freight", "300", "--json")
    assert (answer.code, "missing_quantity" in answer.findings) == (2, True)
    given_area = landbridge("price", *carpet, "--freight", "300", "--measure", "250 m2", "--json")
    assert given_area.code == 0
    full = landbridge(
        "price", *carpet, "--freight", "300", "--measure", "250 m2", "--regime", "mfn", "--json"
    )
    duty = next(line for line in full.json["lines"] if line["name"] == "duty")
    assert duty["formula"].startswith("0.25 EUR/m2 (250 m2; ")


WORDS = st.sampled_from(
    ["", " ", "nan", "-1", "0", "1e308", "BY", "IR", "8433", "DDP", "мир", "=1+1", "../x", "🜁", "9" * 40]
)
GOODS = ("product", "value", "currency", "incoterm", "quantity", "unit", "weight-kg", "gross-kg", "measure")
ASKED = (
    "from",
    "to",
    "origin",
    "originates",
    "date",
    "regime",
    "months",
    "zone-added",
    "freight",
    "inland-freight",
)
OPTIONS = st.sampled_from((*GOODS, *ASKED))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(OPTIONS, WORDS, min_size=1, max_size=3))
def test_no_arguments_end_in_a_traceback(landbridge: Command, changed: dict[str, str]) -> None:
    # The fixture fails the test on any error that is no answer of the command.
    arguments = [part for name, word in changed.items() for part in (f"--{name}", word)]
    answer = landbridge("price", *GIVEN, *arguments, "--json")
    assert answer.code in (0, 2, 4)
    if answer.out.startswith("{"):
        told = json.loads(answer.out)
        assert told["findings"] if answer.code == 2 else told["verdict"] in ("ok", "prohibited")


def test_a_harvester_from_gomel_to_tehran_over_the_network(landbridge: Command) -> None:
    answer = landbridge(
        "price", "--product", "8433.51", "--from", "Gomel", "--to", "Tehran", "--value", "120000",
        "--incoterm", "DAP", "--quantity", "1", "--weight-kg", "14000", "--date", "2026-06-01", "--json",
    )  # fmt: skip
    assert answer.code == 0
    check_answer(answer.json)
    total = answer.json["total"]
    assert total["p10"] <= total["p50"] <= total["p90"]
    assert check_money(answer.json["prices"]["DAP"]) == pytest.approx(120_000.0)
    moved = [line for line in answer.json["lines"] if line["payer"] == "seller"]
    assert moved
    assert not any("p50" in line["amount"] for line in moved)
    stages = {line["stage"] for line in answer.json["lines"] if line["name"] == "carriage"}
    assert {"export", "inland"} <= stages


def test_where_no_way_leads_nothing_is_priced() -> None:
    island = Offer(product="843351", origin="LKCMB", destination="Nhava Sheva", value=9e4, weight=9e3)
    with pytest.raises(UnreachableError) as caught:
        price_landed_cost(island, options=Options(mode="road", alternatives=0))
    assert caught.value.exit_code == 3
