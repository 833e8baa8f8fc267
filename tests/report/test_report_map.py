"""The map: projection against PROJ, cuts and simplified lines against GEOS, land where land is."""

import re

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from invented_study import read_content

from landbridge.report import ReportContent
from landbridge.report.basemap import (
    clip_ring,
    draw_basemap,
    read_world,
    simplify_line,
    split_inside,
    stitch_rings,
    write_path,
)
from landbridge.report.projection import find_middle, fit_plane, project, unwrap, wrap
from landbridge.report.reading import read_answers
from landbridge.report.route_map import LinePool, overlay_routes


@pytest.fixture(name="content", scope="module")
def fixture_content() -> ReportContent:
    return read_content()


degrees = st.floats(-179, 179)


def test_the_projection_is_proj_s() -> None:
    lon, lat = (axis.ravel() for axis in np.meshgrid(np.linspace(-170, 170, 18), np.linspace(-80, 80, 17)))
    points = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs="+proj=longlat +R=6371000").to_crs(
        "+proj=natearth +R=6371000"
    )
    x, y = project(lon, lat, middle=0.0)
    # PROJ writes the same polynomials; float64 throughout.
    np.testing.assert_allclose(x, points.x / 6_371_000.0, atol=1e-9)
    np.testing.assert_allclose(-y, points.y / 6_371_000.0, atol=1e-9)


@given(st.lists(degrees, min_size=1, max_size=8))
def test_the_middle_is_within_the_shortest_arc(lons: list[float]) -> None:
    middle = find_middle(np.array(lons))
    gaps = np.sort(np.mod(np.array(lons), 360.0))
    widest = max(np.diff(np.append(gaps, gaps[0] + 360.0)))
    assert max(abs(wrap(lon - middle)) for lon in lons) <= (360.0 - widest) / 2 + 1e-6


def test_lines_across_the_date_line_do_not_jump() -> None:
    assert unwrap(np.array([179.0, -179.0, -178.0]), 180.0).tolist() == [179.0, 181.0, 182.0]


rings = st.integers(3, 9).flatmap(
    lambda n: st.lists(st.tuples(st.floats(-20, 20), st.floats(-20, 20)), min_size=n, max_size=n)
)


@given(rings)
def test_cut_rings_cover_what_geos_cuts(points: list[tuple[float, float]]) -> None:
    ring = shapely.convex_hull(shapely.multipoints(points))
    if ring.geom_type != "Polygon" or ring.area < 1e-3:
        return
    lon, lat = (np.array(axis) for axis in ring.exterior.xy)
    cut = clip_ring((lon[:-1], lat[:-1]), (-10.0, -7.0, 12.0, 9.0))
    area = 0.0 if cut is None else shapely.Polygon(np.column_stack(cut)).area
    assert area == pytest.approx(ring.intersection(shapely.box(-10, -7, 12, 9)).area, abs=1e-6)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=3, max_size=30, unique=True))
def test_simplified_lines_stay_within_the_tolerance(points: list[tuple[int, int]]) -> None:
    x, y = np.array(points, float).T
    kept = simplify_line(x, y, tolerance=4.0)
    assert kept[0]
    assert kept[-1]
    simple = shapely.LineString(np.column_stack((x, y))[kept])
    assert max(shapely.distance(simple, shapely.points(x, y))) <= 4.0 + 1e-9


def test_split_lines_hold_every_point_inside() -> None:
    lon = np.array([0.0, 5.0, 20.0, 25.0, 30.0, 5.0, 4.0])
    parts = list(split_inside((lon, np.zeros(7)), (-1.0, -1.0, 10.0, 1.0)))
    assert [part[0].tolist() for part in parts] == [[0.0, 5.0, 20.0], [30.0, 5.0, 4.0]]


def parse_path(path: str) -> list[list[tuple[int, int]]]:
    """Points of each part of a path that starts absolute and goes on in steps."""
    parts = []
    for start, steps in re.findall(r"M(-?\d+ -?\d+)l([^Mz]*)", path):
        points = [tuple(map(int, start.split()))]
        numbers = list(map(int, re.findall(r"-?\d+", steps)))
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            points.append((points[-1][0] + dx, points[-1][1] + dy))
        parts.append(points)
    return parts


