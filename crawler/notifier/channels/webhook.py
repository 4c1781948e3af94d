"""HTTP POST of JSON, signed as Standard Webhooks 1.0 (standardwebhooks.com) says.

The delivery's id is ``webhook-id``, the same on every attempt; the signature covers the exact bytes that were frozen
at the first. Redirects are not followed and private addresses are refused unless the channel allows them: an
address that was typed in once can point anywhere later.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn, cast
from urllib.parse import urlsplit

import httpx

from crawler.errors import ChannelGone, DeliveryError, PermanentDeliveryError, TemporaryDeliveryError
from crawler.fetcher.guard import AddressRefused, guarded_transport
from crawler.model import Delivery, IncidentState, Notice
from crawler.record import Record, change_record, encode_record, incident_record, show_utc

BATCHES = False
PARALLEL = 4

#: Bytes of diff in one message; receivers limit their bodies, and the whole of it is in the store.
DIFF_LIMIT = 128 * 1024
#: Bytes of records in one message: many servers take no more than a mebibyte.
BODY_LIMIT = 768 * 1024
#: What may be left of each list in a record that is cut short, the longest that fits, and of each text.
SHORT_LISTS, SHORT_TEXT = (300, 30, 3), 1000
#: Bytes of a record that is cut short in a digest.
SHORT_RECORD = 4096
#: Bytes of an answer that are read: enough for a reason.
ANSWER_LIMIT = 2048
LONGEST_RETRY_AFTER = timedelta(hours=24)
STATUS_GONE = 410


@dataclass(frozen=True, kw_only=True)
class Options:
    """``[[channel]]`` of kind ``webhook``."""

    url: str
    """Where messages are posted to, ``https://…`` or ``http://…``."""
    secret: str = ""
    """The signing secret, ``whsec_`` and base64; while it is rotated several, separated by spaces. Empty: unsigned."""
    timeout: timedelta = timedelta(seconds=20)
    """For a whole attempt."""
    allow_private_networks: bool = False
    """Whether loopback, private and link-local addresses may be posted to."""
    private_hosts: tuple[str, ...] = ()
    """Exceptions: ``name:port``, ``192.168.1.0/24``; without a port all ports."""
    headers: tuple[tuple[str, str], ...] = ()
    """Further headers, such as an authorization."""

    def __post_init__(self) -> None:
        read_secrets(self.secret)
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("url must be an address that starts with https:// or http://")


def render(notice: Notice, options: object) -> bytes:
    """The body: ``type``, ``timestamp`` and ``data``. Pure."""
    kind, data = event_of(notice)
    return encode_record({"type": kind, "timestamp": show_utc(notice.created_at), "data": data})


def event_of(notice: Notice) -> tuple[str, Record]:
    """The event's type and its data: a change record, an incident, or lists of both in a digest.

    A digest of more than a body takes says how many are ``left_out``; they are in the store all the same.
    """
    if notice.kind == "test":
        return "test", {"subscription": notice.subscription.name}
    room = BODY_LIMIT // 4 if notice.changes else BODY_LIMIT
    incidents, lost = fit_records([incident_record(each) for each in notice.incidents], room)
    changes, more = fit_records(bounded_records(notice), BODY_LIMIT - sum(map(size_of, incidents)))
    if notice.kind != "digest" and len(notice.changes) == 1 and not incidents:
        return f"article.{notice.changes[0].kind.value}", changes[0]
    if notice.kind != "digest" and len(notice.incidents) == 1 and not changes:
        is_over = notice.incidents[0].state is IncidentState.CLOSED
        return "source.recovered" if is_over else "source.incident", incidents[0]
    left_out = {"left_out": lost + more} if lost + more else {}
    return "digest", {"changes": changes, "incidents": incidents, **left_out}


def fit_records(records: Sequence[Record], limit: int) -> tuple[list[Record], int]:
    """As many records as ``limit`` bytes hold, from the first, and how many are left out.

    The first ones are whole; those after two thirds of the room are cut short, so that more of them are named.
    """
    is_one = len(records) == 1
    fitting: list[Record] = []
    left, whole = limit, limit if is_one else limit * 2 // 3
    for each in records:
        fits = size_of(each) <= whole
        record = each if fits else cut_short(each, limit if is_one else SHORT_RECORD)
        size = size_of(record)
        if size > left and not is_one:
            break
        fitting.append(record)
        left, whole = left - size, whole - size
    return fitting, len(records) - len(fitting)


def size_of(record: Record) -> int:
    """How many bytes it takes in a body, with what separates it from the next."""
    return len(encode_record(record)) + 1


def cut_short(record: Record, limit: int) -> Record:
    """The record with every key, shorter lists and texts, and ``truncated`` to say so, where it is too long."""
    short = record
    for length in SHORT_LISTS:
        if size_of(short) <= limit:
            break
        short = {**{key: shorten(value, length) for key, value in record.items()}, "truncated": True}
    return short


def shorten(value: object, length: int) -> object:
    """A value of a record with lists of at most ``length``; addresses stay whole, for half of one leads nowhere."""
    if isinstance(value, dict):
        return {key: shorten(each, length) for key, each in value.items()}
    if isinstance(value, list):
        return [shorten(each, length) for each in value[:length]]
    if isinstance(value, str) and len(value) > SHORT_TEXT and not value.startswith(("http://", "https://")):
        return value[: SHORT_TEXT - 1] + "…"
    return value


def bounded_records(notice: Notice) -> list[Record]:
    """The change records; where diffs are too long together, hunks are left out and ``diff_truncated`` says so."""
    share = DIFF_LIMIT // max(1, len(notice.changes))
    return [bound_diff(change_record(change, public_url=notice.public_url), share) for change in notice.changes]


