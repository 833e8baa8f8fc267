"""Every command tells what it does; each of its options has a word of help."""

import re
import subprocess
import sys

import pytest
import typer

from landbridge.cli.app import app

COMMANDS = ("new", "check", "run", "route", "show", "trace", "report", "export", "schema")


def test_the_commands_are_those_of_the_manual() -> None:
    group = typer.main.get_command(app)
    assert set(group.commands) == {*COMMANDS, "network"}  # type: ignore[attr-defined]


@pytest.mark.parametrize("command", [*COMMANDS, "network", "network check"])
def test_help_names_every_option_with_a_word_of_explanation(landbridge, command: str) -> None:
    answer = landbridge(*command.split(), "--help")
    assert answer.code == 0
    group = typer.main.get_command(app)
    for part in command.split():
        group = group.commands[part]
    assert group.help
    for parameter in group.params:
        assert max(parameter.opts, key=len) in answer.out or parameter.human_readable_name in answer.out
        assert getattr(parameter, "help", None) or parameter.name == "help", parameter.name


def test_without_a_command_the_help_is_shown(landbridge) -> None:
    answer = landbridge()
    for command in COMMANDS:
        assert re.search(rf"^\s+{command}\s", answer.out + answer.err, re.MULTILINE)


def test_it_runs_as_a_module() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "landbridge", "--help"], capture_output=True, text=True, check=True, timeout=60
    )
    assert "route" in done.stdout
