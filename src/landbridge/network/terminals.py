"""Arcs that are not moves along the world's edges: border crossings, transhipment, gauge changes, services, ends."""

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landbridge.network.interruptions import Interruptions
from landbridge.network.sphere import great_circle, lie_near, measure_line
from landbridge.network.territories import Territories
from landbridge.network.virtual import (
    DEEP,
    INLAND,
    LAND_LAYERS,
    LAYERS,
    MOST_WORLDS,
    NO_MOVE,
    RAIL,
    RIVER,
    ROAD,
    ArcDraft,
    Site,
    Step,
    find_deep_edges,
    river_offset,
)
from landbridge.schema import Finding, InputError
from landbridge.schema.rows import Row, read_rows
from landbridge.sources.world import World

RAIL_REACH_KM = 5.0
STATION_REACH_KM = 15.0
ROAD_REACH_KM = 30.0
WATER_REACH_KM = 60.0
QUAY_REACH_KM = 10.0
ROAD_DETOUR = 1.3
NEAR_KM = 0.5
TERMINAL_CITY = 50_000
PORT_CITY = 100_000
PORT_CITY_KM = 25.0
AIRPORT_REACH_KM = 150.0

LEG_LAYERS = {"road": ROAD, "rail": RAIL, "sea": DEEP, "inland_water": INLAND}
JUNCTION = "junction"

BOARDS = {
    "rail_ferry": (RAIL,),
    "ro_ro": (ROAD,),
    "ro_pax": (ROAD,),
    "general_cargo": (ROAD, RAIL),
    "container_feeder": (ROAD, RAIL, DEEP, RIVER),
    "block_train": (RAIL,),
}


@dataclass(frozen=True, slots=True)
class Stop:
    """A place as the network sees it: the node of each layer within reach, and how far it is (km).

    Nodes are -1 where the layer is out of reach.
    """

    id: str
    name: str
    kind: str
    country: str
    lat: float
    lon: float
    nodes: Mapping[int, int]
    gaps: Mapping[int, float]
    cargo_classes: tuple[str, ...] = ()
    locode: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What arcs need to know of the tables: regions and formalities of countries, their transit regimes by road,
    which places have parameter rows of their own, which countries have no road of their own (enclaves of a city), and
    what is shut for a share of the time.
    """

    regions: Mapping[str, str]
    territories: Territories
    regimes: Mapping[str, frozenset[str]]
    date: datetime.date
    world: World
    priced_places: frozenset[str]
    deep_nodes: NDArray[np.bool_]
    roadless: frozenset[str] = frozenset()
    interruptions: Interruptions = field(default_factory=Interruptions)

    def scopes(self, place: str, country: str) -> tuple[str, ...]:
        """Rows that may price an operation, most exact first; a place only where a row names it."""
        own = place if place in self.priced_places else ""
        return tuple(scope for scope in (own, country, self.regions.get(country, ""), "world") if scope)

    def country_code(self, country: str) -> int:
        """Index of a country in the world, -1 where it has none."""
        return _number_countries(self.world).get(country, -1)

    def stands_in(self, node: int, country: str) -> bool:
        """Whether a land node lies in `country`: a place of one side is no way round the border to the other."""
        code = int(self.world.node_country[node])
        return code < 0 or self.world.countries[code] == country or country in self.roadless

    def trucks_pass(self, left: str, entered: str) -> bool:
        """Whether a lorry may go on across a border: a transit regime in common, or one region of free trucking.

        Without either the goods change lorries at the border.
        """
        shared = self.regimes.get(left, frozenset()) & self.regimes.get(entered, frozenset())
        return bool(shared) or self.regions.get(left) == self.regions.get(entered)


@lru_cache(maxsize=MOST_WORLDS)
def _number_countries(world: World) -> dict[str, int]:
    return {country: number for number, country in enumerate(world.countries)}


def make_stop(
    around: Surroundings,
    row: Row,
    *,
    cargo_classes: tuple[str, ...] = (),
    rail: bool | None = None,
) -> Stop:
    """A row of the world's places as a stop. `rail` says whether it has a railway; None: by its distance."""
    reach = {
        True: STATION_REACH_KM,
        None: RAIL_REACH_KM if row["kind"] == "port" else STATION_REACH_KM,
        False: 0.0,
    }
    limits = {ROAD: ("road", ROAD_REACH_KM), RAIL: ("rail", reach[rail])}
    nodes, gaps = {}, {}
    for layer, (name, limit) in limits.items():
        node, gap = int(row[f"{name}_node"]), float(row[f"{name}_km"])
        if node >= 0 and gap <= limit and around.stands_in(node, str(row["country"])):
            nodes[layer], gaps[layer] = node, gap
    water = int(row["water_node"])
    if row["kind"] == "port" and water >= 0 and float(row["water_km"]) <= WATER_REACH_KM:
        nodes[RIVER], gaps[RIVER] = water + river_offset(around.world), 0.0
        if around.deep_nodes[water]:
            nodes[DEEP], gaps[DEEP] = water, 0.0
    quay = int(row["river_node"])
    if row["kind"] == "port" and quay >= 0 and float(row["river_km"]) <= QUAY_REACH_KM:
        nodes[INLAND], gaps[INLAND] = quay, 0.0
    return Stop(
        id=str(row["id"]),
        name=str(row["name"]),
        kind=str(row["kind"]),
        country=str(row["country"]),
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        nodes=nodes,
        gaps=gaps,
        cargo_classes=cargo_classes,
        locode=str(row["locode"]),
    )


