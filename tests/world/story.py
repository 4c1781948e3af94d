"""A world with everything at once: many sites, each with noises of its own, true events and trouble, from one seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from random import Random

from crawler.model import FactType
from tests.world import words
from tests.world.catalogue import NOISES
from tests.world.grammar import IN_TEXT, other_value, respell, write_notice
from tests.world.play import Clock, open_theatre
from tests.world.shapes import SHAPES
from tests.world.site import FAREWELLS, Post, Site, ago
from tests.world.trouble import TROUBLES, Trouble
from tests.world.truth import Happening, Illness, Score, Truth, score

STEP = timedelta(hours=12, minutes=7)
#: A site publishes at least once in so many steps, unless it is ill: silence would be trouble of its own.
LONGEST_SILENCE = 5
#: Noises that make a publisher's marks meaningless: who announces something every minute announces nothing.
MARK_NOISES = frozenset({"comment_bumps_updated", "updated_stamp_only"})
CRITICAL = (*IN_TEXT, FactType.ATTACHMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a world is. ``edits`` is how many critical edits a site makes at every step of its ordinary life.

    The dense world has a site of each shape with ``dense_posts``, all of which are edited ``dense_steps`` times.
    """

    copies: int
    posts: int
    steps: int
    edits: int
    dense_posts: int
    dense_steps: int
    shapes: tuple[str, ...] = tuple(SHAPES)


SMALL = Size(copies=1, posts=12, steps=20, edits=1, dense_posts=3, dense_steps=5)
FULL = Size(copies=2, posts=24, steps=44, edits=2, dense_posts=20, dense_steps=13)
#: In the dense world every post changes at every check, which no guard would believe: it is switched off there.
UNGUARDED = "[source.guard]\nmass_minimum = 100000\n"


