"""One consignment priced to the door: by routes of the network, or on a freight that is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from landbridge.landed_cost import steps as landed_cost_steps
from landbridge.landed_cost.customs_law import CustomsLaw
from landbridge.landed_cost.goods import KG_A_TONNE, Goods
from landbridge.landed_cost.pricing import Wishes
from landbridge.landed_cost.way import HOURS_A_DAY, Way, give_way
from landbridge.network.amended import amend_world
from landbridge.network.places import find_place, select_own
from landbridge.schema import Finding, InputError, load_catalogue, raise_errors
from landbridge.schema.rows import rows_to_frame
from landbridge.schema.steps import Workspace
from landbridge.schema.tables import empty_table
from landbridge.screening import steps as screening_steps
from landbridge.sources import open_world
from landbridge.study.engine import ASKED, Ground
from landbridge.study.plan import run_steps

FLOW = "route"


@dataclass(frozen=True, slots=True)
class GivenEnd:
    """An end of a flow that no network is asked for: a place or a whole country."""

    id: str
    name: str
    country: str
    kind: str


@dataclass(frozen=True, slots=True)
class GivenShipment:
    """The product of a flow that no network is asked for."""

    product: str


@dataclass(frozen=True, slots=True)
class GivenFreight:
    """Freight of a whole consignment in its currency, by side of the customs borders, and its days (NaN: unknown)."""

    export: float = 0.0
    main: float = 0.0
    inland: float = 0.0
    days: float = float("nan")


def price_given(
    ground: Ground,
    consignment: Mapping[str, Any],
    *,
    ends: tuple[str, str],
    freight: GivenFreight,
    wishes: Wishes,
) -> dict[str, Any]:
    """The workspace with the tables of landed cost for a row of consignments between two places or countries, on a
    freight that is given. Raises InputError for places that are not known.
    """
    setting = ground.setting
    given = {
        **{name: empty_table(load_catalogue().tables[name]) for name in ASKED},
        **ground.tables,
        "date": setting.date,
        "law_date": setting.date,
        "bound_by": setting.bound_by,
        "wishes_of_price": wishes,
        "closed_ways": {},
        "ends": {FLOW: find_ends(ground, ends)},
        "flow_shipments": {FLOW: GivenShipment(str(consignment["product"]))},
        "consignments": rows_to_frame("consignments", [consignment]),
    }
    steps = [step for step in screening_steps.STEPS if step.name in ("read the law", "rule on consignments")]
    workspace, _ = run_steps(steps, given)
    return {**workspace, **_price(workspace, freight)}


def _price(given: Workspace, freight: GivenFreight) -> dict[str, Any]:
    def find_ways(law: CustomsLaw, goods: Goods, _flow: str) -> list[Way]:
        tonnes = goods.gross_weight / KG_A_TONNE
        sides = ("export", "main", "inland")
        costs = {side: np.array([getattr(freight, side)]) / tonnes for side in sides}
        hours = np.array([freight.days * HOURS_A_DAY])
        return [give_way(costs, currency=goods.currency, year=law.date.year, hours=hours)]

    return landed_cost_steps.price_cases(given, find_ways)


def find_ends(ground: Ground, ends: tuple[str, str]) -> tuple[GivenEnd, GivenEnd]:
    """Two places, or countries by their codes. Raises InputError with those that are not known."""
    names = load_catalogue().country_codes
    if all(text in names for text in ends):
        return _name_country(ends[0]), _name_country(ends[1])
    world = amend_world(open_world(), ground.tables)
    own = select_own(world, ground.tables["places"])
    found: list[GivenEnd] = []
    faults: list[Finding] = []
    for text in ends:
        try:
            place = None if text in names else find_place(world, text, extra=own)
        except InputError as error:
            faults += error.findings
            continue
        known = place and GivenEnd(place.id, place.name, place.country, place.kind)
        found.append(known or _name_country(text))
    raise_errors(faults)
    return found[0], found[1]


def _name_country(code: str) -> GivenEnd:
    return GivenEnd("", load_catalogue().country_codes[code], code, "country")
