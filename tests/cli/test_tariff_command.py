"""`landbridge tariff`: show, search, import."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import landbridge as lb

Command = Callable[..., Any]
ROWS = 'code,rate\n8433510001,5%\n0405101100,"15%, но не менее 0.22 EUR за 1 кг"\n0406900000,8.0\n'
OPTIONS = ("--territory", "EAEU", "--act", "Decision 80", "--source", "test", "--date", "2026-06-18")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tariff.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


@pytest.fixture
def study(tmp_path: Path, landbridge: Command) -> Path:
    root = tmp_path / "study"
    assert landbridge("new", root, "--parties", "BY,IR", "--bound-by", "BY,IR").code == 0
    (root / "sources.csv").write_text("id,title,publisher,kind\ntest,A test,The tests,E\n", encoding="utf-8")
    return root


def test_show_prints_rate_act_source_and_hierarchy(landbridge: Command) -> None:
    answer = landbridge("tariff", "show", "843351", "--territory", "BY", "--date", "2026-06-18")
    assert answer.code == 0
    for words in (
        "84  Machinery",
        "8433  Harvesting",
        "843351  Combine",
        "5 %",
        "EAEU",
        "Decision of the Council",
    ):
        assert words in answer.out


def test_show_as_json(landbridge: Command) -> None:
    answer = landbridge("tariff", "show", "8433.51", "--territory", "EAEU", "--date", "2026-06-18", "--json")
    assert answer.code == 0
    data = answer.json
    assert set(data) >= {"product", "title", "parents", "lines", "findings"}
    assert data["product"] == "843351"
    assert [parent["code"] for parent in data["parents"]] == ["84", "8433"]
    line = data["lines"][0]
    assert (line["rate"], line["charge"], line["treatment"]) == ("5 %", "duty", "mfn")
    assert line["source_title"]
    assert data["findings"] == []


def test_a_country_by_its_name_is_told_its_code(landbridge: Command) -> None:
    answer = landbridge("tariff", "show", "843351", "--territory", "Uganda", "--json")
    assert answer.code == 2
    assert answer.json["findings"][0]["nearest"] == ["UG"]


def test_show_says_that_no_tariff_is_known(landbridge: Command) -> None:
    answer = landbridge("tariff", "show", "843351", "--territory", "AQ", "--json")
    assert answer.code == 2
    assert answer.findings == ["no_tariff"]
    early = landbridge("tariff", "show", "843351", "--territory", "EAEU", "--date", "1990-01-01", "--json")
    assert early.code == 2
    assert "begin on" in early.json["findings"][0]["what"]


def test_show_refuses_what_is_no_code_no_territory_and_no_date(landbridge: Command) -> None:
    answer = landbridge("tariff", "show", "870190", "--territory", "Atlantis", "--json")
    assert answer.code == 2
    assert sorted(answer.findings) == ["old_hs_code", "unknown_territory"]
    assert "870191" in next(f for f in answer.json["findings"] if f["code"] == "old_hs_code")["nearest"]
    assert landbridge("tariff", "show", "8433", "--territory", "BY", "--date", "soon", "--json").findings == [
        "bad_date"
    ]


def test_search(landbridge: Command) -> None:
    answer = landbridge("tariff", "search", "combine", "harvesters")
    assert answer.code == 0
    assert "843351" in answer.out
    data = landbridge("tariff", "search", "polypropylene", "--limit", "3", "--json").json
    assert "390210" in [product["code"] for product in data["products"]]
    assert "in English" in landbridge("tariff", "search", "xyzzy").out


def test_import_without_a_place_only_checks(landbridge: Command, file: Path) -> None:
    answer = landbridge("tariff", "import", file, *OPTIONS, "--json")
    assert answer.code == 0
    assert answer.json["rows"] == 2
    assert answer.findings == ["bad_rate"]
    assert answer.json["findings"][0]["row"] == 4
    assert "none written" in landbridge("tariff", "import", file, *OPTIONS).out


def test_import_into_a_study(landbridge: Command, file: Path, study: Path) -> None:
    answer = landbridge("tariff", "import", file, *OPTIONS, "--out", study)
    assert answer.code == 0
    assert "2 rows written" in answer.out
    assert "bad_rate" in answer.err
    with (study / "tariffs.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert [row["id"] for row in rows] == ["eaeu-8433510001-20260618", "eaeu-0405101100-20260618"]
    assert rows[1]["rate"] == "15%, но не менее 0.22 EUR за 1 кг"
    found = lb.find_tariff_lines("040510", "BY", study=study)
    assert ("0405101100", "Decision 80") in [(line.product, line.act) for line in found.lines]
    assert not [finding for finding in lb.read_study(study).check() if finding.file == "tariffs.csv"]


def test_an_import_writes_all_or_nothing(landbridge: Command, file: Path, study: Path) -> None:
    (study / "tariffs.csv").write_text("id,territory\n", encoding="utf-8")
    before = (study / "tariffs.csv").read_bytes()
    answer = landbridge(
        "tariff", "import", file, *OPTIONS[:4], "--source", "nowhere", "--out", study, "--json"
    )
    assert answer.code == 2
    assert {"unknown_source", "no_rows"} <= set(answer.findings)
    assert (study / "tariffs.csv").read_bytes() == before


def test_a_study_hears_of_rates_that_cannot_be_read(study: Path) -> None:
    text = "id,territory,products,rate,from,act,source,quality\nx,IR,8433,17.23,2025-01-01,A,test,published\n"
    (study / "tariffs.csv").write_text(text, encoding="utf-8")
    with pytest.raises(lb.InputError) as error:
        lb.read_study(study).check()
    assert [(f.code, f.row, f.column) for f in error.value.findings if f.file == "tariffs.csv"] == [
        ("bad_rate", 2, "rate")
    ]


def test_a_tariff_is_not_imported_twice(landbridge: Command, file: Path, study: Path) -> None:
    assert landbridge("tariff", "import", file, *OPTIONS, "--out", study).code == 0
    again = landbridge("tariff", "import", file, *OPTIONS, "--out", study / "study.toml", "--json")
    assert again.code == 2
    assert "repeated_key" in again.findings
    later = landbridge("tariff", "import", file, *OPTIONS[:-1], "2027-01-01", "--out", study)
    assert later.code == 0


def test_import_to_a_file(landbridge: Command, file: Path, tmp_path: Path) -> None:
    out = tmp_path / "rows.csv"
    assert landbridge("tariff", "import", file, *OPTIONS, "--out", out).code == 0
    assert out.read_text(encoding="utf-8").startswith("id,territory,products")
    answer = landbridge("tariff", "import", file, *OPTIONS, "--out", tmp_path / "no" / "rows.csv", "--json")
    assert answer.code == 2
    assert answer.findings[-1:] == ["not_writable"] or "not_writable" in answer.findings


def test_the_names_of_the_package(file: Path) -> None:
    choice = lb.TariffChoice(territory="EAEU", act="Decision 80", source="test")
    assert {finding.code for finding in lb.read_tariff(file, choice).findings} >= {"missing_date", "no_rows"}
    assert lb.search_products("potash", limit=1)[0].code.startswith("3104")
    assert lb.parse_rate("5 %") == lb.parse_rate("5 per cent")
