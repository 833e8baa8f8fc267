"""The levers of a study: which of them a scenario applies, and what they change in its tables."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from landbridge.agreements.lever_edits import Edit, find_edits
from landbridge.agreements.levers import Lever, read_levers
from landbridge.agreements.register import read_register
from landbridge.agreements.status import STATUSES, judge_all
from landbridge.schema import (
    Finding,
    LeverChoice,
    Tables,
    find_nearest,
    is_before,
    know_day,
    order_findings,
)
from landbridge.schema.cells import quote
from landbridge.schema.study_file import STUDY_FILE
from landbridge.study.agreements import check_tables
from landbridge.study.layers import Change, LayeredTable, join_words, winning
from landbridge.study.reading import StudyInput

LEVERS = "levers"
_NAMED = "write a name that stands in its tables"


def read_study_levers(study: StudyInput) -> tuple[dict[str, Lever], tuple[Finding, ...]]:
    """The levers of a study by id, and what is wrong with its rows."""
    file = study.files.get(LEVERS)
    if file is None:
        return {}, ()
    return read_levers(file.frame, [(file.file, row) for row in file.rows])


def check_levers(study: StudyInput) -> tuple[Finding, ...]:
    """What is wrong with the file of levers: as a table, by the declared checks, and row by row."""
    file = study.files.get(LEVERS)
    if file is None:
        return ()
    found = [finding for finding in study.findings if finding.file == file.file]
    _, faults = read_study_levers(study)
    return order_findings([*found, *check_tables({LEVERS: file}, study.tables), *faults])


def try_levers(
    levers: Iterable[Lever], tables: Tables
) -> tuple[dict[str, tuple[Edit, ...]], tuple[Finding, ...]]:
    """The cells that each lever changes alone, by its id, and what is wrong with them."""
    edits, found = {}, list[Finding]()
    for lever in levers:
        own, faults = find_edits([lever], tables)
        edits[lever.id], found = tuple(own), [*found, *faults]
    return edits, tuple(found)


@dataclass(frozen=True, slots=True)
class ChosenLevers:
    """The levers that a scenario and its ancestors apply, by id.

    `since` tells for each the scenarios from the first that applies it on: their overrides know of it.
    """

    levers: Mapping[str, Lever]
    since: Mapping[str, frozenset[str]]


def choose_scenario_levers(
    study: StudyInput, name: str, *, date: datetime.date
) -> tuple[ChosenLevers, list[Finding]]:
    """The levers that a scenario and its ancestors apply, and what is wrong with them and with the choices.

    `date` is the day of the scenario, as of which statuses are told unless a choice says another. Levers of a
    commitment that another one has replaced, or that was withdrawn, do not act unless superseded ones are asked for.
    """
    levers, faults = read_study_levers(study)
    found, chosen, since = list(faults), dict[str, Lever](), dict[str, frozenset[str]]()
    promises = _Promises.read(study)
    lineage = study.model.lineage(name)
    for place, step in enumerate(lineage):
        column = f"scenarios.{step}.levers"
        for choice in study.model.scenario(step).levers:
            found += _check_choice(choice, levers, promises, column)
            statuses = _judge(study, choice.as_of or date) if levers else {}
            mine = {key: one for key, one in levers.items() if _is_chosen(one, choice, promises, statuses)}
            since = dict.fromkeys(mine, frozenset(lineage[place:])) | since
            chosen |= mine
            if not mine:
                remedy = "leave it out, or mend what it asks for"
                what = "chooses no lever of the study"
                found.append(Finding("no_lever", "warning", what, remedy, STUDY_FILE, None, column))
    return ChosenLevers({key: chosen[key] for key in sorted(chosen)}, since), found


@dataclass(frozen=True, slots=True)
class _Promises:
    """The agreement of each commitment, and the ids of all agreements."""

    agreement: Mapping[str, str]
    agreements: frozenset[str]

    @classmethod
    def read(cls, study: StudyInput) -> _Promises:
        tables = study.tables
        rows = tables.get("commitments")
        own = {} if rows is None else dict(zip(rows["id"].tolist(), rows["agreement"].tolist(), strict=True))
        signed = tables.get("agreements")
        return cls(own, frozenset() if signed is None else frozenset(signed["id"].tolist()))


def _check_choice(
    choice: LeverChoice, levers: Mapping[str, Lever], promises: _Promises, column: str
) -> Iterator[Finding]:
    """Names that the study does not have."""
    commitments, agreements = set(promises.agreement), set(promises.agreements)
    known: dict[str, set[str]] = {
        "levers": set(levers),
        "commitments": commitments,
        "agreements": agreements,
        "statuses": set(STATUSES),
        "without": {*levers, *commitments, *agreements},
    }
    for key, names in known.items():
        for name in getattr(choice, key):
            if name not in names:
                what = f"{quote(name)} is not one of the {'names' if key == 'without' else key} of the study"
                nearest = find_nearest(name, names)
                remedy = f"write one of {', '.join(STATUSES)}" if key == "statuses" else _NAMED
                yield Finding(
                    "unknown_choice", "error", what, remedy, STUDY_FILE, None, f"{column}.{key}", nearest
                )


def _is_chosen(lever: Lever, choice: LeverChoice, promises: _Promises, statuses: Mapping[str, str]) -> bool:
    """Whether a lever meets every key of a choice; a commitment that was not made by the day has no status."""
    key, commitment = lever.id, lever.commitment
    agreement, status = promises.agreement.get(commitment, ""), statuses.get(commitment, "")
    return (
        (not choice.levers or key in choice.levers)
        and (not choice.commitments or commitment in choice.commitments)
        and (not choice.agreements or agreement in choice.agreements)
        and (not choice.statuses or status in choice.statuses)
        and (choice.by is None or _acts(lever, choice.by))
        and not {key, commitment, agreement} & set(choice.without)
        and (status != "superseded" or status in choice.statuses)
    )


def _judge(study: StudyInput, as_of: datetime.date) -> dict[str, str]:
    """The status of each commitment on a day, by what was reported and observed until then."""
    return {key: one.status for key, one in judge_all(read_register(study.tables, as_of=as_of)).items()}


def _acts(lever: Lever, day: datetime.date) -> bool:
    """Whether a lever surely acts on a day: it began by then, and has not surely ended before."""
    begun = lever.begins.last is not None and lever.begins.last <= day
    return begun and is_before(lever.ends, know_day(day)) is not True


def pull_levers(
    layered: Mapping[str, LayeredTable], chosen: ChosenLevers
) -> tuple[list[Edit], list[Finding]]:
    """Lay levers over the tables of a scenario; the cells that change, and what is wrong.

    What an override says of a cell that a lever sets contradicts it, where the override's scenario applies the lever
    or inherits it.
    """
    levers = chosen.levers
    frames = {lever.table: layered[lever.table].frame() for lever in levers.values()}
    edits, found = find_edits(levers.values(), frames)
    for edit in edits:
        table, own = layered[edit.table], [levers[key] for key in edit.levers]
        found += _find_overridden(table, edit, own, chosen.since)
        table.apply(_make_change(edit, own, table))
    return edits, found


def _make_change(edit: Edit, levers: list[Lever], table: LayeredTable) -> Change:
    """The edit as a layer over the row, on the word of its levers and of what they move."""
    words = [(str(lever.row["source"]), str(lever.row["quality"])) for lever in levers]
    if not all(_sets(lever, edit) for lever in levers):
        words.insert(0, table.word(edit.id, edit.field))
    source, quality = join_words(words)
    file, line = levers[0].place
    return Change(
        id=edit.id,
        field=edit.field,
        value=edit.after,
        layer=" + ".join(f"lever {lever.id}" for lever in levers),
        source=source,
        quality=quality,
        file=file,
        row=line,
    )


def _sets(lever: Lever, edit: Edit) -> bool:
    """Whether the cell after the edit rests on the lever alone, and on nothing that stood there before."""
    return lever.change not in ("scale", "add") and edit.field not in lever.fields[1:]


def _find_overridden(
    table: LayeredTable, edit: Edit, levers: list[Lever], since: Mapping[str, frozenset[str]]
) -> Iterator[Finding]:
    """An override that says what a lever of the same scenario, or of an ancestor, sets."""
    top = winning(table.said.get((edit.id, edit.field), ()))
    setting = [lever for lever in levers if _sets(lever, edit)]
    if top is not None and any(top.layer in since[lever.id] for lever in setting):
        what = f"{table.spec.name} {quote(edit.id)} {edit.field} is set by the lever {setting[0].id} too"
        remedy = "keep the override or the lever in this scenario"
        yield Finding("lever_conflict", "error", what, remedy, top.file, top.row, "value")
