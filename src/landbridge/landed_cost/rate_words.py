"""The words of rates: how acts and tariff files in English and Russian spell units, currencies, limits and sums."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from landbridge.schema import load_catalogue

# Spellings of each unit, and how many of the unit one of them is. Codes of UN/ECE Recommendation 20 are among them.
# A plain ton is none of them: it may be a short, a long or a metric one.
UNIT_WORDS: dict[tuple[str, float], str] = {
    ("kg", 1.0): r"(?:kgs?|kgm|kilos?|kilogram(?:me)?s?)(?: net(?: weight)?)?|кг|килограмм(?:а|ов)?",
    ("kg", 100.0): r"dtn|quintals?|ц|центнер(?:а|ов)?",
    ("kg", 0.001): r"g|gram(?:me)?s?|г|грамм(?:а|ов)?",
    ("t", 1.0): r"t|mt|tne|tonnes?|metric tons?|т|тонн[аыу]?",
    ("l", 1.0): r"l|lt|ltrs?|lit(?:re|er)s?|л|литр(?:а|ов)?",
    ("l", 100.0): r"hl|hlt|hectolit(?:re|er)s?|гл|гектолитр(?:а|ов)?",
    ("l of pure alcohol", 1.0): (
        r"(?:l|lit(?:re|er)s?) (?:of )?(?:pure|absolute) alcohol|lpa|l alc\.? ?100 ?%|% ?vol\.? ?/ ?hl"
        r"|(?:л|литр(?:а|ов)?) (?:100 ?% спирта|безводного(?: этилового)? спирта)"
    ),
    ("cm3", 1.0): r"см3(?:, ?мл)?|мл|cm3|ccm?|ml|cubic centimet(?:re|er)s?",
    ("m2", 1.0): r"m2|sq\.? ?m|mtk|square met(?:re|er)s?|м2|кв\.? ?м",
    ("m3", 1.0): r"m3|cbm|mtq|cubic met(?:re|er)s?|м3|куб\.? ?м",
    ("m", 1.0): r"m|mtr|met(?:re|er)s?|м|метр(?:а|ов)?",
    ("pair", 1.0): r"pairs?|npr|pa|prs?|пар[аыу]?",
    ("unit", 1.0): r"units?|pieces?|pcs?|nar|items?|heads?|p/st|u|шт|штук[аиу]?|голов[аыу]?",
    ("unit", 12.0): r"dozens?|doz|дюжин[аыу]?",
    ("unit", 1000.0): r"thousand (?:pieces|units|items)|mil|mille|тыс\.? ?шт",
    ("shipment", 1.0): r"shipments?|consignments?|партия|партию",
    ("kWh", 1.0): r"kwh|квт[ ·*-]?ч",
    ("kWh", 1000.0): r"mwh|мвт[ ·*-]?ч",
    ("kW", 1.0): r"kw|квт",
    ("hp", 1.0): r"hp|horse ?powers?|л\.? ?с",
}
# Beside the codes of the catalogue. Dollars, roubles, rials and shillings are money of several countries.
MONEY_WORDS = {
    "EUR": r"€|euros?|евро",
    "USD": r"us\$|us dollars?|долл(?:ар\w*|\.)? ?сша",
    "GBP": r"£|pounds? sterling",
    "RUB": r"₽|росс(?:ийск\w*|\.)? ?руб(?:л\w*|\.)?",
    "BYN": r"бел(?:орусск\w*|\.)? ?руб(?:л\w*|\.)?",
    "KES": r"kshs?\.?",
    "UGX": r"ushs?\.?",
    "TZS": r"tshs?\.?",
    "INR": r"₹",
}
_MORE, _LESS = "(?:higher|greater|highest|greatest|more)", "(?:lower|lesser|less|lowest|smaller)"
_DEPENDING = r"в зависимости от того, ?(?:что|какая(?: из (?:них|сумм|ставок|величин))?)"
_VALUE = r"(?:the )?(?:customs |cif |fob |dutiable )?value"
_DUTY = "(?: (?:rate|duty|tariff)(?: of duty)?)?"
_WORDS = {
    "least": (
        r"(?:but |and )?(?:is )?(?:not less than|no less than|at least)"
        r"|(?:but |with |subject to )?(?:an? )?min(?:imum)?\.?(?: of)?|(?:но )?не ме(?:нее|ньше)"
    ),
    "most": (
        r"(?:but |and )?(?:is )?(?:not more than|no more than|at most|not exceeding|not to exceed)"
        r"|(?:but |with |subject to |up to )?(?:an? )?max(?:imum)?\.?(?: of)?|(?:но )?не бол(?:ее|ьше)"
    ),
    "higher": rf"whichever (?:is |be )?(?:the )?{_MORE}|{_DEPENDING} (?:больше|выше)",
    "lower": rf"whichever (?:is |be )?(?:the )?{_LESS}|{_DEPENDING} (?:меньше|ниже)",
    "value": rf"ad val(?:orem)?\.?|(?:of|on) {_VALUE}|от (?:таможенной )?стоимости",
    "free": r"duty[ -]?free|free(?: of duty)?|nil|zero|exempt(?:ed)?|беспошлинно",
    "mfn": rf"(?:the )?(?:mfn|most[ -]favou?red[ -]nation){_DUTY}",
    "general": f"(?:the )?general{_DUTY}",
    "preference": f"(?:the )?preferen(?:ce|tial){_DUTY}",
    "base": f"(?:the )?base{_DUTY}",
    "duty": r"(?:the )?(?:customs |import )?duty",
    "percent": r"%|per ?cent(?:um)?|pct|процент(?:а|ов)?",
    "plus": r"\+|plus|and|плюс",
    "or": "or|или|либо",
    "of": "of|от",
    "per": "/|per|for(?: (?:each|every))?|за(?: кажд\\w+)?|an?|each",
    "open": r"\(",
    "close": r"\)",
    "comma": "[,;]",
    # A count with spaces or commas between thousands; a number with a decimal point or comma.
    "number": (
        r"\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?: \d{3})+(?:[.,]\d+)?(?![\d])|\d+[.,]\d+(?![.,]?\d)|\.\d+|\d+(?![.,]\d)"
    ),
}


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a rate: its kind, its text as given, and what it names: a currency, or a unit and how many."""

    kind: str
    text: str
    names: str = ""
    count: float = 1.0


