"""Checks of a user's nodes and posts: coordinates out of range or swapped, points that stand twice."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from landbridge.network.sphere import EARTH_KM, great_circle, great_circle_pairs, unit_vectors
from landbridge.network.user_survey import Survey, say, tell
from landbridge.schema import Finding

SAME_NODE_KM = 0.01
SAME_POST_KM = 1.0
ASTRAY_KM = 50.0  # a node this far from all its neighbours, or from the bulk of the network, may be swapped
NEARER = 0.2  # share of the distance that is left after the swap

Floats = NDArray[np.float64]


def check_points(survey: Survey, swapped: NDArray[np.bool_]) -> Iterator[Finding]:
    """All findings on the nodes and posts of a network; `swapped` bool[nodes] as `find_swapped` finds them."""
    yield from check_coordinates(survey, swapped)
    yield from check_doubles(survey.set_aside(swapped))
    yield from check_posts(survey.network.posts, survey)


def check_coordinates(survey: Survey, swapped: NDArray[np.bool_]) -> Iterator[Finding]:
    """Swapped latitude and longitude, and coordinates out of range that no swap explains."""
    lat, lon = (survey.nodes[name].to_numpy(np.float64) for name in ("lat", "lon"))
    known = survey.nodes["known"].to_numpy()

    def swap(node: int) -> Finding:
        what = f"{survey.where_node(node)}: latitude and longitude are swapped"
        remedy = f"write {lon[node]:.4f} as latitude and {lat[node]:.4f} as longitude"
        return survey.place("nodes", node, say("swapped_coordinates", "error", what, remedy))

    def outside(node: int) -> Finding:
        what = f"{survey.where_node(node)}: is no point of the Earth"
        remedy = "write a latitude within 90 and a longitude within 180 degrees, or tell the crs of the file"
        return survey.place("nodes", node, say("coordinates_out_of_range", "error", what, remedy))

    yield from tell(np.flatnonzero(swapped), swap)
    yield from tell(np.flatnonzero(~known & ~swapped), outside)


def find_swapped(survey: Survey) -> NDArray[np.bool_]:
    """Nodes that lie far from the others as written and near them, or in their stated country, when swapped."""
    nodes = survey.nodes
    lat, lon = nodes["lat"].to_numpy(np.float64), nodes["lon"].to_numpy(np.float64)
    known = nodes["known"].to_numpy()
    possible = (np.abs(lon) <= 90) & (np.abs(lat) <= 180)
    hit = _in_stated_country(survey, possible)
    if known.sum() < 3:
        return hit
    middle = (float(np.median(lat[known])), float(np.median(lon[known])))
    written = np.where(known, great_circle(lat, lon, *middle), np.inf)
    turned = np.where(possible, great_circle(lon, lat, *middle), np.inf)
    bulk = 3 * float(np.median(written[known])) + 2 * ASTRAY_KM
    astray = (written > bulk) & (turned < written / 3) & (known | (turned < bulk))
    near_written, near_turned = _to_neighbours(survey, possible)
    apart = known & (near_written > ASTRAY_KM) & (near_turned < NEARER * near_written) & (turned < written)
    return hit | astray | apart


def _to_neighbours(survey: Survey, possible: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Km from each node, as written and swapped, to the nearest of its linked nodes; NaN without one in range."""
    links = survey.links[survey.links["tail"] != survey.links["head"]]
    lat, lon = survey.nodes["lat"].to_numpy(np.float64), survey.nodes["lon"].to_numpy(np.float64)
    known = survey.nodes["known"].to_numpy()
    node = np.concatenate((links["tail"], links["head"])).astype(np.int64)
    other = np.concatenate((links["head"], links["tail"])).astype(np.int64)
    node, other = node[known[other]], other[known[other]]
    found = []
    for one, may in (((lat, lon), known), ((lon, lat), possible)):
        gap = np.full(len(lat), np.inf)
        use = may[node]
        ends = tuple(values[node[use]] for values in one), (lat[other[use]], lon[other[use]])
        np.minimum.at(gap, node[use], great_circle_pairs((ends[0][0], ends[0][1]), ends[1]))
        found.append(gap)
    lonely = ~np.isin(np.arange(len(lat)), node)
    found[0][lonely] = found[1][lonely] = np.nan
    return found[0], found[1]


