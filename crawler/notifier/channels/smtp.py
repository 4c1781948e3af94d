"""Mail: text and HTML, threaded by article, over plain SMTP, STARTTLS or TLS."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from crawler.errors import DeliveryError, PermanentDeliveryError, TemporaryDeliveryError
from crawler.model import Delivery, Notice
from crawler.notifier.dress import TemplateBroken, check_once, dress
from crawler.notifier.message import MailText, compose_mail, compose_plain
from crawler.notifier.message.harmless import one_line
from crawler.notifier.message.labels import labels_for

if TYPE_CHECKING:
    from aiosmtplib import SMTP, SMTPResponseException

BATCHES = True
PARALLEL = 2

log = logging.getLogger(__name__)

#: Lines of 7-bit characters pass every server: the bytes are frozen long before we know what the server can.
POLICY = SMTP_POLICY.clone(cte_type="7bit")
#: Answers that mean "log in first" or "not like this" (RFC 4954 §6): the operator mends them, the message waits.
AUTHENTICATION_CODES = frozenset({530, 534, 535, 538})
QUIT_SECONDS = 2.0
_BARE_ADDRESS = re.compile(r"[^\s@,;<>]+@[^\s@,;<>]+")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, kw_only=True)
class Options:
    """``[[channel]]`` of kind ``smtp``."""

    host: str = "localhost"
    """The mail server's name."""
    port: int = 25
    """Its port: 25 or 1025 plain, 587 STARTTLS, 465 TLS."""
    security: Literal["none", "starttls", "tls"] = "none"
    """``starttls`` refuses a server that does not offer it; ``tls`` speaks TLS from the first byte."""
    username: str = ""
    """For AUTH; empty: no login."""
    password: str = ""
    """For AUTH."""
    ca_file: Path | None = None
    """Certificates to trust instead of the system's, PEM."""
    timeout: timedelta = timedelta(seconds=30)
    """For a whole message."""
    from_: str = "Gazette <gazette@localhost>"
    """The sender."""
    to: tuple[str, ...]
    """The recipients."""
    templates: Path | None = None
    """A folder with ``mail.html.j2``, ``mail.txt.j2`` or both, in place of ours (docs/messages.md)."""

    def __post_init__(self) -> None:
        if not self.to:
            raise ValueError("to must name at least one recipient")
        for written in (self.from_, *self.to):
            read_address(written)
        if self.templates is not None:
            check_once(self.templates)


# -- the message -------------------------------------------------------------------------------------------------


def render(notice: Notice, options: object) -> bytes:
    """The whole message with its headers. Pure, but for ``Date``, which is when it was made.

    Where the words of a page would not stay where they belong, the plain text goes out under a subject of our own.
    """
    settings = cast(Options, options)
    if len(settings.to) > 1:  # what one reader does must not silence the others
        notice = replace(notice, unsubscribe_url="")
    written = compose(notice, settings.templates)
    try:
        return freeze(address_message(notice, settings, written))
    except ValueError:
        log.exception("delivery %s goes out as plain text", notice.delivery_id)
        bland = replace(compose_plain(notice), subject=f"Gazette: {id_part(notice.subscription.name)}")
        return freeze(address_message(notice, settings, bland))


def freeze(message: EmailMessage) -> bytes:
    """The bytes of ``message``. Raises ``ValueError`` where a reader would find other headers than were written."""
    payload = message.as_bytes()
    found = BytesHeaderParser(policy=POLICY).parsebytes(payload).keys()
    if found != message.keys():
        raise ValueError(f"the message would begin with other headers than its own: {', '.join(found)[:200]}")
    return payload


