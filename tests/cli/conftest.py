"""The command line in this process: what it prints on both streams, and its exit code."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from landbridge.cli import main


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def findings(self) -> list[str]:
        """Codes of the findings, of an answer in JSON."""
        return [finding["code"] for finding in self.json["findings"]]


Command = Callable[..., Answer]


@pytest.fixture
def landbridge(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs `landbridge` with arguments. An error that is no answer of the command fails the test with its traceback."""

    def command(*arguments: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["landbridge", *map(str, arguments)])
        capsys.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        assert "Traceback" not in captured.err + captured.out
        return Answer(code, captured.out, captured.err)

    return command
