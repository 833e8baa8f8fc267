"""The report of a study: its runs and its tables handed to the report."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from types import MappingProxyType

import pandas as pd

from landbridge.agreements.register import read_register
from landbridge.agreements.tables import REGISTER
from landbridge.api.agreements import compute_milestones
from landbridge.api.indicators import read_indicator
from landbridge.report import ReportContent, ScenarioContent, ValueContent, write_report
from landbridge.schema import Finding, InputError
from landbridge.screening.steps import list_changes
from landbridge.sources import network_date
from landbridge.store import StoredRun
from landbridge.study.reading import StudyInput
from landbridge.study.running import Prepared, open_store
from landbridge.study.stored_values import find_values
from landbridge.study.valuing import ValueChoice, list_spans

_CITED = (
    *REGISTER,
    "corridors",
    "flows",
    "listings",
    "sources",
    "shipments",
    "services",
    "places",
    "consignments",
    "trade_agreements",
    "levers",
)


def find_steps(study: StudyInput, scenarios: Collection[str]) -> dict[tuple[str, str], StoredRun]:
    """The stored values of each step by levers to one of `scenarios`; `landbridge value` computes them.

    Raises InputError with all findings of the study.
    """
    found = {}
    for start, end in list_spans(study):
        if end not in scenarios:
            continue
        try:
            stored = find_values(study, ValueChoice(start, end))
        except InputError as error:
            # A scenario may apply levers of which none is in force on its day.
            if {finding.code for finding in error.findings} != {"no_levers"}:
                raise
            continue
        if stored is not None:
            found[start, end] = stored
    return found


def make_content(
    study: StudyInput,
    runs: Mapping[str, tuple[Prepared, StoredRun]],
    *,
    values: Mapping[tuple[str, str], StoredRun] = MappingProxyType({}),
    borders: Path | None = None,
) -> ReportContent:
    """All that the report of `runs` says, with the `values` of steps between scenarios; the first scenario gives its
    date and its law.
    """
    first, run = next(iter(runs.values()))
    tables = first.scenario.tables
    register = read_register(tables, as_of=first.scenario.date)
    store, of_first = open_store(study), {first.scenario.name: run}
    computed, _ = compute_milestones(
        register, lambda name, by: read_indicator(store, of_first, name, by=by).frame
    )
    return ReportContent(
        title=study.model.title or study.name,
        study=study.name,
        parties=study.model.parties,
        bound_by=study.model.bound_by,
        date=first.scenario.date,
        law_date=first.setting.date,
        scenarios=tuple(
            ScenarioContent(
                name=name,
                date=prepared.scenario.date,
                tables={table: stored.read(table) for table in stored.tables},
                title=study.model.scenario(name).title,
            )
            for name, (prepared, stored) in runs.items()
        ),
        study_tables={name: tables[name] for name in _CITED},
        law_changes=_changes(tables["listings"], first),
        manifest={
            "runs": {name: stored.hash for name, (_, stored) in runs.items()},
            **({"values": {stored.scenario: stored.hash for stored in values.values()}} if values else {}),
            "versions": dict(first.inputs.versions),
            "inputs": dict(first.inputs.inputs),
            "seed": first.inputs.seed,
            "draws": first.setting.simulation.draws,
        },
        borders=borders,
        law_known=network_date(),
        computed=computed,
        values=tuple(_describe_values(study, step, stored) for step, stored in values.items()),
        levered=any(end in runs for _, end in list_spans(study)),
    )


def _describe_values(study: StudyInput, step: tuple[str, str], stored: StoredRun) -> ValueContent:
    start, end = (study.model.scenario(name).title or name if name else "" for name in step)
    return ValueContent(start, end, {table: stored.read(table) for table in stored.tables})


def _changes(listings: pd.DataFrame, first: Prepared) -> pd.DataFrame:
    return list_changes(listings, since=first.setting.date, until=network_date())


def write_study_report(
    study: StudyInput,
    runs: Mapping[str, tuple[Prepared, StoredRun]],
    path: Path,
    *,
    borders: Path | None = None,
) -> Path:
    """Write the report of `runs` to `path`, whole or not at all, with the values of levers that are stored.

    Raises InputError where it cannot be written, or with all findings of the study.
    """
    content = make_content(study, runs, values=find_steps(study, runs), borders=borders)
    try:
        write_report(content, path)
    except OSError as error:
        raise InputError([not_writable(path, error.strerror or str(error))]) from error
    return path


def check_target(path: Path) -> None:
    """Raise InputError where a report cannot be written to `path`, before anything is computed for it."""
    folder = path.parent
    if not folder.is_dir():
        raise InputError([not_writable(path, f"there is no folder {folder}")])
    if path.is_dir():
        raise InputError([not_writable(path, "it is a folder")])
    if not os.access(folder, os.W_OK):
        raise InputError([not_writable(path, "its folder may not be written to")])


def not_writable(path: Path, why: str) -> Finding:
    """That a file cannot be written, as a finding."""
    what = f"{path} cannot be written: {why}"
    remedy = "choose a file in a folder that you may write to"
    return Finding(code="not_writable", severity="error", what=what, remedy=remedy)
