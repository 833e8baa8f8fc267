"""Departures in the week: `Mon 06:00`, or `Mon-Fri 18:30` for a range of days, in UTC."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
HOURS_A_WEEK = 168.0
_DAY = "|".join(DAYS)
_DEPARTURE = re.compile(rf"({_DAY})(?:-({_DAY}))? ([01]?[0-9]|2[0-3]):([0-5][0-9])")


def read_departures(parts: Sequence[str]) -> tuple[float, ...]:
    """Departures as hours of the week from Monday 00:00, rising; a range of days may run over the new week.

    Raises ValueError for a part that is no departure.

    >>> read_departures(["Mon 06:00", "Thu 18:30"])
    (6.0, 90.5)
    >>> len(read_departures(["Sat-Mon 12:00", "Sun 12:00"]))
    3
    """
    hours = set()
    for part in parts:
        found = _DEPARTURE.fullmatch(part.strip())
        if not found:
            raise ValueError(f"{part.strip()!r} is no departure such as Mon 06:00 or Mon-Fri 18:30")
        first, last = DAYS.index(found[1]), DAYS.index(found[2] or found[1])
        for step in range((last - first) % len(DAYS) + 1):
            day = (first + step) % len(DAYS)
            hours.add(24.0 * day + int(found[3]) + int(found[4]) / 60.0)
    return tuple(sorted(hours))


def split_departures(cell: object) -> tuple[str, ...]:
    """The parts of a cell of departures, typed or as text; none where it is empty."""
    parts = cell.split(";") if isinstance(cell, str) else cell if isinstance(cell, tuple | list) else ()
    return tuple(part for part in (str(part).strip() for part in parts) if part)


def mean_headway(service: Mapping[str, Any]) -> float:
    """Mean hours between departures of a row of services: by its timetable, else its headway; NaN where unknown.

    >>> mean_headway({"departures": ("Mon 06:00", "Thu 18:00"), "headway": 72.0})
    84.0
    """
    departures = split_departures(service.get("departures"))
    if departures:
        return HOURS_A_WEEK / len(read_departures(departures))
    headway = service.get("headway")
    return float(headway) if isinstance(headway, int | float) else math.nan
