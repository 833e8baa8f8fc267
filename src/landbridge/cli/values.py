"""`landbridge value`: what commitments are worth, for people and for scripts."""

from collections.abc import Sequence
from math import isnan
from pathlib import Path

from landbridge.api.study import read_study
from landbridge.api.values import Values
from landbridge.cli.printing import end_progress, number, print_json, print_table, say, show_progress
from landbridge.schema import Finding, InputError, find_nearest, load_catalogue
from landbridge.schema.rows import Row, read_rows

MOST_PAIRS, MOST_DELAYS, TITLE_WIDTH = 8, 12, 46
LEVEL_WORDS = {"agreement": "agreements", "commitment": "commitments", "lever": "levers"}
IDLE = ("value", "low", "high", "alone", "last")
PARTS = ("worth", "low", "high", "alone", "last")


def show_values(
    path: Path,
    *,
    span: tuple[str, str],
    indicators: Sequence[str],
    subject: str,
    max_runs: int,
    json: bool,
) -> None:
    """Print what levers, commitments and agreements are worth, of the mean over subjects or of one subject."""
    found = read_study(path).value(
        start=span[0], end=span[1], indicators=indicators, max_runs=max_runs, progress=show_progress
    )
    end_progress()
    _check_subject(found, subject)
    if json:
        print_json(_pick(found, subject))
        return
    say(f"{found.study}: what is worth what, {found.start or 'without levers'} to {found.end}")
    own = [row for row in read_rows(found.totals) if row["subject"] == subject]
    for row in own:
        _print_indicator(found, row)
    if not subject:
        _print_subjects(found)
    _print_pairs(found, subject)
    _print_delays(found, subject)
    for row in read_rows(found.findings):
        say(f"{row['level']} {row['code']}: {row['message']}; {row['remedy']}")


def _check_subject(found: Values, subject: str) -> None:
    known = list(dict.fromkeys(name for name in found.totals["subject"] if name))
    if subject and subject not in known:
        what = f"{subject!r} is no flow or consignment that has a value"
        remedy = "use one of the subjects that the answer without --subject lists"
        nearest = find_nearest(subject, known)
        raise InputError([Finding("unknown_subject", "error", what, remedy, nearest=nearest)])


def _pick(found: Values, subject: str) -> dict[str, object]:
    answer = found.to_json()
    if subject:
        for name in ("indicators", "unrealised"):
            answer[name] = [one for one in answer[name] if one["subject"] == subject]
    return answer


def _print_indicator(found: Values, row: Row) -> None:
    name, unit = load_catalogue().indicators[row["indicator"]].title, row["unit"]
    say()
    say(f"{name}: {row['title'][:1].lower() + row['title'][1:] if not row['subject'] else row['title']}")
    exact = "exact" if row["exact"] else "from drawn orders"
    bounds = "" if isnan(row["low"]) else f" ({number(row['low'], 2)} to {number(row['high'], 2)})"
    say(
        f"  {number(row['before'], 2)} -> {number(row['after'], 2)} {unit}, "
        f"change {number(row['change'], 2)}{bounds}; {row['levers']} levers reach it, {exact}"
    )
    for level, words in LEVEL_WORDS.items():
        parts = read_rows(found.parts(level, indicator=row["indicator"], subject=row["subject"]))
        idle = [
            part for part in parts if not any(round(part[key], 2) for key in IDLE if not isnan(part[key]))
        ]
        cells = [
            (part["title"][:TITLE_WIDTH], *(number(part[key], 2) for key in IDLE))
            for part in parts
            if part not in idle
        ]  # fmt: skip
        if cells:
            print_table((words, *PARTS), cells, right=PARTS)
        if idle:
            named = ", ".join(part["id"] or "no agreement known" for part in idle)
            say(f"  {words} that change nothing here: {named}")


def _print_subjects(found: Values) -> None:
    say()
    say("By flow and consignment (--subject ID shows the parts of one)")
    rows = [row for row in read_rows(found.totals) if row["subject"]]
    cells = [
        (
            row["indicator"],
            row["subject"],
            number(row["before"], 1),
            number(row["after"], 1),
            number(row["change"], 1),
            row["unit"],
        )
        for row in rows
    ]
    heads = ("indicator", "subject", "before", "after", "change", "unit")
    print_table(heads, cells, right=heads[2:5])


def _print_pairs(found: Values, subject: str) -> None:
    """Pairs of levers that need each other, or do for each other, in words."""
    rows = [row for row in read_rows(found.pairs) if subject in ("", row["subject"])]
    rows = sorted(rows, key=lambda row: -_share(row, "synergy_last" if _is_last(row) else "synergy"))
    if not rows:
        return
    say()
    say("Pairs that do more, or less, together than each alone")
    for row in rows[:MOST_PAIRS]:
        say(f"  {describe_pair(row)}")


def _is_last(row: Row) -> bool:
    return abs(float(row["synergy_last"])) > abs(float(row["synergy"]))


def _share(row: Row, name: str) -> float:
    """A change as a share of the value before the levers."""
    return abs(float(row[name])) / abs(float(row["before"])) if row["before"] else 0.0


def describe_pair(row: Row) -> str:
    """A pair in words: what the one is worth alone and with the other, in per cent of the value before.

    >>> row = {"one_title": "Railway", "other_title": "port", "one_alone": -4.0, "other_alone": 0.0, "together": -11.0}
    >>> row |= {"before": 100.0, "synergy": -7.0, "synergy_last": -7.0, "subject": "potash"}
    >>> row["indicator"] = "transport_cost"
    >>> describe_pair(row)
    'Railway and port: -4.0 % and +0.0 % alone, -11.0 % together (transport_cost, potash)'
    """
    base = abs(float(row["before"])) or 1.0
    one, other, both = (100.0 * float(row[name]) / base for name in ("one_alone", "other_alone", "together"))
    text = f"{row['one_title']} and {row['other_title']}: {one:+.1f} % and {other:+.1f} % alone"
    text += f", {both:+.1f} % together"
    if _is_last(row):
        text += f", {100.0 * float(row['synergy_last']) / base:+.1f} % more with all others in place"
    return f"{text} ({row['indicator']}, {row['subject']})"


def _print_delays(found: Values, subject: str) -> None:
    rows = [row for row in read_rows(found.delays) if subject in ("", row["subject"])]
    if not rows:
        return
    say()
    say("Still to come, by commitments that are not kept yet")
    rows = sorted(rows, key=lambda row: (row["unit"] != "USD/t", -abs(row["unrealised"])))
    cells = [
        (
            row["commitment"],
            row["status"].replace("_", " "),
            row["subject"],
            f"{number(row['unrealised'], 2)} {row['unit']}",
            f"{number(row['next'], 2)} {row['unit']}",
            number(row["month"]),
            number(row["month_per_1000t"]),
        )
        for row in rows[:MOST_DELAYS]
    ]
    heads = ("commitment", "status", "of", "still to come", "if next", "USD a month", "USD a 1000 t")
    print_table(heads, cells, right=heads[3:])
    if len(rows) > MOST_DELAYS:
        say(f"and {len(rows) - MOST_DELAYS} more; --json lists all")
