"""What the benchmark of the kernels writes: its table, its JSON line, its section of the page."""

import json

import numpy as np
import pytest
from benchmarks.kernel_figures import describe_machine, key_figures, leave_out, write_json, write_table
from benchmarks.kernels import describe
from benchmarks.layers import find_largest, sum_up_aequilibrae
from benchmarks.routing import Figure, write_section

RECOST = Figure("re-cost", "ms", (3.0, 1.0, 2.0), 150.0)
RATIOS = [Figure("railways", "", (7.0,)), Figure("highways", "", (4.0,))]


def test_the_line_of_json_holds_medians_by_key_and_null_for_what_is_missing() -> None:
    rows = [
        *key_figures(["planet_recost_ms"], [RECOST]),
        leave_out("rail_skim_aequilibrae_ms", "AequilibraE"),
    ]
    line = write_json(rows, {"numpy": "2"}, 0.5)
    read = json.loads(line)
    assert "\n" not in line
    assert read["planet_recost_ms"] == 2.0
    assert read["rail_skim_aequilibrae_ms"] is None
    assert read["versions"] == {"numpy": "2"}


def test_two_rows_of_one_key_and_a_key_too_few_are_refused() -> None:
    with pytest.raises(ValueError, match="one key"):
        write_json(key_figures(["a", "a"], [RECOST, RECOST]), {}, 0.0)
    with pytest.raises(ValueError, match="zip"):
        key_figures(["a"], [RECOST, RECOST])


def test_what_is_missing_gets_no_number_in_the_table() -> None:
    lines = write_table([*key_figures(["a"], [RECOST]), leave_out("b", "peer")]).splitlines()
    assert lines[2] == "| re-cost | 2 | 1-3 | ms | 150 |"
    assert lines[3] == "| peer | not measured |  |  |  |"


def test_the_ratio_is_the_least_and_missing_without_the_peer() -> None:
    keys = ["rail_skim_ratio_aequilibrae", "road_skim_ratio_aequilibrae"]
    found = sum_up_aequilibrae(key_figures(keys, RATIOS))
    assert found.figure is not None
    assert found.figure.median == 4.0
    assert sum_up_aequilibrae([leave_out(key, key) for key in keys]).figure is None


def test_a_shared_machine_is_noted() -> None:
    assert "shared" in describe_machine({}, 3.0)
    assert "shared" not in describe_machine({}, 0.4)


def test_the_section_leaves_others_and_can_be_renewed() -> None:
    page = write_section("# Benchmarks\n", "routing", "kept")
    rows = key_figures(["a"], [RECOST])
    once = write_section(page, "kernels", describe(rows, "a CPU.", 3))
    assert write_section(once, "kernels", describe(rows, "a CPU.", 3)) == once
    assert "kept" in once
    assert once.count("<!-- begin kernels -->") == 1


def test_the_largest_part_is_found_with_parallel_arcs() -> None:
    tail, head = np.array([0, 0, 1, 1, 2]), np.array([1, 1, 0, 2, 3])
    assert find_largest(tail, head, node_count=4).tolist() == [0, 1]
