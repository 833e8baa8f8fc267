"""The short language of rules of origin: from text to a rule and back.

    WO                              all materials wholly obtained;  WO of 10, 11  those of the named codes
    CC, CTH, CTSH                   change of chapter, heading, subheading;  ANY  from materials of any heading
        except 8706, 87             and not from these
        from 7206, 7207             and only from these
        allowing 4407               these may be used
        same <= 20 % exw            those of the same heading up to this share of the ex-works price
    VNM <= 50 % exw                 value of non-originating materials;  VNM of 9613 <= 70 % exw
    RVC >= 40 % fob build-down      regional value;  build-up, direct;  RVC >= 60 % net cost
    WNM <= 30 %                     weight of non-originating materials in the goods;  WNM of 17 <= 30 %
    SP(ckd: what is done)           a process, under the key that bills of materials use

Bases: exw, fob, customs value, materials. `and` binds closer than `or`; brackets group.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from landbridge.landed_cost.origin_rules import (
    And,
    Base,
    ChangeOfTariff,
    Level,
    Method,
    Or,
    OriginRuleError,
    Process,
    Rule,
    ValueContent,
    WeightShare,
    WhollyObtained,
)

_LEVELS: dict[str, Level] = {"CC": "chapter", "CTH": "heading", "CTSH": "subheading", "ANY": "any"}
_LEVEL_WORDS = {level: word for word, level in _LEVELS.items()}
_METHODS: dict[str, Method] = {"build-down": "build_down", "build-up": "build_up", "direct": "direct"}
_BASES: dict[str, Base] = {
    "exw": "exw", "fob": "fob", "customs value": "customs_value", "materials": "materials", "net cost": "net_cost",
}  # fmt: skip
_BASE_WORDS = {base: word for word, base in _BASES.items()}
_TOKEN = re.compile(
    r"\s*(?:(?P<process>SP\s*\([^()]*\))|(?P<mark><=|>=|[(),%])|(?P<number>[0-9]+(?:\.[0-9]+)?(?:e-?[0-9]{1,3})?)"
    r"|(?P<word>[A-Za-z][A-Za-z-]*))",
    re.IGNORECASE,
)
_LONGEST, _DEEPEST = 4000, 20
_EXAMPLE = "write it like CTH except 8706 or VNM <= 50 % exw"


@dataclass(slots=True)
class _Reader:
    """The tokens of a text and how far they have been read."""

    tokens: list[str]
    place: int = 0
    depth: int = field(default=0)

    @property
    def next(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self) -> str:
        token = self.next
        self.place += 1
        return token

    def takes(self, *words: str) -> bool:
        """Step over the words where they come next."""
        coming = tuple(token.lower() for token in self.tokens[self.place : self.place + len(words)])
        if coming != words:
            return False
        self.place += len(words)
        return True

    def expect(self, *words: str) -> None:
        if not self.takes(*words):
            found = repr(self.next[:40]) if self.next else "the end"
            raise OriginRuleError(f"{found} stands where {' '.join(words)!r} belongs", _EXAMPLE)


def parse_origin_rule(text: str) -> Rule:
    """The rule that a text of the language stands for.

    Raises OriginRuleError, which says what cannot be read and how to write it.

    >>> parse_origin_rule("VNM <= 50 % exw")
    ValueContent(method='vnm', limit=50.0, base='exw', of=())
    >>> parse_origin_rule("CTH except 8706 or (WO and RVC >= 40 % fob build-up)").parts[0]
    ChangeOfTariff(level='heading', apart=('8706',), of=(), allowed=(), same=None)
    """
    reader = _Reader(_split(text))
    rule = _read_or(reader)
    if reader.next:
        raise OriginRuleError(f"{reader.next[:40]!r} is too much at its end", _EXAMPLE)
    return rule


def _split(text: str) -> list[str]:
    if len(text) > _LONGEST:
        raise OriginRuleError(f"the rule is longer than {_LONGEST} letters", "shorten it")
    tokens, place, end = [], 0, len(text.rstrip())
    while place < end:
        hit = _TOKEN.match(text, place)
        if hit is None:
            raise OriginRuleError(f"{text[place:end].strip()[:40]!r} cannot be read", _EXAMPLE)
        tokens.append(hit[0].strip())
        place = hit.end()
    if not tokens:
        raise OriginRuleError("the rule is empty", _EXAMPLE)
    return tokens


def _read_or(reader: _Reader) -> Rule:
    parts = [_read_and(reader)]
    while reader.takes("or"):
        parts.append(_read_and(reader))
    return parts[0] if len(parts) == 1 else Or(tuple(parts))


def _read_and(reader: _Reader) -> Rule:
    parts = [_read_part(reader)]
    while reader.takes("and"):
        parts.append(_read_part(reader))
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def _read_part(reader: _Reader) -> Rule:
    if reader.takes("("):
        reader.depth += 1
        if reader.depth > _DEEPEST:
            raise OriginRuleError("brackets lie too deep in one another", "write it with fewer")
        rule = _read_or(reader)
        reader.expect(")")
        reader.depth -= 1
        return rule
    token = reader.take()
    word = token.upper()
    if word in _LEVELS:
        return _read_change(reader, _LEVELS[word])
    if word == "WO":
        return WhollyObtained(_read_codes(reader) if reader.takes("of") else ())
    if word in ("VNM", "RVC"):
        return _read_value(reader, word)
    if word == "WNM":
        of = _read_codes(reader) if reader.takes("of") else ()
        reader.expect("<=")
        return WeightShare(_read_share(reader), of)
    if word.startswith("SP"):
        return _read_process(token)
    found = repr(token[:40]) if token else "the end"
    raise OriginRuleError(
        f"{found} is no rule", "begin with WO, CC, CTH, CTSH, ANY, VNM, RVC, WNM or SP(...)"
    )


def _read_change(reader: _Reader, level: Level) -> ChangeOfTariff:
    codes: dict[str, tuple[str, ...]] = {}
    for word in ("except", "from", "allowing"):
        if reader.takes(word):
            codes[word] = _read_codes(reader)
    same = None
    if reader.takes("same"):
        reader.expect("<=")
        same = _read_share(reader)
        reader.expect("exw")
    return ChangeOfTariff(
        level, codes.get("except", ()), codes.get("from", ()), codes.get("allowing", ()), same
    )


def _read_value(reader: _Reader, word: str) -> ValueContent:
    if word == "VNM":
        of = _read_codes(reader) if reader.takes("of") else ()
        reader.expect("<=")
        return ValueContent("vnm", _read_share(reader), _read_base(reader), of)
    reader.expect(">=")
    limit, base = _read_share(reader), _read_base(reader)
    if base == "net_cost":
        return ValueContent("net_cost", limit, base)
    for method, meaning in _METHODS.items():
        if reader.takes(method):
            return ValueContent(meaning, limit, base)
    return ValueContent("build_down", limit, base)


def _read_process(token: str) -> Process:
    inside = re.sub(r"^SP\s*\(|\)$", "", token, flags=re.IGNORECASE)
    key, colon, text = inside.partition(":")
    if not colon:
        raise OriginRuleError(f"{token[:40]!r} lacks a key or its words", "write SP(ckd: made from kits)")
    return Process(key.strip(), text.strip())


def _read_codes(reader: _Reader) -> tuple[str, ...]:
    codes = [reader.take()]
    while reader.takes(","):
        codes.append(reader.take())
    if not all(code.isdecimal() for code in codes):
        bad = next(code for code in codes if not code.isdecimal())
        raise OriginRuleError(f"{bad[:40]!r} is no code", "write codes with commas, digits only: 8706, 87")
    return tuple(codes)


def _read_share(reader: _Reader) -> float:
    token = reader.take()
    if not token[:1].isdecimal():
        raise OriginRuleError(f"{token[:40]!r} is no number", _EXAMPLE)
    reader.expect("%")
    return float(token)


def _read_base(reader: _Reader) -> Base:
    for words, base in _BASES.items():
        if reader.takes(*words.split()):
            return base
    found = repr(reader.next[:40]) if reader.next else "the end"
    raise OriginRuleError(f"{found} is no base of a share", f"write one of {', '.join(_BASES)}")


def write_origin_rule(rule: Rule) -> str:
    """The text of a rule, which `parse_origin_rule` reads back to the same rule.

    >>> write_origin_rule(parse_origin_rule("cth and ( vnm<=40 % exw or Wo )"))
    'CTH and (VNM <= 40 % exw or WO)'
    """
    match rule:
        case And(parts):
            return " and ".join(_bracket(part, (And, Or)) for part in parts)
        case Or(parts):
            return " or ".join(_bracket(part, (Or,)) for part in parts)
        case WhollyObtained(of):
            return "WO" + _write_codes("of", of)
        case ChangeOfTariff(level, apart, of, allowed, same):
            codes = (
                _write_codes("except", apart) + _write_codes("from", of) + _write_codes("allowing", allowed)
            )
            return (
                _LEVEL_WORDS[level] + codes + ("" if same is None else f" same <= {_write_share(same)} exw")
            )
        case ValueContent("vnm", limit, base, of):
            return f"VNM{_write_codes('of', of)} <= {_write_share(limit)} {_BASE_WORDS[base]}"
        case ValueContent(method, limit, base):
            way = "" if method == "net_cost" else f" {method.replace('_', '-')}"
            return f"RVC >= {_write_share(limit)} {_BASE_WORDS[base]}{way}"
        case WeightShare(limit, of):
            return f"WNM{_write_codes('of', of)} <= {_write_share(limit)}"
        case Process(key, text):
            return f"SP({key}: {text})"


def _bracket(rule: Rule, kinds: tuple[type, ...]) -> str:
    text = write_origin_rule(rule)
    return f"({text})" if isinstance(rule, kinds) else text


def _write_codes(word: str, codes: tuple[str, ...]) -> str:
    return f" {word} {', '.join(codes)}" if codes else ""


def _write_share(share: float) -> str:
    return f"{int(share) if float(share).is_integer() else repr(float(share))} %"
