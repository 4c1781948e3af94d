"""Which language a text is in, and the language of each block of a page."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.text.languages import detect_language, language_runs

ENGLISH = "The district said on Friday that its output grew by more than ten percent in the first half of the year."
JAPANESE = "鼎湖区は、今年上半期の生産額が前年同期より十パーセント以上増えたと発表しました。"
CHINESE = "鼎湖区今年上半年生产总值同比增长百分之十以上，经济运行总体平稳、稳中向好。"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (CHINESE, "zh"),
        ("鼎湖區今年上半年生產總值同比增長百分之十以上", "zh"),
        ("鼎湖区GDP增长11%，Wi-Fi 6覆盖率达98%", "zh"),
        ("品牌“の”字招牌走红，市民纷纷前往打卡拍照留念，带动周边消费增长明显", "zh"),
        (JAPANESE, "ja"),
        ("令和5年度補正予算", "ja"),
        ("経済対策実施要領", "ja"),
        ("정부는 올해 상반기 경제성장률을 발표했다", "ko"),
        (ENGLISH, "en"),
        ("Le ministère a annoncé une hausse des investissements dans le secteur de la santé pour les communes.", "fr"),
        ("El ministerio anunció que los ingresos de la región crecieron más que en el año anterior.", "es"),
        ("O ministério anunciou que os investimentos da região não foram suficientes para as obras.", "pt"),
        ("Das Ministerium hat die neuen Regeln für den Verkehr auf der Straße nicht veröffentlicht.", "de"),
        ("Il ministero ha annunciato che gli investimenti della regione sono aumentati anche nel settore.", "it"),
        ("Het ministerie heeft de nieuwe regels voor het verkeer op de weg niet gepubliceerd.", "nl"),
        ("Министерство сообщило о росте экономики", "ru"),
        ("Міністерство повідомило про зростання економіки", "uk"),
        ("أعلنت الوزارة عن نمو الاقتصاد", "ar"),
        ("กระทรวงประกาศการเติบโตทางเศรษฐกิจ", "th"),
        ("", ""),
        ("2023-10-27 21:56 11%", ""),
        ("GDP", ""),
        ("▲▲ !!", ""),
    ],
)
def test_a_text_tells_its_language(text, language):
    assert detect_language(text) == language


def test_a_bilingual_post_keeps_each_language_to_its_blocks():
    blocks = [ENGLISH, "▲ Photo 1", "2023-10-27", ENGLISH, JAPANESE, "▲鼎湖山", "11%", JAPANESE]
    assert language_runs(blocks) == ["en"] * 4 + ["ja"] * 4


def test_a_short_block_follows_its_neighbour_only_where_the_script_allows():
    assert language_runs([ENGLISH, "鼎湖山", ENGLISH]) == ["en", "zh", "en"]
    assert language_runs([CHINESE, "CCTV News", CHINESE])[0::2] == ["zh", "zh"]
    assert language_runs([CHINESE, "お知らせ", CHINESE]) == ["zh", "ja", "zh"]


def test_a_heading_of_han_characters_alone_follows_the_japanese_around_it():
    assert language_runs(["鼎湖区第三四半期生産総額増加発表会", JAPANESE]) == ["ja", "ja"]
    assert language_runs(["鼎湖区前三季度生产总值增长", JAPANESE]) == ["zh", "ja"]


def test_a_claim_decides_what_nothing_else_does():
    assert language_runs(["2023", "鼎湖山"], declared="ja-JP") == ["ja", "ja"]
    assert language_runs(["Avis"], declared="fr") == ["fr"]
    assert language_runs(["2023"]) == [""]


def test_a_claim_never_beats_a_block_that_is_sure():
    assert language_runs([ENGLISH, JAPANESE], declared="zh-CN") == ["en", "ja"]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=8), st.text(max_size=8))
def test_every_block_gets_an_answer(texts, declared):
    assert len(language_runs(texts, declared)) == len(texts)
