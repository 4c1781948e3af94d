"""Chat services through the apprise library: WeCom, Feishu, DingTalk, Slack, Discord, Teams, Telegram, ntfy…

Needs ``gazette[chat]``. Only the schemes below: apprise also knows ways to files, to the desktop and to any address,
which are other channels' business or nobody's. Whatever connects does so through our address guard, and redirects are
not followed: some of these services are wherever their address says.
"""

from __future__ import annotations

import asyncio
import contextvars
import hashlib
import importlib.util
import logging
import re
import socket
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from crawler.errors import PermanentDeliveryError, TemporaryDeliveryError
from crawler.fetcher.guard import check_address
from crawler.model import Delivery, FetchPolicy, Notice
from crawler.notifier.message.chat import ChatText, compose_chat, decode_chat, encode_chat, taken_by

if TYPE_CHECKING:
    from apprise import AppriseAsset, NotifyBase

BATCHES = True

#: What may stand before ``://``, and for whom.
SCHEMES: Mapping[str, str] = {
    "bark": "Bark",
    "barks": "Bark",
    "dingtalk": "DingTalk",
    "discord": "Discord",
    "feishu": "Feishu",
    "gchat": "Google Chat",
    "gotify": "Gotify",
    "gotifys": "Gotify",
    "lark": "Lark",
    "line": "LINE",
    "matrix": "Matrix",
    "matrixs": "Matrix",
    "mmost": "Mattermost",
    "mmosts": "Mattermost",
    "nctalk": "Nextcloud Talk",
    "nctalks": "Nextcloud Talk",
    "ntfy": "ntfy",
    "ntfys": "ntfy",
    "pover": "Pushover",
    "rocket": "Rocket.Chat",
    "rockets": "Rocket.Chat",
    "schan": "ServerChan",
    "slack": "Slack",
    "tgram": "Telegram",
    "webex": "Webex",
    "wecombot": "WeCom",
    "workflows": "Microsoft Teams",
    "wxteams": "Webex",
    "zulip": "Zulip",
}
_SCHEME = re.compile(r"([a-z]+)://\S+", re.IGNORECASE)
_ADDRESS = re.compile(r"\w+://\S+")
_LONGEST_REASON = 300
_CONNECTION_FAILED = re.compile(r"new connection: (?:\[Errno -?\d+\] )?(.+?)['\")]*$")
#: Who may be connected to while a message is sent; None outside of that.
_GATE: contextvars.ContextVar[Gate | None] = contextvars.ContextVar("apprise_gate", default=None)
_installing = threading.Lock()


@dataclass(frozen=True)
class Gate:
    """Who may be connected to, and whom it refused and why."""

    policy: FetchPolicy
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Options:
    """``[[channel]]`` of kind ``apprise``."""

    urls: tuple[str, ...]
    """Addresses as apprise writes them, such as ``wecombot://KEY``. Where one fails, that one is tried again."""
    allow_private_networks: bool = False
    """Whether loopback, private and link-local addresses may be sent to."""
    private_hosts: tuple[str, ...] = ()
    """Exceptions: ``name:port``, ``192.168.1.0/24``; without a port all ports."""

    def __post_init__(self) -> None:
        if not self.urls:
            raise ValueError("urls must name at least one address")
        for url in self.urls:
            check_scheme(url)
        if importlib.util.find_spec("apprise") is None:
            raise ValueError("kind apprise needs the chat extra: pip install 'gazette[chat]'")


def check_scheme(url: str) -> None:
    """Raises ``ValueError``, without the tokens of the address, where apprise shall not be used for it."""
    found = _SCHEME.fullmatch(url.strip())
    if not found:
        raise ValueError("urls must be addresses such as wecombot://KEY")
    scheme = found[1].lower()
    if scheme not in SCHEMES:
        raise ValueError(f"urls holds {scheme}://, which is none of {' '.join(sorted(SCHEMES))}")


def render(notice: Notice, options: object) -> bytes:
    """Title and body as JSON. Pure."""
    return encode_chat(compose_chat(notice))


async def send(payload: bytes, delivery: Delivery, options: object) -> None:
    """Hands the message to every address that has not taken it, at once and each for itself.

    Raises ``TemporaryDeliveryError`` where a service did not take it, ``PermanentDeliveryError`` where addresses are
    left that cannot be used; both say who has it now.
    """
    settings = cast(Options, options)
    text, taken = decode_chat(payload), taken_by(payload)
    left = {mark_of(url): url for url in settings.urls if mark_of(url) not in taken}
    tellings = (asyncio.to_thread(tell, url, text, settings) for url in left.values())
    outcomes = dict(zip(left, await asyncio.gather(*tellings, return_exceptions=True), strict=True))
    for outcome in outcomes.values():
        if isinstance(outcome, BaseException) and not isinstance(outcome, PermanentDeliveryError):
            raise outcome
    failed = {mark: outcome for mark, outcome in outcomes.items() if outcome}
    if not failed:
        return
    taken |= left.keys() - failed.keys()
    rest = encode_chat(text, taken) if taken else None
    reasons = "; ".join(map(str, failed.values()))
    if all(isinstance(outcome, PermanentDeliveryError) for outcome in failed.values()):
        raise PermanentDeliveryError(reasons, rest=rest)
    raise TemporaryDeliveryError(reasons, rest=rest)


