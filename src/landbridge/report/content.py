"""What a report is made from: the tables of a study's runs and the facts of its head."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

Tables = Mapping[str, pd.DataFrame]

# The licences ask for these credits wherever their data show.
CREDITS = (
    (
        "© OpenStreetMap contributors",
        "roads and railways, Open Database License",
        "https://www.openstreetmap.org/copyright",
    ),
    ("GeoNames", "cities and their names, Creative Commons Attribution 4.0", "https://www.geonames.org/"),
    ("Made with Natural Earth", "land and borders, public domain", "https://www.naturalearthdata.com/"),
    ("UNECE", "UN/LOCODE, codes of places", "https://unece.org/trade/uncefact/unlocode"),
    (
        "searoute and Eurostat",
        "sea lanes and ports, Apache License 2.0",
        "https://github.com/eurostat/searoute",
    ),
)


@dataclass(frozen=True, slots=True)
class ScenarioContent:
    """One scenario: its name, the date that its network and law have, and its result tables by name.

    `tables` holds typed frames as the catalogue declares them: verdicts, routes, route_items, route_terms,
    route_shapes, applied_listings, result_findings. A table that is left out counts as empty.
    """

    name: str
    date: datetime.date
    tables: Tables
    title: str = ""


@dataclass(frozen=True, slots=True)
class ValueContent:
    """What the levers between two scenarios are worth: titles of the two and the tables value_totals, value_parts,
    value_pairs, value_delays, value_findings. `start` is "" where the later one is valued from itself without levers.
    """

    start: str
    end: str
    tables: Tables


@dataclass(frozen=True, slots=True)
class ReportContent:
    """All that a report says.

    `study_tables` holds the register (agreements, commitments, status reports and so on), corridors, flows,
    listings, sources, shipments and what else is cited; `computed` the values that a run has for milestones,
    by their ids; `law_changes` rows of listings whose first or last day lies after `date` and up to the
    network's date. `law_date` is the day whose law was applied. `manifest` goes into the page as it is, so
    it holds no clock. `values` has a row a step from one scenario to the next by levers, none where no lever is
    applied. `credits` are (who, what for, address). `borders` is a TopoJSON file with an object
    `countries`, for a map with other borders than the shipped ones.
    """

    title: str
    study: str
    parties: tuple[str, ...]
    bound_by: tuple[str, ...]
    date: datetime.date
    law_date: datetime.date
    scenarios: tuple[ScenarioContent, ...]
    study_tables: Tables = field(default_factory=lambda: MappingProxyType({}))
    law_changes: pd.DataFrame = field(default_factory=pd.DataFrame)
    manifest: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    credits: tuple[tuple[str, str, str], ...] = CREDITS
    borders: Path | None = None
    law_known: datetime.date | None = None
    computed: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    values: tuple[ValueContent, ...] = ()
    levered: bool = False
