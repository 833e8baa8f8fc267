"""The typed study file and tables: fields, units, choices, findings and errors.

Names are loaded when they are first used, so that a face which only needs the errors or the catalogue
does not wait for pandas and pydantic.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from landbridge.schema.catalogue import Catalogue as Catalogue
    from landbridge.schema.catalogue import Field as Field
    from landbridge.schema.catalogue import TableSpec as TableSpec
    from landbridge.schema.catalogue import load_catalogue as load_catalogue
    from landbridge.schema.errors import InputError as InputError
    from landbridge.schema.errors import LandbridgeError as LandbridgeError
    from landbridge.schema.errors import ProhibitedError as ProhibitedError
    from landbridge.schema.errors import UnreachableError as UnreachableError
    from landbridge.schema.errors import raise_errors as raise_errors
    from landbridge.schema.findings import Finding as Finding
    from landbridge.schema.findings import find_nearest as find_nearest
    from landbridge.schema.findings import has_errors as has_errors
    from landbridge.schema.findings import order_findings as order_findings
    from landbridge.schema.tables import TableFile as TableFile
    from landbridge.schema.tables import Tables as Tables
    from landbridge.schema.tables import empty_table as empty_table
    from landbridge.schema.tables import make_frame as make_frame
    from landbridge.schema.tables import read_table as read_table
    from landbridge.schema.tables import read_table_file as read_table_file
    from landbridge.schema.tables import shape_table as shape_table
    from landbridge.schema.tables import write_table as write_table

_HOMES = {
    "catalogue": ("Catalogue", "Field", "TableSpec", "load_catalogue"),
    "errors": ("InputError", "LandbridgeError", "ProhibitedError", "UnreachableError", "raise_errors"),
    "findings": ("Finding", "find_nearest", "has_errors", "order_findings"),
    "tables": (
        "TableFile",
        "Tables",
        "empty_table",
        "make_frame",
        "read_table",
        "read_table_file",
        "shape_table",
        "write_table",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = list(_HOME_OF)


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
