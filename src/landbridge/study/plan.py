"""Ordering steps by what they read and write, and running them."""

import time
from collections.abc import Callable, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

from landbridge.schema.steps import Step


def order_steps(steps: Sequence[Step]) -> tuple[Step, ...]:
    """`steps` so that each comes after the steps that write what it reads.

    Raises ValueError where two steps write the same name, graphlib.CycleError where steps wait for each other.

    >>> make = lambda name, reads, writes: Step(name, reads, writes, lambda given: {})
    >>> [step.name for step in order_steps([make("b", ("x",), ("y",)), make("a", (), ("x",))])]
    ['a', 'b']
    """
    writers: dict[str, Step] = {}
    for step in steps:
        for name in step.writes:
            if name in writers:
                raise ValueError(f"{writers[name].name} and {step.name} both write {name}")
            writers[name] = step
    by_name = {step.name: step for step in steps}
    waits = {step.name: [writers[name].name for name in step.reads if name in writers] for step in steps}
    return tuple(by_name[name] for name in TopologicalSorter(waits).static_order())


def run_steps(
    steps: Sequence[Step], given: Mapping[str, Any], *, progress: Callable[[str], None] = lambda line: None
) -> tuple[dict[str, Any], dict[str, float]]:
    """The workspace after all steps, and the seconds that each took.

    Raises KeyError where a step reads what nobody writes or gives.
    """
    workspace, timings = dict(given), {}
    for step in order_steps(steps):
        missing = [name for name in step.reads if name not in workspace]
        if missing:
            raise KeyError(f"{step.name} reads {', '.join(missing)}, which no step writes")
        progress(step.name)
        start = time.perf_counter()
        result = step.compute(workspace)
        timings[step.name] = time.perf_counter() - start
        workspace.update({name: result[name] for name in step.writes})
    return workspace, timings
