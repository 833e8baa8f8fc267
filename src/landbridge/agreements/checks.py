"""Faults of the register that a declared check cannot express: what rows of several tables say together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from landbridge.agreements.register import read_date
from landbridge.schema import Finding, Tables, is_before
from landbridge.schema.checks import RowPlace

Places = Mapping[str, tuple[RowPlace, ...]]
# In each table, the earlier and the later of two dates.
_ORDERED = (
    ("agreements", "signed", "ends"),
    ("agreements", "in_force", "ends"),
    ("obstacles", "since", "until"),
    ("projects", "begins", "ends"),
    ("levers", "from", "until"),
)


def check_agreements(frames: Tables, places: Places) -> Iterator[Finding]:
    """All such faults of the rows of typed frames, each with its file and line; tables that are not given have none."""
    yield from _check_dates(frames, places)
    yield from _check_replacements(frames, places)
    yield from _check_reports(frames, places)


def _place(places: Places, table: str, row: int) -> RowPlace:
    return places[table][row] if table in places else (f"{table}.csv", None)


def _list_cells(tables: Tables, table: str, *columns: str) -> Iterator[tuple[str, ...]]:
    """Some cells of each row; a register may be long, and only these are needed."""
    if table not in tables:
        return iter(())
    return zip(*(tables[table][name].tolist() for name in columns), strict=True)


def _check_dates(tables: Tables, places: Places) -> Iterator[Finding]:
    for table, first, last in _ORDERED:
        for number, (start, end) in enumerate(_list_cells(tables, table, first, last)):
            if is_before(read_date(end), read_date(start)):
                file, line = _place(places, table, number)
                what = f"{last} {end} lies before {first} {start}"
                remedy = "put the two dates in order"
                yield Finding("dates_reversed", "error", what, remedy, file, line, last)


def _check_replacements(tables: Tables, places: Places) -> Iterator[Finding]:
    """Commitments that replace each other in a ring: none of them would be left to keep."""
    by_id = {name: other for name, other in _list_cells(tables, "commitments", "id", "superseded_by")}  # noqa: C416
    whole: set[str] = set()
    for number, own in enumerate(by_id):
        seen: dict[str, None] = {}
        name = own
        while name and name in by_id and name not in seen and name not in whole:
            seen[name] = None
            name = by_id[name]
        if name == own and len(seen) > 1:
            file, line = _place(places, "commitments", number)
            what = f"{' -> '.join([*list(seen)[:6], name])} replace each other in a ring"
            remedy = "leave superseded_by empty in the row that holds now"
            yield Finding("replaced_in_a_ring", "error", what, remedy, file, line, "superseded_by")
        elif name not in seen:
            whole.update(seen)


def _check_reports(tables: Tables, places: Places) -> Iterator[Finding]:
    """Reports on a milestone of another commitment, or with a quantity in another unit than the milestone's."""
    milestones = {
        name: (commitment, unit)
        for name, commitment, unit in _list_cells(tables, "milestones", "id", "commitment", "unit")
    }
    reports = _list_cells(tables, "status_reports", "milestone", "commitment", "unit")
    for number, (milestone, commitment, told) in enumerate(reports):
        if milestone not in milestones:
            continue
        owner, unit = milestones[milestone]
        file, line = _place(places, "status_reports", number)
        if owner != commitment:
            what = f"milestone {milestone} belongs to {owner}, not to {commitment}"
            remedy = "write a milestone of the commitment that is reported on"
            yield Finding("other_commitment", "error", what, remedy, file, line, "milestone")
        if told not in ("", unit):
            what = f"the milestone is told in {unit or 'no unit'}, the report in {told}"
            remedy = "convert the quantity; until then the milestone does not count it"
            yield Finding("other_unit", "warning", what, remedy, file, line, "unit")
