"""Tariff files of the shapes in which people have them; malformed rows; the tariff of the EAEU whole."""

import csv
import datetime
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.landed_cost.rate_text import parse_rate, write_rate
from landbridge.landed_cost.rates import RateInput, evaluate_rate, list_needs
from landbridge.landed_cost.tariff_files import TariffChoice, TariffFile, read_tariff
from landbridge.landed_cost.tariff_lines import read_tariff_book

HERE = Path(__file__).parent
DOWNLOADS = HERE / "tariff_downloads"
SAMPLE = HERE / "eaeu_sample.csv"
WHOLE = Path(__file__).parents[2].parent / "shared/data/trade/eaeu_tariff_2026-06-18.csv"
DAY = datetime.date(2026, 6, 18)
EAEU = TariffChoice("EAEU", "Council decision 80 of 14 September 2021", "eaeu", DAY)
UGANDA = TariffChoice("UG", "as reported", "some")


def codes(read: TariffFile) -> Counter[str]:
    return Counter(finding.code for finding in read.findings)


def read_text(folder: Path, text: str, choice: TariffChoice = UGANDA, name: str = "tariff.csv") -> TariffFile:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_tariff(path, choice)


def show(read: TariffFile) -> list[tuple[str, str, bool]]:
    frame = read.frame
    return [
        (code[0], rate, bool(average))
        for code, rate, average in zip(frame["products"], frame["rate"], frame["average"], strict=True)
    ]


# The tariff of the EAEU: code and rate, in the words of the act.


def test_the_sample_holds_all_shapes() -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 200
    read = read_tariff(SAMPLE, EAEU)
    needs = [list_needs(parse_rate(text)) for text in read.frame["rate"]]
    units = {unit for need in needs for unit in need.units}
    assert units == {"kg", "t", "l", "pair", "cm3", "m2", "unit"}
    assert {currency for need in needs for currency in need.currencies} == {"EUR", "USD"}


def test_every_row_of_the_sample_is_read_or_found_fault_with() -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        count = len(list(csv.reader(file))) - 1
    read = read_tariff(SAMPLE, EAEU)
    told = {finding.row for finding in read.findings}
    assert set(read.lines).isdisjoint(told)
    assert set(read.lines) | told == set(range(2, count + 2))
    assert {finding.severity for finding in read.findings} == {"warning", "note"}
    assert codes(read) == {"bad_rate": 19, "repeated_code": 22, "unknown_product": 2}


def test_the_row_with_a_unit_holds_and_a_bare_number_is_never_free() -> None:
    book = read_tariff_book(read_tariff(SAMPLE, EAEU).frame, date=DAY)
    for code, words in {
        "2707501000": "5 %",
        "2713110000": "3 %",
        "8511100001": "5 %",
        "3215110000": "5 %",
    }.items():
        assert [write_rate(line.rate) for line in book.find("EAEU", code).lines] == [words]
    for code in ("0201100001", "0406900000", "6666", "7777"):
        assert book.find("EAEU", code).lines == ()


@pytest.mark.skipif(not WHOLE.exists(), reason="the whole tariff is not here")
def test_every_row_of_the_whole_tariff_is_read_or_told() -> None:
    read = read_tariff(WHOLE, EAEU)
    told = {finding.row for finding in read.findings}
    assert set(read.lines).isdisjoint(told)
    assert set(read.lines) | told == set(range(2, 13_321))
    assert len(read.frame) == 13_278
    assert codes(read) == {"bad_rate": 19, "repeated_code": 22, "unknown_product": 2}
    texts = set(read.frame["rate"])
    assert all(parse_rate(write_rate(parse_rate(text))) == parse_rate(text) for text in texts)
    given_quantities = dict.fromkeys(("kg", "t", "l", "pair", "cm3", "m2", "unit"), 7.0)
    inputs = RateInput(np.array([0.0, 50.0]), "EUR", given_quantities, {"USD": 0.9})
    amounts = [evaluate_rate(parse_rate(text), inputs) for text in texts]
    assert all(np.isfinite(amount).all() and amount[1] >= amount[0] >= 0 for amount in amounts)


