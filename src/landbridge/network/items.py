"""From a path of arcs to its legs and operations, each with its terms (cost, time, emissions)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from math import nan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from landbridge.kernels.distributions import Excess
from landbridge.network.pricing import MovePrice, Price, Term, inventory_term, worst_quality
from landbridge.network.virtual import LAND_LAYERS, LAYERS, RAIL, RIVER, Site, Step, VirtualNetwork
from landbridge.network.weights import FREE, SERVICE_MEANS, Pricer, Weights, passage_step


class Timing(NamedTuple):
    """A part of an item's time: the key of its draws, its law, the `input` it rests on and the doubt about that.

    `doubt` is the sigma of a lognormal factor of mean 1 that all times of one input share.
    """

    key: str
    excess: Excess
    input: str = ""
    doubt: float = 0.0


@dataclass(frozen=True, slots=True)
class Item:
    """A leg or an operation of a route. Costs USD/t, times h, emissions kg/t, distance km.

    `timings` are its time's parts; `line` are lon, lat pairs in degrees. Of a leg by rail `electric_km` and `diesel_km`
    have known traction, else they are NaN.
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
    line: tuple[tuple[float, float], ...] = ()
    electric_km: float = nan
    diesel_km: float = nan

    @property
    def quality(self) -> str:
        """The weakest quality of its inputs."""
        return worst_quality([term.quality for term in self.terms])


class Done(NamedTuple):
    """An operation done at a site."""

    step: Step
    site: Site


class Piece(NamedTuple):
    """Kilometres under one price code, and those that its rate counts above them."""

    code: int
    km: float
    lean: float = 0.0


class Run(NamedTuple):
    """An arc of a path as plain values, which are read many times faster than cells of arrays."""

    op: int
    site: int
    crossing: int
    code_a: int
    km_a: float
    code_b: int
    km_b: float
    lean: float
    edge: int
    forward: bool
    tail: int
    start: tuple[float, float]
    end: tuple[float, float]


@dataclass(slots=True)
class Leg:
    """A leg while it is gathered: pieces in order, drawn points, gauge, layer, and the names of its ends."""

    layer: int
    mode: str
    means: str
    start: str
    end: str = ""
    pieces: list[Piece] = field(default_factory=list)
    line: list[tuple[float, float]] = field(default_factory=list)
    gauge: int = 0


