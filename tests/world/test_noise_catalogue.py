"""No noise of the catalogue ever alerts, and none hides a true edit: one site for every noise and shape."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from datetime import timedelta
from random import Random

import pytest

from crawler.model import FactType
from crawler.pipeline.result import Recheck
from crawler.text.urls import canonical_url
from tests.world.catalogue import NOISES
from tests.world.grammar import Draft, other_value, write_notice
from tests.world.play import DAWN, Clock, open_theatre
from tests.world.shapes import SHAPES
from tests.world.site import Site, ago

pytestmark = pytest.mark.slow

POSTS = 2
QUIET_ROUNDS = 2
EDIT_ROUNDS = 4
#: For so long after an edit a stale node shows the former text.
STALE = timedelta(hours=15)


def build_site(name: str, shape: str, clock: Clock) -> Site:
    site = Site(id=f"{name}-{shape}".replace("_", "-"), shape=SHAPES[shape], seed=7, now=clock.now)
    rng = Random(f"{name} {shape}")
    for number in range(POSTS, 0, -1):
        draft = write_notice(rng, site.language, f"{shape[:1]}{number}")
        site.publish(draft, at=ago(clock.now(), number), file=number == 2)
    site.noises = [NOISES[name]]
    return site


def edit_money(site: Site) -> str:
    """Another sum, and where another paragraph has one, another number: in both halves of the text."""
    post = site.posts[1]
    post.former, post.former_until = post.draft, site.now() + STALE
    place = next(post.draft.slots(FactType.MONEY))
    post.draft = replace_value(site, post.draft, place)
    other = next((each for each in post.draft.slots(FactType.NUMBER) if (each[0] - place[0]) % 2), None)
    post.draft = replace_value(site, post.draft, other) if other else post.draft
    return site.url(post)


def replace_value(site: Site, draft: Draft, place: tuple[int, int, int]) -> Draft:
    return draft.put(place, other_value(Random(5), site.language, draft.at(place)))


async def play(folder) -> dict[str, dict[str, list]]:
    clock = Clock()
    sites = [build_site(name, shape, clock) for name, noise in NOISES.items() for shape in noise.shapes]
    told: defaultdict[str, dict[str, list]] = defaultdict(lambda: {"noise": [], "edit": [], "expected": []})
    by_id = {site.id: site for site in sites}
    async with open_theatre(folder, sites, clock) as theatre:
        await theatre.check()
        for _ in range(QUIET_ROUNDS):
            heard = await theatre.pass_time(timedelta(hours=6, minutes=35), recheck=Recheck.ALL)
            for each in (*heard.changes, *heard.incidents):
                told[each.source]["noise"].append(each)
        for site in sites:
            told[site.id]["expected"].append(edit_money(site))
        for _ in range(EDIT_ROUNDS):
            heard = await theatre.pass_time(timedelta(hours=6, minutes=35), recheck=Recheck.ALL)
            for each in (*heard.changes, *heard.incidents):
                told[each.source]["edit"].append(each)
    assert told.keys() == by_id.keys()
    return told


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    return asyncio.run(play(tmp_path_factory.mktemp("world")))


def describe(each) -> str:
    if hasattr(each, "reason"):
        return f"incident {each.reason} {each.state} {each.detail}"
    return f"{each.kind} {each.article.title} {each.fields} {[(f.before, f.after) for f in each.facts][:3]}"


def make_test(name: str):
    def test(told):
        for shape in NOISES[name].shapes:
            site = f"{name}-{shape}".replace("_", "-")
            alerts = [each for each in told[site]["noise"] if getattr(each, "reason", "") != "identity_drift"]
            assert [describe(each) for each in alerts] == [], shape
            after = [each for each in told[site]["edit"] if getattr(each, "reason", "") != "identity_drift"]
            assert [describe(each) for each in after if getattr(each, "kind", "") != "edited"] == [], shape
            told_of = [canonical_url(each.article.url) for each in after]
            expected = [canonical_url(url) for url in told[site]["expected"]]
            assert told_of == expected, (shape, [describe(each) for each in after])

    return test


# -- what happens to all hosts, or at two sources -----------------------------------------------------------------


def run_small(folder, act, *, posts: int = 5, second: bool = False):
    """Plays one site of each language with a few posts; ``act`` gets the theatre after its baseline."""
    clock = Clock()
    sites = []
    for shape in ("zh_list", "ja_feed", "en_atom"):
        site = Site(id=shape.replace("_", "-"), shape=SHAPES[shape], seed=7, now=clock.now, second=second)
        for number in range(posts, 0, -1):
            site.publish(write_notice(Random(f"{shape} {number}"), site.language, f"{number}"), at=ago(DAWN, number))
        sites.append(site)

    async def play() -> None:
        async with open_theatre(folder, sites, clock) as theatre:
            await theatre.check()
            await act(theatre)

    asyncio.run(play())


def told_by(heard) -> list[tuple[str, str]]:
    """Sources and kinds of what was told, and reasons of trouble, in order of the sources."""
    changes = [(each.source, each.kind.value) for each in heard.changes]
    return sorted([*changes, *((each.source, f"{each.reason} {each.state}") for each in heard.incidents)])


PAUSE = timedelta(hours=6, minutes=35)


def test_dns_fail_of_all_hosts_in_one_check_is_nothing_to_tell_and_hides_no_edit(tmp_path):
    async def act(theatre) -> None:
        theatre.darken()
        for site in theatre.sites:
            edit_money(site)
        assert told_by(await theatre.pass_time(PAUSE, recheck=Recheck.ALL)) == []
        theatre.names.dark = False
        expected = [(site.id, "edited") for site in sorted(theatre.sites, key=lambda site: site.id)]
        assert told_by(await theatre.pass_time(PAUSE, recheck=Recheck.ALL)) == expected

    run_small(tmp_path, act)


def test_dns_fail_that_lasts_is_one_incident_of_each_source_and_nobodys_removal(tmp_path):
    async def act(theatre) -> None:
        theatre.darken()
        heard = [told_by(await theatre.pass_time(PAUSE, recheck=Recheck.ALL)) for _ in range(3)]
        theatre.names.dark = False
        heard += [told_by(await theatre.pass_time(PAUSE, recheck=Recheck.ALL)) for _ in range(2)]
        ids = sorted(site.id for site in theatre.sites)
        opened, closed = ([(name, f"unreachable {state}") for name in ids] for state in ("open", "closed"))
        assert heard == [[], opened, [], closed, []]

    run_small(tmp_path, act)


def test_redesign_with_the_same_texts_is_one_incident_and_hides_no_edit(tmp_path):
    async def act(theatre) -> None:
        for site in theatre.sites:
            site.design = 2
        heard = [told_by(await theatre.pass_time(PAUSE, recheck=Recheck.ALL)) for _ in range(3)]
        ids = sorted(site.id for site in theatre.sites)
        opened, closed = ([(name, f"redesign {state}") for name in ids] for state in ("open", "closed"))
        assert heard == [opened, closed, []]
        for site in theatre.sites:
            edit_money(site)
        assert told_by(await theatre.pass_time(PAUSE, recheck=Recheck.ALL)) == [(name, "edited") for name in ids]

    run_small(tmp_path, act, posts=8)


def test_same_story_two_feeds_is_told_once_and_says_where_else_it_stands(tmp_path):
    async def act(theatre) -> None:
        posts = {}
        for site in theatre.sites:
            edit_money(site)
            posts[site.id] = site.publish(write_notice(Random(99), site.language, "late"))
        heard = await theatre.pass_time(PAUSE, recheck=Recheck.ALL)
        kinds = sorted((each.source.removesuffix("-too"), each.kind.value) for each in heard.changes)
        ids = sorted(site.id for site in theatre.sites)
        assert (kinds, heard.incidents) == ([(name, kind) for name in ids for kind in ("edited", "new")], [])
        for change in (each for each in heard.changes if each.kind == "edited"):
            other = change.source.removesuffix("-too") if change.source.endswith("-too") else f"{change.source}-too"
            assert change.article.also_at == (other,)
        for site in theatre.sites:
            place = next(posts[site.id].draft.slots(FactType.PERCENT))
            posts[site.id].draft = replace_value(site, posts[site.id].draft, place)
        heard = await theatre.pass_time(PAUSE, recheck=Recheck.ALL)
        assert sorted(each.kind.value for each in heard.changes) == ["edited"] * len(ids)
        assert all(len(each.article.also_at) == 1 for each in heard.changes)

    run_small(tmp_path, act, second=True)


for _name in NOISES:
    globals()[f"test_{_name}_never_alerts"] = make_test(_name)
