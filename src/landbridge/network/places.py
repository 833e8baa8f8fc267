"""Finds a place as people write it: a name in any language, a UN/LOCODE, an id, "name, country", or coordinates."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Any

import numpy as np
import pandas as pd
from anyascii import anyascii
from rapidfuzz import fuzz, process

from landbridge.network.sphere import great_circle, measure_line
from landbridge.network.virtual import MOST_WORLDS
from landbridge.schema import Finding, InputError
from landbridge.schema.rows import list_values
from landbridge.sources import World, read_shipped_tables

FAR_KM = 25.0  # a snap further than this is a finding
SAME_KM = 30.0  # places of one name and country within this distance are one (a city, its port, its airport)
ALIAS_DOMINANCE = (
    100  # a place known by this name among others must be so much larger than one whose name it is
)
DOMINANCE = 10  # a city more than this many times as large as its namesakes wins
REACH_KM = {"road": 100.0, "rail": 50.0, "water": 100.0, "river": 10.0}
LAYERS = ("road", "rail", "water", "river")
IDENTITY = ("id", "name", "kind", "locode", "country")
# Places without a population are weighed as if they had this many people; of one town the first kind stands for it.
WEIGHT_OF_KIND = {
    "city": 15_000, "port": 5_000, "terminal": 4_000, "station": 3_000, "zone": 2_000, "post": 1_000, "airport": 500,
    "junction": 100,
}  # fmt: skip
# Places that were read are kept.
MOST_PLACES = 20_000
_COORDINATES = re.compile(r"\s*([+-]?\d+(?:\.\d+)?)\s*[,;\s]\s*([+-]?\d+(?:\.\d+)?)\s*")


@dataclass(frozen=True, slots=True)
class Place:
    """A place found, and where it joins the network.

    `number` is its row in World.places, None for coordinates and places of a study. `code` is its UN/LOCODE, "" if
    it has none. The nodes are -1 and their distances (km) NaN where a layer is out of reach. `findings` are notes on
    the choice among namesakes and warnings of a far snap.
    """

    number: int | None
    id: str
    name: str
    kind: str
    code: str
    country: str
    lat: float
    lon: float
    population: int = 0
    road_node: int = -1
    road_km: float = math.nan
    rail_node: int = -1
    rail_km: float = math.nan
    water_node: int = -1
    water_km: float = math.nan
    river_node: int = -1
    river_km: float = math.nan
    findings: tuple[Finding, ...] = ()

    @property
    def snap_km(self) -> float:
        """Distance to the nearest network, NaN where none is within reach."""
        known = [
            km for km in (self.road_km, self.rail_km, self.water_km, self.river_km) if not math.isnan(km)
        ]
        return min(known, default=math.nan)

    def as_row(self) -> dict[str, Any]:
        """The place as a row of World.places."""
        words = {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "country": self.country,
            "locode": self.code,
        }
        snaps = {
            f"{layer}_{part}": getattr(self, f"{layer}_{part}") for layer in LAYERS for part in ("node", "km")
        }
        return {**words, "lat": self.lat, "lon": self.lon, **snaps}

    def __str__(self) -> str:
        people = f", {self.population:,} people" if self.population else ""
        return (
            f"{self.name}, {self.country} ({self.kind}{people}, {self.lat:.2f},{self.lon:.2f}, id {self.id})"
        )


def find_place(world: World, text: str, *, country: str = "", extra: pd.DataFrame | None = None) -> Place:
    """The place that `text` means, snapped to the network.

    `country` (alpha-2) narrows the search. `extra` holds places of a study (columns of the table places), which win
    over shipped ones. Raises InputError where the place is unknown or the text fits several.
    """
    point = _read_coordinates(text)
    if point is not None:
        return _check_snap(_snap(world, _place_at(world, *point)))
    own = _find_extra(text, country, extra)
    if own is not None:
        return _check_snap(_snap(world, own))
    found = _find_named(world, text, country)
    if not found:
        raise InputError([_unknown(world, text, country)])
    return _check_snap(_choose(text, found))


def make_key(text: str) -> str:
    """Search key of a name: ASCII, lower case, letters and digits only.

    >>> make_key("Bandar-e ʿAbbās"), make_key("Минск"), make_key("BY MSQ")
    ('bandareabbas', 'minsk', 'bymsq')
    """
    return re.sub(r"[^a-z0-9]", "", anyascii(text).lower())


def _read_coordinates(text: str) -> tuple[float, float] | None:
    match = _COORDINATES.fullmatch(text)
    if match is None:
        return None
    lat, lon = float(match[1]), float(match[2])
    if abs(lat) > 90 or abs(lon) > 180:
        what = f"'{text.strip()}' are no coordinates: latitude is within 90, longitude within 180 degrees"
        raise InputError([Finding("bad_coordinates", "error", what, "write latitude,longitude in degrees")])
    return lat, lon


def _place_at(world: World, lat: float, lon: float) -> Place:
    """A point as a place; its country is that of the nearest road or rail node."""
    land = np.flatnonzero(world.node_layer < 2)
    node = land[int(np.argmin(great_circle(world.node_lat[land], world.node_lon[land], lat, lon)))]
    name = f"{lat:g},{lon:g}"
    return Place(None, name, name, "city", "", world.countries[int(world.node_country[node])], lat, lon)


def _find_extra(text: str, country: str, extra: pd.DataFrame | None) -> Place | None:
    if extra is None or extra.empty:
        return None
    key = make_key(text)
    exact = extra[(extra["id"] == text).to_numpy()]
    for row in (exact if len(exact) else extra).to_dict("records"):
        names = {row["id"], row["name"], row.get("locode") or "", *(row.get("aliases") or ())}
        known = key in {make_key(str(name)) for name in names if name}
        if key and known and country in ("", row["country"]):
            identity, name, kind, code, land = (str(row[word] or "") for word in IDENTITY)
            return Place(None, identity, name, kind, code, land, float(row["lat"]), float(row["lon"]))
    return None


def _find_named(world: World, text: str, country: str) -> list[Place]:
    """Places of this name, the ones whose main name it is, unless one that bears it beside is far larger."""
    rows = _look_up(world, make_key(text), country)
    name, comma, where = text.rpartition(",")
    code = _find_country(world, where) if comma else ""
    if code and country in ("", code):
        rows += _look_up(world, make_key(name), code)
    main = {place.id: place for place, weight in rows if weight >= 1}
    largest = max((_weigh(place) for place in main.values()), default=0)
    main |= {p.id: p for p, weight in rows if weight < 1 and _weigh(p) > ALIAS_DOMINANCE * largest}
    exact = main.get(text.strip())
    return [exact] if exact is not None else list(main.values())


def _look_up(world: World, key: str, country: str) -> list[tuple[Place, float]]:
    names = _list_columns(world)[1]
    keys: Sequence[str] = names["key"]
    row = bisect_left(keys, key)
    found = []
    while key and row < len(keys) and keys[row] == key:
        place = read_place(world, int(names["place"][row]))
        if country in ("", place.country):
            found.append((place, float(names["weight"][row])))
        row += 1
    return found


@lru_cache(maxsize=MOST_WORLDS)
def _list_columns(world: World) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The columns of a world's places and names: a frame takes its time to hand one out."""
    places, names = world.places, world.names
    return {str(name): places[name].array for name in places}, {
        str(name): names[name].array for name in names
    }


