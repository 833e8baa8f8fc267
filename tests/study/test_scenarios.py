"""Layers of a scenario: who wins, on which day, on whose word, and that no order matters."""

from __future__ import annotations

import datetime
import random
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landbridge.schema import load_catalogue, make_frame
from landbridge.study.reading import read_study
from landbridge.study.scenarios import ScenarioTables, scenario_tables

TABLES = load_catalogue().tables
HEAD = 'parties = ["BY", "IR"]\nbound_by = ["BY"]\n'
OVERRIDES = "table,id,field,value,from,until,source,quality\n"
NETWORK_DATE = datetime.date(2026, 9, 1)
FIRST = '[scenarios.as-is]\noverrides = "base.csv"\n'
SECOND = '[scenarios.signed]\ninherits = "as-is"\noverrides = "signed.csv"\n'


def shipped_tables() -> dict[str, pd.DataFrame]:
    columns: dict[str, list[Any]] = {
        "id": ["rasht-astara", "rail-ru"],
        "name": ["Rasht - Astara", "Other"],
        "from": ["irras", "a"],
        "to": ["irata", "b"],
        "mode": ["rail", "rail"],
        "distance": [162.0, 10.0],
        "capacity": [float("nan"), 5.0],
        "status": ["planned", "open"],
        "source": ["facts", "guess"],
        "quality": ["published", "default"],
    }
    return {"legs": make_frame(columns, TABLES["legs"])}


def lay(root: Path, files: dict[str, str], head: str = "", name: str = "signed") -> ScenarioTables:
    root.mkdir(exist_ok=True)
    for file, text in {"study.toml": HEAD + head, **files}.items():
        (root / file).write_text(text, encoding="utf-8")
    study = read_study(root)
    assert not [f for f in study.findings if f.severity == "error"], study.findings
    return scenario_tables(study, name, shipped_tables(), network_date=NETWORK_DATE)


def cell(tables: ScenarioTables, field: str, key: str = "rasht-astara", table: str = "legs") -> Any:
    frame = tables.tables[table].set_index("id")
    return frame.loc[key, field]


def test_each_layer_replaces_the_one_below_and_all_are_shown(tmp_path: Path) -> None:
    files = {
        "legs.csv": "id,distance,capacity,source,quality\nrasht-astara,164,,mine,measured\n",
        "base.csv": OVERRIDES + "legs,rasht-astara,distance,165,,,base,estimated\n",
        "signed.csv": OVERRIDES + "legs,rasht-astara,distance,166,,,signed,published\n"
        "legs,rasht-astara,status,open,,,signed,published\n",
    }
    tables = lay(tmp_path, files, FIRST + SECOND)
    assert tables.findings == ()
    assert cell(tables, "distance") == 166.0
    assert cell(tables, "status") == "open"
    layers = tables.layers[tables.layers["field"] == "distance"]
    assert layers[["layer", "value", "source", "file", "in_force"]].values.tolist() == [
        ["shipped", "162", "facts", "", False],
        ["study", "164", "mine", "legs.csv", False],
        ["as-is", "165", "base", "base.csv", False],
        ["signed", "166", "signed", "signed.csv", True],
    ]
    assert layers["row"].tolist() == [pd.NA, 2, 2, 2]
    assert cell(lay(tmp_path, files, FIRST + SECOND, "as-is"), "distance") == 165.0


def test_empty_cells_of_the_study_say_nothing_and_the_shipped_frames_stay(tmp_path: Path) -> None:
    tables = lay(
        tmp_path, {"legs.csv": "id,width,source,quality\nrasht-astara,3.2,mine,measured\n"}, "", "as-is"
    )
    assert (cell(tables, "status"), cell(tables, "distance"), cell(tables, "width")) == (
        "planned",
        162.0,
        3.2,
    )
    assert (cell(tables, "source"), cell(tables, "quality")) == ("mine", "measured")
    assert cell(tables, "status", "rail-ru") == "open"
    pd.testing.assert_frame_equal(shipped_tables()["legs"], shipped_tables()["legs"])


def test_an_untouched_table_is_the_shipped_one_itself(tmp_path: Path) -> None:
    root = tmp_path / "study"
    root.mkdir()
    (root / "study.toml").write_text(HEAD, encoding="utf-8")
    shipped = shipped_tables()
    tables = scenario_tables(read_study(root), "as-is", shipped, network_date=NETWORK_DATE)
    assert tables.tables["legs"] is shipped["legs"]
    assert tables.layers.empty
    assert tables.date == NETWORK_DATE
    with pytest.raises(KeyError):
        scenario_tables(read_study(root), "signed", shipped, network_date=NETWORK_DATE)


