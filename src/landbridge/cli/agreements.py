"""`landbridge agreements`: the register for people and for scripts."""

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from landbridge.api import agreements
from landbridge.api.agreements import Agreements, NewReport
from landbridge.cli.arguments import read_date
from landbridge.cli.printing import describe_finding, print_findings, print_json, print_table, say
from landbridge.schema.errors import InputError
from landbridge.schema.findings import has_errors
from landbridge.schema.partial_dates import read_partial_date

WIDEST = 60
UNKNOWN = "unknown"


def print_agreements(study: Path, *, as_of: str, scenario: str, json: bool) -> None:
    """Print the agreements; where the tables have errors the exit code is that of an input fault."""
    found = _read(study, as_of, scenario)
    if json:
        print_json(found.to_json())
    else:
        rows = [
            (row["id"], _shorten(row["title"]), row["signed"] or UNKNOWN, row["explanation"])
            for row in found.table().to_dict("records")
        ]
        say(f"Agreements of {found.study} on {found.as_of}")
        print_table(("id", "title", "signed", "status"), rows)
        loose = len(found.register.by_agreement.get("", ()))
        if loose:
            say(f"{loose} commitments of which no document is known: see `landbridge agreements status`")
        _say_later(found)
    _end(found, json=json)


def print_one(study: Path, name: str, *, as_of: str, scenario: str, json: bool) -> None:
    """Print all that is known of an agreement or a commitment."""
    found = _read(study, as_of, scenario)
    shown = found.show(name)
    if json:
        print_json({"as_of": found.as_of, **shown, "findings": list(map(describe_finding, found.findings))})
    else:
        say(f"{name} on {found.as_of}")
        _say_fields(shown)
        _say_later(found)
    _end(found, json=json)


def _say_fields(shown: Mapping[str, Any], indent: str = "") -> None:
    """Fields one a line, rows below their table; what is not known is left out, but for title and dates."""
    always = ("title", "signed", "due")
    for key, value in shown.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            say(f"{indent}{key}:")
            for row in value:
                say(f"{indent}  - {row.get('id', '')}")
                _say_fields({name: cell for name, cell in row.items() if name != "id"}, f"{indent}    ")
        elif isinstance(value, (list, tuple)):
            if value:
                say(f"{indent}{key}: {', '.join(map(str, value))}")
        elif key in always or (value not in ("", None) and value == value):  # noqa: PLR0124 - NaN is unknown
            say(f"{indent}{key}: {UNKNOWN if value == '' else value}")


def print_statuses(study: Path, agreement: str, *, as_of: str, scenario: str, json: bool) -> None:
    """Print each commitment with its status and why."""
    found = _read(study, as_of, scenario)
    rows = found.commitments(agreement or None).to_dict("records")
    if json:
        described = list(map(describe_finding, found.findings))
        print_json({"as_of": found.as_of, "commitments": rows, "findings": described})
    else:
        say(f"Commitments of {found.study} on {found.as_of}")
        cells = [
            (row["id"], _shorten(row["title"]), row["due"] or UNKNOWN, row["explanation"]) for row in rows
        ]
        print_table(("id", "title", "due", "status"), cells)
        _say_later(found)
    _end(found, json=json)


def record_report(study: Path, report: NewReport, *, json: bool) -> None:
    """Append a status report and print its id and the status that follows."""
    name = agreements.record_status(study, report)
    # The report may be of a day after the study's, which would not see it.
    day = read_partial_date(report.reported.strip()).last
    seen = agreements.read_agreements(study)
    if day is not None and day > seen.as_of:
        seen = agreements.read_agreements(study, as_of=day)
    status = seen.statuses.get(report.commitment)
    word, words = (status.status, status.explanation) if status else ("", "")
    if json:
        print_json({"id": name, "as_of": seen.as_of, "status": word, "explanation": words, "findings": []})
        return
    say(f"recorded {name}")
    if words:
        say(f"{report.commitment} on {seen.as_of}: {words}")


def import_file(file: Path, study: Path, *, json: bool) -> None:
    """Take a file into a study and print how many rows of each table were added, changed or there already."""
    made = agreements.import_agreements(file, study)
    if json:
        counts = {"added": made.added, "changed": made.changed, "same": made.same}
        print_json({**counts, "findings": list(map(describe_finding, made.findings))})
        return
    print_findings(made.findings)
    rows: Sequence[Sequence[str]] = [
        (name, str(made.added[name]), str(made.changed[name]), str(made.same[name])) for name in made.added
    ]
    print_table(("table", "added", "changed", "as before"), rows, right=("added", "changed", "as before"))


def export_file(study: Path, out: Path, *, format: str, as_of: str, json: bool) -> None:
    """Write the register for others and print where it lies."""
    written = agreements.export_agreements(study, out, format=format, as_of=_read_day(as_of))
    if json:
        print_json({"out": str(written), "findings": []})
    else:
        say(f"written to {written}")


def _read(study: Path, as_of: str, scenario: str) -> Agreements:
    day = _read_day(as_of)
    if not scenario:
        return agreements.read_agreements(study, as_of=day)
    # Only a run needs the network, whose modules take longer to load than a register to read.
    from landbridge.api import read_study

    return read_study(study).agreements(as_of=day, scenario=scenario)


def _read_day(text: str) -> datetime.date | None:
    return read_date(text) if text else None


def _say_later(found: Agreements) -> None:
    if found.register.later_reports:
        count = found.register.later_reports
        say(f"{count} later {'report is' if count == 1 else 'reports are'} not seen on this day: use --as-of")


def _end(found: Agreements, *, json: bool) -> None:
    if not json:
        print_findings(found.findings)
    if has_errors(found.findings):
        raise typer.Exit(InputError.exit_code)


def _shorten(title: str) -> str:
    text = title or UNKNOWN
    return text if len(text) <= WIDEST else f"{text[:WIDEST]}..."
