"""Steps of the access to the sea: whose it is, and its tables."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import Any

from landbridge.network.criticality import facility_columns, list_closed_by_law
from landbridge.network.locating import Locator
from landbridge.network.places import find_place
from landbridge.network.router import Case, Router
from landbridge.network.sea_access import Access, SeaLoss, Way, find_seaports, measure_access
from landbridge.network.search import Search
from landbridge.network.shipments import Shipment, choose_shipment
from landbridge.network.terminals import Stop
from landbridge.schema.closings import Closing
from landbridge.schema.rows import read_rows, rows_to_frame
from landbridge.schema.steps import Step, Workspace

TABULATED = ("sea_access", "sea_ways", "sea_losses")
NAMED_IN = ("countries", "legs", "passages", "services")
QUANTITIES = ("cost", "time", "co2e", "distance")


@dataclass(frozen=True, slots=True)
class SeaQuestion:
    """Whose access to the sea is measured: from its capital, with which goods."""

    capital: Stop
    shipment: Shipment


def ask_for_the_sea(given: Workspace) -> Mapping[str, Any]:
    """The question of each country among those asked for that is landlocked and whose capital is known."""
    wanted, product = given["options"].to_sea, given["options"].sea_product
    rows = {row["id"]: row for row in read_rows(given["countries"]) if row["landlocked"] and row["capital"]}
    inland = [rows[code] for code in dict.fromkeys(wanted) if code in rows]
    if not inland:
        return {"sea_questions": {}}
    locate = Locator.over(given, given["base"].around)
    shipment = replace(choose_shipment(given["shipments"], product=product), product=product)
    return {
        "sea_questions": {
            row["id"]: SeaQuestion(locate.stop(find_place(given["world"], row["capital"])), shipment)
            for row in inland
        }
    }


def reach_the_sea(given: Workspace) -> Mapping[str, Any]:
    """The tables of the access to the sea; empty where no landlocked country asks."""
    router: Router = given["router"]
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABULATED}
    shore = None
    for party, question in given["sea_questions"].items():
        given["progress"](f"access of {party} to the sea")
        ruling = given["sea_rulings"][party]
        if ruling.prohibited:
            told = {"status": "prohibited", "forbidden_by": given["sea_bans"][party]}
            rows["sea_access"].append(_access_row(party, question, Access(None)) | told)
            continue
        case = Case(question.shipment, ruling.closings, (question.capital, question.capital))
        shore = shore or find_seaports(router, case)
        access = measure_access(router, case, shore=shore)
        rows["sea_access"].append(_access_row(party, question, access))
        ways = [*_way_rows(party, access, given)]
        search = router.search(case)
        rows["sea_ways"] += [*ways, *_closed_rows(party, search, ruling.closings, given, ways=ways)]
        rows["sea_losses"] += [_loss_row(party, loss, given) for loss in access.losses]
    return {name: rows_to_frame(name, found) for name, found in rows.items()}


def _access_row(party: str, question: SeaQuestion, access: Access) -> dict[str, Any]:
    shares = access.shares
    main = max(sorted(shares), key=lambda name: shares[name], default="")
    worst, figures = access.worst, access.figures
    return {
        "party": party,
        "capital": question.capital.name,
        "shipment": question.shipment.id,
        "status": "open" if access.best else "no_way",
        **_describe(access.best),
        **_other_columns(access),
        "way_factor": access.factor,
        "ways_by_posts": access.ways_by_posts,
        "ways_by_countries": access.ways_by_countries,
        "herfindahl": figures.herfindahl if shares else nan,
        "main_neighbour": main,
        "main_share": shares.get(main, nan),
        "worst_kind": worst.kind if worst else "",
        "worst_id": worst.id if worst else "",
        "worst_loss": figures.worst_loss if isfinite(figures.worst_loss) else nan,
        "worst_cut": bool(worst and worst.cut),
        "forbidden_by": (),
    }


def _describe(way: Way | None) -> dict[str, Any]:
    """The columns that tell of a way."""
    return {
        **{name: float(getattr(way, name, nan)) for name in QUANTITIES},
        "port": way.port.name if way else "",
        "port_country": way.port.country if way else "",
        "neighbour": way.neighbour if way else "",
        "countries": way.countries if way else (),
        "way": way.label if way else "",
    }


def _other_columns(access: Access) -> dict[str, Any]:
    """What is left without the first neighbour, and without the first port."""
    one, other = access.other_neighbour, access.other_port
    return {
        "cost_other_neighbour": one.cost if one else nan,
        "time_other_neighbour": one.time if one else nan,
        "other_neighbour": one.neighbour if one else "",
        "other_neighbour_port": one.port.name if one else "",
        "cost_other_port": other.cost if other else nan,
        "time_other_port": other.time if other else nan,
        "other_port": other.port.name if other else "",
        "other_port_neighbour": other.neighbour if other else "",
    }


def _way_rows(party: str, access: Access, given: Workspace) -> Iterator[dict[str, Any]]:
    """The way to each port, then that by each neighbour."""
    best = access.best
    if best is None:
        return
    names = _name_countries(given)
    for way in access.ports:
        place: dict[str, Any] = {"id": way.port.id, "name": way.port.name, "country": way.port.country}
        place |= {"lat": way.port.lat, "lon": way.port.lon, "share": nan}
        yield {"party": party, "kind": "port", **place, **_compare(way, best)}
    for code, way in access.neighbours.items():
        place = {"id": code, "name": names[code], "country": code, "share": access.shares[code]}
        yield {"party": party, "kind": "neighbour", **place, "lat": nan, "lon": nan, **_compare(way, best)}


def _compare(way: Way, best: Way) -> dict[str, Any]:
    return {
        "status": "open",
        **_describe(way),
        "cost_more": way.cost - best.cost,
        "time_more": way.time - best.time,
        "posts": tuple(post.name for post in way.posts),
        "closed_by": "",
    }


def _closed_rows(
    party: str,
    search: Search,
    closings: Sequence[Closing],
    given: Workspace,
    *,
    ways: Sequence[Mapping[str, Any]],
) -> Iterator[dict[str, Any]]:
    """What the law has closed to the goods: places that it names in the countries of the ways and in those beside the
    own one, and of these the countries through which the goods may not go.
    """
    world, names = search.network.world, _name_countries(given)
    pairs = zip(world.crossings["country_a"], world.crossings["country_b"], strict=True)
    beside = {other for pair in pairs for other in pair if party in pair}
    near = beside.union(*(row["countries"] for row in ways))
    nothing: dict[str, Any] = {
        **_describe(None),
        "cost_more": nan,
        "time_more": nan,
        "posts": (),
        "share": nan,
    }
    closed = {"party": party, "status": "closed", **nothing}
    for place, listing in list_closed_by_law(search, closings, whoever=True):
        if place.country in near:
            columns = facility_columns(place, given)
            yield {**closed, "id": columns.pop("facility"), **columns, "closed_by": listing}
    for closing in closings:
        for code in sorted(closing.countries & beside - {party}) if not closing.modes else ():
            about = {"kind": "neighbour", "id": code, "name": names[code], "country": code}
            yield {**closed, **about, "lat": nan, "lon": nan, "closed_by": closing.listing}


def _name_countries(given: Workspace) -> Mapping[str, str]:
    frame = given["countries"]
    return dict(zip(frame["id"], frame["name"], strict=True))


def _loss_row(party: str, loss: SeaLoss, given: Workspace) -> dict[str, Any]:
    name = _name_countries(given)[loss.id] if loss.kind == "country" else loss.name
    return {
        "party": party,
        "kind": loss.kind,
        "id": loss.id,
        "name": name,
        "country": loss.country,
        "cost_loss": loss.cost,
        "time_loss": loss.time,
        "cut": loss.cut,
        "way": loss.way.label if loss.way else "",
        "port": loss.way.port.name if loss.way else "",
        "neighbour": loss.way.neighbour if loss.way else "",
    }


STEPS = (
    Step(
        "ask for the sea",
        ("base", "countries", "shipments", "places", "world", "options"),
        ("sea_questions",),
        ask_for_the_sea,
    ),
    Step(
        "reach the sea",
        ("router", "sea_questions", "sea_rulings", "sea_bans", "progress", *NAMED_IN),
        TABULATED,
        reach_the_sea,
    ),
)
