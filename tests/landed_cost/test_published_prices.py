"""Published examples of duty and tax through the final pricing: rates parsed from text, tables made of the example."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from invented_law import make_goods, make_law, make_rules, make_way
from worked_examples import EXAMPLES, Charge, WorkedExample

from landbridge.landed_cost.charges import CUSTOMS_VALUE, Measure, assess_charges
from landbridge.landed_cost.charges import Charge as Due
from landbridge.landed_cost.customs_law import CustomsLaw
from landbridge.landed_cost.customs_value import Sale, ValueBasis, assess_customs_value
from landbridge.landed_cost.door import Door
from landbridge.landed_cost.goods import Goods
from landbridge.landed_cost.pricing import price_consignment
from landbridge.landed_cost.rate_text import parse_rate
from landbridge.landed_cost.valuation_methods import value_transaction
from landbridge.landed_cost.way import Way, WayPart

CURRENCY = "USD"


def word_rate(charge: Charge) -> str:
    """The rate of a charge as an act would write it."""
    return f"{charge.a_unit!r} USD/unit" if charge.a_unit else f"{charge.percent!r} %"


def name_base(charge: Charge) -> tuple[str, ...]:
    return tuple(CUSTOMS_VALUE if name == "value" else name for name in charge.base)


def read_charges(example: WorkedExample) -> list[Due]:
    return [
        Due(
            f"import_taxes#{one.name}",
            one.name,
            one.name,
            parse_rate(word_rate(one)),
            word_rate(one),
            name_base(one),
        )
        for one in example.charges
    ]


def value_example(example: WorkedExample) -> float:
    basis = ValueBasis(
        "e", "X", example.basis, example.inland, "", None, None, example.freight_cap, "", "", "published"
    )
    value = assess_customs_value(Sale(example.price, example.rule, example.costs), basis).value
    return (
        float(value_transaction(value, additions=example.additions, deductions={}).value) * example.exchange
    )


def compare(example: WorkedExample, found: Mapping[str, float]) -> None:
    half = 0.5 * 10.0**-example.digits + 1e-6
    expected = {name: value for name, value in example.expected.items() if name in found}
    assert expected, "nothing printed is compared"
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=half)


def sum_due(example: WorkedExample, value: float, amounts: Mapping[str, float]) -> dict[str, float]:
    due = sum(amounts[one.name] for one in example.charges if one.due)
    return {**amounts, "value": value, "due": due, "value_and_due": value + due}


@pytest.mark.parametrize("example", EXAMPLES, ids=[example.id for example in EXAMPLES])
@pytest.mark.parametrize("backwards", [False, True], ids=["in order", "backwards"])
def test_charges_parsed_from_text_are_those_printed(example: WorkedExample, backwards: bool) -> None:
    charges = read_charges(example)
    value = value_example(example)
    bases = {name: np.array([amount]) for name, amount in {CUSTOMS_VALUE: value, **example.beside}.items()}
    units = {one.units for one in example.charges if one.units} or {1.0}
    assert len(units) == 1
    found = assess_charges(
        charges[::-1] if backwards else charges,
        bases=bases,
        measure=Measure(CURRENCY, {"unit": units.pop()}, {}, {}),
    )
    amounts = {one.charge.name: float(one.amount[0]) for one in found}
    compare(example, sum_due(example, value, amounts))


@dataclass(frozen=True)
class Case:
    """An example as a consignment, a way and the law that it was worked under."""

    law: CustomsLaw
    goods: Goods
    way: Way


def is_whole(example: WorkedExample) -> bool:
    """Whether tables and a consignment can say all that the example has: no assists, no sums beside."""
    return not example.additions and set(example.beside) <= {"transport"} and example.price > 0


def list_taxes(example: WorkedExample) -> Iterator[dict[str, Any]]:
    kinds = {"tax": "vat", "excise": "excise", "uplift": "levy"}
    for one in example.charges:
        if one.name != "duty":
            # A base that is a stretch of carriage is what the law's tables call so.
            base = ["carriage" if name == "transport" else name for name in name_base(one)]
            yield {
                "id": one.name,
                "territory": "XA",
                "charge": kinds.get(one.name, "levy"),
                "name": one.name,
                "rate": word_rate(one),
                "base": tuple(base),
            }


def make_case(example: WorkedExample) -> Case:
    """The price in local money; costs in the price or beside it are parts of the way at their stage."""
    duty = [
        {"id": "duty", "territory": "XA", "products": ("84",), "rate": word_rate(one)}
        for one in example.charges
        if one.name == "duty"
    ] or [{"id": "duty", "territory": "XA", "products": ("84",), "rate": "free"}]
    value: dict[str, Any] = {"id": "v", "territory": "XA", "basis": example.basis, "inland": example.inland}
    if example.freight_cap is not None:
        value["freight_cap"] = f"{example.freight_cap * 100:g} %"
    taxes = list(list_taxes(example)) or [
        {"id": "none", "territory": "XA", "charge": "vat", "name": "none", "rate": "free"}
    ]
    law = make_law(tariffs=duty, import_taxes=taxes, customs_values=[value])
    costs = {**example.costs, "main_carriage": example.costs.get("main_carriage", 0.0)}
    # A premium that the example prints is a part of the way here: tables have premiums as a share of the value.
    premium = costs.pop("insurance", 0.0)
    freight = example.beside.get("transport")
    if freight is not None:
        costs["main_carriage"] = freight / example.exchange
    sides = {"main_carriage": "main", "destination_terminal": "inland", "on_carriage": "inland"}
    stages = [(stage, sides[stage], cost) for stage, cost in costs.items()] + [("insurance", "main", premium)]
    parts = tuple(
        WayPart("carriage", stage, side, stage, np.array([cost * example.exchange]))
        for stage, side, cost in stages
    )
    goods = make_goods(
        value=example.price * example.exchange, incoterm=example.rule, weight=1000.0, count=1.0
    )
    return Case(law, goods, replace(make_way(tonnes=1.0), parts=parts))


WHOLE = [example for example in EXAMPLES if is_whole(example)]


def price_case(case: Case) -> Door:
    found = price_consignment(make_rules(case.law, insurance_share=0.0), case.goods, [case.way])
    assert [finding for finding in found.findings if finding.severity == "error"] == []
    (door,) = found.doors
    return door


@pytest.mark.parametrize("example", WHOLE, ids=[example.id for example in WHOLE])
def test_a_consignment_under_tables_of_the_example_is_charged_as_printed(example: WorkedExample) -> None:
    door = price_case(make_case(example))
    amounts = {one.charge.id: float(one.amount[0]) for one in door.charges}
    customs = float(np.broadcast_to(door.customs.value, (1,))[0])
    compare(example, sum_due(example, customs, {"duty": 0.0, **amounts}))
    due = sum(amounts.values())
    assert float(door.total[0]) == pytest.approx(
        float(door.works[0]) + sum(float(one[0]) for one in door.parts) + due
    )


def test_most_examples_go_through_the_whole_pricing() -> None:
    assert len(WHOLE) >= 20


def test_butter_at_the_rate_of_the_common_tariff() -> None:
    # 0405 10 110 of the EAEU: 15 %, but not less than 0.22 EUR for 1 kg; 1,000 kg at 1.20 and at 5 EUR.
    for price, duty in ((1200.0, 220.0), (5000.0, 750.0)):
        goods = make_goods(product="040510", value=price, currency="EUR", weight=1000.0)
        (door,) = price_consignment(make_rules(insurance_share=0.0), goods, [make_way()]).doors
        assert float(door.charges[0].amount[0]) == pytest.approx(duty, abs=0.005)