def clean_text(text: str) -> str:
    """Small letters, single spaces, m2 for m², no full stop at the end.

    >>> clean_text("15 %   of  CIF\u00a0value.")
    '15 % of cif value'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).rstrip(" .")


def split_words(clean: str) -> Iterator[Token]:
    """The words of a cleaned text in order; what is none comes as one token of kind `unknown`, and ends it.

    >>> [token.kind for token in split_words("15%, min 2 eur/kg")]
    ['number', 'percent', 'comma', 'least', 'number', 'money', 'per', 'unit']
    """
    place = 0
    while place < len(clean):
        if clean[place] == " ":
            place += 1
            continue
        token = _longest(clean, place)
        yield token
        place += len(token.text)


def _longest(clean: str, place: int) -> Token:
    best = Token("unknown", clean[place:])
    length = 0
    for pattern, token in _patterns():
        found = pattern.match(clean, place)
        if found and found.end() - place > length:
            length = found.end() - place
            best = Token(token.kind, found[0], token.names, token.count)
    return best


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Token], ...]:
    """Each kind of word with its pattern; of two that fit alike the first is taken."""
    codes = {code: code.casefold() for code in load_catalogue().currencies}
    money = {code: "|".join(filter(None, (word, MONEY_WORDS.get(code)))) for code, word in codes.items()}
    rows = [(words, Token(kind, "")) for kind, words in _WORDS.items()]
    rows += [(words, Token("money", "", code)) for code, words in money.items() if code in MONEY_WORDS]
    rest = "|".join(word for code, word in codes.items() if code not in MONEY_WORDS)
    rows += [(words, Token("unit", "", unit, count)) for (unit, count), words in UNIT_WORDS.items()]
    rows.append((rest, Token("money", "")))
    return tuple((re.compile(f"(?:{words}){_end(token.kind)}"), token) for words, token in rows)


def _end(kind: str) -> str:
    """Where a word may end: no letter runs on, and a digit only behind a currency, a sign or a limit."""
    if kind == "number":
        return ""
    runs_on = r"\w" if kind in ("unit", "per", "of") else r"[^\W\d]"
    return rf"(?!(?<=\w){runs_on})"
