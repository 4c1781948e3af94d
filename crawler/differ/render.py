"""Differences as text for people: terminal, unified, HTML. Text from outside cannot do anything here but be read."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from crawler.differ.folding import compare_key
from crawler.differ.matching import Run, match_runs
from crawler.model import Hunk, HunkOp

_RED, _GREEN, _BLUE, _BOLD, _PLAIN = "\x1b[31;9m", "\x1b[32;4m", "\x1b[34m", "\x1b[1m", "\x1b[0m"
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_HARMFUL = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_CONTEXT_LINES = 3


def make_harmless(text: str, *, one_line: bool = False) -> str:
    """``text`` with everything made visible that could act on a terminal or turn the reading direction.

    Controls appear as their pictures (``␛``), bidirectional and zero-width marks as ``�`` or not at all.
    ``one_line`` also turns line breaks and tabs into spaces.
    """
    text = _HARMFUL.sub(_picture, _BREAKS.sub("\n", text))
    return " ".join(text.split()) if one_line else text


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    return "" if code in _SILENT else "\ufffd"


_SILENT = frozenset((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))


def render_terminal(hunks: Iterable[Hunk], color: bool = False) -> str:
    """The hunks field by field, changes marked within the line: ``[-old-]{+new+}``, moves ``[<old<]`` ``{>new>}``.

    With ``color`` the marks stay and ANSI colours are added, deletions struck out, insertions underlined.
    """
    parts = []
    for place, group in groupby(hunks, key=lambda hunk: hunk.place):
        head = f"{_BOLD}{_heading(place)}{_PLAIN}" if color else _heading(place)
        parts.append(f"{head}\n{''.join(_mark(hunk, color) for hunk in group).strip()}\n")
    return "\n".join(parts)


def _heading(place: tuple[str, str], names: Mapping[str, str] | None = None) -> str:
    """The field, and in whose text where that is a file's."""
    field, file = (names or {}).get(place[0], place[0]), place[1]
    return f"{field}: {make_harmless(file, one_line=True)}" if file else field


def _mark(hunk: Hunk, color: bool) -> str:
    before, after = make_harmless(hunk.before), make_harmless(hunk.after)
    if hunk.op is HunkOp.EQUAL:
        return _longer_breaks(before, after)
    move = hunk.op is HunkOp.MOVE
    old = _paint(before, "[<{}<]" if move else "[-{}-]", (_BLUE if move else _RED) if color else "")
    return old + _paint(after, "{{>{}>}}" if move else "{{+{}+}}", (_BLUE if move else _GREEN) if color else "")


def _longer_breaks(before: str, after: str) -> str:
    """The new spelling of equal text; the old one where a paragraph after it was deleted, to keep the break."""
    return before if before.count("\n") > after.count("\n") else after


def _paint(text: str, frame: str, color: str) -> str:
    """Frames ``text``; white space at its ends stays outside, so that paragraphs do not end in a bare bracket."""
    core = text.strip()
    if not text:
        return ""
    if not core:
        return frame.format(text.replace("\n", "⏎")) if not color else f"{color}{frame.format(text)}{_PLAIN}"
    lead, trail = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    framed = frame.format(core)
    return f"{lead}{color}{framed}{_PLAIN}{trail}" if color else f"{lead}{framed}{trail}"


def render_unified(before_text: str, after_text: str, *, before_name: str = "before", after_name: str = "after") -> str:
    """The unified diff of two texts by lines, as ``diff -u`` prints it; empty where no line differs once folded."""
    old, new = make_harmless(before_text).split("\n"), make_harmless(after_text).split("\n")
    runs = match_runs([compare_key(line) for line in old], [compare_key(line) for line in new])
    if all(run.same for run in runs):
        return ""
    lines = [f"--- {make_harmless(before_name, one_line=True)}", f"+++ {make_harmless(after_name, one_line=True)}"]
    for group in _group_runs(runs):
        lines.extend(_unified_hunk(old, new, group))
    return "\n".join(lines) + "\n"


def _group_runs(runs: Sequence[Run]) -> Iterator[list[Run]]:
    """Runs as the hunks of a unified diff: equal ones cut to context, long ones part two hunks."""
    group: list[Run] = []
    for place, run in enumerate(runs):
        if not run.same:
            group.append(run)
            continue
        length = run.b1 - run.b0
        head = min(length, _CONTEXT_LINES) if place else 0
        tail = min(length, _CONTEXT_LINES) if place < len(runs) - 1 else 0
        if head + tail >= length and place and place < len(runs) - 1:
            group.append(run)
            continue
        if group:
            yield [*group, Run(True, run.b0, run.b0 + head, run.a0, run.a0 + head)]
        group = [Run(True, run.b1 - tail, run.b1, run.a1 - tail, run.a1)]
    if any(not run.same for run in group):
        yield group


def _unified_hunk(old: Sequence[str], new: Sequence[str], group: Sequence[Run]) -> Iterator[str]:
    b0, b1, a0, a1 = group[0].b0, group[-1].b1, group[0].a0, group[-1].a1
    yield f"@@ -{_extent(b0, b1)} +{_extent(a0, a1)} @@"
    for run in group:
        if run.same:
            yield from (f" {line}" for line in new[run.a0 : run.a1])
        else:
            yield from (f"-{line}" for line in old[run.b0 : run.b1])
            yield from (f"+{line}" for line in new[run.a0 : run.a1])


def _extent(start: int, end: int) -> str:
    length = end - start
    first = start + 1 if length else start
    return str(first) if length == 1 else f"{first},{length}"


def render_html(hunks: Iterable[Hunk], names: Mapping[str, str] | None = None) -> str:
    """The hunks as an HTML fragment without styles or scripts, everything escaped.

    ``<del>`` and ``<ins>`` carry the change (struck out and underlined by every browser), labels name it for screen
    readers; moves have a class of their own. Line breaks become ``<br>``. ``names`` are the reader's words for fields.
    """
    parts = []
    for place, group in groupby(hunks, key=lambda hunk: hunk.place):
        body = "".join(_element(hunk) for hunk in group)
        parts.append(f'<section class="diff"><h3>{_escape(_heading(place, names))}</h3><p>{body}</p></section>')
    return "\n".join(parts)


def _element(hunk: Hunk) -> str:
    if hunk.op is HunkOp.EQUAL:
        return _escape(_longer_breaks(hunk.before, hunk.after))
    move = hunk.op is HunkOp.MOVE
    old = f'<del class="{"moved" if move else "deleted"}" aria-label="{"moved away" if move else "deleted"}">'
    new = f'<ins class="{"moved" if move else "inserted"}" aria-label="{"moved here" if move else "inserted"}">'
    return (f"{old}{_escape(hunk.before)}</del>" if hunk.before else "") + (
        f"{new}{_escape(hunk.after)}</ins>" if hunk.after else ""
    )


def _escape(text: str) -> str:
    return html.escape(make_harmless(text)).replace("\n", "<br>")
