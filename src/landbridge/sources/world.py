"""The shipped world network: roads, rails and sea lanes with their places, unpacked once and memory-mapped."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from landbridge.schema.errors import InputError
from landbridge.schema.findings import Finding
from landbridge.sources.cache_folder import find_cache_folder

WORLD_FOLDER = Path(__file__).parent / "shipped" / "world"
FORMAT = 3  # of the unpacked files; a new number makes old caches unused
FRAMES = ("crossings", "gauge_changes", "places", "names")
PACKED = ("nodes", "edges", "shapes", *FRAMES)
META = "meta.json"

Ints = NDArray[np.int32]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """The network of one date, with n nodes and m edges (undirected: both ways).

    Nodes: `node_lat`, `node_lon` float32[n] degrees; `node_layer` int8[n], 0 road, 1 rail, 2 sea lanes,
    3 inland waterways (in this order); `node_country` int16[n] index into `countries`, -1 at sea; `node_gauge`
    int16[n] mm on rail, else 0.

    Edges: `edge_tail`, `edge_head` int32[m]; `edge_km` float32[m]; `edge_layer` int8[m]; `edge_crossing` int32[m]
    row of `crossings`, -1 none; `edge_fraction` float32[m] share of the length in the tail's country;
    `edge_passage` int8[m] index into `passages`, `edge_leg` int16[m] index into `legs`, -1 none; `edge_water`
    int8[m]: 0 ocean, 1 Caspian, 2 Volga-Don, 3 Azov and Black Sea, -1 land; `edge_electrified` int8[m] of railways:
    1 freight runs with electric traction, 0 with diesel, -1 unknown (and not a railway). `shape_start` int32[m + 1] and
    `shape_lat`, `shape_lon` float32 hold the inner points of each edge's drawn line, from tail to head.

    Where gauges meet there is one node for each gauge, joined by a row of `gauge_changes` only.
    Frames: `crossings`, `gauge_changes`, `places` (its index is the place number) and `names` (sorted by key).
    """

    node_lat: Floats
    node_lon: Floats
    node_layer: NDArray[np.int8]
    node_country: NDArray[np.int16]
    node_gauge: NDArray[np.int16]
    edge_tail: Ints
    edge_head: Ints
    edge_km: Floats
    edge_layer: NDArray[np.int8]
    edge_crossing: Ints
    edge_fraction: Floats
    edge_passage: NDArray[np.int8]
    edge_leg: NDArray[np.int16]
    edge_water: NDArray[np.int8]
    edge_electrified: NDArray[np.int8]
    shape_start: Ints
    shape_lat: Floats
    shape_lon: Floats
    countries: tuple[str, ...]
    passages: tuple[str, ...]
    legs: tuple[str, ...]
    crossings: pd.DataFrame
    gauge_changes: pd.DataFrame
    places: pd.DataFrame
    names: pd.DataFrame
    date: datetime.date
    hash: str

    def edge_shape(self, edge: int) -> list[tuple[float, float]]:
        """Inner points of an edge's drawn line from tail to head, as (longitude, latitude); may be empty."""
        part = slice(int(self.shape_start[edge]), int(self.shape_start[edge + 1]))
        return list(zip(self.shape_lon[part].tolist(), self.shape_lat[part].tolist(), strict=True))


ARRAYS = tuple(name for name in World.__annotations__ if name.startswith(("node_", "edge_", "shape_")))


@cache
def read_meta() -> Mapping[str, Any]:
    """What the build wrote about itself: date, versions of its sources, counts, repairs, content hash."""
    return _read_meta_of(WORLD_FOLDER)


def _read_meta_of(folder: Path) -> dict[str, Any]:
    meta: dict[str, Any] = json.loads((folder / META).read_text(encoding="utf-8"))
    return meta


def read_place_ids() -> frozenset[str]:
    """Ids of all places of the shipped network, authored or packaged."""
    return frozenset(_read_packed(WORLD_FOLDER, "places")["id"].to_pylist())


def network_date() -> datetime.date:
    """The date whose network is shipped; a study without a date is computed for it.

    >>> network_date().year >= 2026
    True
    """
    return datetime.date.fromisoformat(read_meta()["date"])


def open_world(progress: Callable[[str], None] | None = None) -> World:
    """The world network, from the unpacked cache of this machine; the first call unpacks it.

    `progress` is called with a line of text before work that takes seconds. Later calls return the same object.
    """
    meta = read_meta()
    return _open_folder(str(_find_unpacked(WORLD_FOLDER, str(meta["hash"]), progress)), str(WORLD_FOLDER))


def open_world_folder(folder: Path | str, progress: Callable[[str], None] | None = None) -> World:
    """The world network of a folder with the Parquet files and meta.json of a build, unpacked in the cache by its hash.

    The word `shipped` means the network of the package. Raises InputError where files are missing or damaged.
    """
    if str(folder) == "shipped":
        return open_world(progress)
    path = Path(folder)
    missing = [
        name for name in (META, *(f"{name}.parquet" for name in PACKED)) if not (path / name).is_file()
    ]
    if missing:
        what = f"holds no network: {', '.join(missing)} not found"
        raise InputError([_no_world(path, what)])
    try:
        content = hash_world_files(path)
        return _open_folder(str(_find_unpacked(path, content, progress)), str(path.resolve()), content)
    except (OSError, ValueError, KeyError, pa.ArrowException) as error:
        what = f"cannot be read: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
        raise InputError([_no_world(path, what)]) from error


