"""What may stand beside a figure and say what it counts: scales, per cent, currencies, measures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal


class WordTable:
    """Words with what they mean, to be looked up at a place in a text. Letter case does not count."""

    def __init__(self, meanings: Mapping[str, str]) -> None:
        self._meanings = {word.lower(): meaning for word, meaning in meanings.items()}
        self._by_first: dict[str, list[str]] = {}
        for word in sorted(self._meanings, key=len, reverse=True):
            self._by_first.setdefault(word[0], []).append(word)
        #: What the words begin with, in lower case.
        self.firsts = frozenset(self._by_first)

    def find(self, text: str, start: int) -> tuple[int, str] | None:
        """The end and the meaning of the longest word at ``start``, which may follow a single space, or None.

        A word that ends in a Latin letter must end there in the text, too.
        """
        if text[start : start + 1] == " ":
            start += 1
        for word in self._by_first.get(text[start : start + 1].lower(), ()):
            end = start + len(word)
            if text[start:end].lower() == word and not (_is_letter(word[-1]) and _is_letter(text[end : end + 1])):
                return end, self._meanings[word]
        return None


def _is_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()


def _by_word(words_by_value: Mapping[str, str]) -> dict[str, str]:
    return {word: value for value, words in words_by_value.items() for word in words.split("|")}


_POWERS = {
    1: "十",
    2: "百|hundred",
    3: "千|thousand|тыс|тысяч|mille|mil|tausend",
    4: "万|萬|만",
    6: "百万|百萬|million|millions|mn|mln|mio|millionen|millón|millones|milhão|milhões|milione|milioni|млн|миллионов",
    7: "千万|千萬",
    8: "亿|億|억",
    9: "十亿|billion|billions|bn|mrd|milliard|milliards|milliarden|miliardi|млрд|миллиардов",
    12: "万亿|萬億|兆|조|trillion|trillions|tn|трлн",
}
#: Scales and what they multiply by. Long-scale billions are left to the reader of the language.
SCALES = {word: Decimal(10) ** power for power, words in _POWERS.items() for word in words.split("|")}
SCALE_PATTERN = "|".join(
    re.escape(word) + (r"(?![A-Za-z])" if word.isascii() else "") for word in sorted(SCALES, key=len, reverse=True)
)
#: Marks of a share and their unit: ``%``, per mille, percentage points.
PERCENTS = _by_word(
    {
        "%": "%|percent|per cent|pct|パーセント|퍼센트|prozent|pour cent|por ciento|por cento|per cento|процента|"
        "процентов",
        "‰": "‰",
        "pp": "个百分点|個百分點|百分点|百分點|percentage points|percentage point|pp|%p|ポイント|포인트",
    }
)
CURRENCIES = _by_word(
    {
        "CNY": "人民币|人民幣|RMB|CNY|yuan|元|圆|renminbi|위안",
        "USD": "US$|USD|U.S. dollars|US dollars|dollars|dollar|$|美元|米ドル|ドル|달러|долларов",
        "EUR": "€|EUR|euros|euro|欧元|歐元|ユーロ|유로|евро",
        "JPY": "JPY|yen|日元|日圆|日圓|円|엔",
        "GBP": "£|GBP|pounds|英镑|英鎊|ポンド|파운드",
        "HKD": "HK$|HKD|港元|港币|港幣",
        "TWD": "NT$|TWD|新台币|新臺幣|新台幣",
        "MOP": "MOP|澳门元|澳門元",
        "KRW": "₩|KRW|원|韩元|韓元",
        "RUB": "₽|RUB|рублей|рубля|руб",
        "INR": "₹|INR|rupees|卢比",
        "SGD": "S$|SGD|新元",
        "AUD": "A$|AUD|澳元",
        "CAD": "C$|CAD|加元",
        "CHF": "CHF|francs|瑞郎",
        "¥": "¥",  # yuan or yen: the sign does not say
    }
)
_LEADING = re.compile(r"[A-Z]{3}|[A-Z]{0,2}[$€£₩₽₹¥]|人民币|人民幣|新台币|新臺幣|新台幣|港币|港幣")
#: The currencies that are also written in front of a sum, as a pattern.
LEADING_PATTERN = "|".join(
    re.escape(word) for word in sorted(CURRENCIES, key=len, reverse=True) if _LEADING.fullmatch(word)
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Counters of Chinese, Japanese and Korean: what makes a single numeral a figure (三人, not the 三 of a name).
COUNTERS = _words(
    "人 名 例 起 件 项 項 个 個 家 位 户 戶 辆 輛 架 座 所 次 回 岁 歲 歳 天 小时 小時 時間 分钟 分鐘 年 月 日 周 "
    "週 号 號 条 條 款 章 届 屆 期 批 套 台 臺 部 艘 艘次 人次 栋 棟 间 間 层 層 楼 樓 吨 噸 斤 公斤 千克 克 公里 千米 "
    "米 厘米 毫米 亩 畝 公顷 公頃 平方米 平方公里 立方米 升 度 级 級 倍 成 分 页 頁 字 张 張 株 头 頭 只 隻 匹 羽 本 "
    "枚 市 县 縣 区 區 镇 鎮 村 省 国 國 世帯 戸 床 箇所 か所 カ所 ヶ月 か月 个月 個月 점 명 개 건 년 월 일 호 대 차 회"
)
#: Measures that follow a figure, as written: the counters and the abbreviations of physical units.
MEASURES = COUNTERS | _words(
    "km km/h m cm mm kg g mg t ha km² m² m³ ㎡ ㎢ ㎥ ℃ °C ° kWh MWh GW MW kW V Hz GHz TEU dwt mol L ml people deaths "
    "cases persons injured days day hours hour months month years year weeks week minutes tonnes tons acres hectares "
    "miles kilometers kilometres metres meters households vehicles units jobs degrees"
)
