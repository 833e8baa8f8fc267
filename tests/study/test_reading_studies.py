"""Reading a study's folder: what is at fault is found at once, and nothing but InputError is raised."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landbridge.schema import Finding, InputError, load_catalogue, make_frame
from landbridge.study.checks import check_study
from landbridge.study.reading import StudyInput, read_study

HEAD = 'parties = ["BY", "IR"]\nbound_by = ["BY"]\ndate = 2025-08-20\n'
FLOWS = "id,origin,destination,product,tonnes,source,quality\n"
NETWORK_DATE = datetime.date(2026, 9, 1)
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a study's files, given by name with `__` for a folder, and returns the folder."""

    def write_files(files: dict[str, str | bytes], head: str = HEAD) -> Path:
        root = tmp_path / "study"
        for name, data in {"study.toml": head, **files}.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data.encode() if isinstance(data, str) else data)
        return root

    return write_files


@pytest.fixture(scope="module")
def shipped() -> dict[str, pd.DataFrame]:
    tables = load_catalogue().tables
    word = {"source": ["src"], "quality": ["published"]}
    place: dict[str, list[Any]] = {
        "id": ["bymsq"],
        "name": ["Minsk"],
        "kind": ["city"],
        "country": ["BY"],
        "lat": [53.9],
        "lon": [27.6],
    }
    territory = {"id": ["eaeu-by"], "territory": ["EAEU"], "country": ["BY"], "internal_customs": ["none"]}
    return {
        "sources": make_frame(
            {"id": ["src"], "title": ["A"], "publisher": ["B"], "kind": ["S1"]}, tables["sources"]
        ),
        "places": make_frame({**place, **word}, tables["places"]),
        "territories": make_frame(
            {**territory, "from": [datetime.date(2015, 1, 1)], **word}, tables["territories"]
        ),
    }


def codes(findings: tuple[Finding, ...]) -> set[tuple[str, str, int | None]]:
    return {(finding.code, finding.file, finding.row) for finding in findings}


def check(root: Path, shipped: dict[str, pd.DataFrame]) -> tuple[Finding, ...]:
    known = {"Minsk", "Tehran", "bymsq"}
    return check_study(read_study(root), shipped, network_date=NETWORK_DATE, is_place=known.__contains__)


def test_a_study_is_read_from_its_folder_and_from_its_file(write: Write) -> None:
    root = write({"flows.csv": FLOWS + "a,Minsk,Tehran,3104,5,src,published\n"})
    study = read_study(root)
    assert isinstance(study, StudyInput)
    assert study.name == "study"
    assert study.tables["flows"]["product"].tolist() == ["3104"]
    assert study.findings == ()
    assert set(study.hashes) == {"study.toml", "flows.csv"}
    assert read_study(root / "study.toml").hashes == study.hashes
    assert read_study(str(root)).hashes == study.hashes


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda path: None, "no_study"),
        (lambda path: path.write_text("x"), "not_a_study"),
        (lambda path: path.mkdir(), "no_study_file"),
        (lambda path: (path.mkdir(), (path / "study.tml").write_text("")), "no_study_file"),
        (lambda path: (path.mkdir(), (path / "study.toml").mkdir()), "not_a_file"),
        (lambda path: (path.mkdir(), (path / "study.toml").write_text("")), "missing_key"),
        (lambda path: (path.mkdir(), (path / "study.toml").write_bytes(os.urandom(5000))), "bad_encoding"),
    ],
)
def test_what_is_no_study_is_a_finding(tmp_path: Path, make: Callable[[Path], object], code: str) -> None:
    make(tmp_path / "study")
    with pytest.raises(InputError) as caught:
        read_study(tmp_path / "study")
    assert code in {finding.code for finding in caught.value.findings}
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("path", ["a\0b", "x" * 5000, ""])
def test_an_impossible_path_is_a_finding(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError):
        read_study(path)


def test_the_likeliest_file_is_named_where_there_is_no_head(tmp_path: Path) -> None:
    (tmp_path / "studdy.toml").write_text("")
    with pytest.raises(InputError) as caught:
        read_study(tmp_path)
    assert caught.value.findings[0].nearest == ("studdy.toml",)


def test_faults_of_head_and_tables_are_found_at_once(write: Write) -> None:
    root = write(
        {
            "flow.csv": FLOWS,
            "flows.csv": FLOWS + "a,,Tehran,3104,-5,src,published\n",
            "routes.csv": "route\n",
        },
        head='partys = ["BY"]\nbound_by = ["BY"]\n',
    )
    with pytest.raises(InputError) as caught:
        read_study(root)
    assert codes(caught.value.findings) == {
        ("unknown_key", "study.toml", 1),
        ("missing_key", "study.toml", None),
        ("unknown_table", "flow.csv", None),
        ("unknown_table", "routes.csv", None),
        ("empty_cell", "flows.csv", 2),
        ("out_of_range", "flows.csv", 2),
    }
    named = {finding.file: finding.nearest for finding in caught.value.findings}
    assert named["flow.csv"][0] == "flows.csv"


OVERRIDES = "table,id,field,value,from,until,source,quality\n"


