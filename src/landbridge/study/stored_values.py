"""Values of levers kept beside the runs, under the hash of what decides them."""

from __future__ import annotations

from pathlib import Path

from landbridge.store import RunInputs, Store, StoredRun
from landbridge.study.engine import Progress
from landbridge.study.reading import StudyInput
from landbridge.study.running import RUNS_FOLDER, prepare_scenario
from landbridge.study.valuing import ValueChoice, find_span, value_levers

VALUES_FOLDER = ".values"


def describe_values(study: StudyInput, choice: ValueChoice) -> RunInputs:
    """All that decides the values of a choice; the name of the scenario is the earlier and the later one, joined by two
    dashes. Raises InputError as `find_span` does.
    """
    span = find_span(study, choice)
    ends = [prepare_scenario(study, name).inputs for name in (span.start, span.end) if name]
    after = ends[-1]
    return RunInputs(
        scenario=f"{span.start}--{span.end}",
        inputs={f"{one.scenario}: {name}": digest for one in ends for name, digest in one.inputs.items()},
        versions=after.versions,
        seed=after.seed,
        date=after.date,
        settings={"max_runs": choice.max_runs, "indicators": ", ".join(choice.indicators)},
    )


def run_values(
    study: StudyInput, choice: ValueChoice, *, progress: Progress = lambda line: None
) -> StoredRun:
    """The values of a choice: read back where the inputs are those of a stored one, else computed and stored.

    Raises InputError as `value_levers` does.
    """
    inputs = describe_values(study, choice)
    stored = _open_store(study).find_run(inputs)
    if stored is not None:
        return stored
    return _open_store(study).write_run(inputs, value_levers(study, choice, progress=progress), timings={})


def find_values(study: StudyInput, choice: ValueChoice) -> StoredRun | None:
    """The stored values of a choice, None where they were not computed for the study as it is. Raises InputError as
    `find_span` does.
    """
    return _open_store(study).find_run(describe_values(study, choice))


def _open_store(study: StudyInput) -> Store:
    return Store(Path(study.root) / RUNS_FOLDER / VALUES_FOLDER)
