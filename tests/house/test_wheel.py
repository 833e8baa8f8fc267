"""The wheel: it builds from what is locked, carries the data and the licences, and stays small."""

import subprocess
import sys
import tomllib
import zipfile
from email.parser import HeaderParser
from pathlib import Path

import pytest

MOST_BYTES = 60_000_000


@pytest.fixture(scope="module")
def wheel(root: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The built wheel, opened."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=root, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    assert built.stat().st_size < MOST_BYTES
    return zipfile.ZipFile(built)


def test_it_carries_every_file_of_the_package(
    wheel: zipfile.ZipFile, project_files: list[Path], root: Path
) -> None:
    wanted = {
        path.relative_to(root / "src").as_posix() for path in project_files if root / "src" in path.parents
    }
    assert "landbridge/py.typed" in wanted
    held = {name for name in wheel.namelist() if not name.split("/")[0].endswith(".dist-info")}
    assert held == wanted


def test_it_carries_the_licences(wheel: zipfile.ZipFile, root: Path) -> None:
    held = {name.split("/licenses/")[1] for name in wheel.namelist() if "/licenses/" in name}
    notices = {f"licences/{path.name}" for path in (root / "licences").glob("*.md")}
    assert held == {"LICENSE", "NOTICE"} | notices


def test_its_metadata_say_what_the_project_says(wheel: zipfile.ZipFile, root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    metadata = HeaderParser().parsestr(wheel.read(name).decode())
    assert metadata["License-Expression"] == "Apache-2.0 AND ODbL-1.0 AND CC-BY-4.0"
    assert metadata["Requires-Python"] == project["requires-python"]
    assert metadata["Version"] == "0.1.0"
