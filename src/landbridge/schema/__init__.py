"""The typed study file and tables: fields, units, choices, findings and errors.

Names are loaded when they are first used, so that a face which only needs the errors or the catalogue
does not wait for pandas and pydantic.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from landbridge.schema.arrow import arrow_to_frame as arrow_to_frame
    from landbridge.schema.arrow import frame_to_arrow as frame_to_arrow
    from landbridge.schema.catalogue import Catalogue as Catalogue
    from landbridge.schema.catalogue import Check as Check
    from landbridge.schema.catalogue import Field as Field
    from landbridge.schema.catalogue import Incoterm as Incoterm
    from landbridge.schema.catalogue import Indicator as Indicator
    from landbridge.schema.catalogue import Quality as Quality
    from landbridge.schema.catalogue import TableSpec as TableSpec
    from landbridge.schema.catalogue import Unit as Unit
    from landbridge.schema.catalogue import Word as Word
    from landbridge.schema.catalogue import load_catalogue as load_catalogue
    from landbridge.schema.checks import CheckInput as CheckInput
    from landbridge.schema.checks import run_checks as run_checks
    from landbridge.schema.conditions import Condition as Condition
    from landbridge.schema.conditions import read_condition as read_condition
    from landbridge.schema.dated_rows import in_force_at as in_force_at
    from landbridge.schema.dated_rows import open_at as open_at
    from landbridge.schema.dated_rows import status_at as status_at
    from landbridge.schema.errors import InputError as InputError
    from landbridge.schema.errors import LandbridgeError as LandbridgeError
    from landbridge.schema.errors import ProhibitedError as ProhibitedError
    from landbridge.schema.errors import UnreachableError as UnreachableError
    from landbridge.schema.errors import raise_errors as raise_errors
    from landbridge.schema.findings import Finding as Finding
    from landbridge.schema.findings import find_nearest as find_nearest
    from landbridge.schema.findings import has_errors as has_errors
    from landbridge.schema.findings import order_findings as order_findings
    from landbridge.schema.json_schema import table_json_schema as table_json_schema
    from landbridge.schema.months import read_months as read_months
    from landbridge.schema.partial_dates import PartialDate as PartialDate
    from landbridge.schema.partial_dates import is_before as is_before
    from landbridge.schema.partial_dates import know_day as know_day
    from landbridge.schema.partial_dates import read_partial_date as read_partial_date
    from landbridge.schema.study_file import LeverChoice as LeverChoice
    from landbridge.schema.study_file import ScenarioFile as ScenarioFile
    from landbridge.schema.study_file import StudyFile as StudyFile
    from landbridge.schema.study_file import parse_study_text as parse_study_text
    from landbridge.schema.study_file import read_study_file as read_study_file
    from landbridge.schema.study_file import study_json_schema as study_json_schema
    from landbridge.schema.tables import TableFile as TableFile
    from landbridge.schema.tables import Tables as Tables
    from landbridge.schema.tables import empty_table as empty_table
    from landbridge.schema.tables import fill_defaults as fill_defaults
    from landbridge.schema.tables import make_frame as make_frame
    from landbridge.schema.tables import read_table as read_table
    from landbridge.schema.tables import read_table_file as read_table_file
    from landbridge.schema.tables import shape_table as shape_table
    from landbridge.schema.tables import write_table as write_table
    from landbridge.schema.units import UnknownUnitError as UnknownUnitError
    from landbridge.schema.units import convert_value as convert_value
    from landbridge.schema.units import read_unit as read_unit

_HOMES = {
    "arrow": (
        "arrow_to_frame",
        "frame_to_arrow",
    ),
    "catalogue": (
        "Catalogue",
        "Check",
        "Field",
        "Incoterm",
        "Indicator",
        "Quality",
        "TableSpec",
        "Unit",
        "Word",
        "load_catalogue",
    ),
    "checks": (
        "CheckInput",
        "run_checks",
    ),
    "conditions": (
        "Condition",
        "read_condition",
    ),
    "dated_rows": (
        "in_force_at",
        "open_at",
        "status_at",
    ),
    "errors": (
        "InputError",
        "LandbridgeError",
        "ProhibitedError",
        "UnreachableError",
        "raise_errors",
    ),
    "findings": (
        "Finding",
        "find_nearest",
        "has_errors",
        "order_findings",
    ),
    "json_schema": ("table_json_schema",),
    "months": ("read_months",),
    "partial_dates": (
        "PartialDate",
        "is_before",
        "know_day",
        "read_partial_date",
    ),
    "study_file": (
        "LeverChoice",
        "ScenarioFile",
        "StudyFile",
        "parse_study_text",
        "read_study_file",
        "study_json_schema",
    ),
    "tables": (
        "TableFile",
        "Tables",
        "empty_table",
        "fill_defaults",
        "make_frame",
        "read_table",
        "read_table_file",
        "shape_table",
        "write_table",
    ),
    "units": (
        "UnknownUnitError",
        "convert_value",
        "read_unit",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "Catalogue",
    "Check",
    "CheckInput",
    "Condition",
    "Field",
    "Finding",
    "Incoterm",
    "Indicator",
    "InputError",
    "LandbridgeError",
    "LeverChoice",
    "PartialDate",
    "ProhibitedError",
    "Quality",
    "ScenarioFile",
    "StudyFile",
    "TableFile",
    "TableSpec",
    "Tables",
    "Unit",
    "UnknownUnitError",
    "UnreachableError",
    "Word",
    "arrow_to_frame",
    "convert_value",
    "empty_table",
    "fill_defaults",
    "find_nearest",
    "frame_to_arrow",
    "has_errors",
    "in_force_at",
    "is_before",
    "know_day",
    "load_catalogue",
    "make_frame",
    "open_at",
    "order_findings",
    "parse_study_text",
    "raise_errors",
    "read_condition",
    "read_months",
    "read_partial_date",
    "read_study_file",
    "read_table",
    "read_table_file",
    "read_unit",
    "run_checks",
    "shape_table",
    "status_at",
    "study_json_schema",
    "table_json_schema",
    "write_table",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
