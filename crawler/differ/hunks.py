"""The difference of two articles, field by field, as hunks.

For every field that differs: the ``before`` of its hunks joined is the whole old text, the ``after`` joined the new.
A field that is a list (authors, attachments, links) is one item a line. The text of a file, where both sides were read,
follows the list of the files as a place of its own: the same field, and the file's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from crawler.differ.align import Piece, Step, align_blocks, diff_tokens, make_piece
from crawler.differ.fields import (
    FIELDS,
    attachment_items,
    is_same_field,
    link_items,
    moment_text,
    reworded_attachments,
)
from crawler.differ.folding import compare_key
from crawler.differ.matching import match_runs
from crawler.differ.stamps import is_update_stamp
from crawler.differ.tokens import split_sentences
from crawler.model import Article, Hunk, HunkOp
from crawler.text.normalize import shorten

#: How much of an equal run is kept beside a change, in characters.
CONTEXT = 40
ELLIPSIS = "…"
#: A file that was rewritten would make a record of megabytes: so many hunks of it are told, and so much of each.
MAX_FILE_HUNKS = 200
MAX_FILE_PIECE = 4_000

_BLOCK_GAP = "\n\n"


def diff_article(before: Article, after: Article) -> tuple[Hunk, ...]:
    """The full hunks of every field in which ``after`` differs from ``before``, in the order of the contract.

    ``url`` counts by its canonical form. Equal articles give no hunks.
    """
    hunks: list[Hunk] = []
    for field in FIELDS:
        if not is_same_field(field, before, after):
            hunks.extend(diff_field(field, before, after))
    return tuple(hunks)


def diff_field(field: str, before: Article, after: Article) -> tuple[Hunk, ...]:
    """The full hunks of one field (a name of ``FIELDS``)."""
    if field == "body":
        return diff_texts(field, [block.text for block in before.blocks], [block.text for block in after.blocks])
    if field == "author":
        return diff_items(field, _keyed(before.authors), _keyed(after.authors))
    if field == "attachments":
        listed = diff_items(field, *attachment_items(before.attachments, after.attachments))
        return (*listed, *_diff_files(field, before, after))
    if field == "links":
        return diff_items(field, link_items(before.links), link_items(after.links))
    if field == "published_at":
        return _replace_whole(field, moment_text(before.published), moment_text(after.published))
    if field == "url":
        return _replace_whole(field, before.url, after.url)
    return diff_texts(field, [getattr(before, field)], [getattr(after, field)])


def _diff_files(field: str, before: Article, after: Article) -> Iterator[Hunk]:
    """The hunks of the texts of files, each with the name of its file."""
    for old, new in reworded_attachments(before, after):
        texts = [block.text for block in old.blocks], [block.text for block in new.blocks]
        yield from (replace(hunk, file=new.name or new.url) for hunk in diff_texts(field, *texts))


def diff_texts(field: str, before: Sequence[str], after: Sequence[str]) -> tuple[Hunk, ...]:
    """Two running texts, given as blocks that blank lines join."""
    old, new = _with_gaps(before), _with_gaps(after)
    head, tail = _untouched_ends(old, new)
    middle = _diff_sentences(_cut(old[head : len(old) - tail]), _cut(new[head : len(new) - tail]))
    ends = old[:head], old[len(old) - tail :]
    pieces = [_equal_piece(ends[0], new[:head]), *middle, _equal_piece(ends[1], new[len(new) - tail :])]
    return _as_hunks(field, pieces)


def diff_items(field: str, before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]) -> tuple[Hunk, ...]:
    """Two lists of (key, text), one item a line; items with equal keys are equal."""
    old, new = _with_newlines([text for _, text in before]), _with_newlines([text for _, text in after])
    runs = match_runs([key for key, _ in before], [key for key, _ in after])
    pieces = (make_piece("".join(old[r.b0 : r.b1]), "".join(new[r.a0 : r.a1]), same=r.same) for r in runs)
    return _as_hunks(field, pieces)


def apply(before_text: str, hunks: Iterable[Hunk]) -> str:
    """The new text that full hunks of one field make of the old one. Raises ValueError if they do not fit it."""
    after: list[str] = []
    at = 0
    for hunk in hunks:
        if not before_text.startswith(hunk.before, at):
            raise ValueError(f"the hunks of {hunk.field!r} do not fit the text at character {at}")
        at += len(hunk.before)
        after.append(hunk.after)
    if at != len(before_text):
        raise ValueError(f"the hunks end at character {at} of {len(before_text)}")
    return "".join(after)


def shorten_hunks(hunks: Sequence[Hunk], context: int = CONTEXT) -> tuple[Hunk, ...]:
    """The hunks for the record: of equal runs only ``context`` characters beside a change are kept."""
    short: list[Hunk] = []
    for (_, file), group in groupby(hunks, key=lambda hunk: hunk.place):
        of_field = list(group)
        if file:
            of_field = [_cut_side(hunk) for hunk in of_field[:MAX_FILE_HUNKS]]
        for place, hunk in enumerate(of_field):
            first, last = place == 0, place == len(of_field) - 1
            short.append(hunk if hunk.op is not HunkOp.EQUAL else _shorten(hunk, context, first=first, last=last))
    return tuple(short)


def _cut_side(hunk: Hunk) -> Hunk:
    if hunk.op is HunkOp.EQUAL:
        return hunk
    return replace(hunk, before=shorten(hunk.before, MAX_FILE_PIECE), after=shorten(hunk.after, MAX_FILE_PIECE))


def _shorten(hunk: Hunk, context: int, *, first: bool, last: bool) -> Hunk:
    head, tail = 0 if first else context, 0 if last else context
    return replace(hunk, before=_elide(hunk.before, head, tail), after=_elide(hunk.after, head, tail))


def _elide(text: str, head: int, tail: int) -> str:
    if len(text) <= head + tail + len(ELLIPSIS):
        return text
    return text[:head] + ELLIPSIS + (text[-tail:] if tail else "")


def _diff_sentences(old: Sequence[str], new: Sequence[str]) -> Iterator[Piece]:
    steps = align_blocks(old, new)
    for calm, group in groupby(steps, key=lambda step: step.op in (HunkOp.EQUAL, HunkOp.MOVE)):
        run = list(group)
        before = "".join(old[step.before] for step in run if step.before is not None)
        after = "".join(new[step.after] for step in run if step.after is not None)
        if not calm and compare_key(before) == compare_key(after):
            yield make_piece(before, after, same=True)
        else:
            for step in run:
                yield from _diff_step(old, new, step)


def _diff_step(old: Sequence[str], new: Sequence[str], step: Step) -> Iterable[Piece]:
    before = old[step.before] if step.before is not None else ""
    after = new[step.after] if step.after is not None else ""
    if all(is_update_stamp(text) for text in (before, after) if text):
        return (Piece(HunkOp.EQUAL, before, after),)
    return diff_tokens(before, after) if step.op is HunkOp.REPLACE else (Piece(step.op, before, after),)


def _cut(blocks: Iterable[str]) -> list[str]:
    return [sentence for block in blocks for sentence in split_sentences(block)]


def _with_gaps(blocks: Sequence[str]) -> list[str]:
    return [*(block + _BLOCK_GAP for block in blocks[:-1]), *blocks[-1:]]


def _with_newlines(items: Sequence[str]) -> list[str]:
    return [*(item + "\n" for item in items[:-1]), *items[-1:]]


def _untouched_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many blocks at both ends are the same to the letter: they need no folding."""
    limit = min(len(old), len(new))
    head = next((i for i in range(limit) if old[i] != new[i]), limit)
    tail = next((i for i in range(limit - head) if old[-1 - i] != new[-1 - i]), limit - head)
    return head, tail


