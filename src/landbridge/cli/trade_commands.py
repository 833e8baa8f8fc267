"""Commands on trade: what goods cost at the door, whether they originate, what a new rate does."""

from pathlib import Path
from typing import Annotated, Any

import typer

from landbridge.cli.arguments import AsJson, AsOf, OverStudy, Product, Scenario, read_optional

Code = Annotated[str, typer.Option("--product", help="HS code of up to 12 digits, e.g. 8433.51.")]
SentFrom = Annotated[str, typer.Option("--from", help="Where the goods are sent from: a place.")]
SentTo = Annotated[str, typer.Option("--to", help="The buyer's place.")]
Measures = Annotated[
    list[str] | None, typer.Option(help="Another quantity that a rate is on: '1596 cm3' (repeat).")
]
MadeIn = Annotated[
    str, typer.Option("--origin", help="Country where the goods were made; by default that of --from.")
]
Originates = Annotated[
    list[str] | None,
    typer.Option(help="Trade agreement under which the goods originate on the maker's word (repeat)."),
]
ZoneAdded = Annotated[
    float | None, typer.Option(help="Value added in a free zone before sale inland, % of the goods.")
]
GivenCarriage = Annotated[
    float | None,
    typer.Option(help="International freight of the whole, instead of the network; places may be countries."),
]

WithSensitivities = Annotated[
    bool,
    typer.Option(help="Also how the total moves, where ways or regimes break even, what preferences save."),
]


def price(
    product: Code,
    origin: SentFrom,
    destination: SentTo,
    value: Annotated[float, typer.Option(help="Price of the whole consignment under its terms.")],
    currency: Annotated[str, typer.Option(help="Currency of the price, ISO 4217.")] = "USD",
    incoterm: Annotated[str, typer.Option(help="Rule of Incoterms 2020 that the price is under.")] = "EXW",
    quantity: Annotated[float | None, typer.Option(help="Number of units.")] = None,
    unit: Annotated[str, typer.Option(help="What is counted: unit, pair, l, m2, m3.")] = "unit",
    weight: Annotated[float | None, typer.Option("--weight-kg", help="Net mass in kg.")] = None,
    gross: Annotated[float | None, typer.Option("--gross-kg", help="Gross mass in kg.")] = None,
    measure: Measures = None,
    made_in: MadeIn = "",
    originates: Originates = None,
    study: OverStudy = None,
    scenario: Scenario = "",
    date: AsOf = "",
    regime: Annotated[str, typer.Option(help="Only this regime: mfn, an agreement or a regime.")] = "",
    months: Annotated[
        float, typer.Option(min=0.0, help="Months under a regime charged by the month.")
    ] = 12.0,
    zone_added: ZoneAdded = None,
    via: Annotated[list[str] | None, typer.Option(help="Pass this place (repeat, in order).")] = None,
    corridor: Annotated[str, typer.Option(help="Follow this named corridor.")] = "",
    freight: GivenCarriage = None,
    inland_freight: Annotated[float, typer.Option(help="With --freight: freight after entry.")] = 0.0,
    days: Annotated[float | None, typer.Option(help="With --freight: days on the way.")] = None,
    sensitivities: WithSensitivities = False,
    json: AsJson = False,
) -> None:
    """Price goods to the buyer's door: freight, customs value, duty, taxes, under every lawful regime."""
    from landbridge.cli.pricing import PriceArguments, print_price

    offer: dict[str, Any] = {
        "product": product,
        "origin": origin,
        "destination": destination,
        "value": value,
        "currency": currency.upper(),
        "incoterm": incoterm.upper(),
        "unit": unit,
        "made_in": made_in.upper(),
    }
    numbers = {"quantity": quantity, "weight": weight, "gross_weight": gross, "zone_added": zone_added}
    offer |= {name: read_optional(number) for name, number in numbers.items()}
    offer |= {"measures": tuple(measure or ()), "originates": tuple(originates or ())}
    ground: dict[str, Any] = {"study": study, "scenario": scenario, "date": date}
    way: dict[str, Any] = {
        "via": tuple(via or ()),
        "corridor": corridor,
        "freight": freight,
        "inland_freight": inland_freight,
        "days": read_optional(days),
    }
    told = PriceArguments(
        offer=offer, regime=regime, months=months, sensitivities=sensitivities, **ground, **way
    )
    print_price(told, json=json)


def origin(
    bill: Annotated[Path, typer.Argument(help="Bill of materials, a CSV file.", metavar="BOM.csv")],
    agreement: Annotated[str, typer.Option(help="Trade agreement, such as eac or eaeu-iran-2025.")],
    product: Annotated[str, typer.Option(help="HS 2022 code of the goods, e.g. 843351.")],
    made_in: Annotated[str, typer.Option(help="Country where they are made, e.g. BY.")] = "",
    date: AsOf = "",
    study: OverStudy = None,
    inland: Annotated[float, typer.Option(min=0.0, help="Cost to the ship or border for one unit.")] = 0.0,
    as_set: Annotated[bool, typer.Option("--set", help="The materials are the articles of a set.")] = False,
    through: Annotated[
        list[str] | None,
        typer.Option(help="A country of the way, with what is done there: AZ:handled (repeat, in order)."),
    ] = None,
    name: Annotated[str, typer.Option(help="Which bill, where the file has several.")] = "",
    json: AsJson = False,
) -> None:
    """Say whether goods originate under an agreement, with the arithmetic."""
    from landbridge.cli.origin import OriginArguments, print_origin

    print_origin(
        OriginArguments(
            bill=bill,
            agreement=agreement,
            product=product,
            made_in=made_in,
            date=date,
            study=study,
            inland=inland,
            is_set=as_set,
            through=tuple(through or ()),
            name=name,
        ),
        json=json,
    )


def effect(
    imports: Annotated[
        Path, typer.Argument(help="CSV: partner, imports, rate, new_rate (percent).", metavar="IMPORTS")
    ],
    product: Product,
    importer: Annotated[
        str, typer.Option(help="Country or bloc that imports, for its own elasticities.")
    ] = "",
    currency: Annotated[str, typer.Option(help="Currency of the imports.")] = "",
    json: AsJson = False,
) -> None:
    """What new duty rates do to the imports of a product: creation, diversion, revenue, welfare (SMART)."""
    from landbridge.cli.effects import print_effect

    print_effect(imports, product=product, importer=importer, currency=currency, json=json)
