"""Rows of frames, and frames from rows, for steps that gather a result table row by row."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from landbridge.schema.catalogue import load_catalogue
from landbridge.schema.tables import make_frame

Row = Mapping[str, Any]


def read_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as dictionaries by column.

    >>> read_rows(pd.DataFrame({"id": ["a"], "km": [1.5]}))
    [{'id': 'a', 'km': 1.5}]
    """
    names = [str(name) for name in frame.columns]
    columns = [list_values(frame.iloc[:, place]) for place in range(len(names))]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def list_values(column: pd.Series) -> list[Any]:
    """The values of a column as plain Python objects; what is missing is NaN among numbers and text, else None.

    Columns of text are turned at once, which is far faster than going through them.

    >>> list_values(pd.Series([1, None], dtype="Int64")), list_values(pd.Series(["a"], dtype="str"))
    ([1, None], ['a'])
    """
    if isinstance(column.dtype, np.dtype):
        values = column.to_numpy()
    elif isinstance(column.dtype, pd.StringDtype):
        values = column.array.to_numpy(dtype=object)
    else:
        values = column.array.to_numpy(dtype=object, na_value=None)
    plain: list[Any] = values.tolist()
    return plain


def rows_to_frame(table: str, rows: Sequence[Row]) -> pd.DataFrame:
    """A typed frame of the declared `table`; every row names the same fields, absent ones are empty.

    >>> rows_to_frame("route_shapes", [{"route": "r", "seq": 1, "mode": "rail", "line": "0,0;1,1"}]).shape
    (1, 4)
    """
    spec = load_catalogue().tables[table]
    names = [name for name in spec.columns if not rows or name in rows[0]]
    return make_frame({name: [row[name] for row in rows] for name in names}, spec)