def address_message(notice: Notice, settings: Options, written: MailText) -> EmailMessage:
    """The message with its headers."""
    domain = domain_of(settings.from_)
    message = EmailMessage(policy=POLICY)
    message["From"] = read_address(settings.from_)
    message["To"] = tuple(read_address(address) for address in settings.to)
    message["Subject"] = plain_words(written.subject)
    message["Date"] = format_datetime(wall_clock())
    message["Message-ID"] = f"<{id_part(notice.delivery_id)}@{domain}>"
    if root := thread_root(notice, domain):
        message["In-Reply-To"] = root
        message["References"] = root
    message["List-Id"] = f"<{id_part(notice.subscription.name)}.gazette.{domain}>"
    if notice.unsubscribe_url.startswith("https://"):  # RFC 8058 §3.1 knows no other
        message["List-Unsubscribe"] = f"<{notice.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Gazette-Delivery"] = id_part(notice.delivery_id)
    message.set_content(written.text)
    if written.html:
        message.add_alternative(written.html, subtype="html")
    return message


def plain_words(text: str) -> str:
    """``text`` without encoded words (RFC 2047 §2): setting a header decodes them, line breaks and all."""
    return text.replace("=?", "= ?")


def compose(notice: Notice, templates: Path | None) -> MailText:
    """Text and HTML; where a template is broken the plain words, because the news matters more than its dress.

    The mail itself says so: whoever reads it may know whom to tell.
    """
    from jinja2 import TemplateError

    try:
        return dress(notice, templates) if templates else compose_mail(notice)
    except (TemplateError, TemplateBroken) as error:
        log.error("a mail template is broken; delivery %s goes out as plain text: %s", notice.delivery_id, error)
        plain = compose_plain(notice)
        reason = labels_for(notice.subscription.language)["template_broken"].format(reason=one_line(str(error), 300))
        return replace(plain, text=f"{plain.text}\n-- \n{reason}\n")


def wall_clock() -> datetime:
    """The real time: ``Date`` keeps it even where decisions are made as of another."""
    return datetime.now(UTC)


def thread_root(notice: Notice, domain: str) -> str:
    """What all messages about one article refer to, so that clients show them as one thread; empty for several.

    No message bears this id: clients thread by common references (RFC 5256), and the first message about an
    article is not known to be the first when it is written.
    """
    articles = {change.article.id for change in notice.changes}
    if len(articles) != 1 or notice.incidents:
        return ""
    return f"<article-{id_part(articles.pop())}@{domain}>"


def id_part(text: str) -> str:
    """``text`` as it may stand in an identifier (RFC 5322 dot-atom)."""
    return _NOT_IN_ID.sub("-", text).strip(".-")[:120] or "gazette"


def address_of(written: str) -> str:
    """The bare address of ``Name <a@b>``."""
    return read_address(written).addr_spec


def read_address(written: str) -> Address:
    """``Name <a@b>`` as a header takes it. Raises ``ValueError`` where there is no address."""
    name, bracket, rest = written.strip().rpartition("<")
    bare = rest.removesuffix(">") if bracket else written.strip()
    if not bare.isascii() or not _BARE_ADDRESS.fullmatch(bare):
        raise ValueError(f"{written!r} is no mail address")
    try:
        return Address(display_name=name.strip().strip('"'), addr_spec=bare)
    except (HeaderParseError, IndexError) as error:
        raise ValueError(f"{written!r} is no mail address ({error})") from error


def domain_of(written: str) -> str:
    """The part of an address after the @."""
    return address_of(written).rpartition("@")[2]


# -- sending -----------------------------------------------------------------------------------------------------


async def send(payload: bytes, delivery: Delivery, options: object) -> None:
    """One connection, one message. A server that took it for at least one recipient has taken responsibility.

    Raises ``PermanentDeliveryError`` where sender, all recipients or content are refused for good, else
    ``TemporaryDeliveryError``.
    """
    settings = cast(Options, options)
    where = f"{settings.host}:{settings.port}"
    try:
        async with asyncio.timeout(settings.timeout.total_seconds()):
            refused = await hand_over(payload, settings)
    except TimeoutError as error:
        raise TemporaryDeliveryError(f"{where}: no answer within {settings.timeout.total_seconds():g} s") from error
    except (OSError, ssl.SSLError) as error:
        raise TemporaryDeliveryError(f"{where}: {error}") from error
    if refused:
        log.warning("%s refused some recipients of delivery %s: %s", where, delivery.id, "; ".join(refused))


