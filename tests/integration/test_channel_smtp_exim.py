"""Mail through a real mail server of a distribution: exim4 as Debian ships it, with STARTTLS and AUTH."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import tempfile
import time
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import trustme

from crawler.errors import PermanentDeliveryError, TemporaryDeliveryError
from crawler.notifier.channels import smtp
from tests.mailserver import free_port
from tests.notices import make_change, make_delivery, make_notice, make_summary

pytestmark = pytest.mark.slow

EXIM = shutil.which("exim4", path="/usr/sbin:/usr/bin:" + os.environ.get("PATH", ""))
CONFIG = """
primary_hostname = mail.example.org
spool_directory = {folder}/spool
log_file_path = {folder}/log/%slog
pid_file_path =
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port}
message_size_limit = 2M
tls_advertise_hosts = *
tls_certificate = {folder}/server.pem
acl_smtp_rcpt = check_recipient
queue_run_in_order
keep_environment =
deliver_drop_privilege

begin acl
check_recipient:
  deny    message = log in first
          !authenticated = *
  deny    message = no such user
          local_parts = gone
  accept

begin routers
everybody:
  driver = accept
  transport = kept

begin transports
kept:
  driver = appendfile
  directory = {folder}/mail
  maildir_format
  user = Debian-exim

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_advertise_condition = ${{if def:tls_in_cipher}}
  server_condition = ${{if and{{{{eq{{$auth2}}{{desk}}}}{{eq{{$auth3}}{{s3cret}}}}}}}}
  server_set_id = $auth2
"""


@pytest.fixture(scope="module")
def exim():
    """The port of a running exim, what its certificate is trusted by, and the folder that mail arrives in."""
    if EXIM is None or os.geteuid() != 0:
        if os.environ.get("GAZETTE_NO_SKIP"):
            pytest.fail("exim4 is not installed, or this is not root; .ci/run installs it")
        pytest.skip("needs exim4, and root to start it")
    folder = Path(tempfile.mkdtemp(prefix="gazette-exim-"))
    folder.chmod(0o755)
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    for name in ("spool", "log", "mail"):
        (folder / name).mkdir()
        shutil.chown(folder / name, "Debian-exim")
    shutil.chown(folder / "server.pem", "Debian-exim")
    port = free_port()
    config = folder / "exim.conf"
    config.write_text(CONFIG.format(folder=folder, port=port))
    daemon = subprocess.Popen(
        [EXIM, "-C", str(config), "-bdf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        wait_until(lambda: answers(port))
        yield port, folder
    finally:
        daemon.terminate()
        daemon.wait(60)
        shutil.rmtree(folder, ignore_errors=True)


def wait_until(is_true, seconds=60.0):
    deadline = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.05)


def answers(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            return connection.recv(64).startswith(b"220")
    except OSError:
        return False


def reach(exim, **values):
    port, folder = exim
    plain = {
        "host": "127.0.0.1",
        "port": port,
        "security": "starttls",
        "ca_file": folder / "ca.pem",
        "username": "desk",
        "password": "s3cret",
        "from_": "官报 <gazette@example.org>",
        "to": ("desk@example.org",),
        "timeout": timedelta(seconds=20),
    }
    return smtp.Options(**{**plain, **values})


def mail(options, notice):
    asyncio.run(smtp.send(smtp.render(notice, options), make_delivery(), options))


def test_a_mail_arrives_whole_through_a_real_server(exim):
    title = "鼎湖区前三季度经济运行情况" * 12
    mail(reach(exim), make_notice(make_change(article=make_summary(title=title))))
    wait_until(lambda: list((exim[1] / "mail" / "new").glob("*")))
    (arrived,) = (exim[1] / "mail" / "new").glob("*")
    message = message_from_bytes(arrived.read_bytes(), policy=policy.default)
    assert message["Subject"].startswith("EDITED, unannounced: 鼎湖区前三季度经济运行情况")
    assert message["Message-ID"] == "<dlv_0123@example.org>"
    assert message["From"].addresses[0].display_name == "官报"
    assert "TLS" in message["Received"]
    assert title[:100] in message.get_body(("plain",)).get_content()
    assert "<del" in message.get_body(("html",)).get_content()
    assert not message.defects


def test_without_a_login_the_message_waits_for_the_operator(exim):
    with pytest.raises((TemporaryDeliveryError, PermanentDeliveryError), match="log in first"):
        mail(reach(exim, username="", password=""), make_notice(make_change()))


def test_a_wrong_password_waits_for_the_operator(exim):
    with pytest.raises(TemporaryDeliveryError, match="check username and password"):
        mail(reach(exim, password="wr0ng"), make_notice(make_change()))


def test_a_recipient_that_is_no_more_is_a_dead_letter(exim):
    with pytest.raises(PermanentDeliveryError, match="no such user"):
        mail(reach(exim, to=("gone@example.org",)), make_notice(make_change()))


def test_a_certificate_nobody_vouches_for_is_refused(exim):
    with pytest.raises(TemporaryDeliveryError, match=r"(?i)certificate"):
        mail(reach(exim, ca_file=None), make_notice(make_change()))
