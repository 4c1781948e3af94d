"""Chinese numerals as written in China, Taiwan and Japan, everyday and formal."""

from __future__ import annotations

_DIGITS = {
    **dict.fromkeys("〇○◯ОO零０0", 0),
    **dict.fromkeys("一壹壱弌１1", 1),
    **dict.fromkeys("二两兩贰貳弐２2", 2),
    **dict.fromkeys("三叁參参３3", 3),
    **dict.fromkeys("四肆４4", 4),
    **dict.fromkeys("五伍５5", 5),
    **dict.fromkeys("六陆陸６6", 6),
    **dict.fromkeys("七柒７7", 7),
    **dict.fromkeys("八捌８8", 8),
    **dict.fromkeys("九玖９9", 9),
}
_SMALL_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000}
_GREAT_UNITS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8, "兆": 10**12}
_TENS = {"廿": 20, "卅": 30, "卌": 40}
_LONGEST = 24

#: Every character a Chinese numeral may be written with, for building patterns; look-alikes of zero included.
NUMERAL_CHARACTERS = "〇○◯ОO零一二三四五六七八九两兩壹贰貳叁肆伍陆陸柒捌玖十拾百佰千仟万萬亿億廿卅"


def read_chinese_numeral(text: str) -> int | None:
    """The whole number that ``text`` writes in Chinese numerals, or None.

    Understands spelling digit by digit (``二〇二三``), with units (``一百一十五``, also ``一百十二`` and
    ``三千零五万``), the formal characters of cheques, 廿 卅, and the spoken ``三万五`` for 35,000. A zero may be any of
    its look-alikes. Latin digits may be mixed in.
    """
    if not 0 < len(text) <= _LONGEST:
        return None
    if all(char in _DIGITS for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    return _read_with_units(text)


class _Numeral:
    """A numeral being read from left to right. ``section`` is what stands before the next 万 or 亿."""

    __slots__ = ("ceiling", "digit", "section", "total", "unit")

    def __init__(self) -> None:
        self.total = 0
        self.section = 0
        self.digit: int | None = None
        self.ceiling = 10**16  # units fall from left to right within a section: neither 十百 nor 百十十 is a number
        self.unit = 1  # of the character just read, 1 where it was a digit before which nothing is left out

    def take_digit(self, digit: int) -> bool:
        if self.digit not in (None, 0):
            return False
        self.unit = 1 if self.digit == 0 else self.unit
        self.digit = digit
        return True

    def take_small_unit(self, unit: int) -> bool:
        if unit >= self.ceiling or (not self.digit and unit != 10):
            return False
        self.section += (self.digit or 1) * unit
        self.digit, self.ceiling, self.unit = None, unit, unit
        return True

    def take_tens(self, tens: int) -> bool:
        if self.digit or self.ceiling <= 10:
            return False
        self.section += tens
        self.digit, self.ceiling, self.unit = None, 10, 10
        return True

    def take_great_unit(self, unit: int) -> bool:
        section = self.section + (self.digit or 0)
        if not section and not self.total:
            return False
        self.total = _close_section(self.total, section, unit)
        self.section, self.digit, self.ceiling, self.unit = 0, None, 10**16, unit
        return True

    def value(self) -> int:
        spoken = self.unit // 10 if self.unit >= 100 else 1
        return self.total + self.section + (self.digit or 0) * spoken


def _close_section(total: int, section: int, unit: int) -> int:
    """The total after a section ended in 万, 亿 or 兆; 万亿 multiplies all that stands before it."""
    if not section:
        return total * unit
    return total + section * unit if total % (unit * 10) == 0 else (total + section) * unit


def _read_with_units(text: str) -> int | None:
    numeral = _Numeral()
    for char in text:
        if char in _DIGITS:
            well = numeral.take_digit(_DIGITS[char])
        elif char in _SMALL_UNITS:
            well = numeral.take_small_unit(_SMALL_UNITS[char])
        elif char in _TENS:
            well = numeral.take_tens(_TENS[char])
        else:
            well = char in _GREAT_UNITS and numeral.take_great_unit(_GREAT_UNITS[char])
        if not well:
            return None
    return numeral.value()
