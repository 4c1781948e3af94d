"""What soft failures look like: markers of challenges and blocks, wordings of error pages. Data only.

Two sorts: a *marker* is a piece of machinery (a script variable, an element id, a cookie) that no article contains; a
*phrase* is a wording that an article may quote, so it never decides alone. Extend both from real captures.
"""

from __future__ import annotations

import re

#: Machinery of challenge pages, by product. Looked for in the first bytes of the body, lower case.
CHALLENGE_MARKERS = (
    "$_ts=window['$_ts']",
    '$_ts=window["$_ts"]',
    "__jsl_clearance",
    "document.cookie=('_')+('_')",
    "aq_wzws_confirm",
    "var arg1='",
    "aliyun_waf_aa",
    "acw_sc__v2",
    "cf-browser-verification",
    "_incapsula_resource",
    "tcaptcha_iframe_dy",
    'id="js_verify"',
    "/mp/wappoc_appmsgcaptcha",
    "c3vk=",
    "hoy_tr=",
    "<script r='m'>",
    "r='m'>",
    "geetest_captcha",
)
#: Machinery that such sites also put into their ordinary pages: it tells only in a refusal.
REFUSAL_MARKERS = ("/cdn-cgi/challenge-platform/", "captcha")
#: Cookies that come with a challenge of that status only.
CHALLENGE_COOKIES = ("__jsluid", "__jsl_clearance", "wzws_sessionid", "acw_sc__v2", "fssbbil1ugzbn7n80")
CHALLENGE_PHRASES = (
    "环境异常",
    "完成验证后即可继续访问",
    "访问过于频繁",
    "操作频繁",
    "安全验证",
    "just a moment...",
    "enable javascript and cookies to continue",
    "checking your browser before",
    "访问异常页面",
    "verify you are human",
    "请开启javascript",
    "attention required!",
)
BLOCK_PHRASES = (
    "当前访问疑似黑客攻击",
    "最近有可疑的攻击行为",
    "您的请求带有不合法参数",
    "网站防火墙",
    "请登录安全狗",
    "您的访问被阻断",
    "对网站造成安全威胁",
    "您的请求疑似攻击行为",
    "您当前的访问行为存在异常",
    "已被云防护安全拦截",
    "safeline 阻断",
    "web应用防火墙",
    "access denied",
    "the requested url was rejected",
    "request blocked",
    "访问被拒绝",
    "您的浏览器版本过低",
)
RATE_PHRASES = ("too many requests", "请求过于频繁", "访问频率过快")
GONE_PHRASES = (
    "您访问的页面不存在",
    "页面不存在",
    "页面未找到",
    "页面找不到",
    "找不到页面",
    "您要查看的页面不存在",
    "您要访问的页面不存在",
    "该信息不存在",
    "文章不存在",
    "内容不存在",
    "内容已下线",
    "文章已下线",
    "信息已删除",
    "文章已删除",
    "该页面已删除",
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
    "ページが見つかりません",
    "お探しのページは",
    "ページは存在しません",
    "ページは削除された",
    "找不到您要的網頁",
    "頁面不存在",
    "페이지를 찾을 수 없습니다",
)
MAINTENANCE_PHRASES = (
    "网站正在维护",
    "系统维护",
    "网站维护中",
    "网站升级改造",
    "服务器繁忙",
    "系统升级中",
    "under maintenance",
    "scheduled maintenance",
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
    "正在排队",
    "ただいまアクセスが集中",
)
LOGIN_PHRASES = (
    "请登录",
    "请先登录",
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
    'name="articletitle"',
    "name='articletitle'",
    '"newsarticle"',
    'property="article:published_time"',
    "ucap-content",
    "trs_editor",
    "trs_ueditor",
    'itemprop="articlebody"',
)

#: Status codes that are a product's challenge (瑞数 412, 加速乐 521 with its cookie) or refusal.
CHALLENGE_STATUS = frozenset({412})
BLOCK_STATUS = frozenset({401, 403, 405, 406, 418, 451, 468})
GONE_TITLE = re.compile(
    r"\s*(?:404|error\s*404|404\s*[-–—:]?\s*(?:not found|page not found|错误|页面)?)[\s\S]{0,20}", re.IGNORECASE
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
