"""Where the corridors choke: what closes in turn, ranked over all flows of a scenario."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from landbridge.schema.rows import read_rows

# What kinds of facility are called.
KIND_WORDS = {
    "post": "border post",
    "port": "port or terminal",
    "gauge_change": "change of gauge",
    "passage": "strait or canal",
    "leg": "leg",
    "service": "service",
}
KEYS = ["kind", "facility"]
NAMED = ["name", "country", "lat", "lon"]
COLUMNS = (
    *KEYS,
    *NAMED,
    "flows",
    "cut",
    "cost_loss",
    "time_loss",
    "most",
    "most_flow",
    "way",
    "yearly_loss",
    "closed_by",
)


def rank_closures(closures: pd.DataFrame, flows: pd.DataFrame | None = None) -> pd.DataFrame:
    """Rows of the table closures by facility, the one that matters most first.

    `flows` are rows of the table flows that have a route (columns id and, where known, tonnes in t/a); by default
    those that `closures` names. `flows` of the result is how many run through the facility, `cut` how many have no
    other way; `cost_loss` in USD/t and `time_loss` in h are means over all flows that have a way left, 0 where a flow
    does not run through it; `most` in USD/t is what the flow `most_flow` loses, which then takes `way`; `yearly_loss`
    in USD/a is NaN unless every flow through it that is not cut off gives its tonnes. Order: by flows cut off, then by
    mean loss; what the law has closed (`closed_by`, ids of listings) to all flows stands last, without a number.

    >>> row = {"facility": "x", "kind": "post", "name": "X", "country": "UG", "lat": 0.5, "lon": 34.0, "cut": False}
    >>> losses = [{"flow": f, "cost_loss": v, "time_loss": 2.0, "way": "By Y", "closed_by": "", **row}
    ...     for f, v in (("coffee", 4.0), ("tea", 8.0))]
    >>> flows = pd.DataFrame({"id": ["coffee", "tea", "tin"], "tonnes": [100.0, 10.0, None]})
    >>> ranked = rank_closures(pd.DataFrame(losses), flows)
    >>> ranked[["flows", "cost_loss", "most", "most_flow", "yearly_loss"]].to_numpy().tolist()
    [[2, 4.0, 8.0, 'tea', 480.0]]
    """
    tonnes = _read_tonnes(closures, flows)
    groups = closures.groupby(KEYS, sort=False, observed=True)
    rows = [_weigh(group, tonnes) for _, group in groups]
    ranked = pd.DataFrame(rows, columns=list(COLUMNS))
    ranked["open"] = ranked["flows"] > 0
    order = ["open", "cut", "cost_loss", "time_loss", "name", "facility"]
    ascending = [False, False, False, False, True, True]
    return ranked.sort_values(order, ascending=ascending, ignore_index=True)[list(COLUMNS)]


def rank_scenario(tables: Mapping[str, pd.DataFrame], flows: pd.DataFrame | None = None) -> pd.DataFrame:
    """The ranking of a scenario from its result tables, over all flows that have a route.

    `flows`, rows of the table flows, give the yearly tonnes.
    """
    carried = tables["routes"]["flow"]
    every = pd.DataFrame({"id": carried.unique()}) if flows is None else flows[flows["id"].isin(carried)]
    return rank_closures(tables["closures"], every)


def _read_tonnes(closures: pd.DataFrame, flows: pd.DataFrame | None) -> dict[str, float]:
    """Yearly tonnes of each flow that has a route, NaN where unknown."""
    if flows is None:
        return dict.fromkeys(map(str, closures["flow"].unique()), math.nan)
    tonnes = pd.to_numeric(flows["tonnes"]) if "tonnes" in flows else pd.Series(math.nan, flows.index)
    return dict(zip(map(str, flows["id"]), map(float, tonnes), strict=True))


def _weigh(group: pd.DataFrame, tonnes: dict[str, float]) -> dict[str, object]:
    """A facility's row: `group` has a row for each flow that it is on the way of or closed to."""
    used = group[group["closed_by"] == ""]
    lost = used[~used["cut"].astype(bool)]
    left = len(tonnes) - (len(used) - len(lost))
    mean = 1 / left if left and len(used) else math.nan
    worst = read_rows(lost.nlargest(1, "cost_loss"))
    weights = lost["flow"].map(tonnes)
    return {
        **read_rows(group[[*KEYS, *NAMED]].head(1))[0],
        "flows": len(used),
        "cut": len(used) - len(lost),
        "cost_loss": float(lost["cost_loss"].sum()) * mean,
        "time_loss": float(lost["time_loss"].sum()) * mean,
        "most": float(worst[0]["cost_loss"]) if worst else math.nan,
        "most_flow": str(worst[0]["flow"]) if worst else "",
        "way": str(worst[0]["way"]) if worst else "",
        "yearly_loss": float((lost["cost_loss"] * weights).sum(skipna=False)) if worst else math.nan,
        "closed_by": tuple(dict.fromkeys(filter(None, map(str, group["closed_by"])))),
    }


def order_losses(closures: pd.DataFrame, flow: str) -> pd.DataFrame:
    """Rows of the table closures of one flow: what cuts it off first, then by loss, what the law has closed last."""
    mine = closures[closures["flow"] == flow]
    mine = mine.assign(closed=mine["closed_by"] != "")
    order = ["closed", "cut", "cost_loss", "time_loss", "name"]
    ascending = [True, False, False, False, True]
    return mine.sort_values(order, ascending=ascending, ignore_index=True).drop(columns="closed")


def name_act(listing: str, listings: Mapping[str, Mapping[str, Any]]) -> str:
    """Act and article of a listing; its id where it is unknown.

    >>> name_act("x", {"x": {"act": "Act 1", "article": "Article 2"}}), name_act("y", {})
    ('Act 1, Article 2', 'y')
    """
    row = listings.get(listing, {"act": listing})
    return ", ".join(str(part) for part in (row["act"], row.get("article")) if part)
