"""Scenarios that apply levers: which act, once and together, on whose word, and what is wrong with the choice."""

from __future__ import annotations

import datetime
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from landbridge.schema import Finding, load_catalogue, make_frame
from landbridge.study.checks import check_study
from landbridge.study.levers import check_levers
from landbridge.study.reading import StudyInput, read_study
from landbridge.study.scenarios import ScenarioTables, scenario_tables

TABLES = load_catalogue().tables
HEAD = 'parties = ["BY", "IR"]\nbound_by = ["BY"]\ndate = 2026-01-15\n'
OVERRIDES = "table,id,field,value,from,until,source,quality\n"
LEVERS = "id,commitment,title,table,field,where,change,value,low,high,from,until,source,quality\n"
FILES = {
    "sources.csv": "id,title,publisher,kind\nsrc,A source,Somebody,E\nsize,Sizes,Somebody,E\n",
    "agreements.csv": "id,title,signed,source,quality\nroads,Roads,2023,src,published\n"
    "rails,Rails,2025-06,src,published\n",
    "commitments.csv": "id,agreement,title,superseded_by,source,quality\n"
    "border,roads,Faster border,,src,published\n"
    "toll,roads,Lower toll,,src,published\n"
    "railway,rails,The railway opens,,src,published\n"
    "old,roads,An older promise,railway,src,published\n",
    "status_reports.csv": "id,commitment,reported,status,text,source,quality\n"
    "border-met,border,2026-01-10,met,,src,published\n"
    "toll-begun,toll,2025-11,begun,,src,published\n",
    "levers.csv": LEVERS
    + "border,border,A,operations,time,scope = IR,scale,0.5,0.25,0.75,2025,,size,estimated\n"
    + "toll,toll,B,operations,cost,scope = IR,add,-2,,,2026-01-15,2026-06,size,published\n"
    + "railway,railway,C,legs,status,id = rasht-astara,open,,,,2027,,size,published\n"
    + "old,old,D,operations,cost,scope = IR,scale,0.9,,,,,size,published\n",
}
SHIPPED_DATE = datetime.date(2026, 9, 1)


@cache
def shipped_tables() -> dict[str, pd.DataFrame]:
    operations: dict[str, list[Any]] = {
        "id": ["ir-customs", "by-customs"],
        "operation": ["customs", "customs"],
        "mode": ["any", "any"],
        "scope": ["IR", "BY"],
        "time_min": [4.0, 1.0],
        "time_p50": [8.0, 2.0],
        "time_p90": [24.0, 4.0],
        "cost": [10.0, 5.0],
        "source": ["src", "src"],
        "quality": ["published", "default"],
    }
    legs: dict[str, list[Any]] = {
        "id": ["rasht-astara"],
        "name": ["Rasht - Astara"],
        "from": ["irras"],
        "to": ["irata"],
        "mode": ["rail"],
        "distance": [162.0],
        "status": ["planned"],
        "from_date": [datetime.date(2027, 6, 1)],
        "source": ["src"],
        "quality": ["published"],
    }
    return {
        "operations": make_frame(operations, TABLES["operations"]),
        "legs": make_frame(legs, TABLES["legs"]),
    }


def write(root: Path, toml: str, **files: str) -> StudyInput:
    root.mkdir(exist_ok=True)
    texts = {**FILES, **{name.replace("_csv", ".csv"): text for name, text in files.items()}}
    for name, text in {"study.toml": HEAD + toml, **texts}.items():
        (root / name).write_text(text, encoding="utf-8")
    return read_study(root)


def lay(root: Path, toml: str, name: str = "signed", **files: str) -> ScenarioTables:
    study = write(root, toml, **files)
    return scenario_tables(study, name, shipped_tables(), network_date=SHIPPED_DATE)


def signed(levers: str, *more: str) -> str:
    return "\n".join(
        ["[scenarios.as-is]", "[scenarios.signed]", 'inherits = "as-is"', f"levers = {levers}", *more, ""]
    )


