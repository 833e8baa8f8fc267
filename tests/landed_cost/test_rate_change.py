"""The effect of new rates with ranges: elasticities that fit best, rows at fault, the published defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from landbridge.landed_cost.partial_equilibrium import (
    EFFECTS,
    assess_rate_change,
    find_elasticity,
    read_imports,
)
from landbridge.schema import InputError
from landbridge.sources import read_shipped_tables

ROWS = {
    "partner": ["BY", "CN", "TR"],
    "imports": [200.0, 600.0, 100.0],
    "rate": [15.0] * 3,
    "new_rate": [5.0, 15.0, 15.0],
}


@pytest.fixture(scope="module")
def shipped() -> pd.DataFrame:
    return read_shipped_tables()["elasticities"]


def rows(**changes: Any) -> pd.DataFrame:
    return pd.DataFrame({**ROWS, **changes})


def test_the_published_defaults_of_smart_are_shipped(shipped: pd.DataFrame) -> None:
    # WITS online help, SMART: 99 for infinite supply, 1.5 for substitution, 1.47 for 540110 and 540120.
    assert find_elasticity(shipped, "export_supply", product="250100").value == 99.0
    assert find_elasticity(shipped, "substitution", product="250100").value == 1.5
    assert find_elasticity(shipped, "import_demand", product="540120").value == -1.47
    assert find_elasticity(shipped, "import_demand", product="5401201000").value == -1.47


def test_the_longest_code_and_the_importers_own_row_win(shipped: pd.DataFrame) -> None:
    own = shipped.iloc[[0]].assign(
        id="own", kind="substitution", products=[()], importer="IR", value=4.0, low=3.0, high=5.0
    )
    table = pd.concat([shipped, own], ignore_index=True)
    assert find_elasticity(table, "substitution", product="843351").id == "substitution-843351"
    assert find_elasticity(table, "substitution", product="843351", importer="IR").id == "own"
    assert find_elasticity(table, "substitution", product="843351", importer="KE").id == "substitution-843351"


def test_every_effect_stands_within_its_range_and_partners_add_up(shipped: pd.DataFrame) -> None:
    found = assess_rate_change(rows(), shipped, product="843351")
    totals = found.totals.set_index("effect")
    assert list(totals.index) == list(EFFECTS)
    assert (totals["low"] <= totals["value"]).all()
    assert (totals["value"] <= totals["high"]).all()
    for name in EFFECTS:
        assert found.partners[name].sum() == pytest.approx(totals.loc[name, "value"], abs=1e-9)
        assert (found.partners[f"{name}_low"] <= found.partners[name]).all()
        assert (found.partners[name] <= found.partners[f"{name}_high"]).all()
    assert totals.loc["diversion"].tolist() == [0.0, 0.0, 0.0]
    assert totals.loc["total", "value"] == pytest.approx(200.0 * 1.0 * 0.10 / 1.15)
    after = found.partners["imports_after"].sum()
    assert after == pytest.approx(900.0 + totals.loc["total", "value"])


def test_a_higher_rate_is_the_other_way_round(shipped: pd.DataFrame) -> None:
    found = assess_rate_change(rows(new_rate=[25.0, 15.0, 15.0]), shipped, product="250100")
    partners = found.partners.set_index("partner")
    assert partners.loc["BY", "total"] < 0.0
    assert partners.loc["CN", "diversion"] > 0.0


def test_without_a_row_or_with_a_wrong_sign_an_elasticity_is_a_finding(shipped: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="no elasticity of the kind substitution"):
        assess_rate_change(rows(), shipped[shipped["kind"] != "substitution"], product="843351")
    wrong = shipped.assign(value=shipped["value"].where(shipped["kind"] != "import_demand", 1.0))
    with pytest.raises(InputError, match="must not be above 0"):
        assess_rate_change(rows(), wrong, product="843351")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"imports": [200.0, -1.0, 100.0]}, "bad_number"),
        ({"imports": [200.0, "many", 100.0]}, "bad_number"),
        ({"rate": [15.0, float("nan"), 15.0]}, "bad_number"),
        ({"new_rate": [15.0, None, -5.0]}, "bad_number"),
        ({"partner": ["BY", "BY", ""]}, "repeated_partner"),
    ],
)
def test_rows_at_fault_are_findings_with_their_line(
    shipped: pd.DataFrame, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(InputError) as caught:
        assess_rate_change(rows(**changes), shipped, product="843351")
    assert {finding.code for finding in caught.value.findings} == {code}
    assert all(finding.row in (3, 4) for finding in caught.value.findings)


def test_a_missing_column_and_an_empty_table_are_findings(shipped: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="no column new_rate"):
        assess_rate_change(rows().drop(columns="new_rate"), shipped, product="843351")
    with pytest.raises(InputError, match="no row"):
        assess_rate_change(rows().iloc[:0], shipped, product="843351")


def test_a_file_with_faults_gives_all_of_them(tmp_path: Path) -> None:
    path = tmp_path / "imports.csv"
    path.write_text("partner,imports,rate,new_rate\nBY,100,5,0\nBY,x,5,0\nCN,1,-5,0\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_imports(path)
    assert {finding.row for finding in caught.value.findings} >= {3, 4}
