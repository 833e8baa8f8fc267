"""Finds border crossings: edges between two countries, those within 5 km being one, named by authored posts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from network_build.countries import Land
from network_build.graph import Graph, measure_arc, place_on_sphere

CLUSTER_KM = 5.0
POST_KM = 25.0
SAMPLES = 32
COLUMNS = ["id", "country_a", "country_b", "mode", "lat", "lon", "post"]


def find_crossings(graph: Graph, land: Land, posts: pd.DataFrame, *, mode: str):
    """The graph with the mark `crossing`, the share of each edge in its tail's country, and the crossings."""
    edges = np.flatnonzero(graph.country[graph.tail] != graph.country[graph.head])
    fraction = np.ones(graph.m)
    fraction[edges] = share = measure_shares(graph, land, edges)
    a, b = graph.tail[edges], graph.head[edges]
    lat = graph.lat[a] + share * (graph.lat[b] - graph.lat[a])
    lon = graph.lon[a] + share * (graph.lon[b] - graph.lon[a])
    pair = np.sort(np.column_stack((graph.country[a], graph.country[b])), axis=1)
    label = _cluster(pair, lat, lon)
    mark = np.full(graph.m, -1, np.int32)
    rows = pd.DataFrame(
        {"label": label, "a": land.codes[pair[:, 0]], "b": land.codes[pair[:, 1]], "lat": lat, "lon": lon}
    )
    rows = rows.groupby("label").agg({"a": "first", "b": "first", "lat": "mean", "lon": "mean"})
    frame = pd.DataFrame(
        {"country_a": rows["a"], "country_b": rows["b"], "mode": mode, "lat": rows["lat"], "lon": rows["lon"]}
    )
    frame["post"] = _name_posts(frame, posts[posts["mode"] == mode])
    order = frame.reset_index().sort_values(["country_a", "country_b", "lat", "lon"])["label"].to_numpy()
    rank = np.empty(len(order), np.int32)
    rank[order] = np.arange(len(order))
    frame = frame.iloc[order].reset_index(drop=True)
    count = frame.groupby(["country_a", "country_b"]).cumcount() + 1
    ids = (
        frame["country_a"].str.lower()
        + "-"
        + frame["country_b"].str.lower()
        + f"-{mode}-"
        + count.astype(str)
    )
    mark[edges] = rank[label]
    return replace(graph, crossing=mark), fraction, frame.assign(id=ids)[COLUMNS]


def measure_shares(graph: Graph, land: Land, edges: np.ndarray) -> np.ndarray:
    """Share of each edge's chord in its tail's country, between 0.02 and 0.98."""
    a, b = graph.tail[edges], graph.head[edges]
    at = (np.arange(SAMPLES) + 0.5) / SAMPLES
    lat = graph.lat[a][:, None] + at * (graph.lat[b] - graph.lat[a])[:, None]
    lon = graph.lon[a][:, None] + at * (graph.lon[b] - graph.lon[a])[:, None]
    inside = np.zeros((2, *lat.shape), bool)
    for side, nodes in enumerate((a, b)):
        for code in np.unique(graph.country[nodes]):
            rows = graph.country[nodes] == code
            shapely.prepare(land.shapes[code])
            inside[side, rows] = shapely.contains_xy(land.shapes[code], lon[rows], lat[rows])
    own, other = inside.mean(axis=2)
    return np.clip(np.where(own + other > 0, own / np.maximum(own + other, 1e-9), 0.5), 0.02, 0.98)


def _cluster(pair: np.ndarray, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    near = cKDTree(place_on_sphere(lat, lon)).query_pairs(CLUSTER_KM, output_type="ndarray").reshape(-1, 2)
    near = near[(pair[near[:, 0]] == pair[near[:, 1]]).all(axis=1)]
    joined = coo_array((np.ones(len(near)), (near[:, 0], near[:, 1])), shape=(len(lat), len(lat)))
    return connected_components(joined, directed=False)[1]


def _name_posts(frame: pd.DataFrame, posts: pd.DataFrame) -> list[str]:
    """Nearest post of the same pair within POST_KM of each crossing; "" where there is none."""
    lat, lon = posts["lat"].astype(float).to_numpy(), posts["lon"].astype(float).to_numpy()
    pairs = [frozenset(p) for p in zip(posts["country_a"], posts["country_b"], strict=True)]
    names = []
    for row in frame.itertuples():
        km = measure_arc(row.lat, row.lon, lat, lon)
        same = [
            i for i, pair in enumerate(pairs) if pair == {row.country_a, row.country_b} and km[i] <= POST_KM
        ]
        names.append(posts["id"].iloc[min(same, key=lambda i: km[i])] if same else "")
    return names