@given(st.lists(st.tuples(st.integers(-500, 500), st.integers(-500, 500)), min_size=2, max_size=20))
def test_paths_read_back(points: list[tuple[int, int]]) -> None:
    x, y = np.array(points, float).T
    path = write_path(x, y, closed=False)
    moved = [point for index, point in enumerate(points) if index == 0 or point != points[index - 1]]
    assert parse_path(path) == ([moved] if len(moved) > 1 else [])


def test_the_shipped_land_is_the_union_of_its_countries() -> None:
    world = read_world()
    rings = [shapely.Polygon(np.column_stack(ring)) for ring in stitch_rings(world)]

    # Even-odd: a ring inside another is a hole. Contains is decided at a point, as the fill of the path is.
    def land(lon: float, lat: float) -> bool:
        return sum(shapely.contains_xy(ring, lon, lat) for ring in rings) % 2 == 1

    for name, lon, lat in (
        ("Minsk", 27.56, 53.9),
        ("Tehran", 51.4, 35.7),
        ("Kampala", 32.58, 0.35),
        ("Durban", 30.9, -29.8),
    ):
        assert land(lon, lat), name
    for name, lon, lat in (
        ("Caspian", 50.5, 42.0),
        ("Black Sea", 34.0, 43.0),
        ("Persian Gulf", 51.0, 27.5),
        ("Arabian Sea", 62.0, 15.0),
    ):
        assert not land(lon, lat), name


def test_neighbours_share_one_line() -> None:
    world = read_world()
    pairs = {tuple(sorted(codes)) for codes in world.users.values() if len(codes) == 2}
    assert {("BY", "RU"), ("AZ", "IR"), ("IR", "TM"), ("KE", "UG"), ("RW", "UG")} <= pairs
    assert not [codes for codes in world.users.values() if len(codes) > 2]
    assert len(pairs) > 280, "the world has about 320 land borders; the shortest vanish in the simplified map"


def test_every_country_has_a_name_and_a_place_for_it() -> None:
    for geometry in read_world().geometries:
        properties = geometry["properties"]
        assert re.fullmatch("[A-Z]{2}", properties["code"])
        assert properties["name"]
        assert properties["labels"]


def test_the_map_is_cut_to_the_routes(content: ReportContent) -> None:
    plane = fit_plane([27.0, 51.0, 50.0], [53.9, 35.7, 40.0])
    small = draw_basemap(plane)
    assert 2_000 < len(small.land) < 120_000
    names = {label.name for label in small.labels}
    assert {"Belarus", "Iran", "Caspian Sea"} <= names
    assert not {"Brazil", "Japan"} & names
    world = draw_basemap(fit_plane([-120.0, 0.0, 140.0], [-35.0, 0.0, 60.0]))
    assert {"Brazil", "Japan", "Belarus"} <= {label.name for label in world.labels}
    assert len(world.land) < 700_000


def test_contested_borders_are_apart() -> None:
    plane = fit_plane([-17.0, -5.0], [20.0, 35.0])
    assert draw_basemap(plane).contested
    assert not draw_basemap(fit_plane([140.0, 145.0], [-30.0, -25.0])).contested


def test_lines_and_stops_lie_in_the_plane(content: ReportContent) -> None:
    answer = read_answers(content)[0][0]
    lines = [shape.line for route in answer.routes for shape in route.shapes]
    lon, lat = zip(
        *(tuple(map(float, pair.split(","))) for line in lines for pair in line.split(";")), strict=True
    )
    plane = fit_plane(lon, lat)
    pool = LinePool(plane)
    overlay = overlay_routes(answer, pool)
    assert len(pool.paths) == len(set(lines)), "a line that routes share is drawn once"
    for path in pool.paths:
        for part in parse_path(path):
            assert all(0 <= x <= plane.width and 0 <= y <= plane.height for x, y in part)
    marks = {stop.name: stop.mark for stop in overlay.stops}
    assert marks["Minsk"] == marks["Mundra"] == "end"
    assert marks["Krasnoye"] == "border"
    assert marks["Novorossiysk"] == "port"
