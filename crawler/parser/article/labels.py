"""The labels of bylines and of the tables official texts carry, in the spellings seen on official sites. Data.

Sources: 《政府网站发展指引》 pages, 政府信息公开 tables (索引号, 文号, 成文日期…), Japanese municipal pages
(更新日, 掲載日), Korean ministries (등록일), Taiwan and Hong Kong (發布日期), GOV.UK and Blogger.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Label(StrEnum):
    """What a labelled value is."""

    SOURCE = "source"
    PUBLISHED = "published"
    UPDATED = "updated"
    WRITTEN = "written"
    AUTHOR = "author"
    EDITOR = "editor"
    NUMBER = "document_number"
    INDEX = "index_number"
    STATUS = "status"
    ORGAN = "organ"
    TITLE = "title"
    OTHER = "other"


_SPELLINGS: dict[Label, str] = {
    Label.SOURCE: "信息来源 文章来源 新闻来源 稿件来源 内容来源 来源单位 来源于 来源 稿源 资料来源 "
    "供稿单位 供稿 转载自 消息来源 來源 資料來源 "
    "消息來源 信息提供 提供单位 出典 発信元 출처 Source",
    Label.PUBLISHED: "发布时间 发布日期 发表时间 发表日期 发稿时间 发文时间 公开时间 公开日期 上传时间 "
    "录入时间 添加时间 刊登日期 撰写日期 "
    "发布于 日期 时间 發布時間 發布日期 發佈時間 發佈日期 發表時間 張貼日期 公布日期 公告日期 刊登時間 上版日期 "
    "掲載日 公開日 公開日時 投稿日 配信日 発表日 登録日 作成日 掲載日時 入力 등록일 게시일 입력 작성일 "
    "승인 기사입력 등록 "
    "Published_on Published Posted_on Posted Publication_date Date_published Release_date Issue_date Date "
    "First_published Datum Veröffentlicht Publié_le Publicado Pubblicato",
    Label.UPDATED: "更新时间 更新日期 最后更新时间 最后更新 最近更新 修改时间 最后修改时间 最后修订 更新于 "
    "更新時間 最後更新 最後更新日期 修訂日期 "
    "更新日 最終更新日 最終更新 ページ更新日 更新年月日 更新日時 수정일 수정 최종수정 기사수정 "
    "Updated_on Updated Last_updated Last_modified Last_reviewed Modified Page_last_updated Date_modified "
    "Date_updated",
    Label.WRITTEN: "成文日期 成文时间 发文日期 生成日期 印发日期 签发日期 制定日期 制发日期 发文时间",
    Label.AUTHOR: "作者 撰文 撰稿人 撰稿 执笔人 执笔 采写 文/图 图/文 记者 通讯员 本报记者 執筆者 執筆 著者 記者 文責 "
    "글쓴이 작성자 기자 Author Written_by Words_by",
    Label.EDITOR: "责任编辑 责编 编辑 审核 校对 校审 编审 监制 主编 值班编辑 初审 复审 终审 一审 二审 三审 "
    "美编 摄影 責任編輯 編輯 編集 Editor",
    Label.NUMBER: "发文字号 发文文号 文件编号 文件字号 公文号 文号 文件号 發文字號",
    Label.INDEX: "索引号 信息索引号 信息索引 索引號 索取号 信息索取号",
    Label.STATUS: "有效性 是否有效 效力状态 时效性 文件状态 效力 有效状态 文件有效性 效力等级",
    Label.ORGAN: "发布机构 发文机关 发文机构 发文单位 发布单位 制发机关 公开主体 信息公开主体 公开责任部门 "
    "公开机构 公开部门 印发机关 制文机关 主办单位 發文機關 發布單位 "
    "发布部门 制定机关 責任単位",
    Label.TITLE: "信息名称 文件名称 标题 名称",
    Label.OTHER: "浏览次数 浏览量 浏览 点击数 点击量 点击次数 点击 阅读次数 阅读量 阅读数 阅读 访问量 "
    "访问次数 人气 主题分类 分类 主题词 "
    "主题类别 信息类别 信息分类 内容分类 文件类型 文件种类 公文种类 体裁 题材 内容概述 公开时限 公开程序 载体类型 "
    "记录形式 公开目录 所属主题 公开方式 公开形式 公开范围 公开类别 体裁分类 组配分类 服务对象 生命周期 "
    "关键词 关键字 生效日期 "
    "生效时间 实施日期 失效日期 废止日期 废止时间 截止日期 施行日期 "
    "有效期 字体 字体大小 字号 分享到 分享 打印 ページ番号 ページID 印刷 조회 조회수 담당부서 Views Tags Category",
}


def _spell(name: str) -> str:
    """The pattern of one label: a CJK label may be stretched with spaces, as layout by hand does (来 源, 文　号)."""
    if name.isascii():
        return r"(?<![A-Za-z])" + name.replace("_", r"\s{1,3}")
    return r"\s{0,4}".join(re.escape(char) for char in name)


_NAMES: list[tuple[str, Label]] = sorted(
    ((name, label) for label, names in _SPELLINGS.items() for name in names.split()), key=lambda pair: -len(pair[0])
)
_BY_NAME = {name.replace("_", " ").lower(): label for name, label in _NAMES}
#: A label followed by a colon, or in brackets.
LABELLED = re.compile(
    r"[【\[（(]?\s{0,2}(" + "|".join(_spell(name) for name, _ in _NAMES) + r")\s{0,4}[】\]）)]?\s{0,4}[:：∶﹕]\s{0,4}",
    re.IGNORECASE,
)
#: Latin labels that stand before a date without a colon ("Published 27 October 2023", "Last updated on …").
BARE = re.compile(
    r"(?<![A-Za-z])(first published|published|posted|released|issued|last updated|last modified|updated|modified|"
    r"更新|最終更新|掲載|公開|发布于|更新于|发表于|发布时间|发布日期|发表时间|发表日期|發布時間|發佈時間|發布日期|"
    r"datum|veröffentlicht|erschienen|publié(?: le)?|publicado|pubblicato|"
    r"入力|수정|입력|등록)(?:\s{1,2}(?:on|at))?\s{0,3}$",
    re.IGNORECASE,
)
#: Labels that no sentence of a text uses: wherever such a line stands, it dates the page.
PUBLISHING = re.compile(
    r"(?:发布|发表|發布|發佈|發表)(?:时间|時間|日期|于|於)|(?:published|posted) on\b", re.IGNORECASE
)
_BARE_UPDATED = ("updated", "modified", "更新", "수정")


#: Labels that a notice also uses for its own matter (when a meeting is held): they count only in a byline's place.
AMBIGUOUS = frozenset({"时间", "日期", "date", "datum", "日时", "記者", "记者"})


_BEGINNINGS = {name[:2].lower() if name.isascii() else name[0].lower() for name, _ in _NAMES} | set("【[（(")


def may_begin_label(text: str) -> bool:
    """Whether a text begins as some label does: a cheap question before the dear ones."""
    return text[:1].lower() in _BEGINNINGS or text[:2].lower() in _BEGINNINGS


def find_label(name: str) -> Label | None:
    """What a label means, however it is spaced; None when it is none of ours."""
    squeezed = " ".join(name.split()).lower().strip(" :：【】[]()（）")
    return _BY_NAME.get(squeezed) or _BY_NAME.get(squeezed.replace(" ", ""))


def is_update_word(word: str) -> bool:
    """Whether a word before a date announces an update rather than publication."""
    return any(mark in word.lower() for mark in _BARE_UPDATED)
