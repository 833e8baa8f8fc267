"""Products: hierarchy, search by words, and codes of older editions with their successors."""

import pytest

from landbridge.api import Goods, Options
from landbridge.api.routing import check_request
from landbridge.schema import CheckInput, run_checks
from landbridge.schema.rows import rows_to_frame
from landbridge.sources import read_shipped_tables
from landbridge.sources.hs_changes import check_product, find_successors, list_successors
from landbridge.sources.product_search import search_products
from landbridge.sources.products import is_product, list_children, list_parents, read_products


def found(words: str, limit: int = 3) -> list[str]:
    return [hit.code for hit in search_products(words, limit=limit)]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("harvester", "843351"),
        ("combine harvesters", "843351"),
        ("harvesters, combine", "843351"),
        ("polypropylene", "390210"),
        ("polypropilene", "390210"),
        ("potash", "310420"),
        ("potassium chloride fertiliser", "310420"),
        ("tractors", "8701"),
        ("milk powder", "040210"),
        ("powdered milk", "040210"),
        ("carpets", "57"),
        ("pistachio", "080251"),
        ("aluminum foil", "7607"),
        ("aluminium foil", "7607"),
        ("foil of aluminium", "7607"),
        ("tires, pneumatic, rubber", "401220"),
        ("plows", "843210"),
        ("ploughs", "843210"),
        ("lorries", "8704"),
        ("trucks", "8704"),
        ("raisins", "080620"),
        ("colour television", "852872"),
        ("color televisions", "852872"),
        ("coffee", "0901"),
        ("refrigerators", "8418"),
    ],
)
def test_words_find_their_product(words: str, code: str) -> None:
    assert any(hit.startswith(code) for hit in found(words))


def test_hits_are_ranked_and_words_behind_other_than_count_little() -> None:
    hits = search_products("combine harvester", limit=40)
    scores = {hit.code: hit.score for hit in hits}
    assert scores["843351"] == 100.0
    assert scores.get("843352", 0.0) < 50
    assert hits[0].code == "843351"


@pytest.mark.parametrize("words", ["xyzzy", "", "of the", "!!!", "ж" * 300])
def test_words_that_mean_nothing_find_nothing(words: str) -> None:
    assert search_products(words) == ()


def test_a_word_that_no_title_has_lowers_the_score() -> None:
    assert search_products("electric xyzzy")[0].score < 60


def test_a_code_finds_itself_and_what_is_below() -> None:
    assert found("8433.5", 9) == ["843351", "843352", "843353", "843359"]


def test_the_hierarchy_holds_together() -> None:
    titles = read_products()
    for code in titles:
        assert all(parent in titles for parent in list_parents(code))
        assert all(list_parents(child)[-1] == code for child in list_children(code))
    assert list_children("84")[0] == "8401"
    assert list_children("843351") == ()
    assert not is_product("TOTAL")


def test_old_codes_name_their_successors() -> None:
    # HS 2012 8701.90 was split by power in HS 2017; HS 2017 8541.40 into diodes and cells in HS 2022, which moved
    # waste of them to the new heading 8549.
    tractors, cells = find_successors("8701.90"), find_successors("854140")
    assert tractors is not None
    assert (tractors.edition, tractors.successors) == (
        2012,
        ("870191", "870192", "870193", "870194", "870195"),
    )
    assert cells is not None
    assert {"854141", "854142", "854143", "854149"} <= set(cells.successors)
    assert find_successors("870191") is None
    assert find_successors("7777") is None


def test_a_national_line_of_an_older_edition_is_an_old_code_too() -> None:
    finding = check_product("8701909009")
    assert finding is not None
    assert (finding.code, finding.nearest[0]) == ("old_hs_code", "870191")


def test_changes_are_of_codes_that_are_gone_and_lead_to_codes_that_are_there() -> None:
    frame = read_shipped_tables()["hs_changes"]
    assert len(frame) > 1000
    assert set(frame["edition"]) == {1992, 1996, 2002, 2007, 2012, 2017}
    assert frame["code"].is_unique
    assert not [code for code in frame["code"] if is_product(code)]
    assert not [code for codes in frame["successors"] for code in codes if not is_product(code)]


def test_a_study_hears_what_became_of_an_old_code() -> None:
    row = {"id": "f", "origin": "a", "destination": "b", "product": "8701.90", "tonnes": 1.0}
    frame = rows_to_frame("flows", [row])
    given = CheckInput(
        {"flows": frame},
        {"flows": (("flows.csv", 2),)},
        is_product=is_product,
        find_successors=list_successors,
    )
    faults = [finding for finding in run_checks(given) if finding.column == "product"]
    assert [(fault.code, fault.row, fault.nearest[0]) for fault in faults] == [("old_hs_code", 2, "870191")]


def test_a_request_for_a_route_hears_it_too() -> None:
    faults = check_request(Goods(product="870190"), Options(), read_shipped_tables())
    assert [fault.code for fault in faults] == ["old_hs_code"]
