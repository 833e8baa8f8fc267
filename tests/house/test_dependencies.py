"""Dependencies: each is used, explained and locked, and nothing else is imported."""

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# Reached by name through another: pandas takes pyarrow and xlsxwriter, GeoPandas takes pyogrio.
REACHED_THROUGH_ANOTHER = {"pyarrow", "pyogrio", "xlsxwriter"}
LOCKS = {"run": [], "dev": ["test", "docs"], "data": ["build"], "bench": ["bench"]}


def read_project(root: Path) -> dict[str, list[Requirement]]:
    """Requirements by extra; "" holds the run-time ones."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = {"": project["dependencies"], **project["optional-dependencies"]}
    return {extra: [Requirement(text) for text in texts] for extra, texts in groups.items()}


def read_lock(root: Path, name: str) -> dict[str, str]:
    """Version by package."""
    text = (root / f"requirements/{name}.txt").read_text(encoding="utf-8")
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", text, flags=re.MULTILINE)
    return {canonicalize_name(package): version for package, version in found}


def read_imports(files: list[Path]) -> set[str]:
    """First parts of the modules that the files import, the standard library and the project left out."""
    names: set[str] = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                names.add(node.module.split(".")[0])
    return names - set(sys.stdlib_module_names) - {"landbridge", "network_build"}


def test_the_package_imports_what_it_declares(source_files: list[Path], root: Path) -> None:
    owners = packages_distributions()
    imported = {
        canonicalize_name(owner) for name in read_imports(source_files) for owner in owners.get(name, [name])
    }
    declared = {canonicalize_name(requirement.name) for requirement in read_project(root)[""]}
    assert imported - declared == set()
    assert declared - imported - REACHED_THROUGH_ANOTHER == set()


@pytest.mark.parametrize(
    ("folder", "extras"),
    [("tests", ["test", "docs"]), ("benchmarks", ["test", "bench"]), ("data", ["build"])],
)
def test_folders_import_what_their_extras_declare(
    folder: str, extras: list[str], project_files: list[Path], root: Path
) -> None:
    files = [path for path in project_files if path.suffix == ".py" and root / folder in path.parents]
    beside = {path.stem for path in files} | {part.name for path in files for part in path.parents}
    owners, project = packages_distributions(), read_project(root)
    names = read_imports(files) - beside - {"benchmarks"}
    imported = {canonicalize_name(owner) for name in names for owner in owners.get(name, [name])}
    declared = {canonicalize_name(item.name) for extra in ["", *extras] for item in project[extra]}
    # pytest-playwright brings playwright at the version that fits it.
    assert imported - declared - {"playwright"} == set()


def test_each_dependency_has_its_reason(root: Path) -> None:
    page = (root / "docs/dependencies.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([\w.-]+) \| ([^|]{15,}) \| ([^|]{3,}) \|$", page, flags=re.MULTILINE)
    explained = {canonicalize_name(name) for name, _, _ in rows}
    declared = {canonicalize_name(item.name) for items in read_project(root).values() for item in items}
    backend = (root / "requirements/backend.in").read_text(encoding="utf-8").splitlines()
    script = json.loads((root / "web-src/package.json").read_text(encoding="utf-8"))
    declared |= {canonicalize_name(Requirement(line).name) for line in backend}
    assert explained == declared | set(script["dependencies"]) | set(script["devDependencies"])


@pytest.mark.parametrize("lock", sorted(LOCKS))
def test_locks_hold_what_the_project_asks_for(lock: str, root: Path) -> None:
    project, locked = read_project(root), read_lock(root, lock)
    for requirement in [item for extra in ["", *LOCKS[lock]] for item in project[extra]]:
        version = locked.get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name}: run `make lock`"
        assert requirement.specifier.contains(version), f"{requirement.name} {version}: run `make lock`"


@pytest.mark.parametrize("lock", sorted(LOCKS))
def test_locks_agree_and_carry_hashes(lock: str, root: Path) -> None:
    locked, base = read_lock(root, lock), read_lock(root, "run")
    assert {name: locked.get(name) for name in base} == base
    entries = re.split(r"\n(?=[A-Za-z0-9])", (root / f"requirements/{lock}.txt").read_text(encoding="utf-8"))
    assert len(entries) >= len(locked)
    assert not [entry.split("\n")[0] for entry in entries if "--hash=sha256:" not in entry]
