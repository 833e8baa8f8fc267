"""The commands that work on a study, on a small one over the shipped world."""

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Command = Callable[..., Any]


def test_new_check_and_the_readme_s_row(landbridge: Command, tmp_path: Path) -> None:
    root = tmp_path / "mine"
    answer = landbridge("new", root, "--parties", "BY, IR", "--bound-by", "BY,IR", "--title", "Mine")
    assert (answer.code, answer.err) == (0, "")
    assert str(root) in answer.out
    checked = landbridge("check", root, "--json")
    assert checked.code == 0
    assert checked.findings == ["no_flows"]
    again = landbridge("new", root, "--parties", "BY,IR", "--bound-by", "BY")
    assert again.code == 2
    assert "not_empty" in again.err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--parties", "BY,IR"), "bound-by"),
        (("--bound-by", "BY"), "parties"),
        (("--parties", "BY,Iran", "--bound-by", "BY"), "Iran"),
        (("--parties", ",", "--bound-by", "BY"), "parties"),
    ],
)
def test_new_needs_parties_and_whose_law_binds(
    landbridge: Command, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    answer = landbridge("new", tmp_path / "mine", *arguments)
    assert answer.code == 2
    assert told in answer.err
    assert list(tmp_path.iterdir()) == []


def test_run_prints_the_routes_and_writes_the_report(landbridge: Command, coffee_root: Path) -> None:
    answer = landbridge("run", coffee_root)
    assert (answer.code, answer.err) == (0, "")
    for word in ("as-is", "signed", "Kampala", "Mombasa", "UG", "names are not screened"):
        assert word in answer.out
    report = coffee_root / "report.html"
    assert str(report) in answer.out
    assert report.read_text(encoding="utf-8").startswith("<!")


def test_run_in_json_for_one_scenario(landbridge: Command, coffee_root: Path, tmp_path: Path) -> None:
    answer = landbridge("run", coffee_root, "--scenario", "signed", "--report", tmp_path / "r.html", "--json")
    assert answer.code == 0
    (scenario,) = answer.json["scenarios"]
    assert scenario["scenario"] == "signed"
    assert scenario["verdicts"][0]["verdict"] == "ok"
    assert scenario["routes"][0]["cost"] > 0
    assert (tmp_path / "r.html").exists()


def test_the_study_may_be_named_by_its_file(landbridge: Command, coffee_root: Path) -> None:
    answer = landbridge("check", coffee_root / "study.toml", "--json")
    assert (answer.code, answer.findings) == (0, [])


def test_show_an_indicator_and_compare_two_scenarios(landbridge: Command, coffee_root: Path) -> None:
    listed = landbridge("show", coffee_root)
    assert "transport_cost" in listed.out
    shown = landbridge("show", coffee_root, "transport_cost", "--by", "corridor,label", "--json")
    assert shown.code == 0
    assert {"scenario", "corridor", "label", "value", "p10", "p50", "p90", "unit"} <= set(shown.json[0])
    compared = landbridge(
        "show", coffee_root, "transport_time", "--by", "corridor", "--compare", "as-is", "signed", "--json"
    )
    assert compared.code == 0
    for row in compared.json:
        assert row["change"] == pytest.approx(row["signed"] - row["as-is"])
    for arguments in (
        ("transport_costs",),
        ("transport_cost", "--by", "colour"),
        ("transport_cost", "--scenario", "x"),
    ):
        assert landbridge("show", coffee_root, *arguments).code == 2


def test_trace_lists_routes_and_opens_one(landbridge: Command, coffee_root: Path) -> None:
    listed = landbridge("trace", coffee_root, "--json")
    first = listed.json[0]
    opened = landbridge("trace", coffee_root, first["route"], "--json")
    assert opened.code == 0
    assert sum(row["value"] for row in opened.json if row["unit"] == "USD/t") == pytest.approx(first["cost"])
    assert landbridge("trace", coffee_root, "no-such-route").code == 2
    people = landbridge("trace", coffee_root, first["route"])
    assert opened.json[0]["formula"][:20] in people.out


def test_criticality_of_all_flows_and_of_one(landbridge: Command, coffee_root: Path) -> None:
    found = landbridge("criticality", coffee_root, "--json").json
    assert found["scenario"] == "as-is"
    first = found["facilities"][0]
    assert first["flows"] == 1
    assert first["most_flow"] == "coffee"
    people = landbridge("criticality", coffee_root)
    assert (people.code, people.err) == (0, "")
    assert people.out.index("means over the 1 flows") < people.out.index(first["name"][:40])
    one = landbridge("criticality", coffee_root, "--flow", "coffee", "--scenario", "signed")
    assert (one.code, one.err) == (0, "")
    assert one.out.startswith("signed: flow coffee")
    rows = landbridge("criticality", coffee_root, "--flow", "coffee", "--json").json["facilities"]
    assert {row["flow"] for row in rows} == {"coffee"}
    unknown = landbridge("criticality", coffee_root, "--flow", "cofee")
    assert unknown.code == 2
    assert "coffee" in unknown.err


def test_criticality_names_the_act_that_has_closed_a_place(
    landbridge: Command, coffee_root: Path, tmp_path: Path
) -> None:
    """The port of Dar es Salaam, which is not on the way, closed by the law of Uganda."""
    root = copy_study(coffee_root, tmp_path / "study")
    (root / "listings.csv").write_text(
        "id,jurisdiction,bound_by,act,article,title,effect,places,territorial,from,source,quality\n"
        "ug-test,UG,UG,Act 1 of 2020,Article 2,A port closed,close_place,tzdar-port,false,2020-01-01,test,estimated\n",
        encoding="utf-8",
    )
    people = landbridge("criticality", root)
    assert (people.code, people.err) == (0, "")
    told = people.out[people.out.index("Closed by law already") :]
    assert "Dar es Salaam" in told
    assert "Act 1 of 2020, Article 2 [ug-test]" in told
    closed = landbridge("criticality", root, "--json").json["facilities"][-1]
    assert closed["facility"] == "tzdar-port"
    assert closed["closed_by"] == ["ug-test"]
    assert closed["cost_loss"] is None


def test_export_by_the_name_of_the_file(landbridge: Command, coffee_root: Path, tmp_path: Path) -> None:
    for name in ("tables", "tables.xlsx", "legs.gpkg", "legs.parquet"):
        answer = landbridge("export", coffee_root, tmp_path / name)
        assert (answer.code, answer.err) == (0, "")
        assert (tmp_path / name).exists()
    assert (tmp_path / "tables" / "routes.csv").exists()
    assert zipfile.is_zipfile(tmp_path / "tables.xlsx")
    assert landbridge("export", coffee_root, tmp_path / "x", "--format", "dbf").code == 2


def test_report_says_where_it_is(landbridge: Command, coffee_root: Path, tmp_path: Path) -> None:
    answer = landbridge("report", coffee_root, "--out", tmp_path / "r.html")
    assert answer.code == 0
    assert "r.html" in answer.out
    assert "OpenStreetMap" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_schema_of_the_study_and_of_a_table(landbridge: Command) -> None:
    study, table = landbridge("schema"), landbridge("schema", "flows")
    assert set(study.json["required"]) >= {"parties", "bound_by"}
    assert "origin" in table.json["properties"]
    missing = landbridge("schema", "flow")
    assert missing.code == 2
    assert "flows" in missing.err


def test_route_over_a_study_uses_its_scenario(landbridge: Command, coffee_root: Path) -> None:
    answer = landbridge(
        "route", "Kampala", "Mombasa", "--study", coffee_root, "--scenario", "signed", "--product", "0901",
        "--corridor", "By Malaba", "--json",
    )  # fmt: skip
    assert answer.code == 0
    crossing = next(
        item for item in answer.json["routes"][0]["items"] if item.get("operation") == "border_crossing"
    )
    assert crossing["time"]["value"] < 0.6


STUDY_COMMANDS = (
    ("check",), ("run",), ("show", "transport_cost"), ("trace",), ("criticality",), ("report",), ("export", "out"),
)  # fmt: skip


def refused(landbridge: Command, root: Path, where: Path) -> None:
    """Every command on a faulty study: exit code 2, findings, nothing written."""
    before = sorted(path.name for path in where.rglob("*"))
    for command, *rest in STUDY_COMMANDS:
        arguments = [where / "out" if word == "out" else word for word in rest]
        answer = landbridge(command, root, *arguments)
        assert answer.code == 2, (command, answer)
        assert answer.err.startswith("error ")
        assert answer.out == ""
        assert sorted(path.name for path in where.rglob("*")) == before


def copy_study(coffee_root: Path, target: Path) -> Path:
    shutil.copytree(coffee_root, target, ignore=shutil.ignore_patterns("runs", "*.html"))
    return target


def test_a_folder_that_is_a_file_or_nothing_is_refused_by_every_command(
    landbridge: Command, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for name in ("file", "missing"):
        refused(landbridge, tmp_path / name, tmp_path)
    answer = landbridge("check", tmp_path / "file", "--json")
    assert answer.code == 2
    assert answer.findings


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("flows.csv", "id,origin,destination,product\na,Kampala,Nowherton,0901\n", "Nowherton"),
        ("flows.csv", "id,origin,destination,product\na,Kampala,Mombasa,99zz\n", "99zz"),
        ("flows.csv", "id,origin,destination,product,tonnes\na,Kampala,Mombasa,0901,-5\n", "-5"),
        ("flows.csv", "id,origin,destination,product,tonnes\na,Kampala,Mombasa,0901,nan\n", "nan"),
        ("flows.csv", "id,origin,destination,product,tonnes\na,Kampala,Mombasa,0901,inf\n", "inf"),
        (
            "flows.csv",
            "id,origin,destination,product\na,Kampala,Mombasa,0901\na,Kampala,Mombasa,0901\n",
            "repeated",
        ),
        ("flows.csv", "id,origin,destination,product,colour\na,Kampala,Mombasa,0901,red\n", "colour"),
        ("flows.csv", "id,origin,destination,product,shipment\na,Kampala,Mombasa,0901,pallet\n", "pallet"),
        (
            "places.csv",
            "id,name,kind,country,lat,lon,source,quality\nx,X,city,ZZ,0,0,test,estimated\n",
            "ZZ",
        ),
        (
            "rates.csv",
            (
                "id,mode,means,cargo_class,scope,rate,unit,price_year,source,quality\n"
                "x,hover,truck,any,world,1,USD/stone-km,2025,test,estimated\n"
            ),
            "stone",
        ),
        (
            "legs.csv",
            "id,name,from,to,mode,distance,source,quality\nx,X,kampala-goodshed,atlantis-port,rail,10,test,estimated\n",
            "atlantis-port",
        ),
    ],
)
def test_a_fault_in_a_table_is_told_with_file_and_line(
    landbridge: Command,
    coffee_root: Path,
    tmp_path: Path,
    file: str,
    text: str,
    told: str,
) -> None:
    root = copy_study(coffee_root, tmp_path / "study")
    (root / file).write_text(text, encoding="utf-8")
    answer = landbridge("check", root, "--json")
    assert answer.code == 2
    hits = [finding for finding in answer.json["findings"] if told in json.dumps(finding)]
    assert hits, answer.json
    assert hits[0]["file"].endswith(file)
    assert hits[0]["row"] >= 2 or hits[0]["code"] == "unknown_column"


