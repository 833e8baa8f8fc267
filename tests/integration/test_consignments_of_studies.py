"""A small study with consignments: run, stored, read back; one without is as it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

import landbridge as lb
from landbridge.cli.printing import PAGE_WIDTH
from landbridge.cli.studies import trace_landed_cost
from landbridge.schema import InputError
from landbridge.study.new import write_new_study

TABLES = ("landed_costs", "landed_cost_lines", "landed_prices", "origin_verdicts", "landed_findings")
CONSIGNMENTS = (
    "id,flow,name,product,value,currency,incoterm,quantity,unit,weight,made_in,originates,dates,source,quality\n"
    "green,coffee,Green coffee,090111,60000,USD,FCA,,,19200,,,2025-07-15;2026-03-01,test,estimated\n"
    "abroad,coffee,Coffee of another origin,090111,60000,USD,CIF,,,19200,BR,,,test,estimated\n"
    "dear,coffee,Coffee at a price below its freight,090111,1,USD,DAP,,,19200,,,,test,estimated\n"
)
FLOW = "coffee,Kampala,Mombasa,0901,,5000,test,estimated,\n"


def make_study(root: Path, consignments: str) -> lb.Study:
    write_new_study(root, parties=["KE", "UG"], bound_by=["UG"], name="Coffee")
    files = {
        "flows.csv": (root / "flows.csv").read_text(encoding="utf-8") + FLOW,
        "sources.csv": "id,title,publisher,kind\ntest,A test,The tests,E\n",
        "parameters.csv": "id,value,source,quality\ndraws,200,test,estimated\n",
        "consignments.csv": consignments,
    }
    for name, text in files.items():
        if text:
            (root / name).write_text(text, encoding="utf-8")
    return lb.read_study(root)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("consigned") / "study"
    make_study(root, CONSIGNMENTS)
    return root


@pytest.fixture(scope="module")
def run(root: Path) -> lb.Run:
    return lb.read_study(root).run()


def test_each_consignment_has_a_price_by_each_route_and_day(run: lb.Run) -> None:
    costs, routes = run.table("landed_costs"), run.table("routes")
    green = costs[costs["consignment"] == "green"]
    assert sorted({str(day) for day in green["date"]}) == ["2025-07-15", "2026-03-01"]
    assert set(green["route"]) == set(routes["route"])
    assert {"mfn"} <= set(green["regime"])
    for _, group in costs.groupby(["consignment", "date", "route", "kind"]):
        assert sorted(group["rank"]) == list(range(1, len(group) + 1))
        ordered = group.sort_values("rank")["total"]
        assert ordered.is_monotonic_increasing


def test_the_trace_of_a_price_is_read_on_a_page(
    run: lb.Run, root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.tables
    trace_landed_cost(root, "green", scenario="", date="2026-03-01", json=False)
    told = capsys.readouterr().out.splitlines()
    assert max(map(len, told)) <= PAGE_WIDTH
    assert any(line.startswith("Cargo insurance rests on: parameters#insurance_share") for line in told)


def test_lines_prices_and_totals_agree(run: lb.Run) -> None:
    keys = ["consignment", "date", "route", "regime"]
    lines = run.table("landed_cost_lines")
    sums = lines[lines["counted"]].groupby(keys)["amount"].sum()
    totals = run.table("landed_costs").set_index(keys)["total"]
    assert totals.sort_index().to_numpy() == pytest.approx(sums.sort_index().to_numpy(), rel=1e-9)
    prices = run.table("landed_prices")
    for name, rule in (("green", "FCA"), ("abroad", "CIF")):
        mine = prices[(prices["consignment"] == name) & (prices["rule"] == rule)]["price"]
        assert mine.to_numpy() == pytest.approx([60_000.0] * len(mine), rel=1e-9)


def test_coffee_of_the_union_is_free_of_duty_and_coffee_of_another_origin_is_not(run: lb.Run) -> None:
    costs = run.table("landed_costs")
    release = costs[(costs["kind"] == "release") & (costs["regime"] == "mfn")].set_index("consignment")
    assert "eac" in set(costs[costs["consignment"] == "green"]["regime"])
    assert "eac" not in set(costs[costs["consignment"] == "abroad"]["regime"])
    free = costs[(costs["consignment"] == "green") & (costs["regime"] == "eac")]
    assert (free["duty"] == 0.0).all()
    assert (release.loc[["abroad"], "duty"] > 0.0).all()


def test_what_cannot_be_priced_is_a_finding_in_the_tables(run: lb.Run) -> None:
    findings = run.table("landed_findings")
    dear = findings[findings["consignment"] == "dear"]
    assert {"price_below_costs"} == set(dear[dear["level"] == "error"]["code"])
    assert "dear" not in set(run.table("landed_costs")["consignment"])


def test_tables_are_stored_and_read_back(root: Path, run: lb.Run) -> None:
    again = lb.read_study(root).run()
    for name in TABLES:
        pd.testing.assert_frame_equal(again.table(name), run.table(name))


def test_a_study_without_consignments_has_empty_tables_and_the_same_routes(
    tmp_path: Path, root: Path, run: lb.Run
) -> None:
    bare = tmp_path / "bare"
    shutil.copytree(root, bare)
    (bare / "consignments.csv").unlink()
    found = lb.read_study(bare).run()
    assert {name: len(found.table(name)) for name in TABLES} == dict.fromkeys(TABLES, 0)
    pd.testing.assert_frame_equal(found.table("routes"), run.table("routes"))


def test_a_fault_in_a_consignment_stops_the_study_with_its_line(tmp_path: Path) -> None:
    broken = CONSIGNMENTS.replace("coffee,Green", "cofee,Green").replace(",CIF,", ",CIV,")
    with pytest.raises(InputError) as caught:
        make_study(tmp_path / "broken", broken).run()
    assert {(finding.file, finding.row) for finding in caught.value.findings} >= {
        ("consignments.csv", 2),
        ("consignments.csv", 3),
    }
