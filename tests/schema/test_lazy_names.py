"""Folders that load their names late say the same names three times: to people, type checkers, Python."""

from __future__ import annotations

import ast
import importlib
from pathlib import Path

import pytest


@pytest.mark.parametrize("package", ["landbridge.schema", "landbridge.sources", "landbridge.store"])
def test_the_three_lists_of_names_agree(package: str) -> None:
    module = importlib.import_module(package)
    assert module.__file__ is not None
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    typed = {
        alias.name: str(node.module)
        for node in guarded.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert {name: f"{package}.{home}" for name, home in module._HOME_OF.items()} == typed
    assert sorted(typed) == sorted(module.__all__) == sorted(dir(module))
    for name, home in typed.items():
        assert getattr(module, name) is getattr(importlib.import_module(home), name)
    with pytest.raises(AttributeError, match="no_such_name"):
        _ = module.no_such_name
