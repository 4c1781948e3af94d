"""Reading a body within bounds: on the wire and after decompression.

httpx would decompress for us, but hands a gzip bomb over in one piece; so we take the raw bytes and inflate them
in steps of 64 KiB, which bounds memory by the limit itself.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Iterator
from typing import Protocol, cast

import httpx

from crawler.fetcher.failures import Trouble, describe_size
from crawler.model import Verdict

_STEP = 64 * 1024
#: Members of one gzip stream: more than a few is a way to burn time, not to send a page.
_MOST_MEMBERS = 1000
_ENCODINGS = frozenset({"", "gzip", "deflate"})
_COMPRESSED_TYPES = ("gzip", "zip", "tar", "octet-stream", "compress")
_COMPRESSED_NAMES = (".gz", ".tgz")


class _Decoder(Protocol):
    @property
    def complete(self) -> bool:
        """Whether the stream came to its own end."""
        ...

    def decode(self, data: bytes) -> Iterator[bytes]:
        """What ``data`` adds, in pieces of at most 64 KiB more than it."""
        ...


async def read_body(response: httpx.Response, *, limit: int, cut: bool = False) -> bytes:
    """The decompressed body of ``response``, at most ``limit`` bytes of it.

    Raises ``Trouble``: ``UNEXPECTED`` for more than ``limit`` (unless ``cut``: then the beginning is returned) or an
    encoding we did not offer, ``DECODE_ERROR`` for bytes that do not inflate, ``TRUNCATED`` for a body that ends early.
    """
    encoding = _content_encoding(response)
    if not cut and _declared_length(response) > limit:
        raise _too_large(limit, response)
    body = bytearray()
    try:
        async for piece in _pieces(response, encoding, limit):
            body += piece
            if len(body) > limit and cut:
                return bytes(body[:limit])
            if len(body) > limit:
                raise _too_large(limit, response)
    except zlib.error as error:
        raise _trouble(Verdict.DECODE_ERROR, f"the body does not inflate as {encoding or 'gzip'}", response) from error
    except (httpx.ReadError, httpx.RemoteProtocolError) as error:
        received = describe_size(response.num_bytes_downloaded)
        raise _trouble(
            Verdict.TRUNCATED, f"the connection ended within the body, after {received}", response
        ) from error
    return bytes(body)


async def end_without_body(response: httpx.Response) -> None:
    """Reads to the end of a response that has no body (RFC 9110 §15.4.5), so that the connection can be used again."""
    async for _ in cast(httpx.AsyncByteStream, response.stream):
        pass  # what a server sends all the same never comes this far


async def skip_body(response: httpx.Response) -> None:
    """Reads the short body of a redirect so that the connection can be used again; gives up on a long one."""
    received = 0
    try:
        async for chunk in response.aiter_raw():
            received += len(chunk)
            if received > _STEP:
                return
    except httpx.TransportError:
        return  # nobody wanted these bytes


async def _pieces(response: httpx.Response, encoding: str, limit: int) -> AsyncIterator[bytes]:
    decoder: _Decoder | None = None
    head = b""
    received = 0
    async for chunk in response.aiter_raw():
        received += len(chunk)
        if decoder is None:
            head += chunk
            if len(head) < 2:
                continue
            chunk, decoder = head, _choose_decoder(encoding, head, _may_sniff(response))
        for piece in decoder.decode(chunk):
            yield piece
        if received > limit + _STEP:  # compressed bytes that inflate to nothing count, too
            raise _too_large(limit, response)
    if decoder is None:
        yield head
    elif not decoder.complete:
        raise _trouble(Verdict.TRUNCATED, "the compressed body ends early", response)


class _Plain:
    complete = True

    def decode(self, data: bytes) -> Iterator[bytes]:
        yield data


class _Inflater:
    """gzip (all members), zlib or raw deflate, by zlib's window bits."""

    def __init__(self, window_bits: int) -> None:
        self._window_bits = window_bits
        self._stream = zlib.decompressobj(window_bits)
        self._members = 1

    @property
    def complete(self) -> bool:
        return self._stream.eof

    def decode(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._stream.eof and not self._open_member(data):
                return  # rubbish after the end is ignored, as browsers do
            yield self._stream.decompress(data, _STEP)
            data = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail

    def _open_member(self, data: bytes) -> bool:
        self._members += 1
        if not data.startswith(b"\x1f") or self._members > _MOST_MEMBERS:
            return False
        self._stream = zlib.decompressobj(self._window_bits)
        return True


def _choose_decoder(encoding: str, head: bytes, may_sniff: bool) -> _Decoder:
    """The decoder for a declared ``encoding`` and a body that begins with ``head`` (two bytes or more).

    Some servers compress unasked and without saying so; others send raw deflate where RFC 9110 §8.4.1.2 means zlib.
    """
    if head.startswith(b"\x1f\x8b") and (encoding or may_sniff):
        return _Inflater(31)
    if encoding == "gzip":
        return _Inflater(31)
    if encoding == "deflate":
        is_zlib = head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0  # RFC 1950 §2.2
        return _Inflater(15 if is_zlib else -15)
    return _Plain()


def _may_sniff(response: httpx.Response) -> bool:
    """Whether gzip bytes under this type are transfer dress, not the thing itself (a zipped sitemap)."""
    media_type = response.headers.get("content-type", "").lower()
    return not any(word in media_type for word in _COMPRESSED_TYPES) and not _is_archive(response)


def _is_archive(response: httpx.Response) -> bool:
    return response.url.path.lower().endswith(_COMPRESSED_NAMES)


def _content_encoding(response: httpx.Response) -> str:
    declared = response.headers.get("content-encoding", "").lower().replace("x-gzip", "gzip")
    names = [name.strip() for name in declared.split(",")]
    encoding = ",".join(name for name in names if name not in ("", "identity", "none"))
    if encoding not in _ENCODINGS:
        raise _trouble(
            Verdict.UNEXPECTED, f"the body is encoded as {encoding[:50]!r}, which we did not offer", response
        )
    return encoding


def _declared_length(response: httpx.Response) -> int:
    declared = response.headers.get("content-length", "")
    return int(declared) if declared.isdecimal() and len(declared) < 19 else 0


def _too_large(limit: int, response: httpx.Response) -> Trouble:
    return _trouble(Verdict.UNEXPECTED, f"larger than {describe_size(limit)} (fetch.max_bytes)", response)


def _trouble(verdict: Verdict, reason: str, response: httpx.Response) -> Trouble:
    return Trouble(verdict, reason, status=response.status_code)