@dataclass(frozen=True, slots=True)
class PathReader:
    """Reads paths of one network for one shipment."""

    network: VirtualNetwork
    pricer: Pricer
    weights: Weights
    carriages: dict[int, tuple[int, str, str]] = field(default_factory=dict)

    def read(self, path: NDArray[np.integer], *, start: Site, end: Site) -> tuple[Item, ...]:
        """Items of `path` (arc ids in order) from the place `start` to the place `end`."""
        events = list(self._events(path, start))
        _name_ends(events, end)
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

    def _events(self, path: NDArray[np.integer], start: Site) -> Iterator[Leg | Done]:
        leg: Leg | None = None
        at = start.name
        for run, passed in zip(self._runs(path), self._passed(path), strict=True):
            for event in (*self._arc_events(run), *passed):
                if isinstance(event, Done):
                    if leg is not None:
                        yield leg
                        leg = None
                    at = event.site.name
                    yield event
                    continue
                layer, mode, means = self._carriage(event.code)
                if leg is None or (leg.layer, leg.mode) != (layer, mode):
                    if leg is not None:
                        yield leg
                    leg = Leg(layer, mode, means, at)
                self._extend(leg, run, event)
        if leg is not None:
            yield leg

    def _runs(self, path: NDArray[np.integer]) -> Iterator[Run]:
        arcs, network = self.network.arcs, self.network
        names = ("op", "site", "crossing", "code_a", "km_a", "code_b", "km_b")
        columns = [getattr(arcs, name)[path].tolist() for name in names]
        columns += [
            column[path].tolist() for column in (self.weights.lean, arcs.edge, arcs.forward, arcs.tail)
        ]
        for nodes in (arcs.tail[path], arcs.head[path]):
            columns.append(
                list(zip(network.node_lon[nodes].tolist(), network.node_lat[nodes].tolist(), strict=True))
            )
        return map(Run, *columns)

    def _passed(self, path: NDArray[np.integer]) -> Iterator[tuple[Done, ...]]:
        """For each arc the strait or canal that the route leaves with it for good."""
        arcs = self.network.arcs
        passages = arcs.passage[path].tolist()
        last = {passage: position for position, passage in enumerate(passages)}
        for position, passage in enumerate(passages):
            if passage < 0 or last[passage] != position:
                yield ()
                continue
            step, head = passage_step(self.network.world.passages[passage]), arcs.head[path[position]]
            row = self.pricer.passages.get(step.scopes[0], {})
            point = float(self.network.node_lat[head]), float(self.network.node_lon[head])
            site = Site(step.scopes[0], str(row.get("name", step.scopes[0])), "", *point, "passage")
            yield (Done(step, site),) if self._matters(step) else ()

    def _arc_events(self, run: Run) -> Iterator[Done | Piece]:
        """Moves and operations of one arc in the order in which they happen."""
        network = self.network
        steps = network.operations[run.op] if run.op >= 0 else ()
        done = []
        if steps and run.site >= 0:
            site = network.sites[run.site]
            done = [Done(step, site) for step in steps if self._matters(step)]
        # A lane has all of its kilometres in one half, whichever way it is sailed.
        halves = ((run.code_a, run.km_a), (run.code_b, run.km_b))
        moves = [Piece(code, km, run.lean) for code, km in halves if km > 0]
        if run.crossing >= 0:
            if run.km_a > 0:
                yield moves.pop(0)
            yield from done
            yield from moves
        elif steps and (
            steps[0].operation == "load" or (steps[0].operation == "tranship" and steps[0].mode != "road")
        ):
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

    def _extend(self, leg: Leg, run: Run, piece: Piece) -> None:
        if leg.pieces and leg.pieces[-1].code == piece.code:
            last = leg.pieces[-1]
            leg.pieces[-1] = Piece(piece.code, last.km + piece.km, last.lean + piece.lean)
        else:
            leg.pieces.append(piece)
        points = self._shape(run)
        leg.line.extend(points[1:] if leg.line and leg.line[-1] == points[0] else points)
        if run.tail < len(self.network.world.node_gauge):
            leg.gauge = max(leg.gauge, int(self.network.world.node_gauge[run.tail]))

    def _shape(self, run: Run) -> list[tuple[float, float]]:
        """Drawn points (lon, lat) of an arc: the edge's own shape where the world has one, else its ends."""
        if run.edge < 0:
            return [run.start, run.end]
        inner = self.network.world.edge_shape(run.edge)
        return [run.start, *(inner if run.forward else inner[::-1]), run.end]

    def _price_hauls(self, events: Sequence[Leg | Done]) -> Iterator[Item]:
        """Items in order; a haul is what one carrier does without reloading, so its fixed charge falls once."""
        hauls = _group_hauls(events)
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
        site = Site("", leg.end, countries[-1] if countries else "", leg.line[-1][1], leg.line[-1][0])
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
            line=tuple(leg.line),
            **(self._traction_km(leg) if leg.layer == RAIL else {}),
        )

    def _traction_km(self, leg: Leg) -> dict[str, float]:
        """Kilometres of a leg by known traction."""
        sums = {"electric_km": 0.0, "diesel_km": 0.0}
        for piece in leg.pieces:
            traction = self.network.codes.traction(piece.code)
            if traction:
                sums[f"{traction}_km"] += piece.km
        return sums

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
        run = step.operation == "service"
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
            distance=float(service["distance"]) if run else 0.0,
            cost=price.cost,
            time=price.time,
            co2e=price.co2e,
            terms=price.terms,
            timings=(_time_operation(step, site, price),),
            line=ends[3],
            **({f"{service['traction']}_km": float(service["distance"])} if service.get("traction") else {}),
        )

    def _ends(
        self, service: str, arrival: Site
    ) -> tuple[str, str, tuple[str, ...], tuple[tuple[float, float], ...]]:
        row = self.pricer.services[service]
        start = row["to"] if arrival.id == row["from"] else row["from"]
        other = next(site for site in self.network.sites if site.id == start)
        countries = tuple(dict.fromkeys((other.country, arrival.country)))
        return other.name, arrival.name, countries, ((other.lon, other.lat), (arrival.lon, arrival.lat))


def _time_operation(step: Step, site: Site, price: Price) -> Timing:
    key = f"{step.operation}|{site.id}|{step.mode}|{step.direction}"
    term = next((term for term in price.terms if term.unit == "h"), None)
    return (
        Timing(key, price.excess, term.spread_input, term.sigma)
        if term is not None
        else Timing(key, price.excess)
    )


def _sum(terms: Sequence[Term], unit: str) -> float:
    return sum(term.value for term in terms if term.unit == unit)


def taper_rate(move: MovePrice, haul_km: float) -> float:
    """Rate of a km (USD/t) on a haul of `haul_km`: degressive tariffs fall with the length of the whole haul."""
    falling = move.taper and haul_km > move.taper_distance
    return move.per_km * ((haul_km / move.taper_distance) ** -move.taper if falling else 1.0)


def _name_ends(events: Sequence[Leg | Done], end: Site) -> None:
    """Gives each leg the name of the place where it ends: that of the next operation, else the route's end."""
    following = end.name
    for event in reversed(events):
        if isinstance(event, Leg):
            event.end = following
        else:
            following = event.site.name


def _group_hauls(events: Sequence[Leg | Done]) -> dict[int, tuple[Leg, ...]]:
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
