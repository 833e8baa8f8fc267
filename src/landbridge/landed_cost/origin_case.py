"""What a rule of origin is tested on: materials from outside with their value, the bases of shares, the work done."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from landbridge.landed_cost.bills import GOODS, Bill, BillLine
from landbridge.landed_cost.origin_law import OriginTerms

# Operations that agreements list as never enough, by the keys that bills of materials use for them.
MINIMAL_OPERATIONS: Mapping[str, str] = {
    "packing": "packing, bottling and other simple packaging",
    "repacking": "change of packing, breaking up or putting together of consignments",
    "marking": "marking and affixing of distinguishing signs",
    "preservation": "keeping goods sound on the way and in store",
    "simple_mixing": "simple mixing",
    "simple_assembly": "simple assembly of parts",
    "sorting": "sifting, sorting, grading, matching, making up of sets",
    "washing": "washing, cleaning, removal of dust",
    "simple_cutting": "simple cutting or grinding, sharpening",
    "simple_painting": "simple painting or polishing",
    "ironing": "ironing or pressing of textiles",
    "husking": "husking, bleaching, polishing and glazing of cereals and rice",
    "sugar": "colouring sugar, forming sugar lumps, milling crystal sugar",
    "peeling": "peeling, stoning or shelling of fruit, nuts or vegetables",
    "slaughter": "slaughter of animals",
}


@dataclass(frozen=True, slots=True)
class ForeignPart:
    """What of a line comes from outside: `value` in the bill's currency and `weight` in kg, NaN where unknown."""

    line: BillLine
    value: float
    weight: float

    @property
    def is_material(self) -> bool:
        """Whether a change of tariff asks of it: packing and work abroad have only a value."""
        return self.line.kind == "material"


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginCase:
    """Goods of one bill under the terms of one agreement. `bases` are by the words of rules, NaN where unknown.

    `own` is the value of originating materials, `done` the keys of processes in the countries that count, and
    `processes` says whether the bill lists any.
    """

    product: str
    terms: OriginTerms
    currency: str
    foreign: tuple[ForeignPart, ...]
    bases: Mapping[str, float]
    own: float
    weight: float
    done: frozenset[str]
    processes: bool

    @property
    def foreign_value(self) -> float:
        """Value of all that comes from outside."""
        return math.fsum(part.value for part in self.foreign)


def process_key(line: BillLine) -> str:
    """The key of a process line: its part up to a colon, in small letters with underscores.

    >>> process_key(BillLine("Simple assembly: bolting", kind="process"))
    'simple_assembly'
    """
    return "_".join(line.part.partition(":")[0].lower().split())


def sum_bases(bill: Bill, *, inland: float, customs_value: float) -> dict[str, float]:
    """Bases of shares for one unit: ex-works price, FOB with inland cost, net cost (no profit, royalty, packing).

    >>> bill = Bill("b", (BillLine("steel", value=60.0), BillLine("profit", kind="profit", value=40.0)))
    >>> sum_bases(bill, inland=5.0, customs_value=float("nan"))["fob"]
    105.0
    """
    left_out = math.fsum(line.value for line in bill.select("profit", "royalty", "packing"))
    return {
        "exw": bill.price,
        "fob": bill.price + inland,
        "customs_value": customs_value,
        "net_cost": bill.price - left_out,
        "materials": math.fsum(line.value for line in bill.select(*GOODS)),
    }
