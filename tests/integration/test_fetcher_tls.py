"""TLS: who is trusted, what is said when somebody is not, and what very old servers need."""

from __future__ import annotations

import ssl

import pytest
import trustme

from crawler.fetcher.tls import tls_context
from crawler.model import Fetched, FetchFailure, Verdict
from tests.fetching import fetch_once, make_source
from tests.siteserver import SiteServer


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


def serve(authority, *names):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return SiteServer(tls=context)


@pytest.fixture
def trusting(authority, tmp_path, monkeypatch):
    """The authority as a system-wide root, the way an operator would install one."""
    roots = tmp_path / "roots.pem"
    authority.cert_pem.write_to_path(str(roots))
    monkeypatch.setenv("SSL_CERT_FILE", str(roots))
    tls_context.cache_clear()
    yield
    tls_context.cache_clear()


def test_a_certificate_from_nobody_we_know_is_refused(authority):
    with serve(authority, "127.0.0.1") as site:
        answer = fetch_once(site.route("/a", "x"), make_source(site))
    assert isinstance(answer, FetchFailure)
    assert answer.verdict is Verdict.UNREACHABLE
    assert answer.reason.startswith(f"the certificate of 127.0.0.1:{site.port} is not valid: ")
    assert site.count() == 0


@pytest.mark.usefixtures("trusting")
def test_an_authority_of_the_system_is_trusted(authority):
    with serve(authority, "127.0.0.1") as site:
        assert isinstance(fetch_once(site.route("/a", "x"), make_source(site)), Fetched)


@pytest.mark.usefixtures("trusting")
def test_a_certificate_for_another_name_is_refused(authority):
    with serve(authority, "www.example.gov.cn") as site:
        answer = fetch_once(site.route("/a", "x"), make_source(site))
    assert isinstance(answer, FetchFailure)
    assert "is not valid" in answer.reason


def test_a_source_may_ask_for_leniency(authority):
    with serve(authority, "www.example.gov.cn") as site:
        assert isinstance(fetch_once(site.route("/a", "x"), make_source(site, tls="legacy")), Fetched)


def test_leniency_of_one_source_is_not_that_of_another(authority):
    with serve(authority, "127.0.0.1") as site:
        url = site.route("/a", "x")
        assert isinstance(fetch_once(url, make_source(site, tls="legacy")), Fetched)
        assert isinstance(fetch_once(url, make_source(site)), FetchFailure)


def test_plain_http_behind_an_https_address_is_explained():
    with SiteServer() as site:
        url = site.route("/a", "x").replace("http://", "https://")
        answer = fetch_once(url, make_source(site))
    assert isinstance(answer, FetchFailure)
    assert answer.reason.startswith(f"no TLS connection with 127.0.0.1:{site.port}: ")


def test_all_connections_share_one_context():
    assert tls_context("default") is tls_context("default")
    assert tls_context("default") is not tls_context("legacy")
