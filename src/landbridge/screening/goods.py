"""How far a measure's codes cover goods that are named by a chapter, a heading, a subheading, or not at all."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cache

from landbridge.sources import read_products

_SUBHEADING = 6
_WORDS = {2: "chapter", 4: "heading"}
_NAMED = 4


class Cover(Enum):
    """Whether a measure covers goods: all, part of what their code may mean, none, or unknown without a code."""

    ALL = "all"
    PART = "part"
    NONE = "none"
    UNNAMED = "unnamed"


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far a measure covers goods, and what is to be said of it ("" where their code leaves nothing open)."""

    cover: Cover
    remark: str = ""


def cover_goods(product: str, *, listed: Iterable[str], spared: Iterable[str]) -> Coverage:
    """How far `listed` HS prefixes less `spared` ones cover `product`, a code of 2 digits or more ("" unnamed).

    A code that a listed prefix leads is covered, even where exceptions lie below it: the rule holds until the full
    code shows an exception. A code above listed ones is covered where they take up all its subheadings of HS 2022,
    in part where they take up some.

    >>> potash = {"listed": ("3104", "3105"), "spared": ("310430", "310490")}
    >>> [cover_goods(code, **potash).cover.value for code in ("310420", "3104", "310430", "31", "")]
    ['all', 'all', 'none', 'part', 'unnamed']
    >>> cover_goods("3104", **potash).remark
    'Of heading 3104 it leaves out 310430, 310490: give the full code.'
    """
    listed, spared = tuple(listed), tuple(spared)
    if not product:
        left_out = f"It leaves out goods of {_name(spared)}: give the product." if spared else ""
        return Coverage(Cover.UNNAMED if listed else Cover.ALL, "" if listed else left_out)
    if product.startswith(spared):
        return Coverage(Cover.NONE)
    below = _codes_below(product, (*listed, *spared))
    led = not listed or product.startswith(listed)
    covered = [code for code in below if (led or code.startswith(listed)) and not code.startswith(spared)]
    if not covered:
        return Coverage(Cover.NONE)
    word = f"{_WORDS.get(len(product), 'subheading')} {product}"
    if led or len(covered) == len(below):
        out = [code for code in spared if code.startswith(product)]
        return Coverage(
            Cover.ALL, f"Of {word} it leaves out {_name(out)}: give the full code." if out else ""
        )
    named = [code for code in listed if code.startswith(product)]
    return Coverage(Cover.PART, f"It covers part of {word} ({_name(named)}): give the full code.")


@cache
def _subheadings(product: str) -> tuple[str, ...]:
    codes = _all_subheadings()
    return codes[bisect_left(codes, product) : bisect_left(codes, f"{product}:")]


@cache
def _all_subheadings() -> tuple[str, ...]:
    """All subheadings of HS 2022 in order."""
    return tuple(sorted(code for code in read_products() if len(code) == _SUBHEADING))


def _codes_below(product: str, named: Iterable[str]) -> list[str]:
    """Subheadings of `product`, and the codes longer than a subheading that the measure names below it."""
    longer = [code for code in named if len(code) > _SUBHEADING and code.startswith(product)]
    return sorted({*(_subheadings(product) or (product,)), *longer})


def _name(codes: Iterable[str]) -> str:
    codes = tuple(codes)
    more = f" and {len(codes) - _NAMED} more" if len(codes) > _NAMED + 1 else ""
    return ", ".join(codes[:_NAMED] if more else codes) + more
