"""`landbridge price`: what goods cost at the buyer's door, for people and for scripts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isnan
from pathlib import Path
from typing import Any

from landbridge.api import GivenFreight, LandedCost, Offer, Options, Wishes, price_landed_cost
from landbridge.cli.arguments import read_date
from landbridge.cli.printing import end_progress, number, print_json, print_table, say, show_progress
from landbridge.cli.routing import read_ground
from landbridge.schema.rows import Row, read_rows

LABEL_WIDTH, NAME_WIDTH = 44, 52


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceArguments:
    """The arguments of the command; `offer` are the fields of an Offer."""

    offer: Mapping[str, Any]
    study: Path | None
    scenario: str
    date: str
    regime: str
    months: float
    via: tuple[str, ...]
    corridor: str
    freight: float | None
    inland_freight: float
    sensitivities: bool = False


def print_price(arguments: PriceArguments, *, json: bool) -> None:
    """Price the offer and print it."""
    answer = _price(arguments)
    end_progress()
    if json:
        print_json(answer.to_json())
        return
    best = answer.best
    offer = answer.offer
    price = f"{offer.value:,.2f} {offer.currency} {offer.incoterm}"
    say(f"{offer.product} from {offer.origin} to {offer.destination}, {price}")
    say(f"as of {answer.date}; amounts in {offer.currency}; names are not screened; not legal advice")
    say()
    say(f"{best['regime_name']}, {best['label']}")
    for what, told in (
        ("on condition", "; ".join(best["conditions"])),
        ("papers", ", ".join(best["papers"])),
    ):
        if told:
            say(f"{what}: {told}")
    _print_lines(answer, best)
    say()
    _print_regimes(answer)
    _print_prices(answer, best)
    _print_origin(answer)
    if arguments.sensitivities:
        _print_sensitivities(answer)
        _print_comparisons(answer)
    for listing in answer.listings:
        say(f"law: {listing['jurisdiction']}, {listing['act']}: {listing['meaning']}")
    for finding in answer.findings:
        remedy = f"; {finding['remedy']}" if finding.get("remedy") else ""
        say(f"{finding['severity']}: {finding['what']}{remedy}")


def _price(arguments: PriceArguments) -> LandedCost:
    ground = read_ground(arguments.study, arguments.scenario)
    if arguments.date:
        ground = replace(ground, setting=replace(ground.setting, date=read_date(arguments.date)))
    named = bool(arguments.corridor)
    given = None
    if arguments.freight is not None:
        given = GivenFreight(main=arguments.freight, inland=arguments.inland_freight)
    return price_landed_cost(
        Offer(**arguments.offer),
        freight=given,
        options=Options(via=arguments.via, corridor=arguments.corridor, corridors=named, alternatives=0),
        wishes=Wishes(regime=arguments.regime, months=arguments.months),
        ground=ground,
        progress=show_progress,
    )


def _print_lines(answer: LandedCost, best: Row) -> None:
    rows = [_describe_line(row) for row in read_rows(answer.lines_of(best))]
    spread = f"{number(best['total_p10'])}–{number(best['total_p90'])}"
    rows.append(
        ("total at the door", "", number(best["total"], 2), spread, "", f"rests on: {best['quality']}")
    )
    columns = ("line", "rate", answer.offer.currency, "p10–p90", "pays", "how")
    print_table(columns, rows, right=(answer.offer.currency, "p10–p90"))


def _describe_line(row: Row) -> tuple[str, ...]:
    amount = number(row["amount"], 2)
    spread = "" if row["p10"] != row["p10"] else f"{number(row['p10'])}–{number(row['p90'])}"
    return (
        row["title"][:NAME_WIDTH],
        row["rate"],
        amount if row["counted"] else f"({amount})",
        spread,
        row["payer"] if row["counted"] else "",
        row["formula"],
    )


def _print_regimes(answer: LandedCost) -> None:
    rows = [
        (
            row["regime"],
            row["regime_name"][:NAME_WIDTH],
            row["label"][:LABEL_WIDTH],
            number(row["total"], 2),
            number(row["duty"], 2),
            number(row["days"], 1),
            "; ".join(row["conditions"]),
        )
        for row in read_rows(answer.frame)
        if row["kind"] == "release" or row["route"] == answer.best["route"]
    ]
    columns = ("regime", "name", "way", "total", "duty", "days", "conditions")
    print_table(columns, rows, right=("total", "duty", "days"))
    say()


def _print_prices(answer: LandedCost, best: Row) -> None:
    prices = answer.prices_of(best)
    say(
        "the same goods under each rule: "
        + ", ".join(f"{rule} {number(price)}" for rule, price in prices.items())
    )


def _print_sensitivities(answer: LandedCost) -> None:
    """How the total of the best row moves."""
    best = answer.best
    rows = [
        (
            row["title"],
            f"{row['step']:+.0%}",
            number(row["total"], 2),
            number(row["change"], 2),
            number(row["change_share"], 2),
            number(row["elasticity"], 3),
            "–" if isnan(row["share"]) else f"{row['share']:.1%}",
            row["words"],
        )
        for row in read_rows(answer.sensitivities)
        if row["route"] == best["route"] and row["regime"] == best["regime"]
    ]
    columns = ("what changes", "by", "total", "change", "%", "elasticity", "share of total", "")
    say()
    print_table(columns, rows, right=columns[1:-1])


def _print_comparisons(answer: LandedCost) -> None:
    """Break-even in words, and what preferences save by each way."""
    say()
    for row in read_rows(answer.break_evens):
        say(f"break-even: {row['words']}")
    for row in read_rows(answer.margins):
        say(f"preference by {row['label']}: {row['words']}")


def _print_origin(answer: LandedCost) -> None:
    for row in read_rows(answer.origins):
        say(
            f"origin under {row['agreement']}: {row['verdict']}; {row['arithmetic']}; way: {row['transport']}"
        )
