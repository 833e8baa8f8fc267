"""Which shipment a product, a cargo class or an id stands for."""

import math

import pytest
from invented_world import Tables, make_table

from landbridge.network.shipments import MEANS, choose_shipment
from landbridge.schema import InputError, load_catalogue
from landbridge.sources import read_shipped_tables

SHIPPED = read_shipped_tables()["shipments"]


def fault_code(**wanted: str) -> str:
    with pytest.raises(InputError) as caught:
        choose_shipment(SHIPPED, **wanted)
    return caught.value.findings[0].code


# Chapters of the Harmonized System 2022 and what they hold: 3104 potassic fertilisers, 31 fertilisers, 3902
# polymers of propylene, 39 plastics, 0806 grapes fresh or dried, 8433.51 combine harvesters, 0901 coffee, 2710
# petroleum oils.
@pytest.mark.parametrize(
    ("product", "row", "cargo"),
    [
        ("3104", "potash_bulk", "dry_bulk"),
        ("310420", "potash_bulk", "dry_bulk"),
        ("3102", "fertiliser_bulk", "dry_bulk"),
        ("3902", "container_polypropylene", "container"),
        ("390110", "container_polymers", "container"),
        ("0806", "container_dried_fruit", "container"),
        ("843351", "harvester", "out_of_gauge"),
        ("8433", "farm_machine", "general"),
        ("090111", "container_coffee", "container"),
        ("2710", "fuel_liquid", "liquid_bulk"),
    ],
)
def test_the_longest_prefix_of_a_product_decides(product: str, row: str, cargo: str) -> None:
    shipment = choose_shipment(SHIPPED, product=product)
    assert (shipment.id, shipment.cargo_class, shipment.product) == (row, cargo, product)


def test_every_chapter_of_the_system_has_a_shipment() -> None:
    chapters = [f"{number:02d}" for number in range(1, 98) if number != 77]  # 77 is reserved
    assert all(choose_shipment(SHIPPED, product=chapter).tonnes > 0 for chapter in chapters)


def test_without_a_wish_it_is_one_container_of_general_goods() -> None:
    shipment = choose_shipment(SHIPPED)
    assert (shipment.id, shipment.cargo_class) == ("container_general", "container")
    assert shipment.has_teu
    assert shipment.tonnes <= 28  # what a 20 ft box takes


def test_a_row_is_chosen_by_its_id_before_the_product() -> None:
    shipment = choose_shipment(SHIPPED, row="potash_container", product="3104")
    assert (shipment.id, shipment.cargo_class) == ("potash_container", "container")


def test_a_cargo_class_without_a_product() -> None:
    assert choose_shipment(SHIPPED, cargo_class="reefer").cargo_class == "reefer"


def test_of_two_rows_of_one_prefix_the_class_asked_for_wins(small_tables: Tables) -> None:
    rows = [
        {**row, "id": f"{row['cargo_class']}-row", "products": ("3104",)}
        for row in small_tables["shipments"].to_dict("records")
    ]
    both = make_table("shipments", rows)
    assert choose_shipment(both, product="310420", cargo_class="dry_bulk").id == "dry_bulk-row"
    assert choose_shipment(both, product="310420").id == "container-row"


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        ({"row": "unheard-of"}, "unknown_shipment"),
        ({"product": "770000"}, "unknown_product"),
        ({"cargo_class": "gas"}, "unknown_cargo_class"),
    ],
)
def test_an_unknown_name_is_a_finding_with_its_kind(wanted: dict[str, str], code: str) -> None:
    assert fault_code(**wanted) == code


def test_a_unit_that_the_goods_do_not_travel_in_has_no_load(small_tables: Tables) -> None:
    machine = choose_shipment(small_tables["shipments"], row="machine")
    assert math.isnan(machine.tonnes_per("TEU"))
    assert machine.tonnes_per("truck") == 20.0
    assert machine.tonnes_per("t") == 1.0
    assert machine.tonnes_per("shipment") == machine.tonnes


def test_every_cargo_class_has_means_on_every_mode() -> None:
    catalogue = load_catalogue()
    for cargo in catalogue.cargo_classes:
        shipment = choose_shipment(SHIPPED, cargo_class=cargo)
        assert {shipment.means(mode) for mode in MEANS} <= set(catalogue_means())


def catalogue_means() -> tuple[str, ...]:
    return load_catalogue().tables["rates"].by_name["means"].choices
