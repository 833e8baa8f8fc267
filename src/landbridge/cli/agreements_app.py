"""The commands of `landbridge agreements`."""

from pathlib import Path
from typing import Annotated

import typer

from landbridge.cli.arguments import AsJson, StudyPath, read_optional

agreements_app = typer.Typer(
    help="Agreements: what was promised, whether it is kept, reports on it, and files for others.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Day = Annotated[
    str,
    typer.Option(
        "--as-of", help="The register as it was on this day, YYYY-MM-DD; by default the study's date."
    ),
]
Computed = Annotated[
    str,
    typer.Option("--scenario", help="Take values that were not observed from the run of this scenario."),
]


@agreements_app.command("list")
def agreements_list(study: StudyPath, as_of: Day = "", scenario: Computed = "", json: AsJson = False) -> None:
    """List the agreements with the status that their commitments give."""
    from landbridge.cli.agreements import print_agreements

    print_agreements(study, as_of=as_of, scenario=scenario, json=json)


@agreements_app.command("show")
def agreements_show(
    study: StudyPath,
    name: Annotated[str, typer.Argument(help="The name (id) of an agreement or a commitment.", metavar="ID")],
    as_of: Day = "",
    scenario: Computed = "",
    json: AsJson = False,
) -> None:
    """Show all that is known of an agreement or a commitment: dates, milestones, reports, obstacles, sources."""
    from landbridge.cli.agreements import print_one

    print_one(study, name, as_of=as_of, scenario=scenario, json=json)


@agreements_app.command("status")
def agreements_status(
    study: StudyPath,
    agreement: Annotated[
        str, typer.Option(help="An agreement, whose commitments are shown; by default all.")
    ] = "",
    as_of: Day = "",
    scenario: Computed = "",
    json: AsJson = False,
) -> None:
    """Say of each commitment whether it is done, on track, at risk, late, not started or unknown, and why."""
    from landbridge.cli.agreements import print_statuses

    print_statuses(study, agreement, as_of=as_of, scenario=scenario, json=json)


@agreements_app.command("levers")
def agreements_levers(
    study: StudyPath,
    lever: Annotated[
        str, typer.Argument(help="A lever, whose cells are shown before and after.", metavar="[LEVER]")
    ] = "",
    scenario: Annotated[
        str, typer.Option(help="The levers of this scenario, acting together; by default each alone.")
    ] = "",
    json: AsJson = False,
) -> None:
    """List what commitments change in the inputs when they are delivered: which rows, by how much, on whose word."""
    from landbridge.cli.levers import print_levers

    print_levers(study, lever, scenario=scenario, json=json)


@agreements_app.command("record")
def agreements_record(
    study: StudyPath,
    commitment: Annotated[
        str, typer.Argument(help="The commitment that is reported on.", metavar="COMMITMENT")
    ],
    status: Annotated[
        str, typer.Option(help="scheduled, begun, partially_met, met, not_met, suspended or withdrawn.")
    ] = "",
    reported: Annotated[str, typer.Option(help="When it was reported: 2025, 2025-08 or 2025-08-20.")] = "",
    source: Annotated[str, typer.Option(help="Key of the table sources, then # and the page.")] = "",
    text: Annotated[str, typer.Option(help="What the report says, in a line.")] = "",
    milestone: Annotated[str, typer.Option(help="A milestone that it is about.")] = "",
    value: Annotated[float | None, typer.Option(help="Quantity delivered by then.")] = None,
    unit: Annotated[str, typer.Option(help="Unit of the quantity.")] = "",
    reporter: Annotated[str, typer.Option(help="Who reports.")] = "",
    evidence: Annotated[str, typer.Option(help="Document or address.")] = "",
    quality: Annotated[str, typer.Option(help="measured, published, estimated or default.")] = "published",
    note: Annotated[str, typer.Option(help="Remark.")] = "",
    json: AsJson = False,
) -> None:
    """Add a status report to the study; what stands there is never changed."""
    from landbridge.api.agreements import NewReport
    from landbridge.cli.agreements import record_report

    report = NewReport(
        commitment=commitment,
        status=status,
        reported=reported,
        source=source,
        text=text,
        milestone=milestone,
        value=read_optional(value),
        unit=unit,
        reporter=reporter,
        evidence=evidence,
        quality=quality,
        note=note,
    )
    record_report(study, report, json=json)


@agreements_app.command("import")
def agreements_import(
    file: Annotated[
        Path,
        typer.Argument(
            help="A folder of CSV files, a CSV file named after its table, a JSON file or a workbook.",
            metavar="FILE",
        ),
    ],
    study: StudyPath,
    json: AsJson = False,
) -> None:
    """Take agreements, commitments and reports of a file into a study, or say everything that is wrong with them."""
    from landbridge.cli.agreements import import_file

    import_file(file, study, json=json)


@agreements_app.command("export")
def agreements_export(
    study: StudyPath,
    out: Annotated[
        Path,
        typer.Argument(help="What to write out: a folder for csv, a file for the others.", metavar="OUT"),
    ],
    format: Annotated[
        str, typer.Option(help="csv, json, xlsx, ics (deadlines) or iati; by default from the name.")
    ] = "",
    as_of: Day = "",
    json: AsJson = False,
) -> None:
    """Write the register as CSV, JSON or XLSX, its deadlines as iCalendar, its activities in the words of IATI."""
    from landbridge.cli.agreements import export_file

    export_file(study, out, format=format, as_of=as_of, json=json)
