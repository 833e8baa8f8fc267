"""What commitments are worth, told: an indicator at a time, what each part, pair and delay is worth, and to whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan

from markupsafe import Markup

from landbridge.agreements.status import say_status
from landbridge.report.amounts import Amounts, fit_amounts, write_money, write_percent
from landbridge.report.content import ReportContent, ValueContent
from landbridge.report.figures import NONE, group_digits
from landbridge.report.reading import Answer, list_records
from landbridge.report.words import join_words, raise_first
from landbridge.report.worth_chart import Ends, Step, draw_change
from landbridge.report.worth_gains import MOST_OPEN, Gains, Valued, is_worth, tell_gains
from landbridge.report.worth_pairs import PairTold, tell_pairs
from landbridge.schema import load_catalogue
from landbridge.schema.rows import Row, read_rows

Rows = Sequence[Row]
MOST_STEPS = 16  # of a waterfall; the rest is one row


@dataclass(frozen=True, slots=True)
class PartTold:
    """A row of agreements, or of a commitment with its levers: texts ready to print."""

    number: int
    title: str
    worth: str
    span: str
    alone: str
    last: str
    rests: str = ""
    levers: tuple[PartTold, ...] = ()


@dataclass(frozen=True, slots=True)
class Delay:
    """A commitment that is not kept yet: texts ready to print, `kind` its status, `known` of how many flows tonnes are
    known where not of all, `lost` what is still to come, by which rows are sorted.
    """

    number: int
    title: str
    kind: str
    status: str
    worth: str
    next: str
    month: str
    known: str
    thousand: str
    lost: float


@dataclass(frozen=True, slots=True)
class Pane:
    """All that is said of one indicator between two scenarios."""

    title: str
    of: str
    unit: str
    kind: str
    sentence: str
    exact: str
    picture: Markup
    nothing: tuple[str, ...]
    agreements: tuple[PartTold, ...]
    commitments: tuple[PartTold, ...]
    gains: Gains
    pairs: tuple[PairTold, ...]
    delays: tuple[Delay, ...]
    signs: str
    has_ranges: bool
    has_money: bool
    has_tonnes: bool


@dataclass(frozen=True, slots=True)
class Worth:
    """A step from one scenario to the next: a pane an indicator, titles of those that nothing changes, and what has no
    value and why.
    """

    start: str
    end: str
    panes: tuple[Pane, ...]
    unchanged: tuple[str, ...]
    findings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Untold:
    """Titles of commitments that have no lever, so no number, and of those whose levers reach nothing that is valued;
    how many commitments there are.
    """

    titles: tuple[str, ...]
    idle: tuple[str, ...]
    commitments: int


@dataclass(frozen=True, slots=True)
class _Step:
    """The rows of a step, with what the study says of its commitments and levers."""

    totals: Rows
    parts: Rows
    pairs: Rows
    delays: Rows
    levers: Mapping[str, Row]
    numbers: Mapping[str, int]

    def list_parts(self, level: str, indicator: str, subject: str) -> list[Row]:
        """The parts of a level of one subject."""
        wanted = (level, indicator, subject)
        return [row for row in self.parts if (row["level"], row["indicator"], row["subject"]) == wanted]


def tell_worth(content: ReportContent, answers: Sequence[Answer]) -> list[Worth]:
    """Each step that has values, with flows named as in `answers`; none where no lever is applied."""
    levers = {str(row["id"]): row for row in list_records(content.study_tables.get("levers"))}
    names = {one.flow: f"{one.goods}, {one.origin} to {one.destination}" for one in answers}
    return [_tell_step(values, levers, names) for values in content.values]


def tell_untold(content: ReportContent) -> Untold:
    """The commitments without a lever, which are tracked and have no number, and those whose levers reach nothing."""
    valued = {
        row["id"]
        for values in content.values
        for row in read_rows(values.tables["value_parts"])
        if row["level"] == "commitment"
    }
    levered = {row["commitment"] for row in list_records(content.study_tables.get("levers"))}
    rows = list_records(content.study_tables.get("commitments"))
    rest = [row for row in rows if row["id"] not in valued]
    bare, idle = (
        tuple(str(row["title"] or row["id"]) for row in rest if (row["id"] in levered) == has_lever)
        for has_lever in (False, True)
    )
    return Untold(bare, idle, len(rows))


def _tell_step(values: ValueContent, levers: Mapping[str, Row], names: Mapping[str, str]) -> Worth:
    totals, parts, pairs, delays, findings = (
        read_rows(values.tables[f"value_{name}"])
        for name in ("totals", "parts", "pairs", "delays", "findings")
    )
    totals = [
        {**row, "title": names.get(row["subject"], row["title"])} if row["kind"] == "flow" else row
        for row in totals
    ]
    step = _Step(totals, parts, pairs, delays, levers, number_commitments(parts))
    indicators = dict.fromkeys(row["indicator"] for row in totals)
    changed = {row["indicator"] for row in totals if is_worth(row["change"], row)}
    changed |= {row["indicator"] for row in parts if row["value"]}
    told = dict.fromkeys((raise_first(row["message"]), row["remedy"]) for row in findings)
    panes = tuple(_tell_indicator(step, name) for name in indicators if name in changed)
    titles = (load_catalogue().indicators[name].title for name in indicators if name not in changed)
    return Worth(values.start, values.end, panes, tuple(titles), tuple(told))


def number_commitments(parts: Rows) -> dict[str, int]:
    """A number a commitment, the same in all tables and pictures: those worth most of the first indicator first."""
    rows = [row for row in parts if row["level"] == "commitment"]
    names = [row["id"] for row in sorted(rows, key=lambda row: (row["subject"] != "", not row["value"]))]
    return {name: number for number, name in enumerate(dict.fromkeys(names), 1)}


def _tell_indicator(step: _Step, name: str) -> Pane:
    subjects = [row for row in step.totals if row["indicator"] == name]
    main = next((row for row in subjects if not row["subject"]), subjects[0])
    own = [row for row in subjects if row["subject"]]
    commitments = step.list_parts("commitment", name, main["subject"])
    amounts = fit_amounts(main["unit"], main["aim"], [main["change"], *(row["value"] for row in commitments)])
    title = load_catalogue().indicators[name].title
    shown = [row for row in commitments if is_worth(row["value"], main)]
    delays = tuple(_tell_delays(step, own, amounts))
    return Pane(
        title=title,
        of=lower_first(main["title"]) if not main["subject"] else f"{main['kind']} “{main['title']}”",
        unit=amounts.add_unit("").strip(),
        kind=raise_first(subjects[-1]["kind"]),
        sentence=_tell_change(main, amounts),
        exact=_tell_exact(main, commitments, amounts),
        picture=draw_change(_read_ends(main), _list_steps(shown, step.numbers), amounts=amounts, title=title),
        nothing=tuple(row["title"] for row in commitments if not is_worth(row["value"], main)),
        agreements=tuple(_tell_part(row, amounts) for row in step.list_parts("agreement", name, main["subject"])
                         if is_worth(row["value"], main)),
        commitments=tuple(_tell_commitments(step, shown, amounts)),
        gains=tell_gains(_read_valued(step, own, shown), amounts),
        pairs=tell_pairs([row for row in step.pairs if row["indicator"] == name], own, amounts, levers=step.levers),
        delays=delays,
        signs=amounts.explain(),
        has_ranges=not isnan(main["low"]),
        has_money=any(delay.thousand != NONE for delay in delays),
        has_tonnes=any(delay.month != NONE for delay in delays),
    )  # fmt: skip


def _read_ends(total: Row) -> Ends:
    return Ends(*(float(total[name]) for name in ("before", "after", "low", "high")))


def _list_steps(parts: Rows, numbers: Mapping[str, int]) -> list[Step]:
    """A step a commitment, the greatest first; the least of many in one."""
    rows = sorted(parts, key=lambda row: -abs(row["value"]))
    kept, rest = (rows, []) if len(rows) <= MOST_STEPS else (rows[: MOST_STEPS - 1], rows[MOST_STEPS - 1 :])
    steps = [
        Step(f"{numbers[row['id']]}  {row['title']}", row["value"], row["low"], row["high"]) for row in kept
    ]
    if rest:
        steps.append(Step(f"{len(rest)} others", sum(row["value"] for row in rest), nan, nan))
    return steps


def _tell_change(total: Row, amounts: Amounts) -> str:
    """The whole change in a sentence."""
    if not is_worth(total["change"], total):
        return f"What they change cancels out: {amounts.tell(total['before'])} before and after."
    better = amounts.improve(total["change"]) > 0
    share = write_percent(total["change"] / total["before"]) if total["before"] else ""
    word = "less" if total["change"] < 0 else "more"
    span = amounts.span(total["low"], total["high"])
    return (
        f"From {amounts.write(total['before'])} to {amounts.tell(total['after'])}: "
        f"{amounts.tell_change(total['change'])}"
        + (f" ({span})" if span else "")
        + (f", {share} {word}" if share else "")
        + ("." if better else ", which is worse.")
    )


def _tell_exact(total: Row, parts: Rows, amounts: Amounts) -> str:
    count = f"{total['levers']} lever{'s' if total['levers'] != 1 else ''} can change it"
    if total["exact"]:
        whole = "" if total["subject"] else " over all of these"
        return f"{count}; all coalitions of them were evaluated, {group_digits(total['coalitions'])}{whole}."
    error = amounts.tell(max((row["standard_error"] for row in parts), default=0.0))
    return (
        f"{count}; orders were drawn, {group_digits(total['coalitions'])} coalitions evaluated: "
        f"the standard error of a part is {error} or less."
    )


def _tell_part(
    row: Row, amounts: Amounts, *, number: int = 0, rests: str = "", levers: tuple[PartTold, ...] = ()
) -> PartTold:
    return PartTold(
        number=number,
        title=row["title"] or row["id"],
        worth=amounts.sign(row["value"]),
        span=NONE if isnan(row["low"]) else amounts.span(row["low"], row["high"]) or "no range",
        alone=amounts.sign(row["alone"]),
        last=amounts.sign(row["last"]),
        rests=rests,
        levers=levers,
    )


def _tell_commitments(step: _Step, shown: Rows, amounts: Amounts) -> Iterator[PartTold]:
    """Commitments, each with its levers and what their sizes rest on."""
    for row in shown:
        own = [
            _tell_part(lever, amounts, rests=_tell_rests(step.levers.get(lever["id"])))
            for lever in step.list_parts("lever", row["indicator"], row["subject"])
            if step.levers.get(lever["id"], {}).get("commitment") == row["id"]
        ]
        yield _tell_part(row, amounts, number=step.numbers[row["id"]], levers=tuple(own))


def _tell_rests(lever: Row | None) -> str:
    return f"{lever['quality']}, {lever['source']}" if lever else ""


def _read_valued(step: _Step, subjects: Rows, shown: Rows) -> Valued:
    """What the commitments of `shown` are worth to each subject."""
    heads = sorted((step.numbers[row["id"]], row["title"], row["id"]) for row in shown)
    indicators = {row["indicator"] for row in subjects}
    values = {
        (row["subject"], row["id"]): row["value"]
        for row in step.parts
        if row["level"] == "commitment" and row["indicator"] in indicators
    }
    return Valued(subjects, tuple(heads), values)


def _tell_delays(step: _Step, subjects: Rows, amounts: Amounts) -> list[Delay]:
    """A row a commitment: means over the subjects, money summed where tonnes are known; the costliest delay first."""
    names = {row["subject"] for row in subjects}
    indicator = subjects[0]["indicator"] if subjects else ""
    found: dict[str, list[Row]] = {}
    for row in step.delays:
        if row["indicator"] == indicator and row["subject"] in names:
            found.setdefault(row["commitment"], []).append(row)
    told = [_tell_delay(rows, step, amounts, of=len(names)) for rows in found.values()]
    return sorted(told, key=lambda one: (-one.lost, one.number))


def _tell_delay(rows: Rows, step: _Step, amounts: Amounts, *, of: int) -> Delay:
    first = rows[0]
    known = [row["month"] for row in rows if not isnan(row["month"])]
    worth = sum(row["unrealised"] for row in rows) / of
    thousand = sum(row["month_per_1000t"] for row in rows) / of
    return Delay(
        number=step.numbers.get(first["commitment"], 0),
        title=first["title"] or first["commitment"],
        kind=first["status"],
        status=say_status(first["status"]),
        worth=amounts.sign(worth),
        next=amounts.sign(sum(row["next"] for row in rows) / of),
        month=write_money(sum(known)) if known else NONE,
        known=f"{len(known)} of {len(rows)}" if 0 < len(known) < len(rows) else "",
        thousand=write_money(thousand),
        lost=amounts.improve(worth),
    )


def lower_first(text: str) -> str:
    """A clause from a title.

    >>> lower_first("Mean of 3 flows")
    'mean of 3 flows'
    """
    return text[:1].lower() + text[1:]


def describe_step(one: Worth) -> str:
    """From what to what a step goes.

    >>> describe_step(Worth("As is", "Signed", (), (), ()))
    'From “As is” to “Signed”'
    """
    return f"From {f'“{one.start}”' if one.start else 'no levers'} to “{one.end}”"


def describe_unchanged(names: Sequence[str]) -> str:
    """Names in a sentence, many only counted."""
    return join_words(list(names)) if len(names) <= MOST_OPEN else f"{len(names)} others"
