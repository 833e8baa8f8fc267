"""Results as files that other programs read: CSV, XLSX, GeoPackage, GeoParquet."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely.geometry import LineString

from landbridge.schema import Finding, InputError

FORMATS = {"csv": "", "xlsx": ".xlsx", "gpkg": ".gpkg", "geoparquet": ".parquet"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_XLSX_ROWS = 1_048_575


def export_tables(tables: Mapping[str, pd.DataFrame], out: Path, *, format: str = "") -> Path:
    """Write result tables to `out`: a folder for csv, else one file. The format comes from the name if not given.

    Text that a spreadsheet would read as a formula is kept as text. Files appear whole or not at all.
    Raises InputError for an unknown format or a place that cannot be written.
    """
    chosen = format or next(
        (name for name, ending in FORMATS.items() if ending and out.suffix == ending), "csv"
    )
    writers: dict[str, Callable[[Mapping[str, pd.DataFrame], Path], None]] = {
        "csv": _write_csv,
        "xlsx": _write_xlsx,
        "gpkg": _write_geopackage,
        "geoparquet": _write_geoparquet,
    }
    if chosen not in writers:
        raise InputError(
            [_fault("unknown_format", f"no format {chosen!r} is known", f"use {', '.join(writers)}")]
        )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".export-", dir=out.parent) as folder:
            made = Path(folder) / f"export{FORMATS[chosen]}"
            writers[chosen](tables, made)
            _put_in_place(made, out)
    except OSError as error:
        what = f"{out} cannot be written: {error.strerror or error}"
        raise InputError([_fault("not_writable", what, "choose a folder that you may write to")]) from error
    return out


def export_frame(frame: pd.DataFrame, out: Path) -> Path:
    """Write one frame to a file that ends in .csv or .parquet; it appears whole or not at all.

    Raises InputError for another ending or a place that cannot be written.
    """
    if out.suffix not in (".csv", ".parquet"):
        what = f"{out.name} ends in neither .csv nor .parquet"
        raise InputError([_fault("unknown_format", what, "name the file with one of the two endings")])
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".export-", dir=out.parent) as folder:
            made = Path(folder) / out.name
            if out.suffix == ".csv":
                neutralise_text(frame).to_csv(made, index=False, lineterminator="\r\n", encoding="utf-8-sig")
            else:
                frame.to_parquet(made, index=False)
            made.replace(out)
    except OSError as error:
        what = f"{out} cannot be written: {error.strerror or error}"
        raise InputError([_fault("not_writable", what, "choose a folder that you may write to")]) from error
    return out


def _put_in_place(made: Path, out: Path) -> None:
    """Rename what was made to its place; files go one by one into a folder that exists, whose other files stay."""
    if not (made.is_dir() and out.is_dir()):
        made.replace(out)
        return
    for file in made.iterdir():
        file.replace(out / file.name)


def _fault(code: str, what: str, remedy: str) -> Finding:
    return Finding(code=code, severity="error", what=what, remedy=remedy)


def neutralise_text(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with lists as text and with an apostrophe before text that a spreadsheet would run as a formula.

    >>> neutralise_text(pd.DataFrame({"a": ["=1+1", "plain"], "n": [-1.5, 2.0]})).values.tolist()
    [["'=1+1", -1.5], ['plain', 2.0]]
    """
    texts = [
        name for name in frame.columns if frame[name].dtype.kind in "OTU" or str(frame[name].dtype) == "str"
    ]
    return frame.assign(**{str(name): pd.Series(map(_safe_cell, frame[name]), frame.index) for name in texts})


def _safe_cell(value: object) -> object:
    text = ";".join(map(str, value)) if isinstance(value, tuple) else value
    return f"'{text}" if isinstance(text, str) and text.startswith(_FORMULA) else text


def _write_csv(tables: Mapping[str, pd.DataFrame], folder: Path) -> None:
    folder.mkdir()
    for name, frame in tables.items():
        neutralise_text(frame).to_csv(
            folder / f"{name}.csv", index=False, lineterminator="\r\n", encoding="utf-8-sig"
        )


def _write_xlsx(tables: Mapping[str, pd.DataFrame], file: Path) -> None:
    options = {"options": {"strings_to_formulas": False, "strings_to_urls": False}}
    with pd.ExcelWriter(file, engine="xlsxwriter", engine_kwargs=options) as book:
        for name, frame in tables.items():
            neutralise_text(frame).iloc[:_XLSX_ROWS].to_excel(book, sheet_name=name[:31], index=False)
            book.sheets[name[:31]].freeze_panes(1, 0)


def read_shapes(tables: Mapping[str, pd.DataFrame]) -> gpd.GeoDataFrame:
    """Legs as lines (WGS 84) with what route_items and routes say of them."""
    shapes = tables["route_shapes"]
    lines = [
        LineString([tuple(map(float, point.split(","))) for point in line.split(";")])
        for line in shapes["line"]
    ]
    items = tables["route_items"].drop(columns=["mode", "lat", "lon"])
    routes = tables["routes"][["route", "flow", "corridor", "label", "rank"]]
    facts = shapes[["route", "seq", "mode"]].merge(items, on=["route", "seq"]).merge(routes, on="route")
    return gpd.GeoDataFrame(neutralise_text(facts), geometry=lines, crs="EPSG:4326")


def _write_geopackage(tables: Mapping[str, pd.DataFrame], file: Path) -> None:
    read_shapes(tables).to_file(file, layer="legs", driver="GPKG", engine="pyogrio")
    stops = tables["route_items"]
    stops = stops[stops["kind"] == "operation"]
    points = gpd.GeoDataFrame(
        neutralise_text(stops), geometry=gpd.points_from_xy(stops["lon"], stops["lat"]), crs="EPSG:4326"
    )
    points.to_file(file, layer="operations", driver="GPKG", engine="pyogrio")


def _write_geoparquet(tables: Mapping[str, pd.DataFrame], file: Path) -> None:
    read_shapes(tables).to_parquet(file, index=False)
