"""Results as files, read back by other readers: the standard library for tables, geopandas for maps."""

import csv
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import pandas as pd
import pytest

import landbridge as lb
from landbridge.api.exporting import neutralise_text, read_shapes

HOSTILE = ("=1+1", "+1", "-1+2", "@SUM(A1)", "\tx", "\rx", '=HYPERLINK("http://example.org";"x")')
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def tables_of(run: lb.Run) -> dict[str, pd.DataFrame]:
    """The run's tables, with text that a spreadsheet would run in one of them."""
    tables = dict(run.tables)
    findings = pd.DataFrame({"code": list(HOSTILE), "n": [-1.5] * len(HOSTILE)})
    return {**tables, "result_findings": findings}


def test_csv_opens_in_a_spreadsheet(as_is: lb.Run, tmp_path: Path) -> None:
    out = lb.export_tables(tables_of(as_is), tmp_path / "tables")
    assert sorted(file.stem for file in out.iterdir()) == sorted(as_is.tables)
    for file in out.iterdir():
        raw = file.read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        assert raw.count(b"\n") == raw.count(b"\r\n") > 0
    with (out / "routes.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    routes = as_is.table("routes")
    assert [row["label"] for row in rows] == routes["label"].tolist()
    assert [float(row["cost"]) for row in rows] == pytest.approx(routes["cost"].tolist())


def test_text_that_a_spreadsheet_would_run_is_kept_as_text(as_is: lb.Run, tmp_path: Path) -> None:
    out = lb.export_tables(tables_of(as_is), tmp_path / "tables")
    with (out / "result_findings.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["code"] for row in rows] == [f"'{text}" for text in HOSTILE]
    assert {row["n"] for row in rows} == {"-1.5"}  # a number stays a number


def test_lists_become_text_and_names_of_columns_are_safe_too() -> None:
    frame = pd.DataFrame({"a": [("BY", "IR"), ("=x", "y"), ()], "b": [None, "x", "="]})
    safe = neutralise_text(frame)
    assert safe["a"].tolist() == ["BY;IR", "'=x;y", ""]
    assert safe["b"].tolist()[1:] == ["x", "'="]
    assert frame["a"].tolist()[0] == ("BY", "IR")


def test_xlsx_has_a_sheet_a_table_and_no_formula(as_is: lb.Run, tmp_path: Path) -> None:
    out = lb.export_tables(tables_of(as_is), tmp_path / "tables.xlsx")
    with zipfile.ZipFile(out) as book:
        assert book.testzip() is None
        workbook = ElementTree.fromstring(book.read("xl/workbook.xml"))
        names = [sheet.attrib["name"] for sheet in workbook.iter(f"{SHEET}sheet")]
        sheets = [book.read(name) for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        strings = book.read("xl/sharedStrings.xml").decode()
    assert names == list(as_is.tables)
    assert not any(re.search(rb"<f[ >]", sheet) for sheet in sheets)
    assert not any(b"<hyperlink" in sheet for sheet in sheets)
    assert all(sheet.count(b"<row ") >= 1 for sheet in sheets)
    assert "'=1+1" in strings
    assert as_is.table("routes")["label"].iloc[0].split(":")[0] in strings


@pytest.mark.parametrize("name", ["legs.gpkg", "legs.parquet"])
def test_maps_are_read_back_by_geopandas(as_is: lb.Run, tmp_path: Path, name: str) -> None:
    out = lb.export_tables(as_is.tables, tmp_path / name)
    legs = gpd.read_file(out, layer="legs") if name.endswith("gpkg") else gpd.read_parquet(out)
    assert legs.crs.to_epsg() == 4326
    shapes = as_is.table("route_shapes")
    assert len(legs) == len(shapes)
    assert legs["mode"].tolist() == shapes["mode"].tolist()
    # Each line is the one of its own row: its ends are the first and last points written there.
    for line, text in zip(legs.geometry, shapes["line"], strict=True):
        points = text.split(";")
        assert tuple(line.coords[0]) == pytest.approx(tuple(map(float, points[0].split(","))))
        assert tuple(line.coords[-1]) == pytest.approx(tuple(map(float, points[-1].split(","))))
    # Kampala is at 32.6 E, 0.3 N; Mombasa at 39.7 E, 4.0 S.
    west, south, east, north = legs.total_bounds
    assert (29 < west < 33, -9 < south < -3.9, 39.5 < east < 41, 0.2 < north < 4) == (True,) * 4
    if name.endswith("gpkg"):
        stops = gpd.read_file(out, layer="operations")
        items = as_is.table("route_items")
        assert len(stops) == (items["kind"] == "operation").sum()
        assert stops.geometry.x.tolist() == pytest.approx(items["lon"][items["kind"] == "operation"].tolist())


def test_the_format_may_be_given_against_the_name(as_is: lb.Run, tmp_path: Path) -> None:
    for format in ("xlsx", "gpkg", "geoparquet"):
        out = lb.export_tables(as_is.tables, tmp_path / f"a.{format}.data", format=format)
        assert out.stat().st_size > 1000
    assert zipfile.is_zipfile(tmp_path / "a.xlsx.data")


def test_a_run_without_routes_can_be_exported(as_is: lb.Run, tmp_path: Path) -> None:
    empty = {name: frame.iloc[:0] for name, frame in as_is.tables.items()}
    for name in ("none.gpkg", "none.parquet", "none.xlsx", "none"):
        assert lb.export_tables(empty, tmp_path / name).exists()
    assert len(read_shapes(empty)) == 0


def test_an_unknown_format_is_a_finding(as_is: lb.Run, tmp_path: Path) -> None:
    with pytest.raises(lb.InputError) as caught:
        lb.export_tables(as_is.tables, tmp_path / "x", format="dbf")
    assert caught.value.findings[0].code == "unknown_format"
    assert list(tmp_path.iterdir()) == []


def test_other_files_of_a_folder_stay(as_is: lb.Run, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work", encoding="utf-8")
    for _ in range(2):
        lb.export_tables(as_is.tables, folder)
    assert (folder / "thesis.txt").read_text(encoding="utf-8") == "years of work"
    assert {file.name for file in folder.glob("*.csv")} == {f"{name}.csv" for name in as_is.tables}


def test_a_place_that_cannot_be_written_is_a_finding_and_leaves_nothing(
    as_is: lb.Run, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "folder.xlsx").mkdir()
    for out in (tmp_path / "file", tmp_path / "file" / "below.xlsx", tmp_path / "folder.xlsx"):
        with pytest.raises(lb.InputError) as caught:
            lb.export_tables(as_is.tables, out)
        assert caught.value.findings[0].code == "not_writable"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder.xlsx"]
    assert (tmp_path / "file").read_text(encoding="utf-8") == "x"


def test_a_failed_export_leaves_the_file_that_was_there(
    as_is: lb.Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = lb.export_tables(as_is.tables, tmp_path / "a.xlsx")
    before = out.read_bytes()

    def break_off(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_excel", break_off)
    with pytest.raises(lb.InputError, match="No space left"):
        lb.export_tables(as_is.tables, out)
    assert out.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]
