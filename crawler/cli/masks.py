"""What of an article is masked, for `gazette show --masks`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from crawler.cli.output import as_time, as_title, counted, emit

if TYPE_CHECKING:
    from crawler.model import Article, Mask, SourceState

Masked = Sequence[tuple["Mask", str]]


def masked_lines(article: Article, state: SourceState | None) -> list[tuple[Mask, str]]:
    """The lines of an article that a mask of its source takes, each with the mask."""
    from crawler.differ.masks import cover

    masks = {mask.key: mask for mask in (state.habits.masks if state else ())}
    return [(masks[key], text) for key, text in cover(article, masks.values()).taken]


def mask_record(mask: Mask, text: str) -> dict[str, object]:
    """A masked line for programs."""
    from crawler.differ.masks import RIPE
    from crawler.record import show_utc

    return {
        "key": mask.key,
        "text": text,
        "articles": mask.articles,
        "since": show_utc(mask.since),
        "in_force_at": show_utc(mask.since + RIPE),
        "seen_at": show_utc(mask.seen_at),
        "hidden": mask.hidden,
        "hidden_at": show_utc(mask.hidden_at) if mask.hidden_at else None,
    }


def print_masks(masked: Masked) -> None:
    """The masked lines for a person: which line, who else says it, and what the mask has kept from being told."""
    from crawler.differ.masks import RIPE

    emit()
    if not masked:
        emit("masks    none: every line of this revision is compared")
    for mask, text in masked:
        shared = f"shared by {counted(mask.articles, 'article')}, left out from {as_time(mask.since + RIPE)} on"
        last = f", last {as_time(mask.hidden_at)}" if mask.hidden else ""
        hidden = f"hid {counted(mask.hidden, 'difference')}{last}"
        emit(f"mask     {mask.key[:8]}  {as_title(text, 80)}  ({shared}; {hidden})")
