"""Worked examples of duty and tax that customs authorities, textbooks and tools published, with their results.

Each gives a price, the costs that the territory's basis adds or takes off, and the charges in their order: a
percentage of a base, or an amount a unit. `expected` holds what was printed; a result is compared to half of the
last digit printed (`digits` decimals). Where only a copy of an authority's page was at hand, `publication` says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

VALUE = ("value",)
VALUE_DUTY = ("value", "duty")


@dataclass(frozen=True, slots=True)
class Charge:
    """`percent` of the sum of the amounts named in `base`, or `a_unit` for each of `units`.

    A charge that is not `due` only serves as a base of others.
    """

    name: str
    percent: float = 0.0
    base: tuple[str, ...] = VALUE
    a_unit: float = 0.0
    units: float = 0.0
    due: bool = True


@dataclass(frozen=True, slots=True)
class WorkedExample:
    """A sale and its charges. `exchange` is local money for one unit of the price's."""

    id: str
    publication: str
    territory: str
    basis: str
    price: float
    charges: tuple[Charge, ...]
    expected: Mapping[str, float]
    rule: str = "FOB"
    costs: Mapping[str, float] = field(default_factory=dict)
    exchange: float = 1.0
    inland: str = "out_if_itemised"
    additions: Mapping[str, float] = field(default_factory=dict)
    beside: Mapping[str, float] = field(default_factory=dict)
    freight_cap: float | None = None
    authority: bool = False
    digits: int = 2


