"""From a path of arcs to its legs and operations, each with its terms (cost, time, emissions)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from math import nan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.distributions import Excess
from landbridge.network.interruptions import INTERRUPTION
from landbridge.network.path_events import ArcRow, Done, Leg, Piece, group_hauls, handles_first, name_ends
from landbridge.network.pricing import MovePrice, Price, Term, inventory_term, worst_quality
from landbridge.network.virtual import LAND_LAYERS, LAYERS, RAIL, RIVER, Site, Step, VirtualNetwork
from landbridge.network.weights import FREE, SERVICE_MEANS, Pricer, Weights, passage_step
from landbridge.schema.rows import Row


class Timing(NamedTuple):
    """A part of an item's time: the key of its draws, its law, the `input` it rests on and the doubt about that.

    `doubt` is the sigma of a lognormal factor of mean 1 that all times of one input share. Closures of one `shock`
    have `shock_share` of the variance in common.
    """

    key: str
    excess: Excess
    input: str = ""
    doubt: float = 0.0
    shock: str = ""
    shock_share: float = 0.0


@dataclass(frozen=True, slots=True)
class Item:
    """A leg or an operation of a route. Costs USD/t, times h, emissions kg/t, distance km.

    `timings` are its time's parts; `arcs` are a leg's on the network, `line` the lon, lat pairs in degrees of one that
    has none. Of a leg by rail `electric_km` and `diesel_km` have known traction, else they are NaN. `cause` says why
    goods wait where something is shut.
    """

    kind: str
    mode: str
    operation: str
    start: str
    end: str
    site: Site
    means: str
    service: str
    gauge: int
    countries: tuple[str, ...]
    distance: float
    cost: float
    time: float
    co2e: float
    terms: tuple[Term, ...]
    timings: tuple[Timing, ...]
    arcs: tuple[int, ...] = ()
    line: tuple[tuple[float, float], ...] = ()
    electric_km: float = nan
    diesel_km: float = nan
    cause: str = ""

    @property
    def quality(self) -> str:
        """The weakest quality of its inputs."""
        return worst_quality([term.quality for term in self.terms])


class Simulation(NamedTuple):
    """How ranges are drawn: number of draws and the study's seed."""

    draws: int
    seed: int


