"""Rows of frames, and frames from rows, for steps that gather a result table row by row."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from landbridge.schema.catalogue import load_catalogue
from landbridge.schema.tables import make_frame

Row = Mapping[str, Any]


def read_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as dictionaries by column.

    >>> read_rows(pd.DataFrame({"id": ["a"], "km": [1.5]}))
    [{'id': 'a', 'km': 1.5}]
    """
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def rows_to_frame(table: str, rows: Sequence[Row]) -> pd.DataFrame:
    """A typed frame of the declared `table`; every row names the same fields, absent ones are empty.

    >>> rows_to_frame("route_shapes", [{"route": "r", "seq": 1, "mode": "rail", "line": "0,0;1,1"}]).shape
    (1, 4)
    """
    spec = load_catalogue().tables[table]
    names = [name for name in spec.columns if not rows or name in rows[0]]
    return make_frame({name: [row[name] for row in rows] for name in names}, spec)
