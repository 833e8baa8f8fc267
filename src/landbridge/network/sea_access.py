"""Access of a landlocked country to the sea: how many ways it has, what they cost, and what losing one would cost.

A container goes from the capital to a seaport and on board a deep-sea ship there, under the law of the case. The
measures are those of the literature on landlocked countries (Faye, McArthur, Sachs and Snow 2004, The challenges facing
landlocked developing countries, Journal of Human Development 5; Arvis, Raballand and Marteau 2010, The cost of being
landlocked): the cost of the way, the other ways that are left, and the dependence on a neighbour of transit.

Independent ways are counted by Menger's theorem, the dependence by the index of Herfindahl and Hirschman over the
neighbours' shares, which a logit of the costs gives (McFadden 1974, Conditional logit analysis of qualitative choice
behavior), and what a loss costs as in `landbridge.network.criticality` (Jenelius, Petersen and Mattsson 2006).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import exp, inf, nan
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.shortest_paths import trace_path
from landbridge.network.criticality import find_arcs, find_bare
from landbridge.network.items import Item, PathReader
from landbridge.network.pricing import Price
from landbridge.network.router import Case, Router
from landbridge.network.routes import label_route
from landbridge.network.sea_graph import Floats, Mask, SeaGraph, draw_sea_graph, walk_ashore
from landbridge.network.seaports import Shore, find_shore, list_working
from landbridge.network.search import Path, Search
from landbridge.network.simulate import find_mean_waits
from landbridge.network.terminals import Stop, site_of
from landbridge.network.virtual import Site, Step

Group = TypeVar("Group", int, str)
MOST_PORTS = 12
DRAWS = 4_000  # of the mean wait for a timetable behind another one


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A way to the sea: cost USD/t, time h, co2e kg/t and distance km until the goods are on board at `port`.

    `seaport` is the port's number on the shore, `countries` are those after the own one in order, the first of them the
    neighbour for which the goods leave it for good, and `posts` the border posts that they cross. `label` is its name.
    """

    path: Path
    port: Site
    seaport: int
    countries: tuple[str, ...]
    posts: tuple[Site, ...]
    cost: float
    time: float
    co2e: float
    distance: float
    label: str

    @property
    def neighbour(self) -> str:
        """The neighbour for which the goods leave their country."""
        return self.countries[0] if self.countries else ""


@dataclass(frozen=True, slots=True, eq=False)
class SeaLoss:
    """What losing a place on the cheapest way costs: `kind` is country, post or port; `id` a country's code or a place.

    cost USD/t and time h more; NaN where nothing remains (`cut`). `way` is the one then taken.
    """

    kind: str
    id: str
    name: str
    country: str
    cost: float
    time: float
    cut: bool
    way: Way | None


class AccessFigures(NamedTuple):
    """The measures as plain numbers; inf stands for "no such way", and for all costs where there is none to the sea.

    `cost` USD/t and `time` h of the cheapest way; `cost_other_neighbour` of the cheapest that keeps out of its first
    neighbour, `cost_other_port` of the cheapest to another port; `ways_by_posts` and `ways_by_countries`;
    `herfindahl` 0 to 1; `worst_loss` USD/t, the most that losing one country, post or port costs.
    """

    cost: float
    time: float
    cost_other_neighbour: float
    cost_other_port: float
    ways_by_posts: int
    ways_by_countries: int
    herfindahl: float
    worst_loss: float


