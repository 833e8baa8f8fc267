"""Checks of a user's links: islands, one-way traps, self loops, lengths, gauges, borders, distance from the world."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from landbridge.network.point_names import LAYER_OF
from landbridge.network.sphere import EARTH_KM, unit_vectors
from landbridge.network.territories import Territories
from landbridge.network.traps import CORE, ENTERED, LEFT, PASSED, find_traps
from landbridge.network.user_survey import Survey, find_node_countries, say, tell
from landbridge.schema import Finding

SHORT_SHARE, SHORT_KM = (
    0.97,
    0.2,
)  # coordinates are rounded, so a length may be this much under the great circle
LONG_RATIO, LONG_KM = 10.0, 1.0  # a link of under a kilometre may wind
FAR_KM = 25.0
POST_KM = 25.0
SAME_GAUGE = 6.0  # mm: 1520 and 1524 run through
# Gauges of railways that carry freight, beside those of the world network.
GAUGES = (
    381, 500, 597, 600, 610, 750, 760, 762, 785, 891, 900, 914, 950, 1000, 1009, 1050, 1055, 1067, 1093, 1372, 1435,
    1495, 1520, 1524, 1588, 1600, 1665, 1668, 1676,
)  # fmt: skip
TRAP_WORDS = {
    ENTERED: "can be entered but not left",
    LEFT: "can be left but not entered",
    PASSED: "is neither reached from the rest nor leads back to it",
}


def check_links(survey: Survey, posts: pd.DataFrame, territories: Territories) -> Iterator[Finding]:
    """All findings on the links of a network; `posts` are the known border posts beside its own, `territories` say
    which borders have no formalities.
    """
    for mode in survey.modes():
        yield from check_connection(survey, mode)
    yield from check_lengths(survey)
    yield from check_gauges(survey)
    yield from check_borders(survey, posts, territories)
    yield from check_distance(survey)


def check_connection(survey: Survey, mode: str) -> Iterator[Finding]:
    """Islands beside the largest part of a mode, and one-way traps within each part."""
    links = survey.links[survey.links["mode"] == mode]
    used, ends = np.unique(np.concatenate((links["tail"], links["head"])), return_inverse=True)
    tail, head = ends[: len(links)], ends[len(links) :]
    back = ~links["directed"].to_numpy()
    traps = find_traps(
        np.concatenate((tail, head[back])), np.concatenate((head, tail[back])), nodes=len(used)
    )
    km = np.bincount(
        traps.part[tail], links["length"].fillna(0.0), minlength=int(traps.part.max(initial=0)) + 1
    )
    first = np.unique(traps.part, return_index=True)[1] if len(used) else np.zeros(0, np.int64)
    islands = [int(part) for part in np.argsort(-km, kind="stable")[1:]]

    def island(part: int) -> Finding:
        node, count = int(used[first[part]]), int((traps.part == part).sum())
        what = f"an island of {count} nodes and {km[part]:.1f} km{_by(mode)} is cut off: {survey.where_node(node)}"
        found = say("island", "warning", what, "join it to the rest, or leave it out")
        return survey.place("nodes", node, found)

    yield from tell(islands, island)
    yield from _tell_traps(survey, mode, used, traps.kind, (tail, head))


def _by(mode: str) -> str:
    return f" by {mode.replace('_', ' ')}" if mode else ""


def _tell_traps(
    survey: Survey,
    mode: str,
    used: NDArray[np.integer],
    kind: NDArray[np.int8],
    ends: tuple[NDArray[np.integer], NDArray[np.integer]],
) -> Iterator[Finding]:
    """A finding for each set of trapped nodes of one kind that hang together."""
    tail, head = ends
    inside = (kind[tail] != CORE) & (kind[tail] == kind[head])
    label = np.arange(len(used))
    joined = find_traps(tail[inside], head[inside], nodes=len(used)).part if len(used) else label
    trapped = np.flatnonzero(kind != CORE)
    sets, first, count = np.unique(joined[trapped], return_index=True, return_counts=True)

    def trap(number: int) -> Finding:
        node = int(trapped[first[number]])
        place = int(used[node])
        size = f" and {count[number] - 1} more nodes with it" if count[number] > 1 else ""
        what = f"a one-way trap{_by(mode)}: {survey.where_node(place)}{size} {TRAP_WORDS[int(kind[node])]}"
        found = say("one_way_trap", "warning", what, "check the direction of its links")
        return survey.place("nodes", place, found)

    yield from tell(np.arange(len(sets)), trap)


def check_lengths(survey: Survey) -> Iterator[Finding]:
    """Self loops, legs of 0 km, and lengths that the great circle of their ends belies."""
    links = survey.links
    loop = links["from"] == links["to"]
    nought = ~loop & (links["length"] <= 0)
    short = ~loop & ~nought & (links["length"] < SHORT_SHARE * links["chord"] - SHORT_KM)
    long = ~loop & (links["length"] > LONG_RATIO * links["chord"].clip(lower=LONG_KM / LONG_RATIO))

    def finder(code: str, remedy: str, *, error: bool) -> "_Teller":
        return _Teller(survey, code, remedy, error)

    yield from finder("self_loop", "end it at another node, or leave it out", error=False).tell(loop)
    yield from finder("zero_length", "fill its length, or make its ends one node", error=True).tell(nought)
    remedy = "mend the length (its unit?) or the coordinates of an end"
    yield from finder("impossible_length", remedy, error=True).tell(short)
    yield from finder("suspicious_length", remedy, error=False).tell(long)


class _Teller:
    """Tells one fault of links, with their length and great circle."""

    def __init__(self, survey: Survey, code: str, remedy: str, error: bool) -> None:  # noqa: FBT001
        self.survey, self.code, self.remedy, self.error = survey, code, remedy, error

    def tell(self, hit: "pd.Series[bool]") -> list[Finding]:
        """A finding for each link that is hit."""
        return tell(np.flatnonzero(hit.to_numpy()), self.find)

    def find(self, link: int) -> Finding:
        """The finding of a link."""
        row = self.survey.links.iloc[link]
        words = {
            "self_loop": "begins and ends at one node",
            "zero_length": "has a length of 0 km",
            "impossible_length": f"is {row['length']:.3f} km long for {row['chord']:.3f} km between its ends",
            "suspicious_length": f"is {row['length']:.1f} km long for {row['chord']:.1f} km between its ends",
        }
        what = f"{self.survey.where_link(link)}: {words[self.code]}"
        found = say(self.code, "error" if self.error else "warning", what, self.remedy)
        return self.survey.place("links", link, found)


def check_gauges(survey: Survey) -> Iterator[Finding]:
    """Gauges that no railway has, and nodes where railways of two gauges meet as one."""
    links = survey.links[survey.links["mode"].isin(["rail", ""]) & survey.links["gauge"].notna()]
    known = np.union1d(np.array(GAUGES), survey.namer.world.node_gauge[survey.namer.world.node_gauge > 0])
    gap = np.abs(links["gauge"].to_numpy()[:, None] - known[None, :])
    wrong = links.index.to_numpy()[gap.min(axis=1) > 3.0] if len(links) else np.zeros(0, np.int64)

    def gauge(link: int) -> Finding:
        value = float(survey.links["gauge"].iloc[link])
        nearest = tuple(str(known[k]) for k in np.argsort(np.abs(known - value), kind="stable")[:3])
        what = f"{survey.where_link(link)}: no railway has a gauge of {value:g} mm"
        found = Finding(
            "unknown_gauge", "error", what, "write the gauge in mm", nearest=nearest, column="gauge"
        )
        return survey.place("links", link, found)

    yield from tell(wrong, gauge)
    rails = links[links["mode"] == "rail"]
    ends = pd.concat(
        [rails[[side, "gauge"]].set_axis(["node", "gauge"], axis=1) for side in ("tail", "head")]
    )
    span = ends.groupby("node")["gauge"].agg(["min", "max"])
    broken = span[span["max"] - span["min"] > SAME_GAUGE]

    def meeting(number: int) -> Finding:
        node, (low, high) = int(broken.index[number]), broken.iloc[number]
        what = f"railways of {low:g} and {high:g} mm meet at {survey.where_node(node)}"
        found = say("gauge_break", "warning", what, "make a node for each gauge: no train runs through")
        return survey.place("nodes", node, found)

    yield from tell(np.arange(len(broken)), meeting)


def check_borders(survey: Survey, posts: pd.DataFrame, territories: Territories) -> Iterator[Finding]:
    """Links between two countries with formalities at their border and no post of theirs within 25 km."""
    country = find_node_countries(survey)
    links = survey.links
    one, other = country[links["tail"]], country[links["head"]]
    rows = np.flatnonzero((one != other) & (one != "") & (other != "") & (links["mode"] != "sea").to_numpy())
    own = survey.network.posts
    missing = [
        row
        for row in rows.tolist()
        if territories.formalities(str(one[row]), str(other[row])) != "none"
        and not _has_post(survey, row, own, pair=frozenset())
        and not _has_post(survey, row, posts, pair=frozenset((str(one[row]), str(other[row]))))
    ]

    def border(link: int) -> Finding:
        crosses = f"crosses from {one[link]} to {other[link]} with no post within {POST_KM:.0f} km"
        what = f"{survey.where_link(link)}: {crosses}"
        remedy = "add the post to the network or to the table posts, or mend the country of an end"
        return survey.place("links", link, say("border_without_post", "warning", what, remedy))

    yield from tell(missing, border)


def _has_post(survey: Survey, link: int, posts: pd.DataFrame, *, pair: frozenset[str]) -> bool:
    """Whether a post of the link's mode and, where it is given, of the pair of countries lies near one of its ends."""
    row = survey.links.iloc[link]
    fits = posts["mode"].isin([row["mode"], ""]).to_numpy() if row["mode"] else np.ones(len(posts), bool)
    if pair:
        fits = fits & posts["country_a"].isin(pair).to_numpy() & posts["country_b"].isin(pair).to_numpy()
    near = posts[fits]
    if near.empty:
        return False
    ends = survey.nodes.iloc[[int(row["tail"]), int(row["head"])]]
    tree = cKDTree(unit_vectors(ends["lat"].to_numpy(), ends["lon"].to_numpy()))
    distance, _ = tree.query(unit_vectors(near["lat"].to_numpy(np.float64), near["lon"].to_numpy(np.float64)))
    return bool(np.min(distance) * EARTH_KM <= POST_KM)


