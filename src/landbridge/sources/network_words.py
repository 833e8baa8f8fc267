"""Words of other people's network files: what they mean as modes, directions, gauges and units of length."""

import re
from collections.abc import Iterable, Mapping

MODES = ("road", "rail", "inland_water", "sea")
LEFT_OUT = "-"  # a way that carries no freight

KILOMETRES = {
    "km": 1.0, "kilometer": 1.0, "kilometers": 1.0, "kilometre": 1.0, "kilometres": 1.0,
    "m": 0.001, "meter": 0.001, "meters": 0.001, "metre": 0.001, "metres": 0.001,
    "mi": 1.609344, "mile": 1.609344, "miles": 1.609344,
    "ft": 0.0003048, "foot": 0.0003048, "feet": 0.0003048,
}  # fmt: skip

_MODE_WORDS = {
    "road": "road", "roads": "road", "highway": "road", "auto": "road", "car": "road", "truck": "road",
    "hgv": "road", "motor_vehicle": "road", "vehicle": "road", "bus": "road", "freeway": "road",
    "expressway": "road", "motorway": "road", "trunk": "road", "primary": "road", "secondary": "road",
    "tertiary": "road", "unclassified": "road", "residential": "road", "arterial": "road", "collector": "road",
    "local": "road", "ramp": "road", "motorway_link": "road", "trunk_link": "road", "primary_link": "road",
    "secondary_link": "road", "tertiary_link": "road", "service": "road", "track": "road",
    "rail": "rail", "rails": "rail", "railway": "rail", "railways": "rail", "train": "rail",
    "narrow_gauge": "rail", "freight_rail": "rail",
    "inland_water": "inland_water", "waterway": "inland_water", "river": "inland_water", "canal": "inland_water",
    "barge": "inland_water",
    "sea": "sea", "lane": "sea", "ship": "sea",
}  # fmt: skip

_NO_FREIGHT = frozenset(
    (
        "footway", "cycleway", "path", "steps", "pedestrian", "bridleway", "corridor", "walk", "bike", "foot",
        "bicycle", "sidewalk", "abandoned", "disused", "razed", "dismantled", "proposed", "construction", "tram",
        "subway", "light_rail", "monorail", "funicular", "platform", "station", "miniature",
    )
)  # fmt: skip
_TRUE = frozenset(("true", "yes", "1", "t", "y", "1.0"))
_FALSE = frozenset(("false", "no", "0", "f", "n", "0.0", "", "nan", "none"))
_GAUGE_WORDS = {"standard": 1435.0}
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def read_mode(words: Iterable[str]) -> str:
    """The mode that the first known word tells, "-" for a way without freight, "" where none tells anything.

    >>> read_mode(["", "motorway"]), read_mode(["walk,bike"]), read_mode(["walk,auto"]), read_mode(["blue"])
    ('road', '-', 'road', '')
    """
    for text in words:
        parts = [part.strip().lower() for part in re.split(r"[,;|]", text) if part.strip()]
        known = [_MODE_WORDS[part] for part in parts if part in _MODE_WORDS]
        if known:
            return known[0]
        if parts and all(part in _NO_FREIGHT for part in parts):
            return LEFT_OUT
    return ""


def read_tagged_mode(tags: Mapping[str, str]) -> str:
    """The mode of a line by the tags of OpenStreetMap or by columns that say it in words.

    >>> read_tagged_mode({"railway": "rail"}), read_tagged_mode({"highway": "footway"})
    ('rail', '-')
    """
    said = read_mode([tags.get("mode", "")])
    if said:
        return said
    for tag, mode in (("railway", "rail"), ("waterway", "inland_water"), ("highway", "road")):
        value = tags.get(tag, "").strip().lower()
        if value:
            return LEFT_OUT if value in _NO_FREIGHT else mode
    return read_mode([tags.get("allowed_uses", ""), tags.get("facility_type", "")])


def read_direction(text: str) -> int | None:
    """1 one way along the line, -1 against it, 0 both ways; None where the word is unknown.

    >>> read_direction("yes"), read_direction("-1"), read_direction("no"), read_direction("perhaps")
    (1, -1, 0, None)
    """
    word = text.strip().lower()
    if word in ("-1", "reverse", "-1.0"):
        return -1
    if word in _TRUE:
        return 1
    return 0 if word in _FALSE else None


def read_number(text: str) -> float | None:
    """A plain decimal number; None for anything else, also for nan and inf.

    >>> read_number(" 12.5 "), read_number("12,5"), read_number("nan")
    (12.5, None, None)
    """
    stripped = text.strip()
    return float(stripped) if _NUMBER.fullmatch(stripped) and abs(float(stripped)) < 1e300 else None


def read_gauge(text: str) -> float | None:
    """Gauge in mm; of several (1435;1520) the first. NaN for an empty text, None for one that is no gauge.

    >>> read_gauge("1520"), read_gauge("1435;1520"), read_gauge("broad")
    (1520.0, 1435.0, None)
    """
    first = re.split(r"[;,/|]", text.strip())[0].strip().lower()
    if first in ("", "nan", "none"):
        return float("nan")
    return _GAUGE_WORDS.get(first, read_number(first))