def test_all_faults_of_a_study_are_told_at_once_and_nothing_is_written(
    landbridge: Command, coffee_root: Path, tmp_path: Path
) -> None:
    root = copy_study(coffee_root, tmp_path / "study")
    (root / "flows.csv").write_text(
        "id,origin,destination,product,tonnes,colour\na,Kampala,Mombasa,99zz,-1,red\na,Kampala,Mombasa,0901,nan,blue\n",
        encoding="utf-8",
    )
    (root / "parameters.csv").write_text(
        "id,value,source,quality\ndraws,many,test,guessed\n", encoding="utf-8"
    )
    answer = landbridge("check", root, "--json")
    assert answer.code == 2
    told = json.dumps(answer.json)
    for word in ("99zz", "-1", "colour", "nan", "many", "guessed"):
        assert word in told, word
    assert len(answer.findings) >= 6
    refused(landbridge, root, root)


def test_scenarios_in_a_ring_are_a_finding(landbridge: Command, coffee_root: Path, tmp_path: Path) -> None:
    root = copy_study(coffee_root, tmp_path / "study")
    head = (root / "study.toml").read_text(encoding="utf-8")
    head = head.replace('title = "As things are"', 'title = "As things are"\ninherits = "signed"')
    (root / "study.toml").write_text(head, encoding="utf-8")
    refused(landbridge, root, root)
    answer = landbridge("check", root)
    assert "signed" in answer.err
    assert "as-is" in answer.err


