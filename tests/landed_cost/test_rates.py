"""What rates come to: hand arithmetic, properties, and what is missing."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.landed_cost.rates import (
    AdValorem,
    AtLeast,
    AtMost,
    Compound,
    Free,
    MissingInputError,
    Rate,
    RateError,
    RateInput,
    ShareOf,
    Specific,
    evaluate_rate,
    list_needs,
)

BUTTER = AtLeast(AdValorem(15.0), Specific(0.22, "EUR", "kg"))
percents = st.floats(0, 400, allow_nan=False).map(lambda x: round(x, 3))
amounts = st.floats(0, 1e5, allow_nan=False).map(lambda x: round(x, 4))
simple = st.one_of(
    st.just(Free()),
    st.builds(AdValorem, percents),
    st.builds(
        Specific,
        amounts,
        st.sampled_from(["EUR", "USD", "IRR"]),
        st.sampled_from(["kg", "t", "l", "cm3", "m2", "pair", "unit"]),
        st.sampled_from([1.0, 100.0, 1000.0, 0.5]),
    ),
)
rates = st.recursive(
    simple,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda terms: Compound(tuple(terms))),
        st.builds(AtLeast, inner, inner),
        st.builds(AtMost, inner, inner),
    ),
    max_leaves=5,
)
QUANTITIES = {"kg": 870.0, "l": 12.0, "cm3": 1998.0, "m2": 6.5, "pair": 40.0, "unit": 300.0}
EXCHANGE = {"USD": 0.92, "IRR": 2.1e-5}


def evaluate(rate: Rate, base: object, quantities: object = None, **more: object) -> list[float]:
    inputs = RateInput(base, "EUR", QUANTITIES if quantities is None else quantities, EXCHANGE, **more)  # type: ignore[arg-type]
    return np.atleast_1d(evaluate_rate(rate, inputs)).tolist()  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("rate", "base", "amount"),
    [
        (Free(), 100.0, 0.0),
        (AdValorem(15.0), 1200.0, 180.0),
        (Specific(0.22, "EUR", "kg"), 0.0, 191.4),
        (Specific(3.2, "EUR", "kg", 100.0), 0.0, 27.84),
        (Specific(250.0, "USD", "t"), 1.0, 0.87 * 250 * 0.92),
        (Specific(2.0, "EUR", "unit", 1000.0), 1.0, 0.6),
        (Specific(0.5, "EUR", "m3"), 1.0, 0.006),
        (Compound((AdValorem(4.5), Specific(0.02, "EUR", "kg"))), 1000.0, 45.0 + 17.4),
        (AtLeast(AdValorem(15.0), Specific(0.22, "EUR", "kg")), 1200.0, 191.4),
        (AtMost(AtLeast(AdValorem(20.0), Specific(1.2, "EUR", "kg", 100.0)), AdValorem(30.0)), 10.0, 3.0),
    ],
)
def test_amounts_are_those_of_hand_arithmetic(rate: Rate, base: float, amount: float) -> None:
    assert evaluate(rate, base) == [pytest.approx(amount, rel=1e-14)]


def test_the_worked_example_of_butter() -> None:
    """1,000 kg of 0405 10 110 at 1.20 and at 5 EUR/kg: max(180, 220) and max(750, 220)."""
    assert evaluate(BUTTER, np.array([1200.0, 5000.0]), {"kg": 1000.0}) == [220.0, 750.0]
    assert evaluate(BUTTER, np.array([1200.0, 5000.0]), {"t": np.array([1.0, 1.0])}) == [220.0, 750.0]


def test_a_share_of_another_rate() -> None:
    references: dict[str, Rate] = {"mfn": BUTTER}
    assert evaluate(ShareOf(75.0, "mfn"), 1200.0, {"kg": 1000.0}, references=references) == [165.0]
    circle: dict[str, Rate] = {"mfn": ShareOf(50.0, "base"), "base": ShareOf(50.0, "mfn")}
    with pytest.raises(MissingInputError) as error:
        evaluate(ShareOf(75.0, "mfn"), 1200.0, references=circle)
    assert error.value.references == {"mfn"}


def test_all_that_is_missing_is_named_at_once() -> None:
    rate = Compound((Specific(2.0, "GBP", "l"), Specific(1.0, "EUR", "pair"), ShareOf(80.0, "mfn")))
    references: dict[str, Rate] = {"mfn": Specific(1.0, "CHF", "kWh")}
    with pytest.raises(MissingInputError) as error:
        evaluate_rate(rate, RateInput(1.0, "EUR", references=references))
    assert error.value.units == {"l", "pair", "kWh"}
    assert error.value.currencies == {"GBP", "CHF"}
    assert error.value.references == frozenset()
    with pytest.raises(MissingInputError, match="the rate of mfn"):
        evaluate_rate(rate, RateInput(1.0, "EUR", {"l": 1.0, "pair": 1.0}, {"GBP": 1.2}))


def test_what_is_no_number_stays_none() -> None:
    assert np.isnan(evaluate(BUTTER, 10.0, {"kg": np.nan})).all()
    assert np.isnan(evaluate(BUTTER, np.nan)).all()


@pytest.mark.parametrize(("base", "kg"), [(-1.0, 1.0), (1.0, -1.0)])
def test_numbers_below_zero_are_refused(base: float, kg: float) -> None:
    with pytest.raises(ValueError, match="not below zero"):
        evaluate(BUTTER, base, {"kg": kg})


@pytest.mark.parametrize(
    "make",
    [
        lambda: AdValorem(-1.0),
        lambda: AdValorem(float("nan")),
        lambda: Specific(1.0, "EURO", "kg"),
        lambda: Specific(1.0, "EUR", "ton"),
        lambda: Specific(1.0, "EUR", "kg", 0.0),
        lambda: Compound((Free(),)),
        lambda: ShareOf(50.0, "value"),
    ],
)
def test_what_is_no_rate_is_refused(make: object) -> None:
    with pytest.raises(RateError):
        make()  # type: ignore[operator]


@given(rates, st.lists(st.floats(0, 1e9), min_size=2, max_size=5))
def test_the_amount_grows_with_the_value_and_has_its_shape(rate: Rate, bases: list[float]) -> None:
    found = evaluate(rate, np.sort(np.array(bases)))
    assert len(found) == len(bases)
    assert np.all(np.diff(found) >= 0)
    assert min(found) >= 0


@given(rates, st.floats(0, 1e6), st.floats(1, 10))
def test_the_amount_grows_with_the_quantities(rate: Rate, base: float, times: float) -> None:
    more = {unit: quantity * times for unit, quantity in QUANTITIES.items()}
    assert evaluate(rate, base, more)[0] >= evaluate(rate, base)[0]


def raise_rate(rate: Rate, by: float) -> Rate:
    """The rate with every figure in it raised."""
    match rate:
        case AdValorem(percent=percent):
            return AdValorem(percent + by)
        case Specific(amount=amount, currency=currency, unit=unit, per=per):
            return Specific(amount + by, currency, unit, per)
        case Compound(terms=terms):
            return Compound(tuple(raise_rate(term, by) for term in terms))
        case AtLeast(rate=one, floor=other):
            return AtLeast(raise_rate(one, by), raise_rate(other, by))
        case AtMost(rate=one, cap=other):
            return AtMost(raise_rate(one, by), raise_rate(other, by))
    return rate


@given(rates, st.floats(0, 1e6), st.floats(0, 50))
def test_the_amount_grows_with_the_rate(rate: Rate, base: float, by: float) -> None:
    assert evaluate(raise_rate(rate, by), base)[0] >= evaluate(rate, base)[0]


@given(rates, rates, st.floats(0, 1e6))
def test_sums_and_limits_are_what_they_say(one: Rate, other: Rate, base: float) -> None:
    a, b = evaluate(one, base)[0], evaluate(other, base)[0]
    assert evaluate(Compound((one, other)), base) == [a + b]
    assert evaluate(AtLeast(one, other), base) == [max(a, b)]
    assert evaluate(AtMost(one, other), base) == [min(a, b)]


@given(rates)
def test_what_a_rate_needs_is_enough(rate: Rate) -> None:
    needs = list_needs(rate)
    inputs = RateInput(1.0, "XAF", dict.fromkeys(needs.units, 1.0), dict.fromkeys(needs.currencies, 1.0))
    assert np.isfinite(evaluate_rate(rate, inputs))
