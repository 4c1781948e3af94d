"""Where each language of an article begins: a bilingual post is one article with a part for each language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crawler.model import Block, BlockKind
from crawler.text.dates import find_dates
from crawler.text.languages import detect_language, language_runs

#: A language with less of the text is a quotation.
PART_SHARE = 0.05
#: A run with less of its language's text is a word or a caption within another part, unless all its runs are short.
_STRAY = 0.05
_LONGEST_TITLE = 120
_SENTENCE_ENDS = "。.!！?？…；;,，、:："
_TITLE_KINDS = frozenset({BlockKind.HEADING, BlockKind.PARAGRAPH})


@dataclass(frozen=True, slots=True)
class LanguagePart:
    """One language of an article: the block it begins with, how many blocks are in it, its own title or nothing."""

    language: str
    block: int
    blocks: int
    title: str = ""


def find_language_parts(title: str, blocks: Sequence[Block]) -> tuple[LanguagePart, ...]:
    """The languages of an article in order of appearance; one of a single language is one part.

    Where languages alternate paragraph by paragraph, each part begins with its language's first paragraph. A part
    carries the article's title where that is in its language, else the title it begins with, if it begins with one.
    """
    runs = _runs(blocks)
    sizes: dict[str, int] = {}
    for language, _, size in runs:
        sizes[language] = sizes.get(language, 0) + size
    total = sum(sizes.values())
    kept = [language for language, size in sizes.items() if size >= PART_SHARE * total]
    begins = {language: _begin(language, sizes[language], runs) for language in kept}
    own = _title_language(title, kept)
    return tuple(
        LanguagePart(
            language=language,
            block=begins[language],
            blocks=sum(block.language == language for block in blocks),
            title=title if language == own else _part_title(blocks[begins[language]]),
        )
        for language in sorted(kept, key=begins.__getitem__)
    )


def _runs(blocks: Sequence[Block]) -> list[tuple[str, int, int]]:
    """Stretches of one language: language, first block, characters. Blocks that tell none belong to no stretch."""
    runs: list[tuple[str, int, int]] = []
    for index, block in enumerate(blocks):
        if not block.language:
            continue
        if runs and runs[-1][0] == block.language:
            runs[-1] = (block.language, runs[-1][1], runs[-1][2] + len(block.text))
        else:
            runs.append((block.language, index, len(block.text)))
    return runs


def _begin(language: str, size: int, runs: Sequence[tuple[str, int, int]]) -> int:
    own = [(first, length) for each, first, length in runs if each == language]
    return next((first for first, length in own if length >= _STRAY * size), own[0][0])


def _title_language(title: str, languages: Sequence[str]) -> str:
    """The language of the article's title; of Han characters alone it may be any that is written with them."""
    found = detect_language(title)
    if found in languages or not languages:
        return found
    return language_runs([title], languages[0])[0]


def _part_title(block: Block) -> str:
    text = block.text
    if block.kind not in _TITLE_KINDS or len(text) > _LONGEST_TITLE or text.endswith(tuple(_SENTENCE_ENDS)):
        return ""
    return "" if find_dates(text, timezone="UTC", limit=1) else text