def _equal_piece(old: Iterable[str], new: Iterable[str]) -> Piece:
    return Piece(HunkOp.EQUAL, "".join(old), "".join(new))


def _keyed(texts: Iterable[str]) -> list[tuple[str, str]]:
    return [(compare_key(text), text) for text in texts]


def _replace_whole(field: str, before: str, after: str) -> tuple[Hunk, ...]:
    return _as_hunks(field, [make_piece(before, after, same=False)])


def _as_hunks(field: str, pieces: Iterable[Piece]) -> tuple[Hunk, ...]:
    """Neighbours of one kind become one hunk; a deletion beside an insertion becomes a replacement."""
    joined: list[Piece] = []
    for piece in pieces:
        if not piece.before and not piece.after:
            continue
        if joined and (op := _joint_op(joined[-1], piece)):
            last = joined.pop()
            piece = Piece(op, last.before + piece.before, last.after + piece.after)
        joined.append(piece)
    return tuple(Hunk(field=field, op=op, before=before, after=after) for op, before, after in joined)


def _joint_op(left: Piece, right: Piece) -> HunkOp | None:
    if left.op is right.op and (left.op is not HunkOp.MOVE or bool(left.before) == bool(right.before)):
        return left.op
    if {left.op, right.op} <= {HunkOp.INSERT, HunkOp.DELETE, HunkOp.REPLACE}:
        return HunkOp.REPLACE
    return None