@pytest.mark.parametrize(
    "content",
    [
        b"id;origin;destination;product\na;Kampala;Mombasa;0901\n",
        b"\xef\xbb\xbfid,origin,destination,product\r\na,Kampala,Mombasa,0901\r\n",
        "id;origin;destination;product;note\na;Kampala;Mombasa;0901;café\n".encode("cp1252"),
        "id,origin,destination,product,note\na,Kampala,Mombasa,0901,caf\u00e9\n".encode("utf-16"),
    ],
    ids=["semicolons", "byte-order mark", "cp1252", "utf-16"],
)
def test_a_csv_as_spreadsheets_write_it_is_read_or_refused_in_words(
    landbridge: Command,
    coffee_root: Path,
    tmp_path: Path,
    content: bytes,
) -> None:
    root = copy_study(coffee_root, tmp_path / "study")
    (root / "flows.csv").write_bytes(content)
    answer = landbridge("check", root, "--json")
    assert answer.code in (0, 2)
    if answer.code == 2:
        assert all(finding["file"] == "flows.csv" for finding in answer.json["findings"])
        assert all(finding["remedy"] for finding in answer.json["findings"])


def test_ten_megabytes_of_rubbish_are_refused_in_a_few_words(
    landbridge: Command, coffee_root: Path, tmp_path: Path
) -> None:
    root = copy_study(coffee_root, tmp_path / "study")
    for file in ("flows.csv", "study.toml"):
        good = (root / file).read_bytes()
        for rubbish in (b"\x00\xff\xfe\x80" * 2_500_000, b'a,"b\n' * 2_000_000):
            (root / file).write_bytes(rubbish)
            answer = landbridge("check", root)
            assert answer.code == 2
            assert 10 < len(answer.err) < 20_000
            assert file in answer.err
        (root / file).write_bytes(good)