async def hand_over(payload: bytes, settings: Options) -> Sequence[str]:
    """Speaks SMTP; the answers for those recipients that were refused while others were taken."""
    from aiosmtplib import SMTP, SMTPException

    client = SMTP(
        hostname=settings.host,
        port=settings.port,
        local_hostname=own_name(),
        use_tls=settings.security == "tls",
        start_tls=False,
        tls_context=tls_context(settings.ca_file) if settings.security != "none" else None,
        timeout=settings.timeout.total_seconds(),
    )
    try:
        await introduce(client, settings)
        refused, _ = await client.sendmail(address_of(settings.from_), [address_of(to) for to in settings.to], payload)
    except SMTPException as error:
        raise as_delivery_error(error, settings) from error
    except ssl.SSLError:  # one of them is also a ValueError
        raise
    except ValueError as error:  # an address or a login that cannot be put on the wire
        raise PermanentDeliveryError(f"{settings.host}:{settings.port}: {error}") from error
    finally:
        await part(client)
    return [f"{address}: {answer.code} {answer.message}" for address, answer in refused.items()]


async def introduce(client: SMTP, settings: Options) -> None:
    """Connects, step by step, so that ``part`` can close what a failed step leaves open."""
    await client.connect()
    if settings.security == "starttls":
        await client.starttls()
    if settings.username:
        await client.login(settings.username, settings.password)


async def part(client: SMTP) -> None:
    """Says goodbye, if there is time; what the server took stays taken."""
    from aiosmtplib import SMTPException

    transport = cast("asyncio.Transport | None", client.transport)
    try:
        if client.is_connected:
            with contextlib.suppress(SMTPException, OSError, TimeoutError):
                await client.quit(timeout=QUIT_SECONDS)
    finally:
        client.close()
        if transport is not None:
            transport.abort()  # TLS would wait for the other side's farewell
            await asyncio.sleep(0)  # the socket is closed in the next turn of the loop


def as_delivery_error(error: Exception, settings: Options) -> DeliveryError:
    """Who must act, from what the server said."""
    from aiosmtplib import (
        SMTPAuthenticationError,
        SMTPDataError,
        SMTPRecipientsRefused,
        SMTPResponseException,
        SMTPSenderRefused,
    )

    where = f"{settings.host}:{settings.port}"
    if isinstance(error, SMTPRecipientsRefused):
        answers = [f"{each.recipient}: {each.code} {each.message}" for each in error.recipients]
        sort = PermanentDeliveryError if all(is_final(each) for each in error.recipients) else TemporaryDeliveryError
        return sort(f"{where} refused every recipient ({'; '.join(answers)[:300]})")
    if isinstance(error, SMTPResponseException):
        said = f"{error.code} {' '.join(str(error.message).split())[:200]}"
        if isinstance(error, SMTPAuthenticationError) or error.code in AUTHENTICATION_CODES:
            return TemporaryDeliveryError(f"{where} refused the login; check username and password ({said})")
        final = isinstance(error, SMTPSenderRefused | SMTPDataError) and is_final(error)
        return PermanentDeliveryError(f"{where}: {said}") if final else TemporaryDeliveryError(f"{where}: {said}")
    return TemporaryDeliveryError(f"{where}: {error}")


def is_final(answer: SMTPResponseException) -> bool:
    """Whether the same message would be refused again (RFC 5321 §4.2.1), whoever logs in."""
    return answer.code >= 500 and answer.code not in AUTHENTICATION_CODES


def own_name() -> str:
    """How we introduce ourselves; without asking the name server, which can take long."""
    name = socket.gethostname()
    return name if re.fullmatch(r"[A-Za-z0-9.-]+", name) else "localhost"


@lru_cache(maxsize=16)
def tls_context(ca_file: Path | None) -> ssl.SSLContext:
    """Verifies certificates and names. Building one costs about 20 ms, so messages share it. Raises ``OSError``."""
    return ssl.create_default_context(cafile=ca_file)
