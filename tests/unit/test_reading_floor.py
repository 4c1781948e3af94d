"""The floor of reading quality: it is compared with a tolerance, only rises, and needs no pages to pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import reading
from benchmarks.reading import find_falls, find_pages, raise_floor, select


def test_a_measure_below_its_floor_by_more_than_the_tolerance_is_a_fall() -> None:
    assert find_falls({"news": {"F1": 0.947}}, {"news": {"F1": 0.95}}) == ["news F1: 0.9470, floor 0.9500"]
    assert find_falls({"news": {"F1": 0.9485}}, {"news": {"F1": 0.95}}) == []


def test_a_set_that_is_gone_is_a_fall() -> None:
    assert find_falls({}, {"news": {"day": 0.9}}) == ["news day: 0.0000, floor 0.9000"]


def test_a_floor_rises_and_never_sinks() -> None:
    raised = raise_floor({"news": {"F1": 0.96, "day": 0.8}}, {"news": {"F1": 0.95, "day": 0.9}, "old": {"F1": 0.5}})
    assert raised == {"news": {"F1": 0.96, "day": 0.9}, "old": {"F1": 0.5}}


def test_only_shares_that_were_measured_are_kept() -> None:
    assert select({"news": {"F1": 0.95551, "day": None, "p50": 8.1}}) == {"news": {"F1": 0.9555}}


def test_without_pages_nothing_is_measured_and_nothing_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(reading, "ROOT", tmp_path / "project")
    assert reading.main([]) == 0
    assert "not here" in capsys.readouterr().out


def test_pages_without_their_scorer_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / reading.ARCHIVE).touch()
    assert find_pages(tmp_path) is None
    (tmp_path / "pages" / "tools").mkdir()
    (tmp_path / "pages" / reading.SCORER).touch()
    assert find_pages(tmp_path) == tmp_path / "pages"
