"""Compares two builds of the world network: what came and went, and which ways between cities changed."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components

from landbridge.network.check_network import CityPairs, make_matrix, pair_cities
from landbridge.network.places import LAYERS
from landbridge.schema.rows import read_rows
from landbridge.sources.world import World

CHANGED = 0.01  # share of the length
LAYER_WORDS = {"road": "road", "rail": "rail", "water": "sea", "river": "inland_water"}
WAYS = ("road", "rail")


@dataclass(frozen=True, slots=True, eq=False)
class NetworkDiff:
    """Frames of a comparison; `one` and `other` are the two networks, in this order.

    `counts`: what, one, other, change (nodes, edges and km by layer; places, posts, crossings, legs, names).
    `rows`: table, id, name, country, change (added, lost), sorted; places, posts, crossings, legs, passages by id.
    `components`: layer, parts, nodes and length (km) of the largest, for one and other.
    `lengths`: layer, from, to, country_from, country_to, great_circle, one, other (km, infinite without a way), change
    (share), verdict (longer, shorter, reachable, unreachable), the largest change first.
    `sample`: layer, pairs (compared), changed, reachable, unreachable.
    """

    one: str
    other: str
    counts: pd.DataFrame
    rows: pd.DataFrame
    components: pd.DataFrame
    lengths: pd.DataFrame
    sample: pd.DataFrame


def compare_networks(one: World, other: World, *, people: int = 500_000, reach: float = 400.0) -> NetworkDiff:
    """Compare `other` with `one`.

    Lengths are those between all pairs of cities of at least `people` within `reach` km, by road and by rail, with
    planned legs and without closings; a change of up to 1 % is left out. A city counts if both networks have it.
    """
    lengths, sample = _compare_lengths(one, other, people, reach)
    return NetworkDiff(
        one=_describe(one),
        other=_describe(other),
        counts=_compare_counts(one, other),
        rows=_compare_rows(one, other),
        components=_compare_components(one, other),
        lengths=lengths,
        sample=sample,
    )


def _describe(world: World) -> str:
    return f"{world.date.isoformat()} ({world.hash[:12]})"


def _count(world: World) -> dict[str, float]:
    counts: dict[str, float] = {}
    for number, layer in enumerate(LAYERS):
        edges, word = world.edge_layer == number, LAYER_WORDS[layer]
        counts[f"{word} nodes"] = int((world.node_layer == number).sum())
        counts[f"{word} edges"] = int(edges.sum())
        counts[f"{word} km"] = round(float(world.edge_km[edges].astype(np.float64).sum()))
    for name in ("places", "crossings", "gauge_changes", "names"):
        counts[name.replace("_", " ")] = len(getattr(world, name))
    counts["posts"] = int((world.places["kind"] == "post").sum())
    return counts | {"authored legs": len(world.legs), "passages": len(world.passages)}


def _compare_counts(one: World, other: World) -> pd.DataFrame:
    before, after = _count(one), _count(other)
    rows = [(name, before[name], after[name], after[name] - before[name]) for name in before]
    return pd.DataFrame(rows, columns=["what", "one", "other", "change"])


def _list_rows(world: World) -> dict[tuple[str, str], tuple[str, str]]:
    """Name and country of each row by table and id."""
    places = world.places
    columns = zip(places["kind"], places["id"], places["name"], places["country"], strict=True)
    rows = {
        ("posts" if kind == "post" else "places", place): (name, land) for kind, place, name, land in columns
    }
    for row in read_rows(world.crossings):
        pair = f"{row['country_a']};{row['country_b']}"
        rows["crossings", row["id"]] = (f"{row['mode']} {row['lat']:.2f},{row['lon']:.2f}", pair)
    rows |= {("legs", leg): ("", "") for leg in world.legs}
    return rows | {("passages", passage): ("", "") for passage in world.passages}


def _compare_rows(one: World, other: World) -> pd.DataFrame:
    before, after = _list_rows(one), _list_rows(other)
    lost = [(*key, *before[key], "lost") for key in sorted(before.keys() - after.keys())]
    added = [(*key, *after[key], "added") for key in sorted(after.keys() - before.keys())]
    frame = pd.DataFrame([*lost, *added], columns=["table", "id", "name", "country", "change"])
    return frame.sort_values(["table", "change", "id"], ignore_index=True)


def _compare_components(one: World, other: World) -> pd.DataFrame:
    names = [f"{what}_{side}" for side in ("one", "other") for what in ("parts", "nodes", "length")]
    rows = [
        (LAYER_WORDS[layer], *_measure_parts(one, layer), *_measure_parts(other, layer)) for layer in LAYERS
    ]
    return pd.DataFrame(rows, columns=["layer", *names])


def _measure_parts(world: World, layer: str) -> tuple[int, int, int]:
    """How many connected parts a layer has, and the nodes and km of the longest."""
    matrix, nodes = make_matrix(world, layer)
    if not len(nodes):
        return 0, 0, 0
    parts, label = connected_components(matrix, directed=False)
    length = np.bincount(label, matrix.sum(axis=1) / 2)
    longest = int(np.argmax(length))
    return int(parts), int(np.bincount(label)[longest]), round(float(length[longest]))


def _compare_lengths(
    one: World, other: World, people: int, reach: float
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Changed lengths, and how many pairs were compared."""
    columns = ["id", "name", "country", "lat", "lon", *(f"{layer}_node" for layer in WAYS)]
    cities = one.places.loc[one.places["population"] >= people, columns]
    there = other.places.drop_duplicates("id").set_index("id")
    cities = cities[cities["id"].isin(there.index)].sort_values("id", ignore_index=True)
    pairs = pair_cities(cities["lat"].to_numpy(), cities["lon"].to_numpy(), reach=reach)
    found, counts = [], []
    for layer in WAYS:
        nodes = cities[f"{layer}_node"].to_numpy(), there.loc[cities["id"], f"{layer}_node"].to_numpy()
        before, after = (
            pairs.measure(world, layer, node) for world, node in zip((one, other), nodes, strict=True)
        )
        frame = _judge_lengths(cities, pairs, before, after).assign(layer=layer)
        found.append(frame)
        verdict = frame["verdict"].value_counts()
        changed = int(verdict.get("longer", 0) + verdict.get("shorter", 0))
        both = [int(verdict.get(word, 0)) for word in ("reachable", "unreachable")]
        counts.append((layer, int(np.isfinite(before).sum()), changed, *both))
    lengths = pd.concat(found, ignore_index=True)
    lengths = lengths[["layer", *(name for name in lengths.columns if name != "layer")]]
    return lengths, pd.DataFrame(counts, columns=["layer", "pairs", "changed", "reachable", "unreachable"])


