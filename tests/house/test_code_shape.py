"""Functions are short, modules have one subject, and names say what a thing is."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

MOST_LINES = 60
USUAL_LINES = 35
USUAL_SHARE = 0.95
MOST_MODULE_LINES = 500
MOST_ARGUMENTS = 6
MOST_POSITIONAL = 2
VAGUE = {"util", "utils", "common", "core", "helper", "helpers", "manager", "misc", "lib"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(files: list[Path]) -> Iterator[tuple[str, Function]]:
    """Every function with its place."""
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, Function):
                yield f"{path.name}:{node.lineno} {node.name}", node


def count_lines(function: Function) -> int:
    """Lines from the signature to the end, the docstring left out: a long explanation is no fault."""
    assert function.end_lineno is not None
    total = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function) is not None:
        first = function.body[0]
        assert first.end_lineno is not None
        total -= first.end_lineno - first.lineno + 1
    return total


def positional(function: Function) -> list[str]:
    """Arguments that may be given by position."""
    arguments = [*function.args.posonlyargs, *function.args.args]
    return [argument.arg for argument in arguments if argument.arg not in {"self", "cls"}]


def public_names(files: list[Path]) -> set[str]:
    """Names in `__all__` of the packages: what one folder offers to the others."""
    names: set[str] = set()
    for path in files:
        for node in ast.parse(path.read_text(encoding="utf-8")).body if path.name == "__init__.py" else ():
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
                constants = (item.value for item in ast.walk(node.value) if isinstance(item, ast.Constant))
                names.update(map(str, constants))
    return names


def is_compiled(function: Function) -> bool:
    """Whether a decorator of numba, which takes arguments by position, stands on the function."""
    return any(
        re.search(r"\b(?:n?jit|vectorize|guvectorize|overload)\b", ast.unparse(d))
        for d in function.decorator_list
    )


def test_functions_are_short(source_files: list[Path]) -> None:
    lengths = {place: count_lines(function) for place, function in functions(source_files)}
    assert not {place: lines for place, lines in lengths.items() if lines > MOST_LINES}
    long_ones = sorted((lines, place) for place, lines in lengths.items() if lines >= USUAL_LINES)
    assert len(long_ones) <= (1 - USUAL_SHARE) * len(lengths), long_ones


def test_modules_are_short(source_files: list[Path]) -> None:
    lengths = {path.name: path.read_text(encoding="utf-8").count("\n") for path in source_files}
    assert not {name: lines for name, lines in lengths.items() if lines >= MOST_MODULE_LINES}


def test_functions_take_few_arguments(source_files: list[Path], root: Path) -> None:
    # A command of the CLI takes one argument an option.
    files = [path for path in source_files if root / "src/landbridge/cli" not in path.parents]
    counts = {
        place: len(positional(function)) + len(function.args.kwonlyargs)
        for place, function in functions(files)
        if not is_compiled(function)
    }
    assert not {place: count for place, count in counts.items() if count > MOST_ARGUMENTS}


def test_public_functions_take_two_arguments_by_position(source_files: list[Path], root: Path) -> None:
    public = public_names(source_files)
    faults = []
    for place, function in functions(source_files):
        inputs = positional(function)
        if function.name in public and len(inputs) > MOST_POSITIONAL and not is_compiled(function):
            faults.append(f"{place}: {', '.join(inputs)}")
    assert not faults


def test_every_module_has_a_docstring(source_files: list[Path], root: Path) -> None:
    texts = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in source_files}
    # The catalogue is data: its package file is empty.
    del texts["src/landbridge/catalogue/__init__.py"]
    assert not [name for name, text in texts.items() if not ast.get_docstring(ast.parse(text))]


def test_no_vague_names(source_files: list[Path], root: Path) -> None:
    names = {part for path in source_files for part in path.relative_to(root / "src").with_suffix("").parts}
    assert not {name for name in names if VAGUE.intersection(name.strip("_").split("_"))}


def test_nothing_is_left_for_later(source_files: list[Path], root: Path) -> None:
    marks = re.compile(r"#.*\b(?:TODO|FIXME|XXX|HACK)\b|raise NotImplementedError")
    assert not [
        str(path.relative_to(root)) for path in source_files if marks.search(path.read_text(encoding="utf-8"))
    ]


def test_test_files_have_names_of_their_own(project_files: list[Path]) -> None:
    names = [path.name for path in project_files if re.fullmatch(r"test_.*\.py", path.name)]
    assert not {name for name in names if names.count(name) > 1}
