"""Takes a network of the user's own into a study: rows appended to its places.csv and legs.csv, both or neither."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from landbridge.network.study_rows import ImportChoice, StudyRows, Taken, make_study_rows
from landbridge.network.user_network import check_user_network
from landbridge.network.user_survey import survey_network
from landbridge.schema.catalogue import load_catalogue
from landbridge.schema.errors import raise_errors
from landbridge.schema.findings import Finding, find_nearest, order_findings
from landbridge.sources.tables import read_shipped_tables
from landbridge.sources.user_network import UserNetwork
from landbridge.sources.world import World
from landbridge.study.reading import StudyInput, read_study, show_path
from landbridge.study.study_files import append_rows, check_source, write_files

TABLES = ("places", "legs")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import wrote: how many rows of each table, and the findings that do not hinder it."""

    study: Path
    places: int
    legs: int
    findings: tuple[Finding, ...]


def import_network(
    network: UserNetwork, study: Path | str, *, choice: ImportChoice, world: World
) -> Imported:
    """Check a network and append what a study needs of it to the study's places.csv and legs.csv.

    Rows that are there stay; new ids are made unlike theirs and unlike shipped ones. Raises InputError with all
    findings where the network, the choice or the two tables of the study have an error; then nothing is written.
    """
    given = read_study(study)
    found = [*check_user_network(network, world), *_check_choice(choice, given)]
    found += [finding for finding in given.findings if finding.file in {f"{table}.csv" for table in TABLES}]
    raise_errors(found)
    rows = make_study_rows(survey_network(network, world), choice, _find_taken(given, world))
    texts = {given.root / f"{table}.csv": _append(given.root, table, rows) for table in TABLES}
    write_files(texts, show_path(given.root))
    return Imported(given.root, len(rows.places), len(rows.legs), order_findings([*found, *rows.findings]))


def _check_choice(choice: ImportChoice, study: StudyInput) -> list[Finding]:
    """Whether the source is a key of the table sources and the quality a word of the catalogue."""
    found = []
    qualities = tuple(load_catalogue().qualities)
    if choice.quality not in qualities:
        what, remedy = f"'{choice.quality}' is no quality", f"write one of {', '.join(qualities)}"
        found.append(
            Finding("unknown_quality", "error", what, remedy, nearest=find_nearest(choice.quality, qualities))
        )
    return [*found, *check_source(choice.source, study)]


def _find_taken(study: StudyInput, world: World) -> Taken:
    """Ids of shipped and own places, posts and legs, and the names by which shipped places are known."""
    shipped, own = read_shipped_tables(), study.tables
    ids = {
        name: set(shipped[name]["id"]) | (set(own[name]["id"]) if name in own else set())
        for name in ("places", "posts", "legs")
    }
    return Taken(
        places=ids["places"] | ids["posts"] | set(world.places["id"]),
        legs=ids["legs"] | set(world.legs),
        names=frozenset(world.names["key"]),
    )


def _append(root: Path, table: str, rows: StudyRows) -> str:
    """The text of a table of the study with the new rows behind its own."""
    spec = load_catalogue().tables[table]
    frame: pd.DataFrame = getattr(rows, table)
    path = root / f"{table}.csv"
    old = path.read_bytes().decode("utf-8-sig") if path.exists() else ""
    return append_rows(old, frame, spec)
