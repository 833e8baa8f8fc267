"""What each post, port, strait, leg and service on the way is worth: closed in turn, what the goods then cost and take.

The importance of a link for a pair is what its loss costs the pair (Jenelius, Petersen and Mattsson 2006, Importance
and exposure in road network vulnerability analysis). Only what lies on a pair's best way can cost it anything, so those
are closed and nothing else; what the law has closed already is named, and has no value.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landbridge.network.closures import Reason
from landbridge.network.items import PathReader
from landbridge.network.routes import Answer, Route, price_route
from landbridge.network.search import Path, Search
from landbridge.network.virtual import Site, VirtualNetwork
from landbridge.schema.closings import Closing

KINDS = ("post", "port", "gauge_change")
NAMED_IN = {"passage": "passages", "leg": "legs", "service": "services"}


@dataclass(frozen=True, slots=True, eq=False)
class Facility:
    """What goods run through: its kind is post, port, terminal, gauge_change, passage, leg or service.

    `arcs` are those that close with it, or one of which goods run that pass it; `lat` and `lon` in degrees are NaN for
    what is no place.
    """

    id: str
    kind: str
    name: str
    country: str
    lat: float
    lon: float
    arcs: NDArray[np.int32]


Known = dict[tuple[str, str], Facility]


@dataclass(frozen=True, slots=True, eq=False)
class Loss:
    """What closing a facility costs a flow: USD/t and h more, NaN where it is cut off or the facility closed already.

    `way` is the name of the way then taken, `closed_by` the listing that has closed the facility to the flow. The cost
    is never below 0; a time below 0 says that the dearer way is the faster one.
    """

    facility: Facility
    cost: float
    time: float
    cut: bool = False
    way: str = ""
    closed_by: str = ""


def find_facilities(
    network: VirtualNetwork, path: Path, *, ends: Sequence[str] = (), known: Known | None = None
) -> list[Facility]:
    """What a path runs through and could be closed: not its own `ends` (ids of places), no border without post.

    Facilities that are `known` from other paths are not looked up again, and new ones are added to them.
    """
    found = {} if known is None else known
    bare = find_bare(network)
    named = (name for arc in path for name in _name_arc(network, int(arc)))
    keys = dict.fromkeys(name for name in named if name[1] not in bare)
    for kind, key in keys:
        if (kind, key) not in found:
            found[kind, key] = _make_facility(network, kind, key)
    return [found[name] for name in keys if name[1] not in ends]


def find_bare(network: VirtualNetwork) -> frozenset[str]:
    """Crossings that no row of posts names: no table could close them."""
    crossings = network.world.crossings
    return frozenset(crossings["id"][crossings["post"] == ""])


def _name_arc(network: VirtualNetwork, arc: int) -> Iterator[tuple[str, str]]:
    """Kind and id of all that goes with an arc."""
    arcs = network.arcs
    if arcs.site[arc] >= 0 and network.sites[arcs.site[arc]].kind in KINDS:
        site = network.sites[arcs.site[arc]]
        yield site.kind, site.id
    if arcs.passage[arc] >= 0:
        yield "passage", str(network.world.passages[arcs.passage[arc]])
    if arcs.leg[arc] >= 0:
        yield "leg", str(network.world.legs[arcs.leg[arc]])
    if arcs.op[arc] >= 0:
        runs = (step.service for step in network.operations[arcs.op[arc]] if step.operation == "service")
        yield from (("service", service) for service in runs)


def _make_facility(network: VirtualNetwork, kind: str, key: str) -> Facility:
    arcs = find_arcs(network, kind, key)
    if kind in KINDS:
        site = network.sites[network.arcs.site[arcs[0]]]
        return Facility(key, kind, site.name, site.country, site.lat, site.lon, arcs)
    return Facility(key, kind, key, "", nan, nan, arcs)


def find_arcs(network: VirtualNetwork, kind: str, key: str) -> NDArray[np.int32]:
    """Arcs that close with a facility."""
    if kind == "passage":
        return network.marked("passage").select(network.world.passages.index(key))
    if kind == "leg":
        return network.marked("leg").select(network.world.legs.index(key))
    if kind == "service":
        using = [any(step.service == key for step in steps) for steps in network.operations]
        return network.marked("op").list_arcs(using)
    return network.marked("site").list_arcs([site.id == key for site in network.sites])


def assess_closures(
    search: Search, reader: PathReader, answers: Mapping[str, Answer], *, closings: Sequence[Closing] = ()
) -> dict[str, list[Loss]]:
    """What each facility on the best route of each of `answers` (by flow) is worth, then what the law has closed.

    The way then taken is the best, by the first criterion and the full price, of the answer's other routes and of the
    one that the search finds without the facility. All flows that run through a facility are asked while it is closed.
    """
    known: Known = {}
    found: dict[str, list[Loss]] = {flow: [] for flow in answers}
    through: dict[tuple[str, str, str], list[str]] = {}
    for flow, answer in answers.items():
        request = answer.request
        ends = (request.origin.id, request.destination.id)
        path: Path = answer.routes[0].path if answer.routes else np.empty(0, np.int32)
        for facility in find_facilities(search.network, path, ends=ends, known=known):
            through.setdefault((request.by[0], facility.kind, facility.id), []).append(flow)
    for (by, kind, key), flows in through.items():
        facility = known[kind, key]
        with search.without(by, facility.arcs):
            paths = {flow: search.best(by, *find_ends(search, answers[flow])) for flow in flows}
        for flow, other in paths.items():
            found[flow].append(_assess(search, reader, answers[flow], facility, other))
    shut = [
        Loss(place, nan, nan, closed_by=listing) for place, listing in list_closed_by_law(search, closings)
    ]
    return {flow: losses + shut if answers[flow].routes else [] for flow, losses in found.items()}


def find_ends(search: Search, answer: Answer) -> tuple[int, int]:
    """Nodes where a request starts and ends."""
    network, request = search.network, answer.request
    return network.outlets[request.origin.id], network.inlets[request.destination.id]


def _assess(
    search: Search, reader: PathReader, answer: Answer, facility: Facility, path: Path | None
) -> Loss:
    ways = [route for route in answer.routes if not np.isin(route.path, facility.arcs).any()]
    if path is not None:
        ways.append(price_route(search, reader, answer.request, path))
    return _compare(facility, answer.routes[0], ways, answer.request.by[0])


def _compare(facility: Facility, best: Route, ways: Sequence[Route], by: str) -> Loss:
    if not ways:
        return Loss(facility, nan, nan, cut=True)
    way = min(ways, key=lambda route: float(getattr(route, by)))
    return Loss(facility, max(way.cost - best.cost, 0.0), way.time - best.time, way=way.label)


def list_closed_by_law(
    search: Search, closings: Sequence[Closing], *, whoever: bool = False
) -> Iterator[tuple[Facility, str]]:
    """Places that the law names and has closed to the goods, each with the listing.

    With `whoever` also those that are closed to all goods anyhow.
    """
    network = search.network
    # Where a post or terminal also changes the gauge it is listed as the post or terminal.
    ordered = sorted(network.sites, key=lambda site: site.kind != "gauge_change")
    by_id: dict[str, Site] = {site.id: site for site in ordered}
    for closing in closings:
        for place in sorted(closing.places & by_id.keys()):
            site = by_id[place]
            arcs = find_arcs(network, site.kind, place)
            reasons = search.reasons[arcs]
            if ((reasons > 0) if whoever else (reasons == Reason.LAW)).any():
                facility = Facility(place, site.kind, site.name, site.country, site.lat, site.lon, arcs)
                yield facility, closing.listing


def loss_rows(
    flow: str, losses: Sequence[Loss], tables: Mapping[str, pd.DataFrame]
) -> Iterator[dict[str, Any]]:
    """Rows of the table closures; legs, passages and services have their names from `tables`."""
    for loss in losses:
        yield {
            "flow": flow,
            **facility_columns(loss.facility, tables),
            "cost_loss": loss.cost,
            "time_loss": loss.time,
            "cut": loss.cut,
            "way": loss.way,
            "closed_by": loss.closed_by,
        }


def facility_columns(facility: Facility, tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """What tables tell of a facility; the name of a leg, passage or service stands in `tables`."""
    return {
        "facility": facility.id,
        "kind": facility.kind,
        "name": _find_name(facility, tables),
        "country": facility.country,
        "lat": facility.lat,
        "lon": facility.lon,
    }


def _find_name(facility: Facility, tables: Mapping[str, pd.DataFrame]) -> str:
    if facility.kind not in NAMED_IN:
        return facility.name
    frame = tables[NAMED_IN[facility.kind]]
    rows = frame[frame["id"] == facility.id]
    return str(rows["name"].iloc[0]) if len(rows) and "name" in frame else facility.name
