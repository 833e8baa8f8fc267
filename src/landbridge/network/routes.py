"""Routes of one shipment between two places: found, itemised, priced in full, with their ranges and reasons."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from landbridge.network.items import Item, PathReader
from landbridge.network.pricing import Term
from landbridge.network.search import MAX_LABELS, Passing, Search
from landbridge.network.simulate import Ranges, find_mean_waits, simulate_items
from landbridge.network.sphere import measure_line
from landbridge.network.terminals import Stop
from landbridge.network.virtual import LAYERS, Site
from landbridge.schema import Finding

FRONT_EPSILON = {"cost": 0.01, "time": 0.01, "co2e": 0.02}
ABSURD_CIRCUITY = 4.0
HANDOVERS = {"tranship": 3, "gauge_change": 2, "border_crossing": 1}
# For a mean that rests on draws, where a caller asks for fewer.
LEAST_DRAWS = 4_000
WEAK = {"estimated", "default"}


@dataclass(frozen=True, slots=True)
class Corridor:
    """A named chain of places, as what passing each of them means on the network; `avoid` are the arcs that are open
    to the request but not on it.
    """

    id: str
    name: str
    via: tuple[Passing, ...]
    avoid: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked between two places: criteria in order, named corridors, how many alternatives, and the front.

    `front_within` is how close the front must be in each criterion, in its unit; empty for shares of the best.
    """

    flow: str
    origin: Stop
    destination: Stop
    by: tuple[str, ...] = ("cost", "time", "co2e")
    corridors: tuple[Corridor, ...] = ()
    only_corridors: bool = False
    via: tuple[Passing, ...] = ()
    alternatives: int = 0
    front: bool = False
    front_within: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """A door-to-door route. cost USD/t, time h, co2e kg/t, distance km are means; `ranges` holds the quantiles.

    `gap` is the full price less the search's additive bound, as a share of the price.
    """

    id: str
    label: str
    criterion: str
    corridor: str
    items: tuple[Item, ...]
    path: NDArray[np.int32]
    cost: float
    time: float
    co2e: float
    distance: float
    gap: float
    ranges: Ranges
    rank: int = 0
    reason: str = ""

    @property
    def signature(self) -> tuple[tuple[str, str, str, str], ...]:
        """What tells routes apart: their legs and operations by mode, kind and place."""
        return tuple(
            (item.kind, item.mode, item.operation or item.service, item.site.name) for item in self.items
        )

    def weak_share(self, unit: str) -> float:
        """Share of the cost ("USD/t") or time ("h") that rests on defaults and estimates."""
        terms = [term for item in self.items for term in item.terms if term.unit == unit]
        total = sum(term.value for term in terms)
        return sum(term.value for term in terms if term.quality in WEAK) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Routes of a request, best first; or what blocks it: closed sites on the way, with the reason of each."""

    request: Request
    routes: tuple[Route, ...]
    cut: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Wanted:
    """A path to price and why it was looked for."""

    path: NDArray[np.int32]
    criterion: str
    corridor: str = ""


def find_routes(search: Search, reader: PathReader, *, request: Request) -> Answer:
    """Answer one request: best paths by each criterion, named corridors, alternatives and, if asked, the front."""
    wanted, whole = _candidates(search, request)
    if not wanted:
        return _blocked(search, request)
    routes: dict[tuple[tuple[str, str, str, str], ...], Route] = {}
    for candidate in wanted:
        route = price_route(search, reader, request, candidate.path)
        named = candidate.corridor or route.label
        route = replace(route, label=named, criterion=candidate.criterion, corridor=candidate.corridor)
        if route.corridor and turns_back(route.items):
            continue
        known = routes.get(route.signature)
        if known is None:
            routes[route.signature] = route
        elif candidate.corridor and not known.corridor:
            routes[route.signature] = replace(known, corridor=candidate.corridor)
    by, pricer = request.by[0], reader.pricer
    shared = pricer.book.number("doubt_shared")
    ordered = sorted(routes.values(), key=lambda route: (getattr(route, by), route.label))
    simulated = [
        replace(
            route,
            id=f"{request.flow}-{rank}",
            rank=rank,
            ranges=simulate_items(
                route.items, **reader.simulation._asdict(), due=pricer.shipment.due, shared=shared
            ),
        )
        for rank, route in enumerate(ordered, 1)
    ]
    explained = tuple(explain_choice(route, simulated, by=by) for route in simulated)
    return Answer(request, explained, findings=_findings(request, explained, whole=whole))


def _candidates(search: Search, request: Request) -> tuple[list[Wanted], bool]:
    network = search.network
    ends = (network.outlets[request.origin.id], network.inlets[request.destination.id])
    whole = True
    wanted = [] if request.only_corridors else _best_ways(search, request, ends)
    for corridor in request.corridors:
        with search.without(request.by[0], corridor.avoid):
            path = search.chain(request.by[0], *ends, via=corridor.via)
        if path is not None:
            wanted.append(Wanted(path, "corridor", corridor.name))
    if not wanted or request.only_corridors:
        return wanted, whole
    if request.front and len(request.by) > 1 and not request.via:
        shares = [FRONT_EPSILON[name] * search.distance(name, *ends) for name in request.by]
        epsilon = request.front_within or shares
        paths, whole = search.front(request.by, *ends, epsilon=epsilon)
        wanted += [Wanted(path, "front") for path in paths]
    if request.alternatives and not request.via:
        paths = search.alternatives(request.by[0], *ends, count=request.alternatives)
        wanted += [Wanted(path, request.by[0]) for path in paths]
    return wanted, whole


def _best_ways(search: Search, request: Request, ends: tuple[int, int]) -> list[Wanted]:
    search.prepare(request.by)
    found = []
    for criterion in request.by:
        path = (
            search.chain(criterion, *ends, via=request.via) if request.via else search.best(criterion, *ends)
        )
        if path is not None:
            found.append(Wanted(path, criterion))
    return found


def price_route(search: Search, reader: PathReader, request: Request, path: NDArray[np.int32]) -> Route:
    """The route of a path, itemised and priced in full, without ranges, rank and reason."""
    return price_path(reader, request, path, additive=float(search.weights.cost[path].sum()))


def price_path(reader: PathReader, request: Request, path: NDArray[np.int32], *, additive: float) -> Route:
    """The same by the reader alone; `additive` is the sum of the weights of the path's arcs by cost, USD/t."""
    start, end = _site(request.origin), _site(request.destination)
    carried = reader.read(path, start=start, end=end)
    clearances = reader.clear(carried, start=start, end=end)
    items = [carried[0], *clearances[:1], *carried[1:-1], *clearances[1:], carried[-1]]
    draws, shared = max(reader.simulation.draws, LEAST_DRAWS), reader.pricer.book.number("doubt_shared")
    waits = find_mean_waits(items, draws=draws, seed=reader.simulation.seed, shared=shared)
    items = list(reader.settle(items, waits))
    cost = sum(item.cost for item in items)
    bound = additive + sum(item.cost for item in clearances)
    return Route(
        id="",
        label=label_route(items),
        criterion="",
        corridor="",
        items=tuple(items),
        path=path,
        cost=cost,
        time=sum(item.time for item in items),
        co2e=sum(item.co2e for item in items),
        distance=sum(item.distance for item in items),
        gap=(cost - bound) / cost if cost else 0.0,
        ranges=Ranges.empty(len(items)),
    )


