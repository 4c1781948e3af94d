"""Source kinds: the folder is the registry. One module here is one word for ``kind`` in the configuration.

A kind satisfies :class:`crawler.ports.Kind`: it says what to request and turns bytes into facts. No kind knows
another; what several need stands beside this folder (``feeds``, ``lists``) or below.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from functools import cache, lru_cache
from typing import cast

from crawler.errors import UsageError
from crawler.model import Entry, Fetched, Purpose, Request, Source, SourceState, Validators
from crawler.ports import Kind
from crawler.text.urls import is_http


@lru_cache(maxsize=1)
def kind_names() -> tuple[str, ...]:
    """The names of all kinds, sorted."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_")))


@cache
def find_kind(name: str) -> Kind:
    """The kind of that name. Raises ``UsageError`` that names the nearest known kinds."""
    if name not in kind_names():
        near = difflib.get_close_matches(name, kind_names(), n=2, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"known kinds: {', '.join(kind_names())}"
        raise UsageError(f"unknown kind {name!r}; {hint}")
    return cast(Kind, importlib.import_module(f"{__name__}.{name}"))


def page_limit(source: Source) -> int:
    """How many pages of its listing one ordinary check of the source reads (option ``max_pages``; at least 1)."""
    return max(1, int(getattr(source.options, "max_pages", 1)))


def ask_for_listing(
    source: Source, state: SourceState | None, *, url: str = "", headers: tuple[tuple[str, str], ...] = ()
) -> Request:
    """A GET of the listing's address that repeats what the server told us to repeat (RFC 9110 §13.1)."""
    validators = state.validators if state is not None else Validators()
    return Request(url=url or source.url, purpose=Purpose.LISTING, headers=headers, validators=validators)


def ask_for_page(source: Source, entry: Entry) -> Request | None:
    """A GET of the entry's page; None where the listing's own text is the article (``follow = false``)."""
    if not source.follow or not is_http(entry.url):
        return None
    return Request(url=entry.url, purpose=Purpose.ARTICLE)


def is_own_answer(source: Source, fetched: Fetched) -> bool:
    """Whether a response that says "not found" is how the source's interface says that there is nothing to list.

    A kind may have a function ``is_answer`` to recognise such; most need none.
    """
    recognise = getattr(find_kind(source.kind), "is_answer", None)
    return recognise is not None and bool(recognise(fetched))
