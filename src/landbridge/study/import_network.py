"""Takes a network of the user's own into a study: rows appended to its places.csv and legs.csv, both or neither."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from landbridge.network.study_rows import ImportChoice, StudyRows, Taken, make_study_rows
from landbridge.network.user_network import check_user_network
from landbridge.network.user_survey import survey_network
from landbridge.schema.catalogue import TableSpec, load_catalogue
from landbridge.schema.errors import InputError, raise_errors
from landbridge.schema.findings import Finding, find_nearest, order_findings
from landbridge.schema.tables import write_table
from landbridge.sources.tables import read_shipped_tables
from landbridge.sources.user_network import UserNetwork
from landbridge.sources.world import World
from landbridge.study.reading import StudyInput, read_study, show_path

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
    try:
        replace_files(texts)
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        finding = Finding(
            "not_writable", "error", what, "choose a study that you may write to", show_path(given.root)
        )
        raise InputError([finding]) from error
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
    known = {*read_shipped_tables()["sources"]["id"]}
    known |= set(study.tables["sources"]["id"]) if "sources" in study.tables else set()
    key = choice.source.split("#")[0].strip()
    if key not in known:
        what = f"'{key}' is not a key of the table sources"
        remedy = "add a row to the study's sources.csv that says where the network comes from"
        found.append(Finding("unknown_source", "error", what, remedy, nearest=find_nearest(key, known)))
    return found


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


def append_rows(old: str, frame: pd.DataFrame, spec: TableSpec) -> str:
    r"""The text of a CSV table with the rows of a typed frame behind its own, under its own header.

    Columns that the header lacks and the new rows fill are put behind the others.

    >>> from landbridge.schema.rows import rows_to_frame
    >>> spec, row = load_catalogue().tables["sources"], {"id": "b", "title": "B", "publisher": "P", "kind": "E"}
    >>> append_rows("title,id\nA,a\n", rows_to_frame("sources", [row]), spec).splitlines()
    ['title,id,publisher,kind', 'A,a,,', 'B,b,P,E']
    """
    new = list(csv.DictReader(io.StringIO(write_table(frame, spec), newline="")))
    if not old.strip():
        return write_table(frame, spec)
    records = [cells for cells in csv.reader(io.StringIO(old, newline="")) if cells]
    header = [name.strip() for name in records[0]]
    filled = [name for name in spec.columns if any(row[name] for row in new)]
    columns = header + [name for name in filled if name not in header]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n" if "\r\n" in old else "\n")
    writer.writerow(columns)
    writer.writerows(
        cells[: len(header)] + [""] * (len(columns) - len(cells[: len(header)])) for cells in records[1:]
    )
    writer.writerows([row.get(name, "") for name in columns] for row in new)
    return text.getvalue()


def replace_files(texts: Mapping[Path, str]) -> None:
    """Write files so that either all hold their new text or none does. Raises OSError."""
    before = {path: path.read_bytes() if path.exists() else None for path in texts}
    made: list[tuple[Path, Path]] = []
    done: list[Path] = []
    try:
        for path, text in texts.items():
            beside = path.with_name(f".{path.name}-{os.getpid()}")
            made.append((beside, path))
            beside.write_text(text, encoding="utf-8", newline="")
        for beside, path in made:
            os.replace(beside, path)
            done.append(path)
    except OSError:
        for path in done:
            _restore(path, before[path])
        raise
    finally:
        for beside, _ in made:
            beside.unlink(missing_ok=True)


def _restore(path: Path, content: bytes | None) -> None:
    if content is None:
        path.unlink(missing_ok=True)
    else:
        path.write_bytes(content)
