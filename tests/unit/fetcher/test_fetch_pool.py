"""Connections kept for reuse: which is taken, how many are kept, and that none is lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crawler.fetcher.pool import IdleConnections

ONE, TWO = ("http", "one.example.org", 80), ("http", "two.example.org", 80)


@dataclass(eq=False)
class Wire:
    """Stands in for a connection; ``is_usable`` turns false when the server hangs up."""

    is_usable: bool = True
    idle_since: float = 0.0

    def abort(self) -> None:
        self.is_usable = False


@dataclass
class Watch:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def keep(*, most: int = 8, watch: Watch | None = None) -> Any:
    return IdleConnections(most=most, seconds=30.0, monotonic=watch or Watch())


def test_the_next_request_to_an_origin_takes_the_same_connection() -> None:
    idle, wire = keep(), Wire()
    idle.put(wire, ONE)
    assert idle.take(ONE) is wire
    assert idle.take(ONE) is None
    assert len(idle) == 0


def test_another_origin_never_takes_it() -> None:
    idle = keep()
    idle.put(Wire(), ONE)
    assert idle.take(TWO) is None
    assert idle.take(("https", "one.example.org", 80)) is None


def test_of_several_the_one_used_last_is_taken() -> None:
    idle, wires = keep(), [Wire(), Wire()]
    for wire in wires:
        idle.put(wire, ONE)
    assert [idle.take(ONE), idle.take(ONE)] == [wires[1], wires[0]]


def test_a_connection_the_server_has_left_is_not_taken() -> None:
    idle, left, good = keep(), Wire(), Wire()
    idle.put(good, ONE)
    idle.put(left, ONE)
    left.is_usable = False
    assert idle.take(ONE) is good
    assert len(idle) == 0


def test_a_connection_kept_too_long_is_closed_and_not_taken() -> None:
    watch = Watch()
    idle, wire = keep(watch=watch), Wire()
    idle.put(wire, ONE)
    watch.now += 31
    assert idle.take(ONE) is None
    assert not wire.is_usable


def test_keeping_one_closes_those_kept_too_long() -> None:
    watch = Watch()
    idle, old, new = keep(watch=watch), Wire(), Wire()
    idle.put(old, ONE)
    watch.now += 31
    idle.put(new, TWO)
    assert (old.is_usable, new.is_usable, len(idle)) == (False, True, 1)


def test_the_ones_used_last_are_kept() -> None:
    idle, wires = keep(most=2), [Wire() for _ in range(4)]
    for number, wire in enumerate(wires):
        idle.put(wire, ("http", f"host{number}.example.org", 80))
    assert [wire.is_usable for wire in wires] == [False, False, True, True]


def test_once_closed_nothing_is_kept() -> None:
    idle, before, after = keep(), Wire(), Wire()
    idle.put(before, ONE)
    idle.close()
    idle.put(after, ONE)
    assert (before.is_usable, after.is_usable, len(idle)) == (False, False, 0)
    assert idle.take(ONE) is None
