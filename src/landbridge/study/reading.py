"""Reading a study: its head, its tables and the overrides that its scenarios name, with all findings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pandas as pd

from landbridge.schema.catalogue import TableSpec, load_catalogue
from landbridge.schema.cells import quote
from landbridge.schema.errors import InputError
from landbridge.schema.findings import Finding, find_nearest, order_findings
from landbridge.schema.study_file import STUDY_FILE, StudyFile, find_override_names, read_study_file
from landbridge.schema.tables import TableFile, read_table_file

OVERRIDES_FOLDER = "overrides"


@dataclass(frozen=True, slots=True)
class StudyInput:
    """A study as its folder gives it.

    `files` holds the tables of the study by name, `overrides` the override files by the name that
    study.toml gives them, `hashes` the SHA-256 of each file by its path in the folder. A table of the
    shipped kind is partial: its empty cells say nothing (see landbridge.study.scenarios).
    """

    root: Path
    name: str
    model: StudyFile
    files: Mapping[str, TableFile]
    overrides: Mapping[str, TableFile]
    findings: tuple[Finding, ...]
    hashes: Mapping[str, str]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables of the study as typed frames by name."""
        return {name: file.frame for name, file in self.files.items()}


def find_study(path: Path | str) -> Path:
    """The folder of a study from its own path or that of its study.toml. Raises InputError."""
    given = Path(path)
    shown = show_path(given)
    remedy = f"give the folder of a study or its {STUDY_FILE}, or make one with `landbridge new`"
    try:
        if given.is_file() and given.name == STUDY_FILE:
            return given.parent
        if given.is_file():
            raise InputError([Finding("not_a_study", "error", "is a file, not a study", remedy, shown)])
        if not given.is_dir():
            raise InputError([Finding("no_study", "error", "does not exist", remedy, shown)])
        names = sorted(entry.name for entry in given.iterdir())
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        what = f"cannot be read: {reason}"
        raise InputError([Finding("unreadable", "error", what, "check the rights", shown)]) from error
    if STUDY_FILE not in names:
        what = f"holds no {STUDY_FILE}" if names else "is empty"
        nearest = find_nearest(STUDY_FILE, [show_path(Path(name)) for name in names])
        raise InputError([Finding("no_study_file", "error", what, remedy, shown, nearest=nearest)])
    return given


def show_path(path: Path) -> str:
    """The path as text that any terminal can print."""
    return path.as_posix().encode("utf-8", "replace").decode("utf-8").replace("\0", "?")


def read_study(path: Path | str) -> StudyInput:
    """Read a study from its folder or its study.toml; faults of its tables stand in `findings`.

    Raises InputError with all findings where there is no study or its study.toml makes no model.
    """
    root = find_study(path)
    model, found = read_study_file(root / STUDY_FILE)
    findings = list(found)
    named = _override_names(root / STUDY_FILE)
    overrides: dict[str, TableFile] = {}
    for name in named:
        read, faults = _read_overrides(root, name)
        findings += faults
        if read is not None:
            overrides[name] = read
    files: dict[str, TableFile] = {}
    for file in _csv_files(root, named):
        spec, faults = _table_of(file)
        findings += faults
        if spec is not None:
            files[spec.name] = read_table_file(file, spec, partial=spec.where == "shipped")
    for table in (*files.values(), *overrides.values()):
        findings += table.findings
    findings += _unused_overrides(root, named) if model is not None else ()
    if model is None:
        raise InputError(findings)
    hashes = _hash_files(
        root, [STUDY_FILE, *(table.file for table in (*files.values(), *overrides.values()))]
    )
    name = model.name or root.resolve().name
    return StudyInput(root, name, model, files, overrides, order_findings(findings), hashes)


def _override_names(file: Path) -> tuple[str, ...]:
    """Taken from the text, since override files are read also where the rest of the head is at fault."""
    try:
        return find_override_names(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return ()


def _read_overrides(root: Path, name: str) -> tuple[TableFile | None, tuple[Finding, ...]]:
    """An override file; a name that leads out of the study or to no file is a finding."""
    path = root / PurePosixPath(name)
    remedy = "write the path of a CSV file in the folder of the study, with / between folders"
    try:
        inside = path.resolve().is_relative_to(root.resolve()) and "\\" not in name and name.strip() != ""
    except (OSError, ValueError):
        inside = False
    if not inside:
        what = f"the overrides {quote(name)} lie outside the folder of the study"
        return None, (Finding("outside_study", "error", what, remedy, STUDY_FILE, column="overrides"),)
    if not path.exists():
        candidates = [file.relative_to(root).as_posix() for file in _all_csv(root)]
        what = f"the overrides {quote(name)} do not exist"
        nearest = find_nearest(name, candidates)
        finding = Finding("no_overrides", "error", what, remedy, STUDY_FILE, None, "overrides", nearest)
        return None, (finding,)
    return read_table_file(path, load_catalogue().tables["overrides"], file=show_path(Path(name))), ()


def _all_csv(root: Path) -> Iterator[Path]:
    for folder in (root, root / OVERRIDES_FOLDER):
        if folder.is_dir():
            yield from (file for file in sorted(folder.iterdir()) if file.suffix.lower() == ".csv")


def _csv_files(root: Path, named: tuple[str, ...]) -> list[Path]:
    taken = _named_files(root, named)
    return [file for file in _all_csv(root) if file.parent == root and file.resolve() not in taken]


def _named_files(root: Path, named: tuple[str, ...]) -> set[Path]:
    return {(root / PurePosixPath(name)).resolve() for name in named if "\0" not in name}


def _unused_overrides(root: Path, named: tuple[str, ...]) -> Iterator[Finding]:
    taken = _named_files(root, named)
    for file in _all_csv(root):
        is_one = file.parent != root or file.name == f"{OVERRIDES_FOLDER}.csv"
        if is_one and file.resolve() not in taken:
            shown = show_path(file.relative_to(root))
            remedy = "name it as overrides of a scenario in study.toml, or delete it"
            yield Finding("unused_overrides", "warning", "is named by no scenario", remedy, shown)


def _table_of(file: Path) -> tuple[TableSpec | None, tuple[Finding, ...]]:
    """The table that a CSV file in the study's folder is."""
    tables = load_catalogue().tables
    spec = tables.get(file.stem)
    if spec is not None and spec.where != "result" and file.suffix == ".csv":
        return (None, ()) if spec.name == OVERRIDES_FOLDER else (spec, ())
    shown = show_path(Path(file.name))
    inputs = [name for name, each in tables.items() if each.where != "result"]
    if spec is not None and spec.where == "result":
        what = f"{spec.name} is a table of results, not of a study"
    else:
        what = f"{quote(shown)} is not the name of a table"
    remedy = "name the file after a table, or name it as overrides of a scenario in study.toml"
    nearest = tuple(f"{name}.csv" for name in find_nearest(file.stem, inputs))
    return None, (Finding("unknown_table", "error", what, remedy, shown, nearest=nearest),)


def _hash_files(root: Path, names: list[str]) -> dict[str, str]:
    hashes = {}
    for name in sorted(set(names)):
        path = root / PurePosixPath(name)
        if path.is_file():
            hashes[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return hashes
