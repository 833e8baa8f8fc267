"""Access to the sea: the ways of each landlocked party by cost, its neighbours' shares, and what it may lose."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from landbridge.report.content import ReportContent, ScenarioContent
from landbridge.report.figures import Scale, choose_time_scale, write_amount, write_share
from landbridge.report.gateway_chart import draw_gateways
from landbridge.report.reading import Gateway, list_records
from landbridge.report.words import name_country
from landbridge.schema.rows import Row, read_rows
from landbridge.study.criticality import name_act
from landbridge.study.sea_access import LOSS_WORDS, TABLES, list_losses, list_open


@dataclass(frozen=True, slots=True)
class OutBy:
    """The cheapest way out by a neighbour: texts ready to print."""

    name: str
    share: str
    cost: str
    time: str
    port: str


@dataclass(frozen=True, slots=True)
class Lost:
    """What losing a country, post or port costs: texts ready to print."""

    name: str
    kind: str
    cost: str
    time: str
    cut: bool
    then: str


@dataclass(frozen=True, slots=True)
class PartyAccess:
    """What is shown of one party: sentences, the picture of its ways ("" without any), tables, what is closed by law
    with the act.
    """

    name: str
    capital: str
    lines: tuple[str, ...]
    unit: str
    picture: Markup
    neighbours: tuple[OutBy, ...]
    losses: tuple[Lost, ...]
    closed: tuple[tuple[str, str], ...]


def view_access(content: ReportContent) -> list[list[PartyAccess]]:
    """The access of the parties of each scenario; empty where no party of any is landlocked."""
    listings = {str(row["id"]): row for row in list_records(content.study_tables.get("listings"))}
    scenarios = [list(_view_scenario(scenario, listings)) for scenario in content.scenarios]
    return scenarios if any(scenarios) else []


def _view_scenario(scenario: ScenarioContent, listings: Mapping[str, Any]) -> Iterator[PartyAccess]:
    if not set(TABLES) <= set(scenario.tables):
        return
    access, ways, losses = (scenario.tables[name] for name in TABLES)
    for row in read_rows(access):
        mine = ways[ways["party"] == row["party"]]
        ports, beside = list_open(mine, "port"), list_open(mine, "neighbour")
        closed = read_rows(mine[mine["status"] == "closed"])
        scale = choose_time_scale(max((way["time"] for way in ports), default=0.0))
        yield PartyAccess(
            name=name_country(row["party"]),
            capital=row["capital"],
            lines=tuple(_tell_access(row, scale, listings)),
            unit=scale.unit,
            picture=_draw_ways(ports, closed, scale) if ports else Markup(""),
            neighbours=tuple(_tell_neighbour(way, scale) for way in beside),
            losses=tuple(
                _tell_loss(loss, scale) for loss in list_losses(losses[losses["party"] == row["party"]])
            ),
            closed=tuple(_group_closed(closed, listings)),
        )


def _tell_access(row: Row, scale: Scale, listings: Mapping[str, Any]) -> Iterator[str]:
    """The measures in sentences."""
    if row["status"] == "prohibited":
        acts = "; ".join(name_act(key, dict(listings)) for key in row["forbidden_by"])
        yield f"The law forbids these goods, so nothing is measured: {acts}."
        return
    if row["status"] == "no_way":
        yield "No way to the sea is open."
        return
    first = name_country(row["neighbour"])
    left = f"without {first} no way remains"
    if row["other_neighbour_port"]:
        by = f"by {row['other_neighbour_port']} and {name_country(row['other_neighbour'])}"
        left = f"without {first} {_tell_amounts(row, scale, '_other_neighbour')} {by}"
    other = ""
    if row["other_port"]:
        other = f"; by another port {_tell_amounts(row, scale, '_other_port')}, {row['other_port']}"
    best = f"{_tell_amounts(row, scale, '')} by {row['port']} and {first}"
    yield f"The cheapest way costs {best}; {left}{other}."
    yield (
        f"Independent ways of up to {row['way_factor']:g} times that cost: {row['ways_by_posts']} that share no border"
        f" post and no port, {row['ways_by_countries']} that share no country. Dependence on one neighbour:"
        f" {row['herfindahl']:.2f} by the Herfindahl index, with {write_share(row['main_share'])} for"
        f" {name_country(row['main_neighbour'])}."
    )


def _tell_amounts(row: Row, scale: Scale, suffix: str) -> str:
    return f"{write_amount(row[f'cost{suffix}'])} USD/t and {scale.write(row[f'time{suffix}'])} {scale.unit}"


def _draw_ways(ports: Sequence[Row], closed: Sequence[Row], scale: Scale) -> Markup:
    """A row a port, as the chart of gateways has it; what the law has closed stands without a point."""
    found = [
        Gateway(
            "port", f"{way['name']}, by {name_country(way['neighbour'])}", "", "open", way["way"],
            tuple(way["countries"]), way["cost"], way["time"], way["co2e"], way["cost_more"], way["time_more"],
        )
        for way in ports
    ]  # fmt: skip
    unknown = (math.nan,) * 5
    found += [
        Gateway(row["kind"], row["name"], row["country"], "closed", "", (), *unknown)
        for row in closed
        if row["kind"] == "port"
    ]
    return draw_gateways(found, scale, title="access to the sea")


def _tell_neighbour(way: Row, scale: Scale) -> OutBy:
    return OutBy(
        way["name"],
        write_share(way["share"]),
        write_amount(way["cost"]),
        scale.write(way["time"]),
        way["port"],
    )


def _tell_loss(loss: Row, scale: Scale) -> Lost:
    then = f"{loss['port']}, by {name_country(loss['neighbour'])}" if loss["port"] else ""
    return Lost(
        name=loss["name"],
        kind=LOSS_WORDS[loss["kind"]],
        cost=write_amount(loss["cost_loss"]),
        time=scale.write(loss["time_loss"]),
        cut=bool(loss["cut"]),
        then=then,
    )


def _group_closed(rows: Sequence[Row], listings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names of what each listing has closed, with the act."""
    names: dict[str, list[str]] = {}
    for row in rows:
        names.setdefault(row["closed_by"], []).append(row["name"])
    for key, places in names.items():
        yield ", ".join(places), name_act(key, dict(listings))
