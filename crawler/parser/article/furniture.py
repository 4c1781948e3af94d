"""What on a page is never the article: words of class names, control words, cut marks. Data and their patterns only.

Whole lines are matched, never parts: 【基本案情】 is a subheading, 【打印】 is a button.
"""

from __future__ import annotations

import re
from functools import lru_cache

from crawler.parser.article.words import word_set

#: Elements that never hold the article by their meaning (HTML Living Standard §4.3, ARIA landmark roles).
JUNK_TAGS = word_set("nav footer aside button dialog menu label input")
JUNK_ROLES = word_set(
    "navigation banner contentinfo complementary dialog alertdialog search menu menubar toolbar tablist"
)

_STRONG = word_set(
    "related relate recommend recommended recommendation recommendations recommends comment comments commentlist "
    "disqus share shares sharing sharebar sharethis addthis social socials newsletter newsletters subscribe "
    "subscription promo promos promotion advert adverts advertisement advertising ads ad adv adbox advertise sponsored "
    "sponsor cookie cookies consent gdpr breadcrumb breadcrumbs crumb crumbs outbrain taboola popup modal overlay "
    "pagination pager prevnext prevandnext copyright trending popular signup signin login readmore mostread "
    "bdsharebuttonbox jiathis bshare qrcode erweima screenreader skiplink offcanvas lightbox tooltip dropdown "
    "correction jiucuo postnav backtotop sidenav topnav mininav navbar navigation blogpager teaser teasers "
    "noprint printonly morefrom bottomnav prenext shangxia xgyd xgwz xglj hotnews donate "
    "vote voting rating ratings feedback"
)
_LAST = word_set(
    "nav menu footer foot sidebar aside toolbar banner tags tag tools tool rail links bottom fujian "
    "keywords topics metas utility utilities masthead biography bio"
)
_WRITERS = word_set("author authors writer vcard contributor")
_PORTRAITS = word_set("box about bio biography card profile description desc details")
_IGNORED_PREFIXES = word_set("has with no without hide is not js enable disable supports layout page single")
_GOOD = word_set(
    "article articlebody content body text story post entry main zoom detail details maintext richtext prose "
    "newstext contenttext cont con bodytext posttext storybody postbody entrycontent articletext articlecontent"
)
#: ``S:1`` is what React streams in behind the page and moves to its place.
#: Whole class names that hide an element or frame a gadget, unless others of the element take it back.
_HIDING = word_set("hidden hide visually-hidden visuallyhidden is-hidden sr-only hidden-print invisible")
_SHOWN_AGAIN = re.compile(
    r"accordion|collaps|\btab|panel|toggle|faq|\b[SB]:[\da-f]+\b|:(?:block|flex|grid|inline)\b", re.IGNORECASE
)
_GADGETS = word_set("widget widgets")
#: Page builders call every piece of a page a widget, the article's own text too.
_BUILT = re.compile(r"elementor|so-panel|siteorigin|hs_cos|widget-span|ck-widget|widget_text|textwidget", re.IGNORECASE)
#: Frames that stand inside a text and are none of it, however much text they hold.
_ASIDES = word_set("author authors byline disclaimer disclaimers disclosure disclosures affiliate cta likes")
_CAPTIONS = word_set("caption captions figcaption imagecaption credit credits bildunterschrift bildtext legende legend")
_PICTURES = word_set("image images img picture photo figure bild foto video contentimage")

#: Containers that official CMS families use for the text alone (TRS, UCAP, NFCMS and others; Blogger; WeChat).
_KNOWN = word_set(
    "ucap-content trs_ueditor trs_editor_view trs_editor zoom zoomcon fontzoom ivs_content article-content "
    "article_con article_content news_cont_d_wrap wzzw-article pages_content xxgk-content custom_unionstyle "
    "js_content rich_media_content post-body entry-content articlebody article-body article__body story-body "
    "post-content js-article-text"
)