@dataclass(frozen=True, slots=True)
class PathReader:
    """Reads paths of one network for one shipment."""

    network: VirtualNetwork
    pricer: Pricer
    weights: Weights
    simulation: Simulation
    carriages: dict[int, tuple[int, str, str]] = field(default_factory=dict)

    def read(self, path: NDArray[np.integer], *, start: Site, end: Site) -> tuple[Item, ...]:
        """Items of `path` (arc ids in order) from the place `start` to the place `end`."""
        events = list(self._events(path, start))
        name_ends(events, end)
        return tuple(self._price_hauls(events))

    def clear(self, items: Sequence[Item], *, start: Site, end: Site) -> tuple[Item, ...]:
        """Export clearance at the start and import clearance at the end, by the mode of the first and last leg.

        Empty between countries of one customs territory without formalities inside.
        """
        around = self.pricer.around
        if around.territories.formalities(start.country, end.country) == "none":
            return ()
        legs = [item.mode for item in items if item.kind == "leg"]
        cleared = []
        for direction, site, mode in (("export", start, legs[0]), ("import", end, legs[-1])):
            step = Step("customs", mode, "", direction, around.scopes(site.id, site.country))
            price = self.pricer.step(step) or FREE
            cleared.append(self._operation_item(step, site, price))
        return tuple(cleared)

    def settle(self, items: Sequence[Item], waits: Mapping[int, float]) -> tuple[Item, ...]:
        """The items with other mean waits for a service, h by position."""
        settled = list(items)
        for position, hours in waits.items():
            item = items[position]
            service = self.pricer.services[item.service]
            price = self.pricer.departure(service, item.site.id, hours=hours)
            step = Step("wait", item.mode, "", "headway", (item.site.id,), item.service)
            settled[position] = self._operation_item(step, item.site, price)
        return tuple(settled)

    def _events(self, path: NDArray[np.integer], start: Site) -> Iterator[Leg | Done]:
        leg: Leg | None = None
        at = start.name
        met: set[str] = set()
        shut, passed = self._shut(path), self._passed(path)
        for position, row in enumerate(self._read_columns(path)):
            for event in (*shut.get(position, ()), *self._arc_events(row), *passed.get(position, ())):
                if isinstance(event, Done):
                    if event.step.direction == INTERRUPTION and event.step.scopes[0] in met:
                        continue
                    met = _note_met(met, event.step)
                    if leg is not None:
                        yield leg
                        leg = None
                    at = event.site.name
                    yield event
                    continue
                met = set()
                layer, mode, means = self._carriage(event.code)
                if leg is None or (leg.layer, leg.mode) != (layer, mode):
                    if leg is not None:
                        yield leg
                    leg = Leg(layer, mode, means, at)
                self._extend(leg, row, event)
        if leg is not None:
            yield leg

    def _read_columns(self, path: NDArray[np.integer]) -> Iterator[ArcRow]:
        """The arcs of a path as rows of plain numbers; the gauge of nodes that the world does not have is 0."""
        arcs, gauges = self.network.arcs, self.network.world.node_gauge
        tails = arcs.tail[path]
        columns = [
            getattr(arcs, name)[path]
            for name in ("km_a", "km_b", "code_a", "code_b", "op", "site", "crossing")
        ]
        gauge = np.where(tails < len(gauges), gauges[np.minimum(tails, len(gauges) - 1)], 0)
        columns = [path, *columns, self.weights.lean[path], gauge]
        return map(ArcRow._make, zip(*(column.tolist() for column in columns), strict=True))

    def _shut(self, path: NDArray[np.integer]) -> dict[int, tuple[Done, ...]]:
        """By position on the path the waits for a leg or passage that it comes upon there, where that may be shut."""
        network, found = self.network, {}
        names = {"leg": network.world.legs, "passage": network.world.passages}
        for position, met in self.weights.waits.met(network.arcs, path).items():
            node = network.arcs.tail[path[position]]
            point = float(network.node_lat[node]), float(network.node_lon[node])
            found[position] = tuple(
                Done(step, Site(names[kind][number], self._name_closure(step), "", *point, kind))
                for step, kind, number in met
            )
        return found

    def _name_closure(self, step: Step) -> str:
        return str(self.pricer.around.interruptions.rows[step.scopes[0]]["name"])

    def _passed(self, path: NDArray[np.integer]) -> dict[int, tuple[Done, ...]]:
        """By position on the path the strait or canal that the route leaves there for good."""
        network = self.network
        found: dict[int, tuple[Done, ...]] = {}
        passages = network.arcs.passage[path]
        last = {int(passages[position]): int(position) for position in np.flatnonzero(passages >= 0)}
        for passage, position in last.items():
            step, head = passage_step(network.world.passages[passage]), network.arcs.head[path[position]]
            row = self.pricer.passages.get(step.scopes[0], {})
            point = float(network.node_lat[head]), float(network.node_lon[head])
            site = Site(step.scopes[0], str(row.get("name", step.scopes[0])), "", *point, "passage")
            found[position] = (Done(step, site),) if self._matters(step) else ()
        return found

    def _arc_events(self, arc: ArcRow) -> Iterator[Done | Piece]:
        """Moves and operations of one arc in the order in which they happen."""
        network = self.network
        steps = network.operations[arc.op] if arc.op >= 0 else ()
        site = network.sites[arc.site] if arc.site >= 0 else None
        done = [Done(step, site) for step in steps if site is not None and self._matters(step)]
        # A lane has all of its kilometres in one half, whichever way it is sailed.
        halves = ((arc.code_a, arc.km_a), (arc.code_b, arc.km_b))
        moves = [Piece(code, km, arc.lean) for code, km in halves if km > 0]
        if arc.crossing >= 0:
            if arc.km_a > 0:
                yield moves.pop(0)
            yield from done
            yield from moves
        elif handles_first(steps):
            yield from done
            yield from moves
        else:
            yield from moves
            yield from done

    def _matters(self, step: Step) -> bool:
        price = self.weights.prices[step]
        return step.operation == "service" or bool(price.terms)

    def _carriage(self, code: int) -> tuple[int, str, str]:
        """Layer, mode and means of moves under a price code."""
        if code not in self.carriages:
            layer, scope = self.network.codes.decode(code)
            mode, means = LAYERS[layer], "river_sea"
            if layer == RIVER:
                mode = "inland_water" if scope == "volga_don" else "sea"
            else:
                means = self.pricer.shipment.means(mode)
            self.carriages[code] = (layer, mode, means)
        return self.carriages[code]

    def _extend(self, leg: Leg, arc: ArcRow, piece: Piece) -> None:
        if leg.pieces and leg.pieces[-1].code == piece.code:
            last = leg.pieces[-1]
            leg.pieces[-1] = Piece(piece.code, last.km + piece.km, last.lean + piece.lean)
        else:
            leg.pieces.append(piece)
        if arc.id not in leg.arcs[-1:]:
            leg.arcs.append(arc.id)
        leg.gauge = max(leg.gauge, arc.gauge)

    def _price_hauls(self, events: Sequence[Leg | Done]) -> Iterator[Item]:
        """Items in order; a haul is what one carrier does without reloading, so its fixed charge falls once."""
        hauls = group_hauls(events)
        for position, event in enumerate(events):
            if isinstance(event, Leg):
                yield self._leg_item(event, hauls[position])
            else:
                yield self._operation_item(event.step, event.site, self.weights.prices[event.step])

    def _leg_item(self, leg: Leg, haul: tuple[Leg, ...]) -> Item:
        terms: list[Term] = []
        timings: list[Timing] = []
        countries: list[str] = []
        haul_km = sum(piece.km for part in haul for piece in part.pieces)
        for scope, group in groupby(leg.pieces, key=lambda piece: self.network.codes.decode(piece.code)[1]):
            pieces = list(group)
            whole = Piece(pieces[0].code, sum(one.km for one in pieces), sum(one.lean for one in pieces))
            move = self.weights.moves[whole.code]
            speed = move.speed["id"] if move.speed else ""
            key, excess = f"{leg.mode}|{speed}|{scope}", move.excess.scale(whole.km)
            timings.append(Timing(key, excess, f"speeds#{speed}", move.doubt))
            terms += self._move_terms(move, whole, haul_km=haul_km, scope=scope)
            terms.append(self._emission_term(pieces, scope, rail=leg.layer == RAIL))
            if leg.layer < LAND_LAYERS and scope and scope not in countries[-1:]:
                countries.append(scope)
        if leg is haul[0]:
            terms += self._haul_terms(haul, haul_km)
        hours = sum(timing.excess.mean for timing in timings)
        terms.append(inventory_term(self.pricer.book, self.pricer.shipment, hours))
        end = self.network.arcs.head[leg.arcs[-1]]
        point = float(self.network.node_lat[end]), float(self.network.node_lon[end])
        site = Site("", leg.end, countries[-1] if countries else "", *point)
        return Item(
            kind="leg",
            mode=leg.mode,
            operation="",
            start=leg.start,
            end=leg.end,
            site=site,
            means=leg.means,
            service="",
            gauge=leg.gauge,
            countries=tuple(countries),
            distance=sum(piece.km for piece in leg.pieces),
            cost=_sum(terms, "USD/t"),
            time=hours,
            co2e=_sum(terms, "kg/t"),
            terms=tuple(terms),
            timings=tuple(timings),
            arcs=tuple(leg.arcs),
            electric_km=self._traction_km(leg, "electric"),
            diesel_km=self._traction_km(leg, "diesel"),
        )

    def _traction_km(self, leg: Leg, traction: str) -> float:
        """Kilometres of a leg by a known traction; NaN for a leg that is no railway."""
        if leg.layer != RAIL:
            return nan
        known = self.network.codes.traction
        return sum((piece.km for piece in leg.pieces if known(piece.code) == traction), 0.0)

    def _emission_term(self, pieces: Sequence[Piece], scope: str, *, rail: bool) -> Term:
        """Emission of the kilometres of a leg in one country; of a railway by traction."""
        sums: dict[int, float] = {}
        for piece in pieces:
            sums[piece.code] = sums.get(piece.code, 0.0) + piece.km
        parts, value = [], 0.0
        found = {code: self.weights.moves[code].emission for code in sums}
        known = {code: emission for code, emission in found.items() if emission is not None}
        for code, emission in known.items():
            value += emission.grams / 1_000.0 * sums[code]
            word = f" {self.network.codes.traction(code) or 'of unknown traction'}" if rail else ""
            parts.append(f"{emission.formula} x {sums[code]:,.0f} km{word}")
        inputs = dict.fromkeys(name for emission in known.values() for name in emission.inputs)
        return Term(
            "co2e",
            value,
            "kg/t",
            " + ".join(parts) + (f" ({scope})" if scope else ""),
            tuple(inputs),
            next((emission.source for emission in known.values()), ""),
            worst_quality([emission.quality for emission in known.values()]),
        )

    def _move_terms(self, move: MovePrice, piece: Piece, *, haul_km: float, scope: str) -> Iterator[Term]:
        rate, speed, km = move.rate or {}, move.speed or {}, piece.km
        where = f" ({scope})" if scope else ""
        taper = taper_rate(move, haul_km) / move.per_km if move.per_km else 1.0
        tapered = f" x ({haul_km:,.0f}/{move.taper_distance:,.0f})^-{move.taper:g}" if taper != 1.0 else ""
        inputs, source, quality = (
            (f"rates#{rate.get('id', '')}",),
            str(rate.get("source", "")),
            str(rate.get("quality")),
        )
        per_km = move.per_km * taper
        counted, leaning = f"{km:,.0f} km", ("parameters#container_imbalance",) if piece.lean else ()
        if piece.lean:
            counted = f"({km:,.0f} {piece.lean:+,.0f} km of head or back haul)"
        formula = f"{move.per_km:.4g} USD/tkm x {counted}{tapered}{where}"
        carriage = per_km * (km + piece.lean)
        yield Term("carriage", carriage, "USD/t", formula, (*leaning, *inputs), source, quality, move.sigma)
        if move.empty:
            formula = f"{move.empty:.4g} USD/tkm x {km:,.0f} km{tapered}{where}"
            yield Term(
                "empty_return", move.empty * taper * km, "USD/t", formula, inputs, source, quality, move.sigma
            )
        hours = move.time * km
        if move.hourly:
            formula = f"{move.hourly:.4g} USD/t/h x {hours:,.1f} h{where}"
            yield Term(
                "hourly", move.hourly * hours, "USD/t", formula, inputs, source, quality, hourly=move.hourly
            )
        pace = f"{km:,.0f} km at a median of {float(speed['speed']):.4g} km/h, mean{where}"
        yield Term(
            "time",
            hours,
            "h",
            pace,
            (f"speeds#{speed['id']}",),
            str(speed["source"]),
            str(speed["quality"]),
            move.doubt,
        )

    def _haul_terms(self, haul: tuple[Leg, ...], haul_km: float) -> Iterator[Term]:
        """The fixed charge of a haul, and what its carriage lacks to the minimum."""
        move = self.weights.moves[haul[0].pieces[0].code]
        if move.rate is None:
            return
        inputs, source, quality = (
            (f"rates#{move.rate['id']}",),
            str(move.rate["source"]),
            str(move.rate["quality"]),
        )
        if move.fixed:
            formula = f"{move.fixed:.4g} USD/t a haul"
            yield Term("fixed", move.fixed, "USD/t", formula, inputs, source, quality, move.sigma)
        pieces = [piece for leg in haul for piece in leg.pieces]
        carriage = sum(
            taper_rate(self.weights.moves[piece.code], haul_km) * (piece.km + piece.lean) for piece in pieces
        )
        short = move.minimum - move.fixed - carriage
        if short > 0:
            formula = f"up to the minimum of {move.minimum:.4g} USD/t a haul"
            yield Term("fixed", short, "USD/t", formula, inputs, source, quality, move.sigma)

    def _operation_item(self, step: Step, site: Site, price: Price) -> Item:
        service = self.pricer.services.get(step.service, {})
        shut = step.direction == INTERRUPTION
        closure = self.pricer.around.interruptions.rows[step.scopes[0]] if shut else {}
        run, km = step.operation == "service", float(service.get("distance", nan))
        ends = self._ends(step.service, site) if run else ("", "", (), ())
        return Item(
            kind="leg" if run else "operation",
            mode=step.mode,
            operation="" if run else step.operation,
            start=ends[0],
            end=ends[1],
            site=site,
            means=SERVICE_MEANS[str(service["kind"])] if run else "",
            service=step.service,
            gauge=0,
            countries=ends[2] if run else ((site.country,) if site.country else ()),
            distance=km if run else 0.0,
            cost=price.cost,
            time=price.time,
            co2e=price.co2e,
            terms=price.terms,
            timings=(_time_operation(step, site, price, closure),),
            cause=str(closure.get("cause", "")),
            line=ends[3],
            electric_km=km if service.get("traction") == "electric" else nan,
            diesel_km=km if service.get("traction") == "diesel" else nan,
        )

    def _ends(
        self, service: str, arrival: Site
    ) -> tuple[str, str, tuple[str, ...], tuple[tuple[float, float], ...]]:
        row = self.pricer.services[service]
        start = row["to"] if arrival.id == row["from"] else row["from"]
        other = next(site for site in self.network.sites if site.id == start)
        countries = tuple(dict.fromkeys((other.country, arrival.country)))
        return other.name, arrival.name, countries, ((other.lon, other.lat), (arrival.lon, arrival.lat))


