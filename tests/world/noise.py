"""The catalogue of noise: everything that official sites do to their pages without saying anything new.

Each entry is a function on one stage of an answer (``on``) and bears the name by which tests and reports call it.
A noise never changes what its site says; what the same stages do when a site is ill lies in ``trouble.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.world.site import Visit

Act = Callable[[Visit, Any], Any]
#: Shapes a noise is played on where it does not ask for others: one of each language.
ANYWHERE = ("zh_list", "ja_feed", "en_atom")


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """One generator. ``on``: ``furniture`` (adds to ``places``), ``text``, ``markup``, ``rows``, ``listing``,
    ``answer`` or ``visit``. ``mixes``: may be played together with others."""

    name: str
    on: str
    act: Act
    places: tuple[str, ...] = ()
    shapes: tuple[str, ...] = ANYWHERE
    mixes: bool = True


NOISES: dict[str, Noise] = {}


def noise(on: str, *, places: str = "", shapes: tuple[str, ...] = ANYWHERE, mixes: bool = True) -> Callable[[Act], Act]:
    """Enters a function into the catalogue under its own name."""

    def enter(act: Act) -> Act:
        name = act.__name__.strip("_")
        NOISES[name] = Noise(name=name, on=on, act=act, places=tuple(places.split()), shapes=shapes, mixes=mixes)
        return act

    return enter


def by_language(visit: Visit, zh: str, ja: str, en: str) -> str:
    """The wording of the site's language."""
    return {"zh": zh, "ja": ja, "en": en}[visit.site.language]