_CONTROLS = (
    r"(?:打印|打印本页|打印此页|关闭|关闭窗口|关闭本页|返回|返回顶部|返回列表|回到顶部|收藏|收藏本文|"
    r"加入收藏|分享|分享到|分享至|分享本文|复制链接|复制|"
    r"点赞|转发|字体|字号|大|中|小|默认|超大|正文|我要纠错|纠错|扫一扫|扫一扫在手机打开当前页|"
    r"扫一扫在手机上查看当前页面|微信|微博|朋友圈|举报|"
    r"繁体|简体|无障碍|全文朗读|朗读|语音播报|查看原文|阅读原文|展开全文|点击查看更多|查看更多|更多|"
    r"责任编辑|放大|缩小|"
    r"印刷|印刷する|シェア|シェアする|ツイート|ポスト|このページの先頭へ|ページの先頭へ|ページトップへ|"
    r"トップへ|人が見ています|共有|コピー|リンクをコピー|"
    r"인쇄|공유|공유하기|글자크기|글자크기 조절|프린트|기사저장|스크랩|"
    r"share|share this|share this article|share this page|share on [a-z]{1,12}|tweet|facebook|twitter|x|linkedin|"
    r"whatsapp|email|e-mail|print|print this page|copy link|copy url|link copied|save|bookmark|comments?|"
    r"advertisement|"
    r"advertising|ad|anzeige|werbung|publicité|publicidad|read more|continue reading|show more|load more|see more|"
    r"more|back to top|top|close|listen|listen to article|follow us|subscribe|subscribe now|sign up|log in|"
    r"skip to (?:main )?content|loading\.{0,3}|view (?:all )?comments|no comments:?|post a comment|leave a comment|"
    r"newer posts?|older posts?|home|previous|next|view image in fullscreen|teilen|drucken|partager|compartir|"
    r"related|related articles|related content|story continues below advertisement|pdf)"
)
_CONTROL_LINE = re.compile(
    rf"[\s【\[（(<＜|｜·:：/]*{_CONTROLS}(?:[\s【\[（(<＜】\]）)>＞|｜·:：/+!！,，、]+{_CONTROLS})*[\s】\]）)>＞|｜·:：]*",
    re.IGNORECASE,
)
#: Short lines whose beginning tells that they serve the site, not the reader of the article.
_SERVICE_LINE = re.compile(
    r"[\s【\[（(▶►»>＞*・●■◆]*(?:责任编辑|责编|编辑[:：]|编\s?审[:：]|审核[:：]|校对[:：]|初审|终审|复审|"
    r"一审|二审|三审|上一篇|下一篇|上一条|下一条|上一页|下一页|上篇|下篇|"
    r"浏览次数|浏览量|点击数|点击量|点击次数|阅读次数|阅读量|访问量|访问次数|打印本页|分享到|扫一扫|"
    r"版权所有|版权声明|免责声明|"
    r"原标题|【?我要纠错|您可能感兴趣|延伸阅读|相关阅读|相关新闻|推荐阅读|更多精彩|更多内容请|点击进入专题|"
    r"特别声明|声明[:：]|今天是|今日は|您是第|"
    r"関連記事|あわせて読みたい|関連リンク|この記事をシェア|無断転載|関連キーワード|続きを読む|"
    r"ⓒ|©|\(c\)|copyright|all rights reserved|무단\s?전재|저작권자|"
    r"read more:|read also|also read|read next|see also:|related:|more on this|sign up (?:for|to)|"
    r"subscribe to|follow us|"
    r"click here to|get the latest|download (?:the|our) app|share this|photo credit|filed under|tags?:|posted in|"
    r"mehr zum thema|lesen sie auch|lire aussi|à lire aussi|lea también|leer más|leggi anche|leia também|lees ook|"
    r"lesedauer|\d{1,3}\s?min(?:uten?|utes?)?\.? (?:read|lesezeit)|reading time|temps de lecture|"
    r"by (?:signing up|subscribing|submitting)\b|thank you! your submission|oops! something went wrong|"
    r"we apologize, but this video|try refreshing your browser|empfohlener redaktioneller inhalt|"
    r"an dieser stelle find|ich bin damit einverstanden|personenbezogene daten können|ende der weiteren informationen|"
    r"ihre meinung ist uns wichtig|verfügbar bis|"
    r"läs mer|les også|czytaj także|подписывайтесь|читайте также|newsletter)",
    re.IGNORECASE,
)
#: What fills a template, and what a reader agrees to: neither is ever the article, however long.
_LONG_SERVICE = re.compile(
    r"lorem ipsum dolor|by (?:signing up|subscribing|submitting|clicking|providing|entering)\b.{0,80}\bagree\b",
    re.IGNORECASE,
)
#: A short line that begins what is no longer the article.
_CUT_LINE = re.compile(
    r"[\s【\[（(▶►»>＞*・●■◆]*(?:相关附件|相关链接|相关文件|相关报道|相关稿件|相关阅读|相关新闻|相关文章|"
    r"相关推荐|相关信息|推荐阅读|延伸阅读|热门推荐|热点推荐|猜你喜欢|"
    r"为您推荐|精彩推荐|最新评论|网友评论|全部评论|发表评论|热门文章|上一篇|下一篇|関連記事|関連ニュース|"
    r"おすすめ記事|人気記事|アクセスランキング|"
    r"この記事を読んだ人|コメント(?:を投稿)?|관련기사|관련뉴스|인기기사|많이 본 뉴스|댓글|"
    r"related (?:articles?|stories|posts?|content|topics|news|links)|more (?:stories|news|from .{1,40}|"
    r"articles|on this)|"
    r"recommended(?: (?:for you|stories|articles|reading))?|you (?:may|might) (?:also )?(?:like|"
    r"be interested).{0,20}|"
    r"(?:post|leave|add) a (?:comment|reply)|\d{0,5} ?comments?|no comments|most (?:read|popular|viewed)|"
    r"trending(?: now)?|"
    r"latest (?:news|stories|articles)|about the authors?|popular (?:posts|articles)|read next|up next|"
    r"share this.{0,20}|"
    r"mehr zum thema|articles? liés|sur le même (?:thème|sujet)|noticias relacionadas|artículos relacionados)"
    r"[\s】\]）):：>＞»…]*",
    re.IGNORECASE,
)
_CAPTION_LINE = re.compile(
    r"[\s（(\[【]*(?:[▲△▼▽↑↓◀▶](?!\s{0,3}$)|图为|图[:：]|图源|"
    r"图[一二三四五六七八九十\d]{1,3}[:：]|(?:资料|效果)图|摄影[:：/]|写真[:：=＝]|"
    r"photo(?:graph)?s?(?: by|:)|image(?: by|:| credit)|picture:|foto:|credit:)",
    re.IGNORECASE,
)


