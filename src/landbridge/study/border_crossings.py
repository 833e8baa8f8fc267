"""Published times and costs of crossing borders beside the model's, row by row of published_crossings.

A post with a row of its own in the table operations rests on such a figure, so two models are told: the one in use, and
the rule of country, region and mode alone, which a post without published figures has. A figure of one side is held
against half of the whole crossing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from landbridge.network.router import Ready, make_ready
from landbridge.network.shipments import choose_shipment
from landbridge.network.terminals import Surroundings, border_steps
from landbridge.network.virtual import Step
from landbridge.network.weights import Pricer
from landbridge.schema.rows import Row, read_rows
from landbridge.sources.world import World

SIDES = 2
AT_BORDER = {"border_crossing", "customs", "inspection"}
Progress = Callable[[str], None]


def compare_crossings(
    world: World, tables: Mapping[str, pd.DataFrame], *, progress: Progress = lambda line: None
) -> pd.DataFrame:
    """Every row of published_crossings with `published` (its mean, else median, else 90th percentile), `modelled` by
    the model in use and `rule` by the rule of region and mode, in its unit; NaN where no post or border is meant.
    """
    progress("published border crossings")
    ready = make_ready(world, tables, world.date)
    shipment = choose_shipment(tables["shipments"])
    ruled = replace(ready.around, priced_places=frozenset())
    pricers = [
        (around, replace(ready.pricing.pricer(shipment), around=around)) for around in (ready.around, ruled)
    ]
    pairs = _list_pairs(ready)
    rows = read_rows(tables["published_crossings"])
    values = [[_model(row, pairs, around, pricer) for row in rows] for around, pricer in pricers]
    frame = tables["published_crossings"]
    published = frame["mean"].fillna(frame["median"]).fillna(frame["p90"])
    return frame.assign(published=published, modelled=values[0], rule=values[1])


def _list_pairs(ready: Ready) -> pd.DataFrame:
    """Posts with both countries, their regions and their gauges."""
    columns = ["id", "mode", "country_a", "country_b", "gauge_a", "gauge_b"]
    posts = ready.tables["posts"][columns].rename(columns={"id": "post"})
    regions = ready.around.regions
    return posts.assign(
        region_a=posts["country_a"].map(regions), region_b=posts["country_b"].map(regions)
    ).reset_index(drop=True)


def _model(row: Row, pairs: pd.DataFrame, around: Surroundings, pricer: Pricer) -> float:
    """Mean over the posts that the row means and over the directions that it leaves open."""
    own = pairs[(pairs["mode"] == row["mode"]) & (pairs["post"] == row["post"])]
    if not len(own):
        of = [pairs[column] == row["post"] for column in ("country_a", "country_b", "region_a", "region_b")]
        own = pairs[(pairs["mode"] == row["mode"]) & np.logical_or.reduce(of)]
    values = [
        _price(row, _list_steps(row, pair, ways, around), pricer)
        for pair in own.itertuples()
        for ways in _directions(row, str(pair.country_a), str(pair.country_b))
    ]
    known = [value for value in values if value > 0]
    return float(np.mean(known)) if known else float("nan")


def _directions(row: Row, one: str, other: str) -> Iterator[tuple[str, str]]:
    for left, entered in ((one, other), (other, one)):
        if row["direction"] in ("", entered):
            yield left, entered


def _list_steps(row: Row, pair: Any, way: tuple[str, str], around: Surroundings) -> list[Step]:
    """What is done at a post, with the change of gauge where its railways differ."""
    post, mode = str(pair.post), str(row["mode"])
    steps = [step for step in border_steps(around, post, way, mode) if step.operation in AT_BORDER]
    if mode == "rail" and pair.gauge_a > 0 and pair.gauge_b > 0 and pair.gauge_a != pair.gauge_b:
        steps.append(Step("gauge_change", "rail", "", "", around.scopes(post, way[1])))
    return steps


def _price(row: Row, steps: Sequence[Step], pricer: Pricer) -> float:
    prices = [price for step in steps if (price := pricer.step(step)) is not None]
    share = float(row["sides"]) / SIDES
    if row["quantity"] == "time":
        return share * sum(price.time for price in prices)
    load = pricer.shipment.tonnes_per(str(row["unit"]).removeprefix("USD/")) * share
    charges = [term.value for price in prices for term in price.terms if term.term == "charge"]
    return load * sum(charges)


def median_error(frame: pd.DataFrame, column: str) -> tuple[int, float, float]:
    """Rows compared, median of model over published, and median absolute error, of `column`."""
    known = frame[(frame[column] > 0) & (frame["published"] > 0)]
    ratio = (known[column] / known["published"]).to_numpy(np.float64)
    if not len(ratio):
        return 0, float("nan"), float("nan")
    return len(ratio), float(np.median(ratio)), float(np.median(np.abs(ratio - 1.0)))


__all__: Sequence[str] = ("compare_crossings", "median_error")
