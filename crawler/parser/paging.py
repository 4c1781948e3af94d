"""The next page of lists that are asked for by number: one parameter of the address counts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.model import Purpose, Request, Validators

#: No list goes deeper; a larger number is no page.
_DEEPEST = 100_000
#: What parameters that count pages are usually called.
_USUAL = ("page", "pageno", "pagenum", "pagenumber", "pageindex", "currentpage", "curpage", "current", "paged", "p")
_FORM = "application/x-www-form-urlencoded"


def count_up(url: str, parameter: str, *, first: int = 1) -> Request | None:
    """The request for the page after ``url``: its ``parameter`` plus one; an address without it is page ``first``.

    None where the parameter holds no page number.
    """
    raw = query_value(url, parameter)
    number = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 7 else None if raw else first
    if number is None or number >= _DEEPEST:
        return None
    return Request(url=with_query(url, {parameter: str(number + 1)}), purpose=Purpose.LISTING)


def post(request: Request, body: str) -> Request:
    """The request as a POST of JSON, or of a form where the text is no JSON. Answers to it are never conditional."""
    kind = "application/json" if body.lstrip()[:1] in ("{", "[") else _FORM
    headers = (*request.headers, ("content-type", kind))
    return replace(request, method="POST", headers=headers, body=body.encode(), validators=Validators())


def count_on_from(request: Request, parameter: str = "") -> Request | None:
    """The request for the page after this one, by the parameter that counts; without a name by one that is usual.

    It is looked for in what the request sends, then in its address. None where none holds a page number.
    """
    if request.method == "POST" and (body := _counted_body(request.body, parameter)):
        return replace(request, body=body)
    names = {name.lower(): name for name, _ in query_of(request.url)}
    name = parameter or next((names[usual] for usual in _USUAL if usual in names), "")
    following = count_up(request.url, name) if name else None
    return replace(request, url=following.url, validators=Validators()) if following else None


def _counted_body(body: bytes, parameter: str) -> bytes:
    text = body.decode("utf-8", "replace")
    try:
        values = json.loads(text) if text.lstrip()[:1] == "{" else dict(parse_qsl(text, keep_blank_values=True))
    except (ValueError, RecursionError):
        return b""
    name = parameter or next((key for key in values if key.lower() in _USUAL), "")
    number = _page_number(values, name)
    if number is None:
        return b""
    counted = {**values, name: number + 1 if isinstance(values[name], int) else str(number + 1)}
    if text.lstrip()[:1] == "{":
        return json.dumps(counted, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return urlencode(counted).encode()


def _page_number(values: Mapping[str, object], name: str) -> int | None:
    raw = values.get(name)
    text = "" if isinstance(raw, bool) or not isinstance(raw, int | str) else str(raw)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def count_on(url: str, parameter: str, start: int, *, total: int) -> Request | None:
    """The request for the results from number ``start`` on, counted from 0; None when there are no more."""
    if not 0 < start < min(total, _DEEPEST):
        return None
    return Request(url=with_query(url, {parameter: str(start)}), purpose=Purpose.LISTING)


def query_value(url: str, parameter: str) -> str:
    """The first value of a parameter of the address, or an empty string."""
    return next((value for name, value in query_of(url) if name == parameter), "")


def with_query(url: str, values: dict[str, str]) -> str:
    """The address with these parameters set: in place where they stood, else at the end."""
    parts = urlsplit(url)
    query = [(name, values.get(name, value)) for name, value in query_of(url)]
    known = {name for name, _ in query}
    query += [(name, value) for name, value in values.items() if name not in known]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, spell_query(query), ""))


def spell_query(query: Sequence[tuple[str, str]]) -> str:
    """The parameters as an address holds them; brackets, as in ``fields[]``, stay readable."""
    return urlencode(query, safe=":/[],")


def query_of(url: str) -> list[tuple[str, str]]:
    """The parameters of the address, in order; of an absurd number of them none."""
    try:
        return parse_qsl(urlsplit(url).query, keep_blank_values=True, max_num_fields=200)
    except ValueError:
        return []
