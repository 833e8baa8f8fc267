"""Units: products and quotients of the catalogue's base units and currency codes, such as USD/tkm or t/a."""

from __future__ import annotations

import re
from dataclasses import dataclass

from landbridge.schema.catalogue import load_catalogue
from landbridge.schema.findings import find_nearest

_PART = re.compile(r"([*/])")


@dataclass(frozen=True, slots=True)
class UnitMeaning:
    """What a unit text means: `dimensions` as (dimension, power) in order of name, and the factor to bases.

    A currency is a dimension of its own: amounts in two currencies are never set off against each other.
    """

    dimensions: tuple[tuple[str, int], ...]
    factor: float


class UnknownUnitError(ValueError):
    """A part of a unit text is neither a base unit nor a currency; `nearest` names units like it."""

    def __init__(self, text: str, part: str) -> None:
        super().__init__(f"{text!r} is not a unit: {part!r} is not known")
        known = load_catalogue()
        self.nearest = find_nearest(part, [*known.units, *known.currencies])


def read_unit(text: str) -> UnitMeaning:
    """The meaning of a unit text: base units joined by `*`, `-` (TEU-km) and `/`.

    Raises UnknownUnitError.

    >>> read_unit("km/h").dimensions
    (('length', 1), ('time', -1))
    >>> read_unit("t/d").factor / read_unit("t/h").factor
    0.041666666666666664
    """
    known = load_catalogue()
    powers: dict[str, int] = {}
    factor, sign = 1.0, 1
    whole = text.strip()
    for part in [whole] if whole in known.units else _PART.split(whole.replace("-", "*")):
        if part in ("*", "/"):
            # Every part after the first stroke divides: USD/TEU/d is per TEU and per day.
            sign = -1 if part == "/" or sign < 0 else 1
            continue
        unit = known.units.get(part)
        if unit is None and part not in known.currencies:
            raise UnknownUnitError(text, part)
        dimension = part if unit is None else unit.dimension
        factor *= 1.0 if unit is None else unit.factor**sign
        if dimension != "number":
            powers[dimension] = powers.get(dimension, 0) + sign
    return UnitMeaning(tuple(sorted((name, power) for name, power in powers.items() if power)), factor)


def convert_value(value: float, *, unit: str, to: str) -> float:
    """The value in another unit of the same dimensions.

    Raises UnknownUnitError, and ValueError where the two units measure different things.

    >>> convert_value(36.0, unit="km/h", to="m/h")
    36000.0
    """
    source, target = read_unit(unit), read_unit(to)
    if source.dimensions != target.dimensions:
        raise ValueError(f"{unit} and {to} measure different things")
    return value * source.factor / target.factor
