"""Every command tells what it does; each of its options has a word of help."""

import re
import subprocess
import sys
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import typer

from landbridge.cli import networks
from landbridge.cli.app import app
from landbridge.schema import Finding

Command = Callable[..., Any]

COMMANDS = (
    "new", "check", "run", "route", "through", "price", "origin", "effect", "show", "trace", "evidence", "criticality",
    "access", "value", "report", "export", "schema",
)  # fmt: skip


def test_the_commands_are_those_of_the_manual() -> None:
    group = typer.main.get_command(app)
    assert set(group.commands) == {*COMMANDS, "network", "tariff", "agreements"}  # type: ignore[attr-defined]


NETWORK_COMMANDS = ("check", "import", "diff", "export")
TARIFF_COMMANDS = ("show", "search", "import")
AGREEMENT_COMMANDS = ("list", "show", "status", "levers", "record", "import", "export")
GROUPS = ("network", *(f"network {name}" for name in NETWORK_COMMANDS))
GROUPS += ("tariff", *(f"tariff {name}" for name in TARIFF_COMMANDS))
GROUPS += ("agreements", *(f"agreements {name}" for name in AGREEMENT_COMMANDS))


@pytest.mark.parametrize("command", [*COMMANDS, *GROUPS])
def test_help_names_every_option_with_a_word_of_explanation(landbridge: Command, command: str) -> None:
    answer = landbridge(*command.split(), "--help")
    assert answer.code == 0
    group = typer.main.get_command(app)
    for part in command.split():
        group = group.commands[part]
    assert group.help
    for parameter in group.params:
        assert max(parameter.opts, key=len) in answer.out or parameter.human_readable_name in answer.out
        assert getattr(parameter, "help", None) or parameter.name == "help", parameter.name


def test_without_a_command_the_help_is_shown(landbridge: Command) -> None:
    answer = landbridge()
    for command in COMMANDS:
        assert re.search(rf"^\s+{command}\s", answer.out + answer.err, re.MULTILINE)


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "landbridge", "--help"], capture_output=True, text=True, check=True, timeout=60
    )
    assert "route" in done.stdout


def test_network_check_prints_tables_and_findings(
    landbridge: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check itself is tested with the network; here is what the command makes of its answer."""
    frames = {
        name: pd.DataFrame({"place": [f"worst {name}"], "gap": [1.5]})
        for name in ("components", "snaps", "circuity")
    }
    finding = Finding("far_from_network", "warning", "a place is far", "look at it")
    found = SimpleNamespace(**frames, findings=(finding,))
    monkeypatch.setattr(networks, "check_network", lambda world: found)
    text = landbridge("network", "check")
    assert text.code == 0
    for name in frames:
        assert f"worst {name}" in text.out
    assert "a place is far" in text.err
    data = landbridge("network", "check", "--json").json
    assert data["snaps"] == [{"place": "worst snaps", "gap": 1.5}]
    assert [finding["code"] for finding in data["findings"]] == ["far_from_network"]
