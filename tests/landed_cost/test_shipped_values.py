"""The shipped rows of customs_values against the acts that they cite."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest

from landbridge.landed_cost.customs_value import Sale, assess_customs_value, find_value_basis
from landbridge.schema import load_catalogue
from landbridge.sources import read_shipped_tables

DAY = datetime.date(2025, 8, 21)
COSTS = {"main_carriage": 900.0, "insurance": 20.0}


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    return read_shipped_tables()["customs_values"]


def value(rows: pd.DataFrame, territory: str, mode: str, *, costs: dict[str, float] = COSTS) -> float:
    basis = find_value_basis(rows, [territory], date=DAY, mode=mode)
    assert basis is not None, territory
    return float(assess_customs_value(Sale(10_000.0, "FOB", costs, after_entry=300.0), basis).value)


# FOB 10,000, carriage 900 of which 300 lie after the entry, insurance 20.
@pytest.mark.parametrize(
    ("territory", "mode", "expected"),
    [
        ("EAEU", "road", 10_620.0),
        ("EAEU", "rail", 10_620.0),
        ("IR", "sea", 10_620.0),
        ("EAC", "sea", 10_620.0),
        ("EAC", "air", 10_020.0),
        ("EU", "road", 10_620.0),
        ("GB", "sea", 10_620.0),
        ("GCC", "sea", 10_620.0),
        ("IN", "sea", 10_620.0),
        ("AU", "sea", 10_000.0),
        ("CA", "sea", 10_000.0),
        ("NZ", "sea", 10_000.0),
        ("US", "sea", 10_000.0),
        ("ZA", "sea", 10_000.0),
    ],
)
def test_a_territory_takes_the_value_that_its_act_says(
    rows: pd.DataFrame, territory: str, mode: str, expected: float
) -> None:
    assert value(rows, territory, mode) == pytest.approx(expected)


def test_india_caps_freight_by_air_and_assumes_what_is_not_known(rows: pd.DataFrame) -> None:
    assert value(rows, "IN", "air", costs={"main_carriage": 4_000.0, "insurance": 20.0}) == 12_020.0
    basis = find_value_basis(rows, ["IN"], date=DAY)
    assert basis is not None
    assert float(assess_customs_value(Sale(10_000.0, "FOB", {}), basis).value) == pytest.approx(12_112.5)


def test_rail_into_the_eurasian_union_has_a_place_of_its_own_since_the_decision(rows: pd.DataFrame) -> None:
    places = []
    for day in (datetime.date(2023, 2, 1), datetime.date(2023, 3, 1)):
        basis = find_value_basis(rows, ["BY", "EAEU"], date=day, mode="rail")
        assert basis is not None
        places.append(basis.entry)
    assert places == [
        "place of arrival in the customs territory",
        "place where the customs border is crossed",
    ]


def test_every_row_is_read_and_every_act_is_named(rows: pd.DataFrame) -> None:
    for row in rows.to_dict("records"):
        basis = find_value_basis(rows, [row["territory"]], date=row["from"], mode=row["mode"])
        assert basis is not None
        assert basis.id == row["id"]
    assert len(set(rows["territory"])) >= 80


def test_territories_are_countries_or_blocs(rows: pd.DataFrame) -> None:
    known = set(load_catalogue().country_codes) | set(read_shipped_tables()["territories"]["territory"])
    assert set(rows["territory"]) <= known
