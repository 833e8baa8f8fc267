"""What all tests share: steady property tests, where the browser is, a small study, and the command line."""

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from landbridge.cli import main
from landbridge.study.new import write_new_study

# The same examples on every machine and run; kernels compile in the first example, so there is no deadline.
settings.register_profile("steady", derandomize=True, deadline=None, max_examples=60)
settings.register_profile("thorough", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """How pytest-playwright starts the system's Chromium; it never downloads one.

    CHROMIUM names another program. A root user, as in a container, has no sandbox.
    """
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.fail(f"no browser found: install one of {', '.join(BROWSERS)}, or set CHROMIUM")
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return {"executable_path": program, "args": ["--no-sandbox"] if as_root else []}


# A study as a user would fill it in: one flow of coffee, one corridor; "signed" lets lorries pass Malaba in minutes.
COFFEE = {
    "flows.csv": "coffee,Kampala,Mombasa,0901,,5000,test,estimated,=1+1\n",
    "corridors.csv": "id,name,via,source,quality\nby-malaba,By Malaba,malaba-road,test,estimated\n",
    "sources.csv": "id,title,publisher,kind\ntest,A test,The tests,E\n",
    "parameters.csv": "id,value,source,quality\ndraws,300,test,estimated\n",
    "overrides/signed.csv": (
        "operations,malaba-road-crossing,time_min,0.2,,,test,estimated\n"
        "operations,malaba-road-crossing,time_p50,0.25,,,test,estimated\n"
        "operations,malaba-road-crossing,time_p90,1,,,test,estimated\n"
    ),
}


@pytest.fixture(scope="session")
def coffee_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small study over the shipped world; its runs are computed once in a session."""
    root = tmp_path_factory.mktemp("studies") / "coffee"
    write_new_study(root, parties=["KE", "UG"], bound_by=["UG"], name="Coffee <b>& more</b>")
    for name, text in COFFEE.items():
        file = root / name
        head = file.read_text(encoding="utf-8") if name in ("flows.csv", "overrides/signed.csv") else ""
        file.write_text(head + text, encoding="utf-8")
    return root


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
