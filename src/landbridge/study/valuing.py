"""What signed commitments are worth: the change from one scenario to another, shared out among the levers between them.

The tables are those of the later scenario before any lever; levers that act in the earlier one too act always. A
coalition of the others is evaluated on means. Ranges come from three evaluations, with all levers at the weak end, the
middle and the strong end of their ranges, and are no percentiles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import nan
from typing import Any

import pandas as pd

from landbridge.agreements.attribution import Attribution, Players, attribute, average
from landbridge.agreements.lever_edits import SIZES, Size
from landbridge.agreements.levers import Lever
from landbridge.agreements.register import read_register
from landbridge.agreements.status import judge_all
from landbridge.agreements.value_rows import Told, delay_rows, pair_rows, part_rows, total_row
from landbridge.landed_cost.pricing import Wishes
from landbridge.network.amended import amend_world
from landbridge.network.steps import TABLES as NETWORK_TABLES
from landbridge.network.steps import Options
from landbridge.schema import Finding, InputError, load_catalogue, raise_errors
from landbridge.schema.rows import rows_to_frame
from landbridge.schema.tables import empty_table
from landbridge.sources import network_date, open_world, read_shipped_tables
from landbridge.study.engine import ASKED, STEPS, Progress
from landbridge.study.lever_tables import make_lever_tables
from landbridge.study.plan import run_steps
from landbridge.study.reading import StudyInput
from landbridge.study.running import Prepared, prepare_scenario
from landbridge.study.scenarios import scenario_tables
from landbridge.study.value_consignments import OF_CONSIGNMENTS, list_consignment_subjects
from landbridge.study.value_sea import OF_PARTIES, list_sea_subjects
from landbridge.study.value_subjects import (
    OF_FLOWS,
    Subject,
    UnreachedError,
    Valued,
    list_flow_subjects,
)
from landbridge.study.value_ways import Answered, answer_ends, vary_ways

TABULATED = ("value_totals", "value_parts", "value_pairs", "value_delays", "value_findings")
BEFORE_SEARCH = (
    "prepare the tables",
    "locate flows",
    "read the law",
    "rule on flows",
    "rule on consignments",
    "ask for the sea",
    "rule on ways to the sea",
)
INDICATORS = (*OF_FLOWS, *OF_CONSIGNMENTS, *OF_PARTIES)
MAX_RUNS = 1_024
PLURALS = {"flow": "flows", "consignment": "consignments", "country": "countries"}


@dataclass(frozen=True, slots=True)
class ValueChoice:
    """What is valued: between which scenarios ("": as `find_span` finds them), by which indicators (all where none is
    named), and with at most how many coalitions for one subject.
    """

    start: str = ""
    end: str = ""
    max_runs: int = MAX_RUNS
    indicators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """Two scenarios and the levers between them; `fixed` act in both."""

    start: str
    end: str
    levers: tuple[Lever, ...]
    fixed: tuple[Lever, ...]


def list_spans(study: StudyInput) -> list[tuple[str, str]]:
    """The steps that can be valued: each scenario of the lineage of the last one that applies levers, with its parent,
    where it applies levers of its own. The last is the one that is valued unless another is asked for.

    A lone scenario with levers is valued from itself without them, whose name is "".
    """
    model = study.model
    own = [
        name for name in model.scenario_names if any(model.scenario(s).levers for s in model.lineage(name))
    ]
    run = [name for name in own if name in model.run_names]
    if not run:
        return []
    chain = ("", *model.lineage(run[-1]))
    return [
        (chain[place - 1], name) for place, name in enumerate(chain) if place and model.scenario(name).levers
    ]


def find_span(study: StudyInput, choice: ValueChoice) -> Span:
    """The scenarios and levers that a choice means: the last of `list_spans` unless others are named.

    Raises InputError where there is nothing to value, or the earlier scenario applies levers that the later does not.
    """
    start, end = choice.start, choice.end
    spans = list_spans(study)
    if not spans and not end:
        what = "no scenario applies levers, so there is nothing to value"
        remedy = 'add rows to levers.csv and write levers = "all" in a scenario of study.toml'
        raise InputError([Finding("no_levers", "error", what, remedy)])
    end = end or spans[-1][1]
    start = start or next((one for one, other in spans if other == end), "")
    shipped, date = read_shipped_tables(), network_date()
    after = scenario_tables(study, end, shipped, network_date=date)
    before = scenario_tables(study, start, shipped, network_date=date).levers if start else {}
    between = tuple(lever for name, lever in after.levers.items() if name not in before)
    fixed = tuple(lever for name, lever in after.levers.items() if name in before)
    lost = sorted(set(before) - set(after.levers))
    if lost:
        what = f"{start} applies levers that {end} does not: {', '.join(lost)}"
        raise InputError([Finding("not_later", "error", what, "name the later scenario with --to")])
    if not between:
        what = f"no lever lies between {start or 'nothing'} and {end}"
        raise InputError([Finding("no_levers", "error", what, "name two scenarios that differ in levers")])
    return Span(start, end, between, fixed)


@dataclass(slots=True)
class _Work:
    """A valuation under way: attributions by size, indicator and subject, findings, and what runs have found without
    any lever and with all at the middle of their ranges.
    """

    study: StudyInput
    span: Span
    prepared: Prepared
    choice: ValueChoice
    progress: Progress
    found: dict[Size, dict[tuple[str, str], Attribution]] = field(default_factory=dict)
    subjects: dict[tuple[str, str], Subject] = field(default_factory=dict)
    findings: list[dict[str, Any]] = field(default_factory=list)
    answered: dict[int, Answered] = field(default_factory=dict)

    def note(self, subject: Subject | None, code: str, message: str, remedy: str) -> None:
        """Add a finding."""
        own = (subject.indicator, subject.id) if subject else ("", "")
        row = {"indicator": own[0], "subject": own[1], "code": code, "level": "warning", "message": message}
        if {**row, "remedy": remedy} not in self.findings:
            self.findings.append({**row, "remedy": remedy})


def value_levers(
    study: StudyInput, choice: ValueChoice = ValueChoice(), *, progress: Progress = lambda line: None
) -> dict[str, pd.DataFrame]:
    """The tables of TABULATED for the levers between two scenarios.

    Raises InputError with all findings of the study, or where there is nothing to value.
    """
    span = find_span(study, choice)
    work = _Work(study, span, prepare_scenario(study, span.end), choice, progress)
    _compare_scenarios(work)
    players = make_players(study, span.levers)
    given = prepare_workspace(study, work.prepared)
    sizes = SIZES if any(lever.has_range for lever in span.levers) else ("central",)
    for size in sorted(sizes, key=lambda one: one != "central"):
        progress(f"levers at the {size} end of their ranges" if size != "central" else "levers as they are")
        work.found[size] = dict(_attribute_all(work, players, given, size))
    return _tabulate(work)


def _compare_scenarios(work: _Work) -> None:
    """What differs between the scenarios beside levers is on both sides, so it is not valued."""
    model, span = work.study.model, work.span
    if not span.start:
        return
    apart = [name for name in model.lineage(span.end) if name not in model.lineage(span.start)]
    files = [file for name in apart for file in model.scenario(name).overrides]
    if files:
        what = f"the overrides {', '.join(files)} hold on both sides, so they have no value here"
        work.note(None, "overrides_not_valued", what, "make levers of what commitments change")
    if model.date_of(span.start) != model.date_of(span.end):
        what = (
            f"{span.start} and {span.end} are of different days: both sides are taken on that of {span.end}"
        )
        work.note(None, "other_day", what, "value scenarios of one day")


def make_players(study: StudyInput, levers: Iterable[Lever]) -> Players:
    """The levers with their commitments and agreements."""
    own = tuple(levers)
    rows = study.tables["commitments"]
    agreement = dict(zip(rows["id"].tolist(), rows["agreement"].tolist(), strict=True))
    return Players(
        tuple(lever.id for lever in own),
        tuple(lever.commitment for lever in own),
        tuple(str(agreement.get(lever.commitment, "")) for lever in own),
    )


def prepare_workspace(study: StudyInput, prepared: Prepared) -> Mapping[str, Any]:
    """The workspace before the searches, over the tables of the later scenario before any lever."""
    name = prepared.scenario.name
    bare = scenario_tables(study, name, read_shipped_tables(), network_date=network_date(), levered=False)
    setting = prepared.setting
    given = {
        **{table: empty_table(load_catalogue().tables[table]) for table in ASKED},
        **bare.tables,
        "bare": bare.tables,
        "date": setting.date,
        "law_date": setting.date,
        "bound_by": setting.bound_by,
        "simulation": setting.simulation,
        "options": Options(to_sea=study.model.parties),
        "corridors": prepared.ground.tables["corridors"],
        "wishes_of_price": Wishes(),
        "progress": lambda line: None,
        "world": amend_world(open_world(), bare.tables),
    }
    workspace, _ = run_steps([step for step in STEPS if step.name in BEFORE_SEARCH], given)
    return workspace


def _attribute_all(
    work: _Work, players: Players, given: Mapping[str, Any], size: Size
) -> Iterator[tuple[tuple[str, str], Attribution]]:
    span = work.span
    tables, faults = make_lever_tables(given["bare"], span.levers, fixed=span.fixed, size=size)
    raise_errors(faults)
    work.answered = work.answered or answer_ends(given, tables)
    valued = Valued(given, tables, vary_ways(given, tables, work.answered))
    # Where no lever touches the network, neither flows nor access to the sea can change.
    moving = any(tables.touching(name) for name in NETWORK_TABLES)
    listers = (list_flow_subjects, list_consignment_subjects, list_sea_subjects)
    for lister in listers if moving else (list_consignment_subjects,):
        for subject in lister(valued):
            if work.choice.indicators and subject.indicator not in work.choice.indicators:
                continue
            found = _attribute_one(work, players, subject)
            if found is not None:
                work.subjects[subject.indicator, subject.id] = subject
                yield (subject.indicator, subject.id), found


def _attribute_one(work: _Work, players: Players, subject: Subject) -> Attribution | None:
    """The attribution of a subject; None, with a finding, where a coalition leaves it without a value."""
    choice, seed = work.choice, work.study.model.seed
    try:
        return attribute(players, subject.reach, subject.evaluate, max_runs=choice.max_runs, seed=seed)
    except UnreachedError:
        what = f"{subject.title} has no way or no price without some of the levers"
        work.note(subject, "not_reached", what, "see the verdict on the flow")
        return None
    except ValueError as error:
        if "max_runs" not in str(error):
            raise
        what = f"{choice.max_runs} coalitions are too few for {subject.title}"
        raise InputError([Finding("bad_max_runs", "error", what, str(error))]) from error


def _tabulate(work: _Work) -> dict[str, pd.DataFrame]:
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABULATED}
    rows["value_findings"] = work.findings
    # At another end of the ranges a subject may be left without a value.
    everywhere = set.intersection(*(set(found) for found in work.found.values()))
    work.subjects = {key: one for key, one in work.subjects.items() if key in everywhere}
    told, titles = _tell(work), _name_parts(work.study, work.span)
    for key in [*_list_means(work), *work.subjects]:
        sizes = {size: _find(work, size, key) for size in work.found}
        rows["value_totals"].append(total_row(told[key], sizes))
        rows["value_parts"] += part_rows(told[key], sizes, titles)
        rows["value_pairs"] += pair_rows(told[key], sizes["central"], titles)
    register = read_register(work.study.tables, as_of=work.prepared.setting.date)
    statuses = judge_all(register)
    for key in work.subjects:
        rows["value_delays"] += delay_rows(told[key], work.found["central"][key], statuses)
    return {name: rows_to_frame(name, own) for name, own in rows.items()}


def _list_means(work: _Work) -> list[tuple[str, str]]:
    """The indicators of which several subjects are valued: their mean is told too."""
    names = [indicator for indicator, _ in work.subjects]
    return [(name, "") for name in dict.fromkeys(names) if names.count(name) > 1]


def _find(work: _Work, size: Size, key: tuple[str, str]) -> Attribution:
    """The attribution of a subject, or the mean over those of its indicator."""
    found, (indicator, subject) = work.found[size], key
    if subject:
        return found[key]
    own = [key for key in work.subjects if key[0] == indicator]
    return average({name: found[indicator, name] for _, name in own})


def _tell(work: _Work) -> dict[tuple[str, str], Told]:
    declared = load_catalogue().indicators
    told = {
        key: Told(*key, one.title, one.kind, declared[one.indicator].unit, one.aim, one.tonnes)
        for key, one in work.subjects.items()
    }
    for indicator, _ in _list_means(work):
        first = next(one for (name, _), one in work.subjects.items() if name == indicator)
        count = sum(name == indicator for name, _ in work.subjects)
        title = f"Mean of {count} {PLURALS[first.kind]}"
        unit = declared[indicator].unit
        told[indicator, ""] = Told(indicator, "", title, "all", unit, first.aim, nan)
    return told


def _name_parts(study: StudyInput, span: Span) -> dict[tuple[str, str], str]:
    """The title of each lever, commitment and agreement, by level and id."""
    titles = {("lever", lever.id): lever.title for lever in span.levers}
    for level, table in (("commitment", "commitments"), ("agreement", "agreements")):
        frame = study.tables.get(table)
        if frame is not None:
            names = zip(frame["id"].tolist(), frame["title"].tolist(), strict=True)
            titles |= {(level, key): title for key, title in names}
    return titles
