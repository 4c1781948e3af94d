"""What an ``auto`` source is: probed once, then remembered."""

from __future__ import annotations

from dataclasses import dataclass, replace

from crawler.errors import ParseError
from crawler.model import Assessment, Fetched, Purpose, Request, Response, Source, SourceState, Verdict
from crawler.parser.kinds import find_kind
from crawler.ports import Fetcher

AUTO = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """A source whose kind is known, and the response it was recognised by, so that nothing is fetched twice.

    ``trouble`` is set, and the kind still ``auto``, when the source could not be recognised.
    """

    source: Source
    response: Response | None = None
    trouble: Assessment | None = None


async def resolve_kind(fetcher: Fetcher, source: Source, state: SourceState | None) -> Resolved:
    """The source as the kind it is. A kind recognised earlier stands while the address is the same."""
    if source.kind != AUTO:
        return Resolved(source=source)
    if state is not None and state.kind:
        remembered = as_kind(source, state.kind)
        if remembered.address == state.address:
            return Resolved(source=remembered)
    response = await fetcher.fetch(Request(url=source.url, purpose=Purpose.LISTING), source)
    if not isinstance(response, Fetched):
        return Resolved(source=source, response=response)
    return recognise(source, response)


def recognise(source: Source, fetched: Fetched) -> Resolved:
    """Which kind reads this response, or why none does."""
    from crawler.parser.probe import probe  # only sources of unknown kind need it
    from crawler.parser.verdict import assess

    assessment = assess(fetched, expect="listing")
    if assessment.verdict is not Verdict.OK:
        return Resolved(source=source, response=fetched, trouble=assessment)

    try:
        found = probe(fetched)
    except ParseError as error:
        return Resolved(
            source=source, response=fetched, trouble=Assessment(verdict=Verdict.UNEXPECTED, reason=str(error))
        )
    if found.url != fetched.url:
        reason = f"the list lies at {found.url}; watch that address, with kind = {found.kind!r}"
        return Resolved(source=source, response=fetched, trouble=Assessment(verdict=Verdict.UNEXPECTED, reason=reason))
    return Resolved(source=as_kind(source, found.kind), response=fetched)


def as_kind(source: Source, kind: str) -> Source:
    """The same source read by ``kind`` with that kind's default options."""
    return replace(source, kind=kind, options=find_kind(kind).Options())