def cell(tables: ScenarioTables, field: str, key: str = "ir-customs", table: str = "operations") -> Any:
    return tables.tables[table].set_index("id").loc[key, field]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ('"all"', "border railway toll"),
        ("{}", "border railway toll"),
        ('{ levers = ["toll"] }', "toll"),
        ('{ levers = "toll" }', "toll"),
        ('{ agreements = "roads" }', "border toll"),
        ('{ agreements = ["roads", "rails"] }', "border railway toll"),
        ('{ commitments = ["railway", "toll"] }', "railway toll"),
        ('{ agreements = "roads", commitments = ["railway", "toll"] }', "toll"),
        ('[{ commitments = "railway" }, { levers = "border" }]', "border railway"),
        ('{ statuses = "done" }', "border"),
        ('{ statuses = ["done", "on_track"] }', "border toll"),
        ('{ statuses = "done", as_of = 2026-01-09 }', ""),
        ('{ statuses = ["on_track"], as_of = 2025-12-01 }', "toll"),
        ('{ statuses = "unknown" }', "railway"),
        ('{ statuses = "unknown", as_of = 2025-01-01 }', "border old toll"),  # the railway was not yet promised
        ('{ statuses = "superseded" }', "old"),
        ('{ levers = "old" }', ""),
        ('{ by = 2025-12-30 }', ""),
        ('{ by = 2025-12-31 }', "border"),
        ('{ by = 2026-01-15 }', "border toll"),
        ('{ by = 2026-06-30 }', "border toll"),
        ('{ by = 2026-07-01 }', "border"),
        ('{ by = 2027-12-31 }', "border railway"),
        ('{ without = "toll" }', "border railway"),
        ('{ without = ["roads"] }', "railway"),
        ('{ agreements = "roads", without = "border" }', "toll"),
    ],
)  # fmt: skip
def test_a_choice_is_met_by_all_its_keys(tmp_path: Path, choice: str, expected: str) -> None:
    tables = lay(tmp_path, signed(choice))
    assert " ".join(tables.levers) == expected
    assert [finding.code for finding in tables.findings] == ([] if expected else ["no_lever"])
    bare = lay(tmp_path, signed(choice), "as-is")
    assert (bare.levers, bare.edits) == ({}, ())
    assert cell(bare, "time_p50") == 8.0


def test_levers_act_together_over_what_the_scenario_says(tmp_path: Path) -> None:
    tables = lay(tmp_path, signed('"all"'))
    assert tables.findings == ()
    assert [cell(tables, name) for name in ("time_min", "time_p50", "time_p90", "cost")] == [
        2.0,
        4.0,
        12.0,
        8.0,
    ]
    assert cell(tables, "time_p50", "by-customs") == 2.0
    assert cell(tables, "status", "rasht-astara", "legs") == "open"
    assert cell(tables, "from_date", "rasht-astara", "legs") is None
    assert {(edit.id, edit.field, *edit.levers) for edit in tables.edits} == {
        ("ir-customs", "time_min", "border"), ("ir-customs", "time_p50", "border"),
        ("ir-customs", "time_p90", "border"), ("ir-customs", "cost", "toll"),
        ("rasht-astara", "status", "railway"), ("rasht-astara", "from_date", "railway"),
    }  # fmt: skip
    base = OVERRIDES + "operations,ir-customs,cost,20,,,src,published\n"
    over = lay(tmp_path, signed('"all"', 'overrides = "o.csv"'), o_csv=base)
    assert cell(over, "cost") == 18.0
    assert over.findings == ()


def test_an_inherited_lever_acts_once(tmp_path: Path) -> None:
    toml = signed('{ levers = "border" }') + '[scenarios.more]\ninherits = "signed"\nlevers = "all"\n'
    tables = lay(tmp_path, toml, "more")
    assert [*tables.levers] == ["border", "railway", "toll"]
    assert cell(tables, "time_p50") == 4.0
    heir = lay(tmp_path, signed('"all"') + '[scenarios.heir]\ninherits = "signed"\n', "heir")
    assert cell(heir, "time_p50") == 4.0
    twice = lay(tmp_path, signed('[{ levers = "border" }, { agreements = "roads" }]'))
    assert cell(twice, "time_p50") == 4.0


def test_layers_and_the_row_name_the_lever_and_its_word(tmp_path: Path) -> None:
    tables = lay(tmp_path, signed('"all"'))
    layers = tables.layers.set_index(["id", "field"]).loc[
        [("ir-customs", "time_p50"), ("rasht-astara", "status")]
    ]
    assert layers[["value", "layer", "source", "quality", "file", "in_force"]].values.tolist() == [
        ["8", "shipped", "src", "published", "", False],
        ["4", "lever border", "src; size", "estimated", "levers.csv", True],
        ["planned", "shipped", "src", "published", "", False],
        ["open", "lever railway", "size", "published", "levers.csv", True],
    ]
    assert layers["row"].tolist() == [pd.NA, 2, pd.NA, 4]
    assert (cell(tables, "source"), cell(tables, "quality")) == ("src; size", "estimated")
    assert cell(tables, "quality", "by-customs") == "default"
    assert cell(tables, "source", "rasht-astara", "legs") == "src"