def mark_of(url: str) -> str:
    """What an address is remembered by: its tokens are nobody's business."""
    return hashlib.sha256(url.strip().encode()).hexdigest()[:16]


def tell(url: str, text: ChatText, settings: Options) -> str:
    """Why the service did not take the message; empty where it did. Raises ``PermanentDeliveryError``."""
    name = SCHEMES[url.partition("://")[0].strip().lower()]
    service = find_service(url)
    if service is None:
        raise PermanentDeliveryError(f"{name}: apprise does not understand the address; see its page for the service")
    install_guard()
    policy = FetchPolicy(allow_private_networks=settings.allow_private_networks, private_hosts=settings.private_hosts)
    gate = Gate(policy)
    token = _GATE.set(gate)
    try:
        with overhearing() as said:
            taken = service.notify(title=text.title, body=text.body)
    finally:
        _GATE.reset(token)
    if gate.refused and not taken:
        raise PermanentDeliveryError(f"{name}: {gate.refused[0]}")
    return "" if taken else f"{name}: {explain(said)}"


def find_service(url: str) -> NotifyBase | None:
    """Apprise's plug-in for the address, which splits what is too long for its service; None where it knows none."""
    with _installing, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its hundred plug-ins some use what Python will drop
        from apprise import Apprise, OverflowMode

        service = Apprise.instantiate(url, asset=make_asset(), suppress_exceptions=True)
    if service is not None:
        service.overflow_mode = OverflowMode.SPLIT
    return service


@lru_cache(maxsize=1)
def make_asset() -> AppriseAsset:
    """How apprise shall behave: no redirects, no files, no plug-ins from elsewhere, our name."""
    from apprise import AppriseAsset

    return AppriseAsset(app_id="Gazette", app_desc="Gazette", http_redirects=False, plugin_paths=[], storage_path=None)


# -- the address guard ---------------------------------------------------------------------------------------------


def install_guard() -> None:
    """Lets every connection of ``requests`` ask the guard while a message is sent. Once; elsewhere nothing changes.

    At connect time and on the address itself, so that it holds for whatever a plug-in asks for, and for names that
    change their address in between.
    """
    from urllib3.util import connection

    with _installing:
        plain = connection.create_connection
        if getattr(plain, "is_guarded", False):
            return

        def create_connection(address: tuple[str, int], *arguments: Any, **values: Any) -> socket.socket:  # noqa: ANN401
            gate = _GATE.get()
            return plain(address if gate is None else find_way(address, gate), *arguments, **values)

        create_connection.is_guarded = True  # type: ignore[attr-defined]
        connection.create_connection = create_connection


def find_way(address: tuple[str, int], gate: Gate) -> tuple[str, int]:
    """The checked address to connect to. Raises ``OSError`` where the guard refuses, or the name leads nowhere."""
    host, port = address
    found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]) for each in found]
    if reason := check_address(host, port, addresses, gate.policy):
        gate.refused.append(reason)
        raise OSError(reason)
    return addresses[0], port


# -- reasons -------------------------------------------------------------------------------------------------------


class Ear(logging.Handler):
    """Keeps what apprise logs in one thread while a message is sent: it says no reason otherwise."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.thread = threading.get_ident()
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keeps the message, if it is of our own thread."""
        if record.thread == self.thread:
            self.said.append(record.getMessage())


@contextmanager
def overhearing() -> Iterator[list[str]]:
    """What apprise says meanwhile, nothing of which reaches our log: it repeats addresses with their tokens."""
    logger, ear = logging.getLogger("apprise"), Ear()
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    logger.addHandler(ear)
    try:
        yield ear.said
    finally:
        logger.removeHandler(ear)


def explain(said: list[str]) -> str:
    """The reason among what was said, without addresses."""
    telling = [line for line in said if "Failed" in line or "rror" in line or "Exception" in line]
    lines = [found[1] if (found := _CONNECTION_FAILED.search(line)) else line for line in telling[:3]]
    told = " ".join(_ADDRESS.sub("…", line) for line in lines)
    return " ".join(told.split())[:_LONGEST_REASON] or "the service did not take the message"