@dataclass(frozen=True, slots=True, eq=False)
class Access:
    """The access of one country to the sea.

    `best` is the cheapest way by its full price; `ports` the cheapest way to each port of the first ones, the cheapest
    first; `neighbours` the cheapest way out for each neighbour by code, within the bound, and `shares` their shares;
    `losses` those of what lies on the best way. `factor` bounds the ways that count. Without any way all are empty.
    """

    best: Way | None
    ports: tuple[Way, ...] = ()
    neighbours: Mapping[str, Way] = field(default_factory=dict)
    shares: Mapping[str, float] = field(default_factory=dict)
    losses: tuple[SeaLoss, ...] = ()
    ways_by_posts: int = 0
    ways_by_countries: int = 0
    factor: float = nan

    @property
    def other_neighbour(self) -> Way | None:
        """The cheapest way that keeps out of the best one's first neighbour."""
        return self._instead("country")

    @property
    def other_port(self) -> Way | None:
        """The cheapest way to another port than the best one's."""
        return self._instead("port")

    def _instead(self, kind: str) -> Way | None:
        return next((loss.way for loss in self.losses if loss.kind == kind), None)

    @property
    def worst(self) -> SeaLoss | None:
        """What is dearest to lose: what cuts the country off, else the greatest cost."""
        return max(self.losses, key=lambda loss: inf if loss.cut else loss.cost, default=None)

    @property
    def figures(self) -> AccessFigures:
        """The measures as plain numbers."""
        best, worst = self.best, self.worst
        if best is None:
            return AccessFigures(inf, inf, inf, inf, 0, 0, 1.0, inf)
        one, other = (way.cost if way else inf for way in (self.other_neighbour, self.other_port))
        return AccessFigures(
            best.cost,
            best.time,
            one,
            other,
            self.ways_by_posts,
            self.ways_by_countries,
            measure_herfindahl(self.shares.values()),
            0.0 if worst is None else inf if worst.cut else worst.cost,
        )


def measure_herfindahl(shares: Iterable[float]) -> float:
    """The sum of squared shares: 1 where one has all, 1/n where n have as much each.

    >>> measure_herfindahl([0.5, 0.5]), measure_herfindahl([1.0])
    (0.5, 1.0)
    """
    return sum(share**2 for share in shares)


def share_costs(costs: Mapping[str, float], spread: float) -> dict[str, float]:
    """The share of each choice by its cost: a logit whose scale is `spread` times the least cost.

    A choice that costs that share more has e times less than the cheapest. Empty for no costs; without spread the
    cheapest have all.

    >>> share_costs({"KE": 100.0, "TZ": 100.0}, 0.1)
    {'KE': 0.5, 'TZ': 0.5}
    >>> round(share_costs({"KE": 100.0, "TZ": 110.0}, 0.1)["TZ"], 4)
    0.2689
    """
    least = min(costs.values(), default=0.0)
    scale = spread * least
    weights = {
        name: exp((least - cost) / scale) if scale > 0 else float(cost == least)
        for name, cost in costs.items()
    }
    total = sum(weights.values())
    return {name: weight / total for name, weight in weights.items()}


def measure_access(router: Router, case: Case, *, shore: Shore | None = None) -> Access:
    """The access to the sea of the country of the case's first end, its capital, from which the router must start.

    `shore` is what `find_seaports` gave for the router and the shipment; whoever asks often makes it once.
    """
    search, reader = router.search(case), router.reader(case.shipment)
    return measure_search(search, reader, case.ends[0], shore=shore or find_seaports(router, case))


def measure_search(search: Search, reader: PathReader, start: Stop, *, shore: Shore) -> Access:
    """The access to the sea of the country of `start`, its capital, under what a search closes and its weights.

    The parameters sea_way_factor and sea_share_spread bound the ways and spread the shares. Makes no metric of the
    search, and leaves it as it is.
    """
    pricer, shipment = reader.pricer, reader.pricer.shipment
    factor = max(pricer.book.number("sea_way_factor"), 1.0)
    weight = np.where(search.reasons == 0, search.weights.cost, inf)
    # What a ship charges before its first kilometre is no part of the way to it.
    weight[shore.boards] -= pricer.haul_start("sea", shipment.means("sea"), ())
    graph = draw_sea_graph(shore, weight, outlet=shore.network.outlets[start.id], factor=factor)
    if graph is None:
        return Access(None, factor=factor)
    ask = _Asker(search, reader, start, graph, weight)
    ports = {way.seaport for way in map(ask.price, graph.reach_ports(MOST_PORTS))}
    out = [graph.find(graph.close_others(number)) for number in graph.neighbours]
    beside = sorted({ask.price(path).neighbour for path in out if path is not None})
    best, losses = _lose_each(ask)
    by_port = _keep_cheapest(ask.known.values(), lambda way: way.seaport)
    by_neighbour = _keep_cheapest(ask.known.values(), lambda way: way.neighbour)
    costs = {code: by_neighbour[code].cost for code in beside}
    return Access(
        best=best,
        ports=tuple(sorted((by_port[port] for port in ports | {best.seaport}), key=_rank)),
        neighbours={code: by_neighbour[code] for code in beside},
        shares=share_costs(costs, pricer.book.number("sea_share_spread")),
        losses=losses,
        ways_by_posts=graph.count_by_posts(),
        ways_by_countries=graph.count_by_countries(),
        factor=factor,
    )


