"""Tariffs: rates in words, tariff files of others, products by words, and the lines that a product falls under."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from landbridge.api.routing import default_ground
from landbridge.api.study import read_study
from landbridge.landed_cost.customs_law import read_customs_law
from landbridge.landed_cost.rate_text import parse_rate, write_rate
from landbridge.landed_cost.tariff_files import TariffChoice, TariffFile, read_tariff
from landbridge.landed_cost.tariff_lines import TariffLine, check_territory
from landbridge.schema import Finding, InputError
from landbridge.sources.hs_changes import check_product
from landbridge.sources.product_search import ProductHit, search_products
from landbridge.sources.products import clean_product, list_children, list_parents, read_products
from landbridge.study.import_tariff import ImportedTariff, import_tariff


@dataclass(frozen=True, slots=True)
class TariffLines:
    """The lines of a territory's tariff that a product meets on a day, as `find_tariff_lines` finds them.

    `parents` and `children` are (code, title) of HS 2022 above and below the product. `exact` says that its duty on
    most favoured nations is one rate; where it is not, `lines` holds all that it may be.
    """

    product: str
    title: str
    parents: tuple[tuple[str, str], ...]
    children: tuple[tuple[str, str], ...]
    territory: str
    date: datetime.date
    lines: tuple[TariffLine, ...]
    exact: bool
    findings: tuple[Finding, ...]
    sources: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """The answer as plain values: product, title, parents, children, territory, date, exact, lines, findings."""
        return {
            "product": self.product,
            "title": self.title,
            "parents": [{"code": code, "title": title} for code, title in self.parents],
            "children": [{"code": code, "title": title} for code, title in self.children],
            "territory": self.territory,
            "date": self.date.isoformat(),
            "exact": self.exact,
            "lines": [self._describe(line) for line in self.lines],
            "findings": [finding.as_dict() for finding in self.findings],
        }

    def _describe(self, line: TariffLine) -> dict[str, Any]:
        names = (
            "id", "territory", "product", "charge", "treatment", "agreement", "quota", "text", "average", "months",
            "act", "source", "quality", "note",
        )  # fmt: skip
        days = {"from": line.from_, "until": line.until}
        return {
            **{name: getattr(line, name) for name in names},
            "rate": write_rate(line.rate),
            "origins": list(line.origins),
            **{name: day.isoformat() if day else None for name, day in days.items()},
            "source_title": self.sources.get(line.source.partition("#")[0], ""),
        }


def find_tariff_lines(
    product: str,
    territory: str,
    *,
    date: datetime.date | None = None,
    study: Path | str | None = None,
    scenario: str = "",
) -> TariffLines:
    """The lines of a territory's tariff for a product: the rates in words, with act, days, source and quality.

    `territory` is a country, whose customs union of the day is looked up too, or a bloc. Without a date the day of the
    study's scenario holds, or that of the shipped network. Raises InputError for a territory or code that is none, a
    code of an older edition with its successors.

    >>> found = find_tariff_lines("843351", "BY", date=datetime.date(2026, 6, 18))
    >>> found.title, found.exact
    ('Combine harvester-threshers', True)
    >>> [(line.territory, line.product, write_rate(line.rate)) for line in found.lines][0]
    ('EAEU', '8433510001', '5 %')
    """
    code = clean_product(product)
    tables, day = _read_tables(study, scenario)
    day = date or day
    faults = [*check_territory(territory, tables["territories"]), *filter(None, [check_product(code)])]
    if faults:
        raise InputError(faults)
    law = read_customs_law(tables, day)
    areas = law.areas(territory)
    titles, answer = read_products(), law.book.find(areas, code)
    lines = law.book.list_lines(areas, code)
    findings = [finding for finding in law.book.findings if not lines]
    if not answer.lines:
        findings.append(_explain_none(code, territory, day, law.book.spans))
    sources = tables["sources"]
    return TariffLines(
        product=code,
        title=titles[code[:6]],
        parents=tuple((above, titles[above]) for above in list_parents(code)),
        children=tuple((below, titles[below]) for below in list_children(code)),
        territory=territory,
        date=day,
        lines=lines,
        exact=answer.exact,
        findings=tuple(findings),
        sources=dict(zip(sources["id"].tolist(), sources["title"].tolist(), strict=True)),
    )


def _read_tables(study: Path | str | None, scenario: str) -> tuple[Mapping[str, pd.DataFrame], datetime.date]:
    ground = default_ground() if study is None else read_study(study).prepare(scenario).ground
    return ground.tables, ground.setting.date


def _explain_none(
    code: str, territory: str, day: datetime.date, spans: Mapping[str, tuple[datetime.date | None, Any]]
) -> Finding:
    first = spans.get(territory, (None, None))[0]
    early = f"; the rows of {territory} begin on {first}" if first and first > day else ""
    what = f"no duty on {code} in {territory} on {day} is in the tables{early}"
    remedy = "add a row to tariffs.csv of a study, or import a tariff with `landbridge tariff import`"
    return Finding("no_tariff", "error", what, remedy)


__all__ = [
    "ImportedTariff",
    "ProductHit",
    "TariffChoice",
    "TariffFile",
    "TariffLines",
    "find_tariff_lines",
    "import_tariff",
    "parse_rate",
    "read_tariff",
    "search_products",
]
