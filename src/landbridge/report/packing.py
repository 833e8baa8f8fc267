"""How the page carries its data: compressed pieces, JSON that cannot end a script, hashes for the policy."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from functools import lru_cache
from typing import Any

from markupsafe import Markup, escape

LEVEL = 5  # of zlib: higher levels cost more time than they save bytes


@lru_cache(maxsize=16384)
def escape_text(text: str) -> str:
    """Text as it may stand in an element or a quoted attribute; names recur, so it remembers them.

    >>> escape_text('<b a="1">')
    '&lt;b a=&#34;1&#34;&gt;'
    """
    return str(escape(text))


def write_json(value: Any) -> Markup:
    """JSON that may stand in a script element: no `<`, `>`, `&` and no line separators of Unicode.

    >>> "<" in write_json({"name": "</script>"})
    False
    """
    text = write_plain(value)
    for letter in "<>&\u2028\u2029":
        text = text.replace(letter, f"\\u{ord(letter):04x}")
    return Markup(text)


def pack(value: Any) -> Markup:
    """A value as JSON, deflated (zlib) and in base 64."""
    return pack_text(write_plain(value))


def write_plain(value: Any) -> str:
    """A value as compact JSON, for `pack_text`."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def pack_text(text: str) -> Markup:
    """Text, deflated (zlib) and in base 64."""
    return Markup(base64.b64encode(zlib.compress(text.encode(), LEVEL)).decode())


def unpack(text: str) -> Any:
    """The value of a packed piece.

    >>> unpack(pack(["a", 1]))
    ['a', 1]
    """
    return json.loads(zlib.decompress(base64.b64decode(text)))


def hash_source(text: str) -> str:
    """The hash by which a Content-Security-Policy allows an inline script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
