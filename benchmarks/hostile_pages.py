"""Pages of two megabytes that mean harm, or were made by a machine that did not care: one for every way to cost time.

Each is one piece said again and again, after a beginning like an article's, so that there is a text to be found. An
``@`` in a piece becomes the number of the repetition: what is never spelled twice is remembered by nobody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

LENGTH = 2_000_000
_HEAD = "<html><head><title>A page of words</title></head><body><h1>A page of words</h1><div class='content'>"
_TEXT = "<p>" + "Text of the article, which goes on. " * 30 + "</p>"
_LATIN = "The harbour authority opened the second quay on Monday, after eleven months of work. "
_CHINESE = "青溪港第二码头星期一启用，历时十一个月，期间两度因台风停工。"


@dataclass(frozen=True, slots=True)
class Shape:
    """A piece that is repeated, and what stands before all of them and after. ``bare``: without an article's head."""

    piece: str
    before: str = ""
    after: str = ""
    bare: bool = False
    encoding: str = "utf-8"

    def build(self, length: int = LENGTH) -> bytes:
        """A page of about that many bytes."""
        start = self.before if self.bare else _HEAD + _TEXT + self.before
        size = len(self.piece.encode(self.encoding, "replace"))
        if "@" not in self.piece:
            body = self.piece * (length // size)
        else:
            body = "".join(self.piece.replace("@", str(number)) for number in range(length // (size + 4)))
        return (start + body + self.after).encode(self.encoding, "replace")


_STRUCTURE = {
    "tables": Shape("<table><tr><td>cell one</td><td>cell two</td></tr></table>"),
    "rows": Shape("<tr><td>cell one</td><td>cell two, and more</td></tr>", "<table>"),
    "rows of prose": Shape(f"<tr><td>{_LATIN}</td><td>@</td></tr>", "<table>"),
    "rows of facts": Shape("<tr><td>索引号：</td><td>@</td><td>发布日期</td><td>2023-10-27</td></tr>", "<table>"),
    "cells": Shape("<td>@", "<table><tr>"),
    "cells over many rows": Shape("<tr><td rowspan=9>cell one</td><td rowspan=400>b</td></tr>", "<table>"),
    "cells over all rows": Shape("<tr>" + "<td rowspan=400>a" * 12, "<table>"),
    "cells over all columns": Shape("<tr><td colspan=50 rowspan=500>a<td>b", "<table>"),
    "tables in cells": Shape("<table><tr><td>a, b</td><td>"),
    "links in rows": Shape("<tr><td><a href=/a/@>a</a></td><td><a href=/b/@>b</a></td></tr>", "<table>"),
    "nested frames": Shape("<div>"),
    "nested frames with text": Shape("<div>Some text, and so.<p>on"),
    "nested frames, closed": Shape("<div>" * 110 + "<p>Some text, and so." + "</div>" * 110),
    "nested frames with classes": Shape("<div class='c@ d' id=e@>" * 20 + "<p>Some text, and so." + "</div>" * 20),
    "nested lists": Shape("<ul><li>one"),
    "nested lists, closed": Shape("<ul><li>one" * 40 + "</ul>" * 40),
    "nested quotes": Shape("<blockquote>Text, and so."),
    "nested inline": Shape("<b><i><font>Text, and so.", "<p>"),
    "looks left open": Shape("<p>a", "<p>" + "".join(f"<font size={number}>" for number in range(1_000))),
    "few looks left open": Shape("<p>a", "<p>" + "".join(f"<font size={number}>" for number in range(12))),
    "deep, then wide": Shape("<li>a", "<div>" * 2_900),
    "deep, then wrong endings": Shape("</section>", "<div>" * 2_900),
    "nested inline, closed": Shape("<p>" + "<b><i>a" * 50 + "</i></b>" * 50),
    "inline left open in blocks": Shape("<p><b>Text, and so on."),
    "wrong nesting": Shape("<b><p>a</b><i>b</p></i>"),
    "lists of definitions": Shape("<dt>Term @</dt><dd>What it means, in some words.</dd>", "<dl>"),
    "tiny paragraphs": Shape("<p>a</p>"),
    "tiny paragraphs, all different": Shape("<p>a@</p>"),
    "paragraphs": Shape(f"<p>{_LATIN}</p>"),
    "paragraphs, all different": Shape(f"<p>@ {_LATIN}</p>"),
    "paragraphs in Chinese": Shape(f"<p>@{_CHINESE}</p>"),
    "paragraphs in Greek": Shape("<p>@ Το λιμάνι άνοιξε τη Δευτέρα, μετά από μήνες.</p>"),
    "paragraphs in French": Shape("<p>@ L'autorité a ouvert le quai été, après des mois d'œuvre.</p>"),
    "copied paragraphs": Shape(f"<div><p>{_LATIN}</p></div>"),
    "breaks": Shape("a<br>"),
    "breaks and prose": Shape(f"@ {_LATIN}<br>"),
    "lines across": Shape("<hr>a"),
    "items": Shape("<li>An item, and so @</li>", "<ul>"),
    "headings": Shape("<h2>A page of words</h2>"),
    "main headings": Shape("<h1>A page of @ words</h1>"),
    "headings and text": Shape(f"<h2>Part @</h2><p>{_LATIN}</p>"),
    "long headings": Shape("word ", "<h1>", "</h1>"),
    "articles": Shape("<article><h1>Words @</h1><p>Text, and so on it goes.</p></article>"),
    "mains": Shape("<main><p>Text, and so on it goes @.</p></main>"),
    "known containers": Shape("<div class=article-content><p>Text, and so on it goes @.</p></div>"),
    "known containers in each other": Shape("<div class=article-content><p>Text, and so on.</p>"),
    "nothing but openings": Shape("<"),
    "nothing but endings": Shape("</p>"),
    "nothing but endings of frames": Shape("</div>"),
    "cut tags": Shape("<p a<b c<d e"),
    "odd names of tags": Shape("<x@ y>a</x@>"),
    "odd names with signs": Shape("<a<b>text"),
}
_INLINE = {
    "inline tags": Shape("<b>a</b>"),
    "spans": Shape("<span class=c>a</span>"),
    "spans, all different": Shape("<span class=c@>a </span>"),
    "named spans": Shape("<span id=a@>a </span>"),
    "times": Shape("<time datetime=2023-10-27T21:56:00>27 October</time> "),
    "fonts of furniture": Shape("<span class='share@'>a </span>"),
    "links": Shape("<a href=x>a</a>"),
    "links, all different": Shape("<a href='https://example.org/a/@.html'>a</a>"),
    "links with odd addresses": Shape("<a href='/ä b/@?q=ü&amp;x=[]'>a</a>"),
    "links left open": Shape("<a href=x>a"),
    "links to files": Shape("<a href='/a/@.pdf'>File @</a> "),
    "links to scripts": Shape("<a href='javascript:openFile(1)' onclick='down(@)' data-url=b>a</a> "),
    "links around frames": Shape("<a href=/a/@><div>Some text, and so.</div></a>"),
    "links to authors": Shape("<a rel=author href=/author/jane-@>Jane</a> "),
    "linked items": Shape("<li><a href='/a/b.html'>A linked title here</a></li>"),
    "linked items, all different": Shape("<li class=c@><a href='/a/@.html'>A linked title @</a></li>"),
    "anchors": Shape("<a name=a@></a>a "),
    "pictures": Shape("<img src=a.png>"),
    "pictures, all different": Shape("<img src=/a/@.png alt=b>"),
    "figures": Shape("<figure><img src=/a/@.png><figcaption>A quay, seen</figcaption></figure>"),
    "pictures within the page": Shape("<p>a<img src='data:image/png;base64," + "iVBORw0KGgo" * 900 + "'>"),
    "pictures of one tag": Shape("iVBORw0KGgo", "<img src='data:image/png;base64,", "'>"),
    "entities": Shape("&amp;&lt;&nbsp;&#20013;&eacute;"),
    "entities in blocks": Shape("<p>&amp;&lt;&quot;a</p>"),
    "comments": Shape("<!-- a -->b"),
    "comments left open": Shape("<!-- a -- > b"),
    "one comment": Shape("-a", "<!--", "-->"),
    "one comment of signs": Shape("<p>", "<!--", "-->"),
    "declarations within text": Shape("<!DOCTYPE html>a<?php b?>"),
}
_TEXTS = {
    "one line": Shape("word "),
    "one word": Shape("a", "<p>"),
    "one sentence": Shape(_LATIN, "<p>"),
    "one paragraph of Chinese": Shape(_CHINESE, "<p>"),
    "one run of Chinese": Shape("中", "<p>"),
    "one paragraph of Korean": Shape("항만청은 월요일 두 번째 부두를 열었다. ", "<p>"),
    "one paragraph of Thai": Shape("ท่าเรือเปิดวันจันทร์", "<p>"),
    "one paragraph of emoji": Shape("👍🏽 ", "<p>"),
    "one paragraph of marks": Shape("a\u0301\u0302\u200b", "<p>"),
    "one paragraph of breaks": Shape("\n \t\u3000", "<p>a", "b"),
    "one paragraph of dashes": Shape("- — _ ", "<p>a"),
    "one line of dates": Shape("2023-10-27 21:56 ", "<p>"),
    "one line of figures": Shape("1.234,56 7 ", "<p>"),
    "one figure": Shape("7", "<p>"),
    "one line of names": Shape("Jane Doe, ", "<p>By "),
    "one line of labels": Shape("来源：新华社 发布时间：2023-10-27 ", "<p>"),
    "one line of label beginnings": Shape("来 源 发 布 时 间", "<p>"),
    "one line of reporters": Shape("（记者 张三 李四 ", "<p>"),
    "one line of colons": Shape("：", "<p>来源"),
    "one line of brackets": Shape("【[（(", "<p>"),
    "one line of bars": Shape("| ", "<p>来源：a "),
    "one line of addresses": Shape("a@example.org https://example.org/ ", "<p>By "),
    "one line of control words": Shape("打印 关闭 分享 ", "<p>"),
    "one title": Shape("word | ", "</div></div><title>", "</title>"),
    "one preformatted text": Shape("line of code @\n", "<pre>"),
    "preformatted texts": Shape("<pre>a = b;\n</pre>"),
    "lines of dates": Shape("<p>2023-10-@ 21:56</p>"),
    "lines of dates in words": Shape("<p>Published 27 October 2023 at 9:56 pm, @</p>"),
    "lines of dates, dear ones": Shape("<p>令和五年十月二十七日 @</p>"),
    "lines of publication": Shape("<p>发布时间：@-27 12:00</p>"),
    "lines of labels": Shape("<p>索引号：</p>"),
    "lines of labels and values": Shape("<p>来源：新华社@ 作者：张三 发布时间：2023-10-27 21:56</p>"),
    "lines of half labels": Shape("<p>来@ 源 新华社</p>"),
    "lines of names": Shape("<p>By Jane Doe @, John Roe and Others</p>"),
    "lines of reporters": Shape("<p>记者 张三 李四@</p>"),
    "lines of WeChat": Shape("<p>鼎湖发布 2023-10-27 21:56 发表于广东 @</p>"),
    "lines of Hong Kong": Shape("<p>Ends/Friday, October 27, 2023 Issued at HKT 21:56 @</p>"),
    "lines of control words": Shape("<p>打印 关闭 @</p>"),
    "lines that cut": Shape("<p>Related articles</p>"),
    "lines of captions": Shape("<p>图为 a @</p>"),
    "lines of questions": Shape("<p>Why @?</p>"),
}
_FURNITURE = {
    "furniture": Shape("<div class='sidebar'>text, and so on it goes.</div>"),
    "furniture, all different": Shape("<div class='sidebar@ related'>text, and so on it goes.</div>"),
    "furniture in furniture": Shape("<div class='sidebar'>text, and so."),
    "deep furniture": Shape("<div class='sidebar'>" * 50 + "text, and so." + "</div>" * 50),
    "furniture with a date in it": Shape("<div class=sidebar>" + "<p>a" * 50 + "<i itemprop=datePublished></i></div>"),
    "furniture with a file in it": Shape("<div class=sidebar>" + "<p>a" * 50 + "<a href='/a.pdf'>a</a></div>"),
    "furniture of prose": Shape("<div class=sidebar@>" + f"<p>{_LATIN}</p>" * 4 + "</div>"),
    "furniture that is pardoned": Shape("<div class=sidebar>" + f"<p>{_LATIN}</p>" * 50 + "</div>", bare=True),
    "furniture of kinds": Shape(
        "".join(f"<div class='sidebar k{kind}x'>" + f"<p>{_LATIN}</p>" * 9 + "</div>" for kind in "abcdefgh"), bare=True
    ),
    "navigation": Shape("<nav><ul>" + "<li><a href=/a>a</a></li>" * 20 + "</ul></nav>"),
    "navigation left open": Shape("<nav><a href=/a>a</a>"),
    "insets": Shape("<aside>text, and so on it goes.</aside>"),
    "forms": Shape("<form><p>text, and so on it goes.</p></form>"),
    "buttons": Shape("<button>text</button>"),
    "labels and inputs": Shape("<label>a<input name=b></label>"),
    "teasers": Shape("<div class='card'><a href='/a/b.html'>A linked title here</a><p>Some text.</p></div>"),
    "teasers, all different": Shape(
        "<div class='card c@x'><h3><a href='/a/@'>A linked title @</a></h3><p>Some text.</p></div>"
    ),
    "teasers in each other": Shape("<div class=card><a href='/a/@'>A linked title @</a><p>a"),
    "bylines": Shape("<div class=author@>Jane Doe</div>"),
    "biographies": Shape("<p>Jane Doe is a reporter @.</p>"),
    "breadcrumbs": Shape("<div class=breadcrumb><a href=/>Home</a> &gt; <a href=/b>News</a></div>"),
    "comments of readers": Shape("<div class=comment id=c@><p>What I think is, that this is so.</p></div>"),
    "hidden parts": Shape("<div style='display: none'>text, and so on.</div>"),
    "disclaimers": Shape("<div class='disclaimer'><p>Text, and so on it goes.</p></div>"),
    "classes of many words": Shape("<div class='" + "a-b " * 200 + "@'>a</div>"),
    "classes of one long word": Shape("<div class='" + "aB" * 800 + "@'>a</div>"),
    "titles by their class": Shape("<div class=title@>A page, and words</div>"),
}
_HEADS = {
    "metas": Shape("<meta name=author content='Jane Doe'>"),
    "metas, all different": Shape("<meta name=n@ content=c@>", "</div>"),
    "metas of dates": Shape("<meta name=pubdate@ content='27 October @'>"),
    "metas of publishing": Shape("<meta name='publish-date-of-@-pubdate' content='no date'>"),
    "metas of titles": Shape("<meta property=og:title content='A page | of | words @'>"),
    "links to styles": Shape("<link rel=stylesheet href=/a@.css>"),
    "microdata": Shape("<span itemprop=datePublished content='2023-10-@'></span>"),
    "microdata in text": Shape("<p itemprop=headline>Text, and so on it goes @.</p>"),
    "microdata in each other": Shape("<div itemprop=datePublished>a"),
    "attributes": Shape("<p id=a class=b data-c=d title=e>text</p>"),
    "attributes of dates": Shape("<p data-publish-date='no date' data-release=a>text</p>"),
    "attributes in one tag": Shape(" a@=b", "<p", ">text</p>"),
    "attributes in long tags": Shape("<p" + " a=b" * 500 + ">text</p>"),
    "one long attribute": Shape("a b ", "<p title='", "'>text</p>"),
    "one long class": Shape("share ", "<p class='", "'>text</p>"),
    "ids": Shape("<p id=js_content@>text</p>"),
    "ids of one name": Shape("<p id=js_content>text</p>"),
    "scripts": Shape("<script>a</script>"),
    "scripts of some length": Shape("<script>var a = '<p>text</p>'; if (a < b) {}</script>"),
    "one script": Shape("a = b; ", "<script>", "</script>"),
    "one script of signs": Shape("<p>", "<script>", "</script>"),
    "structured data": Shape('<script type="application/ld+json">{"@type":"Article","name":"a"}</script>'),
    "one structured datum": Shape(
        '{"a":{"b":[1]}},', '<script type="application/ld+json">{"x":[', '0],"@type":"Article"}</script>'
    ),
    "structured data of nodes": Shape(
        '{"type":"Article","@id":"a"},', '<script type="application/ld+json">{"@graph":[', "0]}</script>"
    ),
    "structured data that nests": Shape("[", '<script type="application/ld+json">', "</script>"),
    "structured data that is broken": Shape(
        '{"a":"b",', '<script type="application/ld+json">{"x":[', '0],"@type":"Article"</script>'
    ),
    "structured data of commas": Shape(
        ",     ", '<script type="application/ld+json">{"x":[', '0],"@type":"Article"</script>'
    ),
    "state": Shape('"content":"a","body":"b",', "</div><script>s={", "}</script>", bare=True),
    "state of paragraphs": Shape(
        '"contentHtml":"<p>' + _LATIN * 9 + '</p>@",', "<html><body><script>s={", "}</script>", bare=True
    ),
    "state that grows": Shape('"body":"' + "<p>a @" * 60 + '",', "<html><body><script>s={", "}</script>", bare=True),
    "state of backslashes": Shape('\\\\\\"', '<html><body><script>s={"body":"', '"}</script>', bare=True),
    "state of dates": Shape('"datePublished":"no date",', "<script>s={", "}</script>"),
    "WeChat": Shape(
        "var ct = 1; var biz = a; ip_wording = { cdn_url: 'a", "<p id=js_content></p><script>", "</script>"
    ),
    "WeChat with a text": Shape(
        "\\x3cp\\x3eText, and so.\\x3c/p\\x3e",
        "<p id='js_content'></p><script>var biz = 'MzA4MjQxNjQzMA=='; var a = {content_noencode: '",
        "'}</script>",
        bare=True,
    ),
    "text areas": Shape("<textarea>a</textarea>"),
    "options": Shape("<option>a", "<select>"),
    "frames": Shape("<iframe src=/a.pdf></iframe>"),
    "frames, all different": Shape("<iframe src='/viewer?file=/a@.pdf'></iframe>"),
    "objects in each other": Shape("<object data=a.pdf>"),
    "drawings": Shape("<svg><path d='M0 0'/></svg>"),
    "templates in each other": Shape("<template>"),
    "formulas": Shape("<math><mi>a</mi></math>"),
    "no scripts": Shape("<noscript><img src=a></noscript>"),
}
_BYTES = {
    "another encoding": Shape(f"<p>@{_CHINESE}</p>", "<meta charset=gb2312>", bare=True, encoding="gb18030"),
    "an encoding that is not told": Shape(f"<p>@{_CHINESE}</p>", bare=True, encoding="gb18030"),
    "an encoding that is told wrongly": Shape(
        f"<p>@{_CHINESE}</p>", "<meta charset=euc-kr>", bare=True, encoding="gb18030"
    ),
    "two bytes a character": Shape("<p>Text, and so on.</p>", encoding="utf-16-le"),
    "zeros": Shape("<p>\x00a"),
    "no breaks": Shape("<p>" + "é" * 3_000, encoding="latin-1"),
}
SHAPES: dict[str, Shape] = {**_STRUCTURE, **_INLINE, **_TEXTS, **_FURNITURE, **_HEADS, **_BYTES}


def _mix_encodings(length: int) -> bytes:
    """UTF-8 with a piece of another encoding in every second line."""
    line = f"<p>{_CHINESE}</p>\n".encode() + f"<p>{_CHINESE}</p>\n".encode("gb18030")
    return line * (length // len(line))


def _break_characters(length: int) -> bytes:
    """UTF-8 whose characters are cut everywhere."""
    piece = "码头".encode()[:-1] + b"<"
    return piece * (length // len(piece))


BUILDERS: dict[str, Callable[[int], bytes]] = {
    **{name: shape.build for name, shape in SHAPES.items()},
    "encodings that are mixed": _mix_encodings,
    "characters that are cut": _break_characters,
    "noise": lambda length: bytes((number * 7919 + (number >> 8) * 104729) & 255 for number in range(length)),
}
