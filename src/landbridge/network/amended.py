"""What a study changes of the world without a new build: names and points of places, new posts and changes of gauge."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import isnan
from typing import Any

import numpy as np
import pandas as pd

from landbridge.network.places import make_key, snap_point
from landbridge.network.sphere import great_circle, measure_line
from landbridge.schema import Finding
from landbridge.schema.rows import Row, read_rows
from landbridge.sources import read_shipped_tables
from landbridge.sources.world import World

Tables = Mapping[str, pd.DataFrame]
POST_KM = 25.0
GAUGE_KM = 8.0
WORDS = ("name", "kind", "country", "locode")
POINT = ("lat", "lon")

_AMENDED: dict[tuple[int, ...], tuple[World, tuple[object, ...]]] = {}
MOST_KEPT = 4


def amend_world(world: World, tables: Tables) -> World:
    """The world with what the rows of `tables` say otherwise than the shipped ones; itself where they say the same.

    A place may have another name, kind or point (it is joined to the network anew); a new post names the crossing of
    its two countries that has no post within 25 km; a new place with a change of gauge joins the two nearest rail nodes
    of its gauges within 8 km.
    """
    parts = (world, tables["places"], tables["posts"])
    key = tuple(map(id, parts))
    if key not in _AMENDED:
        while len(_AMENDED) >= MOST_KEPT:
            _AMENDED.pop(next(iter(_AMENDED)), None)
        # The frames are kept beside what was made of them, so that no other object takes their identity.
        _AMENDED[key] = _amend(world, tables), parts
    return _AMENDED[key][0]


def _amend(world: World, tables: Tables) -> World:
    shipped = read_shipped_tables()
    changed = [
        row
        for name in ("places", "posts")
        if tables[name] is not shipped[name]
        for row in _changed_rows(tables[name], shipped[name])
    ]
    if changed:
        world = _change_places(world, changed)
    posts = {crossing: post["id"] for post, crossing in _place_posts(world, tables) if crossing is not None}
    if posts:
        named = world.crossings["post"].to_numpy(copy=True)
        named[list(posts)] = list(posts.values())
        world = replace(world, crossings=world.crossings.assign(post=named))
    joints = [joint for _, joint in _find_joints(world, tables) if joint]
    if joints:
        rows = pd.DataFrame(joints)[list(world.gauge_changes.columns)]
        world = replace(world, gauge_changes=pd.concat([world.gauge_changes, rows], ignore_index=True))
    return world


def _changed_rows(frame: pd.DataFrame, shipped: pd.DataFrame) -> Iterator[Row]:
    """Shipped rows whose words or point differ now."""
    columns = [name for name in ("id", *WORDS, *POINT, "aliases") if name in frame]
    before = {row["id"]: row for row in read_rows(shipped[columns])}
    for row in read_rows(frame[columns]):
        old = before.get(row["id"])
        if old is not None and any(row[name] != old[name] for name in columns):
            yield {**row, "moved": any(row[name] != old[name] for name in (*POINT, "kind") if name in row)}


def _change_places(world: World, changed: list[Row]) -> World:
    places = world.places.copy()
    numbers = {place: number for number, place in enumerate(places["id"])}
    names = []
    for row in changed:
        number = numbers.get(row["id"])
        if number is None:
            continue
        for column in (*WORDS, *POINT):
            if column in row:
                places.loc[places.index[number], column] = row[column]
        if row["moved"]:
            for column, value in snap_point(world, _place_row(places, number)).items():
                places.loc[places.index[number], column] = value
        names += [(row["name"], 1.0, number), *((alias, 0.5, number) for alias in row.get("aliases") or ())]
    added = pd.DataFrame(
        {
            "name": [name for name, _, _ in names],
            "key": [make_key(name) for name, _, _ in names],
            "place": [number for _, _, number in names],
            "weight": [weight for _, weight, _ in names],
        }
    ).astype(world.names.dtypes.to_dict())
    known = pd.concat([world.names, added], ignore_index=True).drop_duplicates(["key", "place"])
    return replace(world, places=places, names=known.sort_values("key", kind="stable", ignore_index=True))


def _place_row(places: pd.DataFrame, number: int) -> Row:
    return read_rows(places.iloc[[number]])[0]


def _own(tables: Tables, name: str) -> list[dict[str, Any]]:
    """Rows of a table that the shipped one does not have."""
    shipped = read_shipped_tables()[name]
    if tables[name] is shipped:
        return []
    return read_rows(tables[name][~tables[name]["id"].isin(shipped["id"])])


def _place_posts(world: World, tables: Tables) -> Iterator[tuple[Row, int | None]]:
    """New posts, each with the row of the crossing that it names; None where there is none to name."""
    crossings = world.crossings
    known, taken = set(crossings["post"]), set()
    for post in _own(tables, "posts"):
        if post["id"] in known:
            continue
        pair = {post["country_a"], post["country_b"]}
        near = [
            (km, number)
            for number, row in enumerate(
                read_rows(crossings[crossings["mode"] == post["mode"]].reset_index())
            )
            if {row["country_a"], row["country_b"]} == pair and not row["post"] and row["index"] not in taken
            for km, number in [
                (measure_line((post["lat"], post["lon"]), (row["lat"], row["lon"])), row["index"])
            ]
        ]
        found = min(near, default=(float("inf"), -1))
        if found[0] <= POST_KM:
            taken.add(found[1])
            yield post, int(found[1])
        else:
            yield post, None


def _find_joints(world: World, tables: Tables) -> Iterator[tuple[Row, dict[str, Any] | None]]:
    """New places with a change of gauge, each with its row of gauge_changes; None where no two railways meet."""
    known = set(world.gauge_changes["place"])
    rails = np.flatnonzero(world.node_layer == 1)
    for row in _own(tables, "places"):
        if not row["gauge_change"] or row["id"] in known:
            continue
        km = great_circle(world.node_lat[rails], world.node_lon[rails], row["lat"], row["lon"])
        near = rails[km <= GAUGE_KM][np.argsort(km[km <= GAUGE_KM], kind="stable")]
        gauges = world.node_gauge[near]
        first = near[gauges != row["gauge_to"]] if isnan(row["gauge"]) else near[gauges == row["gauge"]]
        second = near[gauges == row["gauge_to"]]
        yield row, _joint(world, row, int(first[0]), int(second[0])) if len(first) and len(second) else None


def _joint(world: World, row: Row, one: int, other: int) -> dict[str, Any]:
    return {
        "id": row["id"],
        "place": row["id"],
        "country": row["country"],
        "lat": row["lat"],
        "lon": row["lon"],
        "node_a": one,
        "node_b": other,
        "gauge_a": int(world.node_gauge[one]),
        "gauge_b": int(world.node_gauge[other]),
        "method": row["gauge_change"],
    }


def check_amendments(world: World, tables: Tables) -> Iterator[Finding]:
    """New posts that stand at no crossing, and new changes of gauge where no two railways meet; `world` as shipped."""
    for post, crossing in _place_posts(world, tables):
        if crossing is None:
            mode = str(post["mode"]).replace("_", " ")
            what = f"no {mode} without a post crosses from {post['country_a']} to {post['country_b']} within 25 km of"
            remedy = (
                "check its point, countries and mode; or give the shipped post that stands there other values"
            )
            yield Finding(
                "post_off_network", "warning", f"{what} the post {post['id']}", remedy, file="posts.csv"
            )
    for place, joint in _find_joints(world, tables):
        if joint is None:
            what = (
                f"no railways of two gauges come within 8 km of {place['id']}, so nothing changes gauge there"
            )
            remedy = "check its point, gauge and gauge_to; the railway itself comes from the shipped network"
            yield Finding("gauge_change_nowhere", "warning", what, remedy, file="places.csv")