def find_seaports(router: Router, case: Case) -> Shore:
    """The seaports that take the goods of a case."""
    working = list_working(router.tables["places"], case.shipment.cargo_class)
    return find_shore(router.network, working=working)


def _rank(way: Way) -> tuple[float, str]:
    return way.cost, way.port.id


def _keep_cheapest(ways: Iterable[Way], group: Callable[[Way], Group]) -> dict[Group, Way]:
    """The cheapest way of each group."""
    found: dict[Group, Way] = {}
    for way in sorted(ways, key=_rank):
        found.setdefault(group(way), way)
    return found


def _lose_each(ask: "_Asker") -> tuple[Way, tuple[SeaLoss, ...]]:
    """The best way, and what each place on it is worth; a way that turns up meanwhile and is cheaper is the best."""
    while True:
        best = min(ask.known.values(), key=_rank)
        lost = [(place, ask.ask_without(place)) for place in _list_places(ask, best)]
        if min(ask.known.values(), key=_rank) is best:
            return best, tuple(_compare(place, best, way) for place, way in lost)


class _Place(NamedTuple):
    """What may be lost: a country, post or port, and which ways pass it."""

    kind: str
    id: str
    name: str
    country: str
    passed: Callable[[Way], bool]


def _list_places(ask: "_Asker", best: Way) -> list[_Place]:
    """The countries that the best way passes, in order, its border posts and its port."""
    bare = find_bare(ask.graph.shore.network)
    countries = [
        _Place("country", code, code, code, lambda way, code=code: code in way.countries)  # type: ignore[misc]
        for code in dict.fromkeys(best.countries)
    ]
    posts = [
        _Place("post", post.id, post.name, post.country, lambda way, post=post: _meets(way, post.id))  # type: ignore[misc]
        for post in best.posts
        if post.id not in bare
    ]
    port, number = best.port, best.seaport
    return [
        *countries,
        *posts,
        _Place("port", port.id, port.name, port.country, lambda way: way.seaport == number),
    ]


def _meets(way: Way, post: str) -> bool:
    return any(site.id == post for site in way.posts)


def _compare(place: _Place, best: Way, way: Way | None) -> SeaLoss:
    about = (place.kind, place.id, place.name, place.country)
    if way is None:
        return SeaLoss(*about, np.nan, np.nan, cut=True, way=None)
    return SeaLoss(*about, max(way.cost - best.cost, 0.0), way.time - best.time, cut=False, way=way)


