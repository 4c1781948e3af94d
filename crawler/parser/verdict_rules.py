"""What soft failures look like: markers of challenges and blocks, wordings of error pages. Data only.

The gatekeepers first, product by product. Two sorts of signs: a *marker* is a piece of machinery (a script variable, an
element id) that no article contains; a *phrase* is a wording that an article may quote, so it never decides alone.
Extend both from real captures.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler.model import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A gatekeeper before a site, and what betrays it; all in lower case.

    ``markers`` stand in the first bytes of its challenge, ``cookies`` begin the name of a cookie that comes with it,
    and ``server`` is a part of that header. ``statuses`` are those that it answers with and that mean its challenge by
    themselves, ``notices`` what its page says when it refuses for good.
    """

    name: str
    statuses: frozenset[int] = frozenset()
    markers: tuple[str, ...] = ()
    cookies: tuple[str, ...] = ()
    server: str = ""
    phrases: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


PRODUCTS = (
    Product(
        name="RiverSecurity",
        statuses=frozenset({412}),
        markers=("$_ts=window['$_ts']", '$_ts=window["$_ts"]', "r='m'>", 'r="m">'),
        cookies=("fssbbil1ugzbn7n80", "nfbcsins2oyw", "enable_"),
    ),
    Product(
        name="Jiasule",
        markers=("__jsl_clearance", "document.cookie=('_')+('_')", 'go({"bts":['),
        cookies=("__jsluid", "__jsl_clearance"),
        notices=("当前访问疑似黑客攻击", "最近有可疑的攻击行为", "已被创宇盾拦截"),
    ),
    Product(
        name="WZWS", markers=("aq_wzws_confirm", "wzws-waf-cgi"), cookies=("wzws_sessionid", "wzws_cid"), server="wzws"
    ),
    Product(
        name="Safedog",
        cookies=("safedog-flow-item",),
        server="safedog",
        notices=("您的请求带有不合法参数", "网站防火墙", "请登录安全狗"),
    ),
    Product(
        name="Aliyun WAF",
        markers=("var arg1='", "aliyun_waf_aa", "acw_sc__v2"),
        cookies=("acw_sc__v2",),
        notices=("对网站造成安全威胁", "您的访问被阻断"),
    ),
    Product(name="Tencent WAF", notices=("腾讯t-sec web应用防火墙", "web应用防火墙", "t-sec-waf")),
    Product(name="Huawei WAF", cookies=("hwwafses",), notices=("您的请求疑似攻击行为",)),
    Product(name="Wangsu", notices=("您当前的访问行为存在异常",)),
    Product(name="Xuanwudun", notices=("已被云防护安全拦截", "您的访问可能对网站造成危险")),
    Product(
        name="SafeLine", markers=("safeline_bot_challenge",), notices=("safeline 阻断", "长亭 safeline", "safeline waf")
    ),
    Product(name="360", phrases=("访问异常页面",)),
    Product(name="chinatax shell", markers=("c3vk=",)),
    Product(name="ccdi shell", markers=("hoy_tr=",)),
    Product(
        name="Cloudflare",
        markers=("cf-browser-verification", "/cdn-cgi/challenge-platform/h/", "_cf_chl_opt", "cf_chl_"),
        phrases=("just a moment...", "enable javascript and cookies to continue", "checking your browser before"),
        notices=("sorry, you have been blocked", "attention required! | cloudflare", "error 1020"),
    ),
    Product(name="Imperva", markers=("_incapsula_resource", "incapsula incident id"), notices=("incapsula incident",)),
    Product(name="Akamai", markers=("/_sec/cp_challenge", "sec-if-cpt-container"), notices=("access denied",)),
    Product(name="F5", markers=("/tspd/",), notices=("the requested url was rejected",)),
    Product(name="AWS WAF", markers=("awswafcookiedomainlist", "aws-waf-token"), notices=("request blocked",)),
    Product(name="DDoS-Guard", markers=("/.well-known/ddos-guard/",), phrases=("ddos-guard",)),
    Product(name="DataDome", markers=("geo.captcha-delivery.com",)),
    Product(name="PerimeterX", markers=("px-captcha", "_pxappid")),
    Product(name="Anubis", markers=("anubis_challenge", "/.within.website/x/cmd/anubis")),
    Product(name="hCaptcha or Turnstile", phrases=("verify you are human", "确认您是真人", "are you a robot")),
    Product(name="Geetest", markers=("geetest_captcha",)),
    Product(
        name="WeChat",
        markers=("tcaptcha_iframe_dy", 'id="js_verify"', "/mp/wappoc_appmsgcaptcha"),
        phrases=("环境异常", "完成验证后即可继续访问", "访问过于频繁", "操作频繁"),
    ),
)
#: Machinery that such sites also put into their ordinary pages: it tells only in a refusal.
REFUSAL_MARKERS = ("/cdn-cgi/challenge-platform/", "captcha")
CHALLENGE_MARKERS = tuple(marker for product in PRODUCTS for marker in product.markers)
CHALLENGE_PHRASES = (
    *(phrase for product in PRODUCTS for phrase in product.phrases),
    "安全验证",
    "请开启javascript",
    "please enable javascript to continue",
    "ロボットではありません",
)
BLOCK_PHRASES = (
    *(notice for product in PRODUCTS for notice in product.notices),
    "访问被拒绝",
    "拒绝访问",
    "403 forbidden",
    "您的浏览器版本过低",
    "您的ip地址不在允许的访问范围",
    "アクセスが拒否されました",
    "閲覧が制限されています",
    "접근이 차단",
)
RATE_PHRASES = ("too many requests", "请求过于频繁", "访问频率过快")
GONE_PHRASES = (
    "您访问的页面不存在",
    "页面不存在",
    "页面丢失",
    "页面已删除",
    "页面已失效",
    "访问的信息不存在",
    "信息不存在",
    "页面未找到",
    "页面找不到",
    "找不到页面",
    "您要查看的页面不存在",
    "您要访问的页面不存在",
    "文章不存在",
    "内容不存在",
    "内容已下线",
    "文章已下线",
    "信息已删除",
    "文章已删除",
    "该页面已删除",
    "内容已删除",
    "页面已被删除",
    "信息已被删除",
    "文章已被删除",
    "内容已被删除",
    "已被发布者删除",
    "文章已撤下",
    "信息已撤下",
    "内容已撤下",
    "sorry, page not found",
    "page not found",
    "page cannot be found",
    "page can't be found",
    "page you are looking for",
    "page you requested could not be found",
    "no longer available",
    "error 404",
    "404 not found",
    "404 error",
    "404错误",
    "http 404",
    "the page does not exist",
    "this page doesn't exist",
    "this page does not exist",
    "we can't find the page",
    "could not find the page",
    "couldn't find that page",
    "has been removed or is temporarily unavailable",
    "page has been removed",
    "page has been deleted",
    "article has been removed",
    "article has been deleted",
    "article has been withdrawn",
    "content has been removed",
    "指定されたページ",
    "ページが存在しません",
    "ページがありません",
    "ファイルが見つかりません",
    "查無此頁",
    "您所尋找的頁面",
    "找不到網頁",
    "존재하지 않는 페이지",
    "삭제된 페이지",
    "page introuvable",
    "seite nicht gefunden",
    "página no encontrada",
    "página não encontrada",
    "ページが見つかりません",
    "お探しのページは",
    "ページは存在しません",
    "ページは削除された",
    "ページは削除されました",
    "記事は削除されました",
    "ページは掲載を終了",
    "ページの掲載は終了",
    "記事は掲載を終了",
    "記事の掲載は終了",
    "找不到您要的網頁",
    "頁面不存在",
    "頁面已刪除",
    "文章已被刪除",
    "內容已被刪除",
    "페이지를 찾을 수 없습니다",
)
MAINTENANCE_PHRASES = (
    "网站正在维护",
    "系统维护",
    "网站维护中",
    "网站维护",
    "网站正在升级",
    "正在维护中",
    "服务暂时不可用",
    "系统正在维护",
    "网站升级改造",
    "服务器繁忙",
    "系统升级中",
    "under maintenance",
    "scheduled maintenance",
    "down for maintenance",
    "be back soon",
    "service unavailable",
    "サービス停止中",
    "サイトは現在メンテナンス",
    "점검 중",
    "系統維護",
    "網站維護",
    "temporarily unavailable",
    "ただいまメンテナンス中",
    "メンテナンス中です",
)
WAITING_PHRASES = (
    "waiting room",
    "you are now in line",
    "you are in the queue",
    "your estimated wait time",
    "排队等待中",
    "您已进入排队",
    "virtual queue",
    "queue-it",
    "正在排队",
    "ただいまアクセスが集中",
)
LOGIN_PHRASES = (
    "请登录",
    "请先登录",
    "用户登录",
    "统一身份认证",
    "登录系统",
    "log in to continue",
    "sign in to continue",
    "로그인이 필요",
    "請先登入",
    "登录后查看",
    "please log in",
    "please sign in",
    "you must be logged in",
    "ログインしてください",
)
#: WeChat's own notices instead of an article, with who took it away (None: unknown, then it is no removal).
WECHAT_REMOVALS: tuple[tuple[str, str], ...] = (
    ("该内容已被发布者删除", "author"),
    ("已被发布者删除", "author"),
    ("该内容已被发送人删除", "author"),
    ("已被作者删除", "author"),
    ("此内容因违规无法查看", "platform"),
    ("此内容因违规已删除", "platform"),
    ("此内容无法查看", "platform"),
    ("该内容暂时无法查看", "platform"),
    ("此内容发送失败无法查看", "platform"),
    ("该内容被投诉且经审核涉嫌违规", "platform"),
)
WECHAT_EVENTS = (
    "此帐号已注销",
    "此账号已被屏蔽",
    "该公众号已被封禁",
    "根据作者隐私设置",
    "链接已过期",
    "系统出错",
    "参数错误",
)
#: Titles of a WeChat notice page: empty or the platform's own name.
WECHAT_TITLES = frozenset({"", "微信公众平台", "weixin official accounts platform"})
#: A page that has one of these holds an article, whatever it quotes.
ARTICLE_SIGNALS = (
    'id="js_content"',
    "id='js_content'",
    'id="js_article"',
    "picture_page_info_list",
    '"newsarticle"',
    "ucap-content",
    "trs_editor",
    "trs_ueditor",
    'itemprop="articlebody"',
)
#: Metas by which a page declares its article, if they say anything: error pages of the same template leave them empty.
#: Both patterns are for markup in lower case, and begin with a literal: so they are cheap to search for.
ARTICLE_METAS = re.compile(
    r"""<meta\b(?=[^>]{0,200}\b(?:name|property|itemprop)\s?=\s?["']?(?:articletitle|pubdate|publishdate|"""
    r"""article:published_time|datepublished|dc\.date\.issued|dcterms\.issued|firstpublishedtime)\b)"""
    r"""[^>]{0,300}\bcontent\s?=\s?["'][^"'<>]{2}""",
)
ARTICLE_DATA = re.compile(r"""datepublished(?<=["']datepublished)["']\s{0,3}:\s{0,3}["'](?:19|20)\d\d""")
#: A byline with its date, in the text of the page.
BYLINE = re.compile(
    r"(?:发布时间|发布日期|发布于|成文日期|公布日期|发文日期|信息时间|更新时间|(?<![护级复机务放限])时间|(?<![护级复机务放止限])日期|發布日期|公佈日期|發佈日期|上版日期|掲載日|公開日|"
    r"更新日|登録日|登록일|등록일|작성일|게시일|입력|publish(?:ed)?|posted|updated|issued|release date|date)"
    r"(?:\s?[:：]\s?|\s(?:on\s)?|\s?)[\[（(]?"
    r"(?:(?:19|20)\d\d\s?[-年./]\s?\d{1,2}|令和|平成|民國|\d{1,2}\s[a-z]{3,9}\s(?:19|20)\d\d|[a-z]{3,9}\s\d{1,2},?\s(?:19|20)\d\d)",
    re.IGNORECASE,
)
#: What the title of a page of search results, or of a form to search with, is made of.
SEARCH_TITLE = re.compile(
    r"^\W*(?:站内|全站|全文|信息|高级|サイト内|통합)?(?:搜索|检索|搜尋|檢索|search|検索|검색)"
    r"(?:结果|結果|页面|中心|results?|결과)?(?=\s|[-_|–—:：·]|$)",
    re.IGNORECASE,
)
PASSWORD_FIELD = re.compile(r"""<input\b[^>]{0,300}\btype\s?=\s?["']?password\b""", re.IGNORECASE)
#: What even a very small page may be made of besides text.
SUBSTANCE = re.compile(r"<(?:img|table|iframe|video|audio|embed|object|picture|svg)\b", re.IGNORECASE)
#: What is shown instead of text.
SHOWN_MEDIA = re.compile(
    r"<(?:video|audio|embed|object)\b|<iframe\b[^>]{0,400}\b(?:video|player|pdf|viewer|youtube|qq\.com)", re.I
)
FILE_LINK = re.compile(
    r"""href\s?=\s?["']?[^"'>\s]{1,300}\.(?:pdf|docx?|xlsx?|pptx?|wps|ofd|zip|rar)\b""", re.IGNORECASE
)
#: Endings of addresses of files, and of data, that are no pages.
FILE_ENDINGS = (".pdf", ".doc", ".docx", ".xls", ".xlsx", ".ppt", ".pptx", ".wps", ".ofd", ".zip", ".rar", ".csv")
DATA_ENDINGS = (".xml", ".rss", ".atom", ".rdf", ".json", "/feed", "/rss")
DATA_TYPES = ("xml", "json", "rss", "atom")

