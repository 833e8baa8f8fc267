"""From degrees to the plane of the map: the Natural Earth projection, turned to the middle of the routes.

Method: T. Patterson, designer; B. Savric, B. Jenny, T. Patterson, D. Petrovic and L. Hurni, "A polynomial
equation for the Natural Earth projection", Cartography and Geographic Information Science 38 (2011),
363-372.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def find_middle(lon: Floats) -> float:
    """Longitude in the middle of the shortest arc that holds all longitudes (degrees).

    >>> find_middle(np.array([170.0, -170.0]))
    180.0
    """
    turned = np.unique(np.mod(lon, 360.0))
    if len(turned) == 1:
        return wrap(float(turned[0]))
    gaps = np.diff(np.concatenate((turned, turned[:1] + 360.0)))
    widest = int(np.argmax(gaps))
    start = float(turned[(widest + 1) % len(turned)])
    return wrap(start + (360.0 - float(gaps[widest])) / 2.0)


def wrap(lon: float) -> float:
    """A longitude from -180 (left out) to 180."""
    turned = (lon + 180.0) % 360.0 - 180.0
    return 180.0 if turned == -180.0 else turned


def project(lon: Floats, lat: Floats, *, middle: float) -> tuple[Floats, Floats]:
    """Plane coordinates x (east) and y (down), in radians; `lon` may run past 180 degrees from middle.

    >>> x, y = project(np.array([0.0]), np.array([90.0]), middle=0.0)
    >>> round(float(-y[0]), 4)
    1.4224
    """
    turn, phi = np.radians(lon - middle), np.radians(lat)
    p2 = phi * phi
    p4 = p2 * p2
    x = turn * (0.8707 - 0.131979 * p2 + p4 * (-0.013791 + p4 * (0.003971 * p2 - 0.001529 * p4)))
    y = phi * (1.007226 + p2 * (0.015085 + p4 * (-0.044475 + 0.028874 * p2 - 0.005916 * p4)))
    return x, -y


def unwrap(lon: Floats, middle: float) -> Floats:
    """Longitudes of a line without jumps, its first point within 180 degrees of `middle`."""
    first = middle + wrap(float(lon[0]) - middle)
    return np.asarray(np.unwrap(np.concatenate(([first], lon)), period=360.0)[1:], np.float64)


@dataclass(frozen=True, slots=True)
class Plane:
    """The drawn plane: whole numbers from 0 to `width` and `height`, with the window that it shows.

    `window` is west, south, east, north in degrees, west and east about `middle`.
    """

    middle: float
    left: float
    top: float
    scale: float
    width: int
    height: int
    window: tuple[float, float, float, float]

    def place(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Coordinates of points (no jumps allowed) in units of the plane."""
        x, y = project(lon, lat, middle=self.middle)
        return (x - self.left) * self.scale, (y - self.top) * self.scale

    def place_point(self, lon: float, lat: float) -> tuple[float, float]:
        """Coordinates of one point."""
        x, y = self.place(np.array([self.middle + wrap(lon - self.middle)]), np.array([lat]))
        return float(x[0]), float(y[0])


UNITS = 10_000  # width of the plane
AIR = 0.16  # added on each side of the routes, as a share of their extent
LEAST_EXTENT = 0.16  # radians; a short route still shows its surroundings
SHAPES = (2.1, 0.95)  # width over height of the screens that the window must fill


def fit_plane(lon: Sequence[float], lat: Sequence[float]) -> Plane:
    """The plane around all points, wide and high enough for broad and narrow screens."""
    middle = find_middle(np.asarray(lon, np.float64))
    turned = middle + (np.mod(np.asarray(lon) - middle + 180.0, 360.0) - 180.0)
    x, y = project(turned, np.asarray(lat, np.float64), middle=middle)
    wide, high = (max(float(np.ptp(v)), LEAST_EXTENT) * (1 + 2 * AIR) for v in (x, y))
    across, up = max(wide, high * SHAPES[0]), max(high, wide / SHAPES[1])
    centre = (float(x.min() + x.max()) / 2, float(y.min() + y.max()) / 2)
    _, limit_y = project(np.array([180.0]), np.array([84.0]), middle=0.0)
    across, up = min(across, 2 * 0.8707 * np.pi), min(up, -2 * float(limit_y[0]))
    left, top = centre[0] - across / 2, centre[1] - up / 2
    scale = UNITS / across
    window = find_window(middle, (left, top, left + across, top + up))
    return Plane(middle, left, top, scale, UNITS, int(np.ceil(up * scale)), window)


def find_window(middle: float, box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Degrees that hold a box of the plane (left, top, right, bottom), found on a grid."""
    lats = np.linspace(-80.0, 84.0, 329)
    _, down = project(np.zeros_like(lats), lats, middle=0.0)
    inside = lats[(down >= box[1]) & (down <= box[3])]
    south, north = float(inside.min()) - 1.0, float(inside.max()) + 1.0
    rows = np.linspace(south, north, 60)
    per_degree, _ = project(np.ones_like(rows), rows, middle=0.0)
    least = float(per_degree.min())
    return (
        max(middle + box[0] / least, middle - 180.0),
        south,
        min(middle + box[2] / least, middle + 180.0),
        north,
    )
