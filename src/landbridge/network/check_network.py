"""Checks the world network itself: components, distances from places to it, and ways that are too long.

Circuity is length over great-circle distance (Ballou, Rahardja and Sakai 2002, Transportation Research A 36);
a value far above its neighbours' marks a missing line in the data, or a real barrier.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from landbridge.network.places import FAR_KM, LAYERS
from landbridge.network.sphere import EARTH_KM, great_circle_pairs, unit_vectors
from landbridge.schema import Finding
from landbridge.sources import World

BATCH = 64  # sources of one call, which bounds memory at 64 x nodes x 8 bytes


@dataclass(frozen=True, slots=True, eq=False)
class NetworkCheck:
    """Frames of a check, worst rows first.

    `components`: layer, nodes, length (km), countries. `snaps`: place, name, country, population, layer, gap (km, NaN
    where out of reach). `circuity`: layer, from, to, country_from, country_to, great_circle, length (km, infinite where
    there is no way), ratio.
    """

    components: pd.DataFrame
    snaps: pd.DataFrame
    circuity: pd.DataFrame
    findings: tuple[Finding, ...]


def check_network(
    world: World, *, people: int = 500_000, reach: float = 400.0, ratio: float = 2.5
) -> NetworkCheck:
    """Checks components, snaps and circuity between cities of at least `people` that lie within `reach` km.

    Pairs longer than `ratio` times their great circle, and cities further than 25 km from roads, are findings.
    """
    components, snaps = list_components(world), list_snaps(world, people=people)
    circuity = pd.concat(
        [list_circuity(world, layer, people=people, reach=reach) for layer in ("road", "rail")],
        ignore_index=True,
    )
    circuity = circuity[circuity["ratio"] > ratio].reset_index(drop=True)
    return NetworkCheck(components, snaps, circuity, (*_judge_snaps(snaps), *_judge_circuity(circuity)))


def list_components(world: World, *, largest: int = 20) -> pd.DataFrame:
    """The largest components of each layer: layer, component, nodes, length (km), countries."""
    rows = []
    for number, layer in enumerate(LAYERS):
        matrix, nodes = make_matrix(world, layer)
        _, label = connected_components(matrix, directed=False)
        length = np.bincount(label, matrix.sum(axis=1) / 2)
        size = np.bincount(label)
        for part in np.argsort(-length, kind="stable")[:largest]:
            country = np.unique(world.node_country[nodes[label == part]])
            codes = ";".join(world.countries[k] for k in country if k >= 0)
            rows.append((layer, int(size[part]), round(float(length[part])), codes, number))
    frame = pd.DataFrame(rows, columns=["layer", "nodes", "length", "countries", "order"])
    return frame.sort_values(["order", "length"], ascending=[True, False], ignore_index=True).drop(
        columns="order"
    )


def list_snaps(world: World, *, people: int) -> pd.DataFrame:
    """Cities of at least `people` that lie more than 25 km from a road or railway, or out of its reach."""
    cities = world.places[world.places["population"] >= people]
    rows = []
    for layer in ("road", "rail"):
        gap = cities[f"{layer}_km"].astype(float)
        far = cities[gap.isna() | (gap > FAR_KM)]
        rows.append(far[["id", "name", "country", "population"]].assign(layer=layer, gap=gap[far.index]))
    frame = pd.concat(rows, ignore_index=True).rename(columns={"id": "place"})
    return frame.sort_values(["layer", "population"], ascending=[False, False], ignore_index=True)


def list_circuity(world: World, layer: str, *, people: int, reach: float) -> pd.DataFrame:
    """Length and great circle between the cities of at least `people` within `reach` km of each other."""
    cities = world.places[(world.places["population"] >= people) & (world.places[f"{layer}_node"] >= 0)]
    pairs = pair_cities(cities["lat"].to_numpy(), cities["lon"].to_numpy(), reach=reach)
    length = pairs.measure(world, layer, cities[f"{layer}_node"].to_numpy())
    return _frame_pairs(cities, layer, pairs, length)


@dataclass(frozen=True, slots=True, eq=False)
class CityPairs:
    """Pairs of cities: int64[n, 2] rows of a list of cities, the great circle in km, and how far apart they may be."""

    pairs: NDArray[np.int64]
    great_circle: NDArray[np.float64]
    reach: float

    def measure(self, world: World, layer: str, node: NDArray[np.integer]) -> NDArray[np.float64]:
        """Shortest lengths on a layer in km, float64[n], from the world nodes of the cities (-1: none).

        Infinite where there is no way, or none of up to six times the reach.
        """
        matrix, nodes = make_matrix(world, layer)
        place, known = np.searchsorted(nodes, node), node >= 0
        length = np.full(len(self.pairs), np.inf)
        usable = known[self.pairs].all(axis=1)
        sources = np.unique(self.pairs[usable, 0])
        for start in range(0, len(sources), BATCH):
            batch = sources[start : start + BATCH]
            distance = dijkstra(matrix, directed=False, indices=place[batch], limit=6 * self.reach)
            rows = np.flatnonzero(np.isin(self.pairs[:, 0], batch) & usable)
            length[rows] = distance[np.searchsorted(batch, self.pairs[rows, 0]), place[self.pairs[rows, 1]]]
        return length


def pair_cities(lat: NDArray[np.floating], lon: NDArray[np.floating], *, reach: float) -> CityPairs:
    """All pairs of points (degrees) within `reach` km of each other, in order.

    >>> found = pair_cities(np.array([0.0, 0.0, 50.0]), np.array([0.0, 1.0, 0.0]), reach=400.0)
    >>> found.pairs.tolist(), found.great_circle.round(1).tolist()
    ([[0, 1]], [111.2])
    """
    tree = cKDTree(unit_vectors(lat, lon))
    pairs = tree.query_pairs(reach / EARTH_KM, output_type="ndarray").reshape(-1, 2).astype(np.int64)
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]
    one, two = pairs[:, 0], pairs[:, 1]
    return CityPairs(pairs, great_circle_pairs((lat[one], lon[one]), (lat[two], lon[two])), reach)


def _frame_pairs(
    cities: pd.DataFrame, layer: str, found: CityPairs, length: NDArray[np.float64]
) -> pd.DataFrame:
    one, two = (cities.iloc[found.pairs[:, side]].reset_index(drop=True) for side in (0, 1))
    arc = found.great_circle
    frame = pd.DataFrame(
        {
            "layer": layer, "from": one["name"], "to": two["name"], "country_from": one["country"],
            "country_to": two["country"], "great_circle": np.round(arc, 1), "length": np.round(length, 1),
        }
    )  # fmt: skip
    frame["ratio"] = (frame["length"] / frame["great_circle"].clip(lower=1.0)).round(2)
    return frame.sort_values(
        ["ratio", "great_circle", "from", "to"], ascending=[False, True, True, True], ignore_index=True
    )


def make_matrix(world: World, layer: str) -> tuple[csr_array, NDArray[np.int64]]:
    """Adjacency of a layer in km (of parallel edges the shortest; planned legs included) and its world node ids.

    Breaks of gauge are passed at no length.
    """
    nodes = np.flatnonzero(world.node_layer == LAYERS.index(layer))
    edges = np.flatnonzero(world.edge_layer == LAYERS.index(layer))
    tail, head = world.edge_tail[edges], world.edge_head[edges]
    km = np.maximum(world.edge_km[edges].astype(np.float64), 0.001)
    if layer == "rail":
        changes = world.gauge_changes
        tail, head = np.append(tail, changes["node_a"]), np.append(head, changes["node_b"])
        km = np.append(km, np.full(len(changes), 0.001))
    low = np.searchsorted(nodes, np.minimum(tail, head))
    high = np.searchsorted(nodes, np.maximum(tail, head))
    order = np.lexsort((km, high, low))
    first = np.ones(len(order), bool)
    first[1:] = (low[order][1:] != low[order][:-1]) | (high[order][1:] != high[order][:-1])
    pick = order[first]
    low, high, km = low[pick], high[pick], km[pick]
    both = (np.concatenate((low, high)), np.concatenate((high, low)))
    return csr_array(coo_array((np.concatenate((km, km)), both), shape=(len(nodes), len(nodes)))), nodes


def _judge_snaps(snaps: pd.DataFrame) -> list[Finding]:
    return [
        Finding(
            "far_from_network",
            "warning",
            f"{row['name']}, {row['country']} ({row['population']:,} people): {_say_km(row['gap'])} to a road",
            "author the missing road as a leg",
        )
        for row in snaps[snaps["layer"] == "road"].to_dict("records")
    ]


def _judge_circuity(circuity: pd.DataFrame) -> list[Finding]:
    return [
        Finding(
            "long_way", "warning",
            f"{row['layer']} {row['from']}, {row['country_from']} - {row['to']}, {row['country_to']}: "
            f"{_say_km(row['length'])} for {row['great_circle']:.0f} km of great circle",
            "check for a missing line; author it as a leg where it exists",
        )
        for row in circuity.to_dict("records")
    ]  # fmt: skip


def _say_km(length: float) -> str:
    return f"{length:,.0f} km" if np.isfinite(length) else "no way"