def hand_checked() -> list[dict[str, str]]:
    with (HERE / "hand_checked_rates.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", hand_checked(), ids=lambda row: f"{row['code']}-{row['value']}")
def test_amounts_worked_out_by_hand(row: dict[str, str]) -> None:
    """Value in EUR, one USD 0.80 EUR; the expected amounts were worked out on paper."""
    quantities = {row["unit"]: float(row["quantity"])}
    inputs = RateInput(float(row["value"]), "EUR", quantities, {"USD": 0.80})
    amount = float(evaluate_rate(parse_rate(row["rate"]), inputs))
    assert amount == pytest.approx(float(row["expected"]), abs=1e-9)


def test_rates_checked_by_hand_are_those_of_the_tariff() -> None:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        tariff = {(row["code"], row["rate"]) for row in csv.DictReader(file)}
    rows = hand_checked()
    assert len({(row["code"], row["rate"]) for row in rows}) >= 60
    assert {(row["code"], row["rate"]) for row in rows} <= tariff


# Downloads. The numbers are made up, the columns are those of the files.

# Bulk download of WITS: columns as listed in the reader of the repository that joins MFN and preferential tariffs with
# BACI (mpil_tariff_trade_analysis, etl of WITS tariffs, schemas AVEMFN and AVEPref).
AVEMFN = (DOWNLOADS / "wits_avemfn.csv").read_text(encoding="utf-8")
AVEPREF = (DOWNLOADS / "wits_avepref.csv").read_text(encoding="utf-8")
# UNCTAD TRAINS as CSV of the SDMX service of WITS: dimensions of its data structure TARIFF_TRAINS and the attributes
# of an observation (wits.worldbank.org/API/V1/SDMX/V21/rest/datastructure/WBG_WITS/TARIFF_TRAINS).
TRAINS = (DOWNLOADS / "trains.csv").read_text(encoding="utf-8")
# A result of WITS' tariff queries: column headings of the help on its result screen
# (wits.worldbank.org/wits/wits/witshelp, AQ_Tariffs-Result).
QUERY = (DOWNLOADS / "wits_query.csv").read_text(encoding="utf-8")
# WTO Stats: header of its CSV downloads (stats.wto.org), as a public script that reads one lists it.
WTO = (DOWNLOADS / "wto_stats.csv").read_text(encoding="utf-8")


def test_bulk_download_of_wits(tmp_path: Path) -> None:
    read = read_text(tmp_path, AVEMFN)
    assert read.layout == "WITS bulk download"
    assert show(read) == [
        ("010121", "0 %", False),
        ("100630", "75 %", False),
        ("847130", "12.5 %", True),
        ("240220", "35 %", False),
    ]
    assert read.frame["from"].tolist() == [datetime.date(2022, 1, 1)] * 4
    assert read.frame["quality"].tolist() == ["published"] * 3 + ["estimated"]
    assert "simple mean of 2 lines" in read.frame["note"][2]
    assert [(f.code, f.row) for f in read.findings] == [("no_ad_valorem", 5)]


def test_preferences_need_their_agreement(tmp_path: Path) -> None:
    read = read_text(tmp_path, AVEPREF)
    assert codes(read) == {"no_agreement": 1, "no_rows": 1}
    choice = TariffChoice("UG", "a", "s", agreement="eac")
    assert codes(read_text(tmp_path, AVEPREF, choice)) == {"several_partners": 1}
    one = read_text(tmp_path, AVEPREF, TariffChoice("UG", "a", "s", agreement="eac", partner="P11"))
    assert one.frame[["treatment", "agreement", "rate"]].to_dict("records") == [
        {"treatment": "preference", "agreement": "eac", "rate": "5 %"}
    ]
    assert one.frame["id"].tolist() == ["ug-847130-20220101-eac"]


