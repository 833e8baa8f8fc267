"""Frames from rows, for steps that gather a result table row by row."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from landbridge.schema.catalogue import load_catalogue
from landbridge.schema.tables import make_frame


def rows_to_frame(table: str, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """A typed frame of the declared `table`; every row names the same fields, absent ones are empty.

    >>> rows_to_frame("route_shapes", [{"route": "r", "seq": 1, "mode": "rail", "line": "0,0;1,1"}]).shape
    (1, 4)
    """
    spec = load_catalogue().tables[table]
    names = [name for name in spec.columns if not rows or name in rows[0]]
    return make_frame({name: [row[name] for row in rows] for name in names}, spec)
