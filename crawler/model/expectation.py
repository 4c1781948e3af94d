"""What is known of how the good pages of a source look, host by host."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PageFacts:
    """How one article page looks. ``marks`` are its type, the shape of its address, its metas and its containers.

    ``own``: it says by itself that it is this article (a date of its own, or the title it is known by). ``length`` is
    that of its text, ``title`` a short digest of its title.
    """

    host: str
    marks: tuple[str, ...] = ()
    own: bool = False
    length: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostExpectation:
    """What the good pages of one host have in common. ``weight`` is how many there were, the older ones counting less.

    ``marks`` maps each mark to the weight of the pages that had it; ``strangers`` are digests of the titles of pages
    in a row that did not fit.
    """

    host: str
    weight: float = 0.0
    marks: tuple[tuple[str, float], ...] = ()
    own: float = 0.0
    shortest: int = 0
    strangers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a good article page of a source looks like, as learned from good fetches."""

    hosts: tuple[HostExpectation, ...] = ()
