"""Packs the network into a few Parquet files whose bytes depend on their content alone."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from shapely import get_coordinates, linestrings, simplify

SHAPE_TOLERANCE = 0.002  # degrees by which a drawn line may leave the packaged one
DEGREES = 1000  # land coordinates are stored in thousandths of a degree


def write_table(path: Path, columns: dict[str, np.ndarray] | pd.DataFrame) -> None:
    """One Parquet file, zstd, numbers delta-coded."""
    frame = columns if isinstance(columns, pd.DataFrame) else None
    table = pa.Table.from_pandas(frame, preserve_index=False) if frame is not None else pa.table(columns)
    table = table.replace_schema_metadata(None)
    whole = [f.name for f in table.schema if pa.types.is_integer(f.type) and f.type.bit_width >= 32]
    text = [f.name for f in table.schema if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)]
    encoding = dict.fromkeys(whole, "DELTA_BINARY_PACKED") | dict.fromkeys(text, "DELTA_BYTE_ARRAY")
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=19,
        use_dictionary=False,
        column_encoding=encoding,
        store_schema=False,
        row_group_size=1 << 24,
    )


def hash_files(folder: Path) -> str:
    """SHA-256 over the names and bytes of the Parquet files of a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.parquet")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def write_meta(path: Path, meta: dict) -> None:
    """meta.json, sorted and indented."""
    path.write_text(json.dumps(meta, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


def simplify_shapes(start: np.ndarray, lat: np.ndarray, lon: np.ndarray, ends: tuple[np.ndarray, ...]):
    """Douglas-Peucker on each edge's inner points; returns new start, lat, lon."""
    if not len(lat):
        return start, lat, lon
    size = np.diff(start)
    owner = np.flatnonzero(size)
    lat_a, lon_a, lat_b, lon_b = ends
    rank = np.repeat(np.arange(len(owner)), size[owner] + 2)
    first = np.concatenate(([0], np.cumsum(size[owner] + 2)))
    points = np.empty((len(rank), 2))
    inner = np.ones(len(rank), bool)
    inner[first[:-1]] = inner[first[1:] - 1] = False
    points[inner] = np.column_stack((lon, lat))
    points[first[:-1]] = np.column_stack((lon_a[owner], lat_a[owner]))
    points[first[1:] - 1] = np.column_stack((lon_b[owner], lat_b[owner]))
    lines = simplify(linestrings(points, indices=rank), SHAPE_TOLERANCE, preserve_topology=False)
    kept, index = get_coordinates(lines, return_index=True)
    inside = np.ones(len(kept), bool)
    inside[np.concatenate(([True], index[1:] != index[:-1]))] = False
    inside[np.concatenate((index[1:] != index[:-1], [True]))] = False
    count = np.zeros(len(size), np.int64)
    np.add.at(count, owner[index[inside]], 1)
    return np.concatenate(([0], np.cumsum(count))), kept[inside, 1], kept[inside, 0]
