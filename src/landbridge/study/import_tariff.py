"""Takes a tariff file of the user's into a study, or into a table of its own, whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from landbridge.landed_cost.tariff_files import TariffChoice, TariffFile, read_tariff
from landbridge.schema.catalogue import load_catalogue
from landbridge.schema.errors import raise_errors
from landbridge.schema.findings import Finding, order_findings
from landbridge.schema.tables import write_table
from landbridge.study.reading import StudyInput, read_study, show_path
from landbridge.study.study_files import append_rows, check_source, write_files

TABLE = "tariffs"


@dataclass(frozen=True, slots=True)
class ImportedTariff:
    """What an import wrote: to which file, how many rows, the layout of what was read, and the findings."""

    out: Path
    rows: int
    layout: str
    findings: tuple[Finding, ...]


def import_tariff(path: Path | str, out: Path | str, *, choice: TariffChoice) -> ImportedTariff:
    """Read a tariff file and append its rows to the tariffs.csv of a study, or write them to a CSV file of their own.

    `out` is the folder of a study, its study.toml, or the name of a file that ends in .csv. Raises InputError with all
    findings where the file, the choice or the study's table has an error, or a row stands there already; then nothing
    is written.
    """
    target = Path(out)
    read = read_tariff(path, choice)
    if target.suffix.lower() == ".csv":
        found, texts = [*read.findings], {target: write_table(read.frame, load_catalogue().tables[TABLE])}
    else:
        found, texts = _join_study(target, read, choice)
    raise_errors(found)
    write_files(texts, show_path(target))
    return ImportedTariff(next(iter(texts)), len(read.frame), read.layout, order_findings(found))


def _join_study(
    target: Path, read: TariffFile, choice: TariffChoice
) -> tuple[list[Finding], dict[Path, str]]:
    study = read_study(target)
    found = [*read.findings, *check_source(choice.source, study)]
    found += [finding for finding in study.findings if finding.file == f"{TABLE}.csv"]
    found += _find_taken(study, read.frame)
    file = study.root / f"{TABLE}.csv"
    old = file.read_bytes().decode("utf-8-sig", errors="replace") if file.exists() else ""
    return found, {file: append_rows(old, read.frame, load_catalogue().tables[TABLE])}


def _find_taken(study: StudyInput, rows: pd.DataFrame) -> list[Finding]:
    """Rows of the study with the ids of the new ones: the same tariff of the same day has been imported before."""
    if TABLE not in study.tables:
        return []
    taken = sorted({*study.tables[TABLE]["id"]} & {*rows["id"]})
    if not taken:
        return []
    what = f"{len(taken)} of the rows stand there already, such as {taken[0]}"
    remedy = "take those rows out of tariffs.csv first, or give the day from which the new ones are in force"
    return [Finding("repeated_key", "error", what, remedy, f"{TABLE}.csv", column="id")]
