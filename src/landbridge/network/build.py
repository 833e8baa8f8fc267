"""Building the virtual network of a date from the world and the tables."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from landbridge.kernels.graph import build_csr
from landbridge.network.closures import list_shut_borders
from landbridge.network.interruptions import Interruptions, interrupt_arcs
from landbridge.network.ordering import build_network_hierarchy
from landbridge.network.own_places import settle_own_places
from landbridge.network.places import find_place, select_own
from landbridge.network.terminals import (
    Stop,
    Surroundings,
    choose_terminals,
    draft_crossings,
    draft_ends,
    draft_flights,
    draft_gauge_changes,
    draft_legs,
    draft_services,
    draft_terminal,
    find_deep_nodes,
    find_leg_faults,
    make_stop,
)
from landbridge.network.territories import Territories
from landbridge.network.virtual import (
    ArcDraft,
    Arcs,
    Codes,
    VirtualNetwork,
    collect_moves,
    count_water_nodes,
    count_world_nodes,
    river_offset,
)
from landbridge.schema import Finding, InputError, load_catalogue
from landbridge.schema.dated_rows import in_force_at, open_at
from landbridge.schema.rows import list_values, read_rows
from landbridge.sources import read_shipped_tables
from landbridge.sources.world import World


def survey(world: World, tables: Mapping[str, pd.DataFrame], date: datetime.date) -> Surroundings:
    """Regions, customs territories at `date`, and the places that have parameter rows of their own."""
    countries = tables["countries"]
    return Surroundings(
        regions=dict(zip(countries["id"], countries["region"], strict=True)),
        territories=Territories.at(tables["territories"], date),
        regimes=_road_regimes(tables["transit_regimes"], date),
        date=date,
        world=world,
        priced_places=frozenset(tables["operations"]["scope"]),
        deep_nodes=find_deep_nodes(world),
        roadless=frozenset(world.countries)
        - {world.countries[k] for k in np.unique(world.node_country) if k >= 0},
        interruptions=Interruptions.at(tables["interruptions"], date),
    )


def _road_regimes(frame: pd.DataFrame, date: datetime.date) -> dict[str, frozenset[str]]:
    """Transit regimes by road in force in each country."""
    current = frame[in_force_at(frame, load_catalogue().tables["transit_regimes"], date=date)]
    found: dict[str, set[str]] = {}
    for country, regime, mode in zip(current["country"], current["regime"], current["mode"], strict=True):
        if mode in ("any", "road"):
            found.setdefault(country, set()).add(regime)
    return {country: frozenset(regimes) for country, regimes in found.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """All of the virtual network but the ends of requests: what every request over the same tables shares.

    `own` are the stops of a study's places with the nodes that its own legs come to.
    """

    world: World
    around: Surroundings
    draft: ArcDraft
    arcs: Arcs
    boardings: Mapping[str, list[tuple[int, str]]]
    landings: Mapping[str, list[int]]
    own: Mapping[str, Stop]

    def settle(self, stop: Stop) -> Stop:
        """The stop on the nodes that it has in this network."""
        own = self.own.get(stop.id)
        return stop if own is None else replace(stop, nodes=own.nodes, gaps=own.gaps)


def build_base(world: World, tables: Mapping[str, pd.DataFrame], around: Surroundings) -> Base:
    """Moves along the world's edges, and the operations and services between them; `tables` are those of a scenario."""
    codes = Codes(tuple(world.countries))
    draft = ArcDraft(codes, count_world_nodes(world))
    crossing_ops, crossing_sites = draft_crossings(draft, around, tables["posts"])
    own_legs = list_own_legs(world, tables, around.date)
    leg_ends = find_leg_ends(world, tables, around, legs=own_legs)
    terminals = {stop.id: stop for stop in (*leg_ends.values(), *terminal_stops(world, tables, around))}
    own = settle_own_places(draft, around, terminals, own_legs)
    terminals |= own
    leg_ends |= {text: own[stop.id] for text, stop in leg_ends.items() if stop.id in own}
    for stop in terminals.values():
        draft_terminal(draft, around, stop)
    names = {
        key: name
        for frame in (tables["posts"], tables["places"])
        for key, name in zip(list_values(frame["id"]), list_values(frame["name"]), strict=True)
    }
    draft_gauge_changes(draft, around, names)
    boardings, landings = draft_services(draft, around, tables["services"], terminals)
    draft_legs(
        draft, around, own_legs, stops=leg_ends, shut=pair_shut_borders(tables["borders"], around.date)
    )
    moves = collect_moves(world, codes, crossing_ops, crossing_sites)
    arcs = Arcs.join([stretch_legs(moves, world, tables["legs"]), draft.to_arcs()])
    arcs = interrupt_arcs(draft, arcs, around.interruptions)
    return Base(world, around, draft, arcs, boardings, landings, own)


def list_own_legs(world: World, tables: Mapping[str, pd.DataFrame], date: datetime.date) -> pd.DataFrame:
    """Legs that the shipped network does not have, open at `date`: those that a study adds."""
    legs = tables["legs"]
    new = legs[[leg not in world.legs for leg in legs["id"]]]
    return new[open_at(new, load_catalogue().tables["legs"], date=date)]


