"""Routes under sets of levers on the shipped network, against whole evaluations of the tables that they give."""

from collections.abc import Mapping

import pandas as pd
import pytest
from variant_checks import Ground, check_equal, lever

from landbridge.network.locating import Locator
from landbridge.network.router import Case, make_ready
from landbridge.network.shipments import choose_shipment
from landbridge.network.variants import Asked, Variants
from landbridge.schema.closings import Closing
from landbridge.sources import open_world, read_shipped_tables

FLOWS = (("Minsk", "Tehran", "container"), ("Minsk", "Mundra", "container"), ("Tehran", "Minsk", "dry_bulk"))
HOURS = ("time_min", "time_p50", "time_p90")
# Nothing, the railway alone, and all that is pulled.
MASKS = (0, 1, 63)


def ask_for(tables: Mapping[str, pd.DataFrame], closings: tuple[Closing, ...]) -> list[Asked]:
    world = open_world()
    locate = Locator.over({**tables, "world": world}, make_ready(world, tables, world.date).around)
    return [
        Asked(
            f"{origin} {destination} {cargo}",
            Case(
                choose_shipment(tables["shipments"], cargo_class=cargo),
                closings,
                (locate(origin)[0], locate(destination)[0]),
            ),
        )
        for origin, destination, cargo in FLOWS
    ]


@pytest.fixture(scope="module")
def ground() -> Ground:
    tables = read_shipped_tables()
    levers = [
        lever(tables, "legs", "astara-rasht", status="open", from_date=None),
        lever(tables, "operations", "border-crossing-astara", **dict.fromkeys(HOURS, (0.5,))),
        lever(tables, "services", "makhachkala-", headway=72.0),
        lever(tables, "rates", "rail-wagon", rate=(0.8,)),
        lever(tables, "speeds", "rail-wagon", speed=(1.1,)),
        lever(tables, "parameters", "interest_rate", value=(2.0,)),
    ]
    listed = (Closing("list", frozenset({"astara-road"})),)
    world = open_world()
    return Ground(world, tables, levers, ask_for(tables, listed), world.date)


@pytest.fixture(scope="module")
def variants(ground: Ground) -> Variants:
    return ground.variants()


@pytest.mark.parametrize("mask", MASKS)
def test_routes_are_those_of_a_whole_evaluation(ground: Ground, variants: Variants, mask: int) -> None:
    whole = ground.whole(mask)
    for one in ground.asked:
        check_equal(variants.outcome(one.id, mask), whole[one.id])


def test_few_arcs_are_searched(ground: Ground, variants: Variants) -> None:
    """The best ways of a pair lie on a small part of the planet."""
    arcs = len(variants.grounds[0].network.arcs.tail)
    assert all(len(course.core.arcs) < arcs / 20 for course in variants.grounds[0].courses.values() if course)