def turns_back(items: Sequence[Item]) -> bool:
    """Whether goods are reloaded at a place only to go on by the mode that brought them: a corridor in name only."""
    before, handled = "", 0
    for item in items:
        if item.kind == "leg":
            if handled > 1 and item.mode == before:
                return True
            before, handled = item.mode, 0
        elif item.operation == "tranship":
            handled += 1
    return False


def _site(stop: Stop) -> Site:
    return Site(stop.id, stop.name, stop.country, stop.lat, stop.lon, stop.kind)


def label_route(items: Sequence[Item]) -> str:
    """A short name: the longest mode and up to three places where the goods change hands, gauge or country."""
    ferries = [item for item in items if item.kind == "leg" and item.service]
    landings = {name for item in ferries for name in (item.start, item.end)}
    ranked: dict[str, int] = {}
    for item in items:
        if item in ferries:
            ranked[f"{item.start} – {item.end}"] = 3
        elif item.operation in HANDOVERS and item.site.name not in landings:
            ranked[item.site.name] = max(HANDOVERS[item.operation], ranked.get(item.site.name, 0))
    best = sorted(ranked, key=lambda name: -ranked[name])[:3]
    shown = ", ".join(name for name in ranked if name in best)
    mode = max(items, key=lambda item: item.distance).mode.replace("_", " ").capitalize()
    return f"{mode}: {shown}" if shown else mode


