"""`landbridge network check`: components, snap distances and circuity outliers of the shipped network."""

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
