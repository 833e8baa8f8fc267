"""The typed virtual network: states are (place, mode, gauge or service), arcs are moves and operations.

A move carries kilometres under one or two price codes (two where it crosses a border); an operation carries the
index of its steps. No price stands here: one network serves every shipment of a date.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.graph import Csr
from landbridge.kernels.hierarchy import Hierarchy
from landbridge.network.marks import Marks
from landbridge.sources.world import World

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

ROAD, RAIL, INLAND, DEEP, RIVER, AIR = range(6)
LAYERS = ("road", "rail", "inland_water", "sea", "sea", "air")
LAND_LAYERS = 3
# Railways stand thrice among the price codes: with unknown, electric and diesel traction.
LAND_BLOCKS = LAND_LAYERS + 2
TRACTIONS = {LAND_LAYERS: "electric", LAND_LAYERS + 1: "diesel"}
WORLD_LAYERS = (ROAD, RAIL, DEEP, INLAND)
WATERS = ("ocean", "caspian", "volga_don", "azov_black_sea")
DEEP_WATERS = (0, 3)
# Bounds south, north, west and east in degrees.
AZOV = (45.3, 47.5, 34.6, 39.6)
RUSSIAN_RIVERS = (47.5, 63.8, 31.0, 60.0)
NO_PLACE = -1
WET = {"sea", "ferry", "inland_water"}
# Worlds of which such numbers are kept.
MOST_WORLDS = 2
Move = tuple[float, int]
NO_MOVE: Move = (0.0, -1)


class Site(NamedTuple):
    """Where an operation is done."""

    id: str
    name: str
    country: str
    lat: float
    lon: float
    kind: str = ""


class Step(NamedTuple):
    """One operation of an arc. `scopes` are the rows that may price it, most exact first."""

    operation: str
    mode: str
    to_mode: str
    direction: str
    scopes: tuple[str, ...]
    service: str = ""


def serve_vessel(steps: Sequence[Step]) -> bool:
    """Whether operations handle goods to or from a vessel."""
    return any(step.mode in WET or step.to_mode in WET for step in steps)


@dataclass(frozen=True, slots=True)
class Codes:
    """Price codes of moves: one for each land layer (roads, railways, inland waterways) and country, two more for
    railways of known traction, one for each sea layer and water, one for the air and one that is free.
    """

    countries: tuple[str, ...]

    @property
    def air(self) -> int:
        """Code of a flight."""
        return LAND_BLOCKS * (len(self.countries) + 1) + 2 * len(WATERS)

    @property
    def free(self) -> int:
        """Code of a move that costs nothing by itself (priced as a service)."""
        return self.air + 1

    def land(
        self,
        layer: "int | NDArray[np.integer]",
        country: NDArray[np.integer],
        electrified: "int | NDArray[np.integer]" = -1,
    ) -> NDArray[np.int16]:
        """Codes of moves on land and inland waterways; country -1 is the unknown country, `electrified` 1, 0 or -1
        says the traction of a railway.
        """
        slots = len(self.countries) + 1
        known = (np.asarray(layer) == RAIL) & (np.asarray(electrified) >= 0)
        block = np.where(known, LAND_LAYERS + 1 - np.asarray(electrified, np.int32), layer)
        return (block * slots + np.where(country < 0, slots - 1, country.astype(np.int32))).astype(np.int16)

    def land_at(self, layer: int, country: int) -> int:
        """Code of moves on one land layer in one country, without traction; -1 is the unknown country."""
        slots = len(self.countries) + 1
        return layer * slots + (country if country >= 0 else slots - 1)

    def water(self, layer: int, water: NDArray[np.integer]) -> NDArray[np.int16]:
        """Codes of water moves."""
        start = LAND_BLOCKS * (len(self.countries) + 1) + (layer - DEEP) * len(WATERS)
        return (start + water.astype(np.int16)).astype(np.int16)

    def decode(self, code: int) -> tuple[int, str]:
        """Layer and country code or water of a price code ("" for an unknown country)."""
        slots = len(self.countries) + 1
        if code == self.air:
            return AIR, ""
        if code < LAND_BLOCKS * slots:
            block, country = divmod(code, slots)
            layer = block if block < LAND_LAYERS else RAIL
            return layer, self.countries[country] if country < slots - 1 else ""
        layer, water = divmod(code - LAND_BLOCKS * slots, len(WATERS))
        return DEEP + layer, WATERS[water]

    def traction(self, code: int) -> str:
        """Traction of a railway's price code: electric, diesel, or "" where it is unknown (and of other codes).

        >>> codes = Codes(("BY", "RU"))
        >>> code = int(codes.land(RAIL, np.array(1), electrified=1))
        >>> codes.decode(code), codes.traction(code)
        ((1, 'RU'), 'electric')
        """
        return TRACTIONS.get(code // (len(self.countries) + 1), "") if code < self.air else ""


@dataclass(frozen=True, slots=True)
class Arcs:
    """Arcs as columns of equal length a: ends, kilometres under two codes, and what may close them.

    tail, head int32 node ids; km_a, km_b float64 km; code_a, code_b int16 price codes; op int32 index of an
    operation list, -1 none; edge int32 edge of the world, -1 none; forward bool, the arc runs with its edge;
    crossing, passage, leg, site int32 indices, -1 none.
    """

    tail: Ints
    head: Ints
    km_a: Floats
    km_b: Floats
    code_a: NDArray[np.int16]
    code_b: NDArray[np.int16]
    op: Ints
    edge: Ints
    forward: NDArray[np.bool_]
    crossing: Ints
    passage: Ints
    leg: Ints
    site: Ints

    @staticmethod
    def join(parts: Sequence["Arcs"]) -> "Arcs":
        """The arcs of all `parts`, in order."""
        return Arcs(*(np.concatenate([getattr(part, name) for part in parts]) for name in Arcs.__slots__))


@dataclass(frozen=True, slots=True)
class VirtualNetwork:
    """Arcs, their order by tail and by head, their hierarchy, operations, sites, and the ends of each place asked for.

    `node_lat`, `node_lon` float32[n] degrees; `outlets` and `inlets` map a place id to the node where its goods
    start and end. What was found for one shipment and holds for all is kept: `marks`, the arcs by their marks, and
    `leans`, what `lean_arcs` gave by its terms.
    """

    arcs: Arcs
    forward: Csr
    node_count: int
    node_lat: NDArray[np.float32]
    node_lon: NDArray[np.float32]
    codes: Codes
    operations: tuple[tuple[Step, ...], ...]
    sites: tuple[Site, ...]
    outlets: dict[str, int]
    inlets: dict[str, int]
    world: World
    hierarchy: Hierarchy
    marks: dict[str, Marks] = field(default_factory=dict)
    leans: dict[object, Floats] = field(default_factory=dict)

    def marked(self, name: str) -> Marks:
        """The arcs by one of their columns site, op, leg, passage, crossing."""
        if name not in self.marks:
            self.marks[name] = Marks.group(getattr(self.arcs, name))
        return self.marks[name]


@dataclass(slots=True)
class ArcDraft:
    """Arcs that are not edges of the world, gathered row by row, with the nodes, sites and operations they need."""

    codes: Codes
    node_count: int
    rows: list[tuple[int, int, float, int, int, int]] = field(default_factory=list)
    new_lat: list[float] = field(default_factory=list)
    new_lon: list[float] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    operations: list[tuple[Step, ...]] = field(default_factory=list)
    known: dict[tuple[Step, ...], int] = field(default_factory=dict)

    def fork(self) -> "ArcDraft":
        """A draft that goes on from this one: its nodes, sites and operations count on, its rows start anew."""
        return ArcDraft(
            codes=self.codes,
            node_count=self.node_count,
            new_lat=list(self.new_lat),
            new_lon=list(self.new_lon),
            sites=list(self.sites),
            operations=list(self.operations),
            known=dict(self.known),
        )

    def add_node(self, lat: float, lon: float) -> int:
        """A new state at a point; returns its node id."""
        self.new_lat.append(lat)
        self.new_lon.append(lon)
        return self.node_count + len(self.new_lat) - 1

    def add_site(self, site: Site) -> int:
        """A new site; returns its index."""
        self.sites.append(site)
        return len(self.sites) - 1

    def add_operation(self, steps: tuple[Step, ...]) -> int:
        """Index of the operation list `steps`; equal lists share one."""
        if steps not in self.known:
            self.known[steps] = len(self.operations)
            self.operations.append(steps)
        return self.known[steps]

    def add_arc(
        self, ends: tuple[int, int], *, steps: tuple[Step, ...], site: int, move: Move = NO_MOVE
    ) -> None:
        """An arc between two nodes with the operations of one site and, where it moves, kilometres under a code."""
        km, code = move
        op = self.add_operation(steps) if steps else -1
        self.rows.append((*ends, km, self.codes.free if code < 0 else code, op, site))

    def to_arcs(self) -> Arcs:
        """The gathered rows as columns."""
        rows = self.rows or [(0, 0, 0.0, self.codes.free, -1, NO_PLACE)]
        columns = list(zip(*rows, strict=True))
        count = len(rows)
        none = np.full(count, -1, np.int32)
        return Arcs(
            tail=np.array(columns[0], np.int32),
            head=np.array(columns[1], np.int32),
            km_a=np.array(columns[2], np.float64),
            km_b=np.zeros(count),
            code_a=np.array(columns[3], np.int16),
            code_b=np.full(count, self.codes.free, np.int16),
            op=np.array(columns[4], np.int32),
            edge=none,
            forward=np.ones(count, np.bool_),
            crossing=none,
            passage=none,
            leg=none,
            site=np.array(columns[5], np.int32),
        )


def collect_moves(world: World, codes: Codes, crossing_ops: NDArray[np.int32], crossing_sites: Ints) -> Arcs:
    """Both directions of every edge of the world; sea lanes once for each sea layer that may sail them.

    `crossing_ops` int32[crossings, 2] is the operation list of each crossing by direction (0: with the country order
    of the table), `crossing_sites` int32[crossings] its site.
    """
    water = world.edge_layer == 2
    deep = find_deep_edges(world)
    offset = river_offset(world)
    parts = [
        _directed(world, codes, np.flatnonzero(~water), ROAD, 0),
        _directed(world, codes, np.flatnonzero(deep), DEEP, 0),
        _directed(world, codes, np.flatnonzero(water), RIVER, offset),
    ]
    arcs = Arcs.join(parts)
    at_border = np.flatnonzero(arcs.crossing >= 0)
    crossing = arcs.crossing[at_border]
    first = world.crossings["country_a"].to_numpy()[crossing]
    countries = np.array([*codes.countries, ""], dtype=object)
    start = countries[world.node_country[arcs.tail[at_border]]]
    arcs.op[at_border] = crossing_ops[crossing, (start != first).astype(np.intp)]
    arcs.site[at_border] = crossing_sites[crossing]
    return arcs


def find_deep_edges(world: World) -> NDArray[np.bool_]:
    """Lanes that deep-sea vessels sail, bool[edges]: the ocean and the Black Sea, not the Azov Sea, whose strait and
    ports take river-sea vessels only (Kerch Strait, 8 m), nor the canals between the White Sea, the Baltic and the
    Volga, with 4 m.
    """
    azov = [_lie_within(world, nodes, AZOV) for nodes in (world.edge_tail, world.edge_head)]
    rivers = [_lie_within(world, nodes, RUSSIAN_RIVERS) for nodes in (world.edge_tail, world.edge_head)]
    deep: NDArray[np.bool_] = (world.edge_layer == 2) & np.isin(world.edge_water, DEEP_WATERS)
    return deep & ~(azov[0] & azov[1]) & ~(rivers[0] | rivers[1])


def _lie_within(
    world: World, nodes: NDArray[np.integer], bounds: tuple[float, float, float, float]
) -> NDArray[np.bool_]:
    south, north, west, east = bounds
    lat, lon = world.node_lat[nodes], world.node_lon[nodes]
    inside: NDArray[np.bool_] = (lat >= south) & (lat <= north) & (lon >= west) & (lon <= east)
    return inside


@lru_cache(maxsize=MOST_WORLDS)
def river_offset(world: World) -> int:
    """What to add to a water node's id for its river-sea state (water nodes follow each other)."""
    first_water = int(np.argmax(world.node_layer == 2))
    return len(world.node_lat) - first_water


