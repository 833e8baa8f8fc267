"""Pairs of commitments, or of levers of one commitment, that do more or less together than each alone, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from landbridge.report.amounts import LEAST_SHARE, Amounts, write_percent
from landbridge.report.progress_chart import shorten
from landbridge.report.words import raise_first
from landbridge.report.worth_chart import draw_pair
from landbridge.schema.rows import Row

MOST_PAIRS = 6
LONGEST = 72  # letters of a title in a sentence
# What a pair does beyond the sum of the two counts as something from this share of the value before on.
LEAST = 0.0005


@dataclass(frozen=True, slots=True)
class PairTold:
    """A pair in words with its picture; `where` names the flow or consignment."""

    sentence: str
    more: str
    where: str
    picture: Markup


def tell_pairs(
    pairs: Sequence[Row], subjects: Sequence[Row], amounts: Amounts, *, levers: Mapping[str, Row]
) -> tuple[PairTold, ...]:
    """The strongest pairs of an indicator, each of the flow or consignment where it is strongest.

    Two levers of different commitments are left to the pair of their commitments where that is told.
    """
    titles = {row["subject"]: row["title"] for row in subjects}
    grouped = {row["subject"] for row in pairs if row["level"] == "commitment"}
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in pairs:
        if row["subject"] not in titles or not row["before"] or strength(row) < LEAST:
            continue
        parents = [levers.get(row[name], {}).get("commitment", "") for name in ("one", "other")]
        apart = row["level"] == "lever" and parents[0] != parents[1]
        if apart and row["subject"] in grouped:
            continue
        # Where each commitment has one lever, the pair of levers is that of the commitments.
        ends = parents if apart and all(parents) else [row["one"], row["other"]]
        found.setdefault(tuple(sorted(ends)), []).append(row)
    strongest = [(max(rows, key=strength), len(rows) - 1) for rows in found.values()]
    strongest.sort(key=lambda pair: -strength(pair[0]))
    return tuple(
        _tell_pair(row, amounts, where=titles[row["subject"]], others=others)
        for row, others in strongest[:MOST_PAIRS]
    )


def strength(row: Row) -> float:
    """What the two do beyond their sum, alone or with all others in place, as a share of the value before."""
    return float(max(abs(row["synergy"]), abs(row["synergy_last"])) / abs(row["before"]))


def _tell_pair(row: Row, amounts: Amounts, *, where: str, others: int) -> PairTold:
    base = abs(row["before"])
    shares = [amounts.improve(row[name]) / base for name in ("one_alone", "other_alone", "together")]
    names = [
        f"“{shorten(row[name] or row[key], LONGEST)}”"
        for name, key in (("one_title", "one"), ("other_title", "other"))
    ]
    if shares[1] > shares[0]:
        shares[:2], names = shares[1::-1], names[::-1]
    return PairTold(
        sentence=say_pair(names, shares, amounts),
        more=say_last(amounts.improve(row["synergy_last"]) / base, shares),
        where=where + (f", and {others} other{'s' if others > 1 else ''}" if others else ""),
        picture=draw_pair(shares, title=f"{names[0]} and {names[1]}"),
    )


def say_pair(names: Sequence[str], shares: Sequence[float], amounts: Amounts) -> str:
    """What each is worth alone and both together; shares of the value before, above zero for better.

    >>> say_pair(["the railway", "the port"], [0.04, 0.0, 0.11], Amounts("USD/t", "less", 2))
    'The railway saves 4.0\u202f% alone and 11\u202f% with the port, which saves nothing alone'
    >>> say_pair(["the railway", "the port"], [0.0, 0.0, 0.11], Amounts("USD/t", "less", 2))
    'The railway and the port save nothing alone and 11\u202f% together: one needs the other'
    >>> say_pair(["rail", "road"], [0.04, 0.03, 0.05], Amounts("USD/t", "less", 2)).partition("which ")[2]
    'saves 3.0\u202f% alone: each does part of what the other does'
    """
    one, other, both = shares
    first, second = names
    if max(abs(one), abs(other)) < LEAST_SHARE:
        verb = amounts.tell_share(both).split(" ", 1)
        plural = {"saves": "save", "adds": "add", "gains": "gain", "loses": "lose"}
        nothing = plural[amounts.tell_share(0.0).split(" ", 1)[0]]
        then = verb[1] if both >= 0 else f"{plural[verb[0]]} {verb[1]}"
        return raise_first(
            f"{first} and {second} {nothing} nothing alone and {then} together: one needs the other"
        )
    text = f"{first} {amounts.tell_share(one)} alone and {_say_both(one, both, amounts)} with {second}"
    text += f", which {amounts.tell_share(other)} alone"
    if min(one, other) > 0 and both < one + other - LEAST_SHARE:
        text += ": each does part of what the other does"
    return raise_first(text)


def _say_both(one: float, both: float, amounts: Amounts) -> str:
    """What both do, without its verb where that is the verb of the one alone."""
    told = amounts.tell_share(both)
    verb, _, rest = told.partition(" ")
    return rest if amounts.tell_share(one).startswith(f"{verb} ") else told


def say_last(synergy: float, shares: Sequence[float]) -> str:
    """What the two do beyond their sum with all others in place, where that differs from what they do by themselves.

    >>> say_last(0.07, [0.0, 0.0, 0.07])
    ''
    >>> say_last(0.02, [0.0, 0.0, 0.0])
    'With all others in place they do 2.0\u202f% more together than each by itself.'
    """
    one, other, both = shares
    if abs(synergy - (both - one - other)) < LEAST:
        return ""
    if abs(synergy) < LEAST_SHARE:
        return "With all others in place each does by itself what it does with the other."
    word = "more" if synergy > 0 else "less"
    return f"With all others in place they do {write_percent(synergy)} {word} together than each by itself."
