"""How much a change matters, from 0 to 1. A small change is not a small matter: what changed decides, not how much."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from rapidfuzz.distance import Levenshtein

from crawler.differ.fields import is_same_attachment, pair_attachments, reworded_attachments
from crawler.differ.folding import HAN, compare_key
from crawler.model import Article, Attachment, Block, BlockKind, Fact, FactType, Hunk, HunkOp

#: An article that was taken away.
REMOVED = 1.0

_GRAVE = frozenset({FactType.NUMBER, FactType.MONEY, FactType.PERCENT, FactType.DATE, FactType.NAME, FactType.NEGATION})
_PAIRED, _ONE_SIDED, _QUOTED = 0.82, 0.72, 0.6
_MANY = 0.02, 0.1
_TITLE_BONUS = 0.1
_PUNCTUATION, _TYPO, _MOVED = 0.1, 0.25, 0.3
_WORDING, _REWRITE = 0.42, 0.66
_PERIPHERAL = 0.55
_STATUS, _DATED, _PUBLISHER, _AUTHOR, _LINKS, _ADDRESS = 0.9, 0.6, 0.5, 0.4, 0.45, 0.1
_SWAPPED, _WITHDRAWN, _ADDED = 0.88, 0.78, 0.6
_HIGHEST, _LOWEST = 0.98, 0.06
_MOST_TYPOS = 2

#: One such character turns a sentence around: it is never taken for a typo.
_WEIGHTY = frozenset(
    "免收增减升降涨跌上下高低多少有无没未不非准禁停开关允拒进出正副左右前后内外公私真假生死伤亡胜负加减入退东南西北大小长短新旧"
    "男女先后买卖借贷盈亏超欠满缺同异可须应必勿莫毋始终启闭存废立撤任免奖罚升贬缓急轻重軽増減無開閉禁止"
)
_HAN_CHARACTER = re.compile(f"[{HAN}]")
_WORD = re.compile(r"[^\W\d_]{4,40}")
_NO_LETTER = re.compile(r"[\W_]*")
_FOOTER = re.compile(
    r"\W{0,3}(?:责任编辑|责编|编辑|校对|审核|供稿|来源|撰稿|文字|图片|摄影|联系电话|联系人|地址|邮编|版权|扫一扫"
    r"|お問い合わせ|電話|担当|©|copyright|all rights reserved|contact|editor|photo|source)\s?[:：©\d（( ]",
    re.I,
)
_FOOTER_LIMIT = 120
_BLOCK_GAP = 2


def rate_change(
    before: Article, after: Article, fields: Iterable[str], hunks: Sequence[Hunk], facts: Sequence[Fact]
) -> float:
    """The significance of an edit, from its full hunks and its facts: the weightiest field decides."""
    fixed = {
        "published_at": _DATED,
        "publisher": _PUBLISHER,
        "author": _AUTHOR,
        "links": _LINKS,
        "status": _STATUS,
        "url": _ADDRESS,
    }
    rates = [_LOWEST]
    for field in fields:
        if field in fixed:
            rates.append(fixed[field])
        elif field == "attachments":
            rates.append(_rate_attachments(before, after, hunks, facts))
        else:
            of_field = [hunk for hunk in hunks if hunk.field == field]
            rates.append(_rate_text(before, after, field, of_field, [fact for fact in facts if fact.field == field]))
    return round(min(max(rates), _HIGHEST), 2)


def _rate_text(before: Article, after: Article, field: str, hunks: Sequence[Hunk], facts: Sequence[Fact]) -> float:
    grave = [fact for fact in facts if fact.type in _GRAVE]
    if grave:
        paired = any(fact.type is FactType.NEGATION or (fact.before and fact.after) for fact in grave)
        rate = (_PAIRED if paired else _ONE_SIDED) + min(_MANY[0] * (len(grave) - 1), _MANY[1])
    elif any(fact.type is FactType.QUOTE for fact in facts):
        rate = _QUOTED
    else:
        rate = _rate_wording(before, after, field, [hunk for hunk in hunks if hunk.op is not HunkOp.EQUAL])
    if field == "title":
        return rate + _TITLE_BONUS
    return rate * _PERIPHERAL if _is_peripheral(before, after, hunks) else rate


def _rate_wording(before: Article, after: Article, field: str, changed: Sequence[Hunk]) -> float:
    if all(hunk.op is HunkOp.MOVE for hunk in changed):
        return _MOVED
    if all(_NO_LETTER.fullmatch(hunk.before + hunk.after) for hunk in changed):
        return _PUNCTUATION
    if len(changed) <= _MOST_TYPOS and all(is_typo(hunk.before, hunk.after) for hunk in changed):
        return _TYPO
    whole = max(len(before.title), len(after.title)) if field == "title" else max(len(before.text), len(after.text))
    share = sum(max(len(hunk.before), len(hunk.after)) for hunk in changed) / max(whole, 1)
    return _WORDING + (_REWRITE - _WORDING) * min(1.0, 2 * share)


def is_typo(before: str, after: str) -> bool:
    """Whether a piece of wording looks like a slip mended: letters of one word, or one Han character for another."""
    old, new = compare_key(before), compare_key(after)
    if old.casefold() == new.casefold() or _NO_LETTER.fullmatch(old + new):
        return True
    if _HAN_CHARACTER.search(old + new):
        return max(len(old), len(new)) <= 1 and not _WEIGHTY.intersection(old + new)
    if not (_WORD.fullmatch(old) and _WORD.fullmatch(new)):
        return False
    return Levenshtein.distance(old.casefold(), new.casefold(), score_cutoff=2) <= (1 if len(new) < 6 else 2)


def _rate_attachments(before: Article, after: Article, hunks: Sequence[Hunk], facts: Sequence[Fact]) -> float:
    """What changed in the words of a file weighs what it would in the article; else a swap of bytes weighs much."""
    reworded = reworded_attachments(before, after)
    told = {id(new) for _, new in reworded}
    rates = [_rate_file(old, new, hunks, facts) for old, new in reworded]
    for old, new in pair_attachments(before.attachments, after.attachments):
        if id(new) in told or is_same_attachment(old, new):
            continue
        if old is None:
            rates.append(_ADDED)
        else:
            rates.append(_WITHDRAWN if new is None else _SWAPPED if _is_swap(old.sha256, new.sha256) else _ADDED)
    return max(rates, default=_ADDED)


def _rate_file(old: Attachment, new: Attachment, hunks: Sequence[Hunk], facts: Sequence[Fact]) -> float:
    name = new.name or new.url
    before, after = (Article(url=each.url, title="", blocks=each.blocks) for each in (old, new))
    of_file = [hunk for hunk in hunks if hunk.file == name]
    return _rate_text(before, after, "body", of_file, [fact for fact in facts if fact.file == name])


def _is_swap(old: str, new: str) -> bool:
    """Whether bytes differ, or could: a file at a new address whose bytes are not known may be another one."""
    return old != new or not old


def _is_peripheral(before: Article, after: Article, hunks: Iterable[Hunk]) -> bool:
    """Whether every change of the body lies in captions, or in lines about the page rather than the matter."""
    old_starts, new_starts = _block_starts(before.blocks), _block_starts(after.blocks)
    at_old = at_new = 0
    touched = 0
    for hunk in hunks:
        if hunk.op is not HunkOp.EQUAL:
            blocks = [
                *_blocks_in(before.blocks, old_starts, at_old, len(hunk.before)),
                *_blocks_in(after.blocks, new_starts, at_new, len(hunk.after)),
            ]
            if not all(block.kind is BlockKind.CAPTION or _is_footer(block.text) for block in blocks):
                return False
            touched += len(blocks)
        at_old += len(hunk.before)
        at_new += len(hunk.after)
    return touched > 0


def _block_starts(blocks: Iterable[Block]) -> list[int]:
    """Where each block begins in the joined text."""
    return list(accumulate((len(block.text) + _BLOCK_GAP for block in blocks), initial=0))


def _blocks_in(blocks: Sequence[Block], starts: Sequence[int], start: int, length: int) -> Sequence[Block]:
    """The blocks that ``length`` characters from ``start`` on in the joined text touch."""
    if not length:
        return ()
    return blocks[bisect_right(starts, start) - 1 : bisect_left(starts, start + length)]


def _is_footer(text: str) -> bool:
    return len(text) <= _FOOTER_LIMIT and _FOOTER.match(text) is not None
