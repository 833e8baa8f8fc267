"""A network of the user's own, whatever file it came from: its nodes, links and border posts, with all findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from landbridge.schema.findings import Finding

NODE_COLUMNS = {
    "id": "str", "name": "str", "kind": "str", "country": "str", "lat": "float64", "lon": "float64", "row": "int64",
}  # fmt: skip
LINK_COLUMNS = {
    "id": "str", "name": "str", "from": "str", "to": "str", "mode": "str", "directed": "bool", "length": "float64",
    "gauge": "float64", "row": "int64",
}  # fmt: skip
POST_COLUMNS = {
    "id": "str", "name": "str", "mode": "str", "lat": "float64", "lon": "float64", "row": "int64",
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class UserNetwork:
    """A network as its files give it; a row with a fault stands in `findings` and not in the frames.

    `kind` is gmns, geopackage or geoparquet. `nodes`: id, name, kind ("" or "post"), country ("" or alpha-2), lat and
    lon in degrees. `links`: id, name, from, to (ids of nodes), mode ("" where the file does not tell), directed (one
    way from `from` to `to`), length in km, gauge in mm (NaN: not told). `posts`: id, name, mode, lat, lon. `row` is
    the line of the file, or the number of the feature counted from 1. `files` names the file of each frame.
    """

    kind: str
    name: str
    nodes: pd.DataFrame
    links: pd.DataFrame
    posts: pd.DataFrame
    files: Mapping[str, str]
    findings: tuple[Finding, ...]


def frame_columns(columns: Mapping[str, Sequence[Any]], types: Mapping[str, str]) -> pd.DataFrame:
    """A frame with the columns and types of `types`.

    >>> frame_columns({name: [] for name in POST_COLUMNS}, POST_COLUMNS).shape
    (0, 6)
    """
    made = {name: pd.Series(list(columns[name]), dtype=kind) for name, kind in types.items()}
    return pd.DataFrame(made, columns=list(types))


def frame_records(rows: Sequence[Mapping[str, Any]], types: Mapping[str, str]) -> pd.DataFrame:
    """As `frame_columns`, from rows."""
    return frame_columns({name: [row[name] for row in rows] for name in types}, types)
