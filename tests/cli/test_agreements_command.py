"""`landbridge agreements`: list, show, status, record, import, export."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import landbridge as lb

Command = Callable[..., Any]
STUDY = """
parties = ["BY", "IR"]
bound_by = ["BY"]
date = 2026-01-15
[scenarios.as-is]
"""
AGREEMENTS = """id,title,kind,signed,parties,source,quality
doc,The document,treaty,2025-08,BY;IR,src,published
nameless,,,,,src,published
"""
COMMITMENTS = """id,agreement,title,by_party,due,revised_due,source,quality
ferry,doc,A ferry twice a week,IR,2025-12,,src,published
railway,doc,The railway opens,IR,2025-06,2027,src,published
visas,,No visas,BY;IR,,,src,published
"""
REPORTS = """id,commitment,reported,status,text,source,quality
ferry-2025-08,ferry,2025-08,begun,Quay under repair,src,published
visas-2026-02-01,visas,2026-02-01,met,In force,src,published
"""
MILESTONES = """id,commitment,title,unit,baseline,target,due,source,quality
sailings,ferry,Sailings a week,1/week,0,2,2025-12,src,published
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    root = tmp_path / "study"
    root.mkdir()
    texts = {"study.toml": STUDY, "agreements.csv": AGREEMENTS, "commitments.csv": COMMITMENTS,
             "status_reports.csv": REPORTS, "milestones.csv": MILESTONES,
             "sources.csv": "id,title,publisher,kind\nsrc,A source,Somebody,E\n"}  # fmt: skip
    for name, text in texts.items():
        (root / name).write_text(text, encoding="utf-8")
    return root


def test_list_as_json(landbridge: Command, study: Path) -> None:
    data = landbridge("agreements", "list", study, "--json").json
    assert data["findings"] == []
    assert (data["as_of"], data["later_reports"]) == ("2026-01-15", 1)
    first, nameless = data["agreements"]
    assert {key: first[key] for key in ("id", "title", "kind", "signed", "status", "source", "commitments")} == {
        "id": "doc", "title": "The document", "kind": "treaty", "signed": "2025-08", "status": "late",
        "source": "src", "commitments": 2,
    }  # fmt: skip
    assert (nameless["title"], nameless["signed"], nameless["status"]) == ("", "", "unknown")


def test_list_for_people_says_what_is_unknown(landbridge: Command, study: Path) -> None:
    answer = landbridge("agreements", "list", study)
    assert answer.code == 0
    assert "late: 2 commitments: 1 late, 1 not started" in answer.out
    assert "nameless  unknown" in answer.out
    assert "1 later report is not seen" in answer.out


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2025-07-31", {}),
        ("2025-08-31", {"ferry": "on_track", "railway": "not_started"}),
        ("2026-02-01", {"ferry": "late", "railway": "not_started"}),
        ("2028-01-01", {"ferry": "late", "railway": "late"}),
    ],
)
def test_status_as_of_a_day(landbridge: Command, study: Path, day: str, expected: dict[str, str]) -> None:
    data = landbridge("agreements", "status", study, "--as-of", day, "--json").json
    found = {row["id"]: row["status"] for row in data["commitments"] if row["agreement"]}
    assert found == expected


def test_status_for_people_explains(landbridge: Command, study: Path) -> None:
    answer = landbridge("agreements", "status", study, "--agreement", "doc")
    assert "late: due 2025-12, last report 2025-08 says begun" in answer.out
    assert "not started: due 2027 (at first 2025-06), nothing reported" in answer.out
    assert "visas" not in answer.out


