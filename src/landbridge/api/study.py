"""Study and Run: what a user's code holds."""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from landbridge.api.agreements import Agreements, NewReport, read_agreements, record_report
from landbridge.api.indicators import Indicator, read_indicator
from landbridge.api.levers import Levers, read_levers
from landbridge.api.reporting import write_study_report
from landbridge.api.routing import Goods, Routes, find_routes
from landbridge.api.sea_access import SeaAccess, read_sea_access
from landbridge.api.values import Values, value_study
from landbridge.network.steps import Options
from landbridge.schema import Finding, InputError, find_nearest, has_errors
from landbridge.sources import network_date, open_world, read_shipped_tables
from landbridge.store import StoredRun
from landbridge.study.checks import check_study
from landbridge.study.criticality import order_losses, rank_scenario
from landbridge.study.engine import Progress
from landbridge.study.evidence import choose_routes, rank_inputs
from landbridge.study.gateways import order_gateways
from landbridge.study.reading import StudyInput
from landbridge.study.reading import read_study as read_study_input
from landbridge.study.running import Prepared, make_place_test, open_store, prepare_scenario, run_scenario
from landbridge.study.sea_access import measure_access
from landbridge.study.valuing import MAX_RUNS, list_spans

# Indicators that open into terms: the column of routes that they take the least of, and the terms' unit.
TRACED = {
    "transport_cost": ("cost", "USD/t"),
    "transport_time": ("time", "h"),
    "transport_emissions": ("co2e", "kg/t"),
}

LANDED_COST = "landed_cost"

quiet: Progress = lambda line: None  # noqa: E731


@dataclass(frozen=True, eq=False)
class Study:
    """A study: a folder of tables, its scenarios and their runs. Make one with `read_study`."""

    source: StudyInput

    @property
    def name(self) -> str:
        """Short name."""
        return self.source.name

    @property
    def root(self) -> Path:
        """The folder."""
        return self.source.root

    @property
    def scenarios(self) -> tuple[str, ...]:
        """Names of the scenarios, without those that are only a base of others."""
        return self.source.model.run_names

    def check(self) -> tuple[Finding, ...]:
        """All findings of the study, warnings and notes; raises InputError with all of them if one is an error."""
        found = check_study(
            self.source,
            read_shipped_tables(),
            network_date=network_date(),
            is_place=make_place_test(self.source),
            world=open_world(),
        )
        if has_errors(found):
            raise InputError(found)
        return found

    def run(self, scenario: str = "", *, progress: Progress = quiet) -> "Run":
        """The run of a scenario (by default the first), computed or read back. Raises InputError."""
        name = self.scenario_name(scenario)
        return Run(self, name, run_scenario(self.source, name, progress=progress))

    def prepare(self, scenario: str = "") -> Prepared:
        """The tables and the setting of a scenario, checked, without running it. Raises InputError."""
        return prepare_scenario(self.source, self.scenario_name(scenario))

    def scenario_name(self, scenario: str) -> str:
        """A name of a scenario, by default the first. Raises InputError with the nearest names."""
        name = scenario or self.scenarios[0]
        known = self.source.model.scenario_names
        if name in known:
            return name
        raise InputError(
            [
                Finding(
                    code="unknown_scenario",
                    severity="error",
                    what=f"no scenario {name!r} in {self.name}",
                    remedy=f"use one of {', '.join(known)}",
                    nearest=find_nearest(name, known),
                )
            ]
        )

    def agreements(self, *, as_of: datetime.date | None = None, scenario: str = "") -> Agreements:
        """The register of agreements as of a day, by default the study's date, with a status for each commitment.

        With a `scenario`, milestones that have an indicator and no observed value take what its run computes, which is
        made where it is not stored. Raises InputError for an unknown scenario.
        """
        run = self.run(scenario) if scenario else None
        return read_agreements(
            self.source,
            as_of=as_of,
            indicators=(lambda name, by: run.indicator(name, by=by).frame) if run else None,
        )

    def levers(self, scenario: str = "") -> Levers:
        """The levers of the study with what each changes alone, or of a scenario with what they change together.

        Raises InputError for an unknown scenario.
        """
        return read_levers(self.source, scenario=self.scenario_name(scenario) if scenario else "")

    def value(
        self,
        *,
        start: str = "",
        end: str = "",
        indicators: Sequence[str] = (),
        max_runs: int = MAX_RUNS,
        progress: Progress = quiet,
    ) -> Values:
        """What each lever, commitment and agreement between two scenarios is worth, computed or read back.

        By default the last scenario that applies levers is valued from its parent. Raises InputError.
        """
        ends = [self.scenario_name(name) if name else "" for name in (start, end)]
        return value_study(
            self.source,
            start=ends[0],
            end=ends[1],
            indicators=tuple(indicators),
            max_runs=max_runs,
            progress=progress,
        )

    def value_steps(self, *, progress: Progress = quiet) -> list[Values]:
        """The values of each step by levers, from the base of the last scenario that applies some; none without levers.

        They stand in the reports that are written from then on. Raises InputError.
        """
        return [self.value(start=start, end=end, progress=progress) for start, end in list_spans(self.source)]

    def record_status(self, report: NewReport) -> str:
        """Append a status report to the study's status_reports.csv and give its id; read the study again to see it.

        Raises InputError with everything that is wrong with the report, or where it stands there already.
        """
        return record_report(self.source, report)

    def write_report(
        self, path: Path | str, *, borders: Path | None = None, progress: Progress = quiet
    ) -> Path:
        """Write the report of all scenarios, computing those that are not stored, with the values that are stored."""
        runs = [self.run(name, progress=progress) for name in self.scenarios]
        return write_study_report(
            self.source,
            {run.scenario: (run.prepared, run.stored) for run in runs},
            Path(path),
            borders=borders,
        )

    def __repr__(self) -> str:
        parties = ", ".join(self.source.model.parties)
        return f"<Study {self.name}: {parties}; scenarios {', '.join(self.scenarios)}>"


