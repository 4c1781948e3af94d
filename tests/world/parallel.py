"""The same news in Chinese, Japanese and English: stories whose figures are drawn first and worded afterwards.

Everything comes from a ``Random``, so one seed is one newsroom. The sentences are our own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random

from crawler.model import Article, Block, BlockKind, Moment, Precision
from tests.world.grammar import MONTHS, han_number
from tests.world.words import MATTERS, PLACES

LANGUAGES = ("zh", "ja", "en")
DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

#: One sentence in three languages; a slot is ``{sort}`` with a number where there are several.
FORMS: tuple[dict[str, str], ...] = (
    {
        "zh": "{place}{matter}项目总投资{money}，计划于{date}前全部完工。",
        "ja": "{place}の{matter}事業の総投資額は{money}で、{date}までにすべて完了する予定です。",
        "en": "The {matter} project in {place} will cost {money} in total and is to be completed by {date}.",
    },
    {
        "zh": "上半年全区生产总值同比增长{percent}，工业投资增长{percent2}，两项指标均居全市前列。",
        "ja": ("上半期の域内総生産は前年同期比{percent}増、工業投資は{percent2}増となり、いずれも市内上位でした。"),
        "en": (
            "In the first half the output of the district grew by {percent} and industrial investment by "
            "{percent2}, among the best in the city."
        ),
    },
    {
        "zh": "目前已有{count}户居民签约，占应签约总数的{percent}，其余住户正在陆续办理手续。",
        "ja": (
            "これまでに{count}世帯が契約を済ませ、対象全体の{percent}に当たります。残る世帯も順次手続きを進めています。"
        ),
        "en": (
            "So far {count} households have signed, or {percent} of all that are concerned; the others are "
            "going through the formalities one after another."
        ),
    },
    {
        "zh": "新厂房占地{area}平方米，投产后预计每年新增产值{money}，带动就业{count}人。",
        "ja": "新工場の敷地は{area}平方メートルで、稼働後は年間{money}の生産増と{count}人の雇用が見込まれます。",
        "en": (
            "The new plant covers {area} square metres; once running it should add {money} of output a year "
            "and give work to {count} people."
        ),
    },
    {
        "zh": "{date}，区负责人到现场了解进度，要求施工单位在保证质量的前提下加快推进。",
        "ja": "{date}には区の責任者が現場を訪れ、品質を確保しながら工事を急ぐよう施工会社に求めました。",
        "en": (
            "On {date} the head of the district visited the site and asked the builders to move faster "
            "without any loss of quality."
        ),
    },
    {
        "zh": "污水处理厂日处理能力提升到{count}吨，出水达标率为{percent}。",
        "ja": "下水処理場の一日の処理能力は{count}トンに高まり、放流水の基準達成率は{percent}でした。",
        "en": (
            "The sewage works can now treat {count} tonnes a day, and {percent} of what leaves them meets the standard."
        ),
    },
    {
        "zh": "各类群众活动吸引游客{count}人次，带动消费{money}。",
        "ja": "さまざまな催しには延べ{count}人が訪れ、{money}の消費につながりました。",
        "en": "Events of all kinds drew {count} visitors, who spent {money} in the area.",
    },
    {
        "zh": "财政部门已安排补助资金{money}，其中{percent}用于老旧设备更新。",
        "ja": "財政部門は補助金として{money}を計上し、そのうち{percent}を古い設備の更新に充てます。",
        "en": ("The treasury has set aside {money} for grants, {percent} of which go into replacing old equipment."),
    },
    {
        "zh": "数据中心覆盖周边{count}公里范围，传输损耗下降{percent}。",
        "ja": "データセンターは周辺{count}キロメートルの範囲を対象とし、伝送損失は{percent}下がりました。",
        "en": (
            "The data centre serves everything within {count} kilometres, and losses on the lines have "
            "fallen by {percent}."
        ),
    },
    {
        "zh": "意见征集截止日期为{date}，居民可到{place}便民服务中心提交书面意见。",
        "ja": "意見の募集は{date}までで、{place}の住民窓口に書面で提出できます。",
        "en": "Comments are received until {date}; residents may hand them in at the service centre of {place}.",
    },
    {
        "zh": "沿线共设站点{count}个，首末班间隔缩短{percent}，票价维持不变。",
        "ja": ("沿線の停留所は{count}か所となり、始発から終発までの間隔は{percent}短縮され、運賃は据え置かれます。"),
        "en": (
            "There are {count} stops along the line, waiting times are cut by {percent}, and fares stay as they are."
        ),
    },
    {
        "zh": "区内企业全年完成出口额{money}，比上年增长{percent}。",
        "ja": "区内企業の年間輸出額は{money}で、前年を{percent}上回りました。",
        "en": (
            "Companies in the district exported goods worth {money} in the year, {percent} more than in the "
            "year before."
        ),
    },
)
#: What says nothing that a figure could show.
FILLERS: tuple[dict[str, str], ...] = (
    {
        "zh": "会议强调，要把好事办好、实事办实。",
        "ja": "会議では、着実に進めることが強調されました。",
        "en": "The meeting stressed that good work has to be done well.",
    },
    {
        "zh": "下一步，有关部门将继续跟进。",
        "ja": "今後も関係部署が取り組みを続けます。",
        "en": "The departments concerned will keep following the matter.",
    },
)


@dataclass(frozen=True, slots=True)
class Story:
    """What is told, before it is worded: for each sentence its form and the values of its slots."""

    place: int
    matter: int
    sentences: tuple[tuple[int, tuple[tuple[str, object], ...]], ...]

    def part(self, start: int, end: int) -> Story:
        return replace(self, sentences=self.sentences[start:end])


def draw_story(rng: Random, length: int = 0) -> Story:
    """A story of some sentences, each of another form."""
    length = length or rng.randint(5, len(FORMS))
    forms = rng.sample(range(len(FORMS)), length)
    return Story(
        place=rng.randrange(len(PLACES["zh"])),
        matter=rng.randrange(len(MATTERS["zh"])),
        sentences=tuple((form, draw_values(rng, form)) for form in forms),
    )


def redraw(rng: Random, story: Story, share: float) -> Story:
    """The same sentences; so large a share of their values is drawn anew."""
    sentences = []
    for form, values in story.sentences:
        fresh = dict(draw_values(rng, form))
        kept = ((name, fresh[name] if rng.random() < share else value) for name, value in values)
        sentences.append((form, tuple(kept)))
    return replace(story, sentences=tuple(sentences))


def draw_values(rng: Random, form: int) -> tuple[tuple[str, object], ...]:
    names = [part.partition("}")[0] for part in FORMS[form]["zh"].split("{")[1:]]
    return tuple((name, DRAWERS[name.rstrip("2")](rng)) for name in names if name.rstrip("2") in DRAWERS)


def draw_percent(rng: Random) -> int | float:
    return rng.choice([rng.randint(2, 98), rng.randint(11, 990) / 10])


def draw_money(rng: Random) -> int:
    return rng.choice([rng.randint(11, 990) * 10**7, rng.randint(2, 99) * 10**8, rng.randint(101, 9999) * 10**4])


def draw_count(rng: Random) -> int:
    return rng.choice([rng.randint(13, 99), rng.randint(100, 999), rng.randint(11, 99) * 1000])


def draw_area(rng: Random) -> int:
    return rng.choice([rng.randint(21, 99) * 1000, rng.randint(1001, 9999)])


def draw_date(rng: Random) -> tuple[int, int]:
    return rng.randint(1, 12), rng.randint(1, 28)


DRAWERS: dict[str, Callable[[Random], object]] = {
    "percent": draw_percent,
    "money": draw_money,
    "count": draw_count,
    "area": draw_area,
    "date": draw_date,
}


def word(rng: Random, language: str, name: str, value: object) -> str:
    """A value as this language writes it."""
    return WORDERS[name.rstrip("2")](rng, language, value)


def word_percent(rng: Random, language: str, value: object) -> str:
    text = f"{value:g}" if isinstance(value, float) else f"{value}"
    if language == "zh" and isinstance(value, int) and rng.random() < 0.3:
        return f"百分之{han_number(value)}"
    return (
        text + {"zh": "%", "ja": rng.choice(["%", "％", "パーセント"]), "en": rng.choice(["%", " per cent"])}[language]
    )


def word_money(rng: Random, language: str, value: object) -> str:
    assert isinstance(value, int)
    if language == "en":
        return f"{value / 10**9:g} billion yuan" if value >= 10**9 else f"{value / 10**6:g} million yuan"
    sign = "亿" if language == "zh" else "億"
    return f"{value / 10**8:g}{sign}元" if value >= 10**8 else f"{value // 10**4}万元"


def word_count(rng: Random, language: str, value: object) -> str:
    assert isinstance(value, int)
    if language == "en":
        return f"{value:,}"
    if value >= 10_000 and rng.random() < 0.6:
        whole, rest = divmod(value, 10_000)
        return f"{value / 10_000:g}万" if language == "zh" or not rest else f"{whole}万{rest}"
    return str(value)


def word_date(rng: Random, language: str, value: object) -> str:
    month, day = value  # type: ignore[misc]
    if language == "en":
        name = MONTHS[month - 1]
        return rng.choice([f"{day} {name}", f"{name} {day}", f"{name} {day}, 2026", f"{day} {name} 2026"])
    return rng.choice(["", "2026年"]) + f"{month}月{day}日"


WORDERS = {
    "percent": word_percent,
    "money": word_money,
    "count": word_count,
    "area": word_count,
    "date": word_date,
}


def write_story(
    rng: Random, story: Story, language: str, *, at: datetime = DAY, host: str = "", **values: object
) -> Article:
    """The story in one language, with a sentence or two that say nothing."""
    place, matter = PLACES[language][story.place], MATTERS[language][story.matter]
    texts = []
    for form, slots in story.sentences:
        worded = {name: word(rng, language, name, value) for name, value in slots}
        texts.append(FORMS[form][language].format(place=place, matter=matter, **worded))
        if rng.random() < 0.25:
            texts.append(rng.choice(FILLERS)[language])
    plain = Article(
        url=f"https://{host or language}.example/{rng.randrange(10**9)}.html",
        title={"zh": f"{place}{matter}进展", "ja": f"{place}の{matter}", "en": f"{matter.capitalize()} in {place}"}[
            language
        ],
        blocks=paragraphs(texts, language, rng.randint(1, 3)),
        published=Moment(instant=at + timedelta(hours=rng.randint(0, 60)), precision=Precision.MINUTE),
        language=language,
    )
    return replace(plain, **values)


def paragraphs(texts: Sequence[str], language: str, size: int) -> tuple[Block, ...]:
    joint = " " if language == "en" else ""
    groups = (joint.join(texts[start : start + size]) for start in range(0, len(texts), size))
    return tuple(Block(kind=BlockKind.PARAGRAPH, text=text, language=language) for text in groups)


def join_languages(*articles: Article) -> Article:
    """One post that has each of these texts as a part."""
    first = articles[0]
    return replace(first, blocks=tuple(block for each in articles for block in each.blocks))