def test_show_tells_all_of_a_commitment(landbridge: Command, study: Path) -> None:
    answer = landbridge("agreements", "show", study, "ferry")
    for words in ("A ferry twice a week", "Quay under repair", "sailings", "due: 2025-12"):
        assert words in answer.out
    shown = landbridge("agreements", "show", study, "doc", "--json").json
    assert [row["id"] for row in shown["commitments"]] == ["ferry", "railway"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("show", "{}", "fery"), "unknown_agreement"),
        (("status", "{}", "--agreement", "dco"), "unknown_agreement"),
        (("list", "{}", "--as-of", "2026-13-01"), "bad_date"),
        (("list", "{}", "--scenario", "none"), "unknown_scenario"),
        (("list", "{}/none"), "no_study"),
        (("export", "{}", "{}/x", "--format", "pdf"), "unknown_format"),
        (("import", "{}/none.json", "{}"), "no_file"),
    ],
)
def test_wrong_arguments_are_findings(
    landbridge: Command, study: Path, arguments: tuple[str, ...], code: str
) -> None:
    answer = landbridge("agreements", *(word.format(study) for word in arguments), "--json")
    assert answer.code == lb.InputError.exit_code
    assert code in answer.findings


def record(landbridge: Command, study: Path, *more: str) -> Any:
    return landbridge(
        "agreements",
        "record",
        study,
        "ferry",
        "--status",
        "met",
        "--reported",
        "2026-02",
        "--source",
        "src",
        *more,
    )


def test_record_appends_and_never_overwrites(landbridge: Command, study: Path) -> None:
    before = (study / "status_reports.csv").read_text(encoding="utf-8")
    answer = record(landbridge, study, "--text", '=2+2, "so"', "--reporter", "Port", "--json")
    assert answer.code == 0
    assert answer.json["id"] == "ferry-2026-02"
    assert (answer.json["status"], answer.json["as_of"]) == ("done", "2026-02-28")
    after = (study / "status_reports.csv").read_text(encoding="utf-8").splitlines()
    assert [line.split(",")[:4] for line in after[1:3]] == [
        line.split(",")[:4] for line in before.splitlines()[1:]
    ]
    reports = lb.read_study(study).source.tables["status_reports"]
    assert reports["text"].tolist()[-1] == '=2+2, "so"'
    whole = (study / "status_reports.csv").read_bytes()
    again = record(landbridge, study, "--text", '=2+2, "so"', "--reporter", "Port", "--json")
    assert (again.code, again.findings) == (lb.InputError.exit_code, ["repeated_report"])
    assert (study / "status_reports.csv").read_bytes() == whole
    assert record(landbridge, study, "--text", "Something else", "--json").json["id"] == "ferry-2026-02-2"
    assert {path.name for path in study.iterdir() if path.name.startswith(".")} == set()


def test_record_into_a_study_without_reports(landbridge: Command, study: Path) -> None:
    (study / "status_reports.csv").unlink()
    assert record(landbridge, study).code == 0
    assert "done" in landbridge("agreements", "status", study, "--as-of", "2026-03-01").out


def test_record_tells_all_faults_of_the_arguments_at_once(landbridge: Command, study: Path) -> None:
    answer = landbridge(
        "agreements", "record", study, "fery", "--status", "Met", "--reported", "2026-2", "--source", "scr",
        "--milestone", "none", "--quality", "good", "--value", "inf", "--json",
    )  # fmt: skip
    assert answer.code == lb.InputError.exit_code
    assert {(finding["code"], finding["column"]) for finding in answer.json["findings"]} == {
        ("unknown_commitment", "commitment"), ("bad_choice", "status"), ("bad_date", "reported"),
        ("unknown_source", ""), ("unknown_milestone", "milestone"), ("bad_choice", "quality"), ("bad_number", "value"),
    }  # fmt: skip
    missing = landbridge("agreements", "record", study, "ferry", "--json")
    assert missing.findings == ["empty_cell"] * 3


def test_record_with_a_value_of_a_milestone(landbridge: Command, study: Path) -> None:
    wrong = record(landbridge, study, "--milestone", "sailings", "--value", "2", "--unit", "t", "--json")
    assert wrong.findings == ["other_unit"]
    assert record(landbridge, study, "--milestone", "sailings", "--value", "2", "--unit", "1/week").code == 0


