"""Steps: what a room computes, with the names that it reads and writes, so that a plan can order them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Workspace = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a run. `compute` gets a workspace that holds `reads` and returns a mapping of all of `writes`.

    Names are those of declared tables (data frames) or of the frozen objects that steps hand on.
    """

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    compute: Callable[[Workspace], Mapping[str, Any]]