def test_override_files_are_read_by_the_names_that_scenarios_give(write: Write) -> None:
    head = HEAD + '[scenarios.a]\noverrides = "mine.csv"\n[scenarios.b]\noverrides = ["overrides/b.csv"]\n'
    root = write({"mine.csv": OVERRIDES, "overrides/b.csv": OVERRIDES, "overrides/c.csv": OVERRIDES}, head)
    study = read_study(root)
    assert set(study.overrides) == {"mine.csv", "overrides/b.csv"}
    assert codes(study.findings) == {("unused_overrides", "overrides/c.csv", None)}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../x.csv", "outside_study"),
        ("/etc/passwd", "outside_study"),
        ("sign.csv", "no_overrides"),
        ("..", "outside_study"),
        ("", "outside_study"),
        ("overrides", "not_a_file"),
        ("a\\u0000b", "outside_study"),
    ],
)
def test_an_override_file_that_cannot_be_is_a_finding(write: Write, name: str, code: str) -> None:
    root = write({"overrides/signed.csv": OVERRIDES}, HEAD + f'[scenarios.a]\noverrides = "{name}"\n')
    found = {finding.code: finding for finding in read_study(root).findings}
    assert code in found
    if code == "no_overrides":
        assert found[code].nearest == ("overrides/signed.csv",)


def test_runs_and_other_files_are_passed_over(write: Write) -> None:
    root = write({"runs/as-is/latest": "x", "runs/x.csv": "y", "README.md": "z", "flows.csv": FLOWS})
    assert read_study(root).findings == ()


def test_references_across_tables_are_checked(write: Write, shipped: dict[str, pd.DataFrame]) -> None:
    root = write(
        {
            "flows.csv": FLOWS
            + "a,Minsk,Tehran,3104,5,src,published\n"
            + "b,Minsk,Nowhere,310499,5,src,published\n"
            + "c,Minsk,Tehran,9900999,5,srcc,published\n"
            + "d,Minsk,Tehran,3104.20.90,,,\n"
            + "e,Minsk,Minsk,01,,,\n",
            "commitments.csv": "id,agreement,title,by_party,source,quality\nx,none,T,BY;YB,src,published\n",
            "corridors.csv": "id,name,via,source,quality\nx,X,Minsk;Atlantis,src,published\n",
            "legs.csv": "id,name,from,to,mode,distance,months,source,quality\n"
            "nowhere,N,bymsq,Atlantis,rail,12,13,src,measured\n",
        }
    )
    assert codes(check(root, shipped)) == {
        ("unknown_destination", "flows.csv", 3),
        ("unknown_product", "flows.csv", 3),
        ("unknown_product", "flows.csv", 4),
        ("unknown_source", "flows.csv", 4),
        ("flow_to_itself", "flows.csv", 6),
        ("unknown_agreement", "commitments.csv", 2),
        ("unknown_party", "commitments.csv", 2),
        ("unknown_via", "corridors.csv", 2),
        ("unknown_leg_end", "legs.csv", 2),
        ("bad_months", "legs.csv", 2),
    }


def test_parties_are_countries_or_blocs(write: Write, shipped: dict[str, pd.DataFrame]) -> None:
    head = 'parties = ["BY", "EAEU", "UK", "BY"]\nbound_by = ["Iran"]\n'
    root = write({"flows.csv": FLOWS + "a,Minsk,Tehran,3104,5,src,published\n"}, head)
    found = [(finding.code, finding.column) for finding in check(root, shipped)]
    assert sorted(found) == [
        ("repeated_party", "parties"),
        ("unknown_party", "bound_by"),
        ("unknown_party", "parties"),
    ]


def test_a_study_that_asks_for_nothing_is_warned(write: Write, shipped: dict[str, pd.DataFrame]) -> None:
    assert [(f.code, f.severity) for f in check(write({}), shipped)] == [("no_flows", "warning")]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from(["flows.csv", "places.csv", "listings.csv", "o.csv", "odd.csv"]),
        st.binary(max_size=300),
    ),
    st.binary(max_size=60),
)
def test_a_folder_of_garbage_raises_nothing_else(
    write: Write, shipped: dict[str, pd.DataFrame], files: dict[str, bytes], tail: bytes
) -> None:
    head = HEAD.encode() + b'[scenarios.a]\noverrides = "o.csv"\n'
    for text in (head, head + tail):
        root = write(dict(files), text)
        try:
            found = check(root, shipped)
        except InputError as error:
            found = error.findings
        assert isinstance(found, tuple)


def test_a_small_study_is_checked_the_same_twice(write: Write, shipped: dict[str, pd.DataFrame]) -> None:
    rows = "".join(f"f{i},Minsk,Tehran,3104,5,src,published\n" for i in range(20))
    head = HEAD + '[scenarios.as-is]\n[scenarios.signed]\ninherits = "as-is"\noverrides = "o.csv"\n'
    over = OVERRIDES + "places,bymsq,draught,4,,,src,estimated\n"
    root = write({"flows.csv": FLOWS + rows, "o.csv": over}, head)
    assert check(root, shipped) == check(root, shipped) == ()
