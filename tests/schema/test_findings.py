from __future__ import annotations

import json
import pickle
import subprocess
import sys

import pytest

from landbridge.schema import (
    Finding,
    InputError,
    LandbridgeError,
    ProhibitedError,
    UnreachableError,
    find_nearest,
    order_findings,
    raise_errors,
)

ERROR = Finding("a", "error", "is wrong", "mend it", "b.csv", 3, "c", ("d",))
NOTE = Finding("n", "note", "is odd", "look")


def test_findings_are_ordered_by_severity_and_place_and_stand_once() -> None:
    first = Finding("z", "error", "w", "r", "a.csv", 9)
    assert order_findings([NOTE, ERROR, first, ERROR]) == (first, ERROR, NOTE)


def test_a_finding_as_json_leaves_out_what_does_not_apply() -> None:
    assert json.loads(json.dumps(ERROR.as_dict()))["nearest"] == ["d"]
    assert set(NOTE.as_dict()) == {"code", "severity", "what", "remedy"}


def test_only_errors_are_raised_and_then_with_all_findings() -> None:
    raise_errors([NOTE])
    with pytest.raises(InputError) as caught:
        raise_errors([NOTE, ERROR])
    assert caught.value.findings == (ERROR, NOTE)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError([ERROR]), 2),
        (UnreachableError([ERROR]), 3),
        (ProhibitedError([{"jurisdiction": "EU", "act": "2021/1030"}]), 4),
    ],
)
def test_errors_have_exit_codes_and_pass_between_processes(error: LandbridgeError, code: int) -> None:
    assert error.exit_code == code
    back = pickle.loads(pickle.dumps(error))
    assert type(back) is type(error)
    assert str(back) == str(error)


@pytest.mark.parametrize(
    ("word", "best"),
    [("tonnnes", "tonnes"), ("Destination", "destination"), ("orgin", "origin"), ("prodcut", "product")],
)
def test_the_nearest_name_comes_first(word: str, best: str) -> None:
    assert find_nearest(word, ["origin", "destination", "product", "tonnes"])[0] == best


def test_nothing_is_near_to_what_is_like_nothing() -> None:
    assert find_nearest("qqqq", ["origin", "tonnes"]) == ()
    assert find_nearest("", ["origin"]) == ()
    assert find_nearest("x", []) == ()


def test_errors_and_catalogue_load_neither_pandas_nor_pydantic() -> None:
    code = (
        "import sys, landbridge.schema as s; s.InputError; s.load_catalogue(); "
        "sys.exit(any(m in sys.modules for m in ('pandas', 'pydantic', 'numpy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
