"""Faults of the register that a declared check cannot express: what rows of several tables say together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from landbridge.agreements.register import read_date
from landbridge.agreements.tables import shape_register
from landbridge.schema import Finding, is_before
from landbridge.schema.checks import RowPlace
from landbridge.schema.rows import read_rows

Places = Mapping[str, tuple[RowPlace, ...]]
# In each table, the earlier and the later of two dates.
_ORDERED = (
    ("agreements", "signed", "ends"),
    ("agreements", "in_force", "ends"),
    ("obstacles", "since", "until"),
    ("projects", "begins", "ends"),
)


def check_agreements(frames: Mapping[str, pd.DataFrame], places: Places) -> Iterator[Finding]:
    """All such faults of the rows, each with its file and line."""
    tables = {name: read_rows(frame) for name, frame in shape_register(frames).items()}
    yield from _check_dates(tables, places)
    yield from _check_replacements(tables["commitments"], places)
    yield from _check_reports(tables, places)


def _place(places: Places, table: str, row: int) -> RowPlace:
    return places[table][row] if table in places else (f"{table}.csv", None)


def _check_dates(tables: Mapping[str, list[dict[str, str]]], places: Places) -> Iterator[Finding]:
    for table, first, last in _ORDERED:
        for number, row in enumerate(tables[table]):
            if is_before(read_date(row[last]), read_date(row[first])):
                file, line = _place(places, table, number)
                what = f"{last} {row[last]} lies before {first} {row[first]}"
                yield Finding("dates_reversed", "error", what, "put the two dates in order", file, line, last)


def _check_replacements(rows: list[dict[str, str]], places: Places) -> Iterator[Finding]:
    """Commitments that replace each other in a ring: none of them would be left to keep."""
    by_id = {row["id"]: row["superseded_by"] for row in rows}
    whole: set[str] = set()
    for number, row in enumerate(rows):
        seen: list[str] = []
        name = row["id"]
        while name and name in by_id and name not in seen and name not in whole:
            seen.append(name)
            name = by_id[name]
        if name == row["id"] and len(seen) > 1:
            file, line = _place(places, "commitments", number)
            what = f"{' -> '.join([*seen[:6], name])} replace each other in a ring"
            remedy = "leave superseded_by empty in the row that holds now"
            yield Finding("replaced_in_a_ring", "error", what, remedy, file, line, "superseded_by")
        elif name not in seen:
            whole.update(seen)


def _check_reports(tables: Mapping[str, list[dict[str, str]]], places: Places) -> Iterator[Finding]:
    """Reports on a milestone of another commitment, or with a quantity in another unit than the milestone's."""
    milestones = {row["id"]: row for row in tables["milestones"]}
    for number, row in enumerate(tables["status_reports"]):
        milestone = milestones.get(row["milestone"])
        if milestone is None:
            continue
        file, line = _place(places, "status_reports", number)
        if milestone["commitment"] != row["commitment"]:
            what = f"milestone {milestone['id']} belongs to {milestone['commitment']}, not to {row['commitment']}"
            remedy = "write a milestone of the commitment that is reported on"
            yield Finding("other_commitment", "error", what, remedy, file, line, "milestone")
        if row["unit"] not in ("", milestone["unit"]):
            what = f"the milestone is told in {milestone['unit'] or 'no unit'}, the report in {row['unit']}"
            remedy = "convert the quantity; until then the milestone does not count it"
            yield Finding("other_unit", "warning", what, remedy, file, line, "unit")
