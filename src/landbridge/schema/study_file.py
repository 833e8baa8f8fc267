"""study.toml: the frozen model of a study's head, and every fault of the file as a finding."""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from landbridge.schema.catalogue import load_catalogue
from landbridge.schema.cells import quote
from landbridge.schema.findings import Finding, FindingList, find_nearest, order_findings
from landbridge.schema.text_files import read_bytes

STUDY_FILE = "study.toml"
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_TOML_LINE = re.compile(r"\(at line (\d+)")
_TABLE_HEAD = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]")
# Windows keeps these for devices, and a scenario's name is that of a folder.
_KEPT_NAME = re.compile(r"con|prn|aux|nul|(com|lpt)[0-9]")


def _read_date(value: Any) -> Any:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        return datetime.date.fromisoformat(value)
    if isinstance(value, datetime.datetime) or not isinstance(value, datetime.date):
        raise ValueError("is not a date")
    return value


def _read_list(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _read_files(value: Any) -> Any:
    return (value,) if isinstance(value, str) else _read_list(value)


def _read_choices(value: Any) -> Any:
    if value == "all":
        return ({},)
    return (value,) if isinstance(value, dict) else _read_list(value)


def _read_currency(value: Any) -> Any:
    if not isinstance(value, str) or value not in load_catalogue().currencies:
        raise ValueError("is not a currency code")
    return value


Date = Annotated[datetime.date, BeforeValidator(_read_date)]
Files = Annotated[tuple[str, ...], BeforeValidator(_read_files, json_schema_input_type=str | list[str])]
Currency = Annotated[str, BeforeValidator(_read_currency)]
Names = Files
Codes = Annotated[tuple[str, ...], BeforeValidator(_read_list), Field(min_length=1)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, str_strip_whitespace=True)


class LeverChoice(_Frozen):
    """Some levers of a study: those that meet every key that is given."""

    levers: Names = Field((), description="Levers by id")
    commitments: Names = Field((), description="Levers of these commitments")
    agreements: Names = Field((), description="Levers of the commitments of these agreements")
    statuses: Names = Field((), description="Levers of commitments with one of these statuses, e.g. done")
    as_of: Date | None = Field(None, description="Day of the statuses; by default that of the scenario")
    by: Date | None = Field(
        None, description="Levers that act by this day: from is not after it, until not before"
    )
    without: Names = Field((), description="Ids of levers, commitments or agreements that are left out")


Levers = Annotated[
    tuple[LeverChoice, ...],
    BeforeValidator(_read_choices, json_schema_input_type=Literal["all"] | LeverChoice | list[LeverChoice]),
]


class ScenarioFile(_Frozen):
    """A scenario: what it inherits, its date, the levers that it applies, and the files of its overrides."""

    title: str = Field("", description="What the scenario is, in a line")
    inherits: str = Field("", description="Name of the scenario whose overrides come before its own")
    date: Date | None = Field(None, description="Day whose network and law it sees; by default the study's")
    run: bool = Field(
        True, description="false: a base that others inherit and values start from, run only when it is named"
    )
    overrides: Files = Field(
        (), description="CSV file or files of the table overrides, in the study's folder"
    )
    levers: Levers = Field(
        (),
        description='Levers that it applies besides those it inherits: "all", or tables that each choose some',
    )


class StudyFile(_Frozen):
    """The head of a study: who it is about, whose law binds its user, its day and its scenarios."""

    name: str = Field("", description="Short name; by default that of the folder")
    title: str = Field("", description="Title of the report")
    parties: Codes = Field(description='Country codes or codes of blocs, e.g. ["BY", "IR"]')
    bound_by: Codes = Field(description="Whose law binds the user of the study; there is no default")
    date: Date | None = Field(None, description="Day of the study; by default that of the shipped network")
    seed: int = Field(0, ge=0, le=2**63 - 1, description="Seed of the draws")
    currency: Currency = Field("USD", description="Currency of the report, ISO 4217")
    scenarios: Mapping[str, ScenarioFile] = Field(
        default_factory=dict, description="Scenarios by name; by default one, as-is, without overrides"
    )

    @property
    def scenario_names(self) -> tuple[str, ...]:
        """Names of the scenarios in the order of the file."""
        return tuple(self.scenarios) or ("as-is",)

    @property
    def run_names(self) -> tuple[str, ...]:
        """Names of the scenarios that are run where none is named: all where none is."""
        return tuple(name for name in self.scenario_names if self.scenario(name).run) or self.scenario_names

    def scenario(self, name: str) -> ScenarioFile:
        """A scenario by name. Raises KeyError where there is none."""
        if name not in self.scenario_names:
            raise KeyError(name)
        return self.scenarios.get(name) or ScenarioFile()

    def lineage(self, name: str) -> tuple[str, ...]:
        """The scenario with its ancestors, the eldest first. A cycle ends where it closes.

        Raises KeyError where there is no scenario `name`.
        """
        chain = [name]
        parent = self.scenario(name).inherits
        while parent and parent in self.scenarios and parent not in chain:
            chain.append(parent)
            parent = self.scenarios[parent].inherits
        return tuple(reversed(chain))

    def date_of(self, name: str) -> datetime.date | None:
        """The day of a scenario: its own, else the nearest ancestor's, else the study's, else None."""
        for step in reversed(self.lineage(name)):
            date = self.scenario(step).date
            if date is not None:
                return date
        return self.date


_REMEDIES = {
    "parties": 'write the countries or blocs of the study, e.g. parties = ["BY", "IR"]',
    "bound_by": "say whose law binds the user of this study: it decides which legal measures apply, "
    'so there is no default, e.g. bound_by = ["BY"]',
    "date": "write a day as YYYY-MM-DD, without quotation marks",
    "seed": "write a whole number, 0 or more",
    "currency": "write three capital letters of ISO 4217, e.g. USD",
    "inherits": "write the name of another scenario",
    "levers": 'write levers = "all", or a list of choices such as [{ agreements = ["transport-2025"] }]',
    "overrides": 'write the name of a CSV file, e.g. overrides = "overrides/signed.csv"',
    "scenarios": "write each scenario as a table, e.g. [scenarios.signed]",
}
# The words for what pydantic calls by the names of Python's types.
_REASONS = {
    "tuple_type": "is not a list of texts",
    "string_type": "is not a text",
    "int_type": "is not a whole number",
    "model_type": "is not a table of keys",
    "mapping_type": "is not a table of scenarios",
    "dict_type": "is not a table of scenarios",
    "too_short": "is an empty list",
    "greater_than_equal": "is too small",
    "less_than_equal": "is too large",
}


def find_override_names(text: str) -> tuple[str, ...]:
    r"""The override files that the scenarios of a study.toml name, also where the file is no valid study.

    >>> find_override_names('[scenarios.a]\noverrides = "a.csv"')
    ('a.csv',)
    """
    try:
        scenarios = tomllib.loads(text).get("scenarios", {})
    except (tomllib.TOMLDecodeError, RecursionError):
        return ()
    rows = scenarios.values() if isinstance(scenarios, dict) else ()
    named = [_read_files(row.get("overrides", ())) for row in rows if isinstance(row, dict)]
    lists = [names for names in named if isinstance(names, tuple)]
    return tuple(dict.fromkeys(name for names in lists for name in names if isinstance(name, str)))


def read_study_file(path: Path) -> tuple[StudyFile | None, tuple[Finding, ...]]:
    """The model of a study.toml and all findings; None where the file cannot be made a model."""
    findings = FindingList(file=path.name)
    data = read_bytes(path, findings)
    if data is None:
        return None, findings.close()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data[: error.start].count(b"\n") + 1
        what = "is not in UTF-8"
        return None, (Finding("bad_encoding", "error", what, "save it in UTF-8", path.name, row),)
    return parse_study_text(text, file=path.name)


def parse_study_text(text: str, *, file: str = STUDY_FILE) -> tuple[StudyFile | None, tuple[Finding, ...]]:
    """The model of the text of a study.toml and all findings; `file` is the name that findings show.

    >>> study, findings = parse_study_text("parties = ['BY', 'IR']; bound_by = ['BY']".replace("; ", chr(10)))
    >>> study.scenario_names, findings
    (('as-is',), ())
    """
    try:
        values = tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = _TOML_LINE.search(str(error))
        row = int(found[1]) if found else None
        what = f"is not TOML: {str(error)[:200]}"
        return None, (Finding("bad_toml", "error", what, "mend the line", file, row),)
    try:
        study = StudyFile.model_validate(values)
    except ValidationError as error:
        faults = [_model_finding(dict(fault), text, file) for fault in error.errors(include_url=False)]
        return None, order_findings([*faults, *_scenario_findings(values.get("scenarios"), text, file)])
    return study, order_findings(_scenario_findings(values.get("scenarios"), text, file))


def _model_finding(fault: dict[str, Any], text: str, file: str) -> Finding:
    """A fault that pydantic found, with the line on which its key stands."""
    keys = tuple(str(part) for part in fault["loc"])
    named = tuple(part for part in keys if not part.isdigit())
    key, row = ".".join(named), _find_line(text, named)
    last = named[-1] if named else ""
    if fault["type"] == "extra_forbidden":
        model = _find_model(named)
        nearest = find_nearest(last, model.model_fields)
        remedy = f"write one of {', '.join(model.model_fields)}, or leave it out"
        return Finding(
            "unknown_key", "error", f"there is no key {quote(last)}", remedy, file, row, key, nearest
        )
    remedy = _REMEDIES.get(last, "mend the value")
    if fault["type"] == "missing":
        return Finding("missing_key", "error", f"the key {last} is missing", remedy, file, None, key)
    reason = _REASONS.get(fault["type"]) or str(fault["msg"]).removeprefix("Value error, ")
    what = f"{quote(str(fault['input']))} {reason[:1].lower()}{reason[1:]}"
    return Finding("bad_value", "error", what, remedy, file, row, key)


def _find_model(keys: tuple[str, ...]) -> type[_Frozen]:
    """The model that a key of the file belongs to."""
    if keys[0] != "scenarios":
        return StudyFile
    return LeverChoice if "levers" in keys[2:-1] else ScenarioFile


def _find_line(text: str, keys: tuple[str, ...]) -> int | None:
    """The line on which a key of the file stands; of a key in an inline table, that of the table.

    Where neither is found it is the line of the table's head.
    """
    head: tuple[str, ...] = ()
    best: int | None = None
    for number, line in enumerate(text.split("\n"), start=1):
        table = _TABLE_HEAD.match(line)
        if table:
            head = tuple(part.strip().strip("\"'") for part in table[1].split("."))
            best = number if head == keys[: len(head)] else best
        elif head == keys[: len(head)] and _opens(line, keys[len(head) : len(head) + 1]):
            best = number
            if len(head) == len(keys) - 1:
                return number
    return best


def _opens(line: str, key: tuple[str, ...]) -> bool:
    """Whether a line gives the key a value."""
    return any(re.match(rf"\s*[\"']?{re.escape(one)}[\"']?\s*=", line) for one in key)


def _scenario_findings(scenarios: Any, text: str, file: str) -> Iterator[Finding]:
    """Faults between scenarios: their names, parents that do not exist, rings of parents."""
    if not isinstance(scenarios, dict):
        return
    parents = {name: row.get("inherits") for name, row in scenarios.items() if isinstance(row, dict)}
    for name, parent in parents.items():
        row = _find_line(text, ("scenarios", name, "inherits"))
        column = f"scenarios.{name}.inherits"
        if not _NAME.fullmatch(name) or _KEPT_NAME.fullmatch(name):
            remedy = "write lower-case letters, digits, - and _, at most 64"
            what = f"{quote(name)} cannot be the name of a scenario"
            yield Finding("bad_name", "error", what, remedy, file, row, f"scenarios.{name}")
        if not isinstance(parent, str) or not parent:
            continue
        if parent not in scenarios:
            nearest = find_nearest(parent, scenarios)
            what = f"there is no scenario {quote(parent)}"
            yield Finding(
                "unknown_scenario", "error", what, _REMEDIES["inherits"], file, row, column, nearest
            )
        elif ring := _ring(name, parents):
            what = f"the scenario inherits from itself: {' <- '.join(ring)}"
            yield Finding(
                "scenario_ring", "error", what, "leave out one inherits of the ring", file, row, column
            )


def _ring(name: str, parents: Mapping[str, Any]) -> tuple[str, ...]:
    """The names from a scenario along its parents back to it, empty where they do not lead back."""
    path, parent = [name], parents.get(name)
    while isinstance(parent, str) and parent in parents and parent not in path:
        path.append(parent)
        parent = parents[parent]
    return (*path, name) if parent == name else ()


def study_json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of study.toml.

    >>> sorted(study_json_schema()["required"])
    ['bound_by', 'parties']
    """
    schema = StudyFile.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
