"""What arguments and options of commands have in common: their types, their help, and how their text is read."""

import datetime
from pathlib import Path
from typing import Annotated

import typer

from landbridge.schema.errors import InputError
from landbridge.schema.findings import Finding

StudyPath = Annotated[Path, typer.Argument(help="The study's folder, or its study.toml.", metavar="STUDY")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
Scenario = Annotated[str, typer.Option("--scenario", help="Name of a scenario of the study.")]
# What commands between two places have in common.
Origin = Annotated[str, typer.Argument(help="A place: a name, a UN/LOCODE, 'Astara, IR', or lat,lon.")]
Destination = Annotated[str, typer.Argument(help="A place.")]
OverStudy = Annotated[Path | None, typer.Option(help="Use the tables of this study.")]
AsOf = Annotated[str, typer.Option(help="As of this date, YYYY-MM-DD.")]
Product = Annotated[str, typer.Option(help="HS 2022 code, e.g. 843351.")]
Cargo = Annotated[str, typer.Option(help="Cargo class, where no product is given.")]
Tonnes = Annotated[float | None, typer.Option(help="Tonnes of the shipment.")]
Mode = Annotated[str, typer.Option(help="Main carriage; road brings it there, up to 100 km.")]
Avoid = Annotated[list[str] | None, typer.Option(help="Leave out a country, place or passage (repeat).")]
Within = Annotated[
    str,
    typer.Option(
        help="How close the front is, a number for each of --by in USD/t, h, kg/t: 5,12,2. Zeros: exact."
    ),
]


def read_tonnes(given: float | None) -> float:
    """Tonnes as given; a number that is none is a fault of the argument."""
    if given is not None and given != given:  # noqa: PLR0124 - only NaN differs from itself
        raise typer.BadParameter("'nan' is no number of tonnes", param_hint="--tonnes")
    return float("nan") if given is None else given


def read_optional(given: float | None) -> float:
    """A number that may be left out; NaN where it is.

    >>> read_optional(2.5)
    2.5
    """
    return float("nan") if given is None else given


def read_date(text: str) -> datetime.date:
    """A date as people write it on the command line. Raises InputError.

    >>> read_date("2026-11-01")
    datetime.date(2026, 11, 1)
    """
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        finding = Finding("bad_date", "error", f"{text!r} is no date", "write it as 2026-11-01")
        raise InputError([finding]) from error


def read_number(text: str) -> float:
    """A number of --within; text that is none is a fault of the argument.

    >>> read_number("2.5")
    2.5
    """
    try:
        return float(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no number", param_hint="--within") from None


def default_alternatives(by: str) -> int:
    """Two beside the best way by one criterion; none beside a front, whose points are alternatives already.

    >>> default_alternatives("cost"), default_alternatives("cost,time")
    (2, 0)
    """
    return 0 if len(split_list(by)) > 1 else 2


def split_list(text: str) -> tuple[str, ...]:
    """Words of an argument with commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())
