"""The names that users write: one table, the same for people, type checkers and the interpreter."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import landbridge


def typed_names() -> dict[str, str]:
    """Name and module of the imports that only type checkers see."""
    assert landbridge.__file__ is not None
    tree = ast.parse(Path(landbridge.__file__).read_text(encoding="utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in guarded.body if isinstance(node, ast.ImportFrom)]
    return {alias.name: str(node.module) for node in imports for alias in node.names}


def test_type_checkers_see_the_same_names() -> None:
    assert typed_names() == landbridge._PUBLIC


def test_all_is_the_table() -> None:
    assert sorted(landbridge.__all__) == sorted([*landbridge._PUBLIC, "__version__"])


@pytest.mark.parametrize("name", sorted(landbridge._PUBLIC))
def test_a_public_name_is_read_from_its_module(name: str) -> None:
    module = importlib.import_module(landbridge._PUBLIC[name])
    assert getattr(landbridge, name) is getattr(module, name)
    assert getattr(landbridge, name).__doc__


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="read_studies"):
        _ = landbridge.read_studies


def test_import_reads_nothing_else() -> None:
    names = "('numpy', 'pandas', 'landbridge.schema')"
    code = f"import sys, landbridge; print([name for name in {names} if name in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert shown.strip() == "[]"
