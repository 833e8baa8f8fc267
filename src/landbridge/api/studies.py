"""Making studies, and the schemas of what a study holds."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from landbridge.schema import Finding, InputError, find_nearest, load_catalogue
from landbridge.schema.json_schema import table_json_schema
from landbridge.schema.study_file import study_json_schema
from landbridge.study.new import write_new_study


def new_study(path: Path | str, *, parties: Sequence[str], bound_by: Sequence[str], title: str = "") -> Path:
    """Make the folder of a study to fill in; raises InputError with everything that is wrong with the request."""
    return write_new_study(path, parties=parties, bound_by=bound_by, name=title)


def read_schema(table: str = "") -> dict[str, Any]:
    """JSON Schema of study.toml, or of the rows of a table. Raises InputError for an unknown table.

    >>> read_schema("flows")["type"]
    'object'
    """
    if not table:
        return study_json_schema()
    known = tuple(load_catalogue().tables)
    if table not in known:
        raise InputError(
            [
                Finding(
                    code="unknown_table",
                    severity="error",
                    what=f"no table {table!r} is known",
                    remedy=f"use one of {', '.join(known)}",
                    nearest=find_nearest(table, known),
                )
            ]
        )
    return table_json_schema(table)