@lru_cache(maxsize=MOST_WORLDS)
def list_place_ids(world: World) -> frozenset[str]:
    """Ids of all places of a world."""
    return frozenset(list_values(world.places["id"]))


def select_own(world: World, places: pd.DataFrame) -> pd.DataFrame:
    """Rows of the table places that the world does not have: those of a study."""
    known = list_place_ids(world)
    return places[[place not in known for place in list_values(places["id"])]]


@lru_cache(maxsize=MOST_PLACES)
def read_place(world: World, number: int) -> Place:
    """The place of a row of World.places."""
    at = {name: values[number] for name, values in _list_columns(world)[0].items()}
    snaps: dict[str, Any] = {f"{layer}_node": int(at[f"{layer}_node"]) for layer in LAYERS}
    snaps |= {f"{layer}_km": float(at[f"{layer}_km"]) for layer in LAYERS}
    identity, name, kind, code, country = (str(at[word]) for word in IDENTITY)
    point, people = (float(at["lat"]), float(at["lon"])), int(at["population"])
    return Place(number, identity, name, kind, code, country, *point, population=people, **snaps)


@cache
def _country_keys() -> dict[str, str]:
    rows = read_shipped_tables()["countries"]
    return {make_key(name): str(code) for name, code in zip(rows["name"], rows["id"], strict=True)}


def _find_country(world: World, text: str) -> str:
    """Code of a country given as a code or an English name, also a part of it that fits one country only."""
    key = make_key(text)
    if len(key) == 2 and key.upper() in world.countries:
        return key.upper()
    names = _country_keys()
    part = [code for name, code in names.items() if len(key) > 2 and key in name]
    return names.get(key, part[0] if len(part) == 1 else "")


def _weigh(place: Place) -> int:
    return max(place.population, WEIGHT_OF_KIND.get(place.kind, 0))


def _choose(text: str, found: list[Place]) -> Place:
    post = _find_twin_post(found)
    towns = _group_towns(found)
    if post is not None:
        note = Finding("twin_towns", "note", f"'{text}' is a town on both sides of a border: the post {post.id}",
                       "add the country to mean one side")  # fmt: skip
        return replace(post, findings=(note,))
    if len(towns) == 1:
        return towns[0]
    first, second = towns[:2]
    if _weigh(first) > DOMINANCE * _weigh(second):
        what = f"'{text}' is taken for {first}; {len(towns) - 1} smaller of this name"
        note = Finding(
            "namesakes", "note", what, "add the country to mean another", nearest=_name_all(towns[1:4])
        )
        return replace(first, findings=(note,))
    what = f"'{text}' fits {len(towns)} places: " + "; ".join(str(place) for place in towns[:8])
    raise InputError(
        [
            Finding(
                "ambiguous_place",
                "error",
                what,
                "add the country or write the id",
                nearest=_name_all(towns[:8]),
            )
        ]
    )