EXAMPLES = (
    WorkedExample(
        "au-amplifier",
        "Australian Customs Service, How is duty and GST calculated (copy: clubcobra.com thread 1097338, 2010)",
        "AU",
        "fob",
        1274.0,
        (Charge("duty", 5.0), Charge("tax", 10.0, ("value", "duty", "transport"))),
        {"value": 1400.0, "duty": 70.0, "tax": 160.0, "due": 230.0},
        exchange=1 / 0.91,
        beside={"transport": 118.30 / 0.91},
        authority=True,
    ),
    WorkedExample(
        "au-cameras",
        "Australian Customs Service, Calculating duty and taxes, example 1 (customs.gov.au/site/page5549.asp, copied)",
        "AU",
        "fob",
        1200.0,
        (Charge("duty", 5.0), Charge("tax", 10.0, ("value", "duty", "transport"))),
        {"duty": 60.0, "tax": 141.0, "due": 201.0},
        beside={"transport": 150.0},
        authority=True,
    ),
    WorkedExample(
        "nz-free",
        "New Zealand Customs Service, Examples of how to calculate customs charges, example 1 (fyi.org.nz 657)",
        "NZ",
        "fob",
        1000.0,
        (Charge("tax", 15.0, ("value", "transport")),),
        {"tax": 165.0, "due": 165.0},
        beside={"transport": 100.0},
        authority=True,
    ),
    WorkedExample(
        "nz-dutiable",
        "New Zealand Customs Service, Examples of how to calculate customs charges, example 2 (fyi.org.nz 657)",
        "NZ",
        "fob",
        1000.0,
        (Charge("duty", 5.0), Charge("tax", 15.0, ("value", "duty", "transport"))),
        {"duty": 50.0, "tax": 172.50, "due": 222.50},
        beside={"transport": 100.0},
        authority=True,
    ),
    WorkedExample(
        "ca-hundred",
        "Canada Border Services Agency, guide to importing, example of duty and GST (copy: smallformfactor.net)",
        "CA",
        "fob",
        100.0,
        (Charge("duty", 4.0), Charge("tax", 5.0, VALUE_DUTY)),
        {"value": 115.0, "duty": 4.60, "tax": 5.98, "due": 10.58},
        exchange=1.15,
        authority=True,
    ),
    WorkedExample(
        "ug-car",
        "Uganda Revenue Authority, taxes on an imported car over 8 years old (copy: scribd.com 234347216)",
        "UG",
        "entry",
        2000.0,
        (
            Charge("duty", 25.0),
            Charge("tax", 18.0, VALUE_DUTY),
            Charge("withholding", 6.0),
            Charge("levy", 20.0),
        ),
        {
            "value": 6_250_000.0,
            "duty": 1_562_500.0,
            "tax": 1_406_250.0,
            "withholding": 375_000.0,
            "levy": 1_250_000.0,
            "due": 4_593_750.0,
        },
        costs={"main_carriage": 300.0, "insurance": 200.0},
        exchange=2500.0,
        authority=True,
    ),
    WorkedExample(
        "tz-old-car",
        "Tanzania Revenue Authority, Taxes and duties at a glance, example 4 (yumpu.com 8343480, page 29)",
        "TZ",
        "entry",
        3800.0,
        (
            Charge("duty", 25.0),
            Charge("excise", 30.0, VALUE_DUTY),
            Charge("tax", 20.0, ("value", "duty", "excise")),
        ),
        {"duty": 1_235_000.0, "excise": 1_852_500.0, "tax": 1_605_500.0},
        rule="CIF",
        exchange=1300.0,
        authority=True,
    ),
    WorkedExample(
        "tz-car",
        "Tanzania Revenue Authority, Taxes and duties at a glance, example 5 (yumpu.com 8343480, page 30)",
        "TZ",
        "entry",
        3200.0,
        (Charge("duty", 25.0), Charge("tax", 20.0, VALUE_DUTY)),
        {"duty": 1_040_000.0, "tax": 1_040_000.0, "due": 2_080_000.0},
        rule="CIF",
        exchange=1300.0,
        authority=True,
    ),
    WorkedExample(
        "tz-small-car",
        "Tanzania Revenue Authority, Tax computation on imported vehicles, illustration 1 (copy: jamiiforums.com)",
        "TZ",
        "entry",
        2500.0,
        (Charge("duty", 25.0), Charge("excise", 0.0, VALUE_DUTY), Charge("tax", 18.0, VALUE_DUTY)),
        {"duty": 812_500.0, "excise": 0.0, "tax": 731_250.0, "due": 1_543_750.0},
        rule="CIF",
        exchange=1300.0,
        authority=True,
    ),
    WorkedExample(
        "ie-baggage",
        "Irish Revenue, How to calculate what you owe, standard rate of duty with VAT",
        "EU",
        "entry",
        600.0,
        (Charge("duty", 2.5), Charge("tax", 23.0, ("value", "duty", "camera"))),
        {"duty": 15.0, "tax": 256.45, "due": 271.45},
        rule="CIP",
        beside={"camera": 500.0},
        authority=True,
    ),
    WorkedExample(
        "ke-car",
        "Kenya Revenue Authority, result of its vehicle calculator (copy: kenyanlist.net 2420)",
        "KE",
        "entry",
        1_046_648.50,
        (
            Charge("duty", 25.0),
            Charge("excise", a_unit=10_000.0, units=1.0),
            Charge("tax", 16.0, ("value", "duty", "excise")),
            Charge("railway", 2.0),
        ),
        {"duty": 261_662.12, "tax": 210_929.70, "railway": 20_932.97, "due": 503_524.79},
        rule="CIF",
        authority=True,
    ),
    WorkedExample(
        "sg-stout",
        "Singapore Customs, Duties and dutiable goods, example 1(a): 75 l of stout of 5 %",
        "SG",
        "entry",
        0.0,
        (Charge("duty", a_unit=16.0, units=75 * 0.05), Charge("excise", a_unit=60.0, units=75 * 0.05)),
        {"due": 285.0},
        rule="CIF",
        authority=True,
    ),
    WorkedExample(
        "pk-cargo",
        "Import duty and taxes of Pakistan, a worked sheet (scribd.com 470010735)",
        "PK",
        "entry",
        850.0,
        (
            Charge("regulatory", 3.0),
            Charge("duty", 3.0),
            Charge("additional", 1.0),
            Charge("tax", 17.0, ("value", "regulatory", "duty", "additional")),
            Charge("additional_tax", 3.0, ("value", "regulatory", "duty", "additional")),
            Charge("income", 6.0, ("value", "regulatory", "duty", "additional", "tax", "additional_tax")),
        ),
        {
            "value": 138_720.0,
            "regulatory": 4161.60,
            "duty": 4161.60,
            "additional": 1387.20,
            "tax": 25_233.17,
            "additional_tax": 4452.91,
            "income": 10_686.99,
        },
        rule="CFR",
        costs={"insurance": 8.5, "destination_terminal": 8.5},
        inland="in",
        exchange=160.0,
    ),
    WorkedExample(
        "in-2009",
        "Problems in customs, problem 1 (scribd.com 195195630): India before GST, landing charges of 1 %",
        "IN",
        "entry",
        74_000.0,
        (
            Charge("duty", 25.0),
            Charge("countervailing", 8.24, VALUE_DUTY),
            Charge("cess", 3.0, ("duty", "countervailing")),
            Charge("special", 4.0, ("value", "duty", "countervailing", "cess")),
        ),
        {
            "value": 3_166_733.80,
            "duty": 791_683.45,
            "countervailing": 326_173.58,
            "cess": 33_535.71,
            "special": 172_725.06,
            "due": 1_324_117.80,
        },
        costs={"main_carriage": 10_000.0, "insurance": 740.0, "destination_terminal": 847.40},
        inland="in",
        exchange=37.0,
    ),
    WorkedExample(
        "in-igst",
        "Problems in customs, problem 16 (scribd.com 522174287): social welfare surcharge, IGST, cess",
        "IN",
        "entry",
        3300.0,
        (
            Charge("duty", 10.0),
            Charge("surcharge", 10.0, ("duty",)),
            Charge("tax", 12.0, ("value", "duty", "surcharge")),
            Charge("cess", 4.0, ("value", "duty", "surcharge")),
        ),
        {"value": 251_550.0, "duty": 25_155.0, "tax": 33_506.0, "value_and_due": 323_896.0},
        rule="CIF",
        costs={"main_carriage": 330.0, "insurance": 75.0},
        additions={"assists": 1000.0},
        freight_cap=0.2,
        exchange=58.5,
        digits=0,
    ),
    WorkedExample(
        "za-rated",
        "Pioneer Freight, How is customs duty and VAT calculated on imported goods",
        "ZA",
        "fob",
        1000.0,
        (
            Charge("duty", 20.0),
            Charge("uplift", 10.0, due=False),
            Charge("tax", 15.0, ("value", "uplift", "duty")),
        ),
        {"duty": 200.0, "tax": 195.0},
    ),
    WorkedExample(
        "za-free",
        "Pioneer Freight, How is customs duty and VAT calculated on imported goods",
        "ZA",
        "fob",
        1000.0,
        (Charge("uplift", 10.0, due=False), Charge("tax", 15.0, ("value", "uplift"))),
        {"tax": 165.0},
    ),
    WorkedExample(
        "za-2014",
        "importexportlicense.co.za, Free VAT calculator, at the rate of 14 % of its day",
        "ZA",
        "fob",
        100.0,
        (
            Charge("duty", 20.0),
            Charge("uplift", 10.0, due=False),
            Charge("tax", 14.0, ("value", "uplift", "duty")),
        ),
        {"duty": 20.0, "tax": 18.20},
    ),
    WorkedExample(
        "cn-cream",
        "TransCustoms, tariff and landed cost report for 33049900.10; its line of VAT prints 1,769.68, its sum not",
        "CN",
        "entry",
        10_000.0,
        (Charge("duty", 2.0), Charge("tax", 17.0, VALUE_DUTY)),
        {"value": 10_200.0, "duty": 204.0, "due": 1972.68, "value_and_due": 12_172.68},
        costs={"main_carriage": 100.0, "insurance": 100.0},
    ),
    WorkedExample(
        "gb-dhl",
        "DHL UK, how duty is calculated: 2,000 pieces at 5, freight and insurance 500",
        "GB",
        "entry",
        10_000.0,
        (Charge("duty", 4.0),),
        {"value": 10_500.0, "duty": 420.0, "value_and_due": 10_920.0},
        costs={"main_carriage": 500.0},
    ),
    WorkedExample(
        "eu-twenty",
        "paychecktaxcalculator.net, EU customs duty",
        "EU",
        "entry",
        10_000.0,
        (Charge("duty", 5.0), Charge("tax", 20.0, VALUE_DUTY)),
        {"duty": 500.0, "tax": 2100.0, "due": 2600.0},
        rule="CIF",
    ),
    WorkedExample(
        "de-shoes",
        "zolltarifnummer-service.de, Calculating import duties: shoes from Vietnam",
        "EU",
        "entry",
        10_000.0,
        (Charge("duty", 8.0), Charge("tax", 19.0, VALUE_DUTY)),
        {"duty": 800.0, "tax": 2052.0, "due": 2852.0},
        rule="CIF",
    ),
    WorkedExample(
        "eaeu-cheese",
        "kampus.ai, customs, task on cheese from Latvia: formula as printed, the number by it",
        "EAEU",
        "entry",
        20_200.0,
        (Charge("duty", 5.0),),
        {"duty": 1010.0},
        rule="DAP",
        costs={"destination_terminal": 0.0, "on_carriage": 0.0},
    ),
    WorkedExample(
        "calqoo",
        "calqoo.com, import and export cost",
        "TR",
        "entry",
        1000.0,
        (Charge("duty", 20.0), Charge("tax", 18.0, VALUE_DUTY)),
        {"value": 1150.0, "duty": 230.0, "tax": 248.40, "value_and_due": 1628.40},
        costs={"main_carriage": 100.0, "insurance": 50.0},
    ),
)


def compute_charges(
    value: float, charges: tuple[Charge, ...], *, beside: Mapping[str, float]
) -> dict[str, float]:
    """Each amount by its name, with `due` their sum and `value_and_due`."""
    amounts = {"value": value, **beside}
    due = 0.0
    for charge in charges:
        base = sum(amounts[name] for name in charge.base)
        amounts[charge.name] = base * charge.percent / 100.0 + charge.a_unit * charge.units
        due += amounts[charge.name] * charge.due
    return {**amounts, "due": due, "value_and_due": value + due}