def find_deep_nodes(world: World) -> NDArray[np.bool_]:
    """Nodes that lie on a water that deep-sea vessels sail, bool[n]."""
    deep = np.zeros(len(world.node_lat), np.bool_)
    edges = np.flatnonzero(find_deep_edges(world))
    deep[world.edge_tail[edges]] = deep[world.edge_head[edges]] = True
    return deep


def choose_terminals(world: World, known_ids: frozenset[str], capitals: frozenset[str]) -> pd.DataFrame:
    """Rows of the world's places where goods change modes: known ones (authored, ends of services), cities with both
    railways and roads, and ports of larger cities and `capitals`; without a published list of working ports others are
    left out.
    """
    places = world.places
    known = places["id"].isin(known_ids).to_numpy()
    city = (places["kind"] == "city").to_numpy()
    people = places["population"].to_numpy()
    hub = (
        city
        & (people >= TERMINAL_CITY)
        & (places["rail_km"] <= 10).to_numpy()
        & (places["rail_node"] >= 0).to_numpy()
    )
    port = (places["kind"] == "port").to_numpy() & (places["water_node"] >= 0).to_numpy()
    quay = (places["river_node"] >= 0).to_numpy()
    lat, lon = places["lat"].to_numpy(), places["lon"].to_numpy()
    large = city & ((people >= PORT_CITY) | places["id"].isin(capitals).to_numpy())
    working = port.copy()
    working[port] = lie_near((lat[port], lon[port]), (lat[large], lon[large]), PORT_CITY_KM)
    return places[known | hub | working | quay]