def _no_world(folder: Path, what: str) -> Finding:
    remedy = "give a folder as data/build.py writes it (like sources/shipped/world), or the word shipped"
    return Finding("no_world_network", "error", what, remedy, folder.as_posix())


def hash_world_files(folder: Path) -> str:
    """SHA-256 over the names and bytes of the Parquet files of a folder, as the build writes it into meta.json."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.parquet")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _find_unpacked(source: Path, content: str, progress: Callable[[str], None] | None) -> Path:
    parent = find_cache_folder("world")
    folder = parent / f"{content[:16]}-{FORMAT}"
    if not (folder / "done").exists():
        if progress is not None:
            progress("unpacking the world network, once")
        _unpack_into(folder, source)
    return folder


def _unpack_into(folder: Path, source: Path) -> None:
    """Unpacks into a folder beside `folder` and renames it, so that a killed run leaves nothing half-written."""
    temporary = Path(tempfile.mkdtemp(prefix=".unpacking-", dir=folder.parent))
    try:
        for name, values in _unpack_arrays(source).items():
            np.save(temporary / f"{name}.npy", values)
        for name in FRAMES:
            with pa.OSFile(str(temporary / f"{name}.arrow"), "wb") as sink:
                table = _read_packed(source, name)
                with pa.ipc.new_file(sink, table.schema) as writer:
                    writer.write_table(table)
        (temporary / "done").touch()
        _rename_folder(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _rename_folder(temporary: Path, folder: Path) -> None:
    if folder.exists() and not (folder / "done").exists():
        shutil.rmtree(folder, ignore_errors=True)
    try:
        os.rename(temporary, folder)
    except OSError:
        # Another process was faster; its folder holds the same bytes.
        if not (folder / "done").exists():
            raise


def _read_packed(source: Path, name: str) -> pa.Table:
    return pq.read_table(source / f"{name}.parquet").combine_chunks()


def _unpack_arrays(source: Path) -> dict[str, NDArray[Any]]:
    nodes, edges, shapes = (_read_packed(source, name) for name in ("nodes", "edges", "shapes"))
    column = {f"node_{name}": nodes[name].to_numpy() for name in nodes.column_names}
    column |= {f"edge_{name}": edges[name].to_numpy() for name in edges.column_names}
    # A network built before lines had a traction does not know it.
    column.setdefault("edge_electrified", np.full(edges.num_rows, -1, np.int8))
    lat, lon = column["node_lat"] / 1e5, column["node_lon"] / 1e5
    tail = column["edge_tail"]
    start = np.concatenate(([0], np.cumsum(column["edge_points"].astype(np.int64)))).astype(np.int32)
    arrays = {name: column[name] for name in ARRAYS if name in column}
    arrays |= {
        "node_lat": lat.astype(np.float32),
        "node_lon": lon.astype(np.float32),
        "edge_head": tail + column["edge_span"],
        "edge_km": (column["edge_metres"] / 1000).astype(np.float32),
        "edge_fraction": (column["edge_fraction"] / 1000).astype(np.float32),
        "shape_start": start,
        "shape_lat": _restore_points(shapes["lat"].to_numpy(), start, lat[tail]),
        "shape_lon": _restore_points(shapes["lon"].to_numpy(), start, lon[tail]),
    }
    return arrays


def _restore_points(steps: Ints, start: Ints, tail: NDArray[np.float64]) -> Floats:
    """Coordinates in degrees from differences in thousandths, the first of each edge taken from its tail."""
    total = np.concatenate(([0], np.cumsum(steps.astype(np.int64))))
    size = np.diff(start)
    whole = (
        total[1:]
        - np.repeat(total[start[:-1]], size)
        + np.repeat(np.round(tail * 1000).astype(np.int64), size)
    )
    points: Floats = (whole / 1000).astype(np.float32)
    return points


@cache
def _open_folder(folder: str, source: str, content: str = "") -> World:
    """The unpacked files of `folder`, with what the meta.json of `source` says of them."""
    path = Path(folder)
    meta = _read_meta_of(Path(source))
    fields: dict[str, Any] = {
        name: np.load(path / f"{name}.npy", mmap_mode="r").view(np.ndarray) for name in ARRAYS
    }
    fields |= {name: _open_frame(path / f"{name}.arrow") for name in FRAMES}
    fields |= {name: tuple(meta[name]) for name in ("countries", "passages", "legs")}
    date = datetime.date.fromisoformat(meta["date"])
    return World(**fields, date=date, hash=content or str(meta["hash"]))


def _open_frame(path: Path) -> pd.DataFrame:
    with pa.memory_map(str(path)) as source:
        frame: pd.DataFrame = pa.ipc.open_file(source).read_all().to_pandas(split_blocks=True)
        return frame
