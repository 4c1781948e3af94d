import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.differ.tokens import split_sentences, split_tokens

TEXTS = st.text(alphabet="增长了3.5%，。！ab .?\n\t\u3000\u200b“”「」;(é\u0301A1-,&amp;", max_size=60) | st.text(
    max_size=60
)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("增长11%。位居前列！好吗？", ["增长11%。", "位居前列！", "好吗？"]),
        ("他说：“不行。”随后离开。", ["他说：“不行。”", "随后离开。"]),
        ("Growth was 3.5 per cent. It fell.", ["Growth was 3.5 per cent. ", "It fell."]),
        ("The U.S. Department said so. Yes.", ["The U.S. Department said so. ", "Yes."]),
        ("See Nos. 5 and 6. Mr. Li agreed.", ["See Nos. 5 and 6. ", "Mr. Li agreed."]),
        ("第一行\n第二行\n\n第三行", ["第一行\n第二行\n\n", "第三行"]),
        ("利率为3．5%。", ["利率为3．5%。"]),
        ("see https://example.org/?a=1;b=2 now", ["see https://example.org/?a=1;b=2 now"]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text, sentences):
    assert split_sentences(text) == sentences


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("增长1,234.5万", ["增", "长", "1,234.5", "万"]),
        ("增长11%。", ["增", "长", "11%", "。"]),
        ("增长-3.5%", ["增", "长", "-3.5%"]),
        ("24-26日", ["24", "-", "26", "日"]),
        ("didn't go", ["didn't", " ", "go"]),
        ("センターの", ["センター", "の"]),
        ("대한민국 정부", ["대한민국", " ", "정부"]),
        ("2012 年 10 月", ["2012 ", "年 ", "10 ", "月"]),
        ("co\u00adoperate", ["co\u00adoperate"]),
        ("R&amp;D", ["R", "&amp;", "D"]),
        ("\u200b中\u200b文", ["\u200b中\u200b", "文"]),
    ],
)
def test_numbers_and_words_are_whole_and_han_characters_single(text, tokens):
    assert split_tokens(text) == tokens


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_nothing_is_lost_by_cutting(text):
    assert "".join(split_sentences(text)) == text
    assert "".join(split_tokens(text)) == text


@pytest.mark.parametrize("unit", ["!", ".", " ", "\n", "1.", "（", "“", "a'", "\u200b", "1,", "-", "& ", "&am", "A."])
def test_cutting_takes_linear_time_on_hostile_runs(unit):
    text = unit * 40_000
    assert "".join(split_sentences(text)) == text
    assert "".join(split_tokens(text)) == text