def draft_crossings(
    draft: ArcDraft, around: Surroundings, posts: pd.DataFrame
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Operation list of each crossing and direction (int32[crossings, 2]) and its site (int32[crossings])."""
    rows = read_rows(around.world.crossings)
    names = dict(zip(posts["id"], posts["name"], strict=True))
    operations = np.full((len(rows), 2), -1, np.int32)
    sites = np.full(len(rows), -1, np.int32)
    for position, row in enumerate(rows):
        post, one, other = row["post"], row["country_a"], row["country_b"]
        name = names.get(post) or f"{one}-{other} border"
        sites[position] = draft.add_site(Site(post or row["id"], name, one, row["lat"], row["lon"], "post"))
        for direction, (left, entered) in enumerate(((one, other), (other, one))):
            steps = border_steps(around, post, (left, entered), row["mode"])
            if steps:
                operations[position, direction] = draft.add_operation(steps)
    return operations, sites


def border_steps(around: Surroundings, post: str, countries: tuple[str, str], mode: str) -> tuple[Step, ...]:
    """What is done at `post` ("" for any) by a carriage that leaves the first of `countries` for the second."""
    left, entered = countries
    formalities = around.territories.formalities(left, entered)
    scopes = around.scopes(post, entered)
    permit = [Step("oversize_permit", mode, "", "", scopes)] if mode == "road" else []
    if formalities == "none":
        own = [Step("border_crossing", mode, "", "", (post,))] if post in around.priced_places else []
        return tuple(own + permit)
    steps = [Step("border_crossing", mode, "", "", scopes), Step("customs", mode, "", "transit", scopes)]
    if formalities == "full":
        steps.append(Step("inspection", mode, "", "", scopes))
        if mode == "road" and not around.trucks_pass(left, entered):
            steps.append(Step("tranship", "road", "road", "", scopes))
    return tuple(steps + permit)


def draft_terminal(draft: ArcDraft, around: Surroundings, stop: Stop) -> None:
    """Transhipment between every two layers of a terminal; what lies between its road and its other layers is driven.

    Railways reach the berths of a port by sidings, so nothing is driven between the two. Nothing is done at a junction.
    """
    if stop.kind == JUNCTION:
        return
    site = draft.add_site(site_of(stop))
    road = draft.codes.land_at(ROAD, around.country_code(stop.country))
    for one, tail in stop.nodes.items():
        for other, head in stop.nodes.items():
            if one != other:
                gap = stop.gaps[one] + stop.gaps[other] if ROAD in (one, other) else 0.0
                move = (gap * ROAD_DETOUR, road) if gap > NEAR_KM else NO_MOVE
                steps = tranship_steps(around, stop, one, other)
                draft.add_arc((tail, head), steps=steps, site=site, move=move)


def tranship_steps(around: Surroundings, stop: Stop, one: int, other: int) -> tuple[Step, ...]:
    """Operations between two layers of a terminal: handling, port dwell, waiting for the next carriage."""
    scopes = around.scopes(stop.id, stop.country)
    steps = [Step("tranship", LAYERS[one], LAYERS[other], "", scopes)]
    water_out, water_in = other in (DEEP, RIVER), one in (DEEP, RIVER)
    if water_out or water_in:
        direction = "export" if water_out else "import"
        steps.append(Step("store", "sea", "", direction, scopes))
    if water_in:
        steps.append(Step("customs", "sea", "", "transit", scopes))
    if water_out:
        steps += [Step("wait", "sea", "", "", scopes), Step("wait", "sea", "", "lot", ())]
    elif other in (RAIL, INLAND):
        steps.append(Step("wait", LAYERS[other], "", "", scopes))
    return tuple(steps)


def draft_gauge_changes(draft: ArcDraft, around: Surroundings, names: Mapping[str, str]) -> None:
    """The joints between railways of different gauge; `names` are those of places and posts by id."""
    for row in read_rows(around.world.gauge_changes):
        where = names.get(row["place"]) or f"{row['country']} border"
        name = f"{where} ({row['gauge_a']}/{row['gauge_b']} mm)"
        place = row["place"] or row["id"]
        site = draft.add_site(Site(place, name, row["country"], row["lat"], row["lon"], "gauge_change"))
        steps = (Step("gauge_change", "rail", "", "", around.scopes(row["place"], row["country"])),)
        for ends in ((row["node_a"], row["node_b"]), (row["node_b"], row["node_a"])):
            draft.add_arc(ends, steps=steps, site=site)


LEG_LAYERS = {"road": ROAD, "rail": RAIL, "sea": DEEP, "inland_water": INLAND}


def draft_legs(
    draft: ArcDraft,
    around: Surroundings,
    legs: pd.DataFrame,
    *,
    stops: Mapping[str, Stop],
    shut: frozenset[tuple[frozenset[str], str]],
) -> None:
    """Legs of a study between two places, both ways; across a border with what is done there.

    `stops` are the ends as the rows name them; `shut` pairs of countries and the mode, or "any", to which their border
    is closed. Raises InputError for a leg that joins nothing.
    """
    faults = find_leg_faults(around, legs, stops)
    if faults:
        raise InputError(faults)
    for row in read_rows(legs):
        layer, start, end = LEG_LAYERS[row["mode"]], stops[row["from"]], stops[row["to"]]
        pair = frozenset((start.country, end.country))
        if shut & {(pair, "any"), (pair, str(row["mode"]))}:
            continue
        for one, other in ((start, end), (end, start)):
            land = layer < LAND_LAYERS
            country = around.country_code(one.country)
            code = draft.codes.land_at(layer, country) if land else draft.codes.water(layer, np.array(0))
            crosses = land and one.country != other.country
            steps = around.interruptions.steps(str(row["id"]), (row["mode"],))
            steps += border_steps(around, "", (one.country, other.country), row["mode"]) if crosses else ()
            move, site = (float(row["distance"]), int(code)), draft.add_site(site_of(other))
            draft.add_arc((one.nodes[layer], other.nodes[layer]), steps=steps, site=site, move=move)


def find_leg_faults(around: Surroundings, legs: pd.DataFrame, stops: Mapping[str, Stop]) -> list[Finding]:
    """Legs of a study that join nothing, or railways of two gauges."""
    faults = []
    for row in read_rows(legs):
        layer, ends = LEG_LAYERS.get(row["mode"], -1), [stops.get(row[side]) for side in ("from", "to")]
        nodes = [end.nodes[layer] for end in ends if end is not None and layer in end.nodes]
        if len(nodes) < len(ends):
            faults.append(_loose_leg(row))
            continue
        gauges = _gauges_at(around, nodes) if layer == RAIL else []
        if len(set(gauges)) > 1:
            faults.append(_gauge_fault(row, gauges))
    return faults


def _gauges_at(around: Surroundings, nodes: Sequence[int]) -> list[int]:
    """Gauges of the world's rails at the nodes; a node that the study brings has none."""
    known = around.world.node_gauge
    return [int(known[node]) for node in nodes if node < len(known)]


def _gauge_fault(row: Row, gauges: Sequence[int]) -> Finding:
    what = f"the leg {row['id']} joins railways of {gauges[0]} and {gauges[1]} mm"
    remedy = "end it where the gauge changes, at a place on a railway of its own gauge"
    return Finding(code="leg_gauge", severity="error", what=what, remedy=remedy, file="legs.csv")


def _loose_leg(row: Row) -> Finding:
    what = f"the leg {row['id']} does not join two places where {row['mode'].replace('_', ' ')} is in reach"
    remedy = "let it begin and end at places that the mode serves"
    return Finding(code="leg_to_nowhere", severity="error", what=what, remedy=remedy, file="legs.csv")


def draft_services(
    draft: ArcDraft, around: Surroundings, services: pd.DataFrame, stops: Mapping[str, Stop]
) -> tuple[dict[str, list[tuple[int, str]]], dict[str, list[int]]]:
    """Boarding, run and landing of each service and direction.

    Returns the boarding nodes at each place, with their service, and the landing nodes.
    """
    boardings: dict[str, list[tuple[int, str]]] = {}
    landings: dict[str, list[int]] = {}
    for row in read_rows(services):
        if row["from"] not in stops or row["to"] not in stops:
            continue
        ends = (stops[row["from"]], stops[row["to"]])
        for start, end in (ends, ends[::-1]) if row["both"] else (ends,):
            boarded, landed = draft.add_node(start.lat, start.lon), draft.add_node(end.lat, end.lon)
            _board(draft, around, row, start, boarded)
            run = (Step("service", _mode(row), "", "", around.scopes("", start.country), str(row["id"])),)
            draft.add_arc((boarded, landed), steps=run, site=draft.add_site(site_of(end)))
            _land(draft, around, row, (start, end), landed)
            boardings.setdefault(start.id, []).append((boarded, str(row["id"])))
            landings.setdefault(end.id, []).append(landed)
    return boardings, landings


def site_of(stop: Stop) -> Site:
    """The place of a stop, where operations are done."""
    return Site(stop.id, stop.name, stop.country, stop.lat, stop.lon, stop.kind)


def _mode(row: Row) -> str:
    return "rail" if row["kind"] == "block_train" else "ferry"


def _board(draft: ArcDraft, around: Surroundings, row: Row, stop: Stop, node: int) -> None:
    scopes, mode, service = around.scopes(stop.id, stop.country), _mode(row), str(row["id"])
    site = draft.add_site(site_of(stop))
    for layer in BOARDS[str(row["kind"])]:
        if layer in stop.nodes:
            steps = [Step("tranship", LAYERS[layer], mode, "", scopes, service)]
            if mode == "ferry":
                steps.append(Step("store", mode, "", "export", scopes))
            steps.append(Step("wait", mode, "", "headway", (stop.id,), service))
            draft.add_arc((stop.nodes[layer], node), steps=tuple(steps), site=site)


def _land(draft: ArcDraft, around: Surroundings, row: Row, ends: tuple[Stop, Stop], node: int) -> None:
    start, stop = ends
    scopes, mode, service = around.scopes(stop.id, stop.country), _mode(row), str(row["id"])
    site = draft.add_site(site_of(stop))
    steps = []
    if mode == "ferry" and around.territories.formalities(start.country, stop.country) != "none":
        steps.append(Step("customs", mode, "", "transit", scopes))
    for layer in BOARDS[str(row["kind"])]:
        if layer in stop.nodes:
            tranship = Step("tranship", mode, LAYERS[layer], "", scopes, service)
            draft.add_arc((node, stop.nodes[layer]), steps=(tranship, *steps), site=site)


def draft_ends(
    draft: ArcDraft,
    around: Surroundings,
    stop: Stop,
    *,
    boardings: Iterable[tuple[int, str]] = (),
    landings: Iterable[int] = (),
) -> tuple[int, int]:
    """Where goods of a place start and end: its outlet and inlet nodes, joined to every layer and service there."""
    site = draft.add_site(site_of(stop))
    outlet, inlet = draft.add_node(stop.lat, stop.lon), draft.add_node(stop.lat, stop.lon)
    scopes = around.scopes(stop.id, stop.country)
    country = around.country_code(stop.country)
    for layer, node in stop.nodes.items():
        km = stop.gaps[layer] * ROAD_DETOUR
        code = draft.codes.land_at(min(layer, RAIL), country) if km else draft.codes.free
        load, unload = _end_steps(layer, scopes)
        draft.add_arc((outlet, node), steps=load, site=site, move=(km, code))
        draft.add_arc((node, inlet), steps=unload, site=site, move=(km, code))
    for node, service in boardings:
        wait = Step("wait", "ferry", "", "headway", (stop.id,), service)
        steps = (Step("load", "ferry", "", "", scopes), Step("store", "ferry", "", "export", scopes), wait)
        draft.add_arc((outlet, node), steps=steps, site=site)
    for node in landings:
        draft.add_arc((node, inlet), steps=(Step("unload", "ferry", "", "", scopes),), site=site)
    return outlet, inlet


def _end_steps(layer: int, scopes: tuple[str, ...]) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
    """What is done where goods start and where they end on a layer."""
    mode = LAYERS[layer]
    load, unload = Step("load", mode, "", "", scopes), Step("unload", mode, "", "", scopes)
    if layer in (DEEP, RIVER):
        store, wait = Step("store", "sea", "", "export", scopes), Step("wait", "sea", "", "", scopes)
        landed = Step("store", "sea", "", "import", scopes)
        return (load, store, wait, Step("wait", "sea", "", "lot", ())), (unload, landed)
    if layer in (RAIL, INLAND):
        return (load, Step("wait", mode, "", "", scopes)), (unload,)
    return (load, Step("oversize_permit", "road", "", "", scopes)), (unload,)


def draft_flights(draft: ArcDraft, around: Surroundings, stops: Sequence[Stop]) -> None:
    """A freighter between the nearest airports of every two stops in different countries, each reached by road."""
    airports = around.world.places[
        (around.world.places["kind"] == "airport") & (around.world.places["road_node"] >= 0)
    ]
    lat, lon = airports["lat"].to_numpy(), airports["lon"].to_numpy()
    gates: dict[int, tuple[int, Stop]] = {}
    for stop in stops if len(airports) else ():
        distance = great_circle(lat, lon, stop.lat, stop.lon)
        row = int(distance.argmin())
        if distance[row] <= AIRPORT_REACH_KM and row not in gates:
            airport = make_stop(around, read_rows(airports.iloc[[row]])[0], rail=False)
            gates[row] = (_draft_gate(draft, around, airport), airport)
    for tail, origin in gates.values():
        for head, destination in gates.values():
            if origin.country != destination.country:
                km = measure_line((origin.lat, origin.lon), (destination.lat, destination.lon))
                draft.add_arc((tail, head), steps=(), site=-1, move=(km, draft.codes.air))


def _draft_gate(draft: ArcDraft, around: Surroundings, airport: Stop) -> int:
    gate = draft.add_node(airport.lat, airport.lon)
    site = draft.add_site(site_of(airport))
    scopes = around.scopes(airport.id, airport.country)
    up = (Step("tranship", "road", "air", "", scopes), Step("wait", "air", "", "", scopes))
    down = (Step("tranship", "air", "road", "", scopes), Step("customs", "air", "", "transit", scopes))
    draft.add_arc((airport.nodes[ROAD], gate), steps=up, site=site)
    draft.add_arc((gate, airport.nodes[ROAD]), steps=down, site=site)
    return gate
