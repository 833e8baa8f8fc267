"""Making a study: a folder with its head, its empty tables and a README that says what to edit."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from landbridge.schema.catalogue import TableSpec, load_catalogue
from landbridge.schema.errors import InputError, raise_errors
from landbridge.schema.findings import Finding
from landbridge.schema.study_file import STUDY_FILE
from landbridge.sources.tables import read_shipped_tables
from landbridge.study.checks import check_codes
from landbridge.study.reading import OVERRIDES_FOLDER, show_path

# The tables that a study is asked for first; every other input table may be added by its name.
_FIRST_TABLES = (
    "flows",
    "corridors",
    "shipments",
    "agreements",
    "commitments",
    "listings",
    "places",
    "sources",
)

_HEAD = """\
# {title}
name = {name}
title = {title_text}
parties = {parties}
# Whose law binds the user of this study: it decides which legal measures apply.
bound_by = {bound_by}
# The day of the study decides which network, law and memberships hold; without it, that of the shipped network.
# date = 2026-01-01
seed = 1

[scenarios.as-is]
title = "As things are"

[scenarios.signed]
title = "What was signed is delivered"
inherits = "as-is"
overrides = "overrides/signed.csv"
"""

_README = """\
# {title}

A study of landbridge. Parties: {parties}. Bound by the law of: {bound_by}.

1. Write in `flows.csv` what goods go from where to where, for example
   `potash-out,Soligorsk,Bandar Abbas,3104,,100000,,,`.
2. Write in `corridors.csv` the named chains of places that you want to see, and in `overrides/signed.csv`
   what each promise changes: `table,id,field,value,from,until,source,quality`.
3. Check and run it:

       landbridge check .
       landbridge run .

Each CSV file is a table; the first line names its columns. A row with the id of a shipped row replaces
the fields that it fills, a row with a new id is added. Every row of the tables of the network says its source (a
key of `sources.csv` or of the shipped sources) and its quality: measured, published, estimated or default.
Lists within a cell have semicolons, numbers a decimal point, dates the form 2026-01-31. Files are UTF-8.

| file | what it holds |
|---|---|
{files}

These tables of the shipped network may be changed in the same way: {others}.
`landbridge schema TABLE` prints the columns of a table. Results go to `runs/`, which may be deleted.
"""


def write_new_study(
    path: Path | str, *, parties: Sequence[str], bound_by: Sequence[str], name: str = ""
) -> Path:
    """Make the folder of a study and return it; it appears whole or not at all.

    Raises InputError where the folder holds something already or cannot be written, or where a party is
    neither a country nor a bloc.
    """
    folder = Path(path)
    raise_errors([*_check_parties(parties, bound_by), *_check_folder(folder)])
    texts = _write_texts(name or folder.resolve().name, parties, bound_by)
    try:
        _write_folder(folder, texts)
    except OSError as error:
        what = f"cannot be written: {error.strerror or error}"
        remedy = "choose a folder that you may write to"
        raise InputError([Finding("not_writable", "error", what, remedy, show_path(folder))]) from error
    return folder


def _check_parties(parties: Sequence[str], bound_by: Sequence[str]) -> list[Finding]:
    blocs = set(read_shipped_tables()["territories"]["territory"].tolist())
    found = []
    for key, codes in (("parties", parties), ("bound_by", bound_by)):
        if not codes:
            what, remedy = f"{key} is empty", "name at least one country or bloc, e.g. BY,IR"
            found.append(Finding("missing_key", "error", what, remedy, column=key))
        found += check_codes(tuple(codes), blocs, column=key)
    return found


def _check_folder(folder: Path) -> list[Finding]:
    shown, remedy = show_path(folder), "choose a new name, or an empty folder"
    try:
        if folder.is_dir() and any(folder.iterdir()):
            return [Finding("not_empty", "error", "holds files already", remedy, shown)]
        if folder.exists() and not folder.is_dir():
            return [Finding("not_empty", "error", "is a file", remedy, shown)]
        folder.resolve()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        return [Finding("unreadable", "error", f"cannot be read: {reason}", remedy, shown)]
    return []


def _write_texts(title: str, parties: Sequence[str], bound_by: Sequence[str]) -> dict[str, str]:
    """The text of each file by its path in the folder."""
    tables = load_catalogue().tables
    plain = " ".join(title.split())
    head = _HEAD.format(
        title=plain,
        name=json.dumps(plain, ensure_ascii=False),
        title_text=json.dumps(plain, ensure_ascii=False),
        parties=json.dumps(list(parties)),
        bound_by=json.dumps(list(bound_by)),
    )
    files = [f"| `{name}.csv` | {tables[name].doc} |" for name in _FIRST_TABLES]
    files.append(f"| `{OVERRIDES_FOLDER}/signed.csv` | {tables[OVERRIDES_FOLDER].doc} |")
    others = [f"`{n}`" for n, spec in tables.items() if spec.where == "shipped" and n not in _FIRST_TABLES]
    readme = _README.format(
        title=plain,
        parties=", ".join(parties),
        bound_by=", ".join(bound_by),
        files="\n".join(files),
        others=", ".join(others),
    )
    texts = {STUDY_FILE: head, "README.md": readme, ".gitignore": "runs/\n"}
    texts |= {f"{name}.csv": _header(tables[name]) for name in _FIRST_TABLES}
    texts[f"{OVERRIDES_FOLDER}/signed.csv"] = _header(tables[OVERRIDES_FOLDER])
    return texts


def _header(spec: TableSpec) -> str:
    return ",".join(spec.columns) + "\n"


def _write_folder(folder: Path, texts: dict[str, str]) -> None:
    """Write beside the folder, then give it its name. Raises OSError."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    hidden = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        hidden.chmod(0o755)
        for name, text in texts.items():
            file = hidden / name
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
        if folder.is_dir():
            folder.rmdir()  # an empty folder stands in the way of the rename on Windows
        os.rename(hidden, folder)
    except OSError:
        shutil.rmtree(hidden, ignore_errors=True)
        raise
