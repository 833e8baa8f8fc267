"""Levers of a study: what each commitment changes in the inputs, as tables of before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from landbridge.agreements.lever_edits import Edit
from landbridge.agreements.levers import Lever
from landbridge.schema import Finding, InputError, find_nearest, load_catalogue, order_findings
from landbridge.sources import network_date, read_shipped_tables
from landbridge.study.layers import write_value
from landbridge.study.levers import check_levers, read_study_levers, try_levers
from landbridge.study.reading import StudyInput
from landbridge.study.scenarios import scenario_tables

LEVER_COLUMNS = (
    "id", "commitment", "title", "table", "change", "where", "low", "high", "from", "until", "cells", "scenarios",
    "source", "quality", "note",
)  # fmt: skip
LEVERS_FILE = "levers.csv"
CHANGE_COLUMNS = ("levers", "table", "id", "field", "before", "after", "unit")


@dataclass(frozen=True, eq=False)
class Levers:
    """The levers of a study, and the cells that they change.

    `scenario` is the one whose levers act together, "" where each acts alone on the tables of the first scenario;
    `edits` are the cells by lever, or under "" those of all levers of the scenario together.
    """

    study: str
    scenario: str
    levers: Mapping[str, Lever]
    edits: Mapping[str, tuple[Edit, ...]]
    applied: Mapping[str, tuple[str, ...]]
    findings: tuple[Finding, ...]

    def table(self) -> pd.DataFrame:
        """A row a lever: what it changes where, its range, the number of cells, and the scenarios that apply it."""
        rows = [self._describe(lever) for lever in self.levers.values()]
        return pd.DataFrame(rows, columns=list(LEVER_COLUMNS))

    def _describe(self, lever: Lever) -> dict[str, Any]:
        cells = [edit for own in self.edits.values() for edit in own if lever.id in edit.levers]
        return {
            **{name: lever.row[name] for name in LEVER_COLUMNS if name in lever.row},
            "change": lever.describe_change(),
            "cells": len(cells),
            "scenarios": [name for name, ids in self.applied.items() if lever.id in ids],
        }

    def changes(self, lever: str = "") -> pd.DataFrame:
        """The cells that change, before and after as texts of a table; of one lever, or of all.

        Raises InputError for an unknown lever.
        """
        if lever and lever not in self.levers:
            what = f"{lever!r} is not a lever{' of the scenario ' + self.scenario if self.scenario else ''}"
            nearest = find_nearest(lever, self.levers)
            remedy = "use an id of `landbridge agreements levers`"
            raise InputError([Finding("unknown_lever", "error", what, remedy, nearest=nearest)])
        rows = [
            _describe_edit(edit)
            for own in self.edits.values()
            for edit in own
            if not lever or lever in edit.levers
        ]
        return pd.DataFrame(rows, columns=list(CHANGE_COLUMNS))

    def to_json(self) -> dict[str, Any]:
        """As plain values: levers, the cells that change, findings."""
        return {
            "scenario": self.scenario,
            "levers": self.table().to_dict("records"),
            "changes": self.changes().to_dict("records"),
            "findings": [finding.as_dict() for finding in self.findings],
        }

    def __repr__(self) -> str:
        return f"<Levers of {self.study}: {len(self.levers)}>"


def _describe_edit(edit: Edit) -> dict[str, Any]:
    spec = load_catalogue().tables[edit.table]
    return {
        "levers": list(edit.levers),
        "table": edit.table,
        "id": edit.id,
        "field": edit.field,
        "before": write_value(edit.before, spec, edit.field),
        "after": write_value(edit.after, spec, edit.field),
        "unit": spec.by_name[edit.field].unit,
    }


def read_levers(study: StudyInput, *, scenario: str = "") -> Levers:
    """The levers of a study with what each changes alone, or those of a scenario with what they change together."""
    shipped, date = read_shipped_tables(), network_date()
    names = study.model.scenario_names
    whole = {name: scenario_tables(study, name, shipped, network_date=date) for name in names}
    applied = {name: tuple(one.levers) for name, one in whole.items()}
    faults = check_levers(study)
    if scenario:
        one = whole[scenario]
        found = order_findings([*faults, *filter(_is_of_levers, one.findings)])
        return Levers(study.name, scenario, one.levers, {"": one.edits}, applied, found)
    levers, _ = read_study_levers(study)
    bare = scenario_tables(study, study.model.run_names[0], shipped, network_date=date, levered=False)
    edits, found = try_levers(levers.values(), bare.tables)
    return Levers(study.name, "", levers, edits, applied, order_findings([*faults, *found]))


def _is_of_levers(finding: Finding) -> bool:
    """Whether a finding of a scenario is about its levers or its choice of them, wherever it stands."""
    return finding.file == LEVERS_FILE or finding.code in ("lever_conflict", "unknown_choice", "no_lever")
