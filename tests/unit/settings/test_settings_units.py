from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.settings.units import LONGEST, read_duration, read_pause, read_size, spell_duration, spell_size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("6h", timedelta(hours=6)),
        ("30d", timedelta(days=30)),
        ("2w", timedelta(days=14)),
        ("2y", timedelta(days=730)),
        ("1h30m", timedelta(minutes=90)),
        ("1h 30m", timedelta(minutes=90)),
        ("0s", timedelta(0)),
        ("0.5s", timedelta(milliseconds=500)),
        ("250ms", timedelta(milliseconds=250)),
    ],
)
def test_a_duration_is_the_sum_of_its_parts(text: str, expected: timedelta) -> None:
    assert read_duration(text) == expected


@pytest.mark.parametrize(
    "text", ["", "15", "m", "15x", "-5m", "5m!", "1h,30m", "forever", "９0s", "9" * 400 + "d", 15, True, None]
)
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="is not a duration"):
        read_duration(text)


def test_a_duration_beyond_a_century_is_refused() -> None:
    assert read_duration("100y") == LONGEST
    with pytest.raises(ValueError, match="longer than 100 years"):
        read_duration("101y")


def test_a_pause_is_longer_than_nothing() -> None:
    with pytest.raises(ValueError, match="no time at all"):
        read_pause("0s")


@given(st.timedeltas(min_value=timedelta(0), max_value=LONGEST).map(lambda span: span // timedelta(milliseconds=1)))
@settings(max_examples=200, deadline=None)
def test_a_spelled_duration_reads_as_itself(milliseconds: int) -> None:
    span = timedelta(milliseconds=milliseconds)
    assert read_duration(spell_duration(span)) == span


@given(st.text(max_size=80))
@settings(max_examples=300, deadline=None)
def test_any_text_is_a_duration_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert timedelta(0) <= read_duration(text) <= LONGEST


@pytest.mark.parametrize(
    ("text", "expected"),
    [("10MiB", 10 << 20), ("20GiB", 20 << 30), ("1.5KiB", 1536), ("2 MB", 2_000_000), ("7B", 7), (4096, 4096), (0, 0)],
)
def test_a_size_is_a_number_of_bytes(text: object, expected: int) -> None:
    assert read_size(text) == expected


@pytest.mark.parametrize("text", ["", "10", "MiB", "10mib", "-1B", -1, True, 1.5])
def test_what_is_no_size_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="is not a size"):
        read_size(text)


@given(st.integers(min_value=0, max_value=1 << 44))
@settings(max_examples=200, deadline=None)
def test_a_spelled_size_reads_as_itself(size: int) -> None:
    if size < 10**12 or size % 1024 == 0:
        assert read_size(spell_size(size)) == size
