"""Through a proxy of either kind; what a URL spells out is guarded there, too."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import contextmanager, suppress

import pytest

from crawler.model import Fetched, FetchFailure, Verdict
from tests.fetching import fetch_once, make_request, make_source, with_fetcher
from tests.siteserver import SiteServer, make_route


@contextmanager
def socks_server(target_port):
    """A SOCKS5 server (RFC 1928) that leads every name to ``target_port`` here; yields its port and what was asked."""
    asked = []
    listener = socket.create_server(("127.0.0.1", 0))

    def pump(source, sink):
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)

    def serve(client):
        with client, suppress(OSError):
            greeting = client.recv(2)
            client.recv(greeting[1])
            client.sendall(b"\x05\x00")
            head = client.recv(4)
            length = client.recv(1)[0] if head[3] == 3 else 4
            asked.append((head[3], client.recv(length)))
            client.recv(2)
            client.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
            with socket.create_connection(("127.0.0.1", target_port)) as upstream:
                back = threading.Thread(target=pump, args=(upstream, client), daemon=True)
                back.start()
                pump(client, upstream)
                back.join()

    def accept():
        with suppress(OSError):
            while True:
                threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], asked
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


@pytest.fixture
def site():
    with SiteServer() as server:
        server.route("/a", "behind the proxy")
        yield server


@pytest.fixture
def proxy():
    """An HTTP proxy as far as plain requests go: it is asked for absolute addresses."""
    with SiteServer() as server:
        server.compute("http://www.example.gov.cn/a", lambda asked: make_route(f"via proxy: {asked.headers['host']}"))
        yield server


def test_an_http_proxy_is_asked_for_the_whole_address(proxy):
    answer = fetch_once("http://www.example.gov.cn/a", make_source(proxy=proxy.base))
    assert isinstance(answer, Fetched)
    assert answer.body == b"via proxy: www.example.gov.cn"


def test_credentials_of_the_proxy_go_to_the_proxy(proxy):
    fetch_once("http://www.example.gov.cn/a", make_source(proxy=proxy.base.replace("//", "//me:pw@")))
    assert proxy.last().headers["proxy-authorization"] == "Basic bWU6cHc="


def test_a_socks_proxy_resolves_the_name_itself(site):
    with socks_server(site.port) as (port, asked):
        answer = fetch_once("http://www.example.gov.cn/a", make_source(proxy=f"socks5h://127.0.0.1:{port}"))
    assert isinstance(answer, Fetched)
    assert answer.body == b"behind the proxy"
    assert asked == [(3, b"www.example.gov.cn")]


@pytest.mark.parametrize("url", ["http://169.254.169.254/a", "http://127.1/a", "http://localhost/a"])
def test_a_private_address_is_not_asked_of_a_proxy(proxy, url):
    answer = fetch_once(url, make_source(proxy=proxy.base))
    assert isinstance(answer, FetchFailure)
    assert answer.verdict is Verdict.BLOCKED
    assert proxy.count() == 0


def test_sources_with_and_without_a_proxy_do_not_share_connections(site, proxy):
    proxy.compute(site.url("/a"), lambda asked: make_route("via proxy"))

    async def run(fetcher):
        plain = await fetcher.fetch(make_request(site.url("/a")), make_source(site))
        proxied = await fetcher.fetch(make_request(site.url("/a")), make_source(site, proxy=proxy.base))
        return plain.body, proxied.body

    assert with_fetcher(run) == (b"behind the proxy", b"via proxy")


@pytest.mark.parametrize(
    "address", ["gopher://127.0.0.1:1", "nonsense", "http://[", "http://127.0.0.1:1", "socks5h://127.0.0.1:1"]
)
def test_a_proxy_that_cannot_be_used_is_a_failure(address):
    answer = fetch_once("http://www.example.gov.cn/a", make_source(proxy=address))
    assert isinstance(answer, FetchFailure)
    assert answer.verdict is Verdict.UNREACHABLE


def test_proxies_of_the_environment_are_not_used(site, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert isinstance(fetch_once(site.url("/a"), make_source(site)), Fetched)


def test_a_closed_proxy_does_not_stop_the_others(site):
    async def run(fetcher):
        return await asyncio.gather(
            fetcher.fetch(make_request("http://www.example.gov.cn/a"), make_source(proxy="http://127.0.0.1:1")),
            fetcher.fetch(make_request(site.url("/a")), make_source(site)),
        )

    dead, well = with_fetcher(run)
    assert isinstance(dead, FetchFailure)
    assert isinstance(well, Fetched)
