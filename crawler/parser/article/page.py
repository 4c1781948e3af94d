"""A page as a small Python tree, made from what the parser writes back.

The parser reads the markup and drops what is never text; then it writes the page once more, in one regular spelling,
and that is cut at its tags: much cheaper than asking it for node after node. Only what a reader needs survives:
elements, the text between them, structured-data scripts. Bounded whatever arrives: markup that nests absurdly deep is
cut before parsing (the parser's time grows with depth squared), and tags beyond a limit are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from crawler.parser.article.heads import CHOSEN, find_value, parse_attributes, unescape
from crawler.parser.tree import parse_html

MAX_CHARACTERS = 6_000_000
#: Start and end tags; each counts. The largest of a thousand real pages has 22,500, and the costliest page has to stay
#: cheap: who serves more is cut there.
MAX_TAGS = 26_000
#: What looks like a tag in the markup as it came: scripts hold such, too.
_MAX_OPENINGS = 30_000
MAX_DEPTH = 120

#: A link to a file that a block ends, and no end tag before the next link.
_INLINE = r"</?(?:span|b|strong|font|u|em|i)\b[^<>]{0,200}>"
_OPEN_FILE = re.compile(
    r"(<a\s(?:(?!href)[^<>]){0,300}\bhref\s{0,3}=\s{0,3}[\"']?[^\"'<>\s]{1,300}\.(?:pdf|docx?|xlsx?|pptx?|wps|et|ofd|zip|rar)"
    rf"[\"'\s][^<>]{{0,300}}>\s{{0,20}}(?:{_INLINE}\s{{0,20}}){{0,4}}[^<\s][^<]{{0,200}}(?:{_INLINE}[^<]{{0,200}}){{0,4}})"
    r"(?=</?(?:p|div|td|tr|table|li|ul|ol|br|h\d|body|html)\b|$)(?!(?:[^<]|<(?!/?a[\s>])){0,600}</a)",
    re.IGNORECASE,
)

#: Never text of a page. ``noscript`` repeats what scripts show; ``textarea`` and ``select`` hold form values; the
#: last four would be written back unescaped.
_OPAQUE = (
    "script,style,noscript,template,svg,iframe,object,embed,canvas,select,textarea,datalist,audio,map,math,"
    "xmp,noembed,noframes,plaintext"
)
_FRAMES = frozenset({"iframe", "object", "embed"})


class Element:
    """An element of the page. ``start`` and ``stop`` are its range of segments.

    ``order`` counts elements from 1 in document order; ``last`` is the order of the last element inside it.
    ``flagged``: it looks like furniture itself; ``above`` is the outermost element around it that does. A plain
    class: tens of thousands are made per second. Elements know what holds them, not what they hold, so nothing
    refers in circles.
    """

    __slots__ = (
        "_begin",
        "_pieces",
        "above",
        "depth",
        "end",
        "flagged",
        "last",
        "order",
        "parent",
        "raw",
        "start",
        "stop",
        "tag",
    )

    def __init__(
        self, tag: str, raw: str, parent: Element | None, order: int, pieces: list[str], begin: int, start: int
    ) -> None:
        self.tag = tag
        self.raw = raw
        self.parent = parent
        self.depth: int = parent.depth + 1 if parent is not None else 0
        self.order = self.last = order
        self.start = self.stop = start
        self.flagged = False
        self.above: Element | None = None
        self._pieces = pieces
        self._begin = self.end = begin

    @property
    def attributes(self) -> Mapping[str, str]:
        """All attributes; to be read only."""
        return parse_attributes(self.raw)

    def attribute(self, name: str) -> str:
        """The attribute's value, or an empty string."""
        return find_value(self.raw, f' {name}="') if self.raw else ""

    @property
    def suspect(self) -> Element | None:
        """The outermost element around it, or itself, that looks like furniture."""
        return self.above or (self if self.flagged else None)

    @property
    def begin(self) -> int:
        """The piece that opens it."""
        return self._begin

    @property
    def lead(self) -> str:
        """The text of the first element inside, if the element begins with it."""
        if self._pieces[self._begin].partition(">")[2].strip():
            return ""
        for piece in self._pieces[self._begin + 1 : self.end]:
            head, _, shown = piece.partition(">")
            if head[:1] == "/":
                return ""
            if shown.strip():
                return unescape(shown).strip()
        return ""

    def text(self, most: int | None = None) -> str:
        """The text below, as it stands in the markup; a line break counts as a space. ``most``: of so many pieces."""
        stop = self.end if most is None else min(self.end, self._begin + most)
        return read_text(self._pieces[self._begin : stop])


