"""The small study and its two runs."""

from pathlib import Path

import pytest

import landbridge as lb


@pytest.fixture(scope="session")
def study(coffee_root: Path) -> lb.Study:
    return lb.read_study(coffee_root)


@pytest.fixture(scope="session")
def as_is(study: lb.Study) -> lb.Run:
    return study.run()


@pytest.fixture(scope="session")
def signed(study: lb.Study) -> lb.Run:
    return study.run("signed")
