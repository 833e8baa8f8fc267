"""Codes of older editions of the Harmonized System, and where their goods stand in HS 2022."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from landbridge.schema.findings import Finding, find_nearest
from landbridge.sources.products import clean_product, is_product, read_products
from landbridge.sources.tables import read_shipped_tables

_SUBHEADING = 6
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Succession:
    """A subheading that HS 2022 no longer has: the newest edition that has it, and the codes that took its goods."""

    code: str
    edition: int
    successors: tuple[str, ...]


@cache
def _read_successions() -> Mapping[str, Succession]:
    frame = read_shipped_tables()["hs_changes"]
    rows = zip(frame["code"].tolist(), frame["edition"].tolist(), frame["successors"].tolist(), strict=True)
    found: dict[str, Succession] = {}
    for code, edition, successors in rows:
        if code not in found or found[code].edition < edition:
            found[code] = Succession(code, int(edition), tuple(successors))
    return found


def find_successors(code: str) -> Succession | None:
    """What became of a subheading of an older edition, or of a national line below one; None where it is none.

    From the correlation tables of the United Nations Statistics Division for HS 1992 to 2017; only subheadings that
    HS 2022 does not have are told, not those whose goods changed under the same code.

    >>> find_successors("870190").successors
    ('870191', '870192', '870193', '870194', '870195')
    >>> find_successors("870191") is None
    True
    """
    digits = clean_product(code)
    return None if is_product(digits) else _read_successions().get(digits[:_SUBHEADING])


def list_successors(code: str) -> tuple[str, ...]:
    """The codes of HS 2022 that a code of an older edition became; none for any other text.

    >>> list_successors("300220"), list_successors("300241")
    (('300241',), ())
    """
    old = find_successors(code)
    return old.successors if old else ()


def check_product(code: str) -> Finding | None:
    """The finding on a code that is none of HS 2022: `old_hs_code` with its successors, else `unknown_product`.

    >>> check_product("8528.12").code, check_product("7777").code, check_product("8433.51")
    ('old_hs_code', 'unknown_product', None)
    """
    if is_product(code):
        return None
    old = find_successors(code)
    if old:
        what = f"'{code}' is a code of HS {old.edition}, which HS 2022 no longer has"
        remedy = "write the code of HS 2022 that the goods fall under now"
        return Finding("old_hs_code", "error", what, remedy, nearest=old.successors[:_SHOWN])
    nearest = find_nearest(clean_product(code), read_products())
    remedy = "write 2, 4, 6 or more digits, leading zeros kept"
    return Finding("unknown_product", "error", f"'{code}' is no code of HS 2022", remedy, nearest=nearest)
