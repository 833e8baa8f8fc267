"""Status: derived from reports and milestones by the rules of this module, each answer with its explanation.

The first rule that fits decides. The words of a report are those of OCDS milestones (scheduled, met, not met, partly
met) and begun, suspended, withdrawn. A date "has passed" where its last possible day lies before the day asked about;
what is not sure to have passed has not. `due` is the revised date where there is one.

| rule | status | when |
|---|---|---|
| replaced | superseded | another commitment of the register stands in its place |
| withdrawn | superseded | the last report says withdrawn |
| reported_met | done | the last report says met, and no milestone with a later observed value misses its target |
| targets_reached | done | all its milestones are reached, and the last report says neither not met nor suspended |
| past_due | late | the due date has passed |
| milestone_late | late | a milestone is not reached although its due date has passed |
| reported_not_met | at_risk | the last report says not met or suspended before the due date has passed |
| milestone_at_risk | at_risk | a milestone moves away from its target, or is reported not met before it is due |
| obstacle | at_risk | an obstacle stands in the way |
| due_soon | at_risk | it is due within 90 days and nothing says that it has begun |
| no_news | unknown | it has begun by a last report that is more than two years old |
| begun | on_track | the last report says begun or partly met, or plans after that; or a milestone is on its way |
| scheduled | not_started | the last report says scheduled, or a due date is known and nothing is reported |
| nothing_known | unknown | otherwise |

A milestone with a value is done at its target, late when its due date has passed, at risk when the value is worse than
the baseline, on track when it is better, else not started; without a value the rules for reports are used on it. An
observed value goes before a computed one.
"""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from landbridge.agreements.register import Commitment, Milestone, Register, Report, Row
from landbridge.schema import PartialDate, is_before, know_day

StatusWord = Literal["done", "on_track", "at_risk", "late", "not_started", "unknown", "superseded"]
STATUSES: tuple[StatusWord, ...] = (
    "done",
    "on_track",
    "at_risk",
    "late",
    "not_started",
    "unknown",
    "superseded",
)
DUE_SOON_DAYS = 90
STALE_DAYS = 730
_UNDER_WAY = ("begun", "partially_met")
_STOPPED = ("not_met", "suspended")
_REPORT_WORDS = {"partially_met": "partly met", "not_met": "not met"}
Computed = Mapping[str, float]
NOTHING_COMPUTED: Computed = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class MilestoneStatus:
    """A milestone's status; `value` is what was observed or, where `computed`, what a run gives; NaN where unknown."""

    milestone: Milestone
    status: StatusWord
    explanation: str
    value: float
    computed: bool


@dataclass(frozen=True, slots=True)
class CommitmentStatus:
    """A commitment's status, the rule that gave it, and its explanation in a line."""

    commitment: Commitment
    status: StatusWord
    rule: str
    explanation: str
    last: Report | None
    milestones: tuple[MilestoneStatus, ...]
    obstacles: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class AgreementStatus:
    """An agreement's status by its commitments, and how many of them have which."""

    status: StatusWord
    explanation: str
    counts: Mapping[StatusWord, int]


@dataclass(frozen=True, slots=True)
class _Case:
    """What the rules look at; `milestones` leaves out those that were withdrawn."""

    as_of: datetime.date
    due: PartialDate
    first_due: PartialDate
    last: Report | None
    milestones: tuple[MilestoneStatus, ...] = ()
    obstacles: tuple[Row, ...] = ()
    replaced_by: str = ""
    begun: Report | None = None

    def says(self, *words: str) -> bool:
        """Whether the last report says one of the words."""
        return self.last is not None and self.last.status in words

    @property
    def is_past_due(self) -> bool:
        """Whether the due date has surely passed."""
        return has_passed(self.due, self.as_of)

    def find(self, *words: StatusWord) -> MilestoneStatus | None:
        """The first milestone with one of the statuses."""
        return next((one for one in self.milestones if one.status in words), None)


def has_passed(date: PartialDate, day: datetime.date) -> bool:
    """Whether a date has surely passed on a day; an unknown one has not.

    >>> from landbridge.schema import read_partial_date
    >>> has_passed(read_partial_date("2025-12"), datetime.date(2025, 12, 31))
    False
    """
    return is_before(date, know_day(day)) is True


def say_due(due: PartialDate, first: PartialDate) -> str:
    """A due date in words, with the first one where it was put off.

    >>> from landbridge.schema import read_partial_date
    >>> say_due(read_partial_date("2026-06"), read_partial_date("2025"))
    'due 2026-06 (at first 2025)'
    """
    if not due:
        return "due date unknown"
    return f"due {due}" + (f" (at first {first})" if first and first != due else "")


def say_report(last: Report | None) -> str:
    """The last report in words.

    >>> say_report(None)
    'nothing reported'
    """
    if last is None:
        return "nothing reported"
    return f"last report {last.reported} says {_REPORT_WORDS.get(last.status, last.status)}"


