"""What each gateway costs a flow, from the table gateways: in order, and beside the best of all ways."""

import pandas as pd

from landbridge.study.criticality import KIND_WORDS

# What kinds of gateway are called, in the order in which they are shown.
GATEWAY_WORDS = {
    "port": "port",
    "post": KIND_WORDS["post"],
    "terminal": "terminal",
    **{kind: KIND_WORDS[kind] for kind in ("gauge_change", "passage", "leg", "service")},
}
STATUS_WORDS = {
    "no_way": "no way",
    "turns_back": "only in and out again",
    "closed": "closed by law",
}
WHY_WORDS = {
    "status": "closed at the date",
    "border": "the border is closed",
    "cargo": "does not take these goods",
    "draught": "too shallow",
    "law": "closed by law",
    "avoided": "left out by wish",
    "mode": "not by this mode",
}


def order_gateways(gateways: pd.DataFrame, *, by: str = "cost") -> pd.DataFrame:
    """Rows of the table gateways by kind, then by `by` (cost, time or co2e); those without a way last of their kind.

    >>> rows = {"kind": ["post", "port", "post"], "name": ["a", "b", "c"], "cost": [2.0, 3.0, 1.0]}
    >>> order_gateways(pd.DataFrame(rows))["name"].tolist()
    ['b', 'c', 'a']
    """
    rank = {kind: number for number, kind in enumerate(GATEWAY_WORDS)}
    ranked = gateways.assign(rank=gateways["kind"].astype(str).map(rank))
    return ranked.sort_values(["rank", by, "name"], ignore_index=True).drop(columns="rank")


def describe_status(status: str, why: str = "") -> str:
    """Why no way is offered, in words.

    >>> describe_status("no_way", "draught"), describe_status("turns_back"), describe_status("open")
    ('no way: too shallow', 'only in and out again', '')
    """
    words = STATUS_WORDS.get(status, "")
    return f"{words}: {WHY_WORDS[why]}" if why and status == "no_way" else words
