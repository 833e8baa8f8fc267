"""Deadlines as an iCalendar file (RFC 5545): an all-day event for each commitment, obligation and milestone due."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from landbridge.agreements.register import Register, read_date
from landbridge.agreements.status import CommitmentStatus, say_due, say_status
from landbridge.schema import PartialDate

_FOLD = 75
_DAY = datetime.timedelta(days=1)
# The events of what is no longer promised are cancelled, so that a calendar that has them takes them out.
_EVENT_STATUS = {"superseded": "CANCELLED"}


@dataclass(frozen=True, slots=True)
class Deadline:
    """What is due by when; `uid` stays the same from one file to the next."""

    uid: str
    title: str
    due: PartialDate
    words: str
    status: str


def list_deadlines(
    register: Register, statuses: Mapping[str, CommitmentStatus], *, study: str
) -> list[Deadline]:
    """Every known due date of the register, by its last possible day."""
    found = [
        Deadline(f"{kind}-{name}@{study}", title, due, words, status)
        for kind, name, title, due, words, status in _walk(register, statuses)
    ]
    return sorted((one for one in found if one.due), key=lambda one: (str(one.due.last), one.uid))


def _walk(
    register: Register, statuses: Mapping[str, CommitmentStatus]
) -> Iterator[tuple[str, str, str, PartialDate, str, str]]:
    for name, status in statuses.items():
        one = status.commitment
        agreement = register.agreements.get(one.agreement)
        source = f"\nSource: {one.row['source']}"
        of = f"\n{agreement.title or agreement.id}" if agreement else ""
        yield "commitment", name, one.title, one.due, status.explanation + of + source, status.status
        for each in status.milestones:
            own = each.milestone
            if own.due:
                words = f"{each.explanation}\n{one.title}\nSource: {own.source}"
                yield "milestone", own.id, own.title, own.due, words, each.status
        for row in register.obligations.get(name, ()):
            first = read_date(row["due"])
            due = read_date(row["revised_due"]) or first
            words = f"{row['party']}: {say_due(due, first)}\n{one.title}\nSource: {row['source']}"
            yield "obligation", row["id"], f"{row['party']}: {row['title']}", due, words, status.status


def write_calendar(deadlines: list[Deadline], *, as_of: datetime.date) -> str:
    """The text of an iCalendar file; its stamp is the day of the register, so the same register gives the same text.

    >>> write_calendar([], as_of=datetime.date(2026, 1, 1)).splitlines()[-1]
    'END:VCALENDAR'
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//landbridge//register of agreements//EN"]
    for one in deadlines:
        lines += _list_event(one, as_of)
    return "".join(f"{folded}\r\n" for line in [*lines, "END:VCALENDAR"] for folded in fold_line(line))


def _list_event(one: Deadline, as_of: datetime.date) -> list[str]:
    day = one.due.last or as_of
    exact = "" if one.due.first == one.due.last else f" ({one.due}, day not known)"
    # The day after the last one: an event that ends on the last day that dates have would have no end.
    end = [f"DTEND;VALUE=DATE:{_write_day(day + _DAY)}"] if day < datetime.date.max else []
    return [
        "BEGIN:VEVENT",
        f"UID:{escape_text(one.uid)}",
        f"DTSTAMP:{_write_day(as_of)}T000000Z",
        f"DTSTART;VALUE=DATE:{_write_day(day)}",
        *end,
        f"SUMMARY:{escape_text(f'Due: {one.title}{exact}')}",
        f"DESCRIPTION:{escape_text(one.words)}",
        f"CATEGORIES:{escape_text(say_status(one.status))}",
        f"STATUS:{_EVENT_STATUS.get(one.status, 'CONFIRMED')}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _write_day(day: datetime.date) -> str:
    return day.isoformat().replace("-", "")


def escape_text(text: str) -> str:
    r"""A text as a value of RFC 5545, section 3.3.11; control characters, which no value may hold, become spaces.

    >>> escape_text("a, b; c\nd")
    'a\\, b\\; c\\nd'
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    for mark, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        plain = plain.replace(mark, written)
    return "".join(" " if ord(letter) < 32 or ord(letter) == 127 else letter for letter in plain)


def fold_line(line: str) -> list[str]:
    """The line in pieces of at most 75 octets, none of which parts a character; all but the first begin with a space.

    >>> [len(piece.encode()) for piece in fold_line("é" * 50)]
    [74, 27]
    """
    pieces, piece, size = [], "", 0
    for letter in line:
        octets = len(letter.encode())
        if size + octets > _FOLD:
            pieces.append(piece)
            piece, size = " ", 1
        piece += letter
        size += octets
    return [*pieces, piece]
