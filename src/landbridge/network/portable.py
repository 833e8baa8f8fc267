"""The world network, or a part of it, as plain frames that other programs read: nodes, links with their drawn lines,
posts, crossings, gauge changes.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from landbridge.schema import Finding, InputError, find_nearest
from landbridge.sources import read_shipped_tables
from landbridge.sources.world import World

LAYERS = ("road", "rail", "sea", "inland_water")  # in the order of World.node_layer
DECIMALS = 5  # of degrees, about a metre


@dataclass(frozen=True, slots=True, eq=False)
class PortableNetwork:
    """Frames of a network in WGS 84 degrees.

    `nodes`: node_id, layer, country, gauge (mm, NA: none known), lon, lat. `links`: link_id, from_node_id, to_node_id,
    mode, km, gauge, electrified (1 electric, 0 diesel, NA unknown), leg, passage, crossing ("" where none); `lines`
    their drawn lines, shapely LineString[links].
    `posts`: id, name, mode, country, lon, lat. `crossings`: id, mode, country_a, country_b, post, lon, lat.
    `gauge_changes`: id, place, country, method, gauge_a, gauge_b, node_a, node_b, lon, lat. A link runs both ways.
    """

    nodes: pd.DataFrame
    links: pd.DataFrame
    lines: NDArray[Any]
    posts: pd.DataFrame
    crossings: pd.DataFrame
    gauge_changes: pd.DataFrame


def take_network(
    world: World, *, layers: Collection[str] = (), countries: Collection[str] = ()
) -> PortableNetwork:
    """The links of some layers (all by default) that touch some countries (alpha-2 codes; all by default).

    A link over a border belongs to both countries. Sea lanes lie in no country, so a choice of countries leaves them
    out. Raises InputError for an unknown layer or country, and where nothing is left.
    """
    _check_choice(world, layers, countries)
    numbers = [LAYERS.index(layer) for layer in layers or LAYERS]
    pick = np.isin(world.edge_layer, numbers)
    if countries:
        inside = np.isin(world.node_country, [world.countries.index(code) for code in countries])
        pick &= inside[world.edge_tail] | inside[world.edge_head]
    edges = np.flatnonzero(pick)
    if not len(edges):
        what, remedy = "no link of these layers lies in these countries", "choose others"
        raise InputError([Finding("no_links", "error", what, remedy)])
    nodes = np.unique(np.concatenate((world.edge_tail[edges], world.edge_head[edges])))
    crossing = np.unique(world.edge_crossing[edges])
    crossings = world.crossings.iloc[crossing[crossing >= 0]]
    changes = world.gauge_changes
    changes = changes[changes["node_a"].isin(nodes) | changes["node_b"].isin(nodes)]
    return PortableNetwork(
        nodes=_frame_nodes(world, nodes),
        links=_frame_links(world, edges),
        lines=draw_edges(world, edges),
        posts=_frame_posts(world, crossings, countries),
        crossings=crossings[["id", "mode", "country_a", "country_b", "post", "lon", "lat"]].reset_index(
            drop=True
        ),
        gauge_changes=changes[
            ["id", "place", "country", "method", "gauge_a", "gauge_b", "node_a", "node_b", "lon", "lat"]
        ].reset_index(drop=True),
    )


def _check_choice(world: World, layers: Collection[str], countries: Collection[str]) -> None:
    found = []
    for kind, given, known in (("layer", layers, LAYERS), ("country", countries, world.countries)):
        for word in given:
            if word not in known:
                nearest = (word.upper(),) if word.upper() in known else find_nearest(word, known)
                remedy = f"use {', '.join(known)}" if kind == "layer" else "use codes of ISO 3166-1 alpha-2"
                what = f"the network has no {kind} '{word}'"
                found.append(Finding(f"unknown_{kind}", "error", what, remedy, nearest=nearest))
    if found:
        raise InputError(found)


def _name_codes(codes: NDArray[np.integer], words: Collection[str]) -> NDArray[Any]:
    """Words by index; "" for -1."""
    named: NDArray[Any] = np.array([*words, ""], dtype=object)[codes]
    return named


def _known(gauge: NDArray[np.integer]) -> "pd.Series[Any]":
    """Gauges as whole numbers, NA where the world knows none."""
    return pd.Series(gauge.astype(np.int64)).astype("Int64").mask(gauge == 0)


def _frame_nodes(world: World, nodes: NDArray[np.integer]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "node_id": nodes,
            "layer": _name_codes(world.node_layer[nodes], LAYERS),
            "country": _name_codes(world.node_country[nodes], world.countries),
            "gauge": _known(world.node_gauge[nodes]),
            "lon": np.round(world.node_lon[nodes].astype(np.float64), DECIMALS),
            "lat": np.round(world.node_lat[nodes].astype(np.float64), DECIMALS),
        }
    )


def _frame_links(world: World, edges: NDArray[np.integer]) -> pd.DataFrame:
    crossings = world.crossings["id"].tolist()
    return pd.DataFrame(
        {
            "link_id": edges,
            "from_node_id": world.edge_tail[edges],
            "to_node_id": world.edge_head[edges],
            "mode": _name_codes(world.edge_layer[edges], LAYERS),
            "km": np.round(world.edge_km[edges].astype(np.float64), 3),
            "gauge": _known(world.node_gauge[world.edge_tail[edges]]),
            "electrified": _known(world.edge_electrified[edges] + 1) - 1,
            "leg": _name_codes(world.edge_leg[edges], world.legs),
            "passage": _name_codes(world.edge_passage[edges], world.passages),
            "crossing": _name_codes(world.edge_crossing[edges], crossings),
        }
    )


def _frame_posts(world: World, crossings: pd.DataFrame, countries: Collection[str]) -> pd.DataFrame:
    """Posts of the crossings, and every post of the chosen countries."""
    places = world.places[world.places["kind"] == "post"]
    near = places["id"].isin(crossings["post"])
    own = places["country"].isin(list(countries)) if countries else np.ones(len(places), bool)
    posts = read_shipped_tables()["posts"]
    mode = places["id"].map(dict(zip(posts["id"], posts["mode"], strict=True))).fillna("")
    found = places.assign(mode=mode)[near | own]
    return found[["id", "name", "mode", "country", "lon", "lat"]].reset_index(drop=True)


def draw_edges(world: World, edges: NDArray[np.integer]) -> NDArray[Any]:
    """The drawn line of each edge from tail to head, as shapely lines of (longitude, latitude)."""
    start = world.shape_start[edges].astype(np.int64)
    inner = world.shape_start[edges + 1].astype(np.int64) - start
    owner = np.repeat(np.arange(len(edges)), inner + 2)
    first = np.concatenate(([0], np.cumsum(inner + 2)))
    points = np.empty((len(owner), 2))
    middle = np.ones(len(owner), bool)
    middle[first[:-1]] = middle[first[1:] - 1] = False
    shape = np.repeat(start, inner) + np.arange(int(inner.sum())) - np.repeat(np.cumsum(inner) - inner, inner)
    points[middle] = np.column_stack((world.shape_lon[shape], world.shape_lat[shape]))
    for place, node in ((first[:-1], world.edge_tail[edges]), (first[1:] - 1, world.edge_head[edges])):
        points[place] = np.column_stack((world.node_lon[node], world.node_lat[node]))
    lines: NDArray[Any] = shapely.linestrings(np.round(points, DECIMALS), indices=owner)
    return lines
