"""What is shut for a share of the time: a pass under snow, a port in a storm, a line on strike.

Goods that come while it is shut wait until it opens. A step of waiting stands before the handling at a place, before
the formalities at a post, at the boarding of a service, and where a route comes upon an authored leg or a passage.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from landbridge.network.marks import Marks
from landbridge.network.virtual import LAYERS, WORLD_LAYERS, ArcDraft, Arcs, Site, Step
from landbridge.schema import load_catalogue
from landbridge.schema.dated_rows import in_force_at, open_at
from landbridge.schema.rows import Row, read_rows
from landbridge.sources.world import World

INTERRUPTION = "interruption"
HANDLING = {"load", "unload", "tranship", "gauge_change"}


@dataclass(frozen=True, slots=True)
class Interruptions:
    """The rows of interruptions in force at a date, by id and by what they shut."""

    rows: Mapping[str, Row] = field(default_factory=dict)
    on: Mapping[str, tuple[Row, ...]] = field(default_factory=dict)

    @classmethod
    def at(cls, frame: pd.DataFrame, date: datetime.date) -> "Interruptions":
        """Those whose period and months hold `date`, and that shut anything."""
        spec = load_catalogue().tables["interruptions"]
        current = in_force_at(frame, spec, date=date) & open_at(frame, spec, date=date)
        rows = [row for row in read_rows(frame[current]) if row["share"] > 0 and row["duration"] > 0]
        on: dict[str, list[Row]] = {}
        for row in rows:
            on.setdefault(str(row["on"]), []).append(row)
        return cls({str(row["id"]): row for row in rows}, {key: tuple(found) for key, found in on.items()})

    def steps(self, shut: str, modes: Sequence[str]) -> tuple[Step, ...]:
        """Waits for `shut` (id of a place, post, leg, service, passage) of goods by `modes`, the main one first."""
        steps = []
        for row in self.on.get(shut, ()):
            stopped = [mode for mode in modes if mode and (not row["modes"] or mode in row["modes"])]
            if stopped:
                steps.append(Step("wait", stopped[0], "", INTERRUPTION, (str(row["id"]),)))
        return tuple(steps)


def interrupt_arcs(draft: ArcDraft, arcs: Arcs, shut: Interruptions) -> Arcs:
    """The arcs with the waits at places, posts and services that may be shut, in their lists of operations."""
    if not shut.on:
        return arcs
    services = [
        any(step.direction == "headway" and step.service in shut.on for step in steps)
        for steps in draft.operations
    ]
    sites = np.array([*(site.id in shut.on for site in draft.sites), False])[arcs.site]
    touched = np.flatnonzero((arcs.op >= 0) & (sites | np.array([*services, False])[arcs.op]))
    ops = arcs.op.copy()
    for arc in touched:
        site = draft.sites[arcs.site[arc]]
        ops[arc] = draft.add_operation(_interrupt(draft.operations[arcs.op[arc]], site, shut))
    return replace(arcs, op=ops)


def _interrupt(steps: tuple[Step, ...], site: Site, shut: Interruptions) -> tuple[Step, ...]:
    """The steps with the waits before them; what is loaded waits when it is."""
    first = steps[0]
    waits: list[Step] = []
    if site.kind == "post" or first.operation in HANDLING:
        waits += shut.steps(site.id, (first.mode, first.to_mode))
    for step in steps:
        if step.direction == "headway":
            waits += shut.steps(step.service, (step.mode,))
    loaded = 1 if first.operation == "load" else 0
    return (*steps[:loaded], *waits, *steps[loaded:])


class Lined(Protocol):
    """Arcs of a world by their legs and passages."""

    @property
    def arcs(self) -> Arcs:
        """Their columns."""

    @property
    def world(self) -> World:
        """The world that they belong to."""

    def marked(self, name: str) -> Marks:
        """The arcs by one of their columns."""


@dataclass(frozen=True, slots=True)
class LineWaits:
    """Waits at the authored legs and passages of a world, by their number there."""

    legs: Mapping[int, tuple[Step, ...]]
    passages: Mapping[int, tuple[Step, ...]]

    @classmethod
    def of(cls, world: World, shut: Interruptions) -> "LineWaits":
        """Those of the rows in force."""
        legs = {
            number: shut.steps(leg, (_leg_mode(world, number),))
            for number, leg in enumerate(world.legs)
            if leg in shut.on
        }
        passages = {
            number: shut.steps(passage, ("sea",))
            for number, passage in enumerate(world.passages)
            if passage in shut.on
        }
        return cls(legs, passages)

    @property
    def all(self) -> tuple[tuple[Step, ...], ...]:
        """Every list of waits."""
        return (*self.legs.values(), *self.passages.values())

    def met(self, arcs: Arcs, path: NDArray[np.integer]) -> dict[int, tuple[tuple[Step, str, int], ...]]:
        """By position on a path the waits where it comes upon a line: the step, the kind of line and its number."""
        found: dict[int, list[tuple[Step, str, int]]] = {}
        for kind, lines in (("leg", self.legs), ("passage", self.passages)):
            numbers = getattr(arcs, kind)[path]
            begins = np.concatenate([[True], numbers[1:] != numbers[:-1]]) & np.isin(numbers, list(lines))
            for position in np.flatnonzero(begins).tolist():
                number = int(numbers[position])
                found.setdefault(position, []).extend((step, kind, number) for step in lines[number])
        return {position: tuple(waits) for position, waits in found.items()}


def _leg_mode(world: World, leg: int) -> str:
    edges = np.flatnonzero(world.edge_leg == leg)
    return LAYERS[WORLD_LAYERS[int(world.edge_layer[edges[0]])]] if len(edges) else ""


def add_line_waits(
    weight: NDArray[np.float64], network: Lined, waits: LineWaits, amounts: NDArray[np.float64]
) -> None:
    """Adds to each arc's weight, float64[arcs], what waits at its leg or passage add, spread over the line's km.

    `amounts` float64[lines] is what each list of waits adds, in the order of `waits.all`.
    """
    world, arcs, left = network.world, network.arcs, iter(amounts.tolist())
    for name, lines, of_edges in (
        ("leg", waits.legs, world.edge_leg),
        ("passage", waits.passages, world.edge_passage),
    ):
        for number in lines:
            amount, here = next(left), network.marked(name).select(number)
            if not len(here):
                continue
            length = max(float(world.edge_km[of_edges == number].sum()), 1.0)
            weight[here] += amount / length * (arcs.km_a[here] + arcs.km_b[here])