@dataclass(frozen=True, slots=True, eq=False)
class _Asker:
    """Asks one search for ways of one place, and prices each once."""

    search: Search
    reader: PathReader
    start: Stop
    graph: SeaGraph
    weight: Floats
    known: dict[bytes, Way] = field(default_factory=dict)

    def price(self, path: Path) -> Way:
        """The way of a path, priced in full."""
        key = path.tobytes()
        if key not in self.known:
            self.known[key] = price_way(self.search, self.reader, self.graph.shore, self.start, path)
        return self.known[key]

    def ask_without(self, place: _Place) -> Way | None:
        """The cheapest way known that does not pass a place: the best that the search has, or one found before."""
        path = self.graph.find(self._close(place))
        path = self._search_wide(place) if path is None else path
        if path is not None:
            self.price(path)
        return min((way for way in self.known.values() if not place.passed(way)), key=_rank, default=None)

    def _close(self, place: _Place) -> Mask:
        graph, network = self.graph, self.graph.shore.network
        if place.kind == "country":
            return graph.close_country(network.world.countries.index(place.id))
        closed: Mask = np.isin(graph.arc, self._list_arcs(place))
        return closed

    def _list_arcs(self, place: _Place) -> NDArray[np.int32]:
        """Arcs of the network that close with a place: of a country all by which it is entered."""
        shore, network = self.graph.shore, self.graph.shore.network
        if place.kind == "country":
            inside = shore.country == network.world.countries.index(place.id)
            entered = inside[network.arcs.head] & ~inside[network.arcs.tail]
            return np.flatnonzero(entered).astype(np.int32)
        if place.kind == "port":
            number = next(way.seaport for way in self.known.values() if way.port.id == place.id)
            return network.marked("site").list_arcs((shore.port_of == number).tolist())
        return find_arcs(network, place.kind, place.id)

    def _search_wide(self, place: _Place) -> Path | None:
        """The cheapest way without a place beyond the bound of the graph."""
        shore, arcs = self.graph.shore, self.graph.shore.network.arcs
        weight = self.weight.copy()
        weight[self._list_arcs(place)] = np.inf
        outlet = shore.network.outlets[self.start.id]
        # Twice what the graph reaches is far enough for most.
        tree, least = walk_ashore(shore, weight, outlet=outlet, factor=1.0, first=2.0 * self.graph.within)
        if not np.isfinite(least):
            return None
        reach = tree.distance[arcs.tail[shore.boards]] + weight[shore.boards]
        last = shore.boards[int(reach.argmin())]
        return np.append(trace_path(tree, int(arcs.tail[last])), last).astype(np.int32)


def price_way(search: Search, reader: PathReader, shore: Shore, start: Stop, path: Path) -> Way:
    """The way of a path that ends with going on board, priced in full with the clearance for export at its start."""
    network, pricer = shore.network, reader.pricer
    port = network.sites[network.arcs.site[path[-1]]]
    carried = reader.read(path, start=site_of(start), end=port)
    first = next(item.mode for item in carried if item.kind == "leg")
    scopes = pricer.around.scopes(start.id, start.country)
    cleared = pricer.step(Step("customs", first, "", "export", scopes))
    waits = find_mean_waits(
        carried, draws=DRAWS, seed=reader.simulation.seed, shared=pricer.book.number("doubt_shared")
    )
    items = reader.settle(carried, waits)
    priced: list[Item | Price] = [*items, *([cleared] if cleared is not None else [])]
    return Way(
        path=path,
        port=port,
        seaport=int(shore.port_at(path[-1:])[0]),
        countries=_list_countries(shore, path, start.country),
        posts=_list_posts(shore, path),
        cost=sum(one.cost for one in priced),
        time=sum(one.time for one in priced),
        co2e=sum(item.co2e for item in items),
        distance=float(search.weights.distance[path].sum()),
        label=label_route(items),
    )


def _list_countries(shore: Shore, path: Path, own: str) -> tuple[str, ...]:
    """Countries in order after the goods have left their own one for good, each once."""
    network = shore.network
    numbers = shore.country[network.arcs.head[path]]
    codes = [network.world.countries[number] for number in numbers if number >= 0]
    left = max((place + 1 for place, code in enumerate(codes) if code == own), default=0)
    return tuple(dict.fromkeys(codes[left:]))


def _list_posts(shore: Shore, path: Path) -> tuple[Site, ...]:
    arcs = shore.network.arcs
    crossed = path[arcs.crossing[path] >= 0]
    return tuple(dict.fromkeys(shore.network.sites[site] for site in arcs.site[crossed]))