def check_distance(survey: Survey) -> Iterator[Finding]:
    """Links both ends of which lie further than 25 km from the world network of their mode."""
    nodes = survey.nodes
    for mode in survey.modes():
        if mode not in LAYER_OF:
            continue
        rows = np.flatnonzero(
            (survey.links["mode"] == mode).to_numpy() & survey.links["chord"].notna().to_numpy()
        )
        ends = survey.links.iloc[rows]
        gap = np.full(len(nodes), np.nan)
        used = np.unique(np.concatenate((ends["tail"], ends["head"])))
        lat, lon = nodes["lat"].to_numpy()[used], nodes["lon"].to_numpy()[used]
        gap[used] = survey.namer.measure_layer(mode, lat, lon)
        near = np.minimum(gap[ends["tail"]], gap[ends["head"]])
        yield from tell(rows[near > FAR_KM], _FarTeller(survey, mode, gap).find)


class _FarTeller:
    """Tells how far a link lies from the world network."""

    def __init__(self, survey: Survey, mode: str, gap: NDArray[np.float64]) -> None:
        self.survey, self.mode, self.gap = survey, mode, gap

    def find(self, link: int) -> Finding:
        """The finding of a link."""
        row = self.survey.links.iloc[link]
        near = float(min(self.gap[int(row["tail"])], self.gap[int(row["head"])]))
        far = f"{near:.0f} km from the nearest" if np.isfinite(near) else "without a"
        what = (
            f"{self.survey.where_link(link)}: lies {far} {self.mode.replace('_', ' ')} of the world network"
        )
        remedy = "check the coordinates; a link this far off is reached only by others of this network"
        return self.survey.place("links", link, say("far_from_network", "warning", what, remedy))
