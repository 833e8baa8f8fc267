"""Values of levers on the shipped network and law: two flows and a consignment of the study of Iran and Belarus."""

from __future__ import annotations

import math
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from landbridge.api.study import Run, Study, read_study
from landbridge.api.values import Values
from landbridge.schema import InputError, load_catalogue
from landbridge.schema.tables import read_table, write_table
from landbridge.store.ledger import run_hash
from landbridge.study.stored_values import describe_values
from landbridge.study.valuing import ValueChoice

STUDY = Path(__file__).parents[2] / "studies/iran-belarus"
FLOWS = ("food-tehran", "harvester-tehran")
LEVERS = (
    "railway-opened",
    "caspian-sailings",
    "customs-import",
    "proof-recognised",
    "standards-in-force",
    "fta-preference",
    "fta-rates",
    "fta-origin",
    "interim-ended",
    "interim-rates-ended",
)
KEPT = {
    "flows": ("id", FLOWS),
    "consignments": ("id", ("harvester-tehran",)),
    "levers": ("id", LEVERS),
}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    root = tmp_path_factory.mktemp("values") / "iran-belarus"
    shutil.copytree(STUDY, root, ignore=shutil.ignore_patterns("runs"))
    for table, (column, names) in KEPT.items():
        spec = load_catalogue().tables[table]
        frame, _ = read_table(root / f"{table}.csv", spec)
        own = frame[frame[column].isin(names)].reset_index(drop=True)
        (root / f"{table}.csv").write_text(write_table(own, spec), encoding="utf-8")
    return read_study(root)


@pytest.fixture(scope="module")
def found(study: Study) -> Values:
    return study.value()


@pytest.fixture(scope="module")
def runs(study: Study, found: Values) -> dict[str, Run]:
    return {name: study.run(name) for name in (found.start, found.end)}


def list_sides(found: Values) -> Iterator[tuple[str, str, str, float]]:
    for row in found.totals[found.totals["subject"] != ""].to_dict("records"):
        for column, scenario in (("before", found.start), ("after", found.end)):
            yield row["indicator"], row["subject"], scenario, row[column]


def test_both_sides_are_what_the_runs_of_the_scenarios_find(found: Values, runs: dict[str, Run]) -> None:
    assert (found.start, found.end) == ("as-is", "signed")
    keys = {"landed_cost": ("consignment", "date"), "free_zone_cost": ("consignment", "date")}
    checked = 0
    for indicator, subject, scenario, value in list_sides(found):
        by = keys.get(indicator, ("party",) if indicator.startswith("sea_") else ("flow",))
        frame = runs[scenario].indicator(indicator, by=by).frame
        if "date" in frame:
            frame = frame[pd.to_datetime(frame["date"]) == pd.Timestamp("2025-08-21")]
        computed = frame.loc[frame[by[0]] == subject, "value"].item()
        # A run prices with draws, whose means are brought to the exact ones: rounding alone is left.
        assert value == pytest.approx(computed, rel=1e-9), (indicator, subject, scenario)
        checked += 1
    assert checked >= 2 * 16


def test_the_parts_of_each_level_add_up_to_the_whole(found: Values) -> None:
    parts = found.parts().groupby(["indicator", "subject", "level"])["value"].sum()
    for row in found.totals.to_dict("records"):
        if row["levers"]:
            for level in ("lever", "commitment", "agreement"):
                total = parts[row["indicator"], row["subject"], level]
                assert total == pytest.approx(row["change"], abs=1e-8 * max(1.0, abs(row["before"])))


def test_the_railway_and_the_customs_save_and_the_least_and_most_enclose_the_whole(found: Values) -> None:
    worth = found.parts("lever", indicator="transport_cost", subject="food-tehran").set_index("id")["value"]
    assert worth["railway-opened"] < worth["customs-import"] < 0
    total = found.totals.set_index(["indicator", "subject"]).loc[("transport_cost", "food-tehran")]
    assert total["low"] <= total["change"] <= total["high"] <= 0


def test_recognition_works_only_with_the_agreement_in_force(found: Values) -> None:
    """The proof is recognised under the agreement, which has to be in force: neither saves anything alone."""
    pairs = found.pairs[(found.pairs["indicator"] == "landed_cost") & (found.pairs["level"] == "lever")]
    pair = pairs.set_index(["one", "other"]).loc[("proof-recognised", "standards-in-force")]
    assert (pair["one_alone"], pair["other_alone"]) == (0.0, 0.0)
    assert pair["synergy"] == pair["together"] < -10.0
    (part,) = found.parts("commitment", indicator="landed_cost", subject="harvester-tehran").query(
        "id == 'conformity-standards'"
    )["value"]
    assert part == pytest.approx(pair["together"])


