"""Under which rates goods are released, over an invented law in which every rate is known beforehand."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from invented_law import DATE, TARIFFS, TAXES, make_goods, make_law, make_rules, make_way

from landbridge.landed_cost.customs_law import CustomsLaw
from landbridge.landed_cost.goods import Goods
from landbridge.landed_cost.pricing import Wishes, price_consignment
from landbridge.landed_cost.rates import AtMost, RateInput, ShareOf, evaluate_rate
from landbridge.landed_cost.treatments import Treatment, Treatments, list_treatments

DEAL = {
    "id": "deal",
    "title": "Deal",
    "kind": "free_trade",
    "granters": ("XU",),
    "beneficiaries": ("ZA",),
    "proof": "certificate",
    "proof_cost": 40.0,
    "transport": "direct",
}
LINE = {"territory": "XU", "products": ("8433",), "treatment": "preference", "agreement": "deal"}


def treat(law: CustomsLaw, goods: Goods | None = None, **origins: str) -> Treatments:
    return list_treatments(law, goods or make_goods(), origins=origins)


def pick(found: Treatments, regime: str) -> Treatment:
    return next(one for one in found.listed if one.regime == regime)


def regimes(found: Treatments) -> list[str]:
    return [one.regime for one in found.listed]


def codes(found: Treatments) -> list[str]:
    return [finding.code for finding in found.findings]


def duty_of(treatment: Treatment, *, base: float = 100.0, name: str = "duty", **quantities: float) -> float:
    """What a charge of the name comes to on a base in dollars."""
    exchange = {"EUR": 1.25, "BYN": 0.25}
    given = RateInput(np.array([base]), "USD", quantities, exchange, treatment.references)
    rate = next(charge.rate for charge in treatment.charges if charge.name == name)
    return float(np.asarray(evaluate_rate(rate, given)).item())


def add_deal(*lines: Mapping[str, Any], **changed: Any) -> CustomsLaw:
    tariffs = [*TARIFFS, *({"id": f"line-{place}", **LINE, **line} for place, line in enumerate(lines))]
    return make_law(tariffs=tariffs, trade_agreements=[{**DEAL, **changed}])


def test_without_an_agreement_only_the_rate_of_most_favoured_nations_holds() -> None:
    found = treat(make_law())
    assert regimes(found) == ["mfn"]
    assert duty_of(pick(found, "mfn")) == 5.0
    assert found.findings == ()


def test_a_product_without_a_rate_is_a_finding_and_nothing_is_listed() -> None:
    found = treat(make_law(), make_goods(product="870100"))
    assert (found.listed, codes(found)) == ((), ["no_tariff"])


def test_a_country_without_taxes_in_the_tables_is_a_finding() -> None:
    found = treat(make_law(import_taxes=()))
    assert (found.listed, codes(found)) == ((), ["no_taxes"])


def test_missing_rate_and_missing_taxes_are_told_at_once() -> None:
    found = treat(make_law(import_taxes=()), make_goods(product="870100"))
    assert sorted(codes(found)) == ["no_tariff", "no_taxes"]


def test_a_day_before_the_tariff_has_no_rate() -> None:
    found = treat(make_law(datetime.date(2019, 12, 31)))
    assert "no_tariff" in codes(found)
    assert found.listed == ()


@pytest.mark.parametrize(
    ("line", "duty"),
    [
        ({"rate": "2 %"}, 2.0),
        ({"rate": "75 % of mfn"}, 3.75),
        ({"rate": "free"}, 0.0),
        ({"products": ("843351",), "rate": "1 %"}, 1.0),
    ],
)
def test_a_preference_is_that_of_its_line(line: dict[str, Any], duty: float) -> None:
    found = treat(add_deal(line), deal="originates")
    assert regimes(found) == ["mfn", "deal"]
    assert duty_of(pick(found, "deal")) == pytest.approx(duty)
    assert pick(found, "deal").papers == ("certificate",)


def test_a_line_wins_over_the_general_rate_of_the_agreement() -> None:
    law = add_deal({"rate": "2 %"}, rate="free")
    assert duty_of(pick(treat(law, deal="originates"), "deal")) == 2.0


def test_the_general_rate_holds_for_goods_that_no_line_names_and_spares_exceptions() -> None:
    law = add_deal(rate="50 % of mfn", except_products=("0405", "6403"))
    assert duty_of(pick(treat(law, deal="originates"), "deal")) == 2.5
    butter = treat(law, make_goods(product="040510"), deal="originates")
    assert regimes(butter) == ["mfn"]
    assert "no_preference" in codes(butter)


def test_a_share_of_a_mixed_rate_is_a_share_of_all_its_terms() -> None:
    law = add_deal(rate="75 % of mfn")
    shoes = pick(treat(law, make_goods(product="640399"), deal="originates"), "deal")
    assert duty_of(shoes, pair=10.0) == pytest.approx(0.75 * (10.0 + 0.4 * 1.25 * 10.0))
    butter = pick(treat(law, make_goods(product="040510"), deal="originates"), "deal")
    assert duty_of(butter, kg=1000.0) == pytest.approx(0.75 * 275.0)


def test_goods_that_do_not_originate_have_no_preference_and_a_note_says_so() -> None:
    found = treat(add_deal({"rate": "free"}), deal="does_not")
    assert regimes(found) == ["mfn"]
    assert codes(found) == ["no_origin"]


def test_an_unknown_origin_makes_a_preference_conditional() -> None:
    unknown, known = treat(add_deal({"rate": "free"})), treat(add_deal({"rate": "free"}), deal="originates")
    assert "only where the goods originate under the agreement" in pick(unknown, "deal").conditions
    assert pick(known, "deal").conditions == ("direct consignment",)


def test_a_scheme_of_general_preferences_holds_for_its_beneficiaries_only() -> None:
    law = add_deal(kind="gsp", rate="75 % of mfn", beneficiaries=("ZB", "YU"))
    assert regimes(treat(law)) == ["mfn"]
    from_union = treat(law, make_goods(start="YA"))
    assert duty_of(pick(from_union, "deal")) == 3.75
    re_exported = treat(law, make_goods(start="YA", made_in="ZA"))
    assert regimes(re_exported) == ["mfn"]


@pytest.mark.parametrize(
    ("date", "given"), [("2026-06-30", False), ("2026-07-01", True), ("2026-07-02", False)]
)
def test_an_agreement_holds_from_its_first_day_to_its_last(date: str, given: bool) -> None:
    deal = {**DEAL, "rate": "free", "from": DATE, "until": DATE}
    law = make_law(datetime.date.fromisoformat(date), trade_agreements=[deal])
    assert ("deal" in regimes(treat(law))) is given


def test_an_average_among_preferences_is_capped_at_the_rate_without_one_and_said() -> None:
    found = treat(add_deal({"rate": "9 %", "average": True}), deal="originates")
    deal = pick(found, "deal")
    assert duty_of(deal) == 5.0
    assert deal.charges[0].rate == AtMost(deal.charges[0].rate.rate, ShareOf(100.0, "mfn"))  # type: ignore[union-attr]
    assert codes(found) == ["average_rate"]
    assert duty_of(pick(treat(add_deal({"rate": "9 %"}), deal="originates"), "deal")) == 9.0


def test_an_average_without_preference_is_said() -> None:
    law = make_law(
        tariffs=[{"id": "mean", "territory": "XU", "products": ("84",), "rate": "7 %", "average": True}]
    )
    assert codes(treat(law)) == ["average_rate"]


def test_several_lines_of_different_rates_ask_for_the_code() -> None:
    lines = [
        {"id": "one", "territory": "XU", "products": ("8433510001",), "rate": "5 %"},
        {"id": "two", "territory": "XU", "products": ("8433510009",), "rate": "7 %"},
    ]
    found = treat(make_law(tariffs=lines))
    assert (found.listed, codes(found)) == ((), ["several_rates"])
    assert found.findings[0].nearest == ("8433510001", "8433510009")
    assert duty_of(pick(treat(make_law(tariffs=lines), make_goods(product="8433510009")), "mfn")) == 7.0


def test_a_preference_for_some_of_the_lines_below_a_code_is_conditional_on_the_line() -> None:
    found = treat(add_deal({"products": ("8433510001",), "rate": "free"}), deal="originates")
    assert any("8433510001" in condition for condition in pick(found, "deal").conditions)


def test_lines_of_a_preference_with_different_rates_ask_for_the_code() -> None:
    lines = ({"products": ("8433510001",), "rate": "free"}, {"products": ("8433510009",), "rate": "2 %"})
    found = treat(add_deal(*lines), deal="originates")
    assert regimes(found) == ["mfn"]
    told = next(finding for finding in found.findings if finding.code == "several_rates")
    assert told.nearest == ("8433510001", "8433510009")


QUOTA = {
    "id": "quota",
    "territory": "XU",
    "products": ("8433",),
    "volume": 100.0,
    "unit": "t",
    "as_of": datetime.date(2026, 6, 1),
}
INSIDE = {"id": "inside", "territory": "XU", "products": ("8433",), "rate": "1 %", "quota": "quota"}


def open_quota(*, agreement: bool = False, **changed: Any) -> CustomsLaw:
    inside = {**INSIDE, "treatment": "preference", "agreement": "deal"} if agreement else INSIDE
    quota = {**QUOTA, "agreement": "deal" if agreement else "", **changed}
    return make_law(
        tariffs=[*TARIFFS, inside], tariff_quotas=[quota], trade_agreements=[DEAL] if agreement else ()
    )


@pytest.mark.parametrize(
    ("used", "offered", "words"),
    [
        (None, True, "how much of it is used is not known"),
        (0.0, True, "100 t were left on 2026-06-01"),
        (88.0, True, "12 t were left on 2026-06-01"),
        (90.0, False, "10 t left on 2026-06-01"),
        (100.0, False, "0 t left on 2026-06-01"),
    ],
)
def test_a_quota_is_offered_while_it_has_room_for_the_goods(
    used: float | None, offered: bool, words: str
) -> None:
    found = treat(open_quota(used=used))
    if offered:
        assert duty_of(pick(found, "quota")) == 1.0
        assert words in pick(found, "quota").conditions[0]
    else:
        assert regimes(found) == ["mfn"]
        assert codes(found) == ["quota_used_up"]
        assert words in found.findings[0].what


def test_a_quota_counted_in_what_is_not_given_is_offered_with_its_room_only() -> None:
    found = treat(open_quota(used=99.0, unit="l"))
    assert "1 l were left" in pick(found, "quota").conditions[0]


def test_a_quota_of_an_agreement_is_for_goods_of_that_agreement_alone() -> None:
    law = open_quota(agreement=True, used=0.0)
    assert "quota" in regimes(treat(law, deal="originates"))
    assert regimes(treat(law, deal="does_not")) == ["mfn"]
    assert regimes(treat(law, make_goods(start="YA"))) == ["mfn"]


def test_a_quota_of_an_agreement_says_on_what_condition_and_with_which_papers() -> None:
    quota = pick(treat(open_quota(agreement=True, used=0.0)), "quota")
    assert "only where the goods originate under the agreement" in quota.conditions
    assert "direct consignment" in quota.conditions
    assert (quota.papers, quota.proof_cost) == (("certificate",), 40.0)


def test_a_quota_for_some_origins_is_not_for_others() -> None:
    law = open_quota(used=0.0, origins=("YU",))
    assert regimes(treat(law)) == ["mfn"]
    assert regimes(treat(law, make_goods(start="YB"))) == ["mfn", "quota"]


@pytest.mark.parametrize(("month", "duty"), [(5, 5.0), (6, 12.0), (9, 12.0), (10, 5.0)])
def test_a_seasonal_rate_holds_in_its_months(month: int, duty: float) -> None:
    season = {"id": "season", "territory": "XU", "products": ("8433",), "rate": "12 %", "months": "6-9"}
    law = make_law(datetime.date(2026, month, 15), tariffs=[*TARIFFS, season])
    assert duty_of(pick(treat(law), "mfn")) == duty


@pytest.mark.parametrize(
    ("day", "duty"), [("2026-02-28", 5.0), ("2026-03-01", 0.0), ("2026-08-31", 0.0), ("2026-09-01", 5.0)]
)
def test_a_temporary_rate_holds_between_its_days(day: str, duty: float) -> None:
    first, last = datetime.date(2026, 3, 1), datetime.date(2026, 8, 31)
    line = {
        "id": "relief",
        "territory": "XU",
        "products": ("8433",),
        "rate": "free",
        "from": first,
        "until": last,
    }
    law = make_law(datetime.date.fromisoformat(day), tariffs=[*TARIFFS, line])
    assert duty_of(pick(treat(law), "mfn")) == duty


def test_a_special_duty_is_on_its_origins_alone_and_stays_under_a_preference() -> None:
    dumped = {
        "id": "dumped",
        "territory": "XU",
        "products": ("8433",),
        "rate": "27.5 %",
        "charge": "anti_dumping",
        "origins": ("ZA",),
    }
    law = make_law(tariffs=[*TARIFFS, dumped], trade_agreements=[{**DEAL, "rate": "free"}])
    found = treat(law, deal="originates")
    assert [duty_of(pick(found, regime), name="anti_dumping") for regime in ("mfn", "deal")] == [27.5, 27.5]
    elsewhere = pick(treat(law, make_goods(start="YA")), "mfn")
    assert "anti_dumping" not in [charge.name for charge in elsewhere.charges]
    # Sent from a third country the goods keep the origin on which the duty is.
    assert duty_of(pick(treat(law, make_goods(start="YA", made_in="ZA")), "mfn"), name="anti_dumping") == 27.5


def test_special_duties_with_different_rates_below_a_code_ask_for_the_code() -> None:
    line = {"territory": "XU", "charge": "anti_dumping", "origins": ("ZA",)}
    lines = [
        {"id": "a", "products": ("8433510001",), "rate": "10 %", **line},
        {"id": "b", "products": ("8433510009",), "rate": "20 %", **line},
    ]
    found = treat(make_law(tariffs=[*TARIFFS, *lines]))
    assert (found.listed, codes(found)) == ((), ["several_rates"])


def test_a_stay_of_a_country_wins_over_its_union() -> None:
    stay = {"id": "stay", "territory": "XA", "products": ("8433",), "rate": "10 %"}
    law = make_law(tariffs=[*TARIFFS, stay])
    assert duty_of(pick(treat(law), "mfn")) == 10.0
    assert duty_of(pick(treat(law, make_goods(destination="XB")), "mfn")) == 5.0


def test_goods_inside_a_customs_territory_are_free_of_duty_and_fees_and_bear_the_tax() -> None:
    fee = {"id": "fee", "territory": "XU", "charge": "customs_fee", "name": "Fee", "rate": "50 BYN/shipment"}
    dumped = {"id": "d", "territory": "XU", "products": ("84",), "rate": "9 %", "charge": "safeguard"}
    law = make_law(tariffs=[*TARIFFS, dumped], import_taxes=[*TAXES, fee])
    inside = treat(law, make_goods(start="XB"))
    assert regimes(inside) == ["mfn"]
    assert [charge.name for charge in pick(inside, "mfn").charges] == ["duty", "vat"]
    assert duty_of(pick(inside, "mfn")) == 0.0
    sent_on = treat(law, make_goods(start="XB", made_in="ZA"))
    assert duty_of(pick(sent_on, "mfn")) == 0.0
    assert codes(sent_on) == ["free_circulation"]


def test_no_quota_is_needed_inside_a_customs_territory() -> None:
    assert regimes(treat(open_quota(used=0.0), make_goods(start="XB"))) == ["mfn"]


def test_a_union_that_keeps_its_formalities_is_no_customs_territory_without_borders() -> None:
    tariffs = [{"id": "y", "territory": "YU", "products": ("8433",), "rate": "25 %"}]
    taxes = [{**TAXES[0], "territory": "YA"}]
    found = treat(make_law(tariffs=tariffs, import_taxes=taxes), make_goods(start="YB", destination="YA"))
    assert duty_of(pick(found, "mfn")) == 25.0


def tax_of(product: str, start: str = "ZA", *taxes: Mapping[str, Any]) -> list[float]:
    law = make_law(import_taxes=[*TAXES, *({**TAXES[0], **tax} for tax in taxes)])
    found = pick(treat(law, make_goods(product=product, start=start)), "mfn")
    given = RateInput(np.array([100.0]), "USD", {"kg": 1.0}, {"EUR": 1.25}, {})
    rates = [charge.rate for charge in found.charges if charge.name == "vat"]
    return [float(np.asarray(evaluate_rate(rate, given)).item()) for rate in rates]


def test_a_reduced_rate_of_a_tax_replaces_the_general_one() -> None:
    reduced = {"id": "reduced", "products": ("04",), "rate": "10 %"}
    assert tax_of("040510", "ZA", reduced) == [10.0]
    assert tax_of("843351", "ZA", reduced) == [20.0]
    deeper = {"id": "deeper", "products": ("040510",), "rate": "5 %"}
    assert tax_of("040510", "ZA", deeper, reduced) == [5.0]


def test_a_reduced_rate_for_other_origins_leaves_the_general_one() -> None:
    reduced = {"id": "reduced", "products": ("84",), "rate": "10 %", "origins": ("YU",)}
    assert tax_of("843351", "ZA", reduced) == [20.0]
    assert tax_of("843351", "YA", reduced) == [10.0]


def test_exempt_goods_and_origins_bear_no_tax() -> None:
    law = make_law(import_taxes=[{**TAXES[0], "except_products": ("0405",), "except_origins": ("YU",)}])
    charges = [
        [charge.name for charge in pick(treat(law, make_goods(**goods)), "mfn").charges]
        for goods in ({"product": "040510"}, {"start": "YB"}, {})
    ]
    assert charges == [["duty"], ["duty"], ["duty", "vat"]]


def test_a_tax_or_an_exemption_for_some_goods_below_a_code_asks_for_the_code() -> None:
    excise = {**TAXES[0], "id": "excise", "charge": "excise", "name": "Excise", "products": ("84335110",)}
    spared = {**TAXES[0], "except_products": ("84335190",)}
    found = treat(make_law(import_taxes=[spared, excise]))
    assert codes(found) == ["wide_code", "wide_code"]
    assert [finding.nearest for finding in found.findings] == [("84335190",), ("84335110",)]
    assert not found.listed
    exact = treat(make_law(import_taxes=[spared, excise]), make_goods(product="84335110"))
    assert codes(exact) == []
    assert sorted(charge.name for charge in pick(exact, "mfn").charges) == ["duty", "excise", "vat"]


def test_a_general_rate_is_on_the_origins_that_it_names_alone() -> None:
    general = {
        "id": "apart", "territory": "XU", "products": ("8433",), "treatment": "general", "rate": "25 %",
        "origins": ("ZA",),
    }  # fmt: skip
    law = make_law(tariffs=[*TARIFFS, general])
    assert duty_of(pick(treat(law, make_goods(made_in="ZA")), "mfn")) == 25.0
    assert duty_of(pick(treat(law, make_goods(made_in="YA")), "mfn")) == 5.0


def test_goods_that_stay_inside_are_taxed_on_their_contract_price() -> None:
    goods = make_goods(value=30_000.0, incoterm="CIF", start="XA", made_in="XA", destination="XB")
    rules = make_rules(make_law(), insurance_share=0.3)
    (door,) = price_consignment(rules, goods, [make_way(1_000.0)], wishes=Wishes(drawn=False)).doors
    vat = next(one for one in door.charges if one.charge.name == "vat")
    assert vat.base.tolist() == pytest.approx([30_000.0], rel=1e-12)


def test_taxes_that_are_on_each_other_are_one_finding_and_nothing_is_listed() -> None:
    taxes = [
        {**TAXES[0], "id": "one", "charge": "levy", "name": "One", "base": ("customs_value", "two")},
        {**TAXES[0], "id": "two", "charge": "levy", "name": "Two", "base": ("customs_value", "one")},
    ]
    found = treat(make_law(import_taxes=taxes))
    assert (codes(found), found.listed) == (["ring_of_taxes"], ())
