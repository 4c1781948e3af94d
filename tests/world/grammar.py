"""Notices by grammar: titles and paragraphs with typed slots, and what another value for a slot looks like.

Everything comes from a ``Random``, so one seed is one world.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from random import Random

from crawler.model import FactType
from tests.world import words

#: The facts that live in running text; attachments and links live beside it.
IN_TEXT = (
    FactType.NUMBER,
    FactType.PERCENT,
    FactType.MONEY,
    FactType.DATE,
    FactType.NAME,
    FactType.NEGATION,
    FactType.QUOTE,
)
_SLOTS = {"modal": FactType.NEGATION} | {kind.value: kind for kind in IN_TEXT if kind is not FactType.NEGATION}
HAN_DIGITS = "〇一二三四五六七八九"
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


@dataclass(frozen=True, slots=True)
class Slot:
    """A value in a sentence, as it is printed."""

    kind: FactType
    text: str
    worth: str = ""
    """What it says, however it is written: slots of equal worth must not count as an edit."""


Piece = str | Slot
Sentence = tuple[Piece, ...]
Paragraph = tuple[Sentence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """The text of a notice. ``title`` never has a slot: what a title says is edited as a whole."""

    language: str
    title: str
    paragraphs: tuple[Paragraph, ...]

    @property
    def texts(self) -> list[str]:
        """The paragraphs as printed."""
        joint = " " if self.language == "en" else ""
        return [joint.join(print_sentence(sentence) for sentence in paragraph) for paragraph in self.paragraphs]

    def slots(self, kind: FactType) -> Iterator[tuple[int, int, int]]:
        """Where values of a kind stand: paragraph, sentence, piece."""
        for p, paragraph in enumerate(self.paragraphs):
            for s, sentence in enumerate(paragraph):
                for i, piece in enumerate(sentence):
                    if isinstance(piece, Slot) and piece.kind is kind:
                        yield p, s, i

    def at(self, place: tuple[int, int, int]) -> Piece:
        """The piece at a place."""
        return self.paragraphs[place[0]][place[1]][place[2]]

    def put(self, place: tuple[int, int, int], piece: Piece) -> Draft:
        """The same text with another piece at a place."""
        p, s, i = place
        sentence = self.paragraphs[p][s]
        sentence = (*sentence[:i], piece, *sentence[i + 1 :])
        paragraph = (*self.paragraphs[p][:s], sentence, *self.paragraphs[p][s + 1 :])
        return replace(self, paragraphs=(*self.paragraphs[:p], paragraph, *self.paragraphs[p + 1 :]))


def respell(draft: Draft, before: str, after: str) -> Draft | None:
    """The text with the first ``before`` outside its slots written ``after``; None where there is none."""
    for p, paragraph in enumerate(draft.paragraphs):
        for s, sentence in enumerate(paragraph):
            for i, piece in enumerate(sentence):
                if isinstance(piece, str) and before in piece:
                    return draft.put((p, s, i), piece.replace(before, after, 1))
    return None


def print_sentence(sentence: Sentence) -> str:
    """The sentence as a reader sees it."""
    return "".join(piece if isinstance(piece, str) else piece.text for piece in sentence)


def write_notice(rng: Random, language: str, mark: str) -> Draft:
    """A notice of two to four paragraphs that has every kind of slot. ``mark`` makes its title unlike all others."""
    given = {
        "place": rng.choice(words.PLACES[language]),
        "matter": rng.choice(words.MATTERS[language]),
        "office": rng.choice(words.OFFICES[language]),
    }
    title = rng.choice(words.TITLE_FORMS[language]).format(**given)
    title = f"{title} ({mark})" if language == "en" else f"{title}（{mark}）"
    forms = list(words.SENTENCES[language])
    rng.shuffle(forms)
    sentences = [fill(rng, language, form, given) for form in forms[: rng.randint(7, len(forms))]]
    missing = [kind for kind in IN_TEXT if not any(has_slot(sentence, kind) for sentence in sentences)]
    for kind in missing:
        form = next(form for form in forms if any(_SLOTS.get(name) is kind for name in names_in(form)))
        sentences.append(fill(rng, language, form, given))
    closing: Sentence = (words.CLOSING[language].format(**given),)
    cut = sorted(rng.sample(range(1, len(sentences)), rng.randint(1, 3)))
    bounds = [0, *cut, len(sentences)]
    paragraphs = [tuple(sentences[a:b]) for a, b in itertools.pairwise(bounds)]
    return Draft(language=language, title=title, paragraphs=(*paragraphs, (closing,)))


def names_in(form: str) -> list[str]:
    """The names of the slots of a sentence form."""
    return [part.partition("}")[0] for part in form.split("{")[1:]]


def has_slot(sentence: Sentence, kind: FactType) -> bool:
    """Whether a sentence holds a value of a kind."""
    return any(isinstance(piece, Slot) and piece.kind is kind for piece in sentence)


def fill(rng: Random, language: str, form: str, given: dict[str, str]) -> Sentence:
    """A sentence from its form."""
    pieces: list[Piece] = []
    head, *parts = form.split("{")
    text = head
    for part in parts:
        name, _, rest = part.partition("}")
        if name in _SLOTS:
            pieces += [text, value_of(rng, language, _SLOTS[name])]
            text = rest
        else:
            text += (rng.choice(words.TITLES[language]) if name == "title" else given[name]) + rest
    return tuple(piece for piece in (*pieces, text) if piece)


def value_of(rng: Random, language: str, kind: FactType) -> Slot:
    """A value of a kind as this language writes it."""
    text, worth = _MAKERS[kind](rng, language)
    return Slot(kind, text, worth)


def other_value(rng: Random, language: str, slot: Slot) -> Slot:
    """Another value for a slot: often one digit or a moved point, else a fresh one in any form."""
    for _ in range(100):
        if slot.kind in (FactType.NUMBER, FactType.PERCENT, FactType.MONEY) and rng.random() < 0.5:
            text = disturb(rng, slot.text)
            other = Slot(slot.kind, text, text)
        else:
            other = value_of(rng, language, slot.kind)
        # Of a count the figure must be another: the same number of something else is another wording.
        figures = [
            each.worth.partition(" ")[0] if slot.kind is FactType.NUMBER else each.worth for each in (slot, other)
        ]
        if figures[0] != figures[1] and other.text != slot.text:
            return other
    raise ValueError(f"no other value for {slot}")


def disturb(rng: Random, text: str) -> str:
    """The same figure with one digit changed, one added, or its point moved: what noise filters throw away."""
    places = [i for i, character in enumerate(text) if character.isascii() and character.isdigit()]
    if not places:
        return text
    at = rng.choice(places)
    way = rng.randrange(3)
    if way == 0:
        digit = rng.choice([d for d in "123456789" if d != text[at]])
        return text[:at] + digit + text[at + 1 :]
    if way == 1 and "," not in text:
        return text[: places[-1] + 1] + rng.choice("123456789") + text[places[-1] + 1 :]
    if "." in text:
        return text.replace(".", "")
    is_one_number = len(places) == 2 and places[1] == places[0] + 1 and "," not in text
    return text[: places[1]] + "." + text[places[1] :] if is_one_number else text


# -- values: the text, and its worth ------------------------------------------------------------------------------

Value = tuple[str, str]


def make_number(rng: Random, language: str) -> Value:
    """A count with its unit."""
    unit = rng.choice(words.UNITS[language])
    value = rng.choice([rng.randint(2, 99), rng.randint(100, 9999)])
    if language == "zh":
        form = rng.randrange(4)
        if form == 0:
            value = rng.randint(11, 999)
            return han_number(value) + unit, f"{value} {unit}"
        if form == 1:
            low = rng.randint(2, 40)
            high = low + rng.randint(2, 30)
            return f"{low}至{high}{unit}", f"{low}-{high} {unit}"
        if form == 2:
            return f"{value}余{unit}", f"{value}+ {unit}"
    return f"{value:,} {unit}" if language == "en" else f"{value}{unit}", f"{value} {unit}"


def make_percent(rng: Random, language: str) -> Value:
    """A share."""
    value = rng.choice([f"{rng.randint(1, 99)}", f"{rng.randint(1, 99)}.{rng.randint(1, 9)}"])
    if language == "zh" and rng.random() < 0.25:
        whole = rng.randint(2, 99)
        return f"百分之{han_number(whole)}", str(whole)
    if language == "en":
        mark = rng.choice(["%", " per cent", " percentage points"])
        return value + mark, value + mark.replace(" per cent", "%")
    return value + ("%" if language == "zh" else rng.choice(["%", "パーセント"])), value


def make_money(rng: Random, language: str) -> Value:
    """A sum."""
    unit = rng.choice(words.CURRENCIES[language])
    if language == "en":
        value, millions = rng.randint(100, 99999), rng.randint(2, 90)
        forms = [(f"{value:,} {unit}", f"{value} {unit}"), (f"{millions} million {unit}", f"{millions}000000 {unit}")]
        return rng.choice(forms)
    scale = {"万": 10_000, "億": 10**8, "亿": 10**8}.get(unit[0], 1)
    if language == "zh" and scale > 1 and rng.random() < 0.3:
        whole = rng.randint(2, 99)
        return han_number(whole) + unit, str(whole * scale)
    hundredths = rng.choice([rng.randint(2, 9999) * 100, rng.randint(101, 9999)])
    text = f"{hundredths / 100:.2f}".rstrip("0").rstrip(".")
    return text + unit, str(hundredths * scale // 100) + f".{hundredths * scale % 100}"


def make_date(rng: Random, language: str) -> Value:
    """A day, with its year or without."""
    year, month, day = rng.randint(2024, 2028), rng.randint(1, 12), rng.randint(1, 28)
    full, short = f"{year}-{month}-{day}", f"{month}-{day}"
    if language == "en":
        name = MONTHS[month - 1]
        return rng.choice([(f"{day} {name} {year}", full), (f"{name} {day}, {year}", full), (f"{day} {name}", short)])
    forms = [(f"{year}年{month}月{day}日", full), (f"{month}月{day}日", short)]
    if language == "ja":
        return rng.choice([*forms, (f"令和{year - 2018}年{month}月{day}日", full)])
    forms.append((f"{han_year(year)}年{han_number(month)}月{han_number(day)}日", full))
    return rng.choice([*forms, (f"民国{year - 1911}年{month}月{day}日", full)])


def make_name(rng: Random, language: str) -> Value:
    """A person."""
    surname, given = rng.choice(words.SURNAMES[language]), rng.choice(words.GIVEN[language])
    name = f"{given} {surname}" if language == "en" else surname + given
    return name, name


def make_modal(rng: Random, language: str) -> Value:
    """A word of permission or duty."""
    modal = rng.choice(words.MODALS[language])
    return modal, modal


def make_quote(rng: Random, language: str) -> Value:
    """Somebody's words in quotation marks."""
    first, second = words.QUOTES[language]
    quote = words.QUOTE_MARKS[language].format(rng.choice(first), rng.choice(second))
    return quote, quote


_MAKERS: dict[FactType, Callable[[Random, str], Value]] = {
    FactType.NUMBER: make_number,
    FactType.PERCENT: make_percent,
    FactType.MONEY: make_money,
    FactType.DATE: make_date,
    FactType.NAME: make_name,
    FactType.NEGATION: make_modal,
    FactType.QUOTE: make_quote,
}


def han_number(value: int) -> str:
    """``value`` below 1000 in Han numerals."""
    hundreds, rest = divmod(value, 100)
    text = f"{HAN_DIGITS[hundreds]}百" if hundreds else ""
    tens, ones = divmod(rest, 10)
    if hundreds and rest and not tens:
        text += "零"
    elif tens:
        text += ("" if tens == 1 and not hundreds else HAN_DIGITS[tens]) + "十"
    return text + (HAN_DIGITS[ones] if ones or not value else "")


def han_year(year: int) -> str:
    """A year digit by digit."""
    return "".join(HAN_DIGITS[int(digit)] for digit in str(year))
