"""Direct consignment: whether a way through third countries keeps the origin of goods, and what proves it.

Agreements ask that originating goods come straight from party to party, or, through a third country, that they stay
under its customs' control and nothing is done to them there but handling and keeping them sound. Passages come from a
route: which countries, in order, and whether goods are handled, stored or worked there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

WayWord = Literal["satisfied", "satisfied with proof", "not satisfied", "unknown"]
THROUGH_DOCUMENT = "a through transport document from the country of export"
NON_MANIPULATION = "a certificate of non-manipulation by the customs of {country}"


@dataclass(frozen=True, slots=True)
class Passage:
    """A country that the goods pass: handled (reloaded), stored, or worked there."""

    country: str
    handled: bool = False
    stored: bool = False
    worked: bool = False


@dataclass(frozen=True, slots=True)
class WayVerdict:
    """What direct consignment says of a way, with the documents that it asks for and the reason in words."""

    verdict: WayWord
    text: str
    documents: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The verdict as plain values."""
        return {"verdict": self.verdict, "text": self.text, "documents": list(self.documents)}


def judge_way(
    passages: Sequence[Passage], *, transport: str, parties: Iterable[str], proof: str = ""
) -> WayVerdict:
    """What the agreement's `transport` (any, direct, direct_or_transit, "" unknown) says of a way.

    `parties` are the countries that are no third ones, `proof` what the agreement itself names as proof.

    >>> judge_way(
    ...     [Passage("BY"), Passage("AZ"), Passage("IR")], transport="direct_or_transit", parties={"BY", "IR"}
    ... ).verdict
    'satisfied with proof'
    """
    third = [passage for passage in passages if passage.country not in frozenset(parties)]
    names = ", ".join(dict.fromkeys(passage.country for passage in third))
    if not passages:
        return WayVerdict("unknown", "no way is given, so direct consignment is not looked at")
    if any(passage.worked for passage in third):
        where = ", ".join(dict.fromkeys(passage.country for passage in third if passage.worked))
        return WayVerdict("not satisfied", f"the goods are worked in {where}, which is no party")
    if transport == "any":
        return WayVerdict("satisfied", "the agreement has no rule on the way")
    if not third:
        return WayVerdict("satisfied", "the way touches no third country")
    if transport == "direct":
        return WayVerdict(
            "not satisfied", f"the way passes {names}, and only a way between the parties is allowed"
        )
    if transport != "direct_or_transit":
        return WayVerdict(
            "unknown", f"the way passes {names}, and what the agreement asks there is not known"
        )
    return _prove_transit(third, names, proof)


def _prove_transit(third: Sequence[Passage], names: str, proof: str) -> WayVerdict:
    halted = [passage for passage in third if passage.handled or passage.stored]
    documents = [THROUGH_DOCUMENT]
    documents += dict.fromkeys(NON_MANIPULATION.format(country=passage.country) for passage in halted)
    documents += [proof] if proof else []
    what = "; ".join(_describe(passage) for passage in halted)
    stay = f" ({what})" if what else " without reloading"
    text = f"the way passes {names}{stay}: the goods have to stay under customs control there, with proof"
    return WayVerdict("satisfied with proof", text, tuple(documents))


def _describe(passage: Passage) -> str:
    words = [word for word, done in (("reloaded", passage.handled), ("stored", passage.stored)) if done]
    return f"{' and '.join(words)} in {passage.country}"
