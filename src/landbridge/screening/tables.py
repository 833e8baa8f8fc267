"""From tables to what the law asks of them: in which countries a place, post, leg or service lies."""

from collections.abc import Mapping

import pandas as pd


def read_sites(tables: Mapping[str, pd.DataFrame]) -> dict[str, frozenset[str]]:
    """Countries of each row that a listing may close: a place has one, a post two, the others those of their ends.

    >>> places = pd.DataFrame({"id": ["a", "b"], "name": ["A", "B"], "country": ["IR", "AZ"]})
    >>> posts = pd.DataFrame({"id": ["p"], "name": ["P"], "country_a": ["IR"], "country_b": ["TM"]})
    >>> ends = pd.DataFrame({"id": ["s"], "from": ["a"], "to": ["B"]})
    >>> sites = read_sites({"places": places, "posts": posts, "services": ends, "legs": ends.iloc[:0]})
    >>> sorted(sites["s"]), sorted(sites["p"])
    (['AZ', 'IR'], ['IR', 'TM'])
    """
    places, posts = tables["places"], tables["posts"]
    sides = zip(posts["country_a"], posts["country_b"], strict=True)
    sites = dict(zip(places["id"], (frozenset({country}) for country in places["country"]), strict=True))
    sites |= dict(zip(posts["id"], (frozenset(pair) for pair in sides), strict=True))
    names = {
        name: sites[key]
        for frame in (posts, places)
        for name, key in zip(frame["name"], frame["id"], strict=True)
    }
    known = names | sites
    for table in ("legs", "services"):
        frame = tables[table]
        for key, start, end in zip(frame["id"], frame["from"], frame["to"], strict=True):
            sites[key] = known.get(start, frozenset()) | known.get(end, frozenset())
    return sites
