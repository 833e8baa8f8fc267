"""Which steps between scenarios a report tells the value of, and what stops it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from landbridge.api import reporting
from landbridge.schema import Finding, InputError
from landbridge.study.reading import StudyInput, read_study
from landbridge.study.valuing import ValueChoice

HEAD = 'parties = ["BY", "IR"]\nbound_by = ["BY"]\ndate = 2026-01-15\n'
SCENARIOS = {
    "as-is": "",
    "signed": 'inherits = "as-is"\nlevers = "all"\n',
    "later": 'inherits = "signed"\nlevers = "all"\n',
}


def read(root: Path, scenarios: dict[str, str]) -> StudyInput:
    body = "\n".join(f"[scenarios.{name}]\n{text}" for name, text in scenarios.items())
    (root / "study.toml").write_text(HEAD + body, encoding="utf-8")
    return read_study(root)


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[ValueChoice], Any]], None]:
    """Puts a stand-in where stored values are looked for."""

    def put(stand_in: Callable[[ValueChoice], Any]) -> None:
        monkeypatch.setattr(reporting, "find_values", lambda study, choice: stand_in(choice))

    return put


def fail(*codes: str) -> Callable[[ValueChoice], Any]:
    def stand_in(choice: ValueChoice) -> Any:
        raise InputError([Finding(code, "error", "what", "remedy") for code in codes])

    return stand_in


def test_each_step_by_levers_to_a_scenario_of_the_report(tmp_path: Path, answer: Callable[..., None]) -> None:
    answer(lambda choice: f"{choice.start}--{choice.end}")
    study = read(tmp_path, SCENARIOS)
    found = reporting.find_steps(study, list(SCENARIOS))
    assert found == {("as-is", "signed"): "as-is--signed", ("signed", "later"): "signed--later"}
    assert list(reporting.find_steps(study, ["signed"])) == [("as-is", "signed")]
    assert reporting.find_steps(study, ["as-is"]) == {}


def test_a_study_without_levers_has_no_values(tmp_path: Path, answer: Callable[..., None]) -> None:
    answer(fail("never_asked"))
    assert reporting.find_steps(read(tmp_path, {"as-is": "", "signed": ""}), ["as-is", "signed"]) == {}


def test_a_step_whose_values_are_not_stored_is_not_told(tmp_path: Path, answer: Callable[..., None]) -> None:
    answer(lambda choice: None if choice.end == "signed" else "values")
    assert list(reporting.find_steps(read(tmp_path, SCENARIOS), list(SCENARIOS))) == [("signed", "later")]


def test_a_step_of_which_no_lever_acts_is_left_out_and_faults_are_told(
    tmp_path: Path, answer: Callable[..., None]
) -> None:
    study = read(tmp_path, SCENARIOS)
    answer(fail("no_levers"))
    assert reporting.find_steps(study, ["signed"]) == {}
    answer(fail("no_levers", "unknown_field"))
    with pytest.raises(InputError) as error:
        reporting.find_steps(study, ["signed"])
    assert [finding.code for finding in error.value.findings] == ["no_levers", "unknown_field"]
