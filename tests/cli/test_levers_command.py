"""`landbridge agreements levers` and `Study.levers`: what commitments change, alone or together, and their faults."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import landbridge as lb

Command = Callable[..., Any]
STUDY = """parties = ["KE", "UG"]
bound_by = ["UG"]
date = 2026-01-15
[scenarios.as-is]
[scenarios.signed]
inherits = "as-is"
levers = "all"
[scenarios.half]
inherits = "as-is"
levers = { levers = "malaba" }
"""
LEVERS = """id,commitment,title,table,field,where,change,value,low,high,from,until,source,quality,note
malaba,post,Malaba in half,operations,time,id = malaba-road-crossing,scale,0.5,0.4,0.8,2026-07,,size,estimated,A guess
fee,post,No fee at Malaba,operations,cost,id = malaba-road-crossing,set,0,,,,,size,published,
wait,post,An hour less,operations,time_p90,id = malaba-road-crossing,add,-1,,-0.5,,,size,published,
"""
FILES = {
    "commitments.csv": "id,title,source,quality\npost,One stop at Malaba,size,published\n",
    "sources.csv": "id,title,publisher,kind\nsize,Sizes,Somebody,E\n",
    "operations.csv": "id,time_min,time_p50,time_p90,cost,source,quality\n"
    "malaba-road-crossing,2,4,12,6,size,published\n",
}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    root = tmp_path / "border"
    root.mkdir()
    for name, text in {"study.toml": STUDY, "levers.csv": LEVERS, **FILES}.items():
        (root / name).write_text(text, encoding="utf-8")
    return root


def test_all_levers_for_people(landbridge: Command, study: Path) -> None:
    answer = landbridge("agreements", "levers", study)
    assert answer.code == 0
    assert answer.out.startswith("Levers of border, each alone\n")
    rows = [" ".join(line.split()) for line in answer.out.splitlines()]
    assert "malaba post operations: time x 0.5 0.4 to 0.8 2026-07 3" in rows
    assert "fee post operations: cost = 0 unknown 3" in rows
    assert "wait post operations: time_p90 -1 at most -0.5 unknown 1" in rows
    together = landbridge("agreements", "levers", study, "--scenario", "half").out
    assert together.startswith("Levers of border, acting together in half\n")
    assert "fee" not in together


def test_one_lever_for_people_is_shown_before_and_after(landbridge: Command, study: Path) -> None:
    out = landbridge("agreements", "levers", study, "malaba").out
    assert "malaba: Malaba in half" in out
    assert "commitment post; operations where id = malaba-road-crossing" in out
    assert "source size (estimated)" in out
    assert "A guess" in out
    rows = [" ".join(line.split()) for line in out.splitlines()]
    assert [row for row in rows if row.startswith("operations#")] == [
        f"operations#malaba-road-crossing {cells} h"
        for cells in ("time_min 2 1", "time_p50 4 2", "time_p90 12 6")
    ]


def test_levers_as_json(landbridge: Command, study: Path) -> None:
    data = landbridge("agreements", "levers", study, "--json").json
    assert (data["scenario"], data["findings"]) == ("", [])
    first = data["levers"][0]
    assert first == {
        "id": "malaba", "commitment": "post", "title": "Malaba in half", "table": "operations",
        "change": "time x 0.5", "where": "id = malaba-road-crossing", "low": "0.4", "high": "0.8", "from": "2026-07",
        "until": "", "cells": 3, "scenarios": ["signed", "half"], "source": "size", "quality": "estimated",
        "note": "A guess",
    }  # fmt: skip
    assert [lever["scenarios"] for lever in data["levers"][1:]] == [["signed"], ["signed"]]
    one = landbridge("agreements", "levers", study, "wait", "--json").json
    assert one["changes"] == [
        {"levers": ["wait"], "table": "operations", "id": "malaba-road-crossing", "field": "time_p90",
         "before": "12", "after": "11", "unit": "h"}
    ]  # fmt: skip
    together = landbridge("agreements", "levers", study, "wait", "--scenario", "signed", "--json").json
    assert together["scenario"] == "signed"
    assert [(row["levers"], row["before"], row["after"]) for row in together["changes"]] == [
        (["malaba", "wait"], "12", "5")
    ]


def test_levers_in_python(study: Path) -> None:
    times, costs = ("time_min", "time_p50", "time_p90"), ("cost", "cost_p10", "cost_p90")
    levers = lb.read_study(study).levers()
    assert repr(levers) == "<Levers of border: 3>"
    assert levers.findings == ()
    assert levers.table().set_index("id")["cells"].to_dict() == {"malaba": 3, "fee": 3, "wait": 1}
    assert levers.changes()["field"].tolist() == [*times, *costs, "time_p90"]
    assert levers.changes("fee")[["before", "after"]].values.tolist() == [
        ["6", "0"],
        ["15", "0"],
        ["60", "0"],
    ]
    signed = lb.read_study(study).levers("signed")
    assert signed.changes()["field"].tolist() == [*costs, *times]
    assert lb.read_study(study).levers("as-is").table().empty
    with pytest.raises(lb.InputError, match=r"'fe' is not a lever.*fee"):
        levers.changes("fe")
    with pytest.raises(lb.InputError, match="as-is"):
        lb.read_study(study).levers("as-iss")


@pytest.mark.parametrize(
    ("old", "new", "arguments", "expected"),
    [
        ("scale,0.5", "scale,half", (), ("bad_number", "levers.csv", 2)),
        ("id = malaba-road-crossing,set", "id = malaba,set", (), ("reaches_nothing", "levers.csv", 3)),
        (",scale,", ",half,", (), ("bad_choice", "levers.csv", 2)),
        ("fee,post", "fee,posts", (), ("unknown_commitment", "levers.csv", 3)),
        ("fee,post", "fee,posts", ("--scenario", "half"), ("unknown_commitment", "levers.csv", 3)),
        ("add,-1,,-0.5", "set,9,,", ("--scenario", "signed"), ("lever_conflict", "levers.csv", 2)),
        ('levers = "malaba"', 'levers = "malab"', ("--scenario", "half"), ("unknown_choice", "study.toml", None)),
    ],
)  # fmt: skip
def test_faults_are_told_and_end_with_two(
    landbridge: Command,
    study: Path,
    old: str,
    new: str,
    arguments: tuple[str, ...],
    expected: tuple[Any, ...],
) -> None:
    for file in (study / "levers.csv", study / "study.toml"):
        file.write_text(file.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    answer = landbridge("agreements", "levers", study, *arguments, "--json")
    assert answer.code == 2
    errors = [found for found in answer.json["findings"] if found["severity"] == "error"]
    assert [(one["code"], one["file"], one.get("row")) for one in errors] == [expected]
    told = landbridge("agreements", "levers", study, *arguments)
    assert told.code == 2
    assert expected[0] in told.out + told.err


@pytest.mark.parametrize("arguments", [("malba",), ("--scenario", "sign"), ("fee", "--scenario", "half")])
def test_unknown_names_end_with_two(landbridge: Command, study: Path, arguments: tuple[str, ...]) -> None:
    answer = landbridge("agreements", "levers", study, *arguments)
    assert answer.code == 2
    assert "levers" in answer.err or "scenario" in answer.err


def test_a_study_without_levers(landbridge: Command, study: Path) -> None:
    (study / "levers.csv").unlink()
    (study / "study.toml").write_text(STUDY.partition("[scenarios.signed]")[0], encoding="utf-8")
    data = landbridge("agreements", "levers", study, "--json").json
    assert data == {"scenario": "", "levers": [], "changes": [], "findings": []}
    assert landbridge("agreements", "levers", study).code == 0


def test_check_tells_of_levers_that_no_scenario_applies(landbridge: Command, study: Path) -> None:
    (study / "study.toml").write_text(STUDY.partition("[scenarios.signed]")[0], encoding="utf-8")
    text = LEVERS.replace("malaba-road-crossing,set", "malaba,set")
    (study / "levers.csv").write_text(text, encoding="utf-8")
    answer = landbridge("check", study, "--json")
    assert answer.code == 2
    assert "reaches_nothing" in answer.findings