@dataclass(frozen=True, eq=False)
class Run:
    """One computed scenario of a study: its tables, indicators, traces and report."""

    study: Study
    scenario: str
    stored: StoredRun

    @property
    def hash(self) -> str:
        """Hash of the inputs."""
        return self.stored.hash

    @cached_property
    def prepared(self) -> Prepared:
        """The input tables of the scenario, with its setting."""
        return prepare_scenario(self.study.source, self.scenario)

    def table(self, name: str) -> pd.DataFrame:
        """A result table. Raises InputError for an unknown name."""
        if name not in self.stored.tables:
            raise InputError([_unknown("table", name, self.stored.tables)])
        return self.stored.read(name)

    @cached_property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """All result tables by name."""
        return {name: self.stored.read(name) for name in self.stored.tables}

    def routes(
        self,
        origin: str = "",
        destination: str = "",
        *,
        product: str = "",
        by: Sequence[str] = ("cost", "time"),
        options: Options = Options(),
    ) -> pd.DataFrame:
        """One row a route: of all flows of the study, or of a new request between two places over its tables.

        A new request gives the Pareto front over `by`; `find_routes` gives it with all items. Raises InputError,
        ProhibitedError, UnreachableError.
        """
        if origin or destination:
            return self.find_routes(origin, destination, product=product, by=by, options=options).frame
        flows = self.tables["verdicts"][["flow", "origin", "destination", "product"]]
        return flows.merge(self.tables["routes"], on="flow")

    def find_routes(
        self,
        origin: str,
        destination: str,
        *,
        product: str = "",
        by: Sequence[str] = ("cost", "time"),
        options: Options = Options(),
    ) -> Routes:
        """A new request between two places over the tables of this scenario, with all that its routes are made of."""
        wanted = replace(options, by=tuple(by), front=len(by) > 1)
        return find_routes(
            origin, destination, goods=Goods(product=product), options=wanted, ground=self.prepared.ground
        )

    def indicator(self, name: str, *, by: Sequence[str] = ()) -> Indicator:
        """An indicator of the catalogue, by some of its keys. Raises InputError for an unknown name or key."""
        return read_indicator(
            open_store(self.study.source), {self.scenario: self.stored}, name, by=tuple(by)
        ).bind(lambda other: {other: self.study.run(other).stored})

    def trace(self, name: str, **keys: str) -> pd.DataFrame:
        """Every term of a route with formula, inputs, source and quality.

        `name` is the id of a route; or an indicator such as "transport_cost", which traces the route that it takes
        among those with `keys` (flow, corridor, product, origin, destination), in the indicator's unit; or
        "landed_cost", which gives the lines of the cheapest release among the rows of landed_costs with `keys`
        (consignment, date, corridor, product, regime and so on). Raises InputError for an unknown route, indicator or
        key, and where nothing has the keys.
        """
        if name == LANDED_COST:
            return self._trace_landed_cost(keys)
        terms = self.tables["route_terms"]
        if name in TRACED:
            column, unit = TRACED[name]
            name = self._best_route(column, keys)
            terms = terms[terms["unit"] == unit]
        if name not in set(self.tables["routes"]["route"]):
            raise InputError([_unknown("route", name, tuple(self.tables["routes"]["route"]))])
        items = self.tables["route_items"][["route", "seq", "kind", "mode", "operation", "place"]]
        mine = terms[terms["route"] == name]
        return items.merge(mine, on=["route", "seq"]).drop(columns="route")

    def landed_costs(self, consignment: str = "") -> pd.DataFrame:
        """What the consignments of the study, or one of them, cost at the buyer's door: a row for each day, way and
        regime, releases first, the cheapest first. Raises InputError for an unknown consignment.
        """
        costs = self.tables["landed_costs"]
        if consignment:
            costs = _narrow(costs, {"consignment": consignment})
        return costs.sort_values(["consignment", "date", "kind", "total"], kind="stable", ignore_index=True)

    def _trace_landed_cost(self, keys: Mapping[str, str]) -> pd.DataFrame:
        found = _narrow(self.tables["landed_costs"], keys).sort_values(["kind", "cost_tonne"], kind="stable")
        lines = self.tables["landed_cost_lines"]
        if found.empty:
            return lines
        best = found.iloc[0]
        for key in ("consignment", "date", "route", "regime"):
            lines = lines[lines[key] == best[key]]
        return lines.reset_index(drop=True)

    def evidence(self, route: str = "", *, flow: str = "") -> pd.DataFrame:
        """What a route rests on, one row an input, the one most worth measuring first.

        Without a route it is the first route of `flow`, or the mean over the first routes of all flows. Columns:
        input (table#id), measure (whether it is an estimate or a default), what the row says and where it counts,
        then its share of mean cost and time, of their variances, and the share of the width p90 - p10 by which
        knowing it would narrow them. Raises InputError for an unknown route or flow.
        """
        routes = self.tables["routes"]
        for kind, name in (("route", route), ("flow", flow)):
            if name and name not in set(routes[kind]):
                raise InputError([_unknown(kind, name, tuple(dict.fromkeys(routes[kind])))])
        chosen = (route,) if route else choose_routes(routes, flow=flow)
        return rank_inputs(self.tables["route_inputs"], chosen)

    def closures(self, flow: str = "") -> pd.DataFrame:
        """Where the corridors choke: what each post, port, change of gauge, strait, leg and service is worth.

        Each that lies on the best way of a flow is closed alone. Without `flow`, one row a facility, what matters most
        first: `flows` that run through it, `cut` off without it; `cost_loss` (USD/t) and `time_loss` (h), means over
        all flows that have a way left; `most` (USD/t), what `most_flow` loses, which then takes `way`; `yearly_loss`
        (USD/a) where the flows give tonnes; `closed_by`, the listings of law that have closed it, last and without a
        number. With `flow`, the rows of the table closures of that flow, the largest loss first. Raises InputError for
        an unknown flow.
        """
        self._check_flow(flow)
        if flow:
            return order_losses(self.tables["closures"], flow)
        return rank_scenario(self.tables, self.prepared.scenario.tables["flows"])

    def gateways(self, flow: str = "") -> pd.DataFrame:
        """What the best way of each flow, or of one, through each port, post, terminal and strait costs and takes.

        Rows of the table gateways: by flow, then by kind, then by cost. `cost_more` (USD/t) and `time_more` (h) are
        what the way costs and takes more than the best of all; what the law has closed stands without a number.
        Raises InputError for an unknown flow.
        """
        self._check_flow(flow)
        rows = self.tables["gateways"]
        flows = (flow,) if flow else tuple(dict.fromkeys(rows["flow"]))
        parts = [order_gateways(rows[rows["flow"] == name]) for name in flows]
        return pd.concat(parts, ignore_index=True) if parts else rows

    def sea_access(self, party: str = "", *, product: str = "") -> SeaAccess:
        """The access of the landlocked parties, or of one, to the sea: its measures, its ways and what it may lose.

        The tables sea_access, sea_ways and sea_losses of the run; with a `product` (HS code) they are computed for it.
        Empty where no party is landlocked. Raises InputError for a party that is none.
        """
        tables = self.tables if not product else measure_access(self.prepared.ground, self._parties, product)
        known = tuple(map(str, tables["sea_access"]["party"]))
        if party and party not in known:
            raise InputError([_unknown("party", party, known)])
        return read_sea_access(tables, self.prepared.scenario.tables, party=party)

    @property
    def _parties(self) -> tuple[str, ...]:
        return self.study.source.model.parties

    def _check_flow(self, flow: str) -> None:
        known = self.tables["verdicts"]["flow"]
        if flow and flow not in set(known):
            raise InputError([_unknown("flow", flow, tuple(known))])

    def _best_route(self, column: str, keys: Mapping[str, str]) -> str:
        routes = _narrow(self.routes(), keys)
        return str(routes["route"].tolist()[int(routes[column].to_numpy().argmin())])

    def layers(self) -> pd.DataFrame:
        """Which layer (shipped, study, scenario) each changed cell comes from, the winning one last."""
        return self.prepared.scenario.layers

    def write_report(self, path: Path | str) -> Path:
        """Write the report of this scenario alone, with what its levers are worth where `Study.value` has told."""
        return write_study_report(
            self.study.source,
            {self.scenario: (self.prepared, self.stored)},
            Path(path),
        )

    def _repr_html_(self) -> str:
        shown = self.routes()
        columns = ["origin", "destination", "product", "rank", "label", "cost", "time", "distance"]
        return shown[columns].to_html(index=False, float_format=lambda value: f"{value:,.1f}", border=0)

    def __repr__(self) -> str:
        return f"<Run {self.scenario} of {self.study.name}, {self.hash[:12]}>"


def read_study(path: Path | str) -> Study:
    """Read a study from its folder or its study.toml. Raises InputError where there is no study."""
    return Study(read_study_input(path))


def _narrow(frame: pd.DataFrame, keys: Mapping[str, str]) -> pd.DataFrame:
    """The rows with these values. Raises InputError for a column or a value that the frame does not have."""
    rows = frame
    for key, value in keys.items():
        if key not in rows:
            raise InputError([_unknown("key", key, tuple(map(str, frame.columns)))])
        rows = rows[rows[key].astype(str) == value]
        if rows.empty:
            raise InputError([_unknown(key, value, tuple(dict.fromkeys(frame[key].astype(str))))])
    return rows


def _unknown(kind: str, name: str, known: Sequence[str]) -> Finding:
    return Finding(
        code=f"unknown_{kind}",
        severity="error",
        what=f"no {kind} {name!r} is known",
        remedy=f"use one of {', '.join(known[:8])}",
        nearest=find_nearest(name, known),
    )