def _note_met(met: set[str], step: Step) -> set[str]:
    """Closures waited out at this visit of a place: goods that are handled twice there wait once."""
    if step.direction == INTERRUPTION:
        return met | {step.scopes[0]}
    return set() if step.operation == "service" else met


def _time_operation(step: Step, site: Site, price: Price, closure: Row) -> Timing:
    """Its time; `closure` is the row of interruptions that it waits for, empty for all else."""
    key = f"{step.operation}|{site.id}|{step.mode}|{step.direction}"
    term = next((term for term in price.terms if term.unit == "h"), None)
    if term is None:
        return Timing(key, price.excess)
    if not closure:
        return Timing(key, price.excess, term.spread_input, term.sigma)
    shock, share = str(closure["shock"]), float(closure["shock_share"])
    return Timing(
        f"closure|{closure['id']}",
        price.excess,
        term.spread_input,
        term.sigma,
        shock,
        share if shock else 0.0,
    )


def _sum(terms: Sequence[Term], unit: str) -> float:
    return sum(term.value for term in terms if term.unit == unit)


def taper_rate(move: MovePrice, haul_km: float) -> float:
    """Rate of a km (USD/t) on a haul of `haul_km`: degressive tariffs fall with the length of the whole haul."""
    falling = move.taper and haul_km > move.taper_distance
    return move.per_km * ((haul_km / move.taper_distance) ** -move.taper if falling else 1.0)
