"""What a user's code holds: studies, runs, indicators, traces; a run is computed once and read back."""

import hashlib
import shutil
from pathlib import Path

import pandas as pd
import pytest

import landbridge as lb
from landbridge.schema import load_catalogue
from landbridge.sources import network_date
from landbridge.study import running


def hash_tables(run: lb.Run) -> dict[str, str]:
    """Hash of the bytes of each stored table."""
    files = sorted(Path(run.stored.folder).glob("*.parquet"))
    assert files
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def test_a_study_says_what_it_is(study: lb.Study) -> None:
    assert (study.name, study.scenarios) == ("Coffee <b>& more</b>", ("as-is", "signed"))
    assert "KE, UG" in repr(study)
    assert study.check() == ()


def test_a_study_without_a_date_is_of_the_network_s_day(as_is: lb.Run) -> None:
    assert as_is.prepared.setting.date == network_date()


def test_a_run_has_the_flow_and_its_routes(as_is: lb.Run) -> None:
    routes = as_is.routes()
    assert set(routes["flow"]) == {"coffee"}
    assert set(routes["origin"]) == {"Kampala"}
    assert routes["cost"].is_monotonic_increasing
    assert "By Malaba" in set(routes["corridor"])
    assert as_is.table("verdicts")["verdict"].tolist() == ["ok"]
    assert set(as_is.tables) >= {"routes", "route_items", "route_terms", "route_shapes", "applied_listings"}


def test_an_unknown_table_scenario_route_or_key_is_named_with_the_nearest(
    study: lb.Study, as_is: lb.Run
) -> None:
    for ask, nearest in (
        (lambda: as_is.table("route"), "routes"),
        (lambda: study.run("as-it-is"), "as-is"),
        (lambda: as_is.trace("coffe-1"), "coffee-1"),
        (lambda: as_is.indicator("transport_costs"), "transport_cost"),
        (lambda: as_is.indicator("transport_cost", by=["coridor"]), "corridor"),
    ):
        with pytest.raises(lb.InputError) as caught:
            ask()
        assert caught.value.findings[0].nearest[0] == nearest


