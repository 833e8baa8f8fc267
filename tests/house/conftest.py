"""The tree that the house tests look at."""

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LEFT_OUT = {"__pycache__", "node_modules", "build", "dist", "_build", "runs"}


def list_files(root: Path) -> list[Path]:
    """Files of the project: those that git tracks or would add; without git, all but caches and the like."""
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root,
            check=True,
            capture_output=True,
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        found = (path for path in root.rglob("*") if path.is_file())
        return sorted(path for path in found if not is_left_out(path.relative_to(root)))
    files = (root / name for name in listed.decode().split("\0") if name)
    return sorted(path for path in files if path.is_file())


def is_left_out(path: Path) -> bool:
    """Whether a path lies in a cache, an environment or a folder that commands make."""
    hidden = any(part.startswith(".") and part != ".ci" for part in path.parts[:-1])
    return hidden or bool(LEFT_OUT.intersection(path.parts)) or path.suffix == ".pyc"


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def project_files() -> list[Path]:
    return list_files(ROOT)


@pytest.fixture(scope="session")
def source_files(project_files: list[Path]) -> list[Path]:
    return [path for path in project_files if path.suffix == ".py" and ROOT / "src" in path.parents]