def _judge_lengths(
    cities: pd.DataFrame, pairs: CityPairs, before: np.ndarray, after: np.ndarray
) -> pd.DataFrame:
    known = np.isfinite(before), np.isfinite(after)
    with np.errstate(invalid="ignore"):
        change = np.where(known[0] & known[1], after / before - 1.0, np.nan)
    verdict = np.select(
        [change > CHANGED, change < -CHANGED, ~known[0] & known[1], known[0] & ~known[1]],
        ["longer", "shorter", "reachable", "unreachable"],
        "",
    )
    one, two = (cities.iloc[pairs.pairs[:, side]].reset_index(drop=True) for side in (0, 1))
    frame = pd.DataFrame(
        {
            "from": one["name"], "to": two["name"], "country_from": one["country"], "country_to": two["country"],
            "great_circle": np.round(pairs.great_circle, 1), "one": np.round(before, 1), "other": np.round(after, 1),
            "change": np.round(change, 4), "verdict": verdict,
        }
    )  # fmt: skip
    size = np.where(np.isnan(change), np.inf, np.abs(change))
    order = np.lexsort((frame["to"], frame["from"], frame["country_from"], -size))
    changed: pd.DataFrame = frame.iloc[order[verdict[order] != ""]].reset_index(drop=True)
    return changed
