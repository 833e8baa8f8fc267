"""The catalogue against itself: what one file names, another declares."""

from __future__ import annotations

import re

import pycountry
import pytest

from landbridge.schema.catalogue import CATALOGUE_FOLDER, FIELD_TYPES, load_catalogue
from landbridge.schema.cells import default_value
from landbridge.schema.checks import CHECK_KINDS
from landbridge.schema.units import read_unit

CATALOGUE = load_catalogue()
FIELDS = [(spec, field) for spec in CATALOGUE.tables.values() for field in spec.fields]


def test_every_field_has_a_type_a_meaning_and_a_known_unit() -> None:
    for spec, field in FIELDS:
        assert field.type in FIELD_TYPES
        assert field.doc, f"{spec.name}.{field.name}"
        if field.unit:
            assert read_unit(field.unit).factor > 0, f"{spec.name}.{field.name}"


def test_keys_are_fields_and_are_required() -> None:
    for spec in CATALOGUE.tables.values():
        if spec.where != "result":
            assert all(spec.by_name[name].required for name in spec.key), spec.name


def test_fields_of_a_table_stand_once() -> None:
    for spec in CATALOGUE.tables.values():
        assert len(set(spec.columns)) == len(spec.columns), spec.name


def test_defaults_are_values_of_their_fields() -> None:
    for spec, field in FIELDS:
        if field.default:
            assert default_value(field) not in ("", None, ()), f"{spec.name}.{field.name}"
            assert not field.required, f"{spec.name}.{field.name}: a default makes it optional"


def test_choices_stand_only_on_choice_fields_and_an_optional_one_says_what_empty_means() -> None:
    for spec, field in FIELDS:
        assert bool(field.choices) == (field.type == "choice"), f"{spec.name}.{field.name}"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mode", CATALOGUE.modes),
        ("cargo_class", CATALOGUE.cargo_classes),
        ("means", CATALOGUE.means),
        ("operation", CATALOGUE.operations),
        ("quality", CATALOGUE.qualities),
    ],
)
def test_choices_are_words_of_the_catalogue(name: str, words: dict[str, object]) -> None:
    for spec, field in FIELDS:
        if field.name == name and field.type == "choice":
            assert set(field.choices) - {"", "any"} <= set(words), spec.name


def test_checks_name_tables_fields_kinds_and_targets_that_exist() -> None:
    for check in CATALOGUE.checks:
        assert check.kind in CHECK_KINDS, check.code
        specs = CATALOGUE.tables.values() if check.table == "*" else [CATALOGUE.tables[check.table]]
        assert any(check.field in spec.by_name for spec in specs), check.code
        if check.kind in ("order", "together", "distinct"):
            assert all(name in spec.by_name for spec in specs for name in check.target), check.code
        if check.kind in ("reference", "place"):
            for target in check.target:
                if target.startswith("@"):
                    assert hasattr(CATALOGUE, target[1:]), target
                elif not target.startswith("="):
                    table, column = target.split(".")
                    assert column in CATALOGUE.tables[table].by_name, target


def test_indicators_aggregate_fields_of_their_table() -> None:
    for indicator in CATALOGUE.indicators.values():
        spec = CATALOGUE.tables[indicator.table]
        assert set(indicator.keys) <= set(spec.columns), indicator.id
        read_unit(indicator.unit)
        for text in (indicator.value, indicator.p10, indicator.p50, indicator.p90):
            bare = re.sub(r"'[^']*'|\b[A-Z]+\b", "", text)  # texts and words of SQL
            words = set(re.findall(r"[a-z_0-9]+", bare)) - {
                "min", "max", "sum", "avg", "count", "arg_min", "nullif", "0", "20", "500",
            }  # fmt: skip
            assert words <= set(spec.columns), indicator.id


def test_qualities_widen_from_best_to_worst() -> None:
    ordered = sorted(CATALOGUE.qualities.values(), key=lambda quality: quality.rank)
    assert [quality.id for quality in ordered] == ["measured", "published", "estimated", "default"]
    spreads = [quality.spread for quality in ordered]
    assert spreads == sorted(spreads)
    assert spreads[0] > 1
    assert all(quality.doc for quality in ordered)


def test_country_codes_are_those_of_iso_3166_and_kosovo() -> None:
    assert set(CATALOGUE.country_codes) == {country.alpha_2 for country in pycountry.countries} | {"XK"}


def test_currency_codes_are_of_iso_4217() -> None:
    assert set(CATALOGUE.currencies) <= {currency.alpha_3 for currency in pycountry.currencies}
    assert {"USD", "EUR", "BYN", "IRR", "RUB", "KZT", "UGX"} <= set(CATALOGUE.currencies)


def test_catalogue_files_are_utf8_with_line_feeds() -> None:
    for file in CATALOGUE_FOLDER.glob("*.csv"):
        assert b"\r" not in file.read_bytes(), file.name
