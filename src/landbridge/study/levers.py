"""The levers of a study: which of them a scenario applies, and what they change in its tables."""

from __future__ import annotations

import datetime
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from landbridge.agreements.lever_edits import Edit, find_edits
from landbridge.agreements.levers import Lever, read_levers
from landbridge.agreements.register import read_register
from landbridge.agreements.status import STATUSES, judge_all
from landbridge.schema import Finding, LeverChoice, find_nearest, is_before, know_day, load_catalogue
from landbridge.schema.cells import quote
from landbridge.schema.study_file import STUDY_FILE
from landbridge.study.layers import Change, LayeredTable, winning
from landbridge.study.reading import StudyInput

LEVERS = "levers"


def read_study_levers(study: StudyInput) -> tuple[dict[str, Lever], tuple[Finding, ...]]:
    """The levers of a study by id, and what is wrong with its rows."""
    file = study.files.get(LEVERS)
    if file is None:
        return {}, ()
    return read_levers(file.frame, [(file.file, row) for row in file.rows])


def choose_scenario_levers(
    study: StudyInput, name: str, *, date: datetime.date
) -> tuple[dict[str, Lever], list[Finding]]:
    """The levers that a scenario and its ancestors apply, by id, and what is wrong with them and with the choices.

    `date` is the day of the scenario, as of which statuses are told unless a choice says another. Levers of a
    commitment that another one has replaced, or that was withdrawn, do not act.
    """
    levers, faults = read_study_levers(study)
    found, chosen = list(faults), dict[str, Lever]()
    register = _Promises.read(study) if levers else _Promises({}, frozenset())
    for step in study.model.lineage(name):
        column = f"scenarios.{step}.levers"
        for choice in study.model.scenario(step).levers:
            found += _check_choice(choice, levers, register, column)
            mine = dict(_choose(study, choice, levers, register, date=date))
            chosen |= mine
            if not mine:
                remedy = "leave it out, or mend what it asks for"
                what = "chooses no lever of the study"
                found.append(Finding("no_lever", "warning", what, remedy, STUDY_FILE, None, column))
    return {key: chosen[key] for key in sorted(chosen)}, found


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
                remedy = "write a name that stands in its tables"
                yield Finding(
                    "unknown_choice", "error", what, remedy, STUDY_FILE, None, f"{column}.{key}", nearest
                )


def _choose(
    study: StudyInput,
    choice: LeverChoice,
    levers: Mapping[str, Lever],
    promises: _Promises,
    *,
    date: datetime.date,
) -> Iterator[tuple[str, Lever]]:
    statuses = _judge(study, choice.as_of or date) if levers else {}
    for key, lever in levers.items():
        agreement = promises.agreement.get(lever.commitment, "")
        status = statuses.get(lever.commitment, "unknown")
        meets = (
            not choice.levers or key in choice.levers,
            not choice.commitments or lever.commitment in choice.commitments,
            not choice.agreements or agreement in choice.agreements,
            not choice.statuses or status in choice.statuses,
            choice.by is None or _acts(lever, choice.by),
            not {key, lever.commitment, agreement} & set(choice.without),
            status != "superseded" or "superseded" in choice.statuses,
        )
        if all(meets):
            yield key, lever


def _judge(study: StudyInput, as_of: datetime.date) -> dict[str, str]:
    """The status of each commitment on a day, by what was reported and observed until then."""
    return {key: one.status for key, one in judge_all(read_register(study.tables, as_of=as_of)).items()}


def _acts(lever: Lever, day: datetime.date) -> bool:
    """Whether a lever surely acts on a day: it began by then, and has not surely ended before."""
    begun = lever.begins.last is not None and lever.begins.last <= day
    return begun and is_before(lever.ends, know_day(day)) is not True


def pull_levers(
    layered: Mapping[str, LayeredTable], levers: Iterable[Lever], steps: Container[str]
) -> tuple[list[Edit], list[Finding]]:
    """Lay levers over the tables of a scenario; the cells that change, and what is wrong.

    `steps` are the scenarios that apply levers of their own: what their overrides say of a cell that a lever sets
    contradicts it.
    """
    by_id = {lever.id: lever for lever in levers}
    frames = {lever.table: layered[lever.table].frame() for lever in by_id.values()}
    edits, found = find_edits(by_id.values(), frames)
    for edit in edits:
        table, own = layered[edit.table], [by_id[key] for key in edit.levers]
        found += _find_overridden(table, edit, own, steps)
        table.apply(_make_change(edit, own, table))
    return edits, found


def _make_change(edit: Edit, levers: list[Lever], table: LayeredTable) -> Change:
    """The edit as a layer over the row, on the word of its levers and of the row where it moves a number."""
    words = [(str(lever.row["source"]), str(lever.row["quality"])) for lever in levers]
    if any(lever.change in ("scale", "add") for lever in levers) and "quality" in table.spec.by_name:
        row = table.position[edit.id]
        words.insert(0, (str(table.column("source")[row]), str(table.column("quality")[row])))
    ranks = load_catalogue().qualities
    file, line = levers[0].place
    return Change(
        id=edit.id,
        field=edit.field,
        value=edit.after,
        layer=" + ".join(f"lever {lever.id}" for lever in levers),
        source="; ".join(dict.fromkeys(source for source, _ in words)),
        quality=max((quality for _, quality in words), key=lambda quality: ranks[quality].rank),
        file=file,
        row=line,
    )


def _find_overridden(
    table: LayeredTable, edit: Edit, levers: list[Lever], steps: Container[str]
) -> Iterator[Finding]:
    """An override that says what a lever of the same scenario sets."""
    top = winning(table.said.get((edit.id, edit.field), ()))
    setting = [lever for lever in levers if lever.change not in ("scale", "add")]
    if top is not None and top.layer in steps and setting and top.value != edit.after:
        what = f"{table.spec.name} {quote(edit.id)} {edit.field} is set by the lever {setting[0].id} too"
        remedy = "keep the override or the lever in this scenario"
        yield Finding("lever_conflict", "error", what, remedy, top.file, top.row, "value")
