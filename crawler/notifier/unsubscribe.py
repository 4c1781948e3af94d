"""One-click unsubscribing (RFC 8058): an address that only its receiver knows, and what a request to it does.

Whoever serves the dashboard answers ``<public_url>/unsubscribe/<token>`` with ``answer``. A GET changes nothing: mail
scanners follow links. A POST switches the subscription off; what is promised to it waits until an operator resumes it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Protocol

from crawler.model import Subscription

PATH = "/unsubscribe/"
_TOKEN_LENGTH = 40


class SwitchBoard(Protocol):
    """What of the store is needed."""

    def unsubscribe_key(self) -> bytes:
        """The secret that tokens are made with."""
        ...

    def disable_subscription(self, name: str, reason: str = "") -> None:
        """Tells a subscription nothing until it is enabled again."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer to a browser or a mail program."""

    status: int
    body: str
    headers: Mapping[str, str]


def token_of(key: bytes, subscription: Subscription) -> str:
    """What only a receiver of the subscription's mail knows."""
    identity = "\n".join(("unsubscribe", subscription.name, subscription.channel))
    return hmac.new(key, identity.encode(), hashlib.sha256).hexdigest()[:_TOKEN_LENGTH]


def address_of(public_url: str, key: bytes, subscription: Subscription) -> str:
    """Where the subscription can be switched off; empty without a public address."""
    return f"{public_url.rstrip('/')}{PATH}{token_of(key, subscription)}" if public_url else ""


def answer(method: str, token: str, subscriptions: Iterable[Subscription], board: SwitchBoard) -> Page:
    """The answer to a request for ``/unsubscribe/<token>``. Raises ``StoreError``."""
    from crawler.notifier.message.labels import labels_for  # with all that shows messages; a crawl needs the address

    key = board.unsubscribe_key()
    given = token.encode("utf-8", "replace")
    found = [each for each in subscriptions if hmac.compare_digest(token_of(key, each).encode(), given)]
    if not found:
        return page(404, "en", labels_for("en")["unsubscribe_unknown"])
    labels = labels_for(found[0].language)
    name = found[0].name
    if method != "POST":
        form = f'<form method="post"><button>{escape(labels["unsubscribe"])}</button></form>'
        return page(200, found[0].language, labels["unsubscribe_ask"].format(name=name), form)
    board.disable_subscription(name, "a reader unsubscribed")
    return page(200, found[0].language, labels["unsubscribed"].format(name=name))


def page(status: int, language: str, sentence: str, more: str = "") -> Page:
    """A page of one sentence that loads nothing and may be framed nowhere."""
    body = (
        f'<!DOCTYPE html><html lang="{language}"><meta charset="utf-8"><title>Gazette</title>'
        f'<meta name="viewport" content="width=device-width"><p>{escape(sentence)}</p>{more}</html>'
    )
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    return Page(status=status, body=body, headers=headers)
