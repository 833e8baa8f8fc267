"""The commands on networks: check, import, diff, export."""

from pathlib import Path

from landbridge.api import networks
from landbridge.cli.printing import (
    describe_finding,
    end_progress,
    print_findings,
    print_json,
    say,
    show_progress,
)
from landbridge.cli.studies import print_frame
from landbridge.network.check_network import check_network
from landbridge.schema.errors import raise_errors
from landbridge.schema.rows import read_rows
from landbridge.sources import open_world

SHOWN = 20


def print_check(*, json: bool) -> None:
    """Check the shipped network and print what stands out."""
    world = open_world(show_progress)
    show_progress("checking the network")
    found = check_network(world)
    end_progress()
    frames = {"components": found.components, "snaps": found.snaps, "circuity": found.circuity}
    if json:
        findings = [describe_finding(finding) for finding in found.findings]
        print_json({"date": world.date, **{k: read_rows(v) for k, v in frames.items()}, "findings": findings})
        return
    say(f"network of {world.date}: {len(world.node_lat):,} nodes, {len(world.edge_tail):,} edges")
    for title, frame in frames.items():
        say()
        say(f"{title}, worst first")
        print_frame(frame.head(20), json=False)
    for code in dict.fromkeys(finding.code for finding in found.findings):
        alike = [finding for finding in found.findings if finding.code == code]
        say()
        say(f"{code}: {len(alike)} findings, the first {min(len(alike), SHOWN)}")
        print_findings(alike[:SHOWN])


def check_file(path: Path, *, json: bool) -> None:
    """Print all findings of a network of the user's own; errors leave by exception."""
    show_progress("reading the network")
    network = networks.read_network(path)
    show_progress("checking the network")
    found = networks.check_network(network)
    end_progress()
    raise_errors(found)
    if json:
        size = {"nodes": len(network.nodes), "links": len(network.links), "posts": len(network.posts)}
        findings = [describe_finding(finding) for finding in found]
        print_json({"kind": network.kind, **size, "km": network.links["length"].sum(), "findings": findings})
        return
    print_findings(found)
    km = network.links["length"].sum()
    say(
        f"{path}: {len(network.nodes):,} nodes, {len(network.links):,} links, {km:,.0f} km; no errors"
        + (f", {len(found)} to look at" if found else "")
    )


def import_file(path: Path, study: Path, *, source: str, quality: str, mode: str, json: bool) -> None:
    """Append a network to a study and say how many rows that made."""
    show_progress("reading and checking the network")
    made = networks.import_network(path, study, source=source, quality=quality, mode=mode)
    end_progress()
    if json:
        findings = [describe_finding(finding) for finding in made.findings]
        print_json({"study": made.study, "places": made.places, "legs": made.legs, "findings": findings})
        return
    print_findings(made.findings)
    say(
        f"added {made.places} places and {made.legs} legs to {made.study}: run `landbridge check {made.study}`"
    )


def print_diff(one: str, other: str, *, json: bool) -> None:
    """Print what differs between two networks."""
    show_progress("comparing the networks")
    found = networks.compare_networks(one, other)
    end_progress()
    names = ("counts", "rows", "components", "sample", "lengths")
    frames = {name: getattr(found, name) for name in names}
    if json:
        print_json({"one": found.one, "other": found.other, **{k: read_rows(v) for k, v in frames.items()}})
        return
    say(f"one: {found.one}; other: {found.other}")
    for title, frame in frames.items():
        say()
        say(title if len(frame) <= SHOWN else f"{title}: the first {SHOWN} of {len(frame):,}")
        print_frame(frame.head(SHOWN), json=False)


def export_file(out: Path, *, format: str, layers: tuple[str, ...], countries: tuple[str, ...]) -> None:
    """Write the shipped network for other programs."""
    show_progress("writing the network")
    written = networks.export_network(out, format=format, layers=layers, countries=countries)
    end_progress()
    say(f"wrote {written}; © OpenStreetMap contributors, ODbL 1.0: see the LICENCE.txt")
