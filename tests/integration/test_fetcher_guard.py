"""Nobody makes us talk to private networks: not by a link, not by a redirect, not by a name."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from crawler.fetcher.guard import AddressRefused, guarded_transport
from crawler.model import Fetched, FetchFailure, Verdict
from tests.fetching import fetch_once, make_request, make_source, with_fetcher
from tests.siteserver import SiteServer


@pytest.fixture
def site():
    with SiteServer() as server:
        server.route("/a", "secret")
        yield server


@pytest.fixture
def inner():
    with SiteServer() as server:
        server.route("/a", "secret")
        yield server


def assert_refused(answer):
    assert isinstance(answer, FetchFailure)
    assert answer.verdict is Verdict.BLOCKED
    assert "private address" in answer.reason
    assert "fetch.private_hosts" in answer.reason


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]"),
        *("169.254.169.254", "10.0.0.1", "192.168.1.1", "100.64.0.1", "[64:ff9b::7f00:1]", "[fd00:ec2::254]"),
    ],
)
def test_a_private_address_in_any_spelling_is_refused(site, host):
    assert_refused(fetch_once(f"http://{host}:{site.port}/a", make_source()))
    assert site.count() == 0


@pytest.mark.parametrize("target", ["http://169.254.169.254/latest/meta-data/", "http://localhost:1/", "http://[::1]/"])
def test_a_redirect_into_a_private_network_is_refused(site, target):
    answer = fetch_once(site.redirect("/out", target), make_source(site))
    assert_refused(answer)
    assert answer.url == target


def test_a_redirect_to_another_port_of_an_allowed_host_is_refused(site, inner):
    assert_refused(fetch_once(site.redirect("/out", inner.url("/a")), make_source(site)))
    assert inner.count() == 0


def test_a_name_that_leads_into_a_private_network_is_refused(site):
    async def resolve(host, port):
        return ["93.184.216.34", "127.0.0.1"]

    url = f"http://www.example.gov.cn:{site.port}/a"
    answer = with_fetcher(lambda fetcher: fetcher.fetch(make_request(url), make_source()), resolve=resolve)
    assert_refused(answer)
    assert f'"www.example.gov.cn:{site.port}"' in answer.reason


def test_a_name_that_changes_its_address_after_the_check_gains_nothing(site):
    """The address that was checked is the one that is connected to: there is no second look-up."""
    looked_up = []

    async def resolve(host, port):
        looked_up.append(host)
        return ["127.0.0.1"] if len(looked_up) == 1 else ["10.0.0.1"]

    url = f"http://www.example.gov.cn:{site.port}/a"
    source = make_source(private_hosts=("127.0.0.1",))
    answer = with_fetcher(lambda fetcher: fetcher.fetch(make_request(url), source), resolve=resolve)
    assert isinstance(answer, Fetched)
    assert looked_up == ["www.example.gov.cn"]


def test_one_source_may_not_use_a_connection_that_another_was_allowed_to_open(site):
    url = site.url("/a")

    async def run(fetcher):
        first = await fetcher.fetch(make_request(url), make_source(site))
        second = await fetcher.fetch(make_request(url), make_source(id="other", private_hosts=()))
        return first, second

    first, second = with_fetcher(run)
    assert isinstance(first, Fetched)
    assert_refused(second)


def test_allowing_private_networks_lets_all_through(site):
    source = make_source(private_hosts=(), allow_private_networks=True)
    assert isinstance(fetch_once(site.url("/a"), source), Fetched)


def test_robots_of_a_private_host_are_not_asked_either(site):
    assert_refused(fetch_once(site.url("/a"), make_source(respect_robots=True)))
    assert site.count() == 0


def call(transport, url):
    async def run():
        async with httpx.AsyncClient(transport=transport, trust_env=False) as client:
            return await client.post(url, content=b"{}")

    return asyncio.run(run())


def test_webhooks_go_through_the_same_guard(site):
    with pytest.raises(AddressRefused, match=r"127\.0\.0\.1 is a private address"):
        call(guarded_transport(), site.url("/a"))
    assert site.count() == 0
    assert call(guarded_transport(private_hosts=[f"127.0.0.1:{site.port}"]), site.url("/a")).text == "secret"
    assert call(guarded_transport(allow_private=True), site.url("/a")).status_code == 200


def test_a_refused_address_is_an_ordinary_connection_error_to_who_does_not_look_closer():
    with pytest.raises(httpx.ConnectError):
        call(guarded_transport(), "http://127.0.0.1:1/")


def test_errors_of_the_guarded_transport_are_those_of_httpx(site):
    transport = guarded_transport(allow_private=True)
    with pytest.raises(httpx.RemoteProtocolError):
        call(transport, site.route("/broken", raw=b"nonsense\r\n\r\n"))