def test_a_number_that_a_lever_moves_rests_on_the_override_below(tmp_path: Path) -> None:
    base = OVERRIDES + "operations,ir-customs,cost,20,,,mou,estimated\n"
    tables = lay(tmp_path, signed('{ levers = "toll" }', 'overrides = "o.csv"'), o_csv=base)
    top = tables.layers[tables.layers["field"] == "cost"].iloc[-1]
    assert (top["layer"], top["source"], top["quality"]) == ("lever toll", "mou; size", "estimated")
    assert (cell(tables, "source"), cell(tables, "quality")) == ("src; mou; size", "estimated")


def test_two_levers_on_a_cell_stand_in_one_layer(tmp_path: Path) -> None:
    more = FILES["levers.csv"] + "early,border,E,operations,time_p50,scope = IR,add,1,,,,,other,default\n"
    tables = lay(tmp_path, signed('{ commitments = "border" }'), levers_csv=more)
    top = tables.layers[tables.layers["field"] == "time_p50"].iloc[-1]
    assert (top["layer"], top["value"]) == ("lever border + lever early", "5")
    assert (top["source"], top["quality"]) == ("src; size; other", "default")


@pytest.mark.parametrize(
    ("choice", "key", "nearest"),
    [
        ('{ levers = "bordr" }', "levers", "border"),
        ('{ commitments = ["toll", "tol"] }', "commitments", "toll"),
        ('{ agreements = "road" }', "agreements", "roads"),
        ('{ statuses = "dne" }', "statuses", "done"),
        ('{ without = "railwy" }', "without", "railway"),
    ],
)
def test_names_that_the_study_does_not_have(tmp_path: Path, choice: str, key: str, nearest: str) -> None:
    found = [f for f in lay(tmp_path, signed(choice)).findings if f.code == "unknown_choice"]
    assert [(f.severity, f.file, f.column) for f in found] == [
        ("error", "study.toml", f"scenarios.signed.levers.{key}")
    ]
    assert found[0].nearest[0] == nearest


def test_an_override_of_what_a_lever_sets_contradicts_it(tmp_path: Path) -> None:
    closed = OVERRIDES + "legs,rasht-astara,status,closed,,,src,published\n"
    heir = '[scenarios.heir]\ninherits = "signed"\noverrides = "o.csv"\n'
    for toml, name in (
        (signed('"all"', 'overrides = "o.csv"'), "signed"),
        (signed('"all"') + heir, "heir"),
    ):
        found = lay(tmp_path, toml, name, o_csv=closed).findings
        assert [(f.code, f.severity, f.file, f.row, f.column) for f in found] == [
            ("lever_conflict", "error", "o.csv", 2, "value")
        ]
        assert "railway" in found[0].what


@pytest.mark.parametrize(
    "toml",
    [
        '[scenarios.as-is]\noverrides = "o.csv"\n',
        '[scenarios.as-is]\noverrides = "o.csv"\nlevers = { levers = "border" }\n',
    ],
)
def test_a_lever_goes_over_what_an_ancestor_says(tmp_path: Path, toml: str) -> None:
    closed = OVERRIDES + "legs,rasht-astara,status,closed,,,src,published\n"
    toml += '[scenarios.signed]\ninherits = "as-is"\nlevers = "all"\n'
    tables = lay(tmp_path, toml, o_csv=closed)
    assert tables.findings == ()
    assert cell(tables, "status", "rasht-astara", "legs") == "open"


def test_hashes_follow_the_choice_and_the_levers(tmp_path: Path) -> None:
    first = lay(tmp_path, signed('"all"')).hashes
    assert lay(tmp_path, signed('{ levers = "border" }')).hashes["study.toml"] != first["study.toml"]
    assert lay(tmp_path, signed("{ by = 2026-01-15 }")).hashes["study.toml"] != first["study.toml"]
    assert lay(tmp_path, signed('"all"') + "# a remark\n").hashes == first
    other = lay(tmp_path, signed('"all"'), levers_csv=FILES["levers.csv"].replace("0.5", "0.6")).hashes
    assert other["study.toml"] == first["study.toml"]
    assert other["levers.csv"] != first["levers.csv"]
    bare = lay(tmp_path, signed('"all"'), "as-is").hashes
    assert lay(tmp_path, signed('{ levers = "border" }'), "as-is").hashes == bare