def bound_diff(record: Record, limit: int) -> Record:
    """``record`` with as many hunks, from the first, as ``limit`` bytes hold."""
    kept: list[Any] = []
    for hunk in record["diff"]:
        limit -= len(encode_record(hunk))
        if limit < 0:
            return {**record, "diff": kept, "diff_truncated": True}
        kept.append(hunk)
    return record


async def send(payload: bytes, delivery: Delivery, options: object) -> None:
    """Posts once. Raises ``ChannelGone`` after a 410, ``PermanentDeliveryError`` where the guard refuses the address,
    ``TemporaryDeliveryError`` for everything else that is not a 2xx in time.
    """
    settings = cast(Options, options)
    headers = {
        **dict(settings.headers),
        "content-type": "application/json",
        "user-agent": "gazette/1.0 (webhook)",
        **signed_headers(payload, delivery.id, settings.secret, timestamp=int(time.time())),
    }
    try:
        async with asyncio.timeout(settings.timeout.total_seconds()):
            status, retry_after, answer = await post(settings, payload, headers)
    except AddressRefused as error:
        raise PermanentDeliveryError(f"{shown(settings.url)}: {error}") from error
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError, OSError) as error:
        reason = str(error) or type(error).__name__
        if isinstance(error, TimeoutError):
            reason = f"no answer within {settings.timeout.total_seconds():g} s"
        raise TemporaryDeliveryError(f"{shown(settings.url)}: {reason}") from error
    if not 200 <= status < 300:
        refuse(settings.url, status, retry_after, answer)


async def post(settings: Options, payload: bytes, headers: dict[str, str]) -> tuple[int, str, str]:
    """Status, ``Retry-After`` and the beginning of the answer."""
    transport = guarded_transport(
        allow_private=settings.allow_private_networks, private_hosts=settings.private_hosts, connections=1
    )
    async with (
        httpx.AsyncClient(transport=transport, trust_env=False, follow_redirects=False, timeout=None) as client,  # noqa: S113 - send bounds the whole attempt
        client.stream("POST", settings.url, content=payload, headers=headers) as response,
    ):
        answer = b"" if response.is_success else await read_beginning(response)
        return response.status_code, response.headers.get("retry-after", ""), answer.decode("utf-8", "replace")


async def read_beginning(response: httpx.Response) -> bytes:
    """At most ``ANSWER_LIMIT`` bytes as they came over the wire."""
    read = b""
    async for chunk in response.aiter_raw():
        read += chunk[: ANSWER_LIMIT - len(read)]
        if len(read) >= ANSWER_LIMIT:
            break
    return read


def refuse(url: str, status: int, retry_after: str, answer: str) -> NoReturn:
    """Raises what a status other than 2xx means."""
    if status == STATUS_GONE:
        raise ChannelGone(f"{shown(url)} answered 410: the receiver wants no more messages")
    raise TemporaryDeliveryError(
        explain_status(url, status, answer), retry_after=read_retry_after(retry_after, now=datetime.now(UTC))
    )


def explain_status(url: str, status: int, answer: str) -> str:
    """A sentence for the operator."""
    if 300 <= status < 400:
        return f"{shown(url)} answered {status}: redirects are not followed, configure the final address"
    said = " ".join(answer.split())[:200]
    return f"{shown(url)} answered {status}" + (f": {said}" if said else "")


def shown(url: str) -> str:
    """The server of ``url`` alone: user, path and query often hold a token, and this goes to logs."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def read_retry_after(value: str, *, now: datetime) -> timedelta | None:
    """``Retry-After`` in seconds or as an HTTP date (RFC 9110 §10.2.3), within a day; None for anything else."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    pause = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return min(max(pause, timedelta(0)), LONGEST_RETRY_AFTER)


# -- signing -----------------------------------------------------------------------------------------------------


def signed_headers(payload: bytes, delivery_id: str, secret: str, *, timestamp: int) -> dict[str, str]:
    """The three headers of the standard; without a secret no signature. ``timestamp``: seconds, of this attempt."""
    try:
        keys = read_secrets(secret)
    except ValueError as error:
        raise as_delivery_error(error) from error
    headers = {"webhook-id": delivery_id, "webhook-timestamp": str(timestamp)}
    if keys:
        signed = b".".join((delivery_id.encode(), str(timestamp).encode(), payload))
        headers["webhook-signature"] = " ".join(sign(signed, key) for key in keys)
    return headers


def sign(signed: bytes, key: bytes) -> str:
    """``v1,`` and the base64 of HMAC-SHA256."""
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def read_secrets(secret: str) -> Sequence[bytes]:
    """The keys in ``secret``. Raises ``ValueError``, without telling the secret."""
    written = secret.split()
    if not all(each.startswith("whsec_") for each in written):
        raise ValueError("secret must begin with whsec_, be it one or several separated by spaces")
    try:
        keys = [base64.b64decode(pad(each.removeprefix("whsec_")), validate=True) for each in written]
    except (binascii.Error, ValueError) as error:
        raise ValueError("secret must be whsec_ followed by base64") from error
    if not all(keys):
        raise ValueError("secret must not be empty after whsec_")
    return keys


def pad(text: str) -> str:
    """Base64 with the padding that some generators leave out."""
    return text + "=" * (-len(text) % 4)


def as_delivery_error(error: ValueError) -> DeliveryError:
    """A secret that cannot be used is for the operator to mend; the message waits."""
    return TemporaryDeliveryError(f"cannot sign: {error}")
