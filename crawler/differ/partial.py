"""Some of what changed in an article, the rest as it was: what is sure of a page that is never the same twice. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from crawler.differ.fields import attachment_text, link_items
from crawler.model import Article, Block, BlockKind, Hunk, HunkOp

_GAP = "\n\n"
_RUNNING = frozenset({"title", "publisher", "status"})
_WHOLE = {"published_at": "published", "url": "url"}


def keep_changes(before: Article, after: Article, hunks: Sequence[Hunk], wanted: Iterable[Hunk]) -> Article:
    """``after`` with only those of its changes that are ``wanted``; everything else says what ``before`` says.

    ``hunks`` are full, as ``compare`` gives them. A move is two hunks, so moves are kept all or not at all.
    """
    chosen = {id(hunk) for hunk in wanted}
    moves = all(id(hunk) in chosen for hunk in hunks if hunk.op is HunkOp.MOVE)
    kept: dict[str, Any] = {}
    for field in {hunk.field: None for hunk in hunks}:
        own = [hunk for hunk in hunks if hunk.field == field and not hunk.file]
        taken = [hunk.op is HunkOp.EQUAL or (moves if hunk.op is HunkOp.MOVE else id(hunk) in chosen) for hunk in own]
        kept |= _keep_field(field, before, after, list(zip(own, taken, strict=True)))
    return replace(after, **kept)


def _keep_field(field: str, before: Article, after: Article, hunks: list[tuple[Hunk, bool]]) -> dict[str, Any]:
    if all(taken for _, taken in hunks):
        return {}
    if field in _WHOLE:
        return {_WHOLE[field]: getattr(before, _WHOLE[field])}
    if field in _RUNNING:
        return {field: _joined(hunks)}
    if field == "body":
        return {"blocks": tuple(_as_blocks(_joined(hunks), before, after))}
    if field == "author":
        return {"authors": _items(before.authors, after.authors, str, hunks)}
    if field == "attachments":
        return {"attachments": _items(before.attachments, after.attachments, attachment_text, hunks)}
    return {"links": _items(before.links, after.links, lambda link: link_items([link])[0][1], hunks)}


def _joined(hunks: list[tuple[Hunk, bool]]) -> str:
    """The text: of each piece the side that counts. The last paragraph of a side may not be the last of the whole."""
    sides = []
    for texts in ([hunk.before for hunk, _ in hunks], [hunk.after for hunk, _ in hunks]):
        last = max((at for at, text in enumerate(texts) if text), default=0)
        sides.append([text + _GAP if at == last else text for at, text in enumerate(texts)])
    return "".join(sides[taken][at] for at, (_, taken) in enumerate(hunks)).removesuffix(_GAP)


def _as_blocks(text: str, before: Article, after: Article) -> Iterator[Block]:
    """The paragraphs of a text; what a block is, either side knows, unless it is made of both."""
    known = {block.text: block for article in (before, after) for block in article.blocks}
    for piece in text.split(_GAP):
        if piece.strip():
            yield known.get(piece) or Block(kind=BlockKind.PARAGRAPH, text=piece, language=after.language)


def _items(
    before: Sequence[Any], after: Sequence[Any], show: Callable[[Any], str], hunks: list[tuple[Hunk, bool]]
) -> tuple[Any, ...]:
    """The items of a list: those whose coming is kept, and those whose going is not."""
    old, new = ({show(item): item for item in items} for items in (before, after))
    lines = ((new, hunk.after) if taken else (old, hunk.before) for hunk, taken in hunks)
    return tuple(known[line] for known, text in lines for line in text.split("\n") if line in known)