#: Without one of these words no class says anything; asked first, because most classes hold none.
_TELLING = _STRONG | _LAST | _GADGETS | _WRITERS | word_set("hidden hide visuallyhidden sr invisible")
_TO_WORDS = bytes(code if chr(code).isalnum() and code < 128 else 32 for code in range(256))
_HUMP = re.compile("(?<=[a-z0-9])(?=[A-Z])")


def _find_words(hint: str) -> list[str]:
    """The words of class names in lower case: split at whatever is no letter or digit, and at humps."""
    if not hint.islower():
        hint = _HUMP.sub(" ", hint).lower()
    return hint.encode("utf-8", "replace").translate(_TO_WORDS).decode("ascii").split()


@lru_cache(maxsize=8192)
def is_junk_hint(hint: str) -> bool:
    """Whether a ``class`` and ``id`` text says that an element holds something other than the article."""
    if _TELLING.isdisjoint(_find_words(hint)):
        return False
    tokens = hint.split()[:12]
    if any(map(_is_junk_token, tokens)):
        return True
    names = {token.lower() for token in tokens}
    if not _HIDING.isdisjoint(names):
        return not is_foldable(hint)
    return not _GADGETS.isdisjoint(names) and _BUILT.search(hint) is None


@lru_cache(maxsize=8192)
def _is_junk_token(token: str) -> bool:
    words = _find_words(token[:80])
    if not words or words[0] in _IGNORED_PREFIXES or token.lower() in _KNOWN:
        return False
    return words[-1] in _LAST or not _STRONG.isdisjoint(words) or _is_portrait(words)


def _is_portrait(words: list[str]) -> bool:
    """Whether words name a box that introduces an author ("author-box", "about-the-author")."""
    return not _WRITERS.isdisjoint(words) and not _PORTRAITS.isdisjoint(words)


def is_foldable(hint: str) -> bool:
    """Whether what is hidden now is shown at a click (accordion, tab) or on another width of screen."""
    return _SHOWN_AGAIN.search(hint) is not None


@lru_cache(maxsize=8192)
def is_good_hint(hint: str) -> bool:
    """Whether a ``class`` and ``id`` text speaks of an article's text."""
    return not _GOOD.isdisjoint(_find_words(hint[:400]))


@lru_cache(maxsize=8192)
def is_aside_hint(hint: str) -> bool:
    """Whether a ``class`` and ``id`` text names an author's portrait, a disclaimer or a call to act."""
    return not _ASIDES.isdisjoint(_find_words(hint[:400]))


@lru_cache(maxsize=8192)
def is_caption_hint(hint: str) -> bool:
    """Whether a ``class`` text says that an element is the caption or the credit of a picture."""
    return not _CAPTIONS.isdisjoint(_find_words(hint[:400]))


@lru_cache(maxsize=8192)
def is_picture_hint(hint: str) -> bool:
    """Whether a ``class`` text says that an element frames a picture or a film."""
    return not _PICTURES.isdisjoint(_find_words(hint[:400]))


@lru_cache(maxsize=8192)
def is_known_container(hint: str) -> bool:
    """Whether it is a container that a known family of sites uses for the text alone."""
    return not _KNOWN.isdisjoint(hint.lower().split()[:12])


def is_control_line(text: str) -> bool:
    """Whether the whole line is made of buttons and control words."""
    return len(text) <= 80 and _CONTROL_LINE.fullmatch(text) is not None


def is_service_line(text: str) -> bool:
    """Whether a line begins as only the site's own services do; most of those are short."""
    if len(text) > 160:
        return _LONG_SERVICE.match(text) is not None
    return _SERVICE_LINE.match(text) is not None


def is_cut_line(text: str) -> bool:
    """Whether the line announces related articles, comments or neighbours."""
    return len(text) <= 60 and _CUT_LINE.fullmatch(text) is not None


def is_caption_line(text: str) -> bool:
    """Whether the line marks itself as the caption of a picture (▲…, 图为…)."""
    return len(text) <= 300 and _CAPTION_LINE.match(text) is not None
