"""Rules of origin as types: what has to be done to materials from outside so that goods originate.

A rule is one of six demands, or several joined by And, Or. Codes are of the Harmonized System, digits only: a chapter,
heading or subheading stands for all below it. Shares are in per cent.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["any", "chapter", "heading", "subheading"]
Method = Literal["vnm", "build_down", "build_up", "direct", "net_cost"]
Base = Literal["exw", "fob", "customs_value", "net_cost", "materials"]

LEVEL_DIGITS: dict[str, int] = {"any": 0, "chapter": 2, "heading": 4, "subheading": 6}
_CODE = re.compile(r"[0-9]{2}(?:[0-9]{2}(?:[0-9]{1,8})?)?")
_KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_TEXT = re.compile(r"[^()\r\n]*[^()\r\n\s]")


class OriginRuleError(ValueError):
    """A rule that cannot be read or makes no sense: `what` is wrong and the `remedy`."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}; {remedy}")
        self.what, self.remedy = what, remedy


def _check_codes(codes: Iterable[str]) -> None:
    for code in codes:
        if not _CODE.fullmatch(code):
            raise OriginRuleError(f"{code!r} is no code", "write 2 digits, or 4 and more, without points")


def _check_share(share: float) -> None:
    if not (math.isfinite(share) and 0 <= share <= 100):
        raise OriginRuleError(f"{share} is no share", "write a number from 0 to 100")


@dataclass(frozen=True, slots=True)
class WhollyObtained:
    """All materials, or those `of` the named codes, come wholly from the parties."""

    of: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_codes(self.of)


@dataclass(frozen=True, slots=True)
class ChangeOfTariff:
    """Materials from outside are of another chapter, heading or subheading than the goods.

    Never of the codes `apart`; where `of` names codes, only of these; the codes `allowed` may be used whatever their
    heading; materials of the goods' own heading up to `same` per cent of the ex-works price. At the level "any" the
    heading may be the goods' own.
    """

    level: Level
    apart: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    allowed: tuple[str, ...] = ()
    same: float | None = None

    def __post_init__(self) -> None:
        _check_codes((*self.apart, *self.of, *self.allowed))
        if self.same is not None:
            _check_share(self.same)


@dataclass(frozen=True, slots=True)
class ValueContent:
    """A share of value: of materials from outside at most `limit` (vnm), else of regional value at least `limit`.

    build_down: (base - materials from outside) / base. build_up: originating materials / base. direct: originating
    materials and all costs and profit at home / base. net_cost: (net cost - materials from outside) / net cost.
    `of` keeps a vnm to materials of the named codes; the base "materials" is the cost of all materials.
    """

    method: Method
    limit: float
    base: Base
    of: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_codes(self.of)
        _check_share(self.limit)
        if (self.method == "net_cost") != (self.base == "net_cost"):
            raise OriginRuleError(
                "a net cost method and another base do not fit", "write RVC >= 60 % net cost"
            )
        if self.of and self.method != "vnm":
            raise OriginRuleError("a regional value is of all materials", "name codes in VNM only")


@dataclass(frozen=True, slots=True)
class WeightShare:
    """Materials from outside, or those `of` the named codes, weigh at most `limit` per cent of the goods."""

    limit: float
    of: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check_codes(self.of)
        _check_share(self.limit)


@dataclass(frozen=True, slots=True)
class Process:
    """A named process is done in the parties: `key` as bills of materials name it, `text` in words."""

    key: str
    text: str

    def __post_init__(self) -> None:
        if not _KEY.fullmatch(self.key):
            raise OriginRuleError(f"{self.key!r} is no key of a process", "write small letters, such as ckd")
        if not _TEXT.fullmatch(self.text) or self.text != self.text.strip():
            raise OriginRuleError(
                "a process without words, or with brackets", "say what is done, without brackets"
            )


@dataclass(frozen=True, slots=True)
class And:
    """All parts are met."""

    parts: tuple[Rule, ...]

    def __post_init__(self) -> None:
        _check_parts(self.parts)


@dataclass(frozen=True, slots=True)
class Or:
    """One part is met."""

    parts: tuple[Rule, ...]

    def __post_init__(self) -> None:
        _check_parts(self.parts)


def _check_parts(parts: tuple[Rule, ...]) -> None:
    if len(parts) < 2:
        raise OriginRuleError("and, or join two parts or more", "write the part alone")


Rule = WhollyObtained | ChangeOfTariff | ValueContent | WeightShare | Process | And | Or


def is_code_of(code: str, codes: Iterable[str]) -> bool:
    """Whether a code lies under one of the codes.

    >>> is_code_of("843351", ("8433", "87")), is_code_of("84", ("8433",))
    (True, False)
    """
    return code.startswith(tuple(codes))
