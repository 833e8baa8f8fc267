"""The table of services: what departures of a year carry, and the wait for one."""

import dataclasses

import pandas as pd
from invented_study import make_content

from landbridge.report.figures import THIN
from landbridge.report.links import list_links


def test_services_are_told_with_headway_wait_and_capacity() -> None:
    """A ship of 2,500 t every 73 h: 120 departures and 300,000 t a year, 36.5 h of mean wait."""
    content = make_content()
    first = content.scenarios[0]
    items = first.tables["route_items"].copy()
    leg = items.index[items["kind"] == "leg"][0]
    items.loc[leg, "service"] = "inland-sea-ferry"
    scenario = dataclasses.replace(first, tables={**first.tables, "route_items": items})
    services = pd.DataFrame(
        {
            "id": ["inland-sea-ferry", "unused"],
            "name": ["Inland Sea ferry", "Unused"],
            "kind": ["rail_ferry", "ro_ro"],
            "headway": [73.0, 24.0],
            "time": [18.0, float("nan")],
            "time_min": [15.0, float("nan")],
            "time_p90": [30.0, float("nan")],
            "capacity": [2500.0, 10.0],
            "source": ["xx-timetable", "xx"],
            "quality": ["published", "estimated"],
        }
    )
    tables = {**content.study_tables, "services": services}
    (link,) = list_links(dataclasses.replace(content, scenarios=(scenario,), study_tables=tables))
    told = (link.name, link.kind, link.wait, link.run, link.capacity.replace(THIN, " "), link.routes)
    assert told == ("Inland Sea ferry", "rail ferry", "36.5", "18.0", "300 000", 1)


def test_a_study_without_services_has_no_such_table() -> None:
    content = make_content()
    bare = {name: frame for name, frame in content.study_tables.items() if name != "services"}
    assert list_links(dataclasses.replace(content, study_tables=bare)) == []
