"""Distances on the Earth as a sphere of the mean radius 6371.0088 km (Moritz 2000, Geodetic Reference System 1980)."""

import math

import numpy as np
from numpy.typing import NDArray

EARTH_KM = 6371.0088
Floats = NDArray[np.float64]
Points = tuple[NDArray[np.floating], NDArray[np.floating]]


def great_circle(
    lat: NDArray[np.floating], lon: NDArray[np.floating], to_lat: float, to_lon: float
) -> Floats:
    """Great-circle distances in km of points, float64[n] in degrees, to one point (haversine).

    >>> great_circle(np.array([0.0]), np.array([1.0]), 0.0, 0.0).round(1).tolist()
    [111.2]
    """
    phi, theta = np.radians(np.asarray(lat, np.float64)), np.radians(to_lat)
    half = np.sin((phi - theta) / 2) ** 2 + np.cos(phi) * np.cos(theta) * (
        np.sin(np.radians(np.asarray(lon, np.float64) - to_lon) / 2) ** 2
    )
    distance: Floats = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return distance


def measure_line(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Great-circle distance in km of two points (latitude, longitude in degrees).

    >>> round(measure_line((53.9, 27.57), (35.69, 51.42)))
    2738
    """
    phi, theta = math.radians(one[0]), math.radians(other[0])
    half = math.sin((phi - theta) / 2) ** 2 + math.cos(phi) * math.cos(theta) * (
        math.sin(math.radians(one[1] - other[1]) / 2) ** 2
    )
    return 2 * EARTH_KM * math.asin(math.sqrt(min(max(half, 0.0), 1.0)))


def unit_vectors(lat: NDArray[np.floating], lon: NDArray[np.floating]) -> Floats:
    """Points on the unit sphere, float64[n, 3]; chords times the Earth's radius are near enough at short range.

    >>> unit_vectors(np.array([0.0]), np.array([90.0])).round(3).tolist()
    [[0.0, 1.0, 0.0]]
    """
    phi, lam = np.radians(np.asarray(lat, np.float64)), np.radians(np.asarray(lon, np.float64))
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def great_circle_pairs(one: Points, other: Points) -> Floats:
    """Great-circle distances in km between points pair by pair, each as (latitudes, longitudes) float64[n] in degrees.

    >>> zero = np.array([0.0])
    >>> great_circle_pairs((zero, zero), (zero, zero + 1)).round(1).tolist()
    [111.2]
    """
    chord = np.linalg.norm(unit_vectors(*one) - unit_vectors(*other), axis=1)
    distance: Floats = 2 * EARTH_KM * np.arcsin(np.clip(chord / 2, 0.0, 1.0))
    return distance


def lie_near(points: Points, others: Points, km: float) -> NDArray[np.bool_]:
    """Whether each of `points`, (latitudes, longitudes) float64[n] in degrees, lies within `km` of one of `others`.

    >>> zero = np.zeros(2)
    >>> lie_near((np.array([0.0, 5.0]), zero), (np.array([0.1]), zero[:1]), 25.0).tolist()
    [True, False]
    """
    order = np.argsort(others[0])
    lats, band = others[0][order], np.degrees(km / EARTH_KM)
    first, last = np.searchsorted(lats, points[0] - band), np.searchsorted(lats, points[0] + band, "right")
    count = last - first
    one = np.repeat(np.arange(len(count)), count)
    other = order[np.arange(len(one)) + np.repeat(first - np.cumsum(count) + count, count)]
    pairs = ((points[0][one], points[1][one]), (others[0][other], others[1][other]))
    near = np.zeros(len(count), np.bool_)
    near[one[great_circle_pairs(*pairs) <= km]] = True
    return near