def test_a_second_run_is_read_back(study: lb.Study, as_is: lb.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("computed again")

    monkeypatch.setattr(running, "compute", refuse)
    again = lb.read_study(study.root).run("as-is")
    assert again.hash == as_is.hash
    pd.testing.assert_frame_equal(again.tables["route_items"], as_is.tables["route_items"])


def test_equal_inputs_give_equal_bytes_in_another_folder(
    study: lb.Study, as_is: lb.Run, tmp_path: Path
) -> None:
    copy = tmp_path / "elsewhere"
    shutil.copytree(study.root, copy, ignore=shutil.ignore_patterns("runs", "*.html"))
    again = lb.read_study(copy).run("as-is")
    assert again.hash == as_is.hash
    assert hash_tables(again) == hash_tables(as_is)


def test_another_seed_is_another_run(study: lb.Study, as_is: lb.Run, tmp_path: Path) -> None:
    copy = tmp_path / "seeded"
    shutil.copytree(study.root, copy, ignore=shutil.ignore_patterns("runs", "*.html"))
    head = (copy / "study.toml").read_text(encoding="utf-8")
    (copy / "study.toml").write_text(head.replace("seed = 1", "seed = 2"), encoding="utf-8")
    again = lb.read_study(copy).run("as-is")
    assert again.hash != as_is.hash
    one, two = as_is.routes(), again.routes()
    assert one["cost"].tolist() == two["cost"].tolist()
    assert one["cost_p90"].tolist() != two["cost_p90"].tolist()


def test_scenarios_differ_by_their_overrides_alone(as_is: lb.Run, signed: lb.Run) -> None:
    assert as_is.hash != signed.hash
    before, after = (
        run.table("route_items")
        .merge(run.table("routes").loc[run.table("routes")["corridor"] == "By Malaba", ["route"]])
        .set_index("seq")
        for run in (as_is, signed)
    )
    crossing = before["operation"] == "border_crossing"
    assert (
        before["place"][crossing].tolist() == after["place"][after["operation"] == "border_crossing"].tolist()
    )
    # A median of a quarter of an hour and a slow tenth of one hour have a mean below half an hour.
    assert after["time"][after["operation"] == "border_crossing"].iloc[0] < 0.6
    assert before["time"][crossing].iloc[0] > 1.0


def test_layers_tell_where_each_changed_cell_comes_from(signed: lb.Run) -> None:
    layers = signed.layers()
    changed = layers[(layers["table"] == "operations") & (layers["field"] == "time_p50")]
    assert changed["in_force"].tolist() == [False, True]
    assert changed["value"].astype(str).tolist()[-1].startswith("0.25")


def test_an_indicator_is_the_declared_aggregate(as_is: lb.Run) -> None:
    routes = as_is.routes()
    cost = as_is.indicator("transport_cost", by=["corridor"])
    frame = cost.frame.set_index("corridor")
    for corridor, group in routes.groupby("corridor"):
        best = group.loc[group["cost"].idxmin()]
        assert frame.loc[corridor, "value"] == pytest.approx(best["cost"])
        for name in ("p10", "p50", "p90"):
            assert frame.loc[corridor, name] == pytest.approx(best[f"cost_{name}"])
    assert set(frame["unit"]) == {"USD/t"}
    assert set(frame["scenario"]) == {"as-is"}
    whole = as_is.indicator("transport_time").frame
    assert whole["value"].tolist() == pytest.approx([routes["time"].min()])
    items = as_is.indicator("cost_by_item", by=["route", "kind"]).frame.groupby("route")["value"].sum()
    assert items.to_dict() == pytest.approx(routes.set_index("route")["cost"].to_dict())


def test_every_indicator_of_the_catalogue_can_be_read(as_is: lb.Run) -> None:
    names = lb.list_indicators()["id"]
    assert len(names) > 10
    for name in names:
        priced = load_catalogue().indicators[name].table.startswith(("landed", "preference"))
        assert len(as_is.indicator(name).frame) == (not priced), "the study prices no consignment"


def test_scenarios_are_compared_key_by_key(as_is: lb.Run, signed: lb.Run) -> None:
    compared = signed.indicator("transport_time", by=["corridor"]).compare("as-is")
    assert list(compared.columns) == ["corridor", "as-is", "signed", "change", "unit"]
    assert compared["change"].to_numpy() == pytest.approx((compared["signed"] - compared["as-is"]).to_numpy())
    by_corridor = compared.set_index("corridor")["change"]
    assert by_corridor["By Malaba"] < -1.0
    single = signed.indicator("transport_cost").compare("as-is")
    assert len(single) == 1
    with pytest.raises(lb.InputError):
        signed.indicator("transport_cost").compare("unheard-of")


def test_a_trace_opens_a_route_into_all_its_terms(as_is: lb.Run) -> None:
    best = as_is.table("routes").iloc[0]
    trace = as_is.trace(best["route"])
    for unit, name in (("USD/t", "cost"), ("h", "time"), ("kg/t", "co2e")):
        assert trace["value"][trace["unit"] == unit].sum() == pytest.approx(best[name])
    assert {"formula", "inputs", "source", "quality", "seq", "operation"} <= set(trace.columns)
    assert all(len(inputs) for inputs in trace["inputs"])


def test_an_indicator_is_traced_to_the_route_that_it_takes(as_is: lb.Run) -> None:
    routes = as_is.routes()
    trace = as_is.trace("transport_cost", corridor="By Malaba")
    assert set(trace["unit"]) == {"USD/t"}
    assert trace["value"].sum() == pytest.approx(routes["cost"][routes["corridor"] == "By Malaba"].min())
    hours = as_is.trace("transport_time", flow="coffee")
    assert hours["value"].sum() == pytest.approx(routes["time"].min())
    for keys in ({"corridor": "By Sea"}, {"colour": "red"}):
        with pytest.raises(lb.InputError):
            as_is.trace("transport_cost", **keys)


def test_runs_and_indicators_show_themselves_in_a_notebook(study: lb.Study, as_is: lb.Run) -> None:
    for thing in (as_is, as_is.indicator("transport_cost", by=["corridor"])):
        html = thing._repr_html_()
        assert html.startswith("<table")
        assert "By Malaba" in html
        assert html.count("<table") == html.count("</table>") == 1
    assert as_is.hash[:12] in repr(as_is)


def test_a_report_of_a_study_escapes_its_text_and_is_the_same_each_time(
    study: lb.Study, tmp_path: Path
) -> None:
    first, second = (study.write_report(tmp_path / name) for name in ("one.html", "two.html"))
    html = first.read_bytes()
    assert html == second.read_bytes()
    assert b"Coffee &lt;b&gt;&amp; more&lt;/b&gt;" in html
    assert b"Coffee <b>" not in html
    assert len(html) < 8_000_000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.html", "two.html"]


def test_routes_of_a_new_request_use_the_tables_of_the_scenario(signed: lb.Run) -> None:
    frame = signed.routes("Kampala", "Mombasa", product="0901", by=("cost",))
    best = signed.table("routes").iloc[0]
    assert frame["cost"].iloc[0] == pytest.approx(best["cost"])
    whole = signed.find_routes("Kampala", "Mombasa", product="0901", by=("cost",))
    assert whole.frame["cost"].tolist() == frame["cost"].tolist()
    assert len(whole.tables["route_items"])


def test_a_study_that_is_a_file_or_nothing_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    for name in ("file", "empty", "missing"):
        with pytest.raises(lb.InputError) as caught:
            lb.read_study(tmp_path / name)
        assert caught.value.findings


def test_what_a_run_rests_on(as_is: lb.Run) -> None:
    ranked = as_is.evidence()
    routes, inputs = as_is.table("routes"), as_is.table("route_inputs")
    assert set(ranked["input"]) == set(inputs["input"][inputs["route"] == "coffee-1"])
    weak = ranked[ranked["measure"]]["time_variance_share"].sum()
    assert weak == pytest.approx(
        routes.set_index("route").loc["coffee-1", "default_share_spread_time"], abs=1e-3
    )
    assert ranked["measure"].iloc[0]
    assert ranked["cost_narrowing"].max() > 0
    shown = as_is.indicator("cost_narrowing", by=["input", "quality"]).frame
    assert shown["value"].max() == pytest.approx(inputs["cost_narrowing"].max())
    spread = as_is.indicator("default_share_spread_cost").frame["value"].iloc[0]
    assert spread == pytest.approx(routes.sort_values("cost")["default_share_spread_cost"].iloc[0])


def test_where_a_run_chokes(as_is: lb.Run) -> None:
    """One flow: its losses are the means, and a year's loss is that of its 5,000 t."""
    ranked, rows = as_is.closures(), as_is.table("closures")
    open_rows = rows[rows["closed_by"] == ""]
    assert set(ranked["facility"]) == set(rows["facility"])
    own = open_rows.set_index("facility")["cost_loss"]
    numbers = ranked[ranked["flows"] > 0].set_index("facility")
    assert numbers["cost_loss"].to_dict() == pytest.approx(own.to_dict(), nan_ok=True)
    assert numbers["yearly_loss"].to_dict() == pytest.approx((own * 5000).to_dict(), nan_ok=True)
    assert set(numbers["most_flow"]) == {"coffee"}
    assert as_is.closures("coffee")["facility"].tolist() == ranked["facility"].tolist()
    with pytest.raises(lb.InputError) as caught:
        as_is.closures("cofee")
    assert caught.value.findings[0].nearest[0] == "coffee"


def test_indicators_of_closures(as_is: lb.Run) -> None:
    rows = as_is.table("closures")
    by = rows.groupby("facility", observed=True)
    for name, wanted in (
        ("closure_cost", by["cost_loss"].mean()),
        ("closure_time", by["time_loss"].mean()),
        ("closure_cut", by["cut"].sum()),
    ):
        frame = as_is.indicator(name, by=["facility", "kind", "name"]).frame.set_index("facility")
        assert frame["value"].to_dict() == pytest.approx(wanted.astype(float).to_dict(), nan_ok=True), name
    assert len(as_is.indicator("closure_cost", by=["product", "flow"]).frame) == 1


def test_what_each_gateway_costs(as_is: lb.Run) -> None:
    """By kind and cost; the indicators are the least of the rows, and nothing is cheaper than the best of all."""
    rows = as_is.gateways("coffee")
    assert set(rows["flow"]) == {"coffee"}
    assert len(rows) == len(as_is.table("gateways")) == len(as_is.gateways())
    passed = rows[rows["status"] == "open"]
    assert {"post", "port"} <= set(passed["kind"])
    for _, one in passed.groupby("kind", observed=True):
        assert one["cost"].is_monotonic_increasing
    assert passed["cost_more"].min() == pytest.approx(0.0, abs=1e-9)
    assert passed["cost"].min() <= as_is.table("routes")["cost"].min() + 1e-9
    for name, column in (("gateway_cost", "cost"), ("gateway_time", "time")):
        shown = as_is.indicator(name, by=["kind", "facility"]).frame.set_index(["kind", "facility"])["value"]
        wanted = rows.set_index(["kind", "facility"])[column]
        assert shown.dropna().to_dict() == pytest.approx(wanted.dropna().to_dict())
    with pytest.raises(lb.InputError) as caught:
        as_is.gateways("cofee")
    assert caught.value.findings[0].nearest[0] == "coffee"


def test_every_input_is_a_row_with_its_words(as_is: lb.Run) -> None:
    inputs, tables = as_is.table("route_inputs"), as_is.prepared.ground.tables
    for name, quality, words in zip(inputs["input"], inputs["quality"], inputs["name"], strict=True):
        table, _, key = name.partition("#")
        row = tables[table].set_index("id").loc[key]
        assert row["quality"] == quality
        assert words
