"""The ceilings of reading speed: ratios only, a tolerance for busy machines, lowered and never raised."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import speed
from benchmarks.speed import Page, find_excesses, find_ratios, lower_ceilings, measure


def test_only_ratios_are_held_against_a_ceiling() -> None:
    ratios = find_ratios({"parse": 0.5, "gazette": 4.0, "trafilatura": 40.0})
    assert ratios == {"bare parses": 8.0, "share of trafilatura": 0.1}


def test_a_busy_machine_is_no_excess_and_twice_as_much_is_one() -> None:
    assert find_excesses({"bare parses": 14.0}, {"bare parses": 10.0}) == []
    assert find_excesses({"bare parses": 20.0}, {"bare parses": 10.0}) == ["bare parses: 20.00, ceiling 10.00"]


def test_a_ratio_that_is_measured_no_more_is_an_excess() -> None:
    assert find_excesses({}, {"bare parses": 10.0}) == ["bare parses: inf, ceiling 10.00"]


def test_a_ceiling_sinks_and_never_rises() -> None:
    assert lower_ceilings({"a": 9.0, "b": 3.0, "c": 1.0}, {"a": 8.0, "b": 4.0}) == {"a": 8.0, "b": 3.0, "c": 1.0}


def test_every_reader_reads_every_page_in_every_round_with_its_address() -> None:
    met: list[tuple[str, bytes, str]] = []
    readers = {
        name: lambda body, url, name=name: met.append((name, body, url))  # type: ignore[misc]
        for name in ("one", "other")
    }
    pages = [Page("set", b"a", {"url": "https://example.org/a"}), Page("set", b"b", {})]
    spent = measure(pages, readers, rounds=2)
    assert met[:4] == [
        ("one", b"a", "https://example.org/a"),
        ("other", b"a", "https://example.org/a"),
        ("one", b"b", ""),
        ("other", b"b", ""),
    ]
    assert len(met) == 8
    assert set(spent) == {"one", "other"}


def test_without_pages_nothing_is_measured_and_nothing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(speed, "ROOT", tmp_path / "project")
    assert speed.main([]) == 0
    assert "not here" in capsys.readouterr().out
