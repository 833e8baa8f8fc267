"""What all tests share: steady property tests, and where the browser is."""

import os
import shutil

import pytest
from hypothesis import settings

# The same examples on every machine and run; kernels compile in the first example, so there is no deadline.
settings.register_profile("steady", derandomize=True, deadline=None, max_examples=60)
settings.register_profile("thorough", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """How pytest-playwright starts the system's Chromium; it never downloads one.

    CHROMIUM names another program. A root user, as in a container, has no sandbox.
    """
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.fail(f"no browser found: install one of {', '.join(BROWSERS)}, or set CHROMIUM")
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return {"executable_path": program, "args": ["--no-sandbox"] if as_root else []}
