"""Checking a study: everything that is wrong with it, found at once."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import replace

import pandas as pd

from landbridge.agreements.checks import check_agreements
from landbridge.landed_cost.checks import check_landed_cost
from landbridge.network.amended import amend_world, check_amendments
from landbridge.network.build import check_own_legs
from landbridge.network.checks import check_prices
from landbridge.schema.catalogue import load_catalogue
from landbridge.schema.cells import quote
from landbridge.schema.checks import CheckInput, RowPlace, run_checks
from landbridge.schema.findings import Finding, find_nearest, has_errors, order_findings
from landbridge.schema.study_file import STUDY_FILE
from landbridge.schema.tables import TableFile, Tables
from landbridge.sources.hs_changes import list_successors
from landbridge.sources.products import is_product
from landbridge.sources.world import World
from landbridge.study.layers import SHIPPED_LAYER
from landbridge.study.levers import read_study_levers, try_levers
from landbridge.study.reading import StudyInput
from landbridge.study.scenarios import ScenarioTables, scenario_tables


def check_study(
    study: StudyInput,
    shipped: Tables,
    *,
    network_date: datetime.date,
    is_place: Callable[[str], bool] | None = None,
    world: World | None = None,
) -> tuple[Finding, ...]:
    """All findings of a study: its files, its parties, each scenario's rows, and what they refer to.

    Of the tables only rows that the study writes or changes are checked. `is_place` says whether a text
    names a place; without it no end of a flow, leg or service and no via is looked up. With the `world`, legs, posts
    and changes of gauge of the study are held against the network.
    """
    findings = [*study.findings, *_check_flows(study)]
    applied: set[str] = set()
    for name in study.model.scenario_names:
        tables = scenario_tables(study, name, shipped, network_date=network_date)
        findings += check_scenario(study, tables, is_place=is_place, world=world)
        findings += _check_parties(study, tables)
        applied |= set(tables.levers)
    findings += _check_idle_levers(study, shipped, applied, network_date=network_date)
    return order_findings(findings)


def check_scenario(
    study: StudyInput,
    tables: ScenarioTables,
    *,
    is_place: Callable[[str], bool] | None = None,
    world: World | None = None,
) -> tuple[Finding, ...]:
    """The findings of one scenario: its layers, and the declared checks over the rows of the study."""
    frames: dict[str, pd.DataFrame] = {}
    places: dict[str, tuple[RowPlace, ...]] = {}
    for table, frame in tables.tables.items():
        rows = _own_rows(table, frame, study, tables)
        if rows:
            frames[table] = frame.iloc[list(rows)].reset_index(drop=True)
            places[table] = tuple(rows.values())
    given = CheckInput(
        frames,
        places,
        is_place=is_place,
        is_product=is_product,
        find_successors=list_successors,
        targets=tables.tables,
    )
    found = [*tables.findings, *run_checks(given), *check_prices(tables.tables), *_check_built_in(tables)]
    found += [*check_landed_cost(frames, places), *check_agreements(frames, places)]
    if world is not None and not has_errors(found):
        found += [*check_amendments(world, tables.tables), *_check_legs(world, tables)]
    for file in _override_files(study, tables.name):
        own = {"overrides": tuple((file.file, row) for row in file.rows)}
        found += run_checks(CheckInput({"overrides": file.frame}, own, targets=tables.tables))
    return order_findings(found)


def _check_idle_levers(
    study: StudyInput, shipped: Tables, applied: Container[str], *, network_date: datetime.date
) -> tuple[Finding, ...]:
    """Faults of the levers that no scenario applies, each alone over the first scenario's tables without levers."""
    idle = [lever for key, lever in read_study_levers(study)[0].items() if key not in applied]
    if not idle:
        return ()
    first = study.model.scenario_names[0]
    bare = scenario_tables(study, first, shipped, network_date=network_date, levered=False)
    return try_levers(idle, bare.tables)[1]


# What the shipped network is built from: a change of it takes no effect without a new build.
BUILT_IN = {
    "legs": ("from", "to", "mode", "gauge"),
    "posts": ("country_a", "country_b", "mode", "gauge_a", "gauge_b", "gauge_change_at"),
    "places": ("gauge", "gauge_change", "gauge_to"),
    "gauges": ("gauge", "via", "country", "status"),
    "electrified": ("via", "country", "gauge", "traction", "status"),
    "electrified_shares": ("complete",),
}


