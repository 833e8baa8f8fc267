"""Places are found as people write them."""

import pandas as pd
import pytest

from landbridge.network.places import Place, find_place
from landbridge.schema import InputError
from landbridge.sources import World, open_world


@pytest.fixture(scope="module")
def world() -> World:
    return open_world()


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("Minsk", "Minsk", "BY"), ("BYMSQ", "Minsk", "BY"), ("BY MSQ", "Minsk", "BY"), ("Минск", "Minsk", "BY"),
        ("minsk, belarus", "Minsk", "BY"), ("Bandar-e Abbas", "Bandar Abbas", "IR"),
        ("Bandar Abbas", "Bandar Abbas", "IR"), ("تهران", "Tehran", "IR"), ("Тегеран", "Tehran", "IR"),
        ("北京", "Beijing", "CN"), ("Soligorsk", "Soligorsk", "BY"), ("Kampala", "Kampala", "UG"),
        ("Jebel Ali", "Jebel Ali", "AE"), ("Mundra", "Mundra", "IN"), ("  Durban ", "Durban", "ZA"),
    ],
)  # fmt: skip
def test_a_name_in_any_language_or_a_code_is_found(world: World, text: str, name: str, country: str) -> None:
    place = find_place(world, text)
    assert (place.name, place.country) == (name, country)
    assert place.road_km < 5


def test_a_place_of_the_caspian_shore_by_its_country(world: World) -> None:
    south, north = find_place(world, "Astara, IR"), find_place(world, "Astara, AZ")
    assert (south.country, north.country) == ("IR", "AZ")
    assert find_place(world, "Astara", country="IR").country == "IR"
    assert find_place(world, "Astara, Iran").country == "IR"


def test_the_twin_towns_of_a_post_mean_the_post(world: World) -> None:
    place = find_place(world, "Astara")
    assert place.kind == "post"
    assert [finding.code for finding in place.findings] == ["twin_towns"]


@pytest.mark.parametrize(
    ("text", "country"), [("53.9,27.56", "BY"), ("-6.8,39.28", "TZ"), ("53.9 27.56", "BY")]
)
def test_coordinates(world: World, text: str, country: str) -> None:
    place = find_place(world, text)
    assert place.number is None
    assert place.country == country
    assert place.road_node >= 0
    assert world.node_layer[place.road_node] == 0
    assert place.road_km < 5


@pytest.mark.parametrize("text", ["91,0", "0,181"])
def test_coordinates_off_the_globe(world: World, text: str) -> None:
    with pytest.raises(InputError) as error:
        find_place(world, text)
    assert error.value.findings[0].code == "bad_coordinates"


def test_a_city_over_ten_times_as_large_wins_and_says_so(world: World) -> None:
    place = find_place(world, "Moscow")
    assert place.country == "RU"
    assert "namesakes" in {finding.code for finding in place.findings}


def test_namesakes_of_like_size_are_an_error_with_the_candidates(world: World) -> None:
    with pytest.raises(InputError) as error:
        find_place(world, "Victoria")
    finding = error.value.findings[0]
    assert finding.code == "ambiguous_place"
    assert "people" in finding.what
    assert "Victoria, CA" in finding.nearest
    assert find_place(world, "Victoria, CA").country == "CA"


def test_an_unknown_name_gives_the_nearest(world: World) -> None:
    with pytest.raises(InputError) as error:
        find_place(world, "Minskk")
    assert error.value.findings[0].code == "unknown_place"
    assert error.value.findings[0].nearest[0] == "Minsk, BY"


def test_a_known_name_in_the_wrong_country_says_where_it_is(world: World) -> None:
    with pytest.raises(InputError) as error:
        find_place(world, "Kampala, FR")
    assert "Kampala, UG" in error.value.findings[0].nearest


@pytest.mark.parametrize("text", ["", "   ", "!?", "x" * 10_000, "\x00", "1e9,1e9", "nan,nan"])
def test_garbage_is_an_input_error(world: World, text: str) -> None:
    with pytest.raises(InputError):
        find_place(world, text)


def test_ids_of_authored_places_and_posts(world: World) -> None:
    assert find_place(world, "rumcx").kind == "port"
    assert find_place(world, "rumcx").water_node >= 0
    assert find_place(world, "astara-rail").kind == "post"


def test_places_of_a_study_win_and_are_snapped(world: World) -> None:
    row = {"id": "minsk", "name": "Minsk", "kind": "terminal", "country": "BY", "lat": 53.82, "lon": 27.56}
    extra = pd.DataFrame([row | {"locode": "", "aliases": ("Works",)}])
    place = find_place(world, "Minsk", extra=extra)
    assert (place.number, place.kind) == (None, "terminal")
    assert place.road_km < 5
    assert find_place(world, "works", extra=extra).id == "minsk"
    assert find_place(world, "Gomel", extra=extra).name == "Gomel"


def test_a_far_snap_is_a_finding(world: World) -> None:
    assert "no_network" in {finding.code for finding in find_place(world, "0,-30").findings}
    far = find_place(world, "24.0,52.6")  # the Empty Quarter
    assert far.findings or far.snap_km <= 25


def test_a_place_that_is_written_exactly_is_found(world: World) -> None:
    for name in ("Tehran", "Kampala", "Rotterdam", "BYMSQ"):
        assert isinstance(find_place(world, name), Place)


def test_a_name_beats_another_city_s_former_name(world: World) -> None:
    """Teresina (Brazil), eighteen times as large, once bore the name of the Georgian port."""
    assert find_place(world, "Poti").country == "GE"
