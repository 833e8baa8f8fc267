"""Checks a network of the user's own against itself and against the world network.

Every finding says where: file and line, the id, the coordinates, and the nearest city of the world.
"""

import pandas as pd

from landbridge.network.territories import Territories
from landbridge.network.user_links import check_links
from landbridge.network.user_points import check_points, find_swapped
from landbridge.network.user_survey import survey_network
from landbridge.schema import Finding, order_findings
from landbridge.sources import read_shipped_tables
from landbridge.sources.user_network import UserNetwork
from landbridge.sources.world import World


def check_user_network(
    network: UserNetwork, world: World, *, posts: pd.DataFrame | None = None
) -> tuple[Finding, ...]:
    """All findings of a network, those of its reading included, errors first.

    Errors: coordinates that are swapped or out of range, links of 0 km or shorter than the great circle of their ends,
    gauges that do not exist. Warnings: islands, one-way traps, self loops, lengths over ten times the great circle,
    nodes and posts that stand twice, breaks of gauge at one node, borders crossed without a post, and links further
    than 25 km from the world network. `posts` are the known border posts (columns of the table posts), by default the
    shipped ones. Of more than a hundred findings alike the rest is counted.
    """
    shipped = read_shipped_tables()
    territories = Territories.at(shipped["territories"], world.date)
    survey = survey_network(network, world)
    swapped = find_swapped(survey)
    links = check_links(survey.set_aside(swapped), shipped["posts"] if posts is None else posts, territories)
    return order_findings([*network.findings, *check_points(survey, swapped), *links])
