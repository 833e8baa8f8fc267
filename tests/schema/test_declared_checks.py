"""Every declared check finds the fault that it is for, and a good row has none."""

from __future__ import annotations

import datetime
from typing import Any

import pandas as pd
import pytest

from landbridge.schema import CheckInput, load_catalogue, make_frame, run_checks
from landbridge.schema.catalogue import Check, TableSpec

CATALOGUE = load_catalogue()
DAY = datetime.date(2025, 1, 1)


def sound_value(spec: TableSpec, name: str) -> Any:
    """A value of a field that no check finds fault with."""
    field = spec.by_name[name]
    if name == "country_b":
        return "IR"
    if field.type == "choice":
        return next(word for word in field.choices if word)
    kinds = {"country": "BY", "number": 5.0, "int": 2020, "bool": True, "date": None, "list": ()}
    sound = {
        "source": "src",
        "from": "a",
        "to": "b",
        "id": "a",
        "unit": "1",
        "scope": "world",
        "region": "eu",
        "currency": "BYN",
    }
    sound |= {"from": ""} if spec.name == "levers" else {}
    sound |= {"origin": "a", "destination": "b", "product": "3104", "via": "50,30;51,31"}
    return sound.get(name, "") if field.type == "str" else kinds[field.type]


def sound_row(table: str, **changes: Any) -> pd.DataFrame:
    spec = CATALOGUE.tables[table]
    row = {name: sound_value(spec, name) for name in spec.columns}
    of_countries = {
        check.table for check in CATALOGUE.checks if check.field == "id" and check.kind == "reference"
    }
    if spec.key == ("id",) and (spec.by_name["id"].type == "country" or table in of_countries):
        row["id"] = "BY"
    return make_frame({name: [value] for name, value in {**row, **changes}.items()}, spec)


def given(table: str, frame: pd.DataFrame) -> CheckInput:
    targets = {name: sound_row(name) for name in ("sources", "places", "posts", "territories", "shipments")}
    targets["sources"] = sound_row("sources", id="src")
    targets["places"] = pd.concat([sound_row("places"), sound_row("places", id="b")], ignore_index=True)
    return CheckInput(
        {table: frame},
        {table: (("x.csv", 2),)},
        is_place=lambda text: text == "Minsk",
        is_product=lambda text: text == "3104",
        targets={name: each for name, each in targets.items() if name != table} | {table: frame},
    )


def faulty_row(check: Check, table: str) -> pd.DataFrame:
    spec = CATALOGUE.tables[table]
    if check.kind == "order":
        return sound_row(table, **{check.field: 9.0, check.target[0]: 1.0})
    if check.kind == "period":
        return sound_row(table, **{spec.first_day: DAY, check.field: DAY - datetime.timedelta(1)})
    if check.kind == "distinct":
        same = sound_value(spec, check.field) or "x"
        return sound_row(table, **{check.field: same, check.target[0]: same})
    if check.kind == "together":
        blank: Any = "" if spec.by_name[check.target[0]].type in ("str", "choice") else None
        return sound_row(table, **{check.target[0]: float("nan") if blank is None else blank})
    wrong = "No Such Thing!"
    return sound_row(table, **{check.field: (wrong,) if spec.by_name[check.field].type == "list" else wrong})


def tables_of(check: Check) -> list[str]:
    inputs = [name for name, spec in CATALOGUE.tables.items() if spec.where != "result"]
    named = inputs if check.table == "*" else [check.table]
    named = [name for name in named if check.field in CATALOGUE.tables[name].by_name]
    return [name for name in named if check.kind != "period" or CATALOGUE.tables[name].first_day]


CASES = [(check, table) for check in CATALOGUE.checks for table in tables_of(check)]


@pytest.mark.parametrize(("check", "table"), CASES, ids=[f"{c.code}-{t}-{c.field}" for c, t in CASES])
def test_a_declared_check_finds_its_fault(check: Check, table: str) -> None:
    found = run_checks(given(table, faulty_row(check, table)))
    assert (check.code, check.field, "x.csv", 2) in {(f.code, f.column, f.file, f.row) for f in found}


@pytest.mark.parametrize("table", [name for name, spec in CATALOGUE.tables.items() if spec.where != "result"])
def test_a_sound_row_has_no_findings(table: str) -> None:
    assert run_checks(given(table, sound_row(table))) == ()


def test_place_and_product_checks_are_left_out_without_their_finders() -> None:
    frame = sound_row("flows", origin="Nowhere", product="x")
    assert (
        run_checks(
            CheckInput(
                {"flows": frame},
                {"flows": (("x.csv", 2),)},
                targets={"sources": sound_row("sources", id="src")},
            )
        )
        == ()
    )


def test_several_sources_with_pages_are_each_looked_up() -> None:
    frame = sound_row("flows", source="src#p. 3; other#table 2")
    found = run_checks(given("flows", frame))
    assert [(finding.code, finding.severity) for finding in found] == [("unknown_source", "warning")]
    assert "'other'" in found[0].what
