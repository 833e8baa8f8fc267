"""Networks in the General Modeling Network Specification (GMNS, Zephyr Foundation): node.csv, link.csv, config.csv.

Required are node_id, x_coord, y_coord; link_id, from_node_id, to_node_id, directed. Lengths are in the unit
`long_length` of config.csv, else in km; coordinates in its `crs`, else in degrees. Read beside these: name, node_type
(post: a border post), facility_type, allowed_uses, geometry (WKT), and the columns country, mode and gauge that the
specification leaves to the user.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import shapely

from landbridge.schema.cells import quote
from landbridge.schema.findings import Finding, FindingList, find_nearest
from landbridge.schema.text_files import decode_text, read_bytes
from landbridge.sources.line_lengths import measure_lines, measure_pairs
from landbridge.sources.network_words import (
    KILOMETRES,
    LEFT_OUT,
    read_direction,
    read_gauge,
    read_number,
    read_tagged_mode,
)
from landbridge.sources.user_network import (
    LINK_COLUMNS,
    NODE_COLUMNS,
    POST_COLUMNS,
    UserNetwork,
    frame_records,
)

NODE_FILE, LINK_FILE, CONFIG_FILE = "node.csv", "link.csv", "config.csv"
NODE_NEEDED = ("node_id", "x_coord", "y_coord")
LINK_NEEDED = ("link_id", "from_node_id", "to_node_id", "directed")
POST_WORDS = frozenset(("post", "border_post", "border", "border_crossing"))
DEGREES = "EPSG:4326"

Row = dict[str, Any]
Value = TypeVar("Value")


@dataclass(slots=True)
class TextTable:
    """The cells of a CSV file by column name; `lines` has the line on which each record begins."""

    header: tuple[str, ...]
    records: list[dict[str, str]]
    lines: list[int]
    findings: FindingList

    def add(self, code: str, what: str, remedy: str, **place: Any) -> None:
        """Add an error, or another `severity`, at a `row` and `column`."""
        severity = place.pop("severity", "error")
        self.findings.add(lambda: Finding(code, severity, what, remedy, **place))

    def add_cell_count(self, line: int, count: int) -> None:
        """Say that a record has more or fewer cells than the header."""
        what = f"has {count} cells where the header has {len(self.header)}"
        remedy = "put text that holds a comma in quotation marks, and write a comma for each empty cell"
        self.add("cell_count", what, remedy, row=line)

    def read(
        self, line: int, column: str, record: dict[str, str], reader: Callable[[str], Value | None]
    ) -> Value | None:
        """A cell as `reader` reads it; None and a finding where it cannot."""
        text = record.get(column, "")
        value = reader(text)
        if value is None:
            if text.strip():
                remedy = (
                    "write a plain number with a decimal point" if column != "directed" else "write 0 or 1"
                )
                self.add(
                    "bad_cell", f"{quote(text)} cannot be read as {column}", remedy, row=line, column=column
                )
            else:
                self.add("empty_cell", f"{column} is empty", "fill it", row=line, column=column)
        return value


def read_gmns(folder: Path) -> UserNetwork:
    """Read the network of a folder with node.csv and link.csv. Never raises on what the files hold."""
    config, found = _read_config(folder / CONFIG_FILE)
    nodes = _read_text_table(folder / NODE_FILE, NODE_NEEDED)
    links = _read_text_table(folder / LINK_FILE, LINK_NEEDED)
    node_rows = _place_nodes(_read_nodes(nodes), config["crs"], nodes)
    link_rows = _read_links(links, {row["id"]: row for row in node_rows}, config)
    modes = _modes_at(link_rows)
    posts = [{**row, "mode": modes.get(row["id"], "")} for row in node_rows if row["kind"] == "post"]
    return UserNetwork(
        kind="gmns",
        name=folder.resolve().name,
        nodes=frame_records(node_rows, NODE_COLUMNS),
        links=frame_records(link_rows, LINK_COLUMNS),
        posts=frame_records(posts, POST_COLUMNS),
        files={"nodes": NODE_FILE, "links": LINK_FILE, "posts": NODE_FILE},
        findings=(*found, *nodes.findings.close(), *links.findings.close()),
    )


def _modes_at(links: list[Row]) -> dict[str, str]:
    """The mode of each node that has links of one mode only."""
    met: dict[str, set[str]] = {}
    for row in links:
        for end in (row["from"], row["to"]):
            met.setdefault(end, set()).add(row["mode"])
    return {node: next(iter(modes)) for node, modes in met.items() if len(modes) == 1}


def _read_text_table(path: Path, needed: tuple[str, ...]) -> TextTable:
    findings = FindingList(file=path.name)
    table = TextTable((), [], [], findings)
    data = read_bytes(path, findings)
    text = None if data is None else decode_text(data, findings)
    if text is None:
        return table
    first = text.lstrip("\r\n").split("\n", 1)[0]
    mark = max((",", ";", "\t"), key=first.count)
    if mark != ",":
        table.add(
            "bad_separator", "its cells are not separated by commas", "save it as CSV with commas", row=1
        )
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    line = 1
    try:
        for cells in reader:
            if not table.header and any(cells):
                table.header = tuple(cell.strip() for cell in cells)
            elif any(cell.strip() for cell in cells):
                if len(cells) != len(table.header):
                    table.add_cell_count(line, len(cells))
                table.records.append(dict(zip(table.header, cells, strict=False)))
                table.lines.append(line)
            line = reader.line_num + 1
    except csv.Error as error:
        table.add("bad_csv", f"cannot be split into cells: {error}", "check the quotation marks", row=line)
    for name in needed:
        if name not in table.header:
            nearest = find_nearest(name, table.header)
            what = f"the required column {name} is missing"
            table.add("missing_column", what, "add it, or mend its name", row=1, column=name, nearest=nearest)
    return table


def _read_config(path: Path) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """The unit of lengths in km and the coordinate system, as config.csv states them."""
    config: dict[str, Any] = {"km": 1.0, "crs": DEGREES}
    if not path.exists():
        return config, ()
    table = _read_text_table(path, ())
    row = table.records[0] if table.records else {}
    unit = row.get("long_length", "").strip().lower()
    if unit in KILOMETRES:
        config["km"] = KILOMETRES[unit]
    elif unit:
        what, remedy = f"{quote(unit)} is no known unit of length", "write km, m, mile or ft"
        nearest = find_nearest(unit, KILOMETRES)
        table.add("unknown_unit", what, remedy, row=2, column="long_length", nearest=nearest)
    system = row.get("crs", "").strip()
    if system and not _is_known_system(system):
        what, remedy = (
            f"{quote(system)} is no known coordinate system",
            "write an EPSG code such as EPSG:4326",
        )
        table.add("unknown_crs", what, remedy, row=2, column="crs")
    elif system:
        config["crs"] = system
    return config, table.findings.close()


def _is_known_system(text: str) -> bool:
    try:
        gpd.GeoSeries([], crs=text)
    except (RuntimeError, ValueError):
        return False
    return True


def _read_nodes(table: TextTable) -> list[Row]:
    rows: list[Row] = []
    seen: dict[str, int] = {}
    if any(name not in table.header for name in NODE_NEEDED):
        return rows
    for line, record in zip(table.lines, table.records, strict=True):
        node = _read_id(table, line, record, "node_id", seen)
        lon = table.read(line, "x_coord", record, read_number)
        lat = table.read(line, "y_coord", record, read_number)
        if node is None or lon is None or lat is None:
            continue
        kind = "post" if record.get("node_type", "").strip().lower() in POST_WORDS else ""
        words = {name: record.get(name, "").strip() for name in ("name", "country")}
        rows.append({"id": node, "kind": kind, "lat": lat, "lon": lon, "row": line, **words})
    return rows


def _read_id(
    table: TextTable, line: int, record: dict[str, str], column: str, seen: dict[str, int]
) -> str | None:
    value = record.get(column, "").strip()
    if not value:
        table.add("empty_cell", f"{column} is empty", "give each row an id", row=line, column=column)
        return None
    if value in seen:
        what = f"{column} {quote(value)} stands already on line {seen[value]}"
        table.add("repeated_id", what, "give each row an id of its own", row=line, column=column)
        return None
    seen[value] = line
    return value


def _place_nodes(rows: list[Row], system: str, table: TextTable) -> list[Row]:
    """The nodes in degrees; those that cannot be brought there are left out with a finding."""
    if system == DEGREES or not rows:
        return rows
    points = gpd.GeoSeries(
        gpd.points_from_xy([r["lon"] for r in rows], [r["lat"] for r in rows]), crs=system
    ).to_crs(DEGREES)
    placed = []
    for row, lon, lat in zip(rows, points.x, points.y, strict=True):
        if np.isfinite(lon) and np.isfinite(lat):
            placed.append({**row, "lon": float(lon), "lat": float(lat)})
        else:
            what, remedy = f"its coordinates lie outside {system}", "mend them, or the crs of config.csv"
            table.add("bad_coordinates", what, remedy, row=row["row"], column="x_coord")
    return placed


def _read_links(table: TextTable, nodes: dict[str, Row], config: dict[str, Any]) -> list[Row]:
    rows: list[Row] = []
    seen: dict[str, int] = {}
    if any(name not in table.header for name in LINK_NEEDED):
        return rows
    counts: Counter[str] = Counter()
    for line, record in zip(table.lines, table.records, strict=True):
        link = _read_id(table, line, record, "link_id", seen)
        ends = [_read_end(table, line, record, side, nodes) for side in ("from_node_id", "to_node_id")]
        directed = table.read(line, "directed", record, _read_truth)
        drawn = _read_drawn(table, line, record)
        length = _read_length(table, line, record, config["km"])
        gauge = table.read(line, "gauge", record, read_gauge) if record.get("gauge", "") else float("nan")
        mode = read_tagged_mode({name: text for name, text in record.items() if text})
        if mode == LEFT_OUT:
            counts["left_out"] += 1
        elif link is not None and None not in (*ends, directed, length, drawn):
            row: Row = {
                "id": link,
                "name": record.get("name", "").strip(),
                "from": ends[0],
                "to": ends[1],
                "row": line,
            }
            row |= {"mode": mode, "directed": bool(directed), "length": length, "drawn": drawn}
            rows.append({**row, "gauge": float("nan") if gauge is None else gauge})
    _note_left_out(table, counts["left_out"])
    return _fill_lengths(rows, nodes, config["crs"], table)


def _read_truth(text: str) -> int | None:
    value = read_direction(text) if text.strip() else None
    return None if value == -1 else value


def _note_left_out(table: TextTable, count: int) -> None:
    if count:
        what = f"{count} links carry no freight (footways, lines out of use) and are left out"
        table.add("links_left_out", what, "", severity="note", column="facility_type")


def _read_end(
    table: TextTable, line: int, record: dict[str, str], side: str, nodes: dict[str, Row]
) -> str | None:
    node = record.get(side, "").strip()
    if node in nodes:
        return node
    what = f"no node {quote(node)} stands in {NODE_FILE}" if node else f"{side} is empty"
    nearest = find_nearest(node, nodes) if node else ()
    remedy = "write the node_id of a node, or add the node"
    table.findings.add(lambda: Finding("unknown_node", "error", what, remedy, "", line, side, nearest))
    return None


def _read_length(table: TextTable, line: int, record: dict[str, str], unit: float) -> float | None:
    """Kilometres, NaN where the cell is empty."""
    if not record.get("length", "").strip() or record["length"].strip().lower() == "nan":
        return float("nan")
    value = table.read(line, "length", record, read_number)
    if value is not None and value < 0:
        what, remedy = f"{quote(record['length'])} is less than nothing", "write a length of 0 or more"
        table.add("negative_length", what, remedy, row=line, column="length")
        return None
    return None if value is None else value * unit


def _read_drawn(table: TextTable, line: int, record: dict[str, str]) -> Any:
    """The drawn line of a link, "" where it has none, None and a finding where it is broken."""
    text = record.get("geometry", "").strip()
    if not text:
        return ""
    shape = shapely.from_wkt(text, on_invalid="ignore")
    if shape is None or shape.geom_type != "LineString" or shape.is_empty:
        what = f"{quote(text)} is no line of well-known text"
        table.add("broken_geometry", what, "write LINESTRING (x y, x y)", row=line, column="geometry")
        return None
    return shape


def _fill_lengths(rows: list[Row], nodes: dict[str, Row], system: str, table: TextTable) -> list[Row]:
    """Lengths that the file leaves out, measured along the drawn line, or between the ends where none is drawn."""
    empty = [row for row in rows if np.isnan(row["length"])]
    drawn = [row for row in empty if row["drawn"] != ""]
    straight = [row for row in empty if row["drawn"] == ""]
    lines = gpd.GeoSeries([row["drawn"] for row in drawn], crs=system).to_crs(DEGREES)
    for row, km in zip(drawn, measure_lines(lines.to_list()), strict=True):
        row["length"] = float(km)
    ends = [[nodes[row[side]] for row in straight] for side in ("from", "to")]
    points = [[(node["lon"], node["lat"]) for node in side] for side in ends]
    for row, km in zip(straight, measure_pairs(*points), strict=True):
        row["length"] = float(km)
    if empty:
        what = f"{len(empty)} links have no length: {len(drawn)} measured as drawn, {len(straight)} as straight lines"
        table.add("lengths_measured", what, "fill the column length", severity="note", column="length")
    return rows
