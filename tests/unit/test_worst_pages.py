"""The costliest pages: every shape is built, and measured beside a calm page of the same length."""

from __future__ import annotations

import pytest

from benchmarks import worst
from benchmarks.hostile_pages import BUILDERS
from crawler.parser.article import extract


@pytest.mark.parametrize("name", BUILDERS)
def test_every_shape_is_a_page_of_about_its_length_and_is_read(name: str) -> None:
    body = BUILDERS[name](20_000)
    assert 10_000 < len(body) < 60_000
    assert set(extract(body, "https://example.org/a")) >= {"title", "body"}


def test_shapes_are_chosen_by_words_of_their_names(capsys: pytest.CaptureFixture[str]) -> None:
    assert worst.main(["--length", "20000", "looks left"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sorted(line.partition("  ")[0] for line in lines) == ["few looks left open", "looks left open"]


def test_a_page_is_told_in_bare_parses_of_the_calm_one() -> None:
    found = worst.measure_all(["comments"], 20_000)
    spent, ratio = found["comments"]
    assert spent > 0 < ratio