def _say_case(case: _Case) -> str:
    return f"{say_due(case.due, case.first_due)}, {say_report(case.last)}"


def _replaced(case: _Case) -> str | None:
    return f"replaced by {case.replaced_by}" if case.replaced_by else None


def _withdrawn(case: _Case) -> str | None:
    return say_report(case.last) if case.says("withdrawn") else None


def _reported_met(case: _Case) -> str | None:
    if case.last is None or not case.says("met"):
        return None
    for one in case.milestones:
        later = is_before(case.last.reported, one.milestone.actual_date) is True
        if later and not one.computed and one.status != "done" and not math.isnan(one.value):
            return None
    return say_report(case.last)


def _targets_reached(case: _Case) -> str | None:
    reached = bool(case.milestones) and all(one.status == "done" for one in case.milestones)
    if not reached or case.says(*_STOPPED):
        return None
    return "; ".join(_say_milestone(one) for one in case.milestones)


def _past_due(case: _Case) -> str | None:
    return _say_case(case) if case.is_past_due else None


def _milestone_late(case: _Case) -> str | None:
    found = case.find("late")
    return _say_milestone(found) if found else None


def _reported_not_met(case: _Case) -> str | None:
    return _say_case(case) if case.says(*_STOPPED) else None


def _milestone_at_risk(case: _Case) -> str | None:
    found = case.find("at_risk")
    return _say_milestone(found) if found else None


def _obstacle(case: _Case) -> str | None:
    if not case.obstacles:
        return None
    more = f" and {len(case.obstacles) - 1} more" if len(case.obstacles) > 1 else ""
    row = case.obstacles[0]
    since = f" since {row['since']}" if row["since"] else ""
    return f"in the way: {row['title']}{since}{more}; {_say_case(case)}"


def _due_soon(case: _Case) -> str | None:
    moving = case.says(*_UNDER_WAY, "met") or case.find("on_track", "done")
    if case.due.last is None or moving or (case.due.last - case.as_of).days > DUE_SOON_DAYS:
        return None
    return f"{_say_case(case)}; not begun within {DUE_SOON_DAYS} days of the due date"


def _no_news(case: _Case) -> str | None:
    if case.last is None or case.last.reported.last is None or not case.says(*_UNDER_WAY):
        return None
    old = (case.as_of - case.last.reported.last).days > STALE_DAYS
    return f"{_say_case(case)}, and nothing since" if old and not case.find("on_track", "done") else None


def _begun(case: _Case) -> str | None:
    if case.says(*_UNDER_WAY):
        return _say_case(case)
    if case.begun is not None and case.says("scheduled"):
        return f"{_say_case(case)}; begun by {case.begun.reported}"
    found = case.find("on_track", "done")
    return f"{_say_milestone(found)}; {say_due(case.due, case.first_due)}" if found else None


def _scheduled(case: _Case) -> str | None:
    known = case.says("scheduled") or (case.last is None and bool(case.due))
    return _say_case(case) if known else None


def _nothing_known(case: _Case) -> str:
    return _say_case(case)


Rule = Callable[[_Case], str | None]
RULES: tuple[tuple[str, StatusWord, Rule], ...] = (
    ("replaced", "superseded", _replaced),
    ("withdrawn", "superseded", _withdrawn),
    ("reported_met", "done", _reported_met),
    ("targets_reached", "done", _targets_reached),
    ("past_due", "late", _past_due),
    ("milestone_late", "late", _milestone_late),
    ("reported_not_met", "at_risk", _reported_not_met),
    ("milestone_at_risk", "at_risk", _milestone_at_risk),
    ("obstacle", "at_risk", _obstacle),
    ("due_soon", "at_risk", _due_soon),
    ("no_news", "unknown", _no_news),
    ("begun", "on_track", _begun),
    ("scheduled", "not_started", _scheduled),
    ("nothing_known", "unknown", _nothing_known),
)


def _decide(case: _Case) -> tuple[str, StatusWord, str]:
    """Rule, status and explanation of a case: the first rule that fits; the last one always does."""
    return next(
        (name, status, f"{say_status(status)}: {words}")
        for name, status, rule in RULES
        if (words := rule(case)) is not None
    )


def say_status(status: str) -> str:
    """The status as people write it.

    >>> say_status("on_track")
    'on track'
    """
    return status.replace("_", " ")


def _say_milestone(one: MilestoneStatus) -> str:
    return f"milestone {one.milestone.id} {one.explanation}"


def write_value(value: float, unit: str = "") -> str:
    """A value with its unit.

    >>> write_value(131.0, "h"), write_value(float("nan"), "h")
    ('131 h', 'unknown')
    """
    return "unknown" if math.isnan(value) else f"{value:.10g} {unit}".rstrip()


