"""Mail over a real SMTP server: plain, STARTTLS, TLS, AUTH, and everything it may answer."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
import time
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP as SMTP_POLICY

import pytest
import trustme

from crawler.errors import PermanentDeliveryError, TemporaryDeliveryError
from crawler.notifier import message
from crawler.notifier.channels import smtp
from tests.mailserver import MailServer, free_port
from tests.notices import make_change, make_delivery, make_notice, make_summary

LOGIN = ("desk", "s3cret,päss")


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def server_tls(authority):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    return context


@pytest.fixture
def ca_file(authority, tmp_path):
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    return tmp_path / "ca.pem"


def reach(port, **values):
    return smtp.Options(
        **{
            "host": "127.0.0.1",
            "port": port,
            "from_": "官报 <gazette@example.org>",
            "to": ("desk@example.org",),
            "timeout": timedelta(seconds=5),
            **values,
        }
    )


def mail(options, notice=None, delivery=None):
    payload = smtp.render(notice or make_notice(make_change()), options)
    asyncio.run(smtp.send(payload, delivery or make_delivery(), options))
    return payload


def test_a_mail_arrives_as_text_and_html_in_any_script():
    with MailServer() as server:
        mail(reach(server.port))
    (received,) = server.received
    assert received.sender == "gazette@example.org"
    assert received.message["Subject"] == "EDITED, unannounced: 全区一季度经济运行情况 (11% → 1.1%)"
    assert received.message["From"].addresses[0].display_name == "官报"
    text, html = received.message.iter_parts()
    assert "同比增长 [-11%-]{+1.1%+}" in text.get_content()
    assert "<del" in html.get_content()


def test_a_frozen_mail_passes_servers_that_know_only_seven_bits():
    payload = smtp.render(make_notice(make_change(article=make_summary(title="長" * 5000))), reach(25))
    assert payload.isascii()
    assert max(len(line) for line in payload.split(b"\r\n")) <= 998
    assert b"\n" not in payload.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "title",
    [
        "=?utf-8?q?Fee=0d=0aBcc:_evil@example.org=0d=0a=0d=0aThe_mail_begins_here?=",
        "=?utf-8?q?=ff=fe?= notice on the fee",
        "费用=?gb2312?b?uNs=?= =?utf-8?q?=0aX-Evil:_1?=",
        "==??utf-8?q?=0aX-Evil:_1?=",
    ],
)
def test_a_title_writes_no_headers_and_says_what_it_said(title):
    options = reach(25)
    plain = message_from_bytes(smtp.render(make_notice(make_change()), options), policy=SMTP_POLICY)
    payload = smtp.render(make_notice(make_change(article=make_summary(title=title))), options)
    parsed = message_from_bytes(payload, policy=SMTP_POLICY)
    assert parsed.keys() == plain.keys()
    assert title.replace("=?", "= ?")[:40] in parsed["Subject"]
    assert title in parsed.get_body(("plain",)).get_content()


def test_where_words_would_become_headers_plain_text_goes_out(monkeypatch, caplog):
    monkeypatch.setattr(smtp, "plain_words", lambda text: text)
    evil = make_change(article=make_summary(title="=?utf-8?q?Fee=0d=0aBcc:_evil@example.org?="))
    parsed = message_from_bytes(smtp.render(make_notice(evil), reach(25)), policy=SMTP_POLICY)
    assert parsed["Subject"] == "Gazette: all-to-desk"
    assert parsed["Bcc"] is None
    assert "Fee" in parsed.get_content()
    assert "other headers than its own" in caplog.text


def test_headers_identify_the_delivery_the_list_and_the_thread():
    with MailServer() as server:
        mail(reach(server.port))
    headers = server.received[0].message
    assert headers["Message-ID"] == "<dlv_0123@example.org>"
    assert headers["References"] == headers["In-Reply-To"] == "<article-a41b0c@example.org>"
    assert headers["List-Id"] == "<all-to-desk.gazette.example.org>"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["X-Gazette-Delivery"] == "dlv_0123"


def test_two_messages_about_one_article_refer_to_the_same_thread():
    first, second = (smtp.render(make_notice(make_change(name)), reach(25)) for name in ("1", "2"))
    both = make_notice(make_change("1"), make_change("2"))
    other = make_notice(make_change("1"), make_change("3", article=make_summary(id="other")))
    root = b"References: <article-a41b0c@example.org>"
    assert root in first
    assert root in second
    assert root in smtp.render(both, reach(25))
    assert b"References" not in smtp.render(other, reach(25))


def test_the_date_is_the_real_one():
    payload = smtp.render(make_notice(make_change()), reach(25))
    assert time.strftime("%Y", time.gmtime()).encode() in payload.split(b"Date: ")[1].splitlines()[0]


def test_a_hostile_title_and_name_add_no_header():
    notice = make_notice(
        make_change(article=make_summary(title="Fees\r\nBcc: all@example.org\r\n\r\nbody")), name="a\r\nX-Evil: 1"
    )
    with MailServer() as server:
        mail(reach(server.port), notice)
    received = server.received[0]
    assert received.recipients == ["desk@example.org"]
    assert received.message["Bcc"] is None
    assert received.message["X-Evil"] is None
    assert received.message["Subject"].startswith("EDITED, unannounced: Fees Bcc: all@example.org")


def test_starttls_with_a_login(server_tls, ca_file):
    with MailServer(tls=server_tls, login=LOGIN) as server:
        mail(reach(server.port, security="starttls", ca_file=ca_file, username=LOGIN[0], password=LOGIN[1]))
    assert len(server.received) == 1


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # it does not know of implicit TLS
def test_tls_from_the_first_byte_with_a_login(server_tls, ca_file):
    with MailServer(tls=server_tls, implicit=True, login=LOGIN) as server:
        mail(reach(server.port, security="tls", ca_file=ca_file, username=LOGIN[0], password=LOGIN[1]))
    assert len(server.received) == 1


def test_a_server_without_starttls_gets_nothing_where_it_was_demanded(ca_file):
    with MailServer() as server, pytest.raises(TemporaryDeliveryError, match="STARTTLS"):
        mail(reach(server.port, security="starttls", ca_file=ca_file))
    assert server.received == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_nobody_vouches_for_is_refused(server_tls, security):
    with (
        MailServer(tls=server_tls, implicit=security == "tls") as server,
        pytest.raises(TemporaryDeliveryError, match=r"(?i)certificate"),
    ):
        mail(reach(server.port, security=security))
    assert server.received == []


def test_a_certificate_file_that_is_not_there_is_named(tmp_path):
    with MailServer() as server, pytest.raises(TemporaryDeliveryError, match=f"127.0.0.1:{server.port}"):
        mail(reach(server.port, security="starttls", ca_file=tmp_path / "none.pem"))


def test_a_wrong_password_waits_for_the_operator(server_tls, ca_file):
    with (
        MailServer(tls=server_tls, login=LOGIN) as server,
        pytest.raises(TemporaryDeliveryError, match="check username and password") as caught,
    ):
        mail(reach(server.port, security="starttls", ca_file=ca_file, username="desk", password="wr0ng"))
    assert "wr0ng" not in str(caught.value)


def test_a_login_that_is_demanded_and_missing_waits_for_the_operator(server_tls, ca_file):
    with (
        MailServer(tls=server_tls, login=LOGIN) as server,
        pytest.raises(TemporaryDeliveryError, match="check username and password"),
    ):
        mail(reach(server.port, security="starttls", ca_file=ca_file))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("451 try later", TemporaryDeliveryError),
        ("421 closing", TemporaryDeliveryError),
        ("552 too large", PermanentDeliveryError),
        ("554 spam", PermanentDeliveryError),
    ],
)
def test_the_answer_to_the_content_says_who_must_act(answer, error):
    with MailServer() as server:
        server.handler.answers = [answer]
        with pytest.raises(error, match=answer):
            mail(reach(server.port))


@pytest.mark.parametrize(
    ("answer", "error"), [("450 busy", TemporaryDeliveryError), ("550 no such sender", PermanentDeliveryError)]
)
def test_the_answer_to_the_sender_says_who_must_act(answer, error):
    with MailServer() as server:
        server.handler.sender_answer = answer
        with pytest.raises(error, match=answer):
            mail(reach(server.port))


def test_a_mail_taken_for_one_recipient_is_sent_and_the_other_is_reported(caplog):
    with MailServer() as server:
        server.handler.refused = {"gone@example.org": "550 no such user"}
        mail(reach(server.port, to=("desk@example.org", "Gone <gone@example.org>")))
    assert server.received[0].recipients == ["desk@example.org"]
    assert "gone@example.org: 550 no such user" in caplog.text


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        (("550 no", "550 no"), PermanentDeliveryError),
        (("550 no", "451 greylisted"), TemporaryDeliveryError),
    ],
)
def test_a_mail_nobody_may_get_is_dead_only_where_every_refusal_is_final(answers, error):
    to = ("a@example.org", "b@example.org")
    with MailServer() as server:
        server.handler.refused = dict(zip(to, answers, strict=True))
        with pytest.raises(error, match="refused every recipient"):
            mail(reach(server.port, to=to))


def test_nobody_listening_is_temporary_and_named():
    port = free_port()
    with pytest.raises(TemporaryDeliveryError, match=f"127.0.0.1:{port}"):
        mail(reach(port))


def test_a_silent_server_costs_no_more_than_the_timeout():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        with pytest.raises(TemporaryDeliveryError, match=r"no answer within 0\.3 s"):
            mail(reach(silent.getsockname()[1], timeout=timedelta(seconds=0.3)))
        assert time.monotonic() - began < 60


def test_a_server_that_hangs_up_after_taking_the_mail_has_taken_it():
    taken = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve_one_rude_session, args=(listener, taken))
        thread.start()
        mail(reach(listener.getsockname()[1]))
        thread.join(5)
    assert taken.is_set()


def serve_one_rude_session(listener, taken):
    connection, _ = listener.accept()
    with connection, connection.makefile("rwb") as stream:
        stream.write(b"220 hello\r\n")
        stream.flush()
        while not taken.is_set():
            line = stream.readline()
            if line.startswith(b"DATA"):
                stream.write(b"354 go on\r\n")
                stream.flush()
                while stream.readline() != b".\r\n":
                    pass
                taken.set()
            stream.write(b"250 OK\r\n")
            stream.flush()


def test_a_broken_template_sends_plain_words_instead(monkeypatch, caplog):
    from jinja2 import DictLoader

    broken = message.environment().overlay(loader=DictLoader({"mail.txt.j2": "{{ view.nothing }}"}))
    monkeypatch.setattr(message, "environment", lambda: broken)
    with MailServer() as server:
        mail(reach(server.port))
    received = server.received[0].message
    assert received.get_content_type() == "text/plain"
    assert "11% → 1.1%" in received.get_content()
    assert "template is broken" in caplog.text


@pytest.mark.parametrize("written", ["nobody", "a@b@c d", "a@b\r\nX: 1", "", "<>", "a@", "编辑@example.org"])
def test_what_is_no_address_is_refused_when_it_is_configured(written):
    with pytest.raises(ValueError, match="no mail address"):
        smtp.Options(to=(written,))


def test_without_recipients_there_is_no_channel():
    with pytest.raises(ValueError, match="at least one recipient"):
        smtp.Options(to=())


def test_a_name_with_a_comma_needs_no_quotes():
    assert smtp.address_of("Desk, The <desk@example.org>") == "desk@example.org"
