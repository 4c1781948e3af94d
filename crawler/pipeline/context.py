"""What a decision about one check needs to know, and what one article's step is made of. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crawler.model import (
    Change,
    Expectation,
    Habits,
    Hallmarks,
    KnownArticle,
    Mask,
    Observation,
    Revision,
    ShortList,
    Source,
    SourceState,
    Subscription,
)
from crawler.pipeline.looks import Ids
from crawler.pipeline.pages import Pages

#: Kinds whose listing is a feed, in the words of the change record.
FEEDS = frozenset({"feed", "blogger", "wechat"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a decision about one check needs to know besides what was seen.

    ``fresh``: this check is the source's baseline. ``well``: the listing answered as it should, so that absence may be
    believed. ``confirming``: this is the second look at doubtful edits, however soon. ``reread`` is the number of
    articles, not yet removed, that this check (and the one it confirms) looked at again: what a mass is a share of.
    ``pages`` is what all their pages say together, ``widened`` that the check looked at more than was due, ``ids`` what
    came of the listing's own ids, ``expectation`` what the source's pages taught of how good pages look, ``gap`` what
    may have been missed since the check before, ``masks`` what the source's articles share with each other, those of
    this check included, ``window`` the entries to remember of the listing (see ``Outcome``), ``short`` that the listing
    is a part of what it was, ``errs`` that its server called two bodies alike, ``reshaped`` how many articles came in
    new containers together.
    """

    source: Source
    now: datetime
    state: SourceState | None
    fresh: bool
    well: bool
    confirming: bool = False
    reread: int = 0
    pages: Pages = field(default_factory=Pages)
    widened: bool = False
    ids: Ids = field(default_factory=Ids)
    expectation: Expectation = field(default_factory=Expectation)
    gap: str = ""
    masks: tuple[Mask, ...] = ()
    window: tuple[str, ...] | None = None
    short: ShortList | None = None
    errs: bool = False
    reshaped: int = 0

    @property
    def well_at(self) -> datetime | None:
        """When the source was last well before this check."""
        return self.state.well_at if self.state is not None else None

    @property
    def habits(self) -> Habits:
        """What the checks before this one have shown."""
        return self.state.habits if self.state is not None and not self.fresh else Habits()

    @property
    def listing_cause(self) -> str:
        """What a change seen in the listing was shown by, in the words of the change record."""
        return "feed" if self.source.kind in FEEDS else "listing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What became of one article in this check. ``text`` is what keywords are matched in; an edit's
    are matched in what its change itself says was changed. ``sign`` is the first sign that the article is gone,
    ``ground`` the revision before as today's reader has it, told to nobody.
    ``masked`` are the keys of the masks that hid a difference. ``echo`` is what was told before, at another
    source: it is for those who follow only this one. ``translations`` are articles that tell this one in their
    language, by id, and ``hallmarks`` what it is found again by."""

    article: KnownArticle
    observations: tuple[Observation, ...] = ()
    ground: Revision | None = None
    revision: Revision | None = None
    change: Change | None = None
    sign: Change | None = None
    text: str = ""
    masked: tuple[str, ...] = ()
    echo: Change | None = None
    hallmarks: tuple[Hallmarks, ...] = ()
    translations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who may hear of it: subscriptions, the tags of all sources, and which channels take several changes at once."""

    subscriptions: tuple[Subscription, ...] = ()
    batching: Mapping[str, bool] = field(default_factory=dict)
    tags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