def test_what_is_in_force_already_is_valued_from_the_base_without_it(study: Study) -> None:
    """The free trade agreement: duty of 4.5 % instead of that on harvesters without a preference."""
    found = study.value(end="as-is")
    assert (found.start, set(found.parts("agreement")["id"])) == ("without-agreements", {"eaeu-iran-fta"})
    totals = found.totals.set_index(["indicator", "subject"])
    assert totals.loc[("landed_cost", "harvester-tehran"), "change"] < -500.0
    assert set(found.totals["kind"]) == {"consignment"}  # no lever touches the network
    assert found.delays.empty  # kept commitments have nothing still to come


def test_a_delay_is_told_of_commitments_that_are_not_kept(found: Values) -> None:
    row = found.delays.set_index(["commitment", "indicator", "subject"])
    railway = row.loc[("rasht-astara", "transport_cost", "food-tehran")]
    assert railway["status"] == "at_risk"
    assert math.isnan(railway["month"])  # the flow has no yearly tonnes
    assert railway["month_per_1000t"] == pytest.approx(-1_000.0 * railway["unrealised"])
    standards = row.loc[("conformity-standards", "landed_cost", "harvester-tehran")]
    # 20 harvesters of 16.6 t a year.
    assert standards["month"] == pytest.approx(-standards["unrealised"] * 20 * 16.6 / 12)


Command = Callable[..., Any]


def test_the_command_prints_the_shape_that_scripts_rely_on(
    landbridge: Command, study: Study, found: Values
) -> None:
    answer = landbridge("value", study.root, "--json")
    told = answer.json
    assert (answer.code, told["findings"]) == (0, [])
    assert len(told["indicators"]) == len(found.totals)
    for one in told["indicators"]:
        assert set(one["total"]) >= {"value", "unit"}
        for level in ("lever", "commitment", "agreement"):
            parts = [part["value"]["value"] for part in one["parts"] if part["level"] == level]
            # What is printed is rounded to a few digits.
            assert not parts or sum(parts) == pytest.approx(one["total"]["value"], rel=1e-4, abs=1e-4)


def test_the_command_tells_people_what_is_worth_what(
    landbridge: Command, study: Study, found: Values
) -> None:
    answer = landbridge("value", study.root, "--subject", "food-tehran")
    assert answer.code == 0
    assert "Railway Rasht - Astara opened" in answer.out
    assert "Still to come" in answer.out
    assert "harvester-tehran" not in answer.out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--indicator", "transport_costs"], "unknown_indicator"),
        (["--to", "signd"], "unknown_scenario"),
        (["--from", "signed", "--to", "signed"], "no_levers"),
        (["--subject", "potash"], "unknown_subject"),
        (["--max-runs", "1"], "bad_max_runs"),
        (["--max-runs", "3", "--indicator", "transport_cost"], "bad_max_runs"),
        (["--from", "signed", "--to", "as-is"], "not_later"),
    ],
)
def test_faults_of_a_request_end_with_exit_code_2(
    landbridge: Command, study: Study, found: Values, words: list[str], code: str
) -> None:
    answer = landbridge("value", study.root, *words, "--json")
    assert (answer.code, answer.findings) == (2, [code])


def test_values_are_read_back_and_a_change_of_the_study_renews_them(study: Study, found: Values) -> None:
    assert study.value().stored.hash == found.stored.hash
    kinds = (ValueChoice(), ValueChoice(max_runs=512), ValueChoice(indicators=("sea_cost",)))
    hashes = {run_hash(describe_values(study.source, kind)) for kind in kinds}
    assert len(hashes) == 3
    assert found.stored.hash in hashes
    with (study.root / "levers.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    assert run_hash(describe_values(read_study(study.root).source, ValueChoice())) not in hashes


def test_a_study_without_levers_has_nothing_to_value(tmp_path: Path) -> None:
    root = tmp_path / "bare"
    shutil.copytree(STUDY, root, ignore=shutil.ignore_patterns("runs"))
    (root / "levers.csv").unlink()
    text = (root / "study.toml").read_text(encoding="utf-8")
    text = "\n".join(line for line in text.splitlines() if not line.startswith("levers"))
    (root / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as fault:
        read_study(root).value()
    assert [finding.code for finding in fault.value.findings] == ["no_levers"]