@dataclass
class Director:
    """Makes things happen to one site, and writes down the truth."""

    site: Site
    rng: Random
    truth: Truth
    edits: int
    ill_until: int = -1
    sick: Trouble | None = None
    turn: int = 0
    swaps: float = 0
    published: int = 0
    reverts: list[tuple[int, Post]] = field(default_factory=list)
    calm: set[int] = field(default_factory=set)

    # -- what a step holds ----------------------------------------------------------------------------------------

    def act(self, step: int) -> None:
        """Everything that happens to the site between two checks."""
        if self.sick is not None and step >= self.ill_until:
            self.recover()
        if step - self.published > LONGEST_SILENCE and self.sick is None:
            self.publish(step)
        if step in self.calm:
            return
        may_remove = not self.calm & set(range(step, step + 5))
        for number, post in [each for each in self.reverts if each[0] <= step]:
            self.reverts.remove((number, post))
            self.revert(step, post)
        for _ in range(self.edits):
            self.edit(step)
        for chance, happen in self.chances():
            if self.rng.random() < chance and (may_remove or happen != self.remove):
                happen(step)

    def edit_all(self, step: int) -> None:
        """One critical edit of every post."""
        for post in self.site.posts:
            self.edit_post(step, post)

    def chances(self) -> list[tuple[float, Callable[[int], None]]]:
        """What else may happen in a step, and how likely it is."""
        return [
            (0.4, self.publish),
            (0.12, self.remove),
            (0.25, self.restore),
            (0.06, self.move),
            (0.12, self.mend_typo),
            (0.08, self.edit_twice),
            (0.06, self.edit_and_take_back),
        ]

    def choose(self, step: int) -> Post | None:
        """A post to which nothing happened lately."""
        free = [post for post in self.site.posts if not post.gone and step - post.touched > 5]
        return self.rng.choice(free) if free else None

    def note(self, step: int, kind: str, post: Post, **more: object) -> None:
        post.touched = step
        happening = Happening(kind=kind, site=self.site, post=post, step=step, **more)  # type: ignore[arg-type]
        self.truth.happenings.append(happening)

    # -- events ---------------------------------------------------------------------------------------------------

    def edit(self, step: int) -> None:
        """One critical edit; the types take turns, so that each is as frequent as the others."""
        post = self.choose(step)
        if post is not None:
            self.edit_post(step, post)

    def edit_post(self, step: int, post: Post) -> None:
        """The next critical edit. A post without a file leaves every other swap to the next that has one."""
        self.turn += 1
        kind = CRITICAL[self.turn % len(CRITICAL)]
        if kind is FactType.ATTACHMENT:
            self.swaps += 1 if post.file else 0.5
        silent = self.announce(post)
        if self.swaps >= 1 and post.file:
            self.swaps -= 1
            post.file_version += 1
            swapped = (FactType.ATTACHMENT, "old", "new")
            self.note(step, "edited", post, sort="attachment", fact=swapped, silent=silent)
            return
        kind = self.rng.choice(IN_TEXT) if kind is FactType.ATTACHMENT else kind
        old, new = self.change(post, kind)
        self.note(step, "edited", post, sort=kind.value, fact=(kind, old, new), silent=silent)

    def change(self, post: Post, kind: FactType) -> tuple[str, str]:
        """Puts another value into a slot; returns both as printed."""
        place = self.rng.choice(list(post.draft.slots(kind)))
        slot = post.draft.at(place)
        assert not isinstance(slot, str)
        other = other_value(self.rng, self.site.language, slot)
        post.former, post.draft = post.draft, post.draft.put(place, other)
        return slot.text, other.text

    def announce(self, post: Post) -> bool | None:
        """Lets the publisher's mark move, or not; returns what ``silent`` must say (None: nobody can know)."""
        loud = self.rng.random() < 0.4 and self.site.shape.marks
        seen, now = post.updated, self.site.now()
        if loud:
            post.updated = now
        # A mark that gives the day alone does not move twice on one day.
        unclear = loud and seen is not None and now - seen < timedelta(days=2) and self.site.language == "ja"
        unclear = unclear or any(noise.name in MARK_NOISES for noise in self.site.noises)
        return None if unclear else not loud

    def publish(self, step: int) -> None:
        self.published = step
        mark = f"{self.site.id[:2]}{self.site.born + 1}"
        draft = write_notice(self.rng, self.site.language, mark)
        self.note(step, "new", self.site.publish(draft, file=self.rng.random() < 0.6))

    def remove(self, step: int) -> None:
        post = self.choose(step)
        if post is None:
            return
        ways = [name for name in FAREWELLS if name.startswith("deleted") == (self.site.shape.kind == "wechat")]
        post.gone = self.rng.choice(ways)
        self.note(step, "removed", post, sort=post.gone, removed_by=FAREWELLS[post.gone][1])

    def restore(self, step: int) -> None:
        gone = [post for post in self.site.posts if post.gone and step - post.touched > 7]
        if gone:
            post = self.rng.choice(gone)
            post.gone = ""
            self.note(step, "restored", post)

    def move(self, step: int) -> None:
        """The post gets another address; the old one sends its readers on, or is simply gone."""
        post = self.choose(step)
        if post is None or self.site.shape.kind in ("wechat", "blogger"):
            return
        old = post.path
        post.path = old.replace(post.slug, f"{post.slug}-2").replace(str(post.number), f"{post.number}2")
        post.paths.append(post.path)
        post.forward = old if self.rng.random() < 0.5 else ""
        self.note(step, "moved", post, sort="forwarded" if post.forward else "gone")

    def mend_typo(self, step: int) -> None:
        """A slip is made, or mended."""
        post = self.choose(step)
        for right, wrong in words.TYPOS[self.site.language] if post else ():
            pair = (wrong, right) if post.typo == (right, wrong) else (right, wrong)
            draft = respell(post.draft, *pair)
            if draft is not None:
                post.former, post.draft, post.typo = post.draft, draft, (right, wrong)
                self.note(step, "edited", post, sort="typo")
                return

    def edit_twice(self, step: int) -> None:
        """Two edits between two checks are one change."""
        post = self.choose(step)
        if post is None:
            return
        before = post.draft
        self.change(post, FactType.MONEY)
        self.change(post, FactType.DATE)
        post.former = before
        self.note(step, "edited", post, sort="twice")

    def edit_and_take_back(self, step: int) -> None:
        """An edit, and some checks later the old text again: both are told."""
        post = self.choose(step)
        if post is None:
            return
        old, new = self.change(post, FactType.PERCENT)
        self.note(step, "edited", post, sort="edit", fact=(FactType.PERCENT, old, new))
        post.touched = step + 8
        self.reverts.append((step + 4, post))

    def revert(self, step: int, post: Post) -> None:
        if post.former is None or post.gone:
            return
        post.draft, post.former = post.former, post.draft
        self.note(step, "edited", post, sort="revert")

    # -- trouble ----------------------------------------------------------------------------------------------------

    def fall_ill(self, step: int, trouble: Trouble) -> None:
        self.sick, self.ill_until = trouble, step + trouble.checks
        self.site.trouble = trouble.noise
        reasons, end = trouble.reasons, step + min(trouble.checks, 3)
        self.truth.illnesses.append(Illness(site=self.site, name=trouble.name, begin=step, end=end, reasons=reasons))

    def recover(self) -> None:
        self.site.trouble, self.sick = None, None

    def purge(self, step: int, way: str) -> None:
        """Two posts in five vanish in one night."""
        posts = [post for post in self.site.posts if not post.gone and post.touched < step]
        victims = self.rng.sample(posts, max(6, len(posts) * 2 // 5))
        for post in victims:
            post.gone, post.touched = way, step
        self.truth.illnesses.append(
            Illness(
                site=self.site,
                name=f"mass_delete_real {way}",
                begin=step,
                end=step + 4,
                reasons=frozenset({"mass_removal"}),
                posts=victims,
            )
        )

    def rewrite_all(self, step: int) -> None:
        """Three posts in five get another figure at once: a correction of a whole series."""
        posts = [post for post in self.site.posts if not post.gone and post.touched < step]
        victims = self.rng.sample(posts, max(6, len(posts) * 3 // 5))
        for post in victims:
            self.change(post, FactType.MONEY)
            post.touched = step
        self.truth.illnesses.append(
            Illness(
                site=self.site,
                name="mass_edit_real",
                begin=step,
                end=step + 1,
                reasons=frozenset({"mass_edit"}),
                posts=victims,
            )
        )


def build_director(seed: int, shape: str, copy: int, size: Size, clock: Clock, truth: Truth) -> Director:
    """One site with its posts and its noises."""
    rng = Random(f"{seed} {shape} {copy}")
    site = Site(id=f"{shape.replace('_', '-')}-{copy}", shape=SHAPES[shape], seed=seed, now=clock.now)
    for number in range(size.posts, 0, -1):
        draft = write_notice(rng, site.language, f"{site.id[:2]}{size.posts - number + 1}")
        site.publish(draft, at=ago(clock.now(), number), file=rng.random() < 0.6)
    fitting = [n for n in NOISES.values() if n.mixes and (shape in n.shapes or n.on in ("furniture", "text"))]
    fitting = [n for n in fitting if n.on != "text" or shape in n.shapes]
    site.noises = rng.sample(fitting, min(len(fitting), rng.randint(3, 6)))
    return Director(site=site, rng=rng, truth=truth, edits=size.edits)


def plan_trouble(director: Director, rng: Random, steps: int) -> dict[int, Callable[[int], None]]:
    """When the site falls ill, and with what: one trouble in each stretch of twelve checks, calm around it."""
    fitting = [trouble for trouble in TROUBLES.values() if director.site.shape.name in trouble.shapes]
    plan: dict[int, Callable[[int], None]] = {}
    for start in range(4, steps - 13, 15):
        step = start + rng.randint(1, 2)
        sort = rng.random()
        if sort < 0.12:
            plan[step] = lambda at: director.rewrite_all(at)
        elif sort < 0.24:
            way = "deleted_by_author" if director.site.shape.kind == "wechat" else rng.choice(["404", "410"])
            plan[step] = lambda at, way=way: director.purge(at, way)
        else:
            trouble = rng.choice(fitting)
            plan[step] = lambda at, trouble=trouble: director.fall_ill(at, trouble)
        director.calm |= set(range(step - 1, step + 6))
    return plan


async def play_life(seed: int, size: Size, folder: Path) -> Score:
    """The ordinary life of many sites, trouble included."""
    clock, truth = Clock(), Truth()
    directors = [
        build_director(seed, shape, copy, size, clock, truth) for shape in size.shapes for copy in range(size.copies)
    ]
    plans = [plan_trouble(each, Random(f"{seed} trouble {each.site.id}"), size.steps) for each in directors]
    sites = [director.site for director in directors]
    async with open_theatre(folder, sites, clock) as theatre:
        await theatre.check()
        for step in range(1, size.steps):
            for director, plan in zip(directors, plans, strict=True):
                if step < size.steps - 7:
                    director.act(step)
                elif director.sick:
                    director.recover()
                if step in plan:
                    plan[step](step)
            await theatre.pass_time(STEP)
        result = score(truth, theatre.heard, sites)
        return replace(result, requests=sum(site.host.requests for site in sites))


async def play_edits(seed: int, size: Size, folder: Path) -> Score:
    """Critical edits by the hundred, in every shape, with noise: is any fact ever missed?"""
    clock, truth = Clock(), Truth()
    dense = replace(size, posts=size.dense_posts)
    directors = [build_director(seed + 1, shape, 9, dense, clock, truth) for shape in size.shapes]
    sites = [director.site for director in directors]
    async with open_theatre(folder, sites, clock, more={site.id: UNGUARDED for site in sites}) as theatre:
        await theatre.check()
        for step in range(1, size.dense_steps + 1):
            for director in directors:
                director.edit_all(step)
            await theatre.pass_time(STEP)
        for _ in range(3):
            await theatre.pass_time(STEP)
        result = score(truth, theatre.heard, sites)
        return replace(result, requests=sum(site.host.requests for site in sites))


async def play_world(seed: int, size: Size, folder: Path) -> Score:
    """Plays a whole world, both parts of it, and scores how it was told."""
    parts = []
    for name, play in (("life", play_life), ("edits", play_edits)):
        place = folder / name
        place.mkdir()
        parts.append(await play(seed, size, place))
    return parts[0] + parts[1]