def _name_all(places: list[Place]) -> tuple[str, ...]:
    return tuple(f"{place.name}, {place.country}" for place in places)


def _find_twin_post(found: list[Place]) -> Place | None:
    """The post whose two towns bear the name, unless a far larger place elsewhere does."""
    for post in sorted(
        (p for p in found if p.kind == "post"), key=lambda p: (not p.id.endswith("road"), p.id)
    ):
        near = [p for p in found if _distance(post, p) <= SAME_KM and p.kind != "post"]
        far = [_weigh(p) for p in found if _distance(post, p) > SAME_KM]
        if len({p.country for p in near}) > 1 and max(far, default=0) <= DOMINANCE * max(map(_weigh, near)):
            return post
    return None


def _distance(one: Place, two: Place) -> float:
    return measure_line((one.lat, one.lon), (two.lat, two.lon))


def _group_towns(found: list[Place]) -> list[Place]:
    """One place for each town, the largest first: a city stands for its port, stations and airport."""
    kinds = list(WEIGHT_OF_KIND)
    order = sorted(found, key=lambda p: (-p.population, kinds.index(p.kind), p.id))
    towns: list[Place] = []
    for place in order:
        if not any(p.country == place.country and _distance(p, place) <= SAME_KM for p in towns):
            towns.append(place)
    return sorted(towns, key=lambda p: -_weigh(p))


def _snap(world: World, place: Place) -> Place:
    """A place that is not in the world's table, joined to the nearest nodes; to lanes and waterways only as a port."""
    for layer, name in enumerate(LAYERS):
        nodes = np.flatnonzero(world.node_layer == layer)
        near = nodes[np.abs(world.node_lat[nodes] - place.lat) < REACH_KM[name] / 100]
        if not len(near) or (name in ("water", "river") and place.kind != "port"):
            continue
        gap = great_circle(world.node_lat[near], world.node_lon[near], place.lat, place.lon)
        at = int(np.argmin(gap))
        if gap[at] <= REACH_KM[name]:
            joined = {f"{name}_node": int(near[at]), f"{name}_km": round(float(gap[at]), 2)}
            place = replace(place, **joined)  # type: ignore[arg-type]
    return place


def snap_point(world: World, row: Mapping[str, Any]) -> dict[str, Any]:
    """Nodes and distances of a row of World.places by its point and kind, as columns of that frame."""
    identity, name, kind, code, country = (str(row[word]) for word in IDENTITY)
    bare = Place(None, identity, name, kind, code, country, float(row["lat"]), float(row["lon"]))
    found = _snap(world, bare)
    return {
        f"{layer}_{part}": getattr(found, f"{layer}_{part}") for layer in LAYERS for part in ("node", "km")
    }


def _check_snap(place: Place) -> Place:
    if place.snap_km <= FAR_KM:
        return place
    if math.isnan(place.snap_km):
        far = Finding(
            "no_network", "warning", f"no network is within reach of {place}", "choose a place on the network"
        )
    else:
        what = f"{place} lies {place.snap_km:.0f} km from the nearest network"
        far = Finding(
            "far_from_network", "warning", what, "check the coordinates, or choose a place on the network"
        )
    return replace(place, findings=(*place.findings, far))


def _unknown(world: World, text: str, country: str) -> Finding:
    key = make_key(text.rpartition(",")[0] or text)
    elsewhere = _look_up(world, key, "")
    if elsewhere:
        names = tuple(
            f"{place.name}, {place.country}" for place in _group_towns([p for p, _ in elsewhere])[:5]
        )
    else:
        names = _find_like(world, key, country)
    within = f" in {country}" if country else ""
    what = f"there is no place '{text.strip()[:80]}'{within}"
    return Finding(
        "unknown_place", "error", what, "write a name, UN/LOCODE, id or latitude,longitude", nearest=names
    )


def _find_like(world: World, key: str, country: str) -> tuple[str, ...]:
    keys = world.names["key"].tolist()
    hits = process.extract(key[:60], keys, scorer=fuzz.ratio, limit=40, score_cutoff=70)
    names: dict[str, float] = {}
    for _, score, row in hits:
        place = read_place(world, int(_list_columns(world)[1]["place"][row]))
        if country in ("", place.country):
            rank = score + math.log10(1 + _weigh(place))
            label = f"{place.name}, {place.country}"
            names[label] = max(rank, names.get(label, 0))
    return tuple(sorted(names, key=lambda name: -names[name])[:5])
