"""Search for products by words, over the titles of HS 2022.

A title is worth the share of the query's words that it holds, rare words counting more (inverse document frequency,
Spärck Jones 1972, A statistical interpretation of term specificity and its application in retrieval, Journal of
Documentation 28). Endings and the American spelling are folded, so that harvesters finds harvesting and aluminum
aluminium; a word that no title holds counts by the words most like it. Words behind "other than" count little.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from rapidfuzz import fuzz, process

from landbridge.sources.products import clean_product, read_products

# What traders say and titles do not.
_TRADE_WORDS = {
    "potash": ("potassic",),
    "truck": ("vehicle", "transport", "goods"),
    "lorry": ("vehicle", "transport", "goods"),
    "car": ("motor", "car", "vehicle"),
    "bus": ("vehicle", "transport", "persons"),
    "petrol": ("petroleum", "oils", "light"),
    "gasoline": ("petroleum", "oils", "light"),
    "phone": ("telephone",),
    "rug": ("carpet",),
    "computer": ("data", "processing", "machine"),
    "medicine": ("medicament",),
    "raisin": ("grapes", "dried"),
}
_SPELLINGS = (
    (r"our(?=s?$|ed$|ing$)", "or"), (r"ibre", "iber"), (r"aluminium", "aluminum"), (r"^tyre", "tire"),
    (r"sulph", "sulf"),
    (r"plough", "plow"), (r"jewell", "jewel"), (r"is(?=e[drs]?s?$|ing$|ation$)", "iz"), (r"^grey", "gray"),
    (r"(?<=[tl])re$", "er"), (r"haem", "hem"), (r"aero(?=plane)", "air"), (r"mould", "mold"),
)  # fmt: skip
_FOLDINGS = tuple((re.compile(pattern), other) for pattern, other in _SPELLINGS)
_ENDINGS = re.compile(r"(?:(?<=[a-z]{4})(?:ations?|ings?|ers?|ed)|(?<=[a-z]{3})(?:es|s|e|y)|ies)$")
_NOT = re.compile(r"\b(?:other than|excluding|except|not|without|n\.e\.c\.?)\b[^;)]*")
_STOP = frozenset({"a", "an", "and", "for", "in", "of", "or", "other", "than", "the", "to", "with", "not"})
_LIKE, _PART, _START = 0.7, 0.6, 0.85
_BEHIND_NOT = 0.2
_LIKENESS = 82.0


@dataclass(frozen=True, slots=True)
class ProductHit:
    """A code of HS 2022 that words may mean, and how well its title fits, from 0 to 100."""

    code: str
    title: str
    score: float


def search_products(words: str, *, limit: int = 20) -> tuple[ProductHit, ...]:
    """The products that words may mean, best first; for a code, itself and the codes below it.

    >>> [hit.code for hit in search_products("harvesters, combine", limit=1)]
    ['843351']
    >>> [hit.code for hit in search_products("3104")]
    ['3104', '310420', '310430', '310490']
    """
    titles = read_products()
    digits = clean_product(words)
    if digits.isdigit():
        below = [code for code in titles if code.startswith(digits)]
        return tuple(ProductHit(code, titles[code], 100.0) for code in sorted(below)[:limit])
    wanted = _read_query(words)
    weights = [max(map(_rarity, alike), default=_rarity("")) for alike in wanted]
    scores: dict[str, float] = defaultdict(float)
    for alike, weight in zip(wanted, weights, strict=True):
        for code, share in _share_codes(alike).items():
            scores[code] += share * weight / sum(weights)
    ranked = sorted(scores, key=lambda code: (-round(_rank(code, scores[code], wanted), 6), code))
    return tuple(
        ProductHit(code, titles[code], round(100 * min(scores[code], 1.0), 1)) for code in ranked[:limit]
    )


def _share_codes(alike: Mapping[str, float]) -> dict[str, float]:
    """What each title has of one word of the query: the most that one of its stems is worth."""
    shares: dict[str, float] = defaultdict(float)
    for stem, likeness in alike.items():
        for code, worth in _index()[stem].items():
            shares[code] = max(shares[code], likeness * worth)
    return shares


def _read_query(words: str) -> list[dict[str, float]]:
    """For each word its stems in the titles, with how alike they are; none for a word that no title has."""
    given = [word for word in re.findall(r"[a-z0-9]+", words.casefold()[:200]) if word not in _STOP]
    traded = {fold_word(word): others for word, others in _TRADE_WORDS.items()}
    stems = [fold_word(other) for word in given for other in traded.get(fold_word(word), (word,))]
    return [_find_stems(stem) for stem in dict.fromkeys(stems)]


@cache
def fold_word(word: str) -> str:
    """A word in American spelling without its ending, as titles and queries are compared.

    >>> fold_word("harvesters"), fold_word("harvesting"), fold_word("aluminium"), fold_word("fibres")
    ('harvest', 'harvest', 'aluminum', 'fiber')
    """
    folded = word
    for pattern, other in _FOLDINGS:
        folded = pattern.sub(other, folded)
    shorter = _ENDINGS.sub("", folded)
    while shorter != folded:
        folded, shorter = shorter, _ENDINGS.sub("", shorter)
    return folded


def _find_stems(stem: str) -> dict[str, float]:
    index = _index()
    if stem in index:
        return {stem: 1.0}
    if len(stem) >= 4:
        starts = {word: _START for word in index if word.startswith(stem)}
        parts = {word: _PART for word in index if stem in word}
        if starts or parts:
            return {**parts, **starts}
    alike = process.extract(stem, list(index), scorer=fuzz.ratio, score_cutoff=_LIKENESS, limit=3)
    return {word: _LIKE * score / 100 for word, score, _ in alike}


@cache
def _index() -> Mapping[str, Mapping[str, float]]:
    """Stem -> code -> what the stem is worth there."""
    index: dict[str, dict[str, float]] = defaultdict(dict)
    for code, title in read_products().items():
        for stem, worth in _split_title(title):
            index[stem][code] = max(worth, index[stem].get(code, 0.0))
    return dict(index)


def _split_title(title: str) -> Iterator[tuple[str, float]]:
    text = title.casefold()
    behind = [found.span() for found in _NOT.finditer(text)]
    for found in re.finditer(r"[a-z0-9]+", text):
        if found[0] not in _STOP:
            negated = any(start <= found.start() < end for start, end in behind)
            yield fold_word(found[0]), _BEHIND_NOT if negated else 1.0


@cache
def _rarity(stem: str) -> float:
    return math.log(1 + len(read_products()) / max(1, len(_index().get(stem, {}))))


def _rank(code: str, score: float, wanted: Sequence[Mapping[str, float]]) -> float:
    """The score, a little more where the title is short, starts with a wanted word, or is that of a heading."""
    stems = [stem for stem, _ in _split_title(read_products()[code])]
    first = any(stem in alike for alike in wanted for stem in stems[:2])
    return score + 0.03 * first - 0.004 * len(stems) + 0.01 * (6 - len(code)) / 2
