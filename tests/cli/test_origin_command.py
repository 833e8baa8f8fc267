"""`landbridge origin`: verdict, arithmetic and demands for people and scripts; bad input is findings and code 2."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import landbridge as lb

Command = Callable[..., Any]
KIT = (
    "part,kind,product,made_in,value,currency\n"
    "parts,material,8708,IN,60,EUR\n"
    "tyres,material,4011,KE,10,USD\n"
    "labour,labour,,,40,USD\n"
    "{process},process,,,,\n"
)


@pytest.fixture
def bom(tmp_path: Path) -> Callable[[str], Path]:
    def make(process: str) -> Path:
        path = tmp_path / "bom.csv"
        path.write_text(KIT.format(process=process), encoding="utf-8")
        return path

    return make


def ask(landbridge: Command, path: Path, *more: str) -> Any:
    options = ("--agreement", "eac", "--made-in", "UG", "--date", "2025-06-02")
    return landbridge("origin", path, "--product", "8701.92", *options, *more)


def test_a_tractor_from_a_kit_originates(landbridge: Command, bom: Callable[[str], Path]) -> None:
    answer = ask(landbridge, bom("ckd"), "--json").json
    assert list(answer)[:6] == ["verdict", "rule", "arithmetic", "parts", "change", "act"]
    assert answer["verdict"] == "originates"
    assert answer["parts"][0]["verdict"] == "met"
    assert answer["change"] == []
    assert answer["transport"]["verdict"] == "unknown"
    assert answer["price"]["currency"] == "EUR"


def test_simple_assembly_does_not_and_says_what_would(
    landbridge: Command, bom: Callable[[str], Path]
) -> None:
    shown = ask(landbridge, bom("simple assembly"), "--through", "KE:handled", "--through", "DJ:handled")
    assert shown.code == 0
    assert (
        "all work at home is of operations that never confer origin (simple assembly of parts)" in shown.out
    )
    assert shown.out.count("does not originate") == 1
    assert "to originate: do working at home" in shown.out
    assert "way: satisfied with proof" in shown.out
    assert "customs of DJ" in shown.out


def test_bad_input_is_findings(landbridge: Command, bom: Callable[[str], Path], tmp_path: Path) -> None:
    path = bom("ckd")
    assert ask(landbridge, tmp_path / "none.csv", "--json").findings == ["no_file"]
    assert ask(landbridge, path, "--product", "77", "--json").code == 2
    assert ask(landbridge, path, "--agreement", "eak", "--json").findings == ["unknown_trade_agreement"]
    assert ask(landbridge, path, "--made-in", "", "--json").findings == ["unknown_country"]
    assert ask(landbridge, path, "--date", "yesterday", "--json").findings == ["bad_date"]
    assert ask(landbridge, path, "--through", "Kenya", "--json").findings == ["bad_argument"]


def test_a_study_lends_its_tables(landbridge: Command, bom: Callable[[str], Path], coffee_root: Path) -> None:
    assert ask(landbridge, bom("ckd"), "--study", str(coffee_root), "--json").json["verdict"] == "originates"


def test_in_python_the_answer_shows_itself() -> None:
    rows = pd.DataFrame({"part": ["engine", "work"], "kind": ["material", "labour"], "product": ["8408", ""]})
    rows = rows.assign(made_in=["DE", ""], value=[60.0, 40.0])
    options = lb.OriginOptions(inland=20.0)
    found = lb.judge_origin(rows, product="870192", agreement="eaeu-iran-2025", made_in="BY", options=options)
    assert isinstance(found, lb.OriginAnswer)
    assert found.verdict == "does_not"
    assert "40 % regional value against at least 50 %" in found._repr_html_()
    assert found.to_json()["non_originating"]["value"] == 60
