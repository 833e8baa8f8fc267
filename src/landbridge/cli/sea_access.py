"""`landbridge access`: the access of the landlocked parties of a study to the sea, for people and for scripts."""

from pathlib import Path

from landbridge.api import SeaAccess, read_study
from landbridge.cli.criticality import print_closed
from landbridge.cli.printing import (
    end_progress,
    number,
    print_json,
    print_table,
    say,
    say_wrapped,
    show_progress,
)
from landbridge.schema.rows import Row, read_rows
from landbridge.study.sea_access import LOSS_WORDS, list_losses, list_open

PORTS = ("on board at", "in", "by", "USD/t", "more", "days")
NEIGHBOURS = ("out by", "share", "USD/t", "days", "on board at")
LOSSES = ("lost alone", "kind", "USD/t more", "days more", "then")
UNNAMED = (
    "A container of general goods: measures on named goods are not read for it; give --product to see what they"
    " close."
)
STATUS = {
    "no_way": "no way to the sea is open",
    "prohibited": "the law forbids these goods; nothing is measured",
}
WIDTH, NAME_WIDTH, PORT_WIDTH = 80, 30, 26


def show_access(path: Path, *, scenario: str, product: str, json: bool) -> None:
    """Print the access of each landlocked party."""
    study = read_study(path)
    run = study.run(study.scenario_name(scenario), progress=show_progress)
    found = run.sea_access(product=product)
    end_progress()
    if json:
        print_json({"scenario": run.scenario, "access": found.to_json(), "findings": []})
        return
    if found.frame.empty:
        say(f"{run.scenario}: no party is landlocked, or its capital is not known")
    elif not product:
        say_wrapped(UNNAMED, width=WIDTH, indent="")
    for row in read_rows(found.frame):
        say(f"{run.scenario}: {found.names[row['party']]}, access to the sea from {row['capital']}")
        _print_party(row, found)


def _print_party(row: Row, found: SeaAccess) -> None:
    ways, losses = found.of(row["party"])
    if row["status"] == "open":
        _print_measures(row, found)
        say()
        cells = [_tell_port(way, found) for way in list_open(ways, "port")]
        print_table(PORTS, cells, right=PORTS[3:])
        say()
        print_table(
            NEIGHBOURS, [_tell_neighbour(way) for way in list_open(ways, "neighbour")], right=NEIGHBOURS[1:4]
        )
        say()
        print_table(LOSSES, [_tell_loss(loss, found) for loss in list_losses(losses)], right=LOSSES[2:4])
    else:
        say(f"  {STATUS[row['status']]}")
        for key in row["forbidden_by"]:
            say_wrapped(f"  {found.acts[key]} [{key}]", width=WIDTH, indent="    ")
    print_closed(read_rows(ways[ways["status"] == "closed"]), found.acts, width=WIDTH)
    say()


def _print_measures(row: Row, found: SeaAccess) -> None:
    names = found.names
    first = names[row["neighbour"]]
    say(f"  cheapest: {_tell(row, '')}, on board at {row['port']} by {first}")
    if row["other_neighbour_port"]:
        by = names.get(row["other_neighbour"], "")
        say(f"  without {first}: {_tell(row, '_other_neighbour')}, {row['other_neighbour_port']} by {by}")
    else:
        say(f"  without {first}: no way")
    if row["other_port"]:
        say(f"  by another port: {_tell(row, '_other_port')}, {row['other_port']}")
    say(
        f"  independent ways: {row['ways_by_posts']} by posts and ports, {row['ways_by_countries']} by countries"
    )
    dependence = f"  dependence on one neighbour (Herfindahl): {row['herfindahl']:.2f}"
    say(f"{dependence}, by costs, not by tonnes")


def _tell(row: Row, suffix: str) -> str:
    return f"{number(row[f'cost{suffix}'])} USD/t, {number(row[f'time{suffix}'] / 24.0, 1)} days"


def _tell_port(way: Row, found: SeaAccess) -> tuple[str, ...]:
    by = found.names.get(way["neighbour"], "")
    more = number(way["cost_more"]) if way["cost_more"] >= 0.5 else ""
    days = number(way["time"] / 24.0, 1)
    return way["name"][:NAME_WIDTH], way["country"], by, number(way["cost"]), more, days


def _tell_neighbour(way: Row) -> tuple[str, ...]:
    share, days = f"{100 * way['share']:.0f} %", number(way["time"] / 24.0, 1)
    return way["name"], share, number(way["cost"]), days, way["port"][:PORT_WIDTH]


def _tell_loss(loss: Row, found: SeaAccess) -> tuple[str, ...]:
    then = f"{loss['port']} by {found.names.get(loss['neighbour'], '')}"
    return (
        loss["name"][:PORT_WIDTH],
        LOSS_WORDS[loss["kind"]],
        number(loss["cost_loss"], 1),
        number(loss["time_loss"] / 24.0, 1),
        "nothing remains" if loss["cut"] else then[:NAME_WIDTH],
    )
