"""What to measure next: the inputs of a route, or of the first routes of all flows, by how much they narrow it."""

from collections.abc import Sequence

import pandas as pd

from landbridge.network.routes import WEAK

TEXTS = ("name", "table", "quality", "source", "figures")
NUMBERS = (
    "cost",
    "time",
    "cost_share",
    "time_share",
    "cost_variance_share",
    "time_variance_share",
    "cost_narrowing",
    "time_narrowing",
)


def choose_routes(routes: pd.DataFrame, *, flow: str = "") -> tuple[str, ...]:
    """The first route of each flow, or of one flow."""
    first = routes[routes["rank"] == 1]
    return tuple(first["route"][first["flow"] == flow] if flow else first["route"])


def rank_inputs(inputs: pd.DataFrame, routes: Sequence[str]) -> pd.DataFrame:
    """Rows of route_inputs of `routes` by input, those worth measuring first, then by the larger narrowing.

    `measure` says whether the row is an estimate or a default; what others vary by is real. Numbers are means over
    `routes`, on which an input that a route does not have counts as 0; `routes` is how many have it.
    """
    mine = inputs[inputs["route"].isin(list(routes))]
    grouped = mine.groupby("input", sort=False, observed=True)
    ranked = grouped[list(TEXTS)].first()
    named: dict[str, dict[str, None]] = {}
    for name, places in zip(mine["input"], mine["places"], strict=True):
        named.setdefault(name, {}).update(dict.fromkeys(places))
    ranked["places"] = pd.Series({name: tuple(places) for name, places in named.items()}, dtype=object)
    ranked["routes"] = grouped.size()
    ranked[list(NUMBERS)] = grouped[list(NUMBERS)].sum() / max(len(routes), 1)
    ranked = ranked.reset_index()
    ranked["measure"] = ranked["quality"].isin(list(WEAK))
    ranked["narrowing"] = ranked[["cost_narrowing", "time_narrowing"]].max(axis=1)
    ranked["share"] = ranked[["cost_variance_share", "time_variance_share"]].max(axis=1)
    order = ["measure", "narrowing", "share", "input"]
    ranked = ranked.sort_values(order, ascending=[False, False, False, True], ignore_index=True)
    return ranked[["input", "measure", *TEXTS, "places", "routes", *NUMBERS]]


def read_weak_shares(routes: pd.DataFrame, chosen: Sequence[str]) -> dict[str, float]:
    """Shares of cost, time and their spreads (variances) that rest on estimates and defaults, means over `chosen`."""
    mine = routes[routes["route"].isin(list(chosen))]
    names = ("cost", "time", "spread_cost", "spread_time")
    return {name: float(mine[f"default_share_{name}"].mean()) for name in names}
