"""The errors that landbridge raises on purpose.

LandbridgeError                  base of all
|-- InputError(findings)         the input is at fault: all faults at once           exit code 2
|-- UnreachableError(findings)   no route joins the two places                       exit code 3
`-- ProhibitedError(listings)    an applying measure forbids the shipment            exit code 4
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from landbridge.schema.findings import Finding, has_errors, order_findings


class LandbridgeError(Exception):
    """Base of the errors that a caller may wish to catch; `exit_code` is what the command line returns."""

    exit_code: ClassVar[int] = 1


class _FindingsError(LandbridgeError):
    findings: tuple[Finding, ...]

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = order_findings(findings)
        super().__init__(self.findings)

    def __str__(self) -> str:
        return "\n".join(str(finding) for finding in self.findings)


class InputError(_FindingsError):
    """The input is at fault; `findings` names every fault with its place and its repair.

    >>> str(InputError([Finding("no_study", "error", "no study.toml", "make one", file="x")]))
    'error no_study: x: no study.toml; make one'
    """

    exit_code = 2


class UnreachableError(_FindingsError):
    """No route joins two places; `findings` names the cut that blocks the way."""

    exit_code = 3


class ProhibitedError(LandbridgeError):
    """An applying measure forbids the shipment; `listings` are its rows, with act and article."""

    exit_code = 4
    listings: tuple[Mapping[str, Any], ...]

    def __init__(self, listings: Iterable[Mapping[str, Any]]) -> None:
        self.listings = tuple(listings)
        super().__init__(self.listings)

    def __str__(self) -> str:
        named = (f"{row.get('jurisdiction', '')} {row.get('act', '')}".strip() for row in self.listings)
        return "prohibited: " + "; ".join(named)


def raise_errors(findings: Iterable[Finding]) -> None:
    """Raise InputError with all findings where at least one of them is an error.

    >>> raise_errors([Finding("a", "warning", "w", "r")])
    """
    found = tuple(findings)
    if has_errors(found):
        raise InputError(found)
