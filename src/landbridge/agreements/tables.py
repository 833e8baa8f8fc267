"""The tables of the register, as typed frames."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from landbridge.schema import Tables, empty_table, load_catalogue, shape_table

REGISTER = (
    "agreements",
    "commitments",
    "obligations",
    "milestones",
    "status_reports",
    "obstacles",
    "projects",
)
# What each register is exchanged with: its rows name them.
EXCHANGED = (*REGISTER, "sources")


def shape_register(frames: Tables) -> Mapping[str, pd.DataFrame]:
    """Every table of the register as a typed frame; one that is not given is empty.

    Raises KeyError for a column that is not declared, ValueError or TypeError for a value of another type.

    >>> len(shape_register({})["commitments"])
    0
    """
    specs = load_catalogue().tables
    shaped = {}
    for name in REGISTER:
        frame, spec = frames.get(name), specs[name]
        if frame is None or frame.empty:
            shaped[name] = empty_table(spec)
        else:
            whole = tuple(frame.columns) == spec.columns
            shaped[name] = frame if whole else shape_table(frame, spec)
    return shaped
