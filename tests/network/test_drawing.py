"""Drawn lines against the plain way of joining shapes one by one."""

from types import SimpleNamespace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from landbridge.network.drawing import draw_line

Point = tuple[float, float]
LINKS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 4), st.lists(st.integers(5, 99), max_size=3), st.booleans()),
    min_size=1,
    max_size=7,
)


def join_one_by_one(shapes: list[list[Point]]) -> list[Point]:
    line: list[Point] = []
    for points in shapes:
        line += points[1:] if line and line[-1] == points[0] else points
    return line


@given(LINKS, st.data())
def test_a_line_is_that_of_its_arcs(
    links: list[tuple[int, int, list[int], bool]], data: st.DataObject
) -> None:
    """Each link is an edge with inner points, or, where it is not drawn, a straight way between its ends."""
    starts = np.cumsum([0, *(len(inner) for _, _, inner, _ in links)])
    inner = np.array([point for link in links for point in link[2]], np.float32)
    onward = np.array(data.draw(st.lists(st.booleans(), min_size=len(links), max_size=len(links))))
    nodes = np.arange(5, dtype=np.float32)
    network = SimpleNamespace(
        arcs=SimpleNamespace(
            tail=np.array([tail for tail, *_ in links]),
            head=np.array([head for _, head, *_ in links]),
            edge=np.array([number if drawn else -1 for number, (*_, drawn) in enumerate(links)], np.int32),
            forward=onward,
        ),
        node_lon=nodes,
        node_lat=nodes + 0.5,
        world=SimpleNamespace(shape_start=starts, shape_lon=inner, shape_lat=inner + 0.5),
    )
    path = data.draw(st.permutations(range(len(links))))
    shapes = []
    for arc in path:
        tail, head, points, drawn = links[arc]
        between = (points if onward[arc] else points[::-1]) if drawn else []
        shapes.append([(float(at), at + 0.5) for at in (tail, *between, head)])
    assert list(draw_line(network, path)) == join_one_by_one(shapes)  # type: ignore[arg-type]


def test_no_arcs_have_no_line() -> None:
    assert draw_line(SimpleNamespace(), []) == ()  # type: ignore[arg-type]
