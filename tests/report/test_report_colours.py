"""Colours: text that can be read, marks that can be told apart, also by colour-blind readers."""

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

STYLES = Path(__file__).parents[2] / "web-src/src"
MARKS = ("rail", "road", "sea", "ferry", "border", "terminal")
COSTS = ("goods", "moved", "charged", "proved")
FAMILIES = (*MARKS, "gauge", "wait", "passage", "inland_water", "air", *COSTS)
# Sight without red, green or blue cones: G. M. Machado, M. M. Oliveira and L. A. F. Fernandes, IEEE
# Transactions on Visualization and Computer Graphics 15 (2009), 1291-1298, severity 1.0.
SIGHTS = {
    "all": np.eye(3),
    "no red": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]
    ),
    "no green": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.01182, 0.04294, 0.968881]]
    ),
    "no blue": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
         [0.004733, 0.691367, 0.3039]]
    ),
}  # fmt: skip
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def read_colours(name: str) -> dict[str, np.ndarray]:
    """Linear RGB of each variable that is a colour."""
    text = (STYLES / name).read_text(encoding="utf-8").split("* { box-sizing")[0]
    found = {}
    for key, digits in re.findall(r"--([\w-]+):\s*#([0-9a-f]{3}|[0-9a-f]{6});", text):
        full = "".join(2 * d for d in digits) if len(digits) == 3 else digits
        value = np.array([int(full[i : i + 2], 16) / 255 for i in (0, 2, 4)])
        found[key] = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    return found


@pytest.fixture(params=["report.css", "dark.css"])
def colours(request: pytest.FixtureRequest) -> dict[str, np.ndarray]:
    return read_colours(request.param)


def contrast(a: np.ndarray, b: np.ndarray) -> float:
    """Contrast of WCAG 2.2."""
    low, high = sorted(float(colour @ [0.2126, 0.7152, 0.0722]) for colour in (a, b))
    return (high + 0.05) / (low + 0.05)


def lab(colour: np.ndarray) -> np.ndarray:
    """CIE L*a*b* of a linear RGB colour, white D65."""
    ratio = TO_XYZ @ np.clip(colour, 0, 1) / np.array([0.95047, 1.0, 1.08883])
    f = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_both_grounds_have_the_same_colours() -> None:
    assert set(read_colours("dark.css")) == set(read_colours("report.css"))


@pytest.mark.parametrize("text", ["ink", "soft", "faint", "accent", "warn", "bad", "good"])
def test_text_can_be_read(colours: dict[str, np.ndarray], text: str) -> None:
    for ground in ("page", "card", "accent-soft"):
        assert contrast(colours[text], colours[ground]) >= 4.5, ground


def test_names_on_the_map_can_be_read(colours: dict[str, np.ndarray]) -> None:
    assert contrast(colours["name"], colours["land-fill"]) >= 4.5
    assert contrast(colours["water-name"], colours["sea-fill"]) >= 4.5


@pytest.mark.parametrize("family", FAMILIES)
def test_numbers_in_bars_can_be_read_and_bars_seen(colours: dict[str, np.ndarray], family: str) -> None:
    assert contrast(colours[f"on-{family}"], colours[family]) >= 4.5
    assert contrast(colours[family], colours["card"]) >= 3.0


@pytest.mark.parametrize("family", MARKS)
def test_lines_and_marks_stand_out_from_land_and_sea(colours: dict[str, np.ndarray], family: str) -> None:
    assert contrast(colours[family], colours["land-fill"]) >= 3.0
    assert contrast(colours[family], colours["sea-fill"]) >= 3.0


@pytest.mark.parametrize("sight", SIGHTS)
def test_marks_can_be_told_apart(colours: dict[str, np.ndarray], sight: str) -> None:
    # 10 is told apart side by side; dash, shape and number say the same again.
    for family in (MARKS, COSTS):
        seen = {name: lab(SIGHTS[sight] @ colours[name]) for name in family}
        for a, b in itertools.combinations(family, 2):
            assert np.linalg.norm(seen[a] - seen[b]) >= 25, (a, b)