def test_a_study_without_levers_is_as_before(tmp_path: Path) -> None:
    toml = '[scenarios.as-is]\n[scenarios.signed]\ninherits = "as-is"\n'
    write(tmp_path, toml)
    (tmp_path / "levers.csv").unlink()
    study = read_study(tmp_path)
    tables = scenario_tables(study, "signed", shipped := shipped_tables(), network_date=SHIPPED_DATE)
    assert tables.tables["operations"] is shipped["operations"]
    assert (tables.levers, tables.edits, tables.findings) == ({}, (), ())
    assert "levers.csv" not in tables.hashes
    head = {"parties": ["BY", "IR"], "bound_by": ["BY"], "date": "2026-01-15", "currency": "USD",
            "lineage": [["as-is", []], ["signed", []]]}  # fmt: skip
    assert (
        tables.hashes["study.toml"] == hashlib.sha256(json.dumps(head, sort_keys=True).encode()).hexdigest()
    )


def test_tables_before_any_lever(tmp_path: Path) -> None:
    study = write(tmp_path, signed('"all"'))
    bare = scenario_tables(study, "signed", shipped_tables(), network_date=SHIPPED_DATE, levered=False)
    assert [*bare.levers] == ["border", "railway", "toll"]
    assert bare.edits == ()
    assert cell(bare, "time_p50") == 8.0


def check(study: StudyInput) -> list[Finding]:
    found = check_study(study, shipped_tables(), network_date=SHIPPED_DATE)
    return [finding for finding in found if finding.file == "levers.csv"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("x,border,X,operations,time,scope = KZ,scale,0.5,,,,,size,estimated", ("reaches_nothing", "where")),
        ("x,border,X,operations,cost_p90,scope = IR,scale,0.5,,,,,size,estimated", ("nothing_to_change", "field")),
        ("x,border,X,operations,cost,scope = BY,add,-99,,,,,size,estimated", ("out_of_range", "value")),
        ("x,border,X,operations,time,scope = IR,scale,,,,,,size,estimated", ("empty_cell", "value")),
        ("x,border,X,listings,until,id = x,date,2027-01-01,,,,,size,estimated", ("lever_on_law", "table")),
        ("x,border,X,operations,time,scope = IR,half,0.5,,,,,size,estimated", ("bad_choice", "change")),
        ("x,border,X,operations,time,scope = IR,,0.5,,,,,size,estimated", ("empty_cell", "change")),
        ("x,bordr,X,operations,time,scope = IR,scale,0.5,,,,,size,estimated", ("unknown_commitment", "commitment")),
        ("x,border,X,operations,time,scope = IR,scale,0.5,,,soon,,size,estimated", ("bad_date", "from")),
        ("x,border,X,operations,time,scope = IR,scale,0.5,,,2027,2026,size,estimated", ("dates_reversed", "until")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("choice", ['{ levers = "border" }', '"all"'])
def test_a_faulty_lever_is_told_whether_it_is_applied_or_not(
    tmp_path: Path, row: str, expected: tuple[str, str], choice: str
) -> None:
    study = write(tmp_path, signed(choice), levers_csv=FILES["levers.csv"] + row + "\n")
    assert [(f.code, f.column, f.row) for f in check(study)] == [(*expected, 6)]


def test_sound_levers_that_nobody_applies_are_no_findings(tmp_path: Path) -> None:
    study = write(tmp_path, "[scenarios.as-is]\n")
    assert check(study) == []
    assert check_levers(study) == ()


def test_a_faulty_quality_is_a_finding_and_no_crash(tmp_path: Path) -> None:
    text = FILES["levers.csv"].replace("size,estimated", "size,guessed").replace("size,published", "size,")
    study = write(tmp_path, signed('"all"'), levers_csv=text)
    codes = {(f.code, f.column) for f in check(study)}
    assert codes == {("bad_choice", "quality"), ("empty_cell", "quality")}
    tables = scenario_tables(study, "signed", shipped_tables(), network_date=SHIPPED_DATE)
    assert cell(tables, "quality") == "published"