def test_a_new_row_is_added_with_defaults_or_asks_for_what_it_lacks(tmp_path: Path) -> None:
    head = "id,name,from,to,mode,distance,source,quality\n"
    tables = lay(
        tmp_path,
        {"legs.csv": head + "new,New,a,b,road,5,mine,measured\nrail-rus,,,,,,mine,measured\n"},
        "",
        "as-is",
    )
    assert cell(tables, "status", "new") == "open"
    assert {(f.code, f.row, f.column) for f in tables.findings} == {
        ("empty_cell", 3, name) for name in ("name", "from", "to", "mode", "distance")
    }
    assert all("rail-ru" in finding.nearest for finding in tables.findings)


@pytest.mark.parametrize(
    ("date", "expected"),
    [("2026-12-31", "planned"), ("2027-01-01", "open"), ("2027-12-31", "open"), ("2028-01-01", "planned")],
)
def test_an_override_holds_from_its_first_day_to_its_last(tmp_path: Path, date: str, expected: str) -> None:
    row = "legs,rasht-astara,status,open,2027-01-01,2027-12-31,s,published\n"
    head = FIRST.replace("base", "signed") + f"date = {date}\n"
    tables = lay(tmp_path, {"signed.csv": OVERRIDES + row}, head, "as-is")
    assert cell(tables, "status") == expected
    assert tables.layers["in_force"].tolist() == [expected == "planned", expected == "open"]


def test_an_empty_value_clears_a_cell_to_its_default(tmp_path: Path) -> None:
    rows = "legs,rail-ru,capacity,,,,s,published\nlegs,rasht-astara,status,,,,s,published\n"
    tables = lay(tmp_path, {"base.csv": OVERRIDES + rows}, FIRST, "as-is")
    assert pd.isna(cell(tables, "capacity", "rail-ru"))
    assert cell(tables, "status") == "open"


def test_a_row_rests_on_the_worst_of_its_numbers(tmp_path: Path) -> None:
    rows = (
        "legs,rasht-astara,capacity,9,,,mou,estimated\n"  # published length + estimated capacity
        "legs,rail-ru,capacity,9,,,survey,measured\n"  # default length remains beside a measured capacity
    )
    tables = lay(tmp_path, {"base.csv": OVERRIDES + rows}, FIRST, "as-is")
    assert (cell(tables, "source"), cell(tables, "quality")) == ("facts; mou", "estimated")
    assert cell(tables, "quality", "rail-ru") == "default"
    both = rows + "legs,rail-ru,distance,11,,,survey,measured\n"
    tables = lay(tmp_path, {"base.csv": OVERRIDES + both}, FIRST, "as-is")
    assert (cell(tables, "source", "rail-ru"), cell(tables, "quality", "rail-ru")) == ("survey", "measured")


def test_a_row_whose_status_alone_is_changed_keeps_its_word(tmp_path: Path) -> None:
    row = "legs,rasht-astara,status,open,,,mou,estimated\n"
    tables = lay(tmp_path, {"base.csv": OVERRIDES + row}, FIRST, "as-is")
    assert (cell(tables, "source"), cell(tables, "quality")) == ("facts", "published")


@pytest.mark.parametrize(
    ("row", "code", "column", "nearest"),
    [
        ("leg,rasht-astara,status,open", "unknown_table", "table", "legs"),
        ("routes,x,cost,1", "unknown_table", "table", None),
        ("legs,rasht-astra,status,open", "unknown_id", "id", "rasht-astara"),
        ("legs,rasht-astara,statu,open", "unknown_field", "field", "status"),
        ("legs,rasht-astara,id,x", "unknown_field", "field", None),
        ("legs,rasht-astara,status,opened", "bad_choice", "value", "open"),
        ("legs,rasht-astara,distance,-5", "out_of_range", "value", None),
        ("legs,rasht-astara,distance,nan", "bad_number", "value", None),
        ("legs,rasht-astara,distance,", "empty_cell", "value", None),
        ("legs,rasht-astara,until,31.12.2025", "bad_date", "value", None),
    ],
)
def test_an_override_that_points_at_nothing_is_a_finding(
    tmp_path: Path, row: str, code: str, column: str, nearest: str | None
) -> None:
    tables = lay(tmp_path, {"base.csv": OVERRIDES + row + ",,,s,published\n"}, FIRST, "as-is")
    assert [(f.code, f.file, f.row, f.column) for f in tables.findings] == [(code, "base.csv", 2, column)]
    if nearest is not None:
        assert tables.findings[0].nearest[0] == nearest
    assert tables.layers.empty


