"""Which line of a tariff holds: code, date, month, origin, quota, territory."""

import datetime
from typing import Any

import pytest

from landbridge.landed_cost.checks import RATES, check_rates
from landbridge.landed_cost.rates import AdValorem, Free
from landbridge.landed_cost.tariff_lines import TariffBook, read_tariff_book
from landbridge.schema.rows import rows_to_frame
from landbridge.sources import read_shipped_tables

DAY = datetime.date(2026, 6, 18)
COLUMNS: dict[str, Any] = {
    "territory": "EAEU", "charge": "duty", "treatment": "mfn", "agreement": "", "origins": (), "quota": "",
    "rate": "5 %", "average": False, "months": "", "from": datetime.date(2022, 1, 1), "until": None,
    "act": "Decision 80", "source": "test", "quality": "published", "note": "",
}  # fmt: skip


def open_book(*rows: dict[str, Any], date: datetime.date = DAY) -> TariffBook:
    named = [{"id": str(n), **COLUMNS, **row} for n, row in enumerate(rows)]
    return read_tariff_book(rows_to_frame("tariffs", named), date=date)


def ids(book: TariffBook, product: str, territory: Any = "EAEU", **how: Any) -> list[str]:
    return [line.id for line in book.find(territory, product, **how).lines]


def test_the_longest_code_wins_and_a_short_product_sees_all_below() -> None:
    book = open_book(
        {"products": ("84",), "rate": "10 %"},
        {"products": ("8433",), "rate": "5 %"},
        {"products": ("8433510001", "8433510002"), "rate": "free"},
        {"products": ("8433510009",), "rate": "5 %"},
    )
    assert ids(book, "8433510001") == ["2"]
    assert ids(book, "8433.51.000.9") == ["3"]
    assert ids(book, "843320") == ["1"]
    assert ids(book, "843420") == ["0"]
    assert ids(book, "843351") == ["1", "2", "2", "3"]
    assert not book.find("EAEU", "843351").exact
    assert book.find("EAEU", "8433510002").lines[0].rate == Free()
    assert ids(book, "8533") == []
    assert not book.find("EAEU", "8533").exact


def test_lines_below_with_one_rate_are_exact() -> None:
    book = open_book(
        {"products": ("8433510001",), "rate": "5%"}, {"products": ("8433510009",), "rate": "5,0 per cent"}
    )
    answer = book.find("EAEU", "843351")
    assert answer.exact
    assert [line.rate for line in answer.lines] == [AdValorem(5.0)] * 2


def test_rows_hold_on_their_days_and_in_their_months() -> None:
    rows = (
        {"products": ("0808",), "rate": "10 %", "until": datetime.date(2026, 6, 17)},
        {"products": ("0808",), "rate": "8 %", "from": datetime.date(2026, 6, 18)},
        {"products": ("0808",), "rate": "2 %", "months": "8-11"},
    )
    assert ids(open_book(*rows, date=datetime.date(2026, 6, 17)), "080810") == ["0"]
    assert ids(open_book(*rows), "080810") == ["1"]
    assert ids(open_book(*rows, date=datetime.date(2026, 8, 1)), "080810") == ["2"]
    assert ids(open_book(*rows, date=datetime.date(2021, 8, 1)), "080810") == []
    assert open_book(*rows).spans == {"EAEU": (datetime.date(2022, 1, 1), None)}


def test_a_temporary_rate_stands_before_the_one_it_suspends() -> None:
    temporary = {"from": datetime.date(2026, 1, 1), "until": datetime.date(2026, 12, 31), "rate": "free"}
    rows = ({"products": ("870380",), "rate": "15 %"}, {"products": ("870380",), **temporary})
    assert ids(open_book(*rows), "8703800002") == ["1"]
    assert ids(open_book(*rows, date=datetime.date(2027, 1, 1)), "8703800002") == ["0"]


def test_origins_choose_the_row_of_a_measure() -> None:
    measure = {"charge": "anti_dumping", "products": ("731815",)}
    book = open_book(
        {**measure, "rate": "20 %", "origins": ("CN", "TW")},
        {**measure, "rate": "11 %"},
        {"charge": "anti_dumping", "products": ("73181500",), "rate": "30 %", "origins": ("UA",)},
    )
    how = {"charge": "anti_dumping"}
    assert ids(book, "73181500", origin="CN", **how) == ["0"]
    assert ids(book, "73181500", origin=("CN", "X"), **how) == ["0"]
    assert ids(book, "73181500", origin="UA", **how) == ["2"]
    assert ids(book, "73181500", origin="IR", **how) == ["1"]
    assert ids(book, "73181500", **how) == ["1"]
    assert ids(book, "73181500") == []


