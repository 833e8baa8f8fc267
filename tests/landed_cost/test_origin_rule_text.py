"""Rules of origin read and write: every rule prints to a text that reads back to it; other text is refused in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.landed_cost.origin_rules import (
    And,
    ChangeOfTariff,
    Or,
    OriginRuleError,
    Process,
    ValueContent,
    WeightShare,
    WhollyObtained,
)
from landbridge.landed_cost.origin_text import parse_origin_rule, write_origin_rule
from landbridge.sources import read_shipped_tables

CODES = st.lists(st.from_regex(r"[0-9]{2}([0-9]{2}){0,2}", fullmatch=True), max_size=3).map(tuple)
SHARES = st.floats(min_value=0, max_value=100, allow_nan=False)
LEAVES = st.one_of(
    st.builds(WhollyObtained, CODES),
    st.builds(
        ChangeOfTariff,
        st.sampled_from(["any", "chapter", "heading", "subheading"]),
        CODES,
        CODES,
        CODES,
        st.none() | SHARES,
    ),
    st.builds(
        ValueContent,
        st.just("vnm"),
        SHARES,
        st.sampled_from(["exw", "fob", "customs_value", "materials"]),
        CODES,
    ),
    st.builds(
        ValueContent,
        st.sampled_from(["build_down", "build_up", "direct"]),
        SHARES,
        st.sampled_from(["exw", "fob", "customs_value"]),
    ),
    st.builds(ValueContent, st.just("net_cost"), SHARES, st.just("net_cost")),
    st.builds(WeightShare, SHARES, CODES),
    st.builds(
        Process,
        st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True),
        st.text(alphabet="abc ,.:%<=é", min_size=1).map(str.strip).filter(bool),
    ),
)
RULES = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds(And, st.lists(inner, min_size=2, max_size=3).map(tuple))
        | st.builds(Or, st.lists(inner, min_size=2, max_size=3).map(tuple))
    ),
    max_leaves=8,
)


@given(rule=RULES)
def test_a_rule_reads_back_from_its_text(rule: object) -> None:
    assert parse_origin_rule(write_origin_rule(rule)) == rule  # type: ignore[arg-type]


@given(text=st.text() | st.text(alphabet="CTHVNMRWO <=>%()0123456789,exworand"))
def test_any_text_is_a_rule_or_refused_in_words(text: str) -> None:
    try:
        rule = parse_origin_rule(text)
    except OriginRuleError as error:
        said = (error.what, error.remedy)
    else:
        said = ()
        assert parse_origin_rule(write_origin_rule(rule)) == rule
    assert all(said)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "empty"),
        ("CTX", "CTX"),
        ("VNM <= 120 % exw", "120"),
        ("VNM <= 50 % price", "price"),
        ("VNM >= 50 % exw", ">="),
        ("CTH except", "end|no code"),
        ("CTH except 87.06", "87.06"),
        ("CTH except 8", "no code"),
        ("(CTH or WO", "end"),
        ("CTH CTH", "too much"),
        ("SP(kits)", "lacks"),
        ("SP(Kits: x)", "key"),
        ("RVC >= 40 % net cost build-up", "too much"),
        ("(" * 30 + "WO" + ")" * 30, "deep"),
        ("WO or " * 1000 + "WO", "longer"),
    ],
)
def test_what_is_wrong_is_said(text: str, word: str) -> None:
    with pytest.raises(OriginRuleError, match=word):
        parse_origin_rule(text)


def test_and_binds_closer_than_or() -> None:
    assert parse_origin_rule("WO or CTH and CC") == Or(
        (WhollyObtained(), And((ChangeOfTariff("heading"), ChangeOfTariff("chapter"))))
    )


def test_every_shipped_rule_reads_and_stands_in_its_canonical_text() -> None:
    for row in read_shipped_tables()["origin_rules"].to_dict("records"):
        assert write_origin_rule(parse_origin_rule(row["rule"])) == row["rule"], row["id"]
