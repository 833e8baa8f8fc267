"""How far codes cover goods, against the Harmonized System 2022 and against sets of subheadings counted one by one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.screening import Cover, cover_goods
from landbridge.sources import read_products

SUBHEADINGS = sorted(code for code in read_products() if len(code) == 6)
CODES = sorted(code for code in read_products() if code[:2] in {"27", "31", "84"})


def cover(product: str, listed: tuple[str, ...], spared: tuple[str, ...] = ()) -> str:
    return cover_goods(product, listed=listed, spared=spared).cover.value


@pytest.mark.parametrize(
    ("product", "listed", "spared", "expected"),
    [
        ("310420", ("3104",), (), "all"),
        ("3104201000", ("310420",), (), "all"),
        ("3104", ("310420",), (), "part"),
        ("31", ("310420",), (), "part"),
        # HS 2022 divides 3104 into 20, 30 and 90 and no more.
        ("3104", ("310420", "310430", "310490"), (), "all"),
        ("3104", ("310420", "310430", "310490"), ("310490",), "part"),
        ("3104", ("3104",), ("310430", "310490"), "all"),
        ("3104", ("3104",), ("310420", "310430", "310490"), "none"),
        ("310430", ("3104",), ("310430",), "none"),
        ("3105", ("3104",), (), "none"),
        ("310420", ("31042050",), (), "part"),
        ("310", (), (), "all"),
        ("", (), (), "all"),
        ("", (), ("31",), "all"),
        ("", ("31",), (), "unnamed"),
        ("31", (), ("31",), "none"),
    ],
)
def test_codes_cover_what_lies_below_them(
    product: str, listed: tuple[str, ...], spared: tuple[str, ...], expected: str
) -> None:
    assert cover(product, listed, spared) == expected


def test_a_code_that_may_mean_more_is_asked_for_in_full() -> None:
    found = cover_goods("3104", listed=("310420",), spared=())
    assert found.remark == "It covers part of heading 3104 (310420): give the full code."
    assert not cover_goods("310420", listed=("310420",), spared=()).remark
    many = cover_goods(
        "84", listed=tuple(code for code in CODES if code[:2] == "84" and len(code) == 4), spared=()
    )
    assert many.cover is Cover.ALL
    few = cover_goods("84", listed=tuple(f"84{n:02}" for n in range(1, 10)), spared=())
    assert (
        few.remark == "It covers part of chapter 84 (8401, 8402, 8403, 8404 and 5 more): give the full code."
    )


@given(
    product=st.sampled_from(CODES),
    listed=st.lists(st.sampled_from(CODES), min_size=1, max_size=4),
    spared=st.lists(st.sampled_from(CODES), max_size=3),
)
def test_cover_is_what_counting_subheadings_gives(product: str, listed: list[str], spared: list[str]) -> None:
    """All, part or none of the subheadings, except that a listed code above the product covers it until shown."""
    mine = [code for code in SUBHEADINGS if code.startswith(product)]
    within = [code for code in mine if code.startswith(tuple(listed)) and not code.startswith(tuple(spared))]
    led = product.startswith(tuple(listed))
    expected = "none" if not within else "all" if led or len(within) == len(mine) else "part"
    assert cover(product, tuple(listed), tuple(spared)) == expected


@given(product=st.sampled_from(CODES), listed=st.lists(st.sampled_from(CODES), min_size=1, max_size=4))
def test_fewer_digits_never_free_goods_from_a_measure(product: str, listed: list[str]) -> None:
    if cover(product, tuple(listed)) != "none":
        assert cover(product[:2], tuple(listed)) != "none"
        assert cover("", tuple(listed)) == "unnamed"