def test_quotas_agreements_and_treatments_are_kept_apart() -> None:
    book = open_book(
        {"products": ("0207",), "rate": "62.5 %"},
        {"products": ("0207",), "rate": "25 %", "quota": "poultry"},
        {"products": ("0207",), "rate": "free", "treatment": "preference", "agreement": "eaeu-ir"},
        {"products": ("0207",), "rate": "80 %", "treatment": "general"},
    )
    assert ids(book, "0207") == ["0"]
    assert ids(book, "0207", quota="poultry") == ["1"]
    assert ids(book, "0207", treatment="preference", agreement="eaeu-ir") == ["2"]
    assert ids(book, "0207", treatment="preference", agreement="other") == []
    assert ids(book, "0207", treatment="general") == ["3"]


def test_a_country_stands_before_its_customs_union() -> None:
    book = open_book(
        {"products": ("8433",), "rate": "5 %"}, {"products": ("843351",), "rate": "free", "territory": "KZ"}
    )
    assert ids(book, "843351", ("KZ", "EAEU")) == ["1"]
    assert ids(book, "843320", ("KZ", "EAEU")) == ["0"]
    assert ids(book, "843351", ("BY", "EAEU")) == ["0"]


def test_a_line_stands_before_an_average_at_its_code() -> None:
    book = open_book(
        {"products": ("8433",), "rate": "15 %", "average": True}, {"products": ("8433",), "rate": "4 %"}
    )
    assert ids(book, "843351") == ["1"]


def test_two_rows_that_are_equal_in_all_are_both_shown() -> None:
    book = open_book({"products": ("8433",), "rate": "15 %"}, {"products": ("8433",), "rate": "4 %"})
    assert ids(book, "843351") == ["0", "1"]
    assert not book.find("EAEU", "843351").exact


def test_a_rate_that_cannot_be_read_is_a_finding_and_no_line() -> None:
    book = open_book({"products": ("8511",), "rate": "17.23"}, {"products": ("8512",), "rate": "5 %"})
    assert [finding.code for finding in book.findings] == ["bad_rate"]
    assert "17.23" in book.findings[0].what
    assert ids(book, "8511") == []


def test_every_line_that_a_product_may_meet_is_listed() -> None:
    book = open_book(
        {"products": ("0207",), "rate": "25 %", "quota": "poultry"},
        {"products": ("0207",), "rate": "free", "treatment": "preference", "agreement": "eaeu-ir"},
        {"products": ("0207",), "rate": "62.5 %"},
        {"products": ("0207",), "rate": "20 %", "charge": "anti_dumping", "origins": ("CN",)},
        {"products": ("0207",), "rate": "11 %", "charge": "anti_dumping"},
        {"products": ("0207",), "rate": "5 %", "territory": "KZ"},
    )
    assert [line.id for line in book.list_lines("EAEU", "020711")] == ["2", "0", "3", "4", "1"]
    assert [line.id for line in book.list_lines(("KZ", "EAEU"), "0207")] == ["5", "0", "3", "4", "1"]
    assert book.list_lines("EAEU", "0208") == ()


def test_every_shipped_rate_can_be_read() -> None:
    tables = read_shipped_tables()
    frames = {table: tables[table] for table, _ in RATES}
    places = {table: tuple((table, row) for row in range(len(frame))) for table, frame in frames.items()}
    assert not list(check_rates(frames, places))
    assert not read_tariff_book(tables["tariffs"], date=DAY).findings


@pytest.mark.parametrize("count", [13_000])
def test_each_of_thirteen_thousand_lines_is_found(count: int) -> None:
    rows = [{"products": (f"{1_000_000_000 + 37 * n:010}",), "rate": f"{n % 200} %"} for n in range(count)]
    book = open_book(*rows)
    for row in rows:
        (line,) = book.find("EAEU", row["products"][0]).lines
        assert line.text == row["rate"]
