"""A real SMTP server on loopback that takes or refuses mail on command.

with MailServer() as server:
    …send to server.port…
    assert server.mails[0]["Subject"] == "…"
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


@dataclass
class Received:
    """One mail as the server got it."""

    sender: str
    recipients: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)  # type: ignore[return-value]


@dataclass
class Handler:
    """aiosmtpd's hooks. ``answers`` are used up one a mail; ``refused`` maps recipients to answers."""

    received: list[Received] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    sender_answer: str = ""

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.sender_answer:
            return self.sender_answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answers:
            answer = self.answers.pop(0)
            if not answer.startswith("250"):
                return answer
        self.received.append(Received(envelope.mail_from, list(envelope.rcpt_tos), envelope.original_content))
        return "250 taken"


class MailServer:
    """``tls``: a server-side context; with ``implicit`` TLS from the first byte, else STARTTLS is required.

    ``login``: the user name and password that AUTH demands.
    """

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        implicit: bool = False,
        login: tuple[str, str] | None = None,
        handler: Handler | None = None,
    ) -> None:
        self.handler = handler or Handler()
        self.port = free_port()
        settings: dict[str, Any] = {"auth_required": login is not None, "auth_require_tls": tls is not None}
        if login is not None:
            settings["authenticator"] = lambda *arguments: AuthResult(
                success=arguments[-1] == as_login(login), handled=False
            )
        if tls is not None and implicit:
            settings |= {"ssl_context": tls, "auth_require_tls": False}
        elif tls is not None:
            settings |= {"tls_context": tls, "require_starttls": True}
        self._controller = Controller(self.handler, hostname="127.0.0.1", port=self.port, **settings)

    @property
    def received(self) -> list[Received]:
        return self.handler.received

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()


def as_login(login: tuple[str, str]) -> LoginPassword:
    return LoginPassword(login[0].encode(), login[1].encode())


def free_port() -> int:
    """A port nobody listens on: aiosmtpd cannot tell which one it was given."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
