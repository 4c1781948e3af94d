"""What an article is compared with, when a newer reader reads it than read what is known of it. Pure.

Two readings can only be compared if one reader made both. So the bytes of the last known state are read again, by
today's reader: where that comes to another text, this is the article's new ground, a revision told to nobody, and what
still differs from the page of today is what its publisher has changed.
"""

from __future__ import annotations

from dataclasses import replace

from crawler.differ.compare import Comparison, compare
from crawler.differ.fields import link_key
from crawler.differ.fingerprint import fingerprint, version
from crawler.differ.identity import entry_keys
from crawler.errors import ParseError
from crawler.model import (
    Article,
    Attachment,
    FactType,
    Fetched,
    KnownArticle,
    Observation,
    Purpose,
    Request,
    Revision,
    Source,
)
from crawler.parser.article import READER_VERSION, article_from_entry, read_article
from crawler.parser.kinds import find_kind
from crawler.pipeline.looks import ArticleLook

#: Differences that may be the reader's own. Whatever else differs is told even where nothing shows who made it.
HARMLESS = frozenset({FactType.WORDING, FactType.LINK})


def is_outdated(known: KnownArticle) -> bool:
    """Whether what is known of the article was read, or fingerprinted, by an earlier version."""
    return known.reader < READER_VERSION or not known.fingerprint.startswith(f"{version()}:")


def is_read_anew(look: ArticleLook) -> bool:
    """Whether today's reader made the article of a look, and not an earlier one, with only a file swapped since."""
    return look.article is not None and (look.facts is not None or not look.asked)


def needs_ground(look: ArticleLook) -> bool:
    """Whether the look shows an article that was known through an earlier reader, and by the same kind of page."""
    if look.known is None or look.before is None or look.article is None:
        return False
    same_kind = look.before.article.origin == look.article.origin
    # A dry run does not write the ground that it found, and finds it again.
    is_behind = is_outdated(look.known) or look.before.number < look.known.revision
    return same_kind and is_read_anew(look) and is_behind


def proofs_of(revision: Revision, known: KnownArticle) -> list[Observation]:
    """What was answered where the revision's text can be read again: its own proof, or the last look that agreed."""
    proof = revision.evidence
    if proof is None or is_of_a_file(proof, revision.article):
        return []
    last = replace(proof, sha256=known.body_sha256) if revision.article.origin == "page" else proof
    return [each for each in dict.fromkeys((proof, last)) if each.sha256]


def is_of_a_file(proof: Observation, article: Article) -> bool:
    """Whether the proof is one of the article's files and not the page around them."""
    at = link_key(proof.url)
    return at != link_key(article.url) and any(link_key(each.url) == at for each in article.attachments)


def as_answered(proof: Observation, body: bytes) -> Fetched:
    """The response of that time, as far as it is kept."""
    return Fetched(
        request=Request(url=proof.url, purpose=Purpose.ARTICLE),
        url=proof.url,
        status=proof.status or 200,
        headers=proof.headers,
        body=body,
        sha256=proof.sha256,
        fetched_at=proof.fetched_at,
    )


def read_again(fetched: Fetched, revision: Revision, known: KnownArticle, source: Source) -> Article | None:
    """What today's reader makes of the bytes that the revision was read from; None where it finds no article."""
    if revision.article.origin == "listing":
        article = _from_listing(fetched, known, source)
    else:
        article = read_article(fetched, source, entry=known.entry).article
    return with_known_files(article, revision.article) if article else None


def _from_listing(fetched: Fetched, known: KnownArticle, source: Source) -> Article | None:
    try:
        entries = find_kind(source.kind).parse_listing(source, fetched).entries
    except ParseError:
        return None
    keys = set(known.keys)
    entry = next((each for each in entries if keys.intersection(entry_keys(each, source.id))), None)
    return article_from_entry(entry, source) if entry else None


def with_known_files(article: Article, before: Article) -> Article:
    """The article with what is known of its files: their bytes lie elsewhere, and are not read again."""
    known = {link_key(each.url): each for each in before.attachments}
    return replace(article, attachments=tuple(_complete(each, known) for each in article.attachments))


def _complete(attachment: Attachment, known: dict[str, Attachment]) -> Attachment:
    found = known.get(link_key(attachment.url))
    if found is None or attachment.sha256:
        return attachment
    return replace(attachment, sha256=found.sha256, blocks=found.blocks, note=found.note, read_by=found.read_by)


def stand_on(look: ArticleLook, ground: Article | None) -> ArticleLook:
    """The look with the before as today's reader has it; ``ground`` None: the bytes of that time cannot be read."""
    if look.known is None or look.before is None:
        return look
    if ground is None:
        return replace(look, unproven=True)
    renewed = renew(look.known, look.before, ground)
    known = agree(look.known, ground) if renewed is None else rebase(look.known, renewed)
    return replace(look, known=known, before=renewed or look.before, ground=renewed)


def renew(known: KnownArticle, before: Revision, ground: Article) -> Revision | None:
    """The revision that today's reader makes of the same bytes; None where it says what it said."""
    if compare(before.article, ground) is None:
        return None
    return replace(before, number=known.revision + 1, article=ground, fingerprint=fingerprint(ground))


def agree(known: KnownArticle, ground: Article) -> KnownArticle:
    """The article, now that today's reader reads what an earlier one read."""
    return replace(known, reader=READER_VERSION, fingerprint=fingerprint(ground))


def rebase(known: KnownArticle, renewed: Revision) -> KnownArticle:
    """The article on its new ground. An edit in doubt was one from the old ground: it is looked for anew."""
    return replace(agree(known, renewed.article), revision=renewed.number, title=renewed.article.title, suspicion=None)


def may_be_the_reader(look: ArticleLook, comparison: Comparison) -> bool:
    """Whether what differs may be all the newer reader's doing: no bytes to compare, and no critical fact differs."""
    if not look.unproven or "title" in comparison.fields:
        return False
    return all(fact.type in HARMLESS for fact in comparison.facts)
