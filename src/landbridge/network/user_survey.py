"""A network of the user's own, made ready for its checks: ends looked up, countries found, places put into words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landbridge.network.point_names import PointNamer
from landbridge.network.sphere import great_circle_pairs
from landbridge.schema import Finding
from landbridge.schema.findings import Severity
from landbridge.sources.user_network import UserNetwork
from landbridge.sources.world import World

MOST_ALIKE = 100  # findings of one kind that are told one by one


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """A network with what its checks need.

    `links` has beside the columns of the file `tail` and `head` (rows of `nodes`) and `chord` (km of great circle
    between the ends, NaN where a coordinate is out of range). `nodes` has beside its columns `known`, whether its
    coordinates are in range.
    """

    network: UserNetwork
    nodes: pd.DataFrame
    links: pd.DataFrame
    namer: PointNamer

    def where_node(self, node: int) -> str:
        """A node in words: its id and its place."""
        row = self.nodes.iloc[node]
        return f"node {row['id']} at {self.namer.describe(float(row['lat']), float(row['lon']))}"

    def where_link(self, link: int) -> str:
        """A link in words: its id, its ends, the place of the first."""
        row = self.links.iloc[link]
        return f"link {row['id']} from {row['from']} to {row['to']}, {self.where_node(int(row['tail']))}"

    def where_post(self, post: int) -> str:
        """A post in words: its id and its place."""
        row = self.network.posts.iloc[post]
        return f"post {row['id']} at {self.namer.describe(float(row['lat']), float(row['lon']))}"

    def place(self, kind: str, row: int, finding: Finding) -> Finding:
        """The finding with the file and line of a row of nodes, links or posts."""
        frame = {"nodes": self.nodes, "links": self.links, "posts": self.network.posts}[kind]
        return replace(finding, file=self.network.files[kind], row=int(frame["row"].iloc[row]))

    def set_aside(self, wrong: NDArray[np.bool_]) -> "Survey":
        """The survey with the coordinates of some nodes, bool[nodes], as unknown: what they bend is no fault."""
        hit = wrong[self.links["tail"]] | wrong[self.links["head"]]
        links = self.links.assign(chord=self.links["chord"].mask(hit))
        return replace(self, nodes=self.nodes.assign(known=self.nodes["known"] & ~wrong), links=links)

    def modes(self) -> list[str]:
        """The modes of the links, "" for those that tell none."""
        return sorted(set(self.links["mode"]))


def survey_network(network: UserNetwork, world: World) -> Survey:
    """Look up the ends of the links and measure the great circle between them."""
    nodes, links = network.nodes, network.links
    at = pd.Series(np.arange(len(nodes)), index=nodes["id"])
    tail, head = (at.reindex(links[side]).to_numpy(np.int64) for side in ("from", "to"))
    lat, lon = nodes["lat"].to_numpy(np.float64), nodes["lon"].to_numpy(np.float64)
    known = (np.abs(lat) <= 90) & (np.abs(lon) <= 180)
    chord = great_circle_pairs((lat[tail], lon[tail]), (lat[head], lon[head]))
    chord[~(known[tail] & known[head])] = np.nan
    links = links.assign(tail=tail, head=head, chord=chord)
    return Survey(network, nodes.assign(known=known), links, PointNamer.over(world))


def find_node_countries(survey: Survey) -> NDArray[np.str_]:
    """The country of each node: as stated, else that of the nearest road or railway of the world; "" out of range."""
    nodes = survey.nodes
    country = nodes["country"].to_numpy(dtype=object).copy()
    look = np.flatnonzero((country == "") & nodes["known"].to_numpy())
    if len(look):
        lat, lon = nodes["lat"].to_numpy()[look], nodes["lon"].to_numpy()[look]
        country[look] = survey.namer.find_countries(lat, lon)
    return country.astype(str)


def tell(rows: Sequence[int] | NDArray[np.integer], make: Callable[[int], Finding]) -> list[Finding]:
    """A finding for each row; beyond the first hundred they are only counted.

    >>> found = tell(range(103), lambda row: Finding("odd", "warning", f"row {row}", "mend it"))
    >>> len(found), found[-1].what
    (101, 'and 3 more of this kind')
    """
    found = [make(int(row)) for row in rows[:MOST_ALIKE]]
    if len(rows) > MOST_ALIKE:
        more = f"and {len(rows) - MOST_ALIKE} more of this kind"
        found.append(replace(found[-1], what=more, remedy="mend those above and check again", row=None))
    return found


def say(code: str, severity: Severity, what: str, remedy: str) -> Finding:
    """A finding that still lacks its place."""
    return Finding(code, severity, what, remedy)
