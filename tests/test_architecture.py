"""The rules of the house that can be measured: layers, registries, sizes, words that have no place here."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler import errors
from crawler.notifier.channels import channel_names, find_channel
from crawler.parser.kinds import find_kind, kind_names

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("crawler", "storage")
FUNCTION_LIMIT, MODULE_LIMIT = 60, 400
MEDIAN_LIMIT, P90_LIMIT = 10, 30


def modules() -> list[Path]:
    """Our own files; migrations are history and stay as they were written."""
    found = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    return [path for path in found if "versions" not in path.parts]


def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def functions() -> Iterator[tuple[str, int]]:
    """Every function and how many lines it has, its docstring and decorators left out."""
    for path in modules():
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", length_of(node)


def length_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    if ast.get_docstring(node) is not None:
        lines -= (first.end_lineno or first.lineno) - first.lineno + 1
    return lines


def test_imports_point_down():
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)

    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_pure_package_is_under_the_contract_that_keeps_it_pure():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = [each for each in project["tool"]["importlinter"]["contracts"] if each["type"] == "forbidden"]
    pure = next(each for each in contracts if "crawler.parser" in each["source_modules"])
    packages = {"crawler.model", "crawler.text", "crawler.parser", "crawler.differ", "crawler.cadence"}

    assert packages <= set(pure["source_modules"])
    assert {"httpx", "sqlalchemy", "asyncio", "socket"} <= set(pure["forbidden_modules"])


def test_functions_read_in_one_sitting():
    sizes = dict(functions())
    lengths = sorted(sizes.values())

    assert {name: size for name, size in sizes.items() if size > FUNCTION_LIMIT} == {}
    assert statistics.median(lengths) < MEDIAN_LIMIT
    assert lengths[int(len(lengths) * 0.9)] < P90_LIMIT


def test_modules_stay_small():
    sizes = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}

    assert {name: size for name, size in sizes.items() if size >= MODULE_LIMIT} == {}


def test_every_module_says_what_it_is_for():
    assert [str(path.relative_to(ROOT)) for path in modules() if not ast.get_docstring(tree_of(path))] == []


def test_nothing_is_printed_past_the_command_line():
    printing = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]

    assert printing == []


def test_nothing_is_left_for_later_and_nothing_asks_whether_it_is_tested():
    words = ("TODO", "FIXME", "XXX:", "PYTEST_CURRENT_TEST", "sys.modules")
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in modules()
        for word in words
        if word in path.read_text(encoding="utf-8")
    ]

    assert found == ["crawler/fetcher/__init__.py: sys.modules"]  # which keeps a command out that httpx would load


def test_no_module_is_a_drawer_for_everything():
    drawers = {"utils", "util", "helpers", "helper", "manager", "common", "misc", "base"}

    assert [str(path.relative_to(ROOT)) for path in modules() if path.stem in drawers] == []


def test_our_packages_are_what_is_shipped():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == list(PACKAGES)
    assert project["project"]["scripts"]["gazette"] == "crawler.cli:main"
    folders = {path.parent for path in modules()}
    assert [str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").exists()] in (
        [],
        ["storage/migrations"],
    )


@pytest.mark.parametrize("name", kind_names())
def test_every_kind_is_whole(name):
    kind = find_kind(name)

    assert dataclasses.is_dataclass(kind.Options)
    kind.Options()  # every kind works without options
    assert_signature(kind.request_listing, ["source", "state"])
    assert_signature(kind.parse_listing, ["source", "fetched"])
    assert_signature(kind.request_article, ["source", "entry"])
    assert_described(kind.Options)


@pytest.mark.parametrize("name", channel_names())
def test_every_channel_is_whole(name):
    channel = find_channel(name)

    assert dataclasses.is_dataclass(channel.Options)
    assert isinstance(channel.BATCHES, bool)
    assert_signature(channel.render, ["notice", "options"])
    assert_signature(channel.send, ["payload", "delivery", "options"])
    assert inspect.iscoroutinefunction(channel.send)
    assert_described(channel.Options)


def assert_signature(function: object, names: list[str]) -> None:
    assert callable(function)
    assert list(inspect.signature(function).parameters) == names


def assert_described(options: type) -> None:
    """Every option is followed by a line that says what it does: the reference is made of these."""
    node = ast.parse(inspect.getsource(options)).body[0]
    assert isinstance(node, ast.ClassDef)
    for position, each in enumerate(node.body):
        if isinstance(each, ast.AnnAssign):
            after = node.body[position + 1] if position + 1 < len(node.body) else None
            told = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
            assert told, f"{options.__module__}.{ast.unparse(each.target)} is not explained"


def test_every_error_says_who_must_act_by_its_exit_code():
    ours = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, errors.GazetteError)]

    assert {each.__name__: each.exit_code for each in ours if each.exit_code not in (1, 2, 3)} == {}
    assert {each.exit_code for each in ours if issubclass(each, errors.StoreError)} == {3}