@pytest.mark.parametrize(
    ("one", "other", "faults"),
    [
        ("1,,", "2,,", 1),
        ("1,,", "1.0,,", 0),
        ("1,,2026-01-01", "2,2026-01-02,", 0),
        ("1,,2026-01-01", "2,2026-01-01,", 1),
        ("1,2030-01-01,", "2,2031-01-01,2032-01-01", 1),  # a fault on any day, not only on the scenario's
    ],
)
def test_two_values_for_one_cell_at_one_time_are_a_fault(
    tmp_path: Path, one: str, other: str, faults: int
) -> None:
    rows = "".join(f"legs,rail-ru,capacity,{text},s,published\n" for text in (one, other))
    found = lay(tmp_path, {"base.csv": OVERRIDES + rows}, FIRST, "as-is").findings
    assert [finding.code for finding in found] == ["two_values"] * faults


def test_two_files_of_one_scenario_are_one_layer(tmp_path: Path) -> None:
    files = {
        name: OVERRIDES + f"legs,rail-ru,capacity,{n},,,s,published\n"
        for n, name in enumerate(("a.csv", "b.csv"), 1)
    }
    tables = lay(tmp_path, files, '[scenarios.x]\noverrides = ["b.csv", "a.csv"]\n', "x")
    assert [(f.code, f.file) for f in tables.findings] == [("two_values", "b.csv")]


def test_rows_of_the_study_alone_can_be_overridden(tmp_path: Path) -> None:
    files = {
        "flows.csv": "id,origin,destination,product,tonnes\nf,Minsk,Tehran,3104,5\n",
        "base.csv": OVERRIDES + "flows,f,tonnes,7,,,s,estimated\n",
    }
    tables = lay(tmp_path, files, FIRST, "as-is")
    assert cell(tables, "tonnes", "f", "flows") == 7.0
    assert tables.layers[["layer", "value", "file"]].values.tolist() == [
        ["study", "5", "flows.csv"],
        ["as-is", "7", "base.csv"],
    ]


def test_hashes_tell_what_a_scenario_takes_from_the_study(tmp_path: Path) -> None:
    files = dict.fromkeys(("base.csv", "signed.csv"), OVERRIDES)
    before = lay(tmp_path, files, FIRST + SECOND, "as-is").hashes
    files["signed.csv"] += "legs,rail-ru,capacity,1,,,s,published\n"
    assert lay(tmp_path, files, "# a remark\n" + FIRST + SECOND, "as-is").hashes == before
    assert lay(tmp_path, files, FIRST + SECOND + "date = 2030-01-01\n", "as-is").hashes == before
    assert lay(tmp_path, files, "date = 2030-01-01\n" + FIRST + SECOND, "as-is").hashes != before
    assert set(lay(tmp_path, files, FIRST + SECOND).hashes) == {"study.toml", "base.csv", "signed.csv"}


rows = st.lists(
    st.tuples(
        st.sampled_from(["rasht-astara", "rail-ru"]),
        st.sampled_from(["distance", "capacity", "width", "gauge"]),
        st.integers(1000, 1003),
        st.sampled_from(["s1", "s2"]),
        st.sampled_from(["published", "estimated"]),
    ),
    max_size=8,
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows, rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    tmp_path: Path,
    base: list[tuple[str, str, int, str, str]],
    own: list[tuple[str, str, int, str, str]],
    dice: random.Random,
) -> None:
    def text(listed: list[tuple[str, str, int, str, str]]) -> str:
        return OVERRIDES + "".join(f"legs,{k},{f},{v},,,{s},{q}\n" for k, f, v, s, q in listed)

    first = lay(tmp_path, {"base.csv": text(base), "signed.csv": text(own)}, FIRST + SECOND)
    dice.shuffle(base)
    dice.shuffle(own)
    second = lay(tmp_path, {"base.csv": text(base), "signed.csv": text(own)}, FIRST + SECOND)
    assert {f.code for f in first.findings} == {f.code for f in second.findings}
    pd.testing.assert_frame_equal(first.tables["legs"], second.tables["legs"])
    columns = ["table", "id", "field", "value", "layer", "source", "quality", "in_force"]
    pd.testing.assert_frame_equal(first.layers[columns], second.layers[columns])


def test_codes_of_goods_are_digits_however_they_are_written(tmp_path: Path) -> None:
    tax = "vat,XA,vat,VAT,8433.51;04 05,20 %,2020-01-01,Act,mine,published\n"
    files = {
        "flows.csv": "id,origin,destination,product,source,quality\na,Minsk,Tehran,3104.20.90,mine,published\n",
        "import_taxes.csv": f"id,territory,charge,name,products,rate,from,act,source,quality\n{tax}",
        "signed.csv": OVERRIDES + "import_taxes,vat,except_products,8433.51.00,,,mine,published\n",
    }
    tables = lay(tmp_path, files, FIRST.replace('overrides = "base.csv"\n', "") + SECOND)
    assert cell(tables, "product", "a", "flows") == "31042090"
    assert cell(tables, "products", "vat", "import_taxes") == ("843351", "0405")
    assert cell(tables, "except_products", "vat", "import_taxes") == ("84335100",)
