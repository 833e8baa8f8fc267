from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landbridge.schema import Finding, LeverChoice
from landbridge.schema.json_schema import table_json_schema
from landbridge.schema.study_file import (
    ScenarioFile,
    StudyFile,
    find_override_names,
    parse_study_text,
    read_study_file,
    study_json_schema,
)

HEAD = 'parties = ["BY", "IR"]\nbound_by = ["BY", "IR"]\n'


def findings_of(text: str) -> list[tuple[str, int | None, str]]:
    return [(finding.code, finding.row, finding.column) for finding in parse_study_text(text)[1]]


def parse(text: str) -> StudyFile:
    study, findings = parse_study_text(text)
    assert study is not None, findings
    assert findings == ()
    return study


def test_a_full_head_is_read() -> None:
    study = parse(
        HEAD + 'date = 2025-08-20\nseed = 7\ncurrency = "EUR"\n[scenarios.as-is]\n[scenarios.signed]\n'
        'inherits = "as-is"\ndate = 2027-01-01\noverrides = ["a.csv", "b.csv"]\n'
    )
    assert study.parties == ("BY", "IR")
    assert study.lineage("signed") == ("as-is", "signed")
    assert study.scenario("signed").overrides == ("a.csv", "b.csv")
    assert study.date_of("signed") == datetime.date(2027, 1, 1)
    assert study.date_of("as-is") == datetime.date(2025, 8, 20)


def test_a_study_without_scenarios_has_one() -> None:
    study = parse(HEAD)
    assert study.scenario_names == ("as-is",)
    assert study.scenario("as-is") == ScenarioFile()
    assert study.date_of("as-is") is None
    with pytest.raises(KeyError):
        study.scenario("signed")


def test_a_scenario_takes_the_date_of_its_nearest_dated_ancestor() -> None:
    study = parse(
        HEAD
        + '[scenarios.a]\ndate = 2030-01-01\n[scenarios.b]\ninherits = "a"\n[scenarios.c]\ninherits = "b"\n'
    )
    assert study.date_of("c") == datetime.date(2030, 1, 1)


def test_bound_by_has_no_default_and_the_finding_says_why() -> None:
    study, findings = parse_study_text('parties = ["BY"]\n')
    assert study is None
    assert [finding.code for finding in findings] == ["missing_key"]
    assert "law" in findings[0].remedy
    assert "no default" in findings[0].remedy


def test_all_faults_of_a_head_are_found_at_once() -> None:
    text = (
        'party = ["BY"]\nbound_by = "BY"\ndate = "soon"\nseed = -1\n'
        '[scenarios.a]\ninherits = "b"\n[scenarios.b]\ninherits = "a"\n'
        '[scenarios.c]\ninherits = "aa"\novrrides = "x.csv"\n'
    )
    assert findings_of(text) == [
        ("missing_key", None, "parties"),
        ("unknown_key", 1, "party"),
        ("bad_value", 2, "bound_by"),
        ("bad_value", 3, "date"),
        ("bad_value", 4, "seed"),
        ("scenario_ring", 6, "scenarios.a.inherits"),
        ("scenario_ring", 8, "scenarios.b.inherits"),
        ("unknown_scenario", 10, "scenarios.c.inherits"),
        ("unknown_key", 11, "scenarios.c.ovrrides"),
    ]
    nearest = {finding.code: finding.nearest for finding in parse_study_text(text)[1]}
    assert nearest["unknown_key"] == ("overrides",)
    assert "a" in nearest["unknown_scenario"]


def test_a_scenario_that_inherits_from_itself_is_a_ring_and_its_lineage_ends() -> None:
    study, findings = parse_study_text(HEAD + '[scenarios.a]\ninherits = "a"\n')
    assert [finding.code for finding in findings] == ["scenario_ring"]
    assert study is not None
    assert study.lineage("a") == ("a",)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("date = 2025-08-20T10:00:00", "bad_value"),
        ("date = 20250820", "bad_value"),
        ("seed = true", "bad_value"),
        ("seed = 1.5", "bad_value"),
        ("seed = 99999999999999999999", "bad_value"),
        ('currency = "usd"', "bad_value"),
        ("scenarios = 3", "bad_value"),
        ("name = ", "bad_toml"),
        ("parties = []", "bad_toml"),  # a key may stand only once
        ("[scenarios.'a b']\ninherits = ''", "bad_name"),
        ("[scenarios.'../x']", "bad_name"),
        ("[scenarios.con]", "bad_name"),
        ("x = " + "[" * 5000, "bad_toml"),
    ],
)
def test_a_line_at_fault(line: str, code: str) -> None:
    assert code in [found[0] for found in findings_of(HEAD + line + "\n")]


def test_empty_lists_of_parties_are_refused() -> None:
    assert findings_of("parties = []\nbound_by = []\n") == [
        ("bad_value", 1, "parties"),
        ("bad_value", 2, "bound_by"),
    ]