@dataclass(slots=True, eq=False)
class Page:
    """The whole page: its root, every element in document order, and what declares facts.

    ``html`` is the page as the parser wrote it back, ``pieces`` the same, cut before each tag. ``declarations``
    are the elements that carry metadata: ``html``, ``title``, ``meta``, ``link``, ``base``, microdata. ``chosen``:
    selectors matched something; ``framed``: it shows other documents in frames of its own.
    """

    root: Element
    markup: str
    html: str
    pieces: list[str]
    elements: list[Element] = field(default_factory=list)
    declarations: list[Element] = field(default_factory=list)
    json_ld: list[str] = field(default_factory=list)
    chosen: bool = False
    framed: bool = False

    @property
    def base(self) -> str:
        """The address that ``<base href>`` declares, as it stands there."""
        return next((found.attribute("href") for found in self.declarations if found.tag == "base"), "")


def read_text(pieces: Iterable[str]) -> str:
    """The text of a run of pieces."""
    return unescape("".join((" " if piece[:3] == "br>" else "") + piece.partition(">")[2] for piece in pieces))


def list_children(page: Page, element: Element) -> Iterator[Element]:
    """The elements directly inside ``element``, in order."""
    order, last = element.order, element.last
    while order < last:
        child = page.elements[order]
        yield child
        order = child.last


def find_chosen(page: Page, name: str) -> list[Element]:
    """What the selectors under that name chose, in document order."""
    if not page.chosen:
        return []
    mark = f'{CHOSEN}{name}="'
    return [element for element in page.elements if mark in element.raw]


def find_by_id(page: Page, name: str) -> Element | None:
    """The first element with that ``id``."""
    mark = f'id="{name}"'
    if mark not in page.html:
        return None
    return next((item for item in page.elements if mark in item.raw and item.attribute("id") == name), None)


def parse_page(markup: str, selectors: Mapping[str, Iterable[str]] | None = None) -> Page:
    """Parses ``markup``; never raises, and takes time in proportion to its length. Elements come with segmentation.

    ``selectors`` come from people, by the name under which ``find_chosen`` finds what they match.
    """
    text = markup[:MAX_CHARACTERS]
    if "\x00" in text:
        text = text.replace("\x00", "")
    if text.count("</a>") < text.count("<a "):
        text = _close_file_links(text)
    tree = parse_html(text, most_tags=_MAX_OPENINGS)
    json_ld, framed = _drop_opaque(tree)
    chosen = [_mark(tree, name, group) for name, group in (selectors or {}).items()]
    html = tree.html or ""
    if "<!--" in html:
        html = _drop_comments(html)
    pieces = html.split("<", MAX_TAGS)
    if len(pieces) > MAX_TAGS:
        pieces.pop()
    return Page(
        Element("-document", "", None, 0, pieces, 0, 0),
        text,
        html,
        pieces,
        json_ld=json_ld,
        chosen=any(chosen),
        framed=framed,
    )


def _drop_comments(html: str) -> str:
    kept: list[str] = []
    last = 0
    while (start := html.find("<!--", last)) >= 0 and (end := html.find("-->", start + 4)) >= 0:
        kept.append(html[last:start])
        last = end + 3
    kept.append(html[last:])
    return "".join(kept)


def _close_file_links(markup: str) -> str:
    """The markup with links to files closed that are not: a browser goes on with such a link to the next, or the end.

    All that follows would be the name of the file, and its text be nothing but a link.
    """
    return _OPEN_FILE.sub(r"\1</a>", markup)


def _drop_opaque(tree: LexborHTMLParser) -> tuple[list[str], bool]:
    """Takes out what is never text; returns the structured data that was in it, and whether frames were."""
    json_ld, framed = [], False
    for node in tree.css(_OPAQUE):
        tag = node.tag
        if tag == "script" and "ld+json" in (node.attributes.get("type") or ""):
            json_ld.append(node.text())
        elif tag in _FRAMES:
            framed = True
        node.decompose(recursive=False)
    return json_ld, framed


def _mark(tree: LexborHTMLParser, name: str, selectors: Iterable[str]) -> bool:
    """Marks what selectors match; whether they match anything. A broken one matches nothing."""
    marked = False
    for selector in filter(None, selectors):
        try:
            nodes = tree.css(selector)
        except (SelectolaxError, ValueError):  # what selectolax raises for a selector it cannot read
            continue
        for node in nodes:
            node.attrs[f"{CHOSEN}{name}"] = ""
            marked = True
    return marked
