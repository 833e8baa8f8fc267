"""Gives rails their traction: by line, else by country where all lines have one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from network_build.countries import Land
from network_build.graph import Graph
from network_build.line_matching import Ways, find_ways, match_line, snap_to
from network_build.log import RepairLog
from network_build.tables import read_gauges, unify_gauge

ELECTRIC, DIESEL, UNKNOWN = 1, 0, -1
# Where this share of a country's lines is electrified, all lines that no row names count as electric; where at most
# the rest to 1 is, as diesel.
NEARLY_ALL = 0.95
# An edge between the same nodes of up to this multiple of the length is another track of the line.
BESIDE = 1.1


def mark_electrified(
    graph: Graph, gauge: np.ndarray, land: Land, *, lines: pd.DataFrame, shares: pd.DataFrame, log: RepairLog
) -> np.ndarray:
    """Traction of each rail, int8[m]: 1 electric, 0 diesel, -1 unknown.

    `gauge` int16[n] is that of the nodes. Rows of `lines` come first, electric ones over diesel ones; then rails of
    countries that are (nearly) all electric or all diesel, or whose lines are completely given.
    """
    traction = np.full(graph.m, UNKNOWN, np.int8)
    every, main = find_ways(graph), read_gauges()
    ways = {
        size: snap_to(every, graph, np.flatnonzero(gauge == size)) for size in np.unique(gauge[gauge > 0])
    }
    rows = lines[lines["status"].isin(["", "open"])]
    for row in rows.sort_values("traction", key=lambda words: words != "diesel", kind="stable").itertuples():
        edges = _match(graph, row, ways, first=main.get(row.country, 0))
        if edges is None:
            log.rows.append(("rail", "traction_unmatched", "", "", "", "", 0.0, f"line {row.id} not matched"))
            continue
        traction[_add_tracks(graph, edges)] = DIESEL if row.traction == "diesel" else ELECTRIC
    level = _country_levels(land, shares)
    tail, head = level[graph.country[graph.tail]], level[graph.country[graph.head]]
    return np.where((traction == UNKNOWN) & (tail == head), tail, traction).astype(np.int8)


def _match(graph: Graph, row, ways: dict[int, Ways], *, first: int) -> np.ndarray | None:
    """Edges of a line on its own gauge, else on the first that joins all its corners, the country's before others."""
    own = [unify_gauge(row.gauge)] if row.gauge else list(ways)
    for size in sorted(set(own) & set(ways), key=lambda size: (size != first, -len(ways[size].nodes))):
        edges = match_line(graph, row.via, ways[size])
        if edges is not None:
            return edges
    return None


def _add_tracks(graph: Graph, edges: np.ndarray) -> np.ndarray:
    """The edges and those beside them, between the same nodes and of about the same length."""
    low, high = np.minimum(graph.tail, graph.head), np.maximum(graph.tail, graph.head)
    key = low.astype(np.int64) * graph.n + high
    longest = dict(zip(key[edges].tolist(), (BESIDE * graph.km[edges]).tolist(), strict=True))
    near = np.flatnonzero(np.isin(key, key[edges]))
    return near[graph.km[near] <= [longest[k] for k in key[near].tolist()]]


def _country_levels(land: Land, shares: pd.DataFrame) -> np.ndarray:
    """Traction of the lines that no row names by country, int8[countries + 1]; the last is no country."""
    level = np.full(len(land.codes) + 1, UNKNOWN, np.int8)
    number = {code: k for k, code in enumerate(land.codes)}
    for row in shares[shares["id"].isin(number)].itertuples():
        share = float(row.share)
        if share >= NEARLY_ALL:
            level[number[row.id]] = ELECTRIC
        elif share <= 1 - NEARLY_ALL or row.complete == "true":
            level[number[row.id]] = DIESEL
    return level
