"""Where compiled kernels are kept when nothing of the machine's own can be written."""

import os
import tempfile
from pathlib import Path

import pytest

from landbridge.kernels import choose_cache


def test_a_read_only_install_falls_back_to_the_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    monkeypatch.setattr(os, "access", lambda place, mode: False)
    assert Path(choose_cache()).parent == Path(tempfile.gettempdir())


def test_a_named_cache_and_a_writable_one_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda place, mode: True)
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    assert choose_cache() == ""
    monkeypatch.setattr(os, "access", lambda place, mode: False)
    monkeypatch.setenv("NUMBA_CACHE_DIR", "elsewhere")
    assert choose_cache() == ""
