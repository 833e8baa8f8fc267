"""What happens along a path while it is read: legs as they are gathered, operations as they are done."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from landbridge.network.interruptions import INTERRUPTION
from landbridge.network.virtual import Site, Step


class Done(NamedTuple):
    """An operation done at a site."""

    step: Step
    site: Site


class Piece(NamedTuple):
    """Kilometres under one price code, and those that its rate counts above them."""

    code: int
    km: float
    lean: float = 0.0


class ArcRow(NamedTuple):
    """What a reader of paths asks of an arc: its id, the columns of `Arcs`, its lean and the gauge where it begins."""

    id: int
    km_a: float
    km_b: float
    code_a: int
    code_b: int
    op: int
    site: int
    crossing: int
    lean: float
    gauge: int


@dataclass(slots=True)
class Leg:
    """A leg while it is gathered: pieces and arcs in order, gauge, layer, and the names of its ends."""

    layer: int
    mode: str
    means: str
    start: str
    end: str = ""
    pieces: list[Piece] = field(default_factory=list)
    arcs: list[int] = field(default_factory=list)
    gauge: int = 0


def handles_first(steps: Sequence[Step]) -> bool:
    """Whether what an arc does comes before its kilometres: goods are loaded, or come off anything but a lorry."""
    first = next((step for step in steps if step.direction != INTERRUPTION), None)
    return first is not None and (
        first.operation == "load" or (first.operation == "tranship" and first.mode != "road")
    )


def name_ends(events: Sequence[Leg | Done], end: Site) -> None:
    """Gives each leg the name of the place where it ends: that of the next operation, else the route's end."""
    following = end.name
    for event in reversed(events):
        if isinstance(event, Leg):
            event.end = following
        else:
            following = event.site.name


def group_hauls(events: Sequence[Leg | Done]) -> dict[int, tuple[Leg, ...]]:
    """For each leg (by its position) all legs of its haul, in order."""
    hauls: list[list[tuple[int, Leg]]] = []
    current = -1
    for position, event in enumerate(events):
        if isinstance(event, Leg):
            if event.layer != current:
                hauls.append([])
                current = event.layer
            hauls[-1].append((position, event))
        elif event.step.operation in ("tranship", "service"):
            current = -1
    return {position: tuple(leg for _, leg in haul) for haul in hauls for position, _ in haul}