def test_a_table_with_errors_is_not_written_to(landbridge: Command, study: Path) -> None:
    path = study / "status_reports.csv"
    path.write_text(REPORTS + "x,ferry,2025,perhaps,,src,published\n", encoding="utf-8")
    assert "bad_choice" in record(landbridge, study, "--json").findings


def test_malformed_rows_are_listed_with_their_findings(landbridge: Command, study: Path) -> None:
    (study / "commitments.csv").write_text(
        COMMITMENTS + "late,doc,Late,XX,next year,,src,published\n", encoding="utf-8"
    )
    answer = landbridge("agreements", "list", study, "--json")
    assert answer.code == lb.InputError.exit_code
    places = {(one["code"], one["row"], one["column"]) for one in answer.json["findings"]}
    assert places == {("bad_date", 5, "due"), ("unknown_party", 5, "by_party")}
    assert answer.json["agreements"][0]["commitments"] == 3


@pytest.mark.parametrize("name", ["folder", "x.json", "x.xlsx"])
def test_export_and_import_change_nothing(
    landbridge: Command, study: Path, tmp_path: Path, name: str
) -> None:
    out = tmp_path / "out" / name
    assert landbridge("agreements", "export", study, out, "--json").json["out"] == str(out)
    before = {path.name: path.read_bytes() for path in study.iterdir()}
    data = landbridge("agreements", "import", out, study, "--json").json
    assert data["findings"] == []
    assert not any(data["added"].values())
    assert data["same"] == {
        "agreements": 2,
        "commitments": 3,
        "milestones": 1,
        "status_reports": 2,
        "sources": 1,
    }
    assert {path.name: path.read_bytes() for path in study.iterdir()} == before


def test_export_into_an_empty_study_and_back(landbridge: Command, study: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "study.toml").write_text(STUDY, encoding="utf-8")
    landbridge("agreements", "export", study, tmp_path / "x.json")
    assert landbridge("agreements", "import", tmp_path / "x.json", other).code == 0
    theirs, mine = (landbridge("agreements", "list", root, "--json").json for root in (other, study))
    assert theirs == mine


def test_deadlines_and_activities(landbridge: Command, study: Path, tmp_path: Path) -> None:
    assert landbridge("agreements", "export", study, tmp_path / "x.ics", "--as-of", "2026-02-01").code == 0
    text = (tmp_path / "x.ics").read_bytes().decode()
    assert "DTSTAMP:20260201T000000Z\r\n" in text
    landbridge("agreements", "export", study, tmp_path / "x.iati.json")
    content = json.loads((tmp_path / "x.iati.json").read_text(encoding="utf-8"))
    assert [one["status"] for one in content["activities"]] == ["late", "not_started", "unknown"]


def test_a_place_that_cannot_be_written_is_a_finding(
    landbridge: Command, study: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    answer = landbridge("agreements", "export", study, tmp_path / "file" / "x.json", "--json")
    assert answer.findings == ["not_writable"]


def test_a_study_without_agreements(landbridge: Command, tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    assert landbridge("agreements", "list", tmp_path, "--json").json["agreements"] == []
    assert landbridge("agreements", "list", tmp_path).code == 0
    assert landbridge("agreements", "export", tmp_path, tmp_path / "x.xlsx").code == 0
    assert landbridge("agreements", "import", tmp_path / "x.xlsx", tmp_path).code == 0


@pytest.mark.parametrize("study_name", ["iran-belarus", "uganda-sea-access"])
def test_the_worked_studies_have_no_fault(landbridge: Command, study_name: str) -> None:
    root = Path(__file__).parents[2] / "studies" / study_name
    data = landbridge("agreements", "list", root, "--json").json
    assert data["findings"] == []
    assert data["agreements"]
