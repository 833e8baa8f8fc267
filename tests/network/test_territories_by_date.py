"""Formalities between countries, held against the dates of the treaties.

References: Treaty on the Eurasian Economic Union of 29 May 2014, article 25 (no customs declaration of mutual trade)
and in force from 1 January 2015, Kyrgyzstan from 12 August 2015; Treaties of Accession to the European Union of 2003,
2005 and 2011; Agreement on the withdrawal of the United Kingdom, articles 126 and 127 (its customs territory until 31
December 2020); the East African Community's Single Customs Territory (one declaration, documents at the border).
"""

import datetime

import pytest

from landbridge.network.territories import Territories
from landbridge.sources import read_shipped_tables

TERRITORIES = read_shipped_tables()["territories"]


def formalities(first: str, second: str, day: str) -> str:
    territories = Territories.at(TERRITORIES, datetime.date.fromisoformat(day))
    assert territories.formalities(second, first) == territories.formalities(first, second)
    return territories.formalities(first, second)


@pytest.mark.parametrize(
    ("first", "second", "day", "expected"),
    [
        ("BY", "RU", "2026-01-01", "none"),
        ("RU", "KZ", "2026-01-01", "none"),
        ("KG", "KZ", "2015-08-11", "full"),
        ("KG", "KZ", "2015-08-12", "none"),
        ("AM", "RU", "2026-01-01", "none"),
        ("BY", "LT", "2026-01-01", "full"),
        ("RU", "AZ", "2026-01-01", "full"),
        ("IR", "AZ", "2026-01-01", "full"),
        ("PL", "DE", "2004-04-30", "full"),
        ("PL", "DE", "2004-05-01", "none"),
        ("RO", "BG", "2007-01-01", "none"),
        ("HR", "SI", "2013-06-30", "full"),
        ("HR", "SI", "2013-07-01", "none"),
        ("GB", "FR", "2020-01-31", "none"),
        ("GB", "FR", "2020-12-31", "none"),
        ("GB", "FR", "2021-01-01", "full"),
        ("KE", "UG", "2026-01-01", "documents"),
        ("TZ", "RW", "2026-01-01", "documents"),
        ("KE", "ET", "2026-01-01", "full"),
    ],
)
def test_formalities_at_a_date(first: str, second: str, day: str, expected: str) -> None:
    assert formalities(first, second, day) == expected


def test_a_country_has_no_formalities_with_itself() -> None:
    assert formalities("MN", "MN", "2026-01-01") == "none"


def test_of_two_shared_unions_the_freer_one_holds() -> None:
    # Bahrain and Oman share the GCC; Botswana and South Africa the SACU. A country of two unions takes the least.
    territories = Territories(
        {"AA": {"ONE": "full", "TWO": "documents"}, "BB": {"ONE": "full", "TWO": "documents"}}
    )
    assert territories.formalities("AA", "BB") == "documents"
