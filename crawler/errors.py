"""What can go wrong, sorted by who must act.

    GazetteError
    ├── UsageError               the person at the keyboard: a wrong argument, an unknown id        exit 2
    ├── ConfigError              the operator: refuse to start; names file, table, key              exit 2
    ├── StoreError               the operator: the database cannot be used                          exit 3
    │   ├── StoreLocked          somebody else holds it
    │   ├── StoreNewer           written by a newer Gazette
    │   └── SnapshotLost         a stored body cannot be read or does not match its hash
    │       └── SnapshotGone     it is not there: lost, or let go by retention
    ├── ParseError               the developer: a publisher's format we cannot read; the snapshot is kept
    └── DeliveryError            a channel refused a message
        ├── TemporaryDeliveryError   time: it is tried again
        ├── PermanentDeliveryError   the operator: it is dead-lettered at once
        └── ChannelGone              the receiver switched the channel off (HTTP 410)

Trouble of the network is no exception here: the fetcher returns it as ``FetchFailure``.
"""

from __future__ import annotations

from datetime import timedelta


class GazetteError(Exception):
    """The root of all errors that Gazette raises on purpose. ``exit_code`` is what the command line ends with."""

    exit_code = 1


class UsageError(GazetteError):
    """A wrong argument or an unknown id; the message says what was expected."""

    exit_code = 2


class ConfigError(GazetteError):
    """The configuration cannot be used. The message holds one line for each problem, with file, table and key."""

    exit_code = 2

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class StoreError(GazetteError):
    """The database cannot be used."""

    exit_code = 3


class StoreLocked(StoreError):
    """Another process holds the database longer than we are willing to wait."""


class StoreNewer(StoreError):
    """The database was written by a newer Gazette than this one."""


class SnapshotLost(StoreError):
    """A stored body is missing, or its bytes no longer match their SHA-256."""


class SnapshotGone(SnapshotLost):
    """A stored body is not there any more."""


class ParseError(GazetteError):
    """A response that claims to be what we expect and cannot be read as such.

    ``excerpt`` holds the first bytes that show why, shortened and printable.
    """

    def __init__(self, message: str, *, excerpt: str = "") -> None:
        super().__init__(f"{message} ({excerpt})" if excerpt else message)
        self.excerpt = excerpt


class DeliveryError(GazetteError):
    """A channel did not take a message. ``rest``: what to send instead next time, where some receivers have it."""

    def __init__(self, message: str, *, rest: bytes | None = None) -> None:
        super().__init__(message)
        self.rest = rest


class TemporaryDeliveryError(DeliveryError):
    """It may go better later. ``retry_after`` is set where the receiver named a pause."""

    def __init__(self, message: str, *, retry_after: timedelta | None = None, rest: bytes | None = None) -> None:
        super().__init__(message, rest=rest)
        self.retry_after = retry_after


class PermanentDeliveryError(DeliveryError):
    """It will never be taken: a wrong address, a refused sender, a payload too large."""


class ChannelGone(DeliveryError):
    """The receiver asked never to be called again (HTTP 410): the channel is switched off."""


def describe_mistake(error: Exception) -> str:
    """What to say of an exception that should not have been."""
    return f"an error in Gazette itself, please report it: {type(error).__name__}: {error}"
