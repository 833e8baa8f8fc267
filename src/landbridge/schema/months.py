"""Open months: a range list such as 4-11 or 1-3;11-12, empty for all year."""

from __future__ import annotations

import re

_RANGE = re.compile(r"([0-9]{1,2})(?:-([0-9]{1,2}))?")


def read_months(text: str) -> frozenset[int]:
    """The months, 1 to 12, of a range list; a range may run over the new year.

    Raises ValueError where the text is no range list.

    >>> sorted(read_months("11-2"))
    [1, 2, 11, 12]
    >>> len(read_months(""))
    12
    """
    if not text.strip():
        return frozenset(range(1, 13))
    months: set[int] = set()
    for part in re.split(r"[;,]", text):
        found = _RANGE.fullmatch(part.strip())
        if not found:
            raise ValueError(f"{part.strip()!r} is not a range of months")
        first, last = int(found[1]), int(found[2] or found[1])
        if not (1 <= first <= 12 and 1 <= last <= 12):
            raise ValueError(f"{part.strip()!r} is not a range of months 1 to 12")
        months.update(range(first, last + 1) if first <= last else [*range(first, 13), *range(1, last + 1)])
    return frozenset(months)
