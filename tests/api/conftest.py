"""A small study over the shipped world, made as a user would: a new study, one flow, one corridor, one change."""

from pathlib import Path

import pytest

import landbridge as lb
from landbridge.api.studies import new_study

ROWS = {
    "flows.csv": "coffee,Kampala,Mombasa,0901,,5000,test,estimated,=1+1\n",
    "corridors.csv": "id,name,via,source,quality\nby-malaba,By Malaba,malaba-road,test,estimated\n",
    "sources.csv": "id,title,publisher,kind\ntest,A test,The tests,E\n",
    "parameters.csv": "id,value,source,quality\ndraws,300,test,estimated\n",
    "overrides/signed.csv": (
        "operations,malaba-road-crossing,time_min,0.2,,,test,estimated\n"
        "operations,malaba-road-crossing,time_p50,0.25,,,test,estimated\n"
        "operations,malaba-road-crossing,time_p90,1,,,test,estimated\n"
    ),
}


def write_study(root: Path) -> Path:
    """A study of one flow of coffee; `signed` lets lorries pass Malaba in a quarter of an hour."""
    new_study(root, parties=["KE", "UG"], bound_by=["UG"], title="Coffee <b>& more</b>")
    for name, text in ROWS.items():
        file = root / name
        head = file.read_text(encoding="utf-8") if name in ("flows.csv", "overrides/signed.csv") else ""
        file.write_text(head + text, encoding="utf-8")
    return root


@pytest.fixture(scope="session")
def study_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(tmp_path_factory.mktemp("studies") / "coffee")


@pytest.fixture(scope="session")
def study(study_root: Path) -> lb.Study:
    return lb.read_study(study_root)


@pytest.fixture(scope="session")
def as_is(study: lb.Study) -> lb.Run:
    return study.run()


@pytest.fixture(scope="session")
def signed(study: lb.Study) -> lb.Run:
    return study.run("signed")
