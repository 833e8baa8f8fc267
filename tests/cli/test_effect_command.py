"""`landbridge effect`: the JSON that scripts rely on, what people read, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]

TEXT = "partner,imports,rate,new_rate\nBY,2000000,15,5\nCN,6000000,15,15\n"


@pytest.fixture
def imports(tmp_path: Path) -> Path:
    path = tmp_path / "imports.csv"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_the_json_has_the_promised_shape(landbridge: Command, imports: Path) -> None:
    answer = landbridge("effect", imports, "--product", "8433.51", "--currency", "USD", "--json")
    assert (answer.code, answer.err) == (0, "")
    totals = answer.json["totals"]
    assert set(totals) == {"creation", "diversion", "price_effect", "total", "revenue_change", "welfare"}
    for one in totals.values():
        assert one["unit"] == one["currency"] == "USD"
        assert one["low"] <= one["value"] <= one["high"]
    assert answer.json["product"] == "843351"
    assert answer.findings == []
    assert [one["partner"] for one in answer.json["partners"]] == ["BY", "CN"]
    assert {one["kind"] for one in answer.json["elasticities"]} == {
        "import_demand", "export_supply", "substitution",
    }  # fmt: skip


def test_people_read_the_effects_and_the_elasticities(landbridge: Command, imports: Path) -> None:
    answer = landbridge("effect", imports, "--product", "843351", "--importer", "IR")
    assert answer.code == 0
    for words in ("imports of IR", "duty revenue, change", "elasticity of import demand: -1 (-2 to -0.5"):
        assert words in answer.out


def test_faults_of_the_file_and_the_code_are_findings(landbridge: Command, imports: Path) -> None:
    assert landbridge("effect", imports, "--product", "9877", "--json").findings == ["unknown_product"]
    imports.write_text(TEXT.replace("2000000", "two"), encoding="utf-8")
    answer = landbridge("effect", imports, "--product", "843351", "--json")
    assert (answer.code, answer.findings) == (2, ["bad_number"])
    assert landbridge("effect", imports.with_name("none.csv"), "--product", "843351").code == 2