@lru_cache(maxsize=MOST_WORLDS)
def count_water_nodes(world: World) -> int:
    """Water nodes, which stand twice in the virtual network: for deep-sea and for river-sea vessels."""
    return int(np.count_nonzero(world.node_layer == 2))


def count_world_nodes(world: World) -> int:
    """Nodes of the virtual network that are the world's; what tables and requests add comes after them."""
    return len(world.node_lat) + count_water_nodes(world)


def _directed(world: World, codes: Codes, edges: NDArray[np.intp], layer: int, offset: int) -> Arcs:
    tail, head = world.edge_tail[edges] + offset, world.edge_head[edges] + offset
    km = world.edge_km[edges].astype(np.float64)
    share = np.clip(world.edge_fraction[edges].astype(np.float64), 0.0, 1.0)
    if layer == ROAD:
        layers = np.array(WORLD_LAYERS)[world.edge_layer[edges]]
        electrified = world.edge_electrified[edges]
        code_tail = codes.land(layers, world.node_country[tail], electrified)
        code_head = codes.land(layers, world.node_country[head], electrified)
        km_tail = km * np.where(world.edge_crossing[edges] >= 0, share, 1.0)
    else:
        code_tail = code_head = codes.water(layer, np.maximum(world.edge_water[edges], 0))
        km_tail = km
    km_head = km - km_tail
    none = np.full(2 * len(edges), -1, np.int32)
    return Arcs(
        tail=np.concatenate([tail, head]).astype(np.int32),
        head=np.concatenate([head, tail]).astype(np.int32),
        km_a=np.concatenate([km_tail, km_head]),
        km_b=np.concatenate([km_head, km_tail]),
        code_a=np.concatenate([code_tail, code_head]),
        code_b=np.concatenate([code_head, code_tail]),
        op=none.copy(),
        edge=_twice(edges),
        forward=np.repeat([True, False], len(edges)),
        crossing=_twice(world.edge_crossing[edges]),
        passage=_twice(world.edge_passage[edges]),
        leg=_twice(world.edge_leg[edges]),
        site=none.copy(),
    )


def _twice(values: NDArray[np.integer]) -> Ints:
    return np.concatenate([values, values]).astype(np.int32)