def _blocked(search: Search, request: Request) -> Answer:
    network = search.network
    closed = search.cut(network.outlets[request.origin.id], network.inlets[request.destination.id])
    cut = tuple(dict.fromkeys((describe_arc(search, arc), reason.name.lower()) for arc, reason in closed))
    where = "; ".join(f"{name} ({reason})" for name, reason in cut[:8])
    what = f"no way from {request.origin.name} to {request.destination.name}"
    if (request.via or request.only_corridors) and not cut:
        remedy = (
            "leave out a place to pass, or look at what the date, the law and the options close on the way"
        )
        passed = Finding(
            code="unreachable", severity="error", what=f"{what} through the places to pass", remedy=remedy
        )
        return Answer(request, (), (), (passed,))
    finding = Finding(
        code="unreachable",
        severity="error",
        what=f"{what}: blocked at {where}" if cut else f"{what}, even with everything open",
        remedy="see which of these the study's date, modes, avoidances or measures close"
        if cut
        else "check that both places are on the network (landbridge network check)",
    )
    return Answer(request, (), cut, (finding,))


def describe_arc(search: Search, arc: int) -> str:
    """Name of what an arc is: its leg, passage, site, or the mode near its end."""
    arcs, network = search.network.arcs, search.network
    if arcs.leg[arc] >= 0:
        return str(network.world.legs[arcs.leg[arc]])
    if arcs.passage[arc] >= 0:
        return str(network.world.passages[arcs.passage[arc]])
    steps = network.operations[arcs.op[arc]] if arcs.op[arc] >= 0 else ()
    service = next((step.service for step in steps if step.service), "")
    if service:
        return f"the service {service}"
    if arcs.site[arc] >= 0:
        return str(network.sites[arcs.site[arc]].name)
    head = arcs.head[arc]
    layer, scope = network.codes.decode(int(arcs.code_a[arc]))
    point = f"{network.node_lat[head]:.1f},{network.node_lon[head]:.1f}"
    return f"{LAYERS[layer]} in {scope} near {point}"


def _findings(request: Request, routes: Sequence[Route], *, whole: bool) -> tuple[Finding, ...]:
    straight = crow_flies(request)
    found = [
        Finding(
            code="circuity",
            severity="warning",
            what=f"{route.label} is {route.distance:,.0f} km long, {route.distance / straight:.1f} times the"
            f" great circle of {straight:,.0f} km",
            remedy="look at its legs on the map; a missing line or a closed border may force the detour",
        )
        for route in routes[:1]
        if straight > 50 and route.distance > ABSURD_CIRCUITY * straight
    ]
    if not whole:
        found.append(
            Finding(
                code="front_truncated",
                severity="warning",
                what=f"the Pareto front was cut at {MAX_LABELS:,} labels: points of it may be missing",
                remedy="ask for two criteria, or for a front within more of each (--within, `front_within`)",
            )
        )
    return tuple(found)


def crow_flies(request: Request) -> float:
    """Great-circle distance of the request's ends, km."""
    origin, destination = request.origin, request.destination
    return measure_line((origin.lat, origin.lon), (destination.lat, destination.lon))


def explain_choice(route: Route, routes: Sequence[Route], *, by: str) -> Route:
    """The route with its reason: the largest differences to the runner-up (of the best) or to the best (of others)."""
    others = [other for other in routes if other.id != route.id]
    if not others:
        return replace(route, reason="the only way found")
    rival = others[0]
    unit = {"cost": "USD/t", "time": "h", "co2e": "kg/t"}[by]
    gaps = _differences(route, rival, unit)
    parts = [f"{name} {value:+,.0f}" for name, value in gaps[:3] if abs(value) >= 0.5]
    total = getattr(route, by) - getattr(rival, by)
    verb = "below" if total <= 0 else "above"
    reason = f"{abs(total):,.0f} {unit} {verb} {rival.label}"
    return replace(route, reason=f"{reason} ({'; '.join(parts)})" if parts else reason)


def _differences(route: Route, rival: Route, unit: str) -> list[tuple[str, float]]:
    sums: dict[str, float] = {}
    for sign, one in ((1.0, route), (-1.0, rival)):
        for item in one.items:
            name = f"{item.mode} carriage" if item.kind == "leg" else item.operation.replace("_", " ")
            sums[name] = sums.get(name, 0.0) + sign * _value(item.terms, unit)
    return sorted(sums.items(), key=lambda pair: -abs(pair[1]))


def _value(terms: Sequence[Term], unit: str) -> float:
    return sum(term.value for term in terms if term.unit == unit)
