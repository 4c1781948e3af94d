"""The receiving end of the demo: a real SMTP server that keeps its mail, a webhook receiver that refuses at first."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from crawler.demo.server import listening


@dataclass(slots=True)
class Mailbox:
    """Keeps every mail it receives as a file."""

    folder: Path
    received: list[Path] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Takes one mail (the name is aiosmtpd's)."""
        path = self.folder / f"{len(self.received) + 1:02}.eml"
        content = envelope.content or b""
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.received.append(path)
        return "250 kept"


@dataclass(slots=True)
class Hook:
    """Receives Standard Webhooks: checks each signature, refuses the first attempts, counts what it took."""

    secret: str
    refusals_left: int = 0
    refused: int = 0
    forged: int = 0
    bodies: dict[str, set[bytes]] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)
    first_refused: set[str] = field(default_factory=set)

    def receive(self, headers: dict[str, str], body: bytes) -> int:
        """The status to answer with."""
        delivery = headers.get("webhook-id", "")
        if not self.is_signed(headers, body):
            self.forged += 1
            return 401
        self.bodies.setdefault(delivery, set()).add(body)
        if self.refusals_left > 0:
            self.refusals_left -= 1
            self.refused += 1
            self.first_refused.add(delivery)
            return 503
        self.taken[delivery] = self.taken.get(delivery, 0) + 1
        return 204

    def is_signed(self, headers: dict[str, str], body: bytes) -> bool:
        """Whether the signature is right (Standard Webhooks 1.0: HMAC-SHA256 over id, timestamp and body)."""
        key = base64.b64decode(self.secret.removeprefix("whsec_"))
        signed = f"{headers.get('webhook-id')}.{headers.get('webhook-timestamp')}.".encode() + body
        expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
        return any(hmac.compare_digest(expected, each) for each in headers.get("webhook-signature", "").split())

    @property
    def was_exact(self) -> bool:
        """Whether every delivery was taken once, and every retry carried the same bytes under its id."""
        once = all(count == 1 for count in self.taken.values())
        same = all(len(bodies) == 1 for bodies in self.bodies.values())
        return once and same and self.first_refused <= self.taken.keys() and not self.forged

    def types(self) -> list[str]:
        """The types of the events that were taken, in order."""
        return [json.loads(next(iter(self.bodies[delivery])))["type"] for delivery in self.taken]


@contextmanager
def receive_mail(folder: Path) -> Iterator[tuple[Mailbox, int]]:
    """A mailbox behind a real SMTP server on a free port."""
    folder.mkdir(parents=True, exist_ok=True)
    mailbox = Mailbox(folder)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield mailbox, port
    finally:
        controller.stop()


@contextmanager
def receive_webhooks(hook: Hook) -> Iterator[str]:
    """A webhook receiver on a free port; yields its base address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status = hook.receive({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            self.send_header("Content-Length", "0")
            if status == 503:
                self.send_header("Retry-After", "1")
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Says nothing: the story is told elsewhere."""

    with listening(Handler) as address:
        yield address
