"""What the README and the docs show is run: Python as it stands, commands against the CLI's own help."""

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PAGES = ["README.md", "CONTRIBUTING.md", "docs/**/*.md", "benchmarks/*.md", "src/landbridge/**/*.md"]
ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


def list_blocks(language: str) -> dict[str, list[tuple[int, str]]]:
    """Blocks of a language by page, each with the line on which it starts."""
    found: dict[str, list[tuple[int, str]]] = {}
    for path in sorted({path for pattern in PAGES for path in ROOT.glob(pattern)}):
        text = path.read_text(encoding="utf-8")
        blocks = [
            (text.count("\n", 0, hit.start(2)), hit[2]) for hit in FENCE.finditer(text) if hit[1] == language
        ]
        if blocks:
            found[path.relative_to(ROOT).as_posix()] = blocks
    return found


def list_commands() -> list[str]:
    """Every shown command of landbridge; a continued line is one command, a remark after # is left out."""
    lines = [
        line for blocks in list_blocks("console").values() for _, text in blocks for line in text.splitlines()
    ]
    return sorted({line[2:].split("  #")[0].strip() for line in lines if line.startswith("$ landbridge ")})


def run_landbridge(*arguments: str) -> str:
    """What the command prints, wide and without colour."""
    code = "import sys; from landbridge.cli import main; sys.exit(main())"
    settings = {**os.environ, "COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb"}
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(
        command, check=True, capture_output=True, text=True, encoding="utf-8", env=settings
    ).stdout


@pytest.mark.parametrize("document", sorted(list_blocks("python")))
def test_python_blocks_run(document: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "studies", tmp_path / "studies", ignore=shutil.ignore_patterns("runs", "*.html"))
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for line, text in list_blocks("python")[document]:
        if ">>>" in text:
            case = doctest.DocTestParser().get_doctest(text, names, document, document, line)
            flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
            result = doctest.DocTestRunner(optionflags=flags).run(case, clear_globs=False)
            assert result.failed == 0
            names.update(case.globs)
        else:
            exec(compile("\n" * line + text, document, "exec"), names)


@pytest.mark.parametrize("command", list_commands())
def test_shown_commands_exist(command: str) -> None:
    words = shlex.split(command)[1:]
    options = {word.split("=")[0] for word in words if word.startswith("--")}
    verb = words[: 2 if words[0] in ("network", "tariff", "agreements") else 1]
    shown = run_landbridge(*verb, "--help")
    assert not {option for option in options if option not in shown}
