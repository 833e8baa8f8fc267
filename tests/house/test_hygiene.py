"""No file of the project tells where or on what machine it was made.

The words looked for are put together from parts, so that this file passes its own test.
"""

import re
import socket
from pathlib import Path

import pytest

INDEX_HOSTS = (
    "files.python" + "hosted.org",
    "py" + "pi.org",
    "py" + "pi.python.org",
    "registry." + "npmjs.org",
    "registry." + "yarnpkg.com",
    "registry." + "npmmirror.com",
    "crates" + ".io/api",
)

# A path counts where it stands alone: in the middle of an address on the web it is a page's own.
ALONE = r"(?<![\w.%~-])"
PATHS = (
    ALONE + "/ho" + r"me/[a-z_][\w.-]*",
    ALONE + "/ro" + r"ot/[\w.-]",
    ALONE + "/Us" + r"ers/[A-Za-z][\w.-]*",
    r"[A-Za-z]:[\\/]+Us" + r"ers[\\/]",
    ALONE + "/wo" + r"rk/(?:main|shared)",
    ALONE + "/tm" + r"p/[a-z]/",
    ALONE + "/op" + r"t/(?:wheels|py" + "pi)",
    r"\.\./sha" + "red",
    r"\b(?:facts|packages|faces)" + r"\.md\b",
    r"\b(?:CASE|DESIGN|CONTRACT)" + r"\.md\b",
)

OPTIONS_OF_LOCKS = (
    r"--(?:extra-)?index" + "-url",
    "--find" + "-links",
    "--trusted" + "-host",
    '"reso' + r'lved"\s*:',
)


def own_names() -> list[str]:
    """The machine's names, if they are distinctive: a name without a digit may be an ordinary word."""
    full = socket.gethostname()
    names = {full, full.split(".")[0]}
    return sorted(name for name in names if len(name) >= 6 and any(map(str.isdigit, name)))


def find_places(files: list[Path], pattern: str, root: Path) -> list[str]:
    """`file:line: text` of every hit; binary files are read too, as archives hide paths."""
    compiled = re.compile(pattern.encode())
    hits = []
    for path in files:
        content = path.read_bytes()
        for hit in compiled.finditer(content):
            line = content.count(b"\n", 0, hit.start()) + 1
            hits.append(f"{path.relative_to(root)}:{line}: {hit.group().decode(errors='replace')}")
    return hits


def test_the_tree_is_found(project_files: list[Path], root: Path) -> None:
    names = {str(path.relative_to(root)) for path in project_files}
    assert {"pyproject.toml", "LICENSE", "requirements/run.txt", "src/landbridge/__init__.py"} <= names


@pytest.mark.parametrize("host", INDEX_HOSTS)
def test_no_host_of_a_package_index(host: str, project_files: list[Path], root: Path) -> None:
    assert not find_places(project_files, r"(?<![\w-])" + re.escape(host), root)


@pytest.mark.parametrize("pattern", PATHS)
def test_no_path_of_a_machine(pattern: str, project_files: list[Path], root: Path) -> None:
    assert not find_places(project_files, pattern, root)


def test_no_name_of_this_machine(project_files: list[Path], root: Path) -> None:
    for name in own_names():
        assert not find_places(project_files, r"(?<!\w)" + re.escape(name) + r"(?!\w)", root)


@pytest.mark.parametrize("pattern", OPTIONS_OF_LOCKS)
def test_locks_name_no_index(pattern: str, project_files: list[Path], root: Path) -> None:
    is_lock = re.compile(r"requirements/.*\.txt|(?:.*/)?package-lock\.json|(?:.*/)?\.npmrc")
    locks = [path for path in project_files if is_lock.fullmatch(path.relative_to(root).as_posix())]
    assert locks
    assert not find_places(locks, pattern, root)


@pytest.mark.parametrize(
    "planted",
    [
        "see https://py" + "pi.org/project/x",
        "open('/ho" + "me/someone/x.csv')",
        "C:" + "\\Us" + "ers\\someone",
        "/ro" + "ot/.cache",
    ],
)
def test_a_planted_word_is_found(planted: str, tmp_path: Path) -> None:
    spoilt = tmp_path / "spoilt.txt"
    spoilt.write_text(f"first line\n{planted}\n", encoding="utf-8")
    patterns = [r"(?<![\w-])" + re.escape(host) for host in INDEX_HOSTS] + list(PATHS)
    hits = [hit for pattern in patterns for hit in find_places([spoilt], pattern, tmp_path)]
    assert len(hits) == 1
    assert hits[0].startswith("spoilt.txt:2:")


@pytest.mark.parametrize(
    "wanted",
    [
        "https://www.example.org/ho" + "me/statistics",
        "https://example.org/wo" + "rk/mainland",
        "https://opendatacommons.org",
    ],
)
def test_addresses_of_sources_are_welcome(wanted: str, tmp_path: Path) -> None:
    page = tmp_path / "sources.csv"
    page.write_text(wanted, encoding="utf-8")
    patterns = [r"(?<![\w-])" + re.escape(host) for host in INDEX_HOSTS] + list(PATHS)
    assert not [hit for pattern in patterns for hit in find_places([page], pattern, tmp_path)]


def test_text_ends_in_one_newline_and_has_no_carriage_return(project_files: list[Path], root: Path) -> None:
    suffixes = {".py", ".md", ".toml", ".csv", ".txt", ".in", ".sh", ".yaml", ".js", ".css", ".html", ".json"}
    faults = []
    for path in project_files:
        content = path.read_bytes() if path.suffix in suffixes else b""
        if content and (b"\r" in content or not content.endswith(b"\n") or content.endswith(b"\n\n")):
            faults.append(str(path.relative_to(root)))
    assert not faults
