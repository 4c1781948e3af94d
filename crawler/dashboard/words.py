"""The words of pages that messages do not have, and the language of whoever asks."""

from __future__ import annotations

from collections.abc import Mapping

from crawler.notifier.message.labels import TABLES, labels_for

ENGLISH = {
    "web_home": "Latest changes",
    "web_nothing": "Nothing has changed yet.",
    "web_feed": "Feed",
    "web_article": "Article",
    "web_life": "Changes of this article",
    "web_revision": "Revision {number}",
    "web_latest": "latest revision",
    "web_first_seen": "First seen",
    "web_text": "Text",
    "web_download": "Download the bytes as received",
    "web_no_body": "There was no body.",
    "web_no_evidence": "No response is kept as evidence of this.",
    "web_fetched": "Received",
    "web_answer": "Answer",
    "web_verdict": "Read as",
    "web_reason": "Reason",
    "web_headers": "Headers",
    "web_how": "The hash is the SHA-256 of the bytes: sha256sum of the download shows the same.",
    "web_404": "There is nothing here",
    "web_404_text": "The address is wrong, or what was here is no longer kept.",
    "web_400": "This cannot be asked",
    "web_503": "Not at the moment",
    "web_503_text": "The database cannot be read now. Please try again later.",
    "web_410": "No longer kept",
    "web_410_text": "The bytes were deleted as [retention] says, or are damaged. The record still has their hash.",
}

CHINESE = {
    "web_home": "最新变更",
    "web_nothing": "尚无变更。",
    "web_feed": "订阅源",
    "web_article": "文章",
    "web_life": "本文变更记录",
    "web_revision": "第 {number} 版",
    "web_latest": "最新版本",
    "web_first_seen": "首次发现",
    "web_text": "正文",
    "web_download": "下载原始数据",
    "web_no_body": "响应没有内容。",
    "web_no_evidence": "没有留存相关响应作为证据。",
    "web_fetched": "收到时间",
    "web_answer": "响应",
    "web_verdict": "判定",
    "web_reason": "原因",
    "web_headers": "响应头",
    "web_how": "哈希为原始数据的 SHA-256：对下载的文件运行 sha256sum，结果应当一致。",
    "web_404": "没有找到",
    "web_404_text": "网址有误，或者内容已不再保留。",
    "web_400": "无法处理该请求",
    "web_503": "暂时无法使用",
    "web_503_text": "目前无法读取数据库，请稍后再试。",
    "web_410": "已不再保留",
    "web_410_text": "原始数据已按 [retention] 的设置删除，或已损坏；其哈希仍保留在记录中。",
}

JAPANESE = {
    "web_home": "最新の変更",
    "web_nothing": "まだ変更はありません。",
    "web_feed": "フィード",
    "web_article": "記事",
    "web_life": "この記事の変更履歴",
    "web_revision": "第 {number} 版",
    "web_latest": "最新版",
    "web_first_seen": "初回確認",
    "web_text": "本文",
    "web_download": "受信したデータをダウンロード",
    "web_no_body": "本文のない応答でした。",
    "web_no_evidence": "証拠として保存された応答はありません。",
    "web_fetched": "受信日時",
    "web_answer": "応答",
    "web_verdict": "判定",
    "web_reason": "理由",
    "web_headers": "ヘッダー",
    "web_how": "ハッシュは受信データの SHA-256 です。ダウンロードしたファイルの sha256sum と一致します。",
    "web_404": "見つかりません",
    "web_404_text": "アドレスが誤っているか、保存期間が過ぎています。",
    "web_400": "この要求は処理できません",
    "web_503": "ただいま利用できません",
    "web_503_text": "データベースを読み込めません。しばらくしてからお試しください。",
    "web_410": "保存されていません",
    "web_410_text": "データは [retention] の設定により削除されたか、破損しています。ハッシュは記録に残っています。",
}

WORDS: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "zh": CHINESE, "ja": JAPANESE}


def words_for(language: str) -> dict[str, str]:
    """The words of messages and of pages together."""
    return {**labels_for(language), **WORDS.get(language, ENGLISH)}


def choose_language(wanted: str, accepted: str) -> str:
    """The first language we have words for: of ``?lang=``, else of the header ``Accept-Language``, else English."""
    if wanted in TABLES:
        return wanted
    ranked = sorted(map(_ranked, accepted[:400].split(",")), key=lambda each: -each[1])  # stable
    return next((name for name, rank in ranked if name in TABLES and rank > 0), "en")


def _ranked(item: str) -> tuple[str, float]:
    """``zh-CN;q=0.8`` as language and rank; a rank that is no number is none."""
    tag, _, parameters = item.strip().lower().partition(";")
    _, _, rank = parameters.partition("q=")
    try:
        return tag.partition("-")[0], float(rank) if rank else 1.0
    except ValueError:
        return "", 0.0
