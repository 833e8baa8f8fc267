"""`landbridge price`: what goods cost at the buyer's door, for people and for scripts."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import Any

from landbridge.api import GivenFreight, LandedCost, Offer, Options, Wishes, price_landed_cost
from landbridge.cli.arguments import read_date
from landbridge.cli.printing import (
    end_progress,
    number,
    print_json,
    print_table,
    say,
    say_wrapped,
    show_progress,
)
from landbridge.cli.routing import read_ground
from landbridge.schema.rows import Row, read_rows

LINE_WIDTHS = {"line": 38, "rate": 18, "how": 38}
REGIME_WIDTHS = {"name": 36, "way": 40}


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
    days: float
    sensitivities: bool = False


def print_price(arguments: PriceArguments, *, json: bool) -> None:
    """Price the offer and print it."""
    answer = _price(arguments)
    end_progress()
    if json:
        print_json(answer.to_json())
        return
    best = answer.best
    _print_head(answer, best)
    _print_lines(answer, best)
    say()
    _print_regimes(answer)
    _print_prices(answer, best)
    _print_origin(answer)
    if arguments.sensitivities:
        _print_sensitivities(answer)
        _print_comparisons(answer)
    for listing in answer.listings:
        say_wrapped(f"law: {listing['jurisdiction']}, {listing['act']}: {listing['meaning']}")
    for finding in answer.findings:
        remedy = f"; {finding['remedy']}" if finding.get("remedy") else ""
        say_wrapped(f"{finding['severity']}: {finding['what']}{remedy}")


def _print_head(answer: LandedCost, best: Row) -> None:
    """What is priced, the regime and way of the best row, what it needs."""
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
            say_wrapped(f"{what}: {told}")


def _price(arguments: PriceArguments) -> LandedCost:
    ground = read_ground(arguments.study, arguments.scenario)
    day = read_date(arguments.date) if arguments.date else None
    named = bool(arguments.corridor)
    given = None
    if arguments.freight is not None:
        given = GivenFreight(main=arguments.freight, inland=arguments.inland_freight, days=arguments.days)
    return price_landed_cost(
        Offer(**arguments.offer, date=day),
        freight=given,
        options=Options(via=arguments.via, corridor=arguments.corridor, corridors=named, alternatives=0),
        wishes=Wishes(regime=arguments.regime, months=arguments.months),
        ground=ground,
        progress=show_progress,
    )


def _print_lines(answer: LandedCost, best: Row) -> None:
    rows = [_describe_line(row) for row in read_rows(answer.lines_of(best))]
    spread = _write_spread(best["total_p10"], best["total_p90"])
    rows.append(
        ("total at the door", "", number(best["total"], 2), spread, "", f"rests on: {best['quality']}")
    )
    columns = ("line", "rate", answer.offer.currency, "p10–p90", "pays", "how")
    print_table(columns, rows, right=(answer.offer.currency, "p10–p90"), widest=LINE_WIDTHS)


def _describe_line(row: Row) -> tuple[str, ...]:
    amount = number(row["amount"], 2)
    spread = _write_spread(row["p10"], row["p90"])
    return (
        row["title"],
        row["rate"],
        amount if row["counted"] else f"({amount})",
        spread,
        row["payer"] if row["counted"] else "",
        row["formula"],
    )


def _write_spread(low: float, high: float) -> str:
    return "" if isnan(low) else f"{number(low)}–{number(high)}"


def _print_regimes(answer: LandedCost) -> None:
    """What the goods come to under each regime, then the conditions of each, told once."""
    shown = [
        row
        for row in read_rows(answer.frame)
        if row["kind"] == "release" or row["route"] == answer.best["route"]
    ]
    rows = [
        (
            row["regime"],
            row["regime_name"],
            row["label"],
            number(row["total"], 2),
            number(row["duty"], 2),
            number(row["days"], 1),
        )
        for row in shown
    ]
    columns = ("regime", "name", "way", "total", "duty", "days")
    print_table(columns, rows, right=("total", "duty", "days"), widest=REGIME_WIDTHS)
    say()
    told = [
        f"condition of {row['regime']}: {'; '.join(row['conditions'])}" for row in shown if row["conditions"]
    ]
    for line in dict.fromkeys(told):
        say_wrapped(line)
    if told:
        say()


def _print_prices(answer: LandedCost, best: Row) -> None:
    prices = answer.prices_of(best)
    say_wrapped(
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
        say_wrapped(f"break-even: {row['words']}")
    for row in read_rows(answer.margins):
        say_wrapped(f"preference by {row['label']}: {row['words']}")


def _print_origin(answer: LandedCost) -> None:
    for row in read_rows(answer.origins):
        say_wrapped(
            f"origin under {row['agreement']}: {row['verdict']}; {row['arithmetic']}; way: {row['transport']}"
        )
