"""HTTP/1 on the wire, without a wire: bytes of a request to send, bytes of a response to understand.

An own reader, because what a byte means decides where one response ends and the next begins. Its rule for all that is
not clean HTTP: what can be understood is read once, and the connection is not used again; what says two things about
its own length is refused. So nothing a server sends can be taken for the answer to another request.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

Headers = list[tuple[bytes, bytes]]

#: Bytes of status line and headers, interim responses and trailers included.
LARGEST_HEAD = 100 * 1024
_LONGEST_CHUNK_LINE = 4096
_LONGEST_LENGTH = 18  # digits

_STATUS_LINE = re.compile(rb"HTTP/1\.([0-9]) ([1-9][0-9]{2})(?: .*)?", re.DOTALL)
_CHUNK_LINE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?", re.DOTALL)
_HEAD_END = re.compile(rb"\n\r?\n")
_TOKEN = b"!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_UNSENDABLE = re.compile(rb"[\x00\r\n]")
_TARGET = re.compile(rb"[\x21-\x7e]+")


class ProtocolFault(Exception):
    """What came is not HTTP that can be understood; the message says what is wrong with it."""


class RequestFault(Exception):
    """What is to be sent would not be one request."""


class _Part(Enum):
    HEAD = "head"
    LENGTH = "body of a known length"
    UNTIL_CLOSE = "body that ends with the connection"
    CHUNK_LINE = "length of a chunk"
    CHUNK = "chunk"
    CHUNK_END = "end of a chunk"
    TRAILERS = "trailers"
    COMPLETE = "nothing"


def render_request(method: bytes, target: bytes, headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """The head of a request. Raises ``RequestFault`` for what would be read as more than one."""
    if method.strip(_TOKEN) or not method or not _TARGET.fullmatch(target):
        raise RequestFault("its method or address holds characters that cannot be sent")
    lines = [method, b" ", target, b" HTTP/1.1\r\n"]
    for name, value in headers:
        if not name or name.strip(_TOKEN) or _UNSENDABLE.search(value):
            raise RequestFault(f"its header {name.decode('latin-1')!r} holds characters that cannot be sent")
        lines += (name, b": ", value, b"\r\n")
    lines.append(b"\r\n")
    return b"".join(lines)


class ResponseReader:
    """Understands one response to one request of ``method``: ``feed`` it bytes, then ``close``.

    ``status`` is None until the head is understood; ``waiting`` counts the bytes of the body that ``take`` would give.
    """

    def __init__(self, method: str) -> None:
        self._method = method
        self._part = _Part.HEAD
        self._buffer = bytearray()
        self._head_room = LARGEST_HEAD
        self._left = 0  # bytes of the body or of the chunk
        self._clean = True
        self.status: int | None = None
        self.headers: Headers = []
        self.waiting = 0
        self._pieces: list[bytes] = []

    @property
    def complete(self) -> bool:
        """Whether the response has ended."""
        return self._part is _Part.COMPLETE

    @property
    def reusable(self) -> bool:
        """Whether the connection may carry another request: the response ended where it said, and nothing followed."""
        return self.complete and self._clean

    def take(self) -> bytes:
        """What has come of the body since it was last asked for."""
        pieces, self._pieces, self.waiting = self._pieces, [], 0
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def feed(self, data: bytes) -> None:
        """Takes what came. Raises ``ProtocolFault``.

        What is read moves an offset, so that a server that sends a thousand chunks in a packet costs no more than one.
        """
        at, end = 0, len(data)
        while at < end:
            if self._part is _Part.LENGTH or self._part is _Part.CHUNK:
                at = self._take_counted(data, at)
            elif self._part is _Part.HEAD:
                at = self._take_head(data, at)
            elif self._part is _Part.UNTIL_CLOSE:
                self._add(data[at:])
                return
            elif self._part is _Part.COMPLETE:
                self._clean = False  # bytes that nobody asked for
                return
            else:
                at = self._take_line(data, at)

    def close(self) -> None:
        """The server has closed the connection. Raises ``ProtocolFault`` where that is no end."""
        self._clean = False
        if self._part is _Part.UNTIL_CLOSE:
            self._part = _Part.COMPLETE
        elif self._part is _Part.HEAD and not self._buffer and self._head_room == LARGEST_HEAD:
            raise ProtocolFault("it closed the connection without an answer")
        elif self._part is not _Part.COMPLETE:
            raise ProtocolFault(f"it closed the connection within the {self._part.value}")

    # -- bodies --

    def _add(self, piece: bytes) -> None:
        self._pieces.append(piece)
        self.waiting += len(piece)

    def _take_counted(self, data: bytes, at: int) -> int:
        piece = data[at : at + self._left]
        self._add(piece)
        self._left -= len(piece)
        if not self._left:
            self._part = _Part.COMPLETE if self._part is _Part.LENGTH else _Part.CHUNK_END
        return at + len(piece)

    def _take_line(self, data: bytes, at: int) -> int:
        """Adds to what waits for its end: the line before a chunk, the line after it, trailers."""
        found = data.find(b"\n", at)
        end = found if found >= 0 else len(data)
        if len(self._buffer) + end - at > _LONGEST_CHUNK_LINE:
            raise ProtocolFault("a line between chunks is too long")
        self._buffer += data[at:end]
        if found < 0:
            return end
        line = bytes(self._buffer)
        self._buffer.clear()
        self._read_chunk_line(line.removesuffix(b"\r"))
        return end + 1

    def _read_chunk_line(self, line: bytes) -> None:
        if self._part is _Part.CHUNK_END:
            if line:
                raise ProtocolFault("a chunk is longer than it said")
            self._part = _Part.CHUNK_LINE
        elif self._part is _Part.TRAILERS:
            self._head_room -= len(line) + 2
            if self._head_room < 0:
                raise ProtocolFault("its trailers are too long")
            if not line:
                self._part = _Part.COMPLETE
        else:
            found = _CHUNK_LINE.fullmatch(line)
            if not found:
                raise ProtocolFault("the length of a chunk is no number")
            self._left = int(found[1], 16)
            self._part = _Part.CHUNK if self._left else _Part.TRAILERS

    # -- heads --

    def _take_head(self, data: bytes, at: int) -> int:
        """Adds to the head. Only one that came in several pieces is put together; others are read where they stand."""
        before = len(self._buffer)
        if before:
            self._buffer += data
        text, first = (self._buffer, 0) if before else (data, at)
        end = _HEAD_END.search(text, max(first, before - 2))
        if (end.start() if end else len(text)) - first > self._head_room:
            raise ProtocolFault(f"its headers are longer than {LARGEST_HEAD} bytes")
        if not end:
            if not before:
                self._buffer += data[at:]
            self._refuse_other_protocols()
            return len(data)
        head = bytes(text[first : end.start()])
        self._buffer.clear()
        self._head_room -= end.end() - first
        self._read_head(head)
        return end.end() - before

    def _refuse_other_protocols(self) -> None:
        """Says at once that this is no HTTP, rather than to wait for the end of a line that never comes."""
        begin = bytes(self._buffer[:5])
        if not b"HTTP/".startswith(begin):
            raise ProtocolFault("what came does not begin with HTTP/1")

    def _read_head(self, head: bytes) -> None:
        text = head.removesuffix(b"\r").replace(b"\r\n", b"\n")
        if b"\0" in text or b"\r" in text:
            raise ProtocolFault("its headers hold control characters")
        lines = text.split(b"\n")
        found = _STATUS_LINE.fullmatch(lines[0])
        if not found:
            raise ProtocolFault("what came does not begin with HTTP/1")
        status, headers = int(found[2]), self._read_fields(lines[1:])
        if status == 101:
            raise ProtocolFault("it switched to another protocol, unasked")
        if status >= 200:
            self.status, self.headers = status, headers
            self._frame(status, headers, is_old=found[1] == b"0")

    def _read_fields(self, lines: list[bytes]) -> Headers:
        """The headers; a line that is none is passed over, a folded one belongs to the one before (RFC 9112 §5.2)."""
        headers: Headers = []
        for line in lines:
            name, colon, value = line.partition(b":")
            if line[:1] in (b" ", b"\t"):
                self._clean = False
                if headers:
                    headers[-1] = (headers[-1][0], headers[-1][1] + b" " + line.strip(b" \t"))
                continue
            if name.strip(_TOKEN) or not name:
                self._clean = False
                name = name.rstrip(b" \t")  # RFC 9112 §5.1
            if colon and name and not name.strip(_TOKEN):
                headers.append((name, value.strip(b" \t")))
            else:
                self._clean = False
        return headers

    def _frame(self, status: int, headers: Headers, *, is_old: bool) -> None:
        """Where the body ends (RFC 9112 §6.3), and whether the connection outlives it (§9.3)."""
        options = _words(headers, b"connection")
        if b"close" in options or (is_old and b"keep-alive" not in options):
            self._clean = False
        codings, lengths = _words(headers, b"transfer-encoding"), _words(headers, b"content-length")
        if self._method == "HEAD" or status in (204, 304):
            self._part = _Part.COMPLETE
            self._clean = self._clean and not codings  # some servers send a body all the same
        elif codings:
            if codings != [b"chunked"]:
                raise ProtocolFault("its body comes in a transfer encoding that we did not offer")
            self._clean = self._clean and not lengths and not is_old  # two lengths are how requests are smuggled
            self._part = _Part.CHUNK_LINE
        elif lengths:
            self._left = _read_length(lengths)
            self._part = _Part.LENGTH if self._left else _Part.COMPLETE
        else:
            self._part = _Part.UNTIL_CLOSE


def _words(headers: Headers, name: bytes) -> list[bytes]:
    """The comma-separated values of a header, in lower case."""
    found = [value.lower() for each, value in headers if each.lower() == name]
    return [word.strip(b" \t") for value in found for word in value.split(b",") if word.strip(b" \t")]


def _read_length(lengths: list[bytes]) -> int:
    """The one length that ``Content-Length`` names, however often it names it."""
    if len(set(lengths)) > 1:
        raise ProtocolFault("it says two different lengths of its body")
    text = lengths[0]
    if not text.isdigit() or len(text) > _LONGEST_LENGTH:
        raise ProtocolFault("the length of its body is no number")
    return int(text)
