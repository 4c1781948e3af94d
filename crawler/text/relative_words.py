"""The words of relative times in the languages of official sources."""

from __future__ import annotations

from collections.abc import Mapping


def _by_word(words_by_value: Mapping[int, str]) -> dict[str, int]:
    return {word: value for value, words in words_by_value.items() for word in words.split()}


#: Units of a fixed length, in seconds.
UNITS = _by_word(
    {
        1: "秒 秒钟 秒鐘 초 s sec secs second seconds sekunde sekunden seconde secondes segundo segundos "
        "секунд секунды секунду",
        60: "分 分钟 分鐘 분 m min mins minute minutes minuten minuto minutos minuti минут минуты минуту",
        3_600: "小时 小時 个小时 個小時 时间 時間 钟头 个钟头 시간 h hr hrs hour hours stunde stunden heure heures "
        "hora horas ora ore uur часов часа час",
        86_400: "天 日 일 d day days tag tage tagen jour jours día días dia dias giorno giorni dag dagen дней дня день",
        604_800: "周 週 星期 个星期 個星期 周间 週間 주 w wk wks week weeks woche wochen semaine semaines semana "
        "semanas settimana settimane недель недели неделю",
    }
)
#: Units of the calendar, in months.
MONTH_UNITS = _by_word(
    {
        1: "个月 個月 月 ヶ月 か月 カ月 ヵ月 개월 달 month months monat monate monaten mois mes meses mês mese mesi "
        "месяц месяца месяцев",
        12: "年 년 y yr yrs year years jahr jahre jahren an ans année années año años ano anos anno anni год года лет",
    }
)
#: "A few" is read as three: near enough for an instant that is approximate anyway.
COUNTS = _by_word(
    {3: "几 幾 数 數 若干 few some several quelques einigen", 1: "a an one une un ein einer einem una um uma"}
)
#: Compared without spaces, in lower case.
JUST_NOW = frozenset(
    _by_word(
        {0: "刚刚 剛剛 刚才 剛才 方才 たった今 방금 now justnow momentsago amomentago geradeeben àl'instant толькочто"}
    )
)
#: Day words: days from today.
DAYS = _by_word(
    {
        -3: "大前天 그그저께",
        -2: "前天 前日 一昨日 おととい 그저께 그제 vorgestern avant-hier anteayer anteontem позавчера",
        -1: "昨天 昨日 昨晚 昨夜 きのう 어제 yesterday gestern hier ayer ontem ieri вчера",
        0: "今天 今日 今晚 今早 今晨 本日 きょう 오늘 today heute aujourd'hui hoy hoje oggi сегодня",
        1: "明天 明日 明早 明晚 あした 내일 tomorrow morgen demain mañana amanhã domani завтра",
        2: "后天 後天 あさって 모레",
    }
)
#: Day words that say the part of the day too: what a bare hour behind them means.
PARTS_OF_DAY = {"昨晚": "晚", "昨夜": "晚", "今晚": "晚", "明晚": "晚", "今早": "早", "今晨": "早", "明早": "早"}
#: Signs of the weekdays, Monday first: Chinese, Japanese, Korean.
WEEKDAY_SIGNS = _by_word(
    {0: "一 月 월", 1: "二 火 화", 2: "三 水 수", 3: "四 木 목", 4: "五 金 금", 5: "六 土 토", 6: "日 天 일"}
)
WEEKDAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
