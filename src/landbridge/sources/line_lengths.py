"""Lengths of drawn lines in degrees: geodesics on the WGS 84 ellipsoid (Karney 2013, Journal of Geodesy 87)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@cache
def _ellipsoid() -> Any:
    return gpd.GeoSeries([], crs="EPSG:4326").crs.get_geod()


def measure_pairs(
    one: Sequence[tuple[float, float]] | Floats, other: Sequence[tuple[float, float]] | Floats
) -> Floats:
    """Kilometres between points (longitude, latitude in degrees), float64[n]; NaN where a latitude is out of range.

    >>> measure_pairs([(0.0, 0.0)], [(1.0, 0.0)]).round(2).tolist()
    [111.32]
    """
    a, b = np.asarray(one, np.float64).reshape(-1, 2), np.asarray(other, np.float64).reshape(-1, 2)
    known = (np.abs(a[:, 1]) <= 90) & (np.abs(b[:, 1]) <= 90)
    km = np.full(len(a), np.nan)
    if known.any():
        _, _, metres = _ellipsoid().inv(a[known, 0], a[known, 1], b[known, 0], b[known, 1])
        km[known] = np.asarray(metres) / 1000
    return km


def measure_lines(lines: Sequence[Any]) -> Floats:
    """Kilometres along lines of shapely in degrees, float64[lines].

    >>> measure_lines([shapely.LineString([(0, 0), (1, 0), (2, 0)])]).round(2).tolist()
    [222.64]
    """
    points, index = shapely.get_coordinates(list(lines), return_index=True)
    if not len(points):
        return np.zeros(len(lines))
    steps = np.where(index[1:] == index[:-1], measure_pairs(points[:-1], points[1:]), 0.0)
    along: Floats = np.bincount(index[1:], steps, minlength=len(lines)).astype(np.float64)
    return along
