"""The most exact row of a parameter table wins: first by scope, then by the columns in their order."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from landbridge.network.lookup import RowIndex

SCOPES = ("post", "XA", "west", "world")
MODES = ("road", "rail", "any", "")
CLASSES = ("container", "dry_bulk", "any", "")


def rank_rows(frame: pd.DataFrame, chain: tuple[str, ...], wanted: dict[str, str]) -> int | None:
    """The row that the rule names, found by looking at all of them."""
    ranked = []
    for position, row in enumerate(frame.to_dict("records")):
        wild = [row[column] in ("any", "") for column in wanted]
        fits = [
            free or row[column] == value for free, (column, value) in zip(wild, wanted.items(), strict=True)
        ]
        if row["scope"] in chain and all(fits):
            ranked.append((chain.index(row["scope"]), wild, -position))
    return -min(ranked)[2] if ranked else None


@given(
    rows=st.lists(
        st.tuples(st.sampled_from(SCOPES), st.sampled_from(MODES), st.sampled_from(CLASSES)), max_size=25
    ),
    chain=st.lists(st.sampled_from(SCOPES), unique=True, min_size=1),
    mode=st.sampled_from(("road", "rail", "sea", "")),
    cargo=st.sampled_from(("container", "reefer", "")),
)
def test_the_index_finds_the_row_that_a_search_of_all_rows_finds(
    rows: list[tuple[str, str, str]], chain: list[str], mode: str, cargo: str
) -> None:
    frame = pd.DataFrame(rows, columns=["scope", "mode", "cargo_class"])
    index = RowIndex.build(frame, columns=("mode", "cargo_class"))
    wanted = {"mode": mode, "cargo_class": cargo}
    for _ in range(2):  # the second answer comes from the memo
        assert index.find(chain, **wanted) == rank_rows(frame, tuple(chain), wanted)


def test_a_place_beats_its_country_whatever_the_class() -> None:
    frame = pd.DataFrame(
        [("XA", "rail", "container"), ("post", "any", "any")], columns=["scope", "mode", "cargo_class"]
    )
    index = RowIndex.build(frame, columns=("mode", "cargo_class"))
    assert index.find(("post", "XA"), mode="rail", cargo_class="container") == 1
    assert index.find(("XA",), mode="rail", cargo_class="container") == 0
    assert index.find(("XB", "world"), mode="rail", cargo_class="container") is None
