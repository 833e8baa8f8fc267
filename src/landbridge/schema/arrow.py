"""Typed frames to Arrow tables and back; missing values are nulls on the Arrow side."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from landbridge.schema.catalogue import Field, TableSpec
from landbridge.schema.cells import MISSING
from landbridge.schema.tables import make_column

_ARROW_TYPES: dict[str, pa.DataType] = {
    "str": pa.string(),
    "choice": pa.string(),
    "country": pa.string(),
    "number": pa.float64(),
    "int": pa.int64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "list": pa.list_(pa.string()),
}


def arrow_schema(spec: TableSpec) -> pa.Schema:
    """The Arrow schema of a declared table.

    >>> from landbridge.schema.catalogue import load_catalogue
    >>> arrow_schema(load_catalogue().tables["flows"]).field("tonnes").type
    DataType(double)
    """
    return pa.schema([pa.field(field.name, _ARROW_TYPES[field.type]) for field in spec.fields])


def frame_to_arrow(frame: pd.DataFrame, spec: TableSpec) -> pa.Table:
    """An Arrow table of a typed frame. Raises KeyError where a declared column is absent."""
    arrays = [_to_array(frame[field.name], field) for field in spec.fields]
    return pa.Table.from_arrays(arrays, schema=arrow_schema(spec))


def _to_array(column: pd.Series[Any], field: Field) -> pa.Array:
    kind = _ARROW_TYPES[field.type]
    if field.type == "number":
        numbers = column.to_numpy(dtype=np.float64)
        return pa.array(numbers, type=kind, mask=np.isnan(numbers))
    values = [None if value is pd.NA else value for value in column.tolist()]
    return pa.array(values, type=kind)


def arrow_to_frame(table: pa.Table, spec: TableSpec) -> pd.DataFrame:
    """The typed frame of an Arrow table; a declared column that the table lacks is missing throughout."""
    columns = {}
    for field in spec.fields:
        if field.name in table.column_names:
            columns[field.name] = _from_array(table.column(field.name), field)
        else:
            columns[field.name] = make_column([MISSING[field.type]] * table.num_rows, field)
    return pd.DataFrame(columns, columns=list(spec.columns))


def _from_array(array: pa.ChunkedArray, field: Field) -> pd.Series[Any]:
    if field.type == "number":
        return pd.Series(array.to_numpy(zero_copy_only=False).astype(np.float64))
    values = array.to_pylist()
    if field.type == "list":
        values = [() if value is None else tuple(value) for value in values]
    elif field.type in ("str", "choice", "country"):
        values = ["" if value is None else value for value in values]
    return make_column(values, field)