def _check_built_in(tables: ScenarioTables) -> Iterator[Finding]:
    """Changes of shipped rows that the network cannot follow."""
    layers = tables.layers
    shipped = set(
        zip(*(layers[layers["layer"] == SHIPPED_LAYER][name] for name in ("table", "id")), strict=True)
    )
    for row in layers[(layers["layer"] != SHIPPED_LAYER) & layers["in_force"]].to_dict("records"):
        if (row["table"], row["id"]) in shipped and row["field"] in BUILT_IN.get(row["table"], ()):
            what = f"{row['table']} {quote(row['id'])} is built into the network: its {row['field']} stays as it is"
            remedy = "close the shipped row, and add one of the study's own"
            line = None if pd.isna(row["row"]) else int(row["row"])
            yield Finding("built_in", "warning", what, remedy, row["file"], line, row["field"])


def _check_legs(world: World, tables: ScenarioTables) -> Iterator[Finding]:
    """Legs of the study that join nothing, where they stand."""
    amended = amend_world(world, tables.tables)
    touched = tables.touched.get("legs", {})
    for fault in check_own_legs(amended, tables.tables, tables.date):
        spoken = next((place for leg, place in touched.items() if f"the leg {leg} " in fault.what), None)
        yield replace(fault, file=spoken[0], row=spoken[1]) if spoken else fault


def _own_rows(
    table: str, frame: pd.DataFrame, study: StudyInput, tables: ScenarioTables
) -> dict[int, RowPlace]:
    """The positions of rows of which the study speaks, with the place where it spoke last."""
    spec = load_catalogue().tables[table]
    spoken: dict[str, RowPlace] = {}
    if spec.where == "study" and table in study.files:
        file = study.files[table]
        keys = file.frame[spec.key[0]].tolist()
        spoken = {key: (file.file, row) for key, row in zip(keys, file.rows, strict=True)}
    spoken |= tables.touched.get(table, {})
    if not spoken:
        return {}
    positions = {key: row for row, key in enumerate(frame[spec.key[0]].tolist())}
    return {positions[key]: place for key, place in spoken.items()}


def _override_files(study: StudyInput, scenario: str) -> Iterator[TableFile]:
    for step in study.model.lineage(scenario):
        for name in study.model.scenario(step).overrides:
            if name in study.overrides:
                yield study.overrides[name]


def _check_flows(study: StudyInput) -> Iterator[Finding]:
    if "flows" not in study.files or study.files["flows"].frame.empty:
        what, remedy = "the study asks for no flow", "add a row to flows.csv"
        yield Finding("no_flows", "warning", what, remedy, "flows.csv")


def _check_parties(study: StudyInput, tables: ScenarioTables) -> Iterator[Finding]:
    """Whether parties and those whose law binds are countries or blocs of the table territories."""
    blocs = set(tables.tables["territories"]["territory"].tolist())
    for key in ("parties", "bound_by"):
        named: tuple[str, ...] = getattr(study.model, key)
        yield from check_codes(named, blocs, file=STUDY_FILE, column=key)


def check_codes(
    codes: tuple[str, ...], blocs: set[str], *, file: str = "", column: str = ""
) -> Iterator[Finding]:
    """A finding for each code that is neither a country of ISO 3166-1 nor a bloc, or that stands twice."""
    countries: Mapping[str, str] = load_catalogue().country_codes
    by_name = {name: code for code, name in countries.items()}
    for code in dict.fromkeys(codes):
        if codes.count(code) > 1:
            what = f"{quote(code)} stands twice"
            yield Finding("repeated_party", "error", what, "write it once", file, None, column)
        if code not in countries and code not in blocs:
            known = [*countries, *by_name, *blocs]
            nearest = (code.upper(),) if code.upper() in known else find_nearest(code, known)
            words = tuple(dict.fromkeys(by_name.get(word, word) for word in nearest))
            what = f"{quote(code)} is neither a country code nor the code of a bloc"
            remedy = f"write an ISO 3166-1 alpha-2 code or one of {', '.join(sorted(blocs)) or 'the blocs'}"
            yield Finding("unknown_party", "error", what, remedy, file, None, column, words)
