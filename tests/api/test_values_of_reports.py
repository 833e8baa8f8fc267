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
    """Puts a stand-in where values are computed."""

    def put(stand_in: Callable[[ValueChoice], Any]) -> None:
        def run(study: StudyInput, choice: ValueChoice, *, progress: Callable[[str], None]) -> Any:
            progress(f"values to {choice.end}")
            return stand_in(choice)

        monkeypatch.setattr(reporting, "run_values", run)

    return put


def fail(*codes: str) -> Callable[[ValueChoice], Any]:
    def stand_in(choice: ValueChoice) -> Any:
        raise InputError([Finding(code, "error", "what", "remedy") for code in codes])

    return stand_in


def test_each_step_by_levers_to_a_scenario_of_the_report(tmp_path: Path, answer: Callable[..., None]) -> None:
    answer(lambda choice: f"{choice.start}--{choice.end}")
    study, lines = read(tmp_path, SCENARIOS), []
    found = reporting.value_steps(study, list(SCENARIOS), progress=lines.append)
    assert found == {("as-is", "signed"): "as-is--signed", ("signed", "later"): "signed--later"}
    assert lines == ["values to signed", "values to later"]
    assert list(reporting.value_steps(study, ["signed"])) == [("as-is", "signed")]
    assert reporting.value_steps(study, ["as-is"]) == {}


def test_a_study_without_levers_has_no_values(tmp_path: Path, answer: Callable[..., None]) -> None:
    answer(fail("never_asked"))
    assert reporting.value_steps(read(tmp_path, {"as-is": "", "signed": ""}), ["as-is", "signed"]) == {}


def test_a_step_of_which_no_lever_acts_is_left_out_and_faults_are_told(
    tmp_path: Path, answer: Callable[..., None]
) -> None:
    study = read(tmp_path, SCENARIOS)
    answer(fail("no_levers"))
    assert reporting.value_steps(study, ["signed"]) == {}
    answer(fail("no_levers", "unknown_field"))
    with pytest.raises(InputError) as error:
        reporting.value_steps(study, ["signed"])
    assert [finding.code for finding in error.value.findings] == ["no_levers", "unknown_field"]