def test_trains(tmp_path: Path) -> None:
    read = read_text(tmp_path, TRAINS, TariffChoice("KE", "a", "s"))
    assert read.layout == "UNCTAD TRAINS"
    assert show(read) == [("090111", "25 %", False)]
    assert codes(read) == {"no_agreement": 1, "no_ad_valorem": 1, "old_hs_code": 1}
    old = next(finding for finding in read.findings if finding.code == "old_hs_code")
    assert old.nearest == ("300241",)


def test_queries_of_wits_and_wto_stats(tmp_path: Path) -> None:
    read = read_text(tmp_path, QUERY, TariffChoice("IR", "a", "s"))
    assert (read.layout, show(read)) == ("WITS query", [("310420", "5 %", True)])
    assert codes(read) == {"not_applied": 1}
    read = read_text(tmp_path, WTO, TariffChoice("AM", "a", "s"))
    assert (read.layout, show(read)) == ("WTO Stats", [("843351", "5 %", True)])
    assert codes(read) == {"not_applied": 1}


def test_a_file_of_several_reporters_needs_a_choice(tmp_path: Path) -> None:
    both = AVEMFN + "H6,404,2022,010121,0,0,0,0,0,1,0,0,1,1,\n"
    assert "several_reporters" in codes(read_text(tmp_path, both))
    kenya = read_text(tmp_path, both, TariffChoice("KE", "a", "s", reporter="404"))
    assert show(kenya) == [("010121", "0 %", False)]
    none = read_text(tmp_path, both, TariffChoice("KE", "a", "s", reporter="999"))
    assert codes(none)["unknown_reporter"] == 1


# Files of one's own.


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("HS code,Duty rate\n8433.51,5%\n", [("843351", "5%", False)]),
        ("Code;Ставка\n3104201000;6,5%\n", [("3104201000", "6,5%", False)]),
        ("Schedule 1 of the act\n\nTariff line\tMFN\n0405 10\t15 % min 0.22 EUR/kg\n", None),
        (
            "product,rate_percent\n080212,5\n080251,7.5\n",
            [("080212", "5 %", False), ("080251", "7.5 %", False)],
        ),
    ],
)
def test_named_columns(tmp_path: Path, text: str, expected: list[tuple[str, str, bool]] | None) -> None:
    read = read_text(tmp_path, text, EAEU)
    assert read.findings == ()
    assert show(read) == (expected or [("040510", "15 % min 0.22 EUR/kg", False)])


def test_a_row_may_say_its_own_days_and_months(tmp_path: Path) -> None:
    text = "code,rate,from,until,months,note\n0808,10%,2024-01-01,2024-12-31,8-11,x\n0809,5%,,01.02.2025,,\n"
    read = read_text(tmp_path, text, EAEU)
    row = read.frame.iloc[0]
    assert (row["from"], row["until"], row["months"]) == (
        datetime.date(2024, 1, 1), datetime.date(2024, 12, 31), "8-11",
    )  # fmt: skip
    assert [(f.code, f.row, f.column) for f in read.findings] == [("bad_date", 3, "until")]


def write_workbook(path: Path, rows: list[list[Any]]) -> None:
    pd.DataFrame(rows).to_excel(path, header=False, index=False, engine="xlsxwriter")


def test_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "tariff.xlsx"
    rows: list[list[Any]] = [
        ["Tariff of a ministry", ""],
        ["HS code", "Rate"],
        ["040510", "15 % min 0.22 EUR/kg"],
    ]
    write_workbook(path, [*rows, [40610, "15%"], ["090111", 0.25]])
    read = read_tariff(path, EAEU)
    assert show(read) == [("040510", "15 % min 0.22 EUR/kg", False), ("040610", "15%", False)]
    assert [(f.code, f.row) for f in read.findings] == [("bad_rate", 5), ("lost_zero", 4)]