def test_a_place_that_cannot_be_written_is_a_finding(
    landbridge: Command, coffee_root: Path, tmp_path: Path
) -> None:
    """A path below a file can be written by nobody, not even by root."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    below = tmp_path / "file" / "below"
    for arguments in (
        ("new", below, "--parties", "BY", "--bound-by", "BY"),
        ("run", coffee_root, "--report", below / "report.html"),
        ("report", coffee_root, "--out", below / "report.html"),
        ("export", coffee_root, below / "tables"),
        ("export", coffee_root, below / "tables.xlsx"),
    ):
        answer = landbridge(*arguments)
        assert answer.code == 2, arguments
        assert answer.err.startswith("error "), arguments
    assert (tmp_path / "file").read_text(encoding="utf-8") == "x"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (
            "operations.csv",
            (
                "id,operation,mode,scope,time_min,time_p50,time_p90,cost,source,quality\n"
                "x,border_crossing,road,UG,0,0,5,1,test,estimated\n"
            ),
        ),
        ("parameters.csv", "id,value,source,quality\ndraws,0,test,estimated\n"),
        ("parameters.csv", "id,value,source,quality\ndraws,-5,test,estimated\n"),
        (
            "services.csv",
            "id,name,kind,from,to,source,quality\nx,X,ro_ro,kemba-port,atlantis-port,test,estimated\n",
        ),
    ],
    ids=["a median of nought", "no draws", "negative draws", "a service to nowhere"],
)
def test_run_refuses_what_check_calls_an_error(
    landbridge: Command, coffee_root: Path, tmp_path: Path, file: str, text: str
) -> None:
    root = copy_study(coffee_root, tmp_path / "study")
    (root / file).write_text(text, encoding="utf-8")
    assert landbridge("check", root).code == 2
    answer = landbridge("run", root)
    assert answer.code == 2
    assert file in answer.err
    assert not (root / "report.html").exists()


def test_a_study_s_own_port_and_line_are_used(landbridge: Command, coffee_root: Path, tmp_path: Path) -> None:
    """A port on the coast south of Mombasa with a cheap daily line to Dar es Salaam, all from the study's tables."""
    root = copy_study(coffee_root, tmp_path / "study")
    (root / "places.csv").write_text(
        "id,name,kind,country,lat,lon,source,quality\nmine,My port,port,KE,-4.6,39.35,test,estimated\n",
        encoding="utf-8",
    )
    (root / "services.csv").write_text(
        "id,name,kind,from,to,headway,cost,cost_unit,price_year,source,quality\n"
        "line,My line,ro_ro,mine,tzdar-port,24,1,USD/t,2025,test,estimated\n",
        encoding="utf-8",
    )
    (root / "flows.csv").write_text(
        "id,origin,destination,product\nf,My port,Dar es Salaam,0901\n", encoding="utf-8"
    )
    answer = landbridge("run", root, "--scenario", "as-is", "--json")
    assert answer.code == 0, answer.err
    run = answer.json["scenarios"][0]
    assert run["verdicts"][0]["verdict"] == "ok"
    traced = landbridge("trace", root, run["routes"][0]["route"], "--json").json
    assert any("services#line" in row["inputs"] for row in traced)
    # Some 270 km along the coast: neither nought nor a guess.
    assert 200 < run["routes"][0]["distance"] < 600


def test_evidence_says_what_to_measure_next(landbridge: Command, coffee_root: Path) -> None:
    answer = landbridge("evidence", coffee_root)
    assert (answer.code, answer.err) == (0, "")
    for word in ("on estimates and defaults", "What to measure next", "narrows cost", "source "):
        assert word in answer.out
    told = landbridge("evidence", coffee_root, "--flow", "coffee", "--json").json
    assert told["routes"] == ["coffee-1"]
    ranked = told["inputs"]
    assert [row["measure"] for row in ranked] == sorted((row["measure"] for row in ranked), reverse=True)
    assert sum(row["time_variance_share"] for row in ranked) == pytest.approx(1.0)
    other = landbridge("evidence", coffee_root, "--route", "coffee-2", "--scenario", "signed")
    assert other.code == 0
    assert other.out.startswith("signed: ")


@pytest.mark.parametrize("arguments", [("--route", "coffe-1"), ("--flow", "cofee")])
def test_evidence_of_nothing_names_the_nearest(
    landbridge: Command, coffee_root: Path, arguments: tuple[str, str]
) -> None:
    answer = landbridge("evidence", coffee_root, *arguments)
    assert answer.code == 2
    assert "coffee" in answer.err
