"""Tariffs: rates in words, tariff files of others, products by words, and the lines that a product falls under."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from landbridge.landed_cost.customs_law import expand_area
from landbridge.landed_cost.rate_text import parse_rate, write_rate
from landbridge.landed_cost.tariff_files import TariffChoice, TariffFile, read_tariff
from landbridge.landed_cost.tariff_lines import TariffLine, read_tariff_book
from landbridge.schema import Finding, InputError, load_catalogue
from landbridge.sources import network_date, read_products, read_shipped_tables
from landbridge.sources.hs_changes import check_product
from landbridge.sources.product_search import ProductHit, search_products
from landbridge.sources.products import clean_product, list_children, list_parents
from landbridge.study.import_tariff import ImportedTariff, import_tariff
