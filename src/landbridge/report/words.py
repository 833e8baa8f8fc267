"""Words of the page: titles of modes, operations and kinds of stop, from the catalogue where it has them."""

from __future__ import annotations

from functools import cache

from landbridge.report.reading import Item
from landbridge.schema import load_catalogue

STOP_TITLES = {
    "terminal": "Terminals and ports",
    "border": "Borders and customs",
    "gauge": "Gauge change",
    "wait": "Waiting",
    "passage": "Passages and permits",
}
QUALITIES = ("measured", "published", "estimated", "default")
VERDICTS = {"ok": "open", "prohibited": "prohibited", "unreachable": "no way"}
EFFECTS = {"prohibited": "forbids it", "closed": "closes a place or leg", "shown": "shown"}


@cache
def family_titles() -> dict[str, str]:
    """Title of each family of items."""
    return {key: word.title for key, word in load_catalogue().modes.items()} | STOP_TITLES


@cache
def word_titles() -> dict[str, str]:
    """Title of each operation, mode and means."""
    catalogue = load_catalogue()
    every = {**catalogue.means, **catalogue.modes, **catalogue.operations}
    return {key: word.title for key, word in every.items()}


def title_of(word: str) -> str:
    """A word of the catalogue as people read it."""
    return word_titles().get(word, word.replace("_", " ").capitalize())


def describe_item(item: Item) -> str:
    """What an item is: "Rail, Minsk – Moscow" or "Customs, Krasnoye"."""
    if item.kind == "leg":
        return f"{title_of(item.mode)}: {item.start} – {item.end}"
    why = f" ({item.cause.replace('_', ' ')})" if item.cause else ""
    return f"{title_of(item.operation)}{why}: {item.place}"


def join_words(words: list[str]) -> str:
    """Words with commas and an "and".

    >>> join_words(["Russia", "Iran", "Oman"])
    'Russia, Iran and Oman'
    """
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1] if words else ""


def raise_first(text: str) -> str:
    """A sentence from a clause: its first letter large, the others as they are.

    >>> raise_first("only under EAEU law")
    'Only under EAEU law'
    """
    return text[:1].upper() + text[1:]


def name_country(code: str) -> str:
    """English name of a country; a bloc's code as it is."""
    return load_catalogue().country_codes.get(code, code)


# Families that the key of the page explains, with the drawing of each: a line of a mode or a block of a
# kind of stop.
FAMILY_KEYS = (
    ("rail", "line"), ("road", "line"), ("inland_water", "line"), ("ferry", "line"), ("sea", "line"), ("air", "line"),
    ("terminal", "block"), ("border", "block"), ("gauge", "block"), ("wait", "block"), ("passage", "block"),
)  # fmt: skip
