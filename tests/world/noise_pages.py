"""Noise in the pages of posts: furniture in or near the text, and what only a machine sees (D1, D2)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.world.noise import by_language, noise
from tests.world.site import Row, Visit


def token(visit: Visit) -> str:
    """Thirty-two hexadecimal digits of chance."""
    return f"{visit.rng.getrandbits(128):032x}"


# -- D1: furniture in or near the body -------------------------------------------------------------------------------


@noise("furniture", places="info")
def view_counter(visit: Visit, place: str) -> str:
    count = 118 + visit.number * 7
    return f"<span>{by_language(visit, f'浏览次数：{count}', f'アクセス数：{count}', f'{count} views')}</span>"


@noise("furniture", places="info")
def relative_time(visit: Visit, place: str) -> str:
    hours = visit.number % 11 + 2
    return f"<span>{by_language(visit, f'{hours}小时前', f'{hours}時間前', f'{hours} hours ago')}</span>"


@noise("furniture", places="top foot")
def clock_footer(visit: Visit, place: str) -> str:
    now = visit.now + timedelta(seconds=visit.number)
    clock = f"{now:%H:%M:%S}"
    if place == "foot":
        return f"<p>Processed in 0.0{visit.number % 90 + 10} seconds, {visit.number % 17} queries. {clock}</p>"
    day = f"{now:%Y年%m月%d日}"
    words = by_language(
        visit, f"今天是{day} 农历初{visit.number % 9 + 1}", f"{day} 表示", f"Today is {now:%A %d %B %Y}"
    )
    return f"<span>{words} {clock}</span>"


@noise("furniture", places="after")
def related_links(visit: Visit, place: str) -> str:
    others = [post for post in visit.site.posts if not post.gone]
    turn = visit.number % len(others)
    links = "".join(
        f'<li><a href="{post.path}">{post.title}</a> {visit.number + n}</li>'
        for n, post in enumerate([*others[turn:], *others[:turn]][:4])
    )
    return (
        f"<div class='related'><h3>{by_language(visit, '相关阅读', '関連記事', 'Related')}</h3><ul>{links}</ul></div>"
    )


@noise("furniture", places="after")
def prev_next(visit: Visit, place: str) -> str:
    others = [post for post in visit.site.posts if post is not visit.post and not post.gone]
    other = others[visit.number % len(others)]
    words = by_language(visit, "下一篇：", "次の記事：", "Next: ")
    return f"<div class='pager'><p>{words}<a href='{other.path}'>{other.title}</a></p></div>"


@noise("furniture", places="after")
def social_embed(visit: Visit, place: str) -> str:
    return (
        f"<div class='embed'><iframe src='/embed?{visit.number}'></iframe><span>♥ {visit.number * 3} likes</span></div>"
    )


@noise("answer", mixes=False)
def ads_promos(visit: Visit, answer: Any) -> Any:
    if visit.post is None or visit.turn % 4 or answer.status != 200:
        return answer
    words = by_language(
        visit, "广告，5秒后跳转", "広告 5秒後に移動します", "Advertisement. You will be taken on in 5 seconds"
    )
    text = (
        f"<html><head><title>{words}</title></head><body><div class='ad'><a href='/ad'>{words}</a></div></body></html>"
    )
    return replace(answer, body=text.encode(), etag="")


@noise("furniture", places="top")
def cookie_banner(visit: Visit, place: str) -> str:
    if visit.number % 2:
        return ""
    words = by_language(
        visit,
        "本网站使用Cookie以改善体验。",
        "当サイトはクッキーを使用します。",
        "We use cookies to make this site better.",
    )
    return f"<div class='cookie-banner' role='alert'>{words} <button>OK</button></div>"


@noise("furniture", places="top")
def notice_banner(visit: Visit, place: str) -> str:
    if visit.number % 3:
        return ""
    words = by_language(
        visit,
        "台风蓝色预警：今晚8时起停止高空作业。",
        "大雨警報：河川に近づかないでください。",
        "Storm warning: ferries stop at 20:00.",
    )
    return f"<div class='tips'>{words}</div>"


@noise("furniture", places="after")
def contact_block(visit: Visit, place: str) -> str:
    desk = visit.number // 12
    words = by_language(
        visit,
        f"联系电话：0758-22{desk:05d}　责任编辑：编辑{desk}",
        f"お問い合わせ：電話 03-55{desk:06d}",
        f"Contact: 020 79{desk:06d}",
    )
    return f"<div class='contact'><p>{words}</p></div>"


@noise("furniture", places="top")
def weather_widget(visit: Visit, place: str) -> str:
    return f"<div class='weather'>{by_language(visit, '多云', '晴れ', 'Cloudy')} {visit.number % 25}℃</div>"


@noise("furniture", places="foot")
def stock_ticker(visit: Visit, place: str) -> str:
    return f"<div class='ticker'>IDX 3{visit.number % 900:03d}.{visit.number % 97:02d} +{visit.number % 9}.1%</div>"


@noise("rows", shapes=("zh_list", "en_cards", "ja_feed", "zh_json", "en_sitemap"))
def order_shuffle(visit: Visit, rows: list[Row]) -> list[Row]:
    return visit.rng.sample(rows, len(rows))


@noise("furniture", places="info after")
def share_buttons(visit: Visit, place: str) -> str:
    words = by_language(visit, "分享到：微信 微博", "シェアする", "Share this page")
    return f"<div class='share'><a href='#'>{words}</a> <b>{visit.number % 40}</b></div>"


@noise("furniture", places="info", shapes=("zh_list", "ja_list", "en_cards"))
def font_size(visit: Visit, place: str) -> str:
    words = by_language(visit, "字体：[大 中 小] 打印本页", "文字サイズ 大 中 小 印刷", "Text size: A A A Print")
    return f"<span class='tools'>{words}</span>" if visit.number % 2 else ""


@noise("furniture", places="inside")
def css_in_body(visit: Visit, place: str) -> str:
    return f"<style>.p{visit.number}{{margin:{visit.number % 9}px}}</style><script>var t={visit.number};</script>"


# -- D2: invisible or structural -----------------------------------------------------------------------------------


@noise("furniture", places="inside foot")
def csrf_token(visit: Visit, place: str) -> str:
    return f'<input type="hidden" name="__RequestVerificationToken" value="{token(visit)}">'


@noise("furniture", places="top")
def viewstate(visit: Visit, place: str) -> str:
    return f'<form><input type="hidden" name="__VIEWSTATE" id="__VIEWSTATE" value="/wEPDw{token(visit)}=="></form>'


@noise("furniture", places="after")
def captcha_image(visit: Visit, place: str) -> str:
    return f'<form class="vote"><img src="/captcha.png?{token(visit)}" alt="code"><input name="code"></form>'


@noise("markup")
def nonce_hash_ids(visit: Visit, markup: str) -> str:
    mark = token(visit)[:8]
    markup = markup.replace("<p>", f'<p data-v-{mark} class="css-{mark}">')
    return markup.replace(
        "</head>", f'<link rel="stylesheet" href="/a.{mark}.css"><script nonce="{mark}"></script></head>'
    )


@noise("markup")
def attr_only(visit: Visit, markup: str) -> str:
    return markup.replace("<p>", f'<p style="line-height:{visit.number % 3 + 1}.5em" tabindex="{visit.number}">')


@noise("furniture", places="inside")
def img_cache_buster(visit: Visit, place: str) -> str:
    return f'<p><img src="/img/a.jpg?timestamp={visit.number}&amp;v={visit.number}" alt=""></p>'


@noise("furniture", places="inside", shapes=("zh_list", "wechat", "en_atom"))
def lazy_img(visit: Visit, place: str) -> str:
    if visit.number % 2:
        return '<p><img data-src="/img/b.jpg" src="data:image/gif;base64,R0lGODlhAQABAAAAACw="></p>'
    return '<p><img src="/img/b.jpg"></p>'


@noise("furniture", places="inside foot head")
def html_comment(visit: Visit, place: str) -> str:
    return f"<!-- node web{visit.number % 5:02d} built {visit.now.isoformat()} #{visit.number} -->"


@noise("markup")
def tag_soup_change(visit: Visit, markup: str) -> str:
    way = visit.number % 3
    if way == 0:
        return markup
    head, body = markup.split("<body", 1)
    if way == 1:
        body = re.sub(r"<p>([^<]*)</p>\s*(?=<p>[^<]*</p>)", r"<p><span><font>\1</font></span></p>", body)
    else:
        body = re.sub(r"<p>([^<]{30,})</p>", r"<div><p>\1</p></div>", body)
    return head + "<body" + body
