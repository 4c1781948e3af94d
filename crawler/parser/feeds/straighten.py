"""Tag soup made well-formed: what people write by hand, or programs by gluing text, with the tags put right.

A recovering XML parser gives up at the first end tag too many. Here every tag is looked at once: end tags without a
beginning are dropped, missing ones added, and a new entry always begins beside the one before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

_NAME = r"[A-Za-z_][\w.:-]{0,60}+"
#: A tag, first with its quotes in order, else up to the next angle bracket.
_TAG = re.compile(rf"""<(/?)({_NAME})([^<>"']*+(?:(?:"[^"<]*+"|'[^'<]*+')[^<>"']*+)*+)>|<(/?)({_NAME})([^<>]*+)>?""")
_ATTRIBUTE = re.compile(rf"""({_NAME})(?:\s{{0,9}}=\s{{0,9}}(?:"([^"]*+)"?|'([^']*+)'?|([^\s"'>]++)))?""")
_CONTAINERS = frozenset({"rss", "channel", "feed", "rdf", "urlset", "sitemapindex", "soup"})
_ENTRIES = frozenset({"item", "entry"})
_PAGES = frozenset({"url", "sitemap"})
#: Fields that hold text and nothing else: another field within one means that its end tag is missing.
_LEAVES = frozenset({"title", "link", "guid", "id", "pubdate", "updated", "published", "date", "creator", "loc"})
_FIELDS = _LEAVES | {"description", "summary", "content", "encoded", "author", "category", "enclosure", "lastmod"}
#: Children of an entry that hold elements of their own.
_HOLDERS = frozenset(
    {"description", "summary", "content", "encoded", "author", "contributor", "source", "group", "div", "body", "image"}
)
#: The root of a document that has none of its own.
SOUP = "soup"
_VOID = frozenset({"br", "hr", "img", "input", "area", "col", "embed", "wbr"})
_DEEPEST = 60
#: Texts and tags looked at: more than a feed of two thousand entries holds. What follows is left out.
_MOST_PIECES = 250_000
_MOST_ATTRIBUTES = 60


def straighten(text: str) -> str:
    """``text``, in which ampersands are right already, as well-formed XML as far as its tags are concerned."""
    pieces: list[str] = []
    opened: list[str] = []
    for piece in islice(_pieces(text), _MOST_PIECES):
        if isinstance(piece, str):
            pieces.append(piece if opened else "")
        elif piece[1] or piece[4]:
            pieces.extend(_close(opened, (piece[2] or piece[5]).lower()))
        else:
            pieces.extend(_open(opened, (piece[2] or piece[5]).lower(), piece[3] or piece[6] or ""))
    pieces.extend(f"</{name}>" for name in reversed(opened))
    return "".join(pieces)


def _pieces(text: str) -> Iterator[str | re.Match[str]]:
    """The texts of the document, escaped, and its tags; comments, declarations and instructions are left out."""
    at, unclosed = 0, set[str]()
    while (begin := text.find("<", at)) >= 0:
        yield _escape(text[at:begin])
        special = next((one for one in _SPECIAL if text.startswith(one, begin)), "")
        if special:
            end = -1 if special in unclosed else text.find(_SPECIAL[special], begin + len(special))
            if end < 0:  # searched for once: the next one is not closed either
                unclosed.add(special)
                at = begin + len(special)
                continue
            if special == "<![CDATA[":
                yield text[begin + len(special) : end].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
            at = end + len(_SPECIAL[special])
        elif tag := _TAG.match(text, begin):
            yield tag
            at = tag.end()
        else:
            yield "&lt;"
            at = begin + 1
    yield _escape(text[at:])


_SPECIAL = {"<![CDATA[": "]]>", "<!--": "-->", "<?": ">", "<!": ">"}


def _escape(text: str) -> str:
    return text.replace(">", "&gt;") if ">" in text else text


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _close(opened: list[str], name: str) -> Iterator[str]:
    """An end tag closes what is still open within its element; containers stay open to the end of the document."""
    if name not in opened or _local(name) in _CONTAINERS:
        return
    entry = next((number for number in range(len(opened) - 1, -1, -1) if _local(opened[number]) in _ENTRIES), -1)
    if name in opened[entry + 1 :] or opened[entry] == name:
        while (inner := opened.pop()) != name:
            yield f"</{inner}>"
        yield f"</{name}>"


def _open(opened: list[str], name: str, rest: str) -> Iterator[str]:
    local = _local(name)
    if not opened and local not in _CONTAINERS:
        yield f"<{SOUP}>"
        opened.append(SOUP)
    if local in _ENTRIES or (local in _PAGES and opened and _local(opened[0]) in ("urlset", "sitemapindex")):
        while opened and _local(opened[-1]) not in _CONTAINERS:
            yield f"</{opened.pop()}>"
    elif local in _FIELDS and _is_left_open(opened):
        yield f"</{opened.pop()}>"
    is_empty = rest.endswith("/") or local in _VOID or (local == "link" and "href" in rest.lower())
    if not is_empty and len(opened) >= _DEEPEST:
        return
    yield f"<{name}{_attributes(rest)}{'/' if is_empty else ''}>"
    if not is_empty:
        opened.append(name)


def _is_left_open(opened: list[str]) -> bool:
    """Whether the innermost element cannot hold a field: a leaf, or a child of an entry that nobody knows."""
    if not opened:
        return False
    inner = _local(opened[-1])
    in_entry = len(opened) > 1 and _local(opened[-2]) in _ENTRIES
    return inner in _LEAVES or (in_entry and inner not in _HOLDERS)


def _attributes(rest: str) -> str:
    """The attributes in their plainest spelling, each once; shouted names (``HREF``) are lower-case."""
    spelled: dict[str, str] = {}
    for number, found in enumerate(_ATTRIBUTE.finditer(rest[:20_000])):
        if number >= _MOST_ATTRIBUTES:
            break
        name = found[1].lower() if found[1].isupper() else found[1]
        value = next((group for group in found.group(2, 3, 4) if group is not None), "")
        spelled.setdefault(name, value.replace("<", "&lt;").replace('"', "&quot;"))
    return "".join(f' {name}="{value}"' for name, value in spelled.items())
