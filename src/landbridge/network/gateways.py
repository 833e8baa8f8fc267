"""The gateways between two places: what the best way through each port, post, terminal and strait costs and takes.

One sweep from the origin and one back from the destination weigh the best way through every gateway at once (see
`landbridge.kernels.via_facility`). The first of each kind are then traced and priced in full, and stand in the order of
their full prices. A way that comes back to where it has been is none: it goes into the gateway and out again.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from math import nan
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landbridge.kernels.hierarchy_sweeps import Sweep
from landbridge.kernels.via_facility import ViaArcs, find_vias, trace_via
from landbridge.network.closures import Reason
from landbridge.network.criticality import (
    Facility,
    facility_columns,
    find_bare,
    find_ends,
    list_closed_by_law,
)
from landbridge.network.items import PathReader
from landbridge.network.locating import GatewayChoice
from landbridge.network.routes import Answer, Route, price_route, turns_back
from landbridge.network.search import Path, Search
from landbridge.network.sphere import measure_line
from landbridge.network.virtual import Site, VirtualNetwork, serve_vessel
from landbridge.schema import Finding, InputError
from landbridge.schema.closings import Closing

SITE_KINDS = ("port", "post", "terminal", "gauge_change")
# Ways through one gateway that are looked at until one does not turn back; then arcs of one that is named.
MOST_TRIED, NAMED_TRIES = 4, 8
BESIDE_KM = 30.0
QUANTITIES = ("cost", "time", "co2e")


@dataclass(frozen=True, slots=True, eq=False)
class Gateways:
    """All gateways of a network: kind and id of each, and the arcs of which a way through it runs one.

    Those of a post are its crossings, those of a port its handling to or from vessels: who only sails or drives by does
    not pass it.
    """

    network: VirtualNetwork
    keys: tuple[tuple[str, str], ...]
    arcs: ViaArcs

    def facility(self, number: int) -> Facility:
        """A gateway as a facility."""
        kind, key = self.keys[number]
        mine = self.arcs.arc[self.arcs.facility == number]
        if kind not in SITE_KINDS:
            return Facility(key, kind, key, "", nan, nan, mine)
        site = self.network.sites[self.network.arcs.site[mine[0]]]
        return Facility(key, kind, site.name, site.country, site.lat, site.lon, mine)

    def on(self, path: Path) -> NDArray[np.int32]:
        """Numbers of the gateways that a path runs through."""
        passed = np.zeros(len(self.network.arcs.tail), np.bool_)
        passed[path] = True
        return np.unique(self.arcs.facility[passed[self.arcs.arc]])


@dataclass(frozen=True, slots=True, eq=False)
class Gateway:
    """What is known of a gateway for a flow: its best way, or why there is none.

    `status` is open; closed (by the law, then `closed_by` names the listing); no_way; or turns_back, where all ways
    that were found come back to where they have been. `why` says what closes all of it, in the words of `Reason`.
    """

    facility: Facility
    status: str
    route: Route | None = None
    closed_by: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Passed:
    """The gateways of a flow, the best first by the first criterion, and the best route of all that are known."""

    gateways: tuple[Gateway, ...]
    best: Route


def list_gateways(network: VirtualNetwork) -> Gateways:
    """The gateways of a network; a border crossing that no row of posts names is none."""
    keys: dict[tuple[str, str], int] = {}
    bare, world, arcs = find_bare(network), network.world, network.arcs

    def number(kind: str, key: str) -> int:
        return keys.setdefault((kind, key), len(keys)) if key and key not in bare else -1

    owners = (
        ([number(s.kind, s.id) if s.kind in SITE_KINDS else -1 for s in network.sites], arcs.site),
        ([number("passage", passage) for passage in world.passages], arcs.passage),
        ([number("leg", leg) for leg in world.legs], arcs.leg),
        ([number("service", _name_run(steps)) for steps in network.operations], arcs.op),
    )
    numbers = [np.array([*owner, -1], np.int32)[index] for owner, index in owners]
    found = [np.flatnonzero(column >= 0) for column in numbers]
    arc = np.concatenate(found).astype(np.int32)
    facility = np.concatenate([column[rows] for column, rows in zip(numbers, found, strict=True)])
    kept = _keep_passing(network, tuple(keys), arc, facility)
    arc, facility = arc[kept], facility[kept]
    return Gateways(network, tuple(keys), ViaArcs(arc, arcs.tail[arc], arcs.head[arc], facility))


def _name_run(steps: Sequence[Any]) -> str:
    return next((step.service for step in steps if step.operation == "service"), "")


def _keep_passing(
    network: VirtualNetwork,
    keys: Sequence[tuple[str, str]],
    arc: NDArray[np.int32],
    facility: NDArray[np.int32],
) -> NDArray[np.bool_]:
    """Of the arcs of posts the crossings, of those of ports the handling of vessels, where they have any."""
    kinds = np.array([kind for kind, _ in keys])[facility]
    wet = np.array([*(serve_vessel(steps) for steps in network.operations), False])
    passing = np.where(kinds == "post", network.arcs.crossing[arc] >= 0, True)
    passing &= np.where(kinds == "port", wet[network.arcs.op[arc]], True)
    some = np.zeros(len(keys), np.bool_)
    some[facility[passing]] = True
    kept: NDArray[np.bool_] = passing | ~some[facility]
    return kept


@dataclass(slots=True)
class Ways:
    """The ways through gateways for one flow: found, traced and priced once each; None where one turns back."""

    search: Search
    reader: PathReader
    answer: Answer
    known: dict[bytes, Route | None] = field(default_factory=dict)

    @property
    def sweeps(self) -> tuple[Sweep, Sweep]:
        """From the origin, and back from the destination."""
        (start, end), by = find_ends(self.search, self.answer), self.answer.request.by[0]
        return self.search.sweep(by, start), self.search.sweep(by, end, backward=True)

    def price(self, path: Path) -> Route | None:
        """The route of a path."""
        key = path.tobytes()
        if key not in self.known:
            comes_back = _comes_back(self.search, path)
            route = None if comes_back else price_route(self.search, self.reader, self.answer.request, path)
            self.known[key] = None if route is not None and turns_back(route.items) else route
        return self.known[key]

    def find(self, via: ViaArcs, positions: Sequence[int], *, tries: int) -> Route | None:
        """The first way over an arc at `positions` of `via` that does not turn back, of at most `tries` that differ."""
        traced: list[Path] = []
        for position in positions:
            if len(traced) == tries:
                break
            if any((path == via.arc[position]).any() for path in traced):
                continue
            traced.append(trace_via(*self.sweeps, via, position))
            route = self.price(traced[-1])
            if route is not None:
                return route
        return None

    def part(self, via: ViaArcs, positions: Sequence[int]) -> Route | None:
        """A way over one of the arcs at `positions` whose two parts keep apart, if possible without coming into a
        country twice: one part is the best, the other the best of those that do not touch it. Not always the best of
        such ways, which no search finds in reasonable time.
        """
        known = dict(self.known)
        found = [route for position in positions for route in self._part(via, position)]
        ranked = _rank_by(self.answer.request.by[0])
        best = min(found, key=lambda route: (_count_returns(route), *ranked(route)), default=None)
        self.known = known if best is None else {**known, best.path.tobytes(): best}
        return best

    def _part(self, via: ViaArcs, position: int) -> Iterator[Route]:
        arcs, (start, end) = self.search.network.arcs, find_ends(self.search, self.answer)
        path = trace_via(*self.sweeps, via, position)
        here = int(np.flatnonzero(path == via.arc[position])[0])
        first, last = path[: here + 1], path[here:]
        onward = self._avoid(arcs.tail[first], int(arcs.head[first[-1]]), end)
        homeward = self._avoid(arcs.head[last], start, int(arcs.tail[last[0]]))
        found = [np.concatenate([first, onward])] if onward is not None else []
        found += [np.concatenate([homeward, last])] if homeward is not None else []
        yield from (route for route in map(self.price, found) if route is not None)

    def _avoid(self, nodes: NDArray[np.int32], start: int, end: int) -> Path | None:
        """The best path between two nodes that touches none of `nodes`."""
        network, by = self.search.network, self.answer.request.by[0]
        barred = np.zeros(network.node_count, np.bool_)
        barred[nodes] = True
        touching = np.flatnonzero(barred[network.arcs.tail] | barred[network.arcs.head]).astype(np.int32)
        with self.search.without(by, touching):
            return self.search.best(by, start, end)


def _comes_back(search: Search, path: Path) -> bool:
    heads = search.network.arcs.head[path]
    return len(np.unique(heads)) < len(heads) or bool((heads == search.network.arcs.tail[path[0]]).any())


def assess_gateways(
    search: Search,
    reader: PathReader,
    answers: Mapping[str, Answer],
    *,
    gateways: Gateways,
    choice: GatewayChoice,
    closings: Sequence[Closing] = (),
) -> dict[str, Passed]:
    """The gateways of each of `answers` (by flow) that has a route, ways of the answer among them.

    Those that the law has closed stand last, without a value. `choice.named` are ids.
    """
    shut = [
        Gateway(facility, "closed", closed_by=listing)
        for facility, listing in list_closed_by_law(search, closings)
        if facility.kind in SITE_KINDS
        and (facility.id in choice.named if choice.named else facility.kind in choice.kinds)
    ]
    found = {}
    for flow, answer in answers.items():
        if answer.routes:
            found[flow] = _assess(Ways(search, reader, answer), gateways, choice, shut)
            search.sweeps.pop((answer.request.by[0], find_ends(search, answer)[1], True), None)
    search.forget()
    return found


def _assess(ways: Ways, gateways: Gateways, choice: GatewayChoice, shut: Sequence[Gateway]) -> Passed:
    by, ranked = ways.answer.request.by[0], _rank_by(ways.answer.request.by[0])
    ways.known.update({route.path.tobytes(): route for route in ways.answer.routes})
    left_out = {gateway.facility.id for gateway in shut}
    looked_at = list(_find_ways(ways, gateways, choice, left_out))
    routes = sorted((route for route in ways.known.values() if route is not None), key=ranked)
    through: dict[int, Route] = {}
    for route in (one for one in routes if not _comes_back(ways.search, one.path)):
        for number in gateways.on(route.path).tolist():
            through.setdefault(number, route)
    found = [
        Gateway(gateways.facility(number), "open" if number in through else "turns_back", through.get(number))
        for number in looked_at
        if number in through or choice.named
    ]
    found.sort(key=lambda one: (float(getattr(one.route, by, np.inf)), one.facility.name, one.facility.id))
    found = found if choice.named else _take_first(found, choice.count)
    named = [number for number, (_, key) in enumerate(gateways.keys) if key in {*choice.named} - left_out]
    missed = [_explain_none(ways.search, gateways.facility(one)) for one in named if one not in looked_at]
    return Passed((*found, *missed, *shut), routes[0])


def _take_first(found: Sequence[Gateway], count: int) -> list[Gateway]:
    """The first `count` of each kind."""
    kept, met = [], Counter[str]()
    for one in found:
        met[one.facility.kind] += 1
        if met[one.facility.kind] <= count:
            kept.append(one)
    return kept


def _rank_by(criterion: str) -> Callable[[Route], tuple[float, str]]:
    return lambda route: (float(getattr(route, criterion)), route.label)


def _find_ways(ways: Ways, gateways: Gateways, choice: GatewayChoice, shut: set[str]) -> Iterator[int]:
    """The gateways to look at by rising weight of the best way through them, once `ways` knows their ways."""
    search, request = ways.search, ways.answer.request
    least = search.distance(request.by[0], *find_ends(search, ways.answer))
    within = np.inf if choice.named else (1.0 + choice.stretch) * least
    vias = find_vias(*ways.sweeps, gateways.arcs, within=within)
    left_out = {*shut, request.origin.id, request.destination.id}
    counts = dict.fromkeys(choice.kinds, 0)
    for row in vias.first[np.argsort(vias.cost[vias.first], kind="stable")]:
        number = int(vias.facility[row])
        kind, key = gateways.keys[number]
        wanted = key in choice.named if choice.named else counts.get(kind, choice.count) < choice.count
        if wanted and key not in left_out:
            stop = np.searchsorted(vias.facility, number, side="right")
            positions = vias.position[row:stop].tolist()
            way = ways.find(gateways.arcs, positions, tries=MOST_TRIED)
            if way is None and choice.named:
                way = ways.part(gateways.arcs, positions[:NAMED_TRIES])
            counts[kind] = counts.get(kind, 0) + (way is not None)
            yield number


def _explain_none(search: Search, facility: Facility) -> Gateway:
    """A gateway that no way leads through, closed if the law has closed all of it."""
    reasons = search.reasons[facility.arcs]
    why = Reason(int(reasons[0])) if (reasons > 0).all() else Reason.OPEN
    status = "closed" if why == Reason.LAW else "no_way"
    return Gateway(facility, status, why="" if why == Reason.OPEN else why.name.lower())


def gateway_rows(flow: str, passed: Passed, tables: Mapping[str, pd.DataFrame]) -> Iterator[dict[str, Any]]:
    """Rows of the table gateways; legs, passages and services have their names from `tables`."""
    for gateway in passed.gateways:
        route = gateway.route
        amounts = {name: float(getattr(route, name, nan)) for name in (*QUANTITIES, "distance")}
        more = {f"{name}_more": amounts[name] - getattr(passed.best, name) for name in QUANTITIES}
        yield {
            "flow": flow,
            **facility_columns(gateway.facility, tables),
            "status": gateway.status,
            **amounts,
            **more,
            "countries": _list_countries(route) if route else (),
            "way": route.label if route else "",
            "closed_by": gateway.closed_by,
            "why": gateway.why,
        }


def _count_returns(route: Route) -> int:
    countries = _list_countries(route)
    return len(countries) - len(set(countries))


def _list_countries(route: Route) -> tuple[str, ...]:
    """Countries of the legs in order, each as often as the way comes into it."""
    codes = [code for item in route.items if item.kind == "leg" for code in item.countries if code]
    return tuple(code for code, _ in groupby(codes))


def match_gateways(gateways: Gateways, named: Sequence[Site]) -> tuple[str, ...]:
    """Ids of the gateways that are named: a place that is none itself stands for all within 30 km of it.

    Raises InputError where there are none.
    """
    known = {key for _, key in gateways.keys}
    keys = set(gateways.keys)
    sites = [site for site in gateways.network.sites if (site.kind, site.id) in keys]
    remedy = "name a port, a border post, a terminal, a change of gauge, a strait, a leg or a service"
    found, faults = [], []
    for one in named:
        near = [site.id for site in sites if _stand_together(site, one)] if one.id not in known else [one.id]
        found += near
        if not near:
            what = f"neither {one.name} nor a place within {BESIDE_KM:.0f} km of it is a gateway"
            faults.append(Finding("no_gateway", "error", what, remedy))
    if faults:
        raise InputError(faults)
    return tuple(dict.fromkeys(found))


def _stand_together(site: Site, other: Site) -> bool:
    return measure_line((site.lat, site.lon), (other.lat, other.lon)) <= BESIDE_KM
