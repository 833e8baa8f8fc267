"""The structure of the world network: ways between all capitals, by land alone and by any mode, and their circuity.

Circuity is length over great-circle distance (Ballou, Rahardja and Sakai 2002, Transportation Research A 36). A way
by land far above its neighbours' marks a missing line, a closed border or a real barrier; the way with closed borders
opened tells the second from the others. A ferry over a river or a strait stands in for a bridge, so ferries of up to
10 km belong to the ways by land.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landbridge.kernels.customization import customize
from landbridge.kernels.hierarchy_skims import skim
from landbridge.kernels.lane_sums import sum_lanes
from landbridge.network.arc_weights import weigh_arcs
from landbridge.network.build import join_ends
from landbridge.network.closures import Reason, close_arcs
from landbridge.network.locating import Locator
from landbridge.network.places import find_place
from landbridge.network.router import Ready
from landbridge.network.shipments import choose_shipment
from landbridge.network.sphere import measure_line
from landbridge.network.terminals import Stop
from landbridge.network.virtual import AIR, DEEP, RIVER, Step, VirtualNetwork
from landbridge.schema.rows import read_rows

PLAUSIBLE_LAND = 2.0
PLAUSIBLE_ANY = 4.0
NEAR_KM = 300.0  # between nearer capitals a river or a lake makes any circuity plausible
FERRY_KM = 10.0  # a ferry of no more than this is a piece of the road or railway that it joins
WAYS = {
    "land": "land",
    "way": "any",
}  # columns of kilometres, and the same ways in the table circuity_remarks
CONTINENTS = {
    **dict.fromkeys(("eu", "uk_efta", "balkans", "cis_west", "russia"), "Europe"),
    **dict.fromkeys(("caucasus", "central_asia", "iran", "turkiye", "levant_iraq", "gulf"), "Asia"),
    **dict.fromkeys(("south_asia", "east_asia", "southeast_asia"), "Asia"),
    **dict.fromkeys(
        ("north_africa", "west_africa", "central_africa", "east_africa", "southern_africa"), "Africa"
    ),
    **dict.fromkeys(("north_america", "latin_america"), "America"),
    "oceania": "Oceania",
}

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """Ways between all pairs of capitals.

    `pairs`: from, to (country codes), continent ("" where the two differ), great_circle, land (km by road, rail,
    waterway and short ferries alone), land_circuity, opened (km by land with closed borders and posts opened),
    land_cost (USD/t of the cheapest way by land), way (km of the cheapest way by any mode), way_circuity, at_sea (km of
    it), cost (USD/t), finding ("" where all is plausible). Lengths and costs are infinite where there
    is no way.
    """

    pairs: pd.DataFrame
    capitals: pd.DataFrame


def survey_capitals(ready: Ready, *, progress: Callable[[str], None] = lambda line: None) -> Structure:
    """Ways of a container of general goods between the capitals of the table countries, without law."""
    stops = find_capitals(ready)
    network = join_ends(ready.base, list(stops.values()))
    found = _find_ways(ready, network, stops, progress=progress)
    pairs = _frame_pairs(stops, found)
    regions = ready.around.regions
    one, two = (
        pairs[side].map(lambda code: CONTINENTS.get(regions.get(code, ""), "")) for side in ("from", "to")
    )
    return Structure(pairs.assign(continent=one.where(one == two, "")), _frame_capitals(stops))


def _find_ways(
    ready: Ready,
    network: VirtualNetwork,
    stops: Mapping[str, Stop],
    *,
    progress: Callable[[str], None],
) -> dict[str, Floats]:
    """Kilometres, kilometres at sea and USD/t of each kind of way, float64[capitals, capitals, 3]."""
    shipment = choose_shipment(ready.tables["shipments"])
    weights = weigh_arcs(network, ready.pricing.pricer(shipment))
    reasons = close_arcs(network, ready.tables, ready.date, shipment=shipment)
    dry = is_dry(network, ready.tables["services"])
    shut = reasons != 0
    closed_post = (reasons == Reason.STATUS) & (network.arcs.crossing >= 0) & (network.arcs.leg < 0)
    kinds = {
        "land": (weights.distance, shut | ~dry),
        "opened": (weights.distance, (shut & (reasons != Reason.BORDER) & ~closed_post) | ~dry),
        "land_cost": (weights.cost, shut | ~dry),
        "way": (weights.cost, shut),
    }
    columns = np.column_stack([weights.distance, np.where(dry, 0.0, weights.distance), weights.cost])
    outlets = np.array([network.outlets[stop.id] for stop in stops.values()])
    inlets = np.array([network.inlets[stop.id] for stop in stops.values()])
    found = {}
    for name, (by, mask) in kinds.items():
        progress(f"ways between capitals: {name}")
        weight = np.where(mask | ~np.isfinite(weights.cost), np.inf, by)
        metric = customize(network.hierarchy, weight)
        found[name] = skim(sum_lanes(metric, columns), sources=outlets, targets=inlets).fields
    return found


def find_capitals(ready: Ready) -> dict[str, Stop]:
    """The capital of each country that has one, by country code."""
    world, countries = ready.base.world, ready.tables["countries"]
    locate = Locator.over({**ready.tables, "world": world}, ready.around)
    known = countries[countries["capital"] != ""]
    return {
        code: locate.stop(find_place(world, capital))
        for code, capital in zip(known["id"], known["capital"], strict=True)
    }


def is_dry(network: VirtualNetwork, services: pd.DataFrame) -> NDArray[np.bool_]:
    """Arcs that neither sail the sea, fly, nor board a ferry of more than 10 km: bool[arcs]."""
    short = set(services["id"][services["distance"] <= FERRY_KM])
    codes, arcs = network.codes, network.arcs
    wet = np.array([codes.decode(code)[0] in (DEEP, RIVER, AIR) for code in range(codes.free)] + [False])
    served = np.array([_sails(steps, short) for steps in network.operations] + [False])
    dry: NDArray[np.bool_] = ~(wet[arcs.code_a] | wet[arcs.code_b] | served[arcs.op])
    return dry


def _sails(steps: Sequence[Step], short: set[str]) -> bool:
    if any(step.service in short for step in steps):
        return False
    return any({step.mode, step.to_mode} & {"sea", "ferry", "air"} for step in steps)


def _frame_pairs(stops: Mapping[str, Stop], found: Mapping[str, Floats]) -> pd.DataFrame:
    codes = np.array(list(stops))
    lat, lon = (np.array([getattr(stop, name) for stop in stops.values()]) for name in ("lat", "lon"))
    one, two = np.triu_indices(len(codes), 1)
    arc = np.array([measure_line((lat[a], lon[a]), (lat[b], lon[b])) for a, b in zip(one, two, strict=True)])
    frame = pd.DataFrame({"from": codes[one], "to": codes[two], "great_circle": arc})
    for name in ("land", "opened"):
        frame[name] = found[name][one, two, 0]
    frame["land_cost"] = found["land_cost"][one, two, 2]
    for column, name in enumerate(("way", "at_sea", "cost")):
        frame[name] = found["way"][one, two, column]
    span = frame["great_circle"].clip(lower=1.0)
    frame = frame.assign(land_circuity=frame["land"] / span, way_circuity=frame["way"] / span)
    return frame.assign(finding=[judge_pair(row) for row in read_rows(frame)])


def list_worst(pairs: pd.DataFrame, column: str, *, count: int = 10) -> pd.DataFrame:
    """The `count` pairs of each continent that are longest against the great circle by `column` ("land" or "way")."""
    near = pairs["great_circle"] < NEAR_KM
    own = pairs[(pairs["continent"] != "") & ~near & np.isfinite(pairs[column])]
    ordered = own.sort_values(f"{column}_circuity", ascending=False)
    worst: pd.DataFrame = ordered.groupby("continent", sort=True).head(count)
    rank = np.lexsort((-worst[f"{column}_circuity"].to_numpy(), worst["continent"].to_numpy(str)))
    return worst.iloc[rank].reset_index(drop=True)


def add_remarks(pairs: pd.DataFrame, remarks: pd.DataFrame, column: str) -> pd.DataFrame:
    """`pairs` with the `verdict` and `remark` of the table circuity_remarks on their ways by `column` ("land" or
    "way"), empty where the table has none.

    >>> pairs = pd.DataFrame({"from": ["SE"], "to": ["EE"]})
    >>> row = {"country_a": ["EE"], "country_b": ["SE"], "way": ["land"]}
    >>> remarks = pd.DataFrame({**row, "verdict": ["water_between"], "remark": ["The Baltic lies between."]})
    >>> add_remarks(pairs, remarks, "land")["verdict"].tolist()
    ['water_between']
    """
    meant = remarks[remarks["way"] == WAYS[column]]
    told = {
        frozenset((row["country_a"], row["country_b"])): (row["verdict"], row["remark"])
        for row in read_rows(meant)
    }
    keys = [frozenset(pair) for pair in zip(pairs["from"], pairs["to"], strict=True)]
    found = [told.get(key, ("", "")) for key in keys]
    return pairs.assign(verdict=[verdict for verdict, _ in found], remark=[remark for _, remark in found])


def judge_pair(row: Mapping[str, float]) -> str:
    """What is to be said of a pair of capitals; "" where it has a plausible way.

    >>> inf = float("inf")
    >>> judge_pair({"great_circle": 900.0, "land": inf, "opened": 1100.0, "way": inf, "at_sea": 0.0})
    'no way at all: closed borders'
    """
    inf = float("inf")
    if row["way"] == inf:
        return "no way at all: closed borders" if row["opened"] < inf else "no way at all: not on the network"
    near = row["great_circle"] < NEAR_KM
    if row["land"] < inf and row["land"] > PLAUSIBLE_LAND * row["great_circle"] and not near:
        freed = row["opened"] < 0.75 * row["land"]
        return (
            "long way by land: closed borders" if freed else "long way by land: a gulf, a lake or mountains"
        )
    if row["way"] > PLAUSIBLE_ANY * row["great_circle"] and not near:
        return "long way by sea: around a continent"
    return ""


def _frame_capitals(stops: Mapping[str, Stop]) -> pd.DataFrame:
    rows = [(code, stop.id, stop.name, stop.lat, stop.lon) for code, stop in stops.items()]
    return pd.DataFrame(rows, columns=["country", "place", "name", "lat", "lon"])
