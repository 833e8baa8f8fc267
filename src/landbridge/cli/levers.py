"""`landbridge agreements levers`: what commitments change, for people and for scripts."""

from pathlib import Path

import typer

from landbridge.api.levers import Levers
from landbridge.api.study import read_study
from landbridge.cli.printing import print_findings, print_json, print_table, say
from landbridge.schema.errors import InputError
from landbridge.schema.findings import has_errors


def print_levers(study: Path, name: str, *, scenario: str, json: bool) -> None:
    """Print the levers, or the cells of one; where the table has errors the exit code is that of an input fault."""
    found = read_study(study).levers(scenario)
    changes = found.changes(name)
    if json:
        described = found.to_json()
        print_json({**described, "changes": changes.to_dict("records")} if name else described)
    elif name:
        _say_lever(found, name)
    else:
        _say_all(found)
    if not json:
        print_findings(found.findings)
    if has_errors(found.findings):
        raise typer.Exit(InputError.exit_code)


def _say_all(found: Levers) -> None:
    acting = f"acting together in {found.scenario}" if found.scenario else "each alone"
    say(f"Levers of {found.study}, {acting}")
    rows = [
        (
            row["id"],
            row["commitment"],
            f"{row['table']}: {row['change']}",
            _say_range(row["low"], row["high"]),
            row["from"] or "unknown",
            str(row["cells"]),
        )
        for row in found.table().to_dict("records")
    ]
    print_table(("id", "commitment", "changes", "range", "from", "cells"), rows, right=("cells",))
    say("`landbridge agreements levers STUDY ID` shows the cells before and after.")


def _say_range(low: str, high: str) -> str:
    if low and high:
        return f"{low} to {high}"
    return f"at least {low}" if low else f"at most {high}" if high else ""


def _say_lever(found: Levers, name: str) -> None:
    lever = found.levers[name]
    say(f"{name}: {lever.title}")
    say(f"commitment {lever.commitment}; {lever.table} where {lever.condition.text}")
    say(f"source {lever.row['source']} ({lever.row['quality']})")
    if lever.row["note"]:
        say(str(lever.row["note"]))
    rows = [
        (f"{row['table']}#{row['id']}", row["field"], row["before"], row["after"], row["unit"])
        for row in found.changes(name).to_dict("records")
    ]
    print_table(("row", "field", "before", "after", "unit"), rows, right=("before", "after"))