def judge_milestone(
    one: Milestone, reports: Iterable[Report], *, as_of: datetime.date, computed: Computed = NOTHING_COMPUTED
) -> MilestoneStatus:
    """The status of a milestone on a day, from its observed value, else a computed one, else the reports on it."""
    observed = not math.isnan(one.actual)
    value = one.actual if observed else computed.get(one.id, math.nan)
    if math.isnan(value) or math.isnan(one.target):
        mine = [report for report in reports if report.milestone == one.id]
        _, status, words = _decide(_Case(as_of, one.due, one.first_due, mine[-1] if mine else None))
        return MilestoneStatus(one, status, words, value, not observed and not math.isnan(value))
    status = _judge_value(one, value, as_of)
    told = f"{'observed' if observed else 'computed'} {write_value(value, one.unit)}"
    told += f" ({one.actual_date})" if observed and one.actual_date else ""
    words = f"{say_status(status)}: {told}, target {write_value(one.target, one.unit)}"
    return MilestoneStatus(one, status, f"{words}, {say_due(one.due, one.first_due)}", value, not observed)


def _judge_value(one: Milestone, value: float, as_of: datetime.date) -> StatusWord:
    sign = 1.0 if one.rising else -1.0
    if sign * value >= sign * one.target:
        return "done"
    if has_passed(one.due, as_of):
        return "late"
    if math.isnan(one.baseline):
        return "unknown"
    gained = sign * (value - one.baseline)
    return "on_track" if gained > 0 else "at_risk" if gained < 0 else "not_started"


def judge_commitment(
    register: Register, commitment: str, *, computed: Computed = NOTHING_COMPUTED
) -> CommitmentStatus:
    """The status of a commitment on the register's day.

    `computed` gives the value that a run has for a milestone, by the milestone's id. Raises KeyError for a commitment
    that is not in the register.

    >>> import pandas as pd
    >>> from landbridge.agreements.register import read_register
    >>> frames = {"commitments": pd.DataFrame({"id": ["a"], "title": ["A"], "due": ["2025-12"], "source": ["s"],
    ...                                        "quality": ["published"]}),
    ...           "status_reports": pd.DataFrame({"id": ["1"], "commitment": ["a"], "reported": ["2025-08"],
    ...                                           "status": ["begun"], "source": ["s"], "quality": ["published"]})}
    >>> judge_commitment(read_register(frames, as_of=datetime.date(2026, 1, 1)), "a").explanation
    'late: due 2025-12, last report 2025-08 says begun'
    """
    one = register.commitments[commitment]
    reports = register.reports.get(commitment, ())
    judged = tuple(
        judge_milestone(each, reports, as_of=register.as_of, computed=computed)
        for each in register.milestones.get(commitment, ())
    )
    obstacles = register.obstacles.get(commitment, ())
    last = register.last_report(commitment)
    case = _Case(
        register.as_of,
        one.due,
        one.first_due,
        last,
        tuple(each for each in judged if each.status != "superseded"),
        obstacles,
        one.superseded_by if one.superseded_by in register.commitments else "",
        register.first_report(commitment, *_UNDER_WAY),
    )
    rule, status, words = _decide(case)
    return CommitmentStatus(one, status, rule, words, last, judged, obstacles)


def judge_all(register: Register, *, computed: Computed = NOTHING_COMPUTED) -> dict[str, CommitmentStatus]:
    """The status of every commitment by its id."""
    return {name: judge_commitment(register, name, computed=computed) for name in register.commitments}


def judge_agreement(statuses: Sequence[StatusWord]) -> AgreementStatus:
    """The status of an agreement from those of its commitments; superseded ones do not count where others are left.

    Late or at risk where one of them is; done where all are; not started where none is more than that; unknown where
    nothing is known of any; else on track.

    >>> judge_agreement(["done", "on_track", "unknown"]).explanation
    'on track: 3 commitments: 1 done, 1 on track, 1 unknown'
    >>> judge_agreement([]).status
    'unknown'
    """
    counts = Counter(statuses)
    counted = {word: counts[word] for word in STATUSES if counts[word]}
    left = {word for word in counted if word != "superseded"}
    status: StatusWord = "on_track"
    if not counted:
        return AgreementStatus("unknown", "unknown: no commitment of it is known", counted)
    if not left:
        status = "superseded"
    elif left & {"late", "at_risk"}:
        status = "late" if "late" in left else "at_risk"
    elif len(left) == 1:
        status = next(iter(left))
    elif left == {"unknown", "not_started"}:
        status = "not_started"
    told = ", ".join(f"{count} {say_status(word)}" for word, count in counted.items())
    noun = "commitment" if len(statuses) == 1 else "commitments"
    return AgreementStatus(
        status, f"{say_status(status)}: {len(statuses)} {noun}: {told}", MappingProxyType(counted)
    )