def find_leg_ends(
    world: World, tables: Mapping[str, pd.DataFrame], around: Surroundings, *, legs: pd.DataFrame
) -> dict[str, Stop]:
    """The ends of `legs` as stops, by the text that names them; a text that names no place is left out."""
    places = tables["places"]
    own = select_own(world, places)
    rail = dict(zip(places["id"], places["rail"], strict=True))
    classes = dict(zip(places["id"], places["cargo_classes"], strict=True))
    found = {}
    for text in dict.fromkeys((*legs["from"], *legs["to"])):
        try:
            place = find_place(world, text, extra=own)
        except InputError:
            continue
        found[text] = make_stop(
            around,
            place.as_row(),
            cargo_classes=classes.get(place.id, ()),
            rail=read_flag(rail.get(place.id)),
        )
    return found


def check_own_legs(world: World, tables: Mapping[str, pd.DataFrame], date: datetime.date) -> list[Finding]:
    """Legs of a study, open at `date`, that join nothing or railways of two gauges."""
    legs = list_own_legs(world, tables, date)
    if legs.empty:
        return []
    around = survey(world, tables, date)
    return find_leg_faults(around, legs, find_leg_ends(world, tables, around, legs=legs))


def pair_shut_borders(borders: pd.DataFrame, date: datetime.date) -> frozenset[tuple[frozenset[str], str]]:
    """Pairs of countries whose border is closed at `date`, and to which mode."""
    shut = list_shut_borders(borders, date)
    rows = zip(shut["country_a"], shut["country_b"], shut["mode"], strict=True)
    return frozenset((frozenset((one, other)), mode) for one, other, mode in rows)


def stretch_legs(arcs: Arcs, world: World, legs: pd.DataFrame) -> Arcs:
    """The moves, with the length of each authored leg that a study gives another length than the shipped row."""
    shipped = read_shipped_tables()["legs"]
    before = dict(zip(shipped["id"], shipped["distance"], strict=True))
    factors = np.ones(len(world.legs) + 1)
    for leg, km in zip(legs["id"], legs["distance"], strict=True):
        if leg in world.legs and before.get(leg, 0.0) > 0:
            factors[world.legs.index(leg)] = km / before[leg]
    if (factors == 1.0).all():
        return arcs
    factor = factors[arcs.leg]
    return replace(arcs, km_a=arcs.km_a * factor, km_b=arcs.km_b * factor)


def join_ends(base: Base, stops: Sequence[Stop], *, flights: bool = False) -> VirtualNetwork:
    """The virtual network with an outlet and an inlet for each of `stops`, and `flights` between their airports."""
    draft, world = base.draft.fork(), base.world
    ends = {
        stop.id: draft_ends(
            draft,
            base.around,
            base.settle(stop),
            boardings=base.boardings.get(stop.id, ()),
            landings=base.landings.get(stop.id, ()),
        )
        for stop in stops
    }
    if flights:
        draft_flights(draft, base.around, stops)
    new = interrupt_arcs(draft, draft.to_arcs(), base.around.interruptions)
    arcs = Arcs.join([base.arcs, new])
    count = draft.node_count + len(draft.new_lat)
    first = len(world.node_lat) - river_offset(world)
    river = slice(first, first + count_water_nodes(world))
    lat, lon = (
        np.concatenate([values, values[river], np.array(new, np.float32)])
        for values, new in ((world.node_lat, draft.new_lat), (world.node_lon, draft.new_lon))
    )
    return VirtualNetwork(
        arcs=arcs,
        forward=build_csr(arcs.tail, arcs.head, node_count=count),
        node_count=count,
        node_lat=lat,
        node_lon=lon,
        codes=draft.codes,
        operations=tuple(draft.operations),
        sites=tuple(draft.sites),
        outlets={place: nodes[0] for place, nodes in ends.items()},
        inlets={place: nodes[1] for place, nodes in ends.items()},
        world=world,
        hierarchy=build_network_hierarchy(world, arcs, (lat, lon)),
    )


def terminal_stops(world: World, tables: Mapping[str, pd.DataFrame], around: Surroundings) -> Iterable[Stop]:
    """Every place where goods change modes, as a stop."""
    authored, services = tables["places"], tables["services"]
    known = frozenset(authored["id"]) | frozenset(services["from"]) | frozenset(services["to"])
    rows = choose_terminals(world, known, frozenset(tables["countries"]["capital"]) - {""})
    rail = dict(zip(authored["id"], authored["rail"], strict=True))
    classes = dict(zip(authored["id"], authored["cargo_classes"], strict=True))
    for row in read_rows(rows):
        classes_here = classes.get(row["id"], ())
        stop = make_stop(around, row, cargo_classes=classes_here, rail=read_flag(rail.get(row["id"])))
        if len(stop.nodes) > 1 or row["id"] in rail:
            yield stop
    shipped = set(rows["id"])
    own = authored[[place not in shipped for place in authored["id"]]]
    for row in read_rows(own):
        place = find_place(world, row["id"], extra=own)
        yield make_stop(
            around, place.as_row(), cargo_classes=row["cargo_classes"], rail=read_flag(row["rail"])
        )


def read_flag(cell: Any) -> bool | None:
    """A cell of a bool column; None where it is empty.

    >>> read_flag(pd.NA) is None
    True
    """
    return None if cell is None or cell is pd.NA else bool(cell)