def test_the_model_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        parse(HEAD).seed = 3  # type: ignore[misc]


@pytest.mark.parametrize("data", [b"\xff\xfe\0", HEAD.encode("utf-16"), b'name = "\xd0"'])
def test_another_encoding_is_a_finding(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "study.toml").write_bytes(data)
    study, findings = read_study_file(tmp_path / "study.toml")
    assert study is None
    assert [finding.code for finding in findings] == ["bad_encoding"]


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_bytes(b"\xef\xbb\xbf" + HEAD.replace("\n", "\r\n").encode())
    assert read_study_file(tmp_path / "study.toml")[1] == ()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_garbage_raises_nothing(text: str) -> None:
    study, findings = parse_study_text(text)
    assert study is None
    assert findings
    assert all(isinstance(finding, Finding) for finding in findings)
    assert find_override_names(text) == ()


toml_values = st.recursive(
    st.one_of(st.integers(-5, 5), st.booleans(), st.just('"x"')),
    lambda inner: st.lists(inner, max_size=3).map(lambda items: "[" + ", ".join(map(str, items)) + "]"),
    max_leaves=5,
).map(lambda value: str(value).lower() if isinstance(value, bool) else str(value))


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(list(StudyFile.model_fields)), toml_values))
def test_values_of_wrong_types_are_findings_on_their_line(values: dict[str, str]) -> None:
    text = "".join(f"{key} = {value}\n" for key, value in values.items()).replace("True", "true")
    text = text.replace("False", "false")
    study, findings = parse_study_text(text)
    assert (study is None) == any(finding.severity == "error" for finding in findings)
    assert {finding.row for finding in findings} <= {None, *range(1, len(values) + 1)}
    find_override_names(text)


def test_the_json_schema_forbids_unknown_keys_and_requires_whose_law_binds() -> None:
    schema = study_json_schema()
    assert schema["additionalProperties"] is False
    assert schema["required"] == ["parties", "bound_by"]
    assert set(schema["properties"]) == set(StudyFile.model_fields)


def test_the_json_schema_takes_levers_and_files_in_each_form() -> None:
    scenario = study_json_schema()["$defs"]["ScenarioFile"]["properties"]
    assert [one.get("const") or one.get("type") or one["$ref"] for one in scenario["levers"]["anyOf"]] == [
        "all",
        "#/$defs/LeverChoice",
        "array",
    ]
    assert [one["type"] for one in scenario["overrides"]["anyOf"]] == ["string", "array"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"all"', [LeverChoice()]),
        ("{}", [LeverChoice()]),
        ("[]", []),
        ('{ levers = "a", without = ["b", "c"] }', [LeverChoice(levers=("a",), without=("b", "c"))]),
        (
            '[{ statuses = "done", as_of = 2026-06-30 }, { by = "2027-01-01" }]',
            [
                LeverChoice(statuses=("done",), as_of=datetime.date(2026, 6, 30)),
                LeverChoice(by=datetime.date(2027, 1, 1)),
            ],
        ),
    ],
)
def test_levers_of_a_scenario(text: str, expected: list[LeverChoice]) -> None:
    study = parse(HEAD + f"[scenarios.signed]\nlevers = {text}\n")
    assert list(study.scenario("signed").levers) == expected


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ('"some"', "bad_value", "scenarios.signed.levers"),
        ('["all"]', "bad_value", "scenarios.signed.levers"),
        ("3", "bad_value", "scenarios.signed.levers"),
        ('{ agreement = "roads" }', "unknown_key", "scenarios.signed.levers.agreement"),
        ('{ by = "soon" }', "bad_value", "scenarios.signed.levers.by"),
        ("[{ levers = 3 }]", "bad_value", "scenarios.signed.levers.levers"),
    ],
)
def test_a_choice_of_levers_that_is_none_is_told_with_its_line(text: str, code: str, column: str) -> None:
    assert findings_of(HEAD + f"[scenarios.signed]\nlevers = {text}\n") == [(code, 4, column)]


def test_a_choice_may_be_a_table_of_its_own() -> None:
    text = HEAD + '[[scenarios.signed.levers]]\nlevers = "a"\n[[scenarios.signed.levers]]\nwithout = "b"\n'
    assert len(parse(text).scenario("signed").levers) == 2
    assert findings_of(text + "by = 3\n") == [("bad_value", 7, "scenarios.signed.levers.by")]


def test_the_json_schema_of_a_table_carries_units_bounds_and_choices() -> None:
    schema = table_json_schema("places")
    assert schema["properties"]["lat"] == {
        "type": "number",
        "description": "Latitude",
        "unit": "degree",
        "minimum": -90.0,
        "maximum": 90.0,
    }
    assert "port" in schema["properties"]["kind"]["enum"]
    assert schema["additionalProperties"] is False
    with pytest.raises(KeyError):
        table_json_schema("colours")
