"""The query of an address without what only says who is looking, from where, and when."""

from __future__ import annotations

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Parameters that name a campaign, a share button or a referrer, never a document.
_TRACKING = _words(
    "from isappinstalled spm gclid fbclid dclid gbraid wbraid msclkid yclid igshid twclid ttclid mc_cid mc_eid _ga _gl "
    "scene srcid sharer_sharetime sharer_shareid share_token share_from share_source share_medium mpshare ascene "
    "chksm pass_ticket exportkey wx_header nettype devicetype clicktime enterid sessionid session_id wxfrom vd_source "
    "spm_id_from bd_vid hmsr hmpl hmcu hmkw hmci ref_src call_from wt.mc_id ncid cmpid ocid _hsenc _hsmi __hstc "
    "oly_enc_id oly_anon_id vero_id ns_mchannel ns_source ns_campaign at_medium at_campaign cmp amp outputtype"
)
_TRACKING_PREFIXES = ("utm_", "pwise", "mtm_", "pk_", "piwik_", "hsa_")
_SESSION = _words("jsessionid phpsessid aspsessionid sessid cfid cftoken zenid sid")
_CACHE_BUSTERS = _words("_ t ts timestamp time rand random r rnd nocache nonce")
_CLOCK_OR_CHANCE = re.compile(r"\d{10,17}|0?\.\d{4,}")
_WECHAT_ALIASES = {"appmsgid": "mid", "itemidx": "idx", "sign": "sn"}
_WECHAT_KEPT = ("__biz", "idx", "mid", "sn")
#: A short ``sid`` is a site or story number (gkmlpt), a long one a session.
_SHORTEST_SESSION = 16


def canonical_query(query: str, *, is_blog: bool = False) -> str:
    """``query`` without sessions, tracking and cache-busters, sorted by name; equal names keep their order.

    ``is_blog``: the address has the shape of a Blogger page, where ``m=1`` selects the mobile layout and
    ``showComment`` the comment to begin at.
    """
    kept = [pair for pair in map(_pair, query.split("&")) if pair[0] and not _is_noise(*pair, is_blog=is_blog)]
    kept.sort(key=lambda pair: pair[0])
    return "&".join(f"{name}={value}" if value else name for name, value in kept)


def plain_query(query: str) -> str:
    """``query`` as it stands, without sessions, tracking and cache-busters."""
    return "&".join(part for part in query.split("&") if part and not _is_noise(*_pair(part), is_blog=False))


def wechat_query(query: str, *, strict: bool) -> str:
    """The four parameters that name a WeChat article, or an empty string where the query does not name one.

    ``strict``: the host is WeChat's own, so an account and a message are enough.
    """
    named = {_WECHAT_ALIASES.get(name, name): value for name, value in map(_pair, query.split("&")) if value}
    needed = ("__biz", "mid") if strict else ("__biz", "mid", "idx")
    if not all(name in named for name in needed):
        return ""
    return "&".join(f"{name}={_biz(named[name])}" for name in _WECHAT_KEPT if name in named)


def _biz(value: str) -> str:
    """Account ids are base64, whose padding some links escape."""
    return value.replace("%3D", "=").replace("%3d", "=")


def _pair(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), value.strip()


def _is_noise(name: str, value: str, *, is_blog: bool) -> bool:
    lower = name.lower()
    if lower in _TRACKING or lower.startswith(_TRACKING_PREFIXES):
        return True
    if lower in _SESSION:
        return lower != "sid" or len(value) >= _SHORTEST_SESSION
    if lower in _CACHE_BUSTERS and _CLOCK_OR_CHANCE.fullmatch(value):
        return True
    return is_blog and (lower == "showcomment" or (lower == "m" and value in ("0", "1")))
