"""The one way from tables to routes: the plan of steps over the world and the tables of a scenario at its date."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from landbridge.landed_cost import steps as landed_cost_steps
from landbridge.landed_cost.pricing import Wishes
from landbridge.network import sea_steps
from landbridge.network import steps as network_steps
from landbridge.network.amended import amend_world
from landbridge.network.steps import Options, Simulation
from landbridge.schema import load_catalogue
from landbridge.schema.tables import empty_table
from landbridge.screening import steps as screening_steps
from landbridge.sources import open_world
from landbridge.study.plan import run_steps

STEPS = (*network_steps.STEPS, *screening_steps.STEPS, *landed_cost_steps.STEPS)
RESULTS = (
    "verdicts",
    "routes",
    "route_items",
    "route_terms",
    "route_inputs",
    "route_shapes",
    "closures",
    "gateways",
    *sea_steps.TABULATED,
    "applied_listings",
    "result_findings",
    *landed_cost_steps.TABULATED,
)
# Tables of a study that a request without a study leaves empty.
ASKED = ("agreements", "consignments", "components")
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Setting:
    """When, under whose law and with which draws routes are computed.

    `bound_by` are the countries or blocs whose law binds the user; without any, only measures of the United Nations
    and those that act on a territory apply, and all others are shown.
    """

    date: datetime.date
    bound_by: tuple[str, ...]
    simulation: Simulation


@dataclass(frozen=True, slots=True)
class Ground:
    """What routes are computed over: the tables of a scenario and its setting."""

    tables: Mapping[str, pd.DataFrame]
    setting: Setting


def compute(
    ground: Ground,
    *,
    options: Options = Options(),
    wishes: Wishes = Wishes(),
    progress: Progress = lambda line: None,
) -> tuple[dict[str, Any], dict[str, float]]:
    """The workspace with all result tables for the flows of `ground`, and the seconds of each step.

    Raises InputError with every place, product or name of the request that cannot be found.
    """
    setting = ground.setting
    given = {
        **{name: empty_table(load_catalogue().tables[name]) for name in ASKED},
        **ground.tables,
        "world": amend_world(open_world(progress), ground.tables),
        "date": setting.date,
        "law_date": setting.date,
        "bound_by": setting.bound_by,
        "simulation": setting.simulation,
        "options": options,
        "wishes_of_price": wishes,
        "progress": progress,
    }
    return run_steps(STEPS, given, progress=progress)
