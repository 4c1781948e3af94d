"""The next page of lists that are asked for by number: one parameter of the address counts."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from crawler.model import Purpose, Request

#: No list goes deeper; a larger number is no page.
_DEEPEST = 100_000


def count_up(url: str, parameter: str, *, first: int = 1) -> Request | None:
    """The request for the page after ``url``: its ``parameter`` plus one; an address without it is page ``first``.

    None where the parameter holds no page number.
    """
    raw = query_value(url, parameter)
    number = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 7 else None if raw else first
    if number is None or number >= _DEEPEST:
        return None
    return Request(url=with_query(url, {parameter: str(number + 1)}), purpose=Purpose.LISTING)


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
