"""Who is trusted over TLS, and how far we go to reach very old servers."""

from __future__ import annotations

import ssl
from functools import cache

import httpx


@cache
def tls_context(mode: str) -> ssl.SSLContext:
    """The one TLS context for ``fetch.tls`` = ``mode``; building one costs 20 ms, so all connections share it.

    It trusts the bundled roots and the system's (``SSL_CERT_FILE`` included). ``legacy`` reaches servers that
    speak only TLS 1.0, weak keys or unsafe renegotiation, or send incomplete or expired chains: it verifies nothing.
    """
    context = httpx.create_ssl_context(trust_env=False)
    if mode == "legacy":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0x4)  # named since Python 3.12
    else:
        context.load_default_certs()
    context.set_alpn_protocols(["http/1.1"])
    return context