#: Status codes that are a product's challenge (瑞数 412, 加速乐 521 with its cookie) or refusal.
CHALLENGE_STATUS = {status: product for product in PRODUCTS for status in product.statuses}
#: Statuses of Cloudflare about the server behind it: no answer, none in time, none that could be trusted.
ORIGIN_STATUS = frozenset(range(520, 528))
BLOCK_STATUS = frozenset({401, 403, 405, 406, 418, 451, 468})
#: Statuses that no content comes with: a gatekeeper's cookie beside them tells whose they are.
ODD_STATUS = frozenset({202, 412, 512, 521})
#: Cookies that come with an empty body when it is a challenge.
EMPTY_CHALLENGE = frozenset({"fssbbil1ugzbn7n80", "wzws_sessionid"})
GONE_TITLE = re.compile(
    r"\s*(?:error\s*|错误\s*|http\s*)?404"
    r"(?:\s*|\s*[-–—:：|_!！。,，].{0,40}|\s*(?:not found|page|error|错误|页面|ページ|未找到|提示).{0,40})",
    re.IGNORECASE,
)
#: Titles of articles about such things: an announcement says that it is one.
ANNOUNCES = re.compile(
    r"公告|通知|通告|公示|说明|說明|关于|關於|お知らせ|について|notice|announce|공지|안내", re.IGNORECASE
)
#: Where redirects lead that lead to no content: host and path, lower case.
DETOURS = (
    (
        re.compile(r"/mp/wappoc_appmsgcaptcha|captcha|/verify(?:code)?[/.?]|/challenge(?:[/.?]|$)"),
        Verdict.CHALLENGE,
        "redirected to a captcha",
    ),
    (re.compile(r"queue-it\.net|/waiting-?room"), Verdict.WAITING_ROOM, "redirected to a waiting room"),
    (
        re.compile(r"/(?:login|signin|sign-in|sso|passport|cas)(?:[/.?]|$)|^(?:login|sso|passport)\."),
        Verdict.LOGIN,
        "redirected to a login page",
    ),
    (
        re.compile(r"/(?:maintenance|weihu|maintain)(?:[/.?]|$)"),
        Verdict.MAINTENANCE,
        "redirected to a notice of maintenance",
    ),
    (
        re.compile(
            r"/(?:404|410|error|err|notfound|not-found|not_found|page-not-found|404error|error404)(?:\.\w{2,5})?/?$"
        ),
        Verdict.SOFT_NOT_FOUND,
        "redirected to an error page",
    ),
)

PDF = b"%PDF-"
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
GZIP = b"\x1f\x8b"
IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
#: Bytes that no text holds but for tab, line breaks, and the shifts of ISO 2022 (after WHATWG MIME Sniffing, §3).
CONTROLS = bytes([*range(0x09), 0x0B, *range(0x10, 0x1B), *range(0x1C, 0x20)])
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
#: What U+FFFD in UTF-8 looks like when somebody reads it as GBK, or as Latin-1.
SPOILED = ("锟斤拷", "ï¿½")
