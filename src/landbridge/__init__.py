"""From a trade and transport agreement to numbers.

landbridge finds the corridors that join two economies, says what goods cost delivered and how long they
take, what each signed commitment changes, and whether promises are being kept. The names below are all that
a user needs; each is read from its module when it is first used, so that `import landbridge` costs nothing.

>>> import landbridge as lb
>>> "read_study" in dir(lb)
True
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from landbridge.api import Agreements as Agreements
    from landbridge.api import BreakEven as BreakEven
    from landbridge.api import GatewayChoice as GatewayChoice
    from landbridge.api import Gateways as Gateways
    from landbridge.api import GivenFreight as GivenFreight
    from landbridge.api import Goods as Goods
    from landbridge.api import ImportedRegister as ImportedRegister
    from landbridge.api import Indicator as Indicator
    from landbridge.api import LandedCost as LandedCost
    from landbridge.api import NewReport as NewReport
    from landbridge.api import Offer as Offer
    from landbridge.api import Options as Options
    from landbridge.api import OriginAnswer as OriginAnswer
    from landbridge.api import OriginOptions as OriginOptions
    from landbridge.api import Passage as Passage
    from landbridge.api import RateEffect as RateEffect
    from landbridge.api import Routes as Routes
    from landbridge.api import Run as Run
    from landbridge.api import SeaAccess as SeaAccess
    from landbridge.api import Study as Study
    from landbridge.api import TariffChoice as TariffChoice
    from landbridge.api import Wishes as Wishes
    from landbridge.api import assess_rate_change as assess_rate_change
    from landbridge.api import check_network as check_network
    from landbridge.api import compare_networks as compare_networks
    from landbridge.api import export_agreements as export_agreements
    from landbridge.api import export_network as export_network
    from landbridge.api import export_tables as export_tables
    from landbridge.api import find_break_even as find_break_even
    from landbridge.api import find_gateways as find_gateways
    from landbridge.api import find_routes as find_routes
    from landbridge.api import find_tariff_lines as find_tariff_lines
    from landbridge.api import import_agreements as import_agreements
    from landbridge.api import import_network as import_network
    from landbridge.api import import_tariff as import_tariff
    from landbridge.api import judge_origin as judge_origin
    from landbridge.api import list_indicators as list_indicators
    from landbridge.api import parse_rate as parse_rate
    from landbridge.api import price_landed_cost as price_landed_cost
    from landbridge.api import price_shipments as price_shipments
    from landbridge.api import read_network as read_network
    from landbridge.api import read_study as read_study
    from landbridge.api import read_tariff as read_tariff
    from landbridge.api import search_products as search_products
    from landbridge.schema import Finding as Finding
    from landbridge.schema import InputError as InputError
    from landbridge.schema import LandbridgeError as LandbridgeError
    from landbridge.schema import ProhibitedError as ProhibitedError
    from landbridge.schema import UnreachableError as UnreachableError

__version__ = "0.1.0"

# Each public name and the module that it comes from. The imports above say the same to type checkers; a test
# holds the two lists together.
_PUBLIC = {
    "Agreements": "landbridge.api",
    "BreakEven": "landbridge.api",
    "Finding": "landbridge.schema",
    "GatewayChoice": "landbridge.api",
    "Gateways": "landbridge.api",
    "GivenFreight": "landbridge.api",
    "Goods": "landbridge.api",
    "ImportedRegister": "landbridge.api",
    "Indicator": "landbridge.api",
    "InputError": "landbridge.schema",
    "LandbridgeError": "landbridge.schema",
    "LandedCost": "landbridge.api",
    "NewReport": "landbridge.api",
    "Offer": "landbridge.api",
    "Options": "landbridge.api",
    "OriginAnswer": "landbridge.api",
    "OriginOptions": "landbridge.api",
    "Passage": "landbridge.api",
    "ProhibitedError": "landbridge.schema",
    "RateEffect": "landbridge.api",
    "Routes": "landbridge.api",
    "Run": "landbridge.api",
    "SeaAccess": "landbridge.api",
    "Study": "landbridge.api",
    "TariffChoice": "landbridge.api",
    "UnreachableError": "landbridge.schema",
    "Wishes": "landbridge.api",
    "assess_rate_change": "landbridge.api",
    "check_network": "landbridge.api",
    "compare_networks": "landbridge.api",
    "export_agreements": "landbridge.api",
    "export_network": "landbridge.api",
    "export_tables": "landbridge.api",
    "find_break_even": "landbridge.api",
    "find_gateways": "landbridge.api",
    "find_routes": "landbridge.api",
    "find_tariff_lines": "landbridge.api",
    "import_agreements": "landbridge.api",
    "import_network": "landbridge.api",
    "import_tariff": "landbridge.api",
    "judge_origin": "landbridge.api",
    "list_indicators": "landbridge.api",
    "parse_rate": "landbridge.api",
    "price_landed_cost": "landbridge.api",
    "price_shipments": "landbridge.api",
    "read_network": "landbridge.api",
    "read_study": "landbridge.api",
    "read_tariff": "landbridge.api",
    "search_products": "landbridge.api",
}

__all__ = [
    "Agreements",
    "BreakEven",
    "Finding",
    "GatewayChoice",
    "Gateways",
    "GivenFreight",
    "Goods",
    "ImportedRegister",
    "Indicator",
    "InputError",
    "LandbridgeError",
    "LandedCost",
    "NewReport",
    "Offer",
    "Options",
    "OriginAnswer",
    "OriginOptions",
    "Passage",
    "ProhibitedError",
    "RateEffect",
    "Routes",
    "Run",
    "SeaAccess",
    "Study",
    "TariffChoice",
    "UnreachableError",
    "Wishes",
    "__version__",
    "assess_rate_change",
    "check_network",
    "compare_networks",
    "export_agreements",
    "export_network",
    "export_tables",
    "find_break_even",
    "find_gateways",
    "find_routes",
    "find_tariff_lines",
    "import_agreements",
    "import_network",
    "import_tariff",
    "judge_origin",
    "list_indicators",
    "parse_rate",
    "price_landed_cost",
    "price_shipments",
    "read_network",
    "read_study",
    "read_tariff",
    "search_products",
]


def __getattr__(name: str) -> object:
    """Reads a public name from its module on first use (PEP 562).

    Raises AttributeError where the name is not public.
    """
    if name not in _PUBLIC:
        raise AttributeError(f"module 'landbridge' has no attribute {name!r}")
    value: object = getattr(importlib.import_module(_PUBLIC[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, whether read yet or not."""
    return sorted(__all__)
