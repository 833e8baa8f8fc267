"""Steps run in the order of what they read and write; what cannot be ordered is said before anything runs."""

import graphlib
import random
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landbridge.schema.steps import Step
from landbridge.study.engine import RESULTS, STEPS
from landbridge.study.plan import order_steps, run_steps


def make_step(
    name: str, reads: tuple[str, ...], writes: tuple[str, ...], compute: Callable[..., Any] | None = None
) -> Step:
    def count(given_names: Mapping[str, Any]) -> Mapping[str, Any]:
        return {written: sum(given_names[read] for read in reads) + 1 for written in writes}

    return Step(name, reads, writes, compute or count)


@given(st.integers(2, 12), st.randoms(use_true_random=False))
def test_every_step_comes_after_those_whose_work_it_reads(count: int, luck: random.Random) -> None:
    steps = []
    for number in range(count):
        reads = tuple(f"n{earlier}" for earlier in range(number) if luck.random() < 0.4)
        steps.append(make_step(f"step {number}", (*reads, "given"), (f"n{number}",)))
    luck.shuffle(steps)
    done: set[str] = {"given"}
    ordered = order_steps(steps)
    assert sorted(step.name for step in ordered) == sorted(step.name for step in steps)
    for step in ordered:
        assert done.issuperset(step.reads)
        done.update(step.writes)


def test_values_are_handed_on_and_timed() -> None:
    steps = [make_step("double", ("x",), ("y",)), make_step("first", ("start",), ("x",))]
    told: list[str] = []
    workspace, timings = run_steps(steps, {"start": 1}, progress=told.append)
    assert (workspace["x"], workspace["y"]) == (2, 3)
    assert list(timings) == ["first", "double"]
    assert told == ["first", "double"]
    assert all(seconds >= 0 for seconds in timings.values())


def test_steps_that_wait_for_each_other_are_a_ring() -> None:
    with pytest.raises(graphlib.CycleError):
        order_steps([make_step("a", ("y",), ("x",)), make_step("b", ("x",), ("y",))])


def test_two_writers_of_one_name_are_a_fault() -> None:
    with pytest.raises(ValueError, match=r"a and b both write x"):
        order_steps([make_step("a", (), ("x",)), make_step("b", (), ("x",))])


def test_a_name_that_nobody_writes_is_a_fault_that_names_it() -> None:
    with pytest.raises(KeyError, match="lost"):
        run_steps([make_step("a", ("lost",), ("x",))], {})


def test_a_step_does_not_change_what_it_was_given() -> None:
    start = {"start": 1}
    run_steps([make_step("first", ("start",), ("x",))], start)
    assert start == {"start": 1}


def test_the_steps_of_a_run_write_all_results_once() -> None:
    written = [name for step in order_steps(STEPS) for name in step.writes]
    assert len(written) == len(set(written))
    assert set(RESULTS) <= set(written)


def test_law_is_read_before_routes_are_looked_for() -> None:
    """No route is looked for before the law has ruled on its flow."""
    order = [step.name for step in order_steps(STEPS)]
    ruling = next(step.name for step in STEPS if "rulings" in step.writes)
    search = next(step.name for step in STEPS if "answers" in step.writes)
    assert order.index(ruling) < order.index(search)
