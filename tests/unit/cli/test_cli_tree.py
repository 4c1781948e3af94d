"""Which commands are hung into the tree: what a command line may mean, and everything where it means none of them."""

from __future__ import annotations

import pytest

from crawler.cli import COMMANDS, named_in


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("crawl --json", ["crawl"]),
        ("--config conf crawl", ["crawl"]),
        ("--config status crawl", ["status", "crawl"]),  # the first may be a folder
        ("diff a41 --help", ["diff"]),
        ("", []),
        ("--help", []),
        ("--help crawl", []),
        ("crwal", []),
        ("statsu show", []),
        ("--config conf artcles show", []),
    ],
)
def test_only_the_commands_that_a_line_names_are_loaded(line: str, named: list[str]) -> None:
    assert named_in(line.split()) == named


def test_every_command_has_a_module_of_the_package() -> None:
    from importlib.util import find_spec

    assert [name for name, module in COMMANDS.items() if find_spec(f"crawler.cli.{module}") is None] == []
