"""`landbridge through`: what each gateway between two places costs, for people and for scripts."""

from dataclasses import dataclass
from itertools import chain, groupby, repeat

from landbridge.api import GatewayChoice, Gateways, Options, find_gateways
from landbridge.cli.criticality import print_closed
from landbridge.cli.printing import end_progress, number, print_json, print_table, say, show_progress
from landbridge.cli.routing import RequestArguments, find_ground, print_head
from landbridge.schema.rows import Row, read_rows
from landbridge.study.gateways import GATEWAY_WORDS, describe_status

NAME_WIDTH, WAY_WIDTH = 36, 72
COLUMNS = (
    "kind",
    "through",
    "in",
    "USD/t",
    "more",
    "days",
    "more ",
    "kg CO2e/t",
    "countries",
    "best way through it",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ThroughArguments(RequestArguments):
    """The arguments of the command."""

    kinds: tuple[str, ...]
    at: tuple[str, ...]
    by: str
    stretch: float
    count: int


def print_gateways(arguments: ThroughArguments, *, json: bool) -> None:
    """Find the gateways and print them."""
    found = _find(arguments)
    end_progress()
    if json:
        print_json(found.to_json())
        return
    print_head(found.routes)
    best = found.best
    say(f"best of all: {best['way']}: {_describe(best)}")
    say()
    rows = read_rows(found.frame)
    _print_ways([row for row in rows if row["status"] == "open"])
    for row in rows:
        if row["status"] != "open" and not row["closed_by"]:
            say(f"{row['name']} ({GATEWAY_WORDS[row['kind']]}): {describe_status(row['status'], row['why'])}")
    print_closed([row for row in rows if row["closed_by"]], found.acts)
    for finding in found.routes.findings:
        say(f"{finding['severity']}: {finding['what']}; {finding['remedy']}")


def _find(arguments: ThroughArguments) -> Gateways:
    choice = GatewayChoice(arguments.kinds, arguments.stretch, arguments.count, arguments.at)
    options = Options(by=(arguments.by,), avoid=arguments.avoid, mode=arguments.mode, gateways=choice)
    ground = find_ground(arguments, options)
    ends = (arguments.origin, arguments.destination)
    return find_gateways(*ends, goods=arguments.goods, options=options, ground=ground, progress=show_progress)


def _describe(best: Row) -> str:
    days, km = number(best["time"] / 24.0, 1), number(best["distance"])
    return f"{number(best['cost'])} USD/t, {days} days, {number(best['co2e'])} kg CO2e/t, {km} km"


def _print_ways(rows: list[Row]) -> None:
    """The ways, a group a kind: its word stands in the first line of the group."""
    if not rows:
        say("no way through any of these")
        return
    cells: list[tuple[str, ...]] = []
    for kind, group in groupby(rows, key=lambda row: str(row["kind"])):
        words = chain([GATEWAY_WORDS[kind]], repeat(""))
        cells += [(word, *_describe_way(row)) for word, row in zip(words, group, strict=False)]
    print_table(COLUMNS, cells, right=COLUMNS[3:8])


def _describe_way(row: Row) -> tuple[str, ...]:
    return (
        row["name"][:NAME_WIDTH],
        row["country"],
        number(row["cost"]),
        _sign(row["cost_more"]),
        number(row["time"] / 24.0, 1),
        _sign(row["time_more"] / 24.0, 1),
        number(row["co2e"]),
        "-".join(row["countries"]),
        row["way"][:WAY_WIDTH],
    )


def _sign(value: float, digits: int = 0) -> str:
    """A difference; nothing where it rounds to nought."""
    shown = number(abs(value), digits)
    return "" if float(f"{abs(value):.{digits}f}") == 0 else f"{'+' if value > 0 else '−'}{shown}"