def _in_stated_country(survey: Survey, possible: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Nodes whose stated country is that of the swapped point and not that of the written one."""
    nodes = survey.nodes
    lat, lon = nodes["lat"].to_numpy(np.float64), nodes["lon"].to_numpy(np.float64)
    hit = np.zeros(len(nodes), bool)
    rows = np.flatnonzero((nodes["country"] != "").to_numpy() & possible)
    if not len(rows):
        return hit
    stated = nodes["country"].to_numpy(dtype=object)[rows]
    turned = np.array(survey.namer.find_countries(lon[rows], lat[rows]), dtype=object)
    near = survey.namer.measure_land(lon[rows], lat[rows]) <= 2 * ASTRAY_KM
    written = np.full(len(rows), "", dtype=object)
    inside = nodes["known"].to_numpy()[rows]
    if inside.any():
        written[inside] = survey.namer.find_countries(lat[rows][inside], lon[rows][inside])
    hit[rows] = (turned == stated) & near & (written != stated)
    return hit


def check_doubles(survey: Survey) -> Iterator[Finding]:
    """Two nodes of one mode, and of one gauge, at one point."""
    seen: set[tuple[int, int]] = set()
    for mode in survey.modes():
        links = survey.links[survey.links["mode"] == mode]
        used = np.unique(np.concatenate((links["tail"], links["head"])))
        used = used[survey.nodes["known"].to_numpy()[used]]
        if len(used) < 2:
            continue
        points = unit_vectors(survey.nodes["lat"].to_numpy()[used], survey.nodes["lon"].to_numpy()[used])
        distance, row = map(np.asarray, cKDTree(points).query(points, k=2))
        me = np.arange(len(used))
        column = (row[:, 0] == me).astype(np.int64)
        near = distance[me, column] * EARTH_KM <= SAME_NODE_KM
        gauge = _gauge_at(links, len(survey.nodes))
        pairs = zip(used[near].tolist(), used[row[me, column][near]].tolist(), strict=True)
        seen |= {(min(pair), max(pair)) for pair in pairs if gauge[pair[0]] == gauge[pair[1]]}
    doubles = sorted(seen)

    def double(number: int) -> Finding:
        one, other = doubles[number]
        what = f"{survey.where_node(other)}: stands where node {survey.nodes['id'].iloc[one]} stands"
        return survey.place("nodes", other, say("duplicate_node", "warning", what, "make them one node"))

    yield from tell(np.arange(len(doubles)), double)


def _gauge_at(links: pd.DataFrame, nodes: int) -> Floats:
    """The widest gauge of the links at each node, 0 where none is told."""
    gauge = np.zeros(nodes)
    for side in ("tail", "head"):
        np.maximum.at(gauge, links[side].to_numpy(), links["gauge"].fillna(0.0).to_numpy())
    return gauge


def check_posts(posts: pd.DataFrame, survey: Survey) -> Iterator[Finding]:
    """Two posts with one id, or of one mode within a kilometre."""
    pairs: dict[tuple[int, int], str] = {}
    first: dict[str, int] = {}
    for row, post in enumerate(posts["id"].tolist()):
        if post in first:
            pairs[first[post], row] = "has the id of"
        first.setdefault(post, row)
    if len(posts) > 1:
        tree = cKDTree(unit_vectors(posts["lat"].to_numpy(), posts["lon"].to_numpy()))
        modes = posts["mode"].tolist()
        for one, other in sorted(tree.query_pairs(SAME_POST_KM / EARTH_KM)):
            if modes[one] == modes[other]:
                pairs.setdefault((one, other), "lies within a kilometre of")
    told = sorted(pairs)

    def double(number: int) -> Finding:
        one, other = told[number]
        line = int(posts["row"].iloc[one])
        what = f"{survey.where_post(other)}: {pairs[told[number]]} the post {posts['id'].iloc[one]} on line {line}"
        return survey.place("posts", other, say("duplicate_post", "warning", what, "keep one of them"))

    yield from tell(np.arange(len(told)), double)
