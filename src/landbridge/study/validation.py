"""The network and the model against what is published: lengths, journeys, border crossings, structure, outlets."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from landbridge.network.lengths import compare_lengths
from landbridge.network.outlets import compare_outlets
from landbridge.network.router import make_ready
from landbridge.network.structure import survey_capitals
from landbridge.sources.world import World
from landbridge.study.border_crossings import compare_crossings
from landbridge.study.journeys import compare_journeys

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True, eq=False)
class Validation:
    """Frames of a validation, as `compare_lengths`, `compare_journeys`, `compare_crossings`, `survey_capitals` (its
    pairs and capitals) and `compare_outlets` (its ways and what could not be placed) make them; `remarks` is the table
    circuity_remarks, `date` the network's.
    """

    date: str
    lengths: pd.DataFrame
    journeys: pd.DataFrame
    crossings: pd.DataFrame
    pairs: pd.DataFrame
    capitals: pd.DataFrame
    remarks: pd.DataFrame
    outlets: pd.DataFrame
    unplaced: pd.DataFrame


def validate(
    world: World, tables: Mapping[str, pd.DataFrame], *, progress: Progress = lambda line: None
) -> Validation:
    """Compares the network of `world` with all published figures of `tables`."""
    progress("published lengths")
    lengths = compare_lengths(world, tables, date=world.date)
    ready = make_ready(world, tables, world.date)
    structure = survey_capitals(ready, progress=progress)
    outlets = compare_outlets(ready, progress=progress)
    return Validation(
        date=world.date.isoformat(),
        lengths=lengths,
        journeys=compare_journeys(world, tables, progress=progress),
        crossings=compare_crossings(world, tables, progress=progress),
        pairs=structure.pairs,
        capitals=structure.capitals,
        remarks=tables["circuity_remarks"],
        outlets=outlets.ways,
        unplaced=outlets.unplaced,
    )
