"""Findings: a fault or a warning found in the input or in a result, with its place and its repair."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from rapidfuzz import fuzz, process
from rapidfuzz import utils as rapidfuzz_words

Severity = Literal["error", "warning", "note"]

_ORDER: dict[str, int] = {"error": 0, "warning": 1, "note": 2}
# Below this likeness (0-100) a suggestion confuses more than it helps.
_LIKENESS = 55.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault, warning or note.

    `code` is a stable word for scripts, `row` the 1-based line of the file (the header is line 1),
    `nearest` the valid names most like the wrong one, best first.

    >>> print(Finding("unknown_column", "error", "no column 'tons'", "rename it", "flows.csv", 1, "tons"))
    error unknown_column: flows.csv, line 1, column tons: no column 'tons'; rename it
    """

    code: str
    severity: Severity
    what: str
    remedy: str
    file: str = ""
    row: int | None = None
    column: str = ""
    nearest: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """File, line and column as one text, empty where the finding has no place."""
        parts = [self.file, f"line {self.row}" if self.row is not None else "", f"column {self.column}"]
        return ", ".join(part for part in parts[: 3 if self.column else 2] if part)

    def as_dict(self) -> dict[str, Any]:
        """The finding as a JSON object; keys that do not apply are left out."""
        words: dict[str, Any] = {"code": self.code, "severity": self.severity}
        words |= {"file": self.file, "row": self.row, "column": self.column}
        words |= {"what": self.what, "remedy": self.remedy, "nearest": list(self.nearest)}
        return {key: value for key, value in words.items() if value not in ("", None, [])}

    def __str__(self) -> str:
        text = f"{self.severity} {self.code}: {self.place + ': ' if self.place else ''}{self.what}"
        text += f"; {self.remedy}" if self.remedy else ""
        return text + (f" (nearest: {', '.join(self.nearest)})" if self.nearest else "")


def find_nearest(word: str, names: Iterable[str], *, limit: int = 3) -> tuple[str, ...]:
    """The names most like `word`, best first, at most `limit`; empty where none is like it.

    Likeness is the normalised edit distance (insertions and deletions) over lower-case letters and digits.

    >>> find_nearest("flow", ["flows", "corridors", "listings"])
    ('flows',)
    """
    found = process.extract(
        word[:80],
        sorted(set(names)),
        scorer=fuzz.ratio,
        processor=rapidfuzz_words.default_process,
        limit=limit,
        score_cutoff=_LIKENESS,
    )
    return tuple(name for name, _, _ in found)


def order_findings(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings without repetition: errors first, then by file, line and column.

    >>> two = [Finding("b", "note", "w", "r"), Finding("a", "error", "w", "r")]
    >>> [f.code for f in order_findings(two + two)]
    ['a', 'b']
    """

    def place(finding: Finding) -> tuple[int, str, int, str, str, str]:
        row = finding.row if finding.row is not None else 0
        return _ORDER[finding.severity], finding.file, row, finding.column, finding.code, finding.what

    return tuple(sorted(dict.fromkeys(findings), key=place))


def has_errors(findings: Iterable[Finding]) -> bool:
    """True where one finding is an error.

    >>> has_errors([Finding("a", "note", "w", "r")])
    False
    """
    return any(finding.severity == "error" for finding in findings)


@dataclass(slots=True)
class FindingList:
    """Collects the findings of one file and keeps the first `limit`; the rest are only counted.

    A finding is handed over as a function, so that beyond the limit the search for nearest names
    is not made: a file of garbage must not cost minutes.
    """

    file: str = ""
    limit: int = 60
    kept: list[Finding] = field(default_factory=list)
    left_out: int = 0

    def add(self, make: Callable[[], Finding]) -> None:
        """Keep the finding that `make` returns, or count it."""
        if len(self.kept) >= self.limit:
            self.left_out += 1
            return
        finding = make()
        self.kept.append(finding if finding.file else replace(finding, file=self.file))

    def close(self) -> tuple[Finding, ...]:
        """The findings, with a last one that says how many were left out."""
        if not self.left_out:
            return tuple(self.kept)
        more = Finding(
            "more_findings",
            "error",
            f"and {self.left_out} more findings in this file",
            "repair those above and check again",
            file=self.file,
        )
        return (*self.kept, more)
