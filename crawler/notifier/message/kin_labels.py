"""The words of messages that say who else tells the same, in English, Chinese and Japanese: a part of ``labels``."""

from __future__ import annotations

from collections.abc import Mapping

ENGLISH = {
    "still_before": "Changed at {here}; it still says what it said at {others}.",
    "already_after": "{others} says so already.",
    "still_stands": "It still stands at {others}.",
    "also_at": "Also at",
    "translation_of": "Translation of",
    "translations": "Translated as",
}
CHINESE = {
    "still_before": "改动发生在 {here}；{others} 仍为原文。",
    "already_after": "{others} 已是这一内容。",
    "still_stands": "{others} 仍可查看。",
    "also_at": "同时见于",
    "translation_of": "译自",
    "translations": "译文",
}
JAPANESE = {
    "still_before": "変更されたのは {here} です。{others} では変更前のままです。",
    "already_after": "{others} ではすでにこの内容です。",
    "still_stands": "{others} には引き続き掲載されています。",
    "also_at": "ほかの掲載先",
    "translation_of": "原文",
    "translations": "翻訳",
}
TABLES: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "zh": CHINESE, "ja": JAPANESE}
