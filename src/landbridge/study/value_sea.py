"""The access of a landlocked party to the sea under any coalition of levers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from landbridge.network.router import Case
from landbridge.network.sea_access import AccessFigures, measure_search
from landbridge.network.seaports import Shore, find_shore, list_working
from landbridge.network.variants import Variants
from landbridge.study.lever_tables import LeverTables
from landbridge.study.value_subjects import Subject, UnreachedError, Valued

# The indicators of a landlocked party by the measure, and which is better.
OF_PARTIES: Mapping[str, tuple[str, str]] = {
    "sea_cost": ("cost", "less"),
    "sea_time": ("time", "less"),
    "sea_cost_other_neighbour": ("cost_other_neighbour", "less"),
    "sea_cost_other_port": ("cost_other_port", "less"),
    "sea_ways_by_posts": ("ways_by_posts", "more"),
    "sea_ways_by_countries": ("ways_by_countries", "more"),
    "sea_dependence": ("herfindahl", "less"),
    "sea_worst_loss": ("worst_loss", "less"),
}


def list_sea_subjects(valued: Valued) -> Iterator[Subject]:
    """The measures of access to the sea of each landlocked party whose goods the law lets go there.

    A lever that changes no measure alone, and none as the last of all, is left out of the game: what it might change
    beside some of the others alone is not looked for.
    """
    given = valued.given
    for party, question in given["sea_questions"].items():
        ruling = given["sea_rulings"][party]
        if ruling.prohibited or not valued.ways:
            continue
        case = Case(question.shipment, ruling.closings, (question.capital, question.capital))
        sea = _Sea(next(iter(valued.ways.values())).variants, valued.tables, case)
        reach = sea.find_reach()
        title = f"{question.capital.name} to the sea"
        for indicator, (measure, aim) in OF_PARTIES.items():
            yield Subject(indicator, party, title, "country", aim, reach, _Measure(sea, reach, measure))


@dataclass(slots=True, eq=False)
class _Sea:
    """The measures of a country's access by coalition."""

    variants: Variants
    tables: LeverTables
    case: Case
    known: dict[int, AccessFigures] = field(default_factory=dict)
    shores: dict[int, Shore] = field(default_factory=dict)

    def find_reach(self) -> int:
        """The bits of the levers that change a measure, alone or as the last of all."""
        changing = self.variants.changing
        single = [1 << place for place in range(changing.bit_length()) if changing >> place & 1]
        pairs = {bit: ((0, bit), (changing, changing ^ bit)) for bit in single}
        return sum(
            bit for bit, ends in pairs.items() if any(self.measure(a) != self.measure(b) for a, b in ends)
        )

    def measure(self, mask: int) -> AccessFigures:
        """The measures under a coalition."""
        key = mask & self.variants.changing
        if key not in self.known:
            with self.variants.searching(self.case, key) as (search, reader):
                found = measure_search(search, reader, self.case.ends[0], shore=self._shore(key))
            self.known[key] = found.figures
        return self.known[key]

    def _shore(self, mask: int) -> Shore:
        bearing = mask & (self.variants.structure | self.tables.touching("places"))
        if bearing not in self.shores:
            places = self.tables.of(mask)["places"]
            working = list_working(places, self.case.shipment.cargo_class)
            self.shores[bearing] = find_shore(self.variants.network(mask), working=working)
        return self.shores[bearing]


@dataclass(frozen=True, slots=True)
class _Measure:
    """Values of one measure."""

    sea: _Sea
    reach: int
    measure: str

    def __call__(self, coalitions: NDArray[np.int64]) -> list[float]:
        figures = [self.sea.measure(mask & self.reach) for mask in coalitions.tolist()]
        found = [float(getattr(one, self.measure)) for one in figures]
        if not all(map(isfinite, found)):
            raise UnreachedError
        return found