def test_shares_are_not_taken_for_per_cent(tmp_path: Path) -> None:
    path = tmp_path / "tariff.xlsx"
    write_workbook(path, [["code", "percent"], ["090111", 0.25], ["090112", 0.1], ["090121", 0]])
    read = read_tariff(path, EAEU)
    assert codes(read) == {"shares_for_percents": 1}
    assert read.frame.empty


def test_rows_that_contradict_each_other_are_left_out(tmp_path: Path) -> None:
    text = (
        "code,rate\n0808,10%\n0808,5%\n0809,0\n0809,5\n0810,garbage\n0810,0.0\n0811,3%\n0811,3 %\n0812,5%\n"
    )
    read = read_text(tmp_path, text, EAEU)
    assert show(read) == [("0811", "3%", False), ("0812", "5%", False)]
    assert codes(read) == {"repeated_code": 5, "bad_rate": 2}


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        (TariffChoice("Atlantis", "a", "s", DAY), "unknown_territory"),
        (TariffChoice("BY", "", "s", DAY), "missing_act"),
        (TariffChoice("BY", "a", " ", DAY), "missing_source"),
        (TariffChoice("BY", "a", "s", DAY, quality="sure"), "unknown_quality"),
        (TariffChoice("BY", "a", "s"), "missing_date"),
    ],
)
def test_faults_of_the_choice(tmp_path: Path, choice: TariffChoice, code: str) -> None:
    read = read_text(tmp_path, "code,rate\n0808,10%\n", choice)
    assert code in codes(read)
    assert read.frame.empty


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.csv", b"", "empty_file"),
        ("a.csv", b"\n\n ,\n", "empty_file"),
        ("a.csv", b"colour,size\nred,5\n", "unknown_layout"),
        ("a.csv", b"id,territory,products,treatment,rate\na,BY,0808,preference,5%\n", "own_table"),
        ("a.csv", b"\x00\x01", "not_text"),
        ("a.csv", b'code,rate\n"0808,5%\n', "bad_csv"),
        ("a.xlsx", b"no workbook", "unreadable"),
        ("a.csv", "code,rate\n0808,ставка\n".encode("utf-16"), "bad_encoding"),
    ],
)
def test_faults_of_the_file(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    (tmp_path / name).write_bytes(data)
    read = read_tariff(tmp_path / name, EAEU)
    assert code in codes(read)
    assert read.frame.empty


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert codes(read_tariff(tmp_path / "none.csv", EAEU)) == {"no_file": 1}


HEADERS = [text.splitlines()[0] for text in (AVEMFN, AVEPREF, TRAINS, QUERY, WTO)]
cells = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [
            "",
            "0",
            "5",
            "5%",
            "0808",
            "080810",
            "999",
            "1e9",
            "-3",
            "nan",
            "2022",
            "MFN",
            "PREF",
            "HS_A_0010",
            "a,b",
            '"',
        ]
    ),
    st.integers(0, 10**12).map(str),
)


@given(
    st.sampled_from([*HEADERS, "code,rate", "code;rate;from;months", "hs,percent"]),
    st.lists(st.lists(cells, max_size=26), max_size=8),
)
def test_malformed_rows_give_findings_and_no_traceback(
    tmp_path_factory: pytest.TempPathFactory, header: str, rows: list[list[str]]
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "tariff.csv"
    mark = ";" if ";" in header else ","
    text = "\n".join([header, *(mark.join(row) for row in rows)])
    path.write_bytes(text.encode("utf-8", errors="replace"))
    read = read_tariff(path, EAEU)
    assert len(read.frame) == len(read.lines)
    for rate in read.frame["rate"]:
        parse_rate(rate)
    assert read.frame["id"].is_unique
    if read.frame.empty:
        assert read.findings


@given(st.binary(max_size=200))
def test_any_bytes_give_findings_and_no_traceback(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    for name in ("tariff.csv", "tariff.xlsx"):
        path = tmp_path_factory.mktemp("fuzz") / name
        path.write_bytes(data)
        assert read_tariff(path, EAEU).findings
