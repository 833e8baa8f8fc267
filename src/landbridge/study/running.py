"""Running a scenario of a study: check, compute, store under the hash of the inputs, read back when they are equal."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from landbridge import __version__
from landbridge.network.places import find_place
from landbridge.network.steps import GatewayChoice, Options, Simulation
from landbridge.schema import InputError, raise_errors
from landbridge.sources import hash_shipped_tables, network_date, open_world, read_shipped_tables
from landbridge.sources.world import read_meta
from landbridge.store import RunInputs, Store, StoredRun
from landbridge.study.checks import check_scenario
from landbridge.study.engine import RESULTS, Ground, Progress, Setting, compute
from landbridge.study.reading import StudyInput
from landbridge.study.scenarios import ScenarioTables, scenario_tables

RUNS_FOLDER = "runs"
# Four of each kind are priced in about 0.15 s of work for each flow; a command asks for more.
SHOWN_GATEWAYS = GatewayChoice(count=4)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A scenario ready to run: its ground (corridors narrowed to those of the study), all its tables, its inputs."""

    ground: Ground
    scenario: ScenarioTables
    inputs: RunInputs

    @property
    def setting(self) -> Setting:
        """Date, law and draws."""
        return self.ground.setting


def prepare_scenario(study: StudyInput, name: str) -> Prepared:
    """Merge and check the tables of a scenario. Raises InputError with all its findings, KeyError for no scenario."""
    merged = scenario_tables(study, name, read_shipped_tables(), network_date=network_date())
    found = check_scenario(study, merged, is_place=make_place_test(study), world=open_world())
    raise_errors([*study.findings, *found])
    tables = dict(merged.tables)
    own = merged.touched.get("corridors")
    if own:
        tables["corridors"] = tables["corridors"][tables["corridors"]["id"].isin(list(own))]
    draws = int(tables["parameters"].set_index("id")["value"]["draws"])
    setting = Setting(merged.date, study.model.bound_by, Simulation(draws, study.model.seed))
    inputs = RunInputs(
        scenario=name,
        inputs={**merged.hashes, "shipped tables": hash_shipped_tables()},
        versions={"landbridge": __version__, "network": str(read_meta()["hash"])},
        seed=study.model.seed,
        date=merged.date.isoformat(),
        settings={"draws": draws},
    )
    return Prepared(Ground(tables, setting), merged, inputs)


def make_place_test(study: StudyInput) -> Callable[[str], bool]:
    """Whether a text names a place, of the study or of the shipped network."""
    world, own = open_world(), study.tables.get("places")

    def is_place(text: str) -> bool:
        try:
            find_place(world, text, extra=own)
        except InputError:
            return False
        return True

    return is_place


def open_store(study: StudyInput) -> Store:
    """The store of a study's runs."""
    return Store(Path(study.root) / RUNS_FOLDER)


def run_scenario(study: StudyInput, name: str, *, progress: Progress = lambda line: None) -> StoredRun:
    """The run of a scenario: read back where the inputs are those of a stored run, else computed and stored.

    Raises InputError with all findings of the study.
    """
    prepared = prepare_scenario(study, name)
    store = open_store(study)
    stored = store.find_run(prepared.inputs)
    if stored is not None:
        return stored
    options = Options(closures=True, gateways=SHOWN_GATEWAYS, to_sea=study.model.parties)
    workspace, timings = compute(prepared.ground, options=options, progress=progress)
    return store.write_run(prepared.inputs, {table: workspace[table] for table in RESULTS}, timings=timings)
