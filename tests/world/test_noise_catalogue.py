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
from tests.world.grammar import other_value, write_notice
from tests.world.play import Clock, open_theatre
from tests.world.shapes import SHAPES
from tests.world.site import Site, ago

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
    post = site.posts[1]
    place = next(post.draft.slots(FactType.MONEY))
    other = other_value(Random(5), site.language, post.draft.at(place))
    post.former, post.former_until = post.draft, site.now() + STALE
    post.draft = post.draft.put(place, other)
    return site.url(post)


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


for _name in NOISES:
    globals()[f"test_{_name}_never_alerts"] = make_test(_name)
