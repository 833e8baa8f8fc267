"""The ways that a flow may take under some coalition of levers, and what each costs and takes under any."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import attrgetter
from typing import Any

import numpy as np

from landbridge.agreements.lever_edits import Edit
from landbridge.network.items import Simulation
from landbridge.network.router import Case
from landbridge.network.routes import Route
from landbridge.network.search import Path
from landbridge.network.steps import TABLES, find_flow_routes, prepare_tables
from landbridge.network.terminals import Stop
from landbridge.network.variants import Asked, CellChange, Variants, make_variants
from landbridge.network.virtual import VirtualNetwork
from landbridge.study.lever_tables import LeverTables

Paths = dict[bytes, Path]
# The criteria, named as the columns of a route are.
BY = ("cost", "time")


@dataclass(eq=False)
class Ways:
    """The ways of a flow that may be its best `by` some criteria under some coalition, priced under any.

    The search knows no price that is not a sum of its arcs, so the best in full may be another way than it finds. Those
    looked at are the best that a run of the scenario finds without any lever and with all, corridors among them, and
    the best under the coalition itself, without any lever, with each alone, with all, and with all but one. `answered`
    has the paths of the runs by the levers that change the structure of the network, then by criterion.
    """

    variants: Variants
    flow: str
    answered: Mapping[int, Mapping[str, Sequence[Path]]]
    by: tuple[str, ...] = BY
    paths: dict[int, Paths] = field(default_factory=dict)

    def choose(self, *by: str) -> Ways:
        """The ways by some of the criteria."""
        return Ways(self.variants, self.flow, self.answered, by)

    @cached_property
    def reach(self) -> int:
        """The bits of the levers that bear on them."""
        found = self.variants.reach(self.flow, by=self.by)
        for structure in self.answered:
            for path in self._list_answered(structure):
                found |= self.variants.touching(self.flow, structure, path)
        return found

    def _list_answered(self, structure: int) -> Iterator[Path]:
        for criterion, paths in self.answered.get(structure, {}).items():
            yield from paths if criterion in self.by else ()

    def list_paths(self, masks: Iterable[int]) -> Paths:
        """The paths of the ways for some coalitions of one structure, by their bytes."""
        asked = list(masks)
        structure = asked[0] & self.variants.structure
        if structure not in self.paths:
            self.paths[structure] = dict(self._find_paths(structure))
        return {**self.paths[structure], **dict(self._find_best(asked))}

    def _find_paths(self, structure: int) -> Iterator[tuple[bytes, Path]]:
        rest = self.reach & ~self.variants.structure
        single = [1 << place for place in range(rest.bit_length()) if rest >> place & 1]
        yield from self._find_best(
            structure | mask for mask in (0, rest, *single, *(rest ^ bit for bit in single))
        )
        yield from ((path.tobytes(), path) for path in self._list_answered(structure))

    def _find_best(self, masks: Iterable[int]) -> Iterator[tuple[bytes, Path]]:
        for mask in masks:
            found = self.variants.outcome(self.flow, mask)
            for criterion, route in zip(BY, (found.cheapest, found.fastest), strict=True):
                if route is not None and criterion in self.by:
                    yield route.path.tobytes(), route.path

    def price(self, mask: int, path: Path) -> Route | None:
        """A path priced under a coalition, None where it is closed."""
        return self.variants.price(self.flow, mask & self.reach, path)

    def list_routes(self, mask: int) -> list[Route]:
        """The ways that are open under a coalition."""
        paths = self.list_paths([mask & self.reach]).values()
        routes = (self.price(mask, path) for path in paths)
        return [route for route in routes if route is not None]


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """What a run finds over the tables of one coalition: its network, and on it the path of each flow's best route by
    each criterion.
    """

    network: VirtualNetwork
    paths: Mapping[str, Mapping[str, Path]]


def answer_ends(given: Mapping[str, Any], tables: LeverTables) -> dict[int, Answered]:
    """What a run finds without any lever and with all, by their masks."""
    ends = (stop for one in list_asked(given) for stop in one.case.ends)
    stops = {stop.id: stop for stop in (*ends, *list_capitals(given))}
    everybody = (1 << len(tables.levers)) - 1
    before, after = tables.of(0), tables.of(everybody)
    found = _answer(given, before, tuple(stops.values()))
    if all(before[name] is after[name] for name in TABLES if name in before):
        return {0: found, everybody: found}
    return {0: found, everybody: _answer(given, after, tuple(stops.values()))}


def _answer(given: Mapping[str, Any], tables: Mapping[str, Any], stops: Sequence[Stop]) -> Answered:
    ready = prepare_tables({**given, **tables})["base"]
    router = ready.router(stops, simulation=Simulation(1, given["simulation"].seed))
    wanted = replace(given["options"], by=BY)
    answers = find_flow_routes({**given, **tables, "router": router, "options": wanted})["answers"]
    paths = {
        flow: {name: min(answer.routes, key=attrgetter(name)).path for name in BY}
        for flow, answer in answers.items()
        if answer.routes
    }
    return Answered(router.network, paths)


def list_asked(given: Mapping[str, Any]) -> list[Asked]:
    """The flows that the law allows, with what it closes to them."""
    return [
        Asked(flow, Case(given["flow_shipments"][flow], ruling.closings, given["ends"][flow]))
        for flow, ruling in given["rulings"].items()
        if not ruling.prohibited
    ]


def list_capitals(given: Mapping[str, Any]) -> list[Stop]:
    """The capitals of landlocked parties, from which their access to the sea is measured."""
    return [question.capital for question in given["sea_questions"].values()]


def vary_ways(
    given: Mapping[str, Any], tables: LeverTables, answered: Mapping[int, Answered]
) -> dict[str, Ways]:
    """The ways of each flow that the law allows, under any coalition of the levers of `tables`, those that runs have
    found (by coalition) among them.

    Raises ValueError where a run has another network than its coalition.
    """
    asked = list_asked(given)
    variants = make_variants(
        tables.of,
        [_describe_change(edits) for edits in tables.list_changes().values()],
        asked=asked,
        world=given["world"],
        date=given["date"],
        simulation=given["simulation"],
    )
    variants = replace(variants, further=tuple(list_capitals(given)))
    for mask, found in answered.items():
        _check_same(found.network, variants.network(mask))
    return {
        one.id: Ways(variants, one.id, _gather_paths(answered, one.id, variants.structure)) for one in asked
    }


def _gather_paths(
    answered: Mapping[int, Answered], flow: str, structure: int
) -> dict[int, dict[str, list[Path]]]:
    """The paths of a flow that runs have found, by the levers that change the structure and by criterion."""
    paths: dict[int, dict[str, list[Path]]] = {}
    for mask, found in answered.items():
        for criterion, path in found.paths.get(flow, {}).items():
            paths.setdefault(mask & structure, {}).setdefault(criterion, []).append(path)
    return paths


def _check_same(one: VirtualNetwork, other: VirtualNetwork) -> None:
    same = (np.array_equal(getattr(one.arcs, name), getattr(other.arcs, name)) for name in ("tail", "head"))
    if not all(same):
        raise ValueError("the network of a coalition is not that of a run")


def _describe_change(edits: Sequence[Edit]) -> CellChange:
    rows: dict[str, set[str]] = {}
    fields: dict[str, set[str]] = {}
    for edit in edits:
        if edit.table in TABLES:
            rows.setdefault(edit.table, set()).add(edit.id)
            fields.setdefault(edit.table, set()).add(edit.field)
    return CellChange(*({name: frozenset(own) for name, own in each.items()} for each in (rows, fields)))
