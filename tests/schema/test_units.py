from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.schema.catalogue import load_catalogue
from landbridge.schema.units import UnknownUnitError, convert_value, read_unit

SIMPLE = sorted(set(load_catalogue().units) - {"1", "%", "1982-84=100"})


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (1.0, "nm", "km", 1.852),  # the international nautical mile, by definition
        (100.0, "km/h", "m/min", 100_000 / 60),
        (1.0, "kWh", "MJ", 3.6),
        (20.0, "USD/FEU", "USD/TEU", 10.0),
        (1.0, "kg/t", "g/t", 1000.0),
        (12.0, "%", "1", 0.12),
        (365.0, "t/a", "t/d", 1.0),
        (7.0, "USD/TEU-km", "USD/TEU/km", 7.0),
    ],
)
def test_conversions_by_definition(value: float, unit: str, to: str, expected: float) -> None:
    assert convert_value(value, unit=unit, to=to) == pytest.approx(expected, rel=1e-12)


@given(st.sampled_from(SIMPLE), st.sampled_from(SIMPLE), st.floats(1e-6, 1e6))
def test_a_quotient_and_its_inverse_cancel(one: str, other: str, value: float) -> None:
    assert read_unit(f"{one}/{one}").dimensions == ()
    straight, turned = read_unit(f"{one}/{other}"), read_unit(f"{other}/{one}")
    assert straight.factor * turned.factor == pytest.approx(1.0, rel=1e-12)
    assert convert_value(value, unit=f"{one}/{other}", to=f"{one}/{other}") == pytest.approx(value)


def test_two_currencies_do_not_convert() -> None:
    with pytest.raises(ValueError, match="different things"):
        convert_value(1.0, unit="USD/t", to="EUR/t")


@pytest.mark.parametrize("text", ["", "USD/", "furlong", "t//d", "USD/tk"])
def test_what_is_no_unit_is_refused_with_names_like_it(text: str) -> None:
    with pytest.raises(UnknownUnitError):
        read_unit(text)


def test_nearest_units_are_named() -> None:
    with pytest.raises(UnknownUnitError) as caught:
        read_unit("USD/tkms")
    assert "tkm" in caught.value.nearest
