"""What a user's code holds: Study, Run, routes between two places, indicators, exports. Loaded on first use."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from landbridge.api.agreements import Agreements as Agreements
    from landbridge.api.agreements import ImportedRegister as ImportedRegister
    from landbridge.api.agreements import NewReport as NewReport
    from landbridge.api.agreements import export_agreements as export_agreements
    from landbridge.api.agreements import import_agreements as import_agreements
    from landbridge.api.break_evens import find_break_even as find_break_even
    from landbridge.api.exporting import export_tables as export_tables
    from landbridge.api.gateways import Gateways as Gateways
    from landbridge.api.gateways import find_gateways as find_gateways
    from landbridge.api.indicators import Indicator as Indicator
    from landbridge.api.indicators import list_indicators as list_indicators
    from landbridge.api.levers import Levers as Levers
    from landbridge.api.networks import check_network as check_network
    from landbridge.api.networks import compare_networks as compare_networks
    from landbridge.api.networks import export_network as export_network
    from landbridge.api.networks import import_network as import_network
    from landbridge.api.networks import read_network as read_network
    from landbridge.api.origin import OriginAnswer as OriginAnswer
    from landbridge.api.origin import OriginOptions as OriginOptions
    from landbridge.api.origin import judge_origin as judge_origin
    from landbridge.api.partial_equilibrium import RateEffect as RateEffect
    from landbridge.api.partial_equilibrium import assess_rate_change as assess_rate_change
    from landbridge.api.pricing import LandedCost as LandedCost
    from landbridge.api.pricing import Offer as Offer
    from landbridge.api.pricing import price_landed_cost as price_landed_cost
    from landbridge.api.routing import Goods as Goods
    from landbridge.api.routing import Routes as Routes
    from landbridge.api.routing import find_routes as find_routes
    from landbridge.api.sea_access import SeaAccess as SeaAccess
    from landbridge.api.shipments import price_shipments as price_shipments
    from landbridge.api.study import Run as Run
    from landbridge.api.study import Study as Study
    from landbridge.api.study import read_study as read_study
    from landbridge.api.tariffs import TariffChoice as TariffChoice
    from landbridge.api.tariffs import find_tariff_lines as find_tariff_lines
    from landbridge.api.tariffs import import_tariff as import_tariff
    from landbridge.api.tariffs import parse_rate as parse_rate
    from landbridge.api.tariffs import read_tariff as read_tariff
    from landbridge.api.tariffs import search_products as search_products
    from landbridge.api.values import Values as Values
    from landbridge.landed_cost.break_even import BreakEven as BreakEven
    from landbridge.landed_cost.consignment_way import Passage as Passage
    from landbridge.landed_cost.pricing import Wishes as Wishes
    from landbridge.network.steps import GatewayChoice as GatewayChoice
    from landbridge.network.steps import Options as Options
    from landbridge.study.offers import GivenFreight as GivenFreight

_HOMES = {
    "agreements": (
        "Agreements",
        "ImportedRegister",
        "NewReport",
        "export_agreements",
        "import_agreements",
    ),
    "break_evens": ("BreakEven", "find_break_even"),
    "exporting": ("export_tables",),
    "gateways": ("GatewayChoice", "Gateways", "find_gateways"),
    "indicators": ("Indicator", "list_indicators"),
    "levers": ("Levers",),
    "networks": (
        "check_network",
        "compare_networks",
        "export_network",
        "import_network",
        "read_network",
    ),
    "partial_equilibrium": ("RateEffect", "assess_rate_change"),
    "pricing": ("GivenFreight", "LandedCost", "Offer", "Wishes", "price_landed_cost"),
    "origin": ("OriginAnswer", "OriginOptions", "Passage", "judge_origin"),
    "routing": ("Goods", "Options", "Routes", "find_routes"),
    "sea_access": ("SeaAccess",),
    "shipments": ("price_shipments",),
    "study": ("Run", "Study", "read_study"),
    "values": ("Values",),
    "tariffs": (
        "TariffChoice",
        "find_tariff_lines",
        "import_tariff",
        "parse_rate",
        "read_tariff",
        "search_products",
    ),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = list(_HOME_OF)


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOME_OF[name]}"), name)


def __dir__() -> list[str]:
    return __all__
